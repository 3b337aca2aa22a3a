"""Stories and reels of Facebook pages while workers die and answers are lost: three pages, one for each way to publish.

A story has no text, so the judge knows it by the size of what it was made of.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest
from PIL import Image, PngImagePlugin

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from channels.domain import credentials
from channels.models import Channel
from delivery.domain.enqueue import enqueue
from delivery.models import Delivery
from municipalities.tenancy import scope
from platforms.types import Credential, Outgoing, Picture, Video
from tests.crash.conftest import Stage
from tests.crash.test_crash import nothing_doubled_nothing_lost
from tests.crash.workers import wait_for
from tests.people import Cast
from tests.platforms.bench import MOVIE
from tests.platforms.fakes import FakeServer

pytestmark = pytest.mark.crash
# name → format, and the request that publishes: the path, and which one of that path
PAGES = {
    "story": ("story", r"/photo_stories$", 1),
    "film": ("story", r"/video_stories$", 2),
    "reel": ("reel", r"/video_reels$", 2),
}


@dataclass
class FormatStage(Stage):
    sizes: dict[tuple[str, int], str] = field(default_factory=dict)
    """Of what a story was made of: (kind, bytes) → the text of its delivery."""

    def plan(self, action: str, path: str = "", **more: Any) -> None:
        (server,) = self.servers.values()
        for _format, publishing, nth in PAGES.values():
            server.plan(action, path or publishing, method="POST", **({} if path else {"nth": nth}) | more)
            if path:
                return

    def put(self, per_network: int = 1, **_more: Any) -> list[Delivery]:
        made = []
        with scope(self.cast.cuprija):
            for name, channel in self.channels.items():
                for _ in range(per_network):
                    text = f"{name}: {len(self.sent) + len(made) + 1}"
                    content = self.content(name, text)
                    now = timezone.now()
                    sent = Outgoing(text, "sr", uuid4().hex, now, settings={"format": PAGES[name][0]}, **content)
                    made.append(enqueue(channel, kind="crash", outgoing=sent, due_at=now, by=self.cast.officer))
        self.sent += made
        return made

    def content(self, name: str, text: str) -> dict[str, Any]:
        number = len(self.sizes) + 1
        if name == "story":
            note = PngImagePlugin.PngInfo()
            note.add_text("n", "x" * number)
            out = io.BytesIO()
            Image.new("RGB", (54, 96), "#355").save(out, "PNG", pnginfo=note)
            self.sizes["photo", len(out.getvalue())] = text
            ref = default_storage.save("crash.png", ContentFile(out.getvalue()))
            return {"pictures": (Picture(ref, "image/png", 54, 96, len(out.getvalue())),)}
        body = MOVIE + b"x" * number
        self.sizes["video", len(body)] = text
        ref = default_storage.save("crash.mp4", ContentFile(body))
        return {"video": Video(ref, "video/mp4", 720, 1280, 12.0, len(body), codec="h264", frames=30.0)}

    def public(self) -> list[str]:
        (server,) = self.servers.values()
        shown = [post for name in self.channels for post in server.public(name)]
        made_of = [("video", post["video"]) if post["video"] else ("photo", post["photo_bytes"]) for post in shown]
        return [self.sizes[one] for one in made_of]

    def calls(self) -> int:
        (server,) = self.servers.values()
        ends = tuple(path.rstrip("$") for _format, path, _nth in PAGES.values())
        return sum(1 for entry in server.ledger() if entry["method"] == "POST" and entry["path"].endswith(ends))


@pytest.fixture
def pages(stage: Stage) -> FormatStage:
    server = stage.servers["honours"]
    channels = {name: connected(stage.cast, server, name) for name in PAGES}
    workers, figures = stage.workers, stage.figures
    return FormatStage(stage.cast, workers, {"pages": server}, channels, figures, killed_before=workers.killed)


def connected(cast: Cast, server: FakeServer, name: str, platform: str = "facebook") -> Channel:
    made = server.account(platform, name)
    with scope(cast.cuprija):
        channel = Channel.objects.create(
            municipality=cast.cuprija, platform=platform, server=made["server"], name=name, handle=f"@{name}",
            remote_id=made["credential"]["account_id"], connected_by=cast.approver, connected_at=timezone.now(),
        )  # fmt: skip
        credentials.store(channel, Credential.from_json(made["credential"]))
    return channel


@pytest.mark.slow
def test_stories_and_reels_killed_while_they_are_uploaded(pages: FormatStage) -> None:
    pages.plan("hang", r"/photos$|/video-upload/", times=3)
    pages.put()
    pages.ring()
    wait_for(lambda: uploads(pages) == 3)
    pages.workers.kill()
    assert pages.public() == []
    pages.workers.start()
    pages.play()
    nothing_doubled_nothing_lost(pages)


def uploads(pages: FormatStage) -> int:
    (server,) = pages.servers.values()
    return sum("/video-upload/" in entry["path"] or entry["path"].endswith("/photos") for entry in server.ledger())


@pytest.mark.slow
def test_stories_and_reels_killed_after_sending_before_the_network_acted(pages: FormatStage) -> None:
    pages.plan("hang")
    pages.put()
    pages.ring()
    wait_for(lambda: pages.sent_at_set() == 3)
    pages.workers.kill()
    pages.release()
    pages.workers.start()
    pages.play()
    nothing_doubled_nothing_lost(pages)


@pytest.mark.slow
def test_stories_and_reels_killed_after_the_network_acted_before_its_answer(pages: FormatStage) -> None:
    pages.plan("commit_then_hang")
    pages.put()
    pages.ring()
    wait_for(lambda: len(pages.public()) == 3)
    pages.workers.kill()
    pages.workers.start()
    pages.play()
    nothing_doubled_nothing_lost(pages)


@pytest.mark.parametrize(
    "action",
    [
        "commit_then_drop",
        *(
            pytest.param(action, marks=pytest.mark.slow)
            for action in ("commit_then_500", "truncate_body", "drop_before", "html_error")
        ),
    ],
)
def test_the_answer_about_stories_and_reels_is_lost(pages: FormatStage, action: str) -> None:
    pages.plan(action)
    pages.put()
    pages.play()
    nothing_doubled_nothing_lost(pages)
    # Of a video the network says itself that it is not public yet; a photo it lists as a story or not at all.
    assert pages.answered == (action in ("drop_before", "html_error"))


@pytest.mark.slow
def test_lists_of_stories_lag_and_answers_are_lost(pages: FormatStage) -> None:
    (server,) = pages.servers.values()
    server.options(facebook_list_lag=1, facebook_polls=2)
    pages.plan("commit_then_drop")
    pages.put()
    pages.play()
    nothing_doubled_nothing_lost(pages)
