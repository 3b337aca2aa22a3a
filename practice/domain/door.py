"""Signing in. There is no password: trainees pick a name, pages are picked when consent is given."""

import secrets
import unicodedata
import zlib

import regex

from django.db import IntegrityError, transaction

from practice.enums import AccountKind
from practice.errors import ApiError, Missing
from practice.imitations import IMITATIONS
from practice.models import Account

HUES = 8
_CYRILLIC = "абвгдђежзијклљмнњопрстћуфхцчџш"
_PLAIN = "a b v g d dj e z z i j k l lj m n nj o p r s t c u f h c c dz s"
_LATIN = str.maketrans({**dict(zip(_CYRILLIC, _PLAIN.split(), strict=True)), "đ": "dj"})


def enter(name: str) -> Account:
    """The citizen of this name, made now if there is none. Raises `ApiError` for a name without letters."""
    shown = cleaned(name)
    known = Account.objects.filter(kind=AccountKind.CITIZEN, display_name=shown).order_by("pk").first()
    return known or create(AccountKind.CITIZEN, shown)


def create(kind: AccountKind, name: str, *, username: str = "", note: str = "", network: str = "") -> Account:
    """A new account. The username is made from the name, with a number where it is taken.

    `network`: of a page, the one that it imitates. Raises `ApiError` for one that is not in `practice.imitations`.
    """
    if network and (network not in IMITATIONS or kind != AccountKind.PAGE):
        raise ApiError("There is no such kind of page.")
    shown = cleaned(name)
    wanted = username or slug(shown)
    for attempt in range(20):
        # Names repeat in a training room; after a few attempts a random suffix is quicker than counting.
        candidate = (
            wanted if not attempt else f"{wanted[:24]}_{attempt + 1 if attempt < 10 else secrets.randbelow(9999)}"
        )
        try:
            with transaction.atomic():
                return Account.objects.create(
                    kind=kind,
                    username=candidate,
                    display_name=shown,
                    note=note[:300],
                    hue=hue(candidate),
                    network=network,
                )
        except IntegrityError:
            continue
    raise ApiError("There are too many accounts of this name. Choose another one.")


def page(username: str) -> Account:
    account = Account.objects.filter(kind=AccountKind.PAGE, username=username).first()
    if account is None:
        raise Missing
    return account


def cleaned(name: str) -> str:
    """One line, no invisible characters. Raises `ApiError`."""
    shown = regex.sub(r"\p{C}", "", unicodedata.normalize("NFC", name))
    shown = " ".join(shown.split())[:60].strip()
    if not regex.search(r"[\p{L}\p{N}]", shown):
        raise ApiError("A name needs at least one letter.")
    return shown


def slug(name: str) -> str:
    latin = unicodedata.normalize("NFKD", name.lower().translate(_LATIN))
    plain = regex.sub(r"[^a-z0-9]+", "_", regex.sub(r"\p{M}", "", latin)).strip("_")
    return plain[:28] or f"gost_{secrets.randbelow(100_000)}"


def hue(username: str) -> int:
    """Which of the avatar colours; always the same for one name."""
    return zlib.crc32(username.encode()) % HUES
