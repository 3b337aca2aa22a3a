"""Flags on a message that draw attention to it. A flag hides nothing and decides nothing."""

import re
from enum import StrEnum

from inbox.enums import MessageKind
from inbox.text_analysis import stems
from inbox.text_analysis.kinds import SuggestedValue, is_angry, is_linked
from inbox.text_analysis.tokens import Stems, Word


class Flag(StrEnum):
    ANGRY = "angry"
    THREAT = "threat"
    ADVERT = "advert"
    PERSONAL = "personal"


_ANGRY = Stems.of({"angry": stems.ANGRY})
_THREAT = Stems.of({"threat": stems.KINDS[MessageKind.UNLAWFUL]})
_SHOUTED = re.compile(r"!{3,}|[?!]{4,}")
_LEAST_CAPITALS = 12


def find_flags(text: str, tokens: list[Word], suggested: SuggestedValue, *, is_personal: bool) -> tuple[Flag, ...]:
    """The flags of `text`, in the order of the list above."""
    flags = []
    if is_angry(text) or next(_ANGRY.hits(tokens), None) or _is_shouted(text):
        flags.append(Flag.ANGRY)
    if any(hit.weight >= 3 for hit in _THREAT.hits(tokens)):
        flags.append(Flag.THREAT)
    if suggested.value == MessageKind.SPAM and is_linked(text):
        flags.append(Flag.ADVERT)
    if is_personal:
        flags.append(Flag.PERSONAL)
    return tuple(flags)


def _is_shouted(text: str) -> bool:
    letters = [char for char in text if char.isalpha()]
    return bool(_SHOUTED.search(text)) or (len(letters) >= _LEAST_CAPITALS and all(char.isupper() for char in letters))
