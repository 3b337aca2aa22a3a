"""Doing what was agreed: what shows it, saying that it is done, indicators that prove themselves, and ME1."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from analytics.indicators.domain.measure import renew
from analytics.indicators.queries.measurements import measure
from analytics.ingestion.domain import collect
from analytics.models import IndicatorValue
from analytics.rollups.domain import rollup
from common.errors import ActionNotAllowed
from delivery.enums import State
from delivery.models import Delivery
from mentoring.domain import plan_activities as verbs
from mentoring.domain import plan_library, plan_readings, plans
from mentoring.domain.plan_library import stored
from mentoring.enums import ClosingReason, Proof, Side
from mentoring.models import Activity, ActivityKind, Evidence, Plan
from mentoring.plan_defaults import ACTIVITIES, activity_texts
from mentoring.queries import plans as queries
from mentoring.queries.plan_library import library
from municipalities.models import Programme
from municipalities.queries import today
from municipalities.tenancy import scope
from notifications.models import Notification
from posts.media.domain.pictures import add
from posts.models import Media, Post, Version
from tests.analytics.factories import channel as make_channel
from tests.mentoring.plans import agreed, begun, only, post, wanted
from tests.people import Cast, sign_in
from tests.posts.desk import picture_bytes

PLAN = "/m/cuprija/mentoring/"
PDF = b"%PDF-1.7\n1 0 obj\n%%EOF"


@pytest.fixture
def channel(cast: Cast) -> Any:
    return make_channel(cast.cuprija, cast.approver)


def page_of(row: Activity) -> str:
    return f"{PLAN}activities/{row.pk}/"


def item(row: Activity) -> queries.ActivityItem:
    with scope(row.municipality_id):
        return queries.item_of(Activity.objects.select_related("plan", "kind").get(pk=row.pk))


def take_down(row: Post, state: str = State.WITHDRAWN) -> None:
    with scope(row.municipality_id):
        Delivery.objects.filter(publication__post=row).update(state=state, state_at=timezone.now())


# ---------------------------------------------------------------- posts


def test_posts_are_picked_from_those_that_went_out_and_complete_the_evidence(cast: Cast, channel: Any) -> None:
    row = only(agreed(cast, wanted(wanted=2)))
    posts = [post(channel, title) for title in ("Упис у вртиће", "Радови на водоводу")]
    client = sign_in(cast.officer)
    page = client.get(page_of(row)).content.decode()
    assert all(shown.title in page for shown in posts)
    assert "The evidence is at 0 of 2" in page
    client.post(f"{page_of(row)}evidence/", {"kind": "posts", "posts": [shown.pk for shown in posts]})
    client.post(f"{page_of(row)}evidence/", {"kind": "posts", "posts": [shown.pk for shown in posts]})  # again
    with scope(cast.cuprija):
        assert Evidence.objects.count() == 2
    assert item(row).is_proved
    client.post(f"{page_of(row)}done/", {"act": "report", "note": "Ишло је лако"})
    with scope(cast.cuprija):
        done = Activity.objects.get()
    assert (done.done_by, done.done_on, done.was_in_time, done.confirmed_at) == (cast.officer, today(), True, None)
    notification = Notification.objects.filter(user=cast.mentor).latest("pk")
    assert notification.subject == "Ćuprija: “Три објаве са позивом” is done"
    assert "Ишло је лако" in notification.body
    client.post(f"{page_of(row)}done/", {"act": "confirm"})
    assert item(row).activity.confirmed_at is None, "the mentor confirms"
    sign_in(cast.mentor).post(f"{page_of(row)}done/", {"act": "confirm"})
    assert item(row).activity.confirmed_by == cast.mentor
    assert "is confirmed" in Notification.objects.filter(user=cast.officer).latest("pk").subject


def test_it_is_not_done_before_its_evidence_is_there(cast: Cast, channel: Any) -> None:
    row = only(agreed(cast, wanted(wanted=2)))
    with scope(cast.cuprija):
        verbs.add_posts(row, [post(channel).pk], by=cast.officer)
        with pytest.raises(ActionNotAllowed, match="1 of 2"):
            verbs.report(row, "", side=Side.MUNICIPALITY, by=cast.officer)


@pytest.mark.parametrize("script", ["upis u vrtice", "УПИС вртиће", "вртић"])
def test_posts_are_searched_in_either_script(cast: Cast, channel: Any, script: str) -> None:
    row = only(agreed(cast))
    enrolment_post = post(channel, "Упис у вртиће", search_key="upis u vrtice")
    post(channel, "Радови", search_key="radovi")
    with scope(cast.cuprija):
        assert [match.pk for match in queries.offered(row, script)] == [enrolment_post.pk]


def test_posts_are_suggested_that_fit_what_was_agreed(cast: Cast, channel: Any) -> None:
    kind = next(row for row in _stored(cast) if row.key == "calls")
    row = only(agreed(cast, plans.from_library(kind, today() + timedelta(days=9))))
    with_call = post(channel, "Пријавите се", call_kind="apply")
    without = post(channel, "Свечаност")
    with scope(cast.cuprija):
        assert [offered.pk for offered in queries.offered(row)] == [with_call.pk]
        verbs.add_posts(row, [without.pk], by=cast.officer)  # a person knows better
        assert queries.offered(row) != []


def _stored(cast: Cast) -> list[ActivityKind]:
    from django.db import transaction

    with transaction.atomic():
        return stored(cast.programme)


def test_a_post_from_before_the_plan_a_draft_and_a_strangers_are_no_evidence(cast: Cast, channel: Any) -> None:
    row = only(agreed(cast))
    old = post(channel, days_ago=21)
    foreign = post(make_channel(cast.novi_pazar, cast.stranger))
    with scope(cast.cuprija):
        draft = Post.objects.create(municipality=cast.cuprija, author=cast.officer, title="Нацрт")
        for unsuitable in (old, foreign, draft):
            with pytest.raises(ActionNotAllowed, match="since the plan began"):
                verbs.add_posts(row, [unsuitable.pk], by=cast.officer)
    first_day = post(channel, days_ago=20)
    with scope(cast.cuprija):
        assert len(verbs.add_posts(row, [first_day.pk], by=cast.officer)) == 1
    client = sign_in(cast.officer)
    for value in ("x", "", "-1", "1e3", "9" * 30):
        assert client.post(f"{page_of(row)}evidence/", {"kind": "posts", "posts": value}).status_code == 302


@pytest.mark.parametrize("how", ["withdrawn", "missing", "deleted", "gone"])
def test_a_post_that_is_not_there_any_more_does_not_count_and_that_is_said(cast: Cast, channel: Any, how: str) -> None:
    row = only(agreed(cast))
    lost = post(channel)
    with scope(cast.cuprija):
        verbs.add_posts(row, [lost.pk], by=cast.officer)
    assert item(row).is_proved
    if how in ("withdrawn", "missing"):
        take_down(lost, how)
    with scope(cast.cuprija):
        if how == "deleted":
            Post.objects.filter(pk=lost.pk).update(deleted_at=timezone.now())
        if how == "gone":
            Evidence.objects.update(post=None)
        board = queries.plan_dashboard(Plan.objects.get())
        assert queries.next_action(board, Side.MUNICIPALITY).kind == "look_again"
        with pytest.raises(ActionNotAllowed, match="0 of 1"):
            verbs.report(row, "", side=Side.MUNICIPALITY, by=cast.officer)
    without_post = item(row)
    assert (without_post.counted, without_post.is_proved) == (0, False)
    page = sign_in(cast.officer).get(page_of(row)).content.decode()
    assert "“Упис у вртиће”" in page
    assert "Choose another post" in page
    assert without_post.evidence[0].gone_on == (None if how == "gone" else today())


def test_evidence_is_taken_back_until_the_mentor_has_confirmed(cast: Cast, channel: Any) -> None:
    row = only(agreed(cast))
    with scope(cast.cuprija):
        (one,) = verbs.add_posts(row, [post(channel).pk], by=cast.officer)
    sign_in(cast.officer).post(f"{PLAN}evidence/{one.pk}/take-back/")
    assert item(row).evidence == []
    with scope(cast.cuprija):
        assert Evidence.objects.get().withdrawn_by == cast.officer, "that it stood there is kept"
        (two,) = verbs.add_posts(row, [one.post_id], by=cast.officer)
        verbs.report(row, "", side=Side.MENTOR, by=cast.mentor)
        with pytest.raises(ActionNotAllowed, match="has confirmed"):
            verbs.withdraw(two, by=cast.officer)


# ---------------------------------------------------------------- links and files


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)", "ftp://cuprija.rs/a", "https://user:secret@cuprija.rs/", "http://127.0.0.1/",
        "http://10.0.0.7/x", "http://localhost:8000/", "https://", "not an address", "https://cuprija.rs/" + "a" * 500,
        "data:text/html,<script>alert(1)</script>", "http://intranet.local/",
    ],
)  # fmt: skip
def test_a_hostile_address_is_refused(cast: Cast, url: str) -> None:
    row = only(agreed(cast, wanted(proof=Proof.LINK)))
    answer = sign_in(cast.officer).post(f"{page_of(row)}evidence/", {"kind": "link", "url": url})
    assert answer.status_code == 422
    with scope(cast.cuprija):
        assert not Evidence.objects.exists()


def test_a_link_shows_it_and_what_was_typed_is_escaped(cast: Cast) -> None:
    row = only(agreed(cast, wanted(proof=Proof.LINK)))
    data = {"kind": "link", "url": "https://cuprija.rs/pravila?a=1&b=2", "note": "<script>alert(1)</script>"}
    client = sign_in(cast.officer)
    assert client.post(f"{page_of(row)}evidence/", data).status_code == 302
    page = client.get(page_of(row)).content.decode()
    assert 'rel="nofollow noopener noreferrer"' in page
    assert "<script>alert(1)" not in page
    assert item(row).is_proved


def test_a_file_is_told_by_its_content_and_only_comes_as_a_download(cast: Cast) -> None:
    row = only(agreed(cast, wanted(proof=Proof.FILE)))
    client = sign_in(cast.officer)
    bad = SimpleUploadedFile("a.pdf", b"<html><script>alert(1)</script>", "application/pdf")
    assert client.post(f"{page_of(row)}evidence/", {"kind": "file", "file": bad}).status_code == 422
    for body, ending in ((PDF, "pdf"), (picture_bytes(), "jpg")):
        file = SimpleUploadedFile("../../izvestaj.exe", body, "text/html")
        assert client.post(f"{page_of(row)}evidence/", {"kind": "file", "file": file}).status_code == 302
        with scope(cast.cuprija):
            made = Evidence.objects.latest("pk")
        assert Path(made.file.name).suffix == f".{ending}"
        assert (Path(settings.MEDIA_ROOT) / made.file.name).is_file()
        answer = sign_in(cast.viewer).get(f"{PLAN}evidence/{made.pk}/file/")
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert sign_in(cast.stranger).get(f"{PLAN}evidence/{made.pk}/file/").status_code == 404
    assert sign_in(cast.stranger).get(f"/m/novi-pazar/mentoring/evidence/{made.pk}/file/").status_code == 404
    assert item(row).is_proved


# ---------------------------------------------------------------- done


def test_a_mentor_may_ask_for_more(cast: Cast) -> None:
    row = only(agreed(cast, wanted(proof=Proof.NOTHING)))
    sign_in(cast.officer).post(f"{page_of(row)}done/", {"act": "report"})
    sign_in(cast.mentor).post(f"{page_of(row)}done/", {"act": "reopen", "note": "Недостаје рок"})
    assert item(row).activity.is_open
    notification = Notification.objects.filter(user=cast.officer).latest("pk")
    assert (notification.subject, "Недостаје рок" in notification.body) == (
        "Ćuprija: “Три објаве са позивом” is open again",
        True,
    )


def test_nothing_is_done_in_a_draft_or_a_closed_plan(cast: Cast) -> None:
    plan = begun(cast, wanted(proof=Proof.NOTHING))
    row = only(plan)
    with scope(cast.cuprija):
        with pytest.raises(ActionNotAllowed, match="not agreed yet"):
            verbs.report(row, "", side=Side.MUNICIPALITY, by=cast.officer)
        plans.agree(plan, side=Side.MENTOR, by=cast.mentor)
        plans.agree(plan, side=Side.MUNICIPALITY, by=cast.officer)
        plans.close(plan, ClosingReason.REPLACED, by=cast.mentor)
        with pytest.raises(ActionNotAllowed, match="closed"):
            verbs.report(row, "", side=Side.MUNICIPALITY, by=cast.officer)
    assert sign_in(cast.officer).post(f"{page_of(row)}done/", {"act": "made up"}).status_code == 400


# ---------------------------------------------------------------- an indicator that proves itself


def share(value: float, due: int = 10) -> plans.ActivitySpec:
    return wanted("Позив у већини објава", due=due, proof=Proof.INDICATOR, code="OP1", threshold=value)


def publish(channel: Any, calls: int, others: int) -> None:
    from datetime import datetime, time

    from municipalities.holidays import BELGRADE
    from tests.analytics.factories import published

    at = datetime.combine(today() - timedelta(days=2), time(10), BELGRADE)
    for number in range(calls + others):
        published(channel, at + timedelta(minutes=number), call="apply" if number < calls else "")
    collect.enrol()
    rollup.rebuild_dirty_days()


def test_an_indicator_proves_itself_with_its_n(cast: Cast, channel: Any) -> None:
    row = only(agreed(cast, share(60)))
    publish(channel, calls=5, others=3)
    plan_readings.read_all()
    measured = item(row)
    assert (measured.activity.reading["value"], measured.activity.reading["n"]) == (62.5, 8)
    assert measured.has_reached
    assert measured.activity.is_open, "before its day a person says so"
    page = sign_in(cast.officer).get(page_of(row)).content.decode()
    assert "Reached: 62.5, and 60 was agreed (n = 8)." in re.sub("<[^>]+>", "", page)
    sign_in(cast.officer).post(f"{page_of(row)}done/", {"act": "report"})
    with scope(cast.cuprija):
        evidence = Evidence.objects.get()
    assert (evidence.kind, evidence.code, evidence.value, evidence.n) == (Proof.INDICATOR, "OP1", 62.5, 8)


def test_too_few_posts_prove_nothing(cast: Cast, channel: Any) -> None:
    row = only(agreed(cast, share(60)))
    publish(channel, calls=4, others=0)
    plan_readings.read_all()
    assert not item(row).has_reached
    with scope(cast.cuprija), pytest.raises(ActionNotAllowed, match="too few posts"):
        verbs.report(row, "", side=Side.MUNICIPALITY, by=cast.officer)
    assert "n = 4 is too few to judge" in sign_in(cast.officer).get(PLAN).content.decode()


def test_on_its_day_it_is_done_by_itself(cast: Cast, channel: Any) -> None:
    row = only(agreed(cast, share(60, due=0)))
    plan_readings.read_all()
    assert item(row).activity.is_open, "nothing was published, so nothing is proved"
    publish(channel, calls=6, others=0)
    assert plan_readings.read_all() == 1
    assert plan_readings.read_all() == 0
    done = item(row).activity
    assert (done.done_on, done.done_by, done.was_in_time) == (today(), None, True)
    assert "indicator has reached" in Notification.objects.filter(user=cast.mentor).latest("pk").body


# ---------------------------------------------------------------- ME1


def me1(cast: Cast, first: int, last: int) -> Any:
    with scope(cast.cuprija, cast.novi_pazar):
        measured = measure(
            [cast.cuprija, cast.novi_pazar], today() + timedelta(days=first), today() + timedelta(days=last), only="ME1"
        )
    return measured["ME1"][cast.cuprija.pk]


def test_me1_moves_when_an_activity_is_done_in_time(cast: Cast) -> None:
    agreed(cast, *(wanted(f"Активност {number}", due=-number, proof=Proof.NOTHING) for number in range(1, 6)))
    assert (me1(cast, -28, -1).value, me1(cast, -28, -1).n) == (0, 5)
    with scope(cast.cuprija):
        for activity in Activity.objects.order_by("due_on")[:4]:
            verbs.report(activity, "", side=Side.MUNICIPALITY, by=cast.officer)
        Activity.objects.filter(done_at__isnull=False).update(done_on=today() - timedelta(days=5))
    assert me1(cast, -28, -1).value == 80
    assert me1(cast, -3, -1).n == 3
    renew()
    with scope(cast.cuprija):
        row = IndicatorValue.objects.get(code="ME1", span="rolling", way="")
    assert (row.value, row.n, row.is_enough) == (80, 5, True)


def test_me1_counts_late_ones_as_late_and_leaves_out_what_was_not_agreed(cast: Cast) -> None:
    agreed(cast, wanted("Касно", due=-4), wanted("Данас", due=0), wanted("Одустали", due=-2))
    with scope(cast.cuprija):
        Activity.objects.filter(name="Касно").update(done_on=today() - timedelta(days=1), done_at=timezone.now())
        Activity.objects.filter(name="Одустали").update(dropped_at=timezone.now())
    measured = me1(cast, -28, 0)
    assert (measured.value, measured.n) == (0, 1), "today is not over"
    with scope(cast.cuprija):
        Activity.objects.filter(name="Данас").update(done_on=today(), done_at=timezone.now())
    assert (me1(cast, -28, 0).value, me1(cast, -28, 0).n) == (50, 2)


def test_me1_asks_nothing_of_a_draft_or_of_who_has_left(cast: Cast) -> None:
    plan = begun(cast, wanted(due=-3), wanted("Друга", due=-1))
    assert (me1(cast, -28, -1).value, me1(cast, -28, -1).why) == (None, "no_activities")
    with scope(cast.cuprija):
        plans.agree(plan, side=Side.MENTOR, by=cast.mentor)
        plans.agree(plan, side=Side.MUNICIPALITY, by=cast.officer)
        left = timezone.now() - timedelta(days=2)
        Plan.objects.update(closed_at=left, closed_because=ClosingReason.LEFT)
    assert me1(cast, -28, -1).n == 1, "only what was due before it left"


# ---------------------------------------------------------------- the library


def test_a_programme_has_the_activities_of_the_house_until_it_changes_one(cast: Cast) -> None:
    assert [row.key for row in library(cast.programme)] == [default.key for default in ACTIVITIES]
    content = plan_library.ActivityContent(activity_texts(("Нова", "Опис", "")), "posts", 2, 30)
    plan_library.add(cast.programme, content, by=cast.staff)
    plan_library.use(cast.programme, "live", False, by=cast.staff)
    plan_library.move(cast.programme, "eservice", -1, by=cast.staff)
    keys = [row.key for row in library(cast.programme)]
    assert keys[:3] == ["calls", "eservice", "calls-share"]
    assert keys[-1] == "nova"
    assert "live" not in keys
    other = Programme.objects.create(name="Other")
    assert [row.key for row in library(other)] == [default.key for default in ACTIVITIES]


def test_staff_keep_the_library_and_nobody_else(cast: Cast) -> None:
    there, one = "/programme/activities/", f"/programme/activities/{cast.programme.pk}/calls/"
    client = sign_in(cast.staff)
    assert client.get(there).content.decode().count("rubric-arrange") == len(ACTIVITIES)
    data = {"name": "Четири објаве", "proof": "posts", "wanted": "4", "usual_days": "20", "fits": "category:culture"}
    assert client.post(one, data).status_code == 302
    row = ActivityKind.objects.get(programme=cast.programme, key="calls")
    assert (row.wanted, row.fits, row.texts) == (4, {"category": "culture"}, activity_texts(("Четири објаве", "", "")))
    assert client.post(one, {**data, "usual_days": "0"}).status_code == 422
    assert client.post(one, {**data, "description_en": "Four"}).status_code == 422
    assert client.post(f"{one}arrange/", {"act": "made up"}).status_code == 400
    assert client.get(f"/programme/activities/{Programme.objects.create(name='Other').pk}/calls/").status_code == 404
    for who in (cast.trainer, cast.mentor, cast.officer, cast.administrator):
        assert sign_in(who).get(there).status_code == 404


def test_a_plan_keeps_the_words_that_the_library_had(cast: Cast) -> None:
    kind = next(row for row in _stored(cast) if row.key == "calls")
    row = only(agreed(cast, plans.from_library(kind, today() + timedelta(days=9))))
    content = plan_library.ActivityContent(activity_texts(("Сасвим друго", "", "")), "link", 1, 30)
    plan_library.change(cast.programme, "calls", content, by=cast.staff)
    assert item(row).activity.name == "Три објаве са јасним позивом на акцију"
    assert item(row).activity.wanted == 3


# ---------------------------------------------------------------- how a post among it is shown


def _picture(cast: Cast, kind: str) -> Media:
    body = picture_bytes(kind)
    return add(cast.cuprija, BytesIO(body), name="fontana", size=len(body), by=cast.officer)


def test_a_post_shows_the_picture_that_was_public_and_never_that_of_its_draft(cast: Cast, channel: Any) -> None:
    row = only(agreed(cast))
    shown = post(channel)
    with scope(cast.cuprija):
        out, draft = (_picture(cast, kind) for kind in ("PNG", "JPEG"))
        Version.objects.filter(post=shown).update(media=[{"id": out.pk}])
        Post.objects.filter(pk=shown.pk).update(draft={"media": [{"id": draft.pk}]})
        verbs.add_posts(row, [shown.pk], by=cast.officer)
    staff = sign_in(cast.staff)
    for page in (PLAN, page_of(row)):
        html = staff.get(page).content.decode()
        assert reverse("media_thumbnail", args=["cuprija", out.pk]) in html
        assert reverse("media_thumbnail", args=["cuprija", draft.pk]) not in html
        assert '<span class="visually-hidden">Mastodon</span>' in html


def test_a_post_without_a_picture_has_the_sign_of_its_category(cast: Cast, channel: Any) -> None:
    row = only(agreed(cast))
    with scope(cast.cuprija):
        verbs.add_posts(row, [post(channel).pk], by=cast.officer)
    assert "post-thumb-empty" in sign_in(cast.officer).get(page_of(row)).content.decode()


# ---------------------------------------------------------------- how much is asked


def test_the_page_of_an_activity_asks_a_fixed_number_of_questions(cast: Cast, channel: Any) -> None:
    row = only(agreed(cast, wanted(wanted=9)))
    client = sign_in(cast.officer)

    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(page_of(row)).status_code == 200
        return len(captured)

    posts = [post(channel, f"Објава {number}").pk for number in range(9)]
    with scope(cast.cuprija):
        verbs.add_posts(row, posts[:1], by=cast.officer)
    asked()
    few = asked()
    with scope(cast.cuprija):
        verbs.add_posts(row, posts[1:7], by=cast.officer)
        verbs.add_link(row, "https://cuprija.rs/", "", by=cast.officer)
    assert asked() == few <= 12


def test_the_plan_asks_no_more_for_evidence(cast: Cast, channel: Any) -> None:
    rows = [wanted(f"Активност {number}") for number in range(6)]
    plan = agreed(cast, *rows)
    client = sign_in(cast.mentor)

    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(PLAN).status_code == 200
        return len(captured)

    with scope(cast.cuprija):
        first, *others = list(Activity.objects.filter(plan=plan))
        verbs.add_posts(first, [post(channel).pk], by=cast.officer)
    asked()
    few = asked()
    with scope(cast.cuprija):
        for activity in others:
            verbs.add_posts(activity, [post(channel).pk, post(channel).pk], by=cast.officer)
    assert asked() == few <= 12
