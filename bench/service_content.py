"""What the service is asked for: documents of one PDF page, each unlike the others, and one of some 300 pages."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from pathlib import Path
from random import Random
from typing import Literal

from bench.content import write_space
from bench.prose import SERVICES, clause, sentence, sentences, service, topic
from bench.service_client import Shot
from confluence_xpress.bundle import Answer, Body, Bundle, Media, Page
from confluence_xpress.collect import collect
from confluence_xpress.needs import BodyNeed, Need
from confluence_xpress.render import Options, needs
from confluence_xpress.sources.open import open_source
from confluence_xpress.sources.selection import Selection
from confluence_xpress.templates import load_template, parse_settings
from confluence_xpress.wire.forms import Answered, AnswerForm, MediaForm, Request
from confluence_xpress.wire.requests import answered, encode, need_form

PAGES = 400
"""Different documents of one page. The typesetter forgets what it didn't see in eleven compiles."""
_STATUSES = (("Green", "Done"), ("Yellow", "In review"), ("Red", "Blocked"), ("Blue", "Planned"))


Kind = Literal["text", "dense"]


def page_body(index: int, kind: Kind = "text") -> str:
    """Storage format of one sheet: text with marks, links, headings, lists; if dense, a table of 6 rows and a panel."""
    random = Random(f"one page {index}")  # noqa: S311 - reproducible, not secret
    items = "".join(f"<li><p>{sentence(random)}</p></li>" for _ in range(5))
    text = (
        f"<p>{_status(random)} {sentence(random)} The number is <strong>unique{index:05}</strong>, and "
        f'<a href="https://example.org/{service(random)}/{index}">the manual</a> has <em>the details</em>.</p>'
        f"<p>{sentences(random, 3)}</p><h2>{topic(random)}</h2><p>{sentences(random, 2)} See "
        f"<code>{service(random)}ctl --region {random.randrange(1, 9)}</code>.</p><ul>{items}</ul>"
        f"<h2>{topic(random)}</h2><p>{sentences(random, 3)}</p>"
    )
    return text + _table_and_panel(random) if kind == "dense" else text


def page_title(index: int) -> str:
    """The title of a document of one page."""
    return f"{SERVICES[index % len(SERVICES)].capitalize()}: report {index}"


def page_request(index: int, kind: Kind = "text") -> bytes:
    """The request for it, as JSON."""
    title = page_title(index)
    answer = Answered(need_form(BodyNeed("1")), AnswerForm(body=Body("storage", page_body(index, kind))))
    return encode(Request(title=title, pages=(Page("1", title),), answers=(answer,)))


def write_page(folder: Path) -> None:
    """The first of these documents as a space of one page, in a new folder."""
    (folder / "bodies").mkdir(parents=True)
    (folder / "bodies" / "1.storage.xml").write_text(page_body(0), "utf-8")
    space = {"key": "BENCH", "name": "Bench", "homepage": "1", "base_url": "https://example.atlassian.net/wiki"}
    (folder / "space.json").write_text(json.dumps(space), "utf-8")
    entry = {"id": "1", "title": page_title(0), "parent": None, "position": 0, "body": "bodies/1.storage.xml"}
    (folder / "pages.json").write_text(json.dumps([entry]), "utf-8")


def book_request(pages: int) -> bytes:
    """The request for a made space of so many Confluence pages, three times as many in its PDF, as JSON."""
    with tempfile.TemporaryDirectory() as folder:
        write_space(Path(folder, "space"), pages)
        bundle = _bundle(Path(folder, "space"))
    given = tuple(_answered(need, answer) for need, answer in bundle.answers.items())
    return encode(Request(title=bundle.title, pages=bundle.pages, spaces=bundle.spaces, answers=given))


def shots(requests: Sequence[bytes], keys: Mapping[str, str]) -> Callable[[], Shot]:
    """The requests again and again, its callers (names and keys) taking turns."""
    made = [[Shot(_http(data, key), name) for name, key in keys.items()] for data in requests]
    numbers = count()

    def shoot() -> Shot:
        number = next(numbers)
        return made[number % len(made)][number % len(keys)]

    return shoot


def _http(data: bytes, key: str) -> bytes:
    head = (
        "POST /v1/render HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAccept: application/pdf\r\n"
        f"Authorization: Bearer {key}\r\nContent-Length: {len(data)}\r\n\r\n"
    )
    return head.encode("ascii") + data


def _bundle(source: Path) -> Bundle:
    template = load_template("default")
    options = Options(template, parse_settings(template.options, {}))
    return collect(open_source(source), Selection(), needs=lambda bundle: needs(bundle, options))


def _answered(need: Need, answer: Answer) -> Answered:
    if isinstance(answer, Media):
        return Answered(need_form(need), AnswerForm(media=MediaForm(data=answer.data, media_type=answer.media_type)))
    return answered(need, answer, lambda _: "")


def _status(random: Random) -> str:
    color, title = random.choice(_STATUSES)
    return (
        '<ac:structured-macro ac:name="status" ac:schema-version="1">'
        f'<ac:parameter ac:name="title">{title}</ac:parameter><ac:parameter ac:name="colour">{color}</ac:parameter>'
        "</ac:structured-macro>"
    )


def _table_and_panel(random: Random) -> str:
    heads = "".join(f"<th><p>{head}</p></th>" for head in ("Service", "State", "Limit", "What it means"))
    rows = "".join(f"<tr>{_row(random)}</tr>" for _ in range(6))
    return (
        f"<table><tbody><tr>{heads}</tr>{rows}</tbody></table>"
        '<ac:structured-macro ac:name="info" ac:schema-version="1"><ac:rich-text-body>'
        f"<p>{sentences(random, 2)}</p></ac:rich-text-body></ac:structured-macro>"
    )


def _row(random: Random) -> str:
    cells = (f"<code>{service(random)}</code>", _status(random), f"{random.randrange(20, 900)} ms", clause(random))
    return "".join(f"<td><p>{cell}</p></td>" for cell in cells)
