"""An image like the real one, made of the Python that runs the tests, and a box as containers are to run it in."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

from tests.deploy_files import DEPLOY, ROOT, Start

DRIVER = Path(__file__).with_name("deploy_driver.py")
EXTRAS = ("scripts", "cjk", "service", "protect")


def unavailable() -> str | None:
    """Why there can be no box here; None if there can."""
    if sys.platform != "linux" or not shutil.which("bwrap"):
        return "bwrap (bubblewrap) is not installed"
    if Path(sys.base_prefix) == Path("/usr"):
        return "this Python is arranged as Debian does, and the image's is not"
    probe = ["bwrap", "--ro-bind", "/", "/", "--unshare-all", "--uid", "1000", "true"]
    refused = subprocess.run(probe, capture_output=True, text=True, check=False)
    return f"the kernel forbids it: {refused.stderr.strip()}" if refused.returncode else None


def command_missing() -> str | None:
    """Why the command can't be started yet; None if it can."""
    tried = subprocess.run([*_xpress(), "render-service", "--help"], capture_output=True, text=True, check=False)
    return None if tried.returncode == 0 else "there is no `xpress render-service` that works"


def service_help() -> str:
    """What `xpress render-service --help` says."""
    environment = {**os.environ, "COLUMNS": "200", "NO_COLOR": "1"}
    command = [*_xpress(), "render-service", "--help"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout


def make_key(folder: Path) -> tuple[str, Path]:
    """A key, and the file of keys that has its hash."""
    made = subprocess.run([*_xpress(), "service-key", "test"], capture_output=True, text=True, check=True)
    file = folder / "keys"
    file.write_text(made.stdout, "utf-8")
    return made.stderr.split()[-1], file


def _xpress() -> list[str]:
    return [sys.executable, "-m", "confluence_xpress"]


def make_root(folder: Path) -> Path:
    """The root file system, made once for all tests and processes by the program that the Dockerfile runs."""
    folder.mkdir(exist_ok=True)
    root = folder / "root"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not root.exists():
            packages = folder / "packages"
            packages.mkdir()
            for path in _package_files():
                (packages / path.name).symlink_to(path)
            scripts = sysconfig.get_path("scripts")
            command = [sys.executable, str(DEPLOY / "image" / "rootfs.py"), str(folder / "new")]
            options = ["--packages", str(packages), "--scripts", scripts]
            subprocess.run([*command, *options], check=True, capture_output=True)
            (folder / "new" / "opt" / "xpress").mkdir(parents=True)
            for name in ("health.py", "start.py"):
                shutil.copy(DEPLOY / "image" / name, folder / "new" / "opt" / "xpress")
            (folder / "new").rename(root)
    return root


def _package_files() -> Iterator[Path]:
    """Files and folders at the top of site-packages that the image has, and XPress itself from here."""
    site = Path(sysconfig.get_path("purelib"))
    tops: set[str] = set()
    for name in _distributions():
        for file in metadata.distribution(name).files or ():
            if file.parts[0] not in {"..", "__pycache__"}:
                tops.add(file.parts[0])
    for top in sorted(tops):
        if not top.startswith("_confluence_xpress"):  # says where the source is
            yield site / top
    yield ROOT / "src" / "confluence_xpress"


def _distributions() -> set[str]:
    """XPress and all that it needs with the extras. What XPress itself needs is asked of the source."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    optional = project["optional-dependencies"]
    seen = {"confluence-xpress"}
    _add([*project["dependencies"], *(line for extra in EXTRAS for line in optional[extra])], frozenset(), seen)
    return seen


def _add(lines: Iterable[str], extras: frozenset[str], seen: set[str]) -> None:
    for line in lines:
        wanted = Requirement(line)
        marker = wanted.marker
        applies = marker is None or any(marker.evaluate({"extra": extra}) for extra in (extras or {""}))
        if applies and wanted.name not in seen:
            seen.add(wanted.name)
            _add(metadata.requires(wanted.name) or (), frozenset(wanted.extras), seen)


def run_boxed(root: Path, start: Start, folder: Path, **task: Any) -> Any:
    """What the driver saw: `root` read-only, uid 1000, no capability, no network but its own loopback, no /dev/shm."""
    boxed = [
        "bwrap",
        *("--tmpfs", "/", "--dir", "/opt/driver"),
        *_mounted(root, start.files, folder),
        *("--ro-bind", str(DRIVER), "/opt/driver/driver.py"),
        *("--proc", "/proc", "--dev", "/dev", "--remount-ro", "/dev", "--remount-ro", "/"),
        *("--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL"),
        *("--uid", "1000", "--gid", "1000", "--clearenv", "--setenv", "PATH", "/usr/local/bin"),
        *("python", "-I", "/opt/driver/driver.py"),
    ]
    return _drive(boxed, start, {"litter": True, **task})


def run_unboxed(start: Start, **task: Any) -> Any:
    """What the driver saw without a box."""
    return _drive([sys.executable, "-I", str(DRIVER)], start, task)


def _drive(driver: Sequence[str], start: Start, task: Mapping[str, Any]) -> Any:
    given = {"command": start.command, "environment": dict(start.environment), "port": start.port, "tls": start.tls}
    given |= {"health": start.health, "paths": [], "render": None, "key": "", "litter": False, **task}
    given["patience"] = start.patience
    ran = subprocess.run(driver, input=json.dumps(given), capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def _mounted(root: Path, files: Mapping[str, str], folder: Path) -> Iterator[str]:
    """The root's folders one by one, as bwrap can make no mount points within what is read-only."""
    for entry in sorted(root.iterdir()):
        if entry.is_symlink():
            yield from ("--symlink", str(entry.readlink()), f"/{entry.name}")
        elif entry.name not in {"dev", "proc", "etc", "run", "opt"}:
            yield from ("--ro-bind", str(entry), f"/{entry.name}")
    for name in ("etc", "opt"):
        for entry in sorted((root / name).iterdir()):
            yield from ("--ro-bind", str(entry), f"/{name}/{entry.name}")
    for path, kind in files.items():
        yield from ("--ro-bind", str(folder / kind), path)
