"""Keys of what a programme adds to a list of its own: read off its Serbian name, and not taken yet."""

from collections.abc import Iterable
from typing import Any

from django.utils.text import slugify

from serbian.transliteration import to_latin


def free_key(texts: dict[str, Any], taken: Iterable[str]) -> str:
    """A slug of at most 40 letters. `words` as `Criterion.words`; "new" is an address of its own."""
    stem, held = slugify(to_latin(texts["sr"]["name"]))[:34] or "own", {"new", *taken}
    return next(key for n in range(1, 1000) if (key := stem if n == 1 else f"{stem}-{n}") not in held)
