"""The command line: parse the request, call the core, present the result."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

__all__ = ["main"]


def main() -> NoReturn:
    """Run the command line and exit."""
    if sys.argv[1:2] == ["render-service"]:
        sys.dont_write_bytecode = True  # it writes nothing, and that includes what is imported before it runs
    if _will_render(sys.argv[1:]):
        # What the workers need is imported by another process while this one imports the command line.
        from confluence_xpress.render import PRELOAD
        from confluence_xpress.workers import warm_up

        warm_up(PRELOAD)
    from confluence_xpress.cli.app import main as run

    run()


def _will_render(arguments: list[str]) -> bool:
    """Whether an export surely begins here, as far as that can be told before the arguments are read."""
    if arguments[:1] != ["export"] or len(arguments) == 1 or "--help" in arguments or os.environ.get("XPRESS_SERVICE"):
        return False
    return not any(argument.split("=")[0] in ("--since", "--service") for argument in arguments)
