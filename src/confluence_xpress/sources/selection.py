"""Which pages to export: a whole source, a page tree, or a hand-picked list, narrowed by labels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from difflib import get_close_matches

from confluence_xpress.bundle import Page
from confluence_xpress.errors import InputError
from confluence_xpress.sources.source import SiteMap


@dataclass(frozen=True, slots=True)
class Selection:
    """What the user asked for; the default is every page.

    `pages` is a list of ids in the order wanted. `root` is the top of a page tree, `depth` how many levels below it
    to take (0: only the root; without a root, the levels below each top page). `labels` keeps pages that have any of
    them, `exclude_labels` drops a page and all below it, `skip_labels` only the page. `blogposts` adds the blog posts
    (of the root's space).
    """

    pages: tuple[str, ...] = ()
    root: str | None = None
    depth: int | None = None
    labels: tuple[str, ...] = ()
    exclude_labels: tuple[str, ...] = ()
    skip_labels: tuple[str, ...] = ()
    blogposts: bool = False


def select(site: SiteMap, selection: Selection) -> tuple[Page, ...]:
    """The selected pages in reading order, each with its nearest selected ancestor as its parent.

    Raises InputError for ids that don't exist, for contradictions, and if nothing is left.
    """
    if selection.pages and (selection.root is not None or selection.depth is not None):
        raise InputError("A list of pages and a page tree were both asked for.", "Choose one of them.")
    if selection.depth is not None and selection.depth < 0:
        raise InputError(
            f"The depth is {selection.depth}.", "Use 0 for the page alone, 1 to add its children, and so on."
        )
    by_id = {page.id: page for page in site.pages}
    wanted = selection.pages or (() if selection.root is None else (selection.root,))
    if unknown := [page_id for page_id in dict.fromkeys(wanted) if page_id not in by_id]:
        raise InputError(f"No page with the id {', '.join(unknown)}.", _advice(unknown, site.pages))
    if not site.pages:
        raise InputError("There is no page to export.", "Check that the export holds current pages.")
    if selection.pages:
        chosen = _picked([by_id[page_id] for page_id in dict.fromkeys(selection.pages)], selection)
    else:
        chosen = _tree(site.pages, selection, None if selection.root is None else by_id[selection.root])
    if not chosen:
        raise InputError("No page is left after the selection.", "Check the labels that were asked for and excluded.")
    return chosen


def _tree(pages: Iterable[Page], selection: Selection, root: Page | None) -> tuple[Page, ...]:
    include = _folded(selection.labels)
    exclude, skip = _folded(selection.exclude_labels), _folded(selection.skip_labels)
    level: dict[str, int] = {}
    nearest: dict[str, str | None] = {}
    chosen: list[Page] = []
    for page in pages:
        if root is not None and page.id == root.id:
            depth = 0
        elif page.parent in level:
            depth = level[page.parent] + 1
        elif page.kind == "blogpost":
            if not selection.blogposts or (root is not None and page.space != root.space):
                continue
            depth = 0
        elif root is None and page.parent is None:
            depth = 0
        else:
            continue
        labels = _folded(page.labels)
        if labels & exclude or (selection.depth is not None and depth > selection.depth):
            continue
        level[page.id] = depth
        ancestor = nearest.get(page.parent) if page.parent else None
        if not labels & skip and (not include or labels & include):
            chosen.append(page if page.parent == ancestor else replace(page, parent=ancestor))
            nearest[page.id] = page.id
        else:
            nearest[page.id] = ancestor
    return tuple(chosen)


def _picked(pages: Iterable[Page], selection: Selection) -> tuple[Page, ...]:
    include = _folded(selection.labels)
    exclude = _folded((*selection.exclude_labels, *selection.skip_labels))
    chosen: list[Page] = []
    above: list[str] = []
    for page in pages:
        labels = _folded(page.labels)
        if (include and not labels & include) or labels & exclude:
            continue
        # The order given rules: a parent counts only where the page directly continues its tree.
        while above and above[-1] != page.parent:
            above.pop()
        chosen.append(page if above else replace(page, parent=None))
        above.append(page.id)
    return tuple(chosen)


def _folded(labels: Iterable[str]) -> frozenset[str]:
    return frozenset(label.casefold() for label in labels)


def _advice(unknown: list[str], pages: tuple[Page, ...]) -> str:
    for text in unknown:
        if titled := [page for page in pages if page.title.casefold() == text.casefold()]:
            return f"“{titled[0].title}” is the title of the page with the id {titled[0].id}."
    close = get_close_matches(unknown[0], [page.id for page in pages], n=3)
    named = "; ".join(f"{page.id} “{page.title}”" for page in pages if page.id in close)
    return f"Did you mean {named}?" if named else f"The source has {len(pages)} pages, and none is close to it."
