"""The national catalogue of eServices, and where each of them can be used."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common import audit
from common.errors import ActionNotAllowed
from municipalities.models import EService, Municipality, ServiceAvailability, ServiceTemplate

Texts = Sequence[Mapping[str, str]]


@transaction.atomic
def add(values: Mapping[str, Any], texts: Texts, *, by: User) -> EService:
    """A new service with its texts. Raises `ActionNotAllowed` when the key is taken."""
    if EService.objects.filter(key=values["key"]).exists():
        raise ActionNotAllowed(_("There is a service with this key already. Choose another key."), "key")
    service = EService.objects.create(**values)
    _write_texts(service, texts)
    audit.record("service.add", by=by, target=service)
    return service


@transaction.atomic
def edit(service: EService, values: Mapping[str, Any], texts: Texts, *, by: User) -> bool:
    """Write what changed; the key stays, because posts name the service by it. Tells whether anything did."""
    row = EService.objects.select_for_update().get(pk=service.pk)
    changed = [name for name, value in values.items() if name != "key" and getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    if changed:
        row.save(update_fields=changed)
    if _texts(row) != [_text(text) for text in texts]:
        row.templates.all().delete()
        _write_texts(row, texts)
        changed.append("templates")
    if changed:
        audit.record("service.edit", by=by, target=row, changed=changed)
    return bool(changed)


TEXT = ("title", "text", "call_kind", "call_text")


def _text(values: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(values[name] for name in TEXT)


def _texts(service: EService) -> list[tuple[str, ...]]:
    return [tuple(getattr(row, name) for name in TEXT) for row in service.templates.all()]


def _write_texts(service: EService, texts: Texts) -> None:
    ServiceTemplate.objects.bulk_create(
        ServiceTemplate(service=service, position=position, **{name: values[name] for name in TEXT})
        for position, values in enumerate(texts)
    )


@transaction.atomic
def keep(
    municipality: Municipality, service: EService, values: Mapping[str, Any], *, verified: bool, by: User
) -> ServiceAvailability:
    """Write down whether a municipality has a service. Inside its scope.

    `values`: is_offered, starts_on, ends_on, url, note. `verified`: `by` has looked today and it works as written.
    A change of the facts without verification removes the former verification.
    """
    row, is_new = ServiceAvailability.objects.select_for_update().get_or_create(
        municipality=municipality, service=service
    )
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    if verified:
        row.verified_on, row.verified_by = timezone.localdate(), by
    elif changed:
        row.verified_on = row.verified_by = None
    if is_new or changed or verified:
        row.save()
        _record(row, by=by, verified=verified)
    return row


def _record(row: ServiceAvailability, *, by: User, verified: bool) -> None:
    day: date | None = row.verified_on
    about: dict[str, Any] = {"target": row, "label": str(row.service), "verified_on": day.isoformat() if day else ""}
    if verified:
        audit.record("service.verify", by=by, **about)
    else:
        audit.record("service.keep", by=by, **about)
