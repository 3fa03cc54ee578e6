"""The table of calls: which handler answers a method and path, and what scopes it needs."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from testsite.exchange import Reply, Request
from testsite.state import State
from testsite.tokens import Scopes

Handler = Callable[..., Reply]


@dataclass(frozen=True, slots=True)
class Route:
    """A call. `path` is a template below the site's base, as the OpenAPI files write it; `{rest}` takes slashes too."""

    method: str
    path: str
    handler: Handler
    scopes: Scopes = ()
    classic_only: bool = False
    """Gone for all but classic tokens: 410."""
    open: bool = False
    """Needs no sign-in."""
    web: bool = False
    """A page for people rather than an API."""


class Routes:
    """Finds the route of a request."""

    def __init__(self, routes: list[Route]) -> None:
        self.all = tuple(routes)
        self._compiled: dict[tuple[str, int], list[tuple[re.Pattern[str], Route]]] = {}
        self._open_ended: list[tuple[re.Pattern[str], Route]] = []
        for route in routes:
            pattern = re.compile(_pattern(route.path))
            if "{rest}" in route.path:
                self._open_ended.append((pattern, route))
            else:
                self._compiled.setdefault((route.method, route.path.count("/")), []).append((pattern, route))

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]] | None:
        """The route, and what the path says. HEAD is answered like GET."""
        verb = "GET" if method == "HEAD" else method
        for pattern, route in (*self._compiled.get((verb, path.count("/")), ()), *self._open_ended):
            if route.method == verb and (match := pattern.fullmatch(path)):
                return route, match.groupdict()
        return None

    def answer(self, route: Route, state: State, request: Request, values: dict[str, str]) -> Reply:
        """What the handler answers."""
        return route.handler(state, request, **values)


def _pattern(path: str) -> str:
    """A regular expression for a template."""
    parts = re.split(r"\{(.+?)\}", path)
    made = ""
    for i, part in enumerate(parts):
        if i % 2 == 0:
            made += re.escape(part)
        else:
            made += f"(?P<{_argument(part)}>{'.*' if part == 'rest' else '[^/]+'})"
    return made


def _argument(name: str) -> str:
    """A parameter's name as handlers call it: `macroId` is `macro_id`, and `id` alone is `item_id`."""
    made = re.sub(r"(?<=[a-z])([A-Z])", lambda match: f"_{match[1].lower()}", name).replace("-", "_")
    return "item_id" if made == "id" else made


def granular(*names: str) -> Scopes:
    """The scopes of a v2 call: all of them, without the ending that all have."""
    return (frozenset(f"{name}:confluence" for name in names),)


def either(current: str, beta: str) -> Scopes:
    """The scopes of a v1 call: the classic one, or the granular one."""
    return (frozenset({f"{current}"}), frozenset({f"{beta}:confluence"}))
