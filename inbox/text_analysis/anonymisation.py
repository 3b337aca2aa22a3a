"""Anonymising a citizen's text, for quoting it in a need. A person reads the result before it is published.

Personal data is masked; mentions, signatures and what looks like a name or an address become `…`. Only what is written
like a name is recognised (two capitalised words of which one has a surname's ending, what follows "zovem se").
"""

import re

from inbox.text_analysis.personal_data import find_personal_data, mask, replace_spans

_GONE = "…"
_MENTION = re.compile(r"(?<![\w@])@[\w.\-]*\w(?:@[\w\-]+(?:\.[\w\-]+)+)?")
_CAPITAL = r"[A-ZČĆŽŠĐА-ЯЂЈЉЊЋЏ]"
_SMALL = r"[a-zčćžšđа-яђјљњћџ]"
_NAME = rf"{_CAPITAL}{_SMALL}{{1,20}}+"
_SURNAME = (
    rf"{_CAPITAL}{_SMALL}{{1,20}}(?:ić|ic|ић|ović|ević)(?:a|u|em|i|ima|eva|а|у|ем|и|има|ева)?(?!\w)"
    rf"|{_CAPITAL}{_SMALL}{{2,20}}(?:ski|ska|ov|ev|ски|ска|ов|ев)(?!\w)"
)
_FULL_NAME = re.compile(rf"(?<!\w){_NAME}[ ](?:{_NAME}-)?(?:{_SURNAME})|(?<!\w)(?:{_SURNAME})[ ]{_NAME}(?!\w)")
_INTRODUCED = re.compile(
    rf"((?<!\w)(?:zovem se|moje ime je|ime mi je|ja sam|зовем се|моје име је|име ми је|ја сам|pozdrav,?|поздрав,?)[ ])"
    rf"({_NAME}(?:[ ]{_NAME})?)(?!\w)",
    re.IGNORECASE,
)
_AFTER_COMMA = re.compile(rf"(?:,[ ]|[.!?]\s{{1,9}}+|\n\s{{0,9}}+)({_NAME}(?:[ ]{_NAME})?)[.!]?\s*+\Z")


def anonymise(text: str) -> str:
    """`text` for a quotation. Doing it twice changes nothing more."""
    text = replace_spans(text, ((one.start, one.end, _GONE) for one in find_personal_data(text) if not one.is_strong))
    text = _MENTION.sub("", mask(text))
    text = _FULL_NAME.sub(_GONE, text)
    text = _INTRODUCED.sub(lambda match: match[1] + _GONE if _begins_great(match[2]) else match[0], text)
    if signed := _AFTER_COMMA.search(text):
        text = text[: signed.start(1)] + _GONE
    return re.sub(r"[ \t]{2,}", " ", text).strip()


def _begins_great(name: str) -> bool:
    """The pattern looks past capitals in what introduces a name, not in the name."""
    return name[:1].isupper()
