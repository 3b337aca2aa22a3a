"""Terms, phases, next steps and receipts of consultations. Pure: no clock, no database; holidays come from a file.

A term counts from the day after it begins, and its last day is whole. A last day that is not a working day moves to the
next working day, as terms in administrative procedure do; a municipality can always give more time than its legal
ground asks for.
"""

import hashlib
import hmac
import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from links.rules import ALPHABET
from municipalities.holidays import is_working_day, next_working_day
from participation.enums import ConsultationStage, DayCount, Phase

MOST_TITLE = 160
MOST_SUBJECT = 6000
MOST_RULES = 4000
MOST_TEXT = 5000
MOST_REASON = 3000
MOST_WHERE = 500
MOST_NOTE = 500
MOST_FILES = 3
MOST_BYTES = 10 * 1024 * 1024
# Documents that a municipality adds.
MOST_DOCUMENTS = 30
MOST_DOCUMENT_BYTES = 25 * 1024 * 1024
MOST_DOCUMENT_TITLE = 200
# Suggested after the last day, in working days: until everything is decided, and until the report is public.
DECIDE_WITHIN, REPORT_WITHIN = 15, 30
# A term of more than this is a mistake of typing.
LONGEST_TERM = timedelta(days=366)

# How long a step may be overdue until the next person, and at last the public, is told.
TO_APPROVER = 3
TO_PUBLIC = 7

# So that words and addresses are not kept for ever where nobody ends a consultation: for their erasure it counts as
# ended so long after the end of its term, and the people in charge are told before.
COUNTS_AS_ENDED = timedelta(days=365)
ERASURE_NOTICE = timedelta(days=60)

# Parts of public addresses where the address of a consultation would stand.
RESERVED_SLUGS = ("in", "receipt")

RECEIPT_LENGTH = 12
_DAY = timedelta(days=1)


def add_working_days(day: date, count: int) -> date:
    """The `count`th working day after `day`."""
    for _number in range(count):
        day = next_working_day(day + _DAY)
    return day


def earliest_end(starts_on: date, days: int, count: DayCount | str) -> date:
    """The earliest last day of a term of at least `days` days that begins on `starts_on`."""
    if count == DayCount.WORKING:
        return add_working_days(starts_on, days)
    return next_working_day(starts_on + days * _DAY)


def phase(stage: str, starts_on: date | None, ends_on: date | None, today: date, *, is_over: bool = False) -> Phase:
    """Where a consultation stands on a local day. `is_over`: its hour on the last day has passed."""
    if stage != ConsultationStage.PUBLISHED:
        return Phase(stage)
    if starts_on is not None and today < starts_on:
        return Phase.ANNOUNCED
    if is_over or (ends_on is not None and today > ends_on):
        return Phase.DECIDING
    return Phase.OPEN


@dataclass(frozen=True)
class NextStep:
    """What has to be done next, and by which local day. `overdue` counts working days after it."""

    code: str
    due_on: date | None
    overdue: int = 0

    @property
    def is_overdue(self) -> bool:
        return self.overdue > 0

    @property
    def concerns_approver(self) -> bool:
        return self.overdue >= TO_APPROVER

    @property
    def is_public(self) -> bool:
        """Whether everybody can read that it is overdue."""
        return self.overdue >= TO_PUBLIC


@dataclass(frozen=True)
class Dates:
    """The days of a consultation: the term, until when everything is decided, and until when the report is public."""

    starts_on: date | None = None
    ends_on: date | None = None
    decided_by: date | None = None
    report_by: date | None = None


def next_step(now_in: Phase, dates: Dates, *, undecided: int, has_report: bool, today: date) -> NextStep | None:
    """The next step of a phase, one for each; None at the ends.

    `undecided` is the number of contributions without an end, `has_report`: an edition of the report is ready.
    """
    match now_in:
        case Phase.DRAFT:
            return _step("publish", dates.starts_on, today)
        case Phase.ANNOUNCED:
            return _step("wait", dates.starts_on, today)
        case Phase.OPEN:
            return _step("collect", dates.ends_on, today)
        case Phase.DECIDING:
            return _step("decide" if undecided else "close", dates.decided_by, today)
        case Phase.CLOSED:
            return _step("publish_report" if has_report else "make_report", dates.report_by, today)
        case _:
            return None


def _step(code: str, due_on: date | None, today: date) -> NextStep:
    return NextStep(code, due_on, working_days_after(due_on, today) if due_on else 0)


def working_days_after(due_on: date, today: date) -> int:
    """Working days after `due_on` up to `today`; 0 until then."""
    days = (due_on + number * _DAY for number in range(1, (today - due_on).days + 1))
    return sum(1 for day in days if is_working_day(day))


def new_receipt() -> str:
    """A code that nobody can guess: 57 bits, from letters that are not misread on paper."""
    return "".join(secrets.choice(ALPHABET) for _letter in range(RECEIPT_LENGTH))


def shown_receipt(code: str) -> str:
    """In groups of four, as it is read aloud."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def typed_receipt(text: str) -> str:
    """What a person typed as the stored form; "" where it can be no receipt."""
    code = "".join(letter for letter in text.lower() if letter.isalnum())
    return code if len(code) == RECEIPT_LENGTH and set(code) <= set(ALPHABET) else ""


def receipt_digest(key: str, code: str) -> str:
    """What is stored of a receipt: 64 hexadecimal digits. The code itself is nowhere."""
    return hmac.new(f"participation.receipt {key}".encode(), code.encode(), hashlib.sha256).hexdigest()


def answer_key(contribution: int, round_: int) -> str:
    """By which the outbox of mails knows the answer of one round to one contribution, so that it is queued once."""
    return f"participation.answer:{contribution}:{round_}"


def digest_of(lines: Iterable[str]) -> str:
    """16 hexadecimal digits that differ where any of the lines does."""
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def free_slug(wanted: str, taken: Collection[str]) -> str:
    """`wanted`, with a number where another consultation has that address."""
    numbered = (wanted if number == 1 else f"{wanted}-{number}" for number in range(1, len(taken) + 2))
    return next(slug for slug in numbered if slug not in taken)
