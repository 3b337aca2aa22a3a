"""Municipalities over time, a chosen few, the districts, around the training, and one of them to read only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from math import exp
from random import Random
from typing import Any

import pytest
import time_machine

from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

from analytics.comparison.domain import training_figures
from analytics.models import MonthlyFact, TrainingWindow
from municipalities.models import Cohort, District, Enrolment, Municipality, Programme
from municipalities.tenancy import everywhere, scope
from tests.analytics import factories, months
from tests.concurrency import at_once
from tests.people import Cast, municipality, person, sign_in

pytestmark = pytest.mark.usefixtures("db", "november")
OCTOBER, SEPTEMBER = date(2026, 10, 1), date(2026, 9, 1)
PAGES = ("programme_multiples", "programme_compare", "programme_districts", "programme_training")


@pytest.fixture
def november() -> Iterator[None]:
    with time_machine.travel(datetime(2026, 11, 25, 9, 0), tick=True):
        yield


def another(cast: Cast, number: int, **fields: Any) -> Municipality:
    place = municipality(f"place-{number}", f"Место {number}", f"Mesto {number}")
    Municipality.objects.filter(pk=place.pk).update(joined_on=date(2024, 1, 1), **fields)
    Enrolment.objects.create(cohort=Cohort.objects.first(), municipality=place, starts_on=date(2026, 1, 1))
    return place


def look(client: Client, address: str, *args: Any, **query: Any) -> Any:
    return client.get(reverse(address, args=args), query)


def trained_on(day: date) -> None:
    Cohort.objects.update(training_on=day)


# ---- who


@pytest.mark.parametrize("address", PAGES)
def test_strangers_to_the_programme_find_nothing(cast: Cast, address: str) -> None:
    for who in (cast.officer, cast.mentor, cast.administrator):
        assert look(sign_in(who), address).status_code == 404


@pytest.mark.parametrize("address", PAGES)
def test_a_programme_without_municipalities_says_what_to_do(cast: Cast, address: str) -> None:
    other = Programme.objects.create(name="Other")
    other.staff.add(alone := person("alone"))
    answer = look(sign_in(alone), address)
    assert answer.status_code == 200
    assert "No municipality to compare" in answer.content.decode()


def test_of_one_that_is_not_compared_there_is_no_page_and_no_comparison(cast: Cast) -> None:
    Enrolment.objects.filter(municipality=cast.novi_pazar).update(compares=False)
    elsewhere = municipality("elsewhere", "Друго", "Drugo")
    client = sign_in(cast.staff)
    for place in (cast.novi_pazar, elsewhere):
        assert look(client, "programme_municipality", place.slug).status_code == 404
        assert look(client, "programme_compare", m=[cast.cuprija.slug, place.slug]).status_code == 404
    assert look(client, "programme_municipality", cast.cuprija.slug).status_code == 200


# ---- over time


def test_every_municipality_is_a_line_of_months_and_a_month_without_facts_is_a_gap(cast: Cast) -> None:
    channel = factories.channel(cast.cuprija, cast.officer)
    months.month(channel, OCTOBER, 4, 80)
    months.month(channel, date(2026, 8, 1), 4, 40)
    chart = look(sign_in(cast.staff), "programme_multiples", days="3m").context["chart"]
    row = next(row for row in chart.rows if row[0] == "Ćuprija") if len(chart.rows) == 2 else None
    table = row[1:] if row else tuple(line[chart.headings.index("Ćuprija")] for line in chart.rows)
    assert table[-3:] == ("40", "not known", "80")


def test_the_picture_of_a_chart_can_be_kept(cast: Cast) -> None:
    months.month(factories.channel(cast.cuprija, cast.officer), OCTOBER, 4, 80)
    answer = look(sign_in(cast.staff), "programme_multiples", picture="multiples.svg")
    assert answer.headers["Content-Type"].startswith("image/svg+xml")


def lines_of_trainings(chart: Any) -> int:
    return chart.svg.count("chart-event")


def test_courses_show_the_training_that_was_lately_until_a_period_is_chosen(cast: Cast) -> None:
    channel = factories.channel(cast.cuprija, cast.officer)
    months.told(channel, date(2026, 9, 20), 1, 10)
    months.told(channel, date(2026, 11, 24), 1, 30)
    trained_on(date(2026, 10, 16))
    client = sign_in(cast.staff)
    answer = look(client, "programme_multiples")
    assert (answer.context["period"].first, answer.context["period"].last) == (date(2026, 8, 27), date(2026, 11, 24))
    assert '<option value="90" selected>' in answer.content.decode()
    assert lines_of_trainings(answer.context["chart"]) == 2
    assert "The vertical line is the training" in answer.content.decode()
    chosen = look(client, "programme_multiples", days="28")
    assert chosen.context["period"].days == 28
    assert lines_of_trainings(chosen.context["chart"]) == 0
    assert "The vertical line is the training" not in chosen.content.decode()
    for day in (date(2026, 8, 26), date(2026, 11, 25), date(2027, 1, 10)):  # long ago, today, to come
        trained_on(day)
        assert look(client, "programme_multiples").context["period"].days == 28


def test_each_municipality_has_the_line_of_its_own_training(cast: Cast) -> None:
    for place in (cast.cuprija, cast.novi_pazar):
        months.told(factories.channel(place, cast.officer), date(2026, 11, 20), 1, 10)
    trained_on(date(2026, 10, 16))
    later = Cohort.objects.create(programme=Cohort.objects.get().programme, name="Later", training_on=date(2027, 2, 1))
    Enrolment.objects.filter(municipality=cast.novi_pazar).update(cohort=later)
    assert lines_of_trainings(look(sign_in(cast.staff), "programme_multiples").context["chart"]) == 1


# ---- a chosen few


def test_a_chosen_few_are_compared_by_the_address(cast: Cast) -> None:
    for place, interactions in ((cast.cuprija, 80), (cast.novi_pazar, 20)):
        channel = factories.channel(place, cast.officer)
        months.month(channel, OCTOBER, 4, interactions)
        months.month(channel, SEPTEMBER, 4, interactions // 2)
    another(cast, 1)
    answer = look(sign_in(cast.staff), "programme_compare", m=["novi-pazar", "cuprija"], days="1m")
    assert answer.context["names"] == ["Ćuprija", "Novi Pazar"]
    figures = {measure.key: cells for measure, cells in answer.context["lines"]}
    assert figures["interactions"] == ["80", "20"]
    assert answer.context["before_now"].rows[0][:3] == ("Ćuprija", "40", "80")


def test_the_chosen_few_keep_the_days_chosen_in_the_table(cast: Cast) -> None:
    """The table for 90 days led to a comparison over twelve months, with other figures and no word about it."""
    for place in (cast.cuprija, cast.novi_pazar):
        channel = factories.channel(place, cast.officer)
        months.told(channel, date(2026, 9, 1), 1, 30)
        months.told(channel, date(2026, 11, 24), 2, 12)
    chosen = {"m": ["novi-pazar", "cuprija"], "days": "90"}
    table = look(sign_in(cast.staff), "programme", **chosen)
    assert '<input type="hidden" name="days" value="90">' in table.content.decode()
    answer = look(sign_in(cast.staff), "programme_compare", **chosen)
    assert (answer.context["period"].first, answer.context["period"].last) == (date(2026, 8, 27), date(2026, 11, 24))
    figures = {measure.key: cells for measure, cells in answer.context["lines"]}
    assert figures["interactions"] == ["42", "42"]
    weeks = [row[0] for row in answer.context["over_time"].rows]
    assert (len(weeks), weeks[0], weeks[-1]) == (13, "27 Aug", "18 Nov")
    assert '<option value="90" selected>' in answer.content.decode()


@pytest.mark.parametrize(("days", "points"), [("7", 7), ("28", 4), ("running", 4), ("1m", 5), ("3m", 3), ("12m", 12)])
def test_the_chart_shows_the_period_and_nothing_else(cast: Cast, days: str, points: int) -> None:
    for place in (cast.cuprija, cast.novi_pazar):
        months.month(factories.channel(place, cast.officer), OCTOBER, 4, 80)
    for address in ("programme_compare", "programme_multiples"):
        answer = look(sign_in(cast.staff), address, m=["novi-pazar", "cuprija"], days=days)
        chart = answer.context["over_time" if address == "programme_compare" else "chart"]
        assert max(len(chart.rows), len(chart.headings) - 1) == points


def test_the_month_that_runs_can_be_chosen_and_is_marked(cast: Cast) -> None:
    channel = factories.channel(cast.cuprija, cast.officer)
    months.told(channel, date(2026, 10, 31), 1, 100)
    months.told(channel, date(2026, 11, 2), 1, 7)
    answer = look(sign_in(cast.staff), "programme_compare", m=["novi-pazar", "cuprija"], days="running")
    assert (answer.context["period"].first, answer.context["period"].last) == (date(2026, 11, 1), date(2026, 11, 24))
    assert {measure.key: cells[0] for measure, cells in answer.context["lines"]}["interactions"] == "7"
    assert "This month is not over" in answer.content.decode()
    assert "This month is not over" not in look(sign_in(cast.staff), "programme", days="28").content.decode()


@pytest.mark.parametrize("count", [1, 7])
def test_one_and_seven_are_not_compared_but_asked_about(cast: Cast, count: int) -> None:
    slugs = [another(cast, number).slug for number in range(count)]
    answer = look(sign_in(cast.staff), "programme_compare", m=slugs)
    assert answer.status_code == 200
    assert "Choose from two to six municipalities." in answer.content.decode()
    assert "over_time" not in answer.context


def test_a_training_is_marked_among_the_months(cast: Cast) -> None:
    trained_on(date(2026, 9, 15))
    for place in (cast.cuprija, cast.novi_pazar):
        months.month(factories.channel(place, cast.officer), OCTOBER, 4, 80)
    answer = look(sign_in(cast.staff), "programme_compare", m=["novi-pazar", "cuprija"], days="6m")
    assert "Training: First" in answer.context["over_time"].svg


# ---- districts


def test_a_district_is_told_by_its_median_and_a_small_one_is_not(cast: Cast) -> None:
    big, small = (
        District.objects.create(code=code, name_cyrl=name, name_latn=name, name_en=name)
        for code, name in (("RS-08", "Mačva District"), ("RS-09", "Kolubara District"))
    )
    Municipality.objects.update(district=small)
    for number, interactions in enumerate((10, 20, 60)):
        place = another(cast, number, district=big)
        months.month(factories.channel(place, cast.officer), OCTOBER, 1, interactions)
    answer = look(sign_in(cast.staff), "programme_districts", days="1m")
    # a single small one would be all together without the others
    assert answer.context["medians"] is None
    third = District.objects.create(code="RS-10", name_cyrl="P", name_latn="P", name_en="Podunavlje District")
    for number in range(10, 14):
        another(cast, number, district=third)
    Municipality.objects.filter(pk=cast.cuprija.pk).update(district=big)
    for number in range(20, 22):
        another(cast, number, district=small)
    answer = look(sign_in(cast.staff), "programme_districts", days="1m")
    few = "too few municipalities"
    medians = {row[0]: row[1] for row in answer.context["medians"].rows}
    assert medians == {"Mačva District": "20", "Podunavlje District": few, "Kolubara District": few}


def test_every_municipality_that_is_compared_is_on_the_map_with_its_figure(cast: Cast) -> None:
    one, many, off = (
        District.objects.create(code=code, name_cyrl=name, name_latn=name, name_en=f"{name} District")
        for code, name in (("RS-08", "Mačva"), ("RS-09", "Kolubara"), ("RS-77", "Nowhere"))
    )
    Municipality.objects.update(district=one)
    for number, interactions in enumerate((10, 20, 60)):
        months.month(factories.channel(another(cast, number, district=many), cast.officer), OCTOBER, 1, interactions)
    another(cast, 9, district=off)
    answer = look(sign_in(cast.staff), "programme_districts", days="1m")
    drawn = answer.context["map"]
    assert {row[0]: row[1] for row in drawn.rows} == {
        "Mesto 0": "10", "Mesto 1": "20", "Mesto 2": "60", "Ćuprija": "not known", "Novi Pazar": "not known",
    }  # fmt: skip
    assert drawn.svg.count("data-text=") == drawn.narrow.count("data-text=") == 5
    assert "Not on this map: Mesto 9." in answer.content.decode()
    assert "highest in Mesto 2 (60), lowest in Mesto 0 (10). The median of 3 municipalities is 20." in (
        answer.content.decode()
    )


def test_a_map_without_any_figure_says_so(cast: Cast) -> None:
    page = look(sign_in(cast.staff), "programme_districts", days="1m").content.decode()
    assert "Interactions: no municipality has a value in this period." in page


# ---- what a chart shows, in a sentence


def test_a_sentence_counts_rises_and_names_the_largest_that_has_a_base(cast: Cast) -> None:
    for number, (before, now) in enumerate([(400, 800), (400, 300), (1, 500), (200, 200)]):
        channel = factories.channel(another(cast, number), cast.officer)
        months.month(channel, SEPTEMBER, 10, before)
        months.month(channel, OCTOBER, 10, now)
    page = look(sign_in(cast.staff), "programme_multiples", days="1m").content.decode()
    # by the day: October has one more than September
    assert "2 of 4 municipalities have more than in the period before; with less: 2." in page
    assert "The largest rise: Mesto 0, +94\u202f%." in page, "1 to 500 is no per cent"


def test_a_rise_everywhere_is_one_sentence(cast: Cast) -> None:
    for number in range(3):
        channel = factories.channel(another(cast, number), cast.officer)
        months.month(channel, SEPTEMBER, 10, 100)
        months.month(channel, OCTOBER, 10, 200 + number)
    page = look(sign_in(cast.staff), "programme_multiples", days="1m").content.decode()
    assert "all 3 municipalities that can be compared have more than in the period before." in page


def test_the_own_baseline_is_compared_with_where_the_period_before_was_not_measured(cast: Cast) -> None:
    trained_on(date(2026, 9, 29))
    for place, before, now in ((cast.cuprija, 40, 200), (cast.novi_pazar, 400, 4)):
        channel = factories.channel(place, cast.officer)
        for day in (1, 8, 15, 22):
            months.told(channel, date(2026, 9, day), 3, before)
            months.told(channel, date(2026, 10, day), 3, now)
    page = look(sign_in(cast.staff), "programme_multiples", days="90").content.decode()
    assert "1 of 2 municipalities have more than in the 28 days before their training; with less: 1." in page
    Enrolment.objects.filter(municipality=cast.novi_pazar).update(compares=False)
    page = look(sign_in(cast.staff), "programme_multiples", days="90").content.decode()
    assert "1 municipality has more than in the 28 days before its training." in page


def test_equal_figures_and_a_single_one_are_told_as_such(cast: Cast) -> None:
    months.month(factories.channel(another(cast, 1), cast.officer), OCTOBER, 4, 80)
    page = look(sign_in(cast.staff), "programme", days="1m").content.decode()
    assert "Interactions: 80 in Mesto 1; no other municipality has a value." in page
    months.month(factories.channel(another(cast, 2), cast.officer), OCTOBER, 4, 80)
    page = look(sign_in(cast.staff), "programme", days="1m").content.decode()
    assert "Interactions: 80 in all 2 municipalities with a value." in page
    months.month(factories.channel(another(cast, 3), cast.officer), OCTOBER, 4, 10)
    page = look(sign_in(cast.staff), "programme", days="1m").content.decode()
    assert "highest in Mesto 1 and Mesto 2 (80), lowest in Mesto 3 (10)." in page


def test_nothing_to_compare_with_is_said(cast: Cast) -> None:
    page = look(sign_in(cast.staff), "programme_multiples", days="1m").content.decode()
    assert "Interactions: no municipality can be compared with the period before." in page


def test_the_highest_are_compared_until_somebody_chooses(cast: Cast) -> None:
    for number in range(6):
        months.month(factories.channel(another(cast, number), cast.officer), OCTOBER, 4, 10 + number)
    answer = look(sign_in(cast.staff), "programme_compare", days="1m")
    assert answer.context["names"] == ["Mesto 2", "Mesto 3", "Mesto 4", "Mesto 5"]
    assert "Shown are the 4 highest by this measure." in answer.content.decode()
    assert len(answer.context["over_time"].legend) == 4
    chosen = look(sign_in(cast.staff), "programme_compare", days="1m", m=["cuprija", "place-1"])
    assert chosen.context["names"] == ["Ćuprija", "Mesto 1"]
    assert "Shown are the" not in chosen.content.decode()


# ---- around the training


def test_stretches_are_by_the_week_and_the_day_itself_counts_nowhere(cast: Cast) -> None:
    day = date(2026, 8, 1)
    trained_on(day)
    channel = factories.channel(cast.cuprija, cast.officer)
    for offset, interactions in (
        (-29, 999),
        (-28, 4),
        (-1, 4),
        (0, 999),
        (1, 8),
        (28, 8),
        (29, 6),
        (57, 17),
        (90, 17),
        (91, 999),
    ):
        months.told(channel, day + timedelta(days=offset), 1, interactions)
    answer = look(sign_in(cast.staff), "programme_training", by="interactions")
    row = next(row for row in answer.context["rows"] if row.slug == "cuprija")
    assert [cell.text for cell in row.cells] == ["2.0", "4.0", "1.5", "7.0"]  # 34 days: 34 × 7 ÷ 34
    assert [cell.change for cell in row.cells] == ["", "+100\u202f%", "−25\u202f%", "+250\u202f%"]


def test_stretches_that_are_not_over_are_open_and_tell_nothing(cast: Cast) -> None:
    trained_on(date(2026, 10, 27))
    channel = factories.channel(cast.cuprija, cast.officer)
    months.told(channel, date(2026, 10, 20), 1, 4)
    months.told(channel, date(2026, 11, 20), 1, 400)
    answer = look(sign_in(cast.staff), "programme_training")
    row = next(row for row in answer.context["rows"] if row.slug == "cuprija")
    assert [cell.open_until for cell in row.cells] == [None, None, date(2026, 12, 22), date(2027, 1, 25)]
    assert "open until 22 Dec 2026" in answer.content.decode()
    with time_machine.travel(datetime(2026, 11, 24, 9, 0)):  # the last of the 28 days is not over yet
        answer = look(sign_in(cast.staff), "programme_training")
    assert answer.context["rows"][0].cells[1].open_until == date(2026, 11, 24)


def test_a_median_over_municipalities_stands_below_each_stretch(cast: Cast) -> None:
    trained_on(date(2026, 8, 1))
    for place, interactions in ((cast.cuprija, 4), (cast.novi_pazar, 8)):
        months.told(factories.channel(place, cast.officer), date(2026, 7, 20), 1, interactions)
    assert look(sign_in(cast.staff), "programme_training").context["medians"][0] == ("–", 2)
    months.told(factories.channel(another(cast, 1), cast.officer), date(2026, 7, 20), 1, 40)
    assert look(sign_in(cast.staff), "programme_training").context["medians"][0] == ("2.0", 3)


def test_what_is_kept_of_stretches_is_what_the_days_add_up_to(cast: Cast) -> None:
    trained_on(date(2026, 8, 1))
    channel = factories.channel(cast.cuprija, cast.officer)
    months.told(channel, date(2026, 7, 20), 3, 12, call_kind="pay")
    months.followed(channel, date(2026, 7, 25), 300)
    client = sign_in(cast.staff)
    reckoned = [cell.text for cell in look(client, "programme_training", by="calls").context["rows"][0].cells]
    training_figures.renew()
    training_figures.renew()
    with scope(cast.cuprija):
        assert TrainingWindow.objects.count() == 4
        stored = TrainingWindow.objects.get(number=0)
    assert (stored.posts, stored.interactions, stored.calls, stored.followers, stored.channels) == (3, 12, 3, 300, 1)
    assert [cell.text for cell in look(client, "programme_training", by="calls").context["rows"][0].cells] == reckoned
    # another date of training finds nothing kept and is added up anew
    trained_on(date(2026, 7, 21))
    row = look(client, "programme_training", by="posts").context["rows"][0]
    assert row.cells[0].text == "0.8"  # 3 in 28 days


@pytest.mark.django_db(transaction=True)
def test_the_figures_around_trainings_can_be_renewed_by_several_workers_at_once(cast: Cast) -> None:
    trained_on(date(2026, 8, 1))
    for number in range(8):
        another(cast, number)
    at_once(*[training_figures.renew] * 6)
    with everywhere("a test"):
        assert TrainingWindow.objects.count() == Enrolment.objects.count() * 4


# ---- compared with those not yet trained


def first_of(number: int) -> date:
    """The first day of a month of 2026; 0 is December before."""
    return date(2026, number, 1) if number else date(2025, 12, 1)


def programme_of(cast: Cast, size: int, *, later: date, factor: float = 1.0, noise: float = 0.05) -> None:
    """`size` municipalities besides the two of the cast, whose months are unknown: half are trained in March 2026, and
    the others `later`. From April on the former have `factor` times the interactions."""
    first = Cohort.objects.get()
    trained_on(date(2026, 3, 10))
    second = Cohort.objects.create(programme=first.programme, name="Second", training_on=later)
    generator = Random(1)
    for number in range(size):
        place = another(cast, number)
        if number % 2:
            Enrolment.objects.filter(municipality=place).update(cohort=second)
        channel = factories.channel(place, cast.officer)
        for month in range(1, 9):
            is_after = month > 3 and not number % 2
            level = 1000 * (number + 1) * (1 + month % 3) * (factor if is_after else 1)
            months.month(channel, first_of(month), 10, round(level * exp(generator.gauss(0, noise))))


def effect_on_page(cast: Cast, **query: str) -> tuple[Any, str]:
    answer = look(sign_in(cast.staff), "programme_training", **query)
    return answer.context["effect"], answer.content.decode()


def test_an_effect_is_stated_with_its_interval_and_what_is_behind_it(cast: Cast) -> None:
    programme_of(cast, 24, later=date(2026, 9, 5), factor=1.5)
    effect, page = effect_on_page(cast, by="interactions")
    numbers = [int(number) for number in re.findall(r"([+−]\d+)\u202f%", effect.verdict.replace("−", "-"))]
    assert len(numbers) == 3
    estimate, low, high = numbers
    assert 25 < low < 50 < high < 75
    assert low < estimate < high
    assert effect.behind == (
        "Compared municipalities: 24. Of these trained: 12; not yet trained in a month that is compared: 12. Months: 4."
    )
    assert str(escape(effect.verdict)) in page
    assert "Compared with those not yet trained" in page


def test_where_there_is_no_effect_none_is_stated(cast: Cast) -> None:
    programme_of(cast, 24, later=date(2026, 9, 5))
    effect, _page = effect_on_page(cast, by="interactions")
    assert "no difference from those not yet trained can be recognised" in effect.verdict


def test_few_municipalities_are_too_few_to_tell_and_no_effect_is_shown(cast: Cast) -> None:
    programme_of(cast, 6, later=date(2026, 9, 5), factor=1.5, noise=0.4)
    effect, page = effect_on_page(cast, by="interactions")
    assert effect.verdict == ""
    assert effect.reason.startswith("Too few municipalities to tell: an effect of +25\u202f% would be recognised")
    assert "in the three months after the training, compared" not in page


def test_with_one_cohort_there_is_nobody_to_compare_with(cast: Cast) -> None:
    trained_on(date(2026, 6, 1))
    for place in (cast.cuprija, cast.novi_pazar):
        channel = factories.channel(place, cast.officer)
        for month in range(3, 10):
            months.month(channel, first_of(month), 4, 80)
    effect, _page = effect_on_page(cast)
    assert effect.reason.startswith("There is nobody to compare with")
    assert effect.behind == ""


def test_right_after_the_training_there_is_nothing_to_compare_yet(cast: Cast) -> None:
    for day in (date(2026, 11, 5), date(2026, 10, 20), date(2027, 2, 1)):
        trained_on(day)
        effect, _page = effect_on_page(cast)
        assert effect.reason.startswith("There is nothing to compare yet")


def test_a_municipality_in_two_cohorts_was_trained_with_the_first(cast: Cast) -> None:
    """Who was trained last year and comes again is no comparison for those trained this year."""
    programme_of(cast, 24, later=date(2026, 9, 5), factor=1.5)
    first = Cohort.objects.get(name="Second")
    earlier = Cohort.objects.create(programme=first.programme, name="Before", training_on=date(2025, 3, 1))
    ids = first.enrolments.values_list("municipality_id", flat=True)
    Enrolment.objects.bulk_create(
        Enrolment(cohort=earlier, municipality_id=pk, starts_on=date(2025, 1, 1), ends_on=date(2025, 6, 1))
        for pk in ids
    )
    effect, _page = effect_on_page(cast, by="interactions")
    assert effect.reason.startswith("There is nobody to compare with")


def test_a_share_is_compared_in_points(cast: Cast) -> None:
    programme_of(cast, 24, later=date(2026, 9, 5))
    with everywhere("a test"):
        MonthlyFact.objects.update(calls=4)
        MonthlyFact.objects.filter(month__gt=first_of(3), interactions__lt=10_000).update(calls=F("calls") + 1)
    effect, _page = effect_on_page(cast, by="calls")
    assert "points" in effect.verdict


def test_the_first_month_of_a_municipality_is_not_compared(cast: Cast) -> None:
    """Of the month in which it joined, only a part was measured."""
    programme_of(cast, 24, later=date(2026, 9, 5))
    assert "trained: 12;" in effect_on_page(cast)[0].behind
    late = Municipality.objects.get(slug="place-0")
    with scope(late):
        MonthlyFact.objects.filter(month__lt=first_of(2)).delete()
    assert "trained: 11;" in effect_on_page(cast)[0].behind


def test_the_computed_effect_is_kept_and_new_figures_make_a_new_one(cast: Cast) -> None:
    programme_of(cast, 24, later=date(2026, 9, 5), factor=1.5)
    before, _page = effect_on_page(cast, by="interactions")
    assert effect_on_page(cast, by="interactions")[0] == before
    trained = Municipality.objects.filter(enrolments__cohort__training_on=date(2026, 3, 10))
    with everywhere("a test"):
        MonthlyFact.objects.filter(municipality__in=trained, month=first_of(5)).update(
            interactions=F("interactions") * 3
        )
    assert effect_on_page(cast, by="interactions")[0] != before


# ---- one of them


def test_the_summary_tells_every_measure_with_its_changes(cast: Cast) -> None:
    channel = factories.channel(cast.cuprija, cast.officer)
    Municipality.objects.filter(pk=cast.cuprija.pk).update(joined_on=date(2024, 1, 1))
    months.month(channel, OCTOBER, 31, 62)
    months.month(channel, SEPTEMBER, 30, 30)
    answer = look(sign_in(cast.staff), "programme_municipality", cast.cuprija.slug, days="1m")
    by_measure = {measure.key: (value, changes) for measure, value, changes in answer.context["lines"]}
    assert by_measure["interactions"] == ("62", ["+100\u202f%", "–"])
    assert reverse("analytics", args=["cuprija"]) in answer.content.decode()


# ---- what it costs


def test_the_pages_cost_the_same_for_two_and_for_145(cast: Cast) -> None:
    trained_on(date(2026, 8, 1))
    client = sign_in(cast.staff)

    def counts() -> dict[str, int]:
        of_one = {"programme_municipality": ["cuprija"]}
        of_two = {"programme_compare": {"m": ["cuprija", "novi-pazar"]}}
        names = (*PAGES, *of_one)
        return {name: queries_of(client, name, of_one.get(name, []), of_two.get(name, {})) for name in names}

    two = counts()
    for number in range(143):
        months.month(factories.channel(another(cast, number), cast.officer), OCTOBER, 4, 8)
    assert counts() == two
    assert max(two.values()) <= 12, two


def queries_of(client: Client, address: str, args: list[str], query: dict[str, Any]) -> int:
    look(client, address, *args, **query)
    with CaptureQueriesContext(connection) as counted:
        assert look(client, address, *args, **query).status_code == 200
    return len(counted)
