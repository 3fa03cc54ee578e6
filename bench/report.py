"""The figures as Markdown tables, which read as well in a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import median
from typing import Any

from bench.clock import ASSEMBLY, PYTHON, SERIAL, STAGES
from bench.tools import XPRESS, XPRESS_ALONE

Result = dict[str, Any]
"""What is written to result.json."""

MEGABYTE = 1e6


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; columns after the first are set to the right."""
    lines = [list(head), *map(list, rows)]
    widths = [max(2, *(len(line[column]) for line in lines)) for column in range(len(head))]

    def show(cells: Sequence[str]) -> str:
        padded = [c.ljust(w) if i == 0 else c.rjust(w) for i, (c, w) in enumerate(zip(cells, widths, strict=True))]
        return f"| {' | '.join(padded)} |"

    rule = [("-" * w) if i == 0 else ("-" * (w - 1) + ":") for i, w in enumerate(widths)]
    return "\n".join([show(lines[0]), show(rule), *map(show, lines[1:])])


def pairs(content: Result, name: str, measure: str) -> list[float]:
    """How many times as much as XPress a program took in the same turn; nothing if one of them failed."""
    ours, theirs = content["tools"][XPRESS], content["tools"].get(name)
    if not theirs or ours["error"] or theirs["error"]:
        return []
    return [their[measure] / our[measure] for our, their in zip(ours["runs"], theirs["runs"], strict=False)]


def report(result: Result) -> str:
    """The whole report."""
    contents = result["contents"]
    parts = [
        "## Machine and programs\n",
        table(("what", "which"), [*result["machine"].items(), *((t["name"], t["version"]) for t in result["tools"])]),
        *(f"{tool['name']} was not measured: {tool['absent']}." for tool in result["tools"] if tool["absent"]),
        "## Each program on the same content\n",
        _limits(result["limits"]),
        *(_content(content) for content in contents),
        "## What the others take, XPress = 1\n",
        _ratios(contents),
        *_growth([content for content in contents if content["large"] and not content["tools"][XPRESS]["error"]]),
        *_speedup([content for content in contents if pairs(content, XPRESS_ALONE, "wall")]),
        *_stages([content for content in contents if content["stages"] and not content["tools"][XPRESS]["error"]]),
        "## Budgets\n",
        table(
            ("what", "measured", "budget", "met"),
            [(b["what"], b["measured"], b["budget"], "yes" if b["met"] else "no") for b in result["budgets"]],
        ),
    ]
    return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"


def _limits(limits: Result) -> str:
    memory = f"{limits['memory'] / MEGABYTE:,.0f} MB"
    return f"A program is stopped after {limits['seconds']:,.0f} s, or when its processes together have {memory}."


def _content(content: Result) -> str:
    rows = []
    for name, run in content["tools"].items():
        if run["error"]:
            continue
        pages = run["pdf_pages"]
        rows.append(
            (
                name,
                f"{pages:,}",
                f"{run['wall']:,.2f}",
                f"{1000 * run['wall'] / pages:.1f}",
                f"{run['cpu']:,.2f}",
                f"{1000 * run['cpu'] / pages:.1f}",
                f"{run['largest'] / MEGABYTE:,.0f}",
                f"{run['together'] / MEGABYTE:,.0f}",
                f"{run['bytes'] / MEGABYTE:,.2f}",
                "" if run["recall"] is None else f"{100 * run['recall']:.2f} %",
                f"{100 * run['others']:.0f} %",
            )
        )
    head = ("wall s", "ms/page", "CPU s", "CPU ms/page", "peak MB", "peak MB, all", "PDF MB", "words found", "others")
    failed = [f"{name}: {run['error']}." for name, run in content["tools"].items() if run["error"]]
    runs = "one run" if content["runs"] == 1 else f"median of {content['runs']} runs"
    words = f"{content['words']:,} words, " if content["words"] else ""
    return f"### {content['name']}: {content['pages']:,} Confluence pages, {words}{runs}\n\n" + "\n\n".join(
        [table(("program", "PDF pages", *head), rows), *failed]
    )


def _ratios(contents: Sequence[Result]) -> str:
    rows = []
    for content in contents:
        base = content["tools"][XPRESS]
        for name, run in content["tools"].items():
            if pairs(content, name, "wall") and run["peer"]:
                times = [median(pairs(content, name, measure)) for measure in ("wall", "cpu")]
                times += [run[key] / base[key] for key in ("largest", "together", "bytes")]
                rows.append((f"{content['name']}: {name}", *(f"{value:.1f} ×" for value in times)))
    return table(("content and program", "wall", "CPU", "peak memory", "peak memory, all", "size of PDF"), rows)


def _growth(contents: Sequence[Result]) -> list[str]:
    """XPress by size: what should not grow with it."""
    if not contents:
        return []
    rows = []
    for content in contents:
        run = content["tools"][XPRESS]
        pages = run["pdf_pages"]
        rows.append(
            (
                f"{content['pages']:,}",
                f"{pages:,}",
                *(f"{1000 * run[key] / pages:.1f}" for key in ("wall", "cpu")),
                f"{1000 * run['first'] / pages:.2f}",
                *(f"{run[key] / MEGABYTE:,.0f}" for key in ("largest", "together")),
                f"{run['bytes'] / pages / 1000:.1f}",
            )
        )
    head = ("wall ms/page", "CPU ms/page", "main process, CPU ms/page", "peak MB", "peak MB, all", "kB/page")
    return ["## XPress by size\n", table(("Confluence pages", "PDF pages", *head), rows)]


def _speedup(contents: Sequence[Result]) -> list[str]:
    """Two workers beside one, run by run."""
    if not contents:
        return []
    rows = []
    for content in contents:
        two, one = (content["tools"][name]["runs"] for name in (XPRESS, XPRESS_ALONE))
        for number, (ours, theirs) in enumerate(zip(two, one, strict=False), 1):
            rows.append(
                (
                    f"{content['name']}: run {number}",
                    f"{theirs['wall']:.1f}",
                    f"{ours['wall']:.1f}",
                    f"{theirs['wall'] / ours['wall']:.2f} ×",
                    f"{ours['cpu'] / theirs['cpu']:.2f} ×",
                    f"{100 * theirs['others']:.0f} %, {100 * ours['others']:.0f} %",
                )
            )
    head = ("1 worker, s", "2 workers, s", "faster", "CPU of 2, 1 worker = 1", "others")
    return ["## Two workers beside one\n", table(("content", *head), rows)]


def _stages(contents: Sequence[Result]) -> list[str]:
    if not contents:
        return []
    rows = []
    for stage, meaning in STAGES.items():
        rows.append((f"{stage}: {meaning}", *(_stage(content, (stage,)) for content in contents)))
    for name, stages in (
        ("together", tuple(STAGES)),
        (f"Python's work: {', '.join(PYTHON)}", PYTHON),
        (f"assembly and furniture: {', '.join(ASSEMBLY)}", ASSEMBLY),
        (f"serial, in the main process: {', '.join(SERIAL)}", SERIAL),
    ):
        rows.append((name, *(_stage(content, stages) for content in contents)))
    return [
        "## Where XPress's CPU goes, in ms per PDF page\n",
        table(("stage", *(content["name"] for content in contents)), rows),
    ]


def _stage(content: Result, stages: Sequence[str]) -> str:
    seconds = content["stages"]
    used = sum(seconds[stage] for stage in stages)
    return f"{1000 * used / content['tools'][XPRESS]['pdf_pages']:.2f} ({100 * used / sum(seconds.values()):.0f} %)"
