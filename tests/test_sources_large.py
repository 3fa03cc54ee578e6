"""Sources of thousands of pages: what is read when, and what is kept in memory. Nothing is timed here."""

from __future__ import annotations

import sys
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest

from bench.exports import write_csv_export, write_xml_export, write_zip
from bench.large import write_large
from confluence_xpress.bundle import Body, Media, Unavailable
from confluence_xpress.collect import outline
from confluence_xpress.needs import AttachmentNeed, BodyNeed
from confluence_xpress.sources.offline import OfflineSource
from confluence_xpress.sources.open import open_source
from confluence_xpress.sources.selection import Selection
from tests.space_exports import write_folder

pytestmark = pytest.mark.slow

SET: dict[str, str | bytes] = {
    "space.json": '{"name": "Manual"}',
    "pages.json": """[
        {"id": "1", "title": "Manual", "parent": null, "labels": [], "body": "1.xml", "attachments": []},
        {"id": "2", "title": "A & B", "parent": "1", "labels": ["a"], "body": "2.xml", "attachments": ["a.txt"]},
        {"id": "3", "title": "Index", "parent": "2", "labels": ["a", "b"], "body": "3.xml", "attachments": []}
    ]""",
    "1.xml": '<p><ac:link ac:anchor="x"><ri:page ri:content-title="A &amp; B" /></ac:link></p>',
    "2.xml": '<p><ac:link><ri:page ri:content-title="Index" /></ac:link><![CDATA[a]]></p>',
    "3.xml": '<p>End <ac:link ac:anchor="y">\n<ri:page ri:content-title="Elsewhere" /></ac:link></p>',
    "attachments/2/a.txt": b"file",
}
PAGES = 200
BODY = f"<p>{' '.join(Random(1).choices(['long', 'words', 'of', 'many', 'pages', 'everywhere'], k=30_000))}</p>"
"""About 160 kB, so that all bodies together are far larger than what may be in memory."""


class Watch:
    """Files and folders that the process opens."""

    def __init__(self) -> None:
        self.on = False
        self.opened: list[str] = []
        sys.addaudithook(self._note)

    @contextmanager
    def opening(self) -> Iterator[list[str]]:
        """What is opened meanwhile."""
        self.opened = []
        self.on = True
        try:
            yield self.opened
        finally:
            self.on = False

    def _note(self, event: str, arguments: tuple[object, ...]) -> None:
        if self.on and event in ("open", "os.scandir", "os.listdir") and isinstance(arguments[0], str | Path):
            self.opened.append(str(arguments[0]))


WATCH = Watch()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A space with bodies of 32 MB in all."""
    base = tmp_path_factory.mktemp("large")
    part = write_folder(base / "set", {**SET, "2.xml": BODY, "3.xml": BODY, "1.xml": BODY})
    write_large(base / "space", PAGES, [part])
    return base / "space"


@pytest.fixture(scope="module", params=["folder", "zip", "xml", "csv"])
def path(request: pytest.FixtureRequest, folder: Path) -> Path:
    """The same space in every form."""
    writers = {"zip": write_zip, "xml": write_xml_export, "csv": write_csv_export}
    if request.param == "folder":
        return folder
    made = folder.parent / f"{request.param}.zip"
    writers[request.param](folder, made)
    return made


def body(source: OfflineSource, page_id: str) -> str:
    answer = source.fulfil([BodyNeed(page_id)])[BodyNeed(page_id)]
    assert isinstance(answer, Body)
    return answer.value


def test_bodies_are_not_held_in_memory(path: Path) -> None:
    tracemalloc.start()
    try:
        source = open_source(path)
        bundle = outline(source, Selection())
        read = sum(len(body(source, page.id)) for page in bundle.pages)
        # A body store may keep some in memory before it turns to the disk.
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(bundle.pages) == PAGES
    assert read > 30_000_000
    assert peak < 25_000_000


def test_every_form_tells_the_same(path: Path, folder: Path) -> None:
    source, plain = open_source(path), open_source(folder)
    assert source.diagnostics == ()
    assert [(p.id, p.title, p.parent, p.labels, p.version) for p in source.pages().pages] == [
        (p.id, p.title, p.parent, p.labels, p.version) for p in plain.pages().pages
    ]
    for page in plain.pages().pages[:20]:
        assert body(source, page.id) == body(plain, page.id)
        for attachment in page.attachments:
            need = AttachmentNeed(page.id, attachment.title)
            file = source.fulfil([need])[need]
            assert isinstance(file, Media)
            assert file.data == b"file"


def test_opening_a_folder_touches_no_body_however_many_there_are(folder: Path) -> None:
    with WATCH.opening() as opened:
        outline(open_source(folder), Selection())
    assert {Path(name).name for name in opened} <= {"pages.json", "space.json", "users.json"}


def test_answering_reads_the_file_that_is_asked_for_and_nothing_else(folder: Path) -> None:
    source = open_source(folder)
    pages = source.pages().pages
    holder = next(page for page in pages if page.attachments)
    with WATCH.opening() as opened:
        source.fulfil([BodyNeed(pages[7].id), AttachmentNeed(holder.id, "a.txt")])
    assert [Path(name).name for name in opened] == [f"{pages[7].id}.storage.xml", "a.txt"]


def test_a_missing_file_makes_nobody_look_through_the_folder(tmp_path: Path) -> None:
    entries = '[{"id": "1", "title": "One", "body": "bodies/1.storage.xml"}]'
    source = open_source(write_folder(tmp_path / "space", {"pages.json": entries, "bodies/2.storage.xml": ""}))
    with WATCH.opening() as opened:
        answer = source.fulfil([BodyNeed("1")])[BodyNeed("1")]
    assert isinstance(answer, Unavailable)
    assert opened == []


def test_names_that_are_not_ascii_are_looked_up_once_for_each_folder(tmp_path: Path) -> None:
    names = [f"u\u0308ber {number}.txt" for number in range(50)]
    files: dict[str, str | bytes] = {f"attachments/1/{name}": name for name in names}
    source = open_source(write_folder(tmp_path / "space", {"pages.json": '[{"id": "1", "title": "One"}]', **files}))
    needs = [AttachmentNeed("1", name.replace("u\u0308", "ü")) for name in names]
    with WATCH.opening() as opened:
        answers = source.fulfil(needs)
    assert [answers[need] for need in needs] == [Media(name.encode(), "text/plain") for name in names]
    assert [name for name in opened if not name.endswith(".txt")] == [str(tmp_path / "space/attachments/1")]


def test_the_digest_follows_the_body_and_the_files(tmp_path: Path) -> None:
    entries = '[{"id": "1", "title": "One", "body": "1.storage.xml", "attachments": ["a.txt", "b.txt"]}]'
    files: dict[str, str | bytes] = {"pages.json": entries, "1.storage.xml": "x", "attachments/1/a.txt": "a"}
    variants: tuple[dict[str, str | bytes], ...] = (
        {},
        {"1.storage.xml": "y"},
        {"attachments/1/a.txt": "b"},
        {"attachments/1/b.txt": "a"},
        {"attachments/1/a.txt": "", "attachments/1/b.txt": "a"},
        {"pages.json": entries.replace("1.storage.xml", "1.view.html"), "1.view.html": "x"},
    )
    digests = []
    for number, variant in enumerate(variants):
        for again in "ab":
            source = open_source(write_folder(tmp_path / f"{number}{again}", {**files, **variant}))
            digests.append(source.digest(source.pages().pages[0]))
    assert digests[::2] == digests[1::2]
    assert len(set(digests)) == len(variants)


def test_attachments_are_found_by_their_exact_name_before_any_other_case(tmp_path: Path) -> None:
    titles = ["A.txt", "a.txt", "a.TXT", "B.txt"]
    entries = f'[{{"id": "1", "title": "One", "attachments": {titles}}}]'.replace("'", '"')
    files: dict[str, str | bytes] = {f"attachments/1/{title}": title for title in titles}
    source = open_source(write_folder(tmp_path / "space", {"pages.json": entries, **files}))
    wanted = {"a.txt": "a.txt", "A.txt": "A.txt", "a.TXT": "a.TXT", "b.TXT": "B.txt"}
    needs = {name: AttachmentNeed("1", name) for name in wanted}
    answers = source.fulfil(list(needs.values()))
    assert {name: answers[need] for name, need in needs.items()} == {
        name: Media(found.encode(), "text/plain") for name, found in wanted.items()
    }


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 7, 12])
def test_a_made_space_has_so_many_pages_unique_titles_and_links_within_an_edition(tmp_path: Path, count: int) -> None:
    part = write_folder(tmp_path / "set", SET)
    write_large(tmp_path / "space", count, [part, part])
    source = open_source(tmp_path / "space")
    pages = source.pages().pages
    assert len(pages) == count
    titles = {page.title: page for page in pages}
    assert len(titles) == count
    assert [page.id for page in pages if page.parent is None] == [pages[0].id]
    for page in pages:
        for other in titles:
            if f'ri:content-title="{other.replace("&", "&amp;")}"' in body(source, page.id):
                assert page is pages[0] or other.partition(" (edition")[2] == page.title.partition(" (edition")[2]


def test_links_to_pages_left_out_lead_to_the_nearest_above(tmp_path: Path) -> None:
    part = write_folder(tmp_path / "set", SET)
    write_large(tmp_path / "space", 1 + 3 + 1, [part])
    source = open_source(tmp_path / "space")
    first, second = (page for page in source.pages().pages if page.title.startswith("Manual"))
    assert body(source, first.id) == SET["1.xml"]
    assert body(source, second.id) == '<p><ac:link><ri:page ri:content-title="Manual (edition 2)" /></ac:link></p>'
