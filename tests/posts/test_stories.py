"""A story from the composer to its end: sent once, public until tomorrow, over and never missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from analytics.enums import FetchOutcome
from analytics.ingestion import rules
from analytics.ingestion.domain import collect
from analytics.models import MetricSnapshot, Subject
from channels import rate_limits, validation
from channels.models import Channel
from delivery import expiry
from delivery.domain import take_down
from delivery.domain.missing import missing
from delivery.domain.move import NoSuchMove
from delivery.domain.withdraw import withdraw
from delivery.enums import State
from delivery.models import Delivery
from municipalities.enums import Approval
from municipalities.tenancy import scope
from posts import compose
from posts.draft import ChannelLayout, Draft, Interactive, Shown, Text
from posts.editing import correction_plan
from posts.editing.domain import carry_out_corrections, removals
from posts.editing.previews import of_draft
from posts.enums import Format, PartState
from posts.models import Post, Publication
from posts.queries import publications
from posts.scheduling.domain.schedule import publish_now
from tests.delivery.conftest import allowed, connected, network
from tests.people import Cast, sign_in
from tests.platforms.fakes import FakeServer
from tests.posts.desk import Desk, opened, picture_bytes
from tests.publishing import pass_minutes

__all__ = ["allowed", "network"]

STORY = {"format": "story"}
DAY = timedelta(hours=24)


@dataclass
class StoryDesk:
    desk: Desk
    network: FakeServer
    page: Channel

    def write(self, **more: Any) -> Post:
        media = self.desk.picture(picture_bytes(size=(1080, 1920)))
        fields = {"media": (Shown(media.pk),), "settings": {self.page.pk: STORY}, "channels": (self.page.pk,)}
        return self.desk.write("Вашар у суботу", **fields | more)

    def published(self, **more: Any) -> Delivery:
        post = self.write(**more)
        publish_now(post, by=self.desk.cast.officer)
        pass_minutes(3)
        (delivery,) = self.desk.deliveries(post)
        assert delivery.state == State.PUBLISHED
        return delivery


@pytest.fixture
def stories(cast: Cast, network: FakeServer) -> Iterator[StoryDesk]:
    page = connected(cast, network, "facebook")
    with scope(cast.cuprija):
        desk = opened(cast)
        Channel.objects.exclude(pk=page.pk).update(state="disconnected")
        desk.house_rule(approval=Approval.NONE)
        yield StoryDesk(desk, network, page)


@dataclass
class Account:
    pk: int = 7
    layout: str = "separate"
    languages: Any = ("sr-Cyrl", "sr-Latn", "hu-Latn")
    takes_polls: bool = True
    takes_threads: bool = False


class TestComposing:
    def draft(self, **more: Any) -> Draft:
        return Draft(texts={"sr-Cyrl": Text("Вашар")}, settings={7: STORY}, link="https://cuprija.rs", **more)

    def test_a_post_for_each_script_is_one_story(self) -> None:
        ordinary = compose.parts(Draft(texts={"sr-Cyrl": Text("Вашар")}), Account())
        assert [part.slot for part in ordinary] == ["sr-Cyrl", "sr-Latn"]
        (part,) = compose.parts(self.draft(), Account())
        assert (part.slot, part.missing, part.derived, part.settings) == (compose.WHOLE, (), (), STORY)

    @pytest.mark.parametrize("layout", ["one", "combined", "separate"])
    def test_nothing_is_missing_where_no_text_is_shown(self, layout: str) -> None:
        chosen = ChannelLayout(layout, ("hu-Latn", "sr-Cyrl"))
        (part,) = compose.parts(self.draft(layout={7: chosen}), Account())
        assert (part.text.startswith("Вашар"), part.missing) == (True, ())

    def test_a_poll_stays_one_so_that_the_check_sees_it(self) -> None:
        asked = Interactive(Format.POLL, ("Да", "Не"))
        (part,) = compose.parts(self.draft(interactive=asked), Account())
        assert part.poll is not None
        assert "1)" not in part.text

    def test_an_ordinary_post_by_its_own_name_is_one(self) -> None:
        draft = Draft(texts={"sr-Cyrl": Text("Вашар")}, settings={7: {"format": "post"}})
        assert draft.format_on(7) == ""
        assert len(compose.parts(draft, Account())) == 2


class TestTheComposersPage:
    def test_the_preview_is_a_screen_and_every_finding_stands_at_its_field(self, stories: StoryDesk) -> None:
        media = [stories.desk.picture(picture_bytes(size=(1080, 1920))) for _ in range(2)]
        post = stories.write(
            media=tuple(Shown(one.pk) for one in media),
            link="https://cuprija.rs/prijava",
            interactive=Interactive(Format.POLL, ("Да", "Не")),
            first_comment="Још нешто",
        )
        page = sign_in(stories.desk.cast.officer).get(reverse("post_edit", args=["cuprija", post.pk]))
        shown = page.context["page"]
        (preview,) = shown.previews
        assert preview.template == "posts/preview/story.html"
        assert ([one.code for _names, one in shown.picture_notes[0]], len(shown.picture_notes)) == (
            ["too_many_pictures"], 1,
        )  # fmt: skip
        assert [one.code for _names, one in shown.link_findings] == ["link_not_shown"]
        assert [one.code for _names, one in shown.text_findings] == ["text_not_shown"]
        assert len(shown.poll_findings) == 1
        assert [one.code for _names, one in shown.beside_findings["first_comment"]] == ["comment_not_shown"]
        assert shown.comment_places == []
        html = page.content.decode()
        assert "look-screen" in html
        assert 'id="counters"' in html
        assert f'data-channel="{stories.page.pk}"' not in html

    def test_without_a_picture_the_files_are_asked_for(self, stories: StoryDesk) -> None:
        post = stories.write(media=())
        page = sign_in(stories.desk.cast.officer).get(reverse("post_edit", args=["cuprija", post.pk]))
        errors = [error.control for error in page.context["page"].field_errors]
        assert errors == ["files"]

    def test_a_reel_has_a_screen_of_its_own(self, stories: StoryDesk) -> None:
        post = stories.write(settings={stories.page.pk: {"format": "reel"}})
        post.municipality = stories.desk.municipality
        (preview,) = of_draft(
            post, stories.desk.draft(settings={stories.page.pk: {"format": "reel"}}), [stories.page], {}
        )
        assert preview.template == "posts/preview/reel.html"
        assert preview.settings == [validation.ChosenSetting("Format", "Reel")]


def test_a_story_goes_out_once_whatever_the_scripts_of_its_channel(stories: StoryDesk) -> None:
    Channel.objects.filter(pk=stories.page.pk).update(layout="separate", languages=["sr-Cyrl", "sr-Latn"])
    delivery = stories.published(first_comment="Још нешто")
    assert [(one["kind"], one["text"]) for one in stories.network.public("opstina")] == [("story", "")]
    assert Delivery.objects.count() == 1  # and no comment follows
    assert delivery.public_until == delivery.published_at + DAY


def test_an_ordinary_post_stays(stories: StoryDesk) -> None:
    delivery = stories.published(settings={})
    assert (delivery.public_until, delivery.is_over) == (None, False)
    with time_machine.travel(timezone.now() + timedelta(days=9)):
        assert delivery.shown_state == "published"


def test_after_its_day_it_is_over_and_nobody_took_it_away(stories: StoryDesk) -> None:
    delivery = stories.published()
    publication = Publication.objects.get(delivery=delivery)
    assert (delivery.shown_state, publication.shown_state) == ("published", "published")
    with time_machine.travel(delivery.public_until + timedelta(minutes=1), tick=True):
        delivery = Delivery.objects.get(pk=delivery.pk)
        assert (delivery.shown_state, Publication.objects.get().shown_state, delivery.open_link) == ("over", "over", "")
        missing(delivery)
        assert Delivery.objects.get(pk=delivery.pk).state == State.PUBLISHED


@pytest.mark.parametrize(
    ("before", "state"), [(timedelta(hours=2), State.MISSING), (timedelta(minutes=14), "published")]
)
def test_one_that_goes_before_its_end_is_missing_unless_the_end_is_near(
    stories: StoryDesk, before: timedelta, state: str
) -> None:
    delivery = stories.published()
    with time_machine.travel(delivery.public_until - before, tick=True):
        missing(delivery)
        assert Delivery.objects.get(pk=delivery.pk).state == state


class TestItsPage:
    def html(self, stories: StoryDesk, delivery: Delivery, name: str) -> str:
        pk = delivery.publication.post_id if name == "post" else delivery.pk
        return str(sign_in(stories.desk.cast.approver).get(reverse(name, args=["cuprija", pk])).content.decode())

    def test_it_says_until_when_and_afterwards_that_it_is_over(self, stories: StoryDesk) -> None:
        delivery = stories.published()
        assert "Public until" in self.html(stories, delivery, "post")
        page = self.html(stories, delivery, "delivery")
        assert "Public until" in page
        assert "Open on the network" in page
        assert reverse("post_take_down", args=["cuprija", delivery.publication.post_id]) in page
        with time_machine.travel(delivery.public_until + timedelta(minutes=1), tick=True):
            html = self.html(stories, delivery, "post")
            assert "It was public for 24 hours and is over" in html
            assert "Take it down" not in html
            assert "Correct it" not in html
            page = self.html(stories, delivery, "delivery")
            assert "Was public until" in page
            assert "Open on the network" not in page
            assert "Take it down" not in page

    def test_home_asks_nobody_about_it(self, stories: StoryDesk) -> None:
        delivery = stories.published()
        with time_machine.travel(delivery.public_until + timedelta(days=1), tick=True):
            missing(delivery)
            page = sign_in(stories.desk.cast.approver).get(reverse("workspace", args=["cuprija"]))
        assert "Removed on the network" not in page.content.decode()


class TestTakingItDown:
    def test_before_its_end(self, stories: StoryDesk) -> None:
        delivery = stories.published()
        withdraw(delivery, by=stories.desk.cast.approver)
        take_down.take_down(delivery.pk)
        assert Delivery.objects.get(pk=delivery.pk).state == State.WITHDRAWN
        assert stories.network.public("opstina") == []

    def test_after_its_end_nobody_can(self, stories: StoryDesk) -> None:
        delivery = stories.published()
        with time_machine.travel(delivery.public_until, tick=True), pytest.raises(NoSuchMove):
            withdraw(delivery, by=stories.desk.cast.approver)

    def test_what_was_asked_for_before_its_end_is_done_with_it(self, stories: StoryDesk) -> None:
        delivery = stories.published()
        post = delivery.publication.post
        removal = removals.take_down(
            post, [delivery.publication.pk], reason="Погрешан датум", by=stories.desk.cast.approver
        )
        calls = len(stories.network.ledger())
        with time_machine.travel(delivery.public_until + timedelta(minutes=1), tick=True):
            take_down.take_down(delivery.pk)
            row = Delivery.objects.get(pk=delivery.pk)
            assert (row.state, row.withdrawal_asked_at, row.problem) == (State.PUBLISHED, None, expiry.OVER)
            carry_out_corrections.continue_corrections()
        assert len(stories.network.ledger()) == calls
        assert removal.parts.get().state == PartState.DONE


class TestCorrectingThePost:
    def test_its_words_are_nobodys_change(self, stories: StoryDesk) -> None:
        delivery = stories.published()
        post = delivery.publication.post
        assert correction_plan.public_publications(post) == [delivery.publication]
        then = correction_plan.payload(delivery.publication.version, delivery.publication)
        plan = correction_plan._plan(
            delivery.publication, correction_plan.published_content([delivery])[delivery.pk],
            replace(then, text="Други текст"), "",
        )  # fmt: skip
        assert plan.changes == frozenset()

    def test_one_that_is_over_has_nothing_to_correct(self, stories: StoryDesk) -> None:
        delivery = stories.published()
        with time_machine.travel(delivery.public_until, tick=True):
            assert correction_plan.public_publications(delivery.publication.post) == []


class TestItsNumbers:
    @pytest.fixture(autouse=True)
    def fresh(self) -> None:
        rate_limits._reported_at.clear()
        rate_limits._scarce.clear()
        cache.clear()

    def fetch(self, at: datetime | None = None) -> Subject:
        with time_machine.travel(at or timezone.now(), tick=True):
            collect.enrol()
            Subject.objects.filter(publication=None).update(next_fetch_at=None)
            for channel_id, subjects in collect.claim().items():
                collect.collect(channel_id, subjects)
        return Subject.objects.exclude(publication=None).get()

    def test_they_are_fetched_before_its_end_and_stay(self, stories: StoryDesk) -> None:
        delivery = stories.published()
        until = delivery.public_until
        Subject.objects.all().delete()
        self.fetch()
        subject = self.fetch(delivery.published_at + timedelta(minutes=5))
        assert (subject.last_outcome, subject.views) == (FetchOutcome.READ, 7)
        Subject.objects.update(next_fetch_at=until - timedelta(minutes=70))
        stories.network.react("facebook", expiry_post(delivery), "like", "")
        subject = self.fetch(until - timedelta(minutes=70))
        assert subject.next_fetch_at == until - rules.BEFORE_THE_END
        subject = self.fetch(until - rules.BEFORE_THE_END + timedelta(minutes=1))
        assert (subject.next_fetch_at, subject.views) == (None, 8)

    def test_after_its_end_nobody_asks_and_nothing_is_a_gap(self, stories: StoryDesk) -> None:
        delivery = stories.published()
        self.fetch()
        self.fetch(delivery.published_at + timedelta(minutes=5))
        before = MetricSnapshot.objects.count()
        calls = len(stories.network.ledger())
        Subject.objects.update(next_fetch_at=delivery.public_until + timedelta(minutes=2))
        subject = self.fetch(delivery.public_until + timedelta(minutes=5))
        assert (subject.next_fetch_at, subject.last_outcome, subject.views) == (None, FetchOutcome.READ, 7)
        assert (MetricSnapshot.objects.count(), len(stories.network.ledger())) == (before, calls)
        assert Delivery.objects.get().state == State.PUBLISHED


def expiry_post(delivery: Delivery) -> str:
    """The id under which the fake has the story."""
    return str(delivery.remote_id.removeprefix("story:"))


def test_a_list_of_posts_says_it_without_a_query_for_each_of_them(
    stories: StoryDesk, django_assert_num_queries: Any
) -> None:
    post = stories.published().publication.post
    rows = list(publications(post))
    with django_assert_num_queries(0):
        assert [row.shown_state for row in rows] == ["published"]
