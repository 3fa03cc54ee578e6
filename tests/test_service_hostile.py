"""Well-formed requests that are made to do harm: nothing runs, nothing is read, nothing breaks, nothing is told."""

from __future__ import annotations

import hashlib
import io
import json
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

import pikepdf
import pytest

from confluence_xpress.bundle import Attachment, Body, Bundle, Media, Page, Space, Unavailable, User
from confluence_xpress.needs import AttachmentNeed, BodyNeed, MacroNeed, Need, PageNeed, UserNeed
from confluence_xpress.wire.forms import DeliveryForm
from confluence_xpress.wire.requests import encode
from tests import test_wire as wire
from tests.recall import pdf_text
from tests.service import Answer, Service, running
from tests.service_documents import asked, form, small, told, unzipped
from tests.service_harm import assembled, codes, harmless, rendered
from tests.service_requests import packed
from tests.test_hostile_input import SECRET, UNSAFE, svg
from tests.test_injection import PAYLOADS, TABLE, squeeze

JSON = {"Content-Type": "application/json"}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with running("--workers", "1") as started:
        yield started
        assert started.ask("/health").status == 200
        assert not [line for line in started.errors if "Traceback" in line]


# --- JSON ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", wire.BOMBS.values(), ids=wire.BOMBS)
@pytest.mark.parametrize("operation", ["render", "needs"])
def test_json_that_is_made_to_do_harm(service: Service, operation: str, text: str) -> None:
    answer = service.ask(f"/v1/{operation}", text.encode("utf-8", "surrogatepass"), JSON)
    assert answer.code == "request-invalid"
    assert len(answer.body) < 1_500 and answer.json["hint"]


def test_json_that_is_made_to_do_harm_in_other_wrappings(service: Service) -> None:
    for text in ("[" * 100_000, '{"a":' * 100_000, "\0", "9" * 1_000_000):
        for kind in ("multipart", "zip"):
            body, media_type = packed(kind, text.encode(), {})
            answer = service.ask("/v1/render", body, {"Content-Type": media_type})
            assert answer.code == "request-invalid", kind


@pytest.mark.parametrize("number", [10**18, 10**30, -(10**30), 10**400, 2**63, 2**64])
def test_huge_numbers(service: Service, number: int) -> None:
    page = {
        "id": "1",
        "title": "T",
        "position": number,
        "version": number,
        "attachments": [{"title": "a", "size": number}],
    }
    body = {"title": "T", "pages": [page], "settings": {"page_details": True}}
    harmless(service, service.ask("/v1/render", json.dumps(body).encode(), JSON))
    body["settings"] = {"contents_depth": number}
    answer = service.ask("/v1/render", json.dumps(body).encode(), JSON)
    assert answer.code == "request-invalid" and len(answer.json["detail"]) < 500


@pytest.mark.parametrize("depth", [40, 50, 300, 600, 900, 980, 2000])
def test_deep_changes_end_up_in_the_manifest_or_are_refused(service: Service, depth: int) -> None:
    changes = f'{{"a":{"[" * depth}{"]" * depth}}}'
    body = f'{{"title":"T","pages":[{{"id":"1","title":"T"}}],"source":{{"changes":{changes}}}}}'
    answer = service.ask("/v1/render", body.encode(), {**JSON, "Accept": "application/zip"})
    harmless(service, answer)
    if answer.status == 200:
        assert unzipped(answer)["manifest.json"].count(b"[") >= depth


# --- Names -----------------------------------------------------------------------------------------------------------


NAMES = [
    'a"b.pdf',
    "a'b.pdf",
    "a;b=c.pdf",
    "a%0d%0ab.pdf",
    "a%22b.pdf",
    "\u202efdp.exe",
    "a\u2028b\u2029c.pdf",
    "a\u0085b.pdf",
    "\u00e9\u0301\u4e2d\U0001f600.pdf",
    "CON",
    "nul.pdf",
    "...",
    " .pdf ",
    "~root.pdf",
    "-rf.pdf",
    "$(id).pdf",
    "a:b.pdf",
    "\ufeff.pdf",
    "*" * 200,
    "\U0001f600" * 200,
    "request",
    "file0",
]


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_names_stay_within_their_place(service: Service, name: str) -> None:
    """In headers, in the list of a zip, and in the fields of a form."""
    delivery = DeliveryForm(name=name)
    answer = asked(service, small(), delivery=delivery)
    assert answer.status == 200, answer.body
    (told_name,) = answer.headers.get_all("Content-Disposition", [])
    assert told_name.isascii() and unquote(told_name.removeprefix("attachment; filename*=UTF-8''")) == name
    assert set(answer.headers) <= EXPECTED, "no header came in by the name"
    assert list(unzipped(asked(service, small(), accept="application/zip", delivery=delivery))) == [
        name,
        "manifest.json",
    ]
    pdf = next(f for f in form(asked(service, small(), accept="multipart/form-data", delivery=delivery)) if f.filename)
    assert pdf.filename == name.replace('"', "%22")


EXPECTED = {
    "content-type",
    "content-length",
    "content-disposition",
    "cache-control",
    "date",
    "x-request-id",
    "xpress-pages",
    "xpress-lost",
}

WAYS_OUT = [
    "../a.pdf",
    "/etc/a.pdf",
    "a/b.pdf",
    "..\\a.pdf",
    "C:\\a.pdf",
    "..",
    ".",
    "",
    "a\0.pdf",
    "a\r\nX-Evil: 1.pdf",
    "a\n.pdf",
    "a\x1b[31m.pdf",
    "a\x7f.pdf",
    "x" * 201,
    "manifest.json",
    "MANIFEST.json",
]


@pytest.mark.parametrize("name", WAYS_OUT, ids=ascii)
def test_names_that_lead_elsewhere_are_refused(service: Service, name: str) -> None:
    answer = asked(service, small(), delivery=DeliveryForm(name=name))
    assert answer.code == "request-invalid" and "delivery.name" in answer.json["detail"]


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/passwd", "default/../default", "", ".", "default\0", "x" * 9_999]
)
def test_templates_that_there_are_not(service: Service, name: str) -> None:
    answer = asked(service, small(), template=name)
    assert answer.code == "request-invalid"
    assert answer.json["detail"] == "there is no template of this name." and "default" in answer.json["hint"]


ODD = [
    "../../etc/passwd",
    "/absolute",
    "C:\\windows",
    "a\0b",
    "a\r\nb",
    "a\x1b[31mb",
    "\u202eab\u202c",
    "\ud7ff\ue000\uffff\ufffe",
    "<script>alert(1)</script>",
    "${jndi:ldap://x}",
    "{{7*7}}",
    "'; DROP TABLE pages; --",
    "%s%n%x",
    "a" * 1_000,
    "\u0301" * 20,
    " ",
    "\t",
]


@pytest.mark.parametrize("text", ODD, ids=lambda text: ascii(text)[:20])
@pytest.mark.usefixtures("poppler")
def test_odd_texts_in_every_place(service: Service, text: str) -> None:
    """Ids, titles, names of all kinds, times, addresses: all of it is content and nothing else."""
    attachment = Attachment(text, text, text, -5, -1)
    page = Page(
        text,
        f"kept {text}",
        text,
        None,
        -1,
        labels=(text, ""),
        version=-1,
        created=text,
        updated=text,
        author=text,
        url=text,
        attachments=(attachment,),
    )
    second = Page(f"{text}2", f"kept {text}", text, text, labels=(text,), attachments=(attachment, attachment))
    body = f'<p>kept <ac:link><ri:user ri:account-id="{hashlib.md5(text.encode()).hexdigest()}"/></ac:link></p>'
    answers: dict[Need, Any] = {
        BodyNeed(text): Body("storage", body),
        BodyNeed(f"{text}2"): Unavailable(text),
        UserNeed(hashlib.md5(text.encode()).hexdigest()): User(text),
        AttachmentNeed(text, text, text): Media(b"kept", text),
        AttachmentNeed(f"{text}2", text, text): Media(b"kept too", text),
    }
    bundle = Bundle(f"kept {text}", (page, second), (Space(text, text, text, text),), answers)
    wanted = DeliveryForm(attachments=True, manifest=True)
    settings = {"page_details": True, "watermark": text, "subtitle": text, "classification": text, "index": True}
    answer = asked(
        service,
        bundle,
        kind="multipart",
        accept="application/zip",
        delivery=wanted,
        settings=settings,
        source={"digests": {text: text}, "changes": {text: text}},
    )
    assert answer.status == 200, answer.body
    files = unzipped(answer)
    assert list(files) == ["document.pdf", "manifest.json"]
    manifest = json.loads(files["manifest.json"])
    assert [entry["id"] for entry in manifest["pages"]] == [text, f"{text}2"]
    shown = "".join(pdf_text(files["document.pdf"]))
    assert shown.count("kept") >= 3 and "\x1b" not in shown and "\0" not in shown
    with pikepdf.open(io.BytesIO(files["document.pdf"])) as document:
        names = [file.filename for file in document.attachments.values()]
        assert len(names) == 4
        for name in names:
            assert not re.search(r'[\x00-\x1f\x7f-\x9f<>:"/\\|?*]', name) and name.strip() and name not in (".", "..")


@pytest.mark.parametrize("filename", ["../../x", "/etc/passwd", "a%00b", "\u202ex", 'a\\"b', "x" * 500, ""])
def test_names_of_files_in_a_form_do_not_matter(service: Service, filename: str) -> None:
    head = f'--x\r\nContent-Disposition: form-data; name="request"; filename="{filename}"\r\n\r\n'
    body = head.encode() + encode(told(small())) + b"\r\n--x--\r\n"
    answer = service.ask("/v1/render", body, {"Content-Type": "multipart/form-data; boundary=x"})
    assert answer.status == 200 and answer.headers["Content-Disposition"].endswith("document.pdf")


@pytest.mark.parametrize("name", ["../x", "/x", "a/../../x", "C:x", "a\\b", "a\x1bb", "request"])
def test_names_of_files_in_a_zip_that_lead_out(service: Service, name: str) -> None:
    body, media_type = packed("zip", encode(told(small())), {name: b"x"})
    assert service.ask("/v1/render", body, {"Content-Type": media_type}).code == "request-unreadable"


# --- Code ------------------------------------------------------------------------------------------------------------


INJECTIONS = PAYLOADS | {
    "read": '#read("/etc/passwd")',
    "panic": "]#panic()",
    "bracket": "]}) #panic[",
    "backticks": "``` #panic() ```",
    "unicode": "\\u{41} \\u{5D}#panic()",
    "import": '#import "@preview/cetz:0.1.0": *',
    "include": '#include "/proc/self/environ"',
    "plugin": '#plugin("/lib/x.wasm")',
    "sys": "#sys.inputs #sys.version",
    "label": "<p1> @p1 #ref(<p1>)",
    "pdf": "(a) /JS (app.alert(1)) >> endobj",
}


@pytest.mark.parametrize("payload", INJECTIONS.values(), ids=INJECTIONS)
@pytest.mark.usefixtures("poppler")
def test_text_is_never_code(service: Service, payload: str) -> None:
    """In every field of a request that is text: it is shown letter by letter, or steers nothing."""
    safe = payload.translate(TABLE)

    def macro(name: str, body: str = "", **given: str) -> str:
        parameters = "".join(f'<ac:parameter ac:name="{key}">{value}</ac:parameter>' for key, value in given.items())
        return f'<ac:structured-macro ac:name="{name}">{parameters}{body}</ac:structured-macro>'

    plain = f"<ac:plain-text-body>{safe}</ac:plain-text-body>"
    rich = f"<ac:rich-text-body><p>{safe}</p></ac:rich-text-body>"
    body = "".join(
        [
            f"<h1>{safe}</h1><p>{safe}</p>",
            macro("code", plain, language=safe, title=safe, theme=safe, firstline=safe),
            macro("panel", rich, title=safe, bgColor=safe, borderColor=safe),
            macro("expand", rich, title=safe),
            f'<p><a href="{safe}">kept</a> <a href="https://example.com/{safe}">kept</a></p>',
            f'<ac:image ac:alt="{safe}" ac:title="{safe}"><ri:attachment ri:filename="{safe}"/></ac:image>',
            f'<p><ac:link><ri:page ri:content-title="{safe}"/></ac:link></p>',
            f"<p>{macro('status', title=safe, colour=safe)}{macro('anchor', **{'': safe})}</p>",
            f'<p><ac:link><ri:user ri:account-id="u"/></ac:link> <time datetime="{safe}"/></p>',
            macro(safe, rich),
        ]
    )
    page = Page(
        "1",
        f"{payload}",
        "S",
        None,
        labels=(payload,),
        created=payload,
        updated=payload,
        author="u",
        url=payload,
        attachments=(Attachment(payload, payload),),
    )
    second = Page(payload, payload, "S", "1", kind="folder")
    answers: dict[Need, Any] = {
        BodyNeed("1"): Body("storage", body),
        UserNeed("u"): User(payload),
        AttachmentNeed("1", payload): Media(svg(f"<text>{safe}</text>"), payload),
        PageNeed("", payload, "S"): Unavailable(payload),
        MacroNeed("1", "", payload): Unavailable(payload),
    }
    bundle = Bundle(payload, (page, second), (Space("S", payload, "1", payload),), answers)
    settings = dict.fromkeys(("title", "subtitle", "classification", "watermark"), payload)
    text, manifest = rendered(
        service, bundle, settings={**settings, "index": True, "page_details": True, "cover": True}
    )
    assert not codes(manifest) & {"page-not-typeset", "macro-failed", "page-body-unreadable"}, codes(manifest)
    assert squeeze(text).count(squeeze(payload)) >= 10
    assert "root:x:" not in text and "LANG=" not in text


def test_settings_that_are_not_text_take_no_code(service: Service) -> None:
    for name, value in {
        "accent": "#0C66E4; #panic()",
        "cover_color": 'rgb("#fff")',
        "language": 'en", read("/etc/passwd"), "',
        "paper": "a4), #panic(",
        "contents_depth": "3 + 1",
        "cover": "true; #panic()",
    }.items():
        answer = asked(service, small(), settings={name: value})
        assert answer.code == "request-invalid" and name in answer.json["detail"]


# --- Addresses -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", UNSAFE)
@pytest.mark.usefixtures("poppler")
def test_unsafe_addresses_never_become_links(service: Service, address: str) -> None:
    plain_address = address.replace("&lt;", "<").replace("&#10;", "\n").replace("&colon;", ":")
    storage = (
        f'<p><a href="{address}">kept</a><a href="/{address}">kept</a></p><p><ac:link><ri:url ri:value="{address}"/>'
        f'<ac:link-body>kept</ac:link-body></ac:link></p><ac:image><ri:url ri:value="{address}"/></ac:image>'
        '<p><ac:link><ri:page ri:content-title="Elsewhere"/></ac:link></p>'
    )
    link = {"type": "link", "attrs": {"href": plain_address}}
    adf = {
        "type": "doc",
        "version": 1,
        "content": [
            {"type": "paragraph", "content": [{"type": "text", "text": "kept", "marks": [link]}]},
            {"type": "blockCard", "attrs": {"url": plain_address}},
            {
                "type": "mediaSingle",
                "content": [{"type": "media", "attrs": {"type": "external", "url": plain_address}}],
            },
        ],
    }
    pages = (
        Page("1", "One", "S", url=plain_address),
        Page("2", "Two", "S", url=plain_address),
    )
    answers: dict[Need, Any] = {
        BodyNeed("1"): Body("storage", storage),
        BodyNeed("2"): Body("adf", json.dumps(adf)),
        PageNeed("", "Elsewhere", "S"): Page("9", "Elsewhere", "S", url=plain_address),
    }
    spaces = (Space("S", "Space", "1", plain_address),)
    text, _ = rendered(service, Bundle("Document", pages, spaces, answers), settings={"page_details": True})
    assert text.count("kept") >= 3


# --- Nothing stays, nothing is told ----------------------------------------------------------------------------------


def test_problems_and_logs_tell_nothing_of_the_content(service: Service) -> None:
    secret_page = Page(SECRET, SECRET, SECRET, attachments=(Attachment(SECRET),), labels=(SECRET,))
    bundle = Bundle(SECRET, (secret_page,), (Space(SECRET, SECRET),), {BodyNeed(SECRET): Body("storage", SECRET)})
    wrong: list[Callable[[], Answer]] = [
        lambda: asked(service, bundle, template=SECRET),
        lambda: asked(service, replace(bundle, pages=(secret_page, secret_page))),
        lambda: asked(service, bundle, delivery=DeliveryForm(name=f"{SECRET}/")),
        lambda: asked(service, bundle, "preview", show=SECRET),
        lambda: asked(service, bundle, accept=f"text/{SECRET}"),
        lambda: service.ask("/v1/render", SECRET.encode(), JSON),
        lambda: service.ask("/v1/render", json.dumps({"title": "t", "pages": SECRET}).encode(), JSON),
        lambda: service.ask("/v1/render", SECRET.encode(), {"Content-Type": "application/zip"}),
        lambda: service.ask(f"/v1/{SECRET}"),
        lambda: service.ask("/v1/render", b"{}", {"Content-Type": SECRET}),
        lambda: assembled(service, bundle, SECRET.encode()),
    ]
    for each in wrong:
        answer = each()
        assert 400 <= answer.status < 500 and SECRET.encode() not in answer.body, answer.body
    assert asked(service, bundle).status == 200
    assert SECRET not in "".join(service.lines + service.errors)
    assert SECRET.encode() not in service.ask("/metrics").body


def test_a_zip_of_a_zip_is_nothing_special(service: Service) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("request.json", encode(told(small())))
    body, media_type = packed("zip", out.getvalue(), {})
    assert service.ask("/v1/render", body, {"Content-Type": media_type}).code == "request-invalid"


def test_letters_that_look_alike_stay_what_they_are(service: Service) -> None:
    """Nothing is normalised on the way: two files may differ by that alone."""
    composed, apart = unicodedata.normalize("NFC", "é.txt"), unicodedata.normalize("NFD", "é.txt")
    answers: dict[Need, Any] = {
        BodyNeed("1"): Body("storage", "<p>x</p>"),
        AttachmentNeed("1", composed): Media(b"composed"),
        AttachmentNeed("1", apart): Media(b"apart"),
    }
    page = Page("1", "One", attachments=(Attachment(composed), Attachment(apart)))
    answer = asked(service, Bundle("Two", (page,), (), answers), delivery=DeliveryForm(attachments=True))
    with pikepdf.open(io.BytesIO(answer.body)) as document:
        files = document.attachments.values()
        found = {file.filename: bytes(file.get_file().read_bytes()) for file in files}
    assert found == {composed: b"composed", apart: b"apart"}
