"""A post of Ćuprija that stands on a network, with a picture, and what others of the programme make of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from delivery.enums import State
from delivery.models import Delivery
from exchange.domain import share as verbs
from exchange.models import SharedPost
from municipalities.models import Cohort, Enrolment, Membership, Municipality, Programme
from municipalities.tenancy import scope
from posts.draft import CallToAction, Shown
from posts.editing.domain.freeze import freeze
from posts.enums import Stage
from posts.models import Post, Publication
from tests.people import Cast, municipality, person
from tests.posts.desk import Desk, opened

TEXT = "Општина Ћуприја отвара базен у Ћуприји. Јавите се на 035 123 456 и дођите из целе Ћуприје!"
WHY = "Објавили смо у седам ујутру, пре посла, и питали шта људи желе."


@dataclass
class Gallery:
    """`post` is published and can be shared; `outsider` is an officer of `elsewhere`, which is in another programme."""

    cast: Cast
    desk: Desk
    post: Post
    elsewhere: Municipality
    outsider: Any

    def share(self, post: Post | None = None, why: str = WHY, **fields: Any) -> SharedPost:
        with scope(self.cast.cuprija):
            municipality = self.cast.cuprija
            return verbs.share(post or self.post, why, municipality=municipality, by=self.cast.officer, **fields)

    def publish(self, text: str = TEXT, **fields: Any) -> Post:
        """A post as the delivery leaves it; `fields` are those of its draft."""
        with scope(self.cast.cuprija):
            return published(self.desk, text, **fields)


def published(desk: Desk, text: str = TEXT, *, days: int = 9, title: str = "Базен је отворен", **fields: Any) -> Post:
    post = desk.write(text, **fields)
    version = freeze(post, by=desk.cast.officer)
    post.title, post.stage = title, Stage.APPROVED
    post.save()
    at = timezone.now() - timedelta(days=days)
    delivery = Delivery.objects.create(
        municipality=desk.municipality, channel=desk.mastodon, kind="post", payload={}, state=State.PUBLISHED,
        due_at=at, not_after=at + timedelta(hours=2), next_at=at, state_at=at, published_at=at, remote_id=f"r{post.pk}",
        permalink=f"https://social.example/@cuprija/{post.pk}", key=post.key,
    )  # fmt: skip
    Publication.objects.create(
        municipality=desk.municipality, post=post, version=version, channel=desk.mastodon, delivery=delivery
    )
    return post


def opened_gallery(cast: Cast) -> Gallery:
    """Ćuprija with a published post; an officer of Kanjiža, which takes part in another programme."""
    cast.cuprija.population, cast.cuprija.population_year = 28_000, 2022
    cast.cuprija.population_source = "Census"
    cast.cuprija.save()
    with scope(cast.cuprija):
        desk = opened(cast)
        media = desk.picture()
        post = published(
            desk, media=(Shown(media.pk, "Базен пун деце"),), call=CallToAction("attend", "Дођите у Ћуприју")
        )
    elsewhere = municipality("kanjiza", "Кањижа", "Kanjiža")
    outsider = person("outsider")
    Membership.objects.create(user=outsider, municipality=elsewhere, role="officer")
    other = Cohort.objects.create(
        programme=Programme.objects.create(name="Other"), name="A", training_on=timezone.localdate()
    )
    Enrolment.objects.create(cohort=other, municipality=elsewhere, starts_on=timezone.localdate())
    return Gallery(cast, desk, post, elsewhere, outsider)
