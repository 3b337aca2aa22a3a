"""API keys of networks at which an administrator registers the portal by hand."""

import json

from django.db import transaction

from accounts.models import User
from channels.domain import credentials
from channels.models import AppRegistration
from common import audit, crypto
from platforms.registry import PLATFORMS


@transaction.atomic
def enter(platform: str, client_id: str, client_secret: str, *, by: User) -> None:
    """Store them, encrypted; those before are replaced. An empty secret keeps the one that is stored."""
    known = credentials.entered(platform)
    if not client_secret and known:
        client_secret = credentials.keys_of(known).client_secret
    text = json.dumps({"client_id": client_id, "client_secret": client_secret})
    sealed = crypto.seal(credentials.KEYS_PURPOSE, text, credentials.bound(platform, "", ""))
    entered = {"ciphertext": sealed, "entered_by": by}
    row, _made = AppRegistration.objects.update_or_create(
        platform=platform, server="", redirect_uri="", defaults=entered
    )
    audit.record("network.enter_keys", by=by, target=row, label=PLATFORMS[platform].title)


@transaction.atomic
def remove(platform: str, *, by: User) -> None:
    """Forget them. Channels that are connected keep their access; no new one can be connected."""
    row = AppRegistration.objects.filter(platform=platform, server="").first()
    if row is None:
        return
    audit.record("network.remove_keys", by=by, target=row, label=PLATFORMS[platform].title)
    row.delete()
