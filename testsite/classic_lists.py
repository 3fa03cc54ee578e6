"""The lists of `/rest/api`, by `start` and `limit`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from testsite.exchange import Reply, Request, json_reply
from testsite.expand import Expand, capped
from testsite.model import Page
from testsite.shapes_v1 import content_v1
from testsite.state import State

_Item = TypeVar("_Item")


MOST = 500


def answer_part(
    state: State,
    request: Request,
    found: Sequence[_Item],
    make: Callable[[_Item], dict[str, Any]],
    *,
    keep: Callable[[_Item], bool] = lambda _: True,
    default: int = 25,
    most: int = MOST,
    identities: bool = False,
) -> Reply:
    """One answer of a list by `start` and `limit`. What may not be seen is left out after the answer was cut."""
    start = request.number("start", 0)
    limit = min(request.number("limit", default), most)
    cut = found[start : start + limit]
    shown = [make(item) for item in cut if keep(item)]
    links = {
        "self": f"{state.base}{request.path}",
        "base": state.base,
        "context": state.context,
    }
    if start + limit < len(found) and limit:
        pairs = [pair for pair in request.record.query if pair[0] not in {"start", "limit"}]
        links["next"] = f"{request.path}?{urlencode([*pairs, ('limit', limit), ('start', start + limit)])}"
    made = {"results": shown, "start": start, "limit": limit, "size": len(shown), "_links": links}
    count = len(shown)
    return json_reply(made, objects=0 if identities else count, identities=count if identities else 0)


def page_part(state: State, request: Request, found: Sequence[Page], *, default: int = 25) -> Reply:
    expand = Expand.of(request)
    return answer_part(
        state,
        request,
        found,
        lambda page: content_v1(state, page, expand, request),
        keep=lambda page: state.sees(request, page),
        default=default,
        most=capped(MOST, expand, state.kind),
    )
