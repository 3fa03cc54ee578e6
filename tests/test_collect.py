"""The needs loop: rounds, defects, titles, progress."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pytest

from confluence_xpress.bundle import Answer, Body, Bundle, Page, Space, Unavailable
from confluence_xpress.collect import BATCH, collect, complete, outline
from confluence_xpress.diagnostics import Diagnostic
from confluence_xpress.errors import InputError, InternalError
from confluence_xpress.needs import BodyNeed, Need, PageNeed
from confluence_xpress.sources.selection import Selection
from confluence_xpress.sources.site import site_map
from confluence_xpress.sources.source import SiteMap, Source


class Fake(Source):
    """A source that has bodies and notes what it was asked."""

    diagnostics: tuple[Diagnostic, ...] = ()

    def __init__(self, *pages: Page, spaces: tuple[Space, ...] = (Space("S", "Docs"),)) -> None:
        self.site, _ = site_map(spaces, pages)
        self.asked: list[tuple[Need, ...]] = []

    def pages(self) -> SiteMap:
        return self.site

    def fulfil(self, needs: Collection[Need]) -> Mapping[Need, Answer]:
        self.asked.append(tuple(needs))
        return {
            need: Body("storage", need.page_id) if isinstance(need, BodyNeed) else Unavailable("no") for need in needs
        }

    def digest(self, page: Page) -> str:
        return page.id


def site(count: int = 3) -> Fake:
    return Fake(*(Page(str(i), f"Page {i}", "S", "0" if i else None) for i in range(count)))


def bodies(bundle: Bundle) -> list[Need]:
    return [BodyNeed(page.id) for page in bundle.pages if BodyNeed(page.id) not in bundle.answers]


def nothing(_: Bundle) -> list[Need]:
    return []


def test_what_answers_bring_up_is_asked_until_nothing_is_missing() -> None:
    source: Source = site()

    def needs(bundle: Bundle) -> list[Need]:
        if missing := bodies(bundle):
            return missing
        later: list[Need] = [PageNeed(id="x"), PageNeed(id="y")]
        return [need for need in later if need not in bundle.answers][:1]

    bundle = collect(source, Selection(), needs=needs)
    assert [page.id for page in bundle.pages] == ["0", "1", "2"]
    assert bundle.spaces == (Space("S", "Docs"),)
    assert bundle.answers[BodyNeed("2")] == Body("storage", "2")
    assert bundle.answers[PageNeed(id="y")] == Unavailable("no")


def test_each_need_is_asked_once_in_batches_with_progress() -> None:
    source = site(BATCH * 2 + 1)
    seen: list[tuple[int, int]] = []
    collect(source, Selection(), needs=lambda bundle: bodies(bundle) * 2, progress=lambda *step: seen.append(step))
    total = BATCH * 2 + 1
    assert [len(batch) for batch in source.asked] == [BATCH, BATCH, 1]
    assert seen == [(BATCH, total), (BATCH * 2, total), (total, total)]


def test_only_the_selected_pages_are_asked_for() -> None:
    source = site()
    collect(source, Selection(pages=("2",)), needs=bodies)
    assert source.asked == [(BodyNeed("2"),)]


def test_a_book_can_be_completed_part_by_part() -> None:
    source = site()
    whole = outline(source, Selection())
    assert (whole.answers, source.asked) == ({}, [])
    part = complete(source, whole, needs=lambda bundle: [n for n in bodies(bundle) if n == BodyNeed("1")])
    assert list(part.answers) == [BodyNeed("1")]
    assert whole.answers == {}


def test_asking_again_for_what_is_answered_is_a_defect() -> None:
    with pytest.raises(InternalError, match="answered"):
        collect(site(), Selection(), needs=lambda _: [BodyNeed("0")])


def test_a_source_that_keeps_silent_is_a_defect() -> None:
    class Silent(Fake):
        def fulfil(self, needs: Collection[Need]) -> Mapping[Need, Answer]:
            return {}

    with pytest.raises(InternalError, match="without an answer"):
        collect(Silent(Page("0", "A")), Selection(), needs=bodies)


def test_needs_without_end_are_a_defect() -> None:
    with pytest.raises(InternalError, match="rounds"):
        collect(site(), Selection(), needs=lambda bundle: [PageNeed(id=str(len(bundle.answers)))])


def test_a_selection_that_cannot_be_met_is_the_users_error() -> None:
    with pytest.raises(InputError):
        collect(site(), Selection(root="nope"), needs=nothing)


@pytest.mark.parametrize(
    ("selection", "title", "expected"),
    [
        (Selection(), "Mine", "Mine"),
        (Selection(), None, "Docs"),
        (Selection(root="0"), None, "Page 0"),
        (Selection(pages=("2",)), None, "Page 2"),
        (Selection(pages=("2", "1")), None, "Docs"),
    ],
)
def test_the_title(selection: Selection, title: str | None, expected: str) -> None:
    assert collect(site(), selection, title, needs=nothing).title == expected


def test_the_title_of_several_spaces_and_of_none() -> None:
    two = Fake(Page("1", "A", "X"), Page("2", "B", "Y"), spaces=(Space("X", "Ex"), Space("Y"), Space("Z", "Unused")))
    assert collect(two, Selection(), needs=nothing).title == "Ex, Y"
    assert collect(Fake(Page("1", "A"), Page("2", "B"), spaces=()), Selection(), needs=nothing).title == "A"
