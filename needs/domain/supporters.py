"""Supporters of a need: who asked for it, how, and which of their words may be quoted.

The municipality is locked while supporters are added, removed or moved, so that a message counts once and every size is
right.
"""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.audit import record
from common.errors import ActionNotAllowed
from inbox.enums import MessageKind
from inbox.models import Message
from municipalities.holidays import BELGRADE
from needs import rules
from needs.domain.write import lock, lock_municipality, recount
from needs.enums import SupporterSource
from needs.models import Need, Supporter
from posts.draft import storable

BY_HAND = tuple(source for source in SupporterSource if source != SupporterSource.MESSAGE)


@transaction.atomic
def add(need: Need, source: str, received_on: date, *, note: str = "", quote: str = "", by: User) -> Supporter:
    """Add a supporter who asked by phone, at the counter, in a letter or at a meeting. Raises `ActionNotAllowed`."""
    lock_municipality(need.municipality_id)
    row = lock(need)
    if source not in BY_HAND:
        raise ActionNotAllowed(_("Enter how you learned of it."), "source")
    if received_on > timezone.localdate() or received_on.year < 2000:
        raise ActionNotAllowed(_("This day cannot be right: it has to be today or before."), "received_on")
    cleaned_note, cleaned_quote = storable(note).strip(), storable(quote).strip()
    if len(cleaned_note) > rules.MOST_NOTE:
        raise ActionNotAllowed(
            _("The note is too long: %(most)s characters at most.") % {"most": rules.MOST_NOTE}, "note"
        )
    _refuse_names(cleaned_quote, frozenset())
    supporter = Supporter.objects.create(
        municipality_id=row.municipality_id,
        need=row,
        source=source,
        received_on=received_on,
        note=cleaned_note,
        quote=cleaned_quote,
        by=by,
    )
    recount(row.municipality_id, row.pk)
    record("need.hear", by=by, target=row, source=source)
    return supporter


@transaction.atomic
def gather(need: Need, messages: Sequence[Message], *, by: User) -> int:
    """Add these messages as supporters; those of another need move here. Returns how many.

    A message that is here already stays. Raises `ActionNotAllowed` for spam and unlawful messages, and for one whose
    author was, or is being, answered about another need.
    """
    lock_municipality(need.municipality_id)
    row = lock(need)
    rows = list(Message.objects.filter(pk__in=[message.pk for message in messages]).order_by("pk"))
    if not rows:
        raise ActionNotAllowed(_("Choose at least one message."))
    if len(rows) > rules.MOST_MESSAGES:
        raise ActionNotAllowed(_("These are too many at once: %(most)s at most.") % {"most": rules.MOST_MESSAGES})
    if any(message.kind in (MessageKind.SPAM, MessageKind.UNLAWFUL) for message in rows):
        raise ActionNotAllowed(
            _("A message that is spam or clearly unlawful is not a request. Sort it first, or leave it out.")
        )
    known = {
        supporter.message_id: supporter
        for supporter in Supporter.objects.filter(message__in=rows).select_related("need")
    }
    moved = [supporter for supporter in known.values() if supporter.need_id != row.pk]
    for supporter in moved:
        _refuse_answered(supporter)
    left = {supporter.need_id for supporter in moved}
    Supporter.objects.filter(pk__in=[supporter.pk for supporter in moved]).update(need=row, error="", round=None)
    new = [_supporter_for(row, message, by) for message in rows if message.pk not in known]
    Supporter.objects.bulk_create(new)
    if new or moved:
        recount(row.municipality_id, row.pk, *left)
        record("need.gather", by=by, target=row, messages=len(new) + len(moved))
    return len(new) + len(moved)


def _supporter_for(need: Need, message: Message, by: User) -> Supporter:
    return Supporter(
        municipality_id=need.municipality_id, need=need, message=message, source=SupporterSource.MESSAGE, by=by,
        received_on=message.at.astimezone(BELGRADE).date(),
    )  # fmt: skip


@transaction.atomic
def remove(supporter: Supporter, *, by: User) -> None:
    """Remove a supporter. Raises `ActionNotAllowed` once the author was answered."""
    lock_municipality(supporter.municipality_id)
    row = Supporter.objects.select_for_update(of=("self",)).select_related("need").get(pk=supporter.pk)
    _refuse_answered(row)
    need = row.need
    row.delete()
    recount(need.municipality_id, need.pk)
    record("need.take_away", by=by, target=need)


@transaction.atomic
def set_quote(supporter: Supporter, text: str, *, by: User) -> Supporter:
    """Choose which words may be quoted; empty removes the quote.

    Raises `ActionNotAllowed` where they name somebody, and for a private message: it counts without a quote.
    """
    row = Supporter.objects.select_for_update(of=("self",)).select_related("need", "message").get(pk=supporter.pk)
    cleaned = storable(text).strip()
    if cleaned and row.message and row.message.is_private:
        raise ActionNotAllowed(
            _("This was written privately, so nothing of it is quoted. The voice counts without words."), "quote"
        )
    _refuse_names(cleaned, author_names(row))
    if row.quote == cleaned:
        return row
    row.quote = cleaned
    row.save(update_fields=["quote"])
    record("need.quote", by=by, target=row.need, is_empty=not cleaned)
    return row


def suggest_quote(supporter: Supporter) -> str:
    """The message's text without anything that identifies its author."""
    if supporter.message is None or supporter.message.is_private:
        return ""
    return rules.suggest_quote(supporter.message.text, author_names(supporter))


def author_names(supporter: Supporter) -> frozenset[str]:
    """Folded names of who wrote it, as far as they are still known."""
    if supporter.message is None:
        return frozenset()
    municipality = supporter.municipality
    ours = (municipality.name_cyrl, municipality.name_latn, municipality.name_en)
    return rules.names(supporter.message.author_name, supporter.message.author_handle, but=ours)


def _refuse_names(text: str, known: frozenset[str]) -> None:
    if len(text) > rules.MOST_QUOTE:
        raise ActionNotAllowed(
            _("The quote is too long: %(most)s characters at most.") % {"most": rules.MOST_QUOTE}, "quote"
        )
    identifying = list(dict.fromkeys(rules.identifying_parts(text, known)))
    if identifying:
        params = {"words": ", ".join(identifying[:5])}
        raise ActionNotAllowed(
            _("A quote is public and contains no names. Remove this, or write “…” in its place: %(words)s.") % params,
            "quote",
        )


def _refuse_answered(supporter: Supporter) -> None:
    if supporter.reply_id or (supporter.round_id and not supporter.error):
        raise ActionNotAllowed(
            _("The author of this message was informed of the outcome of “%(need)s”, so it stays there.")
            % {"need": supporter.need}
        )
