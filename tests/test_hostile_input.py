"""Input that is made to do harm: nothing outside is read, nothing active gets into the PDF, no bomb goes off."""

from __future__ import annotations

import io
import json
import struct
import tracemalloc
import zipfile
import zlib
from contextlib import suppress
from pathlib import Path
from random import Random

import pikepdf
import pytest

from confluence_xpress.errors import InputError
from tests.corpus import Export, export
from tests.recall import pdf_text
from tests.space_exports import body, entities, page, space, write_folder, write_zip

SECRET = "Kv8-forbidden-words"
"""What lies outside the source, and must not be found in any output."""

ACTIVE = (
    "/JS",
    "/JavaScript",
    "/Launch",
    "/OpenAction",
    "/AA",
    "/SubmitForm",
    "/ImportData",
    "/RichMedia",
    "/EmbeddedFile",
)


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A file that no export may read."""
    path = tmp_path / "secret.txt"
    path.write_text(SECRET, encoding="utf-8")
    return path


def made(folder: Path, text: str, files: dict[str, bytes] | None = None, name: str = "1.storage.xml") -> Export:
    """The export of a page with these files attached."""
    attached = [f"attachments/1/{key}" for key in files or {}]
    pages = [{"id": "1", "title": "Title", "body": name, "attachments": [Path(path).name for path in attached]}]
    content: dict[str, str | bytes] = {"pages.json": json.dumps(pages), name: text}
    return export(write_folder(folder, content | dict(zip(attached, (files or {}).values(), strict=True))))


def words(made: Export) -> str:
    return "".join(pdf_text(made.rendition.pdf))


def codes(made: Export) -> set[str]:
    return {diagnostic.code for diagnostic in made.rendition.diagnostics}


def everything(pdf: bytes) -> bytes:
    """All bytes of a PDF, streams unpacked."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        streams = (obj.read_bytes() for obj in document.objects if isinstance(obj, pikepdf.Stream) and decodable(obj))
        return b"\n".join([*streams, *(repr(obj).encode() for obj in document.objects)])


def decodable(stream: pikepdf.Stream) -> bool:
    return str(stream.get("/Filter", "/FlateDecode")) == "/FlateDecode"


def assert_inert(pdf: bytes) -> None:
    """Nothing in the PDF runs, opens, or fetches by itself; addresses are of the kinds that a person may click."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for obj in document.objects:
            if isinstance(obj, pikepdf.Dictionary):
                assert not [key for key in ACTIVE if key in obj]
                if "/URI" in obj:
                    assert str(obj.URI).lower().startswith(("https://", "http://", "mailto:")), obj.URI


# --- Links -----------------------------------------------------------------------------------------------------------

UNSAFE = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " \x0bjavascript:alert(1)".replace("\x0b", "\u00a0"),
    "java\tscript:alert(1)",
    "java&#10;script:alert(1)",
    "javascript&colon;alert(1)",
    "vbscript:msgbox(1)",
    "data:text/html,<script>alert(1)</script>".replace("<", "&lt;"),
    "file:///etc/passwd",
    "\\\\server\\share",
    "ms-msdt:/id",
    "jar:https://example.com!/",
    "blob:https://example.com/1",
    "about:blank",
    "view-source:https://example.com",
]


@pytest.mark.parametrize("address", UNSAFE)
def test_unsafe_addresses_keep_their_text_and_lose_their_link(address: str, tmp_path: Path, poppler: None) -> None:
    result = made(tmp_path, f'<p><a href="{address}">kept</a></p>')
    assert_inert(result.rendition.pdf)
    assert "kept" in words(result)


@pytest.mark.parametrize("address", ["javascript:alert(1)", "file:///etc/passwd", "vbscript:x", "data:text/html,x"])
def test_unsafe_addresses_are_reported(address: str, tmp_path: Path) -> None:
    assert "link-unsafe" in codes(made(tmp_path, f'<p><a href="{address}">kept</a></p>'))


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd"])
def test_unsafe_addresses_in_adf(address: str, tmp_path: Path, poppler: None) -> None:
    marks = [{"type": "link", "attrs": {"href": address}}]
    nodes = [
        {"type": "text", "text": "kept", "marks": marks},
        {"type": "inlineCard", "attrs": {"url": address}},
    ]
    content = [
        {"type": "paragraph", "content": nodes},
        {"type": "blockCard", "attrs": {"url": address}},
        {"type": "embedCard", "attrs": {"url": address, "layout": "center"}},
        {"type": "mediaSingle", "content": [{"type": "media", "attrs": {"type": "external", "url": address}}]},
    ]
    result = made(tmp_path, json.dumps({"type": "doc", "version": 1, "content": content}), name="1.adf.json")
    assert_inert(result.rendition.pdf)
    assert "kept" in words(result)


# --- XML -------------------------------------------------------------------------------------------------------------


def test_external_entities_are_not_read(tmp_path: Path, secret: Path, poppler: None) -> None:
    dtd = f'<!DOCTYPE p [<!ENTITY s SYSTEM "{secret.as_uri()}"><!ENTITY % t SYSTEM "{secret.as_uri()}"> %t;]>'
    result = made(tmp_path / "in", f"{dtd}<p>before &s; after</p>")
    assert SECRET not in words(result) and "before" in words(result) and "after" in words(result)


def test_external_entities_of_a_space_export_are_not_read(tmp_path: Path, secret: Path, poppler: None) -> None:
    dtd = f'<!DOCTYPE hibernate-generic [<!ENTITY s SYSTEM "{secret.as_uri()}">]>\n<hibernate-generic'
    text = entities(page("1", "Title"), body("2", "1", "<p>kept</p>"), space("1", "S", "Space"))
    text = text.replace("<hibernate-generic", dtd, 1).replace("Title", "Title &s;", 1)
    try:
        result = export(write_folder(tmp_path / "in", {"entities.xml": text}))
    except InputError:
        return  # to refuse it is as good
    assert SECRET not in words(result)


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
BOMB = f'<!DOCTYPE p [<!ENTITY l0 "ha">{LAUGHS}]>'
QUADRATIC = f'<!DOCTYPE p [<!ENTITY l11 "{"x" * 50_000}">]>'


@pytest.mark.parametrize("dtd", [BOMB, QUADRATIC], ids=["laughs", "quadratic"])
def test_entity_bombs_do_not_go_off(dtd: str, tmp_path: Path) -> None:
    result = made(tmp_path, f"{dtd}<p>kept {'&l11;' * 2000}</p>")
    assert len(result.rendition.pdf) < 2_000_000


def test_an_entity_bomb_in_a_space_export_does_not_go_off(tmp_path: Path) -> None:
    text = entities(page("1", "Title &l11;"), body("2", "1", "<p>kept</p>"), space("1", "S", "Space"))
    with suppress(InputError):  # to refuse it is as good
        export(write_folder(tmp_path, {"entities.xml": BOMB.replace(" p ", " hibernate-generic ") + text}))


DEEP = 5_000


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        f"{'<div>' * DEEP}kept{'</div>' * DEEP}",
        f"{'<ul><li>' * DEEP}kept{'</li></ul>' * DEEP}",
        f"{'<strong>' * DEEP}kept{'</strong>' * DEEP}",
        f"{'<blockquote>' * DEEP}<p>kept</p>{'</blockquote>' * DEEP}",
        f"{'<table><tbody><tr><td>' * 500}kept{'</td></tr></tbody></table>' * 500}",
        '<ac:structured-macro ac:name="panel"><ac:rich-text-body>' * 500
        + "<p>kept</p>"
        + "</ac:rich-text-body></ac:structured-macro>" * 500,
        "<p>" * DEEP + "kept",
        "kept" + "</p>" * DEEP,
    ],
    ids="div list strong quote table macro unclosed unopened".split(),
)
def test_deep_nesting_keeps_its_text(text: str, tmp_path: Path, poppler: None) -> None:
    result = made(tmp_path, text)
    assert "kept" in words(result).replace("\n", "")


@pytest.mark.slow
def test_deep_nesting_in_adf_keeps_its_text(tmp_path: Path, poppler: None) -> None:
    inner = '{"type":"paragraph","content":[{"type":"text","text":"kept"}]}'
    deep = '{"type":"panel","attrs":{"panelType":"info"},"content":[' * 800 + inner + "]}" * 800
    result = made(tmp_path, f'{{"type":"doc","version":1,"content":[{deep}]}}', name="1.adf.json")
    assert "kept" in words(result) or "page-body-unreadable" in codes(result)


@pytest.mark.parametrize("number", ["1000000000", "-5", "0", "1e308", "NaN", "99999999999999999999999999", "٣"])
def test_absurd_numbers(number: str, tmp_path: Path, poppler: None) -> None:
    text = (
        f'<table><colgroup><col style="width: {number}px"/></colgroup><tbody><tr>'
        f'<td colspan="{number}" rowspan="{number}">kept</td><td>kept</td></tr><tr><td>kept</td></tr></tbody></table>'
        f'<ol start="{number}"><li>kept</li></ol><p style="margin-left: {number}px">kept</p>'
        f'<ac:image ac:width="{number}" ac:height="{number}"><ri:attachment ri:filename="x.svg"/></ac:image>'
        f'<ac:structured-macro ac:name="toc"><ac:parameter ac:name="maxLevel">{number}</ac:parameter>'
        f'</ac:structured-macro><p><time datetime="{number}-01-01"/>kept</p>'
        f'<ac:structured-macro ac:name="code"><ac:parameter ac:name="linenumbers">true</ac:parameter>'
        f'<ac:parameter ac:name="firstline">{number}</ac:parameter><ac:plain-text-body>kept</ac:plain-text-body>'
        "</ac:structured-macro>"
    )
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{number}" height="{number}"><rect width="1" height="1"/></svg>'
    )
    result = made(tmp_path, text, {"x.svg": svg.encode()})
    assert words(result).count("kept") >= 7 and "page-not-typeset" not in codes(result)


def test_characters_that_nobody_should_send(tmp_path: Path, poppler: None) -> None:
    odd = "kept\\u0000\\ud800\\udfffkept\\ufffe\\uffff\\u202ekept\\u202ckept\\u0007\\u001b[31mkept\\ue000kept"
    text = (
        f'{{"type":"doc","version":1,"content":[{{"type":"paragraph","content":[{{"type":"text","text":"{odd}"}}]}}]}}'
    )
    result = made(tmp_path, text, name="1.adf.json")
    assert "page-not-typeset" not in codes(result) and words(result).count("kept") >= 4


# --- Images ----------------------------------------------------------------------------------------------------------


def svg(inner: str, attributes: str = "") -> bytes:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="90" height="30" '
        f'{attributes}><text x="5" y="20">kept</text>{inner}</svg>'
    ).encode()


IMAGE = '<p>around</p><ac:image ac:alt="a"><ri:attachment ri:filename="x.svg"/></ac:image>'


@pytest.mark.parametrize(
    "inner",
    [
        "<script>alert(1)</script>",
        '<a xlink:href="javascript:alert(1)"><text x="1" y="9">click</text></a>',
        '<foreignObject width="90" height="30"><body xmlns="http://www.w3.org/1999/xhtml">html</body></foreignObject>',
        '<animate attributeName="x" from="0" to="9" dur="1s" onbegin="alert(1)"/>',
        "<style>@import url(https://example.com/x.css); text { fill: url(file:///etc/passwd) }</style>",
        '<use xlink:href="https://example.com/x.svg#a"/>',
        '<image xlink:href="https://example.com/x.png" width="9" height="9"/>',
        '<iframe xmlns="http://www.w3.org/1999/xhtml" src="https://example.com/"/>',
    ],
    ids="script link foreign-object animation style use image iframe".split(),
)
def test_active_svg_is_disarmed_and_reported(inner: str, tmp_path: Path) -> None:
    result = made(tmp_path, IMAGE, {"x.svg": svg(inner, 'onload="alert(1)"')})
    assert_inert(result.rendition.pdf)
    assert "image-unsafe-removed" in codes(result)
    assert b"alert" not in everything(result.rendition.pdf)
    assert result.rendition.manifest["pages"][0]["images"][0]["result"] == "shown"


def test_svg_does_not_read_files(tmp_path: Path, secret: Path) -> None:
    picture = svg('<rect width="90" height="30" fill="red"/>')
    (tmp_path / "outside.svg").write_bytes(picture)
    outside = (tmp_path / "outside.svg").as_uri()
    inner = f'<image xlink:href="{outside}" width="9" height="9"/><image href="../outside.svg" width="9" height="9"/>'
    entity = f'<!DOCTYPE svg [<!ENTITY s SYSTEM "{secret.as_uri()}">]>'.encode()
    result = made(tmp_path / "in", IMAGE, {"x.svg": entity + svg(f"{inner}<text>&s;</text>")})
    everything_in_it = everything(result.rendition.pdf)
    assert SECRET.encode() not in everything_in_it and b"1 0 0 rg" not in everything_in_it


@pytest.mark.parametrize(
    "data",
    [
        BOMB.replace("DOCTYPE p", "DOCTYPE svg").encode() + svg("<text>&l11;</text>"),
        svg("<g>" * 20_000 + "</g>" * 20_000),
        svg(
            '<g id="g0"/>'
            + "".join(f'<g id="g{n}">{f"""<use xlink:href="#g{n - 1}"/>""" * 10}</g>' for n in range(1, 12))
        ),
        svg('<pattern id="p" width="1e-9" height="1e-9"><rect width="1" height="1"/></pattern><rect fill="url(#p)"/>'),
    ],
    ids="laughs deep use-bomb pattern".split(),
)
def test_svg_bombs_do_not_go_off(data: bytes, tmp_path: Path, poppler: None) -> None:
    result = made(tmp_path, IMAGE, {"x.svg": data})
    assert "around" in words(result)


def test_a_raster_image_of_absurd_size_is_not_unpacked(tmp_path: Path, poppler: None) -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0))
    png = b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 1_000_000)) + chunk(b"IEND", b"")
    tracemalloc.start()
    result = made(tmp_path, IMAGE.replace("x.svg", "x.png"), {"x.png": png})
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "image-unreadable" in codes(result) and "around" in words(result) and peak < 300_000_000


# --- Files -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["../secret.txt", "{outside}", "x/../../secret.txt", "..\\secret.txt", "link.txt"])
def test_names_that_lead_out_of_the_source_are_not_followed(
    name: str, tmp_path: Path, secret: Path, poppler: None
) -> None:
    path = name.format(outside=secret)
    (tmp_path / "in" / "attachments" / "1").mkdir(parents=True)
    for place in (tmp_path / "in", tmp_path / "in" / "attachments" / "1"):
        (place / "link.txt").symlink_to(secret)
    pages = [
        {"id": "1", "title": "One", "body": "1.storage.xml", "attachments": [path]},
        {"id": "2", "title": "Two", "body": f"{path}.storage.xml"},
        {"id": "3", "title": "Three", "body": path},
    ]
    text = (
        f'<p>kept</p><ac:image><ri:attachment ri:filename="{path}"/></ac:image>'
        f'<ac:structured-macro ac:name="viewfile"><ac:parameter ac:name="name"><ri:attachment ri:filename="{path}"/>'
        "</ac:parameter></ac:structured-macro>"
    )
    files = {"pages.json": json.dumps(pages), "1.storage.xml": text}
    result = export(write_folder(tmp_path / "in", files))
    assert SECRET not in words(result) and SECRET.encode() not in everything(result.rendition.pdf)
    assert "kept" in words(result)


def test_a_zip_that_leads_out_is_read_without_touching_anything(tmp_path: Path, poppler: None) -> None:
    pages = json.dumps([{"id": "1", "title": "One", "body": "1.storage.xml"}])
    files: dict[str, str | bytes] = {"pages.json": pages, "1.storage.xml": "<p>kept</p>", "../../evil.txt": "evil"}
    before = sorted(path.name for path in tmp_path.iterdir())
    result = export(write_zip(tmp_path / "space.zip", files))
    assert "kept" in words(result) and "source-entry-unreadable" in codes(result)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*before, "space.zip"])


def bomb(path: Path, where: str, padding: int) -> Path:
    """A space of two pages with 140 MB of zeros at a place, and so many bytes that don't compress."""
    pages = [
        {"id": "1", "title": "One", "body": "1.storage.xml", "attachments": ["x.png"]},
        {"id": "2", "title": "Two", "body": "2.storage.xml"},
    ]
    image = b'<p>text</p><ac:image><ri:attachment ri:filename="x.png"/></ac:image>'
    files = {"pages.json": json.dumps(pages).encode(), "2.storage.xml": b"<p>kept</p>", "1.storage.xml": image}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in {**files, "attachments/1/x.png": b"", "padding": Random(0).randbytes(padding)}.items():
            with archive.open(name, "w") as entry:
                for block in [bytes(1_000_000)] * 140 if name == where else [data]:
                    entry.write(block)
    return path


PLACES = pytest.mark.parametrize("where", ["1.storage.xml", "attachments/1/x.png"])


@pytest.mark.slow
def test_a_zip_bomb_is_refused(tmp_path: Path) -> None:
    path = bomb(tmp_path / "space.zip", "padding", 0)
    with pytest.raises(InputError, match="bomb"):
        export(path)


@pytest.mark.slow
@PLACES
def test_a_bomb_among_other_files_is_reported_and_the_rest_is_exported(
    where: str, tmp_path: Path, poppler: None
) -> None:
    path = bomb(tmp_path / "space.zip", where, 1_000_000)
    tracemalloc.start()
    result = export(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "kept" in words(result) and codes(result) & {"page-body-missing", "image-missing", "image-unreadable"}
    assert peak < 280_000_000


def test_active_html_in_view_format(tmp_path: Path, poppler: None) -> None:
    text = (
        '<p onclick="alert(1)">kept</p><script>alert(1)</script><iframe src="https://example.com/"></iframe>'
        '<object data="x.swf"></object><embed src="x"/><form action="https://example.com/"><input value="v"/></form>'
        '<img src="https://example.com/pixel.png" onerror="alert(1)"/><link rel="stylesheet" href="//example.com/x"/>'
        '<meta http-equiv="refresh" content="0;url=https://example.com"/><svg><script>alert(1)</script></svg>'
    )
    result = made(tmp_path, text, name="1.view.html")
    assert_inert(result.rendition.pdf)
    assert "kept" in words(result) and "alert" not in words(result)
