"""Draws every kind of chart into docs/charts, for the design system's page: English, light theme."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import translation

from common.charts import standalone
from portal.gallery_charts import charts_of_all_kinds

FOLDER = Path(settings.BASE_DIR) / "docs" / "charts"


class Command(BaseCommand):
    help = "Draw every kind of chart for docs/design-system.md."

    def handle(self, *args: Any, **options: Any) -> None:
        FOLDER.mkdir(exist_ok=True)
        with translation.override("en"):
            for kind, chart in charts_of_all_kinds().items():
                (FOLDER / f"{kind}.svg").write_text(standalone(chart), encoding="utf-8")
        self.stdout.write(f"Drawn into {FOLDER.relative_to(settings.BASE_DIR)}.")
