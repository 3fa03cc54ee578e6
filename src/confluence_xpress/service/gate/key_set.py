"""Public keys that sign Forge invocation tokens (JSON Web Key Set, RFC 7517): from a file, or fetched from Atlassian.

To fetch them is the one connection that the service ever makes, through the proxy that HTTPS_PROXY names if it does.
With a file it makes none; but Atlassian changes its keys without notice, and then the file must be saved anew.
"""

from __future__ import annotations

import asyncio
import json
import logging
import math
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, Protocol

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey
from joserfc.util import base64_to_int

from confluence_xpress.errors import InputError
from confluence_xpress.service.problems import Problem

ALGORITHM = "RS256"
"""The only one that is accepted. Forge's tokens have it."""
FORGE_KEYS = "https://forge.cdn.prod.atlassian-dev.net/.well-known/jwks.json"

_BITS = range(2048, 4097)
"""Sizes of RSA keys that are taken."""
_LARGEST = 200_000
"""Bytes that a key set may have."""
_MOST = 100
"""Keys that it may have."""

_FRESH = 3600.0
"""Seconds after which a set is fetched again."""
_STALE = 86_400.0
"""Seconds for which it may be used while it can't be fetched again."""
_PAUSE = 60.0
"""Seconds between two fetches, whatever happens."""
_SHORT_PAUSE = 5.0
"""The same while there is no set at all."""
_PATIENCE = 5.0
"""Seconds that a fetch may take."""

_log = logging.getLogger(__name__)


class KeySource(Protocol):
    """Gives keys by their ids."""

    async def find(self, kid: str) -> RSAKey | None:
        """The key, or None if there is no such. Problem `keys-unavailable` if that can't be known now."""


@dataclass(frozen=True, slots=True)
class KeySet:
    """Keys by their ids."""

    keys: Mapping[str, RSAKey]

    async def find(self, kid: str) -> RSAKey | None:
        """The key with this id."""
        return self.keys.get(kid)


def read_key_set(file: Path) -> KeySet:
    """The key set in a file. InputError if it can't be used."""
    hint = f"Save it anew, from {FORGE_KEYS}"
    try:
        with file.open("rb") as stream:
            return KeySet(parse_key_set(stream.read(_LARGEST + 1)))
    except OSError as error:
        raise InputError(f"{file} can't be read: {error.strerror}", "Give a key set that xpress may read.") from error
    except ValueError as error:
        raise InputError(f"{file} is no key set: {error}", hint) from error


def parse_key_set(data: bytes) -> dict[str, RSAKey]:
    """Those keys of a set that may sign a token, by their ids. ValueError, saying what is wrong, if there is none."""
    if len(data) > _LARGEST:
        raise ValueError(f"it has more than {_LARGEST} bytes")
    value = strict_json(data)
    entries = value.get("keys") if isinstance(value, dict) else None
    if not isinstance(entries, list) or len(entries) > _MOST:
        raise ValueError(f"it has no list “keys” of up to {_MOST}")
    keys: dict[str, RSAKey] = {}
    for entry in entries:
        if (key := _signing_key(entry)) is not None and key.kid:
            keys.setdefault(key.kid, key)
    if not keys:
        raise ValueError(f"it has no RSA key of {_BITS[0]} to {_BITS[-1]} bits, with “kid”, for signatures")
    return keys


def strict_json(data: bytes) -> Any:
    """JSON in UTF-8 where no object has a name twice, and no number is NaN. ValueError if it's anything else."""
    try:
        return json.loads(data.decode(), object_pairs_hook=_unique, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise ValueError("it is no JSON, or has a name twice") from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        raise ValueError
    return value


def _no_number(_: str) -> NoReturn:
    raise ValueError


def _signing_key(entry: object) -> RSAKey | None:
    """A key of a set, its public part alone; None if it's of another kind, or for something else."""
    if not isinstance(entry, dict) or entry.get("kty") != "RSA" or not isinstance(kid := entry.get("kid"), str):
        return None
    if entry.get("use", "sig") != "sig" or entry.get("alg", ALGORITHM) != ALGORITHM:
        return None
    operations = entry.get("key_ops", ["verify"])
    if not isinstance(operations, list) or "verify" not in operations:
        return None
    try:
        modulus, exponent = entry["n"], entry["e"]
        if base64_to_int(modulus).bit_length() not in _BITS:
            return None
        public = {"kty": "RSA", "kid": kid, "use": "sig", "alg": ALGORITHM, "n": modulus, "e": exponent}
        return RSAKey.import_key(public)
    except (KeyError, TypeError, ValueError, JoseError):
        return None


class FetchedKeySet:
    """A key set from the web, fetched when it is needed and refreshed by its age.

    All who wait for it share one fetch. While it can't be fetched again, the old one stays in use for a day. A key that
    isn't there causes a fetch too, but no more than one a minute for all callers together.
    """

    def __init__(
        self,
        url: str = FORGE_KEYS,
        *,
        trust: ssl.SSLContext | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if not url.startswith("https://"):
            raise ValueError("keys come over https only")
        self._url = url
        self._trust = trust
        self._clock = clock
        self._keys: Mapping[str, RSAKey] = {}
        self._expires = -math.inf
        self._due = -math.inf
        self._not_before = -math.inf
        self._fetch_under_way: asyncio.Task[None] | None = None

    def expire(self) -> None:
        """Has it fetched again when it is next needed."""
        self._due = -math.inf

    async def find(self, kid: str) -> RSAKey | None:
        """The key with this id. Problem `keys-unavailable` if there is no set and none can be fetched."""
        if self._clock() >= self._due:
            await self._refresh()
        if kid not in self._usable():
            await self._refresh()
        return self._usable().get(kid)

    def _usable(self) -> Mapping[str, RSAKey]:
        now = self._clock()
        if now < self._expires:
            return self._keys
        raise Problem(
            "keys-unavailable",
            "The key set of the tokens can't be fetched.",
            retry_after=max(1, math.ceil(self._not_before - now)),
        )

    async def _refresh(self) -> None:
        """Fetches it, unless that was done just now. Whoever comes meanwhile waits for the same answer."""
        if self._fetch_under_way is None or self._fetch_under_way.done():
            if self._clock() < self._not_before:
                return
            self._fetch_under_way = asyncio.create_task(self._fetch())
        await asyncio.shield(self._fetch_under_way)  # one who goes away takes it from nobody else

    async def _fetch(self) -> None:
        begun = self._clock()
        self._not_before = begun + _PAUSE
        try:
            self._keys = parse_key_set(await self._download())
        except (httpx.HTTPError, OSError, ValueError) as error:
            # Text of the other side isn't for our log; ours and that of the TLS library are.
            ours = isinstance(error, ValueError | httpx.ConnectError)
            _log.warning("The key set can't be fetched: %s", str(error) if ours else type(error).__name__)
            if begun >= self._expires:
                self._not_before = begun + _SHORT_PAUSE
        else:
            self._due = begun + _FRESH
            self._expires = begun + _STALE

    async def _download(self) -> bytes:
        """What the address answers. ValueError, HTTPError or OSError (which TimeoutError is) if it's unusable."""
        data = bytearray()
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        async with (
            asyncio.timeout(_PATIENCE),
            httpx.AsyncClient(verify=self._trust or True, follow_redirects=False, timeout=_PATIENCE) as client,
            client.stream("GET", self._url, headers=headers) as response,
        ):
            if response.status_code != httpx.codes.OK or "Content-Encoding" in response.headers:
                raise ValueError(f"the answer has status {response.status_code}, or a coding we didn't ask for")
            async for piece in response.aiter_raw():
                data += piece
                if len(data) > _LARGEST:
                    raise ValueError(f"it has more than {_LARGEST} bytes")
        return bytes(data)
