"""From what was written to what appears on a channel."""

from dataclasses import dataclass, field
from uuid import uuid4

import pytest

from django.utils import timezone

from posts.compose import BETWEEN, missing_languages, outgoing, parts
from posts.draft import ChannelLayout, Draft, LinkCard, Text


@dataclass
class Account:
    pk: int = 7
    layout: str = "one"
    languages: list[str] = field(default_factory=lambda: ["sr-Cyrl", "sr-Latn"])
    takes_polls: bool = False
    takes_threads: bool = False


CYRILLIC = Draft(texts={"sr-Cyrl": Text("Његошева улица, QR код на https://lpa.gov.rs/jis #Ћуприја")})
LATIN = "Njegoševa ulica, QR kod na https://lpa.gov.rs/jis #Ћуприја"


def test_one_text_in_the_channels_first_language() -> None:
    (part,) = parts(CYRILLIC, Account())
    assert (part.slot, part.languages) == ("all", ("sr-Cyrl",))
    assert part.text == CYRILLIC.texts["sr-Cyrl"].text


def test_latin_is_derived_and_leaves_addresses_and_hashtags_alone() -> None:
    (part,) = parts(CYRILLIC, Account(languages=["sr-Latn"]))
    assert part.text == LATIN
    assert part.derived == ()  # this direction loses nothing


def test_cyrillic_that_nobody_has_looked_at_is_marked() -> None:
    (part,) = parts(Draft(texts={"sr-Latn": Text("injekcija i konj")}), Account())
    assert part.text == "инјекција и коњ"
    assert part.derived == ("sr-Cyrl",)


def test_cyrillic_that_a_person_chose_to_derive_is_not_marked() -> None:
    texts = {"sr-Latn": Text("injekcija"), "sr-Cyrl": Text("", derived_from="sr-Latn")}
    (part,) = parts(Draft(texts=texts), Account())
    assert (part.text, part.derived) == ("инјекција", ())


def test_a_derived_text_follows_its_source() -> None:
    texts = {"sr-Cyrl": Text("Нова вест"), "sr-Latn": Text("Stara vest", derived_from="sr-Cyrl")}
    (part,) = parts(Draft(texts=texts), Account(languages=["sr-Latn"]))
    assert part.text == "Nova vest"


def test_a_corrected_script_is_not_derived_again() -> None:
    texts = {"sr-Cyrl": Text("Вест"), "sr-Latn": Text("Vest, ispravljena")}
    (part,) = parts(Draft(texts=texts), Account(languages=["sr-Latn"]))
    assert part.text == "Vest, ispravljena"


def test_both_scripts_in_one_post_in_the_channels_order() -> None:
    (part,) = parts(CYRILLIC, Account(layout="combined"))
    assert part.text == f"{CYRILLIC.texts['sr-Cyrl'].text}{BETWEEN}{LATIN}"
    assert part.slot == "all"


def test_a_post_for_each_script_in_a_slot_of_its_own() -> None:
    both = parts(CYRILLIC, Account(layout="separate"))
    assert [(part.slot, part.language) for part in both] == [("sr-Cyrl", "sr-Cyrl"), ("sr-Latn", "sr-Latn")]


def test_the_post_may_choose_another_layout_than_the_channel() -> None:
    draft = Draft(texts=CYRILLIC.texts, layout={7: ChannelLayout("separate", ("sr-Latn", "sr-Cyrl"))})
    assert [part.slot for part in parts(draft, Account())] == ["sr-Latn", "sr-Cyrl"]


def test_a_channels_own_text_wins_also_in_its_derived_script() -> None:
    draft = Draft(texts=CYRILLIC.texts, per_channel={7: {"sr-Cyrl": "Кратко"}})
    assert [part.text for part in parts(draft, Account(layout="separate"))] == ["Кратко", "Kratko"]
    assert parts(draft, Account(pk=8))[0].text == CYRILLIC.texts["sr-Cyrl"].text


@pytest.mark.parametrize("tag", ["bs-Latn", "hu-Latn", "sq-Latn"])
def test_other_languages_are_never_generated(tag: str) -> None:
    (part,) = parts(CYRILLIC, Account(layout="combined", languages=["sr-Cyrl", tag]))
    assert part.missing == (tag,)
    assert part.languages == ("sr-Cyrl",)


def test_a_language_of_official_use_that_nobody_wrote_is_named() -> None:
    official = [
        {"language": "sr", "script": "Cyrl"},
        {"language": "sr", "script": "Latn"},
        {"language": "bs", "script": "Latn"},
    ]
    assert missing_languages(CYRILLIC, official) == ["bs-Latn"]
    assert missing_languages(Draft(texts={"bs-Latn": Text("Općina")}), official) == []


@pytest.mark.parametrize("layout", ["one", "combined", "separate"])
def test_a_channel_whose_language_is_not_written_shows_no_other_language(layout: str) -> None:
    (part,) = parts(CYRILLIC, Account(layout=layout, languages=["bs-Latn"]))
    assert (part.text, part.languages, part.missing) == ("", (), ("bs-Latn",))
    assert part.lacks_text
    (part,) = parts(Draft(texts={**CYRILLIC.texts, "bs-Latn": Text("Općina")}), Account(languages=["bs-Latn"]))
    assert (part.text, part.lacks_text) == ("Općina", False)


def test_the_link_is_added_once() -> None:
    link = "https://cuprija.rs/vesti"
    assert parts(Draft(texts={"sr-Cyrl": Text("Вест")}, link=link), Account())[0].text == f"Вест\n\n{link}"
    inside = Draft(texts={"sr-Cyrl": Text(f"Вест {link} овде")}, link=link)
    assert parts(inside, Account())[0].text == f"Вест {link} овде"


def test_marks_that_part_letters_stay_in_the_house() -> None:
    (part,) = parts(Draft(texts={"sr-Latn": Text("kon\u200cjunktura")}), Account(languages=["sr-Latn"]))
    assert part.text == "konjunktura"


def test_the_payload_says_the_language_without_its_script_and_carries_the_card() -> None:
    draft = Draft(texts=CYRILLIC.texts, link="https://cuprija.rs", link_card=LinkCard("Ћуприја"))
    payload = outgoing(draft, parts(draft, Account())[0], [], key=uuid4(), created_at=timezone.now())
    assert payload.language == "sr"
    assert payload.link_card is not None
    assert payload.link_card.url == "https://cuprija.rs"
    assert type(payload).from_json(payload.to_json()) == payload


def test_a_card_without_words_is_no_card() -> None:
    draft = Draft(texts=CYRILLIC.texts, link="https://cuprija.rs")
    assert outgoing(draft, parts(draft, Account())[0], [], key=uuid4(), created_at=timezone.now()).link_card is None
