"""Texts about indicators: values with their unit, why one is missing, data quality, and the status of a target."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from analytics.enums import Better, Level, TargetKind, TargetStatus, Unit
from analytics.indicators.queries.rows import IndicatorRow
from analytics.indicators.sufficiency import LEFT_OUT, is_enough, needed
from analytics.indicators.target_status import Start, TargetPoint, goal, is_for_worse
from analytics.logframe import INDICATORS, WHY, Measured
from analytics.models import Baseline, MunicipalityBaseline, MunicipalityTarget, ProgrammeIndicator, Target
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
    "day of the target. A value of too few posts is shown and not judged. A target worse than its baseline needs a "
    "reason and is marked; a value worse than the baseline is never reached."
)


def figure(amount: float) -> str:
    """Whole figures whole, others to three figures."""
    return number(int(amount)) if amount == int(amount) else significant(amount)


def value(amount: float | None, unit: str) -> str:
    """41 % · 15.2 · 6.5 h; a dash for nothing."""
    if amount is None:
        return "–"
    text = figure(amount)
    if unit == Unit.PERCENT:
        return f"{text} %"
    return _("%(hours)s h") % {"hours": text} if unit == Unit.HOURS else text


def target_label(row: Target | MunicipalityTarget, line: IndicatorRow) -> str:
    """60 % · +25 % (15.6)."""
    unit = line.indicator.unit
    if row.kind == TargetKind.VALUE:
        return value(row.value, unit)
    change = f"{'+' if row.value > 0 else ''}{figure(row.value)} %"
    wanted = goal(TargetPoint(row.kind, row.value, row.due_on), line.start)
    if wanted is None:
        return _("%(change)s against the baseline") % {"change": change}
    return _("%(change)s against the baseline: %(value)s") % {"change": change, "value": value(wanted, unit)}


def target_label_short(row: Target | MunicipalityTarget, line: IndicatorRow) -> tuple[str, str]:
    """For tables: the target as a value where it can be computed, and as it was set where that differs."""
    unit = line.indicator.unit
    if row.kind == TargetKind.VALUE:
        return value(row.value, unit), ""
    text = f"{'+' if row.value > 0 else ''}{figure(row.value)} %"
    wanted = goal(TargetPoint(row.kind, row.value, row.due_on), line.start)
    return (text, _("of change")) if wanted is None else (value(wanted, unit), text)


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
    if line.baseline is not None and line.start is None:
        return _("not computed: the baseline is of too little data")
    if line.start is None or line.actual is None:
        return "–"
    if line.start.value == 0:
        return _("not defined: the baseline is 0")
    amount = line.change or 0
    return f"{'+' if amount > 0 else ''}{number(amount, 0)}\u00a0%"


def quality(notes: Mapping[str, Any]) -> list[str]:
    """What one should know of the data a value was made of, a sentence each."""
    return list(_quality(notes))


def _quality(notes: Mapping[str, Any]) -> Iterator[str]:
    posts, measured = int(notes.get("posts") or 0), int(notes.get("told") or 0)
    if notes.get("source"):
        yield _("Source: %(source)s.") % {"source": notes["source"]}
    if posts:
        yield ngettext(
            "The networks reported metrics for %(told)s of %(posts)s post.",
            "The networks reported metrics for %(told)s of %(posts)s posts.", posts,
        ) % {"told": measured, "posts": posts}  # fmt: skip
    if notes.get("imported"):
        yield _("Of these, %(count)s come from imported history.") % {"count": notes["imported"]}
    if notes.get("known") is not None and notes["known"] < notes.get("days", 0):
        yield _("Known for %(known)s of %(days)s days.") % {"known": notes["known"], "days": notes["days"]}
    if "followed" in notes and notes["followed"] < posts:
        yield _("The followers are known for %(count)s of them.") % {"count": notes["followed"]}
    if notes.get("gaps"):
        told_gaps = {"gaps": notes["gaps"], "days": notes["channel_days"]}
        yield _("Followers were not read on %(gaps)s of %(days)s days of channels.") % told_gaps
    if notes.get("unchecked"):
        yield _("Not checked yet: %(count)s posts.") % {"count": notes["unchecked"]}
    yield from _beside(notes)


def _beside(notes: Mapping[str, Any]) -> Iterator[str]:
    """Notes shown beside a value."""
    if notes.get("ceremonies") is not None:
        yield _("Ceremonies and visits: %(share)s of the posts.") % {"share": value(notes["ceremonies"], Unit.PERCENT)}
    if notes.get("longest_gap") is not None:
        parameters = {"days": notes["longest_gap"], "posts": significant(notes["per_week"], 2)}
        yield _("Longest gap: %(days)s days. Posts a week: %(posts)s.") % parameters
    if notes.get("shown") is not None:
        yield _("Drafts shown to a mentor: %(count)s.") % {"count": notes["shown"]}
    if notes.get("emergencies"):
        yield _("Emergencies, left out: %(count)s.") % {"count": notes["emergencies"]}


def few(line: IndicatorRow) -> str:
    """That a value is of too little to be judged; empty where it is not."""
    return "" if line.is_enough or line.indicator.listed is None else too_few(line.indicator, line.n)


def too_few(indicator: ProgrammeIndicator, n: int) -> str:
    parameters = {"n": n, "least": needed(indicator.code), "counts": counts(indicator)}
    return _("Only %(n)s of %(least)s %(counts)s that it takes to judge.") % parameters


def few_of(indicator: ProgrammeIndicator, measured: Measured) -> list[str]:
    """The same before it is frozen."""
    if measured.value is None or is_enough(indicator.code, measured.value, measured.n):
        return []
    return [too_few(indicator, measured.n)]


def frozen_few(indicator: ProgrammeIndicator, row: Baseline | MunicipalityBaseline, *, is_enough: bool) -> str:
    """What is to be known of a frozen baseline of too little data; empty for one of enough."""
    if is_enough:
        return ""
    if isinstance(row, Baseline):
        return _("It was taken of municipalities with too little data. Freeze it again.")
    reason = row.few_because or _("no reason was given")
    return _("%(too_few)s Frozen all the same: %(reason)s. Nothing is computed from it.") % {
        "too_few": too_few(indicator, row.n),
        "reason": reason.rstrip("."),
    }


def left_out(row: Baseline) -> str:
    """How many municipalities' frozen values did not enter the programme's baseline."""
    count = int(row.quality.get(LEFT_OUT) or 0)
    if not count:
        return ""
    return ngettext(
        "The baseline of %(count)s municipality is of too little data and is not in it.",
        "The baselines of %(count)s municipalities are of too little data and are not in it.", count,
    ) % {"count": count}  # fmt: skip


def no_baseline(line: IndicatorRow) -> str:
    """Why there is no baseline to compute from."""
    if line.baseline is not None:
        return _("too little data")
    if line.entered_baselines:
        return _("none yet: fewer than three municipalities have one of enough data")
    if line.proposed is not None:
        return no_baseline_of(line.indicator, line.proposed)
    return _("not frozen")


def no_baseline_of(indicator: ProgrammeIndicator, measured: Measured) -> str:
    """The same of a municipality that was left out: what it had in the days of the others' baselines."""
    if measured.value is None:
        return _("none yet: no value in those days")
    if is_enough(indicator.code, measured.value, measured.n):
        return _("none yet")
    parameters = {"counts": counts(indicator), "n": measured.n, "least": needed(indicator.code)}
    return _("none yet: too few %(counts)s (%(n)s of %(least)s)") % parameters


def status_label(line: IndicatorRow) -> str:
    """What was asked for today; where nothing was, why; nothing where the state says it all."""
    judged = line.judged
    if judged.standing in (TargetStatus.ON_TRACK, TargetStatus.BEHIND):
        due = value(judged.due, line.indicator.unit)
        if line.is_judged_today:
            return _("required today: %(due)s") % {"due": due}
        return _("required on %(day)s: %(due)s") % {"due": due, "day": short_date(line.judged_on)}
    if judged.standing in (TargetStatus.NOT_DUE, TargetStatus.NO_DATA, TargetStatus.WORSE):
        return status_sentence(line)
    return ""


def status_sentence(line: IndicatorRow) -> str:
    """A sentence about the status: what is due today, or why nothing is."""
    judged = line.judged
    if judged.standing == TargetStatus.NO_DATA:
        return few(line) or why(line)
    if judged.standing == TargetStatus.NOT_DUE:
        return _not_due(line)
    if judged.standing in (TargetStatus.ON_TRACK, TargetStatus.BEHIND) and not line.is_judged_today:
        parameters = {"due": value(judged.due, line.indicator.unit), "day": long_date(line.judged_on)}
        if judged.standing == TargetStatus.ON_TRACK:
            return _("On track on %(day)s: the way to the target required %(due)s.") % parameters
        return _("Behind on %(day)s: the way to the target required %(due)s.") % parameters
    sentences = {
        TargetStatus.REACHED: (
            _("No worse than the baseline, which is more than the target asks for.")
            if judged.is_step_back
            else _("The target is reached.")
        ),
        TargetStatus.ON_TRACK: _("On track: the way to the target requires %(due)s today."),
        TargetStatus.BEHIND: _("Behind: the way to the target requires %(due)s today."),
        TargetStatus.NO_TARGET: _("No target was agreed."),
        TargetStatus.WORSE: _("Worse than the baseline, though within the target. A decline does not count."),
    }
    return sentences[judged.standing] % {"due": value(judged.due, line.indicator.unit)}


def worse(row: Target | MunicipalityTarget | None, line: IndicatorRow) -> str:
    """That a target or a milestone is on the wrong side of the baseline, and why; empty where it is not."""
    if row is None or not is_for_worse(row.kind, row.value, line.start, line.indicator.better):
        return ""
    parameters = {
        "baseline": value(line.start.value, line.indicator.unit) if line.start else "",
        "reason": row.worse_because.rstrip(".") or _("no reason was given"),
    }
    if not line.start:
        return _("It asks for a decline: %(reason)s.") % parameters
    return _("Worse than the baseline %(baseline)s: %(reason)s.") % parameters


def _not_due(line: IndicatorRow) -> str:
    if line.target is not None and line.target.kind == TargetKind.CHANGE and line.judged.goal is None:
        if line.start is not None:
            return _("The baseline is 0, so a change in per cent is not defined.")
        if line.baseline is not None:
            return _("The baseline is of too little data, so no change in per cent is computed from it.")
        return _("Without a baseline a change in per cent is not defined.")
    return _("Nothing is due yet.")


def sentence(line: IndicatorRow) -> str:
    """An indicator of one municipality in sentences: current value, baseline, target, status."""
    indicator, unit = line.indicator, line.indicator.unit
    sentences = []
    if line.actual is not None and line.first and line.last:
        parameters = {"value": value(line.actual, unit), "days": period(line.first, line.last)}
        sentences.append(_("Now: %(value)s (%(days)s).") % parameters)
    if line.baseline is not None:
        parameters = {
            "value": value(line.baseline.value, unit),
            "days": period(line.baseline.first, line.baseline.last),
        }
        sentences.append(_("Baseline: %(value)s (%(days)s).") % parameters)
        if line.start is None:
            sentences.append(frozen_few(indicator, line.baseline, is_enough=False))
    if line.target is not None:
        parameters = {"value": target_label(line.target, line), "day": long_date(line.target.due_on)}
        sentences.append((_("Agreed at most: %(value)s by %(day)s.") if indicator.better == Better.DOWN
                     else _("Agreed: %(value)s by %(day)s.")) % parameters)  # fmt: skip
        sentences += filter(None, [worse(line.target, line)])
    if line.actual is None and line.judged.standing != TargetStatus.NO_DATA:
        sentences.append(why(line))
    # A date of the Serbian interface ends with the full stop that would end the sentence.
    return " ".join([*sentences, status_sentence(line)]).replace("..", ".")


def group(way: str, key: str) -> str:
    """The name of a group of municipalities, or of a part of the posts."""
    if way == "size":
        return str(SIZES[key])
    if way == "network":
        return network_name(key)
    return str(Category(key).label) if way == "category" else key


def direction(indicator: ProgrammeIndicator, start: Start | None) -> str:
    """More is better; the programme's baseline is 50 %."""
    better = str(Better(indicator.better).label)
    if start is None:
        return _("%(better)s.") % {"better": better}
    parameters = {"better": better, "baseline": value(start.value, indicator.unit)}
    return _("%(better)s; the programme's baseline is %(baseline)s.") % parameters


def level(key: str) -> str:
    return str(Level(key).label)


def usual(indicator: ProgrammeIndicator) -> str:
    listed = INDICATORS.get(indicator.code)
    return str(listed.usual_target) if listed else ""
