"""`xpress export --since`: what is said, what is written, and that nothing is done if nothing has changed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from confluence_xpress import cli
from confluence_xpress.render.changes import read_earlier
from confluence_xpress.templates import load_template
from tests.corpus import ROOT
from tests.space_exports import write_folder

pytestmark = pytest.mark.slow

INCLUDE = (
    '<ac:structured-macro ac:name="include"><ac:parameter ac:name="">'
    '<ac:link><ri:page ri:content-title="Rules"/></ac:link></ac:parameter></ac:structured-macro>'
)
PAGES: list[dict[str, Any]] = [
    {"id": "1", "title": "Handbook", "version": 1, "position": 0, "body": "1.storage.xml"},
    {"id": "2", "title": "Travel", "version": 4, "parent": "1", "position": 1, "body": "2.storage.xml"},
    {"id": "3", "title": "Food", "parent": "1", "position": 2, "body": "3.storage.xml", "attachments": ["menu.txt"]},
    {"id": "4", "title": "Rules", "version": 2, "position": 3, "body": "4.storage.xml"},
]
FILES = {
    "pages.json": json.dumps(PAGES),
    "1.storage.xml": "<p>Read this first.</p>",
    "2.storage.xml": "<p>Trains before planes.</p>",
    "3.storage.xml": "<p>Soup.</p>",
    "4.storage.xml": "<p>Be kind.</p>",
    "attachments/3/menu.txt": "Soup",
}


class Space:
    """A folder that is exported, changed, and exported again."""

    def __init__(self, folder: Path, run: Callable[[list[str]], tuple[int, str]]) -> None:
        self.folder = write_folder(folder / "space", FILES)
        self.target = folder / "x.pdf"
        self.path = folder / "x.manifest.json"
        self._run = run

    def export(self, *arguments: str, time: str = "2026-11-22T12:00:00Z") -> tuple[int, str]:
        """The exit code, and what was said."""
        given = ["xpress", "export", str(self.folder), "-o", str(self.target), "--timestamp", time, "--jobs", "1"]
        return self._run([*given, *arguments])

    def again(self, *arguments: str) -> tuple[int, str]:
        """A later export, if something has changed."""
        return self.export("--since", str(self.path), *arguments, time="2026-11-23T12:00:00Z")

    def set(self, page: str, **values: object) -> None:
        """Other metadata of a page."""
        entries = json.loads((self.folder / "pages.json").read_text())
        next(entry for entry in entries if entry["id"] == page).update(values)
        (self.folder / "pages.json").write_text(json.dumps(entries))

    @property
    def manifest(self) -> dict[str, Any]:
        values: dict[str, Any] = json.loads(self.path.read_text(encoding="utf-8"))
        return values

    def state(self) -> dict[str, tuple[int, bytes]]:
        """What lies beside the space, and since when."""
        files = (path for path in self.target.parent.iterdir() if path.is_file())
        return {path.name: (path.stat().st_mtime_ns, path.read_bytes()) for path in files}


@pytest.fixture
def space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Space:
    monkeypatch.setattr("signal.signal", lambda *_: None)

    def run(arguments: list[str]) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", arguments)
        with pytest.raises(SystemExit) as end:
            cli.main()
        said = capfd.readouterr()
        return end.value.code if isinstance(end.value.code, int) else 0, said.out + said.err

    return Space(tmp_path, run)


def test_nothing_is_written_if_nothing_has_changed(space: Space) -> None:
    assert space.export()[0] == 0
    before = space.state()
    code, said = space.again()
    assert code == 0
    assert "Nothing has changed since 2026-11-22 12:00:00 UTC; nothing was written." in said
    assert "Typesetting" not in said
    assert space.state() == before


def test_only_looking_is_light(space: Space) -> None:
    """No typesetter, no PDF library, no worker: all of them together take longer than looking."""
    assert space.export()[0] == 0
    arguments = ["export", str(space.folder), "-o", str(space.target), "--since", str(space.path)]
    program = (
        "import sys\nfrom confluence_xpress.cli import app\ntry:\n app.app(sys.argv[1:])\n"
        "finally:\n print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
    )
    assert "Nothing has changed" in done.stderr
    loaded = set(done.stdout.split())
    assert "confluence_xpress.render.changes" in loaded
    assert not loaded & {"typst", "pikepdf", "PIL", "pyhanko", "confluence_xpress.render.core", "multiprocessing"}


def test_changes_are_told_and_listed(space: Space) -> None:
    space.export()
    space.set("2", version=5)
    (space.folder / "3.storage.xml").write_text("<p>Salad.</p>")
    pages = json.loads((space.folder / "pages.json").read_text())
    pages[3] = {"id": "9", "title": "News", "version": 1}
    (space.folder / "pages.json").write_text(json.dumps(pages))
    code, said = space.again()
    assert code == 0
    assert "2 pages changed, 1 added, 1 removed since 2026-11-22 12:00:00 UTC" in said
    assert space.manifest["changes"] == {
        "since": "2026-11-22T12:00:00Z",
        "added": ["9"],
        "changed": ["2", "3"],
        "moved": [],
        "removed": [{"id": "4", "title": "Rules"}],
        "other": [],
    }
    code, said = space.again()
    assert "Nothing has changed since 2026-11-23 12:00:00 UTC" in said


def test_a_file_of_a_page_counts(space: Space) -> None:
    space.export()
    (space.folder / "attachments/3/menu.txt").write_text("Salad")
    assert "1 page changed since" in space.again()[1]
    space.set("3", version=1, attachments=[{"title": "menu.txt", "version": 1}])
    space.again()
    space.set("3", attachments=[{"title": "menu.txt", "version": 2}])
    assert "1 page changed since" in space.again()[1]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--set", "cover=false"], "options: cover was auto, is false"),
        (["--attachments"], "delivery: attachments was false, is true"),
        (["--images", "screen"], "delivery: images was original, is screen"),
        (["--split", "pages=2"], "delivery: split was nothing, is pages=2"),
        (["--password", "secret"], "delivery: encrypted was false, is true"),
        (["--linearize"], "delivery: linearized was false, is true"),
        (["--pdf-standard", "ua-1"], 'standards was ["ua-1", "a-2a"], is ["ua-1"]'),
    ],
)
def test_options_are_reasons(space: Space, arguments: list[str], reason: str) -> None:
    space.export()
    code, said = space.again(*arguments)
    assert code == 0 and "No page has changed since" in said and reason in said
    assert reason in space.manifest["changes"]["other"]
    assert "Nothing has changed" in space.again(*arguments)[1]


def test_a_page_that_others_include_counts_though_it_is_not_selected(space: Space) -> None:
    (space.folder / "2.storage.xml").write_text(f"<p>Trains.</p>{INCLUDE}")
    space.export("--root", "1")
    assert [entry["id"] for entry in space.manifest["included"]] == ["4"]
    assert "Nothing has changed" in space.again("--root", "1")[1]
    space.set("4", version=3)
    assert "included page Rules changed" in space.again("--root", "1")[1]


def test_the_measures_of_a_template_count() -> None:
    template = load_template("default")
    assert replace(template, area=replace(template.area, margin_left=1)).digest != template.digest
    assert replace(template).digest == template.digest


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "the first time"), ("%PDF-1.7", "is a PDF"), ("{}", "not a manifest of XPress"), ("no", "is no JSON")],
)
def test_what_is_no_manifest_is_wrong_usage(space: Space, content: str | None, said: str) -> None:
    if content is not None:
        space.path.write_text(content)
    code, told = space.again()
    assert code == 2 and said in told and not space.target.exists()


def test_a_manifest_that_another_program_laid_out_is_read(space: Space) -> None:
    space.export()
    space.path.write_text(json.dumps(space.manifest, indent=4, sort_keys=True), encoding="utf-8")
    assert "Nothing has changed" in space.again()[1]
    assert read_earlier(space.path.read_bytes(), "x")["title"] == "space"
