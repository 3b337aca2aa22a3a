"""The search of posts: other forms of Serbian words, and the order of what it finds."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from django.urls import reverse
from django.utils import timezone

from delivery.enums import State
from delivery.models import Delivery
from posts.models import Post
from tests.people import sign_in
from tests.posts.desk import Desk
from tests.posts.test_calendar_pages import clock, scheduled


def titles(desk: Desk, **query: Any) -> list[str]:
    answer = sign_in(desk.cast.officer).get(reverse("posts", args=["cuprija"]), query)
    assert answer.status_code == 200
    return [str(post) for post in answer.context["page"]]


def written(desk: Desk, title: str, text: str) -> Post:
    post = desk.write(text)
    Post.objects.filter(pk=post.pk).update(title=title)
    return post


def test_other_forms_of_a_word_are_found_in_either_script(desk: Desk) -> None:
    """“Прекид воде због радова” was not among the two posts that "вода" found."""
    written(desk, "Прекид", "Без воде ће остати Супска. Сипајте воду за пиће.")
    written(desk, "Свечаност", "Гимназија слави сто година.")
    written(desk, "Путеви", "Општина обнавља школски пут.")
    for typed in ("вода", "voda", "воду", "водом"):
        assert titles(desk, q=typed) == ["Прекид"], typed
    assert titles(desk, q="школа") == ["Путеви"]
    assert titles(desk, q="школе путеви обнавља") == []
    assert titles(desk, q="гимназије слави") == ["Свечаност"]


def test_what_begins_with_the_letters_stands_before_what_only_holds_them(desk: Desk) -> None:
    written(desk, "Кварови", "Водовод ради до поноћи.")
    written(desk, "Субвенције", "Пријаве за системе за наводњавање.")  # changed last
    assert titles(desk, q="вод") == ["Кварови", "Субвенције"]
    assert titles(desk, q="наводња") == ["Субвенције"]


@pytest.mark.parametrize("typed", ["(вода", "вода*", "[", "\\", "во.а", "%", "вода|школа", "{{", "'", "1/2", "🙂", "ß"])
def test_signs_are_letters_to_look_for_and_never_an_expression(desk: Desk, typed: str) -> None:
    written(desk, "Прекид", "Без воде до 12 часова.")
    assert titles(desk, q=typed) == []


# ---- the order, which the page states


def test_what_is_to_come_stands_with_the_next_first_and_what_is_out_with_the_last(desk: Desk) -> None:
    posts = [
        scheduled(desk, clock(at), text) for at, text in (("11:00", "Друга"), ("10:00", "Прва"), ("12:00", "Трећа"))
    ]
    assert titles(desk) == ["Трећа", "Прва", "Друга"]
    assert titles(desk, state="scheduled") == ["Прва", "Друга", "Трећа"]
    for delivery in Delivery.objects.all():
        now = timezone.now()
        Delivery.objects.filter(pk=delivery.pk).update(state=State.PUBLISHED, remote_id=delivery.pk, published_at=now)
    Post.objects.filter(pk=posts[1].pk).update(updated_at=timezone.now() + timedelta(hours=1))  # corrected last
    assert titles(desk, state="published") == ["Трећа", "Друга", "Прва"]


@pytest.mark.parametrize(
    ("query", "order"),
    [
        ({}, "The last changed first."),
        ({"state": "scheduled"}, "The next to go out first."),
        ({"state": "published"}, "The last published first."),
        ({"q": "зив"}, "First the posts with a word that begins like this."),
    ],
)
def test_the_page_states_its_order(desk: Desk, query: dict[str, str], order: str) -> None:
    post = scheduled(desk, clock("10:00"))
    if query.get("state") == "published":
        Delivery.objects.filter(publication__post=post).update(
            state=State.PUBLISHED, remote_id="1", published_at=timezone.now()
        )
    assert order in sign_in(desk.cast.officer).get(reverse("posts", args=["cuprija"]), query).text
