"""Forge invocation tokens: JSON Web Tokens (RFC 7519, RFC 8725) by which Atlassian says whose app calls.

A token is signed with a key of Atlassian's key set, made for one app, and lives for seconds (25 s when this was
written). Nothing a token says about itself chooses how it is checked: algorithm, issuer and keys are ours, and its key
id is a name that is looked up, nothing else.

A token for several audiences is refused, though RFC 7519 allows them: each of the others has it and could send it here.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from joserfc import jws
from joserfc.errors import ClaimError, ExpiredTokenError, JoseError, MissingClaimError
from joserfc.jwt import JWTClaimsRegistry
from joserfc.util import urlsafe_b64decode

from confluence_xpress.service.gate.key_set import ALGORITHM, KeySource, strict_json

ISSUER = "forge/invocation-token"
LARGEST = 16_384
"""Characters of a token."""

_LEEWAY = 10
"""Seconds by which clocks may differ."""
_LONGEST = 900
"""Seconds that a token may live."""

_SHAPE = re.compile(r"([A-Za-z0-9_-]{1,512})\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{1,1024}")
"""JWS Compact Serialization (RFC 7515, section 7.1), never padded."""
_FOREIGN = frozenset({"b64", "crit", "jku", "jwk", "x5c", "x5t", "x5t#S256", "x5u"})
"""What a header may not have: it would bring its own key, or change how the token is read."""

_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_APP = re.compile(rf"ari:cloud:ecosystem::app/{_UUID}")
_INSTALLATION = re.compile(rf"(?:ari:cloud:ecosystem::installation/)?({_UUID})", re.IGNORECASE)

_REGISTRY = jws.JWSRegistry(algorithms=[ALGORITHM], strict_check_header=False)


class RefusedError(Exception):
    """A token that doesn't admit. The text is for the caller, and empty for whatever isn't signed by Atlassian."""


def is_app(value: str) -> bool:
    """Whether this is the id of a Forge app, as its manifest has it."""
    return _APP.fullmatch(value) is not None


@dataclass(frozen=True, slots=True)
class ForgeTokens:
    """Checks tokens of some apps. `clock` gives seconds since 1970."""

    apps: frozenset[str]
    """Their ids, as in their manifests: `ari:cloud:ecosystem::app/…`."""
    keys: KeySource
    clock: Callable[[], float] = time.time

    async def installation(self, token: str) -> str:
        """The id (UUID) of the installation of an app that calls.

        RefusedError if the token doesn't prove one; Problem `keys-unavailable` if it can't be checked now.
        """
        shape = _SHAPE.fullmatch(token) if len(token) <= LARGEST else None
        if shape is None:
            raise RefusedError
        key = await self.keys.find(_key_id(shape[1]))
        if key is None:
            raise RefusedError
        try:
            claims = strict_json(jws.deserialize_compact(token, key, registry=_REGISTRY).payload)
        except (JoseError, ValueError) as error:
            raise RefusedError from error
        if not isinstance(claims, dict):
            raise RefusedError
        return self._installation(claims)

    def _installation(self, claims: dict[str, Any]) -> str:
        """What claims that are signed by Atlassian say. RefusedError if they aren't for us, or not for now."""
        self._check(claims)
        match claims["aud"]:
            case [str(audience)] | str(audience):
                pass
            case _:
                raise RefusedError("The token is for several apps.")
        if audience not in self.apps:
            raise RefusedError("The token is for another app.")
        match claims["app"]:
            case {"installationId": str(installation)} if found := _INSTALLATION.fullmatch(installation):
                return found[1].lower()
        raise RefusedError("The token names no installation of the app.")

    def _check(self, claims: dict[str, Any]) -> None:
        """That all is there, and from the right issuer, and that it is time."""
        needed = {name: {"essential": True} for name in ("exp", "iat", "aud", "app")}
        issuer = {"essential": True, "value": ISSUER}
        rules = JWTClaimsRegistry(int(self.clock()), _LEEWAY, iss=issuer, **needed)  # type: ignore[arg-type]
        try:
            rules.validate(claims)
        except ExpiredTokenError as error:
            raise RefusedError("The token has expired.") from error
        except MissingClaimError as error:
            raise RefusedError(f"The token lacks something: {error.claim}.") from error
        except ClaimError as error:
            raise RefusedError(_fault(error.claim)) from error
        if claims["exp"] > claims["iat"] + _LONGEST:
            raise RefusedError(f"The token is valid for more than {_LONGEST} s.")


def _key_id(header: str) -> str:
    """The id of the key that signed a token, by its header, which nobody has checked yet."""
    try:
        value = strict_json(urlsafe_b64decode(header.encode()))
    except ValueError as error:
        raise RefusedError from error
    match value:
        case {"alg": alg, "kid": str(kid), **others} if alg == ALGORITHM:
            typ = others.get("typ", "JWT")  # Forge's have none
            if isinstance(typ, str) and typ.upper() == "JWT" and not _FOREIGN & others.keys():
                return kid
    raise RefusedError


def _fault(claim: str) -> str:
    """What is wrong with a claim."""
    match claim:
        case "nbf" | "iat":
            return "The token is not valid yet. Compare the clocks of both sides."
        case "iss":
            return "The token is not a Forge invocation token."
        case _:
            return f"The token has something impossible: {claim}."
