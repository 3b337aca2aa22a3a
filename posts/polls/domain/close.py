"""Closes an interactive post: stores what people answered and what is done about it, and drafts the follow-up post."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from common.audit import record
from common.errors import ActionNotAllowed
from municipalities.queries import glossary
from posts.compose import derive
from posts.draft import Draft, Text, parse, storable
from posts.editing.domain.create import blank_post
from posts.editing.domain.save import store_draft
from posts.enums import Category, Format
from posts.locking import locked
from posts.models import Closing, Post, Publication
from posts.poll_votes import SuggestedCount
from posts.queries import SEEN

MOST = 4000
# The initial text of the follow-up, which people then edit. `domain.md` 4.5.
ASKED_AND_DONE = (
    "Питали смо вас – ево шта смо урадили.\n\nРекли сте: {results}\n\nУрадили смо: {done}\n\nРеците нам шта даље."
)


@dataclass(frozen=True)
class ClosingReport:
    """What a person wrote. `answers`: how many people answered, None when nobody counted.

    `counted`: the networks' count that was suggested for it; it holds while the person left the number as it was.
    """

    results: str
    done: str
    answers: int | None = None
    counted: SuggestedCount | None = None

    @property
    def origin(self) -> dict[str, Any]:
        if self.counted is None or self.counted.count != self.answers:
            return {"counted": "", "counted_at": None}
        return {"counted": self.counted.counted, "counted_at": self.counted.at}


@transaction.atomic
def close(post: Post, report: ClosingReport, *, by: User) -> Closing:
    """Write or change the closing report. Raises `ActionNotAllowed` before the post was published."""
    post = locked(post)
    if post.format not in Format.values:
        raise ActionNotAllowed(_("This post asked no question, so there is nothing to report."))
    if not Publication.objects.filter(post=post, delivery__state__in=SEEN).exists():
        raise ActionNotAllowed(
            _("This post has not been published yet. The report is written when people have answered.")
        )
    results, done = storable(report.results).strip(), storable(report.done).strip()
    if not results or not done:
        raise ActionNotAllowed(_("Enter both: the answers of the public, and the municipality's response."))
    if len(results) > MOST or len(done) > MOST:
        raise ActionNotAllowed(_("The report is too long: each part may have %(most)s characters.") % {"most": MOST})
    promise = parse(post.draft).interactive.promise
    values = {
        "results": results, "done": done, "answers": report.answers, **report.origin, "promise": promise, "by": by,
    }  # fmt: skip
    closing, is_new = Closing.objects.update_or_create(
        post=post, defaults=values, create_defaults={"municipality_id": post.municipality_id, **values}
    )
    record("post.close", by=by, target=post, first=is_new)
    return closing


@transaction.atomic
def create_follow_up(closing: Closing, *, by: User) -> Post:
    """A draft that announces the result; the existing one unless it was deleted."""
    row = Closing.objects.select_for_update(of=("self",)).select_related("post__municipality", "follow_up").get(
        pk=closing.pk
    )  # fmt: skip
    if row.follow_up and row.follow_up.deleted_at is None:
        return row.follow_up
    post = blank_post(row.post.municipality, by=by, category=Category.CONSULTATION)
    cyrillic = ASKED_AND_DONE.format(results=row.results, done=row.done)
    channels = parse(row.post.draft).channels
    tag = f"sr-{row.post.municipality.primary_script}"
    text = cyrillic if tag == "sr-Cyrl" else derive(cyrillic, tag, glossary(row.municipality_id))
    store_draft(post, Draft(texts={tag: Text(text)}, channels=channels))
    post.save()
    row.follow_up = post
    row.save(update_fields=["follow_up", "changed_at"])
    record("post.create", by=by, target=post, closes=row.post_id)
    return post
