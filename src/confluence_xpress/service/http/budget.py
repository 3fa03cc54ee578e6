"""How many bytes of requests and answers the service may hold in memory, all together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from confluence_xpress.service.problems import Problem

_RETRY_SECONDS = 2


class Budget:
    """The bytes there are. For one event loop, or one thread."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.held = 0

    @contextmanager
    def share(self) -> Iterator[Share]:
        """What one request holds. All of it is given back at the end, whatever happens."""
        share = Share(self)
        try:
            yield share
        finally:
            share.give_back()


class Share:
    """What one request holds of a budget."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self.held = 0

    def expect(self, size: int) -> None:
        """Problem `busy` if so many bytes could not be had now. They are not reserved."""
        if self._budget.held + size > self._budget.limit:
            raise Problem(
                "busy", "The service holds as many requests and answers as it can.", retry_after=_RETRY_SECONDS
            )

    def reserve(self, size: int) -> None:
        """Holds so many bytes more. Problem `busy` if there aren't as many."""
        self.expect(size)
        self._budget.held += size
        self.held += size

    def give_back(self, size: int | None = None) -> None:
        """Holds so many bytes less, or none at all."""
        size = self.held if size is None else min(size, self.held)
        self._budget.held -= size
        self.held -= size
