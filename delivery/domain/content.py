"""What goes out: the frozen payload and its pictures."""

from dataclasses import replace

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.utils.translation import gettext_noop

from delivery.models import Delivery
from platforms.errors import NotReached
from platforms.types import Outgoing, Picture, Read

# Stored in English and translated when shown: a worker does not know who will read.
CHANGED = gettext_noop("A picture is not the one that was approved: its file has changed. Put it into the post again.")
GONE = gettext_noop("The file of a picture is gone. Put the picture into the post again.")


class PictureMissing(Exception):
    """A picture of the post is not in the store, or not the one that was approved."""


def outgoing(delivery: Delivery) -> Outgoing:
    """The payload; of a child, as an answer to its parent."""
    frozen = Outgoing.from_json(delivery.payload)
    return replace(frozen, reply_to=delivery.parent.remote_id) if delivery.parent else frozen


def reader(sent: Outgoing) -> Read:
    """Reads pictures from the store. Raises `PictureMissing`, and `NotReached` when the store itself fails."""
    pictures = {picture.ref: picture for picture in _pictures(sent)}

    def read(ref: str) -> bytes:
        content = _content(ref)
        if len(content) != pictures[ref].size:
            raise PictureMissing(CHANGED)
        return content

    return read


def _pictures(sent: Outgoing) -> list[Picture]:
    card = sent.link_card.picture if sent.link_card else None
    return [*sent.pictures, *([card] if card else [])]


def _content(ref: str) -> bytes:
    try:
        with default_storage.open(ref) as file:
            return file.read()
    except (FileNotFoundError, SuspiciousFileOperation):
        raise PictureMissing(GONE) from None
    except OSError as problem:
        raise NotReached("The picture store could not be read.", {"problem": type(problem).__name__}) from problem
