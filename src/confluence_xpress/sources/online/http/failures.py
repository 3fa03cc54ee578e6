"""What can go wrong with a site.

    OnlineError
    ├── SignInError       the token isn't (or no more) good, or there is none: InputError
    ├── RefusedError      the token's owner may not: InputError
    ├── GoneError         there is no such thing, or not for the token's owner: InputError
    ├── AddressError      the address leads to no Confluence that can be trusted: InputError
    ├── BudgetError       the user's limit is used up: InputError
    ├── ClosedError       we stopped it ourselves
    └── SiteError         the site failed
        ├── BusyError           it asks to wait longer than we are willing to
        ├── ExpiredCursorError  a list can't be continued; begin it again
        ├── TooLargeError       an answer is larger than it may be
        └── UnreachableError    no connection

Messages and hints are for the person at the terminal; `reason` is for readers of a document or manifest: short, and
without addresses and secrets.
"""

from __future__ import annotations

from confluence_xpress.errors import InputError, XPressError


class OnlineError(XPressError):
    """Base of all. `reason`: why something is missing, in words for a reader."""

    def __init__(self, message: str, hint: str = "", reason: str = "") -> None:
        super().__init__(message, hint)
        self.reason = reason or "Confluence failed"


class SignInError(OnlineError, InputError):
    """401, an anonymous answer, or a login page."""


class RefusedError(OnlineError, InputError):
    """403, a missing scope, a rule of the site, or an address that we don't follow."""


class GoneError(OnlineError, InputError):
    """404 or 410. Confluence says so too of what the token's owner may not view."""


class AddressError(OnlineError, InputError):
    """No such host, no Confluence there, or a certificate that can't be trusted."""


class BudgetError(OnlineError, InputError):
    """The points that the user allows are used up."""


class ClosedError(OnlineError):
    """The connection was closed while a call was under way or waiting."""


class SiteError(OnlineError):
    """What the site does wrong."""


class BusyError(SiteError):
    """The site asks to wait longer than we are willing to."""


class ExpiredCursorError(SiteError):
    """The place in a list is not known any more."""


class TooLargeError(SiteError):
    """An answer is larger than it may be."""


class UnreachableError(SiteError):
    """No connection, or one that breaks off."""


class AgainError(XPressError):
    """Between us: it may work later. `failure` is what to raise if it doesn't.

    `after`: seconds to wait at least. `few`: worth a few attempts only, as it may well stay so. `reached`: whether
    anybody answered. `gated`: the gate lets nobody through until it is time, so no wait of its own is needed.
    """

    def __init__(
        self, failure: OnlineError, *, after: float = 0, few: bool = False, reached: bool = True, gated: bool = False
    ) -> None:
        super().__init__(failure.message, failure.hint)
        self.failure = failure
        self.after = after
        self.few = few
        self.reached = reached
        self.gated = gated
