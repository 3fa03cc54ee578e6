"""The page tree of Confluence Cloud: which nodes are there, and what is below which."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from confluence_xpress.bundle import Attachment, Page
from confluence_xpress.sources.online.api import Extent, FileRecord, SpaceRecord
from confluence_xpress.sources.online.cloud_json import AttachmentJson, NodeJson, convert, text
from confluence_xpress.sources.online.http import calls
from confluence_xpress.sources.online.http.connection import Connection
from confluence_xpress.sources.online.http.failures import GoneError, RefusedError
from confluence_xpress.sources.online.http.paging import Params
from confluence_xpress.sources.online.lists import Seen, entries, nobody
from confluence_xpress.sources.online.times import moment

KindOfPage = Literal["page", "blogpost", "folder", "whiteboard", "database", "embed"]

DESCENDANTS = MappingProxyType(
    {
        "page": calls.PAGE_DESCENDANTS,
        "folder": calls.FOLDER_DESCENDANTS,
        "whiteboard": calls.WHITEBOARD_DESCENDANTS,
        "database": calls.DATABASE_DESCENDANTS,
        "embed": calls.EMBED_DESCENDANTS,
    }
)
DIRECT_CHILDREN = MappingProxyType(
    {
        "page": calls.PAGE_CHILDREN,
        "folder": calls.FOLDER_CHILDREN,
        "whiteboard": calls.WHITEBOARD_CHILDREN,
        "database": calls.DATABASE_CHILDREN,
        "embed": calls.EMBED_CHILDREN,
    }
)
SINGLE = MappingProxyType(
    {
        "folder": calls.FOLDER,
        "whiteboard": calls.WHITEBOARD,
        "database": calls.DATABASE,
        "embed": calls.EMBED,
    }
)
KINDS: MappingProxyType[str, KindOfPage] = MappingProxyType(
    {
        "page": "page",
        "blogpost": "blogpost",
        "folder": "folder",
        "whiteboard": "whiteboard",
        "database": "database",
        "embed": "embed",
    }
)
PATHS = MappingProxyType(
    {
        "page": "pages",
        "blogpost": "blog",
        "folder": "folder",
        "whiteboard": "whiteboard",
        "database": "database",
        "embed": "embed",
    }
)
"""Between the space's key and the id in an address."""

_LEVELS = 10
"""The most that one question about descendants reaches down."""
_MOST = 250


@dataclass(frozen=True, slots=True)
class SpaceNodes:
    """All nodes of a space's tree, and its blog posts if they are wanted.

    `refused`: why folders, whiteboards and the like may be missing.
    """

    nodes: list[NodeJson]
    posts: list[NodeJson]
    refused: RefusedError | None = None


def space_nodes(connection: Connection, space: SpaceRecord, extent: Extent, seen: Seen) -> SpaceNodes:
    """What is in a space. RefusedError if not even its pages may be listed. `seen` is told of its pages."""
    refusals: list[RefusedError] = []
    status: Params = [("status", "current"), *([("status", "archived")] if extent.archived else [])]
    home = space.space.homepage

    def pages() -> list[NodeJson]:
        return _listed(connection, calls.SPACE_PAGES, [*status, ("limit", _MOST)], space.id, seen)

    def posts() -> list[NodeJson]:
        if not extent.blogposts:
            return []
        return _listed(connection, calls.SPACE_BLOGPOSTS, [("status", "current"), ("limit", _MOST)], space.id)

    def around(top: str) -> list[NodeJson]:
        try:
            return _not_pages(connection, top, "page") if top and not refusals else []
        except RefusedError as error:
            refusals.append(error)
            return []

    questions: list[Callable[[], list[NodeJson]]] = [pages, posts, lambda: around(home)]
    listed, posted, others = connection.map(lambda ask: ask(), questions)
    nodes = {str(node.id): node for node in (*listed, *others)}
    tops = [node for node in listed if not node.parent_id and str(node.id) != home]
    for some in connection.map(lambda top: around(str(top.id)), tops):
        nodes |= {str(node.id): node for node in some}
    _add_parents(connection, nodes)
    return SpaceNodes(list(nodes.values()), posted, refusals[0] if refusals else None)


def below(connection: Connection, root: Page, depth: int | None, seen: Seen, *, archived: bool) -> list[NodeJson]:
    """The nodes below one, `depth` levels down (None: all), without the root. `seen` is told of them."""
    found: dict[str, NodeJson] = {}
    tops = [(root.id, str(root.kind))]
    left = depth
    while tops and left != 0:
        levels = _LEVELS if left is None else min(left, _LEVELS)
        nodes = _layers(connection, tops, levels)
        fresh = [node for node in nodes if str(node.id) not in found and str(node.id) != root.id]
        found |= {str(node.id): node for node in fresh}
        seen(len(found))
        left = None if left is None else left - levels
        tops = [(str(node.id), node.type or "page") for node in fresh if node.depth == levels]
    return [node for node in found.values() if archived or node.status in (None, "current")]


def with_archived(root: str, nodes: Sequence[NodeJson], archived: Sequence[NodeJson]) -> list[NodeJson]:
    """The nodes of a tree and those archived pages that are below one of them."""
    known = {root, *(str(node.id) for node in nodes)}
    result = list(nodes)
    waiting = [node for node in archived if str(node.id) not in known]
    while fitting := [node for node in waiting if text(node.parent_id) in known]:
        result += fitting
        known |= {str(node.id) for node in fitting}
        waiting = [node for node in waiting if str(node.id) not in known]
    return result


def file_of(entry: AttachmentJson) -> FileRecord:
    """A file from its entry in a page's list of files."""
    version = entry.version
    attachment = Attachment(
        entry.title or "",
        entry.media_type or "",
        entry.file_id or "",
        entry.file_size or 0,
        version.number if version else None,
    )
    return FileRecord(str(entry.id), attachment, moment(version.created_at if version else None))


def _listed(
    connection: Connection, call: calls.Call, params: Params, node_id: str, seen: Seen = nobody
) -> list[NodeJson]:
    return entries(connection, call, params, NodeJson, seen, id=node_id)


def _descendants(connection: Connection, node_id: str, kind: str, levels: int) -> list[NodeJson]:
    call = DESCENDANTS.get(kind)
    if call is None:
        return []
    try:
        return _listed(connection, call, [("depth", levels), ("limit", _MOST)], node_id)
    except GoneError:
        return []  # it has gone since its parent was asked


def _layers(connection: Connection, tops: Sequence[tuple[str, str]], levels: int) -> list[NodeJson]:
    """What is so many levels below some nodes, which are given by id and kind."""
    groups = connection.map(lambda top: _descendants(connection, *top, levels), tops)
    return [node for group in groups for node in group]


def _not_pages(connection: Connection, top: str, kind: str) -> list[NodeJson]:
    """What is below a node besides pages, which other lists tell with more about them."""
    found: list[NodeJson] = []
    tops = [(top, kind)]
    while tops:
        nodes = [node for node in _layers(connection, tops, _LEVELS) if node.status in (None, "current")]
        found += [node for node in nodes if node.type not in (None, "page")]
        tops = [(str(node.id), node.type or "page") for node in nodes if node.depth == _LEVELS]
    return found


def _add_parents(connection: Connection, nodes: dict[str, NodeJson]) -> None:
    """Folders and the like that are only known as the parents of something, and theirs."""
    asked: set[str] = set()
    while True:
        missing = {
            text(node.parent_id): node.parent_type or ""
            for node in nodes.values()
            if node.parent_id and text(node.parent_id) not in nodes and text(node.parent_id) not in asked
        }
        if not missing:
            return
        asked |= missing.keys()

        def parent(item: tuple[str, str]) -> NodeJson | None:
            node_id, kind = item
            if kind not in SINGLE:
                return None  # a page that is restricted or archived: those below it become trees of their own
            try:
                node = convert(connection.json(SINGLE[kind], id=node_id), NodeJson, kind)
            except (GoneError, RefusedError):
                return None
            node.type = node.type or kind
            return node

        for node in connection.map(parent, missing.items()):
            if node:
                nodes[str(node.id)] = node
