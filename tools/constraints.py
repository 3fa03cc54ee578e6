"""Writes constraints.txt: the newest version of every package that XPress, its tests and its benchmark need.

Names and versions only, so that the file is the same wherever the packages come from. Run with the oldest Python that
XPress supports, as a version chosen there works with newer ones too.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLDEST = (3, 11)
HEADER = "# Written by `make constraints`: the versions that XPress is tested with.\n"


def main() -> int:
    """Install everything into a venv for this once, and note what came."""
    if sys.version_info[:2] != OLDEST:
        wanted = ".".join(map(str, OLDEST))
        print(f"Run this with Python {wanted}: make constraints PYTHON=python{wanted}", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as directory:
        subprocess.run([sys.executable, "-m", "venv", directory], check=True)
        pip = [str(Path(directory) / "bin" / "python"), "-m", "pip", "--disable-pip-version-check"]
        subprocess.run([*pip, "install", "--quiet", f"{ROOT}[all,dev,bench]"], check=True)
        listing = subprocess.run([*pip, "list", "--format=json"], check=True, capture_output=True, text=True).stdout
    own = {"confluence-xpress", "pip", "setuptools"}
    pins = sorted(f"{p['name'].lower().replace('_', '-')}=={p['version']}" for p in json.loads(listing))
    kept = [pin for pin in pins if pin.partition("==")[0] not in own]
    (ROOT / "constraints.txt").write_text(HEADER + "".join(f"{pin}\n" for pin in kept), encoding="utf-8")
    print(f"constraints.txt: {len(kept)} packages")
    return 0


if __name__ == "__main__":
    sys.exit(main())
