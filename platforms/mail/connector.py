"""A mailbox of the municipality. IMAP: RFC 9051 and 3501, SMTP: RFC 5321 and 6409, mails: RFC 5322.

It takes no posts. A message's `remote_id` is a digest of the mail, with its Message-ID where that can be used: senders
choose Message-IDs, so they identify nothing. An answer goes to the address in From, never to Reply-To: whoever forges
From would otherwise get the answer to a question that another person seems to have asked.
"""

import contextlib
import logging
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from platforms import attachment_content, checks
from platforms.defaults import WithoutPosts
from platforms.errors import NeedsConsent, Rejected
from platforms.mail import access, connections, folders, parsing, sending, texts, threads
from platforms.mail.access import Access
from platforms.mail.attachments import decoded, source_of
from platforms.mail.folders import Mark, Raw
from platforms.protocols import Facts
from platforms.reply_windows import ReplyWindow, without_limit
from platforms.types import (
    Absent,
    Attachment,
    AutomaticMail,
    Credential,
    FindResult,
    Found,
    Inconclusive,
    Limits,
    Message,
    Messages,
    ModerationSupport,
    Outgoing,
    Pending,
    Problem,
    Profile,
    Published,
    Read,
)
from platforms.visibility import Visibility

log = logging.getLogger(__name__)

MOST_CHARACTERS = 10_000
# One page of `messages`: as many mails are read, of all folders, and about as many bytes.
PAGE = 25
PAGE_BYTES = 16 * 1024 * 1024
# Mails without references belong together when one with the same subject came from the same person so recently.
SAME_SUBJECT = timedelta(days=30)
LOOK_BACK = timedelta(days=90)
MOST_EARLIER = 40
COPY_SECONDS = 8.0
REMOTE_ID = re.compile(r"[0-9a-f]{32}(<[!-;=?-~]{1,240}>)?")
CURSOR = re.compile(r"([\d.]{1,40})(?:;([\d.]{1,40}))?")
NO_LIST = "the mail server keeps no copy of what we send, so a copy that is missing proves nothing"


class Mail(WithoutPosts):
    """One mailbox. Errors are those of `platforms.errors`."""

    connect_by: ClassVar[str] = "mailbox"
    no_posts: ClassVar[str] = texts.NO_POSTS

    def wire(self) -> None:
        self.access: Access | None = None
        if self.credential:
            with contextlib.suppress(ValueError, KeyError, TypeError):
                self.access = Access.of(self.credential)

    # Connects

    @classmethod
    def address(cls, typed: str) -> str:
        return typed.strip()

    def fetch_facts(self) -> dict[str, Any]:
        """Without a credential: whether a mail server answers at all."""
        if self.credential is None:
            connections.greeting(self.http, self.server, self.http.deadline)
            return {}
        held = self._access()
        return {"smtp": held.smtp, "servers": held.servers}

    def exchange(self, answer: Mapping[str, str]) -> Credential:
        """`{identifier, password, smtp, name, servers}`: both servers are asked whether they accept them."""
        address, password = parsing.address(answer["identifier"]), answer["password"]
        if not address:
            raise Rejected(texts.NOT_ADDRESS, field="identifier", code="mail_address")
        if not password.isprintable():
            raise Rejected(texts.SIGN_IN, field="password", code="mail_sign_in")
        smtp = answer.get("smtp") or access.outgoing_server(self.server)
        name, servers = sending.one_line(answer.get("name", ""))[:100] or address, answer.get("servers", "")
        held = Access(address, password, smtp, name, " ".join(servers.lower().replace(",", " ").split()))
        try:
            with connections.imap(self.http, self.server, address, password, self.http.deadline) as session:
                folders.examine(session, folders.INBOX)
        except NeedsConsent as refused:
            raise Rejected(refused.message, field="password", code="mail_sign_in", evidence=refused.evidence) from None
        connections.verified(self.http, smtp, address, password, name=held.domain, seconds=self.http.deadline)
        return held.credential()

    def profile(self) -> Profile:
        """Whether the server still lets us in. It shows nothing else of an account."""
        held = self._access()
        with self._imap():
            return Profile(held.address, held.address, held.name, "")

    def revoke(self, *, shared: bool = False) -> None:
        """The password is the municipality's to change; we forget ours."""

    def _access(self) -> Access:
        if self.access is None:
            raise NeedsConsent(texts.SIGN_IN)
        return self.access

    @contextlib.contextmanager
    def _imap(self, seconds: float | None = None) -> Iterator[connections.Imap]:
        held = self._access()
        with connections.imap(
            self.http, self.server, held.address, held.password, seconds or self.http.deadline
        ) as session:
            yield session

    # Publishes

    @classmethod
    def limits(cls, facts: Facts) -> Limits:
        """Of an answer."""
        return Limits(
            max_characters=MOST_CHARACTERS,
            counting="code_points",
            max_images=0,
            alt_characters=0,
            mime_types=(),
            link_card="none",
            post_links=False,
            withdraws=False,
            visibilities=(Visibility.DIRECT,),
        )

    @classmethod
    def check(cls, outgoing: Outgoing, limits: Limits) -> list[Problem]:
        return checks.check(outgoing, limits)

    def find(
        self, outgoing: Outgoing, since: datetime, bound: Collection[str] = (), checkpoint: Pending | None = None
    ) -> FindResult:
        """Among the sent mails. We put the copy there ourselves after the mail was accepted, so a missing copy proves
        something only where the server makes it."""
        held = self._access()
        wanted = threads.our_id(outgoing.key, outgoing.conversation, held.domain)
        with self._imap() as session:
            known, is_kept = folders.listed(session), folders.keeps_copies(session)
            looked = [name for name in (known.sent, known.everything) if name]
            for name in looked:
                folders.examine(session, name)
                if uids := folders.search(session, "HEADER", "Message-ID", connections.quoted(wanted)):
                    at = next((raw.at for raw in folders.mails(session, uids[:1], 1)), datetime.now(UTC))
                    return Found(Published(wanted, "", at))
        return Absent() if is_kept and looked else Inconclusive(NO_LIST)

    # Converses

    reply_windows: ClassVar[tuple[ReplyWindow, ...]] = (
        without_limit("https://www.rfc-editor.org/rfc/rfc5322#section-3.6.4", "2026-11-30"),
    )

    @classmethod
    def moderates(cls, facts: Facts) -> ModerationSupport:
        return ModerationSupport(hides=False, removes=False, manual_steps=texts.MANUAL_STEPS)

    def messages(self, cursor: str | None = None) -> Messages:
        """The mails after `cursor`; without one, those of the last seven days. Answers that somebody sent from the
        mailbox itself are among them, as ours."""
        match = CURSOR.fullmatch(cursor or "")
        inbox, sent = (Mark.of(text or "") for text in (match.groups() if match else ("", "")))
        now = datetime.now(UTC)
        with self._imap() as session:
            items, inbox, is_past = self._page(session, folders.INBOX, inbox, now, PAGE)
            name = "" if len(items) >= PAGE else folders.listed(session).sent
            if name and session.connection.remaining() > folders.RESERVE_SECONDS:
                ours, sent, _ = self._page(session, name, sent, now, PAGE - len(items), is_sent=True)
                items += self._to_unverified(session, ours)
        return Messages(tuple(sorted(items, key=lambda one: one.at)), f"{inbox};{sent}", is_past=is_past)

    def _page(
        self, session: connections.Imap, folder: str, mark: Mark, now: datetime, most: int, *, is_sent: bool = False
    ) -> tuple[list[Message], Mark, bool]:
        uids, mark = folders.new_uids(session, folder, mark, now)
        was_past = mark.is_past
        items: list[Message] = []
        for raw in folders.mails(session, uids[:most], PAGE_BYTES):
            message = self._sent(raw, mark) if is_sent else self._received(session, raw, mark)
            items += [message] if message else []
            mark = Mark(mark.validity, raw.uid, mark.first_until)
        return items, mark, was_past

    def _received(self, session: connections.Imap, raw: Raw, mark: Mark) -> Message | None:
        """None for what is nobody's message."""
        held = self._access()
        mail = parsing.parse(raw.content, held.verifying_servers)
        reason = mail.skipped or ("own" if mail.sender == held.address else "")
        if reason:
            log.info("A mail of %s is left out: %s", held.domain, reason)
            return None
        thread = threads.of_references(mail.references, held.domain)
        thread = thread or self._thread_by_subject(session, raw, mail) or _own_thread(mail)
        return _message(mail, raw, mark, thread, other=_author(mail), name=mail.sender_name)

    def _thread_by_subject(self, session: connections.Imap, raw: Raw, mail: parsing.Mail) -> str:
        """The thread of the chain of earlier mails from the same person with the same subject, or ""."""
        subject = threads.bare_subject(mail.subject)
        if not subject or session.connection.remaining() < folders.RESERVE_SECONDS:
            return ""
        since = folders.day(raw.at - LOOK_BACK)
        earlier = folders.search(session, "SINCE", since, "FROM", connections.quoted(mail.sender))
        thread, last = "", None
        for head in folders.heads(session, [uid for uid in earlier if uid < raw.uid][-MOST_EARLIER:]):
            before = parsing.parse(head.content)
            if before.sender != mail.sender or threads.bare_subject(before.subject) != subject:
                continue
            of_own = threads.of_references(before.references, self._access().domain) or _own_thread(before)
            is_chained = last is not None and head.at - last <= SAME_SUBJECT and not before.references
            thread, last = thread if thread and is_chained else of_own, head.at
        return thread if last is not None and raw.at - last <= SAME_SUBJECT else ""

    def _sent(self, raw: Raw, mark: Mark) -> Message | None:
        """An answer to one person. What begins a correspondence is not the inbox's business."""
        mail, held = parsing.parse(raw.content), self._access()
        thread = threads.of_references(mail.references, held.domain)
        if mail.sender != held.address or len(mail.recipients) != 1 or not thread:
            return None
        return _message(mail, raw, mark, thread, other=mail.recipients[0], name="", is_ours=True, domain=held.domain)

    def _to_unverified(self, session: connections.Imap, ours: list[Message]) -> list[Message]:
        """Answers to mails whose sender is not verified, in the conversations of those."""
        servers = self._access().verifying_servers
        if not ours or not servers:
            return ours
        folders.examine(session, folders.INBOX)
        result = []
        for one in ours:
            uids = folders.search(session, "HEADER", "Message-ID", connections.quoted(one.in_reply_to or ""))
            heads = [parsing.parse(raw.content, servers) for raw in folders.heads(session, uids[-MOST_EARLIER:])]
            authors = {_author(mail) for mail in heads if mail.sender == one.author_handle}
            other = one.author_id if one.author_id in authors else next(iter(authors), one.author_id)
            thread = one.conversation.partition(".")[0]
            result.append(replace(one, author_id=other, conversation=threads.conversation(thread, other)))
        return result

    def replies(self, remote_id: str) -> Messages:
        return Messages(())

    def reply(self, outgoing: Outgoing, read: Read) -> Published:
        held, match = self._access(), REMOTE_ID.fullmatch(outgoing.reply_to or "")
        recipient = parsing.address(threads.address_of(outgoing.recipient))
        if match is None or outgoing.visibility != Visibility.DIRECT or outgoing.pictures or outgoing.video:
            raise Rejected(texts.NOT_ANSWERABLE, code="unsupported")
        is_theirs = threads.is_with(outgoing.conversation, outgoing.recipient.lower())
        if not recipient or recipient == held.address or not is_theirs:
            raise Rejected(texts.NOT_ANSWERABLE, code="recipient_gone")
        mail = sending.message(replace(outgoing, recipient=recipient), held, match[1] or "")
        try:
            with connections.smtp(
                self.http, held.smtp, held.address, held.password, name=held.domain, seconds=self.http.deadline
            ) as session:
                sending.send(session, mail, held, recipient, self.http.before_send or (lambda: None))
        except sending.Stopped as stopped:
            raise stopped.cause from None
        self._keep_copy(mail.as_bytes())
        return Published(str(mail["Message-ID"]), "", datetime.now(UTC))

    def _keep_copy(self, content: bytes) -> None:
        """In the folder of sent mails, if there is one. The mail is out, whatever becomes of its copy."""
        try:
            with self._imap(COPY_SECONDS) as session:
                name = "" if folders.keeps_copies(session) else folders.listed(session).sent
                if name:
                    session.append(folders.mailbox(name), r"(\Seen)", "", content)
        except Exception as problem:
            log.warning("The copy of an answer was not stored: %s", type(problem).__name__)

    def attachment(self, source: str, most: int) -> bytes:
        place = source_of(source)
        if place is None:
            raise Rejected(texts.GONE, code="expired")
        with self._imap() as session:
            validity, _ = folders.examine(session, folders.INBOX)
            if validity != place.validity or not folders.exists(session, place.uid):
                raise Rejected(texts.GONE, code="expired")
            content = decoded(session, place, most)
        if content is None:
            raise attachment_content.too_big()
        return content

    def visibilities(self, remote_ids: Sequence[str]) -> Mapping[str, Visibility]:
        return dict.fromkeys(remote_ids, Visibility.DIRECT)


def _author(mail: parsing.Mail) -> str:
    return threads.author_id(mail.sender, is_verified=mail.is_verified)


def _own_thread(mail: parsing.Mail) -> str:
    """Of a mail that answers none. Few have no Message-ID; those of one person about one thing belong together."""
    return threads.of_id(mail.message_id or f"{mail.sender} {threads.bare_subject(mail.subject)}")


def _message(
    mail: parsing.Mail,
    raw: Raw,
    mark: Mark,
    thread: str,
    *,
    other: str,
    name: str,
    is_ours: bool = False,
    domain: str = "",
) -> Message:
    ours = threads.OURS.fullmatch(mail.message_id) if is_ours else None
    remote_id = mail.message_id if ours and ours[3] == domain else f"{mail.digest}{mail.message_id}"
    address = threads.address_of(other)
    return Message(
        remote_id=remote_id,
        in_reply_to=mail.references[-1] if is_ours else None,
        root=None,
        author_id=other,
        author_handle=address,
        author_name=name or address,
        author_url="",
        author_avatar_url="",
        text=mail.text,
        url="",
        at=raw.at,
        visibility=Visibility.DIRECT,
        kind="private",
        conversation=threads.conversation(thread, other),
        # Those of reports are the mail that was not delivered.
        attachments=()
        if is_ours or (mail.automatic and mail.automatic != AutomaticMail.UNANSWERED)
        else tuple(
            Attachment(one.kind, f"{mark.validity}/{raw.uid}/{one.number}/{one.encoding}", one.name, one.mime, one.size)
            for one in mail.parts
        ),
        is_ours=is_ours,
        subject=mail.subject,
        automatic=None if is_ours else mail.automatic,
        sender_verified=None if is_ours else mail.is_verified,
    )
