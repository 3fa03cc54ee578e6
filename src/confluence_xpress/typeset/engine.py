"""The typesetter: Typst files in memory become a PDF. No disk, no network, no system fonts, no clock."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import cast

import typst

from confluence_xpress.errors import TypesettingError
from confluence_xpress.typeset.fonts import load_fonts

# Typst reads files below its root where it finds them; below this one there are none.
_NO_ROOT = os.devnull
_UNSHOWN = re.compile(r'the text `"((?:[^"\\]|\\.)*)"` could not be displayed')
_ESCAPE = re.compile(r"\\u\{([0-9a-f]+)\}")
_MEMORY_COMPILES = 11
_PROBE_STANDARD = "ua-1"


def compile_pdf(
    files: Mapping[str, bytes], main: str, standards: Sequence[str], timestamp: int, *, tags: bool = True
) -> bytes:
    """The PDF of Typst files (UTF-8), given by virtual name. `timestamp`: seconds since 1970, UTC.

    Raises TypesettingError, whose `diagnostic` names the file and line.
    """
    sources = dict(files)
    compiler = typst.Compiler(
        input=cast("bytes", {main: sources.pop(main), **sources}), root=_NO_ROOT, font_paths=load_fonts().fonts
    )
    try:
        pdf = compiler.compile(
            format="pdf",
            pdf_standards=cast("list[typst.PDFStandard]", list(standards)),
            timestamp=timestamp,
            pdf_tags=tags,
        )
    except typst.TypstError as error:
        trace = "\n".join(error.trace)
        raise TypesettingError(error.message.strip(), f"{error.diagnostic}\n{trace}") from error
    except BaseException as error:
        # A Rust panic arrives as an exception that is no Exception.
        if type(error).__name__ != "PanicException":
            raise
        raise TypesettingError(f"the typesetter crashed: {error}") from error
    if not isinstance(pdf, bytes):
        raise TypesettingError("the typesetter gave no PDF")
    return pdf


def forget() -> None:
    """Let go what the typesetter remembers of earlier documents: up to two megabytes a page.

    It forgets what was not used for so many compiles, which is all the way there is to tell it.
    """
    for _ in range(_MEMORY_COMPILES):
        compile_pdf({"main.typ": b""}, "main.typ", (), 0, tags=False)


class Glyphs:
    """Which characters can be shown, asked of the typesetter once for each."""

    def __init__(self) -> None:
        self._asked: set[str] = set()
        self._unshown: frozenset[str] = frozenset()

    def unshown(self, text: Iterable[str]) -> frozenset[str]:
        """Those characters of the text that no font has, or that PDF/A forbids."""
        wanted = {c for part in text if not part.isascii() for c in set(part) if ord(c) > 0x24F}
        if new := wanted - self._asked:
            self._asked |= new
            self._unshown |= unshown(new)
        return self._unshown & wanted


def unshown(wanted: AbstractSet[str]) -> frozenset[str]:
    """Those characters that no font has, or that PDF/A forbids (private use).

    Asked of the typesetter itself, which refuses them in its strict modes.
    """
    private = {c for c in wanted if unicodedata.category(c) in ("Co", "Cn")}
    # Format characters and variation selectors have no glyph of their own.
    ordinary = sorted(
        c for c in wanted - private if unicodedata.category(c) not in ("Cf", "Zs", "Zl", "Zp", "Cc", "Mn", "Me")
    )
    return frozenset(
        private | {c for start in range(0, len(ordinary), 500) for c in _probe("".join(ordinary[start : start + 500]))}
    )


def _probe(characters: str) -> frozenset[str]:
    families = load_fonts().stacks("SC")["text"]
    names = ", ".join(f'"{family}"' for family in families)
    body = " ".join(f'#"{c}"' for c in characters)
    source = f'#set document(title: "probe")\n#set text(font: ({names},))\n{body}\n'
    try:
        compile_pdf({"main.typ": source.encode()}, "main.typ", [_PROBE_STANDARD], 0)
    except TypesettingError as error:
        return frozenset(named_characters(error.diagnostic)) & frozenset(characters)
    return frozenset()


def named_characters(diagnostic: str) -> set[str]:
    """The characters that Typst says it could not display."""
    return {
        c
        for match in _UNSHOWN.finditer(diagnostic)
        for c in _ESCAPE.sub(lambda code: chr(int(code.group(1), 16)), match.group(1))
        if not c.isspace()
    }
