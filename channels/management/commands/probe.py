"""Tries a network with a real account, a step at a time (`docs/platforms/probe.md`)."""

import os
import time
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from channels import validation
from channels.models import Channel
from channels.probe import account
from channels.probe.conversation import Conversation
from channels.probe.files import PICTURE, VIDEO, Files
from channels.probe.recording import Recording
from channels.probe.steps import Trial
from common.errors import ActionNotAllowed
from common.own_database import OwnDatabaseCommand
from platforms.errors import PlatformError
from platforms.protocols import Connector
from platforms.registry import PLATFORMS, connector


class Command(OwnDatabaseCommand):
    help = "Try a network with a real account: each step is announced and waits for a yes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("network", choices=sorted(PLATFORMS))
        parser.add_argument("--to", type=Path, help="directory for the answers; probe-NETWORK by default")
        parser.add_argument("--video", type=Path, help="a short MP4 file")
        parser.add_argument("--wait", type=float, default=5.0, help="seconds between two questions about a post")
        parser.add_argument("--picture-address", default="", help="public address of a JPEG file, 1080 × 1080")
        parser.add_argument("--video-address", default="", help="public address of the MP4 file")

    def handle(self, *args: Any, network: str, to: Path | None, video: Path | None, **options: Any) -> None:
        if video and not video.is_file():
            raise CommandError(f"There is no file {video}.")
        self.wait: float = options["wait"]
        addresses = {PICTURE: options["picture_address"], VIDEO: options["video_address"]}
        files = Files(video, {ref: address for ref, address in addresses.items() if address})
        way_out = account.recording()
        directory = to or Path(f"probe-{network}")
        if any(os.environ.get(account.PREFIX + name) for name in account.NAMES):
            try:
                trying = account.of_environment(network, os.environ, way_out)
            except PlatformError as refused:
                raise CommandError(refused.message) from None
            self._run(network, trying, way_out, files, directory)
            return
        channel = self._chosen(network)
        try:
            with account.opened(channel, way_out) as trying:
                self._run(network, trying, way_out, files, directory)
        except (PlatformError, ActionNotAllowed) as refused:
            raise CommandError(str(refused)) from None

    def _chosen(self, network: str) -> Channel:
        channels = account.connected(network)
        if not channels:
            raise CommandError(f"No channel of {PLATFORMS[network].title} is connected, and no keys are given.")
        for number, channel in enumerate(channels, 1):
            self.stdout.write(f"{number}  {channel.municipality}: {channel.name} {channel.handle}")
        numbered = {str(number): channel for number, channel in enumerate(channels, 1)}
        typed = input("Which channel? Its number: ").strip()
        if typed not in numbered:
            raise CommandError("There is no channel with this number.")
        return numbered[typed]

    def _run(self, network: str, trying: Connector, way_out: Recording, files: Files, directory: Path) -> None:
        try:
            profile = trying.profile()
        except PlatformError as refused:
            raise CommandError(refused.message) from None
        way_out.take()
        limits = connector(network).limits(validation.known(network, getattr(trying, "facts", {})))
        self.stdout.write(f"{PLATFORMS[network].title}: {profile.name} {profile.handle}")
        self.stdout.write("What is published is public until it is deleted. An account made for trials is best.")
        talk = Conversation(
            network,
            Trial(trying, limits, files, lambda: time.sleep(self.wait)),
            way_out,
            directory,
            ask=input,
            say=self.stdout.write,
            known=frozenset({profile.remote_id, profile.name, profile.handle.strip("@"), *profile.handle.split("@")}),
        )
        if not talk.run():
            raise CommandError("Something is left on the account, or may be.")
