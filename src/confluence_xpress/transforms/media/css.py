"""The little CSS that SVG images carry: nothing from outside, and fonts that are there."""

from __future__ import annotations

import re

_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_ESCAPE = re.compile(r"\\([0-9a-fA-F]{1,6})\s?")
_IMPORT = re.compile(r"@import\b[^;{}]*;?", re.IGNORECASE)
_FONT_FACE = re.compile(r"@font-face\s*\{[^{}]*\}?", re.IGNORECASE)
_URL = re.compile(r"url\(\s*(?:\"([^\"]*)\"|'([^']*)'|([^)\"']*))\s*\)?", re.IGNORECASE)
_LOCAL_ID = re.compile(r"url\(\s*[\"']?#([^)\"'\s]+)[\"']?\s*\)", re.IGNORECASE)
_BLOCK = re.compile(r"\{([^{}]*)\}")
_MONOSPACE = re.compile(
    r"(?P<property>font(?:-family)?\s*:\s*)(?P<value>[^;]*\b(?:monospace|courier|consolas|menlo|monaco|source code|"
    r"[\w-]+ mono|mono(?:space|lisa)?)\b[^;]*)",
    re.IGNORECASE,
)
_MONO_FAMILY = re.compile(
    r"\b(?:monospace|courier|consolas|menlo|monaco|source code|[\w-]+ mono|monolisa)\b", re.IGNORECASE
)
_WEIGHT = re.compile(r"font-weight|\bbold\b", re.IGNORECASE)

MONOSPACE = '"Source Code Pro"'
REGULAR = '"wght" 400'
"""The typesetter draws a variable font at its default weight, extra light for this one, unless it is told otherwise."""


def clean(css: str) -> tuple[str, bool]:
    """The style sheet or `style` value without imports, font downloads and addresses; whether there were any."""
    text = _ESCAPE.sub(_unescape, _COMMENT.sub("", css))
    removed = False

    def drop(_: re.Match[str]) -> str:
        nonlocal removed
        removed = True
        return ""

    def keep_local(found: re.Match[str]) -> str:
        nonlocal removed
        target = next((group for group in found.groups() if group is not None), "").strip()
        if target.startswith("#"):
            return found.group()
        removed = True
        return "none"

    text = _IMPORT.sub(drop, text)
    text = _FONT_FACE.sub("", text)
    return _URL.sub(keep_local, text), removed


def _unescape(found: re.Match[str]) -> str:
    code = int(found.group(1), 16)
    return chr(code) if 0x20 <= code < 0x7F else found.group()


def monospace_declarations(style: str) -> str:
    """The declarations of one element or rule, with fixed-width fonts replaced by ours."""
    found = _MONOSPACE.search(style)
    if not found:
        return style
    extra = "" if _WEIGHT.search(style) else f";font-variation-settings:{REGULAR}"
    if found["property"].lower().startswith("font-family"):
        replacement = f"font-family:{MONOSPACE}{extra}"
    else:
        replacement = f"{found.group()};font-family:{MONOSPACE}{extra}"
    return style[: found.start()] + replacement + style[found.end() :]


def monospace_rules(css: str) -> str:
    """A style sheet with fixed-width fonts replaced by ours."""
    if not _MONO_FAMILY.search(css):
        return css
    return _BLOCK.sub(lambda block: "{" + monospace_declarations(block.group(1)) + "}", css)


def is_monospace(families: str) -> bool:
    """Whether a `font-family` value names a fixed-width font."""
    return bool(_MONO_FAMILY.search(families))


def local_ids(value: str) -> list[str]:
    """The ids that a value refers to as `url(#id)`."""
    return _LOCAL_ID.findall(value)


def prefix_ids(value: str, prefix: str) -> str:
    """The value with each `url(#id)` pointing to the id with the prefix."""
    return _LOCAL_ID.sub(lambda found: f"url(#{prefix}{found.group(1)})", value)
