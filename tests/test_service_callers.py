"""The gate: who comes in by which way, and what those are told who don't."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import re
import ssl
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from confluence_xpress.errors import InputError
from confluence_xpress.service.gate.callers import Gate, make_gate
from confluence_xpress.service.gate.certificates import PeerCertificate, certificate_of, peer_certificate
from confluence_xpress.service.gate.key_set import FetchedKeySet
from confluence_xpress.service.gate.static_keys import StaticKeys, make_key, read_static_keys
from confluence_xpress.service.problems import Problem
from tests import tokens
from tests.tokens import APP, INSTALLATION, OTHER_APP, claims, jwk, rsa_key, token

SAFE = re.compile(r"[A-Za-z0-9._@~:-]{1,80}")


class Keys:
    """A file of static keys."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "keys"
        self.wiki, self.wiki_line = make_key("wiki")
        self.other, self.other_line = make_key("Other_2.x")
        self.write(self.wiki_line, self.other_line)

    def write(self, *lines: str) -> None:
        self.file.write_text("\n".join(lines), encoding="utf-8")


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys(tmp_path)


@pytest.fixture
def forge_keys(tmp_path: Path) -> Path:
    file = tmp_path / "jwks.json"
    file.write_bytes(tokens.key_set())
    return file


def certificate(*names: str, der: bytes = b"certificate") -> PeerCertificate:
    found = certificate_of({"subject": tuple((("commonName", name),) for name in names)}, der)
    assert found is not None
    return found


def fresh(**changes: Any) -> str:
    """The header with a real token of this moment."""
    return "Bearer " + token(payload=claims(int(time.time()), **changes))


def admitted(gate: Gate, authorization: str | None = None, shown: PeerCertificate | None = None) -> str:
    caller = asyncio.run(gate.admit(authorization, shown)).id
    assert SAFE.fullmatch(caller)
    return caller


def refused(gate: Gate, authorization: str | None = None, shown: PeerCertificate | None = None) -> Problem:
    with pytest.raises(Problem) as caught:
        asyncio.run(gate.admit(authorization, shown))
    assert caught.value.code == "unauthorized"
    assert caught.value.status == 401
    assert caught.value.headers["WWW-Authenticate"].startswith("Bearer")
    return caught.value


# The ways


def test_with_nothing_configured_everybody_is_local() -> None:
    gate = make_gate()
    assert gate.open
    gate.reload()
    assert admitted(gate) == "local"
    assert admitted(gate, "Basic eDp5", certificate("x")) == "local"


def test_any_way_admits(keys: Keys, forge_keys: Path) -> None:
    gate = make_gate([OTHER_APP, APP], forge_keys, keys.file, client_certificates=True)
    assert not gate.open
    assert admitted(gate, fresh()) == f"forge:{INSTALLATION}"
    assert admitted(gate, f"Bearer {keys.wiki}") == "key:wiki"
    assert admitted(gate, f"bEARER  {keys.other}") == "key:Other_2.x"
    assert admitted(gate, None, certificate("wiki.example.com")) == "cert:wiki.example.com"
    assert admitted(gate, "Bearer nonsense", certificate("wiki.example.com")) == "cert:wiki.example.com"
    assert admitted(gate, fresh(), certificate("wiki.example.com")) == f"forge:{INSTALLATION}"
    refused(gate)
    refused(gate, "Bearer nonsense")


@pytest.mark.parametrize("way", ["forge", "keys", "certificates"])
def test_a_way_that_is_not_configured_does_not_admit(way: str, keys: Keys, forge_keys: Path) -> None:
    gate = make_gate(
        [APP] if way == "forge" else [],
        forge_keys if way == "forge" else None,
        keys.file if way == "keys" else None,
        client_certificates=way == "certificates",
    )
    assert not gate.open
    shown = {"forge": (fresh(), None), "keys": (f"Bearer {keys.wiki}", None), "certificates": (None, certificate("x"))}
    for other, (authorization, peer) in shown.items():
        if other == way:
            admitted(gate, authorization, peer)
        else:
            refused(gate, authorization, peer)
    refused(gate)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer  ",
        "{key}",
        "Basic {key}",
        "Bearer: {key}",
        "Bearer={key}",
        "Bearer\t{key}",
        " Bearer {key}",
        "Bearer {key} ",
        "Bearer {key}\n",
        "Bearer {key}\r\nX: y",
        "Bearer {key}, Bearer {key}",
        "Bearer {key},{key}",
        "Bearer {key} {key}",
        "Bearer Bearer {key}",
        'Bearer "{key}"',
        "Bearer token={key}",
        "Bearer {key}=",
        "Bearer {key}x",
        "Bearer x{key}",
        "Bearer ｘ{key}",
        "DPoP {key}",
        "Bearer " + "x" * 1_000_000,
        "Bearer xpk_" + "x" * 1_000_000,
        "Bearer xpk_",
        "Bearer " + "\u00ff",
    ],
    ids=lambda header: header[:40],
)
def test_headers_that_admit_nobody(header: str, keys: Keys, forge_keys: Path) -> None:
    gate = make_gate([APP], forge_keys, keys.file)
    for credential in (keys.wiki, fresh()[7:]):
        problem = refused(gate, header.replace("{key}", credential))
        assert problem.detail == "The token or key is not valid."
        assert credential not in str(problem.document("1"))


def test_what_is_told(keys: Keys, forge_keys: Path) -> None:
    gate = make_gate([APP], forge_keys, keys.file)
    missing = refused(gate)
    assert missing.detail == "The header Authorization is missing."
    assert missing.headers == {"WWW-Authenticate": "Bearer"}
    expired = refused(gate, fresh(exp=int(time.time()) - 60))
    assert expired.detail == "The token has expired."
    assert expired.headers == {"WWW-Authenticate": 'Bearer error="invalid_token"'}
    assert "another app" in refused(gate, fresh(aud=OTHER_APP)).detail
    forged = "Bearer " + token(payload=claims(int(time.time()) - 9999), key=rsa_key("attacker"))
    unknown_key = "Bearer " + token(tokens.header(kid="unknown"))
    unknown = {refused(gate, each).detail for each in (forged, unknown_key, "Bearer xpk_x", "Bearer x")}
    assert unknown == {"The token or key is not valid."}
    only_certificates = refused(make_gate(client_certificates=True), f"Bearer {keys.wiki}")
    assert "certificate" in only_certificates.detail
    assert "certificate" in only_certificates.hint


@pytest.mark.slow
@given(st.text() | st.text(max_size=99).map("Bearer ".__add__) | st.binary().map(lambda data: data.decode("latin-1")))
def test_no_header_breaks_it(header: str) -> None:
    gate = make_gate([APP], keys=Path(os.devnull), fetched=FetchedKeySet("https://127.0.0.1:9/"))
    refused(gate, header)


def test_keys_that_can_not_be_fetched(keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody else suffers."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    gate = make_gate([APP], None, keys.file, client_certificates=True, fetched=FetchedKeySet("https://127.0.0.1:9/"))
    with pytest.raises(Problem) as caught:
        asyncio.run(gate.admit(fresh()))
    assert caught.value.code == "keys-unavailable"
    assert int(caught.value.headers["Retry-After"]) in range(1, 6)
    assert admitted(gate, f"Bearer {keys.wiki}") == "key:wiki"
    assert admitted(gate, fresh(), certificate("x")) == "cert:x"


# Reload


def test_reload_takes_new_keys_and_forgets_old_ones(keys: Keys, forge_keys: Path) -> None:
    gate = make_gate([APP], forge_keys, keys.file)
    new, line = make_key("wiki")
    keys.write(line)
    forge_keys.write_bytes(tokens.key_set(jwk(rsa_key("next"), kid="next")))
    assert admitted(gate, f"Bearer {keys.wiki}") == "key:wiki"
    refused(gate, f"Bearer {new}")
    gate.reload()
    assert admitted(gate, f"Bearer {new}") == "key:wiki"
    refused(gate, f"Bearer {keys.wiki}")
    refused(gate, fresh())
    rotated = token(tokens.header(kid="next"), claims(int(time.time())), rsa_key("next"))
    assert admitted(gate, f"Bearer {rotated}") == f"forge:{INSTALLATION}"


def test_the_last_key_can_be_revoked(keys: Keys) -> None:
    gate = make_gate(keys=keys.file)
    keys.write("# nobody")
    gate.reload()
    assert not gate.open
    refused(gate, f"Bearer {keys.wiki}")
    refused(gate)


def test_a_bad_file_changes_nothing(keys: Keys, forge_keys: Path) -> None:
    """Not even what the other file says."""
    gate = make_gate([APP], forge_keys, keys.file)
    keys.write("")
    forge_keys.write_bytes(b"{")
    with pytest.raises(InputError, match=r"jwks\.json"):
        gate.reload()
    assert admitted(gate, f"Bearer {keys.wiki}") == "key:wiki"
    assert admitted(gate, fresh()) == f"forge:{INSTALLATION}"
    forge_keys.write_bytes(tokens.key_set(jwk(kid="next")))
    keys.write("wiki")
    with pytest.raises(InputError, match="line 1"):
        gate.reload()
    assert admitted(gate, fresh()) == f"forge:{INSTALLATION}"
    keys.file.unlink()
    with pytest.raises(InputError, match="No such file"):
        gate.reload()
    assert admitted(gate, f"Bearer {keys.wiki}") == "key:wiki"


# Options


@pytest.mark.parametrize("app", ["", "8db33809-1f32-48bb-8c52-5877dab48107", APP + "/1", APP.upper(), "*"])
def test_an_app_is_named_by_its_id(app: str) -> None:
    with pytest.raises(InputError, match="Forge app") as caught:
        make_gate([APP, app])
    assert "manifest.yml" in caught.value.hint


def test_options_that_do_not_go_together(forge_keys: Path) -> None:
    with pytest.raises(InputError, match="no app"):
        make_gate(forge_keys=forge_keys)
    with pytest.raises(InputError, match="none are asked for"):
        make_gate(certificate_names=["x"])


def test_files_are_read_at_once(tmp_path: Path, keys: Keys) -> None:
    with pytest.raises(InputError, match="none"):
        make_gate([APP], tmp_path / "none")
    with pytest.raises(InputError, match="none"):
        make_gate(keys=tmp_path / "none")
    keys.write(keys.wiki_line, "nonsense")
    with pytest.raises(InputError, match="line 2"):
        make_gate(keys=keys.file)


# Static keys


def test_a_new_key() -> None:
    key, line = make_key("wiki")
    assert re.fullmatch(r"xpk_[A-Za-z0-9_-]{43}", key)
    assert line == f"wiki sha256:{hashlib.sha256(key.encode()).hexdigest()}"
    assert key not in line
    assert make_key("wiki")[0] != key


@pytest.mark.parametrize("name", ["", "-x", "a b", "ä", "x" * 41, "x\n", "a:b", "#x", "../x"])
def test_a_name_that_can_not_be_one(name: str) -> None:
    with pytest.raises(InputError, match="name of a key"):
        make_key(name)


def test_a_file_of_keys(keys: Keys) -> None:
    digest = hashlib.sha256(b"xpk_x").hexdigest().upper()
    keys.write("\ufeff# our callers", "", f"  {keys.wiki_line}  # since May", f"tab\t sha256:{digest}", "\t", "#")
    found = read_static_keys(keys.file)
    assert found.name(keys.wiki) == "wiki"
    assert found.name("xpk_x") == "tab"
    assert found.name("xpk_y") is None
    assert found.name("") is None


def test_a_name_may_have_several_keys(keys: Keys) -> None:
    """While one replaces the other."""
    second, line = make_key("wiki")
    keys.write(keys.wiki_line, line)
    found = read_static_keys(keys.file)
    assert found.name(keys.wiki) == found.name(second) == "wiki"


HASH = "a" * 64


@pytest.mark.parametrize(
    "line",
    [
        "wiki",
        HASH,
        f"sha256:{HASH}",
        f"wiki {HASH}",
        f"wiki md5:{HASH[:32]}",
        f"wiki sha256:{HASH[1:]}",
        f"wiki sha256:{HASH}a",
        f"wiki sha256:{HASH[1:]}g",
        f"wiki sha256: {HASH}",
        f"wiki:sha256:{HASH}",
        f"wi ki sha256:{HASH}",
        f"{'x' * 41} sha256:{HASH}",
        f"wíki sha256:{HASH}",
        f"wiki sha256:{HASH} sha256:{HASH}",
        f"wiki\0 sha256:{HASH}",
        "wiki sha256:" + "１" * 64,
        "wiki xpk_secret",
        "xpk_secret",
    ],
)
def test_bad_lines_are_named_but_never_shown(line: str, keys: Keys) -> None:
    keys.write("# first", keys.wiki_line, line)
    with pytest.raises(InputError) as caught:
        read_static_keys(keys.file)
    assert caught.value.message.startswith(f"{keys.file}, line 3: ")
    said = caught.value.message + caught.value.hint
    assert HASH[:30] not in said
    assert "secret" not in said
    assert ("key itself" in said) == ("xpk_" in line)


def test_one_key_has_one_name(keys: Keys) -> None:
    keys.write(keys.wiki_line, keys.wiki_line.replace("wiki", "other"))
    with pytest.raises(InputError, match="line 2: this key is there already"):
        read_static_keys(keys.file)


def test_files_that_are_no_files_of_keys(tmp_path: Path, keys: Keys) -> None:
    with pytest.raises(InputError, match="directory"):
        read_static_keys(tmp_path)
    keys.file.write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="no text"):
        read_static_keys(keys.file)
    keys.file.write_bytes(b"#" * 1_000_001)
    with pytest.raises(InputError, match="too large"):
        read_static_keys(keys.file)


def test_nothing_secret_is_logged_or_shown(keys: Keys, forge_keys: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    gate = make_gate([APP], forge_keys, keys.file)
    header = fresh()
    admitted(gate, header)
    admitted(gate, f"Bearer {keys.wiki}")
    for each in (header[:-5], f"Bearer {keys.wiki[:-1]}"):
        assert each[7:40] not in repr(refused(gate, each).document("1"))
    assert keys.wiki[:20] not in caplog.text
    assert header[7:40] not in caplog.text
    assert repr(read_static_keys(keys.file)) == f"{StaticKeys.__name__}()"


# Client certificates


def test_names_of_certificates() -> None:
    fingerprint = hashlib.sha256(b"certificate").hexdigest()
    assert certificate("wiki-1.example.com").name() == "wiki-1.example.com"
    assert certificate("wiki@example.com").name() == "wiki@example.com"
    assert certificate().name() == f"sha256:{fingerprint}"
    assert certificate("").name() == f"sha256:{fingerprint}"
    assert certificate("a", "b").name() == f"sha256:{fingerprint}"
    assert certificate(der=b"").name() == ""


@pytest.mark.parametrize(
    "name",
    ["Zoë Tester", "a b", "x" * 65, "x" * 10_000, "a\nb", "a\0b", "*.example.com", "a:b", "a~b", " ", "\ud800", "-"],
)
def test_names_that_are_not_plain(name: str) -> None:
    made = certificate(name).name()
    assert re.fullmatch(r"[A-Za-z0-9._@-]{1,40}~[0-9a-f]{12}", made)
    assert made == certificate(name, der=b"renewed").name()
    assert made != certificate(name + ".").name()


@given(st.lists(st.text(), max_size=3))
def test_every_certificate_has_a_safe_name(names: list[str]) -> None:
    assert admitted(make_gate(client_certificates=True), None, certificate(*names)).startswith("cert:")


def test_a_certificate_without_any_name_admits_nobody() -> None:
    refused(make_gate(client_certificates=True), None, certificate(der=b""))
    refused(make_gate(client_certificates=True), None, certificate("a", "b", der=b""))


def test_a_list_of_certificates() -> None:
    fingerprint = hashlib.sha256(b"certificate").hexdigest()
    gate = make_gate(client_certificates=True, certificate_names=["wiki", "Zoë Tester"])
    assert admitted(gate, None, certificate("wiki")) == "cert:wiki"
    assert admitted(gate, None, certificate("Zoë Tester")).startswith("cert:Zo__Tester~")
    for other in (certificate("Wiki"), certificate("wiki\0"), certificate("wiki", "x"), certificate(), certificate("")):
        refused(gate, None, other)
    gate = make_gate(client_certificates=True, certificate_names=[f"sha256:{fingerprint}"])
    assert admitted(gate, None, certificate("wiki")) == "cert:wiki"
    refused(gate, None, certificate("wiki", der=b"other"))
    refused(gate, None, certificate(der=b""))
    refused(make_gate(client_certificates=True, certificate_names=[""]), None, certificate())


@pytest.mark.parametrize("details", [{}, {"subject": None}, {"subject": ""}])
def test_what_is_no_verified_certificate(details: dict[str, Any]) -> None:
    assert certificate_of(details, b"certificate") is None


def handshake(server: ssl.SSLContext, client: ssl.SSLContext) -> ssl.SSLObject:
    """The server's side of a connection, made in memory."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    there = server.wrap_bio(to_server, to_client, server_side=True)
    here = client.wrap_bio(to_client, to_server, server_hostname="127.0.0.1")
    done: set[ssl.SSLObject] = set()
    while len(done) < 2:
        for side in (here, there):
            try:
                side.do_handshake()
                done.add(side)
            except ssl.SSLWantReadError:
                continue
    return there


@pytest.mark.parametrize("mode", [ssl.CERT_REQUIRED, ssl.CERT_OPTIONAL, ssl.CERT_NONE])
def test_real_connections(mode: ssl.VerifyMode, tmp_path: Path) -> None:
    ours, foreign = tokens.Authority(tmp_path), tokens.Authority(tmp_path)
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cadata=ours.pem.decode())
    server.load_cert_chain(ours.issue(["localhost"], server=True))
    server.verify_mode = mode

    def shown(issued: Path | None) -> PeerCertificate | None:
        client = ssl.create_default_context(cadata=ours.pem.decode())
        if issued is not None:
            client.load_cert_chain(issued)
        return peer_certificate(handshake(server, client))

    mine = ours.issue(["wiki"])
    if mode is ssl.CERT_NONE:
        assert shown(mine) is None
        assert shown(foreign.issue(["wiki"])) is None
        return
    found = shown(mine)
    assert found is not None
    assert found.common_names == ("wiki",)
    assert found.der == ssl.PEM_cert_to_DER_cert(mine.read_text().partition("-----BEGIN PRIVATE")[0])
    nameless = shown(ours.issue([]))
    assert nameless is not None
    assert nameless.name().startswith("sha256:")
    for wrong in (foreign.issue(["wiki"]), ours.issue(["wiki"], server=True)):
        with pytest.raises(ssl.SSLError):
            shown(wrong)
    if mode is ssl.CERT_OPTIONAL:
        assert shown(None) is None
    else:
        with pytest.raises(ssl.SSLError):
            shown(None)


def test_a_connection_without_tls() -> None:
    assert peer_certificate(None) is None
