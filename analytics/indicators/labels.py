"""Indicators in words: values with their unit, why one is missing, how good the data are, where a value stands."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from analytics.enums import AimKind, Better, Level, Standing, Unit
from analytics.indicators.queries.programme import IndicatorRow
from analytics.indicators.target_status import Aim, goal
from analytics.logframe import INDICATORS, WHY, Measured
from analytics.models import PlaceTarget, ProgrammeIndicator, Target
from common.dates import long_date, short_date
from common.numbers import number, significant
from common.templatetags.ui import network_name
from posts.enums import Category

SIZES = {
    "small": gettext_lazy("under 20,000 inhabitants"),
    "medium": gettext_lazy("20,000 to 100,000 inhabitants"),
    "large": gettext_lazy("over 100,000 inhabitants"),
}
WAYS = {
    "cohort": gettext_lazy("By cohort"),
    "size": gettext_lazy("By size of the municipality"),
    "network": gettext_lazy("By network"),
    "category": gettext_lazy("By what the posts were about"),
}
RULE = gettext_lazy(
    "The way is the straight line from the baseline, on the last of its days, through the milestones to the target "
    "on its day. At or beyond it a value is on track, short of it behind. Without a baseline nothing is due before the "
    "day of the target. A value of too few posts is shown and not judged."
)


def figure(amount: float) -> str:
    """Whole figures whole, others to three figures."""
    return number(int(amount)) if amount == int(amount) else significant(amount)


def value(amount: float | None, unit: str) -> str:
    """41 % · 15.2 · 6.5 h; a dash for nothing."""
    if amount is None:
        return "–"
    said = figure(amount)
    if unit == Unit.PERCENT:
        return f"{said} %"
    return _("%(hours)s h") % {"hours": said} if unit == Unit.HOURS else said


def aim(row: Target | PlaceTarget, line: IndicatorRow) -> str:
    """60 % · +25 % (15.6)."""
    unit = line.indicator.unit
    if row.kind == AimKind.VALUE:
        return value(row.value, unit)
    change = f"{'+' if row.value > 0 else ''}{figure(row.value)} %"
    wanted = goal(Aim(row.kind, row.value, row.due_on), line.start)
    if wanted is None:
        return _("%(change)s against the baseline") % {"change": change}
    return _("%(change)s against the baseline: %(value)s") % {"change": change, "value": value(wanted, unit)}


def aim_short(row: Target | PlaceTarget, line: IndicatorRow) -> tuple[str, str]:
    """For tables: the target as a value where it can be reckoned, and how it was said where that is something else."""
    unit = line.indicator.unit
    if row.kind == AimKind.VALUE:
        return value(row.value, unit), ""
    said = f"{'+' if row.value > 0 else ''}{figure(row.value)} %"
    wanted = goal(Aim(row.kind, row.value, row.due_on), line.start)
    return (said, _("of change")) if wanted is None else (value(wanted, unit), said)


def period(first: date | None, last: date | None) -> str:
    """1 Sep 2026 – 28 Sep 2026; one day alone."""
    if first is None or last is None:
        return ""
    return short_date(first) if first == last else f"{short_date(first)} – {short_date(last)}"


def why(line: IndicatorRow) -> str:
    """Why there is no value."""
    listed = line.indicator.listed
    if listed and listed.needs and line.waits:
        return str(listed.needs)
    return str(WHY.get(line.why, WHY["nobody"]))


def measured_from(line: IndicatorRow) -> str:
    since = line.measured_since
    return _("Measured from %(day)s on.") % {"day": long_date(since)} if since else ""


def counts(indicator: ProgrammeIndicator) -> str:
    return str(indicator.listed.counts) if indicator.listed else ""


def change(line: IndicatorRow) -> str:
    """+12 % against the baseline; says when that is not defined."""
    if line.start is None or line.actual is None:
        return "–"
    if line.start.value == 0:
        return _("not defined: the baseline is 0")
    amount = line.change or 0
    return f"{'+' if amount > 0 else ''}{number(amount, 0)}\u00a0%"


def quality(found: Mapping[str, Any]) -> list[str]:
    """What one should know of the data a value was made of, a sentence each."""
    return list(_quality(found))


def _quality(found: Mapping[str, Any]) -> Iterator[str]:
    posts, told = int(found.get("posts") or 0), int(found.get("told") or 0)
    if found.get("source"):
        yield _("Source: %(source)s.") % {"source": found["source"]}
    if posts:
        yield ngettext(
            "The networks told numbers of %(told)s of %(posts)s post.",
            "The networks told numbers of %(told)s of %(posts)s posts.", posts,
        ) % {"told": told, "posts": posts}  # fmt: skip
    if found.get("imported"):
        yield _("Of these, %(count)s come from imported history.") % {"count": found["imported"]}
    if found.get("known") is not None and found["known"] < found.get("days", 0):
        yield _("Known for %(known)s of %(days)s days.") % {"known": found["known"], "days": found["days"]}
    if "followed" in found and found["followed"] < posts:
        yield _("The followers are known for %(count)s of them.") % {"count": found["followed"]}
    if found.get("gaps"):
        told_gaps = {"gaps": found["gaps"], "days": found["channel_days"]}
        yield _("Followers were not read on %(gaps)s of %(days)s days of channels.") % told_gaps
    if found.get("unchecked"):
        yield _("Not checked yet: %(count)s posts.") % {"count": found["unchecked"]}
    yield from _beside(found)


def _beside(found: Mapping[str, Any]) -> Iterator[str]:
    """What is told beside a value."""
    if found.get("ceremonies") is not None:
        yield _("Ceremonies and visits: %(share)s of the posts.") % {"share": value(found["ceremonies"], Unit.PERCENT)}
    if found.get("longest_gap") is not None:
        told = {"days": found["longest_gap"], "posts": significant(found["per_week"], 2)}
        yield _("Longest gap: %(days)s days. Posts a week: %(posts)s.") % told
    if found.get("shown") is not None:
        yield _("Drafts shown to a mentor: %(count)s.") % {"count": found["shown"]}
    if found.get("emergencies"):
        yield _("Emergencies, left out: %(count)s.") % {"count": found["emergencies"]}


def few(line: IndicatorRow) -> str:
    """That a value is of too little to be judged; empty where it is not."""
    listed = line.indicator.listed
    if line.is_enough or listed is None:
        return ""
    told = {"n": line.n, "least": listed.least, "counts": listed.counts}
    return _("Only %(n)s of %(least)s %(counts)s that it takes to judge.") % told


def few_of(indicator: ProgrammeIndicator, measured: Measured) -> list[str]:
    """The same before it is frozen."""
    listed = indicator.listed
    if listed is None or measured.value is None or not measured.n or measured.n >= listed.least:
        return []
    return [_("Only %(n)s of %(least)s %(counts)s that it takes to judge.")
            % {"n": measured.n, "least": listed.least, "counts": listed.counts}]  # fmt: skip


def standing_short(line: IndicatorRow) -> str:
    """What was asked for today; where nothing was, why; nothing where the state says it all."""
    judged = line.judged
    if judged.standing in (Standing.ON_TRACK, Standing.BEHIND):
        return _("asked for today: %(due)s") % {"due": value(judged.due, line.indicator.unit)}
    if judged.standing in (Standing.NOT_DUE, Standing.NO_DATA):
        return standing(line)
    return ""


def standing(line: IndicatorRow) -> str:
    """The sentence of the state: what was asked for today, or why nothing is."""
    judged = line.judged
    if judged.standing == Standing.NO_DATA:
        return few(line) or why(line)
    if judged.standing == Standing.NOT_DUE:
        return _not_due(line)
    said = {
        Standing.REACHED: _("The target is reached."),
        Standing.ON_TRACK: _("That is on track: the way to the target asks for %(due)s today."),
        Standing.BEHIND: _("That is behind: the way to the target asks for %(due)s today."),
        Standing.NO_TARGET: _("No target was agreed."),
    }
    return said[judged.standing] % {"due": value(judged.due, line.indicator.unit)}


def _not_due(line: IndicatorRow) -> str:
    if line.target is not None and line.target.kind == AimKind.CHANGE and line.judged.goal is None:
        if line.start is not None:
            return _("The baseline is 0, so a change in per cent is not defined.")
        return _("Without a baseline a change in per cent is not defined.")
    return _("Nothing is due yet.")


def sentence(line: IndicatorRow) -> str:
    """An indicator of one municipality, for people: where it stands, where it began, what was agreed."""
    indicator, unit = line.indicator, line.indicator.unit
    said = []
    if line.actual is not None and line.first and line.last:
        told = {"value": value(line.actual, unit), "days": period(line.first, line.last)}
        said.append(_("Now: %(value)s (%(days)s).") % told)
    if line.baseline is not None:
        told = {"value": value(line.baseline.value, unit), "days": period(line.baseline.first, line.baseline.last)}
        said.append(_("Baseline: %(value)s (%(days)s).") % told)
    if line.target is not None:
        told = {"value": aim(line.target, line), "day": long_date(line.target.due_on)}
        said.append((_("Agreed at most: %(value)s by %(day)s.") if indicator.better == Better.DOWN
                     else _("Agreed: %(value)s by %(day)s.")) % told)  # fmt: skip
    if line.actual is None and line.judged.standing != Standing.NO_DATA:
        said.append(why(line))
    # A date of the Serbian interface ends with the full stop that would end the sentence.
    return " ".join([*said, standing(line)]).replace("..", ".")


def group(way: str, key: str) -> str:
    """The name of a group of municipalities, or of a part of the posts."""
    if way == "size":
        return str(SIZES[key])
    if way == "network":
        return network_name(key)
    return str(Category(key).label) if way == "category" else key


def level(key: str) -> str:
    return str(Level(key).label)


def usual(indicator: ProgrammeIndicator) -> str:
    listed = INDICATORS.get(indicator.code)
    return str(listed.usual_target) if listed else ""
