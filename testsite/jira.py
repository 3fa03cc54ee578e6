"""Jira beside Confluence: the search for issues."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from typing import Any

from testsite.exchange import Refusal, Reply, Request, json_reply
from testsite.model import Issue
from testsite.routes import Route
from testsite.state import State
from testsite.tokens import Scopes

_SCOPES: Scopes = (frozenset({"read:jira-work"}), frozenset({"read:issue-details:jira", "read:jql:jira"}))
_COLORS = {"new": "blue-gray", "indeterminate": "yellow", "done": "green"}
_CLAUSE = re.compile(
    r"""\s*(?P<field>\w+)\s*(?:(?P<op>=|!=)\s*(?P<value>"[^"]*"|'[^']*'|[\w.-]+)"""
    r"""|(?P<not>not\s+)?in\s*\((?P<list>[^)]*)\))\s*""",
    re.IGNORECASE,
)
_ORDER = re.compile(r"\s*\border\s+by\s+(?P<fields>[\w\s,]+)$", re.IGNORECASE)


def jira_routes() -> list[Route]:
    """The calls."""
    return [
        Route("GET", "/rest/api/3/search/jql", search, _SCOPES),
        Route("GET", "/rest/api/3/issue/{key}", issue, _SCOPES),
    ]


def search(state: State, request: Request) -> Reply:
    """Issues by JQL: equality, lists, `and`, `order by`."""
    found = select(_issues(state, request), request.value("jql"))
    most = request.number("maxResults", 50, 1, 5000)
    start = _offset(request.value("nextPageToken"))
    shown = found[start : start + most]
    fields = request.values("fields")
    last = start + most >= len(found)
    made: dict[str, Any] = {"issues": [_shape(state, known, fields) for known in shown], "isLast": last}
    if not last:
        made["nextPageToken"] = base64.urlsafe_b64encode(f"n{start + most}".encode()).decode()
    return json_reply(made, objects=len(shown))


def issue(state: State, request: Request, key: str) -> Reply:
    """One issue."""
    found = next((known for known in _issues(state, request) if known.key == key), None)
    if found is None:
        raise _errors(404, "Issue does not exist or you do not have permission to see it.")
    return json_reply(_shape(state, found, request.values("fields")), objects=1)


def _issues(state: State, request: Request) -> list[Issue]:
    if state.content.issues is None:
        raise Refusal(404)
    return [known for known in state.content.issues if known.readers is None or request.account in known.readers]


def select(issues: list[Issue], jql: str) -> list[Issue]:
    """The issues that a query finds, in its order."""
    order = _ORDER.search(jql)
    text = jql[: order.start()] if order else jql
    tests: list[Callable[[Issue], bool]] = []
    for clause in re.split(r"\s+and\s+", text.strip(), flags=re.IGNORECASE) if text.strip() else ():
        if (match := _CLAUSE.fullmatch(clause)) is None:
            raise _errors(400, f"Error in the JQL Query: unexpected '{clause}'.")
        tests.append(_test(match, issues))
    found = [known for known in issues if all(test(known) for test in tests)]
    for part in reversed(order["fields"].split(",") if order else []):
        name, _, way = part.strip().partition(" ")
        found.sort(key=_key(name.lower()), reverse=way.strip().lower() == "desc")
    return found


def _test(match: re.Match[str], issues: list[Issue]) -> Callable[[Issue], bool]:
    given = [match["value"]] if match["op"] else match["list"].split(",")
    values = {text.strip().strip("\"'").casefold() for text in given}
    wanted = match["op"] == "=" or bool(match["list"] is not None and not match["not"])
    field = match["field"].lower()
    key = _key(field)
    if field in {"key", "issuekey", "issue"}:
        known = {issue.key.casefold() for issue in issues}
        if missing := sorted(values - known):
            raise _errors(400, f"An issue with key '{missing[0].upper()}' does not exist for field '{field}'.")

    def test(issue: Issue) -> bool:
        value = key(issue)
        held = {text.casefold() for text in value} if isinstance(value, tuple) else {str(value).casefold()}
        return bool(held & values) == wanted

    return test


def _key(field: str) -> Callable[[Issue], Any]:
    keys: dict[str, Callable[[Issue], Any]] = {
        "key": lambda issue: issue.key,
        "issuekey": lambda issue: issue.key,
        "issue": lambda issue: issue.key,
        "project": lambda issue: issue.key.rpartition("-")[0],
        "status": lambda issue: issue.status,
        "type": lambda issue: issue.type,
        "issuetype": lambda issue: issue.type,
        "priority": lambda issue: issue.priority,
        "assignee": lambda issue: issue.assignee,
        "labels": lambda issue: issue.labels,
        "created": lambda issue: issue.created,
        "updated": lambda issue: issue.updated,
        "duedate": lambda issue: issue.due,
        "summary": lambda issue: issue.summary,
    }
    if field not in keys:
        raise _errors(400, f"Field '{field}' does not exist or you do not have permission to view it.")
    return keys[field]


def _shape(state: State, issue: Issue, fields: list[str]) -> dict[str, Any]:
    """An issue with the fields asked for: none unless some are named."""
    category = {"id": 2, "key": issue.category, "colorName": _COLORS[issue.category], "name": issue.category}
    all_fields: dict[str, Any] = {
        "summary": issue.summary,
        "status": {"name": issue.status, "id": "1", "statusCategory": category},
        "issuetype": {"name": issue.type, "id": "1", "subtask": False},
        "priority": {"name": issue.priority, "id": "3"},
        "assignee": {"displayName": issue.assignee, "active": True} if issue.assignee else None,
        "created": issue.created.replace("Z", "+0000"),
        "updated": issue.updated.replace("Z", "+0000"),
        "duedate": issue.due or None,
        "resolution": {"name": issue.resolution} if issue.resolution else None,
        "labels": list(issue.labels),
        "fixVersions": [{"name": name} for name in issue.fix_versions],
        "components": [{"name": name} for name in issue.components],
        "project": {"key": issue.key.rpartition("-")[0]},
    }
    every = "*all" in fields or "*navigable" in fields
    number = str(10_000 + int(issue.key.rpartition("-")[2] or 0))
    made: dict[str, Any] = {"id": number, "key": issue.key, "self": f"{state.origin}/rest/api/3/issue/{number}"}
    shown = {name: value for name, value in all_fields.items() if every or name in fields}
    return {**made, "fields": shown} if fields else made


def _offset(token: str) -> int:
    if not token:
        return 0
    try:
        return int(base64.urlsafe_b64decode(token).decode().removeprefix("n"))
    except ValueError:
        raise _errors(400, "The provided next page token is invalid or expired.") from None


def _errors(status: int, message: str) -> Refusal:
    return Refusal(status, message, body={"errorMessages": [message], "errors": {}})
