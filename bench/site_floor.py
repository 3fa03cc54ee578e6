"""The calls that nobody can do without, made by hand: `python -m bench.site_floor URL SPACE FILES.json`.

The space, its list of pages (each call waits for the one before), then at once, eight at a time, all bodies, 250 in a
call, and every file that the pages show. Nothing is done with what comes. Tells the seconds.
"""

from __future__ import annotations

import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

MOST = 250
CONNECTIONS = 8


def main() -> None:
    """Make the calls, and tell."""
    url, space, files = sys.argv[1:]
    wanted = json.loads(Path(files).read_text("utf-8"))
    login = (os.environ["XPRESS_EMAIL"], os.environ["XPRESS_TOKEN"])
    origin = url.removesuffix("/wiki")
    with httpx.Client(auth=login, timeout=60) as client, httpx.Client(timeout=60) as plain:
        began = time.monotonic()
        found = client.get(f"{url}/api/v2/spaces", params={"keys": space}).json()["results"][0]
        ids: list[str] = []
        link: str | None = f"{url}/api/v2/spaces/{found['id']}/pages?limit={MOST}"
        while link:
            answer = client.get(link).json()
            ids += [page["id"] for page in answer["results"]]
            following = answer["_links"].get("next")
            link = f"{origin}{following}" if following else None

        def bodies(start: int) -> None:
            params = [("id", page_id) for page_id in ids[start : start + MOST]]
            client.get(f"{url}/api/v2/pages", params=[*params, ("limit", str(MOST)), ("body-format", "storage")]).read()

        def file(place: tuple[str, str]) -> None:
            page, attachment = place
            answer = client.get(f"{url}/rest/api/content/{page}/child/attachment/{attachment}/download")
            plain.get(answer.headers["location"]).read()

        with ThreadPoolExecutor(CONNECTIONS) as threads:
            done = [threads.submit(bodies, start) for start in range(0, len(ids), MOST)]
            done += [threads.submit(file, place) for place in wanted]
            for each in done:
                each.result()
        print(
            json.dumps({"seconds": time.monotonic() - began, "calls": 1 + 2 * -(-len(ids) // MOST) + 2 * len(wanted)})
        )


if __name__ == "__main__":
    main()
