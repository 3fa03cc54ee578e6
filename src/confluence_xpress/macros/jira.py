"""The macros `jira` and `jiraissues`: one issue, a table of issues, or how many there are."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from urllib.parse import parse_qs, quote, urlsplit

from confluence_xpress.bundle import Issues, Unavailable
from confluence_xpress.lookup import PENDING
from confluence_xpress.macros.call import Call, Expansion, Otherwise
from confluence_xpress.macros.context import Context
from confluence_xpress.macros.issues import (
    DEFAULT,
    IN_A_LINE,
    Column,
    column,
    issue_line,
    issue_table,
    none_found,
    unfilled,
)
from confluence_xpress.model import Block, Blocks, Inline, Link, Notice, Paragraph, Placeholder, Text, Url
from confluence_xpress.model.build import collapse
from confluence_xpress.needs import JiraNeed

USUAL = 20
"""Issues in a table whose author says no number."""
MOST = 1_000
"""Issues in a table, as Confluence has it."""
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]*-\d{1,15}")
_BROWSED = re.compile(r"(?:/[^?#]*)?/browse/([A-Za-z][A-Za-z0-9_]*-\d{1,15})/?")
_FILTER = re.compile(r"[/:]searchrequest-[a-z]+/(\d+)/")
_BEFORE = re.compile(r"(https?://[^?#]*?)/(?:sr/|si/|browse/|issues/|secure/)", re.IGNORECASE)
_HINT = "Export from a site whose Jira you may read, or put the issues into the page."
_SEPARATORS = re.compile(r"\s*[;,]\s*")


def jira(call: Call, context: Context) -> Expansion | Otherwise:
    """Key, summary and status of an issue in the line; or a table of the issues that a query finds, or their number."""
    call.ignore("cache", "width", "height", "renderMode", "anonymous", "baseurl", "class", "template", "_parentId")
    call.ignore("breakoutMode", "breakoutWidth", "resolutionIds")
    url, key, jql = _asked(call)
    columns = _columns(call)
    counted = call.flag("count")
    summary = call.flag("showSummary", default=True)
    maximum = min(max(call.number("maximumIssues", "maximum", default=USUAL), 1), MOST)
    title = collapse(call.get("title")).strip()
    server, server_id = _server(call)
    base, own = _base(url), jira_of(context.site.base(context.page.space))
    if base and base.casefold() != own.casefold():
        server = server or base
    elif not server:
        base = own

    if key:
        need = issue_need(key, server, server_id)
    elif jql:
        fields = () if counted else tuple(dict.fromkeys(each.field for each in columns))
        need = JiraNeed(jql, fields, 0 if counted else maximum, server, server_id)
    else:
        return Otherwise(_left("it names no issues", "", url, inline=context.inline), "it names no issues")
    found = context.site.issues(need)
    if found is PENDING:
        return ()
    address = f"{base}/browse/{quote(key)}" if key else search_address(base, jql)
    link = address if base else url
    if isinstance(found, Unavailable) or (key and not found.issues):
        reason = found.reason if isinstance(found, Unavailable) else "Jira does not know it"
        left = (_to(link, key),) if key else _left(reason, jql, link, inline=context.inline)
        return Otherwise(left, reason, _HINT)
    if key:
        return issue_line(found.issues[0], summary=summary)
    if counted:
        return (_counted(found, link),)
    return table_of(found, columns, link, title, report=call.report)


def table_of(
    found: Issues, columns: Sequence[Column], link: str, title: str = "", *, report: Callable[[str, str], None]
) -> Blocks:
    """The issues as a table; what it leaves out is said below it. `link` is where a person sees them all.

    `report` is told the code and the message of what is left out for good.
    """
    if not found.issues:
        return none_found()
    dropped = unfilled(columns, found)
    if len(dropped) < len(columns):
        for each in dropped:
            report("macro-parameter-ignored", f"the column “{each.title}” is not known to Jira")
        columns = [each for each in columns if each not in dropped]
    result: list[Block] = [issue_table(columns, found, title)]
    if found.total is not None and found.total > len(found.issues):
        rest = f"{len(found.issues):,} of {found.total:,} issues"
        result.append(Paragraph((_to(link, rest),), small=True))
    return tuple(result)


def jira_of(base: str) -> str:
    """The base URL of the Jira beside a Confluence Cloud site of this base URL; empty for any other site."""
    return base.removesuffix("/wiki") if base.endswith("/wiki") else ""


def issue_need(key: str, server: str = "", server_id: str = "") -> JiraNeed:
    """What to ask for, to show one issue in a line of text."""
    return JiraNeed("", IN_A_LINE, 1, server, server_id, key)


def search_address(base: str, jql: str) -> str:
    """Where a person sees what a query finds."""
    return f"{base}/issues/?jql={quote(jql, safe='', errors='replace')}"


def issue_key(href: str, base: str) -> str:
    """The key of the issue that an address in the Jira of this base URL shows; empty if it shows none."""
    if not base:
        return ""
    try:
        parts, own = urlsplit(href), urlsplit(base)
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or parts.netloc.casefold() != own.netloc.casefold():
        return ""
    found = _BROWSED.fullmatch(parts.path.removeprefix(own.path))
    return found[1].upper() if found else ""


def _asked(call: Call) -> tuple[str, str, str]:
    """Address, key and query that the macro names, as far as it does."""
    url, key, jql = call.get("url"), call.get("key"), call.get("jqlQuery", "jql")
    if value := call.get("", "issues"):
        # Old pages name what they mean without saying what it is.
        if _KEY.fullmatch(value):
            key = key or value
        elif "://" in value:
            url = url or value
        else:
            jql = jql or value
    if url and not (key or jql):
        key, jql = _in_address(url)
    if key and not _KEY.fullmatch(key):
        # Some pages have several keys where one belongs.
        keys = [each for each in _SEPARATORS.split(key) if _KEY.fullmatch(each)]
        key, jql = "", jql or (f"key in ({', '.join(keys)})" if keys else "")
    return url, key.upper(), collapse(jql).strip()


def _in_address(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
        values = parse_qs(parts.query, max_num_fields=100)
    except ValueError:
        return "", ""
    if found := _BROWSED.fullmatch(parts.path):
        return found[1], ""
    if query := values.get("jqlQuery") or values.get("jql"):
        return "", query[0]
    number = _FILTER.search(parts.path)
    return "", f"filter = {number[1]}" if number and number[1] != "0" else ""


def _columns(call: Call) -> list[Column]:
    names = [name for name in _SEPARATORS.split(call.get("columns")) if name]
    ids = [name for name in _SEPARATORS.split(call.get("columnIds")) if name]
    if ids and len(ids) == len(names):
        chosen = [column(field, name) for field, name in zip(ids, names, strict=True)]
    else:
        chosen = [column(name) for name in names or ids]
    return list(dict.fromkeys(chosen)) or list(DEFAULT)


def _server(call: Call) -> tuple[str, str]:
    """Name and id of the link to Jira, if it is not the site's own: that has a name of which Confluence knows one."""
    name, ident = call.get("server"), call.get("serverId")
    return ("", "") if name.casefold() in ("system jira", "jira system") else (name, ident)


def _base(url: str) -> str:
    """The base URL of the Jira that an address is in; empty if it can't be told."""
    found = _BEFORE.match(url)
    return found[1] if found else ""


def _counted(found: Issues, link: str) -> Inline:
    count = len(found.issues) if found.total is None else found.total
    return _to(link, "1 issue" if count == 1 else f"{count:,} issues")


def _to(link: str, text: str) -> Inline:
    return Link(Url(link), (Text(text),)) if link else Text(text)


def _left(reason: str, jql: str, link: str, *, inline: bool) -> Expansion:
    """What is shown without Jira: the query, with a link."""
    shown = (_to(link, jql or link),) if jql or link else ()
    if inline:
        return (Placeholder("issues of Jira"), Text(" "), *shown)
    return (Notice(f"Issues of Jira are not shown here: {reason}", (Paragraph(shown),) if shown else ()),)
