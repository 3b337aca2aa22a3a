"""Networks with conversations only: no post is offered for them, and nothing is counted."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime

import pytest

from django.urls import reverse

from administration.queries import first_steps
from analytics.dashboards.queries import counted_channels, metric_availability
from analytics.ingestion.queries import channels_without_subject
from channels import validation
from channels.models import Channel
from municipalities.models import Municipality
from municipalities.queries import today
from municipalities.tenancy import everywhere, scope
from platforms.registry import PLATFORMS
from platforms.types import Outgoing
from posts.calendar.views.post_list import options
from posts.draft import Draft, parse
from posts.editing.domain.create import blank_post
from posts.editing.domain.save import BadDraft, refuse_foreign_objects
from posts.queries import usable_channels
from tests.analytics.factories import channel
from tests.people import Cast, sign_in

pytestmark = pytest.mark.django_db

NAME = "Only conversations"


@pytest.fixture
def talking(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Channel:
    """A connected channel whose network takes no posts."""
    monkeypatch.setitem(PLATFORMS, "viber", dataclasses.replace(PLATFORMS["viber"], takes_posts=False))
    return channel(cast.cuprija, cast.approver, platform="viber", name=NAME)


def test_no_post_is_offered_for_it(cast: Cast, talking: Channel) -> None:
    public = channel(cast.cuprija, cast.approver)
    with scope(cast.cuprija):
        assert list(usable_channels()) == options()["channels"] == [public]
        assert parse(blank_post(cast.cuprija, by=cast.officer).draft).channels == (public.pk,)
        with pytest.raises(BadDraft):
            refuse_foreign_objects(Draft(channels=(public.pk, talking.pk)))
        outgoing = Outgoing("Нова вест", "sr-Cyrl", "0" * 32, datetime.now(UTC))
        assert "takes_no_posts" in {problem.code for problem in validation.check(talking, outgoing)}
        answer = dataclasses.replace(outgoing, reply_to="1")
        assert "takes_no_posts" not in {problem.code for problem in validation.check(talking, answer)}


@pytest.mark.parametrize("name", ["post_new", "slots"])
def test_pages_of_posts_leave_it_out(cast: Cast, talking: Channel, name: str) -> None:
    channel(cast.cuprija, cast.approver, name="Public page")
    page = sign_in(cast.officer).get(reverse(name, args=["cuprija"]), follow=True).content.decode()
    assert "Public page" in page
    assert NAME not in page


def test_nothing_is_counted(cast: Cast, talking: Channel) -> None:
    with everywhere("test"):
        assert not channels_without_subject()
    with scope(cast.cuprija):
        assert counted_channels.channels() == metric_availability.channels_shown() == []


def test_it_is_not_the_first_channel_to_connect(cast: Cast, talking: Channel) -> None:
    with scope(cast.cuprija):
        (row,) = first_steps._with_progress(Municipality.objects.filter(pk=cast.cuprija.pk), today())
    assert not row.has_channel


def test_its_pages_speak_of_messages_only(cast: Cast, talking: Channel) -> None:
    client = sign_in(cast.approver)
    listed = client.get(reverse("channels", args=["cuprija"])).content.decode()
    assert NAME in listed
    assert "Next post" not in listed
    page = client.get(reverse("channel", args=["cuprija", talking.pk])).content.decode()
    assert "Languages and scripts" not in page
    assert "Metrics of posts" not in page
    assert "comments" not in page
    assert "no messages arrive" in page
    assert "Receives nothing" in listed
