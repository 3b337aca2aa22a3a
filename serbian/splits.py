"""Words in which n+j and d+ž are two letters and no digraph: инјекција, надживети.

The stems are taken from a dictionary of three million word forms (`make maintain WHAT=dictionary` measures them;
figures in docs/serbian-figures.md). A split is marked "|"; the part behind it may be a pattern. No stem for l+j:
Serbian has no such word. Words that a careless stem would break are in the tests: коњ, кањон, Оџаци, наџак.
"""

import re

from serbian.letters import ZWNJ

# Matched anywhere in a word, so that prefixes and compounds need no entry (mikroinjekcija, izvanjezički) …
ANYWHERE = (
    "in|jekc", "in|jekt", "in|jicir", "in|junkc", "in|junkt", "in|jurij", "kon|jekt", "kon|jug", "kon|jukc", "kon|jukt",
    "kon|junk", "kon|junt", "man|jog", "pan|jevrop", "šen|jang", "šen|janšk", "šen|janž", "šen|jeng", "tan|ju[gzž]",
    "van|jeda?r", "van|jez", "van|jugosl", "feld|žandarm", "mamud|žan",
)  # fmt: skip
# … or at its start, after an optional ne-, naj-, pre- or po-. "odž" alone would break Odžaci and odžak.
AT_START = (
    "an|jon", "and|žej", "jd|ž", "nad|žanj", "nad|ždr", "nad|že(?!dž)", "nad|živ", "nad|žn", "nad|žup",
    "od|žal(?!an)", "od|žar", "od|ždr", "od|žet", "od|živ", "od|žud", "od|žval", "od|žvak", "pod|žanr", "pod|žar",
    "pod|ždr", "pod|žel", "pod|žet", "pod|žnj", "pod|žup", "pod|žut", "pred|žalb", "pred|žel", "pred|žen", "pred|žet",
    "pred|živ",
)  # fmt: skip


def _either(stems: tuple[str, ...]) -> str:
    """Matches up to the split of any of the stems."""
    return "|".join(f"{left}(?={right})" for left, right in (stem.split("|") for stem in stems))


_SPLIT = re.compile(f"(?:{_either(ANYWHERE)}|^(?:ne|naj|pre|po)?(?:{_either(AT_START)}))", re.IGNORECASE)
_MAY_SPLIT = re.compile("nj|dž", re.IGNORECASE)


def split(word: str) -> str:
    """The Latin `word` with a "do not join" mark wherever two letters only look like a digraph."""
    if not _MAY_SPLIT.search(word):
        return word
    return _SPLIT.sub(lambda match: match[0] + ZWNJ, word)
