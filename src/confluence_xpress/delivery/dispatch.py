"""Hands a document over: its volumes and its manifest, as the delivery wants them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import BinaryIO, Protocol

from confluence_xpress.bundle import Answer, Media, Page, Unavailable
from confluence_xpress.bundle import Attachment as PageFile
from confluence_xpress.delivery.delivery import Delivery
from confluence_xpress.diagnostics import Diagnostic
from confluence_xpress.errors import InternalError
from confluence_xpress.needs import AttachmentNeed
from confluence_xpress.render import Manifest
from confluence_xpress.render.manifest import volume_facts
from confluence_xpress.render.plan import AnswerNeeds
from confluence_xpress.render.produce import Production, Told
from confluence_xpress.render.properties import make_properties
from confluence_xpress.typeset.attachments import Attachment, distinct_names
from confluence_xpress.typeset.encrypt import encryption, protection
from confluence_xpress.typeset.linearize import fits, linearize
from confluence_xpress.typeset.sign import Signing, sign

LARGEST_FILE = 100 * 2**20
"""Bytes of an attachment that is embedded. It is held in memory, packed and unpacked."""
_FILES_AT_ONCE = 16
_BYTES_AT_ONCE = 16 * 2**20
_MANIFEST = "manifest.json"
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9.+_-]*/[a-z0-9][a-z0-9.+_-]*", re.IGNORECASE)

Scratch = Callable[[], BinaryIO]
"""Opens a nameless file that is gone when it is closed: on disk or in memory."""


class Files(Protocol):
    """Where the results go."""

    def volume(self, number: int, count: int) -> tuple[str, BinaryIO]:
        """The file of a volume, of which `number` (from 1) and count are given, and the name others find it by."""

    def manifest(self) -> BinaryIO | None:
        """The file of the manifest, if it is wanted."""


def deliver(
    production: Production,
    delivery: Delivery,
    files: Files,
    *,
    fulfil: AnswerNeeds,
    told: Callable[[], Told],
    scratch: Scratch,
) -> tuple[tuple[Manifest, ...], int]:
    """Write the volumes, whose parts are made, and the manifest.

    `fulfil` answers needs for attachments that are embedded, `told` is asked for what the host adds to the manifest.
    Gives the manifest's facts on each PDF, and how many attachments are in them. Raises XPressError or OSError.
    """
    count = len(production.volumes)
    opened = []
    for number, volume in enumerate(production.volumes, 1):
        volume.file, out = files.volume(number, count)
        opened.append(out)
    production.make_front()
    dispatch = _Dispatch(production, delivery, fulfil, told, scratch)
    facts = [dispatch.volume(index, out) for index, out in enumerate(opened)]
    manifest = files.manifest()
    for chunk in dispatch.manifest(facts):
        if manifest:
            manifest.write(chunk)
    return tuple(facts), len(dispatch.embedded)


class _Dispatch:
    """Writes the volumes of a document as the delivery wants them."""

    def __init__(
        self,
        production: Production,
        delivery: Delivery,
        fulfil: AnswerNeeds,
        told: Callable[[], Told],
        scratch: Scratch,
    ) -> None:
        self.embedded: list[Manifest] = []
        """What the manifest says of the attachments in the volumes so far."""
        self._production = production
        self._delivery = delivery
        self._fulfil = fulfil
        self._told = told
        self._scratch = scratch
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
            with self._scratch() as plain:
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
        told = self._told()
        head = {"delivery": self._delivery.facts(self._production.job.options.images)}
        tail = {"embedded": self.embedded} if self._delivery.attachments else {}
        return self._production.manifest(files, replace(told, head={**head, **told.head}, tail={**tail, **told.tail}))

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
            for (page, file), name, media in zip(files, names, self._fetched(files), strict=True):
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

    def _fetched(self, files: Sequence[tuple[Page, PageFile]]) -> Iterator[Media | None]:
        """Each file, a few at once; None, and reported, if it can't be embedded."""
        for group in _groups(files):
            needs = [AttachmentNeed(page.id, file.title, file.file_id) for page, file in group]
            answers = self._fulfil(
                tuple(need for need, (_, file) in zip(needs, group, strict=True) if file.size <= LARGEST_FILE)
            )
            for need, (page, file) in zip(needs, group, strict=True):
                yield self._checked(page, file, answers.get(need))

    def _checked(self, page: Page, file: PageFile, answer: Answer | None) -> Media | None:
        """The file; reported if it can't be embedded. None: it was too large to be asked for."""
        if isinstance(answer, Media) and len(answer.data) <= LARGEST_FILE:
            return answer
        if answer is not None and not isinstance(answer, Media):
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


def _groups(files: Sequence[tuple[Page, PageFile]]) -> Iterator[list[tuple[Page, PageFile]]]:
    """Files that are fetched together: what is held in memory is little more than the largest of them."""
    group: list[tuple[Page, PageFile]] = []
    size = 0
    for page, file in files:
        if group and (len(group) == _FILES_AT_ONCE or size + file.size > _BYTES_AT_ONCE):
            yield group
            group, size = [], 0
        group.append((page, file))
        size += file.size
    if group:
        yield group
