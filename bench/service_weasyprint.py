"""WeasyPrint as a service: `python -m bench.service_weasyprint FOLDER WORKERS` gives PDFs of HTML that is posted to it.

It tells its port when it listens. `print.css` in the folder is the style, which each of its processes reads once.
"""

from __future__ import annotations

import signal
import sys
from concurrent.futures import ProcessPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from pathlib import Path
from typing import Any

_kept: dict[str, Any] = {}
"""In each process of the pool: fonts, style, and where images are."""


def prepare(folder: str) -> None:
    """In a new process of the pool."""
    weasyprint = import_module("weasyprint")
    fonts = import_module("weasyprint.text.fonts").FontConfiguration()
    style = weasyprint.CSS(filename=str(Path(folder, "print.css")), font_config=fonts)
    _kept.update(html=weasyprint.HTML, fonts=fonts, style=style, base=f"{Path(folder).as_uri()}/")


def made(data: bytes) -> bytes:
    """The PDF of an HTML document."""
    document = _kept["html"](string=data.decode(), base_url=_kept["base"])
    pdf = document.write_pdf(stylesheets=[_kept["style"]], font_config=_kept["fonts"], pdf_variant="pdf/ua-1")
    return bytes(pdf)


def main() -> None:
    """Serve until terminated; its processes end with it."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    folder, workers = sys.argv[1:]
    with ProcessPoolExecutor(int(workers), initializer=prepare, initargs=(folder,)) as pool:

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                pdf = pool.submit(made, body).result()
                self.send_response(200)
                self.send_header("Content-Length", str(len(pdf)))
                self.end_headers()
                self.wfile.write(pdf)

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        print(server.server_address[1], flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
