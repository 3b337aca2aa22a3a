"""Posts that a worker or a file makes: recurring posts, a month's plan, campaign kits of the programme."""

from __future__ import annotations

from datetime import date, time, timedelta
from functools import partial
from typing import Any

from django.utils import timezone

from channels.domain.disconnect import disconnect
from channels.models import Channel
from delivery.models import Delivery
from kits import queries as kits
from kits.domain import adopt, edit
from kits.models import Adoption, Kit
from library.domain.templates import TemplateContent
from municipalities.domain import house_rules, members
from municipalities.enums import Approval
from municipalities.models import Membership
from municipalities.tenancy import everywhere, scope
from planning.domain import imports, repeat
from planning.models import Campaign, Occurrence, Recurrence
from posts.draft import Draft, Text, parse
from posts.editing.domain.delete import delete
from posts.editing.domain.submit import submit, take_back
from posts.enums import Stage
from posts.models import Decision, Post
from posts.queries import content
from posts.review.domain.approve import approve
from tests.analytics.factories import channel
from tests.interleaving import Pair, Run
from tests.interleavings.approvals import desk_of
from tests.interleavings.pairs import A, B, in_cuprija, pair
from tests.people import Cast
from tests.platforms.fakes import FakeServer
from tests.posts.desk import Desk

BEFORE, AFTER = "Пијачни дан је у петак.", "Пијачни дан је у суботу."


# ---------------------------------------------------------------- recurring posts


def once(desk: Desk) -> tuple[Post, Recurrence]:
    """A pattern, and its repetition of one day, for which the worker has not made the draft yet."""
    on = timezone.localdate() + timedelta(days=3)
    values = {
        "every": "week", "weekdays": list(range(7)), "at": time(9), "starts_on": on, "ends_on": on,
        "skips_holidays": False,
    }  # fmt: skip
    with scope(desk.municipality):
        pattern = desk.write(BEFORE)
        return pattern, repeat.begin(pattern, values, by=desk.cast.officer)


def copies(pattern: Post) -> list[Post]:
    rows = list(Post.objects.exclude(pk=pattern.pk).order_by("pk"))
    # whatever else happened: a worker publishes nothing and approves nothing
    assert all(row.stage == Stage.DRAFT for row in rows)
    assert not Delivery.objects.filter(publication__post__in=rows).exists()
    assert not Decision.objects.filter(version__post__in=rows).exists()
    return rows


def text_of(post: Post) -> str:
    return parse(post.draft).texts["sr-Cyrl"].text


@pair("Two workers make the draft of a day once.")
def two_workers_make_the_draft_of_a_day(cast: Cast, network: FakeServer) -> Pair:
    desk = desk_of(cast)
    pattern, _row = once(desk)

    def check(run: Run) -> None:
        assert sorted(run.outcomes) == [0, 1]
        assert len(copies(pattern)) == 1

    return in_cuprija(cast, repeat.make_due, repeat.make_due, check)


@pair("A draft that is made after the pattern was edited has the edited text.")
def a_day_is_made_while_the_pattern_is_edited(cast: Cast, network: FakeServer) -> Pair:
    desk = desk_of(cast)
    pattern, _row = once(desk)

    def check(run: Run) -> None:
        (copy,) = copies(pattern)
        assert text_of(copy) in (BEFORE, AFTER)
        if run.ended == [B, A]:
            assert text_of(copy) == AFTER

    return in_cuprija(cast, repeat.make_due, lambda: desk.change(pattern, desk.draft(AFTER)), check)


@pair("No draft is made of a pattern that has been deleted.")
def a_day_is_made_while_the_pattern_is_deleted(cast: Cast, network: FakeServer) -> Pair:
    desk = desk_of(cast)
    pattern, _row = once(desk)

    def check(run: Run) -> None:
        assert len(copies(pattern)) == run.outcomes[A]
        assert run.ended == [A, B] or run.outcomes[A] == 0

    return in_cuprija(cast, repeat.make_due, lambda: delete(pattern, by=cast.officer), check)


@pair("The approval of the pattern is not that of its copies, whether it is taken back or not.")
def a_day_is_made_while_the_approval_of_the_pattern_is_taken_back(cast: Cast, network: FakeServer) -> Pair:
    desk = desk_of(cast)
    pattern, _row = once(desk)
    with scope(cast.cuprija):
        submit(pattern, by=cast.officer)
        approve(pattern, desk.version(pattern), by=cast.approver)

    def check(run: Run) -> None:
        assert not run.was_refused(B)
        assert len(copies(pattern)) == 1

    return in_cuprija(cast, repeat.make_due, lambda: take_back(pattern, by=cast.officer), check)


@pair("No draft is made after the repetition has ended.")
def a_day_is_made_while_the_repetition_ends(cast: Cast, network: FakeServer) -> Pair:
    desk = desk_of(cast)
    pattern, row = once(desk)

    def check(run: Run) -> None:
        assert len(copies(pattern)) == run.outcomes[A]
        assert run.ended == [A, B] or run.outcomes[A] == 0

    return in_cuprija(cast, repeat.make_due, lambda: repeat.end(row, by=cast.officer), check)


@pair("A day is skipped or made, never both.")
def a_day_is_made_while_it_is_skipped(cast: Cast, network: FakeServer) -> Pair:
    desk = desk_of(cast)
    pattern, row = once(desk)

    def check(run: Run) -> None:
        occurrence = Occurrence.objects.get()
        assert (occurrence.post is None) is (occurrence.skipped_at is not None) is not run.was_refused(B)
        assert len(copies(pattern)) == run.outcomes[A]

    return in_cuprija(cast, repeat.make_due, lambda: repeat.skip(row, row.ends_on, by=cast.officer), check)


@pair("The draft of a repetition needs an approval, also when its author has just left.")
def a_day_is_made_while_its_author_leaves(cast: Cast, network: FakeServer) -> Pair:
    desk = desk_of(cast)
    pattern, _row = once(desk)
    mine = Membership.objects.get(user=cast.officer, municipality=cast.cuprija)

    def check(run: Run) -> None:
        (copy,) = copies(pattern)
        assert copy.author_id == cast.officer.pk

    return in_cuprija(cast, repeat.make_due, lambda: members.end(mine, by=cast.approver), check)


# ---------------------------------------------------------------- a month's plan from a file

PLAN = "Текст;Канали\nВода;Bluesky\nСтруја;Bluesky\n"


def uploaded(desk: Desk, raw: str = PLAN, by: Any = None) -> Any:
    """A plan; in Novi Pazar there is a channel of the same name."""
    with scope(desk.cast.novi_pazar):
        channel(
            desk.cast.novi_pazar, desk.cast.stranger, name="Нови Пазар на Блускају", platform="bluesky",
            server="https://bsky.social", handle="pazar.example",
        )  # fmt: skip
    with scope(desk.municipality):
        return imports.upload(desk.municipality, raw.encode(), "plan.csv", by=by or desk.cast.officer)


def assert_own_drafts(desk: Desk, expected: int) -> None:
    posts = list(Post.objects.all())
    assert len(posts) == expected
    assert all(post.stage == Stage.DRAFT for post in posts)
    own = {desk.mastodon.pk, desk.bluesky.pk}
    assert all({*parse(post.draft).channels} <= own for post in posts)
    assert not Delivery.objects.exists()


@pair("A plan that two people confirm is made once.")
def a_plan_is_confirmed_twice(cast: Cast, network: FakeServer) -> Pair:
    desk = desk_of(cast)
    plan = uploaded(desk)

    def check(run: Run) -> None:
        assert sorted(map(run.was_refused, (A, B))) == [False, True]
        assert_own_drafts(desk, 2)

    first, second = (partial(imports.confirm, plan, by=by, expected=2) for by in (cast.officer, cast.approver))
    return in_cuprija(cast, first, second, check)


@pair("The same rows from two files are made once.")
def the_same_plan_is_confirmed_from_two_files(cast: Cast, network: FakeServer) -> Pair:
    desk = desk_of(cast)
    plans = [uploaded(desk)]
    with scope(cast.cuprija):
        plans.append(imports.upload(cast.cuprija, PLAN.encode(), "copy.csv", by=cast.approver))

    def check(run: Run) -> None:
        assert sorted(map(run.was_refused, (A, B))) == [False, True]
        assert_own_drafts(desk, 2)

    first, second = (partial(imports.confirm, plan, by=cast.officer, expected=2) for plan in plans)
    return in_cuprija(cast, first, second, check)


@pair("A plan makes drafts for channels of its own municipality only, also when one of them is disconnected meanwhile.")
def a_plan_is_confirmed_while_its_channel_is_disconnected(cast: Cast, network: FakeServer) -> Pair:
    desk = desk_of(cast)
    plan, pk = uploaded(desk), desk.bluesky.pk

    def check(run: Run) -> None:
        assert_own_drafts(desk, 0 if run.was_refused(A) else 2)
        if run.began_later(A):
            assert run.was_refused(A)

    return in_cuprija(
        cast,
        lambda: imports.confirm(plan, by=cast.officer, expected=2),
        lambda: disconnect(Channel.objects.get(pk=pk), by=cast.approver),
        check,
    )


@pair("A plan makes drafts, whatever the rule about approval was when it was shown.")
def a_plan_is_confirmed_while_approval_is_asked_for(cast: Cast, network: FakeServer) -> Pair:
    desk = desk_of(cast)
    desk.house_rule(approval=Approval.NONE)
    plan = uploaded(desk)

    def check(run: Run) -> None:
        assert not run.was_refused(A)
        assert_own_drafts(desk, 2)

    return in_cuprija(
        cast,
        lambda: imports.confirm(plan, by=cast.officer, expected=2),
        lambda: house_rules.edit(cast.cuprija, {"approval": Approval.ONE}, by=cast.approver),
        check,
    )


@pair("A plan makes drafts that need approval, also when who uploaded it leaves meanwhile.")
def a_plan_is_confirmed_while_its_uploader_leaves(cast: Cast, network: FakeServer) -> Pair:
    desk = desk_of(cast)
    plan = uploaded(desk)
    theirs = Membership.objects.get(user=cast.officer, municipality=cast.cuprija)

    def check(run: Run) -> None:
        assert not run.was_refused(A)
        assert_own_drafts(desk, 2)
        assert {post.author_id for post in Post.objects.all()} == {cast.approver.pk}

    return in_cuprija(
        cast,
        lambda: imports.confirm(plan, by=cast.approver, expected=2),
        lambda: members.end(theirs, by=cast.approver),
        check,
    )


# ---------------------------------------------------------------- kits of the programme


def kit_of(cast: Cast) -> Kit:
    """Published, of two posts."""
    values = {"name": "Вакцинација", "purpose": "Подсетник.", "service": None, "starts_on": None, "ends_on": None}
    kit = edit.create(cast.programme, values, by=cast.staff)
    for day in (0, 7):
        edit.save_post(kit, None, _written(BEFORE, day), by=cast.staff)
    return edit.publish(kit, by=cast.staff)


def _written(text: str, day: int = 0) -> edit.KitPostContent:
    draft = Draft(texts={"sr-Cyrl": Text(text)})
    return edit.KitPostContent(TemplateContent("Објава", "", "eservice", draft, [], ""), day, time(10))


def adopting(kit: Kit, cast: Cast, by: Any = None) -> Any:
    parts = [part.pk for part in kits.parts_of(kit)]
    choice = adopt.AdoptionChoice(starts_on=date(2027, 3, 1), values={}, parts=parts)
    return lambda: len(adopt.adopt(kit, choice, municipality=cast.cuprija, by=by or cast.officer).made)


@pair("A kit that two people adopt is adopted once: one campaign, and each draft once.")
def a_kit_is_adopted_twice(cast: Cast, network: FakeServer) -> Pair:
    desk_of(cast)
    kit = kit_of(cast)

    def check(run: Run) -> None:
        assert sorted(run.outcomes) == [0, 2]
        assert (Post.objects.count(), Campaign.objects.count(), Adoption.objects.count()) == (2, 1, 1)

    return in_cuprija(cast, adopting(kit, cast), adopting(kit, cast, cast.approver), check)


@pair("A kit is not adopted after it was closed.")
def a_kit_is_adopted_while_it_is_closed(cast: Cast, network: FakeServer) -> Pair:
    desk_of(cast)
    kit = kit_of(cast)

    def check(run: Run) -> None:
        assert not run.was_refused(B)
        assert Post.objects.count() == (0 if run.was_refused(A) else 2)
        assert run.ended == [A, B] or run.was_refused(A), "adopted after it was closed"

    return in_cuprija(cast, adopting(kit, cast), lambda: edit.close(kit, by=cast.staff), check)


@pair("What is adopted after the programme changed a post of the kit is the changed post.")
def a_kit_is_adopted_while_its_posts_are_changed(cast: Cast, network: FakeServer) -> Pair:
    desk_of(cast)
    kit = kit_of(cast)
    parts = kits.parts_of(kit)

    def change() -> None:
        for part in parts:
            edit.save_post(kit, part, _written(AFTER, part.day), by=cast.staff)

    def check(run: Run) -> None:
        texts = [text_of(post) for post in Post.objects.order_by("due_at")]
        assert texts in ([BEFORE, BEFORE], [AFTER, BEFORE], [AFTER, AFTER])
        assert run.ended == [A, B] or texts == [AFTER, AFTER]

    return in_cuprija(cast, adopting(kit, cast), change, check)


@pair("A kit is adopted once it is published, and neither waits for the other for ever.")
def a_kit_is_adopted_while_it_is_published(cast: Cast, network: FakeServer) -> Pair:
    desk_of(cast)
    kit = kit_of(cast)
    Kit.objects.filter(pk=kit.pk).update(published_at=None)

    def check(run: Run) -> None:
        assert Post.objects.count() == (0 if run.was_refused(A) else 2)

    return in_cuprija(cast, adopting(kit, cast), lambda: edit.publish(kit, by=cast.staff), check)


@pair("What was approved stays as it was approved when the programme changes the kit.")
def an_adopted_post_is_approved_while_the_kit_is_changed(cast: Cast, network: FakeServer) -> Pair:
    desk = desk_of(cast)
    kit = kit_of(cast)
    with scope(cast.cuprija):
        adopting(kit, cast)()
        post = submit(Post.objects.order_by("due_at")[0], by=cast.officer)
        version = desk.version(post)
    part = kits.parts_of(kit)[0]

    def check(run: Run) -> None:
        assert not run.was_refused(A)
        assert desk.version(post).pk == version.pk
        assert content(version).texts["sr-Cyrl"].text == BEFORE
        assert all(BEFORE in delivery.payload["text"] for delivery in desk.deliveries(post))
        with everywhere("the programme's staff are in no municipality"):
            assert kits.parts_of(kit)[0].content["texts"]["sr-Cyrl"]["text"] == AFTER

    return in_cuprija(
        cast,
        lambda: approve(post, version, by=cast.approver),
        lambda: edit.save_post(kit, part, _written(AFTER), by=cast.staff),
        check,
    )
