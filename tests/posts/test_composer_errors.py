"""What stops a post stands at its field, and in a list of links above the form; nothing that was typed is lost."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from municipalities.tenancy import scope
from posts.draft import LinkCard, Shown
from posts.models import Post
from tests.people import Cast, sign_in
from tests.posts.desk import Desk, opened


@pytest.fixture
def desk(cast: Cast) -> Desk:
    with scope(cast.cuprija):
        return opened(cast)


@pytest.fixture
def client(desk: Desk) -> Client:
    return sign_in(desk.cast.officer)


@pytest.fixture
def post(desk: Desk) -> Post:
    with scope(desk.municipality):
        return desk.write("Вода стиже")


def url(name: str, *args: Any) -> str:
    return reverse(name, args=["cuprija", *args])


def submitted(client: Client, desk: Desk, post: Post, **changed: Any) -> str:
    """The page after submitting, which must have been refused."""
    sent = {
        "revision": post.revision, "text-sr-Cyrl": "Вода стиже", "channels": [desk.mastodon.pk], "category": "service",
        "act": "submit", **changed,
    }  # fmt: skip
    answer = client.post(url("post_edit", post.pk), sent)
    assert answer.status_code == 422
    return answer.content.decode()


def links(page: str) -> dict[str, str]:
    """The list above the form: the sentence of each link by the field that it leads to."""
    summary = page.partition('id="problem"')[2].partition("</ul>")[0]
    return dict(re.findall(r'<a href="#([^"]+)">\s*(.*?)\s*</a>', summary, flags=re.DOTALL))


def control(page: str, name: str) -> str:
    """The tag of the field with this id."""
    tag = re.search(rf'<(?:input|textarea|fieldset)\b[^>]*\bid="{name}"[^>]*>', page, flags=re.DOTALL)
    assert tag, name
    return tag[0]


def is_marked(page: str, name: str, sentence: str) -> bool:
    """Whether the field is invalid, and described by the place where the sentence stands."""
    tag = control(page, name)
    described = re.search(r'aria-describedby="([^"]+)"', tag)
    places = described[1].split() if described else []
    beside = [page.partition(f'id="{place}"')[2].partition("</ul>")[0].partition("</div>")[0] for place in places]
    return 'aria-invalid="true"' in tag and any(sentence in words for words in beside)


def past() -> dict[str, str]:
    yesterday = timezone.localtime() - timedelta(days=1)
    return {"date": f"{yesterday:%d.%m.%Y}", "time": "10:00"}


def test_a_text_that_is_too_long_is_named_at_the_text(client: Client, desk: Desk, post: Post) -> None:
    page = submitted(client, desk, post, **{"text-sr-Cyrl": "а" * 512})
    assert list(links(page)) == ["text-sr-Cyrl"]
    assert "Shorten it by 12" in links(page)["text-sr-Cyrl"]
    assert is_marked(page, "text-sr-Cyrl", "Shorten it by 12")
    assert "а" * 512 in page


def test_a_time_that_has_passed_is_named_at_the_day(client: Client, desk: Desk, post: Post) -> None:
    page = submitted(client, desk, post, **past())
    assert list(links(page)) == ["date"]
    assert is_marked(page, "date", "The chosen time has passed")
    assert f'value="{past()["date"]}"' in control(page, "date")


def test_a_time_that_has_passed_is_named_as_soon_as_it_is_typed(client: Client, desk: Desk) -> None:
    sent = {"text-sr-Cyrl": "Вода", "channels": [desk.mastodon.pk]}
    page = client.post(url("post_preview"), {**sent, **past()}).content.decode()
    assert "The chosen time has passed" in page.partition('id="when-notes"')[2]
    assert links(page) == {}
    tomorrow = timezone.localtime() + timedelta(days=1)
    page = client.post(url("post_preview"), {**sent, **past(), "date": f"{tomorrow:%d.%m.%Y}"}).content.decode()
    assert "The chosen time has passed" not in page


def test_what_only_sending_requires_is_named_after_the_first_attempt(client: Client, desk: Desk, post: Post) -> None:
    empty = {"text-sr-Cyrl": "", "channels": []}
    quiet = client.post(url("post_preview"), empty).content.decode()
    assert "finding-error" not in quiet
    page = submitted(client, desk, post, **empty)
    assert list(links(page)) == ["channels", "text-sr-Cyrl"]
    assert "Choose at least one channel" in links(page)["channels"]
    assert is_marked(page, "text-sr-Cyrl", "There is nothing to publish yet")
    assert 'name="tried" value="submit"' in page


def test_the_list_shrinks_as_problems_are_put_right(client: Client, desk: Desk) -> None:
    sent: dict[str, Any] = {"tried": "submit", "text-sr-Cyrl": "", "channels": []}
    assert len(links(client.post(url("post_preview"), sent).content.decode())) == 2
    sent["text-sr-Cyrl"] = "Вода"
    assert list(links(client.post(url("post_preview"), sent).content.decode())) == ["channels"]
    sent["channels"] = [desk.mastodon.pk]
    page = client.post(url("post_preview"), sent).content.decode()
    assert links(page) == {}
    assert "There is a problem" not in page


def test_a_link_that_is_none_opens_its_folded_part(client: Client, desk: Desk, post: Post) -> None:
    page = submitted(client, desk, post, link="нема везе")
    assert list(links(page)) == ["link"]
    assert is_marked(page, "link", "not a web address")
    assert re.search(r'id="call"[^>]*\bopen\b', page, flags=re.DOTALL)


def test_a_deadline_that_is_no_day_keeps_the_rest_of_the_post(client: Client, desk: Desk, post: Post) -> None:
    sent = {
        "revision": post.revision,
        "text-sr-Cyrl": "Ново",
        "channels": [desk.mastodon.pk],
        "call-deadline": "15.12.",
    }
    assert client.post(url("post_save", post.pk), sent).status_code == 200
    page = submitted(client, desk, post, **{"revision": post.revision + 1, "call-deadline": "15.12."})
    assert list(links(page)) == ["call-deadline"]
    assert 'value="15.12."' in control(page, "call-deadline")
    assert is_marked(page, "call-deadline", "This is not a day")


def test_the_card_of_a_link_says_what_it_lacks_where_it_is_written(client: Client, desk: Desk, post: Post) -> None:
    card = LinkCard(title="", description="Опис")
    sent = {"link": "https://cuprija.rs/", "link_title": card.title, "link_description": card.description}
    page = submitted(client, desk, post, channels=[desk.bluesky.pk], **sent)
    assert list(links(page)) == ["link_title"]
    assert 'aria-invalid="true"' in control(page, "link_title")


def test_a_page_without_problems_marks_no_field(client: Client, desk: Desk, post: Post) -> None:
    with scope(desk.municipality):
        shown = Shown(desk.picture().pk, "Фонтана на тргу")
        post = desk.write("Вода стиже", media=(shown,))
    page = client.get(url("post_edit", post.pk)).content.decode()
    assert 'aria-invalid="true"' not in page
    assert "There is a problem" not in page


def test_a_refused_page_goes_on_from_what_it_has_saved(client: Client, desk: Desk, post: Post) -> None:
    """Else the next save of the page would look like that of another tab."""
    page = submitted(client, desk, post, **{"text-sr-Cyrl": "Вода стиже сутра", **past()})
    with scope(desk.municipality):
        saved = desk.reload(post)
    assert saved.revision == post.revision + 1
    assert f'name="revision" value="{saved.revision}"' in page
