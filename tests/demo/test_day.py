"""A day on the practice network: what leaves the portal leaves it over HTTP, and comes back as numbers."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.utils import timezone

from analytics.models import MetricSnapshot
from delivery.domain import reconcile
from delivery.enums import State
from delivery.models import Delivery
from municipalities.tenancy import current, everywhere
from practice.models import Status
from tests.practice.network import serving


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_played_day_goes_over_http_and_comes_back_as_numbers(settings: Any, media: Path) -> None:
    settings.DEMO = True
    cache.clear()  # no worker is taken for alive: this one sends by itself
    with serving(media) as address:
        settings.PRACTICE_URL = address
        settings.PRIVATE_HOSTS_ALLOWED = [address.removeprefix("http://")]
        call_command("seed_demo", verbosity=0)
        with everywhere("a test counts"):
            before = Delivery.objects.filter(state=State.PUBLISHED).count()
            snapshots = MetricSnapshot.objects.count()
        statuses = Status.objects.count()
        became_due()
        output = io.StringIO()
        call_command("play_day", stdout=output)
        story = output.getvalue()
        assert "објављује „" in story, (story, stuck())
        assert "Увече:" in story
        with everywhere("a test counts"):
            assert Delivery.objects.filter(state=State.PUBLISHED).count() > before
            assert MetricSnapshot.objects.count() > snapshots
            assert not Delivery.objects.filter(state=State.SENDING).exists()
        assert Status.objects.count() > statuses
        unconfirmed_stays_with_people()
    assert current() is None


def became_due() -> None:
    """Of each channel the next post, as when its time comes while the demo is being filled in."""
    with everywhere("a test lets time pass"):
        line = Delivery.objects.filter(state=State.SCHEDULED).order_by("channel", "due_at").distinct("channel")
        ago = timezone.now() - timedelta(minutes=1)
        assert Delivery.objects.filter(pk__in=[delivery.pk for delivery in line]).update(due_at=ago, next_at=ago)


def stuck() -> list[tuple[object, ...]]:
    """What did not go out, and why not."""
    with everywhere("a test tells what it found"):
        rows = Delivery.objects.exclude(state=State.PUBLISHED).order_by("-state_at")[:10]
        return [
            (
                row.pk,
                row.due_at,
                row.state,
                row.reason,
                row.problem,
                [str(attempt) for attempt in row.attempts.values()],
            )
            for row in rows
        ]


def unconfirmed_stays_with_people() -> None:
    """The portal looks and finds nearly the same words, posted by hand: it cannot tell, and does not guess."""
    with everywhere("a test finds the one that nobody knows about"):
        delivery = Delivery.objects.get(state=State.UNCONFIRMED)
    reconcile.reconcile(delivery.pk)
    with everywhere("a test looks again"):
        delivery.refresh_from_db()
        assert delivery.state == State.UNCONFIRMED
        assert delivery.attempts.order_by("-number").first().outcome == "cannot_tell"


def test_a_day_cannot_be_played_where_there_is_no_network(db: None, settings: Any) -> None:
    settings.PRACTICE_ENABLED = False
    with pytest.raises(CommandError, match="switched off"):
        call_command("play_day", verbosity=0)
    with pytest.raises(CommandError, match="number from 1"):
        call_command("play_day", days=0, verbosity=0)
