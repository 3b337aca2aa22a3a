"""The rules with which a consultation begins, by its kind. People of the municipality write on from there.

They are in Serbian, in the script of the municipality, because citizens read them.
"""

from participation.enums import ConsultationKind
from serbian.transliteration import to_latin

_WHO = "Учествовати могу сви који код нас живе, раде или имају имовину, као и удружења, привредници и установе."
_WHAT = (
    "Сваки предлог добија свој број, а на крају одлуку: прихваћен, делимично прихваћен, није прихваћен, уз "
    "образложење, или се о њему не одлучује овде, уз податак коме се обратити. Све предлоге и одлуке објављујемо у "
    "извештају, до дана који је наведен на овој страници."
)
_NAMES = "Имена учесника се не објављују. Јавно се виде текст предлога без личних података, одлука и образложење."
_NOT_HERE = {
    ConsultationKind.BUDGET: (
        "На овој расправи се не одлучује о појединачним захтевима, нити о расходима на које нас обавезује закон."
    ),
    ConsultationKind.PLAN: ("На овој расправи се не решавају појединачни захтеви за дозволе, нити имовински спорови."),
    ConsultationKind.REGULATION: (
        "На овој расправи не може се мењати оно што прописује закон, нити се решавају појединачни случајеви."
    ),
    ConsultationKind.DRAFT: (
        "Овде не може да се мења оно што прописује закон, нити се решавају појединачни случајеви."
    ),
    ConsultationKind.PROPOSALS: (
        "Овде се не пријављују хитни кварови, нити се решавају појединачни захтеви: за њих се обратите надлежној "
        "служби."
    ),
    ConsultationKind.MEETING: (
        "На збору се говори о теми из позива. Појединачни захтеви се решавају у надлежној служби."
    ),
    ConsultationKind.PETITION: (
        "О захтеву из петиције одлучује надлежни орган. Појединачни захтеви потписника решавају се у надлежној служби."
    ),
}


def default_rules(kind: ConsultationKind | str, script: str) -> str:
    """Who may take part, what becomes of proposals, names, what is not decided there. `script`: "Cyrl" or "Latn"."""
    text = "\n\n".join([_WHO, _WHAT, _NAMES, _NOT_HERE[ConsultationKind(kind)]])
    return text if script == "Cyrl" else to_latin(text)
