"""Data Center: the table of its calls."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from testsite.bodies import as_html
from testsite.classic import classic_routes, versions
from testsite.classic_lists import answer_part
from testsite.cloud_v1 import hit_content
from testsite.exchange import Refusal, Reply, Request, json_reply
from testsite.expand import Expand, capped
from testsite.links import webui
from testsite.routes import Route
from testsite.search import Hit, search
from testsite.state import State
from testsite.web import datacenter_pages


def datacenter_routes() -> list[Route]:
    """All of them."""
    return [
        Route("GET", "/rest/api/search", cql_search),
        Route("GET", "/rest/api/content/search", content_search),
        Route("POST", "/rest/api/contentbody/convert/{to}", convert),
        Route("GET", "/rest/applinks/1.0/manifest", manifest, open=True),
        Route("GET", "/rest/api/settings/systemInfo", system_info),
        Route("GET", "/rest/experimental/content/{id}/version", versions),
        *classic_routes(),
        *datacenter_pages(),
    ]


def content_search(state: State, request: Request) -> Reply:
    """`/content/search`."""
    expand = Expand.of(request)
    return answer_part(
        state,
        request,
        search(state, request).items,
        lambda hit: hit_content(state, request, hit, expand),
        most=capped(500, expand, state.kind),
    )


def cql_search(state: State, request: Request) -> Reply:
    """`/search`: what is found, each in an envelope."""
    expand = Expand.of(request).below("content")
    found = search(state, request).items
    start, limit = request.number("start", 0), min(request.number("limit", 25), capped(500, expand, state.kind))
    shown = found[start : start + limit]
    links = {"base": state.base, "context": state.context}
    if start + limit < len(found):
        pairs = [pair for pair in request.record.query if pair[0] not in {"start", "limit"}]
        links["next"] = f"{request.path}?{urlencode([*pairs, ('limit', limit), ('start', start + limit)])}"
    made = {
        "results": [_result(state, request, hit, expand) for hit in shown],
        "start": start,
        "limit": limit,
        "size": len(shown),
        "totalSize": len(found),
        "cqlQuery": request.value("cql"),
        "searchDuration": 3,
        "_links": links,
    }
    return json_reply(made, objects=len(shown))


def _result(state: State, request: Request, hit: Hit, expand: Expand) -> dict[str, Any]:
    space = state.content.spaces[hit.page.space]
    return {
        "content": hit_content(state, request, hit, expand),
        "title": hit.title,
        "excerpt": "",
        "url": webui(hit.page, state.kind),
        "resultGlobalContainer": {"title": space.name, "displayUrl": f"/display/{space.key}"},
        "entityType": "content",
        "iconCssClass": f"aui-icon content-type-{hit.kind}",
        "lastModified": hit.updated,
        "friendlyLastModified": hit.updated[:10],
        "timestamp": 0,
    }


def convert(state: State, request: Request, to: str) -> Reply:
    """A body converted, at once."""
    if to not in {"view", "export_view", "styled_view", "storage", "editor"}:
        raise Refusal(400, f"Unsupported representation {to}.")
    posted = request.json()
    if not isinstance(posted, dict) or posted.get("representation") != "storage":
        raise Refusal(400, "Unsupported conversion.")
    page_id = request.value("pageIdContext") or request.value("contentIdContext")
    if page_id:
        state.page(request, page_id)
    text = str(posted.get("value", ""))
    value = text if to in {"storage", "editor"} else as_html(state, text, page_id)
    return json_reply({"value": value, "representation": to, "_expandable": {"content": ""}}, objects=1)


def manifest(state: State, request: Request) -> Reply:
    """What runs here, for everybody: JSON if asked for, else XML as it was always."""
    facts = {
        "id": "5f0c7a52-3333-3333-3333-c0ff1ec0ffee",
        "name": "Confluence",
        "typeId": "confluence",
        "version": state.version,
        "buildNumber": 9012,
        "url": state.base,
    }
    if "json" in request.record.headers.get("accept", ""):
        return json_reply(facts)
    inner = "".join(f"<{name}>{value}</{name}>" for name, value in facts.items())
    text = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><manifest>{inner}</manifest>'
    return Reply(200, text.encode(), [("content-type", "application/xml")])


def system_info(state: State, request: Request) -> Reply:
    """For administrators only: nobody here is one."""
    del state, request
    raise Refusal(403, "You are not permitted to use this resource.")
