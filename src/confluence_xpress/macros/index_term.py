"""The `scroll-indexterm` macro of K15t's Scroll apps."""

from __future__ import annotations

from confluence_xpress.macros.call import Call, Expansion
from confluence_xpress.model import IndexTerm
from confluence_xpress.model.build import collapse

_LEVELS = (("", "primary", "term"), ("secondary",), ("tertiary",))


def index_term(call: Call) -> Expansion:
    """An entry in the index at the end of the book; prints nothing."""
    given = [collapse(call.get(*names)).strip() for names in _LEVELS]
    terms = tuple(term for term in given if term)
    return (IndexTerm(terms),) if terms else ()
