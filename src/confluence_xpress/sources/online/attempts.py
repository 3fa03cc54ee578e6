"""Questions to a site that may fail: why there is no answer, and when nothing can go on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import TypeVar

from confluence_xpress.bundle import Answer, Media, Unavailable
from confluence_xpress.diagnostics import Diagnostic
from confluence_xpress.errors import XPressError
from confluence_xpress.sources.online.http.failures import (
    BudgetError,
    BusyError,
    ClosedError,
    GoneError,
    SignInError,
    UnreachableError,
)

T = TypeVar("T")

GONE = Unavailable("you may not view it, or it does not exist any more")
_NO_HOST = Unavailable("the host of the site's files can't be reached")
_MOST_ABSENT = 8


class Attempts:
    """Asks for others, in any thread. `problems`: what is known to be amiss so far."""

    def __init__(self, problems: Iterable[Diagnostic]) -> None:
        self._problems = dict.fromkeys(problems)
        self._lock = threading.Lock()
        self._absent = 0
        """Files in a row whose host was not there."""

    @property
    def problems(self) -> tuple[Diagnostic, ...]:
        """What is to be said of the site itself, each once."""
        with self._lock:
            return tuple(self._problems)

    def report(self, problem: Diagnostic) -> None:
        """Another one."""
        with self._lock:
            self._problems[problem] = None

    def tried(self, ask: Callable[[], T]) -> T | Unavailable:
        """What the site answers, or why it does not. Without a valid sign-in, or without the site, nothing goes on."""
        try:
            return ask()
        except (SignInError, UnreachableError, BusyError, ClosedError):
            raise
        except BudgetError as error:
            self.report(Diagnostic("budget-used-up", error.message, hint=error.hint))
            return Unavailable(error.reason)
        except GoneError:
            return GONE
        except XPressError as error:
            return Unavailable(getattr(error, "reason", "") or error.message)

    def loaded(self, ask: Callable[[], Media]) -> Answer:
        """A file. Its host may be another than the site, and is not waited for again and again."""
        if self._absent >= _MOST_ABSENT:
            return _NO_HOST
        try:
            found = self.tried(ask)
        except UnreachableError as error:
            self._absent += 1
            return Unavailable(error.reason)
        self._absent = 0
        return found
