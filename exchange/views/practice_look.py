"""An example as pages show it: its picture, and the draft that it holds."""

from dataclasses import dataclass
from functools import cached_property

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404
from django.templatetags.static import static
from django.urls import reverse

from exchange.built_in import built_in, example
from exchange.enums import Shape
from exchange.models import Example
from posts.draft import Draft, parse
from posts.enums import CallKind, Format

# A picture never changes under its address: the file's name says its content, and stands in the query.
KEEP = "private, max-age=604800, immutable"


@dataclass(frozen=True)
class Look:
    """`slug`: the municipality whose page it is; empty for the programme's."""

    example: Example
    slug: str = ""

    @cached_property
    def draft(self) -> Draft:
        return parse(self.example.content)

    @property
    def picture(self) -> str:
        """Its address; empty without one."""
        found = self.example
        if found.picture and found.pk:
            place = [self.slug, found.pk] if self.slug else [found.pk]
            name = "good_practice_picture" if self.slug else "programme_practice_picture"
            return f"{reverse(name, args=place)}?{found.picture.rpartition('/')[2][:12]}"
        return static(f"img/practice/{found.drawing}.svg") if found.drawing in built_in() else ""

    @property
    def alt(self) -> str:
        """What it shows; a drawing of ours says so itself."""
        found = self.example
        if found.shows or found.picture or found.drawing not in built_in():
            return found.shows
        return example(found.drawing).shows

    @property
    def text(self) -> str:
        """The words in Cyrillic, else those that are there."""
        texts = self.draft.texts
        first = texts.get("sr-Cyrl") or next(iter(texts.values()), None)
        return first.text if first else ""

    @property
    def call(self) -> str:
        return str(CallKind(self.draft.call.kind).label) if self.draft.call.kind in CallKind.values else ""

    @property
    def takes_part(self) -> str:
        kind = self.draft.interactive.kind
        # "Poll" is said once where the format is a poll too
        known = kind in Format.values and kind != self.example.shape
        return str(Format(kind).label) if known else ""

    @property
    def shape(self) -> str:
        return str(Shape(self.example.shape).label) if self.example.shape in Shape.values else ""


def picture_of(found: Example) -> FileResponse:
    """The uploaded one."""
    if not found.picture:
        raise Http404
    try:
        file = default_storage.open(found.picture)
    except FileNotFoundError:
        raise Http404 from None
    kind = "image/png" if found.picture.endswith(".png") else "image/jpeg"
    return FileResponse(file, content_type=kind, headers={"Cache-Control": KEEP})
