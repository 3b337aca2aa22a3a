"""The demo's kits and services: filled in as people would, wiped with the rest."""

from __future__ import annotations

from typing import Any

import pytest

from django.utils import timezone, translation

from demo import kits, library, people, reset, snippets
from kits import queries
from kits.models import Adoption, Kit
from library.models import Snippet
from municipalities.availability import Offer
from municipalities.queries import offer
from municipalities.tenancy import everywhere, scope
from notifications.models import Notification
from posts.editing.placeholders import gaps
from posts.models import Consent, Media, Post
from serbian.scripts import mixed_script_words


@pytest.fixture
def demo(db: None, settings: Any) -> people.People:
    settings.DEMO = True
    demo_people = people.gather(timezone.localdate())
    with translation.override("sr"):
        kits.arrange(list(demo_people.teams.values()), demo_people, timezone.now())
    return demo_people


def test_two_of_six_work_with_the_first_kit_and_one_kit_is_not_published(demo: people.People) -> None:
    first, second, third = Kit.objects.order_by("pk")
    assert (first.name, first.state, second.state, third.state) == ("еУпис у вртић", "published", "published", "draft")
    table = queries.adoption_table(first)
    assert {row.municipality.slug: row.drafts for row in table.rows if row.adoption} == {"cuprija": 5, "kragujevac": 3}
    assert len(table.rows) == 6
    assert Notification.objects.filter(user=demo.teams["cuprija"].officer, kind="kit").count() == 2


def test_their_drafts_are_whole_and_in_order(demo: people.People) -> None:
    with everywhere("look at all drafts of the demo"):
        for post in Post.objects.all():
            text = post.draft["texts"]["sr-Cyrl"]["text"]
            assert "{{" not in text, text
            assert mixed_script_words(text) == []
        first = Post.objects.get(title="Упис почиње", municipality__slug="kragujevac")
        assert "у вртиће у Крагујевцу." in first.draft["texts"]["sr-Cyrl"]["text"]


def test_every_gap_of_a_kit_is_asked_for_in_words_or_filled_from_the_settings(demo: people.People) -> None:
    from posts.draft import parse

    for raw, kit in zip(kits.content()["kit"], Kit.objects.order_by("pk"), strict=True):
        worded = {question["name"] for question in raw["question"]}
        for part in queries.parts_of(kit):
            assert set(gaps(parse(part.content))) <= worded | set(queries.FILLED_BY_THEMSELVES)


def test_services_stand_in_every_state(demo: people.People) -> None:
    states = set()
    for team in demo.teams.values():
        with scope(team.municipality):
            states |= {service_offer.state for key in ("evrtic", "lpa", "komunalni") if (service_offer := offer(key))}
    assert {Offer.AVAILABLE, Offer.STALE, Offer.UNVERIFIED, Offer.NOT_HERE, Offer.UNKNOWN} <= states


def test_a_second_start_changes_nothing_and_wiping_takes_the_adoptions(demo: people.People) -> None:
    with translation.override("sr"):
        kits.arrange([], demo, timezone.now())
    assert Kit.objects.count() == 3
    reset.wipe()
    with everywhere("nothing is left"):
        assert not Adoption.objects.exists()
        assert not Post.objects.exists()


def test_officers_have_words_put_by_and_pictures_in_folders_again_after_a_wipe(demo: people.People) -> None:
    team = demo.teams["novi-pazar"]
    for _time in range(2):
        with scope(team.municipality):
            drawn = library.fill(team, ["tap", "frame", "sun"], timezone.now())
            snippets.arrange(team, drawn, timezone.localdate())
            text = " ".join(snippet.texts["sr-Cyrl"] for snippet in Snippet.objects.all())
            assert "{" not in text
            assert "#НовиПазар" in text
            assert mixed_script_words(text.replace("#", "")) == []
            assert {drawn[kind].media.pk for kind in ("tap", "frame")} == set(
                Media.objects.filter(folder__isnull=False).values_list("pk", flat=True)
            )
            assert Consent.objects.count() == 1
        reset.wipe()
