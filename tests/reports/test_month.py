"""The calendar of a month to print, read back by PDFium: what stands in which cell, and that nothing leaves its own."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from PIL import Image

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from municipalities.holidays import BELGRADE
from municipalities.tenancy import scope
from posts.models import Post
from reports.files.month import WEEKS, room
from tests.analytics.factories import channel, published
from tests.people import Cast, sign_in
from tests.reports import reading

MAY = date(2027, 5, 1)
"""A month of six weeks, the first of which has only a weekend of it."""
NOVEMBER = date(2027, 11, 1)
"""A month of five weeks that begins on a Monday."""
# Points: the left edge and the width of a column.
LEFT, WIDTH = 9 / 25.4 * 72, 279 / 7 / 25.4 * 72
# One for each day of a month, none of which the page has in other words when it is in English.
LETTERS = "АБВГДЂЖЗИКЛЉМНЊОПРСТЋУФХЦЧЏШабвгд"


def written(cast: Cast, day: date, title: str, *, hour: int = 9, count: int = 1) -> None:
    with scope(cast.cuprija):
        Post.objects.bulk_create(
            Post(
                municipality=cast.cuprija, author=cast.officer, title=title, excerpt=title,
                due_at=datetime(day.year, day.month, day.day, hour, number % 60, tzinfo=BELGRADE),
            )
            for number in range(count)
        )  # fmt: skip


def file(cast: Cast, month: date = NOVEMBER, *, by: Any = None, language: str = "en", kind: str = "pdf") -> Any:
    person = by or cast.officer
    type(person).objects.filter(pk=person.pk).update(language=language)
    person.refresh_from_db()
    address = reverse("calendar_month", args=["cuprija"])
    answer = sign_in(person).get(address, {"date": month.isoformat(), "as": kind})
    assert answer.status_code == 200
    return answer


@pytest.mark.parametrize("month", [NOVEMBER, MAY])
def test_nothing_leaves_its_cell_however_long_and_wide_its_words_are(cast: Cast, month: date) -> None:
    weeks = 5 if month == NOVEMBER else 6
    days = [month + timedelta(days=number) for number in range(30)]
    for number, day in enumerate(days):
        written(cast, day, LETTERS[number] * 140 if number % 2 else f"{LETTERS[number]} " * 70, count=1 + number % 9)
    body = file(cast, month).content
    assert reading.pdf(body).pages == 1
    where, height = reading.letters(body), WEEKS / weeks
    first = month - timedelta(days=month.weekday())
    bottom_of_all = min(box[1] for sign in LETTERS for box in where[sign])
    top = 595.28 - (8 + 11) / 25.4 * 72 - 14
    for number, day in enumerate(days):
        week, column = divmod((day - first).days, 7)
        boxes = where[LETTERS[number]]
        assert boxes, day
        for left, bottom, right, upper in boxes:
            assert LEFT + column * WIDTH <= left <= right <= LEFT + (column + 1) * WIDTH, day
            assert top - (week + 1) * height <= bottom <= upper <= top - week * height, day
    assert bottom_of_all > 0


def test_a_cell_says_when_where_and_how_it_stands_and_what(cast: Cast) -> None:
    page = channel(cast.cuprija, cast.approver)
    out = published(page, datetime(2026, 10, 5, 9, 30, tzinfo=BELGRADE))
    with scope(cast.cuprija):
        Post.objects.filter(pk=out.post_id).update(
            title="Упис у вртиће", due_at=datetime(2026, 10, 5, 9, 30, tzinfo=BELGRADE)
        )
    printed = reading.pdf(file(cast, date(2026, 10, 1)).content)
    assert "09:30 Published Упис у вртиће" in printed.text
    assert "October 2026" in printed.text
    assert printed.alts == ("Mastodon",)
    assert printed.is_tagged
    assert {"Table", "TH", "TD", "H1"} <= printed.kinds


@pytest.mark.parametrize(
    ("language", "tag", "words"),
    [("sr", "sr-Cyrl", "Новембар 2027. Ћуприја понедељак"), ("sr-latn", "sr-Latn", "Novembar 2027. Ćuprija"),
     ("en", "en", "November 2027 Ćuprija Monday")],
)  # fmt: skip
def test_it_is_in_the_language_of_the_page(cast: Cast, language: str, tag: str, words: str) -> None:
    printed = reading.pdf(file(cast, language=language).content)
    assert printed.language == tag
    assert words in printed.text
    assert words.split(maxsplit=1)[0] in printed.title


def test_holidays_stand_at_their_day(cast: Cast) -> None:
    text = reading.pdf(file(cast, date(2027, 2, 1)).content).text
    assert "15. Statehood Day" in text


def test_more_than_fit_are_counted(cast: Cast) -> None:
    written(cast, NOVEMBER + timedelta(days=2), "Обавештење", count=11)
    text = reading.pdf(file(cast).content).text
    fits = room(11, 5)
    assert text.count("Обавештење") == fits.posts
    assert f"+{fits.more}" in text
    assert fits.posts + fits.more == 11


@pytest.mark.parametrize("weeks", [4, 5, 6])
def test_a_cell_has_room_for_what_it_is_given(weeks: int) -> None:
    for posts in range(60):
        fits = room(posts, weeks)
        assert fits.posts + fits.more == posts
        assert fits.posts >= min(posts, 3)
        assert (fits.more == 0) or fits.lines == 1


def test_hostile_words_are_words(cast: Cast) -> None:
    hostile = '#import "/etc/passwd" $x$ [*_`<script> \\ " ]) \u202e😀'
    written(cast, NOVEMBER, hostile)
    written(cast, NOVEMBER + timedelta(days=1), "😀" * 30)
    text = reading.pdf(file(cast).content).text
    assert '#import "/etc/passwd" $x$' in text.replace("“", '"')
    assert "root:" not in text
    assert "[]" in text, "words of nothing but signs that the typeface lacks"


def test_drafts_are_for_those_who_may_read_them(cast: Cast) -> None:
    written(cast, NOVEMBER, "Нацрт о буџету")
    assert "Нацрт о буџету" in reading.pdf(file(cast).content).text
    assert "Нацрт о буџету" in reading.pdf(file(cast, by=cast.viewer).content).text
    assert "Нацрт о буџету" not in reading.pdf(file(cast, by=cast.staff).content).text


def test_it_is_a_download_that_nobody_keeps_and_the_picture_is_the_same_page(cast: Cast) -> None:
    answer = file(cast)
    assert answer["Content-Disposition"] == 'attachment; filename="cuprija-2027-11.pdf"'
    assert answer["Cache-Control"] == "private, no-store"
    answer = file(cast, kind="png")
    assert answer["Content-Type"] == "image/png"
    assert answer["Content-Disposition"] == 'attachment; filename="cuprija-2027-11.png"'
    assert Image.open(io.BytesIO(answer.content)).size == (1684, 1191)


@pytest.mark.parametrize("day", ["", "2027-02-30", "9999-01-01", "<b>"])
def test_an_address_without_a_month_is_this_month(cast: Cast, day: str) -> None:
    answer = sign_in(cast.officer).get(reverse("calendar_month", args=["cuprija"]), {"date": day})
    assert answer["Content-Disposition"] == f'attachment; filename="cuprija-{timezone.localdate():%Y-%m}.pdf"'


def test_the_calendar_leads_to_its_month(cast: Cast) -> None:
    page = sign_in(cast.viewer).get(reverse("calendar", args=["cuprija"]), {"date": "2027-11-20"}).content.decode()
    address = reverse("calendar_month", args=["cuprija"])
    assert f'href="{address}?date=2027-11-20"' in page
    assert f'href="{address}?date=2027-11-20&amp;as=png"' in page


def test_it_asks_a_fixed_number_of_questions(cast: Cast) -> None:
    counts = []
    for _time in range(2):
        written(cast, NOVEMBER, "Обавештење", count=40)
        file(cast)
        with CaptureQueriesContext(connection) as queries:
            file(cast)
        counts.append(len(queries))
    assert counts[0] == counts[1]
