"""Makes a container of a post, publishes it, and finds the published post in the account's list.

https://developers.facebook.com/docs/threads/posts
"""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from platforms import checks, counting, matching
from platforms.checks import LINKS
from platforms.errors import PlatformError, RateLimited, Rejected
from platforms.meta import codes, containers, quota, reading
from platforms.meta.containers import Containers
from platforms.post_settings import ANSWERS
from platforms.threads import polls, posts
from platforms.threads.conversation import Conversation
from platforms.translation import gettext_noop
from platforms.types import (
    ContainerExpired,
    FindResult,
    Found,
    Inconclusive,
    Limits,
    Outgoing,
    Pending,
    Problem,
    Published,
    Read,
    Ready,
)

NUMBER = gettext_noop("A carousel takes %(limit)s pictures and videos and there are %(count)s. Remove some.")
LISTED = 50
FIND_PAGES = 4


class Publishing(Conversation):
    containers: Containers
    set: Mapping[str, Any]

    @classmethod
    def check(cls, outgoing: Outgoing, limits: Limits) -> list[Problem]:
        problems = checks.check(outgoing, limits)
        number = len(outgoing.pictures) + bool(outgoing.video)
        if number > limits.max_images >= len(outgoing.pictures):
            params: dict[str, int | str] = {"count": number, "limit": limits.max_images}
            problems.append(Problem("too_many_pictures", "pictures", NUMBER, params=params))
        links = {url for _start, _end, url in counting.urls(outgoing.text)}
        most, card = limits.max_links or 0, _card(outgoing)
        if card and card not in links and len(links) == most:
            over: dict[str, int | str] = {"count": most + 1, "limit": most, "over": 1}
            problems.append(Problem("too_many_links", "link_card", LINKS, params=over))
        return problems

    def publish(self, outgoing: Outgoing, read: Read) -> Published | Pending:
        token = self._prepared(outgoing, read)
        return self.containers.begin(token, lambda held: self.finish(outgoing, held, read))

    def reply(self, outgoing: Outgoing, read: Read) -> Published:
        """As a post, waited for: who answers a person does not come back later."""
        token = self._prepared(outgoing, read)
        self.containers.wait(token)
        self.containers.save_checkpoint(token)
        return self.finish(outgoing, Pending(token), read)

    def _prepared(self, outgoing: Outgoing, read: Read) -> str:
        """The token of unpublished containers."""
        parts = [_video(outgoing, read)] if outgoing.video else []
        parts += [_picture(one.alt, read.address(one.ref)) for one in outgoing.pictures]
        if len(parts) > 1:
            return containers.several([self.containers.make({**part, "is_carousel_item": "true"}) for part in parts])
        inside = parts[0] if parts else {"media_type": "TEXT"} | _attached(outgoing)
        return containers.one(self.containers.make({**inside, **self._around(outgoing)}))

    def _around(self, outgoing: Outgoing) -> dict[str, str]:
        """Arguments of every post. `auto_publish_text` is never sent: it leaves no container to check."""
        form = {"text": outgoing.text}
        if outgoing.reply_to:
            return form | {"reply_to_id": outgoing.reply_to}
        answers = outgoing.settings.get(ANSWERS) or str(self.set["reply_control"])
        return form | ({} if answers == "everyone" else {"reply_control": answers})

    def check_status(self, pending: Pending) -> Published | Pending | Ready | ContainerExpired:
        return self.containers.check_status(pending.token)

    def finish(self, outgoing: Outgoing, pending: Pending, read: Read) -> Published:
        whole = {"media_type": "CAROUSEL", **self._around(outgoing)}
        try:
            return self._published(self.containers.publish(pending.token, whole))
        except RateLimited as limited:
            if limited.evidence.get("quota"):
                raise RateLimited(limited.message, self._freed(bool(outgoing.reply_to)), limited.evidence) from None
            raise

    def _published(self, remote_id: str) -> Published:
        """The post is published. Its address is a second request, whose failure does not matter."""
        try:
            shown = self.calls.get(f"/{remote_id}", fields="permalink,timestamp")
        except PlatformError:
            shown = {}
        return Published(remote_id, str(shown.get("permalink") or posts.SITE), reading.when(shown))

    def _freed(self, is_reply: bool) -> datetime:
        account, kind = f"/{self.account_id}", ("replies" if is_reply else "threads")
        config = "reply_config" if is_reply else "config"
        allowed = int(self.set["replies_a_day" if is_reply else "posts_a_day"])
        return quota.freed(self.calls, f"{account}/threads_publishing_limit", config, f"{account}/{kind}", allowed)

    def find(
        self, outgoing: Outgoing, since: datetime, bound: Collection[str] = (), checkpoint: Pending | None = None
    ) -> FindResult:
        return self.containers.outcome(checkpoint, lambda: self._among_own(outgoing, since, bound))

    def _among_own(self, outgoing: Outgoing, since: datetime, bound: Collection[str]) -> FindResult:
        edge = "replies" if outgoing.reply_to else "threads"
        listed, complete = [], False
        for post in self.calls.listed(f"/{self.account_id}/{edge}", FIND_PAGES, fields=posts.FIELDS, limit=LISTED):
            if reading.when(post) < since - matching.SLACK:
                complete = True
                break
            listed.append(posts.candidate(post))
        result = matching.match_candidates(listed, outgoing, since, datetime.now(UTC), bound)
        if not complete and len(listed) >= LISTED * FIND_PAGES and not isinstance(result, Found):
            return Inconclusive("the account's list did not reach back far enough")
        return result

    @classmethod
    def named_by(cls, link: str, server: str, account_id: str) -> str | None:
        """Addresses contain a code, the network's lists an id, and there is no way from one to the other."""
        return None

    def withdraw(self, remote_id: str) -> None:
        try:
            self.calls.private("DELETE", f"/{remote_id}")
        except Rejected as refused:
            if not codes.is_missing(refused):
                raise


def _picture(alt: str, where: str) -> dict[str, str]:
    return {"media_type": "IMAGE", "image_url": where} | ({"alt_text": alt} if alt.strip() else {})


def _video(outgoing: Outgoing, read: Read) -> dict[str, str]:
    assert outgoing.video
    alt = outgoing.video.alt
    form = {"media_type": "VIDEO", "video_url": read.address(outgoing.video.ref)}
    return form | ({"alt_text": alt} if alt.strip() else {})


def _card(outgoing: Outgoing) -> str:
    """The address shown as a card: only under a text alone, where without one the network takes the first link."""
    alone = not outgoing.pictures and not outgoing.video and not outgoing.poll
    return outgoing.link_card.url if outgoing.link_card and alone else ""


def _attached(outgoing: Outgoing) -> dict[str, str]:
    """What stands below a text without pictures."""
    if outgoing.poll:
        return polls.attachment(outgoing.poll)
    shown = _card(outgoing)
    return {"link_attachment": shown} if shown else {}
