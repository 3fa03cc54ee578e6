"""Emoji by their code points or classic names."""

from __future__ import annotations

import re

from confluence_xpress.model import Emoji
from confluence_xpress.model.emoji import ATLASSIAN

_CODE_POINTS = re.compile(r"[0-9a-f]{2,6}(-[0-9a-f]{2,6})*")
_CLASSIC = {
    "smile": "🙂",
    "sad": "🙁",
    "cheeky": "😛",
    "laugh": "😄",
    "wink": "😉",
    "thumbs-up": "👍",
    "thumbs-down": "👎",
    "information": "ℹ️",
    "tick": "✅",
    "cross": "❌",
    "warning": "⚠️",
    "plus": "➕",
    "minus": "➖",
    "question": "❓",
    "light-on": "💡",
    "light-off": "💡",
    "yellow-star": "⭐",
    "red-star": "⭐",
    "green-star": "⭐",
    "blue-star": "⭐",
    "heart": "❤️",
    "broken-heart": "💔",
}
"""Names of the old editor; which character they get is our choice."""


def emoji(name: str = "", short_name: str = "", emoji_id: str = "", fallback: str = "") -> Emoji:
    """The emoji that an emoticon element means.

    Confluence writes the name `blue-star` for every emoji that the old editor doesn't know, so a short name or an id
    counts more than that name.
    """
    text = fallback if fallback and not fallback.isascii() and not fallback.startswith(":") else ""
    text = text or ATLASSIAN.get(emoji_id) or _characters(emoji_id)
    if not text and not (name == "blue-star" and (short_name or emoji_id)):
        text = _CLASSIC.get(name, "")
    return Emoji(short_name or (f":{name}:" if name else ""), text, emoji_id)


def _characters(emoji_id: str) -> str:
    if not _CODE_POINTS.fullmatch(emoji_id.casefold()):
        return ""
    points = [int(part, 16) for part in emoji_id.split("-")]
    return "".join(map(chr, points)) if all(map(_is_emoji_part, points)) else ""


def _is_emoji_part(point: int) -> bool:
    """Whether the code point may be part of an emoji: also the digits, `#` and `*` of key caps."""
    return 0xA9 <= point < 0xD800 or 0xE000 <= point <= 0x10FFFF or 0x23 <= point <= 0x39
