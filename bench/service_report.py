"""The figures of the service as Markdown tables, and its goals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bench.report import MEGABYTE, table
from bench.service_figures import Figures
from bench.service_steps import GOAL_RATE

_NOBODY = "–"
_LOAD_HEAD = ("documents", "a second", "p50 ms", "p95 ms", "p99 ms", "most ms", "other answers")
_COST_HEAD = ("host ms", "workers ms", "together ms", "client ms", "machine busy", "others")
_GROWTH = 1.1
"""How much larger memory may be at the end than after the first renders."""


def report(result: Figures) -> str:
    """The whole report, as far as it goes."""
    service = result["service"]
    loads = _loads(service)
    parts = [
        "## The rendering service under load\n",
        table(("what", "which"), result["machine"].items()),
        "Documents of one page, each unlike the others; latency counts from when a request was due.",
        table(
            ("documents of one page, in one process", "a render, CPU ms", "of this Typst for the content"),
            [(kind, _cpu(each["render"]), _cpu(each["typst"])) for kind, each in result["documents"].items()],
        ),
        *([table(("load", *_LOAD_HEAD), [_load(each) for each in loads])] if loads else []),
        "## CPU for each document\n",
        *([table(("load", *_COST_HEAD), [_cost(each) for each in loads])] if loads else []),
        *_beside(service.get("beside", ())),
        *_overload(service.get("overload")),
        *_fairness(service.get("fairness")),
        *_memory(service.get("memory", ())),
        *_peers(result),
        "## Goals\n",
        table(
            ("what", "measured", "goal", "met"),
            [(g["what"], g["measured"], g["goal"], "yes" if g["met"] else "no") for g in result["goals"]],
        ),
    ]
    return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"


def goals(result: Figures) -> list[Figures]:
    """What the service is to reach, as far as it was measured."""
    service = result["service"]
    found: list[Figures] = []
    if alone := service.get("alone"):
        found.append(_goal("one page, one at a time, p50", alone["p50"], 0.05))
    if steady := service.get("steady"):
        for each, what in zip(steady, ("at 80 % of capacity", f"at {GOAL_RATE:.0f} a second"), strict=True):
            found.append(_goal(f"{what}, p99", each["p99"], 0.5))
        refused = steady[1]["requests"] - steady[1]["documents"]
        found.append(_count(f"at {GOAL_RATE:.0f} a second, requests without a document", refused))
    if beside := service.get("beside"):
        found.append(_goal(f"at {GOAL_RATE:.0f} a second beside a large document, p99", beside[1]["p99"], 1.0))
        found.append(_goal("at 80 % of capacity beside a large document, p99", beside[0]["p99"], 1.0))
    if overload := service.get("overload"):
        lost = sum(count for name, count in overload["outcomes"].items() if name not in ("200", "503"))
        found.append(_count("overload: neither a document nor a 503", lost))
        unsaid = sum(count for seconds, count in overload["retry_after"].items() if seconds in (None, "None"))
        found.append(_count("overload: 503 without Retry-After", unsaid))
        found.append(_count("overload: documents that are broken", overload["broken"]))
    if memory := service.get("memory"):
        growth = _total(memory[-1]) / _total(memory[min(1, len(memory) - 1)])
        what = f"memory after {memory[-1]['renders']:,} renders, after {memory[1]['renders']:,} = 1"
        found.append(_result(what, f"{growth:.2f} ×", f"{_GROWTH} ×", met=growth <= _GROWTH))
    return found


def _goal(what: str, seconds: float | None, most: float) -> Figures:
    measured = _NOBODY if seconds is None else f"{1000 * seconds:,.0f} ms"
    return _result(what, measured, f"{1000 * most:,.0f} ms", met=seconds is not None and seconds <= most)


def _count(what: str, count: int) -> Figures:
    return _result(what, str(count), "0", met=count == 0)


def _result(what: str, measured: str, goal: str, *, met: bool) -> Figures:
    return {"what": what, "measured": measured, "goal": goal, "met": met}


def _loads(service: Mapping[str, Any]) -> list[Figures]:
    found = [service[name] for name in ("alone", "capacity") if name in service]
    found += [*service.get("dense", ()), *service.get("steady", ()), *service.get("beside", ())]
    if overload := service.get("overload"):
        found += [overload, overload["recovery"]]
    found += [service["fairness"]] if "fairness" in service else []
    if tls := service.get("tls"):
        found += [{**each, "name": f"HTTPS: {each['name']}"} for each in tls.values()]
    return found


def _load(found: Figures) -> tuple[str, ...]:
    others = ", ".join(f"{count} × {name}" for name, count in found["outcomes"].items() if name != "200")
    times = (_ms(found[name]) for name in ("p50", "p95", "p99", "most"))
    return (found["name"], f"{found['documents']:,}", f"{found['rate']:.1f}", *times, others)


def _cost(found: Figures) -> tuple[str, ...]:
    host, workers, client = (found["cpu"][name] for name in ("host", "workers", "client"))
    times = map(_cpu, (host, workers, host + workers, client))
    return (found["name"], *times, *(f"{100 * found[name]:.0f} %" for name in ("busy", "others")))


def _beside(steps: Sequence[Figures]) -> list[str]:
    rows = []
    for step in steps:
        book = step["book"]
        finished = f"{book['documents']} of {book['requests']}"
        rows.append((step["name"], f"{book['pages']:,}", finished, _seconds(book["p50"]), _seconds(book["most"])))
    head = ("load", "PDF pages", "finished", "p50 s", "most s")
    return ["## The large document\n", table(head, rows)] if rows else []


def _overload(step: Figures | None) -> list[str]:
    if not step:
        return []
    said = ", ".join(f"{count} × {seconds} s" for seconds, count in step["retry_after"].items())
    rows = [
        ("answers", ", ".join(f"{count:,} × {name}" for name, count in sorted(step["outcomes"].items()))),
        ("Retry-After", said or _NOBODY),
        ("until the last answer, after the last request", f"{step['drained']:.1f} s"),
        ("until answers take less than 500 ms again", f"{step['recovery']['seconds_to_recover']:.1f} s"),
        ("broken documents", str(step["broken"])),
    ]
    return ["## Overload\n", table(("what", "measured"), rows)]


def _fairness(step: Figures | None) -> list[str]:
    if not step:
        return []
    light = step["light"]
    rows = [
        ("light caller: documents", f"{light['documents']} of {light['requests']}"),
        ("light caller: p50, p95, most", ", ".join(f"{_ms(light[name])} ms" for name in ("p50", "p95", "most"))),
        ("all answers", ", ".join(f"{count:,} × {name}" for name, count in sorted(step["outcomes"].items()))),
    ]
    return ["## A flood beside a light caller\n", table(("what", "measured"), rows)]


def _memory(looks: Sequence[Figures]) -> list[str]:
    rows = [
        (
            f"{look['renders']:,}",
            f"{look['host'] / MEGABYTE:,.0f}",
            ", ".join(f"{each / MEGABYTE:,.0f}" for each in look["workers"]),
            f"{_total(look) / MEGABYTE:,.0f}",
            str(look["new"]),
        )
        for look in looks
    ]
    head = ("renders", "host MB", "workers MB", "together MB", "workers replaced")
    return ["## Resident memory\n", table(head, rows)] if rows else []


def _peers(result: Figures) -> list[str]:
    peers, service = result.get("peers", {}), result["service"]
    if not peers:
        return []
    p50, rate = service["alone"]["p50"], service["capacity"]["rate"]
    rows: list[Iterable[str]] = [("XPress", _ms(p50), "1.0 ×", f"{rate:.1f}", "1.0 ×")]
    for name, found in peers.items():
        if not found.get("absent"):
            slower, fewer = found["p50"] / p50, rate / found["rate"]
            rows.append((name, _ms(found["p50"]), f"{slower:.1f} ×", f"{found['rate']:.1f}", f"{fewer:.1f} ×"))
    head = ("program", "p50 ms", "XPress = 1", "a second", "XPress does")
    absent = [f"{name} was not measured: {found['absent']}." for name, found in peers.items() if found.get("absent")]
    return ["## The same page by others\n", table(head, [tuple(row) for row in rows]), *absent]


def _total(look: Figures) -> int:
    return int(look["host"] + sum(look["workers"]))


def _ms(seconds: float | None) -> str:
    return _NOBODY if seconds is None else f"{1000 * seconds:,.0f}"


def _cpu(seconds: float) -> str:
    return f"{1000 * seconds:.1f}"


def _seconds(seconds: float | None) -> str:
    return _NOBODY if seconds is None else f"{seconds:.1f}"
