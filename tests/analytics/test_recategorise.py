"""Correcting what a published post counts as: the version stays, the numbers follow."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from django.urls import reverse
from django.utils import timezone

from analytics.enums import Basis, FetchOutcome
from analytics.ingestion.domain import collect
from analytics.models import DailyFact, MonthlyFact, Subject
from analytics.rollups.domain import rollup
from common.models import AuditEvent
from municipalities.tenancy import scope
from posts.models import Publication, Version
from tests.analytics import factories
from tests.people import Cast, sign_in

WANTED = {"category": "ceremony", "call_kind": "vote", "service": "", "interactive": "poll"}


@pytest.fixture
def subjects(cast: Cast) -> list[Subject]:
    """One post on two channels, read on two days."""
    now = timezone.now()
    first, second = (factories.channel(cast.cuprija, cast.officer) for _ in range(2))
    publication = factories.published(first, now - timedelta(days=3))
    beside = factories.published(second, now - timedelta(days=3))
    with scope(cast.cuprija):
        Publication.objects.filter(pk=beside.pk).update(post=publication.post, version=publication.version)
    collect.enrol()
    with scope(cast.cuprija):
        read = list(Subject.objects.filter(publication__isnull=False).order_by("pk"))
        for day, likes in ((2, 5), (1, 8)):
            results = {subject.pk: (FetchOutcome.READ, {"likes": likes}) for subject in read}
            collect.record(read, results, now - timedelta(days=day))
    rollup.rebuild_dirty_days()
    return read


def page(subject: Subject) -> str:
    return reverse("analytics_counted", args=["cuprija", subject.pk])


def by_category(basis: Basis) -> list[tuple[Any, ...]]:
    facts = DailyFact.objects.filter(basis=basis).order_by("day", "channel_id")
    return list(facts.values_list("traits__category", "traits__call_kind", "traits__interactive", "posts", "likes"))


def test_an_officer_corrects_a_category_and_the_numbers_of_all_days_follow(cast: Cast, subjects: list[Subject]) -> None:
    answer = sign_in(cast.officer).post(page(subjects[0]), WANTED, follow=True)
    assert answer.status_code == 200
    rollup.rebuild_dirty_days()
    kind = ("ceremony", "vote", "poll")
    with scope(cast.cuprija):
        assert by_category(Basis.PUBLICATION) == [(*kind, 1, 8)] * 2
        assert by_category(Basis.ACTIVITY) == [(*kind, 0, 5)] * 2 + [(*kind, 0, 3)] * 2
        counts = MonthlyFact.objects.filter(basis=Basis.PUBLICATION, posts__gt=0)
        assert set(counts.values_list("ceremonies", "informing", "calls", "interactive")) == {(1, 0, 1, 1)}
        assert Version.objects.filter(category="service").count() == Version.objects.count()
    event = AuditEvent.objects.get(verb="post.recategorise")
    assert event.actor_id == cast.officer.pk
    assert event.detail["changed"] == {
        "category": ["service", "ceremony"], "call_kind": ["", "vote"], "interactive": ["", "poll"],
    }  # fmt: skip


def test_the_row_of_a_post_leads_officers_there_and_viewers_not(cast: Cast, subjects: list[Subject]) -> None:
    rows = reverse("analytics_posts", args=["cuprija"])
    assert f'href="{page(subjects[0])}"' in sign_in(cast.officer).get(rows).content.decode()
    assert "Classification" not in sign_in(cast.viewer).get(rows).content.decode()


def test_what_was_paid_for_holds_for_its_channel_alone(cast: Cast, subjects: list[Subject]) -> None:
    sign_in(cast.officer).post(page(subjects[0]), {"category": "service", "boosted": "on"})
    with scope(cast.cuprija):
        paid = Subject.objects.filter(traits__boosted=True)
        assert [subject.pk for subject in paid] == [subjects[0].pk]
    rollup.rebuild_dirty_days()
    with scope(cast.cuprija):
        months = MonthlyFact.objects.filter(basis=Basis.PUBLICATION, posts__gt=0).order_by("channel")
        boosted_by_channel = {row.channel_id: (row.boosted, row.bought) for row in months}
        assert boosted_by_channel.pop(subjects[0].channel_id) == (1, paid.get().interactions)
        assert set(boosted_by_channel.values()) == {(0, 0)}


def test_saying_the_same_again_changes_nothing(cast: Cast, subjects: list[Subject]) -> None:
    answer = sign_in(cast.officer).post(page(subjects[0]), {"category": "service"}, follow=True)
    assert "Nothing was changed" in answer.content.decode()
    assert not AuditEvent.objects.filter(verb="post.recategorise").exists()


def test_a_word_that_is_no_category_is_refused(cast: Cast, subjects: list[Subject]) -> None:
    answer = sign_in(cast.officer).post(page(subjects[0]), {"category": "party"})
    assert answer.status_code == 422


@pytest.mark.parametrize(("who", "status"), [("viewer", 403), ("stranger", 404), ("mentor", 403)])
def test_only_those_who_may_edit_posts_correct_them(cast: Cast, subjects: list[Subject], who: str, status: int) -> None:
    assert sign_in(getattr(cast, who)).get(page(subjects[0])).status_code == status


def test_a_post_from_before_the_portal_is_corrected_alone(cast: Cast, subjects: list[Subject]) -> None:
    with scope(cast.cuprija):
        Subject.objects.filter(pk=subjects[0].pk).update(kind="imported", publication=None, title="Old news")
    assert "Old news" in sign_in(cast.officer).get(page(subjects[0])).content.decode()
    sign_in(cast.officer).post(page(subjects[0]), WANTED)
    with scope(cast.cuprija):
        assert [subject.pk for subject in Subject.objects.filter(traits__category="ceremony")] == [subjects[0].pk]
    assert AuditEvent.objects.get(verb="post.recategorise").target_label == "Old news"
