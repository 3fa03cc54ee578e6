"""The media host: short-lived signed addresses, and no sign-in."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from urllib.parse import urlencode

from testsite.content import Content
from testsite.exchange import Record, Refusal, Reply
from testsite.model import File, FileVersion


class Media:
    """Signs addresses and answers for them. `seconds` is how long an address is good."""

    def __init__(self, seconds: float = 60) -> None:
        self.seconds = seconds
        self.url = ""
        self._key = secrets.token_bytes(16)
        self._revoked = 0

    def expire(self) -> None:
        """All addresses given so far are no good any more."""
        self._revoked += 1

    def address(self, file: File, version: FileVersion) -> str:
        """Where the bytes are, for a while."""
        end = f"{time.time() + self.seconds:.3f}"
        query = {
            "name": file.title,
            "version": version.number,
            "att": file.id,
            "expires": end,
            "token": self._sign(file.id, version.number, end),
        }
        return f"{self.url}/file/{file.file_id}/binary?{urlencode(query)}"

    def answer(self, content: Content, record: Record) -> Reply:
        """The bytes, or why not."""
        if "authorization" in record.headers:
            raise Refusal(400, "Only one auth mechanism allowed.")
        query = dict(record.query)
        try:
            end, number = query["expires"], int(query["version"])
            good = hmac.compare_digest(self._sign(query["att"], number, end), query["token"])
            late = time.time() > float(end)
        except (KeyError, ValueError):
            raise Refusal(400, "Bad request.") from None
        if not good or late:
            raise Refusal(403, "Request has expired.")
        return file_reply(*find_version(content, query["att"], number))

    def _sign(self, file_id: str, number: int, end: str) -> str:
        text = f"{self._revoked}/{file_id}/{number}/{end}"
        return hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()


def find_version(content: Content, file_id: str, number: int | None) -> tuple[File, FileVersion]:
    """An attachment by its id, and its version with that number, or the current one; else 404."""
    found = content.index().files.get(file_id)
    if found is None:
        raise Refusal(404)
    file = found[1]
    version = next((v for v in file.versions() if v.number == (number or file.version)), None)
    if version is None:
        raise Refusal(404)
    return file, version


def file_reply(file: File, version: FileVersion) -> Reply:
    """A file's bytes."""
    name = file.title.encode("ascii", "replace").decode().replace('"', "")
    return Reply(
        200,
        version.read(),
        [("content-type", file.media_type), ("content-disposition", f'attachment; filename="{name}"')],
    )
