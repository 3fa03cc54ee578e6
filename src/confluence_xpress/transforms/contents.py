"""The tables of contents that authors put on their pages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from confluence_xpress.diagnostics import Diagnostic
from confluence_xpress.model import (
    Anchor,
    Blocks,
    Contents,
    ContentsEntry,
    Destination,
    IndexTerm,
    Inline,
    InlineFile,
    InlineImage,
    Inlines,
    LineBreak,
    Link,
    Text,
)
from confluence_xpress.model.build import collapse, trim
from confluence_xpress.model.text import inline_text
from confluence_xpress.model.walk import rewrite_inlines
from confluence_xpress.transforms.headings import Levels, Numbers, Placed
from confluence_xpress.transforms.patterns import compile_pattern, matches


def entry(placed: Placed) -> ContentsEntry:
    """A heading as a line of a table of contents: without links, anchors and images."""
    heading = placed.heading
    return ContentsEntry(heading.level, plain(heading.content), Destination(heading.label), heading.number)


def fill_contents(node: Contents, headings: Sequence[Placed]) -> tuple[Blocks, tuple[Diagnostic, ...]]:
    """The table with its entries; nothing if it has none. Levels are filtered as the author counted them."""
    diagnostics: list[Diagnostic] = []
    include = _pattern(node.include, diagnostics)
    exclude = _pattern(node.exclude, diagnostics)
    levels, numbers = Levels(), Numbers()
    entries: list[ContentsEntry] = []
    for placed in headings:
        if not node.min_level <= placed.source_level <= node.max_level:
            continue
        line = entry(placed)
        text = collapse(inline_text(line.content)).strip()
        if not text or (include and not matches(include, text)) or (exclude and matches(exclude, text)):
            continue
        level = levels.next(placed.source_level)
        number = line.number or (numbers.next(level) if node.numbered else "")
        entries.append(replace(line, level=1 if node.flat else level, number=number))
    return ((replace(node, entries=tuple(entries)),) if entries else ()), tuple(diagnostics)


def plain(content: Inlines) -> Inlines:
    """A line that can be repeated elsewhere: no links in it, and no labels."""
    if all(isinstance(node, Text) for node in content):
        return content
    return trim(rewrite_inlines(content, _plain))


def _plain(node: Inline) -> Inlines:
    match node:
        case Link():
            return node.content
        case Anchor() | IndexTerm():
            return ()
        case LineBreak():
            return (Text(" "),)
        case InlineImage():
            return (Text(node.image.alt),) if node.image.alt else ()
        case InlineFile():
            return (Text(node.file.name),)
        case _:
            return (node,)


def _pattern(source: str, diagnostics: list[Diagnostic]) -> re.Pattern[str] | None:
    if not source.strip():
        return None
    pattern = compile_pattern(source.strip())
    if pattern is None:
        message = f"the filter “{source[:80]}” of a table of contents is not a pattern that can be used; all is shown"
        diagnostics.append(Diagnostic("macro-parameter-ignored", message, place="macro toc"))
    return pattern
