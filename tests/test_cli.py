"""The command line's contract: exit codes, what is written where, and what a person reads."""

from __future__ import annotations

import io
import json
import os
import pty
import re
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NoReturn

import pikepdf
import pytest

from confluence_xpress import __version__, cli
from confluence_xpress.errors import InternalError
from confluence_xpress.model.json import from_json
from tests.corpus import DEMO, ROOT
from tests.recall import pdf_text
from tests.space_exports import write_folder

PAGES: list[dict[str, object]] = [
    {"id": "1", "title": "Handbook", "position": 0, "body": "1.storage.xml", "labels": ["public"]},
    {"id": "2", "title": "Travel", "parent": "1", "position": 0, "body": "2.storage.xml"},
    {"id": "3", "title": "Expenses", "parent": "2", "position": 0, "body": "3.adf.json", "labels": ["draft"]},
]
TEXT = {"type": "paragraph", "content": [{"type": "text", "text": "Keep the receipts."}]}
BODIES = {
    "1.storage.xml": "<p>Read this first.</p>",
    "2.storage.xml": "<p>Trains before planes.</p>",
    "3.adf.json": json.dumps({"type": "doc", "version": 1, "content": [TEXT]}),
}
LOSSY = '<p>Whole.</p><ac:structured-macro ac:name="time-machine"/>'


class Result:
    """How a run ended and what it said."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


Run = Callable[..., Result]


@pytest.fixture
def xpress(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Runs the command line in this process."""
    # The terminal's handler for SIGTERM is not for the test's own process.
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    monkeypatch.setenv("NO_COLOR", "1")

    def run(*arguments: object) -> Result:
        monkeypatch.setattr(sys, "argv", ["xpress", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            cli.main()
        said = capfd.readouterr()
        return Result(end.value.code if isinstance(end.value.code, int) else 0, said.out, said.err)

    return run


@pytest.fixture
def space(tmp_path: Path) -> Path:
    return make_space(tmp_path / "space")


def make_space(folder: Path, bodies: Mapping[str, str | bytes] | None = None) -> Path:
    return write_folder(folder, {"pages.json": json.dumps(PAGES), **BODIES, **(bodies or {})})


def manifest(path: Path) -> dict[str, object]:
    values: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
    return values


def volumes(values: dict[str, object]) -> list[dict[str, object]]:
    found = values["volumes"]
    assert isinstance(found, list)
    return found


def titles(path: Path) -> list[str]:
    pages = manifest(path)["pages"]
    assert isinstance(pages, list)
    return [page["title"] for page in pages]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def process(*arguments: object, **environment: str) -> subprocess.Popen[bytes]:
    """The command line as a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "confluence_xpress", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")} | environment,
    )


# --- Export ----------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_an_export_gives_a_pdf_and_its_manifest(xpress: Run, space: Path, tmp_path: Path) -> None:
    target = tmp_path / "book.pdf"
    result = xpress("export", space, "-o", target)
    assert (result.code, result.out) == (0, "")
    with pikepdf.open(target) as pdf:
        pages = len(pdf.pages)
    values = manifest(tmp_path / "book.manifest.json")
    assert values["complete"] is True and values["diagnostics"] == []
    assert titles(tmp_path / "book.manifest.json") == ["Handbook", "Travel", "Expenses"]
    lines = result.err.splitlines()
    assert lines[0] == f"Reading {space}" and lines[1] == "Typesetting 3 Confluence pages"
    assert f"{target}: {pages} pages" in result.err and "\x1b" not in result.err
    assert names(tmp_path) == ["book.manifest.json", "book.pdf", "space"]


@pytest.mark.slow
def test_without_a_name_the_pdf_is_called_after_its_source(
    xpress: Run, space: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert xpress("export", space).code == 0
    assert xpress("export", space / "2.storage.xml", "-q").code == 0
    assert names(tmp_path) == ["2.manifest.json", "2.pdf", "space", "space.manifest.json", "space.pdf"]


@pytest.mark.slow
def test_quiet_is_silent(xpress: Run, space: Path, tmp_path: Path) -> None:
    result = xpress("export", space, "-o", tmp_path / "x.pdf", "--quiet")
    assert (result.code, result.out, result.err) == (0, "", "")


def test_quiet_still_names_what_went_wrong(xpress: Run, tmp_path: Path) -> None:
    result = xpress("export", tmp_path / "nothing", "--quiet")
    assert result.code == 2 and "does not exist" in result.err


@pytest.mark.slow
def test_strict_fails_after_writing_if_something_was_lost(xpress: Run, tmp_path: Path) -> None:
    lossy = make_space(tmp_path / "lossy", {"2.storage.xml": LOSSY})
    result = xpress("export", lossy, "-o", tmp_path / "x.pdf", "--strict")
    assert result.code == 1
    assert "lost: 1 × macro that XPress can't show [macro-unknown]" in result.err and "“Travel”" in result.err
    assert manifest(tmp_path / "x.manifest.json")["complete"] is False
    assert (tmp_path / "x.pdf").stat().st_size > 1000
    assert xpress("export", lossy, "-o", tmp_path / "x.pdf").code == 0


@pytest.mark.slow
def test_strict_is_content_when_nothing_was_lost(xpress: Run, space: Path, tmp_path: Path) -> None:
    assert xpress("export", space, "-o", tmp_path / "x.pdf", "--strict").code == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--pages", "3,1"], ["Expenses", "Handbook"]),
        (["--root", "2"], ["Travel", "Expenses"]),
        (["--root", "1", "--depth", "1"], ["Handbook", "Travel"]),
        (["--label", "public", "draft"], ["Handbook", "Expenses"]),
        (["--exclude-label", "draft"], ["Handbook", "Travel"]),
    ],
    ids=["pages", "root", "depth", "label", "exclude-label"],
)
def test_a_selection(xpress: Run, space: Path, tmp_path: Path, arguments: list[str], expected: list[str]) -> None:
    assert xpress("export", space, "-o", tmp_path / "x.pdf", *arguments).code == 0
    assert titles(tmp_path / "x.manifest.json") == expected


@pytest.mark.slow
def test_standard_output_carries_the_same_pdf_and_nothing_else(space: Path, tmp_path: Path) -> None:
    with process("export", space, "-o", "-", "--timestamp", "0", "--manifest", tmp_path / "m.json") as running:
        out, err = running.communicate(timeout=60)
    assert running.returncode == 0 and b"PDF on standard output" in err
    with process("export", space, "-o", tmp_path / "x.pdf", "--timestamp", "1970-01-01", "-q") as running:
        assert running.wait(60) == 0
    assert out == (tmp_path / "x.pdf").read_bytes()
    told, expected = manifest(tmp_path / "m.json"), manifest(tmp_path / "x.manifest.json")
    assert [volumes(values)[0].pop("file") for values in (told, expected)] == ["-", "x.pdf"]
    assert told == expected


@pytest.mark.slow
def test_the_time_of_export_comes_from_the_environment_or_the_option(
    xpress: Run, space: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert xpress("export", space, "-o", tmp_path / "x.pdf").code == 0
    assert manifest(tmp_path / "x.manifest.json")["exported"] == "1970-01-02T00:00:00Z"
    assert xpress("export", space, "-o", tmp_path / "x.pdf", "--timestamp", "2026-01-31T12:00+02:00").code == 0
    assert manifest(tmp_path / "x.manifest.json")["exported"] == "2026-01-31T10:00:00Z"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("standard", "marks"),
    [("ua-1,a-2a", (b"pdfuaid:part", b"pdfaid:part")), ("ua-1", (b"pdfuaid:part",)), ("none", ())],
)
def test_the_standard_is_claimed_in_the_metadata(
    xpress: Run, space: Path, tmp_path: Path, standard: str, marks: tuple[bytes, ...]
) -> None:
    assert xpress("export", space, "-o", tmp_path / "x.pdf", "--pdf-standard", standard).code == 0
    with pikepdf.open(tmp_path / "x.pdf") as pdf:
        metadata = pdf.Root.Metadata.read_bytes()
    assert [mark for mark in (b"pdfuaid:part", b"pdfaid:part") if mark in metadata] == list(marks)


# --- Pages that can't be read ----------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(("body", "code"), [(None, "missing"), (b"<p>", "unreadable"), (b"{", "unreadable")])
def test_a_page_without_a_readable_body_is_a_notice_and_the_rest_is_exported(
    xpress: Run, tmp_path: Path, poppler: None, body: bytes | None, code: str
) -> None:
    space = make_space(tmp_path / "space", {"3.adf.json": body or b""})
    if body is None:
        (space / "3.adf.json").unlink()
    result = xpress("export", space, "-o", tmp_path / "x.pdf", "--strict")
    assert result.code == 1 and f"[page-body-{code}]" in result.err and "“Expenses”" in result.err
    sheets = pdf_text((tmp_path / "x.pdf").read_bytes())
    assert any("Trains before planes." in sheet for sheet in sheets)
    assert any("Expenses" in sheet and "The content of this page" in sheet for sheet in sheets)


@pytest.mark.slow
def test_an_empty_page_is_no_fault(xpress: Run, tmp_path: Path) -> None:
    space = make_space(tmp_path / "space", {"3.adf.json": ""})
    assert xpress("export", space, "-o", tmp_path / "x.pdf", "--strict").code == 0


# --- Wrong usage -----------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["{space}", "--nope"], "--nope"),
        (["{space}", "--template", "defalt"], "Did you mean default?"),
        (["{space}", "--set", "papr=a4"], "Did you mean paper?"),
        (["{space}", "--set", "paper=a9"], "one of a4"),
        (["{space}", "--set", "paper"], "key=value"),
        (["{space}", "--set", "accent=red"], "#0C66E4"),
        (["{space}", "--pages", "1,99"], "No page with the id 99"),
        (["{space}", "--root", "travel"], "the page with the id 2"),
        (["{space}", "--pages", "1", "--root", "2"], "Choose one"),
        (["{space}", "--depth", "-1"], "depth"),
        (["{space}", "--label", "nobody-has-it"], "No page is left"),
        (["{space}", "--timestamp", "yesterday"], "yesterday"),
        (["{space}", "--pdf-standard", "a-9z"], "a-9z"),
        (["{space}", "--pdf-standard", "a-2a,a-3a"], "exclude each other"),
        (["{space}", "-o", "{here}"], "is a folder"),
        (["{space}", "-o", "{here}/nowhere/x.pdf"], "no folder"),
        (["{space}", "-o", "{here}/x.pdf", "--manifest", "{here}/x.pdf"], "both"),
        (["{space}", "-o", "{here}/x.pdf", "--manifest", "{here}/nowhere/m.json"], "no folder"),
        (["{here}/spac"], "Did you mean space"),
        (["{here}"], "space"),
        ([], "Usage"),
    ],
    ids=lambda value: " ".join(value).replace("{", "").replace("}", "") if isinstance(value, list) else "",
)
def test_wrong_usage_is_2_and_says_what_to_do(
    xpress: Run, space: Path, tmp_path: Path, arguments: list[str], said: str
) -> None:
    (tmp_path / "empty").mkdir()
    filled = [argument.format(space=space, here=tmp_path) for argument in arguments]
    if filled == [str(tmp_path)]:
        # One folder in it is a source; a second one makes it unclear which is meant.
        make_space(tmp_path / "other-space")
    before = names(tmp_path)
    result = xpress("export", *filled)
    assert result.code == 2 and said in result.out + result.err
    assert "Traceback" not in result.err and names(tmp_path) == before


def test_a_template_that_cannot_be_typeset_is_wrong_usage(xpress: Run, space: Path, tmp_path: Path) -> None:
    template = tmp_path / "mine"
    shutil.copytree(ROOT / "src/confluence_xpress/templates/default", template)
    looks = template / "template.typ"
    looks.write_text(
        looks.read_text(encoding="utf-8").replace("#let cover-sheet() = page(", "#let cover-sheet() = pige(")
    )
    result = xpress("export", space, "-o", tmp_path / "x.pdf", "--template", template)
    assert result.code == 2 and re.search(r"unknown variable: pige \(template\.typ, line \d+\)", result.err)
    assert names(tmp_path) == ["mine", "space"]


@pytest.mark.parametrize("content", ["", "PK\x03\x04 and then nothing", "%PDF-1.7"])
def test_a_file_that_is_no_source_is_wrong_usage(xpress: Run, tmp_path: Path, content: str) -> None:
    path = tmp_path / "space.zip"
    path.write_text(content)
    result = xpress("export", path, "-o", tmp_path / "x.pdf")
    assert result.code == 2 and "space.zip" in result.err and names(tmp_path) == ["space.zip"]


def test_an_unknown_command_is_wrong_usage(xpress: Run) -> None:
    assert xpress("exprot").code == 2


# --- Failures of ours, and of the machine ----------------------------------------------------------------------------


@pytest.mark.parametrize("error", [RuntimeError("kaput"), InternalError("kaput"), MemoryError()])
def test_a_failure_of_ours_is_3_and_leaves_no_file(
    xpress: Run, space: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_: object, **__: object) -> NoReturn:
        raise error

    monkeypatch.setattr("confluence_xpress.export.export", fail)
    result = xpress("export", space, "-o", tmp_path / "x.pdf")
    assert result.code == 3 and names(tmp_path) == ["space"]
    assert ("kaput" in result.err or "memory" in result.err) and "Traceback" not in result.err


@pytest.mark.slow
def test_a_full_disk_is_3_and_leaves_the_old_files_alone(space: Path, tmp_path: Path) -> None:
    target = tmp_path / "x.pdf"
    target.write_bytes(b"old")
    running = subprocess.run(
        [sys.executable, "-m", "confluence_xpress", "export", str(space), "-o", str(target)],
        capture_output=True,
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000)),
        timeout=60,
        check=False,
    )
    assert running.returncode == 3 and b"Nothing was written" in running.stderr
    assert names(tmp_path) == ["space", "x.pdf"] and target.read_bytes() == b"old"


def test_an_unwritable_manifest_leaves_no_pdf_either(
    xpress: Run, space: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = Path.replace

    def refuse(self: Path, target: Path) -> Path:
        if target.suffix == ".json":
            raise OSError(28, "No space left on device", str(target))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", refuse)
    result = xpress("export", space, "-o", tmp_path / "x.pdf")
    assert result.code == 3 and "No space left on device" in result.err
    assert [name for name in names(tmp_path) if name.endswith(".part")] == []


@pytest.mark.slow
def test_what_is_no_file_is_written_to_and_not_replaced(xpress: Run, space: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["cat", str(pipe)], stdout=subprocess.PIPE) as reader:
        try:
            assert xpress("export", space, "-o", pipe, "--manifest", tmp_path / "m.json").code == 0
            out = reader.communicate(timeout=10)[0]
        finally:
            # It would wait forever for a writer that never comes.
            reader.kill()
    assert pipe.is_fifo() and pikepdf.open(io.BytesIO(out)).pages


@pytest.mark.slow
def test_a_link_to_a_file_stays_a_link(xpress: Run, space: Path, tmp_path: Path) -> None:
    (tmp_path / "real.pdf").write_bytes(b"old")
    (tmp_path / "link.pdf").symlink_to(tmp_path / "real.pdf")
    assert xpress("export", space, "-o", tmp_path / "link.pdf").code == 0
    assert (tmp_path / "link.pdf").is_symlink() and (tmp_path / "real.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.slow
def test_the_reader_of_standard_output_may_go_away(space: Path) -> None:
    with process("export", space, "-o", "-") as running:
        assert running.stdout and running.stderr
        running.stdout.close()
        err = running.stderr.read()
        assert running.wait(60) == 3
    assert b"Traceback" not in err and b"BrokenPipe" not in err


@pytest.mark.slow
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["ctrl-c", "terminate"])
def test_an_interrupted_export_leaves_nothing_behind(tmp_path: Path, number: signal.Signals, code: int) -> None:
    with process("export", DEMO, "-o", tmp_path / "x.pdf") as running:
        assert running.stderr
        # Standard error is told of each step as it begins; typesetting the demo takes longer than the signal.
        while b"Typesetting" not in (line := running.stderr.readline()):
            assert line, "ended before typesetting"
        running.send_signal(number)
        assert running.wait(30) == code
        assert b"Traceback" not in running.stderr.read()
    assert names(tmp_path) == []


@pytest.mark.slow
def test_a_terminal_shows_progress(space: Path, tmp_path: Path) -> None:
    main, side = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "confluence_xpress", "export", str(space), "-o", str(tmp_path / "x.pdf")],
        stderr=side,
        env=os.environ | {"PYTHONPATH": str(ROOT / "src"), "TERM": "xterm", "COLUMNS": "100"},
    ) as running:
        os.close(side)
        said = b""
        while chunk := read_terminal(main):
            said += chunk
        assert running.wait(60) == 0
    os.close(main)
    assert b"\x1b[" in said and b"Typesetting" in said and b"x.pdf: " in said


def read_terminal(handle: int) -> bytes:
    try:
        return os.read(handle, 4096)
    except OSError:  # the other end was closed
        return b""


# --- The other commands ----------------------------------------------------------------------------------------------


def test_the_version(xpress: Run) -> None:
    result = xpress("--version")
    assert (result.code, result.out.strip()) == (0, f"xpress {__version__}")


def test_help_names_every_command_and_the_exit_codes(xpress: Run) -> None:
    assert {"export", "read", "templates"} <= set(re.findall(r"\w+", xpress("--help").out))
    assert "Exit codes" in xpress("export", "--help").out


@pytest.mark.parametrize("name", ["1.storage.xml", "3.adf.json"])
def test_read_shows_one_body_in_four_ways(xpress: Run, space: Path, name: str) -> None:
    words = "Read this first." if name.startswith("1") else "Keep the receipts."
    text = xpress("read", space / name, "--to", "text")
    assert (text.code, text.out.strip()) == (0, words)
    tree = xpress("read", space / name)
    assert "Paragraph" in tree.out and words in tree.out
    assert words in repr(from_json(json.loads(xpress("read", space / name, "--to", "json").out)))
    typst = xpress("read", space / name, "--to", "typst")
    assert typst.code == 0 and "#page-title(" in typst.out


def test_read_tells_what_it_found_on_standard_error(xpress: Run, tmp_path: Path) -> None:
    path = tmp_path / "x.storage.xml"
    path.write_text("<p>open<strong>er</p>")
    result = xpress("read", path, "--to", "text")
    assert (result.code, result.out.strip()) == (0, "opener") and "markup-repaired" in result.err


@pytest.mark.parametrize("arguments", [["read"], ["read", "nowhere.xml"], ["read", ".", "--to", "text"]])
def test_read_refuses_what_is_no_body(xpress: Run, arguments: list[str]) -> None:
    assert xpress(*arguments).code == 2


def test_read_refuses_an_unknown_form(xpress: Run, space: Path) -> None:
    assert xpress("read", space / "1.storage.xml", "--to", "docx").code == 2


def test_templates_and_their_options_are_listed(xpress: Run) -> None:
    assert xpress("templates").out.startswith("default: ")
    listed = xpress("templates", "default").out
    assert "paper = a4  (a4 | us-letter" in listed and "contents_depth = 3  (1-9)" in listed
    assert xpress("templates", "nope").code == 2
