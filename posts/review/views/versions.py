"""Versions of a post: compare two of them, side by side or in one text, and restore an older one."""

from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from channels import validation
from channels.enums import ChannelState
from channels.models import Channel
from channels.rules import languages
from common.errors import ActionNotAllowed
from common.web.errors import flash_error
from common.web.params import choice_param
from municipalities.access import requires
from municipalities.queries import glossary
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from posts import compose, queries, rules
from posts.draft import Draft, parse
from posts.editing.domain.freeze import frozen_texts
from posts.editing.domain.restore import restore_version
from posts.models import Decision, Media, Post, Version
from posts.review.version_diff import DiffSide, VersionDiff, diff_versions
from posts.review.views.review_page import readable_or_404

DRAFT = "draft"
VIEWS = ("side", "inline")
# Tone and icon of the page's markers for texts and pictures, without a label.
PILLS = {
    "added": ("good", "plus", ""),
    "removed": ("problem", "x", ""),
    "altered": ("info", "pencil", ""),
    "same": ("quiet", "check", ""),
}


@dataclass(frozen=True)
class VersionChoice:
    """One option of the two selects: `value` is a number or "draft"."""

    value: str
    label: str


@requires(Verb.DRAFT_VIEW)
@require_safe
def versions(request: MunicipalityRequest, pk: int) -> HttpResponse:
    """`?from=1&to=3`, either may be "draft"; `view` is "side" or "inline"."""
    post = readable_or_404(request, pk)
    rows = list(post.versions.select_related("created_by").prefetch_related("variants").order_by("number"))
    choices = _choices(post, rows)
    context: dict[str, Any] = {
        "post": post,
        "choices": choices,
        "may_edit": rules.may_edit(request.access, post),
        "may_take_back": rules.may_take_back(request.access, post),
        **PILLS,
    }
    if len(choices) > 1:
        context |= _compared(request, post, rows, choices)
    return render(request, "posts/versions.html", context)


def _choices(post: Post, rows: list[Version]) -> list[VersionChoice]:
    choices = [VersionChoice(str(row.number), _("Version %(number)s") % {"number": row.number}) for row in rows]
    if post.stage in rules.EDITABLE:
        choices.append(VersionChoice(DRAFT, _("Draft")))
    return choices


def _compared(
    request: MunicipalityRequest, post: Post, rows: list[Version], choices: list[VersionChoice]
) -> dict[str, Any]:
    values = [choice.value for choice in choices]
    to = _asked(request, "to", values) or values[-1]
    since = _asked(request, "from", values) or values[max(values.index(to) - 1, 0)]
    view = choice_param(request.GET, "view", VIEWS, default=VIEWS[0])
    channels = list(Channel.objects.order_by("platform", "pk"))
    decided = queries.decisions(post)
    credits = queries.credits(row for row in rows if str(row.number) in (since, to))
    sides = []
    for value in (since, to):
        side = _side(post, value, rows, channels, decided)
        sides.append(replace(side, credits=_of(credits, rows, value), settings=_settings(side.draft, channels)))
    comparison = diff_versions(
        *sides, names=dict(languages()), channels={channel.pk: channel.name for channel in channels}
    )
    return {
        "heads": sides, "before_label": choices[values.index(since)].label,
        "after_label": choices[values.index(to)].label, "since": since, "to": to, "view": view,
        "comparison": comparison, "library": _library(request, comparison), "views": _views(request, since, to, view),
    }  # fmt: skip


def _settings(draft: Draft, channels: list[Channel]) -> dict[int, str]:
    """What was chosen for each of its channels, in words."""
    rows = {
        channel.pk: validation.chosen_settings(channel, draft.settings[channel.pk])
        for channel in channels
        if channel.pk in draft.channels and channel.pk in draft.settings
    }
    return {pk: ", ".join(f"{one.label}: {one.value}" for one in chosen) for pk, chosen in rows.items()}


def _of(credits: dict[int, list[Any]], rows: list[Version], value: str) -> list[Any]:
    return next((credits.get(row.pk, []) for row in rows if str(row.number) == value), [])


def _asked(request: HttpRequest, name: str, values: list[str]) -> str:
    number = request.GET.get(name, "")
    if number and number not in values:
        raise Http404
    return str(number)


def _side(post: Post, value: str, rows: list[Version], channels: list[Channel], decided: list[Decision]) -> DiffSide:
    if value == DRAFT:
        draft = replace(parse(post.draft), glossary=glossary(post.municipality_id))
        usable = [channel for channel in channels if channel.state != ChannelState.DISCONNECTED]
        chosen = queries.channels_of(draft, usable)
        texts = {key: text.text for key, text in frozen_texts(draft, chosen).items()}
        layout = {channel.pk: compose.layout_of(draft, channel) for channel in chosen}
        shown = replace(draft, channels=tuple(layout), layout=layout)
        return DiffSide(None, shown, texts, post.category, post.due_at, post.author, post.updated_at)
    row = next(version for version in rows if str(version.number) == value)
    mine = [decision for decision in decided if decision.version_id == row.pk]
    texts = {
        (f"{variant.language}-{variant.script}", variant.channel_id): variant.text
        for variant in sorted(row.variants.all(), key=lambda variant: variant.pk)
    }
    due_at = next((decision.due_at for decision in mine if decision.due_at), None)
    last = str(mine[0].get_kind_display()) if mine else ""
    return DiffSide(row.number, queries.content(row), texts, row.category, due_at, row.created_by, row.created_at, last)


def _library(request: MunicipalityRequest, comparison: VersionDiff) -> dict[int, dict[str, Any]]:
    """The URL and sides of each picture. One query if there are any."""
    pictures = Media.objects.in_bulk([picture.id for picture in comparison.pictures]) if comparison.pictures else {}
    slug = request.municipality.slug
    return {
        pk: {"url": reverse("media_thumbnail", args=[slug, pk]), "width": media.width, "height": media.height}
        for pk, media in pictures.items()
    }


@dataclass(frozen=True)
class DiffView:
    """A link to one of the two views."""

    label: str
    url: str
    current: bool


def _views(request: HttpRequest, since: str, to: str, view: str) -> list[DiffView]:
    labels = {"side": _("Side by side"), "inline": _("In one text")}
    return [DiffView(label, f"?from={since}&to={to}&view={name}", name == view) for name, label in labels.items()]


@requires(Verb.POST_EDIT)
@require_POST
def restore(request: MunicipalityRequest, pk: int, number: int) -> HttpResponse:
    """Restore a version into the draft, and open the composer."""
    post = readable_or_404(request, pk)
    version = get_object_or_404(Version.objects.prefetch_related("variants"), post=post, number=number)
    try:
        done = restore_version(post, version, by=request.user)
    except ActionNotAllowed as refused:
        flash_error(request, refused)
        return redirect("post", request.municipality.slug, post.pk)
    word = _("Version %(number)s is in the draft again.") % {"number": number}
    if done.backup:
        backup_note = _("The previous draft is kept as version %(number)s.") % {"number": done.backup.number}
        word = f"{word} {backup_note}"
    messages.success(request, word)
    for note in done.notes:
        messages.warning(request, note)
    return redirect("post_edit", request.municipality.slug, post.pk)
