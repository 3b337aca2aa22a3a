"""Suggesting the topic of a message from stems. Without a clear leader there is no suggestion."""

from collections import defaultdict

from inbox.text_analysis import stems
from inbox.text_analysis.kinds import MOST_REASONS, NO_SUGGESTION, SuggestedValue
from inbox.text_analysis.tokens import Stems, Word

LEAST = 2.0
LEAD = 1.0

_STEMS = Stems.of(stems.TOPICS)


def _is_occasion(tokens: list[Word], place: int) -> bool:
    return place > 0 and tokens[place].folded in ("put", "puta") and tokens[place - 1].folded in stems.OCCASIONS


def suggest_topic(tokens: list[Word]) -> SuggestedValue:
    """The topic that `words` speak of. A stem found twice in the same place counts once for its topic."""
    weights: dict[str, float] = defaultdict(float)
    reasons: dict[str, list[str]] = defaultdict(list)
    seen: dict[tuple[str, int], float] = {}
    for hit in _STEMS.hits(tokens):
        if _is_occasion(tokens, hit.place):
            continue
        before = seen.get((hit.label, hit.place), 0.0)
        if hit.weight > before:
            seen[hit.label, hit.place] = hit.weight
            weights[hit.label] += hit.weight - before
            if hit.written not in reasons[hit.label]:
                reasons[hit.label].append(hit.written)
    ranked = sorted(((weight, label) for label, weight in weights.items()), reverse=True)
    if not ranked or ranked[0][0] < LEAST or (len(ranked) > 1 and ranked[0][0] - ranked[1][0] < LEAD):
        return NO_SUGGESTION
    return SuggestedValue(ranked[0][1], tuple(reasons[ranked[0][1]][:MOST_REASONS]))
