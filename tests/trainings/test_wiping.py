"""Wiping a training workspace: everything typed there is really gone, and nothing else is touched."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from django.apps import apps
from django.core.files.storage import default_storage
from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext, override_settings
from django.utils import timezone

from channels.models import Channel
from common.errors import ActionNotAllowed
from common.models import AuditEvent
from delivery.models import Delivery
from municipalities.enums import MunicipalityKind
from municipalities.models import Membership, Municipality
from municipalities.tenancy import TenantModel, everywhere, scope
from notifications.models import Notification
from posts.draft import Draft, Shown, Text
from posts.editing.domain.create import create
from posts.editing.domain.save import Content, save_draft
from posts.media.domain import pictures
from posts.models import Media, Post
from posts.review.domain import comment
from posts.scheduling.domain.schedule import publish_now
from practice.domain import door, react, write
from practice.enums import AccountKind
from practice.models import Account, Status
from practice.models import Media as Picture
from tests.analytics.factories import channel, published
from tests.module_data import written_once
from tests.people import Cast, make_cast
from tests.posts.desk import picture_bytes
from tests.trainings.exercising import Group, prepared, started
from trainings.domain import exercises, workspaces
from trainings.models import Mark, Team

POOR = "Обавештавамо грађане да нема воде."


@pytest.fixture(scope="module")
def written_media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("media")


@pytest.fixture(scope="module")
def written(django_db_setup: None, django_db_blocker: Any, written_media: Path) -> Iterator[Group]:
    """Both teams have published, citizens have spoken, a trainee has joined in, and the time is over."""
    with written_once(django_db_blocker), override_settings(MEDIA_ROOT=written_media):
        group = started(make_cast())
        for team in (group.first, group.second):
            group.post(team, POOR)
            with scope(team.workspace):
                _typed(team, group.cast)
        group.play(8)
        exercises.end(group.exercise, by=group.cast.staff)
        yield group


@pytest.fixture
def played(db: None, written: Group, written_media: Path, media: Path) -> Group:
    shutil.copytree(written_media, media)
    return deepcopy(written)


@pytest.fixture
def cast(played: Group) -> Cast:
    return played.cast


def _typed(team: Team, cast: Cast) -> Post:
    """A post with a picture, submitted and on its way, a comment, and somebody who was told of it."""
    raw = picture_bytes()
    media = pictures.add(team.workspace, io.BytesIO(raw), name="voda.jpg", size=len(raw), by=cast.officer)
    post = create(team.workspace, by=cast.officer)
    draft = Draft(texts={"sr-Cyrl": Text(POOR)}, media=(Shown(media.pk, "Цистерна"),), channels=tuple(_channels(team)))
    saved = save_draft(post, Content(draft, "Вода", "service"), revision=post.revision, by=cast.officer)
    comment.comment(saved.post, "Додај рок", by=cast.officer)  # type: ignore[union-attr]
    publish_now(saved.post, by=cast.officer)  # type: ignore[union-attr]
    return post


def _channels(team: Team) -> list[int]:
    return list(Channel.objects.values_list("pk", flat=True))


def _files(root: Path) -> set[str]:
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()} if root.is_dir() else set()


def _rows(place: Municipality) -> dict[str, int]:
    """How many rows of a municipality every table has that could hold one."""
    with everywhere("count what is left"):
        return {
            model._meta.label: model._base_manager.filter(municipality=place).count()
            for model in apps.get_models()
            if any(field.name == "municipality" and field.is_relation for field in model._meta.concrete_fields)
        }


def _everything(place: Municipality) -> dict[str, list[Any]]:
    with everywhere("compare what is there"):
        return {
            model._meta.label: list(model._base_manager.filter(municipality=place).order_by("pk").values())
            for model in apps.get_models()
            if issubclass(model, TenantModel)
        }


def test_nothing_that_was_typed_is_left_and_nothing_else_changes(
    cast: Cast, played: Group, media: Path, django_capture_on_commit_callbacks: Any
) -> None:
    other = channel(cast.cuprija, cast.approver)
    published(other, timezone.now())
    with scope(cast.cuprija):
        raw = picture_bytes(size=(300, 200))
        picture = pictures.add(cast.cuprija, io.BytesIO(raw), name="trg.jpg", size=len(raw), by=cast.officer)
    Notification.objects.all().delete()
    for place, subject in ((cast.cuprija, "Real"), (played.first.workspace, "Played")):
        Notification.objects.create(
            user=cast.officer,
            kind="comment",
            url="/",
            subject=subject,
            language="en",
            mail_frequency="never",
            municipality=place,
        )
    real = door.create(AccountKind.CITIZEN, "Прави Полазник")
    stays = write.publish(real, write.Draft("Моје"))
    page_status = Status.objects.filter(account=played.first.page).first()
    assert page_status is not None
    write.publish(real, write.Draft("И ја питам", reply_to=page_status.pk))
    citizen = Account.objects.filter(username__endswith=f"_v{played.first.pk}").first()
    assert citizen is not None
    react.like(citizen, stays.pk)
    react.follow(citizen, real)
    before, files = _everything(cast.cuprija), _files(media)
    with scope(played.first.workspace, played.second.workspace):
        mine = {str(row.file) for row in Media.objects.all()}
    assert mine <= files
    with django_capture_on_commit_callbacks(execute=True):
        exercises.wipe(played.exercise, by=cast.staff)
    for team in (played.first, played.second):
        left = {
            label: count for label, count in _rows(team.workspace).items() if count and label not in workspaces.KEPT
        }
        assert left == {}
        assert team.workspace.joined_on is None
        assert team.page is None
        assert not Membership.objects.running().filter(municipality=team.workspace).exists()
    assert _everything(cast.cuprija) == before
    assert not mine & _files(media)
    assert default_storage.exists(picture.file.name)
    assert list(Notification.objects.values_list("subject", flat=True)) == ["Real"]
    assert list(Status.objects.values_list("text", flat=True)) == ["Моје"]
    assert set(Account.objects.all()) == {real}
    assert not Picture.objects.exists()
    real.refresh_from_db()
    stays.refresh_from_db()
    assert (real.statuses_count, real.followers_count, stays.likes_count) == (1, 0, 0)
    assert AuditEvent.objects.filter(verb="exercise.wipe").count() == 1


def test_the_debrief_outlives_the_wiping(cast: Cast, played: Group) -> None:
    Mark.objects.create(team=played.first, criterion="clarity", level=3)
    facts = played.first.facts
    assert facts["posts"] == 1
    exercises.wipe(played.exercise, by=cast.staff)
    assert played.first.facts == facts
    assert played.first.marks.count() == 1
    assert exercises.wipe(played.exercise, by=cast.staff).state == "wiped"


def test_a_real_municipality_is_refused(cast: Cast, played: Group) -> None:
    cast.novi_pazar.is_practice = True  # one that practises is still a place
    cast.novi_pazar.save()
    for place in (cast.cuprija, cast.novi_pazar):
        before = _everything(place)
        with pytest.raises(ActionNotAllowed):
            workspaces.empty(place, by=cast.staff)
        assert _everything(place) == before
    stray = Municipality.objects.create(
        slug="vezba-0-0", name_cyrl="В", name_latn="V", name_en="V", kind=MunicipalityKind.TRAINING, is_practice=True,
        district=cast.cuprija.district,
    )  # fmt: skip
    with pytest.raises(ActionNotAllowed):
        workspaces.empty(stray, by=cast.staff)


def test_nothing_is_wiped_while_the_exercise_runs(cast: Cast) -> None:
    group = started(cast)
    with pytest.raises(ActionNotAllowed):
        exercises.wipe(group.exercise, by=cast.staff)


def test_nothing_is_wiped_while_something_is_on_its_way(cast: Cast, played: Group) -> None:
    with scope(played.first.workspace):
        Delivery.objects.update(state="sending", lease_until=timezone.now())
    with pytest.raises(ActionNotAllowed):
        exercises.wipe(played.exercise, by=cast.staff)
    with scope(played.first.workspace):
        assert Post.objects.exists()


def test_one_that_was_never_started_can_be_wiped(cast: Cast) -> None:
    group = prepared(cast)
    exercises.wipe(group.exercise, by=cast.staff)
    assert group.first.workspace.joined_on is None


def _municipal() -> Iterator[type[Model]]:
    for model in apps.get_models():
        if model._meta.managed and any(f.related_model is Municipality for f in model._meta.concrete_fields):
            yield model


def test_every_table_of_a_municipality_is_emptied_or_named_with_its_reason() -> None:
    emptied = {model._meta.label for model in workspaces.tables()}
    for model in _municipal():
        assert (model._meta.label in emptied) != (model._meta.label in workspaces.KEPT), model._meta.label
    assert all(issubclass(model, TenantModel) <= (model in workspaces.tables()) for model in apps.get_models())


def test_a_table_of_tomorrow_that_hangs_on_a_municipalitys_row_goes_with_it() -> None:
    hanging = {
        (model._meta.label, owner._meta.label) for model, _key, owner in workspaces._hanging(workspaces.tables())
    }
    assert ("reports.Run_reports", "reports.Run") in hanging


def test_wiping_leaves_no_key_that_points_to_nothing(cast: Cast, played: Group) -> None:
    with CaptureQueriesContext(connection) as asked:
        exercises.wipe(played.exercise, by=cast.staff)
    assert any("SET CONSTRAINTS ALL IMMEDIATE" in query["sql"] for query in asked.captured_queries)


def _played(team: Team) -> dict[str, int]:
    return {label: count for label, count in _rows(team.workspace).items() if count and label not in workspaces.KEPT}


@pytest.mark.parametrize(
    "is_over", [pytest.param(True, marks=pytest.mark.slow, id="ended"), pytest.param(False, id="running")]
)
def test_an_exercise_goes_back_to_its_beginning_with_its_teams_in_empty_workspaces(cast: Cast, is_over: bool) -> None:
    group = started(cast)
    group.post(group.first, POOR)
    with scope(group.first.workspace):
        _typed(group.first, cast)
    group.play(8)
    if is_over:
        exercises.end(group.exercise, by=cast.staff)
    Mark.objects.create(team=group.first, criterion="clarity", level=3)
    members = dict(Membership.objects.filter(municipality=cast.cuprija).values_list("pk", "ended_at"))
    before = _everything(cast.cuprija)

    new = exercises.begin_again(group.exercise, by=cast.staff)

    group.exercise.refresh_from_db()
    assert (group.exercise.state, new.state) == ("wiped", "prepared")
    assert (new.scenario, new.minutes, new.script) == ("voda", 25, group.exercise.script)
    assert _played(group.first) == {}
    assert group.first.facts["posts"] == 1
    assert group.first.marks.count() == 1
    again = Group(cast, new)
    for old, team in ((group.first, again.first), (group.second, again.second)):
        assert team.name == old.name
        assert set(team.people.all()) == set(old.people.all())
        assert team.workspace.joined_on
        with scope(team.workspace):
            assert not Post.objects.exists()
    assert dict(Membership.objects.filter(municipality=cast.cuprija).values_list("pk", "ended_at")) == members
    assert _everything(cast.cuprija) == before
    exercises.start(new, by=cast.staff)
    assert again.play(8) > 0
    verbs = ["exercise.begin_again", "exercise.wipe"]
    assert sorted(AuditEvent.objects.filter(verb__in=verbs).values_list("verb", flat=True)) == verbs


def test_a_second_click_does_not_put_it_back_once_more(cast: Cast, played: Group) -> None:
    exercises.begin_again(played.exercise, by=cast.staff)
    with pytest.raises(ActionNotAllowed):
        exercises.begin_again(played.exercise, by=cast.staff)
    assert Team.objects.count() == 4


def test_what_cannot_be_put_back_stays_as_it_is(cast: Cast, played: Group) -> None:
    with pytest.raises(ActionNotAllowed):
        exercises.begin_again(prepared(cast).exercise, by=cast.staff)
    with scope(played.first.workspace):
        Delivery.objects.update(state="sending", lease_until=timezone.now())
    with pytest.raises(ActionNotAllowed):
        exercises.begin_again(played.exercise, by=cast.staff)
    with scope(played.first.workspace):
        assert Post.objects.exists()
        Delivery.objects.update(state="scheduled", lease_until=None)
    type(played.exercise.training).objects.filter(pk=played.exercise.training_id).update(closed_at=timezone.now())
    with pytest.raises(ActionNotAllowed):
        exercises.begin_again(played.exercise, by=cast.staff)
    assert Team.objects.count() == 4


def test_who_has_no_account_any_more_is_not_in_the_new_teams(cast: Cast, played: Group) -> None:
    type(cast.stranger).objects.filter(pk=cast.stranger.pk).update(is_active=False)
    new = exercises.begin_again(played.exercise, by=cast.staff)
    assert [team.name for team in new.teams.all()] == ["Екипа 1"]
