"""Servers that know just enough of Confluence to sign in to: for tests of what comes before the first page."""

from __future__ import annotations

from collections.abc import Collection

from tests.connections import CLOUD_ID, PAT, PERSON
from tests.meddler import Call, Meddle, Reply, as_json, page

JANE = {"type": "known", "accountId": "712020:aa", "accountType": "atlassian", "displayName": "Jane Doe"}
JOE = {"type": "known", "username": "joe", "userKey": "8a7f", "displayName": "Joe\x1b[31m Bloggs"}
NOBODY = {"type": "anonymous", "displayName": "Anonymous"}
PREFIX = f"/ex/confluence/{CLOUD_ID}"


def cloud_site(
    *, direct: Collection[str] = (PERSON.header(),), scoped: Collection[str] = (), lacking: Collection[str] = ()
) -> Meddle:
    """Cloud and its gateway at one machine. Values of Authorization that are good at the site, at the gateway, and at
    the gateway but without the scope to say whose they are."""

    def answer(call: Call) -> Reply:
        path, _, _ = call.path.partition("?")
        sent = call.headers.get("authorization", "")
        if path == "/_edge/tenant_info":
            return as_json({"cloudId": CLOUD_ID})
        through = path.startswith(PREFIX)
        path = path.removeprefix(PREFIX)
        if not path.startswith("/wiki/"):
            return as_json({"message": "no such thing"}, 404)
        if through and sent in lacking and "user" in path:
            return as_json({"code": 401, "message": "Unauthorized; scope does not match"}, 401)
        if sent not in ((*scoped, *lacking) if through else direct):
            return as_json({"code": 401, "message": "Unauthorized"}, 401)
        if path == "/wiki/rest/api/user/current":
            return as_json(JANE)
        return as_json({"results": [], "_links": {"base": "https://acme.atlassian.net/wiki"}})

    return answer


def data_center(context: str = "/context", *, manifest: bool = True, anonymous: bool = True) -> Meddle:
    """Data Center below a path; with what it says of itself, and with what everybody may see, or without."""

    def answer(call: Call) -> Reply:
        if not call.path.startswith(f"{context}/rest/"):
            return page(404)
        path = call.path.removeprefix(context)
        sent = call.headers.get("authorization", "")
        if path == "/rest/applinks/1.0/manifest" and manifest:
            return as_json({"typeId": "confluence", "version": "9.2.0"})
        if sent == PAT.header():
            return as_json(JOE, 200, **{"X-AUSERNAME": "joe"})
        if path == "/rest/api/user/current" and anonymous:
            return as_json(NOBODY, 200, **{"X-AUSERNAME": "anonymous"})
        return Reply(302, {"Location": f"{context}/login.action?os_destination=x"})

    return answer
