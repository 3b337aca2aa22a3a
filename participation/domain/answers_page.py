"""What the page about answers shows: whose answer is due, what they will read, and what became of those before."""

from dataclasses import dataclass

from django.db.models import Count

from participation.domain.answer import reachable, text_for
from participation.enums import AnswerState
from participation.models import Consultation, Contribution

MOST_TEXTS = 40
MOST_ERRORS = 5


@dataclass(frozen=True)
class SampleText:
    """One text, of how many contributions with this decision and reason, and the number of the first of them."""

    text: str
    many: int
    number: int


def due(consultation: Consultation) -> list[Contribution]:
    """In the order of `participation.domain.answer.digest`. One query."""
    rows = reachable(consultation).order_by("pk")
    return list(rows.defer("search_key", "public_search_key", "public_text"))


def texts(consultation: Consultation, rows: list[Contribution]) -> tuple[list[SampleText], int]:
    """What they read, once for each decision and reason, the most frequent first; and how many more there are."""
    by_words: dict[tuple[str, str, str], list[Contribution]] = {}
    for one in rows:
        by_words.setdefault((one.decision, one.reason, one.where_to), []).append(one)
    groups = sorted(by_words.values(), key=lambda group: (-len(group), group[0].number))
    shown = [
        SampleText(text_for(consultation, group[0]).full, len(group), group[0].number) for group in groups[:MOST_TEXTS]
    ]
    return shown, max(0, len(groups) - MOST_TEXTS)


def states(consultation: Consultation) -> list[tuple[str, int]]:
    """(label, how many) of decided contributions by the state of their answer."""
    rows = Contribution.objects.filter(consultation=consultation, withdrawn_at=None).exclude(decision="")
    counts = dict(rows.order_by().values_list("answer_state").annotate(many=Count("pk")))
    return [(str(state.label), counts[state]) for state in AnswerState if counts.get(state)]


def errors(consultation: Consultation) -> list[tuple[str, int]]:
    """Why answers were not sent, the most frequent first: (sentence, how many)."""
    rows = Contribution.objects.filter(consultation=consultation, answer_state=AnswerState.FAILED)
    counts = rows.order_by().values_list("answer_error").annotate(many=Count("pk")).order_by("-many")
    return list(counts[:MOST_ERRORS])
