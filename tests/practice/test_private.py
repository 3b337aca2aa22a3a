"""Private messages: who may read one, at every address of the API and on every page, and what strangers learn."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from practice import queries
from practice.domain import door, forget, keep, moderate, react, read, vote, write
from practice.domain.upload import upload
from practice.domain.write import Draft
from practice.enums import AccountKind, NoticeKind, Visibility
from practice.errors import ApiError, Missing, NotAllowed
from practice.models import Account, Conversation, Like, Media, Notice, Status
from practice.queries import conversations
from tests.browsing import ENDS, violations
from tests.practice.test_api import token_for

SECRET = "Муж ми пије и удара децу"
POLL = {"options": ["Да", "Не"], "expires_in": 3600}


@pytest.fixture
def page(db: None) -> Account:
    return door.create(AccountKind.PAGE, "Општина на проби", username="opstina")


@pytest.fixture
def author(db: None) -> Account:
    return door.enter("Мирјана")


@pytest.fixture
def stranger(db: None) -> Account:
    return door.enter("Радознали")


@pytest.fixture
def post(page: Account) -> Status:
    return write.publish(page, Draft("Сутра нема воде.", "sr"))


@pytest.fixture
def message(author: Account, page: Account, post: Status) -> Status:
    """A private answer to a public post, with a hashtag, a poll and a link."""
    return write.publish(author, private(f"@opstina {SECRET} #ПородичноНасиље https://a.example/x", post, poll=POLL))


def private(text: str, below: Status | None = None, **more: Any) -> Draft:
    return Draft(text, "sr", reply_to=below and below.pk, visibility=Visibility.DIRECT, **more)


def picture() -> io.BytesIO:
    file = io.BytesIO()
    Image.new("RGB", (60, 40), (200, 30, 30)).save(file, "PNG")
    file.size = file.tell()  # type: ignore[attr-defined]
    file.seek(0)
    return file


def bearer(account: Account, scopes: list[str] | None = None) -> dict[str, str]:
    return {"authorization": f"Bearer {token_for(account, scopes)}"}


READ = (
    "/api/v1/statuses/{message}", "/api/v1/statuses/{message}/source", "/api/v1/statuses/{message}/context",
    "/api/v1/statuses/{message}/history", "/api/v1/statuses/{message}/favourited_by",
    "/api/v1/statuses/{message}/reblogged_by", "/api/v1/polls/{message}",
)  # fmt: skip
LISTS = (
    "/api/v1/statuses?id[]={message}", "/api/v1/statuses/{post}/context", "/api/v1/accounts/{author}/statuses",
    "/api/v1/accounts/{author}/statuses?only_media=true", "/api/v1/accounts/{author}/statuses?pinned=true",
    "/api/v1/accounts/{page}/statuses", "/api/v1/timelines/home", "/api/v1/timelines/public",
    "/api/v1/timelines/public?only_media=true", "/api/v1/timelines/tag/породичнонасиље", "/api/v1/favourites",
    "/api/v1/bookmarks", "/api/v1/notifications", "/api/v2/notifications", "/api/v1/conversations",
    "/api/v2/search?q=удара", "/api/v2/search?q=%23породичнонасиље", "/api/v2/search?q=удара&account_id={author}",
    "/api/v2/search?q=http://testserver/@{username}/{message}&resolve=true",
)  # fmt: skip
PAGES = (
    "/",
    "/?tag=ПородичноНасиље",
    "/@opstina",
    "/@{username}",
    "/@opstina/{post}",
    "/messages",
    "/@opstina/private",
)


def addresses(paths: tuple[str, ...], message: Status, post: Status) -> list[str]:
    author = message.account
    values = {"message": message.pk, "post": post.pk, "author": author.pk, "page": post.account_id}
    return [path.format(username=author.username, **values) for path in paths]


# ---- who reads it


def test_its_author_and_the_mentioned_read_it_and_nobody_else(
    site: Client, author: Account, page: Account, stranger: Account, post: Status, message: Status
) -> None:
    react.follow(stranger, author)
    keep.bookmark(author, message.pk)
    react.like(page, message.pk)
    for path in addresses(READ, message, post):
        assert site.get(path, headers=bearer(author)).status_code == 200
        assert site.get(path, headers=bearer(page)).status_code == 200
        for headers in ({}, bearer(stranger)):
            refused = site.get(path, headers=headers)
            assert refused.status_code in (401, 404)
            absent = site.get(path.replace(str(message.pk), str(message.pk + 999)), headers=headers)
            assert (refused.status_code, refused.content) == (absent.status_code, absent.content)
    for path in addresses(LISTS, message, post):
        for headers in ({}, bearer(stranger)):
            shown = site.get(path, headers=headers)
            assert shown.status_code in (200, 401), path
            assert "удара" not in shown.content.decode("unicode_escape", "replace")
            assert f'"{message.pk}"' not in shown.text, path
            assert str(message.pk) not in shown.headers.get("Link", ""), path


def test_nothing_public_counts_it(site: Client, author: Account, page: Account, post: Status, message: Status) -> None:
    for row in (author, page, post):
        row.refresh_from_db()
    assert (author.statuses_count, page.statuses_count, post.replies_count) == (0, 1, 0)
    assert site.get("/api/v1/instance").json()["stats"]["status_count"] == 1
    assert site.get("/nodeinfo/2.0").json()["usage"]["localPosts"] == 1
    assert site.get("/nodeinfo/2.0").json()["usage"]["users"]["activeMonth"] == 1
    write.delete(author, message.pk)
    for row in (author, post):
        row.refresh_from_db()
    assert (author.statuses_count, post.replies_count) == (0, 0)


def test_pages_of_search_and_lists_have_no_gap_where_it_is(
    site: Client, author: Account, stranger: Account, message: Status
) -> None:
    for number in range(3):
        write.publish(author, Draft(f"Удара киша {number}", "sr"))
    write.publish(author, private("@opstina удара и даље #олуја"))
    headers = bearer(stranger)
    pages = [site.get(f"/api/v2/search?q=удара&limit=1&offset={n}", headers=headers).json() for n in range(4)]
    assert [len(page["statuses"]) for page in pages] == [1, 1, 1, 0]
    listed = site.get(f"/api/v1/accounts/{author.pk}/statuses?limit=2")
    assert len(listed.json()) == 2
    for account in (author, stranger):  # no timeline has it, not even its author's
        shown = site.get("/api/v1/timelines/public?limit=1", headers=bearer(account)).json()
        assert [status["visibility"] for status in shown] == ["public"]
        assert site.get("/api/v1/timelines/tag/олуја", headers=bearer(account)).json() == []
    home = site.get("/api/v1/timelines/home?limit=1", headers=bearer(author)).json()
    assert [status["visibility"] for status in home] == ["public"]
    pinned = site.get(f"/api/v1/accounts/{author.pk}/statuses?pinned=true", headers=bearer(author))
    assert pinned.json() == []


def test_its_readers_find_it_where_mastodon_shows_it(
    site: Client, author: Account, page: Account, post: Status, message: Status
) -> None:
    headers = bearer(page)
    (notice,) = site.get("/api/v1/notifications?types[]=mention", headers=headers).json()
    assert (notice["status"]["visibility"], notice["status"]["in_reply_to_id"]) == ("direct", str(post.pk))
    thread = site.get(f"/api/v1/statuses/{post.pk}/context", headers=headers).json()
    assert [status["visibility"] for status in thread["descendants"]] == ["direct"]
    assert len(site.get(f"/api/v1/accounts/{author.pk}/statuses", headers=bearer(author)).json()) == 1
    assert len(site.get("/api/v2/search?q=удара", headers=headers).json()["statuses"]) == 1
    above = site.get(f"/api/v1/statuses/{message.pk}/context", headers=headers).json()["ancestors"]
    assert [status["id"] for status in above] == [str(post.pk)]
    for path in ("/api/v1/timelines/home", "/api/v1/timelines/tag/породичнонасиље", "/api/v1/timelines/public"):
        assert "direct" not in site.get(path, headers=bearer(author)).text  # no timeline, not even its author's


def test_a_program_that_may_not_read_statuses_reads_no_private_ones(
    site: Client, author: Account, page: Account, post: Status, message: Status
) -> None:
    writer = bearer(page, ["write", "profile"])
    for path in addresses(READ, message, post):
        assert site.get(path, headers=writer).status_code in (403, 404), path
    for path in (f"/api/v1/statuses?id[]={message.pk}", f"/api/v1/accounts/{author.pk}/statuses"):
        assert site.get(path, headers=writer).json() == []
    assert site.get(f"/api/v1/statuses/{post.pk}/context", headers=writer).json()["descendants"] == []
    fields = {"status": f"@{author.username} примљено", "visibility": "direct", "in_reply_to_id": message.pk}
    written = site.post("/api/v1/statuses", fields, headers=writer).json()
    assert (written["visibility"], written["in_reply_to_id"]) == ("direct", str(message.pk))
    voted = site.post(f"/api/v1/polls/{message.pk}/votes", {"choices[]": "1"}, headers=writer)
    assert voted.json()["own_votes"] == [1]


def test_nobody_acts_on_what_they_do_not_see(
    site: Client, author: Account, page: Account, stranger: Account, message: Status
) -> None:
    acts = (
        lambda: react.like(stranger, message.pk), lambda: react.unlike(stranger, message.pk),
        lambda: react.boost(stranger, message.pk), lambda: react.unboost(stranger, message.pk),
        lambda: keep.bookmark(stranger, message.pk), lambda: keep.pin(stranger, message.pk),
        lambda: vote.vote(stranger, message.pk, [0]), lambda: write.edit(stranger, message.pk, Draft("x")),
        lambda: write.delete(stranger, message.pk),
        lambda: write.publish(stranger, Draft("Тако је", reply_to=message.pk)),
        lambda: write.publish(stranger, private("@opstina тако је", message)),
        lambda: moderate.hide(stranger, message.pk), lambda: moderate.delete(stranger, message.pk),
    )  # fmt: skip
    for act in acts:
        with pytest.raises(Missing):
            act()
    headers = bearer(stranger)
    for name in ("favourite", "unfavourite", "reblog", "unreblog", "bookmark", "unbookmark", "pin", "unpin"):
        assert site.post(f"/api/v1/statuses/{message.pk}/{name}", headers=headers).status_code == 404, name
    site.post("/door", {"name": stranger.display_name})
    for name in ("like", "unlike", "share", "unshare", "comment", "vote", "delete"):
        refused = site.post(f"/posts/{message.pk}/{name}", {"text": "x", "choice": "0"})
        absent = site.post(f"/posts/{message.pk + 999}/{name}", {"text": "x", "choice": "0"})
        assert (refused.status_code, absent.status_code) == (404, 404), name
    assert react.like(page, message.pk).likes_count == 1
    assert vote.vote(page, message.pk, [0])
    assert Like.objects.count() == 1


def test_nobody_shares_pins_or_hides_it(author: Account, page: Account, message: Status) -> None:
    for account in (author, page):
        with pytest.raises(NotAllowed):
            react.boost(account, message.pk)
    with pytest.raises(ApiError, match="cannot be pinned"):
        keep.pin(author, message.pk)
    for act in (moderate.hide, moderate.show, moderate.delete):  # it stands below the page's own post
        with pytest.raises(ApiError, match="below your own posts"):
            act(page, message.pk)
    for column in ("boosts_count", "pinned_at", "hidden_at"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Status.objects.filter(pk=message.pk).update(**{column: 1 if column == "boosts_count" else timezone.now()})


def test_what_is_hidden_above_it_does_not_take_it_from_its_readers(
    author: Account, page: Account, stranger: Account, post: Status
) -> None:
    ugly = write.publish(stranger, Draft("Ружна реч", reply_to=post.pk))
    word = write.publish(author, private(f"@{stranger.username} немој тако", ugly))
    moderate.hide(page, ugly.pk)
    assert queries.sees(author, word)
    assert queries.sees(stranger, word)
    assert not queries.sees(page, word)


# ---- who gets it


def test_only_the_mentioned_are_notified_not_whose_post_it_answers(
    author: Account, page: Account, stranger: Account, post: Status
) -> None:
    write.publish(author, private(f"@{stranger.username} видиш ли ово?", post))
    assert list(Notice.objects.values_list("account", "kind")) == [(stranger.pk, NoticeKind.MENTION)]
    assert Status.objects.exclude(readers=None).get().readers == sorted([author.pk, stranger.pk])


def test_it_is_answered_in_private_only(site: Client, author: Account, page: Account, message: Status) -> None:
    with pytest.raises(ApiError, match="only be answered in private"):
        write.publish(page, Draft(f"@{author.username} јавите се", reply_to=message.pk))
    answer = write.publish(page, private(f"@{author.username} јавите се на 15", message))
    assert (answer.readers, answer.root_id) == (message.readers, message.root_id)
    headers = bearer(author)
    below = site.get(f"/api/v1/statuses/{message.pk}/context", headers=headers).json()["descendants"]
    assert [status["id"] for status in below] == [str(answer.pk)]


def test_an_edit_gives_it_to_nobody_else_and_takes_it_from_nobody(
    site: Client, author: Account, page: Account, stranger: Account, message: Status
) -> None:
    fields = {"status": f"@{stranger.username} гледај", "visibility": "public"}
    edited = site.put(
        f"/api/v1/statuses/{message.pk}", fields, content_type="application/json", headers=bearer(author)
    ).json()
    assert (edited["visibility"], edited["mentions"]) == ("direct", [])
    assert site.get(f"/api/v1/statuses/{message.pk}", headers=bearer(stranger)).status_code == 404
    assert site.get(f"/api/v1/statuses/{message.pk}/history", headers=bearer(stranger)).status_code == 404
    assert SECRET in site.get(f"/api/v1/statuses/{message.pk}/history", headers=bearer(page)).json()[0]["content"]
    assert not Notice.objects.filter(account=stranger).exists()


def test_a_name_that_somebody_takes_later_gets_nothing(site: Client, author: Account, page: Account) -> None:
    message = write.publish(author, private("@opstina @buduci чувајте ово"))
    late = door.create(AccountKind.CITIZEN, "Будући", username="buduci")
    assert site.get(f"/api/v1/statuses/{message.pk}", headers=bearer(late)).status_code == 404
    shown = site.get(f"/api/v1/statuses/{message.pk}", headers=bearer(page)).json()
    assert [mention["username"] for mention in shown["mentions"]] == ["opstina"]


def test_the_same_key_writes_it_once(site: Client, author: Account, page: Account) -> None:
    fields = {"status": "@opstina једном", "visibility": "direct"}
    headers = {**bearer(author), "idempotency-key": "k1"}
    answers = [
        site.post("/api/v1/statuses", fields, content_type="application/json", headers=headers).json() for _ in range(3)
    ]
    assert len({answer["id"] for answer in answers}) == 1
    assert {answer["visibility"] for answer in answers} == {"direct"}
    assert (Status.objects.count(), Notice.objects.count(), Conversation.objects.count()) == (1, 1, 2)


@pytest.mark.parametrize(
    ("visibility", "shown"), [("", "public"), ("public", "public"), ("unlisted", "public"), ("direct", "direct")]
)
def test_the_visibility_that_is_asked_for_is_reported(
    site: Client, author: Account, visibility: str, shown: str
) -> None:
    fields = {"status": "Реч", "visibility": visibility}
    answer = site.post("/api/v1/statuses", fields, headers=bearer(author))
    assert answer.json()["visibility"] == shown


@pytest.mark.parametrize("visibility", ["private", "DIRECT", "limited", "x" * 500])
def test_a_visibility_that_does_not_exist_is_refused(site: Client, author: Account, visibility: str) -> None:
    answer = site.post("/api/v1/statuses", {"status": "Реч", "visibility": visibility}, headers=bearer(author))
    assert (answer.status_code, Status.objects.count()) == (422, 0)


# ---- deleted


def test_a_deleted_post_leaves_private_answers_to_their_readers(
    author: Account, page: Account, post: Status, message: Status
) -> None:
    comment = write.publish(author, Draft("Докле?", reply_to=post.pk))
    answer = write.publish(page, private(f"@{author.username} јавите се", message))
    write.delete(page, post.pk)
    assert not Status.objects.filter(pk__in=[post.pk, comment.pk]).exists()
    for row in (message, answer):
        row.refresh_from_db()
    assert (message.in_reply_to_id, message.root_id) == (None, None)
    assert (answer.in_reply_to_id, answer.root_id) == (message.pk, message.pk)


def test_whoever_deletes_their_message_leaves_the_answers(author: Account, page: Account) -> None:
    first = write.publish(author, private(f"@opstina {SECRET}"))
    answer = write.publish(page, private(f"@{author.username} ту смо", first))
    last = write.publish(author, private("@opstina хвала", answer))
    write.delete(author, first.pk)
    assert [row.pk for row in conversations.messages(answer.readers or []).statuses] == [answer.pk, last.pk]
    last.refresh_from_db()
    assert last.root_id == answer.pk
    for status in (answer, last):
        write.delete(status.account, status.pk)
    assert conversations.page(author) == []
    assert not conversations.is_unread(page)


def test_with_a_forgotten_account_go_the_messages_that_it_could_read(
    author: Account, page: Account, stranger: Account, post: Status, message: Status
) -> None:
    kept = write.publish(author, private(f"@{stranger.username} ово остаје"))
    media = upload(author, picture())
    write.publish(author, private("@opstina слика", media_ids=[media.pk]))
    forget.accounts([page.pk])
    assert list(Status.objects.all()) == [kept]
    assert not Media.objects.exists()
    assert set(Conversation.objects.values_list("account", flat=True)) == {author.pk, stranger.pk}
    author.refresh_from_db()
    assert author.statuses_count == 0


# ---- pictures


def test_the_address_of_a_picture_is_random_shown_to_readers_alone_and_kept_by_no_shared_cache(
    site: Client, author: Account, page: Account, stranger: Account
) -> None:
    media = upload(author, picture())
    message = write.publish(author, private("@opstina слика", media_ids=[media.pk]))
    assert len(media.token) >= 32
    shown = site.get(f"/media/{media.token}")
    assert (shown.status_code, shown["Cache-Control"]) == (200, "private, max-age=3600")
    for path in (f"/api/v1/accounts/{author.pk}/statuses?only_media=true", "/api/v1/timelines/public?only_media=true"):
        assert site.get(path, headers=bearer(stranger)).json() == []
    assert site.get(f"/api/v1/media/{media.pk}", headers=bearer(stranger)).status_code == 404
    with pytest.raises(ApiError, match="unknown or was already used"):
        write.publish(stranger, Draft("моје", media_ids=[media.pk]))
    assert media.token in site.get(f"/api/v1/statuses/{message.pk}", headers=bearer(page)).text
    write.delete(author, message.pk)
    assert site.get(f"/media/{media.token}").status_code == 404


# ---- conversations in the API


def test_conversations_are_listed_latest_first_with_what_is_unread(
    site: Client, author: Account, page: Account, stranger: Account
) -> None:
    first = write.publish(author, private("@opstina прво"))
    write.publish(stranger, private("@opstina друго"))
    headers = bearer(page)
    rows = site.get("/api/v1/conversations", headers=headers).json()
    assert [[account["id"] for account in row["accounts"]] for row in rows] == [[str(stranger.pk)], [str(author.pk)]]
    assert [row["unread"] for row in rows] == [True, True]
    assert rows[1]["last_status"]["id"] == str(first.pk)
    done = site.post(f"/api/v1/conversations/{rows[1]['id']}/read", headers=headers).json()
    assert (done["id"], done["unread"]) == (rows[1]["id"], False)
    mine = site.get("/api/v1/conversations", headers=bearer(author)).json()
    assert [row["unread"] for row in mine] == [False]  # one has read what one wrote
    write.publish(page, private(f"@{author.username} одговор", first))
    assert site.get("/api/v1/conversations", headers=bearer(author)).json()[0]["unread"] is True
    assert [row["unread"] for row in site.get("/api/v1/conversations", headers=headers).json()] == [False, True]


def test_a_list_of_conversations_goes_on_where_its_page_ended(site: Client, page: Account) -> None:
    for number in range(5):
        write.publish(door.enter(f"Грађанин {number}"), private(f"@opstina порука {number}"))
    headers, ids, url = bearer(page), [], "/api/v1/conversations?limit=2"
    while url:
        answer = site.get(url, headers=headers)
        ids += [row["id"] for row in answer.json()]
        links = dict(reversed(link.split("; ")) for link in answer.headers.get("Link", "").split(", ") if link)
        url = links.get('rel="next"', "").strip("<>") if answer.json() else ""
    assert len(ids) == len(set(ids)) == 5


def test_another_accounts_conversation_is_not_there(
    site: Client, author: Account, page: Account, stranger: Account, message: Status
) -> None:
    theirs = Conversation.objects.get(account=page)
    for method, path in (
        ("post", f"/api/v1/conversations/{theirs.pk}/read"),
        ("delete", f"/api/v1/conversations/{theirs.pk}"),
    ):
        for account in (author, stranger):
            assert getattr(site, method)(path, headers=bearer(account)).status_code == 404
        assert getattr(site, method)(path, headers=bearer(page, ["read"])).status_code == 403
        assert getattr(site, method)(path).status_code == 401
    with pytest.raises(Missing):
        read.read(stranger, theirs.pk, message.pk)
    assert site.get("/api/v1/conversations").status_code == 401


def test_a_conversation_that_was_put_away_comes_back_with_the_next_message(
    site: Client, author: Account, page: Account, message: Status
) -> None:
    row = Conversation.objects.get(account=page)
    assert site.delete(f"/api/v1/conversations/{row.pk}", headers=bearer(page)).json() == {}
    assert conversations.page(page) == []
    assert Status.objects.filter(pk=message.pk).exists()
    write.publish(author, private("@opstina још нешто"))
    assert len(conversations.page(page)) == 1


def test_a_list_of_many_conversations_costs_as_many_queries(page: Account, django_assert_num_queries: Any) -> None:
    for number in range(12):
        write.publish(door.enter(f"Грађанин {number}"), private(f"@opstina порука {number}"))
    with django_assert_num_queries(5):  # the list, people, messages, pictures, votes
        assert len(conversations.page(page)) == 12


# ---- pages


def test_strangers_find_it_on_no_page(
    site: Client, author: Account, stranger: Account, post: Status, message: Status
) -> None:
    own = f"/@{author.username}/{message.pk}"
    for name in (None, stranger.display_name):
        if name:
            site.post("/door", {"name": name})
        for path in addresses(PAGES, message, post):
            shown = site.get(path, follow=True)
            assert shown.status_code == 200
            assert "удара" not in shown.text, path
        assert site.get(own).status_code == 404
        assert site.get(f"/messages/{Conversation.objects.get(account=author).pk}", follow=True).status_code == (
            404 if name else 200  # the door
        )
    site.post("/door", {"name": author.display_name})
    assert "no-store" in site.get("/messages")["Cache-Control"]  # the next person at this computer
    assert site.get(own)["Location"] == f"/@opstina/private#message-{message.pk}"
    assert "удара" not in site.get(f"/@opstina/{post.pk}").text  # among the comments it would look public
    assert "удара" in site.get("/@opstina/private").text


def test_a_citizen_writes_privately_reads_the_answer_and_sees_what_is_unread(
    site: Client, author: Account, page: Account
) -> None:
    assert site.get("/@opstina/private")["Location"] == "/door?next=%2F%40opstina%2Fprivate"
    site.post("/door", {"name": author.display_name})
    assert 'href="/@opstina/private#write"' in site.get("/@opstina").text
    assert "You have written nothing to each other yet" in site.get("/@opstina/private").text
    assert "You have no private messages yet" in site.get("/messages").text
    assert site.post("/@opstina/private", {"text": f"  {SECRET}\n\nПомозите  "}).status_code == 302
    message = Status.objects.get()
    assert (message.text, message.visibility) == (f"@opstina {SECRET}\n\nПомозите", Visibility.DIRECT)
    answer = write.publish(page, private(f"@{author.username} Зовите 0800-000-000, @opstina", message))
    assert "some unread" in site.get("/").text
    listed = site.get("/messages").text
    assert "Unread" in listed
    talk = site.get("/@opstina/private").text
    assert talk.index(SECRET) < talk.index("Зовите 0800")
    assert f"@{author.username} Зовите" not in talk  # who it is for is clear
    assert 'class="bubble is-own"' in talk
    assert "some unread" not in site.get("/").text
    site.post("/@opstina/private", {"text": "Хвала"})
    last = Status.objects.get(text__endswith="Хвала")
    assert (last.in_reply_to_id, last.root_id) == (answer.pk, message.pk)
    assert "You:" in site.get("/messages").text


def test_a_picture_goes_with_a_message(site: Client, author: Account, page: Account) -> None:
    site.post("/door", {"name": author.display_name})
    sent = site.post("/@opstina/private", {"text": "", "picture": picture_file(), "description": "Пало дрво"})
    assert sent.status_code == 302
    media = Media.objects.get()
    assert (media.description, media.status) == ("Пало дрво", Status.objects.get())
    assert f"/media/{media.token}" in site.get("/@opstina/private").text
    assert "A picture" in site.get("/messages").text


def picture_file(content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile("drvo.png", picture().read() if content is None else content, "image/png")


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"text": " \u200b\x00 "}, "Write something first"),
        ({"text": "ж" * 492}, "1 character too long"),
        ({"text": "ж" * 3000}, "2509 characters too long"),
        ({"text": "И @radoznali нека зна"}, "Leave this out: @radoznali"),
    ],
)
def test_what_cannot_be_sent_is_said_at_the_field_and_kept(
    site: Client, author: Account, page: Account, stranger: Account, fields: dict[str, str], sentence: str
) -> None:
    site.post("/door", {"name": author.display_name})
    refused = site.post("/@opstina/private", fields)
    assert (refused.status_code, Status.objects.count()) == (422, 0)
    assert sentence in refused.text
    assert 'aria-describedby="text-problem"' in refused.text
    assert fields["text"].strip("\x00 \u200b") in refused.text


def test_a_file_that_is_no_picture_is_said_at_its_field(site: Client, author: Account, page: Account) -> None:
    site.post("/door", {"name": author.display_name})
    refused = site.post("/@opstina/private", {"text": "Ево слике", "picture": picture_file(b"<svg onload=x>")})
    assert (refused.status_code, Status.objects.count()) == (422, 0)
    assert "This file is no picture" in refused.text
    assert "Ево слике" in refused.text
    assert 'aria-describedby="picture-problem"' in refused.text


def test_hostile_words_are_shown_as_words(site: Client, author: Account, page: Account) -> None:
    nasty = "<img src=x onerror=alert(1)> \"' </textarea><script>1</script> @opstina"
    site.post("/door", {"name": author.display_name})
    site.post("/@opstina/private", {"text": nasty})
    page.display_name = "<b>Општина</b>"
    page.save()
    for path in ("/messages", "/@opstina/private"):
        shown = site.get(path).text
        assert "<img src=x" not in shown
        assert "<script>1" not in shown
        assert "<b>Општина" not in shown
    assert "</textarea><script>" not in site.post("/@opstina/private", {"text": nasty + "ж" * 500}).text


def test_several_people_talk_where_a_program_began_it(
    site: Client, author: Account, page: Account, stranger: Account
) -> None:
    write.publish(page, private(f"@{author.username} @{stranger.username} састанак је у 9"))
    row = Conversation.objects.get(account=author)
    site.post("/door", {"name": author.display_name})
    assert f'href="/messages/{row.pk}#' in site.get("/messages").text
    assert "састанак је у 9" in site.get(f"/messages/{row.pk}").text
    site.post(f"/messages/{row.pk}", {"text": "Долазим"})
    assert Status.objects.order_by("pk").last().readers == row.readers  # type: ignore[union-attr]
    site.post("/door", {"name": "Неко трећи"})
    assert site.get(f"/messages/{row.pk}").status_code == 404
    assert site.post(f"/messages/{row.pk}", {"text": "И ја"}).status_code == 404


def test_one_writes_to_nobody_who_is_not_there_and_not_to_oneself(site: Client, author: Account) -> None:
    site.post("/door", {"name": author.display_name})
    for path in (
        "/@nobody/private",
        f"/@{author.username}/private",
        "/messages/999999",
        "/messages/99999999999999999999",
    ):
        assert site.get(path).status_code == 404
        assert site.post(path, {"text": "x"}).status_code == 404
    assert site.get("/messages?before=abc").status_code == 200
    assert site.put("/messages").status_code == 405


def test_long_conversations_are_read_a_page_at_a_time(
    site: Client, author: Account, page: Account, django_assert_max_num_queries: Any
) -> None:
    site.post("/door", {"name": author.display_name})
    site.post("/@opstina/private", {"text": "Порука 0."})
    with django_assert_max_num_queries(12) as few:
        site.get("/@opstina/private")
    for number in range(1, 60):
        write.publish(author if number % 2 else page, private(f"@opstina @{author.username} Порука {number}."))
    with django_assert_max_num_queries(12) as many:
        shown = site.get("/@opstina/private").text
    assert len(many) == len(few)
    assert "Порука 59." in shown
    assert "Порука 9." not in shown
    older = shown.split('href="?before=')[1].split('"')[0]
    assert "Порука 9." in site.get(f"/@opstina/private?before={older}").text


def test_a_deleted_message_leads_back_to_its_conversation(site: Client, author: Account, page: Account) -> None:
    site.post("/door", {"name": author.display_name})
    site.post("/@opstina/private", {"text": "Грешка"})
    assert site.post(f"/posts/{Status.objects.get().pk}/delete")["Location"] == "/@opstina/private"


@pytest.mark.journey
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("width", "scheme"), ENDS)
def test_a_trainee_writes_privately_in_a_browser(network: str, browser: Any, width: int, scheme: str) -> None:
    page = door.create(AccountKind.PAGE, "Општина на проби", username="opstina")
    context = browser.new_context(locale="en-GB", color_scheme=scheme, viewport={"width": width, "height": 800})
    screen = context.new_page()
    problems: list[str] = []
    screen.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)

    def clean() -> None:
        assert violations(screen) == []
        assert screen.evaluate("document.documentElement.scrollWidth") <= width

    screen.goto(f"{network}/@opstina")
    screen.get_by_role("link", name="Write privately").click()
    screen.get_by_label("A name of your own").fill("Мирјана Стојановић-Обрадовић")
    screen.keyboard.press("Enter")
    screen.get_by_label("Your message").fill("Пало је дрво. " + "о" * 200)
    clean()
    screen.get_by_role("button", name="Send").focus()
    screen.keyboard.press("Enter")
    screen.locator(".bubble.is-own").get_by_text("Пало је дрво.").wait_for()
    clean()
    asked = Status.objects.get()
    write.publish(page, private(f"@{asked.account.username} Екипа је кренула.", asked))
    screen.goto(f"{network}/@opstina")
    screen.get_by_role("link", name="Private messages, some unread").click()
    screen.get_by_text("Екипа је кренула.").wait_for()
    clean()
    screen.locator(".letter").click()
    own, theirs = (screen.locator(f".bubble{which}").first.bounding_box() for which in (".is-own", ":not(.is-own)"))
    assert own["x"] + own["width"] > theirs["x"] + theirs["width"]
    assert own["y"] < theirs["y"]
    clean()
    screen.get_by_role("link", name="Private messages").first.click()
    assert screen.get_by_text("Unread").count() == 0
    assert problems == []
    context.close()
