"""The service that is measured: a process of its own, its keys and certificate, and what its processes take."""

from __future__ import annotations

import contextlib
import json
import os
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from bench.service_client import Target

CALLERS = ("one", "two", "three", "four")
_START = 60.0
"""Seconds that the service may take to be ready."""
_END = 40.0
"""Seconds that it may take to end."""
_BUSY = ("user", "nice", "system", "irq", "softirq", "steal")


@dataclass(frozen=True, slots=True)
class Used:
    """Seconds of CPU so far: of the service's first process, of all its others, of this one; of all programs on the
    machine; and the time."""

    host: float
    workers: float
    client: float
    machine: float
    moment: float


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes of resident memory: of the service's first process, and of each worker, with what they share."""

    host: int
    workers: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Running:
    """A service that is ready. `keys`: of its callers, by their names; `log`: its records."""

    target: Target
    keys: Mapping[str, str]
    log: Path
    process: psutil.Process

    def used(self) -> Used:
        """What was used until now."""
        own, others = _cpu(self.process), 0.0
        for template in self.process.children():
            with contextlib.suppress(psutil.Error):
                ended = template.cpu_times()
                others += _cpu(template) + ended.children_user + ended.children_system
                others += sum(_cpu(worker) for worker in template.children())
        machine = psutil.cpu_times()
        busy = sum(getattr(machine, name, 0.0) for name in _BUSY)
        return Used(own, others, time.process_time(), busy, time.perf_counter())

    def memory(self) -> Memory:
        """What is in memory now."""
        workers = [worker for template in self.process.children() for worker in template.children()]
        return Memory(_resident(self.process), {worker.pid: _resident(worker) for worker in workers})


@contextlib.contextmanager
def running(folder: Path, *options: str, tls: bool = False) -> Iterator[Running]:
    """A service with these options, on a free port of this machine. What it needs, and its log, are in the folder."""
    folder.mkdir(parents=True)
    keys = _keys(folder / "keys")
    command = [sys.executable, "-m", "confluence_xpress", "render-service", "--port", "0"]
    command += ["--keys", str(folder / "keys"), *options]
    context = None
    if tls:
        certificate, key = _certificate(folder)
        command += ["--tls-cert", str(certificate), "--tls-key", str(key)]
        context = ssl.create_default_context(cafile=str(certificate))
    log = folder / "log.txt"
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    try:
        port = _port(log, process)
        target = Target("localhost", port, context)
        yield Running(target, keys, log, psutil.Process(process.pid))
    finally:
        process.terminate()
        try:
            process.wait(_END)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _port(log: Path, process: subprocess.Popen[bytes]) -> int:
    """The port it listens on, which it tells when it is ready."""
    end = time.perf_counter() + _START
    while time.perf_counter() < end and process.poll() is None:
        for line in log.read_text("utf-8", "replace").splitlines():
            with contextlib.suppress(ValueError, KeyError, TypeError):
                if json.loads(line)["event"] == "started":
                    return urlsplit(str(json.loads(line)["address"])).port or 0
        time.sleep(0.05)
    raise SystemExit(f"The service did not start; see {log}.")


def _keys(file: Path) -> dict[str, str]:
    """A key for each caller."""
    keys, lines = {}, []
    for name in CALLERS:
        made = _run([sys.executable, "-m", "confluence_xpress", "service-key", name])
        lines.append(made.stdout)
        keys[name] = made.stderr.split()[-1]
    file.write_text("".join(lines), "utf-8")
    return keys


def _certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for this machine, signed by itself, and its key."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    kind = ("-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2")
    names = ("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1")
    _run(["openssl", "req", *kind, *names, "-keyout", str(key), "-out", str(certificate)])
    return certificate, key


def _run(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "NO_COLOR": "1"})


def _cpu(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system)


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0
