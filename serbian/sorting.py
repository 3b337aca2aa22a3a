"""Serbian alphabetical order, one for both scripts: A B C Č Ć D Dž Đ … L Lj M N Nj … S Š … Z Ž.

`sort_key` gives the same bytes as the SQL function `sr_key` (common/sql/sr_key.sql). Digits, signs and
the accented letters of Western Europe come first. Cyrillic words stand where their Latin spelling stands.
"""

from serbian.letters import letters_to_latin

_LETTERS = "abcčćdџđefghijklљmnњopqrsštuvwxyzž"
_CYRILLIC = "абвгдђежзијклмнопрстћуфхцчш"
# Keys lie in one block above ASCII, so that unaccented letters of the key never mix with the text's own characters.
_KEYS = {letter: chr(0x100 + place) for place, letter in enumerate(_LETTERS)}
_KEYS |= {letter: _KEYS[letters_to_latin(letter)] for letter in _CYRILLIC}
_LOWER = {ord(letter.upper()): letter for letter in _KEYS}
_TO_KEY = str.maketrans(_KEYS)


def sort_key(text: str) -> bytes:
    """Compare these bytes to put `text` in alphabetical order."""
    lower = text.translate(_LOWER)
    for digraph, letter in (("dž", "џ"), ("lj", "љ"), ("nj", "њ")):
        lower = lower.replace(digraph, letter)
    return lower.translate(_TO_KEY).encode()
