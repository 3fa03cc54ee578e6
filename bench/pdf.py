"""What is in a PDF: `python -m bench.pdf FILE.pdf [WORDS.json]` prints its facts as JSON."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from unicodedata import normalize

import pikepdf

_WORD = re.compile(r"\w+")
_HYPHEN = re.compile(r"(?<=\w)-\s*(?=\w)")
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))


def words(text: str) -> Counter[str]:
    """How often each word is in a text, whatever its case.

    Words joined by a hyphen count as one without it, since `pdftotext` takes away the hyphens at line ends.
    """
    plain = normalize("NFKC", text).translate(_INVISIBLE).casefold()
    return Counter(_WORD.findall(_HYPHEN.sub("", plain)))


def recall(wanted: Counter[str], found: Counter[str]) -> float:
    """The share of the wanted words that were found, each as often as it is wanted."""
    return (wanted & found).total() / max(1, wanted.total())


def facts(pdf: Path, wanted: Counter[str] | None) -> dict[str, object]:
    """Pages, size and tags; and the share of the wanted words, if poppler's `pdftotext` is there to tell."""
    with pikepdf.open(pdf) as document:
        result: dict[str, object] = {
            "pdf_pages": len(document.pages),
            "bytes": pdf.stat().st_size,
            "tagged": "/StructTreeRoot" in document.Root,
            "recall": None,
        }
    if wanted and (program := shutil.which("pdftotext")):
        text = subprocess.run([program, "-q", str(pdf), "-"], capture_output=True, check=True).stdout
        result["recall"] = recall(wanted, words(text.decode("utf-8", "replace")))
    return result


def main() -> None:
    """Print the facts."""
    pdf, *wanted = map(Path, sys.argv[1:])
    print(json.dumps(facts(pdf, Counter(json.loads(wanted[0].read_text("utf-8"))) if wanted else None)))


if __name__ == "__main__":
    main()
