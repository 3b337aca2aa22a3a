"""Documents: taken in unread, looked at by a worker in a process of its own, and sent to LinkedIn as they came."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from PIL import Image

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from channels.models import Channel
from common.errors import ActionNotAllowed
from delivery.enums import State
from delivery.models import Delivery
from municipalities.tenancy import scope
from posts.draft import Interactive, Shown, parse
from posts.editing.domain.submit import submit
from posts.editing.previews import of_draft
from posts.enums import Probe
from posts.media import probing
from posts.media.domain import videos
from posts.media.domain.pictures import BadPicture
from posts.models import Media, Post
from posts.queries import media_of
from posts.scheduling.domain.schedule import publish_now
from tests.delivery.conftest import allowed, connected, network
from tests.people import Cast, sign_in
from tests.platforms.fakes import FakeServer
from tests.posts import papers
from tests.posts.desk import Desk
from tests.posts.desk import opened as open_desk
from tests.publishing import pass_minutes

__all__ = ["allowed", "network"]

pytestmark = pytest.mark.django_db
TITLE = "Буџет општине за 2027. годину"


def document(desk: Desk, body: bytes | None = None, *, probed: bool = True) -> Media:
    """A document in the library; `probed`: the worker has looked at it."""
    body = papers.paper() if body is None else body
    file = SimpleUploadedFile("budzet.pdf", body, "application/pdf")
    media = videos.add(desk.municipality, file, name="budzet.pdf", size=len(body), by=desk.cast.officer)
    if probed:
        videos.probe_due()
    return Media.objects.get(pk=media.pk)


def errors(desk: Desk, post: Post, channel: Channel) -> list[str]:
    """Codes of what the channel's network would refuse."""
    post.municipality, draft = desk.municipality, parse(post.draft)
    (preview,) = of_draft(post, draft, [channel], media_of(draft))
    return [finding.code for finding in preview.errors]


# ---- what comes in


def test_a_document_is_known_by_its_bytes_and_counted(desk: Desk) -> None:
    media = document(desk)
    assert (media.mime, media.probe, media.pages, media.names_author) == ("application/pdf", Probe.READY, 3, False)
    with media.poster.open("rb") as file:
        assert Image.open(file).size == (media.width, media.height)
    assert (media.height, round(media.width / media.height, 2)) == (1280, 0.71)
    with media.file.open("rb") as file:
        assert file.read() == papers.paper()


def test_a_name_in_its_properties_is_noticed_and_not_stored(desk: Desk) -> None:
    media = document(desk, papers.paper(author="Јелена Петровић"))
    assert media.names_author
    stored = [str(value) for value in Media.objects.filter(pk=media.pk).values().get().values()]
    assert not any("Петровић" in value for value in stored)


@pytest.mark.parametrize(("body", "problem"), [
    (papers.paper()[:300], "document_corrupt"),
    (b"%PDF-1.7\n" + bytes(5000), "document_corrupt"),
    (b"%PDF-1.7 <html><script>alert(1)</script>", "document_corrupt"),
    (papers.LOCKED, "document_locked"),
    (papers.EMPTY, "document_corrupt"),
])  # fmt: skip
def test_a_broken_or_hostile_document_gets_a_sentence_and_harms_nothing(desk: Desk, body: bytes, problem: str) -> None:
    media = document(desk, body)
    assert (media.probe, media.probe_problem) == (Probe.BAD, problem)
    assert document(desk, papers.paper(pages=1)).probe == Probe.READY


@pytest.mark.parametrize(
    "report", ['{"pages": 0}', '{"pages": true}', '{"pages": 1e9}', '{"pages": 3, "poster": "AAAA"}']
)
def test_a_probe_that_makes_things_up_is_not_believed(desk: Desk, report: str, tmp_path: Any, monkeypatch: Any) -> None:
    script = tmp_path / "probe.py"
    script.write_text(f"print({report!r})")
    monkeypatch.setattr(probing, "PROBE", script)
    media = document(desk)
    assert (media.probe, media.probe_problem, media.pages) == (Probe.BAD, "document_corrupt", 0)


def test_a_large_document_is_refused_with_its_limit(desk: Desk) -> None:
    with pytest.raises(BadPicture, match=f"larger than {videos.DOCUMENT_MOST_BYTES >> 20} MB"):
        document(desk, papers.paper() + bytes(videos.DOCUMENT_MOST_BYTES))


# ---- a post with a document


def test_no_post_leaves_before_its_document_was_looked_at(desk: Desk) -> None:
    post = desk.write(media=(Shown(document(desk, probed=False).pk),))
    with pytest.raises(ActionNotAllowed, match="The document is being checked"):
        submit(post, by=desk.cast.officer)


def test_a_post_carries_one_document(desk: Desk) -> None:
    both = [document(desk), document(desk, papers.paper(shade=200))]
    post = desk.write(media=tuple(Shown(media.pk) for media in both))
    with pytest.raises(ActionNotAllowed, match="carries one document"):
        submit(post, by=desk.cast.officer)


def test_a_network_without_documents_says_what_to_do(desk: Desk) -> None:
    post = desk.write(media=(Shown(document(desk).pk, TITLE),))
    with pytest.raises(ActionNotAllowed, match="would not take this post"):
        submit(post, by=desk.cast.officer)
    assert errors(desk, post, desk.mastodon) == ["document_not_here"]


# ---- over the web


def test_the_composer_gets_a_row_that_says_how_many_pages_there_are(cast: Cast) -> None:
    client, slug = sign_in(cast.officer), cast.cuprija.slug
    file = SimpleUploadedFile("plan.pdf", papers.paper(author="Јелена"), "application/pdf")
    answer = client.post(reverse("media_upload", args=[slug]), {"file": file})
    assert b'data-film="waiting"' in answer.content
    with scope(cast.cuprija):
        media = Media.objects.get()
        videos.probe_due()
    row = client.get(reverse("media_row", args=[slug, media.pk])).text
    assert "3 pages" in row
    assert "name its author" in row
    assert "Title of the document" in row
    assert "data-crop" not in row
    assert "data-captions" not in row


def test_a_document_is_saved_and_never_opened_here(cast: Cast) -> None:
    with scope(cast.cuprija):
        media = document(open_desk(cast))
    url = reverse("media_document", args=[cast.cuprija.slug, media.pk])
    answer = sign_in(cast.officer).get(url)
    assert b"".join(answer.streaming_content) == papers.paper()
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Security-Policy"] == "default-src 'none'"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert sign_in(cast.stranger).get(url).status_code == 404


def test_a_document_nobody_has_looked_at_is_given_to_nobody(cast: Cast) -> None:
    with scope(cast.cuprija):
        media = document(open_desk(cast), probed=False)
    client, slug = sign_in(cast.officer), cast.cuprija.slug
    assert client.get(reverse("media_document", args=[slug, media.pk])).status_code == 404
    thumbnail = client.get(reverse("media_thumbnail", args=[slug, media.pk]))
    assert (thumbnail.status_code, thumbnail["Cache-Control"]) == (302, "no-store")
    assert "document" in thumbnail["Location"]


def test_the_library_shows_a_document(cast: Cast) -> None:
    with scope(cast.cuprija):
        media = document(open_desk(cast), papers.paper(author="Јелена"))
    client, slug = sign_in(cast.officer), cast.cuprija.slug
    assert "3 pages" in client.get(reverse("library_pictures", args=[slug])).text
    page = client.get(reverse("library_picture", args=[slug, media.pk])).text
    assert reverse("media_document", args=[slug, media.pk]) in page
    assert "name its author" in page
    assert "Title of the document" in page


# ---- on LinkedIn


@dataclass
class LinkedInDesk:
    desk: Desk
    network: FakeServer
    linkedin: Channel

    def write(self, text: str = "Објавили смо буџет.", **fields: Any) -> Post:
        return self.desk.write(text, channels=(self.linkedin.pk,), **fields)

    def public(self) -> list[dict[str, Any]]:
        return self.network.public("opstina")


@pytest.fixture
def linked(cast: Cast, network: FakeServer) -> Iterator[LinkedInDesk]:
    linkedin = connected(cast, network, "linkedin")
    with scope(cast.cuprija):
        desk = open_desk(cast)
        Channel.objects.exclude(pk=linkedin.pk).delete()
        desk.house_rule(approval="none")
        yield LinkedInDesk(desk, network, linkedin)


def test_a_document_goes_out_with_its_title(linked: LinkedInDesk) -> None:
    media = document(linked.desk)
    publish_now(linked.write(media=(Shown(media.pk, TITLE),)), by=linked.desk.cast.officer)
    (delivery,) = Delivery.objects.all()
    assert delivery.payload["document"]["pages"] == 3
    assert delivery.payload["pictures"] == []
    pass_minutes(20)
    (post,) = linked.public()
    assert post["document"] == {"title": TITLE, "size": len(papers.paper())}
    assert post["text"] == "Објавили смо буџет."
    assert Delivery.objects.get().state == State.PUBLISHED


def test_a_document_without_a_title_has_the_headline(linked: LinkedInDesk) -> None:
    media = document(linked.desk)
    publish_now(linked.write(media=(Shown(media.pk),), headline="Буџет 2027"), by=linked.desk.cast.officer)
    pass_minutes(20)
    (post,) = linked.public()
    assert post["document"]["title"] == "Буџет 2027"


@pytest.mark.parametrize("action", ["commit_then_drop", "commit_then_500"])
@pytest.mark.parametrize("material", ["document", "poll"])
def test_a_lost_answer_makes_no_second_post(linked: LinkedInDesk, material: str, action: str) -> None:
    if material == "poll":
        asked = Interactive("poll", ("Парк", "Пијаца"), days=3, promise="Изнећемо на седницу.")
        post = linked.write("Шта прво да уредимо?", interactive=asked)
    else:
        post = linked.write(media=(Shown(document(linked.desk).pk, TITLE),))
    linked.network.plan(action, r"/rest/posts$", method="POST")
    publish_now(post, by=linked.desk.cast.officer)
    pass_minutes(20)
    (shown,) = linked.public()
    assert shown[material]
    assert Delivery.objects.get().state == State.PUBLISHED


def test_an_approved_document_that_was_exchanged_does_not_go_out(linked: LinkedInDesk) -> None:
    media = document(linked.desk)
    publish_now(linked.write(media=(Shown(media.pk, TITLE),)), by=linked.desk.cast.officer)
    with open(media.file.path, "ab") as file:
        file.write(b"other")
    pass_minutes(20)
    assert linked.public() == []
    assert Delivery.objects.get().state != State.PUBLISHED


def test_what_stands_beside_a_document_is_refused(linked: LinkedInDesk) -> None:
    both = (Shown(document(linked.desk).pk, TITLE), Shown(linked.desk.picture().pk, "Трг"))
    post = linked.write(media=both)
    with pytest.raises(ActionNotAllowed, match="would not take this post"):
        publish_now(post, by=linked.desk.cast.officer)
    assert errors(linked.desk, post, linked.linkedin) == ["document_alone"]


def test_the_preview_and_the_approver_see_pages_and_title(linked: LinkedInDesk) -> None:
    post = linked.write(media=(Shown(document(linked.desk).pk, TITLE),))
    post.municipality = linked.desk.municipality
    written = parse(post.draft)
    (preview,) = of_draft(post, written, [linked.linkedin], media_of(written))
    assert preview.document is not None
    assert (preview.document.length, preview.document_title, list(preview.pictures)) == ("3 pages", TITLE, [])
    client = sign_in(linked.desk.cast.officer)
    page = client.get(reverse("post", args=["cuprija", post.pk])).text
    assert "Save the document and read all of it: 3 pages" in page
    assert TITLE in page
    assert "This picture has no description." not in page
