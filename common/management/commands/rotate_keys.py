"""Reseal every stored secret with the first key of TOKEN_KEYS. docs/operations/keys.md says when and how."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from common import audit, crypto


class Command(BaseCommand):
    help = "Encrypt every stored secret with the first key of TOKEN_KEYS. May be stopped and run again at any time."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            first = next(iter(crypto.keyring()))
        except crypto.BadKeyring as bad:
            raise CommandError(str(bad)) from bad
        changed, left = {}, {}
        for name, reseals in crypto.SEALED.items():
            changed[name], left[name] = self._rotate(name, reseals)
        audit.record("keys.rotate", by=None, label=first, changed=changed, unreadable=left)
        if any(left.values()):
            raise CommandError(
                f"{sum(left.values())} secrets could not be read and stay as they are. Put their key back into "
                "TOKEN_KEYS and run this again; docs/runbooks/token-key-lost.md says what to do without it."
            )
        self.stdout.write(f"Everything is encrypted with the key {first!r}. Older keys may be removed from TOKEN_KEYS.")

    def _rotate(self, name: str, reseals: crypto.Reseals) -> tuple[int, int]:
        """How many rows were changed, and how many could not be read."""
        changed = unreadable = 0
        for reseal in reseals():
            try:
                changed += reseal()
            except crypto.CryptoError as problem:
                unreadable += 1
                self.stderr.write(f"{name}: {problem}")
        self.stdout.write(f"{name}: {changed} encrypted anew")
        return changed, unreadable
