"""What a network lets one choose for each post: kept, checked at its field, shown to who decides, and sent."""

from __future__ import annotations

import html
from typing import Any

import pytest

from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from channels import validation
from channels.models import Channel
from common.errors import ActionNotAllowed
from delivery.models import Delivery
from municipalities.enums import Approval
from municipalities.tenancy import scope
from platforms.checks import check_settings
from platforms.post_settings import WARNING, Choice, PostSetting, SettingKind
from platforms.types import Outgoing
from posts import compose
from posts.draft import BadDraft, Draft, Shown, parse
from posts.editing.domain.restore import restore_version
from posts.editing.domain.submit import submit, take_back
from posts.editing.placeholders import filled, gaps
from posts.editing.previews import of_draft
from posts.models import Post
from posts.queries import content, media_of
from posts.scheduling.domain.schedule import publish_now
from tests.analytics.factories import channel
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


class TestDemandsOfTikTok:
    """A channel on which people have to choose the audience, and may have to say more."""

    @pytest.fixture
    def desk(self, cast: Cast) -> Desk:
        with scope(cast.cuprija):
            return opened(cast)

    @pytest.fixture
    def client(self, desk: Desk) -> Client:
        return sign_in(desk.cast.officer)

    @pytest.fixture
    def tiktok(self, desk: Desk, settings: Any) -> Channel:
        settings.PUBLIC_BASE_URL = "https://dobosar.example"
        with scope(desk.municipality):
            return tiktok_of(desk)

    def sent(self, tiktok: Channel, act: str = "submit", **settings: str) -> dict[str, Any]:
        chosen = {f"setting-{tiktok.pk}-{name}": value for name, value in settings.items()}
        text = {"text-sr-Cyrl": "Фонтана ради.", "category": "service", "revision": 0}
        return {**text, "channels": [tiktok.pk], "act": act, **chosen}

    def test_what_is_missing_is_said_at_its_field_and_leads_there(self, client: Client, tiktok: Channel) -> None:
        page = client.post(reverse("post_new", args=["cuprija"]), self.sent(tiktok, commercial="yes"))
        shown = page.content.decode()
        for name in ("audience", "commercial_kind"):
            control = f"setting-{tiktok.pk}-{name}"
            assert f'href="#{control}"' in shown
            findings = shown.partition(f'id="{control}-findings"')[2].partition("</ul>")[0]
            assert "finding-error" in findings
        assert 'id="settings" open' in shown

    def test_nothing_is_demanded_of_a_channel_that_is_not_chosen(
        self, desk: Desk, client: Client, tiktok: Channel
    ) -> None:
        fields = {**self.sent(tiktok), "channels": [desk.mastodon.pk]}
        shown = client.post(reverse("post_preview", args=["cuprija"]), fields).content.decode()
        findings = shown.partition(f'id="setting-{tiktok.pk}-audience-findings"')[2].partition("</ul>")[0]
        assert "finding" not in findings

    def test_a_correction_asks_for_no_setting_that_it_cannot_change(self, client: Client, tiktok: Channel) -> None:
        fields = self.sent(tiktok, act="correction")
        asked, correcting = (
            client.post(reverse("post_preview", args=["cuprija"]), {**fields, **more}).content.decode()
            for more in ({}, {"correcting": "on"})
        )
        assert "Choose who sees the post" in asked
        assert "Choose who sees the post" not in correcting

    def test_the_fold_says_what_was_chosen_as_it_is_chosen(self, client: Client, tiktok: Channel) -> None:
        fields = self.sent(tiktok, audience="PUBLIC_TO_EVERYONE", comments="yes")
        shown = client.post(reverse("post_preview", args=["cuprija"]), fields).content.decode()
        held = shown.partition('id="settings-held"')[2].partition("</span>")[0]
        assert "Who sees it on TikTok: Everybody" in held
        assert "People may comment: yes" in held

    def test_what_people_agree_to_stands_where_it_is_chosen_and_where_it_is_approved(
        self, desk: Desk, client: Client, tiktok: Channel
    ) -> None:
        paid = {"commercial": "yes", "commercial_kind": "branded", "audience": "PUBLIC_TO_EVERYONE"}
        shown = client.post(reverse("post_preview", args=["cuprija"]), self.sent(tiktok, **paid)).content.decode()
        agreed = shown.partition(f'id="agreement-{tiktok.pk}"')[2].partition("</p>")[0]
        assert agreed.count("<a href=") == 2
        with scope(desk.municipality):
            picture = desk.picture()
            chosen = {tiktok.pk: {**paid, "comments": "yes"}}
            post = desk.write(channels=(tiktok.pk,), media=(Shown(picture.pk, "Фонтана"),), settings=chosen)
            submit(post, by=desk.cast.officer)
        review = sign_in(desk.cast.approver).get(reverse("post", args=["cuprija", post.pk])).content.decode()
        assert "Branded Content Policy" in review
        assert "Music Usage Confirmation" in review
        for words in ("Everybody", "People may comment", "labelled “Paid partnership”"):
            assert words in html.unescape(review)

    def test_what_was_chosen_goes_out_with_the_post(self, desk: Desk, tiktok: Channel) -> None:
        chosen = {"audience": "PUBLIC_TO_EVERYONE", "comments": "yes"}
        with scope(desk.municipality):
            desk.house_rule(approval=Approval.NONE)
            media = (Shown(desk.picture().pk, "Фонтана"),)
            post = desk.write(channels=(tiktok.pk,), media=media)
            with pytest.raises(ActionNotAllowed) as refused:
                publish_now(post, by=desk.cast.approver)
            assert "Choose who sees the post" in str(refused.value.details)
            desk.change(post, desk.draft(channels=(tiktok.pk,), media=media, settings={tiktok.pk: chosen}))
            publish_now(desk.reload(post), by=desk.cast.approver)
            assert Delivery.objects.get().payload["settings"] == chosen


def tiktok_of(desk: Desk) -> Channel:
    creator = {"seconds": 600, "audiences": ["PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"]}
    made = channel(desk.municipality, desk.cast.approver, platform="tiktok", name="TikTok општине")
    made.facts = {"version": "2", "creator": {**creator, "forbids": ["duets"]}}
    made.save(update_fields=["facts"])
    return made


def test_a_preview_on_tiktok_shows_the_video(desk: Desk) -> None:
    tiktok = tiktok_of(desk)
    draft = desk.draft("Вашар", channels=(tiktok.pk,), media=(Shown(desk.film().pk, "Људи на тргу"),))
    (preview,) = of_draft(Post(municipality=desk.municipality), draft, [tiktok], media_of(draft))
    page = render_to_string(preview.template, {"preview": preview, "request": {"municipality": desk.municipality}})
    assert 'alt="Људи на тргу"' in page
    assert "A picture or a video belongs here." not in page


def test_a_preview_on_telegram_shows_the_bold_line_and_where_the_card_stands(desk: Desk) -> None:
    telegram = channel(desk.municipality, desk.cast.approver, platform="telegram", name="Телеграм")

    def shown(**chosen: str) -> str:
        draft = desk.draft(
            "Наслов <b>\nТекст",
            link="https://cuprija.example/a",
            channels=(telegram.pk,),
            settings={telegram.pk: chosen},
        )
        post = Post(municipality=desk.municipality)
        (preview,) = of_draft(post, draft, [telegram], {})
        return render_to_string(preview.template, {"preview": preview})

    usual = shown()
    assert "<strong>Наслов" not in usual
    assert usual.index("Наслов") < usual.index("cuprija.example</small>")
    above = shown(bold_first_line="yes", link_preview="above")
    assert "<strong>Наслов &lt;b&gt;</strong>\nТекст" in above
    assert above.index("cuprija.example</small>") < above.index("Наслов")
    assert "cuprija.example</small>" not in shown(link_preview="none")


def test_they_go_out_with_the_post(desk: Desk) -> None:
    desk.house_rule(approval=Approval.NONE)
    post = desk.write(settings={desk.mastodon.pk: {"audience": "unlisted"}})
    publish_now(post, by=desk.cast.approver)
    (delivery,) = Delivery.objects.all()
    assert delivery.payload["settings"] == {"audience": "unlisted"}
