"""What a citizen sends with the form and follows with a receipt. The code is nowhere: its digest finds the row.

A digest is looked up, never a code, so that neither the index nor the time of an answer tells anything of one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from common import mail
from common.dates import long_date
from municipalities.queries import glossary
from needs.public_text import converter
from participation import rules
from participation.domain import attachments as files
from participation.domain import decide
from participation.domain.attachments import Attachment
from participation.domain.contribute import NOTHING, Voluntary, from_form
from participation.domain.write import lock
from participation.models import Consultation, Contribution


@dataclass(frozen=True)
class Proposal:
    """What the form holds. `language` is a code of the portal, `tongue` its tag in addresses."""

    text: str
    contact: str = ""
    about: Voluntary = NOTHING
    attachments: Sequence[Attachment] = field(default_factory=tuple)
    language: str = ""
    tongue: str = ""


@dataclass(frozen=True)
class Receipt:
    """`is_new` False: the same form was sent before, and this is what it made. `is_mailed`: a mail confirms it."""

    contribution: Contribution
    code: str
    is_new: bool
    is_mailed: bool = False


def send(consultation: Consultation, proposal: Proposal, *, code: str, mails: bool = False) -> Receipt:
    """Take a proposal in, once for each code. `mails`: confirm it to its contact. Raises `ActionNotAllowed`."""
    names = files.save(consultation.municipality_id, proposal.attachments)
    try:
        receipt = _send(consultation, proposal, names, code=code, mails=mails)
    except BaseException:
        files.discard(names)
        raise
    if not receipt.is_new:
        files.discard(names)
    return receipt


@transaction.atomic
def _send(consultation: Consultation, proposal: Proposal, names: list[str], *, code: str, mails: bool) -> Receipt:
    row = lock(consultation)
    before = find(code)
    if before is not None:
        return Receipt(before, code, is_new=False)
    contribution, code = from_form(
        row, proposal.text, contact=proposal.contact, about=proposal.about, language=proposal.language, code=code
    )
    files.attach(contribution, proposal.attachments, names)
    is_mailed = mails and bool(proposal.contact)
    if is_mailed:
        _confirm(row, contribution, proposal.tongue)
    return Receipt(contribution, code, is_new=True, is_mailed=is_mailed)


def find(typed: str) -> Contribution | None:
    """The contribution of the open scope whose receipt was typed, in any letters and groups. One query."""
    code = rules.typed_receipt(typed)
    rows = Contribution.objects.select_related("consultation", "same_as")
    return rows.filter(receipt=rules.receipt_digest(settings.SECRET_KEY, code)).first() if code else None


def withdraw(contribution: Contribution) -> Contribution:
    """Erase it because whoever holds its receipt wishes so."""
    return decide.withdraw(contribution, by=None)


def _confirm(row: Consultation, contribution: Contribution, tongue: str) -> None:
    """One mail with the number and the pages. Neither the code nor a word of the proposal is in it: an address can be
    mistyped or a stranger's, the code would let its reader withdraw the proposal, and words of the sender's choice
    would make the form a way to write to anybody."""
    place = row.municipality
    base = settings.PUBLIC_BASE_URL.rstrip("/")
    lines = [
        _("Your proposal was received. Its number is %(number)s.") % {"number": contribution.number},
        "",
        _("Consultation: %(title)s") % {"title": converter(tongue, glossary(place.pk))(row.title)},
        base + reverse("consultation_public_in", args=[place.slug, row.slug, tongue]),
        "",
        _("What became of it is shown with the code that stood on the page after you sent it:"),
        base + reverse("consultation_receipt_in", args=[place.slug, tongue]),
        "",
    ]
    if row.decided_by is not None:
        lines += [
            _("Every proposal is decided by %(day)s. The decision and its reason are mailed to this address too.")
            % {"day": long_date(row.decided_by)},
            "",
        ]
    lines += [
        _("The code is not in this mail: with it the proposal can be read and withdrawn."),
        _("If you sent no proposal, somebody has typed your address by mistake. You need not do anything."),
        "",
        str(place),
    ]
    mail.queue(
        to=contribution.contact,
        subject=_("Your proposal was received, number %(number)s") % {"number": contribution.number},
        body="\n".join(lines),
        dedupe=f"contribution-received:{contribution.pk}",
    )
