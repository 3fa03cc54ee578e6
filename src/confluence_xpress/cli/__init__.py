"""The command line: parse the request, call the core, present the result."""

from __future__ import annotations

import sys
from typing import NoReturn

__all__ = ["main"]


def main() -> NoReturn:
    """Run the command line and exit."""
    if _will_render(sys.argv[1:]):
        # What the workers need is imported by another process while this one imports the command line.
        from confluence_xpress.render import PRELOAD
        from confluence_xpress.workers import warm_up

        warm_up(PRELOAD)
    from confluence_xpress.cli.app import main as run

    run()


def _will_render(arguments: list[str]) -> bool:
    """Whether an export surely begins, as far as that can be told before the arguments are read."""
    compared = any(argument.split("=")[0] == "--since" for argument in arguments)
    return arguments[:1] == ["export"] and len(arguments) > 1 and "--help" not in arguments and not compared
