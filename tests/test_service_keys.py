"""Key sets for Forge tokens: which keys are taken, from a file and from a real HTTPS server on this machine."""

from __future__ import annotations

import asyncio
import json
import logging
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from confluence_xpress.errors import InputError
from confluence_xpress.service.gate import key_set
from confluence_xpress.service.gate.callers import make_gate
from confluence_xpress.service.gate.key_set import FORGE_KEYS, FetchedKeySet, parse_key_set, read_key_set
from confluence_xpress.service.problems import Problem
from tests.tokens import APP, INSTALLATION, KID, Authority, b64, claims, jwk, rsa_key, token
from tests.tokens import key_set as written

# Which keys are taken


@pytest.mark.parametrize(
    "entry",
    [
        jwk(),
        jwk(use=None),
        jwk(alg=None),
        jwk(use=None, alg=None, key_ops=["verify"]),
        jwk(rsa_key("large", 4096)),
        jwk(x5c=["MIIB"], x5t="abc", other=[1]),
    ],
    ids=["as Forge has it", "no use", "no alg", "key_ops", "4096 bits", "other members"],
)
def test_keys_that_are_taken(entry: dict[str, Any]) -> None:
    assert list(parse_key_set(written(entry))) == [KID]


ELLIPTIC = ec.generate_private_key(ec.SECP256R1()).public_key().public_numbers()
UNFIT = {
    "elliptic": jwk(
        kty="EC", crv="P-256", x=b64(ELLIPTIC.x.to_bytes(32, "big")), y=b64(ELLIPTIC.y.to_bytes(32, "big"))
    ),
    "secret": {"kty": "oct", "kid": KID, "k": b64(b"s" * 32), "alg": "HS256"},
    "kty": jwk(kty="rsa"),
    "no kty": jwk(kty=None),
    "short": jwk(rsa_key("short", 1024)),
    "almost": jwk(rsa_key("almost", 2040)),
    "tiny": jwk(n="AQAB"),
    "too long": jwk(n=b64(b"\xff" * 1024)),
    "for encryption": jwk(use="enc"),
    "use": jwk(use=["sig"]),
    "other algorithm": jwk(alg="RS512"),
    "symmetric algorithm": jwk(alg="HS256"),
    "no algorithm": jwk(alg="none"),
    "key_ops": jwk(key_ops=["encrypt"]),
    "key_ops text": jwk(key_ops="verify"),
    "no kid": jwk(kid=None),
    "empty kid": jwk(kid=""),
    "kid": jwk(kid=1),
    "no n": jwk(n=None),
    "no e": jwk(e=None),
    "even e": jwk(e="Ag"),
    "e of 1": jwk(e="AQ"),
    "e of 0": jwk(e="AA"),
    "e empty": jwk(e=""),
    "padded n": jwk(n=jwk()["n"] + "="),
    "n of other letters": jwk(n="ü" * 342),
    "n number": jwk(n=65537),
    "text": "key",
    "null": None,
    "list": [jwk()],
}


@pytest.mark.parametrize("entry", UNFIT.values(), ids=UNFIT.keys())
def test_keys_that_are_not(entry: object) -> None:
    assert list(parse_key_set(written(jwk(kid="good"), entry))) == ["good"]
    with pytest.raises(ValueError, match="no RSA key"):
        parse_key_set(written(entry))


def test_the_first_of_two_with_one_id() -> None:
    keys = parse_key_set(written(jwk(), jwk(rsa_key("other"))))
    assert keys[KID].as_dict()["n"] == jwk()["n"]


def test_a_private_key_is_forgotten() -> None:
    numbers = rsa_key().private_numbers()
    keys = parse_key_set(written(jwk(d=b64(numbers.d.to_bytes(256, "big")))))
    assert not keys[KID].is_private


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b'{"keys": null}',
        b'{"keys": []}',
        b'{"keys": {}}',
        b"\xff",
        b"[" * 100_000,
        b'{"keys": [], "keys": []}',
        written(jwk()) + b"x",
        written(*[jwk()] * 101),
        written(jwk(x="y" * 200_000)),
        b"-----BEGIN PUBLIC KEY-----",
    ],
    ids=lambda data: data[:20].decode(errors="replace"),
)
def test_what_is_no_key_set(data: bytes, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="it "):
        parse_key_set(data)
    file = tmp_path / "keys.json"
    file.write_bytes(data)
    with pytest.raises(InputError, match=r"keys\.json is no key set: it ") as caught:
        read_key_set(file)
    assert FORGE_KEYS in caught.value.hint


def test_a_file_that_can_not_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        read_key_set(tmp_path / "none.json")
    with pytest.raises(InputError, match="directory"):
        read_key_set(tmp_path)


def test_keys_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    file.write_bytes(written())
    keys = read_key_set(file)
    found = asyncio.run(keys.find(KID))
    assert found is not None
    assert found.kid == KID
    assert asyncio.run(keys.find("other")) is None


# Fetched

Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]


def answer(body: bytes, status: str = "200 OK", *headers: str) -> Answer:
    """An answer with this body."""

    async def send(writer: asyncio.StreamWriter) -> None:
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers, "", ""]
        writer.write("\r\n".join(lines).encode() + body)
        await writer.drain()

    return send


class Site:
    """An HTTPS server for a key set, a clock, and the key set that fetches from it."""

    def __init__(self) -> None:
        self.answer = answer(written())
        self.requests: list[str] = []
        self.now = 1000.0
        self.keys: FetchedKeySet

    async def has(self, kid: str) -> bool:
        """Whether there is such a key."""
        return await self.keys.find(kid) is not None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request."""
        with suppress(OSError, asyncio.IncompleteReadError):
            self.requests.append((await reader.readuntil(b"\r\n\r\n")).decode())
            await self.answer(writer)
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


@asynccontextmanager
async def site(authority: Authority, *, trusted: bool = True) -> AsyncIterator[Site]:
    """Started, and stopped at the end."""
    made = Site()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.issue(["localhost"], server=True))
    trust = ssl.create_default_context(cadata=authority.pem.decode()) if trusted else None
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0, ssl=context)
    async with server:
        url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/.well-known/jwks.json"
        made.keys = FetchedKeySet(url, trust=trust, clock=lambda: made.now)
        yield made


def test_a_set_is_fetched_once_an_hour(authority: Authority) -> None:
    async def run() -> None:
        async with site(authority) as made:
            assert not made.requests
            assert await made.has(KID)
            made.now += 3599
            assert await made.has(KID)
            assert len(made.requests) == 1
            made.answer = answer(written(jwk(kid="new")))
            made.now += 1
            assert not await made.has(KID)
            assert await made.has("new")
            assert len(made.requests) == 2
            assert made.requests[0].startswith("GET /.well-known/jwks.json HTTP/1.1\r\n")
            assert "authorization" not in made.requests[0].lower()

    asyncio.run(run())


def test_all_who_wait_share_one_fetch(authority: Authority) -> None:
    async def run() -> None:
        async with site(authority) as made:
            found = await asyncio.gather(*(made.has(kid) for kid in [KID, "unknown"] * 50))
            assert found == [True, False] * 50
            assert len(made.requests) == 1

    asyncio.run(run())


def test_an_unknown_key_causes_one_fetch_a_minute(authority: Authority) -> None:
    async def run() -> None:
        async with site(authority) as made:
            assert await made.has(KID)
            made.now += 59
            assert not any([await made.has(f"unknown {n}") for n in range(20)])
            assert len(made.requests) == 1
            made.now += 1
            made.answer = answer(written(jwk(), jwk(kid="new")))
            assert await asyncio.gather(*(made.has(f"unknown {n}") for n in range(20)), made.has("new")) == (
                [False] * 20 + [True]
            )
            assert len(made.requests) == 2
            assert not await made.has("another")
            assert len(made.requests) == 2
            made.now += 60
            assert not await made.has("another")
            assert len(made.requests) == 3

    asyncio.run(run())


def test_the_old_set_stays_for_a_day(authority: Authority, caplog: pytest.LogCaptureFixture) -> None:
    async def run() -> None:
        async with site(authority) as made:
            assert await made.has(KID)
            made.answer = answer(b"<p>secret page</p>", "500 Internal Server Error")
            made.now += 3600
            assert await made.has(KID)
            assert not await made.has("unknown")
            assert len(made.requests) == 2
            made.now += 60
            assert await made.has(KID)
            assert len(made.requests) == 3
            made.now = 1000 + 86_399
            assert await made.has(KID)
            made.now += 1
            with pytest.raises(Problem) as caught:
                await made.has(KID)
            assert caught.value.code == "keys-unavailable"
            made.now += 60
            made.answer = answer(written())
            assert await made.has(KID)

    asyncio.run(run())
    assert "status 500" in caplog.text
    assert "secret" not in caplog.text


def test_without_any_set_it_is_tried_again_soon(authority: Authority) -> None:
    async def run() -> None:
        async with site(authority) as made:
            made.answer = answer(b"", "503 Service Unavailable")
            for _ in range(3):
                with pytest.raises(Problem) as caught:
                    await made.has(KID)
                assert caught.value.code == "keys-unavailable"
                assert caught.value.status == 503
                assert caught.value.headers["Retry-After"] == "5"
            assert len(made.requests) == 1
            made.now += 5
            made.answer = answer(written())
            assert await made.has(KID)

    asyncio.run(run())


def test_expire_has_it_fetched_when_it_is_needed(authority: Authority) -> None:
    async def run() -> None:
        async with site(authority) as made:
            assert await made.has(KID)
            made.now += 120
            made.keys.expire()
            assert len(made.requests) == 1
            made.answer = answer(written(jwk(kid="new")))
            assert not await made.has(KID)
            assert len(made.requests) == 2
            made.keys.expire()
            assert await made.has("new")
            assert len(made.requests) == 2

    asyncio.run(run())


def test_a_reload_fetches_anew(authority: Authority) -> None:
    """So that a key that Atlassian has withdrawn is out at once, not within the hour."""

    async def run() -> None:
        async with site(authority) as made:
            gate = make_gate([APP], fetched=made.keys)
            header = "Bearer " + token(payload=claims(int(time.time())))
            assert (await gate.admit(header)).id == f"forge:{INSTALLATION}"
            made.answer = answer(written(jwk(kid="new")))
            made.now += 120
            await gate.admit(header)
            gate.reload()
            with pytest.raises(Problem) as caught:
                await gate.admit(header)
            assert caught.value.code == "unauthorized"
            assert len(made.requests) == 2

    asyncio.run(run())


def test_one_who_leaves_takes_the_fetch_from_nobody(authority: Authority) -> None:
    async def run() -> None:
        async with site(authority) as made:
            asked, go = asyncio.Event(), asyncio.Event()

            async def wait(writer: asyncio.StreamWriter) -> None:
                asked.set()
                await go.wait()
                await answer(written())(writer)

            made.answer = wait
            first, second = (asyncio.create_task(made.has(KID)) for _ in range(2))
            await asked.wait()
            first.cancel()
            with pytest.raises(asyncio.CancelledError):
                await first
            go.set()
            assert await second
            assert len(made.requests) == 1

    asyncio.run(run())


async def _drip(writer: asyncio.StreamWriter) -> None:
    """Never done, but never silent for long."""
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n{")
    while not writer.is_closing():
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.02)


async def _endless(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n" + written()[:-1])
    while not writer.is_closing():
        writer.write(b" " * 10_000)
        await writer.drain()


async def _truncated(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n" + written())
    await writer.drain()


async def _nothing(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def _other_protocol(writer: asyncio.StreamWriter) -> None:
    writer.write(b"SSH-2.0-secret\r\n")
    await writer.drain()


BAD: dict[str, tuple[Answer, str]] = {
    "redirect": (answer(b"", "302 Found", "Location: https://127.0.0.1:9/secret"), "status 302"),
    "redirect with keys": (answer(written(), "307 Temporary Redirect", "Location: /secret"), "status 307"),
    "moved": (answer(written(), "301 Moved Permanently", "Location: http://127.0.0.1/secret"), "status 301"),
    "not found": (answer(written(), "404 Not Found"), "status 404"),
    "partial": (answer(written(), "206 Partial Content"), "status 206"),
    "no content": (answer(b"", "204 No Content"), "status 204"),
    "packed": (answer(written(), "200 OK", "Content-Encoding: gzip"), "coding"),
    "no JSON": (answer(b"<html>secret</html>"), "no JSON"),
    "no keys": (answer(b'{"keys": []}'), "no RSA key"),
    "only weak keys": (answer(written(jwk(rsa_key("short", 1024)))), "no RSA key"),
    "oversized": (answer(written(jwk(secret="x" * 200_000))), "more than 200000 bytes"),
    "endless": (_endless, "more than 200000 bytes"),
    "slow": (_drip, "Time"),
    "truncated": (_truncated, "RemoteProtocolError"),
    "nothing": (_nothing, "Error"),
    "another protocol": (_other_protocol, "RemoteProtocolError"),
}


@pytest.mark.parametrize(
    ("bad", "reason"),
    [pytest.param(*case, marks=[pytest.mark.slow] if name == "slow" else [], id=name) for name, case in BAD.items()],
)
def test_answers_that_are_refused(
    bad: Answer,
    reason: str,
    authority: Authority,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Then there is no set, or the old one stays; nobody follows, and the log has nothing of what came."""

    def give(made: Site, given: Answer) -> None:
        monkeypatch.setattr(key_set, "_PATIENCE", 1.0 if given is _drip else 60.0)
        made.answer = given

    async def run() -> None:
        async with site(authority) as made:
            give(made, bad)
            with pytest.raises(Problem) as caught:
                await made.has(KID)
            assert caught.value.code == "keys-unavailable"
            made.now += 5
            give(made, answer(written()))
            assert await made.has(KID)
            made.now += 3600
            give(made, bad)
            assert await made.has(KID)
            assert len(made.requests) == 3

    with caplog.at_level(logging.WARNING, key_set.__name__):
        asyncio.run(run())
    messages = [record.getMessage() for record in caplog.records if record.name == key_set.__name__]
    assert len(messages) == 2
    assert all(reason in message for message in messages)
    assert "secret" not in "".join(messages)


def test_a_server_that_is_not_who_it_says(authority: Authority, caplog: pytest.LogCaptureFixture) -> None:
    async def run() -> None:
        async with site(authority, trusted=False) as made:
            with pytest.raises(Problem):
                await made.has(KID)
            assert not made.requests

    asyncio.run(run())
    assert "CERTIFICATE_VERIFY_FAILED" in caplog.text


def test_nobody_there(authority: Authority, caplog: pytest.LogCaptureFixture) -> None:
    async def run() -> None:
        async with site(authority) as made:
            keys = made.keys
        with pytest.raises(Problem):
            await keys.find(KID)

    asyncio.run(run())
    assert "can't be fetched" in caplog.text


@pytest.mark.parametrize("url", ["http://127.0.0.1/keys", "ftp://x", "file:///keys.json", "", "HTTPX://x"])
def test_only_https(url: str) -> None:
    with pytest.raises(ValueError, match="https only"):
        FetchedKeySet(url)


def test_real_sets_may_hold_what_nobody_knows() -> None:
    """RFC 7517, section 5: what isn't understood is passed over."""
    data = json.dumps({"keys": [{"kty": "AKP", "alg": "ML-DSA-44", "kid": "pq"}, jwk()], "version": 2})
    assert list(parse_key_set(data.encode())) == [KID]
