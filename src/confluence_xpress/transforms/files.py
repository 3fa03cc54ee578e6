"""Files that are named, not shown: their names, types, sizes and addresses."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import unquote, urlsplit

from confluence_xpress.bundle import Page, Unavailable
from confluence_xpress.diagnostics import Diagnostic
from confluence_xpress.model import AttachmentRef, File, Url
from confluence_xpress.transforms.index import Index, find_attachment
from confluence_xpress.transforms.urls import absolute, tidy


def describe_file(file: File, page: Page, index: Index) -> tuple[File, tuple[Diagnostic, ...]]:
    """The file with what its page's metadata say about it, and a name in any case."""
    match file.source:
        case AttachmentRef():
            return _attachment(file, file.source, page, index)
        case Url():
            href = absolute(tidy(file.source.href), index.base(page.space), index.page_url(page)) or ""
            name = file.name or _last_segment(file.source.href) or "file"
            return replace(file, name=name, href=href), ()
        case _:
            return file, ()


def _attachment(file: File, reference: AttachmentRef, page: Page, index: Index) -> tuple[File, tuple[Diagnostic, ...]]:
    name = file.name or reference.filename or "unnamed file"
    owner = index.site.page(reference.page, page)
    if isinstance(owner, Unavailable):
        return replace(file, name=name), (_missing(name, f"its page is not known: {owner.reason}"),)
    found = find_attachment(owner, reference)
    if found is None:
        described = replace(file, name=name, href=index.file_url(owner, reference.filename))
        # Of a page outside the export, the files may just not be listed.
        if not owner.attachments and not index.site.selected(owner.id):
            return described, ()
        return replace(described, href=""), (_missing(name, f"the page “{owner.title}” has no such file"),)
    described = replace(
        file,
        name=file.name or found.title,
        media_type=found.media_type or file.media_type,
        size=found.size or file.size,
        href=index.file_url(owner, found.title),
    )
    return described, ()


def _missing(name: str, reason: str) -> Diagnostic:
    return Diagnostic("attachment-missing", f"the file “{name}” was not found: {reason}", place=f"file “{name}”")


def _last_segment(href: str) -> str:
    try:
        return unquote(urlsplit(href).path.rstrip("/").rpartition("/")[2])
    except ValueError:
        return ""
