"""An export: a source's pages become PDF files and a manifest, part by part, on all cores.

The host of the core for everything that runs on one machine: it answers needs from the source, has tasks done by
workers, keeps typeset parts in a temporary file, and writes the documents where it is told.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import BinaryIO, Protocol

from confluence_xpress.bundle import Attachment as PageFile
from confluence_xpress.bundle import Media, Page, Unavailable
from confluence_xpress.delivery import Delivery
from confluence_xpress.diagnostics import Diagnostic
from confluence_xpress.errors import InternalError
from confluence_xpress.needs import AttachmentNeed
from confluence_xpress.render import PRELOAD, Manifest, begin
from confluence_xpress.render.book import make_book
from confluence_xpress.render.manifest import volume_facts
from confluence_xpress.render.part import Job
from confluence_xpress.render.produce import Production, Progress, Told
from confluence_xpress.render.properties import make_properties
from confluence_xpress.render.spool import Spool
from confluence_xpress.sources.source import Source
from confluence_xpress.typeset.attachments import Attachment, distinct_names
from confluence_xpress.typeset.encrypt import encryption, protection
from confluence_xpress.typeset.linearize import fits, linearize
from confluence_xpress.typeset.sign import Signing, sign
from confluence_xpress.workers import Limits, Workers

LARGEST_FILE = 100 * 2**20
"""Bytes of an attachment that is embedded. It is held in memory, packed and unpacked."""
_MANIFEST = "manifest.json"
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9.+_-]*/[a-z0-9][a-z0-9.+_-]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Exported:
    """What became of an export. `files`: the manifest's facts on each PDF."""

    files: tuple[Manifest, ...]
    pages: int
    """PDF pages."""
    size: int
    """Bytes of all PDF files."""
    diagnostics: tuple[Diagnostic, ...]
    embedded: int = 0
    """Attachments in the PDF files."""
    images: tuple[int, int] = (0, 0)
    """Bytes of all images, as they came and, by estimate, as they are stored."""
    peak: int = 0
    """Largest memory of any worker, in bytes."""


class Files(Protocol):
    """Where the results go."""

    def volume(self, number: int, count: int) -> tuple[str, BinaryIO]:
        """The file of a volume, of which `number` (from 1) and count are given, and the name others find it by."""

    def manifest(self) -> BinaryIO | None:
        """The file of the manifest, if it is wanted."""


def export(
    source: Source,
    job: Job,
    delivery: Delivery,
    files: Files,
    *,
    jobs: int,
    changes: Manifest | None = None,
    progress: Progress | None = None,
) -> Exported:
    """Export the pages of the job's outline. Raises XPressError or OSError; content never raises.

    `changes`: what the manifest says about those since an earlier export. `progress` is told of the stages
    “parts” and “finishing”.
    """
    with tempfile.TemporaryFile() as file, Workers(jobs, begin, job, Limits(), preload=PRELOAD) as workers:
        production = Production(
            job,
            make_book(job.outline, job.options),
            workers,
            source.fulfil,
            Spool(file),
            split=delivery.split,
            progress=progress,
        )
        production.make_parts()
        count = len(production.volumes)
        opened = []
        for number, volume in enumerate(production.volumes, 1):
            volume.file, out = files.volume(number, count)
            opened.append(out)
        production.make_front()
        dispatch = _Dispatch(production, source, delivery, changes)
        facts = [dispatch.volume(index, out) for index, out in enumerate(opened)]
        manifest = files.manifest()
        for chunk in dispatch.manifest(facts):
            if manifest:
                manifest.write(chunk)
        return Exported(
            tuple(facts),
            sum(fact["pages"] for fact in facts),
            sum(fact["bytes"] for fact in facts),
            (*source.diagnostics, *production.diagnostics),
            len(dispatch.embedded),
            (
                sum(cost.original for cost in production.images.values()),
                sum(cost.stored for cost in production.images.values()),
            ),
            workers.peak,
        )


class _Dispatch:
    """Writes the volumes of a document as the delivery wants them."""

    def __init__(
        self,
        production: Production,
        source: Source,
        delivery: Delivery,
        changes: Manifest | None,
    ) -> None:
        self.embedded: list[Manifest] = []
        """What the manifest says of the attachments in the volumes so far."""
        self._production = production
        self._source = source
        self._delivery = delivery
        self._head = {"delivery": delivery.facts(production.job.options.images)}
        if changes is not None:
            self._head["changes"] = changes
        self._digest = cache(source.digest)
        wanted = delivery.protection
        self._protection = protection(wanted.user, wanted.owner, wanted.allowed) if wanted else None
        self._signing = None
        if delivery.signature:
            if delivery.signer is None:
                raise InternalError("A signature is wanted, and nobody is there to sign.")
            self._signing = Signing(delivery.signer, delivery.signature)

    def volume(self, index: int, out: BinaryIO) -> Manifest:
        """Write a volume; the manifest's facts about it."""
        volume = self._production.volumes[index]
        properties = make_properties(volume.book, volume.options)
        if self._linearized(index):
            with tempfile.TemporaryFile() as plain:
                self._production.write(index, plain, properties, attached=self._attached(index))
                linearize(plain, out, self._protection)
        else:
            encrypted = encryption(self._protection) if self._protection else None
            place = self._production.write(
                index,
                out,
                properties,
                attached=self._attached(index),
                encryption=encrypted,
                signing=self._signing,
            )
            if self._signing:
                sign(out, place, self._signing.signer)
        return volume_facts(volume.file, properties.metadata.title, volume.pages, *_measured(out))

    def manifest(self, files: list[Manifest]) -> Iterator[bytes]:
        """The manifest as far as all is known by now."""
        told = Told(
            self._source.diagnostics,
            self._head,
            {"embedded": self.embedded} if self._delivery.attachments else {},
            self._digest,
            {page.id: page for page in self._source.pages().pages},
        )
        return self._production.manifest(files, told)

    def _linearized(self, index: int) -> bool:
        """Whether the volume is to be linearised; reported if it ought to be and can't."""
        if not self._delivery.linearized:
            return False
        objects = sum(part.scan.room for part in self._production.volumes[index].sequence)
        if not fits(objects):
            self._report(
                "pdf-not-linearised",
                f"the PDF has about {objects:,} objects, too many to be linearised in little memory",
                hint="It is complete as it is. Split it with --split if it has to be linearised.",
            )
            return False
        return True

    def _attached(self, index: int) -> Iterator[Attachment]:
        """The files in a volume, each fetched when it is its turn."""
        timestamp = self._production.job.options.timestamp
        if self._delivery.attachments:
            files = [(page, file) for page in self._production.pages_of(index) for file in page.attachments]
            names = distinct_names([("", _MANIFEST), *((page.title, file.title) for page, file in files)])[1:]
            for (page, file), name in zip(files, names, strict=True):
                media = self._fetched(page, file)
                if media is not None:
                    kind = next((k for k in (media.media_type, file.media_type) if _MEDIA_TYPE.fullmatch(k)), "")
                    self.embedded.append({"volume": index + 1, "name": name, "page": page.id, "bytes": len(media.data)})
                    yield Attachment(
                        name,
                        media.data,
                        kind or "application/octet-stream",
                        description=page.title,
                        modified=timestamp,
                    )
        if self._delivery.manifest:
            # What is only known of finished files can't be in one of them.
            data = b"".join(self.manifest([{"file": v.file, "pages": v.pages} for v in self._production.volumes]))
            yield Attachment(_MANIFEST, data, "application/json", "XPress", "Data", timestamp)

    def _fetched(self, page: Page, file: PageFile) -> Media | None:
        """The file; reported if it can't be embedded."""
        if file.size <= LARGEST_FILE:
            need = AttachmentNeed(page.id, file.title, file.file_id)
            answer = self._source.fulfil([need])[need]
            if isinstance(answer, Media) and len(answer.data) <= LARGEST_FILE:
                return answer
            if not isinstance(answer, Media):
                reason = answer.reason if isinstance(answer, Unavailable) else "it is no file"
                self._report("attachment-missing", f"“{file.title}”: {reason}", page.id, file.title)
                return None
        self._report(
            "attachment-too-large",
            f"“{file.title}” is larger than {LARGEST_FILE // 2**20} MB and not embedded",
            page.id,
            file.title,
        )
        return None

    def _report(self, code: str, message: str, page: str = "", file: str = "", hint: str = "") -> None:
        place = f"attachment {file}" if file else ""
        self._production.diagnostics.append(Diagnostic(code, message, page, place, hint))


def _measured(file: BinaryIO) -> tuple[int, str]:
    """Bytes and SHA-256 of a file."""
    file.seek(0)
    digest = hashlib.sha256()
    while data := file.read(1 << 20):
        digest.update(data)
    return file.tell(), digest.hexdigest()
