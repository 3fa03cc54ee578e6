"""A site as a connection sees it: what is sent, what is tried again, what a person is told."""

from __future__ import annotations

import socket
import threading
import traceback
from collections.abc import Callable
from email.utils import formatdate

import pytest

from confluence_xpress.errors import InputError, XPressError
from confluence_xpress.sources.online.http import calls
from confluence_xpress.sources.online.http.connection import Connection
from confluence_xpress.sources.online.http.credentials import Credentials
from confluence_xpress.sources.online.http.deployment import Deployment
from confluence_xpress.sources.online.http.failures import (
    AddressError,
    BudgetError,
    BusyError,
    ClosedError,
    ExpiredCursorError,
    GoneError,
    OnlineError,
    RefusedError,
    SignInError,
    SiteError,
    TooLargeError,
    UnreachableError,
)
from tests.connections import PAT, PERSON, TOKEN, Clock, cloud, connected, datacenter, error, gateway, in_turn
from tests.meddler import Call, Reply, as_json, meddling, page

GOOD = as_json({"id": "7"})


def failed(
    answer: Callable[[Call], Reply | None],
    deployment: Callable[[str], Deployment] = cloud,
    credentials: Credentials | None = PERSON,
) -> tuple[OnlineError, int]:
    """The error of one call, and how often it was made."""
    call = calls.PAGE if deployment is not datacenter else calls.DC_CONTENT
    with connected(answer, deployment, credentials) as site, pytest.raises(OnlineError) as raised:
        site.connection.json(call, id=7)
    return raised.value, len(site.paths())


# --- What is sent ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("credentials", "sent"),
    [(Credentials("t", "me@x.y"), "Basic bWVAeC55OnQ="), (Credentials("t"), "Bearer t"), (None, "")],
)
def test_the_token_goes_along(credentials: Credentials | None, sent: str) -> None:
    with connected(lambda _: GOOD, credentials=credentials) as site:
        assert site.connection.json(calls.PAGE, [("id", 1), ("id", "2 3")], id=7) == {"id": "7"}
    (asked,) = site.server.calls
    assert asked.path == "/wiki/api/v2/pages/7?id=1&id=2+3"
    assert asked.headers.get("authorization", "") == sent
    assert asked.headers["accept"] == "application/json"
    assert asked.headers["user-agent"].startswith("xpress/")


def test_people_are_asked_for_in_one_call() -> None:
    with connected(lambda _: as_json({"results": []})) as site:
        site.connection.json(calls.USERS_BULK, data={"accountIds": ["a", "b"]})
    (asked,) = site.server.calls
    assert (asked.method, asked.body) == ("POST", b'{"accountIds":["a","b"]}')
    assert asked.headers["content-type"] == "application/json"


def test_through_the_gateway_jira_is_beside_confluence() -> None:
    with connected(lambda _: as_json({"issues": []}), gateway) as site:
        site.connection.json(calls.JIRA_SEARCH, [("jql", "a=b")])
        site.connection.json(calls.SPACES)
    assert [path.partition("?")[0].split("/")[2:] for path in site.paths()] == [
        ["jira", "11111111-2222-3333-4444-555555555555", "rest", "api", "3", "search", "jql"],
        ["confluence", "11111111-2222-3333-4444-555555555555", "wiki", "api", "v2", "spaces"],
    ]


def test_whoever_a_site_is_one_of_cloud_is_asked_without_the_token() -> None:
    with connected(lambda _: as_json({"cloudId": "x"})) as site:
        site.connection.json(calls.TENANT_INFO)
    (asked,) = site.server.calls
    assert asked.path == "/_edge/tenant_info" and "authorization" not in asked.headers


def test_cookies_are_not_kept() -> None:
    with connected(lambda _: as_json({}, 200, **{"Set-Cookie": "JSESSIONID=1; Path=/"})) as site:
        for _ in range(2):
            site.connection.json(calls.PAGE, id=7)
    assert not [asked for asked in site.server.calls if "cookie" in asked.headers]


@pytest.mark.parametrize(
    ("token", "email"), [("", ""), ("a b", ""), ("a\nb", ""), ("tök", ""), ("tok7", "a:b@c"), ("a\r\nX: y", "me@x.y")]
)
def test_what_can_be_no_token_is_said_without_repeating_it(token: str, email: str) -> None:
    with pytest.raises(InputError) as raised:
        Credentials(token, email)
    assert not token or token not in raised.value.message + raised.value.hint


def test_a_token_is_not_shown_by_its_credentials() -> None:
    assert TOKEN not in repr(PERSON) + str(PERSON)


# --- What is tried again ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "bad",
    [
        error(429),
        error(500),
        error(502),
        error(503, Retry_After="2"),
        error(504),
        Reply(502, {"Content-Type": "text/html"}, b"<html>Bad gateway</html>"),
        Reply(200, {"Content-Type": "application/json"}, b'{"id": "7"', None),
        Reply(200, {"Content-Type": "application/json"}, b'{"id": "7"}', 4),
        Reply(200, {"Content-Type": "application/json"}, b"", 0),
        Reply(200, {"Content-Type": "application/json", "Content-Encoding": "gzip"}, b"\x1f\x8b damaged"),
    ],
    ids="429 500 502 503 504 502-html not-json cut cut-at-once bad-gzip".split(),
)
def test_what_may_work_later_is_tried_again(bad: Reply) -> None:
    with connected(in_turn(bad, bad, GOOD)) as site:
        assert site.connection.json(calls.PAGE, id=7) == {"id": "7"}
    assert len(site.paths()) == 3
    assert len(site.clock.waits) >= 2 and min(site.clock.waits) > 0


@pytest.mark.parametrize(
    ("bad", "kind"),
    [
        (error(400, "Bad CQL"), SiteError),
        (error(401), SignInError),
        (error(403), RefusedError),
        (error(404), GoneError),
        (error(410), GoneError),
        (error(409), SiteError),
        (error(400, "The cursor has expired"), ExpiredCursorError),
        (error(413), TooLargeError),
        (page(200), SiteError),
        (page(404), GoneError),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else str(value.status),
)
def test_what_will_not_change_is_asked_once(bad: Reply, kind: type[OnlineError]) -> None:
    found, times = failed(lambda _: bad)
    assert type(found) is kind and times == 1
    assert found.hint and found.reason


@pytest.mark.parametrize(
    ("bad", "kind", "most"),
    [
        (error(500), SiteError, 5),
        (Reply(200, {"Content-Type": "application/json"}, b"{"), SiteError, 5),
        (Reply(200, {"Content-Type": "application/json"}, b"{}", 1), UnreachableError, 5),
        (error(503), SiteError, 40),
        (error(429, Retry_After="20"), BusyError, 20),
    ],
    ids="500 not-json cut 503 429".split(),
)
@pytest.mark.slow
def test_patience_ends(bad: Reply, kind: type[OnlineError], most: int) -> None:
    with connected(lambda _: bad, patience=300) as site, pytest.raises(kind) as raised:
        site.connection.json(calls.PAGE, id=7)
    assert type(raised.value) is kind and 2 < len(site.paths()) <= most
    assert sum(site.clock.waits) <= 300


@pytest.mark.slow
def test_waits_grow_and_are_never_quite_the_same() -> None:
    with connected(lambda _: error(503)) as site, pytest.raises(SiteError):
        site.connection.json(calls.PAGE, id=7)
    waits = site.clock.waits
    assert waits[0] <= 0.5 and max(waits) <= 30 and len(set(waits)) == len(waits)
    assert sum(waits[-3:]) > 10 * sum(waits[:3])


def test_a_503_that_names_a_time_gets_it() -> None:
    with connected(in_turn(error(503, Retry_After="17"), GOOD)) as site:
        site.connection.json(calls.PAGE, id=7)
    assert site.clock.waits[0] >= 17
    assert site.told == [f"127.0.0.1:{site.server.url.rpartition(':')[2]} fails with status 503; trying again in 17 s."]


def test_a_503_for_longer_than_we_wait_says_until_when() -> None:
    with connected(lambda _: error(503, Retry_After="3600")) as site, pytest.raises(BusyError) as raised:
        site.connection.json(calls.PAGE, id=7)
    assert len(site.paths()) == 1 and "1 h 0 min" in raised.value.message and "Try again after" in raised.value.hint


def test_who_is_not_there_is_looked_for_only_briefly() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nobody listens
        clock = Clock()
        deployment = cloud(f"http://127.0.0.1:{taken.getsockname()[1]}")
        with Connection(deployment, PERSON, clock=clock) as connection, pytest.raises(UnreachableError) as raised:
            connection.json(calls.PAGE, id=7)
    assert "can't be reached" in raised.value.message and sum(clock.waits) <= 10


def test_a_host_that_does_not_exist_is_said_at_once() -> None:
    clock = Clock()
    deployment = cloud("https://nowhere.invalid")
    with Connection(deployment, PERSON, clock=clock) as connection, pytest.raises(AddressError) as raised:
        connection.json(calls.PAGE, id=7)
    assert "no host nowhere.invalid" in raised.value.message and clock.waits == []


# --- What a person is told -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "kind", "said"),
    [
        (
            as_json({"code": 401, "message": "Unauthorized; scope does not match"}, 401),
            RefusedError,
            "read:page:confluence",
        ),
        (as_json({"message": "Forbidden: missing scope"}, 403), RefusedError, "read:page:confluence"),
        (error(403, "Blocked by an app access rule"), RefusedError, "data security policies"),
        (error(403, "The IP address 1.2.3.4 is not allowed"), RefusedError, "address of this machine"),
        (error(403, "No"), RefusedError, "may not do that"),
        (error(401), SignInError, "jane@acme.example"),
        (error(401), SignInError, "https://id.atlassian.com/manage-profile/security/api-tokens"),
        (Reply(302, {"Location": "https://id.atlassian.com/login?continue=x"}), SignInError, "Make a new one"),
        (page(200, '<html><form><input type="password"></form>'), SignInError, "Make a new one"),
        (Reply(301, {"Location": "https://wiki.acme.example/x?secret=1"}), SiteError, "wiki.acme.example"),
        (page(200, "<!doctype html><p>Hello"), SiteError, "web page instead of data"),
        (error(404, "Page not found"), GoneError, "Page not found"),
    ],
)
def test_cloud_s_refusals_say_what_to_do(reply: Reply, kind: type[OnlineError], said: str) -> None:
    found, times = failed(lambda _: reply)
    assert type(found) is kind and times == 1
    assert said in f"{found.message} {found.hint}" and "secret=1" not in found.message


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (as_json({"id": 1}, 200, **{"X-AUSERNAME": "anonymous"}), "Personal access tokens"),
        (as_json({"message": "x"}, 404, **{"X-AUSERNAME": "anonymous"}), "Personal access tokens"),
        (as_json({"id": 1}, 200, **{"X-Seraph-LoginReason": "AUTHENTICATED_FAILED"}), "not valid"),
        (as_json({}, 403, **{"X-Seraph-LoginReason": "AUTHENTICATION_DENIED"}), "CAPTCHA"),
        (Reply(302, {"Location": "/context/login.action?os_destination=%2Frest"}), "not valid"),
        (Reply(302, {"Location": "https://login.microsoftonline.com/x/saml2?SAMLRequest=1"}), "not valid"),
        (as_json({"message": "x"}, 401), "not valid"),
    ],
)
def test_data_center_that_forgot_the_token_is_found_out(reply: Reply, said: str) -> None:
    found, times = failed(lambda _: reply, datacenter, PAT)
    assert type(found) is SignInError and times == 1 and said in f"{found.message} {found.hint}"


def test_strangers_may_be_anonymous() -> None:
    reply = as_json({"id": 1}, 200, **{"X-AUSERNAME": "anonymous"})
    with connected(lambda _: reply, datacenter, None) as site:
        assert site.connection.json(calls.DC_CONTENT, id=7) == {"id": 1}


def test_who_is_not_signed_in_is_told_how() -> None:
    found, _ = failed(lambda _: error(401), credentials=None)
    assert type(found) is SignInError and "xpress login" in found.hint


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_jira_that_knows_nothing_of_the_token_is_no_reason_to_sign_in_anew(status: int) -> None:
    with connected(lambda _: error(status)) as site, pytest.raises(RefusedError) as raised:
        site.connection.json(calls.JIRA_SEARCH)
    assert "Jira" in raised.value.message and "read:jira-work" in raised.value.hint


@pytest.mark.parametrize("status", [400, 401, 403, 404, 500])
def test_a_secret_that_the_site_repeats_is_not_passed_on(status: int) -> None:
    def repeats(call: Call) -> Reply:
        return error(status, f"You sent {call.headers['authorization']} for {TOKEN}\x1b[31m\n")

    found, _ = failed(repeats)
    told = "".join([found.message, found.hint, found.reason, *traceback.format_exception(found)])
    assert "You sent Basic" in told or status == 401
    assert TOKEN not in told and PERSON.header().split()[1] not in told and "\x1b" not in told


@pytest.mark.parametrize("reply", [error(400), error(401), error(403), error(404), error(409), page(200)])
def test_reasons_are_fit_for_a_document(reply: Reply) -> None:
    found, _ = failed(lambda _: reply)
    assert found.reason and "127.0.0.1" not in found.reason and not found.reason.endswith(".")


# --- Together --------------------------------------------------------------------------------------------------------


def test_work_is_done_at_once_and_comes_in_order() -> None:
    together = threading.Barrier(4, timeout=30)

    def answer(call: Call) -> Reply:
        together.wait()  # breaks unless four calls are under way
        return as_json({"id": call.path.rpartition("/")[2]})

    with connected(answer, connections=4) as site:
        found = site.connection.map(lambda number: site.connection.json(calls.PAGE, id=number)["id"], range(8))
    assert found == [str(number) for number in range(8)]


@pytest.mark.slow
def test_no_more_calls_at_once_than_allowed() -> None:
    lock, running, most = threading.Lock(), 0, 0

    def answer(_call: Call) -> Reply:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        threading.Event().wait(0.01)
        with lock:
            running -= 1
        return GOOD

    with connected(answer, connections=3) as site:
        work = [
            threading.Thread(
                target=lambda: site.connection.map(lambda n: site.connection.json(calls.PAGE, id=n), range(9))
            )
            for _ in range(3)
        ]
        for thread in work:
            thread.start()
        for thread in work:
            thread.join()
    assert most == 3 and len(site.paths()) == 27


@pytest.mark.slow
def test_work_that_maps_itself_waits_for_nobody() -> None:
    with connected(lambda _: GOOD, connections=2) as site:
        connection = site.connection

        def below(number: int) -> int:
            return len(connection.map(lambda each: connection.json(calls.PAGE, id=each), range(1, number)))

        assert connection.map(below, [4, 5, 6, 7]) == [3, 4, 5, 6]


def test_the_first_error_is_raised_and_the_rest_is_not_begun() -> None:
    with connected(lambda call: error(404) if call.path.endswith("/0") else GOOD, connections=1) as site:
        with pytest.raises(GoneError):
            site.connection.map(lambda number: site.connection.json(calls.PAGE, id=number), range(50))
        # Nothing stays behind: the connection is as good as before.
        assert site.connection.map(lambda number: number + 1, [1, 2]) == [2, 3]
    assert len(site.paths()) < 50


def test_closing_ends_who_waits_for_the_site() -> None:
    raised: list[BaseException] = []
    waiting = threading.Event()

    def run(connection: Connection) -> None:
        try:
            connection.json(calls.PAGE, id=7)
        except XPressError as found:
            raised.append(found)

    with (
        meddling(lambda _: error(429, Retry_After="200")) as server,
        Connection(cloud(server.url), PERSON, tell=lambda _: waiting.set()) as connection,
    ):
        thread = threading.Thread(target=run, args=(connection,))
        thread.start()
        assert waiting.wait(30)
        connection.close()
        thread.join(20)
        assert not thread.is_alive()
    assert [type(each) for each in raised] == [ClosedError]


CALLS: list[Callable[[Connection], object]] = [
    lambda connection: connection.json(calls.PAGE, id=7),
    lambda connection: connection.map(lambda number: connection.json(calls.PAGE, id=number), range(50)),
]


@pytest.mark.parametrize("call", CALLS, ids=["a call", "work that has not begun"])
def test_closing_ends_who_reads_from_the_site(call: Callable[[Connection], object]) -> None:
    raised: list[BaseException] = []
    asked, done = threading.Event(), threading.Event()

    def answer(_call: Call) -> Reply:
        asked.set()
        done.wait(30)
        return GOOD

    def run(connection: Connection) -> None:
        try:
            call(connection)
        except XPressError as found:
            raised.append(found)

    with meddling(answer) as server, Connection(cloud(server.url), PERSON) as connection:
        thread = threading.Thread(target=run, args=(connection,))
        thread.start()
        assert asked.wait(30)
        connection.close()
        thread.join(20)
        assert not thread.is_alive()
        done.set()
        with pytest.raises(ClosedError):
            connection.map(lambda number: number, [1, 2])
    assert [type(each) for each in raised] == [ClosedError]


# --- What it costs ---------------------------------------------------------------------------------------------------


def test_calls_and_objects_and_people_are_counted() -> None:
    def answer(call: Call) -> Reply:
        if "users-bulk" in call.path:
            return as_json({"results": [{}, {}, {}]})
        return as_json({"results": [{}] * 5}) if "spaces" in call.path else GOOD

    with connected(answer) as site:
        site.connection.json(calls.PAGE, id=7)  # 1 + 1
        site.connection.json(calls.SPACES)  # 1 + 5
        site.connection.json(calls.USERS_BULK, data={})  # 1 + 2 × 3
        site.connection.download(calls.ATTACHMENT_DOWNLOAD, most=100, id=1, attachment="att2")  # 1 + 1
        usage = site.connection.usage
    assert (usage.calls, usage.points, usage.waited) == (4, 17, 0) and usage.bytes > 20


def test_when_the_budget_is_used_up_nothing_more_is_asked() -> None:
    with connected(lambda _: as_json({"results": [{}] * 9}), budget=15) as site:
        for _ in range(2):
            site.connection.json(calls.SPACES)
        with pytest.raises(BudgetError) as raised:
            site.connection.json(calls.SPACES)
        with pytest.raises(BudgetError):
            site.connection.download(calls.ATTACHMENT_DOWNLOAD, most=100, id=1, attachment="att2")
    assert len(site.paths()) == 2 and "15 points" in raised.value.message


def test_what_all_wait_for_is_counted_once() -> None:
    with connected(in_turn(error(429, Retry_After="40"), GOOD)) as site:
        site.connection.map(lambda number: site.connection.json(calls.PAGE, id=number), range(6))
    assert 40 <= site.connection.usage.waited < 42


def test_a_date_to_wait_for_is_understood() -> None:
    with connected(in_turn(error(429), GOOD)) as site:
        late = formatdate(site.clock.time() + 50, usegmt=True)
    with connected(in_turn(error(429, Retry_After=late), GOOD)) as site:
        site.connection.json(calls.PAGE, id=7)
    assert 49 <= site.clock.waits[0] < 52
