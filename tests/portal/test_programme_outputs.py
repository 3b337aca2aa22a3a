"""What was done: each figure of the overview is the number of rows on the page that it leads to."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from django.test import Client
from django.utils import timezone, translation

from analytics import reporting_period
from analytics.models import Tally
from kits.models import Adoption
from municipalities.models import Enrolment
from municipalities.queries import today
from municipalities.tenancy import scope
from needs.enums import NeedStage
from portal import programme_overview
from reports import outputs
from reports.contents.programme import programme
from reports.document import Table, Tiles
from reports.files import pdf, sheets, tables
from tests.analytics import factories
from tests.analytics.logframe_data import peopled, post
from tests.kits.conftest import draft_kit, kit  # noqa: F401
from tests.mentoring import rows as mentoring_rows
from tests.mentoring.talks import held
from tests.needs.factories import need
from tests.participation import reported
from tests.people import Cast, sign_in
from tests.reports import reading
from tests.trainings.group import attended, certificate_of, training_of

PAGE = "/programme/overview/"
pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def busy(cast: Cast, kit: Any) -> Cast:  # noqa: F811
    """Of each output some in the last seven days, some before, and some that do not count."""
    Enrolment.objects.update(starts_on=today() - timedelta(days=200))
    for days_ago in (4, 9, 120):
        certificate_of(training_of(cast, days_ago=days_ago), cast)
    attended(training_of(cast, days_ago=30), cast, user=cast.stranger)
    training_of(cast, days_ago=-5)
    mentoring_rows.plan(cast, cast.cuprija)
    mentoring_rows.plan(cast, cast.novi_pazar, agreed=False)
    for days, hours in ((-3, "1.5"), (-9, "2"), (-50, "0.25")):
        held(cast.cuprija, cast.mentor, days, hours)
    channel = factories.channel(peopled(cast.cuprija), cast.officer)
    for days_ago in (1, 2, 8, 9, 10, 40, 100, 101, 190):
        post(channel, today() - timedelta(days=days_ago), 5, service="evrtic" if days_ago % 2 else "")
    post(channel, today() - timedelta(days=230), 5)
    for place in (cast.cuprija, cast.novi_pazar):
        with scope(place):
            for days_ago, count in ((1, 2), (9, 3), (230, 4)):
                day = today() - timedelta(days=days_ago)
                Tally.objects.create(municipality=place, code="OC4", day=day, counted=count)
            Tally.objects.create(municipality=place, code="OC3", day=today(), counted=9)
    adopted(cast, kit)
    for days_ago in (2, 20):
        day = today() - timedelta(days=days_ago)
        need(cast.cuprija, cast.officer, f"Клупа {days_ago}", stage=NeedStage.DONE, reason="Може", decided_on=day,
             done="Постављена", done_on=day, is_public=days_ago == 2)  # fmt: skip
    need(cast.cuprija, cast.officer, "Осветљење")
    hearing = reported.consultation(
        cast.cuprija, cast.officer, stage="reported", reported_at=timezone.now() - timedelta(days=2)
    )
    for days_ago in (1, 9, 230):
        reported.contribution(hearing, received_at=timezone.now() - timedelta(days=days_ago))
    reported.consultation(cast.cuprija, cast.officer, slug="drugi")
    return cast


def adopted(cast: Cast, kit: Any) -> None:  # noqa: F811
    from planning.models import Campaign

    with scope(cast.cuprija):
        campaign = Campaign.objects.create(
            municipality=cast.cuprija, name="Упис", starts_on=today(), ends_on=today() + timedelta(days=9),
            created_by=cast.officer,
        )  # fmt: skip
        row = Adoption.objects.create(
            municipality=cast.cuprija, kit=kit, campaign=campaign, starts_on=today(), by=cast.officer
        )
        Adoption.objects.filter(pk=row.pk).update(at=timezone.now() - timedelta(days=3))


def plain(markup: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", markup)).split())


def figures(client: Client) -> dict[str, tuple[str, Decimal]]:
    """By key: the address that a figure of the overview leads to, and the figure."""
    part = client.get(PAGE).text.partition('aria-labelledby="outputs"')[2].partition("</section>")[0]
    cards = re.findall(r'href="([^"]+outputs/([a-z-]+)/[^"]*)".*?<strong>(.*?)</strong>', part, re.DOTALL)
    return {key: (html.unescape(address), Decimal(plain(value).replace(",", ""))) for address, key, value in cards}


def counted(client: Client, address: str, *, is_summed: bool) -> Decimal:
    """What a person who counts the rows of the page, and of those that follow it, comes to."""
    total, number, pages = Decimal(0), 1, 1
    while number <= pages:
        page = client.get(f"{address}&page={number}")
        assert page.status_code == 200
        body = page.text.partition("<tbody>")[2].partition("</tbody>")[0]
        lines = body.split("<tr>")[1:]
        cells = [re.findall(r'class="num">(.*?)</td>', line, re.DOTALL) for line in lines]
        total += sum(Decimal(plain(cell[0]).replace(",", "")) for cell in cells) if is_summed else len(lines)
        pages = page.context["page"].paginator.num_pages
        number += 1
    return total


EXPECTED = {
    "municipalities": 2, "trainings": 4, "people": 4, "certificates": 3, "plans": 1, "check-ins": 3,
    "hours": Decimal("3.75"), "kits": 1, "posts": 9, "eservices": 3, "questions": 10, "needs": 2,
    "consultations": 1, "contributions": 2,
}  # fmt: skip
LAST_WEEK = {
    "trainings": 1, "people": 1, "certificates": 3, "check-ins": 1, "hours": Decimal("1.5"), "kits": 1, "posts": 2,
    "eservices": 1, "questions": 4, "needs": 1, "consultations": 1, "contributions": 1,
}  # fmt: skip


def test_every_figure_is_the_number_of_its_rows(
    busy: Cast, monkeypatch: pytest.MonkeyPatch, subtests: pytest.Subtests
) -> None:
    """Counted by hand above; on pages of three rows, so that the second one counts, too."""
    client = sign_in(busy.staff)
    with monkeypatch.context() as shorter:
        shorter.setattr(programme_overview, "PER_PAGE", 3)
        shown = figures(client)
        assert {key: value for key, (_address, value) in shown.items()} == EXPECTED
        assert list(shown) == list(outputs.ORDER) == [kind.key for kind in outputs.kinds()]
        for kind in outputs.kinds():
            address, value = shown[kind.key]
            assert counted(client, address, is_summed=kind.is_summed) == value, kind.key
    with subtests.test("the rows of the last week are those of its days"):
        for kind in outputs.kinds():
            address = f"{PAGE}outputs/{kind.key}/?span=week"
            assert counted(client, address, is_summed=kind.is_summed) == LAST_WEEK.get(kind.key, 0), kind.key
    with subtests.test("a need that is not public is counted and not named"):
        text = client.get(f"{PAGE}outputs/needs/").text
        assert "Клупа 2" in text
        assert "Клупа 20" not in text
    for key in ("consultations", "contributions"):
        with subtests.test("a consultation leads to its public page", of=key):
            addresses = re.findall(r'href="(/consultations/[^"]+)"', client.get(f"{PAGE}outputs/{key}/").text)
            assert addresses
            assert {Client().get(address).status_code for address in addresses} == {200}
    with subtests.test("other people have none of it"):
        for person in (busy.officer, busy.approver, busy.mentor, busy.trainer, busy.administrator, busy.stranger):
            assert sign_in(person).get(f"{PAGE}outputs/trainings/").status_code == 404
        assert client.get(f"{PAGE}outputs/no-such-output/").status_code == 404
    with subtests.test("who did not agree to be compared is in no count of posts"):
        Enrolment.objects.filter(municipality=busy.cuprija).update(compares=False)
        shown = figures(client)
        assert [shown[key][1] for key in ("posts", "eservices", "questions", "kits", "needs")] == [0, 0, 5, 0, 0]
        assert shown["hours"][1] == Decimal("3.75")


def test_the_report_to_the_donor_has_the_same_outputs(busy: Cast) -> None:
    """Since the programme began to the end of last month, and in that month; by hand, as the day of the test moves."""
    last = today().replace(day=1) - timedelta(days=1)
    period = reporting_period.of_months(last, last, today())
    document = programme(busy.programme, period, timezone.now())
    (table,) = [block for block in document.blocks if isinstance(block, Table) and block.name == "outputs"]
    by_label = {str(row[0]): row[1:] for row in table.rows}
    assert list(by_label) == [str(kind.label) for kind in outputs.kinds()]
    counted = outputs.Counted(busy.programme)
    for kind in outputs.kinds():
        for at, first in enumerate((last.replace(day=1), today() - timedelta(days=200))):
            rows = outputs.rows(kind.key, counted, outputs.Span(first, last))
            assert by_label[str(kind.label)][at] == sum(row.amount for row in rows), kind.key
    (tiles,) = [block for block in document.blocks if isinstance(block, Tiles)]
    assert [tile.value for tile in tiles.items if tile.label == "Posts"] == [by_label["Posts published"][0]]
    printed = reading.pdf(pdf.write(document)).text
    assert re.search(r"Hours of mentoring [\d.]+ [\d.]+ of these check-ins", printed)
    in_csv = {row["What was done"]: row["In all"] for row in reading.tables(tables.write(document))["outputs"]}
    in_excel = {row[0].value: row[2].value for row in reading.xlsx(sheets.write(document))["What was done"].iter_rows()}
    for label, (_months, everything, _meaning) in by_label.items():
        assert float(in_csv[label]) == in_excel[label] == everything
