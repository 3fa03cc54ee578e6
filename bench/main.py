"""The whole benchmark: contents, runs, figures, report."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

from bench import machine
from bench.budgets import budgets
from bench.content import write_space
from bench.measure import Limit, become_reaper, measure
from bench.report import Result, report
from bench.runs import Bench, python, say
from bench.spaces import first_pages
from bench.tools import XPRESS_ALONE, Content, all_tools, export

ROOT = Path(__file__).resolve().parents[1]
SIZES = [100, 300]
LARGE = [100, 450, 1_000, 5_000, 10_000]
"""Confluence pages; 450 are about 1,500 pages of a PDF."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print the report, and write it with all figures to a folder of `build`."""
    options = _options(arguments)
    os.chdir(ROOT)
    become_reaper()
    out = ROOT / "build" / ("bench-large" if options.large else "bench")
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    bench = Bench(all_tools(), options.runs, Limit(options.limit, options.memory * 1e6))
    result: Result = {
        "machine": machine.facts(),
        "cores": machine.cores(),
        "load": machine.load(),
        "limits": {"seconds": options.limit, "memory": options.memory * 1e6},
        "tools": [
            {"name": t.name, "version": t.version or "none", "output": t.output, "absent": t.absent}
            for t in bench.tools
            if t.name != XPRESS_ALONE
        ],
        "start": _start(options.runs, out / "one"),
        "contents": [],
    }
    for content in _contents(options, out):
        result["contents"].append(bench.measure(content))
        result["budgets"] = budgets(result)
        # If the run is broken off, what there is stays.
        (out / "result.json").write_text(json.dumps(result, indent=1), "utf-8")
        (out / "result.md").write_text(report(result), "utf-8")
    print(report(result))
    print(f"Figures, PDFs and logs: {out}")
    if any(_failed(content) for content in result["contents"]):
        sys.exit(1)


def _failed(content: Result) -> bool:
    """Whether a program failed that should not have: XPress may not, its peers may give up on large spaces."""
    return any(run["error"] and not (content["large"] and run["peer"]) for run in content["tools"].values())


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench/run.py", description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="runs of each, of which the median counts (default: 3)")
    parser.add_argument("--pages", type=int, nargs="*", default=SIZES, help="sizes of the made spaces")
    parser.add_argument("--space", type=Path, help="real content, too: a folder source, may be zipped")
    parser.add_argument("--space-pages", type=int, default=150, help="how many of its pages (default: 150)")
    parser.add_argument("--large", type=int, nargs="*", help=f"only spaces of these sizes made of --set {LARGE}")
    parser.add_argument("--set", type=Path, nargs="+", default=[], help="what large spaces are made of: folder sources")
    parser.add_argument("--limit", type=float, help="seconds that one run may take (default: 900; large: 1800)")
    parser.add_argument("--memory", type=float, default=8_000, help="MB that one run may take (default: 8000)")
    parser.add_argument("--quick", action="store_true", help="a smoke run: 10 pages, once; its figures mean nothing")
    options = parser.parse_args(arguments)
    large = options.large is not None
    if large and not options.set:
        parser.error("--large needs --set")
    options.set = [path.resolve() for path in options.set]
    options.large = (options.large or LARGE) if large else []
    options.limit = options.limit or (1800 if large else 900)
    if large:
        options.pages, options.space = [], None
    if options.quick:
        options.runs, options.pages, options.space = 1, [] if large else [10], None
        options.large = options.large and [10]
    options.space = options.space and options.space.resolve()
    return options


def _contents(options: argparse.Namespace, out: Path) -> Iterator[Content]:
    """Each content when its turn comes, smaller ones first."""
    for count in options.pages:
        folder = out / f"made-{count}"
        write_space(folder / "source", count)
        yield Content(f"made, {count}", count, folder / "source", folder / "html")
    if options.space:
        folder = out / "real"
        count = first_pages(options.space, folder / "source", options.space_pages)
        yield Content(f"real, {count}", count, folder / "source", folder / "html")
    for count in sorted(options.large):
        folder = out / f"large-{count}"
        say(f"writing a space of {count:,} pages")
        python("bench.large", count, folder / "source", "--set", *options.set)
        yield Content(f"large, {count:,}", count, folder / "source", folder / "html", large=True)


def _start(runs: int, folder: Path) -> dict[str, float]:
    """Seconds from nothing to one page's PDF, to the version, and of one page in a process that has done it before."""
    say("cold start")
    write_space(folder / "source", 1)
    xpress = [sys.executable, "-m", "confluence_xpress"]
    count = max(runs, 5)
    log, limit = folder / "log.txt", Limit(60)
    exports = [measure([*xpress, *export(folder / "source", folder / "one.pdf")], log, limit) for _ in range(count)]
    versions = [measure([*xpress, "--version"], log, limit) for _ in range(count)]
    again = json.loads(python("bench.warm", folder / "source"))
    return {
        "export": median(run.wall for run in exports),
        "export_cpu": median(run.cpu for run in exports),
        "version": median(run.wall for run in versions),
        "warm": median(again[1:]),
    }
