"""The cards of linked pages, as networks make them: fetched by a worker after the check of a link, for the previews.

They are kept in Valkey only, for as long as a check holds; without one the preview says that the network makes it.
"""

from django.conf import settings

from common import optional_cache
from common.http import Http, HttpError
from links.rules import as_uri
from posts.editing.page_cards import PageCard, PageFacts, facts_of
from posts.media.domain.pictures import encode_picture, open_picture
from posts.models.link_checks import digest

DEADLINE = 10.0
MOST_PAGE = 2 * 1024 * 1024
MOST_PICTURE = 4 * 1024 * 1024
SIDES = (640, 640)
# A little longer than a check of a link that works: check_links.GOOD_FOR.
SECONDS = 13 * 3600


def _card_key(municipality_id: int, key: str) -> str:
    return f"page-card:{municipality_id}:{key}"


def _picture_key(municipality_id: int, key: str) -> str:
    return f"page-picture:{municipality_id}:{key}"


def fetch_card(municipality_id: int, url: str) -> None:
    """Read the page and keep its card for the municipality. A worker's: it calls foreign sites. Never raises."""
    facts = _read(url)
    if facts is None:
        keep_no_card(municipality_id, url)
        return
    key = digest(url)
    picture = _fetched_picture(facts.picture) if facts.picture else None
    if picture:
        optional_cache.write(_picture_key(municipality_id, key), picture, SECONDS)
    card = PageCard(facts.title, facts.description, key if picture else "")
    optional_cache.write(_card_key(municipality_id, key), card, SECONDS)


def keep_no_card(municipality_id: int, url: str) -> None:
    """Nothing came of the page, so that nobody waits for it."""
    optional_cache.write(_card_key(municipality_id, digest(url)), PageCard(""), SECONDS)


def _read(url: str) -> PageFacts | None:
    http = Http(allow=settings.PRIVATE_HOSTS_ALLOWED, deadline=DEADLINE, max_bytes=MOST_PAGE)
    try:
        page = http.get(as_uri(url), headers={"Accept": "text/html"})
    except (HttpError, ValueError):
        return None
    return facts_of(page.content, page.headers.get("content-type", ""), page.url) if page.ok else None


def _fetched_picture(url: str) -> tuple[bytes, str] | None:
    """(body, content type) of the picture, written anew and small; None where it cannot be used."""
    http = Http(allow=settings.PRIVATE_HOSTS_ALLOWED, deadline=DEADLINE, max_bytes=MOST_PICTURE)
    try:
        answer = http.get(as_uri(url), headers={"Accept": "image/*"})
        if not answer.ok:
            return None
        picture = open_picture(answer.content)
    except (HttpError, ValueError):  # BadPicture is one
        return None
    picture.thumbnail(SIDES)
    small = encode_picture(picture)
    return small.body, small.mime


def card_of(municipality_id: int, url: str) -> PageCard | None:
    """What is known of the page, without a call to it: None before it was read, a card without a title where it gave
    none."""
    card: PageCard | None = optional_cache.read(_card_key(municipality_id, digest(url))) if url else None
    return card


def picture_of(municipality_id: int, key: str) -> tuple[bytes, str] | None:
    """(body, content type) of the picture of a card."""
    picture: tuple[bytes, str] | None = optional_cache.read(_picture_key(municipality_id, key))
    return picture
