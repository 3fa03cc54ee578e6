"""Measure fetching from a site with latency, beside a client that reads page by page: see `--help`."""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":
    # As a script, Python would look for modules in this folder, where some have the names of the standard library's.
    sys.path[0] = str(Path(__file__).resolve().parents[1])
    from bench.site_main import main

    main()
