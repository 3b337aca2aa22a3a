"""Notice Board, a network that does not exist, with what most networks have: the smallest whole connector.

A post is pictures (uploaded first, invisible) and one `POST /posts`, the only request with a public effect.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, ClassVar

from platforms import checks, matching
from platforms.addresses import address
from platforms.defaults import Defaults
from platforms.errors import NeedsConsent, OutcomeUnknown, Rejected
from platforms.matching import Candidate
from platforms.protocols import Facts
from platforms.refusals import Meaning, Refusal
from platforms.rest import Rest
from platforms.times import moment
from platforms.types import (
    Credential,
    FindResult,
    Gone,
    Inconclusive,
    Limits,
    Messages,
    MetricValues,
    Outgoing,
    Pending,
    PostMetrics,
    Problem,
    Profile,
    Published,
    Read,
)

# In a real one: an address in the network's documentation, and the day of that page.
SOURCE = "https://board.example/docs/errors"
ACCESS = (
    Refusal(Meaning.ENDED, "", SOURCE, "2026-11-29", status=401),
    Refusal(Meaning.PERMISSION, "", SOURCE, "2026-11-29", status=403),
)
PAGES = 5


class Calls(Rest):
    table: ClassVar[tuple[Refusal, ...]] = ACCESS

    def explained(self, body: Any) -> tuple[str, str]:
        error = body.get("error") if isinstance(body, Mapping) else None
        known = error if isinstance(error, Mapping) else {}
        return str(known.get("code") or ""), str(known.get("message") or "")[:300]


class Template(Defaults):
    """One account. Errors are those of `platforms.errors`."""

    home: ClassVar[str] = "https://board.example"
    connect_by: ClassVar[str] = "token"
    refusals: ClassVar[tuple[Refusal, ...]] = ACCESS
    measures: ClassVar[frozenset[str]] = frozenset()
    account_measures: ClassVar[frozenset[str]] = frozenset({"followers"})
    converses: ClassVar[bool] = False

    def wire(self) -> None:
        self.calls = self._calls(self.token)

    def _calls(self, token: str) -> Calls:
        return Calls(self.http, self.server, {"Authorization": f"Bearer {token}"}, (token,))

    # Connects

    @classmethod
    def address(cls, typed: str) -> str:
        return address(typed) if typed.strip() else cls.home

    def fetch_facts(self) -> dict[str, Any]:
        return {}

    def exchange(self, answer: Mapping[str, str]) -> Credential:
        token = answer["token"].strip()
        try:
            account = self._calls(token).entity("/account")
        except NeedsConsent as refused:
            raise Rejected(refused.message, field="token", code="token_wrong", evidence=refused.evidence) from None
        return Credential(token, account_id=str(account.get("id") or ""))

    def profile(self) -> Profile:
        account = self.calls.entity("/account")
        name = str(account.get("name") or "")
        return Profile(str(account.get("id") or ""), f"@{name}", name, str(account.get("url") or ""))

    def revoke(self, *, shared: bool = False) -> None:
        self.calls.private("DELETE", "/token")

    # Publishes

    @classmethod
    def limits(cls, facts: Facts) -> Limits:
        return Limits(max_characters=500, counting="code_points", link_card="none")

    @classmethod
    def check(cls, outgoing: Outgoing, limits: Limits) -> list[Problem]:
        return checks.check(outgoing, limits)

    def publish(self, outgoing: Outgoing, read: Read) -> Published:
        if outgoing.reply_to:
            raise Rejected("This network takes no answers from us.", code="unsupported")
        pictures = []
        for one in outgoing.pictures:
            files = {"file": ("picture", read(one.ref), one.mime)}
            made = self.calls.private("POST", "/pictures", files=files, data={"description": one.alt})
            pictures.append(str(made.get("id")))
        # Everything above may be repeated; this may not, so it goes through `public`.
        post = self.calls.public("POST", "/posts", json={"text": outgoing.text, "pictures": pictures})
        if not post.get("id"):
            raise OutcomeUnknown("The server's answer is not a post.")
        return Published(str(post["id"]), str(post.get("url") or ""), _when(post))

    def find(
        self, outgoing: Outgoing, since: datetime, bound: Collection[str] = (), checkpoint: Pending | None = None
    ) -> FindResult:
        listed, complete = self._own_posts(since)
        result = matching.match_candidates(map(_candidate, listed), outgoing, since, datetime.now(UTC), bound)
        return result if complete or listed else Inconclusive("the account's list did not reach back far enough")

    def _own_posts(self, since: datetime) -> tuple[list[dict[str, Any]], bool]:
        """Own posts, newest first, and whether the list reached back to `since`."""
        listed: list[dict[str, Any]] = []
        for _ in range(PAGES):
            before = {"before": str(listed[-1]["id"])} if listed else {}
            page = self.calls.entity("/posts", **before).get("posts")
            posts = [one for one in page if isinstance(one, dict) and one.get("id")] if isinstance(page, list) else []
            listed += posts
            if not posts or _when(posts[-1]) < since - matching.SLACK:
                return listed, True
        return listed, False

    @classmethod
    def named_by(cls, link: str, server: str, account_id: str) -> str | None:
        path = link.strip().removeprefix(f"{server}/posts/")
        return path if path.isascii() and path.isdigit() else None

    def withdraw(self, remote_id: str) -> None:
        try:
            self.calls.private("DELETE", f"/posts/{remote_id}")
        except Rejected as refused:
            if refused.code != "no_such_post":
                raise

    # Measures

    def fetch_metrics(self, remote_ids: Sequence[str]) -> list[PostMetrics | Gone]:
        return []

    def fetch_account_metrics(self) -> MetricValues:
        followers = self.calls.entity("/account").get("followers")
        return {"followers": followers} if isinstance(followers, int) and not isinstance(followers, bool) else {}

    # Converses

    def messages(self, cursor: str | None = None) -> Messages:
        return Messages((), cursor)

    def replies(self, remote_id: str) -> Messages:
        return Messages(())

    def reply(self, outgoing: Outgoing, read: Read) -> Published:
        return self.publish(replace(outgoing, reply_to=outgoing.reply_to or "0"), read)


def _when(post: Mapping[str, Any]) -> datetime:
    try:
        return moment(str(post["created_at"]))
    except (KeyError, ValueError):
        return datetime.now(UTC)


def _candidate(post: Mapping[str, Any]) -> Candidate:
    alts = post.get("descriptions")
    return Candidate(
        remote_id=str(post["id"]),
        permalink=str(post.get("url") or ""),
        text=str(post.get("text") or ""),
        at=_when(post),
        alts=tuple(str(alt) for alt in alts) if isinstance(alts, list) else (),
    )
