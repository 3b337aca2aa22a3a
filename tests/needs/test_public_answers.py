"""How many answered a post: suggested on the page of its closing report."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from django.utils import timezone

from municipalities.tenancy import scope
from posts.draft import Draft, Text
from posts.models import Post
from tests.analytics import factories as numbers
from tests.needs import factories as make
from tests.people import Cast, sign_in


@pytest.fixture
def question_post(cast: Cast) -> Any:
    out = numbers.published(numbers.channel(cast.cuprija, cast.officer), timezone.now() - timedelta(days=9))
    with scope(cast.cuprija):
        Post.objects.filter(pk=out.post_id).update(format="question")
    return out


def path(question_post: Any) -> str:
    return f"/m/cuprija/posts/{question_post.post_id}/closing/"


def test_people_are_counted_once_and_spam_not_at_all(cast: Cast, question_post: Any) -> None:
    for author, kind in (("a", ""), ("a", "proposal"), ("b", "praise"), ("c", "spam"), ("d", "unlawful"), ("", "")):
        make.message(question_post.channel, publication=question_post, author_id=author, kind=kind)
    make.message(question_post.channel, author_id="e")  # elsewhere
    text = sign_in(cast.officer).get(f"{path(question_post)}answers/").text
    assert "2 people wrote below this post." in text
    assert "Those are 4 messages" in text
    assert "Votes" in text


def test_no_answer_is_said(cast: Cast, question_post: Any) -> None:
    assert "received no answers" in sign_in(cast.approver).get(f"{path(question_post)}answers/").text


def test_the_page_of_the_report_says_what_was_asked_and_asks_for_the_number(cast: Cast, question_post: Any) -> None:
    with scope(cast.cuprija):
        draft = Draft(texts={"sr-Cyrl": Text(f"Шта прво да уредимо?\n\n{'Парк или стазу? ' * 20}До петка.")})
        Post.objects.filter(pk=question_post.post_id).update(draft=draft.to_json(), excerpt="Шта прво да")
    text = sign_in(cast.officer).get(path(question_post)).text
    assert "<p>Шта прво да уредимо?</p>" in text
    assert "До петка.</p>" in text
    assert f'hx-get="{path(question_post)}answers/"' in text


def test_messages_are_counted_for_those_alone_who_may_read_them(cast: Cast, question_post: Any) -> None:
    for who, status in ((cast.mentor, 403), (cast.viewer, 403), (cast.stranger, 404)):
        assert sign_in(who).get(f"{path(question_post)}answers/").status_code == status, who
    with scope(cast.cuprija):
        Post.objects.filter(pk=question_post.post_id).update(format="")
    assert sign_in(cast.officer).get(f"{path(question_post)}answers/").status_code == 404
