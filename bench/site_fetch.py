"""Fetch a space and all that it shows, without typesetting anything: `python -m bench.site_fetch URL SPACE [text]`.

With `text`, no files.

Tells on a line of JSON how long it took from the first call on, and what came. Signs in as the environment says.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time

from confluence_xpress.bundle import Body, Media, User
from confluence_xpress.needs import BodyNeed, UserNeed
from confluence_xpress.sources.online.address import Target
from confluence_xpress.sources.online.ahead import images, persons
from confluence_xpress.sources.online.http.connection import Connection
from confluence_xpress.sources.online.http.credentials import Credentials
from confluence_xpress.sources.online.http.deployment import Deployment
from confluence_xpress.sources.online.opening import open_site
from confluence_xpress.sources.online.scope import Wish

AT_ONCE = 48
"""Pages asked for at once, as an export does."""


def main() -> None:
    """Fetch, and tell."""
    url, space, *only = sys.argv[1:]
    cloud = url.endswith("/wiki")
    deployment = Deployment("cloud" if cloud else "datacenter", url, url)
    credentials = Credentials(os.environ["XPRESS_TOKEN"], os.environ["XPRESS_EMAIL"])
    began = time.monotonic()
    source, _ = open_site(Connection(deployment, credentials), Wish(targets=(Target("space", space=space),)))
    listed = time.monotonic() - began
    pages = source.pages().pages
    source.expect(pages, lambda _done, _known: None)
    came = {"pages": 0, "files": 0, "people": 0}
    for start in range(0, len(pages), AT_ONCE):
        some = pages[start : start + AT_ONCE]
        found = source.fulfil([BodyNeed(page.id) for page in some])
        texts = {
            need.page_id: a.value for need, a in found.items() if isinstance(need, BodyNeed) and isinstance(a, Body)
        }
        files = source.fulfil([need for page_id, text in texts.items() for need in images(page_id, text) if not only])
        people = {need for text in texts.values() for need in persons(text)} | {
            UserNeed(page.author) for page in some if page.author
        }
        names = source.fulfil(list(people))
        came["pages"] += len(texts)
        came["files"] += sum(isinstance(answer, Media) for answer in files.values())
        came["people"] += sum(isinstance(answer, User) for answer in names.values())
    seconds = time.monotonic() - began
    source.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"seconds": seconds, "listed": listed, "peak": peak, **came}))


if __name__ == "__main__":
    main()
