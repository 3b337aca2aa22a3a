"""Patterns of personal data, in one place. Repetitions are bounded or possessive, so that matching takes linear time.

`inbox.text_analysis.personal_data` uses the first ones to find what is certainly personal, and decides what a number
means. `LIKELY` matches more, for `inbox.text_analysis.redaction`, where a false match is better than a missed one.
"""

import re

# Separators between digits, including invisible ones: soft hyphen, zero-width characters.
_GAP = "[ \t\u00a0\u202f.\\-\u2010-\u2014\u00ad\u200b-\u200d\u2060]"

EMAIL = re.compile(
    r"(?<![\w.+@\-])[\w.+\-]++(?:@|\s?[(\[](?:at|et|majmun)[)\]]\s?)[\w\-]++(?:\.[\w\-]++)++", re.IGNORECASE
)
ACCOUNT = re.compile(r"(?<!\d)\d{3}-\d{1,13}+-\d{2}(?!\d)")
IBAN = re.compile(r"(?<!\w)RS\d{2}(?: ?\d){18}(?!\d)", re.IGNORECASE)
# Thirteen digits; fourteen with all four digits of the year.
JMBG = re.compile(rf"(?<!\d)\d(?:{_GAP}{{0,2}}\d){{12,13}}(?!\d)")
MOBILE = re.compile(
    rf"(?<!\d)[(]?(?:(?:\+|00){_GAP}?)?(?:381{_GAP}?[(]?0?[)]?|0){_GAP}?6 ?\d[)]?(?:{_GAP}|/){{0,2}}"
    rf"\d(?:{_GAP}{{0,2}}\d){{5,7}}(?!\d)"
)
# Area codes of Serbia: 10 to 39, some of three figures (230 Kikinda, 280 Gnjilane, 290 Prizren, 390 Đakovica).
LANDLINE = re.compile(
    rf"(?<!\d)(?<!\d[./\-])[(]?(?:\+381{_GAP}?(?:\(0\))?|00381{_GAP}?|0)(?:230|280|290|390|[123]\d)"
    rf"(?:[)]?{_GAP}?/?{_GAP}?)\d(?:{_GAP}?\d){{4,6}}(?![\d/])"
)
ABROAD = re.compile(rf"(?<![\d+])(?:\+|00)(?!381)[1-9](?:(?:{_GAP}|[/()]){{0,2}}\d){{7,13}}(?!\d)")
# A number without its area code, after a word that says that it is one.
CALLED = re.compile(
    r"(?:\b(?:tel|mob|telefon|mobilni|pozovi|pozovite|zovite|zovi|тел|моб|телефон|мобилни|позовите|позови|зовите|зови)"
    r"[.:]?[ ](?:na[ ]|на[ ])?(?:broj[ ]|број[ ])?)(\d{3,4}[ \-/]?\d{2,3}(?:[ \-]?\d{2})?)(?![\d/])",
    re.IGNORECASE,
)
PLATE = re.compile(r"(?<![\w.])([^\W\d_]{2})([ \-]{0,2})(\d{3,5})([ \-]{0,2})([^\W\d_]{2})(?!\w)")
STREET = re.compile(
    r"(?<!\w)(?:ul\.|ulica|ulici|ulice|ул\.|улица|улици|улице|adresa:?|адреса:?|adresi|адреси|dvori[sš]tu|дворишту"
    r"|stanujem u|станујем у|[zž]ivim u|живим у)[ ](?:u |у )?((?:[^\W\d_]{1,20}+\.?[ ]){1,3}?(?:br\.?[ ]?|бр\.?[ ]?)?"
    r"\d{1,3}[a-zа-ш]?)(?![\w.]\d|\d|\w)",
    re.IGNORECASE,
)

# Taking one thing out can free the next one beside it, so whoever takes out looks again, so many times at most. What
# is found even then is no sentence of a person: every word with a digit, an @ or an "(at)" goes. Nothing personal is
# found without one of these.
ROUNDS = 5
HARD = re.compile(r"(?<!\S)\S*(?:[\d@]|[(\[](?:at|et|majmun)[)\]])\S*", re.IGNORECASE)

# ---- what is only likely

_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]++@(?:[\w-]+\.)+\w{2,}")
# However many stand glued together ("@a@b@c"): one by one each would free the next.
_HANDLE = re.compile(r"(?<![\w.])@[\w.-]*\w(?:@[\w.-]*\w)*+")
# From thirteen digits on (personal numbers), and any other long number: identity cards, accounts, parcels of records.
_PERSONAL = re.compile(r"(?<!\d)\d{13}(?!\d)")
_LONG = re.compile(r"(?<!\d)\d(?:[ -]?\d){8,}(?!\d)")
# 063/123-456, 035 461 123, +381 63 1234567, 0038163…; days such as 01.11.2026 are none.
_DAY = r"(?!\d{1,2}\.\s?\d{1,2}\.\s?\d{2,4})"
_PHONE = re.compile(rf"(?<![\d/.-])\(?{_DAY}(?:\+\s?\d{{2,3}}|00\s?\d{{2,3}}|0)(?:[\s/.()-]{{0,2}}\d){{6,11}}(?!\d)")
# "od 1500 do" is none: with spaces only capitals make a plate.
_LIKE_A_PLATE = re.compile(
    r"(?<!\w)(?:[A-ZČĆĐŠŽЀ-Я]{2}[ -]?\d{3,5}[ -]?[A-ZČĆĐŠŽЀ-Я]{2}|[^\W\d_]{2}-?\d{3,5}-?[^\W\d_]{2})(?!\w)"
)
# Kinds of likely personal data, the likeliest first.
LIKELY = (
    ("name", _HANDLE), ("email", _MAIL), ("jmbg", _PERSONAL), ("phone", _PHONE), ("plate", _LIKE_A_PLATE),
    ("number", _LONG),
)  # fmt: skip
