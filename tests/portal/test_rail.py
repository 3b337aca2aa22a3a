"""The rail: which links it offers to whom."""

from __future__ import annotations

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
