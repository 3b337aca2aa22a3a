"""Every formula of the list against numbers reckoned by hand, and the bad days: gaps, zeros, late comers, New Year."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import date, timedelta

import pytest

from django.utils import timezone

from analytics.indicators.domain.measure import check_new, failed
from analytics.indicators.queries.measurements import measure
from analytics.logframe import HERE, INDICATORS, Measured, provide, withdraw
from channels.models import Channel
from links.domain.make import LinkRequest, create_links
from links.models import ClickCount, Link
from municipalities.models import Municipality
from municipalities.tenancy import everywhere, scope
from posts.enums import Category
from tests.analytics import factories
from tests.analytics.logframe_data import decided, followers, imported, peopled, post, posts
from tests.people import Cast

FIRST, LAST = date(2026, 9, 1), date(2026, 9, 28)
IN = date(2026, 9, 10)


@pytest.fixture
def municipality(cast: Cast) -> Municipality:
    """Ćuprija with 10,000 inhabitants, here since January."""
    Municipality.objects.filter(pk=cast.cuprija.pk).update(joined_on=date(2026, 1, 1))
    cast.cuprija.joined_on = date(2026, 1, 1)
    return peopled(cast.cuprija)


@pytest.fixture
def channel(cast: Cast, municipality: Municipality) -> Channel:
    return factories.channel(municipality, cast.officer)


def value(code: str, municipality: Municipality, first: date = FIRST, last: date = LAST) -> Measured:
    with scope(municipality):
        return measure([municipality], first, last)[code][municipality.pk]


def test_every_code_of_the_list_is_measured_here_or_says_what_it_waits_for() -> None:
    assert {code for code, indicator in INDICATORS.items() if indicator.needs} == {
        "OC3",
        "OC4",
        "OC6",
        "OC7",
        "OC8",
        "OC9",
        "OC10",
        "OC11",
        "GV1",
        "GV3",
        "GV4",
        "ME1",
        "ME2",
        "ME3",
    }
    assert set(HERE) == {"OC1", "OC2", "OC5", "OP1", "OP2", "OP3", "OP4", "OP5", "OP6", "OP7", "GV2"}


def test_oc1_interactions_per_thousand_inhabitants_in_thirty_days(municipality: Municipality, channel: Channel) -> None:
    for offset, likes in enumerate((10, 20, 30, 40, 40)):
        post(channel, IN + timedelta(days=offset), likes, category=Category.CULTURE if offset == 4 else "service")
    measured = value("OC1", municipality)
    # 140 interactions in 28 days, 10,000 inhabitants: 14 a thousand, 15 in thirty days
    assert (measured.value, measured.n) == (pytest.approx(15.0), 5)
    assert measured.parts["category", "culture"] == (pytest.approx(40 / 10 * 30 / 28), 1)
    assert measured.parts["network", "mastodon"] == (pytest.approx(15.0), 5)


def test_oc1_needs_a_population_and_calls_nothing_published_zero(municipality: Municipality, channel: Channel) -> None:
    assert value("OC1", municipality).value == 0
    municipality.population = None
    assert (value("OC1", municipality).value, value("OC1", municipality).why) == (None, "no_population")


def test_oc1_of_numbers_no_network_told_is_no_zero(municipality: Municipality, channel: Channel) -> None:
    post(channel, IN, None)
    measured = value("OC1", municipality)
    assert (measured.value, measured.why, measured.quality["told"]) == (None, "not_told", 0)


def test_oc2_is_the_median_of_posts_for_their_followers(
    cast: Cast, municipality: Municipality, channel: Channel
) -> None:
    large = factories.channel(municipality, cast.officer)
    followers(channel, date(2026, 9, 20), 500)
    followers(channel, date(2026, 9, 27), 1000)  # the latest counts
    followers(large, date(2026, 9, 27), 4000)
    for likes in (10, 20):  # 10 and 20 a thousand
        post(channel, IN, likes)
    post(large, IN, 20)  # 5 a thousand
    measured = value("OC2", municipality)
    assert (measured.value, measured.n) == (10.0, 3)


def test_oc2_knows_no_followers_from_long_ago_and_none_of_zero(municipality: Municipality, channel: Channel) -> None:
    followers(channel, date(2026, 9, 14), 1000)  # fourteen days before the last one: too old
    followers(channel, LAST, 0)
    post(channel, IN, 10)
    measured = value("OC2", municipality)
    assert (measured.value, measured.why) == (None, "no_followers")


def test_oc5_counts_clicks_of_people_on_links_to_eservices(municipality: Municipality, channel: Channel) -> None:
    promoting = post(channel, IN, 1, service="evrtic")
    plain = post(channel, IN, 1)
    with scope(municipality):
        for publication in (promoting, plain):
            create_links(
                municipality.pk, publication.post.key, {channel.pk: LinkRequest("https://euprava.gov.rs/", "mastodon")}
            )
        Link.objects.update(created_at=timezone.now() - timedelta(days=400))
        links = {link.subject: link for link in Link.objects.all()}
        for link, day, people in (
            (links[promoting.post.key], IN, 20), (links[promoting.post.key], LAST, 8),
            (links[promoting.post.key], LAST + timedelta(days=1), 50), (links[plain.post.key], IN, 70),
        ):  # fmt: skip
            ClickCount.objects.create(
                municipality=municipality, link=link, counted_on=day, hour=9, people=people, machines=100
            )
    measured = value("OC5", municipality)
    # 28 clicks, 10,000 inhabitants: 2.8 a thousand in 28 days, 3 in thirty
    assert (measured.value, measured.n) == (pytest.approx(3.0), 1)


def test_oc5_without_a_link_to_an_eservice_has_no_value(municipality: Municipality, channel: Channel) -> None:
    post(channel, IN, 1)
    assert (value("OC5", municipality).value, value("OC5", municipality).why) == (None, "no_links")


def test_op1_to_op4_are_shares_of_what_was_published(municipality: Municipality, channel: Channel) -> None:
    post(channel, IN, call="apply", service="evrtic", category=Category.ESERVICE)
    post(channel, IN, call="vote", interactive="poll", category=Category.CONSULTATION)
    post(channel, IN, category=Category.SERVICE)
    post(channel, IN, category=Category.EMERGENCY)
    post(channel, IN, category=Category.CEREMONY)
    post(channel, LAST + timedelta(days=1), call="apply")  # another day
    assert (value("OP1", municipality).value, value("OP1", municipality).n) == (40.0, 5)
    assert value("OP2", municipality).value == 20.0
    assert value("OP3", municipality).value == 20.0
    measured = value("OP4", municipality)
    assert (measured.value, measured.quality["ceremonies"]) == (60.0, 20.0)
    assert measured.parts["network", "mastodon"] == (60.0, 5)


def test_a_share_of_nothing_is_not_defined(municipality: Municipality, channel: Channel) -> None:
    municipality.official_languages = [{"language": "sr", "script": "Cyrl"}]
    for code in ("OP1", "OP2", "OP3", "OP4", "OP5", "OP6", "GV2"):
        measured = value(code, municipality)
        assert (measured.value, measured.why) == (None, "no_posts"), code


GOOD = {"id": 1, "alt": "Радници постављају нову фонтану на тргу", "mime": "image/jpeg"}


def test_op5_is_the_share_of_posts_with_every_check_passed(municipality: Municipality, channel: Channel) -> None:
    post(channel, IN, media=[GOOD], text="Фонтана ради од суботе.")
    post(channel, IN, media=[GOOD, {**GOOD, "alt": ""}])
    post(channel, IN, media=[{"id": 2, "mime": "video/mp4", "captions": None}])
    post(channel, IN, media=[{"id": 2, "mime": "video/mp4", "captions": {"ref": "x.srt", "tag": "sr-Cyrl"}}])
    assert value("OP5", municipality).why == "unchecked"
    with everywhere("the test"):
        assert check_new() == 4
        assert check_new() == 0
    measured = value("OP5", municipality)
    assert (measured.value, measured.n, measured.quality["unchecked"]) == (50.0, 4, 0)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Фонтана ради од суботе.", []),
        ("𝓕𝓸𝓷𝓽𝓪𝓷𝓪 ради.", ["fancy"]),
        ("ОБАВЕШТЕЊЕ ЗА СВЕ ГРАЂАНЕ НАШЕГ ГРАДА", ["capitals"]),
        ("Пријавите се, кликните овде", ["click_here"]),
    ],
)
def test_a_text_that_a_screen_reader_skips_does_not_pass(
    municipality: Municipality, channel: Channel, text: str, names: list[str]
) -> None:
    publication = post(channel, IN, text=text)
    with scope(municipality):
        assert failed(publication.version) == names


def test_op6_adds_up_what_a_post_showed_on_all_its_channels(
    cast: Cast, municipality: Municipality, channel: Channel
) -> None:
    municipality.official_languages = [{"language": "sr", "script": "Cyrl"}, {"language": "bs", "script": "Latn"}]
    second = factories.channel(municipality, cast.officer)
    both = post(channel, IN, tag="sr-Cyrl")
    post(second, IN, tag="bs-Latn", same_post=both.post)
    post(channel, IN, tag="sr-Cyrl")
    imported(channel, IN, 3)  # of which nobody knows the language
    measured = value("OP6", municipality)
    assert (measured.value, measured.n) == (50.0, 2)
    municipality.official_languages = []
    assert value("OP6", municipality).why == "no_rule"


def test_op7_counts_weeks_back_from_the_last_day_and_tells_the_longest_gap(
    municipality: Municipality, channel: Channel
) -> None:
    imported(channel, FIRST - timedelta(days=100), 1)
    for day in (date(2026, 9, 1), date(2026, 9, 7), date(2026, 9, 28)):
        post(channel, day)
    measured = value("OP7", municipality)
    # 1–7 yes, 8–14 no, 15–21 no, 22–28 yes; 8 to 27 September are twenty days
    assert (measured.value, measured.n, measured.quality["longest_gap"]) == (50.0, 4, 20)
    assert measured.quality["per_week"] == pytest.approx(3 / 4)


def test_op7_over_new_year_and_both_changes_of_the_clock(municipality: Municipality, channel: Channel) -> None:
    for day in (date(2026, 1, 3), date(2026, 3, 29), date(2026, 10, 25)):
        post(channel, day)
    municipality.joined_on = date(2025, 12, 1)
    new_year = value("OP7", municipality, date(2025, 12, 20), date(2026, 1, 9))
    assert (new_year.value, new_year.n) == (pytest.approx(100 / 3), 3)
    for changing in (date(2026, 3, 29), date(2026, 10, 25)):
        assert value("OP7", municipality, changing - timedelta(days=6), changing).value == 100


def test_gv2_counts_posts_that_nobody_but_the_writer_agreed_to(
    cast: Cast, municipality: Municipality, channel: Channel
) -> None:
    decided(post(channel, IN), "approved", cast.approver)
    decided(post(channel, IN), "endorsed", cast.mentor)
    decided(post(channel, IN), "approved", cast.officer)  # the writer's own
    decided(
        post(channel, IN), "emergency", cast.officer, note="Burst pipe", review_due_at=timezone.now(),
        remind_at=timezone.now(),
    )  # fmt: skip
    post(channel, IN)
    measured = value("GV2", municipality)
    assert (measured.value, measured.n, measured.quality["emergencies"]) == (2.0, 5, 1)


def test_days_before_anything_is_known_have_no_value(municipality: Municipality, channel: Channel) -> None:
    for code in HERE:
        assert value(code, municipality, date(2025, 6, 1), date(2025, 6, 28)).why == "before", code


def test_who_came_late_is_measured_from_the_day_on_which_it_came(municipality: Municipality, channel: Channel) -> None:
    municipality.joined_on = date(2026, 9, 15)
    post(channel, date(2026, 9, 16), 70)
    measured = value("OC1", municipality)
    # fourteen of the 28 days: 7 a thousand, 15 in thirty days
    assert measured.value == pytest.approx(15.0)
    assert (measured.quality["known"], measured.quality["days"]) == (14, 28)
    assert (value("OP7", municipality).value, value("OP7", municipality).n) == (50.0, 2)


def test_imported_history_counts_and_is_told(municipality: Municipality, channel: Channel) -> None:
    municipality.joined_on = date(2026, 10, 1)
    imported(channel, FIRST, 28)
    measured = value("OC1", municipality)
    assert measured.value == pytest.approx(3.0)
    assert (measured.quality["imported"], measured.quality["posts"]) == (1, 1)
    assert value("GV2", municipality).why == "not_ours"


def test_practice_stays_out_of_a_real_installation(cast: Cast, municipality: Municipality, settings) -> None:
    settings.DEMO = False
    practice = factories.channel(municipality, cast.officer, is_practice=True)
    followers(practice, LAST, 100)
    post(practice, IN, 28, call="apply")
    assert value("OC1", municipality).value == 0
    assert {value(code, municipality).value for code in ("OC2", "OP1", "OP5", "OP6", "GV2")} == {None}


def test_one_municipality_does_not_enter_the_value_of_another(
    cast: Cast, municipality: Municipality, channel: Channel
) -> None:
    peopled(cast.novi_pazar, 1000)
    Municipality.objects.filter(pk=cast.novi_pazar.pk).update(joined_on=date(2026, 1, 1))
    other = Municipality.objects.get(pk=cast.novi_pazar.pk)
    post(factories.channel(other, cast.stranger), IN, 28)
    with scope(municipality, other):
        values = measure([municipality, other], FIRST, LAST)["OC1"]
    assert (values[municipality.pk].value, values[other.pk].value) == (0, pytest.approx(30.0))


@pytest.mark.parametrize("count", [1, 5])
def test_it_asks_the_same_number_of_questions_at_any_size(
    municipality: Municipality, channel: Channel, count: int, django_assert_num_queries
) -> None:
    posts(channel, {IN + timedelta(days=offset): 3 for offset in range(count)})
    unmeasured = factories.unmeasured  # layers above count their own
    with ExitStack() as without:
        for code in (code for code, indicator in INDICATORS.items() if indicator.needs):
            without.enter_context(unmeasured(code))
        without.enter_context(scope(municipality))
        without.enter_context(django_assert_num_queries(7))
        measure([municipality], FIRST, LAST)


def test_a_floor_above_measures_what_is_not_measured_here(municipality: Municipality) -> None:
    with factories.unmeasured("ME1"):
        provide("ME1", lambda places, first, last: {municipality.pk: Measured(80.0, 10)}, since=date(2026, 9, 1))
        assert value("ME1", municipality).value == 80.0
        withdraw("ME1")
        with scope(municipality):
            assert "ME1" not in measure([municipality], FIRST, LAST)
    for code in ("OP1", "XX9"):
        with pytest.raises(ValueError, match=code):
            provide(code, lambda places, first, last: {}, since=FIRST)
