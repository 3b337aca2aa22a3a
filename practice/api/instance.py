"""The network's description of itself. https://docs.joinmastodon.org/entities/Instance/

It does not claim to be Mastodon: NodeInfo names its software, and our connector knows that this one, too, remembers an
Idempotency-Key for an hour.
"""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.templatetags.static import static
from django.utils import timezone

from practice import queries, rules
from practice.api.calls import api, origin
from practice.enums import Visibility
from practice.imitations import IMITATIONS
from practice.web import ApiRequest

SOFTWARE = "dobosar-practice"
VERSION = "1.0"
# The parts of the API that we speak are those of 4.3; number 2 is that version's.
SPEAKS = f"4.3.0 (compatible; {SOFTWARE} {VERSION})"
TITLE = "Practice network"
DESCRIPTION = "A training ground. Nothing here is public."
LANGUAGES = ["sr", "bs"]
MONTH = timedelta(days=30)


@api("GET", rate="anonymous")
def instance(request: ApiRequest) -> dict[str, Any]:
    return {
        "domain": _domain(request),
        "title": TITLE,
        "version": SPEAKS,
        "source_url": "",
        "description": DESCRIPTION,
        "usage": {"users": {"active_month": queries.active(timezone.now() - MONTH)}},
        "thumbnail": {"url": _picture(request)},
        "icon": [],
        "languages": LANGUAGES,
        "api_versions": {"mastodon": 2},
        "configuration": {
            **configuration(),
            "urls": {"streaming": _streaming(request)},
            # Nothing is pushed.
            "vapid": {"public_key": ""},
            "translation": {"enabled": False},
            "limited_federation": True,
        },
        "registrations": {"enabled": False, "approval_required": False, "message": None},
        "contact": {"email": "", "account": None},
        "rules": [],
    }


@api("GET", rate="anonymous")
def first_version(request: ApiRequest) -> dict[str, Any]:
    """https://docs.joinmastodon.org/entities/V1_Instance/, which programs still ask for first."""
    accounts, statuses = queries.totals()
    return {
        "uri": _domain(request),
        "title": TITLE,
        "short_description": DESCRIPTION,
        "description": DESCRIPTION,
        "email": "",
        "version": SPEAKS,
        "urls": {"streaming_api": _streaming(request)},
        "stats": {"user_count": accounts, "status_count": statuses, "domain_count": 1},
        "thumbnail": _picture(request),
        "languages": LANGUAGES,
        "registrations": False,
        "approval_required": False,
        "invites_enabled": False,
        "configuration": configuration(),
        "contact_account": None,
        "rules": [],
    }


def _domain(request: ApiRequest) -> str:
    return urlsplit(origin(request)).netloc


def _picture(request: ApiRequest) -> str:
    return request.build_absolute_uri(static("img/touch-icon.png"))


def _streaming(request: ApiRequest) -> str:
    """Nothing is streamed, so programs that try are refused and ask again instead; without an address some fail."""
    return f"wss://{_domain(request)}"


def configuration() -> dict[str, Any]:
    return {
        "accounts": {"max_featured_tags": 0, "max_pinned_statuses": rules.MAX_PINNED},
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
            # Videos are refused.
            "video_size_limit": 0,
            "video_frame_rate_limit": 0,
            "video_matrix_limit": 0,
        },
        "polls": {
            "max_options": rules.POLL_OPTIONS,
            "max_characters_per_option": rules.POLL_OPTION,
            "min_expiration": rules.POLL_SHORTEST,
            "max_expiration": rules.POLL_LONGEST,
        },
        # Moderation of comments, which Mastodon does not offer (`practice.api.comments`), and who may read a post:
        # everybody or who is mentioned. Posts for followers do not exist.
        # Pages that imitate another network (`practice.imitations`) may write more than others, in code points.
        "dobosar": {
            "comments": ["hide", "delete"],
            "visibilities": list(Visibility.values),
            "imitations": {"networks": list(IMITATIONS), "max_characters": rules.MAX_CHARACTERS_OF_IMITATION},
        },
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
        "usage": {"users": _users(), "localPosts": queries.totals().statuses},
        "metadata": {},
    }


def _users() -> dict[str, int]:
    now = timezone.now()
    return {
        "total": queries.totals().accounts,
        "activeMonth": queries.active(now - MONTH),
        "activeHalfyear": queries.active(now - 6 * MONTH),
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
