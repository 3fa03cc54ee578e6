"""What a site says instead of answering, as our failures."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from confluence_xpress.sources.online.http.calls import Call
from confluence_xpress.sources.online.http.credentials import Credentials
from confluence_xpress.sources.online.http.deployment import Deployment
from confluence_xpress.sources.online.http.failures import (
    AgainError,
    BusyError,
    ExpiredCursorError,
    GoneError,
    OnlineError,
    RefusedError,
    SignInError,
    SiteError,
    TooLargeError,
)
from confluence_xpress.sources.online.http.limits import Limits

NOT_YOURS = "you may not view it, or it does not exist"
LACKS_SCOPE = "the token lacks a scope"
"""Reasons."""
_LONGEST = 300
_VIEW = "It was deleted or moved, or the token's owner may not view it: Confluence doesn't tell which."
_LOGIN_HOST = re.compile(r"(login|auth|sso|idp|accounts?)\.|id\.atlassian\.com", re.IGNORECASE)
_LOGIN_PATH = re.compile(r"/(do)?(log|sign)-?in(\.\w+)?/?$|/saml|/sso\b|/oauth2?/|/authorize\b|/adfs/", re.IGNORECASE)
_LOGIN_QUERY = re.compile(r"\b(os_destination|samlrequest)=", re.IGNORECASE)
_LOGIN_PAGE = re.compile(
    rb"""os_username|login-?form|type=["']?password|samlrequest|id\.atlassian\.com/login""", re.IGNORECASE
)
_TOKENS = "https://id.atlassian.com/manage-profile/security/api-tokens"


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks whom, for messages."""

    deployment: Deployment
    credentials: Credentials | None

    def clean(self, text: str) -> str:
        """What a site says, as one line that can't steer a terminal and has no secret in it."""
        for secret in self.credentials.secrets if self.credentials else ():
            text = text.replace(secret, "…")
        line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
        return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"

    def untrusted(self, call: Call, headers: Mapping[str, str]) -> SignInError | None:
        """The failure if an answer, even a good one, was not given to the token's owner."""
        if call.base != "api":
            return None
        login = headers.get("x-seraph-loginreason", "").upper()
        host = self.deployment.host
        if "AUTHENTICATION_DENIED" in login:
            return SignInError(
                f"{host} wants to see a person after too many failed attempts (a CAPTCHA)",
                "Sign in with a browser, then try again; or use a personal access token.",
                "signing in failed",
            )
        if "AUTHENTICATED_FAILED" in login:
            return self.unknown()
        nobody = headers.get("x-ausername", "").strip().lower() == "anonymous"
        return self.unknown() if nobody and self.credentials and self.deployment.kind == "datacenter" else None

    def unknown(self) -> SignInError:
        """The failure if the site doesn't know the token."""
        host, known = self.deployment.host, self.credentials
        again = f"xpress login {self.deployment.site}"
        if known is None:
            return SignInError(
                f"{host} shows nothing to people who aren't signed in",
                f"Sign in: {again}",
                "signing in is needed",
            )
        if self.deployment.kind == "datacenter":
            what = "user name or password" if known.email else "personal access token"
            hint = f"Make a token in your profile, under Personal access tokens, then: {again}"
            return SignInError(f"the {what} is not valid, or not any more, at {host}", hint, "signing in failed")
        if known.email:
            hint = f"It may have expired, or not be {known.email}'s. Make a new one at {_TOKENS}, then: {again}"
            return SignInError(f"the API token is not valid, or not any more, at {host}", hint, "signing in failed")
        return SignInError(
            f"the access token is not valid, or not any more, at {host}",
            "It lives for an hour: get a new one. An API token needs the e-mail address too (XPRESS_EMAIL).",
            "signing in failed",
        )


def refusal(
    asker: Asker, call: Call, status: int, headers: Mapping[str, str], body: bytes, limits: Limits
) -> OnlineError | AgainError:
    """The failure for an answer other than 2xx. Header names of `headers` in any case; `body`: its beginning."""
    host = asker.deployment.host
    said = asker.clean(_said(body))
    because = f": {said.rstrip('.')}" if said else ""
    if call.base == "jira" and status in (401, 403, 404):
        return RefusedError(
            f"Jira of {host} doesn't answer to this token{because}",
            f"If the token has scopes, it needs {_needed(call)}.",
            "Jira does not answer to the same token",
        )
    if stranger := asker.untrusted(call, headers):
        return stranger
    if 300 <= status < 400:
        return _elsewhere(asker, headers.get("location", ""))
    if status == 401:
        return _scopes(asker, call) if "scope" in said.lower() else asker.unknown()
    if status == 403:
        return _forbidden(asker, call, said)
    if status in (404, 410):
        return GoneError(f"{call.name}: {host} says that there is no such thing{because}", _VIEW, NOT_YOURS)
    if status == 429:
        return AgainError(BusyError(f"{host} is asked too much, and goes on saying so", "Try again later."), gated=True)
    if status in (502, 503, 504):
        failure = SiteError(f"{host} fails with status {status}{because}", "Try again later.")
        return AgainError(failure, after=limits.wait or 0)
    if status in (408, 500):
        failure = SiteError(f"{call.name}: {host} fails with status {status}{because}", "Try again later.")
        return AgainError(failure, few=True)
    if status == 400 and "cursor" in said.lower():
        return ExpiredCursorError(f"{call.name}: the place in a list of {host} is lost{because}", "Try again.")
    if status == 413:
        return TooLargeError(f"{call.name}: {host} finds it too large{because}", "Export less at once.")
    return SiteError(
        f"{call.name}: {host} doesn't understand the question (status {status}){because}",
        "If you asked with a query, look at it again.",
        f"Confluence answered with status {status}",
    )


def of_stranger(status: int, limits: Limits) -> OnlineError | AgainError:
    """The failure for an answer of a machine that isn't the site's, such as the one that keeps the files."""
    if status in (408, 425, 429) or status >= 500:
        failure = SiteError(f"where a file is kept fails with status {status}", "Try again later.")
        return AgainError(failure, after=limits.wait or 0, few=True)
    if status in (404, 410):
        return GoneError("where a file is kept, it is not there any more", "", "it is not there any more")
    # The addresses that sites give out for files live for some minutes: a new one may be good.
    reason = "where it is kept, it may not be read"
    return AgainError(RefusedError(f"where a file is kept, it is refused with status {status}", "", reason), few=True)


def to_login(asker: Asker, call: Call | None, location: str) -> OnlineError | None:
    """The failure if a file's address leads to where people sign in; None if it doesn't.

    With a token that is good, as is known by then, the file is one that its owner may not view.
    """
    if not leads_to_login(location):
        return None
    if call and asker.credentials is None:
        return asker.unknown()
    hint = "The token's owner may not view it."
    return RefusedError(f"{call.name if call else 'a file'}: the site asks to sign in", hint, NOT_YOURS)


def _elsewhere(asker: Asker, location: str) -> OnlineError:
    if leads_to_login(location):
        return asker.unknown()
    there = asker.clean(urlsplit(location).netloc.rpartition("@")[2]) or "another address"
    return SiteError(f"{asker.deployment.host} leads to {there}", "Give the address of the site as it is now.")


def leads_to_login(location: str) -> bool:
    """Whether a redirect is to where people sign in."""
    try:
        parts = urlsplit(location)
    except ValueError:
        return False
    found = _LOGIN_HOST.match(parts.netloc) or _LOGIN_PATH.search(parts.path) or _LOGIN_QUERY.search(parts.query)
    return found is not None


def is_login_page(body: bytes) -> bool:
    """Whether HTML is a page where people sign in."""
    return _LOGIN_PAGE.search(body[:200_000]) is not None


def no_json(asker: Asker, media_type: str, body: bytes) -> OnlineError | AgainError:
    """The failure for an answer that isn't JSON, though it should be."""
    host = asker.deployment.host
    if "html" in media_type.lower() or body[:100].lstrip().lower().startswith((b"<!doctype html", b"<html")):
        if is_login_page(body):
            return asker.unknown()
        return SiteError(
            f"{host} answers with a web page instead of data",
            "Check the address. Perhaps something between here and there meddles, such as a proxy.",
        )
    failure = SiteError(f"{host} answers with what is no JSON, or not all of it", "Try again later.")
    # What says that it is JSON was cut, most likely; what doesn't will stay what it is.
    return AgainError(failure, few=True) if not media_type or "json" in media_type.lower() else failure


def _forbidden(asker: Asker, call: Call, said: str) -> OnlineError:
    host, lower = asker.deployment.host, said.lower()
    because = f": {said.rstrip('.')}" if said else ""
    if "scope" in lower:
        return _scopes(asker, call)
    if any(words in lower for words in ("app access", "data security", "access rule")):
        return RefusedError(
            f"{call.name}: {host} has a rule against apps here{because}",
            "Ask an administrator of the site about its data security policies.",
            "a rule of the site keeps apps from it",
        )
    if "ip address" in lower or "allowlist" in lower:
        hint = "Ask an administrator of the site to allow the address of this machine."
        return RefusedError(f"{host} refuses this machine{because}", hint, "the site refuses this machine")
    scopes = _needed(call)
    hint = "The token's owner may not do that."
    if scopes and asker.credentials and asker.deployment.kind == "cloud":
        hint += f" If the token has scopes, it needs {scopes}."
    return RefusedError(f"{call.name}: {host} refuses{because}", hint, "you may not view it")


def _scopes(asker: Asker, call: Call) -> RefusedError:
    return RefusedError(
        f"{call.name}: the token for {asker.deployment.host} lacks a scope",
        f"Make a token with {_needed(call) or 'all scopes that docs/permissions.md lists'}, and sign in with it.",
        LACKS_SCOPE,
    )


def _needed(call: Call) -> str:
    """The scopes of a call as words."""
    ways: Sequence[tuple[str, ...]] = [scopes for scopes in (call.granular, call.classic) if scopes]
    return ", or ".join(" and ".join(scopes) for scopes in ways)


def _said(body: bytes) -> str:
    """What an error says, of v2 ({"errors":[{"title":…,"detail":…}]}), v1 and the gateway ({"message":…})."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(answer, dict):
        return ""
    errors = answer.get("errors")
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    found = [str(first.get(name) or "") for name in ("title", "detail")]
    found += [str(answer.get(name) or "") for name in ("message", "error_description") if not first]
    messages = answer.get("errorMessages")  # Jira
    found += [str(text) for text in messages[:1]] if isinstance(messages, list) else []
    return ": ".join(dict.fromkeys(text.strip() for text in found if text.strip()))
