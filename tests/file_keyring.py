"""A keyring that is a file, so that tests have one wherever they run; and it can be locked."""

from __future__ import annotations

import json
import os
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError, PasswordSetError

FILE = "XPRESS_TEST_KEYRING"
"""Where it is, in the environment. A file that says LOCKED is one that is; one that says FULL can't be written."""


class FileKeyring(KeyringBackend):
    """Never to be used for anything else."""

    priority = 0.1

    def get_password(self, service: str, username: str) -> str | None:
        return self._entries().get(f"{service} {username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        if self._text() == "FULL":
            raise PasswordSetError(f"no room for {password}")
        self._write(self._entries() | {f"{service} {username}": password})

    def delete_password(self, service: str, username: str) -> None:
        entries = self._entries()
        if f"{service} {username}" not in entries:
            raise PasswordDeleteError("there is none")
        del entries[f"{service} {username}"]
        self._write(entries)

    def _path(self) -> Path:
        return Path(os.environ[FILE])

    def _text(self) -> str:
        return self._path().read_text(encoding="utf-8") if self._path().exists() else ""

    def _entries(self) -> dict[str, str]:
        text = self._text()
        if text == "LOCKED":
            raise KeyringLocked("it is locked")
        found: dict[str, str] = json.loads(text) if text and text != "FULL" else {}
        return found

    def _write(self, entries: dict[str, str]) -> None:
        self._path().write_text(json.dumps(entries), encoding="utf-8")
