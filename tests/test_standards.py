"""PDF standards: what goes together, what is refused and why, and what a document says that it is."""

from __future__ import annotations

import io

import pikepdf
import pytest

from confluence_xpress.bundle import Body, Bundle, Page
from confluence_xpress.errors import InputError
from confluence_xpress.needs import BodyNeed
from confluence_xpress.render import render
from confluence_xpress.typeset.standards import DEFAULT, KNOWN, archive_of, check_standards, version_of
from tests.corpus import options

BUNDLE = Bundle("Book", (Page("1", "One"),), (), {BodyNeed("1"): Body("storage", "<h1>Heading</h1><p>Words</p>")})


@pytest.mark.parametrize("names", [(), DEFAULT, ("UA-1", "A-3B"), ("ua-1", "1.7"), ("a-4f", "2.0"), ("a-2u", "a-2u")])
def test_standards_that_go_together(names: tuple[str, ...]) -> None:
    assert check_standards(names) == tuple(dict.fromkeys(name.casefold() for name in names))


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (("a-9z",), "a-9z"),
        (("a-2a", "a-3a"), "exclude each other"),
        (("1.7", "2.0"), "exclude each other"),
        (("ua-1", "2.0"), "ua-1 needs PDF 1.7"),
        (("ua-1", "a-4"), "ua-1 needs PDF 1.7"),
        (("a-2a", "2.0"), "a-2a is PDF 1.7, not 2.0"),
        (("a-4", "1.7"), "a-4 is PDF 2.0, not 1.7"),
        (("1.4",), "“1.4”: XPress writes PDF 1.7 and 2.0"),
        (("1.5",), "“1.5”: XPress writes PDF 1.7 and 2.0"),
        (("ua-1", "1.6"), "“1.6”: XPress writes PDF 1.7 and 2.0"),
        (("a-1a",), "“a-1a”: it forbids transparency"),
        (("a-1b", "1.4"), "“a-1b”: it forbids transparency"),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, tuple) else "",
)
def test_what_is_refused_is_refused_with_its_reason(names: tuple[str, ...], said: str) -> None:
    with pytest.raises(InputError, match=said) as refused:
        check_standards(names)
    assert refused.value.hint


@pytest.mark.parametrize("name", KNOWN)
def test_a_document_says_what_it_is(name: str) -> None:
    standards = check_standards([name])
    pdf = render(BUNDLE, options(standards=standards)).pdf
    version = version_of(standards)
    assert pdf.startswith(f"%PDF-{version}\n".encode())
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert document.pdf_version == version
        assert document.check_pdf_syntax() == []
        assert ("/Info" in document.trailer) is not name.startswith("a-4")
        with document.open_metadata() as metadata:
            part, conformance = archive_of(standards) or ("", "")
            assert metadata.get("pdfaid:part", "") == part
            assert metadata.get("pdfaid:conformance", "") == conformance
            assert metadata.get("pdfuaid:part", "") == ("1" if name == "ua-1" else "")
