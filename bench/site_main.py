"""The whole benchmark of sites: fetching beside its floor and a peer, fetching and typesetting together, a storm."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from bench import machine
from bench.content import write_space
from bench.site_report import Figures, report

ROOT = Path(__file__).resolve().parents[1]
XPRESS = [sys.executable, "-m", "confluence_xpress", "export"]


@dataclass(frozen=True, slots=True)
class Served:
    """A running site: what it says of itself, and how it is asked for more."""

    info: dict[str, Any]
    ask: Callable[[str], dict[str, Any]]
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """That of a process which signs in."""
        return {**os.environ, "XPRESS_EMAIL": self.info["email"], "XPRESS_TOKEN": self.info["token"]}

    def module(self, name: str, *arguments: str) -> dict[str, Any]:
        """What a module of the benchmark tells, and what it cost the site."""
        self.ask("calls")
        command = [sys.executable, "-W", "ignore", "-m", name, *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, check=True, stdout=subprocess.PIPE, text=True)
        found: dict[str, Any] = json.loads(done.stdout)
        return found | {f"site_{key}": value for key, value in self.ask("calls").items()}

    def export(self, source: str, out: Path) -> float:
        """Seconds that an export takes."""
        began = time.monotonic()
        subprocess.run([*XPRESS, source, "-o", str(out), "-q"], cwd=ROOT, env=self.environment, check=True)
        return time.monotonic() - began


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print the report, and write it with all figures to a folder of `build`."""
    options = _options(arguments)
    os.chdir(ROOT)
    out = ROOT / "build" / "bench-site"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    result: Figures = {
        "machine": machine.facts(),
        "load": machine.load(),
        "pages": options.pages,
        "latency": options.latency,
        "slow": options.slow,
    }
    write_space(out / "space", options.pages)
    with _site(out / "space", "cloud", options.latency, out) as site:
        _fetching(result, site, options.runs)
        _together(result, "together", site, options.runs, out)
        site.ask(f"storm {options.storm}")
        result["storm"] = {"refused": options.storm, **_fetch(site)}
    with _site(out / "space", "cloud", options.slow, out) as site:
        _together(result, "together_slow", site, 1, out)
    with _site(out / "space", "datacenter", options.latency, out) as site:
        result["datacenter"] = _fetch(site)
    (out / "result.json").write_text(json.dumps(result, indent=1), "utf-8")
    (out / "result.md").write_text(report(result), "utf-8")
    print(report(result))
    print(f"Figures and PDFs: {out}")


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench/site.py", description=__doc__)
    parser.add_argument("--pages", type=int, default=1000, help="Confluence pages (default: 1000)")
    parser.add_argument(
        "--latency", type=float, default=0.05, help="seconds that each call takes longer (default: 0.05)"
    )
    parser.add_argument("--slow", type=float, default=1.0, help="the same for a site that is slower than typesetting")
    parser.add_argument("--storm", type=int, default=40, help="calls that are refused with 429 (default: 40)")
    parser.add_argument("--runs", type=int, default=3, help="runs of each, of which the median counts (default: 3)")
    return parser.parse_args(arguments)


def _fetching(result: Figures, site: Served, runs: int) -> None:
    """XPress, the calls that nobody can do without, and the peer, in turns."""
    ids, files = site.folder / "ids.json", site.folder / "files.json"
    ids.write_text(json.dumps(site.info["pages"]), "utf-8")
    files.write_text(json.dumps(site.info["files"]), "utf-8")
    (site.folder / "none.json").write_text("[]", "utf-8")
    url, space = site.info["url"], site.info["space"]
    turns: dict[str, list[dict[str, Any]]] = {"floor": [], "fetch": [], "peer": []}
    for _ in range(runs):
        turns["floor"].append(site.module("bench.site_floor", url, space, str(files)))
        turns["fetch"].append(_fetch(site))
        turns["peer"].append(site.module("bench.site_peer", url, str(ids)))
    for name, found in turns.items():
        result[name] = {**found[0], "seconds": median(each["seconds"] for each in found)}
    bare = [site.module("bench.site_floor", url, space, str(site.folder / "none.json")) for _ in range(runs)]
    result["bare"] = {**bare[0], "seconds": median(each["seconds"] for each in bare)}
    text = [site.module("bench.site_fetch", url, space, "text") for _ in range(runs)]
    result["text"] = {**text[0], "seconds": median(each["seconds"] for each in text)}


def _fetch(site: Served) -> dict[str, Any]:
    return site.module("bench.site_fetch", site.info["url"], site.info["space"])


def _together(result: Figures, name: str, site: Served, runs: int, out: Path) -> None:
    """Fetching alone, typesetting alone, and both."""
    address = f"{site.info['url']}/{site.info['space']}"
    alone, typeset, both = [], [], []
    for _ in range(runs):
        alone.append(_fetch(site)["seconds"])
        typeset.append(site.export(str(out / "space"), out / "folder.pdf"))
        both.append(site.export(address, out / "site.pdf"))
    result[name] = {"fetching": median(alone), "typesetting": median(typeset), "both": median(both)}


@contextmanager
def _site(space: Path, kind: str, latency: float, out: Path) -> Iterator[Served]:
    command = [sys.executable, "-m", "bench.site_server", str(space), kind, str(latency)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        stdin, stdout = process.stdin, process.stdout
        if stdin is None or stdout is None:
            raise RuntimeError("a process without pipes")

        def ask(wish: str) -> dict[str, Any]:
            print(wish, file=stdin, flush=True)
            told: dict[str, Any] = json.loads(stdout.readline())
            return told

        try:
            yield Served(json.loads(stdout.readline()), ask, out)
        finally:
            stdin.close()
