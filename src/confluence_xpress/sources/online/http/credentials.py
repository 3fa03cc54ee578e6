"""Who asks: a token, and for some kinds of it a name."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass, field

from confluence_xpress.errors import InputError

_BEARER = re.compile(r"[\x21-\x7e]{1,8000}")
_PRINTABLE = re.compile(r"[^\x00-\x1f\x7f]{1,8000}")


@dataclass(frozen=True, slots=True)
class Credentials:
    """A token. InputError for what can't be one; the message doesn't repeat it.

    `email`: whose API token of Cloud it is; on Data Center the user name, if the token is a password. Empty for tokens
    that say themselves whose they are: personal access tokens, OAuth access tokens.
    """

    token: str = field(repr=False)
    email: str = ""

    def __post_init__(self) -> None:
        if self.email and not (_PRINTABLE.fullmatch(self.email) and ":" not in self.email):
            raise InputError("that can't be an e-mail address or a user name", "Look at it again.")
        if not (_PRINTABLE if self.email else _BEARER).fullmatch(self.token):
            raise InputError("that can't be a token", "Copy it again, whole and without spaces.")

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be shown."""
        return (self.token, self.header().partition(" ")[2])

    def header(self) -> str:
        """The value of the header Authorization."""
        if not self.email:
            return f"Bearer {self.token}"
        return f"Basic {b64encode(f'{self.email}:{self.token}'.encode()).decode()}"
