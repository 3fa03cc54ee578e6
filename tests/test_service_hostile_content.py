"""Content and parts that are made to do harm, and what takes more than there is: nobody else waits for it."""

from __future__ import annotations

import io
import re
import struct
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from random import Random
from typing import Any

import pytest
from PIL import Image

from confluence_xpress.bundle import Attachment, Body, Bundle, Media, Page, Pages, Space, Unavailable, User
from confluence_xpress.needs import (
    AttachmentNeed,
    BodyNeed,
    ChildrenNeed,
    ImageNeed,
    JiraNeed,
    MacroNeed,
    Need,
    PageNeed,
    UserNeed,
)
from confluence_xpress.wire.forms import AssembleRequest, DeliveryForm
from tests import test_wire as wire
from tests.recall import pdf_text
from tests.service import Service, running
from tests.service_documents import asked, at_work, figures, small, told, until
from tests.service_harm import REFUSED, assembled, codes, harmless, paged, part, rendered
from tests.service_requests import send
from tests.test_hostile_input import BOMB, assert_inert, svg

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with running("--workers", "1") as started:
        yield started
        assert started.ask("/health").status == 200
        assert not [line for line in started.errors if "Traceback" in line]


# --- Markup ----------------------------------------------------------------------------------------------------------


DEEP_ADF = '{"type":"panel","attrs":{"panelType":"info"},"content":['
MARKUP: dict[str, Callable[[], Bundle]] = {
    "laughs": lambda: paged(f"{BOMB}<p>kept &l11;</p>"),
    "external entity": lambda: paged('<!DOCTYPE p [<!ENTITY s SYSTEM "file:///etc/passwd">]><p>kept &s;</p>'),
    "parameter entity": lambda: paged('<!DOCTYPE p [<!ENTITY % s SYSTEM "http://127.0.0.1:9/x.dtd"> %s;]><p>kept</p>'),
    "xinclude": lambda: paged(
        '<p xmlns:xi="http://www.w3.org/2001/XInclude">kept<xi:include href="file:///etc/passwd" parse="text"/></p>'
    ),
    "stylesheet": lambda: paged('<?xml-stylesheet href="file:///etc/passwd"?><p>kept</p>'),
    "deep": lambda: paged("<div>" * 20_000 + "kept"),
    "deep lists": lambda: paged("<ul><li>" * 5_000 + "kept"),
    "deep tables": lambda: paged("<table><tbody><tr><td>" * 1_500 + "kept"),
    "deep adf": lambda: paged(
        f'{{"type":"doc","version":1,"content":[{DEEP_ADF * 400}'
        f'{{"type":"paragraph","content":[{{"type":"text","text":"kept"}}]}}{"]}" * 400}]}}',
        kind="adf",
    ),
    "deepest adf": lambda: paged(f'{{"type":"doc","version":1,"content":[{DEEP_ADF * 20_000}', kind="adf"),
    "adf of numbers": lambda: paged("9" * 5_000, kind="adf"),
    "adf that is infinite": lambda: paged(
        '{"type":"doc","version":1e999,"content":[NaN, Infinity, "kept"]}', kind="adf"
    ),
    "many attributes": lambda: paged("<p " + " ".join(f'a{n}="x"' for n in range(20_000)) + ">kept</p>"),
    "many elements": lambda: paged("<b></b>" * 50_000 + "kept"),
    "unclosed": lambda: paged("<p>kept" + "<b>" * 30_000),
    "characters": lambda: paged("<p>kept &#0;&#xFFFF;&#xD800;&#1114112;&#x7f;\x00\x01\x1b</p>"),
    "emoji": lambda: paged("<p>kept" + "\U0001f469\u200d\U0001f4bb" * 5_000 + "</p>"),
    "overrides": lambda: paged("<p>kept" + "a\u202e" * 20_000 + "</p>"),
    "rows and columns": lambda: paged(
        '<table><tbody><tr><td colspan="999999999" rowspan="999999999">kept</td></tr></tbody></table>'
    ),
    "two thousand columns": lambda: paged(f"<table><tbody><tr>{'<td>x</td>' * 2_000}</tr></tbody></table><p>kept</p>"),
    "numbers": lambda: paged('<ol start="99999999999999999999999"><li>kept</li></ol><h999>kept</h999>'),
}


LOST = frozenset(("page-body-unreadable", "markup-too-deep", "page-not-typeset"))
"""Of each of these the manifest says that something of the source is not in the PDF."""


@pytest.mark.parametrize("bundle", MARKUP.values(), ids=MARKUP)
@pytest.mark.usefixtures("poppler")
def test_markup_that_is_made_to_do_harm(service: Service, bundle: Callable[[], Bundle]) -> None:
    text, manifest = rendered(service, bundle())
    assert "root:x:" not in text
    assert "kept" in text.replace("\n", "") or codes(manifest) & LOST


ACCENTS = "<p>a" + "\u0301" * 20_000 + "</p>"
"""They take far more memory than they have bytes."""


def table(rows: str) -> str:
    return f"<table><tbody>{rows}</tbody></table>"


HEAVY: dict[str, Callable[[], Bundle]] = {
    "thirty thousand cells": lambda: paged(table(f"<tr>{'<td>x</td>' * 10}</tr>" * 3_000)),
    "a paragraph of a megabyte": lambda: paged(f"<p>{'word ' * 200_000}</p>"),
    "a word of thirty thousand letters": lambda: paged(f"<p>{'w' * 30_000}</p>"),
    "cells that cover each other": lambda: paged(table('<tr><td colspan="300" rowspan="300">x</td></tr>' * 300)),
    "accents on one letter": lambda: paged(ACCENTS),
    "a line of code": lambda: paged(
        '<ac:structured-macro ac:name="code"><ac:plain-text-body><![CDATA['
        f"{'x' * 300_000}]]></ac:plain-text-body></ac:structured-macro>"
    ),
    "code that is all brackets": lambda: paged(
        '<ac:structured-macro ac:name="code"><ac:parameter ac:name="language">python</ac:parameter>'
        f"<ac:plain-text-body><![CDATA[{'({[' * 20_000}]]></ac:plain-text-body></ac:structured-macro>"
    ),
    "all characters there are": lambda: paged(f"<p>{''.join(map(chr, range(0x250, 0x4E00)))}</p>"),
    "thousands of links": lambda: paged("".join(f'<a href="https://example.com/{n}">x</a> ' for n in range(5_000))),
    "a title that never ends": lambda: paged("<p>x</p>", title="T" * 1_000_000, page_title="T" * 1_000_000),
    "thousands of labels": lambda: paged("<p>x</p>", page={"labels": tuple(f"label{n}" for n in range(20_000))}),
    "thousands of files of one name": lambda: replace(
        small(), pages=(Page("1", "T", attachments=tuple(Attachment("x.txt") for _ in range(3_000))),)
    ),
    "five pages that include each other": lambda: including(5),
    "pages in a line": lambda: Bundle(
        "Deep", tuple(Page(str(n), f"P{n}", "S", str(n - 1) if n else None) for n in range(500))
    ),
}


@pytest.mark.parametrize("bundle", HEAVY.values(), ids=HEAVY)
def test_content_that_is_heavy(service: Service, bundle: Callable[[], Bundle]) -> None:
    harmless(service, asked(service, bundle(), kind="zip", delivery=DeliveryForm(attachments=True)))


CYCLE = (
    '<ac:structured-macro ac:name="include"><ac:parameter ac:name=""><ac:link><ri:page ri:content-title="{}"/>'
    "</ac:link></ac:parameter></ac:structured-macro>"
)


def including(count: int) -> Bundle:
    """Pages each of which includes all of them, itself too."""
    pages = tuple(Page(str(n), f"Page {n}", "S") for n in range(count))
    included = "".join(CYCLE.format(page.title) for page in pages)
    answers: dict[Need, Any] = {
        BodyNeed(page.id): Body("storage", f"<p>kept {page.id}</p>{included}") for page in pages
    }
    return Bundle("Cycles", pages, (Space("S"),), answers)


@pytest.mark.usefixtures("poppler")
def test_pages_that_include_each_other(service: Service) -> None:
    text, manifest = rendered(service, including(4))
    assert "include-cycle" in codes(manifest) and "kept 3" in text


def test_pages_that_include_pages_outside_that_include_them(service: Service) -> None:
    outside = Page("9", "Outside", "S")
    answers: dict[Need, Any] = {
        BodyNeed("1"): Body("storage", CYCLE.format("Outside")),
        PageNeed("", "Outside", "S"): outside,
        BodyNeed("9"): Body("storage", CYCLE.format("Outside") + CYCLE.format("One")),
        ChildrenNeed("1"): Pages((outside, Page("1", "One", "S", "9"))),
    }
    bundle = Bundle("Cycles", (Page("1", "One", "S"),), (Space("S"),), answers)
    for operation in ("needs", "render"):
        harmless(service, asked(service, bundle, operation))


WRONG: list[Any] = [
    Body("storage", "<p>x</p>"),
    Body("adf", "[]"),
    Page("1", "Itself"),
    Pages((Page("1", "Itself"), Page("1", "Itself"))),
    Media(b"\0" * 100, "text/html"),
    User("User"),
    Unavailable(""),
]


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: type(wrong).__name__)
def test_answers_of_another_kind_than_the_need(service: Service, wrong: Any) -> None:
    body = (
        CYCLE.format("Elsewhere")
        + '<ac:image><ri:attachment ri:filename="x.png"/></ac:image><p><ac:link><ri:user ri:userkey="k"/></ac:link></p>'
        '<ac:structured-macro ac:name="children"/><ac:structured-macro ac:name="chart" ac:macro-id="m"/>'
        '<ac:structured-macro ac:name="jira"><ac:parameter ac:name="key">A-1</ac:parameter></ac:structured-macro>'
        '<p><img src="/wiki/download/temp/x.png" alt="x"/></p>'
    )
    needs: list[Need] = [
        PageNeed("", "Elsewhere", "S"),
        AttachmentNeed("1", "x.png"),
        UserNeed("", "k"),
        ChildrenNeed("1"),
        MacroNeed("1", "m", "chart"),
        JiraNeed("", ("summary", "status", "issuetype"), 1, key="A-1"),
        ImageNeed("https://example.com/wiki/download/temp/x.png"),
    ]
    answers: dict[Need, Any] = {BodyNeed("1"): Body("storage", body)} | dict.fromkeys(needs, wrong)
    pages = (Page("1", "One", "S", attachments=(Attachment("x.png"),)),)
    alone: dict[Need, Any] = {BodyNeed("1"): wrong}
    for given in (answers, alone):
        bundle = Bundle("Wrong", pages, (Space("S", base_url="https://example.com/wiki"),), given)
        for operation in ("needs", "render"):
            assert asked(service, bundle, operation, delivery=DeliveryForm(attachments=True)).status == 200


# --- Images ----------------------------------------------------------------------------------------------------------


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, packed_rows: bytes, *before: bytes, depth: int = 8, colour: int = 0) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(before) + chunk(b"IDAT", packed_rows) + chunk(b"IEND", b"")


@cache
def picture(kind: str, **how: Any) -> bytes:
    """A real picture."""
    out = io.BytesIO()
    Image.effect_noise((80, 60), 50).convert("RGB").save(out, kind, **how)
    return out.getvalue()


@cache
def zeros(megabytes: int) -> bytes:
    """So many, packed as tightly as can be."""
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(bytes(1_000_000)) for _ in range(megabytes)) + packer.flush()


IMAGES: dict[str, Callable[[], bytes]] = {
    "a bomb": lambda: png(10_000, 10_000, zeros(101)),
    "more than it says": lambda: png(1, 1, zeros(101)),
    "less than it says": lambda: png(10_000, 10_000, zlib.compress(b"\0" * 10)),
    "larger than there is": lambda: png(2**31 - 1, 2**31 - 1, zlib.compress(b"\0")),
    "no size": lambda: png(0, 0, zlib.compress(b"\0")),
    "one line of a million": lambda: png(1_000_000, 1, zlib.compress(b"\0" * 1_000_001)),
    "a packed text": lambda: png(1, 1, zlib.compress(b"\0\0"), chunk(b"zTXt", b"a\0\0" + zeros(101))),
    "a packed profile": lambda: png(1, 1, zlib.compress(b"\0\0"), chunk(b"iCCP", b"a\0\0" + zeros(101))),
    "a cut PNG": lambda: picture("PNG")[:-200],
    "a cut JPEG": lambda: picture("JPEG")[:700],
    "a cut GIF": lambda: picture("GIF")[:500],
    "a cut WebP": lambda: picture("WEBP")[:100],
    "a cut TIFF": lambda: picture("TIFF")[:500],
    "a head alone": lambda: b"\x89PNG\r\n\x1a\n",
    "a JPEG of any size": lambda: re.sub(
        rb"\xff\xc0\x00\x11\x08....", b"\xff\xc0\x00\x11\x08\xff\xff\xff\xff", picture("JPEG"), flags=re.DOTALL
    ),
    "a GIF of any size": lambda: b"GIF89a\xff\xff\xff\xff" + picture("GIF")[10:],
    "a BMP of any size": lambda: (
        b"BM" + struct.pack("<IHHIIiiHHIIiiII", 99, 0, 0, 54, 40, 2**31 - 1, 2**31 - 1, 1, 24, 0, 0, 0, 0, 0, 0)
    ),
    "nothing": lambda: b"",
    "text": lambda: b"no picture at all",
    "a program": lambda: b"\x7fELF" + bytes(1_000),
    "a PDF": lambda: b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj",
    "PostScript": lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n(/etc/passwd) (r) file 1000 string readstring pop show",
    "an SVG with a script": lambda: svg("<script>alert(1)</script>", 'onload="alert(1)"'),
    "an SVG with entities": lambda: BOMB.replace("DOCTYPE p", "DOCTYPE svg").encode() + svg("<text>&l11;</text>"),
    "an SVG that reads": lambda: b'<!DOCTYPE svg [<!ENTITY s SYSTEM "file:///etc/passwd">]>' + svg("<text>&s;</text>"),
    "an SVG with pictures": lambda: svg(
        '<image xlink:href="file:///etc/passwd" width="9" height="9"/><image href="https://example.com/x.png"/>'
        '<use xlink:href="https://example.com/x.svg#a"/><image href="../x.png"/>'
    ),
    "an SVG in an SVG": lambda: svg('<image href="data:image/svg+xml;utf8,<svg/>"/>'),
    "an SVG of any size": lambda: svg("", "").replace(b'width="90" height="30"', b'width="1e9" height="1e9"'),
    "an SVG of no size": lambda: svg("", "").replace(b'width="90" height="30"', b'width="0" height="NaN"'),
    "an SVG that uses itself": lambda: svg('<g id="a"><use xlink:href="#a"/></g><use xlink:href="#a"/>'),
    "a deep SVG": lambda: svg("<g>" * 20_000),
    "a packed SVG": lambda: b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + zeros(101),
}


@pytest.mark.parametrize("data", IMAGES.values(), ids=IMAGES)
@pytest.mark.usefixtures("poppler")
def test_images_that_are_made_to_do_harm(service: Service, data: Callable[[], bytes]) -> None:
    """The rest of the page is there, whatever the image is."""
    names = ("x.png", "x.svg", "x.jpg")
    body = "<p>around</p>" + "".join(f'<ac:image><ri:attachment ri:filename="{name}"/></ac:image>' for name in names)
    answer = asked(service, paged(body, dict.fromkeys(names, data())), kind="multipart")
    harmless(service, answer)
    if answer.status == 200:
        assert_inert(answer.body)
        text = "".join(pdf_text(answer.body))
        assert "around" in text and "root:x:" not in text and "alert" not in text
    else:
        assert answer.code == "too-expensive"


def test_images_with_any_bytes_changed(service: Service) -> None:
    random = Random(4)
    kinds = {"PNG": {}, "JPEG": {}, "GIF": {}, "WEBP": {"lossless": True}, "TIFF": {}, "BMP": {}, "ICO": {}}
    for kind, how in kinds.items():
        for _ in range(12):
            files = {f"{n}.png": wire.mutated(picture(kind, **how), random) for n in range(4)}
            body = "".join(f'<ac:image><ri:attachment ri:filename="{name}"/></ac:image>' for name in files)
            answer = asked(service, paged(body, files), kind="multipart")
            assert answer.status == 200 or answer.code == "too-expensive", (kind, answer.body)


# --- Parts -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
def test_parts_with_anything_changed_are_refused_or_used(service: Service, seed: int) -> None:
    """Damaged ones, and forged ones whose checksum is right: in their values, and in their bytes."""
    random = Random(seed)
    data = part(service, small())
    told_by = wire.content(data)
    places = list(wire.leaves(told_by))
    for _ in range(40):
        new: Any = random.choice([..., None, -1, 0, 99_999, 2.5, float("inf"), "", "x", b"", b"%PDF-", [], {}])
        for forged in (
            wire.mutated(data, random),
            wire.summed(wire.mutated(data[32:], random)),
            wire.packed(wire.changed(told_by, random.choice(places), new)),
        ):
            answer = assembled(service, small(), forged)
            assert answer.status == 200 or answer.code in REFUSED, answer.body
    assert assembled(service, small(), data).status == 200


def test_a_part_that_wants_all_memory_gets_none(service: Service) -> None:
    told_by = wire.content(part(service, small()))
    for path in (("made", 0, "part", "scan", "room"), ("made", 0, "part", "scan", "sizes")):
        new: Any = 10**9 if path[-1] == "room" else [[595.0, 842.0]] * 5_000_000
        harmless(service, assembled(service, small(), wire.packed(wire.changed(told_by, path, new))))


@pytest.mark.parametrize(
    "data", [b"", b"\0", b"PK\x03\x04", b"%PDF-1.7", b"x" * 1_000_000, b"\xc1" * 40, b"\x94" * 500]
)
def test_any_bytes_are_no_part(service: Service, data: bytes) -> None:
    for sent in (data, wire.summed(data)):
        assert assembled(service, small(), sent).code == "part-unusable"


def test_the_request_itself_is_no_part(service: Service) -> None:
    request = told(small(), AssembleRequest, parts=("request",))
    assert send(service, "assemble", request, {}, "multipart").code == "part-unusable"


def test_a_part_says_nothing_of_others(service: Service) -> None:
    """A part of one document is of no use for another one, even of the same shape."""
    other = replace(small(), title="Another document")
    answer = assembled(service, other, part(service, small()))
    assert answer.code == "part-unusable" and "another document" in answer.json["detail"]
    assert "small document" not in answer.body.decode()


# --- More than there is ----------------------------------------------------------------------------------------------


HOG = paged(ACCENTS)
ENDLESS = paged(
    '<ac:image><ri:attachment ri:filename="x.svg"/></ac:image>',
    {
        "x.svg": svg(
            '<filter id="f"><feGaussianBlur stdDeviation="1000"/><feTurbulence baseFrequency="0.0001" '
            'numOctaves="100"/></filter><rect width="1000000" height="1000000" filter="url(#f)"/>'
        )
    },
)


def test_what_takes_too_much_memory_is_ended(service: Service) -> None:
    answer = asked(service, HOG)
    assert answer.code == "too-expensive" and "memory" in answer.json["detail"]
    assert service.ask("/health").status == 200
    assert asked(service, small()).status == 200
    assert figures(service)['xpress_worker_restarts_total{reason="memory"}'] >= 1


def test_what_never_ends_is_ended(service: Service) -> None:
    """And others of the same lane wait for no longer than that."""
    with ThreadPoolExecutor(1) as pool:
        endless = pool.submit(asked, service, ENDLESS)
        until(lambda: at_work(service) == 1)
        assert service.ask("/health").status == 200
        answer = endless.result()
    assert answer.code == "too-expensive" and "too long" in answer.json["detail"]
    assert asked(service, small()).status == 200
    assert at_work(service) == 0 and figures(service)["xpress_budget_held_bytes"] == 0


def test_bad_neighbours_do_not_matter() -> None:
    """While some send what is too much, the others get what they would get anyway."""
    with running("--workers", "2") as service, ThreadPoolExecutor(6) as pool:
        expected = asked(service, small()).body
        bad = [pool.submit(asked, service, HOG) for _ in range(4)]
        good = [pool.submit(asked, service, small()) for _ in range(30)]
        assert {each.result().code for each in bad} == {"too-expensive"}
        assert {each.result().body for each in good} == {expected}
        assert not [record for record in service.records if record.get("event") == "request-failed"]
