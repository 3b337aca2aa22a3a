"""Training workspaces: open one for a team, and delete everything that was typed in it.

A training workspace is a municipality of its own kind (`Kind.TRAINING`): it practises, belongs to no cohort and no list
of municipalities, and tenancy separates it from real data. `empty` is the only function that deletes the rows of a
municipality, and it refuses every other kind of municipality.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.files.storage import Storage
from django.db import connection, transaction
from django.db.models import FileField, ForeignKey, Model, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from common.errors import ActionNotAllowed
from delivery.enums import State
from delivery.models import Delivery
from municipalities.domain import members, private_readers
from municipalities.domain.workspace import open_workspace
from municipalities.enums import Approval, MunicipalityKind, Role
from municipalities.models import District, Membership, Municipality
from municipalities.queries import today
from municipalities.tenancy import scope
from posts.models import Media
from practice.domain import door, forget
from practice.enums import AccountKind
from reports.models import MonthlyReport
from serbian.transliteration import to_latin
from trainings.domain import practice_channel
from trainings.models import Exercise, Play, Team

# Rows with a municipality that stay, each with the reason. A test holds that every other table is emptied.
KEPT: dict[str, str] = {
    "municipalities.MunicipalityEvent": "the history of the workspace's row, which stays: the debrief names it",
    "municipalities.Membership": "ended, never deleted: who could enter is part of the trail",
    "municipalities.MembershipEvent": "the same",
    "municipalities.Enrolment": "a training workspace is in no cohort",
    "municipalities.Pairing": "a training workspace has no mentor",
    "municipalities.Delegation": "void without the two memberships",
    "municipalities.EmergencyRight": "void without the membership",
    "municipalities.PrivateReader": "void without the membership",
    "trainings.Participant": "comes from a real municipality",
    "trainings.Team": "its debrief is read afterwards, and holds no citizen's words",
}


def open_for(exercise: Exercise, number: int, name: str, people: Iterable[Any], *, by: User) -> Team:
    """A workspace with one practice channel, in which `people` write and publish without anybody's approval.

    The exercise is about what one says to whom; who approves is practised in a workspace that an administrator opens.
    """
    title = f"{name} · {exercise.script['title']}"[:80]
    workspace = Municipality.objects.create(
        slug=f"vezba-{exercise.pk}-{number}",
        name_cyrl=title,
        name_latn=to_latin(title)[:80],
        name_en=to_latin(title)[:80],
        kind=MunicipalityKind.TRAINING,
        is_practice=True,
        is_demo=settings.DEMO,
        district=District.objects.order_by("code")[:1].get(),
        approval=Approval.NONE,
    )
    open_workspace(workspace, on=today(), by=by, is_practice=True)
    page = door.create(
        AccountKind.PAGE,
        f"Општина ({name})"[:60],
        username=f"ekipa_{exercise.pk}_{number}_vezba",
        note="Страница за вежбу. Ништа овде није стварно.",
        network=exercise.script.get("network", ""),
    )
    with scope(workspace):
        practice_channel.new(workspace, page, by=by)
    team = Team.objects.create(exercise=exercise, number=number, name=name, workspace=workspace, page=page)
    team.people.set(people)
    for person in team.people.all():
        members.join(person, workspace, Role.OFFICER, by=by)
        private_readers.name(workspace, person, by=by, notify=False)
    return team


def to_readers(team: Team, *, by: User | None) -> None:
    """The exercise is over: the team may look at what it did, and writes nothing any more."""
    officers = Membership.objects.running().filter(municipality=team.workspace, role=Role.OFFICER)
    for membership in officers.select_related("user"):
        members.end(membership, by=by)
        members.join(membership.user, team.workspace, Role.VIEWER, by=by)


@transaction.atomic
def empty(workspace: Municipality, *, by: User) -> None:
    """Delete everything that was typed here and close the workspace; rows, files, and what the practice network shows.

    Raises `ActionNotAllowed` for anything but a training workspace, and while something is on its way to the network.
    The audit trail stays, as it always does.
    """
    row = Municipality.objects.select_for_update().get(pk=workspace.pk)
    team = Team.objects.filter(workspace=row).first()
    if not (row.kind == MunicipalityKind.TRAINING and row.is_practice and team):
        raise ActionNotAllowed(_("Only the workspace of an exercise can be wiped."))
    with scope(row):
        if Delivery.objects.filter(state__in=(State.SENDING, State.PROCESSING)).exists():
            raise ActionNotAllowed(_("Something is on its way to the practice network. Try again in a few seconds."))
        accounts = set(Play.objects.values_list("account_id", flat=True))
        files = list(_files(row))
        _delete(row)
    forget.accounts(accounts | ({team.page_id} if team.page_id else set()))
    for membership in Membership.objects.running().filter(municipality=row):
        members.end(membership, by=by)
    row.joined_on = None
    row.save(update_fields=["joined_on", "search_key"])
    transaction.on_commit(lambda: _remove(files))


def tables() -> list[type[Model]]:
    """Every table that holds a municipality's rows and loses them, histories too."""
    return [
        model
        for model in apps.get_models()
        if model._meta.managed and model._meta.label not in KEPT and any(_keys(model, Municipality))
    ]


def _keys(model: type[Model], of: type[Model]) -> Iterator[ForeignKey]:
    """Keys of a table to another one; that of a row's history to the row does not count."""
    for field in model._meta.concrete_fields:
        if isinstance(field, ForeignKey) and field.related_model is of and field.name != "pgh_obj":
            yield field


def _rows(model: type[Model], workspace: Municipality) -> QuerySet:
    return model._base_manager.filter(municipality=workspace)


def _delete(workspace: Municipality) -> None:
    """Keys between the tables are checked when all is gone, so that their order does not matter."""
    emptied = tables()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for model, key, owner in _hanging(emptied):
            _raw(model._base_manager.filter(**{f"{key}__in": _rows(owner, workspace).values("pk")}))
        for model in emptied:
            _raw(_rows(model, workspace))
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _hanging(emptied: list[type[Model]]) -> Iterator[tuple[type[Model], str, type[Model]]]:
    """(table, key, owner) of what names no municipality itself and hangs on a row that does."""
    for model in apps.get_models(include_auto_created=True):
        if model in emptied or not model._meta.managed:
            continue
        for owner in emptied:
            for key in _keys(model, owner):
                yield model, key.name, owner


def _raw(rows: QuerySet) -> None:
    rows._raw_delete(rows.db)


# ---- files


def _files(workspace: Municipality) -> Iterator[tuple[Storage | None, str]]:
    """(storage, name) of every file that a row of this workspace owns; without a storage a path."""
    for model in tables():
        for field in model._meta.concrete_fields:
            if isinstance(field, FileField):
                names = _rows(model, workspace).exclude(**{field.name: ""}).values_list(field.name, flat=True)
                yield from ((field.storage, name) for name in names if name)
    for crops in Media.objects.exclude(crops={}).values_list("crops", flat=True):
        yield from ((Media._meta.get_field("file").storage, crop["file"]) for crop in crops.values())
    for files in MonthlyReport.objects.exclude(files={}).values_list("files", flat=True):
        yield from ((None, str(Path(settings.REPORTS_ROOT) / file["name"])) for file in files.values())


def _remove(files: list[tuple[Storage | None, str]]) -> None:
    for storage, name in files:
        if storage is None:
            Path(name).unlink(missing_ok=True)
        else:
            storage.delete(name)
