"""Good practice in a municipality's library: found, read, and a post begun with it."""

from __future__ import annotations

from typing import Any

import pytest

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from common.models import AuditEvent
from exchange.domain import practice
from exchange.queries.practice import PracticeFilters, examples, seen
from municipalities.models import Enrolment, Programme
from municipalities.tenancy import scope
from posts.draft import parse
from posts.models import Post
from tests.exchange.examples import example, written
from tests.people import Cast, sign_in
from tests.posts.desk import opened


def page(cast: Cast, person: str = "officer", url: str = "good_practice", *args: Any, **query: Any) -> Any:
    return sign_in(getattr(cast, person)).get(reverse(url, args=[cast.cuprija.slug, *args]), query)


def test_it_is_shown_by_purpose_the_programmes_own_first(cast: Cast) -> None:
    example(cast)
    answer = page(cast)
    groups = answer.context["groups"]
    assert [purpose.value for purpose, _looks in groups][:3] == ["service", "eservice", "needs"]
    assert str(groups[0][1][0].example) == "Сељење пијаце"
    assert b"Closing the loop" in answer.content


@pytest.mark.parametrize(
    ("query", "key"),
    [("снег грталици", "zimska-sluzba"), ("sneg GRTALICI", "zimska-sluzba"), ("snow plough", "zimska-sluzba"),
     ("decji crtezi", "decji-crtezi"), ("dečji", "decji-crtezi")],
)  # fmt: skip
def test_it_is_found_in_both_scripts_without_diacritics_and_in_english(cast: Cast, query: str, key: str) -> None:
    assert [match.starter for match in examples(cast.cuprija, PracticeFilters.from_params(query, "", ""))] == [key]


def test_it_is_narrowed_by_purpose_and_format(cast: Cast) -> None:
    groups = page(cast, purpose="needs", format="poll").context["groups"]
    assert [(purpose.value, len(cards)) for purpose, cards in groups] == [("needs", 1)]
    assert len(page(cast, purpose="no-such", format="none").context["groups"]) == 9
    assert b"Nothing found" in page(cast, q="zzzz").content


def test_a_built_in_example_that_is_switched_off_or_rewritten_is_not_shown(cast: Cast) -> None:
    practice.switch(cast.programme, "zimska-sluzba", on=False, by=cast.staff)
    copy = practice.create(cast.programme, written("Вода"), by=cast.staff, starter="voda-sa-mapom")
    refs = [shown.ref for shown in examples(cast.cuprija)]
    assert "zimska-sluzba" not in refs
    assert "voda-sa-mapom" not in refs
    assert str(copy.pk) in refs
    assert page(cast, "officer", "good_practice_example", "zimska-sluzba").status_code == 404
    # an older link leads to the programme's own words
    assert page(cast, "officer", "good_practice_example", "voda-sa-mapom").context["example"] == copy


def test_another_programmes_examples_are_not_there(cast: Cast) -> None:
    other = Programme.objects.create(name="Other")
    foreign = practice.create(other, written(), by=cast.staff)
    practice.switch(other, "zimska-sluzba", on=False, by=cast.staff)
    assert seen(cast.cuprija, str(foreign.pk)) is None
    assert seen(cast.cuprija, "zimska-sluzba") is not None
    assert page(cast, "officer", "good_practice_example", foreign.pk).status_code == 404
    assert page(cast, "officer", "good_practice_picture", foreign.pk).status_code == 404


def test_a_municipality_without_a_programme_sees_what_came_with_the_portal(cast: Cast) -> None:
    example(cast)
    Enrolment.objects.all().delete()
    shown = examples(cast.cuprija)
    assert shown
    assert all(built_in.is_built_in for built_in in shown)


def test_what_one_learns_stands_beside_the_post_with_its_examples_marked(cast: Cast) -> None:
    body = page(cast, "viewer", "good_practice_example", "voda-sa-mapom").content.decode()
    assert '<mark class="gap-mark">у уторак</mark>' in body
    assert "Why it works" in body
    assert "Points to note" in body
    assert "No water on Tuesday" in body
    assert 'alt="A map of a few streets.' in body
    # who may not write is offered nothing to write with
    assert "Start a post" not in body


def test_somebody_elses_municipality_is_not_there(cast: Cast) -> None:
    for name, args in (("good_practice", []), ("good_practice_example", ["zimska-sluzba"]), ("good_practice_pick", [])):
        url = reverse(name, args=[cast.cuprija.slug, *args])
        assert sign_in(cast.stranger).get(url).status_code == 404


@pytest.mark.parametrize("ref", ["no-such", "999999", "99999999999999999999999"])
def test_what_does_not_exist_is_not_there(cast: Cast, ref: str) -> None:
    assert page(cast, "officer", "good_practice_example", ref).status_code == 404


# ---- beginning a post


def test_a_post_begins_with_its_words_and_call_and_what_was_left_open_stays_a_gap(cast: Cast) -> None:
    with scope(cast.cuprija):
        opened(cast)
    client = sign_in(cast.officer)
    url = reverse("good_practice_use", args=[cast.cuprija.slug, "voda-sa-mapom"])
    answer = client.post(url, {"gap-0": "у среду", "gap-1": "Кнеза Милоша"})
    with scope(cast.cuprija):
        post = Post.objects.get()
        draft = parse(post.draft)
    assert answer.url == reverse("post_edit", args=[cast.cuprija.slug, post.pk])
    assert draft.texts["sr-Cyrl"].text.startswith("Без воде у среду: Кнеза Милоша")
    assert "{{место}}" in draft.texts["sr-Cyrl"].text
    assert (draft.call.kind, draft.call.words, post.category) == ("share", "Поделите са комшијама", "service")
    assert draft.channels
    event = AuditEvent.objects.get(verb="example.use")
    assert (event.actor_id, event.municipality_id) == (cast.officer.pk, cast.cuprija.pk)


def test_a_poll_brings_its_answers_and_a_day_becomes_the_deadline(cast: Cast) -> None:
    client = sign_in(cast.officer)
    url = reverse("good_practice_use", args=[cast.cuprija.slug, "sta-prvo-da-uredimo"])
    client.post(url, {"gap-0": "Центар", "gap-1": "2027-03-05"})
    with scope(cast.cuprija):
        draft = parse(Post.objects.get().draft)
    assert draft.interactive.kind == "poll"
    assert len(draft.interactive.options) == 4
    assert draft.call.deadline == "2027-03-05"
    assert "до 5. марта 2027." in draft.texts["sr-Cyrl"].text


def test_an_address_that_is_none_is_told_and_no_post_is_made(cast: Cast) -> None:
    at = 3
    url = reverse("good_practice_use", args=[cast.cuprija.slug, "upis-u-vrtic-u-cetiri-slike"])
    answer = sign_in(cast.officer).post(url, {f"gap-{at}": "javascript:alert(1)"})
    assert answer.status_code == 422
    with scope(cast.cuprija):
        assert not Post.objects.exists()


@pytest.mark.parametrize(("person", "status"), [("viewer", 403), ("mentor", 403), ("staff", 403), ("stranger", 404)])
def test_only_who_writes_posts_begins_one(cast: Cast, person: str, status: int) -> None:
    url = reverse("good_practice_use", args=[cast.cuprija.slug, "voda-sa-mapom"])
    assert sign_in(getattr(cast, person)).post(url).status_code == status


# ---- beside the composer


def test_the_composer_is_told_what_fits_the_kind_of_post(cast: Cast) -> None:
    answer = page(cast, "officer", "good_practice_pick", call="vote", format="poll", category="consultation")
    assert answer.context["looks"][0].example.starter == "sta-prvo-da-uredimo"
    assert b'target="_blank"' in answer.content
    nothing = page(cast, "officer", "good_practice_pick", call="nonsense", format="\x00", category="emergency")
    assert b"No example fits yet" in nothing.content


def test_the_composer_has_the_link_and_asks_nothing_of_good_practice_until_somebody_opens_it(cast: Cast) -> None:
    client = sign_in(cast.officer)
    with CaptureQueriesContext(connection) as queries:
        body = client.get(reverse("post_new", args=[cast.cuprija.slug])).content.decode()
    assert f'data-examples="{reverse("good_practice_pick", args=[cast.cuprija.slug])}"' in body
    assert not any("exchange_" in query["sql"] for query in queries.captured_queries)
    assert "good_practice.css" not in body


@pytest.mark.parametrize("url", ["good_practice", "good_practice_pick"])
def test_many_examples_cost_no_more_queries_than_one(cast: Cast, url: str) -> None:
    example(cast)
    client = sign_in(cast.officer)
    address = reverse(url, args=[cast.cuprija.slug]) + "?category=service"
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    for at in range(30):
        example(cast, f"Пример {at}")
    with CaptureQueriesContext(connection) as many:
        client.get(address)
    assert len(many) == len(few) <= 12
