"""Cloud, REST v2: what is below and above, spaces, attachments, people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from testsite.cloud_lists import answer_list, in_order, numbers, numeric, with_base
from testsite.cursors import Listing
from testsite.exchange import Refusal, Reply, Request, json_reply
from testsite.media import find_version
from testsite.model import File, FileVersion, Page, Space
from testsite.shapes_v2 import (
    Json,
    attachment_v2,
    child_v2,
    descendant_v2,
    included,
    label_v2,
    space_v2,
    user_v2,
    version_v2,
)
from testsite.state import State
from testsite.visibility import operations, sees_space, visible

_IN_TREE = ("current", "archived")
_SORTS = ("created-date", "id", "modified-date", "child-position", "title")


def _place(page: Page) -> tuple[Any, ...]:
    return page.position is None, page.position or 0, page.title.casefold(), int(page.id)


def children(kind: str) -> Callable[..., Reply]:
    """The direct children of anything in the tree, in its order."""

    def answer(state: State, request: Request, item_id: str) -> Reply:
        parent = state.page(request, numeric(item_id), (kind,))
        order = request.choice("sort", [*_SORTS, *(f"-{name}" for name in _SORTS)], "child-position")
        keys: dict[str, Callable[[Page], tuple[Any, ...]]] = {
            "id": lambda page: (int(page.id),),
            "created-date": lambda page: (page.created, int(page.id)),
            "modified-date": lambda page: (page.updated, int(page.id)),
            "title": lambda page: (page.title.casefold(), int(page.id)),
            "child-position": _place,
        }
        found = [
            page for page in state.content.children(parent.id) if page.status in _IN_TREE and state.sees(request, page)
        ]
        placed = in_order(found, keys[order.removeprefix("-")], falling=order.startswith("-"))
        return answer_list(state, request, placed, lambda page: child_v2(state, page))

    return answer


def child_pages(state: State, request: Request, item_id: str) -> Reply:
    """The children that are pages: deprecated."""
    parent = state.page(request, numeric(item_id), ("page",))
    found = [
        page
        for page in state.content.children(parent.id)
        if page.kind == "page" and page.status in _IN_TREE and state.sees(request, page)
    ]

    def make(page: Page) -> Json:
        made = child_v2(state, page)
        del made["type"]
        return made

    return answer_list(state, request, in_order(found, _place), make)


def descendants(kind: str) -> Callable[..., Reply]:
    """All that is below, level by level: 2 levels unless `depth` says otherwise, 10 at most."""

    def answer(state: State, request: Request, item_id: str) -> Reply:
        top = state.page(request, numeric(item_id), (kind,))
        depth = request.number("depth", 2, 1, 10)

        def select() -> Listing[tuple[Page, int]]:
            seen = visible(state.content, request.account)
            below = [(i, found) for i, found in enumerate(_below(state, top, depth)) if found[0].id in seen]
            return Listing(
                in_order(below, lambda pair: (pair[1][1], pair[0], int(pair[1][0].id))).places,
                [found for _, found in below],
            )

        found = state.content.remember(("descendants", top.id, depth, request.account), select)
        return answer_list(state, request, found, lambda pair: descendant_v2(*pair))

    return answer


def _below(state: State, top: Page, depth: int) -> Iterator[tuple[Page, int]]:
    level = [top]
    for number in range(1, depth + 1):
        level = [child for page in level for child in state.content.children(page.id) if child.status in _IN_TREE]
        yield from ((page, number) for page in level)


def ancestors(kind: str) -> Callable[..., Reply]:
    """What is above, the top first. Without a cursor: those nearest to it, if there are more than `limit`."""

    def answer(state: State, request: Request, item_id: str) -> Reply:
        page = state.page(request, numeric(item_id), (kind,))
        limit = request.number("limit", 25, 1, 250)
        above = state.content.ancestors(page)[-limit:]
        made: dict[str, Any] = {"results": [{"id": found.id, "type": found.kind} for found in above]}
        if kind == "page":
            made["_links"] = {"base": state.base}
        return json_reply(made, objects=len(above))

    return answer


# Spaces


def spaces(state: State, request: Request) -> Reply:
    """`/spaces`."""
    ids, keys = numbers(request, "ids", 250), set(request.values("keys"))
    types, status = request.values("type"), request.choice("status", ("current", "archived"))
    description = request.choice("description-format", ("plain", "view"))
    order = request.choice("sort", [sign + name for name in ("id", "key", "name") for sign in ("", "-")], "id")
    found = [
        space
        for space in state.content.spaces.values()
        if sees_space(space, request.account)
        and (not ids or space.id in ids)
        and (not keys or space.key in keys)
        and (not types or space.type in types)
        and (not status or space.status == status)
    ]
    by: dict[str, Callable[[Space], tuple[Any, ...]]] = {
        "id": lambda space: (int(space.id),),
        "key": lambda space: (space.key,),
        "name": lambda space: (space.name, int(space.id)),
    }
    placed = in_order(found, by[order.removeprefix("-")], falling=order.startswith("-"))
    icon = request.flag("include-icon")
    return answer_list(state, request, placed, lambda space: space_v2(space, description=description, icon=icon))


def space(state: State, request: Request, item_id: str) -> Reply:
    """`/spaces/{id}`."""
    found = state.space(request, numeric(item_id))
    made = space_v2(
        found,
        description=request.choice("description-format", ("plain", "view")),
        icon=request.flag("include-icon"),
    )
    del made["currentActiveAlias"]
    if request.flag("include-labels"):
        made["labels"] = included(f"/spaces/{found.id}/labels", [])
    if request.flag("include-operations"):
        may = operations(state.content, request.account, found)
        made["operations"] = included(f"/spaces/{found.id}/operations", may)
    return json_reply(with_base(state, made), objects=1)


def space_labels(state: State, request: Request, item_id: str) -> Reply:
    """The labels of a space itself: none here."""
    state.space(request, numeric(item_id))
    return answer_list(state, request, in_order(list[str](), lambda name: (name,)), lambda name: label_v2(state, name))


def content_labels(state: State, request: Request, item_id: str) -> Reply:
    """The labels of what is in a space."""
    found = state.space(request, numeric(item_id))
    seen = visible(state.content, request.account)
    names = {
        name for page in state.content.pages() if page.space == found.key and page.id in seen for name in page.labels
    }
    placed = in_order(names, lambda name: (int(state.content.label_id(name)),))
    return answer_list(state, request, placed, lambda name: label_v2(state, name))


# Attachments


def attachments(kind: str) -> Callable[..., Reply]:
    """The attachments of a page, the newest first unless `sort` says otherwise."""

    def answer(state: State, request: Request, item_id: str) -> Reply:
        page = state.page(request, numeric(item_id), (kind,))
        statuses = request.choices("status", ("current", "archived", "trashed"), ("current", "archived"))
        name, media_type = request.value("filename"), request.value("mediaType")
        orders = ("created-date", "modified-date")
        order = request.choice("sort", [*orders, *(f"-{text}" for text in orders)], "-modified-date")
        found = [
            file
            for file in page.files
            if "current" in statuses
            and (not name or file.title == name)
            and (not media_type or file.media_type == media_type)
        ]
        placed = in_order(found, lambda file: (file.created, file.id), falling=order.startswith("-"))
        return answer_list(state, request, placed, lambda file: attachment_v2(page, file), default=50)

    return answer


def _attachment(state: State, request: Request, file_id: str) -> tuple[Page, File]:
    found = state.content.index().files.get(file_id if file_id.startswith("att") else f"att{file_id}")
    if found is None or not state.sees(request, found[0]):
        raise Refusal(404)
    return found


def attachment(state: State, request: Request, item_id: str) -> Reply:
    """`/attachments/{id}`."""
    page, file = _attachment(state, request, item_id)
    number = request.number("version", 0)
    version = find_version(state.content, file.id, number)[1]
    made = attachment_v2(page, file, version)
    if request.flag("include-labels"):
        made["labels"] = included(f"/attachments/{file.id}/labels", [])
    if request.flag("include-versions"):
        shown = [version_v2(known) for known in reversed(file.versions())]
        made["versions"] = included(f"/attachments/{file.id}/versions", shown)
    return json_reply(with_base(state, made), objects=1)


def attachment_versions(state: State, request: Request, item_id: str) -> Reply:
    """The versions of an attachment, the newest first."""
    _, file = _attachment(state, request, item_id)
    order = request.choice("sort", ("modified-date", "-modified-date"), "-modified-date")
    found = in_order(file.versions(), lambda version: (version.number,), falling=order.startswith("-"))

    def make(version: FileVersion) -> Json:
        return {**version_v2(version), "attachment": {"title": file.title, "id": file.id}}

    return answer_list(state, request, found, make)


# People, and what an id is


def users_bulk(state: State, request: Request) -> Reply:
    """Names for account ids: 250 at most. Unknown ones are left out."""
    wanted = _posted(request, "accountIds", 250)
    found = [user for name in dict.fromkeys(wanted) if (user := state.content.users.get(str(name)))]
    made = {"results": [user_v2(user) for user in found], "_links": {"base": state.base}}
    return json_reply(made, identities=len(found))


def convert_ids(state: State, request: Request) -> Reply:
    """What ids are: 100 at most. null where nothing is, or nothing that the caller may see."""
    results: dict[str, str | None] = {}
    seen = visible(state.content, request.account)
    comments = {c.id: c for page in state.content.pages() if page.id in seen for c in page.comments}
    for value in _posted(request, "contentIds", 100):
        name = str(value)
        page = state.content.find(name)
        file = state.content.index().files.get(name if name.startswith("att") else f"att{name}")
        if page and page.id in seen:
            results[name] = page.kind
        elif name in comments:
            results[name] = "inline-comment" if comments[name].marker else "footer-comment"
        else:
            results[name] = "attachment" if file and file[0].id in seen else None
    return json_reply({"results": results}, objects=len(results))


def _posted(request: Request, name: str, most: int) -> list[Any]:
    posted = request.json()
    values = posted.get(name) if isinstance(posted, dict) else None
    if not isinstance(values, list) or not values or len(values) > most:
        raise Refusal(400, f"'{name}' must be a list of 1 to {most}.")
    return values
