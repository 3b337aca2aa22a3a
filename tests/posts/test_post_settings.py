"""What a network lets one choose for each post: kept, checked at its field, shown to who decides, and sent."""

from __future__ import annotations

from typing import Any

import pytest

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from channels import validation
from delivery.models import Delivery
from municipalities.enums import Approval
from municipalities.tenancy import scope
from platforms.checks import check_settings
from platforms.post_settings import WARNING, Choice, PostSetting, SettingKind
from platforms.types import Outgoing
from posts import compose
from posts.draft import BadDraft, Draft, parse
from posts.editing.domain.restore import restore_version
from posts.editing.domain.submit import submit, take_back
from posts.editing.placeholders import filled, gaps
from posts.editing.previews import of_draft
from posts.models import Post
from posts.queries import content
from posts.scheduling.domain.schedule import publish_now
from tests.people import Cast, sign_in
from tests.posts.desk import Desk, opened

AUDIENCE = PostSetting(
    "audience",
    SettingKind.CHOICE,
    "Who sees it",
    choices=(Choice("all", "Everybody"), Choice("few", "Followers")),
    required="Choose who sees the post.",
)
AD = PostSetting("ad", SettingKind.SWITCH, "It is an advertisement")
WHOSE = PostSetting(
    "whose", SettingKind.CHOICE, "Of whom", choices=(Choice("us", "Ours"),), required="Say whose.", depends_on="ad"
)
NOTE = PostSetting(WARNING, SettingKind.TEXT, "Content warning", max_characters=10)


def codes(chosen: dict[str, str]) -> list[tuple[str, str]]:
    return [(problem.code, problem.field) for problem in check_settings(chosen, (AUDIENCE, AD, WHOSE, NOTE))]


def test_what_has_to_be_chosen_is_asked_for_at_its_field() -> None:
    assert codes({}) == [("setting_missing", "settings.audience")]
    assert codes({"audience": "all"}) == []
    assert codes({"audience": "nobody"}) == [("setting_not_offered", "settings.audience")]


def test_what_depends_on_a_switch_counts_only_while_it_is_on() -> None:
    assert codes({"audience": "all", "whose": "them"}) == []
    assert codes({"audience": "all", "ad": "yes"}) == [("setting_missing", "settings.whose")]
    assert codes({"audience": "all", "ad": "yes", "whose": "us"}) == []


def test_a_written_setting_has_a_limit() -> None:
    assert codes({"audience": "all", WARNING: "ж" * 11}) == [("setting_too_long", f"settings.{WARNING}")]


def test_a_draft_keeps_them_and_one_without_them_looks_as_it_did() -> None:
    draft = Draft(settings={7: {"audience": "all"}})
    assert parse(draft.to_json()) == draft
    assert "settings" not in Draft().to_json()


@pytest.mark.parametrize(
    "hostile", [["x"], {"a": {}}, {"7": "x"}, {"7": {"Audience": "x"}}, {"7": {"a": 1}}, {"7": {"a": "ж" * 501}}]
)
def test_what_no_honest_page_sends_is_refused(hostile: Any) -> None:
    with pytest.raises(BadDraft):
        parse({"settings": hostile})


def test_a_payload_keeps_them_and_an_old_one_has_none(desk: Desk) -> None:
    draft = desk.draft(settings={desk.mastodon.pk: {WARNING: "Поплава"}})
    (part,) = compose.parts(draft, desk.mastodon)
    sent = compose.outgoing(draft, part, (), key=Post().key, created_at=timezone.now())
    assert Outgoing.from_json(sent.to_json()) == sent
    stored = sent.to_json()
    del stored["settings"]
    assert Outgoing.from_json(stored).settings == {}


def test_words_for_readers_are_in_the_script_of_their_post_and_frozen_with_it(desk: Desk) -> None:
    draft = desk.draft(settings={desk.mastodon.pk: {WARNING: "Ђаци", "audience": "unlisted"}})
    assert compose.settings(draft, desk.mastodon.pk, "sr-Latn") == {WARNING: "Đaci", "audience": "unlisted"}
    post = desk.write(settings=draft.settings)
    submit(post, by=desk.cast.officer)
    version = desk.version(post)
    frozen = content(version)
    assert compose.settings(frozen, desk.mastodon.pk, "sr-Latn")[WARNING] == "Đaci"
    assert version.structure["beside"]["sr-Latn"] == {f"{WARNING}-{desk.mastodon.pk}": "Đaci"}


def test_a_version_that_is_restored_has_them_again(desk: Desk) -> None:
    chosen = {desk.mastodon.pk: {"audience": "unlisted"}}
    post = desk.write(settings=chosen)
    submit(post, by=desk.cast.officer)
    take_back(desk.reload(post), by=desk.cast.officer)
    desk.change(desk.reload(post), desk.draft("Друго"))
    restore_version(desk.reload(post), desk.version(post), by=desk.cast.officer)
    assert parse(desk.reload(post).draft).settings == chosen


def test_a_gap_in_a_warning_is_asked_for_and_filled() -> None:
    draft = Draft(settings={7: {WARNING: "{{шта}}", "audience": "few"}})
    assert gaps(draft) == ["шта"]
    assert filled(draft, {"шта": "Поплава"}).settings == {7: {WARNING: "Поплава", "audience": "few"}}


def test_a_preview_says_what_was_chosen_and_leaves_out_what_is_as_usual(desk: Desk) -> None:
    chosen = {desk.mastodon.pk: {WARNING: "Поплава", "audience": "public"}}
    post = desk.write(settings=chosen)
    post.municipality = desk.municipality
    (preview,) = of_draft(post, parse(post.draft), [desk.mastodon], {})
    assert preview.settings == [validation.ChosenSetting("Content warning", "Поплава")]


class TestThePage:
    @pytest.fixture
    def desk(self, cast: Cast) -> Desk:
        with scope(cast.cuprija):
            return opened(cast)

    @pytest.fixture
    def client(self, desk: Desk) -> Client:
        return sign_in(desk.cast.officer)

    def sent(self, desk: Desk, **settings: str) -> dict[str, Any]:
        channel = desk.mastodon.pk
        chosen = {f"setting-{channel}-{name}": value for name, value in settings.items()}
        return {"revision": 0, "text-sr-Cyrl": "Вест", "channels": [channel], "category": "service", **chosen}

    def stored(self, desk: Desk) -> dict[int, Any]:
        with scope(desk.municipality):
            return dict(parse(Post.objects.get().draft).settings)

    def test_what_is_as_usual_is_not_stored(self, desk: Desk, client: Client) -> None:
        fields = self.sent(desk, audience="public", content_warning=" ")
        client.post(reverse("post_new", args=["cuprija"]), {**fields, "act": "save"})
        assert self.stored(desk) == {}

    def test_a_choice_is_stored_and_there_again(self, desk: Desk, client: Client) -> None:
        fields = self.sent(desk, audience="unlisted", content_warning="Поплава", made_up="x")
        client.post(reverse("post_new", args=["cuprija"]), {**fields, "act": "save"})
        assert self.stored(desk) == {desk.mastodon.pk: {"audience": "unlisted", WARNING: "Поплава"}}
        with scope(desk.municipality):
            post = Post.objects.get()
        page = client.get(reverse("post_edit", args=["cuprija", post.pk])).content.decode()
        assert '<option value="unlisted" selected>' in page
        assert 'value="Поплава"' in page

    def test_a_value_that_is_not_offered_stops_the_post_at_its_field(self, desk: Desk, client: Client) -> None:
        fields = {**self.sent(desk, audience="<b>"), "act": "submit"}
        page = client.post(reverse("post_new", args=["cuprija"]), fields).content.decode()
        control = f"setting-{desk.mastodon.pk}-audience"
        assert f'href="#{control}"' in page
        assert "&lt;b&gt;" in page
        assert "<b>”" not in page

    def test_another_municipality_s_channel_keeps_nothing(self, desk: Desk, client: Client) -> None:
        fields = {**self.sent(desk), "setting-999999-audience": "unlisted", "act": "save"}
        client.post(reverse("post_new", args=["cuprija"]), fields)
        assert self.stored(desk) == {}


def test_they_go_out_with_the_post(desk: Desk) -> None:
    desk.house_rule(approval=Approval.NONE)
    post = desk.write(settings={desk.mastodon.pk: {"audience": "unlisted"}})
    publish_now(post, by=desk.cast.approver)
    (delivery,) = Delivery.objects.all()
    assert delivery.payload["settings"] == {"audience": "unlisted"}
