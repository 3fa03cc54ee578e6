"""Starts the service where options that name files can't be files, as there is no place to put one (AWS Fargate).

python -I start.py xpress render-service [options]

XPRESS_FILE_KEYS=TEXT         the service reads TEXT as the file of --keys; so for every other option that names a file
XPRESS_TLS=ephemeral          a key and a certificate made at this start, for the way from a load balancer that asks for
                              encryption but not for a name; the key is never stored, and gone when the service ends

The texts are handed over in memory (memfd) and taken out of the environment. The service replaces this program: process
id, signals and exit code are its own.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
from collections.abc import Mapping
from typing import NoReturn

PREFIX = "XPRESS_FILE_"


def main() -> NoReturn:
    """Become the service."""
    if not sys.argv[1:]:
        raise SystemExit(__doc__)
    os.execvpe(sys.argv[1], sys.argv[1:], environment(os.environ))  # noqa: S606 - no shell is the point


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """The environment for the service: texts have become files in memory."""
    texts = {name.removeprefix(PREFIX): text for name, text in given.items() if name.startswith(PREFIX)}
    match given.get("XPRESS_TLS", ""):
        case "ephemeral":
            texts["TLS_CERT"], texts["TLS_KEY"] = ephemeral_certificate()
        case "":
            pass
        case other:
            raise SystemExit(f"XPRESS_TLS is “{other}”; it may be “ephemeral” or not be set")
    kept = {name: value for name, value in given.items() if not name.startswith(PREFIX) and name != "XPRESS_TLS"}
    return kept | {f"XPRESS_SERVICE_{option}": in_memory(option, text) for option, text in texts.items() if text}


def in_memory(name: str, text: str) -> str:
    """The path of a file in memory that only this process, and what it becomes, can read."""
    file = os.memfd_create(name, 0)
    os.fchmod(file, 0o400)
    with open(file, "wb", closefd=False) as stream:
        stream.write(text.encode())
    return f"/proc/self/fd/{file}"


def ephemeral_certificate() -> tuple[str, str]:
    """A certificate that nobody has signed, for ten years, and its key, as PEM."""
    from cryptography import x509  # noqa: PLC0415 - takes time that not every start needs
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "xpress-render")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=3650))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return certificate.public_bytes(serialization.Encoding.PEM).decode(), private.decode()


if __name__ == "__main__":
    main()
