"""Typst's files, read and renumbered without a PDF library: the same is found as by one, and no text is touched."""

from __future__ import annotations

import base64
import io
import json
import re
from pathlib import Path

import pikepdf
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from confluence_xpress.errors import InternalError
from confluence_xpress.typeset.engine import compile_pdf
from confluence_xpress.typeset.finish import Placement, Target, finish, scan
from confluence_xpress.typeset.numbers import FIRST
from confluence_xpress.typeset.raw import Position, RawPdf, array, box, reference, references, renumber, split_stream
from tests.corpus import export
from tests.space_exports import write_folder

# --- Renumbering -----------------------------------------------------------------------------------------------------

NUMBERS = {b"%d" % old: b"%d" % (old + 7000) for old in range(1, 200)}
TOKENS = st.sampled_from(
    [b"<<", b">>", b"[", b"]", b"/Kids", b"/P", b" 0 ", b" 12 ", b" 0.5 ", b"/S/Link", b"<feff0028>", b"true", b"/R "]
)
LETTERS = st.one_of(
    st.sampled_from([b"12 0 R", b"/A 7 0 R", b"R", b"obj", b" ", b"endobj\n", b"\\n", b"\\\\", b"\\(", b"\\)", b">>"]),
    st.binary(max_size=6).map(lambda data: re.sub(rb"[\\()]", rb"\\\g<0>", data)),
)


@st.composite
def strings(draw: st.DrawFn) -> bytes:
    """A string: what stands in it is escaped, or its brackets are in pairs."""
    inner = st.recursive(
        LETTERS, lambda deeper: st.lists(deeper, max_size=3).map(lambda parts: b"(" + b"".join(parts) + b")")
    )
    return b"(" + b"".join(draw(st.lists(inner, max_size=4))) + b")"


REFERENCES = st.integers(1, 199).map(lambda number: (b" %d 0 R" % number, b" %d 0 R" % (number + 7000)))
PIECES = st.one_of(TOKENS.map(lambda token: (token, token)), strings().map(lambda text: (text, text)), REFERENCES)


@pytest.mark.slow
@given(st.lists(PIECES, max_size=12))
@example([(b"/T(Look at 12 0 R (or (7 0 R)))", b"/T(Look at 12 0 R (or (7 0 R)))"), (b"/P 12 0 R", b"/P 7012 0 R")])
@example([(b"(\\)12 0 R)", b"(\\)12 0 R)"), (b"(\\\\)", b"(\\\\)"), (b" 12 0 R", b" 7012 0 R")])
@example([(b"[", b"["), (b"2 9 0 R", b"2 7009 0 R"), (b"/K 0", b"/K 0"), (b" 12 0 R", b" 7012 0 R")])
def test_references_get_new_numbers_and_strings_stay(pieces: list[tuple[bytes, bytes]]) -> None:
    body = b" ".join(before for before, _ in pieces)
    assert renumber(body, NUMBERS) == b" ".join(after for _, after in pieces)


@pytest.mark.slow
@given(st.lists(PIECES, max_size=8))
def test_equal_numbers_change_nothing(pieces: list[tuple[bytes, bytes]]) -> None:
    body = b" ".join(before for before, _ in pieces)
    assert renumber(body, {number: number for number in NUMBERS}) == body


@pytest.mark.slow
@given(st.lists(PIECES, max_size=4), st.lists(PIECES, max_size=4))
def test_a_reference_without_a_new_number_is_a_defect(
    before: list[tuple[bytes, bytes]], after: list[tuple[bytes, bytes]]
) -> None:
    body = b" ".join([*(piece for piece, _ in before), b"[200 0 R]", *(piece for piece, _ in after)])
    with pytest.raises(KeyError):
        renumber(body, NUMBERS)


# --- Reading ---------------------------------------------------------------------------------------------------------

PICTURE = b'<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10"><rect width="20" height="10"/></svg>'
WORDS = "/Kids[1 0 R] (a (b) 12 0 R) /Type/Pages endobj"


def made(*, standards: tuple[str, ...] = ("a-3a",), facts: str = "") -> bytes:
    """Typst's PDF of 40 pages with headings, links, images and texts that look like PDF."""
    about = 'relationship: "data", mime-type: "application/json", description: "d"'
    attached = f'#pdf.attach("facts.json", bytes("{facts}"), {about})\n' if facts else ""
    page = (
        f'= Page <p__N__>\n#link("https://example.com/(x)")[out] #link(<p__M__>)[in]\n'
        f'#image("a.svg", alt: "{WORDS}")\n#table(columns: 2, table.header[A][B], [1], [2])\n'
    )
    body = "#pagebreak()\n".join(page.replace("__N__", str(n)).replace("__M__", str((n + 9) % 40)) for n in range(40))
    source = f'#set document(title: "t")\n{attached}#set page(width: 300pt, height: 200pt)\n{body}'
    return compile_pdf({"main.typ": source.encode(), "a.svg": PICTURE}, "main.typ", standards, 0)


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return made(facts="[[1,2.5,3],null,[40,0,0]]")


def test_every_object_is_found_as_a_library_finds_it(pdf: bytes) -> None:
    raw = RawPdf(pdf)
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert list(raw.numbers) == [obj.objgen[0] for obj in document.objects]
        assert raw.root == document.Root.objgen[0]
        assert raw.info == document.trailer.Info.objgen[0]
        for number in raw.numbers:
            dictionary, data = split_stream(raw.body(number))
            there = document.get_object(number, 0)
            assert isinstance(there, pikepdf.Stream) == (data is not None)
            if isinstance(there, pikepdf.Stream):
                assert data == there.read_raw_bytes()
            else:
                # Without its references, which the library would follow, an object reads the same.
                plain = pikepdf.Object.parse(renumber(dictionary, Nothing()).replace(b"0 0 R", b"/R"))
                assert shape(plain) == shape(there)


class Nothing(dict[bytes, bytes]):
    """Every number becomes none."""

    def __missing__(self, _key: bytes) -> bytes:
        return b"0"


def shape(value: pikepdf.Object) -> object:
    """The names and the numbers of entries of an object."""
    if isinstance(value, pikepdf.Dictionary):
        return sorted(value.keys())
    return len(value) if isinstance(value, pikepdf.Array) else value


def test_pages_come_in_order_with_their_sizes(pdf: bytes) -> None:
    raw = RawPdf(pdf)
    pages = raw.pages()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert pages == [page.obj.objgen[0] for page in document.pages]
    assert [box(raw.body(page)) for page in pages] == [(300.0, 200.0)] * 40


def test_the_facts_are_those_that_were_embedded(pdf: bytes) -> None:
    assert RawPdf(pdf).facts() == [Position(0, 2.5, 3), None, Position(39, 0, 0)]
    assert RawPdf(made(facts="[" + ",".join(["[1,2,3]"] * 900) + "]")).facts() == [Position(0, 2, 3)] * 900
    assert RawPdf(made(standards=("a-2a",))).facts() == []


def test_a_file_of_another_program_is_refused(pdf: bytes) -> None:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        document.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    for data in (out.getvalue(), b"", b"%PDF-1.7\n", pdf[:-200], b"startxref\n99\n%%EOF"):
        with pytest.raises(InternalError):
            RawPdf(data)


def test_what_is_no_stream_is_not_read_as_one(pdf: bytes) -> None:
    raw = RawPdf(pdf)
    with pytest.raises(InternalError):
        raw.stream(raw.root)


def test_small_readers() -> None:
    body = b"<</Type/Page/Parent 3 0 R/Annots[4 0 R 5 0 R]/Nothing[]>>"
    assert (reference(body, b"/Parent"), reference(body, b"/Contents")) == (3, 0)
    assert references(array(body, b"/Annots")) == [4, 5]
    assert array(body, b"/Nothing") == array(body, b"/Missing") == b""


def test_keys_of_the_parent_tree_stay_integers_of_pdf(pdf: bytes) -> None:
    """The last of 16,000 parts has keys that every reader can hold."""
    found = scan(pdf)
    links = {address: Target("p1", "") for address in found.links}
    finished = finish(pdf, Placement(16_000, FIRST, found.room, {}, links))
    _, low, high = finished.parents
    assert 0 < low < high < 2**31


# --- Content that looks like a PDF -----------------------------------------------------------------------------------

FAKE = (
    b"\n5 0 obj\n<</Type/XObject/Subtype/Image/Width 1/Length 9>>\nendobj\n1 0 obj\n<</Subtype/Image\n"
    b"/A<</Type/Action/S/URI/URI(xpress:p\xe9)>>/A<</Type/Action/S/URI/URI(xpress:p1)>>"
    b"/Type/Filespec/F(facts.json)/EF<</F 1 0 R>>\n/Dest 7 0 R startxref\n7\n%%EOF"
)


def photo() -> bytes:
    """A JPEG whose comment looks like objects of a PDF."""
    out = io.BytesIO()
    Image.effect_noise((300, 200), 80).convert("RGB").save(out, "JPEG")
    data = out.getvalue()
    return data[:2] + b"\xff\xfe" + (len(FAKE) + 2).to_bytes(2, "big") + FAKE + data[2:]


def test_an_image_that_holds_pdf_syntax_is_an_image(tmp_path: Path) -> None:
    link = f"data:image/jpeg;base64,{base64.b64encode(photo()).decode()}"
    image = f'<image width="9" height="9" href="{link}"/>'
    drawing = f'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">{image}</svg>'
    source = b'#set document(title: "t")\n#set page(width: 300pt, height: 200pt)\n#image("a.svg", alt: "x")'
    pdf = compile_pdf({"main.typ": source, "a.svg": drawing.encode()}, "main.typ", ("a-3a",), 0)
    assert FAKE in pdf, "the typesetter keeps the file as it is"
    found = scan(pdf)
    assert len(found.shared) == 1
    assert found.positions == ()
    page = {"id": "1", "title": "One", "body": "1.storage.xml", "attachments": ["a.jpg"]}
    body = '<p><ac:image ac:alt="x"><ri:attachment ri:filename="a.jpg"/></ac:image></p>'
    folder = write_folder(
        tmp_path, {"pages.json": json.dumps([page]), "1.storage.xml": body, "attachments/1/a.jpg": photo()}
    )
    rendition = export(folder).rendition
    assert rendition.diagnostics == ()
    with pikepdf.open(io.BytesIO(rendition.pdf)) as document:
        assert document.check_pdf_syntax() == []


@pytest.mark.parametrize(
    "text",
    [
        "/A<</Type/Action/S/URI/URI(xpress:p2)>>",
        "12 0 R (13 0 R) 14 0 R",
        "(U1x1y1) /Headers[(U1x1y1)]",
        "/StructParents 5 /Resources 3 0 R",
        "endobj\\ (( \\) \\(",
    ],
)
def test_text_that_looks_like_pdf_stays_text(text: str, tmp_path: Path) -> None:
    shown = text.replace("&", "&amp;").replace("<", "&lt;")
    pages = [{"id": n, "title": f"{text} {n}", "position": n, "body": f"{n}.storage.xml"} for n in (1, 2)]
    body = f'<h1>{shown}</h1><p><ac:image ac:alt="{shown}"><ri:url ri:value="https://example.com/x"/></ac:image></p>'
    link = f'<p><a href="https://example.com/?{shown}">{shown}</a></p>'
    table = f"<table><tbody><tr><th>{shown}</th><th>b</th></tr><tr><td>1</td><td>{shown}</td></tr></tbody></table>"
    files = {f"{n}.storage.xml": body + link + table for n in (1, 2)}
    rendition = export(write_folder(tmp_path, {**files, "pages.json": json.dumps(pages)})).rendition
    with pikepdf.open(io.BytesIO(rendition.pdf)) as document:
        assert document.check_pdf_syntax() == []
        titles = [str(obj.T) for obj in document.objects if isinstance(obj, pikepdf.Dictionary) and "/T" in obj]
        assert titles.count(text) == 2
        addresses = {str(obj.URI) for obj in document.objects if isinstance(obj, pikepdf.Dictionary) and "/URI" in obj}
        assert all(address.startswith("https://example.com/") for address in addresses)
