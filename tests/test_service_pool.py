"""The pool of warm processes: deaths, limits, cancelling, replacing, draining; and that no content gets out."""

from __future__ import annotations

import asyncio
import logging
import os
import pickle
import signal
import subprocess
import sys
import threading
import traceback
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import psutil
import pytest

from confluence_xpress.service.pool import pool as pool_module
from confluence_xpress.service.pool.machine import Staff, cores, memory, staff
from confluence_xpress.service.pool.pool import LaneLimits, Pool, PoolLimits, Times, pool_limits
from confluence_xpress.service.pool.slot import DefectError
from confluence_xpress.service.problems import Problem
from confluence_xpress.workers import Limits, UnpreparedError
from tests.pool_tasks import SECRET, begin
from tests.processes import children, gone

if os.name != "posix":
    pytest.skip("the service needs POSIX", allow_module_level=True)

Task = tuple[Any, ...]
Tasks = Pool[str, Task, Any, Any]
V = TypeVar("V")

ROOMY = Limits(memory=2_000_000_000, recycle=2_000_000_000, attempts=1)


def limits(workers: int = 1, worker: Limits = ROOMY, *, waiting: int = 100, rest: float = 60) -> PoolLimits:
    lane = LaneLimits(workers, worker, waiting, patience=60, rest=rest)
    return PoolLimits(lane, lane)


def with_pool(
    main: Callable[[Tasks], Awaitable[V]],
    of: PoolLimits | None = None,
    *,
    setup: str = "",
    warm: Task | None = None,
    rest: Task | None = None,
    replaced: Callable[[str], object] = str,
) -> V:
    """What `main` gives with a pool that is started before and closed after it."""

    async def whole() -> V:
        pool: Tasks = Pool(
            begin, setup, of or limits(), preload=["tests.pool_tasks"], warm=warm, rest=rest, replaced=replaced
        )
        await pool.start()
        try:
            return await main(pool)
        finally:
            pool.close()

    return asyncio.run(whole())


async def quick(pool: Tasks, *task: Any, caller: str = "a") -> Any:
    return await pool.run(task, caller, bulk=False)


async def refused(pool: Tasks, *task: Any) -> Problem:
    with pytest.raises(Problem) as caught:
        await quick(pool, *task)
    return caught.value


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not true():
            await asyncio.sleep(0.005)


def session(leader: int) -> list[psutil.Process]:
    """The processes of a session, without its leader."""
    found = []
    for process in psutil.process_iter():
        with suppress(ProcessLookupError):
            if process.pid != leader and os.getsid(process.pid) == leader:
                found.append(process)
    return found


@pytest.fixture(autouse=True)
def _nobody_left() -> Iterator[None]:
    before, threads = children(), threading.active_count()
    yield
    assert children() <= before
    assert threading.active_count() <= threads


def test_results_come_back_and_the_process_is_kept() -> None:
    async def main(pool: Tasks) -> None:
        first, second = await quick(pool, "give", "one"), await quick(pool, "give", "two")
        assert (first[0], second[0]) == ("one", "two")
        assert first[1] == second[1] != os.getpid()

    with_pool(main)


def test_questions_are_told_in_the_loop_and_answered_with_nothing() -> None:
    async def main(pool: Tasks) -> None:
        told: list[tuple[Any, bool]] = []
        thread = threading.get_ident()
        answers = await pool.run(
            ("ask", 5), "a", bulk=False, told=lambda question: told.append((question, threading.get_ident() == thread))
        )
        assert told == [(number, True) for number in range(5)]
        assert answers == [{}] * 5
        assert await quick(pool, "ask", 2) == [{}, {}]

    with_pool(main)


def test_what_told_raises_is_raised_and_ends_the_task() -> None:
    async def main(pool: Tasks) -> None:
        asked: list[int] = []

        def told(question: tuple[int, str]) -> None:
            asked.append(question[0])
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await pool.run(("hold", ""), "a", bulk=False, told=told)
        await until(lambda: gone(asked[0]))
        assert (await quick(pool, "give", 1))[0] == 1

    with_pool(main)


def test_every_process_is_warm_before_its_first_task() -> None:
    async def main(pool: Tasks) -> None:
        found = await asyncio.gather(*(pool.run(("warmth",), "a", bulk=bulk) for bulk in (False, True)))
        assert [warmth for warmth, _ in found] == [[{}], [{}]]
        await refused(pool, "leave")
        warmth, process = await quick(pool, "warmth")
        assert warmth == [{}]
        assert process not in {pid for _, pid in found}

    with_pool(main, warm=("warm",))


def test_bulk_work_yields_to_quick_work() -> None:
    async def main(pool: Tasks) -> None:
        assert [await pool.run(("steps_back",), "a", bulk=bulk) for bulk in (False, True)] == [False, True]

    of = pool_limits(Staff(1, 640_000_000))
    with_pool(main, of)


@pytest.mark.parametrize(
    ("task", "cause"),
    [
        (("leave",), "exit code 7"),
        (("die", signal.SIGKILL), "SIGKILL"),
        (("die", signal.SIGBUS), "SIGBUS"),
        (("wild",), "SIGSEGV"),
    ],
)
def test_a_crash_costs_one_request(task: Task, cause: str) -> None:
    reasons: list[str] = []

    async def main(pool: Tasks) -> None:
        problem = await refused(pool, *task)
        assert (problem.code, problem.status) == ("crashed", 500)
        assert problem.detail == f"Nothing came back: the worker died of {cause}."
        assert (await quick(pool, "give", 1))[0] == 1

    with_pool(main, replaced=reasons.append)
    assert reasons == ["crash"]


@pytest.mark.slow
def test_a_memory_hog_is_ended() -> None:
    async def main(pool: Tasks) -> None:
        problem = await refused(pool, "hog")
        assert problem.code == "too-expensive"
        assert problem.detail == "It takes too much memory: more than 300 MB of memory."
        assert (await quick(pool, "give", 1))[0] == 1

    with_pool(main, limits(worker=Limits(memory=300_000_000, attempts=1)))


def test_refused_memory_is_a_problem_of_the_task() -> None:
    async def main(pool: Tasks) -> None:
        problem = await refused(pool, "refused")
        assert problem.code == "too-expensive"
        assert problem.detail == "It takes too much memory: the system refused it memory."
        assert (await quick(pool, "give", 1))[0] == 1

    with_pool(main)


@pytest.mark.slow
def test_an_endless_loop_is_ended() -> None:
    async def main(pool: Tasks) -> None:
        problem = await refused(pool, "loop")
        assert problem.code == "too-expensive"
        assert problem.detail == "It takes too long: no result after 0.3 s."
        assert (await quick(pool, "give", 1))[0] == 1

    with_pool(main, limits(worker=Limits(seconds=0.3, attempts=1)))


@pytest.mark.parametrize("asked", [False, True])
def test_too_much_output_is_not_even_received(asked: bool) -> None:
    async def main(pool: Tasks) -> None:
        most = 5_000_000
        assert len(await quick(pool, "huge", most - 1000)) == most - 1000
        _, before = await quick(pool, "give", 0)
        problem = await refused(pool, "huge", 50_000_000, asked)
        assert problem.code == "too-expensive"
        assert problem.detail == "What it gives is too large: more than 5 MB."
        _, after = await quick(pool, "give", 0)
        assert after != before

    with_pool(main, limits(worker=Limits(output=5_000_000, attempts=1)))


def test_a_problem_passes_through_and_costs_no_process() -> None:
    async def main(pool: Tasks) -> None:
        _, before = await quick(pool, "give", 0)
        problem = await refused(pool, "refuse", "Part 3.")
        assert (problem.code, problem.detail, problem.hint) == ("part-unusable", "Part 3.", "Hint.")
        assert problem.headers == {"Retry-After": "7"}
        assert not hasattr(problem, "__notes__")
        _, after = await quick(pool, "give", 0)
        assert after == before

    with_pool(main)


def test_a_problem_can_be_pickled() -> None:
    problem = Problem("busy", "Detail.", hint="Hint.", retry_after=3)
    copy = pickle.loads(pickle.dumps(problem))
    assert copy.document("id") == problem.document("id")
    assert copy.headers == problem.headers


@pytest.mark.parametrize(
    ("task", "kind"),
    [
        ("fail", "KeyError"),
        ("fail_unpicklably", "LocalError"),
        ("unknown_problem", "KeyError"),
        ("unpicklable", None),
        ("exit_politely", None),
        ("no_such_task", "KeyError"),
    ],
)
def test_a_defect_says_nothing_of_the_content(task: str, kind: str | None, caplog: pytest.LogCaptureFixture) -> None:
    async def main(pool: Tasks) -> Problem:
        _, before = await quick(pool, "give", 0)
        problem = await refused(pool, task)
        _, after = await quick(pool, "give", 0)
        assert after != before  # nobody knows what it left behind
        return problem

    with caplog.at_level(logging.DEBUG):
        problem = with_pool(main)
    assert (problem.code, problem.status) == ("internal", 500)
    cause = problem.__cause__
    assert isinstance(cause, DefectError)
    assert kind in {type(cause).__name__, None}
    if task == "fail":
        assert any(place.endswith("in fail") for place in cause.__notes__[0].splitlines())
    told = "".join(traceback.format_exception(problem)) + repr(problem.document("id")) + caplog.text
    assert SECRET not in told
    assert problem.__context__ is None


def test_who_goes_away_takes_the_process_along() -> None:
    reasons: list[str] = []

    async def main(pool: Tasks) -> None:
        asked: list[tuple[int, str]] = []
        run = asyncio.ensure_future(pool.run(("hold", "x"), "a", bulk=False, told=asked.append))
        await until(lambda: bool(asked))
        run.cancel()
        with pytest.raises(asyncio.CancelledError):
            await run
        process, _ = asked[0]
        value, other = await quick(pool, "give", 1)  # its turn comes when there is another process
        assert (value, gone(process)) == (1, True)
        assert other != process

    with_pool(main, replaced=reasons.append)
    assert reasons == ["stopped"]


def test_going_away_at_any_moment_harms_nobody() -> None:
    async def main(pool: Tasks) -> None:
        async def impatient(patience: float) -> None:
            with suppress(TimeoutError):
                async with asyncio.timeout(patience):
                    await quick(pool, "nap", 0.004, caller=str(patience))

        async def patient(number: int) -> Any:
            return (await quick(pool, "give", number, caller="patient"))[0]

        tasks = [impatient(number * 0.0007) for number in range(25)]
        found = await asyncio.gather(*(patient(number) for number in range(25)), *tasks)
        assert found[:25] == list(range(25))
        lane = pool.lanes["quick"]
        await lane.quiet()
        assert (lane.running, lane.waiting) == (0, 0)

    with_pool(main, limits(2))


@pytest.mark.slow
def test_results_never_mix() -> None:
    async def main(pool: Tasks) -> None:
        async def caller(name: str) -> None:
            for number in range(15):
                value = [name, number, os.urandom(1 + number * 20_000)]
                told: list[Any] = []
                bulk = number % 2 == 1
                found, _ = await pool.run(("give", value), name, bulk=bulk, told=told.append)
                assert found == value
                answers = await pool.run(("ask", number), name, bulk=bulk, told=told.append)
                assert (told, len(answers)) == (list(range(number)), number)
                if number % 7 == 3:
                    with pytest.raises(Problem):
                        await pool.run(("leave",), name, bulk=bulk)

        await asyncio.gather(*(caller(str(number)) for number in range(6)))

    with_pool(main, limits(2))


@pytest.mark.slow
def test_a_large_process_is_replaced_before_the_next_task() -> None:
    reasons: list[str] = []

    async def main(pool: Tasks) -> None:
        _, first = await quick(pool, "warmth")
        assert await quick(pool, "swell", 5) == first
        assert await quick(pool, "swell", 200) == first
        warmth, second = await quick(pool, "warmth")
        assert warmth == [{}]
        assert second != first
        assert gone(first)

    with_pool(main, limits(worker=Limits(recycle=150_000_000, attempts=1)), warm=("warm",), replaced=reasons.append)
    assert reasons == ["worn"]


def test_a_process_that_dies_in_its_sleep_is_replaced_at_once() -> None:
    reasons: list[str] = []

    async def main(pool: Tasks) -> None:
        _, first = await quick(pool, "give", 0)
        os.kill(first, signal.SIGKILL)
        await until(lambda: bool(reasons))
        warmth, second = await quick(pool, "warmth")
        assert warmth == [{}]
        assert second != first

    with_pool(main, warm=("warm",), replaced=reasons.append)
    assert reasons == ["died"]


@pytest.mark.slow
def test_a_killed_template_is_replaced_and_takes_nobody_along() -> None:
    async def main(pool: Tasks) -> None:
        asked: list[tuple[int, str]] = []
        _, first = await quick(pool, "give", 0)
        template = psutil.Process(first).parent()
        assert template is not None and template.pid != os.getpid()
        held = asyncio.ensure_future(pool.run(("hold", "x"), "b", bulk=True, told=asked.append))
        await until(lambda: bool(asked))
        template.kill()
        assert (await quick(pool, "give", 0))[1] == first
        assert (await refused(pool, "leave")).code == "crashed"
        warmth, second = await quick(pool, "warmth")
        assert (warmth, second != first) == ([{}], True)
        assert not gone(asked[0][0]) and not held.done()  # it is another's process
        held.cancel()
        with pytest.raises(asyncio.CancelledError):
            await held
        warmth, third = await pool.run(("warmth",), "b", bulk=True)
        assert warmth == [{}]
        assert third != second
        await until(lambda: gone(asked[0][0]))  # nobody waited for its end

    with_pool(main, warm=("warm",))


@pytest.mark.slow
def test_a_process_rests_when_there_is_nothing_to_do() -> None:
    async def main(pool: Tasks) -> None:
        _, first = await quick(pool, "give", 0)
        assert await quick(pool, "rests") == (0, first)
        async with asyncio.timeout(30):
            while await quick(pool, "rests") != (1, first):
                await asyncio.sleep(0.3)

    with_pool(main, limits(rest=0.1), rest=("rest",))


def test_a_rest_that_fails_costs_a_process_and_nothing_else() -> None:
    async def main(pool: Tasks) -> None:
        _, first = await quick(pool, "give", 0)
        await until(lambda: gone(first))
        assert (await quick(pool, "give", 1))[0] == 1

    with_pool(main, limits(rest=0.1), rest=("leave",))


@pytest.mark.slow
def test_times_are_told() -> None:
    async def main(pool: Tasks) -> None:
        times = [Times(), Times(), Times()]
        await asyncio.gather(
            pool.run(("nap", 0.2), "a", bulk=False, times=times[0]),
            pool.run(("give", 0), "a", bulk=False, times=times[1]),
            pool.run(("give", 0), "a", bulk=True, times=times[2]),
        )
        assert [each.lane for each in times] == ["quick", "quick", "bulk"]
        assert times[0].worked >= 0.2 > times[0].waited
        assert times[1].waited >= 0.15
        assert pool.memory > 10_000_000

    with_pool(main)


def test_callers_take_turns() -> None:
    async def main(pool: Tasks) -> None:
        order: list[str] = []

        async def ask(caller: str) -> None:
            await quick(pool, "give", 0, caller=caller)
            order.append(caller)

        await asyncio.gather(*(ask(caller) for caller in "aaaabbc"))
        assert order == list("aabcaba")

    with_pool(main)


def test_a_full_queue_is_honest() -> None:
    async def main(pool: Tasks) -> None:
        found = await asyncio.gather(*(quick(pool, "nap", 0.01) for _ in range(10)), return_exceptions=True)
        codes = Counter(each.code if isinstance(each, Problem) else "done" for each in found)
        assert codes == {"done": 4, "busy": 6}

    with_pool(main, limits(waiting=3))


def test_it_is_ready_between_start_and_drain() -> None:
    async def main() -> None:
        pool: Tasks = Pool(begin, "", limits(), preload=["tests.pool_tasks"])
        assert not pool.ready
        with pytest.raises(Problem, match="draining"):
            await quick(pool, "give", 0)
        await pool.start()
        states = [pool.ready]
        await pool.drain(1)
        assert [*states, pool.ready] == [True, False]
        with pytest.raises(Problem, match="draining"):
            await quick(pool, "give", 0)
        pool.close()
        pool.close()

    asyncio.run(main())


@pytest.mark.parametrize(("setup", "warm", "error"), [("unprepared", None, ValueError), ("", ("fail",), KeyError)])
def test_a_start_that_fails_says_why(setup: str, warm: Task | None, error: type[Exception]) -> None:
    async def nothing(pool: Tasks) -> None:
        raise AssertionError

    with pytest.raises(error):
        with_pool(nothing, setup=setup, warm=warm)


def test_a_warm_up_that_dies_stops_the_start() -> None:
    async def nothing(pool: Tasks) -> None:
        raise AssertionError

    with pytest.raises(UnpreparedError, match="exit code 7"):
        with_pool(nothing, warm=("leave",))


def test_a_process_that_cannot_be_replaced_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(pool_module, "_AGAIN", 0.1)
    switch = tmp_path / "broken"

    async def main(pool: Tasks) -> None:
        switch.touch()
        assert (await refused(pool, "leave")).code == "crashed"
        await until(lambda: not pool.ready)
        switch.unlink()
        await until(lambda: pool.ready)
        assert (await quick(pool, "give", 1))[0] == 1

    with_pool(main, warm=("warm_unless", str(switch)))
    assert "worker-not-replaced" in caplog.text
    assert SECRET not in caplog.text


@pytest.mark.slow
def test_draining_waits_for_all_that_are_here() -> None:
    async def main(pool: Tasks) -> None:
        runs = [asyncio.ensure_future(quick(pool, "nap", 0.1)) for _ in range(3)]
        await asyncio.sleep(0.05)
        await pool.drain(30)
        assert all(run.done() and isinstance(run.result(), int) for run in runs)

    with_pool(main)


def test_draining_ends_what_takes_too_long() -> None:
    async def main(pool: Tasks) -> None:
        asked: list[tuple[int, str]] = []
        runs = [
            asyncio.ensure_future(pool.run(("hold", "x"), "a", bulk=bulk, told=asked.append))
            for bulk in (False, True, True)
        ]
        await until(lambda: len(asked) == 2)
        await pool.drain(0.05)
        assert all(run.done() for run in runs)
        found = await asyncio.gather(*runs, return_exceptions=True)
        assert [isinstance(each, Problem) and each.code for each in found] == ["draining"] * 3

    with_pool(main)


def test_closing_ends_what_runs() -> None:
    async def main() -> None:
        pool: Tasks = Pool(begin, "", limits(), preload=["tests.pool_tasks"])
        await pool.start()
        asked: list[tuple[int, str]] = []
        run = asyncio.ensure_future(pool.run(("hold", "x"), "a", bulk=False, told=asked.append))
        await until(lambda: bool(asked))
        await asyncio.to_thread(pool.close)
        assert gone(asked[0][0])
        with pytest.raises(Problem, match="draining"):
            await run

    asyncio.run(main())


@pytest.mark.parametrize("thread", [False, True])
def test_closing_leaves_nobody_waiting(thread: bool) -> None:
    async def main(pool: Tasks) -> None:
        runs = [
            asyncio.ensure_future(pool.run((task, *some), str(number), bulk=False))
            for number in range(20)
            for task, *some in (("give", 0), ("leave",), ("fail",), ("nap", 0.01))
        ]
        await asyncio.sleep(0.02)
        if thread:
            await asyncio.to_thread(pool.close)
        else:
            pool.close()
        async with asyncio.timeout(30):
            found = await asyncio.gather(*runs, return_exceptions=True)
        codes = Counter(each.code for each in found if isinstance(each, Problem))
        assert set(codes) <= {"draining", "crashed", "internal"}
        assert codes["draining"] > 0

    with_pool(main, limits(2))


def test_nothing_of_a_task_is_kept_in_the_host() -> None:
    """Between two requests, the host has no word of the first any more."""
    word = os.urandom(20).hex()

    async def main(pool: Tasks) -> None:
        found, _ = await quick(pool, "give", [word] * 3)
        assert found.pop() == word
        del found
        await asyncio.sleep(0.05)
        slots = [slot for line in pool._lines.values() for slot in line._slots]
        workers = [worker for slot in slots for worker in slot._workers._idle]
        assert len(workers) == 2
        assert all(worker.job.task is None and worker.job.parcel is None for worker in workers)

    with_pool(main)


HOST = """
import asyncio, os
import psutil
from confluence_xpress.service.pool.machine import Staff
from confluence_xpress.service.pool.pool import Pool, pool_limits
from confluence_xpress.service.problems import Problem
from tests.pool_tasks import begin

async def main():
    pool = Pool(begin, "", pool_limits(Staff(2, 640_000_000)), preload=["tests.pool_tasks"], warm=("warm",))
    await pool.start()
    _, process = await pool.run(("give", 0), "a", bulk=False)
    psutil.Process(process).parent().kill()  # some of the processes have no template any more
    try:
        await pool.run(("leave",), "a", bulk=False)
    except Problem:
        await asyncio.gather(*(pool.run(("give", 0), "a", bulk=False) for _ in range(3)))
        asyncio.ensure_future(pool.run(("loop",), "a", bulk=True))
        asyncio.ensure_future(pool.run(("hold", ""), "a", bulk=True, told=lambda _: print("held", flush=True)))
        await asyncio.sleep(600)

asyncio.run(main())
"""


@pytest.mark.slow
@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_host_leaves_nothing_behind(tmp_path: Path, ending: signal.Signals) -> None:
    program = tmp_path / "host.py"
    program.write_text(HOST, "utf-8")
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    with subprocess.Popen(
        [sys.executable, str(program)], env=environment, text=True, stdout=subprocess.PIPE, start_new_session=True
    ) as host:
        assert host.stdout is not None
        assert host.stdout.readline() == "held\n"
        family = session(host.pid)
        assert len(family) >= 5
        host.send_signal(ending)
        host.wait()
        _, alive = psutil.wait_procs(family, timeout=30)
        assert not alive


# What a machine is enough for.


@pytest.mark.parametrize(
    ("core_count", "megabytes", "expected"),
    [
        (2, 24_000, Staff(2, 640_000_000)),
        (4, 4_000, Staff(4, 475_000_000)),
        (8, 2_248, Staff(4, 256_000_000)),
        (2, 1_000, Staff(1, 400_000_000)),
        (1, 300, Staff(1, 256_000_000)),
        (0, 100, Staff(1, 256_000_000)),
    ],
)
def test_a_staff_fits_its_machine(core_count: int, megabytes: int, expected: Staff) -> None:
    assert staff(core_count, megabytes * 1_000_000) == expected
    if megabytes > 800:
        assert 2 * expected.workers * expected.memory + 200_000_000 <= megabytes * 1_000_000


def test_a_container_says_what_it_grants(tmp_path: Path) -> None:
    (tmp_path / "memory.max").write_text("512000000\n")
    (tmp_path / "cpu.max").write_text("150000 100000\n")
    assert memory(tmp_path) == 512_000_000
    assert cores(tmp_path) <= 2
    (tmp_path / "cpu.max").write_text("50000 100000\n")
    assert cores(tmp_path) == 1


def test_an_old_container_says_it_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "memory").mkdir()
    (tmp_path / "memory/memory.limit_in_bytes").write_text("400000000\n")
    (tmp_path / "cpu").mkdir()
    (tmp_path / "cpu/cpu.cfs_quota_us").write_text("100000\n")
    (tmp_path / "cpu/cpu.cfs_period_us").write_text("100000\n")
    assert (cores(tmp_path), memory(tmp_path)) == (1, 400_000_000)


@pytest.mark.parametrize("text", ["max", "max 100000", "", "9223372036854771712", "-1", "\udcff", "0", "0 0"])
def test_without_a_limit_the_machine_counts(tmp_path: Path, text: str) -> None:
    for name in ("memory.max", "cpu.max"):
        (tmp_path / name).write_bytes(text.encode(errors="surrogateescape"))
    assert memory(tmp_path) == psutil.virtual_memory().total
    assert cores(tmp_path) == cores(tmp_path / "none") >= 1


def test_the_limits_grow_with_the_machine() -> None:
    found = pool_limits(Staff(3, 400_000_000))
    assert (found.quick.workers, found.bulk.workers) == (3, 3)
    assert found.quick.limits == Limits(
        memory=400_000_000, recycle=250_000_000, seconds=20, output=50_000_000, attempts=1
    )
    assert (found.bulk.limits.idle, found.bulk.limits.seconds) == (True, 300)
