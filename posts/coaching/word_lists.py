"""Word lists of the coach. Cyrillic; Latin is derived where a rule reads both scripts.

`static/js/text/words.js` holds the same lists, and a test compares the two.
"""

from serbian.transliteration import to_latin

# Known inside a town hall only. An empty expansion is ambiguous: the writer has to choose.
ABBREVIATIONS = {
    "ЈКП": "јавно комунално предузеће",
    "ЈП": "јавно предузеће",
    "ЈЛС": "јединица локалне самоуправе",
    "ЛПА": "локална пореска администрација",
    "ЛС": "локална самоуправа",
    "МЗ": "месна заједница",
    "ОУ": "основна школа",
    "ОШ": "основна школа",
    "СШ": "средња школа",
    "ПУ": "",
    "ЦСР": "центар за социјални рад",
    "ДЗ": "дом здравља",
    "КЦ": "културни центар",
    "НСЗ": "Национална служба за запошљавање",
    "РФЗО": "Републички фонд за здравствено осигурање",
    "РГЗ": "Републички геодетски завод",
    "АПР": "Агенција за привредне регистре",
    "ЗЗЈЗ": "завод за јавно здравље",
    "ЛАП": "локални акциони план",
    "ЛЕР": "локални економски развој",
    "КЛЕР": "канцеларија за локални економски развој",
    "ПДР": "план детаљне регулације",
    "ПГР": "план генералне регулације",
    "ЦРОСО": "Централни регистар обавезног социјалног осигурања",
    "ВСС": "висока стручна спрема",
    "УГ": "удружење грађана",
    "НВО": "невладина организација",
}

# Imperatives that ask people to act, and the kind of call (`CallKind`) each is. "" asks, but for nothing counted.
VERBS = {
    "пријавите": "apply", "поднесите": "apply", "попуните": "apply", "конкуришите": "apply", "региструјте": "apply",
    "платите": "pay", "измирите": "pay", "уплатите": "pay",
    "закажите": "book", "резервишите": "book",
    "јавите": "report", "обавестите": "report",
    "гласајте": "vote", "изаберите": "vote", "одаберите": "vote",
    "предложите": "comment", "пошаљите": "comment", "поставите": "comment", "напишите": "comment",
    "коментаришите": "comment", "реците": "comment",
    "дођите": "attend", "посетите": "attend", "придружите": "attend", "учествујте": "attend",
    "позовите": "call", "назовите": "call",
    "преузмите": "download",
    "поделите": "share", "подијелите": "share",
    "пратите": "subscribe", "претплатите": "subscribe",
    "погледајте": "", "прочитајте": "", "сазнајте": "", "проверите": "", "сачувајте": "", "користите": "",
}  # fmt: skip

MONTHS = (
    "јануара", "фебруара", "марта", "априла", "маја", "јуна", "јула", "августа", "септембра", "октобра", "новембра",
    "децембра",
)  # fmt: skip

# Short words inside hashtags, so that #dakliknemozajedno can be split.
LITTLE = (
    "а", "да", "до", "за", "и", "из", "је", "на", "не", "од", "о", "по", "са", "се", "у", "уз", "заједно", "град",
    "општина", "дан", "дани", "наш", "наша", "моја", "мој", "нова", "нови", "добро", "дошли",
)  # fmt: skip

# Free mail providers, where an address is private; a town hall has its own domain.
FREE_MAIL = ("gmail.com", "yahoo.com", "hotmail.com", "outlook.com", "live.com", "icloud.com", "mts.rs", "sbb.rs")

# Descriptions that describe nothing.
BARE_ALTS = ("слика", "слике", "фотографија", "фото", "плакат", "банер", "лого", "слика 1", "image", "photo", "picture")

_SWAPS_UPPER = "АA ВB ЕE КK МM НH ОO РP СC ТT ХX ЈJ"
_SWAPS_LOWER = "аa еe оo рp сc хx јj"
# Letters that look alike in both scripts: Cyrillic to Latin.
LOOKALIKES = {pair[0]: pair[1] for pair in f"{_SWAPS_UPPER} {_SWAPS_LOWER}".split()}


def in_both_scripts(words: "dict[str, str] | tuple[str, ...]") -> list[str]:
    """The words in both scripts, longest first, so that an alternation prefers the longest."""
    return sorted(
        {spelling for word in words for spelling in (word, to_latin(word))}, key=lambda word: (-len(word), word)
    )
