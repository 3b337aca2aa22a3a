"""TikTok, through its Content Posting API as one account.

Before each post the connector reads what the account allows. A video is uploaded in chunks under a `publish_id` that is
stored first; pictures are fetched from our addresses. Then TikTok reviews the post for minutes or hours, and it is
published only when TikTok names a public id. This API cannot change, delete or answer anything.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from platforms import checks, counting
from platforms.addresses import address
from platforms.defaults import Defaults
from platforms.errors import NotReached, PlatformError, Rejected
from platforms.options import Option
from platforms.protocols import Facts
from platforms.refusals import Refusal
from platforms.tiktok import events, oauth, posts, settings
from platforms.tiktok.calls import ACCESS, Calls
from platforms.tiktok.facts import OPTIONS, SCOPES, limits
from platforms.tiktok.insights import Insights, numbers
from platforms.tiktok.publishing import NO_ANSWERS, Creator, Publishing
from platforms.translation import gettext_noop
from platforms.types import (
    Credential,
    Limits,
    Messages,
    Outgoing,
    Problem,
    Profile,
    Published,
    RawEvent,
    Read,
    Scope,
)

BASIC = ("open_id", "display_name", "avatar_url")
PROFILE = ("username", "profile_deep_link")

NO_TITLE = gettext_noop("TikTok shows no title with a video. It will be left out; write it into the text.")
NO_LINKS = gettext_noop("Links in a text cannot be tapped on TikTok. Describe where to find it instead.")


class TikTok(Insights, Publishing, Defaults):
    """One account. Errors are those of `platforms.errors`."""

    connect_by: ClassVar[str] = "oauth"
    refusals: ClassVar[tuple[Refusal, ...]] = ACCESS
    scopes: ClassVar[tuple[Scope, ...]] = SCOPES
    options: ClassVar[Mapping[str, Option]] = OPTIONS
    # An upload address, and a download from an address of ours, are good for an hour.
    commit_window: ClassVar[timedelta] = timedelta(minutes=61)

    def wire(self) -> None:
        self.calls = Calls(self.http, self.server, self.keys, self.credential, self.keep)
        self.calls.cap = timedelta(hours=self.set["cap_hours"])

    # Connects

    @classmethod
    def address(cls, typed: str) -> str:
        return address(typed) if typed.strip() else oauth.API

    def fetch_facts(self) -> dict[str, Any]:
        """One server for everybody; its facts are the account's longest video, its audiences and what it forbids."""
        facts: dict[str, Any] = {"version": "2"}
        if self.credential is None:
            return facts
        try:
            creator = Creator.asked(self.calls)
        except PlatformError:
            return {**facts, "creator": self.facts.get("creator") or {}}
        known = {"seconds": creator.seconds, "audiences": list(creator.audiences), "forbids": creator.forbids}
        return {**facts, "creator": known}

    def authorize_url(self, redirect_uri: str, state: str, challenge: str) -> str:
        proof = oauth.proof(challenge, self.set["pkce"])
        return oauth.authorize_url(self.server, self.keys, redirect_uri, state, proof)

    def exchange(self, answer: Mapping[str, str]) -> Credential:
        return oauth.exchange(self.http, self.server, self.keys, answer, self.set["pkce"])

    def refresh(self) -> Credential:
        return oauth.refresh(self.http, self.server, self.keys, super().refresh())

    def profile(self) -> Profile:
        """A field without its permission fails the whole request, so it is not requested."""
        shown, counted = self.calls.granted("user.info.profile"), self.calls.granted("user.info.stats")
        fields = [*BASIC, *(PROFILE if shown else ()), *(("follower_count",) if counted else ())]
        user = self.calls.get("/user/info/", fields=",".join(fields)).get("user")
        if not isinstance(user, Mapping) or not user.get("open_id"):
            raise NotReached("The server did not tell whose access this is.")
        name = str(user.get("username") or "") or Creator.asked(self.calls).name
        return Profile(
            remote_id=str(user["open_id"]),
            handle=f"@{name}" if name else "",
            name=str(user.get("display_name") or name),
            url=f"https://www.tiktok.com/@{name}" if name else "",
            avatar_url=str(user.get("avatar_url") or ""),
            followers=numbers(user, {"followers": "follower_count"}).get("followers"),
        )

    def revoke(self, *, shared: bool = False) -> None:
        """The consent is the account's: it is not revoked while another channel here uses it."""
        held = self.calls.credential
        if held and not shared:
            oauth.revoke(self.http, self.server, self.keys, held.access_token)

    # Publishes

    @classmethod
    def limits(cls, facts: Facts) -> Limits:
        return limits(facts)

    @classmethod
    def check(cls, outgoing: Outgoing, limits: Limits) -> list[Problem]:
        bare = replace(outgoing, title="") if outgoing.video else outgoing
        problems = checks.check(bare, limits) + settings.problems(outgoing)
        title = counting.utf16(bare.title)
        if len(bare.title) <= limits.title_characters < title:
            over: dict[str, int | str] = {"count": title, "limit": limits.title_characters}
            over |= {"over": title - limits.title_characters}
            problems.insert(0, Problem("title_too_long", "title", checks.TITLE_TOO_LONG, params=over))
        if outgoing.video and outgoing.title.strip():
            problems.append(Problem("title_not_here", "title", NO_TITLE, severity="warning"))
        if counting.urls(outgoing.text):
            problems.append(Problem("no_links", "text", NO_LINKS, severity="warning"))
        if limits.closed:
            # No audience can be chosen.
            problems.append(Problem("closed", "channel", limits.closed))
        return problems

    @classmethod
    def named_by(cls, link: str, server: str, account_id: str) -> str | None:
        return posts.number(link)

    def withdraw(self, remote_id: str) -> None:
        raise Rejected("This server cannot delete posts for us.", code="unsupported")

    # Converses: comments are not part of what TikTok offers to applications

    converses: ClassVar[bool] = False

    def messages(self, cursor: str | None = None) -> Messages:
        return Messages((), cursor)

    def replies(self, remote_id: str) -> Messages:
        return Messages(())

    def reply(self, outgoing: Outgoing, read: Read) -> Published:
        raise Rejected(NO_ANSWERS, code="unsupported")

    # Notifies

    @classmethod
    def verify(cls, raw_body: bytes, headers: Mapping[str, str], secret: str) -> bool:
        return events.is_signed(raw_body, headers.get("tiktok-signature", ""), secret, datetime.now(UTC))

    @classmethod
    def events(cls, payload: Any) -> list[RawEvent]:
        return events.raw_events(payload)

    def subscribe(self, address: str, secret: str) -> None:
        """The administrator enters the address for the whole application; accounts need not say anything."""
