"""The page tree: from loose page metadata to a `SiteMap` in reading order."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from confluence_xpress.bundle import Page, Space
from confluence_xpress.diagnostics import Diagnostic
from confluence_xpress.sources.source import SiteMap

UNPOSITIONED = 2**31 - 1
"""The position of a page that has none: after its siblings that have one, as Confluence shows new pages."""

# Shorter than the digit limit of int(): a title may be one long number.
_DIGITS = re.compile(r"([0-9]{1,18})")

_Key = tuple[str | int, ...]


def natural(text: str) -> _Key:
    """A sort key that ignores case and reads numbers as numbers: `Part 2` before `Part 10`."""
    return tuple(int(part) if i % 2 else part for i, part in enumerate(_DIGITS.split(text.casefold())))


def site_map(spaces: Iterable[Space], pages: Iterable[Page]) -> tuple[SiteMap, tuple[Diagnostic, ...]]:
    """The pages in reading order: space by space the home page's tree, then the other trees; blog posts by date.

    Siblings are ordered by position, then by title. A parent that does not exist makes a page a root; parents in a
    circle are cut at the home page or else at the first page given. Of pages with the same id the first counts.
    """
    spaces = tuple(spaces)
    by_id: dict[str, Page] = {}
    for page in pages:
        by_id.setdefault(page.id, page)
    parents = {
        page.id: page.parent if page.parent in by_id and page.kind != "blogpost" else None for page in by_id.values()
    }
    homepages = [space.homepage for space in spaces if space.homepage in by_id]
    diagnostics = tuple(_cut_cycles(parents, by_id, homepages))
    first = {_root(home, parents) for home in homepages}
    rank = {space.key: i for i, space in enumerate(spaces)}

    children: dict[str | None, list[Page]] = defaultdict(list)
    for page in by_id.values():
        children[parents[page.id]].append(page)
    for parent, siblings in children.items():
        siblings.sort(key=lambda page: (page.position, natural(page.title), page.id))
        if parent is None:
            siblings.sort(key=lambda page: (rank.get(page.space, len(rank)), page.id not in first))
    roots = [page for page in children[None] if page.kind != "blogpost"]
    posts = [page for page in children[None] if page.kind == "blogpost"]
    posts.sort(key=lambda page: (page.created, natural(page.title), page.id))

    ordered: list[Page] = []
    for tree in (roots, posts):
        stack = tree[::-1]
        while stack:
            page = stack.pop()
            parent = parents[page.id]
            ordered.append(page if parent == page.parent else replace(page, parent=parent))
            stack.extend(reversed(children.get(page.id, ())))
    return SiteMap(spaces, tuple(ordered)), diagnostics


def _root(page_id: str, parents: dict[str, str | None]) -> str:
    while (parent := parents[page_id]) is not None:
        page_id = parent
    return page_id


def _cut_cycles(parents: dict[str, str | None], by_id: dict[str, Page], homepages: list[str]) -> Iterator[Diagnostic]:
    rank = {page_id: i for i, page_id in enumerate(dict.fromkeys((*homepages, *by_id)))}
    rooted: set[str] = set()
    for start in (*homepages, *parents):
        path: dict[str, None] = {}
        current: str | None = start
        while current is not None and current not in rooted and current not in path:
            path[current] = None
            current = parents[current]
        if current is not None and current in path:
            trail = list(path)
            cycle = trail[trail.index(current) :]
            # The walk may have entered the circle anywhere; the result must not depend on where.
            cut = min(cycle, key=rank.__getitem__)
            parents[cut] = None
            titles = ", ".join(f"“{by_id[page_id].title}”" for page_id in cycle[:5])
            more = f" and {len(cycle) - 5} more" if len(cycle) > 5 else ""
            yield Diagnostic(
                "page-cycle",
                f"Pages that are each other's parents: {titles}{more}. “{by_id[cut].title}” was put at the top.",
                page=cut,
                hint="Move one of the pages in Confluence.",
            )
        rooted.update(path)
