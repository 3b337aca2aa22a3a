"""Measure the main pages at the size of the peer's load. Works in a database of its own, which it drops afterwards."""

import json
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection, connections
from django.test import Client
from django.urls import reverse

from accounts.models import User
from municipalities.tenancy import everywhere
from portal.bench import measure, report, seed
from posts.enums import Stage
from posts.models import Post

DOCS = "docs/benchmarks.md"
MARK = "<!-- figures -->"


class Command(BaseCommand):
    help = "Times the main pages on a year of 50 municipalities; prints a table and writes bench.json."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--write", action="store_true", help=f"put the table into {DOCS}")
        parser.add_argument("--keep", action="store_true", help="keep the database for a look")

    def handle(self, *args: Any, **options: Any) -> None:
        home = settings.DATABASES["default"]["NAME"]
        name = f"{home}_bench"
        self._recreate(name)
        try:
            figures = self._measure(name)
        finally:
            self._use(home)
            if not options["keep"]:
                self._drop(name)
        self.stdout.write(f"\n{report.heading()}\n\n{report.table(figures)}\n")
        Path("bench.json").write_text(
            json.dumps({"machine": report.machine(), "pages": [f.json() for f in figures]}, indent=1)
        )
        if options["write"]:
            self._write(figures)

    def _measure(self, name: str) -> list[measure.Figures]:
        began = time.monotonic()
        call_command("migrate", verbosity=0)
        user = seed.fill()
        self.stdout.write(f"Filled in {time.monotonic() - began:.0f} s; measuring …")
        client = Client(SERVER_NAME="127.0.0.1")
        client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
        with measure.served({"DATABASE_URL": _address(name)}) as base:
            return measure.measured(_pages(user), client, base)

    def _use(self, name: str) -> None:
        connection.close()
        connections["default"].settings_dict["NAME"] = name
        settings.DATABASES["default"]["NAME"] = name

    def _recreate(self, name: str) -> None:
        self._drop(name)
        with connection.cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
        self._use(name)

    def _drop(self, name: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _write(self, figures: list[measure.Figures]) -> None:
        page = Path(settings.BASE_DIR / DOCS)
        before, _, rest = page.read_text().partition(MARK)
        _old, _, after = rest.partition(MARK)
        page.write_text(f"{before}{MARK}\n\n{report.heading()}\n\n{report.table(figures)}\n\n{MARK}{after}")


def _address(name: str) -> str:
    db = settings.DATABASES["default"]
    return f"postgresql://{db['USER']}:{db['PASSWORD']}@{db['HOST']}:{db['PORT']}/{name}"


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
