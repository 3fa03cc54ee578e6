"""The helper that asks veraPDF tells good files from bad ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import typst

from tests import verapdf

GOOD = b"""
#set document(title: "A title")
#set text(lang: "en")
= A heading
A paragraph.
"""

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("verapdf")]

Compile = Callable[[str, bool], Path]


@pytest.fixture
def make_pdf(tmp_path: Path) -> Compile:
    source = tmp_path / "root" / "main.typ"
    source.parent.mkdir()
    source.write_bytes(GOOD)

    def make(name: str, tagged: bool) -> Path:
        if tagged:
            pdf = typst.compile(
                input=source, root=source.parent, ignore_system_fonts=True, pdf_standards=["ua-1", "a-2a"]
            )
        else:
            pdf = typst.compile(input=source, root=source.parent, ignore_system_fonts=True, pdf_tags=False)
        path = tmp_path / name
        path.write_bytes(pdf)
        return path

    return make


@pytest.mark.parametrize("flavour", ["ua1", "2a"])
def test_a_tagged_file_passes_and_an_untagged_one_has_named_faults(make_pdf: Compile, flavour: str) -> None:
    good, bad = make_pdf("good.pdf", True), make_pdf("--bad ü.pdf", False)

    faults = verapdf.validate([good, bad], flavour)

    assert faults[good] == []
    descriptions = {f"{fault.clause}-{fault.test_number}": fault for fault in faults[bad]}
    unmarked = descriptions["6.2-1" if flavour == "ua1" else "6.7.2.2-1"]
    assert "MarkInfo" in unmarked.description
    assert (unmarked.count, unmarked.example_context) == (1, "root")
    assert "MarkInfo" in str(unmarked)


def test_several_flavours_are_checked_at_once(make_pdf: Compile) -> None:
    good = make_pdf("good.pdf", True)
    assert verapdf.validate([good], "2a", "ua1") == {good: []}


def test_a_file_must_claim_each_of_several_flavours(make_pdf: Compile) -> None:
    with pytest.raises(verapdf.VeraPDFError, match="claims 2a, ua1, not 3a, ua1"):
        verapdf.validate([make_pdf("good.pdf", True)], "ua1", "3a")


def test_no_files_have_no_faults() -> None:
    assert verapdf.validate([], "ua1") == {}


def test_what_is_no_pdf_is_an_error_and_not_a_pass(tmp_path: Path) -> None:
    path = tmp_path / "garbage.pdf"
    path.write_bytes(b"garbage")
    with pytest.raises(verapdf.VeraPDFError, match="garbage.pdf"):
        verapdf.validate([path], "ua1")


def test_a_missing_file_is_an_error_and_not_a_pass(make_pdf: Compile, tmp_path: Path) -> None:
    with pytest.raises(verapdf.VeraPDFError, match="missing.pdf"):
        verapdf.validate([make_pdf("good.pdf", True), tmp_path / "missing.pdf"], "ua1")
