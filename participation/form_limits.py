"""How often the public form may be sent, and how often it mails. Counted in Valkey, with room for many at one address.

Why these numbers: a class of thirty who write in one lesson, each with a mistake or two, sends up to sixty forms in ten
minutes from the one address of a school, and a library's computers send some hundred in a day. A town of 70,000 whose
hearing is on television sends one or two a second at the most. A program that sends ten thousand in a minute is cut to
that, and who comes after it gets through within a minute.
"""

from dataclasses import dataclass

from common import ratelimit
from common.ratelimit import Usage

MINUTE, HOUR, DAY = 60, 3600, 24 * 3600
# Of one connection: every attempt, also one with a mistake.
ATTEMPTS, ATTEMPT_SECONDS = 60, 10 * MINUTE
ATTEMPTS_A_DAY = 600
# Of one consultation: what is taken in, from everybody together.
TAKEN, TAKEN_SECONDS = 120, MINUTE
# Receipts typed from one connection: a wrong letter now and then, and far too few to guess a code of 57 bits.
RECEIPTS, RECEIPT_SECONDS = 30, 10 * MINUTE
# Mails to one address, whoever asks for them, and from one consultation: nobody's mailbox is filled through the form.
MAILS_A_DAY = 3
MAILS_AN_HOUR = 300


@dataclass(frozen=True)
class Wait:
    """`seconds` until it is worth trying again; 0: no wait. `by_address`: it is this connection that sent too much."""

    seconds: int = 0
    by_address: bool = True


NONE = Wait()


def attempt(network: str) -> Wait:
    """Count one sent form of a connection."""
    return _longest(
        ratelimit.hit("proposal", network, limit=ATTEMPTS, seconds=ATTEMPT_SECONDS),
        ratelimit.hit("proposal-day", network, limit=ATTEMPTS_A_DAY, seconds=DAY),
    )


def take(consultation: int) -> Wait:
    """Count one proposal that is about to be taken in."""
    usage = ratelimit.hit("proposals-of", consultation, limit=TAKEN, seconds=TAKEN_SECONDS)
    return Wait(usage.retry_after, by_address=False) if usage.is_exceeded else NONE


def look_up(network: str) -> Wait:
    """Count one receipt that was typed."""
    return _longest(ratelimit.hit("receipt", network, limit=RECEIPTS, seconds=RECEIPT_SECONDS))


def may_mail(address: str, consultation: int) -> bool:
    """Count one confirmation to an address; False where it had enough of them today."""
    to_one = ratelimit.hit("receipt-mail", address.casefold(), limit=MAILS_A_DAY, seconds=DAY)
    if to_one.is_exceeded:
        return False
    return not ratelimit.hit("receipt-mails", consultation, limit=MAILS_AN_HOUR, seconds=HOUR).is_exceeded


def _longest(*usages: Usage) -> Wait:
    waits = [usage.retry_after for usage in usages if usage.is_exceeded]
    return Wait(max(waits)) if waits else NONE
