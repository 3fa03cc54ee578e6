"""Pages as the rows of a tree: space by space its pages, then its blog posts year by year."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from confluence_xpress.bundle import Page, Space
from confluence_xpress.cli.terminal import safe_text, safe_title

KINDS: Mapping[str, tuple[str, str]] = {
    "page": ("page", "pages"),
    "folder": ("folder", "folders"),
    "whiteboard": ("whiteboard", "whiteboards"),
    "database": ("database", "databases"),
    "embed": ("embed", "embeds"),
    "blogpost": ("blog post", "blog posts"),
}
"""What is in a tree: one of it, several of it. In the order in which they are counted."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a tree. `parent` is the number of the row above it (-1: none), `end` of the first row not below it.

    `level` is 0 for a space. The title can be shown as it is. `page` is None for spaces, blogs and their years.
    """

    kind: Literal["space", "blog", "year", "page"]
    title: str
    page: Page | None
    parent: int
    level: int
    last: bool
    """Whether no sibling follows."""
    end: int

    @property
    def group(self) -> bool:
        """Whether it only holds others: a space, a blog, a year, a folder."""
        return self.page is None or self.page.kind == "folder"


def page_rows(spaces: Iterable[Space], pages: Iterable[Page]) -> tuple[Row, ...]:
    """The rows, each before those below it. A parent counts only if it is among the pages, and before its child."""
    tree = _Tree(pages)
    names = {space.key: space.name or space.key for space in spaces}
    rows: list[_Draft] = []
    keys = [key for key in names if tree.holds(key)] + [key for key in tree.spaces() if key not in names]
    for key in keys:
        name = safe_text(names.get(key, key)) or "Pages"
        tree.write(rows, key, f"{name} ({safe_text(key)})" if key and name != key else name, last=key == keys[-1])
    ends = [index + 1 for index in range(len(rows))]
    for index in range(len(rows) - 1, -1, -1):
        if (parent := rows[index].parent) >= 0:
            ends[parent] = max(ends[parent], ends[index])
    return tuple(
        Row(row.kind, row.title, row.page, row.parent, row.level, row.last, end)
        for row, end in zip(rows, ends, strict=True)
    )


def count_text(pages: Iterable[Page]) -> str:
    """How many there are of each kind, as “1,024 pages, 12 folders, 30 blog posts”."""
    counts: dict[str, int] = defaultdict(int)
    for page in pages:
        counts[page.kind if page.kind in KINDS else "page"] += 1
    return ", ".join(number_text(counts[kind], *names) for kind, names in KINDS.items() if counts[kind]) or "no pages"


def number_text(number: int, one: str, several: str) -> str:
    """A number and its noun."""
    return f"{number:,} {one if number == 1 else several}"


def below(row: int, rows: tuple[Row, ...]) -> Iterator[int]:
    """The rows directly below one."""
    index = row + 1
    while index < rows[row].end:
        yield index
        index = rows[index].end


@dataclass(slots=True)
class _Draft:
    kind: Literal["space", "blog", "year", "page"]
    title: str
    page: Page | None
    parent: int
    level: int
    last: bool


class _Tree:
    """Pages by what they are below."""

    def __init__(self, pages: Iterable[Page]) -> None:
        self._roots: dict[str, list[Page]] = defaultdict(list)
        self._children: dict[str, list[Page]] = defaultdict(list)
        self._years: dict[str, dict[str, list[Page]]] = {}
        seen: set[str] = set()
        placed: set[str] = set()
        for page in pages:
            if page.id in seen:
                continue
            seen.add(page.id)
            if page.kind == "blogpost":
                self._years.setdefault(page.space, {}).setdefault(_year(page), []).append(page)
                continue
            placed.add(page.id)
            if page.parent is not None and page.parent != page.id and page.parent in placed:
                self._children[page.parent].append(page)
            else:
                self._roots[page.space].append(page)

    def spaces(self) -> list[str]:
        """The keys of the spaces that have any page."""
        return list(dict.fromkeys((*self._roots, *self._years)))

    def holds(self, key: str) -> bool:
        """Whether a space has any page."""
        return key in self._roots or key in self._years

    def write(self, rows: list[_Draft], key: str, title: str, *, last: bool) -> None:
        """Append the rows of one space."""
        top = len(rows)
        rows.append(_Draft("space", title, None, -1, 0, last))
        years = self._years.get(key, {})
        self._write_pages(rows, self._roots.get(key, []), top, followed=bool(years))
        if not years:
            return
        blog = len(rows)
        rows.append(_Draft("blog", "Blog posts", None, top, 1, last=True))
        for number, (year, posts) in enumerate(years.items(), 1):
            above = len(rows)
            rows.append(_Draft("year", year, None, blog, 2, number == len(years)))
            rows += [_Draft("page", safe_title(post.title), post, above, 3, post is posts[-1]) for post in posts]

    def _write_pages(self, rows: list[_Draft], roots: list[Page], top: int, *, followed: bool) -> None:
        # A stack, not recursion: nobody says how deep a tree is.
        stack = [(page, top, 1, page is roots[-1] and not followed) for page in reversed(roots)]
        while stack:
            page, parent, level, last = stack.pop()
            here = len(rows)
            rows.append(_Draft("page", safe_title(page.title), page, parent, level, last))
            children = self._children.get(page.id, [])
            stack += [(child, here, level + 1, child is children[-1]) for child in reversed(children)]


def _year(page: Page) -> str:
    year = page.created[:4]
    return year if year.isascii() and year.isdigit() else "undated"
