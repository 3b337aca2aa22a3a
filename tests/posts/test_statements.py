"""Statements that are made once answer as the ORM does: for several people and municipalities, with pauses of every
width, delegations and emergency rights."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from channels.domain import credentials
from channels.domain.pause import pause, pause_channel, pause_programme
from channels.models import AppRegistration
from common import audit, prepared
from common.models import AuditEvent
from common.prepared import array
from delivery import queries
from delivery.domain import attempts, pre_send_check
from delivery.domain import move as moves
from delivery.domain.claim import take_due
from delivery.enums import Outcome, ReasonCode, State
from delivery.models import Attempt, Delivery
from municipalities.domain.deciders import end_emergency
from municipalities.enums import Approval, Role
from municipalities.models import EmergencyRight
from municipalities.queries import today
from municipalities.tenancy import everywhere, scope
from platforms.types import Credential
from posts.editing.domain.create import create
from posts.editing.domain.save import Content, save_draft
from posts.models import Decision, Publication
from posts.publishing.domain import policy
from posts.review.domain import emergency
from posts.review.domain.approve import approve
from posts.scheduling.domain.schedule import publish_now
from tests.analytics.factories import channel
from tests.posts.deciders import member, on_the_list, stand_in, submitted
from tests.posts.desk import Desk

# Each is compared with the ORM below, or in tests/municipalities/test_prepared.py (`audit`), or in
# tests/portal/test_page_frame.py (of every page), test_page_statements.py or tests/benchmarks/test_page_statements.py;
# the last posts by their days in tests/mentoring/test_desk.py.
STATEMENTS = {
    "channels/domain/credentials.py": {"SEALED"},
    "analytics/comparison/queries/comparison.py": {"enrolled"},
    "analytics/dashboards/queries/post_figures.py": {"SUBJECTS"},
    "common/audit.py": {"EVENT"},
    "delivery/domain/attempts.py": {"CLOSED"},
    "delivery/domain/pre_send_check.py": {"FRESH", "SENT", "SENT_AGAIN"},
    "delivery/domain/move.py": {"MOVED", "_moves"},
    "delivery/queries.py": {"HEADS", "LOCKED", "LAST_NUMBERS", "UNDER_WAY", "NEXT_DUE"},
    "administration/queries/first_steps.py": {"OF_MUNICIPALITY"},
    "inbox/queries/answering.py": {"SAVED_ANSWERS", "SERVICES"},
    "inbox/queries/listing.py": {
        "ALIKE",
        "FOLLOW_UPS",
        "first_ids",
        "open_counts",
        "rows_by_id",
        "sizes_of_threads",
    },
    "inbox/queries/message_context.py": {"everything_of"},
    "inbox/queries/neighbours.py": {"TABLES", "steps_and_tables"},
    "inbox/queries/thread.py": {"REPLIES", "newest_of_conversation", "one_message"},
    "kits/queries.py": {"ADOPTED", "ADOPTIONS", "COMPARABLE", "KIT", "KITS", "PARTS", "TAKING_PART"},
    "mentoring/queries/desk.py": {"LAST_POSTS", "POSTS", "QUEUE"},
    "mentoring/queries/overviews.py": {"OF_SEVERAL", "OF_WRITER"},
    "mentoring/queries/people.py": {"OWN_PAIRINGS", "PAIRINGS_OF"},
    "mentoring/queries/progress.py": {"ENROLMENTS", "LEVELS", "POSTS"},
    "mentoring/queries/response.py": {"ABSENCES", "COMMENTS", "DECISIONS", "FEEDBACK"},
    "municipalities/queries.py": {"ACTIVE_SERVICES", "ENTRIES", "MEMBERS", "RUN_BY", "SPELLINGS", "WORKSPACE"},
    "notifications/queries.py": {"AS_MEMBER", "AS_MENTOR", "AS_STAFF"},
    "posts/coaching/published_phones.py": {"written"},
    "posts/home.py": {"decided", "listed", "shown"},
    "posts/queries.py": {
        "AMENDMENTS_OF_POST",
        "ASKED_WITHOUT_REPORT",
        "COMMENTS_OF_POST",
        "DECISIONS_OF_POST",
        "FOR_REVIEW",
        "LIVE_PUBLICATIONS",
        "LIVE_PUBLICATIONS_OF_SEVERAL",
        "PUBLICATIONS_OF_POST",
        "unfiltered_in_range",
    },
    "portal/context.py": {"RUN", "inside", "outside"},
    "posts/publishing/domain/policy.py": {"PUBLICATIONS", "PUBLICATION", "DECISIONS", "DECISIONS_OF_SEVERAL"},
}


def test_every_statement_is_held_against_the_orm() -> None:
    root = Path(settings.BASE_DIR)
    pattern = re.compile(
        r"^(?:def )?(\w+)(?: = |\(.*\n(?: .*\n){0,2}?    return )(?:prepared\.)?Prepared\w*\(", re.MULTILINE
    )
    packages = [path.parent for path in root.glob("*/__init__.py") if path.parent.name != "tests"]
    statements: dict[str, set[str]] = {}
    for path in sorted(path for package in packages for path in package.rglob("*.py")):
        text = path.read_text()
        if re.search(r"^from (common|municipalities)\.prepared import .*Prepared", text, flags=re.MULTILINE):
            calls = re.sub(r"(Prepared\w*\().*$", r"\1", text, flags=re.MULTILINE)
            statements[str(path.relative_to(root))] = set(pattern.findall(calls))
    assert statements == STATEMENTS


@pytest.fixture
def busy(desk: Desk) -> Desk:
    """Posts that are due in two municipalities: approved, approved by a delegate, an emergency, one that waits."""
    cast = desk.cast
    deputy = member(cast, "deputy", Role.OFFICER)
    stand_in(cast, deputy)
    on_the_list(cast, cast.officer)
    for by in (cast.approver, deputy):
        post = submitted(desk, hours=1)
        approve(post, desk.version(post), by=by)
    submitted(desk, hours=1, channels=(desk.mastodon.pk, desk.bluesky.pk))
    emergency.publish(desk.write("Вода није за пиће!"), reason="Пукла је цев на главном воду.", by=cast.officer)
    credentials.store(desk.mastodon, Credential("a", "b", None, account_id="7"))
    with scope(cast.novi_pazar):
        _post_of_another(desk)
    with everywhere("a test"):
        Delivery.objects.filter(state=State.SCHEDULED).update(next_at=timezone.now(), due_at=timezone.now())
    return desk


def _post_of_another(desk: Desk) -> None:
    municipality, by = desk.cast.novi_pazar, desk.cast.stranger
    municipality.approval = Approval.NONE
    municipality.save()
    page = channel(municipality, by)
    post = create(municipality, by=by)
    draft = desk.draft("Вода долази.", channels=(page.pk,))
    publish_now(save_draft(post, Content(draft, "", "", None), revision=post.revision, by=by).post, by=by)


def same(rows: list[Any], of_orm: Any) -> int:
    """Asserts that they are; JSON comes as text where nothing has read it. How many rows there are."""
    expected = list(of_orm)
    if not getattr(of_orm, "ordered", True):  # the database may then answer in any order
        rows, expected = (sorted(answer, key=lambda row: [str(value) for value in row]) for answer in (rows, expected))
    assert len(rows) == len(expected)
    for row, other in zip(rows, expected, strict=True):
        assert len(row) == len(other)
        for value, wanted in zip(row, other, strict=True):
            assert value == wanted or json.loads(value) == wanted
    return len(rows)


def paused(desk: Desk, by_whom: str) -> None:
    cast, reason = desk.cast, "Дан жалости"
    if by_whom == "municipality":
        pause(cast.cuprija, reason, by=cast.approver)
    if by_whom == "channel":
        pause_channel(desk.mastodon, reason, by=cast.approver)
    if by_whom == "programme":
        pause_programme(cast.programme, reason, by=cast.staff)
    if by_whom == "everybody":
        pause_programme(None, reason, by=cast.administrator)


@pytest.mark.parametrize("by_whom", ["nobody", "channel", "municipality", "programme", "everybody"])
def test_the_gate(busy: Desk, by_whom: str) -> None:
    paused(busy, by_whom)
    now, on = timezone.now(), today()
    ids = [busy.cast.cuprija.pk, busy.cast.novi_pazar.pk]
    with scope(*ids):
        deliveries = list(Delivery.objects.order_by("pk"))
        assert {delivery.municipality_id for delivery in deliveries} == set(ids)
        asked = {"municipalities": ids, "now": now, "today": on}
        rows = policy.PUBLICATIONS.rows(**asked, deliveries=array(delivery.pk for delivery in deliveries))
        orm = policy._publications(now, on, delivery__in=deliveries).order_by("delivery_id")
        assert same(sorted(rows, key=lambda row: row[0]), orm) == len(deliveries)
        assert any(row[-1] for row in rows) == (by_whom != "nobody")
        versions = set(Publication.objects.values_list("version_id", flat=True))
        rows = policy.DECISIONS_OF_SEVERAL.rows(municipalities=ids, versions=array(versions))
        assert same(rows, Decision.objects.order_by("pk").values_list(*policy.DECIDED)) >= 3
        by_column = dict(zip(policy.DECIDED, zip(*rows, strict=True), strict=True))
        assert set(by_column["for_whom_id"]) == {None, busy.cast.approver.pk}
        assert set(by_column["kind"]) == {"submitted", "approved", "emergency"}
    for delivery in deliveries:
        with scope(delivery.municipality_id):
            mine = {"municipality": delivery.municipality_id, "delivery": delivery.pk, "now": now, "today": on}
            assert same(policy.PUBLICATION.rows(**mine), policy._publications(now, on, delivery=delivery)) == 1
            (version,) = Publication.objects.filter(delivery=delivery).values_list("version_id", flat=True)
            rows = policy.DECISIONS.rows(municipality=delivery.municipality_id, version=version)
            same(rows, policy._decisions(version=version).values_list(*policy.DECIDED))


@pytest.mark.parametrize("by_whom", ["nobody", "channel", "municipality", "programme", "everybody"])
def test_the_verdicts_by_what_the_statements_answer(busy: Desk, by_whom: str) -> None:
    paused(busy, by_whom)
    with scope(busy.cast.cuprija, busy.cast.novi_pazar):
        by_approver, by_deputy, *waiting, emergency_post, of_another = Delivery.objects.order_by("pk")
        expected = {delivery.pk: ReasonCode.NOT_APPROVED for delivery in waiting}
        reason = PAUSE_REASONS[by_whom]
        elsewhere = reason if by_whom in ("programme", "everybody") else None
        expected |= {by_approver.pk: reason, by_deputy.pk: reason, emergency_post.pk: None, of_another.pk: elsewhere}
        assert reasons() == expected
        end_emergency(EmergencyRight.objects.get(), by=busy.cast.approver)
        expected[emergency_post.pk] = ReasonCode.NOT_APPROVED
        assert reasons() == expected


PAUSE_REASONS = {
    "nobody": None,
    "channel": ReasonCode.CHANNEL_PAUSED,
    "municipality": ReasonCode.PAUSED,
    "programme": ReasonCode.PROGRAMME_PAUSED,
    "everybody": ReasonCode.PROGRAMME_PAUSED,
}


def reasons() -> dict[int, ReasonCode | None]:
    """Why each delivery may not leave, None where it may; asked of all at once and of each, with equal answers."""
    deliveries = list(Delivery.objects.all())
    verdicts = policy.decide(deliveries)
    assert verdicts == {delivery.pk: policy.may_send(delivery) for delivery in deliveries}
    return {pk: verdict.reason for pk, verdict in verdicts.items()}


def answers(statement: Any, **given: Any) -> int:
    return same(statement.rows(**given), statement.make(SimpleNamespace(**given)))


def test_the_outbox(busy: Desk) -> None:
    now = timezone.now()
    with everywhere("a test"), transaction.atomic():
        assert answers(queries.HEADS, now=now) >= 2
        assert answers(queries.NEXT_DUE, now=now) == 1
        claimed = [work.delivery.pk for work in take_due(now, 50)]
        assert len(claimed) >= 2
        assert answers(queries.LAST_NUMBERS, deliveries=array(claimed)) == len(claimed)
        assert answers(queries.UNDER_WAY) == 2
        for delivery in Delivery.objects.all():
            count = answers(pre_send_check.FRESH, municipality=delivery.municipality_id, pk=delivery.pk)
            assert count == (delivery.pk in claimed)
    assert pre_send_check.FRESH._made.text.endswith(' FOR UPDATE OF "delivery_delivery"')


def test_whole_deliveries_with_what_belongs_to_them(busy: Desk) -> None:
    now = timezone.now()
    with everywhere("a test"), transaction.atomic():
        chosen = list(Delivery.objects.order_by("pk").values_list("pk", flat=True))
        Delivery.objects.filter(pk=chosen[1]).update(parent=chosen[0])
        orm = queries.ready(now).select_related("channel__credential", "parent").order_by("-urgent", "due_at", "pk")
        rows, expected = queries.locked(now, chosen), list(orm)
    assert len(rows) == len(expected) >= 3
    assert list(map(loaded, rows)) == list(map(loaded, expected))
    assert queries.LOCKED._made.text.endswith(' FOR UPDATE OF "delivery_delivery" SKIP LOCKED')
    assert {hasattr(row.channel, "credential") for row in rows} == {True, False}
    assert {row.parent_id for row in rows} == {None, chosen[0]}
    for row, other in zip(rows, expected, strict=True):
        for one, two in ((row, other), (row.channel, other.channel), (row.parent, other.parent)):
            assert everything(one) == everything(two)
        assert everything(getattr(row.channel, "credential", None)) == everything(
            getattr(other.channel, "credential", None)
        )


def everything(row: Any) -> Any:
    return row and (type(row), {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields})


def loaded(row: Any, depth: int = 3) -> dict[str, Any] | None:
    """The relations that are read without asking the database, with theirs; None where a row leads to nothing."""
    if row is None or not depth:
        return None
    return {name: loaded(related, depth - 1) for name, related in row._state.fields_cache.items()}


def test_the_keys_of_our_application(busy: Desk) -> None:
    AppRegistration.objects.create(platform="mastodon", server="https://a.example", redirect_uri="x", ciphertext="c")
    assert answers(credentials.SEALED, platform="mastodon", server="https://a.example") == 1
    assert answers(credentials.SEALED, platform="mastodon", server="https://b.example") == 0


def left(model: Any, change: Any) -> tuple[int, list[dict[str, Any]]]:
    """How many rows `change` changes, and how all rows stand then. It is undone."""
    with everywhere("a test"), transaction.atomic():
        point = transaction.savepoint()
        count = change()
        rows = list(model.objects.order_by("pk").values())
        transaction.savepoint_rollback(point)
    return count, rows


def test_updates(busy: Desk) -> None:
    now = timezone.now()
    claimed = [work.delivery.pk for work in take_due(now, 50)]
    with everywhere("a test"):
        Attempt.objects.filter(delivery__in=claimed).update(taken_at=now)
        attempt, other = Attempt.objects.filter(delivery__in=claimed).order_by("pk")[:2]
        Attempt.objects.filter(pk=other.pk).update(sent_at=now)
        ended = Attempt.objects.get(pk=attempt.pk)
        ended.pk, ended.number, ended.closed_at, ended.outcome = None, ended.number + 1, now, Outcome.NOT_REACHED
        ended.save()
        municipality = attempt.municipality_id
    closed = {"closed_at": now, "outcome": Outcome.OK, "detail": {"words": ["а", None]}}
    moved = {"state": State.FAILED, "reason": ReasonCode.REJECTED}
    besides = {"problem": "%s „не“", "lease_until": None, "notified_at": None, "state_at": now}
    sent, open_ = {"sent_at": now}, {"closed_at": None}
    mine, sending = {"municipality": municipality, "pk": attempt.pk}, {"pk": attempt.delivery_id, "state": "sending"}
    failed, all_of_them = {**sending, "state": "failed"}, {"pk__in": claimed, "state": "sending"}
    given_all = {"pk__in": array([*claimed, claimed[0]]), "state": "sending"}
    here, later = {"municipality": municipality}, now + timedelta(seconds=1)
    late = {**here, "pk": ended.pk}
    others = {"municipality": other.municipality_id, "pk": other.pk}
    again = {**others, "sent_at": now}
    whole, some = moves._moves(tuple(besides)), moves._moves(("attempt_count",))
    cases: list[tuple[Any, dict[str, Any], dict[str, Any], dict[str, Any], int]] = [
        (attempts.CLOSED, closed, mine, {**mine, **open_}, 1),
        (attempts.CLOSED, closed, {**mine, "pk": 0}, {**mine, "pk": 0, **open_}, 0),
        (attempts.CLOSED, closed, late, {**late, **open_}, 0),
        (pre_send_check.SENT, sent, mine, {**mine, **open_, "sent_at": None}, 1),
        (pre_send_check.SENT, sent, late, {**late, **open_, "sent_at": None}, 0),
        (pre_send_check.SENT, sent, others, {**others, **open_, "sent_at": None}, 0),
        (pre_send_check.SENT_AGAIN, sent, {**mine, "sent_at": now}, {**mine, **open_, "sent_at": now}, 0),
        (pre_send_check.SENT_AGAIN, {"sent_at": later}, again, {**again, **open_}, 1),
        (whole, {**moved, **besides}, {**sending, **here}, {**sending, **here}, 1),
        (some, {**moved, "attempt_count": 3}, {**failed, **here}, {**failed, **here}, 0),
        (moves.MOVED, {**moved, **besides}, given_all, all_of_them, len(claimed)),
        (moves.MOVED, {**moved, **besides}, {**given_all, "state": "failed"}, {**all_of_them, "state": "failed"}, 0),
    ]
    for statement, changes, given, where, count in cases:
        model = statement.model
        by_statement = left(model, lambda: statement.run(changes, **given))  # noqa: B023 -- called at once
        assert by_statement == left(model, lambda: model.objects.filter(**where).update(**changes))  # noqa: B023
        assert by_statement[0] == count


def test_nothing_knows_djangos_compiler() -> None:
    for name in ("common/prepared.py", "municipalities/prepared.py"):
        text = (Path(settings.BASE_DIR) / name).read_text()
        assert not re.search(r"get_compiler|UpdateQuery|klass_info|models\.sql|models\.query\b|results_iter", text)
    assert isinstance(audit.EVENT, prepared.PreparedInsert)
    assert audit.EVENT.model is AuditEvent
