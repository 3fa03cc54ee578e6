"""Client certificates: TLS has verified the chain up to the operator's CA; here they become names of callers."""

from __future__ import annotations

import hashlib
import re
import ssl
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9._@-]")


@dataclass(frozen=True, slots=True)
class PeerCertificate:
    """What a client has shown and TLS has verified."""

    common_names: tuple[str, ...]
    """All that its subject has; usually one."""
    der: bytes = b""
    """The whole certificate."""

    @property
    def common_name(self) -> str:
        """The common name; empty if there is none, or several, as nobody knows which counts."""
        return self.common_names[0] if len(self.common_names) == 1 else ""

    @property
    def fingerprint(self) -> str:
        """`sha256:` and 64 hexadecimal digits; empty without the whole certificate."""
        return f"sha256:{hashlib.sha256(self.der).hexdigest()}" if self.der else ""

    def name(self) -> str:
        """A name for logs, up to 71 printable ASCII characters; empty if it has none.

        It's the common name; if that isn't plain, what is plain of it and a hash; without one, the fingerprint.
        """
        common = self.common_name
        if not common:
            return self.fingerprint
        if _PLAIN.fullmatch(common):
            return common
        digest = hashlib.sha256(common.encode(errors="surrogatepass")).hexdigest()
        return f"{_NOT_PLAIN.sub('_', common)[:40]}~{digest[:12]}"

    def among(self, allowed: AbstractSet[str]) -> bool:
        """Whether its common name or its fingerprint is in a list. An empty list allows all."""
        return not allowed or bool({self.common_name, self.fingerprint} & allowed - {""})


def peer_certificate(tls: ssl.SSLObject | ssl.SSLSocket | None) -> PeerCertificate | None:
    """The certificate of the other side of a connection; None without TLS or a certificate that was verified."""
    if tls is None or not (details := tls.getpeercert()):
        return None
    return certificate_of(details, tls.getpeercert(binary_form=True) or b"")


def certificate_of(details: Mapping[str, object], der: bytes = b"") -> PeerCertificate | None:
    """From what `ssl.SSLSocket.getpeercert` gives. That is empty for one that wasn't verified: None."""
    subject = details.get("subject", ())
    if not details or not isinstance(subject, tuple):
        return None
    pairs = [pair for group in subject for pair in group]
    return PeerCertificate(tuple(value for key, value in pairs if key == "commonName"), der)
