"""The queue in front of a lane: turns, push-out, shares, and that no slot is ever lost.

Time is virtual: a loop that has nothing to do jumps to when it has.
"""

from __future__ import annotations

import asyncio
import selectors
from collections import Counter
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from confluence_xpress.service.pool import fairness
from confluence_xpress.service.pool.fairness import Lane, Rates, Share
from confluence_xpress.service.problems import Problem

V = TypeVar("V")


class _Leaping(selectors.DefaultSelector):
    """Waits for nothing: the time goes on instead."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise AssertionError("everybody waits for ever")
        self.now += max(0.0, timeout)
        return super().select(0)


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._leaping = _Leaping()
        super().__init__(self._leaping)

    def time(self) -> float:
        return self._leaping.now


def run(main: Coroutine[Any, Any, V]) -> V:
    with asyncio.Runner(loop_factory=_Loop) as runner:
        return runner.run(main)


def lane(slots: int = 1, *, most: int = 100, patience: float = 1e6, share: Share | None = None) -> Lane:
    return Lane(slots, most=most, patience=patience, share=share)


async def settle() -> None:
    """Lets everybody do what can be done now."""
    for _ in range(10):
        await asyncio.sleep(0)


@dataclass
class Scene:
    """Requests in a lane, and what became of them."""

    lane: Lane
    order: list[str] = field(default_factory=list)
    problems: dict[str, Problem] = field(default_factory=dict)
    tasks: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    def send(self, name: str, seconds: float = 1.0) -> asyncio.Task[None]:
        """`name`: the caller, a letter, and which of its requests."""
        self.tasks[name] = asyncio.get_running_loop().create_task(self._request(name, seconds))
        return self.tasks[name]

    async def _request(self, name: str, seconds: float) -> None:
        try:
            async with self.lane.turn(name[0]):
                self.order.append(name)
                await asyncio.sleep(seconds)
        except Problem as problem:
            self.problems[name] = problem

    async def all(self) -> list[str]:
        await asyncio.wait(self.tasks.values())
        return self.order


def test_a_free_slot_is_taken_at_once() -> None:
    async def main() -> None:
        two = lane(2)
        async with two.turn("a") as first, two.turn("a") as second:
            assert {first, second} == {0, 1}
            assert (two.running, two.waiting) == (2, 0)
        assert (two.running, two.waiting) == (0, 0)

    run(main())


def test_callers_take_turns_and_each_keeps_its_order() -> None:
    async def main() -> list[str]:
        scene = Scene(lane())
        for name in ("a0", "a1", "a2", "a3", "b1", "b2", "c1"):
            scene.send(name)
        return await scene.all()

    assert run(main()) == ["a0", "a1", "b1", "c1", "a2", "b2", "a3"]


def test_a_full_queue_refuses_and_says_when_to_come_again() -> None:
    async def main() -> Scene:
        scene = Scene(lane(most=2))
        await scene.send("a0", 7)
        for name in ("a1", "a2", "a3", "a4"):
            scene.send(name)
        await scene.all()
        return scene

    scene = run(main())
    assert scene.order == ["a0", "a1", "a2", "a3"]
    problem = scene.problems["a4"]
    assert problem.code == "busy"
    assert problem.headers["Retry-After"] == "21"  # three turns of 7 s, as far as it knows


def test_the_estimate_knows_of_turns_that_go_on() -> None:
    async def main() -> Problem:
        scene = Scene(lane(most=0))
        scene.send("a0", 100)
        await asyncio.sleep(40)
        scene.send("b0")
        await settle()
        await scene.all()
        return scene.problems["b0"]

    assert run(main()).headers["Retry-After"] == "40"


def test_the_estimate_is_a_second_at_least() -> None:
    async def main() -> Problem:
        scene = Scene(lane(most=0))
        await scene.send("a0", 0.01)
        scene.send("a1")
        await scene.send("a2")
        return scene.problems["a2"]

    assert run(main()).headers["Retry-After"] == "1"


def test_who_fills_the_queue_gives_way() -> None:
    async def main() -> Scene:
        scene = Scene(lane(most=3))
        for name in ("a0", "a1", "a2", "a3", "b0", "c0", "d0"):
            scene.send(name)
            await settle()
        await scene.all()
        return scene

    scene = run(main())
    assert set(scene.problems) == {"a3", "a2", "d0"}  # d0: by then each had one waiting
    assert {problem.code for problem in scene.problems.values()} == {"busy"}
    assert scene.order == ["a0", "a1", "b0", "c0"]


def test_who_waited_too_long_is_refused() -> None:
    async def main() -> Scene:
        scene = Scene(lane(patience=5))
        scene.send("a0", 20)
        await asyncio.wait({scene.send("b0")})
        assert asyncio.get_running_loop().time() == pytest.approx(5)
        await scene.all()
        return scene

    scene = run(main())
    assert scene.problems["b0"].code == "busy"
    assert scene.problems["b0"].detail == "It was not its turn within 5 s."
    assert scene.order == ["a0"]


def test_who_is_cancelled_leaves_the_queue() -> None:
    async def main() -> list[str]:
        scene = Scene(lane(most=2))
        for name in ("a0", "a1", "a2"):
            scene.send(name)
        await settle()
        scene.tasks["a1"].cancel()
        scene.send("a3")  # at once, before the other has left
        await settle()
        assert scene.lane.waiting == 2
        return await scene.all()

    assert run(main()) == ["a0", "a2", "a3"]


def test_a_slot_that_comes_in_the_moment_of_cancelling_goes_on_to_the_next() -> None:
    async def main() -> None:
        one = lane()
        async with asyncio.TaskGroup() as group:

            async def first() -> None:
                async with one.turn("a"):
                    await settle()
                second.cancel()

            async def other() -> None:
                async with one.turn("b"):
                    pass

            group.create_task(first())
            await asyncio.sleep(0)
            second = group.create_task(other())
            third = group.create_task(other())
        assert second.cancelled() and not third.cancelled()
        assert (one.running, one.waiting) == (0, 0)
        async with one.turn("c"):
            pass

    run(main())


def test_a_turn_that_fails_gives_its_slot_back() -> None:
    async def main() -> None:
        one = lane()
        for _ in range(3):
            with pytest.raises(ZeroDivisionError):
                async with one.turn("a"):
                    raise ZeroDivisionError
        assert one.running == 0

    run(main())


def test_a_suspended_slot_is_given_to_nobody() -> None:
    async def main() -> None:
        scene = Scene(lane(2))
        scene.lane.suspend(0)
        scene.send("a0")
        scene.send("a1")
        await asyncio.sleep(0.5)
        assert (scene.lane.running, scene.lane.waiting) == (1, 1)
        scene.lane.suspend(1)  # while it is taken
        await asyncio.sleep(10)
        assert (scene.lane.running, scene.lane.waiting) == (0, 1)
        scene.lane.resume(0)
        scene.lane.resume(0)
        scene.lane.resume(1)
        assert await scene.all() == ["a0", "a1"]
        async with scene.lane.turn("a"), scene.lane.turn("a"):
            assert scene.lane.running == 2

    run(main())


def test_all_that_wait_can_be_refused() -> None:
    async def main() -> Scene:
        scene = Scene(lane())
        for name in ("a0", "a1", "b0"):
            scene.send(name)
        await settle()
        scene.lane.refuse("draining")
        await scene.lane.quiet()
        await scene.all()
        return scene

    scene = run(main())
    assert {name: problem.code for name, problem in scene.problems.items()} == {"a1": "draining", "b0": "draining"}
    assert scene.order == ["a0"]


def test_quiet_is_when_nobody_is_there() -> None:
    async def main() -> None:
        scene = Scene(lane())
        await scene.lane.quiet()
        scene.send("a0", 3)
        scene.send("b0", 4)
        await settle()
        await scene.lane.quiet()
        assert asyncio.get_running_loop().time() == pytest.approx(7)

    run(main())


def test_a_caller_has_no_more_than_its_share_at_once() -> None:
    async def main() -> Scene:
        scene = Scene(lane(2, share=Share(most=3)))
        await scene.send("a0", 2.5)
        for name in ("a1", "a2", "a3", "a4", "b0"):
            scene.send(name)
        await settle()
        await scene.all()
        await scene.send("a5")
        return scene

    scene = run(main())
    assert set(scene.problems) == {"a4"}
    assert scene.problems["a4"].code == "too-many-requests"
    assert scene.problems["a4"].headers["Retry-After"] == "3"
    assert "a5" in scene.order


def test_a_caller_comes_no_quicker_than_its_rate() -> None:
    async def main() -> Scene:
        scene = Scene(lane(9, share=Share(rate=0.5, burst=2)))
        for name in ("a0", "a1", "a2", "b0"):
            scene.send(name)
        await scene.all()
        await asyncio.sleep(1)
        await scene.send("a3")  # after 2 s
        return scene

    scene = run(main())
    assert {name: problem.code for name, problem in scene.problems.items()} == {"a2": "too-many-requests"}
    assert scene.problems["a2"].headers["Retry-After"] == "2"


@given(st.floats(0.1, 50), st.integers(1, 20), st.lists(st.tuples(st.integers(0, 5), st.floats(0, 3)), max_size=200))
def test_rates_hold_and_whoever_waits_as_told_may_come(
    rate: float, burst: int, arrivals: list[tuple[int, float]]
) -> None:
    rates = Rates(rate, burst)
    now = 0.0
    taken: dict[int, list[float]] = {}
    for caller, pause in arrivals:
        now += pause
        if left := rates.take(str(caller), now):
            assert left <= 1 / rate + 1e-6
            now += left
            assert rates.take(str(caller), now) == 0
        taken.setdefault(caller, []).append(now)
    for times in taken.values():
        for start in range(len(times)):
            for end in range(start, len(times)):
                assert end - start + 1 <= burst + (times[end] - times[start]) * rate + 1e-3


def test_idle_callers_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fairness, "_CALLERS", 50)
    rates = Rates(1, 10)
    for number in range(1000):
        rates.take(str(number), number / 1000)
    assert len(rates) == 50
    rates.take("last", 100)
    assert len(rates) == 1


# Laws.


@dataclass(frozen=True)
class Request:
    """After `pause` seconds, a request of a caller that takes so long."""

    caller: int
    pause: float
    seconds: float
    cancel: tuple[float, int] | None
    """It is cancelled after so many seconds, and so many rounds of the loop."""
    fails: bool
    mends: float
    """Seconds for which its slot is suspended, from its end on, or from its beginning."""
    early: bool


requests = st.builds(
    Request,
    caller=st.sampled_from([0, 0, 0, 1, 2]),
    pause=st.sampled_from([0.0, 0.0, 0.0, 1.0]),
    seconds=st.sampled_from([1.0, 2.0, 0.0]),
    cancel=st.sampled_from([None, None, (1.0, 0), (1.0, 1), (1.0, 2), (1.0, 3), (2.0, 2), (0.0, 1)]),
    fails=st.booleans(),
    mends=st.sampled_from([0.0, 0.0, 0.5, 1.0]),
    early=st.booleans(),
)


class Watched:
    """A lane under watch, and the laws that hold whenever anybody looks."""

    def __init__(self, slots: int, most: int, patience: float) -> None:
        self.lane = lane(slots, most=most, patience=patience)
        self.most = most
        self.inside: dict[int, int] = {}
        self.outcomes: Counter[str] = Counter()
        self.passed: dict[int, Counter[int]] = {}
        """Of each request that waits: how often each other caller got a slot meanwhile."""
        self.waiting: dict[int, int] = {}
        """How many of each caller wait."""

    def look(self) -> None:
        assert len(self.inside) <= self.lane.slots
        assert self.lane.running <= self.lane.slots
        assert self.lane.waiting <= self.most

    async def request(self, number: int, request: Request) -> None:
        self.look()
        first = not self.waiting.get(request.caller)
        granted = self.lane.running - len(self.inside)  # before it came, though they arrive after it
        waits = not self.lane._free
        passed = self.passed[number] = Counter()
        self.waiting[request.caller] = self.waiting.get(request.caller, 0) + 1
        try:
            async with self.lane.turn(str(request.caller)) as slot:
                self.arrive(number, request, slot, waited=waits)
                if first:  # nothing of its own was before it: nobody else had two turns
                    assert sum(max(count - 1, 0) for count in passed.values()) <= granted
                try:
                    self.mend(request, slot, early=True)
                    await asyncio.sleep(request.seconds)
                    if request.fails:
                        raise ZeroDivisionError
                finally:
                    self.look()
                    del self.inside[slot]
                    self.mend(request, slot, early=False)
        finally:
            if number in self.passed:
                self.left(number, request)
            self.look()

    def arrive(self, number: int, request: Request, slot: int, *, waited: bool) -> None:
        assert slot not in self.inside
        self.inside[slot] = number
        self.left(number, request)
        if waited:  # if not, nobody else did, though some may be about to arrive
            for others in self.passed.values():
                others[request.caller] += 1
        self.look()

    def mend(self, request: Request, slot: int, *, early: bool) -> None:
        if request.mends and request.early == early:
            self.lane.suspend(slot)
            asyncio.get_running_loop().call_later(request.mends, self.lane.resume, slot)

    def left(self, number: int, request: Request) -> None:
        del self.passed[number]
        self.waiting[request.caller] -= 1


async def _cancel(task: asyncio.Task[None], seconds: float, rounds: int) -> None:
    await asyncio.sleep(seconds)
    for _ in range(rounds):
        await asyncio.sleep(0)
    task.cancel()


async def _live(watched: Watched, arrivals: list[Request]) -> None:
    loop = asyncio.get_running_loop()
    tasks = []
    cancelling = set()
    for number, request in enumerate(arrivals):
        await asyncio.sleep(request.pause)
        task = loop.create_task(watched.request(number, request))
        if request.cancel is not None:
            cancelling.add(loop.create_task(_cancel(task, *request.cancel)))
        tasks.append(task)
    for task in tasks:
        outcome = "done"
        try:
            with suppress(asyncio.CancelledError):
                await task
            outcome = "cancelled" if task.cancelled() else outcome
        except ZeroDivisionError:
            outcome = "failed"
        except Problem as problem:
            outcome = problem.code
        watched.outcomes[outcome] += 1


@pytest.mark.slow
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(requests, max_size=25),
    st.integers(1, 3),
    st.integers(0, 8),
    st.sampled_from([1e6, 4.0, 1.0]),
)
def test_laws(arrivals: list[Request], slots: int, most: int, patience: float) -> None:
    async def main() -> None:
        watched = Watched(slots, most, patience)
        await _live(watched, arrivals)
        assert set(watched.outcomes) <= {"done", "failed", "cancelled", "busy"}
        assert sum(watched.outcomes.values()) == len(arrivals)
        await asyncio.sleep(10)  # until the last slot is resumed
        await watched.lane.quiet()
        assert (watched.lane.running, watched.lane.waiting) == (0, 0)
        async with asyncio.timeout(1), asyncio.TaskGroup() as group:  # all slots are there, each of them once
            taken: set[int] = set()

            async def take() -> None:
                async with watched.lane.turn("last") as slot:
                    taken.add(slot)
                    while len(taken) < slots:
                        await asyncio.sleep(0.01)

            for _ in range(slots):
                group.create_task(take())

    run(main())


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 3), st.integers(2, 12), st.lists(st.integers(1, 3), min_size=1, max_size=40))
def test_a_caller_is_only_refused_if_nobody_has_clearly_more(slots: int, most: int, callers: list[int]) -> None:
    async def main() -> None:
        scene = Scene(lane(slots, most=most))
        counts: Counter[int] = Counter()
        for number, caller in enumerate([0] * (slots + most) + callers):
            name = f"{caller} {number}"
            before = Counter(int(key) for key, queue in scene.lane._queues.items() for _ in queue)
            scene.send(name, 1)
            await settle()
            counts[caller] += 1
            if name in scene.problems:
                assert before[caller] + 1 >= max(before.values(), default=0)
                assert sum(before.values()) == most
        await scene.all()

    run(main())
