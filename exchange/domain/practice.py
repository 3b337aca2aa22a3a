"""Good practice: programme staff create, order, retire and restore examples; municipalities start posts from them."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.audit import record
from common.errors import ActionNotAllowed
from exchange.built_in import built_in, key_of
from exchange.enums import Purpose
from exchange.models import Example, SwitchedOff
from exchange.rules import CATEGORY, MOST_EXAMPLES
from library.domain.templates import TemplateContent, begun
from library.gaps import with_defaults
from municipalities.models import Municipality, Programme
from posts.editing.placeholders import Value
from posts.media.domain.pictures import MOST_BYTES, BadPicture, EncodedPicture, encode_picture, open_picture
from posts.models import Post

# Shown beside a text, never larger.
LONG_SIDE = 1280


@dataclass(frozen=True)
class ExampleContent:
    """An example as a person writes it. `english` as in `Example.english`; `picture` None leaves the one that is there,
    unless `without_picture`."""

    template: TemplateContent
    purpose: str
    shape: str
    why: str
    watch: str = ""
    patterns: list[str] = field(default_factory=list)
    networks: list[str] = field(default_factory=list)
    english: Mapping[str, str] = field(default_factory=dict)
    drawing: str = ""
    alt: str = ""
    picture: EncodedPicture | None = None
    without_picture: bool = False


def prepared(file: BinaryIO, *, size: int) -> EncodedPicture:
    """An uploaded picture, decoded and written anew. Raises `BadPicture`."""
    if size > MOST_BYTES:
        raise BadPicture(
            _("The picture is larger than %(most)s MB. Make it smaller and add it again.") % {"most": MOST_BYTES >> 20}
        )
    picture = open_picture(file.read(MOST_BYTES + 1))
    picture.thumbnail((LONG_SIDE, LONG_SIDE))
    return encode_picture(picture)


@transaction.atomic
def create(programme: Programme, written: ExampleContent, *, by: User, starter: str = "") -> Example:
    """A new one, seen by the programme's municipalities at once, at the end of its purpose. With `starter` in place of
    that built-in one; a second time it is changed. Raises `ActionNotAllowed` when there are too many."""
    # one at a time, so that a built-in example is not copied twice
    Programme.objects.select_for_update(of=("self",)).get(pk=programme.pk)
    running = Example.objects.filter(programme=programme, retired_at__isnull=True)
    known = running.filter(starter=starter).first() if starter else None
    if known is None and running.count() >= MOST_EXAMPLES:
        raise ActionNotAllowed(
            _("There are already %(most)s examples. Retire those that are not needed.") % {"most": MOST_EXAMPLES}
        )
    row = known or Example(programme=programme, starter=starter, created_by=by, position=_end(programme))
    _write(row, written, by)
    # a built-in example that is rewritten is meant to be seen
    if starter:
        SwitchedOff.objects.filter(programme=programme, key=starter).delete()
    record("example.copy" if starter else "example.create", by=by, target=row, programme=str(programme))
    return row


@transaction.atomic
def edit(example: Example, written: ExampleContent, *, by: User) -> Example:
    """Posts that began with it stay as they are."""
    row = _locked(example)
    _write(row, written, by)
    record("example.edit", by=by, target=row, programme=str(row.programme))
    return row


def _locked(example: Example) -> Example:
    return Example.objects.select_for_update(of=("self",)).select_related("programme").get(pk=example.pk)


def _end(programme: Programme) -> int:
    last = Example.objects.filter(programme=programme).order_by("-position").first()
    return last.position + 1 if last else 0


def _write(row: Example, written: ExampleContent, by: User) -> None:
    content = written.template
    draft = content.draft.for_any_municipality()
    row.name, row.about, row.content = content.name, content.about, draft.to_json()
    row.purpose, row.shape, row.category = written.purpose, written.shape, CATEGORY[Purpose(written.purpose)]
    row.gaps = with_defaults(draft, content.gaps)
    days = [gap["name"] for gap in row.gaps if gap["kind"] == "date"]
    row.deadline = content.deadline if content.deadline in days else ""
    row.why, row.watch, row.alt = written.why, written.watch, written.alt
    row.patterns, row.networks = list(written.patterns), list(written.networks)
    row.english = {name: text for name, text in written.english.items() if text}
    row.drawing = written.drawing
    if written.picture or written.without_picture:
        row.picture = _stored(row.programme_id, written.picture) if written.picture else ""
    row.search_key = key_of({"content": row.content, "english": row.english, **_texts(row)})
    row.updated_by = by
    row.save()


def _texts(row: Example) -> dict[str, str]:
    return {name: getattr(row, name) for name in ("name", "about", "why", "watch")}


def _stored(programme: int, picture: EncodedPicture) -> str:
    """Under a name that says the content, so that the same picture lies there once."""
    digest = hashlib.sha256(picture.body).hexdigest()[:32]
    name = f"practice/{programme}/{digest}.{picture.ending}"
    return name if default_storage.exists(name) else default_storage.save(name, ContentFile(picture.body))


@transaction.atomic
def retire(example: Example, *, by: User) -> Example:
    """Out of sight of municipalities; instead of a rewritten built-in one, the original stands there again."""
    row = _locked(example)
    if row.retired_at is None:
        row.retired_at = timezone.now()
        row.save(update_fields=["retired_at"])
        record("example.retire", by=by, target=row, programme=str(row.programme))
    return row


@transaction.atomic
def restore(example: Example, *, by: User) -> Example:
    """Raises `ActionNotAllowed` when the built-in one was rewritten anew meanwhile."""
    Programme.objects.select_for_update(of=("self",)).get(pk=example.programme_id)
    row = _locked(example)
    if row.retired_at is None:
        return row
    running = Example.objects.filter(programme=row.programme, retired_at__isnull=True)
    if row.starter and running.filter(starter=row.starter).exists():
        raise ActionNotAllowed(_("This built-in example has been rewritten again. Edit the new version."))
    if running.count() >= MOST_EXAMPLES:
        raise ActionNotAllowed(
            _("There are already %(most)s examples. Retire those that are not needed.") % {"most": MOST_EXAMPLES}
        )
    row.retired_at = None
    row.save(update_fields=["retired_at"])
    record("example.restore", by=by, target=row, programme=str(row.programme))
    return row


@transaction.atomic
def move(example: Example, *, up: bool, by: User) -> Example:
    """One place up or down among the programme's own examples of the same purpose; at the end nothing changes."""
    Programme.objects.select_for_update(of=("self",)).get(pk=example.programme_id)
    rows = list(
        Example.objects.select_for_update(of=("self",))
        .filter(programme=example.programme_id, purpose=example.purpose, retired_at__isnull=True)
        .select_related("programme")
        .order_by("position", "pk")
    )
    at = next((n for n, row in enumerate(rows) if row.pk == example.pk), None)
    to = None if at is None else at - 1 if up else at + 1
    if at is None or to is None or not 0 <= to < len(rows):
        return example
    row, other = rows[at], rows[to]
    row.position, other.position = other.position, row.position
    Example.objects.bulk_update([row, other], ["position"])
    record("example.move", by=by, target=row, programme=str(row.programme))
    return row


@transaction.atomic
def switch(programme: Programme, key: str, *, on: bool, by: User) -> None:
    """Show a built-in example to the programme's municipalities, or not. Twice changes nothing."""
    Programme.objects.select_for_update(of=("self",)).get(pk=programme.pk)
    rows = SwitchedOff.objects.filter(programme=programme, key=key)
    if rows.exists() == (not on):
        return
    if on:
        rows.delete()
    else:
        SwitchedOff.objects.create(programme=programme, key=key, by=by)
    label = str(built_in()[key]["name"])
    record("example.switch_on" if on else "example.switch_off", by=by, label=label, programme=str(programme), key=key)


@transaction.atomic
def use(example: Example, values: Mapping[str, Value], *, municipality: Municipality, by: User) -> Post:
    """A new draft of `by` with the example's texts and call to action; gaps without a value stay visible."""
    post = begun(example, values, municipality=municipality, by=by)
    record("example.use", by=by, target=post, label=example.name)
    return post
