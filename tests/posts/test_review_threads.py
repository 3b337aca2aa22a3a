"""Threads on the review page: who may say what, what comes back refused, how much it costs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from municipalities.models import Pairing
from municipalities.tenancy import scope
from posts.draft import Shown, parse
from posts.editing.domain.submit import submit
from posts.editing.thread_positions import ThreadPosition
from posts.enums import SuggestionState
from posts.models import Comment, Post, Suggestion, Thread
from posts.review.domain.comment import comment
from posts.review.domain.suggest import suggest
from tests.people import Cast, sign_in
from tests.posts.desk import CYRILLIC, Desk, opened
from tests.posts.test_threads import WORDS, at


@pytest.fixture
def desk(cast: Cast) -> Desk:
    with scope(cast.cuprija):
        return opened(cast)


@pytest.fixture
def post(desk: Desk) -> Post:
    with scope(desk.municipality):
        return desk.write()


def url(name: str, *args: Any) -> str:
    return reverse(name, args=["cuprija", *args])


def page(client: Client, post: Post, query: str = "") -> str:
    answer = client.get(url("post", post.pk) + query)
    assert answer.status_code == 200
    return answer.content.decode()


def fields(selected: str = WORDS, **more: Any) -> dict[str, Any]:
    start = CYRILLIC.index(selected)
    return {"place": "sr-Cyrl", "start": start, "end": start + len(selected), "quote": selected, **more}


# ---------------------------------------------------------------- the round trip


def test_a_mentor_says_something_at_the_words_and_lands_on_it(desk: Desk, post: Post) -> None:
    client = sign_in(desk.cast.mentor)
    answer = client.post(url("thread_begin", post.pk), fields(text="Од <b>када</b>?"))
    with scope(desk.municipality):
        thread = Thread.objects.get()
    assert answer.headers["Location"] == url("post", post.pk) + f"#thread-{thread.pk}"
    shown = page(sign_in(desk.cast.officer), post)
    assert f'<mark class="said" data-threads="{thread.pk}">' in shown
    assert f'href="#thread-{thread.pk}" id="mark-{thread.pk}">{WORDS}</a>' in shown
    assert "Од &lt;b&gt;када&lt;/b&gt;?" in shown


def test_without_scripts_the_words_alone_are_enough(desk: Desk, post: Post) -> None:
    client = sign_in(desk.cast.mentor)
    client.post(
        url("thread_begin", post.pk), {"place": "sr-Cyrl", "quote": WORDS, "text": "Од када?", "act": "comment"}
    )
    with scope(desk.municipality):
        assert Thread.objects.get().start == CYRILLIC.index(WORDS)


def test_what_is_refused_comes_back_with_everything_that_was_typed(desk: Desk, post: Post) -> None:
    sent = fields(text="Моја дуга примедба", quote="нема ових речи", replacement="друго")
    client = sign_in(desk.cast.mentor)
    answer = client.post(url("thread_begin", post.pk), sent)
    address = answer.headers["Location"]
    assert address.startswith(url("post", post.pk)), "the page's own address, which may be loaded again"
    for _load in range(2):
        shown = client.get(address).content.decode()
        assert "These words are not in the text" in shown
        for typed in ("Моја дуга примедба", "нема ових речи", "друго"):
            assert typed in shown
    assert "Моја дуга примедба" not in client.get(url("post", post.pk)).content.decode()
    with scope(desk.municipality):
        other = desk.write()
    assert "Моја дуга примедба" not in client.get(url("post", other.pk) + "?kept=1").content.decode()
    client.post(url("thread_begin", post.pk), fields(text="Од када?"))
    assert "Моја дуга примедба" not in client.get(address).content.decode(), "something came of it"


def test_an_answer_of_a_megabyte_is_refused_in_words(desk: Desk, post: Post) -> None:
    with scope(desk.municipality):
        thread = comment(post, "Од када?", by=desk.cast.mentor)
    client = sign_in(desk.cast.officer)
    answer = client.post(url("thread_answer", post.pk, thread.pk), {"text": "а" * 1_000_000}, follow=True)
    assert answer.redirect_chain == [(f"{url('post', post.pk)}?kept=1#thread-{thread.pk}", 302)]
    assert "4000 are allowed" in answer.content.decode()


@pytest.mark.parametrize(
    "sent",
    [
        {"place": "picture-99999", "text": "а"},
        {"place": "hu-Latn", "quote": "x", "text": "а"},
        {"place": "sr-Cyrl@999", "quote": "и", "text": "а"},
        {"place": "sr-Cyrl", "start": "-7", "end": "9e9", "quote": "нема", "text": "а"},
        {"place": "<script>", "quote": "x", "text": "а"},
        {"act": "suggest", "replacement": "x"},
        {},
    ],
)
def test_hostile_places_are_answered_and_leave_nothing(desk: Desk, post: Post, sent: dict[str, str]) -> None:
    answer = sign_in(desk.cast.mentor).post(url("thread_begin", post.pk), sent, follow=True)
    assert answer.status_code == 200
    assert 'role="alert"' in answer.content.decode()
    with scope(desk.municipality):
        assert not Thread.objects.exists()
        assert not Comment.objects.exists()


def test_another_houses_picture_is_no_place(desk: Desk, post: Post) -> None:
    with scope(desk.cast.novi_pazar):
        import io

        from posts.media.domain.pictures import add
        from tests.posts.desk import picture_bytes

        raw = picture_bytes()
        foreign = add(desk.cast.novi_pazar, io.BytesIO(raw), name="a.jpg", size=len(raw), by=desk.cast.stranger)
    answer = sign_in(desk.cast.mentor).post(
        url("thread_begin", post.pk), {"place": f"picture-{foreign.pk}", "text": "а"}, follow=True
    )
    assert "say-problem" in answer.content.decode()


def test_a_part_of_a_picture_is_drawn_where_it_was_pointed_at(desk: Desk) -> None:
    with scope(desk.municipality):
        media = desk.picture()
        post = desk.write(media=(Shown(media.pk, "Фонтана"),))
    sent = {"place": f"picture-{media.pk}", "left": "10", "top": "20", "width": "30", "height": "40.5", "text": "Ближе"}
    sign_in(desk.cast.mentor).post(url("thread_begin", post.pk), sent)
    assert 'x="100" y="200" width="300" height="405"' in page(sign_in(desk.cast.officer), post)


def test_the_officer_accepts_and_comes_to_the_next_suggestion(desk: Desk, post: Post) -> None:
    with scope(desk.municipality):
        first = suggest(post, "Воде неће бити", where=at("Вода ће бити искључена"), by=desk.cast.mentor)
        second = suggest(post, "до поднева", where=at(), by=desk.cast.mentor)
    client = sign_in(desk.cast.officer)
    shown = page(client, post)
    assert "<del>до 15 часова</del>" in shown
    assert "<ins data-added>до поднева</ins>" in shown
    assert "Accept all 2 suggestions" in shown
    answer = client.post(url("suggestion_decide", post.pk, first.thread_id), {"decision": "accept"})
    assert answer.headers["Location"].endswith(f"#thread-{second.thread_id}")
    answer = client.post(url("suggestion_decide", post.pk, second.thread_id), {"decision": "decline"}, follow=True)
    assert "Declined. The words stay as they are." in answer.content.decode()
    with scope(desk.municipality):
        assert parse(desk.reload(post).draft).texts["sr-Cyrl"].text.startswith("Воде неће бити у Његошевој")
        assert Suggestion.objects.get(pk=second.pk).state == SuggestionState.DECLINED
    assert "accepted it, in the words of Mentor" in page(client, post)


def test_only_what_the_page_showed_is_accepted_at_once(desk: Desk, post: Post) -> None:
    with scope(desk.municipality):
        first = suggest(post, "Воде неће бити", where=at("Вода ће бити искључена"), by=desk.cast.mentor)
        unseen = suggest(post, "до поднева", where=at(), by=desk.cast.mentor)
    sent = {"suggestion": [first.pk, "x", "9" * 40]}
    answer = sign_in(desk.cast.officer).post(url("suggestions_accept", post.pk), sent, follow=True)
    assert "1 suggestion is now in the text, as version 1." in answer.content.decode()
    with scope(desk.municipality):
        assert Suggestion.objects.get(pk=unseen.pk).state == SuggestionState.OPEN


def test_a_submitted_post_says_that_it_must_be_taken_back_first(desk: Desk, post: Post) -> None:
    with scope(desk.municipality):
        submit(post, by=desk.cast.officer)
        made = suggest(post, "до поднева", where=at(), by=desk.cast.mentor)
    client = sign_in(desk.cast.officer)
    shown = page(client, post)
    assert "take it back first" in shown
    assert url("suggestion_decide", post.pk, made.thread_id) not in shown
    answer = client.post(url("suggestion_decide", post.pk, made.thread_id), {"decision": "accept"}, follow=True)
    assert "Take it back to change it." in answer.content.decode()


def test_lost_words_are_shown_as_they_were(desk: Desk, post: Post) -> None:
    with scope(desk.municipality):
        comment(post, "Од када?", by=desk.cast.mentor, where=at())
        desk.change(post, desk.draft("Сасвим другачија објава."))
    shown = page(sign_in(desk.cast.mentor), post)
    assert f"„{WORDS}”" in shown
    assert "These words are no longer in the text" in shown
    assert 'class="said"' not in shown


def test_words_with_dangerous_letters_are_shown_as_words(desk: Desk) -> None:
    text = "Пре <script>alert(1)</script> & после"
    with scope(desk.municipality):
        post = desk.write(text)
        suggest(post, "<img src=x onerror=y>", where=at("<script>", text), by=desk.cast.mentor)
    shown = page(sign_in(desk.cast.officer), post)
    assert "<script>alert" not in shown
    assert "<img src=x" not in shown
    assert "&lt;img src=x onerror=y&gt;" in shown


def test_resolved_ones_are_counted_and_only_the_last_are_shown(desk: Desk, post: Post) -> None:
    from posts.review.domain.thread import resolve

    with scope(desk.municipality):
        for number in range(12):
            resolve(comment(post, f"Решено број {number}.", by=desk.cast.mentor), by=desk.cast.officer)
    client = sign_in(desk.cast.officer)
    shown = page(client, post)
    assert "12 resolved conversations" in shown
    assert "Решено број 11." in shown
    assert "Решено број 0." not in shown
    assert "Решено број 0." in page(client, post, "?resolved=all")


def test_what_is_new_is_new_once(desk: Desk, post: Post) -> None:
    with scope(desk.municipality):
        comment(post, "Од када?", by=desk.cast.mentor)
    client = sign_in(desk.cast.officer)
    assert "1 with something new" in page(client, post)
    assert "with something new" not in page(client, post)
    assert "with something new" not in page(sign_in(desk.cast.mentor), post), "one's own words are not news"


def test_an_older_version_is_read_without_marks(desk: Desk, post: Post) -> None:
    from posts.editing.domain.submit import take_back

    with scope(desk.municipality):
        comment(post, "Од када?", by=desk.cast.mentor, where=at())
        again = take_back(submit(post, by=desk.cast.officer), by=desk.cast.officer)
        submit(desk.change(again, desk.draft("Друго")), by=desk.cast.officer)
    shown = page(sign_in(desk.cast.mentor), post, "?version=1")
    assert WORDS in shown
    assert 'class="said"' not in shown


# ---------------------------------------------------------------- who


def test_a_mentor_suggests_and_never_decides(desk: Desk, post: Post) -> None:
    client = sign_in(desk.cast.mentor)
    client.post(url("thread_begin", post.pk), fields(act="suggest", replacement="до поднева"))
    with scope(desk.municipality):
        made = Suggestion.objects.get()
    shown = page(client, post)
    assert 'data-act="accept"' not in shown
    assert client.post(url("suggestion_decide", post.pk, made.thread_id), {"decision": "accept"}).status_code == 403
    assert client.post(url("suggestions_accept", post.pk), {"suggestion": made.pk}).status_code == 403
    assert client.post(url("post_save", post.pk), {"revision": 1}).status_code == 403


def test_a_viewer_reads_and_says_nothing(desk: Desk, post: Post) -> None:
    with scope(desk.municipality):
        thread = comment(post, "Од када?", by=desk.cast.mentor)
    client = sign_in(desk.cast.viewer)
    shown = page(client, post)
    assert "Од када?" in shown
    assert 'id="say"' not in shown
    assert "data-act=" not in shown
    assert client.post(url("thread_begin", post.pk), {"text": "а"}).status_code == 403
    assert client.post(url("thread_answer", post.pk, thread.pk), {"text": "а"}).status_code == 403
    assert client.post(url("thread_resolve", post.pk, thread.pk)).status_code == 403
    assert client.get(url("thread_people", post.pk)).status_code == 403


@pytest.mark.parametrize("name", ["stranger", "ended"])
def test_a_mentor_of_another_place_or_after_the_last_day_finds_nothing(desk: Desk, post: Post, name: str) -> None:
    with scope(desk.municipality):
        thread = suggest(post, "до поднева", where=at(), by=desk.cast.mentor).thread
    person = desk.cast.stranger
    if name == "ended":
        person = desk.cast.mentor
        yesterday = timezone.localdate() - timedelta(days=1)
        Pairing.objects.filter(mentor=person, municipality=desk.municipality).update(ends_on=yesterday)
    client = sign_in(person)
    assert client.get(url("post", post.pk)).status_code == 404
    assert client.get(url("thread_people", post.pk)).status_code == 404
    for where in (
        url("thread_begin", post.pk),
        url("thread_answer", post.pk, thread.pk),
        url("thread_resolve", post.pk, thread.pk),
        url("suggestion_decide", post.pk, thread.pk),
        url("suggestions_accept", post.pk),
    ):
        assert client.post(where, {"text": "а"}).status_code == 404


def test_a_thread_of_another_post_is_not_found_below_this_one(desk: Desk, post: Post) -> None:
    with scope(desk.municipality):
        other = suggest(desk.write(), "до поднева", where=at(), by=desk.cast.mentor).thread
    client = sign_in(desk.cast.officer)
    assert client.post(url("thread_answer", post.pk, other.pk), {"text": "а"}).status_code == 404
    assert client.post(url("suggestion_decide", post.pk, other.pk), {"decision": "accept"}).status_code == 404


def test_the_names_offered_are_those_who_may_read_it(desk: Desk, post: Post) -> None:
    offered = sign_in(desk.cast.mentor).get(url("thread_people", post.pk)).json()["people"]
    assert [person["name"] for person in offered] == ["Approver", "Mentor", "Officer", "Viewer"]


# ---------------------------------------------------------------- how much


def test_the_page_asks_as_little_with_two_hundred_threads_as_with_one(
    desk: Desk, post: Post, django_assert_max_num_queries: Any
) -> None:
    client, counts = sign_in(desk.cast.officer), []
    with scope(desk.municipality):
        comment(post, "@Officer, од када?", by=desk.cast.mentor, where=at())
        suggest(post, "до поднева", where=at(), by=desk.cast.mentor)
    page(client, post)
    for _round in range(2):
        with django_assert_max_num_queries(12) as queries:
            page(client, post)
        counts.append(len(queries))
        with scope(desk.municipality):
            first = Thread.objects.order_by("pk").first()
            made = Thread.objects.bulk_create(
                [
                    Thread(
                        municipality=desk.municipality, post=post, author=desk.cast.mentor, place="text", tag="sr-Cyrl",
                        start=number % 20, end=number % 20 + 5, quote=CYRILLIC[number % 20 : number % 20 + 5],
                    )
                    for number in range(200)
                ]
            )  # fmt: skip
            assert first is not None
            Comment.objects.bulk_create(
                [
                    Comment(municipality=desk.municipality, thread=row, author=desk.cast.approver, text="Да.")
                    for row in made
                ]
            )
        page(client, post)  # takes the news in
    assert counts[0] == counts[1]


def test_a_page_with_many_conversations_stays_small(desk: Desk, post: Post) -> None:
    with scope(desk.municipality):
        for _each in range(20):
            comment(post, "Од када? " * 10, by=desk.cast.mentor, where=ThreadPosition("sr-Cyrl", quote="улици"))
    assert len(page(sign_in(desk.cast.officer), post).encode()) < 60_000
