"""Addresses of the public page of a consultation."""

from django.conf import settings
from django.urls import reverse

from common import languages
from participation.models import Consultation


def public_path(consultation: Consultation, language: str = "") -> str:
    """The path of its public page, in the municipality's own script without a `language` (a code of the interface).

    The page is there once the consultation is published.
    """
    slugs = [consultation.municipality.slug, consultation.slug]
    if not language:
        return reverse("consultation_public", args=slugs)
    return reverse("consultation_public_in", args=[*slugs, languages.by_code()[language].tag])


def public_address(consultation: Consultation, language: str = "") -> str:
    """The same as a whole address, as it stands in posts and answers."""
    return settings.PUBLIC_BASE_URL.rstrip("/") + public_path(consultation, language)
