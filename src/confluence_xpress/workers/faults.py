"""What goes wrong with workers, rather than with their tasks."""

from __future__ import annotations

from confluence_xpress.errors import InternalError, XPressError


class StoppedError(XPressError):
    """Somebody called `Workers.stop`."""

    def __init__(self) -> None:
        super().__init__("The work was stopped.")


class UnpreparedError(InternalError):
    """No worker could be started, or none got through its preparation."""
