"""What the parts of a document share, made once in each process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from confluence_xpress.bundle import Answer, Body, Page
from confluence_xpress.diagnostics import Diagnostic
from confluence_xpress.lookup import Directory, Read, Site
from confluence_xpress.model import Document
from confluence_xpress.needs import Need
from confluence_xpress.render.book import make_book, paper_size
from confluence_xpress.render.entries import Exported, manifest_entry
from confluence_xpress.render.options import Options
from confluence_xpress.render.part import Job
from confluence_xpress.templates import Template
from confluence_xpress.templates.loader import REQUIRED, same_on_disk
from confluence_xpress.transforms.anchors import page_label
from confluence_xpress.transforms.index import Addresses, Index
from confluence_xpress.transforms.media import ORIGINAL, PROFILES, Album, Picture, Unreadable
from confluence_xpress.transforms.outline import outline
from confluence_xpress.transforms.pipeline import Draft, PreparedPage, draft_page, finish_page
from confluence_xpress.transforms.pipeline import Options as TransformOptions
from confluence_xpress.transforms.tables import fit_tables
from confluence_xpress.typeset.engine import Glyphs, Installed, forget
from confluence_xpress.writers.typst.measure import figure_size

REMEMBERED = 220_000
"""Kilobytes of earlier compiles that the typesetter may go on to remember: it forgets by itself, but late."""


class Workshop:
    """The tools with which the parts of one document are made."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.options = job.options
        self.book = make_book(job.outline, job.options)
        self.template = {f"template/{name}": text.encode() for name, text in job.options.template.files.items()}
        self.installed = _installed(job.options.template)
        self.glyphs = Glyphs()
        self.album = make_album(job.options)
        self._remembered = 0
        """Kilobytes, by estimate, of what the typesetter remembers of earlier compiles."""
        self._pages = job.outline.pages
        self._directory = Directory(self._pages, job.outline.spaces)
        self._addresses = Addresses(self._directory)
        self._places = outline(self._pages)
        self._titles = {page_label(page.id): page.id for page in self._pages}
        self._transforms = TransformOptions(numbering=job.options.settings.get("numbering") is True)

    def make_room(self, weight: int) -> None:
        """Before a compile that takes so many kilobytes by estimate: the typesetter forgets, if it remembers much."""
        if self._remembered and self._remembered + weight > REMEMBERED:
            forget()
            self._remembered = 0
        self._remembered += weight

    def tables(self, document: Document) -> tuple[Document, tuple[Diagnostic, ...]]:
        """The document with its tables fitted to the paper."""
        area = self.options.template.area
        width, height = paper_size(self.options)
        margins = area.margin_left + area.margin_right
        return fit_tables(document, width - margins, area.table_size, height - margins, area.table_padding)

    def site(self, answers: Mapping[Need, Answer], reader: Read) -> Site:
        """The site as far as it is known."""
        return Site(replace(self.job.outline, answers=answers), reader, self._directory)

    def index(self, site: Site, drafts: Mapping[str, Draft]) -> Index:
        """Where links can lead, seen from these pages."""
        return Index(site, {page_id: draft.names for page_id, draft in drafts.items()}, self._addresses)

    def page(self, page_id: str) -> Page | None:
        """An exported page."""
        return self._directory.by_id.get(page_id)

    def draft(self, page: Page, site: Site) -> Draft:
        """The page read."""
        return draft_page(page, site, self._places[page.id], self._transforms)

    def finish(self, draft: Draft, index: Index) -> PreparedPage:
        """The page with its links resolved; images and tables are still as the author left them."""
        return finish_page(draft, index, self._transforms)

    def exported(self, page: PreparedPage, body: Answer | None) -> dict[str, object]:
        """The page's entry in the manifest."""
        exported = Exported(
            page.page, page.document, page.level, page.number, page.label, body if isinstance(body, Body) else None
        )
        return manifest_entry(exported, self._titles, page.diagnostics)


def make_album(options: Options) -> Album:
    """What makes images ready for the paper."""
    width, height = paper_size(options)
    area = options.template.area
    profile = PROFILES.get(options.images, ORIGINAL)
    # Wide images may stand on a turned sheet beside a wide table.
    widest = max(width, height) - area.margin_left - area.margin_right
    return Album(profile, widest, height, figure_size)


def _installed(template: Template) -> Installed | None:
    """The template's functions as they are on disk, if they are."""
    folder = template.folder
    if folder is None or not same_on_disk(folder / REQUIRED, template.files[REQUIRED]):
        return None
    return Installed(f"template/{REQUIRED}", folder.parent, f"{folder.name}/{REQUIRED}")


def unchecked(_data: bytes) -> Picture | Unreadable:
    """For who only wants to know which images are lacking."""
    return Unreadable("not looked at")
