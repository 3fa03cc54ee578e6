"""Asks veraPDF whether PDF files keep to PDF/UA-1 (flavour `ua1`) or PDF/A-2a (`2a`).

veraPDF is fetched once by Maven into .cache/verapdf. One call of `validate` is one start of Java, however many files it
is given: starting takes far longer than checking a small file, so collect the files and ask once.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
POM = Path(__file__).resolve().parent / "verapdf" / "pom.xml"
CACHE = ROOT / ".cache" / "verapdf"
CLAIMED = "0"
"""The flavour that stands for those that a file claims."""
MAIN = "org.verapdf.apps.GreenfieldCliWrapper"

FETCH_SECONDS = 300
START_SECONDS = 600
FILE_SECONDS = 60


@dataclass(frozen=True)
class Fault:
    """A rule that a file breaks. `clause` and `test_number` name the rule, `count` says how often it is broken."""

    clause: str
    test_number: int
    description: str
    count: int
    example_context: str
    example_message: str

    def __str__(self) -> str:
        return (
            f"{self.clause}-{self.test_number} ×{self.count}: {self.description}"
            f" [{self.example_message} at {self.example_context}]"
        )


class VeraPDFError(Exception):
    """veraPDF didn't answer as it should."""


@cache
def unavailable() -> str | None:
    """Why veraPDF can't be asked here; None if it can. Fetches it at the first call."""
    for program in ("java", "mvn"):
        if shutil.which(program) is None:
            return f"veraPDF needs {program}, which is not installed"
    with _lock():
        return None if _jars() else _fetch()


def validate(paths: Sequence[Path], *flavours: str) -> dict[Path, list[Fault]]:
    """What each file breaks; an empty list means that it complies. Every path is a key.

    Several flavours are checked at once, which takes little more time than one. Then each file must also claim them,
    and no others.
    """
    if reason := unavailable():
        raise VeraPDFError(reason)
    if not paths:
        return {}
    by_name = {str(path.resolve()): path for path in paths}
    found = dict(
        _faults(_run(list(by_name), flavours[0] if len(flavours) == 1 else CLAIMED)["report"]["jobs"], flavours)
    )
    if lost := by_name.keys() - found.keys():
        raise VeraPDFError(f"veraPDF left out {', '.join(sorted(lost))}")
    return {path: found[str(path.resolve())] for path in paths}


def _run(names: Sequence[str], flavour: str) -> Any:
    classpath = os.pathsep.join(map(str, _jars()))
    options = ["--flavour", flavour, "--format", "json", "--maxfailuresdisplayed", "1", "--nonpdfext"]
    # Quick to start, and content with one core: the other tests run beside it.
    command = ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Djava.awt.headless=true"]
    # File names are read, and the report is written, as the locale says, whatever the test's own is.
    command += ["-Dfile.encoding=UTF-8", "-cp", classpath]
    environment = os.environ | {"LC_ALL": "C.UTF-8"}
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8") as output,
        tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as errors,
    ):
        done = subprocess.run(
            [*command, MAIN, *options, *names],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            timeout=START_SECONDS + FILE_SECONDS * len(names),
            check=False,
        )
        output.seek(0)
        errors.seek(0)
        try:
            return json.load(output)
        except json.JSONDecodeError as error:
            said = errors.read().strip()
            raise VeraPDFError(f"veraPDF ended with code {done.returncode} and no report: {said}") from error


def _faults(jobs: Iterable[Mapping[str, Any]], flavours: Collection[str]) -> Iterator[tuple[str, list[Fault]]]:
    for job in jobs:
        name = job["itemDetails"]["name"]
        results = job.get("validationResult")
        if not results:
            raise VeraPDFError(f"veraPDF couldn't check {name}: {job.get('taskException', {}).get('exceptionMessage')}")
        if (checked := {_flavour(result) for result in results}) != set(flavours):
            raise VeraPDFError(f"{name} claims {', '.join(sorted(checked))}, not {', '.join(sorted(flavours))}")
        faults = [_fault(rule) for result in results for rule in result["details"]["ruleSummaries"]]
        if bool(faults) == all(result["compliant"] for result in results):
            raise VeraPDFError(f"veraPDF contradicts itself about {name}")
        yield name, sorted(faults, key=lambda fault: (fault.clause, fault.test_number))


def _flavour(result: Mapping[str, Any]) -> str:
    """ua1 for “PDF/UA-1 validation profile”."""
    profile: str = result["profileName"]
    return profile.removeprefix("PDF/").split()[0].removeprefix("A-").replace("-", "").lower()


def _fault(rule: Mapping[str, Any]) -> Fault:
    example = rule["checks"][0] if rule.get("checks") else {}
    return Fault(
        clause=rule["clause"],
        test_number=rule["testNumber"],
        description=rule["description"],
        count=rule["failedChecks"],
        example_context=example.get("context") or "",
        example_message=example.get("errorMessage") or "",
    )


def _jars() -> list[Path]:
    """The jars of this pom.xml: a changed one has a directory of its own."""
    return sorted(_directory().glob("*.jar"))


def _directory() -> Path:
    return CACHE / f"lib-{hashlib.sha256(POM.read_bytes()).hexdigest()[:12]}"


def _fetch() -> str | None:
    with tempfile.TemporaryDirectory(dir=CACHE) as directory:
        command = ["mvn", "--batch-mode", "--quiet", "--file", str(POM), "dependency:copy-dependencies"]
        try:
            done = subprocess.run(
                [*command, f"-DoutputDirectory={directory}/lib"],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=FETCH_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return f"Maven couldn't fetch veraPDF within {FETCH_SECONDS} seconds"
        if done.returncode:
            said = (done.stdout + done.stderr).strip().splitlines()
            return f"Maven couldn't fetch veraPDF: {said[0] if said else 'it says nothing'}"
        Path(directory, "lib").rename(_directory())
    return None


@contextmanager
def _lock() -> Iterator[None]:
    """One process at a time: tests run in several, and each wants the jars."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
