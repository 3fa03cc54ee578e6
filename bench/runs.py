"""One content through all programs, in turns, and what came of it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from bench.clock import STAGES
from bench.measure import Limit, Run, measure
from bench.tools import XPRESS, XPRESS_ALONE, Content, Tool, export

OFTEN = 1_000
"""Confluence pages up to which a large space is measured as often as a small one, and with one worker too."""

Figures = dict[str, Any]


@dataclass(slots=True)
class Bench:
    """How contents are measured. `gave_up`: where programs met their limit; they get nothing larger."""

    tools: Sequence[Tool]
    runs: int
    limit: Limit
    gave_up: dict[str, str] = field(default_factory=dict)

    def measure(self, content: Content) -> Figures:
        """All figures of a content. Programs take turns, so that what else the machine does falls on all alike."""
        folder = content.source.parent
        present = [tool for tool in self.tools if not tool.absent]
        runs: dict[str, list[Run]] = {tool.name: [] for tool in present}
        stages: list[dict[str, float]] = []
        turns = self.runs if content.pages <= OFTEN or not content.large else 1
        for turn in range(turns):
            for tool in present:
                if self._takes_part(tool, content, turn):
                    say(f"{content.name} pages, run {turn + 1} of {turns}: {tool.name}")
                    runs[tool.name].append(self._run(tool, content, turn))
            # All in one process, so for as many pages as that can hold.
            if content.pages <= OFTEN and (not content.large or turn == 0) and not runs[XPRESS][-1].error:
                stages.append(_stages(content.source, folder))
        words = content.html / "words.json"
        return {
            "name": content.name,
            "pages": content.pages,
            "large": content.large,
            "words": sum(json.loads(words.read_text("utf-8")).values()) if words.exists() else 0,
            "runs": turns,
            "tools": {tool.name: self._figures(tool, runs[tool.name], content) for tool in present},
            "stages": {stage: median(run[stage] for run in stages) for stage in STAGES} if stages else {},
        }

    def _takes_part(self, tool: Tool, content: Content, turn: int) -> bool:
        if content.large and tool.name in self.gave_up:
            return False
        if tool.name == XPRESS_ALONE:
            return content.pages <= OFTEN or not content.large
        return not (tool.peer and content.large and turn)

    def _run(self, tool: Tool, content: Content, turn: int) -> Run:
        if tool.peer and not content.html.exists():
            say(f"writing {content.name} pages as HTML")
            python("bench.webpage", content.source, content.html)
        work = content.source.parent / f"{tool.key}-{turn + 1}"
        work.mkdir()
        run = measure(tool.command(content, work, _pdf(tool, content)), work / "log.txt", self.limit)
        if not run.error and not _pdf(tool, content).exists():
            run = Run(**asdict(run) | {"error": "no PDF, though no error either"})
        if run.error:
            self.gave_up.setdefault(tool.name, f"gave up at {content.pages:,} pages: {run.error}")
        return run

    def _figures(self, tool: Tool, runs: Sequence[Run], content: Content) -> Figures:
        figures: Figures = {"peer": tool.peer, "runs": [asdict(run) for run in runs]}
        if not runs:
            return figures | {"error": self.gave_up.get(tool.name, "not measured")}
        figures["error"] = next((run.error for run in runs if run.error), "")
        for key in ("wall", "cpu", "first", "others"):
            figures[key] = median(getattr(run, key) for run in runs)
        for key in ("largest", "together"):
            figures[key] = max(getattr(run, key) for run in runs)
        if not figures["error"]:
            words = content.html / "words.json"
            figures |= json.loads(python("bench.pdf", _pdf(tool, content), *([words] if words.exists() else [])))
        return figures


def python(module: str, *arguments: object) -> str:
    """What a module of this folder prints, run in a process of its own, so that this one stays small."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


def say(text: str) -> None:
    """What is going on."""
    print(text, file=sys.stderr, flush=True)


def _pdf(tool: Tool, content: Content) -> Path:
    return content.source.parent / f"{tool.key}.pdf"


def _stages(source: Path, folder: Path) -> dict[str, float]:
    result = folder / "stages.json"
    python("bench.stages", result, *export(source, folder / "stages.pdf"))
    seconds: dict[str, float] = json.loads(result.read_text("utf-8"))
    return seconds
