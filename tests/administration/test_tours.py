"""Tours: a step is done by the act itself, by this person, in this municipality, since the tour began."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from accounts.models import User
from administration.domain import tours as verbs
from administration.enums import Tour, TourStep
from administration.models import TourProgress
from administration.queries import tours as queries
from common import audit_messages
from common.audit import record
from common.errors import ActionNotAllowed
from common.models import AuditEvent
from municipalities.domain import members
from municipalities.models import Membership, Municipality, Pairing
from municipalities.tenancy import scope
from posts.editing.domain.submit import submit
from posts.models import Post
from posts.review.domain import approve, comment
from tests.analytics.factories import channel, published
from tests.concurrency import at_once
from tests.needs.factories import message
from tests.people import Cast, sign_in
from tests.posts.desk import Desk, in_hours, opened

pytestmark = pytest.mark.django_db
HOME = "/m/cuprija/"


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def desk(cast: Cast) -> Iterator[Desk]:
    with scope(cast.cuprija):
        yield opened(cast)


def begun(user: User, tour: Tour, place: Municipality | None) -> TourProgress:
    return verbs.begin(tour, place, by=user)


def marks(user: User) -> dict[str, str]:
    return TourProgress.objects.get(user=user).marks


def open_page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return str(answer.text)


# ---- each tour, by its acts


def test_an_officer_is_led_from_a_draft_to_its_figures(cast: Cast, desk: Desk) -> None:
    client = sign_in(cast.officer)
    assert "Tour for officers" in open_page(client, HOME)
    answer = client.post("/tour/begin/", {"tour": "officer", "municipality": "cuprija"})
    assert answer.headers["Location"] == "/m/cuprija/posts/new/"
    assert "step 1 of 5" in open_page(client, HOME)

    post = desk.write(time=in_hours(5))
    page = open_page(client, HOME)
    assert "step 2 of 5" in page
    assert marks(cast.officer) == {"write": "done"}
    assert f'href="/m/cuprija/posts/{post.pk}/"' in page
    assert "step 3 of 5" in open_page(client, f"/m/cuprija/posts/{post.pk}/")

    submit(post, by=cast.officer)
    page = open_page(client, HOME)
    assert "step 4 of 5" in page
    assert "No message of a citizen is open now." in page

    row = message(desk.mastodon)
    assert f'href="/m/cuprija/inbox/{row.pk}/"' in open_page(client, HOME)
    record("message.answer", by=cast.officer, target=row)
    assert "step 5 of 5" in open_page(client, HOME)

    assert "step 5 of 5" in open_page(client, "/m/cuprija/analytics/posts/")  # nothing is published yet
    published(desk.mastodon, timezone.now())
    assert "The tour is over: 5 of 5 steps done" in open_page(client, "/m/cuprija/analytics/posts/")
    assert TourProgress.objects.get().finished_at
    assert "tour-heading" not in open_page(client, HOME)
    assert list(AuditEvent.objects.filter(verb__startswith="tour.").order_by("pk").values_list("verb", flat=True)) == [
        "tour.begin", "tour.finish"
    ]  # fmt: skip


def test_an_approver_reads_decides_and_learns_where_to_stop(cast: Cast, desk: Desk) -> None:
    client = sign_in(cast.approver)
    begun(cast.approver, Tour.APPROVER, cast.cuprija)
    assert "No post waits for your approval now." in open_page(client, HOME)
    draft = desk.write()
    open_page(client, f"/m/cuprija/posts/{draft.pk}/")
    assert marks(cast.approver) == {}  # a draft does not wait for anybody
    post = submit(desk.write(), by=cast.officer)
    assert f'href="/m/cuprija/posts/{post.pk}/"' in open_page(client, HOME)
    open_page(client, f"/m/cuprija/posts/{post.pk}/")
    assert marks(cast.approver) == {"waiting": "done"}
    approve.send_back(post, desk.version(post), note="Недостаје рок.", by=cast.approver)
    open_page(client, "/m/cuprija/calendar/")
    assert marks(cast.approver) == {"waiting": "done", "decide": "done", "calendar": "done"}
    assert "The tour is over: 4 of 4" in open_page(client, "/m/cuprija/pause/")


def test_a_mentor_opens_comments_and_sees_the_plan(cast: Cast, desk: Desk) -> None:
    client = sign_in(cast.mentor)
    assert "Tour for mentors" in open_page(client, "/")
    assert client.post("/tour/begin/", {"tour": "mentor", "municipality": "cuprija"}).headers["Location"] == "/tour/"
    assert "Nobody has written a post there yet." in open_page(client, "/tour/")
    post = desk.write()
    open_page(client, f"/m/cuprija/posts/{post.pk}/")
    comment.comment(post, "Када тачно?", by=cast.mentor)
    open_page(client, "/m/cuprija/mentoring/")
    assert marks(cast.mentor) == {"open": "done", "comment": "done", "plan": "done"}
    record("checkin.plan", by=cast.mentor, target=post)
    open_page(client, "/")
    assert TourProgress.objects.get().finished_at


def test_the_staff_compare_two_municipalities_and_create_a_report(cast: Cast) -> None:
    client = sign_in(cast.staff)
    assert "Tour for the staff of a programme" in open_page(client, "/programme/overview/")
    answer = client.post("/tour/begin/", {"tour": "staff"})
    assert answer.headers["Location"] == "/programme/mentoring/"
    open_page(client, "/programme/mentoring/")
    open_page(client, "/programme/compare/")
    open_page(client, "/programme/compare/?m=cuprija&m=cuprija")
    assert marks(cast.staff) == {"attention": "done"}  # nobody has chosen two yet
    open_page(client, "/programme/compare/?m=cuprija&m=novi-pazar")
    assert marks(cast.staff) == {"attention": "done", "compare": "done"}
    record("report.ask_programme", by=cast.staff)
    open_page(client, "/programme/overview/")
    assert TourProgress.objects.get().finished_at


def test_every_step_belongs_to_one_tour_and_says_what_to_do() -> None:
    steps = [step for tour in queries.TOURS.values() for step in tour]
    assert sorted(steps) == sorted(TourStep) == sorted(queries.STEPS)
    assert set(queries.TOURS) == set(queries.INVITATIONS) == set(Tour)
    assert all(2 <= len(tour) <= 5 for tour in queries.TOURS.values())
    for step, definition in queries.STEPS.items():
        assert bool(definition.verbs) != bool(definition.pages), step


def test_the_verbs_that_count_are_verbs_of_the_portal() -> None:
    verbs_of_all = {verb for definition in queries.STEPS.values() for verb in definition.verbs}
    assert [verb for verb in verbs_of_all if audit_messages.message(verb) is None] == []


# ---- what does not count


def test_acts_before_of_others_and_elsewhere_do_not_count(cast: Cast, desk: Desk) -> None:
    Membership.objects.create(user=cast.officer, municipality=cast.novi_pazar, role="officer")
    desk.write()
    begun(cast.officer, Tour.OFFICER, cast.cuprija)
    record("post.create", by=cast.stranger, municipality_id=cast.cuprija.pk)
    record("post.create", by=cast.officer, municipality_id=cast.novi_pazar.pk)
    record("post.create", by=cast.officer)
    with scope(cast.novi_pazar):
        elsewhere = Post.objects.create(municipality=cast.novi_pazar, author=cast.officer, draft={"channels": [1]})
        published(channel(cast.novi_pazar, cast.stranger), timezone.now())
    client = sign_in(cast.officer)
    open_page(client, f"/m/novi-pazar/posts/{elsewhere.pk}/")
    open_page(client, "/m/novi-pazar/analytics/posts/")
    assert "step 1 of 5" in open_page(client, HOME)
    assert marks(cast.officer) == {}


def test_a_page_that_is_not_there_counts_as_nothing(cast: Cast, desk: Desk) -> None:
    begun(cast.approver, Tour.APPROVER, cast.cuprija)
    client = sign_in(cast.approver)
    assert client.get("/m/cuprija/posts/999999/").status_code == 404
    assert marks(cast.approver) == {}


def test_who_lost_the_role_sees_no_panel_and_cannot_resume(cast: Cast, desk: Desk) -> None:
    begun(cast.officer, Tour.OFFICER, cast.cuprija)
    client = sign_in(cast.officer)
    assert "step 1 of 5" in open_page(client, HOME)
    members.change_role(Membership.objects.get(user=cast.officer), "viewer", by=cast.approver)
    assert "tour-heading" not in open_page(client, HOME)
    assert "No tour for what you do here" in open_page(client, "/tour/")
    verbs.leave(by=cast.officer)
    with pytest.raises(ActionNotAllowed):
        verbs.resume(Tour.OFFICER, by=cast.officer)
    begun(cast.mentor, Tour.MENTOR, cast.cuprija)
    Pairing.objects.filter(municipality=cast.cuprija).delete()
    assert "tour-heading" not in open_page(sign_in(cast.mentor), "/tour/")


@pytest.mark.parametrize(
    ("role", "tour"), [("viewer", Tour.OFFICER), ("stranger", Tour.APPROVER), ("trainer", Tour.STAFF)]
)
def test_nobody_begins_a_tour_of_a_role_they_do_not_have(cast: Cast, role: str, tour: Tour) -> None:
    user = cast.everyone()[role]
    with pytest.raises(ActionNotAllowed):
        begun(user, tour, None if tour == Tour.STAFF else cast.cuprija)
    client = sign_in(user)
    assert client.post("/tour/begin/", {"tour": tour.value, "municipality": "cuprija"}).headers["Location"] == "/tour/"
    assert not TourProgress.objects.exists()


def test_an_exercise_offers_no_tour(cast: Cast) -> None:
    Municipality.objects.filter(pk=cast.cuprija.pk).update(kind="training", is_practice=True)
    assert "tour-heading" not in open_page(sign_in(cast.officer), HOME)
    with pytest.raises(ActionNotAllowed):
        begun(cast.officer, Tour.OFFICER, cast.cuprija)


# ---- leave, resume, skip


def test_a_tour_is_left_and_resumed_where_it_was(cast: Cast, desk: Desk) -> None:
    client = sign_in(cast.officer)
    begun(cast.officer, Tour.OFFICER, cast.cuprija)
    desk.write()
    open_page(client, HOME)
    assert client.post("/tour/leave/", {"next": HOME}).headers["Location"] == HOME
    page = open_page(client, HOME)
    assert "tour-heading" not in page
    assert "You left the tour." in page
    assert "1 of 5 steps done" in open_page(client, "/tour/")
    answer = client.post("/tour/resume/", {"tour": "officer"})
    assert answer.headers["Location"].startswith("/m/cuprija/posts/")
    assert "step 2 of 5" in open_page(client, HOME)


def test_declining_is_remembered_and_the_menu_still_has_it(cast: Cast) -> None:
    client = sign_in(cast.officer)
    assert client.post("/tour/decline/", {"tour": "officer", "next": HOME}).headers["Location"] == HOME
    page = open_page(client, HOME)
    assert "tour-heading" not in page
    assert 'href="/tour/"' in page
    assert "Begin the tour" in open_page(client, "/tour/")
    client.post("/tour/begin/", {"tour": "officer"})
    assert "step 1 of 5" in open_page(client, HOME)


def test_skipped_steps_are_not_called_done_and_count_when_they_are_done_after_all(cast: Cast, desk: Desk) -> None:
    client = sign_in(cast.officer)
    begun(cast.officer, Tour.OFFICER, cast.cuprija)
    assert client.post("/tour/skip/", {"step": "write", "next": HOME}).headers["Location"] == HOME
    assert "step 2 of 5" in open_page(client, HOME)
    desk.write()
    open_page(client, HOME)
    assert marks(cast.officer) == {"write": "done"}
    for step in ("preview", "submit", "answer", "results"):
        client.post("/tour/skip/", {"step": step})
    row = TourProgress.objects.get()
    assert row.finished_at
    finish = AuditEvent.objects.get(verb="tour.finish")
    assert (finish.detail["done"], finish.detail["steps"]) == (1, 5)
    assert "1 of 5 steps done" in open_page(client, "/tour/")
    client.post("/tour/skip/", {"step": "answer"})
    client.post("/tour/begin/", {"tour": "officer"})
    assert marks(cast.officer) == {}


@pytest.mark.parametrize(
    "given", [{}, {"step": "nonsense"}, {"step": "\x00"}, {"tour": "nobody"}, {"tour": ["a", "b"]}]
)
def test_unknown_words_do_nothing(cast: Cast, given: dict[str, Any]) -> None:
    client = sign_in(cast.officer)
    for act in ("skip", "begin", "decline", "resume"):
        answer = client.post(f"/tour/{act}/", given)
        assert answer.status_code == 400 or answer.headers["Location"] == "/tour/"
    assert not TourProgress.objects.exists()


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "m/", ""])
def test_nobody_is_sent_elsewhere(cast: Cast, target: str) -> None:
    assert sign_in(cast.officer).post("/tour/leave/", {"next": target}).headers["Location"] == "/"


def test_one_tour_at_a_time_and_two_clicks_at_once_begin_one(cast: Cast) -> None:
    Membership.objects.create(user=cast.officer, municipality=cast.novi_pazar, role="approver")
    begun(cast.officer, Tour.OFFICER, cast.cuprija)
    begun(cast.officer, Tour.APPROVER, cast.novi_pazar)
    assert TourProgress.objects.get(tour="officer").left_at
    with pytest.raises(IntegrityError), transaction.atomic():
        TourProgress.objects.filter(tour="officer").update(left_at=None)
    begun(cast.officer, Tour.APPROVER, cast.novi_pazar)
    assert AuditEvent.objects.filter(verb="tour.begin").count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_begin_one(cast: Cast) -> None:
    at_once(*[lambda: begun(cast.officer, Tour.OFFICER, cast.cuprija)] * 2)
    assert AuditEvent.objects.filter(verb="tour.begin").count() == 1
    assert TourProgress.objects.count() == 1


# ---- the page


def test_a_hostile_name_stays_text(cast: Cast) -> None:
    Municipality.objects.filter(pk=cast.cuprija.pk).update(name_en='"><img src=x onerror=alert(1)>')
    Membership.objects.create(user=cast.officer, municipality=cast.novi_pazar, role="officer")
    begun(cast.officer, Tour.OFFICER, cast.cuprija)
    page = open_page(sign_in(cast.officer), "/tour/?next=%22%3E%3Cimg%20src=x%3E")
    assert "<img src=x" not in page


def test_a_tour_costs_one_query_and_none_without_one(cast: Cast, desk: Desk) -> None:
    client = sign_in(cast.officer)
    counts = []
    for act in (None, "decline", "begin"):
        if act:
            client.post(f"/tour/{act}/", {"tour": "officer"})
        open_page(client, HOME)
        with CaptureQueriesContext(connection) as queries_of_page:
            open_page(client, HOME)
        counts.append(len(queries_of_page))
    assert counts[1] == counts[0]
    assert counts[2] == counts[0] + 1
    verbs.leave(by=cast.officer)
    with CaptureQueriesContext(connection) as queries_of_page:
        open_page(client, HOME)
    assert len(queries_of_page) == counts[0]
