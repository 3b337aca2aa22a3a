"""Texts of the page "You asked, we did" in the reader's script: officers write Serbian once, the rest is derived."""

from collections.abc import Callable
from functools import cache
from itertools import groupby
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from channels import public as signed
from common import languages
from inbox.enums import Topic
from needs.enums import NeedStage
from needs.models import Need, NeedPicture
from needs.queries.public import ASKED, ClosingReport, PublicFilters, PublicNeeds, PublishedPage, result_date
from serbian import Glossary, Script, detect, to_cyrillic, to_latin

Convert = Callable[[str], str]


def serbian_tag(tongue: str) -> str:
    """Language and script of Serbian texts on a page in the language `tongue`."""
    return "sr-Cyrl" if languages.by_tag()[tongue].text_variant == languages.CYRILLIC else "sr-Latn"


def converter(tongue: str, terms: Glossary) -> Convert:
    """Turns Serbian of either script into that of the page. A text that is in it already stays as it was written."""
    wanted = Script(serbian_tag(tongue)[-4:])

    @cache
    def say(text: str) -> str:
        if detect(text) in (wanted, None):
            return text
        return to_latin(text, terms) if wanted == Script.LATIN else to_cyrillic(text, terms)

    return say


def page(published: PublishedPage, chosen: PublicFilters, content: PublicNeeds, tongue: str) -> dict[str, Any]:
    """For the template, in the language that is active."""
    say = converter(tongue, content.terms)
    base = reverse("needs_public_in", args=[published.municipality.slug, tongue])
    needs = [_need(need, content.posts, say) for need in content.needs]
    by_topic = chosen.show not in (NeedStage.DONE, ASKED)
    return {
        "municipality": published.municipality,
        "contact": say(published.page.contact),
        "written": serbian_tag(tongue),
        "tabs": _tabs(base, chosen, content),
        "topics": _topics(base, chosen, content),
        "groups": [(label, list(rows)) for label, rows in groupby(needs, key=lambda row: row["topic"])]
        if by_topic
        else [("", needs)]
        if needs
        else [],
        "reports": [_report(report, say) for report in content.reports],
        "chosen": chosen,
        "intro": _intro(chosen.show),
        "nothing": _nothing(chosen.show),
        "older": address(base, chosen, number=chosen.number + 1) if chosen.number < content.pages else "",
        "newer": address(base, chosen, number=chosen.number - 1) if chosen.number > 1 else "",
        "pages": content.pages,
        "feed": reverse("needs_feed", args=[published.municipality.slug, tongue]),
    }


def _need(need: Any, posts: dict[int, str], say: Convert) -> dict[str, Any]:
    return {
        "pk": need.pk,
        "anchor": f"need-{need.pk}",
        "title": say(need.title),
        "text": say(need.text),
        "topic": str(Topic(need.topic or Topic.OTHER).label),
        "settlement": say(need.settlement.name) if need.settlement else "",
        "stage": need.stage,
        "reason": say(need.reason),
        "done": say(need.done),
        "on": result_date(need),
        "size": need.size,
        "quotes": [say(supporter.quote) for supporter in need.quotes],
        "pictures": [_picture(picture, say) for picture in need.shown],
        "post": posts.get(need.follow_up_id, ""),
    }


def _picture(row: NeedPicture, say: Convert) -> dict[str, Any]:
    media = row.media
    small = media.thumbnail or media.file
    # Without the host: the page is served from the public address, and its CSP allows only its own pictures.
    whole, shown = (urlsplit(signed.address(str(file.name))).path for file in (media.file, small))
    return {
        "moment": row.get_moment_display(), "alt": say(media.alt) or row.get_moment_display(), "whole": whole,
        "shown": shown, "width": media.width, "height": media.height, "credit": say(media.credit),
    }  # fmt: skip


def _report(row: ClosingReport, say: Convert) -> dict[str, Any]:
    closing = row.closing
    return {
        "asked": say(row.asked), "options": [say(option) for option in row.options], "url": row.url,
        "asked_at": row.asked_at, "format": closing.post.get_format_display(), "answers": closing.answers,
        "counted": closing.counted,
        "results": say(closing.results), "done": say(closing.done), "on": closing.at,
    }  # fmt: skip


def _tabs(base: str, chosen: PublicFilters, content: PublicNeeds) -> list[dict[str, Any]]:
    labels = {
        NeedStage.DONE.value: _("What we did"),
        NeedStage.PLANNED.value: _("What will be done"),
        NeedStage.DECLINED.value: _("What will not be done"),
        ASKED: _("What we asked you"),
    }
    return [
        {
            "label": label, "url": address(base, PublicFilters(show)), "current": show == chosen.show,
            "count": content.counts[show],
        }
        for show, label in labels.items()
        if content.counts[show] or show in (NeedStage.DONE, chosen.show)
    ]  # fmt: skip


def _topics(base: str, chosen: PublicFilters, content: PublicNeeds) -> list[dict[str, Any]]:
    """Only where there is something to choose from."""
    known = [value for value in Topic.values if content.topics.get(value)]
    if len(known) < 2:
        return []
    every = {"label": _("All topics"), "url": address(base, PublicFilters(chosen.show)), "current": not chosen.topic}
    return [every] + [
        {
            "label": Topic(value).label, "count": content.topics[value], "current": value == chosen.topic,
            "url": address(base, PublicFilters(chosen.show, value)),
        }
        for value in known
    ]  # fmt: skip


def address(base: str, chosen: PublicFilters, number: int = 1) -> str:
    """The address of a section of the page; `number` is the page within it."""
    parts = [f"show={chosen.show}"] if chosen.show != NeedStage.DONE else []
    parts += [f"topic={chosen.topic}"] if chosen.topic else []
    parts += [f"page={number}"] if number > 1 else []
    return base + ("?" + "&".join(parts) if parts else "")


def _intro(show: str) -> str:
    return {
        NeedStage.DONE.value: _("Requests and their outcomes, the newest first."),
        NeedStage.PLANNED.value: _("Requests and what has been decided to be done."),
        NeedStage.DECLINED.value: _("Requests that cannot be met, with the reason."),
        ASKED: _("What we asked, what you said, what we decided."),
    }[show]


def _nothing(show: str) -> str:
    return {
        NeedStage.DONE.value: _("Nothing is shown here yet. The first completed needs will appear here."),
        NeedStage.PLANNED.value: _("Nothing is planned at this moment."),
        NeedStage.DECLINED.value: _("Nothing was declined."),
        ASKED: _("No question has been answered for yet."),
    }[show]


# ---------------------------------------------------------------- the feed


def feed_entry(need: Need, say: Convert) -> tuple[str, str]:
    """Title and text of one entry of the feed."""
    stage = {
        NeedStage.DONE.value: _("Done: %(title)s"),
        NeedStage.PLANNED.value: _("It will be done: %(title)s"),
        NeedStage.DECLINED.value: _("It will not be done: %(title)s"),
    }[need.stage]
    outcome = say(need.done if need.stage == NeedStage.DONE else need.reason)
    count = ngettext("%(count)s person requested it.", "%(count)s people requested it.", need.size)
    return stage % {"title": say(need.title)}, f"{outcome}\n\n{count % {'count': need.size}}" if need.size else outcome


def feed_title(municipality: Any) -> tuple[str, str]:
    """Title and description of the feed."""
    names = {"municipality": str(municipality)}
    return (
        _("%(municipality)s: you asked, we did") % names,
        _("Requests to the municipality, the decisions, and the outcomes.") % names,
    )


def public_url(path: str) -> str:
    return settings.PUBLIC_BASE_URL.rstrip("/") + path
