"""Speaks HTTP with a rendering service: who we are, what to try again, what went wrong."""

from __future__ import annotations

import logging
import ssl
import time
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Self, TypeVar

import httpx
import stamina

from confluence_xpress import __version__
from confluence_xpress.errors import InputError, InternalError, XPressError
from confluence_xpress.remote.refusals import AgainError, refusal, unexpected
from confluence_xpress.remote.service import AUTHORITY, CERTIFICATE, CERTIFICATE_KEY, Service
from confluence_xpress.remote.upload import Upload

T = TypeVar("T")

FIRST_CONTACT = 10.0
"""Seconds for which a service is looked for that has not answered yet: it may have just been started."""
_TIMES = httpx.Timeout(connect=10, write=60, read=660, pool=None)
"""Seconds. A service says nothing while it typesets a part, which may take minutes."""
_LARGEST_TEXT = 16_000_000
_BRIEF = 65_536
"""Bytes of an error's answer that are looked at."""

for _name in ("stamina", "python_multipart"):
    # What they warn of is told by our exceptions; without any handler, Python would write it to standard error.
    logging.getLogger(_name).addHandler(logging.NullHandler())


class Answer:
    """The body of an answer. `used` is for who takes it: once it is set, the request can't be made again."""

    def __init__(self, response: httpx.Response) -> None:
        self.media_type = response.headers.get("content-type", "")
        self.used = False
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        """The bytes as they come."""
        return self._response.iter_bytes()

    def read(self) -> bytes:
        """All of it."""
        return self._response.read()


class Client:
    """A service as one who calls it. Requests may be made in several threads at once.

    Those that can't be met now are made again for as long as the service's patience allows: 429, 503, what a gateway
    says, and connections that break off before anything of the answer was used.
    """

    def __init__(self, service: Service) -> None:
        self.host = service.host
        self._url = service.url
        self._patience = service.patience
        self._met = False
        self._nameless = service.encrypted and not service.certificate
        headers = {"User-Agent": f"xpress/{__version__}", "Accept-Encoding": "identity"}
        if service.key:
            headers["Authorization"] = f"Bearer {service.key}"
        try:
            httpx.URL(service.url)
        except httpx.InvalidURL as error:
            raise InputError(f"{service.url} is no address of a service: {error}", "Look at it again.") from error
        try:
            self._http = httpx.Client(
                headers=headers,
                verify=_tls(service) if service.encrypted else True,
                timeout=_TIMES,
                follow_redirects=False,
                limits=httpx.Limits(max_connections=None),
                # What isn't encrypted must not leave this machine, not even for a proxy.
                trust_env=service.encrypted,
            )
        except (ImportError, ValueError, httpx.InvalidURL) as error:  # socksio may be missing
            raise InputError(
                f"a proxy is set that can't be used: {error}", "Look at HTTPS_PROXY and ALL_PROXY."
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def get(self, path: str) -> bytes:
        """JSON from the service. Raises XPressError."""
        return self._patiently(lambda: self._once("GET", path, None, "application/json", _short))

    def post(self, path: str, upload: Upload, accept: str, use: Callable[[Answer], T]) -> T:
        """What `use` makes of the answer, which is of the type `accept`. Raises XPressError, and what `use` raises."""
        return self._patiently(lambda: self._once("POST", path, upload, accept, use))

    def _patiently(self, once: Callable[[], T]) -> T:
        since: float | None = None  # it went wrong for the first time

        def again(error: Exception) -> bool | float:
            nonlocal since
            if not isinstance(error, AgainError):
                return False
            since = since or time.monotonic()
            patience = self._patience if error.reached or self._met else min(self._patience, FIRST_CONTACT)
            left = since + patience - time.monotonic()
            return left > 0 if error.after is None else error.after < left and error.after

        tries = stamina.retry_context(
            again, attempts=None, timeout=None, wait_initial=0.25, wait_max=15, wait_jitter=0.5
        )
        for attempt in tries:
            with attempt:
                return once()
        raise InternalError("A request has ended without an answer.")  # the last attempt raises

    def _once(self, method: str, path: str, upload: Upload | None, accept: str, use: Callable[[Answer], T]) -> T:
        headers = {"Accept": accept}
        if upload:
            headers |= {"Content-Type": upload.media_type, "Content-Length": str(upload.size)}
        request = self._http.build_request(
            method, self._url + path, headers=headers, content=iter(upload) if upload else None
        )
        answer: Answer | None = None
        try:
            response = self._http.send(request, stream=True)
            try:
                self._met = True
                if response.status_code != httpx.codes.OK:
                    raise refusal(response.status_code, response.headers, _beginning(response), self.host)
                answer = Answer(response)
                if answer.media_type.partition(";")[0].strip().lower() != accept:
                    raise refusal(response.status_code, response.headers, b"", self.host)
                return use(answer)
            finally:
                response.close()
        except httpx.TransportError as error:
            raise self._broken(error, used=answer is not None and answer.used) from error
        except httpx.DecodingError as error:
            raise unexpected("an answer that can't be unpacked", self.host) from error

    def _broken(self, error: httpx.TransportError, *, used: bool) -> XPressError:
        """The exception for a connection that failed."""
        if found := _tls_error(error):
            return _untrusted(found, self.host)
        why = _words(error)
        if used:
            return XPressError(
                f"the connection to the rendering service {self.host} broke off in the middle of the document: {why}",
                "Export again.",
            )
        if isinstance(error, httpx.ReadTimeout):
            return XPressError(f"the rendering service {self.host} doesn't answer any more", "Ask who runs it.")
        if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.ProxyError):
            what = f"the rendering service {self.host} can't be reached: {why}"
        else:
            what = f"the connection to the rendering service {self.host} broke off: {why}"
        hint = "Check its address, and whether it is up."
        if self._nameless and not self._met:
            # The end of a connection is all that some servers have to say to who has no certificate.
            hint += f" If it asks for a certificate, name ours in {CERTIFICATE}."
        return AgainError(what, hint, reached=False)


def _short(answer: Answer) -> bytes:
    data = bytearray()
    for piece in answer:
        data += piece
        if len(data) > _LARGEST_TEXT:
            raise XPressError("the rendering service says too much", "Is it one of XPress?")
    return bytes(data)


def _beginning(response: httpx.Response) -> bytes:
    data = b""
    for piece in response.iter_bytes():
        data += piece
        if len(data) >= _BRIEF:
            break
    return data[:_BRIEF]


def _tls(service: Service) -> ssl.SSLContext:
    """Whom to trust, and our own certificate. InputError if a file can't be used."""
    try:
        context = httpx.create_ssl_context()
        if service.authority:
            context = ssl.create_default_context(cafile=service.authority)
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        raise InputError(
            f"{AUTHORITY} can't be used: {_reason(error)}", "Name a file of certificates (PEM)."
        ) from error
    if service.certificate:
        try:
            # Without a password, as nobody could be asked for it.
            context.load_cert_chain(service.certificate, service.certificate_key, password="")
        except (OSError, ValueError) as error:
            raise InputError(
                f"{CERTIFICATE} can't be used: {_reason(error)}",
                f"Name a certificate (PEM), and in {CERTIFICATE_KEY} its key, without a passphrase.",
            ) from error
    return context


def _tls_error(error: BaseException) -> ssl.SSLError | None:
    """What TLS doesn't like, among the causes; None if the connection was only cut."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError) and not isinstance(cause, ssl.SSLEOFError | ssl.SSLZeroReturnError):
            return cause
        cause = cause.__cause__ or cause.__context__
    return None


def _untrusted(error: ssl.SSLError, host: str) -> InputError:
    if isinstance(error, ssl.SSLCertVerificationError):
        return InputError(
            f"the certificate of the rendering service {host} can't be trusted: {error.verify_message}",
            f"Check the address. If an authority of your own signs it, name its certificate in {AUTHORITY}.",
        )
    return InputError(
        f"the rendering service {host} and we can't agree on TLS: {_reason(error)}",
        f"Check the address. If it asks for a certificate, name ours in {CERTIFICATE}.",
    )


def _reason(error: OSError | ValueError) -> str:
    if isinstance(error, ssl.SSLError) and error.reason:
        return error.reason.replace("_", " ").lower()
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def _words(error: Exception) -> str:
    """What happened, without the number that the system gives it."""
    text = str(error)
    if text.startswith("[Errno "):
        text = text.partition("] ")[2]
    return text.rstrip(".") or type(error).__name__
