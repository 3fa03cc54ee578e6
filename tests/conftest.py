"""Options and fixtures that every test may use."""

from __future__ import annotations

import fcntl
import hashlib
import os
import pickle
import shutil
import signal
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests import corpus, verapdf

Exported = Callable[..., corpus.Export]


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--accept`: golden files become what the code gives now."""
    parser.addoption("--accept", action="store_true", help="write golden files anew; look at the difference")


def pytest_configure(config: pytest.Config) -> None:
    """Nobody looks at what a machine accepts; and signals mean what they mean in a terminal."""
    if config.getoption("--accept") and os.environ.get("CI"):
        raise pytest.UsageError("--accept is for people: it would make every golden test pass")
    # What runs in the background ignores Ctrl-C, or the end of its terminal, and so would all that tests start.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.fixture
def accept(request: pytest.FixtureRequest) -> bool:
    """Whether golden files are to be written."""
    return bool(request.config.getoption("--accept"))


@pytest.fixture(scope="session")
def poppler() -> None:
    """Skips without poppler's programs."""
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")


@pytest.fixture(scope="session", name="verapdf")
def need_verapdf() -> None:
    """Skips without veraPDF, which is fetched when the first test needs it, not while tests are collected."""
    if reason := verapdf.unavailable():
        pytest.skip(reason)


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    """A function like `corpus.export` that renders each document once, however many tests and processes look at it."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "exports"
    folder.mkdir(exist_ok=True)

    def get(path: Path, settings: Mapping[str, str] | None = None) -> corpus.Export:
        key = hashlib.sha256(repr((str(path), sorted((settings or {}).items()))).encode()).hexdigest()
        file = folder / key
        with file.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if file.is_file():
                found: corpus.Export = pickle.loads(file.read_bytes())
                return found
            made = corpus.export(path, settings)
            file.write_bytes(pickle.dumps(made))
            return made

    return get
