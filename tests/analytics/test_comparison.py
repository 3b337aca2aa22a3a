"""Municipalities of a programme side by side: numbers reckoned by hand, who is shown, and what is left unsaid."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from analytics.comparison import groups
from analytics.comparison.measures import MEASURES, Figures
from analytics.comparison.queries import totals
from analytics.enums import FetchOutcome
from analytics.ingestion.domain import collect
from analytics.models import MonthlyMedian, Subject
from analytics.rollups.domain import monthly_medians
from municipalities.models import Cohort, District, Enrolment, Municipality, Programme
from municipalities.tenancy import scope
from tests.analytics import factories, months
from tests.people import Cast, municipality, person, sign_in

pytestmark = pytest.mark.usefixtures("db", "november")


@pytest.fixture
def november() -> Iterator[None]:
    """The last month that is over is October 2026."""
    with time_machine.travel(datetime(2026, 11, 25, 9, 0), tick=True):
        yield


OCTOBER, SEPTEMBER = date(2026, 10, 1), date(2026, 9, 1)


def people_of(place: Municipality, count: int | None) -> None:
    year, source = (2022, "census") if count else (None, "")
    Municipality.objects.filter(pk=place.pk).update(
        population=count, population_year=year, population_source=source, joined_on=date(2024, 1, 1)
    )


def long_ago(*places: Municipality) -> None:
    Municipality.objects.filter(pk__in=[place.pk for place in places]).update(joined_on=date(2024, 1, 1))


def another(cast: Cast, number: int, *, cohort: Cohort | None = None, population: int | None = None) -> Municipality:
    """A municipality more, enrolled with the others."""
    place = municipality(f"place-{number}", f"Место {number}", f"Mesto {number}")
    people_of(place, population)
    since = date(2026, 1, 1)
    Enrolment.objects.create(cohort=cohort or Cohort.objects.first(), municipality=place, starts_on=since)
    return place


def look(client: Client, address: str = "programme", **query: Any) -> Any:
    return client.get(reverse(address), query)


def cells(answer: Any, name: str) -> dict[str, str]:
    """The row of a municipality or group as it is written, by heading."""
    headings = [str(column["label"]) for column in answer.context["columns"]]
    line = next(line for line in answer.context["lines"] if line.name == name)
    return dict(zip(headings, [line.name, *line.cells], strict=True))


def test_a_month_is_added_up_over_channels_and_told_by_every_measure(cast: Cast) -> None:
    people_of(cast.cuprija, 20_000)
    for followers in (300, 200):
        channel = factories.channel(cast.cuprija, cast.officer)
        for first, posts, interactions in ((OCTOBER, 20, 62), (SEPTEMBER, 10, 30)):
            months.month(
                channel, first, posts, interactions, calls=5, services=2, informing=10, ceremonies=1, interactive=4,
                boosted=3,
                bought=interactions // 2, followers=followers if first == OCTOBER else followers - 100,
            )  # fmt: skip
    columns = [*MEASURES, "growth", "change"]
    row = cells(look(sign_in(cast.staff), days="1m", columns=columns), "Ćuprija")
    assert row == {
        "Municipality": "Ćuprija",
        "Posts": "40",
        "Posts a week": "9.0",  # 40 in 31 days
        "Interactions": "124",
        "Interactions without boosted posts": "62",
        "Interactions per 1,000 inhabitants": "6.2",
        "Interactions per post per 1,000 followers (median)": "–",
        "Followers": "500",
        "Change of followers": "+67\u202f%",  # from 300
        "With a call to action": "25\u202f%",
        "Promote an eService": "10\u202f%",
        "Interactive": "20\u202f%",
        "Service information": "50\u202f%",
        "Ceremony": "5\u202f%",
        "Boosted posts": "6",
        "Interactions: against the period before": "+100\u202f%",  # 124 in 31 days, 60 in 30
    }


def test_several_months_are_added_and_the_ones_before_are_as_many(cast: Cast) -> None:
    channel = factories.channel(cast.cuprija, cast.officer)
    long_ago(cast.cuprija)
    for first, interactions in ((OCTOBER, 31), (SEPTEMBER, 30), (date(2026, 8, 1), 31), (date(2026, 5, 1), 46)):
        months.month(channel, first, 1, interactions)
    answer = look(sign_in(cast.staff), days="3m", columns=["posts", "interactions", "change"])
    assert (answer.context["period"].first, answer.context["period"].last) == (date(2026, 8, 1), date(2026, 10, 31))
    assert (answer.context["before"].first, answer.context["before"].last) == (date(2026, 5, 1), date(2026, 7, 31))
    row = cells(answer, "Ćuprija")
    assert (row["Posts"], row["Interactions"], row["Interactions: against the period before"]) == (
        "3",
        "92",
        "+100\u202f%",
    )


def test_own_months_are_kept_by_the_address_and_end_with_the_last_that_is_over(cast: Cast) -> None:
    answer = look(sign_in(cast.staff), days="own", **{"from": "2026-11", "to": "2026-08"})
    assert (answer.context["period"].first, answer.context["period"].last) == (date(2026, 8, 1), date(2026, 10, 31))


@pytest.mark.parametrize("wrong", ["", "2026-13", "0001-01", "tomorrow", "2027-01"])
def test_months_that_cannot_be_read_are_the_usual_days(cast: Cast, wrong: str) -> None:
    answer = look(sign_in(cast.staff), days="own", **{"from": wrong, "to": wrong})
    assert answer.context["period"].days == 28


def test_days_tell_the_same_measures_from_the_facts_of_days(cast: Cast) -> None:
    channel = factories.channel(cast.cuprija, cast.officer)
    people_of(cast.cuprija, 10_000)
    yesterday = date(2026, 11, 24)
    months.told(channel, yesterday, 3, 30, call_kind="pay", service="taxes")
    months.told(channel, yesterday, 1, 10, category="ceremony", boosted=True)
    months.told(channel, yesterday - timedelta(days=7), 2, 20)
    months.followed(channel, yesterday - timedelta(days=2), 120)
    months.followed(channel, yesterday - timedelta(days=8), 100)
    row = cells(look(sign_in(cast.staff), days="7", columns=[*MEASURES, "growth", "change"]), "Ćuprija")
    assert row["Posts a week"] == "4.0"
    assert (row["With a call to action"], row["Promote an eService"], row["Ceremony"]) == ("75\u202f%",) * 2 + (
        "25\u202f%",
    )
    assert (row["Interactions"], row["Interactions without boosted posts"]) == ("40", "30")
    assert (row["Boosted posts"], row["Followers"], row["Change of followers"]) == ("1", "120", "+20\u202f%")
    assert row["Interactions: against the period before"] == "+100\u202f%"


def test_the_own_baseline_is_the_four_weeks_before_the_training(cast: Cast) -> None:
    Cohort.objects.update(training_on=date(2026, 10, 26))
    channel = factories.channel(cast.cuprija, cast.officer)
    long_ago(cast.cuprija)
    months.told(channel, date(2026, 9, 27), 9, 999)  # a day too early
    months.told(channel, date(2026, 9, 28), 1, 20)
    months.told(channel, date(2026, 10, 25), 1, 8)
    months.told(channel, date(2026, 10, 26), 9, 999)  # the day itself
    months.told(channel, date(2026, 11, 1), 4, 42)
    row = cells(look(sign_in(cast.staff), days="28", columns=["baseline"]), "Ćuprija")
    assert row["Interactions: against own baseline"] == "+50\u202f%"  # 42 in 28 days from 28 in 28


def test_a_share_changes_in_points(cast: Cast) -> None:
    channel = factories.channel(cast.cuprija, cast.officer)
    long_ago(cast.cuprija)
    months.month(channel, OCTOBER, 10, 1, calls=6)
    months.month(channel, SEPTEMBER, 10, 1, calls=4)
    row = cells(look(sign_in(cast.staff), days="1m", by="calls", columns=["calls", "change"]), "Ćuprija")
    assert row["With a call to action: against the period before"] == "+20 points"


def test_followers_of_another_number_of_channels_are_not_compared() -> None:
    now, before = Figures(31, followers=500, channels=2), Figures(30, followers=300, channels=1)
    assert MEASURES["followers"].change(now, before, None) is None
    before.channels = 2
    assert MEASURES["followers"].change(now, before, None) == pytest.approx(200 / 3)


def test_a_municipality_that_joined_meanwhile_is_told_by_its_own_days(cast: Cast) -> None:
    channel = factories.channel(cast.cuprija, cast.officer)
    Municipality.objects.filter(pk=cast.cuprija.pk).update(joined_on=date(2026, 10, 18))
    months.month(channel, OCTOBER, 4, 8)
    answer = look(sign_in(cast.staff), days="1m", columns=["weekly"])
    assert cells(answer, "Ćuprija")["Posts a week"] == "2.0"  # 4 in the 14 days since
    line = next(line for line in answer.context["lines"] if line.name == "Ćuprija")
    assert line.since == "here since 18 Oct 2026"


def test_history_from_before_joining_counts_for_the_whole_period(cast: Cast) -> None:
    channel = factories.channel(cast.cuprija, cast.officer)
    Municipality.objects.filter(pk=cast.cuprija.pk).update(joined_on=date(2026, 10, 18))
    months.month(channel, OCTOBER, 31, 8)
    months.month(channel, SEPTEMBER, 30, 8)
    answer = look(sign_in(cast.staff), days="1m", columns=["weekly"])
    assert cells(answer, "Ćuprija")["Posts a week"] == "7.0"


# ---- medians over posts


def test_the_median_of_a_month_is_over_posts_that_nobody_paid_for(cast: Cast) -> None:
    channel = factories.channel(cast.cuprija, cast.officer)
    months.month(channel, OCTOBER, 4, 60, followers=1000)
    for day in (1, 2, 3, 4):
        factories.published(channel, datetime(2026, 10, day, 9).astimezone())
    collect.enrol()
    with scope(cast.cuprija):
        posts = list(Subject.objects.filter(kind="publication").order_by("published_on"))
        for subject, likes in zip(posts, (2, 4, 9, 1000), strict=True):
            collect.record([subject], {subject.pk: (FetchOutcome.READ, {"likes": likes})}, datetime.now().astimezone())
        Subject.objects.filter(pk=posts[3].pk).update(traits=months.kind(boosted=True))
    monthly_medians.renew(OCTOBER)
    monthly_medians.renew()
    with scope(cast.cuprija):
        (row,) = MonthlyMedian.objects.all()
    assert (row.month, row.counted, row.median) == (OCTOBER, 3, 4.0)
    assert (
        cells(look(sign_in(cast.staff), days="1m", columns=["median"]), "Ćuprija")[
            "Interactions per post per 1,000 followers (median)"
        ]
        == "4.0"
    )


def test_renewing_from_a_month_on_leaves_the_older_ones(cast: Cast) -> None:
    with scope(cast.cuprija):
        for first in (SEPTEMBER, OCTOBER):
            MonthlyMedian.objects.create(municipality=cast.cuprija, month=first, counted=3, median=1.5)
        monthly_medians.renew(OCTOBER)
        assert [row.month for row in MonthlyMedian.objects.all()] == [SEPTEMBER]


def test_days_tell_the_median_of_posts_by_the_last_followers_that_were_read(cast: Cast) -> None:
    first, second = (factories.channel(cast.cuprija, cast.officer) for _ in range(2))
    unread = factories.channel(cast.cuprija, cast.officer)
    for channel, followers in ((first, 1000), (second, 500)):
        months.followed(channel, date(2026, 11, 20), followers * 2)
        months.followed(channel, date(2026, 11, 22), followers)
    posts = ((first, 4, {}), (first, 1000, {"boosted": True}), (second, 10, {}), (second, 6, {}), (unread, 900, {}))
    for channel, interactions, traits in posts:
        publication = factories.published(channel, datetime(2026, 11, 21, 9).astimezone())
        collect.enrol()
        with scope(cast.cuprija):
            subjects = Subject.objects.filter(publication=publication)
            subjects.update(interactions=interactions, traits=months.kind(**traits))
    days = (date(2026, 11, 18), date(2026, 11, 24))
    with scope(cast.cuprija):
        (figures,) = totals.by_days([totals.Window(cast.cuprija.pk, *days)])
        (none,) = totals.by_days([totals.Window(cast.cuprija.pk, *days)], medians=())
    assert (figures.median, figures.counted, figures.followers) == (12, 3, 1500)  # of 4, 12 and 20
    assert none.median is None


# ---- the little line


def test_the_line_adds_days_up_to_stretches_that_end_with_the_period(cast: Cast, settings: Any) -> None:
    settings.DEMO = False
    channel, practice = (
        factories.channel(cast.cuprija, cast.officer, is_practice=is_practice) for is_practice in (False, True)
    )
    other = factories.channel(cast.novi_pazar, cast.officer)
    last = date(2026, 11, 24)
    for place, ago, interactions in (
        (channel, 0, 1), (channel, 6, 2), (channel, 7, -3), (channel, 17, 5), (channel, 18, 70), (channel, 8, None),
        (practice, 1, 40), (other, 14, 7),
    ):  # fmt: skip
        months.told(
            place, last - timedelta(days=ago), 1, interactions, category="service" if interactions != 2 else "culture"
        )
    ids = (cast.cuprija.pk, cast.novi_pazar.pk)
    with scope(*ids):
        assert totals.activity(ids, last - timedelta(days=17), last, 7) == {
            cast.cuprija.pk: [5, -3, 3],
            cast.novi_pazar.pk: [7, None, None],
        }
        by_day = totals.activity(ids, last - timedelta(days=6), last, 1)
    assert by_day[cast.cuprija.pk] == [2, None, None, None, None, None, 1]
    settings.DEMO = True
    with scope(*ids):
        assert totals.activity(ids, last - timedelta(days=6), last, 7)[cast.cuprija.pk] == [43]


# ---- who is shown


def test_strangers_to_the_programme_find_nothing(cast: Cast) -> None:
    for address in ("programme", "programme_csv"):
        for who in (cast.officer, cast.mentor, cast.administrator):
            assert look(sign_in(who), address).status_code == 404


def test_staff_of_another_programme_see_their_own_only(cast: Cast) -> None:
    other = Programme.objects.create(name="Other")
    other.staff.add(stranger := person("other-staff"))
    answer = look(sign_in(stranger))
    assert answer.context["lines"] == []
    assert "No municipality to compare" in answer.content.decode()
    foreign = another(cast, 1, cohort=Cohort.objects.create(programme=other, name="O", training_on=date(2026, 9, 1)))
    assert [line.slug for line in look(sign_in(stranger)).context["lines"]] == [foreign.slug]
    assert foreign.slug not in [line.slug for line in look(sign_in(cast.staff)).context["lines"]]


def test_who_did_not_agree_or_withdrew_is_counted_and_not_shown(cast: Cast) -> None:
    Enrolment.objects.filter(municipality=cast.novi_pazar).update(compares=False)
    answer = look(sign_in(cast.staff))
    assert [line.slug for line in answer.context["lines"]] == ["cuprija"]
    assert answer.context["withheld"] == 1
    assert "1 enrolled municipality did not agree to comparison." in answer.content.decode()
    assert "Novi Pazar" not in answer.content.decode()


def test_practice_never_counts_outside_the_demo(cast: Cast, settings: Any) -> None:
    channel = factories.channel(cast.cuprija, cast.officer, is_practice=True)
    months.month(channel, OCTOBER, 4, 8)
    months.told(channel, date(2026, 11, 20), 4, 8)
    for demo, expected in ((False, "0"), (True, "4")):
        settings.DEMO = demo
        for days in ("1m", "28"):
            row = cells(look(sign_in(cast.staff), days=days, columns=["posts"]), "Ćuprija")
            assert row["Posts"] == expected


def test_without_a_population_there_is_no_number_and_not_a_wrong_one(cast: Cast) -> None:
    months.month(factories.channel(cast.cuprija, cast.officer), OCTOBER, 4, 8)
    row = cells(look(sign_in(cast.staff), days="1m", columns=["inhabitants"]), "Ćuprija")
    assert row["Interactions per 1,000 inhabitants"] == "–"


# ---- order


def test_names_stand_in_the_order_of_the_serbian_alphabet(cast: Cast) -> None:
    for number, (cyrl, latn) in enumerate(
        (("Чачак", "Čačak"), ("Цетиње", "Cetinje"), ("Љиг", "Ljig"), ("Лучани", "Lučani"))
    ):
        place = another(cast, number)
        Municipality.objects.filter(pk=place.pk).update(name_cyrl=cyrl, name_latn=latn, name_en=latn)
    client = sign_in(cast.staff)
    names = [line.name for line in look(client).context["lines"]]
    assert names == ["Cetinje", "Čačak", "Ćuprija", "Lučani", "Ljig", "Novi Pazar"]
    assert [line.name for line in look(client, sort="-name").context["lines"]] == names[::-1]
    cast.staff.language = "sr"
    cast.staff.save()
    cyrillic = [line.name for line in look(sign_in(cast.staff)).context["lines"]]
    assert cyrillic == ["Цетиње", "Чачак", "Ћуприја", "Лучани", "Љиг", "Нови Пазар"]


def test_figures_begin_with_the_largest_and_what_is_not_known_is_last_either_way(cast: Cast) -> None:
    third = another(cast, 1)
    for place, posts in ((cast.cuprija, 3), (third, 7)):
        months.month(factories.channel(place, cast.officer), OCTOBER, posts, posts * 10)
    months.month(factories.channel(cast.novi_pazar, cast.officer), OCTOBER, 5, None)
    client = sign_in(cast.staff)
    asked = {"days": "1m", "columns": ["interactions"]}
    falling = look(client, sort="interactions", **asked)
    assert [line.name for line in falling.context["lines"]] == ["Mesto 1", "Ćuprija", "Novi Pazar"]
    assert falling.context["columns"][1]["sorted"] == "descending"
    assert "sort=-interactions" in falling.context["columns"][1]["url"]
    rising = look(client, sort="-interactions", **asked)
    assert [line.name for line in rising.context["lines"]] == ["Ćuprija", "Mesto 1", "Novi Pazar"]


def test_the_columns_are_the_ones_of_the_address(cast: Cast) -> None:
    answer = look(sign_in(cast.staff), columns=["boosted", "posts", "no-such"])
    assert [column["key"] for column in answer.context["columns"]] == ["name", "posts", "boosted"]
    # and every link of the page keeps them
    assert all("columns=boosted" in column["url"] for column in answer.context["columns"])


# ---- groups


def test_a_group_is_told_by_its_median_and_how_many_it_has(cast: Cast) -> None:
    for number, (population, interactions) in enumerate(((30_000, 30), (50_000, 100), (100_000, 400), (20_000, 20))):
        place = another(cast, number, population=population)
        months.month(factories.channel(place, cast.officer), OCTOBER, 1, interactions)
    for number, interactions in ((5, 1), (6, 2), (7, 3)):
        place = another(cast, number, population=5000)
        months.month(factories.channel(place, cast.officer), OCTOBER, 1, interactions)
    for place in (cast.cuprija, cast.novi_pazar, another(cast, 8)):
        people_of(place, None)
    answer = look(sign_in(cast.staff), days="1m", group="size", columns=["interactions", "inhabitants"])
    assert [(line.name, line.count, list(line.cells)) for line in answer.context["lines"]] == [
        ("Under 20,000 inhabitants", 3, ["2", "0.4"]),
        ("20,000 to 100,000 inhabitants", 4, ["65", "1.5"]),  # 30 and 100; 1 and 2 of every 1,000
        ("Population not entered", 3, ["–", "–"]),
        ("All together", 10, ["20", "1.0"]),
    ]
    assert answer.context["left_out"] == 0


def test_a_group_of_two_is_left_out_and_takes_the_next_smallest_with_it(cast: Cast) -> None:
    """Else all together without the others would be the two."""
    first = Cohort.objects.get()
    second, third = (
        Cohort.objects.create(programme=cast.programme, name=name, training_on=first.training_on)
        for name in ("Second", "Third")
    )
    for number in range(3):
        another(cast, number, cohort=second)
    for number in range(3, 8):
        another(cast, number, cohort=third)
    answer = look(sign_in(cast.staff), group="cohort")
    assert [line.name for line in answer.context["lines"]] == ["Third", "All together"]
    assert answer.context["left_out"] == 2
    assert "2 groups are not shown" in answer.content.decode()
    assert ">Second<" not in answer.content.decode()


def test_a_median_of_fewer_than_three_that_told_it_is_not_told(cast: Cast) -> None:
    for number in range(3):
        place = another(cast, number, population=5000)
        months.month(factories.channel(place, cast.officer), OCTOBER, 1, 10 if number else None)
    for place in (cast.cuprija, cast.novi_pazar, another(cast, 8)):
        people_of(place, 50_000)
    line = look(sign_in(cast.staff), days="1m", group="size", columns=["posts", "interactions"]).context["lines"][0]
    assert list(line.cells) == ["1", "–"]


@pytest.mark.parametrize(
    ("counts", "left_out"),
    [
        ({"a": 5, "b": 4}, set()),
        ({"a": 5, "b": 2, "c": 4}, {"b", "c"}),
        ({"a": 5, "b": 1, "c": 1, "d": 3}, {"b", "c", "d"}),  # two hidden together still know each other
        ({"a": 5, "b": 1, "c": 2}, {"b", "c"}),
        ({"a": 5, "b": 2}, {"a", "b"}),
        ({"a": 2}, {"a"}),
        ({"a": 5, "b": 0}, set()),
        ({}, set()),
    ],
)
def test_what_is_left_out_cannot_be_found_by_taking_away(counts: dict[str, int], left_out: set[str]) -> None:
    assert groups.hidden(counts, 3) == left_out


@pytest.mark.parametrize(
    ("population", "expected"),
    [(None, "unknown"), (0, "unknown"), (19_999, "small"), (20_000, "middle"), (100_000, "middle"), (100_001, "large")],
)
def test_size_classes_have_their_edges(population: int | None, expected: str) -> None:
    assert groups.size(population) == expected


def test_districts_are_in_alphabetical_order(cast: Cast) -> None:
    for code, name in (("sumadijski", "Šumadijski"), ("zajecarski", "Zaječarski"), ("moravicki", "Moravički")):
        district = District.objects.create(code=code, name_cyrl=name, name_latn=name, name_en=name)
        for number in range(3):
            place = another(cast, number + 10 * len(name) + ord(code[0]) * 100)
            Municipality.objects.filter(pk=place.pk).update(district=district)
    another(cast, 1)
    answer = look(sign_in(cast.staff), group="district")
    names = [line.name for line in answer.context["lines"]]
    assert names == ["Moravički", "Pomoravski", "Šumadijski", "Zaječarski", "All together"]


# ---- as CSV


def read(answer: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_the_csv_has_the_rows_columns_and_order_of_the_page(cast: Cast) -> None:
    months.month(factories.channel(cast.cuprija, cast.officer), OCTOBER, 4, 8, calls=1)
    asked = {"days": "1m", "columns": ["posts", "calls", "inhabitants", "line"], "sort": "posts"}
    answer = look(sign_in(cast.staff), "programme_csv", **asked)
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "dobosar-2026-10-01-2026-10-31.csv" in answer.headers["Content-Disposition"]
    assert read(answer) == [
        ["Municipality", "Posts", "Interactions per 1,000 inhabitants", "With a call to action"],
        ["Ćuprija", "4", "", "25.0"],
        ["Novi Pazar", "0", "", ""],
    ]


def test_the_csv_of_groups_leaves_out_what_the_page_leaves_out(cast: Cast) -> None:
    for number in range(3):
        another(cast, number, population=5000)
    answer = look(sign_in(cast.staff), "programme_csv", group="size", columns=["posts"])
    assert read(answer) == [["Group", "Municipalities", "Posts"], ["All together", "5", "0"]]


def test_a_name_is_never_a_formula(cast: Cast) -> None:
    Municipality.objects.filter(pk=cast.cuprija.pk).update(name_en="=2+3")
    names = [row[0] for row in read(look(sign_in(cast.staff), "programme_csv"))]
    assert "'=2+3" in names


# ---- what it costs


def test_the_table_costs_the_same_for_one_and_for_145(cast: Cast) -> None:
    Enrolment.objects.filter(municipality=cast.novi_pazar).delete()
    months.month(factories.channel(cast.cuprija, cast.officer), OCTOBER, 4, 8)
    client, several = sign_in(cast.staff), ("28", "12m")
    one = {days: queries_of(client, days) for days in several}
    for number in range(144):
        place = another(cast, number, population=5000 + number * 1000)
        months.month(factories.channel(place, cast.officer), OCTOBER, 4, 8)
    for days in several:
        assert queries_of(client, days) == one[days] <= 12
        assert queries_of(client, days, group="district") <= 12


def queries_of(client: Client, days: str, **query: str) -> int:
    look(client, days=days, **query)
    with CaptureQueriesContext(
        connection,
    ) as counted:
        assert look(client, days=days, **query).status_code == 200
    return len(counted)
