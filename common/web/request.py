"""Types of the request in views and middleware.

The type of a view's request states what the view's permission decorator guarantees:

| Decorator | Request |
|---|---|
| `public` | `django.http.HttpRequest`: `user` may be anonymous |
| `signed_in`, `administrators`, `keepers` | `accounts.web.SignedInRequest`: `user` is a person |
| `requires(verb)` | `municipalities.web.MunicipalityRequest`: `user`, `municipality`, `access` |
| `programme(verb)` | `municipalities.web.ProgrammeRequest`: `user`, `programmes` |

Each class is in the lowest package that knows the types of its attributes. None is ever instantiated: they describe
Django's own request with the attributes that middleware adds. The type check refuses a view whose request type has more
than its decorator guarantees.
"""

from collections.abc import Collection

from django_htmx.middleware import HtmxDetails

from django.http import HttpRequest


class PortalRequest(HttpRequest):
    """Any request with what middleware and signal receivers of the portal add. `user` may be anonymous."""

    htmx: HtmxDetails
    page_mark: str
    """Made when the page first asks for it (`common.content_security.htmx_mark`)."""
    signed_out: bool
    """Set when a person signs out in this request (`common.caching` empties the browser), else missing."""
    signed_in_addresses: Collection[str]
    """Addresses of the account that signs in with this request (`accounts.throttling`), else missing."""


def url_name(request: HttpRequest) -> str:
    """The name of the address that the request was routed to; empty before routing and for an address without one."""
    return (request.resolver_match and request.resolver_match.url_name) or ""
