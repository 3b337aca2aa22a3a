"""Private conversations: what follows what, what is settled with what, and that nothing unread is ever closed."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from PIL import Image

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from channels.models import Channel
from common.errors import ActionNotAllowed
from delivery.enums import State
from delivery.models import Delivery
from inbox import attachment_types
from inbox.domain import (
    answer,
    attachments,
    conversations,
    deleted_messages,
    external_replies,
    merge_conversations,
    retention,
    triage,
)
from inbox.domain.deleted_messages import mark_deleted
from inbox.domain.ingest import store_messages
from inbox.enums import MessageState
from inbox.models import (
    AttachmentProblem,
    AttachmentState,
    Conversation,
    ConversationMerge,
    DeletedMessage,
    ExternalReply,
    LegalHold,
    Message,
    MessageAttachment,
    MessageFetch,
)
from inbox.queries import listing, thread
from municipalities.queries import access
from municipalities.tenancy import scope
from platforms import reply_windows, types
from platforms.reply_windows import ReplyWindow
from platforms.types import Attachment, AttachmentKind, Seen
from platforms.visibility import Visibility
from tests import office, pdfs
from tests.delivery.conftest import connected
from tests.people import Cast, sign_in
from tests.platforms.fakes import FakeServer

NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)


@pytest.fixture
def channel(cast: Cast, network: FakeServer) -> Iterator[Channel]:
    row = connected(cast, network)
    with scope(cast.cuprija):
        MessageFetch.objects.create(municipality=cast.cuprija, channel=row, fetched_at=timezone.now())
        yield row


def written(remote_id: str, text: str, minutes: float = 0, *, person: str = "jelena", **more: Any) -> types.Message:
    """A private message, so many minutes ago."""
    message = types.Message(
        remote_id=remote_id, in_reply_to=None, root=None, author_id=person, author_handle=person,
        author_name=person.title(), author_url="", author_avatar_url="", text=text, url="",
        at=timezone.now() - timedelta(minutes=minutes), visibility=Visibility.DIRECT, kind="private",
        conversation=f"t-{person}",
    )  # fmt: skip
    return replace(message, **more)


def rows() -> dict[str, Message]:
    return {row.remote_id: row for row in Message.objects.select_related("conversation", "channel")}


def listed(cast: Cast, view: str = "open", **filters: str) -> list[str]:
    narrowed = listing.MessageFilters(view, **filters)
    held = access(cast.approver, cast.cuprija)
    return [row.remote_id for row in listing.filtered_messages(narrowed, cast.officer, timezone.now(), held)]


def test_the_first_open_message_is_listed_and_the_others_follow_it(channel: Channel, cast: Cast) -> None:
    store_messages(channel, [written("1", "Добар дан", 10), written("2", "Када ради базен?", 9)])
    store_messages(channel, [written("3", "Хало?", 1), written("9", "Нешто друго", 2, person="petar")])
    stored = rows()
    assert [stored[key].is_follow_up for key in ("1", "2", "3", "9")] == [False, True, True, False]
    assert sorted(listed(cast)) == ["1", "9"]
    assert listing.follow_up_counts([stored["1"]]) == {stored["1"].conversation_id: 2}
    assert listed(cast, search="базен") == ["2"], "what is searched for may stand in a follow-up"


def test_messages_that_come_out_of_order_or_twice_make_one_conversation(channel: Channel, cast: Cast) -> None:
    late, early = written("2", "друга", 5), written("1", "прва", 6)
    assert store_messages(channel, [late]) == 1
    assert store_messages(channel, [early, late]) == 1
    assert store_messages(channel, [late, early]) == 0
    conversation = Conversation.objects.get()
    assert conversation.last_received_at == late.at
    assert listed(cast) == ["2"], "the one that came first stays the head"


def test_closing_settles_what_was_read_and_lists_what_was_not(channel: Channel, cast: Cast) -> None:
    store_messages(channel, [written("1", "прва", 10), written("2", "друга", 9)])
    head = rows()["1"]
    triage.mark_read(head)
    store_messages(channel, [written("3", "трећа, коју нико није прочитао", 1)])
    triage.close(head, by=cast.officer)
    stored = rows()
    assert [stored[key].state for key in ("1", "2", "3")] == ["closed", "closed", "open"]
    assert listed(cast) == ["3"]


def test_closing_from_the_list_settles_what_the_list_counted(channel: Channel, cast: Cast) -> None:
    store_messages(channel, [written("1", "прва", 10), written("2", "друга", 9)])
    shown = timezone.now()
    store_messages(channel, [written("3", "после приказа списка", 0)])
    triage.close(rows()["1"], by=cast.officer, listed_at=shown)
    assert [rows()[key].state for key in ("1", "2", "3")] == ["closed", "closed", "open"]


def test_a_new_message_makes_its_head_unread_and_wakes_it(channel: Channel, cast: Cast) -> None:
    store_messages(channel, [written("1", "прва", 10)])
    head = rows()["1"]
    triage.mark_read(head)
    triage.snooze(head, timezone.now() + timedelta(hours=3), by=cast.officer)
    store_messages(channel, [written("2", "друга", 1)])
    head = rows()["1"]
    assert head.read_at is None
    assert head.snoozed_until is None


def test_after_a_settled_head_the_next_message_is_a_head(channel: Channel, cast: Cast) -> None:
    store_messages(channel, [written("1", "прва", 10)])
    triage.close(rows()["1"], by=cast.officer)
    store_messages(channel, [written("2", "друга", 1)])
    assert not rows()["2"].is_follow_up
    assert listed(cast) == ["2"]


def test_a_head_that_its_author_takes_back_leaves_the_next_one(channel: Channel, cast: Cast) -> None:
    store_messages(channel, [written("1", "прва", 10), written("2", "друга", 9)])
    mark_deleted(channel, ["1"])
    assert listed(cast) == ["2"]


def test_follow_ups_without_a_head_are_listed_again(channel: Channel, cast: Cast) -> None:
    store_messages(channel, [written("1", "прва", 10), written("2", "друга", 9)])
    Message.objects.filter(remote_id="1").update(state=MessageState.CLOSED, settled_at=timezone.now())
    assert listed(cast) == []
    assert conversations.promote() == 1
    assert listed(cast) == ["2"]


def test_a_private_message_is_private_whatever_the_connector_says(channel: Channel) -> None:
    store_messages(channel, [written("1", "тајна", visibility=Visibility.PUBLIC)])
    assert rows()["1"].is_private


def test_names_that_come_later_are_kept_and_missing_ones_erase_none(channel: Channel) -> None:
    store_messages(channel, [written("1", "прва", 3, author_name="", author_handle="")])
    store_messages(channel, [written("2", "друга", 2, author_name="Јелена П.")])
    store_messages(channel, [written("3", "трећа", 1, author_name="")])
    assert Conversation.objects.get().author_name == "Јелена П."


# ---- what the municipality wrote elsewhere


def ours(remote_id: str, text: str, minutes: float) -> types.Message:
    return written(remote_id, text, minutes, is_ours=True)


def test_an_answer_from_the_networks_own_app_answers_what_came_before_it(channel: Channel, cast: Cast) -> None:
    store_messages(channel, [written("1", "прва", 10), written("2", "друга", 9)])
    store_messages(channel, [ours("a", "Одговорено са телефона", 5), written("3", "хвала, и још нешто", 4)])
    assert external_replies.handle_due() == 0, "for two minutes it may be our own answer"
    ExternalReply.objects.update(received_at=timezone.now() - timedelta(minutes=3))
    assert external_replies.handle_due() == 1
    stored = rows()
    assert [stored[key].state for key in ("1", "2", "3")] == ["answered", "answered", "open"]
    assert stored["1"].first_answer_at is not None
    assert listed(cast) == ["3"]
    assert external_replies.handle_due() == 0


def test_what_we_wrote_is_no_message_of_a_citizen_and_opens_no_window(channel: Channel) -> None:
    store_messages(channel, [written("1", "прва", 60)])
    before = Conversation.objects.get().last_received_at
    store_messages(channel, [ours("a", "одговор", 1)])
    assert set(rows()) == {"1"}
    assert Conversation.objects.get().last_received_at == before


def test_the_conversation_shows_both_sides_in_order_and_what_was_seen(channel: Channel, cast: Cast) -> None:
    store_messages(channel, [written("1", "прва", 10), ours("a", "одговор", 5), written("2", "друга", 1)])
    conversations.mark_seen(channel, [Seen("t-jelena", timezone.now() - timedelta(minutes=4))])
    conversations.mark_seen(channel, [Seen("t-jelena", timezone.now() - timedelta(minutes=40))])
    message = rows()["1"]
    messages = thread.thread(message, access(cast.approver, cast.cuprija))
    external = list(ExternalReply.objects.all())
    entries = thread.bubbles(message, messages, thread.replies(messages), external, {})
    assert [entry.external is not None for entry in entries] == [False, True, False]
    assert entries[1].is_seen


# ---- attachments


def picture_bytes() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (640, 480), "teal").save(out, "JPEG", exif=b"Exif\x00\x00" + b"GPS" * 20)
    return out.getvalue()


def with_attachment(channel: Channel, attachment: Attachment) -> MessageAttachment:
    store_messages(channel, [written("1", "слика", attachments=(attachment,))])
    return MessageAttachment.objects.get()


def test_a_picture_is_encoded_anew_and_others_are_kept_by_their_content(channel: Channel) -> None:
    row = with_attachment(channel, Attachment(AttachmentKind.PICTURE, "src", "../../кућа\u202e.exe", "text/html", 10))
    assert row.name == "кућа_.exe"
    attachments.store_content(row, picture_bytes())
    row.refresh_from_db()
    assert (row.state, row.file_mime, row.shown_as) == (AttachmentState.STORED, "image/png", "picture")
    assert b"GPS" not in default_storage.open(row.file).read()
    assert row.source == ""


@pytest.mark.parametrize(
    "body",
    [
        b"MZ\x90\x00", b"<html><script>alert(1)</script>", b"<?xml version='1.0'?><svg/>", b"PK\x03\x04" + b"a" * 100,
        b"#!/bin/sh\nrm -rf /\x00", b"\x7fELF", b"", b"GIF89a\x01\x00", b"Rar!\x1a\x07",
    ],
)  # fmt: skip
def test_what_is_no_accepted_file_is_not_stored(channel: Channel, body: bytes) -> None:
    row = with_attachment(channel, Attachment(AttachmentKind.FILE, "src", "ponuda.pdf", "application/pdf"))
    attachments.store_content(row, body)
    row.refresh_from_db()
    assert row.state == AttachmentState.REFUSED
    assert row.file == ""


def test_documents_that_are_not_what_they_say_are_not_stored(channel: Channel) -> None:
    row = with_attachment(channel, Attachment(AttachmentKind.FILE, "src", "ponuda.docx", "application/pdf"))
    for name, body in {**office.not_documents(), "slides": office.document("pptx")}.items():
        attachments.store_content(row, body)
        row.refresh_from_db()
        assert (row.state, row.file) == (AttachmentState.REFUSED, ""), name
        assert row.problem in ("type", "program"), name
        MessageAttachment.objects.update(state=AttachmentState.WAITING, problem="")


def test_a_broken_picture_and_a_large_file_are_refused_with_the_reason(channel: Channel) -> None:
    row = with_attachment(channel, Attachment(AttachmentKind.PICTURE, "src"))
    attachments.store_content(row, b"\xff\xd8\xff" + b"broken" * 20)
    row.refresh_from_db()
    assert (row.state, row.problem) == (AttachmentState.REFUSED, "broken")
    store_messages(
        channel,
        [written("2", "", person="petar", attachments=(Attachment(AttachmentKind.FILE, "s", size=10**9),))],
    )
    large = MessageAttachment.objects.get(message__remote_id="2")
    assert (large.state, large.problem, large.next_at) == (AttachmentState.REFUSED, "size", None)


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 500


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (OLE, AttachmentProblem.OLD_OFFICE),
        (b"{\\rtf1{\\object\\objautlink}}", AttachmentProblem.OLD_OFFICE),
        (b"\r\n {\\rtf1}", AttachmentProblem.OLD_OFFICE),
        (office.related("docx", "attachedTemplate", "https://a.rs/x.dotm"), AttachmentProblem.PROGRAM),
        (office.document("docx", "word/vbaProject.bin"), AttachmentProblem.PROGRAM),
        (pdfs.encrypted(pdfs.pdf(), "secret"), AttachmentProblem.LOCKED),
        (b"%PDF-1.7 nothing", AttachmentProblem.BROKEN),
    ],
    ids=["OLE", "RTF", "RTF behind blanks", "template", "macros", "locked", "broken"],
)
def test_a_file_that_can_carry_a_program_is_named_with_the_reason(
    channel: Channel, cast: Cast, body: bytes, problem: AttachmentProblem
) -> None:
    row = with_attachment(channel, Attachment(AttachmentKind.FILE, "src", "molba.doc", "application/msword"))
    attachments.store_content(row, body)
    row.refresh_from_db()
    assert (row.state, row.problem, row.file) == (AttachmentState.REFUSED, problem, "")
    page = sign_in(cast.approver).get(f"/m/cuprija/inbox/{row.message_id}/", headers={"Accept-Language": "en"}).text
    assert "molba.doc" in page
    assert str(problem.label) in page


def test_of_a_pdf_with_a_script_the_officer_gets_pictures_of_its_pages(channel: Channel, cast: Cast) -> None:
    row = with_attachment(channel, Attachment(AttachmentKind.FILE, "src", "molba.pdf"))
    attachments.store_content(row, pdfs.pdf(pdfs.RUNS))
    row.refresh_from_db()
    assert (row.state, row.problem) == (AttachmentState.STORED, AttachmentProblem.PICTURES)
    client = sign_in(cast.approver)
    body = client.get(f"/m/cuprija/inbox/{row.message_id}/files/{row.pk}/").getvalue()
    assert body.startswith(b"%PDF-")
    assert b"JavaScript" not in body
    assert len(body) == row.file_size
    page = client.get(f"/m/cuprija/inbox/{row.message_id}/", headers={"Accept-Language": "en"}).text
    assert str(AttachmentProblem.PICTURES.label) in page


@pytest.mark.parametrize(("mime", "ending"), [("application/msword", "doc"), ("application/rtf", "rtf")])
def test_what_was_stored_before_it_was_refused_is_still_handed_out(
    channel: Channel, cast: Cast, mime: str, ending: str
) -> None:
    row = with_attachment(channel, Attachment(AttachmentKind.FILE, "src", f"molba.{ending}"))
    name = default_storage.save(f"attachments/{row.municipality_id}/old.{ending}", ContentFile(OLE))
    MessageAttachment.objects.update(
        state=AttachmentState.STORED, file=name, file_mime=mime, file_size=len(OLE), source="", next_at=None
    )
    client = sign_in(cast.approver)
    answer = client.get(f"/m/cuprija/inbox/{row.message_id}/files/{row.pk}/")
    assert (answer.status_code, answer["Content-Type"]) == (200, mime)
    assert answer["Content-Disposition"].startswith("attachment")
    assert f"molba.{ending}" in client.get(f"/m/cuprija/inbox/{row.message_id}/").text


def test_accepted_types_are_recognised_by_content() -> None:
    for ending in ("docx", "xlsx", "odt", "ods"):
        assert (attachment_types.recognise(office.document(ending)) or attachment_types.TEXT).ending == ending
    assert attachment_types.recognise("Поздрав из Ћуприје".encode()) == attachment_types.TEXT
    assert attachment_types.recognise(OLE) is None
    assert (attachment_types.recognise(b"OggS" + b"\x00" * 20) or attachment_types.TEXT).group == "sound"


def test_an_attachment_is_seen_only_where_its_message_is(channel: Channel, cast: Cast) -> None:
    row = with_attachment(channel, Attachment(AttachmentKind.PICTURE, "src"))
    attachments.store_content(row, picture_bytes())
    address = f"/m/cuprija/inbox/{row.message_id}/files/{row.pk}/"
    response = sign_in(cast.approver).get(address)
    assert response.status_code == 200
    assert response["Content-Type"] == "image/png"
    assert "sandbox" in response["Content-Security-Policy"]
    assert response["Cache-Control"] == "private, no-store"
    assert sign_in(cast.approver).get(address, headers={"range": "bytes=0-9"}).status_code == 206
    assert sign_in(cast.mentor).get(address).status_code in (403, 404)
    assert sign_in(cast.approver).get(f"/m/cuprija/inbox/{row.message_id + 1}/files/{row.pk}/").status_code == 404


# ---- erasure


def test_erasing_a_person_erases_conversation_attachments_and_our_words_elsewhere(
    channel: Channel, cast: Cast, django_capture_on_commit_callbacks: Any
) -> None:
    row = with_attachment(channel, Attachment(AttachmentKind.PICTURE, "src", "moja kuca.jpg"))
    attachments.store_content(row, picture_bytes())
    row.refresh_from_db()
    file = row.file
    store_messages(channel, [ours("a", "Ваша адреса је забележена", 1)])
    with django_capture_on_commit_callbacks(execute=True):
        erased = retention.erase_authors(cast.cuprija, [(channel.pk, "jelena")], by=cast.approver)
    assert erased.messages == 1
    row.refresh_from_db()
    conversation = Conversation.objects.get()
    assert (row.state, row.name, row.file) == (AttachmentState.ERASED, "", "")
    assert not default_storage.exists(file)
    assert (conversation.author_id, conversation.author_name) == ("", "")
    assert "jelena" not in conversation.remote_id
    assert ExternalReply.objects.get().text == ""
    store_messages(channel, [written("7", "пишем поново")])
    assert Conversation.objects.count() == 2, "who writes again begins a new conversation"


def test_a_held_message_keeps_its_conversation(channel: Channel, cast: Cast) -> None:
    store_messages(channel, [written("1", "прва", 2), written("2", "друга", 1)])
    LegalHold.objects.create(municipality=cast.cuprija, message=rows()["2"], reason="спор", by=cast.approver)
    retention.erase_authors(cast.cuprija, [(channel.pk, "jelena")], by=cast.approver)
    assert Conversation.objects.get().author_name == "Jelena"


# ---- the page


def test_the_page_shows_the_conversation_and_its_acts(channel: Channel, cast: Cast) -> None:
    store_messages(channel, [written("1", "Добар дан", 10), ours("a", "Изволите", 5), written("2", "Питање?", 1)])
    page = sign_in(cast.approver).get(f"/m/cuprija/inbox/{rows()['1'].pk}/").text
    assert page.index("Добар дан") < page.index("Изволите") < page.index("Питање?")
    assert "is-ours" in page
    listing_page = sign_in(cast.approver).get("/m/cuprija/inbox/").text
    assert listing_page.count("inbox-row") == 1


def test_a_message_answered_by_telephone_counts_as_answered_with_a_note(channel: Channel, cast: Cast) -> None:
    store_messages(channel, [written("1", "Зовите ме", 10)])
    address = f"/m/cuprija/inbox/{rows()['1'].pk}/elsewhere/"
    assert sign_in(cast.approver).post(address, {"text": " "}).status_code == 422
    assert sign_in(cast.approver).post(address, {"text": "Позвана телефоном, решено"}).status_code == 302
    row = rows()["1"]
    assert row.state == "answered"
    assert row.first_answer_at is not None
    assert row.notes.get().text == "Позвана телефоном, решено"
    assert sign_in(cast.approver).post(address, {"text": "још једном"}).status_code == 422


# ---- windows, as data

DAY = ReplyWindow(timedelta(hours=24), "https://example.org", "2026-11-30", "A day.", tag="RESPONSE")
WEEK = ReplyWindow(
    timedelta(days=7), "https://example.org", "2026-11-30", "A week.", tag="HUMAN_AGENT", scope="human_agent",
    by_person=True,
)  # fmt: skip


@pytest.mark.parametrize(
    ("hours", "scopes", "automatic", "tag"),
    [
        (1, (), False, "RESPONSE"), (23.9, (), False, "RESPONSE"), (24, (), False, None), (23.99, (), False, None),
        (24, ("human_agent",), False, "HUMAN_AGENT"), (24 * 7 - 0.5, ("human_agent",), False, "HUMAN_AGENT"),
        (24 * 7, ("human_agent",), False, None), (25, ("human_agent",), True, None),
        (1, ("human_agent",), True, "RESPONSE"),
    ],
)  # fmt: skip
def test_the_tag_follows_from_the_time_since_the_last_message(
    hours: float, scopes: tuple[str, ...], automatic: bool, tag: str | None
) -> None:
    windows = reply_windows.granted((DAY, WEEK), scopes)
    received_at = NOW - timedelta(hours=hours)
    assert reply_windows.is_open(windows, received_at, NOW, automatic=automatic) == (tag is not None)
    if not automatic:
        window = reply_windows.at(windows, received_at, NOW)
        assert (window.tag if window else None) == tag


def test_without_windows_nothing_may_be_sent_and_one_without_end_never_closes() -> None:
    assert not reply_windows.is_open((), NOW, NOW)
    forever = (ReplyWindow(None, "https://example.org", "2026-11-30", "No limit."),)
    assert reply_windows.is_open(forever, NOW - timedelta(days=900), NOW)


def test_another_municipality_has_none_of_it(channel: Channel, cast: Cast) -> None:
    store_messages(channel, [written("1", "само за Ћуприју")])
    assert sign_in(cast.approver).get(f"/m/novi-pazar/inbox/{rows()['1'].pk}/").status_code in (403, 404)


# ---- one person on several networks


def two_conversations(channel: Channel) -> tuple[Message, Message]:
    store_messages(
        channel, [written("1", "прва", 3), written("2", "исто питање", 2, person="jeca", author_name="Jelena")]
    )
    return rows()["1"], rows()["2"]


def test_conversations_are_merged_with_a_reason_and_separated_by_one_click(channel: Channel, cast: Cast) -> None:
    one, two = two_conversations(channel)
    person = sign_in(cast.approver)
    address = f"/m/cuprija/inbox/{one.pk}/same-person/"
    page = person.get(address).text
    assert "исто питање" in page, "the same name is a candidate"
    assert person.post(address, {"other": two.conversation_id, "reason": " "}).status_code == 422
    assert person.post(address, {"other": two.conversation_id, "reason": "иста пријава"}).status_code == 302
    for row, other in ((one, two), (two, one)):
        shown = person.get(f"/m/cuprija/inbox/{row.pk}/").text
        assert f"/m/cuprija/inbox/{other.pk}/" in shown
        assert "иста пријава" in shown
    merged = ConversationMerge.objects.get()
    assert person.post(f"{address}{merged.pk}/").status_code == 302
    assert person.post(f"{address}{merged.pk}/").status_code == 302
    assert set(Conversation.objects.values_list("citizen", flat=True)) == {None}


def test_a_conversation_is_merged_with_one_person_only(channel: Channel, cast: Cast) -> None:
    one, two = two_conversations(channel)
    store_messages(channel, [written("3", "трећа", 1, person="petar")])
    three = rows()["3"]
    assert one.conversation
    assert two.conversation
    assert three.conversation
    merge_conversations.merge(one.conversation, two.conversation, "иста пријава", by=cast.approver)
    with pytest.raises(ActionNotAllowed):
        merge_conversations.merge(three.conversation, two.conversation, "и ово", by=cast.approver)
    with pytest.raises(ActionNotAllowed):
        merge_conversations.merge(one.conversation, one.conversation, "исто", by=cast.approver)


def test_merging_never_changes_to_whom_an_answer_goes(channel: Channel, cast: Cast) -> None:
    one, two = two_conversations(channel)
    assert one.conversation
    assert two.conversation
    merge_conversations.merge(one.conversation, two.conversation, "иста пријава", by=cast.approver)
    assert (answer._outgoing(rows()["1"], "x").recipient, answer._outgoing(rows()["2"], "x").recipient) == (
        "jelena",
        "jeca",
    )


def test_a_follow_up_leads_to_the_message_that_it_follows(channel: Channel, cast: Cast) -> None:
    store_messages(channel, [written("1", "прва", 10), written("2", "друга", 9)])
    head, follow_up = rows()["1"], rows()["2"]
    response = sign_in(cast.approver).get(f"/m/cuprija/inbox/{follow_up.pk}/?view=open")
    assert response["Location"] == f"/m/cuprija/inbox/{head.pk}/?view=open#message-{follow_up.pk}"
    triage.close(head, by=cast.officer, listed_at=timezone.now())
    assert sign_in(cast.approver).get(f"/m/cuprija/inbox/{follow_up.pk}/").status_code == 200


def test_private_messages_of_two_people_are_never_grouped(channel: Channel) -> None:
    text = "Када ће бити вода у Улици кнеза Милоша, већ три дана нема?"
    store_messages(channel, [written("1", text, 2), written("2", text, 1, person="petar")])
    assert {row.similar_group for row in rows().values()} == {None}


def test_a_message_that_was_taken_back_before_it_came_is_not_stored(channel: Channel) -> None:
    mark_deleted(channel, ["1"])
    assert store_messages(channel, [written("1", "повучено")]) == 0
    assert rows() == {}
    deleted_messages.purge_expired()
    assert store_messages(channel, [written("1", "повучено")]) == 0, "remembered for some days"
    DeletedMessage.objects.update(at=timezone.now() - timedelta(days=8))
    assert deleted_messages.purge_expired() == 1


def test_an_edit_before_its_message_loses_no_attachment(channel: Channel) -> None:
    store_messages(channel, [written("1", "исправљено")])
    first = written("1", "првобитно", attachments=(Attachment(AttachmentKind.PICTURE, "src"),))
    store_messages(channel, [first], follows=False)
    assert MessageAttachment.objects.get().message.text == "исправљено"
    store_messages(channel, [first], follows=False)
    assert MessageAttachment.objects.count() == 1


def test_what_only_we_wrote_opens_no_window(channel: Channel) -> None:
    old, answer_of_ours = written("1", "питање", 60 * 48), ours("a", "одговор", 1)
    store_messages(channel, [old, answer_of_ours])
    assert Conversation.objects.get().last_received_at == old.at
    store_messages(channel, [written("b", "јављамо се", 1, person="petar", is_ours=True)])
    never = Conversation.objects.get(author_id="petar")
    assert never.last_received_at is None
    assert never.closes_at() is None, "Mastodon has no window"


def test_our_answer_that_the_network_reported_first_is_shown_once(channel: Channel, cast: Cast) -> None:
    store_messages(channel, [written("1", "питање", 10)])
    row = rows()["1"]
    reply = answer.answer(row, "Одговор", by=cast.approver)
    store_messages(channel, [ours("a-1", "Одговор", 0)])
    assert ExternalReply.objects.count() == 1
    arrived = {"state": State.PUBLISHED, "published_at": timezone.now(), "remote_id": "a-1"}
    Delivery.objects.filter(pk=reply.delivery_id).update(**arrived)
    answer.settle_delivered()
    assert ExternalReply.objects.count() == 0
    assert rows()["1"].state == "answered"


HOSTILE = "<script>alert(1)</script>'\"&lt;{{ 7*7 }}\u202e"


def test_hostile_words_of_a_conversation_stay_words(channel: Channel, cast: Cast) -> None:
    attached = (
        Attachment(AttachmentKind.FILE, "", HOSTILE, "text/html"),
        Attachment(AttachmentKind.LINK, url="javascript:alert(1)", name=HOSTILE),
        Attachment(AttachmentKind.LOCATION, latitude=float("nan"), longitude=999.0),
    )
    again = written("2", HOSTILE, 2, person="jeca", author_name=HOSTILE)
    store_messages(channel, [written("1", HOSTILE, 9, subject=HOSTILE, attachments=attached), again])
    store_messages(channel, [ours("a", HOSTILE, 5)])
    one, two = rows()["1"], rows()["2"]
    assert one.conversation
    assert two.conversation
    merge_conversations.merge(one.conversation, two.conversation, HOSTILE, by=cast.approver)
    person = sign_in(cast.approver)
    pages = [
        person.get(address).text
        for address in (
            "/m/cuprija/inbox/", f"/m/cuprija/inbox/{one.pk}/", f"/m/cuprija/inbox/{two.pk}/same-person/?q=script",
        )
    ]  # fmt: skip
    for page in pages:
        assert "<script>alert" not in page
        assert "javascript:alert" not in page
        assert ">49<" not in page
    assert pages[1].count("alert(1)") > 3
