"""The figures of a report against rows counted by hand, and what must never be in them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from analytics.models import Subject
from inbox.models import Settlement
from municipalities.tenancy import scope
from participation.contents import EditionText, report
from participation.models import Consultation, ConsultationPost, Meeting
from participation.queries.contributions import count
from participation.queries.figures import Breakdown, Figures, breakdown, figures
from reports.document import Document, Missing, Table
from tests.analytics import factories as numbers
from tests.participation import reported as make
from tests.people import Cast

pytestmark = pytest.mark.usefixtures("db")
AS_OF = datetime(2026, 11, 30, 12, tzinfo=timezone.get_default_timezone())


def read(row: Consultation) -> Figures:
    with scope(row.municipality_id):
        return figures(Consultation.objects.select_related("municipality", "own_ground").get(pk=row.pk))


def written(row: Consultation, language: str = "en", **text: Any) -> Document:
    with scope(row.municipality_id), translation.override(language):
        again = Consultation.objects.select_related("municipality", "own_ground").get(pk=row.pk)
        return report(again, figures(again), EditionText(**text), AS_OF)


def table(document: Document, name: str) -> Table:
    return next(one for one in document.tables if one.name == name)


def test_counts_are_those_of_the_hand_and_of_every_other_page(cast: Cast) -> None:
    row = make.consultation(cast.cuprija, cast.officer)
    first = make.contribution(row, age_band="18-30", gender="woman")
    make.contribution(row, same_as=first, way_in="paper")
    make.contribution(row, decision="declined", reason="Нема средстава.", is_late=True)
    make.contribution(row, decision="elsewhere", reason="Није надлежност.", where_to="ЈП Путеви Србије")
    make.contribution(row, decision="withdrawn")
    make.contribution(row, public_text="", reason="")
    read_ = read(row)
    with scope(cast.cuprija):
        assert read_.counts == count(row)
    assert read_.counts.total == 6
    assert read_.counts.by_way == {"form": 5, "paper": 1}
    assert read_.counts.by_decision == {"accepted": 3, "declined": 1, "elsewhere": 1, "withdrawn": 1}
    assert (read_.late, read_.joined, read_.with_reason) == (1, 1, 4)
    assert [one.number for one in read_.rows] == [1, 2, 3, 4, 5, 6]
    assert [one.joined_to for one in read_.rows] == [None, 1, None, None, None, None]
    assert read_.rows[0].also == (2,)

    document = written(row)
    decisions = {line[0]: line[1] for line in table(document, "decisions").rows}
    assert decisions == {
        "Accepted": 3, "Partly accepted": 0, "Declined": 1, "Not decided here": 1, "Withdrawn by its author": 1,
        "All": 6,
    }  # fmt: skip
    proposals = table(document, "proposals").rows
    assert [line[0] for line in proposals] == [1, 2, 3, 4, 5, 6]
    assert proposals[0][1] == f"{make.PUBLIC} (also no. 2)"
    assert proposals[1][3] == "As for no. 1."
    assert proposals[3][3] == "Nije nadležnost. Where to turn: JP Putevi Srbije"
    assert proposals[4][1] == "Withdrawn by its author; its words are erased."
    assert proposals[5][1] == "Its words are not shown."


def test_nothing_private_is_in_it(cast: Cast) -> None:
    row = make.consultation(cast.cuprija, cast.officer)
    make.contribution(row)
    gone = make.contribution(row, public_text="Коментар који је обрисан", gone_at=make.AT)
    everything = repr(written(row)) + repr(read(row))
    for private in ("Петровић", "petar@example.org", "Коментар који је обрисан", gone.text):
        assert private not in everything


def test_small_groups_of_people_cannot_be_found() -> None:
    assert breakdown({"a": 12, "b": 7, "c": 3, "d": 2}, 30) == Breakdown(
        [("a", 12), ("b", 7)], together=5, together_of=["c", "d"], stated=24, silent=6
    )
    # a single small group takes the next one along, as it could be computed from the sum
    assert breakdown({"a": 12, "b": 7, "c": 3}, 22).groups == [("a", 12)]
    # nothing is left to show, and a nought says nothing about anybody
    small = breakdown({"a": 4, "b": 3}, 20)
    assert small.is_too_small
    assert (small.groups, small.together, small.stated, small.silent) == ((), 0, 7, 13)
    assert not breakdown({}, 20).is_too_small
    assert breakdown({"woman": 6, "man": 9}, 15, order=["woman", "man"]).groups == [("woman", 6), ("man", 9)]


def test_those_who_did_not_say_are_counted_and_not_guessed(cast: Cast) -> None:
    row = make.consultation(cast.cuprija, cast.officer)
    with scope(cast.cuprija):
        village = Settlement.objects.create(municipality=cast.cuprija, name="Супска")
    for _ in range(5):
        make.contribution(row, settlement=village, gender="woman", age_band="u18")
    for _ in range(6):
        make.contribution(row, gender="man")
    make.contribution(row)
    document = written(row)
    assert table(document, "genders").rows == [
        ("Woman", 5, pytest.approx(45.45, abs=0.01)),
        ("Man", 6, pytest.approx(54.55, abs=0.01)),
        ("not stated", 1, Missing("–")),
    ]
    assert table(document, "settlements").rows == [("Supska", 5, 100.0), ("not stated", 7, Missing("–"))]
    assert table(document, "ages").rows[0][:2] == ("Under 18", 5)


def test_reach_that_no_network_told_is_missing_and_never_nought(cast: Cast) -> None:
    row = make.consultation(cast.cuprija, cast.officer)
    channel = numbers.channel(cast.cuprija, cast.officer)
    told, unread = (numbers.published(channel, make.AT) for _ in range(2))
    with scope(cast.cuprija):
        for publication, role in ((told, "call"), (unread, "reminder")):
            ConsultationPost.objects.create(
                municipality=cast.cuprija, consultation=row, post=publication.post, role=role
            )
        Subject.objects.create(
            municipality=cast.cuprija, kind="publication", channel=channel, publication=told,
            traits=numbers.traits_of(told), published_at=make.AT, published_on=make.AT.date(), interactions=12,
            last_fetched_at=make.AT,
        )  # fmt: skip
    lines = table(written(row), "announcements").rows
    assert [line[1] for line in lines] == ["Call to take part", "Reminder"]
    assert lines[0][4:] == (Missing("the network has not told it"), 12)
    assert lines[1][4:] == (Missing("not read yet"), Missing("not read yet"))


def test_meetings_that_nobody_counted_have_no_number(cast: Cast) -> None:
    row = make.consultation(cast.cuprija, cast.officer)
    make.contribution(row)
    with scope(cast.cuprija):
        for place, people in (("Сала", 40), ("Дом", None)):
            Meeting.objects.create(
                municipality=cast.cuprija, consultation=row, place=place, at=make.AT, people=people, by=cast.officer
            )
    lines = table(written(row), "meetings").rows
    assert [line[2] for line in lines] == [40, Missing("not counted")]


def test_officers_words_follow_the_script_and_citizens_words_stay(cast: Cast) -> None:
    row = make.consultation(cast.cuprija, cast.officer)
    make.contribution(row)
    document = written(row, "sr-latn")
    assert document.title == "Budžet za 2027. godinu"
    proposal = table(document, "proposals").rows[0]
    assert proposal[1] == make.PUBLIC
    assert proposal[3] == "Radovi su u planu."


@pytest.mark.parametrize("many", [1, 40])
def test_a_fixed_number_of_queries(cast: Cast, many: int) -> None:
    row = make.consultation(cast.cuprija, cast.officer)
    for _ in range(many):
        make.contribution(row)
    with scope(cast.cuprija), CaptureQueriesContext(connection) as captured:
        figures(row)
    assert len(captured) == 9
