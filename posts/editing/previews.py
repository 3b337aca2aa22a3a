"""Previews and problems for each network, made by the same code that builds the payload.

The composer requests them at every pause in typing, the review page once; nothing here calls a network.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from channels import validation
from channels.models import Channel
from platforms import polls
from platforms.post_settings import BOLD_FIRST_LINE, LINK_PREVIEW, REEL, STORY, YES, format_of
from platforms.types import Document, Limits, Video
from posts import compose, version_files
from posts.draft import ChannelLayout, Crop, Draft, LinkCard, Shown
from posts.editing.domain.ready import bad_link_message
from posts.editing.page_cards import PageCard
from posts.editing.text_highlighting import marked, marked_with_bold_line
from posts.enums import Probe
from posts.labels import language_name, language_problems, own_name, text_notes
from posts.media import video_status
from posts.media.domain.pictures import freeze_picture
from posts.models import Media, Post, Version
from posts.publishing.short_links import with_expected_links

NO_KEY = UUID(int=0)
UNKNOWN_SIDES = (1280, 720)
A4 = (905, 1280)
PROBED = ("video", "document")
SHAPED = (REEL, STORY)
"""Formats that look the same on every network that has them."""


@dataclass(frozen=True)
class ShownPicture:
    url: str
    alt: str
    width: int
    height: int
    length: str = ""
    """Of a video how long it runs, of a document how many pages it has. `url` is its poster then."""

    is_video: bool = False
    is_document: bool = False


@dataclass(frozen=True)
class ThreadPost:
    """A further post of a thread, `number` of all of them, with its letters as the network counts them."""

    number: int
    html: SafeString
    count: int


@dataclass(frozen=True)
class Preview:
    """One post on one channel. `findings` are `channels.validation.Finding`, errors first."""

    channel: Channel
    part: compose.Part
    html: SafeString
    lang: str
    languages: str
    pictures: Sequence[ShownPicture]
    video: ShownPicture | None
    document: ShownPicture | None
    card: LinkCard | None
    host: str
    count: int
    limits: Limits
    layout: ChannelLayout
    title: str = ""
    comment: str = ""
    """The first comment, with its letters as the network counts them; empty where the network takes none."""

    comment_count: int = 0
    thread: Sequence[ThreadPost] = ()
    findings: Sequence[validation.Finding] = field(default_factory=tuple)
    settings: Sequence[validation.ChosenSetting] = ()
    """What a person chose for this channel beside the content, where it is not as usual."""

    question: str = ""
    """Of a poll, where the network shows it beside the text."""

    agreement: str = ""
    """What whoever posts it agrees to, as HTML."""

    has_bold_line: bool = False
    link_preview: str = ""
    """Where the card of the link stands, by `platforms.post_settings.LINK_PREVIEW`; "" where nobody can choose it."""

    document_title: str = ""
    page_card: PageCard | None = None
    """What the linked page says of itself, where the network makes a card of it and the portal has read it."""

    @property
    def template(self) -> str:
        """The template that renders it."""
        if (chosen := format_of(self.part.settings)) in SHAPED:
            return f"posts/preview/{chosen}.html"
        return f"posts/preview/{validation.network(self.channel).preview}.html"

    @property
    def handle(self) -> str:
        """As the network shows it: of a practice channel that imitates one without the practice network's server."""
        name, at, _server = self.channel.handle.removeprefix("@").partition("@")
        return f"@{name}" if self.channel.imitates and at else self.channel.handle

    @property
    def has_media(self) -> bool:
        return bool(self.pictures or self.video or self.document)

    @property
    def poll_days(self) -> int:
        """How many days the poll runs there, rounded up."""
        poll, limits = self.part.poll, self.limits.polls
        return -(-polls.runs_seconds(poll, limits) // polls.DAY) if poll and limits else 0

    @property
    def poll_hides_card(self) -> bool:
        """Whether the poll stands where the link card would be."""
        return self.part.poll is not None and self.limits.polls is not None and not self.limits.polls.with_card

    @property
    def limit(self) -> int:
        short = self.limits.characters_with_media if self.has_media else None
        return min(self.limits.max_characters, short or self.limits.max_characters)

    @property
    def posts(self) -> int:
        """How many posts it is: more than one where it is a thread."""
        return len(self.thread) + 1

    @property
    def id(self) -> str:
        return f"preview-{self.channel.pk}-{self.part.slot}"

    @property
    def heading(self) -> str:
        """The title where a network has one; by default the first line of the text."""
        return self.title or self.part.text.strip().partition("\n")[0].strip()

    @property
    def is_apart(self) -> bool:
        return self.part.slot != compose.WHOLE

    @property
    def missing_text(self) -> str:
        """Why the channel shows no text; "" where it shows one."""
        return next((finding.message for finding in self.findings if finding.code == "no_language"), "")

    @property
    def errors(self) -> list[validation.Finding]:
        return [finding for finding in self.findings if finding.severity == "error"]


def of_draft(post: Post, draft: Draft, channels: Sequence[Channel], library: Mapping[int, Media]) -> list[Preview]:
    """Previews of a draft; a picture that is not in `library` is left out."""
    known = [shown for shown in draft.media if shown.id in library]
    sent = []
    for shown in known:
        sent.append(version_files.file_from_entry(freeze_picture(library[shown.id], shown), shown.alt))
    probed = [library[shown.id] for shown in known if library[shown.id].is_probed]
    reason = video_status.blocking_message(probed)
    too_many = (video_status.one_video_message(), video_status.one_document_message())
    code = "two_videos" if reason in too_many else "video_not_ready"
    field = "video" if any(media.is_video for media in probed) else "document"
    hindered = [validation.Finding(code, field, reason, "error")] if reason else []
    return _previews(
        with_expected_links(post, draft, channels), channels, sent, _shown_pictures(post, known, sent), hindered
    )


def with_page_card(previews: Sequence[Preview], card: PageCard | None) -> list[Preview]:
    """The previews with the card of the linked page where the network makes it from the page."""
    return [
        replace(preview, page_card=card) if preview.limits.link_card == "scraped" else preview for preview in previews
    ]


def of_version(
    version: Version, draft: Draft, channels: Sequence[Channel], sent: Sequence[version_files.File]
) -> list[Preview]:
    """Previews of a version; `draft` is `queries.content(version)`, `sent` its `frozen_files`."""
    return _previews(draft, channels, sent, _shown_pictures(version.post, draft.media, sent))


def _previews(
    draft: Draft,
    channels: Sequence[Channel],
    sent: Sequence[version_files.File],
    shown: Sequence[ShownPicture],
    hindered: Sequence[validation.Finding] = (),
) -> list[Preview]:
    """`hindered`: why the video or document cannot be published yet; other findings about it are then irrelevant."""
    previews = [
        _preview(draft, channel, part, sent, shown) for channel in channels for part in compose.parts(draft, channel)
    ]
    if not hindered:
        return previews
    return [
        replace(preview, findings=[*hindered, *(one for one in preview.findings if one.field not in PROBED)])
        for preview in previews
    ]


def _preview(
    draft: Draft,
    channel: Channel,
    part: compose.Part,
    sent: Sequence[version_files.File],
    shown: Sequence[ShownPicture],
) -> Preview:
    payload = compose.outgoing(draft, part, sent, key=NO_KEY, created_at=timezone.now())
    limits = validation.limits(channel).of_format(payload.settings)
    of_network = validation.check(channel, payload)
    if part.lacks_text and draft.has_text:
        # That it is empty says less than that its language is missing.
        of_network = [finding for finding in of_network if finding.code != "empty"]
    findings = [*of_network, *_of_languages(part, draft), *_of_thread(part, channel, limits)]
    pictures = [one for one in shown if not one.is_video and not one.is_document]
    comment = payload.first_comment if limits.comment_characters else ""
    is_bold = validation.chosen_value(channel, BOLD_FIRST_LINE, payload.settings) == YES
    asks = part.poll is not None and limits.polls is not None and limits.polls.question_characters > 0
    preview = Preview(
        channel=channel,
        part=part,
        html=marked_with_bold_line(part.text) if is_bold else marked(part.text),
        lang=part.language,
        languages=" · ".join(own_name(tag) for tag in part.languages),
        pictures=pictures[: limits.max_images],
        video=next((shown_picture for shown_picture in shown if shown_picture.is_video), None)
        if limits.videos
        else None,
        document=next((one for one in shown if one.is_document), None) if limits.documents else None,
        card=draft.link_card if limits.link_card == "ours" and payload.link_card and not shown else None,
        host=urlsplit(part.link).hostname or "",
        count=validation.count(channel, part.text) if limits.shows_text else 0,
        limits=limits,
        title=payload.title if limits.title_characters else "",
        comment=comment,
        comment_count=validation.count(channel, comment),
        thread=[
            ThreadPost(number, marked(text), validation.count(channel, text))
            for number, text in enumerate(part.thread, start=2)
        ],
        layout=compose.layout_of(draft, channel),
        settings=validation.chosen_settings(channel, payload.settings, has_video=payload.video is not None),
        agreement=validation.agreement(channel, payload.settings),
        has_bold_line=is_bold,
        link_preview=validation.chosen_value(channel, LINK_PREVIEW, payload.settings),
        question=polls.question(payload) if asks else "",
        document_title=payload.document_title if payload.document else "",
        # An empty draft shows no errors.
        findings=[] if draft.is_empty else sorted(findings, key=lambda finding: finding.severity != "error"),
    )
    return replace(preview, card=None) if preview.poll_hides_card else preview


def _of_languages(part: compose.Part, draft: Draft) -> list[validation.Finding]:
    """Before the first words nothing is missing yet."""
    if problems := language_problems(part, draft):
        return [validation.Finding("no_language", f"language.{tag}", why, "error") for tag, why in problems]
    missing = part.missing if draft.has_text else ()
    findings = [validation.Finding("missing_variant", "language", _missing(tag), "warning") for tag in missing]
    if part.derived:
        sentence = _("The Cyrillic text was derived from the Latin one by estimation. Read it before it is published.")
        findings.append(validation.Finding("derived", "language", sentence, "warning"))
    return findings


def _of_thread(part: compose.Part, channel: Channel, limits: Limits) -> list[validation.Finding]:
    """What happens to the posts of a thread here, where it is not what was written."""
    if max(part.written) == 1:
        return []
    sentence = ""
    if limits.threads and len(set(part.written)) > 1:
        sentence = _("The thread has a different number of posts in each script, so some posts are in one script only.")
    elif not limits.threads and validation.could_have_threads(channel):
        sentence = _(
            "The thread appears as one post here: the permission of this channel does not cover answers to its own "
            "posts. Connect it again and allow them."
        )
    return [validation.Finding("thread_differs", "text", sentence, "warning")] if sentence else []


def _missing(tag: str) -> str:
    return _("There is no text in this language: %(language)s. A person has to write it.") % {
        "language": language_name(tag)
    }


def _shown_pictures(post: Post, media: Sequence[Shown], sent: Sequence[version_files.File]) -> list[ShownPicture]:
    slug = post.municipality.slug
    return [
        _shown(picture_url(slug, shown.id, shown.crop), shown.alt, file)
        for shown, file in zip(media, sent, strict=True)
    ]


def _shown(url: str, alt: str, file: version_files.File) -> ShownPicture:
    if isinstance(file, Document):
        pages = video_status.format_pages(file.pages) if file.pages else ""
        seen = f"{url}?{Probe.READY if file.pages else Probe.WAITING}"
        return ShownPicture(seen, alt, *((file.width, file.height) if file.width else A4), pages, is_document=True)
    if isinstance(file, Video):
        # A video has no dimensions before it is probed.
        sides = (file.width, file.height) if file.width else UNKNOWN_SIDES
        # Another URL once there is a poster: browsers cache the old one.
        seen = f"{url}?{Probe.READY if file.seconds else Probe.WAITING}"
        return ShownPicture(
            seen, alt, *sides, video_status.format_duration(file.seconds) if file.seconds else "", is_video=True
        )
    return ShownPicture(url, alt, file.width, file.height)


def picture_url(slug: str, media_id: int, crop: Crop | None = None) -> str:
    """The URL of the picture for members of the municipality."""
    url = reverse("media", args=[slug, media_id])
    return f"{url}?box={','.join(f'{side:g}' for side in crop.box)}" if crop else url


def notes(draft: Draft, official: Sequence[Mapping[str, Any]]) -> list[str]:
    """Warnings about the whole post, regardless of channels."""
    sentences = [
        _("This municipality also uses this language officially, and the post has no text in it: %(language)s.")
        % {"language": language_name(tag)}
        for tag in compose.missing_languages(draft, official)
    ]
    if draft.link and not draft.address:
        sentences.append(bad_link_message())
    written = [text.text for text in draft.texts.values()]
    written += [text for texts in draft.per_channel.values() for text in texts.values()]
    return sentences + list(dict.fromkeys(note for text in written for note in text_notes(text)))
