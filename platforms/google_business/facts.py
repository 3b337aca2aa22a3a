"""Options, permission and limits of Google Business Profile, with the date of the document that states them."""

from collections.abc import Mapping
from typing import Any

from platforms.options import Option, values
from platforms.translation import gettext_noop
from platforms.types import Limits, Scope

REFERENCE = "https://developers.google.com/my-business/reference"
REVIEWS_PAGE = f"{REFERENCE}/rest/v4/accounts.locations.reviews"
LIST_PAGE = f"{REVIEWS_PAGE}/list"
LIMITS_PAGE = "https://developers.google.com/my-business/content/limits"
# Each API has a host of its own; a stand-in has all of them.
ACCOUNTS = "https://mybusinessaccountmanagement.googleapis.com"
LOCATIONS = "https://mybusinessbusinessinformation.googleapis.com"
REVIEWS = "https://mybusiness.googleapis.com"

OPTIONS: Mapping[str, Option] = {
    # "Testing" on the page of consent: Google ends every access after seven days. True: warn of it.
    "testing": Option(False, "2026-11-30", "believed"),
    "reply_bytes": Option(4096, "2026-11-30", f"{REVIEWS_PAGE}#ReviewReply"),
    "reviews_per_page": Option(50, "2026-11-30", LIST_PAGE),
    # Pages of reviews that one fetch reads at most. A page is one of 300 calls a minute of the whole project (believed
    # of this API; the page of limits says it of the others).
    "pages_read": Option(10, "2026-11-30", LIMITS_PAGE),
    # All reviews are read again so often, to learn which were deleted.
    "hours_between_whole_readings": Option(24, "2026-11-30", "believed"),
    # Places that a person may choose from.
    "places_listed": Option(200, "2026-11-30", "believed"),
}

SCOPES = (
    Scope(
        "https://www.googleapis.com/auth/business.manage",
        gettext_noop("Read the reviews of the places that you manage, and answer them."),
    ),
)


def limits(facts: Mapping[str, Any]) -> Limits:
    """Of an answer to a review."""
    return Limits(
        max_characters=values(OPTIONS, facts)["reply_bytes"],
        counting="utf8_bytes",
        max_images=0,
        alt_characters=0,
        link_card="none",
        post_links=False,
        withdraws=False,
        one_answer=True,
    )
