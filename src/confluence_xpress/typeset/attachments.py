"""Files embedded in a PDF (ISO 32000-1, 7.11.4), as PDF/A-3 wants them."""

from __future__ import annotations

import hashlib
import re
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count as count_from
from pathlib import PurePosixPath
from typing import Literal

from confluence_xpress.typeset.pdffile import Stream
from confluence_xpress.typeset.syntax import date, hexadecimal_string, name, text_string

# No file system takes names of more than 255 bytes.
_LONGEST_PREFIX = 60
_UNSAVABLE = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"/\\|?*]')

Relationship = Literal["Source", "Data", "Alternative", "Supplement", "Unspecified"]


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file to embed. `modified`: seconds since 1970, UTC; `relationship`: what it is to the document or page."""

    name: str
    data: bytes
    media_type: str = "application/octet-stream"
    description: str = ""
    relationship: Relationship = "Supplement"
    modified: int | None = None


def embed(attachment: Attachment, number: int) -> tuple[Stream, bytes]:
    """The stream of a file, numbered `number`, and the body of its file specification.

    The latter is listed in the name tree /EmbeddedFiles and under /AF of what the file belongs to.
    """
    encoded = zlib.compress(attachment.data)
    # Pictures and archives are compressed already.
    smaller = len(encoded) < len(attachment.data)
    checksum = hashlib.md5(attachment.data, usedforsecurity=False).digest()
    parameters = b"/Size %d/CheckSum%b" % (len(attachment.data), hexadecimal_string(checksum))
    if attachment.modified is not None:
        parameters += b"/ModDate%b" % date(attachment.modified)
    stream = Stream(
        number,
        b"/Type/EmbeddedFile/Subtype%b/Params<<%b>>%b"
        % (name(attachment.media_type), parameters, b"/Filter/FlateDecode" if smaller else b""),
        encoded if smaller else attachment.data,
    )
    title = text_string(attachment.name)
    specification = b"/Type/Filespec/F%b/UF%b/EF<</F %d 0 R/UF %d 0 R>>/AFRelationship%b" % (
        title,
        title,
        number,
        number,
        name(attachment.relationship),
    )
    if attachment.description:
        specification += b"/Desc%b" % text_string(attachment.description)
    return stream, b"<<%b>>" % specification


def distinct_names(files: Sequence[tuple[str, str]]) -> list[str]:
    """For each (page title, file name) a name to save the file by that no other has, not even in other case.

    A name that several files have is put behind its page's title: "Release notes - diagram.png". What is equal even
    then is numbered: "Release notes - diagram (2).png".
    """
    wanted = [_savable(file) for _, file in files]
    count = Counter(file.casefold() for file in wanted)
    taken = {file for file, times in count.items() if times == 1}
    numbered: dict[str, Iterator[str]] = {}  # those of an equal name go on where the last one stopped
    distinct = []
    for (title, _), file in zip(files, wanted, strict=True):
        chosen = file
        if count[file.casefold()] > 1:
            full = f"{_savable(title[:_LONGEST_PREFIX])} - {file}"
            choices = numbered.setdefault(full, _numbered(full))
            chosen = next(choice for choice in choices if choice.casefold() not in taken)
            taken.add(chosen.casefold())
        distinct.append(chosen)
    return distinct


def _savable(text: str) -> str:
    """A name without the characters that file systems forbid, and without control characters."""
    return _UNSAVABLE.sub("_", text).strip() or "_"


def _numbered(file: str) -> Iterator[str]:
    path = PurePosixPath(file)
    yield file
    yield from (f"{path.stem} ({number}){path.suffix}" for number in count_from(2))
