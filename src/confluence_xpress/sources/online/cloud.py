"""Confluence Cloud: REST v2, and v1 where v2 lacks a thing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from msgspec import Struct

from confluence_xpress.bundle import Answer, Body, Media, Page, Space, Unavailable, User
from confluence_xpress.diagnostics import Diagnostic
from confluence_xpress.needs import JiraNeed, MacroNeed, UserNeed
from confluence_xpress.sources.online import cloud_tree, jira, search
from confluence_xpress.sources.online.api import Details, Extent, FileRecord, Found, SpaceRecord, Tell, Version
from confluence_xpress.sources.online.cloud_json import (
    AttachmentJson,
    NodeJson,
    SpaceJson,
    UserJson,
    VersionJson,
    convert,
    name_of,
    results,
    text,
)
from confluence_xpress.sources.online.http import calls
from confluence_xpress.sources.online.http.connection import Connection
from confluence_xpress.sources.online.http.failures import GoneError, RefusedError
from confluence_xpress.sources.online.http.paging import Params
from confluence_xpress.sources.online.lists import entries
from confluence_xpress.sources.online.macro_render import converted
from confluence_xpress.sources.online.times import moment
from confluence_xpress.sources.site import UNPOSITIONED

MOST = 250
"""Entries in one answer, and ids in one question."""
_SINGLE = {"page": calls.PAGE, "blogpost": calls.BLOGPOST}
_STORAGE = ("body-format", "storage")
_NO_BODY = Unavailable("Confluence gave no body of this page")


class _ConvertedJson(Struct):
    value: str | None = None


class Cloud:
    """A site of Confluence Cloud as one user sees it. See `Api`."""

    def __init__(self, connection: Connection, tell: Tell) -> None:
        self._connection = connection
        self._tell = tell
        self._site = connection.deployment.site
        self.problems: list[Diagnostic] = []
        self._by_key: dict[str, SpaceRecord] = {}
        self._keys: dict[str, str] = {}

    # Spaces and trees.

    def space(self, key: str) -> SpaceRecord:
        if key.casefold() not in self._by_key:
            self._learn(entries(self._connection, calls.SPACES, [("keys", key), ("limit", 1)], SpaceJson))
        if key.casefold() not in self._by_key:
            raise GoneError(
                f"There is no space {key} that you may view at {self._site}.", "Check its key, and who is signed in."
            )
        return self._by_key[key.casefold()]

    def space_pages(self, space: SpaceRecord, extent: Extent) -> list[Page]:
        found = cloud_tree.space_nodes(self._connection, space, extent, self._seen)
        if found.refused:
            self.problems.append(_untold(found.refused))
        key = space.space.key
        return [*self._addressed(self._made(found.nodes, space=key)), *self._made(found.posts, "blogpost", space=key)]

    def tree(self, root: Page, depth: int | None, extent: Extent) -> list[Page]:
        nodes = cloud_tree.below(self._connection, root, depth, self._seen, archived=extent.archived)
        if extent.archived:
            params: Params = [("status", "archived"), ("limit", MOST)]
            known = entries(self._connection, calls.SPACE_PAGES, params, NodeJson, id=self.space(root.space).id)
            nodes = cloud_tree.with_archived(root.id, nodes, known)
        return [root, *self._full(nodes, root.space)]

    def children(self, page: Page) -> list[Page]:
        call = cloud_tree.DIRECT_CHILDREN.get(page.kind)
        if call is None:
            return []
        nodes = entries(self._connection, call, [("limit", MOST)], NodeJson, id=page.id)
        for node in nodes:
            node.parent_id = page.id
        found = self._full(nodes, page.space)
        return sorted(found, key=lambda child: (child.position, child.title.casefold(), child.id))

    # Pages.

    def pages(self, ids: Collection[str]) -> dict[str, Page]:
        numeric = [page_id for page_id in dict.fromkeys(ids) if page_id.isascii() and page_id.isdecimal()]
        found = self._bulk(calls.PAGES, numeric, "page", [("status", "current"), ("status", "archived")])
        if missing := [page_id for page_id in numeric if page_id not in found]:
            found |= self._bulk(calls.BLOGPOSTS, missing, "blogpost", [])
        if missing := [page_id for page_id in numeric if page_id not in found]:
            others = self._connection.map(self._other, missing)
            found |= {page.id: page for page in others if page}
        return found

    def unpublished(self, page_id: str) -> Page | None:
        for kind, call in _SINGLE.items():
            try:
                node = convert(self._connection.json(call, [("get-draft", "true")], id=page_id), NodeJson, "a draft")
            except GoneError:
                continue
            return replace(self._made([node], kind)[0], version=None) if node.status == "draft" else None
        return None

    def find(self, space: str, title: str, day: str) -> Page | None:
        try:
            space_id = self.space(space).id
        except GoneError:
            return None
        params: Params = [("space-id", space_id), ("title", title), ("limit", MOST)]
        for kind, call in (("blogpost", calls.BLOGPOSTS),) if day else (("page", calls.PAGES),):
            for answer in self._connection.listed(call, params):
                pages = self._made(results(answer, NodeJson, "a page"), kind)
                if found := next((page for page in pages if not day or page.created[:10] == day), None):
                    return found
        return None

    def details(self, pages: Sequence[Page]) -> Details:
        return search.details(self._connection, calls.CONTENT_SEARCH, pages, self._tell)

    def bodies(self, pages: Sequence[Page]) -> dict[str, tuple[Body | Unavailable, int | None]]:
        found: dict[str, tuple[Body | Unavailable, int | None]] = {}
        for kind, call in (("page", calls.PAGES), ("blogpost", calls.BLOGPOSTS)):
            ids = [page.id for page in pages if page.kind == kind]
            status = [("status", "current"), ("status", "archived")] if kind == "page" else []
            for start in range(0, len(ids), MOST):
                params = [*(("id", page_id) for page_id in ids[start : start + MOST]), *status, _STORAGE]
                for node in entries(self._connection, call, [*params, ("limit", MOST)], NodeJson):
                    found[str(node.id)] = _body(node), node.version.number if node.version else None
        return found

    def body_at(self, page: Page) -> Body | Unavailable:
        which: Params = [("get-draft", "true")] if page.status == "draft" else [("version", page.version or 1)]
        answer = self._connection.json(_SINGLE[page.kind], [_STORAGE, *which], id=page.id)
        return _body(convert(answer, NodeJson, "a page"))

    # Versions.

    def versions(self, page: Page) -> list[Version]:
        call = calls.PAGE_VERSIONS if page.kind == "page" else calls.BLOGPOST_VERSIONS
        return _versions(entries(self._connection, call, [("limit", MOST)], VersionJson, id=page.id))

    def at_version(self, page: Page, number: int) -> Page:
        answer = self._connection.json(_SINGLE[page.kind], [("version", number)], id=page.id)
        node = convert(answer, NodeJson, "a version")
        when = moment(node.version.created_at if node.version else None)
        return replace(page, title=node.title or page.title, version=number, updated=when)

    def draft(self, page: Page) -> Page | None:
        answer = self._connection.json(_SINGLE[page.kind], [("get-draft", "true")], id=page.id)
        node = convert(answer, NodeJson, "a draft")
        if node.status != "draft":
            return None
        return replace(page, title=node.title or page.title, version=None, status="draft")

    # Files.

    def files(self, page: Page) -> list[FileRecord]:
        call = calls.PAGE_ATTACHMENTS if page.kind == "page" else calls.BLOGPOST_ATTACHMENTS
        found = entries(self._connection, call, [("limit", MOST)], AttachmentJson, id=page.id)
        return [cloud_tree.file_of(entry) for entry in found]

    def file(self, page: Page, record: FileRecord, *, most: int) -> Media:
        version = record.attachment.version
        params: Params = [("version", version)] if version else []
        return self._connection.download(calls.ATTACHMENT_DOWNLOAD, params, most=most, id=page.id, attachment=record.id)

    def file_at(self, record: FileRecord, when: str) -> FileRecord | None:
        found = entries(self._connection, calls.ATTACHMENT_VERSIONS, [("limit", MOST)], VersionJson, id=record.id)
        older = [version for version in _versions(found) if version.created <= when]
        if not older:
            return None
        last = max(older, key=lambda version: version.number)
        # Size and type are those of the current version.
        attachment = replace(record.attachment, version=last.number, size=0, file_id="")
        return replace(record, attachment=attachment, modified=last.created)

    def image(self, url: str, *, most: int) -> Media:
        return self._connection.download(url, most=most, signed=True)

    # People, macros, searches.

    def users(self, needs: Iterable[UserNeed]) -> dict[UserNeed, User | Unavailable]:
        named = {need: need.account_id or need.key or need.username for need in needs}
        ids = list(dict.fromkeys(named.values()))
        chunks = [ids[start : start + MOST] for start in range(0, len(ids), MOST)]

        def names(chunk: list[str]) -> dict[str, str]:
            answer = self._connection.json(calls.USERS_BULK, data={"accountIds": chunk})
            return {user.account_id or "": name_of(user) for user in results(answer, UserJson, "people")}

        known = {key: name for some in self._connection.map(names, chunks) for key, name in some.items()}
        unknown = Unavailable("Confluence does not tell this person's name")
        return {need: User(known[name]) if known.get(name) else unknown for need, name in named.items()}

    def macro(self, need: MacroNeed, page: Page) -> Body:
        if need.macro_id:
            answer = self._connection.json(
                calls.MACRO_CONVERT, id=page.id, version=page.version or 1, macro=need.macro_id, to="export_view"
            )
            return Body("view", convert(answer, _ConvertedJson, "a macro").value or "")
        return Body("view", converted(self._connection, need.markup, page.id))

    def search(self, cql: str, most: int) -> list[Found]:
        return search.search(self._connection, calls.CONTENT_SEARCH, cql, most)

    def issues(self, need: JiraNeed) -> Answer:
        return jira.issues(self._connection, need)

    # Nodes to pages.

    def _seen(self, count: int) -> None:
        self._tell("reading", count, 0)

    def _bulk(self, call: calls.Call, ids: Sequence[str], kind: str, params: Params) -> dict[str, Page]:
        chunks = [ids[start : start + MOST] for start in range(0, len(ids), MOST)]

        def some(chunk: Sequence[str]) -> list[NodeJson]:
            asked: Params = [*(("id", page_id) for page_id in chunk), *params, ("limit", MOST)]
            return entries(self._connection, call, asked, NodeJson)

        nodes = [node for found in self._connection.map(some, chunks) for node in found]
        return {page.id: page for page in self._made(nodes, kind)}

    def _other(self, node_id: str) -> Page | None:
        """A folder, whiteboard, database or embed of this id."""
        return next(filter(None, (self._single(node_id, kind) for kind in cloud_tree.SINGLE)), None)

    def _single(self, node_id: str, kind: str) -> Page | None:
        """A node of this kind; None if there is none, or if nothing may be told of it."""
        try:
            node = convert(self._connection.json(cloud_tree.SINGLE[kind], id=node_id), NodeJson, kind)
        except GoneError:
            return None
        except RefusedError as error:
            self.problems.append(_untold(error))
            return None
        return self._made([node], kind)[0]

    def _full(self, nodes: Sequence[NodeJson], space: str) -> list[Page]:
        """Pages with all their metadata, of nodes that have only titles and places."""
        known = self._bulk(
            calls.PAGES,
            [str(node.id) for node in nodes if node.type in (None, "page")],
            "page",
            [("status", "current"), ("status", "archived")],
        )
        bare = self._addressed(self._made(nodes, space=space))
        return [replace(known.get(page.id, page), parent=page.parent, position=page.position) for page in bare]

    def _addressed(self, pages: list[Page]) -> list[Page]:
        """The same, with the addresses that embeds show: lists don't tell them."""
        embeds = [page for page in pages if page.kind == "embed"]
        full = self._connection.map(lambda page: self._single(page.id, "embed"), embeds)
        urls = {page.id: page.url for page in full if page}
        return [replace(page, url=urls.get(page.id, page.url)) for page in pages]

    def _made(self, nodes: Sequence[NodeJson], kind: str = "page", *, space: str = "") -> list[Page]:
        keys = {} if space else self._space_keys({text(node.space_id) for node in nodes} - {""})
        return [self._page(node, kind, space or keys.get(text(node.space_id), "")) for node in nodes]

    def _page(self, node: NodeJson, kind: str, space: str) -> Page:
        node_id = str(node.id)
        kind = node.type or kind
        version = node.version or VersionJson()
        position = node.position if node.child_position is None else node.child_position
        shown = cloud_tree.KINDS.get(kind, "page")
        webui = node.links.webui if node.links else None
        path = webui or f"/spaces/{space}/{cloud_tree.PATHS[shown]}/{node_id}"
        return Page(
            id=node_id,
            title=(node.title or "").strip() or f"{shown.capitalize()} {node_id}",
            space=space,
            parent=text(node.parent_id) or None,
            position=UNPOSITIONED if position is None else position,
            kind=shown,
            version=version.number,
            created=moment(node.created_at),
            updated=moment(version.created_at),
            author=node.author_id or "",
            url=node.embed_url or f"{self._site}{path}",
            status="archived" if node.status == "archived" else "draft" if node.status == "draft" else "current",
        )

    def _space_keys(self, ids: set[str]) -> dict[str, str]:
        unknown = sorted(ids - self._keys.keys())
        for start in range(0, len(unknown), MOST):
            asked: Params = [*(("ids", i) for i in unknown[start : start + MOST]), ("limit", MOST)]
            self._learn(entries(self._connection, calls.SPACES, asked, SpaceJson))
        return {space_id: self._keys.get(space_id, "") for space_id in ids}

    def _learn(self, found: Iterable[SpaceJson]) -> None:
        for entry in found:
            record = SpaceRecord(
                Space(entry.key, entry.name or entry.key, text(entry.homepage_id), self._site), str(entry.id)
            )
            self._by_key[entry.key.casefold()] = record
            self._keys[record.id] = entry.key


def _body(node: NodeJson) -> Body | Unavailable:
    value = node.body.storage.value if node.body and node.body.storage else None
    return _NO_BODY if value is None else Body("storage", value)


def _untold(error: RefusedError) -> Diagnostic:
    message = f"folders, whiteboards, databases and embeds were not told: {error.reason}"
    return Diagnostic("site-call-failed", message, hint=error.hint)


def _versions(found: Iterable[VersionJson]) -> list[Version]:
    return [Version(version.number, moment(version.created_at)) for version in found if version.number]
