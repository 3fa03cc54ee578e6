"""Faults of PDFs are found, each with its page; sound documents have none; the quick look agrees with the exact one."""

from __future__ import annotations

import base64
import io
import os
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import pikepdf
import pytest
import typst
from PIL import Image

from confluence_xpress.typeset.engine import compile_pdf
from confluence_xpress.typeset.fonts import load_fonts
from confluence_xpress.typeset.inspect import Finding, inspect_part, inspect_pdf
from confluence_xpress.typeset.inspect.metrics import Spelled
from confluence_xpress.typeset.inspect.screen import Screen
from confluence_xpress.typeset.raw import RawPdf
from tests.corpus import ABSENT, DEMO, as_space, documents, export

WIDTH, HEIGHT = 300, 200
HEAD = f"""#set document(title: "Faults")
#set text(font: ("Inter", "OpenMoji"), size: 10pt)
#set page(width: {WIDTH}pt, height: {HEIGHT}pt, margin: 30pt)
"""
LONG = "a very long line of text that no page is wide enough for, whatever its margins are"

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30">%s</svg>'


def raster() -> bytes:
    """An SVG with a photo in it, which is how images reach Typst."""
    data = io.BytesIO()
    Image.new("RGB", (40, 30), (200, 30, 30)).save(data, "PNG")
    link = f"data:image/png;base64,{base64.b64encode(data.getvalue()).decode()}"
    return SVG % f'<image width="40" height="30" href="{link}"/>'.encode()


DRAWING = SVG % b'<rect width="40" height="30" fill="red"/>'
LABELLED = DRAWING.replace(b"</svg>", b'<text x="2" y="20" font-family="Inter" font-size="9">Label</text></svg>')


def made(body: str, *, tags: bool = True) -> bytes:
    """The PDF of Typst markup."""
    files = {
        "main.typ": (HEAD + body).encode(),
        "photo.svg": raster(),
        "drawing.svg": DRAWING,
        "labelled.svg": LABELLED,
    }
    compiler = typst.Compiler(input=cast("bytes", files), root=os.devnull, font_paths=load_fonts().fonts)
    pdf = compiler.compile(format="pdf", pdf_tags=tags, timestamp=0)
    assert isinstance(pdf, bytes)
    return pdf


def changed(pdf: bytes, change: Callable[[pikepdf.Pdf], None]) -> bytes:
    """The PDF with something done to it."""
    output = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        change(document)
        document.save(output)
    return output.getvalue()


def found(pdf: bytes) -> list[tuple[str, int, str]]:
    """What is found in a PDF of Typst, by both ways of looking."""
    exact = inspect_pdf(pdf)
    assert inspect_part(pdf, private_links=False) == exact
    return [(finding.kind, finding.page, finding.detail) for finding in exact]


SOUND = {
    "text": f"= Title\n{LONG}. " * 12,
    "justified": f"#set par(justify: true)\n{LONG} " * 12,
    "close to the edge": f"#set page(margin: 2pt)\n{LONG}. " * 12,
    "turned page": f"#page(flipped: true)[{LONG}]",
    "turned text": "#rotate(90deg, reflow: true)[Turned text]",
    "scaled text": "#scale(50%, reflow: true)[Scaled text] #skew(ax: 20deg)[Skewed text]",
    "photo": '#image("photo.svg", alt: "Photo", width: 240pt)',
    "photo cut to fit": '#place(dx: 200pt, image("photo.svg", alt: "Photo", width: 68pt, height: 160pt, fit: "cover"))',
    "rounded photo": '#place(dx: 232pt, box(clip: true, radius: 9pt, image("photo.svg", alt: "P", width: 36pt)))',
    "whole page": '#set page(margin: 0pt)\n#image("photo.svg", alt: "P", width: 300pt, height: 200pt, fit: "cover")',
    "drawing": '#image("labelled.svg", alt: "Drawing (of “EMC Do Q”)", width: 240pt)',
    "emoji": "Faces 😀😀 and 👍🏽 in a line",
    "colours": "#text(fill: gradient.linear(red, blue))[Many] #box(fill: red.transparentize(50%))[colours]",
    "bleeding background": "#place(dx: -90pt, dy: -90pt, rect(width: 900pt, height: 900pt, fill: yellow)) Text",
    "trailing spaces": "#place(dx: 225pt, box(width: 90pt)[a" + "\u00a0" * 12 + "])",
    "brackets": "(a)(b) \\\\ ((\\<\\>)) `)9(` `]TJ` `Tj` ([{",
    "many glyphs": f'#"{" ".join(filter(str.isalpha, map(chr, range(0x21, 0x1F0))))}"',
    "table": "#table(columns: 3, table.header([A], [B], [C]), ..range(90).map(n => [cell #n]))",
    "mathematics": "$ sum_(n=1)^oo 1/n^2 = pi^2/6 $",
    "links": '#heading[Here <name>] #link(<name>)[there] #link((page: 1, x: 0pt, y: 0pt))[top] #link("https://x.org")[out]',
    "empty": "",
    "several pages": "One #pagebreak() #pagebreak() Three",
}


@pytest.mark.parametrize("name", SOUND)
def test_sound(name: str) -> None:
    assert found(made(SOUND[name])) == []


SPREAD = "#set par(justify: true, justification-limits: (spacing: (min: 100%, max: 9999%)))"
OUTSIDE = {
    "right": ("#place(dx: 280pt)[outside]", "outside"),
    "over the right edge": ("#place(dx: 250pt)[outside]", "ide"),
    "left": ("#place(dx: -70pt)[outside]", "outside"),
    "below": ("#place(dy: 180pt)[outside]", "outside"),
    "above": ("#place(dy: -45pt)[outside]", "outside"),
    "far": ("#place(dx: 600pt)[outside]", "outside"),
    "turned": (f"#place(dx: 200pt, rotate(90deg, reflow: true, box(width: 999pt)[{LONG}]))", None),
    "cut away": (f"#box(clip: true, width: 50pt, height: 10pt, box(width: 500pt)[{LONG}])", None),
    "long line": (f"#box(width: 900pt)[{LONG}]", None),
    "spread by shifts": (f"#box(width: 400pt)[{SPREAD}; one two #linebreak(justify: true)]", None),
    "emoji": ("#place(dx: 265pt)[😀😀]", "😀😀"),
    "colour": ("#place(dx: 280pt, text(fill: gradient.linear(red, blue))[outside])", "outside"),
    "label of a drawing": ('#place(dx: 230pt, image("labelled.svg", alt: "Drawing", width: 80pt))', None),
    "artifact": ("#place(dx: 280pt, pdf.artifact[outside])", "outside"),
    "second page": ("#pagebreak() #place(dx: 280pt)[outside]", "outside"),
}


@pytest.mark.parametrize("name", OUTSIDE)
def test_text_outside(name: str) -> None:
    body, text = OUTSIDE[name]
    findings = [finding for finding in found(made(body)) if finding[0] == "text-outside"]
    assert [page for _, page, _ in findings] == [1 if name == "second page" else 0]
    assert text in {None, findings[0][2]} and len(findings[0][2]) <= 80


@pytest.mark.parametrize("image", ["photo", "drawing"])
@pytest.mark.parametrize("place", ["dx: 250pt", "dx: 900pt", "dx: -40pt", "dy: 150pt", "dy: -40pt"])
def test_image_outside(image: str, place: str) -> None:
    pdf = made(f'One #pagebreak() #place({place}, image("{image}.svg", alt: "Image", width: 40pt))')
    assert found(pdf) == [("image-outside", 1, "1 image")]


def test_untagged() -> None:
    assert found(made("Some text", tags=False)) == [("content-untagged", 0, "Some text")]
    assert found(made('#image("photo.svg", alt: "Photo")', tags=False)) == [("content-untagged", 0, "image")]
    assert inspect_pdf(made("Some text", tags=False), tagged=False) == ()
    assert inspect_part(made("Some text", tags=False), tagged=False) == ()


def test_tagged_content_of_which_the_structure_tree_knows_nothing() -> None:
    def forget(document: pikepdf.Pdf) -> None:
        parents = pikepdf.NumberTree(document.Root.StructTreeRoot.ParentTree)
        parents[int(document.pages[0].obj.StructParents)] = document.make_indirect(pikepdf.Array())

    assert inspect_pdf(changed(made("Some text"), forget)) == (
        Finding("content-untagged", 0, "content 0 without a tag"),
    )


def test_glyph_missing() -> None:
    pdf = made("Text #pagebreak() #text(fallback: false)[\u6f22\u5b57] and text")
    assert found(pdf) == [("glyph-missing", 1, "Inter-Regular")]
    assert found(made("#text(fallback: false)[x\u6f22]")) == [("glyph-missing", 0, "Inter-Regular")]


def test_fonts_not_embedded() -> None:
    def strip(document: pikepdf.Pdf) -> None:
        for item in document.objects:
            if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/FontDescriptor":
                for key in {"/FontFile", "/FontFile2", "/FontFile3"} & set(item.keys()):
                    del item[key]

    pdf = made("Plain *bold* 😀")
    assert found(pdf) == []
    assert inspect_pdf(changed(pdf, strip)) == (Finding("font-not-embedded", -1, "Inter-Regular"),)


LINKS = "#heading[Here] <name> #pagebreak() #link(<name>)[there]"


def test_links_to_names_that_are_gone() -> None:
    def forget(document: pikepdf.Pdf) -> None:
        del pikepdf.NameTree(document.Root.Names.Dests)["name"]

    pdf = made(LINKS)
    assert found(pdf) == []
    assert inspect_pdf(changed(pdf, forget)) == (Finding("link-dangling", 1, "name"),)


@pytest.mark.parametrize("key", ["Dest", "A"])
def test_links_to_pages_that_are_gone(key: str) -> None:
    def point(document: pikepdf.Pdf) -> None:
        document.add_blank_page()
        target = pikepdf.Array([document.pages[2].obj, pikepdf.Name.Fit])
        note = document.pages[1].obj.Annots[0]
        del note.Dest
        note[f"/{key}"] = target if key == "Dest" else pikepdf.Dictionary(S=pikepdf.Name.GoTo, D=target)

    def forget(document: pikepdf.Pdf) -> None:
        del document.pages[2]

    pointing = changed(made(LINKS), point)
    assert inspect_pdf(pointing) == ()
    assert [f.kind for f in inspect_pdf(changed(pointing, forget))] == ["link-dangling"]


def test_bookmarks_that_lead_nowhere() -> None:
    def forget(document: pikepdf.Pdf) -> None:
        del document.Root.Outlines.First["/Dest"]

    assert inspect_pdf(changed(made("= Chapter"), forget)) == (Finding("link-dangling", -1, "Chapter"),)


def test_private_addresses() -> None:
    pdf = made('#link("xpress:p12#a%20b")[there]')
    assert found(pdf) == [("link-dangling", 0, "xpress:p12#a%20b")]
    assert inspect_part(pdf) == inspect_pdf(pdf, private_links=True) == ()


def test_forms_laid_over_pages() -> None:
    def lay(document: pikepdf.Pdf, *, artifact: bool, x: int) -> None:
        page = document.pages[0]
        form = document.copy_foreign(furniture.pages[0].as_form_xobject())
        name = page.add_resource(form, pikepdf.Name.XObject)
        opening, closing = (b"/Artifact <</Type /Pagination>> BDC\n", b"\nEMC") if artifact else (b"", b"")
        page.contents_add(b"q\n", prepend=True)
        page.contents_add(b"Q\n" + opening + b"q 1 0 0 1 %d 0 cm %s Do Q" % (x, bytes(name)) + closing)

    with pikepdf.open(io.BytesIO(made("Furniture", tags=False))) as furniture:
        for artifact, x, kinds in [
            (True, 0, []),
            (False, 0, ["content-untagged"]),
            (True, 250, ["text-outside"]),
            (False, 250, ["text-outside", "content-untagged"]),
        ]:
            pdf = changed(made("Text"), lambda document, a=artifact, x=x: lay(document, artifact=a, x=x))  # type: ignore[misc]
            assert [(f.kind, f.page) for f in inspect_pdf(pdf)] == [(kind, 0) for kind in kinds]


@pytest.mark.parametrize(
    ("piece", "width"),
    [
        (b"[(", 0.0),
        (b"[-500(", 0.5),
        (b"\\003", 0.3),
        (b"\\n", 1.0),
        (b")", 4.1),
        (b"\\\\", 9.2),
        (b"\\n)-250(", 1.25),
        (b"\\n)250(", 1.0),
        (b"))-250(", 4.35),
        (b"\\n)]TJ", 1.0),
        (b"\\n)Tj", 1.0),
        (b"\\003\\001\\004", 0.3 + 26.0),
        (b"\\003\\001", float("inf")),
        (b"", float("inf")),
    ],
)
def test_widths_of_what_stands_between_high_bytes(piece: bytes, width: float) -> None:
    spelled = Spelled({0: float("inf")} | {code: code / 10 for code in range(1, 300)}, 0.0, 2)
    assert spelled[piece] == pytest.approx(width)


def from_typst(path: Path, monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What Typst wrote for the content at a path: its parts."""
    written: list[bytes] = []

    def keep(files: Mapping[str, bytes], main: str, standards: Sequence[str], timestamp: int, **more: Any) -> bytes:
        written.append(compile_pdf(files, main, standards, timestamp, **more))
        return written[-1]

    monkeypatch.setattr("confluence_xpress.render.typesetting.compile_pdf", keep)
    export(path)
    assert written
    return written


@pytest.mark.slow
def test_the_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    for part in from_typst(DEMO, monkeypatch):
        assert inspect_part(part) == inspect_pdf(part, private_links=True) == ()


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["storage", "adf"])
def test_real_documents(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not (paths := documents(kind)):
        pytest.skip(ABSENT)
    for part in from_typst(as_space(tmp_path, paths), monkeypatch):
        assert inspect_pdf(part, private_links=True) == ()
        # The quick look suspects nothing. If it did, the exact look would follow, which costs much more.
        assert Screen(RawPdf(part), tagged=True, private_links=True).suspects() == []


@pytest.mark.slow
def test_where_text_crosses_the_edge(monkeypatch: pytest.MonkeyPatch) -> None:
    # Pages of real content are made ever narrower, until text is outside. The file's length doesn't change.
    parts = from_typst(DEMO, monkeypatch)
    faults = []
    for width in (b"595.0000", b"560.0000", b"530.0000", b"500.0000", b"400.0000"):
        cut = [re.sub(rb"(?<=/MediaBox\[0 0 )595\.\d{4}(?= )", width, part) for part in parts]
        exact = [inspect_pdf(part, private_links=True) for part in cut]
        assert [inspect_part(part) for part in cut] == exact
        faults.append(sum(map(len, exact)))
    assert faults[0] == 0 and faults[-1] > 10
    assert faults == sorted(faults)
