"""A Telegram channel in which our bot is an administrator. https://core.telegram.org/bots/api

A post is one call: sendMessage, sendPhoto, sendVideo, or sendMediaGroup for an album. There is no idempotency key; a
bot can neither read a channel nor does it get updates about its own posts. After an unknown outcome the channel's
public page may show the post; otherwise only a person who looks at the channel can tell.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, ClassVar

from platforms import answers, matching, signatures
from platforms.addresses import address
from platforms.checks import NOT_FOR_FEW
from platforms.defaults import Defaults
from platforms.errors import NeedsConsent, OutcomeUnknown, PlatformError, Rejected
from platforms.options import Option, values
from platforms.protocols import Facts
from platforms.refusals import Refusal
from platforms.reply_windows import ReplyWindow
from platforms.telegram import access, conversation, page, private, reactions, sending, settings
from platforms.telegram import limits as taken
from platforms.telegram.calls import ACCESS, NOT_ADMIN, TOO_OLD, Calls, description_has
from platforms.telegram.conversation import HEARD, REACTIONS, Conversation
from platforms.translation import gettext_noop
from platforms.types import (
    Absent,
    Credential,
    FindResult,
    Gone,
    Inconclusive,
    Limits,
    MetricValues,
    Outgoing,
    Pending,
    PostMetrics,
    Problem,
    Profile,
    Published,
    RawEvent,
    Read,
    Scope,
)
from platforms.visibility import Visibility

DEFAULT_SERVER = "https://api.telegram.org"


class Telegram(Conversation, Defaults):
    """One channel. Errors are those of `platforms.errors`."""

    home: ClassVar[str] = DEFAULT_SERVER
    connect_by: ClassVar[str] = "token"
    refusals: ClassVar[tuple[Refusal, ...]] = ACCESS
    scopes: ClassVar[tuple[Scope, ...]] = access.SCOPES
    options: ClassVar[Mapping[str, Option]] = taken.OPTIONS
    measures: ClassVar[frozenset[str]] = frozenset({"likes"})
    account_measures: ClassVar[frozenset[str]] = frozenset({"followers"})
    own_names: ClassVar[Mapping[str, str]] = {"likes": REACTIONS, "followers": "getChatMemberCount"}
    remarks: ClassVar[Mapping[str, str]] = {
        "likes": gettext_noop(
            "All reactions to the post. Telegram sends the number when it changes: a post without reactions has none, "
            "and so has every post while the portal receives no events."
        )
    }
    counts_by_events: ClassVar[bool] = True

    def wire(self) -> None:
        self.calls = Calls(self.http, self.server, self.token)

    # Connects

    @classmethod
    def address(cls, typed: str) -> str:
        return address(typed) if typed.strip() else DEFAULT_SERVER

    def fetch_facts(self) -> dict[str, Any]:
        """Limits are the same for every channel; with a token, also the channel's discussion group."""
        if self.credential is None:
            return {}
        chat = self.calls.private("getChat", {"chat_id": self._chat_id()})
        return {"group": str(chat.get("linked_chat_id") or "")}

    def exchange(self, answer: Mapping[str, str]) -> Credential:
        """The bot's token is the credential; the channel's id and the bot's rights there are read."""
        token = answer["token"].strip()
        bot = access.bot_of(token)
        asking = Calls(self.http, self.server, token)
        access.known(asking)
        chat = access.channel(asking, access.chat_name(answer.get("account", "")))
        granted = access.rights(asking, chat["id"], bot)
        if access.POST_RIGHT not in granted:
            raise Rejected(access.BOT_OUTSIDE, field="account", code="bot_not_admin")
        # The bot stands for a person here: another channel may live from the same one.
        return Credential(token, account_id=str(chat["id"]), scopes=granted, grantor=bot)

    def profile(self) -> Profile:
        """Also whether the bot may still post: raises `NeedsConsent` where it lost the right."""
        chat = self.calls.private("getChat", {"chat_id": self._chat_id()})
        if access.POST_RIGHT not in access.rights(self.calls, chat["id"], access.bot_of(self.calls.token)):
            raise NeedsConsent(NOT_ADMIN)
        name, username = str(chat.get("title") or ""), str(chat.get("username") or "")
        return Profile(
            remote_id=str(chat["id"]),
            handle=f"@{username}" if username else name,
            name=name or username,
            url=f"{sending.LINKS}/{username}" if username else "",
            # The address of a file of Telegram's holds the bot's token, so the channel's picture is not shown.
            followers=self.fetch_account_metrics().get("followers"),
        )

    def channel_id(self) -> str:
        return self.credential.account_id if self.credential else ""

    def _chat_id(self) -> int | str:
        return access.chat_name(self.channel_id())

    def revoke(self, *, shared: bool = False) -> None:
        """The bot leaves the channel. `shared`: it stays the bot of another channel, whose webhook it keeps."""
        try:
            if not shared:
                self.calls.private("deleteWebhook", {"drop_pending_updates": True})
            self.calls.private("leaveChat", {"chat_id": self._chat_id()})
        except NeedsConsent:
            return

    # Publishes

    @classmethod
    def limits(cls, facts: Facts) -> Limits:
        return taken.limits(facts)

    @classmethod
    def check(cls, outgoing: Outgoing, limits: Limits) -> list[Problem]:
        return taken.check(outgoing, limits)

    def publish(self, outgoing: Outgoing, read: Read) -> Published:
        chat, answers = self._chat_id(), None
        if outgoing.reply_to:
            chat, (answers, *_rest) = sending.place(outgoing.reply_to, self.channel_id())
        call = sending.call(outgoing, read, chat, answers)
        sent = self.calls.public(call.method, **call.arguments())
        return self._published(sent)

    def _published(self, sent: Any) -> Published:
        try:
            return sending.published(sent, self.channel_id())
        except ValueError:
            raise OutcomeUnknown("The server's answer names no post.") from None

    def find(
        self, outgoing: Outgoing, since: datetime, bound: Collection[str] = (), checkpoint: Pending | None = None
    ) -> FindResult:
        """A channel with a name has a public page; a post that is missing on it may exist all the same."""
        if outgoing.conversation:
            return Inconclusive("a bot cannot read what it wrote to a person")
        chat, numbers = sending.place(outgoing.reply_to or "0", self.channel_id())
        ours = str(chat) == self.channel_id() and values(self.options, self.facts)["public_page"]
        username = self._username() if ours else ""
        if not username:
            return Inconclusive("a bot cannot read what is there")
        shown = answers.read(lambda: self.http.get(f"{self._pages()}/s/{username}"))
        # The page names the first message of an album that is answered.
        sent = replace(outgoing, reply_to=str(numbers[0]) if outgoing.reply_to else None)
        result = matching.match_candidates(page.posts(shown.text), sent, since, datetime.now(UTC), bound)
        return Inconclusive("the channel's public page does not show it") if isinstance(result, Absent) else result

    def _username(self) -> str:
        return str(self.calls.private("getChat", {"chat_id": self._chat_id()}).get("username") or "")

    def _pages(self) -> str:
        return sending.LINKS if self.server == DEFAULT_SERVER else self.calls.server

    @classmethod
    def named_by(cls, link: str, server: str, account_id: str) -> str | None:
        return access.post_number(link, account_id)

    def edit(self, remote_id: str, outgoing: Outgoing) -> Published:
        """https://core.telegram.org/bots/api#updating-messages. Of an album, its first message carries the text."""
        chat, numbers = sending.place(remote_id, self.channel_id())
        media = bool(outgoing.pictures or outgoing.video)
        method, name = ("editMessageCaption", "caption") if media else ("editMessageText", "text")
        beside = settings.of_caption if media else settings.of_text
        params = {"chat_id": chat, "message_id": numbers[0], name: outgoing.text}
        params |= beside(outgoing.text, outgoing.settings)
        try:
            edited = self.calls.public(method, json=params)
        except Rejected as refused:
            if not description_has(refused, "message is not modified"):
                raise
            edited = {"message_id": numbers[0], "chat": self.calls.private("getChat", {"chat_id": chat})}
            edited["date"] = int(datetime.now(UTC).timestamp())
        # An album keeps its span, which the answer about its first message does not contain.
        shown = self._published(edited)
        return Published(remote_id, shown.permalink, shown.at)

    def withdraw(self, remote_id: str) -> None:
        chat, numbers = sending.place(remote_id, self.channel_id())
        several = len(numbers) > 1
        method = "deleteMessages" if several else "deleteMessage"
        named: dict[str, Any] = {"message_ids": numbers} if several else {"message_id": numbers[0]}
        try:
            self.calls.private(method, {"chat_id": chat, **named})
        except PlatformError as refused:
            if description_has(refused, "message to delete not found", "message_id_invalid"):
                return
            if description_has(refused, "can't be deleted", "message_delete_forbidden"):
                raise Rejected(TOO_OLD, code="too_old", evidence=refused.evidence) from None
            raise

    # Measures

    def fetch_metrics(self, remote_ids: Sequence[str]) -> list[PostMetrics | Gone]:
        """Bots cannot ask for metrics of a post."""
        return []

    @classmethod
    def metric_changes(cls, event: RawEvent) -> list[PostMetrics]:
        return reactions.metrics(event)

    @classmethod
    def event_id(cls, remote_id: str) -> str:
        return reactions.event_id(remote_id)

    def fetch_account_metrics(self) -> MetricValues:
        count = self.calls.private("getChatMemberCount", {"chat_id": self._chat_id()})
        return {"followers": count} if isinstance(count, int) and not isinstance(count, bool) else {}

    # Converses

    reply_windows: ClassVar[tuple[ReplyWindow, ...]] = private.WINDOWS

    def reply(self, outgoing: Outgoing, read: Read) -> Published:
        if not outgoing.conversation:
            if outgoing.visibility != Visibility.PUBLIC:
                raise Rejected(NOT_FOR_FEW, code="visibility")
            return self.publish(outgoing, read)
        chat = private.chat_of(outgoing)
        _chat, (number, *_rest) = sending.place(str(outgoing.reply_to), self.channel_id())
        call = sending.call(outgoing, read, chat, number)
        # What they wrote may be deleted meanwhile; the answer is for them all the same.
        call.params["reply_parameters"]["allow_sending_without_reply"] = True
        published = self._published(private.send(self.calls, call.method, **call.arguments()))
        return replace(published, permalink="")

    def attachment(self, source: str, most: int) -> bytes:
        return private.attachment(self.calls, source, most)

    # Notifies

    @classmethod
    def verify(cls, raw_body: bytes, headers: Mapping[str, str], secret: str) -> bool:
        """Nothing is signed: the word that we gave comes back. https://core.telegram.org/bots/api#setwebhook"""
        return bool(secret) and signatures.same(headers.get("x-telegram-bot-api-secret-token", ""), secret)

    @classmethod
    def events(cls, payload: Any) -> list[RawEvent]:
        return conversation.events(payload)

    def subscribe(self, address: str, secret: str) -> None:
        params = {"url": address, "secret_token": secret, "allowed_updates": list(HEARD)}
        try:
            self.calls.private("setWebhook", params)
        except Rejected as refused:
            if not description_has(refused, "bad webhook"):
                raise
            raise Rejected(refused.message, code="portal_unreachable", evidence=refused.evidence) from None
