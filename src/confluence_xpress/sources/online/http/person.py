"""Whose token it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from confluence_xpress.sources.online.http import calls
from confluence_xpress.sources.online.http.connection import Connection

_ACCOUNTS = {"app": "app", "atlassian": "person", "customer": "customer"}


@dataclass(frozen=True, slots=True)
class Person:
    """Who calls. `account`: person, app, customer, or anonymous."""

    name: str
    account: str

    @property
    def known(self) -> bool:
        """Whether the site knows them."""
        return self.account != "anonymous"


def who(connection: Connection) -> Person:
    """The owner of the token, as the site sees them. Raises OnlineError: RefusedError if the token may not say."""
    cloud = connection.deployment.kind == "cloud"
    answer = connection.json(calls.CURRENT_USER if cloud else calls.DC_CURRENT_USER)
    return _person(answer if isinstance(answer, dict) else {})


def _person(answer: dict[str, Any]) -> Person:
    if answer.get("type") == "anonymous" or not any(answer.get(key) for key in ("accountId", "userKey", "username")):
        return Person("", "anonymous")
    name = str(answer.get("displayName") or answer.get("publicName") or answer.get("username") or "")
    shown = " ".join("".join(c if c.isprintable() else " " for c in name).split())[:200]
    return Person(shown or "a person without a name", _ACCOUNTS.get(str(answer.get("accountType")), "person"))
