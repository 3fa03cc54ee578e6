"""More images than Typst has names for: it can tell 65,535 files apart in the life of a process."""

from __future__ import annotations

import subprocess
import sys

import pytest

from confluence_xpress.typeset.engine import compile_pdf

NAMES = 65_535
PICTURE = b'<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="10"><path d="M0 0h9v9H0z"/></svg>'
# A process of its own, as it would be of no more use if this failed.
MANY = """
from tests.test_many_files import NAMES, typeset
for start in range(0, NAMES + 2_000, 1_000):
    last = typeset(start, 1_000)
assert last == typeset(0, 1_000), "names are in the PDF"
print(len(last))
"""


def typeset(first: int, count: int) -> bytes:
    """A PDF that shows the first of so many pictures, each under a name of its own."""
    media = {f"media/{number:032x}.svg": PICTURE % (number - first + 5) for number in range(first, first + count)}
    shown = f'#image("/media/{first:032x}.svg", alt: "A picture")'
    return compile_pdf({"main.typ": shown.encode(), **media}, "main.typ", (), 0)


def test_the_names_of_media_do_not_matter() -> None:
    assert typeset(1, 3) == typeset(2, 3)


@pytest.mark.slow
def test_a_process_typesets_more_images_than_there_are_names() -> None:
    done = subprocess.run([sys.executable, "-c", MANY], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
