from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

import pytest

from django import forms
from django.template import Context, Template
from django.utils import formats, translation

from common import dates, numbers

DAY = date(2026, 11, 24)
MOMENT = datetime(2026, 11, 24, 13, 30, tzinfo=ZoneInfo("UTC"))


def shown(language, source, **context):
    with translation.override(language):
        return Template("{% load sr %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("filter_", "cyrillic", "latin", "english"),
    [
        ("long_date", "24. новембра 2026.", "24. novembra 2026.", "24 November 2026"),
        ("short_date", "24. 11. 2026.", "24. 11. 2026.", "24 Nov 2026"),
        ("day_month", "24. новембра", "24. novembra", "24 November"),
        ("month_year", "новембар 2026.", "novembar 2026.", "November 2026"),
        ("weekday", "уторак", "utorak", "Tuesday"),
        ("weekday_short", "уто", "uto", "Tue"),
        ("clock", "14:30", "14:30", "14:30"),
        ("date_time", "24. новембра 2026. у 14:30", "24. novembra 2026. u 14:30", "24 November 2026 at 14:30"),
    ],
)
def test_dates_are_written_in_the_language_and_script_of_the_interface(filter_, cyrillic, latin, english):
    source = f"{{{{ moment|{filter_} }}}}"
    assert [shown(language, source, moment=MOMENT) for language in ("sr", "sr-latn", "en")] == [
        cyrillic, latin, english,
    ]  # fmt: skip


def test_an_empty_date_prints_nothing():
    assert shown("sr", "{{ none|long_date }}", none=None) == ""


def test_relative_times_have_the_right_plural_in_each_language(subtests: pytest.Subtests) -> None:
    for delta, cyrillic, latin, english in [
        (timedelta(seconds=10), "управо сада", "upravo sada", "just now"),
        (timedelta(minutes=1), "пре 1 минут", "pre 1 minut", "1 minute ago"),
        (timedelta(minutes=3), "пре 3 минута", "pre 3 minuta", "3 minutes ago"),
        (timedelta(minutes=5), "пре 5 минута", "pre 5 minuta", "5 minutes ago"),
        (timedelta(hours=1), "пре 1 сат", "pre 1 sat", "1 hour ago"),
        (timedelta(hours=2), "пре 2 сата", "pre 2 sata", "2 hours ago"),
        (timedelta(hours=11), "пре 11 сати", "pre 11 sati", "11 hours ago"),
        (timedelta(hours=21), "пре 21 сат", "pre 21 sat", "21 hours ago"),
        (timedelta(days=1), "пре 1 дан", "pre 1 dan", "1 day ago"),
        (timedelta(days=6), "пре 6 дана", "pre 6 dana", "6 days ago"),
        (timedelta(days=8), "16. 11. 2026.", "16. 11. 2026.", "16 Nov 2026"),
        (timedelta(minutes=-2), "за 2 минута", "za 2 minuta", "in 2 minutes"),
        (timedelta(hours=-5), "за 5 сати", "za 5 sati", "in 5 hours"),
        (timedelta(days=-1), "за 1 дан", "za 1 dan", "in 1 day"),
    ]:
        with subtests.test(delta=delta, cyrillic=cyrillic, latin=latin, english=english):
            written = []
            for language in ("sr", "sr-latn", "en"):
                with translation.override(language):
                    written.append(dates.relative(MOMENT - delta, now=MOMENT))
            assert written == [cyrillic, latin, english]


def test_a_date_is_understood_however_people_type_it(subtests: pytest.Subtests) -> None:
    for typed in [
        "24.11.2026",
        "24.11.2026.",
        "24. 11. 2026.",
        "24. 11. 2026",
        "24/11/2026",
        "24-11-2026",
        "2026-11-24",
    ]:
        for language in ["sr", "sr-latn", "en"]:
            with subtests.test(typed=typed, language=language), translation.override(language):
                assert forms.DateField(localize=True).clean(typed) == DAY
                assert forms.DateField().clean(typed) == DAY


@pytest.mark.parametrize("typed", ["14:30", "14.30"])
def test_a_time_is_understood_with_a_colon_and_with_a_dot(typed):
    with translation.override("sr"):
        assert forms.TimeField().clean(typed).isoformat() == "14:30:00"
        assert forms.DateTimeField().clean(f"24. 11. 2026. {typed}").minute == 30


@pytest.mark.parametrize("language", ["sr", "sr-latn"])
def test_django_prints_no_month_in_the_wrong_case(language):
    assert shown(language, "{{ day }} {{ moment }}", day=DAY, moment=MOMENT) == "24. 11. 2026. 24. 11. 2026. 14:30"


def test_numbers_follow_the_language():
    assert shown("sr", "{{ n|number }} {{ r|number:1 }}", n=171186, r=1234.56) == "171.186 1.234,6"
    assert shown("en", "{{ n|number }} {{ r|number:1 }}", n=171186, r=1234.56) == "171,186 1,234.6"
    assert (
        shown("sr", "{{ n|number }} {{ id }} {{ share|percent }}", n=None, id=12345, share=0.253) == "– 12345 25\u202f%"
    )


@pytest.mark.parametrize("language", ["sr", "sr-latn", "en", "de"])
def test_numbers_are_those_that_django_would_write(language):
    values = (0, 7, -7, 999, 1000, -1234567, 10**12, 0.05, -0.04, 2.5, 999.95, 1234.565, -98765.4, Decimal("0.5"))
    with translation.override(language):
        for value in values:
            for places in (None, 0, 1, 2):
                exact = Decimal(str(value))
                if places is not None:
                    exact = exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
                expected = formats.number_format(exact, places, use_l10n=True, force_grouping=True)
                assert numbers.number(value, places) == expected, (value, places)


def test_what_is_rounded_to_nothing_has_no_sign():
    with translation.override("sr"):
        assert [numbers.number(value, 1) for value in (-0.04, -0.05, -0.0)] == ["0,0", "-0,1", "0,0"]


@pytest.mark.parametrize(("population", "text"), [(11219, "22,3"), (171186, "1,46"), (None, "–")])
def test_rates_per_thousand_inhabitants(population, text):
    assert shown("sr", "{{ n|per_thousand:population }}", n=250, population=population) == text


def test_significant_figures():
    with translation.override("en"):
        assert [numbers.significant(value) for value in (0, 0.1234, 9.876, 123.4, 1234.5, Decimal("12.34"))] == [
            "0", "0.12", "9.88", "123", "1,235", "12.3",
        ]  # fmt: skip
