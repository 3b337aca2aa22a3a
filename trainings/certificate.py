"""A certificate: the facts that are frozen when it is issued, and its PDF page (PDF/UA-1, by Typst).

Facts are written in the script of the certificate's language. Cyrillic to Latin is lossless; a name typed in Latin is
converted to Cyrillic as a proposal, which `Participant.printed_name` overrides. The sentences around the facts are made
when the page is downloaded.
"""

from collections.abc import Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from common import languages
from common.dates import day_month, long_date
from common.numbers import number
from reports.files.pdf import compiled, legible
from serbian.transliteration import to_cyrillic, to_latin
from trainings.models import Certificate, Participant, Session

HERE = Path(__file__).parent
# Read once: while a new version is put in place, a worker of the old one still has the template that fits its code.
TEMPLATE = (HERE / "certificate.typ").read_bytes()
MARK = (HERE / "certificate.svg").read_text()
_ANY_DAY = date(2000, 1, 1)


def name_of(participant: Participant) -> str:
    """As it is printed."""
    if participant.printed_name:
        return participant.printed_name
    return to_cyrillic(participant.name) if _is_cyrillic(participant.language) else to_latin(participant.name)


def _is_cyrillic(code: str) -> bool:
    return languages.by_code()[code].script == languages.CYRILLIC


def facts(participant: Participant, attended: Sequence[Session], counted: Sequence[Session], by: Any) -> dict[str, Any]:
    """What is frozen. `attended` of the `counted` sessions; `by` is the trainer who signs."""
    training, language = participant.training, participant.language
    written = str if _is_cyrillic(language) else to_latin
    with translation.override(language):
        place = str(participant.municipality or "")
    return {
        "language": language,
        "name": name_of(participant),
        "municipality": place,
        "role": written(participant.role),
        "training": written(training.name),
        "programme": written(training.programme.name),
        "place": written(training.place),
        "starts_on": training.starts_on.isoformat(),
        "ends_on": training.ends_on.isoformat(),
        "topics": list(dict.fromkeys(written(session.title) for session in counted)),
        "attended": len(attended),
        "of": len(counted),
        "hours": round(sum(_minutes(session.starts, session.ends) for session in attended) / 60, 1),
        "issuer": to_cyrillic(str(by)) if _is_cyrillic(language) else to_latin(str(by)),
    }


def _minutes(starts: time, ends: time) -> float:
    return (datetime.combine(_ANY_DAY, ends) - datetime.combine(_ANY_DAY, starts)).total_seconds() / 60


def pdf(certificates: Sequence[Certificate]) -> bytes:
    """A page each, at least one. Raises `reports.files.pdf.NotMade`."""
    first = certificates[0]
    language = first.facts["language"]
    written = languages.by_code()[language]
    with translation.override(language):
        title = f"{_('Certificate of attendance')} {first.number}" if len(certificates) == 1 else _("Certificates")
        about = {"title": title, "author": _("Dobošar"), "mark": MARK, "lang": written.language,
                 "script": written.script, "region": written.region}  # fmt: skip
    pages = [_page(certificate) for certificate in certificates]
    return compiled(TEMPLATE, {"certificates": pages, "about": about}, language=language, at=first.issued_at)


def _page(certificate: Certificate) -> dict[str, Any]:
    known = certificate.facts
    with translation.override(known["language"]):
        first, last = date.fromisoformat(known["starts_on"]), date.fromisoformat(known["ends_on"])
        from_day = day_month(first) if first.year == last.year else long_date(first)
        days = long_date(last) if first == last else f"{from_day} – {long_date(last)}"
        return {
            "heading": _("Certificate of attendance"),
            "programme": legible(known["programme"]),
            "name": legible(known["name"]),
            "from": legible(", ".join(filter(None, (known["role"], known["municipality"])))),
            "training": legible(known["training"]),
            "when": legible(", ".join(filter(None, (known["place"], days)))),
            "attended": legible(_attended(known)),
            "topics": legible(" · ".join(known["topics"])),
            "number": certificate.number,
            "issued_on": long_date(timezone.localdate(certificate.issued_at)),
            "issuer": legible(known["issuer"]),
            "check": _check_address(),
            "words": {
                "issued": _("Issued on"),
                "number": pgettext("of a document", "Number"),
                "issuer": _("Trainer"),
                "check": _("Check it at"),
            },
        }


def _check_address() -> str:
    """Where anybody can check the certificate, without the scheme. Empty where the portal's address is not public."""
    base = urlsplit(settings.PUBLIC_BASE_URL)
    return f"{base.netloc}{base.path.rstrip('/')}{reverse('certificate_check')}" if base.scheme == "https" else ""


def _attended(known: dict[str, Any]) -> str:
    values = {"attended": known["attended"], "of": known["of"], "hours": number(known["hours"])}
    return (
        ngettext(
            "Attended: %(attended)s of %(of)s session, %(hours)s hours",
            "Attended: %(attended)s of %(of)s sessions, %(hours)s hours",
            known["of"],
        )
        % values
    )
