"""Cloud, REST v2: lists, and lists of pages above all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

import msgspec

from testsite.bodies import LIST_FORMATS
from testsite.cursors import Listing, listing
from testsite.exchange import Refusal, Reply, Request, json_reply
from testsite.model import Page
from testsite.shapes_v2 import Json, page_v2
from testsite.state import State
from testsite.visibility import visible

_Item = TypeVar("_Item")


PAGE_SORTS = ("id", "created-date", "modified-date", "title")


def answer_list(
    state: State,
    request: Request,
    found: Listing[_Item],
    make: Callable[[_Item], Json | msgspec.Raw],
    *,
    default: int = 25,
    identities: bool = False,
) -> Reply:
    """One answer of a list, with the way to the next in `_links` and in the header."""
    limit = request.number("limit", default, 1, 250)
    items, cursor = state.cursors.cut(request, found, limit)
    links = {"base": state.base}
    header = f'<{state.base}>; rel="base"'
    if cursor:
        pairs = [pair for pair in request.record.query if pair[0] != "cursor"]
        links["next"] = f"/wiki{request.path}?{urlencode([*pairs, ('cursor', cursor)])}"
        header = f'<{links["next"]}>; rel="next", {header}'
    count = len(items)
    reply = json_reply(
        {"results": [make(item) for item in items], "_links": links},
        objects=0 if identities else count,
        identities=count if identities else 0,
    )
    reply.headers.append(("link", header))
    return reply


def in_order(
    found: Iterable[_Item], key: Callable[[_Item], tuple[Any, ...]], *, falling: bool = False
) -> Listing[_Item]:
    """Things sorted by a key."""
    items = [(key(item), item) for item in found]
    return listing(items, (falling,) * (len(items[0][0]) if items else 1))


def sort_pages(request: Request, pages: Iterable[Page], allowed: Sequence[str] = PAGE_SORTS) -> Listing[Page]:
    """Pages in the order that `sort` asks for, else by id."""
    order = request.choice("sort", [*allowed, *(f"-{name}" for name in allowed)], "id")
    keys: dict[str, Callable[[Page], tuple[Any, ...]]] = {
        "id": lambda page: (int(page.id),),
        "created-date": lambda page: (page.created, int(page.id)),
        "modified-date": lambda page: (page.updated, int(page.id)),
        "title": lambda page: (page.title.casefold(), int(page.id)),
    }
    return in_order(pages, keys[order.removeprefix("-")], falling=order.startswith("-"))


def page_list(state: State, request: Request, kind: str, keep: Callable[[Page], bool], also: str = "") -> Reply:
    """A list of pages or blog posts, narrowed by what all such lists know."""
    deleted = ("deleted", "trashed")
    allowed = ("current", "archived", *deleted) if kind == "page" else ("current", *deleted)
    statuses = set(request.choices("status", allowed, [s for s in allowed if s not in deleted]))
    wanted = request.choice("body-format", LIST_FORMATS)
    title, subtype = request.value("title"), request.choice("subtype", ("live", "page"))
    sort = request.value("sort")

    def select() -> Listing[Page]:
        seen = visible(state.content, request.account)
        return sort_pages(
            request,
            [
                page
                for page in state.content.pages()
                if page.kind == kind
                and page.status in statuses
                and page.id in seen
                and (not title or page.title == title)
                and (not subtype or page.live == (subtype == "live"))
                and keep(page)
            ],
        )

    key = (request.path, kind, frozenset(statuses), title, subtype, sort, also, request.account)
    found = state.content.remember(key, select)
    return answer_list(state, request, found, lambda page: listed(state, page, wanted))


def listed(state: State, page: Page, wanted: str) -> msgspec.Raw:
    """A page as it is in lists, as JSON that is made once."""
    return state.content.remember(
        ("listed", page.id, wanted), lambda: msgspec.Raw(msgspec.json.encode(page_v2(state, page, wanted)))
    )


def list_of(kind: str) -> Callable[[State, Request], Reply]:
    """`/pages` and `/blogposts`."""

    def answer(state: State, request: Request) -> Reply:
        ids, spaces = numbers(request, "id", 250), numbers(request, "space-id", 100)
        space_ids = {space.key: space.id for space in state.content.spaces.values()}
        return page_list(
            state,
            request,
            kind,
            lambda page: (not ids or page.id in ids) and (not spaces or space_ids[page.space] in spaces),
            repr((sorted(ids), sorted(spaces))),
        )

    return answer


def numbers(request: Request, name: str, most: int) -> set[str]:
    found = request.values(name)
    if len(found) > most:
        raise Refusal(400, f"'{name}' may have at most {most} values.")
    if wrong := [text for text in found if not text.isdecimal()]:
        raise Refusal(400, f"Invalid value '{wrong[0]}' for parameter '{name}'.")
    return set(found)


def space_pages(state: State, request: Request, item_id: str) -> Reply:
    """`/spaces/{id}/pages`."""
    space = state.space(request, numeric(item_id))
    depth = request.choice("depth", ("all", "root"), "all")
    known = state.content

    def keep(page: Page) -> bool:
        return page.space == space.key and (depth == "all" or not page.parent or known.find(page.parent) is None)

    return page_list(state, request, "page", keep, depth)


def space_blogposts(state: State, request: Request, item_id: str) -> Reply:
    """`/spaces/{id}/blogposts`."""
    space = state.space(request, numeric(item_id))
    return page_list(state, request, "blogpost", lambda page: page.space == space.key)


def label_list(kind: str) -> Callable[..., Reply]:
    """`/labels/{id}/pages` and `/labels/{id}/blogposts`."""

    def answer(state: State, request: Request, item_id: str) -> Reply:
        label = state.content.label_of(item_id)
        if label is None:
            raise Refusal(404)
        spaces = numbers(request, "space-id", 100)
        space_ids = {space.key: space.id for space in state.content.spaces.values()}
        return page_list(
            state,
            request,
            kind,
            lambda page: label in page.labels and (not spaces or space_ids[page.space] in spaces),
            repr((label, sorted(spaces))),
        )

    return answer


def with_base(state: State, made: Json) -> Json:
    made["_links"] = {**made["_links"], "base": state.base}
    return made


def numeric(text: str) -> str:
    """An id; 400 if it isn't a number."""
    if not text.isascii() or not text.isdecimal():
        raise Refusal(400, f"Provided value '{text}' for 'id' is not the correct type. Expected type is long.")
    return text
