"""Progress and messages: what a person sees of a long export, on a terminal and in a log."""

from __future__ import annotations

import fcntl
import io
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import threading
from contextlib import redirect_stderr

import pytest

from confluence_xpress.cli.console import Console, Stage
from confluence_xpress.cli.estimate import Estimate, left_text
from confluence_xpress.cli.stages import Stages
from tests.corpus import ROOT

LABELS: dict[str, str | Stage] = {
    "fetching": Stage("Fetching 1,000 pages from acme.example", "Fetching", "pages"),
    "parts": Stage("Typesetting 1,000 pages", "Typesetting", "pages"),
    "finishing": "Writing the PDF",
}


class Clock:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


# --- How long still ---------------------------------------------------------------------------------------------------


def test_no_time_left_is_told_before_it_can_be_known() -> None:
    estimate = Estimate(0)
    estimate.add(1, 500)
    assert estimate.left(1, 500, 1000) is None, "after one second"
    estimate.add(10, 500)
    assert estimate.left(10, 500, 100_000) is None, "after less than 5 %"
    assert estimate.left(10, 500, 0) is None, "without an end"
    assert estimate.left(10, 500, 500) is None, "at the end"


def test_a_steady_pace_is_foretold() -> None:
    estimate = Estimate(50)
    for second in range(1, 101):
        estimate.add(50 + second, second * 10)
    assert estimate.left(150, 1000, 4000) == pytest.approx(300)


def test_a_slow_start_is_forgotten_and_a_standstill_is_not_hidden() -> None:
    estimate = Estimate(0)
    estimate.add(100, 10)
    for second in range(101, 301):
        estimate.add(second, 10 + (second - 100) * 10)
    left = estimate.left(300, 2010, 4010)
    assert left and left == pytest.approx(200, rel=0.05)
    waiting = estimate.left(400, 2010, 4010)
    assert waiting and waiting > 1.4 * left


def test_an_estimate_remembers_little() -> None:
    estimate = Estimate(0)
    for step in range(100_000):
        estimate.add(step / 10, step)
    assert len(estimate._samples) < 500


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.2, "5 s left"),
        (31, "35 s left"),
        (59.6, "60 s left"),
        (61, "1 min left"),
        (239, "4 min left"),
        (3700, "1 h left"),
        (4800, "1 h 20 min left"),
    ],
)
def test_a_time_as_people_say_it(seconds: float, text: str) -> None:
    assert left_text(seconds) == text


# --- Which stages go on -----------------------------------------------------------------------------------------------


def active(stages: Stages) -> list[str]:
    return [running.stage.label.split()[0] for running in stages.active]


def test_fetching_goes_on_beside_typesetting_until_it_is_done() -> None:
    stages = Stages(LABELS, ("fetching",), 0)
    stages.advance("fetching", 0, 0, 1)
    assert active(stages) == ["Fetching"]
    stages.advance("fetching", 500, 1000, 2)
    stages.advance("parts", 10, 1000, 2)
    assert active(stages) == ["Fetching", "Typesetting"]
    stages.advance("fetching", 1000, 1000, 3)
    assert active(stages) == ["Typesetting"]
    stages.advance("fetching", 1000, 1100, 4)
    assert active(stages) == ["Fetching", "Typesetting"], "more was found"
    stages.advance("finishing", 0, 0, 5)
    assert active(stages) == ["Writing"], "what vanished half-way is not waited for"


def test_other_stages_follow_each_other() -> None:
    stages = Stages({"a": "A", "b": "B"}, (), 0)
    stages.advance("b", 1, 2, 1)
    assert active(stages) == ["B"]


# --- In a pipe --------------------------------------------------------------------------------------------------------


def test_a_log_has_one_line_for_each_stage(capsys: pytest.CaptureFixture[str], clock: Clock) -> None:
    with Console(clock=clock).stages({"parts": "Typesetting", "finishing": "Writing [b]x[/b]"}) as advance:
        for done in range(100):
            advance("parts", done, 100)
        advance("finishing", 0, 1)
        advance("finishing", 1, 1)
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "Typesetting\nWriting [b]x[/b]\n")


def test_a_log_of_a_long_export_tells_how_far_and_how_long(capsys: pytest.CaptureFixture[str], clock: Clock) -> None:
    with Console(clock=clock).stages(LABELS) as advance:
        for second in range(1, 101):
            clock.now += 1
            advance("fetching", min(1000, 20 * second), 1000)
            if second > 10:
                advance("parts", 4 * (second - 10), 1000)
    assert capsys.readouterr().err.splitlines() == [
        "Fetching 1,000 pages from acme.example",
        "Typesetting 1,000 pages",
        "Fetching: 820 of 1,000 pages, about 10 s left",
        "Typesetting: 120 of 1,000 pages, about 4 min left",
        "Typesetting: 240 of 1,000 pages, about 3 min left",
    ]


def test_notes_are_lines_too_and_many_threads_say_the_same_once(
    capsys: pytest.CaptureFixture[str], clock: Clock
) -> None:
    console = Console(clock=clock)
    with console.stages({"fetching": "Fetching"}):
        threads = [
            threading.Thread(target=console.note, args=("Confluence asks to wait 30 s [red]\x1b[31m",))
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        clock.now += 31
        console.note("Confluence asks to wait 30 s [red]\x1b[31m")
    assert capsys.readouterr().err == "Fetching\n" + "Confluence asks to wait 30 s [red]\ufffd[31m\n" * 2


def test_quiet_is_quiet(capsys: pytest.CaptureFixture[str], clock: Clock) -> None:
    console = Console(quiet=True, clock=clock)
    with console.stages(LABELS) as advance:
        clock.now += 100
        advance("parts", 50, 100)
        console.note("a note")
        console.say("a line")
    assert capsys.readouterr().err == ""


def test_an_error_is_told_even_when_quiet_and_steers_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    Console(quiet=True).error("page “\x1b[2Jx” is gone", "Look [b]there[/b].")
    assert capsys.readouterr().err == "xpress: page “\ufffd[2Jx” is gone\n  Look [b]there[/b].\n"


# --- On a terminal ----------------------------------------------------------------------------------------------------


class Terminal(io.StringIO):
    """Standard error that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    for name, value in {"TERM": "xterm", "COLUMNS": "110", "NO_COLOR": "1"}.items():
        monkeypatch.setenv(name, value)
    return Terminal()


def seen(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)


def test_two_bars_with_the_time_left(terminal: Terminal, clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    with redirect_stderr(terminal):
        console = Console(clock=clock)
        with console.stages(LABELS) as advance:
            for second in range(1, 31):
                clock.now += 1
                advance("fetching", 20 * second, 1000)
                advance("parts", 4 * second, 1000)
            console.note("wait [red]x[/red] \x1b[5m")
            sys.stdout.write("the PDF")
    text = seen(terminal.getvalue())
    assert re.search(r"Fetching 1,000 pages from acme.example .*600 of 1,000 pages +0:30 +20 s left", text)
    assert re.search(r"Typesetting 1,000 pages .*120 of 1,000 pages +0:29 +4 min left", text)
    assert "wait [red]x[/red] \ufffd[5m\n" in text and "\x1b[5m" not in terminal.getvalue()
    assert capsys.readouterr().out == "the PDF", "standard output is nobody's but the PDF's"


def test_bars_fit_a_narrow_terminal(terminal: Terminal, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    labels = {"parts": Stage("Typesetting [b]" + "x" * 90, noun="pages")}
    with redirect_stderr(terminal), Console(clock=clock).stages(labels) as advance:
        for second in range(1, 31):
            clock.now += 1
            advance("parts", 40 * second, 10_000)
    text = seen(terminal.getvalue())
    assert "Typesetting [b]" in text and "1,200 of 10,000 pages" in text and "4 min left" in text
    assert max(map(len, re.split(r"[\r\n]+", text))) <= 60


def test_a_terminal_that_cannot_move_its_cursor_gets_lines(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    with redirect_stderr(terminal), Console().stages({"a": "A", "b": "B"}) as advance:
        advance("b", 1, 2)
    assert terminal.getvalue() == "A\nB\n"


INTERRUPTED = """
import os, sys, threading, time
from confluence_xpress.cli.console import Console
def work():
    with Console().stages({"parts": "Typesetting"}) as advance:
        advance("parts", 1, 2)
        time.sleep(60)
threading.Thread(target=work, daemon=True).start()
try:
    time.sleep(60)
except KeyboardInterrupt:
    Console().error("interrupted")
    sys.stderr.flush()
    os._exit(130)
"""


@pytest.mark.slow
def test_the_cursor_is_back_after_an_interruption() -> None:
    main, side = pty.openpty()
    fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    said = b""
    with subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED],
        stderr=side,
        env=os.environ | {"PYTHONPATH": str(ROOT / "src"), "TERM": "xterm"},
    ) as running:
        os.close(side)
        while b"1 of 2" not in said:
            said += os.read(main, 4096)
        running.send_signal(signal.SIGINT)
        while chunk := read_terminal(main):
            said += chunk
        assert running.wait(30) == 130
    os.close(main)
    assert b"xpress: interrupted" in said
    assert said.rindex(b"\x1b[?25h") > said.rindex(b"\x1b[?25l")


def read_terminal(handle: int) -> bytes:
    try:
        return os.read(handle, 4096)
    except OSError:  # the other end was closed
        return b""
