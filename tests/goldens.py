"""Golden files: what the code gave when somebody last looked at it and found it right."""

from __future__ import annotations

from pathlib import Path


def check(path: Path, actual: str, accept: bool) -> None:
    """Compare with a golden file; with `--accept`, write it. A missing file is a failure."""
    if accept:
        path.write_text(actual, encoding="utf-8")
        return
    assert path.is_file(), f"{path} is missing; look at the output and run pytest with --accept"
    assert actual == path.read_text(encoding="utf-8")
