"""What stands beside the text: a title where networks have one, and the comment that follows a post by itself."""

from __future__ import annotations

from typing import Any

import pytest

from django.urls import reverse

from channels.messages import NO_COMMENT_RIGHT
from channels.models import Channel
from municipalities.tenancy import scope
from posts import compose
from posts.draft import MOST_COMMENT, BadDraft, Draft, parse
from posts.editing.domain.create import duplicate
from posts.editing.domain.restore import restore_version
from posts.editing.domain.submit import submit, take_back
from posts.editing.placeholders import filled, gaps
from posts.editing.previews import of_draft
from posts.models import Post
from posts.queries import content
from posts.review.version_diff import DiffSide, diff_versions
from tests.analytics.factories import channel
from tests.people import Cast, sign_in
from tests.posts.desk import Desk, replace
from tests.posts.desk import opened as open_desk

COMMENT = "Пријаве: https://cuprija.rs/prijava"


@pytest.fixture
def page(desk: Desk) -> Channel:
    return channel(
        desk.municipality, desk.cast.approver, name="Страница", platform="facebook", server="https://x.example"
    )


def test_a_draft_keeps_both_and_one_without_them_looks_as_it_did() -> None:
    draft = Draft(headline="Вашар", first_comment=COMMENT)
    assert parse(draft.to_json()) == draft
    assert not {"headline", "first_comment"} & set(Draft().to_json())


@pytest.mark.parametrize("hostile", [["x"], {"a": 1}, 7, "ж" * (MOST_COMMENT + 1)])
def test_what_no_honest_page_sends_is_refused(hostile: Any) -> None:
    with pytest.raises(BadDraft):
        parse({"first_comment": hostile})


def test_a_gap_in_a_template_is_asked_for_and_filled() -> None:
    draft = Draft(headline="{{назив}}", first_comment="Пријаве до {{рок}}")
    assert gaps(draft) == ["назив", "рок"]
    done = filled(draft, {"назив": "Вашар", "рок": "петка"})
    assert (done.headline, done.first_comment) == ("Вашар", "Пријаве до петка")


def test_in_two_scripts_the_comment_stands_in_both_and_a_bare_link_once(desk: Desk) -> None:
    draft = desk.draft(first_comment=COMMENT)
    (part,) = compose.parts(draft, desk.mastodon)
    both = replace(part, languages=("sr-Cyrl", "sr-Latn"))
    assert compose.first_comment(draft, both) == f"{COMMENT}{compose.BETWEEN}Prijave: https://cuprija.rs/prijava"
    assert compose.first_comment(replace(draft, first_comment="https://cuprija.rs"), both) == "https://cuprija.rs"


def test_a_counted_link_is_counted_in_the_comment_too(desk: Desk) -> None:
    draft = desk.draft(link="https://cuprija.rs/prijava", first_comment=COMMENT, tracked=True)
    draft = replace(draft, short_links={desk.mastodon.pk: "https://d.rs/l/abc"})
    (part,) = compose.parts(draft, desk.mastodon)
    assert compose.first_comment(draft, part) == "Пријаве: https://d.rs/l/abc"


def test_it_is_seen_only_where_a_network_takes_it_and_a_warning_says_where_not(desk: Desk, page: Channel) -> None:
    post = desk.write(first_comment=COMMENT, channels=(desk.mastodon.pk, page.pk))
    post.municipality = desk.municipality
    there, here = of_draft(post, parse(post.draft), [desk.mastodon, page], {})
    assert (there.comment, here.comment) == ("", COMMENT)
    assert here.comment_count == len(COMMENT)
    assert [finding.severity for finding in there.findings if finding.field == "first_comment"] == ["warning"]


def test_versions_differ_by_it_and_bring_it_back(desk: Desk, page: Channel) -> None:
    post = desk.write(first_comment=COMMENT, headline="Вашар", channels=(page.pk,))
    submit(post, by=desk.cast.officer)
    version = desk.version(post)
    post = take_back(desk.reload(post), by=desk.cast.officer)
    post = desk.change(post, replace(parse(post.draft), first_comment="Друго", headline=""))
    facts = diff_versions(
        DiffSide(1, content(version), {}, "service"),
        DiffSide(None, parse(post.draft), {}, "service"),
        names={},
        channels={},
    ).new_facts
    assert [fact.label for fact in facts][:2] == ["Title of the post", "First comment"]
    restored = parse(restore_version(post, version, by=desk.cast.officer).post.draft)
    assert (restored.first_comment, restored.headline) == (COMMENT, "Вашар")


def test_a_duplicate_has_it(desk: Desk, page: Channel) -> None:
    post = desk.write(first_comment=COMMENT, channels=(page.pk,))
    assert parse(duplicate(post, by=desk.cast.officer).draft).first_comment == COMMENT


def test_the_composer_asks_for_it_where_a_chosen_network_takes_one(cast: Cast) -> None:
    with scope(cast.cuprija):
        desk = open_desk(cast)
        page = channel(
            desk.municipality, cast.approver, name="Страница", platform="facebook", server="https://x.example"
        )
        without = desk.write()
        chosen = desk.write(channels=(page.pk,), first_comment=COMMENT)
    client, slug = sign_in(cast.officer), cast.cuprija.slug

    def field(post: Post) -> str:
        html = client.get(reverse("post_edit", args=[slug, post.pk])).content.decode()
        assert 'name="headline"' not in html
        return html.split('name="first_comment"')[0].rsplit("<details", 1)[1].split(">")[0]

    assert field(without).endswith(" hidden")
    assert field(chosen).endswith(" open")
    shown = client.get(reverse("post", args=[slug, chosen.pk])).content.decode()
    assert COMMENT in shown


def test_it_is_saved_by_the_page(cast: Cast) -> None:
    with scope(cast.cuprija):
        post = open_desk(cast).write()
    sent = {"revision": post.revision, "text-sr-Cyrl": "Текст", "first_comment": f" {COMMENT} ", "headline": "Вашар"}
    answer = sign_in(cast.officer).post(reverse("post_save", args=[cast.cuprija.slug, post.pk]), sent)
    assert answer.status_code == 200
    with scope(cast.cuprija):
        draft = parse(Post.objects.get(pk=post.pk).draft)
    assert (draft.first_comment, draft.headline) == (COMMENT, "Вашар")


def test_the_composer_asks_for_none_where_its_permission_was_not_granted(cast: Cast) -> None:
    with scope(cast.cuprija):
        desk = open_desk(cast)
        page = channel(
            desk.municipality, cast.approver, name="Страница", platform="facebook", server="https://x.example"
        )
        post = desk.write(channels=(page.pk,))
    client, address = sign_in(cast.officer), reverse("post_edit", args=[cast.cuprija.slug, post.pk])

    def hidden() -> bool:
        html = client.get(address).content.decode()
        return html.split('name="first_comment"')[0].rsplit("<details", 1)[1].split(">")[0].endswith(" hidden")

    assert not hidden()
    with scope(cast.cuprija):
        Channel.objects.filter(pk=page.pk).update(granted=["pages_show_list", "pages_manage_posts"])
    html = client.get(address).content.decode()
    assert 'name="first_comment"' not in html or hidden()


def test_a_written_comment_is_left_out_there_with_a_warning_that_says_why(desk: Desk, page: Channel) -> None:
    page.granted = ["pages_show_list", "pages_manage_posts"]
    post = desk.write(first_comment=COMMENT, channels=(page.pk,))
    post.municipality = desk.municipality
    (shown,) = of_draft(post, parse(post.draft), [page], {})
    (warning,) = [finding for finding in shown.findings if finding.field == "first_comment"]
    assert (shown.comment, warning.severity, warning.message) == ("", "warning", NO_COMMENT_RIGHT)
