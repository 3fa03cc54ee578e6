"""Most exporters' way, one call for each page, with atlassian-python-api: `python -m bench.site_peer URL IDS.json`.

It is told the ids, and reads the bodies alone: neither lists, nor labels, nor files.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from atlassian.confluence_v2 import ConfluenceV2


def main() -> None:
    """Read the bodies, and tell the seconds."""
    url, ids = sys.argv[1:]
    wanted = json.loads(Path(ids).read_text("utf-8"))
    login = {"username": os.environ["XPRESS_EMAIL"], "password": os.environ["XPRESS_TOKEN"]}
    began = time.monotonic()
    with ConfluenceV2(url, **login) as api:
        bodies = [api.get_page_by_id(page_id, body_format="storage") for page_id in wanted]
    characters = sum(len(body["body"]["storage"]["value"]) for body in bodies)
    print(json.dumps({"seconds": time.monotonic() - began, "pages": len(bodies), "characters": characters}))


if __name__ == "__main__":
    main()
