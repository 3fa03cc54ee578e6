"""Links inside the export jump inside the PDF, to the right page; all others keep their address."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Exported
from tests.corpus import DEMO, export
from tests.pdfs import Jump, bookmarks, jumps
from tests.space_exports import write_folder

SETTINGS = {"cover": "false", "contents": "false"}
BASE = "https://example.atlassian.net/wiki"

LINKS = {
    "by title": '<ac:link><ri:page ri:content-title="Far away"/></ac:link>',
    "by title and space": '<ac:link><ri:page ri:space-key="DOC" ri:content-title="Far away"/></ac:link>',
    "by full address": f'<a href="{BASE}/spaces/DOC/pages/3/Far+away">there</a>',
    "by old address": f'<a href="{BASE}/pages/viewpage.action?pageId=3">there</a>',
    "by address in the site": '<a href="/wiki/spaces/DOC/pages/3">there</a>',
    "to a heading": '<ac:link ac:anchor="A heading"><ri:page ri:content-title="Far away"/></ac:link>',
    "to an anchor": '<ac:link ac:anchor="spot"><ri:page ri:content-title="Far away"/></ac:link>',
    "to a heading by address": f'<a href="{BASE}/spaces/DOC/pages/3/Far+away#A-heading">there</a>',
}
FAR = (
    '<h1>A heading</h1><p>Text</p><p><ac:structured-macro ac:name="anchor"><ac:parameter ac:name="">spot'
    "</ac:parameter></ac:structured-macro>Here</p>"
)


def space(folder: Path, body: str) -> Path:
    """Three pages, the first of which has this body."""
    titles = {"1": "Start", "2": "Between", "3": "Far away"}
    pages = [{"id": k, "title": v, "position": int(k), "body": f"{k}.storage.xml"} for k, v in titles.items()]
    about = {"key": "DOC", "name": "Documentation", "homepage": "1", "base_url": BASE}
    return write_folder(
        folder,
        {
            "pages.json": json.dumps(pages),
            "space.json": json.dumps(about),
            "1.storage.xml": body,
            "2.storage.xml": "<p>Nothing</p>",
            "3.storage.xml": FAR,
        },
    )


@pytest.mark.parametrize("how", LINKS)
def test_a_link_to_an_exported_page_jumps_there(how: str, tmp_path: Path) -> None:
    made = export(space(tmp_path, f"<p>{LINKS[how]}</p>"), SETTINGS)
    assert jumps(made.rendition.pdf) == [Jump(1, 3)]
    assert [link["page"] for link in made.rendition.manifest["pages"][0]["links"]] == ["3"]
    assert made.rendition.diagnostics == ()


def test_a_link_to_a_page_outside_the_export_keeps_its_address(tmp_path: Path) -> None:
    made = export(space(tmp_path, f'<p><a href="{BASE}/spaces/DOC/pages/99/Elsewhere">there</a></p>'), SETTINGS)
    assert jumps(made.rendition.pdf) == [Jump(1, None, f"{BASE}/spaces/DOC/pages/99/Elsewhere")]


def test_a_link_to_the_web_stays_one(tmp_path: Path) -> None:
    made = export(space(tmp_path, '<p><a href="https://example.com/?a=1&amp;b=%20#c">there</a></p>'), SETTINGS)
    assert jumps(made.rendition.pdf) == [Jump(1, None, "https://example.com/?a=1&b=%20#c")]


def test_contents_of_the_book_and_of_a_page_jump(tmp_path: Path) -> None:
    body = '<ac:structured-macro ac:name="toc"/><h1>One</h1><h1>Two</h1>'
    made = export(space(tmp_path, body), {"cover": "false", "contents": "true"})
    start, between, far = (entry["pdf_page"] for entry in made.rendition.manifest["pages"])
    book = [jump.to for jump in jumps(made.rendition.pdf) if jump.page < start]
    assert [number for number in book if number] == [start, start, start, between, far, far]
    assert [jump.to for jump in jumps(made.rendition.pdf) if jump.page == start] == [start, start]


@pytest.mark.slow
def test_the_demo_leads_nowhere_wrong(exported: Exported) -> None:
    rendition = exported(DEMO).rendition
    pages = rendition.manifest["pages"]
    starts = {entry["id"]: entry["pdf_page"] for entry in pages}
    found = jumps(rendition.pdf)
    inner = {(jump.page, jump.to) for jump in found if jump.to}
    for index, entry in enumerate(pages):
        end = pages[index + 1]["pdf_page"] if index + 1 < len(pages) else rendition.pages + 1
        for link in entry["links"]:
            if link.get("page"):
                first = starts[link["page"]]
                assert any(entry["pdf_page"] <= page < end and to >= first for page, to in inner if to), link
    assert all(jump.address.startswith(("https://", "http://", "mailto:")) for jump in found if not jump.to)


def test_bookmarks_lead_to_each_page(tmp_path: Path) -> None:
    made = export(space(tmp_path, "<h1>One</h1>"), SETTINGS)
    assert bookmarks(made.rendition.pdf) == [
        ("Start", 1),
        ("One", 1),
        ("Between", 2),
        ("Far away", 3),
        ("A heading", 3),
    ]
