"""The pages of correcting and taking down: who may open them, what they say, and the whole way through the browser."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from channels.models import Channel
from delivery.domain import external_changes
from delivery.domain.missing import missing
from delivery.models import Delivery
from municipalities.enums import Approval
from posts.editing.domain import corrections, removals
from posts.enums import AmendmentState, Stage
from posts.models import Amendment, Post
from posts.queries import publications
from tests.delivery.conftest import allowed, network
from tests.people import sign_in
from tests.posts.amended import FIRST, SECOND, Street, desk, fresh, on, once, post
from tests.posts.deciders import on_the_list

__all__ = ["allowed", "desk", "fresh", "network", "once", "post"]
REASON = "Погрешан сат у објави."
NEW = ("post_correct", "post_correction", "post_correction_drop", "post_take_down", "post_take_down_decide")


def url(name: str, *args: Any) -> str:
    return reverse(name, args=["cuprija", *args])


def words(answer: Any) -> str:
    return answer.content.decode()


def send(client: Client, name: str, post: Post, **fields: Any) -> Any:
    return client.post(url(name, post.pk), fields, follow=True)


# ---------------------------------------------------------------- who may


@pytest.mark.parametrize("name", NEW)
@pytest.mark.parametrize("person", ["viewer", "mentor", "staff", "administrator"])
def test_who_does_not_publish_never_gets_there(desk: Street, post: Post, name: str, person: str) -> None:
    client = sign_in(getattr(desk.cast, person))
    for answer in (client.get(url(name, post.pk)), client.post(url(name, post.pk), {"reason": REASON})):
        assert answer.status_code == 403
    assert not Amendment.objects.exists()


@pytest.mark.parametrize("name", NEW)
def test_another_municipality_is_not_there(desk: Street, post: Post, name: str) -> None:
    client = sign_in(desk.cast.stranger)
    assert client.post(url(name, post.pk)).status_code == 404
    assert client.post(reverse(name, args=["novi-pazar", post.pk])).status_code in (403, 404)


def test_an_officer_does_not_decide_about_a_removal(desk: Street, post: Post) -> None:
    removals.take_down(
        post, [publication.pk for publication in publications(post)], reason=REASON, by=desk.cast.officer
    )
    officer = sign_in(desk.cast.officer)
    assert officer.post(url("post_take_down_decide", post.pk), {"decision": "agree"}).status_code == 403


# ---------------------------------------------------------------- correcting


def test_the_whole_way_of_a_correction(desk: Street, post: Post) -> None:
    officer, approver = sign_in(desk.cast.officer), sign_in(desk.cast.approver)
    assert "Correct it" in words(officer.get(url("post", post.pk)))
    shown = words(officer.get(url("post_correct", post.pk)))
    assert "comments and reactions stay" in shown
    assert "This network changes no posts" in shown
    assert "Give a reason in one sentence" in words(send(officer, "post_correct", post, reason="не"))
    composer = words(send(officer, "post_correct", post, reason=REASON))
    assert "You are correcting a post that is public" in composer
    assert REASON in composer
    assert 'name="date" type="date"' not in composer
    ways = send(officer, "post_edit", post, **typed(desk, post, SECOND), act="correction")
    page = words(ways)
    assert re.search(r"<del>.{0,80}9</del>", page)
    assert re.search(r"<ins>.{0,80}10</ins>", page)
    version = desk.version(post)
    half = send(officer, "post_correction", post, version=version.pk, act="submit")
    assert half.status_code == 422
    assert "Choose what happens on each network" in words(half)
    chosen = {f"way-{pk}": way for pk, way in desk.ways(post).items()}
    done = words(send(officer, "post_correction", post, version=version.pk, act="submit", **chosen))
    assert "Correction waits for approval" in done
    assert "It is taken down and sent again" in done
    assert desk.texts() == [FIRST, FIRST]
    assert "Correction waits for approval" in words(approver.get(url("post", post.pk)))
    assert SECOND in words(approver.get(url("workspace")))
    send(approver, "post_decide", post, version=version.pk, decision="approve")
    desk.go()
    assert desk.texts() == [SECOND, SECOND]
    after = words(officer.get(url("post", post.pk)))
    assert "Corrected and taken down" in after
    assert REASON in after


def typed(desk: Street, post: Post, text: str) -> dict[str, Any]:
    post = desk.reload(post)
    return {
        "text-sr-Cyrl": text, "derived-sr-Cyrl": "", "revision": post.revision, "category": post.category,
        "channels": [desk.mastodon.pk, desk.bluesky.pk], "correcting": "on", "key": str(post.key),
    }  # fmt: skip


def test_where_the_house_asks_nobody_one_button_corrects_it(desk: Street, post: Post) -> None:
    desk.house_rule(approval=Approval.NONE)
    post = desk.correct(post)
    version = corrections.prepare(post, by=desk.cast.officer)
    officer = sign_in(desk.cast.officer)
    assert "Correct it now" in words(officer.get(url("post_correction", post.pk)))
    chosen = {f"way-{pk}": way for pk, way in desk.ways(post).items()}
    send(officer, "post_correction", post, version=version.pk, act="now", **chosen)
    desk.go()
    assert desk.texts() == [SECOND, SECOND]


def test_nobody_corrects_at_once_who_has_to_ask(desk: Street, post: Post) -> None:
    post = desk.correct(post)
    version = corrections.prepare(post, by=desk.cast.officer)
    chosen = {f"way-{pk}": way for pk, way in desk.ways(post).items()}
    send(sign_in(desk.cast.officer), "post_correction", post, version=version.pk, act="now", **chosen)
    assert desk.reload(post).stage == Stage.SUBMITTED
    desk.go()
    assert desk.texts() == [FIRST, FIRST]


def test_somebody_on_the_emergency_list_is_led_to_the_page_of_emergencies(desk: Street, post: Post) -> None:
    on_the_list(desk.cast, desk.cast.officer)
    post = desk.correct(post)
    version = corrections.prepare(post, by=desk.cast.officer)
    officer = sign_in(desk.cast.officer)
    chosen = {f"way-{pk}": way for pk, way in desk.ways(post).items()}
    answer = officer.post(url("post_correction", post.pk), {"version": version.pk, "act": "emergency", **chosen})
    assert answer.headers["Location"] == url("post_emergency", post.pk)
    send(officer, "post_emergency", post, reason="Погрешан сат у упозорењу.")
    desk.go()
    assert desk.texts() == [SECOND, SECOND]


def test_what_was_typed_in_another_tab_is_shown_before_it_is_chosen(desk: Street, post: Post) -> None:
    post = desk.correct(post)
    version = corrections.prepare(post, by=desk.cast.officer)
    officer = sign_in(desk.cast.officer)
    officer.post(url("post_save", post.pk), typed(desk, post, "Вашар почиње у 11 часова."))
    chosen = {f"way-{pk}": way for pk, way in desk.ways(post).items()}
    answer = send(officer, "post_correction", post, version=version.pk, act="submit", **chosen)
    assert answer.status_code == 422
    assert re.search(r"<ins>.{0,80}11</ins>", words(answer))
    again = send(officer, "post_correction", post, version=desk.version(post).pk, act="submit", **chosen)
    assert "Correction waits for approval" in words(again)


def test_a_correction_is_dropped_from_its_page(desk: Street, post: Post) -> None:
    post = desk.correct(post)
    answer = send(sign_in(desk.cast.officer), "post_correction_drop", post)
    assert "The correction is dropped" in words(answer)
    assert (desk.reload(post).stage, desk.amendment(post).state) == (Stage.APPROVED, AmendmentState.DROPPED)


def test_after_a_dropped_correction_the_page_shows_what_is_public(desk: Street, post: Post) -> None:
    post = desk.correct(post)
    officer = sign_in(desk.cast.officer)
    page = officer.post(
        url("post_correction", post.pk), {"version": desk.version(post).pk, "act": "submit"}, follow=True
    )
    assert desk.version(post).number == 2, page
    send(officer, "post_correction_drop", post)
    page = officer.get(url("post", post.pk))
    assert "As it was published" in words(page)
    assert "As the networks will show it" not in words(page)
    assert page.context["reading"].version.number == 1


def test_the_page_of_a_post_that_is_not_corrected_leads_back(desk: Street, post: Post) -> None:
    answer = sign_in(desk.cast.officer).get(url("post_correction", post.pk))
    assert answer.headers["Location"] == url("post", post.pk)


def test_the_preview_of_a_correction_keeps_its_button(desk: Street, post: Post) -> None:
    post = desk.correct(post)
    officer = sign_in(desk.cast.officer)
    shown = words(officer.post(url("post_preview"), typed(desk, post, SECOND)))
    assert 'value="correction"' in shown
    assert 'value="submit"' not in shown


def test_saving_a_correction_keeps_the_time_of_the_post(desk: Street, post: Post) -> None:
    due_at = post.due_at
    post = desk.correct(post)
    officer = sign_in(desk.cast.officer)
    saved = officer.post(url("post_save", post.pk), typed(desk, post, "Нешто друго."))
    assert saved.status_code == 200
    assert desk.reload(post).due_at == due_at


# ---------------------------------------------------------------- taking down


def test_an_officer_asks_and_an_approver_agrees(desk: Street, post: Post) -> None:
    officer, approver = sign_in(desk.cast.officer), sign_in(desk.cast.approver)
    assert "Take it down…" in words(officer.get(url("post", post.pk)))
    shown = words(officer.get(url("post_take_down", post.pk)))
    assert "An approver has to agree first" in shown
    chosen = [publication.pk for publication in publications(post)]
    asked = words(send(officer, "post_take_down", post, reason=REASON, publication=chosen))
    assert "The post stays until one of them agrees" in asked
    assert "Take the question back" in asked
    home = words(approver.get(url("workspace")))
    assert "To be removed" in home
    page = words(approver.get(url("post", post.pk)))
    assert "Is this post taken down?" in page
    send(approver, "post_take_down_decide", post, decision="agree")
    desk.go()
    assert desk.texts() == []
    assert "Taken down on" in words(officer.get(url("post", post.pk)))


def test_an_approver_declines_only_with_a_note(desk: Street, post: Post) -> None:
    removals.take_down(
        post, [publication.pk for publication in publications(post)], reason=REASON, by=desk.cast.officer
    )
    approver = sign_in(desk.cast.approver)
    assert "why does the post stay" in words(send(approver, "post_take_down_decide", post, decision="decline"))
    send(approver, "post_take_down_decide", post, decision="decline", note="Сат је тачан.")
    assert desk.amendment(post).state == AmendmentState.DECLINED
    assert "Сат је тачан." in words(sign_in(desk.cast.officer).get(url("post", post.pk)))


def test_whoever_asked_takes_it_back(desk: Street, post: Post) -> None:
    removals.take_down(
        post, [publication.pk for publication in publications(post)], reason=REASON, by=desk.cast.officer
    )
    assert "The post stays where it is" in words(send(sign_in(desk.cast.officer), "post_take_down", post, act="drop"))
    assert desk.amendment(post).state == AmendmentState.DROPPED


def test_an_approver_takes_it_down_at_once_from_one_network(desk: Street, post: Post) -> None:
    approver = sign_in(desk.cast.approver)
    assert "as soon as you confirm" in words(approver.get(url("post_take_down", post.pk)))
    send(approver, "post_take_down", post, reason=REASON, publication=[desk.on(post, "mastodon").pk])
    desk.go()
    assert desk.texts() == [FIRST]


def test_a_network_without_such_a_call_is_named_with_the_way_there(desk: Street, post: Post) -> None:
    Channel.objects.filter(pk=desk.bluesky.pk).update(platform="viber")
    shown = words(sign_in(desk.cast.approver).get(url("post_take_down", post.pk)))
    assert "delete it by hand" in shown
    assert desk.on(post, "viber").delivery.permalink in shown
    assert len(re.findall(r'name="publication"', shown)) == 1


def test_where_only_a_person_can_correct_it_nothing_is_asked_and_the_form_is_sent(desk: Street, post: Post) -> None:
    Channel.objects.filter(pk=desk.bluesky.pk).update(platform="viber")
    version = corrections.prepare(desk.correct(post), by=desk.cast.officer)
    officer = sign_in(desk.cast.officer)
    page = officer.get(url("post_correction", post.pk))
    by_hand, editable = (f"way-{desk.on(post, name).pk}" for name in ("viber", "mastodon"))
    (hidden,) = re.findall(rf'<input type="hidden" name="{by_hand}" value="(\w+)">', words(page))
    assert not re.search(rf'type="radio"\s+name="{by_hand}"', words(page))
    assert re.search(rf'type="radio"\s+name="{editable}"', words(page))
    send(officer, "post_correction", post, version=version.pk, act="submit", **{by_hand: hidden, editable: "edit"})
    assert desk.reload(post).stage == Stage.SUBMITTED
    assert desk.amendment(post).ways[by_hand.removeprefix("way-")] == hidden


def test_the_page_of_a_delivery_leads_to_the_page_for_taking_down(desk: Street, post: Post) -> None:
    delivery = desk.on(post, "mastodon").delivery
    officer = sign_in(desk.cast.officer)
    assert url("post_take_down", post.pk) in words(officer.get(url("delivery", delivery.pk)))
    form = {"answer": "take_down", "seen": delivery.state_at.isoformat()}
    officer.post(url("delivery_answer", delivery.pk), form)
    assert desk.fresh(delivery).withdrawal_asked_at is None  # not around the approval


# ---------------------------------------------------------------- what happened there


def test_what_is_gone_or_changed_there_stands_on_the_post_the_list_the_calendar_and_home(
    desk: Street, post: Post
) -> None:
    other = desk.published("Друга објава: парк је отворен.")
    missing(desk.on(post, "bluesky").delivery)
    shown = desk.on(other, "mastodon").delivery
    now = timezone.now()
    external_changes.record_shown({shown.pk: external_changes.NetworkText(shown.payload["text"], now)})
    external_changes.record_shown(
        {shown.pk: external_changes.NetworkText("Парк је затворен.", now + timedelta(minutes=1))}
    )
    officer = sign_in(desk.cast.officer)
    assert "Found removed there on" in words(officer.get(url("post", post.pk)))
    assert "Found changed there on" in words(officer.get(url("post", other.pk)))
    day = timezone.localtime(other.due_at).date().isoformat()
    for page in (url("posts"), f"{url('calendar')}?date={day}", url("workspace")):
        listed = words(officer.get(page))
        assert "Removed on the network" in listed, page
        assert "Changed on the network" in listed, page
    for delivery in (desk.on(post, "bluesky").delivery, shown):
        external_changes.acknowledge(desk.fresh(delivery), by=desk.cast.officer)
    assert "Did not go out as planned" not in words(officer.get(url("workspace")))


def test_the_channels_of_a_post_stand_on_home_in_their_order_whichever_got_stuck_first(
    desk: Street, post: Post
) -> None:
    for name in ("mastodon", "bluesky"):
        missing(desk.on(post, name).delivery)
    page = sign_in(desk.cast.officer).get(url("workspace")).content.decode()
    first, second = (page.index(url("delivery", desk.on(post, name).delivery_id)) for name in ("bluesky", "mastodon"))
    assert first < second


@on()
def test_pages_ask_the_database_a_fixed_number_of_times(desk: Street) -> None:
    counts = []
    officer = sign_in(desk.cast.officer)
    for many in (1, 3):
        post = desk.published(f"Објава број {many}.")
        for _again in range(many):
            removals.drop(
                removals.take_down(
                    post, [publication.pk for publication in publications(post)], reason=REASON, by=desk.cast.officer
                ),
                by=desk.cast.officer,
            )
        per_page = []
        for name in ("post", "post_correct", "post_take_down"):
            officer.get(url(name, post.pk))
            with CaptureQueriesContext(connection) as asked:
                officer.get(url(name, post.pk))
            per_page.append(len(asked))
        counts.append(per_page)
    assert counts[0] == counts[1]


@on()
def test_the_page_of_ways_asks_as_often_for_one_network_as_for_two(desk: Street) -> None:
    officer, counts = sign_in(desk.cast.officer), []
    for channels in ((desk.mastodon,), (desk.mastodon, desk.bluesky)):
        post = desk.chosen(desk.published(FIRST, *channels))
        officer.get(url("post_correction", post.pk))
        with CaptureQueriesContext(connection) as asked:
            assert officer.get(url("post_correction", post.pk)).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 16


@on("mastodon")
def test_a_change_that_failed_stands_on_home_until_somebody_answers(desk: Street, post: Post) -> None:
    desk.network.plan("status", "/api/v1/statuses/", method="PUT", status=422, body={"error": "Too long"})
    desk.agreed(post)
    desk.go()
    failed = Delivery.objects.get(kind="edit")
    officer = sign_in(desk.cast.officer)
    home = words(officer.get(url("workspace")))
    assert "Not corrected there" in home
    assert url("delivery", failed.pk) in home
    assert "It was not changed" in words(officer.get(url("delivery", failed.pk)))
    form = {"answer": "drop", "seen": failed.state_at.isoformat()}
    officer.post(url("delivery_answer", failed.pk), form)
    assert "Not corrected there" not in words(officer.get(url("workspace")))
