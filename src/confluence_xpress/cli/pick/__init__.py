"""`--pick`: a person ticks pages in the terminal. Nothing of the screen is imported before it is needed."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from confluence_xpress.cli.terminal import display_of
from confluence_xpress.errors import InputError
from confluence_xpress.sources.source import SiteMap

if TYPE_CHECKING:
    from confluence_xpress.cli.pick.app import PickApp

__all__ = ["pick"]


def pick(site: SiteMap, already: Collection[str] = (), *, title: str) -> tuple[str, ...] | None:
    """The ids of the pages that a person ticks, in the order of the page tree; None if they leave without.

    `already`: ids that are ticked at first. `title`: what is picked from, above the tree. Must be called in the main
    thread, as it is the one that gets signals. The screen is on standard error, so that standard output stays free.
    InputError if there is no terminal or no page; KeyboardInterrupt for Ctrl-C.
    """
    _check_terminal()
    if not site.pages:
        raise InputError("There is no page to pick.", "Check that the source holds current pages.")
    from confluence_xpress.cli.pick.app import PickApp

    display = display_of(sys.stderr)
    app = PickApp(site, already, title=title, glyphs=display.glyphs, encoding=display.encoding)
    with _signals_kept():
        asyncio.run(_run(app))
    if app.failure:
        raise app.failure
    if app.stopped_by:
        # Now that the terminal is as it was, it goes the way it always does.
        signal.raise_signal(app.stopped_by)
    return app.return_value


async def _run(app: PickApp) -> None:
    with suppress(NotImplementedError):  # on Windows, where nobody sends it
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, app.stop, signal.SIGTERM)
    await app.run_async()


def _check_terminal() -> None:
    hint = "Name the pages instead: --pages ID,ID; xpress tree SOURCE shows their ids."
    # On Windows the screen is on standard output.
    screen = sys.stdout if os.name == "nt" else sys.stderr
    if not (sys.stdin and screen and sys.stdin.isatty() and screen.isatty()):
        raise InputError("Picking pages needs a terminal, and this is none.", hint)
    if os.environ.get("TERM") in ("dumb", "unknown"):
        raise InputError("This terminal can't show a screen to pick pages on.", hint)


@contextmanager
def _signals_kept() -> Iterator[None]:
    """The screen handles signals of its own; afterwards everything is handled as before."""
    names = [name for name in ("SIGINT", "SIGTERM", "SIGTSTP", "SIGCONT", "SIGWINCH") if hasattr(signal, name)]
    before = {name: signal.getsignal(getattr(signal, name)) for name in names}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)
