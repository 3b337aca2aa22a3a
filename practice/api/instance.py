"""The network's description of itself. https://docs.joinmastodon.org/entities/Instance/

It does not claim to be Mastodon: NodeInfo names its software, and our connector knows that this one, too, remembers an
Idempotency-Key for an hour.
"""

from typing import Any
from urllib.parse import urlsplit

from practice import rules
from practice.api.calls import api, origin
from practice.web import ApiRequest

SOFTWARE = "dobosar-practice"
VERSION = "1.0"
# The parts of the API that we speak are those of 4.3; number 2 is that version's.
SPEAKS = f"4.3.0 (compatible; {SOFTWARE} {VERSION})"


@api("GET", rate="anonymous")
def instance(request: ApiRequest) -> dict[str, Any]:
    return {
        "domain": urlsplit(origin(request)).netloc,
        "title": "Practice network",
        "version": SPEAKS,
        "source_url": "",
        "description": "A training ground. Nothing here is public.",
        "languages": ["sr", "bs"],
        "api_versions": {"mastodon": 2},
        "configuration": configuration(),
        "registrations": {"enabled": False, "approval_required": False, "message": None},
        "rules": [],
    }


def configuration() -> dict[str, Any]:
    return {
        "statuses": {
            "max_characters": rules.MAX_CHARACTERS,
            "max_media_attachments": rules.MAX_MEDIA,
            "characters_reserved_per_url": rules.URL_LENGTH,
        },
        "media_attachments": {
            "supported_mime_types": list(rules.MIME_TYPES),
            "description_limit": rules.DESCRIPTION,
            "image_size_limit": rules.IMAGE_BYTES,
            "image_matrix_limit": rules.IMAGE_PIXELS,
        },
        "polls": {
            "max_options": rules.POLL_OPTIONS,
            "max_characters_per_option": rules.POLL_OPTION,
            "min_expiration": rules.POLL_SHORTEST,
            "max_expiration": rules.POLL_LONGEST,
        },
        # Moderation of comments, which Mastodon does not offer (`practice.api.comments`).
        "dobosar": {"comments": ["hide", "delete"]},
    }


@api("GET", rate="anonymous")
def nodeinfo_links(request: ApiRequest) -> dict[str, Any]:
    rel = "http://nodeinfo.diaspora.software/ns/schema/2.0"
    return {"links": [{"rel": rel, "href": f"{origin(request)}/nodeinfo/2.0"}]}


@api("GET", rate="anonymous")
def nodeinfo(request: ApiRequest) -> dict[str, Any]:
    return {
        "version": "2.0",
        "software": {"name": SOFTWARE, "version": VERSION},
        "protocols": [],
        "services": {"inbound": [], "outbound": []},
        "openRegistrations": False,
        "usage": {"users": {}},
        "metadata": {},
    }


@api("GET", rate="anonymous")
def oauth_server(request: ApiRequest) -> dict[str, Any]:
    """https://docs.joinmastodon.org/methods/oauth/#authorization-server-metadata"""
    here = origin(request)
    return {
        "issuer": f"{here}/",
        "authorization_endpoint": f"{here}/oauth/authorize",
        "token_endpoint": f"{here}/oauth/token",
        "revocation_endpoint": f"{here}/oauth/revoke",
        "app_registration_endpoint": f"{here}/api/v1/apps",
        "scopes_supported": sorted(rules.SCOPES),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
    }
