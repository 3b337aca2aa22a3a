#!/bin/sh
# Runs its arguments with a Python that fits (3.11 to 3.13): PYTHON when given, the .venv's when there, else the first found.
fits() { command -v "$1" >/dev/null 2>&1 && "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; }

if [ -n "$PYTHON" ]; then
    fits "$PYTHON" && exec "$PYTHON" "$@"
    echo "PYTHON=$PYTHON is $("$PYTHON" -V 2>&1 || true). Dobošar needs Python 3.11, 3.12 or 3.13." >&2
    exit 1
fi
for candidate in .venv/bin/python python3.13 python3.12 python3.11 python3 python; do
    fits "$candidate" && exec "$candidate" "$@"
done
{
    echo "Dobošar needs Python 3.11, 3.12 or 3.13; this computer has: $(python3 -V 2>/dev/null || echo none)."
    echo "On Debian and Ubuntu: sudo apt-get install python3 python3-venv"
    echo "A Python in another place can be named: PYTHON=/opt/python3.13/bin/python3 make run"
} >&2
exit 1
