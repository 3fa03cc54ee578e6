"""The figures of sites as Markdown tables, and their goals."""

from __future__ import annotations

from typing import Any

from bench.report import MEGABYTE, table

Figures = dict[str, Any]


def report(result: Figures) -> str:
    """The whole report."""
    pages, latency = result["pages"], f"{result['latency'] * 1000:g} ms"
    floor, bare = result["floor"], result["bare"]
    rows = [
        ("unavoidable calls", str(floor["calls"]), str(floor["site_bodies"]), _seconds(floor["seconds"]), "–", "–"),
        ("XPress", *_fetched(result["fetch"], floor["seconds"])),
        (
            "unavoidable calls, no files",
            str(bare["calls"]),
            str(bare["site_bodies"]),
            _seconds(bare["seconds"]),
            "–",
            "–",
        ),
        ("XPress, no files", *_fetched(result["text"], bare["seconds"])),
        ("page by page, no files (atlassian-python-api)", *_fetched(result["peer"], bare["seconds"])),
        ("XPress, Data Center", *_fetched(result["datacenter"], floor["seconds"])),
        (f"XPress, {result['storm']['refused']} calls refused (429)", *_fetched(result["storm"], floor["seconds"])),
    ]
    return "\n\n".join(
        (
            "## Fetching from a site\n",
            table(("what", "which"), result["machine"].items()),
            f"{pages:,} pages, {result['fetch']['files']:,} files, {latency} a call.",
            table(("how", "calls", "of them for bodies", "seconds", "times the unavoidable", "peak MB"), rows),
            "## Fetching and typesetting\n",
            table(
                ("latency", "fetching alone, s", "typesetting alone, s", "both, s", "times the slower"),
                [
                    _both(latency, result["together"]),
                    _both(f"{result['slow'] * 1000:g} ms", result["together_slow"]),
                ],
            ),
            "## Goals\n",
            table(("what", "measured", "goal", "met"), _goals(result)),
        )
    )


def _fetched(found: Figures, floor: float) -> tuple[str, ...]:
    peak = f"{found['peak'] / MEGABYTE:.0f}" if "peak" in found else "–"
    ratio = f"{found['seconds'] / floor:.2f}"
    return str(found["site_calls"]), str(found["site_bodies"]), _seconds(found["seconds"]), ratio, peak


def _both(latency: str, found: Figures) -> tuple[str, ...]:
    return (latency, *map(_seconds, (found["fetching"], found["typesetting"], found["both"])), f"{_share(found):.2f}")


def _share(found: Figures) -> float:
    return float(found["both"] / max(found["fetching"], found["typesetting"]))


def _goals(result: Figures) -> list[tuple[str, str, str, str]]:
    fetch, text, storm = result["fetch"], result["text"], result["storm"]
    found = [
        ("fetching, times the unavoidable calls", fetch["seconds"] / result["floor"]["seconds"], 3.0),
        ("the same without files", text["seconds"] / result["bare"]["seconds"], 3.0),
        ("calls for bodies, for each 100 pages", fetch["site_bodies"] / result["pages"] * 100, 1.0),
        ("both, times the slower: typesetting is", _share(result["together"]), 1.2),
        ("both, times the slower: fetching is", _share(result["together_slow"]), 1.2),
        ("pages lost in a storm of 429", result["pages"] - storm["pages"], 0.0),
        ("files lost in a storm of 429", fetch["files"] - storm["files"], 0.0),
    ]
    return [(what, f"{value:.2f}", f"≤ {most:g}", "yes" if value <= most else "no") for what, value, most in found]


def _seconds(value: float) -> str:
    return f"{value:.2f}"
