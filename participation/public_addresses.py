"""Addresses of public pages of consultations, for texts that leave the portal."""

from django.conf import settings
from django.urls import NoReverseMatch, reverse

from participation.models import Consultation


def public_address(consultation: Consultation, language: str) -> str:
    """Of the page where everybody reads the proposals, decisions and reasons, in a language of the interface."""
    slug = consultation.municipality.slug
    try:
        path = reverse("consultation_public_in", args=[slug, consultation.slug, language])
    except NoReverseMatch:
        path = "/"
    return settings.PUBLIC_BASE_URL.rstrip("/") + path
