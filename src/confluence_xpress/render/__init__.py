"""The core's whole public face."""

from __future__ import annotations

from typing import TYPE_CHECKING

from confluence_xpress.render.manifest import Manifest
from confluence_xpress.render.options import Options

if TYPE_CHECKING:
    from confluence_xpress.render.core import Rendition, begin, markup, needs, render

PRELOAD = ("confluence_xpress.render.core",)
"""The modules that processes need which do the work."""

__all__ = ["PRELOAD", "Manifest", "Options", "Rendition", "begin", "markup", "needs", "render"]


def __getattr__(name: str) -> object:
    """What renders is imported when it is first used: whoever only compares two exports needs none of it."""
    if name in __all__:
        from confluence_xpress.render import core  # noqa: PLC0415 - see above

        return getattr(core, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
