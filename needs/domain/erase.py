"""What is left of a citizen in needs when the inbox forgets their messages.

The voice stays and counts. When the time of a message is over, notes about it go and a quote that somebody chose stays:
it names nobody. When a person asks to be erased, their quotes go too. What a post has quoted by then stands in that
post; it is changed there, by people. Notes about who called or came by are kept as long as the words of a message.
"""

from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from inbox import erasure
from municipalities.tenancy import everywhere
from needs.models import Voice


def forget(messages: Sequence[int], *, asked: bool) -> None:
    rows = Voice.objects.filter(message__in=messages)
    rows.update(note="", **({"quote": ""} if asked else {}))


def forget_notes() -> int:
    """Empty notes whose time is over, of voices that came in no message; returns how many. They may name somebody."""
    over = timezone.now() - timedelta(days=settings.INBOX_DAYS)
    with everywhere("forget notes about who asked for something"):
        return Voice.objects.filter(message=None, at__lt=over).exclude(note="").update(note="")


def register() -> None:
    erasure.provide(forget)
