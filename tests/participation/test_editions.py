"""Editions of a report: asked for, made by a worker, published by an approver, and what a withdrawal does to them."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.utils import timezone, translation

from common.errors import ActionNotAllowed
from common.models import AuditEvent
from municipalities.tenancy import scope
from notifications.models import Notification
from participation import tasks
from participation.domain import editions
from participation.domain.editions import EditionContent
from participation.enums import EditionState
from participation.models import Consultation, Edition, EditionFile
from tests.participation import reported as make
from tests.people import Cast

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture(autouse=True)
def english() -> Any:
    with translation.override("en"):
        yield


@pytest.fixture
def closed(cast: Cast) -> Consultation:
    row = make.consultation(cast.cuprija, cast.officer, approver=cast.approver)
    make.contribution(row)
    make.contribution(row, decision="declined", reason="Нема средстава.")
    return row


def asked(row: Consultation, cast: Cast, changes: str = "") -> Edition:
    with scope(cast.cuprija):
        return editions.ask(row, EditionContent("Постављамо расвету.", changes), by=cast.officer)


def made(row: Consultation, cast: Cast, changes: str = "") -> Edition:
    edition = asked(row, cast, changes)
    editions.make(edition.pk)
    return again(edition)


def out(row: Consultation, cast: Cast, changes: str = "") -> Edition:
    edition = made(row, cast, changes)
    with scope(cast.cuprija):
        editions.publish(Edition.objects.select_related("consultation").get(pk=edition.pk), by=cast.approver)
    return again(edition)


def again(edition: Edition) -> Edition:
    with scope(edition.municipality_id):
        return Edition.objects.select_related("consultation").get(pk=edition.pk)


def files(edition: Edition) -> dict[str, EditionFile]:
    with scope(edition.municipality_id):
        return {file.public_name: file for file in EditionFile.objects.filter(edition=edition)}


def address(row: Consultation, number: int, name: str = "report.csv") -> str:
    return f"/consultations/cuprija/{row.slug}/report/{number}/{name}"


def test_the_public_page_says_what_changes_in_the_script_of_its_reader(cast: Cast, closed: Consultation) -> None:
    out(closed, cast)
    page = f"/consultations/cuprija/{closed.slug}/in/"
    assert "Постављамо расвету." in Client().get(f"{page}sr-Cyrl/").text
    assert "Postavljamo rasvetu." in Client().get(f"{page}en/").text


def test_from_the_question_to_a_public_report(cast: Cast, closed: Consultation) -> None:
    edition = asked(closed, cast)
    assert editions.due() == [edition.pk]
    tasks.make_editions()
    edition = again(edition)
    assert edition.state == EditionState.READY
    assert edition.facts["total"] == 2
    assert edition.facts["by_decision"] == {"accepted": 1, "declined": 1}
    assert len(files(edition)) == 11
    assert {person.user for person in Notification.objects.all()} == {cast.approver, cast.officer}
    # until an approver publishes it, nobody else has it
    assert Client().get(address(closed, 1)).status_code == 404

    with scope(cast.cuprija):
        with pytest.raises(ActionNotAllowed):
            editions.publish(edition, by=cast.officer)
        editions.publish(edition, by=cast.approver)
        row = Consultation.objects.get(pk=closed.pk)
    assert row.stage == "reported"
    assert row.reported_at is not None
    answer = Client().get(address(closed, 1))
    assert answer.status_code == 200
    assert make.PUBLIC in b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    verbs = AuditEvent.objects.filter(verb__startswith="consultation.report").order_by("id")
    assert list(verbs.values_list("verb", flat=True)) == ["consultation.report", "consultation.report_publish"]


def test_no_report_before_everything_is_decided(cast: Cast) -> None:
    row = make.consultation(cast.cuprija, cast.officer, stage="published", closed_at=None)
    with pytest.raises(ActionNotAllowed):
        asked(row, cast)


def test_only_one_is_made_at_a_time(cast: Cast, closed: Consultation) -> None:
    asked(closed, cast)
    with pytest.raises(ActionNotAllowed):
        asked(closed, cast)


def test_a_report_that_nobody_published_is_made_anew_under_its_number(cast: Cast, closed: Consultation) -> None:
    first = made(closed, cast)
    before = {str(file.file) for file in files(first).values()}
    second = made(closed, cast)
    assert (second.pk, second.number) == (first.pk, 1)
    assert not before & {str(file.file) for file in files(second).values()}


def test_a_change_afterwards_is_a_new_edition_that_says_what_changed(
    cast: Cast, closed: Consultation, django_capture_on_commit_callbacks: Any
) -> None:
    first = out(closed, cast)
    stored = [str(file.file) for file in files(first).values()]
    with pytest.raises(ActionNotAllowed) as refused:
        asked(closed, cast)
    assert refused.value.field == "changes"
    with django_capture_on_commit_callbacks(execute=True):
        second = out(closed, cast, "Исправљен је датум.")
    assert second.number == 2
    # the files of the first one are gone, and its row still says that it was public
    assert not files(first)
    assert not any(map(default_storage.exists, stored))
    assert again(first).published_at
    assert Client().get(address(closed, 1)).status_code == 404
    assert Client().get(address(closed, 2)).status_code == 200


def test_withdrawn_words_are_gone_from_the_public_at_once(
    cast: Cast, closed: Consultation, django_capture_on_commit_callbacks: Any
) -> None:
    one = make.contribution(closed, public_text="Речи које ће бити повучене")
    first = out(closed, cast)
    stored = [str(file.file) for file in files(first).values()]
    make.withdraw(one)
    # at once, and before any worker has seen it
    assert Client().get(address(closed, 1)).status_code == 404
    with django_capture_on_commit_callbacks(execute=True):
        tasks.make_editions()
    assert not any(map(default_storage.exists, stored))
    with scope(cast.cuprija):
        second = Edition.objects.select_related("consultation").get(number=2)
    assert second.state == EditionState.READY
    assert second.published_at is None
    assert "3" in second.changes
    assert second.outcome == "Постављамо расвету."
    for file in files(second).values():
        if file.kind in ("csv", "json"):
            assert "повучене" not in file.file.open().read().decode()
    with scope(cast.cuprija):
        editions.publish(second, by=cast.approver)
    assert Client().get(address(closed, 2)).status_code == 200
    assert editions.replace_outdated() == 0


def test_words_withdrawn_while_a_report_waits_are_not_published(cast: Cast, closed: Consultation) -> None:
    one = make.contribution(closed)
    edition = made(closed, cast)
    make.withdraw(one)
    with scope(cast.cuprija), pytest.raises(ActionNotAllowed):
        editions.publish(edition, by=cast.approver)
    tasks.make_editions()
    edition = again(edition)
    assert (edition.number, edition.facts["by_decision"]["withdrawn"]) == (1, 1)
    with scope(cast.cuprija):
        editions.publish(edition, by=cast.approver)


def test_a_deleted_comment_is_no_longer_quoted(cast: Cast, closed: Consultation) -> None:
    one = make.contribution(closed, way_in="comment")
    out(closed, cast)
    with scope(cast.cuprija):
        # the network told later that it was deleted before the report
        type(one).objects.filter(pk=one.pk).update(gone_at=make.AT)
    assert Client().get(address(closed, 1)).status_code == 404
    assert editions.replace_outdated() == 1


def test_a_killed_worker_is_followed_by_another(cast: Cast, closed: Consultation, monkeypatch: Any) -> None:
    edition = asked(closed, cast)

    def killed(*args: Any) -> Any:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(editions, "_settle", killed)
        with pytest.raises(SystemExit):
            editions.make(edition.pk)
    # its lease has not expired: nobody else touches it
    assert editions.due() == []
    editions.make(edition.pk)
    assert again(edition).state == EditionState.MAKING
    _expire(edition)
    assert editions.due() == [edition.pk]
    editions.make(edition.pk)
    assert again(edition).state == EditionState.READY


def test_a_slow_worker_keeps_its_lease_and_a_lost_one_stops(cast: Cast, closed: Consultation) -> None:
    edition = asked(closed, cast)
    leases: list[str] = []
    taken_over = {"making": {"attempts": 2, "lease_until": "2999-01-01"}}

    def watched(execute: Any, sql: str, *more: Any) -> Any:
        outcome = execute(sql, *more)
        if 'UPDATE "participation_edition"' in sql and not (leases and leases[-1] == "2999-01-01"):
            leases.append(again(edition).facts["making"]["lease_until"])
            if len(leases) == 4:  # another worker takes it over
                with scope(cast.cuprija):
                    Edition.objects.filter(pk=edition.pk).update(facts=taken_over)
        return outcome

    with connection.execute_wrapper(watched):
        editions.make(edition.pk)
    del leases[0]  # that of the claim
    assert len(leases) == 4
    assert leases[:3] == sorted(set(leases[:3]))
    assert again(edition).state == EditionState.MAKING
    assert not files(edition)


def test_three_attempts_and_then_it_says_so(cast: Cast, closed: Consultation, settings: Any, tmp_path: Any) -> None:
    edition = asked(closed, cast)
    place, no_directory = settings.MEDIA_ROOT, tmp_path / "full"
    no_directory.write_bytes(b"")
    settings.MEDIA_ROOT = no_directory
    for _ in range(3):
        with pytest.raises(OSError, match="full"):
            editions.make(edition.pk)
        _expire(edition)
    editions.make(edition.pk)
    edition = again(edition)
    assert edition.state == EditionState.FAILED
    assert edition.error
    settings.MEDIA_ROOT = place
    assert made(closed, cast).state == EditionState.READY


def _expire(edition: Edition) -> None:
    with scope(edition.municipality_id):
        row = Edition.objects.get(pk=edition.pk)
        row.facts["making"]["lease_until"] = (timezone.now() - timedelta(seconds=1)).isoformat()
        row.save(update_fields=["facts"])


def test_files_that_no_row_names_are_deleted_after_a_day(cast: Cast, closed: Consultation) -> None:
    edition = made(closed, cast)
    name = default_storage.save(f"{editions.FOLDER}stray.pdf", files(edition)["report.csv"].file)
    assert editions.purge_strays() == 0
    with time_machine.travel(timezone.now() + timedelta(days=2), tick=True):
        assert editions.purge_strays() == 1
    assert not default_storage.exists(name)
    assert all(default_storage.exists(str(file.file)) for file in files(edition).values())


def test_the_json_describes_its_own_columns(cast: Cast, closed: Consultation) -> None:
    edition = made(closed, cast)
    package = json.loads(files(edition)["report.json"].file.open().read())
    proposals = package["resources"][0]
    names = {field["name"] for field in proposals["schema"]["fields"]}
    assert all(set(row) == names for row in proposals["data"])
    assert {**package["consultation"]["counts"], "silenced": []} == edition.facts
    assert [row["number"] for row in proposals["data"]] == [1, 2]
