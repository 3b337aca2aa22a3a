"""The public page of a channel (t.me/s/name), which shows its last posts without an account.

A bot cannot read its channel, but it can read this page. The page is undocumented: it may prove that a post exists and
never that it does not.
"""

import re
from datetime import datetime
from html.parser import HTMLParser

from platforms import times
from platforms.matching import Candidate
from platforms.telegram.sending import LINKS

POST = "tgme_widget_message"
TEXT = "js-message_text"
PHOTO = "tgme_widget_message_photo_wrap"
FILM = "tgme_widget_message_video_player"
ANSWER = "tgme_widget_message_reply"
NUMBER = re.compile(r"/(\d{1,15})(?:\?|$)", re.ASCII)


class _Posts(HTMLParser):
    """Collects the posts of the page. Void elements never close, so only `div` is counted."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.candidates: list[Candidate] = []
        self.open = False
        self.depth = 0
        self._begin("")

    def _begin(self, link: str) -> None:
        self.link = link
        self.text: list[str] = []
        self.at: datetime | None = None
        self.answer: str | None = None
        self.numbers: list[int] = []
        self.photos = self.films = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        names = attributes.get("class", "").split()
        if attributes.get("data-post") and POST in names:
            self.finish()
            self._begin(attributes["data-post"])
            self.open = True
        if self.depth:
            self._inside(tag)
        elif tag == "div" and TEXT in names:
            self.depth = 1
        self._media(names, attributes.get("href", ""))
        if tag == "time" and attributes.get("datetime") and self.at is None:
            self.at = _moment(attributes["datetime"])

    def _inside(self, tag: str) -> None:
        if tag == "br":
            self.text.append("\n")
        elif tag == "div":
            self.depth += 1

    def _media(self, names: list[str], href: str) -> None:
        self.photos += PHOTO in names
        self.films += FILM in names
        number = NUMBER.search(href)
        if number and (PHOTO in names or FILM in names):
            self.numbers.append(int(number[1]))
        if number and ANSWER in names:
            self.answer = number[1]

    def handle_endtag(self, tag: str) -> None:
        if self.depth and tag == "div":
            self.depth -= 1

    def handle_data(self, data: str) -> None:
        if self.depth:
            self.text.append(data)

    def finish(self) -> None:
        """The post that was read ends where the next begins."""
        number = NUMBER.search(f"/{self.link.rpartition('/')[2]}")
        if self.open and number and self.at:
            first = int(number[1])
            last = max([first, *self.numbers])
            self.candidates.append(
                Candidate(
                    remote_id=str(first) if last == first else f"{first}-{last}",
                    permalink=f"{LINKS}/{self.link}",
                    text="".join(self.text),
                    at=self.at,
                    alts=("",) * self.photos,
                    reply_to=self.answer,
                    has_video=self.films > 0,
                )
            )
        self.open, self.depth = False, 0


def _moment(text: str) -> datetime | None:
    try:
        return times.moment(text)
    except ValueError:
        return None


def posts(html: str) -> list[Candidate]:
    """The posts on the page, oldest first; none where the page is another one than was seen."""
    parser = _Posts()
    parser.feed(html)
    parser.close()
    parser.finish()
    return parser.candidates
