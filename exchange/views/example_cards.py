"""An example as pages show it: its picture and its draft."""

from dataclasses import dataclass
from functools import cached_property

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404
from django.templatetags.static import static
from django.urls import reverse

from exchange.built_in import built_in, example
from exchange.enums import ExampleShape
from exchange.models import Example
from posts.draft import Draft, parse
from posts.enums import CallKind, Format

# A picture never changes under its address: the file's name says its content, and stands in the query.
KEEP = "private, max-age=604800, immutable"


@dataclass(frozen=True)
class ExampleCard:
    """`slug`: the municipality whose page it is; empty for the programme's."""

    example: Example
    slug: str = ""

    @cached_property
    def draft(self) -> Draft:
        return parse(self.example.content)

    @property
    def picture(self) -> str:
        """Its address; empty without one."""
        example = self.example
        if example.picture and example.pk:
            place = [self.slug, example.pk] if self.slug else [example.pk]
            name = "good_practice_picture" if self.slug else "programme_practice_picture"
            return f"{reverse(name, args=place)}?{example.picture.rpartition('/')[2][:12]}"
        return static(f"img/practice/{example.drawing}.svg") if example.drawing in built_in() else ""

    @property
    def alt(self) -> str:
        """What it shows; a drawing of ours says so itself."""
        row = self.example
        if row.shows or row.picture or row.drawing not in built_in():
            return row.shows
        return example(row.drawing).shows

    @property
    def text(self) -> str:
        """The text in Cyrillic, else the first one."""
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
        return str(ExampleShape(self.example.shape).label) if self.example.shape in ExampleShape.values else ""


def picture_of(example: Example) -> FileResponse:
    """The uploaded one."""
    if not example.picture:
        raise Http404
    try:
        file = default_storage.open(example.picture)
    except FileNotFoundError:
        raise Http404 from None
    kind = "image/png" if example.picture.endswith(".png") else "image/jpeg"
    return FileResponse(file, content_type=kind, headers={"Cache-Control": KEEP})
