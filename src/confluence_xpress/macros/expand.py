"""The `expand` macro."""

from __future__ import annotations

from confluence_xpress.macros.call import Call, Expansion
from confluence_xpress.model import Expand
from confluence_xpress.model.build import collapse


def expand(call: Call) -> Expansion:
    """A foldable box; its title may be the unnamed parameter."""
    call.ignore("breakoutMode", "breakoutWidth")
    return (Expand(collapse(call.get("title", "")), call.body),)
