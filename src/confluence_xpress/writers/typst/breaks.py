"""Break opportunities inside long words, so that no address or identifier leaves its box.

A zero-width space would end up in copied text; a space of next to no width (the template's `sb`) does not.
"""

from __future__ import annotations

from confluence_xpress.model.text import line_pieces
from confluence_xpress.writers.typst.escape import clean, markup

BREAK = "#sb;"


def breakable(text: str, limit: int) -> str:
    """Markup of a text, with break opportunities in words of more than `limit` characters."""
    if len(text) <= limit:
        return markup(text)
    return BREAK.join([markup(piece) for piece in line_pieces(clean(text), limit)])
