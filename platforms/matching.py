"""Finds the post on a network that a call with an unknown outcome may have published. Pure.

Candidates are our own posts since two minutes before the first attempt that are not bound to another publication.
Equal text (and the same number of pictures) is a match; an equal beginning with as many pictures is one too, since
servers add or cut at the end. Exactly one match is the post; between several a person decides.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from platforms.counting import normalised
from platforms.types import Absent, FindResult, Found, Inconclusive, Outgoing, Published

# Clocks of servers and ours differ.
SLACK = timedelta(seconds=120)
BEGINNING = 100


@dataclass(frozen=True)
class Candidate:
    remote_id: str
    permalink: str
    text: str
    at: datetime
    alts: tuple[str, ...] = ()
    reply_to: str | None = None
    has_video: bool = False


def match_candidates(
    candidates: Iterable[Candidate], outgoing: Outgoing, since: datetime, now: datetime, bound: Collection[str]
) -> FindResult:
    """The result for `outgoing`, first attempted at `since`, among the candidates."""
    near = [c for c in candidates if since - SLACK <= c.at <= now + SLACK and c.remote_id not in bound]
    same = [c for c in near if _same_form(c, outgoing) and _same_text(c.text, outgoing.text)]
    if len(same) == 1:
        return Found(Published(same[0].remote_id, same[0].permalink, same[0].at), same[0].alts)
    if same:
        return Inconclusive("several posts have this text", tuple(c.remote_id for c in same))
    alike = [c.remote_id for c in near if _same_form(c, outgoing) and _same_beginning(c.text, outgoing.text)]
    if alike:
        return Inconclusive("a post begins like this one", tuple(alike))
    return Absent()


def _same_form(candidate: Candidate, outgoing: Outgoing) -> bool:
    same_media = len(candidate.alts) == len(outgoing.pictures) and candidate.has_video == bool(outgoing.video)
    return same_media and candidate.reply_to == outgoing.reply_to


def _same_text(shown: str, sent: str) -> bool:
    shown, sent = normalised(shown), normalised(sent)
    return shown == sent or (len(sent) > BEGINNING and shown[:BEGINNING] == sent[:BEGINNING])


def _same_beginning(shown: str, sent: str) -> bool:
    shown, sent = normalised(shown), normalised(sent)
    shorter = min(len(shown), len(sent), 40)
    return shorter >= 20 and shown[:shorter] == sent[:shorter]
