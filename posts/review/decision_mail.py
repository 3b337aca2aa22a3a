"""What an approver's mail about a post that waits has beyond the notification: what goes out, and the link to decide.

Built when the mail is (`notifications.mail_content`), for who may approve at that moment. A post with a video or a
document, and a correction, are decided in the portal: no mail and no page without sign-in shows all of them.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from channels.models import Channel
from common import dates
from common.direction import without_bidi_controls
from common.templatetags.ui import network_name
from municipalities.tenancy import scope
from notifications.mail_content import MailAddition
from notifications.models import Notification
from posts import queries
from posts.approval import approval_capacities, approval_progress, deciders
from posts.draft import Draft
from posts.editing.previews import Preview, of_version
from posts.enums import Stage
from posts.media.mail_pictures import mail_picture
from posts.models import Post, Version
from posts.review.domain.decision_links import create_link
from posts.rules import ApprovalCapacity, ApprovalProgress, capacity_or_denial

ABOUT = "posts.post:"
MOST_PICTURES = 10


@dataclass(frozen=True)
class NetworkText:
    """What goes out on some channels alike: `channels` their names, `paragraphs` the texts in their order."""

    channels: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class MailPicture:
    """`cid` "" where it is not in the mail."""

    number: int
    alt: str
    cid: str


def build(row: Notification) -> MailAddition | None:
    """For `NotificationKind.SUBMITTED`; None where the person decides in the portal."""
    if row.municipality_id is None or not row.about.startswith(ABOUT) or "#" in row.url:
        return None
    with scope(row.municipality_id):
        post = Post.objects.select_related("municipality", "author").filter(pk=row.about.removeprefix(ABOUT)).first()
        version = queries.latest_version(post) if post else None
        if post is None or version is None or not may_be_mailed(post, version):
            return None
        version.post = post
        progress = approval_progress(version, post.municipality)
        if not _may_approve(row.user, post, version, progress):
            return None
        return _addition(row.user, post, version, progress)


def may_be_mailed(post: Post, version: Version) -> bool:
    """Whether a mail and its page can show all of what is decided."""
    waits = post.stage == Stage.SUBMITTED and post.deleted_at is None and not post.is_correction
    return waits and post.municipality.decides_by_mail and all(_is_picture(entry) for entry in version.media)


def _is_picture(entry: dict[str, Any]) -> bool:
    return "pages" not in entry and not entry["mime"].startswith("video/")


def _may_approve(person: User, post: Post, version: Version, progress: ApprovalProgress) -> bool:
    capacity = capacity_or_denial(
        approval_capacities(person, post.municipality),
        progress,
        writers=queries.writers(post, version),
        own_allowed=post.municipality.may_approve_own,
    )
    return isinstance(capacity, ApprovalCapacity)


def version_previews(version: Version) -> tuple[Draft, list[Preview]]:
    """What the version is on each of its channels; of those that are connected no more, too."""
    draft = queries.content(version)
    channels = list(Channel.objects.filter(pk__in=draft.channels).order_by("platform", "pk"))
    return draft, of_version(version, draft, channels, queries.frozen_files(version))


def _addition(person: User, post: Post, version: Version, progress: ApprovalProgress) -> MailAddition:
    _draft, previews = version_previews(version)
    token, link = create_link(version, person)
    shown, files = _pictures(version)
    context = {
        "texts": network_texts(previews),
        "pictures": shown,
        "others": next_deciders(post, version, progress, besides=person),
        "url": settings.PUBLIC_BASE_URL + reverse("decide_by_link", args=[token]),
        "until": dates.date_time(link.expires_at),
    }
    html = render_to_string("posts/review/decision_mail.html", context)
    return MailAddition(_as_text(context), html, files)


def network_texts(previews: Sequence[Preview]) -> list[NetworkText]:
    """Channels that get the same are named together."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for preview in previews:
        name = f"{network_name(preview.channel.network_label)} · {preview.channel.name}"
        alike.setdefault(_paragraphs(preview), []).append(without_bidi_controls(name))
    return [NetworkText(", ".join(dict.fromkeys(names)), paragraphs) for paragraphs, names in alike.items()]


def _paragraphs(preview: Preview) -> tuple[str, ...]:
    part, card = preview.part, preview.card
    poll = [f"– {option}" for option in part.poll.options] if part.poll else []
    texts = [
        preview.title,
        part.text if preview.limits.shows_text else "",
        *part.thread,
        "\n".join([preview.question, *poll]).strip(),
        "\n".join(filter(None, [card.title, card.description])) if card else "",
        _("First comment: %(text)s") % {"text": preview.comment} if preview.comment else "",
    ]
    return tuple(without_bidi_controls(text) for text in texts if text.strip())


def _pictures(version: Version) -> tuple[list[MailPicture], list[dict[str, str]]]:
    """What is said about each picture, and those that are in the mail."""
    shown, files = [], []
    for number, entry in enumerate(version.media, 1):
        body = mail_picture(entry["ref"]) if number <= MOST_PICTURES else None
        cid = f"picture-{number}-{version.pk}@dobosar" if body else ""
        shown.append(MailPicture(number, without_bidi_controls(entry["alt"]), cid))
        if body:
            name = f"picture-{number}.jpg"
            files.append({"cid": cid, "name": name, "type": "image/jpeg", "base64": base64.b64encode(body).decode()})
    return shown, files


def next_deciders(post: Post, version: Version, progress: ApprovalProgress, besides: User | None = None) -> str:
    """The names of those who may approve it today, without `besides`."""
    done = {who for approval in progress.approvals for who in (approval.by_id, approval.for_whom_id)}
    excluded = done | (set() if post.municipality.may_approve_own else queries.writers(post, version))
    people = {person.pk: str(person) for person in deciders(post.municipality) if person.pk not in excluded}
    if besides:
        people.pop(besides.pk, None)
    return without_bidi_controls(", ".join(people.values()))


def _as_text(context: dict[str, Any]) -> str:
    """Whatever people wrote stands behind a bar: no line of it passes for one of ours."""
    parts = [_("This goes out once it is approved:")]
    for network in context["texts"]:
        words = "\n\n".join(network.paragraphs) or _("(no text)")
        parts.append("\n".join([network.channels, *(f"| {line}".rstrip() for line in words.splitlines())]))
    if context["pictures"]:
        parts.append("\n".join([_("Pictures:"), *map(_picture_line, context["pictures"])]))
    parts.append(others_sentence(context["others"]))
    parts.append(f"{_('Look at it once more and decide here, until %(until)s:') % context}\n{context['url']}")
    parts.append(link_sentence())
    return "\n\n".join(parts)


def _picture_line(picture: MailPicture) -> str:
    about = " ".join(picture.alt.split()) or _("(without a description)")
    where = "" if picture.cid else f" {_('(not in this mail; the page shows it)')}"
    return f"| {picture.number}. {about}{where}"


def others_sentence(others: str) -> str:
    if others:
        return _("These people may decide about it, too: %(names)s.") % {"names": others}
    return _("Nobody else may decide about it today.")


def link_sentence() -> str:
    return _(
        "Opening the link decides nothing. It works once, and only for you: the page asks for your password in the "
        "portal, unless you are signed in there. Do not forward this mail."
    )
