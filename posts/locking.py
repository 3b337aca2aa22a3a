"""The lock under which the verbs of a post work."""

from posts.models import Post


def locked(post: Post) -> Post:
    """The post as it is now, held until the transaction ends."""
    rows = Post.objects.select_for_update(of=("self",)).select_related("municipality", "author")
    return rows.get(pk=post.pk)
