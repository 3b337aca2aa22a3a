"""Measure the main pages at the size of the peer's load. Works in a database of its own, which it drops afterwards."""

import json
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection, connections
from django.urls import reverse

from accounts.models import User
from kits.models import Kit
from municipalities.tenancy import everywhere
from planning.models import Campaign
from portal.bench import browser, measure, report, seed
from posts.enums import Stage
from posts.models import Media, Post, Thread

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
            figures, feel = self._measure(name)
        finally:
            self._use(home)
            if not options["keep"]:
                self._drop(name)
        told = report.told(figures, feel)
        self.stdout.write(f"\n{told}\n")
        Path("bench.json").write_text(
            json.dumps({"machine": report.machine(), "pages": [f.json() for f in figures], **feel.json()}, indent=1)
        )
        if options["write"]:
            self._write(told)

    def _measure(self, name: str) -> tuple[list[measure.Figures], browser.Composer]:
        began = time.monotonic()
        call_command("migrate", verbosity=0)
        people = seed.fill()
        self.stdout.write(f"Filled in {time.monotonic() - began:.0f} s; measuring …")
        pages = _pages()
        with measure.served({"DATABASE_URL": _address(name)}) as base:
            figures = [
                *measure.measured(pages, people.officer, base),
                *measure.measured(_staffs(), people.staff, base),
                *measure.measured(_mentors(), people.mentor, base),
            ]
            return figures, browser.measured(base, pages["Composer"], _session(people.officer, base))

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

    def _write(self, told: str) -> None:
        page = Path(settings.BASE_DIR / DOCS)
        before, _, rest = page.read_text().partition(MARK)
        _old, _, after = rest.partition(MARK)
        page.write_text(f"{before}{MARK}\n\n{told}\n\n{MARK}{after}")


def _address(name: str) -> str:
    db = settings.DATABASES["default"]
    return f"postgresql://{db['USER']}:{db['PASSWORD']}@{db['HOST']}:{db['PORT']}/{name}"


def _session(user: User, base: str) -> list[dict[str, str]]:
    value = measure.entered(user).cookies[settings.SESSION_COOKIE_NAME].value
    return [{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": base}]


def _pages() -> dict[str, str]:
    """What an officer opens, by name."""
    slug = seed.HOME
    with everywhere("choose the rows to measure"):
        post, draft = Post.objects.filter(municipality__slug=slug).order_by("pk")[10:12]
        Post.objects.filter(pk=draft.pk).update(stage=Stage.DRAFT)
        talked = Thread.objects.filter(municipality__slug=slug).order_by("pk")[0].post_id
        campaign = Campaign.objects.filter(municipality__slug=slug).order_by("pk")[0].pk
        picture = Media.objects.filter(municipality__slug=slug).order_by("pk")[0].pk
    kit = Kit.objects.order_by("pk")[0].pk
    return {
        "Home": reverse("workspace", args=[slug]),
        "Calendar, month": reverse("calendar", args=[slug]),
        "Posts": reverse("posts", args=[slug]),
        "Posts, search": reverse("posts", args=[slug]) + "?q=gradjane",
        "Composer": reverse("post_edit", args=[slug, draft.pk]),
        "Review": reverse("post", args=[slug, post.pk]),
        "Review, 25 conversations": reverse("post", args=[slug, talked]),
        "Versions compared": reverse("post_versions", args=[slug, talked]),
        "Library, templates": reverse("library", args=[slug]),
        "Library, snippets": reverse("library_snippets", args=[slug]),
        "Library, pictures": reverse("library_pictures", args=[slug]),
        "Library, picture": reverse("library_picture", args=[slug, picture]),
        "Campaigns": reverse("campaigns", args=[slug]),
        "Campaign": reverse("campaign", args=[slug, campaign]),
        "Usual times": reverse("slots", args=[slug]),
        "Repeating posts": reverse("recurrences", args=[slug]),
        "Kits": reverse("kits", args=[slug]),
        "Kit": reverse("kit", args=[slug, kit]),
        "Short links": reverse("posts_links", args=[slug]),
        "Progress by the rubric": reverse("progress", args=[slug]),
        "Notifications": reverse("notifications"),
        "Analytics, 90 days": reverse("analytics", args=[slug]) + "?days=90",
    }


def _staffs() -> dict[str, str]:
    """What an approver and the programme's staff open."""
    kit = Kit.objects.order_by("pk")[0].pk
    return {
        "Approver's Home": reverse("workspace", args=[seed.HOME]),
        "Activity": reverse("activity", args=[seed.HOME]),
        "Municipalities compared": reverse("programme") + "?days=90",
        "Feedback in the programme": reverse("programme_feedback"),
        "Programme's kits": reverse("programme_kits"),
        "Programme's kit": reverse("programme_kit", args=[kit]),
    }


def _mentors() -> dict[str, str]:
    slug = seed.HOME
    with everywhere("choose the rows to measure"):
        talked = Thread.objects.filter(municipality__slug=slug).order_by("pk")[0].post_id
    return {
        "Mentor's desk": reverse("desk"),
        "Mentor's desk, everything": reverse("desk") + "?show=all",
        "Mentor's review": reverse("post", args=[slug, talked]),
    }
