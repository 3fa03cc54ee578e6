"""The same input, options and time give the same bytes, whatever the locale, time zone, hash seed and place."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.corpus import ABSENT, CORPUS, DEMO, ROOT, export

pytestmark = pytest.mark.slow

PLACES = {
    "here": {"TZ": "UTC", "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8", "PYTHONHASHSEED": "0"},
    "elsewhere": {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "LANG": "tr_TR.UTF-8", "PYTHONHASHSEED": "4711"},
}


def export_in(place: str, source: Path, target: Path, *more: str) -> None:
    """An export in a process of its own, with nothing of this one's environment that could matter."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "src"), **PLACES[place]}
    command = [sys.executable, "-m", "confluence_xpress", "export", str(source), "-o", str(target), "-q", *more]
    target.parent.mkdir(exist_ok=True)
    subprocess.run(command, check=True, env=environment, cwd=target.parent, timeout=120)


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.glob("x.*"))}


def test_pdf_and_manifest_do_not_depend_on_the_machine(tmp_path: Path) -> None:
    # The second source has other file times and another path, too.
    shutil.copytree(DEMO, tmp_path / "ein anderer Ort" / "space", copy_function=shutil.copyfile)
    export_in("here", DEMO, tmp_path / "a" / "x.pdf", "--timestamp", "1700000000")
    moved = tmp_path / "ein anderer Ort" / "space"
    export_in("elsewhere", moved, tmp_path / "b" / "x.pdf", "--timestamp", "1700000000")
    assert len(digests(tmp_path / "a")) == 2
    assert digests(tmp_path / "a") == digests(tmp_path / "b")


def test_twice_in_one_process(tmp_path: Path) -> None:
    first, second = export(DEMO.parent / "export"), export(DEMO.parent / "export")
    assert first.rendition.pdf == second.rendition.pdf
    assert first.rendition.manifest == second.rendition.manifest


def test_the_time_of_export_is_all_that_differs_between_two_times(tmp_path: Path) -> None:
    source = DEMO / "bodies" / "131073.storage.xml"
    export_in("here", source, tmp_path / "a" / "x.pdf", "--timestamp", "0")
    export_in("here", source, tmp_path / "b" / "x.pdf", "--timestamp", "86400")
    assert digests(tmp_path / "a") != digests(tmp_path / "b")


@pytest.mark.slow
@pytest.mark.skipif(not CORPUS.is_dir(), reason=ABSENT)
@pytest.mark.parametrize("name", ["xwiki-confluence-5.9.zip", "doctoolchain-testspace", "hallowelt-space_alpha"])
def test_real_spaces(name: str, tmp_path: Path) -> None:
    source = CORPUS / "space-exports" / name
    for place in PLACES:
        export_in(place, source, tmp_path / place / "x.pdf", "--timestamp", "1700000000", "--blog-posts")
    assert digests(tmp_path / "here") == digests(tmp_path / "elsewhere")
