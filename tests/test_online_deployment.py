"""What is at an address: Cloud or Data Center, and where a token is good."""

from __future__ import annotations

import pytest

from confluence_xpress.errors import InputError
from confluence_xpress.sources.online.http.connection import Connection
from confluence_xpress.sources.online.http.credentials import Credentials
from confluence_xpress.sources.online.http.deployment import Deployment
from confluence_xpress.sources.online.http.failures import AddressError, SignInError, UnreachableError
from confluence_xpress.sources.online.http.person import Person, who
from confluence_xpress.sources.online.http.probing import find_deployment, kind_of
from tests.confluences import PREFIX, cloud_site, data_center
from tests.connections import CLOUD_ID, PAT, PERSON
from tests.meddler import Call, Meddle, Reply, as_json, meddling, page

STALE = Credentials("stale", "jane@acme.example")
OAUTH = Credentials("eyJ-access")


# --- Cloud -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["", "/wiki", "/wiki/spaces/ENG/pages/1/Title?focus=1#x", "/wiki/x/AbC"])
def test_a_token_of_cloud_is_good_at_the_site(path: str) -> None:
    with meddling(cloud_site()) as server:
        found = find_deployment(f"{server.url}{path}", PERSON)
        assert found == Deployment("cloud", f"{server.url}/wiki", f"{server.url}/wiki", CLOUD_ID)
        assert not found.gateway and found.jira == server.url


def test_nobody_gets_the_token_before_it_is_known_what_they_are() -> None:
    with meddling(cloud_site()) as server:
        find_deployment(server.url, PERSON)
        assert server.calls[0].path == "/_edge/tenant_info" and "authorization" not in server.calls[0].headers


@pytest.mark.parametrize("way", ["scoped", "lacking"])
def test_a_token_with_scopes_is_good_at_the_gateway(way: str) -> None:
    with meddling(cloud_site(direct=(), **{way: (PERSON.header(),)})) as server:
        found = find_deployment(server.url, PERSON, gateway=f"{server.url}/")
        assert found == Deployment("cloud", f"{server.url}/wiki", f"{server.url}{PREFIX}/wiki", CLOUD_ID)
        assert found.gateway and found.jira == f"{server.url}/ex/jira/{CLOUD_ID}"


def test_an_access_token_never_goes_to_the_site_itself() -> None:
    with meddling(cloud_site(scoped=(OAUTH.header(),))) as server:
        assert find_deployment(server.url, OAUTH, gateway=server.url).gateway
        with_token = [call.path for call in server.calls if "authorization" in call.headers]
    assert with_token == [f"{PREFIX}/wiki/rest/api/user/current"]


@pytest.mark.parametrize("path", ["", "/wiki", "/wiki/api/v2/pages/1"])
def test_the_address_of_a_gateway_is_enough(path: str) -> None:
    with meddling(cloud_site(scoped=(PERSON.header(),))) as server:
        found = find_deployment(f"{server.url}{PREFIX}{path}", PERSON)
        api = f"{server.url}{PREFIX}/wiki"
        assert found == Deployment("cloud", "https://acme.atlassian.net/wiki", api, CLOUD_ID)


@pytest.mark.parametrize(("credentials", "said"), [(STALE, "jane@acme.example"), (OAUTH, "e-mail address")])
def test_a_token_that_is_good_nowhere_is_said(credentials: Credentials, said: str) -> None:
    with meddling(cloud_site()) as server, pytest.raises(SignInError) as raised:
        find_deployment(server.url, credentials, gateway=server.url)
    assert said in raised.value.hint and credentials.token not in raised.value.message + raised.value.hint


def test_a_token_without_its_address_where_no_gateway_answers_is_said() -> None:
    def answer(call: Call) -> Reply:
        return as_json({"cloudId": CLOUD_ID}) if "tenant" in call.path else page(404)

    with meddling(answer) as server, pytest.raises(SignInError) as raised:
        find_deployment(server.url, OAUTH, gateway=server.url)
    assert "XPRESS_EMAIL" in raised.value.hint


def test_cloud_can_be_asked_as_everybody() -> None:
    with meddling(cloud_site()) as server:
        assert find_deployment(server.url).api == f"{server.url}/wiki"


def test_a_site_of_cloud_without_confluence_is_said() -> None:
    def answer(call: Call) -> Reply:
        return as_json({"cloudId": CLOUD_ID}) if "tenant" in call.path else page(404)

    with meddling(answer) as server, pytest.raises(AddressError, match="no Confluence"):
        find_deployment(server.url, PERSON, gateway=server.url)


# --- Data Center -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/context",
        "/context/",
        "/context/display/ENG/Run+book",
        "/context/spaces/ENG/pages/1/Title",
        "/context/pages/viewpage.action?pageId=1",
        "/context/x/AbC",
        "/context/index.action",
        "/context/rest/api/content/1",
    ],
)
def test_the_base_of_data_center_is_found(path: str) -> None:
    with meddling(data_center()) as server:
        base = f"{server.url}/context"
        assert find_deployment(f"{server.url}{path}", PAT) == Deployment("datacenter", base, base)


def test_the_base_may_be_the_root() -> None:
    with meddling(data_center("")) as server:
        assert find_deployment(f"{server.url}/display/ENG", PAT).api == server.url
        assert find_deployment(f"{server.url}/ENG", PAT).api == server.url
        assert find_deployment(server.url).jira == ""


@pytest.mark.parametrize("anonymous", [True, False])
def test_a_data_center_that_says_nothing_of_itself_is_known_by_its_answers(anonymous: bool) -> None:
    with meddling(data_center(manifest=False, anonymous=anonymous)) as server:
        assert find_deployment(f"{server.url}/context", PAT).kind == "datacenter"


@pytest.mark.parametrize("manifest", [True, False])
@pytest.mark.parametrize("anonymous", [True, False])
def test_a_token_that_data_center_does_not_know_is_said(manifest: bool, anonymous: bool) -> None:
    with meddling(data_center(manifest=manifest, anonymous=anonymous)) as server, pytest.raises(SignInError) as raised:
        find_deployment(f"{server.url}/context", OAUTH)
    assert "Personal access tokens" in raised.value.hint and OAUTH.token not in raised.value.message


def test_a_manifest_in_xml_is_no_obstacle() -> None:
    inner = data_center()

    def answer(call: Call) -> Reply | None:
        if call.path.endswith("/manifest"):
            return Reply(200, {"Content-Type": "application/xml"}, b"<manifest><typeId>confluence</typeId></manifest>")
        return inner(call)

    with meddling(answer) as server:
        assert find_deployment(f"{server.url}/context", PAT).kind == "datacenter"


def test_jira_is_not_confluence() -> None:
    def answer(call: Call) -> Reply:
        return as_json({"typeId": "jira"}) if call.path.endswith("/manifest") else page(404)

    with meddling(answer) as server, pytest.raises(AddressError, match="is Jira, not Confluence"):
        find_deployment(server.url, PAT)


@pytest.mark.parametrize(
    "answer",
    [
        lambda _: page(404),
        lambda _: page(200),
        lambda _: as_json({"hello": "world"}),
        lambda _: as_json([]),
        lambda _: Reply(200, {"Content-Type": "text/plain"}, b"hello"),
        lambda _: as_json({"cloudId": "../../evil"}),
    ],
)
def test_what_is_no_confluence_is_said(answer: Meddle) -> None:
    with meddling(answer) as server, pytest.raises(AddressError) as raised:
        find_deployment(f"{server.url}/somewhere", PAT)
    assert "no Confluence" in raised.value.message and raised.value.hint


def test_a_site_that_has_moved_says_where_to() -> None:
    with (
        meddling(lambda _: Reply(301, {"Location": "https://wiki.new.example/x"})) as server,
        pytest.raises(AddressError) as raised,
    ):
        find_deployment(server.url, PAT)
    assert "wiki.new.example" in raised.value.hint


def test_a_host_that_does_not_exist_is_said() -> None:
    with pytest.raises(AddressError, match="no host nowhere.invalid"):
        find_deployment("nowhere.invalid", PAT)


@pytest.mark.slow
def test_a_machine_where_nobody_answers_is_said() -> None:
    with pytest.raises(UnreachableError) as raised:
        find_deployment("http://127.0.0.1:9", PAT)
    assert "127.0.0.1:9" in raised.value.message


def test_a_password_in_an_address_is_not_used_and_not_repeated() -> None:
    with pytest.raises(InputError) as raised:
        find_deployment("https://jane:secret@acme.atlassian.net/wiki")
    assert "secret" not in raised.value.message + raised.value.hint


# --- What to ask for -------------------------------------------------------------------------------------------------


def test_what_to_ask_for_is_known_without_a_token() -> None:
    with meddling(cloud_site()) as server:
        assert kind_of(server.url) == "cloud"
        assert kind_of(f"{server.url}{PREFIX}/wiki") == "cloud"
        assert not [call for call in server.calls if "authorization" in call.headers]
    for manifest in (True, False):
        for anonymous in (True, False):
            with meddling(data_center(manifest=manifest, anonymous=anonymous)) as server:
                assert kind_of(f"{server.url}/context") == "datacenter"
    with meddling(lambda _: page(404)) as server, pytest.raises(AddressError):
        kind_of(server.url)


# --- Who -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "person"),
    [
        (
            {"type": "known", "accountId": "1", "accountType": "atlassian", "displayName": "Jane"},
            Person("Jane", "person"),
        ),
        ({"type": "known", "accountId": "1", "accountType": "app", "displayName": "Robot"}, Person("Robot", "app")),
        ({"type": "known", "accountId": "1", "displayName": "", "publicName": "J"}, Person("J", "person")),
        ({"type": "known", "accountId": "1", "displayName": "\x1b[2J \u202e"}, Person("[2J", "person")),
        ({"type": "anonymous", "displayName": "Anonymous"}, Person("", "anonymous")),
        ({"type": "known"}, Person("", "anonymous")),
        ([], Person("", "anonymous")),
    ],
)
def test_the_owner_of_a_token_is_known(answer: object, person: Person) -> None:
    with meddling(lambda _: as_json(answer)) as server:
        deployment = Deployment("cloud", f"{server.url}/wiki", f"{server.url}/wiki")
        with Connection(deployment, PERSON) as connection:
            assert who(connection) == person
