"""Every page of planning in a real browser: usable for everybody, wide and narrow, by day and by night; and by hand."""

from __future__ import annotations

import re
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from django.urls import reverse
from django.utils import timezone

from municipalities.tenancy import scope
from planning.domain import campaigns, imports, repeat
from planning.domain.slots import set_slots
from planning.models import ImportRun, Occurrence
from posts.models import Post
from tests.browsing import EACH_LOOK, violations
from tests.people import Cast
from tests.posts.desk import Desk, in_hours, opened
from tests.posts.test_in_browser import enter

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

PLAN = "Датум;Време;Текст;Канали;Кампања;Напомена\n"


@pytest.fixture
def desk(cast: Cast) -> Desk:
    with scope(cast.cuprija):
        return opened(cast)


def rows() -> str:
    """Two rows that become drafts, one of them with something to think about, and one that is left out."""
    day = timezone.localdate() + timedelta(days=10)
    return f"{PLAN}{day:%d.%m.%Y}.;9:00;Вода у Његошевој.;сви;;\n;;Пут.;;Нема је;\nсутра;подне;Струја.;Фејсбук;;x\n"


def weekly(desk: Desk) -> Any:
    today = timezone.localdate()
    values = {
        "every": "week", "weekdays": [0, 1, 2, 3, 4], "at": time(9), "starts_on": today + timedelta(days=1),
        "ends_on": today + timedelta(days=30), "skips_holidays": False,
    }  # fmt: skip
    return repeat.begin(desk.write("Пијачни дан у суботу.", time=in_hours(50)), values, by=desk.cast.officer)


def furnished(desk: Desk) -> list[str]:
    """One of everything; the addresses of all pages of planning."""
    by, municipality = desk.cast.officer, desk.municipality
    values = {"name": "Пролеће у парку", "note": "Шта да уредимо?", "starts_on": None, "ends_on": None}
    with scope(municipality):
        set_slots(desk.mastodon, {(day, time(7, 30)) for day in range(5)}, by=by)
        campaign = campaigns.begin(municipality, values, by=by)
        campaigns.assign(desk.write("Клупе или расвета?"), campaign, by=by)
        row = weekly(desk)
        repeat.make_due()
        repeat.skip(row, repeat.dates_of(row)[-1], by=by)
        done = imports.upload(municipality, rows().encode(), "новембар.csv", by=by)
        imports.confirm(done, by=by)
        waits = imports.upload(municipality, rows().replace("Пут.", "Мост.").encode(), "децембар.csv", by=by)
    pages = [
        (name,) for name in ("calendar", "campaigns", "campaign_new", "slots", "recurrences", "plan_import", "feed")
    ]
    objects = [
        ("campaign", campaign.pk), ("campaign_edit", campaign.pk), ("recurrence_new", row.pattern_id),
        ("plan_rows", done.pk), ("plan_rows", waits.pk),
    ]  # fmt: skip
    return [reverse(name, args=["cuprija", *args]) for name, *args in [*pages, *objects]]


@pytest.mark.slow
@pytest.mark.parametrize(("width", "scheme"), EACH_LOOK)
def test_every_page_is_usable_for_everybody(page: Any, live_server: Any, desk: Desk, width: int, scheme: str) -> None:
    addresses = furnished(desk)
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(color_scheme=scheme)
    enter(page, live_server, desk.cast.officer)
    by_address = {}
    for address in addresses:
        page.goto(live_server.url + address)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if problems := violations(page) + ([f"{wide} px too wide"] if wide else []):
            by_address[address] = problems
    assert by_address == {}


def test_the_tab_of_the_open_page_is_in_sight_on_a_phone(page: Any, live_server: Any, desk: Desk) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    enter(page, live_server, desk.cast.officer)
    page.goto(live_server.url + reverse("feed", args=["cuprija"]))
    expect(page.locator(".tabs [aria-current]")).to_be_in_viewport(ratio=0.9)


@pytest.mark.slow
def test_a_plan_is_looked_at_and_becomes_drafts(page: Any, live_server: Any, desk: Desk, tmp_path: Path) -> None:
    enter(page, live_server, desk.cast.officer)
    page.goto(live_server.url + reverse("calendar", args=["cuprija"]))
    page.get_by_role("link", name="Import a plan").click()
    file = tmp_path / "новембар.csv"
    file.write_bytes(rows().encode("cp1251"))
    page.set_input_files("#file", str(file))
    page.get_by_role("button", name="Preview the rows").click()
    left = page.get_by_role("region", name=re.compile("^Left out"))
    expect(left.get_by_text("This is no day")).to_be_visible()
    expect(left.get_by_text("There is no channel “Фејсбук” here")).to_be_visible()
    ready = page.get_by_role("region", name=re.compile("^Become drafts"))
    expect(ready.get_by_text("There is no running campaign of this name")).to_be_visible()
    page.get_by_role("button", name="Make 2 drafts").dblclick()
    expect(page.get_by_text("2 drafts were created")).to_be_visible()
    with scope(desk.municipality):
        assert Post.objects.count() == 2
        assert ImportRun.objects.get().made == 2
    page.get_by_role("link", name="To the drafts").click()
    expect(page.get_by_text("Вода у Његошевој.").first).to_be_visible()


def test_a_post_is_repeated_a_day_left_out_and_the_repetition_ended(page: Any, live_server: Any, desk: Desk) -> None:
    with scope(desk.municipality):
        post = desk.write("Пијачни дан у суботу.")
    enter(page, live_server, desk.cast.officer)
    page.goto(live_server.url + reverse("post", args=["cuprija", post.pk]))
    page.get_by_text("More", exact=True).first.click()
    page.get_by_role("link", name="Repeat it").click()
    page.get_by_label("Time").fill("09:00")
    page.get_by_role("button", name="Repeat it").click()
    page.get_by_text("The drafts come two weeks before their day").wait_for()
    page.get_by_role("button", name=re.compile("^Leave it out")).last.click()
    page.get_by_role("button", name=re.compile("^Take it in again")).wait_for()
    with scope(desk.municipality):
        assert Occurrence.objects.filter(skipped_at__isnull=False).count() == 1
    page.get_by_role("button", name=re.compile("^End it")).click()
    page.locator("dialog[open]").get_by_role("button", name="End it").click()
    page.get_by_text("No more drafts are created. Existing drafts are kept.").wait_for()
    assert repeat.make_due() == 0


def test_the_calendar_link_is_copied_used_and_switched_off(page: Any, live_server: Any, desk: Desk) -> None:
    enter(page, live_server, desk.cast.officer)
    page.goto(live_server.url + reverse("feed", args=["cuprija"]))
    page.get_by_role("button", name="Make the address").click()
    path = page.get_by_label("Address of the calendar").input_value()
    path = path[path.index("/feeds/") :]
    program = page.context.browser.new_context()
    answer = program.request.get(live_server.url + path)
    assert (answer.status, answer.text().startswith("BEGIN:VCALENDAR")) == (200, True)
    page.goto(live_server.url + reverse("feed", args=["cuprija"]))
    expect(page.get_by_text("Last used")).to_be_visible()
    page.get_by_role("button", name="Switch it off").click()
    page.get_by_text("The link is dead").wait_for()
    assert program.request.get(live_server.url + path).status == 404
    assert program.cookies() == []
    program.close()
