"""Rows of tables that are written without a template say the same, and nobody's words become markup in them."""

from __future__ import annotations

from django.utils import translation

from analytics.comparison.views import table_rows
from analytics.comparison.views.table_rows import MunicipalityRow
from analytics.dashboards.queries.dashboard import Totals
from analytics.dashboards.queries.relative_performance import Typical
from analytics.dashboards.views import breakdown_tables
from analytics.dashboards.views.breakdown_tables import Table
from common import charts
from common.markup import html

HOSTILE = "<b>\"Žabari\" & 'Co'</b>"
ESCAPED = "&lt;b&gt;&quot;Žabari&quot; &amp; &#x27;Co&#x27;&lt;/b&gt;"


def kind(
    label: str, posts: int, interactions: int | None, typical: Typical | None = None
) -> breakdown_tables.PostKindRow:
    sums = {} if interactions is None else {"interactions": interactions}
    return breakdown_tables.PostKindRow(
        label, "/posts/?days=28&call=pay", Totals(posts, dict(sums)), typical, "40.5", "1.5 ×" if typical else ""
    )


def test_a_municipality_can_be_chosen_opened_and_says_what_its_numbers_lack() -> None:
    with translation.override("en"):
        written = table_rows.rows(
            [
                MunicipalityRow(
                    "Ćuprija",
                    ["1,234", "–"],
                    "cuprija",
                    "/m/a/?x=1&y=2",
                    html("<svg/>"),
                    is_few=True,
                    since="here since 1 May",
                )
            ],
            with_spark=True,
        )
    assert written == (
        '<tr><th scope="row"><span><input type="checkbox" form="chosen" name="m" value="cuprija"'
        ' aria-label="Choose Ćuprija"><a href="/m/a/?x=1&amp;y=2">Ćuprija</a>'
        ' <span class="pill tone-plain">few posts</span> <span class="pill tone-plain">here since 1 May</span></span>'
        "<td><svg/><td>1,234<td>–\n"
    )


def test_fifty_rows_of_the_comparison_leave_the_page_below_its_limit() -> None:
    """Of 60 kB; the rest of the page, with its two charts, takes 32. tests/benchmarks/test_main_pages.py has it all."""
    spark = charts.sparkline([float(n % 7) for n in range(13)], "")
    row = MunicipalityRow("Велика Плана", ["12.345"] * 9, "velika-plana", "/m/velika-plana/analytics/", spark)
    assert len(table_rows.rows([row] * 50, with_spark=True).encode()) < 28_000


def test_a_group_says_of_how_many_it_is_and_cannot_be_chosen() -> None:
    written = table_rows.rows(
        [MunicipalityRow("Third", ["5"], count=5), MunicipalityRow("All", ["7"], count=8, is_all=True)],
        with_spark=False,
    )
    assert written == (
        '<tr><th scope="row">Third <small class="muted">n = 5</small><td>5\n'
        '<tr class="compare-all"><th scope="row">All <small class="muted">n = 8</small><td>7\n'
    )


def test_names_in_rows_of_municipalities_and_groups_are_escaped() -> None:
    place = MunicipalityRow(HOSTILE, [HOSTILE], HOSTILE, HOSTILE, since=HOSTILE)
    for written, times in (
        (table_rows.rows([place], with_spark=True), 6),
        (table_rows.rows([MunicipalityRow(HOSTILE, [])], with_spark=False), 1),
    ):
        assert "<b>" not in written
        assert '"Žabari' not in written
        assert written.count(ESCAPED) == times


def test_a_kind_of_posts_says_its_numbers_with_the_posts_behind_them() -> None:
    with translation.override("en"):
        written = Table("call", "", "", [kind("Pay", 1200, 5400, Typical(1.5, 1200))]).body
    assert written == (
        '<tr><th scope="row">Pay</th>'
        '<td class="num"><a href="/posts/?days=28&amp;call=pay"><span class="number">1,200</span></a></td>'
        '<td class="num"><a href="/posts/?days=28&amp;call=pay&amp;sort=most">'
        '<span class="number">5,400</span></a></td>'
        '<td class="num"><span class="number">4.5</span></td>'
        '<td class="bar-cell"><svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="chart-bar series-1" width="40.5" height="10"/></svg></td>'
        '<td class="num nowrap">1.5 ×<details class="verdict-why"><summary>Why?</summary><p>It is the middle of these '
        "posts (1200 of them can be judged): half did better, half worse. Each is measured against the usual number of "
        "its own channel in the period.</p></details></td></tr>\n"
    )


def test_of_few_posts_of_which_nothing_was_told_there_is_no_bar_and_no_zero() -> None:
    with translation.override("en"):
        written = Table("call", "", "", [kind(HOSTILE, 2, None)]).body
    assert written.count(ESCAPED) == 1
    assert "<b>" not in written
    assert '<small class="muted">few posts</small>' in written
    assert not any(part in written for part in ("<svg", ">0<", "sort=most"))
    assert written.count("No value") == 4  # for the eye and for the ear, of the sum and of the mean
    assert '<span class="muted">–</span>' in written
