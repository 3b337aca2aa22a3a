"""Key figures of posts for their cards and pages, as their networks returned them last."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from analytics.enums import SubjectKind
from analytics.models import Subject
from common.prepared import among, array
from municipalities.prepared import PreparedRows
from municipalities.tenancy import the_only_one

METRICS = ("likes", "reposts", "replies", "quotes", "clicks", "views", "interactions")


@dataclass
class ChannelFigures:
    """What the network of one publication returned last, by name of the metric; without what it does not return."""

    publication: int
    channel: int
    values: dict[str, int]
    fetched_at: datetime | None


@dataclass
class PostFigures:
    """Sums over the channels of a post. A metric that no channel returns is absent (None), never 0."""

    channels: list[ChannelFigures] = field(default_factory=list)

    def total(self, metric: str) -> int | None:
        """Only of metrics that may be added over channels."""
        values = [channel.values[metric] for channel in self.channels if metric in channel.values]
        return sum(values) if values else None

    @property
    def interactions(self) -> int | None:
        return self.total("interactions")

    @property
    def views(self) -> int | None:
        return self.total("views")

    @property
    def is_partial(self) -> bool:
        """Whether a channel returns no interactions although another does."""
        return 0 < sum("interactions" in channel.values for channel in self.channels) < len(self.channels)


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
    """By id of the post, of the municipality in scope; without an entry where nothing was fetched yet. One query, none
    without posts."""
    wanted = list(posts)
    figures: dict[int, PostFigures] = {}
    rows = SUBJECTS.shared_instances(municipality=the_only_one(), posts=array(wanted)) if wanted else []
    for row in rows:
        values = {name: value for name in METRICS if (value := getattr(row, name)) is not None}
        if values:
            of_post = figures.setdefault(row.publication.post_id, PostFigures())
            of_post.channels.append(ChannelFigures(row.publication_id, row.channel_id, values, row.last_fetched_at))
    return figures
