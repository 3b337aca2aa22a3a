"""Addresses of a consultation outside of its own pages."""

from django.conf import settings
from django.urls import NoReverseMatch, reverse

from participation.models import Consultation


def public_path(consultation: Consultation) -> str:
    """The path of its public page, which is there once it is published; "" where no public pages are served."""
    return page_path("consultation_public", consultation.municipality.slug, consultation.slug)


def public_address(consultation: Consultation) -> str:
    """The same as a whole address, as it stands in a post."""
    path = public_path(consultation)
    return settings.PUBLIC_BASE_URL.rstrip("/") + path if path else ""


def page_path(name: str, *args: object) -> str:
    """The path of a page by its name; "" where there is no such page."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
