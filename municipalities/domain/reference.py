"""Brings the reference data of the 145 local self-governments into the tables."""

from dataclasses import asdict
from typing import Any

from django.db import transaction

from municipalities import reference
from municipalities.models import District, Municipality
from municipalities.reference import MunicipalityRecord

FACTS = ("name_cyrl", "name_latn", "name_en", "kind")
# Given once: later the municipality itself, or a CSV with a newer source, knows better.
ONCE = ("website", "office_hours", "population", "population_year", "population_source")


@transaction.atomic
def load() -> int:
    """Add what is missing and correct names, kinds, languages and forms; returns how many rows were touched."""
    document = reference.load()
    for district in document.districts:
        names = {name: getattr(district, name) for name in ("name_cyrl", "name_latn", "name_en")}
        District.objects.update_or_create(code=district.code, defaults=names)
    known = {row.slug: row for row in Municipality.objects.all()}
    return sum(_write(record, known.get(record.slug)) for record in document.municipalities)


def _write(record: MunicipalityRecord, row: Municipality | None) -> bool:
    values: dict[str, Any] = {name: getattr(record, name) for name in FACTS}
    values |= {
        "district_id": record.district,
        "official_languages": [asdict(language) for language in record.official_languages],
        "forms": dict(record.forms),
    }
    if row is None:
        once = {name: getattr(record, name) for name in ONCE}
        Municipality.objects.create(slug=record.slug, **values, **once)
        return True
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    if changed:
        row.save()
    return bool(changed)
