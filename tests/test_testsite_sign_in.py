"""Who may call the test site, and how it says no."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator

import httpx
import pytest

from testsite import Site, Token
from testsite.sample import ANN, everything
from testsite.site import READER

pytestmark = pytest.mark.slow  # each starts a site

PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For calls without TLS: it reads no certificates, which takes longer than the call."""

PAGE = "/api/v2/pages/110"


@pytest.fixture(scope="module")
def cloud() -> Iterator[Site]:
    with Site(everything()) as site:
        site.add_token(Token("old", READER.account_id, "classic", expired=True))
        site.add_token(Token("pages", READER.account_id, "scoped", frozenset({"read:page:confluence"})))
        site.add_token(Token("classic-scope", READER.account_id, "oauth", frozenset({"search:confluence"})))
        site.add_token(Token("of-ann", ANN.account_id, "classic"))
        yield site


def status(url: str, auth: tuple[str, str] | str | None = None) -> int:
    """`auth`: name and secret, or a bearer."""
    if isinstance(auth, tuple):
        return httpx.get(url, auth=auth, verify=PLAIN).status_code
    headers = {"Authorization": f"Bearer {auth}"} if auth else {}
    return httpx.get(url, headers=headers, verify=PLAIN).status_code


def test_the_site_takes_classic_tokens_only(cloud: Site) -> None:
    url = cloud.url + PAGE
    assert status(url, (cloud.email, cloud.token)) == 200
    assert status(url, (cloud.email.upper(), cloud.token)) == 200
    for auth in (None, (cloud.email, "wrong"), ("nobody@example.com", cloud.token), (cloud.email, "old"), ("", "")):
        assert status(url, auth) == 401
    for other in ((cloud.email, cloud.scoped_token), cloud.oauth_token, cloud.token):
        assert status(url, other) == 401
    assert httpx.get(url, headers={"Authorization": "Basic !!"}).status_code == 401


def test_the_gateway_takes_the_others(cloud: Site) -> None:
    url = f"{cloud.gateway}/wiki{PAGE}"
    assert status(url, (cloud.email, cloud.scoped_token)) == 200
    assert status(url, cloud.oauth_token) == 200
    for auth in (None, (cloud.email, cloud.token), "wrong"):
        assert status(url, auth) == 401
    assert status(url.replace(cloud.cloud_id, "somebody-else's"), cloud.oauth_token) == 404


def test_scopes(cloud: Site) -> None:
    site = f"{cloud.gateway}/wiki"
    assert status(site + PAGE, (cloud.email, "pages")) == 200
    answer = httpx.get(f"{site}/api/v2/spaces", auth=(cloud.email, "pages"))
    assert (answer.status_code, answer.json()) == (401, {"code": 401, "message": "Unauthorized; scope does not match"})
    assert status(f"{site}/rest/api/search?cql=type=page", "classic-scope") == 200
    assert status(f"{site}/rest/api/search?cql=type=page", (cloud.email, "pages")) == 401


def test_classic_reads_are_gone_for_all_but_classic_tokens(cloud: Site) -> None:
    path = "/rest/api/content/110?expand=body.storage"
    assert status(cloud.url + path, (cloud.email, cloud.token)) == 200
    gone = httpx.get(f"{cloud.gateway}/wiki{path}", auth=(cloud.email, cloud.scoped_token))
    assert gone.status_code == 410 and "This deprecated endpoint has been removed." in gone.json()["message"]


def test_web_addresses_are_not_for_the_gateway(cloud: Site) -> None:
    path = "/download/attachments/110/diagram.png"
    assert status(f"{cloud.gateway}/wiki{path}", cloud.oauth_token) == 401
    assert status(cloud.url + path, (cloud.email, cloud.token)) == 302


def test_what_everybody_may_know(cloud: Site) -> None:
    assert httpx.get(f"{cloud.origin}/_edge/tenant_info").json() == {"cloudId": cloud.cloud_id}
    gateway = cloud.state.gateway
    assert status(f"{gateway}/oauth/token/accessible-resources") == 401
    found = httpx.get(
        f"{gateway}/oauth/token/accessible-resources", headers={"Authorization": f"Bearer {cloud.oauth_token}"}
    )
    assert [site["id"] for site in found.json()] == [cloud.cloud_id]


def test_everybody_sees_with_their_own_eyes(cloud: Site) -> None:
    assert status(f"{cloud.url}/api/v2/pages/120", (cloud.email, cloud.token)) == 404
    assert status(f"{cloud.url}/api/v2/pages/120", (ANN.email, "of-ann")) == 200
    me = httpx.get(f"{cloud.url}/rest/api/user/current", auth=(ANN.email, "of-ann")).json()
    assert (me["accountId"], me["displayName"]) == (ANN.account_id, ANN.name)


def test_anonymous_reading() -> None:
    with Site(everything(), anonymous=True) as site:
        assert status(site.url + PAGE) == 200
        assert status(f"{site.url}/api/v2/pages/120") == 404
        assert status(site.url + PAGE, (site.email, "wrong")) == 401
        assert status(f"{site.url}/rest/api/user/current") == 403


@pytest.mark.parametrize("context", ["/confluence", ""])
def test_data_center_takes_personal_access_tokens_and_passwords(context: str) -> None:
    with Site(everything(), "datacenter", context=context) as site:
        url = f"{site.url}/rest/api/content/110"
        answer = httpx.get(url, headers={"Authorization": f"Bearer {site.pat}"})
        assert (answer.status_code, answer.headers["x-ausername"]) == (200, site.username)
        assert status(url, (site.username, site.password)) == 200
        for auth in (None, "wrong", (site.username, site.pat), (site.email, site.password)):
            assert status(url, auth) == 401


def test_data_center_answers_a_wrong_bearer_as_if_it_were_nobody() -> None:
    with Site(everything(), "datacenter", anonymous=True) as site:
        answer = httpx.get(f"{site.url}/rest/api/content/110", headers={"Authorization": "Bearer wrong"})
        assert (answer.status_code, answer.headers["x-ausername"]) == (200, "anonymous")
        assert status(f"{site.url}/rest/api/content/110", (site.username, "wrong")) == 401
        user = httpx.get(f"{site.url}/rest/api/user/current").json()
        assert user["type"] == "anonymous"
    with Site(everything(), "datacenter", bad_token="login") as site:
        answer = httpx.get(f"{site.url}/rest/api/content/110", headers={"Authorization": "Bearer wrong"})
        assert answer.status_code == 302 and "/confluence/login.action?os_destination=" in answer.headers["location"]
        assert httpx.get(answer.headers["location"]).status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("path", ["/api/v2/pages", "/api/v2/pages/110", "/rest/api/content/110/label", "/nowhere"])
def test_nothing_can_be_written_and_whoever_tries_is_noted(cloud: Site, method: str, path: str) -> None:
    cloud.forget()
    answer = httpx.request(method, cloud.url + path, auth=(cloud.email, cloud.token), verify=PLAIN)
    assert answer.status_code == 405
    assert [(record.method, record.path) for record in cloud.writes] == [(method, f"/wiki{path}")]


def test_head_is_a_get_without_a_body(cloud: Site) -> None:
    answer = httpx.head(cloud.url + PAGE, auth=(cloud.email, cloud.token))
    assert answer.status_code == 200 and answer.content == b"" and int(answer.headers["content-length"]) > 100


def test_tls() -> None:
    with Site(everything(), tls=True) as site:
        assert site.url.startswith("https://")
        answer = httpx.get(site.url + PAGE, auth=(site.email, site.token), verify=site.trust())
        assert answer.status_code == 200
        with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            httpx.get(site.url + PAGE)
        file = site.content.page("110").files[0]
        path = f"{site.url}/rest/api/content/110/child/attachment/{file.id}/download"
        got = httpx.get(path, auth=(site.email, site.token), verify=site.trust(), follow_redirects=True)
        assert got.content == b"\x89PNG second" and str(got.url).startswith("https://")
        assert "authorization" not in next(record for record in site.requests if record.role == "media").headers


def test_a_site_that_has_ended_leaves_nothing_behind() -> None:
    with Site(everything(), tls=True, latency=30) as site:
        port = httpx.URL(site.url).port
        authority = site.authority
        client = httpx.Client(timeout=0.1, verify=site.trust())
        with pytest.raises(httpx.ReadTimeout):
            client.get(f"{site.origin}/_edge/tenant_info")
    client.close()
    assert authority and not authority.exists()
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port or 0)) != 0
