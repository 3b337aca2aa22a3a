"""Models of the gallery and of good practice."""

from exchange.models.gallery import Pick, SharedComment, SharedCopy, SharedPicture, SharedPost
from exchange.models.practice import Example, SwitchedOff

__all__ = ["Example", "Pick", "SharedComment", "SharedCopy", "SharedPicture", "SharedPost", "SwitchedOff"]
