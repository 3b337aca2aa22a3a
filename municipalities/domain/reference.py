"""Loads the reference data of the 145 local self-governments into the tables."""

from dataclasses import asdict
from typing import Any

from django.db import transaction

from municipalities import reference
from municipalities.models import District, EService, Municipality, ServiceTemplate
from municipalities.reference import MunicipalityRecord, ServiceRecord

FACTS = ("name_cyrl", "name_latn", "name_en", "kind")
SERVICE_FACTS = (
    "key", "category", "url", "season", "season_en", "description", "description_en", "angle", "angle_en",
)  # fmt: skip
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


@transaction.atomic
def load_services() -> int:
    """Add the eServices that are missing, with their texts; returns how many. Programme staff keep what is there."""
    known = set(EService.objects.values_list("key", flat=True))
    missing = [record for record in reference.services() if record.key not in known]
    for record in missing:
        _add_service(record)
    return len(missing)


def _add_service(record: ServiceRecord) -> None:
    values = {name: getattr(record, name) for name in SERVICE_FACTS}
    cyrl, latn, en = record.names
    service = EService.objects.create(
        name_cyrl=cyrl, name_latn=latn, name_en=en, months=list(record.months), **values
    )  # fmt: skip
    ServiceTemplate.objects.bulk_create(
        ServiceTemplate(service=service, position=position, **asdict(template))
        for position, template in enumerate(record.templates)
    )
