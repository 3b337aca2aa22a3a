"""Every list of a new workspace says in one sentence why it is empty, and what to do next, or who does it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import pytest

from django.test import Client
from django.utils import timezone, translation

from municipalities.models import Enrolment, Membership, Municipality, Pairing
from tests.architecture.test_urls import Address, addresses
from tests.people import Cast, municipality, sign_in

pytestmark = pytest.mark.django_db
MAIN = re.compile(r"<main.*?</main>", re.DOTALL)
EMPTY = re.compile(r'<div class="empty">.*?</div>', re.DOTALL)
# The page itself has the next act: its primary button, or a form to fill in.
ACT = re.compile(r"button-primary|<form[^>]*method=\"post\"")

# Pages that are neither a list nor empty in a new workspace, or show their emptiness in another way: forms, settings,
# a calendar with its days, catalogues that come with the portal.
NO_LIST = {
    "analytics_metrics", "analytics_past_imports", "annotation_new", "calendar", "campaign_new", "channel_choose",
    "check_in_new", "check_in_unplanned", "cohort_new", "consultation_new", "deciders", "enrol", "exports", "feed",
    "first_steps", "good_practice", "house_rules", "inbox_answer_new", "inbox_office_hours", "inbox_people",
    "inbox_rule_new", "inbox_satisfaction", "library", "library_folder_new", "library_template_new", "member_invite",
    "members", "mentoring_plan_library", "need_new", "needs_overview", "pair", "pause", "plan_import",
    "post_from_picture", "post_new", "programme_kit_new", "programme_overview", "programme_people",
    "programme_practice", "programme_transparency", "programme_transparency_questions", "report_schedule", "rubric",
    "self_check", "service_new", "settings", "settings_comparison",
    "settings_needs_page", "settings_public", "settings_rules", "train_new", "trainer_invite",
}  # fmt: skip
# Lists on which this person has nothing to do: who or what fills them, in the sentence of the page.
FILLED_BY = {
    "activity": "All actions here",
    "analytics": "once a channel is connected",
    "analytics_indicators": "Your municipality takes part in none today",
    "analytics_links": "once a channel is connected",
    "analytics_peers": "The programme's staff set this up",
    "analytics_posts": "once a channel is connected",
    "analytics_time": "once a channel is connected",
    "analytics_works": "once a channel is connected",
    "campaigns": "A campaign holds the posts",
    "channels": "An approver of the municipality or the administrator",
    "check_in_hours": "When a mentor records a check-in",
    "check_ins": "The mentor plans them",
    "consultations": "Officers of the municipality prepare consultations",
    "exercise": "At a training you play",
    "hand_over": "Staff of the programme pair or invite one",
    "inbox": "appear here automatically",
    "library_hashtags": "Keep the hashtags",
    "library_pictures": "Add them here, or while you write",
    "library_snippets": "Keep here what you write",
    "mentoring_plan": "The programme's staff enrol the municipality",
    "mentoring_reviews": "A review is created from a plan",
    "moderation": "Messages waiting for a decision",
    "needs": "Officers of the municipality record needs",
    "posts": "The officers of the municipality write the first one",
    "posts_links": "Write a post with a link",
    "programme_gallery": "Officers share a published post",
    "progress": "When your mentor fills in the rubric",
    "settings_services": "Programme staff keep the national catalogue",
    "settings_words": "the composer offers to remember the word",
    "slots": "They can be set once the first one is connected",
    "trainings": "When the programme plans a training",
    "workspace": "A scheduled post appears here",
}


@cache
def lists() -> list[Address]:
    """Pages of a workspace or a programme without an object in their address."""
    kinds = ("workspace", "programme")
    return [
        row
        for row in addresses()
        if row.is_ours and row.permission and row.permission.kind in kinds and set(row.kwargs) <= {"municipality"}
    ]


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def kula(cast: Cast) -> Municipality:
    """A workspace in which nothing was done; its people have no other, and no municipality is enrolled."""
    place = municipality("kula", "Кула", "Kula")
    Membership.objects.filter(user__in=(cast.officer, cast.approver)).update(municipality=place)
    Pairing.objects.all().delete()
    Pairing.objects.create(mentor=cast.mentor, municipality=place, starts_on=timezone.localdate())
    Enrolment.objects.all().delete()
    return place


SLOW_ROLES = [pytest.param(role, marks=pytest.mark.slow) for role in ("approver", "mentor")]


@pytest.mark.parametrize("role", ["officer", "staff", *SLOW_ROLES])
def test_every_empty_list_says_what_to_do_next(cast: Cast, kula: Municipality, role: str) -> None:
    client = sign_in(cast.everyone()[role])
    wrong = [problem for row in lists() if (problem := _problem(client, row, role))]
    assert wrong == []


def _problem(client: Client, row: Address, role: str) -> str:
    if (row.permission and row.permission.kind == "programme") != (role == "staff"):
        return ""
    answer = client.get("/" + row.route.replace("<slug:municipality>", "kula"))
    if answer.status_code != 200 or not answer.headers["Content-Type"].startswith("text/html"):
        return ""
    main = "".join(MAIN.findall(answer.text))
    if not main:
        return ""  # a fragment
    boxes = EMPTY.findall(main)
    if not boxes:
        return "" if row.name in NO_LIST else f"{row.name}: no empty state"
    for box in boxes:
        if "<p>" not in box:
            return f"{row.name}: an empty state without a sentence: {box}"
        if not ("<a " in box or ACT.search(main) or FILLED_BY.get(row.name, "\0") in box):
            return f"{row.name}: an empty state without the next act: {box}"
    return ""


def test_the_lists_name_pages() -> None:
    assert (NO_LIST | FILLED_BY.keys()) - {row.name for row in lists()} == set()
