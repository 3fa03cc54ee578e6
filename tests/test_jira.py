"""Issues of Jira: in a line, as a table, as smart links and live lists; and what is left where Jira is silent."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from confluence_xpress.bundle import Answer, Body, Bundle, Issue, Issues, Page, Space, Unavailable
from confluence_xpress.diagnostics import Diagnostic
from confluence_xpress.lookup import Site
from confluence_xpress.macros.issues import DEFAULT, IN_A_LINE, column
from confluence_xpress.macros.jira import issue_key, jira_of
from confluence_xpress.model import (
    Blocks,
    Card,
    Date,
    Heading,
    Link,
    Notice,
    Paragraph,
    Placeholder,
    Status,
    Table,
    Text,
    Url,
)
from confluence_xpress.model.text import block_text, inline_text
from confluence_xpress.needs import BodyNeed, JiraNeed, MacroNeed, Need
from confluence_xpress.readers import read
from confluence_xpress.render import Options, needs, render
from confluence_xpress.templates import load_template, parse_settings
from confluence_xpress.transforms.pipeline import prepare
from tests.sites import BASE, SPACE, codes, para

JIRA = "https://example.atlassian.net"
PAGE = Page("1", "Alpha", "DOC")
BUG = Issue(
    "OPS-1",
    f"{JIRA}/browse/OPS-1",
    "Bug",
    "In Progress",
    "yellow",
    {
        "summary": "Pager is silent",
        "assignee": "Ada Example",
        "created": "2026-03-05T09:12:33.000+0000",
        "duedate": "2026-04-01",
    },
)
TASK = Issue("OPS-2", f"{JIRA}/browse/OPS-2", "Task", "Done", "green", {"summary": "Order cables"})
ONE = JiraNeed("", IN_A_LINE, 1, key="OPS-1")
FIELDS = tuple(each.field for each in DEFAULT)
SEARCH = f"{JIRA}/sr/jira.issueviews:searchrequest-xml"
LIST = JiraNeed("project = OPS", FIELDS, 20)


def jira(mid: str = "", name: str = "jira", **parameters: str) -> str:
    """The macro in storage format."""
    inner = "".join(f'<ac:parameter ac:name="{key}">{value}</ac:parameter>' for key, value in parameters.items())
    return f'<ac:structured-macro ac:name="{name}" ac:macro-id="{mid}">{inner}</ac:structured-macro>'


def shown(
    body: Body | str, answers: dict[Need, Answer] | None = None, spaces: tuple[Space, ...] = (SPACE,)
) -> tuple[Blocks, tuple[Diagnostic, ...], list[Need]]:
    """What a page shows, what is said about it, and what it lacks."""
    given = body if isinstance(body, Body) else Body("storage", body)
    where = Site(Bundle("Book", (PAGE,), spaces, {BodyNeed("1"): given, **(answers or {})}), read)
    (page,) = prepare(where)
    return page.document.content, page.diagnostics, list(where.missing)


def adf(*nodes: object) -> Body:
    return Body("adf", json.dumps({"type": "doc", "version": 1, "content": nodes}))


def linked(issue: Issue, text: str = "") -> Link:
    return Link(Url(issue.url), (Text(text or issue.key),))


# --- One issue


def test_an_issue_in_a_line_shows_key_summary_and_status() -> None:
    text = f"<p>Fixed by {jira(key='OPS-1', server='System Jira', serverId='x')}.</p>"
    assert shown(text)[2] == [ONE]
    blocks, found, _ = shown(text, {ONE: Issues((BUG,))})
    assert blocks == (para("Fixed by ", linked(BUG), " – Pager is silent ", Status("In Progress", "blue"), "."),)
    assert found == ()


def test_an_issue_without_its_summary() -> None:
    blocks, found, _ = shown(jira(key="OPS-1", showSummary="false"), {ONE: Issues((BUG,))})
    assert blocks == (para(linked(BUG), " ", Status("In Progress", "blue")),)
    assert found == ()


def test_the_same_in_adf() -> None:
    inline = {
        "type": "inlineExtension",
        "attrs": {
            "extensionType": "com.atlassian.confluence.macro.core",
            "extensionKey": "jira",
            "parameters": {"macroParams": {"key": {"value": "OPS-1"}, "serverId": {"value": "a"}}},
        },
    }
    own = {"type": "confluenceJiraIssue", "attrs": {"issueKey": "OPS-1", "macroId": "m", "server": "System Jira"}}
    body = adf({"type": "paragraph", "content": [inline, {"type": "text", "text": " and "}, own]})
    other = replace(ONE, server_id="a")
    assert shown(body)[2] == [other, ONE]
    blocks, _, _ = shown(body, {other: Issues((BUG,)), ONE: Issues((TASK,))})
    assert block_text(blocks) == "OPS-1 – Pager is silent In Progress and OPS-2 – Order cables Done"


def test_an_issue_of_another_jira_says_which() -> None:
    text = jira(key="ops-1", server="Old Jira", serverId="b5")
    assert shown(text)[2] == [replace(ONE, server="Old Jira", server_id="b5")]
    # Its address is not known.
    blocks, _, _ = shown(text, {replace(ONE, server="Old Jira", server_id="b5"): Unavailable("no")})
    assert blocks == (para("OPS-1"),)
    text = jira(url="https://jira.example.com/base/browse/OPS-1")
    elsewhere = replace(ONE, server="https://jira.example.com/base")
    blocks, _, lacking = shown(text, {elsewhere: Unavailable("no")})
    assert blocks == (para(Link(Url("https://jira.example.com/base/browse/OPS-1"), (Text("OPS-1"),))),)
    assert isinstance(lacking[0], MacroNeed)


@pytest.mark.parametrize(
    ("color", "shows"),
    [
        ("blue-gray", "neutral"),
        ("yellow", "blue"),
        ("green", "green"),
        ("warm-red", "red"),
        ("", "neutral"),
        ("x", "neutral"),
    ],
)
def test_a_status_has_the_colour_of_its_category(color: str, shows: str) -> None:
    blocks, _, _ = shown(jira(key="OPS-1"), {ONE: Issues((replace(BUG, color=color),))})
    assert f"Status(text='In Progress', color='{shows}')" in repr(blocks)


# --- Tables


def cells(table: Table) -> list[list[str]]:
    return [[block_text(cell.content) for cell in row.cells] for row in table.rows]


def table(blocks: Blocks) -> Table:
    (found,) = (block for block in blocks if isinstance(block, Table))
    return found


def test_a_query_becomes_a_table_with_the_usual_columns() -> None:
    text = jira(jqlQuery="project = OPS", server="System JIRA", maximumIssues="")
    assert shown(text)[2] == [LIST]
    blocks, found, _ = shown(text, {LIST: Issues((BUG, TASK), 2)})
    result = table(blocks)
    assert cells(result) == [
        "Type,Key,Summary,Assignee,Reporter,Priority,Status,Resolution,Created,Updated,Due".split(","),
        ["Bug", "OPS-1", "Pager is silent", "Ada Example", "", "", "In Progress", "", "2026-03-05", "", "2026-04-01"],
        ["Task", "OPS-2", "Order cables", "", "", "", "Done", "", "", "", ""],
    ]
    assert all(cell.header for cell in result.rows[0].cells)
    first = [cell.content[0] for cell in result.rows[1].cells if cell.content]
    assert first[1] == para(linked(BUG))
    assert first[4] == para(Status("In Progress", "blue"))
    assert first[5:] == [para(Date("2026-03-05")), para(Date("2026-04-01"))]
    assert (len(blocks), found) == (1, ())


def test_the_author_s_columns() -> None:
    text = jira(jqlQuery="x", columns="key;summary, Story Points,Nonsense,due,key", maximumIssues="2", title="Sprint")
    need = JiraNeed("x", ("issuekey", "summary", "Story Points", "Nonsense", "duedate"), 2)
    assert shown(text)[2] == [need]
    pointed = replace(BUG, fields={**BUG.fields, "Story Points": "8"})
    blocks, found, _ = shown(text, {need: Issues((pointed, TASK))})
    assert cells(table(blocks)) == [
        ["Key", "Summary", "Story Points", "Due"],
        ["OPS-1", "Pager is silent", "8", "2026-04-01"],
        ["OPS-2", "Order cables", "", ""],
    ]
    assert inline_text(table(blocks).caption) == "Sprint"
    assert [(each.code, "Nonsense" in each.message) for each in found] == [("macro-parameter-ignored", True)]


def test_columns_have_ids_in_new_pages() -> None:
    text = jira(jqlQuery="x", columns="key,Story points,Team", columnIds="issuekey,customfield_10016,customfield_7")
    need = JiraNeed("x", ("issuekey", "customfield_10016", "customfield_7"), 20)
    answer = Issues((BUG,), 1, {"customfield_10016": "Story point estimate"})
    blocks, found, _ = shown(text, {need: answer})
    # Jira knows the first one, though it is empty; the second one nobody knows.
    assert cells(table(blocks))[0] == ["Key", "Story point estimate"]
    assert codes(found) == ["macro-parameter-ignored"]


def test_columns_are_known_by_all_their_names() -> None:
    names = ["T y p e", "FixVersion/s", "fix version", "component", "Due", "issueType", "KEY", "affectedVersions"]
    fields = [column(name).field for name in names]
    assert fields == "issuetype fixVersions fixVersions components duedate issuetype issuekey versions".split()


def test_what_is_left_out_is_said() -> None:
    blocks, found, _ = shown(jira(jqlQuery="project = OPS"), {LIST: Issues((BUG, TASK), 1234)})
    address = f"{JIRA}/issues/?jql=project%20%3D%20OPS"
    assert blocks[1:] == (Paragraph((Link(Url(address), (Text("2 of 1,234 issues"),)),), small=True),)
    assert found == ()


def test_no_issues_are_said_to_be_none() -> None:
    blocks, found, _ = shown(jira(jqlQuery="project = OPS"), {LIST: Issues((), 0)})
    assert (block_text(blocks), found) == ("No issues found.", ())


@pytest.mark.parametrize(("total", "text"), [(1, "1 issue"), (0, "0 issues"), (1234, "1,234 issues")])
def test_a_count(total: int, text: str) -> None:
    need = JiraNeed("project = OPS", (), 0)
    blocks, found, _ = shown(f"<p>{jira(jqlQuery='project = OPS', count='true')} open</p>", {need: Issues((), total)})
    assert (block_text(blocks), len(blocks), found) == (f"{text} open", 1, ())


@pytest.mark.parametrize(
    ("macro", "need"),
    [
        (jira(jql="project = OPS"), LIST),
        (jira(**{"": "project = OPS"}), LIST),
        (jira(**{"": "OPS-1"}), ONE),
        (jira(url=f"{JIRA}/browse/OPS-1"), ONE),
        (jira(name="jiraissues", url=f"{SEARCH}/temp/SearchRequest.xml?jqlQuery=project+%3D+OPS&amp;tempMax=9"), LIST),
        (jira(url=f"{SEARCH}/10010/SearchRequest-10010.xml"), replace(LIST, jql="filter = 10010")),
        (jira(key="OPS-1, OPS-2"), replace(LIST, jql="key in (OPS-1, OPS-2)")),
        (jira(jqlQuery="project = OPS", maximumIssues="5000"), replace(LIST, maximum=1000)),
        (jira(jqlQuery="project = OPS", maximumIssues="-1"), replace(LIST, maximum=1)),
        (jira(jqlQuery="project = OPS", maximumIssues="many"), LIST),
    ],
)
def test_what_is_meant_however_it_is_written(macro: str, need: JiraNeed) -> None:
    assert shown(macro)[2] == [need]


# --- Where Jira is silent


def test_confluence_s_rendering_is_next() -> None:
    rendering = MacroNeed("1", "m", "jira")
    silent: dict[Need, Answer] = {LIST: Unavailable("Jira is another site")}
    assert shown(jira("m", jqlQuery="project = OPS"), silent)[2] == [rendering]
    blocks, found, _ = shown(
        jira("m", jqlQuery="project = OPS"), {**silent, rendering: Body("view", "<p>OPS-1 by Confluence</p>")}
    )
    assert (blocks, found) == ((para("OPS-1 by Confluence"),), ())


def test_what_confluence_shows_while_it_waits_for_jira_is_no_rendering() -> None:
    answers: dict[Need, Answer] = {
        ONE: Unavailable("no"),
        MacroNeed("1", "m", "jira"): Body("view", "<p>OPS-1 - Getting issue details... STATUS</p>"),
    }
    blocks, found, _ = shown(f"<p>By {jira('m', key='OPS-1')}.</p>", answers)
    assert blocks == (para("By ", linked(BUG), "."),)
    assert codes(found) == ["macro-unknown"]


def test_at_last_the_key_or_the_query_with_a_link() -> None:
    nothing: dict[Need, Answer] = {MacroNeed("1", "m", "jira"): Unavailable("no")}
    text = f"<p>By {jira('m', key='OPS-1')}.</p>"
    for answer in (Unavailable("Jira refused"), Issues(())):
        blocks, found, _ = shown(text, {**nothing, ONE: answer})
        assert blocks == (para("By ", linked(BUG), "."),)
        assert [(each.code, each.lost, bool(each.hint)) for each in found] == [("macro-unknown", True, True)]
    blocks, found, _ = shown(jira("m", jqlQuery="project = OPS"), {**nothing, LIST: Unavailable("Jira refused")})
    query = Link(Url(f"{JIRA}/issues/?jql=project%20%3D%20OPS"), (Text("project = OPS"),))
    assert blocks == (Notice("Issues of Jira are not shown here: Jira refused", (para(query),)),)
    assert ["Jira refused" in each.message for each in found] == [True]
    counted = JiraNeed("project = OPS", (), 0)
    text = f"<p>{jira('m', jqlQuery='project = OPS', count='true')} open</p>"
    blocks, _, _ = shown(text, {**nothing, counted: Unavailable("no")})
    assert blocks == (para(Placeholder("issues of Jira"), " ", query, " open"),)


def test_data_center_has_no_jira_of_its_own() -> None:
    space = replace(SPACE, base_url="https://wiki.example.com")
    nothing: dict[Need, Answer] = {ONE: Unavailable("no"), MacroNeed("1", "m", "jira"): Unavailable("no")}
    blocks, _, _ = shown(jira("m", key="OPS-1"), nothing, (space,))
    assert blocks == (para("OPS-1"),)
    blocks, _, _ = shown(f'<p><a href="{JIRA}/browse/OPS-1" data-card-appearance="inline">x</a></p>', {}, (space,))
    assert "OPS-1: " not in block_text(blocks)


def test_a_macro_that_names_nothing_is_reported() -> None:
    blocks, found, _ = shown(jira("m"), {MacroNeed("1", "m", "jira"): Unavailable("no")})
    assert isinstance(blocks[0], Notice)
    assert codes(found) == ["macro-unknown"]


# --- Smart links and live lists

HREF = f"{JIRA}/browse/OPS-1"


def test_a_smart_link_shows_the_issue() -> None:
    body = adf(
        {"type": "heading", "attrs": {"level": 1}, "content": [{"type": "inlineCard", "attrs": {"url": HREF}}]},
        {"type": "blockCard", "attrs": {"url": HREF}},
    )
    blocks, _, lacking = shown(body)
    assert lacking == [ONE]
    assert HREF in block_text(blocks)
    (heading, card), found, _ = shown(body, {ONE: Issues((BUG,))})
    title, status = "OPS-1: Pager is silent", Status("In Progress", "blue")
    assert isinstance(heading, Heading) and isinstance(card, Card)
    assert heading.content == (Link(Url(HREF), (Text(title),), appearance="inline"), Text(" "), status)
    assert card.content == (Text(title), Text(" "), status)
    assert found == ()


def test_a_smart_link_without_its_issue_stays_as_it_is() -> None:
    body = adf({"type": "blockCard", "attrs": {"url": HREF}})
    for answer in (Unavailable("no"), Issues(())):
        blocks, found, _ = shown(body, {ONE: answer})
        assert (block_text(blocks), found) == (HREF, ())


def test_a_plain_link_is_no_smart_link() -> None:
    blocks, _, lacking = shown(f'<p><a href="{HREF}">see here</a></p>')
    assert (block_text(blocks), lacking) == ("see here", [])


@pytest.mark.parametrize(
    ("href", "key"),
    [
        (f"{JIRA}/browse/ops_x-12?focusedCommentId=1", "OPS_X-12"),
        (f"{JIRA}/browse/OPS-12/", "OPS-12"),
        ("https://other.atlassian.net/browse/OPS-12", ""),
        (f"{JIRA}/browse/OPS", ""),
        (f"{JIRA}.example.com/browse/OPS-1", ""),
        ("https://[/browse/OPS-1", ""),
    ],
)
def test_addresses_of_issues(href: str, key: str) -> None:
    assert issue_key(href, jira_of(BASE)) == key


def listing(**parameters: object) -> Body:
    columns = [{"key": "key"}, {"key": "summary"}, {"key": "status"}]
    views = [{"type": "table", "properties": {"columns": columns}}]
    source = {"id": "d8b75300-dfda-4519-b6cd-e49abbd50401", "parameters": parameters, "views": views}
    return adf({"type": "blockCard", "attrs": {"url": f"{JIRA}/issues/?jql=x", "datasource": source}})


def test_a_live_list_is_a_table() -> None:
    body = listing(jql="project = OPS", cloudId="c1")
    need = JiraNeed("project = OPS", ("issuekey", "summary", "status"), 100, server_id="c1")
    _, found, lacking = shown(body)
    assert (lacking, found) == ([need], ())
    blocks, found, _ = shown(body, {need: Issues((BUG, TASK), 150)})
    assert cells(table(blocks))[:2] == [["Key", "Summary", "Status"], ["OPS-1", "Pager is silent", "In Progress"]]
    assert blocks[1:] == (Paragraph((Link(Url(f"{JIRA}/issues/?jql=x"), (Text("2 of 150 issues"),)),), small=True),)
    assert found == ()
    blocks, found, _ = shown(body, {need: Unavailable("Jira refused")})
    assert isinstance(blocks[0], Card)
    assert [(each.code, "Jira refused" in each.message) for each in found] == [("datasource-unavailable", True)]


@pytest.mark.parametrize("parameters", [{"searchString": "x"}, {"jql": " "}, {"jql": 7}])
def test_other_live_lists_stay_links(parameters: dict[str, object]) -> None:
    blocks, found, lacking = shown(listing(**parameters))
    assert isinstance(blocks[0], Card)
    assert (codes(found), lacking) == (["datasource-unavailable"], [])


# --- On paper


@pytest.mark.slow
def test_eleven_columns_stay_on_the_page() -> None:
    long = dict.fromkeys(FIELDS, "Word and anotherword") | {"created": "2026-09-30", "updated": "2026-09-30"}
    many = tuple(
        Issue(f"LONGPROJECT-{n}", f"{JIRA}/browse/X-{n}", "Service request", "Waiting for customer", "yellow", long)
        for n in range(30)
    )
    body = jira(jqlQuery="project = OPS") + f"<p>{jira(key='OPS-1')}</p>"
    answers: dict[Need, Answer] = {BodyNeed("1"): Body("storage", body), LIST: Issues(many, 30), ONE: Issues((BUG,))}
    bundle = Bundle("Book", (PAGE,), (SPACE,), answers)
    template = load_template("default")
    options = Options(template, parse_settings(template.options, {}), timestamp=0)
    assert needs(bundle, options) == ()
    rendition = render(bundle, options)
    assert rendition.diagnostics == ()
    (entry,) = rendition.manifest["pages"]
    assert entry["macros"] == [{"name": "jira", "count": 2, "result": "shown"}]
