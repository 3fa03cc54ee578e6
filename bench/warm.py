"""One page rendered again and again in one process: `python -m bench.warm SOURCE` prints seconds per rendering."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from confluence_xpress.collect import collect
from confluence_xpress.render import Options, needs, render
from confluence_xpress.sources.open import open_source
from confluence_xpress.sources.selection import Selection
from confluence_xpress.templates import load_template, parse_settings

_TIMES = 15


def main() -> None:
    """Print a JSON list; the first is the cold one."""
    template = load_template("default")
    options = Options(template, parse_settings(template.options, {}))
    source = open_source(Path(sys.argv[1]))
    bundle = collect(source, Selection(), needs=lambda bundle: needs(bundle, options))
    seconds = []
    for _ in range(_TIMES):
        started = time.perf_counter()
        render(bundle, options, source.diagnostics)
        seconds.append(time.perf_counter() - started)
    print(json.dumps(seconds))


if __name__ == "__main__":
    main()
