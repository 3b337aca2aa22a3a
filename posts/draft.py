"""The shape of `Post.draft`: what an officer is writing, as typed values and as the JSON that is stored.

    {"texts": {"sr-Cyrl": {"text": "…", "derived_from": null}},   derived_from: kept in step with that text
     "per_channel": {"7": {"sr-Cyrl": "…"}},                      replaces the text on that channel
     "media": [{"id": 3, "alt": "…", "crop": {"ratio": "4:5", "box": [0, 0.1, 1, 0.8]}}],
     "link": "https://…", "link_card": {"title": "…", "description": "…"},
     "channels": [7, 8],
     "layout": {"7": {"layout": "combined", "languages": ["sr-Cyrl", "sr-Latn"]}},
     "call": {"kind": "apply", "words": "Пријавите се", "deadline": "2026-12-15"},   its link is "link"
     "service": "evrtic",                                          key of the national catalogue
     "tracked": true,                                              the link goes out as a short link that counts clicks
     "interactive": {"kind": "poll", "options": ["…"], "days": 3, "multiple": false, "answer": null,
                     "promise": "…", "rules": "…"},                 promise: what will be done with the answers
     "headline": "…",                                              the title, where a network's posts have one
     "first_comment": "…",                                         goes below the post by itself, once it is out
     "settings": {"7": {"format": "story"}}}                       what a network lets one choose for each post

`parse` takes anything, also what a hostile client sends, and gives a `Draft` or raises `BadDraft` with one sentence per
problem. A box is [x, y, width, height] in fractions of the picture.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from channels.enums import Layout
from common.integers import LARGEST
from municipalities.enums import Script, TextLanguage
from platforms.post_settings import format_of
from posts.enums import CallKind, Format
from serbian.glossary import EMPTY, Glossary

MOST_TEXT = 20_000
MOST_LANGUAGES = 12
MOST_PICTURES = 10
MOST_CHANNELS = 50
MOST_ALT = 1500
MOST_LINK = 1000
MOST_CARD = {"title": 300, "description": 1000}
RATIOS = ("1:1", "4:5", "16:9", "1.91:1")
MOST_WORDS = 120
MOST_OPTIONS = 10
MOST_OPTION = 200
MOST_PROMISE = 1000
MOST_RULES = 4000
MOST_DAYS = 30
MOST_HEADLINE = 300
MOST_COMMENT = 8000
# The fields beside the text, with their maximum lengths.
EXTRA_FIELDS = {"headline": MOST_HEADLINE, "first_comment": MOST_COMMENT}
MOST_SETTINGS = 30
MOST_SETTING = 500
_SETTING = re.compile(r"[a-z][a-z_]{0,39}")
_KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")

LANGUAGES = tuple(f"{language}-{script}" for language in TextLanguage.values for script in Script.values)
SERBIAN = ("sr-Cyrl", "sr-Latn")


class BadDraft(ValueError):
    """The input is not a valid draft. `problems` are sentences for users."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Text:
    """`derived_from` names the Serbian script this text follows; None when it was written by a person."""

    text: str
    derived_from: str | None = None


@dataclass(frozen=True)
class Crop:
    ratio: str
    box: tuple[float, float, float, float]


@dataclass(frozen=True)
class Shown:
    """A picture of the library as this post shows it."""

    id: int
    alt: str = ""
    crop: Crop | None = None


@dataclass(frozen=True)
class LinkCard:
    title: str = ""
    description: str = ""


@dataclass(frozen=True)
class ChannelLayout:
    layout: str
    languages: tuple[str, ...]


@dataclass(frozen=True)
class CallToAction:
    """The call to action: `kind` of `CallKind`, the verb in `words`, until when. Its link is the draft's."""

    kind: str = ""
    words: str = ""
    deadline: str = ""
    """ISO date, or empty."""

    @property
    def deadline_on(self) -> date | None:
        return date.fromisoformat(self.deadline) if self.deadline else None


@dataclass(frozen=True)
class Interactive:
    """How people take part: `kind` of `Format`. `days` a poll runs; `answer` the right option of a quiz, from 0."""

    kind: str = ""
    options: tuple[str, ...] = ()
    days: int = 0
    multiple: bool = False
    answer: int | None = None
    promise: str = ""
    rules: str = ""


@dataclass(frozen=True)
class Draft:
    texts: Mapping[str, Text] = field(default_factory=dict)
    per_channel: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    media: tuple[Shown, ...] = ()
    link: str = ""
    link_card: LinkCard = LinkCard()
    channels: tuple[int, ...] = ()
    layout: Mapping[int, ChannelLayout] = field(default_factory=dict)
    call: CallToAction = CallToAction()
    service: str = ""
    tracked: bool = False
    interactive: Interactive = Interactive()
    headline: str = ""
    """The title, for networks whose posts have one. In one script; the other is derived."""

    first_comment: str = ""
    """What goes below the post by itself, likewise."""

    settings: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    """By channel: the chosen values of `platforms.types.Limits.settings`."""

    short_links: Mapping[int, str] = field(default_factory=dict)
    """By channel: what stands there in place of the link. Made when a version is frozen, never part of the JSON."""

    glossary: Glossary = EMPTY
    """The municipality's own words, by which the other script is derived. Never part of the JSON either."""

    answers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """By language: the answers of a poll as a version froze them. Empty while the draft is being written."""

    beside: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By language: headline, first comment and written settings, likewise."""

    def for_any_municipality(self) -> "Draft":
        """Without what belongs to one municipality or one day: pictures, channels and the deadline of the call."""
        call = replace(self.call, deadline="")
        return replace(self, media=(), channels=(), per_channel={}, layout={}, settings={}, call=call)

    def format_on(self, channel: int) -> str:
        """The format of the post on a channel: "" for an ordinary one."""
        return format_of(self.settings.get(channel, {}))

    def link_on(self, channel: int) -> str:
        """The link as it appears on a channel."""
        return self.short_links.get(channel) or self.address

    @property
    def address(self) -> str:
        """The link if it is a valid web address: half-typed ones are stored, but never used."""
        return self.link if is_link(self.link) else ""

    @property
    def is_empty(self) -> bool:
        return not self.media and not any(text.text.strip() for text in self.texts.values())

    @property
    def has_text(self) -> bool:
        own = (text for texts in self.per_channel.values() for text in texts.values())
        return any(text.strip() for text in (*(text.text for text in self.texts.values()), *own))

    def to_json(self) -> dict[str, Any]:
        """The JSON from which `parse` makes an equal value."""
        return {
            "texts": {tag: {"text": text.text, "derived_from": text.derived_from} for tag, text in self.texts.items()},
            "per_channel": {str(channel): dict(texts) for channel, texts in self.per_channel.items()},
            "media": [media_json(shown) for shown in self.media],
            "link": self.link,
            "link_card": {"title": self.link_card.title, "description": self.link_card.description},
            "channels": list(self.channels),
            "layout": {
                str(channel): {"layout": channel_layout.layout, "languages": list(channel_layout.languages)}
                for channel, channel_layout in self.layout.items()
            },
            **self.structure(),
        }

    def structure(self) -> dict[str, Any]:
        """The purpose of the post as data, in the shape in which a version freezes it."""
        interactive = {**asdict(self.interactive), "options": list(self.interactive.options)}
        return {
            "call": asdict(self.call),
            "service": self.service,
            "tracked": self.tracked,
            "interactive": interactive,
            # Omitted if empty: most posts have none of them.
            **{name: text for name in EXTRA_FIELDS if (text := getattr(self, name))},
            **({"settings": _by_channel(self.settings)} if self.settings else {}),
        }


def _by_channel(settings: Mapping[int, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    return {str(channel): dict(values) for channel, values in settings.items()}


def media_json(shown: Shown) -> dict[str, Any]:
    crop = {"ratio": shown.crop.ratio, "box": list(shown.crop.box)} if shown.crop else None
    return {"id": shown.id, "alt": shown.alt, "crop": crop}


def parse(raw: Any) -> Draft:
    """Raises `BadDraft`. An empty object is an empty draft."""
    return _Parser().draft(raw)


class _Parser:
    """Collects every problem, so that the user sees all of them at once."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def draft(self, raw: Any) -> Draft:
        raw = self.mapping(raw, _("The draft"))
        card = self.mapping(raw.get("link_card"), _("The link card"))
        draft = Draft(
            texts=self.texts(raw.get("texts")),
            per_channel=self.per_channel(raw.get("per_channel")),
            media=self.media(raw.get("media")),
            link=self.text(raw.get("link"), MOST_LINK, _("The link")).strip(),
            link_card=LinkCard(
                **{
                    name: self.text(card.get(name), most, _("The link card")).strip()
                    for name, most in MOST_CARD.items()
                }
            ),
            channels=self.channels(raw.get("channels")),
            layout=self.layout(raw.get("layout")),
            call=self.call(self.mapping(raw.get("call"), _("The call to action"))),
            service=self.key(raw.get("service"), _("The eService")),
            tracked=raw.get("tracked") is True,
            interactive=self.interactive(self.mapping(raw.get("interactive"), _("The interactive part"))),
            headline=self.text(raw.get("headline"), MOST_HEADLINE, _("The title")).strip(),
            first_comment=self.text(raw.get("first_comment"), MOST_COMMENT, _("The first comment")).strip(),
            settings=self.settings(raw.get("settings")),
        )
        if self.problems:
            raise BadDraft(self.problems)
        return draft

    def complain(self, sentence: str) -> None:
        if sentence not in self.problems:
            self.problems.append(sentence)

    def mapping(self, raw: Any, what: str) -> Mapping[str, Any]:
        if raw is None:
            return {}
        if isinstance(raw, Mapping):
            return raw
        self.complain(_unreadable(what))
        return {}

    def sequence(self, raw: Any, what: str, most: int) -> list[Any]:
        if raw is None:
            return []
        if not isinstance(raw, list | tuple):
            self.complain(_unreadable(what))
            return []
        if len(raw) > most:
            self.complain(_("%(what)s: there are %(count)s, and %(most)s are allowed.") % {
                "what": what, "count": len(raw), "most": most
            })  # fmt: skip
        return list(raw[:most])

    def text(self, raw: Any, most: int, what: str) -> str:
        if raw is None:
            return ""
        if not isinstance(raw, str):
            self.complain(_unreadable(what))
            return ""
        text = storable(raw)
        if len(text) > most:
            self.complain(_("%(what)s is too long: it has %(count)s characters, and %(most)s are allowed.") % {
                "what": what, "count": len(text), "most": most
            })  # fmt: skip
        return text

    def tag(self, raw: Any) -> str | None:
        if raw in LANGUAGES:
            return str(raw)
        self.complain(_("There is no language named “%(tag)s” here.") % {"tag": str(raw)[:20]})
        return None

    def id(self, raw: Any, what: str) -> int | None:
        try:
            number = int(raw) if not isinstance(raw, bool | float) else 0
        except (TypeError, ValueError):
            number = 0
        if 0 < number <= LARGEST:
            return number
        self.complain(_unreadable(what))
        return None

    def texts(self, raw: Any) -> dict[str, Text]:
        by_language: dict[str, Text] = {}
        for name, value in list(self.mapping(raw, _("The text")).items())[:MOST_LANGUAGES]:
            tag, entry = self.tag(name), self.mapping(value, _("The text"))
            text = Text(self.text(entry.get("text"), MOST_TEXT, _("The text")), self.source(tag, entry))
            if tag and (text.text or text.derived_from):
                by_language[tag] = text
        return by_language

    def source(self, tag: str | None, entry: Mapping[str, Any]) -> str | None:
        source = entry.get("derived_from") or None
        if source is None:
            return None
        if tag in SERBIAN and source in SERBIAN and source != tag:
            return str(source)
        self.complain(_("Only Serbian can be derived, from its other script. Other languages are written by people."))
        return None

    def per_channel(self, raw: Any) -> dict[int, dict[str, str]]:
        by_channel: dict[int, dict[str, str]] = {}
        for key, value in list(self.mapping(raw, _("The text")).items())[:MOST_CHANNELS]:
            channel, entry = self.id(key, _("The channels")), self.mapping(value, _("The text"))
            texts = {
                tag: text
                for name, own in list(entry.items())[:MOST_LANGUAGES]
                if (tag := self.tag(name)) and (text := self.text(own, MOST_TEXT, _("The text")))
            }
            if channel and texts:
                by_channel[channel] = texts
        return by_channel

    def media(self, raw: Any) -> tuple[Shown, ...]:
        shown: dict[int, Shown] = {}
        for item in self.sequence(raw, _("Pictures"), MOST_PICTURES):
            entry = self.mapping(item, _("A picture"))
            number = self.id(entry.get("id"), _("A picture"))
            alt = self.text(entry.get("alt"), MOST_ALT, _("The description of a picture"))
            if number:
                shown[number] = Shown(number, alt.strip(), self.crop(entry.get("crop")))
        return tuple(shown.values())

    def crop(self, raw: Any) -> Crop | None:
        if not raw:
            return None
        entry = self.mapping(raw, _("The crop of a picture"))
        ratio, box = entry.get("ratio"), self.sequence(entry.get("box"), _("The crop of a picture"), 4)
        if ratio in RATIOS and _is_box(box):
            x, y, width, height = (round(float(side), 4) for side in box)
            return Crop(str(ratio), (x, y, width, height))
        self.complain(_("The crop of a picture lies outside it. Choose the crop again."))
        return None

    def channels(self, raw: Any) -> tuple[int, ...]:
        ids = [self.id(value, _("The channels")) for value in self.sequence(raw, _("The channels"), MOST_CHANNELS)]
        return tuple(dict.fromkeys(id_ for id_ in ids if id_))

    def layout(self, raw: Any) -> dict[int, ChannelLayout]:
        layouts: dict[int, ChannelLayout] = {}
        for key, value in list(self.mapping(raw, _("The layout")).items())[:MOST_CHANNELS]:
            channel, entry = self.id(key, _("The layout")), self.mapping(value, _("The layout"))
            tags = [self.tag(tag) for tag in self.sequence(entry.get("languages"), _("The layout"), MOST_LANGUAGES)]
            if entry.get("layout") not in Layout.values:
                self.complain(_("The layout could not be read. Choose one of those offered."))
            elif channel:
                languages = tuple(dict.fromkeys(tag for tag in tags if tag))
                layouts[channel] = ChannelLayout(str(entry["layout"]), languages)
        return layouts

    def settings(self, raw: Any) -> dict[int, dict[str, str]]:
        what = _("The settings of a channel")
        by_channel: dict[int, dict[str, str]] = {}
        for key, entry in list(self.mapping(raw, what).items())[:MOST_CHANNELS]:
            channel, values = self.id(key, what), {}
            for name, value in list(self.mapping(entry, what).items())[:MOST_SETTINGS]:
                if not isinstance(name, str) or not _SETTING.fullmatch(name):
                    self.complain(_unreadable(what))
                elif text := self.text(value, MOST_SETTING, what).strip():
                    values[name] = text
            if channel and values:
                by_channel[channel] = values
        return by_channel

    def key(self, raw: Any, what: str) -> str:
        if not raw:
            return ""
        if isinstance(raw, str) and _KEY.fullmatch(raw):
            return raw
        self.complain(_unreadable(what))
        return ""

    def choice(self, raw: Any, among: list[str], what: str) -> str:
        if not raw:
            return ""
        if raw in among:
            return str(raw)
        self.complain(_unreadable(what))
        return ""

    def call(self, raw: Mapping[str, Any]) -> CallToAction:
        what = _("The call to action")
        return CallToAction(
            kind=self.choice(raw.get("kind"), CallKind.values, what),
            words=self.text(raw.get("words"), MOST_WORDS, what).strip(),
            deadline=self.day(raw.get("deadline"), _("The deadline")),
        )

    def day(self, raw: Any, what: str) -> str:
        if not raw:
            return ""
        try:
            parsed = date.fromisoformat(raw) if isinstance(raw, str) else None
        except ValueError:
            parsed = None
        if parsed is None or not 2000 <= parsed.year <= 2100:
            self.complain(_unreadable(what))
            return ""
        return parsed.isoformat()

    def interactive(self, raw: Mapping[str, Any]) -> Interactive:
        what = _("The interactive part")
        given = self.sequence(raw.get("options"), _("The options"), MOST_OPTIONS)
        options = tuple(self.text(option, MOST_OPTION, _("An option")).strip() for option in given)
        return Interactive(
            kind=self.choice(raw.get("kind"), Format.values, what),
            options=options,
            days=self.number(raw.get("days"), MOST_DAYS, what) or 0,
            multiple=raw.get("multiple") is True,
            answer=self.number(raw.get("answer"), MOST_OPTIONS - 1, what),
            promise=self.text(raw.get("promise"), MOST_PROMISE, _("Use of the answers")).strip(),
            rules=self.text(raw.get("rules"), MOST_RULES, _("The rules")).strip(),
        )

    def number(self, raw: Any, most: int, what: str) -> int | None:
        if raw is None or raw == "":
            return None
        if isinstance(raw, int) and not isinstance(raw, bool) and 0 <= raw <= most:
            return raw
        self.complain(_unreadable(what))
        return None


def _unreadable(what: str) -> str:
    return _("%(what)s could not be read: its form is wrong. Reload the page and try again.") % {"what": what}


def storable(text: str) -> str:
    """Without what PostgreSQL cannot store (NUL, lone surrogates); line ends as the browser's textarea counts them."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    return plain.encode("utf-8", "ignore").decode("utf-8")


def is_link(link: str) -> bool:
    try:
        parts = urlsplit(link)
        host = parts.hostname or ""
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and "." in host and not any(char.isspace() for char in link)


def _is_box(box: list[Any]) -> bool:
    if len(box) != 4 or not all(isinstance(side, int | float) and not isinstance(side, bool) for side in box):
        return False
    if not all(math.isfinite(side) for side in box):
        return False
    x, y, width, height = box
    slack = 1.0005  # the dialog rounds
    return x >= 0 and y >= 0 and width >= 0.02 and height >= 0.02 and x + width <= slack and y + height <= slack
