"""A site that fails: storms, errors, cut connections, changes half-way. No page is lost, and what is lost is named."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from confluence_xpress.bundle import Body, Bundle, Unavailable
from confluence_xpress.collect import outline
from confluence_xpress.errors import InputError, XPressError
from confluence_xpress.needs import AttachmentNeed, BodyNeed, UserNeed
from confluence_xpress.sources.online.http.failures import SignInError, UnreachableError
from confluence_xpress.sources.online.http.settings import Settings
from confluence_xpress.sources.online.scope import Wish
from tests.online import KINDS, PNG, Kind, at, fetched, handbook, numbered, opened
from testsite import Burst, Fault, File, Limits, Site

PAGES = r"/pages\?|content/search|/space/.*/content"


@pytest.fixture(params=KINDS)
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    with Site(numbered(130), request.param) as running:
        yield running


def bodies(bundle: Bundle) -> dict[str, str]:
    """The bodies that came, by page id."""
    return {
        need.page_id: answer.value
        for need, answer in bundle.answers.items()
        if isinstance(need, BodyNeed) and isinstance(answer, Body)
    }


def complete(bundle: Bundle, count: int = 130) -> bool:
    """Whether every page is there, with its own body."""
    found = bodies(bundle)
    return len(bundle.pages) == count == len(found) and all(
        text == f"<p>Text of page {int(page_id) - 1000}.</p>" for page_id, text in found.items() if page_id != "1000"
    )


@pytest.mark.parametrize(
    "fault",
    [
        Fault("status", PAGES, status=503, times=2),
        Fault("status", PAGES, status=500, times=2),
        Fault("gateway-page", PAGES, status=502, times=2),
        Fault("cut", PAGES, times=2),
        Fault("cut-body", PAGES, times=2),
        Fault("truncated", PAGES, times=2),
        Fault("slow", PAGES, times=1),
        Fault("gzip-garbage", PAGES, times=1),
    ],
    ids=lambda fault: fault.kind,
)
@pytest.mark.slow
def test_what_fails_for_a_while_costs_no_page(site: Site, fault: Fault) -> None:
    site.faults.add(fault)
    assert complete(fetched(site, "/spaces/NUM"))
    assert fault.done >= 1


@pytest.mark.slow
def test_a_storm_of_429_costs_no_page_and_is_not_answered_by_hammering(site: Site) -> None:
    site.faults.storm(times=5, retry_after=0.5)
    assert complete(fetched(site, "/spaces/NUM"))
    # Those that were under way together are refused together; after that nobody calls before it is time.
    assert len(site.early) <= 8


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_limit_of_calls_is_kept_to(kind: Kind) -> None:
    with Site(numbered(130), kind, limits=Limits(burst=Burst(3, 4))) as site:
        assert complete(fetched(site, "/spaces/NUM"))
        refused = [record for record in site.requests if record.status == 429]
        assert len(refused) <= len(site.requests) / 2


@pytest.mark.slow
def test_a_place_in_a_list_that_is_forgotten_is_found_again() -> None:
    with Site(numbered(600)) as site:
        site.faults.add(Fault("expired-cursor", "/spaces/.*/pages", times=1))
        assert len(fetched(site, "/spaces/NUM").pages) == 600


def test_a_page_that_changes_half_way_is_exported_as_it_was(site: Site) -> None:
    def change(_record: Any) -> None:
        site.content.edit("1005", title="New title", body="<p>New text.</p>")

    site.faults.add(Fault("hook", r"body-format=storage|body\.storage", times=1, hook=change))
    bundle = fetched(site, "/spaces/NUM")
    assert complete(bundle)
    page = next(page for page in bundle.pages if page.id == "1005")
    assert (page.title, page.version) == ("Page 5", 1)


def test_a_page_that_vanishes_half_way_is_named_and_the_rest_goes_on(site: Site) -> None:
    site.faults.add(
        Fault("hook", r"body-format=storage|body\.storage", times=1, hook=lambda _: site.content.remove("1005"))
    )
    bundle = fetched(site, "/spaces/NUM")
    assert len(bodies(bundle)) == 129
    gone = bundle.answers[BodyNeed("1005")]
    assert isinstance(gone, Unavailable)
    assert "does not exist any more" in gone.reason


def test_a_page_that_becomes_secret_half_way_is_not_exported(site: Site) -> None:
    def restrict(_record: Any) -> None:
        site.content.change("1005", readers=frozenset())

    site.faults.add(Fault("hook", r"body-format=storage|body\.storage", times=1, hook=restrict))
    assert isinstance(fetched(site, "/spaces/NUM").answers[BodyNeed("1005")], Unavailable)


@pytest.mark.slow
def test_a_page_that_always_fails_takes_no_other_with_it(site: Site) -> None:
    site.content.edit("1005", body="<p>New text.</p>")
    only = r"/pages/1005|/content/1005"
    many = r"/pages\?.*body-format=storage|content/search.*body\.storage"
    site.faults.add(Fault("status", only, status=500, times=None))
    site.faults.add(Fault("wrong-json", many, times=None))
    settings = Settings(patience=3, attempts=2)
    with opened(site, Wish(targets=at(site, "1004", "1005", "1006")), settings) as (source, _):
        answers = source.fulfil([BodyNeed("1004"), BodyNeed("1005"), BodyNeed("1006")])
    assert {need.page_id: type(answer).__name__ for need, answer in answers.items() if isinstance(need, BodyNeed)} == {
        "1004": "Body",
        "1005": "Unavailable",
        "1006": "Body",
    }


def test_a_token_that_expires_half_way_ends_the_export_with_a_word(site: Site) -> None:
    site.faults.add(Fault("status", r"body-format=storage|body\.storage", status=401, times=None))
    with pytest.raises(SignInError) as caught:
        fetched(site, "/spaces/NUM")
    assert site.token not in str(caught.value) + caught.value.hint


@pytest.mark.slow
def test_a_site_that_is_gone_ends_the_export_and_does_not_lose_its_pages_one_by_one(site: Site) -> None:
    settings = Settings(patience=2)
    with opened(site, Wish(targets=at(site, "/spaces/NUM")), settings) as (source, selection):
        pages = outline(source, selection).pages
        site.stop()
        with pytest.raises(UnreachableError):
            source.fulfil([BodyNeed(page.id) for page in pages])


@pytest.mark.slow
def test_files_whose_host_is_gone_are_not_waited_for_one_by_one() -> None:
    content = numbered(20)
    for number in range(1, 20):
        name = f"{number}.png"
        content.change(str(1000 + number), body=f'<ac:image><ri:attachment ri:filename="{name}"/></ac:image>')
        content.change(str(1000 + number), files=(File(name, PNG),))
    with Site(content) as site:
        site.faults.add(Fault("cut", role="media", times=None))
        with opened(site, Wish(targets=at(site, "/spaces/NUM")), Settings(patience=1)) as (source, _):
            needs = [AttachmentNeed(str(1000 + number), f"{number}.png") for number in range(1, 20)]
            reasons = {answer.reason for answer in source.fulfil(needs).values() if isinstance(answer, Unavailable)}
        assert any("can't be reached" in reason for reason in reasons)
        asked = {record.path for record in site.requests if record.role == "media"}
        assert len(asked) < 19


@pytest.mark.parametrize("kind", KINDS)
def test_files_and_people_that_can_t_be_had_are_named(kind: Kind) -> None:
    with Site(handbook(), kind) as site:
        site.faults.add(Fault("status", "download", status=404, times=None))
        site.faults.add(Fault("status", "users-bulk|rest/api/user", status=403, times=None))
        bundle = fetched(site, "/spaces/DEV")
        missing = {type(need) for need, answer in bundle.answers.items() if isinstance(answer, Unavailable)}
        assert {AttachmentNeed, UserNeed} <= missing
        assert len(bodies(bundle)) == 5


@pytest.mark.parametrize("kind", KINDS)
def test_files_that_search_does_not_know_yet_are_found(kind: Kind) -> None:
    content = handbook()
    _, file = next(iter(content.index().files.values()))
    content.unindexed |= {file.id, "101"}
    with Site(content, kind) as site:
        bundle = fetched(site, "101")
        assert [answer.data for answer in bundle.answers.values() if hasattr(answer, "data")] == [PNG]


@pytest.mark.parametrize("kind", KINDS)
def test_a_search_that_fails_costs_labels_only(kind: Kind) -> None:
    with Site(handbook(), kind) as site:
        site.faults.add(Fault("status", "content/search", status=403, times=None))
        with opened(site, Wish(targets=at(site, "/spaces/DEV"))) as (source, selection):
            bundle = outline(source, selection)
            assert len(bundle.pages) == 5
            assert "site-call-failed" in {found.code for found in source.diagnostics}
        from confluence_xpress.sources.selection import Selection

        # A label that keeps a page out must not be overlooked.
        with pytest.raises(XPressError):
            fetched(site, "/spaces/DEV", selection=Selection(exclude_labels=("draft-text",)))


def test_a_budget_ends_the_fetching_and_not_the_export(site: Site) -> None:
    settings = Settings(budget=400 if site.kind == "cloud" else 150)
    with opened(site, Wish(targets=at(site, "/spaces/NUM")), settings) as (source, selection):
        pages = outline(source, selection).pages
        first = source.fulfil([BodyNeed(page.id) for page in pages[:100]])
        rest = source.fulfil([BodyNeed(page.id) for page in pages[100:]])
        answers = [*first.values(), *rest.values()]
        assert any(isinstance(answer, Unavailable) and "budget" in answer.reason for answer in answers)
        assert any(isinstance(answer, Body) for answer in answers)
        assert "budget-used-up" in {found.code for found in source.diagnostics}


def test_a_budget_that_is_too_small_for_the_list_is_told(site: Site) -> None:
    with (
        pytest.raises(InputError, match="budget of 5 points"),
        opened(site, Wish(targets=at(site, "/spaces/NUM")), Settings(budget=5)),
    ):
        pass
