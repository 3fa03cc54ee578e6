"""Confluence Data Center: its one REST API."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Literal

from confluence_xpress.bundle import Answer, Body, Media, Page, Space, Unavailable, User
from confluence_xpress.diagnostics import Diagnostic
from confluence_xpress.needs import JiraNeed, MacroNeed, UserNeed
from confluence_xpress.sources.online import jira, search
from confluence_xpress.sources.online.api import Details, Extent, FileRecord, Found, SpaceRecord, Tell, Version
from confluence_xpress.sources.online.cloud_json import convert
from confluence_xpress.sources.online.datacenter_json import (
    BodyTextJson,
    ContentJson,
    MacroJson,
    PersonJson,
    SpaceJson,
    VersionJson,
)
from confluence_xpress.sources.online.http import calls
from confluence_xpress.sources.online.http.connection import Connection
from confluence_xpress.sources.online.http.failures import GoneError, RefusedError
from confluence_xpress.sources.online.http.paging import Params
from confluence_xpress.sources.online.lists import entries
from confluence_xpress.sources.online.times import moment
from confluence_xpress.sources.site import UNPOSITIONED

_METADATA = ("expand", "space,version,history,ancestors,metadata.labels,extensions.position")
_WITH_BODY = ("expand", "body.storage,version")
_MOST = 200
_BODIES = 100
"""Bodies asked for in one call. The server may give fewer, and tells where the rest is."""
_NO_BODY = Unavailable("Confluence gave no body of this page")


class DataCenter:
    """A site of Confluence Data Center as one user sees it. See `Api`."""

    def __init__(self, connection: Connection, tell: Tell) -> None:
        self._connection = connection
        self._tell = tell
        self._site = connection.deployment.site
        self.problems: list[Diagnostic] = []
        self._spaces: dict[str, SpaceRecord] = {}

    # Spaces and trees.

    def space(self, key: str) -> SpaceRecord:
        known = self._spaces.get(key.casefold())
        if known is None:
            try:
                answer = self._connection.json(calls.DC_SPACE, [("expand", "homepage")], key=key)
            except GoneError as error:
                raise GoneError(
                    f"There is no space {key} that you may view at {self._site}.",
                    "Check its key, and who is signed in.",
                    error.reason,
                ) from error
            found = convert(answer, SpaceJson, "a space")
            home = str(found.homepage.id) if found.homepage else ""
            known = SpaceRecord(Space(found.key or key, found.name or key, home, self._site))
            self._spaces[key.casefold()] = known
        return known

    def space_pages(self, space: SpaceRecord, extent: Extent) -> list[Page]:
        key = space.space.key
        pages = self._listed(calls.DC_SPACE_CONTENT, [("depth", "all"), _METADATA], key=key, type="page")
        if extent.blogposts:
            pages += self._listed(calls.DC_SPACE_CONTENT, [_METADATA], key=key, type="blogpost")
        return pages + self._hidden(key, extent)

    def tree(self, root: Page, depth: int | None, extent: Extent) -> list[Page]:
        if root.kind != "page" or depth == 0:
            return [root]
        call = calls.DC_CHILDREN if depth == 1 else calls.DC_DESCENDANTS
        found = [root, *self._listed(call, [_METADATA], id=root.id)]
        waiting = self._hidden(root.space, extent)
        known = {page.id for page in found}
        while fitting := [page for page in waiting if page.parent in known and page.id not in known]:
            found += fitting
            known |= {page.id for page in fitting}
        return found

    def children(self, page: Page) -> list[Page]:
        if page.kind != "page":
            return []
        found = self._listed(calls.DC_CHILDREN, [_METADATA], id=page.id)
        return sorted(found, key=lambda child: (child.position, child.title.casefold(), child.id))

    # Pages.

    def pages(self, ids: Collection[str]) -> dict[str, Page]:
        numeric = [page_id for page_id in dict.fromkeys(ids) if page_id.isascii() and page_id.isdecimal()]
        found = {page.id: page for page in self._made(self._searched(numeric, _METADATA))}
        # The search may be behind, and does not find what is archived.
        missing = [page_id for page_id in numeric if page_id not in found]
        others = self._connection.map(lambda page_id: self._single(page_id, [_METADATA]), missing)
        return found | {page.id: page for page in self._made([content for content in others if content])}

    def unpublished(self, page_id: str) -> Page | None:
        content = self._single(page_id, [("status", "draft"), _METADATA])
        return next(iter(self._made([content])), None) if content and content.status == "draft" else None

    def find(self, space: str, title: str, day: str) -> Page | None:
        params: Params = [("spaceKey", space), ("title", title), ("limit", 5), _METADATA]
        kind: Params = [("type", "blogpost"), ("postingDay", day)] if day else [("type", "page")]
        try:
            pages = self._made(entries(self._connection, calls.DC_CONTENTS, [*params, *kind], ContentJson))
        except GoneError:
            return None
        return pages[0] if pages else None

    def details(self, pages: Sequence[Page]) -> Details:
        return search.details(self._connection, calls.DC_CONTENT_SEARCH, pages, self._tell, labelled=True)

    def bodies(self, pages: Sequence[Page]) -> dict[str, tuple[Body | Unavailable, int | None]]:
        ids = [page.id for page in pages if page.kind in ("page", "blogpost")]
        found = {str(content.id): content for content in self._searched(ids, _WITH_BODY)}
        missing = [page_id for page_id in ids if page_id not in found]
        others = self._connection.map(lambda page_id: self._single(page_id, [_WITH_BODY]), missing)
        found |= {str(content.id): content for content in others if content}
        return {
            page_id: (_body(content), content.version.number if content.version else None)
            for page_id, content in found.items()
        }

    def body_at(self, page: Page) -> Body | Unavailable:
        which: Params = [("status", "draft")] if page.status == "draft" else _historical(page.version or 1)
        try:
            content = self._content(page.id, [*which, _WITH_BODY])
        except GoneError:
            # What is the current version by now is not historical.
            content = self._content(page.id, [_WITH_BODY])
            if content.version is None or content.version.number != page.version:
                raise
        return _body(content)

    # Versions.

    def versions(self, page: Page) -> list[Version]:
        return self._versions(page.id)

    def at_version(self, page: Page, number: int) -> Page:
        content = self._content(page.id, [*_historical(number), ("expand", "version")])
        when = moment(content.version.when if content.version else None)
        return replace(page, title=content.title or page.title, version=number, updated=when)

    def draft(self, page: Page) -> Page | None:
        content = self._content(page.id, [("status", "draft"), ("expand", "version")])
        if content.status != "draft":
            return None
        return replace(page, title=content.title or page.title, version=None, status="draft")

    # Files.

    def files(self, page: Page) -> list[FileRecord]:
        params: Params = [("expand", "version,container"), ("limit", _MOST)]
        found = entries(self._connection, calls.DC_ATTACHMENTS, params, search.FoundJson, id=page.id)
        return [search.file_record(entry) for entry in found]

    def file(self, page: Page, record: FileRecord, *, most: int) -> Media:
        version = record.attachment.version
        params: Params = [("version", version)] if version else []
        return self._connection.download(calls.DC_DOWNLOAD, params, most=most, id=page.id, name=record.attachment.title)

    def file_at(self, record: FileRecord, when: str) -> FileRecord | None:
        older = [version for version in self._versions(record.id) if version.created <= when]
        if not older:
            return None
        last = max(older, key=lambda version: version.number)
        # Size and type are those of the current version.
        attachment = replace(record.attachment, version=last.number, size=0)
        return replace(record, attachment=attachment, modified=last.created)

    def image(self, url: str, *, most: int) -> Media:
        return self._connection.download(url, most=most, signed=True)

    # People, macros, searches.

    def users(self, needs: Iterable[UserNeed]) -> dict[UserNeed, User | Unavailable]:
        asked = list(needs)
        return dict(zip(asked, self._connection.map(self._user, asked), strict=True))

    def macro(self, need: MacroNeed, page: Page) -> Body:
        markup = need.markup
        if need.macro_id:
            stored = convert(
                self._connection.json(calls.DC_MACRO, id=page.id, version=page.version or 1, macro=need.macro_id),
                MacroJson,
                "a macro",
            )
            markup = stored.markup(need.name)
        answer = self._connection.json(
            calls.DC_CONVERT,
            [("contentIdContext", page.id), ("pageIdContext", page.id)],
            data={"value": markup, "representation": "storage"},
            to="export_view",
        )
        return Body("view", convert(answer, BodyTextJson, "a macro").value or "")

    def search(self, cql: str, most: int) -> list[Found]:
        return search.search(self._connection, calls.DC_CONTENT_SEARCH, cql, most)

    def issues(self, need: JiraNeed) -> Answer:
        return jira.issues(self._connection, need)

    # Contents to pages.

    def _hidden(self, space: str, extent: Extent) -> list[Page]:
        """Archived pages and drafts, if they are wanted."""
        statuses = [*(["archived"] if extent.archived else []), *(["draft"] if extent.drafts else [])]
        return [
            page
            for status in statuses
            for page in self._listed(
                calls.DC_CONTENTS, [("spaceKey", space), ("type", "page"), ("status", status), _METADATA]
            )
        ]

    def _listed(self, call: calls.Call, params: Params, **path: str) -> list[Page]:
        def seen(count: int) -> None:
            self._tell("reading", count, 0)

        return self._made(entries(self._connection, call, [*params, ("limit", _MOST)], ContentJson, seen, **path))

    def _searched(self, ids: Sequence[str], expand: tuple[str, str]) -> list[ContentJson]:
        chunks = [ids[start : start + _BODIES] for start in range(0, len(ids), _BODIES)]

        def some(chunk: Sequence[str]) -> list[ContentJson]:
            params: Params = [("cql", f"id in ({','.join(chunk)})"), expand, ("limit", _BODIES)]
            return entries(self._connection, calls.DC_CONTENT_SEARCH, params, ContentJson)

        return [content for found in self._connection.map(some, chunks) for content in found]

    def _single(self, page_id: str, params: Params) -> ContentJson | None:
        try:
            return self._content(page_id, params)
        except (GoneError, RefusedError):
            return None

    def _content(self, page_id: str, params: Params) -> ContentJson:
        return convert(self._connection.json(calls.DC_CONTENT, params, id=page_id), ContentJson, "a page")

    def _versions(self, content_id: str) -> list[Version]:
        found = entries(self._connection, calls.DC_VERSIONS, [("limit", _MOST)], VersionJson, id=content_id)
        return [Version(version.number, moment(version.when)) for version in found if version.number]

    def _user(self, need: UserNeed) -> User | Unavailable:
        tries = [("key", need.key or need.account_id), ("username", need.username or need.account_id)]
        for name, value in tries:
            if not value:
                continue
            try:
                found = convert(self._connection.json(calls.DC_USER, [(name, value)]), PersonJson, "a person")
            except GoneError:
                continue
            if found.display_name:
                return User(found.display_name)
        return Unavailable("Confluence does not tell this person's name")

    def _made(self, found: Iterable[ContentJson]) -> list[Page]:
        return [self._page(content) for content in found if content.type in ("page", "blogpost")]

    def _page(self, content: ContentJson) -> Page:
        page_id = str(content.id)
        kind: Literal["page", "blogpost"] = "blogpost" if content.type == "blogpost" else "page"
        history, version = content.history, content.version
        position = content.extensions.position if content.extensions else None
        author = history.created_by if history else None
        webui = content.links.webui if content.links else None
        return Page(
            id=page_id,
            title=(content.title or "").strip() or f"Page {page_id}",
            space=content.space.key if content.space else "",
            parent=str(content.ancestors[-1].id) if content.ancestors and kind == "page" else None,
            position=position if isinstance(position, int) else UNPOSITIONED,
            kind=kind,
            labels=search.labels_of(content.metadata),
            version=version.number if version and content.status != "draft" else None,
            created=moment(history.created_date if history else None),
            updated=moment(version.when if version else None),
            author=(author.user_key or author.username or "") if author else "",
            url=f"{self._site}{webui or f'/pages/viewpage.action?pageId={page_id}'}",
            status="archived" if content.status == "archived" else "draft" if content.status == "draft" else "current",
        )


def _historical(number: int) -> list[tuple[str, str | int]]:
    return [("status", "historical"), ("version", number)]


def _body(content: ContentJson) -> Body | Unavailable:
    value = content.body.storage.value if content.body and content.body.storage else None
    return _NO_BODY if value is None else Body("storage", value)
