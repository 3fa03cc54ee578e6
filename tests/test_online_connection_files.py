"""Files of a site: where their bytes are kept, who gets the token, and how much is too much."""

from __future__ import annotations

import gzip
import json
import ssl
import threading
import zlib
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from socketserver import StreamRequestHandler, TCPServer

import pytest

from confluence_xpress.bundle import Media
from confluence_xpress.errors import InputError
from confluence_xpress.sources.online.http import calls
from confluence_xpress.sources.online.http.connection import LARGEST_JSON, Connection
from confluence_xpress.sources.online.http.deployment import Deployment
from confluence_xpress.sources.online.http.failures import (
    AddressError,
    GoneError,
    OnlineError,
    RefusedError,
    SignInError,
    SiteError,
    TooLargeError,
    UnreachableError,
)
from confluence_xpress.sources.online.http.origins import checked_site, followed, is_loopback
from confluence_xpress.sources.online.http.settings import Settings, settings_from
from tests.certificates import make_certificates
from tests.connections import PAT, PERSON, TOKEN, Clock, Site, cloud, connected, datacenter, error, in_turn
from tests.meddler import Call, Meddler, Reply, as_json, meddling, page

PNG = Reply(200, {"Content-Type": "image/png; x=y"}, b"\x89PNG")
ACME = Deployment("cloud", "https://acme.atlassian.net/wiki", "https://acme.atlassian.net/wiki")


def to(location: str, **headers: str) -> Reply:
    return Reply(302, {"Location": location, **headers})


def fetched(site: Site, most: int = 1_000) -> Media:
    if site.connection.deployment.kind == "datacenter":
        return site.connection.download(calls.DC_DOWNLOAD, [("version", 2)], most=most, id=1, name="a b.png")
    return site.connection.download(calls.ATTACHMENT_DOWNLOAD, most=most, id=1, attachment="att2")


# --- Where they are --------------------------------------------------------------------------------------------------


def test_a_file_of_data_center_comes_directly() -> None:
    with connected(lambda _: PNG, datacenter, PAT) as site:
        assert fetched(site) == Media(b"\x89PNG", "image/png")
    assert site.paths() == ["/context/download/attachments/1/a%20b.png?version=2"]
    assert site.server.calls[0].headers["authorization"] == PAT.header()


def test_a_redirect_is_followed_without_the_token() -> None:
    with meddling(lambda _: PNG) as media, connected(lambda _: to(f"{media.url}/file?token=signed")) as site:
        assert fetched(site).data == b"\x89PNG"
        (asked,) = media.calls
    assert asked.path == "/file?token=signed"
    assert "authorization" not in asked.headers and "cookie" not in asked.headers
    assert TOKEN not in str(asked.headers) and PERSON.header() not in str(asked.headers)


def test_the_way_back_has_the_token_again() -> None:
    """A stranger in between gets nothing, the site itself what it knows anyway."""
    with ExitStack() as stack:
        places: dict[str, Meddler] = {}
        there = stack.enter_context(meddling(lambda _: to(f"{places['site'].url}/wiki/download/x.png")))

        def answer(call: Call) -> Reply:
            return PNG if call.path.endswith("x.png") else to(there.url)

        site = stack.enter_context(connected(answer))
        places["site"] = site.server
        assert fetched(site).data == b"\x89PNG"
        assert [("authorization" in call.headers) for call in site.server.calls] == [True, True]
        assert "authorization" not in there.calls[0].headers


def test_redirects_have_an_end() -> None:
    with (
        connected(lambda call: to(f"/wiki/{call.number}/{len(call.path)}")) as site,
        pytest.raises(SiteError) as raised,
    ):
        fetched(site)
    assert len(site.paths()) == 6 and "from one place to the next" in raised.value.message


@pytest.mark.parametrize(
    ("location", "goes"),
    [
        ("https://api.media.atlassian.com/file/1?token=x", True),
        ("//api.media.atlassian.com/file/1", True),
        ("/wiki/download/x.png", True),
        ("http://acme.atlassian.net/wiki/download/x.png", False),
        ("http://api.media.atlassian.com/file/1", False),
        ("ftp://api.media.atlassian.com/file/1", False),
        ("file:///etc/passwd", False),
        ("data:image/png;base64,AAAA", False),
        ("https://me:secret@api.media.atlassian.com/", False),
        ("https://127.0.0.1/", False),
        ("https://127.1/", False),
        ("https://2130706433/", False),
        ("https://0x7f.0.0.1/", False),
        ("https://0.0.0.0/", False),
        ("https://localhost/", False),
        ("https://printer.localhost./", False),
        ("https://[::1]/", False),
        ("https://[::ffff:127.0.0.1]/", False),
        ("https://[fe80::1]/", False),
        ("https://[fd00::1]/", False),
        ("https://169.254.169.254/latest/meta-data/", False),
        ("https://10.1.2.3/", False),
        ("https://172.20.1.1/", False),
        ("https://192.168.1.1/", False),
        ("https://100.64.0.1/", False),
        ("https://8.8.8.8/", True),
        ("https://[/", False),
        ("https://example.com:99999/", False),
    ],
)
def test_where_a_redirect_may_lead(location: str, goes: bool) -> None:
    start = "https://acme.atlassian.net/wiki/rest/api/content/1/child/attachment/2/download"
    if goes:
        assert followed(start, location, ACME, Settings()).startswith("https://")
    else:
        with pytest.raises(RefusedError) as raised:
            followed(start, location, ACME, Settings())
        told = raised.value.message + raised.value.hint + raised.value.reason
        assert "secret" not in told and "169.254" not in told


def test_a_site_in_a_private_network_may_lead_to_itself() -> None:
    own = Deployment("datacenter", "https://10.0.0.5/wiki", "https://10.0.0.5/wiki")
    assert followed("https://10.0.0.5/wiki/x", "/wiki/y", own, Settings()) == "https://10.0.0.5/wiki/y"
    for other in ("https://10.0.0.6/wiki/y", "https://10.0.0.5:8443/wiki/y"):
        with pytest.raises(RefusedError):
            followed("https://10.0.0.5/wiki/x", other, own, Settings())


# --- Addresses in pages ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "signed", "token"),
    [
        ("/wiki/download/attachments/1/a.png", True, True),
        ("/wiki/download/attachments/1/a.png", False, False),
        ("/wiki/pages/doremovepage.action?pageId=1", True, False),
        ("/wiki/rest/api/content/1/label", True, False),
        ("/wiki/download/../pages/doremovepage.action", True, False),
        ("/wiki/download/%2e%2e/pages/doremovepage.action", True, False),
        ("/wiki/download/%252e%252e/pages/doremovepage.action", True, False),
        ("/wiki/download/..;/pages/doremovepage.action", True, False),
        ("/wiki/download/..%5cpages/doremovepage.action", True, False),
        ("/wiki/download/.hidden/a..b.png", True, True),
        ("/download/a.png", True, False),
    ],
)
def test_the_token_goes_only_to_addresses_of_calls(path: str, signed: bool, token: bool) -> None:
    with connected(lambda _: PNG) as site:
        site.connection.download(f"{site.server.url}{path}", most=100, signed=signed)
        (asked,) = site.server.calls
    assert ("authorization" in asked.headers) == token
    assert site.connection.usage.calls == (1 if token else 0)


def test_a_stranger_never_gets_the_token() -> None:
    with meddling(lambda _: PNG) as other, connected(lambda _: PNG) as site:
        site.connection.download(f"{other.url}/wiki/download/attachments/1/a.png", most=100, signed=True)
        assert "authorization" not in other.calls[0].headers


@pytest.mark.parametrize(
    "url", ["http://pictures.example/a.png", "https://192.168.1.1/a.png", "a.png", "file:///etc/x"]
)
def test_addresses_that_lead_inside_or_have_no_encryption_are_not_asked(url: str) -> None:
    with Connection(ACME, PERSON, clock=Clock()) as connection, pytest.raises(RefusedError):
        connection.download(url, most=100)


def test_a_stranger_who_wants_a_password_is_no_reason_to_sign_in() -> None:
    with connected(lambda _: error(401)) as site, pytest.raises(RefusedError):
        site.connection.download(f"{site.server.url}/picture.png", most=100)


# --- What can go wrong -----------------------------------------------------------------------------------------------


def test_an_address_that_has_expired_is_given_anew() -> None:
    with meddling(in_turn(error(403), PNG)) as media, connected(lambda _: to(f"{media.url}/f")) as site:
        assert fetched(site).data == b"\x89PNG"
        assert len(site.paths()) == 2 and len(media.calls) == 2


def test_a_busy_media_host_does_not_stop_the_calls_to_the_site() -> None:
    with (
        meddling(in_turn(error(429, Retry_After="7"), PNG)) as media,
        connected(lambda _: to(f"{media.url}/f")) as site,
    ):
        assert fetched(site).data == b"\x89PNG"
        assert len(site.clock.waits) == 1 and site.clock.waits[0] >= 7
        assert site.told and "asks to wait" not in site.told[0]


@pytest.mark.parametrize(
    ("reply", "kind"),
    [(error(404), GoneError), (error(403), RefusedError), (error(500), SiteError), (to("/login.action"), RefusedError)],
    ids="404 403 500 login".split(),
)
def test_a_file_that_is_not_to_be_had_says_why(reply: Reply, kind: type[OnlineError]) -> None:
    with connected(lambda _: reply, datacenter, PAT) as site, pytest.raises(kind) as raised:
        fetched(site)
    assert type(raised.value) is kind and raised.value.reason


def test_a_login_page_in_place_of_a_file_tells_of_a_dead_token() -> None:
    login = to("/context/login.action?os_destination=%2Fx", **{"X-AUSERNAME": "anonymous"})
    with connected(lambda _: login, datacenter, PAT) as site, pytest.raises(SignInError):
        fetched(site)


def test_a_picture_named_login_is_a_picture() -> None:
    def answer(call: Call) -> Reply:
        return PNG if call.path.endswith(".png") else to("/wiki/download/attachments/1/login-page.png")

    with connected(answer) as site:
        assert fetched(site).data == b"\x89PNG"


# --- How much --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 99, 100])
def test_a_file_may_be_as_large_as_allowed(size: int) -> None:
    with connected(lambda _: Reply(200, {}, b"x" * size)) as site:
        assert len(fetched(site, 100).data) == size


@pytest.mark.parametrize("headers", [{}, {"Content-Encoding": "gzip"}], ids=["plain", "gzip"])
def test_a_file_that_is_too_large_is_asked_for_once(headers: dict[str, str]) -> None:
    body = gzip.compress(bytes(5_000_000)) if headers else b"x" * 101
    with connected(lambda _: Reply(200, headers, body)) as site, pytest.raises(TooLargeError) as raised:
        fetched(site, 100)
    assert len(site.paths()) == 1 and "100 bytes" in raised.value.reason


def test_an_answer_that_never_ends_is_left() -> None:
    """Without a declared size, and with far more to come than is read."""

    class Endless(StreamRequestHandler):
        def handle(self) -> None:
            while self.rfile.readline().strip():
                pass
            self.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            try:
                while True:
                    self.wfile.write(b"10000\r\n" + bytes(65_536) + b"\r\n")
            except OSError:
                pass  # the reader has left

    with TCPServer(("127.0.0.1", 0), Endless) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        url = f"http://127.0.0.1:{server.server_address[1]}"
        with Connection(cloud(url), PERSON, clock=Clock()) as connection, pytest.raises(TooLargeError):
            connection.download(calls.ATTACHMENT_DOWNLOAD, most=1_000_000, id=1, attachment="att2")
        assert connection.usage.bytes < 3_000_000
        server.shutdown()
        thread.join()


@pytest.mark.slow
def test_json_that_unpacks_to_too_much_is_refused() -> None:
    bomb = zlib.compress(b'"' + bytes([120]) * (LARGEST_JSON + 1) + b'"', 9)
    reply = Reply(200, {"Content-Type": "application/json", "Content-Encoding": "deflate"}, bomb)
    with connected(lambda _: reply) as site, pytest.raises(TooLargeError):
        site.connection.json(calls.PAGE, id=7)
    assert len(bomb) < 100_000 and len(site.paths()) == 1


@pytest.mark.parametrize(
    "pack", [gzip.compress, zlib.compress, lambda data: gzip.compress(data[:9]) + gzip.compress(data[9:])]
)
def test_packed_answers_are_read(pack: Callable[[bytes], bytes]) -> None:
    body = pack(json.dumps({"results": list(range(5_000))}).encode())
    name = "gzip" if body[:2] == b"\x1f\x8b" else "deflate"
    reply = Reply(200, {"Content-Type": "application/json", "Content-Encoding": name}, body)
    with connected(lambda _: reply) as site:
        assert len(site.connection.json(calls.SPACES)["results"]) == 5_000
        assert site.connection.usage.bytes == len(body)


@pytest.mark.parametrize("name", ["br", "zstd", "gzip, gzip", "compress"])
def test_what_nobody_asked_for_is_not_unpacked(name: str) -> None:
    reply = Reply(200, {"Content-Encoding": name}, b"xxxx")
    with connected(lambda _: reply) as site, pytest.raises(SiteError):
        fetched(site)


# --- Encryption and proxies ------------------------------------------------------------------------------------------


def test_a_site_of_an_own_authority_is_trusted_when_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make_certificates(tmp_path)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(made.certificate, made.key)
    named = settings_from({"XPRESS_CA": str(made.authority)})
    with meddling(lambda _: as_json({"id": 7}), tls=tls) as server:
        with Connection(cloud(server.url), PERSON, clock=Clock()) as connection, pytest.raises(AddressError) as raised:
            connection.json(calls.PAGE, id=7)
        assert "can't be trusted" in raised.value.message and "XPRESS_CA" in raised.value.hint
        assert server.calls == []  # the token was not sent
        with Connection(cloud(server.url), PERSON, named, clock=Clock()) as connection:
            assert connection.json(calls.PAGE, id=7) == {"id": 7}
        monkeypatch.setenv("SSL_CERT_FILE", str(made.authority))
        with Connection(cloud(server.url), PERSON, clock=Clock()) as connection:
            assert connection.json(calls.PAGE, id=7) == {"id": 7}


def test_https_where_none_is_spoken_is_said() -> None:
    with meddling(lambda _: PNG) as server:
        deployment = cloud(server.url.replace("http:", "https:"))
        with Connection(deployment, PERSON, clock=Clock()) as connection, pytest.raises(AddressError) as raised:
            connection.json(calls.PAGE, id=7)
    assert "TLS" in raised.value.message


def test_a_file_of_certificates_that_is_none_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no file"):
        settings_from({"XPRESS_CA": str(tmp_path / "ca.pem")})
    (tmp_path / "ca.pem").write_text("no certificate")
    settings = settings_from({"XPRESS_CA": str(tmp_path / "ca.pem")})
    with pytest.raises(InputError, match="XPRESS_CA"):
        Connection(ACME, PERSON, settings)


def test_a_proxy_of_the_environment_is_used_for_sites_and_not_for_this_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lines: list[bytes] = []

    class Proxy(StreamRequestHandler):
        def handle(self) -> None:
            lines.append(self.rfile.readline())
            while self.rfile.readline().strip():
                pass
            self.wfile.write(b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n")

    with TCPServer(("127.0.0.1", 0), Proxy) as proxy, meddling(lambda _: as_json({"id": 7})) as server:
        thread = threading.Thread(target=proxy.serve_forever, args=(0.02,))
        thread.start()
        for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://me:hidden@127.0.0.1:{proxy.server_address[1]}")
        behind = Connection(ACME, PERSON, Settings(first_contact=0), clock=Clock())
        with behind as connection, pytest.raises(UnreachableError) as raised:
            connection.json(calls.PAGE, id=7)
        with Connection(cloud(server.url), PERSON, clock=Clock()) as connection:
            assert connection.json(calls.PAGE, id=7) == {"id": 7}
        proxy.shutdown()
        thread.join()
    assert lines == [b"CONNECT acme.atlassian.net:443 HTTP/1.1\r\n"]
    assert "hidden" not in raised.value.message


# --- Addresses of sites ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("acme.atlassian.net", "https://acme.atlassian.net"),
        ("https://ACME.atlassian.net/wiki/", "https://acme.atlassian.net/wiki"),
        ("https://acme.atlassian.net:443/wiki/spaces/ENG?x=1#y", "https://acme.atlassian.net/wiki/spaces/ENG"),
        (" https://wiki.acme.com:8443/context ", "https://wiki.acme.com:8443/context"),
        ("http://127.0.0.1:8090", "http://127.0.0.1:8090"),
        ("http://[::1]:8090/x", "http://[::1]:8090/x"),
    ],
)
def test_addresses_as_people_write_them(written: str, meant: str) -> None:
    assert checked_site(written, Settings()) == meant


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("https://jane:secret@acme.atlassian.net", "name or password"),
        ("jane:secret@acme.atlassian.net", "name or password"),
        ("https://jane@acme.atlassian.net", "name or password"),
        ("ftp://acme.atlassian.net", "no address"),
        ("https://", "no address"),
        ("https://acme.example/a b", "no address"),
        ("https://acme.example:port/", "no address"),
        ("http://wiki.acme.com", "everybody on the way"),
        ("http://192.168.1.5/wiki", "everybody on the way"),
    ],
)
def test_addresses_that_are_none_or_not_safe(written: str, said: str) -> None:
    with pytest.raises(InputError) as raised:
        checked_site(written, Settings())
    assert said in raised.value.message and raised.value.hint
    assert "secret" not in raised.value.message + raised.value.hint


def test_http_can_be_allowed() -> None:
    settings = settings_from({"XPRESS_ALLOW_HTTP": "1"})
    assert checked_site("http://wiki.acme.com/x", settings) == "http://wiki.acme.com/x"


def test_what_this_machine_is() -> None:
    assert all(map(is_loopback, ("localhost", "LOCALHOST", "127.0.0.1", "127.8.9.1", "::1", "x.localhost")))
    assert not any(map(is_loopback, ("localhost.example.com", "127.0.0.1.example.com", "10.0.0.1", "notlocalhost")))


def test_a_page_in_place_of_a_file_is_what_was_asked_for() -> None:
    """Attachments may be HTML."""
    with connected(lambda _: page(200, "<html>attached")) as site:
        assert fetched(site) == Media(b"<html>attached", "text/html")
