"""CSV space exports of Confluence Cloud."""

from __future__ import annotations

import base64
import gzip
from pathlib import Path

import pytest

from confluence_xpress.bundle import Attachment, Body, Media, Page, Space, Unavailable, User
from confluence_xpress.errors import InputError
from confluence_xpress.needs import AttachmentNeed, BodyNeed, Need, UserNeed
from confluence_xpress.sources.offline import OfflineSource
from confluence_xpress.sources.open import open_source
from confluence_xpress.sources.site import UNPOSITIONED
from tests.space_exports import table, write_folder, write_zip

CONTENT = (
    "contentid contenttype title version creator creationdate lastmoddate prevver content_status pageid spaceid "
    "child_position parentid"
)
PAGE = {"contenttype": "PAGE", "content_status": "current", "spaceid": "1"}
TABLES = {
    "exportDescriptor.properties": "exportFormat=csv\nspaceKey=DOC\n",
    "spaces.csv": table(
        "SPACEID SPACENAME SPACEKEY HOMEPAGE",
        {"SPACEID": "1", "SPACENAME": "Docs", "SPACEKEY": "DOC", "HOMEPAGE": "10"},
    ),
    "content.csv": table(
        CONTENT,
        PAGE | {"contentid": "11", "title": "Child, “quoted”\nand broken", "parentid": "10", "child_position": "2"},
        PAGE
        | {
            "contentid": "10",
            "title": "Home",
            "version": "3",
            "creator": "k1",
            "creationdate": "2024-01-02 03:04:05.6",
        },
        PAGE | {"contentid": "12", "title": "Old", "prevver": "10"},
        PAGE | {"contentid": "13", "title": "Trash", "content_status": "deleted"},
        PAGE | {"contentid": "14", "title": "Post", "contenttype": "BLOGPOST"},
        {
            "contentid": "50",
            "contenttype": "ATTACHMENT",
            "title": "plan.png",
            "version": "2",
            "content_status": "current",
            "pageid": "10",
        },
        {"contentid": "60", "contenttype": "COMMENT", "content_status": "current", "pageid": "10"},
    ),
    "bodycontent.csv": table(
        "bodycontentid body contentid bodytypeid",
        {
            "bodycontentid": "20",
            "body": '<p class="a">Home,\nsecond line ]] ></p>',
            "contentid": "10",
            "bodytypeid": "2",
        },
        {"bodycontentid": "21", "body": "<p>comment</p>", "contentid": "60", "bodytypeid": "2"},
        {
            "bodycontentid": "22",
            "body": base64.b64encode(b"\x28\xb5\x2f\xfd damaged").decode(),
            "contentid": "11",
            "bodytypeid": "2",
        },
    ),
    "contentproperties.csv": table(
        "propertyid propertyname stringval longval contentid",
        {"propertyid": "1", "propertyname": "FILESIZE", "longval": "5", "contentid": "50"},
        {"propertyid": "2", "propertyname": "FILESTORE_ID", "stringval": "f-1", "contentid": "50"},
    ),
    "label.csv": table("labelid name namespace", {"labelid": "7", "name": "intro", "namespace": "global"}),
    "content_label.csv": table("id labelid contentid", {"id": "8", "labelid": "7", "contentid": "10"}),
    "user_mapping.csv": table("user_key username aaid", {"user_key": "k1", "username": "ada", "aaid": "a-1"}),
    "attachments/10/50/2": "image",
}


def answer(source: OfflineSource, need: Need) -> object:
    return source.fulfil([need])[need]


@pytest.mark.parametrize("folder", ["", "data/", "entities/"])
@pytest.mark.parametrize(("suffix", "packed"), [("", False), (".gz", False), (".gz", True)])
def test_a_csv_export_arrives_whole(tmp_path: Path, folder: str, suffix: str, packed: bool) -> None:
    files: dict[str, str | bytes] = {}
    for name, text in TABLES.items():
        if name.endswith(".csv"):
            files[folder + name + suffix] = gzip.compress(text.encode()) if packed else text
        else:
            files[folder + name if name.startswith("attachments") else name] = text
    source = open_source(write_zip(tmp_path / "export.zip", files))
    assert source.pages().spaces == (Space("DOC", "Docs", "10"),)
    assert source.pages().pages == (
        Page(
            "10",
            "Home",
            "DOC",
            None,
            UNPOSITIONED,
            "page",
            ("intro",),
            3,
            "2024-01-02T03:04:05.6Z",
            author="a-1",
            attachments=(Attachment("plan.png", "image/png", "f-1", 5, 2),),
        ),
        Page("11", "Child, “quoted”\nand broken", "DOC", "10", 2),
        Page("14", "Post", "DOC", None, UNPOSITIONED, "blogpost"),
    )
    assert answer(source, BodyNeed("10")) == Body("storage", '<p class="a">Home,\nsecond line ]] ></p>')
    assert answer(source, BodyNeed("14")) == Body("storage", "")
    assert answer(source, AttachmentNeed("10", "plan.png")) == Media(b"image", "image/png")
    assert answer(source, UserNeed(account_id="a-1")) == User("ada")


def test_a_body_that_cannot_be_unpacked_is_reported(tmp_path: Path) -> None:
    source = open_source(write_folder(tmp_path, TABLES))
    assert isinstance(answer(source, BodyNeed("11")), Unavailable)
    assert [d.code for d in source.diagnostics] == ["source-entry-unreadable"]
    assert "page 11" in source.diagnostics[0].message


def test_zstandard_bodies_are_unpacked(tmp_path: Path) -> None:
    zstandard = pytest.importorskip("zstandard", reason="an optional package before Python 3.14")
    packed = base64.b64encode(zstandard.ZstdCompressor().compress("<p>Größe</p>".encode())).decode()
    row = {"bodycontentid": "20", "body": packed, "contentid": "10", "bodytypeid": "2"}
    bodies = table("bodycontentid body contentid bodytypeid", row)
    source = open_source(write_folder(tmp_path, {**TABLES, "bodycontent.csv": bodies}))
    assert answer(source, BodyNeed("10")) == Body("storage", "<p>Größe</p>")


def test_a_table_that_breaks_off_is_reported(tmp_path: Path) -> None:
    packed = gzip.compress(TABLES["bodycontent.csv"].encode() * 50)[:-40]
    files = {name: data for name, data in TABLES.items() if name != "bodycontent.csv"}
    source = open_source(write_folder(tmp_path, {**files, "bodycontent.csv.gz": packed}))
    assert any("bodycontent.csv.gz is damaged" in d.message for d in source.diagnostics)
    assert len(source.pages().pages) == 3


def test_an_unreadable_content_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"content\.csv\.gz"):
        open_source(write_folder(tmp_path, {"content.csv.gz": b"\x1f\x8b\x08 damaged"}))


def test_rows_that_lack_columns_do_no_harm(tmp_path: Path) -> None:
    source = open_source(
        write_folder(tmp_path, {"content.csv": "contentid,contenttype\n1,PAGE\n\n2\n3,PAGE,extra,fields\n"})
    )
    assert [page.id for page in source.pages().pages] == ["1", "3"]
