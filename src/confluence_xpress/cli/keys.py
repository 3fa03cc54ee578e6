"""Tokens in the system's keyring. They are nowhere else, except in the environment of who puts them there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from confluence_xpress.errors import InputError, XPressError
from confluence_xpress.sources.online.http.credentials import Credentials
from confluence_xpress.sources.online.http.deployment import Deployment, Kind

SERVICE = "xpress"
"""The name under which they are in the keyring; the user's name there is the site."""
_INSTEAD = "Set XPRESS_TOKEN in the environment instead (on Cloud with XPRESS_EMAIL)."


class _Entry(msgspec.Struct, frozen=True):
    """What is kept of a site."""

    token: str
    kind: Kind
    api: str
    email: str = ""
    cloud_id: str = ""


def check_keyring() -> str:
    """The name of the keyring. InputError if there is none."""
    with _refusals("used"):
        import keyring
        from keyring.backends import fail, null

        backend = keyring.get_keyring()
    if isinstance(backend, fail.Keyring | null.Keyring):
        raise _no_keyring()
    return str(backend.name)


def store(deployment: Deployment, credentials: Credentials) -> None:
    """Keeps the credentials for a site, instead of those that were kept before."""
    entry = _Entry(credentials.token, deployment.kind, deployment.api, credentials.email, deployment.cloud_id)
    with _refusals("written to"):
        import keyring

        keyring.set_password(SERVICE, deployment.site, msgspec.json.encode(entry).decode())


def load(site: str) -> tuple[Deployment, Credentials]:
    """What is kept for a site. InputError if that is nothing."""
    with _refusals("read"):
        import keyring

        kept = keyring.get_password(SERVICE, site)
    again = f"Sign in again: xpress login {site}"
    if not kept:
        raise InputError(f"the token for {site} is not in the keyring any more", again)
    try:
        entry = msgspec.json.decode(kept, type=_Entry)
    except (msgspec.DecodeError, UnicodeDecodeError):
        # Without the cause, as it could tell what is in there.
        raise InputError(f"what the keyring has for {site} can't be read", again) from None
    return Deployment(entry.kind, site, entry.api, entry.cloud_id), Credentials(entry.token, entry.email)


def forget(site: str) -> None:
    """Removes what is kept for a site, if anything is."""
    with _refusals("written to"):
        import keyring

        if keyring.get_password(SERVICE, site) is not None:
            keyring.delete_password(SERVICE, site)


@contextmanager
def _refusals(done: str) -> Iterator[None]:
    """Errors of the keyring as ours, without what they tell of their cause, which may hold what was to be kept."""
    import keyring.errors

    try:
        yield
    except keyring.errors.NoKeyringError:
        raise _no_keyring() from None
    except keyring.errors.KeyringLocked:
        raise InputError("the system's keyring is locked", f"Unlock it, and try again. {_INSTEAD}") from None
    except keyring.errors.KeyringError as error:
        what = f"the system's keyring can't be {done} ({type(error).__name__})"
        raise XPressError(what, f"Allow it if you are asked. {_INSTEAD}") from None
    except (OSError, RuntimeError) as error:  # what backends raise of their own
        what = f"the system's keyring fails ({type(error).__name__})"
        raise XPressError(what, f"See whether others can use it. {_INSTEAD}") from None


def _no_keyring() -> InputError:
    return InputError("this system has no keyring that could keep a token", _INSTEAD)
