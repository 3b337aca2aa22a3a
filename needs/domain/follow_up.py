"""The post about the outcome of a need: a draft that starts with what is known."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from common.audit import record
from common.errors import ActionNotAllowed
from municipalities.queries import glossary
from needs.domain.write import lock
from needs.enums import NeedStage, PictureMoment
from needs.models import QUOTABLE, Need, NeedPicture, Supporter
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
def create_post(need: Need, *, by: User) -> Post:
    """A draft about the outcome, or the existing one unless it was deleted. Raises `ActionNotAllowed` without a
    decision."""
    row = lock(need)
    if row.follow_up_id and (known := Post.objects.filter(pk=row.follow_up_id, deleted_at=None).first()):
        return known
    if row.stage not in (NeedStage.DONE, NeedStage.PLANNED, NeedStage.DECLINED):
        raise ActionNotAllowed(_("There is nothing to publish yet: first enter the decision or the outcome."))
    post = blank_post(row.municipality, by=by, category=Category.CONSULTATION, title=row.title)
    content = _draft_text(row)
    tag = f"sr-{row.municipality.primary_script}"
    text = content if tag == "sr-Cyrl" else derive(content, tag, glossary(row.municipality_id))
    draft = parse(post.draft)
    store_draft(post, Draft(texts={tag: Text(text)}, channels=draft.channels, tracked=draft.tracked, media=_media(row)))
    post.save()
    row.follow_up = post
    row.save()
    record("post.create", by=by, target=post, need=row.pk)
    return post


def _draft_text(need: Need) -> str:
    chosen = Supporter.objects.filter(QUOTABLE, need=need).order_by("received_on", "pk")
    quotes = "".join(f"„{quote}”\n" for quote in chosen.values_list("quote", flat=True)[:MOST_QUOTES])
    quotes += "\n" if quotes else ""
    if need.stage == NeedStage.DONE:
        return DONE.format(title=need.title, quotes=quotes, words=need.done)
    decided = WILL if need.stage == NeedStage.PLANNED else WILL_NOT
    return DECIDED.format(title=need.title, quotes=quotes, decided=decided, words=need.reason)


def _media(need: Need) -> tuple[Shown, ...]:
    """Pictures from after come first: they show the outcome."""
    rows = NeedPicture.objects.filter(need=need).select_related("media")
    ordered = sorted(rows, key=lambda picture: (picture.moment != PictureMoment.AFTER, picture.position, picture.pk))
    media = {picture.media_id: Shown(picture.media_id, picture.media.alt) for picture in ordered}
    return tuple(media.values())[:MOST_PICTURES]
