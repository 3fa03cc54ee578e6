"""The whole benchmark of the service: its steps, peers, goals, report."""

from __future__ import annotations

import argparse
import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from bench import machine
from bench.runs import python
from bench.service_content import write_page
from bench.service_figures import Figures
from bench.service_peers import peers
from bench.service_process import running
from bench.service_report import goals, report
from bench.service_steps import GOAL_RATE, QUICK, SHARE, Scale, Steps

ROOT = Path(__file__).resolve().parents[1]
STEPS = ("dense", "steady", "beside", "overload", "fairness", "memory", "tls", "peers")
"""Those that may be left out. The others have to be known by these."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print the report, and write it with all figures to a folder of `build`."""
    options = _options(arguments)
    os.chdir(ROOT)
    out = ROOT / "build" / "bench-service"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    scale = QUICK if options.quick else Scale()
    result: Figures = {
        "machine": machine.facts(),
        "load": machine.load(),
        "cores": machine.cores(),
        "quick": options.quick,
        "documents": json.loads(python("bench.service_alone")),
        "service": {},
    }
    _plain(result, options.steps, scale, out)
    if "tls" in options.steps:
        _tls(result, scale, out)
    if "peers" in options.steps:
        write_page(out / "page")
        python("bench.webpage", out / "page", out / "html")
        result["peers"] = peers(out, out / "html", scale, machine.cores())
    _write(result, out)
    print(report(result))
    print(f"Figures and logs: {out}")


def _plain(result: Figures, wanted: Sequence[str], scale: Scale, out: Path) -> None:
    with running(out / "plain") as service:
        found: Figures = result["service"]
        steps = Steps(service, scale, "HTTP")
        steps.warm()
        found["alone"] = steps.alone()
        found["capacity"] = steps.capacity()
        capacity = found["capacity"]["rate"]
        if "dense" in wanted:
            found["dense"] = steps.dense()
        if "steady" in wanted:
            found["steady"] = [steps.steady(rate) for rate in (SHARE * capacity, GOAL_RATE)]
            _write(result, out)
        if "beside" in wanted:
            found["beside"] = [steps.beside(rate) for rate in (SHARE * capacity, GOAL_RATE)]
            _write(result, out)
        if "overload" in wanted:
            found["overload"] = steps.overload(capacity)
        if "fairness" in wanted:
            found["fairness"] = steps.fairness(capacity)
            _write(result, out)
    if "memory" in wanted:
        with running(out / "memory") as service:
            steps = Steps(service, scale, "HTTP")
            steps.warm()
            result["service"]["memory"] = steps.memory()
    _write(result, out)


def _tls(result: Figures, scale: Scale, out: Path) -> None:
    with running(out / "tls", tls=True) as service:
        steps = Steps(service, scale, "HTTPS")
        steps.warm()
        found = {"alone": steps.alone(), "capacity": steps.capacity()}
        found["steady"] = steps.steady(SHARE * found["capacity"]["rate"])
    result["service"]["tls"] = found
    _write(result, out)


def _write(result: Figures, out: Path) -> None:
    """If the run is broken off, what there is stays."""
    result["goals"] = goals(result)
    (out / "result.json").write_text(json.dumps(result, indent=1), "utf-8")
    (out / "result.md").write_text(report(result), "utf-8")


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench/service.py", description=__doc__)
    parser.add_argument(
        "--steps",
        nargs="*",
        choices=STEPS,
        default=STEPS,
        metavar="STEP",
        help=f"what to measure besides one at a time and capacity (default: all of {', '.join(STEPS)})",
    )
    parser.add_argument("--quick", action="store_true", help="a smoke run: seconds; its figures mean nothing")
    return parser.parse_args(arguments)
