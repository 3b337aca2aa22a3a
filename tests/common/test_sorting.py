import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from django.db import connection

from municipalities.reference import load
from serbian.sorting import sort_key

ALPHABET = ["a", "b", "c", "č", "ć", "d", "dž", "đ", "e", "l", "lj", "m", "n", "nj", "o", "s", "š", "t", "z", "ž"]
IN_ORDER = [
    "1. maj", "Ada", "Bač", "Bačka Topola", "Bečej", "Beograd", "Bor", "Crna Trava", "Čačak", "Čoka", "Ćićevac",
    "Ћуприја", "Despotovac", "Dimitrovgrad", "Doljevac", "Džep", "Ђердап", "Gadžin Han", "Indija", "Инђија", "Lajkovac",
    "Leskovac", "Loznica", "Lučani", "Љиг", "Ljubovija", "Niš", "Нова", "Novi Pazar", "Nja", "Sombor", "Surdulica",
    "Шабац", "Šid", "Zrenjanin", "Жабаљ", "Žitište",
]  # fmt: skip


@pytest.fixture
def sr_key(db):
    """The function of the database. Test databases are made anew when its file changes."""

    def keys(values):
        with connection.cursor() as cursor:
            cursor.execute("SELECT sr_key(v) FROM unnest(%s::text[]) WITH ORDINALITY AS t(v, n) ORDER BY n", [values])
            return [bytes(key) for (key,) in cursor.fetchall()]

    return keys


def test_words_of_both_scripts_fall_into_one_alphabetical_order():
    shuffled = random.Random(3).sample(IN_ORDER, len(IN_ORDER))
    assert sorted(shuffled, key=sort_key) == IN_ORDER


def test_every_letter_has_its_place():
    shuffled = random.Random(3).sample(ALPHABET, len(ALPHABET))
    assert sorted(shuffled, key=sort_key) == ALPHABET


@pytest.mark.parametrize(("one", "other"), [("Ćuprija", "ЋУПРИЈА"), ("Ljig", "љиг"), ("DŽEP", "Џеп"), ("Đak", "ђак")])
def test_scripts_and_cases_share_a_key(one, other):
    assert sort_key(one) == sort_key(other)


def test_postgresql_gives_the_same_keys_as_python(sr_key):
    names = [name for record in load().municipalities for name in (record.name_cyrl, record.name_latn)]
    values = [*IN_ORDER, *names, *(name.upper() for name in names), "QWXY qwxy", "Ünnep", "back\\slash", ""]
    assert sr_key(values) == [sort_key(value) for value in values]


def test_postgresql_sorts_the_list_by_the_key_without_help_from_a_collation(sr_key):
    with connection.cursor() as cursor:
        cursor.execute("SELECT v FROM unnest(%s::text[]) AS t(v) ORDER BY sr_key(v)", [IN_ORDER[::-1]])
        assert [value for (value,) in cursor.fetchall()] == IN_ORDER


def test_the_key_can_be_indexed(sr_key):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE places (name text)")
        cursor.execute("CREATE INDEX ON places (sr_key(name))")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=st.text(alphabet=st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00")))
def test_any_text_has_the_same_key_in_both_places(sr_key, value):
    assert sr_key([value]) == [sort_key(value)]
