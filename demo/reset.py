"""Brings the demo back to its beginning: deletes what it and the people in it wrote, and fills it in again.

One transaction: other people see the old demo until the new one is there, and whatever fails leaves the old one. It
holds the tables until then, so that nothing is written in between that would go out afterwards.

What is deleted is derived from the models (`paths`), so a new table needs nothing here: each row of a municipality or
of the programme of the demo goes, and what hangs on such a row. `KEPT` and `RESTORED` are the exceptions.
"""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pgtrigger
from allauth.account.models import EmailConfirmation
from allauth.mfa.models import Authenticator
from psycopg2.errors import LockNotAvailable

from django.apps import apps
from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.core.files.storage import Storage
from django.db import OperationalError, connection, transaction
from django.db.models import FileField, ForeignKey, Model, Q, QuerySet

from accounts.models import Invitation, User
from administration.models import TourProgress
from channels.models import AppRegistration
from common import languages
from common.enums import MailState
from common.models import MailMessage
from delivery.enums import State
from delivery.models import Delivery
from demo import seed
from demo.network import PLATFORM, NotTheDemo, server
from demo.people import PASSWORD, PROGRAMME
from mentoring.models import Absence
from municipalities import reference
from municipalities.domain.reference import ONCE
from municipalities.enums import MunicipalityKind
from municipalities.models import Enrolment, Municipality, Programme, WidePause
from municipalities.rules import NOT_ABOUT_DECISIONS, RELAXES
from municipalities.tenancy import scope
from notifications.models import (
    MailPreference,
    MailSchedule,
    Notification,
    Push,
    PushPreference,
    PushSubscription,
)
from posts.models import Media
from reports.models import MonthlyReport, ProgrammeReport

# Rows of municipalities and programmes that stay, each with the reason.
KEPT: dict[str, str] = {
    "municipalities.MunicipalityEvent": "the history of rows that stay",
    "municipalities.Programme_staff": "who presses the button may be among them",
    "municipalities.Programme_trainers": "the same",
}
# Rows that stay, but are brought back to what they were.
RESTORED = {"municipalities.Municipality", "municipalities.Programme", "accounts.User"}
# Tables that name neither a municipality nor a programme, and are emptied, at least of what is of the demo.
BESIDE: tuple[type[Model], ...] = (
    Absence, AppRegistration, Authenticator, EmailConfirmation, Invitation, MailMessage, MailPreference, MailSchedule,
    PushPreference, PushSubscription,
)  # fmt: skip
# The others, which stay as they are.
UNTOUCHED: dict[str, str] = {
    "account.EmailAddress": "comes with the account",
    "administration.DemoReset": "says who asked for this, and what became of it",
    "administration.Installation": "of the installation, not of the demo",
    "administration.InstallationEvent": "the same",
    "analytics.Traits": "combinations of traits of posts, shared by all",
    "channels.Deletion": "requests of people to a network, which are answered whatever happens here",
    "channels.Event": "events of networks; without their channel nobody reads them, and they expire",
    "common.AuditEvent": "the audit trail is append-only",
    "common.Identity": "of the installation",
    "common.Incident": "of the installation",
    "common.Lease": "of running processes",
    "common.PeriodicRun": "of running processes",
    "common.Restore": "of the installation",
    "municipalities.District": "reference data",
    "municipalities.EService": "reference data, and what programme staff corrected in it",
    "municipalities.ServiceTemplate": "the same",
    "notifications.PushKey": "of the installation",
    "participation.Question": "questions of an index, which programme staff entered for everybody",
    "participation.QuestionSet": "the same",
    "reports.PublicPageEvent": "row history",
    "usersessions.UserSession": "whoever is signed in stays signed in",
}
# Guards of figures that a programme has reported, which hold wherever people report something.
GUARDS = (
    "analytics.Baseline:baseline_stays",
    "analytics.ManualValue:manual_value_stays",
    "analytics.MunicipalityBaseline:municipality_baseline_stays",
    "analytics.MunicipalityValue:municipality_value_stays",
    "reports.KeptContent:kept_content_stays",
)
# So long a wait for the tables; shorter than the second after which PostgreSQL looks for deadlocks and ends one side.
LOCK_MILLISECONDS = 500
# The tables are tried so often, a second apart; calls of networks in progress are waited for no longer than this.
TRIES = 60
TRIES_FOR_CALLS = 30


class Busy(RuntimeError):
    """Others kept writing for a minute, so nothing was changed."""


def reset(report: seed.Report | None = None, pause: Callable[[float], None] = time.sleep) -> seed.Filled:
    """Delete and fill in. Raises `NotTheDemo`, and `Busy` when the tables are not free for a minute."""
    _require_demo()
    for attempt in range(TRIES):
        try:
            with transaction.atomic():
                _lock(waits_for_calls=attempt < TRIES_FOR_CALLS)
                wipe()
                return seed.fill(report=report)
        except Busy:
            pass
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable):
                raise
        pause(1)
    raise Busy("Somebody kept writing in the demo, so it was not reset. Try again when it is quieter.")


def _require_demo() -> None:
    if not settings.DEMO:
        raise NotTheDemo("Only the demo can be wiped; this installation is a real one.")


def _lock(*, waits_for_calls: bool) -> None:
    """Nobody writes to these tables until the transaction ends; reading goes on. Raises `Busy`, `OperationalError`."""
    models: list[type[Model]] = [*paths(), *BESIDE, *_practice(), Municipality]
    tables = sorted({model._meta.db_table for model in models})
    with scope(*_demo()), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = {LOCK_MILLISECONDS}")
        names = ", ".join(connection.ops.quote_name(name) for name in tables)
        cursor.execute(f"LOCK TABLE {names} IN EXCLUSIVE MODE")
        cursor.execute("SET LOCAL lock_timeout = 0")
        if waits_for_calls and Delivery.objects.filter(state=State.SENDING).exists():
            raise Busy("A worker is calling a network.")


def _demo() -> list[Municipality]:
    """Those of the demo, and whichever others people enrolled in its programme."""
    enrolled = Enrolment.objects.filter(cohort__programme__name=PROGRAMME).values("municipality")
    return list(Municipality.objects.filter(Q(is_demo=True) | Q(pk__in=enrolled)))


@transaction.atomic
def wipe() -> None:
    """Delete what is of the demo. The accounts of its people stay and become what they were; the audit trail stays, as
    it always does. Raises `NotTheDemo`.
    """
    _require_demo()
    demo, programmes = _demo(), list(Programme.objects.filter(name=PROGRAMME))
    with scope(*demo):
        before = set(_files())
        _delete_rows([place.pk for place in demo], [programme.pk for programme in programmes])
    _delete_beside(demo)
    _restore(demo)
    transaction.on_commit(lambda: _remove(before))


# ---- rows


def paths() -> dict[type[Model], list[str]]:
    """The tables whose rows go, each with the ways from a row to its municipality or programme.

    {Post: ["municipality"], Certificate: ["participant__municipality"]}
    """
    reached: dict[type[Model], list[str]] = {}
    waiting: list[type[Model]] = [Municipality, Programme]
    direct = {model for owner in waiting for model, _key in _pointing_at(owner)}
    while waiting:
        owner = waiting.pop(0)
        for model, key in _pointing_at(owner):
            if owner in reached and (key.null or model in direct):
                continue  # its own municipality or programme decides
            if model not in reached:
                waiting.append(model)
            way = f"{key.name}__{reached[owner][0]}" if owner in reached else key.name
            reached.setdefault(model, []).append(way)
    return reached


def _pointing_at(owner: type[Model]) -> Iterator[tuple[type[Model], ForeignKey]]:
    for model in apps.get_models(include_auto_created=True):
        if not model._meta.managed or model._meta.label in {*KEPT, *RESTORED}:
            continue
        for field in model._meta.concrete_fields:
            if isinstance(field, ForeignKey) and field.related_model is owner and field.name != "pgh_obj":
                yield model, field


def _practice() -> list[type[Model]]:
    return list(apps.get_app_config("practice").get_models())


def _delete_rows(places: list[int], programmes: list[int]) -> None:
    """Keys between the tables are checked when all is gone, so that their order does not matter: only that what hangs
    on a row goes before it."""
    owners = {"municipality": places, "workspace": places, "programme": programmes}
    several = [(way, model) for model, ways in paths().items() for way in ways]
    with connection.cursor() as cursor, pgtrigger.ignore(*GUARDS):
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for way, model in sorted(several, key=lambda pair: -pair[0].count("__")):
            _raw(model._base_manager.filter(**{f"{way}__in": owners[way.rpartition("__")[2]]}))
        for model in _practice():
            _raw(model._base_manager.all())
        Push.objects.filter(notification__municipality=None).delete()
        _raw(Notification.objects.filter(municipality=None))
        _raw(TourProgress.objects.all())
        _raw(WidePause.objects.all())
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _raw(rows: QuerySet) -> None:
    rows._raw_delete(rows.db)


def _delete_beside(demo: list[Municipality]) -> None:
    AppRegistration.objects.filter(platform=PLATFORM, server=server()).delete()
    people = User.objects.filter(is_demo=True)
    Absence.objects.filter(mentor__in=people).delete()
    EmailConfirmation.objects.filter(email_address__user__in=people).delete()
    for kind in (Authenticator, MailPreference, MailSchedule, PushPreference, PushSubscription):
        kind.objects.filter(user__in=people).delete()
    slugs, invited = {place.slug for place in demo}, []
    for invitation in Invitation.objects.select_related("invited_by"):
        is_into_demo = any(grant.get("municipality") in slugs for grant in invitation.grants)
        if is_into_demo or (invitation.invited_by and invitation.invited_by.is_demo):
            invited.append(invitation.email)
            invitation.delete()
    # Of what still waits, sign-in and password resets leave all the same.
    leaves = Q(essential=True, state=MailState.WAITING) & ~Q(to__in=invited)
    MailMessage.objects.exclude(leaves).delete()


# ---- what stays


def _restore(demo: list[Municipality]) -> None:
    """Municipalities as the reference data has them, accounts as nobody had used them; `seed` does the rest."""
    _raw(Municipality.objects.filter(pk__in=[place.pk for place in demo], kind=MunicipalityKind.TRAINING))
    records = {record.slug: record for record in reference.load().municipalities}
    rules = (*RELAXES, *NOT_ABOUT_DECISIONS)
    profile = ("arms", "colour", "joined_on", "is_practice", "is_demo", *rules)
    defaults = {field.name: field.get_default() for field in Municipality._meta.concrete_fields}
    for place in demo:
        if place.is_training:
            continue
        for name in profile:
            setattr(place, name, defaults[name])
        for name in ONCE:
            setattr(place, name, getattr(records[place.slug], name))
        place.save()
    hashes = User.objects.filter(is_demo=True).values_list("password", flat=True).distinct()
    changed = [stored for stored in hashes if not check_password(PASSWORD, stored)]
    people = User.objects.filter(is_demo=True)
    people.filter(password__in=changed).update(password=make_password(PASSWORD))
    # A name is given anew by `demo.people.person`.
    people.update(is_active=True, is_administrator=False, language=languages.default_code(), name="")


# ---- files


def _files() -> Iterator[tuple[Storage | None, str]]:
    """(storage, name) of every file of a row that goes; without a storage a path. In the scope of the demo."""
    models: list[type[Model]] = [*paths(), *_practice(), Municipality]
    for model in models:
        for field in model._meta.concrete_fields:
            if isinstance(field, FileField):
                names = model._base_manager.exclude(**{field.name: ""}).values_list(field.name, flat=True)
                yield from ((field.storage, name) for name in names if name)
    crops: Any
    for crops in Media.objects.exclude(crops={}).values_list("crops", flat=True):
        yield from ((Media._meta.get_field("file").storage, crop["file"]) for crop in crops.values())
    for kind in (MonthlyReport, ProgrammeReport):
        for files in kind.objects.exclude(files={}).values_list("files", flat=True):
            yield from ((None, str(Path(settings.REPORTS_ROOT) / file["name"])) for file in files.values())


def _remove(before: set[tuple[Storage | None, str]]) -> None:
    """Those that no row names any more."""
    with scope(*_demo()):
        left = before - set(_files())
    for storage, name in left:
        if storage is None:
            Path(name).unlink(missing_ok=True)
        else:
            storage.delete(name)
