"""The tables."""

from exchange.models.gallery import Pick, SharedComment, SharedCopy, SharedPicture, SharedPost

__all__ = ["Pick", "SharedComment", "SharedCopy", "SharedPicture", "SharedPost"]
