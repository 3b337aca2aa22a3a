"""What is held of one citizen, until it is erased: the copy has all of it, and nothing stays by accident.

Every place where the portal puts a citizen's words gets a word of its own, so that a search through the whole database
says which place was forgotten.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from django.apps import apps
from django.db import connection
from django.utils import timezone, translation
from django.utils.html import escape

from administration.models import Export
from channels.models import Channel, Event
from common.models import MailMessage
from delivery.models import Attempt, Delivery
from inbox import personal_data
from inbox.domain import (
    answer,
    department_questions,
    desk,
    drafts,
    evidence,
    handover,
    legal_hold,
    moderate,
    propose,
    retention,
    triage,
)
from inbox.models import Citizen as Citizens
from inbox.models import (
    Conversation,
    ConversationMerge,
    ExternalReply,
    Message,
    MessageAttachment,
    Reply,
    SatisfactionQuestion,
)
from inbox.moderation_rules import AppealDecision, ModerationReason, ModerationRequest
from municipalities.tenancy import everywhere, scope
from needs.domain import supporters
from needs.domain.write import NeedContent, create
from participation.domain import contribute
from posts.models import Consent, Media
from serbian.folding import fold
from tests.analytics import factories
from tests.architecture.test_personal_data import in_the_list
from tests.inbox.conftest import MunicipalityInbox, allowed, hiding, municipality, network
from tests.participation import contributed
from tests.people import sign_in

__all__ = ["allowed", "hiding", "municipality", "network"]

PAGE = "/m/cuprija/inbox/people/"
NAME, HANDLE, AUTHOR = "Прокопије Незнани", "prokopije.neznani", "author-77155"
# One for each place, and nowhere else in the database.
WORDS = {
    "message": "јаребица",
    "first words": "препелица",
    "note": "шљука",
    "question": "чапља",
    "shown to the department": "гњурац",
    "answer of the department": "кукавица",
    "answer": "славуј",
    "text on the network": "сврака",
    "proposed answer": "детлић",
    "reason why it came back": "грлица",
    "draft": "штиглић",
    "copy of what was hidden": "голуб",
    "why it was hidden": "јастреб",
    "objection": "соколица",
    "decision about it": "орловица",
    "quote": "ластавица",
    "note beside the quote": "пупавац",
    "event of the network": "вивак",
    "reason of a hold": "утва",
    "private message": "косовка",
    "name of an attachment": "зеба",
    "answer from elsewhere": "кобац",
    "reason of a merge": "луња",
    "word beside yes": "жуна",
}


# They go earlier: private messages have a time of their own.
PRIVATE_WORDS = (
    "private message", "name of an attachment", "answer from elsewhere", "reason of a merge", "word beside yes",
)  # fmt: skip


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@dataclass
class Citizen:
    """One author below a post on Facebook; `message` has everything, `hidden` was hidden (with an objection)."""

    municipality: MunicipalityInbox
    channel: Channel
    message: Message
    hidden: Message


def _wrote(channel: Channel, remote_id: str, text: str, seen: str = "") -> Message:
    now = timezone.now()
    row: Message = Message.objects.create(
        municipality_id=channel.municipality_id, channel=channel, remote_id=remote_id, author_id=AUTHOR,
        author_name=NAME, author_handle=HANDLE, text=text, first_text=seen, visibility="public", at=now,
        received_at=now, counts_from=now,
        url="https://facebook.example/prokopije.neznani/1",
    )  # fmt: skip
    return row


def _talk(row: Message, cast: Any) -> None:
    """Note, department, answers and drafts about one message."""
    triage.add_note(row, f"Белешка {WORDS['note']}", by=cast.officer)
    waterworks = desk.add_department(cast.cuprija, "Водовод", "vodovod@test.example", by=cast.officer)
    asked = handover.QuestionInput(
        f"Питање {WORDS['question']}", shown=f"Речи {WORDS['shown to the department']}", with_name=True
    )
    question = handover.ask(
        row, waterworks, asked, until=department_questions.after_working_minutes(60), by=cast.officer
    )
    handover.answer(question, f"Одговор {WORDS['answer of the department']}", "Мира")
    proposed = propose.submit(row, f"Предлог {WORDS['proposed answer']}", by=cast.officer)
    propose.send_back(
        proposed,
        proposed.text,
        f"Није {WORDS['reason why it came back']}",
        revision=proposed.revision,
        by=cast.approver,
    )
    reply = answer.answer(row, f"Хвала, {NAME}: {WORDS['answer']}", by=cast.officer)
    Delivery.objects.filter(pk=reply.delivery_id).update(
        shown=f"Хвала {WORDS['text on the network']}", shown_now=f"Хвала {WORDS['text on the network']}!"
    )
    drafts.save(row, f"Нацрт {WORDS['draft']}", by=cast.officer)


def _hide(row: Message, cast: Any, reason: str) -> None:
    made = moderate.propose(
        row, ModerationRequest(reason, "hide", f"Зато {WORDS['why it was hidden']}"), by=cast.officer
    )
    moderate.mark_done_manually(made, "", by=cast.officer)
    moderate.record_objection(made, f"Приговор {WORDS['objection']}", timezone.localdate(), by=cast.officer)
    moderate.decide(made, AppealDecision.STANDS, f"Остаје {WORDS['decision about it']}", by=cast.approver)


def _converse(channel: Channel, cast: Any) -> None:
    """A private conversation with everything that can belong to one."""
    now = timezone.now()
    of_both = {"municipality": cast.cuprija, "channel": channel, "author_id": AUTHOR, "author_name": NAME}
    citizen_row = Citizens.objects.create(municipality=cast.cuprija)
    conversation = Conversation.objects.create(
        **of_both, author_handle=HANDLE, remote_id="t_7", last_received_at=now, citizen=citizen_row
    )
    row = Message.objects.create(
        **of_both, author_handle=HANDLE, remote_id="7_8", text=f"Насамо {WORDS['private message']}", at=now,
        received_at=now, counts_from=now, visibility="direct", conversation=conversation,
    )  # fmt: skip
    MessageAttachment.objects.create(
        municipality=cast.cuprija, message=row, position=0, kind="file", name=f"{WORDS['name of an attachment']}.pdf",
        state="refused", problem="type",
    )  # fmt: skip
    ExternalReply.objects.create(
        municipality=cast.cuprija, conversation=conversation, remote_id="a_7",
        text=f"Са телефона {WORDS['answer from elsewhere']}", at=now, received_at=now,
    )  # fmt: skip
    ConversationMerge.objects.create(
        municipality=cast.cuprija, conversation=conversation, citizen=citizen_row, by=cast.officer,
        reason=f"Помиње {WORDS['reason of a merge']}",
    )  # fmt: skip
    asked = answer.send_automatic(row, "Да ли је одговорено?", by=cast.officer, approved_by=None)
    SatisfactionQuestion.objects.create(
        municipality=cast.cuprija, conversation=conversation, message=row, reply=asked, asked_at=now,
        value="yes", word=WORDS["word beside yes"], answered_at=now,
    )  # fmt: skip


def _quote(row: Message, cast: Any) -> None:
    need = create(cast.cuprija, NeedContent("Клупе у парку"), by=cast.officer)
    supporters.gather(need, [row], by=cast.officer)
    supporter = need.supporters.get()
    supporters.set_quote(supporter, f"Нема {WORDS['quote']}", by=cast.officer)
    type(supporter).objects.filter(pk=supporter.pk).update(note=f"{NAME} {WORDS['note beside the quote']}")


@pytest.fixture
def citizen(municipality: MunicipalityInbox) -> Callable[..., Citizen]:
    """Makes a citizen about whom everything is held that can be held."""

    def make(reason: str = ModerationReason.INSULT) -> Citizen:
        cast = municipality.cast
        channel = factories.channel(cast.cuprija, cast.officer, platform="facebook", remote_id="100")
        with scope(cast.cuprija):
            row = _wrote(channel, "7_1", f"Нема {WORDS['message']}", f"Прво {WORDS['first words']}")
            hidden = _wrote(channel, "7_2", f"Ружно {WORDS['copy of what was hidden']}")
            _quote(row, cast)
            _talk(row, cast)
            _hide(hidden, cast, reason)
            _converse(channel, cast)
        value = {
            "item": "comment", "verb": "add", "comment_id": "7_3", "post_id": "100_7", "parent_id": "100_7",
            "message": WORDS["event of the network"], "from": {"id": AUTHOR, "name": NAME},
            "created_time": int(timezone.now().timestamp()),
        }  # fmt: skip
        Event.objects.create(
            platform="facebook", key="k1", account_id="100", kind="comment", payload={"field": "feed", "value": value}
        )
        return Citizen(municipality, channel, row, hidden)

    return make


def where(*words: str) -> dict[str, set[str]]:
    """In which columns ("inbox_message.text") each of these words stands, in all tables of the database."""
    columns: dict[str, set[str]] = {}
    with everywhere("a test reads every column"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables"
            " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT to_jsonb(t) FROM "{table}" t WHERE to_jsonb(t)::text ~* %s', ["|".join(words)])
            for (row,) in cursor.fetchall():
                for column, value in (json.loads(row) if isinstance(row, str) else row).items():
                    text = json.dumps(value, ensure_ascii=False).lower()
                    for word in words:
                        if word.lower() in text:
                            columns.setdefault(word, set()).add(f"{table}.{column}")
    return columns


EVERYTHING = (NAME, HANDLE, AUTHOR, *WORDS.values())


def copy_of(row: Citizen) -> dict[str, Any]:
    """The file that an approver gives them."""
    answer = sign_in(row.municipality.cast.approver).post(f"{PAGE}export/", {"of": row.message.pk})
    copy: dict[str, Any] = json.loads(answer.content)
    return copy


def erased(row: Citizen) -> None:
    answer = sign_in(row.municipality.cast.approver).post(f"{PAGE}erase/", {"of": row.message.pk, "sure": "yes"})
    assert answer.status_code == 302


def test_the_copy_has_every_word_that_is_held(citizen: Callable[..., Citizen]) -> None:
    row = citizen()
    with scope(row.municipality.cast.cuprija):
        legal_hold.place(row.message, f"Спор {WORDS['reason of a hold']}", by=row.municipality.cast.approver)
    assert set(where(*WORDS.values())) == set(WORDS.values())  # each word is there to be searched for
    client = sign_in(row.municipality.cast.approver)
    page = client.get(f"{PAGE}held/?of={row.message.pk}").text
    file = client.post(f"{PAGE}export/", {"of": row.message.pk}).text
    assert [what for what, word in WORDS.items() if word not in file] == []
    assert [what for what, word in WORDS.items() if word not in page] == []
    assert "inbox-answer/" not in file + page  # the link in the mail to the department is a key


def test_the_copy_has_every_column_in_which_something_of_theirs_stands(citizen: Callable[..., Citizen]) -> None:
    """Asked of the database, not of the list: wherever a word of theirs is found, a place has that column."""
    citizen()
    known = in_the_list()
    stands = {column for columns in where(*EVERYTHING).values() for column in columns}
    assert stands - known == set()


def test_every_place_of_the_list_shows_something_of_them(citizen: Callable[..., Citizen]) -> None:
    """A place that is added later gets its rows in this test, too."""
    row = citizen()
    with scope(row.municipality.cast.cuprija):
        legal_hold.place(row.message, "Спор", by=row.municipality.cast.approver)
        _rest(row)
        _took_part(row)
    copy = copy_of(row)
    shown = {code for message in copy["messages"] for code in message} | set(copy["other"]) | {"messages"}
    assert {place.code for place in personal_data.stores() if place.rows is not None} - shown == set()
    assert {entry["code"] for entry in copy["places"]} == {place.code for place in personal_data.stores()}
    assert all(entry["kept"] for entry in copy["places"])


def _rest(row: Citizen) -> None:
    """What is about them without being theirs: a consent, a caller, a post that quotes them, a file with everything."""
    cast, now = row.municipality.cast, timezone.now()
    need = create(cast.cuprija, NeedContent("Расвета"), by=cast.officer)
    supporter = supporters.add(need, "phone", timezone.localdate(), by=cast.officer)
    type(supporter).objects.filter(pk=supporter.pk).update(note="Звао Neznani Prokopije")
    publication = factories.published(row.channel, now)
    version, post = publication.version, publication.version.post
    version.variants.create(municipality=cast.cuprija, language="sr", script="Latn", text=f"„Нема {WORDS['quote']}”")
    post.search_key = fold(f"„Нема {WORDS['quote']}”")
    post.save(update_fields=["search_key"])
    media = Media.objects.create(municipality=cast.cuprija, width=1, height=1, bytes=1, uploaded_by=cast.officer)
    Consent.objects.create(
        municipality=cast.cuprija, media=media, kind="paper", people=NAME, given_on=now.date(),
        keep_until=now.date() + timedelta(days=9), recorded_by=cast.officer,
    )  # fmt: skip
    Message.objects.create(
        municipality=cast.cuprija, channel=row.channel, remote_id="7_9", author_id="other", author_name="Ана",
        text=f"Питајте {NAME}", at=now, received_at=now, counts_from=now,
    )  # fmt: skip
    Attempt.objects.filter(delivery=Reply.objects.get(is_automatic=False).delivery).delete()
    Attempt.objects.create(
        municipality=cast.cuprija, delivery=Reply.objects.get(is_automatic=False).delivery, number=1, step="create",
        opened_at=now, closed_at=now, outcome="refused", detail={"key": "x", "words": "The network did not take it"},
    )  # fmt: skip
    Export.objects.create(
        municipality=cast.cuprija, asked_by=cast.approver, state="ready", name="file.zip", bytes=1, ready_at=now,
        expires_at=now + timedelta(days=7),
    )  # fmt: skip


def _took_part(row: Citizen) -> None:
    """A proposal of theirs, one on paper that holds their name, and minutes that do."""
    cast = row.municipality.cast
    hearing = contributed.consultation_of(cast)
    contribute.from_message(hearing, row.message, by=cast.officer)
    meeting = contributed.meeting_of(cast, hearing)
    contribute.from_meeting(meeting, "Предлог је дао Neznani Prokopije", speaker="citizen", by=cast.officer)
    type(meeting).objects.filter(pk=meeting.pk).update(note="Говорио је Neznani Prokopije")


def test_nothing_stays_after_the_erasure(citizen: Callable[..., Citizen]) -> None:
    row = citizen()
    erased(row)
    assert where(*EVERYTHING) == {}
    with scope(row.municipality.cast.cuprija):
        assert Reply.objects.count() == 2  # what counts, stays
    assert not MailMessage.objects.filter(dedupe__startswith="inbox.handover").exists()


def test_files_with_everything_go_with_an_erasure(
    citizen: Callable[..., Citizen], settings: Any, tmp_path: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.EXPORTS_ROOT = tmp_path
    (tmp_path / "file.zip").write_bytes(b"x")
    row = citizen()
    with scope(row.municipality.cast.cuprija):
        _rest(row)
    with django_capture_on_commit_callbacks(execute=True):
        erased(row)
    assert list(tmp_path.iterdir()) == []
    with scope(row.municipality.cast.cuprija):
        assert Export.objects.get().state == "gone"


def test_what_stays_is_in_a_place_that_says_why_and_the_pages_say_it(citizen: Callable[..., Citizen]) -> None:
    row = citizen(ModerationReason.THREAT)
    with scope(row.municipality.cast.cuprija):
        _rest(row)
    client = sign_in(row.municipality.cast.approver)
    before = client.post(f"{PAGE}erase/", {"of": row.message.pk}).text
    erased(row)
    left = where(*EVERYTHING)
    assert WORDS["copy of what was hidden"] in left  # a threat: evidence
    staying = [place for place in personal_data.stores() if place.stays]
    allowed_columns = {
        f"{apps.get_model(place.model)._meta.db_table}.{name}"
        for place in staying
        if place.model
        for name in place.columns
    } | {"needs_supporter.note"}  # of a caller of the same name
    others = {"inbox_message.text", "inbox_message.search_key"}  # somebody else's words, with the name
    assert {column for columns in left.values() for column in columns} <= allowed_columns | others
    with scope(row.municipality.cast.cuprija):
        assert not Message.objects.filter(author_id=AUTHOR).exists()
    for place in staying:
        assert place.stays is not None
        assert escape(place.stays()) in before
    assert "objections (1)" in before


def test_a_copy_that_outlives_its_message_is_found_by_the_name_and_given(
    citizen: Callable[..., Citizen], settings: Any
) -> None:
    """The words of a message are over after a year, the copy of what was hidden after two."""
    row = citizen(ModerationReason.THREAT)
    erased(row)
    client = sign_in(row.municipality.cast.approver)
    results = client.post(PAGE, {"q": "prokopije neznani"}).text
    assert f'value="{row.hidden.pk}"' in results
    page = client.get(f"{PAGE}held/?of={row.hidden.pk}").text
    file = client.post(f"{PAGE}export/", {"of": row.hidden.pk}).text
    for text in (page, file):
        assert WORDS["copy of what was hidden"] in text
        assert WORDS["decision about it"] in text
    settings.INBOX_EVIDENCE_DAYS = -1  # its time is over now
    assert evidence.purge_expired() == 1
    assert where(*EVERYTHING) == {}
    assert 'name="of"' not in client.post(PAGE, {"q": "prokopije neznani"}).text


def test_what_is_held_stays_whole_and_goes_when_the_hold_ends(citizen: Callable[..., Citizen]) -> None:
    row = citizen()
    with scope(row.municipality.cast.cuprija):
        legal_hold.place(row.message, f"Спор {WORDS['reason of a hold']}", by=row.municipality.cast.approver)
    erased(row)
    held = {WORDS[what] for what in ("message", "note", "answer", "question", "quote", "reason of a hold")}
    assert held <= set(where(*held))
    with scope(row.municipality.cast.cuprija):
        legal_hold.release(row.message, by=row.municipality.cast.approver)
    erased(row)
    assert where(*EVERYTHING) == {}


def test_when_the_time_of_the_words_is_over_only_copies_quotes_and_events_wait_for_theirs(
    citizen: Callable[..., Citizen],
) -> None:
    row = citizen()
    with scope(row.municipality.cast.cuprija):
        Message.objects.update(state="closed", settled_at=timezone.now() - timedelta(days=400))
    assert retention.purge_expired() == 3
    stands = {column.partition(".")[0] for columns in where(*EVERYTHING).values() for column in columns}
    assert stands == {"inbox_moderation", "needs_supporter", "channels_event"}


def test_nothing_of_another_municipality_is_shown_or_erased(citizen: Callable[..., Citizen]) -> None:
    row = citizen()
    cast, now = row.municipality.cast, timezone.now()
    with scope(cast.novi_pazar):
        other = Message.objects.create(
            municipality=cast.novi_pazar, channel=factories.channel(cast.novi_pazar, cast.stranger), remote_id="1",
            author_id=AUTHOR, author_name=NAME, text="Туђиноречје", at=now, received_at=now, counts_from=now,
        )  # fmt: skip
    assert "Туђиноречје" not in json.dumps(copy_of(row), ensure_ascii=False)
    erased(row)
    with scope(cast.novi_pazar):
        assert Message.objects.get(pk=other.pk).text == "Туђиноречје"
