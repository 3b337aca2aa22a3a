"""The whole way over the real practice network: a copy, hidden, shown again, and removed by two, each once."""

from __future__ import annotations

from typing import Any

import pytest

from django.utils import timezone

from channels.models import Channel
from common.errors import ActionNotAllowed
from common.models import AuditEvent
from inbox.domain import hide, moderate
from inbox.models import Message, Moderation
from inbox.moderation_rules import AppealDecision, ModerationRequest, ModerationState
from inbox.queries import moderation
from municipalities.tenancy import scope
from notifications.models import Notification
from practice.domain import moderate as network
from practice.models import Status
from tests.inbox.square import Square, practice, square
from tests.people import sign_in

__all__ = ["practice", "square"]
pytestmark = [pytest.mark.django_db(transaction=True)]

LIST = "/m/cuprija/inbox/moderation/"
THREAT = "Чекам вас пред зградом"


def proposed(square: Square, message: Message, reason: str = "threat", act: str = "hide", by: Any = None) -> Moderation:
    with scope(square.cast.cuprija):
        return moderate.propose(message, ModerationRequest(reason, act, "Прети шефу."), by=by or square.cast.officer)


def hidden(square: Square, reason: str = "threat") -> Moderation:
    row = proposed(square, square.receive(THREAT), reason)
    square.work()
    return square.now_of(row)


def removal(square: Square, row: Moderation, by: Any = None) -> Moderation:
    return proposed(square, square.now_of(row).message, row.reason, "remove", by)


def on_network(row: Moderation) -> Status | None:
    return Status.objects.filter(pk=row.message.remote_id).first()


def test_it_is_hidden_by_a_worker_and_shown_again(square: Square) -> None:
    client = sign_in(square.cast.officer)
    message = square.receive(THREAT)
    page = client.get(f"/m/cuprija/inbox/{message.pk}/").text
    assert "The portal hides it at once" in page
    assert 'value="remove"' not in page  # hiding comes first
    response = client.post(
        f"/m/cuprija/inbox/{message.pk}/moderate/", {"reason": "threat", "act": "hide", "why": "Прети"}, follow=True
    )
    assert "The portal hides it on the network in a moment" in response.text
    assert square.seen() == [THREAT]
    assert square.work() == 1
    with scope(square.cast.cuprija):
        row = Moderation.objects.get()
    assert (row.state, row.done_by, row.text) == (ModerationState.DONE, None, THREAT)
    assert square.now_of(row).is_untouched
    assert square.seen() == []
    assert "the portal hid it" in client.get(f"{LIST}{row.pk}/").text
    sign_in(square.cast.approver).post(f"{LIST}{row.pk}/undo/", {"why": "Ипак није претња"})
    assert square.work() == 1
    assert square.now_of(row).state == ModerationState.UNDONE
    assert square.seen() == [THREAT]


def test_a_hidden_message_is_still_heard_and_not_taken_for_gone(square: Square) -> None:
    row = hidden(square)
    square.comment("Хвала на вестима", "Друга")
    with scope(square.cast.cuprija):
        from channels.connector_factory import open_channel

        response = open_channel(square.channel).replies(str(square.post.pk))
    assert [(reply.text, reply.is_hidden) for reply in response.items] == [(THREAT, True), ("Хвала на вестима", False)]
    assert square.now_of(row).message.remote_deleted_at is None


def test_removing_needs_hiding_first_a_grave_reason_and_two(square: Square) -> None:
    message = square.receive(THREAT)
    with pytest.raises(ActionNotAllowed, match="Hide it first"):
        proposed(square, message, act="remove")
    row = proposed(square, message)
    with pytest.raises(ActionNotAllowed, match="decided about this message"):
        proposed(square, message, act="remove")  # nobody has hidden it yet
    square.work()
    first, second = sign_in(square.cast.officer), sign_in(square.cast.approver)
    assert "Remove it permanently…" in first.get(f"{LIST}{row.pk}/").text
    assert first.post(f"{LIST}{row.pk}/remove/").status_code == 422  # why?
    asked = first.post(f"{LIST}{row.pk}/remove/", {"why": "Позива и друге"}, follow=True)
    assert "A second person has to agree before it is removed" in asked.text
    with scope(square.cast.cuprija):
        wish = square.now_of(Moderation.objects.get(act="remove"))
    assert (wish.state, wish.next_at, wish.text, wish.is_untouched) == ("proposed", None, THREAT, True)
    assert square.work() == 0
    assert first.post(f"{LIST}{wish.pk}/agree/").status_code == 422
    assert second.post(f"{LIST}{wish.pk}/agree/").status_code == 302
    assert "About to be removed" in second.get(f"{LIST}{wish.pk}/").text
    assert on_network(wish) is not None
    assert square.work() == 1
    after = square.now_of(wish)
    assert (after.state, after.second_by, after.done_by) == (ModerationState.DONE, square.cast.approver, None)
    assert on_network(wish) is None
    assert after.is_untouched
    assert "the portal removed it" in second.get(f"{LIST}{wish.pk}/").text
    assert "Permanent removal" in first.get(f"{LIST}{row.pk}/").text
    verbs = AuditEvent.objects.filter(verb__startswith="moderation.").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == [f"moderation.{verb}" for verb in ("propose", "hidden", "propose", "agree", "removed")]


def test_an_insult_is_hidden_and_never_removed(square: Square) -> None:
    row = hidden(square, "insult")
    client = sign_in(square.cast.officer)
    assert "Remove it permanently…" not in client.get(f"{LIST}{row.pk}/").text
    response = client.post(f"{LIST}{row.pk}/remove/", {"why": "Псује"})
    assert (response.status_code, "can hide it, which is enough" in response.text) == (422, True)


def test_a_double_press_does_nothing_twice(square: Square) -> None:
    row = hidden(square)
    client, second = sign_in(square.cast.officer), sign_in(square.cast.approver)
    answers = [client.post(f"{LIST}{row.pk}/remove/", {"why": "Прети"}).status_code for _ in range(2)]
    assert answers == [302, 422]
    with scope(square.cast.cuprija):
        wish = Moderation.objects.get(act="remove")
    assert [second.post(f"{LIST}{wish.pk}/agree/").status_code for _ in range(2)] == [302, 422]
    (claimed,) = hide.claim()
    for _ in range(2):
        hide.execute(claimed)
    assert square.now_of(wish).attempts == 1
    assert AuditEvent.objects.filter(verb="moderation.removed").count() == 1
    assert square.work() == 0


def test_what_is_to_be_removed_stays_hidden_until_that_is_decided(square: Square) -> None:
    row = hidden(square)
    wish = removal(square, row)
    client = sign_in(square.cast.approver)
    response = client.post(f"{LIST}{row.pk}/undo/", {"why": "Није претња"})
    assert (response.status_code, "been requested. Deal with that first" in response.text) == (422, True)
    client.post(f"{LIST}{wish.pk}/refuse/", {"why": "Довољно је што је сакривено"})
    assert client.post(f"{LIST}{row.pk}/undo/", {"why": "Није претња"}).status_code == 302
    square.work()
    assert square.seen() == [THREAT]


def test_nothing_is_removed_over_an_objection_that_nobody_decided(square: Square) -> None:
    row = hidden(square)
    wish = removal(square, row)
    with scope(square.cast.cuprija):
        moderate.record_objection(row, "Шалио сам се", timezone.localdate(), by=square.cast.officer)
        with pytest.raises(ActionNotAllowed, match="Its author objects"):
            moderate.agree(wish, by=square.cast.approver)
        with pytest.raises(ActionNotAllowed, match="Deal with that first"):
            moderate.decide(row, AppealDecision.GRANTED, "Шала", by=square.cast.approver)
        moderate.decide(row, AppealDecision.STANDS, "Није шала", by=square.cast.approver)
        assert moderate.agree(wish, by=square.cast.approver).state == ModerationState.AGREED


def test_an_objection_after_the_removal_is_decided_and_nothing_comes_back(square: Square) -> None:
    row = hidden(square)
    wish = removal(square, row)
    with scope(square.cast.cuprija):
        moderate.agree(wish, by=square.cast.approver)
    square.work()
    with scope(square.cast.cuprija):
        with pytest.raises(ActionNotAllowed, match="removed permanently"):
            moderate.undo(row, "Грешка", by=square.cast.approver)
        moderate.record_objection(row, "Шалио сам се", timezone.localdate(), by=square.cast.officer)
        moderate.decide(row, AppealDecision.GRANTED, "Била је шала", by=square.cast.approver)
    assert (square.now_of(row).state, square.now_of(row).decision) == (ModerationState.DONE, AppealDecision.GRANTED)
    assert square.work() == 0


def test_a_removal_that_is_under_way_is_not_taken_back(square: Square) -> None:
    wish = removal(square, hidden(square))
    with scope(square.cast.cuprija):
        moderate.agree(wish, by=square.cast.approver)
    hide.claim()
    with scope(square.cast.cuprija), pytest.raises(ActionNotAllowed, match="being removed"):
        moderate.undo(wish, "Предомислили смо се", by=square.cast.approver)
    square.work()
    assert on_network(wish) is None


def test_a_removal_that_was_agreed_is_dropped_before_it_is_done(square: Square) -> None:
    row = hidden(square)
    wish = removal(square, row)
    with scope(square.cast.cuprija):
        moderate.agree(wish, by=square.cast.approver)
        moderate.undo(wish, "Предомислили смо се", by=square.cast.approver)
    assert square.work() == 0
    assert on_network(wish) is not None
    assert square.seen() == []  # it is still hidden
    again = removal(square, row)
    assert again.state == ModerationState.PROPOSED


def test_a_network_that_is_away_is_tried_again_and_then_a_person_is_told(square: Square) -> None:
    wish = removal(square, hidden(square))
    with scope(square.cast.cuprija):
        moderate.agree(wish, by=square.cast.approver)
        Channel.objects.filter(pk=square.channel.pk).update(server="http://127.0.0.1:9")
    for _ in range(len(hide.RETRY_BACKOFF)):
        square.work()
        assert (square.now_of(wish).state, square.now_of(wish).error_code) == (ModerationState.DOING, "not_reached")
    Notification.objects.all().delete()
    square.work()
    assert square.now_of(wish).state == ModerationState.FAILED
    (notification,) = Notification.objects.filter(kind="moderation")
    assert (notification.user, notification.subject) == (square.cast.officer, "A comment was not removed")
    client = sign_in(square.cast.officer)
    assert "On this server only the portal can do it" in client.get(f"{LIST}{wish.pk}/").text
    with scope(square.cast.cuprija):
        Channel.objects.filter(pk=square.channel.pk).update(server=square.address)
    client.post(f"{LIST}{wish.pk}/again/")
    square.work()
    assert (square.now_of(wish).state, on_network(wish)) == (ModerationState.DONE, None)


def test_its_author_may_have_deleted_it_meanwhile(square: Square) -> None:
    wish = removal(square, hidden(square))
    network.delete(square.page, int(wish.message.remote_id))
    with scope(square.cast.cuprija):
        moderate.agree(wish, by=square.cast.approver)
    square.work()
    assert square.now_of(wish).state == ModerationState.DONE


def test_who_is_not_let_remove_learns_nothing(square: Square) -> None:
    row = hidden(square)
    for who, status in (("viewer", 403), ("mentor", 403), ("staff", 403), ("stranger", 404)):
        client = sign_in(getattr(square.cast, who))
        assert client.post(f"{LIST}{row.pk}/remove/", {"why": "x"}).status_code == status
    with scope(square.cast.cuprija):
        assert not Moderation.objects.filter(act="remove").exists()


def test_everybody_reads_how_many_were_hidden_and_removed(square: Square, settings: Any) -> None:
    wish = removal(square, hidden(square))
    with scope(square.cast.cuprija):
        moderate.agree(wish, by=square.cast.approver)
    square.work()
    today = timezone.localdate()
    assert moderation.monthly_counts(square.cast.cuprija, today) == []  # practice is nothing of a citizen's
    settings.DEMO = True
    (month,) = moderation.monthly_counts(square.cast.cuprija, today)
    assert [(reason.value, hid, removed) for reason, hid, removed in month.reasons] == [("threat", 1, 1)]


def test_a_page_of_what_was_hidden_here_takes_few_queries(square: Square, django_assert_max_num_queries: Any) -> None:
    row = hidden(square)
    wish, client = removal(square, row), sign_in(square.cast.approver)
    for one in (row, wish):
        client.get(f"{LIST}{one.pk}/")
        with django_assert_max_num_queries(12):
            assert client.get(f"{LIST}{one.pk}/").status_code == 200


# ---- on Home


def test_home_says_what_waits_for_this_person_as_the_second(square: Square, django_assert_max_num_queries: Any) -> None:
    sentence = "waits for a second person"
    first, second = sign_in(square.cast.officer), sign_in(square.cast.approver)
    assert sentence not in second.get("/m/cuprija/").text
    row = hidden(square)
    home = second.get("/m/cuprija/").text
    assert "1 comment waits for a second person" in home
    assert f"{LIST}?view=second" in home
    assert sentence not in first.get("/m/cuprija/").text  # who hid it is not the second
    removal(square, row)
    assert "1 comment waits for a second person" in second.get("/m/cuprija/").text  # twice, but it is one
    for number in range(6):
        proposed(square, square.receive(f"{THREAT} {number}"), by=square.cast.approver)
    assert "6 comments wait for a second person" in first.get("/m/cuprija/").text
    with scope(square.cast.cuprija):
        Moderation.objects.filter(pk=row.pk).update(confirm_by=timezone.now())
    assert "1 is late" in second.get("/m/cuprija/").text
    for client in (first, second):
        with django_assert_max_num_queries(12):
            client.get("/m/cuprija/")
    second.post(f"{LIST}{row.pk}/confirm/")
    with scope(square.cast.cuprija):
        wish = Moderation.objects.get(act="remove")
    second.post(f"{LIST}{wish.pk}/refuse/", {"why": "Довољно је сакрити"})
    assert sentence not in second.get("/m/cuprija/").text


def test_home_of_who_decides_nothing_says_nothing_of_it(square: Square) -> None:
    hidden(square)
    for who in ("viewer", "mentor", "staff"):
        response = sign_in(getattr(square.cast, who)).get("/m/cuprija/")
        assert "second person" not in response.text
