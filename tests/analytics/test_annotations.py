"""Events that people mark on charts over time: whose they are, who may mark them, and what everybody then sees."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest

from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from analytics.annotations import marks
from analytics.annotations.domain import annotate
from analytics.annotations.domain.annotate import Happened
from analytics.annotations.queries import of_municipality, of_programmes
from analytics.models import MunicipalityAnnotation, ProgrammeAnnotation
from analytics.periods import Period, stretches
from common.errors import ActionNotAllowed
from common.models import AuditEvent
from municipalities.models import Cohort, Enrolment, Municipality, Programme
from municipalities.queries import today
from municipalities.tenancy import OutOfScope, scope
from tests.analytics import factories, months
from tests.analytics.numbers import Numbers, at
from tests.browsing import enter, is_sound
from tests.hostile import Elements
from tests.people import Cast, sign_in

pytestmark = pytest.mark.usefixtures("db")
FLOOD = "Flood on the Morava"


@pytest.fixture(autouse=True)
def numbers(cast: Cast) -> Numbers:
    """Without any figures there are no charts."""
    figures = Numbers(cast.cuprija, cast.officer)
    channel = figures.channel()
    figures.post(channel, at(ago(5)), likes=10)
    figures.post(channel, at(ago(150)), likes=10)
    figures.facts()
    return figures


def ago(days: int) -> date:
    return today() - timedelta(days=days)


def flood(first: int = 5, last: int | None = None, text: str = FLOOD, kind: str = "flood") -> Happened:
    return Happened(kind, ago(first), ago(first if last is None else last), text)


def own(cast: Cast, happened: Happened | None = None, place: Municipality | None = None) -> MunicipalityAnnotation:
    place = place or cast.cuprija
    with scope(place):
        row = annotate.add(happened or flood(), of=place, by=cast.officer)
    assert isinstance(row, MunicipalityAnnotation)
    return row


def shared(cast: Cast, happened: Happened | None = None, programme: Programme | None = None) -> ProgrammeAnnotation:
    row = annotate.add(happened or flood(), of=programme or cast.programme, by=cast.staff)
    assert isinstance(row, ProgrammeAnnotation)
    return row


def sent(text: str = FLOOD, first: date | None = None, last: date | None = None, kind: str = "flood") -> dict[str, str]:
    return {
        "kind": kind, "text": text, "first": f"{first or ago(5):%d.%m.%Y}", "last": f"{last:%d.%m.%Y}" if last else "",
    }  # fmt: skip


def look(client: Client, name: str = "analytics", *args: Any, **query: Any) -> Any:
    return client.get(reverse(name, args=args or ["cuprija"]), query)


def words_of(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


# ---- marking


def test_an_officer_marks_changes_and_removes_an_event(cast: Cast) -> None:
    client = sign_in(cast.officer)
    answer = client.post(reverse("annotation_new", args=["cuprija"]), sent(last=ago(3)))
    assert answer.headers["Location"] == reverse("analytics", args=["cuprija"])
    with scope(cast.cuprija):
        row = MunicipalityAnnotation.objects.get()
    assert (row.kind, row.first, row.last, row.text, row.added_by) == ("flood", ago(5), ago(3), FLOOD, cast.officer)
    assert FLOOD in words_of(look(client))
    edit = reverse("annotation", args=["cuprija", row.pk])
    assert f'value="{FLOOD}"' in client.get(edit).text
    client.post(edit, sent("Local election", kind="election"))
    with scope(cast.cuprija):
        row = MunicipalityAnnotation.objects.get()
    assert (row.kind, row.first, row.last, row.text) == ("election", ago(5), ago(5), "Local election")
    client.post(reverse("annotation_remove", args=["cuprija", row.pk]))
    with scope(cast.cuprija):
        assert not MunicipalityAnnotation.objects.exists()
    verbs = AuditEvent.objects.filter(verb__startswith="annotation.").order_by("pk")
    assert [(row.verb, row.target_label, row.municipality_id) for row in verbs] == [
        ("annotation.add", FLOOD, cast.cuprija.pk),
        ("annotation.change", "Local election", cast.cuprija.pk),
        ("annotation.remove", "Local election", cast.cuprija.pk),
    ]
    assert "Removed the event “Local election” from the charts" in words_of(
        sign_in(cast.approver).get("/m/cuprija/activity/")
    )


def test_staff_mark_change_and_remove_an_event_of_their_programme(cast: Cast) -> None:
    client = sign_in(cast.staff)
    answer = client.post(reverse("programme_annotation_new", args=[cast.programme.pk]), sent())
    assert answer.headers["Location"] == reverse("programme_multiples")
    row = ProgrammeAnnotation.objects.get()
    assert (row.programme, row.added_by) == (cast.programme, cast.staff)
    client.post(reverse("programme_annotation", args=[row.pk]), sent("Elections"))
    assert str(ProgrammeAnnotation.objects.get()) == "Elections"
    client.post(reverse("programme_annotation_remove", args=[row.pk]))
    assert not ProgrammeAnnotation.objects.exists()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"last": ago(9)}, "The last day lies before the first."),
        ({"first": date(1999, 1, 1)}, "This is too long ago for any chart."),
        ({"first": ago(800), "last": ago(5)}, "These are more than a year."),
        ({"text": "x" * 81}, "80"),
        ({"text": " "}, "This field is required"),
        ({"kind": "storm"}, "storm"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(cast: Cast, fields: dict[str, Any], words: str) -> None:
    answer = sign_in(cast.officer).post(reverse("annotation_new", args=["cuprija"]), sent(**fields))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    with scope(cast.cuprija):
        assert not MunicipalityAnnotation.objects.exists()


def test_the_database_refuses_days_out_of_order(cast: Cast) -> None:
    row = own(cast)
    with scope(cast.cuprija), pytest.raises(IntegrityError), transaction.atomic():
        MunicipalityAnnotation.objects.filter(pk=row.pk).update(last=ago(9))


# ---- whose


def test_who_reads_the_charts_and_does_not_write_changes_nothing(cast: Cast) -> None:
    row = own(cast)
    for person in (cast.viewer, cast.mentor, cast.staff):
        client = sign_in(person)
        text = words_of(look(client))
        assert FLOOD in text
        assert "Mark an event" not in text
        assert reverse("annotation", args=["cuprija", row.pk]) not in text
        assert client.post(reverse("annotation_new", args=["cuprija"]), sent()).status_code == 403
        assert client.post(reverse("annotation_remove", args=["cuprija", row.pk])).status_code == 403
    assert sign_in(cast.officer).get(reverse("programme_annotation_new", args=[cast.programme.pk])).status_code == 404


def test_an_event_of_another_municipality_appears_nowhere(cast: Cast) -> None:
    own(cast, place=cast.novi_pazar)
    row = own(cast, flood(text="Ours"))
    for name in ("analytics", "analytics_links"):
        text = words_of(look(sign_in(cast.officer), name))
        assert "Ours" in text
        assert FLOOD not in text
    foreign = sign_in(cast.stranger)
    assert foreign.get(reverse("annotation", args=["novi-pazar", row.pk])).status_code == 404
    assert foreign.post(reverse("annotation_remove", args=["novi-pazar", row.pk])).status_code == 404
    assert FLOOD not in words_of(sign_in(cast.staff).get(reverse("programme_multiples")))
    with pytest.raises(OutOfScope):
        MunicipalityAnnotation.objects.exists()


def test_an_event_of_the_programme_is_on_the_charts_of_who_takes_part_then(cast: Cast) -> None:
    shared(cast)
    text = words_of(look(sign_in(cast.officer)))
    assert FLOOD in text
    assert "marked by the programme" in text
    assert "Change “" not in text
    Enrolment.objects.filter(municipality=cast.cuprija).update(ends_on=ago(60), starts_on=ago(90))
    assert FLOOD not in words_of(look(sign_in(cast.officer)))


def test_an_event_of_another_programme_appears_nowhere(cast: Cast) -> None:
    other = Programme.objects.create(name="Another")
    row = shared(cast, programme=other)
    Cohort.objects.create(programme=other, name="2026", training_on=ago(5))
    assert FLOOD not in words_of(look(sign_in(cast.officer)))
    assert FLOOD not in words_of(sign_in(cast.staff).get(reverse("programme_multiples")))
    for name in ("programme_annotation", "programme_annotation_remove"):
        assert sign_in(cast.staff).post(reverse(name, args=[row.pk]), sent()).status_code == 404
    assert sign_in(cast.staff).get(reverse("programme_annotation_new", args=[other.pk])).status_code == 404


# ---- what is seen


def test_an_event_is_a_named_line_on_the_chart_and_stands_in_its_table_and_files(cast: Cast) -> None:
    own(cast, flood(text="Flood"))
    client = sign_in(cast.officer)
    chart = look(client).context["activity"]
    assert chart.svg.count("chart-event") == 1
    assert ">Flood</text>" in chart.svg
    assert any(row[0].endswith(" · Flood") for row in chart.rows)
    assert ": Flood." in chart.summary
    assert " · Flood," in look(client, picture="activity.csv").content.decode()
    assert "Flood" in look(client, picture="followers.svg").content.decode()


def test_a_training_is_marked_by_itself(cast: Cast) -> None:
    Cohort.objects.filter(programme=cast.programme).update(training_on=ago(7))
    client = sign_in(cast.officer)
    context = look(client).context
    for name in ("activity", "followers", "mix"):
        assert ">Training</text>" in context[name].svg, name
    assert ">Training</text>" in look(client, "analytics_links").context["followers"].svg


def test_names_on_a_chart_are_not_crossed_by_the_lines_of_others(cast: Cast) -> None:
    for days, text in ((16, "One"), (15, "Two"), (14, "Three")):
        own(cast, flood(days, text=text))
    svg = look(sign_in(cast.officer)).context["activity"].svg
    names = re.findall(r'<text[^>]* y="([\d.]+)"[^>]*>(One|Two|Three)</text>', svg)
    heights = {text: float(y) for y, text in names}
    assert heights["One"] < heights["Two"] < heights["Three"]


def test_days_outside_of_the_chart_are_not_on_it(cast: Cast) -> None:
    own(cast, flood(100))
    client = sign_in(cast.officer)
    assert FLOOD not in words_of(look(client))
    assert FLOOD in words_of(look(client, days="own", **{"from": f"{ago(120):%d.%m.%Y}", "to": f"{today():%d.%m.%Y}"}))


def test_what_lasts_is_a_span_and_what_began_before_begins_at_the_edge(cast: Cast) -> None:
    axis = stretches(Period(ago(27), today()))
    for happened in (flood(40, 20), flood(10, 5), flood(3)):
        own(cast, happened)
    with scope(cast.cuprija):
        drawn = marks.marks(of_municipality(cast.cuprija, ago(27), today()), axis)
    assert [(mark.at, mark.until) for mark in drawn] == [(0, 7), (17, 22), (24, None)]


def test_a_chart_names_the_latest_few_and_the_list_all(cast: Cast) -> None:
    for number in range(9):
        own(cast, flood(20 - number, text=f"Event {number}"))
    answer = look(sign_in(cast.officer))
    assert answer.context["activity"].svg.count("chart-event") == marks.MOST_MARKS
    for number in range(9):
        assert f"Event {number}" in answer.content.decode()


def test_a_long_name_is_cut_on_the_chart_alone(cast: Cast) -> None:
    long = "Ванредна ситуација због поплаве на целом подручју општине, река Раваница и Морава"[:80]
    own(cast, flood(text=long))
    answer = look(sign_in(cast.officer))
    assert ">Ванредна ситуација…</text>" in answer.context["activity"].svg
    assert long in answer.content.decode()


def test_hostile_words_are_text(cast: Cast) -> None:
    hostile = '"><script>alert(1)</script>\u202e=1+1'
    own(cast, flood(text=hostile))
    shared(cast, flood(text=hostile))
    for answer in (look(sign_in(cast.officer)), sign_in(cast.staff).get(reverse("programme_multiples"))):
        assert "alert(1)</script>" not in answer.content.decode()
        tags = Elements(answer.content.decode()).tags
        assert not [tag for tag, attributes in tags if tag == "script" and not attributes]
    csv = look(sign_in(cast.officer), picture="activity.csv").content.decode()
    assert "\n=" not in csv


def test_staff_see_the_programmes_events_over_time_and_a_municipalitys_on_its_page(cast: Cast) -> None:
    months.month(factories.channel(cast.cuprija, cast.officer), ago(40).replace(day=1), 4, 80)
    own(cast, flood(40, text="Ours"))
    shared(cast, flood(40, text="Elections"))
    client = sign_in(cast.staff)
    text = words_of(client.get(reverse("programme_multiples"), {"days": "3m"}))
    assert "Elections" in text
    assert "Ours" not in text
    assert "Mark an event" in text
    text = words_of(client.get(reverse("programme_municipality", args=["cuprija"]), {"days": "3m"}))
    assert "Elections" in text
    assert "Ours" in text
    assert "Mark an event" not in text


def test_a_page_costs_the_same_however_many_there_are(cast: Cast) -> None:
    client = sign_in(cast.officer)
    look(client)
    with CaptureQueriesContext(connection) as before:
        look(client)
    for number in range(12):
        own(cast, flood(number + 1))
        shared(cast, flood(number + 1))
    with CaptureQueriesContext(connection) as after:
        look(client)
    assert len(after) == len(before)
    with scope(cast.cuprija):
        assert len(of_municipality(cast.cuprija, ago(27), today())) == 24
    assert len(of_programmes([cast.programme], ago(27), today())) == 12


def test_it_is_marked_seen_and_removed_in_a_browser(page: Any, live_server: Any, cast: Cast) -> None:
    enter(page, live_server, cast.officer)
    page.goto(f"{live_server.url}/m/cuprija/analytics/")
    page.get_by_role("link", name="Mark an event").click()
    is_sound(page)
    page.get_by_label("Flood").check()
    page.get_by_label("What happened").fill("Поплава на Морави")
    page.get_by_label("First day").fill(f"{ago(5):%d.%m.%Y}")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/analytics/")
    assert page.locator(".chart-wide .chart-text-event", has_text="Поплава на Морави").first.is_visible()
    is_sound(page)
    page.get_by_role("link", name="Change “Поплава на Морави”").click()
    page.get_by_role("button", name="Remove it").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove it").click()
    page.wait_for_url("**/analytics/")
    assert not page.get_by_text("Поплава на Морави").is_visible()


def test_an_error_names_its_field(cast: Cast) -> None:
    with scope(cast.cuprija), pytest.raises(ActionNotAllowed) as raised:
        annotate.add(flood(1, 5), of=cast.cuprija, by=cast.officer)
    assert raised.value.field == "last"
