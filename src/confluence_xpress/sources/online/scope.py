"""Which pages of a site are meant: a space, a tree, a list, or what a query finds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from confluence_xpress.bundle import Page, Space
from confluence_xpress.diagnostics import Diagnostic
from confluence_xpress.errors import InputError
from confluence_xpress.sources.online.address import Target
from confluence_xpress.sources.online.api import Api, Extent, SpaceRecord
from confluence_xpress.sources.online.http.connection import Connection
from confluence_xpress.sources.online.http.failures import BudgetError, ClosedError, GoneError, OnlineError, SignInError
from confluence_xpress.sources.selection import Selection, select
from confluence_xpress.sources.site import site_map

MOST_FOUND = 20_000
"""Pages that a search may find."""
_HINT = "Check that it exists and that you may view it."


@dataclass(frozen=True, slots=True)
class Wish:
    """What to export of a site. `below`: each page with all that is below it; `depth` levels, if it says how many.

    `moment` (ISO 8601, UTC) and `version` ask for older versions. Without `details` pages have no labels and files.
    """

    targets: tuple[Target, ...] = ()
    cql: str = ""
    below: bool = False
    selection: Selection = field(default_factory=Selection)
    extent: Extent = field(default_factory=Extent)
    moment: str = ""
    version: int | None = None
    details: bool = True


@dataclass(frozen=True, slots=True)
class _Group:
    """The pages of one thing that was asked for among others: a space, or what is below the page `root`."""

    root: str | None
    pages: tuple[Page, ...]
    space: Space | None = None


@dataclass(slots=True)
class Scope:
    """What was asked for, as it is found. `pages`: all among which is selected, by id."""

    pages: dict[str, Page] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    """Of a list of pages."""
    groups: list[_Group] = field(default_factory=list)
    """Of a list that may hold trees and spaces."""
    root: Page | None = None
    whole: set[str] = field(default_factory=set)
    complete: bool = False
    problems: list[Diagnostic] = field(default_factory=list)


def find_scope(connection: Connection, api: Api, wish: Wish) -> Scope:
    """What is wanted, found on the site. InputError if nothing of it can be had."""
    scope = Scope()
    if wish.cql:
        _searched(api, wish, scope)
        return scope
    found = _resolved(connection, api, wish, scope)
    if not found:
        raise InputError("None of what was asked for can be had.", _HINT)
    if len(found) == 1 and len(wish.targets) == 1:
        _single(api, wish, scope, found[0])
        return scope
    scope.groups = connection.map(lambda item: _group(api, wish, item), found)
    for group in scope.groups:
        scope.pages |= {page.id: page for page in group.pages if page.id not in scope.pages}
    return scope


def _group(api: Api, wish: Wish, item: Page | SpaceRecord) -> _Group:
    """One of several things that were asked for, with what is below it."""
    if isinstance(item, SpaceRecord):
        return _Group(None, tuple(api.space_pages(item, wish.extent)), item.space)
    deep = wish.below or wish.selection.depth or item.kind == "folder"
    return _Group(item.id, tuple(api.tree(item, _depth(wish, item), wish.extent) if deep else [item]))


def _grouped(groups: Sequence[_Group], wish: Wish, known: Mapping[str, Page]) -> tuple[str, ...]:
    """The pages of a list in its order, each group narrowed by itself."""
    order: dict[str, None] = {}
    for group in groups:
        pages = [known[page.id] for page in group.pages if page.id in known]
        site, _ = site_map([group.space] if group.space else [], pages)
        root = known.get(group.root or "")
        alone = root is not None and root.kind != "folder" and not (wish.below or wish.selection.depth)
        own = replace(wish.selection, root=root.id if root else None, depth=0 if alone else wish.selection.depth)
        with suppress(InputError):  # nothing is left of this one
            order |= dict.fromkeys(page.id for page in select(site, own))
    if not order:
        raise InputError("No page is left after the selection.", "Check the labels that were asked for and excluded.")
    return tuple(order)


def _single(api: Api, wish: Wish, scope: Scope, item: Page | SpaceRecord) -> None:
    if isinstance(item, SpaceRecord):
        pages = api.space_pages(item, wish.extent)
        if not pages:
            raise InputError(f"There is no page in the space {item.space.key} that you may view.", _HINT)
        scope.whole.add(item.space.key.casefold())
        scope.complete = True
    elif wish.below or wish.selection.depth or item.kind == "folder":
        pages = api.tree(item, _depth(wish, item), wish.extent)
        scope.root = item
        scope.complete = _depth(wish, item) is None
    else:
        pages = [item]
        scope.order.append(item.id)
    scope.pages = {page.id: page for page in pages}


def _depth(wish: Wish, item: Page) -> int | None:
    """How many levels below a page are wanted; None for all."""
    return (
        wish.selection.depth if wish.selection.depth is not None else None if wish.below or item.kind == "folder" else 0
    )


def _resolved(connection: Connection, api: Api, wish: Wish, scope: Scope) -> list[Page | SpaceRecord]:
    """The pages and spaces that are meant, in their order; what is not found is reported."""
    ids = dict.fromkeys(target.id for target in wish.targets if target.id)
    by_id = api.pages(ids)
    if wish.extent.drafts:
        drafts = connection.map(api.unpublished, [page_id for page_id in ids if page_id not in by_id])
        by_id |= {page.id: page for page in drafts if page}

    def find(target: Target) -> Page | SpaceRecord | OnlineError:
        try:
            if target.kind == "space":
                return api.space(target.space)
            if target.id:
                return by_id.get(target.id) or GoneError(
                    f"There is no page with the id {target.id} that you may view.", _HINT
                )
            found = api.find(target.space, target.title, target.day)
            missing = f"There is no page “{target.title}” in the space {target.space} that you may view."
            return found or GoneError(missing, _HINT)
        except (SignInError, BudgetError, ClosedError):
            raise
        except OnlineError as error:
            return error

    found = connection.map(find, wish.targets)
    if len(found) == 1 and isinstance(found[0], OnlineError):
        raise found[0]
    for failure in found:
        if isinstance(failure, OnlineError):
            scope.problems.append(Diagnostic("page-unavailable", failure.message, hint=failure.hint))
    return [item for item in found if not isinstance(item, OnlineError)]


def _searched(api: Api, wish: Wish, scope: Scope) -> None:
    found = api.search(wish.cql, MOST_FOUND)
    pages = [each.id for each in found if each.kind not in ("attachment", "comment", "space", "user")]
    scope.pages = api.pages(pages)
    scope.order = [page_id for page_id in pages if page_id in scope.pages]
    if not scope.order:
        what = f"{len(found):,} results, but no page" if found else "nothing"
        raise InputError(
            f"The query found {what} that you may view: {wish.cql}", "Try it in Confluence's search first."
        )
    if len(found) >= MOST_FOUND:
        message = f"the query finds more than {MOST_FOUND:,} pages; only the first of them are exported"
        scope.problems.append(Diagnostic("page-unavailable", message, hint="Narrow the query."))


def narrowed(wish: Wish, scope: Scope, known: Mapping[str, Page]) -> Selection:
    """What the common selection has to choose from the pages that are there."""
    if scope.groups:
        return Selection(pages=_grouped(scope.groups, wish, known))
    order = tuple(page_id for page_id in scope.order if page_id in known)
    if scope.order:
        return replace(wish.selection, pages=order, root=None, depth=None)
    return replace(wish.selection, pages=(), root=scope.root.id if scope.root else None)
