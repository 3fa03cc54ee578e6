"""The programs that are measured, and how each is started."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_CHROMIUM_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--allow-file-access-from-files",
    "--no-pdf-header-footer",
    "--export-tagged-pdf",
    "--generate-pdf-document-outline",
)


@dataclass(frozen=True, slots=True)
class Content:
    """The same pages for every program: as a Confluence source, and as one HTML document."""

    name: str
    pages: int
    """Confluence pages."""
    source: Path
    html: Path
    """The folder of `index.html`; written when the first program needs it."""
    large: bool = False
    """Whether it is one of several sizes of the same content."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A program. `command` makes a PDF of some content in a folder that is new for every run."""

    name: str
    version: str
    output: str
    """What its PDF has, in a few words."""
    command: Callable[[Content, Path, Path], list[str]]
    absent: str = ""
    """Why it can't be measured here; empty if it can."""
    peer: bool = True
    """Whether it is another program than XPress."""

    @property
    def key(self) -> str:
        """Its name in names of files."""
        return "-".join(self.name.lower().replace(",", "").split())


XPRESS = "XPress"
"""With two workers: what the others are compared with."""
XPRESS_ALONE = "XPress, 1 worker"


def all_tools() -> list[Tool]:
    """XPress first, then its peers."""
    return [_xpress(XPRESS, 2), _xpress(XPRESS_ALONE, 1), _weasyprint(), _chromium()]


def export(source: Path, pdf: Path, jobs: int = 2) -> list[str]:
    """The arguments of an export by XPress, with all else at its default."""
    return ["export", str(source), "-o", str(pdf), "--jobs", str(jobs), "--quiet", "--timestamp", "0"]


def _xpress(name: str, jobs: int) -> Tool:
    return Tool(
        name,
        f"{_installed('confluence-xpress')} (Typst {_installed('typst')})",
        "PDF/UA-1 and PDF/A-2a, bookmarks, contents with page numbers, running heads, highlighted code",
        lambda content, _folder, pdf: [sys.executable, "-m", "confluence_xpress", *export(content.source, pdf, jobs)],
        peer=False,
    )


def _weasyprint() -> Tool:
    found = _installed("weasyprint")
    return Tool(
        "WeasyPrint",
        found,
        "PDF/UA-1, bookmarks, contents without page numbers, page numbers, plain code",
        lambda content, _folder, pdf: [
            *(sys.executable, "-m", "weasyprint", "--quiet", "--pdf-variant", "pdf/ua-1"),
            *(str(content.html / "index.html"), str(pdf)),
        ],
        "" if found else "not installed: pip install 'confluence-xpress[bench]'",
    )


def _chromium() -> Tool:
    program = next(filter(None, map(shutil.which, _CHROMIUM_NAMES)), "")
    found = _program_version(program) if program else ""
    return Tool(
        "Chromium",
        found,
        "tagged, bookmarks, contents without page numbers, page numbers, plain code",
        lambda content, folder, pdf: [
            *(program, *_CHROMIUM_FLAGS, f"--user-data-dir={folder / 'profile'}"),
            *(f"--print-to-pdf={pdf}", (content.html / "index.html").as_uri()),
        ],
        "" if found else "no program of the names " + ", ".join(_CHROMIUM_NAMES),
    )


def _installed(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "from this folder" if package == "confluence-xpress" else ""


def _program_version(program: str) -> str:
    try:
        answer = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return next((word for word in answer.stdout.split() if word[0].isdigit()), "")
