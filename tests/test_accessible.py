"""veraPDF finds no fault: PDF/UA-1 and PDF/A-2a, in the demo and in everything that the corpus holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from confluence_xpress.render import plan
from confluence_xpress.render.plan import Split
from tests.conftest import Exported
from tests.corpus import ABSENT, DEMO, as_space, documents, options
from tests.test_parts import make, space
from tests.verapdf import validate

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("verapdf")]
FLAVOURS = ("ua1", "2a")


def faults(pdfs: dict[str, bytes], folder: Path, flavours: tuple[str, ...] = FLAVOURS) -> list[str]:
    """Every fault, with the name of its file."""
    paths = []
    for name, data in pdfs.items():
        paths.append(folder / f"{name.removesuffix('.pdf')}.pdf")
        paths[-1].write_bytes(data)
    found = validate(paths, *flavours)
    return [f"{path.stem}: {fault}" for path, its_faults in found.items() for fault in its_faults]


def test_the_demo(exported: Exported, tmp_path: Path) -> None:
    pdfs = {
        "default": exported(DEMO).rendition.pdf,
        "other": exported(
            DEMO, {"cover": "false", "numbering": "true", "new_sheet": "none", "paper": "a5"}
        ).rendition.pdf,
    }
    assert faults(pdfs, tmp_path) == []


def test_the_corpus(exported: Exported, tmp_path_factory: pytest.TempPathFactory) -> None:
    # All documents of a kind make one book: the same content as one by one, and titles, contents and links besides.
    shared = tmp_path_factory.getbasetemp().parent
    pdfs = {}
    for kind in ("storage", "adf"):
        if not (paths := documents(kind)):
            pytest.skip(ABSENT)
        folder = shared / f"verapdf-{kind}"
        folder.mkdir(exist_ok=True)
        pdfs[kind] = exported(as_space(folder, paths)).rendition.pdf
    for path in documents("space-exports"):
        if path.name in SPACES:
            pdfs[path.name] = exported(path).rendition.pdf
    assert faults(pdfs, tmp_path_factory.mktemp("pdfs")) == []


def test_a_document_of_many_parts_and_its_volumes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "MOST_BYTES", 1_000)
    folder = space(tmp_path / "space")
    settings = {"watermark": "Draft", "index": "true", "list_of_figures": "true", "list_of_tables": "true"}
    whole = make(folder, options(settings))
    volumes = make(folder, options(settings), split=Split("top-level"))
    assert whole.parts > 10
    assert len(volumes.pdfs) == 3
    assert faults({"whole": whole.pdf, **volumes.pdfs}, tmp_path) == []


@pytest.mark.parametrize(
    ("standards", "flavours"),
    [(("a-2u",), ("2u",)), (("ua-1", "a-3a"), ("ua1", "3a")), (("a-4",), ("4",)), (("a-4e",), ("4e",))],
)
def test_other_standards(standards: tuple[str, ...], flavours: tuple[str, ...], tmp_path: Path) -> None:
    made = make(DEMO, options(standards=standards))
    assert faults(made.pdfs, tmp_path, flavours) == []


SPACES = {"xwiki-confluence-5.9.zip", "doctoolchain-testspace", "xwiki-multilingual", "xwiki-emoji", "xwikipro-navmap"}
"""Exports with images, tables, other scripts and deep trees."""
