"""Where an export goes: the PDF or its volumes, and the manifest."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from confluence_xpress.cli.output import Outputs, check_target, write_stdout
from confluence_xpress.errors import InputError

if TYPE_CHECKING:
    from confluence_xpress.delivery.exported import Exported
    from confluence_xpress.render.plan import Split


class Targets:
    """The files of one export: what `export` writes into. `manifest_path` is None if no manifest is wanted.

    `output` and `manifest`: what the user named (`-`: standard output); `name`: what the PDF is called otherwise.
    """

    def __init__(self, name: str, output: str, manifest: Path | None, outputs: Outputs) -> None:
        self._outputs = outputs
        self._to_stdout = output == "-"
        self._pdf = Path(output or name)
        self._opened: list[tuple[Path, BinaryIO]] = []
        self.manifest_path = manifest or (None if self._to_stdout else self._pdf.with_suffix(".manifest.json"))

    @property
    def name(self) -> str:
        """What the PDF is called."""
        return self._pdf.name

    def check(self, split: Split | None) -> None:
        """Raises InputError if something can't be written."""
        if self._to_stdout and split:
            raise InputError("volumes can't be written to standard output", "Name a file: -o OUT.pdf.")
        if not self._to_stdout:
            check_target(self._pdf, "the PDF")
        if self.manifest_path:
            check_target(self.manifest_path, "the manifest")
            if not self._to_stdout and self.manifest_path.resolve() == self._pdf.resolve():
                raise InputError(f"{self._pdf} can't be both the PDF and the manifest", "Give them different names.")

    def volume(self, number: int, count: int) -> tuple[str, BinaryIO]:
        """The file of a volume, and the name by which other volumes find it."""
        from confluence_xpress.delivery.split import volume_name

        path = self._pdf.with_name(volume_name(self._pdf.name, number, count)) if count > 1 else self._pdf
        file = self._outputs.temporary() if self._to_stdout else self._outputs.open(path)
        self._opened.append((path, file))
        return path.name, file

    def manifest(self) -> BinaryIO | None:
        """The file of the manifest, if one is wanted."""
        return self._outputs.open(self.manifest_path) if self.manifest_path else None

    def deliver(self) -> None:
        """Give the files their names, or write the PDF to standard output."""
        self._outputs.commit()
        if self._to_stdout:
            write_stdout(self._opened[0][1])

    def written(self, exported: Exported) -> str:
        """Where the PDF is, in words."""
        if self._to_stdout:
            return "PDF on standard output"
        first, last = self._opened[0][0], self._opened[-1][0]
        return str(first) if len(exported.files) == 1 else f"{first} to {last.name} ({len(exported.files)} volumes)"


def name_of_path(source: Path) -> str:
    """What a PDF is called that is made of something on disk."""
    stem = re.sub(
        r"(\.(storage|adf|view))?\.(xml|xhtml|html?|json|zip)$", "", source.resolve().name, flags=re.IGNORECASE
    )
    return f"{stem or 'export'}.pdf"


def name_of_title(title: str) -> str:
    """What a PDF of this title is called: the title, without what file systems don't take."""
    stem = re.sub(r'[\x00-\x1f\x7f<>:"/\\|?*\u200b-\u200f\u2028-\u202e\u2066-\u2069]+', " ", title)
    stem = " ".join(stem.split()).strip(". ")
    # File systems count bytes, 255 at most, and the manifest's name is longer.
    stem = stem.encode("utf-8", "ignore")[:180].decode("utf-8", "ignore").strip(". ")
    return f"{stem or 'export'}.pdf"
