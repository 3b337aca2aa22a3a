"""Measure pages and publishing. Works in a database of its own, which it drops afterwards."""

import json
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.test import Client
from django.urls import reverse

from accounts.models import User
from municipalities.tenancy import everywhere
from portal.bench import database, measure, publishing, report, seed
from posts.enums import Stage
from posts.models import Post

DOCS = "docs/benchmarks.md"
PARTS = ("pages", "publishing")


class Command(BaseCommand):
    help = "Times the main pages on a year of 50 municipalities, and how fast due posts leave; writes bench.json."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("parts", nargs="*", default=[], help=f"of {', '.join(PARTS)}; both unless named")
        parser.add_argument("--write", action="store_true", help=f"put the tables into {DOCS}")
        parser.add_argument("--keep", action="store_true", help="keep the database for a look")
        parser.add_argument("--runs", type=int, default=3, help="how often publishing is measured; medians are shown")

    def handle(self, *args: Any, parts: list[str], write: bool, keep: bool, runs: int, **options: Any) -> None:
        found = Path("bench.json")
        told = json.loads(found.read_text()) if found.exists() else {}
        told["machine"] = report.machine()
        for part in parts or PARTS:
            with database.own(keep=keep) as address:
                if part == "pages":
                    figures = self._pages(address)
                    told["pages"] = [each.json() for each in figures]
                    self._tell(part, report.heading(), report.table(figures), write)
                else:
                    every, singles = publishing.measured(address, runs=runs, say=self.stdout.write)
                    told["publishing"] = [each.json() for each in every] + [{"singles": singles}]
                    self._tell(part, report.publishing_heading(), report.publishing_table(every, singles), write)
        found.write_text(json.dumps(told, indent=1))

    def _pages(self, address: str) -> list[measure.Figures]:
        began = time.monotonic()
        user = seed.fill()
        self.stdout.write(f"Filled in {time.monotonic() - began:.0f} s; measuring …")
        client = Client(SERVER_NAME="127.0.0.1")
        client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
        with measure.served({"DATABASE_URL": address}) as base:
            return measure.measured(_pages(user), client, base)

    def _tell(self, part: str, heading: str, table: str, write: bool) -> None:
        self.stdout.write(f"\n{heading}\n\n{table}\n")
        if write:
            page, mark = Path(settings.BASE_DIR / DOCS), f"<!-- {part} -->"
            before, _, rest = page.read_text().partition(mark)
            _old, _, after = rest.partition(mark)
            page.write_text(f"{before}{mark}\n\n{heading}\n\n{table}\n\n{mark}{after}")


def _pages(user: User) -> dict[str, str]:
    slug = "place-7"
    with everywhere("choose the posts to measure"):
        post, draft = Post.objects.filter(municipality__slug=slug).order_by("pk")[10:12]
        Post.objects.filter(pk=draft.pk).update(stage=Stage.DRAFT)
    return {
        "Home": reverse("workspace", args=[slug]),
        "Calendar, month": reverse("calendar", args=[slug]),
        "Posts": reverse("posts", args=[slug]),
        "Posts, search": reverse("posts", args=[slug]) + "?q=gradjane",
        "Composer": reverse("post_edit", args=[slug, draft.pk]),
        "Review": reverse("post", args=[slug, post.pk]),
        "Analytics, 90 days": reverse("analytics", args=[slug]) + "?days=90",
        "Activity": reverse("activity", args=[slug]),
        "Municipalities compared": reverse("programme") + "?days=90",
    }
