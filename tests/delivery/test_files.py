"""The files of a post on their way out: the very ones that were approved, in one piece, in chunks, or by address."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from delivery.domain import content
from delivery.domain.claim import take_due
from delivery.domain.pre_send_check import PreSendCheck
from delivery.models import Delivery
from platforms.types import Captions, Outgoing, Video
from tests.delivery.conftest import Outbox, outgoing_of

pytestmark = pytest.mark.django_db
MOVIE = b"\x00\x00\x00\x18ftypmp42" + bytes(range(256)) * 400


@pytest.fixture
def film() -> Iterator[Video]:
    ref = default_storage.save("files-test/film.mp4", ContentFile(MOVIE))
    titles = default_storage.save("files-test/film.srt", ContentFile(b"1\n00:00:00,000 --> 00:00:01,000\nDan\n"))
    yield Video(ref, "video/mp4", 1280, 720, 12.0, len(MOVIE), captions=Captions(titles, "sr"))
    for name in (ref, titles):
        default_storage.delete(name)


def with_film(film: Video) -> Outgoing:
    return outgoing_of("Снимак", video=film)


def test_a_film_is_read_in_chunks_and_says_that_somebody_is_at_work(film: Video) -> None:
    signs: list[int] = []
    with content.Files(with_film(film), lambda: signs.append(1)).open(film.ref) as file:
        file.seek(12)
        assert file.read(4) == MOVIE[12:16]
        assert file.tell() == 16
    assert signs == [1]


def test_a_file_that_has_changed_since_it_was_approved_is_not_sent(film: Video) -> None:
    other = Video(**{**vars(film), "size": film.size + 1})
    with pytest.raises(content.PictureMissing, match="changed"):
        content.Files(with_film(other)).open(film.ref)


def test_captions_are_read_though_no_size_was_frozen(film: Video) -> None:
    assert film.captions is not None
    assert content.Files(with_film(film))(film.captions.ref).startswith(b"1\n")


@pytest.mark.parametrize("ref", ["files-test/none.mp4", "../../etc/passwd"])
def test_a_file_that_is_not_there_is_said_to_be_gone(film: Video, ref: str) -> None:
    with pytest.raises(content.PictureMissing, match="gone"):
        content.Files(with_film(film)).open(ref)


def test_a_network_fetches_the_very_file(film: Video, client: Client) -> None:
    answer: Any = client.get(urlsplit(content.Files(with_film(film)).address(film.ref)).path)
    assert (answer["Content-Type"], b"".join(answer.streaming_content)) == ("video/mp4", MOVIE)


def test_the_lease_begins_anew_with_the_chunks_of_a_large_file(outbox: Outbox) -> None:
    delivery = outbox.put()
    with outbox.inside():
        (work,) = take_due(timezone.now(), 50)
        departure = PreSendCheck(outbox.again(delivery), work.attempt)
        before = Delivery.objects.get(pk=delivery.pk).lease_until
        departure.heartbeat()
        assert Delivery.objects.get(pk=delivery.pk).lease_until == before
        with time_machine.travel(timezone.now() + timedelta(minutes=2), tick=False):
            departure.heartbeat()
        after = Delivery.objects.get(pk=delivery.pk).lease_until
    assert before is not None
    assert after is not None
    assert after - before > timedelta(minutes=1)
