"""What is shown of needs in a browser: as citizens read it, as the mayor's office does, as an approver switches it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from django.utils import timezone

from analytics.rollups.domain import daily_counts
from inbox.models import Settlement
from mentoring.enums import Proof
from municipalities.queries import today
from municipalities.tenancy import scope
from needs.enums import NeedStage, PictureMoment
from needs.models import NeedPicture
from tests.analytics import factories as numbers
from tests.browsing import enter, is_sound
from tests.mentoring.plans import agreed, only, wanted
from tests.needs import factories as make
from tests.people import Cast
from tests.posts.desk import opened, picture_bytes

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def municipality(cast: Cast) -> Cast:
    """Needs in every stage, one with pictures and quotes."""
    desk, day = opened(cast), today() - timedelta(days=3)
    with scope(cast.cuprija):
        senje = Settlement.objects.create(municipality=cast.cuprija, name="Сење")
    days: dict[str, Any] = {"decided_on": day, "is_public": True}
    lit = make.need(
        cast.cuprija, cast.officer, "Осветљење у Улици кнеза Милоша", supporters=4,
        received_on=day - timedelta(days=20), stage=NeedStage.DONE, done_on=day, settlement=senje,
        done="Постављено је шест нових светиљки.",
        text="Улица је ноћу у мраку, а туда деца иду у школу.", **days,
    )  # fmt: skip
    make.supporter(lit, quote="Деца се враћају из друге смене по мраку.", received_on=day - timedelta(days=19))
    make.need(
        cast.cuprija, cast.officer, "Тротоар до школе", stage=NeedStage.DONE, done_on=day, topic="roads",
        done="Тротоар је готов.", received_on=day, **days,
    )  # fmt: skip
    make.need(
        cast.cuprija,
        cast.officer,
        "Клупе у парку",
        stage=NeedStage.PLANNED,
        topic="green",
        reason="На пролеће.",
        **days,
    )
    make.need(
        cast.cuprija, cast.officer, "Лежећи полицајац", stage=NeedStage.DECLINED, topic="roads", **days,
        reason="Пут је државни, па о њему одлучују Путеви Србије. Предлог смо им послали.",
    )  # fmt: skip
    make.need(cast.cuprija, cast.officer, "Аутобус недељом", topic="transport", received_on=day)
    with scope(cast.cuprija):
        for moment, size in ((PictureMoment.BEFORE, (1200, 900)), (PictureMoment.AFTER, (1280, 960))):
            media = desk.picture(picture_bytes(size=size), f"{moment}.jpg")
            type(media).objects.filter(pk=media.pk).update(alt="Улица ноћу")
            NeedPicture.objects.create(municipality=cast.cuprija, need=lit, media=media, moment=moment)
    make.page(cast.cuprija)
    return cast


@pytest.mark.slow
def test_a_citizen_reads_what_was_done_and_what_will_not_be(page: Any, live_server: Any, municipality: Cast) -> None:
    page.goto(f"{live_server.url}/asked/cuprija/")
    expect(page.get_by_role("heading", name="Осветљење у Улици кнеза Милоша")).to_be_visible()
    expect(page.get_by_alt_text("Улица ноћу").first).to_have_js_property("complete", True)
    assert page.get_by_alt_text("Улица ноћу").first.evaluate("image => image.naturalWidth") > 0
    is_sound(page)
    page.get_by_role("link", name="English").click()
    page.get_by_role("link", name="What will not be done").click()
    expect(page.get_by_text("Put je državni")).to_be_visible()
    is_sound(page)
    page.get_by_role("link", name="What we did").click()
    page.get_by_role("link", name="Roads and pavements").click()
    expect(page.get_by_role("article")).to_have_count(1)
    is_sound(page)
    assert page.context.cookies() == []


def test_the_overview_is_sound_and_a_month_is_chosen(page: Any, live_server: Any, municipality: Cast) -> None:
    asked_at = timezone.now() - timedelta(days=4)
    make.message(
        numbers.channel(municipality.cuprija, municipality.officer), kind="question", at=asked_at, counts_from=asked_at,
        due_at=asked_at + timedelta(days=2), first_answer_at=asked_at + timedelta(hours=20), state="answered",
        settled_at=asked_at + timedelta(hours=20),
    )  # fmt: skip
    daily_counts.sweep()
    enter(page, live_server, municipality.viewer)
    overview, day = f"{live_server.url}/m/cuprija/needs/overview/", timezone.localdate(asked_at)
    page.goto(f"{overview}?year={day.year}")
    expect(page.get_by_role("heading", name="Waits longest for a decision")).to_be_visible()
    expect(page.get_by_role("columnheader", name="Working hours (median)")).to_be_visible()
    is_sound(page)
    page.goto(overview)
    page.get_by_role("link", name="Month", exact=True).click()
    page.wait_for_url("**?month=*")
    if f"{day:%Y-%m}" not in page.url:  # in the first days of a month
        page.get_by_role("link", name="Before", exact=True).click()
        page.wait_for_url(f"**?month={day:%Y-%m}")
    expect(page.get_by_role("columnheader", name="Working hours (median)")).to_be_visible()
    is_sound(page)
    page.emulate_media(media="print")
    expect(page.get_by_role("link", name="Table (CSV)")).to_be_hidden()
    page.emulate_media(media="screen")


def test_the_switch_is_sound(page: Any, live_server: Any, municipality: Cast) -> None:
    enter(page, live_server, municipality.approver)
    page.goto(f"{live_server.url}/m/cuprija/settings/needs-page/")
    expect(page.get_by_text("Visible to everyone", exact=True)).to_be_visible()
    is_sound(page)
    page.get_by_label("Requests and outcomes are public").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Not public")).to_be_visible()


@pytest.mark.slow
def test_how_many_answered_is_suggested_while_the_report_is_written(page: Any, live_server: Any, cast: Cast) -> None:
    out = numbers.published(numbers.channel(cast.cuprija, cast.officer), timezone.now() - timedelta(days=9))
    with scope(cast.cuprija):
        type(out.post).objects.filter(pk=out.post_id).update(format="question", excerpt="Шта прво да уредимо?")
    for author in ("a", "b", "b"):
        make.message(out.channel, publication=out, author_id=author)
    enter(page, live_server, cast.officer)
    page.goto(f"{live_server.url}/m/cuprija/posts/{out.post_id}/closing/")
    expect(page.get_by_text("2 people wrote below this post.")).to_be_visible()
    is_sound(page)


@pytest.mark.slow
def test_needs_are_chosen_as_evidence(page: Any, live_server: Any, cast: Cast) -> None:
    row = only(agreed(cast, wanted("Чујмо грађане", proof=Proof.NEED)))
    day = today() - timedelta(days=2)
    make.need(
        cast.cuprija, cast.officer, "Клупе у парку", supporters=5, stage=NeedStage.DONE, decided_on=day, done_on=day
    )
    enter(page, live_server, cast.mentor)
    page.goto(f"{live_server.url}/m/cuprija/mentoring/activities/{row.pk}/")
    is_sound(page)
    page.get_by_label("Клупе у парку").check()
    page.get_by_role("button", name="Add the chosen needs").click()
    expect(page.get_by_text("1 of 1 need")).to_be_visible()
    is_sound(page)
    page.get_by_role("button", name="It is done").click()
    expect(page.get_by_text("Confirmed", exact=True).first).to_be_visible()
