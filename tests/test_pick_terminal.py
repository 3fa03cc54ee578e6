"""Picking through a real terminal: where the screen goes, what is left behind, and what happens without one."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from confluence_xpress.bundle import Page
from confluence_xpress.cli.pick import pick
from confluence_xpress.errors import InputError
from confluence_xpress.sources.source import SiteMap
from tests.corpus import ROOT

PROGRAM = """
import json, os, signal, sys
from confluence_xpress.bundle import Page
from confluence_xpress.cli.pick import pick
from confluence_xpress.sources.source import SiteMap
pages = (Page("1", "Handbook \\x1b]0;evil\\x07"), Page("2", "Travel", parent="1"), Page("3", "Größe", parent="1"))
def stop(number, frame):
    raise SystemExit(143)
signal.signal(signal.SIGTERM, stop)
try:
    answer = pick(SiteMap((), pages), title="Pick")
except KeyboardInterrupt:
    answer = "interrupted"
as_before = signal.getsignal(signal.SIGTSTP) == signal.SIG_DFL == signal.getsignal(signal.SIGWINCH)
print(json.dumps([answer, as_before]))
"""


class Session:
    """A program in a pseudo-terminal; its standard output is a pipe, as with `-o - | …`."""

    def __init__(self, running: subprocess.Popen[bytes], main: int, side: int) -> None:
        self.running = running
        self._main = main
        self._side = side
        self.said = b""

    def wait_for(self, text: bytes) -> None:
        """Until it has written this. What stands still for 20 seconds has failed."""
        while text not in self.said:
            assert select.select([self._main], [], [], 20)[0], self.said[-2000:]
            self.said += os.read(self._main, 65536)

    def press(self, keys: bytes) -> None:
        os.write(self._main, keys)

    def end(self) -> str:
        """What it wrote to standard output; its screen is read to the end meanwhile."""
        assert self.running.stdout
        out, pipe = b"", self.running.stdout.fileno()
        while True:
            ready = select.select([self._main, pipe], [], [], 20)[0]
            assert ready, self.said[-2000:]
            if self._main in ready:
                self.said += os.read(self._main, 65536)
            elif chunk := os.read(pipe, 65536):
                out += chunk
            else:
                break
        self.running.wait(20)
        while select.select([self._main], [], [], 0)[0]:
            self.said += os.read(self._main, 65536)
        return out.decode()

    def modes(self) -> list[object]:
        """How the terminal treats what is typed."""
        return termios.tcgetattr(self._side)

    def resize(self, lines: int, columns: int) -> None:
        fcntl.ioctl(self._side, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self.running.send_signal(signal.SIGWINCH)


@contextmanager
def session(**environment: str) -> Iterator[Session]:
    main, side = pty.openpty()
    fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 97, 0, 0))
    variables = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES", "NO_COLOR")}
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        stdin=side,
        stdout=subprocess.PIPE,
        stderr=side,
        env=variables | {"PYTHONPATH": str(ROOT / "src"), "TERM": "xterm-256color"} | environment,
    ) as running:
        try:
            yield Session(running, main, side)
        finally:
            running.kill()
            os.close(main)
            os.close(side)


def put_back(said: bytes) -> bool:
    """Whether the other screen was left, the cursor is seen and the mouse is free."""
    return all(
        said.rindex(off) > said.rindex(on)
        for on, off in (
            (b"\x1b[?1049h", b"\x1b[?1049l"),
            (b"\x1b[?25l", b"\x1b[?25h"),
            (b"\x1b[?1003h", b"\x1b[?1003l"),
        )
    )


@pytest.mark.slow
def test_the_screen_is_on_standard_error_and_the_answer_is_ours() -> None:
    with session() as at:
        before = at.modes()
        at.wait_for(b"Ticked")
        at.press(b"\x1b[B ")
        at.wait_for(b"1 page")
        at.press(b"e")
        assert json.loads(at.end()) == [["2"], True]
        assert at.running.returncode == 0 and put_back(at.said) and at.modes() == before
        assert b"\x1b]0;evil" not in at.said and "☐".encode() in at.said


@pytest.mark.slow
def test_the_screen_is_as_large_as_the_terminal_and_follows_it() -> None:
    with session() as at:
        at.wait_for(b"Ticked")
        # The last line is addressed, so all 30 are used, though standard output has no size.
        at.wait_for(b"\x1b[30;")
        at.resize(40, 120)
        at.wait_for(b"\x1b[40;")
        at.press(b"q")
        assert json.loads(at.end()) == [None, True]


@pytest.mark.slow
def test_control_c_and_control_s_reach_us() -> None:
    with session() as at:
        at.wait_for(b"Ticked")
        at.press(b" ")
        at.wait_for(b"1 page")
        at.press(b"\x13")
        assert json.loads(at.end())[0] == ["1"]
    with session() as at:
        at.wait_for(b"Ticked")
        at.press(b"\x03")
        assert json.loads(at.end())[0] == "interrupted"


@pytest.mark.slow
def test_a_signal_to_end_leaves_the_terminal_as_it_was() -> None:
    with session() as at:
        before = at.modes()
        at.wait_for(b"Ticked")
        at.running.send_signal(signal.SIGTERM)
        assert at.end() == ""
        assert at.running.returncode == 143 and put_back(at.said) and at.modes() == before
        assert b"Traceback" not in at.said


@pytest.mark.slow
def test_a_terminal_without_unicode() -> None:
    with session(PYTHONIOENCODING="ascii", PYTHONUTF8="0") as at:
        at.wait_for(b"Gr??e")
        at.press(b" ")
        at.wait_for(b"[x]")
        at.press(b"e")
        assert json.loads(at.end())[0] == ["1"]
        assert not re.search(rb"\\u[0-9a-f]{4}|[\x80-\xff]", at.said)


@pytest.mark.slow
def test_no_color() -> None:
    with session(NO_COLOR="1") as at:
        at.wait_for(b"Ticked")
        at.press(b"tq")
        at.wait_for(b"Leave")
        at.press(b"y")
        at.end()
        codes = {code for codes in re.findall(rb"\x1b\[([0-9;]*)m", at.said) for code in codes.split(b";")}
        assert not codes & {str(code).encode() for code in (*range(30, 39), *range(40, 49), *range(90, 108))}


@pytest.mark.slow
def test_nothing_of_the_screen_is_imported_unless_it_is_needed() -> None:
    program = (
        "import sys\n"
        "import confluence_xpress.cli.app, confluence_xpress.cli.pick\n"
        "assert not any(name.split('.')[0] == 'textual' for name in sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", program], env=os.environ | {"PYTHONPATH": str(ROOT / "src")}, check=True)


def test_without_a_terminal_the_user_is_told_what_to_do() -> None:
    with pytest.raises(InputError, match="needs a terminal") as raised:
        pick(SiteMap((), (Page("1", "a"),)), title="x")
    assert "--pages" in raised.value.hint
