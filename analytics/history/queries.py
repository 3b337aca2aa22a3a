"""Imports of history, within a municipality's scope."""

from django.conf import settings
from django.db.models import F

from analytics.enums import ImportSource
from analytics.models import ChannelDay, HistoryImport, Subject
from channels import validation
from channels.enums import ChannelState
from channels.models import Channel

MOST_LISTED = 30
MOST_SHOWN = 50


def listed() -> list[HistoryImport]:
    """The newest imports. One query."""
    rows = HistoryImport.objects.select_related("by", "channel").defer("rows", "cursor")
    return list(rows.order_by("-at")[:MOST_LISTED])


def fetchable() -> list[Channel]:
    """Connected channels whose network returns older posts."""
    rows = Channel.objects.filter(state=ChannelState.CONNECTED).order_by("name", "pk")
    shown = rows if settings.DEMO else rows.filter(is_practice=False)
    return [channel for channel in shown if validation.has_history(channel)]


def brought(run: HistoryImport) -> list[Subject] | list[ChannelDay]:
    """The newest posts and days of an import that are still stored."""
    if run.source == ImportSource.FOLLOWERS:
        days = ChannelDay.objects.filter(history_import=run, imported=True).select_related("channel")
        return list(days.order_by("-day", "pk")[:MOST_SHOWN])
    posts = Subject.objects.filter(history_import=run).select_related("channel", "traits")
    return list(posts.order_by("-published_on", F("published_at").desc(nulls_last=True), "pk")[:MOST_SHOWN])
