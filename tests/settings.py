"""The product's settings as the tests run them: static files straight from the tree, a cheap password hash."""

import os
import tempfile
from pathlib import Path

from portal.settings import *  # noqa: F403
from portal.settings import LOGGING, MIDDLEWARE, STORAGES

# This process's own; tests/conftest.py removes it. Processes that share a database are given one in common.
SUITE_ROOT = Path(os.environ.get("SUITE_ROOT") or tempfile.mkdtemp(prefix="dobosar-suite-"))
EXPORTS_ROOT, REPORTS_ROOT, MEDIA_ROOT = (SUITE_ROOT / name for name in ("exports", "reports", "media"))
for _place in (EXPORTS_ROOT, REPORTS_ROOT, MEDIA_ROOT):
    _place.mkdir(exist_ok=True)
MAIL_FILES_ROOT = REPORTS_ROOT
# Journeys get every file, gathered or not; that the real storage finds all of them is tested on the running stack.
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# The process's own: pytest closes the one that it puts in its place, and whoever stops last still has something to say.
_console = {**LOGGING["handlers"]["console"], "stream": "ext://sys.__stderr__"}
LOGGING = {**LOGGING, "handlers": {"console": _console}}
MIDDLEWARE = ["tests.live.Door", *MIDDLEWARE]
