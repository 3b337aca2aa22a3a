"""Updates the catalogues from the sources and derives Serbian Latin."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import polib

from django.core.management.base import BaseCommand, CommandError

from common import catalogue


class Command(BaseCommand):
    help = (
        "Reads the messages of the sources (needs GNU gettext), updates locale/sr and locale/en, derives "
        "locale/sr_Latn, updates every further language and compiles all of them."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--missing", action="store_true", help="Print the untranslated messages as JSON.")
        parser.add_argument(
            "--fill",
            metavar="FILE",
            help='Fill Serbian Cyrillic from JSON: {"message": "text"} or {"message": ["1", "2-4", "5+"]}; "-" reads '
            "standard input. A message with a context is written as context|message.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        template = catalogue.extract()
        written = catalogue.merged(catalogue.read(catalogue.WRITTEN), template)
        faults = catalogue.fill(written, _translations(options["fill"])) if options["fill"] else []
        catalogue.write(catalogue.WRITTEN, written)
        catalogue.write(catalogue.DERIVED, catalogue.derived(written))
        for language in (catalogue.ENGLISH, *catalogue.further()):
            catalogue.write(language, catalogue.merged(catalogue.read(language), template))
        untranslated = catalogue.missing(written)
        if options["missing"]:
            self.stdout.write(json.dumps([_described(entry) for entry in untranslated], ensure_ascii=False, indent=1))
        else:
            self.stdout.write(f"{len(written)} messages, {len(untranslated)} of them without a Serbian translation.")
        if faults:
            raise CommandError("Not filled in:\n" + "\n".join(faults))


def _translations(name: str) -> dict[str, str | list[str]]:
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
        translations = json.loads(text)
    except (OSError, ValueError) as error:
        raise CommandError(f"{name} is not a readable JSON file: {error}") from error
    if not isinstance(translations, dict):
        raise CommandError(f"{name} must hold one JSON object: message to text.")
    return translations


def _described(entry: polib.POEntry) -> dict[str, Any]:
    described: dict[str, Any] = {"message": catalogue.label(catalogue.key_of(entry))}
    if entry.msgid_plural:
        described["plural"] = entry.msgid_plural
    if entry.comment:
        described["comment"] = entry.comment
    described["in"] = [name for name, _line in entry.occurrences]
    return described
