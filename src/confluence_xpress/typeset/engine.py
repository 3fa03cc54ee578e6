"""The typesetter: Typst files in memory become a PDF. No network, no system fonts, no clock; nothing is read from disk
but what comes with this program."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
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
_SOURCE = ".typ"
_MEDIA = "media/"
_NAMED_MEDIA = re.compile(rb"/(media/[0-9A-Za-z._-]+)")
_MOST_KEPT = 2_000_000
"""Bytes of documents' files that a typesetter may have been given and still be kept: it holds some until others of the
same name come."""


@dataclass(frozen=True, slots=True)
class Installed:
    """A Typst file that is on disk just as it is in memory, since it comes with this program.

    What the typesetter reads itself, it parses once and not for each document. `name`: in memory; `path`: below the
    folder `root`, all of which anybody may read.
    """

    name: str
    root: Path
    path: str

    def stand_in(self) -> bytes:
        """What takes its place in memory."""
        return f'#import "/{self.path}": *\n'.encode()


@dataclass(slots=True)
class _Kept:
    """A typesetter that has parsed an installed file, and how many bytes of other files it was given."""

    compiler: typst.Compiler
    given: int = 0


_kept: dict[Installed, _Kept] = {}
"""Those that nobody uses at the moment."""


def compile_pdf(
    files: Mapping[str, bytes],
    main: str,
    standards: Sequence[str],
    timestamp: int,
    *,
    tags: bool = True,
    installed: Installed | None = None,
) -> bytes:
    """The PDF of Typst files (UTF-8), given by virtual name. `timestamp`: seconds since 1970, UTC.

    `installed`: the one of them that is on disk too; without it, the PDF is the same but takes longer.
    Raises TypesettingError, whose `diagnostic` names the file and line.
    """
    sources = _with_few_names({main: files[main], **files})
    if installed is None:
        return _compiled(_compiler(sources, _NO_ROOT), None, standards, timestamp, tags=tags)
    sources[installed.name] = installed.stand_in()
    kept = _kept.pop(installed, None) or _Kept(_compiler({main: b""}, installed.root))
    try:
        pdf = _compiled(kept.compiler, sources, standards, timestamp, tags=tags)
    except TypesettingError as error:
        error.diagnostic = error.diagnostic.replace(installed.path, installed.name)
        raise
    kept.given += sum(map(len, sources.values()))
    if kept.given < _MOST_KEPT:
        _kept[installed] = kept
    return pdf


def _with_few_names(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The same files, with names for media that come again: the typesetter never forgets the name of a file, and when
    it has seen 65,535 in a process, all that it does there fails."""
    names = {name: f"{_MEDIA}{number}{PurePosixPath(name).suffix}" for number, name in enumerate(_media(files))}
    if not names:
        return dict(files)
    short = {name.encode(): now.encode() for name, now in names.items()}
    return {
        names.get(name, name): _NAMED_MEDIA.sub(lambda found: b"/" + short.get(found[1], found[1]), data)
        if name.endswith(_SOURCE)
        else data
        for name, data in files.items()
    }


def _media(files: Mapping[str, bytes]) -> list[str]:
    return [name for name in files if name.startswith(_MEDIA)]


def _compiler(sources: Mapping[str, bytes], root: Path | str) -> typst.Compiler:
    return typst.Compiler(input=cast("bytes", sources), root=str(root), font_paths=load_fonts().fonts)


def _compiled(
    compiler: typst.Compiler,
    sources: Mapping[str, bytes] | None,
    standards: Sequence[str],
    timestamp: int,
    *,
    tags: bool,
) -> bytes:
    """What becomes of the files it was made with, or of these."""
    try:
        pdf = compiler.compile(
            input=cast("bytes | None", sources),
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
    _kept.clear()
    for _ in range(_MEMORY_COMPILES):
        compile_pdf({"main.typ": b""}, "main.typ", (), 0, tags=False)


_signs: dict[str, bool] = {}
"""Punctuation and symbols, which tell nothing of a document, and whether they can be shown."""


class Glyphs:
    """Which characters can be shown, asked of the typesetter once for each; for signs, once in each process."""

    def __init__(self) -> None:
        self._asked: set[str] = set()
        self._unshown: frozenset[str] = frozenset()

    def unshown(self, text: Iterable[str]) -> frozenset[str]:
        """Those characters of the text that no font has, or that PDF/A forbids."""
        wanted = {c for part in text if not part.isascii() for c in set(part) if ord(c) > 0x24F}
        if new := wanted - self._asked:
            self._asked |= new
            lost = unshown(unknown) if (unknown := new - _signs.keys()) else frozenset[str]()
            _signs.update((c, c not in lost) for c in unknown if unicodedata.category(c)[0] in "PS")
            self._unshown |= lost | {c for c in new if not _signs.get(c, True)}
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
