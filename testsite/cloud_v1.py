"""Cloud, REST v1: what v2 lacks, and what is left of the classic reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from testsite.bodies import as_html, storage
from testsite.classic import classic_routes, descendants
from testsite.classic_spaces import user
from testsite.exchange import Refusal, Reply, Request, json_reply
from testsite.expand import Expand, capped
from testsite.links import webui
from testsite.markup import find_macro, macro_parts
from testsite.media import find_version
from testsite.model import Page, Version
from testsite.routes import Route, either
from testsite.search import Hit, search
from testsite.shapes_v1 import attachment_v1, content_v1
from testsite.shapes_v1_parts import restriction_v1, user_v1
from testsite.state import State
from testsite.visibility import operations

_SEARCH = either("search:confluence", "read:content-details")
_READ_ALL = either("read:confluence-content.all", "read:content.metadata")
_USER = either("read:confluence-user", "read:content-details")


def v1_routes() -> list[Route]:
    """The calls: those that are published, then the classic ones, which only classic tokens may still make."""
    macro = "/rest/api/content/{id}/history/{version}/macro/id/{macroId}"
    convert = "/rest/api/contentbody/convert/async"
    restriction = "/rest/api/content/{id}/restriction/byOperation"
    details = either("read:confluence-content.all", "read:content-details")
    summary = either("read:confluence-content.summary", "read:content-details")
    attachment = either("readonly:content.attachment:confluence", "read:attachment")
    published = [
        Route("GET", "/rest/api/search", cql_search, _SEARCH),
        Route("GET", "/rest/api/content/search", content_search, _SEARCH),
        Route("GET", "/rest/api/content/{id}/child/attachment/{attachmentId}/download", download, attachment),
        Route("GET", "/rest/api/user/current", current_user, _USER),
        Route("GET", "/rest/api/user/bulk", users, _USER),
        Route("GET", "/rest/api/user", user, _USER),
        Route("GET", "/rest/api/content/{id}/descendant/{type}", descendants, summary),
        Route("GET", macro, macro_body, _READ_ALL),
        Route("GET", f"{macro}/convert/{{to}}", macro_converted, _READ_ALL),
        Route("GET", f"{macro}/convert/async/{{to}}", macro_converting, _READ_ALL),
        Route("POST", f"{convert}/{{to}}", convert_body, _READ_ALL),
        Route("GET", f"{convert}/{{id}}", converted, _READ_ALL),
        Route("GET", f"{restriction}/{{operationKey}}", restricted, details),
        Route("GET", restriction, restrictions, details),
        Route("GET", "/rest/api/content/{id}/state", content_state, summary),
    ]
    known = {(route.method, route.path) for route in published}
    classic = [
        Route(route.method, route.path, route.handler, classic_only=True)
        for route in classic_routes()
        if (route.method, route.path) not in known
    ]
    return published + classic


# Search


def cql_search(state: State, request: Request) -> Reply:
    """`/rest/api/search`: what is found, each in an envelope."""
    expand = Expand.of(request)
    return _answer(
        state, request, lambda hit: _result(state, request, hit, expand.below("content")), expand.below("content")
    )


def content_search(state: State, request: Request) -> Reply:
    """`/rest/api/content/search`: the content itself."""
    expand = Expand.of(request)
    return _answer(state, request, lambda hit: hit_content(state, request, hit, expand), expand)


def _answer(state: State, request: Request, make: Callable[[Hit], dict[str, Any]], expand: Expand) -> Reply:
    found = search(state, request)
    limit = capped(request.number("limit", 25), expand, state.kind)
    items, cursor = state.cursors.cut(request, found, limit)
    # Where a cursor leads, the answer doesn't tell its number: `start` stays what was asked for.
    links = {
        "base": state.base,
        "context": state.context,
        "self": f"{state.base}{request.path}?{urlencode(request.record.query)}",
    }
    if cursor:
        pairs = [pair for pair in request.record.query if pair[0] not in {"cursor", "next", "start", "limit"}]
        more = urlencode([("next", "true"), ("cursor", cursor), ("limit", limit), *pairs])
        links["next"] = f"{request.path}?{more}"
    made = {
        "results": [make(hit) for hit in items],
        "start": request.number("start", 0),
        "limit": limit,
        "size": len(items),
        "_links": links,
    }
    if request.path == "/rest/api/search":
        made |= {"totalSize": len(found.items), "cqlQuery": request.value("cql"), "searchDuration": 3}
    return json_reply(made, objects=len(items))


def hit_content(state: State, request: Request, hit: Hit, expand: Expand) -> dict[str, Any]:
    """What was found, as content."""
    if hit.file:
        return attachment_v1(state, hit.page, hit.file, expand, request)
    return content_v1(state, hit.page, expand, request)


def _result(state: State, request: Request, hit: Hit, expand: Expand) -> dict[str, Any]:
    space = state.content.spaces[hit.page.space]
    return {
        "content": hit_content(state, request, hit, expand),
        "title": hit.title,
        "excerpt": "",
        "url": webui(hit.page, state.kind),
        "resultGlobalContainer": {"title": space.name, "displayUrl": f"/spaces/{space.key}"},
        "breadcrumbs": [],
        "entityType": "content",
        "iconCssClass": f"aui-icon content-type-{hit.kind}",
        "lastModified": hit.updated,
        "friendlyLastModified": hit.updated[:10],
        "score": 0.0,
    }


# Files and people


def download(state: State, request: Request, item_id: str, attachment_id: str) -> Reply:
    """The way to a file's bytes: a short-lived address on the media host."""
    page = state.page(request, item_id)
    if attachment_id not in {file.id for file in page.files}:
        raise Refusal(404)
    file, version = find_version(state.content, attachment_id, request.number("version", 0))
    return Reply(302, b"", [("location", state.media.address(file, version))])


def current_user(state: State, request: Request) -> Reply:
    """Who calls."""
    if request.account is None:
        raise Refusal(403, "Anonymous users have no profile.")
    made = user_v1(state, request.account)
    if request.user:
        made["email"] = request.user.email
    if "operations" in Expand.of(request):
        made["operations"] = operations(state.content, request.account)
        made["_expandable"].pop("operations", None)
    return json_reply(made, identities=1)


def users(state: State, request: Request) -> Reply:
    """Names for the first 100 account ids."""
    found = [user_v1(state, name) for name in request.values("accountId")[:100] if name in state.content.users]
    links = {"base": state.base, "context": state.context, "self": f"{state.base}{request.path}"}
    made = {"results": found, "start": 0, "limit": 100, "size": len(found), "_links": links}
    return json_reply(made, identities=len(found))


# Macros and conversions


def _macro(state: State, request: Request, page_id: str, version: str, macro_id: str) -> tuple[Page, Version, Any]:
    page = state.page(request, page_id)
    shown = next((known for known in page.versions() if str(known.number) == version), None)
    if shown is None and version == "0":
        shown = page.current()
    found = find_macro(shown.body, macro_id) if shown else None
    if shown is None or found is None:
        raise Refusal(404, f"No macro with id {macro_id} found on content with id {page_id} and version {version}")
    return page, shown, found


def macro_body(state: State, request: Request, item_id: str, version: str, macro_id: str) -> Reply:
    """A macro as it is stored."""
    _, _, found = _macro(state, request, item_id, version, macro_id)
    name, body, values = macro_parts(found)
    parameters = {key: {"value": value} for key, value in values.items()}
    return json_reply({"name": name, "body": body, "parameters": parameters, "_links": {}}, objects=1)


def _rendered_macro(state: State, request: Request, page_id: str, version: str, macro_id: str) -> str | None:
    page, _, found = _macro(state, request, page_id, version, macro_id)
    if (page.id, macro_id) in state.content.macros:
        return state.content.macros[page.id, macro_id]
    name, body, values = macro_parts(found)
    return f'<div class="{name}">{as_html(state, body, page.id) or values.get("title", "")}</div>'


def macro_converted(
    state: State,
    request: Request,
    item_id: str,
    version: str,
    macro_id: str,
    to: str,
) -> Reply:
    """A macro rendered."""
    value = _rendered_macro(state, request, item_id, version, macro_id)
    if value is None:
        raise Refusal(500, "The macro could not be rendered.")
    made = {"value": value, "representation": to, "_expandable": {"content": f"/rest/api/content/{id}"}}
    return json_reply(made, objects=1)


def macro_converting(
    state: State,
    request: Request,
    item_id: str,
    version: str,
    macro_id: str,
    to: str,
) -> Reply:
    """A macro is being rendered."""
    if to not in {"export_view", "view", "styled_view"}:
        raise Refusal(400, f"{to} is not supported.")
    return _begin(state, _rendered_macro(state, request, item_id, version, macro_id))


def convert_body(state: State, request: Request, to: str) -> Reply:
    """A body is being converted."""
    posted = request.json()
    if to != "export_view" or not isinstance(posted, dict) or posted.get("representation") != "storage":
        raise Refusal(400, "Unsupported conversion.")
    page_id = request.value("contentIdContext")
    if page_id:
        state.page(request, page_id)
    return _begin(state, as_html(state, storage(state, str(posted.get("value", ""))), page_id))


def _begin(state: State, value: str | None) -> Reply:
    task = f"{next(state.task_numbers):08d}-export-view"
    state.tasks[task] = (0, value)
    return json_reply({"asyncId": task}, objects=1)


def converted(state: State, _: Request, item_id: str) -> Reply:
    """How far a conversion is, and its result."""
    if item_id not in state.tasks:
        raise Refusal(404)
    asked, value = state.tasks[item_id]
    state.tasks[item_id] = (asked + 1, value)
    made: dict[str, Any] = {"representation": "export_view", "renderTaskId": item_id, "_links": {}}
    if asked < state.polls:
        return json_reply({**made, "status": "WORKING"})
    if value is None:
        return json_reply({**made, "status": "FAILED", "error": "The macro could not be rendered."})
    return json_reply({**made, "status": "COMPLETED", "value": value}, objects=1)


# Restrictions and states


def restricted(state: State, request: Request, item_id: str, operation_key: str) -> Reply:
    """Who may read a page, as far as the page itself says."""
    page = state.page(request, item_id)
    if operation_key not in {"read", "update"}:
        raise Refusal(400, f"Unknown operation {operation_key}.")
    return json_reply(
        restriction_v1(state, page, operation_key, Expand.of(request)), identities=len(page.readers or ())
    )


def restrictions(state: State, request: Request, item_id: str) -> Reply:
    """The same for each operation."""
    page = state.page(request, item_id)
    made = {name: restriction_v1(state, page, name, Expand.of(request)) for name in ("read", "update")}
    return json_reply({**made, "_links": {}}, identities=len(page.readers or ()))


def content_state(state: State, request: Request, item_id: str) -> Reply:
    """The status lozenge of a page."""
    page = state.page(request, item_id)
    shown = {"id": 100_001, "name": page.state[0], "color": page.state[1]} if page.state else None
    return json_reply({"contentState": shown, "lastUpdated": page.updated}, objects=1)
