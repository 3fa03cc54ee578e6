"""`xpress tree`: what people see of a page tree, on a terminal and in a file, and what programs read."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import unicodedata
from collections.abc import Sequence
from typing import Any

import pytest

from confluence_xpress.bundle import Page, Space
from confluence_xpress.cli.branches import count_text, page_rows
from confluence_xpress.cli.page_tree import print_tree, print_tree_json, tree_lines
from confluence_xpress.cli.terminal import Display, cells, safe_line, safe_text, safe_title
from confluence_xpress.sources.source import SiteMap
from tests.corpus import ROOT

PAGES = (
    Page("1", "Handbook", "OPS", labels=("public", "start")),
    Page("2", "Travel", "OPS", "1"),
    Page("3", "Expenses", "OPS", "2", labels=("money",)),
    Page("4", "Plans", "OPS", "1", kind="folder"),
    Page("5", "Sketch", "OPS", "4", kind="whiteboard"),
    Page("6", "Old ways", "OPS", "4", status="archived"),
    Page("9", "Colours", "DES"),
    Page("7", "Moved", "OPS", kind="blogpost", created="2025-11-03T08:00:00Z"),
    Page("8", "Learnt", "OPS", kind="blogpost", created="2026-02-02T08:00:00Z"),
)
SITE = SiteMap((Space("OPS", "Operations", "1"), Space("DES")), PAGES)

HOSTILE = "A\x1b[31mred\x07 \x9b2J\nb \u202egnp.exe\u202c [bold]x[/bold] \ud800"


def lines(pages: Sequence[Page] = PAGES, **given: Any) -> list[str]:
    return list(tree_lines(SITE, pages, **given))


def test_the_tree_in_a_file() -> None:
    assert "\n".join(lines()) == (
        "Operations (OPS)\n"
        "├─ Handbook  1 · #public #start\n"
        "│  ├─ Travel  2\n"
        "│  │  └─ Expenses  3 · #money\n"
        "│  └─ Plans  folder · 4\n"
        "│     ├─ Sketch  whiteboard · 5\n"
        "│     └─ Old ways  archived · 6\n"
        "└─ Blog posts\n"
        "   ├─ 2025  1 blog post\n"
        "   │  └─ Moved  2025-11-03 · 7\n"
        "   └─ 2026  1 blog post\n"
        "      └─ Learnt  2026-02-02 · 8\n"
        "DES\n"
        "└─ Colours  9\n"
        "\n"
        "5 pages, 1 folder, 1 whiteboard, 2 blog posts"
    )


def test_ids_are_left_out_on_request() -> None:
    assert lines(ids=False)[2] == "│  ├─ Travel"


def test_a_depth_hides_what_is_deeper_and_says_how_much() -> None:
    shown = lines(depth=1)
    assert "│  ├─ Travel  2 · 1 below" in shown and "│  └─ Plans  folder · 4 · 2 below" in shown
    assert not any("Expenses" in line for line in shown) and any("Learnt" in line for line in shown)
    assert shown[-1] == "5 pages, 1 folder, 1 whiteboard, 2 blog posts; 3 of them below what is shown"


def test_a_selection_keeps_its_place_in_the_tree() -> None:
    assert lines([PAGES[2]])[:2] == ["Operations (OPS)", "└─ Expenses  3 · #money"]
    assert lines([])[-1] == "no pages"


@pytest.mark.parametrize("width", [20, 40, 60, 80])
def test_lines_fit_a_terminal(width: int) -> None:
    long = [
        Page("1", "発布手順" * 30, "OPS", labels=("a" * 70,)),
        Page("2", "family 👩‍👩‍👧 ❤️ 👍🏽 " * 9, "OPS", "1"),
        Page("3", "n\u0303\u0303\u0303\u0303\u0303" * 200, "OPS", "2", labels=("b",)),
        *(Page(str(i), "deep", "OPS", str(i - 1)) for i in range(4, 90)),
    ]
    for line in lines(long, display=Display(width=width))[:-2]:
        assert cells(line) <= width, line
    assert any(line.endswith("…") or "…  " in line for line in lines(long, display=Display(width=width)))


def test_long_titles_are_whole_in_a_file() -> None:
    assert "x" * 5000 in lines([Page("1", "x" * 5000, "OPS")])[1]


def test_a_title_cannot_steer_the_terminal() -> None:
    page = Page("1\x1b[2J", HOSTILE, "O\x1b[1mPS", labels=("l\x1b]0;x\x07",), created="\x1b[5m")
    for display in (Display(), Display(width=80), Display(width=80, glyphs=False, encoding="ascii")):
        shown = "\n".join(lines([page, Page("2", HOSTILE, kind="blogpost", created="\x1b[5m")], display=display))
        assert not any(unicodedata.category(c) in ("Cc", "Cs") for c in shown.replace("\n", ""))
        assert "\u202e" not in shown and "[bold]x[/bold]" in shown


def test_what_is_written_from_right_to_left_turns_nothing_round() -> None:
    assert safe_text("שלום \u202b1") == "\u2068שלום 1\u2069"
    cut = Display(width=10).fit(safe_text("שלום" * 10), 10)
    assert cells(cut) == 10 and cut.startswith("\u2068") and cut.endswith("…\u2069")


def test_scripts_that_need_joiners_keep_them() -> None:
    assert safe_text("می\u200cخواهم") == "\u2068می\u200cخواهم\u2069"
    assert Display(width=20).fit("क्\u200dष", 20) == "क्\u200dष"


def test_titles_are_one_line_and_never_empty() -> None:
    assert (safe_title(" a\u3000\t b\r\n"), safe_title("\u200b"), safe_title("")) == ("a b", "(untitled)", "(untitled)")


def test_a_line_of_ours_keeps_its_layout() -> None:
    assert safe_line("   2 × odd:\tx\n  \x1b[1my") == "   2 × odd:\tx\n  \ufffd[1my"


def test_colours_change_nothing_but_colours() -> None:
    plain, colored = (list(tree_lines(SITE, PAGES, display=Display(width=60, color=on))) for on in (False, True))
    assert plain == [_without_styles(line) for line in colored] and plain != colored


def _without_styles(line: str) -> str:
    for code in range(40):
        line = line.replace(f"\x1b[{code}m", "")
    return line


def test_parents_that_come_later_or_in_circles_lose_nobody() -> None:
    pages = [Page("1", "a", parent="2"), Page("2", "b", parent="1"), Page("3", "c", parent="3"), Page("1", "again")]
    assert [row.title for row in page_rows((), pages)] == ["Pages", "a", "b", "c"]


def test_rows_know_what_is_below_them() -> None:
    rows = page_rows(SITE.spaces, PAGES)
    assert [(row.title, row.end) for row in rows[:3]] == [("Operations (OPS)", 12), ("Handbook", 7), ("Travel", 4)]


def test_a_deep_tree_makes_no_endless_lines() -> None:
    deep = [Page(str(i), "x", parent=str(i - 1)) for i in range(5000)]
    assert max(map(len, lines(deep))) < 200


def test_counts() -> None:
    pages = [Page(str(i), "x") for i in range(1024)]
    assert count_text(pages) == "1,024 pages"
    assert count_text([Page("1", "x", kind="blogpost"), Page("2", "x")]) == "1 page, 1 blog post"


def test_json_for_programs() -> None:
    file = io.StringIO()
    print_tree_json(SITE, [*PAGES[:3], Page("10", HOSTILE, "OPS", "1", version=3, url="https://x/10")], file=file)
    found = json.loads(file.getvalue())
    assert [(page["id"], page["parent"], page["level"]) for page in found] == [
        ("1", None, 0),
        ("2", "1", 1),
        ("3", "2", 2),
        ("10", "1", 1),
    ]
    assert found[3] == {
        "id": "10",
        "title": HOSTILE,
        "kind": "page",
        "parent": "1",
        "level": 1,
        "space": "OPS",
        "url": "https://x/10",
        "labels": [],
        "version": 3,
        "updated": "",
    }
    assert file.getvalue().isascii() and "\x1b" not in file.getvalue()


def test_json_of_nothing_and_of_a_depth() -> None:
    nothing, top = io.StringIO(), io.StringIO()
    print_tree_json(SITE, [], file=nothing)
    print_tree_json(SITE, depth=0, file=top)
    assert json.loads(nothing.getvalue()) == []
    assert [page["id"] for page in json.loads(top.getvalue())] == ["1", "7", "8", "9"]


def test_a_file_that_knows_only_ascii_gets_ascii() -> None:
    raw = io.BytesIO()
    with io.TextIOWrapper(raw, encoding="ascii") as file:
        print_tree(SiteMap(SITE.spaces, (*PAGES, Page("10", "Größe שלום", "DES"))), file=file)
        written = raw.getvalue().decode("ascii")
    assert "`- Gr??e ????" in written and "|  `- Plans  folder - 4" in written


@pytest.mark.slow
def test_nobody_hears_of_a_reader_who_goes_away() -> None:
    program = (
        "from confluence_xpress.bundle import Page\n"
        "from confluence_xpress.cli.page_tree import print_tree\n"
        "from confluence_xpress.sources.source import SiteMap\n"
        "print_tree(SiteMap((), tuple(Page(str(i), 'title') for i in range(100_000))))\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
    ) as running:
        assert running.stdout and running.stderr
        assert running.stdout.readline() == b"Pages\n"
        running.stdout.close()
        assert running.wait(30) == 0 and running.stderr.read() == b""
