"""Templates: create, edit, remove and restore them, and start a post from one."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.audit import record
from common.errors import ActionNotAllowed
from library.gaps import TemplateSource, with_defaults
from library.models import Template
from library.queries import template_key
from municipalities.models import Municipality
from municipalities.queries import glossary
from posts.draft import Draft, parse
from posts.editing.domain.create import create as create_post
from posts.editing.domain.save import Content, save_draft
from posts.editing.placeholders import Value, filled
from posts.models import Post
from posts.queries import usable_channels

MOST = 300


@dataclass(frozen=True)
class TemplateContent:
    """What a person writes of a template. `gaps` as in `Template.gaps`, in any order and number."""

    name: str
    about: str
    category: str
    draft: Draft
    gaps: list[dict[str, str]]
    deadline: str = ""


@transaction.atomic
def create(municipality: Municipality, content: TemplateContent, *, by: User, starter: str = "") -> Template:
    """Raises `ActionNotAllowed` when there are too many."""
    # one at a time, so that a built-in template is not copied twice
    Municipality.objects.select_for_update().get(pk=municipality.pk)
    if Template.objects.filter(removed_at__isnull=True).count() >= MOST:
        raise ActionNotAllowed(
            _("There are already %(most)s templates. Remove those that are not used.") % {"most": MOST}
        )
    known = Template.objects.filter(starter=starter, removed_at__isnull=True).first() if starter else None
    row = known or Template(municipality=municipality, starter=starter, created_by=by)
    _write(row, content, by)
    record("template.edit" if known else "template.create", by=by, target=row)
    return row


def edit(template: Template, content: TemplateContent, *, municipality: Municipality, by: User) -> Template:
    """Change it; a built-in one becomes the municipality's own copy. Raises `ActionNotAllowed`."""
    if template.is_built_in:
        return create(municipality, content, by=by, starter=template.starter)
    with transaction.atomic():
        row = Template.objects.select_for_update().get(pk=template.pk)
        _write(row, content, by)
        record("template.edit", by=by, target=row)
    return row


def _write(row: Template, new: TemplateContent, by: User) -> None:
    # Pictures belong to one post, and so does the day until which people are called upon.
    draft = replace(new.draft, media=(), call=replace(new.draft.call, deadline=""))
    row.name, row.about, row.category = new.name, new.about, new.category
    row.content, row.service = draft.to_json(), draft.service
    row.gaps = with_defaults(draft, new.gaps)
    days = [gap["name"] for gap in row.gaps if gap["kind"] == "date"]
    row.deadline = new.deadline if new.deadline in days else ""
    row.search_key = template_key(row.name, row.about, row.content)
    row.updated_by = by
    row.removed_at = None
    row.save()


@transaction.atomic
def remove(template: Template, *, by: User) -> Template:
    """Out of sight; instead of a changed built-in one, the original stands there again."""
    row = Template.objects.select_for_update().get(pk=template.pk)
    if row.removed_at is None:
        row.removed_at = timezone.now()
        row.save(update_fields=["removed_at"])
        record("template.remove", by=by, target=row)
    return row


@transaction.atomic
def restore(template: Template, *, by: User) -> Template:
    """Undo a removal. Raises `ActionNotAllowed` when the built-in one was changed anew meanwhile."""
    row = Template.objects.select_for_update().get(pk=template.pk)
    if row.removed_at is not None:
        if row.starter and Template.objects.filter(starter=row.starter, removed_at__isnull=True).exists():
            raise ActionNotAllowed(_("This built-in template has been changed again. Edit the new version."))
        row.removed_at = None
        row.save(update_fields=["removed_at"])
        record("template.restore", by=by, target=row)
    return row


def of_post(post: Post) -> TemplateContent:
    """The content of a post for a new template: texts, call to action and channels, without pictures and times."""
    draft = replace(parse(post.draft), media=())
    return TemplateContent(str(post)[:120], "", post.category, draft, with_defaults(draft, []))


@transaction.atomic
def use(template: Template, values: Mapping[str, Value], *, municipality: Municipality, by: User) -> Post:
    """A new draft of `by` from the template, its gaps filled where `values` has something, the others left to see."""
    post = begun(template, values, municipality=municipality, by=by)
    record("template.use", by=by, target=post, label=template.name)
    return post


def begun(pattern: TemplateSource, values: Mapping[str, Value], *, municipality: Municipality, by: User) -> Post:
    """The same from any pattern, for verbs that write down by themselves what they did."""
    post = create_post(municipality, by=by)
    content = content_from(pattern, values, municipality=municipality, connected=parse(post.draft).channels)
    save_draft(post, content, revision=post.revision, by=by)
    return Post.objects.get(pk=post.pk)


def content_from(
    pattern: TemplateSource, values: Mapping[str, Value], *, municipality: Municipality, connected: tuple[int, ...]
) -> Content:
    """What a new post from the pattern holds. `connected` are the channels for which it is written where the pattern
    names none that is left."""
    empty = replace(parse(pattern.content), glossary=glossary(municipality.pk))
    draft = filled(empty, values, deadline=pattern.deadline, first=f"sr-{municipality.primary_script}")
    return Content(_at_home(draft, connected), pattern.name[:140], pattern.category, on_approval=True)


def _at_home(draft: Draft, connected: tuple[int, ...]) -> Draft:
    """Channels that are connected today: the template's, or all when it names none that is left."""
    usable = set(usable_channels().values_list("pk", flat=True))
    channels = tuple(pk for pk in draft.channels if pk in usable)
    return replace(
        draft,
        channels=channels or connected,
        per_channel={pk: texts for pk, texts in draft.per_channel.items() if pk in usable},
        layout={pk: channel_layout for pk, channel_layout in draft.layout.items() if pk in usable},
        settings={pk: chosen for pk, chosen in draft.settings.items() if pk in usable},
    )
