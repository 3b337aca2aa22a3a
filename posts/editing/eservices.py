"""The eService a post promotes: what is known of it here, texts to start from, and what speaks against it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from common.dates import short_date
from municipalities import place_words
from municipalities.availability import Offer
from municipalities.models import Municipality, ServiceTemplate
from municipalities.queries import Offered, offer
from posts.draft import Draft
from posts.editing.placeholders import fill
from posts.publishing.short_links import may_track
from serbian.glossary import EMPTY, Glossary
from serbian.transliteration import to_latin

CYRILLIC, LATIN = "sr-Cyrl", "sr-Latn"


@dataclass(frozen=True)
class Start:
    """A text of the catalogue with the gaps filled that can be filled, in both scripts, and its call to action."""

    title: str
    text: str
    call_kind: str
    call_words: str
    category: str = "eservice"
    words: Glossary = EMPTY
    """Those that the municipality spells its own way."""

    @property
    def latin(self) -> str:
        return to_latin(self.text, self.words)

    @property
    def latin_words(self) -> str:
        return to_latin(self.call_words, self.words)


@dataclass(frozen=True)
class Promotion:
    """`offer` None: the post names a service that the catalogue does not have."""

    offer: Offered | None
    starts: Sequence[Start] = ()

    @property
    def link(self) -> str:
        return self.offer.url if self.offer else ""

    @property
    def deadline(self) -> str:
        """The last day here, as a date field takes it."""
        entry = self.offer.entry if self.offer else None
        return entry.ends_on.isoformat() if entry and entry.ends_on else ""


def promotion(draft: Draft, municipality: Municipality, among: Sequence[Offered] | None = None) -> Promotion | None:
    """None when the post names no service. One query when it is `among` those at hand, else three."""
    if not draft.service:
        return None
    offered = offered_to(draft, among)
    if offered is None:
        return Promotion(None)
    values = gap_values(draft, municipality, offered)
    return Promotion(offered, [_start(template, values, draft.words) for template in offered.service.templates.all()])


def offered_to(draft: Draft, among: Sequence[Offered] | None = None) -> Offered | None:
    """The service that the post names. No query when it is `among` those at hand, else two at most."""
    if not draft.service:
        return None
    return next((offered for offered in among or () if offered.service.key == draft.service), None) or offer(
        draft.service
    )


def gap_values(draft: Draft, municipality: Municipality, offered: Offered) -> dict[str, str | date]:
    """What fills the gaps of a service's texts; a day that nobody knows yet stays a gap."""
    values: dict[str, str | date] = {**place_words.gap_values(municipality), place_words.LINK: offered.url}
    deadline = draft.call.deadline_on or (offered.entry.ends_on if offered.entry else None)
    days = {place_words.DEADLINE: deadline, place_words.START: offered.entry.starts_on if offered.entry else None}
    return values | {name: day for name, day in days.items() if day}


def _start(template: ServiceTemplate, values: Mapping[str, str | date], glossary: Glossary) -> Start:
    text, call_words = (fill(template_text, values, CYRILLIC) for template_text in (template.text, template.call_text))
    return Start(template.title, text, template.call_kind, call_words, words=glossary)


def service_notes(draft: Draft, offered: Offered | None) -> list[str]:
    """What is worth a thought before a post promotes its service here. Pure; nothing when all is well."""
    if not draft.service:
        return []
    if offered is None:
        return [_("The post names an eService that is not in the catalogue. Choose another one.")]
    sentences = []
    if not offered.service.is_active:
        sentences.append(_("This eService is no longer offered: %(service)s.") % {"service": offered.service})
    return sentences + _of_state(offered)


def _of_state(offered: Offered) -> list[str]:
    entry, facts = offered.entry, {"service": str(offered.service)}
    day = {
        Offer.NOT_YET: entry and entry.starts_on,
        Offer.ENDED: entry and entry.ends_on,
        Offer.STALE: entry and entry.verified_on,
    }.get(offered.state)
    if day:
        facts["day"] = short_date(day)
    sentences = {
        Offer.NOT_HERE: _("This eService is not available in this municipality: %(service)s. Do not promote it here."),
        Offer.UNKNOWN: _("Nobody has entered whether this eService can be used here: %(service)s. Look first."),
        Offer.UNVERIFIED: _("Nobody has verified that this eService works here: %(service)s. Look first."),
        Offer.STALE: _("This eService has not been verified since %(day)s: %(service)s. Look whether it still works."),
        Offer.NOT_YET: _("This eService can be used here only from %(day)s: %(service)s."),
        Offer.ENDED: _("This eService ended here on %(day)s: %(service)s."),
    }
    sentence = sentences.get(offered.state)
    return [sentence % facts] if sentence else []


def link_notes(draft: Draft) -> list[str]:
    """Why the clicks of a link cannot be counted although somebody wants it."""
    if draft.tracked and draft.address and not may_track(draft):
        return [_("The clicks of this link cannot be counted: it does not lead to the public internet.")]
    return []


def all_notes(draft: Draft, offered: Offered | None) -> list[str]:
    """`found` is the service that the post names, as it stands here."""
    return [*service_notes(draft, offered), *link_notes(draft)]
