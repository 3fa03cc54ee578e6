"""Has the parts of a document typeset by the service, several at once."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace
from queue import SimpleQueue

from confluence_xpress.errors import XPressError
from confluence_xpress.remote.about import Limits, too_large
from confluence_xpress.remote.client import Answer, Client
from confluence_xpress.remote.gather import Gatherer, without_largest
from confluence_xpress.remote.refusals import CRASHED, EXPENSIVE, ExpensiveError
from confluence_xpress.remote.requests import Requests
from confluence_xpress.remote.upload import Content, Upload
from confluence_xpress.render.part import PartTask
from confluence_xpress.render.plan import LAST_STEP
from confluence_xpress.render.produce import Progress
from confluence_xpress.render.spool import Spool
from confluence_xpress.wire.parts import MEDIA_TYPE

_LARGE = "too-large"
_REASONS = {
    EXPENSIVE: "it takes more than the rendering service allows",
    CRASHED: "the typesetter crashed",
    _LARGE: "it is more than the rendering service takes",
}


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What became of a part: its bytes, or why there are none."""

    task: PartTask
    data: bytes = b""
    error: BaseException | None = None


class Parts:
    """Has up to `jobs` parts made at once, and keeps them in the spool."""

    def __init__(
        self, client: Client, requests: Requests, gatherer: Gatherer, limits: Limits, *, jobs: int, spool: Spool
    ) -> None:
        self._client = client
        self._requests = requests
        self._gatherer = gatherer
        self._limits = limits
        self._jobs = jobs
        self._spool = spool
        self._running = 0
        self._outcomes: SimpleQueue[_Outcome] = SimpleQueue()
        self._again: deque[PartTask] = deque()
        self._made: dict[int, Content] = {}
        """By their first page."""
        self._done = 0
        """Pages."""
        self._size = 0

    def make(self, tasks: Iterable[PartTask], total: int, progress: Progress) -> list[Content]:
        """The parts in the order of their pages. `progress` is told how many of `total` pages are done."""
        fresh = iter(tasks)
        while True:
            task = self._again.popleft() if self._again else next(fresh, None)
            if task and (upload := self._upload(task)):  # made ready while the others are on their way
                while self._running >= self._jobs:
                    self._settle()
                    progress("parts", self._done, total)
                self._start(task, upload)
                del upload
            elif task is None:
                if not self._running:
                    return [self._made[start] for start in sorted(self._made)]
                self._settle()
                progress("parts", self._done, total)

    def _upload(self, task: PartTask) -> Upload | None:
        """The request for a part; None if it would be too large, and something smaller is to be tried."""
        if task.stop - task.start <= self._limits.pages:
            answers = self._gatherer.answers(task)
            upload = self._requests.part(task, answers)
            while upload.size > self._limits.request_bytes and task.stop - task.start == 1:
                if (lighter := without_largest(answers)) is None:
                    break
                answers, upload = lighter, self._requests.part(task, lighter)
            if upload.size <= self._limits.request_bytes:
                return upload
        self._again.extend(smaller(task, _LARGE))
        return None

    def _start(self, task: PartTask, upload: Upload) -> None:
        # A thread of its own that ends with the process: after an error or Ctrl-C nobody waits for its request.
        threading.Thread(target=self._run, args=(task, upload), daemon=True).start()
        self._running += 1

    def _run(self, task: PartTask, upload: Upload) -> None:
        try:
            outcome = _Outcome(task, self._client.post("/v1/parts", upload, MEDIA_TYPE, Answer.read))
        except BaseException as error:  # noqa: BLE001 - handed to the thread that waits for it
            outcome = _Outcome(task, error=error)
        self._outcomes.put(outcome)

    def _settle(self) -> None:
        """Waits until a request has ended. Raises what went wrong, unless something smaller may go well."""
        outcome = self._outcomes.get()
        self._running -= 1
        task = outcome.task
        if isinstance(outcome.error, ExpensiveError):
            self._again.extend(smaller(task, outcome.error.code, outcome.error))
        elif outcome.error:
            raise outcome.error
        elif len(outcome.data) > self._limits.file_bytes:
            self._again.extend(smaller(task, _LARGE))
        else:
            slot = self._spool.put(outcome.data)
            self._made[task.start] = Content(slot.length, lambda: self._spool.bytes(slot))
            self._done += task.stop - task.start
            self._size += slot.length
            if self._size > self._limits.request_bytes:
                raise too_large(self._size, self._limits, self._client.host)


def smaller(task: PartTask, why: str, error: XPressError | None = None) -> tuple[PartTask, ...]:
    """What to try instead of a part that can't be made: its halves, until one page is left; that one reduced.

    `why` is the code of a problem. Raises the error when there is nothing smaller.
    """
    if task.stop - task.start > 1:
        middle = (task.start + task.stop) // 2
        return (replace(task, stop=middle), replace(task, start=middle))
    if task.reduced == LAST_STEP:
        raise error or XPressError("a page can't be typeset, nor can a notice in its place", "Leave the page out.")
    return (replace(task, reduced=task.reduced + 1, reason=_REASONS[why]),)
