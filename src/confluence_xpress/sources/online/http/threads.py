"""Work done in several threads at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

X = TypeVar("X")
Y = TypeVar("Y")


class Threads:
    """At most so many threads, for all who have something to do. `stopped` makes the error of what is broken off."""

    def __init__(self, most: int, stopped: Callable[[], Exception]) -> None:
        self._pool = ThreadPoolExecutor(most, thread_name_prefix="xpress-site")
        self._stopped = stopped
        self._closed = False
        self._here = threading.local()

    def map(self, work: Callable[[X], Y], items: Iterable[X]) -> list[Y]:
        """The results for all items, in their order. Raises the error of the first that failed; the rest is dropped.

        Work that itself maps does so in its own thread: all others could be waiting for it.
        """
        several = list(items)
        if len(several) < 2 or getattr(self._here, "inside", False):
            return [work(item) for item in several]
        given_up = threading.Event()

        def one(item: X) -> Y:
            if given_up.is_set():
                raise CancelledError
            self._here.inside = True
            try:
                return work(item)
            except BaseException:
                given_up.set()
                raise
            finally:
                self._here.inside = False

        futures: list[Future[Y]] = []
        try:
            futures.extend(self._pool.submit(one, item) for item in several)
            for future in futures:
                with suppress(CancelledError):  # `futures.wait` would wait for ever for those of a pool that is closed
                    future.exception()
        except RuntimeError:  # of a pool that is closed
            if not self._closed:
                raise
        finally:
            given_up.set()
        errors = [future.exception() for future in futures if future.done() and not future.cancelled()]
        for error in errors:
            if error and not isinstance(error, CancelledError):
                raise error
        if errors != [None] * len(several):
            raise self._stopped()
        return [future.result() for future in futures]

    def close(self) -> None:
        """Drops what has not begun, and waits for what has."""
        self._closed = True
        self._pool.shutdown(cancel_futures=True)
