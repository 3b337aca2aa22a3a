"""Messages that a machine wrote: out-of-office replies, delivery reports, notifications. They get no automatic answer,
so that two machines never write to each other."""

from inbox.text_analysis.tokens import tokenize

_PHRASES = tuple(
    tuple(phrase.split())
    for phrase in (
        "automatski odgovor", "automatska poruka", "automatski generisana", "automatic reply", "automated reply",
        "automated message", "automatic message", "auto reply", "autoreply", "auto response", "out of office",
        "out of the office", "do not reply", "ne odgovarajte na ovu", "van kancelarije", "na godisnjem odmoru sam",
        "nisam u kancelariji", "delivery status notification", "undelivered mail", "mail delivery", "delivery failure",
    )
)  # fmt: skip
_SENDERS = ("noreply", "no-reply", "no_reply", "donotreply", "do-not-reply", "mailer-daemon", "postmaster", "bounce")


def is_automatic(text: str, handle: str = "") -> bool:
    """Whether a message looks as if no person had written it. `handle`: the account or address that sent it."""
    name = handle.lower().lstrip("@").partition("@")[0]
    if name.startswith(_SENDERS):
        return True
    words = tuple(word.folded for word in tokenize(text))
    return any(words[at : at + len(phrase)] == phrase for phrase in _PHRASES for at in range(len(words)))
