"""XML space exports: what is current, what belongs together, and damaged or hostile files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from confluence_xpress.bundle import Attachment, Body, Media, Page, Space, Unavailable, User
from confluence_xpress.errors import InputError
from confluence_xpress.needs import AttachmentNeed, BodyNeed, ChildrenNeed, Need, PageNeed, UserNeed
from confluence_xpress.sources import limits
from confluence_xpress.sources.offline import OfflineSource
from confluence_xpress.sources.open import open_source
from confluence_xpress.sources.site import UNPOSITIONED
from tests.space_exports import attachment, body, entities, obj, page, space, write_folder, write_zip

CLOUD = "#Mon Feb 10 10:23:09 UTC 2025\nexportType=space\nsource=cloud\ntimezoneId=UTC\nspaceKey=DOC\n"


def export(tmp_path: Path, *objects: str, files: Mapping[str, str | bytes] | None = None) -> OfflineSource:
    return open_source(write_folder(tmp_path, {"entities.xml": entities(*objects), **(files or {})}))


def answer(source: OfflineSource, need: Need) -> object:
    return source.fulfil([need])[need]


def ids(source: OfflineSource) -> list[str]:
    return [found.id for found in source.pages().pages]


@pytest.mark.parametrize("packed", [False, True])
def test_a_cloud_export_arrives_whole(tmp_path: Path, packed: bool) -> None:
    files: dict[str, str | bytes] = {
        "exportDescriptor.properties": CLOUD,
        "attachments/10/50/2": b"the second",
        "attachments/10/50/1": b"the first",
        "entities.xml": entities(
            body("20", "10", "<p>Home</p>"),
            page(
                "10",
                "Home",
                version="4",
                position="3",
                creationDate="2024-07-23 11:57:30.705",
                lastModificationDate="2024-07-24 11:57:30.000",
                bodyContents="20",
            ).replace(
                "</object>",
                '<property name="creator" class="ConfluenceUserImpl"><id name="key">k1</id></property></object>',
            ),
            page("12", "Child", parent="10"),
            space("1", "DOC", "Docs", "10"),
            attachment("50", "10", "plan.png", "2", contentProperties="60 61"),
            obj("ContentProperty", "60", name="MEDIA_TYPE", stringValue="image/x-plan"),
            obj("ContentProperty", "61", name="FILESIZE", longValue="10"),
            obj(
                "ContentProperty", "62", refs={"content": ("Attachment", "50")}, name="FILESTORE_ID", stringValue="f-1"
            ),
            obj("Label", "70", name="intro", namespace="global"),
            obj("Label", "71", name="favourite", namespace="my"),
            obj("Labelling", "72", refs={"label": ("Label", "70"), "content": ("Page", "10")}),
            obj("Labelling", "73", refs={"label": ("Label", "71"), "content": ("Page", "10")}),
            obj("ConfluenceUserImpl", "k1", name="ada@example.org", atlassianAccountId="a-1"),
        ),
    }
    source = open_source(write_zip(tmp_path / "x.zip", files) if packed else write_folder(tmp_path / "x", files))
    site = source.pages()
    assert source.diagnostics == ()
    assert site.spaces == (Space("DOC", "Docs", "10"),)
    assert site.pages == (
        Page(
            "10",
            "Home",
            "DOC",
            None,
            3,
            "page",
            ("intro",),
            4,
            "2024-07-23T11:57:30.705Z",
            "2024-07-24T11:57:30.000Z",
            "a-1",
            "",
            (Attachment("plan.png", "image/x-plan", "f-1", 10, 2),),
        ),
        Page("12", "Child", "DOC", "10", UNPOSITIONED),
    )
    assert answer(source, BodyNeed("10")) == Body("storage", "<p>Home</p>")
    assert answer(source, BodyNeed("12")) == Body("storage", "")
    assert answer(source, AttachmentNeed("10", "plan.png")) == Media(b"the second", "image/x-plan")
    assert answer(source, AttachmentNeed("10", file_id="f-1")) == Media(b"the second", "image/x-plan")
    assert answer(source, ChildrenNeed("10")).pages == site.pages[1:]  # type: ignore[attr-defined]
    assert isinstance(answer(source, UserNeed(account_id="a-1")), Unavailable), "an e-mail address is no name to print"


def test_a_server_backup_of_several_spaces(tmp_path: Path) -> None:
    settings = "<settings><baseUrl>https://wiki.example.org/confluence/</baseUrl></settings>"
    source = export(
        tmp_path,
        space("1", "A", "Alpha", "10"),
        space("2", "B", "Beta", "20"),
        page("20", "Home", space="2"),
        page("10", "Home", space="1"),
        page("11", "Orphan of no space", space="", parent="10"),
        page("21", "Post", kind="BlogPost", space="2", creationDate="2024-01-31 23:30:00.000"),
        obj("ConfluenceBandanaRecord", "3", key="atlassian.confluence.settings", value=settings),
        obj("ConfluenceUserImpl", "k1", name="ada"),
        obj("ConfluenceUserImpl", "k2", name="bob"),
        obj("InternalUser", "5", name="Ada", displayName="Ada  Example", credential="{PKCS5S2}hash"),
        files={"exportDescriptor.properties": "exportType=all\nbuildNumber=9012\ntimezoneId=Europe/Berlin\n"},
    )
    assert [(p.id, p.space, p.parent) for p in source.pages().pages] == [
        ("10", "A", None),
        ("11", "A", "10"),
        ("20", "B", None),
        ("21", "B", None),
    ]
    assert source.pages().pages[3].created == "2024-01-31T23:30:00.000", "the zone is not UTC, the day must not move"
    assert source.pages().pages[0].url == "https://wiki.example.org/confluence/pages/viewpage.action?pageId=10"
    assert answer(source, PageNeed(title="Home", space="B")) == source.pages().pages[2]
    assert answer(source, PageNeed(title="Post", space="B", day="2024-01-31")) == source.pages().pages[3]
    assert answer(source, UserNeed(key="k1")) == User("Ada Example")
    assert answer(source, UserNeed(username="Ada")) == User("Ada Example")
    assert answer(source, UserNeed(key="k2")) == User("bob")


def test_only_current_content_counts(tmp_path: Path) -> None:
    source = export(
        tmp_path,
        space("1", "S", "S"),
        page("10", "Old format", contentStatus=None),
        page("11", "Draft", contentStatus="draft"),
        page("12", "Trash", contentStatus="deleted"),
        page("13", "History", originalVersionId="10"),
        page("14", "Older history").replace(
            "</object>", '<property name="originalVersion" class="Page"><id name="id">10</id></property></object>'
        ),
        page("15", "Empty original", originalVersionId=""),
        page("16", "Archive", contentStatus="archived"),
        obj("Draft", "17", title="Draft"),
        attachment("50", "10", "a.txt", "2"),
        attachment("51", "10", "a.txt", "10"),
        attachment("52", "10", "a.txt", "11", contentStatus="deleted"),
        attachment("53", "10", "b.txt", "1", originalVersionId="50"),
        files={
            f"attachments/10/{i}/{v}": f"{i}/{v}" for i, v in (("50", "2"), ("51", "10"), ("52", "11"), ("53", "1"))
        },
    )
    assert ids(source) == ["15", "10"]
    assert source.pages().pages[1].attachments == (Attachment("a.txt", "text/plain", version=10),)
    assert answer(source, AttachmentNeed("10", "a.txt")) == Media(b"51/10", "text/plain")
    assert isinstance(answer(source, AttachmentNeed("10", "b.txt")), Unavailable)


def test_attachments_of_old_exports(tmp_path: Path) -> None:
    source = export(
        tmp_path,
        page("10", "P"),
        obj(
            "Attachment",
            "50",
            refs={"content": ("Page", "10")},
            fileName="a.gif",
            contentType="image/gif",
            fileSize="3",
            attachmentVersion="2",
        ),
        attachment("51", "10", "flat.txt"),
        attachment("52", "10", "gone.txt"),
        files={"attachments/10/50/2": "gif", "attachments/10/51": "flat"},
    )
    assert source.pages().pages[0].attachments[0] == Attachment("a.gif", "image/gif", "", 3, 2)
    assert answer(source, AttachmentNeed("10", "a.gif")) == Media(b"gif", "image/gif")
    assert answer(source, AttachmentNeed("10", "flat.txt")) == Media(b"flat", "text/plain")
    gone = answer(source, AttachmentNeed("10", "gone.txt"))
    assert isinstance(gone, Unavailable)
    assert "without attachments" in gone.reason


def test_the_right_body_is_found(tmp_path: Path) -> None:
    source = export(
        tmp_path,
        page("10", "Listed", bodyContents="20"),
        body("21", "10", "not this"),
        body("20", "10", "<p>this</p>"),
        page("11", "Converted"),
        body("22", "11", "h1. Wiki", kind="0"),
        body("23", "11", "<p>storage</p>"),
        page("12", "Only listed", bodyContents="24"),
        obj("BodyContent", "24", body="<p>listed</p>", bodyType="2"),
        page("13", "Comment's body is not the page's"),
        body("25", "13", "comment", cls="Comment"),
        page("14", "Body left out of the export", bodyContents="99"),
    )
    assert answer(source, BodyNeed("10")) == Body("storage", "<p>this</p>")
    assert answer(source, BodyNeed("11")) == Body("storage", "<p>storage</p>")
    assert answer(source, BodyNeed("12")) == Body("storage", "<p>listed</p>")
    assert answer(source, BodyNeed("13")) == Body("storage", "")
    assert answer(source, BodyNeed("14")) == Unavailable("the export lacks the body of this page")


def test_nested_cdata_is_restored(tmp_path: Path) -> None:
    code = '<ac:structured-macro ac:name="code"><ac:plain-text-body><![CDATA[a[b[0]]{}></ac:plain-text-body>'
    code += "</ac:structured-macro>"
    source = export(tmp_path, page("10", "Code"), body("20", "10", code.format(" >") + code.format(" >")))
    assert answer(source, BodyNeed("10")) == Body("storage", code.format(">") + code.format(">"))


@pytest.mark.parametrize(("kind", "descriptor"), [("0", ""), (None, "buildNumber=2037\n")])
def test_wiki_markup_is_not_shown_as_something_else(tmp_path: Path, kind: str | None, descriptor: str) -> None:
    files = {"exportDescriptor.properties": descriptor}
    source = export(tmp_path, page("10", "Old"), body("20", "10", "h1. Title", kind), files=files)
    found = answer(source, BodyNeed("10"))
    assert isinstance(found, Unavailable)
    assert "wiki markup" in found.reason
    assert "export the space again" in found.reason


def test_a_body_without_a_type_in_a_newer_export_is_storage_format(tmp_path: Path) -> None:
    source = export(tmp_path, page("10", "New"), body("20", "10", "<p/>", None))
    assert answer(source, BodyNeed("10")) == Body("storage", "<p/>")


def test_characters_that_no_parser_accepts(tmp_path: Path) -> None:
    text = entities(page("10", "A\x1cB\ufffe\uffffC"), body("20", "10", "<p>\x00\x0bü😀\t</p>")).encode()
    text = text.replace("ü".encode(), "ü".encode() + b"\xff")
    source = open_source(write_folder(tmp_path, {"entities.xml": b"\xef\xbb\xbf" + text}))
    assert source.pages().pages[0].title == "ABC"
    assert answer(source, BodyNeed("10")) == Body("storage", "<p>ü\ufffd😀\t</p>")


@pytest.mark.slow
def test_many_bodies_stay_apart_and_leave_memory(tmp_path: Path) -> None:
    objects = [page(str(i), f"Page {i}") + body(str(10_000 + i), str(i), f"<p>{i}</p>" * 20_000) for i in range(120)]
    source = export(tmp_path, *objects)
    for i in (119, 0, 60):
        assert answer(source, BodyNeed(str(i))) == Body("storage", f"<p>{i}</p>" * 20_000)


def test_a_body_of_absurd_size_is_left_out_and_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "BODY_BYTES", 1000)
    source = export(
        tmp_path, page("10", "Huge"), body("20", "10", "x" * 1001), page("11", "Next"), body("21", "11", "y")
    )
    assert isinstance(answer(source, BodyNeed("10")), Unavailable)
    assert answer(source, BodyNeed("11")) == Body("storage", "y")


def test_an_export_that_breaks_off_keeps_what_came_before(tmp_path: Path) -> None:
    whole = entities(page("10", "First"), page("11", "Second", bodyContents="21"), body("21", "11", "<p>lost</p>"))
    source = open_source(write_folder(tmp_path, {"entities.xml": whole[: whole.index("lost")]}))
    assert ids(source) == ["10", "11"]
    assert [d.code for d in source.diagnostics] == ["source-entry-unreadable"]
    assert "line" in source.diagnostics[0].message
    assert isinstance(answer(source, BodyNeed("11")), Unavailable)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "damaged"),
        ("<hibernate-generic>", "damaged"),
        ("not xml", "damaged"),
        ("<other><x/></other>", "not from a Confluence export"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><hibernate-generic>&b;</hibernate-generic>', "document type"),
        ('<!DOCTYPE a SYSTEM "file:///etc/passwd"><hibernate-generic/>', "document type"),
    ],
)
def test_what_is_no_export_is_refused(tmp_path: Path, content: str, says: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        open_source(write_folder(tmp_path, {"entities.xml": content}))
    assert caught.value.hint


def test_a_document_type_is_refused_even_after_content(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE a [<!ENTITY l "lol"><!ENTITY m "' + "&l;" * 1000 + '">]>' + entities(page("1", "&m;"))
    with pytest.raises(InputError, match="document type"):
        open_source(
            write_folder(tmp_path, {"entities.xml": bomb.replace('<?xml version="1.0" encoding="UTF-8"?>', "")})
        )


@pytest.mark.parametrize("token", ['<object class="{}">', "<!--{}-->", "<?x {}?>"])
def test_an_endless_tag_is_given_up_soon(tmp_path: Path, token: str) -> None:
    text = entities(page("10", "A"), token.format("x" * 30_000_000))
    source = open_source(write_folder(tmp_path, {"entities.xml": text}))
    assert ids(source) == ["10"]
    assert "tag of more than" in source.diagnostics[0].message


@pytest.mark.slow
def test_too_many_objects_are_cut_and_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "RECORDS", 9_000)
    source = export(tmp_path, *(page(str(i), "P", parent=str(i)) for i in range(1, 20_001)))
    assert len(source.pages().pages) == 10_000
    assert any("9000" in d.message for d in source.diagnostics)


def test_pages_that_are_each_others_parents_are_reported(tmp_path: Path) -> None:
    source = export(tmp_path, space("1", "S", "S"), page("10", "A", parent="11"), page("11", "B", parent="10"))
    assert [(p.id, p.parent) for p in source.pages().pages] == [("10", None), ("11", "10")]
    assert [d.code for d in source.diagnostics] == ["page-cycle"]


def test_values_of_wrong_kind_do_no_harm(tmp_path: Path) -> None:
    numbers = ["²", "1e9", "-", "9" * 5000, "NaN"]
    pages = [page(str(i), "", position=n, version=n, creationDate=n) for i, n in enumerate(numbers)]
    files = [attachment(str(50 + i), "0", f"{i}", n, fileSize=n) for i, n in enumerate(numbers)]
    source = export(tmp_path, *pages, *files, obj("Page", ""), obj("Space", "1"), obj("Labelling", "2"))
    assert len(source.pages().pages) == len(numbers)
    for found in source.pages().pages:
        assert found.title
        for entry in found.attachments:
            assert isinstance(answer(source, AttachmentNeed(found.id, entry.title)), Unavailable)
