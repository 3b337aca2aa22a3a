"""Campaigns: posts that belong together."""

from __future__ import annotations

from typing import Any

import pytest

from django.urls import reverse

from common.errors import ActionNotAllowed
from common.models import AuditEvent
from municipalities.tenancy import scope
from planning import queries
from planning.domain import campaigns
from planning.models import Campaign, CampaignPost
from posts.editing.domain.create import create
from tests.people import Cast, sign_in

VALUES = {"name": "Упис у вртић", "note": "", "starts_on": None, "ends_on": None}


@pytest.fixture
def campaign(cast: Cast) -> Campaign:
    with scope(cast.cuprija):
        return campaigns.begin(cast.cuprija, VALUES, by=cast.officer)


def test_two_campaigns_of_one_name_are_refused(cast: Cast, campaign: Campaign) -> None:
    with scope(cast.cuprija), pytest.raises(ActionNotAllowed):
        campaigns.begin(cast.cuprija, VALUES, by=cast.officer)
    with scope(cast.novi_pazar):
        campaigns.begin(cast.novi_pazar, VALUES, by=cast.stranger)


def test_a_post_belongs_to_one_campaign_and_each_change_is_recorded_once(cast: Cast, campaign: Campaign) -> None:
    with scope(cast.cuprija):
        other = campaigns.begin(cast.cuprija, {**VALUES, "name": "Фонтана"}, by=cast.officer)
        post = create(cast.cuprija, by=cast.officer)
        for wanted in (campaign, campaign, other, None, None):
            campaigns.assign(post, wanted, by=cast.officer)
        assert not CampaignPost.objects.exists()
    assert AuditEvent.objects.filter(verb="post.campaign").count() == 3


def test_a_campaign_ends_and_is_opened_again_from_its_page(cast: Cast, campaign: Campaign) -> None:
    officer, url = sign_in(cast.officer), reverse("campaign_end", args=["cuprija", campaign.pk])
    for has_ended, verb in ((True, "campaign.end"), (False, "campaign.open")):
        assert officer.post(url).status_code == 302
        with scope(cast.cuprija):
            campaign.refresh_from_db()
        assert (campaign.ended_at is not None) == has_ended
        assert AuditEvent.objects.latest("pk").verb == verb


def test_the_list_counts_posts_and_leaves_out_deleted_ones(cast: Cast, campaign: Campaign) -> None:
    with scope(cast.cuprija):
        for number in range(3):
            post = create(cast.cuprija, by=cast.officer)
            campaigns.assign(post, campaign, by=cast.officer)
            if number == 0:
                post.deleted_at = post.created_at
                post.save()
        (listed,) = queries.campaigns()
        assert (listed.posts, listed.public) == (2, 0)


def test_from_the_page_a_post_is_begun_in_the_campaign_and_taken_out(cast: Cast, campaign: Campaign) -> None:
    officer = sign_in(cast.officer)
    officer.post(reverse("campaign_post", args=["cuprija", campaign.pk]))
    with scope(cast.cuprija):
        (post,) = queries.posts_of(campaign, drafts=True)
    assert str(campaign) in officer.get(reverse("campaigns", args=["cuprija"])).content.decode()
    take_out = {"post": post.pk, "campaign": "", "back": campaign.pk}
    assert officer.post(reverse("campaign_assign", args=["cuprija"]), take_out).status_code == 302
    with scope(cast.cuprija):
        assert queries.posts_of(campaign, drafts=True) == []


@pytest.mark.parametrize("sent", [{"post": "x"}, {"post": "9" * 30}, {"post": "0", "campaign": "1"}])
def test_a_post_that_is_none_is_not_found(cast: Cast, campaign: Campaign, sent: dict[str, str]) -> None:
    assert sign_in(cast.officer).post(reverse("campaign_assign", args=["cuprija"]), sent).status_code == 404


def test_another_municipality_cannot_put_its_post_into_ours(cast: Cast, campaign: Campaign) -> None:
    with scope(cast.novi_pazar):
        post = create(cast.novi_pazar, by=cast.stranger)
    stranger = sign_in(cast.stranger)
    sent = {"post": post.pk, "campaign": campaign.pk}
    assert stranger.post(reverse("campaign_assign", args=["novi-pazar"]), sent).status_code == 404
    assert stranger.get(reverse("campaign", args=["cuprija", campaign.pk])).status_code == 404


def test_the_last_day_is_not_before_the_first(cast: Cast) -> None:
    sent = {"name": "Фонтана", "starts_on": "2026-12-10", "ends_on": "2026-12-01"}
    answer = sign_in(cast.officer).post(reverse("campaign_new", args=["cuprija"]), sent)
    assert answer.status_code == 422
    assert "Фонтана" in answer.content.decode()


def test_a_campaign_page_costs_the_same_for_one_post_and_for_many(
    cast: Cast, campaign: Campaign, django_assert_max_num_queries: Any
) -> None:
    with scope(cast.cuprija):
        for _ in range(25):
            campaigns.assign(create(cast.cuprija, by=cast.officer), campaign, by=cast.officer)
    officer = sign_in(cast.officer)
    for name, args in (("campaign", [campaign.pk]), ("campaigns", [])):
        officer.get(reverse(name, args=["cuprija", *args]))  # the first page of a sitting writes down who sits there
        with django_assert_max_num_queries(12):
            assert officer.get(reverse(name, args=["cuprija", *args])).status_code == 200


def test_mentors_see_campaigns_and_change_nothing(cast: Cast, campaign: Campaign) -> None:
    mentor = sign_in(cast.mentor)
    assert mentor.get(reverse("campaign", args=["cuprija", campaign.pk])).status_code == 200
    assert mentor.post(reverse("campaign_end", args=["cuprija", campaign.pk])).status_code == 403
    assert mentor.post(reverse("campaign_post", args=["cuprija", campaign.pk])).status_code == 403
