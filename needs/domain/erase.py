"""What is left of a citizen in needs when the inbox forgets their messages.

The voice stays and counts. When the time of a message is over, notes about it go and a quote that somebody chose stays:
it names nobody. When a person asks to be erased, their quotes go too. What a post has quoted by then stands in that
post; it is changed there, by people.
"""

from collections.abc import Sequence

from inbox import erasure
from needs.models import Voice


def forget(messages: Sequence[int], *, asked: bool) -> None:
    rows = Voice.objects.filter(message__in=messages)
    rows.update(note="", **({"quote": ""} if asked else {}))


def register() -> None:
    erasure.provide(forget)
