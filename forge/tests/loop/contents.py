"""The Confluence of the platform with contents for the tests of the fetch loop: demo, rich, many."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

from forge.platform.confluence import main
from testsite import Content, File, Page, Space, User

DEMO = Path(__file__).resolve().parents[3] / "demo" / "space"
ANN = User("712020:ann", "Ann Author", "ann@example.com")
BEN = User("712020:ben", "Ben Boss", "ben@example.com")


def png(width: int, height: int) -> bytes:
    """A grey picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">L", len(data)) + kind + data + struct.pack(">L", zlib.crc32(kind + data))

    head = struct.pack(">2L5B", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\x80" * width) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def macro(name: str, parameters: dict[str, str] | None = None, body: str = "", macro_id: str = "") -> str:
    """A macro in storage format."""
    told = "".join(f'<ac:parameter ac:name="{key}">{value}</ac:parameter>' for key, value in (parameters or {}).items())
    own = f' ac:macro-id="{macro_id}"' if macro_id else ""
    return f'<ac:structured-macro ac:name="{name}"{own}>{told}{body}</ac:structured-macro>'


def included(title: str, space: str = "") -> str:
    """A page shown on another."""
    key = f' ri:space-key="{space}"' if space else ""
    link = f'<ac:link><ri:page ri:content-title="{title}"{key}/></ac:link>'
    return macro("include", {"": link})


def rich() -> Content:
    """What needs everything: other pages, their files, people, macros, folders, names in many letters."""
    mention = '<ac:link><ri:user ri:account-id="{}"/></ac:link>'
    people = mention.format(ANN.account_id) + mention.format(BEN.account_id) + mention.format("712020:gone")
    image = '<ac:image><ri:attachment ri:filename="{}"/></ac:image>'
    foreign = (
        '<ac:image><ri:attachment ri:filename="plan.png"><ri:page ri:content-title="Desk" ri:space-key="OPS"/>'
        "</ri:attachment></ac:image>"
    )
    plan = File("plan.png", png(40, 30))
    pages = [
        Page("100", "Straße & Öl", f"<p>{people}</p>" + macro("children", {"all": "true"}), space="DEV"),
        Page("101", "Part 10", image.format("plan.png") + foreign, "100", "DEV", files=(plan,)),
        Page("102", "Part 2", included("Desk", "OPS") + included("Part 9"), "100", "DEV", labels=("draft-text", "b")),
        Page(
            "103",
            "part 9",
            macro("weird", {"a": "1"}, "<ac:rich-text-body><p>Body of it</p></ac:rich-text-body>", "11-22")
            + macro("stranger", {"b": "2"})
            + macro("jira", {"key": "ABC-1"})
            + '<p><ac:link><ri:page ri:content-title="Duties" ri:space-key="OPS"/></ac:link> '
            + '<ac:link><ri:page ri:content-title="Nowhere"/></ac:link></p>',
            "102",
            "DEV",
            labels=("b",),
        ),
        Page("104", "𝔘𝔫𝔦 ﬁ İ", image.format("missing.png") + "<p>🙂🙂 text</p>", "100", "DEV"),
        Page("110", "Papers", parent="100", space="DEV", kind="folder", position=1),
        Page("111", "In the folder", included("Restricted") + "<p>x</p>", "110", "DEV", author=BEN.account_id),
        Page("112", "Board", parent="110", space="DEV", kind="whiteboard"),
        Page("113", "Shown", parent="110", space="DEV", kind="embed", embed_url="https://example.com/shown"),
        Page("114", "Table", parent="100", space="DEV", kind="database"),
        Page("115", "Restricted", "<p>CLASSIFIED</p>", "100", "DEV", readers=frozenset({BEN.account_id})),
        Page("116", "Alone", "<p>A tree of its own.</p>", None, "DEV"),
        Page("117", "Loose", parent=None, space="DEV", kind="folder", position=7),
        Page("118", "In a loose folder", "<p>y</p>", "117", "DEV"),
        Page("120", "News", "<p>It runs.</p>", None, "DEV", kind="blogpost", created="2026-03-01T10:00:00.000Z"),
        Page("200", "Desk", f"<p>Ask {mention.format(ANN.account_id)}.</p>" + image.format("plan.png"), space="OPS",
             files=(plan, File("notes.txt", b"Notes"))),
        Page("201", "Duties", "<p>Answer there.</p>", "200", "OPS"),
    ]  # fmt: skip
    spaces = [Space("DEV", "Development", homepage="100"), Space("OPS", "Operations", homepage="200")]
    return Content(pages, spaces=spaces, users=[ANN, BEN])


def many() -> Content:
    """300 pages in four levels, with labels and some files."""
    pages = [Page("1000", "Home", "<p>Home</p>", space="NUM")]
    for n in range(1, 300):
        text = "".join(f"<p>Paragraph {i} of page {n}, which says a little of nothing.</p>" for i in range(n % 37))
        files = (File(f"file-{n}.txt", b"File of %d" % n),) if n % 50 == 0 else ()
        labels = ("odd",) if n % 2 else ()
        parent = str(1000 + (n - 1) // 6)
        pages.append(Page(str(1000 + n), f"Page {n}", text, parent, "NUM", position=n, labels=labels, files=files))
    return Content(pages, spaces=[Space("NUM", "Numbers", homepage="1000")])


if __name__ == "__main__":
    raise SystemExit(main({"demo": lambda: Content.from_path(DEMO), "rich": rich, "many": many}))
