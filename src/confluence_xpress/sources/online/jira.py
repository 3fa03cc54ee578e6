"""Jira issues, from the Jira that belongs to a site of Confluence Cloud (its REST API v3)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from confluence_xpress.bundle import Answer, Issue, Issues, Unavailable
from confluence_xpress.needs import JiraNeed
from confluence_xpress.sources.online.cloud_json import convert
from confluence_xpress.sources.online.http import calls
from confluence_xpress.sources.online.http.connection import Connection
from confluence_xpress.sources.online.http.paging import Params

_AT_ONCE = 100
_COUNTED_AT_ONCE = 5_000
"""Issues in one answer; more if only their ids are asked for."""
_MOST_COUNTED = 100_000
_ID = re.compile(r"[a-z]+|customfield_\d+")
_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}")
_PARTS = ("issuekey", "issuetype", "status")
_WORDS = ("displayName", "name", "value", "key", "summary")
"""What says in short what an object of Jira is, best first."""


class _IssueJson(Struct):
    key: str = ""
    fields: Mapping[str, Any] | None = None


class _FoundJson(Struct, rename="camel"):
    issues: Sequence[_IssueJson] = ()
    is_last: bool | None = None
    next_page_token: str | None = None
    names: Mapping[str, str] | None = None


def issues(connection: Connection, need: JiraNeed) -> Answer:
    """The issues that are asked for. Raises what `Connection.json` raises."""
    deployment = connection.deployment
    if not deployment.jira:
        return Unavailable("there is no Jira at the same address")
    if (need.server or need.server_id) and need.server_id != deployment.cloud_id:
        return Unavailable(f"the issues are in another Jira ({need.server or need.server_id})")
    jql = f'key = "{need.key}"' if need.key else need.jql
    if not need.maximum:
        return Issues((), _count(connection, jql))
    named = any(not _ID.fullmatch(each) for each in need.fields)
    wanted = ["*all"] if named else [*need.fields, "issuetype", "status"]
    params: Params = [("jql", jql), ("expand", "names"), *(("fields", each) for each in dict.fromkeys(wanted))]
    found: list[_IssueJson] = []
    names: dict[str, str] = {}
    token: str | None = None
    while len(found) < need.maximum:
        size = min(_AT_ONCE, need.maximum - len(found))
        answer = _ask(connection, [*params, ("maxResults", size)], token)
        found += answer.issues
        names |= answer.names or {}
        token = answer.next_page_token
        if answer.is_last or not token or not answer.issues:
            break
    ids = {name.casefold(): field for field, name in names.items()}
    fields = {each: each if _ID.fullmatch(each) else ids.get(each.casefold(), "") for each in need.fields}
    total = len(found) if token is None else None
    made = tuple(_issue(issue, fields, deployment.origin) for issue in found[: need.maximum])
    return Issues(made, total, {field: names[field] for field in need.fields if field in names})


def _ask(connection: Connection, params: Params, token: str | None) -> _FoundJson:
    more = [("nextPageToken", token)] if token else []
    return convert(connection.json(calls.JIRA_SEARCH, [*params, *more]), _FoundJson, "Jira issues")


def _count(connection: Connection, jql: str) -> int:
    count, token = 0, None
    while count < _MOST_COUNTED:
        answer = _ask(connection, [("jql", jql), ("fields", "id"), ("maxResults", _COUNTED_AT_ONCE)], token)
        count += len(answer.issues)
        token = answer.next_page_token
        if answer.is_last or not token or not answer.issues:
            break
    return count


def _issue(issue: _IssueJson, fields: Mapping[str, str], origin: str) -> Issue:
    values = issue.fields or {}
    status = values.get("status")
    category = status.get("statusCategory") if isinstance(status, Mapping) else None
    color = category.get("colorName") if isinstance(category, Mapping) else None
    texts = {asked: plain(values.get(name)) for asked, name in fields.items() if name and asked not in _PARTS}
    return Issue(
        issue.key,
        f"{origin}/browse/{issue.key}",
        plain(values.get("issuetype")),
        plain(status),
        color if isinstance(color, str) else "",
        {name: text for name, text in texts.items() if text},
    )


def plain(value: object) -> str:
    """A field's value as text: names of people and things, days as ISO 8601, several separated by commas."""
    match value:
        case None | bool():
            return ""
        case str():
            found = _MOMENT.match(value)
            return found[1] if found else value.strip()
        case int() | float():
            return f"{value:g}" if isinstance(value, float) else str(value)
        case Mapping():
            if value.get("type") == "doc":
                return " ".join(_words(value)).strip()
            return next((plain(value[name]) for name in _WORDS if plain(value.get(name))), "")
        case Sequence():
            return ", ".join(text for text in map(plain, value) if text)
        case _:
            return ""


def _words(node: Mapping[str, Any]) -> list[str]:
    """The words of a text in Atlassian's document format."""
    words: list[str] = []
    waiting: list[object] = [node]
    while waiting:
        each = waiting.pop()
        if isinstance(each, Mapping):
            if isinstance(each.get("text"), str):
                words.append(each["text"].strip())
            inner = each.get("content")
            waiting += reversed(inner) if isinstance(inner, list) else []
    return words
