"""Tags of a municipality, and the tags of a message."""

from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from common.audit import record
from common.errors import ActionNotAllowed
from inbox.domain.triage import audit_label, lock
from inbox.models import Message, Tag
from municipalities.models import Municipality

MOST = 30
"""So many tags are in use in a municipality at once, and on a message."""
MOST_NAME = Tag._meta.get_field("name").max_length or 0


@transaction.atomic
def add(municipality: Municipality, name: str, *, by: User) -> Tag:
    """Raises `ActionNotAllowed` for a missing or taken name, in either script, and for one more than `MOST`."""
    _lock(municipality)
    _refuse_more()
    row = Tag(municipality=municipality, name=_validated_name(name, None))
    row.save()
    record("tag.add", by=by, target=row)
    return row


@transaction.atomic
def rename(tag: Tag, name: str, *, by: User) -> Tag:
    _lock(tag.municipality)
    row = Tag.objects.select_for_update(of=("self",)).get(pk=tag.pk)
    former, row.name = row.name, _validated_name(name, row)
    if row.name != former:
        row.save()
        record("tag.rename", by=by, target=row, former=former)
    return row


@transaction.atomic
def retire(tag: Tag, *, by: User) -> Tag:
    """It is no longer offered, and no rule sets it; messages keep it."""
    row = Tag.objects.select_for_update(of=("self",)).get(pk=tag.pk)
    if not row.is_retired:
        row.is_retired = True
        row.save(update_fields=["is_retired"])
        record("tag.retire", by=by, target=row)
    return row


@transaction.atomic
def restore(tag: Tag, *, by: User) -> Tag:
    _lock(tag.municipality)
    row = Tag.objects.select_for_update(of=("self",)).get(pk=tag.pk)
    if row.is_retired:
        _refuse_more()
        row.is_retired = False
        row.save(update_fields=["is_retired"])
        record("tag.restore", by=by, target=row)
    return row


@transaction.atomic
def set_tags(message: Message, wanted: Collection[int], *, by: User) -> Message:
    """Give it exactly these tags. Retired ones stay where they are, and are not given any more."""
    row = lock(message)
    return _save(row, wanted, by)


@transaction.atomic
def add_tag(message: Message, tag: int, *, by: User) -> Message:
    row = lock(message)
    return _save(row, [*row.tags, tag], by)


@transaction.atomic
def remove_tag(message: Message, tag: int, *, by: User) -> Message:
    row = lock(message)
    return _save(row, [other for other in row.tags if other != tag], by)


def _save(row: Message, wanted: Collection[int], by: User) -> Message:
    names = {tag.pk: tag.name for tag in Tag.objects.filter(pk__in=wanted) if not tag.is_retired or tag.pk in row.tags}
    if len(names) < len(set(wanted)):
        raise ActionNotAllowed(_("This tag is no longer available. Choose another."), "tags")
    if set(names) == set(row.tags):
        return row
    row.tags = sorted(names)
    row.save(update_fields=["tags", "search_key"])
    shown = ", ".join(sorted(names.values())) or "–"
    record("message.tag", by=by, target=row, label=audit_label(row), tags=shown)
    return row


def _lock(municipality: Municipality) -> None:
    """Serialises concurrent changes: of two requests with the same name, the second sees the first one's row."""
    Municipality.objects.select_for_update().get(pk=municipality.pk)


def _refuse_more() -> None:
    if Tag.objects.filter(is_retired=False).count() >= MOST:
        raise ActionNotAllowed(_("There are %(most)s tags already. Retire one first.") % {"most": MOST}, "name")


def _validated_name(name: str, row: Tag | None) -> str:
    cleaned = " ".join(name.replace("\x00", "").split())
    if not cleaned:
        raise ActionNotAllowed(_("Write the name."), "name")
    if len(cleaned) > MOST_NAME:
        raise ActionNotAllowed(_("The name is too long: %(most)s characters at most.") % {"most": MOST_NAME}, "name")
    key = Tag(name=cleaned).folded_name
    if not key:
        raise ActionNotAllowed(_("Write the name with letters or numbers."), "name")
    others = Tag.objects.filter(search_key=key)
    if (others.exclude(pk=row.pk) if row else others).exists():
        raise ActionNotAllowed(_("There is a tag of this name already, perhaps among the retired ones."), "name")
    return cleaned
