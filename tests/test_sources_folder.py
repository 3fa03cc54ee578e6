"""A folder with a pages.json, as a folder and as a zip."""

from __future__ import annotations

import json
from pathlib import Path
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from confluence_xpress.bundle import Attachment, Body, Media, Page, Pages, Space, Unavailable, User
from confluence_xpress.errors import InputError
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
from confluence_xpress.sources.offline import OfflineSource
from confluence_xpress.sources.open import open_source
from confluence_xpress.sources.site import UNPOSITIONED
from tests.space_exports import write_folder, write_zip

PAGES = [
    {
        "id": 1,
        "title": "Home",
        "parent": None,
        "position": 0,
        "labels": ["intro"],
        "body": "bodies/1.storage.xml",
        "attachments": [
            "plan.png",
            {"title": "Größe.pdf", "media_type": "application/x-pdf", "file_id": "f-1", "version": 3},
        ],
        "version": 7,
        "created": "2024-01-02T03:04:05Z",
        "updated": "2024-02-03T04:05:06Z",
        "author": "u1",
    },
    {"id": "3", "title": "Second", "parent": "1", "position": 2, "body": "bodies/3.view.html"},
    {"id": "2", "title": "First", "parent": 1, "position": 1, "body": "bodies/2.adf.json"},
    {"id": "4", "title": "Chapter", "parent": "1", "kind": "folder"},
    {"id": "5", "title": "News", "kind": "blogpost", "created": "2024-05-06T00:00:00Z"},
]
FILES: dict[str, str | bytes] = {
    "pages.json": json.dumps(PAGES),
    "space.json": '{"key": "DOC", "name": "Docs", "homepage": 1, "base_url": "https://example.atlassian.net/wiki/"}',
    "users.json": '{"u1": "Ada Example"}',
    "bodies/1.storage.xml": "<p>Ä</p>",
    "bodies/2.adf.json": '\ufeff{"type": "doc"}',
    "bodies/3.view.html": "<p>view</p>",
    "attachments/1/plan.png": b"png",
    "attachments/1/" + normalize("NFD", "Größe.pdf"): b"pdf",
    "attachments/1/unlisted.txt": b"there",
}


@pytest.fixture(params=["folder", "zip", "zip with a folder"])
def source(request: pytest.FixtureRequest, tmp_path: Path) -> OfflineSource:
    """The same content in every wrapping."""
    if request.param == "folder":
        return open_source(write_folder(tmp_path / "space", FILES))
    prefix = "" if request.param == "zip" else "inner/"
    return open_source(write_zip(tmp_path / "space.zip", {prefix + name: data for name, data in FILES.items()}))


def answer(source: OfflineSource, need: Need) -> object:
    return source.fulfil([need])[need]


def test_metadata_arrives_whole_and_in_order(source: OfflineSource) -> None:
    site = source.pages()
    assert source.diagnostics == ()
    assert site.spaces == (Space("DOC", "Docs", "1", "https://example.atlassian.net/wiki"),)
    assert [page.id for page in site.pages] == ["1", "2", "3", "4", "5"]
    assert site.pages[0] == Page(
        "1",
        "Home",
        "DOC",
        None,
        0,
        "page",
        ("intro",),
        7,
        "2024-01-02T03:04:05Z",
        "2024-02-03T04:05:06Z",
        "u1",
        "https://example.atlassian.net/wiki/spaces/DOC/pages/1",
        (Attachment("plan.png", "image/png"), Attachment("Größe.pdf", "application/x-pdf", "f-1", version=3)),
    )
    assert [(page.kind, page.parent, page.position) for page in site.pages[3:]] == [
        ("folder", "1", UNPOSITIONED),
        ("blogpost", None, UNPOSITIONED),
    ]


@pytest.mark.parametrize(
    ("need", "expected"),
    [
        (BodyNeed("1"), Body("storage", "<p>Ä</p>")),
        (BodyNeed("2"), Body("adf", '{"type": "doc"}')),
        (BodyNeed("3"), Body("view", "<p>view</p>")),
        (BodyNeed("4"), Body("storage", "")),
        (AttachmentNeed("1", "plan.png"), Media(b"png", "image/png")),
        (AttachmentNeed("1", "PLAN.PNG"), Media(b"png", "image/png")),
        (AttachmentNeed("1", normalize("NFC", "Größe.pdf")), Media(b"pdf", "application/x-pdf")),
        (AttachmentNeed("1", normalize("NFD", "Größe.pdf")), Media(b"pdf", "application/x-pdf")),
        (AttachmentNeed("1", "whatever", "f-1"), Media(b"pdf", "application/x-pdf")),
        (AttachmentNeed("2", file_id="f-1"), Media(b"pdf", "application/x-pdf")),
        (AttachmentNeed("1", "unlisted.txt"), Media(b"there", "text/plain")),
        (UserNeed(account_id="u1"), User("Ada Example")),
        (UserNeed(key="u1"), User("Ada Example")),
    ],
)
def test_needs_are_met(source: OfflineSource, need: Need, expected: object) -> None:
    assert answer(source, need) == expected


@pytest.mark.parametrize(
    "need",
    [
        BodyNeed("99"),
        PageNeed(id="99"),
        PageNeed(title="Nowhere"),
        PageNeed(title="Home", space="OTHER"),
        PageNeed(title="News", day="2024-05-07"),
        ChildrenNeed("99"),
        AttachmentNeed("1", "no.png"),
        AttachmentNeed("1", file_id="no"),
        AttachmentNeed("1", "../1/plan.png"),
        AttachmentNeed("99", "plan.png"),
        UserNeed(account_id="u2"),
        UserNeed(),
        MacroNeed("1", "m", "chart"),
        ImageNeed("https://example.com/wiki/download/temp/chart.png"),
        JiraNeed("project = A"),
    ],
)
def test_what_cannot_be_met_says_why(source: OfflineSource, need: Need) -> None:
    found = answer(source, need)
    assert isinstance(found, Unavailable)
    assert found.reason


@pytest.mark.parametrize(
    ("need", "page_id"),
    [
        (PageNeed(id="3"), "3"),
        (PageNeed(title="home", space="doc"), "1"),
        (PageNeed(title="Home"), "1"),
        (PageNeed(title="News", space="DOC", day="2024-05-06"), "5"),
        (PageNeed(title="News", day="2024/05/06"), "5"),
        (PageNeed(title="News"), "5"),
    ],
)
def test_pages_are_found(source: OfflineSource, need: Need, page_id: str) -> None:
    found = answer(source, need)
    assert isinstance(found, Page)
    assert found.id == page_id


def test_children_come_in_page_tree_order(source: OfflineSource) -> None:
    found = answer(source, ChildrenNeed("1"))
    assert isinstance(found, Pages)
    assert [page.id for page in found.pages] == ["2", "3", "4"]
    assert answer(source, ChildrenNeed("2")) == Pages(())


def test_without_space_json_the_folder_names_the_space(tmp_path: Path) -> None:
    source = open_source(write_folder(tmp_path / "handbook", {"pages.json": '[{"id": 1, "title": "A"}]'}))
    assert source.pages().spaces == (Space("", "handbook"),)
    assert source.pages().pages == (Page("1", "A", position=UNPOSITIONED),)


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ("text", "entry 2|a string"),
        (None, "entry 2|null"),
        ({"title": "No id"}, "entry 2|no id|No id"),
        ({"id": [1], "title": "X"}, "entry 2|“id” is a list"),
        ({"id": "1", "title": "Again"}, "entry 2|1 was there before|Again"),
        ({"id": "2"}, "entry 2|no title"),
        ({"id": "2", "title": "B", "labels": "a,b"}, "entry 2|“labels” is a string and not a list"),
        ({"id": "2", "title": "B", "position": "1"}, "entry 2|“position” is a string"),
        ({"id": "2", "title": "B", "kind": "book"}, "entry 2|book"),
        ({"id": "2", "title": "B", "attachments": ["../../etc/passwd"]}, "entry 2|passwd"),
        ({"id": "2", "title": "B", "attachments": [{"name": "x"}]}, "entry 2|attachment"),
    ],
)
def test_a_bad_entry_is_named_and_the_rest_goes_on(tmp_path: Path, entry: object, says: str) -> None:
    pages = [{"id": "1", "title": "Good"}, entry, {"id": "9", "title": "Last"}]
    source = open_source(write_folder(tmp_path, {"pages.json": json.dumps(pages)}))
    assert {"1", "9"} <= {page.id for page in source.pages().pages}
    assert {d.code for d in source.diagnostics} == {"source-entry-unreadable"}
    shown = " ".join(d.place + d.message for d in source.diagnostics)
    assert all(part in shown for part in says.split("|"))


@pytest.mark.parametrize("content", ["", "{", "{}", "[" * 100_000, '"text"', b"\xff\xfe", "[1e999, NaN"])
def test_an_unusable_pages_json_says_what_is_wrong(tmp_path: Path, content: str | bytes) -> None:
    with pytest.raises(InputError, match=r"pages\.json"):
        open_source(write_folder(tmp_path, {"pages.json": content}))


@pytest.mark.parametrize("name", ["space.json", "users.json"])
@pytest.mark.parametrize("content", ["[]", "{", '{"key": [], "u": {}}'])
def test_unusable_extras_are_reported(tmp_path: Path, name: str, content: str) -> None:
    source = open_source(write_folder(tmp_path, {"pages.json": '[{"id": 1, "title": "A"}]', name: content}))
    assert len(source.pages().pages) == 1
    assert source.diagnostics
    assert all(name in d.place + d.message for d in source.diagnostics)


@pytest.mark.parametrize(
    "body",
    ["../secret.storage.xml", "/etc/passwd.storage.xml", "C:\\x.storage.xml", "link.storage.xml", "none.storage.xml"],
)
def test_bodies_never_come_from_outside(tmp_path: Path, body: str) -> None:
    write_folder(tmp_path, {"secret.storage.xml": "secret"})
    folder = write_folder(tmp_path / "in", {"pages.json": json.dumps([{"id": 1, "title": "A", "body": body}])})
    (folder / "link.storage.xml").symlink_to(tmp_path / "secret.storage.xml")
    assert isinstance(answer(open_source(folder), BodyNeed("1")), Unavailable)


def test_attachments_never_come_from_outside(tmp_path: Path) -> None:
    write_folder(tmp_path, {"secret.txt": "secret"})
    pages = [{"id": "..", "title": "A", "attachments": ["secret.txt"]}, {"id": "1", "title": "B"}]
    folder = write_folder(tmp_path / "in", {"pages.json": json.dumps(pages), "attachments/1/a": ""})
    (folder / "attachments/1/link.txt").symlink_to(tmp_path / "secret.txt")
    source = open_source(folder)
    for need in (
        AttachmentNeed("..", "secret.txt"),
        AttachmentNeed("1", "link.txt"),
        AttachmentNeed("1", "a/../link.txt"),
    ):
        assert isinstance(answer(source, need), Unavailable)


def test_links_inside_the_folder_are_followed(tmp_path: Path) -> None:
    pages = '[{"id": 1, "title": "A", "body": "a.storage.xml"}]'
    folder = write_folder(tmp_path, {"pages.json": pages, "real.xml": "<p/>"})
    (folder / "a.storage.xml").symlink_to("real.xml")
    assert answer(open_source(folder), BodyNeed("1")) == Body("storage", "<p/>")


def test_a_body_of_unknown_format_says_what_is_known(tmp_path: Path) -> None:
    pages = '[{"id": 1, "title": "A", "body": "a.docx"}]'
    found = answer(open_source(write_folder(tmp_path, {"pages.json": pages, "a.docx": ""})), BodyNeed("1"))
    assert isinstance(found, Unavailable)
    assert ".storage.xml" in found.reason


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from("id title parent position labels body attachments version kind key name u1".split()),
            inner,
            max_size=8,
        )
    ),
    max_leaves=20,
)


@pytest.mark.slow
@given(pages=st.lists(JSON, max_size=6), extra=JSON)
def test_no_content_ever_raises(tmp_path_factory: pytest.TempPathFactory, pages: list[object], extra: object) -> None:
    files = {"pages.json": json.dumps(pages), "space.json": json.dumps(extra), "users.json": json.dumps(extra)}
    folder = write_folder(tmp_path_factory.mktemp("any"), files)
    source = open_source(folder)
    for page in source.pages().pages:
        needs: list[Need] = [
            BodyNeed(page.id),
            ChildrenNeed(page.id),
            PageNeed(title=page.title),
            UserNeed(page.author),
        ]
        needs += [AttachmentNeed(page.id, attachment.title) for attachment in page.attachments]
        assert set(source.fulfil(needs)) == set(needs)


def test_naming_pages_json_opens_its_folder(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, {"pages.json": "[]"})
    assert open_source(folder / "pages.json").pages() == open_source(folder).pages()
