"""The newest reports of consultations, for the public pages of a municipality (`reports.public_reports`)."""

from django.utils import timezone

from municipalities.models import Municipality
from municipalities.queries import glossary
from municipalities.tenancy import scope
from needs.public_text import converter
from participation.queries import editions
from reports.public_reports import PublicReport

AT_ONCE = 3


def newest(municipality: Municipality, tongue: str) -> list[PublicReport]:
    with scope(municipality):
        newest_editions = list(editions.newest_public()[:AT_ONCE])
        say = converter(tongue, glossary(municipality.pk)) if newest_editions else str
    return [
        PublicReport(
            say(edition.consultation.title),
            editions.newest_url(municipality, edition.consultation, tongue),
            timezone.localdate(edition.published_at),
        )
        for edition in newest_editions
    ]
