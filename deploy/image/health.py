"""Asks the service in this container how it is: exit code 0 if it is well.

python -I health.py [/health/live | /health/ready]

Reads the port, and whether there is TLS, where the service itself does: in the environment.
"""

from __future__ import annotations

import http.client
import os
import ssl
import sys

PATIENCE = 4.0
"""Seconds for the answer."""


def main() -> int:
    """Ask, and say what is wrong if something is."""
    path = sys.argv[1] if len(sys.argv) > 1 else "/health/live"
    connection = _connection(os.environ)
    try:
        connection.request("GET", path)
        status = connection.getresponse().status
    except ssl.SSLError as error:
        if "CERTIFICATE_REQUIRED" in (error.reason or "") or "HANDSHAKE_FAILURE" in (error.reason or ""):
            return 0  # it lives, and asks for a certificate of clients, which there is none of here
        print(f"{path}: {error.reason}", file=sys.stderr)
        return 1
    except (OSError, http.client.HTTPException) as error:
        print(f"{path}: {type(error).__name__}", file=sys.stderr)
        return 1
    finally:
        connection.close()
    if status != http.client.OK:
        print(f"{path}: {status}", file=sys.stderr)
    return int(status != http.client.OK)


def _connection(environment: os._Environ[str]) -> http.client.HTTPConnection:
    ports = ("XPRESS_SERVICE_PORT", "SERVER_PORT", "PORT")
    port = int(next(filter(None, map(environment.get, ports)), "8040"))
    if not any(environment.get(name) for name in ("XPRESS_SERVICE_TLS_CERT", "XPRESS_FILE_TLS_CERT", "XPRESS_TLS")):
        return http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    trust = ssl.create_default_context()
    trust.check_hostname = False
    trust.verify_mode = ssl.CERT_NONE  # whose certificate it is doesn't matter to who asks himself
    return http.client.HTTPSConnection("127.0.0.1", port, timeout=PATIENCE, context=trust)


if __name__ == "__main__":
    sys.exit(main())
