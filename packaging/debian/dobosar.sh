#!/bin/sh
# -P: nothing of the directory in which it is called is imported, since root calls it.
PYTHONPATH=/usr/lib/dobosar exec /usr/lib/dobosar/.venv/bin/python -P -s -m launcher.dobosar "$@"
