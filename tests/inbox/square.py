"""The practice network in its own process, with a page of Ćuprija, a post of ours, and citizens below it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from django.utils import timezone

from channels.connector_factory import open_channel
from channels.models import Channel
from delivery.models import Delivery
from inbox.domain import hide, ingest
from inbox.models import Message, Moderation
from municipalities.tenancy import scope
from practice import queries
from practice.domain import door, write
from practice.enums import AccountKind
from practice.models import Account, Status
from tests.analytics import factories
from tests.people import Cast
from tests.practice.network import serving
from trainings.domain import practice_channel


@pytest.fixture(scope="module")
def practice(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with django_db_blocker.unblock(), serving(tmp_path_factory.mktemp("media")) as address:
        yield address


@dataclass
class Square:
    cast: Cast
    address: str
    channel: Channel
    page: Account
    post: Status

    def comment(self, text: str, who: str = "Љути суграђанин") -> Status:
        return write.publish(door.enter(who), write.Draft(text, "sr", reply_to=self.post.pk))

    def receive(self, text: str) -> Message:
        """The message that a worker heard after a citizen wrote this below our post."""
        message = self.comment(text)
        with scope(self.cast.cuprija):
            ingest.store_messages(self.channel, open_channel(self.channel).replies(str(self.post.pk)).items)
            return Message.objects.select_related("channel").get(remote_id=str(message.pk))

    def work(self) -> int:
        """What the workers do at the next tick, whenever that is due."""
        with scope(self.cast.cuprija):
            Moderation.objects.exclude(next_at=None).update(next_at=timezone.now())
        claimed = hide.claim()
        for key in claimed:
            hide.execute(key)
        return len(claimed)

    def now_of(self, row: Moderation) -> Moderation:
        with scope(self.cast.cuprija):
            return Moderation.objects.select_related("message__channel", "by", "second_by").get(pk=row.pk)

    def seen(self) -> list[str]:
        """The comments that everybody sees."""
        return [status.text for status in queries.thread(self.post)]


@pytest.fixture
def square(practice: str, cast: Cast, settings: Any) -> Square:
    settings.PRACTICE_URL = practice
    settings.PRIVATE_HOSTS_ALLOWED = [*settings.PRIVATE_HOSTS_ALLOWED, practice.removeprefix("http://")]
    page = door.create(AccountKind.PAGE, "Општина Ћуприја", username="cuprija")
    post = write.publish(page, write.Draft("Вода ће стићи у 14 часова.", "sr"))
    with scope(cast.cuprija):
        channel = practice_channel.new(cast.cuprija, page, by=cast.approver)
        publication = factories.published(channel, timezone.now() - timedelta(hours=1))
        Delivery.objects.filter(pk=publication.delivery_id).update(remote_id=str(post.pk))
    return Square(cast, practice, channel, page, post)
