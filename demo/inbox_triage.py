"""Triage in the demo's inbox: saved answers, house rules, questions to departments, hidden comments.

Everything is done by the portal's own verbs, and dated back where it lies in the past. The messages are in
`content/desk.toml`, because comments of the sixty days are old, and on some days none of them waits.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import F
from django.utils import timezone

from common.audit import record
from demo.inbox import SEES_TO
from demo.network import server
from demo.published_posts import PublishedPosts, SentPost
from demo.rows import insert, made_at, office_time, reserve
from demo.texts import chance, citizens, on_the_desk
from inbox import rules
from inbox.domain import department_questions, handover, house_rules, moderate, propose, saved_answers, suggest, triage
from inbox.domain.triage import audit_label
from inbox.enums import MessageKind, MessageState, MessageVisibility, Snooze, Topic
from inbox.models import Department, HouseRules, Message, SavedAnswer, SentNotification, Settlement
from inbox.moderation_rules import CONFIRM_WITHIN, ModerationAction, ModerationReason
from municipalities.holidays import BELGRADE
from municipalities.tenancy import scope
from practice.domain import moderate as network
from practice.enums import AccountKind
from practice.models import Account, Status
from serbian.folding import fold

# Whose house rules everybody may read.
OPEN = {
    "cuprija": house_rules.HouseRulesInput(
        is_on=True, contact="Канцеларија за медије, mediji@cuprija.example", privacy="zastita@cuprija.example",
        own_text="Пишите нам слободно и критику: на њу одговарамо као и на питање.",
    ),
    "vrnjacka-banja": house_rules.HouseRulesInput(is_on=True, contact="mediji@vrnjacka-banja.example"),
}  # fmt: skip
ADVERT = "Zarada od kuće, 2000 evra nedeljno, bez ulaganja! Prijava: www.lako-do-novca.example"
THREAT = "Знам где начелник паркира ауто. Нека се чува кад падне мрак, пребићемо га."
# Its page imitates no network: on those that the others imitate, the portal only hides comments.
REMOVING = "vlasotince"
OTHER_THREAT = "Sačekaću ja inspektora ispred opštine, neka slobodno povede i policiju, razbiću ga."
REPORTED = "Пријављено полицији, снимак екрана је предат."
QUESTION = "Молимо вас да нам јавите шта да одговоримо и до када се то може очекивати."
KNOWN = "Радови су уговорени. Екипа излази на терен у среду ујутру, а посао треба да буде готов до краја недеље."
PROPOSED = "Хвала на питању. Проверавамо са надлежном службом и јављамо Вам овде најкасније до петка."
NOTE = "Звала сам службу, јављају се после колегијума."


def arrange(pasts: Sequence[PublishedPosts], now: datetime) -> None:
    """Opens the scope of each municipality."""
    for past in pasts:
        municipality, team = past.team.municipality, past.team
        with scope(municipality):
            _saved_answers(past, now)
            _add_messages(past, now)
            if municipality.slug in OPEN:
                with made_at(now - timedelta(days=30)):
                    opened = house_rules.save(municipality, OPEN[municipality.slug], by=team.approver)
                HouseRules.objects.filter(pk=opened.pk).update(on_since=timezone.localdate(now) - timedelta(days=30))
            if municipality.slug == REMOVING:
                _removed(past, now)
            if municipality.slug == "cuprija":
                _hidden(past, now)
                _hand_over(past)
            if municipality.answers_need_approval:
                for message in _waiting()[:1]:
                    propose.submit(message, PROPOSED, by=team.officer)
            _mark_as_notified(past, now)


def _saved_answers(past: PublishedPosts, now: datetime) -> None:
    with made_at(now - timedelta(days=40)):
        saved_answers.add_starters(past.team.municipality, by=past.team.approver)
    rng = chance("saved answers", past.team.municipality.slug)
    for row in SavedAnswer.objects.order_by("pk"):
        SavedAnswer.objects.filter(pk=row.pk).update(use_count=rng.randint(0, 9))


def _add_messages(past: PublishedPosts, now: datetime) -> None:
    """Messages of the last office hours, sorted or not."""
    below = sorted(_with_comments(past), key=lambda published: published.at)
    boxes = {row.email.split("@")[0]: row for row in Department.objects.all()}
    settlements = list(Settlement.objects.order_by("pk"))
    for entry in on_the_desk(past.team.municipality.slug):
        kind, topic = entry.get("kind", ""), entry.get("topic", "")
        at = office_time(now, -entry["minutes"])
        row = _message(past, below[-entry["post"]], entry["text"], kind, at, is_there=True)
        if kind:
            row.topic, row.department = topic, boxes.get(SEES_TO.get(Topic(topic), ""))
            row.settlement = chance("said", row.text).choice(settlements)
            row.save(update_fields=["topic", "department", "settlement", "search_key"])


def _waiting() -> list[Message]:
    """Sorted ones that still have time, the newest first. Nobody does anything about the others here."""
    rows = Message.objects.filter(
        state=MessageState.OPEN, kind__in=[MessageKind.QUESTION, MessageKind.COMPLAINT, MessageKind.PROPOSAL]
    )
    return list(rows.filter(due_at__gt=timezone.now()).order_by("-at", "-pk"))


def _hand_over(past: PublishedPosts) -> None:
    """One question to a department waits, one is answered; one message is snoozed, another has an assignee and a
    note."""
    officer, free = past.team.officer, _waiting()
    known = list(Department.objects.order_by("pk"))
    for message in [waiting for waiting in free if waiting.kind == MessageKind.PROPOSAL][:1]:
        triage.snooze(message, rules.snoozed_until(Snooze.MONDAY, timezone.now()), by=officer)
        free.remove(message)
    for message, answer in zip(free, ("", KNOWN), strict=False):
        department = message.department or known[0]
        question_input = handover.QuestionInput(QUESTION, handover.suggest_excerpt(message))
        until = department_questions.after_working_minutes(3 * rules.WORKING_DAY)
        question = handover.ask(message, department, question_input, until=until, by=officer)
        if answer:
            handover.answer(question, answer, "Дежурни диспечер")
    for message in free[2:3]:
        triage.assign(message, officer, by=officer)
        triage.add_note(message, NOTE, by=officer)


# ---- what was hidden


def _hidden(past: PublishedPosts, now: datetime) -> None:
    """An advert that the portal hid; a threat that it hid a while ago, which waits for a second person."""
    below = _with_comments(past)
    older = next((sent for sent in reversed(below) if sent.at < now - timedelta(days=5)), below[0])
    at = office_time(older.at, 90)
    advert = _message(past, older, ADVERT, MessageKind.SPAM, at, is_there=True)
    _hide(
        past,
        advert,
        moderate.ModerationRequest(ModerationReason.SPAM, ModerationAction.HIDE, "Реклама, нема везе са објавом."),
        office_time(at, 60),
    )
    threat = _message(past, below[-1], THREAT, MessageKind.UNLAWFUL, now - timedelta(minutes=50), is_there=True)
    why = "Прети се насиљем одређеном човеку."
    _hide(
        past,
        threat,
        moderate.ModerationRequest(ModerationReason.THREAT, ModerationAction.HIDE, why),
        now - timedelta(minutes=40),
    )


def _removed(past: PublishedPosts, now: datetime) -> None:
    """A threat that the portal hid, and that is to be removed once a second person agrees."""
    below, why = _with_comments(past)[-1], "Прети се насиљем службенику на терену."
    threat = _message(past, below, OTHER_THREAT, MessageKind.UNLAWFUL, now - timedelta(minutes=35), is_there=True)
    hide = moderate.ModerationRequest(ModerationReason.THREAT, ModerationAction.HIDE, why)
    _hide(past, threat, hide, now - timedelta(minutes=25))
    remove = moderate.ModerationRequest(ModerationReason.THREAT, ModerationAction.REMOVE, REPORTED)
    moderate.propose(threat, remove, by=past.team.officer)


def _with_comments(past: PublishedPosts) -> list[SentPost]:
    """What was sent where people comment, oldest first."""
    return [sent for sent in past.sent if sent.status is not None and sent.voice.page.imitation.comment]


def _hide(past: PublishedPosts, message: Message, wish: moderate.ModerationRequest, at: datetime) -> None:
    """Decided at this moment, and done by a worker a few seconds later."""
    with made_at(at):
        row = moderate.propose(message, wish, by=past.team.officer)
        network.hide(Status.objects.get(pk=message.root).account, int(message.remote_id))
        moderate.settle_done(row, by=None)
        record("moderation.hidden", by=None, target=row, label=audit_label(message))
    row.at = row.copied_at = at
    row.done_at = at + timedelta(seconds=8)
    row.confirm_by = at + CONFIRM_WITHIN if row.confirm_by else None
    row.seal = row.sealed()
    row.save()
    Message.objects.filter(pk=message.pk).update(settled_at=row.done_at, read_at=at)
    Status.objects.filter(pk=message.remote_id).update(hidden_at=row.done_at)


def _message(past: PublishedPosts, below: SentPost, text: str, kind: str, at: datetime, *, is_there: bool) -> Message:
    """A comment below one of our posts. `is_there`: it still exists on the network."""
    root = below.status
    assert root is not None
    at = max(at, below.at + timedelta(minutes=1))
    author = chance("hidden", text).choice(
        list(Account.objects.filter(kind=AccountKind.CITIZEN, display_name__in=citizens()[0]))
    )
    (pk,) = reserve(Status, 1)
    if is_there:
        insert([Status(pk=pk, account=author, in_reply_to=root, root=root, text=text, language="sr", created_at=at)])
        Status.objects.filter(pk=root.pk).update(replies_count=F("replies_count") + 1)
    row = Message(
        municipality=past.team.municipality, channel=below.voice.channel, remote_id=str(pk), root=str(root.pk),
        in_reply_to=str(root.pk), publication=below.publication, author_id=str(author.pk),
        author_handle=author.username, author_name=author.display_name, text=text,
        url=f"{server()}/@{author.username}/{pk}", at=at, received_at=at, counts_from=at, kind=kind,
        visibility=MessageVisibility.PUBLIC,
        read_at=at + timedelta(minutes=5) if kind else None, due_at=rules.due_at(kind, at), state=MessageState.OPEN,
        search_key=fold(f"{text} {author.display_name} {author.username}"),
    )  # fmt: skip
    suggest.set_suggestions(below.voice.channel, [row])
    (row,) = insert([row])
    return row


def _mark_as_notified(past: PublishedPosts, now: datetime) -> None:
    """Staff count as notified of everything up to now, so the worker sends nothing at the start."""
    urgent = Message.objects.filter(kind__in=[MessageKind.EMERGENCY, MessageKind.UNLAWFUL]).values_list("pk", flat=True)
    keys = ["new:0", f"late:{now.astimezone(BELGRADE).date()}", *(f"urgent:{pk}" for pk in urgent)]
    insert([SentNotification(municipality=past.team.municipality, about=key, at=now) for key in keys])
