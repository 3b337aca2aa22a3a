"""Replace the key pair for push messages. docs/operations/keys.md says when."""

from typing import Any

from common.own_database import OwnDatabaseCommand
from notifications.domain import push_keys


class Command(OwnDatabaseCommand):
    help = "Make a new key for push messages, and end those of all devices: people switch them on again."

    def handle(self, *args: Any, **options: Any) -> None:
        ended = push_keys.replace()
        self.stdout.write(f"There is a new key. Push messages are switched off on {ended} devices.")
