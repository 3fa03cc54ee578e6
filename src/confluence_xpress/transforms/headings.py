"""Headings get consecutive levels, labels and numbers; anchors and index terms get labels."""

from __future__ import annotations

from dataclasses import dataclass, replace

from confluence_xpress.bundle import Page
from confluence_xpress.model import (
    Anchor,
    Block,
    Blocks,
    Columns,
    Contents,
    Document,
    Heading,
    IndexTerm,
    Inline,
    Inlines,
    Paragraph,
)
from confluence_xpress.model.build import collapse, is_blank
from confluence_xpress.model.text import inline_text
from confluence_xpress.model.walk import iter_inlines, rewrite_blocks, same_inline
from confluence_xpress.transforms.anchors import Names, page_label
from confluence_xpress.transforms.rules import Kinds

# What has a place in the text, and no words.
_PLACES = (Anchor, IndexTerm)


@dataclass(frozen=True, slots=True)
class Placed:
    """A heading where it finally stands; `source_level` is the author's level."""

    heading: Heading
    source_level: int


@dataclass(frozen=True, slots=True)
class Outlined:
    """A document whose headings and anchors have labels."""

    document: Document
    names: Names
    headings: tuple[Placed, ...]


class Levels:
    """Consecutive levels: the first is 1, none is more than one deeper than the one before, deeper stays deeper."""

    def __init__(self) -> None:
        self._open: list[int] = []

    def next(self, level: int) -> int:
        """The level of a heading that its author put on `level`."""
        while self._open and self._open[-1] >= level:
            self._open.pop()
        self._open.append(level)
        return len(self._open)


class Numbers:
    """Outline numbers such as `2.3.1` below a prefix."""

    def __init__(self, prefix: str = "") -> None:
        self._prefix = prefix
        self._counts: list[int] = []

    def next(self, level: int) -> str:
        """The number of the next heading on this consecutive level."""
        del self._counts[level:]
        while len(self._counts) < level:
            self._counts.append(0)
        self._counts[level - 1] += 1
        own = ".".join(map(str, self._counts))
        return f"{self._prefix}.{own}" if self._prefix else own


def outline_headings(
    document: Document, page: Page, prefix: str | None = None, present: Kinds | None = None
) -> Outlined:
    """Headings without gaps in their levels, with labels, and with numbers below `prefix` unless that is None.

    Empty headings go, and so does a first heading that only repeats the page's title. Anchors and index
    terms carry labels afterwards. `present` are the classes of the document's nodes, if they are known.
    """
    label = page_label(page.id)
    names = Names(label, page.title)
    levels, numbers = Levels(), None if prefix is None else Numbers(prefix)
    placed: list[Placed] = []
    repeats_title = _repeats_title(document.content, page.title)
    count = terms = 0

    def on_inline(node: Inline) -> Inlines:
        nonlocal count, terms
        if isinstance(node, IndexTerm):
            terms += 1
            return (replace(node, label=f"{label}-t{terms}"),)
        if not isinstance(node, Anchor):
            return (node,)
        count += 1
        own = f"{label}-a{count}"
        names.add_anchor(node.name, own)
        return (Anchor(own),)

    def on_block(node: Block) -> Blocks:
        nonlocal repeats_title
        if not isinstance(node, Heading):
            return (node,)
        anchors = tuple(inline for inline in iter_inlines(node.content) if isinstance(inline, _PLACES))
        if len(anchors) == len(node.content) or is_blank(node.content):
            return (Paragraph(anchors),) if anchors else ()
        text = inline_text(node.content)
        if repeats_title:
            repeats_title = False
            names.add_heading(text, label)
            return (Paragraph(anchors),) if anchors else ()
        level = levels.next(node.level)
        own = f"{label}-h{len(placed) + 1}"
        heading = replace(node, level=level, label=own, number=numbers.next(level) if numbers else "")
        names.add_heading(text, own)
        placed.append(Placed(heading, node.level))
        return (heading,)

    anchored = present is None or not present.isdisjoint(_PLACES)
    content = rewrite_blocks(document.content, on_block, on_inline if anchored else same_inline)
    return Outlined(Document(content), names, tuple(placed))


def _repeats_title(nodes: Blocks, title: str) -> bool:
    """Whether the page begins with its own title once more; a table of contents may stand before it."""
    first = _first(nodes)
    return isinstance(first, Heading) and _words(inline_text(first.content)) == _words(title) != ""


def _first(nodes: Blocks) -> Block | None:
    for node in nodes:
        if isinstance(node, Contents):
            continue
        if isinstance(node, Paragraph | Heading) and (
            is_blank(node.content) or all(isinstance(inline, _PLACES) for inline in node.content)
        ):
            continue
        if isinstance(node, Columns):
            found = next((f for column in node.columns if (f := _first(column.content))), None)
            if found is None:
                continue
            return found
        return node
    return None


def _words(text: str) -> str:
    return collapse(text).strip().casefold()
