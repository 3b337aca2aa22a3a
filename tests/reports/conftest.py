from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def shelf(settings: Any, tmp_path: Path) -> Path:
    """A folder of its own for the files of reports, and a letter box for mail."""
    settings.REPORTS_ROOT = settings.MAIL_FILES_ROOT = tmp_path / "reports"
    settings.MAIL_TRANSPORT = "django.core.mail.backends.locmem.EmailBackend"
    return tmp_path / "reports"
