"""Materials of a training: files and links, each visible from a certain time on."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from common.audit import record
from common.errors import ActionNotAllowed
from trainings.domain.locking import locked_open
from trainings.files import Checked
from trainings.models import Material, Training
from trainings.rules import MOST_MATERIALS

FIELDS = ("session", "title", "url", "visible_from")


@dataclass(frozen=True)
class Upload:
    """A file as it came, and what was found out about it."""

    file: Any
    checked: Checked


@transaction.atomic
def write(
    training: Training, material: Material | None, values: Mapping[str, Any], *, by: User, upload: Upload | None = None
) -> Material:
    """Add a material at the end, or change the text, file or link of `material`. Raises
    `ActionNotAllowed`.
    """
    row, is_new = locked_open(training), material is None
    if material is None:
        if row.materials.count() >= MOST_MATERIALS:
            raise ActionNotAllowed(_("A training has %(most)s materials at most.") % {"most": MOST_MATERIALS})
        last = row.materials.order_by("-order").values_list("order", flat=True).first()
        material = Material(training=row, added_by=by, order=(last or 0) + 1)
    for name in FIELDS:
        setattr(material, name, values[name])
    if upload is not None and not material.url:
        _keep(material, upload)
    elif material.url:
        _drop(material)
    if bool(material.url) == bool(material.file):
        raise ActionNotAllowed(_("Choose a file, or write the address of a page."), "file")
    material.save()
    record(
        "training.add_material" if is_new else "training.change_material",
        by=by, target=row, material=material.title, programme=str(row.programme),
    )  # fmt: skip
    return material


def _keep(material: Material, upload: Upload) -> None:
    """A crash between here and the end of the transaction leaves a file that nothing names, and loses none."""
    _drop(material)
    checked = upload.checked
    name = f"trainings/{material.training_id}/{secrets.token_hex(16)}.{checked.ending}"
    content: Any = ContentFile(checked.body) if checked.body is not None else File(upload.file)
    material.file.name = default_storage.save(name, content)
    material.bytes = default_storage.size(material.file.name)
    material.mime, material.file_name = checked.mime, checked.name


def _drop(material: Material) -> None:
    if material.file:
        former = str(material.file.name)
        transaction.on_commit(lambda: default_storage.delete(former))
    material.file, material.file_name, material.mime, material.bytes = "", "", "", 0


@transaction.atomic
def move(material: Material, *, up: bool, by: User) -> None:
    """One place up or down; at the end of the list nothing changes."""
    row = locked_open(material.training)
    rows = list(row.materials.order_by("order", "pk"))
    at = rows.index(material)
    to = at - 1 if up else at + 1
    if not 0 <= to < len(rows):
        return
    rows[at], rows[to] = rows[to], rows[at]
    for order, item in enumerate(rows, start=1):
        item.order = order
    Material.objects.bulk_update(rows, ["order"])
    record("training.move_material", by=by, target=row, material=material.title, programme=str(row.programme))


@transaction.atomic
def remove(material: Material, *, by: User) -> None:
    """For good, with its file."""
    row = locked_open(material.training)
    record("training.remove_material", by=by, target=row, material=material.title, programme=str(row.programme))
    _drop(material)
    material.delete()
