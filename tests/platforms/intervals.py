"""The seconds after which a connector asks a network again: a fake has done at once what it is asked for."""

import pytest

from platforms.bluesky import video_service as bluesky
from platforms.mastodon import media as mastodon
from platforms.meta import containers
from platforms.tiktok import upload as tiktok
from platforms.youtube import uploads as youtube


def shorten(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many attempts as before, each after a twentieth of the time."""
    tables = (
        (bluesky, "RETRY_BACKOFF"),
        (mastodon, "WAITS"),
        (containers, "WAITS"),
        (tiktok, "WAITS"),
        (youtube, "RETRY_BACKOFF"),
    )
    for module, name in tables:
        monkeypatch.setattr(module, name, tuple(seconds / 20 for seconds in getattr(module, name)))
    monkeypatch.setattr(containers, "AGAIN_AFTER", containers.AGAIN_AFTER / 20)
