"""Older versions: of one page by its number, of many as they were at a moment."""

from __future__ import annotations

from dataclasses import dataclass, replace

from confluence_xpress.bundle import Page
from confluence_xpress.diagnostics import Diagnostic
from confluence_xpress.errors import InputError
from confluence_xpress.sources.online.api import Api
from confluence_xpress.sources.online.http.connection import Connection
from confluence_xpress.sources.online.http.failures import GoneError

_PRINTED = ("page", "blogpost")


@dataclass(frozen=True, slots=True)
class Dated:
    """Pages as they were. `pinned`: ids of those of which not the current version is wanted."""

    pages: tuple[Page, ...]
    pinned: frozenset[str] = frozenset()
    diagnostics: tuple[Diagnostic, ...] = ()


def at_version(api: Api, dated: Dated, number: int) -> Dated:
    """One page in an older version. InputError if it has no such version, or if there are several pages."""
    pages = [page for page in dated.pages if page.kind in _PRINTED]
    if len(pages) != 1 or len(dated.pages) != 1:
        raise InputError("A version is that of one page, and several were asked for.", "Use --as-of with a date.")
    page = pages[0]
    if number == page.version:
        return dated
    try:
        return Dated((api.at_version(page, number),), frozenset({page.id}), dated.diagnostics)
    except GoneError as error:
        last = f" The last one is {page.version}." if page.version else ""
        raise InputError(f"“{page.title}” has no version {number}.", f"Look at its history.{last}") from error


def as_of(connection: Connection, api: Api, dated: Dated, moment: str) -> Dated:
    """Pages as they were at a moment (ISO 8601, UTC), without those that were made later.

    The tree is that of today: Confluence doesn't tell where pages were, nor which have been deleted.
    """
    made = {page.id for page in dated.pages if not page.created or page.created <= moment}
    parents = {page.id: page.parent for page in dated.pages}

    def parent(page: Page) -> str | None:
        above = page.parent
        while above in parents and above not in made:
            above = parents[above]
        return above

    problems: list[Diagnostic] = []

    def then(page: Page) -> Page | None:
        page = replace(page, parent=parent(page))
        if page.kind not in _PRINTED or (page.updated and page.updated <= moment):
            return page
        older = [version for version in api.versions(page) if version.created <= moment]
        if not older:
            return None
        return api.at_version(page, max(older, key=lambda version: version.number).number)

    before = {page.id: page.version for page in dated.pages}
    found = connection.map(then, [page for page in dated.pages if page.id in made])
    pages = tuple(page for page in found if page)
    pinned = frozenset(page.id for page in pages if page.version != before[page.id])
    message = f"the pages are as they were at {moment}, and arranged as they are today"
    problems.append(Diagnostic("tree-as-of-today", message))
    return Dated(pages, dated.pinned | pinned, (*dated.diagnostics, *problems))
