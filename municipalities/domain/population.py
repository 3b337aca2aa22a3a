"""Enters population figures that a person has reviewed."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from accounts.models import User
from common import audit
from municipalities.models import Municipality


@transaction.atomic
def enter(figures: Iterable[tuple[str, int, int]], source: str, *, by: User) -> int:
    """Write (slug, population, year) with their source; returns how many municipalities changed."""
    wanted = {slug: (population, year) for slug, population, year in figures}
    rows = Municipality.objects.select_for_update().filter(slug__in=wanted).order_by("pk")
    return sum(_write(row, *wanted[row.slug], source, by) for row in rows)


def _write(row: Municipality, population: int, year: int, source: str, by: User) -> bool:
    if (row.population, row.population_year, row.population_source) == (population, year, source):
        return False
    row.population, row.population_year, row.population_source = population, year, source
    row.save(update_fields=["population", "population_year", "population_source"])
    detail: dict[str, Any] = {"population": population, "year": year, "source": source}
    audit.record("municipality.enter_population", by=by, target=row, municipality_id=row.pk, **detail)
    return True
