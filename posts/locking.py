"""The row lock that the verbs of a post take."""

from posts.models import Post


def locked(post: Post) -> Post:
    """The current post, locked until the transaction ends."""
    rows = Post.objects.select_for_update(of=("self",)).select_related("municipality", "author")
    return rows.get(pk=post.pk)
