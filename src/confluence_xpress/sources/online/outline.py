"""The pages that are wanted, with all that is known about them before any body is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from confluence_xpress.bundle import Page
from confluence_xpress.diagnostics import Diagnostic
from confluence_xpress.errors import InputError
from confluence_xpress.sources.online.api import Api, Details, FileRecord, SpaceRecord
from confluence_xpress.sources.online.history import Dated, as_of, at_version
from confluence_xpress.sources.online.http.connection import Connection
from confluence_xpress.sources.online.http.failures import BudgetError, ClosedError, GoneError, OnlineError, SignInError
from confluence_xpress.sources.online.scope import Wish, find_scope, narrowed
from confluence_xpress.sources.selection import Selection
from confluence_xpress.sources.site import site_map
from confluence_xpress.sources.source import SiteMap

_PRINTED = ("page", "blogpost")


@dataclass(frozen=True, slots=True)
class Outline:
    """The pages among which is selected, and what is known about them."""

    site: SiteMap
    selection: Selection
    files: Mapping[str, tuple[FileRecord, ...]] = field(default_factory=dict)
    """By page id."""
    by_file_id: Mapping[str, tuple[Page, FileRecord]] = field(default_factory=dict)
    """Files by the id that media nodes have, each with its page."""
    pinned: frozenset[str] = frozenset()
    """Pages of which not the current version is wanted."""
    complete: frozenset[str] = frozenset()
    """Pages of which all children are known."""
    whole: frozenset[str] = frozenset()
    """Keys (in small letters) of spaces of which all pages are known."""
    moment: str = ""
    diagnostics: tuple[Diagnostic, ...] = ()

    def dated(self, api: Api, connection: Connection, records: Sequence[FileRecord]) -> list[FileRecord]:
        """The files as they were at the moment that is asked for."""
        return _files_at(api, connection, records, self.moment)


def make_outline(connection: Connection, api: Api, wish: Wish) -> Outline:
    """The outline of what is wanted. InputError if nothing of it can be had, SignInError, SiteError."""
    scope = find_scope(connection, api, wish)
    dated = Dated(tuple(scope.pages.values()))
    if wish.extent.drafts:
        dated = _drafts(connection, api, dated)
    if wish.version is not None:
        dated = at_version(api, dated, wish.version)
    if wish.moment:
        dated = as_of(connection, api, dated, wish.moment)
        if not dated.pages:
            raise InputError(f"None of the pages existed at {wish.moment}.", "Choose a later date.")
    details = _details(api, dated.pages, scope.problems, wish.selection) if wish.details else Details()
    files = {page: tuple(_files_at(api, connection, some, wish.moment)) for page, some in details.files.items()}
    pages = [_with_details(page, details, files) for page in dated.pages]
    spaces = _spaces(connection, api, pages)
    site, cycles = site_map((record.space for record in spaces), pages)
    return Outline(
        replace(site, as_of=wish.moment),
        narrowed(wish, scope, {page.id: page for page in pages}),
        files,
        {
            record.attachment.file_id: (page, record)
            for page in reversed(pages)
            for record in files.get(page.id, ())
            if record.attachment.file_id
        },
        dated.pinned,
        frozenset(page.id for page in pages) if scope.complete and not wish.moment else frozenset(),
        frozenset(scope.whole),
        wish.moment,
        (*api.problems, *scope.problems, *dated.diagnostics, *cycles),
    )


def _drafts(connection: Connection, api: Api, dated: Dated) -> Dated:
    def draft(page: Page) -> Page:
        if page.kind not in _PRINTED or page.status == "draft":
            return page
        try:
            return api.draft(page) or page
        except GoneError:
            return page

    pages = connection.map(draft, dated.pages)
    return Dated(tuple(pages), frozenset(page.id for page in pages if page.status == "draft"), dated.diagnostics)


def _details(api: Api, pages: Sequence[Page], problems: list[Diagnostic], selection: Selection) -> Details:
    try:
        return api.details(pages)
    except (SignInError, BudgetError, ClosedError):
        raise
    except OnlineError as error:
        if selection.labels or selection.exclude_labels or selection.skip_labels:
            raise
        message = f"labels and lists of files were not told: {error.reason}"
        problems.append(Diagnostic("site-call-failed", message, hint=error.hint))
        return Details()


def _with_details(page: Page, details: Details, files: Mapping[str, tuple[FileRecord, ...]]) -> Page:
    attachments = tuple(record.attachment for record in files.get(page.id, ()))
    return replace(page, labels=details.labels.get(page.id, page.labels), attachments=attachments)


def _files_at(api: Api, connection: Connection, records: Sequence[FileRecord], moment: str) -> list[FileRecord]:
    if not moment:
        return list(records)

    def then(record: FileRecord) -> FileRecord | None:
        try:
            return record if record.modified <= moment else api.file_at(record, moment)
        except GoneError:
            name = record.attachment.title
            message = f"“{name}” was changed after {moment}, and is shown as it is now: its versions were not told"
            api.problems.append(Diagnostic("site-call-failed", message))
            return record

    return [record for record in connection.map(then, records) if record]


def _spaces(connection: Connection, api: Api, pages: Iterable[Page]) -> list[SpaceRecord]:
    keys = dict.fromkeys(page.space for page in pages if page.space)

    def space(key: str) -> SpaceRecord | None:
        try:
            return api.space(key)
        except GoneError:
            return None

    return [record for record in connection.map(space, keys) if record]
