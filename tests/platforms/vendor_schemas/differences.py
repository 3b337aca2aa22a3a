"""Where requests differ from a vendor's schema and may: what no schema describes, and what is known to be so."""

from __future__ import annotations

import re
from typing import NamedTuple


class Outside(NamedTuple):
    """Calls that are no part of the schema. `calls` is matched against "METHOD /path"."""

    network: str
    calls: str
    reason: str


class Difference(NamedTuple):
    """A problem that is accepted. `operation` and `problem` are patterns of the whole text."""

    network: str
    operation: str
    problem: str
    reason: str
    source: str


META_SIGN_IN = r"(GET /v[\d.]+/(oauth/access_token|debug_token)|POST /v[\d.]+/dialog/oauth)"
CONSENT = "The consent page, which a person opens in the browser: the stand-in takes the decision as a form."
OUTSIDE = (
    Outside("facebook", META_SIGN_IN, "Sign-in and tokens: the SDK is given a token and asks for none."),
    Outside("instagram", META_SIGN_IN, "Sign-in and tokens: the SDK is given a token and asks for none."),
    Outside(
        "facebook",
        r"POST /video-upload/v[\d.]+/\d+",
        "The address of an upload comes from Meta's answer, on a host of its own; what follows are bytes.",
    ),
    *(
        Outside(
            network,
            r"GET /cdn/\w+/[\w.]+",
            "The address of an attachment comes from Meta's events, on a host of its own; what is read are bytes.",
        )
        for network in ("facebook", "instagram")
    ),
    Outside("x", r"POST /(2/oauth2/(token|revoke)|i/oauth2/authorize)", "The SDK signs in by a library of its own."),
    Outside(
        "mastodon",
        r"POST /api/v1/apps|(GET|POST) /oauth/(authorize|token|revoke)",
        "Sign-in, which the library does in another way than its calls.",
    ),
    Outside("wordpress", r"GET /(wp-json/|\?rest_route=/)?", "The front page and the index, which lead to the API."),
    Outside(
        "wordpress",
        r"\w+ /index\.php",
        "The same calls with the route in the query, of a site without pretty addresses.",
    ),
    Outside("telegram", r"GET /file/bot[^/]+/.+", "The bytes that getFile names, no part of the Bot API."),
    Outside("viber_bot", r"GET /media/.+", "A file that somebody sent to the bot."),
    Outside("telegram", r"GET /s/\w+", "The public page of a channel, which is HTML and no part of the Bot API."),
    Outside("linkedin", "POST /oauth/v2/authorization", CONSENT),
    Outside("threads", "POST /oauth/authorize", CONSENT),
    Outside("tiktok", "POST /v2/auth/authorize/", CONSENT),
    Outside(
        "google_business",
        r"POST /(token|revoke|o/oauth2/v2/auth)",
        "Google's sign-in is no part of the discovery document of an API.",
    ),
    Outside(
        "youtube",
        r"POST /(token|revoke|o/oauth2/v2/auth)",
        "Google's sign-in is no part of the discovery document of an API.",
    ),
    Outside(
        "youtube",
        r"PUT /upload/youtube/v3/videos",
        "The address of a resumable upload comes from Google's answer; what follows are bytes.",
    ),
)
X_NAMES = "https://docs.x.com/x-api/fundamentals/data-dictionary"
TASKS = "What a person may do on a page: a field of the edge and not of the page, described of `assigned_pages`."
ACCOUNTS = "https://developers.facebook.com/docs/graph-api/reference/user/assigned_pages/"
PLATFORM = "Meta's page of the call writes them in small letters; the SDK has capitals."
LISTS = "https://developers.facebook.com/documentation/business-messaging/messenger-platform/conversations"
TAG = "The name of a tag as Meta's page has it; the SDK calls it an object."
TAGS = "https://developers.facebook.com/docs/messenger-platform/send-messages/message-tags/"
ACCEPTED = (
    *(
        Difference(
            network,
            r"GET /conversations",
            r"parameter platform has an unknown value: (messenger|instagram)",
            PLATFORM,
            LISTS,
        )
        for network in ("facebook", "instagram")
    ),
    Difference(
        "instagram",
        r"GET /subscribed_apps",
        r"answer: unknown field subscribed_fields",
        "A field of the edge and not of the application.",
        "https://developers.facebook.com/docs/graph-api/reference/page/subscribed_apps/",
    ),
    *(
        Difference(network, r"POST /messages", r"parameter tag is no Object: HUMAN_AGENT", TAG, TAGS)
        for network in ("facebook", "instagram")
    ),
    Difference(
        "x",
        r"(posts|users)\.\w+",
        r"unknown parameter tweet\.fields",
        "The name before `post.fields`, which X still takes; the connector's option `fields` changes it.",
        X_NAMES,
    ),
    Difference(
        "x",
        r"media\.upload",
        r"unknown media_type",
        "X's page of the call has it as optional; the SDK has no field for it.",
        "https://docs.x.com/x-api/media/upload-media",
    ),
    Difference(
        "mastodon",
        r"media(_post)?",
        r"answer: answer\.url is no str: NoneType",
        "The address is null while the server works on the file.",
        "https://docs.joinmastodon.org/methods/media/#v2",
    ),
    Difference(
        "mastodon",
        r"status_delete",
        r"answer: unknown answer\.text",
        "A deleted post comes back with its source, to be written anew; the library's class has no field for it.",
        "https://docs.joinmastodon.org/methods/statuses/#delete",
    ),
    Difference(
        "facebook",
        r"POST /photos",
        r"unknown parameter source",
        "The part of the form with the file; the SDK has only addresses of pictures.",
        "https://developers.facebook.com/docs/graph-api/reference/page/photos/",
    ),
    Difference(
        "facebook",
        r"GET /insights",
        r"unknown parameter breakdown",
        "`is_from_ads` of a post; where Meta refuses it, the connector takes the sum.",
        "https://developers.facebook.com/docs/graph-api/reference/insights",
    ),
    Difference(
        "facebook",
        r"POST /video_stories",
        r"parameter upload_phase has an unknown value: (start|finish)",
        "Meta's guide writes them in small letters, as for reels; the SDK has capitals here alone.",
        "https://developers.facebook.com/docs/page-stories-api",
    ),
    Difference(
        "facebook", r"GET /(accounts|owned_pages|client_pages)", r"(answer: )?unknown field tasks", TASKS, ACCOUNTS
    ),
    Difference(
        "instagram", r"GET /(accounts|owned_pages|client_pages)", r"(answer: )?unknown field tasks", TASKS, ACCOUNTS
    ),
    Difference(
        "instagram",
        r"GET an object",
        r"(answer: )?unknown field (status|status_code)",
        "A field of a container. The SDK has no class for containers.",
        "https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-container",
    ),
)


def is_outside(network: str, method: str, path: str) -> bool:
    return any(one.network == network and re.fullmatch(one.calls, f"{method} {path}") for one in OUTSIDE)


def is_accepted(network: str, operation: str, problem: str) -> bool:
    return any(
        one.network == network and re.fullmatch(one.operation, operation) and re.fullmatch(one.problem, problem)
        for one in ACCEPTED
    )
