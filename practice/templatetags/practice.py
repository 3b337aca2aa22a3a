"""Template tags and filters of the practice network: `{% load practice %}`."""

from dataclasses import dataclass
from typing import Any

import regex

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from practice import queries, text
from practice.domain import vote
from practice.imitations import Imitation
from practice.models import Account, Status
from practice.queries import conversations

register = template.Library()


@register.filter
def text_html(typed: str) -> SafeString:
    """The text as safe HTML."""
    return text.to_html(typed)


@register.filter
def language(status: Status) -> str:
    """Language tag with script: by it the font picks Serbian letterforms and a screen reader its voice."""
    script = "Cyrl" if regex.search(r"\p{Cyrillic}", status.text) else "Latn"
    known = status.language.partition("-")[0].lower() or "sr"
    return f"{known}-{script}" if known.isascii() and known.isalpha() else f"sr-{script}"


@register.filter
def initials(account: Account) -> str:
    return text.initials(account.display_name)


@register.filter
def has_unread(viewer: Account | None) -> bool:
    """Whether a private message waits to be read. One query."""
    return viewer is not None and conversations.is_unread(viewer)


@register.simple_tag
def imitation(status: Status) -> Imitation:
    """How the page below whose post it stands looks, and what its buttons are called. No query where the root of the
    thread is loaded."""
    return (status.root if status.root_id and status.root else status).account.imitation


@register.simple_tag
def face(account: Account, size: str = "") -> SafeString:
    """Initials in the account's colour; decoration, the name stands beside it."""
    kind = "imitation" if account.network else account.kind
    css = f"face face-{account.hue} face-{kind} {size}".strip()
    return format_html('<span class="{}" aria-hidden="true">{}</span>', css, initials(account))


@dataclass(frozen=True)
class PollAnswer:
    """An answer of a poll as the page shows it. `percent` of the people who voted, rounded."""

    place: int
    option: str
    votes: int
    percent: int


@register.inclusion_tag("practice/parts/poll.html", takes_context=True)
def poll(context: Any, status: Status) -> dict[str, Any]:
    """The poll of a status: a form for those who may vote, the result for everybody else."""
    fields: dict[str, Any] = status.poll or {}
    counts, viewer = queries.tally(status), context.get("viewer")
    people = {vote.account_id for vote in status.votes.all()}
    ends_at = vote.ends_at(fields)
    is_over = ends_at <= timezone.now()
    return {
        "status": status,
        "answers": [
            PollAnswer(place, option, count, round(100 * count / len(people)) if people else 0)
            for place, (option, count) in enumerate(zip(fields["options"], counts, strict=True))
        ],
        "people": len(people),
        "ends_at": ends_at,
        "is_over": is_over,
        "may_vote": bool(viewer) and not is_over and viewer.pk not in people,
        "next": context["request"].get_full_path(),
        "csrf_token": context.get("csrf_token"),
    }


@register.filter
def short(count: Any) -> str:
    """1234 as "1.2k" would be English; thousands are written out, a nought is nothing."""
    from common.numbers import number

    return number(count) if count else ""
