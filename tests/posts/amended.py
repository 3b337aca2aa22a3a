"""A desk whose channels lead to the networks' fakes: what was published there is corrected and taken down for real."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pytest

from django.test import override_settings
from django.utils import timezone, translation

from channels.models import Channel
from delivery.dispatch import publish_due
from delivery.domain import take_down
from delivery.models import Delivery
from municipalities.tenancy import scope
from portal.conditions import CONDITIONS
from posts.draft import Text, parse
from posts.editing.domain import carry_out_corrections, corrections
from posts.editing.domain.submit import submit
from posts.enums import AmendmentWay
from posts.models import Amendment, Post, Publication
from posts.queries import publications
from posts.review.domain.approve import approve
from tests.delivery.conftest import connected
from tests.module_data import written_once
from tests.people import Cast, make_cast
from tests.platforms.fakes import FakeServer
from tests.posts.desk import Desk, in_hours

FIRST = "Вашар почиње у 9 часова."
SECOND = "Вашар почиње у 10 часова."


@dataclass
class Street(Desk):
    """`mastodon` can change a post, `bluesky` cannot; both can take it down."""

    network: FakeServer

    def published(self, text: str = FIRST, *channels: Channel) -> Post:
        """A post of the officer, approved by the approver, on the networks."""
        chosen = tuple(channel.pk for channel in channels or (self.mastodon, self.bluesky))
        post = submit(self.write(text, channels=chosen, time=in_hours(1)), by=self.cast.officer)
        approve(post, self.version(post), by=self.cast.approver)
        self.go(self.deliveries(post)[0].due_at)
        return self.reload(post)

    def go(self, now: datetime | None = None) -> None:
        """What publishers and workers do in a moment: withdrawals, what follows them, everything that is due."""
        at = now or timezone.now()
        for _round in range(3):
            for pk in take_down.claim_withdrawals(at):
                take_down.take_down(pk)
            is_due = CONDITIONS["corrections"]()
            assert is_due == (carry_out_corrections.continue_corrections() > 0)
            publish_due(max(at, timezone.now()))
        carry_out_corrections.continue_corrections()

    def texts(self) -> list[str]:
        """What the public sees on all networks."""
        return sorted(post["text"] for post in self.network.public("opstina"))

    def correct(self, post: Post, text: str = SECOND, by: Any = None) -> Post:
        """Begun and written, not chosen yet what happens where."""
        post = corrections.begin(post, reason="Погрешан сат", by=by or self.cast.officer)
        draft = parse(post.draft)
        return self.change(post, replace(draft, texts={"sr-Cyrl": Text(text)}), by=by)

    def ways(self, post: Post, **chosen: AmendmentWay) -> dict[str, str]:
        """By publication what was chosen for its channel's network; the gentlest where nothing was."""
        by_publication = {}
        for publication in publications(post):
            usual = AmendmentWay.EDIT if publication.channel.platform == "mastodon" else AmendmentWay.RESEND
            by_publication[str(publication.pk)] = str(chosen.get(publication.channel.platform, usual))
        return by_publication

    def chosen(self, post: Post, text: str = SECOND, **ways: AmendmentWay) -> Post:
        post = self.correct(post, text)
        version = corrections.prepare(post, by=self.cast.officer)
        corrections.choose(post, version, self.ways(post, **ways), by=self.cast.officer)
        return self.reload(post)

    def agreed(self, post: Post, text: str = SECOND, **ways: AmendmentWay) -> Post:
        """A correction that was submitted and approved."""
        post = submit(self.chosen(post, text, **ways), by=self.cast.officer)
        return approve(post, self.version(post), by=self.cast.approver)

    def amendment(self, post: Post) -> Amendment:
        return Amendment.objects.filter(post=post).order_by("-pk")[0]

    def on(self, post: Post, platform: str) -> Publication:
        return publications(post).get(channel__platform=platform)

    def fresh(self, delivery: Delivery) -> Delivery:
        return Delivery.objects.get(pk=delivery.pk)


def street(cast: Cast, network: FakeServer) -> Street:
    mastodon = connected(cast, network)
    bluesky = connected(cast, network, "bluesky")
    with scope(cast.cuprija):
        Channel.objects.filter(pk__in=[mastodon.pk, bluesky.pk]).update(languages=["sr-Cyrl"])
        return Street(cast, Channel.objects.get(pk=mastodon.pk), Channel.objects.get(pk=bluesky.pk), network)


@dataclass
class Published:
    """Rows that a module has in common, and what the networks had then."""

    cast: Cast
    channels: tuple[Channel, Channel]
    post: Post | None
    fakes: dict[str, Any]


def on(*platforms: str, agreed: bool = False) -> pytest.MarkDecorator:
    """For tests that need a post on these networks only, or on none. `agreed`: with a correction that was approved."""
    name = f"{'agreed ' * agreed}on {' and '.join(platforms) or 'none'}"
    return pytest.mark.parametrize("once", [(platforms, agreed)], indirect=True, ids=[name])


@pytest.fixture(scope="module")
def once(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any, network: FakeServer
) -> Iterator[Published]:
    """The people, the channels and a published post, made once for a module; each test takes back what it does."""
    network.reset()
    allowed = {"PRIVATE_HOSTS_ALLOWED": list(network.allow), "CALL_DEADLINE_SECONDS": 3}
    with written_once(django_db_blocker):
        with override_settings(**allowed), translation.override("en"):
            desk = street(make_cast(), network)
            platforms, is_agreed = getattr(request, "param", (("mastodon", "bluesky"), False))
            with scope(desk.municipality):
                channels = [getattr(desk, name) for name in platforms]
                post = desk.published(FIRST, *channels) if channels else None
                if post and is_agreed:
                    post = desk.agreed(post)
        yield Published(desk.cast, (desk.mastodon, desk.bluesky), post, _copied(network, network.world.fakes))


def _copied(network: FakeServer, fakes: dict[str, Any]) -> dict[str, Any]:
    return deepcopy(fakes, {id(network.world): network.world})


@pytest.fixture
def fresh(once: Published, db: None, network: FakeServer) -> Published:
    """A copy for one test, which may change it."""
    cast, channels, post = deepcopy((once.cast, once.channels, once.post))
    world = network.world
    world.fakes = _copied(network, once.fakes)
    world.mastodon, world.bluesky = world.fakes["mastodon"], world.fakes["bluesky"]
    return replace(once, cast=cast, channels=channels, post=post)


@pytest.fixture
def desk(fresh: Published, network: FakeServer) -> Iterator[Street]:
    with scope(fresh.cast.cuprija):
        yield Street(fresh.cast, *fresh.channels, network)


@pytest.fixture
def post(fresh: Published) -> Post:
    assert fresh.post is not None
    return fresh.post
