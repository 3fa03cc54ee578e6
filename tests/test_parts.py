"""A document of many parts is one document: its links, numbers, bookmarks and heads are right across all seams."""

from __future__ import annotations

import hashlib
import io
import json
import random
import re
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from confluence_xpress.collect import outline
from confluence_xpress.render import Manifest, Options, begin, plan
from confluence_xpress.render.book import make_book
from confluence_xpress.render.manifest import volume_facts
from confluence_xpress.render.part import CutTask, FrontTask, Job
from confluence_xpress.render.plan import Split
from confluence_xpress.render.produce import Production, Runner, Told
from confluence_xpress.render.properties import make_properties
from confluence_xpress.render.spool import Spool
from confluence_xpress.sources.open import open_source
from confluence_xpress.sources.selection import Selection
from confluence_xpress.tasks import Inline
from confluence_xpress.workers import Limits, Workers
from confluence_xpress.writers.typst.front import ContentsLine, IndexLine
from tests.boxes import Word, word_boxes
from tests.corpus import options
from tests.pdfs import Jump, Spot, jumps, named_places
from tests.pdfs import outline as outline_of
from tests.recall import pdf_text
from tests.space_exports import write_folder

COUNT = 14
"""Pages of the book: each is a part of its own."""
HEAD = 60.0
"""The running head ends above, the text begins below; points from the top."""
FILLER = "<p>" + "Some words that fill a line or two and are found on every page. " * 9 + "</p>"

pytestmark = pytest.mark.usefixtures("poppler")


@dataclass
class Made:
    """The PDFs of a document and its manifest."""

    pdfs: dict[str, bytes]
    manifest: Manifest
    parts: int
    findings: list[tuple[str, str]] = field(default_factory=list)
    """Code and page of each diagnostic."""

    @property
    def pdf(self) -> bytes:
        """The only PDF."""
        (pdf,) = self.pdfs.values()
        return pdf

    def start(self, page: int) -> int:
        """The PDF page on which a page begins."""
        number: int = self.manifest["pages"][page]["pdf_page"]
        return number


def make(folder: Path, wanted: Options | None = None, *, split: Split | None = None, jobs: int = 0) -> Made:
    """The whole of a folder source, in this process or in so many workers."""
    source = open_source(folder)
    wanted = wanted or options({"numbering": "true", "contents_depth": "9"})
    job = Job(outline(source, Selection()), wanted)
    pool: AbstractContextManager[Runner] = (
        Workers(jobs, begin, job, Limits(), preload=["confluence_xpress.render"]) if jobs else Inline(begin, job)
    )
    with pool as runner:
        book = make_book(job.outline, wanted)
        production = Production(job, book, runner, source.fulfil, Spool(io.BytesIO()), split=split)
        production.make_parts()
        for number, volume in enumerate(production.volumes, 1):
            volume.file = f"book-{number}.pdf"
        production.make_front()
        pdfs, facts = {}, []
        for index, volume in enumerate(production.volumes):
            out = io.BytesIO()
            properties = make_properties(volume.book, wanted)
            production.write(index, out, properties)
            pdfs[volume.file] = data = out.getvalue()
            digest = hashlib.sha256(data).hexdigest()
            facts.append(volume_facts(volume.file, properties.metadata.title, volume.pages, len(data), digest))
        manifest = json.loads(b"".join(production.manifest(facts, Told())))
        parts = sum(1 for volume in production.volumes for part in volume.sequence if part.labels)
    return Made(pdfs, manifest, parts, [(d.code, d.page) for d in production.diagnostics])


def page_link(title: str, anchor: str = "") -> str:
    """A link as the editor writes it."""
    place = f' ac:anchor="{escape(anchor)}"' if anchor else ""
    return f'<ac:link{place}><ri:page ri:content-title="{title}"/></ac:link>'


def picture(seed: int) -> bytes:
    """A small photo that is like no other, with a transparent part."""
    image = Image.frombytes("RGBA", (60, 40), random.Random(seed).randbytes(60 * 40 * 4))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def space(folder: Path) -> Path:
    """A tree of pages: each has two headings, an anchor, links to the next and a far one, and two images."""
    pages = []
    files: dict[str, str | bytes] = {"space.json": json.dumps({"key": "DOC", "name": "Documentation"})}
    for n in range(COUNT):
        other, far = f"Chapter{(n + 1) % COUNT:02}x", f"Chapter{(n + 7) % COUNT:02}x"
        anchor = '<ac:structured-macro ac:name="anchor"><ac:parameter ac:name="">Größe &amp; %d</ac:parameter>'
        body = (
            f"<p>{page_link(other)} {page_link(far, f'Größe & {(n + 7) % COUNT}')} "
            f"{page_link(other, f'Head{(n + 1) % COUNT:02}b')}</p>"
            '<p><ac:image ac:alt="Logo"><ri:attachment ri:filename="logo.png"/></ac:image>'
            '<ac:image ac:alt="Own"><ri:attachment ri:filename="own.png"/></ac:image></p>'
            f"<h1>Head{n:02}a</h1>{FILLER * (2 + n % 4)}"
            f"<h2>Head{n:02}b</h2>{FILLER * 3}"
            f"<p>{anchor % n}</ac:structured-macro>Spot{n:02}x</p>{FILLER}"
        )
        parent = None if n % 5 == 0 else str(100 + n - n % 5)
        pages.append(
            {
                "id": str(100 + n),
                "title": f"Chapter{n:02}x",
                "parent": parent,
                "position": n,
                "body": f"{n}.storage.xml",
                "attachments": ["logo.png", "own.png"],
            }
        )
        files[f"{n}.storage.xml"] = body
        files[f"attachments/{100 + n}/logo.png"] = picture(4711)
        files[f"attachments/{100 + n}/own.png"] = picture(n)
    return write_folder(folder, {**files, "pages.json": json.dumps(pages)})


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every page is a part of its own."""
    monkeypatch.setattr(plan, "MOST_BYTES", 1_000)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The tree in one PDF of many parts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plan, "MOST_BYTES", 1_000)
        made = make(space(tmp_path_factory.mktemp("space")))
    assert made.parts == COUNT
    assert made.findings == []
    return made


@pytest.fixture(scope="module")
def boxes(book: Made, poppler: None) -> list[Word]:
    return list(word_boxes(book.pdf))


def found(boxes: list[Word], text: str, page: int) -> list[Word]:
    return [word for word in boxes if word.page == page and word.text.startswith(text)]


def stands_at(boxes: list[Word], spot: Spot, text: str) -> bool:
    """Whether the spot is right above these words, or on their line."""
    return any(spot.below - 2 < word.top < spot.below + 45 for word in found(boxes, text, spot.page))


# --- One document ----------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_it_is_the_same_on_any_number_of_workers(tmp_path: Path, small_parts: None, book: Made) -> None:
    folder = space(tmp_path)
    for jobs in (1, 2):
        made = make(folder, jobs=jobs)
        assert made.pdfs == book.pdfs
        assert made.manifest == book.manifest


@pytest.mark.slow
def test_the_content_does_not_depend_on_the_parts(tmp_path: Path, book: Made) -> None:
    whole = make(space(tmp_path))
    assert whole.parts == 1
    assert pdf_text(whole.pdf) == pdf_text(book.pdf)
    assert sorted(jumps(whole.pdf), key=repr) == sorted(jumps(book.pdf), key=repr)
    assert outline_of(whole.pdf) == outline_of(book.pdf)
    assert whole.manifest["pages"] == book.manifest["pages"]


def test_links_across_parts_jump_to_the_page_the_heading_and_the_anchor(book: Made, boxes: list[Word]) -> None:
    found_jumps = jumps(book.pdf)
    places = named_places(book.pdf)
    for n, entry in enumerate(book.manifest["pages"]):
        there = [jump.to for jump in found_jumps if jump.page == book.start(n)]
        other, far = (n + 1) % COUNT, (n + 7) % COUNT
        to_page, to_anchor, to_heading = entry["links"]
        assert [link["page"] for link in entry["links"]] == [str(100 + other), str(100 + far), str(100 + other)]
        assert there == [places[link["place"]].page for link in entry["links"]]
        assert there[0] == book.start(other)
        assert stands_at(boxes, places[to_page["place"]], f"Chapter{other:02}x")
        assert stands_at(boxes, places[to_anchor["place"]], f"Spot{far:02}x")
        assert stands_at(boxes, places[to_heading["place"]], f"Head{other:02}b")


@pytest.mark.slow
def test_a_link_to_an_anchor_that_is_not_there_leads_to_the_page_and_is_reported(
    tmp_path: Path, small_parts: None
) -> None:
    folder = space(tmp_path)
    body = folder / "2.storage.xml"
    broken = f"<p>{page_link('Chapter09x', 'nowhere #1')}</p>"
    body.write_text(broken + body.read_text(encoding="utf-8"), encoding="utf-8")
    made = make(folder)
    link = made.manifest["pages"][2]["links"][0]
    assert link == {"text": "Chapter09x", "place": "p109", "page": "109"}
    assert next(jump.to for jump in jumps(made.pdf) if jump.page == made.start(2)) == made.start(9)
    (report,) = made.manifest["diagnostics"]
    assert (report["code"], report["page"], report["place"]) == ("link-anchor-missing", "102", "link to “nowhere #1”")
    assert made.findings == [("link-anchor-missing", "102")]


@pytest.mark.slow
def test_heads_name_the_page_that_is_read_at_the_top_when_pages_share_sheets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "MOST_BYTES", 9_000)
    made = make(space(tmp_path), options({"new_sheet": "none", "cover": "false", "contents": "false"}))
    assert 3 < made.parts < COUNT
    words = list(word_boxes(made.pdf))
    shared = 0
    for number in range(1, made.manifest["pdf"]["pages"] + 1):
        sheet = [word for word in words if word.page == number]
        begin = next((n for n in range(COUNT) if made.start(n) == number), None)
        top = min((word for word in sheet if word.bottom > HEAD), key=lambda word: (round(word.top), word.left))
        on_top = begin is not None and top.text == f"Chapter{begin:02}x"
        shared += begin is not None and not on_top
        read = begin if on_top else max(n for n in range(COUNT) if made.start(n) < number)
        assert [word.text for word in sheet if word.bottom < HEAD] == ["Documentation", f"Chapter{read:02}x"]
    assert shared > 3


# --- Numbers ---------------------------------------------------------------------------------------------------------


def test_the_contents_name_the_pages_on_which_titles_and_headings_are(book: Made, boxes: list[Word]) -> None:
    first = book.start(0)
    lines = "\n".join(pdf_text(book.pdf)[: first - 1]).splitlines()
    listed = {
        match[1]: int(match[2])
        for line in lines
        if (match := re.search(r"((?:Chapter\d\dx|Head\d\d[ab]))\b[ .·…]*(\d+)$", line.strip()))
    }
    titles = [title.split()[-1] for _, title, _ in outline_of(book.pdf)]
    assert sorted(listed) == sorted(titles)
    for title, number in listed.items():
        assert found(boxes, title, number), f"{title} is not on page {number}"
    leads = [jump for jump in jumps(book.pdf) if jump.page < first]
    assert {jump.to for jump in leads} == set(listed.values())


@pytest.mark.slow
def test_a_long_list_is_made_in_pieces_that_leave_no_gap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = space(tmp_path)
    words = "and many words "
    headings = "".join(f"<h{1 + n % 3}>Heading {n} {words * (n % 7)}</h{1 + n % 3}>" for n in range(20))
    for n in range(COUNT):
        (folder / f"{n}.storage.xml").write_text(headings, "utf-8")
    whole = make(folder)
    monkeypatch.setattr("confluence_xpress.render.sheets.PIECE", 70 * 45)
    assert pdf_text(make(folder).pdf) == pdf_text(whole.pdf)


@pytest.mark.slow
def test_lists_of_any_length_are_made_in_bounded_memory(tmp_path: Path) -> None:
    job = Job(outline(open_source(space(tmp_path)), Selection()), options())
    lines = tuple(
        ContentsLine(1 + n % 3, "", f"The heading {n} of a large space", f"xpress:p{n}", "7") for n in range(15_000)
    )
    pages = tuple((str(n), f"xpress:p{n}") for n in range(3_000))
    terms = tuple(IndexLine(1, f"term {n}", pages) for n in range(20))
    tasks = iter((CutTask(FrontTask("contents", contents=lines)), CutTask(FrontTask("index", index=terms))))
    with Workers(1, begin, job, Limits(memory=450_000_000), preload=["confluence_xpress.render.core"]) as workers:
        cut = [result for _, result in workers.run(lambda: next(tasks, None), lambda _question: {})]
    assert [sum(piece.lines for piece in pieces) for pieces in cut if isinstance(pieces, tuple)] == [15_000, 20]


def test_bookmarks_lead_to_the_headings(book: Made, boxes: list[Word]) -> None:
    lines = outline_of(book.pdf)
    assert len(lines) == 3 * COUNT
    for _, title, spot in lines:
        assert stands_at(boxes, spot, title.split()[-1]), title
    assert [level for level, title, _ in lines if "Chapter" in title] == [1 if n % 5 == 0 else 2 for n in range(COUNT)]


def test_every_page_has_its_number_and_the_title_of_what_is_read_there(book: Made, boxes: list[Word]) -> None:
    sheets = pdf_text(book.pdf)
    total = book.manifest["pdf"]["pages"]
    assert len(sheets) == total
    starts = [book.start(n) for n in range(COUNT)]
    for number, text in enumerate(sheets, 1):
        if number == 1:
            assert "Documentation" in text
            assert not re.search(rf"\b\d+ / {total}\b", text), "the cover has a number"
            continue
        assert re.findall(rf"\b(\d+) / {total}\b", text) == [str(number)]
        if number >= starts[0]:
            read = max(n for n in range(COUNT) if starts[n] <= number)
            head = [word.text for word in boxes if word.page == number and word.bottom < HEAD]
            assert head == ["Documentation", f"Chapter{read:02}x"], f"page {number}"


@pytest.mark.slow
def test_the_lists_name_the_pages_on_which_figures_and_terms_are(tmp_path: Path, small_parts: None) -> None:
    folder = space(tmp_path)
    for n in range(COUNT):
        body = folder / f"{n}.storage.xml"
        shown = f'<ri:attachment ri:filename="own.png"/><ac:caption><p>Figure{n:02}x</p></ac:caption>'
        caption = f'<ac:image ac:alt="x">{shown}</ac:image>'
        terms = "".join(
            f'<ac:structured-macro ac:name="scroll-indexterm"><ac:parameter ac:name="primary">{term}</ac:parameter>'
            "</ac:structured-macro>"
            for term in (f"Term{n:02}x", "everywhere")
        )
        text = body.read_text(encoding="utf-8")
        body.write_text(f"{text}{FILLER * (n % 3)}{caption}<p>{terms}Word{n:02}x</p>", encoding="utf-8")
    made = make(folder, options({"index": "true", "list_of_figures": "true", "cover": "false", "contents": "false"}))
    sheets = pdf_text(made.pdf)
    figures, index = sheets[0], sheets[-1]
    assert made.start(0) == 2
    places = {n: next(number for number, text in enumerate(sheets, 1) if f"Word{n:02}x" in text) for n in range(COUNT)}
    for n, number in places.items():
        (listed,) = re.findall(rf"Figure{n:02}x[ .]*(\d+)", figures)
        assert f"Figure{n:02}x" in sheets[int(listed) - 1]
        assert re.findall(rf"Term{n:02}x[, ]*(\d+)", index) == [str(number)]
    common = re.search(r"everywhere((?:,?\s+\d+)+)", index)
    assert common
    assert [int(number) for number in re.findall(r"\d+", common[1])] == list(places.values())
    leads = [jump.to for jump in jumps(made.pdf) if jump.page == len(sheets)]
    assert sorted(filter(None, leads)) == sorted([*places.values(), *places.values()])


# --- What is stored --------------------------------------------------------------------------------------------------


def test_an_image_that_many_parts_have_is_stored_once(book: Made) -> None:
    with pikepdf.open(io.BytesIO(book.pdf)) as pdf:
        used: dict[object, set[int]] = {}
        for number, page in enumerate(pdf.pages):
            for image in images(page.obj):
                used.setdefault(image.objgen, set()).add(number)
        stored = [
            obj
            for obj in pdf.objects
            if isinstance(obj, pikepdf.Stream) and obj.get("/Subtype") == "/Image" and "/SMask" in obj
        ]
    assert sorted(len(pages) for pages in used.values()) == [*([1] * COUNT), COUNT]
    assert len(stored) == COUNT + 1


def images(owner: pikepdf.Object) -> list[pikepdf.Object]:
    """The images that a page or a form shows."""
    shown = []
    for other in owner.get("/Resources", pikepdf.Dictionary()).get("/XObject", pikepdf.Dictionary()).values():
        shown += [other] if other.get("/Subtype") == "/Image" else images(other)
    return shown


def test_every_object_is_there_and_of_use(book: Made) -> None:
    with pikepdf.open(io.BytesIO(book.pdf)) as pdf:
        assert pdf.check_pdf_syntax() == []
        known = {obj.objgen[0]: written(obj) for obj in pdf.objects}
        pending = [pdf.Root.objgen[0], pdf.trailer.Info.objgen[0]]
    used: set[int] = set()
    while pending:
        number = pending.pop()
        if number not in used:
            used.add(number)
            pending += [int(other) for other in re.findall(r"\b(\d+) 0 R\b", known[number])]
    idle = [known[number] for number in sorted(known.keys() - used)]
    assert [text for text in idle if "/ObjStm" not in text and "/XRef" not in text] == []


def written(obj: pikepdf.Object) -> str:
    """An object's syntax, of a stream the dictionary."""
    inner = pikepdf.Dictionary(dict(obj.items())) if isinstance(obj, pikepdf.Stream) else obj
    return inner.unparse(resolved=True).decode("latin-1")


# --- Volumes ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def volumes(tmp_path_factory: pytest.TempPathFactory) -> Made:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plan, "MOST_BYTES", 1_000)
        return make(space(tmp_path_factory.mktemp("volumes")), split=Split("top-level"))


@pytest.mark.slow
def test_volumes_are_cut_at_top_level_pages_and_have_one_manifest(volumes: Made) -> None:
    assert [entry["volume"] for entry in volumes.manifest["pages"]] == [1 + n // 5 for n in range(COUNT)]
    assert [facts["file"] for facts in volumes.manifest["volumes"]] == list(volumes.pdfs) == names(3)
    for facts, pdf in zip(volumes.manifest["volumes"], volumes.pdfs.values(), strict=True):
        assert (facts["bytes"], facts["sha256"]) == (len(pdf), hashlib.sha256(pdf).hexdigest())
        with pikepdf.open(io.BytesIO(pdf)) as document:
            assert len(document.pages) == facts["pages"]
    total = sum(facts["pages"] for facts in volumes.manifest["volumes"])
    assert volumes.manifest["pdf"]["pages"] == total


def names(count: int) -> list[str]:
    return [f"book-{number}.pdf" for number in range(1, count + 1)]


def test_each_volume_has_its_pages_where_the_manifest_says(volumes: Made) -> None:
    texts = [pdf_text(pdf) for pdf in volumes.pdfs.values()]
    for n, entry in enumerate(volumes.manifest["pages"]):
        sheet = texts[entry["volume"] - 1][entry["pdf_page"] - 1]
        assert f"Chapter{n:02}x" in sheet
    for number, sheets in enumerate(texts, 1):
        assert f"{number} / 3" in sheets[0] or f"{number} of 3" in sheets[0], "the cover names the volume"
        assert f"{len(sheets)} / {len(sheets)}" in sheets[-1]
        assert [title.split()[-1] for _, title, _ in outline_of(volumes.pdfs[f"book-{number}.pdf"])] == [
            title
            for n in range(5 * number - 5, min(5 * number, COUNT))
            for title in (f"Chapter{n:02}x", f"Head{n:02}a", f"Head{n:02}b")
        ]


@pytest.mark.slow
def test_links_between_volumes_name_the_file_and_the_place_in_it(volumes: Made) -> None:
    places = {name: named_places(pdf) for name, pdf in volumes.pdfs.items()}
    words = {name: list(word_boxes(pdf)) for name, pdf in volumes.pdfs.items()}
    seen = 0
    for n, entry in enumerate(volumes.manifest["pages"]):
        here = f"book-{entry['volume']}.pdf"
        made = [jump for jump in jumps(volumes.pdfs[here]) if jump.page == entry["pdf_page"]]
        other, far = (n + 1) % COUNT, (n + 7) % COUNT
        shown = [f"Chapter{other:02}x", f"Spot{far:02}x", f"Head{other:02}b"]
        for jump, link, text in zip(made, entry["links"], shown, strict=True):
            there = f"book-{volumes.manifest['pages'][int(link['page']) - 100]['volume']}.pdf"
            spot = places[there][link["place"]]
            assert stands_at(words[there], spot, text)
            if here == there:
                assert jump == Jump(entry["pdf_page"], spot.page)
            else:
                assert jump == Jump(entry["pdf_page"], None, link["place"], there)
                seen += 1
    assert seen > COUNT


@pytest.mark.slow
def test_volumes_of_so_many_pages(tmp_path: Path, small_parts: None) -> None:
    made = make(space(tmp_path), options({"cover": "false", "contents": "false"}), split=Split("pages", 12))
    sizes: Mapping[str, int] = {facts["file"]: facts["pages"] for facts in made.manifest["volumes"]}
    assert len(sizes) > 2
    assert max(sizes.values()) <= 12
    assert [entry["id"] for entry in made.manifest["pages"]] == [str(100 + n) for n in range(COUNT)]
