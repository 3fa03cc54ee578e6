"""A sandbox in which nothing can be written and nobody reached, and the one way to talk with who is in it.

What runs there is no root and can't become it, sees every file system read-only and neither /dev/shm nor any device but
/dev/null and /dev/urandom, and has a network that consists of nothing but its own loopback.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache

ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": "/", "PYTHONDONTWRITEBYTECODE": "1"}
"""As containers have it. Without HOME, Python looks for its user's name at start, and libc asks nscd's socket for it;
modules that are imported before XPress can say so would have their byte code written."""
_REFUSED = b"!"
_DIALLER = f"""
import socket, sys
door = socket.socket(fileno=int(sys.argv[1]))
while port := door.recv(8):
    try:
        with socket.create_connection(("127.0.0.1", int(port))) as made:
            socket.send_fds(door, [b"."], [made.fileno()])
    except OSError:
        door.send({_REFUSED!r})
"""


def box() -> tuple[str, ...]:
    """What to start a program with, so that it is in a sandbox."""
    return (
        *(shutil.which("bwrap") or "bwrap", "--unshare-all", "--die-with-parent", "--new-session"),
        *("--uid", "1000", "--gid", "1000", "--cap-drop", "ALL"),
        *("--ro-bind", "/", "/", "--chdir", "/"),
        *("--tmpfs", "/dev", "--dev-bind", "/dev/null", "/dev/null", "--dev-bind", "/dev/urandom", "/dev/urandom"),
        *("--proc", "/proc", "--remount-ro", "/dev", "--remount-ro", "/proc"),
    )


@cache
def unavailable() -> str | None:
    """Why there can be no sandbox here; None if there can."""
    if sys.platform != "linux":
        return "sandboxes are made of what Linux has"
    for program, package in (("bwrap", "bubblewrap"), ("nsenter", "util-linux")):
        if not shutil.which(program):
            return f"{program} ({package}) is not installed"
    tried = subprocess.run([*box(), "/bin/true"], capture_output=True, text=True, check=False)
    return f"the kernel forbids it: {tried.stderr.strip()}" if tried.returncode else None


@contextmanager
def door(pid: int) -> Iterator[Callable[[int], socket.socket]]:
    """What opens connections to ports in the sandbox of a process.

    A socket belongs to the network in which it was made, whoever has it: one who is there makes and hands it out.
    """
    ours, theirs = socket.socketpair()
    enter = ["nsenter", f"--target={pid}", "--user", "--preserve-credentials", "--net"]
    dialler = subprocess.Popen(
        [*enter, sys.executable, "-I", "-c", _DIALLER, str(theirs.fileno())], pass_fds=[theirs.fileno()]
    )
    theirs.close()
    lock = threading.Lock()

    def dial(port: int) -> socket.socket:
        with lock:
            ours.send(b"%d" % port)
            said, made, _, _ = socket.recv_fds(ours, 1, 1)
        if said == _REFUSED:
            raise ConnectionRefusedError
        assert made, "nobody dials"
        return socket.socket(fileno=made[0])

    try:
        yield dial
    finally:
        ours.close()
        dialler.wait(10)
