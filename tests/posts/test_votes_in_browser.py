"""How people voted, for everybody who may look: with a keyboard, a reader of screens, a phone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from django.utils import timezone

from municipalities.tenancy import scope
from posts.draft import Draft, Interactive, Text
from posts.editing.domain.save import store_draft
from posts.models import PollResult, Post
from tests.analytics.factories import channel, published
from tests.browsing import enter, is_sound
from tests.people import Cast

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

OPTIONS = ("Парк у насељу код старе ливнице", "Дечје игралиште", "Стаза уз реку")


def voted(cast: Cast) -> Post:
    """A poll that is over, on two channels."""
    now, post = timezone.now(), None
    for votes in ([31, 44, 20], [8, 12, 5]):
        row = published(channel(cast.cuprija, cast.approver), now - timedelta(days=9))
        with scope(cast.cuprija):
            row.version.structure = {"interactive": {"kind": "poll", "options": list(OPTIONS)}}
            row.version.save()
            row.delivery.payload = {"poll": {"options": list(OPTIONS), "seconds": 86_400, "multiple": False}}
            row.delivery.save()
            post = post or row.post
            row.post = post
            row.save()
            PollResult.objects.create(
                municipality=cast.cuprija, publication=row, votes=votes, voters=sum(votes), is_over=True, at=now
            )  # fmt: skip
    assert post is not None
    with scope(cast.cuprija):
        asked = Interactive("poll", OPTIONS, days=7, promise="Изнећемо на седницу већа.")
        store_draft(post, Draft(texts={"sr-Cyrl": Text("Шта прво да уредимо?")}, interactive=asked))
        post.save()
    return post


def test_the_votes_are_sound_on_the_posts_page_and_beside_the_report(page: Any, live_server: Any, cast: Cast) -> None:
    post = voted(cast)
    enter(page, live_server, cast.officer)
    for path in (f"posts/{post.pk}/closing/", f"posts/{post.pk}/"):
        page.goto(f"{live_server.url}/m/cuprija/{path}")
        table = page.get_by_role("group", name="Votes by answer and channel")
        assert "56" in table.inner_text(), "44 votes and 12"
        page.wait_for_load_state("networkidle")
        is_sound(page)
