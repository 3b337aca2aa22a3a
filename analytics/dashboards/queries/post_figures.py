"""Key figures of posts for their cards and pages, as their networks returned them last."""

from collections.abc import Iterable
from dataclasses import dataclass

from analytics.enums import SubjectKind
from analytics.models import Subject
from common.prepared import among, array
from municipalities.prepared import PreparedRows
from municipalities.tenancy import the_only_one


@dataclass
class PostFigures:
    """Sums over the channels of a post. A metric that no channel returns is absent (None), never 0.

    `channels` are those that it was published on, `counted` those of them that return interactions.
    """

    interactions: int | None = None
    views: int | None = None
    channels: int = 0
    counted: int = 0

    @property
    def is_partial(self) -> bool:
        """Whether a channel returns no interactions although another does."""
        return 0 < self.counted < self.channels

    def add(self, subject: Subject) -> None:
        self.channels += 1
        if subject.interactions is not None:
            self.interactions = (self.interactions or 0) + subject.interactions
            self.counted += 1
        if subject.views is not None:
            self.views = (self.views or 0) + subject.views


SUBJECTS = PreparedRows(
    lambda of: (
        Subject.objects.filter(kind=SubjectKind.PUBLICATION, publication__post__in=among(of.posts))
        .select_related("publication")
        .order_by("pk")
    ),
    "publication",
    posts=str,
)


def post_figures(posts: Iterable[int]) -> dict[int, PostFigures]:
    """By id of the post, of the municipality in scope; without an entry where its networks returned nothing yet. One
    query, none without posts."""
    wanted = list(posts)
    figures: dict[int, PostFigures] = {}
    rows = SUBJECTS.shared_instances(municipality=the_only_one(), posts=array(wanted)) if wanted else []
    for row in rows:
        figures.setdefault(row.publication.post_id, PostFigures()).add(row)
    return {post: sums for post, sums in figures.items() if (sums.interactions, sums.views) != (None, None)}
