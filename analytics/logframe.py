"""The programme's indicators: a closed list, each with its code, its level and the formula by which it is measured.

The codes are those of the programme's logframe: OC outcomes, OP outputs, ME mentoring, GV governance. Indicators that
need citizens' messages or agreements with a mentor are measured by higher packages, which register with `provide`;
until they do, the indicator is listed as not measured yet. Values are never guessed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from analytics.enums import Area, Better, Level, Unit
from analytics.thresholds import ENOUGH_OF_A_KIND
from common.lazy_text import LazyText

# Below this many posts a share or a median says little; below three municipalities a median betrays them.
FEW_POSTS = ENOUGH_OF_A_KIND
FEW_PLACES = 3
# The days before the training that a baseline is taken from, and those that the actual value covers.
BASELINE_DAYS = 28


@dataclass(frozen=True)
class Indicator:
    """An indicator of the logframe. `counts` says what n is; below `least` of them a value cannot be judged.

    `split_by` are the breakdowns of a municipality's value ("network", "category").
    """

    code: str
    level: Level
    name: LazyText
    formula: LazyText
    unit: Unit
    better: Better
    areas: tuple[Area, ...]
    counts: LazyText
    least: int = FEW_POSTS
    split_by: tuple[str, ...] = ()
    usual_target: LazyText = ""
    needs: LazyText = ""  # what has to be there before anything can be measured; empty: measured here


_OPEN, _FAIR, _ABLE = Area.PARTICIPATION, Area.EQUALITY, Area.EFFECTIVENESS
_POSTS = _("posts")
_INBOX = _("It is measured once citizens' messages are answered in the portal.")
_MENTORING = _("It is measured once activities and feedback of the mentoring are kept in the portal.")
_ASKED = _("It is measured once consultations are held in the portal.")
_CONTRIBUTIONS = _("contributions")

INDICATORS: dict[str, Indicator] = {
    indicator.code: indicator
    for indicator in (
        Indicator(
            "OC1", Level.OUTCOME, _("Interactions per 1,000 inhabitants"),
            _("Likes, shares, comments and quotes of the posts published in these days ÷ population × 1,000, per 30 "
              "days. Paid posts are left out."),
            Unit.PER_THOUSAND, Better.UP, (_OPEN,), _POSTS, split_by=("network", "category"),
            usual_target=_("25 per cent above one's own baseline"),
        ),
        Indicator(
            "OC2", Level.OUTCOME, _("Interactions per post per 1,000 followers (median)"),
            _("Median over the posts of: interactions of the post ÷ followers of its channel at the end of these days "
              "× 1,000. Paid posts are left out."),
            Unit.PER_THOUSAND, Better.UP, (_OPEN,), _POSTS, split_by=("network", "category"),
            usual_target=_("not below one's own baseline"),
        ),
        Indicator(
            "OC3", Level.OUTCOME, _("Citizens' questions answered in time"),
            _("Questions answered within the promised time ÷ questions that needed an answer × 100."),
            Unit.PERCENT, Better.UP, (Area.ACCOUNTABILITY, _OPEN), _("questions"),
            usual_target=_("80 per cent"), needs=_INBOX,
        ),
        Indicator(
            "OC4", Level.OUTCOME, _("Time to the first answer (median)"),
            _("Median of the working hours (Monday to Friday, 7 to 15, without holidays) from a question to its first "
              "answer."),
            Unit.HOURS, Better.DOWN, (Area.ACCOUNTABILITY, _ABLE), _("questions"),
            usual_target=_("8 working hours"), needs=_INBOX,
        ),
        Indicator(
            "OC5", Level.OUTCOME, _("Clicks to eServices per 1,000 inhabitants"),
            _("Clicks of people on the short links of posts that promote an eService ÷ population × 1,000, per 30 "
              "days. Clicks by programs are left out."),
            Unit.PER_THOUSAND, Better.UP, (_OPEN, _ABLE), _("posts with a short link to an eService"), least=1,
            split_by=("network",), usual_target=_("above one's own baseline"),
        ),
        Indicator(
            "OC6", Level.OUTCOME, _("Citizens' proposals with a public report of what was done"),
            _("Needs that were done, or declined with the reason, and published on the page “You asked, we did” "
            "or in a post ÷ needs first recorded in these days × 100. Those still open count as not "
            "published."),
            Unit.PERCENT, Better.UP, (_OPEN, Area.ACCOUNTABILITY), _("needs"),
            usual_target=_("50 per cent"), needs=_INBOX,
        ),
        Indicator(
            "OC7", Level.OUTCOME, _("Citizens who say that their question was answered"),
            _("“Yes” ÷ all replies to the question “was your question answered?”, which is asked after an answer "
              "in a private conversation, at most once a month. Those who did not reply are not counted."),
            Unit.PERCENT, Better.UP, (Area.ACCOUNTABILITY, _OPEN), _("replies of citizens"),
            usual_target=_("75 per cent"), needs=_("It is measured once the inbox asks citizens after an answer."),
        ),
        Indicator(
            "OC8", Level.OUTCOME, _("Contributions to consultations per 1,000 inhabitants"),
            _("Contributions of citizens to public hearings and consultations, by whatever way they came, by the day "
              "on which they were received ÷ population × 1,000, per 30 days."),
            Unit.PER_THOUSAND, Better.UP, (_OPEN,), _CONTRIBUTIONS,
            usual_target=_("above one's own baseline"), needs=_ASKED,
        ),
        Indicator(
            "OC9", Level.OUTCOME, _("Contributions answered with a reason"),
            _("Contributions that have a decision with its reason in writing ÷ contributions received in these days × "
              "100. Those still open count as not answered once the announced day of decisions is over, and are left "
              "out before; so are those that their authors withdrew."),
            Unit.PERCENT, Better.UP, (Area.ACCOUNTABILITY, _OPEN), _CONTRIBUTIONS,
            usual_target=_("100 per cent"), needs=_ASKED,
        ),
        Indicator(
            "OC10", Level.OUTCOME, _("Contributions of women"),
            _("Contributions of women ÷ contributions received in these days whose author stated a gender × 100. "
              "Nobody has to state it."),
            Unit.PERCENT, Better.UP, (_FAIR, _OPEN), _("contributions with a stated gender"),
            usual_target=_("50 per cent"), needs=_ASKED,
        ),
        Indicator(
            "OC11", Level.OUTCOME, _("Contributions of young people"),
            _("Contributions of people up to 30 ÷ contributions received in these days whose author stated an age × "
              "100. Nobody has to state it."),
            Unit.PERCENT, Better.UP, (_FAIR, _OPEN), _("contributions with a stated age"),
            usual_target=_("above one's own baseline"), needs=_ASKED,
        ),
        Indicator(
            "OP1", Level.OUTPUT, _("Posts with a call to action"),
            _("Posts that ask people to do something ÷ published posts × 100. A post counts once on each channel."),
            Unit.PERCENT, Better.UP, (_OPEN,), _POSTS, split_by=("network", "category"),
            usual_target=_("60 per cent"),
        ),
        Indicator(
            "OP2", Level.OUTPUT, _("Posts that promote an eService"),
            _("Posts that promote an eService ÷ published posts × 100. A post counts once on each channel."),
            Unit.PERCENT, Better.UP, (_ABLE, _OPEN), _POSTS, split_by=("network",),
            usual_target=_("one post a week"),
        ),
        Indicator(
            "OP3", Level.OUTPUT, _("Interactive posts"),
            _("Polls, questions, quizzes, contests and live answers ÷ published posts × 100. A post counts once on "
              "each channel."),
            Unit.PERCENT, Better.UP, (_OPEN,), _POSTS, split_by=("network", "category"),
            usual_target=_("15 per cent"),
        ),
        Indicator(
            "OP4", Level.OUTPUT, _("Service information"),
            _("Posts with service information, about eServices or about emergencies ÷ published posts × 100. "
            "The share of ceremonies is shown beside it. A post counts once on each channel."),
            Unit.PERCENT, Better.UP, (_OPEN, _ABLE), _POSTS, split_by=("network",),
            usual_target=_("40 per cent"),
        ),
        Indicator(
            "OP5", Level.OUTPUT, _("Posts that everyone can read"),
            _("Posts with every check of accessibility passed ÷ published posts × 100. Checked are the descriptions of "
              "all pictures, captions of videos, and the letters, capitals, emoji and hashtags of the text."),
            Unit.PERCENT, Better.UP, (_FAIR,), _POSTS, usual_target=_("95 per cent"),
        ),
        Indicator(
            "OP6", Level.OUTPUT, _("Posts in every official script and language"),
            _("Posts that appeared in all languages and scripts in official use in the municipality, on one channel or "
              "on several together ÷ published posts × 100."),
            Unit.PERCENT, Better.UP, (_FAIR, _OPEN), _POSTS,
            usual_target=_("as required by the municipality's own rule"),
        ),
        Indicator(
            "OP7", Level.OUTPUT, _("Weeks with a post"),
            _("Weeks in which something was published ÷ weeks × 100. A week is seven days, counted back from "
            "the last one; days left over at the beginning are not counted. The longest gap is shown beside "
            "it."),
            Unit.PERCENT, Better.UP, (_ABLE,), _("weeks"), least=4, usual_target=_("every week, three posts or more"),
        ),
        Indicator(
            "ME1", Level.MENTORING, _("Agreed activities done in time"),
            _("Activities done by their day ÷ activities agreed × 100."),
            Unit.PERCENT, Better.UP, (_ABLE,), _("activities"), usual_target=_("80 per cent"), needs=_MENTORING,
        ),
        Indicator(
            "ME2", Level.MENTORING, _("Time to the mentor's feedback (median)"),
            _("Median of the hours from a draft that was shown to the mentor to the mentor's first word on it."),
            Unit.HOURS, Better.DOWN, (_ABLE,), _("drafts"), usual_target=_("24 hours"), needs=_MENTORING,
        ),
        Indicator(
            "ME3", Level.MENTORING, _("Feedback settled before publishing"),
            _("Remarks of mentors settled before the post went out ÷ remarks given until then × 100, of the posts that "
              "went out in these days."),
            Unit.PERCENT, Better.UP, (_ABLE,), _("remarks"), usual_target=_("90 per cent"), needs=_MENTORING,
        ),
        Indicator(
            "GV1", Level.GOVERNANCE, _("Hidden comments with reason and evidence"),
            _("Hidden comments that have a reason and a copy ÷ hidden comments × 100."),
            Unit.PERCENT, Better.UP, (Area.ACCOUNTABILITY, Area.ANTI_CORRUPTION), _("hidden comments"), least=1,
            usual_target=_("100 per cent"), needs=_INBOX,
        ),
        Indicator(
            "GV2", Level.GOVERNANCE, _("Posts published without a second pair of eyes"),
            _("Published posts that no one but their writer approved or read as a mentor. Emergencies are left "
            "out; they are reviewed afterwards."),
            Unit.POSTS, Better.DOWN, (Area.ACCOUNTABILITY, Area.ANTI_CORRUPTION), _POSTS, least=1,
            usual_target=_("none"),
        ),
        Indicator(
            "GV3", Level.GOVERNANCE, _("Reports of consultations public in time"),
            _("Consultations whose report was public by its announced day ÷ consultations whose report was announced "
              "for one of these days × 100. Those that were called off are left out, as are days that are not over."),
            Unit.PERCENT, Better.UP, (Area.ACCOUNTABILITY, _OPEN), _("consultations"), least=1,
            usual_target=_("100 per cent"), needs=_ASKED,
        ),
        Indicator(
            "GV4", Level.GOVERNANCE, _("Working days until the report of a consultation (median)"),
            _("Median of the working days from the last day of the term to the day on which the report became public, "
              "of the reports that became public in these days."),
            Unit.NUMBER, Better.DOWN, (Area.ACCOUNTABILITY, _ABLE), _("reports"), least=1,
            usual_target=_("10 working days"), needs=_ASKED,
        ),
    )
}  # fmt: skip
HERE = tuple(code for code, indicator in INDICATORS.items() if not indicator.needs)


@dataclass(frozen=True)
class Measured:
    """A value of one municipality over some days. `value` None: `why` is the key of the reason in `WHY`.

    `parts` holds the breakdowns: (way, part) → (value, n). `quality` is the data of the note beside it.
    """

    value: float | None
    n: int
    why: str = ""
    parts: Mapping[tuple[str, str], tuple[float | None, int]] = field(default_factory=dict)
    quality: Mapping[str, Any] = field(default_factory=dict)


WHY: dict[str, LazyText] = {
    "before": _("There are no metrics yet for these days."),
    "no_posts": _("Nothing was published in these days."),
    "no_population": _("The population of the municipality is not entered."),
    "no_followers": _("The followers of the channels are not known for these days."),
    "not_told": _("The networks reported no interactions for these days."),
    "no_links": _("No post about an eService had a short link by then."),
    "no_questions": _("No message of these days was sorted as a question."),
    "nobody_replied": _("Nobody replied in these days whether their question was answered."),
    "nothing_hidden": _("No comment was hidden in these days."),
    "no_needs": _("No need of citizens was first recorded in these days."),
    "no_consultation": _("No consultation was open in these days."),
    "no_contributions": _("No contribution to a consultation was received in these days."),
    "few_stated": _("Too few people stated it in these days."),
    "no_report_due": _("No report of a consultation was due in these days."),
    "no_reports": _("No report of a consultation became public in these days."),
    "no_rule": _("The languages in official use are not entered in the profile."),
    "unchecked": _("The posts of these days have not been checked yet."),
    "not_ours": _("The posts of these days came from before the portal, where this is not known."),
    "no_answers": _("No mentor has answered a draft of these days yet."),
    "no_weeks": _("These days do not make up a full week."),
    "nobody": _("It is calculated within the next hours."),
    "few_places": _("Fewer than three municipalities have a value."),
    "not_entered": _("No value was entered yet."),
    "no_activities": _("No agreed activity was due in these days."),
}

# ---- layers above


Measure = Callable[[Sequence[Any], date, date], Mapping[int, Measured]]


@dataclass(frozen=True)
class Provider:
    """How a layer above measures a code: municipalities, first and last day in; a value by municipality id out."""

    measure: Measure
    since: date  # from when on there is anything to measure


_PROVIDERS: dict[str, Provider] = {}


def provide(code: str, measure: Measure, *, since: date) -> None:
    """Let a layer above measure `code`. Raises `ValueError` for a code that is not in the list or is measured here."""
    if code not in INDICATORS or code in HERE:
        raise ValueError(f"{code} is not an indicator that waits for a measure")
    _PROVIDERS[code] = Provider(measure, since)


def withdraw(code: str) -> None:
    """Take a measure back, as its layer is taken out."""
    _PROVIDERS.pop(code, None)


def provider(code: str) -> Provider | None:
    return _PROVIDERS.get(code)


def measured_codes() -> tuple[str, ...]:
    """The codes that are measured today, in the order of the list."""
    return tuple(code for code in INDICATORS if code in HERE or code in _PROVIDERS)
