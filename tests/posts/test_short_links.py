"""Short links of posts: foreseen by the preview, frozen with the version, sent in the payload, counted on the page."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from django.test import Client

from channels.enums import Layout
from links import queries as links
from links.domain.count import count
from links.models import Link
from links.rules import LENGTH
from posts.compose import outgoing, parts, with_link
from posts.draft import Draft, LinkCard, Text, parse
from posts.editing.domain.create import blank_post, duplicate
from posts.editing.domain.submit import submit, take_back
from posts.editing.previews import of_draft, of_version
from posts.models import Post
from posts.publishing.short_links import with_expected_links
from posts.queries import content, frozen_files
from posts.scheduling.domain.schedule import publish_now
from tests.people import sign_in
from tests.posts.desk import CYRILLIC, Desk

LINK = "https://cuprija.rs/vesti"


class Account:
    pk = 3
    layout = Layout.COMBINED
    languages = ["sr-Cyrl", "sr-Latn"]
    takes_polls = False
    takes_threads = False


SHORT = "https://d.rs/l/bcdfghjk"


# ---- in the text


def test_the_short_link_stands_where_the_link_was(subtests: pytest.Subtests) -> None:
    for text, expected in [
        ("Вест", f"Вест\n\n{SHORT}"),
        ("", SHORT),
        (f"Вест {LINK} овде", f"Вест {SHORT} овде"),
        (f"Вест ({LINK}).", f"Вест ({SHORT})."),
        (f"„{LINK}”", f"„{SHORT}”"),
        (f"{LINK}, па {LINK}!", f"{SHORT}, па {SHORT}!"),
        (f"Друга: {LINK}/7", f"Друга: {LINK}/7\n\n{SHORT}"),
        (f"Друга: {LINK}?id=7", f"Друга: {LINK}?id=7\n\n{SHORT}"),
        (f"https://x.rs/?u={LINK}", f"https://x.rs/?u={LINK}\n\n{SHORT}"),
        (r"\1 \g<0>", f"\\1 \\g<0>\n\n{SHORT}"),
    ]:
        with subtests.test(text=text, expected=expected):
            assert with_link(text, LINK, SHORT) == expected


def test_without_a_short_link_nothing_changes() -> None:
    assert with_link(f"Вест {LINK} овде", LINK) == f"Вест {LINK} овде"
    assert with_link("Вест", LINK) == f"Вест\n\n{LINK}"
    assert with_link("Вест", "", "") == "Вест"


def test_every_script_and_the_link_card_lead_through_it() -> None:
    draft = Draft(
        texts={"sr-Cyrl": Text(f"Вест {LINK} овде")}, link=LINK, link_card=LinkCard("Вест"), tracked=True,
        short_links={3: SHORT},
    )  # fmt: skip
    [part] = parts(draft, Account())
    assert part.text.count(SHORT) == 2
    assert LINK not in part.text
    payload = outgoing(draft, part, [], key=uuid4(), created_at=None)  # type: ignore[arg-type]
    assert payload.link_card is not None
    assert payload.link_card.url == SHORT


def test_short_links_are_no_part_of_the_stored_draft() -> None:
    draft = Draft(link=LINK, tracked=True, short_links={3: SHORT})
    assert "short_links" not in draft.to_json()
    assert parse({**draft.to_json(), "short_links": {"3": "https://evil.example/"}}).short_links == {}


# ---- frozen


def test_a_version_freezes_one_link_for_each_channel(desk: Desk) -> None:
    both = (desk.mastodon.pk, desk.bluesky.pk)
    post = submit(desk.write(link=LINK, tracked=True, channels=both, service="evrtic"), by=desk.cast.officer)
    version = desk.version(post)
    assert set(version.short_links) == {str(pk) for pk in both}
    targets = {link.place: link.target for link in Link.objects.all()}
    assert targets == {
        desk.mastodon.pk: f"{LINK}?utm_source=mastodon&utm_medium=social&utm_campaign=cuprija-evrtic",
        desk.bluesky.pk: f"{LINK}?utm_source=bluesky&utm_medium=social&utm_campaign=cuprija-evrtic",
    }
    assert content(version).short_links == {int(pk): url for pk, url in version.short_links.items()}


def test_the_preview_shows_the_very_link_that_is_frozen_and_counts_it(desk: Desk) -> None:
    post = desk.write(link=LINK, tracked=True)
    post.municipality = desk.municipality
    draft = parse(post.draft)
    [before] = of_draft(post, draft, [desk.mastodon], {})
    submitted = submit(post, by=desk.cast.officer)
    version = desk.version(submitted)
    frozen = version.short_links[str(desk.mastodon.pk)]
    assert before.part.text == f"{CYRILLIC}\n\n{frozen}"
    assert len(frozen) == len(f"{links.base()}/l/") + LENGTH
    version.post = submitted
    [after] = of_version(version, content(version), [desk.mastodon], frozen_files(version))
    assert (after.part, after.count) == (before.part, before.count)


def test_what_is_sent_is_what_was_frozen(desk: Desk) -> None:
    desk.house_rule(approval="none")
    post = publish_now(desk.write(link=LINK, tracked=True), by=desk.cast.officer)
    [delivery] = desk.deliveries(post)
    assert delivery.payload["text"].endswith(desk.version(post).short_links[str(desk.mastodon.pk)])
    assert LINK not in delivery.payload["text"]


def test_an_unchanged_draft_makes_no_new_version_and_another_text_keeps_its_links(desk: Desk) -> None:
    post = submit(desk.write(link=LINK, tracked=True), by=desk.cast.officer)
    first = desk.version(post)
    again = submit(take_back(post, by=desk.cast.officer), by=desk.cast.officer)
    assert desk.version(again).pk == first.pk
    changed = desk.change(take_back(again, by=desk.cast.officer), desk.draft("Друге речи.", link=LINK, tracked=True))
    second = desk.version(submit(changed, by=desk.cast.officer))
    assert second.number == 2
    assert second.short_links == first.short_links
    assert Link.objects.count() == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"link": LINK, "tracked": False},
        {"link": "", "tracked": True},
        {"link": "http://10.0.0.7/x.html", "tracked": True},
        {"link": "https://ime:lozinka@cuprija.rs/", "tracked": True},
    ],
)
def test_no_short_link_is_made_where_none_is_wanted_or_may_be(desk: Desk, fields: dict[str, Any]) -> None:
    version = desk.version(submit(desk.write(**fields), by=desk.cast.officer))
    assert version.short_links == {}
    assert Link.objects.count() == 0


def test_a_copy_has_links_of_its_own(desk: Desk) -> None:
    post = submit(desk.write(link=LINK, tracked=True), by=desk.cast.officer)
    copy = submit(duplicate(post, by=desk.cast.officer), by=desk.cast.officer)
    assert desk.version(copy).short_links != desk.version(post).short_links


def test_a_new_post_counts_clicks_unless_somebody_says_no(desk: Desk) -> None:
    assert parse(blank_post(desk.municipality, by=desk.cast.officer).draft).tracked


def test_links_are_foreseen_without_a_query(desk: Desk, django_assert_num_queries: Any) -> None:
    post = desk.write(link=LINK, tracked=True)
    post.municipality = desk.municipality
    with django_assert_num_queries(0):
        draft = with_expected_links(post, parse(post.draft), [desk.mastodon])
    assert set(draft.short_links) == {desk.mastodon.pk}


# ---- pages


@pytest.fixture
def officer(desk: Desk) -> Client:
    return sign_in(desk.cast.officer)


def test_the_composer_has_a_switch_and_the_preview_keeps_its_link(desk: Desk, officer: Client) -> None:
    page = officer.get("/m/cuprija/posts/new/").content.decode()
    assert 'name="tracked" checked' in page
    key = uuid4()
    sent = {"key": str(key), "text-sr-Cyrl": "Вест", "link": LINK, "tracked": "on", "channels": desk.mastodon.pk}
    first, second = (officer.post("/m/cuprija/posts/preview/", sent).content.decode() for _ in range(2))
    assert first == second
    assert "/l/" in first
    assert "/l/" not in officer.post("/m/cuprija/posts/preview/", {**sent, "tracked": ""}).content.decode()


def test_the_review_page_tells_the_clicks_and_leads_to_the_days(desk: Desk, officer: Client) -> None:
    post = submit(desk.write(link=LINK, tracked=True), by=desk.cast.officer)
    for _ in range(34):
        count(Link.objects.get())
    assert "Clicks: 34" in officer.get(f"/m/cuprija/posts/{post.pk}/").content.decode()
    page = officer.get(f"/m/cuprija/posts/{post.pk}/links/").content.decode()
    code = Link.objects.get().code
    assert f"/l/{code}" in page
    assert f"/m/cuprija/links/{code}/qr/svg/" in page
    assert "Општина Ћуприја" in page
    listed = officer.get("/m/cuprija/links/").content.decode()
    assert CYRILLIC[:20] in listed


def test_a_post_without_a_link_says_nothing_of_clicks(desk: Desk, officer: Client) -> None:
    post = submit(desk.write(), by=desk.cast.officer)
    assert "Clicks:" not in officer.get(f"/m/cuprija/posts/{post.pk}/").content.decode()
    page = officer.get(f"/m/cuprija/posts/{post.pk}/links/")
    assert "No short link yet" in page.content.decode()
    assert "No short link yet" in officer.get("/m/cuprija/links/").content.decode()


def test_the_pages_take_the_same_queries_for_one_post_and_for_many(
    desk: Desk, officer: Client, django_assert_max_num_queries: Any
) -> None:
    both = (desk.mastodon.pk, desk.bluesky.pk)
    for number in range(30):
        submit(desk.write(f"Вест {number}", link=f"{LINK}/{number}", tracked=True, channels=both), by=desk.cast.officer)
    for link in Link.objects.all():
        count(link)
    officer.get("/m/cuprija/links/")  # the first page of a session writes that it was seen
    with django_assert_max_num_queries(12):
        page = officer.get("/m/cuprija/links/")
    assert len(page.content) < 60_000
    post = Post.objects.order_by("pk").last()
    assert post is not None
    with django_assert_max_num_queries(12):
        officer.get(f"/m/cuprija/posts/{post.pk}/links/")


def test_programme_staff_see_links_of_what_is_public_only(desk: Desk) -> None:
    post = submit(desk.write(link=LINK, tracked=True), by=desk.cast.officer)
    staff = sign_in(desk.cast.staff)
    assert staff.get(f"/m/cuprija/posts/{post.pk}/links/").status_code == 404
    assert CYRILLIC[:20] not in staff.get("/m/cuprija/links/").content.decode()
