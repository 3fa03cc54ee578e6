"""The figures as Markdown tables, which read as well in a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from bench.clock import PYTHON, STAGES

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


def report(result: Result) -> str:
    """The whole report."""
    parts = [
        "## Machine and programs\n",
        table(("what", "which"), [*result["machine"].items(), *((t["name"], t["version"]) for t in result["tools"])]),
        *(f"{tool['name']} was not measured: {tool['absent']}." for tool in result["tools"] if tool["absent"]),
        "## Each program on the same content\n",
        *(_content(content) for content in result["contents"]),
        "## What the others take, XPress = 1\n",
        _ratios(result),
        "## Where XPress's CPU goes, in ms per PDF page\n",
        _stages(result),
        "## Budgets\n",
        table(
            ("what", "measured", "budget", "met"),
            [(b["what"], b["measured"], b["budget"], "yes" if b["met"] else "no") for b in result["budgets"]],
        ),
    ]
    if result["load"] > result["cores"] / 2:
        parts.append(
            f"The machine was busy with other things (load {result['load']:.1f} on {result['cores']} cores): "
            "times are longer than they should be, wall times above all."
        )
    return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"


def _content(content: Result) -> str:
    rows = []
    for name, run in content["tools"].items():
        if run["error"]:
            rows.append((name, run["error"], *[""] * 8))
            continue
        pages = run["pdf_pages"]
        rows.append(
            (
                name,
                f"{pages:,}",
                f"{run['wall']:.2f}",
                f"{pages / run['wall']:.1f}",
                f"{run['cpu']:.2f}",
                f"{1000 * run['cpu'] / pages:.1f}",
                f"{run['largest'] / MEGABYTE:,.0f}",
                f"{run['together'] / MEGABYTE:,.0f}",
                f"{run['bytes'] / MEGABYTE:.2f}",
                "?" if run["recall"] is None else f"{100 * run['recall']:.2f} %",
            )
        )
    head = ("wall s", "pages/s", "CPU s", "CPU ms/page", "peak MB", "peak MB, all", "PDF MB", "words found")
    runs = "one run" if content["runs"] == 1 else f"median of {content['runs']} runs"
    return (
        f"### {content['name']}: {content['pages']} Confluence pages, "
        f"{content['words']:,} words, {runs}\n\n"
        f"{table(('program', 'PDF pages', *head), rows)}"
    )


def _ratios(result: Result) -> str:
    rows = []
    for content in result["contents"]:
        base = content["tools"].get("XPress")
        if base is None or base["error"]:
            continue
        for name, run in content["tools"].items():
            if name != "XPress" and not run["error"]:
                measures = ("wall", "cpu", "largest", "together", "bytes")
                rows.append((f"{content['name']}: {name}", *(f"{run[key] / base[key]:.1f} ×" for key in measures)))
    return table(("content and program", "wall", "CPU", "peak memory", "peak memory, all", "size of PDF"), rows)


def _stages(result: Result) -> str:
    contents = [content for content in result["contents"] if content["stages"]]
    rows = []
    for stage, meaning in STAGES.items():
        rows.append((f"{stage}: {meaning}", *(_stage(content, (stage,)) for content in contents)))
    rows.append(("together", *(_stage(content, tuple(STAGES)) for content in contents)))
    rows.append(("of that Python's work: read, transform, write", *(_stage(content, PYTHON) for content in contents)))
    return table(("stage", *(content["name"] for content in contents)), rows)


def _stage(content: Result, stages: Sequence[str]) -> str:
    seconds = content["stages"]
    used = sum(seconds[stage] for stage in stages)
    return f"{1000 * used / content['tools']['XPress']['pdf_pages']:.2f} ({100 * used / sum(seconds.values()):.0f} %)"
