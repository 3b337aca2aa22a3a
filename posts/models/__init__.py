"""Posts, their immutable versions, pictures, threads and decisions.

A post is edited as one JSON `draft` (its shape is in `posts.draft`), which the composer saves continuously; a `Version`
freezes it when it is submitted or sent. `Publication` refers to the delivery that carries a version to a channel.
"""

from posts.models.amendments import Amendment, AmendmentPart
from posts.models.decision_links import DecisionLink
from posts.models.decisions import Decision
from posts.models.link_checks import LinkCheck
from posts.models.media import Consent, Folder, Media
from posts.models.polls import Closing, PollResult
from posts.models.post import Post
from posts.models.threads import Comment, Seen, Suggestion, Thread
from posts.models.version import Publication, Variant, Version

__all__ = [
    "Amendment",
    "AmendmentPart",
    "Closing",
    "Comment",
    "Consent",
    "Decision",
    "DecisionLink",
    "Folder",
    "LinkCheck",
    "Media",
    "PollResult",
    "Post",
    "Publication",
    "Seen",
    "Suggestion",
    "Thread",
    "Variant",
    "Version",
]
