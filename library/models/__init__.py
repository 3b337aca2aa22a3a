"""What officers start from. Pictures, their folders and consents are kept by `posts`."""

from library.models.snippets import Snippet
from library.models.templates import Template

__all__ = ["Snippet", "Template"]
