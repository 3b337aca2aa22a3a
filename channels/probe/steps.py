"""What a probe does with an account, one thing after another. Errors are those of `platforms.errors`."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from channels.probe.files import PICTURE, VIDEO, Files
from platforms.errors import OutcomeUnknown
from platforms.protocols import Connector
from platforms.types import Limits, Outgoing, Pending, Published, Ready

ROUNDS = 60
"""How often a post that the network still works on is asked about."""
WORDS = "A test of the municipality's publishing portal. It will be deleted in a moment. {time}"
EDITED = "A test of the municipality's publishing portal, with another text. It will be deleted in a moment. {time}"
COMMENT = "A test of a comment. {time}"


@dataclass(frozen=True)
class Made:
    """Something public that has to be deleted again."""

    what: str
    remote_id: str
    permalink: str


@dataclass(frozen=True)
class Step:
    """`before`: what it will do, in one sentence. `impossible`: why it is left out, "" where it is possible. `run`
    returns what came of it, in one sentence."""

    name: str
    before: str
    run: Callable[[], str]
    impossible: str = ""


@dataclass
class Trial:
    """One account under test. `pause` waits a few seconds for the network."""

    connector: Connector
    limits: Limits
    files: Files
    pause: Callable[[], None]
    made: list[Made] = field(default_factory=list)

    def steps(self) -> Iterator[Step]:
        """In their order. Whether one is possible depends on those before it, so each is asked for when it comes."""
        yield Step("connect", "It reads the account's name and its limits. Nothing becomes public.", self.connect)
        yield Step("post", "It publishes a post with a few words.", self.post, self._no_text())
        yield Step("picture", "It publishes a post with a blue square.", self.picture, self._no_picture())
        yield Step("video", "It publishes a post with your video.", self.video, self._no_video())
        yield Step("comment", "It writes a comment below the first post.", self.comment, self._no_comment())
        yield Step("numbers", "It reads the numbers of what it published.", self.numbers)
        yield Step("edit", "It changes the words of the first post.", self.edit, self._no_edit())

    # What is left out, and why

    def _no_text(self) -> str:
        return "This network has no posts without a picture or a video." if self.limits.needs_media else ""

    def _no_picture(self) -> str:
        if not self.limits.max_images:
            return "This network has no pictures."
        return self._unaddressed(PICTURE) if self.limits.fetches_media else ""

    def _no_video(self) -> str:
        if self.limits.videos is None:
            return "This network has no videos."
        if self.limits.fetches_media and not self.limits.videos.uploaded and self._unaddressed(VIDEO):
            return self._unaddressed(VIDEO)
        return "" if self.files.video() else "No video was given (VIDEO=file.mp4)."

    def _unaddressed(self, ref: str) -> str:
        missing = ref not in self.files.addresses
        return f"The network fetches the {ref} by itself, and no public address of one was given." if missing else ""

    def _no_comment(self) -> str:
        if not self.made:
            return "There is no post to comment on."
        return "" if self.limits.comment_characters or self.connector.converses else "This network takes no comments."

    def _no_edit(self) -> str:
        if not self.made:
            return "There is no post to change."
        return "" if "text" in self.limits.edits else "This network does not let a program change a text."

    # What is done

    def connect(self) -> str:
        profile = self.connector.profile()
        followers = "" if profile.followers is None else f", with {profile.followers} followers"
        return f"The account is {profile.name} ({profile.handle}){followers}."

    def post(self) -> str:
        return self._published("post", self._outgoing(WORDS))

    def picture(self) -> str:
        return self._published("picture", self._outgoing(WORDS, pictures=(self.files.picture(),)))

    def video(self) -> str:
        return self._published("video", self._outgoing(WORDS, video=self.files.video()))

    def comment(self) -> str:
        outgoing = self._outgoing(COMMENT, reply_to=self.made[0].remote_id)
        if self.limits.comment_characters:
            return self._published("comment", outgoing)
        return self._remembered("comment", self.connector.reply(outgoing, self.files))

    def numbers(self) -> str:
        self.pause()  # some networks count a moment later
        account = dict(self.connector.fetch_account_metrics())
        posts = self.connector.fetch_metrics([one.remote_id for one in self.made if one.what != "comment"])
        return f"Of the account: {_words(account)}. Of {len(posts)} posts: " + (
            "; ".join(_words(dict(getattr(one, "values", {}))) for one in posts) or "none"
        )

    def edit(self) -> str:
        self.connector.edit(self.made[0].remote_id, self._outgoing(EDITED))
        return f"The words are changed: {self.made[0].permalink or 'look at the account'}"

    def withdraw(self, one: Made) -> None:
        self.connector.withdraw(one.remote_id)
        self.made.remove(one)

    # How it is published

    def _outgoing(self, words: str, **more: Any) -> Outgoing:
        now = datetime.now(UTC)
        text = words.format(time=f"{now:%Y-%m-%d %H:%M:%S}")
        title = "A test" if self.limits.title_required else ""
        return Outgoing(text=text, language="en", key=uuid4().hex, created_at=now, title=title, **more)

    def _published(self, what: str, outgoing: Outgoing) -> str:
        result: Any = self.connector.publish(outgoing, self.files)
        for _round in range(ROUNDS):
            if isinstance(result, Published):
                return self._remembered(what, result)
            if isinstance(result, Ready):
                result = self.connector.finish(outgoing, Pending(result.token), self.files)
            elif isinstance(result, Pending):
                self.pause()
                result = self.connector.check_status(result)
            else:
                return "The network let what was prepared run out. Nothing was published."
        raise OutcomeUnknown("The network did not finish in time. It may still publish this.")

    def _remembered(self, what: str, published: Published) -> str:
        self.made.append(Made(what, published.remote_id, published.permalink))
        return f"It is public: {published.permalink or 'look at the account'}"


def _words(values: dict[str, int]) -> str:
    return ", ".join(f"{name} {value}" for name, value in sorted(values.items())) or "none"
