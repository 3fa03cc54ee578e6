"""Runs in the image or beside it: starts the service as a file below deploy/ says, looks at it, and stops it.

Reads what to do as JSON from standard input, and writes what it saw as JSON to standard output. Standard library only.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import ssl
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

SECONDS = 50.0
"""That the slowest platform gives a service to start."""


def main() -> int:
    """Do as told."""
    task = json.load(sys.stdin)
    seen: dict[str, Any] = {"identity": [os.getuid(), os.getgid()]}
    if task["litter"]:
        seen["writable"] = writable()
    service = subprocess.Popen(
        task["command"], env=task["environment"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    with service:
        if task["port"]:
            seen["answers"] = talk(task, service)
            service.send_signal(signal.SIGTERM)
        try:
            seen["log"], _ = service.communicate(timeout=task["patience"])
        except subprocess.TimeoutExpired:
            service.kill()
            seen["log"], _ = service.communicate()
        seen["code"] = service.returncode
    json.dump(seen, sys.stdout)
    return 0


def talk(task: dict[str, Any], service: subprocess.Popen[str]) -> dict[str, Any]:
    """Waits until it is ready, reloads it, and gives what it answers by path; a command's exit code by its name."""
    end = time.monotonic() + SECONDS
    while ask(task, "/health/ready")[0] != http.client.OK and time.monotonic() < end and service.poll() is None:
        time.sleep(0.1)
    service.send_signal(signal.SIGHUP)
    time.sleep(1)  # to reload
    answers: dict[str, Any] = {path: ask(task, path) for path in task["paths"]}
    if task["health"]:
        answers["health"] = subprocess.run(task["health"], env=task["environment"], check=False).returncode
    if task["render"]:
        answers["render"] = ask(task, "/v1/render", task["render"])
    return answers


def ask(task: dict[str, Any], path: str, body: object = None) -> tuple[int, str, dict[str, str]]:
    """The status, the text and the headers of an answer; 0 and the reason if there is none. The host is a pod's."""
    trust = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE
    if task["tls"]:
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(
            "127.0.0.1", task["port"], timeout=60, context=trust
        )
    else:
        connection = http.client.HTTPConnection("127.0.0.1", task["port"], timeout=60)
    headers = {"Host": "10.0.0.1:8040"}
    if body is not None:
        headers |= {"Content-Type": "application/json", "Accept": "application/pdf"}
        headers |= {"Authorization": f"Bearer {task['key']}"} if task["key"] else {}
    try:
        data = None if body is None else json.dumps(body)
        connection.request("GET" if data is None else "POST", path, data, headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode("latin-1"), dict(answer.headers)
    except OSError as error:
        return 0, str(error), {}
    finally:
        connection.close()


def writable() -> list[str]:
    """Folders of the whole file system in which a file can be made."""
    found = []
    for folder, names, _ in os.walk("/"):
        if folder == "/":
            names.remove("proc")
        try:
            (Path(folder) / "litter").touch()
        except OSError:
            continue
        found.append(folder)
    return found


if __name__ == "__main__":
    sys.exit(main())
