"""What a person wrote now, without the history and the signature below it. Pure.

Only what can be recognised is left out, and never everything.
"""

import re

MOST_LINES = 5000
MOST_LINE = 400
# "On 1 May 2026, Mara <m@a.rs> wrote:", in Serbian of both scripts; mail programs break it into two or three lines.
WROTE = re.compile(
    r"(?:wrote|пише|pi[sš]e|је написао(?:/ла|/-ла|\(ла\)|/Ла)?|је написала|je napisao(?:/la|\(la\))?|je napisala"
    r"|написао је|написала је|schrieb[^\n:]{0,100}|a écrit\s?)\s?:\s*$",
    re.IGNORECASE,
)
STARTS = re.compile(
    r"^(?:On |Dana |Дана |У |U |пон|уто|сре|чет|пет|суб|нед|pon|uto|sre|[cč]et|pet|sub|ned|Am |Le |\d{1,4}[./-]"
    r"|[^\s<>@]{1,60} <|[^\n]{0,120}<[^\s<>]{1,120}@)",
    re.IGNORECASE,
)
SEPARATOR = re.compile(
    r"^-{2,}\s?(?:Original Message|Forwarded message|Оригинална порука|Originalna poruka|Изворна порука|Izvorna poruka"
    r"|Прослеђена порука|Prosle[dđ]ena poruka)\s?-{2,}$",
    re.IGNORECASE,
)
RULE = re.compile(r"^_{10,}$")
# The head that Outlook puts above what is answered.
FROM = re.compile(r"^\*?(?:From|Од|Od|Šalje|Шаље|Po[sš]iljalac|Пошиљалац)\s?:\*?\s", re.IGNORECASE)
SENT = re.compile(
    r"^\*?(?:Sent|Date|Послато|Poslato|Датум|Datum|To|За|Za|Прима|Prima|Коме|Kome)\s?:\*?\s", re.IGNORECASE
)
MARK = re.compile(r"^-- ?$")
DEVICE = re.compile(
    r"^(?:Sent from my |Get Outlook for |Sent from Outlook|Послато са |Poslato sa |Послано са |Преузмите Outlook"
    r"|Preuzmite Outlook|Изворно послато |Sent from Yahoo )",
    re.IGNORECASE,
)


def written_now(text: str) -> str:
    """`text` without the quoted history and the signature at its end; the whole where nothing else would be left, or
    where somebody answers between the quoted lines."""
    lines = [line.rstrip() for line in text.split("\n")[:MOST_LINES]]
    kept = _without_signature(_without_history(lines))
    shown = "\n".join(kept).strip()
    return shown or "\n".join(lines).strip()


def _without_history(lines: list[str]) -> list[str]:
    for number, line in enumerate(lines):
        if _starts_history(lines, number, line[:MOST_LINE]):
            return lines[:number]
    end = len(lines)
    while end and (not lines[end - 1] or lines[end - 1].startswith(">")):
        end -= 1
    return lines[:end] if any(line.startswith(">") for line in lines[end:]) else lines


def _starts_history(lines: list[str], number: int, line: str) -> bool:
    if SEPARATOR.match(line):
        return True
    following = lines[number + 1 : number + 5]
    if RULE.match(line):
        return any(FROM.match(one[:MOST_LINE]) for one in following[:2])
    if FROM.match(line) and sum(bool(SENT.match(one[:MOST_LINE])) for one in following) >= 2:
        return True
    return bool(STARTS.match(line)) and _is_followed_by_quotation(lines, number)


def _is_followed_by_quotation(lines: list[str], number: int) -> bool:
    """Whether "… wrote:" stands in this line or the next two, and nothing but quoted lines below it."""
    for end in range(number, min(number + 3, len(lines))):
        if end > number and not lines[end]:
            return False
        if WROTE.search(lines[end][-MOST_LINE:]):
            below = [line for line in lines[end + 1 :] if line]
            return not below or all(line.startswith(">") for line in below) or not _has_quotation(below)
    return False


def _has_quotation(lines: list[str]) -> bool:
    return any(line.startswith(">") for line in lines)


def _without_signature(lines: list[str]) -> list[str]:
    for number, line in enumerate(lines):
        if MARK.match(line) or DEVICE.match(line[:MOST_LINE]):
            return lines[:number]
    return lines
