"""WordPress: what every site has to do, fake or real; then faults, and sites that differ, against the fake."""

from dataclasses import replace
from datetime import timedelta

import pytest

from platforms import registry
from platforms.errors import NeedsConsent, NotAllowed, NotReached, PlatformError, RateLimited, Rejected
from platforms.types import Absent, Action, Found, Inconclusive, Messages, Pending, Ready
from platforms.wordpress.content import MEDIA
from tests.platforms.bench import ALTS, Bench, outgoing, video
from tests.platforms.conformance import Conformance, start
from tests.platforms.fakes import FakeServer
from tests.platforms.faults import FaultConformance, bench_for

DEVIATIONS = frozenset({"takes longer texts than it says", "no followers"})
KIND = registry.connector("wordpress")


class Stopped(Exception):
    """Raised right before the post becomes public."""


def stop() -> None:
    raise Stopped


class SiteConformance(Conformance):
    """Run against the fake here, and against WordPress itself in `make test-real`."""

    def test_a_post_has_a_title_and_nothing_of_it_is_taken_for_markup(self, bench: Bench) -> None:
        text = 'Пише <b>овако</b> & „овако”, [gallery ids="1"].\nДруги ред.\n\nhttps://cuprija.example/a?b=1&c=<2>'
        sent = bench.outgoing(text, title="Вашар <i>и</i> & [caption] концерт")
        bench.publish(bench.connector(), sent)
        (post,) = bench.public()
        assert post["title"] == sent.title
        assert post["text"].startswith('Пише <b>овако</b> & „овако”, [gallery ids="1"].\nДруги ред.\n\nhttps://')
        assert post["text"].endswith("https://cuprija.example/a?b=1&c=<2>")

    def test_the_first_picture_stands_above_the_post_and_the_others_in_it(self, bench: Bench) -> None:
        connector = bench.connector()
        sent = bench.outgoing("Слике.", pictures=(bench.picture(1), bench.picture(2)), video=video())
        published = bench.publish(connector, sent)
        shown = connector.calls.entity(f"/posts/{published.remote_id}", context="edit")
        html = shown["content"]["raw"]
        assert shown["featured_media"]
        assert (html.count("<img "), html.count("<video ")) == (1, 1)
        (post,) = bench.public()
        assert tuple(post["alts"]) == ALTS[:2]

    def test_an_edit_changes_title_text_and_descriptions_and_keeps_the_pictures(self, bench: Bench) -> None:
        connector = bench.connector()
        pictures = tuple(bench.picture(number) for number in (1, 2, 3))
        sent = bench.outgoing("Пре.", pictures=pictures, title="Стари наслов")
        post = bench.publish(connector, sent)
        described = tuple(replace(one, alt=f"Нови опис {place}") for place, one in enumerate(pictures))
        connector.edit(post.remote_id, replace(sent, text="После.", title="Нови наслов", pictures=described))
        (shown,) = bench.public()
        assert (shown["id"], shown["title"], shown["text"]) == (post.remote_id, "Нови наслов", "После.")
        assert shown["alts"] == ["Нови опис 0", "Нови опис 1", "Нови опис 2"]

    def test_the_files_of_a_post_that_is_taken_down_are_deleted_too(self, bench: Bench) -> None:
        connector = bench.connector()
        pictures = (bench.picture(1), bench.picture(2))
        post = bench.publish(connector, bench.outgoing("Сагласност је опозвана.", pictures=pictures, video=video()))
        shown = connector.calls.entity(f"/posts/{post.remote_id}", context="edit")
        files = [shown["featured_media"], *MEDIA.findall(shown["content"]["raw"])]
        assert len(files) == 3
        for _ in range(2):
            connector.withdraw(post.remote_id)
        for number in files:
            with pytest.raises(Rejected) as gone:
                connector.calls.entity(f"/media/{number}")
            assert gone.value.code == "rest_post_invalid_id"

    def test_what_was_stopped_before_it_was_public_goes_on_from_its_draft(self, bench: Bench) -> None:
        sent, began = bench.outgoing("Само једном.", pictures=(bench.picture(1),)), start()
        with pytest.raises(Stopped):
            bench.connector(http=bench.http(before_send=stop)).publish(sent, bench.read)
        (token,) = bench.checkpoints
        connector, held = bench.connector(), Pending(token)
        assert bench.texts() == []
        assert connector.find(sent, began, (), held) == Ready(token)
        assert connector.check_status(held) == Ready(token)
        first = connector.resume(sent, held, bench.read)
        # An answer that was lost: the same request makes the same post public.
        assert connector.finish(sent, held, bench.read).remote_id == first.remote_id == token
        assert connector.resume(sent, held, bench.read) == first
        found = connector.find(sent, began, (), held)
        assert isinstance(found, Found)
        assert (found.published, found.alts) == (first, ALTS[:1])
        assert bench.texts() == ["Само једном."]

    def test_what_somebody_removed_on_the_site_is_not_sent_again(self, bench: Bench) -> None:
        sent, connector = bench.outgoing("Уклоњено."), bench.connector()
        post = bench.publish(connector, sent)
        connector.withdraw(post.remote_id)
        held = Pending(post.remote_id)
        assert isinstance(connector.find(sent, start(), (), held), Inconclusive)
        with pytest.raises(Rejected, match="removed the portal's draft"):
            connector.resume(sent, held, bench.read)
        assert isinstance(connector.find(sent, start(), (), Pending("999999")), Inconclusive)

    def test_an_answer_to_a_citizen_is_found_after_its_own_answer_was_lost(self, bench: Bench) -> None:
        connector, began = bench.connector(), start() - timedelta(seconds=1)
        post = bench.publish(connector, bench.outgoing("Питајте нас."))
        bench.react(post.remote_id, "reply", 'Ради ли "библиотека" - суботом...')
        (message,) = connector.replies(post.remote_id).items
        sent = bench.outgoing('Ради, од 9 до 13 -- у "Дому културе"...', reply_to=message.remote_id)
        assert isinstance(connector.find(sent, began), Absent)
        with pytest.raises(Stopped):
            bench.connector(http=bench.http(before_send=stop)).reply(sent, bench.read)
        answer = connector.reply(sent, bench.read)
        found = connector.find(sent, began)
        assert isinstance(found, Found)
        assert found.published.remote_id == answer.remote_id
        assert isinstance(connector.find(sent, began, {answer.remote_id}), Absent)
        # The site refuses the same words in the same place; the comment that is there is the one that was sent.
        assert connector.reply(sent, bench.read).remote_id == answer.remote_id
        # What the account wrote is no message to it.
        assert [one.remote_id for one in connector.messages().items] == [message.remote_id]
        connector.withdraw(answer.remote_id)
        assert isinstance(connector.find(sent, began), Absent)

    def test_a_first_comment_stands_below_the_post(self, bench: Bench) -> None:
        connector = bench.connector()
        post = bench.publish(connector, bench.outgoing("Вест."))
        comment = connector.publish(outgoing("Више: https://cuprija.example", reply_to=post.remote_id), bench.read)
        assert comment.remote_id.startswith(f"{post.remote_id}/")
        (metrics,) = connector.fetch_metrics([post.remote_id])
        assert metrics.values == {"replies": 1}

    def test_hidden_comments_are_not_counted(self, bench: Bench) -> None:
        connector = bench.connector()
        post = bench.publish(connector, bench.outgoing("Вест.")).remote_id
        for text in ("Прво", "Друго"):
            bench.react(post, "reply", text)
        connector.hide(connector.replies(post).items[0].remote_id, post)
        (metrics,) = connector.fetch_metrics([post])
        assert metrics.values == {"replies": 1}
        assert connector.past_posts(start() - timedelta(days=1)).items[0].values == {"replies": 1}

    def test_a_chosen_category_is_the_posts(self, bench: Bench) -> None:
        connector = bench.connector()
        (setting,) = connector.limits(connector.facts).settings
        chosen = setting.choices[-1]
        post = bench.publish(connector, bench.outgoing("Вест.", settings={"category": chosen.value}))
        shown = connector.calls.entity(f"/posts/{post.remote_id}")
        assert [str(one) for one in shown["categories"]] == [chosen.value]

    def test_the_account_has_posts(self, bench: Bench) -> None:
        connector = bench.connector()
        before = connector.fetch_account_metrics()["posts"]
        bench.publish(connector, bench.outgoing("Вест."))
        assert connector.fetch_account_metrics() == {"posts": before + 1}

    def test_a_wrong_password_is_the_persons_to_correct(self, bench: Bench) -> None:
        wrong = "wrong"
        for typed in ({"identifier": "urednik", "password": wrong}, {"identifier": "niko", "password": wrong}):
            with pytest.raises(Rejected) as refused:
                bench.connector(credential=None).exchange(typed)
            assert (refused.value.field, refused.value.code) == ("password", "site_sign_in")


@pytest.fixture
def bench(fakes: FakeServer) -> Bench:
    return bench_for(fakes, "wordpress", counted={"reply": "replies"}, deviations=DEVIATIONS)


class TestWordPressFake(SiteConformance, FaultConformance):
    create = r"/wp/v2/posts/\d+$"
    upload = r"/wp/v2/media$"
    absent = Ready

    @pytest.fixture
    def bench(self, bench: Bench) -> Bench:
        return bench


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("cuprija.rs", "https://cuprija.rs"),
        (" https://WWW.Cuprija.rs/ ", "https://www.cuprija.rs"),
        ("cuprija.rs/vesti/", "https://cuprija.rs/vesti"),
        ("https://cuprija.rs/vesti/wp-admin/profile.php?x=1#y", "https://cuprija.rs/vesti"),
        ("https://cuprija.rs/wp-login.php", "https://cuprija.rs"),
        ("127.0.0.1:8000/a/b", "https://127.0.0.1:8000/a/b"),
    ],
)
def test_an_address_is_taken_as_people_copy_it(typed: str, address: str) -> None:
    assert KIND.address(typed) == address


@pytest.mark.parametrize("typed", ["", "ftp://cuprija.rs", "https://", "cuprija.rs/../a", "https://a:b@c.rs", "a b.rs"])
def test_what_is_no_address_says_so_at_its_field(typed: str) -> None:
    with pytest.raises(Rejected) as refused:
        KIND.address(typed)
    assert (refused.value.field, refused.value.code) == ("server", "bad_address")


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"wordpress_blocked": "html"}, "rest_blocked"),
        ({"wordpress_blocked": "json"}, "rest_blocked"),
        ({"wordpress_passwords": False}, "no_app_passwords"),
    ],
)
def test_a_site_that_cannot_be_used_says_why(bench: Bench, fakes: FakeServer, options: dict, code: str) -> None:
    fakes.options(**options)
    with pytest.raises(Rejected) as refused:
        KIND(bench.http(), server=bench.server).fetch_facts()
    assert (refused.value.field, refused.value.code) == ("server", code)


def test_another_web_site_is_not_taken_for_one(bench: Bench, fakes: FakeServer) -> None:
    fakes.plan("status", "/wordpress/", status=404, body="<html>404</html>", times=3)
    with pytest.raises(Rejected) as refused:
        KIND(bench.http(), server=bench.server).fetch_facts()
    assert refused.value.code == "not_wordpress"
    fakes.plan("status", "/wp-json/", status=503)
    with pytest.raises(NotReached):
        KIND(bench.http(), server=bench.server).fetch_facts()


def test_a_site_without_pretty_addresses_works_as_well(bench: Bench, fakes: FakeServer) -> None:
    fakes.options(wordpress_pretty=False)
    connector = bench.connector()
    assert connector.facts["api"] == f"{bench.server}/index.php?rest_route=/"
    post = bench.publish(connector, bench.outgoing("Без лепих адреса.", pictures=(bench.picture(1),)))
    assert bench.texts() == ["Без лепих адреса."]
    assert connector.replies(post.remote_id).is_whole


def test_an_api_at_another_host_is_not_believed(bench: Bench, fakes: FakeServer) -> None:
    """The password would go there."""
    fakes.world.fake("wordpress").foreign = "https://elsewhere.example/wp-json/"
    assert KIND(bench.http(), server=bench.server).fetch_facts()["api"] == f"{bench.server}/wp-json/"


def test_only_a_short_link_names_a_post() -> None:
    def named(link: str) -> str | None:
        return KIND.named_by(link, "https://cuprija.rs/vesti", "1")

    assert named(" https://cuprija.rs/vesti/?p=12 ") == "12"
    assert named("https://cuprija.rs/vesti?p=12&preview=true") == "12"
    for other in ("https://cuprija.rs/vesti/2026/11/vasar/", "https://cuprija.rs/?p=12", "https://x.rs/vesti/?p=12",
                  "https://cuprija.rs/vesti/?p=a", "nije adreса"):  # fmt: skip
        assert named(other) is None


def test_the_role_says_what_the_portal_may_do(bench: Bench, fakes: FakeServer) -> None:
    fake = fakes.world.fake("wordpress")
    typed = {name: fake.user(name, able) for name, able in (("autor", AUTHOR), ("citalac", ("read",)))}
    held = {
        name: bench.connector(credential=None).exchange({"identifier": name, "password": user["password"]})
        for name, user in typed.items()
    }
    assert held["citalac"].scopes == ("read",)
    assert "moderate_comments" not in held["autor"].scopes
    author = bench.connector(credential=held["autor"])
    with pytest.raises(NotAllowed), author.acting(Action.HIDE):
        pytest.fail("The call would have been made.")
    bench.publish(author, bench.outgoing("Аутор сме."))
    with pytest.raises(NeedsConsent) as refused:
        bench.publish(bench.connector(credential=held["citalac"]), bench.outgoing("Читалац не сме."))
    assert refused.value.is_permission


AUTHOR = ("read", "publish_posts", "edit_posts", "edit_published_posts", "delete_published_posts", "upload_files")


def test_an_upload_that_is_too_large_is_a_matter_of_the_file(bench: Bench, fakes: FakeServer) -> None:
    fakes.options(wordpress_upload_bytes=10)
    sent = bench.outgoing("Превелико.", pictures=(bench.picture(1),))
    with pytest.raises(Rejected) as refused:
        bench.publish(bench.connector(), sent)
    assert refused.value.field == "pictures"
    fakes.plan("status", "/media$", status=413, body="<html>413</html>")
    with pytest.raises(Rejected, match="larger than the site takes"):
        bench.publish(bench.connector(), sent)


def test_without_a_title_the_first_line_is_one(bench: Bench) -> None:
    connector, limits = bench.connector(), bench.limits()
    sent = outgoing("Вашар почиње у 9.\n\nДобро дошли.")
    assert connector.check(sent, limits) == []
    bench.publish(connector, sent)
    (post,) = bench.public()
    assert (post["title"], post["text"]) == ("Вашар почиње у 9.", "Вашар почиње у 9.\n\nДобро дошли.")
    (long,) = connector.check(outgoing("ж" * 201), limits)
    assert (long.code, long.field, long.params["over"]) == ("title_too_long", "text", 1)
    (written,) = connector.check(outgoing("Вест.", title="ж" * 201), limits)
    assert written.field == "title"
    (missing,) = connector.check(outgoing("", pictures=(bench.picture(1),)), limits)
    assert missing.code == "title_missing"
    assert connector.check(outgoing("Хвала!", reply_to="1/2"), limits) == []
    (files,) = connector.check(outgoing("Хвала!", reply_to="1/2", pictures=(bench.picture(1),)), limits)
    assert (files.code, files.severity) == ("comment_files", "warning")
    (over,) = connector.check(outgoing("ж" * 5001, reply_to="1/2"), limits)
    assert over.code == "text_too_long"


def test_comments_that_the_site_does_not_take(bench: Bench, fakes: FakeServer) -> None:
    connector = bench.connector()
    post = bench.publish(connector, bench.outgoing("Вест.")).remote_id
    answer = bench.outgoing("Хвала.", reply_to=post)
    fakes.options(wordpress_comments="closed")
    with pytest.raises(NotAllowed, match="no comments"):
        connector.reply(answer, bench.read)
    fakes.options(wordpress_comments="held")
    with pytest.raises(NotAllowed, match="held this comment back"):
        connector.reply(answer, bench.read)
    assert connector.replies(post).items == ()
    assert fakes.world.fake("wordpress").comments == {}


def test_a_picture_of_somebody_else_stays_when_a_post_is_taken_down(bench: Bench, fakes: FakeServer) -> None:
    connector, fake = bench.connector(), fakes.world.fake("wordpress")
    post = bench.publish(connector, bench.outgoing("Вест.", pictures=(bench.picture(1), bench.picture(2))))
    first, _second = fake.media
    fake.media[first]["author"] = 999  # another user put this picture there instead
    connector.withdraw(post.remote_id)
    assert set(fake.media) == {first}


def test_a_site_without_a_trash_deletes_at_once(bench: Bench, fakes: FakeServer) -> None:
    fakes.options(wordpress_trash=False)
    connector = bench.connector()
    post = bench.publish(connector, bench.outgoing("Вест.")).remote_id
    connector.withdraw(post)
    connector.withdraw(post)
    assert fakes.world.fake("wordpress").posts == {}


def test_a_firewall_before_the_site_is_waited_for(bench: Bench, fakes: FakeServer) -> None:
    connector = bench.connector()
    fakes.options(wordpress_blocked="html")
    with pytest.raises(RateLimited, match="blocks its REST API"):
        connector.profile()
    # Nothing that was asked to be deleted may be taken for gone.
    with pytest.raises(PlatformError):
        connector.withdraw("1")
    fakes.options(wordpress_blocked="")
    fakes.plan("status", "/wp/v2/posts/1$", status=404, body="<html>404</html>")
    with pytest.raises(Rejected):
        connector.withdraw("1")


def test_hundreds_of_comments_are_counted(bench: Bench, fakes: FakeServer) -> None:
    connector = bench.connector()
    posts = [bench.publish(connector, bench.outgoing(f"Вест {number}.")).remote_id for number in range(2)]
    for number in range(101):
        fakes.react("wordpress", posts[0], "reply", f"Коментар {number}")
    assert [one.values["replies"] for one in connector.fetch_metrics(posts)] == [101, 0]
    assert not connector.replies(posts[0]).is_whole
    page = connector.messages()
    assert (len(page.items), page.is_past) == (100, True)
    # What was left out then is not new later.
    assert connector.messages(page.cursor) == Messages((), page.cursor)
    fakes.advance(10)
    for number in range(120):
        fakes.react("wordpress", posts[1], "reply", f"Ново {number}")
    new = connector.messages(page.cursor)
    assert [message.text for message in new.items] == [f"Ново {number}" for number in range(120)]
    assert connector.messages(new.cursor) == Messages((), new.cursor)
    assert len(new.cursor or "") < 2000


def test_a_comment_that_is_approved_later_arrives_then_and_once(bench: Bench, fakes: FakeServer) -> None:
    connector = bench.connector()
    post = bench.publish(connector, bench.outgoing("Питајте нас.")).remote_id
    nothing = connector.messages()
    assert nothing.cursor
    fakes.options(wordpress_comments="held")
    held = fakes.react("wordpress", post, "reply", "Чека уредника")
    fakes.options(wordpress_comments="open")
    fakes.advance(3 * 86_400)
    fakes.react("wordpress", post, "reply", "Новије")
    (newer,) = (first := connector.messages(nothing.cursor)).items
    assert (newer.text, first.is_past) == ("Новије", False)
    connector.show(held, post)
    (later,) = (second := connector.messages(first.cursor)).items
    assert later.text == "Чека уредника"
    # Hiding and showing makes nothing new.
    connector.hide(held, post)
    assert connector.messages(second.cursor).items == ()
    connector.show(held, post)
    assert connector.messages(second.cursor).items == ()
