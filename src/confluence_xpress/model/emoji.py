"""Atlassian's own emoji, which have an id but no character of Unicode."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

ATLASSIAN: Mapping[str, str] = MappingProxyType(
    {
        "atlassian-check_mark": "✅",
        "atlassian-cross_mark": "❌",
        "atlassian-plus": "➕",
        "atlassian-minus": "➖",
        "atlassian-question_mark": "❓",
        "atlassian-info": "ℹ️",
        "atlassian-warning": "⚠️",
        "atlassian-light_bulb_on": "💡",
        "atlassian-light_bulb_off": "💡",
        "atlassian-yellow_star": "⭐",
        "atlassian-red_star": "⭐",
        "atlassian-green_star": "⭐",
        "atlassian-blue_star": "⭐",
        "atlassian-thumbs_up": "👍",
        "atlassian-thumbs_down": "👎",
    }
)
"""The character that comes nearest, by emoji id; the ids of both editors are the same."""
