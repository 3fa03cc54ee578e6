"""Cloud, REST v2: pages and what belongs to them."""

from __future__ import annotations

from collections.abc import Callable

from testsite.bodies import LIST_FORMATS, SINGLE_FORMATS
from testsite.cloud_lists import answer_list, in_order, numeric, with_base
from testsite.exchange import Refusal, Reply, Request, json_reply
from testsite.model import Page, Version
from testsite.shapes_v2 import (
    Json,
    body_v2,
    comment_v2,
    included,
    label_v2,
    node_v2,
    page_v2,
    property_v2,
    version_v2,
)
from testsite.state import State


def single(kind: str) -> Callable[..., Reply]:
    """`/pages/{id}` and `/blogposts/{id}`."""

    def answer(state: State, request: Request, item_id: str) -> Reply:
        page = state.page(request, numeric(item_id), (kind,))
        wanted = request.choice("body-format", SINGLE_FORMATS)
        status = set(request.values("status")) or {"current", "archived"}
        version: Version | None = None
        shown_status = ""
        if request.flag("get-draft") or "draft" in status:
            if page.draft and page.draft.author == request.account:
                version, shown_status = page.draft, "draft"
            status |= {"draft", "current", "archived"}
        if number := request.number("version", 0):
            version = next((known for known in page.versions() if known.number == number), None)
            if version is None:
                raise Refusal(404)
            shown_status = "historical" if number != page.version else ""
        if page.status not in status and not ("historical" in status and version):
            raise Refusal(404)
        made = page_v2(state, page, wanted, version, shown_status)
        made.pop("subtype", None)
        _include(state, request, page, made, f"/{kind}s/{page.id}")
        return json_reply(with_base(state, made), objects=1)

    return answer


def _include(state: State, request: Request, page: Page, made: Json, path: str) -> None:
    """The lists that a single read may hold."""
    if request.flag("include-labels"):
        made["labels"] = included(f"{path}/labels", [label_v2(state, name) for name in sorted(page.labels)])
    if request.flag("include-properties"):
        made["properties"] = included(f"{path}/properties", [property_v2(page, key) for key in sorted(page.properties)])
    if request.flag("include-operations"):
        made["operations"] = included(f"{path}/operations", [{"operation": "read", "targetType": page.kind}])
    if request.flag("include-versions"):
        made["versions"] = included(f"{path}/versions", [version_v2(v) for v in reversed(page.versions())])
    if request.flag("include-likes"):
        made["likes"] = included(f"{path}/likes/users", [])
    if request.value("include-version", "true") == "false":
        made.pop("version", None)


def node(kind: str) -> Callable[..., Reply]:
    """`/folders/{id}` and its like."""

    def answer(state: State, request: Request, item_id: str) -> Reply:
        page = state.page(request, numeric(item_id), (kind,))
        if page.status not in {"current", "archived"}:
            raise Refusal(404)
        made = node_v2(state, page)
        return json_reply(with_base(state, made), objects=1)

    return answer


def labels(kind: str) -> Callable[..., Reply]:
    """The labels of a page."""

    def answer(state: State, request: Request, item_id: str) -> Reply:
        page = state.page(request, numeric(item_id), (kind,))
        prefix = request.choice("prefix", ("my", "team", "global", "system"))
        names = page.labels if prefix in {"", "global"} else ()
        found = in_order(names, lambda name: (int(state.content.label_id(name)),))
        return answer_list(state, request, found, lambda name: label_v2(state, name))

    return answer


def versions(kind: str) -> Callable[..., Reply]:
    """The versions of a page, the newest first."""

    def answer(state: State, request: Request, item_id: str) -> Reply:
        page = state.page(request, numeric(item_id), (kind,))
        wanted = request.choice("body-format", LIST_FORMATS)
        order = request.choice("sort", ("modified-date", "-modified-date"), "-modified-date")
        found = in_order(page.versions(), lambda version: (version.number,), falling=order.startswith("-"))

        def make(version: Version) -> Json:
            entity = {"title": version.title, "id": page.id, "body": body_v2(state, page, version, wanted)}
            return {**version_v2(version), kind: entity}

        return answer_list(state, request, found, make)

    return answer


def one_version(kind: str) -> Callable[..., Reply]:
    """One version of a page."""

    def answer(state: State, request: Request, version_number: str, **path: str) -> Reply:
        page = state.page(request, numeric(next(iter(path.values()))), (kind,))
        known = page.versions()
        numbers = [version.number for version in known]
        number = int(numeric(version_number))
        if number not in numbers:
            raise Refusal(404)
        at = numbers.index(number)
        made = version_v2(known[at]) | {"contentTypeModified": False, "collaborators": [known[at].author]}
        if at:
            made["prevVersion"] = numbers[at - 1]
        if at + 1 < len(numbers):
            made["nextVersion"] = numbers[at + 1]
        return json_reply(made, objects=1)

    return answer


def properties(kind: str) -> Callable[..., Reply]:
    """Content properties."""

    def answer(state: State, request: Request, **path: str) -> Reply:
        page = state.page(request, numeric(next(iter(path.values()))), (kind,))
        key = request.value("key")
        found = in_order([name for name in page.properties if not key or name == key], lambda name: (name,))
        return answer_list(state, request, found, lambda name: property_v2(page, name))

    return answer


def operations(kind: str) -> Callable[..., Reply]:
    """What the caller may do: read."""

    def answer(state: State, request: Request, item_id: str) -> Reply:
        state.page(request, numeric(item_id), (kind,))
        return json_reply({"operations": [{"operation": "read", "targetType": kind}]}, objects=1)

    return answer


def comments(kind: str, *, inline: bool) -> Callable[..., Reply]:
    """Comments on a page."""

    def answer(state: State, request: Request, item_id: str) -> Reply:
        page = state.page(request, numeric(item_id), (kind,))
        wanted = request.choice("body-format", LIST_FORMATS)
        resolution = request.values("resolution-status")
        kept = [
            comment
            for comment in page.comments
            if bool(comment.marker) == inline and (not inline or not resolution or comment.resolution in resolution)
        ]
        found = in_order(kept, lambda comment: (int(comment.id),))
        return answer_list(state, request, found, lambda comment: comment_v2(state, page, comment, wanted))

    return answer
