"""Suggestions for an answer: eServices that match the message, and the filing office for formal requests.

Only stems that are listed here or occur in a service's name are matched, so that every suggestion can be explained.
`offers` come from `municipalities.queries`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from inbox.saved_answer_text import convert_script
from municipalities.availability import Offer
from serbian.folding import fold
from serbian.glossary import EMPTY, Glossary

FILING = "episarnica"
MOST = 3
# Beginnings of words, folded.
STEMS: Mapping[str, tuple[str, ...]] = {
    "ebeba": ("beb", "novorod", "porodilist"),
    "evrtic": ("vrtic", "predskol", "jaslic"),
    "eizvod": ("izvod", "maticn", "krstenic"),
    "edrz": ("drzavljan", "uverenj"),
    "lpa": ("porez", "poresk"),
    "eid": ("euprav", "konsentid", "consentid", "egradan"),
    "porodilje": ("porodilj", "trudnic"),
    "vto": ("vantelesn",),
    "lokacija": ("parcel", "lokacijsk", "katast"),
    "komunalni": ("komunaln", "rupa", "rupe", "rupu", "smece", "smeca", "deponij", "kontejner", "rasvet", "psi", "psa"),
    "inspekcije": ("inspek", "predstavk", "prijavit"),
    "edozvole": ("gradevinsk", "dozvol", "gradnj", "dogradnj"),
    "zakazivanje": ("zakaz", "termin", "pasos", "salter"),
    "eplacanje": ("taks", "uplat", "plati", "placa"),
    "konsultacije": ("rasprav", "konsultac"),
}  # fmt: skip
BY_TOPIC: Mapping[str, tuple[str, ...]] = {
    "money": ("lpa", "eplacanje"),
    "children": ("evrtic",),
    "papers": ("eizvod", "zakazivanje"),
    "waste": ("komunalni",),
    "roads": ("komunalni",),
    "light": ("komunalni",),
}
FORMAL_STEMS = ("zahtev", "zalb", "resenj", "prigovor", "zvanicn", "podnes", "podnos", "prituzb", "uvid", "dopis")
FORMAL_WORDS = frozenset({"rok", "roka", "roku", "rokovi", "rokove"})
# Only the longer words of a service's name describe it.
SHORTEST = 6
HERE = frozenset({Offer.AVAILABLE, Offer.STALE, Offer.UNVERIFIED})


@dataclass(frozen=True)
class Hint:
    """`key` names it in a form; `text` is what one click puts into the answer, in the script asked for."""

    key: str
    label: str
    text: str
    url: str
    is_formal: bool = False


def is_formal(text: str) -> bool:
    """Whether it looks like a formal request, which a comment cannot start."""
    return any(word in FORMAL_WORDS or word.startswith(FORMAL_STEMS) for word in _tokens(text))


def suggest_hints(text: str, topic: str, offers: Iterable[Any], script: str, glossary: Glossary = EMPTY) -> list[Hint]:
    """The filing office first for formal requests, then up to `MOST` services, best matches first."""
    known = {offer.service.key: offer for offer in offers if offer.state in HERE}
    tokens = _tokens(text)
    scores = {key: _score(availability.service, tokens, topic) for key, availability in known.items() if key != FILING}
    best = sorted((key for key, score in scores.items() if score), key=lambda key: (-scores[key], key))[:MOST]
    hints = [_service(known[key], script, glossary) for key in best]
    filing = known.get(FILING)
    return [_filing(filing, script, glossary), *hints] if filing and is_formal(text) else hints


def _tokens(text: str) -> list[str]:
    return re.findall(r"[a-z]+", fold(text))


def _score(service: Any, tokens: list[str], topic: str) -> int:
    own = tuple(word[:SHORTEST] for word in _tokens(service.name_cyrl) if len(word) >= SHORTEST)
    stems = (*STEMS.get(service.key, ()), *own)
    matches = sum(word.startswith(stems) for word in tokens) if stems else 0
    return 2 * matches + (service.key in BY_TOPIC.get(topic, ()))


def _service(offer: Any, script: str, glossary: Glossary) -> Hint:
    answer = f"То можете да завршите и преко интернета, {offer.service.name_cyrl}: {offer.url}"
    return Hint(
        f"service-{offer.service.key}", str(offer.service), convert_script(answer, script, glossary), offer.url
    )  # fmt: skip


def _filing(offer: Any, script: str, glossary: Glossary) -> Hint:
    answer = f"Да бисте добили званичан одговор, поднесите захтев преко еПисарнице: {offer.url}"
    return Hint(
        f"service-{FILING}", str(offer.service), convert_script(answer, script, glossary), offer.url, is_formal=True
    )  # fmt: skip
