"""Previews: pictures of the pages of the PDF that would be made."""

from __future__ import annotations

import base64
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from importlib import import_module
from typing import Any

import pytest
import typst
from lxml import etree
from PIL import Image, ImageChops, ImageStat

from confluence_xpress.bundle import Body, Bundle, Page
from confluence_xpress.needs import BodyNeed
from confluence_xpress.render import render
from confluence_xpress.wire.forms import DeliveryForm
from tests import corpus
from tests.service import Answer, Service, running
from tests.service_documents import asked, form, local, small, unzipped

POINTS_AN_INCH = 72

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with running("--workers", "1") as started:
        yield started


def shown(service: Service, bundle: Bundle | None = None, *, accept: str = "*/*", **more: Any) -> Answer:
    answer = asked(service, bundle or small(), "preview", accept=accept, **more)
    assert answer.status == 200, answer.body
    return answer


@cache
def drawn(pdf: bytes, index: int, dpi: int) -> Image.Image:
    """A page of a PDF as a library draws it."""
    document = import_module("pypdfium2").PdfDocument(pdf)  # has no types
    try:
        picture: Image.Image = document[index].render(scale=dpi / POINTS_AN_INCH).to_pil()
        return picture.convert("RGB")
    finally:
        document.close()


def difference(one: Image.Image, other: Image.Image) -> float:
    """How much two pictures differ on average, from 0 to 255."""
    assert one.size == other.size
    return max(ImageStat.Stat(ImageChops.difference(one, other)).mean)


def opened(data: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(data))
    assert picture.format == "PNG"
    return picture.convert("RGB")


@pytest.mark.parametrize("dpi", [36, 72, 110, 150, 300])
def test_a_png_looks_like_the_page_and_has_its_size(service: Service, dpi: int) -> None:
    answer = shown(service, show="3", dpi=dpi)
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Content-Disposition"].endswith("''page-3.png")
    picture = opened(answer.body)
    assert abs(picture.width - 595.276 * dpi / 72) <= 1 and abs(picture.height - 841.89 * dpi / 72) <= 1
    assert difference(picture, drawn(local(), 2, dpi)) == 0
    assert len(picture.getcolors(1 << 24) or ()) > 5, "something is on it"


@pytest.mark.parametrize("paper", ["a5", "us-letter"])
def test_a_picture_has_the_size_of_the_paper(service: Service, paper: str) -> None:
    pdf = render(small(), replace(corpus.options({"paper": paper}), timestamp=1_700_000_000)).pdf
    picture = opened(shown(service, settings={"paper": paper}, dpi=72).body)
    assert difference(picture, drawn(pdf, 0, 72)) == 0


def test_the_first_page_is_shown_unless_others_are_wanted(service: Service) -> None:
    assert opened(shown(service).body).size == drawn(local(), 0, 110).size
    assert shown(service).body == shown(service, show="1").body != shown(service, show="2").body


PAGES = {
    "1": [1],
    "2-3": [2, 3],
    "1-2,4": [1, 2, 4],
    " 4 , 1 - 2 ": [1, 2, 4],
    "2,2,1-2": [1, 2],
    "3-99": [3, 4],
    "1,99": [1],
    "1-999999": [1, 2, 3, 4],
}


@pytest.mark.parametrize(("show", "pages"), PAGES.items())
def test_as_many_pages_as_are_wanted(service: Service, show: str, pages: list[int]) -> None:
    answer = shown(service, show=show, dpi=36, accept="application/zip")
    assert list(unzipped(answer)) == [f"page-{page}.png" for page in pages]
    assert answer.headers["XPress-Pages"] == "4"
    for page, data in zip(pages, unzipped(answer).values(), strict=True):
        assert difference(opened(data), drawn(local(), page - 1, 36)) == 0


@pytest.mark.parametrize("show", ["", "0", "-1", "1-", "2-1", "x", "1;2", "1-2-3", "99", "1,,2", "0-2", "1" * 7])
def test_pages_that_nobody_can_show(service: Service, show: str) -> None:
    answer = asked(service, small(), "preview", show=show)
    assert (answer.status, answer.code) == (422, "request-invalid") and answer.json["hint"]


@pytest.mark.parametrize("more", [{"dpi": 35}, {"dpi": 301}, {"format": "gif"}, {"show": "1," * 51}])
def test_pictures_that_nobody_can_make(service: Service, more: dict[str, Any]) -> None:
    answer = asked(service, small(), "preview", **more)
    assert (answer.status, answer.code) == (422, "request-invalid") and next(iter(more)) in answer.json["detail"]


def test_no_more_pages_than_the_service_says(service: Service) -> None:
    most = service.ask("/version").json["limits"]["preview_pages"]
    pages = tuple(Page(str(n), f"Page {n}") for n in range(most + 5))
    bundle = Bundle("Many", pages, answers={BodyNeed(page.id): Body("storage", "<p>x</p>") for page in pages})
    assert len(unzipped(shown(service, bundle, show=f"1-{most}", dpi=36, accept="application/zip"))) == most
    answer = asked(service, bundle, "preview", show=f"1-{most + 1}", dpi=36, accept="application/zip")
    assert answer.code == "request-invalid" and str(most) in answer.json["hint"]


def test_several_pictures_come_in_a_zip_or_a_form(service: Service) -> None:
    answer = asked(service, small(), "preview", show="1-2", accept="image/png")
    assert (answer.status, answer.code) == (406, "not-acceptable")
    fields = form(shown(service, show="1-2", accept="multipart/form-data"))
    pictures = [field for field in fields if field.name.startswith("file")]
    assert [(field.filename, field.media_type) for field in pictures] == [
        ("page-1.png", "image/png"),
        ("page-2.png", "image/png"),
    ]


@pytest.mark.parametrize(
    ("accept", "picture", "status"),
    [
        ("image/png", "png", 200),
        ("image/svg+xml", "svg", 200),
        ("image/*", "svg", 200),
        ("image/png", "svg", 406),
        ("image/svg+xml", "png", 406),
        ("application/pdf", "png", 406),
    ],
)
def test_a_picture_is_of_a_kind_that_is_accepted(service: Service, accept: str, picture: str, status: int) -> None:
    assert asked(service, small(), "preview", accept=accept, format=picture).status == status


def test_what_protects_or_splits_the_document_does_not_matter(service: Service) -> None:
    wanted = DeliveryForm(password="secret", split="top-level", linearize=True)
    picture = opened(shown(service, delivery=wanted, show="3", dpi=72, standards=("ua-1",)).body)
    assert picture.size == drawn(local(), 2, 72).size


# --- SVG -------------------------------------------------------------------------------------------------------------

DATA = re.compile(r"data:(image/(?:png|jpeg|gif|webp|svg\+xml));base64,([A-Za-z0-9+/=\s]*)")
XLINK = "{http://www.w3.org/1999/xlink}href"


def elements(svg: bytes) -> Iterator[etree._Element]:
    """All elements of an SVG, also of those in it. It is well formed and has no DTD."""
    assert b"<!DOCTYPE" not in svg and b"<!ENTITY" not in svg
    for element in etree.fromstring(svg).iter():
        yield element
        if (found := DATA.fullmatch(reference(element))) and found[1] == "image/svg+xml":
            yield from elements(base64.b64decode(found[2]))


def reference(element: etree._Element) -> str:
    return element.get("href") or element.get(XLINK) or ""


def assert_inert(svg: bytes) -> None:
    """Nothing in it runs, and it needs nothing that isn't in it."""
    for element in elements(svg):
        assert isinstance(element.tag, str), "neither comments nor processing instructions"
        name = etree.QName(element).localname
        assert name not in ("script", "foreignObject", "a", "iframe", "style", "set", "animate"), name
        to = reference(element)
        assert not to or to.startswith("#") or DATA.fullmatch(to), to[:100]
        for key, value in element.attrib.items():
            assert not str(key).lower().startswith("on"), key
            assert all(inner.startswith("#") for inner in re.findall(r"url\(['\"]?(.)", str(value))), value


def test_an_svg_has_the_size_of_the_page_and_needs_nothing_else(service: Service) -> None:
    answer = shown(service, format="svg", show="3")
    assert answer.headers["Content-Type"] == "image/svg+xml"
    assert answer.headers["Content-Disposition"].endswith("''page-3.svg")
    assert_inert(answer.body)
    root = etree.fromstring(answer.body)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert float(root.get("width", "0pt").removesuffix("pt")) == pytest.approx(595.276, abs=0.01)
    assert float(root.get("height", "0pt").removesuffix("pt")) == pytest.approx(841.89, abs=0.01)


def test_an_svg_looks_like_the_page(service: Service) -> None:
    """Drawn by another program, it is the same, seen from so far that the edges of letters don't matter."""
    svg = shown(service, format="svg", show="3").body
    source = '#set page(width: 595.276pt, height: 841.89pt, margin: 0pt)\n#image("a.svg", width: 100%)\n'
    files: Any = {"main.typ": source.encode(), "a.svg": svg}
    picture = typst.Compiler(input=files, ignore_system_fonts=True).compile(format="png", ppi=144)
    assert isinstance(picture, bytes)
    size = (148, 210)
    again, page = (each.resize(size, Image.Resampling.BOX) for each in (opened(picture), drawn(local(), 2, 144)))
    assert difference(again, page) < difference(Image.new("RGB", size, "white"), page) / 10


def test_several_svgs(service: Service) -> None:
    files = unzipped(shown(service, format="svg", show="1-2", accept="application/zip"))
    assert list(files) == ["page-1.svg", "page-2.svg"]
    for svg in files.values():
        assert_inert(svg)


def test_svgs_of_a_whole_handbook(service: Service) -> None:
    """With pictures of all kinds in it."""
    made = corpus.export(corpus.DEMO)
    answer = shown(service, made.bundle, format="svg", show="1-20", accept="application/zip")
    with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
        assert len(archive.namelist()) == min(20, made.rendition.pages)
        for name in archive.namelist():
            assert_inert(archive.read(name))
