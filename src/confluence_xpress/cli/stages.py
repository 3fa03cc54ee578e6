"""How far the stages of a piece of work are: what a progress display shows, whoever draws it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from confluence_xpress.cli.estimate import Estimate, left_text
from confluence_xpress.cli.terminal import safe_text


@dataclass(frozen=True, slots=True)
class Stage:
    """What a stage is called: in full, in short for lines that tell how far it is, and what it counts."""

    label: str
    short: str = ""
    noun: str = ""

    def counted(self, done: int, known: int) -> str:
        """“1,200 of 10,000 pages”; without a known end only what is done."""
        if not known:
            return " ".join((f"{done:,}", self.noun)).rstrip() if done else ""
        return " ".join((f"{done:,} of {known:,}", self.noun)).rstrip()


@dataclass(slots=True)
class Running:
    """A stage that has begun."""

    stage: Stage
    estimate: Estimate
    done: int = 0
    known: int = 0

    def left(self, now: float) -> str:
        """The time left in words; empty if nobody can tell."""
        seconds = self.estimate.left(now, self.done, self.known)
        return "" if seconds is None else left_text(seconds)

    def line(self, now: float) -> str:
        """“Typesetting: 1,200 of 10,000 pages, about 4 min left”."""
        left = self.left(now)
        return (
            f"{self.stage.short or self.stage.label}: {self.stage.counted(self.done, self.known)}"
            f"{f', about {left}' if left else ''}"
        )


class Stages:
    """The stages by name. One follows the other, but for those that run `beside` the next one until they are done."""

    def __init__(self, labels: Mapping[str, str | Stage], beside: Collection[str], now: float) -> None:
        self._stages = {name: _safe(given) for name, given in labels.items()}
        self._places = {name: place for place, name in enumerate(labels)}
        self._beside = beside
        self._running: dict[str, Running] = {}
        self._main = ""
        self.advance(next(iter(self._stages)), 0, 0, now)

    def advance(self, name: str, done: int, known: int, now: float) -> tuple[Running, bool]:
        """Note how far a stage is; also whether it begins just now."""
        begins = name not in self._running
        if begins:
            self._running[name] = Running(self._stages[name], Estimate(now))
        running = self._running[name]
        running.done, running.known = done, known
        running.estimate.add(now, done)
        if name not in self._beside:
            self._main = name
        return running, begins

    @property
    def active(self) -> list[Running]:
        """What is going on, in the order in which it began."""
        return [running for name, running in self._running.items() if self._goes_on(name, running)]

    def _goes_on(self, name: str, running: Running) -> bool:
        if not self._main or name == self._main:
            return True
        # What falls short of its end, as pages vanish, is over nevertheless when the stage after the next begins.
        current = self._places[self._main] <= self._places[name] + 1
        return name in self._beside and current and not 0 < running.known <= running.done


def _safe(given: str | Stage) -> Stage:
    stage = given if isinstance(given, Stage) else Stage(given)
    return Stage(safe_text(stage.label), safe_text(stage.short), safe_text(stage.noun))
