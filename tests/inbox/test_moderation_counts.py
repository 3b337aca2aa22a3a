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
from municipalities.queries import access
from municipalities.tenancy import scope
from tests.inbox.conftest import MunicipalityInbox
from tests.people import sign_in


def act(municipality: MunicipalityInbox, text: str, reason: str = "insult", *, done: bool = True) -> Moderation:
    message = municipality.receive(f"@opstina {text}")
    with scope(municipality.cast.cuprija):
        row = moderate.propose(
            message, ModerationRequest(reason, "hide", f"Зато: {text}"), by=municipality.cast.officer
        )
        return moderate.mark_done_manually(row, "Пријављено", by=municipality.cast.officer) if done else row


def again(municipality: MunicipalityInbox, row: Moderation) -> Moderation:
    with scope(municipality.cast.cuprija):
        return Moderation.objects.select_related("message").get(pk=row.pk)


def gv1(municipality: MunicipalityInbox) -> Any:
    formula_provider, today = provider("GV1"), timezone.localdate()
    assert formula_provider is not None
    places = [municipality.cast.cuprija, municipality.cast.novi_pazar]
    daily_counts.sweep()
    with scope(*places):
        return formula_provider.measure(places, today - timedelta(days=28), today)


def test_gv1_is_a_hundred_until_somebody_touches_a_copy(municipality: MunicipalityInbox, settings: Any) -> None:
    settings.DEMO = False
    assert gv1(municipality)[municipality.cast.cuprija.pk].why == "nothing_hidden"
    first, second = act(municipality, "Прво"), act(municipality, "Друго")
    act(municipality, "Треће", done=False)
    ours = gv1(municipality)[municipality.cast.cuprija.pk]
    assert (ours.value, ours.n) == (100, 2)
    assert gv1(municipality)[municipality.cast.novi_pazar.pk].why == "nothing_hidden"
    with scope(municipality.cast.cuprija):
        Moderation.objects.filter(pk=first.pk).update(text="Лепше")
    assert gv1(municipality)[municipality.cast.cuprija.pk].value == 50
    with scope(municipality.cast.cuprija):
        evidence._erase([first.pk, second.pk], timezone.now())
    assert gv1(municipality)[municipality.cast.cuprija.pk].value == 50  # what was found when they were erased


def test_what_is_said_on_the_practice_network_does_not_count(municipality: MunicipalityInbox, settings: Any) -> None:
    act(municipality, "Вежба")
    with scope(municipality.cast.cuprija):
        type(municipality.channel).objects.update(is_practice=True)
    settings.DEMO = False
    assert gv1(municipality)[municipality.cast.cuprija.pk].n == 0
    assert moderation.monthly_counts(municipality.cast.cuprija, timezone.localdate()) == []
    settings.DEMO = True
    assert gv1(municipality)[municipality.cast.cuprija.pk].n == 1
    assert len(moderation.monthly_counts(municipality.cast.cuprija, timezone.localdate())) == 1


def test_months_count_by_reason_and_act_and_what_became_of_objections(municipality: MunicipalityInbox) -> None:
    today = timezone.localdate()
    insult, spam, insult_kept = (
        act(municipality, "Прво"),
        act(municipality, "Друго", "spam"),
        act(municipality, "Треће"),
    )
    act(municipality, "Четврто", done=False)
    removed = municipality.receive("@opstina Пето")
    with scope(municipality.cast.cuprija):
        removals = moderate.propose(
            removed, ModerationRequest("threat", "remove", "Прети"), by=municipality.cast.officer
        )
        moderate.agree(removals, by=municipality.cast.approver)
        moderate.mark_done_manually(removals, "", by=municipality.cast.officer)
        for row in (insult, spam, insult_kept):
            moderate.record_objection(row, "Није", today, by=municipality.cast.officer)
        moderate.decide(insult, AppealDecision.GRANTED, "Јесте", by=municipality.cast.approver)
        moderate.decide(spam, AppealDecision.STANDS, "Реклама", by=municipality.cast.approver)
        moderate.mark_shown_manually(insult, by=municipality.cast.officer)
    (month,) = moderation.monthly_counts(municipality.cast.cuprija, today)
    assert month.month == today.replace(day=1)
    assert [(str(reason), hidden, removals) for reason, hidden, removals in month.reasons] == [
        ("threat", 0, 1), ("insult", 2, 0), ("spam", 1, 0),
    ]  # fmt: skip
    assert (month.objections, month.granted, month.stands, month.waits, month.shown_again) == (3, 1, 1, 1, 1)
    assert moderation.monthly_counts(municipality.cast.novi_pazar, today) == []


def test_months_are_those_of_belgrade_and_one_year_back(municipality: MunicipalityInbox) -> None:
    row = act(municipality, "Прво")
    with scope(municipality.cast.cuprija):
        # half past midnight in Belgrade, the day before in UTC
        values = {"done_at": "2026-10-31T23:30:00Z", "copied_at": "2026-10-31T22:30:00Z"}
        Moderation.objects.filter(pk=row.pk).update(**values)
    assert [month.month for month in moderation.monthly_counts(municipality.cast.cuprija, date(2026, 11, 20))] == [
        date(2026, 11, 1)
    ]
    assert [month.month for month in moderation.monthly_counts(municipality.cast.cuprija, date(2027, 11, 20))] == [
        date(2026, 11, 1)
    ]
    assert moderation.monthly_counts(municipality.cast.cuprija, date(2027, 12, 1)) == []


def test_copies_are_erased_when_their_time_is_over(municipality: MunicipalityInbox, settings: Any) -> None:
    settings.INBOX_EVIDENCE_DAYS = 700
    old, objected, fresh = act(municipality, "Старо", "threat"), act(municipality, "Жалба"), act(municipality, "Ново")
    ago = timezone.now() - timedelta(days=701)
    with scope(municipality.cast.cuprija):
        moderate.record_objection(objected, "Није увреда", timezone.localdate(), by=municipality.cast.officer)
        Moderation.objects.filter(pk__in=[old.pk, objected.pk]).update(at=ago, copied_at=ago, done_at=ago)
    assert evidence.purge_expired() == 1
    current = again(municipality, old)
    everything = " ".join(str(value) for value in vars(current).values())
    for fragment in ("Старо", "gradjanka", "Пријављено"):
        assert fragment not in everything
    assert (current.seal, current.reason, current.done_at) == ("", "threat", ago)  # it still counts
    assert again(municipality, objected).text  # nobody has decided yet
    assert again(municipality, fresh).text
    page = sign_in(municipality.cast.officer).get(f"/m/cuprija/inbox/moderation/{old.pk}/")
    assert "were erased" in page.text
    assert evidence.purge_expired() == 0


def test_a_late_decision_gives_the_copy_its_time_anew(municipality: MunicipalityInbox, settings: Any) -> None:
    settings.INBOX_EVIDENCE_DAYS = 700
    row, ago = act(municipality, "Жалба"), timezone.now() - timedelta(days=701)
    with scope(municipality.cast.cuprija):
        moderate.record_objection(row, "Није увреда", timezone.localdate(), by=municipality.cast.officer)
        moderate.decide(row, AppealDecision.STANDS, "Јесте", by=municipality.cast.approver)
        Moderation.objects.filter(pk=row.pk).update(at=ago, copied_at=ago, done_at=ago)
    assert evidence.purge_expired() == 0


def test_a_person_who_asks_is_forgotten_but_for_evidence_of_what_is_clearly_unlawful(
    municipality: MunicipalityInbox,
) -> None:
    threat, insult, undone = (
        act(municipality, "Претња", "threat"),
        act(municipality, "Увреда"),
        act(municipality, "Грешка", "hate"),
    )
    with scope(municipality.cast.cuprija):
        retention._erase(Erasure([insult.message_id], timezone.now()))  # the message went before its copy
        moderate.undo(undone, "Није мржња", by=municipality.cast.approver)
        moderate.mark_shown_manually(undone, by=municipality.cast.officer)
        message = Message.objects.get(pk=threat.message_id)
        retention.erase_authors(
            municipality.cast.cuprija, [(municipality.channel.pk, message.author_id)], by=municipality.cast.approver
        )
    assert again(municipality, threat).is_untouched
    assert again(municipality, threat).text
    for row in (insult, undone):
        current = again(municipality, row)
        assert current.erased_at is not None
        assert (current.author_id, current.text) == ("", "")
        assert "gradjanka" not in " ".join(str(value) for value in vars(current).values())
    assert again(municipality, threat).message.text == ""


def test_the_copy_outlives_the_words_of_the_message(municipality: MunicipalityInbox) -> None:
    row = act(municipality, "Увреда")
    with scope(municipality.cast.cuprija):
        Message.objects.filter(pk=row.message_id).update(settled_at=timezone.now() - timedelta(days=366))
    assert retention.purge_expired() == 1
    assert "Увреда" in again(municipality, row).text
    assert again(municipality, row).is_untouched
    client = sign_in(municipality.cast.officer)
    assert client.get(f"/m/cuprija/inbox/{row.message_id}/").status_code == 200
    assert client.get(f"/m/cuprija/inbox/{row.message_id}/moderate/").status_code == 200


def test_a_message_without_words_is_not_hidden_any_more(municipality: MunicipalityInbox) -> None:
    message = municipality.receive("@opstina Старо")
    with scope(municipality.cast.cuprija):
        retention._erase(Erasure([message.pk], timezone.now()))
        with pytest.raises(ActionNotAllowed, match="nothing to hide"):
            moderate.propose(message, ModerationRequest("spam", "hide", "Реклама"), by=municipality.cast.officer)


def test_an_export_has_the_copies_with_their_seals(municipality: MunicipalityInbox) -> None:
    row = act(municipality, "Увреда")
    with scope(municipality.cast.cuprija):
        (exported,) = citizens._moderation(access(municipality.cast.approver, municipality.cast.cuprija))
    assert (exported["sha256"], exported["reason"], exported["by"]) == (row.seal, "insult", "Officer")
    assert "Увреда" in exported["words"]
