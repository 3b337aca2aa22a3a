"""Moderation of comments by a page: what everybody sees afterwards, through the API and in the browser."""

from __future__ import annotations

from typing import Any

import pytest

from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from practice import queries, rules
from practice.domain import door, moderate, react, write
from practice.domain.write import Draft
from practice.enums import AccountKind
from practice.errors import Missing
from practice.imitations import IMITATIONS
from practice.models import Account, Notice, Status
from tests.practice.test_api import token_for

COMMENTS = "/api/v1/dobosar/comments/"
UGLY = "Ружна реч"


@pytest.fixture
def page(db: None) -> Account:
    return door.create(AccountKind.PAGE, "Општина на проби", username="opstina")


@pytest.fixture
def other(db: None) -> Account:
    return door.create(AccountKind.PAGE, "Друга општина", username="druga")


@pytest.fixture
def post(page: Account) -> Status:
    return write.publish(page, Draft("Сутра нема воде.", "sr"))


@pytest.fixture
def author(db: None) -> Account:
    return door.enter("Љута комшиница")


@pytest.fixture
def ugly(post: Status, author: Account, other: Account) -> Status:
    """A comment that mentions another page, with an answer of a third person below it."""
    status = write.publish(author, Draft(f"{UGLY} @druga", "sr", reply_to=post.pk))
    write.publish(door.enter("Трећи"), Draft("И ја тако мислим", "sr", reply_to=status.pk))
    return status


def as_page(account: Account, scopes: list[str] | None = None) -> dict[str, str]:
    return {"authorization": f"Bearer {token_for(account, scopes)}"}


def hide(site: Client, account: Account, status: Status, act: str = "hide") -> Any:
    return site.post(f"{COMMENTS}{status.pk}/{act}", headers=as_page(account))


def texts(site: Client, status: Status, headers: dict[str, str] | None = None) -> list[str]:
    thread = site.get(f"/api/v1/statuses/{status.pk}/context", headers=headers or {}).json()
    return [descendant["content"] for descendant in thread["descendants"]]


def test_the_server_says_what_it_can(site: Client, db: None) -> None:
    configuration = site.get("/api/v2/instance").json()["configuration"]["dobosar"]
    assert configuration == {
        "comments": ["hide", "delete"],
        "visibilities": ["public", "direct"],
        "imitations": {"networks": list(IMITATIONS), "max_characters": rules.MAX_CHARACTERS_OF_IMITATION},
    }


def test_a_hidden_comment_is_gone_for_everybody_but_its_author_and_the_page(
    site: Client, page: Account, other: Account, post: Status, ugly: Status
) -> None:
    answer = hide(site, page, ugly)
    assert (answer.status_code, answer.json()["hidden"]) == (200, True)
    assert texts(site, post) == []
    assert texts(site, post, as_page(other)) == []
    assert len(texts(site, post, as_page(page))) == 2
    for headers, status in (({}, 404), (as_page(other), 404), (as_page(page), 200)):
        assert site.get(f"/api/v1/statuses/{ugly.pk}", headers=headers).status_code == status
        assert len(site.get(f"/api/v1/statuses?id[]={ugly.pk}", headers=headers).json()) == (status == 200)
        assert site.get(f"/api/v1/statuses/{ugly.pk}/source", headers=as_page(other)).status_code == 404
    listed = f"/api/v1/accounts/{ugly.account_id}/statuses"
    assert site.get(listed).json() == []
    assert len(site.get(listed, headers=as_page(page)).json()) == 1


def test_another_page_that_was_mentioned_is_not_told_of_what_is_hidden(
    site: Client, page: Account, other: Account, ugly: Status
) -> None:
    headers = as_page(other)
    assert len(site.get("/api/v1/notifications", headers=headers).json()) == 1
    hide(site, page, ugly)
    answer = site.get("/api/v1/notifications", headers=headers)
    assert (answer.status_code, answer.json()) == (200, [])
    assert 'rel="next"' in answer["Link"]  # the list still has its next page
    assert Notice.objects.filter(account=other).count() == 1
    assert len(site.get("/api/v1/notifications", headers=as_page(page)).json()) == 1


def test_its_author_sees_it_marked_in_the_browser_and_strangers_do_not(
    site: Client, page: Account, post: Status, ugly: Status, author: Account
) -> None:
    moderate.hide(page, ugly.pk)
    where, own = f"/@opstina/{post.pk}", f"/@{author.username}/{ugly.pk}"
    assert UGLY not in site.get(where).text
    assert "И ја тако мислим" not in site.get(where).text
    assert site.get(own).status_code == 404
    site.post("/door", {"name": "Неко други"})
    assert UGLY not in site.get(where).text
    site.post("/door", {"name": author.display_name})
    mine = site.get(where).text
    assert UGLY in mine
    assert mine.count("Only you and the page see it") == 1
    assert site.get(own).status_code == 200


def test_nobody_reacts_to_what_they_do_not_see(page: Account, ugly: Status, author: Account) -> None:
    moderate.hide(page, ugly.pk)
    stranger = door.enter("Неко други")
    for act in (
        lambda: react.like(stranger, ugly.pk),
        lambda: react.boost(stranger, ugly.pk),
        lambda: write.publish(stranger, Draft("Тако је", "sr", reply_to=ugly.pk)),
    ):
        with pytest.raises(Missing):
            act()
    assert react.like(author, ugly.pk).likes_count == 1
    assert write.publish(page, Draft("Молимо вас", "sr", reply_to=ugly.pk)).root_id == ugly.root_id


def test_shown_again_it_is_as_it_was(site: Client, page: Account, post: Status, ugly: Status) -> None:
    before = texts(site, post)
    for act in ("hide", "hide", "show", "show"):
        assert hide(site, page, ugly, act).status_code == 200
    assert texts(site, post) == before
    assert len(before) == 2


def test_hiding_again_keeps_the_time_of_the_first(page: Account, ugly: Status) -> None:
    first = moderate.hide(page, ugly.pk).hidden_at
    assert first is not None
    assert moderate.hide(page, ugly.pk).hidden_at == first


def test_deleted_is_gone_with_what_stood_below(site: Client, page: Account, post: Status, ugly: Status) -> None:
    headers = as_page(page)
    answer = site.delete(f"{COMMENTS}{ugly.pk}", headers=headers)
    assert (answer.status_code, answer.json()["text"]) == (200, f"{UGLY} @druga")
    assert not Status.objects.filter(root=post).exists()
    post.refresh_from_db()
    author = Account.objects.get(pk=ugly.account_id)
    assert (post.replies_count, author.statuses_count) == (0, 0)
    assert site.delete(f"{COMMENTS}{ugly.pk}", headers=headers).status_code == 404


def test_only_the_page_below_whose_post_it_stands_may(
    site: Client, page: Account, other: Account, post: Status, ugly: Status
) -> None:
    own = write.publish(page, Draft("Наш одговор", "sr", reply_to=ugly.pk))
    for account, status in ((other, ugly), (page, post), (page, own)):
        deleted = site.delete(f"{COMMENTS}{status.pk}", headers=as_page(account))
        for answer in (hide(site, account, status), hide(site, account, status, "show"), deleted):
            assert (answer.status_code, "below your own posts" in answer.json()["error"]) == (422, True)
    assert not Status.objects.exclude(hidden_at=None).exists()
    assert Status.objects.count() == 4


def test_a_right_to_read_is_not_enough(site: Client, page: Account, ugly: Status) -> None:
    assert site.post(f"{COMMENTS}{ugly.pk}/hide").status_code == 401
    assert site.delete(f"{COMMENTS}{ugly.pk}").status_code == 401
    for path in (f"{COMMENTS}{ugly.pk}/hide", f"{COMMENTS}{ugly.pk}/show"):
        assert site.post(path, headers=as_page(page, ["read"])).status_code == 403
        assert site.get(path, headers=as_page(page)).status_code == 405
    assert site.delete(f"{COMMENTS}{ugly.pk}", headers=as_page(page, ["read"])).status_code == 403
    assert site.post(f"{COMMENTS}{ugly.pk + 100}/hide", headers=as_page(page)).status_code == 404


def test_a_post_itself_is_never_hidden(post: Status) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Status.objects.filter(pk=post.pk).update(hidden_at=timezone.now())


def test_a_thread_with_much_hidden_in_it_takes_as_many_queries(
    page: Account, post: Status, author: Account, django_assert_num_queries: Any
) -> None:
    for number in range(6):
        comments = write.publish(author, Draft(f"{UGLY} {number}", "sr", reply_to=post.pk))
        moderate.hide(page, comments.pk)
    write.publish(author, Draft("Хвала", "sr", reply_to=post.pk))
    with django_assert_num_queries(3):  # statuses, pictures, votes
        assert [visible.text for visible in queries.thread(post)] == ["Хвала"]
    with django_assert_num_queries(3):
        assert len(queries.thread(post, author)) == 7
    comments = list(Status.objects.filter(root=post))
    with django_assert_num_queries(2):  # what is hidden, and what hangs below that
        assert [visible.text for visible in queries.seen(comments, None)] == ["Хвала"]
