"""LinkedIn pages, through the versioned API as one organisation.

Files are uploaded first and are invisible; then one `POST /rest/posts` publishes the post. The network has no
idempotency key, but it refuses the same text a second time and names the post that has it: evidence, not a refusal.
Any other unknown outcome is reconciled with the page's own posts.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import unquote, urlsplit

from platforms import checks, matching, signatures
from platforms.addresses import address
from platforms.defaults import Defaults
from platforms.errors import NeedsConsent, OutcomeUnknown, PlatformError, Rejected
from platforms.linkedin import events, little_text, media, oauth, polls, posts
from platforms.linkedin.calls import ACCESS, DUPLICATE, Calls, encoded
from platforms.linkedin.conversation import COMMENT, Conversation
from platforms.linkedin.facts import OPTIONS, SCOPES, limits, requested
from platforms.linkedin.insights import Insights
from platforms.options import Option
from platforms.protocols import Facts
from platforms.refusals import Refusal
from platforms.translation import gettext_noop
from platforms.types import (
    Account,
    ContainerExpired,
    Credential,
    FindResult,
    Found,
    Inconclusive,
    Limits,
    MessageChanges,
    Outgoing,
    Pending,
    Problem,
    Profile,
    Published,
    RawEvent,
    Read,
    Ready,
    Scope,
)

NO_ROLE = gettext_noop(
    "Your role on this page does not allow publishing. Ask its super admin to make you a super or content admin."
)
ALREADY = gettext_noop("LinkedIn already has a post with exactly this text. Change the text.")
COMMENT_FILES = gettext_noop("A comment on LinkedIn takes text only. The pictures will be left out.")
# https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/poll-post-api
VOTES_SEEN = gettext_noop(
    "Administrators of the page see on LinkedIn who voted and how. LinkedIn forbids questions about political "
    "opinions, health and other sensitive matters."
)
# https://learn.microsoft.com/en-us/linkedin/marketing/community-management/organizations/organization-access-control-by-role
ROLES = frozenset(
    {"ADMINISTRATOR", "CONTENT_ADMIN", "CONTENT_ADMINISTRATOR", "DIRECT_SPONSORED_CONTENT_POSTER"},
)
LISTED = 100
FIND_PAGES = 3
LOST = gettext_noop("The network no longer has the file.")
LINKS = re.compile(r"/feed/update/(urn:li:(?:share|ugcPost):\d+)/?")


class LinkedIn(Insights, Conversation, Defaults):
    """One organisation's page. Errors are those of `platforms.errors`."""

    connect_by: ClassVar[str] = "oauth"
    refusals: ClassVar[tuple[Refusal, ...]] = ACCESS
    scopes: ClassVar[tuple[Scope, ...]] = SCOPES
    options: ClassVar[Mapping[str, Option]] = OPTIONS

    def wire(self) -> None:
        self.calls = Calls(self.http, self.server, self.set["version"], self.token, self.keys.client_secret)
        self.author = f"urn:li:organization:{self.account_id}" if self.account_id else ""

    # Connects

    @classmethod
    def address(cls, typed: str) -> str:
        return address(typed) if typed.strip() else oauth.API

    def fetch_facts(self) -> dict[str, Any]:
        """One server for everybody, without facts of its own."""
        return {"version": self.set["version"]}

    @classmethod
    def requested(cls, facts: Facts) -> tuple[Scope, ...]:
        return requested(facts)

    def authorize_url(self, redirect_uri: str, state: str, challenge: str) -> str:
        return oauth.authorize_url(self.server, self.keys, redirect_uri, state, self.requested(self.facts))

    def exchange(self, answer: Mapping[str, str]) -> Credential:
        return oauth.exchange(self.http, self.server, self.keys, answer)

    def refresh(self) -> Credential:
        held = super().refresh()
        return oauth.refresh(self.http, self.server, self.keys, held) if held.refresh_token else held

    def accounts(self) -> list[Account]:
        """Every page on which the person has a role; one token serves them all."""
        roles_by_page: dict[str, tuple[set[str], str]] = {}
        start = 0
        while True:
            query = f"q=roleAssignee&state=APPROVED&count={LISTED}&start={start}"
            elements = self.calls.get("/organizationAcls", query, method="FINDER").get("elements") or []
            for one in elements:
                page = str(one.get("organization") or one.get("organizationTarget") or "").rpartition(":")[2]
                roles, _ = roles_by_page.setdefault(page, (set(), str(one.get("roleAssignee") or "")))
                roles.add(str(one.get("role") or ""))
            start += LISTED
            if len(elements) < LISTED:
                return [self._account(page, *role) for page, role in roles_by_page.items() if page]

    def _account(self, page: str, roles: Collection[str], person: str) -> Account:
        held = super().refresh()
        credential = replace(held, account_id=page, service=self.server, grantor=person)
        problem = "" if ROLES & set(roles) else NO_ROLE
        try:
            shown = self._profile(page, None)
        except (NeedsConsent, Rejected):
            # Whoever may not even see the page still sees that it is there.
            shown, problem = Profile(page, page, page, _page_url(page)), NO_ROLE
        return Account(shown, credential, problem)

    def profile(self) -> Profile:
        held = super().refresh()
        try:
            followers = self.followers()
        except (NeedsConsent, Rejected) as refused:
            if isinstance(refused, NeedsConsent) and refused.evidence.get("status") == 401:
                raise
            followers = None
        return self._profile(held.account_id, followers)

    def _profile(self, page: str, followers: int | None) -> Profile:
        organization = self.calls.get(f"/organizations/{page}")
        vanity, name = str(organization.get("vanityName") or ""), str(organization.get("localizedName") or "")
        return Profile(
            remote_id=str(organization.get("id") or page),
            handle=f"@{vanity}" if vanity else name,
            name=name,
            url=_page_url(vanity or page),
            followers=followers,
        )

    def revoke(self, *, shared: bool = False) -> None:
        """The consent is the person's: while another page lives from it, nothing is given back."""
        if not shared and self.credential:
            oauth.revoke(self.http, self.server, self.keys, self.credential.access_token)

    # Publishes

    @classmethod
    def limits(cls, facts: Facts) -> Limits:
        return limits(facts)

    @classmethod
    def check(cls, outgoing: Outgoing, limits: Limits) -> list[Problem]:
        problems = checks.check(outgoing, limits)
        if outgoing.reply_to and (outgoing.pictures or outgoing.video or outgoing.document):
            problems.append(Problem("comment_files", "pictures", COMMENT_FILES, severity="warning"))
        if outgoing.poll:
            problems.append(Problem("poll_seen", "poll", VOTES_SEEN, severity="warning"))
        return problems

    def publish(self, outgoing: Outgoing, read: Read) -> Published | Pending:
        if outgoing.reply_to:
            return self.comment(outgoing)
        held = media.upload(self.calls, self.author, outgoing, read)
        return self._post(outgoing, held) if media.ready(self.calls, held) else Pending(held.token)

    def check_status(self, pending: Pending) -> Published | Pending | Ready | ContainerExpired:
        try:
            return Ready(pending.token) if media.ready(self.calls, media.UploadCheckpoint.of(pending)) else pending
        except Rejected as refused:
            if refused.code == "404":
                return ContainerExpired(LOST)
            raise

    def finish(self, outgoing: Outgoing, pending: Pending, read: Read) -> Published | Pending:
        return self._post(outgoing, media.UploadCheckpoint.of(pending))

    def _post(self, outgoing: Outgoing, held: media.UploadCheckpoint) -> Published:
        shown = posts.content(outgoing, held.images, held.video, held.document)
        body = posts.body(self.author, outgoing, polls.content(outgoing) if outgoing.poll else shown)
        try:
            answer = self.calls.public("POST", "/posts", body)
        except Rejected as refused:
            if refused.code == DUPLICATE:
                raise self._duplicate(outgoing, refused) from None
            raise
        urn = posts.created(answer.headers)
        return Published(urn, posts.permalink(urn), datetime.now(UTC))

    def _duplicate(self, outgoing: Outgoing, refused: Rejected) -> PlatformError:
        """The network has this text already. Older than our delivery: a refusal. Else perhaps our own: look for it.

        A post that was deleted lately answers 404 for a day or two and still counts.
        https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/posts-api#duplicate-posts
        """
        named = re.search(r"urn:li:(?:share|ugcPost):\d+", refused.message)
        try:
            post = self.calls.get(f"/posts/{encoded(named[0])}") if named else {}
        except PlatformError:
            post = {}
        if post and posts.made_at(post) < outgoing.created_at - matching.SLACK:
            link = posts.permalink(str(post["id"]))
            return Rejected(ALREADY, "text", refused.code, refused.evidence | {"link": link})
        evidence = refused.evidence | {"duplicate": named[0] if named else ""}
        return OutcomeUnknown("The server failed and did not say whether it published.", evidence)

    def find(
        self, outgoing: Outgoing, since: datetime, bound: Collection[str] = (), checkpoint: Pending | None = None
    ) -> FindResult:
        if outgoing.reply_to:
            return matching.match_candidates(
                self.own_comments(outgoing.reply_to), outgoing, since, datetime.now(UTC), bound
            )
        listed, whole = self._since(since)
        result = matching.match_candidates(map(posts.candidate, listed), outgoing, since, datetime.now(UTC), bound)
        if not whole and not isinstance(result, Found):
            return Inconclusive("the page's list did not reach back far enough")
        return result

    def _since(self, since: datetime) -> tuple[Sequence[dict[str, Any]], bool]:
        """Own posts back to `since`, and whether the list reached that far. It is ordered by the last change."""
        listed: list[dict[str, Any]] = []
        for page in range(FIND_PAGES):
            own = self.own(LISTED, page * LISTED)
            listed += own
            changed = posts.when(own[-1].get("lastModifiedAt")) if own else since
            if len(own) < LISTED or changed < since - matching.SLACK:
                return listed, True
        return listed, False

    @classmethod
    def named_by(cls, link: str, server: str, account_id: str) -> str | None:
        """Addresses with "activity" name the feed's entry, which is not the post: a person is asked then."""
        parts = urlsplit(link.strip())
        if not f".{parts.hostname or ''}".endswith(".linkedin.com"):
            return None
        match = LINKS.fullmatch(unquote(parts.path))
        return match[1] if match else None

    def edit(self, remote_id: str, outgoing: Outgoing) -> Published:
        """https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/posts-api#update-posts

        A poll cannot be changed, and a text that no longer fits its votes would mislead, so posts with one stay.
        """
        if outgoing.poll:
            return super().edit(remote_id, outgoing)
        parts = COMMENT.fullmatch(remote_id)
        path, query = self._path(remote_id)
        patch: dict[str, Any] = {"$set": {"commentary": little_text.escaped(outgoing.text)}}
        if parts:
            patch = {"message": {"$set": {"text": outgoing.text}}}
        self.calls.public("POST", path, {"patch": patch}, query=query, method="PARTIAL_UPDATE")
        return Published(remote_id, posts.permalink(parts[1] if parts else remote_id), datetime.now(UTC))

    def withdraw(self, remote_id: str) -> None:
        path, query = self._path(remote_id)
        try:
            self.calls.private("DELETE", path, query=query)
        except Rejected as refused:
            if refused.code != "404":
                raise

    def _path(self, remote_id: str) -> tuple[str, str]:
        """(path, query) of one post or comment of ours."""
        if parts := COMMENT.fullmatch(remote_id):
            return f"/socialActions/{encoded(parts[1])}/comments/{parts[2]}", f"actor={encoded(self.author)}"
        return f"/posts/{encoded(remote_id)}", ""

    # Notifies

    @classmethod
    def verify(cls, raw_body: bytes, headers: Mapping[str, str], secret: str) -> bool:
        return signatures.linkedin(raw_body, headers.get("x-li-signature", ""), secret)

    @classmethod
    def answer_challenge(cls, query: Mapping[str, str], secret: str, token: str) -> str | None:
        return events.greeting(query, secret)

    @classmethod
    def events(cls, payload: Any) -> list[RawEvent]:
        return events.events(payload)

    @classmethod
    def message_changes(cls, event: RawEvent) -> MessageChanges | None:
        return events.message_changes(event)


def _page_url(page: str) -> str:
    return f"https://www.linkedin.com/company/{page}/"
