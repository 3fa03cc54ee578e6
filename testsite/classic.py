"""The classic reads of `/rest/api`: all that Data Center has, and what Cloud still gives to classic tokens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from testsite.classic_lists import MOST, answer_part, page_part
from testsite.classic_spaces import current_user, one_space, space_content, space_content_of, spaces, user
from testsite.exchange import Refusal, Reply, Request, json_reply
from testsite.expand import Expand, capped
from testsite.markup import find_macro, macro_parts
from testsite.model import Page, Version
from testsite.routes import Route
from testsite.shapes_v1 import attachment_v1, content_v1, single_links
from testsite.shapes_v1_parts import label_v1, restriction_v1, version_v1
from testsite.state import State


def classic_routes() -> list[Route]:
    """The calls."""
    content, space = "/rest/api/content", "/rest/api/space"
    found: list[tuple[str, Callable[..., Reply]]] = [
        (content, contents),
        (f"{content}/scan", scan),
        (f"{content}/{{id}}", one),
        (f"{content}/{{id}}/child", children_of),
        (f"{content}/{{id}}/child/page", child_pages),
        (f"{content}/{{id}}/child/attachment", child_attachments),
        (f"{content}/{{id}}/child/comment", child_comments),
        (f"{content}/{{id}}/descendant/{{type}}", descendants),
        (f"{content}/{{id}}/label", labels),
        (f"{content}/{{id}}/history", history),
        (f"{content}/{{id}}/version", versions),
        (f"{content}/{{id}}/version/{{number}}", one_version),
        (f"{content}/{{id}}/property", no_properties),
        (f"{content}/{{id}}/property/{{key}}", content_property),
        (f"{content}/{{id}}/restriction/byOperation/{{operationKey}}", restriction),
        (f"{content}/{{id}}/history/{{version}}/macro/id/{{macroId}}", macro),
        (space, spaces),
        (f"{space}/{{key}}", one_space),
        (f"{space}/{{key}}/content", space_content),
        (f"{space}/{{key}}/content/{{kind}}", space_content_of),
        ("/rest/api/user", user),
        ("/rest/api/user/current", current_user),
    ]
    return [Route("GET", path, handler) for path, handler in found]


def _kind(request: Request) -> str:
    return request.choice("type", ("page", "blogpost"), "page")


def contents(state: State, request: Request) -> Reply:
    """`/content`: by space, title, kind and day."""
    kind, title, key = _kind(request), request.value("title"), request.value("spaceKey")
    status = request.value("status", "current")
    day = request.value("postingDay")
    if key:
        state.space(request, key)
    found = [
        page
        for page in state.content.pages()
        if page.kind == kind
        and status in {"any", page.status}
        and (not key or page.space == key)
        and (not title or page.title == title)
        and (not day or page.created.startswith(day))
    ]
    return page_part(state, request, found)


def scan(state: State, request: Request) -> Reply:
    """`/content/scan`: all of a space, by a cursor that is an id."""
    kind, key, expand = _kind(request), request.value("spaceKey"), Expand.of(request)
    status = request.value("status", "current")
    limit = min(request.number("limit", 25, 1), capped(MOST, expand, state.kind))
    after = request.value("cursor").rpartition(":")[2]
    if after and not after.isdecimal():
        raise Refusal(400, "Invalid cursor.")
    found = [
        page
        for page in state.content.pages()
        if page.kind == kind
        and page.status == status
        and (not key or page.space == key)
        and (not after or int(page.id) > int(after))
    ]
    cut = found[:limit]
    shown = [content_v1(state, page, expand, request) for page in cut if state.sees(request, page)]
    links = {"self": f"{state.base}{request.path}", "base": state.base, "context": state.context}
    cursor = f"content:false:null:{after}" if after else ""
    made: dict[str, Any] = {"results": shown, "cursor": cursor, "limit": limit, "size": len(shown), "_links": links}
    if len(found) > limit:
        made["nextCursor"] = f"content:false:null:{cut[-1].id}"
        pairs = [pair for pair in request.record.query if pair[0] not in {"cursor", "limit"}]
        more = urlencode([*pairs, ("limit", limit), ("cursor", made["nextCursor"])])
        links["next"] = f"{request.path}?{more}"
    return json_reply(made, objects=len(shown))


def one(state: State, request: Request, item_id: str) -> Reply:
    """`/content/{id}`: a page, one of its versions, its draft, or an attachment."""
    expand = Expand.of(request)
    if item_id.startswith("att"):
        found = state.content.index().files.get(item_id)
        if found is None or not state.sees(request, found[0]):
            raise Refusal(404, f"No content found with id: ContentId{{id={item_id}}}")
        made = attachment_v1(state, *found, expand, request)
        return json_reply(single_links(state, made), objects=1)
    page = state.page(request, item_id)
    statuses = set(request.values("status")) or {"current"}
    version: Version | None = None
    shown = ""
    if "draft" in statuses and page.draft and page.draft.author == request.account:
        version, shown = page.draft, "draft"
    elif number := request.number("version", 0):
        version = next((known for known in page.versions() if known.number == number), None)
        if version is None:
            raise Refusal(404, f"No content found with id: ContentId{{id={item_id}}} and version {number}")
        shown = "" if number == page.version else "historical"
        if shown and not statuses & {"historical", "any"}:
            raise Refusal(404, f"No content found with id: ContentId{{id={item_id}}}")
    if not shown and not statuses & {page.status, "any"} and not (version and "historical" in statuses):
        raise Refusal(404, f"No content found with id: ContentId{{id={item_id}}}")
    made = content_v1(state, page, expand, request, version, shown)
    return json_reply(single_links(state, made), objects=1)


def _children(state: State, page: Page) -> list[Page]:
    """The pages right below; what is no page is not there for these calls."""
    return [child for child in state.content.children(page.id) if child.kind == "page" and child.status == "current"]


def children_of(state: State, request: Request, item_id: str) -> Reply:
    """`/content/{id}/child`, with kinds to expand."""
    page = state.page(request, item_id)
    made = content_v1(state, page, Expand([f"children.{name}" for name in request.values("expand")]), request)
    return json_reply(made.get("children", {"_expandable": {}, "_links": {}}), objects=1)


def child_pages(state: State, request: Request, item_id: str) -> Reply:
    """`/content/{id}/child/page`."""
    return page_part(state, request, _children(state, state.page(request, item_id)))


def descendants(state: State, request: Request, item_id: str, type: str) -> Reply:  # noqa: A002 - its name
    """`/content/{id}/descendant/page`: in no order that tells the tree."""
    if type != "page":
        raise Refusal(404)
    found: list[Page] = []
    level = _children(state, state.page(request, item_id))
    while level:
        found += level
        level = [child for page in level for child in _children(state, page)]
    found.sort(key=lambda page: int(page.id))
    return page_part(state, request, found)


def child_attachments(state: State, request: Request, item_id: str) -> Reply:
    """`/content/{id}/child/attachment`."""
    page, expand, name = state.page(request, item_id), Expand.of(request), request.value("filename")
    media_type = request.value("mediaType")
    found = [
        file
        for file in page.files
        if (not name or file.title == name) and (not media_type or file.media_type == media_type)
    ]
    return answer_part(
        state, request, found, lambda file: attachment_v1(state, page, file, expand, request), default=50
    )


def child_comments(state: State, request: Request, item_id: str) -> Reply:
    """`/content/{id}/child/comment`."""
    page = state.page(request, item_id)

    def make(number: int) -> dict[str, Any]:
        comment = page.comments[number]
        location = "inline" if comment.marker else "footer"
        return {
            "id": comment.id,
            "type": "comment",
            "status": "current",
            "title": f"Re: {page.title}",
            "body": {"storage": {"value": comment.body, "representation": "storage"}, "_expandable": {}},
            "extensions": {"location": "resolved" if comment.resolution == "resolved" else location},
            "_links": {"self": f"{state.base}/rest/api/content/{comment.id}"},
            "_expandable": {},
        }

    return answer_part(state, request, range(len(page.comments)), make)


def labels(state: State, request: Request, item_id: str) -> Reply:
    """`/content/{id}/label`."""
    page = state.page(request, item_id)
    return answer_part(state, request, page.labels, lambda name: label_v1(state, name), default=200)


def history(state: State, request: Request, item_id: str) -> Reply:
    """`/content/{id}/history`."""
    page = state.page(request, item_id)
    inner = Expand([f"history.{name}" for name in request.values("expand")] or ["history"])
    return json_reply(content_v1(state, page, inner, request)["history"], objects=1)


def versions(state: State, request: Request, item_id: str) -> Reply:
    """`/content/{id}/version`, of a page or a file: the newest first."""
    if found := state.content.index().files.get(item_id):
        owner, file = found
        state.page(request, owner.id)
        return answer_part(state, request, file.versions()[::-1], lambda one: version_v1(state, file.id, one))
    page = state.page(request, item_id)
    expand = Expand.of(request)
    known = page.versions()[::-1]
    return answer_part(state, request, known, lambda version: _version(state, request, page, version, expand))


def one_version(state: State, request: Request, item_id: str, number: str) -> Reply:
    """`/content/{id}/version/{number}`."""
    page = state.page(request, item_id)
    version = next((known for known in page.versions() if str(known.number) == number), None)
    if version is None:
        raise Refusal(404, f"No version {number} of content {id}")
    return json_reply(_version(state, request, page, version, Expand.of(request)), objects=1)


def _version(state: State, request: Request, page: Page, version: Version, expand: Expand) -> dict[str, Any]:
    made = version_v1(state, page.id, version)
    if "content" in expand:
        status = "" if version.number == page.version else "historical"
        made["content"] = content_v1(state, page, expand.below("content"), request, version, status)
        made["_expandable"] = {}
    return made


def no_properties(state: State, request: Request, item_id: str) -> Reply:
    """`/content/{id}/property`."""
    page = state.page(request, item_id)
    return answer_part(
        state, request, sorted(page.properties), lambda key: {"id": key, "key": key, "value": page.properties[key]}
    )


def content_property(state: State, request: Request, item_id: str, key: str) -> Reply:
    """`/content/{id}/property/{key}`."""
    page = state.page(request, item_id)
    if key not in page.properties:
        raise Refusal(404, f"No property {key} on content {id}")
    return json_reply({"id": key, "key": key, "value": page.properties[key], "version": {"number": 1}}, objects=1)


def restriction(state: State, request: Request, item_id: str, operation_key: str) -> Reply:
    """`/content/{id}/restriction/byOperation/{operationKey}`."""
    page = state.page(request, item_id)
    return json_reply(
        restriction_v1(state, page, operation_key, Expand.of(request)), identities=len(page.readers or ())
    )


def macro(state: State, request: Request, item_id: str, version: str, macro_id: str) -> Reply:
    """A macro as it is stored."""
    page = state.page(request, item_id)
    shown = next((known for known in page.versions() if str(known.number) == version), None)
    found = find_macro(shown.body, macro_id) if shown else None
    if found is None:
        raise Refusal(404, f"No macro with id {macro_id}")
    name, body, values = macro_parts(found)
    return json_reply({"name": name, "body": body, "parameters": values}, objects=1)
