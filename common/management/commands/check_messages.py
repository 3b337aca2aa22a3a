"""Fails when a translation is missing or a catalogue is out of date."""

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

import polib

from django.core.management.base import BaseCommand, CommandError

from common import catalogue


class Command(BaseCommand):
    help = "Checks that every language is complete, that Serbian Latin is derived, and that all is in step."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--without-sources",
            action="store_true",
            help="Check the catalogues only, on a machine without GNU gettext.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        written = catalogue.read(catalogue.WRITTEN)
        faults = [*_incomplete(catalogue.WRITTEN, written), *_not_derived(written), *_not_compiled()]
        for language in catalogue.further():
            faults += _incomplete(language, catalogue.read(language))
        if options["without_sources"]:
            self.stdout.write("The sources were not read: messages missing from the catalogues are not found.")
        else:
            faults += _out_of_step(written, catalogue.extract())
        if faults:
            raise CommandError("\n".join([*faults, "Run `manage.py make_messages` and translate what it counts."]))
        self.stdout.write(f"{len(written)} messages, all translated and in step.")


def _incomplete(language: str, written: polib.POFile) -> Iterator[str]:
    for entry in catalogue.missing(written):
        yield f"{language}: not translated: {catalogue.label(catalogue.key_of(entry))!r}"
    for entry in written:
        if catalogue.wrong_placeholders(entry):
            yield f"{language}: placeholders or tags differ: {catalogue.label(catalogue.key_of(entry))!r}"


def _not_derived(written: polib.POFile) -> Iterator[str]:
    stored = {catalogue.key_of(entry): entry for entry in catalogue.read(catalogue.DERIVED)}
    expected = {catalogue.key_of(entry): entry for entry in catalogue.derived(written)}
    for key in sorted(stored.keys() | expected.keys(), key=str):
        one, other = stored.get(key), expected.get(key)
        if not (one and other) or (one.msgstr, one.msgstr_plural) != (other.msgstr, other.msgstr_plural):
            yield f"sr_Latn: not what the Cyrillic text gives: {catalogue.label(key)!r}"


def _not_compiled() -> Iterator[str]:
    for language in (catalogue.WRITTEN, catalogue.DERIVED, catalogue.ENGLISH, *catalogue.further()):
        compiled = catalogue.path(language).with_suffix(".mo")
        if not compiled.exists() or compiled.read_bytes() != catalogue.read(language).to_binary():
            yield f"{language}: {compiled.name} is not the compiled {compiled.stem}.po"


def _out_of_step(written: polib.POFile, template: polib.POFile) -> Iterator[str]:
    def shapes(entries: polib.POFile) -> set[tuple[catalogue.Key, str]]:
        return {(catalogue.key_of(entry), entry.msgid_plural) for entry in entries}

    in_sources = shapes(template)
    others = {language: catalogue.read(language) for language in (catalogue.ENGLISH, *catalogue.further())}
    for language, entries in {catalogue.WRITTEN: written, **others}.items():
        here = shapes(entries)
        for key, _plural in sorted(in_sources - here, key=str):
            yield f"{language}: in the sources, not in the catalogue: {catalogue.label(key)!r}"
        for key, _plural in sorted(here - in_sources, key=str):
            yield f"{language}: no longer in the sources: {catalogue.label(key)!r}"
