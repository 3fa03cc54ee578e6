"""How a document is handed over: what is wanted, and doing it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from confluence_xpress.delivery.delivery import Delivery, Protection, standards_for

if TYPE_CHECKING:
    from confluence_xpress.delivery.dispatch import Files, deliver

__all__ = ["Delivery", "Files", "Protection", "deliver", "standards_for"]


def __getattr__(name: str) -> object:
    """What writes is imported when it is first used: comparing two exports needs none of it."""
    if name in __all__:
        from confluence_xpress.delivery import dispatch  # noqa: PLC0415 - see above

        return getattr(dispatch, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
