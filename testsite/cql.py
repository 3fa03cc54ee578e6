"""CQL: what a small site understands of it. Anything else is refused, as a real site refuses what it can't parse."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn, TypeVar

_TOKEN = re.compile(
    r"""\s*(?:(?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?P<op>!=|!~|<=|>=|=|~|<|>|\(|\)|,)|(?P<word>[^\s"'=!~<>(),]+))"""
)
_FIELDS = {
    "id": "id",
    "content": "id",
    "space": "space",
    "space.key": "space",
    "type": "type",
    "label": "label",
    "title": "title",
    "text": "text",
    "ancestor": "ancestor",
    "parent": "parent",
    "container": "container",
    "creator": "creator",
    "contributor": "contributor",
    "created": "created",
    "lastmodified": "lastmodified",
    "lastmodifieddate": "lastmodified",
}
ORDERS = ("id", "title", "created", "lastmodified", "space", "type")
_EQUAL = ("=", "!=", "in", "not in")
_OPERATORS = {
    "title": (*_EQUAL, "~", "!~"),
    "text": ("~", "!~"),
    "created": ("=", "!=", "<", "<=", ">", ">="),
    "lastmodified": ("=", "!=", "<", "<=", ">", ">="),
}
_FUNCTIONS = ("now", "currentuser", "currentspace", "currentcontent")
_AGO = re.compile(r"([+-]?\d+)([mhdwMy])")
_UNITS = {"m": 1 / 1440, "h": 1 / 24, "d": 1, "w": 7, "M": 30, "y": 365}
_DATES = ("%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%d", "%Y/%m/%d")
Subject = TypeVar("Subject")


class CqlError(ValueError):
    """A query that can't be understood."""


@dataclass(frozen=True, slots=True)
class Context:
    """What functions stand for."""

    account: str | None = None
    space: str = ""
    content: str = ""


@dataclass(frozen=True, slots=True)
class Clause:
    """`field operator values`. A date is written as ISO 8601."""

    field: str
    operator: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Both:
    """All of them."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """Any of them."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Not so."""

    part: Expression


Expression = Clause | Both | Either | Not


@dataclass(frozen=True, slots=True)
class Query:
    """A query: what is looked for (None: everything), and the order, each with whether it falls."""

    where: Expression | None
    order: tuple[tuple[str, bool], ...]


def parse(text: str, context: Context) -> Query:
    """A query. CqlError if it's not one."""
    return _Parser(text, context).query()


def holds(expression: Expression | None, clause: Callable[[Clause], bool]) -> bool:
    """Whether an expression holds, if `clause` says whether a clause does."""
    match expression:
        case None:
            return True
        case Both(parts):
            return all(holds(part, clause) for part in parts)
        case Either(parts):
            return any(holds(part, clause) for part in parts)
        case Not(part):
            return not holds(part, clause)
        case Clause():
            return clause(expression)


class _Parser:
    def __init__(self, text: str, context: Context) -> None:
        self._text = text
        self._context = context
        self._tokens: list[tuple[str, str]] = []
        self._at = 0
        place = 0
        while text[place:].strip():
            match = _TOKEN.match(text, place)
            if match is None:
                self._fail(f"unexpected '{text[place:].strip()[:20]}'")
            place = match.end()
            self._tokens.append((str(match.lastgroup), match[str(match.lastgroup)]))

    def query(self) -> Query:
        if not self._tokens:
            self._fail("the query is empty")
        where = None if self._is("order") else self._either()
        order: list[tuple[str, bool]] = []
        if self._word("order"):
            if not self._word("by"):
                self._fail("'by' is missing after 'order'")
            while True:
                order.append(self._order())
                if not self._op(","):
                    break
        if self._at < len(self._tokens):
            self._fail(f"unexpected '{self._tokens[self._at][1]}'")
        return Query(where, tuple(order))

    def _order(self) -> tuple[str, bool]:
        name = _FIELDS.get(self._take("word").lower(), "")
        if name not in ORDERS:
            self._fail("the results can't be ordered by this field")
        falls = self._word("desc")
        if not falls:
            self._word("asc")
        return name, falls

    def _either(self) -> Expression:
        parts = [self._both()]
        while self._word("or"):
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def _both(self) -> Expression:
        parts = [self._term()]
        while self._word("and"):
            parts.append(self._term())
        return parts[0] if len(parts) == 1 else Both(tuple(parts))

    def _term(self) -> Expression:
        if self._word("not"):
            return Not(self._term())
        if self._op("("):
            inner = self._either()
            if not self._op(")"):
                self._fail("')' is missing")
            return inner
        return self._clause()

    def _clause(self) -> Clause:
        name = self._take("word")
        field = _FIELDS.get(name.lower())
        if field is None:
            self._fail(f"the field '{name}' is not known")
        if self._word("not"):
            if not self._word("in"):
                self._fail("'in' is missing after 'not'")
            operator = "not in"
        else:
            operator = "in" if self._word("in") else self._take("op")
        if operator not in _OPERATORS.get(field, _EQUAL):
            self._fail(f"the operator '{operator}' does not fit the field '{name}'")
        values = self._values() if operator in {"in", "not in"} else (self._value(),)
        if field in {"created", "lastmodified"}:
            values = tuple(self._date(value) for value in values)
        return Clause(field, operator, values)

    def _values(self) -> tuple[str, ...]:
        if not self._op("("):
            self._fail("a list in parentheses is missing")
        values = [self._value()]
        while self._op(","):
            values.append(self._value())
        if not self._op(")"):
            self._fail("')' is missing")
        return tuple(values)

    def _value(self) -> str:
        if self._at < len(self._tokens) and self._tokens[self._at][0] == "string":
            text = self._take("string")[1:-1]
            return re.sub(r"\\(.)", r"\1", text)
        word = self._take("word")
        if not self._op("("):
            return word
        argument = "" if self._is(")") else self._value()
        if not self._op(")") or word.lower() not in _FUNCTIONS:
            self._fail(f"the function '{word}' is not known")
        return self._call(word.lower(), argument)

    def _call(self, function: str, argument: str) -> str:
        if function == "now":
            time = dt.datetime.now(dt.UTC)
            if argument:
                if (match := _AGO.fullmatch(argument)) is None:
                    self._fail(f"'{argument}' is no period")
                time += dt.timedelta(days=int(match[1]) * _UNITS[match[2]])
            return time.isoformat()
        value = {
            "currentuser": self._context.account,
            "currentspace": self._context.space,
            "currentcontent": self._context.content,
        }[function]
        if not value:
            self._fail(f"'{function}()' needs a context")
        return value

    def _date(self, text: str) -> str:
        for form in _DATES:
            try:
                return dt.datetime.strptime(text, form).replace(tzinfo=dt.UTC).isoformat()
            except ValueError:
                continue
        try:
            return dt.datetime.fromisoformat(text).isoformat()
        except ValueError:
            self._fail(f"'{text}' is no date")

    def _is(self, text: str) -> bool:
        if self._at >= len(self._tokens):
            return False
        kind, found = self._tokens[self._at]
        return kind != "string" and found.lower() == text

    def _word(self, text: str) -> bool:
        """Whether this word is next; then it is taken."""
        found = self._is(text)
        self._at += found
        return found

    _op = _word

    def _take(self, kind: str) -> str:
        if self._at >= len(self._tokens):
            self._fail("the query ends too early")
        found, text = self._tokens[self._at]
        if found != kind:
            self._fail(f"unexpected '{text}'")
        self._at += 1
        return text

    def _fail(self, why: str) -> NoReturn:
        raise CqlError(f"Could not parse cql : {self._text} ({why})")
