"""All transforms in their order: what the site holds becomes pages that are ready to be written.

A page is prepared in two steps, since links lead to places on other pages: `draft_page` reads it and names its places,
`finish_page` resolves what needs the names of all pages. `prepare` does both for a whole book; who shares a book out in
parts drafts all pages, or is content with links to pages where they would lead to headings of other parts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from confluence_xpress.bundle import Page, Unavailable
from confluence_xpress.diagnostics import Diagnostic, on_page
from confluence_xpress.lookup import Site
from confluence_xpress.macros.pages import printed
from confluence_xpress.macros.table import expand_computed
from confluence_xpress.model import (
    Annotation,
    Blocks,
    Card,
    Contents,
    ContentsEntry,
    Document,
    Excerpt,
    InlineMacro,
    Inlines,
    Macro,
    Mention,
    Notice,
    PageProperties,
    Paragraph,
    SyncedBlock,
    Text,
)
from confluence_xpress.model.build import collapse
from confluence_xpress.model.text import block_text
from confluence_xpress.transforms.anchors import Names, page_label
from confluence_xpress.transforms.contents import entry, fill_contents
from confluence_xpress.transforms.headings import Placed, outline_headings
from confluence_xpress.transforms.index import Index
from confluence_xpress.transforms.links import resolve_links
from confluence_xpress.transforms.live_lists import live_list
from confluence_xpress.transforms.macros import Expand, expand_macros
from confluence_xpress.transforms.outline import Place, outline
from confluence_xpress.transforms.people import name_person
from confluence_xpress.transforms.rules import Kinds, apply_rules, kinds_in
from confluence_xpress.transforms.stand_ins import without_body
from confluence_xpress.transforms.unwrap import unwrap_annotation, unwrap_synced

Found = tuple[Diagnostic, ...]
Images = Callable[[Document, Site, Page], tuple[Document, Found]]
"""The transform that makes media sources ready for the typesetter."""
Tables = Callable[[Document], tuple[Document, Found]]
"""The transform that makes tables fit."""
T = TypeVar("T")


def no_images(document: Document, _site: Site, _page: Page) -> tuple[Document, Found]:
    """Images stay as the reader gave them."""
    return document, ()


def no_tables(document: Document) -> tuple[Document, Found]:
    """Tables stay as the reader gave them."""
    return document, ()


@dataclass(frozen=True, slots=True)
class Options:
    """How pages are prepared."""

    numbering: bool = False
    """Chapter numbers before the titles of pages and their headings."""
    images: Images = no_images
    tables: Tables = no_tables
    expand: Expand = expand_computed


@dataclass(frozen=True, slots=True)
class Draft:
    """A page that is read and whose places have names; its links still point as the author wrote them."""

    page: Page
    place: Place
    document: Document
    names: Names
    headings: tuple[Placed, ...]
    included: frozenset[str]
    """Pages whose content is on this page too."""
    present: Kinds
    """The classes of the document's nodes."""
    diagnostics: Found


@dataclass(frozen=True, slots=True)
class PreparedPage:
    """A page that is ready to be written."""

    page: Page
    document: Document
    label: str
    """Where links to the page lead; its title carries it."""
    level: int
    """1 for chapters and the introduction."""
    number: str
    """Chapter number; empty without numbering and for the introduction."""
    headings: tuple[ContentsEntry, ...]
    """The page's own headings, levels counted from 1 on each page."""
    diagnostics: Found


def prepare(
    site: Site, options: Options | None = None, pages: Sequence[Page] | None = None
) -> tuple[PreparedPage, ...]:
    """The exported pages, or some of them, in reading order. What the bundle lacks is noted in `site.missing`."""
    options = options or Options()
    places = outline(site.bundle.pages)
    wanted = site.bundle.pages if pages is None else pages
    drafts = [draft_page(page, site, places[page.id], options) for page in wanted]
    index = Index(site, {draft.page.id: draft.names for draft in drafts})
    return tuple(finish_page(draft, index, options) for draft in drafts)


def draft_page(page: Page, site: Site, place: Place, options: Options) -> Draft:
    """The page with its macros expanded, people named, headings in order, and names for its places."""
    document, found = _body(page, site)
    return _guarded(
        page,
        document,
        lambda: _draft(page, site, place, options, document, found),
        lambda plain, lost: _plain_draft(page, place, plain, (*found, lost)),
    )


def finish_page(draft: Draft, index: Index, options: Options) -> PreparedPage:
    """The page with its links, images and tables resolved. `index` holds the names of all drafted pages."""
    page = draft.page

    def prepared(document: Document, headings: Iterable[Placed], found: Found) -> PreparedPage:
        return PreparedPage(
            page=page,
            document=document,
            label=draft.names.page,
            level=draft.place.level,
            number=draft.place.number if options.numbering else "",
            headings=tuple(entry(placed) for placed in headings),
            diagnostics=tuple(dict.fromkeys((*draft.diagnostics, *on_page(page.id, found)))),
        )

    linked = _guarded(
        page,
        draft.document,
        lambda: prepared(*_link(draft, index)),
        lambda plain, lost: prepared(plain, (), (lost,)),
    )
    return lay_out(lay_out(linked, lambda document: options.images(document, index.site, page)), options.tables)


def lay_out(page: PreparedPage, transform: Callable[[Document], tuple[Document, Found]]) -> PreparedPage:
    """The page after one more transform."""

    def laid(document: Document, found: Found) -> PreparedPage:
        found = on_page(page.page.id, found)
        return replace(page, document=document, diagnostics=tuple(dict.fromkeys((*page.diagnostics, *found))))

    return _guarded(
        page.page,
        page.document,
        lambda: laid(*transform(page.document)),
        lambda plain, lost: laid(plain, (lost,)),
    )


def _draft(page: Page, site: Site, place: Place, options: Options, document: Document, found: Found) -> Draft:
    diagnostics = [*found]
    included: frozenset[str] = frozenset()
    present = kinds_in(document)
    if not present.isdisjoint((Macro, InlineMacro)):
        expanded = expand_macros(document, site, page, options.expand)
        document, included, present = expanded.document, expanded.included, kinds_in(expanded.document)
        diagnostics += expanded.diagnostics

    def synced(node: SyncedBlock) -> Blocks:
        content, lost = unwrap_synced(node)
        diagnostics.extend(lost)
        return content

    def card(node: Card) -> Blocks:
        content, lost = live_list(node, site, page)
        diagnostics.extend(lost)
        return content

    def mention(node: Mention) -> Inlines:
        named, unknown = name_person(node, site)
        diagnostics.extend(unknown)
        return (named,)

    unwrapped = apply_rules(
        document,
        {Excerpt: printed, PageProperties: printed, SyncedBlock: synced, Card: card},
        {Annotation: unwrap_annotation, Mention: mention},
        present,
    )
    # Headings of a page with pages below it would take the numbers of those pages.
    prefix = place.number if options.numbering and place.leaf else None
    outlined = outline_headings(unwrapped, page, prefix, present)
    found = on_page(page.id, dict.fromkeys(diagnostics))
    return Draft(page, place, outlined.document, outlined.names, outlined.headings, included, present, found)


def _plain_draft(page: Page, place: Place, document: Document, found: Found) -> Draft:
    names = Names(page_label(page.id), page.title)
    return Draft(page, place, document, names, (), frozenset(), kinds_in(document), on_page(page.id, found))


def _link(draft: Draft, index: Index) -> tuple[Document, tuple[Placed, ...], Found]:
    linked = resolve_links(draft.document, draft.page, index, draft.included, draft.present)
    headings = tuple(
        replace(p, heading=replace(p.heading, content=linked.headings[p.heading.label]))
        if p.heading.label in linked.headings
        else p
        for p in draft.headings
    )
    document, listed = _with_contents(linked.document, headings, draft.present)
    return document, headings, (*linked.diagnostics, *listed)


def _with_contents(document: Document, headings: tuple[Placed, ...], present: Kinds) -> tuple[Document, Found]:
    found: list[Diagnostic] = []

    def contents(node: Contents) -> Blocks:
        filled, diagnostics = fill_contents(node, headings)
        found.extend(diagnostics)
        return filled

    return apply_rules(document, {Contents: contents}, {}, present), tuple(found)


def _body(page: Page, site: Site) -> tuple[Document, Found]:
    if not page.has_body:
        return without_body(page, site)
    try:
        answer = site.document(page)
    except Exception as error:  # noqa: BLE001 - one unreadable page never fails an export
        message = f"the body could not be read: {type(error).__name__}"
        return _notice("The content of this page could not be read."), (Diagnostic("page-body-unreadable", message),)
    if isinstance(answer, Unavailable):
        message = f"the content of this page is not available: {answer.reason}"
        hint = "Check that you may view the page, and that the source holds it."
        shown = _notice(f"The content of this page is not available: {answer.reason}")
        return shown, (Diagnostic("page-body-missing", message, hint=hint),)
    read, found = answer
    if any(diagnostic.code == "page-body-unreadable" for diagnostic in found):
        notice = "The content of this page could not be read; what can be made out of it follows."
        return replace(read, content=(Notice(notice), *read.content)), found
    return answer


def _notice(message: str) -> Document:
    return Document((Notice(message),))


def _guarded(page: Page, document: Document, run: Callable[[], T], instead: Callable[[Document, Diagnostic], T]) -> T:
    """What `run` gives; if it fails, the page as plain text: a defect in one page never fails an export."""
    try:
        return run()
    except Exception as error:  # noqa: BLE001 - a defect in one page never fails an export
        lost = Diagnostic(
            "page-body-unreadable",
            f"the page could not be prepared ({type(error).__name__}), only its text is shown",
            page=page.id,
            hint="Please report this with the page that caused it.",
        )
        try:
            lines = block_text(document.content).split("\n")
        except RecursionError:
            lines = []
        text = tuple(Paragraph((Text(collapse(line)),)) for line in lines if line.strip())
        return instead(Document((Notice("This page could not be prepared, only its text is shown.", text),)), lost)
