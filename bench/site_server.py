"""A Confluence in a process of its own: `python -m bench.site_server FOLDER KIND LATENCY`.

Tells on a line of JSON where it is. Then each line of input is a wish: `storm N` (that many calls are refused), `calls`
(tells how many there were since the last time, and how many came too early), or the end.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Literal, cast

from testsite import Content, Site


def main() -> None:
    """Serve until the input ends."""
    folder, kind, latency = sys.argv[1:]
    content = Content.from_path(Path(folder))
    with Site(content, cast("Literal['cloud', 'datacenter']", kind), latency=float(latency)) as site:
        site.warm()
        files = [(page.id, file.id) for page, file in content.index().files.values()]
        token = site.token if kind == "cloud" else site.pat
        email = site.email if kind == "cloud" else ""
        space = next(iter(content.spaces))
        pages = [page.id for page in content.pages()]
        _tell({"url": site.url, "pages": pages, "email": email, "token": token, "space": space, "files": files})
        for line in sys.stdin:
            wish, _, number = line.strip().partition(" ")
            if wish == "storm":
                site.faults.storm(times=int(number), retry_after=1)
            records = site.requests
            per_body = [r for r in records if ("body-format", "storage") in r.query or "body.storage" in str(r.query)]
            _tell({"calls": len(records), "early": len(site.early), "bodies": len(per_body)})
            site.forget()


def _tell(value: object) -> None:
    print(json.dumps(value), flush=True)


if __name__ == "__main__":
    main()
