"""A review as a document of `reports`, in the active language. The page and the PDF are both made from it, so that
they cannot differ.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from analytics.enums import Unit
from analytics.indicators import labels
from analytics.logframe import INDICATORS, WHY
from common import languages
from common.dates import date_time, long_date, short_date
from common.numbers import number
from common.states import STATES
from mentoring.enums import Proof, ReviewKind, Side
from mentoring.models import Review
from mentoring.models.plans import in_readers_language
from mentoring.rules import FEW
from reports.contents.common import document
from reports.document import (
    Block,
    Bullets,
    Cell,
    CellType,
    Column,
    Document,
    Facts,
    Heading,
    Missing,
    Paragraph,
    Table,
    Tile,
    Tiles,
)

Content = Mapping[str, Any]


def build(review: Review) -> Document:
    """In the language of the moment; who may see the workspace may read it."""
    content = _complete(review)
    facts = {
        "municipality": _name(content["municipality"]),
        "since": short_date(_day(content["plan"]["starts_on"])),
        "until": short_date(_day(content["plan"]["ends_on"])),
    }
    subtitle = _("%(municipality)s · plan from %(since)s to %(until)s") % facts
    about = _(
        "Generated from the agreed plan, the check-ins, the metrics of the networks and the feedback of the mentor."
    )
    as_of = datetime.fromisoformat(content["as_of"])
    return document(str(ReviewKind(review.kind).label), subtitle, about, as_of, _blocks(review, content))


def _complete(review: Review) -> Content:
    """The content with what people said: frozen with it, or as it stands in the draft."""
    comments = {name: getattr(review, name) for name in ("mentor_comment", "municipality_comment", "next_steps")}
    return {"said": comments, "confirmed": {}, **review.content}


def _blocks(review: Review, content: Content) -> Iterator[Block]:
    if not review.is_frozen:
        yield Paragraph(_("This is a draft: both sides have not confirmed it yet."), "warning")
    yield from _summary(content)
    yield from _activities(content)
    yield from _indicators(content)
    yield from _feedback(content)
    yield from _comments(content)
    yield from _next(content)
    yield from _signed(content)


def _name(names: Content) -> str:
    language = languages.current()
    return str(names.get(language.code) or names["en" if language.text_variant == languages.ENGLISH else "sr"])


def _day(text: str) -> date:
    return date.fromisoformat(text)


# ---------------------------------------------------------------- plan and check-ins


def _summary(content: Content) -> Iterator[Block]:
    counts, talks = content["counts"], content["check_ins"]
    facts = {"done": number(counts["done"]), "agreed": number(counts["agreed"])}
    yield Paragraph(_("%(done)s of %(agreed)s agreed activities are done.") % facts, "lead")
    if goal := content["plan"]["goal"]:
        yield Paragraph(_("Goal of the plan: %(goal)s") % {"goal": in_readers_language(goal)})
    yield Tiles(
        "",
        [
            Tile(_("Done in time, per cent"), _in_time(counts), _("done by their day ÷ due by now or done × 100"), 0),
            Tile(_("Check-ins held"), talks["held"], _("in the days of the plan")),
            Tile(_("Hours of mentoring"), talks["hours"], _("sum of what the mentor wrote down"), 2),
        ],
        "summary",
    )
    if mentors := content["mentors"]:
        yield Paragraph(_("Mentor: %(people)s") % {"people": in_readers_language(", ".join(mentors))}, "quiet")


def _in_time(counts: Content) -> float | Missing:
    """In per cent."""
    if not counts["due"]:
        return Missing(_("nothing was due yet"))
    return float(counts["in_time"] * 100 / counts["due"])


def _activities(content: Content) -> Iterator[Block]:
    columns = (
        Column(pgettext("agreed with the mentor", "Activity")),
        Column(_("Who")),
        Column(_("Agreed for"), CellType.DATE),
        Column(_("Done on"), CellType.DATE),
        Column(_("State")),
        Column(_("Supporting evidence")),
    )
    rows = [_activity(activity) for activity in content["activities"]]
    yield Heading(_("Agreements and completed work"))
    yield Table("activities", "", columns, rows, empty=_("No activities were agreed."))


def _activity(activity: Content) -> list[Cell]:
    state = STATES.get(activity["state"])
    label = str(state.label) if state else activity["state"]
    if activity["state"] in ("done", "confirmed"):
        text = _("%(state)s, in time") if activity["in_time"] else _("%(state)s, later than agreed")
        label = text % {"state": label}
    shown = "; ".join(_evidence(one) for one in activity["evidence"])
    return [
        in_readers_language(activity["name"], activity["english"]),
        in_readers_language(activity["who"]) or Missing(),
        _day(activity["due_on"]),
        _day(activity["done_on"]) if activity["done_on"] else Missing(),
        label,
        shown or Missing(),
    ]


def _evidence(one: Content) -> str:
    title = in_readers_language(one["title"]) or one["url"] or str(Proof(one["kind"]).label)
    if one["code"] in INDICATORS:
        unit = INDICATORS[one["code"]].unit
        return f"{one['code']} {INDICATORS[one['code']].name}: {labels.value(one['value'], unit)}"
    if not one["gone"]:
        return title
    if one["gone_on"]:
        return _("%(title)s (no longer public since %(day)s)") % {
            "title": title, "day": short_date(_day(one["gone_on"]))
        }  # fmt: skip
    return _("%(title)s (no longer public)") % {"title": title}


# ---------------------------------------------------------------- numbers


def _indicators(content: Content) -> Iterator[Block]:
    windows = content["windows"]
    (since, until), (first, last) = windows["before"], windows["now"]
    yield Heading(_("Before and now"))
    facts = {
        "since": long_date(_day(since)), "until": long_date(_day(until)), "first": long_date(_day(first)),
        "last": long_date(_day(last)),
    }  # fmt: skip
    yield Paragraph(
        _(
            "The four weeks before the training (%(since)s – %(until)s) beside the last ones (%(first)s – %(last)s). "
            "Values based on too little data are shown but not compared; unknown values are not estimated."
        )
        % facts
    )
    columns = (
        Column(_("Indicator")),
        Column(_("Before"), CellType.NUMBER),
        Column("n", CellType.NUMBER),
        Column(_("Now"), CellType.NUMBER),
        Column("n", CellType.NUMBER),
        Column(pgettext("of a number", "Change"), CellType.NUMBER),
    )
    known = [indicator for indicator in content["indicators"] if indicator["code"] in INDICATORS]
    rows = [_indicator(indicator) for indicator in known]
    yield Table("indicators", "", columns, rows, empty=_("None of the indicators is measured yet."))
    if known:
        described = [INDICATORS[indicator["code"]] for indicator in known]
        yield Facts([(str(indicator.name), str(indicator.formula)) for indicator in described])


def _indicator(compared: Content) -> list[Cell]:
    one = INDICATORS[compared["code"]]
    before, now = compared["before"], compared["now"]
    return [
        f"{one.code} {one.name}",
        _value(before, one.unit),
        before["n"],
        _value(now, one.unit),
        now["n"],
        _change(before, now, one.unit),
    ]


def _value(measured: Content, unit: str) -> Cell:
    if measured["value"] is None:
        return Missing(str(WHY.get(measured["why"], WHY["before"])))
    text = labels.value(measured["value"], unit)
    return _("%(value)s (few)") % {"value": text} if measured["why"] == "few" else text


def _change(before: Content, now: Content, unit: str) -> Cell:
    """Of shares in points, of everything else in per cent; nothing where one of the two says too little."""
    if before["value"] is None or now["value"] is None or before["why"] or now["why"]:
        return Missing(_("not enough data"))
    change = now["value"] - before["value"]
    if unit == Unit.PERCENT:
        return _("%(change)s points") % {"change": _with_sign(change)}
    if not before["value"]:
        return Missing(_("it was 0 before"))
    return f"{_with_sign(change * 100 / before['value'])} %"


def _with_sign(change: float) -> str:
    """Whole, with the sign that other pages and the charts use: +46, −1, 0."""
    return f"{'+' if change > 0 else ''}{number(change, 0)}".replace("-", "−")


def _feedback(content: Content) -> Iterator[Block]:
    feedback = content["feedback"]
    yield Heading(_("Feedback by the rubric"))
    if not feedback["begin"] or not any(line["begin"][1] or line["end"][1] for line in feedback["lines"]):
        yield Paragraph(_("No feedback by the rubric was given in these weeks."))
        return
    (since, until), (first, last) = feedback["begin"], feedback["end"]
    facts = {
        "since": short_date(_day(since)), "until": short_date(_day(until)), "first": short_date(_day(first)),
        "last": short_date(_day(last)), "few": FEW,
    }  # fmt: skip
    note = _(
        "Mean of the levels (1 not yet, 2 partly, 3 good, 4 exemplary) at the beginning (%(since)s – %(until)s) and "
        "at the end (%(first)s – %(last)s). A mean is shown from %(few)s levels on; n is their number."
    )
    columns = (
        Column(_("Criterion")),
        Column(_("At the beginning"), CellType.NUMBER, 1),
        Column("n", CellType.NUMBER),
        Column(_("At the end"), CellType.NUMBER, 1),
        Column("n", CellType.NUMBER),
    )
    rows = [
        [_criterion(line["words"]), _mean(line["begin"]), line["begin"][1], _mean(line["end"]), line["end"][1]]
        for line in feedback["lines"]
    ]
    yield Table("feedback", "", columns, rows, note % facts)


def _criterion(texts: Content) -> str:
    return in_readers_language(texts["sr"]["name"], (texts.get("en") or {}).get("name", ""))


def _mean(cell: Any) -> Cell:
    return Missing(_("not enough data")) if cell[0] is None else float(cell[0])


# ---------------------------------------------------------------- what people say


def _comments(content: Content) -> Iterator[Block]:
    comments = content["said"]
    titles = (("mentor_comment", _("The mentor's view")), ("municipality_comment", _("The municipality's view")))
    for name, title in titles:
        yield Heading(title)
        yield from _text(comments[name], _("Nothing was written yet."))


def _text(text: str, otherwise: str) -> Iterator[Block]:
    parts = [" ".join(part.split()) for part in text.splitlines() if part.strip()]
    for part in parts:
        yield Paragraph(in_readers_language(part))
    if not parts:
        yield Paragraph(otherwise, "quiet")


def _next(content: Content) -> Iterator[Block]:
    yield Heading(_("Next steps in the plan"))
    yield from _text(content["said"]["next_steps"], _("Nothing was written yet."))
    if steps := content["steps"]:
        yield Heading(_("Open next steps of the check-ins"), 3)
        yield Bullets([_step(step) for step in steps])


def _step(step: Content) -> str:
    facts = {
        "step": in_readers_language(step["text"]),
        "who": in_readers_language(step["owner"]) or Side(step["side"]).label,
    }
    if not step["due_on"]:
        return _("%(step)s (%(who)s)") % facts
    return _("%(step)s (%(who)s, until %(day)s)") % {**facts, "day": short_date(_day(step["due_on"]))}


def _signed(content: Content) -> Iterator[Block]:
    if not (confirmed := content["confirmed"]):
        return
    pairs = [
        (label, f"{in_readers_language(confirmed[side][0])}, {date_time(datetime.fromisoformat(confirmed[side][1]))}")
        for side, label in (("mentor", _("For the mentor's side")), ("municipality", _("For the municipality")))
    ]
    yield Heading(_("Confirmed by both"))
    yield Facts(pairs)
