#!/usr/bin/env bash
# Makes a virtual environment: venv.sh PYTHON DIRECTORY. Debian keeps the module for that in a package of its own.
set -euo pipefail
python=$1
directory=$2

if ! command -v "$python" >/dev/null; then
    "$(dirname "$0")/system.sh" "$python=python3"
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "XPress needs Python 3.11 or newer; $python is $("$python" --version). Try: make PYTHON=python3.11 ..." >&2
    exit 1
fi
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    "$(dirname "$0")/system.sh" "no-such-program=python3-venv"
fi
"$python" -m venv --clear "$directory"
