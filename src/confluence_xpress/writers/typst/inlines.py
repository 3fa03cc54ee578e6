"""Inline nodes as Typst markup. Every call ends with `;`, so that no text after it can be taken for its arguments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import assert_never

from confluence_xpress.model import (
    Anchor,
    Annotation,
    Asset,
    Colored,
    Date,
    Destination,
    Emoji,
    File,
    Image,
    IndexTerm,
    Inline,
    InlineFile,
    InlineImage,
    InlineMacro,
    Inlines,
    LineBreak,
    Link,
    LinkTarget,
    Mark,
    Mention,
    Missing,
    Placeholder,
    Status,
    Text,
    Url,
)
from confluence_xpress.model.text import inline_text, target_text
from confluence_xpress.writers.typst.breaks import BREAK, breakable
from confluence_xpress.writers.typst.color import lozenge
from confluence_xpress.writers.typst.escape import literal, markup, string
from confluence_xpress.writers.typst.measure import inline_size
from confluence_xpress.writers.typst.state import WORD_LIMIT, Place

_CALLS = {
    "strong": "strong",
    "emphasis": "emph",
    "underline": "underline",
    "strike": "strike",
    "subscript": "sub",
    "superscript": "super",
    "code": "mono",
    "small": "small",
    "big": "big",
    "cite": "cite-text",
}
_NEVER_FIRST = frozenset(":;,.!?/)]}%\u201d\u2019\u00bb")
"""Signs with which no line may begin (UAX #14, rule LB13), not even behind a space."""
_STATUS_LIMIT = 20
_GLUED = re.compile(r"(?<=\S)\u00a0(?=\S)")
# A sign that has a text form and asks for its colour form, with what may follow it.
_COLOUR_EMOJI = re.compile("[\u00a9\u00ae\u203c-\u3299#*0-9]\ufe0f\u20e3?")


def write_inlines(nodes: Inlines, place: Place) -> str:
    """Markup of a line of text."""
    written = [write_inline(node, place) for node in nodes]
    if len(nodes) > 1:
        for index, head in _seams(nodes, place.word_limit):
            if head[0] in _NEVER_FIRST:
                written[index] = write_inline(nodes[index], replace(place, word_limit=max(4, len(head) // 2)))
            else:
                written[index] = BREAK + written[index]
    return "".join(written)


def _seams(nodes: Inlines, limit: int) -> Iterator[tuple[int, str]]:
    """The nodes in which a word goes on that runs through several of them and is longer than the limit by now.

    Each with the part of the word that it begins with.
    """
    word = 0
    for index, node in enumerate(nodes):
        text = inline_text((node,))
        head = len(text.split(None, 1)[0]) if text and not text[0].isspace() else 0
        if word and head and word + head > limit:
            yield index, text[:head]
            word = 0
        if head == len(text):
            word += head
        else:
            word = 0 if text[-1].isspace() else len(text.rsplit(None, 1)[-1])


def write_inline(node: Inline, place: Place) -> str:
    """Markup of one inline node."""
    match node:
        case Text():
            return write_text(node.text, place)
        case LineBreak():
            return "#linebreak();"
        case Mark():
            return _mark(node, place)
        case Colored():
            arguments = "".join(
                f"{name}: {string(value)}, "
                for name, value in (("color", node.color), ("background", node.background))
                if value
            )
            return f"#colored({arguments})[{write_inlines(node.content, place)}];"
        case Link():
            return write_link(node.target, write_inlines(node.content, place) or _fallback(node, place), place)
        case Annotation():
            return write_inlines(node.content, place)
        case Anchor():
            return f"#anchor({string(node.name)});" if place.claim(node.name) else ""
        case IndexTerm():
            return f"#anchor({string(node.label)});" if place.claim(node.label) else ""
        case Status():
            return _status(node)
        case Mention():
            return f"#mention[{breakable(node.text or inline_text((node,)).removeprefix('@'), place.word_limit)}];"
        case Date():
            return f"#date[{markup(place.format_day(node.day))}];"
        case Emoji():
            return f"#emoji({string(node.text)});" if node.text else breakable(node.short_name, place.word_limit)
        case InlineImage():
            return write_inline_image(node.image, place)
        case InlineFile():
            name = breakable(file_name(node.file), place.word_limit)
            return f"#file-chip(href: {literal(node.file.href or None)})[{name}];"
        case Placeholder():
            return f"#placeholder[{breakable(node.text, place.word_limit)}];"
        case InlineMacro():
            return write_text(node.macro.text or node.macro.name, place)
        case _:
            assert_never(node)


def write_text(text: str, place: Place) -> str:
    """Markup of plain text: words that fit, emoji in colour."""
    if "\u00a0" in text and (place.in_table or place.word_limit < WORD_LIMIT):
        # Confluence's editor writes many; where room is short, a line may end there.
        text = _GLUED.sub(" ", text)
    if "\ufe0f" not in text:
        return breakable(text, place.word_limit)
    result: list[str] = []
    end = 0
    for match in _COLOUR_EMOJI.finditer(text):
        result += breakable(text[end : match.start()], place.word_limit), f"#emoji({string(match.group())});"
        end = match.end()
    return "".join([*result, breakable(text[end:], place.word_limit)])


def write_link(target: LinkTarget | None, shown: str, place: Place) -> str:
    """Markup that is a link if the target is a place in this document or a web address, else just what is shown."""
    match target:
        case Destination():
            return f"#link({place.address(target)})[{shown}];"
        case Url() if target.href:
            return f"#link({string(target.href)})[{shown}];"
        case _:
            return shown


def write_inline_image(image: Image, place: Place) -> str:
    """Markup of an image in a line of text."""
    match image.source:
        case Asset():
            width, height = inline_size(image, image.source)
            shown = (
                f"#inline-image({string(image.source.path)}, alt: {string(image.alt or image.title or 'image')}, "
                f"width: {width:.2f}pt, height: {height:.2f}pt);"
            )
            return write_link(image.link, shown, place)
        case Missing():
            return f"#placeholder[{breakable(image.source.name, place.word_limit)}];"
        case _:
            return (
                f"#placeholder[{breakable(image.alt or image.title or target_text(image.source), place.word_limit)}];"
            )


def file_name(file: File) -> str:
    """What a file is called, as well as it is known."""
    match file.source:
        case Missing():
            return file.name or file.source.name
        case Asset():
            return file.name
        case source:
            return file.name or target_text(source)


def _mark(node: Mark, place: Place) -> str:
    if node.kind not in ("underline", "strike"):
        shown = write_inlines(node.content, place)
        # The grounds of a broken word's pieces must not paint over each other.
        cut = "(cut: true)" if node.kind == "code" and BREAK in shown else ""
        return f"#{_CALLS[node.kind]}{cut}[{shown}];"
    # PDF/UA has one line decoration for a piece of text: the second one is drawn without being tagged.
    second = "second-" if place.line and place.line != node.kind else ""
    inner = place if second else replace(place, line=node.kind)
    return f"#{second}{_CALLS[node.kind]}[{write_inlines(node.content, inner)}];"


def _fallback(node: Link, place: Place) -> str:
    return breakable(target_text(node.target), place.word_limit)


def _status(node: Status) -> str:
    named = node.color in ("neutral", "purple", "blue", "red", "yellow", "green")
    color = f"color: {string(node.color)}" if named else f"custom: {literal(lozenge(node.color))}"
    return f"#status({color})[{breakable(node.text, _STATUS_LIMIT)}];"
