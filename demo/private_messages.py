"""Private conversations of citizens with the municipalities, and the settings that belong to them.

What citizens wrote is on the practice network as they would have written it there, and is stored by the verb that
stores every message (`inbox.domain.ingest`), so that sorting rules and attachments are the product's own. Then the rows
get their times. Answers are rows, like those of the comments (`demo.inbox`). All of it is in `content/private.toml`.

Ćuprija also has what is left of two accounts that it disconnected: a mailbox and a page on Facebook.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from channels.enums import ChannelState
from channels.models import Channel
from common.audit import record
from common.models import AuditEvent
from delivery.models import Delivery
from demo import pictures
from demo.inbox import HEARD_AFTER, SEES_TO, WRITTEN_BEFORE, attempt, sent_reply
from demo.network import PLATFORM, server
from demo.published_posts import PublishedPosts, event
from demo.rows import insert, made_at, office_time, reserve
from demo.texts import alts, chance, fill_in, place, private
from inbox import rules, satisfaction_text
from inbox.domain import (
    attachments,
    bulk,
    conversations,
    deleted_messages,
    department_questions,
    handover,
    ingest,
    merge_conversations,
    office_hours,
    satisfaction,
    sorting_rules,
    tags,
    undo,
)
from inbox.domain.triage import audit_label
from inbox.enums import OPEN_STATES, MessageState, OfficeTime, Readers, Satisfaction, Topic
from inbox.models import (
    Conversation,
    ConversationMerge,
    Department,
    ExternalReply,
    Message,
    MessageAttachment,
    MessageFetch,
    Note,
    OfficeHours,
    OfficeHoursAnswer,
    Reply,
    SatisfactionQuestion,
    SatisfactionSurvey,
    SavedAnswer,
    Settlement,
    SortingRule,
    Tag,
)
from inbox.office_hours_text import SUGGESTION, automatic_answer
from inbox.queries.answer_rights import reply_prefix
from municipalities.holidays import BELGRADE, is_open, next_opening
from municipalities.tenancy import scope
from platforms import types
from platforms.types import Attachment, AttachmentKind, Outgoing, Seen
from platforms.visibility import Visibility
from practice.enums import NoticeKind
from practice.models import Account, Media, Notice, Status, StatusEdit
from practice.models import Conversation as ListedConversation
from serbian import detect

MAIL = "mail"
SETTINGS_AGE = timedelta(days=45)
# Accounts that were connected and disconnected so many days ago, with the handle and what was granted. The page on
# Facebook is older than the metrics of the demo, because nobody counted its followers; a mailbox has none.
FORMER: Mapping[str, tuple[int, int, str, tuple[str, ...]]] = {
    "facebook": (69, 62, "@cuprija.vezba", ("pages_show_list", "pages_messaging", "pages_manage_metadata")),
    MAIL: (40, 6, "pitajte@cuprija.example", ()),
}
# In whose inbox all of it is switched on.
FULL = "cuprija"
TAGS = ("Расвета", "Отпад", "Кварови", "Дечја заштита", "Ван радног времена")
RETIRED_TAG = "Попис 2022"
SAVED_ANSWER = "Званично, преко еПисарнице"
QUESTION = "Молимо вас да нам јавите када ће контејнери у овој улици бити испражњени."
IN_A_STREET = (Topic.WATER, Topic.WASTE, Topic.LIGHT, Topic.ROADS, Topic.GREEN, Topic.ANIMALS)
OFFICER, AUTOMATIC, ASK, APP = "officer", "automatic", "ask", "app"


@dataclass
class ConversationLine:
    """One message of a conversation. `by` is "" for the citizen."""

    entry: Mapping[str, Any]
    at: datetime
    text: str
    remote_id: str = ""
    status: Status | None = None
    picture: Media | None = None

    @property
    def by(self) -> str:
        return str(self.entry.get("by", ""))


@dataclass
class DemoConversation:
    """A conversation of a citizen with one channel while it is filled in. `head` is the message to be answered next.
    `page` is None where the channel is not on the practice network."""

    past: PublishedPosts
    entry: Mapping[str, Any]
    channel: Channel
    page: Account | None
    citizen: Account
    author_id: str
    lines: list[ConversationLine]
    head: Message | None = None
    question: SatisfactionQuestion | None = None
    events: list[AuditEvent] = field(default_factory=list)

    @property
    def conversation(self) -> Conversation:
        assert self.head is not None
        assert self.head.conversation is not None
        return self.head.conversation

    @property
    def seed(self) -> tuple[str, ...]:
        return self.channel.platform, self.channel.name, self.citizen.username

    def note(self, verb: str, by: User | None, at: datetime, **detail: Any) -> None:
        """An audit event about `head`, as the verbs write it."""
        assert self.head is not None
        row = event(verb, by, at, self.head, **detail)
        row.target_label = audit_label(self.head)
        self.events.append(row)


def arrange(pasts: Sequence[PublishedPosts], citizens: Sequence[Account], now: datetime) -> None:
    """All private conversations of these municipalities."""
    by_name = {account.display_name: account for account in citizens}
    talks: list[list[DemoConversation]] = []
    for past in pasts:
        with scope(past.team.municipality):
            talks.append(list(_talks(past, by_name, now)))
    _publish([talk for some in talks for talk in some])
    for past, some in zip(pasts, talks, strict=True):
        with scope(past.team.municipality):
            earlier = [talk for talk in some if talk.lines[0].at < now - SETTINGS_AGE]
            _play(earlier)
            if past.team.municipality.slug == FULL:
                _settings(past, now)
            _play([talk for talk in some if talk not in earlier])
            _finish(past, some, now)
    insert(sorted((row for some in talks for talk in some for row in talk.events), key=lambda row: row.at))


# ---- settings


def _settings(past: PublishedPosts, now: datetime) -> None:
    """Tags, sorting rules, the automatic answer outside office hours, and the question after an answer."""
    municipality, approver, at = past.team.municipality, past.team.approver, now - SETTINGS_AGE
    with made_at(at):
        by_name = {name: tags.add(municipality, name, by=approver).pk for name in TAGS}
        tags.retire(tags.add(municipality, RETIRED_TAG, by=approver), by=approver)
        for wanted in _rules(by_name):
            sorting_rules.create(municipality, wanted, by=approver)
        office_hours.save(municipality, is_on=True, own_text=SUGGESTION, by=approver)
        satisfaction.switch(municipality, is_on=True, by=approver)
    for model in (SortingRule, OfficeHours):
        model.objects.all().update(at=at)
    SatisfactionSurvey.objects.all().update(changed_at=at)


def _rules(by_name: Mapping[str, int]) -> Iterator[sorting_rules.RuleInput]:
    boxes = {row.email.split("@")[0]: row for row in Department.objects.all()}
    yield sorting_rules.RuleInput(
        "Вода на улици", words="пукла цев, вода куља, вода тече, поплава", set_urgent=True, set_topic=Topic.WATER,
        set_department=boxes["komunalno"], set_tags=[by_name["Кварови"]],
    )  # fmt: skip
    yield sorting_rules.RuleInput(
        "Дечји додатак", words="дечји додатак, родитељски додатак", readers=Readers.PRIVATE,
        set_topic=Topic.CHILDREN, set_department=boxes["drustvene"], set_tags=[by_name["Дечја заштита"]],
        set_answer=SavedAnswer.objects.get(name=SAVED_ANSWER),
    )  # fmt: skip
    yield sorting_rules.RuleInput(
        "Ван радног времена", readers=Readers.PRIVATE, office_time=OfficeTime.OUTSIDE,
        set_tags=[by_name["Ван радног времена"]],
    )  # fmt: skip


def _former(past: PublishedPosts, network: str, now: datetime) -> Channel:
    """An account that was connected for some time: its conversations stay, and nothing can be sent there.

    No address of the demo is real, so its server is the practice network's, which would refuse every call.
    """
    since, until, handle, granted = FORMER[network]
    channel = Channel.objects.create(
        municipality=past.team.municipality, platform=network, server=server(),
        remote_id=handle if network == MAIL else _number("page", past.team.municipality.slug), handle=handle,
        name=past.voices[0].channel.name, is_practice=True, state=ChannelState.DISCONNECTED,
        connected_by=past.team.approver, connected_at=now - timedelta(days=since),
        disconnected_at=now - timedelta(days=until), granted=list(granted),
    )  # fmt: skip
    with made_at(now - timedelta(days=until)):
        record("channel.disconnect", by=past.team.approver, target=channel)
    return channel


def _number(*seed: str) -> str:
    """An id of a person, a page or a message."""
    return "9" + "".join(chance("id", *seed).choices("0123456789", k=15))


# ---- who wrote what, and when


def _talks(past: PublishedPosts, by_name: Mapping[str, Account], now: datetime) -> Iterator[DemoConversation]:
    slug = past.team.municipality.slug
    entries = private(slug)
    former = {name: _former(past, name, now) for name in sorted({entry.get("network", "") for entry in entries} - {""})}
    # One person has one conversation with a page.
    free = sorted(by_name.keys() - {entry.get("who", "") for entry in entries})
    chance("private", slug).shuffle(free)
    for number, entry in enumerate(entries):
        citizen = by_name[entry["who"]] if "who" in entry else by_name[free.pop()]
        lines = list(_lines(slug, entry, str(number), now))
        if channel := former.get(entry.get("network", "")):
            yield DemoConversation(past, entry, channel, None, citizen, _author(channel, citizen), lines)
            continue
        voice = past.voices[entry.get("channel", 0)]
        yield DemoConversation(past, entry, voice.channel, voice.page, citizen, str(citizen.pk), lines)


def _author(channel: Channel, citizen: Account) -> str:
    """Who writes, on a network that is not the practice network."""
    return f"{citizen.username}@posta.example" if channel.platform == MAIL else _number("person", citizen.username)


def _lines(slug: str, entry: Mapping[str, Any], seed: str, now: datetime) -> Iterator[ConversationLine]:
    """Those of the file, and the automatic ones that the product would have sent."""
    at, script = now, str(detect(entry["line"][0]["text"]))
    nights: set[date] = set()
    is_asked = "same" in entry  # it was asked a month ago on the other network
    for line in entry["line"]:
        at = _moment(line, at, now)
        yield ConversationLine(line, at, fill_in(slug, line.get("text", ""), seed))
        if slug != FULL or at < now - SETTINGS_AGE:
            continue
        if "by" not in line and not is_open(at) and next_opening(at).date() not in nights:
            nights.add(next_opening(at).date())
            at += timedelta(minutes=1)
            yield ConversationLine({"by": AUTOMATIC}, at, automatic_answer(next_opening(at), SUGGESTION, script))
        if line.get("by") == OFFICER and not is_asked:
            is_asked = True
            first = datetime.combine(timezone.localdate(at), time(satisfaction.FIRST_HOUR), BELGRADE)
            at = max(at + satisfaction.ASK_AFTER, first) + timedelta(minutes=1)
            yield ConversationLine({"by": ASK}, at, satisfaction_text.question(script))


def _moment(line: Mapping[str, Any], before: datetime, now: datetime) -> datetime:
    if "days" in line:
        day = timezone.localdate(now) - timedelta(days=line["days"])
        return datetime.combine(day, time.fromisoformat(line["at"]), BELGRADE)
    if "minutes" in line:
        return office_time(now, -line["minutes"])
    return office_time(before, line["office"]) if "office" in line else before + timedelta(minutes=line["after"])


# ---- on the network


def _publish(talks: Sequence[DemoConversation]) -> None:
    """Every line gets its id. Those of the practice network become statuses, whose ids grow with time."""
    pairs = sorted(((talk, line) for talk in talks for line in talk.lines), key=lambda pair: pair[1].at)
    there = [(talk, line) for talk, line in pairs if talk.page is not None]
    newest: dict[int, Status] = {}
    for (talk, line), pk in zip(there, reserve(Status, len(there)), strict=True):
        line.remote_id = str(pk)
        line.status = newest[id(talk)] = _status(talk, line, pk, newest.get(id(talk)))
    insert([line.status for _talk, line in there])
    _pictures(there)
    insert([_notice(talk, line) for talk, line in there])
    insert([row for talk in talks for row in _listed(talk)])
    for talk, line in pairs:
        if talk.page is None:
            line.remote_id = f"m_{_number('message', *talk.seed, str(talk.lines.index(line)))}"


def _status(talk: DemoConversation, line: ConversationLine, pk: int, before: Status | None) -> Status:
    """A direct status is one that names who may read it."""
    assert talk.page is not None
    author, other = (talk.page, talk.citizen) if line.by else (talk.citizen, talk.page)
    return Status(
        pk=pk, account=author, in_reply_to=before, root=before and (before.root or before),
        readers=sorted([talk.page.pk, talk.citizen.pk]), text=f"@{other.username} {line.text}", language="sr",
        created_at=line.at,
    )  # fmt: skip


def _pictures(there: Sequence[tuple[DemoConversation, ConversationLine]]) -> None:
    for talk, line in there:
        if kind := line.entry.get("picture"):
            token = chance("private picture", *talk.seed).getrandbits(160).to_bytes(20, "big").hex()
            name = f"practice/{token}.jpg"
            if not default_storage.exists(name):
                colour = place(talk.past.team.municipality.slug).colour
                default_storage.save(name, ContentFile(pictures.draw(kind, colour).large))
            line.picture = Media(
                account=talk.citizen, status=line.status, token=token, file=name, mime="image/jpeg",
                width=pictures.WIDTH, height=pictures.HEIGHT, description=alts()[kind], created_at=line.at,
            )  # fmt: skip
    insert([line.picture for _talk, line in there if line.picture])


def _notice(talk: DemoConversation, line: ConversationLine) -> Notice:
    to, actor = (talk.citizen, talk.page) if line.by else (talk.page, talk.citizen)
    return Notice(account=to, kind=NoticeKind.MENTION, actor=actor, status=line.status, created_at=line.at)


def _listed(talk: DemoConversation) -> Iterator[ListedConversation]:
    """The conversation in the lists of both, read to its end."""
    last = talk.lines[-1].status
    if talk.page is not None and last is not None:
        for account in (talk.page, talk.citizen):
            yield ListedConversation(account=account, readers=last.readers or [], read_up_to=last.pk)


def _received(talk: DemoConversation, line: ConversationLine, text: str) -> types.Message:
    """As the connector of its network returns it."""
    handle = {MAIL: talk.author_id, PLATFORM: talk.citizen.username}.get(talk.channel.platform, "")
    before, url = None, ""
    if line.status is not None:
        before = str(line.status.in_reply_to_id) if line.status.in_reply_to_id else None
        url = f"{server()}/@{line.status.account.username}/{line.status.pk}"
    return types.Message(
        remote_id=line.remote_id, in_reply_to=before, root=None, author_id=talk.author_id, author_handle=handle,
        author_name=talk.citizen.display_name, author_url="", author_avatar_url="", text=text, url=url, at=line.at,
        visibility=Visibility.DIRECT, kind="private", conversation=talk.author_id, attachments=tuple(_attached(line)),
        is_ours=bool(line.by), subject=talk.entry.get("subject", ""),
    )  # fmt: skip


def _attached(line: ConversationLine) -> Iterator[Attachment]:
    if line.picture is not None:
        yield Attachment(AttachmentKind.PICTURE, f"{line.remote_id}/{line.picture.pk}")
    if "location" in line.entry:
        latitude, longitude = line.entry["location"]
        yield Attachment(AttachmentKind.LOCATION, latitude=latitude, longitude=longitude)


# ---- in the portal


def _play(talks: Sequence[DemoConversation]) -> None:
    """Turn by turn, all conversations together."""
    for turn in range(max((len(talk.lines) for talk in talks), default=0)):
        _play_turn([(talk, talk.lines[turn]) for talk in talks if turn < len(talk.lines)])


def _play_turn(pairs: Sequence[tuple[DemoConversation, ConversationLine]]) -> None:
    heard: dict[int, list[tuple[DemoConversation, ConversationLine]]] = defaultdict(list)
    for talk, line in pairs:
        if line.by in ("", APP):
            heard[talk.channel.pk].append((talk, line))
        else:
            _answer(talk, line)
    for some in heard.values():
        channel = some[0][0].channel
        ingest.store_messages(channel, [_received(talk, line, line.text) for talk, line in some])
        rows = Message.objects.filter(channel=channel, remote_id__in=[line.remote_id for _talk, line in some])
        stored = {row.remote_id: row for row in rows.select_related("conversation", "channel")}
        for talk, line in some:
            if line.by == APP:
                _answered_elsewhere(talk, line)
            else:
                _sort(talk, line, stored[line.remote_id])


def _sort(talk: DemoConversation, line: ConversationLine, row: Message) -> None:
    """What an officer made of a message, and when it was received and read."""
    officer, is_first = talk.past.team.officer, line is talk.lines[0]
    row.received_at = line.at + HEARD_AFTER
    read_at = office_time(row.received_at, 5)
    if row.is_follow_up:
        row.read_at = read_at
        row.save()
        assert talk.head is not None
        Message.objects.filter(pk=talk.head.pk).update(read_at=read_at)
        return
    talk.head = row
    row.kind = line.entry.get("kind", talk.entry.get("kind", "") if is_first else "")
    if row.kind:
        row.due_at, row.read_at = rules.due_at(row.kind, row.counts_from), read_at
        talk.note("message.sort", officer, read_at, kind=row.kind)
    if is_first and "topic" in talk.entry:
        row.topic = talk.entry["topic"]
        row.department = row.department or _department(SEES_TO.get(Topic(row.topic), ""))
        row.settlement = _settlement(talk, row)
    if is_first and "tags" in talk.entry:
        row.tags = sorted({*row.tags, *Tag.objects.filter(name__in=talk.entry["tags"]).values_list("pk", flat=True)})
    if line.entry.get("closed"):
        row.state, row.settled_at = MessageState.CLOSED, read_at + timedelta(minutes=1)
        talk.note("message.move", officer, row.settled_at, state=MessageState.CLOSED.value)
        if "note" in line.entry:
            insert(
                [
                    Note(
                        municipality_id=row.municipality_id,
                        message=row,
                        text=line.entry["note"],
                        by=officer,
                        at=read_at,
                    )
                ]
            )
    _take_reply(talk, row)
    row.save()
    if "edited" in line.entry:
        _change(talk, line, row)
    if "unsent" in line.entry:
        _unsend(line, row)


def _department(box: str) -> Department | None:
    return Department.objects.filter(email__startswith=f"{box}@").first() if box else None


def _settlement(talk: DemoConversation, row: Message) -> Settlement | None:
    """The quarter that is named; for what lies in a street, else any."""
    settlements = list(Settlement.objects.order_by("pk"))
    if named := [one for one in settlements if one.search_key[:6] in row.search_key]:
        return named[0]
    return chance("private settlement", *talk.seed).choice(settlements) if row.topic in IN_A_STREET else None


def _take_reply(talk: DemoConversation, row: Message) -> None:
    """As `inbox.domain.satisfaction.take_replies`, which asks for replies of the last days only."""
    question, replied = talk.question, satisfaction_text.parse_reply(row.text)
    if question is None or replied is None:
        return
    talk.question = None
    question.value, question.word, question.stars = replied.value, replied.word, replied.stars
    question.answered_at = row.received_at
    question.save()
    if replied.value == Satisfaction.YES:
        row.state, row.settled_at, row.read_at = MessageState.CLOSED, row.received_at, row.received_at


def _change(talk: DemoConversation, line: ConversationLine, row: Message) -> None:
    """The citizen edits the message four minutes later."""
    status, at = line.status, line.at + timedelta(minutes=4)
    assert status is not None
    StatusEdit.objects.create(status=status, text=status.text, created_at=status.created_at)
    text = status.text.replace(line.text, line.entry["edited"])
    Status.objects.filter(pk=status.pk).update(text=text, edited_at=at)
    ingest.store_messages(talk.channel, [_received(talk, line, line.entry["edited"])])
    Message.objects.filter(pk=row.pk).update(changed_at=at + HEARD_AFTER)


def _unsend(line: ConversationLine, row: Message) -> None:
    at = line.at + timedelta(minutes=line.entry["unsent"])
    with made_at(at):
        deleted_messages.mark_deleted(row.channel, [row.remote_id])
    Message.objects.filter(pk=row.pk).update(remote_deleted_at=at, settled_at=at)
    status = line.status
    assert status is not None
    Status.objects.filter(in_reply_to=status).update(in_reply_to=None, root=None)
    Status.objects.filter(pk=status.pk).delete()


def _answered_elsewhere(talk: DemoConversation, line: ConversationLine) -> None:
    """As `inbox.domain.external_replies`."""
    received_at = line.at + HEARD_AFTER
    rows = ExternalReply.objects.filter(conversation=talk.conversation, remote_id=line.remote_id)
    rows.update(received_at=received_at, handled_at=received_at + timedelta(minutes=2))
    _settle(talk, line.at, received_at + timedelta(minutes=2))
    talk.note("message.answered_elsewhere", None, received_at + timedelta(minutes=2))


def _settle(talk: DemoConversation, answered_at: datetime, settled_at: datetime) -> None:
    """All that is open in the conversation is answered."""
    assert talk.head is not None
    Message.objects.filter(pk=talk.head.pk, first_answer_at=None).update(first_answer_at=answered_at)
    waiting = Message.objects.filter(conversation=talk.conversation, state__in=OPEN_STATES)
    waiting.update(state=MessageState.ANSWERED, settled_at=settled_at)


def _answer(talk: DemoConversation, line: ConversationLine) -> None:
    """The officer's answer, or an automatic one."""
    team, head = talk.past.team, talk.head
    assert head is not None
    is_automatic = line.by != OFFICER
    by = team.approver if is_automatic else team.officer
    delivery = _delivery(talk, line)
    insert([delivery])
    insert([attempt(delivery)])
    reply = Reply(
        municipality=team.municipality, message=head, delivery=delivery, text=line.text, by=by,
        approved_by=team.approver if team.municipality.answers_need_approval else None, is_automatic=is_automatic,
        at=delivery.created_at, arrived_at=line.at,
    )  # fmt: skip
    insert([reply])
    if line.by == AUTOMATIC:
        OfficeHoursAnswer.objects.create(
            municipality=team.municipality, conversation=talk.conversation, until=next_opening(line.at).date(),
            reply=reply, at=delivery.created_at,
        )  # fmt: skip
        talk.note("message.automatic_answer", by, delivery.created_at)
    elif line.by == ASK:
        talk.question = SatisfactionQuestion.objects.create(
            municipality=team.municipality, conversation=talk.conversation, message=head, reply=reply,
            asked_at=delivery.created_at,
        )  # fmt: skip
        talk.note("satisfaction.ask", by, delivery.created_at)
    else:
        _settle(talk, line.at, line.at)
        talk.note("message.answer", by, delivery.created_at)
        if talk.page is None and talk.channel.platform != MAIL:  # only Facebook reports it
            conversations.mark_seen(talk.channel, [Seen(talk.author_id, line.at + timedelta(minutes=50))])


def _delivery(talk: DemoConversation, line: ConversationLine) -> Delivery:
    assert talk.head is not None
    key = uuid.UUID(int=chance("private answer", *talk.seed, str(talk.lines.index(line))).getrandbits(128), version=4)
    outgoing = Outgoing(
        text=reply_prefix(talk.head) + line.text, language="sr", key=key.hex, created_at=line.at - WRITTEN_BEFORE,
        reply_to=talk.head.remote_id, visibility=Visibility.DIRECT, conversation=talk.conversation.remote_id,
        recipient=talk.author_id, received_at=talk.conversation.last_received_at, subject=talk.head.subject,
    )  # fmt: skip
    permalink = f"{server()}/@{talk.page.username}/{line.remote_id}" if talk.page else ""
    return sent_reply(talk.channel, outgoing, line.at, line.remote_id, permalink)


# ---- what is left to do


def _finish(past: PublishedPosts, talks: Sequence[DemoConversation], now: datetime) -> None:
    team = past.team
    _store_pictures()
    boxes = {row.email.split("@")[0]: row for row in Department.objects.all()}
    for talk in talks:
        if (box := talk.entry.get("department")) and talk.head:
            until = department_questions.after_working_minutes(3 * rules.WORKING_DAY)
            handover.ask(talk.head, boxes[box], handover.QuestionInput(QUESTION, ""), until=until, by=team.officer)
        if reason := talk.entry.get("same"):
            other = next(one for one in talks if one.citizen == talk.citizen and one is not talk)
            at = talk.lines[1].at
            with made_at(at):
                merge = merge_conversations.merge(talk.conversation, other.conversation, reason, by=team.officer)
            ConversationMerge.objects.filter(pk=merge.pk).update(at=at)
    if team.municipality.slug == FULL:
        _tag_together(past, now)
    newest = Notice.objects.filter(account__in=[voice.page for voice in past.voices]).values_list("account")
    by_page = dict(newest.annotate(newest=Max("pk")))
    for voice in past.voices:
        if voice.page.pk in by_page:
            MessageFetch.objects.filter(channel=voice.channel).update(cursor=str(by_page[voice.page.pk]))


def _store_pictures() -> None:
    """What a worker would fetch from the network."""
    for row in MessageAttachment.objects.exclude(source="").select_related("message__channel"):
        picture = Media.objects.get(pk=row.source.partition("/")[2])
        with picture.file.open() as content:
            attachments.store_content(row, content.read())


def _tag_together(past: PublishedPosts, now: datetime) -> None:
    """The officer tagged several messages at once today; one was deleted on the network before the portal heard it."""
    officer, at = past.team.officer, now - timedelta(hours=2)
    tag = Tag.objects.get(name="Отпад")
    rows = Message.objects.filter(topic=Topic.WASTE, state__in=OPEN_STATES, conversation__isnull=False)
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    with made_at(at):
        outcome = bulk.on_each(keys, lambda row: tags.add_tag(row, tag.pk, by=officer), among=Message.objects.all())
        act = undo.remember(past.team.municipality, f"tag:{tag.pk}", outcome.changes, by=officer)
    if act is not None:
        type(act).objects.filter(pk=act.pk).update(at=at)
    (unheard,) = reserve(Status, 1)
    deleted_messages.mark_deleted(past.voices[0].channel, [str(unheard)])
