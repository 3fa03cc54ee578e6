"""Forge invocation tokens, key sets and certificates, as the real ones are made, and made by hand so as to be wrong."""

from __future__ import annotations

import base64
import ipaddress
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

NOW = 1_760_174_470
APP = "ari:cloud:ecosystem::app/8db33809-1f32-48bb-8c52-5877dab48107"
OTHER_APP = "ari:cloud:ecosystem::app/77334c21-3dd0-474f-a53f-28b4eeee5a71"
INSTALLATION = "0a3a7799-53ae-4a5b-9e7e-03338980abb5"
KID = "forge/invocation-token/wf-f641e7a7-d1b6-472a-806b-5e4b03912149"


def rsa_key(name: str = "forge", bits: int = 2048) -> rsa.RSAPrivateKey:
    """The same key for the same name."""
    return _made(name, bits)


@cache
def _made(_: str, bits: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


def b64(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def claims(now: int = NOW, **changes: Any) -> dict[str, Any]:
    """What a real token says; a change to None leaves a claim out."""
    value = {
        "app": {
            "id": APP,
            "appVersion": "16.0.1",
            "installationId": f"ari:cloud:ecosystem::installation/{INSTALLATION}",
            "apiBaseUrl": "https://api.atlassian.com/ex/confluence/d0d52620-3203-4cfa-8db5-f2587155f0dd",
            "environment": {"type": "PRODUCTION", "id": "ari:cloud:ecosystem::environment/8db33809/aa911f10"},
            "module": {"type": "core:endpoint", "key": "render"},
            "installation": {"id": f"ari:cloud:ecosystem::installation/{INSTALLATION}", "contexts": []},
        },
        "aud": APP,
        "iss": "forge/invocation-token",
        "iat": now,
        "nbf": now,
        "exp": now + 25,
        "jti": "d8a496253ec8c18a54631e4c82cbedd5d0ae8570",
    } | changes
    return {name: item for name, item in value.items() if item is not None}


def header(**changes: Any) -> dict[str, Any]:
    """The header of a real token; a change to None leaves a parameter out."""
    value = {"alg": "RS256", "kid": KID} | changes
    return {name: item for name, item in value.items() if item is not None}


def raw_token(head: bytes, payload: bytes, key: rsa.RSAPrivateKey | None = None) -> str:
    """A token of any bytes, with a signature (RS256) that is right."""
    signed = f"{b64(head)}.{b64(payload)}"
    signature = (key or rsa_key()).sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{signed}.{b64(signature)}"


def token(head: Any = None, payload: Any = None, key: rsa.RSAPrivateKey | None = None) -> str:
    """A token of these values; by default a real one."""
    head = header() if head is None else head
    payload = claims() if payload is None else payload
    return raw_token(json.dumps(head).encode(), json.dumps(payload).encode(), key)


def jwk(key: rsa.RSAPrivateKey | None = None, **changes: Any) -> dict[str, Any]:
    """The public part of a key, as a key set has it; a change to None leaves a member out."""
    numbers = (key or rsa_key()).public_key().public_numbers()
    modulus = numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8, "big")
    value = {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": KID, "e": "AQAB", "n": b64(modulus)} | changes
    return {name: item for name, item in value.items() if item is not None}


def key_set(*keys: Any) -> bytes:
    """A key set; by default that of the real tokens."""
    return json.dumps({"keys": list(keys or [jwk()])}).encode()


class Authority:
    """A CA that issues certificates for localhost and for clients."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test CA")])
        usage = x509.KeyUsage(
            digital_signature=True,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=True,
            crl_sign=True,
            encipher_only=False,
            decipher_only=False,
        )
        own = self._builder(self._name, self._key).add_extension(x509.BasicConstraints(True, None), critical=True)
        self.pem = own.add_extension(usage, critical=True).sign(self._key, hashes.SHA256()).public_bytes(Encoding.PEM)

    def issue(self, names: Sequence[str], *, server: bool = False) -> Path:
        """A file with a certificate for these common names, and its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, each) for each in names])
        purpose = ExtendedKeyUsageOID.SERVER_AUTH if server else ExtendedKeyUsageOID.CLIENT_AUTH
        hosts = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
        signed = (
            self._builder(name, key)
            .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
            .add_extension(hosts, critical=not names)
            .sign(self._key, hashes.SHA256())
        )
        file = self._folder / f"{key.private_numbers().private_value:x}"[:12]
        secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        file.write_bytes(signed.public_bytes(Encoding.PEM) + secret)
        return file

    def _builder(self, name: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
            .not_valid_after(datetime(2100, 1, 1, tzinfo=UTC))
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
        )
