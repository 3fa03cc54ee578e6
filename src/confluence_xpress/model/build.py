"""Builders that readers and macros share, so that equal content gives equal trees."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, get_args

from confluence_xpress.model import blocks as b
from confluence_xpress.model import inlines as i
from confluence_xpress.model.marks import collapse, normalise_marks, trim

__all__ = ["Mixed", "collapse", "is_blank", "is_inline", "merge_text", "normalise_marks", "to_blocks", "trim"]

if TYPE_CHECKING:
    from typing_extensions import TypeIs

_INLINE_TYPES: frozenset[type] = frozenset(get_args(i.Inline))
_VISIBLE_BLANK: frozenset[i.MarkKind] = frozenset(("underline", "strike", "code"))
"""Marks that show even where there is no ink, such as a line to write on."""

_PLAIN = b.Paragraph(())

Mixed = Iterable[b.Block | i.Inline]


def is_inline(node: b.Block | i.Inline) -> TypeIs[i.Inline]:
    """Whether the node stands in a line of text."""
    return type(node) in _INLINE_TYPES


def merge_text(nodes: Iterable[i.Inline]) -> i.Inlines:
    """Neighbouring texts joined, empty ones dropped, double spaces between neighbours made one."""
    result: list[i.Inline] = []
    for node in nodes:
        if isinstance(node, i.Text):
            text = collapse(node.text)
            if result and isinstance(last := result[-1], i.Text):
                result[-1] = i.Text(collapse(last.text + text))
            elif text:
                result.append(i.Text(text))
        else:
            result.append(node)
    return tuple(result)


def is_blank(nodes: i.Inlines) -> bool:
    """Whether a line shows nothing: only spaces and line breaks, bold or not."""
    for node in nodes:
        if type(node) is i.Text:
            if node.text.strip():
                return False
        elif isinstance(node, i.Mark):
            if node.kind in _VISIBLE_BLANK or not is_blank(node.content):
                return False
        elif not isinstance(node, i.LineBreak):
            return False
    return True


def to_blocks(nodes: Mixed, like: b.Paragraph = _PLAIN) -> b.Blocks:
    """Blocks from a mixture: runs of inline nodes become paragraphs like `like`; blank ones are dropped.

    An image that is alone in its paragraph becomes a figure; so do several without text between them.
    """
    result: list[b.Block] = []
    line: list[i.Inline] = []
    for node in nodes:
        if is_inline(node):
            line.append(node)
        else:
            if line:
                result += _paragraphs(line, like)
                line = []
            result.append(node)
    if line:
        result += _paragraphs(line, like)
    return tuple(result)


def _paragraphs(line: list[i.Inline], like: b.Paragraph) -> b.Blocks:
    if len(line) == 1 and type(only := line[0]) is i.Text:  # most paragraphs
        text = collapse(only.text).strip(" ")
        return (b.Paragraph((i.Text(text),), like.align, like.indent, like.small),) if text.strip() else ()
    content = _without_end_breaks(trim(line))
    if is_blank(content):
        return ()
    if i.InlineImage in map(type, content):
        images = [n for n in content if not (isinstance(n, i.LineBreak) or (isinstance(n, i.Text) and n.text == " "))]
        if all(isinstance(n, i.InlineImage) for n in images):
            place: b.FigurePlace = like.align if like.align in ("left", "center", "right") else ""
            return tuple(b.Figure(n.image, place=place) for n in images if isinstance(n, i.InlineImage))
    return (b.Paragraph(content, like.align, like.indent, like.small),)


def _without_end_breaks(content: i.Inlines) -> i.Inlines:
    """Without line breaks at the ends: browsers show the last one as nothing, and print needs none."""
    start, end = 0, len(content)
    while start < end and type(content[start]) is i.LineBreak:
        start += 1
    while end > start and type(content[end - 1]) is i.LineBreak:
        end -= 1
    return content[start:end]


def filled_items(items: Iterable[b.ListItem], *, numbered: bool = False) -> tuple[b.ListItem, ...]:
    """The items of a list that show something. In a numbered list empty ones keep the numbers of those after them."""
    kept = list(items)
    if not numbered:
        return tuple(item for item in kept if item.content)
    while kept and not kept[-1].content:
        kept.pop()
    return tuple(kept)
