"""Typeset parts as bytes: what /v1/parts gives, and /v1/assemble takes.

They are a checksum, and MessagePack of our own classes. Whoever keeps them needn't know what is in them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import msgspec

from confluence_xpress import __version__
from confluence_xpress.errors import InputError
from confluence_xpress.render.part import Job, Made

MEDIA_TYPE = "application/vnd.xpress.part"
FORMAT = 1
_CHECKSUM = hashlib.sha256().digest_size
_AGAIN = "Make it again with /v1/parts, with the same pages and options, on the same version."


class Typeset(msgspec.Struct, frozen=True):
    """The parts that pages `start` to `stop` of a job have become."""

    format: int
    version: str
    job: str
    start: int
    stop: int
    made: tuple[Made, ...]


def job_digest(job: Job) -> str:
    """Tells whether parts belong together: a checksum over all that shapes them besides their own content."""
    outline, options = job.outline, job.options
    what = (
        outline.title,
        outline.pages,
        outline.spaces,
        options.template.digest,
        sorted(options.settings.items()),
        options.standards,
        options.timestamp,
        options.images,
    )
    return hashlib.sha256(msgspec.msgpack.encode(what)).hexdigest()


def pack(job: Job, start: int, stop: int, made: Sequence[Made]) -> bytes:
    """The parts as bytes."""
    content = msgspec.msgpack.encode(Typeset(FORMAT, __version__, job_digest(job), start, stop, tuple(made)))
    return hashlib.sha256(content).digest() + content


def unpack(data: bytes, job: Job, name: str) -> Typeset:
    """The parts again. InputError says why they can't be used for this job."""
    content = memoryview(data)[_CHECKSUM:]
    if hashlib.sha256(content).digest() != data[:_CHECKSUM]:
        raise InputError(f"“{name}” is no part, or damaged", _AGAIN)
    try:
        typeset = msgspec.msgpack.decode(content, type=Typeset)
    except (msgspec.DecodeError, RecursionError, ValueError, TypeError) as error:
        raise InputError(f"“{name}” is no part", _AGAIN) from error
    if (typeset.format, typeset.version) != (FORMAT, __version__):
        raise InputError(f"“{name}” was made by another version of XPress than {__version__}", _AGAIN)
    if typeset.job != job_digest(job):
        raise InputError(f"“{name}” was made for another document, or with other options", _AGAIN)
    return typeset


def in_order(parts: Sequence[Typeset], count: int) -> list[Typeset]:
    """The parts in the order of their pages. InputError if they are not all pages, each once."""
    ordered = sorted(parts, key=lambda part: part.start)
    reached = 0
    for part in ordered:
        if part.start != reached:
            what = "in no part" if part.start > reached else "in two parts"
            raise InputError(f"pages {min(reached, part.start)} to {max(reached, part.start)} are {what}", _AGAIN)
        reached = part.stop
    if reached != count:
        raise InputError(f"pages {reached} to {count} are in no part", _AGAIN)
    return ordered
