"""The pages: what a citizen sees and does, with and without a script, and what strangers may not do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from django.test import Client
from django.utils import timezone

from practice import rules
from practice.domain import door, react, write
from practice.domain.write import Draft
from practice.enums import AccountKind, NoticeKind
from practice.models import Account, Notice, Status
from tests.browsing import ENDS, violations


@pytest.fixture
def page(db: None) -> Account:
    return door.create(AccountKind.PAGE, "Општина на проби", username="opstina")


@pytest.fixture
def post(page: Account) -> Status:
    return write.publish(page, Draft("Сутра нема воде од 8 до 14 часова.", "sr"))


@pytest.fixture
def citizen(site: Client) -> Account:
    """A citizen who has picked a name."""
    site.post("/door", {"name": "Комшија"})
    return Account.objects.get(kind=AccountKind.CITIZEN)


def test_the_feed_says_that_it_is_practice_and_keeps_search_engines_out(site: Client, post: Status) -> None:
    answer = site.get("/")
    text = answer.content.decode()
    assert "nothing here is public" in text
    assert '<meta name="robots" content="noindex, nofollow, noarchive">' in text
    assert answer["X-Robots-Tag"].startswith("noindex")
    assert "Сутра нема воде" in text
    assert site.get("/robots.txt").content.endswith(b"Disallow: /\n")


def test_what_people_write_is_shown_as_words_not_as_html(site: Client, page: Account, citizen: Account) -> None:
    nasty = '<img src=x onerror=alert(1)> "\' https://a.example/"onload=x'
    write.publish(citizen, Draft(nasty))
    citizen.display_name = "<b>Зоран</b>"
    citizen.save()
    for path in ("/", f"/@{citizen.username}", f"/@{citizen.username}/{Status.objects.get().pk}"):
        text = site.get(path).content.decode()
        assert "<img src=x" not in text
        assert "<b>Зоран" not in text
        assert 'rel="nofollow noopener noreferrer ugc"' in text
    assert b"<b>" not in site.get(f"/avatars/{citizen.username}.svg").content


def test_every_page_costs_a_fixed_number_of_queries(
    site: Client, post: Status, citizen: Account, django_assert_max_num_queries: Any
) -> None:
    def cost(path: str) -> int:
        site.get(path)
        with django_assert_max_num_queries(11) as made:
            assert site.get(path).status_code == 200
        return len(made)

    paths = ("/", "/@opstina", f"/@opstina/{post.pk}")
    write.publish(citizen, Draft("Први коментар", reply_to=post.pk))
    before = [cost(path) for path in paths]
    for n in range(19):
        own = write.publish(post.account, Draft(f"Објава {n}"))
        react.like(citizen, own.pk)
        write.publish(citizen, Draft(f"Коментар {n}", reply_to=post.pk))
    assert [cost(path) for path in paths] == before


def test_older_posts_are_a_link_away(site: Client, page: Account) -> None:
    made = [write.publish(page, Draft(f"Објава број {n}.")).pk for n in range(25)]
    first = site.get("/").content.decode()
    assert f"?before={made[5]}" in first
    assert "Објава број 4." not in first
    assert "Објава број 4." in site.get(f"/?before={made[5]}").content.decode()


def test_a_hashtag_shows_what_carries_it(site: Client, page: Account) -> None:
    write.publish(page, Draft("Пријавите се. #ДаКликнемоЗаједно"))
    write.publish(page, Draft("Нешто друго"))
    text = site.get("/", {"tag": "дакликнемозаједно"}).content.decode()
    assert "Пријавите се." in text
    assert "Нешто друго" not in text


@pytest.mark.parametrize("query", ["before=abc", "before=99999999999999999999999", "tag=%00%25_", "tag=" + "x" * 5000])
def test_odd_addresses_do_no_harm(site: Client, post: Status, query: str) -> None:
    assert site.get(f"/?{query}").status_code == 200


def test_without_a_name_one_is_sent_to_the_door_and_back(site: Client, post: Status) -> None:
    answer = site.post(f"/posts/{post.pk}/like", {"next": "/@opstina"})
    assert answer["Location"] == "/door?next=%2F%40opstina"
    scripted = site.post(f"/posts/{post.pk}/like", {"next": "/"}, headers={"hx-request": "true"})
    assert (scripted.status_code, scripted["HX-Redirect"]) == (204, "/door?next=%2F")
    entered = site.post("/door", {"name": "Комшија", "next": "/@opstina"})
    assert entered["Location"] == "/@opstina"


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"]
)
def test_the_door_leads_nowhere_else(site: Client, db: None, wanted: str) -> None:
    assert site.post("/door", {"name": "Комшија", "next": wanted})["Location"] == "/"


def test_two_people_of_one_name_are_one_and_a_page_cannot_be_played(site: Client, page: Account) -> None:
    site.post("/door", {"name": "  Комшија\u202e  "})
    Client().post("/door", {"name": "Комшија"})
    site.post("/door", {"name": page.display_name})
    assert Account.objects.filter(kind=AccountKind.PAGE).count() == 1
    assert sorted(Account.objects.filter(kind=AccountKind.CITIZEN).values_list("display_name", flat=True)) == [
        "Комшија", page.display_name,
    ]  # fmt: skip
    session = site.session
    session["citizen"] = page.pk
    session.save()
    assert b"Come in" in site.get("/").content


@pytest.mark.parametrize("name", ["", "   ", "\x00\u200b", "!!!"])
def test_a_name_without_letters_is_refused_in_words(site: Client, db: None, name: str) -> None:
    answer = site.post("/door", {"name": name})
    assert answer.status_code == 422
    assert "at least one letter" in answer.content.decode()
    assert not Account.objects.exists()


def test_usernames_are_made_of_the_name_and_never_collide(db: None) -> None:
    names = ["Ђорђе Љубичић", "Đorđe Ljubičić", "日本", "a" * 60]
    made = [door.create(AccountKind.PAGE, name).username for name in names]
    assert made[:2] == ["djordje_ljubicic", "djordje_ljubicic_2"]
    assert len(set(made)) == 4
    assert max(map(len, made)) <= 30


def test_the_door_is_not_a_place_to_make_names_by_the_thousand(
    site: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(rules.RATES, "door", (3, 600))
    answers = [site.post("/door", {"name": f"Гост {n}"}).status_code for n in range(5)]
    assert answers.count(429) >= 2
    assert Account.objects.count() == answers.count(302)


def test_a_citizen_likes_shares_and_comments_without_a_script(site: Client, post: Status, citizen: Account) -> None:
    for name in ("like", "share"):
        assert site.post(f"/posts/{post.pk}/{name}", {"next": "/"})["Location"] == f"/#post-{post.pk}"
    site.post(f"/posts/{post.pk}/comment", {"text": "A do kada traje?"})
    post.refresh_from_db()
    assert (post.likes_count, post.boosts_count, post.replies_count) == (1, 1, 1)
    text = site.get(f"/@opstina/{post.pk}").content.decode()
    assert "A do kada traje?" in text
    assert text.count('aria-pressed="true"') >= 2
    kinds = set(Notice.objects.filter(account=post.account).values_list("kind", flat=True))
    assert kinds == {NoticeKind.FAVOURITE, NoticeKind.REBLOG, NoticeKind.MENTION}
    for name in ("unlike", "unshare"):
        site.post(f"/posts/{post.pk}/{name}")
    post.refresh_from_db()
    assert (post.likes_count, post.boosts_count) == (0, 0)


def test_with_a_script_only_the_buttons_come_back(site: Client, post: Status, citizen: Account) -> None:
    answer = site.post(f"/posts/{post.pk}/like", {"next": "/"}, headers={"hx-request": "true"})
    text = answer.content.decode().strip()
    assert text.startswith('<div class="acts">')
    assert f'action="/posts/{post.pk}/unlike"' in text
    assert "<html" not in text


def test_an_answer_to_a_comment_hangs_in_the_same_thread(site: Client, post: Status, citizen: Account) -> None:
    site.post(f"/posts/{post.pk}/comment", {"text": "Прво"})
    first = Status.objects.get(text="Прво")
    form = site.get(f"/@opstina/{post.pk}?answer={first.pk}").content.decode()
    assert f'action="/posts/{first.pk}/comment"' in form
    site.post(f"/posts/{first.pk}/comment", {"text": "Друго"})
    second = Status.objects.get(text="Друго")
    assert (second.in_reply_to_id, second.root_id) == (first.pk, post.pk)
    assert "Друго" in site.get(f"/@{citizen.username}/{second.pk}").content.decode()


@pytest.mark.parametrize(("text", "status"), [("", 422), (" \u200b ", 422), ("ж" * 501, 422)])
def test_an_empty_or_endless_comment_is_refused_in_words(
    site: Client, post: Status, citizen: Account, text: str, status: int
) -> None:
    answer = site.post(f"/posts/{post.pk}/comment", {"text": text})
    assert answer.status_code == status
    assert b"Go back" in answer.content
    assert Status.objects.count() == 1


def test_one_writes_to_a_page_and_the_page_hears_of_it(site: Client, page: Account, citizen: Account) -> None:
    site.post("/@opstina/write", {"text": "када се поправља клупа?"})
    assert Status.objects.get().text == "@opstina када се поправља клупа?"
    assert Notice.objects.get().account == page


def test_one_follows_and_stops_following(site: Client, page: Account, citizen: Account) -> None:
    for _ in range(2):
        site.post("/@opstina/follow")
    page.refresh_from_db()
    assert page.followers_count == 1
    site.post("/@opstina/unfollow")
    page.refresh_from_db()
    assert page.followers_count == 0
    assert site.post(f"/@{citizen.username}/follow").status_code == 422


def test_one_deletes_ones_own_words_only(site: Client, post: Status, citizen: Account) -> None:
    assert site.post(f"/posts/{post.pk}/delete").status_code == 404
    site.post(f"/posts/{post.pk}/comment", {"text": "Погрешио сам"})
    site.post(f"/posts/{Status.objects.get(text='Погрешио сам').pk}/delete")
    post.refresh_from_db()
    assert (Status.objects.count(), post.replies_count) == (1, 0)


def test_reading_changes_nothing_and_acts_want_a_token(site: Client, post: Status, citizen: Account) -> None:
    assert site.get(f"/posts/{post.pk}/like").status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = site.cookies
    refused = strict.post(f"/posts/{post.pk}/like")
    assert (refused.status_code, b"open for too long" in refused.content) == (403, True)
    post.refresh_from_db()
    assert post.likes_count == 0


def test_leaving_forgets_the_name(site: Client, citizen: Account) -> None:
    site.post("/door/leave")
    assert b"Come in" in site.get("/").content


@pytest.mark.parametrize(
    "path", ["/nothing", "/@nobody", "/@opstina/1", "/media/nothing", "/avatars/nobody.svg", "/avatars/nobody.png"]
)
def test_what_is_not_there_is_said_in_the_networks_own_look(site: Client, page: Account, path: str) -> None:
    answer = site.get(path)
    assert (answer.status_code, b"practice.css" in answer.content) == (404, True)


def test_the_interface_is_there_in_both_scripts_and_in_english(site: Client, db: None) -> None:
    for code, tag in (("sr", "sr-Cyrl"), ("sr-latn", "sr-Latn"), ("en", "en")):
        site.post("/language", {"language": code, "next": "/"})
        assert f'<html lang="{tag}"' in site.get("/").content.decode()


@pytest.mark.journey
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("width", "scheme"), ENDS)
def test_a_trainee_plays_a_citizen_in_a_browser(network: str, browser: Any, width: int, scheme: str) -> None:

    page = door.create(AccountKind.PAGE, "Општина на проби", username="opstina")
    post = write.publish(page, Draft("Сутра нема воде. https://primer.example/obavestenje #Вода", "sr"))
    context = browser.new_context(locale="en-GB", color_scheme=scheme, viewport={"width": width, "height": 800})
    screen = context.new_page()
    problems: list[str] = []
    screen.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)

    def clean() -> None:
        assert violations(screen) == []
        assert screen.evaluate("document.documentElement.scrollWidth") <= width

    screen.goto(network)
    clean()
    screen.get_by_role("link", name="Pick a name").click()
    clean()
    screen.get_by_label("A name of your own").fill("Комшија")
    screen.keyboard.press("Enter")
    like = screen.locator(f"#like-{post.pk}")
    like.focus()
    screen.keyboard.press("Enter")
    screen.wait_for_selector(f"#like-{post.pk}[aria-pressed=true]")
    assert screen.evaluate("document.activeElement.id") == f"like-{post.pk}"
    screen.locator(f"#talk-{post.pk}").click()
    screen.get_by_label("Your comment").fill("Докле?")
    screen.get_by_role("button", name="Comment", exact=True).click()
    screen.get_by_text("Докле?").wait_for()
    clean()
    screen.goto(f"{network}/@opstina")
    clean()
    assert problems == []
    assert screen.evaluate("getComputedStyle(document.body, '::after').content").startswith('"Practice')
    context.close()
    post.refresh_from_db()
    assert (post.likes_count, post.replies_count) == (1, 1)


ASKED = {"options": ["Парк", "Пијацу"], "expires_in": 86_400}


def test_a_citizen_votes_once_and_sees_what_the_others_chose(site: Client, page: Account, citizen: Account) -> None:
    status = write.publish(page, Draft("Шта прво да уредимо?", "sr", poll=ASKED))
    assert b'type="radio"' in site.get("/").content
    assert site.post(f"/posts/{status.pk}/vote", {"choice": "1"}).status_code == 302
    text = site.get("/").content.decode()
    assert "100 %" in text
    assert b'type="radio"' not in site.get("/").content
    assert site.post(f"/posts/{status.pk}/vote", {"choice": "0"}).status_code == 422
    assert list(status.votes.values_list("choice", flat=True)) == [1]


@pytest.mark.parametrize("choice", [["7"], ["x"], ["0", "1"], []])
def test_a_vote_that_the_poll_does_not_offer_is_refused(
    site: Client, page: Account, citizen: Account, choice: list[str]
) -> None:
    status = write.publish(page, Draft("Шта прво да уредимо?", "sr", poll=ASKED))
    assert site.post(f"/posts/{status.pk}/vote", {"choice": choice}).status_code in (404, 422)
    assert not status.votes.exists()


def test_nobody_votes_after_the_end(site: Client, page: Account, citizen: Account, time_machine: Any) -> None:
    status = write.publish(page, Draft("Шта прво да уредимо?", "sr", poll=ASKED))
    time_machine.move_to(timezone.now() + timedelta(days=2), tick=True)
    site.post("/door", {"name": "Комшија"})
    assert "The poll is over" in site.get("/").content.decode()
    site.post(f"/posts/{status.pk}/vote", {"choice": "0"})
    assert not status.votes.exists()
