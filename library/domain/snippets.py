"""Snippets and hashtags: create, edit, remove and restore."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.audit import record
from common.errors import ActionNotAllowed
from library.models import Snippet
from municipalities.models import Municipality
from serbian.folding import fold

MOST = 500


@transaction.atomic
def create(municipality: Municipality, *, kind: str, name: str, texts: Mapping[str, str], by: User) -> Snippet:
    """Raises `ActionNotAllowed` when there are too many."""
    if Snippet.objects.filter(removed_at__isnull=True).count() >= MOST:
        raise ActionNotAllowed(
            _("There are already %(most)s snippets. Remove those that are not used.") % {"most": MOST}
        )
    row = Snippet(municipality=municipality, kind=kind, created_by=by)
    _write(row, name, texts, by)
    record("snippet.create", by=by, target=row)
    return row


@transaction.atomic
def edit(snippet: Snippet, *, name: str, texts: Mapping[str, str], by: User) -> Snippet:
    row = Snippet.objects.select_for_update().get(pk=snippet.pk)
    _write(row, name, texts, by)
    record("snippet.edit", by=by, target=row)
    return row


def _write(row: Snippet, name: str, texts: Mapping[str, str], by: User) -> None:
    row.name, row.updated_by = name, by
    row.texts = {tag: text for tag, text in texts.items() if text}
    row.search_key = fold(" ".join([name, *row.texts.values()]))
    row.save()


@transaction.atomic
def remove(snippet: Snippet, *, by: User) -> Snippet:
    return _put(snippet, timezone.now(), "snippet.remove", by)


@transaction.atomic
def restore(snippet: Snippet, *, by: User) -> Snippet:
    return _put(snippet, None, "snippet.restore", by)


def _put(snippet: Snippet, at: Any, verb: str, by: User) -> Snippet:
    row = Snippet.objects.select_for_update().get(pk=snippet.pk)
    if (row.removed_at is None) != (at is None):
        row.removed_at = at
        row.save(update_fields=["removed_at"])
        record(verb, by=by, target=row)
    return row
