"""Google Business Profile: the reviews of one place on Google, and one answer to each. There are no posts.

Accounts and places are read from two newer APIs, reviews from version 4 of the older one, which alone has them. An
answer is a `PUT` at its review: repeated, it takes its own place, so a lost answer of Google's is no danger. It takes
the place of a colleague's answer just as well; so the review is read first, and an answer that was given there after
ours was sent is left alone.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from platforms import checks, counting
from platforms.addresses import address
from platforms.checks import NOT_FOR_FEW
from platforms.defaults import WithoutPosts
from platforms.errors import NeedsConsent, OutcomeUnknown, Rejected
from platforms.google import oauth
from platforms.google_business import places
from platforms.google_business.calls import ACCESS, Calls
from platforms.google_business.facts import OPTIONS, REVIEWS, SCOPES, limits
from platforms.google_business.reviews import REFUSED, REMOTE_ID, Reviews
from platforms.google_business.texts import (
    ANSWERED_MEANWHILE,
    NO_PLACE,
    NO_POSTS,
    NOT_TAKEN,
    OTHER_PLACE,
    PLACE_GONE,
    REVIEW_GONE,
)
from platforms.options import Option
from platforms.protocols import Facts
from platforms.refusals import Refusal
from platforms.translation import gettext_noop
from platforms.types import (
    Absent,
    Account,
    Credential,
    FindResult,
    Found,
    GivenAnswer,
    Inconclusive,
    Limits,
    Messages,
    Outgoing,
    Pending,
    Problem,
    Profile,
    Published,
    Read,
    Scope,
)
from platforms.visibility import Visibility


class GoogleBusiness(WithoutPosts):
    """One place. Errors are those of `platforms.errors`. `account_id` is `accounts/…/locations/…`: a place is named by
    its second half, the first is the account by which this person manages it."""

    home: ClassVar[str] = REVIEWS
    connect_by: ClassVar[str] = "oauth"
    no_posts: ClassVar[str] = NO_POSTS
    refusals: ClassVar[tuple[Refusal, ...]] = ACCESS
    scopes: ClassVar[tuple[Scope, ...]] = SCOPES
    options: ClassVar[Mapping[str, Option]] = OPTIONS
    has_reviews: ClassVar[bool] = True
    commit_window: ClassVar[timedelta] = timedelta()
    manual_steps: ClassVar[str] = gettext_noop(
        "Open the reviews of the place in Google Business Profile, signed in as its manager, and report the review by "
        "its menu. Only Google or its author can delete it."
    )

    def wire(self) -> None:
        self.calls = Calls(self.http, self.server, self.keys, self.credential, self.keep)

    @property
    def reviews(self) -> Reviews:
        """Raises `NeedsConsent` where no place was chosen."""
        account, slash, location = self.account_id.partition("/locations/")
        if not (places.ACCOUNT.fullmatch(account) and places.LOCATION.fullmatch(f"locations/{location}") and slash):
            raise NeedsConsent(PLACE_GONE)
        return Reviews(self.calls, self.account_id, self.set, str(self.facts.get("maps") or ""))

    # Connects

    @classmethod
    def address(cls, typed: str) -> str:
        return address(typed) if typed.strip() else REVIEWS

    def fetch_facts(self) -> dict[str, Any]:
        """The address of the place on Google Maps, if there is a credential to ask with."""
        facts: dict[str, Any] = {"version": "v4"}
        if not self.account_id:
            return facts
        maps = places.maps(self._place())
        return facts | ({"maps": maps} if maps else {})

    def authorize_url(self, redirect_uri: str, state: str, challenge: str) -> str:
        return oauth.authorize_url(self.server, self.keys, redirect_uri, state, challenge, scopes=SCOPES)

    def exchange(self, answer: Mapping[str, str]) -> Credential:
        return oauth.exchange(self.http, self.server, self.keys, answer, testing=bool(self.set["testing"]))

    def accounts(self) -> list[Account]:
        """The places of all accounts of this person, each once. Raises `NeedsConsent` where there is none."""
        held = super().refresh()
        listed = places.listed(self.calls, int(self.set["places_listed"]))
        if not listed:
            raise NeedsConsent(NO_PLACE, code="no_place")
        now = replace(self.calls.credential or held, service=self.server, grantor=oauth.grantor(held, len(listed)))
        return [
            Account(places.profile(place), replace(now, account_id=f"{account}/{name}"), places.problem(place))
            for name, (account, place) in listed.items()
        ]

    def refresh(self) -> Credential:
        return oauth.refresh(self.http, self.server, self.keys, super().refresh())

    def profile(self) -> Profile:
        return places.profile(self._place())

    def _place(self) -> dict[str, Any]:
        location = self.reviews.location
        try:
            place = places.one(self.calls, location)
        except Rejected as refused:
            if refused.code != "404":
                raise
            raise NeedsConsent(PLACE_GONE, refused.evidence) from None
        if place.get("name") != location:
            raise NeedsConsent(PLACE_GONE)
        return place

    def revoke(self, *, shared: bool = False) -> None:
        """The consent is the person's: while another place lives from it, nothing is given back."""
        held = self.calls.credential
        if held and not shared:
            oauth.revoke(self.http, self.server, held.refresh_token or held.access_token)

    # Publishes: no posts

    @classmethod
    def limits(cls, facts: Facts) -> Limits:
        return limits(facts)

    @classmethod
    def check(cls, outgoing: Outgoing, limits: Limits) -> list[Problem]:
        problems = [
            replace(problem, message_id=checks.TOO_MANY_BYTES) if problem.code == "text_too_long" else problem
            for problem in checks.check(outgoing, limits)
        ]
        if not outgoing.reply_to:
            problems.append(Problem("takes_no_posts", "channel", NO_POSTS))
        return problems

    def find(
        self, outgoing: Outgoing, since: datetime, bound: Collection[str] = (), checkpoint: Pending | None = None
    ) -> FindResult:
        """The answer at its review: there is one at most."""
        review_id = self._review_id(outgoing)
        try:
            given = self.reviews.answer(self.reviews.one(review_id))
        except Rejected as refused:
            if refused.code == "404":
                return Absent()
            raise
        if given is None:
            return Absent()
        if _is_same(given.text, outgoing):
            published = _published(given, outgoing)
            # There is one answer at most, so where ours is known there is no second one.
            return Absent() if published.remote_id in bound else Found(published)
        return Inconclusive("another answer is there") if given.at > since else Absent()

    def may_resend(self, opened_at: datetime, now: datetime, *, is_private: bool = False) -> bool:
        """An answer takes its own place; `reply` leaves a newer one alone."""
        return True

    # Converses

    def messages(self, cursor: str | None = None) -> Messages:
        """The reviews that are new or not as they were."""
        return self.reviews.after(cursor, datetime.now(UTC))

    def replies(self, remote_id: str) -> Messages:
        return Messages(())

    def reply(self, outgoing: Outgoing, read: Read) -> Published:
        review_id = self._review_id(outgoing)
        # Read every time: the answer shows that the token is valid before the irreversible step begins.
        try:
            given = self.reviews.answer(self.reviews.one(review_id))
        except Rejected as refused:
            raise _gone(refused) from None
        if given and _is_same(given.text, outgoing):
            return _published(given, outgoing)
        if given and given.at > outgoing.created_at:
            raise Rejected(ANSWERED_MEANWHILE, code="answered_meanwhile")
        try:
            answer = self.calls.put(
                REVIEWS, f"/v4/{self.account_id}/reviews/{review_id}/reply", {"comment": outgoing.text}
            )
        except Rejected as refused:
            raise _gone(refused) from None
        if answer.get("reviewReplyState") == REFUSED:
            raise Rejected(NOT_TAKEN, "text", "answer_refused", {"reason": str(answer.get("policyViolation") or "")})
        given = self.reviews.answer({"reviewId": review_id, "reviewReply": answer})
        if given is None:
            raise OutcomeUnknown("The server's answer names no post.", {"answer": sorted(answer)})
        return _published(given, outgoing)

    def _review_id(self, outgoing: Outgoing) -> str:
        """Raises `Rejected` for what is no review of this place, and for an answer that is not public."""
        if outgoing.conversation or outgoing.visibility != Visibility.PUBLIC:
            raise Rejected(NOT_FOR_FEW, code="visibility")
        match = REMOTE_ID.fullmatch(outgoing.reply_to or "")
        if match is None or match[1] != self.reviews.location:
            raise Rejected(OTHER_PLACE, code="recipient")
        return match[2]


def _gone(refused: Rejected) -> Rejected:
    return Rejected(REVIEW_GONE, code="parent_missing", evidence=refused.evidence) if refused.code == "404" else refused


def _is_same(text: str, outgoing: Outgoing) -> bool:
    return counting.normalised(text) == counting.normalised(outgoing.text)


def _published(given: GivenAnswer, outgoing: Outgoing) -> Published:
    """Answers have no id and no address: ours is the review's, with the key that is the same at every attempt."""
    return Published(f"{outgoing.reply_to}#{outgoing.key[:12]}", "", given.at)
