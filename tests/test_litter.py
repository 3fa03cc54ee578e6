"""Exports that come to a bad end leave nothing: no half file, nothing in the temporary folder, no process."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from tests.corpus import DEMO, ROOT

PATIENCE = 60
STAGES = (b"Typesetting", b"Writing the PDF")


class Place:
    """An output folder, and a temporary folder of its own."""

    def __init__(self, base: Path) -> None:
        self.out = base / "out"
        self.temporary = base / "temporary"
        self.out.mkdir()
        self.temporary.mkdir()

    def left(self) -> list[str]:
        """What is in them."""
        return sorted(path.name for folder in (self.out, self.temporary) for path in folder.iterdir())

    @contextmanager
    def export(self, *more: str) -> Iterator[subprocess.Popen[bytes]]:
        """The command line at work on the demo."""
        command = [sys.executable, "-m", "confluence_xpress", "export", str(DEMO), "-o", str(self.out / "x.pdf")]
        with subprocess.Popen(
            [*command, "--jobs", "2", *more],
            stderr=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": str(ROOT / "src"), "TMPDIR": str(self.temporary)},
        ) as running:
            yield running


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def until(running: subprocess.Popen[bytes], stage: bytes) -> None:
    """Waits for a stage to begin."""
    assert running.stderr
    while stage not in (line := running.stderr.readline()):
        assert line, f"ended before {stage.decode()}"


@pytest.mark.slow
@pytest.mark.parametrize("stage", STAGES, ids=["typesetting", "writing"])
@pytest.mark.parametrize("options", [(), ("--linearize", "--embed-manifest", "--split", "top-level")], ids=["", "more"])
@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGKILL, -9), (signal.SIGINT, 130), (signal.SIGTERM, 143)],
    ids=["killed", "ctrl-c", "terminated"],
)
def test_an_ended_export_leaves_nothing(
    place: Place, number: signal.Signals, code: int, options: tuple[str, ...], stage: bytes
) -> None:
    with place.export(*options) as running:
        until(running, stage)
        others = psutil.Process(running.pid).children(recursive=True)
        running.send_signal(number)
        assert running.wait(PATIENCE) == code
    _, alive = psutil.wait_procs(others, timeout=PATIENCE)
    assert not alive
    assert place.left() == []


@pytest.mark.slow
@pytest.mark.parametrize("size", [20_000, 200_000, 600_000])
@pytest.mark.parametrize("options", [(), ("--linearize",), ("--split", "top-level", "--attachments")])
def test_a_full_disk_is_told_and_leaves_nothing(place: Place, size: int, options: tuple[str, ...]) -> None:
    (place.out / "x.pdf").write_bytes(b"old")

    with place.export(*options) as running:
        assert running.stderr
        # No file of it can grow beyond this; Python is still starting.
        resource.prlimit(running.pid, resource.RLIMIT_FSIZE, (size, size))
        said = running.stderr.read()
        assert running.wait(PATIENCE) == 3, said
    assert b"File too large" in said and b"Nothing was written" in said and b"Traceback" not in said
    assert place.left() == ["x.pdf"] and (place.out / "x.pdf").read_bytes() == b"old"
