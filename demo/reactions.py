"""The sixty days on the practice network: posts as statuses, and citizens' comments below them."""

import math
import random
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import F
from django.utils import timezone

from demo import growth, polls
from demo.network import ChannelPage
from demo.published_posts import PublishedPosts, SentPost
from demo.rows import insert, reserve, room
from demo.texts import Comment, chance, citizens, hearings, place
from practice.enums import NoticeKind
from practice.models import Account, Media, Notice, Status

# Share of comments with a question that the page answers, before the training and after.
ANSWERED = (0.35, 0.9)
HEARINGS = frozenset(entry["key"] for entry in hearings())
GOLDEN_RATIO = (1 + math.sqrt(5)) / 2


@dataclass
class PlannedStatus:
    """One status that will be, before it has an id."""

    account: Account
    at: datetime
    text: str
    language: str = "sr"
    title: str = ""
    sent: SentPost | None = None
    parent: "PlannedStatus | None" = None
    status: Status | None = None


@dataclass(frozen=True)
class Audience:
    """The public of the demo: who may write, since when the training shows, and how many follow each page."""

    citizens: list[Account]
    training: date
    now: datetime
    followers: dict[int, dict[date, int]]  # by page
    questions: Counter[bool] = field(default_factory=Counter)  # comments with a question, by whether the training shows

    def is_answered(self, trained: bool) -> bool:
        """Whether the next comment with a question is answered.

        Multiples of the golden ratio spread evenly: of few questions the wanted share is answered too, which
        independent random numbers do not guarantee.
        """
        self.questions[trained] += 1
        return self.questions[trained] * GOLDEN_RATIO % 1 < ANSWERED[trained]


def publish(pasts: list[PublishedPosts], audience: Audience) -> None:
    """Statuses of everything that was sent, comments and answers; sets `sent.status`."""
    statuses = _planned(pasts, audience)
    _insert(statuses, reserve(Status, len(statuses)), audience)
    _pictures([status for status in statuses if status.sent])
    polls.vote(pasts, audience.citizens, audience.now)
    _notices(statuses)
    _counts([voice for past in pasts for voice in past.voices], statuses, audience)


def publish_earlier(pasts: list[PublishedPosts], audience: Audience) -> None:
    """The same for posts that are older than what is there. Nobody is notified of them."""
    statuses = _planned(pasts, audience)
    _insert(statuses, room(Status, len(statuses)), audience)
    _pictures([status for status in statuses if status.sent])
    for account_id, count in Counter(status.account.pk for status in statuses).items():
        Account.objects.filter(pk=account_id).update(statuses_count=F("statuses_count") + count)


def _planned(pasts: list[PublishedPosts], audience: Audience) -> list[PlannedStatus]:
    statuses = [status for past in pasts for sent in past.sent for status in _thread(sent, audience)]
    return sorted(statuses, key=lambda status: status.at)


def curve_of(sent: SentPost, audience: Audience) -> growth.Curve:
    day = timezone.localdate(sent.at)
    curve = growth.curve(
        _key(sent),
        sent.planned.category,
        timezone.localtime(sent.at),
        audience.followers[sent.voice.page.pk][day],
        picture=bool(sent.drawn),
        trained=growth.trained(day, audience.training),
    )
    kind = sent.voice.page.imitation
    return replace(curve, boosts=curve.boosts if kind.share else 0, likes=curve.likes if kind.like else 0)


def _key(sent: SentPost) -> str:
    return f"{sent.voice.plan.username} {sent.planned.key} {(sent.at.date()).toordinal() % 7}"


def _thread(sent: SentPost, audience: Audience) -> Iterator[PlannedStatus]:
    text, language = sent.part.text, sent.part.language.split("-")[0]
    title = sent.planned.title if sent.voice.page.imitation.has_title else ""
    post = PlannedStatus(sent.voice.page, sent.at, text, language, title, sent=sent)
    yield post
    rng = chance("thread", _key(sent))
    day = timezone.localdate(sent.at)
    trained = growth.trained(day, audience.training)
    count = growth.comments(
        _key(sent), sent.planned.category, audience.followers[sent.voice.page.pk][day], trained=trained
    )
    fitting = [comment for comment in citizens()[1] if comment.fits(sent.planned.category, sent.planned.key)]
    if sent.planned.key in HEARINGS:  # what was proposed there is a part of the hearing, on the first channel
        fitting = [comment for comment in fitting if bool(comment.only) == _is_first(sent)]
        count = len(fitting) if _is_first(sent) else count
    count = count if sent.voice.page.imitation.comment else 0
    authors = rng.sample(audience.citizens, min(count, len(fitting)))
    for author, comment in zip(authors, rng.sample(fitting, len(authors)), strict=True):
        at = _awake(post.at + timedelta(minutes=rng.lognormvariate(4.4, 1.2)))
        reply = PlannedStatus(author, at, comment.text, parent=post)
        exchange = [reply]
        if comment.answer and audience.is_answered(trained > 0):
            exchange.append(_answer(post, reply, comment, rng, trained))
        yield from (status for status in exchange if status.at < audience.now)


def _is_first(sent: SentPost) -> bool:
    first: str = place(sent.post.municipality.slug).channels[0].username
    return sent.voice.plan.username == first


def _answer(
    post: PlannedStatus, comment_status: PlannedStatus, comment: Comment, rng: random.Random, trained: float
) -> PlannedStatus:
    """The page's answer to a comment that asks something; the training made it quicker."""
    at = _in_office(comment_status.at + timedelta(hours=rng.lognormvariate(1.4 - 0.9 * trained, 0.7)))
    return PlannedStatus(
        post.account, at, f"@{comment_status.account.username} {comment.answer}", parent=comment_status
    )


def _awake(at: datetime) -> datetime:
    """Nobody writes at night: such comments move to the morning."""
    local = timezone.localtime(at)
    return at if 6 <= local.hour < 23 else at + timedelta(hours=8)


def _in_office(at: datetime) -> datetime:
    """The next office hour of the municipality."""
    local = timezone.localtime(at)
    while local.weekday() >= 5 or not 7 <= local.hour < 15:
        local += timedelta(hours=1)
    return local


def _insert(statuses: list[PlannedStatus], ids: Iterable[int], audience: Audience) -> None:
    for status_plan, pk in zip(statuses, ids, strict=True):
        status_plan.status = Status(
            pk=pk,
            account=status_plan.account,
            title=status_plan.title,
            text=status_plan.text,
            language=status_plan.language,
            created_at=status_plan.at,
        )
        if status_plan.parent:
            # It was said earlier, so it has its id.
            status_plan.status.in_reply_to = status_plan.parent.status
            status_plan.status.root = status_plan.parent.status and (
                status_plan.parent.status.root or status_plan.parent.status
            )
            assert status_plan.parent.status is not None
            status_plan.parent.status.replies_count += 1
        if status_plan.sent:
            status_plan.sent.status = status_plan.status
            status_plan.status.poll = polls.begin(status_plan.sent)
            gathered = curve_of(status_plan.sent, audience).at(audience.now - status_plan.at)
            status_plan.status.likes_count, status_plan.status.boosts_count = gathered["likes"], gathered["reposts"]
        else:
            status_plan.status.likes_count = chance("likes", str(status_plan.text), str(status_plan.at.hour)).choice(
                (0, 0, 1, 1, 2, 4, 7)
            )
    insert([status_plan.status for status_plan in statuses])


def _pictures(statuses: list[PlannedStatus]) -> None:
    rows = []
    for status in statuses:
        assert status.sent is not None
        for position, drawn in enumerate(status.sent.drawn):
            rng = chance("picture", _key(status.sent), str(status.at.date()))
            token = rng.getrandbits(160).to_bytes(20, "big").hex()
            name = f"practice/{token}.jpg"
            if not default_storage.exists(name):
                default_storage.save(name, ContentFile(drawn.content))
            rows.append(
                Media(
                    account=status.account, status=status.status, position=position, token=token, file=name,
                    mime="image/jpeg", width=drawn.media.width, height=drawn.media.height,
                    description=drawn.media.alt, created_at=status.at,
                )
            )  # fmt: skip
    insert(rows)


def _notices(statuses: list[PlannedStatus]) -> None:
    """Notices to pages about comments, and to citizens about answers."""
    insert(
        [
            Notice(
                account=status.parent.account,
                kind=NoticeKind.MENTION,
                actor=status.account,
                status=status.status,
                created_at=status.at,
            )
            for status in statuses
            if status.parent
        ]
    )


def _counts(voices: list[ChannelPage], statuses: list[PlannedStatus], audience: Audience) -> None:
    pages = {voice.page.pk: voice.page for voice in voices}
    written: dict[int, int] = {}
    for status in statuses:
        written[status.account.pk] = written.get(status.account.pk, 0) + 1
    accounts = [*pages.values(), *audience.citizens]
    for account in accounts:
        account.statuses_count = written.get(account.pk, 0)
        if account.pk in pages:
            account.followers_count = audience.followers[account.pk][timezone.localdate(audience.now)]
        else:
            account.following_count = 2 + account.pk % 7
    Account.objects.bulk_update(accounts, ["statuses_count", "followers_count", "following_count"])
