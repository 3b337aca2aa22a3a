"""Sorting rules: what matches, what they do while messages are stored, and what they never do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from common.errors import ActionNotAllowed
from common.models import AuditEvent
from delivery.models import Delivery
from inbox.domain import ingest, saved_answers, sorting_rules, tags
from inbox.domain.sorting_rules import RuleInput
from inbox.enums import MessageState
from inbox.models import AnswerDraft, Message, MessageFetch, Reply, SavedAnswer, SortingRule
from inbox.queries.rule_sentences import rule_sentences
from inbox.saved_answer_text import SavedAnswerInput
from municipalities.models import Membership
from municipalities.tenancy import scope
from notifications.models import Notification
from platforms import types
from platforms.visibility import Visibility
from tests.inbox.conftest import MunicipalityInbox
from tests.inbox.test_list import LIST, many
from tests.people import sign_in

RULES = f"{LIST}rules/"
IN_HOURS = datetime(2026, 3, 3, 10, tzinfo=UTC)  # a Tuesday, 11:00 in Belgrade
AT_NIGHT = datetime(2026, 3, 3, 22, tzinfo=UTC)


def written(number: int, text: str, *, at: datetime, visibility: Visibility = Visibility.PUBLIC) -> types.Message:
    return types.Message(
        remote_id=f"r{number}", in_reply_to=None, root=None, author_id=f"a{number}", author_handle="a",
        author_name="Ана", author_url="", author_avatar_url="", text=text, url="", at=at, visibility=visibility,
    )  # fmt: skip


def store(municipality: MunicipalityInbox, *items: types.Message, is_first: bool = False) -> list[Message]:
    with scope(municipality.cast.cuprija):
        ingest.schedule()
        assert ingest.store_messages(municipality.channel, items, is_first=is_first) == len(items)
        return list(Message.objects.filter(remote_id__in=[one.remote_id for one in items]).order_by("remote_id"))


def rule(municipality: MunicipalityInbox, **wanted: Any) -> SortingRule:
    with scope(municipality.cast.cuprija):
        values = {"name": "Правило", "set_urgent": True} | wanted
        return sorting_rules.create(municipality.cast.cuprija, RuleInput(**values), by=municipality.cast.officer)


@pytest.mark.parametrize(
    ("words", "text", "is_found"),
    [
        ("вода", "Nemamo vode u Supskoj!", True),
        ("voda", "Без воде смо", True),
        ("voda", "навођењу заводник", False),
        ("vodovod", "Из водовода кажу", True),
        ("nema vode", "Опет нема воде", True),
        ("nema vode", "воде нема", False),
        ("struja, nema vode", "нестала струја", True),
        ("đubre", "gomila djubreta", True),
        ("rupa\nkanta", "Рупе на путу", True),
        ("rupa", "pišite na rupa@opstina.rs ili https://rupa.rs", False),
        ("24", "радите 24 сата", True),
        ("2", "радите 24 сата", False),
    ],
)
def test_words_are_found_in_either_script_and_in_other_forms(
    municipality: MunicipalityInbox, words: str, text: str, is_found: bool
) -> None:
    rule(municipality, words=words)
    (row,) = store(municipality, written(1, text, at=timezone.now()))
    assert row.is_urgent == is_found


@pytest.mark.parametrize(
    ("wanted", "matching"),
    [
        ({"kind": "question"}, {0}),
        ({"readers": "private"}, {2}),
        ({"readers": "everybody"}, {0, 1}),
        ({"office_time": "inside"}, {0, 2}),
        ({"office_time": "outside"}, {1}),
        ({"office_time": "outside", "readers": "private"}, set()),
    ],
)
def test_each_condition_and_all_of_them(
    municipality: MunicipalityInbox, wanted: dict[str, str], matching: set[int]
) -> None:
    rule(municipality, **wanted)
    rows = store(
        municipality,
        written(0, "Када ради шалтер?", at=IN_HOURS),
        written(1, "Добро вече свима", at=AT_NIGHT),
        written(2, "Пишем вам", at=IN_HOURS, visibility=Visibility.DIRECT),
    )
    assert {index for index, row in enumerate(rows) if row.is_urgent} == matching


def test_the_channel_is_a_condition(municipality: MunicipalityInbox) -> None:
    rule(municipality, channel=municipality.channel)
    (row,) = store(municipality, written(1, "Здраво", at=timezone.now()))
    assert row.is_urgent


def test_all_apply_in_their_order_and_none_overwrites_another(municipality: MunicipalityInbox) -> None:
    cast = municipality.cast
    with scope(cast.cuprija):
        one, other = (tags.add(cast.cuprija, name, by=cast.officer) for name in ("Прва", "Друга"))
    first = rule(municipality, name="Прво", words="вода", set_topic="water", set_tags=[one.pk], set_urgent=False)
    rule(municipality, name="Друго", words="вода", set_topic="roads", set_tags=[one.pk, other.pk])
    third = rule(municipality, name="Треће", words="вода", set_topic="money", set_urgent=False)
    (row,) = store(municipality, written(1, "Вода!", at=timezone.now()))
    assert (row.topic, row.tags, row.is_urgent) == ("water", sorted([one.pk, other.pk]), True)
    assert [(effect["name"], effect["done"]) for effect in row.rule_effects] == [
        ("Прво", ["tags", "topic"]), ("Друго", ["urgent", "tags"]),
    ]  # fmt: skip
    assert rule_sentences(row) == ["By the rule “Прво”: tags, topic", "By the rule “Друго”: urgent, tags"]
    with scope(cast.cuprija):
        sorting_rules.move(third, -1, by=cast.officer)
        sorting_rules.move(third, -1, by=cast.officer)
        sorting_rules.switch(first, is_on=False, by=cast.officer)
    (row,) = store(municipality, written(2, "Вода!", at=timezone.now()))
    assert row.topic == "money"
    page = sign_in(cast.officer).get(f"{LIST}{row.pk}/").text
    assert "By the rule “Треће”: topic" in page


def test_it_assigns_only_who_may_still_answer(municipality: MunicipalityInbox) -> None:
    cast = municipality.cast
    rule(municipality, name="Вода", words="вода", set_assignee=cast.approver, set_urgent=False)
    (row,) = store(municipality, written(1, "Нема воде", at=timezone.now()))
    assert row.assignee_id == cast.approver.pk
    assert Notification.objects.filter(user=cast.approver, subject__contains="sorting rule").count() == 1
    Membership.objects.filter(user=cast.approver).update(ended_at=timezone.now())
    (row,) = store(municipality, written(2, "Нема воде", at=timezone.now()))
    assert row.assignee_id is None
    assert rule_sentences(row) == ["The rule “Вода” could not set: assigned. It is not available any more."]
    assert "may not answer here any more" in sign_in(cast.officer).get(RULES).text


def test_what_is_retired_is_not_set(municipality: MunicipalityInbox) -> None:
    cast = municipality.cast
    with scope(cast.cuprija):
        tag = tags.add(cast.cuprija, "Избори", by=cast.officer)
        answer = saved_answers.create(cast.cuprija, SavedAnswerInput("Хвала", "Хвала Вам.", "", ""), by=cast.officer)
    rule(municipality, words="вода", set_tags=[tag.pk], set_answer=answer, set_urgent=False)
    with scope(cast.cuprija):
        tags.retire(tag, by=cast.officer)
        saved_answers.retire(answer, by=cast.officer)
    (row,) = store(municipality, written(1, "Нема воде", at=timezone.now()))
    assert (row.tags, row.suggested_answer_id) == ([], None)
    assert row.rule_effects[0]["refused"] == ["tags", "answer"]
    assert sign_in(cast.officer).get(RULES).text.count("is retired, so it is not set any more.") == 2


def test_a_saved_answer_is_proposed_and_never_sent(municipality: MunicipalityInbox) -> None:
    cast = municipality.cast
    with scope(cast.cuprija):
        text = "Поштовани, екипа је на терену у месту {{место}}."
        saved = saved_answers.create(cast.cuprija, SavedAnswerInput("Вода", text, "", ""), by=cast.officer)
    rule(municipality, words="вода", set_answer=saved, set_urgent=False)
    (row,) = store(municipality, written(1, "Nema vode!", at=timezone.now()))
    with scope(cast.cuprija):
        assert not Reply.objects.exists()
        assert not Delivery.objects.filter(kind="reply").exists()
        assert not AnswerDraft.objects.exists()
    client = sign_in(cast.officer)
    page = client.get(f"{LIST}{row.pk}/")
    answering = page.context["answering"]
    assert answering.draft.startswith("Poštovani, ekipa je na terenu")  # in the script of the message
    assert answering.used == str(saved.pk)
    assert "The saved answer “Вода” is in the field below." in page.text
    with scope(cast.cuprija):
        Message.objects.update(state=MessageState.CLOSED, settled_at=timezone.now())
    assert client.get(f"{LIST}{row.pk}/").context["answering"].draft == ""


def test_old_messages_of_a_first_fetch_are_left_alone(municipality: MunicipalityInbox) -> None:
    rule(municipality, words="вода")
    (row,) = store(municipality, written(1, "Вода", at=timezone.now() - timedelta(days=40)), is_first=True)
    assert (row.state, row.is_urgent, row.rule_effects) == (MessageState.CLOSED, False, [])


def test_two_thousand_messages_take_as_many_queries_as_one(municipality: MunicipalityInbox) -> None:
    cast = municipality.cast
    with scope(cast.cuprija):
        tag = tags.add(cast.cuprija, "Избори", by=cast.officer)
        MessageFetch.objects.filter(channel=municipality.channel).update(next_at=timezone.now())
    for number in range(sorting_rules.MOST):
        wanted = {"words": "вода, нема воде, струја", "set_tags": [tag.pk], "set_assignee": cast.officer}
        rule(municipality, name=f"Р{number}", **wanted)

    def count(first: int, many: int) -> int:
        items = [written(first + number, f"Нема воде у улици {number}", at=timezone.now()) for number in range(many)]
        with scope(cast.cuprija), CaptureQueriesContext(connection) as captured:
            ingest.store_messages(municipality.channel, items)
        return len(captured)

    assert count(0, 1) == count(10, 500)
    with scope(cast.cuprija):
        assert Message.objects.filter(tags=[tag.pk], assignee=cast.officer).count() == 501


def test_what_follows_makes_its_conversation_urgent_and_decides_nothing_else(municipality: MunicipalityInbox) -> None:
    officer = municipality.cast.officer
    rule(municipality, words="цури гас", set_assignee=officer, set_topic="safety")
    talk = {"conversation": "c", "visibility": Visibility.DIRECT, "at": timezone.now()}
    one, other = (replace(written(number, text, at=timezone.now()), **talk)
                  for number, text in enumerate(("Добро вече", "Цури гас у ходнику!")))  # fmt: skip
    (head,) = store(municipality, one)
    (later,) = store(municipality, other)
    head = municipality.reload(head)
    assert (later.is_follow_up, later.is_urgent, later.assignee_id, later.topic) == (True, True, None, "")
    assert (head.is_urgent, head.assignee_id) == (True, None)


# ---- writing rules


def test_a_rule_needs_a_name_a_condition_and_an_effect_in_use(municipality: MunicipalityInbox) -> None:
    cast = municipality.cast
    with scope(cast.novi_pazar):
        foreign = tags.add(cast.novi_pazar, "Туђа", by=cast.administrator)
    bad: list[dict[str, Any]] = [
        {"name": ""}, {"words": ""}, {"words": " , ;"}, {"set_urgent": False}, {"kind": "nonsense"},
        {"set_assignee": cast.mentor}, {"set_tags": [foreign.pk]}, {"words": "x" * 501}, {"name": "x" * 61},
    ]  # fmt: skip
    for wanted in bad:
        with pytest.raises(ActionNotAllowed):
            rule(municipality, **{"words": "вода", **wanted})
    with scope(cast.cuprija):
        assert not SortingRule.objects.exists()


def test_a_municipality_has_thirty(municipality: MunicipalityInbox) -> None:
    by = municipality.cast.officer
    rows = [rule(municipality, words=f"реч{number}") for number in range(sorting_rules.MOST)]
    with pytest.raises(ActionNotAllowed, match="30 rules"):
        rule(municipality, words="још")
    with scope(municipality.cast.cuprija):
        sorting_rules.retire(rows[0], by=by)
    rule(municipality, words="још")
    with scope(municipality.cast.cuprija), pytest.raises(ActionNotAllowed, match="30 rules"):
        sorting_rules.restore(rows[0], by=by)


def test_the_pages_write_try_order_and_remove_rules(municipality: MunicipalityInbox) -> None:
    cast, client = municipality.cast, sign_in(municipality.cast.officer)
    many(municipality, 7, text="Нема воде, зовите 064 123 4567", remote="near")
    many(municipality, 2, text="Када ради шалтер", remote="other")
    many(municipality, 1, text="Нема воде", remote="old")
    with scope(cast.cuprija):
        Message.objects.filter(remote_id="old-0").update(at=timezone.now() - timedelta(days=31))
    data = {"words": "nema vode", "set_urgent": "on"}
    tried = client.post(f"{RULES}new/", {**data, "try": "1"})
    assert tried.status_code == 200
    trial = tried.context["trial"]
    assert (trial.tried, trial.matched, len(trial.examples), trial.is_cut) == (9, 7, 5, False)
    assert "064 123 4567" not in tried.text
    with scope(cast.cuprija):
        assert not SortingRule.objects.exists()
        assert not Message.objects.filter(is_urgent=True).exists()
    assert client.post(f"{RULES}new/", data).status_code == 422  # without a name
    assert client.post(f"{RULES}new/", {"name": "Вода", "set_urgent": "on"}).status_code == 422
    assert client.post(f"{RULES}new/", {**data, "name": "Вода"}).status_code == 302
    client.post(f"{RULES}new/", {**data, "name": "Струја", "words": "струја"})
    with scope(cast.cuprija):
        first, second = SortingRule.objects.order_by("position")
    changed = {"name": "Струја!", "words": "струја", "set_topic": "light"}
    assert client.post(f"{RULES}{second.pk}/", changed).status_code == 302
    client.post(f"{RULES}{second.pk}/up/")
    client.post(f"{RULES}{first.pk}/off/")
    page = client.get(RULES).text
    assert page.index("1. Струја!") < page.index("2. Вода")
    assert "Switched off" in page
    removed = client.post(f"{RULES}{first.pk}/retire/", follow=True).text
    assert f"/inbox/rules/{first.pk}/restore/" in removed
    assert client.get(f"{RULES}{first.pk}/").status_code == 404
    client.post(f"{RULES}{first.pk}/restore/")
    assert client.post(f"{RULES}{first.pk}/delete/").status_code == 404
    with scope(cast.cuprija):
        assert SortingRule.objects.filter(is_retired=False).count() == 2
        verbs = set(AuditEvent.objects.filter(verb__startswith="sorting_rule.").values_list("verb", flat=True))
    assert verbs == {f"sorting_rule.{name}" for name in ("create", "change", "move", "off", "retire", "restore")}


def test_rules_stay_in_their_municipality(municipality: MunicipalityInbox) -> None:
    cast = municipality.cast
    with scope(cast.novi_pazar):
        sorting_rules.create(cast.novi_pazar, RuleInput("Све", words="вода", set_urgent=True), by=cast.administrator)
    (row,) = store(municipality, written(1, "Вода", at=timezone.now()))
    assert not row.is_urgent
    with scope(cast.cuprija):
        assert SavedAnswer.objects.count() == 0
