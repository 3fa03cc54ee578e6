"""Objects as Cloud v2 gives them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from testsite.bodies import body_value
from testsite.links import download, tiny, webui
from testsite.model import Comment, File, FileVersion, Page, Space, User, Version
from testsite.state import State

UNKNOWN = "unknown"
"""The author of what nobody wrote."""
_MEDIA_KINDS = {
    "image/png": "PNG Image",
    "image/jpeg": "JPEG Image",
    "image/gif": "GIF Image",
    "image/svg+xml": "SVG Image",
    "application/pdf": "PDF Document",
    "text/csv": "CSV File",
    "text/plain": "Text File",
}

Json = dict[str, Any]


def version_v2(version: Version | FileVersion) -> Json:
    """A version."""
    message = version.message if isinstance(version, Version) else version.comment
    return {
        "createdAt": version.created,
        "message": message,
        "number": version.number,
        "minorEdit": version.minor if isinstance(version, Version) else False,
        "authorId": version.author or UNKNOWN,
    }


def body_v2(state: State, page: Page, version: Version, wanted: str) -> Json:
    """The body, in one format or none."""
    if not wanted:
        return {}
    return {wanted: {"representation": wanted, "value": body_value(state, page, version, wanted)}}


def page_v2(state: State, page: Page, wanted: str = "", version: Version | None = None, status: str = "") -> Json:
    """A page or blog post in a list, and most of what it is alone."""
    shown = version or page.current()
    made: Json = {
        "id": page.id,
        "status": status or page.status,
        "title": shown.title,
        "spaceId": state.content.spaces[page.space].id,
    }
    links = {
        "webui": webui(page, "cloud"),
        "editui": f"/pages/resumedraft.action?draftId={page.id}",
        "tinyui": f"/x/{tiny(page.id)}",
    }
    if page.kind == "page":
        made |= {
            **_parent(state, page),
            "ownerId": page.author or UNKNOWN,
            "lastOwnerId": None,
            "subtype": "live" if page.live else None,
        }
    return made | {
        "authorId": page.author or UNKNOWN,
        "createdAt": page.created,
        "version": version_v2(shown),
        "body": body_v2(state, page, shown, wanted),
        "_links": links,
    }


def node_v2(state: State, page: Page) -> Json:
    """A folder, whiteboard, database or embed."""
    made: Json = {
        "id": page.id,
        "type": page.kind,
        "status": page.status,
        "title": page.title,
        **_parent(state, page),
        "authorId": page.author or UNKNOWN,
        "ownerId": page.author or UNKNOWN,
        "createdAt": page.created,
        "spaceId": state.content.spaces[page.space].id,
        "version": version_v2(page.current()),
        "_links": {"webui": webui(page, "cloud")},
    }
    if page.embed_url:
        made["embedUrl"] = page.embed_url
    return made


def _parent(state: State, page: Page) -> Json:
    parent = state.content.find(page.parent) if page.parent else None
    return {
        "parentId": parent.id if parent else None,
        "parentType": parent.kind if parent else None,
        "position": page.position,
    }


def child_v2(state: State, page: Page) -> Json:
    """A direct child."""
    return {
        "id": page.id,
        "status": page.status,
        "title": page.title,
        "type": page.kind,
        "spaceId": state.content.spaces[page.space].id,
        "childPosition": page.position,
    }


def descendant_v2(page: Page, depth: int) -> Json:
    """A descendant, `depth` levels below."""
    return {
        "id": page.id,
        "status": page.status,
        "title": page.title,
        "type": page.kind,
        "parentId": page.parent,
        "depth": depth,
        "childPosition": page.position,
    }


def label_v2(state: State, name: str) -> Json:
    """A label."""
    return {"id": state.content.label_id(name), "name": name, "prefix": "global"}


def attachment_v2(page: Page, file: File, version: FileVersion | None = None) -> Json:
    """An attachment."""
    shown = version or file.versions()[-1]
    preview = f"/pages/viewpageattachments.action?pageId={page.id}&preview=%2F{page.id}%2F{file.id.removeprefix('att')}"
    link = download(page, file.title, shown.number, shown.created)
    return {
        "id": file.id,
        "status": "current",
        "title": file.title,
        "createdAt": file.versions()[0].created,
        "blogPostId" if page.kind == "blogpost" else "pageId": page.id,
        "mediaType": file.media_type,
        "mediaTypeDescription": _MEDIA_KINDS.get(file.media_type, "File"),
        "comment": shown.comment,
        "fileId": file.file_id,
        "fileSize": len(shown.read()),
        "webuiLink": preview,
        "downloadLink": link,
        "version": version_v2(shown),
        "_links": {"webui": preview, "download": link},
    }


def space_v2(space: Space, *, description: str = "", icon: bool = False) -> Json:
    """A space; `description` is the format wanted."""
    made: Json = {
        "id": space.id,
        "key": space.key,
        "name": space.name,
        "type": space.type,
        "status": space.status,
        "authorId": space.author or UNKNOWN,
        "spaceOwnerId": space.author or UNKNOWN,
        "currentActiveAlias": space.key,
        "createdAt": space.created,
        "_links": {"webui": f"/spaces/{space.key}"},
    }
    if space.homepage:
        made["homepageId"] = space.homepage
    if description:
        made["description"] = {description: {"representation": description, "value": space.description}}
    if icon:
        made["icon"] = {"path": f"/wiki/aa-avatar/{space.key}", "apiDownloadLink": f"/wiki/rest/api/avatar/{space.key}"}
    return made


def user_v2(user: User) -> Json:
    """A person."""
    return {
        "displayName": user.name if user.active else "Former user (Deleted)",
        "timeZone": None,
        "personalSpaceId": None,
        "isExternalCollaborator": False,
        "accountStatus": "active" if user.active else "closed",
        "accountId": user.account_id,
        "email": "",
        "accountType": "atlassian",
        "publicName": user.name.split(" ")[0],
        "profilePicture": {"path": f"/wiki/aa-avatar/{user.account_id}", "isDefault": True},
    }


def comment_v2(state: State, page: Page, comment: Comment, wanted: str) -> Json:
    """A comment on a page or blog post."""
    version = Version(1, page.title, comment.body, created=comment.created, author=comment.author)
    made: Json = {
        "id": comment.id,
        "status": "current",
        "title": f"Re: {page.title}",
        "blogPostId" if page.kind == "blogpost" else "pageId": page.id,
        "version": version_v2(version),
        "body": body_v2(state, page, version, wanted),
        "_links": {"webui": f"{webui(page, 'cloud')}?focusedCommentId={comment.id}"},
    }
    if comment.marker:
        made["resolutionStatus"] = comment.resolution
        made["properties"] = {"inlineMarkerRef": comment.marker, "inlineOriginalSelection": comment.selection}
    return made


def property_v2(page: Page, key: str) -> Json:
    """A content property."""
    number = int(page.id) * 100 + sorted(page.properties).index(key)
    return {
        "id": str(number),
        "key": key,
        "value": page.properties[key],
        "version": {
            "createdAt": page.created,
            "message": "",
            "number": 1,
            "minorEdit": False,
            "authorId": page.author or UNKNOWN,
        },
    }


def included(path: str, found: Sequence[Json]) -> Json:
    """A list that is part of a single read: 50 at most."""
    more = len(found) > 50
    links = {"_links": {"self": f"/wiki/api/v2{path}"}}
    return {"results": list(found[:50]), "meta": {"hasMore": more, "cursor": ""}, **links}
