"""From a request to its answer: host, route, sign-in, limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from testsite.auth import sign_in
from testsite.exchange import Record, Refusal, Reply, Request, json_reply, refusal_reply
from testsite.limits import Limiter
from testsite.routes import Routes
from testsite.state import CLOUD_ID, State

_PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c63f8cfc0f01f0005000"
    "1ff89993d1d0000000049454e44ae426082"
)
READ_METHODS = {"GET", "HEAD"}


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers calls. `routes` are by what comes before the path: the site, Jira, the origin itself."""

    state: State
    limiter: Limiter
    site: Routes
    jira: Routes
    origin: Routes
    bad_token: Literal["401", "login"]

    def answer(self, record: Record) -> Reply:
        """The answer to a call."""
        try:
            if record.role == "media":
                return self.state.media.answer(self.state.content, record)
            if record.role == "elsewhere":
                return Reply(200, _PIXEL, [("content-type", "image/png")])
            return self._site(record)
        except Refusal as refusal:
            return refusal_reply(refusal, record.path)

    def _site(self, record: Record) -> Reply:
        routes, path = self._routes(record)
        request = Request(record, path)
        found = routes.find(record.method, path)
        if found is None:
            known = any(routes.find(method, path) for method in ("GET", "POST"))
            refused = record.method not in READ_METHODS and (known or record.method != "POST")
            raise Refusal(405 if refused or record.method not in READ_METHODS else 404)
        route, values = found
        caller = record.headers.get("authorization", "")
        record.early = self.limiter.early(caller, record.started)
        try:
            sign_in(self.state, request, route, self.bad_token)
            headers = self.limiter.admit(caller)
            reply = routes.answer(route, self.state, request, values)
        except Refusal as refusal:
            reply = refusal_reply(refusal, path)
            self.told_to_wait(caller, reply)
            headers = []
        self.limiter.charge(caller, reply)
        record.results = reply.objects + reply.identities
        reply.headers += [*headers, *self._always(request)]
        return reply

    def told_to_wait(self, caller: str, reply: Reply) -> None:
        """Remember a Retry-After."""
        wait = dict(reply.headers).get("retry-after", "")
        if wait.replace(".", "").isdecimal():
            self.limiter.refused(caller, float(wait))

    def _routes(self, record: Record) -> tuple[Routes, str]:
        """The table for a path, and the path in it."""
        path = record.path
        if record.role == "gateway":
            for product, routes, context in (("confluence", self.site, "/wiki"), ("jira", self.jira, "")):
                start = f"/ex/{product}/{CLOUD_ID}{context}/"
                if path.startswith(start):
                    return routes, path[len(start) - 1 :]
            return self.origin, "/gateway" + path
        if self.state.context and path.startswith(self.state.context + "/"):
            return self.site, path.removeprefix(self.state.context)
        if self.state.kind == "cloud":
            return (self.jira, path) if path.startswith("/rest/api/3/") else (self.origin, path)
        return (self.origin, path) if self.state.context else (self.site, path)

    def _always(self, request: Request) -> list[tuple[str, str]]:
        trace = f"{id(request.record):032x}"[-32:]
        if self.state.kind == "cloud":
            return [("atl-traceid", trace), ("atl-request-id", trace)]
        return [("x-ausername", request.user.username if request.user else "anonymous"), ("x-asen", "SEN-TEST")]


def tenant_info(_: State, __: Request) -> Reply:
    """`/_edge/tenant_info`: the site's cloud id, for everybody."""
    return json_reply({"cloudId": CLOUD_ID})


def accessible_resources(state: State, request: Request) -> Reply:
    """`/oauth/token/accessible-resources`: the sites of a bearer."""
    if request.token is None or request.token.kind != "oauth":
        raise Refusal(401, body={"code": 401, "message": "Unauthorized"})
    scopes = sorted(request.token.scopes or ())
    return json_reply(
        [
            {
                "id": CLOUD_ID,
                "url": state.origin,
                "name": "example",
                "scopes": scopes,
                "avatarUrl": f"{state.origin}/a.png",
            }
        ]
    )
