"""What the practice network shows of the sixty days: the posts as statuses, and what citizens wrote below them."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from demo import growth, polls
from demo.network import Voice
from demo.past import Past, Sent
from demo.rows import insert, reserve
from demo.texts import Comment, chance, citizens
from practice.enums import NoticeKind
from practice.models import Account, Media, Notice, Status

# Share of comments with a question that the page answers, before the training and after.
ANSWERED = (0.35, 0.9)


@dataclass
class Said:
    """One status that will be, before it has an id."""

    account: Account
    at: datetime
    text: str
    language: str = "sr"
    sent: Sent | None = None
    parent: "Said | None" = None
    status: Status | None = None


@dataclass(frozen=True)
class Crowd:
    """The public of the demo: who may write, since when the training shows, and how many follow each page."""

    citizens: list[Account]
    training: date
    now: datetime
    followers: dict[int, dict[date, int]]  # by page


def publish(pasts: list[Past], crowd: Crowd) -> None:
    """Statuses of everything that was sent, comments and answers; sets `sent.status`."""
    saids = [each for past in pasts for sent in past.sent for each in _thread(sent, crowd)]
    saids.sort(key=lambda each: each.at)
    _insert(saids, crowd)
    _pictures([each for each in saids if each.sent])
    polls.vote(pasts, crowd.citizens, crowd.now)
    _notices(saids)
    _counts([voice for past in pasts for voice in past.voices], saids, crowd)


def curve_of(sent: Sent, crowd: Crowd) -> growth.Curve:
    day = timezone.localdate(sent.at)
    return growth.curve(
        _key(sent),
        sent.planned.category,
        timezone.localtime(sent.at),
        crowd.followers[sent.voice.page.pk][day],
        picture=bool(sent.drawn),
        trained=growth.trained(day, crowd.training),
    )


def _key(sent: Sent) -> str:
    return f"{sent.voice.plan.username} {sent.planned.key} {(sent.at.date()).toordinal() % 7}"


def _thread(sent: Sent, crowd: Crowd) -> Iterator[Said]:
    post = Said(sent.voice.page, sent.at, sent.part.text, sent.part.language.split("-")[0], sent=sent)
    yield post
    rng = chance("thread", _key(sent))
    day = timezone.localdate(sent.at)
    trained = growth.trained(day, crowd.training)
    count = growth.comments(
        _key(sent), sent.planned.category, crowd.followers[sent.voice.page.pk][day], trained=trained
    )
    fitting = [each for each in citizens()[1] if each.fits(sent.planned.category, sent.planned.key)]
    authors = rng.sample(crowd.citizens, min(count, len(fitting)))
    for author, comment in zip(authors, rng.sample(fitting, len(authors)), strict=True):
        at = _awake(post.at + timedelta(minutes=rng.lognormvariate(4.4, 1.2)))
        said = Said(author, at, comment.text, parent=post)
        exchange = [said, *_answer(post, said, comment, rng, trained)]
        yield from (each for each in exchange if each.at < crowd.now)


def _answer(post: Said, said: Said, comment: Comment, rng: random.Random, trained: float) -> list[Said]:
    """The page's answer to a comment that asks something; the training made it likelier and quicker."""
    if not comment.answer or rng.random() > ANSWERED[trained > 0]:
        return []
    at = _in_office(said.at + timedelta(hours=rng.lognormvariate(1.4 - 0.9 * trained, 0.7)))
    return [Said(post.account, at, f"@{said.account.username} {comment.answer}", parent=said)]


def _awake(at: datetime) -> datetime:
    """Nobody writes at night: what falls there is written in the morning."""
    local = timezone.localtime(at)
    return at if 6 <= local.hour < 23 else at + timedelta(hours=8)


def _in_office(at: datetime) -> datetime:
    """The next hour at which somebody of the municipality is there."""
    local = timezone.localtime(at)
    while local.weekday() >= 5 or not 7 <= local.hour < 15:
        local += timedelta(hours=1)
    return local


def _insert(said: list[Said], crowd: Crowd) -> None:
    ids = list(reserve(Status, len(said)))
    for each, pk in zip(said, ids, strict=True):
        each.status = Status(pk=pk, account=each.account, text=each.text, language=each.language, created_at=each.at)
        if each.parent:
            # It was said earlier, so it has its id.
            each.status.in_reply_to = each.parent.status
            each.status.root = each.parent.status and (each.parent.status.root or each.parent.status)
            assert each.parent.status is not None
            each.parent.status.replies_count += 1
        if each.sent:
            each.sent.status = each.status
            each.status.poll = polls.begin(each.sent)
            gathered = curve_of(each.sent, crowd).at(crowd.now - each.at)
            each.status.likes_count, each.status.boosts_count = gathered["likes"], gathered["reposts"]
        else:
            each.status.likes_count = chance("likes", str(each.text), str(each.at.hour)).choice((0, 0, 1, 1, 2, 4, 7))
    insert([each.status for each in said])


def _pictures(said: list[Said]) -> None:
    rows = []
    for each in said:
        assert each.sent is not None
        for position, drawn in enumerate(each.sent.drawn):
            token = chance("picture", _key(each.sent)).getrandbits(160).to_bytes(20, "big").hex()
            name = f"practice/{token}.jpg"
            if not default_storage.exists(name):
                default_storage.save(name, ContentFile(drawn.content))
            rows.append(
                Media(
                    account=each.account, status=each.status, position=position, token=token, file=name,
                    mime="image/jpeg", width=drawn.media.width, height=drawn.media.height,
                    description=drawn.media.alt, created_at=each.at,
                )
            )  # fmt: skip
    insert(rows)


def _notices(said: list[Said]) -> None:
    """Pages are told of comments, citizens of answers."""
    insert(
        [
            Notice(
                account=each.parent.account,
                kind=NoticeKind.MENTION,
                actor=each.account,
                status=each.status,
                created_at=each.at,
            )
            for each in said
            if each.parent
        ]
    )


def _counts(voices: list[Voice], said: list[Said], crowd: Crowd) -> None:
    pages = {voice.page.pk: voice.page for voice in voices}
    written: dict[int, int] = {}
    for each in said:
        written[each.account.pk] = written.get(each.account.pk, 0) + 1
    accounts = [*pages.values(), *crowd.citizens]
    for account in accounts:
        account.statuses_count = written.get(account.pk, 0)
        if account.pk in pages:
            account.followers_count = crowd.followers[account.pk][timezone.localdate(crowd.now)]
        else:
            account.following_count = 2 + account.pk % 7
    Account.objects.bulk_update(accounts, ["statuses_count", "followers_count", "following_count"])
