"""What became of an export."""

from __future__ import annotations

from dataclasses import dataclass

from confluence_xpress.diagnostics import Diagnostic
from confluence_xpress.render.manifest import Manifest


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
    """Largest memory of any worker, in bytes; 0 if they are elsewhere."""
