"""Worker processes: dialogue, limits, deaths, and that none stays behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest

from confluence_xpress.errors import InternalError
from confluence_xpress.tasks import Failure, Inline
from confluence_xpress.workers import (
    Limits,
    Starter,
    StoppedError,
    UnpreparedError,
    Workers,
    starter,
    starting,
    warm_up,
)
from tests.processes import children, gone
from tests.worker_tasks import begin

Task = tuple[Any, ...]
Pool = Workers[str, Task, Any, Any, Any]

REPOSITORY = Path(__file__).parent.parent
GENEROUS = Limits(memory=4_000_000_000, recycle=4_000_000_000)
posix = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")


def pool(jobs: int = 1, limits: Limits = GENEROUS, setup: str = "hello") -> Pool:
    return Workers(jobs, begin, setup, limits, preload=["tests.worker_tasks"])


def queue(*tasks: Task) -> Callable[[], Task | None]:
    return queue_of(deque(tasks))


def queue_of(waiting: deque[Task]) -> Callable[[], Task | None]:
    return lambda: waiting.popleft() if waiting else None


def double(question: int) -> int:
    return question * 2


def results(workers: Pool | Inline[str, Task, Any, Any, Any], *tasks: Task) -> list[Any]:
    """What comes back, in the order of the tasks."""
    found = dict(workers.run(queue(*tasks), double))
    return [found[task] for task in tasks]


@pytest.fixture(autouse=True)
def _nobody_left() -> Iterator[None]:
    before = children()
    yield
    assert children() <= before


def test_a_task_asks_and_is_answered() -> None:
    with pool() as workers:
        assert results(workers, ("total", 0), ("total", 1), ("total", 4)) == [0, 0, 12]


def test_inline_gives_the_same() -> None:
    tasks = [("total", count) for count in range(5)]
    with pool(2) as workers, Inline(begin, "hello") as inline:
        assert results(workers, *tasks) == results(inline, *tasks)


@pytest.mark.slow
def test_every_task_is_done_once_by_two_workers() -> None:
    tasks = [("total", count) for count in range(60)]
    with pool(2) as workers:
        done = list(workers.run(queue(*tasks), double))
    assert sorted(done) == [(task, task[1] * (task[1] - 1)) for task in tasks]


def test_workers_share_the_tasks_and_are_kept_for_the_next_run() -> None:
    with pool(2) as workers:
        first = {who for _, who in workers.run(queue(*(("nap", 0.02 + i / 1000) for i in range(6))), double)}
        second = {who for _, who in workers.run(queue(("nap", 0.01), ("nap", 0.02)), double)}
    assert len(first) == 2
    assert second <= first


def test_there_are_no_more_processes_than_tasks() -> None:
    before = children()
    with pool(8) as workers:
        results(workers, ("total", 1))
        assert len(children() - before) <= 2  # one of them is the template


def test_a_worker_is_prepared_once() -> None:
    with pool(setup="good day") as workers:
        said = [str(found) for _, found in workers.run(queue(*[("greet",)] * 3), double)]
    assert len(set(said)) == 1
    assert said[0].startswith("good day from ")
    assert said[0] != f"good day from {os.getpid()}"


def test_workers_use_one_thread_and_leave_ctrl_c_to_the_host() -> None:
    with pool() as workers:
        assert results(workers, ("settings",)) == [("1", True)]


@pytest.mark.slow
def test_fifty_megabytes_pass_in_both_directions() -> None:
    data = os.urandom(50_000_000)
    with pool(2) as workers:
        for task, result in workers.run(queue(("echo", data), ("echo", data[1:])), lambda question: question[::-1]):
            assert result == task[1][::-1]


def test_a_killed_worker_is_replaced_and_its_task_done_again(tmp_path: Path) -> None:
    asked = []

    def answer(question: str) -> str:
        asked.append(question)
        return "after"

    with pool() as workers:
        task = ("die_once", str(tmp_path / "died"))
        assert list(workers.run(queue(task), answer)) == [(task, "after")]
    assert asked == ["before", "before"]


def test_a_task_that_always_kills_its_worker_fails_and_the_others_don_t() -> None:
    with pool() as workers:
        failure, *others = results(workers, ("die",), ("total", 3), ("total", 4))
    assert failure == Failure("crash", "2 workers died, the last of exit code 7")
    assert others == [6, 12]


@posix
def test_a_module_that_is_missing_harms_nobody_who_doesn_t_need_it() -> None:
    with Workers(1, begin, "hello", preload=["there_is_no_such_module"]) as workers:
        assert results(workers, ("total", 3)) == [6]


@posix
def test_an_idle_worker_may_die() -> None:
    with pool() as workers:
        (first,) = results(workers, ("nap", 0))
        os.kill(first, signal.SIGKILL)
        while not gone(first):
            time.sleep(0.001)
        (second,) = results(workers, ("nap", 0.0))
    assert second != first


@pytest.mark.slow
@posix
def test_the_template_may_die() -> None:
    with pool(2) as workers:
        (worker,) = results(workers, ("nap", 0))
        template = psutil.Process(worker).parent()
        assert template is not None and template.pid != os.getpid()
        template.kill()
        again = results(workers, ("nap", 0.01), ("nap", 0.02))
    assert not any(isinstance(who, Failure) for who in again)


@pytest.mark.slow
def test_a_memory_hog_is_killed() -> None:
    limits = Limits(memory=300_000_000)
    with pool(2, limits) as workers:
        failure, other = results(workers, ("hog", 1_500), ("total", 3))
        assert 300_000_000 <= workers.peak < 700_000_000
    assert failure == Failure("memory", "more than 300 MB of memory")
    assert other == 6


@pytest.mark.slow
def test_a_memory_hog_is_killed_while_the_host_is_busy() -> None:
    def answer(question: int) -> int:
        deadline = time.monotonic() + 30
        while not any(map(gone, processes)) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert any(map(gone, processes))
        return question

    with pool(2, Limits(memory=300_000_000)) as workers:
        processes = results(workers, ("nap", 0.5), ("nap", 0.51))
        done = dict(workers.run(queue(("total", 1), ("hog", 1_500)), answer))
    assert isinstance(done["hog", 1_500], Failure)
    assert done["total", 1] == 0


def test_refused_memory_is_a_failure() -> None:
    with pool() as workers:
        failure, other = results(workers, ("refused_memory",), ("total", 3))
    assert failure == Failure("memory", "the system refused it memory")
    assert other == 6


@pytest.mark.slow
def test_an_endless_loop_is_killed() -> None:
    with pool(limits=Limits(seconds=1.5)) as workers:
        failure, other = results(workers, ("loop",), ("total", 3))
    assert failure == Failure("time", "no result after 1.5 s")
    assert other == 6


@pytest.mark.slow
def test_time_spent_on_answers_doesn_t_count() -> None:
    def answer(question: int) -> int:
        time.sleep(2)
        return question

    with pool(2, Limits(seconds=1.5)) as workers:
        # Each worker also waits while the other is answered.
        done = dict(workers.run(queue(("total", 2), ("total", 1)), answer))
    assert done == {("total", 2): 1, ("total", 1): 0}


def test_who_waits_for_a_late_answer_keeps_nobody_else_waiting() -> None:
    late: Future[int] = Future()

    def answer(question: int) -> int | Future[int]:
        return late if question == 9 else 0

    with pool(2) as workers:
        done = []
        for task, result in workers.run(queue(("ask", 9), ("total", 3), ("total", 2)), answer):
            done.append((task[0], result))
            if len(done) == 2:
                late.set_result(7)  # the other tasks had to be done first
    assert done == [("total", 0), ("total", 0), ("ask", 7)]


def test_a_late_answer_that_fails_is_raised() -> None:
    late: Future[int] = Future()
    late.set_exception(OSError("no network"))
    with pool() as workers, pytest.raises(OSError, match="no network"):
        list(workers.run(queue(("total", 1)), lambda _: late))


def test_an_answer_that_comes_when_all_is_over_harms_nobody() -> None:
    late: Future[int] = Future()
    with pool(2) as workers:
        done = next(workers.run(queue(("ask", 9), ("total", 1)), lambda question: late if question == 9 else 0))
        workers.close()
        late.set_result(1)
        assert done == (("total", 1), 0)
        assert results(workers, ("total", 2)) == [double(0) + double(1)]


@pytest.mark.slow
def test_a_swollen_worker_is_replaced_after_its_task() -> None:
    with pool(limits=Limits(recycle=150_000_000)) as workers:
        before = results(workers, ("nap", 0), ("nap", 0.001), ("swell", 200))
        after = results(workers, ("nap", 0))
        assert workers.peak > 200_000_000
    assert len(set(before)) == 1
    assert after[0] not in before


@pytest.mark.slow
def test_what_earlier_tasks_left_behind_is_not_held_against_a_task() -> None:
    tasks = [("swell", 200), ("swell", 201), ("swell", 202)]
    with pool(limits=Limits(memory=550_000_000, recycle=500_000_000)) as workers:
        first, second, third = results(workers, *tasks)
    assert first == second
    assert third != first and not isinstance(third, Failure)


@pytest.mark.slow
def test_a_failed_task_can_be_split_while_its_failure_is_handled() -> None:
    waiting = deque([("swell", 900), ("total", 2)])
    done = []
    with pool(2, Limits(memory=350_000_000, recycle=150_000_000)) as workers:
        for task, result in workers.run(queue_of(waiting), double):
            if isinstance(result, Failure):
                half = task[1] // 2
                waiting += [("swell", half), ("swell", half)]
            else:
                done.append(task)
    assert sorted(done) == [("swell", 225)] * 4 + [("total", 2)]


def test_a_defect_is_raised_here_with_the_traceback_of_the_worker() -> None:
    with pool() as workers, pytest.raises(KeyError, match="a defect") as caught:
        results(workers, ("fail",))
    assert "in fail\n" in caught.value.__notes__[-1]


@pytest.mark.parametrize(
    ("task", "message"),
    [
        ("fail_strangely", "RefusedError: a strange defect"),
        ("leave", "SystemExit: 3"),
        ("missing", "missing"),
        ("unpicklable", "lambda"),
    ],
)
def test_any_defect_is_raised_here(task: str, message: str) -> None:
    with pool() as workers, pytest.raises(Exception, match=message) as caught:
        results(workers, (task,))
    assert "Traceback" in caught.value.__notes__[-1]


def test_a_preparation_that_fails_is_raised_here() -> None:
    with pool(setup="unprepared") as workers, pytest.raises(ValueError, match="no preparation"):
        results(workers, ("total", 1))


def test_no_defect_ends_the_host() -> None:
    with pool() as workers, pytest.raises(InternalError):
        results(workers, ("leave",))


@pytest.mark.parametrize("error", [OSError("no network"), EOFError("no more"), KeyboardInterrupt(), SystemExit(4)])
def test_what_answering_raises_is_raised_and_ends_all_workers(error: BaseException) -> None:
    def answer(question: object) -> None:
        raise error

    before = children()
    workers = pool(2)
    with pytest.raises(type(error)) as caught:
        list(workers.run(queue(("total", 1), ("loop",)), answer))
    assert caught.value is error
    assert children() <= before


@pytest.mark.slow
def test_workers_can_be_used_after_an_error() -> None:
    with pool() as workers:
        with pytest.raises(KeyError):
            results(workers, ("fail",))
        assert results(workers, ("total", 3)) == [6]


def test_leaving_ends_workers_that_are_busy() -> None:
    with pool(2) as workers:
        for _ in workers.run(queue(("total", 1), ("loop",)), double):
            break


def test_warming_up_twice_is_as_good_as_once() -> None:
    warm_up(["tests.worker_tasks"])
    warm_up(["tests.worker_tasks"])
    with pool() as workers:
        assert results(workers, ("total", 3)) == [6]


def test_warm_workers_are_taken_over() -> None:
    before = children()
    warm_up(["tests.worker_tasks"])
    template = children() - before
    with pool() as workers:
        (worker,) = results(workers, ("nap", 0))
        assert psutil.Process(worker).ppid() in template | {os.getpid()}


@pytest.mark.slow
def test_without_fork_every_worker_is_started_anew(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(starting, "_starter", lambda preload: starting.Spawning())
    with pool(2, Limits(seconds=5)) as workers:
        found = results(workers, ("total", 3), ("loop",), ("die",), ("settings",))
    assert found[0] == 6
    assert [failure.reason for failure in found[1:3]] == ["time", "crash"]
    assert found[3] == ("1", True)


# Several share a starter; stopping; preparing.


def sharing(shared: Starter, limits: Limits = GENEROUS, warm: Task | None = None) -> Pool:
    return Workers(1, begin, "hello", limits, starter=shared, warm=warm)


@pytest.fixture
def shared() -> Iterator[Starter]:
    made = starter(["tests.worker_tasks"])
    yield made
    made.close()


def in_threads(*works: Callable[[], object]) -> list[threading.Thread]:
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    return threads


@pytest.mark.slow
def test_several_share_a_template_in_threads_of_their_own(shared: Starter) -> None:
    found: list[list[Any]] = []

    def work(offset: int) -> None:
        for number in range(3):
            with sharing(shared) as workers:  # each ends only its own process
                tasks = [("total", offset + number), ("nap", 0.0), ("die",), ("total", 2)]
                found.append(results(workers, *tasks))

    for thread in in_threads(*(partial(work, offset) for offset in range(0, 30, 10))):
        thread.join(60)
    assert len(found) == 9
    assert sorted(total for total, *_ in found) == [
        (offset + number) * (offset + number - 1) for offset in (0, 10, 20) for number in range(3)
    ]
    assert all(isinstance(failure, Failure) and last == 2 for _, _, failure, last in found)


def test_closing_one_leaves_the_others_their_processes(shared: Starter) -> None:
    with sharing(shared) as first:
        (kept,) = results(first, ("nap", 0))
        with sharing(shared) as second:
            (other,) = results(second, ("nap", 0))
            assert psutil.Process(kept).ppid() == psutil.Process(other).ppid() or os.name != "posix"
        assert gone(other)
        assert results(first, ("nap", 0)) == [kept]


@posix
def test_a_killed_template_takes_nobody_s_work_along(shared: Starter) -> None:
    with sharing(shared) as first, sharing(shared) as second:
        (kept,) = results(first, ("nap", 0))
        (other,) = results(second, ("nap", 0))
        template = psutil.Process(kept).parent()
        assert template is not None and template.pid != os.getpid()
        template.kill()
        os.kill(other, signal.SIGKILL)
        while not second.idle[0].poll():
            time.sleep(0.001)
        (replaced,) = results(second, ("nap", 0))  # by a new template
        assert replaced != other
        assert results(first, ("nap", 0)) == [kept]
    assert gone(replaced)
    while not gone(kept):  # it has no parent that would wait for its end
        time.sleep(0.001)


@posix
def test_no_more_processes_is_an_error_and_not_the_end_of_the_template() -> None:
    made = starter(["tests.worker_tasks", "tests.no_fork"])
    try:
        with sharing(made) as workers:
            for _ in range(2):
                with pytest.raises(UnpreparedError, match="grants no further process"):
                    results(workers, ("total", 1))
    finally:
        made.close()


def test_stop_ends_a_run_in_another_thread_and_nothing_else() -> None:
    with pool(2) as workers:
        asked = threading.Event()
        caught: list[BaseException] = []

        def run() -> None:
            try:
                list(workers.run(queue(("hold", "1"), ("hold", "2")), lambda _: asked.set()))
            except StoppedError as stopped:
                caught.append(stopped)

        (thread,) = in_threads(run)
        assert asked.wait(30)
        workers.stop()
        thread.join(30)
        assert len(caught) == 1
        assert results(workers, ("total", 3), ("total", 4)) == [6, 12]


def test_stop_between_two_runs_stops_the_next_one_only() -> None:
    with pool() as workers:
        results(workers, ("total", 1))
        workers.stop()
        with pytest.raises(StoppedError):
            results(workers, ("total", 2))
        assert results(workers, ("total", 3)) == [6]
        workers.stop()
        workers.prepare()
        assert results(workers, ("total", 4)) == [12]


@pytest.mark.slow
@posix
def test_stop_ends_a_run_whose_worker_sends_half_a_result() -> None:
    with pool() as workers:
        caught: list[BaseException] = []

        def run() -> None:
            try:
                results(workers, ("stall",))
            except StoppedError as stopped:
                caught.append(stopped)

        (thread,) = in_threads(run)
        time.sleep(0.5)
        workers.stop()
        thread.join(30)
        assert len(caught) == 1


@pytest.mark.slow
@posix
def test_half_a_result_is_a_failure_in_time() -> None:
    with pool(limits=Limits(seconds=0.5)) as workers:
        failure, other = results(workers, ("stall",), ("total", 3))
    assert failure == Failure("time", "no result after 0.5 s")
    assert other == 6


@pytest.mark.slow
@posix
def test_stop_ends_a_worker_that_does_not_take_its_task(shared: Starter) -> None:
    with sharing(shared) as workers:
        (who,) = results(workers, ("nap", 0))
        os.kill(who, signal.SIGSTOP)
        caught: list[BaseException] = []

        def run() -> None:
            try:
                results(workers, ("echo", b"x" * 20_000_000))
            except StoppedError as stopped:
                caught.append(stopped)

        (thread,) = in_threads(run)
        time.sleep(0.2)
        workers.stop()
        thread.join(30)
        assert len(caught) == 1
        assert gone(who)


def test_prepared_workers_wait_and_are_warm() -> None:
    with Workers(2, begin, "hello", GENEROUS, preload=["tests.worker_tasks"], warm=("remember", "warmth")) as workers:
        states = [workers.ready]
        workers.prepare()
        assert [*states, workers.ready] == [False, True]
        before = {pipe.fileno() for pipe in workers.idle}
        workers.prepare()
        assert {pipe.fileno() for pipe in workers.idle} == before
        (found,) = results(workers, ("remembered",))
        assert found[0] == [("warmth", {})]
        assert workers.ready and workers.memory > 0


@posix
def test_whoever_is_started_later_is_warm_too(tmp_path: Path) -> None:
    with Workers(1, begin, "hello", GENEROUS, preload=["tests.worker_tasks"], warm=("remember", "warmth")) as workers:
        workers.prepare()
        (first,) = results(workers, ("remembered",))
        task = ("die_once", str(tmp_path / "died"))
        assert list(workers.run(queue(task), lambda _: "after")) == [(task, "after")]
        (second,) = results(workers, ("remembered",))
        assert first[0] == second[0] == [("warmth", {})]
        assert first[1] != second[1]
        os.kill(second[1], signal.SIGKILL)
        while not workers.idle[0].poll():
            time.sleep(0.001)
        workers.prepare()
        assert results(workers, ("remembered",))[0][1] != second[1]


@pytest.mark.slow
def test_a_warm_up_is_not_held_against_a_task() -> None:
    limits = Limits(memory=550_000_000, recycle=500_000_000)
    with Workers(1, begin, "hello", limits, preload=["tests.worker_tasks"], warm=("remember", "warmth")) as workers:
        workers.prepare()
        (failure,) = results(workers, ("hog", 1_500))  # a fresh worker: not tried again
    assert failure == Failure("memory", "more than 550 MB of memory")


@pytest.mark.slow
@pytest.mark.parametrize("task", [("die",), ("refused_memory",), ("loop",)])
def test_a_warm_up_that_fails_is_an_error(task: Task) -> None:
    limits = Limits(seconds=0.5)
    with (
        Workers(1, begin, "hello", limits, preload=["tests.worker_tasks"], warm=task) as workers,
        pytest.raises(UnpreparedError, match="could not be prepared"),
    ):
        workers.prepare()


def test_a_preparation_that_raises_raises_when_prepared() -> None:
    with pool(setup="unprepared") as workers, pytest.raises(ValueError, match="no preparation"):
        workers.prepare()


def test_too_long_a_question_or_result_ends_the_worker() -> None:
    with pool(limits=Limits(output=1_000_000)) as workers:
        found: list[Any] = [
            result
            for task in (("greatly", 900_000), ("greatly", 2_000_000), ("greatly", 900_001), ("remembered",))
            for _, result in workers.run(queue(task), lambda said: said if len(said) == 900_000 else b"x" * 1_000_000)
        ]
    assert len(found[0]) == 900_000
    assert found[1] == found[2] == Failure("output", "more than 1 MB")
    assert gone(found[3][1])


def test_a_single_attempt_is_one() -> None:
    with pool(limits=Limits(attempts=1)) as workers:
        assert results(workers, ("die",)) == [Failure("crash", "the worker died of exit code 7")]


@posix
def test_a_worker_may_leave_processors_to_others() -> None:
    with pool(limits=Limits(idle=True)) as workers, pool() as others:
        assert (results(workers, ("steps_back",)), results(others, ("steps_back",))) == ([True], [False])


@pytest.mark.skipif(sys.platform != "linux", reason="Linux only")
def test_workers_write_nothing_about_themselves() -> None:
    with pool() as workers:
        assert results(workers, ("standing",)) == [Path("/proc/self/oom_score_adj").read_text("ascii")]


def test_nothing_of_a_task_is_kept_once_it_is_done() -> None:
    with pool() as workers:
        results(workers, ("echo", b"content"))
        assert all(worker.job.task is None and worker.job.parcel is None for worker in workers._idle)


HOST = """
import sys

from confluence_xpress.workers import Limits, Workers
from tests.worker_tasks import begin

tasks = [("hold", "1"), ("hold", "2")]

def answer(question):
    print(question, flush=True)

# Without a guard around it: workers must not run this program again.
with Workers(2, begin, "") as workers:
    list(workers.run(lambda: tasks.pop() if tasks else None, answer))
"""


@pytest.fixture
def busy_host(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another program whose two workers are in calls that let no thread of theirs run.

    It is started in a folder with a module that, if any process took it for Python's own, would end that process.
    """
    program = tmp_path / "host.py"
    program.write_text(HOST, "utf-8")
    (tmp_path / "temporary").mkdir()
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "pickle.py").write_text("raise SystemExit('the wrong module')", "utf-8")
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "TMPDIR": str(tmp_path / "temporary")}
    with subprocess.Popen(
        [sys.executable, str(program)],
        env=environment,
        cwd=tmp_path / "here",
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as host:
        assert host.stdout is not None
        assert {host.stdout.readline(), host.stdout.readline()} == {"1\n", "2\n"}
        yield host
        host.kill()


@posix
@pytest.mark.slow
@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_a_killed_host_leaves_nothing_behind(
    busy_host: subprocess.Popen[str], tmp_path: Path, ending: signal.Signals
) -> None:
    family = psutil.Process(busy_host.pid).children(recursive=True)
    assert len(family) >= 3
    busy_host.send_signal(ending)
    busy_host.wait()
    _, alive = psutil.wait_procs(family, timeout=30)
    assert not alive
    assert not list((tmp_path / "temporary").iterdir())


@posix
@pytest.mark.slow
def test_ctrl_c_ends_all_and_only_the_host_complains(busy_host: subprocess.Popen[str]) -> None:
    family = psutil.Process(busy_host.pid).children(recursive=True)
    os.killpg(busy_host.pid, signal.SIGINT)  # as a terminal does: to the host and all its workers
    _, errors = busy_host.communicate(timeout=30)
    _, alive = psutil.wait_procs(family, timeout=30)
    assert not alive
    assert errors.count("Traceback") == 1
    assert errors.rstrip().endswith("KeyboardInterrupt")
