"""Folders of pictures: create, rename and move them, delete empty ones."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from common.audit import record
from common.errors import ActionNotAllowed
from municipalities.models import Municipality
from posts.draft import storable
from posts.models import Folder, Media
from posts.picture_metadata import key_of

MOST = 200


@transaction.atomic
def create(municipality: Municipality, name: str, *, parent: Folder | None = None, by: User) -> Folder:
    """Raises `ActionNotAllowed` when the name is taken or the nesting too deep."""
    Municipality.objects.select_for_update().get(pk=municipality.pk)  # serialised, so that names stay unique
    if Folder.objects.count() >= MOST:
        raise ActionNotAllowed(_("There are %(most)s folders already. Delete empty ones first.") % {"most": MOST})
    folder = Folder(municipality=municipality, name=_clean(name), parent=parent, created_by=by)
    _refuse(folder)
    folder.save()
    record("folder.create", by=by, target=folder)
    return folder


@transaction.atomic
def change(folder: Folder, *, name: str, parent: Folder | None, by: User) -> Folder:
    """Rename it, or move it into another one (None: to the top). Raises `ActionNotAllowed`."""
    folder = Folder.objects.select_for_update().get(pk=folder.pk)
    before = folder.name
    folder.name, folder.parent = _clean(name), parent
    _refuse(folder)
    folder.save()
    _find_again(Media.objects.filter(folder__in=[folder, *folder.inside.all()]))
    record("folder.change", by=by, target=folder, before=before)
    return folder


@transaction.atomic
def delete(folder: Folder, *, by: User) -> None:
    """Raises `ActionNotAllowed` if it is not empty."""
    folder = Folder.objects.select_for_update().get(pk=folder.pk)
    if folder.inside.exists() or Media.objects.filter(folder=folder).exists():
        raise ActionNotAllowed(
            _("The folder “%(name)s” is not empty. Move what is in it first.") % {"name": folder.name}
        )
    record("folder.delete", by=by, target=folder)
    folder.delete()


@transaction.atomic
def move(pictures: Iterable[int], folder: Folder | None, *, municipality: Municipality, by: User) -> int:
    """Move pictures into a folder (None: out of all). Returns how many; one audit event for all."""
    rows = Media.objects.filter(pk__in=list(pictures))
    count: int = rows.update(folder=folder)
    if count:
        _find_again(rows)
        name = folder.name if folder else ""
        record("media.move", by=by, target=folder, municipality_id=municipality.pk, label=name, count=count)
    return count


def _clean(name: str) -> str:
    plain = " ".join(storable(name).split())[:80]
    if not plain:
        raise ActionNotAllowed(_("A folder needs a name."))
    return plain


def _refuse(folder: Folder) -> None:
    parent = folder.parent
    if parent is not None:
        too_deep = parent.parent_id is not None or (folder.pk and folder.inside.exists())
        if too_deep or parent.pk == folder.pk:
            raise ActionNotAllowed(_("Folders can lie in one another once, not deeper."))
    same = Folder.objects.filter(name__iexact=folder.name, parent=parent).exclude(pk=folder.pk)
    if same.exists():
        raise ActionNotAllowed(_("There is a folder named “%(name)s” here already.") % {"name": folder.name})


def _find_again(rows: Any) -> None:
    """Update search keys: the folder's name is part of them."""
    changed = list(rows.select_related("folder__parent"))
    for media in changed:
        media.search_key = key_of(media)
    Media.objects.bulk_update(changed, ["search_key"], batch_size=500)
