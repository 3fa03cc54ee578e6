"""Issues of Jira as Confluence shows them: one in a line of text, or many as a table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from confluence_xpress.bundle import Issue, Issues
from confluence_xpress.model import (
    Blocks,
    Cell,
    Date,
    Inline,
    Inlines,
    Link,
    Mark,
    Paragraph,
    Row,
    Status,
    Table,
    Text,
    Url,
)
from confluence_xpress.model.build import collapse
from confluence_xpress.model.inlines import StatusColor

IN_A_LINE = ("summary", "status", "issuetype")
"""The fields that an issue in a line of text needs."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table of issues: a field, what stands above it, and how wide it is among the others."""

    field: str
    title: str
    width: float = 100


_COLORS: Mapping[str, StatusColor] = {
    # Jira says yellow for what is in progress, and shows it in blue.
    "yellow": "blue",
    "blue": "blue",
    "green": "green",
    "warm-red": "red",
    "red": "red",
    "brown": "yellow",
    "purple": "purple",
}
_KNOWN = (
    Column("issuetype", "Type", 80),
    Column("issuekey", "Key", 75),
    Column("summary", "Summary", 260),
    Column("assignee", "Assignee"),
    Column("reporter", "Reporter"),
    Column("priority", "Priority", 75),
    Column("status", "Status", 110),
    Column("resolution", "Resolution"),
    Column("created", "Created"),
    Column("updated", "Updated"),
    Column("duedate", "Due"),
    Column("resolutiondate", "Resolved"),
    Column("creator", "Creator"),
    Column("project", "Project"),
    Column("parent", "Parent"),
    Column("components", "Components"),
    Column("fixVersions", "Fix versions"),
    Column("versions", "Affects versions"),
    Column("labels", "Labels"),
    Column("environment", "Environment"),
    Column("description", "Description", 260),
    Column("security", "Security level"),
    Column("subtasks", "Sub-tasks"),
    Column("issuelinks", "Linked issues"),
    Column("votes", "Votes"),
    Column("watches", "Watchers"),
    Column("workratio", "Work ratio"),
    Column("timeoriginalestimate", "Original estimate"),
    Column("timeestimate", "Remaining estimate"),
    Column("timespent", "Time spent"),
    Column("aggregatetimeoriginalestimate", "Σ Original estimate"),
    Column("aggregatetimeestimate", "Σ Remaining estimate"),
    Column("aggregatetimespent", "Σ Time spent"),
    Column("progress", "Progress"),
    Column("aggregateprogress", "Σ Progress"),
    Column("lastViewed", "Last viewed"),
)
DEFAULT = _KNOWN[:11]
"""The columns of Confluence's macro if its author chose none."""
# How the macro calls columns, in old and new versions; without what is no letter.
_ALIASES = {
    "type": "issuetype",
    "key": "issuekey",
    "issue": "issuekey",
    "due": "duedate",
    "resolved": "resolutiondate",
    "component": "components",
    "components": "components",
    "fixversion": "fixVersions",
    "fixversions": "fixVersions",
    "fixfor": "fixVersions",
    "version": "versions",
    "versions": "versions",
    "affectsversions": "versions",
    "affectedversions": "versions",
    "watchers": "watches",
    "link": "issuekey",
}
_BY_NAME = {column.field.casefold(): column for column in _KNOWN}
_NO_WORD = re.compile(r"[\W_]+")
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ]\d{2}:\d{2}\S*)?")


def column(name: str, title: str = "") -> Column:
    """The column that a macro or a list calls so; `title` is what the author sees above one that nobody knows."""
    plain = _NO_WORD.sub("", name).casefold()
    known = _BY_NAME.get(_ALIASES.get(plain, plain).casefold())
    return known or Column(name, title or name)


def unfilled(columns: Iterable[Column], found: Issues) -> list[Column]:
    """Columns that no issue has anything for, of fields that neither Jira nor anybody else knows."""
    known = {*_BY_NAME, *(name.casefold() for name in found.names)}
    filled = {field for issue in found.issues for field, value in issue.fields.items() if value}
    return [each for each in columns if each.field not in filled and each.field.casefold() not in known]


def issue_table(columns: Iterable[Column], found: Issues, title: str = "") -> Table:
    """A table with a row for each issue."""
    shown = tuple(columns)
    head = Row(tuple(Cell((Paragraph((Text(_title(each, found)),)),), header=True) for each in shown))
    rows = (Row(tuple(Cell(_cell(issue, each.field)) for each in shown)) for issue in found.issues)
    return Table((head, *rows), tuple(each.width for each in shown), caption=(Text(title),) if title else ())


def issue_line(issue: Issue, *, summary: bool = True) -> Inlines:
    """Key, summary and status of one issue."""
    words = collapse(issue.fields.get("summary", "")).strip() if summary else ""
    parts: list[Inline] = [_linked(issue, issue.key)]
    if words:
        parts.append(Text(f" – {words}"))
    return (*parts, *status_after(issue))


def status_after(issue: Issue) -> Inlines:
    """An issue's status behind other text; nothing if it is not known."""
    lozenge = _status(issue)
    return (Text(" "), lozenge) if lozenge else ()


def headline(issue: Issue) -> str:
    """Key and summary as the text of a link."""
    words = collapse(issue.fields.get("summary", "")).strip()
    return f"{issue.key}: {words}" if words else issue.key


def _title(shown: Column, found: Issues) -> str:
    if shown.field.casefold() in _BY_NAME:
        return shown.title
    return collapse(found.names.get(shown.field, "")).strip() or shown.title


def _cell(issue: Issue, field: str) -> Blocks:
    content: Inlines
    match field:
        case "issuekey":
            content = (_linked(issue, issue.key),)
        case "issuetype":
            content = _value(issue.type)
        case "status":
            lozenge = _status(issue)
            content = (lozenge,) if lozenge else ()
        case "summary":
            words = collapse(issue.fields.get(field, "")).strip()
            content = (_linked(issue, words),) if words else ()
        case _:
            content = _value(issue.fields.get(field, ""))
    return (Paragraph(content),) if content else ()


def _value(value: str) -> Inlines:
    text = collapse(value).strip()
    if not text:
        return ()
    day = _DAY.fullmatch(text)
    return (Date(day[1]),) if day else (Text(text),)


def _linked(issue: Issue, text: str) -> Inline:
    return Link(Url(issue.url), (Text(text),)) if issue.url else Text(text)


def _status(issue: Issue) -> Status | None:
    text = collapse(issue.status).strip()
    return Status(text, _COLORS.get(issue.color.casefold(), "neutral")) if text else None


def none_found() -> Blocks:
    """What stands in the place of a table without rows."""
    return (Paragraph((Mark("emphasis", (Text("No issues found."),)),)),)
