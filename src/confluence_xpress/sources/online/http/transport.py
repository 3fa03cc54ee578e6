"""HTTP and TLS below a connection: whom to trust, proxies, and what it means when there is no answer."""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import ssl
import threading
import weakref
from functools import cache
from pathlib import Path
from typing import Any

import httpx

from confluence_xpress import __version__
from confluence_xpress.errors import InputError
from confluence_xpress.sources.online.http.deployment import Deployment
from confluence_xpress.sources.online.http.failures import AddressError, AgainError, OnlineError, UnreachableError
from confluence_xpress.sources.online.http.origins import is_loopback, origin_of
from confluence_xpress.sources.online.http.settings import AUTHORITY, Settings

_TIMES = httpx.Timeout(connect=10, write=30, read=60, pool=None)
"""Seconds, the last but one between two pieces of an answer."""

# What it warns of is told by our exceptions; without any handler, Python would write it to standard error.
logging.getLogger("stamina").addHandler(logging.NullHandler())


def client_for(deployment: Deployment, settings: Settings) -> httpx.Client:
    """What sends requests, and follows nothing. InputError for files and proxies that can't be used."""
    try:
        client = httpx.Client(
            # Only what we unpack ourselves.
            headers={"User-Agent": f"xpress/{__version__}", "Accept-Encoding": "gzip, deflate"},
            verify=_trust(settings),
            timeout=_TIMES,
            follow_redirects=False,
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=2 * settings.connections),
            # What goes to this machine needs no proxy.
            trust_env=not is_loopback(origin_of(deployment.api)[1]),
        )
    except (ImportError, ValueError, httpx.InvalidURL) as error:  # socksio may be missing
        raise InputError(f"a proxy is set that can't be used: {error}", "Look at HTTPS_PROXY and ALL_PROXY.") from error
    return client


def _trust(settings: Settings) -> ssl.SSLContext:
    try:
        return _context(settings.authority, tuple(os.environ.get(name) for name in ("SSL_CERT_FILE", "SSL_CERT_DIR")))
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        name = AUTHORITY if settings.authority else "SSL_CERT_FILE"
        raise InputError(f"{name} can't be used: {_words(error)}", "Name a file of certificates (PEM).") from error


@cache
def _context(authority: Path | None, _environment: tuple[str | None, ...]) -> ssl.SSLContext:
    """Made once, as it takes longer than a call."""
    return ssl.create_default_context(cafile=authority) if authority else httpx.create_ssl_context()


class Sockets:
    """All connections, so that they can be ended while threads read from them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._streams: weakref.WeakSet[Any] = weakref.WeakSet()
        self._ended = False

    def trace(self, event: str, info: dict[str, Any]) -> None:
        """What httpx tells of a request: connections are remembered."""
        if event.endswith((".connect_tcp.complete", ".start_tls.complete")):
            with self._lock:
                self._streams.add(info["return_value"])
                if self._ended:
                    _end(info["return_value"])

    def shut(self) -> None:
        """Ends them, and those that are made from now on."""
        with self._lock:
            self._ended = True
            for stream in list(self._streams):
                _end(stream)


def _end(stream: Any) -> None:
    if isinstance(found := stream.get_extra_info("socket"), socket.socket):
        with contextlib.suppress(OSError):
            # Not of the class for TLS, whose state belongs to the thread that reads.
            socket.socket.shutdown(found, socket.SHUT_RDWR)


def broken(error: httpx.TransportError, host: str, *, met: bool, begun: bool) -> OnlineError | AgainError:
    """What it means that a request had no answer, or not all of it.

    `met`: the host has answered before; `begun`: the answer had begun. What is cut once may be cut each time, by what
    limits sizes on the way, for example.
    """
    if found := _tls_error(error):
        return _untrusted(found, host)
    why = _words(error)
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.ProxyError):
        if not met and _unknown_host(error):
            return AddressError(f"there is no host {host}", "Look at the address again.", "its host is unknown")
        failure = UnreachableError(
            f"{host} can't be reached: {why}",
            "Check the address, the network, and a proxy if there is one.",
            "Confluence could not be reached",
        )
        return AgainError(failure, reached=False)
    if isinstance(error, httpx.UnsupportedProtocol | httpx.LocalProtocolError):
        return AddressError(f"{host} can't be asked: {why}", "Look at the address again.")
    slow = isinstance(error, httpx.TimeoutException)
    failure = UnreachableError(
        f"{host} doesn't answer any more" if slow else f"the connection to {host} broke off: {why}",
        "Try again later.",
        "the connection to Confluence broke off",
    )
    return AgainError(failure, few=begun)


def _causes(error: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and len(found) < 20:
        found.append(cause)
        cause = cause.__cause__ or cause.__context__
    return found


def _unknown_host(error: BaseException) -> bool:
    return any(
        isinstance(cause, socket.gaierror) and cause.errno in (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", None))
        for cause in _causes(error)
    )


def _tls_error(error: BaseException) -> ssl.SSLError | None:
    """What TLS doesn't like, among the causes; None if the connection was only cut."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLError) and not isinstance(cause, ssl.SSLEOFError | ssl.SSLZeroReturnError):
            return cause
    return None


def _untrusted(error: ssl.SSLError, host: str) -> AddressError:
    if isinstance(error, ssl.SSLCertVerificationError):
        what = f"the certificate of {host} can't be trusted: {error.verify_message}"
        hint = f"Check the address. If an authority of your own signs it, name its certificate in {AUTHORITY}."
    else:
        what = f"{host} and we can't agree on TLS: {_words(error)}"
        hint = "Check the address, and whether it is really https."
    return AddressError(what, hint, "its host can't be trusted")


def _words(error: Exception) -> str:
    """What happened, without the number that the system gives it."""
    if isinstance(error, ssl.SSLError) and error.reason:
        return error.reason.replace("_", " ").lower()
    text = str(error)
    if text.startswith("[Errno "):
        text = text.partition("] ")[2]
    return text.rstrip(".") or type(error).__name__
