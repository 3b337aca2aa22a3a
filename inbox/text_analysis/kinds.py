"""Suggesting the kind of a message from stems, punctuation and emoji, with the words that are its reasons.

Each kind adds up the weights of its stems. Thanks and praise used in scorn ("bravo, opet nema vode") count for the
complaint; a question mark after a complaint does not make it a question. A kind is suggested when it has `LEAST` and
leads by `LEAD`; otherwise there is no suggestion, which is better than a wrong one.
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from inbox.enums import MessageKind
from inbox.text_analysis import stems
from inbox.text_analysis.tokens import StemMatch, Stems, Word, word_set

LEAST = 2.0
LEAD = 0.5
MOST_REASONS = 4
# A kind's stems count so far; a message of twenty complaints is no more one than a message of four.
MOST_WEIGHT = 8.0

_STEMS = Stems.of(stems.KINDS)
_ANGER = re.compile("[😡🤬😠👎🤮💩🖕]")
_JOY = re.compile("[❤👏👍🙏🎉😍🥰💪🌹🏆]")
_MOCKERY = re.compile("[😂🤣🤡🙄]")
_LINK = re.compile(
    r"https?://|www\.|(?<![\w.@\-])[\w\-]{2,63}+\.(?:com|net|org|info|example|ly|shop|store|xyz|top|club)\b",
    re.IGNORECASE,
)
_OFFICIAL = re.compile(r"(?:https?://|www\.)(?:[\w\-]{1,63}\.){1,5}rs(?![\w.\-])", re.IGNORECASE)


class SuggestedValue(NamedTuple):
    """A value and the words that are its reasons; an empty value is no suggestion."""

    value: str
    reasons: tuple[str, ...] = ()


NO_SUGGESTION = SuggestedValue("")


def suggest_kind(text: str, tokens: list[Word]) -> SuggestedValue:
    """The kind of message that `text` looks like."""
    weights, reasons = _collect(text, tokens)
    _weigh_against_each_other(weights, text, tokens)
    ranked = sorted(((weight, label) for label, weight in weights.items() if weight > 0), reverse=True)
    if not ranked or ranked[0][0] < LEAST:
        return NO_SUGGESTION
    if len(ranked) > 1 and ranked[0][0] - ranked[1][0] < LEAD:
        return NO_SUGGESTION
    return SuggestedValue(ranked[0][1], tuple(reasons[ranked[0][1]][:MOST_REASONS]))


def _collect(text: str, tokens: list[Word]) -> tuple[dict[str, float], Mapping[str, list[str]]]:
    weights: dict[str, float] = defaultdict(float)
    reasons: dict[str, list[str]] = defaultdict(list)
    best: dict[tuple[str, int], StemMatch] = {}
    for hit in _STEMS.hits(tokens):
        known = best.get((hit.label, hit.place))
        if known is None or hit.weight > known.weight:
            best[hit.label, hit.place] = hit
    for hit in best.values():
        weights[hit.label] = min(MOST_WEIGHT, weights[hit.label] + hit.weight)
        if hit.written not in reasons[hit.label]:
            reasons[hit.label].append(hit.written)
    for label, sign, weight in _signs(text):
        weights[label] = min(MOST_WEIGHT, weights[label] + weight)
        reasons[label].append(sign)
    return weights, reasons


def _signs(text: str) -> list[tuple[str, str, float]]:
    signs: list[tuple[str, str, float]] = []
    if "?" in text:
        signs.append((MessageKind.QUESTION, "?", 2.0))
    if anger := _ANGER.search(text):
        signs.append((MessageKind.COMPLAINT, anger[0], 1.5))
    if joy := _JOY.search(text):
        signs.append((MessageKind.PRAISE, joy[0], 1.0))
    if (link := _LINK.search(text)) and is_linked(text):
        signs.append((MessageKind.SPAM, link[0], 1.5))
    return signs


def is_angry(text: str) -> bool:
    return bool(_ANGER.search(text))


def is_linked(text: str) -> bool:
    """Whether it leads somewhere that is no authority of ours."""
    return bool(_LINK.search(text)) and not _OFFICIAL.search(text)


def _weigh_against_each_other(weights: dict[str, float], text: str, tokens: list[Word]) -> None:
    """Decides between two kinds that share words."""
    complaint, question = weights[MessageKind.COMPLAINT], weights[MessageKind.QUESTION]
    if weights[MessageKind.UNLAWFUL] >= 3:
        weights[MessageKind.UNLAWFUL] += 6
    if weights[MessageKind.EMERGENCY] >= 3:
        weights[MessageKind.EMERGENCY] += 2
    if weights[MessageKind.SPAM] >= 3.5:
        weights[MessageKind.SPAM] += 3
    if question >= 2 and any(word.folded == "hvala" for word in tokens[-3:]):
        weights[MessageKind.PRAISE] = 0  # thanks in advance
    if weights[MessageKind.PRAISE] and (complaint >= 2 or question >= 3 or weights[MessageKind.PROPOSAL] >= 2):
        weights[MessageKind.PRAISE] = 0  # scorn, or courtesy
    if _MOCKERY.search(text):
        weights[MessageKind.PRAISE] = 0
    if weights[MessageKind.PROPOSAL] >= 2:
        weights[MessageKind.PROPOSAL] += 2 if question < 4 else 0
    if complaint >= 3 and question <= 4:
        weights[MessageKind.COMPLAINT] += 1.5  # asked in anger
    begins = tokens[0].folded if tokens else ""
    if question >= 4 or (question >= 2 and begins in _ASKING):
        weights[MessageKind.QUESTION] += 1.5


_ASKING = word_set("kad kada gde kako koliko kolko dokle da jel ko koji koja koje kome zasto sta ima mogu moze")
