"""What a program and all that it starts ask of the kernel, as strace sees it, and what of that nobody should who keeps
nothing: opening a file to write to it, changing the file system, connecting to anybody.

What isn't known to be harmless is not.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_HARMLESS = frozenset(
    """
    access faccessat faccessat2 stat lstat newfstatat fstatat64 statx statfs readlink readlinkat getcwd chdir execve
    getxattr lgetxattr listxattr llistxattr
    socketpair listen accept accept4 getsockname getpeername setsockopt getsockopt shutdown recvfrom recvmsg
    clone clone3 fork vfork prctl prlimit64 setrlimit
    """.split()
)
_STRANGE = (
    "io_uring_setup open_by_handle_at memfd_secret shmget shmat msgget semget mq_open add_key request_key keyctl bpf "
    "userfaultfd ptrace process_vm_writev pidfd_getfd fsopen open_tree move_mount fanotify_init syslog ftruncate "
    "fallocate fchmod fchown fsetxattr fsync fdatasync"
)
"""They can write or reach somebody without the name of a file or a socket."""
_TRACED = ",".join(
    ["%file", "%network", "memfd_create", "clone", "?clone3", "?fork", "?vfork", "prctl", "prlimit64", "?setrlimit"]
    + [f"?{name}" for name in _STRANGE.split()]
)
_CALL = re.compile(r"([a-z][a-z0-9_]*)\((.*)")
_WRITING = re.compile(r"\bO_(WRONLY|RDWR|CREAT|TRUNC|TMPFILE|APPEND)\b")
_READING = re.compile(r"\bO_RDONLY\b")
_STREAM = re.compile(r"AF_INET6?, SOCK_STREAM\b")
_SENT_NOWHERE = re.compile(r", NULL, 0(\)| <)")
_NULL = re.compile(r'^(AT_FDCWD, )?"/dev/null", ')


@dataclass(frozen=True)
class Call:
    """A system call: its name, and its arguments and result as strace writes them."""

    name: str
    rest: str

    @property
    def is_harmless(self) -> bool:
        """Whether nothing can be kept or told by it, whatever came of it."""
        match self.name:
            case "open" | "openat" | "openat2":
                reads = _READING.search(self.rest) is not None and not _WRITING.search(self.rest)
                return reads or _NULL.match(self.rest) is not None
            case "socket":
                return _STREAM.match(self.rest) is not None
            case "sendto":
                return _SENT_NOWHERE.search(self.rest) is not None
            case "sendmsg":
                return "{msg_name=NULL, " in self.rest
            case _:
                return self.name in _HARMLESS


@cache
def unavailable() -> str | None:
    """Why nothing can be watched here; None if it can."""
    if not shutil.which("strace"):
        return "strace is not installed"
    tried = subprocess.run([*_strace(Path("/dev/null")), "/bin/true"], capture_output=True, text=True, check=False)
    return f"strace can't watch here: {tried.stderr.strip()}" if tried.returncode else None


def watch(folder: Path) -> tuple[str, ...]:
    """What to start a program with, so that its calls are written into files in this folder."""
    return (*_strace(folder / "calls"), "--output-separately")


def _strace(output: Path) -> tuple[str, ...]:
    # With --seccomp-bpf the kernel stops a program at those calls only, so that watching costs next to nothing.
    options = ("--follow-forks", "--seccomp-bpf", "--quiet=all", "--string-limit=300", f"--trace={_TRACED}")
    return (shutil.which("strace") or "strace", *options, f"--output={output}")


def calls(folder: Path, marker: str) -> dict[int, list[Call]]:
    """All calls by process or thread, from where a program was executed one of whose arguments is `marker`.

    What put it into a sandbox isn't its own.
    """
    found = {}
    for file in sorted(folder.glob("calls.*")):
        called = list(_read(file))
        start = next((at for at, call in enumerate(called) if _starts(call, marker)), None)
        if start is not None:
            found[int(file.suffix[1:])] = called[start:]
        elif not any(call.name == "pivot_root" or _is_bwrap(call) for call in called):
            found[int(file.suffix[1:])] = called
    return found


def _starts(call: Call, marker: str) -> bool:
    executed = call.name == "execve" and call.rest.endswith("= 0") and not _is_bwrap(call)
    return executed and f'"{marker}"' in call.rest


def _is_bwrap(call: Call) -> bool:
    return call.name == "execve" and call.rest.partition('", [')[0].endswith("/bwrap")


def _read(file: Path) -> Iterator[Call]:
    with file.open(encoding="utf-8", errors="surrogateescape") as lines:
        for line in lines:
            if found := _CALL.match(line):
                yield Call(found[1], found[2].rstrip())
