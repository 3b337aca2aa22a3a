"""One search key for both scripts, with and without diacritics.

Ћуприја, Ćuprija and Cuprija fold to "cuprija"; Ђорђе, Đorđe, Djordje and Dorde to "dorde". Store the folded column
and search it with the folded query. PostgreSQL's `unaccent` cannot do this: it has no Cyrillic, and maps đ to d. The
price is that a few pairs collide (predjelo and predelo).
"""

import unicodedata

from serbian.letters import ZWNJ, letters_to_latin


def fold(text: str) -> str:
    """Lower-case, unaccented Latin key of `text`; keeps spaces, digits and punctuation."""
    latin = letters_to_latin(unicodedata.normalize("NFKC", text)).lower().replace(ZWNJ, "")
    plain = latin.replace("đ", "dj").replace("ð", "dj")  # đ has no decomposition: replace it before removing marks
    unmarked = "".join(char for char in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(char))
    return unmarked.replace("dj", "d")
