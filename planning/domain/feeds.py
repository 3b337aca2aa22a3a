"""A person's secret calendar URL: create, renew and revoke it. Only the hash of the secret is stored."""

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from common.audit import record
from municipalities.models import Municipality
from municipalities.queries import still_may
from municipalities.rules import Verb
from planning.models import Feed

# The precision of the displayed last use: a calendar program polls every few minutes.
READ_EVERY = timedelta(hours=1)


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


@transaction.atomic
def make(municipality: Municipality, *, by: User) -> str:
    """A new secret, shown once; an existing one stops working."""
    User.objects.select_for_update(no_key=True).get(pk=by.pk)  # serialises concurrent requests of one person
    _revoke(municipality, by)
    secret = secrets.token_urlsafe(32)
    Feed.objects.create(user=by, municipality=municipality, digest=digest(secret))
    record("feed.make", by=by, target=municipality, municipality_id=municipality.pk)
    return secret


@transaction.atomic
def revoke(municipality: Municipality, *, by: User) -> None:
    if _revoke(municipality, by):
        record("feed.revoke", by=by, target=municipality, municipality_id=municipality.pk)


def _revoke(municipality: Municipality, by: User) -> int:
    rows = Feed.objects.select_for_update().filter(user=by, municipality=municipality, revoked_at__isnull=True)
    return rows.update(revoked_at=timezone.now())


def end_unauthorised(person: User, by: User) -> None:
    """For `accounts.endings`: revoke the URLs of calendars that this person may no longer read."""
    for row in Feed.objects.filter(user=person, revoked_at__isnull=True).select_related("municipality").order_by("pk"):
        if not still_may(person, row.municipality, Verb.POST_VIEW):
            _revoke(row.municipality, person)
            record("feed.end", by=by, target=row.municipality, municipality_id=row.municipality_id, person=str(person))


def record_fetch(feed: Feed) -> None:
    """Record that the URL is in use, at most once an hour."""
    now = timezone.now()
    if feed.read_at is None or now - feed.read_at > READ_EVERY:
        Feed.objects.filter(pk=feed.pk).update(read_at=now)
