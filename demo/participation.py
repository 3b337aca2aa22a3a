"""Two hearings of every pilot: one on a plan, decided and about to be reported, and one on the budget, which runs.

Rows with dates in the past, like those of needs. Comments, private messages and mails are those that the inbox of the
demo has; what was proposed on the form, at the meeting and on paper is in `content/participation.toml`.
"""

import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import count
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import F, Model
from django.utils import timezone
from django.utils.text import slugify

from accounts.models import User
from channels.queries import is_mailbox
from common.models import AuditEvent
from demo.inbox import WRITTEN_BEFORE, attempt, sent_reply
from demo.network import server
from demo.people import Team
from demo.published_posts import PublishedPosts, event
from demo.rows import insert, office_time, reserve
from demo.texts import TRAINING_DAYS_AGO, Planned, call, chance, fill_in, hearings, spoken
from inbox.enums import MessageState
from inbox.models import Department, Message, Reply, Settlement
from inbox.text_analysis import TextAnalysis, analyse
from links.rules import ALPHABET
from municipalities.holidays import BELGRADE, is_working_day, next_working_day
from municipalities.tenancy import everywhere, scope
from participation import rules
from participation.domain import editions
from participation.domain.write import closing_moment
from participation.enums import AnswerState, ConsultationStage, Decision, EditionState, PostRole, WayIn
from participation.grounds import ground_of
from participation.models import (
    Consultation,
    ConsultationDocument,
    ConsultationPost,
    ConsultationTranslation,
    Contribution,
    Meeting,
    PaperBatch,
)
from platforms.types import Outgoing
from posts.labels import own_name
from practice.models import Account, Status
from serbian.folding import fold
from serbian.transliteration import to_latin

# How long before the first day it was prepared, in minutes of office hours.
PREPARED = 3 * 8 * 60
# So long after the term, and after what came before it, each is decided.
DECIDED_AFTER, EACH = timedelta(days=2), 75
# Those of a hearing that runs are decided so soon.
DECIDED_SOON = timedelta(days=5)
CLOSED_BEFORE = timedelta(days=2)
BEGINS_AT = time(8, 30)
# The smallest page that readers of PDF open; the demo has no plan of its own.
PDF = """%%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>endobj
4 0 obj<</Length %d>>stream
%s
endstream endobj
5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
trailer<</Root 1 0 R>>
%%%%EOF
"""


@dataclass(frozen=True)
class Term:
    """The days of a hearing, all local. `is_over`: it was closed on the day `closed_on`."""

    starts_on: date
    ends_on: date
    decided_by: date
    report_by: date
    is_over: bool
    closed_on: date

    @classmethod
    def of(cls, entry: Mapping[str, Any], today: date) -> "Term":
        starts_on = today - timedelta(days=entry["starts"])
        while not is_working_day(starts_on):
            starts_on -= timedelta(days=1)
        report_by = next_working_day(today + timedelta(days=entry["report_in"]))
        if "open_for" in entry:
            ends_on = next_working_day(today + timedelta(days=entry["open_for"]))
            decided_by = next_working_day(today + timedelta(days=entry["decided_in"]))
            return cls(starts_on, ends_on, decided_by, report_by, is_over=False, closed_on=decided_by)
        ground = ground_of(entry["ground"])
        assert ground is not None
        ends_on = rules.earliest_end(starts_on, ground.days, ground.day_count)
        decided_by = next_working_day(ends_on + timedelta(days=entry["decided_after"]))
        closed_on = min(decided_by, today - CLOSED_BEFORE)
        return cls(starts_on, ends_on, decided_by, report_by, is_over=True, closed_on=closed_on)


@dataclass
class Hearing:
    """A hearing while its rows are made."""

    team: Team
    entry: Mapping[str, Any]
    term: Term
    now: datetime
    row: Consultation
    settlements: Sequence[Settlement]
    meetings: dict[str, Meeting] = field(default_factory=dict)
    batches: dict[str, PaperBatch] = field(default_factory=dict)
    events: list[AuditEvent] = field(default_factory=list)

    def words(self, text: str) -> str:
        return _words(self.team.municipality.slug, self.entry, self.term, text)

    def note(self, verb: str, by: User | None, at: datetime, target: Model | None = None, **detail: Any) -> None:
        """An audit event, as the verbs write it."""
        row = event(verb, by, at, target or self.row, **detail)
        row.target_label = str(self.row)[:300]
        self.events.append(row)


def calls(slug: str, today: date) -> list[Planned]:
    """The posts with which the hearings of a pilot begin."""
    planned = []
    for entry in hearings():
        term = Term.of(entry, today)
        known = {**entry, "trained_on": today - timedelta(days=TRAINING_DAYS_AGO)}
        planned.append(call(slug, known, term.starts_on, **_days(entry, term)))
    return planned


def arrange(pasts: Sequence[PublishedPosts], now: datetime) -> None:
    """The hearings of these municipalities; after their messages."""
    events: list[AuditEvent] = []
    statuses: list[Status] = []
    for past in pasts:
        with scope(past.team.municipality):
            for entry in hearings():
                hearing = _hearing(past, entry, now)
                statuses += _contributions(past, hearing)
                events += hearing.events
    insert(statuses)
    above = [row.in_reply_to_id for row in statuses if row.in_reply_to_id is not None]
    Status.objects.filter(pk__in=above).update(replies_count=F("replies_count") + 1)
    for account, number in Counter(row.account_id for row in statuses).items():
        Account.objects.filter(pk=account).update(statuses_count=F("statuses_count") + number)
    insert(sorted(events, key=lambda row: row.at))


def publish_reports() -> int:
    """Make and publish the reports of hearings that are decided, as their approvers; returns how many.

    Their files take seconds each, so this runs behind the demo's start. Again, it does nothing.
    """
    published, outcomes = 0, {entry["kind"]: entry.get("outcome", "").strip() for entry in hearings()}
    with everywhere("hearings of the demo without a report"):
        rows = Consultation.objects.filter(
            stage=ConsultationStage.CLOSED, municipality__is_demo=True, approver__isnull=False, editions=None
        )
        decided = list(rows.select_related("municipality", "approver").order_by("pk"))
    for row in decided:
        approver = row.approver
        assert approver is not None
        with scope(row.municipality):
            edition = editions.ask(row, editions.EditionContent(outcomes[row.kind]), by=approver)
            editions.make(edition.pk)
            edition.refresh_from_db()
            if edition.state == EditionState.READY:
                editions.publish(edition, by=approver)
                published += 1
    return published


def _days(entry: Mapping[str, Any], term: Term) -> dict[str, str]:
    return {"kraj": spoken(term.ends_on), "godina": str(term.starts_on.year + 1)}


def _words(slug: str, entry: Mapping[str, Any], term: Term, text: str) -> str:
    return fill_in(slug, text.strip(), entry["key"], **_days(entry, term))


def _at(day: date, clock: time = BEGINS_AT) -> datetime:
    return datetime.combine(day, clock, BELGRADE)


# ---- the hearing


def _hearing(past: PublishedPosts, entry: Mapping[str, Any], now: datetime) -> Hearing:
    team, term = past.team, Term.of(entry, timezone.localdate(now))
    ground = ground_of(entry["ground"])
    assert ground is not None
    begins = _at(term.starts_on)
    title = _words(team.municipality.slug, entry, term, entry["title"])
    row = Consultation(
        municipality=team.municipality, kind=entry["kind"], title=title, slug=slugify(to_latin(title))[:50].strip("-"),
        subject=_words(team.municipality.slug, entry, term, entry["subject"]), rules=entry["rules"].strip(),
        ground=entry["ground"], least_days=ground.days, day_count=ground.day_count, starts_on=term.starts_on,
        ends_on=term.ends_on, decided_by=term.decided_by, report_by=term.report_by, ways_in=_ways(entry, past),
        officer=team.officer, approver=team.approver,
        department=Department.objects.filter(name=entry["department"]).first(),
        stage=ConsultationStage.PUBLISHED, published_at=begins, published_by=team.approver, by=team.officer,
        created_at=office_time(begins, -PREPARED), changed_at=begins,
    )  # fmt: skip
    row.closes_at = closing_moment(row)
    if WayIn.MAIL in row.ways_in:
        row.mail = f"predlozi@{team.municipality.slug}.example"
    if term.is_over:
        row.stage, row.closed_at = ConsultationStage.CLOSED, _at(term.closed_on, time(13, 40))
        row.changed_at = row.closed_at
    insert([row])
    hearing = Hearing(team, entry, term, now, row, list(Settlement.objects.order_by("pk")))
    hearing.note("consultation.create", team.officer, row.created_at)
    hearing.note("consultation.publish", team.approver, begins)
    if row.closed_at:
        hearing.note("consultation.close", team.approver, row.closed_at)
    _document(hearing)
    _translations(hearing)
    _post(past, hearing)
    _meetings(hearing)
    _batches(hearing)
    return hearing


def _ways(entry: Mapping[str, Any], past: PublishedPosts) -> list[str]:
    """All but e-mail where the municipality has no mailbox."""
    has_mailbox = Message.objects.filter(channel__platform="mail").exists()
    used = {one["way"] for one in entry["contribution"]} | {WayIn.MESSAGE.value}
    return sorted(way for way in used if way != WayIn.MAIL or has_mailbox)


def _document(hearing: Hearing) -> None:
    latin = to_latin(hearing.entry["document"]).encode("ascii", "ignore").decode()
    drawn = f"BT /F 18 Tf 60 760 Td ({latin} - demo) Tj ET"
    content = (PDF % (len(drawn), drawn)).encode()
    slug, at = hearing.team.municipality.slug, hearing.row.created_at
    name = default_storage.save(f"consultations/demo-{slug}-{hearing.entry['key']}.pdf", ContentFile(content))
    insert([
        ConsultationDocument(
            municipality=hearing.team.municipality, consultation=hearing.row, title=hearing.entry["document"],
            file=name, name="nacrt.pdf", mime="application/pdf", bytes=len(content), by=hearing.team.officer, at=at,
        )
    ])  # fmt: skip
    hearing.note("consultation.document", hearing.team.officer, at)


def _translations(hearing: Hearing) -> None:
    slug, at = hearing.team.municipality.slug, hearing.row.created_at
    for entry in hearing.entry.get("translation", ()):
        if entry["place"] != slug:
            continue
        insert([
            ConsultationTranslation(
                municipality=hearing.team.municipality, consultation=hearing.row, language=entry["language"],
                **{name: hearing.words(entry[name]) for name in ("title", "subject", "rules")},
                source_digest=hearing.row.text_digest, by=hearing.team.officer, changed_at=at,
            )
        ])  # fmt: skip
        facts = {"language": entry["language"], "written_in": own_name(entry["language"])}
        hearing.note("consultation.translation", hearing.team.officer, at, **facts)


def _post(past: PublishedPosts, hearing: Hearing) -> None:
    for sent in past.sent:
        if sent.planned.key == hearing.entry["key"]:
            ConsultationPost.objects.create(
                municipality=hearing.team.municipality, consultation=hearing.row, post=sent.post, role=PostRole.CALL
            )
            return


def _meetings(hearing: Hearing) -> None:
    for entry in hearing.entry.get("meeting", ()):
        held = _at(hearing.term.starts_on + timedelta(days=entry["day"]), time(entry["hour"]))
        entered = office_time(held + timedelta(hours=12), 90)
        (row,) = insert([
            Meeting(
                municipality=hearing.team.municipality, consultation=hearing.row, place=entry["place"], at=held,
                people=entry["people"], women=entry["women"], note=entry["note"], by=hearing.team.officer,
                created_at=entered,
            )
        ])  # fmt: skip
        hearing.meetings[entry["name"]] = row
        hearing.note("contribution.meeting", hearing.team.officer, entered, row, consultation=str(hearing.row))


def _batches(hearing: Hearing) -> None:
    """On paper: entered by the officer, and checked by the approver or not yet."""
    for entry in hearing.entry.get("batch", ()):
        day = (
            hearing.term.ends_on + timedelta(days=entry["late"]) if "late" in entry
            else hearing.term.starts_on + timedelta(days=entry["day"])
        )  # fmt: skip
        entered = office_time(_at(day), 120)
        checked = office_time(entered, 8 * 60 * entry["checked_after"]) if "checked_after" in entry else None
        sheets = sum(one.get("batch") == entry["name"] for one in hearing.entry["contribution"])
        (row,) = insert([
            PaperBatch(
                municipality=hearing.team.municipality, consultation=hearing.row, title=entry["title"], sheets=sheets,
                received_on=day, entered_by=hearing.team.officer, created_at=entered, checked_at=checked,
                checked_by=hearing.team.approver if checked else None,
            )
        ])  # fmt: skip
        hearing.batches[entry["name"]] = row
        if checked:
            hearing.note("contribution.check", hearing.team.approver, checked, batch=row.pk)


# ---- what citizens proposed


@dataclass
class DemoContribution:
    """A contribution with its entry; `row` is unsaved until it has its number."""

    entry: Mapping[str, Any]
    row: Contribution
    entered_at: datetime


def _contributions(past: PublishedPosts, hearing: Hearing) -> list[Status]:
    """Its contributions in the order in which they came; returns the answers on the network, to be stored."""
    entries = sorted(_entries(past, hearing), key=lambda one: one.row.received_at)
    for number, one in zip(count(1), entries, strict=False):
        one.row.number = number
    by_name = {one.entry["name"]: one for one in reversed(entries) if "name" in one.entry}
    _decide(hearing, entries, by_name)
    first = [one for one in entries if _first(one, by_name) is None]
    insert([one.row for one in first])
    others = [one for one in entries if one not in first]
    for one in others:
        target = _first(one, by_name)
        assert target is not None
        one.row.same_as = target.row
    insert([one.row for one in others])
    hearing.row.last_number = len(entries)
    Consultation.objects.filter(pk=hearing.row.pk).update(last_number=len(entries))
    _history(hearing, entries)
    return _answers(hearing, entries)


def _first(one: DemoContribution, by_name: Mapping[str, DemoContribution]) -> DemoContribution | None:
    """The one that says the same, if there is an earlier one."""
    wanted = one.entry.get("same") or one.entry.get("name")
    target = by_name.get(wanted) if wanted else None
    return None if target is one else target


def _entries(past: PublishedPosts, hearing: Hearing) -> Iterator[DemoContribution]:
    for number, entry in enumerate(hearing.entry["contribution"]):
        match entry["way"]:
            case WayIn.COMMENT | WayIn.MESSAGE | WayIn.MAIL:
                yield from (_of_message(hearing, entry, message) for message in _messages(past, hearing, entry))
            case WayIn.MEETING:
                meeting = hearing.meetings[entry["meeting"]]
                yield _entered(hearing, entry, meeting.at, meeting.created_at, meeting=meeting)
            case WayIn.PAPER:
                batch = hearing.batches[entry["batch"]]
                late = batch.received_on > hearing.term.ends_on
                yield _entered(
                    hearing, entry, _at(batch.received_on, time()), batch.created_at, batch=batch,
                    is_checked=batch.checked_at is not None, is_late=late,
                )  # fmt: skip
            case _:
                yield _of_form(hearing, entry, number)


def _messages(past: PublishedPosts, hearing: Hearing, entry: Mapping[str, Any]) -> Iterable[Message]:
    """Those within the term that begin with these words and are in no other hearing."""
    rows = Message.objects.filter(text__startswith=entry["text"], contribution=None, erased_at=None)
    rows = rows.filter(at__gte=_at(hearing.term.starts_on, time()), at__lt=hearing.row.closes_at)
    rows = rows.select_related("channel", "conversation").order_by("at", "pk")
    if entry["way"] == WayIn.COMMENT:
        return rows.filter(conversation=None, publication__post__consultation_post__consultation=hearing.row)
    wanted = entry["way"] == WayIn.MAIL
    return [row for row in rows.filter(conversation__isnull=False) if is_mailbox(row.channel.platform) == wanted]


def _of_message(hearing: Hearing, entry: Mapping[str, Any], message: Message) -> DemoContribution:
    row = _row(hearing, entry, message.text, message.at, by=hearing.team.officer, message=message)
    row.settlement_id = message.settlement_id
    row.created_at = min(office_time(message.at, 100), hearing.now)
    return DemoContribution(entry, row, row.created_at)


def _entered(
    hearing: Hearing, entry: Mapping[str, Any], at: datetime, entered_at: datetime, **fields: Any
) -> DemoContribution:
    """Entered by hand by the officer."""
    row = _row(hearing, entry, hearing.words(entry["text"]), at, by=hearing.team.officer, **fields)
    row.speaker, row.created_at = entry.get("speaker", ""), entered_at
    return DemoContribution(entry, row, entered_at)


def _of_form(hearing: Hearing, entry: Mapping[str, Any], number: int) -> DemoContribution:
    rng = chance("hearing form", hearing.team.municipality.slug, hearing.entry["key"], str(number))
    day = hearing.term.starts_on + timedelta(days=entry["day"])
    at = _at(day, time(rng.randint(7, 21), rng.randint(0, 59)))
    code = "".join(rng.choices(ALPHABET, k=rules.RECEIPT_LENGTH))
    text = hearing.words(entry["text"]) if "text" in entry else ""
    row = _row(
        hearing, entry, text, at, by=None, receipt=rules.receipt_digest(settings.SECRET_KEY, code), created_at=at
    )
    row.language = "sr-Latn" if text.isascii() or to_latin(text) == text else "sr"
    if entry.get("contact"):
        row.contact = f"predlagac@{hearing.team.municipality.slug}.example"
    return DemoContribution(entry, row, at)


@cache
def _analysed(text: str) -> TextAnalysis:
    return analyse(text)


def _row(hearing: Hearing, entry: Mapping[str, Any], text: str, at: datetime, **fields: Any) -> Contribution:
    analysis = _analysed(text)
    rng = chance("hearing settlement", hearing.team.municipality.slug, text)
    settlements = hearing.settlements
    return Contribution(
        municipality=hearing.team.municipality, consultation=hearing.row, way_in=entry["way"], text=text,
        fingerprint=analysis.fingerprint if text else None, has_personal_data=analysis.has_personal_data,
        age_band=entry.get("age", ""), gender=entry.get("gender", ""), received_at=at,
        settlement=rng.choice(settlements) if entry.get("settlement") and settlements else None, **fields,
    )  # fmt: skip


# ---- what became of it


def _decide(hearing: Hearing, entries: Sequence[DemoContribution], by_name: Mapping[str, DemoContribution]) -> None:
    """Decisions as of now: of the hearing that is over about everything, of the other one about some."""
    number = count(1)
    over = hearing.term.ends_on + DECIDED_AFTER
    for one in entries:
        row = one.row
        if "withdrawn_after" in one.entry:
            row.withdrawn_at = row.decided_at = row.received_at + timedelta(days=one.entry["withdrawn_after"], hours=2)
            row.decision = Decision.WITHDRAWN
            continue
        decided = (_first(one, by_name) or one).entry
        if "decision" not in decided:
            continue
        begins = _at(over) if hearing.term.is_over else _at(timezone.localdate(row.received_at) + DECIDED_SOON)
        at = office_time(begins, EACH * next(number))
        last = hearing.row.closed_at or hearing.now
        row.decided_at = min(at, last - timedelta(minutes=5))
        row.decided_by, row.decision = hearing.team.officer, decided["decision"]
        row.reason, row.where_to = decided.get("reason", ""), decided.get("where_to", "")
        for name in ("reason", "where_to"):
            setattr(row, name, hearing.words(getattr(row, name)))
        row.public_text = row.text
        row.answer_state = _answer_state(row)
        row.answered_at = row.decided_at + timedelta(minutes=4) if row.answer_state == AnswerState.SENT else None
    for one in entries:
        one.row.search_key = fold(f"#{one.row.number} {one.row.text}")


def _answer_state(row: Contribution) -> AnswerState:
    if row.way_in in (WayIn.MEETING, WayIn.PAPER):
        return AnswerState.UNREACHABLE
    return AnswerState.BY_CODE if row.way_in == WayIn.FORM and not row.contact else AnswerState.SENT


def _history(hearing: Hearing, entries: Sequence[DemoContribution]) -> None:
    team, title = hearing.team, str(hearing.row)
    for one in entries:
        row, about = one.row, {"number": one.row.number, "consultation": title}
        if row.by is not None:
            hearing.note("contribution.add", team.officer, one.entered_at, row, way=str(row.way_in), **about)
        if row.same_as_id is not None:
            joined = min(row.decided_at or hearing.now, one.entered_at + timedelta(minutes=20))
            hearing.note("contribution.group", team.officer, joined, row, **about)
        elif row.withdrawn_at is not None:
            hearing.note("contribution.withdraw", None, row.withdrawn_at, row, **about)
        elif row.decided_at is not None:
            hearing.note("contribution.decide", team.officer, row.decided_at, row, decision=row.decision, **about)


def _answers(hearing: Hearing, entries: Sequence[DemoContribution]) -> list[Status]:
    """An answer to each message that was decided about, with its delivery; returns what is on the practice network."""
    decided = [one.row for one in entries if one.row.message is not None and one.row.answered_at is not None]
    if not decided:
        return []
    rng = chance("hearing answers", hearing.team.municipality.slug, hearing.entry["key"])
    statuses: list[Status] = []
    deliveries, replies = [], []
    for row, pk in zip(decided, reserve(Status, len(decided)), strict=True):
        message, at = row.message, row.answered_at
        assert message is not None
        assert at is not None
        text = f"{row.get_decision_display()}. {row.reason}" if row.reason else row.get_decision_display()
        key = uuid.UUID(int=rng.getrandbits(128), version=4)
        outgoing = Outgoing(
            text=text, language="sr", key=key.hex, created_at=at - WRITTEN_BEFORE, reply_to=message.remote_id
        )
        remote_id, address = f"<{key.hex}@{hearing.team.municipality.slug}.example>", ""
        if not is_mailbox(message.channel.platform):
            above = Status.objects.get(pk=message.remote_id)
            page_id = int(message.channel.remote_id)
            status = Status(
                pk=pk, account_id=page_id, in_reply_to=above, root_id=above.root_id or above.pk, readers=above.readers,
                text=text, language="sr", created_at=at,
            )  # fmt: skip
            remote_id, address = str(pk), f"{server()}/@{status.account.username}/{pk}"
            statuses.append(status)
        deliveries.append(sent_reply(message.channel, outgoing, at, remote_id, address))
        replies.append(
            Reply(
                municipality=hearing.team.municipality,
                message=message,
                by=hearing.team.officer,
                text=text,
                at=at - WRITTEN_BEFORE,
                arrived_at=at,
            )
        )
        message.state, message.settled_at = MessageState.ANSWERED, at
        message.first_answer_at = message.first_answer_at or at
    stored = insert(deliveries)
    insert([attempt(row) for row in stored])
    for reply, delivery in zip(replies, stored, strict=True):
        reply.delivery = delivery
    insert(replies)
    for row, reply in zip(decided, replies, strict=True):
        Contribution.objects.filter(pk=row.pk).update(reply=reply)
    Message.objects.bulk_update(
        [row.message for row in decided if row.message is not None], ["state", "settled_at", "first_answer_at"]
    )
    return statuses
