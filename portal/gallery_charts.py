"""The charts of `/ui/`: every kind, with example figures that show its features."""

from datetime import date, timedelta
from random import Random

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from common import charts, languages
from common.charts import Chart, ChartTexts, Mark, Pair, Series, Tile
from common.dates import day_month_short, weekday
from municipalities.reference import load

FIRST = date(2026, 11, 1)
DAYS = 30
TOWNS = ("Ћуприја", "Нови Пазар", "Прокупље", "Бујановац", "Кула", "Мајданпек", "Пожега", "Ириг")


def _texts(formula: str = "", heading: str = "") -> ChartTexts:
    return ChartTexts(heading=heading or _("Day"), formula=formula)


def _days() -> list[str]:
    return [day_month_short(FIRST + timedelta(days=at)) for at in range(DAYS)]


def _weeks(count: int) -> list[str]:
    return [day_month_short(FIRST + timedelta(weeks=at - count)) for at in range(count)]


def _reach() -> list[float | None]:
    reach: list[float | None] = [420 + (day * 37) % 190 + day * 6 for day in range(DAYS)]
    reach[11:15] = [None] * 4
    return reach


def spark() -> SafeString:
    return charts.sparkline(_reach(), mark=8)


def charts_of_all_kinds() -> dict[str, Chart]:
    return {
        "line": _line(),
        "broken": _broken(),
        "bars": _bars(),
        "stacked": _stacked(share=True),
        "sums": _stacked(share=False),
        "heat": _heat(),
        "multiples": _multiples(),
        "dumbbell": _dumbbell(),
        "ranking": _ranking(),
        "tiles": _tiles(),
        "place_map": _place_map(),
        "bullet": _bullet(),
    }


def _line() -> Chart:
    reasons = dict.fromkeys(range(11, 15), _("the channel was disconnected"))
    answers = [180 + (day * 53) % 120 for day in range(DAYS)]
    series = [Series(_("Reach"), _reach(), reasons), Series(_("Interactions"), answers)]
    texts = _texts(_("Reach: people who saw a post at least once"))
    return charts.line(_("Reach and interactions"), _days(), series, texts, target=(_("Target"), 700))


def _broken() -> Chart:
    followers = [1840 + at * 11 + (at * 7) % 9 for at in range(18)] + [2960 + at * 6 for at in range(12)]
    before = [1500 + at * 9 for at in range(DAYS)]
    series = [Series(_("Followers"), followers), Series(_("The period before"), before, muted=True)]
    marks = [Mark(6, _("Training")), Mark(18, _("Connected to another page"), broken=True)]
    return charts.line(_("Followers"), _days(), series, _texts(), from_zero=False, marks=marks)


def _bars() -> Chart:
    series = [
        Series(_("Posts"), [14, 17, 12, None, 21, 26, 24, 29, 31, 28, 33, 36], {3: _("not fetched this week")}),
        Series(_("The period before"), [12, 13, 13, 12, 14, 13, 15, 14, 16, 15, 14, 16], muted=True),
    ]
    texts = _texts(_("publications on all channels"), _("Week from"))
    marks = [Mark(3.5, _("Training")), Mark(7, _("Flood"), until=8)]
    return charts.bars(_("Posts by week"), _weeks(12), series, texts, marks=marks)


def _stacked(*, share: bool) -> Chart:
    parts = [
        Series(_("Service information"), [3, 4, 4, 6, None, 9, 8, 11, 12, 12, 14, 15]),
        Series(_("Calls to action"), [1, 1, 2, 2, None, 4, 5, 5, 6, 8, 7, 9]),
        Series(_("Events"), [4, 5, 4, 5, None, 4, 6, 5, 4, 5, 6, 5]),
        Series(_("Ceremony"), [9, 8, 8, 7, None, 5, 4, 4, 3, 3, 2, 2]),
    ]
    title = _("Topics of the posts, in shares") if share else _("What the posts were about")
    marks = [Mark(4.5, _("Training"))]
    texts = ChartTexts(heading=_("Week from"), formula=_("posts by category"), gap=_("no posts"))
    return charts.stacked(title, _weeks(12), parts, texts, share=share, marks=marks)


def _heat() -> Chart:
    days = [weekday(date(2026, 11, 2) + timedelta(days=at)) for at in range(7)]
    values: list[list[float | None]] = []
    for day in range(7):
        busy = [round((10 - abs(hour - 18 + day % 3)) ** 2 * (1.2 - day / 9)) for hour in range(24)]
        values.append([None if at < 6 or (day > 4 and at > 20) else count for at, count in enumerate(busy)])
    texts = ChartTexts(
        heading=_("Day of the week"), gap=_("not enough data"), formula=_("median interactions of a post, by its hour")
    )
    hours = [f"{hour:02d}" for hour in range(24)]
    return charts.heat(_("Best time to publish"), days, hours, values, texts, marked=[(0, 18), (1, 17), (2, 16)])


def _multiples() -> Chart:
    chance = Random(7)  # noqa: S311 - examples, the same each time
    series = []
    for at, name in enumerate(TOWNS):
        start, slope = chance.uniform(4, 14), chance.uniform(-0.2, 1.1)
        values: list[float | None] = [max(0, round(start + slope * week + chance.uniform(-3, 3))) for week in range(24)]
        if at == 3:
            values[8:13] = [None] * 5
        series.append(Series(name, values))
    median = Series(_("Median of the size class"), [8 + week * 0.3 for week in range(24)], muted=True)
    return charts.multiples(
        _("Interactions per post, by municipality"), _weeks(24), series, _texts(heading=_("Municipality")),
        against=median, marks=[[Mark(10, _("Training"))]] * len(series), marked=0,
    )  # fmt: skip


def _dumbbell() -> Chart:
    figures = [(4.1, 11.8), (6.2, 10.9), (3.0, 8.4), (5.5, None), (7.9, 7.1), (2.2, 5.0), (4.4, 4.4), (None, None)]
    reasons = {3: _("no channel after the training"), 7: _("joined later")}
    pairs = [Pair(name, *pair, reasons.get(at, "")) for at, (name, pair) in enumerate(zip(TOWNS, figures, strict=True))]
    names = (_("3 months before the training"), _("3 months after it"))
    texts = _texts(_("interactions per post per 1,000 followers, median"), _("Municipality"))
    return charts.dumbbell(_("Before and after the training"), pairs, texts, names=names, marked=0)


def _ranking() -> Chart:
    rank = Series(_("Reach per 1,000 inhabitants"), [312, 287.5, 198, 121, 64, None], {5: _("no channel yet")})
    return charts.ranking(rank.name, TOWNS[:6], rank, _texts(heading=_("Municipality")), marked=2)


def _tiles() -> Chart:
    name = f"name_{languages.current().text_variant}"
    cells = [
        Tile(
            district_record.code,
            getattr(district_record, name),
            None if at in (9, 22) else (at * 53) % 97 + 3,
            _("no one from the programme"),
        )
        for at, district_record in enumerate(load().districts)
        if at != 14
    ]
    texts = ChartTexts(
        heading=_("District"), formula=_("interactions per 1,000 inhabitants, median of the municipalities")
    )
    return charts.tiles(_("The districts"), cells, texts)


def _place_map() -> Chart:
    """A district with one municipality, one with two, one with many, and gaps."""
    reference, name, gap = load(), f"name_{languages.current().text_variant}", _("no channel yet")
    places = [
        charts.MapEntry(row.district, getattr(row, name), (at * 53) % 97 + 3 if at % 11 != 5 else None, gap)
        for at, row in enumerate(reference.municipalities)
        if row.district in ("RS-18", "RS-06") or row.slug in ("cuprija", "kragujevac", "mali-zvornik", "vlasotince")
    ]
    texts = ChartTexts(heading=_("Municipality"), formula=_("interactions per 1,000 inhabitants"))
    districts = {district.code: getattr(district, name) for district in reference.districts}
    return charts.place_map(_("The municipalities"), places, districts, texts)


def _bullet() -> Chart:
    milestones = [(_("after 6 months"), 28), (_("after 12 months"), 36)]
    texts = ChartTexts(heading=_("Indicator"), formula=_("share of posts with a call to action, in per cent"))
    return charts.bullet(
        _("Posts with a call to action"), baseline=12, actual=31, target=45, milestones=milestones, texts=texts
    )


def small_charts() -> list[Chart]:
    months = ["I", "II", "III", "IV", "V", "VI"]
    series = [Series(name, [at * 3 + 5, 12, None, 20, 18 + at, 30 - at * 4]) for at, name in enumerate(TOWNS[:4])]
    return charts.small(months, series, _texts(heading=_("Month")))
