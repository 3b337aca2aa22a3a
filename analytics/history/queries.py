"""Imports of numbers from before the portal, inside a municipality's scope."""

from django.conf import settings
from django.db.models import F

from analytics.enums import ImportSource
from analytics.models import ChannelDay, PastImport, Subject
from channels import validation
from channels.enums import ChannelState
from channels.models import Channel

MOST_LISTED = 30
MOST_SHOWN = 50


def listed() -> list[PastImport]:
    """The newest imports. One query."""
    rows = PastImport.objects.select_related("by", "channel").defer("rows", "cursor")
    return list(rows.order_by("-at")[:MOST_LISTED])


def fetchable() -> list[Channel]:
    """Connected channels whose network tells older posts."""
    rows = Channel.objects.filter(state=ChannelState.CONNECTED).order_by("name", "pk")
    shown = rows if settings.DEMO else rows.filter(is_practice=False)
    return [channel for channel in shown if validation.has_history(channel)]


def brought(run: PastImport) -> list[Subject] | list[ChannelDay]:
    """The newest of what an import brought and what is still here."""
    if run.source == ImportSource.FOLLOWERS:
        days = ChannelDay.objects.filter(past_import=run, imported=True).select_related("channel")
        return list(days.order_by("-day", "pk")[:MOST_SHOWN])
    posts = Subject.objects.filter(past_import=run).select_related("channel", "traits")
    return list(posts.order_by("-published_on", F("published_at").desc(nulls_last=True), "pk")[:MOST_SHOWN])
