"""Reading and answering private messages of a page (Messenger) and of the Instagram account that is linked to one.

Events bring them (`private_messages`); the list of conversations brings what an event lost, and people's names, which
no event contains. An answer goes to the one person of its conversation. The network has no idempotency key: after an
unknown outcome the newest messages of that conversation are compared.

Send API: https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages (5 May
2026).
Lists: https://developers.facebook.com/documentation/business-messaging/messenger-platform/conversations (11 February
2026): the newest 20 messages of a conversation can be read. Two calls of it a second for each page:
https://developers.facebook.com/documentation/business-messaging/messenger-platform/overview/rate-limiting (23 March
2026). All read on 30 November 2026.
"""

import contextlib
import hashlib
import json
import logging
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from common.http import Http
from platforms import checks, matching, refusals, reply_windows
from platforms.defaults import NOT_GRANTED
from platforms.errors import NeedsConsent, NotAllowed, OutcomeUnknown, Rejected
from platforms.matching import Candidate
from platforms.meta import attachments, private_messages, reading
from platforms.meta.calls import Calls
from platforms.meta.login import Grant
from platforms.newest import oldest_first
from platforms.refusals import Meaning, Refusal
from platforms.reply_windows import CLOSED, OTHER_PERSON, RECIPIENT_GONE, ReplyWindow
from platforms.translation import gettext_noop
from platforms.types import (
    Absent,
    Action,
    Credential,
    FindResult,
    Inconclusive,
    Message,
    Messages,
    Outgoing,
    Published,
)
from platforms.visibility import Visibility, is_private

log = logging.getLogger(__name__)

SEND = "https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages"
TAGS = "https://developers.facebook.com/docs/messenger-platform/send-messages/message-tags/"
ERRORS = "https://developers.facebook.com/documentation/business-messaging/messenger-platform/error-codes"
# Meta grants it to an application by its review. It is no permission that people grant, and asking them for it would
# fail: https://developers.facebook.com/docs/features-reference/human-agent
HUMAN_AGENT = "human_agent"
WINDOWS = (
    ReplyWindow(
        timedelta(hours=24),
        SEND,
        "2026-11-30",
        gettext_noop("Meta takes an answer for 24 hours after the last message of a person."),
        tag="RESPONSE",
    ),
    ReplyWindow(
        timedelta(days=7),
        TAGS,
        "2026-11-30",
        gettext_noop("Meta takes an answer that a person writes for seven days after the last message of a person."),
        tag="HUMAN_AGENT",
        scope=HUMAN_AGENT,
        by_person=True,
    ),
)

OTHER_APP = gettext_noop(
    "Another application answers this conversation at the moment. Take it over in the inbox of the page, then answer."
)
# By "code/subcode", or the code alone. Those with a source of their own are in no document that could be read: public
# projects report them.
BELIEVED = "believed"
REFUSALS = (
    Refusal(
        Meaning.CONTENT,
        CLOSED,
        ERRORS,
        "2026-11-30",
        codes=frozenset({"10/2018278", "10/2018065"}),
        code="window_closed",
    ),
    Refusal(Meaning.CONTENT, CLOSED, BELIEVED, "2026-11-30", codes=frozenset({"10/2534022"}), code="window_closed"),
    Refusal(
        Meaning.CONTENT,
        RECIPIENT_GONE,
        ERRORS,
        "2026-11-30",
        codes=frozenset({"551", "551/1545041", "200/1545041", "10/2018108", "100/2018001"}),
        code="recipient_gone",
    ),
    Refusal(
        Meaning.CONTENT, RECIPIENT_GONE, BELIEVED, "2026-11-30", codes=frozenset({"100/2534014"}), code="recipient_gone"
    ),
    Refusal(Meaning.CONTENT, OTHER_APP, BELIEVED, "2026-11-30", codes=frozenset({"10/2018300", "100/2018300"})),
)

PAGE = 25
PAGES = 20
FIRST_PAGES = 4
LISTED = 20
# Between two pages: the network allows two calls a second.
PAUSE = 0.5
# A message may be listed later than one that was written after it.
OVERLAP = 300
REMEMBERED = 60
SEPARATOR = "|"
MESSAGE_FIELDS = "id,created_time,from,to,message,attachments,shares"


class Messaging:
    """The part of a connector for private messages. `private_path`: the object that has the edges."""

    private_platform: ClassVar[str]
    private_scope: ClassVar[str]
    """Without this permission there are no private messages, and the rest works as before."""
    private_fields: ClassVar[str] = MESSAGE_FIELDS
    reply_windows: ClassVar[tuple[ReplyWindow, ...]] = WINDOWS
    http: Http
    server: str
    calls: Calls
    account_id: str
    credential: Credential | None
    set: Mapping[str, Any]

    @property
    def private_path(self) -> str:
        """With Instagram "me": the page to which the account is linked, whose token we have."""
        return f"/{self.account_id}"

    def _granted(self) -> Collection[str]:
        """As `channels` stores them; empty where the network did not say."""
        return self.credential.scopes if self.credential else ()

    # ---- reading

    def with_private(self, cursor: str | None, public: Messages) -> Messages:
        """`public`, fetched after the first part of `cursor`, with the private messages after its second part.

        The first fetch of private messages on a channel that exists longer comes alone, so that it counts as past.
        """
        _public, private = parted(cursor)
        if self.private_scope not in self._granted():
            return replace(public, cursor=joined(public.cursor, private))
        try:
            items, after = self._after(private)
        except (NeedsConsent, Rejected) as refused:
            if isinstance(refused, NeedsConsent) and not refused.is_permission:
                raise
            # Nothing else depends on them: events still bring them, and what was missed comes once the list is read.
            log.warning("Private messages of %s %s: %s", self.private_platform, self.account_id, refused.message)
            items, after = (), private
        return replace(public, items=oldest_first((*public.items, *items)), cursor=joined(public.cursor, after))

    def first_private(self, cursor: str | None) -> Messages | None:
        """Those from before, of a channel whose comments were fetched already; None where they were too."""
        public, private = parted(cursor)
        if not public or private or self.private_scope not in self._granted():
            return None
        page = self.with_private(cursor, Messages((), public))
        return replace(page, is_past=True) if page.items else None

    def _after(self, cursor: str) -> tuple[tuple[Message, ...], str]:
        """Messages that were not given out yet, and the cursor after them: the second from which on they are
        remembered, and a short digest of each."""
        floor, given = _read(cursor)
        listed: list[Message] = []
        for conversation in self._conversations(floor):
            listed += private_messages.of_conversation(conversation, self.account_id)
        fresh = [one for one in listed if _second(one) >= floor and _digest(one) not in given]
        return oldest_first(fresh), _cursor(listed, floor)

    def _conversations(self, floor: int) -> Iterator[dict[str, Any]]:
        """Those with a message since `floor` (seconds), the newest first, as the network lists them."""
        inside = f"messages.limit({LISTED}){{{self.private_fields}}}"
        query = {"platform": self.private_platform, "fields": f"id,updated_time,participants,{inside}", "limit": PAGE}
        listed = self.calls.listed(f"{self.private_path}/conversations", PAGES if floor else FIRST_PAGES, **query)
        for number, conversation in enumerate(listed, start=1):
            updated = private_messages.second(conversation.get("updated_time"))
            if updated and updated < floor:
                return
            yield conversation
            if number % PAGE == 0:
                time.sleep(PAUSE)

    def attachment(self, source: str, most: int) -> bytes:
        return attachments.content(self.http, source, most, self.server)

    def visibilities(self, remote_ids: Sequence[str]) -> Mapping[str, Visibility]:
        return {
            one: Visibility.DIRECT if private_messages.is_message_id(one) else Visibility.PUBLIC for one in remote_ids
        }

    # ---- answering

    def send_private(self, outgoing: Outgoing) -> Published:
        """To `outgoing.recipient` alone, and only while the network takes it."""
        scopes = self._granted()
        if scopes and self.private_scope not in scopes:
            raise NotAllowed(NOT_GRANTED, code="not_granted", evidence={"action": Action.CONVERSE.value})
        person = outgoing.recipient
        if not person or person != outgoing.conversation or person == self.account_id:
            raise Rejected(OTHER_PERSON, code="recipient")
        granted = {*scopes, HUMAN_AGENT} if self.set[HUMAN_AGENT] else scopes
        windows = reply_windows.granted(self.reply_windows, granted)
        window = reply_windows.at(windows, outgoing.received_at, datetime.now(UTC))
        if window is None:
            raise Rejected(CLOSED, code="window_closed")
        form = {"recipient": json.dumps({"id": person}), "message": json.dumps(_content(outgoing))}
        form |= _reason(window)
        with _meant():
            answer = self.calls.public("POST", f"{self.private_path}/messages", form)
        number = answer.get("message_id")
        if not isinstance(number, str) or not number:
            raise OutcomeUnknown("The server's answer names no message.")
        return Published(number, "", datetime.now(UTC))

    def find_private(self, outgoing: Outgoing, since: datetime, bound: Collection[str]) -> FindResult:
        """Among the newest messages of this one conversation that the person did not write."""
        query = {"platform": self.private_platform, "user_id": outgoing.conversation, "limit": 1}
        fields = f"id,messages.limit({LISTED}){{{self.private_fields}}}"
        answer = self.calls.get(f"{self.private_path}/conversations", fields=fields, **query)
        conversations = reading.data(answer)
        if len(conversations) != 1:
            return Inconclusive("the network does not list the conversation")
        person = {"id": outgoing.conversation}
        listed = reading.data(conversations[0].get("messages"))
        messages = [private_messages.of_list(one, person, self.account_id) for one in listed]
        ours = [_candidate(one, outgoing) for one in messages if one is not None and one.is_ours]
        sent = replace(outgoing, pictures=(), video=None)
        result = matching.match_candidates(ours, sent, since, datetime.now(UTC), bound)
        if not isinstance(result, Absent):
            return result
        if None in messages:
            return Inconclusive("the network does not say who wrote a message of the conversation")
        oldest = min((one.at for one in messages if one), default=None)
        if len(listed) >= LISTED and oldest and oldest >= since - matching.SLACK:
            return Inconclusive("the conversation's list did not reach back far enough")
        return result


def parted(cursor: str | None) -> tuple[str | None, str]:
    """(the cursor of public messages, that of private ones)."""
    public, _, private = (cursor or "").partition(SEPARATOR)
    return public or None, private


def joined(public: str | None, private: str) -> str | None:
    return f"{public or ''}{SEPARATOR}{private}" if private else public


def with_features(given: Grant, set_here: Mapping[str, Any], scope: str) -> Grant:
    """With the feature that Meta granted to our application, where the installation says that it did."""
    has_it = set_here[HUMAN_AGENT] and scope in given.scopes
    return replace(given, scopes=tuple(sorted({*given.scopes, HUMAN_AGENT}))) if has_it else given


def refuse_public(outgoing: Outgoing) -> None:
    """Raises `Rejected` where a public answer would be shown to more people than it is meant for."""
    if is_private(outgoing.visibility) or (outgoing.reply_to and private_messages.is_message_id(outgoing.reply_to)):
        raise Rejected(checks.NOT_FOR_FEW, code="visibility")


def _content(outgoing: Outgoing) -> dict[str, Any]:
    """https://developers.facebook.com/docs/messenger-platform/send-messages/quick-replies, the same on Instagram."""
    replies = [{"content_type": "text", "title": words, "payload": words} for words in outgoing.quick_replies]
    return {"text": outgoing.text, "quick_replies": replies} if replies else {"text": outgoing.text}


def _reason(window: ReplyWindow) -> dict[str, str]:
    """https://developers.facebook.com/docs/messenger-platform/reference/send-api (v25.0, read on 30 November 2026)"""
    if window.scope:
        return {"messaging_type": "MESSAGE_TAG", "tag": window.tag}
    return {"messaging_type": window.tag}


@contextlib.contextmanager
def _meant() -> Iterator[None]:
    """The errors of sending by `REFUSALS`: a closed window comes with the code of a missing permission."""
    try:
        yield
    except (NeedsConsent, Rejected) as refused:
        code, subcode = refused.evidence.get("code", 0), refused.evidence.get("subcode", 0)
        named = f"{code}/{subcode}" if subcode else str(code)
        known = next((entry for entry in REFUSALS if {named, str(code)} & entry.codes), None)
        if known is None:
            raise
        raise refusals.error(known, refused.evidence, code=named) from None


def _candidate(message: Message, outgoing: Outgoing) -> Candidate:
    return Candidate(message.remote_id, "", message.text, message.at, reply_to=outgoing.reply_to)


# ---- the cursor


def _read(cursor: str) -> tuple[int, frozenset[str]]:
    second, _, digests = cursor.partition(":")
    return (int(second), frozenset(digests.split())) if second.isdecimal() else (0, frozenset())


def _cursor(listed: Sequence[Message], floor: int) -> str:
    now = int(datetime.now(UTC).timestamp())
    newest = max((_second(one) for one in listed), default=0 if floor else now)
    floor = max(floor, min(newest, now) - OVERLAP)
    recent = sorted({(_second(one), _digest(one)) for one in listed if _second(one) >= floor}, reverse=True)
    if len(recent) > REMEMBERED:
        recent = recent[:REMEMBERED]
        floor = min(recent[-1][0], now)
    return f"{floor}:{' '.join(sorted(digest for _second_of, digest in recent))}"


def _second(message: Message) -> int:
    return int(message.at.timestamp())


def _digest(message: Message) -> str:
    return hashlib.sha256(message.remote_id.encode(errors="replace")).hexdigest()[:10]
