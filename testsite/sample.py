"""A small site with one of everything."""

from __future__ import annotations

from testsite.content import Content
from testsite.model import Comment, File, FileVersion, Issue, Page, Space, User, Version
from testsite.site import READER

ANN = User("712020:ann", "Ann Author", "ann@example.com", "aauthor", "8a7f808971")
BOB = User("712020:bob", "Bob Builder", "bob@example.com", "bbuilder", "8a7f808972")

_MACRO = (
    '<ac:structured-macro ac:name="diagram" ac:schema-version="1" ac:macro-id="m-1">'
    '<ac:parameter ac:name="name">flow</ac:parameter>'
    "<ac:rich-text-body><p>Boxes and arrows</p></ac:rich-text-body></ac:structured-macro>"
)
_MENTION = f'<ac:link><ri:user ri:account-id="{ANN.account_id}" /></ac:link>'


def everything() -> Content:
    """Two spaces; pages with versions, files and comments; all other kinds; drafts, archived and restricted pages."""
    files = (
        File(
            "diagram.png",
            b"\x89PNG second",
            version=2,
            created="2026-03-02T08:00:00Z",
            author=ANN.account_id,
            comment="Sharper",
            older=(FileVersion(1, b"\x89PNG first", "2026-03-01T08:00:00Z", ANN.account_id),),
        ),
        File("numbers für Ünïcode.csv", b"a,b\n1,2\n", author=BOB.account_id),
    )
    old = Version(1, "Guides", "<p>As it began</p>", created="2026-01-10T10:00:00Z", author=ANN.account_id)
    comments = (
        Comment("8001", "<p>Well said.</p>", BOB.account_id),
        Comment("8002", "<p>Which?</p>", BOB.account_id, marker="mark-1", selection="guides"),
    )
    ann = ANN.account_id
    return Content(
        [
            Page("100", "Home", f"<p>Welcome, {_MENTION}</p>", position=0, author=ann),
            Page(
                "110",
                "All guides",
                f'<p>The <ac:inline-comment-marker ac:ref="mark-1">guides</ac:inline-comment-marker></p>{_MACRO}',
                "100",
                labels=("guide", "start"),
                position=20,
                version=2,
                updated="2026-02-01T10:00:00Z",
                author=ann,
                editor=BOB.account_id,
                message="Retitled",
                files=files,
                comments=comments,
                older=(old,),
                properties={"editor": "v2", "cover": {"id": 7}},
                state=("In progress", "#2684ff"),
            ),
            Page("111", "Guide 2", "<p>Second</p>", "110", labels=("guide",), author=BOB.account_id),
            Page("112", "Guide 10", "<p>Tenth</p>", "110", labels=("guide", "long"), author=ann),
            Page("120", "Secrets", "<p>Hidden</p>", "100", position=10, readers=frozenset({ann}), author=ann),
            Page("121", "Below the secrets", "<p>Hidden, too</p>", "120", labels=("guide",), author=ann),
            Page("130", "Folder", parent="100", kind="folder", position=30, author=ann),
            Page("131", "In the folder", "<p>Filed</p>", "130", author=ann),
            Page("140", "Board", parent="130", kind="whiteboard", author=ann),
            Page("141", "Under the board", "<p>Below</p>", "140", author=ann),
            Page("150", "Table", parent="100", kind="database", position=40, author=ann),
            Page("160", "Elsewhere", parent="100", kind="embed", position=50, embed_url="https://example.com/x"),
            Page("170", "Archived", "<p>Old</p>", "100", status="archived", position=60, author=ann),
            Page("180", "Draft of Rita", "<p>Not yet</p>", "100", status="draft", author=READER.account_id),
            Page("181", "Draft of Ann", "<p>Nor this</p>", "100", status="draft", author=ann),
            Page("190", "Thrown away", "<p>Gone</p>", "100", status="trashed", author=ann),
            Page(
                "195",
                "Being edited",
                "<p>Published</p>",
                "100",
                position=70,
                live=True,
                draft=Version(2, "Being edited", "<p>Unpublished</p>", author=READER.account_id),
            ),
            Page(
                "200",
                "News: it's here!",
                "<p>Today</p>",
                kind="blogpost",
                created="2026-03-05T07:00:00Z",
                files=files[1:],
            ),
            Page("300", "Other home", "<p>Elsewhere</p>", space="OTH", author=ann),
            Page("310", "No position?", "<p>A question</p>", "300", space="OTH", author=ann),
        ],
        spaces=[
            Space("DEV", "Development", homepage="100", description="How we develop", author=ann),
            Space("OTH", "Other", homepage="300"),
            Space("HID", "Hidden", readers=frozenset({ann})),
        ],
        users=[ANN, BOB],
        issues=[
            Issue("DEV-1", "First", "Done", "done", assignee="Ann Author", labels=("ops",)),
            Issue("DEV-2", "Second", "In Progress", "indeterminate", "Bug", "High", due="2026-05-01"),
            Issue("OPS-7", "Seventh"),
        ],
    )
