"""Rows of collaboration in the filled database: waiting drafts, conversations, the library, plans and kits."""

from datetime import time, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import User
from channels.models import Channel
from kits.models import Adoption, Kit, KitPost
from library.enums import SnippetKind
from library.models import Snippet, Template
from links.models import Link
from mentoring.models import Criterion, Feedback, Score
from municipalities.models import Municipality, Pairing, Programme
from notifications.enums import MailFrequency, NotificationKind
from notifications.models import Notification
from planning.enums import Every
from planning.models import Campaign, CampaignPost, Occurrence, Recurrence, Slot
from posts.enums import DecisionKind, Stage
from posts.models import Comment, Consent, Decision, Folder, Media, Post, Thread, Version
from serbian.folding import fold

# A mentor of ten municipalities with forty drafts each; one municipality that has used everything for years.
ACCOMPANIED, WAITING = 10, 40
PICTURES, FOLDERS, TEMPLATES, SNIPPETS, CAMPAIGNS, KITS, NOTIFICATIONS, THREADS = 600, 12, 80, 150, 24, 40, 800, 25


def fill(place: Municipality, user: User) -> User:
    """Rows for ten municipalities with `place` among them; returns their mentor."""
    mentor = User.objects.create(email="mentor@example.org", name="Mentor", language="sr")
    others = Municipality.objects.exclude(pk=place.pk).order_by("pk")[: ACCOMPANIED - 1]
    since = timezone.localdate() - timedelta(days=90)
    Pairing.objects.bulk_create(
        Pairing(mentor=mentor, municipality=municipality, starts_on=since) for municipality in [place, *others]
    )
    waiting = [post for municipality in [place, *others] for post in _waiting(municipality)]
    _conversations(waiting, user, mentor)
    _feedback(waiting, mentor)
    _pictures(place, user)
    _templates_and_snippets(place, user)
    _plans(place, user)
    _kits(place, user)
    _notifications_and_feedback(place, user, mentor)
    return mentor


def _waiting(place: Municipality) -> list[Post]:
    posts = list(Post.objects.filter(municipality=place).order_by("pk"))
    posts = posts[len(posts) // 4 :][:WAITING]
    Post.objects.filter(pk__in=[post.pk for post in posts]).update(stage=Stage.SUBMITTED)
    return posts


def _conversations(posts: list[Post], officer: User, mentor: User) -> None:
    newest = {version.post_id: version for version in Version.objects.filter(post__in=posts)}
    Decision.objects.bulk_create(
        Decision(municipality_id=post.municipality_id, version=newest[post.pk], kind=DecisionKind.SUBMITTED, by=officer)
        for post in posts
    )
    # The first has been talked about at every word, the others once.
    talked = [*[posts[0]] * THREADS, *posts[1:]]
    threads = Thread.objects.bulk_create(_thread(post, n, officer, newest) for n, post in enumerate(talked))
    Comment.objects.bulk_create(
        Comment(municipality_id=thread.municipality_id, thread=thread, author=who, text="Ко то може да пријави, и где?")
        for thread in threads
        for who in (officer, mentor, officer)
    )


def _thread(post: Post, number: int, author: User, newest: dict[int, Version]) -> Thread:
    text = str(post.draft["texts"]["sr-Cyrl"]["text"])
    start = number % THREADS * 3
    return Thread(
        municipality_id=post.municipality_id, post=post, version=newest[post.pk], place="text", tag="sr-Cyrl",
        start=start, end=start + 6, quote=text[start : start + 6], before=text[:start][-64:],
        after=text[start + 6 :][:64], author=author,
    )  # fmt: skip


def _feedback(posts: list[Post], mentor: User) -> None:
    given = Feedback.objects.bulk_create(
        Feedback(municipality_id=post.municipality_id, post=post, mentor=mentor) for post in posts[::2]
    )
    criteria = list(Criterion.objects.filter(programme=None, is_used=True))
    Score.objects.bulk_create(
        Score(
            municipality_id=feedback.municipality_id, feedback=feedback, criterion=criterion, level=feedback.pk % 3 + 1
        )
        for feedback in given
        for criterion in criteria
    )


def _pictures(place: Municipality, user: User) -> None:
    folders = Folder.objects.bulk_create(
        Folder(municipality=place, name=f"Фасцикла {n}", created_by=user) for n in range(FOLDERS)
    )
    pictures = Media.objects.bulk_create(
        Media(
            municipality=place, file=f"pictures/{n}.jpg", thumbnail=f"pictures/{n}-small.jpg", mime="image/jpeg",
            sha256=f"{n:064x}",
            width=1600, height=1200, bytes=200_000, name=f"слика-{n}.jpg", alt=f"Деца око фонтане на тргу, {n}",
            folder=folders[n % FOLDERS] if n % 3 else None, uploaded_by=user, shows_children=n % 4 == 0,
            search_key=fold(f"слика {n} Деца око фонтане на тргу"),
        )
        for n in range(PICTURES)
    )  # fmt: skip
    today = timezone.localdate()
    Consent.objects.bulk_create(
        Consent(
            municipality=place, media=picture, kind="written", given_by="Родитељ", given_on=today,
            keep_until=today + timedelta(days=700), recorded_by=user,
        )
        for picture in pictures[::4]
    )  # fmt: skip


def _templates_and_snippets(place: Municipality, user: User) -> None:
    by: dict[str, Any] = {"municipality": place, "created_by": user, "updated_by": user}
    content = {"texts": {"sr-Cyrl": {"text": "Пријаве до {рок} у услужном центру."}}}
    Template.objects.bulk_create(
        Template(name=f"Образац {n}", about="Када почне", content=content, search_key=fold(f"Образац {n}"), **by)
        for n in range(TEMPLATES)
    )
    Snippet.objects.bulk_create(
        Snippet(
            kind=SnippetKind.TEXT if n % 2 else SnippetKind.HASHTAGS, name=f"Одломак {n}",
            texts={"sr-Cyrl": f"Услужни центар, број {n}"}, search_key=fold(f"Одломак {n}"), **by,
        )
        for n in range(SNIPPETS)
    )  # fmt: skip


def _plans(place: Municipality, user: User) -> None:
    posts = list(Post.objects.filter(municipality=place).order_by("-pk")[: CAMPAIGNS * 10])
    today = timezone.localdate()
    campaigns = Campaign.objects.bulk_create(
        Campaign(municipality=place, name=f"Кампања {n}", starts_on=today, created_by=user) for n in range(CAMPAIGNS)
    )
    CampaignPost.objects.bulk_create(
        CampaignPost(municipality=place, campaign=campaigns[n % CAMPAIGNS], post=post) for n, post in enumerate(posts)
    )
    Slot.objects.bulk_create(
        Slot(municipality=place, channel=channel, weekday=weekday, at=time(hour))
        for channel in Channel.objects.filter(municipality=place)
        for weekday in range(5)
        for hour in (9, 12, 17)
    )
    rhythms = Recurrence.objects.bulk_create(
        Recurrence(
            municipality=place, pattern=post, every=Every.WEEK, weekdays=[0], at=time(9), by=user,
            starts_on=today, ends_on=today + timedelta(days=180),
        )
        for post in posts[:20]
    )  # fmt: skip
    Occurrence.objects.bulk_create(
        Occurrence(municipality=place, recurrence=rhythm, on=today + timedelta(weeks=n))
        for rhythm in rhythms
        for n in (0, 1)
    )
    Link.objects.bulk_create(
        Link(
            municipality=place, code=f"bench{n}", target="https://place.example/", subject=post.key, place=n,
            network="mastodon",
        )
        for n, post in enumerate(posts)
    )  # fmt: skip


def _kits(place: Municipality, user: User) -> None:
    programme = Programme.objects.get()
    kits = Kit.objects.bulk_create(
        Kit(programme=programme, name=f"Комплет {n}", purpose="Да грађани знају.", created_by=user, published_at=_now())
        for n in range(KITS)
    )
    content = {"texts": {"sr-Cyrl": {"text": "Пријавите се у услужном центру."}}}
    KitPost.objects.bulk_create(
        KitPost(kit=kit, position=n, name=f"Објава {n}", content=content, day=n) for kit in kits for n in range(6)
    )
    campaigns = list(Campaign.objects.filter(municipality=place).order_by("pk"))
    Adoption.objects.bulk_create(
        Adoption(municipality=place, kit=kit, campaign=campaign, starts_on=timezone.localdate(), by=user)
        for kit, campaign in zip(kits[::2], campaigns, strict=False)
    )


def _notifications_and_feedback(place: Municipality, user: User, mentor: User) -> None:
    Notification.objects.bulk_create(
        Notification(
            user=user,
            kind=NotificationKind.values[n % len(NotificationKind.values)],
            municipality=place,
            url=f"/m/{place.slug}/posts/",
            subject=f"Реч о објави {n}",
            body="Ко то може да пријави, и где?",
            language="sr",
            by=mentor,
            mail_frequency=MailFrequency.NEVER,
            read_at=_now() if n % 3 else None,
        )
        for n in range(NOTIFICATIONS)
    )


def _now() -> Any:
    return timezone.now()
