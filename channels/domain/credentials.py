"""The only module that stores and reads a channel's token. Always encrypted, always bound to its channel.

Two workers may renew one session at the same time. Both store the result through `keep`, which locks the row and never
overwrites a newer session with an older one: a lost refresh token means that a person has to connect again.
"""

import json
from typing import Any

from django.db import transaction
from django.utils import timezone

from channels import rules
from channels.models import AppRegistration, Channel
from channels.models import Credential as Row
from common import crypto
from common.prepared import Prepared
from platforms.errors import NeedsConsent
from platforms.registry import PLATFORMS
from platforms.types import Credential, Keys

PURPOSE = "credential"
KEYS_PURPOSE = "app"
SEALED_KEYS = ("platform", "server", "redirect_uri", "ciphertext")
# Read for each call of a network, and once for each post that is due.
SEALED = Prepared(
    lambda of: (
        AppRegistration.objects.filter(platform=of.platform, server=of.server)
        .order_by("-pk")
        .values_list(*SEALED_KEYS)[:1]
    ),
    platform=str,
    server=str,
)


def read(channel: Channel, *, loaded: bool = False) -> Credential:
    """The channel's credential. Raises `NeedsConsent` when there is none, `CryptoError` when it will not open.

    `loaded`: the caller loaded the channel with its credential (`select_related`) a moment ago.
    """
    row = getattr(channel, "credential", None) if loaded else Row.objects.filter(channel_id=channel.pk).first()
    if row is None:
        raise NeedsConsent("The channel has no access to its account any more.")
    return opened(row)


def opened(row: Row) -> Credential:
    return Credential.from_json(json.loads(crypto.open_(PURPOSE, row.ciphertext, row.channel_id)))


def store(channel: Channel, credential: Credential) -> None:
    """Replace whatever is stored: a person has just connected this account."""
    Row.objects.update_or_create(
        channel=channel,
        defaults={
            "municipality_id": channel.municipality_id,
            "ciphertext": crypto.seal(PURPOSE, json.dumps(credential.to_json()), channel.pk),
            **_open_part(credential),
            "warned_days": None,
        },
    )


def _open_part(credential: Credential) -> dict[str, Any]:
    """The columns that are queried without decrypting the secret."""
    ends = credential.expires_at
    return {
        "expires_at": ends,
        "renew_at": rules.renew_at(ends, timezone.now()) if ends else None,
        "consent_until": credential.consent_until,
        "grantor": credential.grantor[:100],
    }


def keep(channel: Channel, fresh: Credential) -> bool:
    """Store a renewed session unless a newer one is there, or the channel was disconnected. Whether it was stored."""
    with transaction.atomic():
        row = Row.objects.select_for_update().filter(channel_id=channel.pk).first()
        if row is None or opened(row).account_id != fresh.account_id or _older(fresh, row):
            return False
        row.ciphertext = crypto.seal(PURPOSE, json.dumps(fresh.to_json()), channel.pk)
        fields = _open_part(fresh)
        for name, value in fields.items():
            setattr(row, name, value)
        row.save(update_fields=["ciphertext", *fields, "refreshed_at"])
        return True


def _older(fresh: Credential, row: Row) -> bool:
    return bool(row.expires_at and fresh.expires_at and fresh.expires_at < row.expires_at)


def bound(platform: str, server: str, redirect_uri: str) -> str:
    """The context to which the application's secret at a server is bound: a registration is read before it has a row
    id."""
    return f"{platform} {server} {redirect_uri}"


def keys(platform: str, server: str) -> Keys:
    """Our application at a server, the newest registration; empty keys where there is none."""
    ours = PLATFORMS[platform]
    if ours.keys_from == "administrator":
        platform, server = ours.keys_of or platform, ""
    sealed = SEALED.rows(platform=platform, server=server)
    return keys_of(AppRegistration(**dict(zip(SEALED_KEYS, sealed[0], strict=True)))) if sealed else Keys()


def entered(platform: str) -> AppRegistration | None:
    """The keys that an administrator entered for a network; some share those of another."""
    holder = PLATFORMS[platform].keys_of or platform
    return AppRegistration.objects.select_related("entered_by").filter(platform=holder, server="").first()


def keys_of(row: AppRegistration) -> Keys:
    sealed_for = bound(row.platform, row.server, row.redirect_uri)
    return Keys(**json.loads(crypto.open_(KEYS_PURPOSE, row.ciphertext, sealed_for)))
