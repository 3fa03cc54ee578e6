"""Tokens and passwords, and who signs in with them."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from testsite.model import User

Scopes = tuple[frozenset[str], ...]
"""The scopes that a call needs: one of several sets, complete. None at all: no call with scopes may make it."""


@dataclass(frozen=True, slots=True)
class Token:
    """What somebody signs in with.

    Cloud: “classic” and “scoped” API tokens go with the account's email address, “oauth” is a bearer. The site itself
    takes only classic ones, the gateway only the others. Data Center: “pat” is a bearer, “password” goes with the user
    name. `scopes` None: all that reading needs.
    """

    secret: str = field(repr=False)
    account: str
    kind: Literal["classic", "scoped", "oauth", "pat", "password"]
    scopes: frozenset[str] | None = None
    expired: bool = False

    @property
    def limited(self) -> bool:
        """Whether scopes count."""
        return self.kind in {"scoped", "oauth"}

    def covers(self, needed: Scopes) -> bool:
        """Whether its scopes are enough for a call."""
        if not self.limited:
            return True
        return bool(needed) if self.scopes is None else any(scopes <= self.scopes for scopes in needed)


@dataclass(frozen=True, slots=True)
class Presented:
    """The credentials of a call. `good` False: they are wrong."""

    good: bool
    token: Token | None = None


def present(header: str, tokens: Iterable[Token], users: Iterable[User]) -> Presented | None:
    """Who an Authorization header says the caller is; None without one."""
    if not header:
        return None
    scheme, _, rest = header.partition(" ")
    if scheme.lower() == "bearer":
        found = next((t for t in tokens if t.secret == rest.strip() and t.kind in {"oauth", "pat"}), None)
        return Presented(found is not None and not found.expired, found)
    if scheme.lower() != "basic":
        return Presented(good=False)
    try:
        name, _, secret = base64.b64decode(rest, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return Presented(good=False)
    people = {user.account_id: user for user in users}
    for token in tokens:
        user = people.get(token.account)
        if user is None or token.secret != secret or token.kind in {"oauth", "pat"}:
            continue
        known = user.username if token.kind == "password" else user.email
        if known and known.casefold() == name.casefold():
            return Presented(not token.expired, token)
    return Presented(good=False)
