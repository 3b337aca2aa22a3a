"""Choosing, freezing, agreeing, entering: what is written once stays, and every change has its reason."""

from __future__ import annotations

import io
from collections.abc import Iterator
from copy import deepcopy
from datetime import date, timedelta
from typing import Any

import pytest
from PIL import Image

from django.db import Error, transaction
from django.utils import timezone, translation

from analytics.enums import Span, TargetKind, TargetStatus
from analytics.indicators.domain import baselines, definitions, manual_values, measure, targets
from analytics.indicators.domain.definitions import Defined
from analytics.indicators.domain.manual_values import EnteredValue
from analytics.indicators.domain.targets import Wanted
from analytics.indicators.queries import programme as queries
from analytics.indicators.queries.baselines import latest_baselines
from analytics.indicators.queries.municipality import own
from analytics.models import (
    Baseline,
    IndicatorValue,
    ManualValue,
    MunicipalityBaseline,
    MunicipalityTarget,
    MunicipalityValue,
    ProgrammeIndicator,
    Target,
)
from common.errors import ActionNotAllowed
from common.models import AuditEvent
from common.sentences import sentence
from municipalities.models import Cohort, Enrolment, Municipality
from municipalities.tenancy import everywhere, scope
from posts.media.domain.consents import read_scan
from posts.media.domain.pictures import BadPicture
from tests.analytics import factories
from tests.analytics.logframe_data import peopled, post, posts
from tests.module_data import written_once
from tests.people import Cast, make_cast, municipality

FIRST, LAST = date(2026, 9, 1), date(2026, 9, 28)
DEFINED = Defined("Citizens at trainings", "output", "number", "up", "Signatures on the list", "Minutes", ("equality",))


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def tomorrow(days: int = 1) -> date:
    return timezone.localdate() + timedelta(days=days)


@pytest.fixture(scope="module")
def written(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[Cast, list[Municipality]]]:
    """Three municipalities of 10,000 people, here since January, with 28, 56 and 84 likes in September."""
    with written_once(django_db_blocker):
        cast = make_cast()
        third = municipality("kragujevac", "Крагујевац", "Kragujevac")
        Enrolment.objects.create(cohort=Cohort.objects.get(), municipality=third, starts_on=date(2026, 9, 1))
        places = [cast.cuprija, cast.novi_pazar, third]
        for number, place in enumerate(places, 1):
            place.joined_on = date(2026, 1, 1)
            days = [FIRST + timedelta(days=offset) for offset in range(5)]
            channel = factories.channel(peopled(place), cast.officer)
            posts(channel, {day: 28 * number if day == FIRST else 0 for day in days}, calls=days)
        yield cast, places


@pytest.fixture
def known(db: None, written: tuple[Cast, list[Municipality]]) -> tuple[Cast, list[Municipality]]:
    return deepcopy(written)


@pytest.fixture
def cast(known: tuple[Cast, list[Municipality]]) -> Cast:
    return known[0]


@pytest.fixture
def places(known: tuple[Cast, list[Municipality]]) -> list[Municipality]:
    return known[1]


@pytest.fixture
def oc1(cast: Cast) -> ProgrammeIndicator:
    definitions.choose(cast.programme, ["OC1"], by=cast.staff)
    return ProgrammeIndicator.objects.get(code="OC1")


@pytest.fixture
def manual(cast: Cast) -> ProgrammeIndicator:
    return definitions.define(cast.programme, DEFINED, by=cast.staff)


def last_event() -> AuditEvent:
    event = AuditEvent.objects.order_by("-id").first()
    assert event is not None
    return event


# ---------------------------------------------------------------- choosing


def test_what_is_left_out_ends_and_comes_back_as_it_was(cast: Cast) -> None:
    definitions.choose(cast.programme, ["OP1", "OC1", "XX9"], by=cast.staff)
    assert sentence(last_event()) == "Chose the indicators of Swiss PRO. Added: OC1, OP1. Ended: –"
    row = ProgrammeIndicator.objects.get(code="OC1")
    definitions.rename(row, "Interest of citizens", by=cast.staff)
    definitions.choose(cast.programme, ["OP1"], by=cast.staff)
    assert list(queries.followed([cast.programme]).values_list("code", flat=True)) == ["OP1"]
    definitions.choose(cast.programme, ["OP1", "OC1"], by=cast.staff)
    assert [str(indicator) for indicator in queries.in_order(queries.followed([cast.programme]))] == [
        "Interest of citizens", "Posts with a call to action",
    ]  # fmt: skip
    count = AuditEvent.objects.count()
    definitions.choose(cast.programme, ["OP1", "OC1"], by=cast.staff)
    assert AuditEvent.objects.count() == count


def test_two_indicators_of_one_name_are_refused(cast: Cast, manual: ProgrammeIndicator) -> None:
    with pytest.raises(ActionNotAllowed, match="of this name"):
        definitions.define(cast.programme, DEFINED, by=cast.staff)


def test_the_unit_stays_once_there_are_values(cast: Cast, manual: ProgrammeIndicator) -> None:
    manual_values.enter(manual, EnteredValue(FIRST, 5, "Minutes"), by=cast.staff)
    changed = Defined(**{**vars(DEFINED), "unit": "percent"})
    with pytest.raises(ActionNotAllowed, match="old unit"):
        definitions.change(manual, changed, by=cast.staff)


# ---------------------------------------------------------------- freezing


def test_freezing_keeps_each_value_and_the_median_with_who_and_when(
    cast: Cast, places: list[Municipality], oc1: ProgrammeIndicator
) -> None:
    assert baselines.freeze(oc1, places, FIRST, LAST, by=cast.staff) == 3
    with scope(*places):
        rows = {row.municipality_id: row for row in MunicipalityBaseline.objects.all()}
    assert [rows[place.pk].value for place in places] == pytest.approx([3.0, 6.0, 9.0])
    row = rows[places[0].pk]
    assert (row.n, row.first, row.last, row.frozen_by, row.reason) == (5, FIRST, LAST, cast.staff, "")
    assert row.quality["posts"] == row.quality["told"] == 5
    whole = Baseline.objects.get()
    assert (whole.value, whole.n) == (pytest.approx(6.0), 3)
    assert sentence(last_event()) == (
        "Froze the baseline of “Interactions per 1,000 inhabitants” from 1 Sep 2026 to 28 Sep 2026. Reason: –"
    )


def test_a_frozen_baseline_does_not_move_when_numbers_are_corrected(
    cast: Cast, places: list[Municipality], oc1: ProgrammeIndicator
) -> None:
    baselines.freeze(oc1, places, FIRST, LAST, by=cast.staff)
    post(factories.channel(places[0], cast.officer), FIRST, 5000)
    with scope(places[0]):
        assert MunicipalityBaseline.objects.get().value == pytest.approx(3.0)
        for change in (lambda row: row.save(), lambda row: row.delete()):
            with pytest.raises(Error), transaction.atomic():
                change(MunicipalityBaseline.objects.get())
    with pytest.raises(Error), transaction.atomic():
        Baseline.objects.update(value=1)


def test_freezing_again_needs_a_reason_and_leaves_the_old_row(
    cast: Cast, places: list[Municipality], oc1: ProgrammeIndicator
) -> None:
    baselines.freeze(oc1, places, FIRST, LAST, by=cast.staff)
    with pytest.raises(ActionNotAllowed, match="Explain why") as refused:
        baselines.freeze(oc1, places, FIRST, LAST, by=cast.staff)
    assert refused.value.field == "reason"
    shorter = LAST - timedelta(days=14)
    baselines.freeze(oc1, places[:1], FIRST, shorter, by=cast.staff, reason="The training was moved")
    with scope(*places):
        assert MunicipalityBaseline.objects.count() == 4
        newest = latest_baselines(oc1).get(municipality=places[0])
    assert (newest.value, newest.reason) == (pytest.approx(6.0), "The training was moved")
    assert [row.value for row in Baseline.objects.order_by("pk")] == pytest.approx([6.0, 6.0])


def test_who_comes_late_is_frozen_alone_without_a_reason(
    cast: Cast, places: list[Municipality], oc1: ProgrammeIndicator
) -> None:
    baselines.freeze(oc1, places[:2], FIRST, LAST, by=cast.staff)
    assert not Baseline.objects.exists()  # a median of two would tell of each
    baselines.freeze(oc1, places[2:], FIRST, LAST, by=cast.staff)
    assert Baseline.objects.get().n == 3


def test_days_that_cannot_be_a_baseline_are_refused(
    cast: Cast, places: list[Municipality], oc1: ProgrammeIndicator, manual: ProgrammeIndicator
) -> None:
    def freeze(first: date, last: date, indicator: ProgrammeIndicator = oc1) -> None:
        baselines.freeze(indicator, places, first, last, by=cast.staff)

    with pytest.raises(ActionNotAllowed, match="None of the municipalities has a value"):
        freeze(date(2025, 1, 1), date(2025, 1, 28))
    with pytest.raises(ActionNotAllowed, match="not over yet"):
        freeze(FIRST, timezone.localdate())
    with pytest.raises(ActionNotAllowed, match="before the first"):
        freeze(LAST, FIRST)
    with pytest.raises(ActionNotAllowed, match="People enter"):
        freeze(FIRST, LAST, manual)
    definitions.choose(cast.programme, ["ME1"], by=cast.staff)
    with factories.unmeasured("ME1"), pytest.raises(ActionNotAllowed, match="activities and feedback"):
        freeze(FIRST, LAST, ProgrammeIndicator.objects.get(code="ME1"))


def test_a_municipality_without_a_value_is_left_without_a_baseline(
    cast: Cast, places: list[Municipality], oc1: ProgrammeIndicator
) -> None:
    places[0].population = None
    assert baselines.freeze(oc1, places, FIRST, LAST, by=cast.staff) == 2
    with scope(*places):
        assert places[0].pk not in set(MunicipalityBaseline.objects.values_list("municipality_id", flat=True))


def test_who_did_not_agree_to_comparison_has_a_baseline_and_is_in_no_median(
    cast: Cast, places: list[Municipality], oc1: ProgrammeIndicator
) -> None:
    Enrolment.objects.filter(municipality=places[0]).update(compares=False)
    assert baselines.freeze(oc1, places, FIRST, LAST, by=cast.staff) == 3
    assert not Baseline.objects.exists()
    board = queries.dashboard(cast.programme)
    assert (len(board.seats), board.withheld) == (2, 1)


def test_a_baseline_known_from_elsewhere_is_entered_with_its_source(
    cast: Cast, places: list[Municipality], manual: ProgrammeIndicator
) -> None:
    def enter(place: Municipality | None, **more: str) -> None:
        baselines.enter(manual, place, FIRST, LAST, 12, source="Survey 2025", by=cast.staff, **more)

    enter(None)
    enter(places[0])
    assert Baseline.objects.get().quality == {"source": "Survey 2025"}
    with pytest.raises(ActionNotAllowed, match="Explain why"):
        enter(None)
    enter(None, reason="A mistake in the survey")
    assert Baseline.objects.count() == 2


# ---------------------------------------------------------------- targets


def wanted(value: float = 60, due_on: date | None = None, **more: object) -> Wanted:
    fields = {"kind": TargetKind.VALUE.value, "is_milestone": False, "reason": "Agreed at the opening", **more}
    return Wanted(value=value, due_on=due_on or tomorrow(90), **fields)  # type: ignore[arg-type]


def test_another_target_ends_the_first_and_says_why(cast: Cast, oc1: ProgrammeIndicator) -> None:
    targets.set_target(oc1, wanted(60), by=cast.staff)
    targets.set_target(oc1, wanted(50, reason="Too much for the small ones"), by=cast.administrator)
    old, new = Target.objects.order_by("pk")
    assert (old.ended_by, old.ended_because, new.ended_at) == (cast.administrator, "Too much for the small ones", None)
    assert (new.value, new.set_by) == (50, cast.administrator)
    assert AuditEvent.objects.filter(verb="indicator.set_target").count() == 2


def test_milestones_lie_before_the_target_one_a_day(cast: Cast, oc1: ProgrammeIndicator) -> None:
    targets.set_target(oc1, wanted(60), by=cast.staff)
    for value in (30, 35):
        targets.set_target(oc1, wanted(value, tomorrow(30), is_milestone=True), by=cast.staff)
    standing = Target.objects.filter(ended_at__isnull=True, is_milestone=True)
    assert [row.value for row in standing] == [35]
    with pytest.raises(ActionNotAllowed, match="before the target"):
        targets.set_target(oc1, wanted(35, tomorrow(90), is_milestone=True), by=cast.staff)


def test_a_target_of_ones_own_stands_in_place_of_the_programmes(
    cast: Cast, places: list[Municipality], oc1: ProgrammeIndicator
) -> None:
    targets.set_target(oc1, wanted(60), by=cast.staff)
    targets.set_target(oc1, wanted(10), by=cast.staff, place=places[0])
    known = {line.place.pk: line for line in queries.whole(oc1).places if line.place}
    assert [known[place.pk].target.value for place in places] == [10, 60, 60]  # type: ignore[union-attr]
    assert [known[place.pk].is_own_target for place in places] == [True, False, False]
    event = last_event()
    assert (event.verb, event.municipality_id) == ("indicator.set_target", places[0].pk)


def test_an_ended_target_stays_in_the_history(cast: Cast, places: list[Municipality], oc1: ProgrammeIndicator) -> None:
    targets.set_target(oc1, wanted(10), by=cast.staff, place=places[0])
    with scope(places[0]):
        row = MunicipalityTarget.objects.get()
        targets.end_target(row, "The council changed its plan", by=cast.staff)
        targets.end_target(row, "Again", by=cast.staff)
        assert MunicipalityTarget.objects.get().ended_because == "The council changed its plan"
        assert [target.ended_by for target in queries.history(oc1).targets] == [cast.staff]


def test_targets_that_cannot_be_are_refused(cast: Cast, oc1: ProgrammeIndicator) -> None:
    definitions.choose(cast.programme, ["OC1", "OP1"], by=cast.staff)
    share = ProgrammeIndicator.objects.get(code="OP1")
    for target, problem in (
        (wanted(60, timezone.localdate()), "has passed"),
        (wanted(101), "above 100"),
        (wanted(-1), "below 0"),
    ):
        with pytest.raises(ActionNotAllowed, match=problem):
            targets.set_target(share, target, by=cast.staff)
    assert not Target.objects.exists()


def test_a_target_worse_than_the_baseline_needs_a_reason_of_its_own(
    cast: Cast, places: list[Municipality], oc1: ProgrammeIndicator
) -> None:
    baselines.freeze(oc1, places, FIRST, LAST, by=cast.staff)
    assert targets.set_target(oc1, wanted(7), by=cast.staff) == []
    for target in (wanted(5), wanted(5, tomorrow(30), is_milestone=True), wanted(-10, kind=TargetKind.CHANGE.value)):
        with pytest.raises(ActionNotAllowed, match="explain here why a decline was agreed") as refused:
            targets.set_target(oc1, target, by=cast.staff)
        assert refused.value.field == "worse_because"
    assert targets.set_target(oc1, wanted(5, worse_because=" No money  for adverts "), by=cast.staff) == []
    row = Target.objects.get(ended_at__isnull=True)
    assert (row.value, row.worse_because) == (5, "No money for adverts")
    assert sentence(last_event()) == (
        "Set the target 5 for “Interactions per 1,000 inhabitants”, worse than its baseline: No money for adverts"
    )


def test_the_reason_for_a_decline_is_kept_only_where_there_is_one(
    cast: Cast, places: list[Municipality], oc1: ProgrammeIndicator
) -> None:
    baselines.freeze(oc1, places, FIRST, LAST, by=cast.staff)
    targets.set_target(oc1, wanted(7, worse_because="Left over"), by=cast.staff)
    assert Target.objects.get().worse_because == ""


def test_a_target_of_ones_own_is_held_against_ones_own_baseline(
    cast: Cast, places: list[Municipality], oc1: ProgrammeIndicator
) -> None:
    """The programme's baseline is 6; those of the three are 3, 6 and 9."""
    baselines.freeze(oc1, places, FIRST, LAST, by=cast.staff)
    targets.set_target(oc1, wanted(4), by=cast.staff, place=places[0])
    with pytest.raises(ActionNotAllowed, match="7 is less than the baseline 9, and more is better"):
        targets.set_target(oc1, wanted(7), by=cast.staff, place=places[2])


def test_a_change_in_per_cent_warns_without_a_baseline_and_at_zero(
    cast: Cast, places: list[Municipality], oc1: ProgrammeIndicator, manual: ProgrammeIndicator
) -> None:
    more = wanted(25, kind=TargetKind.CHANGE.value)
    (none_yet,) = targets.set_target(oc1, more, by=cast.staff)
    assert "no baseline yet" in none_yet
    baselines.enter(manual, None, FIRST, LAST, 0, source="Survey", by=cast.staff)
    (zero,) = targets.set_target(manual, more, by=cast.staff)
    assert "not defined" in zero


# ---------------------------------------------------------------- values


def test_entered_values_are_added_and_the_last_of_a_day_counts(cast: Cast, manual: ProgrammeIndicator) -> None:
    for value, day in ((5, FIRST), (7, LAST), (8, LAST)):
        manual_values.enter(manual, EnteredValue(day, value, "Minutes"), by=cast.staff)
    line = queries.whole(manual).line
    assert (line.actual, line.months) == (8, [(FIRST, 5), (LAST, 8)])
    assert ManualValue.objects.count() == 3
    with pytest.raises(Error), transaction.atomic():
        ManualValue.objects.update(value=1)


def test_the_programmes_value_is_the_median_where_only_municipalities_have_one(
    cast: Cast, places: list[Municipality], manual: ProgrammeIndicator
) -> None:
    for value, place in zip((1, 5, 9), places, strict=True):
        assert queries.dashboard(cast.programme).lines[0].actual is None
        manual_values.enter(manual, EnteredValue(FIRST, value, "Minutes"), by=cast.staff, place=place)
    assert (queries.dashboard(cast.programme).lines[0].actual, queries.whole(manual).line.actual) == (5, 5)
    with scope(places[0]):
        assert MunicipalityValue.objects.get().value == 1


def test_values_that_cannot_be_are_refused(cast: Cast, manual: ProgrammeIndicator, oc1: ProgrammeIndicator) -> None:
    with pytest.raises(ActionNotAllowed, match="to come"):
        manual_values.enter(manual, EnteredValue(tomorrow(), 5, "Minutes"), by=cast.staff)
    with pytest.raises(ActionNotAllowed, match="below 0"):
        manual_values.enter(manual, EnteredValue(FIRST, -5, "Minutes"), by=cast.staff)
    with pytest.raises(ActionNotAllowed, match="measures this indicator"):
        manual_values.enter(oc1, EnteredValue(FIRST, 5, "Minutes"), by=cast.staff)


def test_evidence_is_kept_as_what_its_content_says(cast: Cast, manual: ProgrammeIndicator) -> None:
    file = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(file, "PNG")
    file.seek(0)
    scan = read_scan(file, size=100)
    row = manual_values.enter(manual, EnteredValue(FIRST, 5, "Minutes"), by=cast.staff, evidence=scan)
    assert str(row.evidence.name).startswith(f"evidence/{manual.pk}/")
    assert row.evidence_mime.startswith("image/")
    with pytest.raises(BadPicture):
        read_scan(io.BytesIO(b"MZ\x90 a program called minutes.pdf"), size=40)


# ---------------------------------------------------------------- values by month


def test_months_and_the_last_days_are_made_and_made_again_the_same(
    cast: Cast, places: list[Municipality], oc1: ProgrammeIndicator
) -> None:
    def rows() -> list[tuple]:
        columns = ("municipality_id", "code", "span", "first", "last", "way", "part", "value", "n", "why")
        with everywhere("the test"):
            return sorted(IndicatorValue.objects.values_list(*columns), key=str)

    today = date(2026, 10, 9)
    measure.renew(today)
    first = rows()
    with scope(places[0]):
        months = IndicatorValue.objects.filter(code="OC1", span=Span.MONTH, way="").order_by("first")
        assert [(row.first, row.last) for row in months] == [
            (date(2026, 9, 1), date(2026, 9, 30)), (date(2026, 10, 1), date(2026, 10, 8)),
        ]  # fmt: skip
        assert months[0].value == pytest.approx(2.8)  # 28 likes in thirty days
        rolling = IndicatorValue.objects.filter(code="OC1", span=Span.ROLLING, way="").get()
        assert (rolling.first, rolling.last) == (date(2026, 9, 11), date(2026, 10, 8))
    measure.renew(today)
    assert rows() == first
    measure.rebuild(today)
    assert rows() == first
    measure.renew(today + timedelta(days=1))
    with scope(places[0]):
        assert IndicatorValue.objects.filter(code="OC1", span=Span.ROLLING, way="").get().last == today


def test_old_months_are_made_again_once_a_week(cast: Cast, places: list[Municipality]) -> None:
    today = date(2027, 3, 9)
    measure.renew(today)
    post(factories.channel(places[0], cast.officer), FIRST, 28)

    def september() -> float:
        with scope(places[0]):
            row = IndicatorValue.objects.get(code="OC1", span=Span.MONTH, first=FIRST, way="")
        return float(row.value)

    measure.renew(today)
    assert september() == pytest.approx(2.8)
    with everywhere("the test"):
        IndicatorValue.objects.update(made_at=timezone.now() - timedelta(days=8))
    measure.renew(today)
    assert september() == pytest.approx(5.6)


def test_on_the_first_day_of_a_month_and_a_year_there_is_no_month_yet(cast: Cast, places: list[Municipality]) -> None:
    measure.renew(date(2027, 1, 1))
    with scope(places[0]):
        months = IndicatorValue.objects.filter(code="OP7", span=Span.MONTH).order_by("first")
        assert [row.last for row in months] == [
            date(2026, 9, 30), date(2026, 10, 31), date(2026, 11, 30), date(2026, 12, 31),
        ]  # fmt: skip


# ---------------------------------------------------------------- reading


def test_the_board_tells_medians_states_and_suppresses_small_groups(
    cast: Cast, places: list[Municipality], oc1: ProgrammeIndicator
) -> None:
    today = timezone.localdate()
    for number, place in enumerate(places, 1):
        likes = {today - timedelta(days=offset): 28 * number if offset == 1 else 0 for offset in range(1, 6)}
        posts(factories.channel(place, cast.officer), likes)
    baselines.freeze(oc1, places, FIRST, LAST, by=cast.staff)
    targets.set_target(oc1, wanted(6), by=cast.staff)
    measure.renew()
    (line,) = queries.dashboard(cast.programme).lines
    assert (line.actual, line.n, line.judged.standing) == (pytest.approx(6.0), 3, TargetStatus.REACHED)
    assert line.start is not None
    assert line.start.value == pytest.approx(6.0)
    cohort = Cohort.objects.create(programme=cast.programme, name="Second", training_on=today)
    Enrolment.objects.filter(municipality=places[2]).update(cohort=cohort)
    (line,) = queries.dashboard(cast.programme, cohort=str(cohort.pk)).lines
    assert (line.actual, line.n, line.why, line.start) == (None, 1, "few_places", None)
    assert queries.dashboard(cast.programme, area="equality").lines == []
    groups = {(group.way, group.key): group for group in queries.whole(oc1).groups}
    assert groups["size", "small"].value == pytest.approx(6.0)
    assert (groups["cohort", "First"].n, groups["cohort", "First"].value) == (2, None)
    assert groups["category", "service"].value == pytest.approx(6.0)


def test_who_left_is_in_no_median_any_more(cast: Cast, places: list[Municipality], oc1: ProgrammeIndicator) -> None:
    measure.renew()
    yesterday = timezone.localdate() - timedelta(days=1)
    Enrolment.objects.filter(municipality=places[0]).update(ends_on=yesterday)
    assert len(queries.whole(oc1).places) == 2
    with scope(places[0]):
        assert own(places[0]) == []
