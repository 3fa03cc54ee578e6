"""The command line: parse the request, call the core, present the result."""

from confluence_xpress.cli.app import main

__all__ = ["main"]
