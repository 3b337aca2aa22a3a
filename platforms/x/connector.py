"""X, through version 2 of its API as one account.

Files are uploaded first and are invisible; then one `POST /2/tweets` publishes the post. The network has no idempotency
key, but it refuses the same text for a while: evidence, not a refusal. An unknown outcome is reconciled with the
account's own posts, which costs money like every read here.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import urlsplit

from platforms import checks, counting, matching
from platforms.addresses import address
from platforms.counting import normalised
from platforms.defaults import Defaults
from platforms.errors import NotAllowed, NotReached, OutcomeUnknown, PlatformError, Rejected
from platforms.options import Option
from platforms.protocols import Facts
from platforms.refusals import Refusal
from platforms.translation import gettext_noop
from platforms.types import (
    ContainerExpired,
    Credential,
    FindResult,
    Found,
    Inconclusive,
    Limits,
    Outgoing,
    Pending,
    Problem,
    Profile,
    Published,
    Read,
    Ready,
    Scope,
)
from platforms.x import media, oauth, posts, private
from platforms.x.calls import ACCESS, DUPLICATE, FORBIDDEN, Calls
from platforms.x.conversation import Conversation
from platforms.x.facts import OPTIONS, PRIVATE_SCOPES, SCOPES, limits, requested
from platforms.x.insights import Insights, numbers

ME = "username,name,profile_image_url,public_metrics,verified_type"
FIND_PAGES = 3
LINK = re.compile(r"/(?:i/(?:web/)?|\w{1,15}/)status/(\d+)(?:/(?:photo|video)/\d+)?/?")
CASHTAG = re.compile(r"(?<![\w$])\$[A-Za-z]{1,6}(?:[._][A-Za-z]{1,2})?(?!\w)")

ALREADY = gettext_noop("This account already has a post with exactly this text on X. Change the text.")
REPLY_REFUSED = gettext_noop(
    "X does not let the portal answer here: answers by programs are allowed only to people who named the account."
)
CASHTAGS = gettext_noop("X takes one word with a dollar sign in a post, and there are %(count)s. Change the text.")
PART_CASHTAGS = gettext_noop(
    "X takes one word with a dollar sign in a post, and part %(part)s of the thread has %(count)s. Change the text."
)
COSTLY = gettext_noop(
    "X charges the portal many times more for a post with a link. Leave the link out if people can do without it."
)
LOST = gettext_noop("The network no longer has the file.")


class X(Insights, Conversation, Defaults):
    """One account. Errors are those of `platforms.errors`."""

    connect_by: ClassVar[str] = "oauth"
    refusals: ClassVar[tuple[Refusal, ...]] = ACCESS
    scopes: ClassVar[tuple[Scope, ...]] = SCOPES + PRIVATE_SCOPES
    options: ClassVar[Mapping[str, Option]] = OPTIONS

    def wire(self) -> None:
        self.calls = Calls(self.http, self.server, self.keys, self.credential, self.keep)
        self.calls.fields = self.set["fields"]

    # Connects

    @classmethod
    def requested(cls, facts: Facts) -> tuple[Scope, ...]:
        return requested(facts)

    @classmethod
    def address(cls, typed: str) -> str:
        return address(typed) if typed.strip() else oauth.API

    def fetch_facts(self) -> dict[str, Any]:
        """One server for everybody, without facts of its own."""
        return {"version": "2"}

    def authorize_url(self, redirect_uri: str, state: str, challenge: str) -> str:
        scopes = self.requested(self.facts)
        return oauth.authorize_url(self.server, self.keys, redirect_uri, state, challenge, scopes=scopes)

    def exchange(self, answer: Mapping[str, str]) -> Credential:
        return oauth.exchange(self.http, self.server, self.keys, answer)

    def refresh(self) -> Credential:
        """The old refresh token is used up by this."""
        return oauth.refresh(self.http, self.server, self.keys, super().refresh())

    def profile(self) -> Profile:
        me = self.calls.get("/users/me", **{"user.fields": ME}).get("data")
        if not isinstance(me, Mapping) or not me.get("id"):
            raise NotReached("The server did not tell whose access this is.")
        name = str(me.get("username") or "")
        return Profile(
            remote_id=str(me["id"]),
            handle=f"@{name}",
            name=str(me.get("name") or ""),
            url=f"https://x.com/{name}",
            avatar_url=str(me.get("profile_image_url") or ""),
            followers=numbers(me.get("public_metrics"), {"followers": ("followers_count",)}).get("followers"),
        )

    def revoke(self, *, shared: bool = False) -> None:
        """Revokes both tokens; nothing else uses them."""
        held = self.calls.credential
        if held is None:
            return
        if held.refresh_token:
            oauth.revoke(self.http, self.server, self.keys, held.refresh_token, "refresh_token")
        oauth.revoke(self.http, self.server, self.keys, held.access_token, "access_token")

    # Publishes

    @classmethod
    def limits(cls, facts: Facts) -> Limits:
        return limits(facts)

    @classmethod
    def check(cls, outgoing: Outgoing, limits: Limits) -> list[Problem]:
        if outgoing.conversation:
            return checks.check(outgoing, limits)
        problems = checks.check(outgoing, limits)
        for number, text in enumerate((outgoing.text, *outgoing.thread), start=1):
            cashtags = len(CASHTAG.findall(counting.without_urls(text)))
            if cashtags > 1:
                problem = Problem("cashtags", "text", CASHTAGS, params={"count": cashtags})
                problems.append(checks.of_part(problem, PART_CASHTAGS, number) if number > 1 else problem)
        if any(counting.urls(text) for text in (outgoing.text, *outgoing.thread)):
            problems.append(Problem("costly_link", "text", COSTLY, severity="warning"))
        return problems

    def publish(self, outgoing: Outgoing, read: Read) -> Published | Pending:
        ids, ready = media.upload(self.calls, outgoing, read, self.set["chunk_bytes"])
        return self._post(outgoing, ids) if ready else Pending(media.token(ids))

    def check_status(self, pending: Pending) -> Published | Pending | Ready | ContainerExpired:
        try:
            return Ready(pending.token) if media.ready(self.calls, media.checkpoint(pending)) else pending
        except Rejected as refused:
            if refused.code == "404":
                return ContainerExpired(LOST)
            raise

    def finish(self, outgoing: Outgoing, pending: Pending, read: Read) -> Published | Pending:
        return self._post(outgoing, media.checkpoint(pending))

    def _post(self, outgoing: Outgoing, ids: Collection[str]) -> Published:
        try:
            return posts.created(self.calls.public("/tweets", posts.body(outgoing, ids)))
        except Rejected as refused:
            if refused.code == DUPLICATE:
                raise self._duplicate(outgoing, refused) from None
            # Restricted since February 2026, with the text of a missing right:
            # https://docs.x.com/changelog
            if outgoing.reply_to and refused.code == FORBIDDEN:
                raise NotAllowed(REPLY_REFUSED, None, FORBIDDEN, refused.evidence) from None
            raise

    def _duplicate(self, outgoing: Outgoing, refused: Rejected) -> PlatformError:
        """The account has this text already. If it is older than our delivery: a refusal. Else perhaps our own:
        reconcile."""
        try:
            (page,) = self._own(None, 1)
            media_ = posts.media_of(page)
            shown = [posts.candidate(one, media_, outgoing) for one in page.get("data") or ()]
        except PlatformError:
            shown = []
        same = [one for one in shown if normalised(one.text) == normalised(outgoing.text)]
        if same and all(one.at < outgoing.created_at - matching.SLACK for one in same):
            return Rejected(ALREADY, "text", refused.code, refused.evidence | {"link": same[0].permalink})
        return OutcomeUnknown("The server failed and did not say whether it published.", refused.evidence)

    def find(
        self, outgoing: Outgoing, since: datetime, bound: Collection[str] = (), checkpoint: Pending | None = None
    ) -> FindResult:
        if outgoing.conversation:
            amount = self.set["private_page"]
            return private.find(self.calls, self.account_id, outgoing, since, bound, amount=amount)
        listed, whole = [], True
        for page in self._own(since - matching.SLACK, FIND_PAGES):
            media_ = posts.media_of(page)
            listed += [posts.candidate(one, media_, outgoing) for one in page.get("data") or ()]
            whole = not (page.get("meta") or {}).get("next_token")
        result = matching.match_candidates(listed, outgoing, since, datetime.now(UTC), bound)
        if not whole and not isinstance(result, Found):
            return Inconclusive("the account's list did not reach back far enough")
        return result

    def _own(self, since: datetime | None, pages: int) -> Iterator[dict[str, Any]]:
        """Pages of the account's own posts, newest first, with their pictures."""
        params = {"max_results": self.set["looked_at"], "exclude": "retweets"}
        params |= {"expansions": "attachments.media_keys", "media.fields": "alt_text,type"}
        if since:
            params["start_time"] = f"{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        for _ in range(pages):
            page = self.calls.posts(f"/users/{self.account_id}/tweets", posts.LISTED, **params)
            yield page
            following = (page.get("meta") or {}).get("next_token")
            if not following:
                return
            params["pagination_token"] = following

    @classmethod
    def named_by(cls, link: str, server: str, account_id: str) -> str | None:
        parts = urlsplit(link.strip())
        host = (parts.hostname or "").removeprefix("www.").removeprefix("mobile.")
        match = LINK.fullmatch(parts.path) if host in ("x.com", "twitter.com") else None
        return match[1] if match else None

    def withdraw(self, remote_id: str) -> None:
        if remote_id.startswith(private.PREFIX):
            raise Rejected("This server cannot delete posts for us.", code="unsupported")
        try:
            self.calls.private("DELETE", f"/tweets/{remote_id}")
        except Rejected as refused:
            if refused.code != "404":
                raise
