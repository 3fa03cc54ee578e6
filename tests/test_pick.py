"""Ticking pages in the terminal: what keys and the mouse do, and what comes of it."""

from __future__ import annotations

import asyncio
import re
import signal
from collections.abc import Awaitable, Callable, Collection, Sequence

import pytest
from textual.pilot import Pilot

from confluence_xpress.bundle import Page, Space
from confluence_xpress.cli.branches import page_rows
from confluence_xpress.cli.pick.app import PickApp
from confluence_xpress.cli.pick.keys import HELP, Key
from confluence_xpress.cli.pick.ticks import Ticks
from confluence_xpress.cli.pick.tree import PageTree
from confluence_xpress.cli.pick.view import View
from confluence_xpress.sources.source import SiteMap

pytestmark = pytest.mark.slow  # a key takes a while

PAGES = (
    Page("1", "Handbook", "OPS"),
    Page("2", "Travel", "OPS", "1"),
    Page("3", "Expenses", "OPS", "2"),
    Page("4", "Trains", "OPS", "2"),
    Page("5", "Plans", "OPS", "1", kind="folder"),
    Page("6", "Sketch", "OPS", "5", kind="whiteboard"),
    Page("7", "Über uns", "OPS", "5"),
    Page("8", "Contacts", "OPS", "1"),
    Page("20", "Colours", "DES"),
    Page("10", "Moved", "OPS", kind="blogpost", created="2025-11-03T08:00:00Z"),
    Page("11", "Winter", "OPS", kind="blogpost", created="2025-12-03T08:00:00Z"),
    Page("12", "Learnt", "OPS", kind="blogpost", created="2026-02-02T08:00:00Z"),
)
SITE = SiteMap((Space("OPS", "Operations", "1"), Space("DES", "Design")), PAGES)
ROWS = page_rows(SITE.spaces, SITE.pages)
AT = {row.title: index for index, row in enumerate(ROWS)}

Picker = Pilot[tuple[str, ...]]


class Seen:
    """How a session ended, and what was on the screen before."""

    def __init__(self, app: PickApp, screen: list[str]) -> None:
        self.answer = app.return_value
        self.ended = app.return_code is not None
        self.interrupted = app.stopped_by is signal.SIGINT
        self.screen = screen

    def line(self, text: str) -> str:
        return next(line for line in self.screen if text in line)


def play(
    *keys: str,
    site: SiteMap = SITE,
    already: Collection[str] = (),
    size: tuple[int, int] = (80, 24),
    glyphs: bool = True,
    act: Callable[[Picker], Awaitable[object]] | None = None,
) -> Seen:
    """Press keys, then look."""

    async def run() -> Seen:
        encoding = "utf-8" if glyphs else "ascii"
        app = PickApp(site, already, title="acme [b]x[/b] \x1b[31m", glyphs=glyphs, encoding=encoding)
        async with app.run_test(size=size) as pilot:
            await pilot.press(*keys[:-1])
            screen = lines(app)  # before the key that may end it
            await pilot.press(*keys[-1:])
            if act:
                await act(pilot)
            if not app._exit:
                screen = lines(app)
        return Seen(app, screen)

    return asyncio.run(run())


def lines(app: PickApp) -> list[str]:
    return [strip.text.rstrip() for strip in app.screen._compositor.render_strips()]


def typed(text: str) -> Sequence[str]:
    return ["space" if c == " " else c for c in text]


# --- What is shown -------------------------------------------------------------------------------------------------


def test_the_first_screen() -> None:
    seen = play()
    assert seen.screen[:4] == [
        "acme [b]x[/b] [31m",
        "▾ ☐ Operations (OPS)  11 below",
        "  ▾ ☐ Handbook  7 below",
        "    ▸ ☐ Travel  2 below",
    ]
    assert seen.screen[-2].startswith("Ticked: no pages") and "Space tick" in seen.screen[-1]


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (40, 12), (20, 6)])
def test_it_fits_the_terminal(size: tuple[int, int]) -> None:
    long = [Page(str(i), f"発布手順 {'x' * i}" * 5, parent=str(i - 1)) for i in range(60)]
    screen = play("t", "end", site=SiteMap((), tuple(long)), size=size, already=["59"]).screen
    assert len(screen) == size[1] and any("…" in line for line in screen)


def test_the_important_keys_are_all_seen_at_80_columns() -> None:
    last = play().screen[-1]
    assert all(word in last for word in ("tick", "with all below", "filter", "all", "none", "help", "cancel"))


def test_without_glyphs_it_is_all_ascii() -> None:
    many = SiteMap((), (*PAGES, *(Page(f"x{i}", "Größe “x”", parent="1") for i in range(60))))
    screen = play("t", "down", "space", site=many, glyphs=False).screen
    assert all(line.isascii() for line in screen)
    assert any("[ ] Contacts" in line for line in play(site=many, glyphs=False).screen)
    assert any("v [x] Handbook" in line for line in screen) and any("[-] Travel" in line for line in screen)


def test_titles_are_no_markup_and_steer_nothing() -> None:
    site = SiteMap((), (Page("1", "[red]a[/red] $x \x1b[2Jb \u202ec", labels=("l",)), Page("2", "[/]", parent="1")))
    screen = play("right", "slash", *typed("[red]"), site=site).screen
    assert any("[red]a[/red] $x [2Jb c" in line for line in screen)
    assert not any("\x1b" in line or "\u202e" in line for line in screen)


def test_ticks_from_before_are_shown_wherever_they_are() -> None:
    seen = play(already=["4", "11", "nowhere"])
    assert "☑ Trains" in seen.line("Trains") and "☑ Winter" in seen.line("Winter")
    assert "Ticked: 1 page, 1 blog post" in seen.screen[-2] and "export 2 entries" in seen.screen[-2]


def test_help_fits_a_small_terminal() -> None:
    assert max(map(len, HELP.splitlines())) <= 78 and len(HELP.splitlines()) <= 21
    assert "Shift+Space" in "".join(play("question_mark").screen)
    assert "Handbook" in "".join(play("question_mark", "q").screen), "any key goes back, and does nothing else"


# --- Ticking ----------------------------------------------------------------------------------------------------------


def test_space_ticks_a_page_alone() -> None:
    seen = play("space", "e")
    assert seen.answer == ("1",)
    assert "☑ Handbook" in seen.line("Handbook") and "◪ Operations" in seen.line("Operations")
    assert seen.screen[-2].split() == "Ticked: 1 page e export 1 page".split()


@pytest.mark.parametrize("key", ["t", "shift+space"])
def test_a_page_with_all_below_it(key: str) -> None:
    seen = play("down", "right", key, "ctrl+s")
    assert seen.answer == ("2", "3", "4")
    assert "◪ Handbook  3 of 7 below" in seen.line("Handbook") and "☑ Expenses" in seen.line("Expenses")


@pytest.mark.slow
def test_a_branch_is_unticked_only_when_it_is_whole() -> None:
    assert play("t", "down", "down", "space", "up", "up", "t", "e").answer == ("1", "2", "3", "4", "5", "6", "7", "8")
    assert play("t", "t", "down", "space", "e").answer == ("2",)


def test_a_folder_ticks_itself_and_what_is_below() -> None:
    seen = play("down", "down", "space", "e")
    assert seen.answer == ("5", "6", "7")
    assert "1 page, 1 folder, 1 whiteboard" in seen.screen[-2]


def test_a_year_of_the_blog() -> None:
    seen = play("end", "home", *["down"] * 5, "right", "down", "space", "e")
    assert seen.answer == ("10", "11")
    assert "☑ 2025  2 of 2 below" in seen.line("2025") and "◪ Blog posts" in seen.line("Blog posts")


@pytest.mark.slow
def test_the_answer_is_in_page_tree_order_whatever_was_ticked_first() -> None:
    everything = tuple(page.id for page in PAGES)
    assert play("a", "e").answer == everything
    assert play("end", "space", "home", "space", "space", "space", "e").answer == everything


def test_none_unticks_all() -> None:
    seen = play("n", "e", already=["4"])
    assert seen.answer is None and not seen.ended, "nothing is exported unless something is ticked"
    assert "Nothing is ticked" in seen.screen[-2]


@pytest.mark.slow
def test_folding_and_moving() -> None:
    shown = "".join(play("down", "enter").screen)
    assert "Expenses" in shown
    assert "Expenses" not in "".join(play("down", "enter", "enter").screen)
    assert play("down", "right", "right", "space", "e").answer == ("3",)
    assert play("down", "right", "right", "down", "left", "space", "e").answer == ("2",), "left goes to the parent"
    assert play("left", "left", "up", "up", "t", "e").answer == play("up", "space", "e").answer


# --- The filter -------------------------------------------------------------------------------------------------------


def test_the_filter_shows_matches_with_what_is_above_them() -> None:
    seen = play("slash", *typed("TRA"))
    assert [line.split(" ", 1)[1].strip() for line in seen.screen[2:6]] == [
        "☐ Operations (OPS)  11 below",
        "▾ ☐ Handbook  7 below",
        "▾ ☐ Travel  2 below",
        "☐ Trains",
    ]
    assert "2 found" in seen.screen[1] and "Contacts" not in "".join(seen.screen)


@pytest.mark.slow
def test_the_filter_ignores_accents_and_takes_words_and_ids() -> None:
    assert play("slash", *typed("uns uber"), "enter", "space", "e").answer == ("7",)
    assert play("slash", *typed("11"), "enter", "space", "e").answer == ("11",)


@pytest.mark.slow
def test_all_means_all_that_match() -> None:
    assert play("slash", *typed("tra"), "enter", "a", "e").answer == ("2", "4")
    assert play("a", "slash", *typed("tra"), "enter", "n", "escape", "e").answer == tuple(
        page.id for page in PAGES if page.id not in ("2", "4")
    )


def test_letters_in_the_filter_are_no_commands() -> None:
    seen = play("slash", *typed("qean"))
    assert not seen.ended and "Filter: qean" in seen.screen[1] and "0 found" in seen.screen[1]


@pytest.mark.slow
def test_nothing_found_is_no_trouble() -> None:
    keys = ["up", "down", "space", "t", "enter", "right", "left", "pageup", "end", "a"]
    assert play("slash", *typed("zzz"), "enter", *keys, "escape", "space", "e").answer == ("1",)


@pytest.mark.slow
def test_escape_ends_the_filter_and_stays_where_it_was() -> None:
    seen = play("slash", *typed("expenses"), "escape", "space", "e")
    assert seen.answer == ("3",) and "Contacts" in "".join(seen.screen)


def test_what_is_below_a_match_can_be_looked_at() -> None:
    view = View(ROWS)
    view.filter("travel")
    assert [ROWS[index].title for index in view.visible] == ["Operations (OPS)", "Handbook", "Travel"]
    view.unfold(AT["Travel"])
    assert [ROWS[index].title for index in view.visible][2:] == ["Travel", "Expenses", "Trains"]
    view.fold(AT["Handbook"])
    assert [ROWS[index].title for index in view.visible] == ["Operations (OPS)", "Handbook"]
    view.unfold(AT["Handbook"])
    assert "Contacts" in [ROWS[index].title for index in view.visible]


# --- Leaving ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["q", "escape", "ctrl+q"])
def test_leaving_with_nothing_ticked(key: str) -> None:
    seen = play(key)
    assert seen.ended and seen.answer is None and not seen.interrupted


@pytest.mark.slow
@pytest.mark.parametrize("key", ["q", "escape"])
def test_leaving_with_ticks_is_asked_about(key: str) -> None:
    seen = play("space", key)
    assert not seen.ended and "Leave without exporting 1 page?" in seen.screen[-1]
    assert play("space", key, "y").ended
    assert play("space", key, "n", "e").answer == ("1",)
    assert not play("space", key, "e", "a").ended, "while the question stands, nothing else is done"


def test_leaving_with_the_ticks_from_before_loses_nothing() -> None:
    assert play("q", already=["4"]).ended


def test_control_c_stops_at_once() -> None:
    assert play("space", "ctrl+c").interrupted
    assert play("slash", "x", "ctrl+c").interrupted


def test_there_is_no_command_palette() -> None:
    assert "Handbook" in "".join(play("ctrl+p").screen)


# --- The mouse --------------------------------------------------------------------------------------------------------


def test_the_mouse() -> None:
    async def act(pilot: Picker) -> None:
        await pilot.click(PageTree, offset=(4, 2))  # the sign before Travel
        await pilot.click(PageTree, offset=(12, 3))  # Expenses
        await pilot.click(PageTree, offset=(12, 5), shift=True)  # Plans
        await pilot.click(PageTree, offset=(1, 20))  # nothing
        await pilot.click("#confirm")

    assert play(act=act).answer == ("3", "5", "6", "7")


def test_keys_at_the_bottom_can_be_clicked() -> None:
    async def act(pilot: Picker) -> None:
        for words in ("with all below", "cancel", "stay", "export"):
            key = next(key for key in pilot.app.query(Key) if words in str(key.content))
            await pilot.click(key)
            await pilot.pause()

    assert play(act=act).answer == tuple(page.id for page in PAGES[:8])


# --- Large trees ------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_large_tree() -> None:
    pages = [Page("0", "Top"), *(Page(str(i), f"Page {i}", parent=str((i - 1) // 9)) for i in range(1, 10_000))]
    site = SiteMap((), tuple(pages))
    seen = play("end", "up", "t", "slash", *typed("page 99"), "enter", "pagedown", "pagedown", "a", "e", site=site)
    assert seen.answer and "9999" in seen.answer and re.search(r"\b\d\d\d found", seen.screen[1])


def test_a_deep_tree() -> None:
    pages = [Page(str(i), f"Level {i}", parent=str(i - 1)) for i in range(3000)]
    seen = play("down", "space", "e", site=SiteMap((), tuple(pages)), already=["2999"])
    assert seen.answer == ("1", "2999")


# --- The sums ---------------------------------------------------------------------------------------------------------


def test_what_marks_mean() -> None:
    ticks = Ticks(ROWS)
    ticks.toggle(AT["Travel"])
    assert [ticks.state(AT[name]) for name in ("Handbook", "Travel", "Expenses")] == ["some", "on", "off"]
    ticks.toggle(AT["Plans"])
    assert [ticks.state(AT[name]) for name in ("Plans", "Sketch")] == ["on", "on"]
    ticks.toggle(AT["Sketch"])
    assert ticks.state(AT["Plans"]) == "some" and ticks.below(AT["Plans"]) == (1, 2)
    ticks.toggle(AT["Plans"])
    assert ticks.state(AT["Plans"]) == "on", "what is not whole becomes whole first"
    ticks.toggle(AT["Design (DES)"])
    assert ticks.state(AT["Colours"]) == "on" and ticks.changed
