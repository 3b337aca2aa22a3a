"""Private messages are erased earlier than public ones, with their files and names, unless a hold keeps them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from channels.models import Channel
from inbox import personal_data
from inbox.domain import conversation_stores, legal_hold, retention
from inbox.models import Conversation, ExternalReply, Message, MessageAttachment
from inbox.queries import personal_data as queries
from municipalities.tenancy import scope
from tests.analytics import factories
from tests.people import Cast

WORDS = "Немам за лекове"


@pytest.fixture
def channel(cast: Cast) -> Channel:
    return factories.channel(cast.cuprija, cast.approver)


def settled(channel: Channel, days: float, visibility: str = "direct", **more: Any) -> Message:
    """A message that was closed so many days ago."""
    at = timezone.now() - timedelta(days=days)
    with scope(channel.municipality_id):
        return Message.objects.create(
            municipality_id=channel.municipality_id, channel=channel, remote_id=f"m{Message.objects.count()}",
            author_id="42", author_name="Мира Мирић", text=WORDS, visibility=visibility, state="closed", settled_at=at,
            at=at, received_at=at, counts_from=at, **more,
        )  # fmt: skip


def talk(channel: Channel, at: datetime | None) -> Conversation:
    with scope(channel.municipality_id):
        return Conversation.objects.create(
            municipality_id=channel.municipality_id, channel=channel, remote_id="42", author_id="42",
            author_name="Мира Мирић", last_received_at=at,
        )  # fmt: skip


def erased(channel: Channel) -> list[bool]:
    retention.purge_expired()
    with scope(channel.municipality_id):
        return [row.text == "" for row in Message.objects.order_by("pk")]


@pytest.mark.parametrize(
    ("visibility", "days", "is_erased"),
    [
        ("direct", 181, True), ("direct", 179, False), ("followers", 181, True), ("", 181, True),
        ("public", 181, False), ("unlisted", 181, False), ("public", 366, True),
    ],
)  # fmt: skip
def test_private_ones_are_kept_for_half_a_year(channel: Channel, visibility: str, days: int, is_erased: bool) -> None:
    settled(channel, days, visibility)
    assert erased(channel) == [is_erased]


def test_they_are_never_kept_longer_than_public_ones(channel: Channel, settings: Any) -> None:
    settings.INBOX_PRIVATE_DAYS, settings.INBOX_DAYS = 900, 30
    settled(channel, 31)
    assert erased(channel) == [True]


@pytest.mark.parametrize(("kind", "days", "is_erased"), [("spam", 31, True), ("unlawful", 300, False)])
def test_spam_goes_sooner_and_evidence_later(channel: Channel, kind: str, days: int, is_erased: bool) -> None:
    settled(channel, days, kind=kind)
    assert erased(channel) == [is_erased]


def test_what_is_open_or_held_stays(cast: Cast, channel: Channel) -> None:
    held, is_open = settled(channel, 400), settled(channel, 400)
    with scope(cast.cuprija):
        legal_hold.place(held, "Спор пред судом", by=cast.approver)
        Message.objects.filter(pk=is_open.pk).update(state="open", settled_at=None)
    assert erased(channel) == [False, False]


def test_files_and_the_conversation_go_with_the_last_message(
    cast: Cast, channel: Channel, django_capture_on_commit_callbacks: Any
) -> None:
    row = talk(channel, timezone.now() - timedelta(days=200))
    message = settled(channel, 200, conversation=row)
    file = default_storage.save("attachments/nalaz.txt", ContentFile(b"x"))
    with scope(cast.cuprija):
        MessageAttachment.objects.create(
            municipality=cast.cuprija, message=message, position=0, kind="file", state="stored", file=file, name="налаз"
        )
    with django_capture_on_commit_callbacks(execute=True):
        assert erased(channel) == [True]
    assert not default_storage.exists(file)
    with scope(cast.cuprija):
        attachment, row = MessageAttachment.objects.get(), Conversation.objects.get()
    assert (attachment.file, attachment.name, row.author_name, row.author_id) == ("", "", "", "")


@pytest.mark.parametrize(("days", "is_erased"), [(181, True), (100, False)])
def test_a_conversation_in_which_only_we_wrote_is_erased_too(
    cast: Cast, channel: Channel, days: int, is_erased: bool
) -> None:
    at = timezone.now() - timedelta(days=days)
    row = talk(channel, None)
    with scope(cast.cuprija):
        ExternalReply.objects.create(
            municipality=cast.cuprija, conversation=row, remote_id="1", text=WORDS, at=at, received_at=at
        )
    assert [conversation_stores.purge_expired() for _time in range(2)] == [int(is_erased), 0]
    with scope(cast.cuprija):
        assert (Conversation.objects.get().author_name == "", ExternalReply.objects.get().text == "") == (
            is_erased, is_erased
        )  # fmt: skip


def test_who_changed_their_name_is_found_by_the_conversation(cast: Cast, channel: Channel) -> None:
    row = talk(channel, timezone.now())
    settled(channel, 1, conversation=row)
    with scope(cast.cuprija):
        row.author_name = "Мирјана Новопрезиме"
        row.save()
        Conversation.objects.filter(pk=row.pk).update(search_key="mirjana novoprezime")
        (author,) = queries.search_authors("Новопрезиме")
        assert author.author_id == "42"
        stores = {held.store.code for held in personal_data.collect(queries.data_subject([author]))}
    assert stores >= {"messages", "conversations"}
