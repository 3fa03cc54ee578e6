"""The classic reads of `/rest/api`: spaces and people."""

from __future__ import annotations

from typing import Any

from testsite.classic_lists import answer_part, page_part
from testsite.exchange import Refusal, Reply, Request, json_reply
from testsite.expand import Expand
from testsite.model import Page
from testsite.shapes_v1 import content_v1, single_links, space_v1
from testsite.shapes_v1_parts import user_v1
from testsite.state import State
from testsite.visibility import sees_space, visible


def spaces(state: State, request: Request) -> Reply:
    """`/space`."""
    keys, expand = request.values("spaceKey"), Expand.of(request)
    found = sorted(
        (known for known in state.content.spaces.values() if not keys or known.key in keys), key=lambda known: known.key
    )
    return answer_part(
        state,
        request,
        found,
        lambda space: space_v1(state, space, expand, request),
        keep=lambda space: sees_space(space, request.account),
    )


def one_space(state: State, request: Request, key: str) -> Reply:
    """`/space/{key}`."""
    made = space_v1(state, state.space(request, key), Expand.of(request), request)
    return json_reply(single_links(state, made), objects=1)


def _in_space(state: State, request: Request, key: str, kind: str) -> list[Page]:
    space = state.space(request, key)
    top = request.choice("depth", ("all", "root"), "all") == "root"
    return [
        page
        for page in state.content.pages()
        if page.space == space.key
        and page.kind == kind
        and page.status == "current"
        and (not top or not page.parent or state.content.find(page.parent) is None)
    ]


def space_content(state: State, request: Request, key: str) -> Reply:
    """`/space/{key}/content`: pages and blog posts."""
    seen, expand = visible(state.content, request.account), Expand.of(request)
    made: dict[str, Any] = {"_links": {}}
    for kind in ("page", "blogpost"):
        shown = [page for page in _in_space(state, request, key, kind) if page.id in seen][:25]
        results = [content_v1(state, page, expand, request) for page in shown]
        made[kind] = {"results": results, "start": 0, "limit": 25, "size": len(results), "_links": {}}
    return json_reply(made, objects=sum(len(made[kind]["results"]) for kind in ("page", "blogpost")))


def space_content_of(state: State, request: Request, key: str, kind: str) -> Reply:
    """`/space/{key}/content/page` and `…/blogpost`."""
    if kind not in {"page", "blogpost"}:
        raise Refusal(404)
    return page_part(state, request, _in_space(state, request, key, kind))


def user(state: State, request: Request) -> Reply:
    """`/user` by key, user name or account id."""
    wanted = {name: request.value(name) for name in ("key", "username", "accountId")}
    for known in state.content.users.values():
        held = {"key": known.key, "username": known.username, "accountId": known.account_id}
        if any(value and held[name] == value for name, value in wanted.items()):
            return json_reply(user_v1(state, known.account_id), identities=1)
    raise Refusal(404, f"No user found with key : {next(filter(None, wanted.values()), '')}")


def current_user(state: State, request: Request) -> Reply:
    """`/user/current`."""
    return json_reply(user_v1(state, request.account or ""), identities=1)
