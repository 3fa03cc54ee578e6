"""A space of any number of pages in Confluence's storage format, as a folder: the same on every machine.

A page has what pages of a technical wiki mostly have: an introduction and four sections, among them paragraphs with
marks and links, lists, a table of 10 to 20 rows, a listing, statuses, dates, often a panel, tasks or a quotation, and
on every third page a picture. That is about 14 kB of storage format and three PDF pages.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from random import Random
from xml.sax.saxutils import escape

from bench.listings import listing
from bench.pictures import chart, diagram
from bench.prose import SERVICES, clause, sentence, sentences, service, topic

CHAPTER = 10
"""Pages in a chapter, its own among them."""

_STATUSES = (("Green", "Done"), ("Yellow", "In review"), ("Red", "Blocked"), ("Blue", "Planned"), ("Grey", "Idle"))
_PANELS = (("info", "Good to know"), ("note", "Mind this"), ("tip", "A shorter way"), ("warning", "No way back"))
_FIRST_ID = 200001


@dataclass(frozen=True, slots=True)
class PageSource:
    """One page: its entry in `pages.json`, its body and its files by name."""

    entry: dict[str, object]
    body: str
    files: dict[str, bytes]


def write_space(folder: Path, count: int) -> None:
    """Write a space of `count` pages into a new folder."""
    for name in ("bodies", "attachments"):
        (folder / name).mkdir(parents=True)
    entries = []
    for index in range(count):
        page = page_source(index, count)
        entries.append(page.entry)
        (folder / str(page.entry["body"])).write_text(page.body, "utf-8")
        for name, data in page.files.items():
            path = folder / "attachments" / str(page.entry["id"]) / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(data)
    space = {
        "key": "BENCH",
        "name": f"Handbook in {count} pages",
        "homepage": str(_FIRST_ID),
        "base_url": "https://example.atlassian.net/wiki",
    }
    (folder / "space.json").write_text(json.dumps(space), "utf-8")
    (folder / "pages.json").write_text(json.dumps(entries, indent=1), "utf-8")


def page_source(index: int, count: int) -> PageSource:
    """Page number `index` of a space of `count` pages."""
    random = Random(f"page {index}")  # noqa: S311 - reproducible, not secret
    files: dict[str, bytes] = {}
    if index % 6 == 2:
        files["requests.png"] = chart(random)
    elif index % 6 == 5:
        files["parts.svg"] = diagram(tuple(random.sample(SERVICES, 4)))
    entry: dict[str, object] = {
        "id": str(_FIRST_ID + index),
        "title": _title(index),
        "parent": None if index == 0 else str(_FIRST_ID + (index - index % CHAPTER if index % CHAPTER else 0)),
        "position": index,
        "labels": random.sample(SERVICES, 2),
        "body": f"bodies/{_FIRST_ID + index}.storage.xml",
        "attachments": list(files),
        "version": random.randrange(1, 40),
        "updated": f"2026-{random.randrange(1, 12):02}-{random.randrange(1, 28):02}T09:00:00Z",
    }
    return PageSource(entry, _body(random, count, tuple(files)), files)


def _title(index: int) -> str:
    if index == 0:
        return "Handbook"
    name = SERVICES[index % len(SERVICES)].capitalize()
    return f"{name}: chapter {index // CHAPTER}" if index % CHAPTER == 0 else f"{name}, page {index}"


def _body(random: Random, count: int, files: tuple[str, ...]) -> str:
    sections = [_list, _table, _code, random.choice((_prose, _tasks, _panel, _quote))]
    random.shuffle(sections)
    parts = [f"<p>{_status(random)} {_rich(random, count)}</p>"]
    for section in sections:
        parts.append(f"<h2>{topic(random)}</h2><p>{_rich(random, count)}</p>{section(random, count)}")
        if random.random() < 0.5:
            parts.append(f"<h3>{topic(random)}</h3><p>{sentences(random, 4)}</p>")
    for name in files:
        parts.insert(
            len(parts) // 2,
            f'<ac:image ac:alt="{clause(random)}" ac:width="600"><ri:attachment ri:filename="{name}"/>'
            f"<ac:caption><p>{sentence(random)}</p></ac:caption></ac:image>",
        )
    return "\n".join(parts)


def _rich(random: Random, count: int) -> str:
    """A line of text with marks and links."""
    command = f"{service(random)}ctl --region {random.randrange(1, 9)}"
    address = f"https://example.org/{service(random)}/{random.randrange(999)}"
    return (
        f"{sentence(random)} See {_link(random, count)} for more, or <strong>{clause(random)}</strong>. "
        f"The command <code>{command}</code> tells whether <em>{clause(random)}</em>; "
        f'<a href="{address}">the manual</a> has the details.'
    )


def _link(random: Random, count: int) -> str:
    target = _title(random.randrange(count))
    return (
        f'<ac:link><ri:page ri:content-title="{escape(target)}"/>'
        f"<ac:link-body>the page about {service(random)}</ac:link-body></ac:link>"
    )


def _status(random: Random) -> str:
    color, title = random.choice(_STATUSES)
    return (
        '<ac:structured-macro ac:name="status" ac:schema-version="1">'
        f'<ac:parameter ac:name="title">{title}</ac:parameter><ac:parameter ac:name="colour">{color}</ac:parameter>'
        "</ac:structured-macro>"
    )


def _prose(random: Random, count: int) -> str:
    return f"<p>{sentences(random, 5)}</p><p>{_rich(random, count)}</p>"


def _quote(random: Random, count: int) -> str:
    return f"<blockquote><p>{sentences(random, 3)}</p></blockquote><p>{_rich(random, count)}</p>"


def _list(random: Random, count: int) -> str:
    nested = "".join(f"<li><p>{sentence(random)}</p></li>" for _ in range(3))
    items = [f"<li><p>{sentence(random)}</p></li>" for _ in range(random.randrange(3, 7))]
    items.insert(2, f"<li><p>{sentence(random)}</p><ul>{nested}</ul></li>")
    tag = random.choice(("ul", "ol"))
    return f"<{tag}>{''.join(items)}</{tag}><p>{_rich(random, count)}</p>"


def _tasks(random: Random, _count: int) -> str:
    return "".join(
        (
            "<ac:task-list>",
            *(
                f"<ac:task><ac:task-id>{number}</ac:task-id><ac:task-status>"
                f"{random.choice(('complete', 'incomplete'))}</ac:task-status>"
                f"<ac:task-body>{sentence(random)}</ac:task-body></ac:task>"
                for number in range(1, random.randrange(5, 8))
            ),
            "</ac:task-list>",
        )
    )


def _panel(random: Random, count: int) -> str:
    name, title = random.choice(_PANELS)
    return (
        f'<ac:structured-macro ac:name="{name}" ac:schema-version="1"><ac:parameter ac:name="title">{title}'
        f"</ac:parameter><ac:rich-text-body><p>{_rich(random, count)}</p><ul><li><p>{sentence(random)}</p></li>"
        f"<li><p>{sentence(random)}</p></li></ul></ac:rich-text-body></ac:structured-macro>"
    )


def _code(random: Random, _count: int) -> str:
    language, text = listing(random)
    return (
        '<ac:structured-macro ac:name="code" ac:schema-version="1">'
        f'<ac:parameter ac:name="language">{language}</ac:parameter>'
        f"<ac:plain-text-body><![CDATA[{text}]]></ac:plain-text-body></ac:structured-macro>"
    )


def _table(random: Random, count: int) -> str:
    heads = "".join(f"<th><p>{head}</p></th>" for head in ("Service", "State", "Since", "Limit", "What it means"))
    rows = []
    for _ in range(random.randrange(10, 21)):
        day = f"2026-{random.randrange(1, 13):02}-{random.randrange(1, 29):02}"
        name = _link(random, count) if random.random() < 0.2 else f"<code>{service(random)}</code>"
        cells = (name, _status(random), f'<time datetime="{day}" />', f"{random.randrange(20, 900)} ms", clause(random))
        rows.append(f"<tr>{''.join(f'<td><p>{cell}</p></td>' for cell in cells)}</tr>")
    widths = "".join(f'<col style="width: {width}px;" />' for width in (120, 110, 110, 90, 330))
    return (
        f'<table data-table-width="760" data-layout="default"><colgroup>{widths}</colgroup>'
        f"<tbody><tr>{heads}</tr>{''.join(rows)}</tbody></table>"
    )
