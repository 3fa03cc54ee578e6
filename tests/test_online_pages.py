"""Which pages of a site are exported: trees, spaces, lists, queries, labels, versions, what has a place among them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from confluence_xpress.bundle import Body
from confluence_xpress.errors import InputError
from confluence_xpress.needs import BodyNeed
from confluence_xpress.sources.online.api import Extent
from confluence_xpress.sources.online.opening import open_site
from confluence_xpress.sources.online.scope import Wish
from confluence_xpress.sources.selection import Selection
from tests.online import KINDS, PNG, Kind, at, chosen, connect, fetched, handbook, numbered, old, opened, titles
from testsite import Content, File, FileVersion, Page, Site, Space, Version
from testsite.site import READER

WHOLE = ["Home", "  Guide", "    Usage", "      Tips", "    Setup"]


@pytest.fixture(params=KINDS)
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    with Site(handbook(), request.param) as running:
        yield running


def test_a_space_in_the_order_of_its_tree(site: Site) -> None:
    bundle = chosen(site, "/spaces/DEV")
    assert titles(bundle) == WHOLE
    assert (bundle.title, bundle.spaces[0].name, bundle.spaces[0].homepage) == ("Development", "Development", "100")


def test_a_page_alone(site: Site) -> None:
    bundle = chosen(site, "101")
    assert (titles(bundle), bundle.title) == (["Guide"], "Guide")


def test_a_page_with_all_below_it(site: Site) -> None:
    assert titles(chosen(site, "101", below=True)) == ["Guide", "  Usage", "    Tips", "  Setup"]


@pytest.mark.parametrize(("depth", "expected"), [(0, ["Guide"]), (1, ["Guide", "  Usage", "  Setup"])])
def test_a_page_with_so_many_levels_below_it(site: Site, depth: int, expected: list[str]) -> None:
    assert titles(chosen(site, "101", below=True, selection=Selection(depth=depth))) == expected


def test_a_list_across_spaces_in_the_order_given(site: Site) -> None:
    assert titles(chosen(site, "201", "104", "/spaces/DEV/pages/102/Setup")) == ["Duties", "Tips", "Setup"]


def test_a_list_may_hold_trees_and_spaces(site: Site) -> None:
    assert titles(chosen(site, "103", "/spaces/OPS", below=True)) == ["Usage", "  Tips", "Desk", "  Duties"]


def test_a_list_is_narrowed_like_each_of_its_parts_alone(site: Site) -> None:
    labels = Selection(exclude_labels=("draft-text",))
    assert titles(chosen(site, "201", "101", below=True, selection=labels)) == ["Duties", "Guide", "  Setup"]
    tops = Selection(depth=0)
    assert titles(chosen(site, "/spaces/OPS", "101", below=True, selection=tops)) == ["Desk", "Guide"]


def test_blog_posts_when_they_are_asked_for(site: Site) -> None:
    assert titles(chosen(site, "/spaces/DEV", selection=Selection(blogposts=True), extent=Extent(blogposts=True))) == [
        *WHOLE,
        "News",
    ]
    assert titles(chosen(site, "107")) == ["News"]


def test_a_query_in_the_order_of_its_answer(site: Site) -> None:
    assert titles(chosen(site, cql='label = "howto" order by title desc')) == ["Usage", "  Tips", "Setup"]


def test_labels_in_and_out(site: Site) -> None:
    def selected(selection: Selection) -> list[str]:
        return titles(chosen(site, "/spaces/DEV", selection=selection))

    assert selected(Selection(labels=("howto",))) == ["Usage", "  Tips", "Setup"]
    assert selected(Selection(exclude_labels=("draft-text",))) == ["Home", "  Guide", "    Setup"]
    assert selected(Selection(skip_labels=("draft-text",))) == ["Home", "  Guide", "    Tips", "    Setup"]


def test_by_title_as_data_center_names_pages() -> None:
    with Site(handbook(), "datacenter") as site:
        assert titles(chosen(site, "/display/DEV/Setup")) == ["Setup"]
        assert titles(chosen(site, "/display/DEV/2026/03/01/News")) == ["News"]


def test_what_is_missing_of_a_list_is_named_and_the_rest_goes_on(site: Site) -> None:
    asked = at(site, "102", "999", "105", "104")
    with opened(site, Wish(targets=asked)) as (source, selection):
        assert selection.pages == ("102", "104")
        assert [found.code for found in source.diagnostics] == ["page-unavailable"] * 2
        assert "999" in source.diagnostics[0].message


@pytest.mark.parametrize("place", ["999", "105", "/spaces/NONE", "/display/DEV/Nowhere"])
def test_what_does_not_exist_or_may_not_be_seen_is_said_in_the_same_words(site: Site, place: str) -> None:
    with pytest.raises(InputError, match="There is no .* that you may view"):
        chosen(site, place)


def test_a_query_that_is_wrong_or_finds_nothing_is_told(site: Site) -> None:
    with pytest.raises(InputError, match="found nothing"):
        chosen(site, cql="label = nowhere")
    with pytest.raises(Exception, match="(?i)query|cql|400|understand"):
        chosen(site, cql="this is no query (")


def test_archived_pages_only_when_they_are_asked_for(site: Site) -> None:
    site.content.add(Page("108", "Attic", "<p>Old.</p>", "101", "DEV", status="archived"))
    assert titles(chosen(site, "/spaces/DEV")) == WHOLE
    whole = chosen(site, "/spaces/DEV", extent=Extent(archived=True))
    assert {page.title: page.status for page in whole.pages}["Attic"] == "archived"
    tree = chosen(site, "101", below=True, extent=Extent(archived=True))
    assert "  Attic" in titles(tree)


def test_drafts_only_when_they_are_asked_for(site: Site) -> None:
    site.content.change("102", draft=Version(3, "Setup anew", "<p>Install it anew.</p>", author=READER.account_id))
    assert titles(chosen(site, "102")) == ["Setup"]
    bundle = fetched(site, "102", extent=Extent(drafts=True))
    assert (titles(bundle), bundle.pages[0].status) == (["Setup anew"], "draft")
    assert bundle.answers[BodyNeed("102")] == Body("storage", "<p>Install it anew.</p>")


def test_a_page_that_was_never_published_by_its_id(site: Site) -> None:
    site.content.add(Page("109", "Idea", "<p>Not yet.</p>", "100", "DEV", status="draft", author=READER.account_id))
    with pytest.raises(InputError):
        chosen(site, "109")
    bundle = fetched(site, "109", extent=Extent(drafts=True))
    assert (titles(bundle), bundle.pages[0].status) == (["Idea"], "draft")
    assert bundle.answers[BodyNeed("109")] == Body("storage", "<p>Not yet.</p>")


def versioned(content: Content) -> None:
    """102 has been changed in February and April, 104 made in May, and a file of 101 replaced in April."""
    content.change(
        "102",
        version=3,
        created="2026-01-10T00:00:00.000Z",
        updated="2026-04-02T00:00:00.000Z",
        older=(
            old(1, "Set up", "<p>First.</p>", "2026-01-10T00:00:00.000Z"),
            old(2, "Set it up", "<p>Second.</p>", "2026-02-10T00:00:00.000Z"),
        ),
    )
    content.change("104", created="2026-05-01T00:00:00.000Z", updated="2026-05-01T00:00:00.000Z")
    plan = File("plan.png", PNG + b"new", version=2, created="2026-04-05T00:00:00.000Z", older=(FileVersion(1, PNG),))
    content.change("101", files=(plan,))


def test_an_older_version_by_its_number(site: Site) -> None:
    versioned(site.content)
    bundle = fetched(site, "102", version=2)
    assert (bundle.pages[0].title, bundle.pages[0].version) == ("Set it up", 2)
    assert bundle.answers[BodyNeed("102")] == Body("storage", "<p>Second.</p>")
    with pytest.raises(InputError, match="no version 9"):
        chosen(site, "102", version=9)
    with pytest.raises(InputError) as caught:
        chosen(site, "/spaces/DEV", version=2)
    assert "--as-of" in caught.value.hint


def test_a_space_as_of_a_date(site: Site) -> None:
    versioned(site.content)
    bundle = fetched(site, "/spaces/DEV", moment="2026-03-31T23:59:59Z")
    assert titles(bundle) == ["Home", "  Guide", "    Usage", "    Set it up"]
    assert bundle.answers[BodyNeed("102")] == Body("storage", "<p>Second.</p>")
    files = {need: answer for need, answer in bundle.answers.items() if type(need).__name__ == "AttachmentNeed"}
    assert [getattr(answer, "data", None) for answer in files.values()] == [PNG]
    with pytest.raises(InputError, match="None of the pages existed"):
        chosen(site, "/spaces/DEV", moment="2020-01-01T00:00:00Z")


# What only Cloud has.


def with_folders() -> Content:
    """DEV with a folder, a whiteboard, a database and an embed in its tree."""
    content = handbook()
    content.add(
        Page("300", "Drawer", "", "100", "DEV", kind="folder", position=0),
        Page("301", "In the drawer", "<p>Found.</p>", "300", "DEV"),
        Page("302", "Sketch", "", "101", "DEV", kind="whiteboard", position=3),
        Page("303", "Register", "", "300", "DEV", kind="database"),
        Page("304", "Board", "", "101", "DEV", kind="embed", embed_url="https://example.org/board", position=4),
        Page("305", "Empty drawer", "", "103", "DEV", kind="folder"),
    )
    return content


def test_folders_and_the_like_keep_their_place() -> None:
    with Site(with_folders()) as site:
        bundle = chosen(site, "/spaces/DEV")
        assert sorted(titles(bundle)) == sorted(
            [
                "Home",
                "  Drawer",
                "    In the drawer",
                "    Register",
                "  Guide",
                "    Usage",
                "      Empty drawer",
                "      Tips",
                "    Setup",
                "    Sketch",
                "    Board",
            ]
        )
        kinds = {page.title: page for page in bundle.pages}
        assert {title: kinds[title].kind for title in ("Drawer", "Sketch", "Register", "Board")} == {
            "Drawer": "folder",
            "Sketch": "whiteboard",
            "Register": "database",
            "Board": "embed",
        }
        assert kinds["Board"].url == "https://example.org/board"
        assert kinds["Sketch"].url.endswith("/spaces/DEV/whiteboard/302")


def test_a_folder_is_exported_with_what_is_in_it() -> None:
    with Site(with_folders()) as site:
        assert sorted(titles(chosen(site, "/spaces/DEV/folder/300"))) == ["  In the drawer", "  Register", "Drawer"]


def test_a_tree_deeper_than_one_question_reaches() -> None:
    pages = [Page("1", "Level 0", "<p/>", space="DEEP")]
    pages += [
        Page(str(n + 1), f"Level {n}", "<p/>", str(n), "DEEP", kind="folder" if n in (11, 23) else "page")
        for n in range(1, 25)
    ]
    content = Content(pages, spaces=[Space("DEEP", "Deep", homepage="1")])
    with Site(content) as site:
        expected = ["  " * n + f"Level {n}" for n in range(25)]
        assert titles(chosen(site, "1", below=True)) == expected
        assert titles(chosen(site, "/spaces/DEEP")) == expected
        assert titles(chosen(site, "1", below=True, selection=Selection(depth=12))) == expected[:13]


def test_pages_beside_the_home_page_and_below_hidden_ones_are_found() -> None:
    content = handbook()
    content.add(Page("400", "Lone folder", "", None, "DEV", kind="folder"))
    content.add(Page("401", "Orphan", "<p/>", None, "DEV"), Page("402", "Orphan's child", "<p/>", "401", "DEV"))
    with Site(content) as site:
        assert titles(chosen(site, "/spaces/DEV"))[5:] == ["Orphan", "  Orphan's child"]
        assert "CLASSIFIED" not in str(fetched(site, "/spaces/DEV").answers)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_hundreds_of_pages_are_read_to_the_last(kind: Kind) -> None:
    with Site(numbered(620), kind) as site:
        bundle = fetched(site, "/spaces/NUM")
        assert len(bundle.pages) == 620
        assert [page.title for page in bundle.pages[1:4]] == ["Page 1", "Page 2", "Page 3"]
        bodies = [answer for need, answer in bundle.answers.items() if isinstance(need, BodyNeed)]
        assert len(bodies) == 620
        assert all(isinstance(body, Body) for body in bodies)
        per_call = 100 if kind == "cloud" else 50  # the most that Data Center may give, and this one does
        reads = [r for r in site.requests if ("body-format", "storage") in r.query or "body.storage" in str(r.query)]
        assert len(reads) <= 620 / per_call + 1


def test_the_rights_of_another_show_more() -> None:
    content = handbook()
    content.change("105", readers=None)
    with Site(content) as site:
        assert "  Secret" in titles(chosen(site, "/spaces/DEV"))


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_how_far_it_is_is_told(kind: Kind) -> None:
    told: list[tuple[str, int, int]] = []
    with Site(numbered(620), kind) as site:
        wish = Wish(targets=at(site, "/spaces/NUM"))
        source, _ = open_site(connect(site), wish, lambda *far: told.append(far))
        source.close()
    reading = [done for stage, done, _ in told if stage == "reading"]
    assert reading[0] < 620 == reading[-1]
    assert max(done for stage, done, known in told if stage == "details" and known == 620) == 620
