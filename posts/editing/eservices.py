"""The eService that a post promotes: its availability here, texts to start from, and reasons not to promote it."""

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
class ServiceText:
    """A text of the catalogue with its known placeholders filled, in both scripts, and its call to action."""

    title: str
    text: str
    call_kind: str
    call_words: str
    category: str = "eservice"
    glossary: Glossary = EMPTY
    """Those that the municipality spells its own way."""

    @property
    def latin(self) -> str:
        return to_latin(self.text, self.glossary)

    @property
    def latin_words(self) -> str:
        return to_latin(self.call_words, self.glossary)


@dataclass(frozen=True)
class Promotion:
    """`offer` None: the catalogue does not have the service that the post names."""

    offer: Offered | None
    starts: Sequence[ServiceText] = ()

    @property
    def link(self) -> str:
        return self.offer.url if self.offer else ""

    @property
    def deadline(self) -> str:
        """The last day here, in the format of a date field."""
        entry = self.offer.entry if self.offer else None
        return entry.ends_on.isoformat() if entry and entry.ends_on else ""


def promotion(draft: Draft, municipality: Municipality, among: Sequence[Offered] | None = None) -> Promotion | None:
    """None when the post names no service. One query if it is `among` the given ones, else three."""
    if not draft.service:
        return None
    offered = promoted_service(draft, among)
    if offered is None:
        return Promotion(None)
    values = gap_values(draft, municipality, offered)
    return Promotion(
        offered, [_start(template, values, draft.glossary) for template in offered.service.templates.all()]
    )


def promoted_service(draft: Draft, among: Sequence[Offered] | None = None) -> Offered | None:
    """The service that the post names. No query if it is `among` the given ones, else two at most."""
    if not draft.service:
        return None
    return next((offered for offered in among or () if offered.service.key == draft.service), None) or offer(
        draft.service
    )


def gap_values(draft: Draft, municipality: Municipality, offered: Offered) -> dict[str, str | date]:
    """Values for the placeholders of a service's texts; unknown days stay placeholders."""
    values: dict[str, str | date] = {**place_words.gap_values(municipality), place_words.LINK: offered.url}
    deadline = draft.call.deadline_on or (offered.entry.ends_on if offered.entry else None)
    days = {place_words.DEADLINE: deadline, place_words.START: offered.entry.starts_on if offered.entry else None}
    return values | {name: day for name, day in days.items() if day}


def _start(template: ServiceTemplate, values: Mapping[str, str | date], glossary: Glossary) -> ServiceText:
    text, call_words = (fill(template_text, values, CYRILLIC) for template_text in (template.text, template.call_text))
    return ServiceText(template.title, text, template.call_kind, call_words, glossary=glossary)


def service_notes(draft: Draft, offered: Offered | None) -> list[str]:
    """Warnings about promoting the service here. Pure; empty if there are none."""
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
        Offer.UNKNOWN: _("It has not been entered whether this eService can be used here: %(service)s. Check first."),
        Offer.UNVERIFIED: _("It has not been verified that this eService works here: %(service)s. Check first."),
        Offer.STALE: _("This eService has not been verified since %(day)s: %(service)s. Check whether it still works."),
        Offer.NOT_YET: _("This eService can be used here only from %(day)s: %(service)s."),
        Offer.ENDED: _("This eService ended here on %(day)s: %(service)s."),
    }
    sentence = sentences.get(offered.state)
    return [sentence % facts] if sentence else []


def link_notes(draft: Draft) -> list[str]:
    """Why clicks cannot be counted although counting is switched on."""
    if draft.tracked and draft.address and not may_track(draft):
        return [_("The clicks of this link cannot be counted: it does not lead to the public internet.")]
    return []


def all_notes(draft: Draft, offered: Offered | None) -> list[str]:
    """`offered` is the service that the post names, with its availability here."""
    return [*service_notes(draft, offered), *link_notes(draft)]
