"""The requirements of every connector, whatever the server. A class per server inherits this and provides a `bench`.

Known deviations of a real server are listed in `bench.deviations`; each is asserted, so that one that goes away is
noticed, too. So are features that a network lacks, where its limits do not say so: "cannot look" (no list of own
posts), "no conversation", "no messages" (replies are read post by post), "no handle", "no permalink", "no followers",
"keeps its token" (it cannot be revoked), "no words beside a video", "cannot prove absence" (a search finds a post but
never proves that one is missing), "answers cannot be asked for" (they come by themselves, for all posts together).
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from platforms import counting, registry
from platforms.errors import NeedsConsent, Rejected
from platforms.types import (
    Absent,
    Credential,
    Found,
    Gone,
    Inconclusive,
    Limits,
    Message,
    Outgoing,
    PastPost,
    PostMetrics,
)
from tests.platforms.bench import ALTS, MOVIE, Bench, video

ODD = {
    "right to left": "نص من اليمين إلى اليسار، ثم ћирилица",
    "marks of direction": "\u202bПочетак\u202c и крај",
    "no width": "Ћу\u200bпри\u200dја\ufeff",
    "families": "Дан породице 👨\u200d👩\u200d👧\u200d👦🇷🇸",
    "combining": "C\u0301uprija, s\u030cuma",
    "quotes and slashes": '„Ово” \\ "оно" / <тамо> & %s {x}',
}


def start() -> datetime:
    return datetime.now(UTC)


class Conformance:
    """Runs against fakes always and against real servers in `make test-real`."""

    @pytest.fixture
    def bench(self) -> Bench:
        raise NotImplementedError

    def test_the_registry_tells_what_the_class_measures(self, bench: Bench) -> None:
        entry, kind = registry.PLATFORMS[bench.key], registry.connector(bench.key)
        assert (entry.measures, entry.account_measures, entry.connect_by) == (
            kind.measures,
            kind.account_measures,
            kind.connect_by,
        )

    def test_the_class_says_whether_people_can_be_answered(self, bench: Bench) -> None:
        assert registry.connector(bench.key).converses == ("no conversation" not in bench.deviations)

    def test_the_profile_names_the_account_behind_the_credential(self, bench: Bench) -> None:
        profile = bench.connector().profile()
        assert profile.remote_id == bench.credential.account_id
        assert profile.handle.startswith("@") or "no handle" in bench.deviations

    def test_a_text_becomes_exactly_one_public_post(self, bench: Bench) -> None:
        text = "Ђурђевдански вашар почиње у 9 часова. 🎉 Добро дошли!"
        published = bench.publish(bench.connector(), bench.outgoing(text))
        assert published.remote_id
        assert published.permalink.startswith("http") or "no permalink" in bench.deviations
        assert published.at.utcoffset() == timedelta()
        assert bench.texts().count(text) == 1

    def test_a_link_a_tag_and_several_lines_arrive_as_written(self, bench: Bench) -> None:
        text = "Пријаве до петка.\n\nhttps://cuprija.example/prijava?korak=1&jezik=sr-Cyrl#obrazac\n#Ћуприја 2026."
        sent = bench.outgoing(text)
        began = start()
        connector = bench.connector()
        published = bench.publish(connector, sent)
        result = bench.find(connector, sent, began)
        if "cannot look" in bench.deviations:
            assert isinstance(result, Inconclusive)
            return
        assert isinstance(result, Found)
        assert result.published.remote_id == published.remote_id

    @pytest.mark.parametrize("name", ODD)
    def test_letters_that_others_stumble_over_arrive_and_are_found_as_written(self, bench: Bench, name: str) -> None:
        connector = bench.connector()
        bare, pictured = bench.outgoing(ODD[name]), bench.outgoing(f"{ODD[name]} 📷", pictures=(bench.picture(1),))
        for sent in (bare, pictured):
            if any(problem.severity == "error" for problem in connector.check(sent, bench.limits())):
                continue  # refused before it is sent
            began = start()
            published = bench.publish(connector, sent)
            assert bench.texts().count(sent.text) == 1 or "tidies letters" in bench.deviations
            if "cannot look" not in bench.deviations:
                result = bench.find(connector, sent, began)
                assert isinstance(result, Found)
                assert result.published.remote_id == published.remote_id

    def test_pictures_arrive_with_their_descriptions_in_order(self, bench: Bench) -> None:
        limits = bench.limits()
        number = min(4, limits.max_images)
        alts = ALTS[:number] if limits.alt_characters else ("",) * number
        sent = bench.outgoing("Слике са вашара.", pictures=tuple(bench.picture(n + 1) for n in range(number)))
        began = start()
        connector = bench.connector()
        if not number:
            assert [p.code for p in connector.check(replace(sent, pictures=(bench.picture(1),)), limits)]
            return
        bench.publish(connector, sent)
        (post,) = [post for post in bench.public() if post["text"] == sent.text]
        assert tuple(post["alts"]) == alts
        result = bench.find(connector, sent, began)
        if "cannot look" in bench.deviations:
            assert isinstance(result, Inconclusive)
            return
        assert isinstance(result, Found)
        assert result.alts == alts

    def test_a_video_arrives_once_or_is_refused_before_it_is_sent(self, bench: Bench) -> None:
        connector, limits = bench.connector(), bench.limits()
        wordless = "no words beside a video" in bench.deviations
        sent = bench.outgoing("" if wordless else "Снимак са отварања.", pictures=(), video=video())
        if limits.videos is None:
            assert "video_not_here" in [problem.code for problem in connector.check(sent, limits)]
            return
        assert connector.check(sent, limits) == []
        if wordless:
            assert connector.check(replace(sent, text="Снимак са отварања."), limits)
        published = bench.publish(connector, sent)
        (post,) = [post for post in bench.public() if post["text"] == sent.text]
        assert post["video"] == len(MOVIE)
        assert published.remote_id

    def test_what_a_network_can_edit_is_edited(self, bench: Bench) -> None:
        connector, limits = bench.connector(), bench.limits()
        sent = bench.outgoing("Вашар почиње у 9.")
        published = bench.publish(connector, sent)
        if "text" not in limits.edits:
            with pytest.raises(Rejected) as refused:
                connector.edit(published.remote_id, replace(sent, text="Вашар почиње у 10."))
            assert refused.value.code == "unsupported"
            return
        connector.edit(published.remote_id, replace(sent, text="Вашар почиње у 10."))
        assert bench.texts() == ["Вашар почиње у 10."]

    def test_pictures_stay_on_a_post_that_is_edited(self, bench: Bench) -> None:
        connector, limits = bench.connector(), bench.limits()
        if "text" not in limits.edits or not limits.max_images:
            return
        sent = bench.outgoing("Вашар почиње у 9.", pictures=(bench.picture(1),))
        post = bench.publish(connector, sent)
        for _ in range(2):  # a lost answer may be asked for again
            connector.edit(post.remote_id, replace(sent, text="Вашар почиње у 10."))
        (shown,) = bench.public()
        assert (shown["text"], len(shown["alts"])) == ("Вашар почиње у 10.", 1)

    def test_the_description_of_a_picture_is_edited_where_a_network_can(self, bench: Bench) -> None:
        connector, limits = bench.connector(), bench.limits()
        if "alt" not in limits.edits:
            return
        sent = bench.outgoing("Вашар почиње у 9.", pictures=(bench.picture(1), bench.picture(2)))
        post = bench.publish(connector, sent)
        described = replace(bench.picture(2), alt="Гужва на пијаци")
        for _ in range(2):  # a lost answer may be asked for again
            connector.edit(post.remote_id, replace(sent, pictures=(bench.picture(1), described)))
        (shown,) = bench.public()
        assert (shown["text"], list(shown["alts"])) == ("Вашар почиње у 9.", [ALTS[0], "Гужва на пијаци"])

    def test_the_text_is_read_back_where_the_connector_says_so(self, bench: Bench) -> None:
        connector, limits = bench.connector(), bench.limits()
        text = "Вашар почиње у 9.\n\nПријаве: https://cuprija.example/prijava #Ћуприја"
        sent = bench.outgoing(text)
        post = bench.publish(connector, sent)
        bench.settle()
        if not connector.reads_back:
            metrics = connector.fetch_metrics([post.remote_id])
            assert [one for one in metrics if isinstance(one, PostMetrics) and one.text is not None] == []
            return
        before = self.metrics(bench, connector, post.remote_id, lambda metrics: metrics.text is not None)
        assert counting.normalised(before.text or "") == counting.normalised(text)
        if "text" in limits.edits:
            connector.edit(post.remote_id, replace(sent, text="Вашара нема."))
            edited = "Вашара нема."
            after = self.metrics(bench, connector, post.remote_id, lambda metrics: metrics.text == edited)
            assert after.text == edited

    def metrics(
        self, bench: Bench, connector: Any, post: str, is_expected: Callable[[PostMetrics], bool]
    ) -> PostMetrics:
        """The numbers of one post, as soon as they are as expected."""
        (metrics,) = bench.eventually(
            lambda: connector.fetch_metrics([post]),
            lambda answers: [isinstance(one, PostMetrics) and is_expected(one) for one in answers] == [True],
        )
        assert isinstance(metrics, PostMetrics)
        return metrics

    def test_a_network_says_beforehand_whether_a_post_can_be_taken_down(self, bench: Bench) -> None:
        assert bench.limits().withdraws == ("cannot delete" not in bench.deviations)

    def test_a_post_that_was_never_sent_is_absent(self, bench: Bench) -> None:
        result = bench.find(bench.connector(), bench.outgoing("Овога нигде нема."), start())
        assert isinstance(
            result, Inconclusive if bench.deviations & {"cannot look", "cannot prove absence"} else Absent
        )

    def test_another_publication_with_the_same_text_is_not_taken_for_this_one(self, bench: Bench) -> None:
        began = start()
        connector = bench.connector()
        first = bench.publish(connector, bench.outgoing("Данас без воде од 9 до 12."))
        again = bench.outgoing("Данас без воде од 9 до 12.", created_at=start() + timedelta(seconds=1))
        result = connector.find(again, began, bound={first.remote_id})
        assert isinstance(
            result, Inconclusive if bench.deviations & {"cannot look", "cannot prove absence"} else Absent
        )

    def test_a_payload_survives_being_stored(self, bench: Bench) -> None:
        sent = bench.outgoing("Слика", pictures=(bench.picture(1),))
        assert Outgoing.from_json(sent.to_json()) == sent

    def test_a_text_at_the_limit_has_no_problem_and_one_more_has(self, bench: Bench) -> None:
        kind = type(connector := bench.connector())
        limits = kind.limits(connector.facts)
        fits = bench.outgoing("ж" * longest(limits))
        assert kind.check(fits, limits) == []
        (problem,) = kind.check(bench.outgoing(fits.text + "ж"), limits)
        one_more = counting.count("ж", limits)
        assert (problem.code, problem.field, problem.params["over"]) == ("text_too_long", "text", one_more)

    def test_the_server_takes_a_text_at_the_limit_and_refuses_one_more(self, bench: Bench) -> None:
        connector = bench.connector()
        fits = "ж" * longest(bench.limits())
        bench.publish(connector, bench.outgoing(fits))
        if "takes longer texts than it says" in bench.deviations:
            bench.publish(connector, bench.outgoing(fits + "ш"))
            return
        with pytest.raises(Rejected):
            bench.publish(connector, bench.outgoing(fits + "ш"))
        assert fits + "ш" not in bench.texts()

    def test_an_empty_post_is_a_problem_and_a_picture_without_description_a_warning(self, bench: Bench) -> None:
        kind = type(connector := bench.connector())
        limits = kind.limits(connector.facts)
        assert [p.code for p in kind.check(replace(bench.outgoing("  "), pictures=(), video=None), limits)] == ["empty"]
        if not limits.max_images:
            return
        bare = bench.outgoing("Слика", pictures=(replace(bench.picture(1), alt=" "),))
        if not limits.alt_characters:
            assert kind.check(bare, limits) == []
            return
        assert [(p.code, p.field, p.severity) for p in kind.check(bare, limits)] == [
            ("alt_missing", "pictures.0", "warning")
        ]

    def test_a_dead_token_needs_consent_and_nothing_is_published(self, bench: Bench) -> None:
        dead = Credential("dead", "dead", None, bench.credential.service, bench.credential.account_id)
        with pytest.raises(NeedsConsent):
            bench.publish(bench.connector(credential=dead), bench.outgoing("Ово не сме да изађе."))
        assert "Ово не сме да изађе." not in bench.texts()

    def test_what_citizens_do_comes_back_as_numbers(self, bench: Bench) -> None:
        connector = bench.connector()
        post = bench.publish(connector, bench.outgoing("Гласајте за име парка.")).remote_id
        bench.settle()
        if not bench.counted:
            assert connector.fetch_metrics([post]) == []
            return
        zeros, ones = (dict.fromkeys(bench.counted.values(), number) for number in (0, 1))
        before = self.metrics(bench, connector, post, lambda metrics: zeros.items() <= metrics.values.items())
        assert {name: before.values[name] for name in zeros} == zeros
        for kind in bench.counted:
            bench.react(post, kind, "Предлажем „Парк липа”." if kind == "reply" else "")
        bench.settle()
        after = self.metrics(bench, connector, post, lambda metrics: ones.items() <= metrics.values.items())
        assert {name: after.values[name] for name in ones} == ones
        assert set(after.values) <= connector.measures

    def test_posts_from_before_are_told_newest_first_with_their_numbers(self, bench: Bench) -> None:
        connector, ago = bench.connector(), start() - timedelta(days=2)
        sent = [bench.publish(connector, bench.outgoing(f"Вест број {number}.")).remote_id for number in range(3)]
        bench.settle()
        if not connector.has_history:
            with pytest.raises(Rejected) as refused:
                connector.past_posts(ago)
            assert refused.value.code == "unsupported"
            return
        kind, metric = next(iter(bench.counted.items()))
        bench.react(sent[0], kind, "")
        bench.settle()

        def is_counted(history: tuple[list[PastPost], str | None]) -> bool:
            values = {post.remote_id: post.values for post in history[0]}
            return set(sent) <= set(values) and values[sent[0]].get(metric) == 1

        posts, cursor = bench.eventually(lambda: past_posts(connector, ago), is_counted)
        by_id = {post.remote_id: post for post in posts}
        # on a real server other tests have written on the same page
        assert set(sent) <= set(by_id)
        assert len(by_id) == len(posts)
        assert [post.at for post in posts] == sorted((post.at for post in posts), reverse=True)
        assert by_id[sent[0]].text.startswith("Вест број 0")
        assert (by_id[sent[0]].values[metric], by_id[sent[1]].values[metric]) == (1, 0)
        assert all(set(post.values) <= connector.measures for post in posts)
        assert all(post.permalink.startswith("http") for post in posts)
        assert cursor is None
        assert past_posts(connector, start() + timedelta(days=1)) == ([], None)

    def test_the_account_has_numbers(self, bench: Bench) -> None:
        connector = bench.connector()
        values = connector.fetch_account_metrics()
        assert set(values) <= connector.account_measures
        if "hides the account's numbers" in bench.deviations or not connector.account_measures:
            return
        assert "followers" in values or "no followers" in bench.deviations

    def test_a_citizens_answer_is_read_and_answered(self, bench: Bench) -> None:
        connector = bench.connector()
        post = bench.publish(connector, bench.outgoing("Кад ради библиотека? Питајте нас.")).remote_id
        bench.settle()
        bench.react(post, "reply", "Ради ли суботом?")
        bench.settle()
        if "no conversation" in bench.deviations:
            assert connector.replies(post).items == ()
            return
        if "answers cannot be asked for" in bench.deviations:
            assert connector.replies(post).items == ()
            (message,) = connector.messages().items
        else:
            (message,) = replies(bench, connector, post)
        assert (message.text.endswith("Ради ли суботом?"), message.in_reply_to) == (True, post)
        assert message.author_handle
        answer = bench.outgoing(f"{connector.opening(message)}Ради, од 9 до 13.", reply_to=message.remote_id)
        published = connector.reply(answer, bench.read)
        assert published.remote_id != post
        assert any(text.endswith("Ради, од 9 до 13.") for text in bench.texts())

    def test_messages_come_once_and_oldest_first(self, bench: Bench) -> None:
        connector = bench.connector()
        post = bench.publish(connector, bench.outgoing("Пишите нам.")).remote_id
        bench.settle()
        before = connector.messages()
        if {"no messages", "no conversation"} & bench.deviations:
            assert before.items == ()
            return
        bench.react(post, "reply", "Прво питање")
        bench.settle()
        if bench.patience:  # a server that works in queues might pass the second one on before the first
            bench.eventually(lambda: connector.messages(before.cursor), lambda page: len(page.items) == 1)
        bench.react(post, "reply", "Друго питање")
        bench.settle()
        new = bench.eventually(lambda: connector.messages(before.cursor), lambda page: len(page.items) == 2)
        assert [body_of(message) for message in new.items] == ["Прво питање", "Друго питање"]
        again = connector.messages(new.cursor)
        assert (again.items, again.cursor) == ((), new.cursor)

    def test_a_network_says_beforehand_whether_it_can_hide(self, bench: Bench) -> None:
        connector = bench.connector()
        support = connector.moderates(connector.facts)
        assert support.manual_steps
        unsupported = [] if support.hides else [connector.hide, connector.show]
        for act in unsupported if support.removes else [*unsupported, connector.remove]:
            with pytest.raises(Rejected) as refused:
                act("1", "1")
            assert refused.value.code == "unsupported"
        if not support.hides:
            return
        post = bench.publish(connector, bench.outgoing("Питајте нас.")).remote_id
        bench.settle()
        bench.react(post, "reply", "Ружно")
        bench.settle()
        (message,) = replies(bench, connector, post)
        for act in (connector.hide, connector.hide, connector.show, connector.show):
            act(message.remote_id, message.root or post)  # a lost answer may be asked for again
        bench.settle()
        (shown,) = bench.eventually(
            lambda: connector.replies(post).items, lambda items: [item.is_hidden for item in items] == [False]
        )
        assert (shown.remote_id, shown.is_hidden) == (message.remote_id, False)

    def test_what_is_removed_is_gone_and_can_be_removed_again(self, bench: Bench) -> None:
        connector = bench.connector()
        support = connector.moderates(connector.facts)
        if not support.removes:
            return  # the test above asks that it refuses
        assert support.hides  # hiding comes first
        post = bench.publish(connector, bench.outgoing("Питајте нас и ово.")).remote_id
        bench.react(post, "reply", "Претња")
        (message,) = connector.replies(post).items
        connector.hide(message.remote_id, post)
        (hidden,) = connector.replies(post).items
        assert hidden.is_hidden
        for _ in range(2):
            connector.remove(message.remote_id, post)
        assert connector.replies(post).items == ()
        with pytest.raises(Rejected):
            connector.hide(message.remote_id, post)

    def test_a_withdrawn_post_is_gone(self, bench: Bench) -> None:
        connector = bench.connector()
        post = bench.publish(connector, bench.outgoing("Повлачимо ову објаву.")).remote_id
        bench.settle()
        if "cannot delete" in bench.deviations:
            with pytest.raises(Rejected) as refused:
                connector.withdraw(post)
            assert refused.value.code == "unsupported"
            return
        connector.withdraw(post)
        connector.withdraw(post)
        bench.settle()
        expected = [Gone] if connector.measures and not connector.counts_by_events else []
        metrics = bench.eventually(
            lambda: connector.fetch_metrics([post]), lambda answers: [type(one) for one in answers] == expected
        )
        assert [type(one) for one in metrics] == expected
        assert "Повлачимо ову објаву." not in bench.texts()

    def test_after_revoking_nothing_can_be_published(self, bench: Bench) -> None:
        connector = bench.connector(**self.revocable(bench))
        connector.revoke()
        if "access outlives the session" in bench.deviations:
            # The access token is a signed note that holds for two hours; it cannot be renewed any more.
            with pytest.raises(NeedsConsent):
                connector.refresh()
            return
        if "keeps its token" in bench.deviations:
            return
        with pytest.raises(NeedsConsent):
            bench.publish(connector, bench.outgoing("После опозива."))

    def revocable(self, bench: Bench) -> dict[str, Any]:
        """Keys and a credential that the next tests do not need."""
        return {}


def replies(bench: Bench, connector: Any, post: str) -> tuple[Message, ...]:
    """The replies to a post, as soon as there are any."""
    return bench.eventually(lambda: connector.replies(post).items, bool)


def past_posts(connector: Any, since: datetime) -> tuple[list[PastPost], str | None]:
    """All pages, and the cursor at the end."""
    posts: list[PastPost] = []
    page = connector.past_posts(since)
    for _ in range(20):
        posts += page.items
        if page.cursor is None:
            break
        page = connector.past_posts(since, page.cursor)
    return posts, page.cursor


def longest(limits: Limits) -> int:
    """Characters of a Cyrillic text that fit a post as `bench.outgoing` makes it."""
    beside = limits.characters_with_media if limits.needs_media else None
    in_bytes = (limits.max_bytes or limits.max_characters * 2) // 2
    return min(limits.max_characters // counting.count("ж", limits), beside or limits.max_characters, in_bytes)


def body_of(message: Message) -> str:
    """Without the mention that some networks need at the beginning."""
    return message.text.split(" ", 1)[1] if message.text.startswith("@") else message.text
