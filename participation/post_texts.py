"""The texts with which the posts of a consultation begin; people of the municipality write on from there.

In Serbian Cyrillic; the other script is derived as in every post.
"""

import re
from datetime import date, time

from django.utils import translation

from common.dates import long_date
from participation.enums import ConsultationKind, PostRole, WayIn
from participation.models import Consultation
from serbian.folding import fold

KINDS = {
    ConsultationKind.BUDGET: "Јавна расправа о буџету",
    ConsultationKind.PLAN: "Јавна расправа о плану",
    ConsultationKind.REGULATION: "Јавна расправа о пропису",
    ConsultationKind.DRAFT: "Консултације о нацрту",
    ConsultationKind.PROPOSALS: "Прикупљамо предлоге",
    ConsultationKind.MEETING: "Збор грађана",
    ConsultationKind.PETITION: "Петиција",
}
WAYS = {
    WayIn.FORM: "преко формулара на страници расправе, без отварања налога",
    WayIn.COMMENT: "у коментару испод ове објаве",
    WayIn.MESSAGE: "приватном поруком",
    WayIn.MAIL: "е-поштом",
    WayIn.MEETING: "на скупу",
    WayIn.PAPER: "на папиру, у писарници",
}
# The order in which a post names them, easiest first.
_ORDER = (WayIn.FORM, WayIn.COMMENT, WayIn.MESSAGE, WayIn.MAIL, WayIn.PAPER, WayIn.MEETING)
TITLES = {
    PostRole.CALL: "Позив",
    PostRole.REMINDER: "Подсетник",
    PostRole.LAST_DAY: "Последњи дан",
    PostRole.RESULT: "Исход",
}
CALL_WORDS = "Пошаљите предлог"
_CALL = (
    "{subject}\n\n{lead}Предлоге примамо од {first} до {last}. Можете их послати {ways}.\n\n"
    "На сваки предлог одговарамо одлуком, а ако није прихваћен, и образложењем."
)
_REMINDER = (
    "{subject}\n\nРок тече до {last}. Ако још нисте рекли шта мислите, предлог можете послати {ways}.\n\n"
    "На сваки предлог одговарамо одлуком, а ако није прихваћен, и образложењем."
)
_LAST_DAY = "{subject}\n\nДанас је последњи дан за предлоге: примамо их {until}. Можете их послати {ways}."
_RESULT = (
    "{subject}\n\nШта је било с вашим предлозима: извештај је објављен. У њему су сви предлози, одлука о сваком и "
    "образложење, без имена."
)
_TEMPLATES = {
    PostRole.CALL: _CALL, PostRole.REMINDER: _REMINDER, PostRole.LAST_DAY: _LAST_DAY, PostRole.RESULT: _RESULT
}  # fmt: skip
_MOST_LEAD = 300
_SENTENCE_END = re.compile(r"[.!?](?=\s)")


def text(row: Consultation, role: PostRole | str) -> str:
    """The text of a post. `row` has its days."""
    assert row.starts_on is not None
    assert row.ends_on is not None
    lead = _lead(row.subject)
    return _TEMPLATES[PostRole(role)].format(
        subject=_subject(row),
        lead=f"{lead}\n\n" if lead else "",
        first=serbian_day(row.starts_on),
        last=serbian_day(row.ends_on) + (f" у {_hour(row.last_hour)}" if row.last_hour else ""),
        until=f"до {_hour(row.last_hour)} часова" if row.last_hour else "до поноћи",
        ways=_ways(row),
    )


def title(row: Consultation, role: PostRole | str) -> str:
    """The working title, which only colleagues see."""
    return f"{TITLES[PostRole(role)]}: {row.title}"[:140]


def serbian_day(day: date) -> str:
    """15. децембра 2026."""
    with translation.override("sr"):
        return long_date(day)


def _subject(row: Consultation) -> str:
    """Kind and title, the kind once only."""
    kind = KINDS[ConsultationKind(row.kind)]
    begins_alike = fold(row.title).startswith(" ".join(fold(kind).split()[:2]))
    return row.title if begins_alike else f"{kind}: {row.title}"


def _lead(subject: str) -> str:
    """The first paragraph of what is asked; of a long one its first whole sentences."""
    paragraph = " ".join(subject.strip().split("\n\n", 1)[0].split())
    if len(paragraph) <= _MOST_LEAD:
        return paragraph
    ends = [match.end() for match in _SENTENCE_END.finditer(paragraph) if match.end() <= _MOST_LEAD]
    return paragraph[: ends[-1]] if ends else ""


def _hour(hour: time) -> str:
    return f"{hour:%H:%M}"


def _ways(row: Consultation) -> str:
    names = [f"{WAYS[way]}" + (f" на {row.mail}" if way == WayIn.MAIL and row.mail else "")
             for way in _ORDER if way in row.ways_in]  # fmt: skip
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} или {names[-1]}"
