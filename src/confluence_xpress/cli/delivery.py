"""What the user says about files in the PDF, passwords and signatures."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from getpass import getpass
from pathlib import Path
from typing import TYPE_CHECKING

from confluence_xpress.cli.arguments import comma_list
from confluence_xpress.delivery import Delivery, Protection
from confluence_xpress.errors import InputError

if TYPE_CHECKING:
    from confluence_xpress.render.plan import Split
    from confluence_xpress.typeset.encrypt import Permission
    from confluence_xpress.typeset.sign import SignatureDetails, Signer

PASSPHRASE = "XPRESS_SIGN_PASSWORD"  # noqa: S105 - the name of a variable
"""The environment variable with the passphrase of the key."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """The options of the command line as they are given."""

    split: str = ""
    attachments: bool = False
    embed_manifest: bool = False
    password: str = field(default="", repr=False)
    owner_password: str = field(default="", repr=False)
    permissions: str = ""
    key: Path | None = None
    sign_name: str = ""
    sign_reason: str = ""
    sign_location: str = ""
    linearize: bool = False


def make_delivery(wishes: Wishes, timestamp: int) -> Delivery:
    """The delivery, still without the one who signs. InputError for what can't be meant."""
    return Delivery(
        split=_split(wishes.split),
        attachments=wishes.attachments,
        manifest=wishes.embed_manifest,
        protection=_protection(wishes),
        signature=_signature(wishes, timestamp),
        linearized=wishes.linearize,
    )


def load_key(path: Path, timestamp: int) -> Signer:
    """Who signs. The passphrase is in the environment; else it is asked for, if somebody is at the terminal."""
    from confluence_xpress.typeset.sign import load_signer

    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"--sign {path}: {error.strerror}", "Name a PKCS#12 file (.p12, .pfx).") from error
    passphrase = os.environ.get(PASSPHRASE)
    if passphrase is None and sys.stdin.isatty() and sys.stderr.isatty():
        passphrase = getpass(f"Passphrase of {path.name}: ", sys.stderr)
    return load_signer(data, passphrase or "", timestamp)


def _split(text: str) -> Split | None:
    if not text:
        return None
    from confluence_xpress.delivery.split import parse_split

    return parse_split(text)


def _protection(wishes: Wishes) -> Protection | None:
    if not (wishes.password or wishes.owner_password or wishes.permissions.strip().casefold() not in ("", "all")):
        return None
    return Protection(wishes.password, wishes.owner_password, _permissions(wishes.permissions))


def _permissions(text: str) -> tuple[Permission, ...]:
    from confluence_xpress.typeset.encrypt import PERMISSIONS

    named = tuple(name.casefold() for name in comma_list(text))
    if named in ((), ("all",)):
        return PERMISSIONS
    if named == ("none",):
        return ()
    for name in named:
        if name not in PERMISSIONS:
            raise InputError(
                f"--permissions {text}: there is no permission “{name}”", f"Choose of {', '.join(PERMISSIONS)}."
            )
    return tuple(permission for permission in PERMISSIONS if permission in named)


def _signature(wishes: Wishes, timestamp: int) -> SignatureDetails | None:
    if wishes.key is None:
        if wishes.sign_name or wishes.sign_reason or wishes.sign_location:
            raise InputError("there is something to say about a signature, but none", "Name a key: --sign KEY.p12.")
        return None
    from confluence_xpress.typeset.sign import SignatureDetails

    return SignatureDetails(timestamp, wishes.sign_name, wishes.sign_reason, wishes.sign_location)
