"""One shape for marked text: a fixed nesting order, equal neighbours joined, white space as HTML shows it.

Text can be bold inside italic or italic inside bold, in one piece or in three. Both readers hand their lines through
here, so that what looks equal is an equal tree. A line is taken apart into leaves (text, breaks, images, …), each with
what applies to it, and put together again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from typing import NamedTuple, assert_never

from confluence_xpress.model import inlines as i

ORDER: tuple[i.MarkKind, ...] = (
    "strong",
    "emphasis",
    "underline",
    "strike",
    "subscript",
    "superscript",
    "small",
    "big",
    "cite",
    "code",
)
"""Nesting order of marks, outside to inside. Links, annotations and colours stand around them, in that order."""

_BITS: dict[str, int] = {kind: 1 << index for index, kind in enumerate(ORDER)}
_SPACE = re.compile(r"[ \t\n\r\f\v\u0085\u2028\u2029]+")

# What shows nothing.
_PLACES = (i.Anchor, i.IndexTerm)
_WRAPPERS = (i.Mark, i.Link, i.Colored, i.Annotation)
_Wrapper = i.Link | i.Annotation | i.Colored | i.Mark
_Wrappers = tuple[_Wrapper, ...]
_Leaf = tuple[i.Inline, _Wrappers]


class _Applied(NamedTuple):
    """What applies at a place in a line."""

    link: i.Link | None = None
    annotations: tuple[str, ...] = ()
    color: str = ""
    background: str = ""
    marks: int = 0


_NOTHING = _Applied()
_CODE = i.Mark("code", ())


def collapse(text: str) -> str:
    """White space as HTML shows it: runs become one space. A no-break space is no white space."""
    if "  " not in text and text.isprintable():
        return text
    return _SPACE.sub(" ", text)


def normalise_marks(nodes: Iterable[i.Inline]) -> i.Inlines:
    """The same line with its marks in a fixed order and equal neighbours joined; white space stays.

    Nesting, outside to inside: link, annotation, colour, then `ORDER`. Marks without content vanish. A line break has
    the marks that both its neighbours have, a lone space none that they don't have. An image has no marks, and a link
    around it becomes its own. Smart links and links without text are never joined.
    """
    nodes = tuple(nodes)
    if _is_plain(nodes):
        return _join(nodes)
    return _nest(_mark_gaps(_leaves(nodes)))


def trim(nodes: Iterable[i.Inline]) -> i.Inlines:
    """A line as HTML shows it: `normalise_marks`, single spaces, none at its ends and around line breaks."""
    nodes = tuple(nodes)
    if len(nodes) == 1 and type(nodes[0]) is i.Text:
        text = collapse(nodes[0].text).strip(" ")
        return (i.Text(text),) if text else ()
    if _is_plain(nodes):
        return _join(leaf for leaf, _ in _single_spaces([(node, ()) for node in nodes]))
    return _nest(_mark_gaps(_single_spaces(_leaves(nodes))))


def _is_plain(nodes: i.Inlines) -> bool:
    return not any(isinstance(node, _WRAPPERS) for node in nodes)


def _join(nodes: Iterable[i.Inline]) -> i.Inlines:
    result: list[i.Inline] = []
    for node in nodes:
        if isinstance(node, i.Text):
            if not node.text:
                continue
            if result and isinstance(last := result[-1], i.Text):
                result[-1] = i.Text(last.text + node.text)
                continue
        result.append(node)
    return tuple(result)


def _leaves(nodes: i.Inlines) -> list[_Leaf]:
    leaves: list[_Leaf] = []
    _collect(nodes, _NOTHING, (), leaves)
    return leaves


def _collect(nodes: i.Inlines, applied: _Applied, wrappers: _Wrappers, leaves: list[_Leaf]) -> None:
    for node in nodes:
        match node:
            case i.Text():
                if node.text:
                    leaves.append((node, wrappers))
            case i.Mark():
                _inside(node.content, applied._replace(marks=applied.marks | _BITS[node.kind]), leaves)
            case i.Colored():
                color, background = node.color or applied.color, node.background or applied.background
                _inside(node.content, applied._replace(color=color, background=background), leaves)
            case i.Annotation():
                if node.reference in applied.annotations:
                    _inside(node.content, applied, leaves)
                else:
                    _inside(node.content, applied._replace(annotations=(*applied.annotations, node.reference)), leaves)
            case i.Link():
                _collect_link(node, applied, leaves)
            case i.InlineImage():
                leaves.append(_image_leaf(node, applied))
            case _:
                leaves.append((node, wrappers))


def _inside(nodes: i.Inlines, applied: _Applied, leaves: list[_Leaf]) -> None:
    _collect(nodes, applied, _wrappers(applied), leaves)


def _collect_link(node: i.Link, applied: _Applied, leaves: list[_Leaf]) -> None:
    count = len(leaves)
    if node.content and not node.appearance:
        _inside(node.content, applied._replace(link=replace(node, content=())), leaves)
    if len(leaves) == count:
        content = normalise_marks(node.content)
        leaf = node if content == node.content else replace(node, content=content)
        leaves.append((leaf, _wrappers(applied._replace(link=None))))


def _image_leaf(node: i.InlineImage, applied: _Applied) -> _Leaf:
    if applied.link is not None and node.image.link is None:
        node = i.InlineImage(replace(node.image, link=applied.link.target, link_anchor=applied.link.anchor))
    return node, _wrappers(_Applied(annotations=applied.annotations))


def _wrappers(applied: _Applied) -> _Wrappers:
    result: list[_Wrapper] = []
    if applied.link is not None:
        result.append(applied.link)
    result += [i.Annotation(reference, ()) for reference in applied.annotations]
    if applied.color or applied.background:
        result.append(i.Colored((), applied.color, applied.background))
    if applied.marks:
        result += _bare_marks(applied.marks)
    return tuple(result)


@cache
def _bare_marks(bits: int) -> _Wrappers:
    return tuple(i.Mark(kind, ()) for kind in ORDER if bits & _BITS[kind])


def _single_spaces(leaves: Iterable[_Leaf]) -> list[_Leaf]:
    result: list[_Leaf] = []
    after_space = True
    for leaf in leaves:
        node, wrappers = leaf
        if isinstance(node, i.Text):
            text = collapse(node.text)
            if after_space:
                text = text.lstrip(" ")
            if text:
                result.append((node if text == node.text else i.Text(text), wrappers))
                after_space = text.endswith(" ")
        elif isinstance(node, i.LineBreak):
            _strip_end(result)
            result.append(leaf)
            after_space = True
        else:
            result.append(leaf)
            # A place shows nothing: white space on both sides of it is still one space.
            after_space = after_space and isinstance(node, _PLACES)
    _strip_end(result)
    return result


def _strip_end(leaves: list[_Leaf]) -> None:
    index = len(leaves) - 1
    while index >= 0 and isinstance(leaves[index][0], _PLACES):
        index -= 1
    if index < 0:
        return
    node, wrappers = leaves[index]
    if isinstance(node, i.Text) and node.text.endswith(" "):
        text = node.text.rstrip(" ")
        leaves[index : index + 1] = [(i.Text(text), wrappers)] if text else []


def _mark_gaps(leaves: list[_Leaf]) -> list[_Leaf]:
    """Line breaks get the marks that both neighbours have; lone spaces keep no others, except code."""
    if not any(_is_gap(node) for node, _ in leaves):
        return leaves
    following: list[_Wrappers] = [()] * len(leaves)
    for index in range(len(leaves) - 2, -1, -1):
        node, wrappers = leaves[index + 1]
        following[index] = following[index + 1] if _is_gap(node) else wrappers
    before: _Wrappers = ()
    result: list[_Leaf] = []
    for (node, wrappers), after in zip(leaves, following, strict=True):
        if isinstance(node, i.LineBreak):
            result.append((node, tuple(wrapper for wrapper in before if wrapper in after)))
        elif _is_gap(node):
            kept = (w for w in wrappers if w == _CODE or (w in before and w in after))
            result.append((node, tuple(kept)))
        else:
            before = wrappers
            result.append((node, wrappers))
    return result


def _is_gap(node: i.Inline) -> bool:
    return isinstance(node, i.LineBreak) or (isinstance(node, i.Text) and node.text == " ")


def _nest(leaves: list[_Leaf], level: int = 0) -> i.Inlines:
    result: list[i.Inline] = []
    index = 0
    while index < len(leaves):
        node, wrappers = leaves[index]
        end = index + 1
        if len(wrappers) == level:
            last = result[-1] if result else None
            if isinstance(node, i.Text) and isinstance(last, i.Text):
                result[-1] = i.Text(last.text + node.text)
            else:
                result.append(node)
        else:
            wrapper = wrappers[level]
            while end < len(leaves) and len(leaves[end][1]) > level and leaves[end][1][level] == wrapper:
                end += 1
            result.append(_wrap(wrapper, _nest(leaves[index:end], level + 1)))
        index = end
    return tuple(result)


def _wrap(wrapper: _Wrapper, content: i.Inlines) -> i.Inline:
    match wrapper:
        case i.Mark():
            return i.Mark(wrapper.kind, content)
        case i.Link():
            return i.Link(wrapper.target, content, wrapper.anchor, wrapper.title)
        case i.Colored():
            return i.Colored(content, wrapper.color, wrapper.background)
        case i.Annotation():
            return i.Annotation(wrapper.reference, content)
        case _:
            assert_never(wrapper)
