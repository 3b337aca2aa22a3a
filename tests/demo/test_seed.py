"""The demo: it is complete, believable, the same at every start, and never anywhere but in the demo."""

from __future__ import annotations

import io
import re
from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from PIL import Image

from django.conf import settings as configuration
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Max
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from analytics.models import ChannelDay, DailyFact, MetricSnapshot, Subject
from channels import validation
from channels.connector_factory import opened
from channels.domain import disconnect
from channels.enums import ChannelState
from channels.models import AppRegistration, Channel, Credential
from common.models import AuditEvent, MailMessage
from delivery.enums import State
from delivery.models import Attempt, Delivery
from demo import participation, pictures, texts
from demo.people import PASSWORD
from demo.photographs import photographs
from inbox.domain import attachments, conversations, external_replies, fetch_replies, staff_notifications
from inbox.models import (
    Conversation,
    ExternalReply,
    HandOver,
    HouseRules,
    Message,
    MessageAttachment,
    MessageFetch,
    Moderation,
    Note,
    OfficeHoursAnswer,
    ProposedAnswer,
    Reply,
    SatisfactionQuestion,
    SavedAnswer,
)
from mentoring.models import Feedback, Handover, Score
from mentoring.queries.desk import DUE_FIRST
from municipalities.enums import Approval, MunicipalityKind
from municipalities.models import REAL_PLACE, Enrolment, Membership, Municipality, Pairing
from municipalities.tenancy import current, everywhere
from needs.models import Need, NeedsPage, Supporter
from notifications.enums import MailFrequency
from notifications.models import Notification
from participation import enums as participation_enums
from participation.enums import AnswerState, ConsultationStage, WayIn
from participation.models import (
    Consultation,
    ConsultationPost,
    ConsultationTranslation,
    Contribution,
    Meeting,
    PaperBatch,
)
from participation.queries import contributions
from planning.models import CampaignPost, Recurrence, Slot
from platforms.counting import mastodon
from platforms.mastodon import statuses
from platforms.types import Outgoing
from posts import compose
from posts.enums import AnchorKind, Category, Stage
from posts.models import Closing, Decision, Media, PollResult, Post, Publication, Suggestion, Thread, Version
from posts.polls.domain import ask_report
from posts.publishing.domain.policy import may_send
from posts.publishing.domain.publications import KIND
from practice import queries as practice_queries
from practice import rules
from practice.api import entities
from practice.models import Account, Notice, Status
from practice.queries import tally
from reports.models import PublicPage, Schedule
from serbian.scripts import mixed_script_words
from trainings.domain import practice_channel
from trainings.models import Certificate, Exercise, Training

MONTHS = [date(2026, month, 12) for month in range(1, 13)]


# ---- the texts


@pytest.mark.parametrize("slug", texts.SLUGS)
@pytest.mark.parametrize("today", MONTHS, ids=lambda day: f"{day:%B}")
def test_sixty_days_of_any_season_are_writable_as_they_stand(slug: str, today: date) -> None:
    plans = [*texts.days(slug, today), *texts.coming(slug, today, 10)]
    assert 15 <= len(plans) <= 70
    for planned in plans:
        assert planned.category in Category.values
        cyrillic = planned.texts["sr-Cyrl"]
        assert mixed_script_words(cyrillic) == []
        for text in (*planned.texts.values(), compose.derive(cyrillic, "sr-Latn")):
            whole = compose.with_link(text, planned.link)
            assert mastodon(whole) <= rules.MAX_CHARACTERS
            assert not set("{}") & set(whole)
        assert planned.picture in {"", *pictures.kinds()}
        assert 7 <= planned.time.local.hour <= 19


def test_a_plan_is_the_same_each_time_and_different_in_each_place() -> None:
    today = MONTHS[4]
    assert list(texts.days("cuprija", today)) == list(texts.days("cuprija", today))
    stories = [tuple(p.key for p in texts.days(slug, today)) for slug in texts.SLUGS]
    assert len(set(stories)) == len(texts.SLUGS)


@pytest.mark.parametrize("slug", texts.SLUGS)
def test_the_training_shows_in_what_is_written(slug: str) -> None:
    def share(of: set[str], plans: list[Any]) -> float:
        return sum(p.category in of for p in plans) / max(len(plans), 1)

    day = MONTHS[9]
    plans = list(texts.days(slug, day))
    trained = date.fromordinal(day.toordinal() - texts.TRAINING_DAYS_AGO)
    before = [p for p in plans if p.time.local.date() < trained]
    after = [p for p in plans if p.time.local.date() >= trained]
    assert share({"ceremony"}, after) < share({"ceremony"}, before)
    assert share({"eservice", "consultation"}, after) > share({"eservice", "consultation"}, before)


def test_every_picture_is_described_and_really_there() -> None:
    assert set(texts.alts()) == pictures.kinds()
    assert not pictures.PICTURES.keys() & photographs().keys()
    used = {w.picture for slug in texts.SLUGS for w in (*texts.common(), *texts.place(slug).own) if w.picture}
    assert used <= pictures.kinds()
    for kind in ("river", "storm"):
        poster = pictures.of(kind, "#8a2f2b")
        with Image.open(io.BytesIO(poster.large)) as large, Image.open(io.BytesIO(poster.small)) as small:
            assert (large.size, small.size) == ((poster.width, poster.height), (480, 320))
            assert len(large.getcolors(1 << 24)) > 20


def test_bosnian_is_written_for_posts_that_exist_and_is_not_serbian_in_latin() -> None:
    place = texts.place("novi-pazar")
    wordings = {w.key: w for w in (*texts.common(), *place.own)}
    assert set(place.translations["bs-Latn"]) <= set(wordings)
    for key, text in place.translations["bs-Latn"].items():
        assert text != compose.derive(wordings[key].text, "sr-Latn")


# ---- the rows


# That the demo can be filled in at all, `make test` sees where a journey starts the product.
pytestmark = pytest.mark.slow


def counts() -> dict[str, int]:
    kinds = (
        User,
        Municipality,
        Channel,
        Post,
        Version,
        Publication,
        Delivery,
        Attempt,
        Media,
        Thread,
        MetricSnapshot,
        DailyFact,
    )
    return {kind.__name__: kind.objects.count() for kind in (*kinds, Account, Status, AuditEvent)}


def test_it_refuses_outside_the_demo(db: None, settings: Any) -> None:
    settings.DEMO = False
    with everywhere("count"):
        there = counts()
    for reset in (False, True):
        with pytest.raises(CommandError, match="real one"):
            call_command("seed_demo", reset=reset, verbosity=0)
    with everywhere("count"):
        assert counts() == there


def test_a_second_run_changes_nothing(demo: None) -> None:
    before = counts()
    output = io.StringIO()
    call_command("seed_demo", stdout=output)
    assert counts() == before
    assert "nothing was missing" in output.getvalue()


def test_no_scope_is_left_open(filled: datetime, db: None) -> None:
    assert current() is None


def test_the_six_municipalities_are_practice_workspaces_in_a_running_training(demo: None) -> None:
    joined = Municipality.objects.filter(REAL_PLACE, joined_on__isnull=False)
    assert sorted(joined.values_list("slug", flat=True)) == sorted(texts.SLUGS)
    assert joined.filter(is_demo=True, is_practice=True).count() == 6
    assert Municipality.objects.filter(REAL_PLACE).count() == 145
    today = timezone.localdate()
    assert Enrolment.objects.on(today).count() == Pairing.objects.on(today).count() == 6


@pytest.mark.parametrize(
    "email",
    [
        "officer@cuprija.example", "approver@cuprija.example", "officer@novi-pazar.example",
        "approver@novi-pazar.example", "mentor@dobosar.example", "staff@dobosar.example", "trainer@dobosar.example",
        "admin@dobosar.example",
    ],
)  # fmt: skip
def test_the_demo_accounts_can_sign_in(demo: None, email: str) -> None:
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        answer = Client().post("/accounts/login/", {"login": email, "password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert User.objects.get(email=email).is_demo


def test_everything_is_marked_and_no_address_is_real(demo: None) -> None:
    assert not User.objects.filter(is_demo=False).exists()
    assert not User.objects.exclude(email__endswith=".example").exists()
    assert not Post.objects.filter(is_demo=False).exists()
    assert not Account.objects.filter(is_demo=False).exists()
    assert not Channel.objects.exclude(server=configuration.PRACTICE_URL, is_practice=True).exists()
    assert not Account.objects.filter(kind="page").exclude(username__endswith="_vezba").exists()


def test_each_publication_stands_on_the_practice_network_as_it_was_sent(demo: None) -> None:
    published = Delivery.objects.filter(state=State.PUBLISHED, channel__state=ChannelState.CONNECTED)
    published = published.select_related("channel")
    assert published.count() > 200
    statuses = {str(s.pk): s for s in Status.objects.select_related("account").prefetch_related("media")}
    for delivery in published:
        status = statuses[delivery.remote_id]
        assert status.text == delivery.payload["text"]
        assert str(status.account_id) == delivery.channel.remote_id
        assert [m.description for m in status.media.all()] == [p["alt"] for p in delivery.payload["pictures"]]
        assert delivery.permalink.endswith(f"/@{status.account.username}/{status.pk}")
    assert Attempt.objects.filter(outcome="ok", delivery__in=published).count() == published.count()
    assert not Publication.objects.exclude(delivery__in=Delivery.objects.all()).exists()


def test_pages_imitate_networks_and_every_post_keeps_to_their_rules(demo: None) -> None:
    with everywhere("a test looks at all of them"):
        imitated = set(Channel.objects.filter(is_practice=True).values_list("imitates", flat=True))
        planned = {plan.network for slug in texts.SLUGS for plan in texts.place(slug).channels}
        assert imitated == planned
        assert len(planned - {""}) == 6
        for delivery in Delivery.objects.filter(kind=KIND).select_related("channel"):
            found = validation.check(delivery.channel, Outgoing.from_json(delivery.payload))
            assert [one for one in found if one.severity == "error"] == [], delivery
    without_comments = Account.objects.filter(network="viber")
    assert without_comments
    assert not Status.objects.filter(root__account__in=without_comments, readers=None).exists()
    of_sites = Status.objects.filter(account__network="wordpress", in_reply_to=None)
    assert of_sites
    assert all(status.title and not status.likes_count and not status.boosts_count for status in of_sites)


def test_comments_come_after_their_posts_in_every_script(demo: None) -> None:
    comments = Status.objects.filter(in_reply_to__isnull=False).select_related("in_reply_to", "account")
    assert comments.count() > 150
    for comment in comments:
        assert comment.in_reply_to is not None
        assert comment.in_reply_to.created_at < comment.created_at < timezone.now()
        assert comment.in_reply_to_id < comment.pk
    text = " ".join(c.text for c in comments if c.account.kind == "citizen")
    assert all(sign in text for sign in ("ш", "š"))
    by_parent = Counter(comments.filter(readers=None).values_list("in_reply_to_id", flat=True))
    for status in Status.objects.filter(pk__in=by_parent):
        assert status.replies_count == by_parent[status.pk]


def test_one_exercise_is_over_with_its_debrief_and_one_waits(demo: None) -> None:
    over, waits = Exercise.objects.order_by("pk")
    assert (over.state, waits.state) == ("ended", "prepared")
    good, poor = over.teams.order_by("number")
    assert good.facts["questions"] == good.facts["answered"] > 0
    assert poor.facts["answered"] < poor.facts["questions"]
    assert (good.facts["personal_left"], poor.facts["personal_left"]) == (0, 1)
    for team in (good, poor):
        assert team.shown_at
        assert team.marks.count() == 3
        assert team.went_well


def test_home_has_something_to_say(demo: None) -> None:
    cuprija = Municipality.objects.get(slug="cuprija")
    states = set(Delivery.objects.filter(municipality=cuprija).values_list("state", flat=True))
    assert states >= {State.FAILED, State.UNCONFIRMED, State.EXPIRED, State.SCHEDULED, State.WAITING, State.PUBLISHED}
    stages = set(Post.objects.filter(municipality=cuprija).values_list("stage", flat=True))
    assert stages == set(Stage.values)
    for slug in texts.SLUGS:
        waiting = Post.objects.filter(municipality__slug=slug, stage=Stage.SUBMITTED, due_at__gt=timezone.now())
        assert waiting.exists(), slug
    assert Thread.objects.filter(author__email="mentor@dobosar.example", resolved_at=None).exists()


# What a page may weigh before it is compressed, so that it opens at once on an old phone, too.
MOST_BYTES = 64_000


def test_the_pages_of_every_role_open_and_stay_light(demo: None, filled: datetime) -> None:
    talked = Thread.objects.filter(municipality__slug="cuprija", suggestion__isnull=False).values_list(
        "post", flat=True
    )[0]
    asked = HandOver.objects.filter(answered_at__isnull=False)[0].message_id
    with_service = Post.objects.filter(municipality__slug="cuprija", draft__service="evrtic", stage=Stage.DRAFT)[0].pk
    roles = {
        "officer@cuprija.example": [
            "/m/cuprija/",
            "/m/cuprija/calendar/",
            "/m/cuprija/posts/",
            "/m/cuprija/analytics/",
            f"/m/cuprija/posts/{talked}/",
            f"/m/cuprija/posts/{with_service}/edit/",
            "/m/cuprija/posts/new/",
            "/m/cuprija/planning/times/",
            f"/m/cuprija/posts/{talked}/versions/",
            "/m/cuprija/settings/services/evrtic/",
            "/m/cuprija/inbox/",
            f"/m/cuprija/inbox/{asked}/",
            "/m/cuprija/inbox/moderation/",
            "/m/cuprija/inbox/answers/",
            "/m/cuprija/inbox/desk/",
            "/m/cuprija/needs/",
            "/m/cuprija/needs/overview/",
            "/rules/cuprija/",
            "/asked/cuprija/",
        ],
        "approver@novi-pazar.example": ["/m/novi-pazar/", "/m/novi-pazar/activity/"],
        "mentor@dobosar.example": ["/", "/m/vlasotince/", "/m/mali-zvornik/progress/", f"/m/cuprija/posts/{talked}/"],
        "staff@dobosar.example": [
            "/programme/overview/",
            "/programme/",
            "/programme/services/evrtic/",
            "/m/mali-zvornik/progress/",
        ],
        "admin@dobosar.example": ["/installation/activity/", "/mailbox/"],
    }
    for email, paths in roles.items():
        client = Client()
        client.force_login(User.objects.get(email=email), backend="allauth.account.auth_backends.AuthenticationBackend")
        for path in paths:
            answer = client.get(path)
            assert answer.status_code == 200, (email, path)
            html = re.sub(r"<template.*?</template>", "", answer.content.decode(), flags=re.DOTALL)
            twice = [name for name, times in Counter(re.findall(r'\sid="([^"]+)"', html)).items() if times > 1]
            assert not twice, (email, path, twice)
            assert len(answer.content) < MOST_BYTES, (email, path)


def test_the_training_claims_no_effect_and_its_courses_show_it(demo: None) -> None:
    """All municipalities of the demo were trained on the same day, some weeks ago."""
    client = Client()
    staff = User.objects.get(email="staff@dobosar.example")
    client.force_login(staff, backend="allauth.account.auth_backends.AuthenticationBackend")
    effect = client.get("/programme/training/").context["effect"]
    assert effect.verdict == ""
    assert effect.reason
    courses = client.get("/programme/over-time/")
    assert courses.context["period"].days == 90
    assert courses.context["chart"].svg.count("chart-event") == courses.context["count"] == 6
    assert courses.context["takeaway"]


def test_readings_only_grow_and_agree_with_the_network_and_the_facts(demo: None) -> None:
    last: dict[int, tuple[int, int, int]] = {}
    for pull in MetricSnapshot.objects.filter(subject__kind="publication").order_by("subject_id", "at"):
        now = (pull.likes or 0, pull.reposts or 0, pull.replies or 0)
        before = last.get(pull.subject_id, (0, 0, 0))
        assert all(new >= old for new, old in zip(now, before, strict=True))
        last[pull.subject_id] = now
    statuses = {str(s.pk): s for s in Status.objects.all()}
    subjects = list(Subject.objects.filter(kind="publication"))
    assert len(subjects) == Delivery.objects.filter(kind="post", state=State.PUBLISHED).count()
    for subject in subjects:
        if subject.likes is not None:
            status = statuses[subject.remote_id]
            assert (subject.likes, subject.reposts, subject.replies) == last[subject.pk]
            assert subject.likes <= status.likes_count
            assert (subject.replies or 0) <= status.replies_count
    for basis in ("publication", "activity"):
        facts = DailyFact.objects.filter(basis=basis).values_list("interactions", flat=True)
        assert sum(f or 0 for f in facts) == sum(s.interactions or 0 for s in subjects)


def test_followers_grow_faster_after_the_training_and_a_gap_is_a_gap(demo: None) -> None:
    channel = Channel.objects.get(handle__startswith="@kragujevac_vezba@")
    days = list(ChannelDay.objects.filter(channel=channel).order_by("day"))
    assert [d.gap for d in days if d.followers is None] == ["not_reached"] * 2
    counts_by_day = [d.followers for d in days if d.followers is not None]
    assert (counts_by_day[-1] - counts_by_day[30]) > (counts_by_day[18] - counts_by_day[0]) > 0
    page = Account.objects.get(username="kragujevac_vezba")
    assert page.followers_count >= counts_by_day[-1]


def test_the_past_is_told_in_the_activity_and_bears_its_own_times(demo: None) -> None:
    post = Post.objects.filter(stage=Stage.APPROVED, due_at__lt=timezone.now()).order_by("due_at").first()
    assert post is not None
    events = AuditEvent.objects.filter(target_type="posts.post", target_id=str(post.pk)).order_by("id")
    assert [event.verb for event in events] == ["post.create", "post.submit", "post.approve"]
    assert all(event.at < post.due_at for event in events)
    version = post.versions.get()
    assert post.created_at < version.created_at < post.due_at


def test_the_channels_can_be_opened_and_follow_the_demo_to_another_address(demo: None, settings: Any) -> None:
    channel = Channel.objects.order_by("pk").first()
    assert channel is not None
    connector = opened(channel)
    assert connector.credential.service == settings.PRACTICE_URL
    settings.PRACTICE_URL = "http://127.0.0.1:9999"
    call_command("seed_demo", verbosity=0)
    channel.refresh_from_db()
    assert channel.server == "http://127.0.0.1:9999"
    assert channel.handle.endswith("@127.0.0.1:9999")
    moved = opened(channel)
    assert moved.credential.service == "http://127.0.0.1:9999"
    assert moved.credential.access_token != connector.credential.access_token
    assert moved.keys.client_id
    assert Credential.objects.count() == Channel.objects.filter(state=ChannelState.CONNECTED).count()


def test_only_the_channels_follow_the_practice_network_to_another_address(demo: None, settings: Any) -> None:
    former = settings.PRACTICE_URL
    left, *rest = Channel.objects.filter(state=ChannelState.CONNECTED).order_by("pk")
    disconnect.disconnect(left, by=User.objects.get(email="approver@cuprija.example"))
    Membership.objects.filter(user__email="officer@cuprija.example").update(ended_at=timezone.now())
    Municipality.objects.filter(slug="cuprija").update(website="https://cuprija.example/nova")
    AppRegistration.objects.all().delete()
    before = {model: model.objects.count() for model in (Channel, Membership, Post, Delivery, Status, User)}
    settings.PRACTICE_URL = "http://127.0.0.1:9999"
    for _ in range(2):
        call_command("seed_demo", address=True, verbosity=0)
    assert {channel.server for channel in Channel.objects.filter(pk__in=[channel.pk for channel in rest])} == {
        "http://127.0.0.1:9999"
    }
    assert opened(rest[0]).credential.service == "http://127.0.0.1:9999"
    left.refresh_from_db()
    assert (left.state, left.server) == (ChannelState.DISCONNECTED, former)
    assert not Membership.objects.running().filter(user__email="officer@cuprija.example").exists()
    assert Municipality.objects.get(slug="cuprija").website == "https://cuprija.example/nova"
    assert {model: model.objects.count() for model in before} == before


def test_a_page_that_a_person_connected_anew_is_left_to_them(demo: None, settings: Any) -> None:
    former = Channel.objects.order_by("pk").first()
    assert former is not None
    settings.PRACTICE_URL = "http://127.0.0.1:9999"
    page = Account.objects.get(pk=former.remote_id)
    practice_channel.new(former.municipality, page, by=former.connected_by)
    call_command("seed_demo", address=True, verbosity=0)
    at_new_address = Channel.objects.filter(remote_id=former.remote_id, server="http://127.0.0.1:9999")
    assert at_new_address.exclude(pk=former.pk).count() == at_new_address.count() == 1


def test_a_reset_makes_it_anew_and_keeps_the_people(demo: None) -> None:
    people = list(User.objects.order_by("pk").values_list("pk", flat=True))
    Post.objects.filter(municipality__slug="cuprija").update(title="Измењено")
    call_command("seed_demo", reset=True, verbosity=0)
    assert list(User.objects.order_by("pk").values_list("pk", flat=True)) == people
    assert not Post.objects.filter(title="Измењено").exists()
    assert Post.objects.count() > 200


def test_two_pilots_show_their_numbers_and_one_sends_them_each_month(demo: None) -> None:
    shown = PublicPage.objects.filter(is_on=True).values_list("municipality__slug", flat=True)
    assert set(shown) == {"cuprija", "vrnjacka-banja"}
    schedule = Schedule.objects.get()
    assert (schedule.municipality.slug, schedule.people.count(), schedule.is_paused) == ("cuprija", 2, False)


def test_every_channel_has_its_usual_times_and_two_municipalities_repeat_posts(demo: None) -> None:
    with_times = set(Slot.objects.values_list("channel", flat=True))
    of_places = Channel.objects.filter(state=ChannelState.CONNECTED).exclude(
        municipality__kind=MunicipalityKind.TRAINING
    )
    assert with_times == set(of_places.values_list("pk", flat=True))
    repeated = list(Recurrence.objects.select_related("pattern", "municipality"))
    assert Counter(row.municipality.slug for row in repeated) == {"cuprija": 2, "novi-pazar": 1}
    for row in repeated:
        assert row.ended_at is None
        assert row.ends_on > timezone.localdate() + timedelta(days=60)
        assert not CampaignPost.objects.filter(post=row.pattern).exists(), "what belongs to a campaign ends with it"
        (first, *_rest) = row.occurrences.select_related("post").order_by("on")
        assert (first.post.stage, first.post.is_demo) == (Stage.DRAFT, True)


def test_only_what_still_waits_is_unread_and_mail_comes_at_any_hour(demo: None) -> None:
    notifications = Notification.objects.filter(user__is_demo=True)
    assert {row.user.email.split("@")[0] for row in notifications.unread().select_related("user")} >= {
        "officer",
        "approver",
    }
    with everywhere("look at the demo"):
        approved = Post.objects.filter(stage=Stage.APPROVED).values_list("pk", flat=True)
        assert not notifications.unread().filter(about__in=[f"posts.post:{pk}" for pk in approved]).exists()
    late = notifications.filter(mail_frequency=MailFrequency.AT_ONCE, mail_due_at__gt=timezone.now())
    assert not late.exists()


def test_the_review_shows_everything_it_can(demo: None) -> None:
    threads = Thread.objects.filter(post__is_demo=True)
    for place in (AnchorKind.TEXT, AnchorKind.PICTURE, AnchorKind.POST):
        assert threads.filter(place=place, resolved_at=None).exists(), place
        assert threads.filter(place=place).exclude(resolved_at=None).exists(), place
    assert threads.filter(lost_at__isnull=False, resolved_at=None).exists()
    assert Suggestion.objects.filter(state="open").exists()
    mentor = User.objects.get(email="mentor@dobosar.example")
    assert Version.objects.filter(suggested_by=[mentor.pk]).exists()
    for municipality in Municipality.objects.filter(REAL_PLACE, joined_on__isnull=False):
        waiting = Post.objects.filter(municipality=municipality, stage=Stage.SUBMITTED)
        assert waiting.exists(), municipality
    kinds = set(Decision.objects.values_list("kind", flat=True))
    assert kinds >= {"submitted", "approved", "returned", "endorsed", "emergency"}


def test_each_rule_is_followed_somewhere_in_the_demo(demo: None) -> None:
    assert set(Municipality.objects.filter(joined_on__isnull=False).values_list("approval", flat=True)) == set(
        Approval.values
    )
    for delivery in Delivery.objects.filter(state=State.SCHEDULED).select_related("municipality"):
        with time_machine.travel(delivery.due_at, tick=False):  # an approval holds around its time, not before
            assert may_send(delivery).kind == "allow", delivery


def test_the_rubric_tells_of_weeks_in_which_posts_became_better(demo: None) -> None:
    scores = Score.objects.filter(criterion__key="call-to-action").order_by("feedback__given_at")
    levels = list(scores.values_list("level", flat=True))
    third = len(levels) // 3
    assert sum(levels[-third:]) / third > sum(levels[:third]) / third + 0.5
    weeks = set(Feedback.objects.filter(given_at__lt=timezone.now()).values_list("given_at__week", flat=True))
    assert len(weeks) >= 5
    houses = Feedback.objects.values_list("municipality", flat=True).distinct()
    assert houses.count() == len(texts.SLUGS)
    assert Handover.objects.get().successor.mentor.email == "mentor@dobosar.example"
    assert not Notification.objects.filter(kind="performance", read_at=None).exists()


def test_a_training_was_held_with_certificates_and_another_is_to_come(demo: None, filled: datetime) -> None:
    today = timezone.localdate()
    held, coming = Training.objects.order_by("starts_on")
    assert held.ends_on < today < coming.starts_on
    assert (held.participants.count(), held.materials.count()) == (15, 3)
    issued = Certificate.objects.filter(participant__training=held)
    assert issued.count() == 13
    assert {timezone.localdate(certificate.issued_at) for certificate in issued} == {held.ends_on}
    client = Client()
    officer, trainer = (
        User.objects.get(email=email) for email in ("officer@cuprija.example", "trainer@dobosar.example")
    )
    client.force_login(officer, backend="allauth.account.auth_backends.AuthenticationBackend")
    mine = client.get(f"/m/cuprija/trainings/{held.pk}/certificate/")
    assert mine["Content-Type"] == "application/pdf"
    client.force_login(trainer, backend="allauth.account.auth_backends.AuthenticationBackend")
    for part in ("", f"{held.pk}/", f"{held.pk}/people/", f"{held.pk}/materials/", f"{held.pk}/certificates/"):
        assert client.get(f"/programme/trainings/{part}").status_code == 200, part


def test_the_desk_of_the_mentor_has_waited_for_different_times(demo: None, filled: datetime) -> None:
    mentor = User.objects.get(email="mentor@dobosar.example")
    client = Client()
    client.force_login(mentor, backend="allauth.account.auth_backends.AuthenticationBackend")
    rows = client.get("/desk/").context["entries"]
    assert len({row.post.municipality_id for row in rows}) >= 5
    assert len({row.waits for row in rows}) >= 5
    assert {row.is_unread for row in rows} == {True, False}
    now = timezone.now()
    soon = [row for row in rows if row.post.due_at and now < row.post.due_at <= now + DUE_FIRST]
    others = [row for row in rows if row not in soon]
    assert rows == [*sorted(soon, key=lambda row: row.post.due_at), *sorted(others, key=lambda row: row.since)]
    assert soon
    assert others


def test_citizens_were_heard_and_their_questions_answered_better_after_the_training(demo: None) -> None:
    messages = Message.objects.all()
    assert messages.filter(state="answered").count() > messages.filter(state="open").count() > 5
    assert set(messages.values_list("kind", flat=True)) >= {"", "question", "complaint", "proposal", "praise"}
    assert not messages.exclude(author_name__in=texts.citizens()[0]).exists()
    decisions = Contribution.objects.exclude(reply=None).values("reply")  # after an answer at once
    answers = Reply.objects.filter(is_automatic=False).exclude(pk__in=decisions).select_related("delivery", "message")
    assert set(Reply.objects.values_list("delivery__state", flat=True)) == {"published"}
    assert all(row.message.first_answer_at == row.arrived_at == row.delivery.published_at for row in answers)
    started = timezone.now() - timedelta(days=texts.TRAINING_DAYS_AGO)
    share = [
        rows.filter(first_answer_at__isnull=False).count() / rows.count()
        for rows in (
            messages.filter(kind="question", at__lt=started),
            messages.filter(kind="question", at__range=(started, timezone.now() - timedelta(days=7))),
        )
    ]
    assert share[0] + 0.2 < share[1]


def test_what_was_heard_is_not_heard_again(demo: None) -> None:
    with everywhere("a test listens for the whole demo"):
        assert (
            not Channel.objects.filter(state="connected", message_fetch__isnull=True)
            .exclude(municipality__kind="training")
            .exists()
        )
        notices = Notice.objects.filter(account__kind="page").values("account").annotate(newest=Max("pk"))
        newest = {str(row["account"]): str(row["newest"]) for row in notices}
        for row in MessageFetch.objects.select_related("channel"):
            assert row.cursor == newest.get(row.channel.remote_id, "")
        assert fetch_replies.schedule() == 0
        assert fetch_replies.due_channels() == []


def test_what_was_heard_was_read_and_sorted(demo: None) -> None:
    messages = Message.objects.all()
    assert not messages.filter(script="").exists()
    assert messages.filter(kind="", suggested_kind="question").exists()
    assert messages.filter(similar_group__isnull=False).exists()
    sorted_ones = messages.exclude(topic="").exclude(kind="praise")
    assert sorted_ones.filter(settlement__isnull=False, department__isnull=False).count() * 3 > sorted_ones.count()


def test_the_desk_shows_what_it_can(demo: None) -> None:
    for municipality in Municipality.objects.filter(REAL_PLACE, joined_on__isnull=False):
        assert SavedAnswer.objects.filter(municipality=municipality).exists(), municipality
    assert {row.municipality.slug for row in HouseRules.objects.filter(is_on=True)} == {"cuprija", "vrnjacka-banja"}
    asked = HandOver.objects.filter(municipality__slug="cuprija")
    assert {row.standing() for row in asked} == {"waiting", "answered"}
    cuprija = Message.objects.filter(municipality__slug="cuprija")
    assert [row.is_snoozed for row in cuprija.filter(snoozed_until__isnull=False)] == [True]
    assert cuprija.filter(assignee__email="officer@cuprija.example").exists()
    assert Note.objects.filter(message__in=cuprija).exists()
    assert MailMessage.objects.filter(dedupe__startswith="inbox.handover:").count() == len(asked)
    (waiting,) = ProposedAnswer.objects.all()
    assert waiting.state == "waiting"
    assert waiting.municipality.answers_need_approval


def test_private_conversations_show_what_the_inbox_does(demo: None) -> None:
    kinds = Counter(Conversation.objects.values_list("municipality__slug", flat=True))
    assert all(kinds[slug] >= 8 for slug in texts.SLUGS)
    assert kinds["cuprija"] >= 14
    private = Message.objects.filter(conversation__isnull=False)
    assert set(private.values_list("visibility", flat=True)) == {"direct"}
    assert set(private.values_list("state", flat=True)) == {"open", "waiting", "answered", "closed"}
    assert not any(message.text.startswith("@") or "{" in message.text for message in private)
    assert not any(mixed_script_words(message.text) for message in private)
    cuprija = private.filter(municipality__slug="cuprija")
    assert cuprija.filter(is_urgent=True, state="open").exists()
    assert cuprija.exclude(first_text="").exists()
    assert cuprija.exclude(remote_deleted_at=None).exists()
    assert cuprija.filter(is_follow_up=True, state="open").exists()
    assert {name for row in cuprija for effect in row.rule_effects for name in effect["done"]} >= {"urgent", "answer"}
    assert ExternalReply.objects.filter(handled_at__isnull=False).exists()
    assert OfficeHoursAnswer.objects.filter(reply__is_automatic=True).count() >= 3
    assert set(SatisfactionQuestion.objects.values_list("value", flat=True)) == {"yes", "no"}
    assert Counter(row.kind for row in MessageAttachment.objects.all())["location"] == 1
    stored = MessageAttachment.objects.filter(kind="picture")
    assert {row.state for row in stored} == {"stored"}
    merged = Conversation.objects.filter(citizen__isnull=False).select_related("channel")
    assert {row.channel.platform for row in merged} == {"mastodon", "mail"}
    (closed, *_more) = Conversation.objects.filter(channel__platform="facebook")
    assert not closed.may_be_answered(timezone.now())


def test_private_conversations_are_as_the_product_leaves_them(demo: None) -> None:
    """Workers find nothing that they would still do with them, and the network returns each message as it is stored."""
    assert external_replies.handle_due() == 0
    assert conversations.promote() == 0
    assert attachments.claim() == []
    assert not Reply.objects.filter(arrived_at=None).exists()
    private = Message.objects.filter(conversation__isnull=False, channel__platform="mastodon", remote_deleted_at=None)
    pages = {row.pk: row for row in Account.objects.filter(kind="page")}
    for message in private.select_related("channel").prefetch_related("attachments"):
        page = pages[int(message.channel.remote_id)]
        status = practice_queries.all_statuses().get(pk=message.remote_id)
        read = statuses.message(entities.status(status, message.channel.server, page), str(page.pk))
        assert (read.text, read.url, read.in_reply_to or "") == (message.text, message.url, message.in_reply_to)
        assert (read.author_id, read.author_handle, read.author_name) == (
            message.author_id, message.author_handle, message.author_name,
        )  # fmt: skip
        assert read.conversation == message.author_id
        assert abs(read.at - message.at) < timedelta(milliseconds=1)
        assert [one.kind for one in read.attachments] == [row.kind for row in message.attachments.all()]
        assert message.at < message.received_at < timezone.now()


def test_reports_of_decided_hearings_are_published_once(demo: None) -> None:
    assert participation.publish_reports() == len(texts.SLUGS)
    reported = Consultation.objects.filter(stage=ConsultationStage.REPORTED)
    assert {row.kind for row in reported} == {"plan"}
    assert all(row.editions.get().outcome and row.editions.get().files.exists() for row in reported)
    assert participation.publish_reports() == 0


def test_every_pilot_has_a_hearing_that_is_decided_and_one_that_runs(demo: None) -> None:
    today = timezone.localdate()
    over, running = (
        {row.municipality.slug: row for row in Consultation.objects.select_related("municipality").filter(stage=stage)}
        for stage in (ConsultationStage.CLOSED, ConsultationStage.PUBLISHED)
    )
    assert set(over) == set(running) == set(texts.SLUGS)
    for slug in texts.SLUGS:
        row = over[slug]
        assert row.ends_on < row.closed_at.date() < today <= row.report_by
        assert (row.ends_on - row.starts_on).days >= row.least_days == 30
        assert contributions.undecided(row).count() == 0
        assert running[slug].starts_on < today <= running[slug].ends_on
        assert str(today.year + 1) in running[slug].title
        assert contributions.undecided(running[slug]).count() >= 5
        for hearing in (row, running[slug]):
            rows = Contribution.objects.filter(consultation=hearing)
            assert sorted(rows.values_list("number", flat=True)) == list(range(1, hearing.last_number + 1))
            assert set(rows.values_list("way_in", flat=True)) <= set(hearing.ways_in)
            assert not rows.filter(received_at__gte=timezone.now()).exists()
            assert rows.filter(decision=participation_enums.Decision.WITHDRAWN, text="").count() == 1
            assert rows.filter(same_as__isnull=False).exists()
            assert rows.filter(decision=participation_enums.Decision.OUT_OF_SCOPE).exclude(where_to="").exists()
            assert not [one.text for one in rows if set("{}") & set(one.text + one.reason)]
            assert not [one.text for one in rows if mixed_script_words(one.text)]
        assert Contribution.objects.filter(consultation=row, is_late=True).count() == 1
    written = ConsultationTranslation.objects.get()
    assert (written.consultation_id, written.language) == (running["novi-pazar"].pk, "bs-Latn")
    assert str(today.year + 1) in written.title
    ways = Contribution.objects.filter(municipality__slug="cuprija").values_list("way_in", flat=True)
    assert set(ways) == set(WayIn.values)
    assert PaperBatch.objects.filter(checked_at=None).count() == Meeting.objects.count() / 2 == 6
    assert not PaperBatch.objects.filter(checked_at=None).exclude(contributions__is_checked=False).exists()
    assert ConsultationPost.objects.count() == 12
    sent = Contribution.objects.filter(answer_state=AnswerState.SENT, message__isnull=False)
    assert {row.reply.delivery.state for row in sent.select_related("reply__delivery")} == {State.PUBLISHED}


def test_only_who_is_named_or_approves_sees_them(demo: None) -> None:
    private = Message.objects.filter(conversation__isnull=False, municipality__slug="cuprija", state="open")
    message = private.exclude(kind="").order_by("pk")[0]
    codes = {}
    for name in ("officer@cuprija", "approver@cuprija", "officer@novi-pazar", "mentor@dobosar", "staff@dobosar"):
        client = Client()
        person = User.objects.get(email=f"{name}.example")
        client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
        codes[name] = client.get(reverse("message", args=["cuprija", message.pk])).status_code
        listed = client.get(reverse("inbox", args=["cuprija"])).content.decode()
        assert (message.author_name in listed) == (codes[name] == 200), name
    assert {name for name, code in codes.items() if code == 200} == {"officer@cuprija", "approver@cuprija"}


def test_messages_were_hidden_with_their_reasons_and_a_second_person_has_to_look(demo: None) -> None:
    advert, *threats, removal = Moderation.objects.select_related("message").order_by("at")
    assert (advert.state, advert.reason, advert.done_by) == ("done", "spam", None)
    for threat in threats:
        assert (threat.state, threat.act, threat.waits_for_confirmation) == ("done", "hide", True)
    assert (removal.state, removal.act, removal.second_by) == ("proposed", "remove", None)
    assert [threat.message == removal.message for threat in threats] == [False, True]
    assert all(row.is_untouched for row in (advert, *threats, removal))
    # on the network all are there, and nobody else sees them
    there = Status.objects.filter(pk__in=[int(row.message.remote_id) for row in (advert, *threats)])
    assert len(there) == 3
    assert practice_queries.seen(there, None) == []


def test_nobody_is_told_at_the_start_of_what_is_there_already(demo: None) -> None:
    with transaction.atomic():
        assert staff_notifications.send_due() == 0
        transaction.set_rollback(True)


def test_polls_were_voted_in_and_their_reports_say_what_the_network_counted(demo: None, filled: datetime) -> None:
    with everywhere("a test looks at all of them"):
        results = list(PollResult.objects.select_related("publication__post", "publication__delivery"))
        assert [result for result in results if result.is_over]
        for result in results:
            status = Status.objects.prefetch_related("votes").get(pk=result.publication.delivery.remote_id)
            assert result.votes == tally(status)
            assert sum(result.votes) == result.voters
            if result.is_over:
                assert min(result.votes) > 0, "no answer that nobody wants"
        closed = Closing.objects.filter(post__publications__poll_result__isnull=False).distinct()
        for report in closed:
            results_of_post = [result for result in results if result.publication.post_id == report.post_id]
            assert report.answers == sum(result.voters or 0 for result in results_of_post)
            assert report.counted == ("people" if len(results_of_post) == 1 else "votes")
        assert closed
    assert ask_report.request_reports(filled) == 0, "nobody is told of what has been"


def test_needs_are_made_of_messages_and_calls_and_say_what_became_of_them(demo: None) -> None:
    cuprija = Need.objects.filter(municipality__slug="cuprija")
    assert {need.stage for need in cuprija} == {"new", "looked_at", "planned", "done", "declined"}
    for need in Need.objects.prefetch_related("supporters"):
        assert need.size == len(need.supporters.all()) > 0, need
        assert mixed_script_words(f"{need.title} {need.text} {need.reason} {need.done}") == []
        if need.decided_on:
            assert (
                min(supporter.received_on for supporter in need.supporters.all())
                <= need.decided_on
                <= (need.done_on or need.decided_on)
            )
    assert Supporter.objects.filter(source="message").count() > 10
    assert {row.municipality.slug for row in NeedsPage.objects.filter(is_on=True)} == {"cuprija", "vrnjacka-banja"}
