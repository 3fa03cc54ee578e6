"""What a v1 call asks to be expanded."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from testsite.exchange import Refusal, Request

_DEEPEST = 5
RENDERED = ("view", "export_view", "styled_view", "anonymous_export_view")


class Expand:
    """A tree of names: `body.storage,version` has `body` and in it `storage`."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._tree: dict[str, Any] = {}
        for text in texts:
            names = text.strip().split(".")
            if len(names) > _DEEPEST:
                raise Refusal(400, f"Expansion is nested too deeply: {text}")
            here = self._tree
            for name in names:
                if name:
                    here = here.setdefault(name, {})

    @classmethod
    def of(cls, request: Request) -> Expand:
        """What a request asks for."""
        return cls(request.values("expand"))

    def __contains__(self, path: str) -> bool:
        if "." not in path:
            return path in self._tree
        here = self._tree
        for name in path.split("."):
            if name not in here:
                return False
            here = here[name]
        return True

    def below(self, name: str) -> Expand:
        """What is asked for in something."""
        made = Expand()
        made._tree = self._tree.get(name, {})
        return made

    def names(self) -> list[str]:
        """What is asked for right here."""
        return list(self._tree)

    def has_rendered_body(self) -> bool:
        """Whether a body must be rendered."""
        return any(name in RENDERED for name in self.below("body").names())


def capped(limit: int, expand: Expand, kind: str) -> int:
    """The limit of a list of content, lowered where bodies are asked for."""
    if expand.has_rendered_body():
        return min(limit, 25 if kind == "cloud" else 50)
    if "body" in expand:
        return min(limit, 100)
    return min(limit, 200)
