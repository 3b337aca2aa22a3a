"""Personal data stores of the needs, for `inbox.personal_data`.

A supporter stays and counts. When the message's retention period ends, notes about it are erased and a chosen quote
stays: it names nobody. When a person asks for erasure, their quotes are erased as well. A post that quotes them is
changed by people, in the post. Notes about callers and visitors are kept as long as the text of a message.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from inbox import personal_data
from inbox.personal_data import DataSubject, Erasure, ErasureEffect, PersonalDataStore, StoredField
from municipalities.tenancy import everywhere
from needs.models import Supporter
from posts.models import Post, Variant
from serbian.folding import fold

# Shorter quotes occur in posts by chance.
SHORTEST_QUOTE = 8


def _supporters(person: DataSubject) -> Iterable[Any]:
    rows = Supporter.objects.filter(message__in=person.messages)
    return rows.select_related("need__follow_up", "by").order_by("pk")


def _erase_supporters(what: Erasure) -> None:
    cleared: dict[str, Any] = {"note": ""} | ({"quote": ""} if what.asked else {})
    Supporter.objects.filter(message__in=what.messages).update(**cleared)


SUPPORTERS = PersonalDataStore(
    "needs",
    gettext_lazy("Needs that they requested, and quotes"),
    ErasureEffect.PARTLY,
    lambda: (
        _(
            "Notes as long as the words of the message: %(days)s days after it was answered or closed. A quote stays "
            "as long as its need: it contains no names."
        )
        % {"days": settings.INBOX_DAYS}
    ),
    "needs.supporter",
    ("quote", "note"),
    _supporters,
    (
        StoredField("need", gettext_lazy("Need")),
        StoredField("quote", gettext_lazy("Quote")),
        StoredField("note", gettext_lazy("Note")),
        StoredField(
            "is_public", gettext_lazy("The need is on the public page"), lambda row: row.need.is_public or None
        ),
        StoredField("post", gettext_lazy("Post about it"), "need.follow_up.title"),
        StoredField("why_not_told", gettext_lazy("Reason for not being informed"), "error"),
        StoredField("by", pgettext_lazy("of a row", "By")),
        StoredField("at", gettext_lazy("When")),
    ),
    erase=_erase_supporters,
    stays=lambda: _("That the need was requested, and on which day: it counts. The quote and the note are erased."),
)


def _notes_naming(person: DataSubject) -> Iterable[Any]:
    """Supporters without a message whose note contains their full name."""
    if not person.full_names:
        return []
    rows = Supporter.objects.filter(message=None).exclude(note="").select_related("need", "by").order_by("pk")
    return [row for row in rows if person.is_named_in(row.note)]


CALLERS = PersonalDataStore(
    "needs_by_phone",
    gettext_lazy("Notes about who called or came by, with the same name"),
    ErasureEffect.STAYS,
    lambda: _("%(days)s days after the note was written.") % {"days": settings.INBOX_DAYS},
    "needs.supporter",
    (),
    _notes_naming,
    (
        StoredField("need", gettext_lazy("Need")),
        StoredField("note", gettext_lazy("Note")),
        StoredField("quote", gettext_lazy("Quote")),
        StoredField("by", pgettext_lazy("of a row", "By")),
        StoredField("at", gettext_lazy("When")),
    ),
    stays=lambda: _(
        "The same name need not be the same person. If it is, take the voice away in the need; it counts one less then."
    ),
)


def _quotes(person: DataSubject) -> list[str]:
    """Their quotes that are long enough to be found in a post."""
    quotes = Supporter.objects.filter(message__in=person.messages).exclude(quote="").values_list("quote", flat=True)
    return [quote for quote in quotes if len(quote) >= SHORTEST_QUOTE]


def _variants_quoting(person: DataSubject) -> Iterable[Any]:
    """The newest text of each post that contains one of their quotes literally."""
    wanted = Q(pk__in=[])
    for quote in _quotes(person):
        wanted |= Q(text__contains=quote)
    rows = Variant.objects.filter(wanted).select_related("version__post").order_by("version__post", "-version", "pk")
    return rows.distinct("version__post")


QUOTING_STAYS = gettext_lazy(
    "Published posts are a record of the municipality's statements; the quote contains no names. Correct the post or "
    "take it down by hand if the person wants that."
)

QUOTING = PersonalDataStore(
    "posts_that_quote",
    gettext_lazy("Posts that contain their words"),
    ErasureEffect.STAYS,
    lambda: _("As long as the post."),
    "posts.variant",
    ("text",),
    _variants_quoting,
    (
        StoredField("post", gettext_lazy("Post"), "version.post.title"),
        StoredField("text", gettext_lazy("Words")),
        StoredField("written_at", gettext_lazy("Written"), "version.created_at"),
    ),
    stays=lambda: str(QUOTING_STAYS),
)


def _drafts_quoting(person: DataSubject) -> Iterable[Any]:
    wanted = Q(pk__in=[])
    for quote in _quotes(person):
        wanted |= Q(search_key__contains=fold(quote))
    return Post.objects.filter(wanted).order_by("pk")


DRAFTS = PersonalDataStore(
    "drafts_that_quote",
    gettext_lazy("Drafts of posts that contain their words"),
    ErasureEffect.STAYS,
    lambda: _("As long as the post."),
    "posts.post",
    ("draft", "excerpt", "search_key"),
    _drafts_quoting,
    (
        StoredField("post", gettext_lazy("Post"), "title"),
        StoredField("text", gettext_lazy("Words"), "excerpt"),
        StoredField("state", gettext_lazy("State"), "get_stage_display"),
    ),
    stays=lambda: str(QUOTING_STAYS),
)


def purge_expired_notes() -> int:
    """Empty expired notes of supporters without a message; returns how many. They may name somebody."""
    over = timezone.now() - timedelta(days=settings.INBOX_DAYS)
    with everywhere("forget notes about who asked for something"):
        return Supporter.objects.filter(message=None, at__lt=over).exclude(note="").update(note="")


def register() -> None:
    personal_data.register(SUPPORTERS, CALLERS, QUOTING, DRAFTS)
