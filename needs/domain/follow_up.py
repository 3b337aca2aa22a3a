"""The post that tells everybody what became of a need: a draft that begins with what is known."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from common.audit import record
from common.errors import ActionNotAllowed
from municipalities.queries import glossary
from needs.domain.write import locked
from needs.enums import Moment, Stage
from needs.models import QUOTED, Need, NeedPicture, Voice
from posts.compose import derive
from posts.draft import MOST_PICTURES, Draft, Shown, Text, parse
from posts.editing.domain.create import blank_post
from posts.editing.domain.save import store_draft
from posts.enums import Category
from posts.models import Post

# The texts with which a draft begins; people of the municipality write on from there. `domain.md` 4.5.
DONE = (
    "Тражили сте – ево шта смо урадили.\n\nТражили сте: {title}\n\n{quotes}Урадили смо: {words}\n\nРеците нам шта даље."
)
DECIDED = (
    "Тражили сте – ево шта је одлучено.\n\nТражили сте: {title}\n\n{quotes}{decided}. {words}\n\nРеците нам шта даље."
)
WILL, WILL_NOT = "Биће урађено", "Неће бити урађено"
MOST_QUOTES = 3


@transaction.atomic
def tell(need: Need, *, by: User) -> Post:
    """A draft that tells of it; the one that exists already, if it was not deleted. Raises `ActionNotAllowed` while
    nothing is decided."""
    row = locked(need)
    if row.follow_up_id and (known := Post.objects.filter(pk=row.follow_up_id, deleted_at=None).first()):
        return known
    if row.stage not in (Stage.DONE, Stage.PLANNED, Stage.DECLINED):
        raise ActionNotAllowed(_("There is nothing to tell yet: say first what was decided or done."))
    post = blank_post(row.municipality, by=by, category=Category.CONSULTATION, title=row.title)
    words = _words(row)
    tag = f"sr-{row.municipality.primary_script}"
    text = words if tag == "sr-Cyrl" else derive(words, tag, glossary(row.municipality_id))
    draft = parse(post.draft)
    store_draft(post, Draft(texts={tag: Text(text)}, channels=draft.channels, tracked=draft.tracked, media=_shown(row)))
    post.save()
    row.follow_up = post
    row.save()
    record("post.create", by=by, target=post, need=row.pk)
    return post


def _words(need: Need) -> str:
    chosen = Voice.objects.filter(QUOTED, need=need).order_by("heard_on", "pk")
    quotes = "".join(f"„{said}”\n" for said in chosen.values_list("quote", flat=True)[:MOST_QUOTES])
    quotes += "\n" if quotes else ""
    if need.stage == Stage.DONE:
        return DONE.format(title=need.title, quotes=quotes, words=need.done)
    decided = WILL if need.stage == Stage.PLANNED else WILL_NOT
    return DECIDED.format(title=need.title, quotes=quotes, decided=decided, words=need.reason)


def _shown(need: Need) -> tuple[Shown, ...]:
    """How it is now comes first: that is what the post tells."""
    rows = NeedPicture.objects.filter(need=need).select_related("media")
    ordered = sorted(rows, key=lambda each: (each.moment != Moment.AFTER, each.position, each.pk))
    found = {each.media_id: Shown(each.media_id, each.media.alt) for each in ordered}
    return tuple(found.values())[:MOST_PICTURES]
