"""Bluesky: an account on a personal data server, signed in with an app password.

A post is pictures or a video (uploaded first, invisible) and one putRecord under a key that is fixed before the first
attempt. Putting the same bytes under the same key succeeds without a second post, so a call with an unknown outcome may
be repeated, and getRecord tells at any time whether the post exists.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from platforms import answers, checks, history, times
from platforms.addresses import address
from platforms.bluesky import chat, records
from platforms.bluesky.calls import ACCESS, SCOPES, Calls, name, session
from platforms.bluesky.conversation import Conversation
from platforms.bluesky.facets import facets
from platforms.bluesky.facts import OPTIONS, limits
from platforms.bluesky.records import record_key
from platforms.bluesky.videos import Videos
from platforms.defaults import Defaults
from platforms.errors import NotReached, OutcomeUnknown, Rejected, refusals_of
from platforms.options import Option
from platforms.protocols import Facts
from platforms.refusals import Refusal
from platforms.types import (
    Absent,
    Credential,
    FindResult,
    Found,
    Gone,
    Limits,
    MetricValues,
    Outgoing,
    PastPosts,
    Pending,
    Picture,
    PostMetrics,
    Problem,
    Profile,
    Published,
    Read,
    Scope,
)

DEFAULT_SERVER = "https://bsky.social"
BATCH = 25  # getPosts takes no more


class Bluesky(Videos, Conversation, Defaults):
    """One account. Errors are those of `platforms.errors`."""

    home: ClassVar[str] = DEFAULT_SERVER
    connect_by: ClassVar[str] = "app_password"
    refusals: ClassVar[tuple[Refusal, ...]] = ACCESS
    scopes: ClassVar[tuple[Scope, ...]] = SCOPES
    options: ClassVar[Mapping[str, Option]] = OPTIONS
    measures: ClassVar[frozenset[str]] = frozenset(records.COUNTS)
    account_measures: ClassVar[frozenset[str]] = frozenset(records.ACCOUNT_COUNTS)
    own_names: ClassVar[Mapping[str, str]] = records.COUNTS | records.ACCOUNT_COUNTS
    reads_back: ClassVar[bool] = True
    metrics_batch_size: ClassVar[int] = BATCH

    def wire(self) -> None:
        self.calls = Calls(self.http, self.server, self.credential, self.keep)

    # Connects

    @classmethod
    def address(cls, typed: str) -> str:
        return address(typed) if typed.strip() else DEFAULT_SERVER

    def fetch_facts(self) -> dict[str, Any]:
        answer = answers.read(lambda: self.calls.http.get(self.calls.url("com.atproto.server.describeServer")))
        try:
            description = answer.json() if answer.ok else None
        except ValueError:
            description = None
        if not isinstance(description, dict) or not description.get("did"):
            if answer.status >= 500 or answer.status == 429:
                raise NotReached("The server does not answer properly at the moment.", {"status": answer.status})
            raise Rejected("No Bluesky server answers at this address.", field="server", code="not_bluesky")
        return {"did": str(description["did"])}

    def exchange(self, answer: Mapping[str, str]) -> Credential:
        """Thirty tries in five minutes are allowed per account and address, so sessions are kept and renewed."""
        form = {"identifier": answer["identifier"].strip().removeprefix("@"), "password": answer["password"].strip()}
        reply = answers.read(
            lambda: self.calls.http.post(self.calls.url("com.atproto.server.createSession"), json=form)
        )
        if reply.ok:
            return session(answers.body(reply, public=False), self.calls.server)
        evidence = answers.evidence(reply, (form["password"],))
        if name(reply) == "AuthFactorTokenRequired":
            problem = "This is the account's main password. Make an app password and use that."
            raise Rejected(problem, field="password", code="AuthFactorTokenRequired", evidence=evidence)
        if reply.status == 401:
            problem = "The handle or the app password is not right."
            raise Rejected(problem, field="password", code="AuthenticationRequired", evidence=evidence)
        raise self.calls.problem(reply, public=False)

    def refresh(self) -> Credential:
        return self.calls.renew()

    def profile(self) -> Profile:
        """The followers come from the network's index and are None while that does not answer."""
        mine = self.calls.get("com.atproto.server.getSession")
        view = self._profile_view()
        did, handle = str(mine["did"]), str(mine["handle"])
        return Profile(
            remote_id=did,
            handle=f"@{handle}",
            name=str(view.get("displayName") or handle),
            url=f"https://bsky.app/profile/{handle}",
            avatar_url=str(view.get("avatar") or ""),
            followers=records.numbers(view, records.ACCOUNT_COUNTS).get("followers"),
        )

    def _profile_view(self) -> dict[str, Any]:
        try:
            return self.calls.get("app.bsky.actor.getProfile", {"actor": self.calls.did})
        except (NotReached, Rejected):
            return {}

    def revoke(self, *, shared: bool = False) -> None:
        """Ends this session; the app password itself can only be removed by its owner in the settings."""
        if not self.calls.credential:
            return
        headers = {"Authorization": f"Bearer {self.calls.credential.refresh_token}"}
        answer = answers.read(
            lambda: self.calls.http.post(self.calls.url("com.atproto.server.deleteSession"), headers=headers)
        )
        if not answer.ok and answer.status not in (400, 401):
            raise self.calls.problem(answer, public=False)

    # Publishes

    @classmethod
    def limits(cls, facts: Facts) -> Limits:
        return limits(facts)

    @classmethod
    def check(cls, outgoing: Outgoing, limits: Limits) -> list[Problem]:
        return checks.check(outgoing, limits)

    def publish(self, outgoing: Outgoing, read: Read) -> Published | Pending:
        if outgoing.video:
            return self.publish_video(outgoing, outgoing.video, read)
        return self.publish_now(outgoing, read)

    def publish_now(self, outgoing: Outgoing, read: Read) -> Published:
        """A post without a video: nothing of it is processed for longer than a call."""
        return self.put(outgoing, self._embed(outgoing, read))

    def put(self, outgoing: Outgoing, embed: dict[str, Any] | None) -> Published:
        marked = facets(outgoing.text, self._resolve)
        record = records.post(outgoing, marked, embed, self._reply(outgoing.reply_to))
        key = record_key(outgoing.key, outgoing.created_at)
        body = {"repo": self.calls.did, "collection": records.POST, "rkey": key, "record": record, "swapRecord": None}
        try:
            answer = self.calls.write("com.atproto.repo.putRecord", body)
        except Rejected as refused:
            # Something stands under our key already, with other bytes: an earlier attempt of ours got through.
            result = self._own_record(key) if refused.code == "InvalidSwap" else None
            if isinstance(result, Found):
                return result.published
            raise
        if not isinstance(answer, dict) or not answer.get("uri"):
            raise OutcomeUnknown("The server's answer names no post.")
        return records.published(str(answer["uri"]), outgoing.created_at)

    def _resolve(self, handle: str) -> str | None:
        try:
            return str(self.calls.get("com.atproto.identity.resolveHandle", {"handle": handle})["did"])
        except (Rejected, KeyError):
            return None

    def _embed(self, outgoing: Outgoing, read: Read) -> dict[str, Any] | None:
        if outgoing.pictures:
            return records.pictures(outgoing.pictures, [self._blob(p, read) for p in outgoing.pictures])
        if outgoing.link_card:
            thumb = outgoing.link_card.picture
            return records.external(outgoing.link_card, self._blob(thumb, read) if thumb else None)
        return None

    def _blob(self, picture: Picture, read: Read) -> Any:
        with refusals_of("pictures"):
            return self.calls.upload(read(picture.ref), picture.mime)

    # A call that is carried out late writes the same record under the same key.
    commit_window: ClassVar[timedelta] = timedelta()

    def may_resend(self, opened_at: datetime, now: datetime, *, is_private: bool = False) -> bool:
        """Always: a record key holds one record. A private message has none."""
        return not is_private

    def find(
        self, outgoing: Outgoing, since: datetime, bound: Collection[str] = (), checkpoint: Pending | None = None
    ) -> FindResult:
        if outgoing.conversation:
            return chat.find(self.calls, outgoing, since, bound)
        return self._own_record(record_key(outgoing.key, outgoing.created_at))

    def _own_record(self, key: str) -> Found | Absent:
        """The account's own server reads its own writes; only the network's index lags."""
        try:
            record = self.calls.get("com.atproto.repo.getRecord", self._record_key(key))
        except Rejected as refused:
            if refused.code == "RecordNotFound":
                return Absent()
            raise
        value = record.get("value") or {}
        at = times.moment(str(value["createdAt"])) if value.get("createdAt") else datetime.now(UTC)
        return Found(records.published(str(record["uri"]), at), records.alts(value))

    def _record_key(self, key: str) -> dict[str, str]:
        return {"repo": self.calls.did, "collection": records.POST, "rkey": key}

    @classmethod
    def named_by(cls, link: str, server: str, account_id: str) -> str | None:
        return records.named_by(link, account_id)

    def withdraw(self, remote_id: str) -> None:
        """A success also when it is gone already. A private message can be deleted for oneself only."""
        if remote_id.startswith(chat.PREFIX):
            raise Rejected("This server cannot delete posts for us.", code="unsupported")
        self.calls.write("com.atproto.repo.deleteRecord", self._record_key(remote_id.rsplit("/", 1)[-1]), commits=False)

    # Measures

    def fetch_metrics(self, remote_ids: Sequence[str]) -> list[PostMetrics | Gone]:
        views: dict[str, Any] = {}
        for start in range(0, len(remote_ids), BATCH):
            page = self.calls.get("app.bsky.feed.getPosts", {"uris": list(remote_ids[start : start + BATCH])})
            views.update({str(view["uri"]): view for view in page.get("posts") or ()})
        metrics: list[PostMetrics | Gone] = []
        for remote_id in remote_ids:
            now = datetime.now(UTC)
            if remote_id in views:
                view = views[remote_id]
                metrics.append(
                    PostMetrics(remote_id, records.numbers(view, records.COUNTS), now, records.text_of(view))
                )
            elif isinstance(self._own_record(remote_id.rsplit("/", 1)[-1]), Absent):
                # Only our own server can tell a deleted post from one that the index has not seen yet.
                metrics.append(Gone(remote_id, now))
        return metrics

    # Remembers

    has_history: ClassVar[bool] = True

    def past_posts(self, since: datetime, cursor: str | None = None) -> PastPosts:
        """The account's own server lists its records, the network's index counts what people did with them.

        https://docs.bsky.app/docs/api/com-atproto-repo-list-records
        """
        place = {"cursor": cursor} if cursor else {}
        params = {"repo": self.calls.did, "collection": records.POST, "limit": BATCH} | place
        page = self.calls.get("com.atproto.repo.listRecords", params)
        listed = [one for one in page.get("records") or () if isinstance(one, dict) and one.get("uri")]
        own = [str(one["uri"]) for one in listed if not (one.get("value") or {}).get("reply")]
        views = self.calls.get("app.bsky.feed.getPosts", {"uris": own}).get("posts") or () if own else ()
        older = str(page["cursor"]) if page.get("cursor") and listed else None
        return history.page((records.past_post(view) for view in views), since, older)

    def fetch_account_metrics(self) -> MetricValues:
        view = self.calls.get("app.bsky.actor.getProfile", {"actor": self.calls.did})
        return records.numbers(view, records.ACCOUNT_COUNTS)
