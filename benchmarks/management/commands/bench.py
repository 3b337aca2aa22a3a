"""Measure pages and publishing. Works in a database of its own, which it drops afterwards."""

import json
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from benchmarks import (
    browser,
    conversations,
    database,
    inbox,
    main_pages,
    measure,
    mentoring,
    number_report,
    numbers,
    policies,
    proposals,
    publishing,
    report,
    scale,
    seed,
    versions,
)

DOCS = "docs/benchmarks.md"
PARTS = ("pages", "publishing")
ANALYTICS = "analytics"
MENTORING = "mentoring"
INBOX = "inbox"
CONVERSATIONS = "conversations"
POLICIES = "policies"
VERSIONS = "versions"
PROPOSALS = "proposals"
OTHERS = (ANALYTICS, MENTORING, INBOX, CONVERSATIONS, POLICIES, VERSIONS, PROPOSALS)


class Command(BaseCommand):
    help = "Times the main pages on a year of 50 municipalities, and how fast due posts leave; writes bench.json."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "parts", nargs="*", default=[], help=f"of {', '.join((*PARTS, *OTHERS))}; the first two unless named"
        )
        parser.add_argument("--write", action="store_true", help=f"put the tables into {DOCS}")
        parser.add_argument("--keep", action="store_true", help="keep the database")
        parser.add_argument(
            "--of", type=int, action="append", help="for analytics: 100 and 1 unless named; for policies: 1"
        )
        parser.add_argument("--anew", action="store_true", help="for analytics: fill its databases again")
        parser.add_argument("--against", help="for versions: a working tree of the other version, with its .venv")
        parser.add_argument("--runs", type=int, default=3, help="how often publishing is measured; medians are shown")

    def handle(self, *args: Any, parts: list[str], write: bool, keep: bool, runs: int, **options: Any) -> None:
        path = Path("bench.json")
        results = json.loads(path.read_text()) if path.exists() else {}
        results["machine"] = report.machine()
        for part in parts or PARTS:
            if part == ANALYTICS:
                self._numbers(results, options["of"] or [100, 1], anew=options["anew"])
                sizes = {int(size): figures for size, figures in results["numbers"].items()}
                self._report(part, number_report.render(sizes), write)
                continue
            if part == POLICIES:
                plans = self._policies(options["of"] or [1])
                results["policies"] = [entry.json() for entry in plans]
                self._report(part, report.render_policies(plans), write)
                continue
            if part == VERSIONS:
                if not options["against"]:
                    raise CommandError("--against names the working tree of the other version.")
                compared, throughput = versions.compared(Path(options["against"]), self.stdout.write)
                results["versions"] = [*(page.json() for page in compared), throughput.json()]
                self._report(part, report.render_versions(compared, throughput), write)
                continue
            with database.temporary(keep=keep) as address:
                if part == "pages":
                    figures, feel = self._pages(address)
                    results |= {"pages": [figure.json() for figure in figures], **feel.json()}
                    self._report(part, report.render_pages(figures, feel), write)
                elif part == MENTORING:
                    figures = mentoring.measured(address)
                    results["mentoring"] = [figure.json() for figure in figures]
                    self._report(part, report.render_mentoring(figures), write)
                elif part == PROPOSALS:
                    sent = proposals.measured(address)
                    results["proposals"] = sent.json()
                    self._report(part, report.render_proposals(sent), write)
                elif part == INBOX:
                    figures, events, days = inbox.measured(address)
                    results["inbox"] = [figure.json() for figure in figures] + [
                        {"burst": events.json(), "days": days.json()}
                    ]
                    self._report(part, report.render_inbox(figures, events, days), write)
                elif part == CONVERSATIONS:
                    figures, made, arrived = conversations.measured(address)
                    results["conversations"] = [figure.json() for figure in figures] + [{"burst": arrived.json()}]
                    self._report(part, report.render_conversations(figures, made, arrived), write)
                else:
                    every, singles = publishing.measured(address, runs=runs, say=self.stdout.write)
                    results["publishing"] = [run.json() for run in every] + [{"singles": singles}]
                    self._report(part, report.render_publishing(every, singles), write)
        path.write_text(json.dumps(results, indent=1))

    def _pages(self, address: str) -> tuple[list[measure.Figures], browser.Composer]:
        began = time.monotonic()
        people = seed.fill()
        self.stdout.write(f"Filled in {time.monotonic() - began:.0f} s; measuring …")
        pages = main_pages.by_person(people)
        composer = dict(pages)[people.officer]["Composer"]
        with measure.served({"DATABASE_URL": address}) as base:
            figures = [figure for user, named in pages for figure in measure.measured(named, user, base)]
            return figures, browser.measured(base, composer, _session(people.officer, base))

    def _numbers(self, results: dict[str, Any], sizes: list[int], *, anew: bool) -> None:
        for size in sizes:
            self.stdout.write(f"A part of 1/{size}; filling takes minutes, the first time.")
            with database.reused(f"scale_{size}", anew=anew) as address:
                figures = numbers.measured(address, size, self.stdout.write)
            results["numbers"] = {**results.get("numbers", {}), str(size): figures.json()}

    def _policies(self, sizes: list[int]) -> list[policies.Figures]:
        figures = []
        for size in sizes:
            with database.reused(f"scale_{size}") as address:
                filled = scale.existing() or scale.fill(scale.Size().part(size), self.stdout.write)
                with database.as_application(address):
                    figures += policies.measured(policies.numbers_acts(filled))
        with database.temporary() as address:
            people = mentoring.fill()
            with database.as_application(address):
                figures += policies.measured(policies.mentoring_acts(people))
        with database.temporary() as address:
            messages = inbox.fill()
            with database.as_application(address):
                figures += policies.measured(policies.inbox_acts(messages))
        return figures

    def _report(self, part: str, text: str, write: bool) -> None:
        self.stdout.write(f"\n{text}\n")
        if write:
            page, mark = Path(settings.BASE_DIR / DOCS), f"<!-- {part} -->"
            before, _, rest = page.read_text().partition(mark)
            _old, _, after = rest.partition(mark)
            page.write_text(f"{before}{mark}\n\n{text}\n\n{mark}{after}")


def _session(user: User, base: str) -> list[dict[str, str]]:
    value = measure.entered(user).cookies[settings.SESSION_COOKIE_NAME].value
    return [{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": base}]
