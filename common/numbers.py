"""Numbers in the format of the interface's language: 1.234,5 in Serbian, 1,234.5 in English.

Django's USE_THOUSAND_SEPARATOR stays off, because it would also put dots into ids and years.
"""

from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from math import floor, log10

from django.utils import formats
from django.utils.translation import get_language

Number = int | float | Decimal
MISSING = "–"


def number(value: Number | None, places: int | None = None) -> str:
    """`value` with its thousands apart and `places` decimals (as they are, if None); a dash for no value."""
    if value is None:
        return MISSING
    if type(value) is int and -1000 < value < 1000 and not places:
        return str(value)  # alike in every language, and most of what tables hold
    if (marks := _marks(get_language())) and (type(value) is int or places is not None):
        if not places and type(value) is int:
            return f"{value:,d}".translate(marks)
        exact = Decimal(str(value)).quantize(_step(places or 0), ROUND_HALF_UP)
        return f"{exact or abs(exact):,f}".translate(marks)  # never "-0"
    exact = Decimal(str(value))
    if places is not None:
        exact = exact.quantize(_step(places), ROUND_HALF_UP)
    return formats.number_format(exact, decimal_pos=places, use_l10n=True, force_grouping=True)


@lru_cache(maxsize=16)
def _step(places: int) -> Decimal:
    """The last decimal that is shown."""
    return Decimal(1).scaleb(-places)


@lru_cache(maxsize=16)
def _marks(language: str | None) -> dict[int, str] | None:
    """What stands in `language` for Python's comma and point; None where it does not part thousands by threes.

    Django's formatting would give the same, but a table of a programme has thousands of numbers."""
    if formats.get_format("NUMBER_GROUPING", language, use_l10n=True) != 3:
        return None
    return str.maketrans(
        {
            ",": formats.get_format("THOUSAND_SEPARATOR", language, use_l10n=True),
            ".": formats.get_format("DECIMAL_SEPARATOR", language, use_l10n=True),
        }
    )


def per_thousand(value: Number | None, population: int | None) -> float | None:
    """`value` per 1,000 of `population`; None where either is not known."""
    return None if value is None or not population else float(value) * 1000 / population


def significant(value: Number | None, figures: int = 3) -> str:
    """`value` rounded to `figures` significant figures (22.3; 1.46; 1,235), with at most two decimals."""
    if value is None:
        return MISSING
    if value == 0:
        return number(0)
    magnitude = floor(log10(abs(float(value)))) + 1
    return number(value, min(2, max(0, figures - magnitude)))
