"""How the service speaks TLS: 1.2 and 1.3, forward secrecy and authenticated encryption only."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from confluence_xpress.errors import InputError

_CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""Of TLS 1.2; those of 1.3 are all fine."""


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """PEM files. With `client_ca`, only clients with a certificate that leads up to it are let in (mutual TLS)."""

    certificate: Path
    """The server's, followed by those between it and its CA."""
    key: Path
    """Without passphrase."""
    client_ca: Path | None = None


def tls_context(files: TlsFiles) -> ssl.SSLContext:
    """Made anew from the files. InputError if they can't be used."""
    # Not ssl.create_default_context: it writes keys to a file if SSLKEYLOGFILE says so.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(_CIPHERS)
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_CIPHER_SERVER_PREFERENCE | ssl.OP_NO_RENEGOTIATION
    context.set_alpn_protocols(["http/1.1"])
    try:
        context.load_cert_chain(files.certificate, files.key, _no_passphrase)
    except (OSError, ValueError) as error:
        raise InputError(
            f"The certificate {files.certificate.name} and the key {files.key.name} can't be used: {_reason(error)}",
            "Give PEM files that belong together, the key without a passphrase.",
        ) from error
    if files.client_ca is not None:
        _ask_for_certificates(context, files.client_ca)
    return context


def _ask_for_certificates(context: ssl.SSLContext, authority: Path) -> None:
    context.verify_mode = ssl.CERT_REQUIRED
    context.options |= ssl.OP_NO_TICKET  # so that every connection shows its certificate, which may have expired
    context.num_tickets = 0
    try:
        context.load_verify_locations(authority)
    except (OSError, ValueError) as error:
        raise InputError(
            f"The CA of clients {authority.name} can't be used: {_reason(error)}", "Give a PEM file with certificates."
        ) from error


def _no_passphrase() -> NoReturn:
    raise ValueError("the key has a passphrase")  # OpenSSL would ask for it at the terminal


def _reason(error: Exception) -> str:
    if isinstance(error, ssl.SSLError):
        return (error.reason or "not PEM").replace("_", " ").lower()
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)
