"""What goes out: the frozen payload and its pictures."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, BinaryIO, Self, cast

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.utils.translation import gettext_noop

from channels import public
from delivery.models import Delivery
from delivery.policies import EDIT, THREAD_PART
from platforms.errors import NotReached
from platforms.types import Outgoing

# Stored in English and translated when shown: a worker does not know who will read.
CHANGED = gettext_noop(
    "A picture, video or document is not the one that was approved: its file has changed. Put it into the post again."
)
GONE = gettext_noop("The file of a picture, video or document is gone. Put it into the post again.")
UNREADABLE = "The store of files could not be read."


class PictureMissing(Exception):
    """A picture of the post is not in the store, or not the one that was approved."""


def outgoing(delivery: Delivery) -> Outgoing:
    """The payload; of a child, as an answer to its parent, unless it is the parent's own new content.

    A further post of a thread names itself what it answers: the post before it.
    """
    frozen = Outgoing.from_json(delivery.payload)
    answers = delivery.parent is not None and delivery.kind not in (EDIT, THREAD_PART)
    return replace(frozen, reply_to=delivery.parent.remote_id) if answers and delivery.parent else frozen


class Files:
    """Reads what a post is made of from the store: a `platforms.types.Read`.

    Raises `PictureMissing`, and `NotReached` when the store itself fails. `on_progress` is called with each chunk of a
    file that is sent in chunks.
    """

    def __init__(self, sent: Outgoing, on_progress: Callable[[], None] = lambda: None) -> None:
        self.sizes = _sizes(sent)
        self.on_progress = on_progress

    def __call__(self, ref: str) -> bytes:
        with self.open(ref) as file:
            return file.read()

    def open(self, ref: str) -> BinaryIO:
        """The file, if it is as large as the one that was approved."""
        try:
            if self.sizes.get(ref) not in (None, default_storage.size(ref)):
                raise PictureMissing(CHANGED)
            return cast("BinaryIO", _Watched(default_storage.open(ref), self.on_progress))
        except (FileNotFoundError, SuspiciousFileOperation):
            raise PictureMissing(GONE) from None
        except OSError as problem:
            raise NotReached(UNREADABLE, {"problem": type(problem).__name__}) from problem

    def address(self, ref: str, sides: tuple[int, int] | None = None) -> str:
        return public.address(ref, sides)


class _Watched:
    """A file whose every read says that somebody is still at work."""

    def __init__(self, file: Any, on_progress: Callable[[], None]) -> None:
        self.file = file
        self.on_progress = on_progress

    def read(self, size: int = -1) -> bytes:
        self.on_progress()
        try:
            return cast("bytes", self.file.read(size))
        except OSError as problem:
            raise NotReached(UNREADABLE, {"problem": type(problem).__name__}) from problem

    def seek(self, offset: int, whence: int = 0) -> int:
        return cast("int", self.file.seek(offset, whence))

    def tell(self) -> int:
        return cast("int", self.file.tell())

    def close(self) -> None:
        self.file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _sizes(sent: Outgoing) -> dict[str, int]:
    """Of what was approved with its size; captions are small and have none."""
    pictures = [*sent.pictures, sent.link_card and sent.link_card.picture, sent.video and sent.video.cover]
    sizes = {picture.ref: picture.size for picture in pictures if picture}
    sizes |= {sent.video.ref: sent.video.size} if sent.video else {}
    return sizes | ({sent.document.ref: sent.document.size} if sent.document else {})
