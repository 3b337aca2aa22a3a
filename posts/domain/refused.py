"""The one error of the verbs, and the lock under which they work."""

from posts.models import Post


class Refused(Exception):
    """The state of the post does not allow this. The text says what happened and what to do."""

    def __init__(self, sentence: str, *details: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.details = details


def locked(post: Post) -> Post:
    """The post as it is now, held until the transaction ends."""
    rows = Post.objects.select_for_update(of=("self",)).select_related("municipality", "author")
    return rows.get(pk=post.pk)
