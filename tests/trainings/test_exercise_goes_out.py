"""What a team writes in the composer goes through the outbox, over HTTP, to the practice network, and is wiped."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from django.utils import timezone

from channels.models import Channel
from delivery.dispatch import publish_due
from delivery.enums import State
from delivery.models import Delivery
from municipalities.tenancy import scope
from posts.draft import Draft, Shown, Text
from posts.editing.domain.create import create
from posts.editing.domain.save import Content, Saved, save_draft
from posts.media.domain import pictures
from posts.scheduling.domain.schedule import publish_now
from practice.models import Media, Status
from tests.people import Cast
from tests.posts.desk import picture_bytes
from tests.practice.network import serving
from tests.trainings.exercising import started
from trainings.domain import exercises

TEXT = "Без воде до 18 часова: улице Краља Петра и Косовска."


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_teams_post_goes_over_http_citizens_read_it_and_wiping_takes_it_back(
    cast: Cast, settings: Any, media: Path
) -> None:
    with serving(media) as address:
        settings.PRACTICE_URL = address
        settings.PRIVATE_HOSTS_ALLOWED = [address.removeprefix("http://")]
        group = started(cast)
        team = group.first
        with scope(team.workspace):
            raw = picture_bytes()
            picture = pictures.add(team.workspace, io.BytesIO(raw), name="voda.jpg", size=len(raw), by=cast.officer)
            post = create(team.workspace, by=cast.officer)
            channels = (Channel.objects.get().pk,)
            draft = Draft(texts={"sr-Cyrl": Text(TEXT)}, media=(Shown(picture.pk, "Цистерна"),), channels=channels)
            saved = save_draft(post, Content(draft, "Вода", "service"), revision=post.revision, by=cast.officer)
            assert isinstance(saved, Saved)
            publish_now(saved.post, by=cast.officer)
        publish_due(timezone.now())
        with scope(team.workspace):
            assert Delivery.objects.get().state == State.PUBLISHED
    there = Status.objects.get(account=team.page)
    assert there.text == TEXT
    assert there.media.get().description == "Цистерна"
    shown = media / there.media.get().file.name
    assert shown.exists()
    group.play(5)
    assert {"jasno", "gde-cisterna"} <= set(group.plays(team))
    assert "do-kad" not in group.plays(team)
    assert Status.objects.get(pk=there.pk).likes_count > 1
    exercises.end(group.exercise, by=cast.staff)
    assert (team_facts := group.first.facts)["described"] == team_facts["pictures"] == 1
    exercises.wipe(group.exercise, by=cast.staff)
    assert not Status.objects.exists()
    assert not Media.objects.exists()
    assert not shown.exists()
    assert not [path for path in media.rglob("*") if path.is_file()]
