"""The explorer finds what a lock would prevent, and what one prevents it does not find."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from django.db import transaction

from municipalities.models import Municipality
from tests.interleaving import Exploration, Pair, Run, explore
from tests.people import Cast

pytestmark = pytest.mark.django_db(transaction=True)


def counting(municipality: Municipality, *, locks: bool) -> Callable[[], None]:
    """Adds one to a number after reading it."""

    @transaction.atomic
    def act() -> None:
        rows = Municipality.objects.select_for_update() if locks else Municipality.objects.all()
        row = rows.get(pk=municipality.pk)
        Municipality.objects.filter(pk=row.pk).update(not_after_minutes=row.not_after_minutes + 1)

    return act


def counted_twice(cast: Cast, *, locks: bool, **bounds: Any) -> Exploration:
    before = cast.cuprija.not_after_minutes

    def check(run: Run) -> None:
        assert Municipality.objects.get(pk=cast.cuprija.pk).not_after_minutes == before + 2

    act = counting(cast.cuprija, locks=locks)
    return explore(Pair(act, act, check), all_violations=True, **bounds)


def test_smoke(cast: Cast) -> None:
    for options in ({}, {"reduced": False}):
        start = time.time()
        broken = counted_twice(cast, locks=False, **options)
        print(options, broken.runs, broken.is_complete, len(broken.violations), time.time() - start)
        print(broken.violations[:1])
    start = time.time()
    whole = counted_twice(cast, locks=True)
    print(whole.runs, whole.is_complete, whole.violations, time.time() - start)
