"""The year of the demo: twelve municipalities, seasons, and an order that pages can rely on."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from django.core.management import call_command
from django.db import transaction
from django.db.models import Count, Min
from django.test import Client, override_settings
from django.utils import timezone

from accounts.models import User
from analytics.enums import AnnotationKind, Basis
from analytics.models import DailyFact, MetricSnapshot, MonthlyFact, MunicipalityAnnotation, Subject, TrainingWindow
from channels import validation
from common.models import AuditEvent
from delivery.models import Attempt, Delivery
from demo import pictures, texts
from demo.people import PASSWORD
from inbox.enums import MessageState
from inbox.models import Message, Reply
from municipalities.models import REAL_PLACE, Cohort, Enrolment, Municipality
from municipalities.tenancy import everywhere
from platforms.counting import mastodon
from platforms.imitation import NETWORKS
from platforms.types import Outgoing
from posts import compose
from posts.enums import Category
from posts.labels import OWN_NAMES
from posts.models import Post, Publication, Version
from practice import rules as network_rules
from practice.models import Status
from serbian.scripts import mixed_script_words

EVERY_PLACE = (*texts.SLUGS, *texts.SECOND_GROUP)
TODAYS = [date(2026, month, 12) for month in (2, 6, 11)]


# ---- the texts


@pytest.mark.parametrize("slug", EVERY_PLACE)
@pytest.mark.parametrize("today", TODAYS, ids=lambda day: f"{day:%B}")
def test_a_year_of_any_municipality_is_writable_as_it_stands(slug: str, today: date) -> None:
    plans = list(texts.before_training(slug, today - timedelta(days=texts.YEAR_DAYS), today))
    assert 50 <= len(plans) <= 400
    for planned in plans:
        assert planned.category in Category.values
        assert mixed_script_words(planned.texts["sr-Cyrl"]) == []
        for text in (*planned.texts.values(), compose.derive(planned.texts["sr-Cyrl"], "sr-Latn")):
            assert mastodon(compose.with_link(text, planned.link)) <= network_rules.MAX_CHARACTERS
            assert not set("{}") & set(text)
        assert planned.picture in {"", *pictures.kinds()}
        assert planned.call == ""
        assert planned.asked is None


def test_what_a_year_brings_falls_on_its_days_and_quiet_weeks_are_quiet() -> None:
    plans = list(texts.before_training("nis", date(2026, 1, 1), date(2026, 12, 31)))
    days = {planned.key: planned.time.local.date() for planned in plans}
    assert days["poplava-noc"] == date(2026, 5, 17)
    assert days["veliki-petak"] == date(2026, 4, 9)  # Orthodox Easter was on 12 April
    assert days["grejna-sezona"] == date(2026, 10, 14)
    months = Counter(planned.time.local.month for planned in plans)
    assert months[8] < months[9]
    dry = {planned.key for planned in texts.before_training("subotica", date(2026, 5, 1), date(2026, 5, 31))}
    assert not {key for key in dry if key.startswith("poplava-") and key != "poplava-pripravnost"}


@pytest.mark.parametrize("slug", EVERY_PLACE)
def test_translations_are_of_posts_that_exist_into_languages_of_a_channel(slug: str) -> None:
    place = texts.place(slug)
    wordings = {w.key: w for w in (*texts.common(), *(event.wording for event in texts.events()), *place.own)}
    spoken = {tag for channel in place.channels for tag in channel.languages}
    for tag, by_key in place.translations.items():
        assert tag in spoken
        assert tag in OWN_NAMES
        assert set(by_key) <= set(wordings)
        for key, text in by_key.items():
            assert text not in {wordings[key].text, compose.derive(wordings[key].text, "sr-Latn")}


def test_hungarian_dates_have_the_ending_of_their_number() -> None:
    assert [texts.hungarian(date(2026, 5, day)) for day in (1, 3, 5, 30)] == [
        "május 1-jén", "május 3-án", "május 5-én", "május 30-án",
    ]  # fmt: skip


# ---- the rows


@pytest.fixture(scope="module")
def filled(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The demo with its year, filled in once for this module and taken back afterwards."""
    with (
        django_db_blocker.unblock(),
        override_settings(DEMO=True, MEDIA_ROOT=tmp_path_factory.mktemp("year")),
        transaction.atomic(),
    ):
        call_command("seed_demo", verbosity=0)
        call_command("seed_demo_year", verbosity=0)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def year(filled: datetime, db: None, settings: Any) -> Iterator[None]:
    settings.DEMO = True
    with everywhere("a test reads the whole demo"):
        yield


def counts() -> dict[str, int]:
    kinds = (Post, Publication, Delivery, Message, MetricSnapshot, DailyFact, Status)
    return {kind.__name__: kind.objects.count() for kind in kinds}


@pytest.mark.slow
def test_twelve_municipalities_in_two_cohorts_one_of_them_not_trained_yet(year: None) -> None:
    joined = Municipality.objects.filter(REAL_PLACE, joined_on__isnull=False, is_demo=True, is_practice=True)
    assert sorted(joined.values_list("slug", flat=True)) == sorted(EVERY_PLACE)
    today = timezone.localdate()
    assert Enrolment.objects.on(today).count() == len(EVERY_PLACE)
    first, second = Cohort.objects.order_by("training_on")
    assert first.training_on < today < second.training_on
    trained = set(TrainingWindow.objects.values_list("municipality__slug", flat=True))
    assert trained <= set(EVERY_PLACE)


@pytest.mark.slow
def test_every_month_of_the_year_has_posts_and_figures_that_are_their_sum(year: None) -> None:
    today = timezone.localdate()
    for slug in EVERY_PLACE:
        mine = Post.objects.filter(municipality__slug=slug, due_at__lt=timezone.now())
        assert mine.aggregate(first=Min("due_at"))["first"].date() <= today - timedelta(days=texts.YEAR_DAYS - 40)
        assert mine.dates("due_at", "month").count() >= 11, slug
    counted = Subject.objects.filter(publication__isnull=False).aggregate(n=Count("pk"))["n"]
    assert counted == Publication.objects.filter(delivery__state="published").count()
    facts = DailyFact.objects.filter(municipality__slug="crna-trava", basis=Basis.PUBLICATION, posts__gt=0)
    assert facts.count() > 30
    for fact in facts.order_by("?")[:20]:
        mine = Subject.objects.filter(channel=fact.channel, published_on=fact.day, traits=fact.traits)
        assert fact.posts == mine.count()
    assert MonthlyFact.objects.filter(municipality__slug="nis").values("month").distinct().count() >= 11
    assert MetricSnapshot.objects.filter(subject__municipality__slug="nis").count() > 5000


@pytest.mark.slow
def test_what_is_older_has_smaller_ids_where_pages_go_by_ids(year: None) -> None:
    posts = Status.objects.filter(in_reply_to=None, readers=None, account__is_demo=True).order_by("pk")
    times = list(posts.values_list("created_at", flat=True))
    before = [at for at in times if at < timezone.now() - timedelta(days=texts.DAYS + 3)]
    assert len(before) > 1000
    assert times[: len(before)] == sorted(before)
    events = AuditEvent.objects.filter(verb="post.approve").order_by("pk").values_list("at", flat=True)
    assert list(events)[:1000] == sorted(events)[:1000]


@pytest.mark.slow
def test_nothing_is_sent_twice_and_every_delivery_has_its_attempt(year: None) -> None:
    published = Delivery.objects.filter(state="published", kind="post")
    assert not published.values("channel", "remote_id").annotate(n=Count("pk")).filter(n__gt=1).exists()
    assert (
        not published.filter(published_at__lt=timezone.now() - timedelta(days=70))
        .exclude(pk__in=Attempt.objects.values("delivery"))
        .exists()
    )
    assert Version.objects.values("post", "number").annotate(n=Count("pk")).filter(n__gt=1).count() == 0


@pytest.mark.slow
def test_each_inbox_has_something_to_do_and_a_history(year: None) -> None:
    for slug in EVERY_PLACE:
        mine = Message.objects.filter(municipality__slug=slug)
        assert mine.filter(state=MessageState.OPEN).exists(), slug
        assert mine.filter(at__lt=timezone.now() - timedelta(days=100)).exclude(state=MessageState.OPEN).exists(), slug
    floods = MunicipalityAnnotation.objects.filter(kind=AnnotationKind.FLOOD)
    assert floods.filter(municipality__slug="nis").exists()
    assert not floods.filter(municipality__slug="subotica").exists()
    assert not Message.objects.filter(at__lt=timezone.now() - timedelta(days=365)).exists()
    assert Reply.objects.filter(at__lt=timezone.now() - timedelta(days=100)).exists()


@pytest.mark.slow
def test_there_is_a_page_of_every_kind_and_each_post_keeps_to_its_rules(year: None) -> None:
    newest = Delivery.objects.filter(kind="post", state="published").order_by("channel__imitates", "-published_at")
    seen = list(newest.distinct("channel__imitates").select_related("channel"))
    assert {delivery.channel.imitates for delivery in seen} == {"", *NETWORKS}
    added = Delivery.objects.filter(kind="post", channel__imitates__in=["bluesky", "linkedin", "tiktok"])
    for delivery in (*seen, *added.select_related("channel")):
        found = validation.check(delivery.channel, Outgoing.from_json(delivery.payload))
        assert [one for one in found if one.severity == "error"] == [], delivery
    without_comments = Status.objects.filter(root__account__network="tiktok", readers=None)
    assert not without_comments.exists()


@pytest.mark.slow
def test_a_second_run_changes_nothing(year: None) -> None:
    before, output = counts(), io.StringIO()
    call_command("seed_demo_year", stdout=output)
    assert counts() == before
    assert output.getvalue() == ""


@pytest.mark.long
def test_a_reset_makes_the_year_anew(year: None) -> None:
    before = counts()
    call_command("seed_demo", reset=True, verbosity=0)
    assert Post.objects.count() < before["Post"] / 2
    call_command("seed_demo_year", verbosity=0)
    assert counts() == before


@pytest.mark.slow
@pytest.mark.parametrize("person", ["officer@subotica.example", "approver@crna-trava.example"])
def test_people_of_the_second_group_can_sign_in_and_see_their_workspace(year: None, person: str) -> None:
    client = Client()
    assert client.login(username=person, password=PASSWORD)
    slug = person.split("@")[1].split(".", maxsplit=1)[0]
    page = client.get("/desk/" if slug == "dobosar" else f"/m/{slug}/")
    assert page.status_code == 200
    assert User.objects.get(email=person).is_demo
