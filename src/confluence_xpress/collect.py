"""The needs loop: a source and a selection become a bundle that lacks nothing the source can give."""

from __future__ import annotations

from collections.abc import Callable, Collection

from confluence_xpress.bundle import Bundle, Page
from confluence_xpress.errors import InternalError
from confluence_xpress.needs import AttachmentNeed, ImageNeed, JiraNeed, Need, UserNeed
from confluence_xpress.sources.selection import Selection, select
from confluence_xpress.sources.source import SiteMap, Source

MAX_ROUNDS = 50
"""Every round answers what the last one brought up: pages included by included pages, mostly two or three deep."""

BATCH = 250
"""Needs asked for at once: the most page bodies that one call to Confluence Cloud gives."""

_LEAVES = (AttachmentNeed, ImageNeed, JiraNeed, UserNeed)
"""Needs whose answers bring up no others: files, issues and names."""

Needs = Callable[[Bundle], Collection[Need]]
Progress = Callable[[int, int], None]
"""Called with the needs answered so far and those known so far."""


def collect(
    source: Source,
    selection: Selection,
    title: str | None = None,
    *,
    needs: Needs,
    progress: Progress | None = None,
) -> Bundle:
    """The selected pages and everything they need. InputError if the selection can't be met."""
    return complete(source, outline(source, selection, title), needs=needs, progress=progress)


def outline(source: Source, selection: Selection, title: str | None = None) -> Bundle:
    """The selected pages' metadata only: enough to plan a book and to complete it part by part."""
    site = source.pages()
    pages = select(site, selection)
    return Bundle(title or _title(site, pages, selection), pages, site.spaces, as_of=site.as_of)


def complete(source: Source, bundle: Bundle, *, needs: Needs, progress: Progress | None = None) -> Bundle:
    """The bundle with an answer to every need that `needs` states, then states because of the answers, and so on."""
    answered = 0
    for _ in range(MAX_ROUNDS):
        missing = tuple(dict.fromkeys(needs(bundle)))
        if not missing:
            return bundle
        if again := [need for need in missing if need in bundle.answers]:
            raise InternalError(f"A need was asked for although it is answered: {again[0]}.")
        answers = dict(bundle.answers)
        for start in range(0, len(missing), BATCH):
            batch = missing[start : start + BATCH]
            found = source.fulfil(batch)
            if silent := [need for need in batch if need not in found]:
                raise InternalError(f"The source left a need without an answer: {silent[0]}.")
            answers |= found
            if progress:
                progress(answered + start + len(batch), answered + len(missing))
        bundle = bundle.with_answers(answers)
        answered += len(missing)
        if all(isinstance(need, _LEAVES) for need in missing):
            return bundle
    raise InternalError(f"After {MAX_ROUNDS} rounds there are still needs without an answer.")


def _title(site: SiteMap, pages: tuple[Page, ...], selection: Selection) -> str:
    if selection.root is not None:
        return next((page.title for page in site.pages if page.id == selection.root), pages[0].title)
    if len(pages) == 1:
        return pages[0].title
    names = {space.key: space.name or space.key for space in site.spaces}
    used = dict.fromkeys(names[page.space] for page in pages if names.get(page.space))
    return ", ".join(used) or pages[0].title
