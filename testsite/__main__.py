"""A Confluence to try XPress with: `python -m testsite [PATH] [--kind cloud|datacenter]`. It ends with Ctrl-C."""

from __future__ import annotations

import argparse
import shlex
import signal
import threading
from pathlib import Path

from confluence_xpress.errors import InputError
from testsite.content import Content
from testsite.exchange import Record
from testsite.links import webui
from testsite.site import Site

DEMO = Path(__file__).resolve().parents[1] / "demo" / "space"


def main() -> int:
    """Serve until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m testsite", description=__doc__)
    parser.add_argument(
        "path", nargs="?", type=Path, default=DEMO, help="what to serve: a folder, a zip, a space export"
    )
    parser.add_argument("--kind", choices=("cloud", "datacenter"), default="cloud")
    parser.add_argument("--port", type=int, default=8090, help="of the site; the others are chosen (default: 8090)")
    parser.add_argument("--tls", action="store_true", help="serve HTTPS with a certificate made for the occasion")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds that each call takes longer")
    given = parser.parse_args()
    try:
        content = Content.from_path(given.path)
    except InputError as error:
        parser.error(f"{error}")
    site = Site(content, given.kind, tls=given.tls, latency=given.latency, ports={"site": given.port})
    try:
        site.start()
    except OSError as error:
        parser.error(f"port {given.port}: {error.strerror}")
    print(welcome(site), flush=True)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever is impatient need not see where it was
        print(f"\n{summary(site.requests)}")
    finally:
        site.stop()
    return 0


def welcome(site: Site) -> str:
    """How to try it."""
    content = site.content
    space = next(iter(content.spaces.values()))
    pages = [page for page in content.pages() if page.kind == "page"]
    home = content.find(space.homepage) or (pages[0] if pages else None)
    address = shlex.quote(site.url + (webui(home, site.kind) if home else ""))
    kind = "Cloud" if site.kind == "cloud" else "Data Center"
    lines = [f"{space.name}: {len(content.pages())} pages, as Confluence {kind}"]
    lines += ["", f"  Site     {site.url}"]
    if site.kind == "cloud":
        lines += [
            f"  Gateway  {site.gateway}",
            f"  Sign-in  {site.email} with the API token {site.token}",
            f"           through the gateway: {site.scoped_token} (scoped token), {site.oauth_token} (OAuth)",
        ]
    else:
        lines += [
            f"  Sign-in  personal access token {site.pat}",
            f"           or {site.username} with the password {site.password}",
        ]
    environment = ""
    if site.authority:
        environment = f"SSL_CERT_FILE={site.authority} "
        lines.append(f"  TLS      trust {site.authority}")
    lines += [
        "",
        "Try, in another terminal:",
        "",
        f"  {environment}xpress login {shlex.quote(site.url)}",
        f"  {environment}xpress tree {shlex.quote(site.url + webspace(site, space.key))}",
        f"  {environment}xpress export {address} -o page.pdf",
        "",
        "Ctrl-C ends it.",
    ]
    return "\n".join(lines)


def webspace(site: Site, key: str) -> str:
    """A space's overview."""
    return f"/spaces/{key}/overview" if site.kind == "cloud" else f"/display/{key}"


def summary(records: list[Record]) -> str:
    """What was asked for."""
    waited = sum(record.seconds for record in records)
    return f"{len(records)} calls, {waited:.1f} seconds altogether."


if __name__ == "__main__":
    raise SystemExit(main())
