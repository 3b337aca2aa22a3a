"""Which digits are a telephone number, whose, and how they are treated: one table for all detectors.

docs/telephone-numbers.md explains it. *Taken out* concerns citizens' texts, *asked about* our drafts.
"""

from __future__ import annotations

import json
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from exchange.place_rewriting import Rewriter
from inbox.models import HouseRules
from inbox.text_analysis import mask, redact
from library.enums import SnippetKind
from library.models import Snippet
from municipalities.enums import MunicipalityKind
from municipalities.tenancy import scope
from needs import rules as needs
from needs.models import NeedsPage
from posts.coaching import points, published_phones, text_rules
from reports.models import PublicPage
from tests.people import Cast, sign_in

PLACE = SimpleNamespace(name_cyrl="Бор", name_latn="Bor", name_en="Bor", kind=MunicipalityKind.MUNICIPALITY, forms={})

MOBILES = ("063 123 456", "063/123-45-67", "063.123.4567", "0631234567", "(063) 123-456", "+381 63 123 456",
           "+381631234567", "00381 63 123 4567")  # fmt: skip
LANDLINES = ("035 123 456", "035/123-456", "035-123-456", "035123456", "(035) 123-456", "011 1234 567", "0230 421 123",
             "+381 35 123 456", "00381 35 123456")  # fmt: skip
# Of everybody, or no telephone at all.
NOBODYS = ("192", "193", "194", "112", "19813", "0800 123 456", "0900 123 456", "350-123/2026", "01.11.2026.", "10.30",
           "1.035.123,45", "12.500,00", "840-742151843-36", "члан 35. став 2", "35230")  # fmt: skip
AROUND = ("Јавите се на {} до петка.", "Javite se na {} do petka.", "{}", "Телефон: {}, хвала", "(tel. {})")


def test_a_number_is_taken_out_of_what_citizens_wrote(subtests: pytest.Subtests) -> None:
    for number in [*MOBILES, *LANDLINES]:
        for around in AROUND:
            with subtests.test(number=number, around=around):
                text = around.format(number)
                assert number not in mask(text)
                assert number not in redact(text)
                assert number not in needs.suggest_quote(text, frozenset())
                assert list(needs.identifying_parts(text, frozenset()))


def test_a_number_does_not_go_to_another_municipality(subtests: pytest.Subtests) -> None:
    for number in ["063 123 456", "063/123-4567", "035 123 456", "035/123-456", "+381 35 123 456"]:
        for around in AROUND[:3]:
            with subtests.test(number=number, around=around):
                assert number not in Rewriter(PLACE)(around.format(number))


def test_a_number_in_a_draft_is_asked_about(subtests: pytest.Subtests) -> None:
    for number, rule in [(mobile, "phones") for mobile in MOBILES] + [(mobile, "landlines") for mobile in LANDLINES]:
        for around in AROUND:
            with subtests.test(number=number, rule=rule, around=around):
                (hit,) = text_rules.RULES[rule](around.format(number))
                assert text_rules.national(hit.text) == text_rules.national(number)
                assert not text_rules.RULES["landlines" if rule == "phones" else "phones"](around.format(number))


def test_what_is_nobodys_own_is_left_alone(subtests: pytest.Subtests) -> None:
    for number in NOBODYS:
        for around in AROUND:
            with subtests.test(number=number, around=around):
                text = around.format(number)
                assert not text_rules.phones(text)
                assert not text_rules.landlines(text)
                assert number in mask(text)


@pytest.mark.parametrize("written", ["035/123-456", "+381 (0)35 123 456", "(035) 123456", "00381 35 123-456"])
def test_a_number_is_the_same_however_it_is_written(written: str) -> None:
    assert text_rules.national(written) == "035123456"


# ---- offices


def asked(text: str, cast: Cast) -> list[str]:
    with scope(cast.cuprija):
        known = published_phones.published_numbers()
    facts = points.TextFacts(
        date(2026, 11, 28), [points.WrittenText("text-sr-Cyrl", "sr-Cyrl", text)], published_numbers=known
    )
    return [point.code for point in points.text_points(facts) if point.id in points.NUMBERS and point.is_open]


def test_a_number_that_nobody_knows_is_asked_about_and_blocks_nothing(cast: Cast) -> None:
    assert asked("Зовите 035 123 456", cast) == ["landlines"]
    assert asked("Зовите 063 123 456", cast) == ["phones"]
    assert asked("Зовите 192 или 0800 123 456", cast) == []


def test_a_number_in_the_library_or_on_a_public_page_is_an_offices(cast: Cast, django_assert_num_queries: Any) -> None:
    with scope(cast.cuprija):
        common: Any = {"municipality": cast.cuprija}
        Snippet.objects.create(
            **common, kind=SnippetKind.TEXT, name="Централа",
            texts={"sr-Cyrl": "Централа:\n035/123-456", "en": "035 777 888\n\"Open day and night\""},
            created_by=cast.officer, updated_by=cast.officer,
        )  # fmt: skip
        HouseRules.objects.create(**common, contact="Позовите 035 222 333", changed_by=cast.officer)
        NeedsPage.objects.create(**common, contact="услужни центар, +381 35 444 555")
        PublicPage.objects.create(**common, contact="дежурни 064 555 666", changed_by=cast.officer)
    assert asked("Зовите 035 123 456, (035) 222-333, 035/444-555, 064/555-666, 035/777-888", cast) == []
    assert asked("Зовите 035 999 999", cast) == ["landlines"]
    with scope(cast.novi_pazar), django_assert_num_queries(1):
        assert published_phones.published_numbers() == frozenset()


def test_the_composer_brings_the_known_numbers_along(cast: Cast) -> None:
    with scope(cast.cuprija):
        NeedsPage.objects.create(municipality=cast.cuprija, contact="035 444 555")
    page = sign_in(cast.officer).get("/m/cuprija/posts/new/").text
    offices = page.partition('data-offices="')[2].partition('"')[0].replace("&quot;", '"')
    assert json.loads(offices) == ["035444555"]
