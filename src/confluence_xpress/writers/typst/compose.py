"""Which text has signs that are set together: a letter and its marks, the parts of an emoji or of a syllable.

Fonts have rules for these (their feature `ccmp`). Applying them takes a tenth of the typesetter's time, and most text
has nothing that they concern: the template turns them off, and back on in what is written here.
"""

from __future__ import annotations

import re

# All but common signs and the Latin, Greek and Cyrillic letters that text and code font have. `l·l` is one in Catalan.
_COMPOSITE = re.compile(
    "[^\x00-\u01dd\u0218-\u021b\u0370-\u0475\u048a-\u04d1\u1ea0-\u1ef9\u2000-\u200b\u200e-\u206f\u20a0-\u20cf\u2100-\u218f"
    "\u2190-\u2199\u2200-\u2203\u2212\u221a\u221e\u2248\u2260\u2264\u2265\u2300-\u2328\u232b-\u25ff]|[Ll]\u00b7[Ll]"
)
# Emoji are set by a function that has the rules on.
_EMOJI = re.compile(r'emoji\("[^"]*"\)')
_CALL = "#composed["


def compose(written: str) -> str:
    """Markup of a block, in a call of the template's `composed` if its text needs it."""
    if written.isascii() or written.startswith(_CALL) or not _COMPOSITE.search(_EMOJI.sub("", written)):
        return written
    return f"{_CALL}{written}]"
