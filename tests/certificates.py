"""Certificates for tests: a CA, and what it gives a server on this machine and its client."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


@dataclass(frozen=True)
class Certificates:
    """PEM files: a CA, and what it gave a server on this machine and a client."""

    authority: Path
    certificate: Path
    key: Path
    client: Path
    client_key: Path

    def trust(self, *, show: bool = False) -> ssl.SSLContext:
        """For clients that trust the CA; `show`: they have a certificate themselves."""
        context = ssl.create_default_context(cafile=str(self.authority))
        if show:
            context.load_cert_chain(self.client, self.client_key)
        return context


def make_certificates(folder: Path, client: str = "client") -> Certificates:
    """Certificates for a day. `client`: the common name of the client's."""
    authority_key, authority = _certified("XPress test CA")
    key, certificate = _certified("localhost", authority_key, authority)
    client_key, client_certificate = _certified(client, authority_key, authority)
    made = Certificates(*(folder / f"{name}.pem" for name in ("ca", "server", "server-key", "client", "client-key")))
    for path, held in (
        (made.authority, authority),
        (made.certificate, certificate),
        (made.client, client_certificate),
    ):
        path.write_bytes(held.public_bytes(serialization.Encoding.PEM))
    for path, secret in ((made.key, key), (made.client_key, client_key)):
        path.write_bytes(
            secret.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
    return made


def _certified(
    name: str, issuer_key: ec.EllipticCurvePrivateKey | None = None, issuer: x509.Certificate | None = None
) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    """A key and its certificate: a CA's, unless somebody issues it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    signer = issuer_key or key
    hosts = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    if issuer:
        builder = builder.add_extension(x509.SubjectAlternativeName(hosts), critical=False)
    else:
        usage = dict.fromkeys(
            "content_commitment key_encipherment data_encipherment key_agreement encipher_only decipher_only".split(),
            False,
        )
        builder = builder.add_extension(
            x509.KeyUsage(digital_signature=True, key_cert_sign=True, crl_sign=True, **usage), critical=True
        )
    return key, builder.sign(signer, hashes.SHA256())
