"""The composer's views: with scripts, without, for people who may and people who may not."""

from __future__ import annotations

import html
from typing import Any

import pytest

from django.test import Client
from django.urls import reverse

from channels import messages
from channels.account_limits import known
from channels.models import Channel
from delivery.enums import State
from municipalities.enums import Approval
from municipalities.models import Municipality
from municipalities.tenancy import scope
from platforms import counting
from platforms.imitation import NETWORKS as IMITATED
from platforms.registry import PLATFORMS, connector
from posts.draft import LinkCard, Shown, parse
from posts.enums import Stage
from posts.models import Post
from posts.queries import publications
from tests.analytics.factories import channel
from tests.people import Cast, sign_in
from tests.posts.desk import Desk, in_hours, opened
from trainings.domain import practice_channel


@pytest.fixture
def desk(cast: Cast) -> Desk:
    """The views open the scope by themselves; a test opens it where it looks into tables."""
    with scope(cast.cuprija):
        return opened(cast)


@pytest.fixture
def client(desk: Desk) -> Client:
    return sign_in(desk.cast.officer)


def url(name: str, *args: Any, slug: str = "cuprija") -> str:
    return reverse(name, args=[slug, *args])


def fields(desk: Desk, **changed: Any) -> dict[str, Any]:
    return {
        "revision": 0,
        "text-sr-Cyrl": "Нова вест",
        "channels": [desk.mastodon.pk],
        "category": "service",
        **changed,
    }


def written(desk: Desk, **kwargs: Any) -> Post:
    with scope(desk.municipality):
        return desk.write(**kwargs)


def fresh(desk: Desk, post: Post) -> Post:
    with scope(desk.municipality):
        return desk.reload(post)


def only(desk: Desk) -> Post:
    with scope(desk.municipality):
        return Post.objects.get()


def states(desk: Desk, post: Post) -> list[str]:
    with scope(desk.municipality):
        return [publication.delivery.state for publication in publications(post)]


# ---------------------------------------------------------------- writing


def test_looking_at_an_empty_page_leaves_nothing_behind(desk: Desk, client: Client) -> None:
    assert client.get(url("post_new")).status_code == 200
    with scope(desk.municipality):
        assert not Post.objects.exists()


def test_the_first_save_makes_the_post_once_however_often_it_is_sent(desk: Desk, client: Client) -> None:
    sent = fields(desk, key="7b0e8a1e-93a4-4a0c-9d8a-0d5e6f3f1a11")
    first = client.post(url("post_begin"), sent).json()
    again = client.post(url("post_begin"), sent).json()
    assert first["edit"] == again["edit"] == url("post_edit", only(desk).pk)
    assert parse(only(desk).draft).texts["sr-Cyrl"].text == "Нова вест"


def test_a_key_of_somebody_elses_post_opens_nothing(desk: Desk, client: Client) -> None:
    post = written(desk)
    answer = sign_in(desk.cast.approver).post(url("post_begin"), fields(desk, key=str(post.key)))
    assert answer.status_code == 409
    assert parse(fresh(desk, post).draft).texts["sr-Cyrl"].text != "Нова вест"


def test_the_page_works_without_scripts(desk: Desk, client: Client) -> None:
    answer = client.post(url("post_new"), fields(desk, act="save"))
    post = only(desk)
    assert answer.headers["Location"] == url("post_edit", post.pk)
    page = client.get(answer.headers["Location"]).content.decode()
    assert "Нова вест" in page
    answer = client.post(url("post_edit", post.pk), fields(desk, act="submit", revision=post.revision))
    assert answer.headers["Location"] == url("post", post.pk)
    assert fresh(desk, post).stage == Stage.SUBMITTED


def test_a_picture_comes_with_the_form_where_there_are_no_scripts(desk: Desk, client: Client) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from tests.posts.desk import picture_bytes

    picture = SimpleUploadedFile("fontana.jpg", picture_bytes(), "image/jpeg")
    client.post(url("post_new"), fields(desk, act="save", files=picture))
    assert len(parse(only(desk).draft).media) == 1


def test_autosave_answers_with_the_next_revision(desk: Desk, client: Client) -> None:
    post = written(desk)
    answer = client.post(url("post_save", post.pk), fields(desk, revision=post.revision))
    assert answer.status_code == 200
    assert answer.json()["revision"] == post.revision + 1


def test_autosave_from_an_old_page_answers_with_both_texts(desk: Desk, client: Client) -> None:
    post = written(desk, text="Туђи текст")
    answer = client.post(url("post_save", post.pk), fields(desk, revision=0))
    assert answer.status_code == 409
    assert answer.json()["texts"] == {"sr-Cyrl": "Туђи текст"}
    assert answer.json()["revision"] == post.revision


def test_an_act_from_an_old_page_shows_both_texts_and_does_nothing(desk: Desk, client: Client) -> None:
    post = written(desk, text="Туђи текст")
    answer = client.post(url("post_edit", post.pk), fields(desk, act="submit", revision=0))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Туђи текст" in page
    assert "Нова вест" in page
    assert fresh(desk, post).stage == Stage.DRAFT


def test_autosave_of_a_submitted_post_says_so(desk: Desk, client: Client) -> None:
    post = written(desk)
    client.post(url("post_edit", post.pk), fields(desk, act="submit", revision=post.revision))
    answer = client.post(url("post_save", post.pk), fields(desk, revision=99, **{"text-sr-Cyrl": "Други текст"}))
    assert answer.status_code == 409
    assert "Take it back" in answer.json()["closed"]
    assert client.get(url("post_edit", post.pk)).headers["Location"] == url("post", post.pk)


@pytest.mark.parametrize(
    "hostile",
    [
        {"text-xx-Cyrl": "a"},
        {"media": ["999999"]},
        {"media": ["-1"]},
        {"channels": ["999999"]},
        {"channels": ["'; drop table posts"]},
        {"own-x-sr-Cyrl": "a"},
        {"layout-1": "circle"},
        {"text-sr-Cyrl": "a" * 20_001},
        {"derived-bs-Latn": "sr-Latn", "text-bs-Latn": ""},
    ],
)
def test_what_no_honest_page_sends_is_answered_with_a_sentence(desk: Desk, client: Client, hostile: dict) -> None:
    post = written(desk)
    before = fresh(desk, post).draft
    answer = client.post(url("post_save", post.pk), fields(desk, revision=post.revision, **hostile))
    assert answer.status_code == 422
    assert all(problem.endswith(".") for problem in answer.json()["problems"])
    assert fresh(desk, post).draft == before


def test_nul_and_endless_numbers_do_no_harm(desk: Desk, client: Client) -> None:
    post = written(desk)
    sent = fields(desk, revision="9" * 400, title="a\x00b", category="x", date="9999-99-99", time="xx", fold="7")
    assert client.post(url("post_save", post.pk), sent).status_code == 409
    assert client.post(url("post_save", post.pk), {**sent, "revision": post.revision}).status_code == 200
    assert fresh(desk, post).title == "ab"


def test_a_bare_address_becomes_a_web_address(desk: Desk, client: Client) -> None:
    post = written(desk)
    client.post(url("post_save", post.pk), fields(desk, revision=post.revision, link="cuprija.rs/vesti"))
    assert parse(fresh(desk, post).draft).link == "https://cuprija.rs/vesti"


def test_a_half_typed_link_is_kept_and_stops_the_submission(desk: Desk, client: Client) -> None:
    post = written(desk)
    sent = fields(desk, revision=post.revision, link="htt")
    assert client.post(url("post_save", post.pk), sent).status_code == 200
    answer = client.post(url("post_edit", post.pk), {**sent, "act": "submit", "revision": post.revision + 1})
    assert answer.status_code == 422
    assert "not a web address" in answer.content.decode()


# ---------------------------------------------------------------- time


def test_half_a_time_is_a_mistake_only_when_somebody_wants_to_go_on(desk: Desk, client: Client) -> None:
    post = written(desk)
    half = fields(desk, revision=post.revision, date="31.10.2027", time="")
    assert "Choose both" not in client.post(url("post_preview"), half).content.decode()
    answer = client.post(url("post_edit", post.pk), {**half, "act": "submit"})
    assert answer.status_code == 422
    assert "Choose both" in answer.content.decode()


@pytest.mark.parametrize(
    ("date", "time", "sentence"),
    [
        ("2027-03-28", "02:30", "This time does not exist"),
        ("2027-10-31", "02:30", "exists twice"),
        ("2027-01-07", "10:00", "This is a holiday"),
        ("2027-06-13", "05:00", "early in the morning"),
    ],
)
def test_times_are_explained_while_they_are_chosen(
    desk: Desk, client: Client, date: str, time: str, sentence: str
) -> None:
    page = client.post(url("post_preview"), fields(desk, date=date, time=time)).content.decode()
    assert sentence in page


def test_an_hour_that_exists_twice_is_chosen_once_and_stays_chosen(desk: Desk, client: Client) -> None:
    post = written(desk)
    sent = fields(desk, revision=post.revision, date="2027-10-31", time="02:30", fold="1")
    client.post(url("post_save", post.pk), sent)
    saved = fresh(desk, post)
    assert (saved.fold, saved.due_at.hour) == (1, 1)
    page = client.get(url("post_edit", post.pk)).content.decode()
    assert 'name="fold" value="1" checked' in page


def test_a_time_that_does_not_exist_stops_the_submission_and_keeps_the_text(desk: Desk, client: Client) -> None:
    post = written(desk)
    sent = fields(desk, revision=post.revision, date="2027-03-28", time="02:30", act="submit")
    answer = client.post(url("post_edit", post.pk), sent)
    assert answer.status_code == 422
    assert fresh(desk, post).stage == Stage.DRAFT
    assert parse(fresh(desk, post).draft).texts["sr-Cyrl"].text == "Нова вест"


# ---------------------------------------------------------------- previews


def test_the_preview_shows_each_network_with_its_count(desk: Desk, client: Client) -> None:
    sent = fields(desk, channels=[desk.mastodon.pk, desk.bluesky.pk], **{"text-sr-Cyrl": "Вест #Ћуприја <script>"})
    page = client.post(url("post_preview"), sent).content.decode()
    assert "look-mastodon" in page
    assert "look-bluesky" in page
    assert '<span class="preview-link">#Ћуприја</span> &lt;script&gt;' in page
    assert "22 / 500" in page
    assert "22 / 300" in page


@pytest.mark.parametrize("network", ["telegram", "viber"])
def test_a_messenger_shows_a_bubble_and_no_mark_for_descriptions_it_does_not_take(
    desk: Desk, client: Client, network: str
) -> None:
    with scope(desk.municipality):
        messenger = channel(
            desk.municipality, desk.cast.approver, name="Ћуприја", platform=network, server="https://x.example"
        )
        post = desk.write("Вест", channels=(messenger.pk, desk.mastodon.pk), media=(Shown(desk.picture().pk, "Опис"),))
    page = client.get(url("post_edit", post.pk)).content.decode()
    assert page.count("look-bubble") == 1
    assert page.count('<span class="look-alt"') == 1


def test_youtube_shows_the_first_line_as_the_title_and_asks_for_a_video(desk: Desk, client: Client) -> None:
    with scope(desk.municipality):
        tube = channel(
            desk.municipality, desk.cast.approver, name="Ћуприја", platform="youtube", server="https://x.example"
        )
    sent = fields(desk, channels=[tube.pk], **{"text-sr-Cyrl": "Седница <данас>\n\nДневни ред"})
    page = client.post(url("post_preview"), sent).content.decode()
    assert '<strong class="look-heading" lang="sr-Cyrl">Седница &lt;данас&gt;</strong>' in page
    assert "A video belongs here." in page
    assert "YouTube takes videos only." in page
    assert "YouTube takes no &lt; and &gt; here." in page
    assert "48 / 5000" in page


def test_a_site_shows_the_post_as_an_article_with_its_title_and_category(desk: Desk, client: Client) -> None:
    with scope(desk.municipality):
        site = channel(
            desk.municipality,
            desk.cast.approver,
            name="Општина Ћуприја",
            platform="wordpress",
            server="https://x.example",
            facts={"api": "https://x.example/wp-json/", "categories": [{"id": 7, "name": "Огласи <b>"}]},
        )
        post = desk.write("Вест <данас>\n\nОстало", channels=(site.pk,), media=(Shown(desk.picture().pk, "Опис"),))
    page = client.get(url("post_edit", post.pk)).content.decode()
    assert "look-site" in page
    assert '<strong class="look-heading" lang="sr-Cyrl">Вест &lt;данас&gt;</strong>' in page
    assert '<option value="7">Огласи &lt;b&gt;</option>' in page
    assert 'src="/static/img/icons.svg' in page or "#wordpress" in page


@pytest.mark.parametrize("network", IMITATED)
def test_a_practice_channel_is_previewed_and_counted_as_the_network_that_it_imitates(
    desk: Desk, client: Client, network: str
) -> None:
    changes = {"is_practice": True, "imitates": network, "facts": practice_channel.facts()}
    with scope(desk.municipality):
        Channel.objects.filter(pk=desk.mastodon.pk).update(**changes, handle="@proba_vezba@vezba.example")
    limits = connector(network).limits(known(network, None))
    shown = client.post(url("post_preview"), fields(desk, **{"text-sr-Cyrl": "Вода " * 100}))
    page = shown.content.decode()
    assert f"posts/preview/{PLATFORMS[network].preview}.html" in {template.name for template in shown.templates}
    assert f"{PLATFORMS[network].title} (practice)" in page
    assert f'class="preview preview-{network}"' in page
    assert ("are allowed. Shorten it" in page) == (
        counting.count("Вода " * 99 + "Вода", limits) > limits.max_characters
    )
    assert ("takes no text alone" in page) == limits.needs_media
    look = page.partition('<article class="look')[2].partition("</article>")[0]
    assert "vezba.example" not in look
    assert ("proba_vezba" in look) == (network in {"bluesky", "instagram", "threads", "tiktok", "x"})


def test_the_preview_names_what_a_network_would_refuse(desk: Desk, client: Client) -> None:
    sent = fields(desk, channels=[desk.bluesky.pk], **{"text-sr-Cyrl": "а" * 312})
    page = client.post(url("post_preview"), sent).content.decode()
    assert "12 too many" in page
    assert "One problem stops this post." in page


def test_what_a_whole_channel_has_against_a_post_stands_beside_the_channels(desk: Desk, client: Client) -> None:
    """A network that fetches pictures cannot reach a portal that is not public: nothing else would say why it stops."""
    with scope(desk.municipality):
        picture = desk.picture()
        fetches = channel(desk.municipality, desk.cast.approver, platform="tiktok", name="TikTok општине")
        post = desk.write("Фонтана ради.", channels=(fetches.pk,), media=(Shown(picture.pk, "Фонтана на тргу"),))
    shown = client.get(url("post_edit", post.pk)).content.decode()
    beside = shown.partition('id="channel-findings"')[2].partition("</ul>")[0]
    assert "TikTok општине" in beside
    assert str(messages.BASE_IS_PRIVATE).split(".")[0] in html.unescape(beside)


def test_the_preview_shows_the_derived_script_before_it_is_used(desk: Desk, client: Client) -> None:
    sent = fields(desk, **{"text-sr-Cyrl": "", "text-sr-Latn": "injekcija"})
    page = client.post(url("post_preview"), sent).content.decode()
    assert "инјекција" in page
    assert "I have read it, use it" in page


def test_a_city_with_bosnian_in_official_use_is_reminded(cast: Cast) -> None:
    municipality = Municipality.objects.get(slug="novi-pazar")
    municipality.official_languages = [{"language": "sr", "script": "Cyrl"}, {"language": "bs", "script": "Latn"}]
    municipality.save()
    page = (
        sign_in(cast.stranger).post(url("post_preview", slug="novi-pazar"), {"text-sr-Cyrl": "Вест"}).content.decode()
    )
    assert "Bosnian" in page
    assert "derived-bs-Latn" in page


# ---------------------------------------------------------------- acts


def test_an_officer_may_not_schedule_around_the_approver(desk: Desk, client: Client) -> None:
    post = written(desk, time=in_hours(5))
    sent = fields(desk, revision=post.revision, act="publish")
    assert client.post(url("post_edit", post.pk), sent).status_code == 403
    assert states(desk, post) == []


def test_without_approval_the_primary_act_is_to_publish_or_schedule(desk: Desk, client: Client) -> None:
    desk.house_rule(approval=Approval.NONE)
    post = written(desk)
    page = client.get(url("post_edit", post.pk)).content.decode()
    assert 'value="publish"' in page
    client.post(url("post_edit", post.pk), fields(desk, revision=post.revision, act="publish"))
    assert states(desk, post) == [State.SCHEDULED]


def test_an_approver_whose_house_allows_it_schedules_their_own(desk: Desk) -> None:
    desk.house_rule(may_approve_own=True)
    client, time = sign_in(desk.cast.approver), in_hours(30)
    sent = fields(desk, act="schedule", date=f"{time.local:%Y-%m-%d}", time=f"{time.local:%H:%M}")
    client.post(url("post_new"), sent)
    post = only(desk)
    assert (post.stage, states(desk, post)) == (Stage.APPROVED, [State.SCHEDULED])


def test_deleting_can_be_undone(desk: Desk, client: Client) -> None:
    post = written(desk)
    page = client.post(url("post_delete", post.pk), follow=True).content.decode()
    assert url("post_restore", post.pk) in page
    assert client.get(url("post", post.pk)).status_code == 404
    client.post(url("post_restore", post.pk))
    assert client.get(url("post", post.pk)).status_code == 200


def test_a_copy_opens_in_the_composer(desk: Desk, client: Client) -> None:
    post = written(desk)
    answer = client.post(url("post_duplicate", post.pk))
    assert answer.headers["Location"] != url("post_edit", post.pk)
    assert client.get(answer.headers["Location"]).status_code == 200


# ---------------------------------------------------------------- who may, and how many queries


@pytest.mark.parametrize("name", ["post_edit", "post_save", "post_delete", "post_duplicate", "post_restore"])
@pytest.mark.parametrize(("who", "status"), [("stranger", 404), ("viewer", 403), ("mentor", 403), ("staff", 403)])
def test_only_those_who_write_may_write(desk: Desk, name: str, who: str, status: int) -> None:
    post = written(desk)
    client = sign_in(getattr(desk.cast, who))
    answer = client.get(url(name, post.pk)) if name == "post_edit" else client.post(url(name, post.pk), fields(desk))
    assert answer.status_code == status


def test_a_post_of_another_municipality_is_not_there(desk: Desk, cast: Cast) -> None:
    post = written(desk)
    client = sign_in(cast.stranger)
    for name in ("post", "post_edit"):
        assert client.get(url(name, post.pk, slug="novi-pazar")).status_code == 404


def test_the_composer_takes_the_same_few_queries_for_one_picture_and_for_four(
    desk: Desk, client: Client, django_assert_max_num_queries: Any
) -> None:
    counts = []
    for number in (1, 4):
        with scope(desk.municipality):
            pictures = [desk.picture(name=f"{index}.jpg") for index in range(number)]
            both = (desk.mastodon.pk, desk.bluesky.pk)
            media = tuple(Shown(picture.pk, "Опис") for picture in pictures)
            post = desk.write(media=media, channels=both, link="https://cuprija.rs", link_card=LinkCard("Наслов"))
        client.get(url("post_edit", post.pk))
        with django_assert_max_num_queries(12) as queries:
            assert client.get(url("post_edit", post.pk)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_what_several_channels_warn_of_is_said_once_with_their_names(desk: Desk, client: Client) -> None:
    with scope(desk.municipality):
        Channel.objects.update(languages=["sr-Cyrl"])
    both = [desk.mastodon.pk, desk.bluesky.pk]
    sent = fields(desk, **{"text-sr-Cyrl": "", "text-sr-Latn": "Vakcina u Njegoševoj", "channels": both})
    shown = client.post(url("post_preview"), sent).content.decode()
    findings = shown.split('id="text-findings"')[1].split("</ul>")[0]
    assert findings.count("was derived from the Latin one") == 1
    assert f"<strong>{desk.bluesky.name}, {desk.mastodon.name}:</strong>" in findings


def test_the_preview_takes_few_queries(desk: Desk, client: Client, django_assert_max_num_queries: Any) -> None:
    client.get(url("post_new"))
    with django_assert_max_num_queries(8):
        assert client.post(url("post_preview"), fields(desk)).status_code == 200


def test_a_picture_without_a_description_says_so_on_itself_and_how_long_one_may_be_is_on_the_page(desk: Desk) -> None:
    with scope(desk.municipality):
        media = desk.picture()
        post = desk.write(media=(Shown(media.pk, ""),))
    page = sign_in(desk.cast.officer).get(url("post_edit", post.pk)).content.decode()
    assert "No description" in page
    assert f'aria-describedby="alt-hint-{media.pk}"' in page
    assert 'data-alt="1500"' in page
    assert 'id="crop"' not in page, "the dialog comes when it is first opened"
    assert 'id="crop"' in sign_in(desk.cast.officer).get(url("post_tools")).content.decode()
