"""The demo's plans: each at another stage, written as people write, at any time of the year, wiped with the rest."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from django.utils import timezone, translation

from demo import people, plans, reset
from mentoring.models import Activity, Plan, PlanChange
from mentoring.plan_defaults import ACTIVITIES
from mentoring.queries.plans import plan_dashboard
from municipalities.tenancy import everywhere, scope
from notifications.models import Notification
from serbian.scripts import mixed_script_words


@pytest.fixture
def demo(db: None, settings: Any) -> people.People:
    settings.DEMO = True
    demo_people = people.gather(timezone.localdate())
    with translation.override("sr"):
        plans.arrange(list(demo_people.teams.values()), demo_people, timezone.now())
    return demo_people


def plan_of(demo: people.People, slug: str) -> Plan:
    with scope(demo.teams[slug].municipality):
        return Plan.objects.select_related("municipality", "mentor_agreed_by").get()


def test_six_plans_stand_at_six_stages(demo: people.People) -> None:
    by_slug = {slug: plan_of(demo, slug) for slug in demo.teams}
    assert by_slug["novi-pazar"].is_draft
    assert by_slug["novi-pazar"].agreed("mentor")
    assert by_slug["mali-zvornik"].closed_because == "finished"
    assert by_slug["vlasotince"].mentor_agreed_by == demo.former
    assert all(by_slug[slug].is_running for slug in ("cuprija", "kragujevac", "vlasotince", "vrnjacka-banja"))
    with scope(by_slug["cuprija"].municipality):
        states = [item.state for item in plan_dashboard(by_slug["cuprija"]).items]
        assert {"late", "done", "confirmed", "planned"} <= set(states)
    with scope(by_slug["kragujevac"].municipality):
        assert PlanChange.objects.get().is_open
    with scope(by_slug["vrnjacka-banja"].municipality):
        assert len(plan_dashboard(by_slug["vrnjacka-banja"]).dropped) == 1
    assert Notification.objects.filter(user=demo.mentor, kind="agreement").count() == 1


def test_what_is_written_in_them_is_right_in_either_script(demo: people.People) -> None:
    with everywhere("look at all plans of the demo"):
        texts = [*Plan.objects.values_list("goal", flat=True), *PlanChange.objects.values_list("reason", flat=True)]
        texts += [activity.name for activity in Activity.objects.all()]
    assert [text for text in texts if mixed_script_words(text)] == []
    assert {line.key for story in plans.STORIES.values() for line in story.lines} <= {
        activity.key for activity in ACTIVITIES
    }


def test_every_default_is_written_in_both_languages_and_one_script() -> None:
    for activity in ACTIVITIES:
        serbian, english = activity.texts["sr"], activity.texts["en"]
        assert all(serbian.values()), activity.key
        assert all(english.values()), activity.key
        assert [text for text in serbian.values() if mixed_script_words(text.replace("еУслуг", ""))] == []


def test_the_stories_fit_into_any_season(subtests: pytest.Subtests) -> None:
    """No activity is due after the end of its plan, whichever holidays lie in between."""
    for month in range(1, 13):
        with subtests.test(month=month):
            from mentoring.plan_rules import last_day, usual_day

            first = date(2026, month, 9)
            for story in plans.STORIES.values():
                for line in story.lines:
                    assert first < usual_day(first, line.due, last_day(first)) <= last_day(first)


def test_a_second_start_changes_nothing_and_wiping_takes_them(demo: people.People) -> None:
    plans.arrange(list(demo.teams.values()), demo, timezone.now())
    with everywhere("count the plans of the demo"):
        assert Plan.objects.count() == 6
    reset.wipe()
    with everywhere("nothing is left"):
        assert not Plan.objects.exists()
