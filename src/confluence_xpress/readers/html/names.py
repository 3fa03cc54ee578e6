"""The namespaces of storage format, and names in them as lxml spells them."""

from __future__ import annotations

NAMESPACES = {
    "ac": "http://atlassian.com/content",
    "ri": "http://atlassian.com/resource/identifier",
    "at": "http://atlassian.com/template",
}


def ac(name: str) -> str:
    """An `ac:` name in Clark notation."""
    return f"{{{NAMESPACES['ac']}}}{name}"


def ri(name: str) -> str:
    """An `ri:` name in Clark notation."""
    return f"{{{NAMESPACES['ri']}}}{name}"


def at(name: str) -> str:
    """An `at:` name in Clark notation."""
    return f"{{{NAMESPACES['at']}}}{name}"
