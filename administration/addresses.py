"""Whether people, the proxy and the networks reach the portal at the address of its settings. Makes no calls."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from channels.rules import base_is_public


@dataclass(frozen=True)
class Finding:
    fine: bool
    message: str


def findings(request: HttpRequest) -> list[Finding]:
    """Findings of this very request, in the order in which to fix them."""
    parts = urlsplit(settings.PUBLIC_BASE_URL)
    here = f"{request.scheme}://{request.get_host()}"
    forwarded_for = [part for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    return [
        Finding(
            settings.HTTPS,
            _("The address begins with https, so passwords cannot be read in transit.")
            if settings.HTTPS
            else _("The address does not begin with https. Put a proxy with TLS in front, and set PUBLIC_BASE_URL."),
        ),
        Finding(
            request.get_host() == parts.netloc,
            _("You opened this page at that address.")
            if request.get_host() == parts.netloc
            else _("You opened this page at %(here)s. Links in mails would lead people somewhere else.")
            % {"here": here},
        ),
        Finding(
            request.is_secure() or not settings.HTTPS,
            _("The portal and the browser agree on whether the connection is encrypted.")
            if request.is_secure() or not settings.HTTPS
            else _(
                "The proxy does not report that the connection is encrypted: configure it to set X-Forwarded-Proto."
            ),
        ),
        Finding(
            len(forwarded_for) >= proxies and bool(proxies) == bool(forwarded_for),
            _("Visitors are distinguished by their own addresses.")
            if len(forwarded_for) >= proxies and bool(proxies) == bool(forwarded_for)
            else _("TRUSTED_PROXY_COUNT is %(count)s, which does not fit: limits would count the proxy as one visitor.")
            % {"count": proxies},
        ),
        Finding(
            base_is_public(),
            _("Networks can fetch pictures and send people back.")
            if base_is_public()
            else _("Networks cannot reach this address. Facebook, Instagram and others will not work; practice does."),
        ),
    ]
