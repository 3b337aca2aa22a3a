"""Texts of saved answers: their placeholders, and filling them for a citizen, in the script in which they wrote.

Placeholders look as in templates: {{радно време}}. A name is accepted in either script. A placeholder without a value
stays in the text, and no answer is sent with one (`open_placeholders`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from posts.editing.placeholders import fill, placeholders
from serbian import Script, detect, fold, to_cyrillic, to_latin
from serbian.glossary import EMPTY, Glossary

NAME, PLACE, TOWN, HOURS, SITE, OFFICE, SERVICE = (
    "име", "место", "општина", "радно време", "сајт", "еПисарница", "еУслуга",
)  # fmt: skip
PLACEHOLDERS = (NAME, PLACE, TOWN, HOURS, SITE, OFFICE, SERVICE)
# These are written as their owner writes them, in whatever script that is.
AS_WRITTEN = frozenset({NAME, SITE, OFFICE})
_BY_KEY = {fold(name): name for name in PLACEHOLDERS}
# A name on a network may be anything; mentions and links are not accepted as names.
_NO_NAME = re.compile(r"[@#{}<>\n]|https?:|www\.|\.\w{2,}/", re.IGNORECASE)
_MOST_NAME = 60

MOST = 2000


def unknown_placeholders(text: str) -> list[str]:
    """Names of gaps that nothing is known of; a stray brace counts as one."""
    unknown = [name for name in placeholders(text) if fold(name) not in _BY_KEY]
    rest = re.sub(r"\{\{\s*[^{}\n]{1,60}?\s*\}\}", "", text)
    return [*unknown, *dict.fromkeys(re.findall(r"[{}]+", rest))]


def open_placeholders(text: str) -> list[str]:
    """Gaps that are still open in an answer, or what is left of one."""
    return placeholders(text) or re.findall(r"\{\{|\}\}", text)


def public_name(author: str) -> str:
    """The author's name if it may appear in a public answer, else empty."""
    name = " ".join(author.split()) if "\n" not in author else ""
    return "" if _NO_NAME.search(name) or len(name) > _MOST_NAME else name


def convert_script(text: str, script: str, glossary: Glossary = EMPTY) -> str:
    """`text` in this script; addresses, mentions, placeholders and glossary words are not converted."""
    written = detect(text)
    if written is None or written == script:
        return text
    return to_latin(text, glossary) if script == Script.LATIN else to_cyrillic(text, glossary)


def fill_placeholders(text: str, values: Mapping[str, str], script: str, glossary: Glossary = EMPTY) -> str:
    """A saved answer for one citizen. `values` by the names of `GAPS`, in either script; empty ones stay open."""
    known = {
        name: value if name in AS_WRITTEN else convert_script(value, script, glossary)
        for name, value in values.items()
        if value
    }
    return fill(convert_script(text, script, glossary), known)


@dataclass(frozen=True)
class SavedAnswerInput:
    """A saved answer as a person writes it; `topic` and `kind` may be empty."""

    name: str
    text: str
    topic: str = ""
    kind: str = ""


# Common answers, offered to municipalities that have none of these names; a person reads each before use.
STARTERS = (
    SavedAnswerInput(
        "Хвала на пријави",
        "Хвала што сте нам јавили. Пријаву смо примили и проверићемо стање на терену. Чим будемо знали када ће бити "
        "решено, написаћемо Вам овде.",
        kind="complaint",
    ),
    SavedAnswerInput(
        "Молимо за место",
        "Хвала што сте нам јавили. Напишите нам, молимо Вас, о којој улици и ком делу насеља је реч, да бисмо послали "
        "екипу на право место. Немојте овде остављати број телефона ни друге личне податке.",
        kind="complaint",
    ),
    SavedAnswerInput(
        "Званично, преко еПисарнице",
        "За ово је потребно да се обратите званично. Захтев можете да поднесете и преко интернета, па добијате број "
        "предмета и одговор у законском року: {{еПисарница}}",
    ),
    SavedAnswerInput(
        "Радно време",
        "Радно време шалтера: {{радно време}}. Остала обавештења су на нашем сајту: {{сајт}}",
        kind="question",
    ),
    SavedAnswerInput(
        "Прослеђено служби",
        "Хвала на поруци. Проследили смо је надлежној служби и јавићемо Вам овде чим добијемо одговор.",
    ),
)
