"""House rules that become weaker wait: what becomes of them, who is notified, that nobody agrees with themselves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from common.errors import ActionNotAllowed
from common.models import AuditEvent, MailMessage
from common.sentences import sentence
from municipalities.domain import house_rules, members
from municipalities.enums import Approval, ChangeOutcome, Role
from municipalities.forms import RulesForm
from municipalities.models import Enrolment, Membership, Municipality, RuleChange
from municipalities.rules import NOT_ABOUT_DECISIONS, RELAXES, is_relaxed
from municipalities.tasks import relax_due
from municipalities.tenancy import everywhere, scope
from notifications.domain.send import send_due
from notifications.models import Notification
from tests.concurrency import REFUSED, at_once
from tests.people import Cast, person, sign_in

pytestmark = pytest.mark.usefixtures("english")

REASON = "Two colleagues are on holiday until Monday."
PAGE = "/m/cuprija/settings/rules/"
FORM = {
    "approval": "one",
    "emergency_review_hours": "24",
    "primary_script": "Cyrl",
    "move_window_hours": "24",
    "not_after_minutes": "120",
}


def asked(cast: Cast, *, by: User | None = None, **values: Any) -> RuleChange:
    values = values or {"approval": Approval.NONE}
    waiting = house_rules.edit(cast.cuprija, values, by=by or cast.approver, reason=REASON).waiting
    assert waiting is not None
    return waiting


def agree(change: RuleChange, *, by: User) -> bool:
    with scope(change.municipality_id):
        return house_rules.confirm(change, by=by)


def stop(change: RuleChange, *, by: User) -> None:
    with scope(change.municipality_id):
        house_rules.stop(change, by=by)


def again(change: RuleChange) -> RuleChange:
    with everywhere("a test"):
        return RuleChange.objects.select_related("ended_by").get(pk=change.pk)


def rule(name: str = "approval") -> Any:
    return getattr(Municipality.objects.get(slug="cuprija"), name)


def later(**span: int) -> Any:
    return time_machine.travel(timezone.now() + timedelta(**span), tick=False)


def notified(kind: str = "rules") -> dict[str, list[str]]:
    """Subjects by the name of the person, oldest first."""
    subjects: dict[str, list[str]] = {}
    for row in Notification.objects.filter(kind=kind).select_related("user").order_by("pk"):
        subjects.setdefault(row.user.name, []).append(row.subject)
    return subjects


def verbs() -> list[str]:
    events = AuditEvent.objects.filter(verb__startswith="municipality.").order_by("id")
    return list(events.values_list("verb", flat=True))


# ---- which direction is a relaxation


def test_every_house_rule_is_either_about_decisions_or_says_why_not() -> None:
    fields = set(RulesForm._meta.fields or ())
    assert set(RELAXES) | set(NOT_ABOUT_DECISIONS) == fields
    assert not set(RELAXES) & set(NOT_ABOUT_DECISIONS)
    assert {name for name in fields if not hasattr(Municipality, name)} == set()


def test_every_field_of_the_workspace_is_a_house_rule_or_something_else() -> None:
    """A new rule of the model has to be classified, also where no form shows it yet."""
    elsewhere = {
        "id", "slug", "name_cyrl", "name_latn", "name_en", "search_key", "kind", "district", "official_languages",
        "forms", "population", "population_year", "population_source", "website", "arms", "colour", "office_hours",
        "joined_on", "is_practice", "is_demo",
    }  # fmt: skip
    fields = {field.name for field in Municipality._meta.concrete_fields}
    assert fields - elsewhere == set(RELAXES) | set(NOT_ABOUT_DECISIONS)


@pytest.mark.parametrize(
    ("name", "weaker", "stronger"),
    [
        ("approval", "none", "one"),
        ("approval", "one", "mentor"),
        ("approval", "mentor", "two"),
        ("may_approve_own", True, False),
        ("answers_need_approval", False, True),
        ("decides_by_mail", True, False),
        ("move_window_hours", 25, 24),
        ("emergency_review_hours", 2, 1),
    ],
)
def test_one_direction_of_a_rule_is_a_relaxation(name: str, weaker: Any, stronger: Any) -> None:
    assert is_relaxed(name, stronger, weaker)
    assert not is_relaxed(name, weaker, stronger)
    assert not is_relaxed(name, weaker, weaker)


def test_every_way_of_approving_has_its_strength() -> None:
    for before in Approval:
        for after in Approval:
            assert is_relaxed("approval", before, after) + is_relaxed("approval", after, before) == (before != after)


# ---- asking


def test_what_is_stricter_holds_at_once_and_what_is_weaker_waits_in_the_same_form(cast: Cast, second: User) -> None:
    body = {**FORM, "approval": "two", "move_window_hours": "48", "primary_script": "Latn", "reason": REASON}
    assert sign_in(cast.approver).post(f"{PAGE}save/", body).status_code == 302
    assert (rule(), rule("move_window_hours"), rule("primary_script")) == ("two", 24, "Latn")
    with scope(cast.cuprija):
        change = RuleChange.objects.get()
    assert change.values == {"move_window_hours": {"before": 24, "after": 48}}
    assert (change.by, change.reason) == (cast.approver, REASON)
    assert change.effective_at - change.asked_at == timedelta(hours=24)
    assert verbs() == ["municipality.edit_rules", "municipality.ask_rules"]


@pytest.mark.parametrize("reason", ["", "   ", "too short", "a            b"])
def test_a_relaxation_without_a_reason_is_refused_at_the_field(cast: Cast, reason: str) -> None:
    page = sign_in(cast.approver).post(f"{PAGE}save/", {**FORM, "approval": "none", "reason": reason})
    assert page.status_code == 422
    assert 'id="id_reason_error"' in page.text
    assert rule() == "one"
    with pytest.raises(ActionNotAllowed), scope(cast.cuprija):
        house_rules.edit(cast.cuprija, {"approval": "none"}, by=cast.approver, reason=reason)


def test_a_reason_is_at_most_five_hundred_characters(cast: Cast) -> None:
    page = sign_in(cast.approver).post(f"{PAGE}save/", {**FORM, "approval": "none", "reason": "x" * 501})
    assert (page.status_code, rule()) == (422, "one")
    assert 'id="id_reason_error"' in page.text


def test_what_is_stricter_needs_no_reason(cast: Cast, second: User) -> None:
    assert sign_in(cast.approver).post(f"{PAGE}save/", {**FORM, "approval": "two"}).status_code == 302
    assert rule() == "two"


def test_two_approvers_are_not_required_where_there_is_one(cast: Cast) -> None:
    page = sign_in(cast.approver).post(f"{PAGE}save/", {**FORM, "approval": "two"})
    assert (page.status_code, rule()) == (422, "one")
    assert "Approver is the only one: no post would go out any more" in page.text


def test_it_is_not_said_that_others_can_agree_where_there_are_none(cast: Cast) -> None:
    body = {**FORM, "approval": "none", "reason": REASON}
    page = sign_in(cast.approver).post(f"{PAGE}save/", body, follow=True).text
    assert "nobody can agree to them earlier" in page
    assert "Nobody else approves here who could agree to it earlier or stop it." in page
    assert "Another approver can agree" not in page


def test_who_can_agree_is_named(cast: Cast, second: User) -> None:
    body = {**FORM, "approval": "none", "reason": REASON}
    assert (
        "These people can agree to them or stop them: Second."
        in sign_in(cast.approver).post(f"{PAGE}save/", body, follow=True).text
    )


def test_a_second_relaxation_is_refused_while_one_waits(cast: Cast) -> None:
    asked(cast)
    body = {**FORM, "may_approve_own": "on", "approval": "two", "reason": REASON}
    page = sign_in(cast.administrator).post(f"{PAGE}save/", {**body, "approval": "one"})
    assert page.status_code == 422
    assert "wait already" in page.text
    assert rule("may_approve_own") is False


def test_hostile_words_stay_words(cast: Cast, second: User) -> None:
    hostile = '<script>alert(1)</script> {{ 7|add:1 }} %(person)s \u202e "onload=x'
    body = {**FORM, "approval": "none", "reason": hostile}
    assert sign_in(cast.approver).post(f"{PAGE}save/", body).status_code == 302
    page = sign_in(second).get(PAGE).text
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ 7|add:1 }} %(person)s" in page
    assert "<script>alert(1)" not in sign_in(second).get("/m/cuprija/activity/").text
    send_due()
    mail = MailMessage.objects.get(to=second.email)
    assert hostile in mail.body
    refused = sign_in(cast.approver).post(f"{PAGE}save/", {**body, "may_approve_own": "on", "reason": "\0" * 12})
    assert refused.status_code == 422


def test_a_municipality_without_an_approver_sets_its_rules_at_once(cast: Cast) -> None:
    edited = house_rules.edit(
        cast.novi_pazar, {"approval": Approval.NONE}, by=cast.administrator, reason="Nobody is here yet."
    )
    assert (edited.changed, edited.waiting) == (["approval"], None)
    assert Municipality.objects.get(slug="novi-pazar").approval == "none"


# ---- what becomes of it


def test_it_takes_effect_after_the_delay_and_not_before(cast: Cast) -> None:
    change = asked(cast)
    with later(hours=23, minutes=59):
        relax_due()
        assert rule() == "one"
    with later(hours=24, minutes=1):
        relax_due()
        relax_due()
    assert rule() == "none"
    assert again(change).outcome == ChangeOutcome.APPLIED
    assert verbs().count("municipality.apply_rules") == 1


def test_another_approver_agrees_and_it_holds_at_once(cast: Cast, second: User) -> None:
    change = asked(cast)
    page = sign_in(second).get(PAGE).text
    assert "Agree now" in page
    assert sign_in(second).post(f"{PAGE}relaxations/{change.pk}/confirm/").status_code == 302
    assert rule() == "none"
    assert (again(change).outcome, again(change).ended_by) == (ChangeOutcome.CONFIRMED, second)
    assert "Rules that are to be relaxed" not in sign_in(second).get(PAGE).text


def test_a_relaxation_is_dropped_when_its_asker_loses_the_right(cast: Cast, second: User) -> None:
    house_rules.edit(cast.cuprija, {"may_approve_own": True}, by=cast.approver, reason="We are on holiday")
    members.change_role(cast.approver.memberships.get(), Role.OFFICER, by=second)
    with scope(cast.cuprija):
        row = RuleChange.objects.get()
    assert row.outcome == ChangeOutcome.DROPPED
    assert AuditEvent.objects.get(verb="municipality.drop_rules").actor_id == second.pk
    with time_machine.travel(row.effective_at + timedelta(minutes=1)):
        relax_due()
    assert Municipality.objects.get(pk=cast.cuprija.pk).may_approve_own is False


@pytest.mark.parametrize("who", ["second", "administrator"])
def test_another_person_stops_it(cast: Cast, second: User, who: str) -> None:
    change, by = asked(cast), second if who == "second" else cast.administrator
    assert ">Stop<" in sign_in(by).get(PAGE).text
    assert sign_in(by).post(f"{PAGE}relaxations/{change.pk}/stop/").status_code == 302
    with later(hours=30):
        relax_due()
    assert rule() == "one"
    assert (again(change).outcome, again(change).ended_by) == (ChangeOutcome.STOPPED, by)


def test_who_asked_withdraws_and_neither_agrees_nor_stops(cast: Cast, second: User) -> None:
    change, client = asked(cast), sign_in(cast.approver)
    page = client.get(PAGE).text
    assert "Withdraw" in page
    assert "Agree now" not in page
    client.post(f"{PAGE}relaxations/{change.pk}/confirm/")
    assert rule() == "one"
    assert again(change).ended_at is None
    client.post(f"{PAGE}relaxations/{change.pk}/stop/")
    assert again(change).outcome == ChangeOutcome.WITHDRAWN


def test_an_administrator_does_not_agree_in_the_name_of_the_municipality(cast: Cast) -> None:
    change = asked(cast)
    assert sign_in(cast.administrator).post(f"{PAGE}relaxations/{change.pk}/confirm/").status_code == 403
    with pytest.raises(ActionNotAllowed, match="another approver"):
        agree(change, by=cast.administrator)
    assert rule() == "one"


def test_who_stands_in_for_an_approver_does_not_agree(cast: Cast, second: User) -> None:
    from municipalities.domain.deciders import delegate
    from municipalities.queries import today

    delegate(cast.cuprija, approver=second, to=cast.officer, starts_on=today(), ends_on=today(), by=second)
    change = asked(cast)
    assert sign_in(cast.officer).post(f"{PAGE}relaxations/{change.pk}/confirm/").status_code == 403
    with pytest.raises(ActionNotAllowed):
        agree(change, by=cast.officer)


def test_a_stricter_rule_stops_what_was_to_relax_it_and_leaves_the_rest(cast: Cast, second: User) -> None:
    change = asked(cast, approval=Approval.NONE, move_window_hours=48)
    house_rules.edit(cast.cuprija, {"approval": Approval.TWO}, by=second)
    assert again(change).values == {"move_window_hours": {"before": 24, "after": 48}}
    assert again(change).ended_at is None
    house_rules.edit(cast.cuprija, {"move_window_hours": 12}, by=second)
    assert again(change).outcome == ChangeOutcome.STOPPED
    with later(hours=30):
        relax_due()
    assert (rule(), rule("move_window_hours")) == ("two", 12)


@pytest.mark.parametrize("loss", ["ended", "officer", "switched off"])
def test_it_is_dropped_when_who_asked_may_no_longer_ask(cast: Cast, second: User, loss: str) -> None:
    change, row = asked(cast), Membership.objects.filter(user=cast.approver)
    if loss == "ended":
        row.update(ended_at=timezone.now())
    elif loss == "officer":
        row.update(role=Role.OFFICER)
    else:
        User.objects.filter(pk=cast.approver.pk).update(is_active=False)
    with later(hours=25):
        relax_due()
    assert rule() == "one"
    assert (again(change).outcome, again(change).ended_by) == (ChangeOutcome.DROPPED, None)
    assert verbs()[-1] == "municipality.drop_rules"
    assert "not relaxed" in notified()["Second"][-1]


def test_agreeing_to_what_somebody_may_no_longer_ask_for_changes_nothing(cast: Cast, second: User) -> None:
    change = asked(cast)
    Membership.objects.filter(user=cast.approver).update(ended_at=timezone.now())
    sign_in(second).post(f"{PAGE}relaxations/{change.pk}/confirm/")
    assert rule() == "one"
    assert again(change).outcome == ChangeOutcome.DROPPED


# ---- at the same moment


def outcomes(*acts: Callable[[], Any]) -> list[str]:
    """Of acts that begin at once: "done" or "refused", sorted."""
    results = at_once(*acts, refusals=ActionNotAllowed)
    return sorted(REFUSED if result == REFUSED else "done" for result in results)


@pytest.mark.django_db(transaction=True)
def test_agreeing_and_stopping_at_once_is_one_of_the_two(cast: Cast, second: User) -> None:
    third = person("third")
    Membership.objects.create(user=third, municipality=cast.cuprija, role=Role.APPROVER)
    for _round in range(4):
        change = asked(cast)
        acts = (lambda: agree(change, by=second), lambda: stop(change, by=third))  # noqa: B023
        assert outcomes(*acts) == ["done", "refused"]
        ended = again(change)
        assert (rule() == "none") == (ended.outcome == ChangeOutcome.CONFIRMED)
        Municipality.objects.filter(slug="cuprija").update(approval="one")


@pytest.mark.django_db(transaction=True)
def test_two_workers_relax_once(cast: Cast, second: User) -> None:
    change = asked(cast)
    with everywhere("a test"):
        past = timezone.now() - timedelta(minutes=1)
        RuleChange.objects.update(effective_at=past, asked_at=past - timedelta(hours=24))
    assert outcomes(house_rules.apply_due, house_rules.apply_due) == ["done", "done"]
    assert again(change).outcome == ChangeOutcome.APPLIED
    assert verbs().count("municipality.apply_rules") == 1
    assert len(notified()["Second"]) == 2


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_at_once_leave_one_change(cast: Cast, second: User) -> None:
    acts = [lambda by=by: asked(cast, by=by) for by in (cast.approver, second)]
    assert outcomes(*acts) == ["done", "refused"]


# ---- the database


@pytest.mark.parametrize(
    "wrong",
    [
        {"outcome": "confirmed", "own": True},
        {"outcome": "stopped", "own": True},
        {"outcome": "withdrawn", "own": False},
        {"outcome": "confirmed", "own": None},
        {"outcome": "applied", "own": None},  # before its time
        {"outcome": ""},
    ],
)
def test_the_database_refuses_ends_that_cannot_be(cast: Cast, second: User, wrong: dict[str, Any]) -> None:
    change = asked(cast)
    ended_by = {True: cast.approver, False: second, None: None}[wrong.get("own")]
    with everywhere("a test"), pytest.raises(IntegrityError), transaction.atomic():
        RuleChange.objects.filter(pk=change.pk).update(
            outcome=wrong["outcome"], ended_at=timezone.now(), ended_by=ended_by
        )


# ---- who hears of it


def test_the_other_approvers_and_the_staff_hear_at_once_and_who_asked_does_not(cast: Cast, second: User) -> None:
    asked(cast)
    assert set(notified()) == {"Second", "Staff"}
    assert notified()["Second"] == ["Ćuprija: Approver requests to relax the rules about who decides"]
    row = Notification.objects.get(user=second)
    assert "Who approves posts: One approver → No one" in row.body
    assert REASON in row.body
    assert "It takes effect on" in row.body
    assert row.url == PAGE
    for reader in (second, cast.staff):
        page = sign_in(reader).get(PAGE)
        assert page.status_code == 200
        assert REASON in page.text
    assert ">Stop<" not in sign_in(cast.staff).get(PAGE).text


def test_staff_of_a_programme_that_is_over_hear_nothing(cast: Cast, second: User) -> None:
    Enrolment.objects.update(ends_on=timezone.localdate() - timedelta(days=1))
    asked(cast)
    assert set(notified()) == {"Second"}


def test_without_another_approver_the_administrators_hear_it(cast: Cast) -> None:
    asked(cast)
    assert set(notified()) == {"Administrator", "Staff"}


def test_a_stricter_rule_is_notified_and_one_that_decides_nothing_is_not(cast: Cast, second: User) -> None:
    house_rules.edit(cast.cuprija, {"primary_script": "Latn", "not_after_minutes": 60}, by=cast.approver)
    assert notified() == {}
    house_rules.edit(cast.cuprija, {"approval": Approval.TWO}, by=cast.approver)
    assert notified()["Second"] == ["Ćuprija: Approver changed the rules about who decides"]


def test_it_comes_in_the_language_of_the_reader_and_cannot_be_switched_off(cast: Cast, second: User) -> None:
    from notifications.domain import choose
    from notifications.enums import MailFrequency, NotificationKind
    from notifications.models import MailPreference

    choose.unsubscribe(second, [NotificationKind.RULES, NotificationKind.RIGHTS])
    MailPreference.objects.create(user=second, kind=NotificationKind.RULES, frequency=MailFrequency.DIGEST)
    night = timezone.now().astimezone(timezone.get_default_timezone()).replace(hour=3, minute=0)
    with time_machine.travel(night + timedelta(days=1), tick=False):
        asked(cast)
        send_due()
    mail = MailMessage.objects.get(to=second.email)
    assert "requests to relax" in mail.subject
    assert "Mail of this kind always comes at once." in mail.body
    assert "List-Unsubscribe" not in mail.headers
    assert 'name="how-rules"' not in sign_in(second).get("/account/notifications/").text


def test_who_asked_hears_what_became_of_it(cast: Cast, second: User) -> None:
    stop(asked(cast), by=second)
    assert notified()["Approver"] == ["Ćuprija: Second stopped that the rules about who decides are relaxed"]
    agree(asked(cast), by=second)
    assert notified()["Approver"][-1] == "Ćuprija: Second agreed to relax the rules about who decides"
    Municipality.objects.filter(slug="cuprija").update(approval="one")
    asked(cast)
    with later(hours=25):
        relax_due()
    assert notified()["Approver"][-1] == "Ćuprija: the relaxed rules about who decides are in force"


def test_the_activity_says_it_in_sentences(cast: Cast, second: User) -> None:
    agree(asked(cast), by=second)
    sentences = [sentence(event) for event in AuditEvent.objects.filter(verb__endswith="_rules").order_by("id")]
    assert sentences == [
        f"Requested to relax the house rules: who approves posts. Reason: {REASON}",
        "Agreed to relaxed house rules: who approves posts. Requested by Approver",
    ]


# ---- the doors


@pytest.mark.parametrize("act", ["confirm", "stop"])
def test_another_municipality_is_not_found(cast: Cast, act: str) -> None:
    change, elsewhere = asked(cast), person("elsewhere")
    Membership.objects.create(user=elsewhere, municipality=cast.novi_pazar, role=Role.APPROVER)
    client = sign_in(elsewhere)
    assert client.post(f"{PAGE}relaxations/{change.pk}/{act}/").status_code == 404
    assert client.post(f"/m/novi-pazar/settings/rules/relaxations/{change.pk}/{act}/").status_code == 404
    assert again(change).ended_at is None


@pytest.mark.parametrize("who", ["officer", "viewer", "mentor", "staff"])
@pytest.mark.parametrize("act", ["confirm", "stop"])
def test_too_little_right_is_refused(cast: Cast, who: str, act: str) -> None:
    change = asked(cast)
    assert sign_in(getattr(cast, who)).post(f"{PAGE}relaxations/{change.pk}/{act}/").status_code == 403
    assert again(change).ended_at is None


def test_the_page_asks_the_same_number_of_queries_with_and_without(
    cast: Cast, second: User, django_assert_max_num_queries: Any
) -> None:
    client = sign_in(second)
    client.get(PAGE)
    asked(cast, approval=Approval.NONE, move_window_hours=48, emergency_review_hours=100)
    with django_assert_max_num_queries(12):
        client.get(PAGE)
