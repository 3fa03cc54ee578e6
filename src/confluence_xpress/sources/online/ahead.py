"""Fetches ahead of the typesetter: bodies in large batches, and what they show, while earlier pages are typeset."""

from __future__ import annotations

import html
import re
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from confluence_xpress.bundle import Answer, Body, Page, Unavailable
from confluence_xpress.needs import AttachmentNeed, UserNeed
from confluence_xpress.sources.source import Progress

BATCH = 250
"""Bodies in one call: the most that Confluence Cloud gives."""
_BATCH_BYTES = 16_000_000
"""Bytes of bodies in one batch, roughly: the next batch is smaller when the bodies are large."""
_SMALLEST = 20
_FIRST = 100
_BATCHES_AHEAD = 2
_FILE_BYTES = 64_000_000
"""Bytes of files that are fetched or kept before anybody asks for them."""
_UNKNOWN_BYTES = 500_000
"""What a file is taken to have whose size is not known."""
_BEHIND = 400
"""Pages after which a file that nobody asked for is dropped."""

_IMAGE = re.compile(
    r"<ac:image\b[^>]*>\s*<ri:attachment\b[^>]*?\bri:filename=\"([^\"]+)\"[^>]*?(?:/>|>\s*</ri:attachment>)"
)
_PERSON = re.compile(r"<ri:user\b[^>]*?\bri:(account-id|userkey|username)=\"([^\"]+)\"")


@dataclass(frozen=True, slots=True)
class Fetch:
    """How things are fetched: bodies by page id, a file, and the names of people, which are kept elsewhere."""

    bodies: Callable[[Sequence[Page]], Mapping[str, Body | Unavailable]]
    file: Callable[[AttachmentNeed], Answer]
    people: Callable[[Sequence[UserNeed]], None]


@dataclass(slots=True)
class _File:
    """A file on its way or waiting for it. `place`: of its page in the order of the export."""

    need: AttachmentNeed
    size: int
    place: int
    future: Future[Answer] | None = None


@dataclass(slots=True, eq=False)
class _Batch:
    """Pages whose bodies come in one call. `left`: ids of those that nobody has asked for yet."""

    places: range
    future: Future[Mapping[str, Body | Unavailable]]
    left: set[str]


class Ahead:
    """What the pages of an export will need, in their order. Everything may be called in any thread.

    It only guesses from the markup: what was not foreseen is fetched when it is asked for, and nothing is lost.
    """

    def __init__(self, pages: Sequence[Page], fetch: Fetch, progress: Progress) -> None:
        self._pages = [page for page in pages if page.kind in ("page", "blogpost")]
        self._place = {page.id: place for place, page in enumerate(self._pages)}
        self._fetch = fetch
        self._progress = progress
        self._fetched = 0
        self._lock = threading.RLock()
        # Batches have threads of their own, as their work waits for other threads.
        self._batches = ThreadPoolExecutor(_BATCHES_AHEAD, "xpress-bodies")
        self._loads = ThreadPoolExecutor(6, "xpress-files")
        self._running: list[_Batch] = []
        self._next = 0
        self._size = BATCH
        self._files: dict[AttachmentNeed, _File] = {}
        self._queue: deque[_File] = deque()
        self._held = 0
        self._reached = 0
        self._closed = False
        self._fill()

    def close(self) -> None:
        """End all that is on its way."""
        with self._lock:
            self._closed = True
            self._queue.clear()
            self._files.clear()
        self._batches.shutdown(wait=False, cancel_futures=True)
        self._loads.shutdown(wait=False, cancel_futures=True)

    def body(self, page_id: str) -> Body | Unavailable | None:
        """The body of a page, waited for; None if it is not on its way any more."""
        place = self._place.get(page_id)
        with self._lock:
            batch = next((batch for batch in self._running if place is not None and place in batch.places), None)
        if batch is None or place is None:
            return None
        body = batch.future.result().get(page_id)
        with self._lock:
            batch.left.discard(page_id)
            self._reached = max(self._reached, place)
            if not batch.left and batch in self._running:
                self._running.remove(batch)
                self._fill()
            self._forget()
        return body

    def file(self, need: AttachmentNeed) -> Answer | None:
        """A file, waited for; None if it is not on its way. It is given once."""
        with self._lock:
            file = self._files.pop(need, None)
            if file is None:
                return None
            if file.future is None:
                self._queue.remove(file)
                return None
        try:
            return file.future.result()
        finally:
            with self._lock:
                self._held -= file.size
                self._pump()

    def _fill(self) -> None:
        """Have as many batches under way as there may be."""
        while len(self._running) <= _BATCHES_AHEAD and self._next < len(self._pages) and not self._closed:
            # The first one is small, so that typesetting begins soon.
            size = min(self._size, _FIRST) if self._next == 0 else self._size
            places = range(self._next, min(self._next + size, len(self._pages)))
            self._next = places.stop
            pages = self._pages[places.start : places.stop]
            future = self._batches.submit(self._batch, pages)
            self._running.append(_Batch(places, future, {page.id for page in pages}))

    def _batch(self, pages: Sequence[Page]) -> Mapping[str, Body | Unavailable]:
        bodies = self._fetch.bodies(pages)
        texts = {page_id: body.value for page_id, body in bodies.items() if isinstance(body, Body)}
        average = max(1, sum(map(len, texts.values())) // max(1, len(texts)))
        with self._lock:
            self._size = min(BATCH, max(_SMALLEST, _BATCH_BYTES // average))
            self._fetched += len(pages)
            self._progress(self._fetched, len(self._pages))
        self._foresee(pages, texts)
        return bodies

    def _foresee(self, pages: Sequence[Page], texts: Mapping[str, str]) -> None:
        people = {need: None for text in texts.values() for need in persons(text)}
        files = []
        for page in pages:
            sizes = {attachment.title: attachment.size for attachment in page.attachments}
            files += [
                _File(need, sizes.get(need.filename) or _UNKNOWN_BYTES, self._place[page.id])
                for need in images(page.id, texts.get(page.id, ""))
            ]
        with self._lock:
            if self._closed:
                return
            for file in files:
                if file.need not in self._files:
                    self._files[file.need] = file
                    self._queue.append(file)
            self._pump()
        if people:
            self._fetch.people(list(people))

    def _pump(self) -> None:
        """Begin with as many files as there is room for; one at least."""
        while self._queue and not self._closed and (not self._held or self._held + self._queue[0].size <= _FILE_BYTES):
            file = self._queue.popleft()
            self._held += file.size
            file.future = self._loads.submit(self._fetch.file, file.need)

    def _forget(self) -> None:
        """Drop files that belong to pages long passed: they were not needed after all."""
        passed = [file for file in self._files.values() if file.place < self._reached - _BEHIND]
        for file in passed:
            del self._files[file.need]
            if file.future is None:
                self._queue.remove(file)
            else:
                self._held -= file.size
        if passed:
            self._pump()


def images(page_id: str, text: str) -> Iterable[AttachmentNeed]:
    """The page's own files that its markup shows as images."""
    return dict.fromkeys(AttachmentNeed(page_id, html.unescape(name)) for name in _IMAGE.findall(text))


def persons(text: str) -> Iterable[UserNeed]:
    """The people that a page's markup names."""
    for kind, value in _PERSON.findall(text):
        name = html.unescape(value)
        yield UserNeed(
            account_id=name if kind == "account-id" else "",
            key=name if kind == "userkey" else "",
            username=name if kind == "username" else "",
        )
