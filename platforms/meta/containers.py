"""Containers of Instagram and Threads: a post is prepared under an id, invisible until it is published by that id.

The id is the checkpoint: whatever happened to our call, the network reports whether the container is published, waiting
or expired.
https://developers.facebook.com/docs/instagram-platform/content-publishing
https://developers.facebook.com/docs/threads/posts
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from platforms.errors import NotReached, OutcomeUnknown, Rejected
from platforms.meta import codes
from platforms.meta.calls import Calls
from platforms.translation import gettext_noop
from platforms.types import Absent, ContainerExpired, FindResult, Pending, Published, Ready

# A carousel is put together of parts that are ready, which takes a moment.
WAITS = (0.2, 0.5, 1, 2, 4)
AGAIN_AFTER = 2.0
PREPARING = gettext_noop("The network is not ready with the pictures or the video yet.")
IS_OUT = gettext_noop("The network reports that this is published.")
UNLISTED = gettext_noop("The network reports that this is published but does not list it yet.")
LAPSED = gettext_noop("The network let what was prepared run out.")


@dataclass(frozen=True)
class ContainerEndpoints:
    """Names of endpoints and fields of one network. `refused` reads the explanation of a failed container: a refusal of
    the content, or None where another attempt may succeed."""

    make: str
    publish: str
    state: str
    explanation: str
    refused: Callable[[str], Rejected | None]
    unfetched: str
    """The refusal's text when the network could not fetch a file from our address."""


class Containers:
    """The containers of one account."""

    def __init__(
        self, calls: Calls, account: str, endpoints: ContainerEndpoints, save_checkpoint: Callable[[str], None]
    ) -> None:
        self.calls = calls
        self.account = account
        self.endpoints = endpoints
        self.save_checkpoint = save_checkpoint

    def make(self, form: Mapping[str, Any]) -> str:
        """The id of a new container. It is invisible and may be made again."""
        try:
            container = self._made(form)
        except Rejected as refused:
            if refused.message != self.endpoints.unfetched:
                raise
            # The way between the two of us may have failed for a moment.
            time.sleep(AGAIN_AFTER)
            container = self._made(form)
        if not container.get("id"):
            raise NotReached(codes.BUSY)
        return str(container["id"])

    def _made(self, form: Mapping[str, Any]) -> dict[str, Any]:
        return self.calls.private("POST", f"/{self.account}/{self.endpoints.make}", form)

    def begin(self, token: str, finish: Callable[[Pending], Published | Pending]) -> Published | Pending:
        """Finish at once if the containers are ready already."""
        held = Pending(token)
        try:
            if isinstance(self.check_status(token), Ready):
                self.save_checkpoint(token)
                return finish(held)
        except NotReached:
            pass  # nothing is public, and what is prepared stays
        return held

    def states(self, token: str) -> list[tuple[str, str]]:
        """(state, explanation of a failure) of the containers of a token. Raises `Rejected` for one that no longer
        exists."""
        known = json.loads(token)
        fields = f"{self.endpoints.state},{self.endpoints.explanation}"
        bodies = [self.calls.get(f"/{one}", fields=fields) for one in known.get("parts") or [known["container"]]]
        return [
            (str(one.get(self.endpoints.state) or ""), str(one.get(self.endpoints.explanation) or "")) for one in bodies
        ]

    def check_status(self, token: str) -> Pending | Ready | ContainerExpired:
        try:
            states = self.states(token)
        except Rejected as refused:
            if codes.is_missing(refused):
                return ContainerExpired(LAPSED)
            raise
        names = {state for state, _explanation in states}
        if "PUBLISHED" in names:
            # Only the account's list has its id; reconciliation reads it.
            raise OutcomeUnknown(IS_OUT, {"token": token})
        if "EXPIRED" in names:
            return ContainerExpired(LAPSED)
        for state, text in states:
            if state == "ERROR":
                return self._failed(text)
        return Ready(token) if names == {"FINISHED"} else Pending(token)

    def _failed(self, text: str) -> ContainerExpired:
        refused = self.endpoints.refused(text)
        if refused:
            raise refused
        return ContainerExpired(text[:300] or LAPSED)

    def publish(self, token: str, whole: Mapping[str, Any]) -> str:
        """Publish ready containers; returns the id of the post. `whole`: a carousel's arguments besides its parts."""
        known = json.loads(token)
        container = known.get("container") or self._whole(known["parts"], whole)
        answer = self.calls.public("POST", f"/{self.account}/{self.endpoints.publish}", {"creation_id": container})
        if not answer.get("id"):
            raise OutcomeUnknown("The server's answer names no post.")
        return str(answer["id"])

    def _whole(self, parts: Sequence[str], whole: Mapping[str, Any]) -> str:
        container = one(self.make({**whole, "children": ",".join(parts)}))
        self.save_checkpoint(container)
        self.wait(container)
        return str(json.loads(container)["container"])

    def wait(self, token: str) -> None:
        """Until it is ready, for a few seconds. Raises `NotReached` when it takes longer."""
        for seconds in WAITS:
            if isinstance(self.check_status(token), Ready):
                return
            time.sleep(seconds)
        raise NotReached(PREPARING)

    def outcome(self, checkpoint: Pending | None, among: Callable[[], FindResult]) -> FindResult:
        """The outcome of a post, by its container where there is one. `among`: searches the account's list."""
        state = self.find(checkpoint.token) if checkpoint else "unknown"
        if checkpoint and state == "held":
            return Ready(checkpoint.token)
        if state == "lost":
            return Absent()
        result = among()
        if state == "out" and isinstance(result, Absent):
            raise NotReached(UNLISTED)
        return result

    def find(self, token: str) -> str:
        """After a call whose answer was lost: "out"; "held", unpublished; "lost", never published; or "unknown", where
        the network no longer knows the container and the account's list has to be searched."""
        try:
            names = {state for state, _words in self.states(token)}
        except Rejected as refused:
            if codes.is_missing(refused):
                return "unknown"
            raise
        if "PUBLISHED" in names:
            return "out"
        return "lost" if names & {"EXPIRED", "ERROR"} else "held"


def one(container: str) -> str:
    """The token of a container that is a whole post."""
    return json.dumps({"container": container})


def several(parts: Sequence[str]) -> str:
    """The token of the parts of a carousel that has not been put together."""
    return json.dumps({"parts": list(parts)})
