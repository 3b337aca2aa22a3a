"""Mastodon and every server that speaks its client API.

A post is up to four pictures or a video (uploaded first, invisible) and one POST /api/v1/statuses, the only request
with a public effect. It carries an Idempotency-Key; only Mastodon itself honours it, so on other servers an unknown
outcome is reconciled with the account's own posts.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, NoReturn

from platforms import checks, counting, history, matching
from platforms.addresses import address
from platforms.defaults import Defaults
from platforms.errors import NotReached, OutcomeUnknown, PlatformError, Rejected
from platforms.imitation import TITLED
from platforms.mastodon import conversation, media, moderation, oauth, polls, server, statuses
from platforms.mastodon.calls import ACCESS, Calls
from platforms.mastodon.conversation import OPTIONS, Conversation
from platforms.options import Option
from platforms.post_settings import WARNING
from platforms.protocols import Facts
from platforms.refusals import Refusal
from platforms.translation import gettext_noop
from platforms.types import (
    Absent,
    ContainerExpired,
    Credential,
    FindResult,
    Gone,
    Inconclusive,
    Keys,
    Limits,
    MetricValues,
    ModerationSupport,
    Outgoing,
    PastPosts,
    Pending,
    PostMetrics,
    Problem,
    Profile,
    Published,
    Read,
    Ready,
    Scope,
)
from platforms.visibility import Visibility, is_private, is_wider

# The key lives 3,600 s; ten minutes stay for clocks and queues. https://docs.joinmastodon.org/methods/statuses/#create
RESEND_WITHIN = timedelta(minutes=50)
WENT_WIDE = gettext_noop(
    "This server showed the private answer to more people than it was meant for, so it was deleted there at once."
)
STAYS_WIDE = gettext_noop(
    "This server shows the private answer to more people than it was meant for and does not delete it for us. "
    "Delete it there yourself."
)
PAGE = 40
PAGES = 5
BATCH = 20


class Mastodon(Conversation, Defaults):
    """One account on one server. Errors are those of `platforms.errors`."""

    connect_by: ClassVar[str] = "oauth"
    refusals: ClassVar[tuple[Refusal, ...]] = ACCESS
    scopes: ClassVar[tuple[Scope, ...]] = oauth.ASKED
    options: ClassVar[Mapping[str, Option]] = OPTIONS
    measures: ClassVar[frozenset[str]] = frozenset(statuses.COUNTS)
    account_measures: ClassVar[frozenset[str]] = frozenset(statuses.ACCOUNT_COUNTS)
    own_names: ClassVar[Mapping[str, str]] = statuses.COUNTS | statuses.ACCOUNT_COUNTS
    remarks: ClassVar[Mapping[str, str]] = dict.fromkeys(
        ("likes", "reposts", "replies"),
        gettext_noop("As far as the account's own server received activity from other servers."),
    ) | {"quotes": gettext_noop("Reported by servers with Mastodon 4.5 or newer.")}
    reads_back: ClassVar[bool] = True
    counts_polls: ClassVar[bool] = True
    metrics_batch_size: ClassVar[int] = BATCH

    def wire(self) -> None:
        self.calls = Calls(self.http, self.server, self.token, (self.keys.client_secret,))
        self._own_id = self.account_id

    # Connects

    @classmethod
    def address(cls, typed: str) -> str:
        return address(typed)

    def fetch_facts(self) -> dict[str, Any]:
        return server.fetch_facts(self.calls.http, self.calls.server)

    def prepare(self, redirect_uri: str) -> Keys:
        return oauth.register(self.calls, redirect_uri)

    def authorize_url(self, redirect_uri: str, state: str, challenge: str) -> str:
        offered = challenge if self.facts.get("pkce") else ""
        return oauth.authorize_url(self.calls.server, self.keys, redirect_uri, state, offered)

    def exchange(self, answer: Mapping[str, str]) -> Credential:
        return oauth.exchange(self.calls, self.keys, answer)

    def profile(self) -> Profile:
        account = self._account()
        host = self.calls.server.split("://", 1)[1]
        return Profile(
            remote_id=str(account["id"]),
            handle=f"@{account.get('acct') or account.get('username')}@{host}",
            name=str(account.get("display_name") or account.get("username") or ""),
            url=str(account.get("url") or ""),
            avatar_url=str(account.get("avatar") or ""),
            followers=statuses.numbers(account, statuses.ACCOUNT_COUNTS).get("followers"),
            imitates=server.imitates(account),
        )

    def revoke(self, *, shared: bool = False) -> None:
        oauth.revoke(self.calls, self.keys)

    def _account(self) -> dict[str, Any]:
        account = self.calls.get("/api/v1/accounts/verify_credentials")
        if not account.get("id"):
            raise NotReached("The server did not tell whose access this is.")
        self._own_id = str(account["id"])
        return account

    def own_id(self) -> str:
        return self._own_id or str(self._account()["id"])

    # Publishes

    @classmethod
    def limits(cls, facts: Facts) -> Limits:
        return server.limits(facts)

    @classmethod
    def check(cls, outgoing: Outgoing, limits: Limits) -> list[Problem]:
        # A content warning counts as part of the text: app/validators/status_length_validator.rb
        warning = counting.graphemes(outgoing.settings.get(WARNING, ""))
        left = replace(limits, max_characters=limits.max_characters - warning) if warning else limits
        return checks.check(outgoing, left) + conversation.problems(outgoing)

    def publish(self, outgoing: Outgoing, read: Read) -> Published | Pending:
        if outgoing.video:
            media_id, ready = media.upload_video(self.calls, outgoing.video, f"{outgoing.key}-video", read)
            self.save_checkpoint(media_id)
            return self._post(outgoing, [media_id]) if ready else Pending(media_id)
        return self.publish_now(outgoing, read)

    def publish_now(self, outgoing: Outgoing, read: Read) -> Published:
        """A post without a video: nothing of it is processed for longer than a call."""
        pictures = enumerate(outgoing.pictures)
        return self._post(
            outgoing,
            [media.upload_picture(self.calls, one, f"{outgoing.key}-{place}", read) for place, one in pictures],
        )

    def _post(self, outgoing: Outgoing, media_ids: Sequence[str]) -> Published:
        form: dict[str, Any] = {"status": outgoing.text, "language": outgoing.language, **self._subject(outgoing)}
        form["visibility"] = statuses.OWN_NAMES[_visibility(outgoing)]
        if media_ids:
            form["media_ids"] = list(media_ids)
        if outgoing.poll:
            # https://docs.joinmastodon.org/methods/statuses/#create
            poll = outgoing.poll
            form["poll"] = {"options": list(poll.options), "expires_in": poll.seconds, "multiple": poll.multiple}
        if outgoing.reply_to:
            form["in_reply_to_id"] = outgoing.reply_to
        headers = {"Idempotency-Key": outgoing.key}
        status = self.calls.public("POST", "/api/v1/statuses", json=form, headers=headers)
        published = statuses.published(status)
        if self._reached_others(status, outgoing) or self._went_wide(statuses.visibility(status), outgoing.visibility):
            self._take_back(published)
        return published

    def check_status(self, pending: Pending) -> Published | Pending | Ready | ContainerExpired:
        try:
            return Ready(pending.token) if media.is_video_ready(self.calls, pending.token) else pending
        except Rejected as refused:
            if refused.code == "404":
                return ContainerExpired(media.LOST)
            raise

    def finish(self, outgoing: Outgoing, pending: Pending, read: Read) -> Published | Pending:
        try:
            return self._post(outgoing, [pending.token])
        except Rejected as refused:
            # A server with several databases may say "ready" a moment too early.
            if refused.code == "422" and isinstance(self.check_status(pending), Pending):
                raise NotReached(media.UNFINISHED, refused.evidence) from None
            raise

    def resume(self, outgoing: Outgoing, pending: Pending, read: Read) -> Published | Pending:
        """The uploaded video is used again. One that a status has already is not found any more: then the post is asked
        for under its key, which returns that status, and is refused where there is none."""
        status = self.check_status(pending)
        if isinstance(status, Pending):
            return status
        try:
            return self._post(outgoing, [pending.token])
        except Rejected as refused:
            if isinstance(status, Ready) or refused.code != "422":
                raise
            return self.publish(outgoing, read)

    def _reached_others(self, status: Mapping[str, Any], outgoing: Outgoing) -> bool:
        """Whether the server reports recipients besides the one who was meant. snac2's mentions have their own ids."""
        if not outgoing.conversation or self.facts.get("software") in server.ONE_PRIVATE:
            return False
        return bool(statuses.mentioned(status) - {outgoing.recipient, self._own_id})

    def _went_wide(self, shown: Visibility, meant: Visibility) -> bool:
        """Whether a post of restricted visibility is shown to more people. A listed "unlisted" post does no harm."""
        as_told = meant if self.facts.get("software") in server.ONE_PRIVATE and is_private(shown) else shown
        return is_private(meant) and is_wider(as_told, meant)

    def _take_back(self, published: Published) -> NoReturn:
        """A server that takes no notice of `visibility` has shown an answer to more people than it was meant for."""
        try:
            self.withdraw(published.remote_id)
        except PlatformError as problem:
            raise OutcomeUnknown(STAYS_WIDE, {"remote_id": published.remote_id}) from problem
        raise Rejected(WENT_WIDE, code="visibility", evidence={"remote_id": published.remote_id})

    def may_resend(self, opened_at: datetime, now: datetime, *, is_private: bool = False) -> bool:
        return self.facts.get("software") in server.HONOURS_KEY and now - opened_at <= RESEND_WITHIN

    def find(
        self, outgoing: Outgoing, since: datetime, bound: Collection[str] = (), checkpoint: Pending | None = None
    ) -> FindResult:
        listed, complete = self._own_statuses(since)
        if outgoing.conversation and not self._lists_private():
            listed += self._own_answers(str(outgoing.reply_to))
        near = [s for s in listed if statuses.when(s) >= since - matching.SLACK and str(s["id"]) not in bound]
        candidates = [statuses.candidate(status, self._source(str(status["id"])), outgoing) for status in near]
        sent = replace(outgoing, text=statuses.comparable(outgoing.text))
        result = matching.match_candidates(candidates, sent, since, datetime.now(UTC), bound)
        if is_private(outgoing.visibility) and isinstance(result, Absent) and not self._lists_private():
            return Inconclusive("the account's list shows no private posts on this server")
        if not complete and not candidates:
            return Inconclusive("the account's list did not reach back far enough")
        return result

    def _lists_private(self) -> bool:
        return self.facts.get("software") in server.LISTS_PRIVATE

    def _own_statuses(self, since: datetime) -> tuple[list[dict[str, Any]], bool]:
        """Own posts, newest first, and whether the list reached back to `since`."""
        listed: dict[str, dict[str, Any]] = {}
        params: dict[str, Any] = {"exclude_reblogs": "true", "limit": PAGE}
        for _ in range(PAGES):
            page = self.calls.entities(f"/api/v1/accounts/{self.own_id()}/statuses", params)
            fresh = [s for s in page if str(s["id"]) not in listed]
            listed |= {str(s["id"]): s for s in fresh}
            if not fresh or min(statuses.when(s) for s in fresh) < since - matching.SLACK:
                return list(listed.values()), True
            params["max_id"] = str(fresh[-1]["id"])
        return list(listed.values()), False

    def _own_answers(self, remote_id: str) -> list[dict[str, Any]]:
        """Our own statuses below a private message that we were sent. Where it is not there, there is none to see."""
        try:
            below = self.calls.get(f"/api/v1/statuses/{remote_id}/context").get("descendants")
        except Rejected:
            return []
        own = self.own_id()
        listed = [one for one in below if isinstance(one, dict)] if isinstance(below, list) else []
        return [one for one in listed if one.get("id") and str((one.get("account") or {}).get("id")) == own]

    def _source(self, remote_id: str) -> str | None:
        """The text as sent; a server without it leaves us the HTML. https://docs.joinmastodon.org/methods/statuses/#source"""
        try:
            text = self.calls.get(f"/api/v1/statuses/{remote_id}/source").get("text")
        except PlatformError:
            return None
        return text if isinstance(text, str) else None

    @classmethod
    def named_by(cls, link: str, server: str, account_id: str) -> str | None:
        return statuses.named_by(link, server)

    def edit(self, remote_id: str, outgoing: Outgoing) -> Published:
        """https://docs.joinmastodon.org/methods/statuses/#edit

        Pictures that are not named again are taken off the post. A poll would begin anew, so posts with one stay.
        """
        if self.facts.get("software") not in server.EDITS or outgoing.poll:
            return super().edit(remote_id, outgoing)
        shown = statuses.attachments(self.calls.get(f"/api/v1/statuses/{remote_id}"))
        form: dict[str, Any] = {"status": outgoing.text, "language": outgoing.language, **self._subject(outgoing)}
        if shown:
            form["media_ids"] = [str(one["id"]) for one in shown]
        if changed := statuses.changed_descriptions(shown, outgoing):
            form["media_attributes"] = changed
        return statuses.published(self.calls.public("PUT", f"/api/v1/statuses/{remote_id}", json=form))

    def _subject(self, outgoing: Outgoing) -> dict[str, str]:
        """A warning, or the title of a practice account of a network that has one. Sent with an edit as well: Mastodon
        takes a subject that is not named off the post."""
        is_titled = self.facts.get("imitates") in TITLED and not outgoing.reply_to
        subject = outgoing.heading if is_titled else outgoing.settings.get(WARNING, "")
        return {"spoiler_text": subject} if subject else {}

    def withdraw(self, remote_id: str) -> None:
        try:
            self.calls.private("DELETE", f"/api/v1/statuses/{remote_id}")
        except Rejected as refused:
            if self._is_there(remote_id):
                # snac2 has no such call and answers 404 as well.
                raise Rejected("This server cannot delete posts for us.", code="unsupported") from refused

    def visibilities(self, remote_ids: Sequence[str]) -> dict[str, Visibility]:
        batched = self._batches(remote_ids) if self._has_batches() else {}
        by_id = {remote_id_: batched.get(remote_id_) or self._status(remote_id_) for remote_id_ in remote_ids}
        return {remote_id: statuses.visibility(status) for remote_id, status in by_id.items() if status}

    def _is_there(self, remote_id: str) -> bool:
        return bool(self._status(remote_id))

    def _status(self, remote_id: str) -> dict[str, Any] | None:
        """None where the server says that it does not exist."""
        try:
            return self.calls.get(f"/api/v1/statuses/{remote_id}")
        except Rejected as refused:
            if refused.code in ("404", "410"):
                return None
            raise

    # Converses: the rest of it is `Conversation`

    @classmethod
    def moderates(cls, facts: Facts) -> ModerationSupport:
        return moderation.moderates(facts)

    def hide(self, remote_id: str, root: str) -> None:
        if not self.moderates(self.facts).hides:
            super().hide(remote_id, root)
        moderation.set_hidden(self.calls, remote_id, is_hidden=True)

    def show(self, remote_id: str, root: str) -> None:
        if not self.moderates(self.facts).hides:
            super().show(remote_id, root)
        moderation.set_hidden(self.calls, remote_id, is_hidden=False)

    def remove(self, remote_id: str, root: str) -> None:
        if not self.moderates(self.facts).removes:
            super().remove(remote_id, root)
        moderation.remove(self.calls, remote_id)

    # Measures

    def fetch_metrics(self, remote_ids: Sequence[str]) -> list[PostMetrics | Gone]:
        batched = self._batches(remote_ids) if self._has_batches() else {}
        metrics: list[PostMetrics | Gone] = []
        for remote_id in remote_ids:
            status = batched.get(remote_id) or self._status(remote_id)
            now = datetime.now(UTC)
            values = statuses.numbers(status, statuses.COUNTS) if status else None
            if values is None or status is None:
                metrics.append(Gone(remote_id, now))
            else:
                metrics.append(PostMetrics(remote_id, values, now, statuses.text_of(status), polls.count(status)))
        return metrics

    def _has_batches(self) -> bool:
        return int(self.facts.get("api_version") or 0) >= server.BATCH_SINCE

    def _batches(self, remote_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        batched = {}
        for start in range(0, len(remote_ids), BATCH):
            page = self.calls.entities("/api/v1/statuses", {"id[]": list(remote_ids[start : start + BATCH])})
            batched.update({str(status["id"]): status for status in page})
        return batched

    # Remembers

    has_history: ClassVar[bool] = True

    def past_posts(self, since: datetime, cursor: str | None = None) -> PastPosts:
        """https://docs.joinmastodon.org/methods/accounts/#statuses ; what only followers see is nobody's business."""
        params = {"exclude_reblogs": "true", "exclude_replies": "true", "limit": PAGE}
        place = {"max_id": cursor} if cursor else {}
        listed = self.calls.entities(f"/api/v1/accounts/{self.own_id()}/statuses", params | place)
        ids = [str(status["id"]) for status in listed]
        # snac starts from the top whatever `max_id` is: what was returned before is left out
        listed = listed[ids.index(cursor) + 1 :] if cursor in ids else listed
        own = [status for status in listed if statuses.is_public_post(status)]
        older = ids[-1] if listed else None
        return history.page((statuses.past_post(status) for status in own), since, older)

    def fetch_account_metrics(self) -> MetricValues:
        return statuses.numbers(self._account(), statuses.ACCOUNT_COUNTS)


def _visibility(outgoing: Outgoing) -> Visibility:
    """Of an answer: as narrow as what it answers, whatever the post above it has."""
    is_quiet = outgoing.settings.get(server.AUDIENCE) == server.UNLISTED
    return Visibility.UNLISTED if is_quiet and outgoing.visibility == Visibility.PUBLIC else outgoing.visibility
