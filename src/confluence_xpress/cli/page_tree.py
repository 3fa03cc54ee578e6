"""`xpress tree`: the pages of a source as a tree for people, or as JSON for programs."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, TextIO

from confluence_xpress.bundle import Page
from confluence_xpress.cli.branches import KINDS, Row, count_text, number_text, page_rows
from confluence_xpress.cli.terminal import PLAIN, Display, cells, display_of, safe_text
from confluence_xpress.sources.source import SiteMap

_DEEPEST = 40
"""Levels with guides of their own. Deeper ones tell their level, so that a hostile tree makes no endless lines."""

_CHUNK = 500
"""Lines written at once."""

_BOLD, _DIM, _PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[0m"
_STYLES = {"folder": "\x1b[36m", "whiteboard": "\x1b[35m", "database": "\x1b[35m", "embed": "\x1b[35m"}


def print_tree(
    site: SiteMap,
    pages: Sequence[Page] | None = None,
    *,
    ids: bool = True,
    depth: int | None = None,
    file: TextIO | None = None,
) -> None:
    """Print the tree of these pages (None: of all that the source has) to standard output or `file`.

    With colours and cut to the width on a terminal, whole and plain elsewhere. Ends quietly when the reader goes away.
    """
    file = file or sys.stdout
    chosen = site.pages if pages is None else pages
    _print(tree_lines(site, chosen, ids=ids, depth=depth, display=display_of(file)), file)


def print_tree_json(
    site: SiteMap, pages: Sequence[Page] | None = None, *, depth: int | None = None, file: TextIO | None = None
) -> None:
    """The same as a JSON list, one page a line: see `tree_records`."""
    chosen = site.pages if pages is None else pages
    _print(_json_lines(tree_records(site, chosen, depth=depth)), file or sys.stdout)


def tree_lines(
    site: SiteMap,
    pages: Sequence[Page],
    *,
    ids: bool = True,
    depth: int | None = None,
    display: Display = PLAIN,
) -> Iterator[str]:
    """One line for each space, page, blog and year, and at last how much there is.

    `ids`: whether the lines end with the ids. `depth`: levels below the top pages that are shown (0: these alone);
    blog posts have no levels and are all shown.
    """
    rows = page_rows(site.spaces, pages)
    guides = _Guides(display)
    hidden = 0
    for index in _shown(rows, depth):
        row = rows[index]
        inside = row.end - index - 1
        facts = [*page_notes(row.page), *([safe_text(row.page.id)] if ids else [])] if row.page else []
        if row.kind == "year":
            facts.append(number_text(inside, *KINDS["blogpost"]))
        if inside and _cut_off(row, depth):
            hidden += inside
            facts.append(f"{inside:,} below")
        yield _line(row, guides.before(row), facts, display)
    yield ""
    more = f"; {hidden:,} of them below what is shown" if hidden else ""
    yield f"{count_text(row.page for row in rows if row.page)}{more}"


def tree_records(site: SiteMap, pages: Sequence[Page], *, depth: int | None = None) -> Iterator[dict[str, Any]]:
    """The pages in the order of the tree, for programs. `level` is 0 for top pages and blog posts."""
    rows = page_rows(site.spaces, pages)
    for index in _shown(rows, depth):
        page = rows[index].page
        if page:
            above = rows[rows[index].parent].page
            yield {
                "id": page.id,
                "title": page.title,
                "kind": page.kind,
                "parent": above.id if above else None,
                "level": 0 if page.kind == "blogpost" else rows[index].level - 1,
                "space": page.space,
                "url": page.url,
                "labels": list(page.labels),
                "version": page.version,
                "updated": page.updated,
            }


def page_notes(page: Page) -> tuple[str, ...]:
    """What a reader of a tree should know of a page besides its title: its state, its kind, the date of a blog post."""
    state = "" if page.status == "current" else page.status
    kind = "" if page.kind in ("page", "blogpost") else page.kind
    date = safe_text(page.created[:10]) if page.kind == "blogpost" else ""
    return tuple(note for note in (state, kind, date) if note)


def _shown(rows: tuple[Row, ...], depth: int | None) -> Iterator[int]:
    index = 0
    while index < len(rows):
        yield index
        index = rows[index].end if _cut_off(rows[index], depth) else index + 1


def _cut_off(row: Row, depth: int | None) -> bool:
    return depth is not None and row.level > depth and row.page is not None and row.page.kind != "blogpost"


def _line(row: Row, guide: str, facts: Sequence[str], display: Display) -> str:
    """Title, facts, labels. Where the width is limited, labels give way first, then the title."""
    between = " · " if display.glyphs else " - "
    told = display.fit(between.join(facts))
    labels = display.fit(" ".join(f"#{safe_text(label)}" for label in row.page.labels)) if row.page else ""
    title = row.title
    if display.width is None:
        title = display.fit(title)
    else:
        room = display.width - cells(guide)
        told = display.fit(told, max(0, room - 10))
        title = display.fit(title, max(1, room - (cells(told) + 2 if told else 0)))
        rest = room - cells(title) - cells(told) - (2 if told else 0) - (len(between) if told else 2)
        labels = display.fit(labels, rest) if rest >= 8 else ""
    tail = between.join(part for part in (told, labels) if part)
    if not display.color:
        return f"{guide}{title}  {tail}".rstrip() if tail else f"{guide}{title}"
    style = _STYLES.get(row.page.kind, "") if row.page else _BOLD
    title = f"{style}{title}{_PLAIN}" if style else title
    return f"{_DIM}{guide}{_PLAIN}{title}" + (f"  {_DIM}{tail}{_PLAIN}" if tail else "")


class _Guides:
    """The lines that lead from a row to the rows below it; rows must come in order."""

    def __init__(self, display: Display) -> None:
        self._on, self._off = ("│  ", "   ") if display.glyphs else ("|  ", "   ")
        self._fork, self._end = ("├─ ", "└─ ") if display.glyphs else ("|- ", "`- ")
        # Titles get at least half of a terminal.
        self._deepest = _DEEPEST if display.width is None else max(1, min(_DEEPEST, display.width // 6))
        self._above = [""]

    def before(self, row: Row) -> str:
        """What stands before a title."""
        if row.level == 0:
            return ""
        if row.level > self._deepest:
            return f"{self._above[self._deepest - 1]}   ({row.level}) "
        above = self._above[row.level - 1]
        self._above[row.level :] = [above + (self._off if row.last else self._on)]
        return above + (self._end if row.last else self._fork)


def _json_lines(records: Iterator[dict[str, Any]]) -> Iterator[str]:
    # ASCII, as a terminal takes some characters above it for commands.
    before = "["
    for record in records:
        yield before + json.dumps(record)
        before = ","
    yield "]" if before == "," else "[]"


def _print(lines: Iterator[str], file: TextIO) -> None:
    """Write lines in large pieces, until nobody reads any more."""
    try:
        while piece := list(islice(lines, _CHUNK)):
            file.write("".join(f"{line}\n" for line in piece))
        file.flush()
    except BrokenPipeError:
        # What is still buffered goes nowhere, instead of failing again when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), file.fileno())
