"""A municipality's name in the cases that sentences need: values of the gaps `{{назив}}`, `{{у месту}}` and
`{{општине}}` of templates. Pure.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from municipalities.enums import MunicipalityKind
from serbian.transliteration import to_cyrillic

NAME, PLACE, OF_PLACE = "назив", "у месту", "општине"
DEADLINE, START, LINK = "рок", "почетак", "линк"
KNOWN = (NAME, PLACE, OF_PLACE, DEADLINE, START, LINK)


class Named(Protocol):
    """The part of a municipality that says what it is called."""

    name_cyrl: str
    kind: str
    forms: Mapping[str, Any]


def gap_values(place: Named) -> dict[str, str]:
    """Ћуприја · у Ћуприји · општине Ћуприја, in Cyrillic.

    Where no source gives the forms, the kind is declined and the name left alone ("у општини Ада"), which is right
    in Serbian for every name.
    """
    is_city = place.kind == MunicipalityKind.CITY
    locative, genitive = (to_cyrillic(str(place.forms.get(form, ""))) for form in ("locative", "genitive"))
    return {
        NAME: place.name_cyrl,
        PLACE: locative or f"у {'граду' if is_city else 'општини'} {place.name_cyrl}",
        OF_PLACE: genitive[:1].lower() + genitive[1:] or f"{'града' if is_city else 'општине'} {place.name_cyrl}",
    }
