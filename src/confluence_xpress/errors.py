"""Every exception of the package.

    XPressError
    ├── InputError            wrong usage, or input that can't be read at all: exit code 2
    └── InternalError         our own defect: exit code 3
        └── TypesettingError  the typesetter failed on markup that we wrote

Content never raises: what is wrong inside a page is a Diagnostic, not an exception.
"""

from __future__ import annotations


class XPressError(Exception):
    """Base of all. `message` says what and where, `hint` what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class InputError(XPressError):
    """What the user gave can't be used."""


class InternalError(XPressError):
    """A defect of ours."""


class TypesettingError(InternalError):
    """Typst refused the markup; `diagnostic` is what it said."""

    def __init__(self, message: str, diagnostic: str = "") -> None:
        super().__init__(message, "Please report this with the document that caused it.")
        self.diagnostic = diagnostic
