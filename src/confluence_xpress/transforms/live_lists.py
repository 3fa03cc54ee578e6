"""Cards that show the result of a query: the issues of Jira as a table, of all others a link."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from confluence_xpress.bundle import Page, Unavailable
from confluence_xpress.diagnostics import Diagnostic
from confluence_xpress.lookup import PENDING, Site
from confluence_xpress.macros.issues import DEFAULT, Column, column
from confluence_xpress.macros.jira import jira_of, search_address, table_of
from confluence_xpress.model import Blocks, Card, Url
from confluence_xpress.model.build import collapse
from confluence_xpress.model.text import inline_text, target_text
from confluence_xpress.needs import JiraNeed

MOST = 100
"""Issues of a list, which has no end of its own: on the screen it goes on for as long as one scrolls."""


@dataclass(frozen=True, slots=True)
class _Query:
    """What a list of issues asks Jira for."""

    jql: str
    cloud: str
    columns: tuple[Column, ...]


def live_list(node: Card, site: Site, page: Page) -> tuple[Blocks, tuple[Diagnostic, ...]]:
    """What a card becomes: the issues that its query finds, else the link that it is, with what to say about it."""
    if not node.datasource:
        return (node,), ()
    name = inline_text(node.content) or target_text(node.target)
    reason = ""
    if query := _jira(node.datasource):
        fields = tuple(each.field for each in query.columns)
        found = site.issues(JiraNeed(query.jql, fields, MOST, server_id=query.cloud))
        if found is PENDING:
            return (node,), ()
        if not isinstance(found, Unavailable):
            link = target_text(node.target) if isinstance(node.target, Url) else ""
            base = jira_of(site.base(page.space))
            lost: list[Diagnostic] = []
            blocks = table_of(
                found,
                query.columns,
                link or (search_address(base, query.jql) if base else ""),
                report=lambda code, message: lost.append(Diagnostic(code, message, place="card")),
            )
            return blocks, tuple(lost)
        reason = f": {found.reason}"
        name = name or query.jql
    message = f"the live list “{name}” is shown as a link{reason}"
    return (node,), (Diagnostic("datasource-unavailable", message, place="card"),)


def _jira(datasource: str) -> _Query | None:
    """The query of a list of Jira's issues; None for a list of anything else."""
    try:
        value = json.loads(datasource)
    except (ValueError, RecursionError):
        return None
    settings = _mapping(_mapping(value).get("parameters"))
    jql = settings.get("jql")
    if not isinstance(jql, str) or not jql.strip():
        return None
    cloud = settings.get("cloudId")
    columns = tuple(dict.fromkeys(_columns(value)))
    return _Query(collapse(jql).strip(), cloud if isinstance(cloud, str) else "", columns or DEFAULT)


def _columns(value: Any) -> list[Column]:
    views = value.get("views")
    for view in views if isinstance(views, list) else ():
        columns = _mapping(_mapping(view).get("properties")).get("columns")
        if isinstance(columns, list):
            keys = (_mapping(each).get("key") for each in columns)
            return [column(key) for key in keys if isinstance(key, str) and key]
    return []


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
