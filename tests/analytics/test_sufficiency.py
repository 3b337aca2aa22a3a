"""A baseline of too little data: not frozen by accident, marked for ever, in no median, and computed from nowhere."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from copy import deepcopy
from datetime import date, timedelta
from typing import Any

import pytest

from django.urls import reverse
from django.utils import timezone, translation

from administration.archive import numbers as archive_numbers
from analytics.enums import Span
from analytics.indicators import labels, sufficiency
from analytics.indicators.domain import baselines, definitions, measure, targets
from analytics.indicators.domain.targets import Wanted
from analytics.indicators.queries import programme as queries
from analytics.indicators.queries.municipality import own
from analytics.indicators.queries.off_track import off_track
from analytics.models import Baseline, IndicatorValue, MunicipalityBaseline, ProgrammeIndicator
from common.errors import ActionNotAllowed
from common.models import AuditEvent
from common.sentences import sentence
from municipalities.models import Cohort, Enrolment, Municipality
from municipalities.tenancy import scope
from tests.analytics import factories
from tests.analytics.logframe_data import peopled, post, posts
from tests.module_data import written_once
from tests.people import Cast, make_cast, municipality, sign_in

pytestmark = pytest.mark.usefixtures("db")
FIRST, LAST = date(2026, 9, 1), date(2026, 9, 28)
WHY = "They never get more"


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture(scope="module")
def written(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[Cast, list[Municipality]]]:
    """Four municipalities with 6, 6, 6 and 2 posts in September; in the last one, none asks people to do something."""
    with written_once(django_db_blocker):
        cast = make_cast()
        more = [municipality(slug, slug.title(), slug.title()) for slug in ("kragujevac", "mali-zvornik")]
        for place in more:
            Enrolment.objects.create(cohort=Cohort.objects.get(), municipality=place, starts_on=date(2026, 9, 1))
        places = [cast.cuprija, cast.novi_pazar, *more]
        for place, asked, count in zip(places, (1, 2, 3, 0), (6, 6, 6, 2), strict=True):
            place.joined_on = date(2026, 1, 1)
            days = [FIRST + timedelta(days=offset) for offset in range(count)]
            posts(factories.channel(peopled(place), cast.officer), dict.fromkeys(days, 7), calls=days[:asked])
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
def op1(cast: Cast) -> ProgrammeIndicator:
    definitions.choose(cast.programme, ["OP1"], by=cast.staff)
    return ProgrammeIndicator.objects.get(code="OP1")


def words_of(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


class Freezing:
    """The page on which staff freeze the baseline of an indicator, with the days of September."""

    def __init__(self, cast: Cast, indicator: ProgrammeIndicator) -> None:
        self.client = sign_in(cast.staff)
        self.address = reverse("programme_indicator_baseline", args=[indicator.pk])
        self.days = {"cohort": Cohort.objects.get().pk, "first": FIRST.isoformat(), "last": LAST.isoformat()}

    def page(self) -> Any:
        return self.client.get(self.address, self.days)

    def send(self, ticked: list[Municipality], **more: str) -> Any:
        ticks = {f"freeze_{place.pk}": "on" for place in ticked}
        return self.client.post(self.address, {**self.days, **ticks, **more})


@pytest.fixture
def freezing(cast: Cast, op1: ProgrammeIndicator, places: list[Municipality]) -> Freezing:
    return Freezing(cast, op1)


def frozen(places: list[Municipality]) -> list[MunicipalityBaseline]:
    with scope(*places):
        return list(MunicipalityBaseline.objects.order_by("pk"))


# ---------------------------------------------------------------- the rule


@pytest.mark.parametrize(
    ("code", "value", "n", "is_enough"),
    [
        ("OC3", 0.0, 4, False),
        ("OC3", 0.0, 5, True),
        ("OC1", 0.0, 0, True),  # nothing published, so no interactions: exact
        ("OC3", None, 9, False),
        ("GV2", 3.0, 1, True),  # a count of posts, not a share of them
        ("", 12.0, 1, True),  # people entered it
    ],
)
def test_the_floor_of_an_indicator_decides(code: str, value: float | None, n: int, is_enough: bool) -> None:
    assert sufficiency.is_enough(code, value, n) is is_enough


# ---------------------------------------------------------------- freezing on the page


def test_values_of_enough_data_are_ticked_and_the_others_are_not(
    freezing: Freezing, places: list[Municipality]
) -> None:
    rows = {row["place"].pk: row for row in freezing.page().context["rows"]}
    assert [rows[place.pk]["tick"].value() for place in places] == [True, True, True, False]
    assert [bool(rows[place.pk]["because"]) for place in places] == [False, False, False, True]
    text = words_of(freezing.page())
    assert "Only 2 of 5 posts that it takes to judge." in text
    assert "Enough." in text


def test_too_little_is_refused_in_its_row_until_somebody_explains(
    freezing: Freezing, places: list[Municipality]
) -> None:
    refused = freezing.send(places)
    assert refused.status_code == 422
    name = f"because_{places[3].pk}"
    assert list(refused.context["form"].errors) == [name]
    assert "Explain why it is frozen all the same, or leave the municipality out." in words_of(refused)
    assert f'id="id_{name}_error"' in words_of(refused)
    assert frozen(places) == []
    assert freezing.send(places, **{name: WHY}).status_code == 200


def test_nothing_is_frozen_before_it_was_confirmed(freezing: Freezing, places: list[Municipality]) -> None:
    confirmation = freezing.send(places[:3])
    text = words_of(confirmation)
    assert "Freeze these values?" in text
    assert "These stay without a baseline" in text
    assert "none yet: too few posts (2 of 5)" in text
    assert frozen(places) == []
    done = freezing.send(places[:3], confirmed=confirmation.context["fingerprint"])
    assert done.status_code == 302
    assert {row.municipality_id for row in frozen(places)} == {place.pk for place in places[:3]}


def test_a_value_that_changed_meanwhile_is_shown_again(
    cast: Cast, freezing: Freezing, places: list[Municipality]
) -> None:
    confirmation = freezing.send(places[:3])
    channel = factories.channel(places[0], cast.officer)
    post(channel, LAST, 7, call="apply")
    again = freezing.send(places[:3], confirmed=confirmation.context["fingerprint"])
    assert again.status_code == 200
    assert frozen(places) == []


def test_nothing_ticked_is_told_so(freezing: Freezing) -> None:
    answer = freezing.send([])
    assert answer.status_code == 422
    assert "Nothing is ticked." in words_of(answer)


def test_who_did_not_agree_to_comparison_is_frozen_unseen_where_there_is_enough(
    freezing: Freezing, places: list[Municipality]
) -> None:
    Enrolment.objects.filter(municipality__in=[places[0], places[3]]).update(compares=False)
    assert {row["place"].pk for row in freezing.page().context["rows"]} == {places[1].pk, places[2].pk}
    confirmation = freezing.send(places[1:3], withheld="on")
    assert "Besides, the value of 1 municipality" in words_of(confirmation)
    freezing.send(places[1:3], withheld="on", confirmed=confirmation.context["fingerprint"])
    assert {row.municipality_id for row in frozen(places)} == {place.pk for place in places[:3]}


# ---------------------------------------------------------------- frozen with a reason


@pytest.fixture
def with_few(cast: Cast, op1: ProgrammeIndicator, places: list[Municipality]) -> ProgrammeIndicator:
    """All four frozen, the last one with a reason."""
    baselines.freeze(op1, places, FIRST, LAST, by=cast.staff, few_because={places[3].pk: WHY})
    return op1


def test_the_verb_refuses_too_little_without_a_reason(
    cast: Cast, op1: ProgrammeIndicator, places: list[Municipality]
) -> None:
    with pytest.raises(ActionNotAllowed, match="Only 2 of 5 posts") as refused:
        baselines.freeze(op1, places, FIRST, LAST, by=cast.staff, few_because={places[3].pk: "  "})
    assert refused.value.field == baselines.because_field(places[3].pk)


def test_too_little_enters_no_median(with_few: ProgrammeIndicator, places: list[Municipality]) -> None:
    row = Baseline.objects.get()
    assert (row.value, row.n, row.quality["left_out"]) == (pytest.approx(100 / 3), 3, 1)
    known = queries.whole(with_few)
    assert known.line.start is not None
    assert known.line.start.value == pytest.approx(100 / 3)


def test_of_a_cohort_it_enters_no_median_either(
    cast: Cast, with_few: ProgrammeIndicator, places: list[Municipality]
) -> None:
    cohort = str(Cohort.objects.get().pk)
    (line,) = queries.dashboard(cast.programme, cohort=cohort).lines
    assert line.start is not None
    assert line.start.value == pytest.approx(100 / 3)
    Enrolment.objects.filter(municipality=places[0]).update(compares=False)
    (line,) = queries.dashboard(cast.programme, cohort=cohort).lines
    assert line.start is None  # two of enough data are left


def test_every_page_marks_it_with_its_reason(
    cast: Cast, with_few: ProgrammeIndicator, places: list[Municipality]
) -> None:
    client, few = sign_in(cast.staff), places[3]
    board = words_of(client.get(reverse("programme_indicators")))
    assert "The baseline of 1 municipality is of too little data and is not in it." in board
    indicator = words_of(client.get(reverse("programme_indicator", args=[with_few.pk])))
    assert "too little data" in indicator
    of_place = words_of(client.get(reverse("programme_indicator_place", args=[with_few.pk, few.slug])))
    assert f"Frozen all the same: {WHY}. Nothing is computed from it." in of_place
    assert "not computed: the baseline is of too little data" in of_place


def test_the_municipality_reads_it_too(cast: Cast, with_few: ProgrammeIndicator, places: list[Municipality]) -> None:
    few = places[3]
    with scope(few):
        line = own(few)[0].lines[0]
    assert line.start is None
    assert f"Frozen all the same: {WHY}." in labels.sentence(line)


def test_no_status_is_computed_from_it(cast: Cast, with_few: ProgrammeIndicator, places: list[Municipality]) -> None:
    """Of 50 %, against a line from 0 to 100 one would be on track half of the way; without a line nothing is due."""
    today = timezone.localdate()
    wanted = Wanted("value", 100, today + timedelta(days=10), is_milestone=False, reason="Agreed")
    targets.set_target(with_few, wanted, by=cast.staff)
    with scope(*places):
        IndicatorValue.objects.bulk_create(
            IndicatorValue(
                municipality=place, code="OP1", span=Span.ROLLING, first=today - timedelta(days=28),
                last=today - timedelta(days=1), value=1, n=9, is_enough=True,
            )
            for place in places
        )  # fmt: skip
        behind = off_track({cast.programme.pk: [place.pk for place in places]}, today)
    assert {pk for pk, rows in behind.items() if rows} == {place.pk for place in places[:3]}
    lines = {line.place.pk: line for line in queries.whole(with_few).places if line.place}
    assert lines[places[3].pk].judged.standing == "not_due"
    assert lines[places[0].pk].judged.standing == "behind"


def test_it_is_audited_with_its_reason(with_few: ProgrammeIndicator, places: list[Municipality]) -> None:
    event = AuditEvent.objects.get(verb="indicator.freeze_few")
    assert event.municipality_id == places[3].pk
    assert sentence(event).endswith(f"for Mali-Zvornik (2 of 5): {WHY}")


def test_the_archive_of_a_municipality_says_so(with_few: ProgrammeIndicator, places: list[Municipality]) -> None:
    with scope(places[3]):
        (row,) = archive_numbers._frozen()
    file = io.StringIO()
    csv.writer(file).writerow(row)
    assert f"False,{WHY}" in file.getvalue()


# ---------------------------------------------------------------- left out, and frozen before the rule


def test_who_was_left_out_has_no_baseline_yet_and_reads_why(
    cast: Cast, op1: ProgrammeIndicator, places: list[Municipality]
) -> None:
    baselines.freeze(op1, places[:3], FIRST, LAST, by=cast.staff)
    text = words_of(sign_in(cast.staff).get(reverse("programme_indicator", args=[op1.pk])))
    assert "none yet: too few posts (2 of 5)" in text


def test_bad_rows_from_before_the_rule_count_nowhere(
    cast: Cast, op1: ProgrammeIndicator, places: list[Municipality]
) -> None:
    """Three values of 1, 2 and 1 questions, frozen with a median of them."""
    with scope(*places):
        for place, n in zip(places[:3], (1, 2, 1), strict=True):
            MunicipalityBaseline.objects.create(
                municipality=place, indicator=op1, first=FIRST, last=LAST, value=0, n=n, frozen_by=cast.staff
            )
    Baseline.objects.create(indicator=op1, first=FIRST, last=LAST, value=0, n=3, frozen_by=cast.staff)
    known = queries.whole(op1)
    assert known.line.start is None
    assert [line.start for line in known.places] == [None] * 4
    (line,) = queries.dashboard(cast.programme).lines
    assert (line.start, line.judged.standing) == (None, "no_target")
    client = sign_in(cast.staff)
    assert "too little data" in words_of(client.get(reverse("programme_indicators")))
    text = words_of(client.get(reverse("programme_indicator", args=[op1.pk])))
    assert "It was taken of municipalities with too little data. Freeze it again." in text
    assert "the baseline is 0" not in text


def test_a_sound_median_from_before_the_rule_still_counts(
    cast: Cast, op1: ProgrammeIndicator, places: list[Municipality]
) -> None:
    with scope(*places):
        for place in places[:3]:
            MunicipalityBaseline.objects.create(
                municipality=place, indicator=op1, first=FIRST, last=LAST, value=20, n=6, frozen_by=cast.staff
            )
    Baseline.objects.create(indicator=op1, first=FIRST, last=LAST, value=20, n=3, frozen_by=cast.staff)
    (line,) = queries.dashboard(cast.programme).lines
    assert line.start is not None
    measure.renew()
    assert queries.whole(op1).line.start is not None
