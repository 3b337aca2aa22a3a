from collections import Counter

import pytest

from municipalities.reference import codes, load
from serbian.folding import fold
from serbian.transliteration import to_cyrillic, to_latin

BY_SLUG = {record.slug: record for record in load().municipalities}


def test_there_are_117_municipalities_and_28_cities_in_24_districts_and_belgrade():
    reference = load()
    assert Counter(record.kind for record in reference.municipalities) == {"municipality": 117, "city": 28}
    assert len(BY_SLUG) == 145
    codes = {district.code for district in reference.districts}
    assert codes == {f"RS-{number:02d}" for number in range(25)}
    assert {record.district for record in reference.municipalities} == codes


def test_every_name_makes_the_round_trip_between_the_scripts(subtests: pytest.Subtests) -> None:
    for record in load().municipalities:
        with subtests.test(record.slug):
            assert to_latin(record.name_cyrl) == record.name_latn
            assert to_cyrillic(record.name_latn) == record.name_cyrl
            assert to_latin(record.name_cyrl.upper()) == record.name_latn.upper()
            assert to_cyrillic(record.name_latn.upper()) == record.name_cyrl.upper()
            assert fold(record.name_cyrl) == fold(record.slug.replace("-", " "))


def test_well_known_places_are_spelled_and_placed_right(subtests: pytest.Subtests) -> None:
    for slug, cyrillic, district, kind in [
        ("cuprija", "Ћуприја", "RS-13", "municipality"),
        ("kragujevac", "Крагујевац", "RS-12", "city"),
        ("mali-zvornik", "Мали Зворник", "RS-08", "municipality"),
        ("novi-pazar", "Нови Пазар", "RS-18", "city"),
        ("vlasotince", "Власотинце", "RS-23", "municipality"),
        ("vrnjacka-banja", "Врњачка Бања", "RS-18", "municipality"),
        ("indjija", "Инђија", "RS-07", "municipality"),
        ("odzaci", "Оџаци", "RS-05", "municipality"),
        ("zrenjanin", "Зрењанин", "RS-02", "city"),
        ("beograd", "Београд", "RS-00", "city"),
    ]:
        with subtests.test(slug=slug, cyrillic=cyrillic, district=district, kind=kind):
            record = BY_SLUG[slug]
            assert (record.name_cyrl, record.district, record.kind) == (cyrillic, district, kind)


def test_population_is_there_only_where_a_source_is():
    """Figures and source are those of the census itself, not of pages that copied it."""
    populations = {slug: record.population for slug, record in BY_SLUG.items() if record.population}
    assert populations == {
        "kragujevac": 171186,
        "mali-zvornik": 11219,
        "novi-pazar": 106720,
        "vlasotince": 25695,
        "vrnjacka-banja": 25065,
    }
    (source,) = {BY_SLUG[slug].population_source for slug in populations}
    assert source.startswith("Statistical Office of the Republic of Serbia: Census of Population")
    assert "2022" in source
    assert source.endswith("https://popis2022.stat.gov.rs/")
    assert {BY_SLUG[slug].population_year for slug in populations} == {2022}


def test_every_municipality_but_belgrade_has_the_statistical_offices_code():
    """Four digits and a check digit modulo 11; Vojvodina has those from 8. The data has no row for all of Belgrade."""
    by_slug = codes()
    assert set(BY_SLUG) - set(by_slug) == {"beograd"}
    assert len(set(by_slug.values())) == len(by_slug) == 144
    for slug, code in by_slug.items():
        weighed = sum(int(digit) * weight for digit, weight in zip(code, (5, 4, 3, 2), strict=False))
        assert len(code) == 5, slug
        assert (11 - weighed % 11) % 11 % 10 == int(code[4]), slug
        assert (code[0] == "8") == (BY_SLUG[slug].district in {f"RS-0{number}" for number in range(1, 8)}), slug
    assert (by_slug["cuprija"], by_slug["vranje"], by_slug["nis"], by_slug["novi-sad"]) == (
        "71200", "79057", "79022", "89010",
    )  # fmt: skip


def test_novi_pazar_works_in_serbian_in_both_scripts_and_in_bosnian():
    languages = [(entry.language, entry.script) for entry in BY_SLUG["novi-pazar"].official_languages]
    assert languages == [("sr", "Cyrl"), ("sr", "Latn"), ("bs", "Latn")]
    assert all(entry.source for record in BY_SLUG.values() for entry in record.official_languages)


def test_inflected_forms_say_where_they_come_from():
    assert BY_SLUG["novi-pazar"].forms == {"genitive": "Grada Novog Pazara", "locative": "u Novom Pazaru"}
    assert all(bool(record.forms) == bool(record.forms_source) for record in BY_SLUG.values())
