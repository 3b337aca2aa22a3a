"""Reports of the demo for docs/: the programme's report on the six pilots, and the monthly page of one of them.

`make maintain WHAT=demo-reports` runs it on the data of the demo.
"""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation

from analytics.reporting_period import of_months
from municipalities.models import Municipality, Programme
from municipalities.queries import today
from municipalities.tenancy import scope
from reports import rules
from reports.contents.monthly import monthly
from reports.contents.programme import programme
from reports.files import pdf


class Command(BaseCommand):
    help = "Writes the reports of the demo into docs/reports/."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--to", type=Path, default=Path(settings.BASE_DIR) / "docs" / "reports")
        parser.add_argument("--language", default="en", choices=[code for code, _name in settings.LANGUAGES])

    def handle(self, *args: Any, to: Path, language: str, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("These reports are of the demo: its numbers are made up and its files public.")
        demo_programme = Programme.objects.order_by("pk").first()
        places = Municipality.objects.filter(is_demo=True, joined_on__isnull=False, population__isnull=False)
        place = places.order_by("-population").first()
        if demo_programme is None or place is None:
            raise CommandError("There is no demo here yet: run make seed first.")
        to.mkdir(parents=True, exist_ok=True)
        month, now = rules.before(today()), timezone.now().replace(microsecond=0)
        months = of_months(rules.before(month), month, today())
        with translation.override(language):
            self._write(to / "programme-report-demo.pdf", programme(demo_programme, months, now))
            with scope(place):
                self._write(to / "monthly-report-demo.pdf", monthly(place, month, now))

    def _write(self, path: Path, document: Any) -> None:
        path.write_bytes(pdf.write(document))
        self.stdout.write(f"{path} {path.stat().st_size:,} bytes")
