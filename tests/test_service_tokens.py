"""Forge invocation tokens: real ones are admitted, and no forged, foreign or expired one is."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import string
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from confluence_xpress.service.gate.forge_tokens import LARGEST, ForgeTokens, RefusedError, is_app
from confluence_xpress.service.gate.key_set import KeySet, parse_key_set
from tests import tokens
from tests.tokens import APP, INSTALLATION, KID, NOW, OTHER_APP, b64, claims, header, raw_token, token


def checker(*, now: float = NOW, keys: bytes | None = None) -> ForgeTokens:
    known = KeySet(parse_key_set(keys or tokens.key_set()))
    return ForgeTokens(frozenset({APP}), known, lambda: now)


def admitted(text: str, *, now: float = NOW) -> str:
    return asyncio.run(checker(now=now).installation(text))


def refused(text: str, *, now: float = NOW, keys: bytes | None = None) -> str:
    """What the caller is told."""
    with pytest.raises(RefusedError) as caught:
        asyncio.run(checker(now=now, keys=keys).installation(text))
    return str(caught.value)


# What is admitted


@pytest.mark.parametrize(
    "head",
    [header(), header(typ="JWT"), header(typ="jwt"), header(new="parameter")],
    ids=["as Forge has it", "typ", "typ in small letters", "a parameter nobody knows (RFC 7515, section 4)"],
)
def test_a_real_token_names_the_installation(head: dict[str, Any]) -> None:
    assert admitted(token(head)) == INSTALLATION


@pytest.mark.parametrize(
    "changes",
    [
        {"nbf": None},
        {"aud": [APP]},
        {"jti": None},
        {"context": {"cloudId": "x", "extension": {"title": "ä" * 1000}}, "principal": "655362:312d3308"},
        {"iat": NOW - 0.5, "exp": NOW + 24.5},
        {"app": {"installationId": INSTALLATION.upper()}},
    ],
    ids=["no nbf", "a list of one audience", "no jti", "from a user", "fractions of seconds", "a bare id"],
)
def test_what_real_tokens_may_also_be(changes: dict[str, Any]) -> None:
    assert admitted(token(payload=claims(**changes))) == INSTALLATION


def test_clocks_may_differ_by_ten_seconds() -> None:
    text = token()
    assert admitted(text, now=NOW - 10) == INSTALLATION
    assert admitted(text, now=NOW + 34) == INSTALLATION
    assert "not valid yet" in refused(text, now=NOW - 11)
    assert "expired" in refused(text, now=NOW + 35)


# Signed by Atlassian, but not for us or not now: the caller is told why


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"iat": NOW - 100, "nbf": NOW - 100, "exp": NOW - 75}, "expired"),
        ({"nbf": NOW + 60}, "not valid yet"),
        ({"iat": NOW + 60}, "not valid yet"),
        ({"exp": NOW + 901}, "more than 900 s"),
        ({"exp": 10**400}, "more than 900 s"),
        ({"iat": -(10**400), "exp": NOW + 0.5}, "more than 900 s"),
        ({"exp": None}, "exp"),
        ({"exp": str(NOW + 25)}, "exp"),
        ({"exp": True}, "exp"),
        ({"exp": [NOW + 25]}, "exp"),
        ({"iat": None}, "iat"),
        ({"iat": "now"}, "not valid yet"),
        ({"iss": None}, "iss"),
        ({"iss": "forge/invocation-token/"}, "not a Forge"),
        ({"iss": "Forge/Invocation-Token"}, "not a Forge"),
        ({"iss": ["forge/invocation-token"]}, "not a Forge"),
        ({"iss": ""}, "not a Forge"),
        ({"aud": None}, "aud"),
        ({"aud": OTHER_APP}, "another app"),
        ({"aud": [OTHER_APP]}, "another app"),
        ({"aud": APP.upper()}, "another app"),
        ({"aud": APP + " "}, "another app"),
        ({"aud": [APP, OTHER_APP]}, "several apps"),
        ({"aud": [APP, APP]}, "several apps"),
        ({"aud": []}, "aud"),
        ({"aud": {APP: APP}}, "aud"),
        ({"aud": [None]}, "aud"),
        ({"app": None}, "app"),
        ({"app": {}}, "app"),
        ({"app": INSTALLATION}, "no installation"),
        ({"app": {"installationId": None}}, "no installation"),
        ({"app": {"installationId": ["x"]}}, "no installation"),
        ({"app": {"installationId": ""}}, "no installation"),
        ({"app": {"installationId": INSTALLATION + "\nforged: line"}}, "no installation"),
        ({"app": {"installationId": APP}}, "no installation"),
        ({"app": {"installationId": "*" * 9000}}, "no installation"),
    ],
)
def test_a_token_not_for_us_or_not_for_now(changes: dict[str, Any], reason: str) -> None:
    assert reason in refused(token(payload=claims(**changes)))


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"[]",
        b'"text"',
        b"null",
        b"{",
        b"\xff",
        b"[" * 5000 + b"]" * 5000,
        json.dumps(claims()).encode("utf-16"),
        b"\xef\xbb\xbf" + json.dumps(claims()).encode(),
        json.dumps(claims())[:-1].encode() + b', "aud": "' + APP.encode() + b'"}',
        json.dumps(claims())[:-1].encode() + b', "exp": NaN}',
        json.dumps(claims(exp=None))[:-1].encode() + b', "exp": NaN}',
        json.dumps(claims(exp=None))[:-1].encode() + b', "exp": Infinity}',
        json.dumps(claims(exp=None))[:-1].encode() + b', "exp": ' + b"9" * 5000 + b"}",
    ],
    ids=lambda payload: payload[:12].decode(errors="replace"),
)
def test_a_payload_that_is_no_clean_json(payload: bytes) -> None:
    assert refused(raw_token(json.dumps(header()).encode(), payload)) == ""


def test_an_expiry_beyond_all_numbers() -> None:
    payload = json.dumps(claims(exp=None))[:-1].encode() + b', "exp": 1e999}'
    assert refused(raw_token(json.dumps(header()).encode(), payload)) == "The token has something impossible: exp."


# Not signed by Atlassian: no reason is given


def unsigned(head: Any, signature: bytes = b"") -> str:
    return f"{b64(json.dumps(head).encode())}.{b64(json.dumps(claims()).encode())}.{b64(signature)}"


@pytest.mark.parametrize("alg", ["none", "None", "NONE", "nOnE", "", "RS256 ", "rs256", None, 256, ["RS256"], {}])
@pytest.mark.parametrize("signature", [b"", b"\0", b"\0" * 256])
def test_no_signature(alg: object, signature: bytes) -> None:
    assert refused(unsigned(header(alg=alg), signature)) == ""


@pytest.mark.parametrize("signature", [b"", b"\0", b"\0" * 256, b"\1" * 256, b"\xff" * 256, b"\xff" * 512])
def test_a_signature_of_nothing(signature: bytes) -> None:
    assert refused(unsigned(header(), signature)) == ""


def public_forms() -> list[bytes]:
    """The public key, as anyone can write it."""
    public = tokens.rsa_key().public_key()
    numbers = public.public_numbers()
    return [
        public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).rstrip(),
        public.public_bytes(Encoding.PEM, PublicFormat.PKCS1),
        public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        numbers.n.to_bytes(256, "big"),
        json.dumps(tokens.jwk()).encode(),
        b"",
    ]


@pytest.mark.parametrize("secret", range(7))
@pytest.mark.parametrize("alg", ["HS256", "HS384", "HS512", "RS256"])
def test_the_public_key_is_no_secret(alg: str, secret: int) -> None:
    signed = f"{b64(json.dumps(header(alg=alg)).encode())}.{b64(json.dumps(claims()).encode())}"
    method = {"HS384": hashlib.sha384, "HS512": hashlib.sha512}.get(alg, hashlib.sha256)
    assert refused(f"{signed}.{b64(hmac.new(public_forms()[secret], signed.encode(), method).digest())}") == ""


@pytest.mark.parametrize("alg", ["RS384", "RS512", "PS256", "PS384", "RS256"])
def test_the_right_key_with_another_algorithm(alg: str) -> None:
    """Even if what is said is the right algorithm, and what was used isn't."""
    signed = f"{b64(json.dumps(header(alg=alg)).encode())}.{b64(json.dumps(claims()).encode())}"
    digest = hashes.SHA384() if alg in {"RS384", "PS384"} else hashes.SHA512()
    scheme = padding.PSS(padding.MGF1(digest), digest.digest_size) if alg.startswith("PS") else padding.PKCS1v15()
    assert refused(f"{signed}.{b64(tokens.rsa_key().sign(signed.encode(), scheme, digest))}") == ""


@pytest.mark.parametrize("alg", ["ES256", "RS256", "EdDSA"])
def test_an_elliptic_key(alg: str) -> None:
    """Also if the key set has it under that id."""
    key = ec.generate_private_key(ec.SECP256R1())
    point = key.public_key().public_numbers()
    entry = {"kty": "EC", "crv": "P-256", "kid": "ec", "use": "sig"}
    entry |= {"x": b64(point.x.to_bytes(32, "big")), "y": b64(point.y.to_bytes(32, "big"))}
    keys = tokens.key_set(entry, tokens.jwk())
    for kid in ("ec", KID):
        signed = f"{b64(json.dumps(header(alg=alg, kid=kid)).encode())}.{b64(json.dumps(claims()).encode())}"
        signature = key.sign(signed.encode(), ec.ECDSA(hashes.SHA256()))
        assert refused(f"{signed}.{b64(signature)}", keys=keys) == ""


@pytest.mark.parametrize(
    "kid",
    [
        None,
        "",
        "unknown",
        KID.upper(),
        KID + " ",
        KID + "\0",
        " " + KID,
        KID + "\n",
        "../../../../dev/null",
        "/dev/null",
        "file:///dev/null",
        "https://evil.example/keys.json",
        "x' UNION SELECT 'key' --",
        "| cat /etc/passwd",
        "k" * 300,
        "ключ",
        0,
        [KID],
        {KID: KID},
        True,
    ],
)
def test_a_key_id_that_is_no_key_of_ours(kid: object) -> None:
    assert refused(token(header(kid=kid))) == ""
    assert refused(token(header(kid=kid), key=tokens.rsa_key("attacker"))) == ""


@pytest.mark.parametrize(
    "extra",
    [
        {"jwk": tokens.jwk(tokens.rsa_key("attacker"))},
        {"jwk": tokens.jwk()},
        {"jwk": {}},
        {"jku": "https://evil.example/keys.json"},
        {"jku": "https://forge.cdn.prod.atlassian-dev.net/.well-known/jwks.json"},
        {"x5u": "https://evil.example/cert.pem"},
        {"x5c": ["MIIB"]},
        {"x5t": "abc"},
        {"x5t#S256": "abc"},
        {"crit": []},
        {"crit": ["exp"], "exp": NOW + 25},
        {"crit": ["b64"], "b64": True},
        {"b64": False},
        {"b64": True},
        {"typ": "at+jwt"},
        {"typ": "JOSE"},
        {"typ": ""},
        {"typ": 1},
        {"typ": ["JWT"]},
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("signer", ["forge", "attacker"])
def test_a_header_that_brings_what_it_may_not(extra: dict[str, Any], signer: str) -> None:
    """Even if the signature is right."""
    assert refused(token(header(**extra), key=tokens.rsa_key(signer))) == ""


def test_an_unencoded_payload() -> None:
    """RFC 7797: what is signed would not be what is read."""
    head = b64(json.dumps(header(crit=["b64"], b64=False)).encode())
    payload = json.dumps(claims(), separators=(",", ":"))
    signature = tokens.rsa_key().sign(f"{head}.{payload}".encode(), padding.PKCS1v15(), hashes.SHA256())
    assert refused(f"{head}.{payload}.{b64(signature)}") == ""
    assert refused(f"{head}..{b64(signature)}") == ""


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"{}",
        b"null",
        b"[]",
        b'["alg", "kid"]',
        b'"alg"',
        b"1",
        b"{",
        b"\xff\xfe",
        b"[" * 380,
        b'{"alg":"RS256","kid":"' + KID.encode() + b'","kid":"' + KID.encode() + b'"}',
        b'{"alg":"none","alg":"RS256","kid":"' + KID.encode() + b'"}',
        b'{"alg":"RS256","kid":"' + KID.encode() + b'","x":{"y":1,"y":2}}',
        b'{"alg":"RS256","kid":"' + KID.encode() + b'","x":NaN}',
        b'{"alg":"RS256","kid":"' + KID.encode() + b'"} {}',
        b'\xef\xbb\xbf{"alg":"RS256","kid":"' + KID.encode() + b'"}',
        json.dumps(header()).encode("utf-16-le"),
        json.dumps(header(x="y" * 400)).encode(),
    ],
    ids=lambda head: head[:40].decode(errors="replace"),
)
def test_a_header_that_is_no_clean_json(head: bytes) -> None:
    assert refused(raw_token(head, json.dumps(claims()).encode())) == ""


def test_another_signer() -> None:
    assert refused(token(key=tokens.rsa_key("attacker"))) == ""


@pytest.mark.parametrize("part", [0, 1])
def test_a_changed_part(part: int) -> None:
    parts = token().split(".")
    changed = claims(app={"installationId": "11111111-2222-3333-4444-555555555555"}) if part else header(typ="JWT")
    parts[part] = b64(json.dumps(changed).encode())
    assert refused(".".join(parts)) == ""


def test_parts_of_two_tokens() -> None:
    first, second = token().split("."), token(payload=claims(jti="other")).split(".")
    assert refused(".".join([first[0], first[1], second[2]])) == ""
    assert refused(".".join([first[0], second[1], first[2]])) == ""


def test_forms_that_are_no_token() -> None:
    text = token()
    head, payload, signature = text.split(".")
    loose = base64.b64encode(base64.urlsafe_b64decode(signature + "==")).decode().rstrip("=")
    assert loose != signature
    for form in (
        f"{head}.{payload}",
        f"{head}.{payload}.",
        f"{head}..{signature}",
        f".{payload}.{signature}",
        "..",
        "",
        f"{text}.",
        f".{text}",
        f"{text}.{signature}",
        f"{head}.{payload}.{signature}.{payload}.{signature}",
        f"{text} ",
        f" {text}",
        f"{text}\n",
        f"{text}\0",
        f"{head}.{payload}.{loose}",
        f"{text}=",
        f"{text}==",
        f"{head}=.{payload}.{signature}",
        f"{head}.{payload}=.{signature}",
        f"{head}.{payload}%3D.{signature}",
        f"{head}.{payload}\n.{signature}",
        f"{text},{text}",
        json.dumps({"protected": head, "payload": payload, "signature": signature}),
        text.replace(".", "\uff0e"),
        text.upper(),
    ):
        assert refused(form) == ""


def test_spare_bits_of_base64_stay_zero() -> None:
    """Else one token would have several spellings. 256 bytes leave 4 spare bits."""
    text = token()
    alphabet = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
    last = alphabet.index(text[-1])
    assert last % 16 == 0
    for spare in range(1, 16):
        assert refused(text[:-1] + alphabet[last + spare]) == ""


def test_every_character_counts() -> None:
    text = token()
    check = checker()

    async def all_refused() -> None:
        for place, character in enumerate(text):
            wrong = "B" if character == "A" else "A"
            with pytest.raises(RefusedError):
                await check.installation(text[:place] + wrong + text[place + 1 :])
            with pytest.raises(RefusedError):
                await check.installation(text[:place] + text[place + 1 :])

    asyncio.run(all_refused())


def test_a_huge_token() -> None:
    large = token(payload=claims(context={"x": "y" * 11_000}))
    assert LARGEST * 0.9 < len(large) <= LARGEST
    assert admitted(large) == INSTALLATION
    assert refused(token(payload=claims(context={"x": "y" * 13_000}))) == ""
    assert refused("A" * 10_000_000) == ""
    assert refused("." * 1_000_000) == ""


@given(st.text() | st.lists(st.text(string.ascii_letters + "-_=", max_size=9), min_size=2, max_size=4).map(".".join))
def test_no_text_breaks_it(text: str) -> None:
    assert refused(text) == ""


@pytest.mark.slow
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["exp", "iss", "sub", "app"]), inner)
        ),
        max_leaves=6,
    )
)
def test_no_value_breaks_it(value: Any) -> None:
    """Not even with Atlassian's signature."""
    refused(raw_token(json.dumps(header()).encode(), json.dumps(value).encode()))
    refused(raw_token(json.dumps(value).encode(), json.dumps(claims()).encode()))
    if isinstance(value, dict):
        refused(token(payload=claims(aud=None) | {name: item for name, item in value.items() if name != "aud"}))


def test_ids_of_apps() -> None:
    assert is_app(APP)
    for wrong in (
        "",
        APP[24:],
        APP.upper(),
        APP + "\n",
        f"{APP}/x",
        "ari:cloud:ecosystem::app/x",
        APP.replace("::", ":"),
    ):
        assert not is_app(wrong)
