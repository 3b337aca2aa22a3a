"""When the rules of the time zone change, a post keeps its time on the clock."""

from datetime import timedelta

from municipalities.tenancy import scope
from posts.editing.domain.save import set_time
from posts.editing.domain.submit import submit
from posts.models import Post
from posts.review.domain.approve import approve
from posts.scheduling.domain.schedule import schedule
from posts.scheduling.domain.wall_times import update_due_times
from tests.posts.desk import Desk, in_hours


def test_the_moment_follows_the_wall_time_and_the_delivery_follows_the_moment(desk: Desk) -> None:
    post = submit(desk.write(), by=desk.cast.officer)
    post = approve(post, desk.version(post), by=desk.cast.approver)
    time = in_hours(30)
    schedule(post, time, by=desk.cast.officer)
    # as an older version of the time-zone data would have derived it
    Post.objects.filter(pk=post.pk).update(due_at=time.due_at + timedelta(hours=1))

    assert update_due_times() == 1

    with scope(desk.cast.cuprija):
        post.refresh_from_db()
        assert post.due_at == time.due_at
        (delivery,) = desk.deliveries(post)
        assert delivery.due_at == time.due_at
    assert update_due_times() == 0


def test_a_post_whose_time_is_over_by_the_new_rules_does_not_hold_the_others_up(desk: Desk) -> None:
    over, coming = desk.write(), desk.write()
    soon, derived = in_hours(30), in_hours(31)  # derived as an older version of the time-zone data would have
    for post, time in ((over, in_hours(-1)), (coming, soon)):
        submitted = submit(post, by=desk.cast.officer)
        approved = approve(submitted, desk.version(submitted), by=desk.cast.approver)
        schedule(approved, soon, by=desk.cast.officer)
        with scope(desk.cast.cuprija):
            set_time(post, time)
            post.due_at = derived.due_at
            post.save(update_fields=["local_time", "fold", "due_at"])

    assert update_due_times() == 1

    with scope(desk.cast.cuprija):
        over.refresh_from_db()
        coming.refresh_from_db()
        assert over.due_at == derived.due_at
        assert coming.due_at == soon.due_at
