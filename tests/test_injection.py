"""No text of a user is ever Typst code: in every field that a user can write it arrives as it is, letter by letter."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.corpus import Export, export
from tests.recall import pdf_text
from tests.space_exports import write_folder

PAYLOADS = {
    "code": '#panic("in") #eval("1+1") #read("/book.typ") #{1+1} #let x = 1;',
    "ends": '] ) } ; #] "] \\] \\" \\u{41} ",) [',
    "markup": "*a* _b_ `c` $d$ <e> @f ~g~ ~ -- --- ... 1. + - / = == // x /* y */ ```z```",
    "string": 'quote " backslash \\ both \\" tail \\',
    "start": "= Head / term: x",
}
"""What would run, end an argument, or look different, if it were not escaped."""

TABLE = str.maketrans({"<": "&lt;", ">": "&gt;", "&": "&amp;", '"': "&quot;"})


def macro(name: str, body: str = "", /, **parameters: str) -> str:
    """A macro in storage format."""
    given = "".join(f'<ac:parameter ac:name="{key}">{value}</ac:parameter>' for key, value in parameters.items())
    return f'<ac:structured-macro ac:name="{name}">{given}{body}</ac:structured-macro>'


def rich(text: str) -> str:
    return f"<ac:rich-text-body><p>{text}</p></ac:rich-text-body>"


def plain(text: str) -> str:
    return f"<ac:plain-text-body>{text}</ac:plain-text-body>"


SHOWN: dict[str, Callable[[str], str]] = {
    "paragraph": lambda t: f"<p>{t}</p>",
    "heading": lambda t: f"<h1>{t}</h1><h6>{t}</h6>",
    "marks": lambda t: f"<p><strong>{t}</strong><em>{t}</em><u>{t}</u><sub>{t}</sub><code>{t}</code></p>",
    "colour": lambda t: f'<p><span style="color: rgb(255,0,0); background-color: #eeeeee;">{t}</span></p>',
    "list": lambda t: f"<ul><li>{t}<ol><li>{t}</li></ol></li></ul>",
    "table": lambda t: f"<table><tbody><tr><th>{t}</th></tr><tr><td>{t}</td></tr></tbody></table>",
    "code": lambda t: macro("code", plain(t), title=t),
    "code with line numbers": lambda t: macro("code", plain(t), linenumbers="true", language="python"),
    "preformatted": lambda t: f"<pre>{t}</pre>" + macro("noformat", plain(t)),
    "quote": lambda t: f"<blockquote><p>{t}</p></blockquote>",
    "panel": lambda t: macro("panel", rich(t), title=t),
    "info": lambda t: macro("info", rich(t), title=t),
    "expand": lambda t: macro("expand", rich(t), title=t),
    "status": lambda t: f"<p>{macro('status', title=t)}</p>",
    "unknown macro": lambda t: macro("unheard-of", rich(t)),
    "excerpt": lambda t: macro("excerpt", rich(t), name=t),
    "task": lambda t: (
        "<ac:task-list><ac:task><ac:task-id>1</ac:task-id><ac:task-status>incomplete</ac:task-status>"
        f"<ac:task-body>{t}</ac:task-body></ac:task></ac:task-list>"
    ),
    "layout": lambda t: (
        '<ac:layout><ac:layout-section ac:type="two_equal"><ac:layout-cell>'
        f"<p>{t}</p></ac:layout-cell><ac:layout-cell><p>{t}</p></ac:layout-cell></ac:layout-section></ac:layout>"
    ),
    "link text": lambda t: f'<p><a href="https://example.com/">{t}</a></p>',
    "name of a missing image": lambda t: f'<ac:image ac:alt="{t}"><ri:attachment ri:filename="x.png"/></ac:image>',
    "caption": lambda t: (
        f'<ac:image ac:alt="x"><ri:attachment ri:filename="x.png"/><ac:caption><p>{t}</p></ac:caption></ac:image>'
    ),
    "name of a missing file": lambda t: f'<p><ac:link><ri:attachment ri:filename="{t}"/></ac:link></p>',
    "title of a missing page": lambda t: f'<p><ac:link><ri:page ri:content-title="{t}"/></ac:link></p>',
    "contents": lambda t: f"{macro('toc')}<h2>{t}</h2>",
}
"""Fields that are shown."""

HIDDEN: dict[str, Callable[[str], str]] = {
    "name of a macro": lambda t: macro(t, rich("kept")) + "<p>kept</p>",
    "parameters": lambda t: macro("unheard-of", rich("kept"), one=t, two=t),
    "language of code": lambda t: macro("code", plain("kept"), language=t, theme=t, firstline=t),
    "colours": lambda t: (
        macro("panel", rich("kept"), bgColor=t, borderColor=t, titleBGColor=t, titleColor=t, borderWidth=t)
        + f'<p><span style="color: {t}; background-color: {t}">kept</span></p>'
        + f'<table><tbody><tr><td data-highlight-colour="{t}" style="text-align: {t}; width: {t}">kept</td></tr>'
        + "</tbody></table>"
        + f"<p>{macro('status', title='kept', colour=t)}</p>"
    ),
    "spans and sizes": lambda t: (
        f'<table data-table-width="{t}"><colgroup><col style="width: {t}"/></colgroup><tbody>'
        f'<tr><td colspan="{t}" rowspan="{t}">kept</td></tr></tbody></table><ol start="{t}"><li>kept</li></ol>'
        f'<ac:image ac:width="{t}" ac:height="{t}"><ri:attachment ri:filename="dot.png"/></ac:image>'
    ),
    "address": lambda t: (
        f'<p><a href="https://example.com/{t}">kept</a> <a href="{t}">kept</a> <a href="#{t}">kept</a></p>'
    ),
    "anchor": lambda t: f'<p>{macro("anchor", **{"": t})}kept <ac:link ac:anchor="{t}"/></p>',
    "alternative text": lambda t: (
        f'<p>kept</p><ac:image ac:alt="{t}"><ri:attachment ri:filename="dot.png"/></ac:image>'
    ),
    "layout type": lambda t: (
        f'<ac:layout><ac:layout-section ac:type="{t}" ac:breakout-width="{t}"><ac:layout-cell><p>kept</p>'
        "</ac:layout-cell></ac:layout-section></ac:layout>"
    ),
    "table of contents": lambda t: (
        macro("toc", minLevel=t, maxLevel=t, include=t, separator=t, style=t) + "<h1>kept</h1>"
    ),
    "emoticon": lambda t: f'<p>kept<ac:emoticon ac:name="{t}" ac:emoji-id="{t}" ac:emoji-shortname="{t}"/></p>',
    "day": lambda t: f'<p>kept <time datetime="{t}"/></p>',
}
"""Fields that steer how something is shown, or lead somewhere."""

DOT = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


def squeeze(text: str) -> str:
    """Text without what typesetting may change: spaces, case, line breaks, arrows at broken code lines."""
    return re.sub(r"[\s\u21b3\u00ad]+", "", unicodedata.normalize("NFKC", text)).casefold()


def made(folder: Path, body: str, *, adf: bool = False, **about: object) -> Export:
    """The export of a page."""
    name = "1.adf.json" if adf else "1.storage.xml"
    page: dict[str, object] = {"id": "1", "title": "Title", "body": name, "attachments": ["dot.png"]}
    page.update({key: value for key, value in about.items() if key in ("title", "labels")})
    pages = json.dumps([page])
    space = json.dumps({"key": "DOC", "name": about.get("space", "Docs"), "base_url": "https://example.com/wiki"})
    files: dict[str, str | bytes] = {"pages.json": pages, "space.json": space, name: body, "attachments/1/dot.png": DOT}
    settings = {key: str(value) for key, value in about.items() if key in ("subtitle", "classification", "cover")}
    return export(write_folder(folder, files), settings)


def harmless(export: Export) -> str:
    """The text of the PDF, if the whole was typeset at once."""
    codes = {diagnostic.code for diagnostic in export.rendition.diagnostics}
    assert not codes & {"page-not-typeset", "macro-failed", "page-body-unreadable", "image-unreadable"}, codes
    return squeeze("".join(pdf_text(export.rendition.pdf)))


PAYLOAD = pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)

pytestmark = pytest.mark.usefixtures("poppler")


@PAYLOAD
@pytest.mark.parametrize("field", SHOWN)
def test_what_is_shown_is_shown_as_it_is(field: str, payload: str, tmp_path: Path) -> None:
    body = SHOWN[field](payload.translate(TABLE))
    text = harmless(made(tmp_path, body))
    assert text.count(squeeze(payload)) >= body.count(payload.translate(TABLE)) - (field == "excerpt")


@PAYLOAD
@pytest.mark.parametrize("field", HIDDEN)
def test_what_steers_does_no_harm(field: str, payload: str, tmp_path: Path) -> None:
    body = HIDDEN[field](payload.translate(TABLE))
    assert harmless(made(tmp_path, body)).count("kept") >= body.count("kept")


@PAYLOAD
def test_titles_labels_and_settings(payload: str, tmp_path: Path) -> None:
    about: dict[str, Any] = {
        "title": payload,
        "space": payload,
        "subtitle": payload,
        "classification": payload,
        "cover": "true",
    }
    text = harmless(made(tmp_path, "<p>kept</p>", labels=[payload], **about))
    # Cover: space, title, subtitle, fact. Page: title, labels, running foot.
    assert text.count(squeeze(payload)) >= 6 and "kept" in text


@PAYLOAD
def test_names_of_people(payload: str, tmp_path: Path) -> None:
    write_folder(tmp_path, {"users.json": json.dumps({"abc": payload})})
    mention = '<p><ac:link><ri:user ri:account-id="abc"/></ac:link></p>'
    assert squeeze(payload) in harmless(made(tmp_path, mention))


@PAYLOAD
def test_adf(payload: str, tmp_path: Path) -> None:
    def text(*marks: dict[str, object]) -> dict[str, object]:
        return {"type": "text", "text": payload, "marks": list(marks)}

    def paragraph(*nodes: object) -> dict[str, object]:
        return {"type": "paragraph", "content": list(nodes)}

    content = [
        paragraph(text(), text({"type": "strong"}), text({"type": payload, "attrs": {payload: payload}})),
        paragraph(text({"type": "textColor", "attrs": {"color": payload}})),
        paragraph(text({"type": "link", "attrs": {"href": f"https://example.com/{payload}"}})),
        paragraph({"type": "status", "attrs": {"text": payload, "color": payload, "style": payload}}),
        paragraph({"type": "mention", "attrs": {"id": payload, "text": payload}}),
        paragraph({"type": "emoji", "attrs": {"shortName": payload, "text": payload}}),
        paragraph({"type": "date", "attrs": {"timestamp": payload}}),
        paragraph({"type": "inlineCard", "attrs": {"url": payload}}),
        {"type": "panel", "attrs": {"panelType": "custom", "panelColor": payload, "panelIconText": payload}}
        | {"content": [paragraph(text())]},
        {"type": "codeBlock", "attrs": {"language": payload}, "content": [{"type": "text", "text": payload}]},
        {"type": "expand", "attrs": {"title": payload}, "content": [paragraph(text())]},
        {"type": payload, "attrs": {payload: payload}, "content": [paragraph(text())]},
        {"type": "extension", "attrs": {"extensionKey": payload, "extensionType": payload, "text": payload}},
        {"type": "layoutSection", "content": [{"type": "layoutColumn", "attrs": {"width": payload}, "content": []}]},
    ]
    body = json.dumps({"type": "doc", "version": 1, "content": content})
    assert harmless(made(tmp_path, body, adf=True)).count(squeeze(payload)) >= 10
