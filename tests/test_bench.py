"""The benchmark's content and its HTML: that all programs get the same, well-formed pages. Nothing is timed here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from lxml import etree, html

from bench.clock import STAGES, Clock
from bench.content import page_source, write_space
from bench.pdf import recall, words
from bench.report import table
from bench.spaces import first_pages
from bench.webpage import book_words, load_book, write_html

PAGES = 12
NAMES = {"ac": "http://atlassian.com/content", "ri": "http://atlassian.com/resource/identifier"}
ROOT = f'<page xmlns:ac="{NAMES["ac"]}" xmlns:ri="{NAMES["ri"]}">'


def values(document: etree._Element, path: str) -> list[str]:
    """What an XPath expression finds, as text."""
    found = document.xpath(path, namespaces=NAMES)
    assert isinstance(found, list)
    return [str(value) for value in found]


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bench") / "space"
    write_space(folder, PAGES)
    return folder


@pytest.mark.parametrize("index", range(PAGES))
def test_bodies_are_well_formed_and_always_the_same(index: int) -> None:
    page = page_source(index, PAGES)
    body = etree.fromstring(f"{ROOT}{page.body}</page>")
    assert body.findall("h2")
    assert body.findall("table//tr")
    assert page_source(index, PAGES) == page


def test_titles_are_unique_and_every_link_and_file_is_there(space: Path) -> None:
    entries = json.loads((space / "pages.json").read_text("utf-8"))
    titles = {entry["title"] for entry in entries}
    assert len(titles) == PAGES
    for entry in entries:
        body = etree.fromstring(f"{ROOT}{(space / entry['body']).read_text('utf-8')}</page>")
        assert set(values(body, "//@ri:content-title")) <= titles
        for name in values(body, "//@ri:filename"):
            assert (space / "attachments" / entry["id"] / name).is_file()


def test_the_html_has_every_word_image_and_link_target_of_the_book(space: Path) -> None:
    book, media = load_book(space)
    document = html.document_fromstring(write_html(book))
    shown = words(" ".join(values(document, "//section[not(@class)]//text()")))
    wanted = book_words(book)
    assert wanted.total() > 500 * PAGES
    assert not wanted - shown
    assert len(values(document, "//img/@src")) == len(media) == PAGES // 3
    identities = values(document, "//@id")
    assert len(set(identities)) == len(identities)
    targets = {href[1:] for href in values(document, "//a/@href") if href.startswith("#")}
    assert targets
    assert targets <= set(identities)


def test_the_first_pages_of_a_space_are_a_space(space: Path, tmp_path: Path) -> None:
    assert first_pages(space, tmp_path / "part", 5) == 5
    book, _ = load_book(tmp_path / "part")
    assert len(book.chapters) == 5


def test_recall_counts_each_word_as_often_as_it_is_wanted() -> None:
    assert recall(words("to be or not to be"), words("To be\nor not")) == pytest.approx(4 / 6)
    assert words("long-running jobs") == words("long-\nrunning jobs")


def test_cpu_is_charged_to_the_innermost_stage() -> None:
    clock = Clock()

    def spin() -> int:
        return sum(i * i for i in range(200_000))

    clock.timed("transform", clock.timed("read", spin))()
    assert clock.seconds["read"] > clock.seconds["transform"] > 0
    assert set(clock.seconds) == set(STAGES)


def test_tables_are_aligned_markdown() -> None:
    assert table(("name", "s"), [("short", "1")]) == "| name  |  s |\n| ----- | -: |\n| short |  1 |"
