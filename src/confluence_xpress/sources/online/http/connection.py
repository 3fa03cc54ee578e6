"""A site as its calls: what may be asked, what to try again, what went wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import unquote, urlsplit

import msgspec
import stamina

from confluence_xpress.bundle import Media
from confluence_xpress.errors import InternalError
from confluence_xpress.sources.online.http import pacing, paging
from confluence_xpress.sources.online.http.budget import Budget, Usage
from confluence_xpress.sources.online.http.calls import Call, call_for
from confluence_xpress.sources.online.http.credentials import Credentials
from confluence_xpress.sources.online.http.deployment import Deployment
from confluence_xpress.sources.online.http.exchange import Answer, Exchange
from confluence_xpress.sources.online.http.failures import AgainError, GoneError, OnlineError, SiteError
from confluence_xpress.sources.online.http.limits import Limits, limits_of
from confluence_xpress.sources.online.http.origins import check_target, followed, origin_of
from confluence_xpress.sources.online.http.paging import Params
from confluence_xpress.sources.online.http.refusals import NOT_YOURS, Asker, no_json, of_stranger, refusal, to_login
from confluence_xpress.sources.online.http.settings import Settings
from confluence_xpress.sources.online.http.threads import Threads

X = TypeVar("X")
Y = TypeVar("Y")

LARGEST_JSON = 64 * 1024 * 1024
"""Bytes of an answer in JSON."""
_MOST_PARTS = 100_000
"""Of one list; a site that has more only goes round in circles."""
_FILE_PATIENCE = 60.0
"""Seconds for which the host of a file is looked for: it may be another than the site, which goes on meanwhile."""
_REDIRECTS = 5
_STRAIGHT = re.compile(r"(/(?!\.\.?(/|$))[^/\\]+)+")
"""A path without empty steps, and without those that lead back."""
_DEFAULTS = Settings()


def silent(_line: str) -> None:
    """Tells nobody."""


class Connection:
    """A site, asked with the rights of a token's owner; without credentials, with those of everybody.

    Calls may be made in several threads at once. Those that can't be met now are made again for as long as the
    settings' patience allows. All raise `OnlineError`s. `tell` gets a line about each long wait.
    """

    def __init__(
        self,
        deployment: Deployment,
        credentials: Credentials | None,
        settings: Settings = _DEFAULTS,
        tell: Callable[[str], None] = silent,
        clock: pacing.Clock = pacing.SYSTEM_CLOCK,
    ) -> None:
        self.deployment = deployment
        self.settings = settings
        self.signed_in = credentials is not None
        self._asker = Asker(deployment, credentials)
        self._gate = pacing.Gate(settings.connections, tell, clock)
        self._budget = Budget(settings.budget)
        self._exchange = Exchange(deployment, credentials, settings, self._budget.received)
        self._threads = Threads(settings.connections, pacing.stopped)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def usage(self) -> Usage:
        """What was used so far."""
        return self._budget.usage(self._gate.waited)

    def close(self) -> None:
        """Ends all calls, also those that wait, with ClosedError."""
        self._gate.close()
        self._exchange.shut()
        self._threads.close()
        self._exchange.close()

    def map(self, work: Callable[[X], Y], items: Iterable[X]) -> list[Y]:
        """`work` for each item, several at once; the results in their order. Raises the first error."""
        return self._threads.map(work, items)

    def json(self, call: Call, params: Params = (), *, data: object = None, **path: str | int) -> Any:
        """The answer to a call, parsed. `data`: what to send, as JSON; `path`: values of the call's template."""
        return self._json(call, self._address(call, params, path), data)[0]

    def listed(self, call: Call, params: Params = (), **path: str | int) -> Iterator[Any]:
        """Each answer of a list that comes in parts, asked for when it is needed.

        ExpiredCursorError if the site has forgotten where we were.
        """
        place = self._path(call, path)
        address = paging.address(paging.base_of(call, self.deployment), place, params)
        seen: set[str] = set()
        while address:
            if address in seen or len(seen) >= _MOST_PARTS:
                raise SiteError(f"a list of {self.deployment.host} ({call.name}) goes round in circles", "Try again.")
            seen.add(address)
            answer, link = self._json(call, address, None)
            yield answer
            address = paging.next_address(call, place, params, answer, link, self.deployment)

    def download(
        self, target: Call | str, params: Params = (), *, most: int, signed: bool = False, **path: str | int
    ) -> Media:
        """A file: what a call answers, or what is at an address. TooLargeError if it has more than `most` bytes.

        Redirects are followed. Credentials go along only to the deployment's own machines; to an address, only if it
        is `signed` and one of a call.
        """
        if isinstance(target, Call):
            call: Call | None = target
            address = self._address(target, params, path)
        else:
            check_target(target, self.deployment, self.settings)
            call, address = self._call_at(target) if signed else None, target
        return self._patiently(
            lambda patience, ready: self._file(call, address, most, patience, ready),
            self.settings.attempts,
            min(_FILE_PATIENCE, self.settings.patience),
        )

    # --- Addresses ---------------------------------------------------------------------------------------------------

    def _path(self, call: Call, values: dict[str, str | int]) -> str:
        if call.deployment not in (self.deployment.kind, "any"):
            raise InternalError(f"{call.name} is no call of this deployment.")
        try:
            return call.filled(values)
        except ValueError as error:
            raise GoneError(f"{call.name}: there is nothing like that", "", NOT_YOURS) from error

    def _address(self, call: Call, params: Params, values: dict[str, str | int]) -> str:
        return paging.address(paging.base_of(call, self.deployment), self._path(call, values), params)

    def _call_at(self, url: str) -> Call | None:
        """The call that an address is one of, if it is the deployment's own."""
        path = urlsplit(url).path
        if ";" in path or not _STRAIGHT.fullmatch(unquote(unquote(path))):
            return None  # servers have their own ideas of where that leads
        for base in (self.deployment.api, self.deployment.site):
            root = urlsplit(base).path
            if origin_of(url) == origin_of(base) and path.startswith(f"{root}/"):
                return call_for(self.deployment.kind, path[len(root) :])
        return None

    # --- Calls -------------------------------------------------------------------------------------------------------

    def _json(self, call: Call, address: str, data: object) -> tuple[Any, str]:
        """The answer, and what the header Link says of the next one."""
        attempts = min(2, self.settings.attempts) if call.hopeless else self.settings.attempts
        return self._patiently(
            lambda patience, ready: self._parsed(call, address, data, patience, ready), attempts, self.settings.patience
        )

    def _parsed(self, call: Call, address: str, data: object, patience: float, ready: float) -> tuple[Any, str]:
        with self._gate.slot(patience, ready) as began:
            self._budget.begin()
            answer = self._exchange.ask(call, address, LARGEST_JSON, data, "application/json")
            if not answer.good:
                raise self._refusal(call, answer, began)
            if failure := self._asker.untrusted(call, answer.headers):
                raise failure
            try:
                parsed = msgspec.json.decode(answer.body)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                raise no_json(self._asker, answer.media_type, answer.body) from error
            self._heard(call, answer, parsed, began)
            return parsed, answer.next

    def _file(self, call: Call | None, address: str, most: int, patience: float, ready: float) -> Media:
        with self._gate.slot(patience, ready) as began:
            if call:
                self._budget.begin()
            for _ in range(_REDIRECTS + 1):
                answer = self._exchange.ask(call, address, most)
                own = call if self._exchange.is_own(call, address) else None
                if own and (failure := self._asker.untrusted(own, answer.headers)):
                    raise failure
                if answer.good:
                    if own:
                        self._heard(own, answer, None, began)
                    return Media(answer.body, answer.media_type)
                if not answer.redirect:
                    raise self._refusal(own, answer, began)
                if hidden := to_login(self._asker, call, answer.redirect):
                    raise hidden
                address = followed(address, answer.redirect, self.deployment, self.settings)
            raise SiteError(f"a file of {self.deployment.host} leads from one place to the next", "Try again later.")

    def _heard(self, call: Call, answer: Answer, parsed: Any, began: float) -> None:
        self._budget.answered(call, parsed)
        self._gate.heard(self._limits(answer), began, self._budget.cost())

    def _limits(self, answer: Answer) -> Limits:
        return limits_of(answer.status, answer.headers, self._gate.clock.time())

    def _refusal(self, call: Call | None, answer: Answer, began: float) -> OnlineError | AgainError:
        """The exception for an answer that is none; `call`: None if it is a stranger's."""
        limits = self._limits(answer)
        if call is None:
            return of_stranger(answer.status, limits)
        if answer.status == 429:
            self._gate.refused(limits, began)
        return refusal(self._asker, call, answer.status, answer.headers, answer.body, limits)

    def _patiently(self, once: Callable[[float, float], Y], attempts: int, absent: float) -> Y:
        """What `once` gives, tried again while that may help. It gets its patience, and when it may begin.

        `attempts`: the most of them if it fails in a way that may well stay; `absent`: seconds if nobody is there.
        """
        clock = self._gate.clock
        since: float | None = None  # it went wrong for the first time
        tried = few = 0
        patience, ready = self.settings.patience, 0.0

        def again(error: Exception) -> bool | float:
            nonlocal since, tried, few, patience, ready
            if not isinstance(error, AgainError) or self._gate.closed:
                return False
            now = clock.monotonic()
            since = now if since is None else since
            tried, few = tried + 1, few + error.few
            here = self.settings.patience if error.reached else absent
            met = error.reached or self._exchange.met
            patience = since + (here if met else self.settings.first_contact) - now
            wait = 0.0 if error.gated else max(error.after, pacing.backoff(tried))
            if few >= attempts or wait >= patience:
                return False
            ready = now + wait
            self._gate.announce(f"{error.message}; trying again in {pacing.duration(wait)}.", ready)
            return 0.0  # the gate waits, as it can be woken

        try:
            for attempt in stamina.retry_context(again, attempts=None, timeout=None):
                with attempt:
                    return once(patience, ready)
        except AgainError as error:
            if error.after >= self.settings.patience:
                raise self._gate.busy(error.after) from error.__cause__
            raise error.failure from error.__cause__
        raise InternalError("A call has ended without an answer.")  # the last attempt raises
