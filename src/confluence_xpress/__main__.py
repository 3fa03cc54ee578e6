"""`python -m confluence_xpress` is `xpress`."""

from confluence_xpress.cli import main

main()
