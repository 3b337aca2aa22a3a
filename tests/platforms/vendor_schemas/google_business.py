"""Google Business Profile: accounts and places by discovery documents, reviews by the pages of version 4.

Version 4 of the My Business API, which alone has reviews, has no discovery document in Google's package.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.platforms.vendor_schemas.discovery import Discovery
from tests.platforms.vendor_schemas.written import COUNT, FILLED, FLAG, NUMBER, TEXT, Call, Written, has, many, one_of

PLACES = (Discovery("mybusinessaccountmanagement.v1"), Discovery("mybusinessbusinessinformation.v1"))
REFERENCE = "https://developers.google.com/my-business/reference/rest/v4/accounts.locations.reviews"
READ = "read 2026-11-30"
NEWER = (
    "The state of an answer is named on the page of updates (1 April and 1 July 2026); the stored copy of the "
    "reference is older. Its values are as programs of others have them."
)
REPLY = has(
    {"comment": TEXT, "updateTime": FILLED},
    reviewReplyState=one_of("PENDING", "APPROVED", "REJECTED"),
    policyViolation=TEXT,
)
REVIEW = has(
    {"name": FILLED, "reviewId": FILLED, "starRating": one_of("ONE", "TWO", "THREE", "FOUR", "FIVE")},
    reviewer=has(displayName=TEXT, isAnonymous=FLAG, profilePhotoUrl=TEXT),
    comment=TEXT,
    createTime=FILLED,
    updateTime=FILLED,
    reviewReply=REPLY,
)
PARENT = r"/v4/accounts/[^/]+/locations/[^/]+/reviews"

SCHEMA = Written(
    title=f"reviews written by hand, My Business API v4, {READ}",
    error=has({"error": has({"code": COUNT, "message": TEXT, "status": FILLED}, details=many({"type": "object"}))}),
    calls=(
        Call(
            "reviews.list", "GET", PARENT, f"{REFERENCE}/list", READ,
            query=has(
                pageSize={"type": "integer", "minimum": 1, "maximum": 50}, pageToken=TEXT,
                orderBy=one_of("rating", "rating desc", "updateTime desc"),
            ),
            answer=has(reviews=many(REVIEW), averageRating=NUMBER, totalReviewCount=COUNT, nextPageToken=TEXT),
            believed=NEWER,
        ),
        Call("reviews.get", "GET", rf"{PARENT}/[^/]+", f"{REFERENCE}/get", READ, answer=REVIEW, believed=NEWER),
        Call(
            "reviews.updateReply", "PUT", rf"{PARENT}/[^/]+/reply", f"{REFERENCE}/updateReply", READ,
            body=has({"comment": FILLED}), answer=REPLY, believed=NEWER,
        ),
    ),
)  # fmt: skip


def version() -> str:
    return "; ".join([*(one.version() for one in PLACES), SCHEMA.title])


def _schema(method: str, url: str) -> Discovery | Written:
    return next((one for one in PLACES if one.operation(method, url)), SCHEMA)


def operation(method: str, url: str) -> str | None:
    return _schema(method, url).operation(method, url)


def validate(method: str, url: str, params: Mapping[str, list[str]], body: Any) -> list[str]:
    return _schema(method, url).validate(method, url, dict(params), body)


def validate_answer(method: str, url: str, params: Mapping[str, list[str]], body: Any, answer: Any) -> list[str]:
    return list(_schema(method, url).validate_answer(method, url, dict(params), body, answer) or ())


def validate_error(answer: Any) -> list[str] | None:
    return SCHEMA.validate_error(answer)
