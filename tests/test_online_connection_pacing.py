"""What a site says about its limits, and that everybody keeps to it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from confluence_xpress.sources.online.http import calls
from confluence_xpress.sources.online.http.failures import BusyError
from confluence_xpress.sources.online.http.limits import Limits, limits_of
from confluence_xpress.sources.online.http.pacing import Gate, duration
from tests.connections import PAT, Clock, Site, connected, datacenter, error, in_turn
from tests.meddler import Call, Reply, as_json

GOOD = as_json({"id": "7"})
NOW = 1_800_000_000.0


def at(seconds: float) -> str:
    """A moment in ISO 8601, as X-RateLimit-Reset has it."""
    return datetime.fromtimestamp(NOW + seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def ask(site: Site, times: int = 1) -> None:
    for _ in range(times):
        site.connection.json(calls.PAGE, id=7)


# --- Headers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [
        (200, {}, Limits()),
        (429, {"retry-after": "30"}, Limits(wait=30)),
        (429, {"retry-after": "Fri, 15 Jan 2027 08:00:30 GMT"}, Limits(wait=30)),
        (429, {"retry-after": "Fri, 15 Jan 2027 07:59:00 GMT"}, Limits(wait=0)),
        (429, {"retry-after": "soon"}, Limits()),
        (200, {"retry-after": "30"}, Limits()),
        (429, {"ratelimit-reason": "confluence-burst-based", "retry-after": "2"}, Limits(wait=2)),
        (429, {"ratelimit-reason": "confluence-quota-tenant-based", "retry-after": "2"}, Limits(wait=2, quota=True)),
        (429, {"ratelimit-reason": "conf-global-based"}, Limits(quota=True)),
        (
            429,
            {"x-ratelimit-remaining": "0", "x-ratelimit-limit": "100", "x-ratelimit-reset": at(600)},
            Limits(True, None, True, 600, True, 0, 600),
        ),
        (
            200,
            {"x-ratelimit-remaining": "90", "x-ratelimit-limit": "100", "x-ratelimit-reset": at(600)},
            Limits(True, left=90, reset=600),
        ),
        (
            200,
            {"x-ratelimit-remaining": "19", "x-ratelimit-limit": "100", "x-ratelimit-reset": at(600)},
            Limits(True, near=True, left=19, reset=600),
        ),
        (200, {"x-ratelimit-remaining": "9", "x-ratelimit-reset": "60"}, Limits(True, left=9, reset=60)),
        (200, {"x-ratelimit-remaining": "9", "x-ratelimit-reset": "1800000060"}, Limits(True, left=9, reset=60)),
        (200, {"x-ratelimit-remaining": "9", "x-ratelimit-reset": "2027-01-15T08:01"}, Limits(True, left=9, reset=60)),
        (200, {"x-ratelimit-nearlimit": "true"}, Limits(True, near=True)),
        (
            200,
            {"ratelimit": '"a";r=900;t=60, "b";r=10;t=30', "ratelimit-policy": '"a";q=1000;w=60, "b";q=100;w=3600'},
            Limits(True, near=True, left=10, reset=30),
        ),
        (200, {"ratelimit": '"b";r=0;t=30', "ratelimit-policy": '"b";q=100;w=3600'}, Limits(True, used_up=30)),
        (200, {"beta-ratelimit": '"b";r=0;t=30', "beta-ratelimit-policy": '"b";q=100;w=3600'}, Limits()),
        (
            200,
            {
                "x-ratelimit-remaining": "1",
                "x-ratelimit-limit": "10",
                "x-ratelimit-fillrate": "2",
                "x-ratelimit-interval-seconds": "1",
            },
            Limits(True, near=True, left=1, interval=0.5),
        ),
        (200, {"x-ratelimit-remaining": "many", "x-ratelimit-reset": "never", "ratelimit": ";;=,"}, Limits(True)),
    ],
)
def test_headers_are_understood(status: int, headers: Mapping[str, str], expected: Limits) -> None:
    assert limits_of(status, headers, NOW) == expected


# --- Refusals --------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_when_one_is_refused_all_wait() -> None:
    """Eight threads, and a site that refuses everything for half a minute: it isn't asked again by each of them."""
    times: list[float] = []
    lock = threading.Lock()
    clocks: list[Clock] = []

    def answer(_call: Call) -> Reply:
        with lock:
            times.append(clocks[0].monotonic() - begun)
            return GOOD if times[-1] >= 30 else error(429, Retry_After="30")

    with connected(answer) as site:
        clocks.append(site.clock)
        begun = site.clock.monotonic()
        found = site.connection.map(lambda number: site.connection.json(calls.PAGE, id=number), range(40))
    assert len(found) == 40
    refused = [moment for moment in times if moment < 30]
    assert len(refused) <= 8 and len(times) == 40 + len(refused)
    assert set(site.told) == {"Confluence asks to wait 30 s: it is asked too much."}


@pytest.mark.slow
def test_a_storm_costs_no_page_and_few_calls() -> None:
    """Every third call is refused for a second."""
    count, lock = 0, threading.Lock()

    def answer(_call: Call) -> Reply:
        nonlocal count
        with lock:
            count += 1
            return error(429, Retry_After="1") if count % 3 == 0 else GOOD

    with connected(answer) as site:
        found = site.connection.map(lambda number: site.connection.json(calls.PAGE, id=number), range(30))
    assert len(found) == 30 and len(site.paths()) <= 48


def test_a_wait_is_at_least_what_was_asked_for() -> None:
    with connected(in_turn(error(429, Retry_After="5"), error(429, Retry_After="5"), GOOD)) as site:
        ask(site)
    assert len(site.clock.waits) == 2 and all(5 <= wait <= 6 for wait in site.clock.waits)


def test_short_waits_are_not_told() -> None:
    with connected(in_turn(error(429, Retry_After="2"), error(503), GOOD)) as site:
        ask(site)
    assert site.told == []


@pytest.mark.parametrize(
    "headers",
    [
        {"RateLimit_Reason": "confluence-quota-global-based", "Retry_After": "3000"},
        {"RateLimit_Reason": "confluence-quota-tenant-based", "X_RateLimit_Reset": at(4000)},
        {"X_RateLimit_Remaining": "0", "X_RateLimit_Limit": "65000", "X_RateLimit_Reset": at(4000)},
    ],
)
def test_a_quota_that_is_used_up_ends_all_calls_and_says_until_when(headers: dict[str, str]) -> None:
    with connected(lambda _: error(429, **headers), patience=300) as site:
        for _ in range(3):
            with pytest.raises(BusyError) as raised:
                ask(site)
            assert "min" in raised.value.message and "Try again after" in raised.value.hint
    assert len(site.paths()) == 1  # the others were never sent
    assert "quota is used up" in site.told[0] and len(site.told) == 1


def test_a_quota_that_is_soon_full_again_is_waited_for() -> None:
    reset = at(1_000 + 90)  # the clock of tests begins at 1,000
    headers = {"RateLimit_Reason": "confluence-quota-tenant-based", "X_RateLimit_Reset": reset, "Retry_After": "1"}
    with connected(in_turn(error(429, **headers), GOOD)) as site:
        ask(site)
    assert 90 <= sum(site.clock.waits) < 92


def test_nobody_has_to_be_refused_to_know_that_nothing_is_left() -> None:
    last = as_json(
        {}, 200, **{"X-RateLimit-Remaining": "0", "X-RateLimit-Limit": "9", "X-RateLimit-Reset": at(1_000 + 40)}
    )
    with connected(in_turn(last, GOOD)) as site:
        ask(site, 2)
    assert len(site.paths()) == 2 and sum(site.clock.waits) == pytest.approx(40)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"X-RateLimit-NearLimit": "true"}, 0.25),
        # Calls cost two points here: a hundred points for 100 s are enough for one call each 2 s.
        ({"X-RateLimit-Remaining": "100", "X-RateLimit-Limit": "1000", "X-RateLimit-Reset": at(1_000 + 100)}, 2),
        ({"RateLimit": '"a";r=100;t=50', "RateLimit-Policy": '"a";q=1000;w=3600'}, 1),
    ],
)
def test_when_little_is_left_calls_are_further_apart(headers: dict[str, str], seconds: float) -> None:
    with connected(lambda _: as_json({}, 200, **headers)) as site:
        ask(site, 2)
        assert site.clock.waits == []
        ask(site)
    assert site.clock.waits == [pytest.approx(seconds, rel=0.05)]


@pytest.mark.slow
def test_when_there_is_more_again_calls_are_as_fast_as_before() -> None:
    near = as_json({}, 200, **{"X-RateLimit-NearLimit": "true"})
    plenty = as_json({}, 200, **{"X-RateLimit-Remaining": "900", "X-RateLimit-Limit": "1000"})
    with connected(in_turn(near, near, plenty)) as site:
        ask(site, 8)
    assert 1 <= len(site.clock.waits) <= 2


def test_the_bucket_of_data_center_is_not_emptied_faster_than_it_is_filled() -> None:
    bucket = {"X-RateLimit-Limit": "10", "X-RateLimit-FillRate": "2", "X-RateLimit-Interval-Seconds": "1"}
    with connected(lambda _: as_json({}, 200, **bucket, **{"X-RateLimit-Remaining": "0"}), datacenter, PAT) as site:
        for _ in range(5):
            site.connection.json(calls.DC_CONTENT, id=7)
    assert site.clock.waits == [pytest.approx(0.5)] * 3


# --- The gate --------------------------------------------------------------------------------------------------------


def test_after_a_refusal_fewer_go_through_at_once_and_later_more_again() -> None:
    clock = Clock()
    gate = Gate(4, lambda _: None, clock)

    def room() -> int:
        """How many go through without waiting for one another."""
        passed: list[float] = []
        leave = threading.Event()

        def one() -> None:
            with gate.slot(300) as began:
                passed.append(began)
                clock.settled.release()
                leave.wait(30)

        threads = [threading.Thread(target=one) for _ in range(4)]
        for thread in threads:
            thread.start()
            assert clock.settled.acquire(timeout=30)  # it is through, or waits
        count = len(passed)
        leave.set()
        for thread in threads:
            thread.join()
        clock.settled = threading.Semaphore(0)
        return count

    def answer(limits: Limits, *, refused: bool) -> None:
        with gate.slot(300) as began:
            (gate.refused if refused else gate.heard)(limits, began)

    assert room() == 4
    answer(Limits(wait=1), refused=True)
    assert room() == 2
    for _ in range(20):
        answer(Limits(), refused=False)
    assert room() == 4


def test_calls_that_were_under_way_together_are_refused_as_one() -> None:
    clock = Clock()
    gate = Gate(8, lambda _: None, clock)
    with contextlib.ExitStack() as slots:
        begun = [slots.enter_context(gate.slot(300)) for _ in range(8)]
        for each in begun:
            gate.refused(Limits(wait=1), each)
    with contextlib.ExitStack() as slots:
        # Half of them go through, rather than one of 256.
        for _ in range(4):
            slots.enter_context(gate.slot(300))


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.2, "1 s"), (45, "45 s"), (720, "12 min"), (3_900, "1 h 5 min"), (7_199, "2 h 0 min")]
)
def test_durations_are_said_in_words(seconds: float, words: str) -> None:
    assert duration(seconds) == words
