"""Who calls, and whether they may make this call at all."""

from __future__ import annotations

from typing import Literal
from urllib.parse import quote

from testsite.exchange import Refusal, Request
from testsite.routes import Route
from testsite.state import State
from testsite.tokens import Presented, present

_NOBODY = {"message": "Client must be authenticated to access this resource.", "status-code": 401}
_GONE = (
    "com.atlassian.confluence.api.service.exceptions.pagesmodes.GoneException: "
    "This deprecated endpoint has been removed."
)


def sign_in(state: State, request: Request, route: Route, bad_token: Literal["401", "login"]) -> None:
    """Put the caller into the request; Refusal if they may not make the call."""
    header = request.record.headers.get("authorization", "")
    presented = present(header, state.tokens, state.content.users.values())
    if state.kind == "cloud":
        _cloud(state, request, route, presented)
    else:
        _datacenter(state, request, route, presented, bad_token)
    if request.token:
        request.user = state.content.users.get(request.token.account)
        request.record.account = request.token.account


def _cloud(state: State, request: Request, route: Route, presented: Presented | None) -> None:
    gateway = request.record.role == "gateway"
    refused = Refusal(401, body={"code": 401, "message": "Unauthorized"} if gateway else _nobody(request))
    if presented is None:
        if route.open or (state.anonymous and not gateway):
            return
        if route.web and not gateway:
            raise Refusal(302, headers=[("location", f"{state.elsewhere}/login?continue={quote(request.record.path)}")])
        raise refused
    token = presented.token
    if not presented.good or token is None or token.kind in {"pat", "password"}:
        raise refused
    if token.limited != gateway or (route.web and gateway):
        raise refused
    if route.classic_only and token.limited:
        raise Refusal(410, _GONE)
    if not route.open and not route.web and not route.classic_only and not token.covers(route.scopes):
        raise Refusal(401, body={"code": 401, "message": "Unauthorized; scope does not match"})
    request.token = token


def _nobody(request: Request) -> dict[str, object] | None:
    """The body for callers who didn't sign in: v2 has its own."""
    return None if "/api/v2/" in request.path else _NOBODY


def _datacenter(
    state: State, request: Request, route: Route, presented: Presented | None, bad_token: Literal["401", "login"]
) -> None:
    if presented and presented.good and presented.token and presented.token.kind in {"pat", "password"}:
        request.token = presented.token
        return
    bearer = request.record.headers.get("authorization", "").lower().startswith("bearer")
    if presented is None or bearer:
        if route.open or state.anonymous:
            return
        if route.web or (presented and bad_token == "login"):
            raise Refusal(302, headers=[("location", login(state, request))])
    raise Refusal(401, body=_NOBODY, headers=[("www-authenticate", f'OAuth realm="{quote(state.base, safe="")}"')])


def login(state: State, request: Request) -> str:
    """Where people sign in to Data Center, and go on from."""
    return f"{state.base}/login.action?os_destination={quote(request.path, safe='')}&permissionViolation=true"
