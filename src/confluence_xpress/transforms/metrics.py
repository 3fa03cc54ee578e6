"""How wide text will be, estimated without a font at hand: enough to choose the widths of columns.

Advance widths are those of Inter 4.1 at weight 400 and optical size 14, in thousandths of an em; a test compares them
with the installed font. Digits have the width of tabular figures. Other scripts count with a width that few of their
characters exceed.
"""

from __future__ import annotations

import unicodedata

BOLD = 1.06
"""Text at weight 620 is this much wider."""
MONO = 0.6
"""Source Code Pro: every character, in em."""
_ASCII = (
    281,
    288,
    466,
    633,
    642,
    982,
    644,
    300,
    365,
    365,
    501,
    662,
    288,
    460,
    288,
    360,
    660,
    660,
    660,
    660,
    660,
    660,
    660,
    660,
    660,
    660,
    288,
    302,
    662,
    662,
    662,
    511,
    966,
    690,
    654,
    730,
    722,
    601,
    590,
    746,
    743,
    269,
    571,
    672,
    565,
    903,
    753,
    765,
    639,
    765,
    644,
    642,
    646,
    744,
    690,
    985,
    682,
    679,
    629,
    365,
    360,
    365,
    471,
    456,
    323,
    562,
    612,
    571,
    612,
    583,
    370,
    613,
    591,
    242,
    242,
    549,
    242,
    876,
    591,
    600,
    612,
    612,
    376,
    528,
    327,
    591,
    562,
    818,
    546,
    562,
    552,
    426,
    333,
    426,
    662,
)
_LATIN_1 = (
    281,
    288,
    571,
    611,
    725,
    550,
    270,
    568,
    591,
    914,
    454,
    583,
    662,
    0,
    666,
    478,
    456,
    662,
    442,
    446,
    323,
    586,
    603,
    288,
    268,
    304,
    482,
    583,
    802,
    847,
    882,
    511,
    690,
    690,
    690,
    690,
    690,
    690,
    994,
    730,
    601,
    601,
    601,
    601,
    269,
    269,
    269,
    269,
    735,
    753,
    765,
    765,
    765,
    765,
    765,
    662,
    765,
    744,
    744,
    744,
    744,
    679,
    636,
    616,
    562,
    562,
    562,
    562,
    562,
    562,
    917,
    571,
    583,
    583,
    583,
    583,
    242,
    242,
    242,
    242,
    583,
    591,
    600,
    600,
    600,
    600,
    600,
    662,
    600,
    591,
    591,
    591,
    591,
    562,
    612,
    562,
)
# first code point of a range, and width; the range ends where the next begins
_RANGES = (
    (0x100, 0.75),
    (0x300, 0.0),  # combining marks
    (0x370, 0.80),  # Greek, Cyrillic, Armenian
    (0x590, 0.62),  # Hebrew, Arabic
    (0x900, 0.75),  # Indic, South East Asian
    (0x1100, 1.0),  # Hangul letters
    (0x1200, 0.80),
    (0x1E00, 0.75),
    (0x200B, 0.0),
    (0x2010, 0.9),
    (0x2028, 0.0),
    (0x2030, 1.0),
    (0x2190, 1.4),  # arrows, signs, emoji
    (0x2E80, 1.0),  # Chinese, Japanese, Korean
    (0xA4D0, 0.8),
    (0xAC00, 1.0),
    (0xE000, 1.4),
    (0xF900, 1.0),
    (0xFB00, 0.8),
    (0xFE00, 0.0),
    (0xFE10, 1.0),
    (0xFE70, 0.62),
    (0xFF00, 1.0),
    (0x10000, 1.0),
    (0x1F000, 1.4),
    (0x20000, 1.0),
)


class _Widths(dict[str, float]):
    """Character to width in em; looked up once for each character that is not Latin."""

    def __missing__(self, character: str) -> float:
        code = ord(character)
        base = unicodedata.decomposition(character).partition(" ")[0]
        if 0x100 <= code < 0x250 or 0x1E00 <= code < 0x1F00:
            width = self[chr(int(base, 16))] if base and not base.startswith("<") else 0.75
        else:
            width = next((width for start, width in reversed(_RANGES) if code >= start), 0.0)
        self[character] = width
        return width


_WIDTHS = _Widths()
_WIDTHS.update({chr(32 + n): width / 1000 for n, width in enumerate(_ASCII)})
_WIDTHS.update({chr(160 + n): width / 1000 for n, width in enumerate(_LATIN_1)})
_WIDEST = 1.4
_WIDEST_ASCII = 0.985
_width_of = _WIDTHS.__getitem__


def text_width(text: str) -> float:
    """The width of regular text set in one line, in em."""
    return sum(map(_width_of, text))


def at_most(text: str) -> float:
    """A width in em that the text does not exceed, at the cost of looking at its length."""
    return len(text) * (_WIDEST_ASCII if text.isascii() else _WIDEST)
