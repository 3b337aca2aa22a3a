"""Metrics from before the portal: understood as people write them, brought once, marked, and taken back whole."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from openpyxl import Workbook

from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone, translation

from analytics.enums import FetchOutcome, ImportState
from analytics.history.domain import fetch, imports
from analytics.history.number_parsing import BadFigure, count
from analytics.ingestion.domain import collect
from analytics.models import ChannelDay, DailyFact, HistoryImport, MetricSnapshot, Subject
from analytics.rollups.domain import rollup
from channels import rate_limits
from channels.domain import credentials
from channels.models import Channel
from common.errors import ActionNotAllowed
from common.models import AuditEvent
from municipalities.tenancy import everywhere, scope
from platforms.types import Credential
from tests.analytics import factories
from tests.analytics.test_collect import account, post
from tests.people import Cast, sign_in
from tests.platforms.fakes import FakeServer

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def fresh(settings: Any, network: FakeServer) -> Iterator[None]:
    settings.PRIVATE_HOSTS_ALLOWED = list(network.allow)
    rate_limits._reported_at.clear()
    rate_limits._scarce.clear()
    cache.clear()
    with translation.override("en"):
        yield


@pytest.fixture
def channel(cast: Cast, time_machine: Any) -> Channel:
    time_machine.move_to(NOW, tick=False)
    return factories.channel(cast.cuprija, cast.officer, name="Ћуприја", platform="facebook", remote_id="1001")


def upload(channel: Channel, text: str, name: str = "stare.csv") -> HistoryImport:
    with scope(channel.municipality_id):
        return imports.upload(channel.municipality, text.encode(), name, by=channel.connected_by)


def parsed_rows(channel: Channel, text: str) -> Any:
    run = upload(channel, text)
    with scope(channel.municipality_id):
        from analytics.history.domain import parse_rows

        return parse_rows.parse(imports.lines_of(run), run.source)


def confirm(run: HistoryImport) -> int:
    with scope(run.municipality_id):
        return imports.confirm(run, by=run.by)


def problems(channel: Channel, row: str, head: str = "Датум;Канал;Свиђања;Веза") -> list[str]:
    (parsed,) = parsed_rows(channel, f"{head}\n{row}\n")
    return [problem.sentence for problem in parsed.problems if problem.stops]


# ---- figures


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("1234", 1234), ("1.234", 1234), ("1,234", 1234), ("1 234", 1234), ("1\u00a0234", 1234), ("1.234.567", 1234567),
        ("1,234,567", 1234567), ("1.234,0", 1234), ("1,234.0", 1234), ("12,00", 12), ("0", 0), ("-0", 0),
        ("1 234,0", 1234), ("1'234", 1234),
    ],
)  # fmt: skip
def test_counts_are_read_as_serbs_and_as_others_write_them(typed: str, expected: int) -> None:
    assert count(typed) == expected


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("-5", "negative"), ("−5", "negative"), ("1.234,5", "broken"), ("1,234.5", "broken"), ("12,5", "broken"),
        ("1.23.4", "none"), ("12a", "none"), ("NaN", "none"), ("1e9", "none"), ("", "none"), ("=1+1", "none"),
        ("999999999999", "large"),
    ],
)  # fmt: skip
def test_what_is_no_count_says_why(typed: str, reason: str) -> None:
    with pytest.raises(BadFigure) as bad:
        count(typed)
    assert bad.value.reason == reason


# ---- reading


@pytest.mark.parametrize(
    "head",
    [
        "Датум;Канал;Свиђања;Дељења;Коментари;Прегледи",
        "Datum;Kanal;Sviđanja;Deljenja;Komentari;Pregledi",
        "datum;kanal;svidjanja;deljenja;komentari;pregledi",
        "Date;Channel;Likes;Shares;Comments;Views",
    ],
)
def test_headings_are_understood_in_both_scripts_without_marks_and_in_english(channel: Channel, head: str) -> None:
    (row,) = parsed_rows(channel, f"{head}\n24.11.2025.;Ћуприја;1.234;5;;2 000\n")
    assert row.problems == []
    assert row.counts == {"likes": 1234, "reposts": 5, "views": 2000}  # an empty cell is not told, which is not 0


@pytest.mark.parametrize("day", ["24.11.2025.", "24.11.2025", "2025-11-24", "24. novembar 2025", "24/11/2025"])
def test_days_are_understood_as_people_write_them(channel: Channel, day: str) -> None:
    (row,) = parsed_rows(channel, f"Datum;Svidjanja\n{day};3\n")
    assert row.on == date(2025, 11, 24)


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("31.2.2025.;Ћуприја;3;", "This is no day. Write it like 24.11.2026."),
        (";Ћуприја;3;", "The day is missing."),
        ("26.11.2026.;Ћуприја;3;", "This day is still to come. Write the year, too."),
        ("1.1.1999.;Ћуприја;3;", "This day is before there were social networks."),
        ("24.11.2025.;Параћин;3;", "There is no channel “Параћин” here. There are: Ћуприја."),
        ("24.11.2025.;Ћуприја;-3;", "A count cannot be below zero."),
        ("24.11.2025.;Ћуприја;3,5;", "A count is a whole number, and this one has a fraction."),
        ("24.11.2025.;Ћуприја;много;", "This is no number. Write it like 1.234 or 1234; leave the cell empty if it is"),
        ("24.11.2025.;Ћуприја;#REF!;", "Excel shows an error in this cell. Correct its formula."),
    ],
)
def test_each_wrong_row_is_told_in_a_plain_sentence(channel: Channel, row: str, sentence: str) -> None:
    (problem,) = problems(channel, row)
    assert problem.startswith(sentence)


def test_an_hour_that_was_left_out_by_the_clocks_is_no_time(channel: Channel) -> None:
    (problem,) = problems(channel, "29.3.2026.;2:30;3", "Datum;Vreme;Svidjanja")
    assert "clock" in problem


def test_posts_at_midnight_and_at_both_changes_of_the_clock_belong_to_their_day(channel: Channel) -> None:
    rows = parsed_rows(
        channel,
        "Datum;Vreme;Naslov;Svidjanja\n"
        "29.3.2026.;0:00;a;1\n29.3.2026.;23:59;b;1\n25.10.2026.;0:00;c;1\n25.10.2026.;2:30;d;1\n25.10.2026.;23:59;e;1\n",
    )
    assert all(timezone.localdate(row.at) == row.on for row in rows)
    assert [row.problems for row in rows] == [[], [], [], [], []]


def test_the_same_row_twice_is_told_and_comes_once(channel: Channel) -> None:
    rows = parsed_rows(channel, "Datum;Naslov;Svidjanja\n24.11.2025.;Pijaca;3\n24.11.2025.;ПИЈАЦА;3\n")
    assert [row.stops for row in rows] == [False, True]
    assert rows[1].problems[0].sentence == "Row 2 contains the same post."


def test_an_excel_file_is_read_like_the_others(channel: Channel) -> None:
    book, out = Workbook(), io.BytesIO()
    for line in (
        ["Историја објава"],
        ["Датум", "Свиђања"],
        [datetime(2025, 11, 24), 12],
        [datetime(2025, 11, 25), 3.5],
    ):
        book.active.append(line)
    book.save(out)
    with scope(channel.municipality_id):
        run = imports.upload(channel.municipality, out.getvalue(), "stare.xlsx", by=channel.connected_by)
        from analytics.history.domain import parse_rows as history_parse_rows

        rows = history_parse_rows.parse(imports.lines_of(run), run.source)
    assert [(row.on, row.counts, row.stops) for row in rows] == [
        (date(2025, 11, 24), {"likes": 12}, False),
        (date(2025, 11, 25), {}, True),
    ]


# ---- bringing


POSTS = (
    "Датум;Време;Канал;Наслов;Веза;Свиђања;Коментари;Врста садржаја\n"
    "24.11.2025.;9:00;Ћуприја;Радови;https://www.facebook.com/1001/posts/555;12;3;Service information\n"
    "25.11.2025.;;Ћуприја;Сабор;;40;;\n"
    "26.11.2027.;;Ћуприја;Погрешно;;1;;\n"
)


def test_a_file_is_imported_and_what_is_wrong_is_left_out(channel: Channel) -> None:
    run = upload(channel, POSTS)
    with scope(channel.municipality_id):
        assert not Subject.objects.exists()
    assert confirm(run) == 2
    rollup.rebuild_dirty_days()
    with scope(channel.municipality_id):
        run.refresh_from_db()
        assert (run.state, run.made, len(run.rows)) == ("done", 2, 1)
        first, second = Subject.objects.order_by("published_on")
        assert (first.kind, first.title, first.likes, first.interactions) == ("imported", "Радови", 12, 15)
        assert (first.traits.category, second.traits.category, second.published_at) == ("service", "other", None)
        assert (first.next_fetch_at, second.next_fetch_at) == (None, None)
        assert [pull.outcome for pull in MetricSnapshot.objects.all()] == ["read", "read"]
        facts = DailyFact.objects.order_by("day").values_list("day", "basis", "posts", "interactions")
        assert list(facts) == [
            (date(2025, 11, 24), "publication", 1, 15),
            (date(2025, 11, 25), "publication", 1, 40),
        ]
        event = AuditEvent.objects.filter(verb="past.import").get()
    assert event.detail == {"made": 2}


def test_the_same_file_again_changes_nothing(channel: Channel) -> None:
    confirm(upload(channel, POSTS))
    again = upload(channel, POSTS)
    with pytest.raises(ActionNotAllowed):
        confirm(again)
    with scope(channel.municipality_id):
        assert Subject.objects.count() == MetricSnapshot.objects.count() == 2


def test_a_file_that_is_confirmed_twice_is_imported_once(channel: Channel) -> None:
    run = upload(channel, POSTS)
    confirm(run)
    with pytest.raises(ActionNotAllowed):
        confirm(run)


def test_a_post_that_the_portal_published_itself_is_not_counted_twice(channel: Channel) -> None:
    ours = factories.published(channel, NOW - timedelta(days=1))
    with scope(channel.municipality_id):
        ours.delivery.permalink = "https://www.facebook.com/1001/posts/777"
        ours.delivery.save(update_fields=["permalink"])
    rows = parsed_rows(
        channel,
        "Datum;Veza;Svidjanja\n24.11.2026.;https://www.facebook.com/1001/posts/777;3\n24.11.2026.;;4\n",
    )
    assert [row.known for row in rows] == [
        "The portal published this post itself; its metrics are already counted.",
        "",
    ]


def test_an_imported_post_that_turns_out_to_be_the_portals_own_goes(channel: Channel) -> None:
    run = upload(channel, "Datum;Veza;Svidjanja\n24.11.2026.;https://www.facebook.com/1001/posts/555;3\n")
    confirm(run)
    with scope(channel.municipality_id):
        imported = Subject.objects.get()
    ours = factories.published(channel, NOW - timedelta(days=1))
    with scope(channel.municipality_id):
        ours.delivery.remote_id = imported.remote_id
        ours.delivery.save(update_fields=["remote_id"])
    collect.enrol()
    with scope(channel.municipality_id):
        assert [s.kind for s in Subject.objects.exclude(kind="channel")] == ["publication"]


def test_an_import_is_taken_back_whole_and_can_come_again(channel: Channel) -> None:
    run = upload(channel, POSTS)
    confirm(run)
    rollup.rebuild_dirty_days()
    with scope(channel.municipality_id):
        imports.undo(run, by=run.by)
        with pytest.raises(ActionNotAllowed):
            imports.undo(run, by=run.by)
    rollup.rebuild_dirty_days()
    with scope(channel.municipality_id):
        assert not Subject.objects.exists()
        assert not MetricSnapshot.objects.exists()
        assert not DailyFact.objects.exists()
    assert confirm(upload(channel, POSTS)) == 2


FOLLOWERS = "Datum;Kanal;Pratioci\n31.12.2025.;Ћуприја;4.120\n1.1.2026.;Ћуприја;4.125\n1.1.2026.;Ћуприја;4.130\n"


def test_followers_come_by_day_and_never_over_what_the_portal_read(channel: Channel) -> None:
    with scope(channel.municipality_id):
        ChannelDay.objects.create(
            municipality=channel.municipality, channel=channel, day=date(2025, 12, 31), followers=4000
        )
        ChannelDay.objects.create(
            municipality=channel.municipality, channel=channel, day=date(2026, 1, 1), gap=FetchOutcome.NOT_REACHED
        )
    run = upload(channel, FOLLOWERS)
    assert run.source == "followers"
    assert confirm(run) == 1
    with scope(channel.municipality_id):
        days = ChannelDay.objects.order_by("day")
        assert list(days.values_list("followers", "imported")) == [(4000, False), (4125, True)]
        imports.undo(run, by=run.by)
        assert list(days.values_list("followers", "imported", "gap")) == [
            (4000, False, ""),
            (None, False, "not_reached"),
        ]


def test_files_that_nobody_imported_are_forgotten_after_a_week(channel: Channel, time_machine: Any) -> None:
    upload(channel, POSTS)
    confirm(upload(channel, POSTS))
    time_machine.move_to(NOW + timedelta(days=8), tick=False)
    assert imports.purge_expired() == 1
    with scope(channel.municipality_id):
        assert [run.rows for run in HistoryImport.objects.all()] == [[]]


# ---- from a network


def begun(channel: Channel, days: int = 400) -> HistoryImport:
    with scope(channel.municipality_id):
        return imports.begin(channel, timezone.localdate() - timedelta(days=days), by=channel.connected_by)


def state(run: HistoryImport) -> HistoryImport:
    with everywhere("test"):
        return HistoryImport.objects.get(pk=run.pk)


def theirs(channel: Channel, text: str) -> str:
    """A post that was published there without the portal."""
    from channels.connector_factory import open_channel
    from tests.delivery.conftest import outgoing_of
    from tests.platforms.bench import photo

    with scope(channel.municipality_id):
        pictures = (photo(1),) if channel.platform == "instagram" else ()
        return str(open_channel(channel).publish(outgoing_of(text, pictures=pictures), lambda ref: b"").remote_id)


@pytest.mark.parametrize("platform", ["mastodon", "facebook", "bluesky"])
def test_older_posts_are_fetched_once_and_their_own_are_left_out(cast: Cast, fakes: FakeServer, platform: str) -> None:
    channel = account(cast, fakes, platform)
    ours = post(channel, fakes, "Наша вест")
    old = theirs(channel, "Стара вест са сајта.")
    fakes.react(platform, old, "like")
    for expected in (1, 0):
        run = begun(channel)
        fetch.work()
        while state(run).state == "running":
            with everywhere("test"):
                HistoryImport.objects.filter(pk=run.pk).update(next_fetch_at=timezone.now())
            fetch.work()
        done = state(run)
        assert (done.state, done.made, done.known) == ("done", expected, 2 - expected)
    with scope(cast.cuprija):
        (brought,) = Subject.objects.filter(kind="imported")
        assert (brought.remote_id, brought.title, brought.likes) == (old, "Стара вест са сајта.", 1)
        assert brought.permalink.startswith("http")
        assert ours.remote_id != old


def test_what_the_list_did_not_tell_is_asked_for_by_the_next_look(cast: Cast, fakes: FakeServer) -> None:
    channel = account(cast, fakes, "facebook")
    theirs(channel, "Стара вест.")
    begun(channel)
    fetch.work()
    with scope(cast.cuprija):
        brought = Subject.objects.get(kind="imported")
        assert (brought.likes, brought.views) == (0, None)
        Subject.objects.filter(pk=brought.pk).update(next_fetch_at=timezone.now())
    for channel_id, ids in collect.claim().items():
        collect.collect(channel_id, ids)
    with scope(cast.cuprija):
        assert Subject.objects.get(pk=brought.pk).views == 7
    rollup.rebuild_dirty_days()
    with scope(cast.cuprija):
        # What it had before anybody looked came on days that nobody knows.
        assert not DailyFact.objects.filter(basis="activity", interactions__gt=0).exists()


def test_fetching_goes_on_after_a_page_that_failed_and_stops_where_a_person_must_act(
    cast: Cast, fakes: FakeServer
) -> None:
    channel = account(cast, fakes)
    for number in range(45):
        theirs(channel, f"Вест {number}")
    run = begun(channel)
    fakes.plan("status", "/statuses$", nth=2, method="GET", status=503)
    fetch.work()
    half = state(run)
    assert (half.state, half.made, half.attempts) == ("running", 40, 1)
    with everywhere("test"):
        HistoryImport.objects.filter(pk=run.pk).update(next_fetch_at=timezone.now())
    fetch.work()
    assert (state(run).state, state(run).made) == ("done", 45)


def test_fetching_waits_while_what_is_left_is_for_posts(cast: Cast, fakes: FakeServer) -> None:
    from tests.analytics.test_collect import scarce

    channel = account(cast, fakes, "facebook")
    theirs(channel, "Стара вест.")
    run = begun(channel)
    scarce("facebook", 5)
    before = len(fakes.ledger())
    fetch.work()
    assert len(fakes.ledger()) == before
    assert state(run).state == "running"


def test_a_dead_access_stops_it_and_says_what_to_do(cast: Cast, fakes: FakeServer) -> None:
    channel = account(cast, fakes)
    with scope(cast.cuprija):
        credentials.store(channel, Credential("dead", account_id=channel.remote_id, service=channel.server))
    run = begun(channel)
    fetch.work()
    assert (state(run).state, state(run).problem) == ("failed", fetch.RECONNECT)


def test_only_what_makes_sense_begins(cast: Cast, fakes: FakeServer) -> None:
    channel = account(cast, fakes)
    begun(channel)
    with pytest.raises(ActionNotAllowed):
        begun(channel)
    viber = factories.channel(cast.cuprija, cast.officer, platform="viber")
    with pytest.raises(ActionNotAllowed):
        begun(viber)
    with pytest.raises(ActionNotAllowed):
        begun(account(cast, fakes, "facebook"), days=0)


def test_what_is_being_fetched_stops_when_it_is_taken_back(cast: Cast, fakes: FakeServer) -> None:
    channel = account(cast, fakes)
    theirs(channel, "Стара вест.")
    run = begun(channel)
    with scope(cast.cuprija):
        imports.undo(run, by=cast.approver)
    assert fetch.work() == 0
    assert state(run).state == ImportState.UNDONE


# ---- the pages


def test_a_person_who_manages_channels_imports_a_file_and_takes_it_back(cast: Cast, channel: Channel) -> None:
    client = sign_in(cast.approver)
    file = SimpleUploadedFile("stare.csv", POSTS.encode(), "text/csv")
    answer = client.post(reverse("analytics_past_imports", args=["cuprija"]), {"file": file}, follow=True)
    page = answer.content.decode()
    assert "Will be imported" in page
    assert "This day is still to come" in page
    with scope(cast.cuprija):
        run = HistoryImport.objects.get()
    address = ["cuprija", run.pk]
    done = client.post(reverse("analytics_past_confirm", args=address), {"rows": "2"}, follow=True).content.decode()
    assert "Latest data from this import" in done
    assert "Сабор" in done
    listed = client.get(reverse("analytics_past_imports", args=["cuprija"])).content.decode()
    assert "2 new" in listed
    client.post(reverse("analytics_past_undo", args=address))
    assert "Taken back" in client.get(reverse("analytics_past_import", args=address)).content.decode()


def test_who_may_not_manage_channels_sees_nothing_of_it(cast: Cast, channel: Channel) -> None:
    path = reverse("analytics_past_imports", args=["cuprija"])
    assert sign_in(cast.officer).get(path).status_code == 403
    assert sign_in(cast.stranger).get(path).status_code == 404


@pytest.mark.parametrize("of", ["", "?of=followers"])
@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_the_samples_can_be_imported_as_they_are(cast: Cast, channel: Channel, kind: str, of: str) -> None:
    raw = sign_in(cast.approver).get(reverse("analytics_past_sample", args=["cuprija", kind]) + of).content
    with scope(cast.cuprija):
        run = imports.upload(cast.cuprija, raw, f"uzorak.{kind}", by=cast.approver)
        assert run.left_out == []
        assert imports.confirm(run, by=cast.approver) == 2


def test_the_page_of_a_long_file_asks_few_questions(cast: Cast, channel: Channel) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = sign_in(cast.approver)
    lines = [f"{1 + n % 28}.{1 + n % 12}.2025.;Вест {n};{n}" for n in range(600)]
    runs = [upload(channel, "\n".join(["Datum;Naslov;Svidjanja", *some])) for some in (lines[:1], lines)]
    client.get(reverse("analytics_past_import", args=["cuprija", runs[0].pk]))
    asked = []
    for run in runs:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("analytics_past_import", args=["cuprija", run.pk])).status_code == 200
        asked.append(len(queries))
    assert asked[0] == asked[1] <= 14
