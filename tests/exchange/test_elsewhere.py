"""Another town's name does not survive a copy, in whatever form and script it stands; other words are left alone."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from exchange.place_rewriting import Rewriter, values_for
from posts.editing.placeholders import fill


def place(cyrl: str, latn: str, kind: str = "municipality", **forms: str) -> Any:
    return SimpleNamespace(name_cyrl=cyrl, name_latn=latn, kind=kind, forms=forms)


CUPRIJA = place("Ћуприја", "Ćuprija", genitive="Opštine Ćuprija", locative="u Ćupriji")
NOVI_PAZAR = place("Нови Пазар", "Novi Pazar", "city", genitive="Grada Novog Pazara", locative="u Novom Pazaru")
ADA, BOR, CACAK = place("Ада", "Ada"), place("Бор", "Bor"), place("Чачак", "Čačak", "city")
VRANJE, PALANKA = place("Врање", "Vranje", "city"), place("Бачка Паланка", "Bačka Palanka")


def test_the_name_becomes_a_gap(subtests: pytest.Subtests) -> None:
    for municipality, text, expected in [
        (CUPRIJA, "Паркови у Ћуприји и базен општине Ћуприја.", "Паркови {{у месту}} и базен {{општине}}."),
        (CUPRIJA, "Општина Ћуприја позива вас.", "{{пун назив}} позива вас."),
        (CUPRIJA, "Ћуприја гради, из Ћуприје.", "{{назив}} гради, из {{назив места}}."),
        # where one goes has a form that nobody knows of the other name
        (CUPRIJA, "Дођите у Ћуприју.", "Дођите у {{назив места}}."),
        (CUPRIJA, "Ћупријски парк и ћупријски сат", "{{назив места}} парк и {{назив места}} сат"),
        (CUPRIJA, "Park u Ćupriji, ulice Ćuprije", "Park {{у месту}}, ulice {{назив места}}"),
        (CUPRIJA, "ЋУПРИЈА", "{{назив места}}"),
        (CUPRIJA, "#Ћуприја #паркЋуприја", "#{{назив као хештег}} #{{назив као хештег}}"),
        (NOVI_PAZAR, "у Новом Пазару, из Новог Пазара", "{{у месту}}, из {{назив места}}"),
        (NOVI_PAZAR, "грађани Града Новог Пазара", "грађани {{општине}}"),
        (NOVI_PAZAR, "новопазарска чаршија", "{{назив места}} чаршија"),
        (NOVI_PAZAR, "Нови парк и пазарни дан", "Нови парк и пазарни дан"),
        (ADA, "Ади, Адом и адреса, Адам", "{{назив места}}, {{назив места}} и адреса, Адам"),
        (BOR, "боравак у Бору, борба и Борба", "боравак {{у месту}}, борба и Борба"),
        (CACAK, "из Чачка, у Чачку, Чачак", "из {{назив места}}, {{у месту}}, {{назив}}"),
        (VRANJE, "врана у Врању", "врана {{у месту}}"),
        (PALANKA, "у Бачкој Паланци, Бачку Паланку", "{{у месту}}, {{назив места}}"),
    ]:
        with subtests.test(town=municipality, text=text, expected=expected):
            assert Rewriter(municipality)(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Позовите 035 123 456 или 035/847-1122.", "Позовите {{телефон}} или {{телефон}}."),
        ("+381 35 123 456", "{{телефон}}"),
        ("pisarnica@cuprija.rs", "{{адреса е-поште}}"),
        ("Пријава: https://cuprija.rs/upis?x=1.", "Пријава: {{линк}}."),
        ("Пратите @cuprija@social.example", "Пратите {{профил}}"),
        ("До 15. 12. 2026. у 10.30, 1.500 динара, члан 35", "До 15. 12. 2026. у 10.30, 1.500 динара, члан 35"),
        ("{{назив}} остаје", "{{назив}} остаје"),
    ],
)
def test_addresses_of_the_other_town_become_gaps_and_days_and_amounts_stay(text: str, expected: str) -> None:
    assert Rewriter(CUPRIJA)(text) == expected


def test_what_is_known_of_the_copier_is_filled_in() -> None:
    text = Rewriter(CUPRIJA)("Општина Ћуприја: паркови у Ћуприји. #Ћуприја")
    assert fill(text, values_for(NOVI_PAZAR)) == "Град Нови Пазар: паркови у Новом Пазару. #НовиПазар"
    latin = Rewriter(CUPRIJA)("Opština Ćuprija: parkovi u Ćupriji. #Ćuprija")
    assert fill(latin, values_for(ADA), "sr-Latn") == "Opština Ada: parkovi u opštini Ada. #Ada"
