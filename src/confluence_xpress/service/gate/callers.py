"""Who may call the service: the one door that every request comes through."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from confluence_xpress.errors import InputError
from confluence_xpress.service.gate.certificates import PeerCertificate
from confluence_xpress.service.gate.forge_tokens import LARGEST, ForgeTokens, RefusedError, is_app
from confluence_xpress.service.gate.key_set import FetchedKeySet, read_key_set
from confluence_xpress.service.gate.static_keys import PREFIX, StaticKeys, read_static_keys
from confluence_xpress.service.problems import Problem

_BEARER = re.compile(r"(?i:bearer) +([A-Za-z0-9._~+/-]+=*)")
"""RFC 6750, section 2.1: one token, so not two headers that became one."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: `forge:<installation>`, `key:<name>`, `cert:<name>` or `local`. Up to 80 characters of ASCII."""

    id: str


LOCAL = Caller("local")
"""Anybody, if nothing says who may call. Then the service must be reachable from this machine only."""


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways to be admitted; any one will do."""

    forge: ForgeTokens | None = None
    keys: StaticKeys | None = None
    certificates: frozenset[str] | None = None
    """Names or fingerprints of client certificates; empty for all that TLS verified, None for none."""

    @property
    def any(self) -> bool:
        """Whether there is one."""
        return not (self.forge is None and self.keys is None and self.certificates is None)


class Gate:
    """Admits callers. `load` gives the ways, when it is made and at each reload, and raises InputError if it can't."""

    def __init__(self, load: Callable[[], Ways]) -> None:
        self._load = load
        self._ways = load()

    @property
    def open(self) -> bool:
        """Whether nothing is configured, so that everybody is `local`."""
        return not self._ways.any

    def reload(self) -> None:
        """Reads all files again. InputError if one can't be used; then all stays as it was."""
        self._ways = self._load()

    async def admit(self, authorization: str | None, certificate: PeerCertificate | None = None) -> Caller:
        """Who calls. A token or key comes before a certificate, as it says more.

        `authorization`: the header; if there are several, all of them joined with commas, which admits nobody.
        `certificate`: of the connection, verified by TLS. Problem `unauthorized` or `keys-unavailable`.
        """
        ways = self._ways  # the same for all of this request, even if keys are reloaded meanwhile
        if not ways.any:
            return LOCAL
        try:
            return await _by_token(ways, authorization)
        except Problem:
            if certificate is None or ways.certificates is None or not certificate.among(ways.certificates):
                raise
            if not (name := certificate.name()):
                raise
            return Caller(f"cert:{name}")


async def _by_token(ways: Ways, authorization: str | None) -> Caller:
    """The caller that a token or a key names."""
    if authorization is None or (ways.forge is None and ways.keys is None):
        raise _nothing_sent(ways)
    match = _BEARER.fullmatch(authorization) if len(authorization) <= LARGEST + 100 else None
    token = match[1] if match else ""
    if token.startswith(PREFIX):
        if ways.keys is not None and (name := ways.keys.name(token)) is not None:
            return Caller(f"key:{name}")
    elif token and ways.forge is not None:
        try:
            return Caller(f"forge:{await ways.forge.installation(token)}")
        except RefusedError as error:
            raise _unauthorized(str(error)) from error
    raise _unauthorized()


def _unauthorized(detail: str = "") -> Problem:
    """A token or key that doesn't admit."""
    headers = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
    return Problem("unauthorized", detail or "The token or key is not valid.", headers=headers)


def _nothing_sent(ways: Ways) -> Problem:
    headers = {"WWW-Authenticate": "Bearer"}
    if ways.forge is None and ways.keys is None:
        hint = "Connect with a client certificate that the service knows."
        return Problem("unauthorized", "There is no client certificate that may call.", hint=hint, headers=headers)
    return Problem("unauthorized", "The header Authorization is missing.", headers=headers)


def make_gate(
    forge_apps: Sequence[str] = (),
    forge_keys: Path | None = None,
    keys: Path | None = None,
    *,
    client_certificates: bool = False,
    certificate_names: Sequence[str] = (),
    fetched: FetchedKeySet | None = None,
) -> Gate:
    """The gate that options ask for. InputError if they don't go together, or a file can't be used.

    `forge_apps`: ids of the Forge apps that may call; `forge_keys`: the key set for their tokens, which is fetched
    without it (from `fetched`, by default Atlassian's); `keys`: the file of static keys; `client_certificates`: whether
    those admit that TLS verified, or of these only those in `certificate_names` (common names or fingerprints).
    """
    for app in forge_apps:
        if not is_app(app):
            raise InputError(
                f"“{app}” is not the id of a Forge app",
                "Copy app.id from its manifest.yml: ari:cloud:ecosystem::app/ and a UUID in small letters.",
            )
    if forge_keys is not None and not forge_apps:
        raise InputError("There are keys for Forge tokens, but no app that may call", "Name the app, by its id.")
    if certificate_names and not client_certificates:
        raise InputError(
            "There are names of client certificates, but none are asked for", "Give the CA that signs them."
        )
    source = fetched or FetchedKeySet()

    def load() -> Ways:
        forge = None
        if forge_apps:
            forge = ForgeTokens(frozenset(forge_apps), source if forge_keys is None else read_key_set(forge_keys))
        static = None if keys is None else read_static_keys(keys)
        source.expire()
        return Ways(forge, static, frozenset(certificate_names) if client_certificates else None)

    return Gate(load)
