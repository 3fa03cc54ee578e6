"""What lies at a path is recognised, and what can't be read is named; real exports of every kind are readable."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from confluence_xpress.bundle import Attachment, Body, Media, Page, Unavailable
from confluence_xpress.errors import InputError
from confluence_xpress.needs import AttachmentNeed, BodyNeed, ChildrenNeed, Need, PageNeed, UserNeed
from confluence_xpress.sources.offline import OfflineSource
from confluence_xpress.sources.open import open_source
from confluence_xpress.sources.selection import Selection, select
from tests.space_exports import entities, page, write_folder, write_zip

CORPUS = Path(__file__).parents[2] / "shared" / "corpus"
EXPORTS = sorted((CORPUS / "space-exports").iterdir()) if CORPUS.is_dir() else []
ADF = {
    "type": "doc",
    "content": [{"type": "heading", "content": [{"type": "text", "text": "A"}, {"type": "text", "text": " B"}]}],
}


def answer(source: OfflineSource, need: Need) -> object:
    return source.fulfil([need])[need]


@pytest.mark.parametrize(
    ("name", "text", "body_format", "title"),
    [
        ("a.storage.xml", "<p>No heading</p>", "storage", "a"),
        ("a.xml", "<p/><h2> The <em>first</em>\n&amp; best</h2><h1>Second</h1>", "storage", "The first & best"),
        ("a.xhtml", "<h1><ac:emoticon/></h1><h2>Text</h2>", "storage", "Text"),
        ("a.html", '<ac:structured-macro ac:name="toc"/><h1>T</h1>', "storage", "T"),
        ("a.xml", "<![CDATA[<h1>code</h1>]]><!-- <h1>x</h1> --><h3>Real</h3>", "storage", "Real"),
        ("a.view.html", "<style><h1>no</h1></style><H1 class='x'>Yes</H1>", "view", "Yes"),
        ("page.v2.html", "<p>ac:link is mentioned</p>", "view", "page.v2"),
        ("a.adf.json", json.dumps(ADF), "adf", "A B"),
        ("b.json", '{"type": "doc", "content": [{"type": "heading"}, 5, {"content": "x"}]}', "adf", "b"),
    ],
)
def test_one_file_is_one_page(tmp_path: Path, name: str, text: str, body_format: str, title: str) -> None:
    source = open_source(write_folder(tmp_path, {name: "\ufeff" + text}) / name)
    assert source.pages().pages == (Page("1", title),)
    found = answer(source, BodyNeed("1"))
    assert isinstance(found, Body)
    assert (found.format, found.value) == (body_format, text)


def test_files_beside_a_page_are_its_attachments(tmp_path: Path) -> None:
    files = {
        "plan.storage.xml": "<p/>",
        "attachments/a.png": "a",
        "plan_attachments/b.txt": "b",
        "c.txt": "c",
        "other_attachments/d.txt": "d",
        "sub/e.txt": "e",
    }
    write_folder(tmp_path, {"secret.txt": "secret"})
    folder = write_folder(tmp_path / "in", files)
    (folder / "attachments" / "link.txt").symlink_to(tmp_path / "secret.txt")
    source = open_source(folder / "plan.storage.xml")
    assert source.pages().pages[0].attachments[:2] == (
        Attachment("a.png", "image/png"),
        Attachment("b.txt", "text/plain"),
    )
    assert answer(source, AttachmentNeed("1", "a.png")) == Media(b"a", "image/png")
    assert answer(source, AttachmentNeed("1", "B.TXT")) == Media(b"b", "text/plain")
    assert answer(source, AttachmentNeed("1", "c.txt")) == Media(b"c", "text/plain")
    for name in ("d.txt", "e.txt", "sub/e.txt", "../secret.txt", "link.txt", "/etc/passwd", ".", ""):
        assert isinstance(answer(source, AttachmentNeed("1", name)), Unavailable)


def test_the_entities_file_itself_opens_its_export(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, {"entities.xml": entities(page("1", "A"))})
    assert open_source(folder / "entities.xml").pages() == open_source(folder).pages()


def build(name: str, files: dict[str, str | bytes]) -> Callable[[Path], Path]:
    if name.endswith(".zip"):
        return lambda path: write_zip(path / name, files)
    return lambda path: write_folder(path, files) / name


@pytest.mark.parametrize(
    ("make", "says", "advises"),
    [
        (build("gone.zip/x", {}), "does not exist", "path"),
        (build("spaec.zip", {}), "no Confluence content", "space export"),
        (build("", {"readme.txt": ""}), "no Confluence content", "pages.json"),
        (build("x.txt", {"x.txt": "text"}), "x.txt", ".storage.xml"),
        (build("x.pdf", {"x.pdf": "%PDF"}), "x.pdf", ".storage.xml"),
        (build("x.json", {"x.json": "{"}), "not valid JSON", "ADF"),
        (build("x.json", {"x.json": "[1]"}), "not an ADF document", "doc"),
        (build("x.json", {"x.json": "[" * 100_000}), "nested too deeply", "ADF"),
        (build("html.zip", {"DOC/index.html": "", "DOC/Home_1.html": ""}), "HTML export", "XML"),
        (build("", {"index.html": "", "Home_1.html": ""}), "HTML export", "XML"),
        (build("two.zip", {"a/pages.json": "[]", "b/entities.xml": ""}), "several sources: a, b", "one of them"),
    ],
)
def test_what_is_no_source_says_what_to_do(
    tmp_path: Path, make: Callable[[Path], Path], says: str, advises: str
) -> None:
    with pytest.raises(InputError) as caught:
        open_source(make(tmp_path))
    assert says in caught.value.message
    assert advises in caught.value.hint


def test_a_link_that_the_user_names_is_followed(tmp_path: Path) -> None:
    write_folder(tmp_path / "far", {"a.storage.xml": "<h1>Far</h1>", "pages.json": "[]"})
    (tmp_path / "near.xml").symlink_to(tmp_path / "far" / "a.storage.xml")
    (tmp_path / "near").symlink_to(tmp_path / "far")
    assert open_source(tmp_path / "near.xml").pages().pages[0].title == "Far"
    assert open_source(tmp_path / "near").pages().pages == ()


@pytest.mark.parametrize("name", ["x" * 5000, "circle", "broken"])
def test_a_path_that_cannot_be_followed_is_the_users_error(tmp_path: Path, name: str) -> None:
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    (tmp_path / "broken").symlink_to(tmp_path / "gone")
    with pytest.raises(InputError):
        open_source(tmp_path / name)


def test_a_zip_that_is_none_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a zip file"):
        open_source(write_folder(tmp_path, {"a.zip": "<html>Log in</html>"}) / "a.zip")


def test_a_wrong_name_suggests_the_right_one(tmp_path: Path) -> None:
    write_folder(tmp_path, {"handbook.zip": ""})
    with pytest.raises(InputError) as caught:
        open_source(tmp_path / "hanbdook.zip")
    assert "handbook.zip" in caught.value.hint


@pytest.mark.skipif(not EXPORTS, reason="the corpus of real exports is not here")
@pytest.mark.parametrize("path", EXPORTS, ids=lambda path: path.name)
def test_every_real_space_export_is_readable(path: Path) -> None:
    source = open_source(path)
    site = source.pages()
    assert source.diagnostics == ()
    if path.name == "xwiki-group":  # users and groups only
        assert not site.pages
        return
    assert ask_everything(source)
    assert select(site, Selection(blogposts=True)) == site.pages


@pytest.mark.skipif(not EXPORTS, reason="the corpus of real exports is not here")
@pytest.mark.parametrize(
    ("name", "spaces", "pages", "bodies", "files"),
    [
        ("space-exports/alexmar-cloud-2025-personal-space.zip", 1, 31, 25, 0),
        ("space-exports/xwiki-confluence-5.9.zip", 1, 11, 11, 22),
        ("space-exports/xwiki-confluence-3.4.7.zip", 1, 2, 0, 0),
        ("space-exports/xwiki-attachhist", 1, 2, 2, 2),
        ("space-exports/xwiki-blogs", 1, 2, 2, 0),
        ("generate/django-space.zip", 1, 654, 654, 25),
        ("generate/sphinx-space-v2editor.zip", 1, 153, 153, 22),
    ],
)
def test_real_content_arrives_whole(name: str, spaces: int, pages: int, bodies: int, files: int) -> None:
    source = open_source(CORPUS / name)
    assert len(source.pages().spaces) == spaces
    assert len(source.pages().pages) == pages
    answers = ask_everything(source)
    assert sum(isinstance(a, Body) and bool(a.value) for a in answers) == bodies
    assert sum(isinstance(a, Media) and bool(a.data) for a in answers) == files


def ask_everything(source: OfflineSource) -> list[object]:
    needs: list[Need] = []
    for found in source.pages().pages:
        needs += [BodyNeed(found.id), PageNeed(title=found.title, space=found.space), ChildrenNeed(found.id)]
        needs += [AttachmentNeed(found.id, attachment.title) for attachment in found.attachments]
        needs.append(UserNeed(account_id=found.author))
    answers = source.fulfil(needs)
    assert all(
        not isinstance(answers[need], Unavailable) for need in needs if isinstance(need, PageNeed | ChildrenNeed)
    )
    return list(answers.values())
