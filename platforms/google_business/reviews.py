"""Reviews of one place. https://developers.google.com/my-business/reference/rest/v4/accounts.locations.reviews

The list has the reviews that were changed last first, without an event for anything. So the newest page is read every
time, and compared with what it was: that finds new reviews, changed ones, and answers that were given or deleted
elsewhere. A deleted review leaves no trace but the number of reviews; all of them are read again when that number is
not what it should be, once more some minutes later, and once a day. What two complete readings miss was deleted.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from platforms import times
from platforms.google_business.calls import Calls
from platforms.google_business.facts import REVIEWS
from platforms.newest import oldest_first
from platforms.types import GivenAnswer, Message, Messages
from platforms.visibility import Visibility

STARS = {"ONE": 1, "TWO": 2, "THREE": 3, "FOUR": 4, "FIVE": 5}
REVIEW_ID = re.compile(r"[\w.~=-]{1,180}", re.ASCII)
REMOTE_ID = re.compile(r"(locations/[\w-]{1,100})/reviews/([\w.~=-]{1,180})", re.ASCII)
REFUSED = "REJECTED"
# A review that is missing is believed to be deleted when it is missing again after ten minutes.
SECOND_READING = timedelta(minutes=11)
DIGITS = 8


@dataclass(frozen=True)
class Position:
    """The cursor. `newest`: the last change that was read (ISO); `seen`: fingerprints of the newest page; `total`: the
    number of reviews; `whole_at`: when all are read again (seconds of the epoch)."""

    newest: str
    seen: tuple[str, ...]
    total: int
    whole_at: int

    def text(self) -> str:
        return json.dumps({**asdict(self), "seen": "".join(self.seen)})

    @classmethod
    def of(cls, cursor: str | None) -> "Position | None":
        try:
            stored = json.loads(cursor or "")
            seen = str(stored["seen"])
            cuts = range(0, len(seen), DIGITS)
            times.moment(stored["newest"])
            return cls(
                stored["newest"],
                tuple(seen[cut : cut + DIGITS] for cut in cuts),
                int(stored["total"]),
                int(stored["whole_at"]),
            )
        except (ValueError, LookupError, TypeError):
            return None


@dataclass
class Reading:
    """What one fetch has read. `first`: the reviews of the newest page, in their order."""

    reviews: dict[str, dict[str, Any]]
    first: tuple[str, ...]
    total: int
    is_complete: bool = False


class Reviews:
    """The reviews of one place. `parent`: `accounts/…/locations/…`; `options` as in `facts`."""

    def __init__(self, calls: Calls, parent: str, options: Mapping[str, Any], link: str) -> None:
        self.calls, self.parent, self.options, self.link = calls, parent, options, link
        self.location = f"locations/{parent.partition('/locations/')[2]}"

    def after(self, cursor: str | None, now: datetime) -> Messages:
        known = Position.of(cursor)
        is_due = known is None or now.timestamp() >= known.whole_at
        reading = self._read(known, is_whole=is_due)
        if known and not is_due and reading.total != known.total + self._created_since(reading, known):
            is_due, whole_at = True, now + SECOND_READING
            reading = self._read(known, is_whole=True)
        else:
            whole_at = now + timedelta(hours=int(self.options["hours_between_whole_readings"]))
        marks = tuple(_fingerprint(reading.reviews[key]) for key in reading.first)
        newest = max((_changed(one) for one in reading.reviews.values()), default=None)
        position = Position(
            newest=newest.isoformat() if newest else known.newest if known else now.isoformat(),
            seen=marks,
            total=reading.total,
            whole_at=int(whole_at.timestamp()) if is_due or known is None else known.whole_at,
        )
        if known and newest and newest < times.moment(known.newest):
            position = replace(position, newest=known.newest)
        items = reading.reviews.values() if is_due else self._unseen(reading, known)
        return Messages(
            oldest_first(self._messages(items)),
            position.text(),
            is_whole=is_due and reading.is_complete and bool(reading.reviews) and len(reading.reviews) >= reading.total,
        )

    def one(self, review_id: str) -> dict[str, Any]:
        """The review itself. Raises `Rejected(code="404")`."""
        return self.calls.get(REVIEWS, f"/v4/{self.parent}/reviews/{review_id}")

    def _read(self, known: Position | None, *, is_whole: bool) -> Reading:
        """Page after page, back to what was read before."""
        since = times.moment(known.newest) if known and not is_whole else None
        reading, token = Reading({}, (), 0), ""
        for page in range(int(self.options["pages_read"])):
            params = {"pageSize": int(self.options["reviews_per_page"]), "orderBy": "updateTime desc"}
            body = self.calls.get(
                REVIEWS, f"/v4/{self.parent}/reviews", **params, **({"pageToken": token} if token else {})
            )
            listed = body.get("reviews")
            listed = listed if isinstance(listed, list) else []
            rows = {str(one["reviewId"]): one for one in listed if self._is_ours(one)}
            reading.reviews |= rows
            if page == 0:
                total = body.get("totalReviewCount")
                is_number = isinstance(total, int) and not isinstance(total, bool)
                reading.first, reading.total = tuple(rows), int(total or 0) if is_number else len(rows)
            token = str(body.get("nextPageToken") or "")
            if not token:
                reading.is_complete = True
                break
            if since and any(_changed(one) < since for one in rows.values()):
                break
        return reading

    def _is_ours(self, review: Any) -> bool:
        """Whether it can be read, and belongs to this place."""
        if not isinstance(review, dict) or not REVIEW_ID.fullmatch(str(review.get("reviewId") or "")):
            return False
        place = str(review.get("name") or f"{self.parent}/reviews/").partition("/reviews/")[0]
        try:
            return place.endswith(f"/{self.location}") and _changed(review) >= _created(review)
        except ValueError:
            return False

    def _created_since(self, reading: Reading, known: Position) -> int:
        since = times.moment(known.newest)
        return sum(_created(one) > since for one in reading.reviews.values())

    def _unseen(self, reading: Reading, known: Position | None) -> Iterator[dict[str, Any]]:
        """New ones, and those of the newest page that are not as they were."""
        seen, since = set(known.seen) if known else set(), times.moment(known.newest) if known else None
        for key, review in reading.reviews.items():
            is_new = since is None or _changed(review) >= since or key in reading.first
            if is_new and _fingerprint(review) not in seen:
                yield review

    def _messages(self, reviews: Iterable[dict[str, Any]]) -> list[Message]:
        return [self.message(review) for review in reviews]

    def message(self, review: Mapping[str, Any]) -> Message:
        reviewer = review.get("reviewer")
        name = str(reviewer.get("displayName") or "") if isinstance(reviewer, Mapping) else ""
        comment = review.get("comment")
        return Message(
            remote_id=f"{self.location}/reviews/{review['reviewId']}",
            in_reply_to=None,
            root=None,
            # The API has no id of the person. A person has one review of a place, so it stands for its author where
            # their data is copied or erased; nobody can be written to by it.
            author_id=str(review["reviewId"]),
            author_handle=name or "?",
            author_name=name,
            author_url="",
            author_avatar_url="",
            text=comment if isinstance(comment, str) else "",
            url=self.link,
            at=_created(review),
            visibility=Visibility.PUBLIC,
            kind="review",
            stars=STARS.get(str(review.get("starRating"))),
            answer=self.answer(review),
        )

    def answer(self, review: Mapping[str, Any]) -> GivenAnswer | None:
        """Ours, as far as Google shows it: one that it refused is none."""
        given = _reply_of(review)
        if given is None or given.get("reviewReplyState") == REFUSED:
            return None
        at = str(given.get("updateTime") or "")
        try:
            return GivenAnswer(str(given["comment"]), times.moment(at))
        except ValueError:
            return None


def _reply_of(review: Mapping[str, Any]) -> Mapping[str, Any] | None:
    given = review.get("reviewReply")
    return given if isinstance(given, Mapping) and isinstance(given.get("comment"), str) else None


def _created(review: Mapping[str, Any]) -> datetime:
    return times.moment(str(review.get("createTime") or "")).astimezone(UTC)


def _changed(review: Mapping[str, Any]) -> datetime:
    """When it was changed last. Raises `ValueError`."""
    return times.moment(str(review.get("updateTime") or review.get("createTime") or ""))


def _fingerprint(review: Mapping[str, Any]) -> str:
    """Of everything that the inbox shows of it."""
    given = review.get("reviewReply")
    parts = [review.get("reviewId"), review.get("updateTime"), review.get("starRating"), review.get("comment"), given]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:DIGITS]
