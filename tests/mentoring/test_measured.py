"""Indicators of the mentoring: how soon mentors say their first word, and what was settled before a post went out."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from django.utils import timezone

from analytics.enums import Span
from analytics.indicators.domain import measure as indicator_measure
from analytics.indicators.queries.measurements import measure
from analytics.logframe import Measured
from analytics.models import IndicatorValue
from municipalities.models import Municipality, Pairing
from municipalities.queries import today
from municipalities.tenancy import scope
from posts.editing.domain.submit import submit
from posts.models import Comment, Decision, Post, Publication, Thread
from posts.review.domain.comment import comment, reply
from posts.review.domain.thread import resolve
from tests.analytics import factories
from tests.posts.desk import Desk

pytestmark = pytest.mark.django_db


def value(code: str, municipality: Municipality, first: date | None = None, last: date | None = None) -> Measured:
    with scope(municipality):
        return measure([municipality], first or today() - timedelta(days=10), last or today(), code)[code][
            municipality.pk
        ]


def answered(desk: Desk, after: timedelta, text: str = "Вода") -> Post:
    """A draft submitted two days ago, on which the mentor said a word so much later."""
    shown_at = timezone.now() - timedelta(days=2)
    with scope(desk.municipality):
        post = submit(desk.write(text), by=desk.cast.officer)
        comment(post, "Добро је.", by=desk.cast.mentor)
        Decision.objects.filter(version__post=post).update(at=shown_at)
        Comment.objects.filter(thread__post=post).update(at=shown_at + after)
    return post


def test_me2_is_the_median_of_the_hours_by_the_clock(desk: Desk) -> None:
    assert value("ME2", desk.municipality).why == "before"
    for hours in (2, 30, 5):
        answered(desk, timedelta(hours=hours))
    measured = value("ME2", desk.municipality)
    assert (measured.value, measured.n) == (pytest.approx(5), 3)


def test_me2_moves_when_the_mentor_answers(desk: Desk) -> None:
    with scope(desk.municipality):
        post = submit(desk.write("Вода"), by=desk.cast.officer)
    before = value("ME2", desk.municipality)
    assert (before.value, before.n, before.why, before.quality) == (None, 0, "no_answers", {"shown": 1})
    with scope(desk.municipality):
        comment(post, "Добро је.", by=desk.cast.mentor)
    assert value("ME2", desk.municipality).n == 1


def test_me2_counts_a_draft_on_the_day_on_which_it_was_shown(desk: Desk) -> None:
    answered(desk, timedelta(hours=2))
    two_days_ago = today() - timedelta(days=2)
    assert value("ME2", desk.municipality, two_days_ago, two_days_ago).n == 1
    assert value("ME2", desk.municipality, today(), today()).n == 0


def test_me2_does_not_reckon_with_who_was_no_mentor_then(desk: Desk) -> None:
    answered(desk, timedelta(hours=2))
    Pairing.objects.filter(municipality=desk.municipality).update(starts_on=today())
    assert value("ME2", desk.municipality).n == 0


def remarked(desk: Desk, *, by: Any = None, settled: bool = False) -> Thread:
    """A remark on a draft."""
    with scope(desk.municipality):
        thread = comment(desk.write("Вода"), "Који је рок?", by=by or desk.cast.mentor)
        return resolve(thread, by=desk.cast.officer) if settled else thread


def out(desk: Desk, thread: Thread, ago: timedelta = timedelta(0)) -> Publication:
    """As if the post of the remark had gone out."""
    publication = factories.published(desk.mastodon, timezone.now() - ago)
    with scope(desk.municipality):
        Publication.objects.filter(pk=publication.pk).update(post=thread.post_id)
    return publication


def test_me3_is_the_share_of_remarks_settled_before_the_post_went_out(desk: Desk) -> None:
    assert value("ME3", desk.municipality).value is None
    out(desk, remarked(desk, settled=True))
    assert value("ME3", desk.municipality).value == 100
    out(desk, remarked(desk))
    measured = value("ME3", desk.municipality)
    assert (measured.value, measured.n) == (50, 2)


def test_me3_does_not_count_what_was_settled_too_late_or_said_afterwards(desk: Desk) -> None:
    late = remarked(desk)
    out(desk, late)
    with scope(desk.municipality):
        resolve(late, by=desk.cast.officer)
        comment(late.post, "Лепо је испало.", by=desk.cast.mentor)
    measured = value("ME3", desk.municipality)
    assert (measured.value, measured.n) == (0, 1)


def test_me3_leaves_out_drafts_and_what_colleagues_say_to_each_other(desk: Desk) -> None:
    remarked(desk)
    out(desk, remarked(desk, by=desk.cast.approver))
    assert value("ME3", desk.municipality).value is None


def test_me3_counts_a_post_in_the_days_in_which_it_went_out(desk: Desk) -> None:
    thread = remarked(desk, settled=True)
    with scope(desk.municipality):
        Thread.objects.update(at=timezone.now() - timedelta(days=5), resolved_at=timezone.now() - timedelta(days=4))
    out(desk, thread, timedelta(days=3))
    three_days_ago = today() - timedelta(days=3)
    assert value("ME3", desk.municipality, three_days_ago, three_days_ago).n == 1
    assert value("ME3", desk.municipality, today(), today()).n == 0


def test_the_values_of_the_last_28_days_are_kept_with_the_others(desk: Desk) -> None:
    answered(desk, timedelta(hours=3))
    indicator_measure.renew(today())
    with scope(desk.municipality):
        row = IndicatorValue.objects.get(code="ME2", span=Span.ROLLING)
    assert (row.value, row.n, row.is_enough) == (pytest.approx(3), 1, False)


@pytest.mark.parametrize("count", [1, 8])
def test_they_ask_the_same_number_of_questions_at_any_size(
    desk: Desk, count: int, django_assert_num_queries: Any
) -> None:
    for _n in range(count):
        thread = remarked(desk)
        out(desk, thread)
        answered(desk, timedelta(hours=1))
        with scope(desk.municipality):
            reply(thread, "У петак.", by=desk.cast.officer)
    for code, queries in (("ME2", 4), ("ME3", 1)):
        with scope(desk.municipality), django_assert_num_queries(queries):
            measure([desk.municipality], today(), today(), code)
