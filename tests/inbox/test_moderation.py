"""Who decides that a comment is hidden: reasons, the copy, the second person, undoing, objections."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest

from django.db import IntegrityError, transaction
from django.utils import timezone

from common.errors import ActionNotAllowed
from common.models import AuditEvent
from inbox.domain import moderate, triage
from inbox.enums import MessageKind, MessageState
from inbox.models import Message, Moderation
from inbox.moderation_rules import AppealDecision, ModerationReason, ModerationRequest, ModerationState
from municipalities.tenancy import scope
from notifications.models import Notification
from tests.inbox.conftest import MunicipalityInbox
from tests.people import sign_in

LIST = "/m/cuprija/inbox/moderation/"


def proposed(
    municipality: MunicipalityInbox,
    message: Message,
    reason: str = ModerationReason.THREAT,
    act: str = "hide",
    by: Any = None,
) -> Moderation:
    with scope(municipality.cast.cuprija):
        return moderate.propose(
            message, ModerationRequest(reason, act, "Прети шефу водовода."), by=by or municipality.cast.officer
        )


def now_of(municipality: MunicipalityInbox, row: Moderation) -> Moderation:
    with scope(municipality.cast.cuprija):
        return Moderation.objects.select_related("message__channel", "by", "second_by").get(pk=row.pk)


def test_a_copy_is_kept_before_anything_is_done(municipality: MunicipalityInbox) -> None:
    message = municipality.receive("@opstina Запалићу вам канцеларију")
    row = now_of(municipality, proposed(municipality, message))
    assert "Запалићу вам канцеларију" in row.text
    assert row.author_handle == message.author_handle
    assert row.url == message.url
    assert (row.written_at, row.by) == (message.at, municipality.cast.officer)
    assert len(row.seal) == 64
    assert row.is_untouched
    with scope(municipality.cast.cuprija):
        Moderation.objects.filter(pk=row.pk).update(text="Нешто друго")
    assert not now_of(municipality, row).is_untouched
    page = sign_in(municipality.cast.officer).get(f"{LIST}{row.pk}/").text
    assert "it was changed in the database" in page


@pytest.mark.parametrize(
    ("wish", "says"),
    [
        (ModerationRequest("", "hide", "Ружно"), "criticism is not a reason"),
        (ModerationRequest("criticism", "hide", "Ружно"), "criticism is not a reason"),
        (ModerationRequest("spam", "hide", "  "), "Describe in a sentence"),
        (ModerationRequest("spam", "block", "Реклама"), "Choose what is to be done"),
        (ModerationRequest("spam", "hide", "я" * 1001), "1000 characters"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_hidden(
    municipality: MunicipalityInbox, wish: ModerationRequest, says: str
) -> None:
    message = municipality.receive("@opstina Баш сте лоши")
    response = sign_in(municipality.cast.officer).post(f"/m/cuprija/inbox/{message.pk}/moderate/", vars(wish))
    assert response.status_code == 422
    assert says in response.text
    if wish.why.strip():
        assert wish.why in response.text  # what was typed is still there
    with scope(municipality.cast.cuprija):
        assert not Moderation.objects.exists()


def test_the_form_says_that_criticism_is_no_reason(municipality: MunicipalityInbox) -> None:
    message = municipality.receive("@opstina Баш сте лоши")
    page = sign_in(municipality.cast.officer).get(f"/m/cuprija/inbox/{message.pk}/").text
    assert "Criticism is not in this list" in page
    assert "riticism" not in " ".join(str(label) for label in ModerationReason.labels)


def test_a_removal_waits_for_somebody_else(municipality: MunicipalityInbox) -> None:
    message = municipality.receive("@opstina Убићу те")
    row = proposed(municipality, message, act="remove")
    assert row.state == ModerationState.PROPOSED
    first, second = sign_in(municipality.cast.officer), sign_in(municipality.cast.approver)
    refused = first.post(f"{LIST}{row.pk}/agree/")
    assert refused.status_code == 422
    assert "Another person has to review it" in refused.text
    assert now_of(municipality, row).state == ModerationState.PROPOSED
    assert "Убићу те" in second.get(f"{LIST}{row.pk}/").text
    assert second.post(f"{LIST}{row.pk}/agree/").status_code == 302
    after = now_of(municipality, row)
    assert (after.state, after.second_by) == (ModerationState.BY_HAND, municipality.cast.approver)
    first.post(f"{LIST}{row.pk}/done/", {"note": "Пријављено администраторима."})
    done = now_of(municipality, row)
    assert (done.state, done.done_by, done.detail) == (
        ModerationState.DONE,
        municipality.cast.officer,
        "Пријављено администраторима.",
    )
    assert municipality.reload(message).state == MessageState.CLOSED


def test_the_second_person_may_disagree_and_says_why(municipality: MunicipalityInbox) -> None:
    row = proposed(municipality, municipality.receive("@opstina Лопови сте"), act="remove")
    client = sign_in(municipality.cast.approver)
    assert client.post(f"{LIST}{row.pk}/refuse/").status_code == 422
    client.post(f"{LIST}{row.pk}/refuse/", {"why": "То је критика."})
    after = now_of(municipality, row)
    assert (after.state, after.second_why) == (ModerationState.REFUSED, "То је критика.")
    again = proposed(municipality, after.message, act="hide")  # nothing stands in the way of another decision
    assert again.state != ModerationState.REFUSED


def test_the_first_person_takes_a_proposal_back(municipality: MunicipalityInbox) -> None:
    row = proposed(municipality, municipality.receive("@opstina Лопови сте"), act="remove")
    sign_in(municipality.cast.officer).post(f"{LIST}{row.pk}/refuse/")
    after = now_of(municipality, row)
    assert (after.state, after.second_by) == (ModerationState.REFUSED, None)


def test_where_a_network_can_hide_only_the_gravest_is_removed(municipality: MunicipalityInbox, hiding: Any) -> None:
    with scope(municipality.cast.cuprija), pytest.raises(ActionNotAllowed, match="can hide it, which is enough"):
        moderate.propose(hiding(), ModerationRequest("insult", "remove", "Псује"), by=municipality.cast.officer)
    with scope(municipality.cast.cuprija):
        made = moderate.propose(hiding(), ModerationRequest("threat", "remove", "Прети"), by=municipality.cast.officer)
        assert (made.state, made.next_at) == (ModerationState.PROPOSED, None)


def test_what_is_grave_is_hidden_at_once_and_looked_at_by_a_second_person(municipality: MunicipalityInbox) -> None:
    grave = proposed(municipality, municipality.receive("@opstina Убићу те"))
    light = proposed(municipality, municipality.receive("@opstina Купите кредит"), ModerationReason.SPAM)
    assert (light.confirm_by, light.waits_for_confirmation) == (None, False)
    assert grave.confirm_by is not None
    assert timedelta(hours=23) < grave.confirm_by - timezone.now() <= timedelta(days=1)
    second = sign_in(municipality.cast.approver)
    waiting = second.get(f"{LIST}?view=second").text
    assert f"/moderation/{grave.pk}/" in waiting
    assert f"/moderation/{light.pk}/" not in waiting
    assert sign_in(municipality.cast.officer).post(f"{LIST}{grave.pk}/confirm/").status_code == 422
    second.post(f"{LIST}{grave.pk}/confirm/")
    assert now_of(municipality, grave).second_by == municipality.cast.approver
    assert f"/moderation/{grave.pk}/" not in second.get(f"{LIST}?view=second").text


def test_whoever_is_waited_for_is_told_without_a_word_of_the_citizen(municipality: MunicipalityInbox) -> None:
    def read_notifications() -> list[tuple[str, str]]:
        rows = Notification.objects.filter(kind="moderation").order_by("pk")
        unread = [(row.user.name, f"{row.subject} {row.body}") for row in rows]
        rows.delete()
        return unread

    proposed(municipality, municipality.receive("@opstina Купите кредит"), ModerationReason.SPAM)
    assert read_notifications() == []
    row = proposed(municipality, municipality.receive("@opstina Убићу те"))
    ((who, text),) = read_notifications()
    assert who == "Approver"
    assert "review it within a day" in text
    assert "Убићу" not in text
    assert "Прети" not in text
    proposed(municipality, municipality.receive("@opstina Запалићу вас"), act="remove")
    ((who, text),) = read_notifications()
    assert (who, "requests to remove" in text) == ("Approver", True)
    with scope(municipality.cast.cuprija):
        moderate.mark_done_manually(row, "", by=municipality.cast.officer)
        moderate.record_objection(row, "Шала", timezone.localdate(), by=municipality.cast.officer)
    ((who, text),) = read_notifications()
    assert (who, "objection" in text, "Шала" in text) == ("Approver", True, False)


def test_a_second_look_that_is_late_is_told_and_nothing_is_shown_by_itself(municipality: MunicipalityInbox) -> None:
    row = proposed(municipality, municipality.receive("@opstina Убићу те"))
    with scope(municipality.cast.cuprija):
        Moderation.objects.filter(pk=row.pk).update(confirm_by=timezone.now() - timedelta(hours=1))
    client = sign_in(municipality.cast.approver)
    assert "the second review is overdue" in client.get(f"{LIST}?view=second").text
    assert "The second review is overdue" in client.get(f"{LIST}{row.pk}/").text
    from inbox import tasks

    tasks.tick()
    tasks.purge_expired()
    assert now_of(municipality, row).state == ModerationState.BY_HAND


def test_two_who_decide_at_once_decide_once(municipality: MunicipalityInbox) -> None:
    message = municipality.receive("@opstina Убићу те")
    proposed(municipality, message)
    response = sign_in(municipality.cast.approver).post(
        f"/m/cuprija/inbox/{message.pk}/moderate/", {"reason": "threat", "act": "hide", "why": "Прети"}
    )
    assert response.status_code == 422
    assert "Officer has already decided about this message" in response.text
    with scope(municipality.cast.cuprija):
        assert Moderation.objects.count() == 1


def test_the_database_keeps_two_people_apart(municipality: MunicipalityInbox) -> None:
    row = proposed(municipality, municipality.receive("@opstina Убићу те"), act="remove")
    wrong: list[dict[str, Any]] = [
        {"second_by": municipality.cast.officer},
        {"state": ModerationState.BY_HAND},  # removed by one
        {"seal": ""},
        {"state": ModerationState.DONE, "second_by": municipality.cast.approver},  # done, nobody knows when
        {"next_at": timezone.now()},
        {"decision": "stands", "decided_by": municipality.cast.officer, "decided_at": timezone.now(),
         "appealed_on": timezone.localdate()},
        {"decision": "stands"},
    ]  # fmt: skip
    for values in wrong:
        with (
            scope(municipality.cast.cuprija),
            transaction.atomic(),
            pytest.raises(IntegrityError),
            transaction.atomic(),
        ):
            Moderation.objects.filter(pk=row.pk).update(**values)
    row.pk = None
    with scope(municipality.cast.cuprija), pytest.raises(IntegrityError), transaction.atomic():
        row.save()  # two that hold for one message


def test_what_was_done_by_hand_is_taken_back_by_hand(municipality: MunicipalityInbox) -> None:
    row = proposed(municipality, municipality.receive("@opstina Убићу те"), ModerationReason.INSULT)
    client = sign_in(municipality.cast.approver)
    client.post(f"{LIST}{row.pk}/done/", {"note": "Блокиран."})
    assert client.post(f"{LIST}{row.pk}/undo/").status_code == 422
    client.post(f"{LIST}{row.pk}/undo/", {"why": "Ипак је критика."})
    waiting = now_of(municipality, row)
    assert (waiting.state, waiting.next_at, waiting.undo_by) == (
        ModerationState.SHOWING,
        None,
        municipality.cast.approver,
    )
    page = client.get(f"{LIST}{row.pk}/").text
    assert "Show it again on the network" in page
    assert "Блокиран." in page
    client.post(f"{LIST}{row.pk}/shown/")
    after = now_of(municipality, row)
    assert after.state == ModerationState.UNDONE
    assert after.undone_at is not None


def test_what_was_removed_for_good_cannot_come_back(municipality: MunicipalityInbox) -> None:
    row = proposed(municipality, municipality.receive("@opstina Убићу те"), act="remove")
    with scope(municipality.cast.cuprija):
        moderate.agree(row, by=municipality.cast.approver)
        moderate.mark_done_manually(row, "", by=municipality.cast.officer)
        with pytest.raises(ActionNotAllowed, match="removed permanently"):
            moderate.undo(row, "Грешка", by=municipality.cast.approver)
        moderate.record_objection(row, "Шалио сам се", timezone.localdate(), by=municipality.cast.officer)
        moderate.decide(row, AppealDecision.GRANTED, "Била је шала", by=municipality.cast.approver)
    assert (now_of(municipality, row).state, now_of(municipality, row).decision) == (
        ModerationState.DONE,
        AppealDecision.GRANTED,
    )


def test_an_objection_is_decided_by_somebody_else(municipality: MunicipalityInbox) -> None:
    row = proposed(municipality, municipality.receive("@opstina Срамота"), ModerationReason.INSULT)
    with scope(municipality.cast.cuprija):
        moderate.mark_done_manually(row, "", by=municipality.cast.officer)
    first, second = sign_in(municipality.cast.officer), sign_in(municipality.cast.approver)
    for text, day, says in (
        ("", str(timezone.localdate()), "Enter the person"),
        ("Нисам псовао", "2020-01-01", "not before the act"),
        ("Нисам псовао", "2026-13-45", "Choose the day"),
        ("Нисам псовао", str(timezone.localdate() + timedelta(days=2)), "not after today"),
    ):
        response = first.post(f"{LIST}{row.pk}/object/", {"text": text, "received_on": day})
        assert response.status_code == 422
        assert says in response.text
        assert text in response.text
        field = "received_on" if text else "text"
        assert f'aria-describedby="object-{field}-error"' in response.text
        assert f'id="object-{field}-error"' in response.text
    first.post(f"{LIST}{row.pk}/object/", {"text": "Нисам псовао", "received_on": str(timezone.localdate())})
    assert "objection" in second.get(f"{LIST}?view=objections").text
    assert first.post(f"{LIST}{row.pk}/decide/", {"decision": "stands", "why": "Јесте"}).status_code == 422
    assert second.post(f"{LIST}{row.pk}/decide/", {"decision": "stands"}).status_code == 422
    assert second.post(f"{LIST}{row.pk}/decide/", {"decision": "maybe", "why": "Није"}).status_code == 422
    second.post(f"{LIST}{row.pk}/decide/", {"decision": "granted", "why": "У праву је"})
    after = now_of(municipality, row)
    assert (after.decision, after.decided_by, after.state) == (
        "granted",
        municipality.cast.approver,
        ModerationState.SHOWING,
    )
    assert "У праву је" in first.get(f"{LIST}{row.pk}/").text
    again = second.post(f"{LIST}{row.pk}/decide/", {"decision": "stands", "why": "Ипак"})
    assert again.status_code == 422


def test_the_clearly_unlawful_stand_by_their_clock_until_somebody_decides(municipality: MunicipalityInbox) -> None:
    late, new = municipality.receive("@opstina Прво ружно"), municipality.receive("@opstina Друго ружно")
    with scope(municipality.cast.cuprija):
        for message in (new, late):
            triage.set_kind(message, MessageKind.UNLAWFUL, by=municipality.cast.officer)
        Message.objects.filter(pk=late.pk).update(due_at=timezone.now() - timedelta(minutes=5))
    page = sign_in(municipality.cast.officer).get(LIST).text  # they are what one sees first
    assert page.index("Прво ружно") < page.index("Друго ружно")
    assert "Late" in page
    proposed(municipality, late, ModerationReason.UNLAWFUL)
    page = sign_in(municipality.cast.officer).get(f"{LIST}?view=unlawful").text
    assert "Прво ружно" not in page
    assert "Друго ружно" in page


def test_nothing_is_hidden_without_a_person(municipality: MunicipalityInbox) -> None:
    """Whatever words come in, however they are sorted, and whatever the workers do by themselves."""
    from inbox import tasks
    from inbox.domain import hide

    message = municipality.receive("@opstina Убићу те, запалићу општину, лопови, http://kredit.example")
    with scope(municipality.cast.cuprija):
        triage.set_kind(message, MessageKind.UNLAWFUL, by=municipality.cast.officer)
        Message.objects.update(due_at=timezone.now() - timedelta(days=2))
    tasks.tick()
    tasks.purge_expired()
    with scope(municipality.cast.cuprija):
        assert not Moderation.objects.exists()
    assert hide.claim() == []
    assert municipality.reload(message).text == message.text


def test_only_one_module_hides_and_only_one_decides() -> None:
    from tests.architecture.test_source import MODULES, name_of

    ours = [path for path in MODULES if not name_of(path).startswith(("platforms/", "practice/"))]
    hides = {name_of(path) for path in ours if re.search(r"connector\.(hide|show)\(", path.read_text())}
    makes = {name_of(path) for path in ours if "Moderation(" in path.read_text()}
    assert hides == {"inbox/domain/hide.py"}
    assert makes == {"inbox/models/moderation.py", "inbox/domain/moderate.py"}


@pytest.mark.parametrize(("who", "status"), [("viewer", 403), ("mentor", 403), ("staff", 403), ("stranger", 404)])
def test_copies_are_for_those_who_answer_citizens(municipality: MunicipalityInbox, who: str, status: int) -> None:
    message = municipality.receive("@opstina Убићу те")
    row = proposed(municipality, message)
    client = sign_in(getattr(municipality.cast, who))
    assert client.get(LIST).status_code == status
    assert client.get(f"{LIST}{row.pk}/").status_code == status
    assert client.post(f"{LIST}{row.pk}/undo/", {"why": "x"}).status_code == status
    assert client.post(f"/m/cuprija/inbox/{message.pk}/moderate/").status_code == status


def test_unknown_deeds_and_rows_are_not_there(municipality: MunicipalityInbox) -> None:
    row = proposed(municipality, municipality.receive("@opstina Убићу те"))
    client = sign_in(municipality.cast.officer)
    assert client.post(f"{LIST}{row.pk}/explode/").status_code == 404
    assert client.get(f"{LIST}{row.pk + 1}/").status_code == 404
    assert client.get(f"{LIST}?view=nonsense&reason=nonsense&page=x").status_code == 200


def test_the_trail_names_people_and_channels_and_no_citizen(municipality: MunicipalityInbox) -> None:
    row = proposed(municipality, municipality.receive("@opstina Убићу те"), act="remove")
    with scope(municipality.cast.cuprija):
        moderate.agree(row, by=municipality.cast.approver)
        moderate.mark_done_manually(row, "Обрисано", by=municipality.cast.officer)
    events = list(AuditEvent.objects.filter(verb__startswith="moderation.").order_by("pk"))
    assert [event.verb for event in events] == ["moderation.propose", "moderation.agree", "moderation.by_hand"]
    text = " ".join(f"{event.target_label} {event.detail}" for event in events)
    assert "Убићу" not in text
    assert "gradjanka" not in text
    assert "Прети" not in text


@pytest.mark.parametrize("view", ["unlawful", "second", "under_way", "objections", "done", "over"])
def test_a_fixed_number_of_queries(
    municipality: MunicipalityInbox, view: str, django_assert_max_num_queries: Any
) -> None:
    client, path = sign_in(municipality.cast.approver), f"{LIST}?view={view}"
    one = municipality.receive("@opstina Порука 0")
    proposed(municipality, one)
    client.get(path)
    with scope(municipality.cast.cuprija):
        for number in range(8):
            message = Message.objects.get(pk=one.pk)
            message.pk, message.remote_id, message.kind = None, f"m{number}", MessageKind.UNLAWFUL
            message.save()
            if number > 3:
                made = moderate.propose(
                    message, ModerationRequest("threat", "hide", "Прети"), by=municipality.cast.officer
                )
                if number > 5:
                    moderate.mark_done_manually(made, "", by=municipality.cast.officer)
    with django_assert_max_num_queries(12):
        assert client.get(path).status_code == 200


def test_one_act_and_its_message_take_few_queries(
    municipality: MunicipalityInbox, django_assert_max_num_queries: Any
) -> None:
    message = municipality.receive("@opstina Убићу те")
    row, client = proposed(municipality, message), sign_in(municipality.cast.approver)
    for path, most in ((f"{LIST}{row.pk}/", 12), (f"/m/cuprija/inbox/{message.pk}/", 12)):
        client.get(path)
        with django_assert_max_num_queries(most):
            assert client.get(path).status_code == 200


def test_days_are_days() -> None:
    from inbox.views.moderation import _day

    assert _day("2026-06-30") == date(2026, 6, 30)
    assert _day("2026-06-31") is None
    assert _day("jučе") is None


@pytest.mark.parametrize("still", [True, False])
def test_two_people_who_may_have_to_want_a_removal_on_the_day_it_happens(
    municipality: MunicipalityInbox, still: bool
) -> None:
    """One who was dismissed after proposing it is no second pair of eyes any more."""
    row = proposed(municipality, municipality.receive("@opstina Запалићу вам канцеларију"), act="remove")
    if not still:
        municipality.cast.officer.memberships.update(role="viewer")
    answer = sign_in(municipality.cast.approver).post(f"{LIST}{row.pk}/agree/", follow=True)
    assert ("may no longer do so" in answer.text) is not still
    assert (now_of(municipality, row).state == ModerationState.PROPOSED) is not still
