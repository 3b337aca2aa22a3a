"""The hidden token of the public form: when it was opened and for which consultation, signed. No cookie is needed.

It says nothing of a person and permits nothing that its holder could not do without it; it makes a program open the
form before it sends it, and one press of the button count once. A receipt is derived from it and from the words: who
presses twice gets the same code, who changes the words and sends them again has made another proposal.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core import signing
from django.utils import timezone

from links.rules import ALPHABET
from participation.rules import RECEIPT_LENGTH

SALT = "participation.form"
# Who opens the form in the evening sends it in the morning.
LONGEST = 2 * 24 * 3600
# Nobody reads the form and writes a proposal faster than this.
SHORTEST = 3


@dataclass(frozen=True)
class FormToken:
    """A token that is ours and not too old. `age` in seconds; `once` differs for each form that is opened."""

    text: str
    once: str
    age: float

    @property
    def is_too_fast(self) -> bool:
        return self.age < SHORTEST


def issue(consultation: int) -> str:
    values = {"c": consultation, "n": secrets.token_urlsafe(12), "at": round(timezone.now().timestamp(), 1)}
    return signing.dumps(values, salt=SALT)


def read(text: str, consultation: int) -> FormToken | None:
    """None for what is not ours, of another consultation, or too old."""
    if len(text) > 300:
        return None
    try:
        values: Any = signing.loads(text, salt=SALT)
        once, at, of = str(values["n"]), float(values["at"]), values["c"]
    except (signing.BadSignature, KeyError, TypeError, ValueError):
        return None
    age = timezone.now().timestamp() - at
    return FormToken(text, once, age) if of == consultation and age <= LONGEST else None


def receipt(once: str, words: str) -> str:
    """The receipt of these words sent with this form: the same each time, and nobody's to guess."""
    key = f"participation.code {settings.SECRET_KEY}".encode()
    number = int.from_bytes(hmac.new(key, f"{once}\n{words}".encode(), hashlib.sha256).digest())
    letters = []
    for _at in range(RECEIPT_LENGTH):
        number, at = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[at])
    return "".join(letters)
