"""New approvers, new entries of the emergency list and rights lent in another person's name wait."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.domain import people
from accounts.models import User
from common.errors import ActionNotAllowed
from common.models import AuditEvent
from common.sentences import sentence
from municipalities.domain import deciders, members, waiting
from municipalities.enums import Role
from municipalities.models import Delegation, EmergencyRight, Membership
from municipalities.queries import access, today
from municipalities.rules import TABLE, Verb
from municipalities.tasks import relax_due
from notifications.models import Notification
from tests.concurrency import at_once
from tests.people import Cast, person, sign_in

pytestmark = pytest.mark.usefixtures("english")

DECIDERS = "/m/cuprija/settings/deciding/"


def newcomer(cast: Cast, *, by: User | None = None) -> Membership:
    return members.join(person("newcomer"), cast.cuprija, Role.APPROVER, by=by or cast.approver)


def listed(cast: Cast, *, by: User | None = None) -> EmergencyRight:
    return deciders.allow_emergency(cast.cuprija, cast.officer, by=by or cast.approver)


def lent(cast: Cast, approver: User, *, by: User | None = None) -> Delegation:
    day = today()
    return deciders.delegate(
        cast.cuprija, approver=approver, to=cast.officer, starts_on=day, ends_on=day + timedelta(days=9),
        by=by or cast.approver,
    )  # fmt: skip


KINDS: dict[str, tuple[Callable[[Cast, User], Any], Verb, str, str]] = {
    "approver": (
        lambda cast, second: newcomer(cast),
        Verb.POST_APPROVE,
        "/m/cuprija/members/{}/confirm/",
        "/m/cuprija/members/{}/stop/",
    ),
    "emergency": (
        lambda cast, second: listed(cast),
        Verb.POST_EMERGENCY,
        DECIDERS + "emergency/{}/confirm/",
        DECIDERS + "emergency/{}/end/",
    ),
    "delegation": (
        lambda cast, second: lent(cast, second),
        Verb.POST_APPROVE,
        DECIDERS + "delegations/{}/confirm/",
        DECIDERS + "delegations/{}/end/",
    ),
}
every_kind = pytest.mark.parametrize("kind", KINDS)


def holds(row: Any, verb: Verb) -> bool:
    return access(waiting.holder(row), row.municipality).may(verb)


def later(**span: int) -> Any:
    return time_machine.travel(timezone.now() + timedelta(**span), tick=False)


def notified() -> dict[str, list[str]]:
    """Subjects about rights by the name of the person, oldest first."""
    subjects: dict[str, list[str]] = {}
    for row in Notification.objects.filter(kind="rights").select_related("user").order_by("pk"):
        subjects.setdefault(row.user.name, []).append(row.subject)
    return subjects


# ---- waiting


@every_kind
def test_it_holds_after_the_delay_and_not_before(cast: Cast, second: User, kind: str) -> None:
    make, verb, _confirm, _stop = KINDS[kind]
    row = make(cast, second)
    assert not holds(row, verb)
    with later(hours=23, minutes=59):
        relax_due()
        assert not holds(row, verb)
    with later(hours=24, minutes=1):
        assert not holds(row, verb)  # the clock alone gives no right: who gave it is asked again first
        relax_due()
        relax_due()
        assert holds(row, verb)
    events = AuditEvent.objects.filter(verb="member.right_holds")
    assert [sentence(event).startswith("After the delay a new right of") for event in events] == [True]


@every_kind
def test_another_approver_agrees_and_it_holds_at_once(cast: Cast, second: User, kind: str) -> None:
    make, verb, confirm, _stop = KINDS[kind]
    row = make(cast, second)
    page = sign_in(second).get(DECIDERS).text
    assert confirm.format(row.pk) in page
    assert sign_in(second).post(confirm.format(row.pk)).status_code == 302
    assert holds(row, verb)
    row.refresh_from_db()
    assert (row.waits_until, row.confirmed_by) == (None, second)
    assert "agreed to a new right" in notified()["Approver"][-1]


@every_kind
def test_who_gave_it_and_who_gets_it_do_not_agree(cast: Cast, second: User, kind: str) -> None:
    make, verb, confirm, _stop = KINDS[kind]
    row = make(cast, second)
    page = sign_in(cast.approver).get(DECIDERS).text
    assert confirm.format(row.pk) not in page
    for who in (cast.approver, waiting.holder(row), cast.administrator, cast.staff, cast.viewer):
        sign_in(who).post(confirm.format(row.pk))
        assert not holds(row, verb)
    with pytest.raises(ActionNotAllowed):
        waiting.confirm(row, by=cast.approver)


@every_kind
def test_another_approver_stops_it(cast: Cast, second: User, kind: str) -> None:
    make, verb, _confirm, stop = KINDS[kind]
    row = make(cast, second)
    assert stop.format(row.pk) in sign_in(second).get(DECIDERS).text
    assert sign_in(second).post(stop.format(row.pk)).status_code == 302
    with later(hours=30):
        relax_due()
        assert not holds(row, verb)
    assert "stopped a new right" in notified()["Approver"][-1]


@every_kind
@pytest.mark.parametrize("loss", ["ended", "switched off"])
def test_it_does_not_hold_when_who_gave_it_may_no_longer_give_it(
    cast: Cast, second: User, kind: str, loss: str
) -> None:
    make, verb, _confirm, _stop = KINDS[kind]
    row = make(cast, second)
    if loss == "ended":
        Membership.objects.filter(user=cast.approver).update(ended_at=timezone.now())
    else:
        User.objects.filter(pk=cast.approver.pk).update(is_active=False)
    with later(hours=25):
        relax_due()
        assert not holds(row, verb)
    row.refresh_from_db()
    assert row.ended_at is not None
    assert "does not take effect" in notified()["Second"][-1]
    assert AuditEvent.objects.filter(verb="member.drop_right").count() == 1


@every_kind
def test_another_municipality_is_not_found(cast: Cast, second: User, kind: str) -> None:
    make, _verb, confirm, stop = KINDS[kind]
    row, elsewhere = make(cast, second), person("elsewhere")
    Membership.objects.create(user=elsewhere, municipality=cast.novi_pazar, role=Role.APPROVER)
    for path in (confirm, stop):
        asked = path.format(row.pk)
        assert sign_in(elsewhere).post(asked).status_code == 404
        assert sign_in(elsewhere).post(asked.replace("cuprija", "novi-pazar")).status_code == 404
    row.refresh_from_db()
    assert row.ended_at is None
    assert row.waits_until is not None


@every_kind
def test_agreeing_twice_says_that_it_is_settled(cast: Cast, second: User, kind: str) -> None:
    make, _verb, confirm, _stop = KINDS[kind]
    row = make(cast, second)
    sign_in(second).post(confirm.format(row.pk))
    answer = sign_in(second).post(confirm.format(row.pk), follow=True)
    assert "settled in the meantime" in answer.text


@every_kind
def test_the_database_refuses_who_agrees_with_themselves(cast: Cast, second: User, kind: str) -> None:
    row = KINDS[kind][0](cast, second)
    for who in (cast.approver, waiting.holder(row)):
        with pytest.raises(IntegrityError), transaction.atomic():
            type(row).objects.filter(pk=row.pk).update(waits_until=None, confirmed_by=who)
    with pytest.raises(IntegrityError), transaction.atomic():
        type(row).objects.filter(pk=row.pk).update(confirmed_by=second)


@pytest.mark.django_db(transaction=True)
@every_kind
def test_agreeing_and_the_end_of_the_delay_at_once_settle_it_once(cast: Cast, second: User, kind: str) -> None:
    row = KINDS[kind][0](cast, second)
    type(row).objects.filter(pk=row.pk).update(waits_until=timezone.now() - timedelta(minutes=1))
    at_once(lambda: waiting.confirm(row, by=second), waiting.settle_due, waiting.settle_due, refusals=ActionNotAllowed)
    assert AuditEvent.objects.filter(verb__in=["member.confirm_right", "member.right_holds"]).count() == 1


# ---- a new approver


def test_until_then_a_new_approver_has_the_rights_of_an_officer_and_sees_from_when_they_decide(
    cast: Cast, second: User
) -> None:
    row = newcomer(cast)
    held = access(row.user, cast.cuprija)
    assert held.allowed == TABLE["officer"]
    assert held.decides_from == row.waits_until
    for path in ("/m/cuprija/", "/m/cuprija/members/", DECIDERS):
        assert "You are an approver, and do not decide yet" in sign_in(row.user).get(path).text
        assert "You are an approver, and do not decide yet" not in sign_in(second).get(path).text
    assert notified()["Newcomer"] == ["Ćuprija: you are an approver"]


def test_a_waiting_approver_reads_what_an_officer_reads_of_notifications(cast: Cast) -> None:
    from notifications.queries import roles_of

    row = newcomer(cast)
    assert roles_of([row.user])[row.user_id, cast.cuprija.pk] == {"officer"}


def test_a_waiting_approver_is_asked_for_no_decision_and_lends_nothing(cast: Cast, second: User) -> None:
    from posts.approval import approval_capacities
    from posts.approval import deciders as asked

    row = newcomer(cast)
    assert row.user not in asked(cast.cuprija)
    assert approval_capacities(row.user, cast.cuprija) == []
    with pytest.raises(ActionNotAllowed, match="Only an approver"):
        lent(cast, row.user, by=row.user)


def test_the_other_approvers_and_the_staff_hear_of_a_new_one(cast: Cast, second: User) -> None:
    newcomer(cast)
    subjects = notified()
    assert set(subjects) == {"Second", "Staff", "Newcomer"}
    assert subjects["Second"] == ["Ćuprija: Approver made Newcomer an approver"]
    row = Notification.objects.get(user=second)
    assert row.url == f"{DECIDERS}#policy"
    assert "It takes effect on" in row.body
    assert sign_in(cast.staff).get(DECIDERS).status_code == 200


def test_without_another_approver_the_administrators_hear_of_it(cast: Cast) -> None:
    newcomer(cast)
    assert set(notified()) == {"Administrator", "Staff", "Newcomer"}


def test_a_role_that_an_administrator_changes_waits_too(cast: Cast, second: User) -> None:
    row = Membership.objects.get(user=cast.officer)
    path = f"/m/cuprija/members/{row.pk}/"
    assert sign_in(cast.administrator).post(path, {"role": "approver"}).status_code == 302
    assert not access(cast.officer, cast.cuprija).may(Verb.POST_APPROVE)
    assert set(notified()) == {"Approver", "Second", "Staff", "Officer"}
    sign_in(cast.administrator).post(path, {"role": "officer"})
    row.refresh_from_db()
    assert (row.role, row.waits_until) == ("officer", None)


def test_the_second_of_two_first_approvers_waits_for_the_first(cast: Cast) -> None:
    first, other = person("first"), person("other")
    members.join(first, cast.novi_pazar, Role.APPROVER, by=cast.administrator)
    row = members.join(other, cast.novi_pazar, Role.APPROVER, by=cast.administrator)
    assert access(first, cast.novi_pazar).may(Verb.POST_APPROVE)
    assert not access(other, cast.novi_pazar).may(Verb.POST_APPROVE)
    waiting.confirm(row, by=first)
    assert access(other, cast.novi_pazar).may(Verb.POST_APPROVE)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_become_the_first_approver_at_once_one_waits(cast: Cast) -> None:
    people = (person("first"), person("other"))

    def joins(user: User) -> Callable[[], Any]:
        return lambda: members.join(user, cast.novi_pazar, Role.APPROVER, by=cast.administrator)

    at_once(*(joins(user) for user in people))
    assert sorted(access(user, cast.novi_pazar).may(Verb.POST_APPROVE) for user in people) == [False, True]


def test_the_others_hear_when_an_approver_is_sent_away(cast: Cast, second: User) -> None:
    members.end(Membership.objects.get(user=second), by=cast.approver)
    assert notified()["Second"] == ["Ćuprija: Second is no longer an approver"]
    assert set(notified()) == {"Second", "Administrator", "Staff"}
    page = sign_in(second).get("/notifications/").text
    assert "Second is no longer an approver" in page


def test_a_stopped_newcomer_sees_what_became_of_it(cast: Cast, second: User) -> None:
    row = newcomer(cast)
    members.end(row, by=second)
    assert "stopped a new right of Newcomer" in sign_in(row.user).get("/notifications/").text


@pytest.mark.parametrize("way", ["stopped", "dropped"])
def test_an_officer_whose_new_role_does_not_take_effect_stays_an_officer(cast: Cast, second: User, way: str) -> None:
    row = Membership.objects.get(user=cast.officer)
    members.change_role(row, Role.APPROVER, by=cast.approver)
    if way == "stopped":
        sign_in(second).post(f"/m/cuprija/members/{row.pk}/stop/")
    else:
        Membership.objects.filter(user=cast.approver).update(ended_at=timezone.now())
        with later(hours=25):
            relax_due()
    row.refresh_from_db()
    assert (row.role, row.ended_at, row.waits_until, row.former_role) == ("officer", None, None, "")
    assert access(cast.officer, cast.cuprija).allowed == TABLE["officer"]


def test_a_former_role_that_came_back_by_itself_is_not_doubled(cast: Cast, second: User) -> None:
    row = Membership.objects.get(user=cast.officer)
    members.change_role(row, Role.APPROVER, by=cast.approver)
    members.join(cast.officer, cast.cuprija, Role.OFFICER, by=second)
    waiting.stop(row, by=second)
    running = Membership.objects.running().filter(user=cast.officer)
    assert [membership.role for membership in running] == ["officer"]


def test_only_approvers_wait(cast: Cast) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.filter(user=cast.officer).update(waits_until=timezone.now())


# ---- the emergency list and those who stand in


def test_of_a_new_entry_of_the_emergency_list_the_other_approvers_hear(cast: Cast, second: User) -> None:
    listed(cast)
    assert set(notified()) == {"Second", "Officer"}
    assert notified()["Second"] == ["Ćuprija: Approver put Officer on the emergency list"]
    assert notified()["Officer"] == ["Ćuprija: you are on the emergency list"]


def test_who_lends_their_own_right_does_so_at_once_and_the_others_hear_of_it(cast: Cast, second: User) -> None:
    row = lent(cast, cast.approver)
    assert row.waits_until is None
    assert access(cast.officer, cast.cuprija).may(Verb.POST_APPROVE)
    assert set(notified()) == {"Second", "Officer"}


def test_whose_right_is_lent_by_somebody_else_hears_of_it_and_may_stop_it(cast: Cast, second: User) -> None:
    lent(cast, second, by=cast.administrator)
    assert set(notified()) == {"Approver", "Second", "Officer"}
    assert "let Officer stand in for Second" in notified()["Second"][0]
    row = Delegation.objects.get()
    sign_in(second).post(f"{DECIDERS}delegations/{row.pk}/end/")
    assert not access(cast.officer, cast.cuprija).may(Verb.POST_APPROVE)


def test_in_a_municipality_without_an_approver_the_list_holds_at_once(cast: Cast) -> None:
    right = deciders.allow_emergency(cast.novi_pazar, cast.stranger, by=cast.administrator)
    assert right.waits_until is None
    assert access(cast.stranger, cast.novi_pazar).may(Verb.POST_EMERGENCY)


def test_the_page_asks_the_same_number_of_queries_however_much_waits(
    cast: Cast, second: User, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    client = sign_in(second)
    listed(cast)
    client.get(DECIDERS)
    with django_assert_max_num_queries(14) as few:
        client.get(DECIDERS)
    for number in range(8):
        user = person(f"new{number}")
        members.join(user, cast.cuprija, Role.APPROVER, by=cast.approver)
        deciders.allow_emergency(cast.cuprija, user, by=cast.approver)
    with django_assert_num_queries(len(few.captured_queries)):
        client.get(DECIDERS)


# ---- an account that is switched on again


def test_an_approver_whose_account_is_switched_on_again_waits_and_the_others_are_notified(
    cast: Cast, second: User
) -> None:
    people.deactivate(second, by=cast.administrator)
    Notification.objects.all().delete()
    people.reactivate(second, by=cast.administrator)
    membership = second.memberships.get()
    assert membership.waits_until is not None
    assert not access(second, cast.cuprija).may(Verb.POST_APPROVE)
    assert Notification.objects.filter(user=cast.approver, kind="rights").exists()
    waiting.confirm(membership, by=cast.approver)
    assert access(second, cast.cuprija).may(Verb.POST_APPROVE)


def test_the_only_approver_decides_at_once_when_switched_on_again(cast: Cast) -> None:
    people.deactivate(cast.approver, by=cast.administrator)
    people.reactivate(cast.approver, by=cast.administrator)
    assert access(cast.approver, cast.cuprija).may(Verb.POST_APPROVE)


def test_an_active_account_that_is_switched_on_stays_as_it_is(cast: Cast, second: User) -> None:
    people.reactivate(second, by=cast.administrator)
    assert second.memberships.get().waits_until is None
    assert not AuditEvent.objects.filter(verb="account.reactivate").exists()


def test_a_stopped_return_ends_the_membership(cast: Cast, second: User) -> None:
    people.deactivate(second, by=cast.administrator)
    people.reactivate(second, by=cast.administrator)
    waiting.stop(second.memberships.get(), by=cast.approver)
    assert second.memberships.get().ended_at is not None


# ---- whoever gave it loses the right to


def test_a_waiting_right_ends_with_the_right_of_whoever_gave_it(cast: Cast, second: User) -> None:
    row = newcomer(cast)
    members.change_role(cast.approver.memberships.get(), Role.OFFICER, by=second)
    row.refresh_from_db()
    assert row.ended_at is not None
    assert AuditEvent.objects.get(verb="member.drop_right").actor_id == second.pk


def test_a_right_that_has_taken_effect_outlives_whoever_gave_it(cast: Cast, second: User) -> None:
    row = newcomer(cast)
    waiting.confirm(row, by=second)
    members.change_role(cast.approver.memberships.get(), Role.OFFICER, by=second)
    row.refresh_from_db()
    assert row.ended_at is None
