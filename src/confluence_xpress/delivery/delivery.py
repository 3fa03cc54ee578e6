"""How a document is handed over: in how many files, with what in them, protected, signed, linearised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from confluence_xpress.errors import InputError
from confluence_xpress.typeset.standards import DEFAULT, archive_of, check_standards

if TYPE_CHECKING:
    from confluence_xpress.render.plan import Split
    from confluence_xpress.typeset.encrypt import Permission
    from confluence_xpress.typeset.sign import SignatureDetails, Signer

_WITH_FILES = ("ua-1", "a-3a")
_ENCRYPTED = ("ua-1",)
_HOLD_ANY_FILE = (("3", "A"), ("3", "B"), ("3", "U"), ("4", "E"), ("4", "F"))
"""Parts and conformance levels of PDF/A that may have files of any kind in them."""
_NEEDS_FILES = ("4", "F")


@dataclass(frozen=True, slots=True)
class Protection:
    """The password to open a document (empty: none), the one that allows everything, and what is allowed without it."""

    user: str = field(repr=False)
    owner: str = field(repr=False)
    allowed: tuple[Permission, ...]


@dataclass(frozen=True, slots=True)
class Delivery:
    """What is wanted. The default is one PDF with nothing in it but its pages."""

    split: Split | None = None
    attachments: bool = False
    """The files of the exported pages are embedded."""
    manifest: bool = False
    """The manifest is embedded."""
    protection: Protection | None = None
    signature: SignatureDetails | None = None
    signer: Signer | None = None
    """Who signs. Needed when it comes to writing."""
    linearized: bool = False

    def __post_init__(self) -> None:
        """InputError for what excludes each other."""
        if self.signature and self.linearized:
            raise InputError(
                "a signed PDF can't be linearised, nor a linearised one signed", "Choose --sign or --linearize."
            )

    def facts(self, images: str) -> dict[str, object]:
        """What the manifest says of it, so that a later export can tell that something else is wanted. No secrets.

        `images` is the image profile.
        """
        split = self.split
        details = asdict(self.signature) if self.signature else {}
        return {
            "split": None if split is None else f"{split.by}={split.most}" if split.most else split.by,
            "attachments": self.attachments,
            "manifest": self.manifest,
            "images": images,
            "encrypted": self.protection is not None,
            "permissions": sorted(self.protection.allowed) if self.protection else None,
            "signed": {key: details[key] for key in ("name", "reason", "location")} if details else None,
            "linearized": self.linearized,
        }


def standards_for(delivery: Delivery, asked: Sequence[str] | None) -> tuple[str, ...]:
    """The PDF standards of a document: those asked for, or as many as the delivery allows (None: nothing was asked).

    Raises InputError for standards that forbid what the delivery wants.
    """
    files, encrypted = delivery.attachments or delivery.manifest, delivery.protection is not None
    if asked is None:
        return _ENCRYPTED if encrypted else _WITH_FILES if files else DEFAULT
    standards = check_standards(asked)
    archive = archive_of(standards)
    name = next((name for name in standards if name.startswith("a-")), "")
    if encrypted and archive:
        raise InputError(f"{name} (PDF/A) forbids encryption", "Leave out --pdf-standard, or the passwords.")
    if files and archive and archive not in _HOLD_ANY_FILE:
        raise InputError(
            f"{name} forbids embedded files of any kind", f"Choose {'a-4f' if archive[0] == '4' else 'a-3a'}."
        )
    if archive == _NEEDS_FILES and not files:
        raise InputError(
            f"{name} is for PDFs with embedded files", "Add --attachments or --embed-manifest, or choose a-4."
        )
    return standards
