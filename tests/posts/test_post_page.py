"""The page of a post for whom it is: what is decided about stands before the decision; what is out has its figures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from analytics.models import Subject, Traits
from delivery.domain.move import move
from delivery.enums import ReasonCode, State
from delivery.models import Delivery
from inbox.models import Message
from municipalities.enums import Approval
from municipalities.tenancy import scope
from portal.delivery_notifications import _body
from posts.editing.domain.submit import submit, take_back
from posts.enums import Stage
from posts.models import Post, Publication
from posts.review.domain.comment import comment
from tests.analytics.factories import published
from tests.delivery.conftest import allowed, network
from tests.people import Cast, sign_in
from tests.platforms.fakes import FakeServer
from tests.posts.amended import Street, street
from tests.posts.deciders import submitted
from tests.posts.desk import in_hours
from tests.posts.test_cards import words

__all__ = ["allowed", "network"]


@pytest.fixture
def desk(cast: Cast, network: FakeServer) -> Iterator[Street]:
    with scope(cast.cuprija):
        yield street(cast, network)


def url(name: str, *args: Any) -> str:
    return reverse(name, args=["cuprija", *args])


def page(client: Client, post: Post) -> str:
    answer = client.get(url("post", post.pk))
    assert answer.status_code == 200
    return answer.content.decode()


def panel(client: Client, post: Post) -> str:
    answer = client.get(url("post_decide", post.pk), headers={"X-Fragment": "1"})
    assert answer.status_code == 200
    return answer.content.decode()


def order(html: str, *marks: str) -> list[str]:
    """The marks in the order in which the page has them."""
    assert all(mark in html for mark in marks), [mark for mark in marks if mark not in html]
    return sorted(marks, key=html.index)


def fetched(publication: Publication, *, days: int = 4, **fields: Any) -> Subject:
    """What the network of a publication returned; it was published some days ago."""
    traits = Traits.objects.get_or_create(category="service", material="text")[0]
    on = date.today() - timedelta(days=days)
    given = {"last_fetched_at": timezone.now(), "last_outcome": "read", **fields}
    return Subject.objects.create(
        municipality_id=publication.municipality_id, kind="publication", channel=publication.channel, traits=traits,
        publication=publication, published_on=on, **given,
    )  # fmt: skip


def line(html: str, publication: Publication) -> str:
    """What the page says of one network, as words."""
    lines = re.findall(r'<li class="list-row network-line">.*?</li>', html, flags=re.DOTALL)
    address = url("delivery", publication.delivery_id)
    return words(next(text for text in lines if address in text))


# ---- to be decided


def test_what_goes_out_is_read_first_and_then_its_text_the_decision_and_the_comments(desk: Street) -> None:
    post = submitted(desk, hours=3)
    marks = ('id="look-heading"', 'id="preview-', 'id="paper"', 'id="decide"', 'id="threads"')
    assert order(page(sign_in(desk.cast.approver), post), *marks) == list(marks)


def test_a_mentor_reads_it_before_saying_that_it_is_ready(desk: Street) -> None:
    desk.house_rule(approval=Approval.MENTOR)
    shown = page(sign_in(desk.cast.mentor), submitted(desk))
    marks = ('id="look-heading"', "I have read it: it is ready")
    assert order(shown, *marks) == list(marks)


def test_a_draft_begins_with_its_text(desk: Street) -> None:
    marks = ('id="paper"', 'id="preview-')
    shown = page(sign_in(desk.cast.officer), desk.write())
    assert order(shown, *marks) == list(marks)
    assert 'id="decide"' not in shown


def test_a_form_is_a_sheet_on_a_phone_unless_a_note_came_back_with_a_refusal(desk: Street) -> None:
    post = submitted(desk)
    client = sign_in(desk.cast.approver)
    assert 'popovertarget="decide"' in page(client, post)
    comment(post, "Сат?", by=desk.cast.mentor)
    sent = {"version": desk.version(post).pk, "decision": "approve", "note": "Само сат."}
    refused = client.post(url("post_decide", post.pk), sent, follow=True).content.decode()
    assert "Само сат.</textarea>" in refused
    assert 'popovertarget="decide"' not in refused


def test_earlier_texts_are_folded_and_named_by_their_day(desk: Street) -> None:
    post = submitted(desk, hours=3)
    assert "Earlier texts" not in page(sign_in(desk.cast.officer), post), "the only text is on the page"
    post = take_back(post, by=desk.cast.officer)
    submit(desk.change(post, desk.draft("Вода долази у 19 часова."), time=in_hours(3)), by=desk.cast.officer)
    shown = words(page(sign_in(desk.cast.approver), post))
    assert "Earlier texts" in shown
    assert "Text of" in shown
    assert "the text then" in shown, "of the first submission"
    assert "ersion 1" not in shown


def test_who_only_sees_that_it_waits_has_nothing_to_open(desk: Street) -> None:
    shown = page(sign_in(desk.cast.officer), submitted(desk))
    assert "This post waits for a decision" in shown
    assert 'popovertarget="decide"' not in shown


# ---- out


def test_what_is_out_begins_with_its_networks_and_then_shows_what_they_show(desk: Street) -> None:
    post = desk.published()
    marks = ('id="where-heading"', 'id="look-heading"', 'id="paper"')
    assert order(page(sign_in(desk.cast.officer), post), *marks) == list(marks)


def test_figures_are_those_of_each_network_and_what_is_missing_has_a_reason(desk: Street) -> None:
    post = desk.published()
    mastodon, bluesky = desk.on(post, "mastodon"), desk.on(post, "bluesky")
    shown = page(sign_in(desk.cast.officer), post)
    assert "No figures yet: they have not been fetched" in line(shown, mastodon)
    fetched(mastodon, likes=0, replies=3, interactions=3)
    shown = page(sign_in(desk.cast.officer), post)
    on_mastodon = line(shown, mastodon)
    assert "Likes 0 Comments 3" in on_mastodon
    assert "Fetched from the network" in on_mastodon
    assert "Not returned so far: Shares" in on_mastodon
    assert "Not returned by this network: Views, Clicks" in on_mastodon
    assert "No figures yet" in line(shown, bluesky)


def test_a_fetch_that_failed_says_so_and_what_was_returned_before_stays(desk: Street) -> None:
    publication = desk.on(desk.published(), "mastodon")
    fetched(publication, likes=5, interactions=5, last_outcome="not_reached")
    shown = line(page(sign_in(desk.cast.officer), publication.post), publication)
    assert "Likes 5" in shown
    assert "The network did not answer." in shown


def test_it_is_compared_with_the_usual_only_where_there_are_enough_posts_and_days(desk: Street) -> None:
    publication = desk.on(desk.published(), "mastodon")
    client = sign_in(desk.cast.officer)
    subject = fetched(publication, likes=6, interactions=6)
    assert "the usual of this channel" not in page(client, publication.post)
    for days in range(5, 14):
        other = published(desk.mastodon, timezone.now() - timedelta(days=days))
        fetched(other, days=days, interactions=2)
    shown = line(page(client, publication.post), publication)
    assert "3.0 × the usual of this channel: more than usual." in shown
    assert "Why?" in shown
    assert "Interactions of this post: 6. The usual is 2: the median of 10 posts" in shown
    Subject.objects.filter(pk=subject.pk).update(published_on=date.today())
    shown = line(page(client, publication.post), publication)
    assert "the usual of this channel:" not in shown
    assert "It is compared with the usual of its channel 3 days after publication." in shown


def test_comments_that_wait_are_those_below_this_post(desk: Street) -> None:
    post, other = desk.published(), desk.published("Вода долази у 18 часова.")
    client, now = sign_in(desk.cast.officer), timezone.now()
    assert "Comments that wait for an answer" not in page(client, post)
    for number, (of, state) in enumerate(((post, "open"), (other, "open"), (post, "answered"))):
        Message.objects.create(
            municipality=desk.municipality, channel=desk.mastodon, publication=desk.on(of, "mastodon"),
            remote_id=str(number), text=f"Питање {number}?", at=now, received_at=now, counts_from=now, state=state,
            visibility="public", settled_at=now if state == "answered" else None,
        )  # fmt: skip
    shown = page(client, post)
    assert "Comments that wait for an answer" in shown
    assert "Питање 0?" in shown
    assert "Питање 1?" not in shown
    assert "Питање 2?" not in shown
    assert url("message", Message.objects.get(text="Питање 0?").pk) in shown


def test_what_can_be_done_with_what_is_out_stands_below_its_networks(desk: Street) -> None:
    post = desk.published()
    section = page(sign_in(desk.cast.approver), post).partition('id="where-heading"')[2].partition("</section>")[0]
    for label in ("Share with other municipalities", "Repeat it", "Take it down…"):
        assert label in section
    waiting = page(sign_in(desk.cast.approver), submitted(desk))
    assert "Repeat it" in waiting.partition('class="page-actions"')[2].partition("</header>")[0]
    assert "Take it down…" not in waiting


def test_a_reader_of_what_is_public_has_networks_and_previews_alone(desk: Street) -> None:
    shown = page(sign_in(desk.cast.staff), desk.published())
    assert "Published" in shown
    assert 'id="paper"' not in shown


def test_the_page_takes_the_same_few_queries_for_one_network_and_for_two(
    desk: Street, django_assert_max_num_queries: Any
) -> None:
    client, counts = sign_in(desk.cast.officer), []
    for channels in ((desk.mastodon,), (desk.mastodon, desk.bluesky)):
        post = desk.published("Вашар почиње.", *channels)
        for publication in Publication.objects.filter(post=post):
            fetched(publication, likes=1, interactions=1)
        page(client, post)
        with django_assert_max_num_queries(13) as queries:
            shown = page(client, post)
        counts.append(len(queries))
        assert len(shown.encode()) < 60_000
    assert counts[0] == counts[1]


def test_what_a_network_did_not_take_is_not_shown_as_published_there(desk: Street) -> None:
    post = desk.published()
    bluesky = desk.on(post, "bluesky").delivery
    refused = {"state": State.FAILED, "reason": ReasonCode.REJECTED, "remote_id": "", "published_at": None}
    Delivery.objects.filter(pk=bluesky.pk).update(**refused)
    shown = page(sign_in(desk.cast.officer), post).partition("As it was published")[2]
    marks = ("Not published", "preview-mastodon", "preview-bluesky")
    assert order(shown, *marks) == list(marks), "the bar says so before the previews"


# ---- whose words


def test_the_words_of_a_network_are_quoted_below_a_sentence_of_ours(desk: Street) -> None:
    publication = desk.on(desk.published(), "mastodon")
    delivery = publication.delivery
    refused = {"state": State.FAILED, "reason": ReasonCode.REJECTED, "remote_id": "", "published_at": None}
    Delivery.objects.filter(pk=delivery.pk).update(**refused, problem="Media type is not accepted")
    delivery.refresh_from_db()
    assert delivery.network_words == "Media type is not accepted"
    shown = page(sign_in(desk.cast.officer), publication.post)
    assert "The network refused it." in line(shown, publication)
    assert "<q>Media type is not accepted</q>" in shown
    answer = sign_in(desk.cast.officer).get(url("delivery", delivery.pk)).content.decode()
    assert "The network's words: Media type is not accepted" in words(answer)
    assert _body(delivery).endswith("The network's words: “Media type is not accepted”")


def test_a_sentence_of_ours_is_no_quotation(desk: Street) -> None:
    ours = "X could not work on the video. Save it as MP4 with H.264 and AAC and add it again."
    delivery = Delivery(state=State.FAILED, reason=ReasonCode.REJECTED, problem=ours)
    assert delivery.network_words == ""
    assert Delivery(state=State.EXPIRED, reason=ReasonCode.HELD, problem="Closed on Sunday").network_words == ""


# ---- from Home


def test_home_offers_to_review_and_decide_what_waits_for_this_person(desk: Street) -> None:
    post = submitted(desk)
    home = sign_in(desk.cast.approver).get(url("workspace")).content.decode()
    assert f'href="{url("post", post.pk)}#decide" data-decide="{url("post_decide", post.pk)}"' in home
    assert "data-decide" not in sign_in(desk.cast.officer).get(url("workspace")).content.decode()


def test_the_panel_has_what_goes_out_then_the_form(desk: Street) -> None:
    post = submitted(desk, "Вода долази у 18 часова.")
    comment(post, "Који део <града>?", by=desk.cast.mentor)
    shown = panel(sign_in(desk.cast.approver), post)
    marks = ('class="preview ', "Који део &lt;града&gt;?", 'name="decision" value="approve"')
    assert order(shown, *marks) == list(marks)
    assert 'name="next" value="home"' in shown
    assert "popover" not in shown
    assert "<html" not in shown


def test_after_the_decision_the_person_is_back_on_home(desk: Street) -> None:
    client, post, other = sign_in(desk.cast.approver), submitted(desk), submitted(desk, "Друго")
    sent = {"version": desk.version(post).pk, "decision": "approve", "next": "home", "time": ""}
    answer = client.post(url("post_decide", post.pk), sent, follow=True)
    assert answer.redirect_chain == [(url("workspace"), 302)]
    assert "Approved. Choose a time for it" in answer.content.decode()
    sent = {"version": desk.version(other).pk, "decision": "return", "note": "Додајте сат.", "next": "home"}
    answer = client.post(url("post_decide", other.pk), sent, follow=True)
    assert answer.redirect_chain == [(url("workspace"), 302)]
    assert "Returned. The author has been notified." in answer.content.decode()


def test_from_home_too_nothing_is_approved_that_was_changed_or_has_open_conversations(desk: Street) -> None:
    client, post = sign_in(desk.cast.approver), submitted(desk)
    seen = {"version": desk.version(post).pk, "decision": "approve", "next": "home"}
    changed = desk.change(take_back(post, by=desk.cast.officer), desk.draft("Друго"))
    submit(changed, by=desk.cast.officer)
    answer = client.post(url("post_decide", post.pk), seen, follow=True)
    assert answer.redirect_chain == [(url("post", post.pk), 302)]
    assert "The post was changed after you opened it" in answer.content.decode()
    comment(post, "Сат?", by=desk.cast.mentor)
    now = {**seen, "version": desk.version(post).pk}
    assert (
        "One conversation is open. Mark" in client.post(url("post_decide", post.pk), now, follow=True).content.decode()
    )
    assert desk.reload(post).stage == Stage.SUBMITTED


def test_who_may_not_decide_gets_no_panel(desk: Street) -> None:
    post = submitted(desk)
    for role, who in desk.cast.everyone().items():
        answer = sign_in(who).get(url("post_decide", post.pk), headers={"X-Fragment": "1"})
        expected = {"approver": {200}, "stranger": {404}, "trainer": {404}}.get(role, {403, 404})
        assert answer.status_code in expected, role


def test_the_address_of_the_panel_leads_to_the_page_and_what_is_decided_says_so(desk: Street) -> None:
    client, post = sign_in(desk.cast.approver), submitted(desk)
    assert client.get(url("post_decide", post.pk)).headers["Location"] == url("post", post.pk)
    client.post(url("post_decide", post.pk), {"version": desk.version(post).pk, "decision": "approve"})
    shown = panel(client, post)
    assert "This post does not wait for a decision any more." in shown
    assert "<form class" not in shown


def test_a_network_that_removed_a_post_has_its_last_figures(desk: Street) -> None:
    post = desk.published()
    publication = desk.on(post, "mastodon")
    fetched(publication, likes=5, interactions=5)
    move(publication.delivery, State.MISSING, because=ReasonCode.GONE)
    shown = line(page(sign_in(desk.cast.officer), post), publication)
    assert "Likes 5" in shown
    assert "Removed on the network" in shown
