"""A mentor's feedback on a post by the rubric: one per mentor and post, which may be changed."""

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common import audit
from common.errors import ActionNotAllowed
from mentoring.domain import notifications
from mentoring.domain.rubric import stored
from mentoring.enums import RubricLevel
from mentoring.models import Criterion, Feedback, Score
from mentoring.queries.rubric import programme_of
from posts.draft import storable
from posts.models import Post
from posts.queries import latest_version

MOST = 4000


@transaction.atomic
def give(post: Post, levels: Mapping[str, RubricLevel], note: str, *, by: User) -> Feedback:
    """Write down the levels by the keys of criteria; a key that is missing is not judged.

    A criterion that was judged before keeps the words it was judged by. Raises `ActionNotAllowed` when nothing was
    said, or when the note is endless. The writer is told when something changed.
    """
    note = storable(note).strip()
    if not levels and not note:
        raise ActionNotAllowed(_("Choose a level for one criterion at least, or write a note."))
    if len(note) > MOST:
        raise ActionNotAllowed(
            _("The note is too long: it has %(count)s characters, and %(most)s are allowed.")
            % {"count": len(note), "most": MOST},
            "note",
        )
    post = Post.objects.select_for_update(of=("self",)).select_related("municipality", "author").get(pk=post.pk)
    row, is_new = Feedback.objects.get_or_create(
        municipality_id=post.municipality_id, post=post, mentor=by, defaults={"version": _number(post), "note": note}
    )
    changed = _write(row, levels)
    if not is_new and not changed and row.note == note:
        return row
    row.note, row.version, row.changed_at = note, _number(post), timezone.now()
    row.save()
    audit.record("feedback.give" if is_new else "feedback.change", by=by, target=post)
    notifications.feedback(row, post, by=by, is_new=is_new)
    return row


def _number(post: Post) -> int | None:
    version = latest_version(post)
    return version.number if version else None


def _write(row: Feedback, levels: Mapping[str, RubricLevel]) -> bool:
    """Bring the scores to `levels`; whether anything changed."""
    before = {score.criterion.key: score for score in row.scores.select_related("criterion")}
    current = {criterion.key: criterion for criterion in stored(programme_of(row.municipality))}
    removed = [score.pk for key, score in before.items() if key not in levels]
    moved = [score for key, score in before.items() if key in levels and score.level != levels[key]]
    for score in moved:
        score.level = levels[score.criterion.key]
    new = [_score(row, current[key], level) for key, level in levels.items() if key in current and key not in before]
    Score.objects.filter(pk__in=removed).delete()
    Score.objects.bulk_update(moved, ["level"])
    Score.objects.bulk_create(new)
    return bool(removed or moved or new)


def _score(row: Feedback, criterion: Criterion, level: RubricLevel) -> Score:
    return Score(municipality_id=row.municipality_id, feedback=row, criterion=criterion, level=level)
