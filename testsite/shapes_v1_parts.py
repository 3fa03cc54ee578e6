"""Parts of objects of Cloud v1 and Data Center: people, versions, labels, restrictions."""

from __future__ import annotations

from typing import Any

from testsite.expand import Expand
from testsite.model import FileVersion, Page, User, Version
from testsite.state import State

Json = dict[str, Any]


def user_v1(state: State, account: str) -> Json:
    """A person, by account id; somebody unknown if nobody has it."""
    user = state.content.users.get(account)
    picture = {
        "path": f"{state.context}/images/icons/profilepics/default.svg",
        "width": 48,
        "height": 48,
        "isDefault": True,
    }
    if user is None:
        return {"type": "anonymous", "profilePicture": picture, "displayName": "Anonymous", "_links": {}}
    name = user.name if user.active else "Former user"
    if state.kind == "datacenter":
        return {
            "type": "known",
            "username": user.username,
            "userKey": user.key,
            "profilePicture": picture,
            "displayName": user.name,
            "_links": {"self": f"{state.base}/rest/api/user?key={user.key}"},
            "_expandable": {"status": ""},
        }
    return _cloud_user(state, user, name, picture)


def _cloud_user(state: State, user: User, name: str, picture: Json) -> Json:
    return {
        "type": "known",
        "accountId": user.account_id,
        "accountType": "atlassian",
        "email": "",
        "publicName": name,
        "profilePicture": picture,
        "displayName": name,
        "isExternalCollaborator": False,
        "isGuest": False,
        "_expandable": {"operations": "", "personalSpace": ""},
        "_links": {"self": f"{state.base}/rest/api/user?accountId={user.account_id}"},
    }


def version_v1(state: State, content_id: str, version: Version | FileVersion) -> Json:
    """A version."""
    return {
        "by": user_v1(state, version.author),
        "when": version.created,
        "friendlyWhen": version.created[:10],
        "message": version.message if isinstance(version, Version) else version.comment,
        "number": version.number,
        "minorEdit": version.minor if isinstance(version, Version) else False,
        "_expandable": {"content": f"/rest/api/content/{content_id}"},
        "_links": {"self": f"{state.base}/rest/api/content/{content_id}/version/{version.number}"},
    }


def label_v1(state: State, name: str) -> Json:
    """A label."""
    made = {"prefix": "global", "name": name, "id": state.content.label_id(name)}
    return {**made, "label": name}


def labels_v1(state: State, page: Page) -> Json:
    """The labels in the metadata."""
    found = [label_v1(state, name) for name in page.labels]
    return {
        "results": found,
        "start": 0,
        "limit": 200,
        "size": len(found),
        "_links": {"self": f"{state.base}/rest/api/content/{page.id}/label"},
    }


def restrictions_v1(state: State, page: Page, expand: Expand) -> Json:
    """The restrictions on a page itself, by operation."""
    made: Json = {"_expandable": {}, "_links": {"self": f"{state.base}/rest/api/content/{page.id}/restriction"}}
    for operation in ("read", "update"):
        if operation in expand:
            made[operation] = restriction_v1(state, page, operation, expand.below(operation))
        else:
            made["_expandable"][operation] = f"/rest/api/content/{page.id}/restriction/byOperation/{operation}"
    return made


def restriction_v1(state: State, page: Page, operation: str, expand: Expand) -> Json:
    """Who may do one thing with a page; nobody named: everybody."""
    named = sorted(page.readers or ()) if operation == "read" else []
    inner = expand.below("restrictions")
    made: Json = {"operation": operation, "restrictions": {"_expandable": {}}, "_expandable": {}}
    for kind in ("user", "group"):
        if kind not in inner:
            made["restrictions"]["_expandable"][kind] = ""
            continue
        people = [user_v1(state, name) for name in named] if kind == "user" else []
        made["restrictions"][kind] = {"results": people, "start": 0, "limit": 200, "size": len(people)}
    made["_expandable"]["content"] = f"/rest/api/content/{page.id}"
    made["_links"] = {"self": f"{state.base}/rest/api/content/{page.id}/restriction/byOperation/{operation}"}
    return made
