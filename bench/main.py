"""The whole benchmark: contents, runs, figures, report."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from bench import machine
from bench.clock import PYTHON, STAGES
from bench.content import write_space
from bench.measure import Run, become_reaper, measure
from bench.report import MEGABYTE, Result, report
from bench.spaces import first_pages
from bench.tools import Content, Tool, all_tools, export

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "build" / "bench"
REAL_SPACE = ROOT.parent / "shared" / "corpus" / "generate" / "django-space.zip"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print the report, and write it to `build/bench` with all figures."""
    options = _options(arguments)
    os.chdir(ROOT)
    become_reaper()
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    load = machine.load()
    tools = all_tools()
    contents = []
    for content in _contents(options):
        contents.append(_content(content, tools, options))
        # If the run is broken off, what there is stays.
        (content.source.parent / "result.json").write_text(json.dumps(contents[-1], indent=1), "utf-8")
    result = {
        "machine": machine.facts(),
        "cores": machine.cores(),
        "load": load,
        "tools": [
            {"name": t.name, "version": t.version or "none", "output": t.output, "absent": t.absent} for t in tools
        ],
        "contents": contents,
        "start": _start(options),
    }
    result["budgets"] = _budgets(result)
    text = report(result)
    (OUT / "result.json").write_text(json.dumps(result, indent=1), "utf-8")
    (OUT / "result.md").write_text(text, "utf-8")
    print(text)
    print(f"Figures, PDFs and logs: {OUT}")
    if any(run["error"] for content in contents for run in content["tools"].values()):
        sys.exit(1)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench/run.py", description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="runs of each, of which the median counts (default: 3)")
    parser.add_argument("--pages", type=int, nargs="*", default=[100, 300], help="sizes of the made spaces")
    parser.add_argument("--space", type=Path, default=REAL_SPACE, help="real content: a folder source, may be zipped")
    parser.add_argument("--space-pages", type=int, default=150, help="how many of its pages (default: 150; 0: none)")
    parser.add_argument("--limit", type=float, default=900, help="seconds that one run may take (default: 900)")
    parser.add_argument("--quick", action="store_true", help="a smoke run: 10 pages, once; its figures mean nothing")
    options = parser.parse_args(arguments)
    if options.quick:
        options.runs, options.pages, options.space_pages = 1, [10], 0
    return options


def _contents(options: argparse.Namespace) -> list[Content]:
    contents = []
    for count in options.pages:
        folder = OUT / f"made-{count}"
        write_space(folder / "source", count)
        contents.append(Content(f"made, {count}", count, folder / "source", folder / "html"))
    if options.space_pages and options.space.exists():
        folder = OUT / "real"
        count = first_pages(options.space, folder / "source", options.space_pages)
        contents.append(Content(f"real, {count}", count, folder / "source", folder / "html"))
    for content in contents:
        _say(f"writing {content.name} pages as HTML")
        _python("bench.webpage", content.source, content.html)
    return contents


def _content(content: Content, tools: Sequence[Tool], options: argparse.Namespace) -> Result:
    folder = content.source.parent
    present = [tool for tool in tools if not tool.absent]
    runs: dict[str, list[Run]] = {tool.name: [] for tool in present}
    stages: list[dict[str, float]] = []
    # In turns, so that what else the machine does falls on all alike.
    for turn in range(options.runs):
        for tool in present:
            _say(f"{content.name} pages, run {turn + 1} of {options.runs}: {tool.name}")
            work = folder / f"{tool.name.lower()}-{turn + 1}"
            work.mkdir()
            command = tool.command(content, work, folder / f"{tool.name.lower()}.pdf")
            runs[tool.name].append(measure(command, work / "log.txt", options.limit))
        stages.append(_stages(content.source, folder))
    figures = {name: _figures(made, folder / f"{name.lower()}.pdf", content.html) for name, made in runs.items()}
    return {
        "name": content.name,
        "pages": content.pages,
        "words": sum(json.loads((content.html / "words.json").read_text("utf-8")).values()),
        "runs": options.runs,
        "tools": figures,
        "stages": {stage: median(run[stage] for run in stages) for stage in STAGES},
    }


def _figures(runs: Sequence[Run], pdf: Path, html: Path) -> dict[str, Any]:
    error = next((run.error for run in runs if run.error), "")
    figures: dict[str, Any] = {"error": error, "walls": [run.wall for run in runs], "cpus": [run.cpu for run in runs]}
    for key in ("wall", "cpu", "largest", "together"):
        figures[key] = median(getattr(run, key) for run in runs)
    if not error:
        figures |= json.loads(_python("bench.pdf", html / "words.json", pdf))
    return figures


def _stages(source: Path, folder: Path) -> dict[str, float]:
    result = folder / "stages.json"
    _python("bench.stages", result, *export(source, folder / "stages.pdf"))
    seconds: dict[str, float] = json.loads(result.read_text("utf-8"))
    return seconds


def _start(options: argparse.Namespace) -> dict[str, float]:
    """Seconds from nothing to one page's PDF, to the version, and of one page in a process that has done it before."""
    _say("cold start")
    folder = OUT / "one"
    write_space(folder / "source", 1)
    xpress = [sys.executable, "-m", "confluence_xpress"]
    count = max(options.runs, 5)
    log = folder / "log.txt"
    exports = [measure([*xpress, *export(folder / "source", folder / "one.pdf")], log, 60) for _ in range(count)]
    versions = [measure([*xpress, "--version"], log, 60) for _ in range(count)]
    again = json.loads(_python("bench.warm", folder / "source"))
    return {
        "export": median(run.wall for run in exports),
        "export_cpu": median(run.cpu for run in exports),
        "version": median(run.wall for run in versions),
        "warm": median(again[1:]),
    }


def _budgets(result: Result) -> list[Result]:
    """The budgets of the design that can be measured from outside, the worst content for each."""
    measured = [content for content in result["contents"] if not content["tools"]["XPress"]["error"]]
    share = max(sum(c["stages"][s] for s in PYTHON) / sum(c["stages"].values()) for c in measured)
    finish = max(1000 * c["stages"]["finish"] / c["tools"]["XPress"]["pdf_pages"] for c in measured)
    peak = max(c["tools"]["XPress"]["largest"] for c in measured) / MEGABYTE
    start = result["start"]
    return [
        _budget("Python's share (read, transform, write) of the CPU of an export", 100 * share, 15, "%", 1),
        _budget("finishing the PDF, per PDF page", finish, 1, "ms", 2),
        _budget("peak memory of any process", peak, 700, "MB", 0),
        _budget("`xpress export` of one page from a folder, cold", start["export"], 0.7, "s", 2),
        _budget("one page in a process that is warm", 1000 * start["warm"], 50, "ms", 0),
    ]


def _budget(what: str, value: float, limit: float, unit: str, digits: int) -> Result:
    return {
        "what": what,
        "measured": f"{value:.{digits}f} {unit}",
        "budget": f"≤ {limit} {unit}",
        "met": value <= limit,
    }


def _python(module: str, *arguments: object) -> str:
    """What a module of this folder prints, run in a process of its own, so that this one stays small."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
