"""The pages of one municipality's numbers: every figure from a small set that can be reckoned by hand."""

from __future__ import annotations

import csv
import re
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from analytics.enums import FetchOutcome
from common.dates import short_date
from links.models import ClickCount, Link
from municipalities.models import Cohort, Enrolment, Municipality
from municipalities.queries import today
from municipalities.tenancy import everywhere, scope
from posts.models import Publication, Version
from tests.analytics.numbers import Numbers, at
from tests.people import Cast, sign_in

pytestmark = pytest.mark.usefixtures("db")

PAGES = ("analytics", "analytics_works", "analytics_posts", "analytics_time", "analytics_links")


@pytest.fixture
def numbers(cast: Cast) -> Numbers:
    return Numbers(cast.cuprija, cast.officer)


@pytest.fixture
def client(cast: Cast) -> Client:
    return sign_in(cast.officer)


def ago(days: int) -> date:
    return today() - timedelta(days=days)


def page(client: Client, name: str = "analytics", **query: Any) -> Any:
    return client.get(reverse(name, args=["cuprija"]), query)


OF_DAYS, OF_POSTS = "Interactions that happened in these days", "Interactions with the posts of these days"


def told(answer: Any) -> dict[str, Any]:
    return {str(tile["label"]): tile for tile in answer.context["tiles"]}


def changes(tile: dict[str, Any]) -> list[tuple[str, str]]:
    return [(change.text, change.tone) for change in tile["changes"]]


def two_periods(numbers: Numbers) -> Any:
    """Two posts now (12 and 4 interactions), one in the days before (10), which like another (2) is also in the four
    weeks before the training of thirty days ago."""
    channel = numbers.channel()
    numbers.post(channel, at(ago(5)), likes=10, replies=2)
    numbers.post(channel, at(ago(6)), likes=4)
    numbers.post(channel, at(ago(40)), likes=10)
    numbers.post(channel, at(ago(57)), likes=2)
    numbers.facts()
    return channel


# ---- the overview ----


def test_tiles_compare_with_the_days_before_and_with_the_time_before_the_training(
    numbers: Numbers, client: Client
) -> None:
    two_periods(numbers)
    tiles = told(page(client, basis="publication"))
    assert {name: tile["value"] for name, tile in tiles.items()} == {
        "Posts": 2,
        OF_POSTS: 16,
        "Interactions per post": 8.0,
        "Followers": None,
    }
    # so few are told as numbers, and are neither good nor bad
    assert changes(tiles["Posts"]) == [("1 in 28 days", ""), ("2 in 28 days", "")]
    assert changes(tiles[OF_POSTS]) == [("10 in 28 days", ""), ("12 in 28 days", "")]
    assert changes(tiles["Interactions per post"]) == [("10 before", ""), ("6 before", "")]
    assert [change.against for change in tiles["Posts"]["changes"]] == [
        "against the days before",
        "against before the training",
    ]


def test_enough_is_told_in_per_cent(numbers: Numbers, client: Client) -> None:
    channel = numbers.channel()
    for day, likes in ((5, 12), (4, 4), (31, 10)):
        numbers.post(channel, at(ago(day)), likes=likes * 10)
    numbers.facts()
    tiles = told(page(client, basis="publication"))
    assert changes(tiles[OF_POSTS])[0] == ("60 % more", "up")
    assert changes(tiles["Interactions per post"])[0] == ("20 % less", "down")


def test_periods_of_different_length_are_compared_by_the_day(numbers: Numbers, client: Client) -> None:
    """One post in seven days is as many as four in four weeks."""
    channel = numbers.channel()
    numbers.post(channel, at(ago(3)), likes=8)
    for day in (32, 39, 46, 53):
        numbers.post(channel, at(ago(day)), likes=8)
    numbers.facts()
    tiles = told(page(client, days="7", basis="publication"))
    assert changes(tiles["Posts"]) == [("4 in 28 days", "")]
    assert [change.direction for change in tiles["Posts"]["changes"]] == [""]
    assert changes(tiles[OF_POSTS]) == [("No change", "")]


def test_both_bases_are_told_by_name_and_corrections_downwards_are_kept(numbers: Numbers, client: Client) -> None:
    channel = two_periods(numbers)
    numbers.happened(channel, ago(3), likes=7)
    numbers.happened(channel, ago(2), likes=-2)
    numbers.happened(channel, ago(45), likes=10)
    answer = page(client)
    tile = told(answer)[OF_DAYS]
    assert (tile["value"], changes(tile)) == (5, [("10 in 28 days", ""), ("10 in 28 days", "")])
    assert tile["formula"].startswith("By activity day: ")
    rows = dict(answer.context["activity"].rows)
    assert (rows[label(ago(3))], rows[label(ago(2))]) == ("7", "-2")
    by_publication = page(client, basis="publication")
    assert told(by_publication)[OF_POSTS]["formula"].startswith("By publication day: ")
    assert dict(by_publication.context["activity"].rows)[label(ago(5))] == "12"


def label(day: date) -> str:
    return f"{day.day} {day:%b}"


def test_what_was_not_read_is_a_gap_with_its_reason_and_never_a_zero(numbers: Numbers, client: Client) -> None:
    channel = numbers.channel()
    numbers.follow(channel, ago(3), 100)
    numbers.follow(channel, ago(2), None, gap=FetchOutcome.NEEDS_CONSENT)
    answer = page(client, days="7")
    rows = dict(answer.context["activity"].rows)
    assert rows[label(ago(2))] == "The channel must be reconnected"
    assert rows[label(ago(4))] == "not read"
    assert rows[label(ago(3))] == "0"  # looked at, and nothing happened
    assert dict(answer.context["followers"].rows)[label(ago(2))] == "The channel must be reconnected"
    by_publication = page(client, days="7", basis="publication")
    assert dict(by_publication.context["activity"].rows)[label(ago(3))] == "nothing was published"


def test_followers_grow_by_the_channels_that_were_read_at_both_ends(numbers: Numbers, client: Client) -> None:
    old, new = numbers.channel(), numbers.channel()
    for day, count in ((1, 110), (29, 100), (31, 90)):
        numbers.follow(old, ago(day), count)
    numbers.follow(new, ago(1), 1000)
    tile = told(page(client))["Followers"]
    assert (tile["value"], changes(tile)) == (1110, [("10 more", "up"), ("20 more", "up")])
    rows = page(client, "analytics_links").context["rows"]
    assert [(row["now"], row["grown"]) for row in rows] == [(110, [10, 20]), (1000, [None, None])]


def test_the_page_says_in_sentences_how_it_went(numbers: Numbers, client: Client) -> None:
    two_periods(numbers)
    few = (
        "A post got 8 interactions on average, against 10 in the days before: of fewer than 5 posts nothing can be "
        "concluded."
    )
    assert [(sentence.text, sentence.tone) for sentence in page(client).context["sentences"]] == [
        ("You published 2 posts, 1 more than in the days before.", ""),
        (few, ""),
        ("Service information and eServices were 100 % of the posts, ceremony and visits 0 %.", ""),
    ]


def test_a_post_on_two_channels_is_said_to_count_twice(numbers: Numbers, client: Client) -> None:
    """“You published 35 posts” was the sum over two channels; in the list of posts there were 24."""
    first = numbers.post(numbers.channel(), at(ago(5)), likes=10)
    second = numbers.post(numbers.channel(), at(ago(5)), likes=4)
    numbers.post(numbers.channel(), at(ago(6)), likes=6)
    with everywhere("the second channel of the same post"):
        one = Publication.objects.get(pk=first.publication_id)
        Publication.objects.filter(pk=second.publication_id).update(post=one.post_id)
    numbers.facts()
    answer = page(client)
    assert answer.context["sentences"][0].text.endswith(
        "A post on two channels counts twice: there were 2 different posts."
    )
    assert "20 interactions with the posts of these days ÷ 3" in told(answer)["Interactions per post"]["formula"]
    home = client.get("/m/cuprija/").content.decode()
    assert "You published 3 posts. A post on two channels counts twice: there were 2 different posts." in home


def test_without_a_training_the_baseline_is_the_time_before_joining(
    cast: Cast, numbers: Numbers, client: Client
) -> None:
    Enrolment.objects.all().delete()
    base = page(client).context["base"]
    assert (base.joined, base.period.last, base.period.days) == (True, ago(101), 28)
    Enrolment.objects.create(
        cohort=Cohort.objects.create(programme=cast.programme, name="Next", training_on=ago(-9)),
        municipality=cast.cuprija,
        starts_on=ago(1),
    )
    assert page(client).context["base"].joined  # a training to come changes nothing yet


def test_the_mix_sets_service_information_against_ceremony_by_week(numbers: Numbers, client: Client) -> None:
    channel = numbers.channel()
    for day, category in ((2, "service"), (3, "eservice"), (4, "ceremony"), (5, "culture"), (20, "ceremony")):
        numbers.post(channel, at(ago(day)), category=category, likes=1)
    numbers.facts()
    rows = {row[0]: row[1:] for row in page(client).context["mix"].rows}
    assert [cell.split()[0] for cell in rows[label(ago(7))]] == ["2", "1", "1"]
    assert set(rows[label(ago(14))]) == {"nothing was published"}


# ---- what works, and the posts behind every number ----


def various(numbers: Numbers) -> None:
    """Posts of every kind on two channels, one from before the portal, one boosted."""
    first, second = numbers.channel(), numbers.channel()
    numbers.post(first, at(ago(4)), likes=10, category="eservice", call_kind="apply", service="evrtic")
    numbers.post(first, at(ago(5)), likes=20, category="eservice", call_kind="apply", material="picture")
    numbers.post(second, at(ago(5)), likes=3, category="ceremony", languages="sr-Latn")
    numbers.post(second, at(ago(6)), likes=6, interactive="poll", call_kind="vote", languages="sr-Cyrl+sr-Latn")
    numbers.post(second, at(ago(7)), likes=50, boosted=True)
    numbers.post(second, at(ago(8)), imported=True, title="Стари водовод", category="other")
    numbers.facts()


def test_breakdowns_say_posts_interactions_and_what_a_post_got(numbers: Numbers, client: Client) -> None:
    various(numbers)
    answer = page(client, "analytics_works")
    by_table = {
        table.key: {row.label: (row.totals.posts, row.totals.interactions, row.totals.per_post) for row in table.rows}
        for table in answer.context["tables"]
    }
    assert answer.context["all"].posts == 6
    assert by_table["category"] == {
        "eService": (2, 30, 15.0),
        "Service information": (2, 56, 28.0),
        "Ceremony and visits": (1, 3, 3.0),
        "Other": (1, None, None),  # nothing was told: no zero
    }
    assert by_table["call"]["Apply"] == (2, 30, 15.0)
    assert by_table["call"]["Nothing: it only informs"] == (3, 53, 53 / 3)
    assert by_table["material"]["Picture"] == (1, 20, 20.0)
    assert by_table["boosted"] == {"Organic": (5, 39, 7.8), "Boosted (paid for)": (1, 50, 50.0)}
    assert by_table["languages"]["Serbian, Cyrillic + Serbian, Latin"] == (1, 6, 6.0)
    assert by_table["interactive"]["Poll"] == (1, 6, 6.0)
    assert [row[:2] for row in by_table["channel"].values()] == [(4, 59), (2, 30)]


def test_a_kind_says_why_from_how_many_posts_and_against_what(numbers: Numbers, client: Client) -> None:
    channel = numbers.channel()
    for day in range(4, 16):
        numbers.post(channel, at(ago(day)), likes=10 * (1 + day % 2), category="culture" if day % 2 else "service")
    for day in (16, 17):
        numbers.post(channel, at(ago(day)), likes=10, category="ceremony")
    numbers.post(numbers.channel(), at(ago(5)), likes=10, category="culture")
    numbers.facts()
    answer = page(client, "analytics_works")
    text = " ".join(answer.text.split())
    by_key = {table.key: table for table in answer.context["tables"]}
    assert "verdict-why" in by_key["category"].body
    assert "verdict-why" not in by_key["channel"].body  # a channel is what its posts are measured against
    assert "It is the middle of these posts (6 of them can be judged): half did better, half worse." in text
    assert "measured against the usual number of its own channel in the period" in text
    assert "Fewer than 5 posts of this kind can be judged, so nothing is concluded." in text


def test_as_many_posts_stand_behind_a_number_as_it_says(numbers: Numbers, client: Client) -> None:
    various(numbers)
    seen = 0
    answer = page(client, "analytics_works")
    for table in [*answer.context["tables"], *answer.context["alike"]]:
        for row in table.rows:
            behind = client.get(row.url)
            assert behind.context["page"].paginator.count == row.totals.posts, (table.key, row.label)
            seen += row.totals.posts
    assert seen == 6 * 8  # every post once in every breakdown
    tile = told(page(client))["Posts"]
    assert client.get(tile["url"]).context["page"].paginator.count == tile["value"] == 6


def test_the_same_holds_for_what_was_really_published_and_read(cast: Cast, client: Client) -> None:
    from tests.analytics.test_pages import fill

    fill(cast.cuprija, cast.officer, posts=7, channels=2)
    (table,) = [t for t in page(client, "analytics_works", days="7").context["tables"] if t.key == "channel"]
    assert [row.totals.posts for row in table.rows] == [7, 7]
    for row in table.rows:
        assert client.get(row.url).context["page"].paginator.count == 7


def test_the_list_is_sorted_searched_and_narrowed(numbers: Numbers, client: Client) -> None:
    channel = numbers.channel()
    numbers.post(channel, at(ago(3)), title="Упис у вртић", likes=2)
    numbers.post(channel, at(ago(4)), title="Радови", likes=9)
    numbers.post(channel, at(ago(5)), title="Стари вртић", imported=True, likes=4)
    numbers.post(channel, at(ago(6)), title="Без броја")

    def titles(**query: str) -> list[str]:
        lines = page(client, "analytics_posts", **query).context["lines"]
        return [line.subject.title or str(line.subject.publication.post) for line in lines]

    assert titles() == ["Упис у вртић", "Радови", "Стари вртић", "Без броја"]
    assert titles(sort="oldest") == ["Без броја", "Стари вртић", "Радови", "Упис у вртић"]
    assert titles(sort="most") == ["Радови", "Стари вртић", "Упис у вртић", "Без броја"]
    assert titles(sort="least") == ["Упис у вртић", "Стари вртић", "Радови", "Без броја"]
    assert titles(q="vrtic") == ["Упис у вртић", "Стари вртић"]
    assert titles(q="VRTIĆ stari") == ["Стари вртић"]
    text = page(client, "analytics_posts", q="vrtic").content.decode()
    assert "from before the portal" in text
    assert "https://social.example/old" in text


def test_a_post_of_the_list_has_the_picture_that_went_out(numbers: Numbers, client: Client) -> None:
    subject = numbers.post(numbers.channel(), at(ago(5)), likes=10)
    numbers.post(numbers.channel(), at(ago(6)), likes=4)
    with scope(numbers.municipality):
        Version.objects.filter(post=subject.publication.post).update(media=[{"id": 4711}])
    text = page(client, "analytics_posts").content.decode()
    assert reverse("media_thumbnail", args=["cuprija", 4711]) in text
    assert text.count("post-thumb-empty") == 1


def test_pages_of_the_list_keep_the_filters(numbers: Numbers, client: Client) -> None:
    channel = numbers.channel()
    for _ in range(26):
        numbers.post(channel, at(ago(3)), likes=1, category="culture")
    numbers.post(channel, at(ago(3)), likes=1)
    answer = page(client, "analytics_posts", category="culture", sort="most")
    assert (len(answer.context["lines"]), answer.context["page"].paginator.count) == (25, 26)
    second = page(client, "analytics_posts", category="culture", sort="most", page="2")
    assert len(second.context["lines"]) == 1
    assert "category=culture" in second.content.decode()


def test_hostile_addresses_are_read_as_if_nothing_was_asked(numbers: Numbers, client: Client) -> None:
    two_periods(numbers)
    several = {
        "channel": "x'", "category": "\x00", "service": "'; --", "sort": "password", "boosted": "maybe", "days": "-1",
        "page": "abc", "basis": "reach", "q": "%_\\",
    }  # fmt: skip
    for name in PAGES:
        assert page(client, name, **several).status_code == 200, name
        assert page(client, name, channel="9" * 40).status_code == 200, name
    for key, value in several.items():
        assert page(client, "analytics_posts", **{key: value}).status_code == 200, key
    for key in ("days", "basis"):
        assert page(client, **{key: several[key]}).status_code == 200, key


# ---- best and weakest, with the reason ----


def twelve(numbers: Numbers) -> None:
    """Median 10: five below, five at it, two far above; those who were asked to apply did best."""
    channel = numbers.channel()
    for index, likes in enumerate((2, 8, 8, 9, 9, 10, 10, 10, 10, 10)):
        numbers.post(channel, at(ago(10 + index)), likes=likes)
    for index, likes in enumerate((42, 30, 30, 30, 30)):
        numbers.post(channel, at(ago(30 + index), "17:30"), likes=likes, call_kind="apply", material="picture")
    numbers.facts()


def test_the_best_and_the_weakest_post_come_with_a_reason_that_can_be_checked(numbers: Numbers, client: Client) -> None:
    twelve(numbers)
    context = page(client, "analytics_works", days="90").context
    best, weakest = context["best"][0], context["weakest"][0]
    assert best.against == "42 interactions: 4.2 × the usual 10 of this channel (median of 15 posts)."
    assert best.reason == "A reason: posts with “Apply” typically get 3.0 × the usual (n = 5)."
    assert "call to action: Apply" in best.facts
    assert any(fact.endswith(", 17:30") for fact in best.facts)
    assert weakest.against == "2 interactions: 0.2 × the usual 10 of this channel (median of 15 posts)."
    assert weakest.reason == ""  # posts of its kind do as usual
    assert not {explained.subject.pk for explained in context["best"]} & {
        explained.subject.pk for explained in context["weakest"]
    }


def test_with_too_few_posts_none_is_called_good_or_weak(numbers: Numbers, client: Client) -> None:
    channel = numbers.channel()
    for index in range(9):
        numbers.post(channel, at(ago(5 + index)), likes=index)
    numbers.facts()
    answer = page(client, "analytics_works")
    assert (answer.context["best"], answer.context["weakest"]) == ([], [])
    assert "Too few posts to call one of them good or weak." in answer.content.decode()
    assert all(line.times == "" for line in page(client, "analytics_posts").context["lines"])


def test_one_post_with_a_million_reactions_does_not_move_what_is_usual(numbers: Numbers, client: Client) -> None:
    twelve(numbers)
    numbers.post(numbers.subjects[0].channel, at(ago(8)), likes=1_000_000)
    numbers.facts()
    context = page(client, "analytics_works", days="90").context
    assert context["best"][0].against.startswith("1,000,000 interactions: 100,000.0 × the usual 10 ")
    (table,) = [table for table in context["tables"] if table.key == "call"]
    informs = next(row for row in table.rows if row.label == "Nothing: it only informs")
    assert (informs.totals.posts, informs.times) == (11, "1.0 ×")


def test_boosted_and_very_young_posts_are_not_judged(numbers: Numbers, client: Client) -> None:
    twelve(numbers)
    channel = numbers.subjects[0].channel
    numbers.post(channel, at(ago(6)), likes=9000, boosted=True)
    numbers.post(channel, at(ago(1)), likes=0)
    numbers.facts()
    context = page(client, "analytics_works", days="90").context
    shown = [explained.subject.interactions for explained in (*context["best"], *context["weakest"])]
    assert 9000 not in shown
    assert 0 not in shown


# ---- the best time ----


def test_below_twenty_posts_there_is_no_best_time(numbers: Numbers, client: Client) -> None:
    channel = numbers.channel()
    for index in range(19):
        numbers.post(channel, at(ago(7 + index)), likes=5)
    answer = page(client, "analytics_time")
    assert answer.context["drawn"] == {}
    assert "needs at least 20 posts that can be judged, and in this period there are 19" in answer.content.decode()


def test_twenty_posts_at_one_time_are_no_best_time_either(numbers: Numbers, client: Client) -> None:
    """There is nothing to compare with, so the page shows when was published."""
    channel = numbers.channel()
    for index in range(24):
        numbers.post(channel, at(ago(7 + index), "09:30"), likes=5)
    answer = page(client, "analytics_time")
    assert list(answer.context["drawn"]) == ["published"]
    assert "no two days or hours to compare that have 5 of them each" in answer.content.decode()
    assert sum(int(cell) for row in answer.context["drawn"]["published"].rows for cell in row[1:]) == 24


def test_the_best_time_is_told_in_words_with_its_n_and_the_rest_says_not_enough_data(
    numbers: Numbers, client: Client
) -> None:
    """Tuesdays at 9 twice the usual of Thursdays at 16, on two channels of very different size."""
    small, large = numbers.channel(), numbers.channel()
    tuesday = ago(7) - timedelta(days=(ago(7).weekday() - 1) % 7)
    thursday = tuesday - timedelta(days=5)
    for week in range(12):
        for channel, usual in ((small, 4), (large, 400)):
            numbers.post(channel, at(tuesday - timedelta(weeks=week), "09:30"), likes=usual * 2)
            numbers.post(channel, at(thursday - timedelta(weeks=week), "16:30"), likes=usual)
    answer = page(client, "analytics_time")
    # the median of each channel lies in the middle: 1.5 times the lower, so 2 is 1.33 and 1 is 0.67 of it
    assert [(sentence.text, sentence.tone) for sentence in answer.context["sentences"]] == [
        ("Tuesday, 09–12: a post typically gets 1.3 × the usual (n = 24).", "up"),
        ("Thursday, 15–18: a post typically gets 0.7 × the usual (n = 24).", "down"),
    ]
    # A grid of these two times would be 47 gaps.
    drawn = answer.context["drawn"]
    assert list(drawn) == ["weekdays", "hours"]
    assert dict(drawn["weekdays"].rows)["Tuesday"] == "1.3 ×"
    assert dict(drawn["weekdays"].rows)["Friday"] == "not enough data (n = 0)"
    assert dict(drawn["hours"].rows)["15–18"] == "0.7 ×"


def test_no_advice_is_drawn_from_emergencies(numbers: Numbers, client: Client) -> None:
    """Emergencies get ten times the usual, always on a Sunday; culture and service are alike."""
    channel = numbers.channel()
    sunday = ago(7) - timedelta(days=(ago(7).weekday() + 1) % 7)
    for week in range(12):
        day = sunday - timedelta(weeks=week)
        numbers.post(channel, at(day, "03:30"), likes=40, category="emergency")
        for on, category in ((2, "culture"), (4, "service")):
            numbers.post(channel, at(day - timedelta(days=on), "09:30"), likes=4, category=category)
    assert page(client).context["next_steps"] == []
    words = [sentence.text for sentence in page(client, "analytics_time").context["sentences"]]
    assert words == ["The time makes little difference: no time with enough posts stands out."]


def test_enough_times_stand_in_a_grid_with_their_numbers_and_the_rest_says_not_enough_data(
    numbers: Numbers, client: Client
) -> None:
    """Four days, twice on each: at 9 twice the usual of 16 o'clock."""
    channel = numbers.channel()
    monday = ago(7) - timedelta(days=ago(7).weekday())
    for week in range(12):
        for day in range(4):
            on = monday - timedelta(weeks=week) + timedelta(days=day - 7)
            numbers.post(channel, at(on, "09:30"), likes=8)
            numbers.post(channel, at(on, "16:30"), likes=4)
    heat = page(client, "analytics_time").context["drawn"]["heat"]
    rows = {row[0]: row[1:] for row in heat.rows}
    assert rows["Tuesday"][2] == "1.3 ×"
    assert rows["Tuesday"][4] == "0.7 ×"
    assert rows["Friday"][2] == "not enough data (n = 0)"
    assert rows["All days"][4] == "0.7 ×"
    assert ">1.3 ×</text>" in heat.svg
    assert ">1.3 ×</text>" not in heat.narrow, "there is no room for numbers"


def test_where_no_hours_of_a_day_have_enough_posts_days_and_hours_are_told_by_themselves(
    numbers: Numbers, client: Client
) -> None:
    channel = numbers.channel()
    for index in range(24):
        numbers.post(channel, at(ago(7 + index), "09:30"), likes=2)
        numbers.post(channel, at(ago(7 + index), "17:30"), likes=6)
    context = page(client, "analytics_time").context
    assert list(context["drawn"]) == ["weekdays", "hours"]
    assert dict(context["drawn"]["hours"].rows)["15–18"] == "1.5 ×"  # the median of the channel is 4
    assert dict(context["drawn"]["hours"].rows)["18–21"] == "not enough data (n = 0)"
    assert context["sentences"][0].text == "Between 15–18 o'clock: a post typically gets 1.5 × the usual (n = 24)."


# ---- links ----


def clicked(numbers: Numbers, subject: Any, day: date, people: int, machines: int = 0) -> None:
    with scope(numbers.municipality):
        link, _made = Link.objects.get_or_create(
            municipality=numbers.municipality,
            subject=subject.publication.post.key,
            place=subject.channel_id,
            defaults={"code": f"c{subject.pk}", "target": "https://euprava.gov.rs/", "network": "mastodon"},
        )
        ClickCount.objects.create(
            municipality=numbers.municipality, link=link, counted_on=day, hour=9, people=people, machines=machines
        )


def test_clicks_are_told_per_post_per_service_over_time_and_per_thousand_inhabitants(
    numbers: Numbers, client: Client
) -> None:
    Municipality.objects.filter(slug="cuprija").update(
        population=20000, population_year=2022, population_source="census"
    )
    channel = numbers.channel()
    nursery = numbers.post(channel, at(ago(20)), title="Упис", likes=1)
    other = numbers.post(channel, at(ago(40)), title="Вода", likes=1)
    with scope(numbers.municipality):
        nursery.publication.post.service = "evrtic"
        nursery.publication.post.save()
    clicked(numbers, nursery, ago(3), 30, machines=500)
    clicked(numbers, nursery, ago(2), 10)
    clicked(numbers, other, ago(2), 4)
    clicked(numbers, other, ago(35), 7)
    context = page(client, "analytics_links").context
    assert (context["total"], context["before"], context["at_baseline"]) == (44, 7, 7)
    assert context["per_inhabitants"] == pytest.approx(2.2)
    rows = dict(context["clicks"].rows)
    assert (rows[label(ago(3))], rows[label(ago(2))], rows[label(ago(1))]) == ("30", "14", "0")
    assert [(row["label"], row["clicks"], row["posts"]) for row in context["by_service"]] == [
        ("evrtic", 40, 1),
        ("Posts without an eService", 4, 1),
    ]
    assert [(clicked_post.title, clicked_post.clicks) for clicked_post in context["clicked"].posts] == [
        ("Упис", 40),
        ("Вода", 4),
    ]
    (line,) = page(client, "analytics_posts").context["lines"]
    assert line.clicks == 40


# ---- periods and addresses ----


def test_what_people_type_wrong_is_said_and_kept(numbers: Numbers, client: Client) -> None:
    two_periods(numbers)
    answer = page(client, days="own", **{"from": "31.13.2026", "to": "24. 11."})
    text = answer.content.decode()
    assert "“31.13.2026” is not a day." in text
    assert 'value="31.13.2026"' in text
    assert 'value="24. 11."' in text
    assert told(answer)["Posts"]["value"] == 2  # the last 28 days meanwhile


def test_the_link_to_copy_shows_the_same_numbers_with_fixed_dates(numbers: Numbers, client: Client) -> None:
    channel = two_periods(numbers)
    first = page(client, "analytics_posts", channel=channel.pk, category="service", sort="most", q="post")
    address = urlsplit(first.context["fixed"])
    asked = {key: values[0] for key, values in parse_qs(address.query).items()}
    assert asked == {
        "days": "own", "from": f"{ago(28):%Y-%m-%d}", "to": f"{ago(1):%Y-%m-%d}", "channel": str(channel.pk),
        "category": "service", "sort": "most", "q": "post",
    }  # fmt: skip
    again = client.get(f"{address.path}?{address.query}")
    assert again.context["period"].dates == first.context["period"].dates
    assert [line.subject.pk for line in again.context["lines"]] == [line.subject.pk for line in first.context["lines"]]


def test_a_channel_can_be_looked_at_by_itself_on_every_page(numbers: Numbers, client: Client) -> None:
    various(numbers)
    channel = numbers.subjects[0].channel
    assert told(page(client, channel=channel.pk))["Posts"]["value"] == 2
    assert page(client, "analytics_works", channel=channel.pk).context["all"].posts == 2
    assert page(client, "analytics_posts", channel=channel.pk).context["page"].paginator.count == 2
    for name in PAGES:
        assert page(client, name, channel=channel.pk).context["frame"].channel == channel


def test_pictures_of_the_charts_can_be_taken_along(numbers: Numbers, client: Client) -> None:
    various(numbers)
    svg = page(client, picture="activity.svg")
    assert svg.headers["Content-Type"].startswith("image/svg+xml")
    assert page(client, "analytics_works", picture="category.svg").content.count(b"Ceremony and visits") >= 1
    assert page(client, picture="nothing.svg").status_code == 404


def test_the_figures_of_each_chart_can_be_taken_along(numbers: Numbers, client: Client) -> None:
    various(numbers)
    twelve(numbers)
    saved = set()
    for name in PAGES:
        shown = page(client, name, days="90")
        for key in re.findall(r'href="\?days=90&amp;picture=([\w-]+)\.csv"', shown.content.decode()):
            chart = shown.context.get(key)
            answer = page(client, name, days="90", picture=f"{key}.csv")
            assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
            rows = list(csv.reader(answer.content.decode("utf-8-sig").splitlines()))
            assert len(rows) > 1
            assert chart is None or len(rows) == len(chart.rows) + 1
            assert page(client, name, days="90", picture=f"{key}.png").content.startswith(b"\x89PNG")
            saved.add((name, key))
    assert {("analytics", "activity"), ("analytics", "followers"), ("analytics_works", "category")} <= saved


def test_a_picture_names_the_municipality_the_channel_and_the_days(numbers: Numbers, client: Client) -> None:
    various(numbers)
    channel = numbers.subjects[0].channel
    svg = page(client, picture="activity.svg", channel=channel.pk).content.decode()
    period = page(client).context["period"]
    with translation.override("en"):
        days = f"{short_date(period.first)} – {short_date(period.last)}"
    assert f"Ćuprija · {channel.name} · {days} · " in svg


# ---- whose numbers ----


def test_nobody_elses_numbers_are_counted(cast: Cast, numbers: Numbers, client: Client) -> None:
    """The sums are made by queries of our own, past the wall that the models have."""
    various(numbers)
    twelve(numbers)
    before = [str(page(client, name, days="90").context.get("frame").edges.earliest) for name in PAGES]
    seen = _figures(client)
    foreign = Numbers(cast.novi_pazar, cast.stranger)
    various(foreign)
    twelve(foreign)
    with scope(cast.novi_pazar):
        channel = foreign.subjects[0].channel
    foreign.follow(channel, ago(400), 5)
    foreign.happened(channel, ago(2), likes=500)
    clicked(foreign, foreign.subjects[0], ago(2), 99)
    assert _figures(client) == seen
    assert [str(page(client, name, days="90").context.get("frame").edges.earliest) for name in PAGES] == before


def _figures(client: Client) -> list[Any]:
    overview, works, posts, time, links = (page(client, name, days="90").context for name in PAGES)
    return [
        {name: tile["value"] for name, tile in ((str(t["label"]), t) for t in overview["tiles"])},
        overview["activity"].rows,
        [[(row.label, row.totals, row.typical) for row in table.rows] for table in works["tables"]],
        [explained.against for explained in (*works["best"], *works["weakest"])],
        posts["page"].paginator.count,
        time["judged"],
        links["clicked"],
    ]


def test_practice_is_never_counted_outside_the_demo(numbers: Numbers, client: Client, settings: Any) -> None:
    settings.DEMO = False
    practice = numbers.channel(is_practice=True)
    for index in range(25):
        subject = numbers.post(practice, at(ago(4 + index)), likes=3)
    numbers.facts()
    numbers.happened(practice, ago(2), likes=5)
    numbers.follow(practice, ago(1), 50)
    clicked(numbers, subject, ago(2), 9)
    tiles = told_or_none(page(client))
    assert tiles == {"Posts": 0, OF_DAYS: None, "Interactions per post": None, "Followers": None}
    real = numbers.channel()
    numbers.post(real, at(ago(5)), likes=1)
    numbers.facts()
    assert told_or_none(page(client, basis="publication"))[OF_POSTS] == 1
    assert page(client, "analytics_works").context["all"].posts == 1
    assert page(client, "analytics_posts").context["page"].paginator.count == 1
    assert page(client, "analytics_time").context["judged"].posts == 0
    assert page(client, "analytics_links").context["total"] == 0


def told_or_none(answer: Any) -> dict[str, Any]:
    return {name: tile["value"] for name, tile in told(answer).items()}


@pytest.mark.parametrize("name", PAGES)
def test_a_municipality_without_a_channel_and_one_without_a_post_are_told_what_comes(
    numbers: Numbers, client: Client, name: str
) -> None:
    assert "No channel yet" in page(client, name).content.decode()
    numbers.channel()
    answer = page(client, name, days="all")
    assert answer.status_code == 200
    assert "No channel yet" not in answer.content.decode()


@pytest.mark.parametrize("name", PAGES)
def test_who_may_not_enter_does_not_learn_that_there_is_anything(cast: Cast, name: str) -> None:
    address = reverse(name, args=["cuprija"])
    assert sign_in(cast.stranger).get(address).status_code == 404
    for person in (cast.viewer, cast.approver, cast.mentor, cast.staff):
        assert sign_in(person).get(address).status_code == 200
    assert sign_in(cast.officer).post(address).status_code == 405


# ---- what it costs ----


def test_a_page_takes_the_same_few_queries_at_one_post_and_at_many(numbers: Numbers, client: Client) -> None:
    channel = numbers.channel()
    numbers.post(channel, at(ago(4)), likes=1, service="evrtic")
    numbers.facts()
    clicked(numbers, numbers.subjects[0], ago(2), 1)
    at_one = {name: _queries(client, name) for name in PAGES}
    both = (channel, numbers.channel())
    for index in range(30):
        subject = numbers.post(both[index % 2], at(ago(4 + index)), likes=index, service="evrtic")
        clicked(numbers, subject, ago(2), 1)
    numbers.facts()
    for name in PAGES:
        at_many = _queries(client, name)
        assert at_many <= 12, name
        # best and weakest posts are looked for once there are enough to compare
        assert at_many - at_one[name] in (0, 1), name


def _queries(client: Client, name: str) -> int:
    page(client, name, days="90")
    with CaptureQueriesContext(connection) as queries:
        page(client, name, days="90")
    return len(queries)
