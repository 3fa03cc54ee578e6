"""Images: what becomes of every kind of reference and of every kind of bytes, seen in finished PDFs where it counts."""

from __future__ import annotations

import base64
import gzip
import io
import subprocess
import zlib
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from PIL import Image as Pillow
from PIL import ImageCms, ImageDraw

from confluence_xpress.bundle import Answer, Attachment, Body, Bundle, Media, Page, Space, Unavailable
from confluence_xpress.diagnostics import CODES, Diagnostic
from confluence_xpress.lookup import Site
from confluence_xpress.model import (
    Asset,
    AttachmentRef,
    Block,
    Cell,
    Document,
    Figure,
    Image,
    InlineImage,
    MediaSource,
    Missing,
    PageRef,
    Panel,
    Paragraph,
    Row,
    Table,
    Text,
    Url,
)
from confluence_xpress.needs import AttachmentNeed, Need, PageNeed
from confluence_xpress.transforms.images import resolve_images
from confluence_xpress.transforms.media import Picture, Unreadable, prepare
from confluence_xpress.transforms.media.raster import MAX_SIDE
from confluence_xpress.transforms.media.svg_parse import MAX_SVG_BYTES

PAGE = Page("10", "Home", "DOC", attachments=(Attachment("order flow.png"),))
SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="300" height="100">'


def font_folder(package: str) -> Path:
    spec = find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "files"


FONTS = typst.Fonts(
    include_system_fonts=False,
    include_embedded_fonts=False,
    font_paths=[font_folder("fontpkg_inter"), font_folder("fontpkg_source_code_pro")],
)

# --- helpers


def drawing(size: tuple[int, int] = (60, 40), mode: str = "RGB") -> Pillow.Image:
    """Red on the left, blue on the right: which way up and what colour can be told from the pixels."""
    image = Pillow.new("RGB", size, (220, 0, 0))
    ImageDraw.Draw(image).rectangle((size[0] // 2, 0, *size), fill=(0, 0, 220))
    return image.convert(mode)


def encode(image: Pillow.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def site(answers: dict[Need, Answer] | None = None, pages: tuple[Page, ...] = (PAGE,)) -> Site:
    def read(_: Body) -> tuple[Document, tuple[Diagnostic, ...]]:
        return Document(), ()

    spaces = (Space("DOC", base_url="https://example.atlassian.net/wiki"),)
    return Site(Bundle("B", pages, spaces, answers or {}), read)


def resolve(
    *blocks: Block, answers: dict[Need, Answer] | None = None, pages: tuple[Page, ...] = (PAGE,)
) -> tuple[Document, list[str], dict[str, bytes], Site]:
    store: dict[str, bytes] = {}
    where = site(answers, pages)
    document, diagnostics = resolve_images(Document(blocks), where, PAGE, store)
    assert all(d.code in CODES and d.page == PAGE.id and d.message for d in diagnostics)
    return document, [d.code for d in diagnostics], store, where


def one(source: MediaSource, data: bytes | None = None, **image: object) -> tuple[Image, list[str], dict[str, bytes]]:
    answers: dict[Need, Answer] = {}
    if data is not None and isinstance(source, AttachmentRef):
        answers[AttachmentNeed(PAGE.id, source.filename, source.file_id)] = Media(data)
    figure = Figure(replace(Image(source, alt="alt"), **image))  # type: ignore[arg-type]
    document, codes, store, _ = resolve(figure, answers=answers)
    result = document.content[0]
    assert isinstance(result, Figure)
    return result.image, codes, store


def picture(data: bytes) -> Picture:
    result = prepare(data)
    assert isinstance(result, Picture), result
    return result


def reason(data: bytes) -> str:
    result = prepare(data)
    assert isinstance(result, Unreadable), result
    return result.reason


def pdf(*svgs: bytes, width: str = "200pt") -> bytes:
    files = {f"/media/{n}.svg": svg for n, svg in enumerate(svgs)}
    images = "\n".join(f'#image("{path}", alt: "an image", width: {width})' for path in files)
    main = f'#set document(title: "T")\n#set text(lang: "en", font: "Inter")\n{images}'
    source: Any = {"main.typ": main.encode(), **files}  # the stubs know single files only
    compiler = typst.Compiler(source, font_paths=FONTS)
    result = compiler.compile(format="pdf", pdf_standards=["ua-1", "a-2a"], timestamp=0)
    assert isinstance(result, bytes)
    return result


def words(document: bytes) -> str:
    return subprocess.run(["pdftotext", "-", "-"], input=document, capture_output=True, check=True).stdout.decode()


def pixels(document: bytes, tmp_path: Path) -> Pillow.Image:
    (tmp_path / "a.pdf").write_bytes(document)
    command = ["pdftoppm", "-r", "36", "-png", "-singlefile", str(tmp_path / "a.pdf"), str(tmp_path / "a")]
    subprocess.run(command, check=True)
    return Pillow.open(tmp_path / "a.png").convert("RGB")


def embedded(svg: bytes) -> bytes:
    href = etree.fromstring(svg)[0].get("href") or ""
    return base64.b64decode(href.partition(",")[2])


# --- references


def test_an_attachment_becomes_an_asset_with_its_natural_size() -> None:
    image, codes, store = one(AttachmentRef("a.png"), encode(drawing(), "PNG"))
    assert isinstance(image.source, Asset)
    assert (image.source.width, image.source.height) == (60, 40)
    assert list(store) == [image.source.path]
    assert codes == []


def test_images_are_found_everywhere_and_stored_once() -> None:
    ref = Image(AttachmentRef("a.png"), alt="alt")
    cell = Cell((Paragraph((Text("x"), InlineImage(ref))),))
    answers: dict[Need, Answer] = {
        AttachmentNeed("10", "a.png"): Media(encode(drawing(), "PNG")),
        AttachmentNeed("10", "copy.png"): Media(encode(drawing(), "PNG")),
    }
    document, codes, store, _ = resolve(
        Table((Row((cell,)),)), Panel("info", (Figure(Image(AttachmentRef("copy.png"), "b")),)), answers=answers
    )
    assert "AttachmentRef" not in repr(document)
    assert repr(document).count("Asset(") == 2
    assert len(store) == 1
    assert codes == []


def test_a_file_that_is_not_fetched_yet_stays_and_is_asked_for() -> None:
    document, codes, store, where = resolve(Figure(Image(AttachmentRef("a.png"), alt="alt")))
    assert document.content == (Figure(Image(AttachmentRef("a.png"), alt="alt")),)
    assert list(where.missing) == [AttachmentNeed("10", "a.png")]
    assert (codes, store) == ([], {})


def test_a_file_that_cannot_be_had_is_missing_with_its_reason() -> None:
    document, codes, _, _ = resolve(
        Figure(Image(AttachmentRef("a.png"), alt="alt")),
        answers={AttachmentNeed("10", "a.png"): Unavailable("no permission")},
    )
    assert document.content == (Figure(Image(Missing("a.png", "no permission"), alt="alt")),)
    assert codes == ["image-missing"]


def test_a_document_without_images_is_the_same_object() -> None:
    document = Document((Paragraph((Text("x"),)),))
    assert resolve_images(document, site(), PAGE, {})[0] is document


def test_an_external_image_is_never_fetched_but_linked() -> None:
    for href in ("https://example.org/a.png?x=1", "//example.org/a.png", "http://example.org/download/attachments/1/a"):
        image, codes, store = one(Url(href))
        assert isinstance(image.source, Missing)
        assert image.source.name == href
        assert isinstance(image.link, Url)
        assert image.link.href.startswith("http")
        assert (codes, store) == (["image-external"], {})


def test_an_author_s_own_link_is_kept() -> None:
    image, _, _ = one(Url("https://example.org/a.png"), link=Url("https://example.org/"))
    assert image.link == Url("https://example.org/")


@pytest.mark.parametrize(
    ("href", "need"),
    [
        ("/download/attachments/10/order%20flow.png?version=1&api=v2", AttachmentNeed("10", "order flow.png")),
        ("/wiki/download/thumbnails/10/order+flow.png", AttachmentNeed("10", "order flow.png")),
        ("https://example.atlassian.net/wiki/download/attachments/10/a%2Bb.png", AttachmentNeed("10", "a+b.png")),
        ("/download/attachments/77/z.png", PageNeed(id="77")),
    ],
)
def test_a_download_address_of_the_site_is_an_attachment(href: str, need: Need) -> None:
    _, _, _, where = resolve(Figure(Image(Url(href), alt="alt")))
    assert list(where.missing) == [need]


def test_a_plus_in_an_attachment_s_name_is_kept_when_there_is_such_a_file() -> None:
    page = replace(PAGE, id="11", attachments=(Attachment("a+b.png"),))
    _, _, _, where = resolve(Figure(Image(Url("/download/attachments/11/a+b.png"), alt="a")), pages=(PAGE, page))
    assert list(where.missing) == [AttachmentNeed("11", "a+b.png")]


def test_data_uris_are_decoded() -> None:
    data = encode(drawing(), "PNG")
    plain = base64.b64encode(data).decode()
    for uri in (f"data:image/png;base64,{plain}", f"data:;base64, {plain[:50]}\n{plain[50:]}".replace("+", "%2B")):
        image, codes, _ = one(Url(uri))
        assert isinstance(image.source, Asset)
        assert codes == []
    image, codes, _ = one(Url("data:image/svg+xml," + SVG.replace("#", "%23") + "</svg>"))
    assert isinstance(image.source, Asset)


@pytest.mark.parametrize(
    ("href", "code"),
    [
        ("data:image/png;base64,????", "image-unreadable"),
        ("data:image/png", "image-unreadable"),
        ("blob:https://example.org/7", "image-missing"),
        ("file:///etc/passwd", "image-missing"),
        ("", "image-missing"),
    ],
)
def test_other_addresses_are_missing_with_a_reason(href: str, code: str) -> None:
    image, codes, _ = one(Url(href))
    assert isinstance(image.source, Missing)
    assert image.source.reason
    assert codes == [code]


def test_alternative_text_is_never_empty() -> None:
    ref = AttachmentRef("order_flow-2.png")
    cases: list[tuple[Figure, str, list[str]]] = [
        (Figure(Image(ref, alt=" Own  words ", title="t"), (Text("c"),)), "Own words", []),
        (Figure(Image(ref, title="t"), (Text("Caption"),)), "Caption", []),
        (Figure(Image(ref, title="Title")), "Title", []),
        (Figure(Image(ref)), "order flow 2", ["image-alt-missing"]),
        (Figure(Image(Missing("", "x"))), "Image", ["image-alt-missing"]),
    ]
    for figure, expected, codes in cases:
        document, found, _, _ = resolve(figure)
        result = document.content[0]
        assert isinstance(result, Figure)
        assert result.image.alt == expected
        assert found == codes


def test_an_image_of_another_page_is_asked_from_that_page() -> None:
    other = replace(PAGE, id="12", title="Other")
    _, _, _, where = resolve(
        Figure(Image(AttachmentRef("a.png", page=PageRef(title="Other")), alt="a")), pages=(PAGE, other)
    )
    assert list(where.missing) == [AttachmentNeed("12", "a.png")]


# --- bytes


def test_png_and_jpeg_bytes_pass_unchanged() -> None:
    for data in (
        encode(drawing(), "PNG"),
        encode(drawing(mode="P"), "PNG", transparency=0),
        encode(drawing(mode="RGBA"), "PNG"),
        encode(Pillow.linear_gradient("L").convert("I").point(lambda v: v * 257).convert("I;16"), "PNG"),
        encode(drawing(), "JPEG"),
        encode(drawing(mode="L"), "JPEG", progressive=True),
        encode(drawing(), "JPEG", icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()),
    ):
        assert embedded(picture(data).svg) == data


def every_kind() -> dict[str, bytes]:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    frames = [drawing().rotate(180 * n) for n in range(3)]
    kinds = {
        "png": encode(drawing(), "PNG"),
        "png palette": encode(drawing(mode="P"), "PNG"),
        "png alpha": encode(drawing(mode="RGBA"), "PNG"),
        "apng": encode(drawing(), "PNG", save_all=True, append_images=frames[1:]),
        "jpeg": encode(drawing(), "JPEG"),
        "jpeg cmyk": encode(drawing(mode="CMYK"), "JPEG"),
        "jpeg with a wrong profile": encode(drawing(), "JPEG", icc_profile=lab),
        "jpeg with a damaged profile": encode(drawing(), "JPEG", icc_profile=b"x" * 300),
        "gif": encode(frames[0], "GIF", save_all=True, append_images=frames[1:]),
        "bmp": encode(drawing(), "BMP"),
        "tiff": encode(drawing(), "TIFF"),
        "tiff cmyk": encode(drawing(mode="CMYK"), "TIFF"),
        "ico": encode(drawing((64, 64)), "ICO"),
        "webp": encode(drawing(), "WEBP"),
        "webp lossless": encode(drawing(), "WEBP", lossless=True),
        "jpeg 2000": encode(drawing(), "JPEG2000"),
        "avif": encode(drawing(), "AVIF"),
    }
    for orientation in range(2, 9):
        exif = Pillow.Exif()
        exif[0x0112] = orientation
        turn = {
            2: Pillow.Transpose.FLIP_LEFT_RIGHT,
            3: Pillow.Transpose.ROTATE_180,
            4: Pillow.Transpose.FLIP_TOP_BOTTOM,
            5: Pillow.Transpose.TRANSPOSE,
            6: Pillow.Transpose.ROTATE_90,
            7: Pillow.Transpose.TRANSVERSE,
            8: Pillow.Transpose.ROTATE_270,
        }[orientation]
        kinds[f"jpeg held {orientation}"] = encode(drawing().transpose(turn), "JPEG", exif=exif)
    return kinds


@pytest.mark.slow
def test_every_kind_of_image_arrives_upright_and_in_its_colours(tmp_path: Path) -> None:
    for name, data in every_kind().items():
        result = picture(data)
        page = pixels(pdf(result.svg, width="360pt"), tmp_path)
        left = page.getpixel((50, 60))
        right = page.getpixel((190, 60))
        assert isinstance(left, tuple), name
        assert isinstance(right, tuple), name
        assert left[0] > 150, (name, left)
        assert max(left[1:]) < 70, (name, left)
        assert right[2] > 150, (name, right)
        assert max(right[:2]) < 70, (name, right)
        assert result.width / result.height == pytest.approx(1 if name == "ico" else 1.5), name


def test_animations_show_their_first_frame_and_say_so() -> None:
    kinds = every_kind()
    for name in ("gif", "apng"):
        assert [code for code, _ in picture(kinds[name]).notes] == ["image-first-frame"]
    assert picture(kinds["webp"]).notes == ()


def test_huge_images_shrink_but_keep_their_natural_size() -> None:
    for data in (encode(drawing((5000, 100)), "PNG"), encode(drawing((9000, 100)), "JPEG")):
        result = picture(data)
        assert result.height == 100
        inner = Pillow.open(io.BytesIO(embedded(result.svg)))
        assert max(inner.size) <= MAX_SIDE < result.width


def png_claiming(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")

    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x02\x00\x00\x00"
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "empty"),
        (b"   ", "known format"),
        (encode(drawing(), "PNG")[:80], "damaged"),
        (encode(drawing((300, 300)), "JPEG")[:900], "damaged"),
        (b"<!DOCTYPE html><html><body>Log in <svg/></body></html>", "web page"),
        (b"<?xml version='1.0'?><feed/>", "XML"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"PK\x03\x04....", "zip"),
        (png_claiming(60_000, 60_000), "pixels"),
        (png_claiming(9_000, 9_000), "pixels"),
        (gzip.compress(b"hello", mtime=0), "damaged"),
        (b"\x1f\x8bxxxx", "damaged"),
        (gzip.compress(b"<svg>" + b" " * (MAX_SVG_BYTES + 10)), "larger"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><g>", "damaged"),
        (SVG.encode() + b"<g>" * 3000 + b"</g>" * 3000 + b"</svg>", "damaged"),
        (SVG.encode() + b"<g/>" * 70_000 + b"</svg>", "too many elements"),
    ],
)
def test_what_is_no_image_says_why(data: bytes, expected: str) -> None:
    assert expected in reason(data)
    image, codes, store = one(AttachmentRef("a.png"), data)
    assert isinstance(image.source, Missing)
    assert (codes, store) == (["image-unreadable"], {})


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(st.data())
def test_damaged_images_never_raise(data: st.DataObject) -> None:
    sources = [
        encode(drawing((30, 20)), "PNG"),
        encode(drawing((30, 20)), "JPEG"),
        encode(drawing((30, 20)), "GIF"),
        (SVG + '<g style="fill:url(#a)"><use xlink:href="#b"/><text font-family="Courier">x</text></g></svg>').encode(),
    ]
    source = bytearray(data.draw(st.sampled_from(sources)))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(source)))
        source[start : start + data.draw(st.integers(0, 20))] = data.draw(st.binary(max_size=8))
    assert isinstance(prepare(bytes(source)), (Picture, Unreadable))


# --- SVG


def cleaned(body: str, root: str = SVG) -> tuple[str, str]:
    """The SVG that is left, and the message of the finding."""
    result = picture((root + body + "</svg>").encode())
    assert all(code == "image-unsafe-removed" for code, _ in result.notes)
    return result.svg.decode(), "".join(message for _, message in result.notes)


@pytest.mark.parametrize(
    ("body", "gone", "said"),
    [
        ("<script>alert(1)</script>", "alert", "scripts"),
        ('<rect onclick="alert(1)" width="5" height="5"/>', "alert", "scripts"),
        ('<a xlink:href="javascript:alert(1)"><rect width="5" height="5"/></a>', "javascript", "links"),
        ('<image href="http://example.org/a.png" width="5" height="5"/>', "example.org", "external images"),
        ('<image xlink:href="file:///etc/passwd" width="5" height="5"/>', "passwd", "external images"),
        ('<image href="other.png" width="5" height="5"/>', "other.png", "external images"),
        ('<use href="other.svg#a"/>', "other.svg", "external references"),
        ('<rect fill="url(http://example.org/#a)" width="5" height="5"/>', "example.org", "external references"),
        ("<style>@import url(http://example.org/a.css);text{fill:red}</style>", "example.org", "external styles"),
        ("<style>r{fill:u\\72l(http://example.org)}</style>", "example.org", "external styles"),
        ("<rect style=\"fill:url('http://example.org/#b')\" width='5' height='5'/>", "example.org", "references"),
        ('<iframe xmlns="http://www.w3.org/1999/xhtml" src="http://example.org"/>', "example.org", "HTML"),
        ('<image href="data:image/png;base64,iVBORw0KGgoAAAA=" width="5" height="5"/>', "iVBOR", "damaged image"),
    ],
)
def test_active_and_external_content_is_removed_and_reported(body: str, gone: str, said: str) -> None:
    svg, message = cleaned(f'{body}<text x="5" y="40">kept</text>')
    assert gone not in svg
    assert said in message
    assert "kept" in words(pdf(svg.encode()))


def test_a_harmless_drawing_stays_as_it_is() -> None:
    body = (
        "<style>.a{fill:url(#g)}</style><defs>"
        '<linearGradient id="g"><stop offset="0" stop-color="red"/></linearGradient>'
        '<path id="p" d="M0 0h5"/></defs><rect class="a" width="50" height="50"/><use xlink:href="#p"/>'
        '<text font-family="Arial" x="9" y="20">words <tspan font-weight="bold">bold</tspan> tail</text>'
    )
    svg, message = cleaned(body)
    assert message == ""
    for part in ("url(#g)", '"#p"', 'd="M0 0h5"', "tail"):
        assert part in svg
    assert words(pdf(svg.encode())).split() == ["words", "bold", "tail"]


def test_entities_come_from_the_file_only(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("SECRET")
    inner = f'<!DOCTYPE svg [<!ENTITY s "inside"><!ENTITY x SYSTEM "{secret.as_uri()}">]>{SVG}<text>&s;%s</text></svg>'
    assert b"inside" in picture((inner % "").encode()).svg
    result = prepare((inner % "&x;").encode())
    assert "SECRET" not in repr(result)
    bomb = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(9))
    source = f'<!DOCTYPE svg [<!ENTITY e0 "aaaaaaaaaa">{bomb}]>{SVG}<text>&e9;</text></svg>'
    assert "damaged" in reason(source.encode())


def test_drawings_that_multiply_are_refused() -> None:
    def nest(levels: int) -> bytes:
        groups = "".join(f'<g id="a{n + 1}">' + f'<use href="#a{n}"/>' * 10 + "</g>" for n in range(levels))
        return f'{SVG}<defs><rect id="a0" width="1" height="1"/>{groups}</defs><use href="#a{levels}"/></svg>'.encode()

    assert isinstance(prepare(nest(2)), Picture)
    assert "too many elements" in reason(nest(6))
    assert "too many elements" in reason(nest(60))


def test_drawings_that_use_themselves_are_drawn() -> None:
    svg, _ = cleaned('<g id="a"><use href="#b"/><text y="30">one</text></g><g id="b"><use href="#a"/></g>')
    assert "one" in words(pdf(svg.encode()))


def html_label(text: str, alternative: str = "") -> str:
    label = (
        '<foreignObject x="0" y="0" width="120" height="60"><div xmlns="http://www.w3.org/1999/xhtml" '
        f'style="width: 100px; font-size: 12px"><p>{text}</p></div></foreignObject>'
    )
    return f"<switch>{label}{alternative}</switch>" if alternative else label


def test_html_in_a_drawing_becomes_text() -> None:
    svg, message = cleaned(html_label("An order <b>comes</b> in<br/>by mail"))
    assert "HTML (its text was kept)" in message
    assert words(pdf(svg.encode())).split() == ["An", "order", "comes", "in", "by", "mail"]


def test_the_alternative_of_html_is_used_with_the_whole_text() -> None:
    svg, message = cleaned(html_label("An order comes in", '<text x="60" y="30" font-size="12">An or...</text>'))
    assert message == ""
    assert words(pdf(svg.encode())).split() == ["An", "order", "comes", "in"]


def test_the_note_that_drawio_adds_for_other_viewers_is_left_out() -> None:
    note = (
        '<switch><g requiredFeatures="x"/><a xlink:href="https://www.drawio.com/doc/faq/svg-export-text-problems">'
        '<text x="9" y="9">Text is not SVG - cannot display</text></a></switch><text x="9" y="50">shown</text>'
    )
    svg, message = cleaned(note)
    assert (words(pdf(svg.encode())).split(), message) == (["shown"], "")


def test_text_in_a_drawing_within_a_drawing_is_kept() -> None:
    inner = f'{SVG}<text x="5" y="50" fill="url(#g)">inner</text><linearGradient id="g"/><script/></svg>'
    uri = "data:image/svg+xml;base64," + base64.b64encode(inner.encode()).decode()
    svg, message = cleaned(f'<text id="g" x="5" y="20">outer</text><image href="{uri}" width="90" height="30"/>')
    assert words(pdf(svg.encode())).split() == ["outer", "inner"]
    assert "scripts" in message


def test_images_in_a_drawing_are_checked_like_others() -> None:
    uri = "data:image/png;base64," + base64.b64encode(encode(drawing(mode="CMYK"), "JPEG")).decode()
    svg, message = cleaned(f'<image xlink:href="{uri}" width="60" height="40"/>')
    assert message == ""
    assert pdf(svg.encode())


@pytest.mark.parametrize(
    ("attributes", "size"),
    [
        ('width="300" height="100"', (300, 100)),
        ('width="300px" height="1in"', (300, 96)),
        ('width="10cm" height="72pt"', (10 * 96 / 2.54, 96)),
        ('viewBox="0 0 40 20"', (40, 20)),
        ('viewBox="5,5,40,20" width="100%" height="100%"', (40, 20)),
        ('viewBox="0 0 40 20" width="80"', (80, 40)),
        ('viewBox="0 0 40 20" height="80"', (160, 80)),
        ("", (300, 150)),
        ('width="0" height="0"', (300, 150)),
        ('width="x" height="1e999" viewBox="a b"', (300, 150)),
        ('width="9000000" height="900000"', (20_000, 2_000)),
    ],
)
def test_the_size_of_a_drawing(attributes: str, size: tuple[float, float]) -> None:
    result = picture(
        f'<svg xmlns="http://www.w3.org/2000/svg" {attributes}><rect width="9" height="9"/></svg>'.encode()
    )
    assert (result.width, result.height) == pytest.approx(size)
    assert pdf(result.svg)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.encode(),
        lambda text: ("\ufeff" + text).encode(),
        lambda text: text.encode("utf-16"),
        lambda text: gzip.compress(text.encode()),
        lambda text: ('<?xml version="1.0" encoding="ISO-8859-1"?>' + text).encode("latin-1"),
        lambda text: ("<!-- made by hand --><!DOCTYPE svg>" + text).encode(),
        lambda text: text.replace(' xmlns="http://www.w3.org/2000/svg"', "").encode(),
        lambda text: text.replace(' xmlns:xlink="http://www.w3.org/1999/xlink"', "").encode(),
    ],
)
def test_spellings_of_a_drawing(change: Callable[[str], bytes]) -> None:
    svg = picture(change(SVG + '<use xlink:href="#a"/><text x="5" y="50">Größe</text></svg>')).svg
    svg.decode("utf-8")
    assert words(pdf(svg)).strip() == "Größe"


def fonts(document: bytes, tmp_path: Path) -> str:
    (tmp_path / "f.pdf").write_bytes(document)
    return subprocess.run(["pdffonts", tmp_path / "f.pdf"], capture_output=True, check=True).stdout.decode()


@pytest.mark.parametrize(
    "body",
    [
        '<text y="50" font-family="Courier New, monospace">code</text>',
        '<text y="50" style="font-family: Consolas">code</text>',
        '<style>.c{font: bold 14px Menlo}</style><text y="50" class="c">code</text>',
        '<g font-family="\'JetBrains Mono\'"><text y="50">code</text></g>',
    ],
)
def test_fixed_width_text_gets_a_fixed_width_font(body: str, tmp_path: Path) -> None:
    svg, _ = cleaned(body)
    document = pdf(svg.encode())
    assert "SourceCodePro" in fonts(document, tmp_path)
    assert words(document).strip() == "code"
