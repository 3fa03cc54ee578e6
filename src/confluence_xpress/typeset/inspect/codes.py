"""Glyph 0, which fonts draw where they have none, in the text that a page shows: read with pikepdf."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import pikepdf

from confluence_xpress.typeset.inspect.finding import font_name

# Two bytes that are zero, one after the other, in any spelling. Other pages need not be parsed.
_ZEROS = re.compile(rb"(?:(?:\0|\\(?:000|00?(?![0-7])))(?:\\\r?\n)?){2}|<[0-9A-Fa-f\s]*0\s*0\s*0\s*0")
_SHOW = frozenset(["Tj", "TJ", "'", '"'])
_DEEPEST = 12


def fonts_without_glyph(page: pikepdf.Page) -> list[str]:
    """The fonts of which a page shows glyph 0, by name.

    Fonts with two-byte codes (Identity) and fonts that name `.notdef` in their encoding; others don't tell.
    """
    found: dict[str, None] = {}
    for content, resources in _contents(page.obj, _inherited(page.obj, "/Resources"), 0):
        for font in _shown(content, resources):
            found[font] = None
    return list(found)


def _inherited(page: pikepdf.Object, key: str) -> pikepdf.Object | None:
    node: pikepdf.Object | None = page
    while node is not None:
        if key in node:
            return node[key]
        node = node.get("/Parent")
    return None


def _contents(
    holder: pikepdf.Object, resources: pikepdf.Object | None, depth: int
) -> Iterator[tuple[pikepdf.Object, pikepdf.Object]]:
    """A page or form that may show glyph 0, and the forms in it, with their resources."""
    if resources is None:
        return
    fonts = list(resources.get("/Font", pikepdf.Dictionary()).values())
    if any(map(_simple_notdefs, fonts)) or _ZEROS.search(_bytes(holder)):
        yield holder, resources
    if depth < _DEEPEST:
        for item in resources.get("/XObject", pikepdf.Dictionary()).values():
            if item.get("/Subtype") == "/Form":
                yield from _contents(item, item.get("/Resources", resources), depth + 1)


def _bytes(holder: pikepdf.Object) -> bytes:
    if isinstance(holder, pikepdf.Stream):
        return holder.read_bytes()
    content = holder.get("/Contents")
    if isinstance(content, pikepdf.Array):
        return b"\n".join(part.read_bytes() for part in content)
    return b"" if content is None else content.read_bytes()


def _shown(content: pikepdf.Object, resources: pikepdf.Object) -> Iterator[str]:
    """The fonts in which glyph 0 is shown; one as often as that happens."""
    fonts = resources.get("/Font", pikepdf.Dictionary())
    font: pikepdf.Object | None = None
    saved: list[pikepdf.Object | None] = []
    for instruction in pikepdf.parse_content_stream(content):
        operands = instruction.operands
        match str(instruction.operator):
            case "q":
                saved.append(font)
            case "Q":
                font = saved.pop() if saved else font
            case "Tf":
                font = fonts.get(str(operands[0]))
            case name if name in _SHOW and font is not None:
                if any(_has_glyph_0(text, font) for text in _strings(operands)):
                    yield font_name(str(font.get("/BaseFont", font.get("/Name", "?"))))
            case _:
                pass


def _strings(operands: Iterable[object]) -> Iterator[bytes]:
    for operand in operands:
        if isinstance(operand, pikepdf.Array):
            yield from _strings(operand)
        elif isinstance(operand, pikepdf.String):
            yield bytes(operand)


def _has_glyph_0(text: bytes, font: pikepdf.Object) -> bool:
    if font.get("/Subtype") != "/Type0":
        return any(code in _simple_notdefs(font) for code in text)
    if str(font.get("/Encoding")) not in {"/Identity-H", "/Identity-V"}:
        return False
    codes = {text[index : index + 2] for index in range(0, len(text), 2)}
    to_glyph = font.DescendantFonts[0].get("/CIDToGIDMap")
    if not isinstance(to_glyph, pikepdf.Stream):
        return b"\0\0" in codes
    glyphs = to_glyph.read_bytes()
    return any(not any(glyphs[2 * n : 2 * n + 2]) for n in (int.from_bytes(code) for code in codes))


def _simple_notdefs(font: pikepdf.Object) -> frozenset[int]:
    """The one-byte codes that the font's encoding calls `.notdef`."""
    encoding = font.get("/Encoding")
    if font.get("/Subtype") == "/Type0" or not isinstance(encoding, pikepdf.Dictionary):
        return frozenset()
    found, code = set(), 0
    for entry in encoding.get("/Differences", pikepdf.Array()):
        if isinstance(entry, pikepdf.Name):
            if entry == "/.notdef":
                found.add(code)
            code += 1
        else:
            code = int(entry)
    return frozenset(found)
