"""What is left of it: GV1, the public counts, the export, and forgetting."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from django.utils import timezone

from administration.archive import citizens
from analytics.logframe import provider
from analytics.rollups.domain import daily_counts
from common.errors import ActionNotAllowed
from inbox.domain import evidence, moderate, retention
from inbox.models import Message, Moderation
from inbox.moderation_rules import AppealDecision, ModerationRequest
from inbox.personal_data import Erasure
from inbox.queries import moderation
from municipalities.tenancy import scope
from tests.inbox.conftest import Town
from tests.people import sign_in


def act(town: Town, text: str, reason: str = "insult", *, done: bool = True) -> Moderation:
    message = town.heard(f"@opstina {text}")
    with scope(town.cast.cuprija):
        row = moderate.propose(message, ModerationRequest(reason, "hide", f"Зато: {text}"), by=town.cast.officer)
        return moderate.mark_done_manually(row, "Пријављено", by=town.cast.officer) if done else row


def again(town: Town, row: Moderation) -> Moderation:
    with scope(town.cast.cuprija):
        return Moderation.objects.select_related("message").get(pk=row.pk)


def gv1(town: Town) -> Any:
    found, today = provider("GV1"), timezone.localdate()
    assert found is not None
    places = [town.cast.cuprija, town.cast.novi_pazar]
    daily_counts.sweep()
    with scope(*places):
        return found.measure(places, today - timedelta(days=28), today)


def test_gv1_is_a_hundred_until_somebody_touches_a_copy(town: Town, settings: Any) -> None:
    settings.DEMO = False
    assert gv1(town)[town.cast.cuprija.pk].why == "nothing_hidden"
    first, second = act(town, "Прво"), act(town, "Друго")
    act(town, "Треће", done=False)
    ours = gv1(town)[town.cast.cuprija.pk]
    assert (ours.value, ours.n) == (100, 2)
    assert gv1(town)[town.cast.novi_pazar.pk].why == "nothing_hidden"
    with scope(town.cast.cuprija):
        Moderation.objects.filter(pk=first.pk).update(text="Лепше")
    assert gv1(town)[town.cast.cuprija.pk].value == 50
    with scope(town.cast.cuprija):
        evidence._erase([first.pk, second.pk], timezone.now())
    assert gv1(town)[town.cast.cuprija.pk].value == 50  # what was found when they were erased


def test_what_is_said_on_the_practice_network_does_not_count(town: Town, settings: Any) -> None:
    act(town, "Вежба")
    with scope(town.cast.cuprija):
        type(town.channel).objects.update(is_practice=True)
    settings.DEMO = False
    assert gv1(town)[town.cast.cuprija.pk].n == 0
    assert moderation.monthly_counts(town.cast.cuprija, timezone.localdate()) == []
    settings.DEMO = True
    assert gv1(town)[town.cast.cuprija.pk].n == 1
    assert len(moderation.monthly_counts(town.cast.cuprija, timezone.localdate())) == 1


def test_months_count_by_reason_and_act_and_what_became_of_objections(town: Town) -> None:
    today = timezone.localdate()
    insult, spam, kept = act(town, "Прво"), act(town, "Друго", "spam"), act(town, "Треће")
    act(town, "Четврто", done=False)
    removed = town.heard("@opstina Пето")
    with scope(town.cast.cuprija):
        gone = moderate.propose(removed, ModerationRequest("threat", "remove", "Прети"), by=town.cast.officer)
        moderate.agree(gone, by=town.cast.approver)
        moderate.mark_done_manually(gone, "", by=town.cast.officer)
        for row in (insult, spam, kept):
            moderate.record_objection(row, "Није", today, by=town.cast.officer)
        moderate.decide(insult, AppealDecision.GRANTED, "Јесте", by=town.cast.approver)
        moderate.decide(spam, AppealDecision.STANDS, "Реклама", by=town.cast.approver)
        moderate.mark_shown_manually(insult, by=town.cast.officer)
    (month,) = moderation.monthly_counts(town.cast.cuprija, today)
    assert month.month == today.replace(day=1)
    assert [(str(reason), hidden, gone) for reason, hidden, gone in month.reasons] == [
        ("threat", 0, 1), ("insult", 2, 0), ("spam", 1, 0),
    ]  # fmt: skip
    assert (month.objections, month.granted, month.stands, month.waits, month.shown_again) == (3, 1, 1, 1, 1)
    assert moderation.monthly_counts(town.cast.novi_pazar, today) == []


def test_months_are_those_of_belgrade_and_one_year_back(town: Town) -> None:
    row = act(town, "Прво")
    with scope(town.cast.cuprija):
        # half past midnight in Belgrade, the day before in UTC
        told = {"done_at": "2026-10-31T23:30:00Z", "copied_at": "2026-10-31T22:30:00Z"}
        Moderation.objects.filter(pk=row.pk).update(**told)
    assert [each.month for each in moderation.monthly_counts(town.cast.cuprija, date(2026, 11, 20))] == [
        date(2026, 11, 1)
    ]
    assert [each.month for each in moderation.monthly_counts(town.cast.cuprija, date(2027, 11, 20))] == [
        date(2026, 11, 1)
    ]
    assert moderation.monthly_counts(town.cast.cuprija, date(2027, 12, 1)) == []


def test_copies_are_erased_when_their_time_is_over(town: Town, settings: Any) -> None:
    settings.INBOX_EVIDENCE_DAYS = 700
    old, objected, fresh = act(town, "Старо", "threat"), act(town, "Жалба"), act(town, "Ново")
    ago = timezone.now() - timedelta(days=701)
    with scope(town.cast.cuprija):
        moderate.record_objection(objected, "Није увреда", timezone.localdate(), by=town.cast.officer)
        Moderation.objects.filter(pk__in=[old.pk, objected.pk]).update(at=ago, copied_at=ago, done_at=ago)
    assert evidence.purge_expired() == 1
    gone = again(town, old)
    everything = " ".join(str(value) for value in vars(gone).values())
    for words in ("Старо", "gradjanka", "Пријављено"):
        assert words not in everything
    assert (gone.seal, gone.reason, gone.done_at) == ("", "threat", ago)  # it still counts
    assert again(town, objected).text  # nobody has decided yet
    assert again(town, fresh).text
    page = sign_in(town.cast.officer).get(f"/m/cuprija/inbox/moderation/{old.pk}/")
    assert "were erased" in page.text
    assert evidence.purge_expired() == 0


def test_a_late_decision_gives_the_copy_its_time_anew(town: Town, settings: Any) -> None:
    settings.INBOX_EVIDENCE_DAYS = 700
    row, ago = act(town, "Жалба"), timezone.now() - timedelta(days=701)
    with scope(town.cast.cuprija):
        moderate.record_objection(row, "Није увреда", timezone.localdate(), by=town.cast.officer)
        moderate.decide(row, AppealDecision.STANDS, "Јесте", by=town.cast.approver)
        Moderation.objects.filter(pk=row.pk).update(at=ago, copied_at=ago, done_at=ago)
    assert evidence.purge_expired() == 0


def test_a_person_who_asks_is_forgotten_but_for_evidence_of_what_is_clearly_unlawful(town: Town) -> None:
    threat, insult, undone = act(town, "Претња", "threat"), act(town, "Увреда"), act(town, "Грешка", "hate")
    with scope(town.cast.cuprija):
        retention._forget(Erasure([insult.message_id], timezone.now()))  # the message went before its copy
        moderate.undo(undone, "Није мржња", by=town.cast.approver)
        moderate.mark_shown_manually(undone, by=town.cast.officer)
        message = Message.objects.get(pk=threat.message_id)
        retention.erase_authors(town.cast.cuprija, [(town.channel.pk, message.author_id)], by=town.cast.approver)
    assert again(town, threat).is_untouched
    assert again(town, threat).text
    for row in (insult, undone):
        gone = again(town, row)
        assert gone.erased_at is not None
        assert (gone.author_id, gone.text) == ("", "")
        assert "gradjanka" not in " ".join(str(value) for value in vars(gone).values())
    assert again(town, threat).message.text == ""


def test_the_copy_outlives_the_words_of_the_message(town: Town) -> None:
    row = act(town, "Увреда")
    with scope(town.cast.cuprija):
        Message.objects.filter(pk=row.message_id).update(settled_at=timezone.now() - timedelta(days=366))
    assert retention.purge_expired() == 1
    assert "Увреда" in again(town, row).text
    assert again(town, row).is_untouched
    client = sign_in(town.cast.officer)
    assert client.get(f"/m/cuprija/inbox/{row.message_id}/").status_code == 200
    assert client.get(f"/m/cuprija/inbox/{row.message_id}/moderate/").status_code == 200


def test_a_message_without_words_is_not_hidden_any_more(town: Town) -> None:
    message = town.heard("@opstina Старо")
    with scope(town.cast.cuprija):
        retention._forget(Erasure([message.pk], timezone.now()))
        with pytest.raises(ActionNotAllowed, match="nothing to hide"):
            moderate.propose(message, ModerationRequest("spam", "hide", "Реклама"), by=town.cast.officer)


def test_an_export_has_the_copies_with_their_seals(town: Town) -> None:
    row = act(town, "Увреда")
    with scope(town.cast.cuprija):
        (told,) = citizens._moderation()
    assert (told["sha256"], told["reason"], told["by"]) == (row.seal, "insult", "Officer")
    assert "Увреда" in told["words"]
