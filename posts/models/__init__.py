"""What officers write: posts, their immutable versions, pictures, remarks and decisions.

A post is edited as one JSON `draft` (shape in `posts.draft`), saved by the composer every moment; a `Version` freezes
it when it is submitted or sent. `Publication` points down to the delivery that carries a version to a channel.
"""

from posts.models.decisions import Decision
from posts.models.media import Media
from posts.models.post import Post
from posts.models.threads import Remark
from posts.models.version import Publication, Variant, Version

__all__ = ["Decision", "Media", "Post", "Publication", "Remark", "Variant", "Version"]
