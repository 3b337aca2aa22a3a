"""Stores the identity of an installation (`common.identity`): at its first start, and when an administrator accepts
other keys or another media directory.
"""

import os
import uuid
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.db import connection, transaction
from django.db.models import FileField

from common import audit, crypto, identity
from common.models import Identity
from municipalities.tenancy import everywhere

# Of PostgreSQL's advisory lock: of several processes that start at once, one stores it.
LOCK = 7_305_403
# Files of each kind that are looked for before a media directory is taken for that of the database.
SAMPLE = 20


def check() -> identity.Mismatch | None:
    """Compare keys and media with the database. Where it has no identity yet, which is so before the first start of a
    version with this table, it gets ours, unless its secrets or files are of another installation. Raises
    `django.db.DatabaseError`.
    """
    with connection.cursor() as cursor:
        if settings.TOKEN_KEYS and identity.has_table(cursor) and identity.stored(cursor) is None:
            return _adopt()
        return identity.mismatch(cursor, settings.TOKEN_KEYS, settings.MEDIA_ROOT)


def messages() -> list[CheckMessage]:
    """`check` as a system check (E014). Raises `django.db.DatabaseError`."""
    try:
        problem = check()
    except OSError as error:
        problem = identity.Mismatch(f"MEDIA_ROOT cannot be written: {error}.", "Let the portal's user write there.")
    return [Error(problem.text, hint=problem.hint, id="portal.E014")] if problem else []


def accept() -> None:
    """From now on the database belongs to our keys and our media directory. Raises OSError where that is read-only."""
    with transaction.atomic():
        _lock()
        _store(uuid.uuid4().hex)
        audit.record("installation.accept", by=None, label="")


def reseals() -> Iterator[Callable[[], bool]]:
    """For `rotate_keys`."""
    if Identity.objects.exists():
        yield _reseal


@transaction.atomic
def _reseal() -> bool:
    row = Identity.objects.select_for_update().get()
    sealed = crypto.reseal(identity.PURPOSE, row.sealed, identity.BOUND_TO)
    return bool(sealed != row.sealed and Identity.objects.update(sealed=sealed))


def named_files() -> Iterator[tuple[FileField, str]]:
    """(field, name) of every file that the database names, in the open scope."""
    for model in apps.get_models():
        for field in model._meta.get_fields():
            if isinstance(field, FileField):
                values = model._default_manager.exclude(**{field.name: ""}).values_list(field.name, flat=True)
                yield from ((field, str(value)) for value in values.distinct().order_by(field.name) if value)


@transaction.atomic
def _adopt() -> identity.Mismatch | None:
    _lock()
    if Identity.objects.exists():  # another process was first
        with connection.cursor() as cursor:
            return identity.mismatch(cursor, settings.TOKEN_KEYS, settings.MEDIA_ROOT)
    if reason := _unreadable_secrets():
        return identity.foreign_keys(reason)
    if not _has_files():
        return identity.foreign_media(settings.MEDIA_ROOT, "none of those that it names is there")
    _store(identity.id_of(settings.MEDIA_ROOT) or uuid.uuid4().hex)
    return None


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def _store(id_: str) -> None:
    """The file first: when we are interrupted in between, the next start takes its id."""
    _write(settings.MEDIA_ROOT, id_)
    sealed = crypto.seal(identity.PURPOSE, id_, identity.BOUND_TO)
    Identity.objects.update_or_create(pk=Identity.ONLY, defaults={"sealed": sealed})


def _write(media: Path, id_: str) -> None:
    media.mkdir(parents=True, exist_ok=True)
    unfinished = media / f".{identity.FILE}.{os.getpid()}"
    unfinished.write_text(f"{id_}\n", encoding="ascii")
    unfinished.replace(media / identity.FILE)


def _unreadable_secrets() -> str:
    """Why our keys open none of the stored secrets; "" where they open one, or there is none."""
    reason = ""
    for reseals in crypto.SEALED.values():
        for reseal in reseals():
            try:
                reseal()
            except crypto.CryptoError as error:
                reason = str(error)
            else:
                return ""
    return reason


def _has_files() -> bool:
    """Whether a file that the database names is in the media directory, or it names none."""
    with everywhere("look for the files of the database"):
        sample = list(islice(named_files(), SAMPLE))
    return not sample or any(field.storage.exists(name) for field, name in sample)
