"""The composer warns of the same text twice, and of two posts within the hour, and blocks neither."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from municipalities.tenancy import scope
from posts import rules
from posts.draft import Text
from posts.models import Post
from posts.scheduling.neighbours import neighbour_notes
from tests.analytics.factories import channel
from tests.people import Cast, sign_in
from tests.posts.desk import CYRILLIC, Desk, in_hours

DAYS = 24
LATIN = "Voda će biti isključena u Njegoševoj ulici do 15 časova."
SAME, CLOSE = "has the same text", "Less than an hour"


def warned(client: Client, desk: Desk, text: str = CYRILLIC, hours: float = 30, **fields: Any) -> str:
    """What a preview of a new post says at its time."""
    local = in_hours(hours).local
    sent = {
        "text-sr-Cyrl": text, "channels": [desk.mastodon.pk], "when": "time", "date": f"{local:%d.%m.%Y}.",
        "time": f"{local:%H:%M}", **fields,
    }  # fmt: skip
    answer = client.post(reverse("post_preview", args=["cuprija"]), sent, headers={"Accept-Language": "en"})
    notes = answer.content.decode().split('id="when-notes"')[1].split("</div>")[0]
    return notes.replace("&#x27;", "'")


def test_the_same_text_within_two_weeks_is_named_with_a_link_in_either_script(desk: Desk) -> None:
    client = sign_in(desk.cast.officer)
    other = desk.write(time=in_hours(30 + 10 * DAYS))
    for fields in ({}, {"text": "", "text-sr-Latn": LATIN}, {"text": f"  {CYRILLIC}\n"}):
        notes = warned(client, desk, **fields)
        assert SAME in notes
        assert reverse("post", args=["cuprija", other.pk]) in notes
    assert SAME not in warned(client, desk, "Нешто друго."), "another text"
    assert SAME not in warned(client, desk, CYRILLIC[:-20]), "a part of it"
    assert SAME not in warned(client, desk, channels=[desk.bluesky.pk]), "another channel"
    assert SAME not in warned(client, desk, key=str(other.key)), "itself"
    assert SAME not in warned(client, desk, hours=60 + 25 * DAYS), "more than two weeks later"


def test_two_posts_within_the_hour_are_named_unless_one_is_gone(desk: Desk) -> None:
    client = sign_in(desk.cast.officer)
    other = desk.write("Прва вест.", time=in_hours(30.6))
    assert CLOSE in warned(client, desk, "Друга вест.")
    assert CLOSE not in warned(client, desk, "Друга вест.", hours=31.9)
    assert CLOSE not in warned(client, desk, ""), "nothing is written yet"
    Post.objects.filter(pk=other.pk).update(deleted_at=timezone.now())
    assert CLOSE not in warned(client, desk, "Друга вест.")


def test_posts_of_other_municipalities_are_not_seen_and_one_query_finds_them(
    desk: Desk, cast: Cast, django_assert_num_queries: Any
) -> None:
    with scope(cast.novi_pazar):
        theirs = channel(cast.novi_pazar, cast.stranger)
        Post.objects.create(
            municipality=cast.novi_pazar,
            author=cast.stranger,
            draft={"texts": {"sr-Cyrl": {"text": CYRILLIC}}, "channels": [theirs.pk, desk.mastodon.pk]},
            due_at=timezone.now() + timedelta(hours=30),
            search_key="voda ce biti iskljucena u njegosevoj ulici do 15 casova.",
        )
    at, draft = rules.resolve_moment(timezone.now() + timedelta(hours=30)).due_at, desk.draft()
    post = Post(municipality=desk.municipality)
    with django_assert_num_queries(1):
        assert neighbour_notes([desk.mastodon], at, post, draft) == []
    for minutes in (1, 2, 3, 4):
        desk.change(desk.write(), desk.draft(texts={"sr-Cyrl": Text(CYRILLIC)}), time=in_hours(30 + minutes / 60))
    with django_assert_num_queries(1):
        assert len(neighbour_notes([desk.mastodon, desk.bluesky], at, post, draft)) == 3
