"""Loads the reference data. Runs after every migration: a new installation gets it all, an old one the corrections."""

from typing import Any

from django.core.management.base import BaseCommand

from municipalities.domain import reference


class Command(BaseCommand):
    help = "Bring the reference data of the 145 local self-governments and the eServices into the tables."

    def handle(self, *args: Any, verbosity: int, **options: Any) -> None:
        touched, services = reference.load(), reference.load_services()
        if verbosity:
            self.stdout.write(f"Municipalities added or corrected: {touched}")
            self.stdout.write(f"eServices added: {services}")
