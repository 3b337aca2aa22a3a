"""The rubric of a programme until its staff change a criterion.

Written in Serbian Cyrillic and in English; Latin is derived where it is shown.
"""

from typing import Any

# (key, Serbian name, Serbian levels 1 to 4, English name, English levels 1 to 4)
_RUBRIC = (
    (
        "call-to-action",
        "Позив на акцију",
        (
            "Објава само обавештава; не види се шта треба учинити.",
            "Види се шта треба учинити, али не и где или до када.",
            "Јасно је шта, где и до када треба учинити.",
            "Један позив, на почетку, са везом и роком; довољан је један додир.",
        ),
        "Call to action",
        (
            "The post only informs; nobody can tell what to do.",
            "It says what to do, but not where or by when.",
            "It is clear what to do, where and by when.",
            "One call, at the beginning, with a link and a deadline; one tap is enough.",
        ),
    ),
    (
        "clarity",
        "Јасноћа",
        (
            "Реченице су дуге и службене; суштина се тешко налази.",
            "Суштина постоји, али није на почетку.",
            "Кратке реченице, најважније је прво.",
            "Свако разуме из прве, и када чита у ходу.",
        ),
        "Clarity",
        (
            "Sentences are long and official; the point is hard to find.",
            "There is a point, but it does not come first.",
            "Short sentences, the most important thing first.",
            "Everybody understands it at the first reading, even on the move.",
        ),
    ),
    (
        "useful-information",
        "Корисне информације",
        (
            "Говори о установи, а не о ономе што грађанима треба.",
            "Корисно је, али недостаје време, место, цена или документ.",
            "Има све што је потребно за одлуку.",
            "Одговара и на следеће питање и каже коме се обратити.",
        ),
        "Useful information",
        (
            "It speaks of the institution, not of what citizens need.",
            "It is useful, but the time, place, price or document is missing.",
            "It has everything needed to decide.",
            "It answers the next question, too, and says whom to ask.",
        ),
    ),
    (
        "accessibility",
        "Приступачност",
        (
            "Текст је у слици, а слика нема опис.",
            "Опис постоји, али не каже оно што слика поручује.",
            "Слика има опис, текст је ван слике, хештегови су читљиви.",
            "Може се у целини разумети и слушањем и са најмањег екрана.",
        ),
        "Accessibility",
        (
            "The text is inside the picture, and the picture has no description.",
            "There is a description, but it does not say what the picture tells.",
            "The picture is described, the text stands outside it, hashtags can be read.",
            "It can be understood in full by listening, and on the smallest screen.",
        ),
    ),
    (
        "picture",
        "Слика",
        (
            "Нема слике или не говори ништа о теми.",
            "Слика је повезана са темом, али је нејасна или општа.",
            "Јасна, сопствена слика која показује о чему је реч.",
            "Слика прича причу и зауставља поглед, уз сагласност приказаних.",
        ),
        "Picture",
        (
            "There is no picture, or it says nothing about the matter.",
            "The picture belongs to the matter, but is unclear or generic.",
            "A clear picture of one's own that shows what it is about.",
            "The picture tells the story and catches the eye, with the consent of those shown.",
        ),
    ),
    (
        "tone",
        "Тон",
        (
            "Заповеднички, хладно или самохвалисаво.",
            "Учтиво, али као допис.",
            "Људски и с поштовањем, обраћа се грађанима.",
            "Топло и поуздано; позива на разговор.",
        ),
        "Tone",
        (
            "Commanding, cold or self-praising.",
            "Polite, but like an official letter.",
            "Human and respectful, it speaks to citizens.",
            "Warm and reliable; it invites a conversation.",
        ),
    ),
    (
        "script-and-language",
        "Писмо и језик",
        (
            "Једно писмо тамо где су потребна два, или има грешака.",
            "Оба писма постоје, али има правописних или пренетих грешака.",
            "Исправно у оба писма.",
            "Исправно у оба писма и на језицима мањина где су у службеној употреби.",
        ),
        "Script and language",
        (
            "One script where two are needed, or mistakes.",
            "Both scripts are there, but with mistakes in spelling or conversion.",
            "Correct in both scripts.",
            "Correct in both scripts, and in the languages of minorities where they are official.",
        ),
    ),
)


def criterion_texts(
    name: str, levels: tuple[str, ...] | list[str], english: str = "", meanings: Any = ()
) -> dict[str, Any]:
    """Words as a `Criterion` keeps them. Without an English name there is no English."""
    texts: dict[str, Any] = {"sr": {"name": name, "levels": list(levels)}}
    if english:
        texts["en"] = {"name": english, "levels": list(meanings)}
    return texts


RUBRIC: tuple[tuple[str, dict[str, Any]], ...] = tuple(
    (key, criterion_texts(name, levels, english, meanings)) for key, name, levels, english, meanings in _RUBRIC
)
