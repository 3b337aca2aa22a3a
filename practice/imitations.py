"""Kinds of pages: the network that a page imitates, its layout and words, and what citizens can do there. Pure.

An ordinary page has none of these. The rules of a post (lengths, pictures, shapes) are the business of the program that
publishes it, which reads the key of the network from the account (`practice.api.entities`).
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PAGE, SQUARES, BUBBLES, SHORT, ARTICLES = "page", "squares", "bubbles", "short", "articles"
"""Layouts: a cover with large posts; squares; bubbles of a channel; a dense timeline of short posts; articles with a
title and a picture above the text."""

LIKE, COMMENT, SHARE, REPOST, REPLY = _("Like"), _("Comment"), _("Share"), _("Repost"), _("Reply")


@dataclass(frozen=True)
class Imitation:
    """`title` is the network's name. `layout` is one of the five above.

    `like`, `share` and `comment` are the words of the buttons; where one is empty there is no such button.
    `like_icon` and `share_icon` are names of the portal's own drawings. `private`: whether citizens can write to such
    an account in private. `poll_seconds`: how long its polls run, whatever was asked for.
    """

    title: str
    layout: str
    like: str | Promise = LIKE
    like_icon: str = "heart"
    share: str | Promise = ""
    share_icon: str = "repeat-2"
    comment: str | Promise = COMMENT
    private: bool = True
    poll_seconds: int | None = None
    deleted_by_hand: bool = False
    """Whether its programs cannot delete posts. People do it in the network's own app, so here everybody may."""
    has_title: bool = False
    """Whether its posts have a title: programs send it as the subject of a status (`spoiler_text`)."""

    @property
    def takes_public_messages(self) -> bool:
        """Whether citizens can write a post of their own to it. A channel has no such place."""
        return bool(self.comment) and self.layout != BUBBLES

    @property
    def likes_first(self) -> bool:
        """Whether the button of a like stands before the others."""
        return self.layout in (PAGE, SQUARES)


IMITATIONS: dict[str, Imitation] = {
    "facebook": Imitation("Facebook", PAGE, like_icon="thumbs-up", share=SHARE, share_icon="share-2"),
    "instagram": Imitation("Instagram", SQUARES, share=SHARE, share_icon="send"),
    "viber": Imitation("Viber", BUBBLES, comment="", private=False, deleted_by_hand=True),
    "telegram": Imitation("Telegram", BUBBLES, like=_("React"), share=_("Forward"), share_icon="send"),
    "x": Imitation("X", SHORT, share=REPOST, comment=REPLY),
    "bluesky": Imitation("Bluesky", SHORT, share=REPOST, comment=REPLY),
    "threads": Imitation("Threads", SHORT, share=REPOST, comment=REPLY, private=False, poll_seconds=86_400),
    "linkedin": Imitation("LinkedIn", PAGE, like_icon="thumbs-up", share=REPOST, private=False),
    # Comments of TikTok are not given to programs, so nobody could answer them.
    "tiktok": Imitation(
        "TikTok", SQUARES, share=SHARE, share_icon="share-2", comment="", private=False, deleted_by_hand=True
    ),
    # A site of one's own: readers comment, and no more.
    "wordpress": Imitation("WordPress", ARTICLES, like="", private=False, has_title=True),
}
"""By the key of the network, in the order in which they are offered."""

CONVERSING = tuple(key for key, one in IMITATIONS.items() if one.comment and one.private)
"""Those on which citizens can write to a page, in public and in private."""

ORDINARY = Imitation("", "", share=SHARE)


def of(network: str) -> Imitation:
    return IMITATIONS.get(network, ORDINARY)
