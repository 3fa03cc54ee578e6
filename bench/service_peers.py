"""Other ways to a PDF of the same page: WeasyPrint behind a small HTTP server, Chromium from its command line."""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench.service_client import Shot, Stream, Target, run
from bench.service_figures import Figures, latency
from bench.service_steps import Scale
from bench.tools import Content, Tool, all_tools

_LANES = 4
_WARM = 8
_CHROMIUM_RUNS = 12
_LINK = b'<link rel="stylesheet" href="print.css">'


def peers(folder: Path, html: Path, scale: Scale, workers: int) -> dict[str, Figures]:
    """What each installed program takes for the page in the folder `html`."""
    found: dict[str, Figures] = {}
    for tool in all_tools():
        if not tool.peer:
            continue
        if tool.absent:
            found[tool.name] = {"absent": tool.absent}
        elif tool.name == "WeasyPrint":
            found[tool.name] = {"version": tool.version} | _weasyprint(html, scale, workers)
        else:
            found[tool.name] = {"version": tool.version} | _program(tool, folder, html, workers)
    return found


def _weasyprint(html: Path, scale: Scale, workers: int) -> Figures:
    print("WeasyPrint behind HTTP", file=sys.stderr, flush=True)
    data = (html / "index.html").read_bytes().replace(_LINK, b"")  # its processes have read the style already
    shot = Shot(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % len(data) + data)
    command = [sys.executable, "-m", "bench.service_weasyprint", str(html), str(workers)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            target = Target("localhost", int(process.stdout.readline() if process.stdout else 0))
            run(target, [Stream("warm", lambda: shot, lanes=workers, most=_WARM)], 60)
            alone = run(target, [Stream("page", lambda: shot)], scale.peers)
            start = time.perf_counter()
            busy = run(target, [Stream("page", lambda: shot, lanes=_LANES)], scale.peers)
            seconds = time.perf_counter() - start
        finally:
            process.terminate()
    good = [answer for answer in alone if answer.body.startswith(b"%PDF")]
    return {"runs": len(good), "rate": sum(a.body.startswith(b"%PDF") for a in busy) / seconds, **latency(good)}


def _program(tool: Tool, folder: Path, html: Path, workers: int) -> Figures:
    """A program that is started for each document: one after the other, then so many at once."""
    print(f"{tool.name}, a process for each document", file=sys.stderr, flush=True)
    content = Content("one", 1, html, html)

    def once(number: int) -> float:
        work = folder / f"{tool.key}-{number}"
        work.mkdir()
        start = time.perf_counter()
        subprocess.run(tool.command(content, work, work / "one.pdf"), capture_output=True, check=True, timeout=120)
        if not (work / "one.pdf").is_file():
            raise SystemExit(f"{tool.name} made no PDF.")
        return time.perf_counter() - start

    seconds = sorted(once(number) for number in range(_CHROMIUM_RUNS))
    start = time.perf_counter()
    with ThreadPoolExecutor(workers) as pool:
        count = len(list(pool.map(once, range(_CHROMIUM_RUNS, 3 * _CHROMIUM_RUNS))))
    rate = count / (time.perf_counter() - start)
    return {"runs": _CHROMIUM_RUNS, "rate": rate, "p50": seconds[len(seconds) // 2], "most": seconds[-1]}
