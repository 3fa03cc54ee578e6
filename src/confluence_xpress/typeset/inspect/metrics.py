"""How far a run of text reaches at most, from the widths that Typst writes into its fonts.

Made for speed: one `split` cuts a line of text into its glyphs, and a dictionary learns the width of each spelling.
"""

from __future__ import annotations

import math
import re
import struct
from dataclasses import dataclass

from confluence_xpress.typeset.inspect.geometry import Box
from confluence_xpress.typeset.raw import RawPdf, array, reference

# From this many glyphs on, their codes may look like brackets and digits: runs in such fonts aren't measured.
_MANY_GLYPHS = 0x2000
SMALL_SHIFT = 0.1
"""A shift in units of the font's size that is as good as a glyph, where a run's length is only estimated."""
_SPELLING = 4  # bytes that a two-byte code and a shift take at least
_HIGH = b"\\000"
_ESCAPE = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
_ESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
# What stands between two `\000`: the opening, or the rest of a glyph and all up to the next one.
_OPENING = re.compile(rb"\[?(-?[\d.]+)?\(")
_PIECE = re.compile(rb"((?:\\[0-7]{3}|\\.|[^\\])+?)(?:\)(-?[\d.]+)?(?:\(|\]TJ)|\)Tj)?", re.DOTALL)
_TOKEN = re.compile(rb"<((?:[0-9A-Fa-f]{2})*)>|\((.*?)\)(?=-?[\d.]*(?:[(<]|$))|(-?[\d.]+)", re.DOTALL)
_RANGE = re.compile(rb"(\d+) (\d+) ([\d.]+) ?")


@dataclass(frozen=True, slots=True)
class Metrics:
    """A font. Lengths are in units of the font's size.

    `box` holds the ink of every glyph. `code_size`: the bytes of a glyph's code. `longest`: how far a byte of a run's
    spelling advances at most, shifts of `SMALL_SHIFT` included.
    """

    box: Box
    code_size: int
    longest: float
    embedded: bool
    spelled: Spelled

    def reach(self, shown: bytes) -> float:
        """The largest distance from the start of a run to the end of a glyph, kerning to the left left out.

        The run is given with its operator. Infinite if it isn't written as Typst writes, or has a glyph of which the
        width isn't known; glyph 0, which stands for characters that the font doesn't have, is one.
        """
        if self.code_size == 2 and b"<" not in shown:
            total = sum(map(self.spelled.__getitem__, shown.split(_HIGH)))
            if total < math.inf:
                return total
        parts = _parts(shown)
        return math.inf if parts is None else sum(map(self._part_reach, parts))

    def _part_reach(self, part: re.Match[bytes]) -> float:
        digits, text, shift = part.groups()
        if shift is not None:
            return max(0.0, -float(shift) / 1000)
        if self.code_size == 2 and digits is None and text.startswith(_HIGH):
            total = sum(map(self.spelled.__getitem__, text.split(_HIGH)[1:]))
            if total < math.inf:
                return total
        data = _unescape(text) if digits is None else bytes.fromhex(digits.decode())
        return self.spelled.advance(data)


class Spelled(dict[bytes, float]):
    """The widths of what can stand between two `\\000` in a run of two-byte codes."""

    def __init__(self, advances: dict[int, float], default: float, code_size: int) -> None:
        super().__init__()
        self._advances = advances
        self._default = default
        self._code_size = code_size

    def advance(self, codes: bytes) -> float:
        """The sum of the glyphs' widths; infinite if a code is incomplete."""
        if self._code_size == 2:
            if len(codes) % 2:
                return math.inf
            return sum(self._advances.get(code, self._default) for code in struct.unpack(f">{len(codes) // 2}H", codes))
        return sum(self._advances.get(code, self._default) for code in codes)

    def __missing__(self, piece: bytes) -> float:
        width = self[piece] = self._width(piece)
        return width

    def _width(self, piece: bytes) -> float:
        if opening := _OPENING.fullmatch(piece):
            return max(0.0, -float(opening[1] or 0) / 1000)
        found = _PIECE.fullmatch(piece)
        if not found:
            return math.inf
        return self.advance(b"\0" + _unescape(found[1])) + max(0.0, -float(found[2] or 0) / 1000)


def font_metrics(raw: RawPdf, number: int) -> Metrics | None:
    """A font that Typst wrote; None if it isn't written as Typst writes."""
    body = raw.body(number)
    if b"/Subtype/Type3" in body:
        return _drawn(body)
    font = raw.body(reference(body, b"/DescendantFonts[")) if b"/Encoding/Identity-H" in body else b""
    widths = font.partition(b"/W[")[2].partition(b"]")[0]
    advances = {
        code: float(width) / 1000
        for first, last, width in _RANGE.findall(widths)
        for code in range(int(first), int(last) + 1)
    }
    if not advances or _RANGE.sub(b"", widths) or len(advances) >= _MANY_GLYPHS:
        return None
    descriptor = raw.body(reference(font, b"/FontDescriptor"))
    box = [float(value) / 1000 for value in array(descriptor, b"/FontBBox").split()]
    default = re.search(rb"/DW ([\d.]+)", font)
    if len(box) != 4 or not default:
        return None
    other = float(default[1]) / 1000
    longest = max(SMALL_SHIFT, other, *advances.values()) / _SPELLING
    spelled = Spelled({**advances, 0: math.inf}, other, 2)
    return Metrics((box[0], box[1], box[2], box[3]), 2, longest, b"/FontFile" in descriptor, spelled)


def _drawn(body: bytes) -> Metrics | None:
    """A font whose glyphs are drawn in the PDF itself, such as colour emoji."""
    matrix, box, widths = (
        [float(value) for value in array(body, key).split()] for key in (b"/FontMatrix", b"/FontBBox", b"/Widths")
    )
    first = re.search(rb"/FirstChar (\d+)", body)
    if len(matrix) != 6 or any(matrix[n] for n in (1, 2, 4, 5)) or len(box) != 4 or not widths or not first:
        return None
    x, y = matrix[0], matrix[3]
    advances = {code: width * x for code, width in enumerate(widths, int(first[1]))}
    longest = max(SMALL_SHIFT, *advances.values())
    spelled = Spelled(advances, math.inf, 1)
    return Metrics((box[0] * x, box[1] * y, box[2] * x, box[3] * y), 1, longest, True, spelled)


def _parts(shown: bytes) -> list[re.Match[bytes]] | None:
    """Strings and shifts of a run; None if it isn't written as Typst writes."""
    if shown.endswith(b"]TJ"):
        body = shown[1:-3]
    elif shown.endswith(b"Tj"):
        body = shown[:-2]
    else:
        return None
    parts = list(_TOKEN.finditer(body))
    return parts if sum(part.end() - part.start() for part in parts) == len(body) else None


def _unescape(text: bytes) -> bytes:
    return _ESCAPE.sub(
        lambda found: bytes([int(found[1], 8)]) if len(found[1]) == 3 else _ESCAPED.get(found[1], found[1]), text
    )
