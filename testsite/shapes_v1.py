"""Objects as Cloud v1 and Data Center give them."""

from __future__ import annotations

from typing import Any

from testsite.bodies import body_value
from testsite.exchange import Request
from testsite.expand import Expand
from testsite.links import download, tiny, webui
from testsite.model import File, FileVersion, Page, Space, Version
from testsite.shapes_v1_parts import labels_v1, restrictions_v1, user_v1, version_v1
from testsite.state import State
from testsite.visibility import visible

Json = dict[str, Any]

_BODIES = ("storage", "view", "export_view", "styled_view", "anonymous_export_view", "editor", "atlas_doc_format")


def space_v1(state: State, space: Space, expand: Expand, request: Request) -> Json:
    """A space."""
    made: Json = {
        "id": int(space.id),
        "key": space.key,
        "name": space.name,
        "type": space.type,
        "status": space.status,
        "_links": {"webui": _space_page(state, space), "self": f"{state.base}/rest/api/space/{space.key}"},
    }
    expandable = {"metadata": ""}
    if "description" in expand:
        made["description"] = {
            name: {"value": space.description, "representation": name, "embeddedContent": []}
            for name in expand.below("description").names()
        }
    else:
        expandable["description"] = ""
    if "icon" in expand:
        made["icon"] = {"path": f"{state.context}/images/logo/space.png", "width": 48, "height": 48, "isDefault": True}
    else:
        expandable["icon"] = ""
    home = state.content.find(space.homepage) if space.homepage else None
    if "homepage" in expand and home and home.id in visible(state.content, request.account):
        made["homepage"] = content_v1(state, home, expand.below("homepage"), request)
    else:
        expandable["homepage"] = f"/rest/api/content/{space.homepage}" if space.homepage else ""
    made["_expandable"] = expandable
    return made


def _space_page(state: State, space: Space) -> str:
    return f"/spaces/{space.key}" if state.kind == "cloud" else f"/display/{space.key}"


def content_v1(
    state: State,
    page: Page,
    expand: Expand,
    request: Request,
    version: Version | None = None,
    status: str = "",
) -> Json:
    """A page, or anything else in the tree."""
    shown = version or page.current()
    path = f"/rest/api/content/{page.id}"
    made: Json = {"id": page.id, "type": page.kind, "status": status or page.status, "title": shown.title}
    expandable: dict[str, str] = {}

    def put(name: str, value: Any, link: str = "") -> None:
        """A value if it is asked for, else where to get it. Values are made when they are needed."""
        if name in expand:
            made[name] = value()
        else:
            expandable[name] = link

    space = state.content.spaces[page.space]
    put("space", lambda: space_v1(state, space, expand.below("space"), request), f"/rest/api/space/{space.key}")
    put("history", lambda: _history(state, page, expand.below("history")), f"{path}/history")
    put("version", lambda: version_v1(state, page.id, shown))
    put("ancestors", lambda: _ancestors(state, page, expand.below("ancestors"), request))
    put("container", lambda: space_v1(state, space, Expand(), request), f"/rest/api/space/{space.key}")
    put("children", lambda: _children(state, page, expand.below("children"), request), f"{path}/child")
    put("childTypes", lambda: _child_types(state, page, request))
    put("descendants", lambda: _children(state, page, expand.below("descendants"), request), f"{path}/descendant")
    put("body", lambda: _body(state, page, shown, expand.below("body")))
    put("metadata", lambda: _metadata(state, page, expand.below("metadata")))
    put("restrictions", lambda: restrictions_v1(state, page, expand.below("restrictions")), f"{path}/restriction")
    put("operations", lambda: [{"operation": "read", "targetType": page.kind}])
    made["extensions"] = {"position": "none" if page.position is None else page.position}
    if state.kind == "cloud":
        made["macroRenderedOutput"] = {}
    made["_expandable"] = expandable
    made["_links"] = {
        "webui": webui(page, state.kind),
        "edit": f"/pages/resumedraft.action?draftId={page.id}",
        "tinyui": f"/x/{tiny(page.id)}",
        "self": f"{state.base}{path}",
    }
    return made


def single_links(state: State, made: Json) -> Json:
    """A single object also tells the site's base."""
    made["_links"] |= {"collection": "/rest/api/content", "base": state.base, "context": state.context}
    return made


def _history(state: State, page: Page, expand: Expand) -> Json:
    made: Json = {
        "latest": True,
        "createdBy": user_v1(state, page.author),
        "createdDate": page.created,
        "_links": {"self": f"{state.base}/rest/api/content/{page.id}/history"},
        "_expandable": {"contributors": "", "nextVersion": ""},
    }
    known = page.versions()
    if "lastUpdated" in expand:
        made["lastUpdated"] = version_v1(state, page.id, known[-1])
    else:
        made["_expandable"]["lastUpdated"] = ""
    if "previousVersion" in expand and len(known) > 1:
        made["previousVersion"] = version_v1(state, page.id, known[-2])
    else:
        made["_expandable"]["previousVersion"] = ""
    return made


def _ancestors(state: State, page: Page, expand: Expand, request: Request) -> list[Json]:
    return [content_v1(state, above, expand, request) for above in state.content.ancestors(page) if state.has(above)]


def _children(state: State, page: Page, expand: Expand, request: Request) -> Json:
    made: Json = {"_expandable": {}, "_links": {"self": f"{state.base}/rest/api/content/{page.id}/child"}}
    for kind in ("page", "attachment", "comment"):
        if kind not in expand:
            made["_expandable"][kind] = f"/rest/api/content/{page.id}/child/{kind}"
            continue
        inner = expand.below(kind)
        found: list[Json] = []
        if kind == "page":
            found = [
                content_v1(state, child, inner, request)
                for child in state.content.children(page.id)
                if child.kind == "page" and child.status == "current" and state.sees(request, child)
            ]
        elif kind == "attachment":
            found = [attachment_v1(state, page, file, inner, request) for file in page.files]
        made[kind] = {
            "results": found[:25],
            "start": 0,
            "limit": 25,
            "size": len(found[:25]),
            "_links": {"self": f"{state.base}/rest/api/content/{page.id}/child/{kind}"},
        }
        if len(found) > 25:
            made[kind]["_links"]["next"] = f"/rest/api/content/{page.id}/child/{kind}?limit=25&start=25"
    return made


def _child_types(state: State, page: Page, request: Request) -> Json:
    below = [child for child in state.content.children(page.id) if state.sees(request, child)]
    has = {"attachment": bool(page.files), "comment": bool(page.comments), "page": bool(below)}
    links = {"self": f"{state.base}/rest/api/content/{page.id}/child"}
    return {kind: {"value": value, "_links": links} for kind, value in has.items()}


def _body(state: State, page: Page, version: Version, expand: Expand) -> Json:
    made: Json = {"_expandable": {name: "" for name in _BODIES if name not in expand}}
    for name in _BODIES:
        if name in expand and (name != "atlas_doc_format" or state.kind == "cloud"):
            made[name] = {
                "value": body_value(state, page, version, name),
                "representation": name,
                "_expandable": {"content": f"/rest/api/content/{page.id}"},
            }
    return made


def _metadata(state: State, page: Page, expand: Expand) -> Json:
    made: Json = {"_expandable": {}}
    if "labels" in expand:
        made["labels"] = labels_v1(state, page)
    else:
        made["_expandable"]["labels"] = f"/rest/api/content/{page.id}/label"
    return made


def attachment_v1(
    state: State, page: Page, file: File, expand: Expand, request: Request, version: FileVersion | None = None
) -> Json:
    """An attachment."""
    shown = version or file.versions()[-1]
    path = f"/rest/api/content/{file.id}"
    extensions = {
        "mediaType": file.media_type,
        "fileSize": len(shown.read()),
        "comment": shown.comment,
    }
    if state.kind == "cloud":
        extensions |= {"fileId": file.file_id, "collectionName": f"contentId-{page.id}"}
    made: Json = {
        "id": file.id,
        "type": "attachment",
        "status": "current",
        "title": file.title,
        "metadata": {"mediaType": file.media_type, "comment": shown.comment, "_expandable": {"labels": ""}},
        "extensions": extensions,
        "_links": {
            "webui": f"{webui(page, state.kind)}?preview=%2F{page.id}%2F{file.id.removeprefix('att')}",
            "download": download(page, file.title, shown.number, shown.created),
            "self": f"{state.base}{path}",
        },
    }
    expandable = {"history": f"{path}/history", "body": "", "ancestors": ""}
    if "version" in expand:
        made["version"] = version_v1(state, file.id, shown)
    else:
        expandable["version"] = ""
    if "container" in expand:
        made["container"] = content_v1(state, page, expand.below("container"), request)
    else:
        expandable["container"] = f"/rest/api/content/{page.id}"
    space = state.content.spaces[page.space]
    if "space" in expand:
        made["space"] = space_v1(state, space, expand.below("space"), request)
    else:
        expandable["space"] = f"/rest/api/space/{space.key}"
    if "metadata.labels" in expand:
        made["metadata"]["labels"] = {"results": [], "start": 0, "limit": 200, "size": 0, "_links": {}}
    made["_expandable"] = expandable
    return made
