"""Replace the key pair for push messages. docs/operations/keys.md says when."""

from typing import Any

from django.core.management.base import BaseCommand

from notifications.domain import push_keys


class Command(BaseCommand):
    help = "Make a new key for push messages, and end those of all devices: people switch them on again."

    def handle(self, *args: Any, **options: Any) -> None:
        ended = push_keys.replace()
        self.stdout.write(f"There is a new key. Push messages are switched off on {ended} devices.")
