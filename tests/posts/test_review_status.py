"""What stands below the title of a post is true: also after it went out, was taken down, or failed on one network."""

from __future__ import annotations

import re

import pytest

from django.urls import reverse

from common.errors import ActionNotAllowed
from delivery.domain.move import move
from delivery.enums import ReasonCode, State
from posts.editing.domain import removals
from posts.editing.domain.submit import submit, take_back
from posts.enums import Stage
from posts.models import Decision, Post, Version
from posts.queries import publications
from posts.review.domain.approve import approve
from tests.delivery.conftest import allowed, network
from tests.people import sign_in
from tests.posts.amended import Street, desk, fresh, on, once, post
from tests.posts.desk import in_hours

__all__ = ["allowed", "desk", "fresh", "network", "once", "post"]


def page(desk: Street, post: Post) -> str:
    shown = sign_in(desk.cast.officer).get(reverse("post", args=["cuprija", post.pk])).content.decode()
    return str(shown)


def statuses(desk: Street, post: Post) -> list[str]:
    head = page(desk, post).partition('<div class="reading ')[0]
    return re.findall(r'<span class="pill tone-\w+">.*?<span>([^<]+)</span>', head, flags=re.DOTALL)


@on()
def test_its_stage_until_it_is_approved_and_then_its_networks(desk: Street) -> None:
    post = desk.write(time=in_hours(1), channels=(desk.mastodon.pk, desk.bluesky.pk))
    assert statuses(desk, post) == ["Draft"]
    post = submit(post, by=desk.cast.officer)
    assert statuses(desk, post) == ["Waiting for approval"]
    approve(post, desk.version(post), by=desk.cast.approver)
    assert statuses(desk, post) == ["Scheduled"]
    desk.go(desk.deliveries(post)[0].due_at)
    assert statuses(desk, post) == ["Published"]
    shown = page(desk, post)
    assert ">now<" not in re.sub(r"\s+", "", shown), "its preview says when it was published"
    assert "As it was published" in shown
    assert desk.on(post, "mastodon").delivery.permalink in shown
    assert "Share with other municipalities" in shown


@on()
def test_an_approved_post_without_a_time_is_approved(desk: Street) -> None:
    post = submit(desk.write(), by=desk.cast.officer)
    approve(post, desk.version(post), by=desk.cast.approver)
    assert statuses(desk, post) == ["Approved"]
    assert "The post" in page(desk, post)


def test_what_was_taken_down_is_not_approved_any_more(desk: Street, post: Post) -> None:
    removals.take_down(
        post, [publication.pk for publication in publications(post)], reason="Wrong place", by=desk.cast.approver
    )
    desk.go()
    assert statuses(desk, post) == ["Taken down"]
    shown = page(desk, post)
    assert "As it was published" in shown
    assert desk.on(post, "mastodon").delivery.permalink not in shown
    assert "Share with other municipalities" not in shown


def test_networks_that_differ_are_counted_and_what_needs_a_person_comes_first(desk: Street, post: Post) -> None:
    bluesky = desk.on(post, "bluesky").delivery
    move(bluesky, State.MISSING, because=ReasonCode.GONE)
    assert statuses(desk, post) == ["Removed on the network (1 of 2)", "Published (1 of 2)"]


@on()
def test_a_draft_whose_deliveries_were_withdrawn_is_a_draft(desk: Street) -> None:
    post = submit(desk.write(time=in_hours(1)), by=desk.cast.officer)
    take_back(post, by=desk.cast.officer)
    assert statuses(desk, post) == ["Draft"]


# ---- what cannot be published is not read and approved by others first


@on()
def test_a_text_that_is_too_long_is_not_submitted_without_a_time_either(desk: Street) -> None:
    post = desk.write("а" * 749)
    with pytest.raises(ActionNotAllowed, match="would not take this post") as refused:
        submit(post, by=desk.cast.officer)
    assert any("500" in detail for detail in refused.value.details)
    assert desk.reload(post).stage == Stage.DRAFT
    assert not Version.objects.filter(post=post).exists()


@on()
def test_a_post_without_a_channel_is_not_submitted(desk: Street) -> None:
    post = desk.write(channels=())
    with pytest.raises(ActionNotAllowed, match="No channel is chosen"):
        submit(post, by=desk.cast.officer)


@on()
def test_what_no_network_takes_any_more_is_not_approved(desk: Street) -> None:
    """The server's limit was lowered after it was submitted."""
    post = submit(desk.write("а" * 400), by=desk.cast.officer)
    desk.mastodon.facts = {"configuration": {"statuses": {"max_characters": 300}}}
    desk.mastodon.save()
    with pytest.raises(ActionNotAllowed, match="would not take this post"):
        approve(post, desk.version(post), by=desk.cast.approver)
    assert desk.reload(post).stage == Stage.SUBMITTED
    assert Decision.objects.filter(version__post=post).count() == 1
