"""Search: CQL over pages and all the rest, as of what the index knows."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from testsite.cql import Clause, Context, CqlError, Query, holds, parse
from testsite.cursors import Listing, listing
from testsite.exchange import Refusal, Request
from testsite.markup import to_adf
from testsite.model import File, Page
from testsite.state import State
from testsite.times import parse as parse_time
from testsite.visibility import visible


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found: a page, or one of its files."""

    page: Page
    file: File | None = None

    @property
    def id(self) -> str:
        """Its id."""
        return self.file.id if self.file else self.page.id

    @property
    def kind(self) -> str:
        """Its type in CQL."""
        return "attachment" if self.file else self.page.kind

    @property
    def title(self) -> str:
        """Its title."""
        return self.file.title if self.file else self.page.title

    @property
    def created(self) -> str:
        """When it was made."""
        return self.file.versions()[0].created if self.file else self.page.created

    @property
    def updated(self) -> str:
        """When it was changed last."""
        return self.file.created if self.file else self.page.updated


def search(state: State, request: Request) -> Listing[Hit]:
    """What the caller's CQL finds, in its order; without one, by id."""
    cql = request.value("cql")
    context = _context(request)
    statuses = frozenset(context.get("contentStatuses") or ("current",))
    lookup = Context(request.account, str(context.get("spaceKey") or ""), str(context.get("contentId") or ""))
    try:
        query = parse(cql, lookup)
    except CqlError as error:
        prefix = (
            "com.atlassian.confluence.api.service.exceptions.BadRequestException: " if state.kind == "cloud" else ""
        )
        raise Refusal(400, f"{prefix}{error}") from None
    hidden = frozenset(state.content.unindexed)
    key = ("search", state.kind, cql, repr(sorted(context.items())), request.account, hidden)
    return state.content.remember(key, lambda: _select(state, request, query, statuses, hidden))


def _context(request: Request) -> dict[str, Any]:
    text = request.value("cqlcontext")
    if not text:
        return {}
    try:
        found = json.loads(text)
    except ValueError:
        raise Refusal(400, "Could not parse the cqlcontext.") from None
    return found if isinstance(found, dict) else {}


def _select(
    state: State, request: Request, query: Query, statuses: frozenset[str], hidden: frozenset[str]
) -> Listing[Hit]:
    seen = visible(state.content, request.account)
    hits: list[Hit] = []
    for page in state.content.pages():
        if page.id not in seen or page.status not in statuses or not state.has(page):
            continue
        found = (Hit(page), *(Hit(page, file) for file in page.files))
        hits += [hit for hit in found if hit.id not in hidden and holds(query.where, _tester(state, hit))]
    order = query.order or (("id", False),)
    keys = [(_ORDER[name], falls) for name, falls in order]
    placed = [((*(key(hit) for key, _ in keys), _number(hit)), hit) for hit in hits]
    return listing(placed, (*(falls for _, falls in keys), False))


def _number(hit: Hit) -> int:
    return int(hit.id.removeprefix("att"))


_ORDER: dict[str, Callable[[Hit], Any]] = {
    "id": _number,
    "title": lambda hit: hit.title.casefold(),
    "created": lambda hit: hit.created,
    "lastmodified": lambda hit: hit.updated,
    "space": lambda hit: hit.page.space,
    "type": lambda hit: hit.kind,
}


def _tester(state: State, hit: Hit) -> Callable[[Clause], bool]:
    def test(clause: Clause) -> bool:
        if clause.field in {"created", "lastmodified"}:
            return _compare(hit.created if clause.field == "created" else hit.updated, clause)
        if clause.operator in {"~", "!~"}:
            return _contains(hit, clause) == (clause.operator == "~")
        held = _held(state, hit, clause.field)
        wanted = {value.casefold() for value in clause.values}
        return bool(held & wanted) == (clause.operator in {"=", "in"})

    return test


def _held(state: State, hit: Hit, field: str) -> set[str]:
    page = hit.page
    match field:
        case "id":
            return {hit.id, hit.id.removeprefix("att")}
        case "space":
            return {page.space.casefold()}
        case "type":
            return {hit.kind}
        case "label":
            return {name.casefold() for name in page.labels} if hit.file is None else set()
        case "title":
            return {hit.title.casefold()}
        case "ancestor":
            return {above.id for above in state.content.ancestors(page)} if hit.file is None else set()
        case "parent":
            return {page.parent or ""} if hit.file is None else set()
        case "container":
            space = state.content.spaces[page.space]
            return {page.id} if hit.file else {space.id, space.key.casefold()}
        case _:
            people = {hit.file.author if hit.file else page.author}
            if field == "contributor" and hit.file is None:
                people |= {version.author for version in page.versions()}
            names = {
                name
                for account in people
                if (user := state.content.users.get(account))
                for name in (user.username, user.key)
            }
            return {name.casefold() for name in people | names}


def _contains(hit: Hit, clause: Clause) -> bool:
    """Every word of the value starts a word of the text; `*` is where it may go on."""
    text = hit.title if clause.field == "title" or hit.file else f"{hit.title} {to_adf(hit.page.body)}"
    words = text.casefold().split()
    wanted = clause.values[0].casefold().replace("*", "").split()
    return all(any(word.strip('.,:;()[]{}"').startswith(part) for word in words) for part in wanted)


def _compare(time: str, clause: Clause) -> bool:
    mine, other = parse_time(time), parse_time(clause.values[0])
    if clause.operator in {"=", "!="}:
        return (mine.date() == other.date()) == (clause.operator == "=")
    return {"<": mine < other, "<=": mine <= other, ">": mine > other, ">=": mine >= other}[clause.operator]
