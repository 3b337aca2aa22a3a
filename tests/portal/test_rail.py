"""The rail: which links it offers to whom."""

from __future__ import annotations

import re

import pytest

from django.urls import reverse

from tests.people import Cast, sign_in

pytestmark = pytest.mark.usefixtures("db")


def offered(person: object, page: str) -> set[str]:
    answer = sign_in(person).get(page, follow=True)
    return {item.url for section in answer.context["nav"] for item in section.items}


def test_staff_of_a_programme_find_the_comparison_from_their_home(cast: Cast) -> None:
    assert reverse("programme") in offered(cast.staff, "/")


def test_nobody_else_is_offered_the_comparison(cast: Cast) -> None:
    for person in (cast.officer, cast.mentor, cast.administrator):
        assert reverse("programme") not in offered(person, "/")


@pytest.mark.parametrize("page", ["calendar", "campaigns", "slots", "recurrences", "plan_import", "feed"])
def test_the_pages_of_planning_lie_under_the_calendar_and_lead_to_each_other(cast: Cast, page: str) -> None:
    answer = sign_in(cast.officer).get(reverse(page, args=["cuprija"]))
    current = [item.url for section in answer.context["nav"] for item in section.items if item.current]
    assert current == [reverse("calendar", args=["cuprija"])]
    text = answer.content.decode()
    others = ("calendar", "campaigns", "slots", "recurrences", "plan_import", "feed")
    assert [name for name in others if f'href="{reverse(name, args=["cuprija"])}"' not in text] == []


def rail_of(person: object, path: str = "/notifications/") -> str:
    page = sign_in(person).get(path).content.decode()
    return str(page.partition('<div class="rail-sections">')[2].partition("</nav>")[0])


def test_a_page_of_a_person_leads_back_to_the_workspace_that_they_work_in(cast: Cast) -> None:
    rail = rail_of(cast.officer)
    assert reverse("calendar", args=["cuprija"]) in rail
    assert reverse("inbox", args=["cuprija"]) in rail
    assert "Ćuprija" in rail


def test_who_works_in_several_gets_a_link_to_each(cast: Cast) -> None:
    rail = rail_of(cast.mentor)
    assert reverse("workspace", args=["cuprija"]) in rail
    assert reverse("workspace", args=["novi-pazar"]) in rail
    assert reverse("calendar", args=["cuprija"]) not in rail


def test_on_a_phone_home_stays_first(cast: Cast) -> None:
    def bottom(person: object) -> list[str]:
        bar = sign_in(person).get("/notifications/").content.decode().partition('class="bottombar"')[2]
        return re.findall(r'<a href="([^"]+)"', bar.partition("</nav>")[0])

    here = [reverse(name, args=["cuprija"]) for name in ("calendar", "posts", "inbox")]
    assert bottom(cast.officer) == [reverse("home"), *here]
    assert bottom(cast.mentor) == [reverse("home")]


def test_it_offers_only_what_the_person_may_open(cast: Cast) -> None:
    assert reverse("settings", args=["cuprija"]) in rail_of(cast.approver)
    viewer = rail_of(cast.viewer)
    for name in ("settings", "inbox"):
        path = reverse(name, args=["cuprija"])
        assert (path in viewer) is (sign_in(cast.viewer).get(path).status_code == 200)
    assert "/m/" not in rail_of(cast.staff)
