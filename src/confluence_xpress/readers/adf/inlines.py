"""Inline nodes other than text, media and macros."""

from __future__ import annotations

import datetime as dt
import re

from confluence_xpress.model import Date, Emoji, LineBreak, Link, Mention, Status, Text, Url, UserRef
from confluence_xpress.model.build import collapse
from confluence_xpress.model.emoji import ATLASSIAN
from confluence_xpress.readers.adf.reader import Nodes, Reader
from confluence_xpress.readers.adf.values import Node, attributes, color, mapping, number, string

_STATUS_COLORS = ("neutral", "purple", "blue", "red", "yellow", "green")
_EPOCH = dt.date(1970, 1, 1)
_CODE_POINTS = re.compile(r"[0-9a-f]{2,6}(?:-[0-9a-f]{2,6})*")


def hard_break(_reader: Reader, _node: Node) -> Nodes:
    """A line break."""
    return [LineBreak()]


def mention(reader: Reader, node: Node) -> Nodes:
    """A person; `@all` and `@here` are nobody in particular and stay text."""
    attrs = attributes(node)
    account_id = string(attrs, "id")
    name = collapse(string(attrs, "text") or string(node, "text")).strip().removeprefix("@")
    if string(attrs, "userType") == "SPECIAL" or account_id in ("all", "here"):
        return [Text(f"@{name or account_id}")]
    if account_id:
        return [Mention(UserRef(account_id), name)]
    reader.report("node-invalid", "a mention without an account id")
    return [Text(f"@{name}")] if name else []


def emoji(reader: Reader, node: Node) -> Nodes:
    """An emoji; its text counts only if it is characters, as custom emoji repeat their short name there."""
    attrs = attributes(node)
    short_name, emoji_id = string(attrs, "shortName"), string(attrs, "id")
    text = string(attrs, "text").strip()
    if text.isascii():
        short_name, text = short_name or text, ""
    text = text or _from_code_points(emoji_id) or ATLASSIAN.get(emoji_id, "")
    if not (short_name or text):
        reader.report("node-invalid", "an emoji without a name")
        return []
    return [Emoji(short_name, text, emoji_id)]


def _from_code_points(emoji_id: str) -> str:
    """An emoji id is its code points in hexadecimal, joined by `-`, if the emoji is one of Unicode's."""
    if not _CODE_POINTS.fullmatch(emoji_id.casefold()):
        return ""
    points = [int(part, 16) for part in emoji_id.split("-")]
    return "".join(map(chr, points)) if all(map(_is_emoji_part, points)) else ""


def _is_emoji_part(point: int) -> bool:
    """Whether the code point can be in an emoji; digits are, in keycaps."""
    return point in range(0x23, 0x3A) or (0xA9 <= point <= 0x10FFFF and not 0xD800 <= point <= 0xDFFF)


def date(reader: Reader, node: Node) -> Nodes:
    """A day: milliseconds since 1970 at midnight UTC, never shifted to another time zone."""
    attrs = attributes(node)
    milliseconds = number(attrs, "timestamp")
    try:
        if milliseconds is not None:
            return [Date((_EPOCH + dt.timedelta(days=milliseconds // 86_400_000)).isoformat())]
    except OverflowError:
        pass
    raw = string(attrs, "timestamp")
    reader.report("node-invalid", "a date whose time stamp is none")
    return [Text(raw)] if raw else []


def status(_reader: Reader, node: Node) -> Nodes:
    """A status lozenge; one without text shows nothing."""
    attrs = attributes(node)
    text = collapse(string(attrs, "text")).strip()
    name = string(attrs, "color")
    shown = name if name in _STATUS_COLORS else color(attrs, "color") or "neutral"
    return [Status(text, shown)] if text else []


def inline_card(reader: Reader, node: Node) -> Nodes:
    """A smart link in a line."""
    url, title = smart_link(node)
    if not url:
        reader.report("node-invalid", "a smart link without an address")
        return [Text(title)] if title else []
    return [Link(Url(url), (Text(title),), appearance="inline")]


def smart_link(node: Node) -> tuple[str, str]:
    """Address and text of a smart link: its `url`, or those in its JSON-LD `data`.

    Its title is not in the document unless it carries its data along; then its address stands in for it, as in
    storage format.
    """
    attrs = attributes(node)
    data = mapping(attrs.get("data"))
    url = string(attrs, "url").strip() or string(data, "url").strip() or string(data, "@id").strip()
    return url, collapse(string(data, "name")).strip() or url
