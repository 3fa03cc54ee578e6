"""Export the demo spaces with the `xpress` of this very interpreter.

    python demo/build.py

Two PDFs and their manifests appear in `build/demo/`: the handbook from the folder `demo/space`, and the field notes
from a Confluence space export, zipped here from `demo/export` so that its parts can be read in the repository.
The exit code is the exporter's: that of the first export that failed, else 0.
"""

from __future__ import annotations

import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

DEMO = Path(__file__).resolve().parent
BUILD = DEMO.parent / "build" / "demo"
OPTIONS = {"cover": "true", "contents": "true", "numbering": "true"}

#: The earliest time that a zip can tell; with a fixed order it makes the archive the same on every machine.
ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)


def main() -> int:
    """Export both spaces, then say where the results are."""
    BUILD.mkdir(parents=True, exist_ok=True)
    archive = BUILD / "field-notes-space.zip"
    archive.write_bytes(zipped(DEMO / "export"))
    handbook = export(DEMO / "space", "operations-handbook")
    notes = export(archive, "field-notes")
    return handbook or notes


def export(source: Path, name: str) -> int:
    """Export one source to `build/demo/<name>.pdf` and return the exporter's exit code."""
    pdf, manifest = BUILD / f"{name}.pdf", BUILD / f"{name}.manifest.json"
    for old in (pdf, manifest):
        old.unlink(missing_ok=True)
    command = [sys.executable, "-m", "confluence_xpress", "export", str(source), "-o", str(pdf)]
    command += ["--manifest", str(manifest)]
    for key, value in OPTIONS.items():
        command += ["--set", f"{key}={value}"]
    print(f"{name}: exporting {source}", flush=True)
    code = subprocess.run(command, check=False).returncode
    if pdf.is_file():
        print(f"{name}: {pdf} ({pdf.stat().st_size / 1000:,.0f} kB), report in {manifest.name}")
    if code:
        print(f"{name}: the exporter ended with exit code {code}", file=sys.stderr)
    return code


def zipped(folder: Path) -> bytes:
    """The folder as a zip archive: the same files give the same bytes."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path in sorted(folder.rglob("*"), key=lambda found: found.relative_to(folder).as_posix()):
            if path.is_file():
                entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), ZIP_EPOCH)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.create_system = 3  # Unix, wherever this runs
                entry.external_attr = 0o100644 << 16
                archive.writestr(entry, path.read_bytes(), compresslevel=9)
    return buffer.getvalue()


if __name__ == "__main__":
    sys.exit(main())
