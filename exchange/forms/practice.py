"""The form of a good-practice example: the fields of a template, and what can be learned from it."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.file_fields import FileInput
from common.templatetags.ui import NETWORK_NAMES
from exchange.built_in import built_in
from exchange.domain.practice import ExampleContent, prepared
from exchange.enums import ExampleShape, Purpose
from exchange.models import Example
from exchange.models.practice import ENGLISH
from exchange.rules import CATEGORY
from kits.models import in_interface_script
from library.forms import TemplateForm
from library.gaps import with_defaults
from posts.draft import (
    MOST_LINK,
    MOST_OPTIONS,
    MOST_PROMISE,
    MOST_RULES,
    MOST_TEXT,
    MOST_WORDS,
    CallToAction,
    Draft,
    Interactive,
    Text,
    storable,
)
from posts.enums import CallKind, Format
from posts.media.domain.pictures import BadPicture, EncodedPicture

MOST_PATTERNS = 6
# What the preview reads of a form that is still being written.
PLAIN = (
    "name", "about", "why", "watch", "alt", "drawing", "link", "call", "call_words", "format", "options", "promise",
    "rules", "patterns", "purpose", "shape",
)  # fmt: skip
TYPES = "image/jpeg,image/png,image/webp,image/avif,image/heic,image/heif,.heic,.heif"


def _area(rows: int, tag: str = "sr-Cyrl") -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "lang": tag})


class ExampleForm(TemplateForm):
    """`{{gaps}}` are asked for when a post begins with it; with their examples they make the post that is shown."""

    purpose = forms.ChoiceField(label=gettext_lazy("Purpose"), choices=Purpose)
    shape = forms.ChoiceField(label=gettext_lazy("Format"), choices=ExampleShape)
    why = forms.CharField(label=gettext_lazy("Why it works"), max_length=1000, widget=_area(3))
    watch = forms.CharField(
        label=gettext_lazy("Points to note"), max_length=1000, required=False, widget=_area(3),
        help_text=gettext_lazy("Law, consent of people in pictures, what goes wrong most often."),
    )  # fmt: skip
    patterns = forms.CharField(
        label=gettext_lazy("The same call to action in other words"), required=False, widget=_area(3),
        help_text=gettext_lazy("One in each line. Begin with the verb."),
    )  # fmt: skip
    networks = forms.MultipleChoiceField(
        label=gettext_lazy("Networks it suits"), required=False, widget=forms.CheckboxSelectMultiple,
        choices=[(key, name) for key, name in NETWORK_NAMES.items() if key != "practice"],
    )  # fmt: skip
    drawing = forms.ChoiceField(
        label=gettext_lazy("Drawing"), required=False,
        help_text=gettext_lazy("One of those that came with the portal. A picture of your own goes before it."),
    )  # fmt: skip
    picture = forms.FileField(
        label=gettext_lazy("Picture of your own"), required=False,
        help_text=gettext_lazy("A drawing or a screenshot, at most 25 MB. No one should be recognisable in it."),
        widget=FileInput(attrs={"accept": TYPES}),
    )  # fmt: skip
    without_picture = forms.BooleanField(label=gettext_lazy("Show the drawing instead"), required=False)
    alt = forms.CharField(
        label=gettext_lazy("What does the picture show?"), max_length=500, required=False, widget=_area(2),
        help_text=gettext_lazy("For those who cannot see it."),
    )  # fmt: skip
    en_name = forms.CharField(label=gettext_lazy("Name"), max_length=120, required=False)
    en_about = forms.CharField(label=gettext_lazy("When to use it"), max_length=300, required=False)
    en_text = forms.CharField(
        label=gettext_lazy("Text of the post"), max_length=5000, required=False, widget=_area(6, "en")
    )
    en_why = forms.CharField(label=gettext_lazy("Why it works"), max_length=1000, required=False, widget=_area(3, "en"))
    en_watch = forms.CharField(
        label=gettext_lazy("Points to note"), max_length=1000, required=False, widget=_area(3, "en")
    )
    en_alt = forms.CharField(
        label=gettext_lazy("What does the picture show?"), max_length=500, required=False, widget=_area(2, "en")
    )

    def __init__(self, *args: Any, example: Example, tags: Sequence[str], **kwargs: Any) -> None:
        self.example = example
        super().__init__(*args, template=example, tags=tags, **kwargs)
        # it follows from the purpose
        del self.fields["category"]
        for name in ("name", "about", "call_words", "options", "promise", "rules", "alt"):
            self.fields[name].widget.attrs["lang"] = "sr-Cyrl"
        for name in ("en_name", "en_about"):
            self.fields[name].widget.attrs["lang"] = "en"
        drawings = [(key, in_interface_script(str(fields["name"]))) for key, fields in built_in().items()]
        self.fields["drawing"].choices = [("", _("None")), *drawings]  # type: ignore[attr-defined]
        if not example.picture:
            del self.fields["without_picture"]

    def _initial(self) -> dict[str, Any]:
        row = self.example
        english = {f"en_{name}": row.english.get(name, "") for name in ENGLISH}
        return {
            **super()._initial(), **english, "purpose": row.purpose, "shape": row.shape, "why": row.why,
            "watch": row.watch, "patterns": "\n".join(row.patterns), "networks": row.networks,
            "drawing": row.drawing, "alt": row.alt,
        }  # fmt: skip

    @property
    def english_fields(self) -> list[forms.BoundField]:
        return [self[f"en_{name}"] for name in ENGLISH]

    def clean_patterns(self) -> list[str]:
        lines = [storable(line).strip() for line in self.cleaned_data["patterns"].splitlines()]
        lines = [line for line in dict.fromkeys(lines) if line]
        if len(lines) > MOST_PATTERNS:
            raise forms.ValidationError(_("Give at most %(most)s.") % {"most": MOST_PATTERNS})
        if any(len(line) > MOST_WORDS for line in lines):
            raise forms.ValidationError(_("One of them is longer than %(most)s characters.") % {"most": MOST_WORDS})
        return lines

    def clean_picture(self) -> EncodedPicture | None:
        file = self.cleaned_data["picture"]
        if not file:
            return None
        try:
            return prepared(file, size=file.size)
        except BadPicture as bad:
            raise forms.ValidationError(str(bad)) from bad

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "purpose" in cleaned:
            cleaned["category"] = CATEGORY[Purpose(cleaned["purpose"])].value
        keeps_picture = self.example.picture and not cleaned.get("without_picture")
        if (cleaned.get("picture") or keeps_picture) and not cleaned.get("alt", "").strip():
            self.add_error("alt", _("Describe the picture for those who cannot see it."))
        return cleaned

    def written(self) -> ExampleContent:
        cleaned = self.cleaned_data
        plain = {name: storable(cleaned[name]).strip() for name in ("why", "watch", "alt")}
        return ExampleContent(
            self.content(), cleaned["purpose"], cleaned["shape"], **plain,
            patterns=cleaned["patterns"], networks=cleaned["networks"], drawing=cleaned["drawing"],
            english={name: storable(cleaned[f"en_{name}"]).strip() for name in ENGLISH},
            picture=cleaned["picture"], without_picture=cleaned.get("without_picture", False),
        )  # fmt: skip

    def sketch(self) -> Example:
        """What was typed so far as a row that is not stored, however unfinished: for the preview."""
        row = self.example
        if not self.is_bound:
            return row
        typed = {
            name: storable(self.data.get(name, "")).strip() for name in (*PLAIN, *(f"en_{one}" for one in ENGLISH))
        }
        draft = Draft(
            texts={"sr-Cyrl": Text(storable(self.data.get("text-sr-Cyrl", "")).strip()[:MOST_TEXT])},
            link=typed["link"][:MOST_LINK],
            call=CallToAction(_known(typed["call"], CallKind.values), typed["call_words"][:MOST_WORDS]),
            interactive=Interactive(
                kind=_known(typed["format"], Format.values),
                options=tuple(line.strip() for line in typed["options"].splitlines() if line.strip())[:MOST_OPTIONS],
                promise=typed["promise"][:MOST_PROMISE],
                rules=typed["rules"][:MOST_RULES],
            ),
        )
        return Example(
            pk=row.pk, programme=row.programme, starter=row.starter, picture=row.picture, content=draft.to_json(),
            gaps=with_defaults(draft, self.gaps_sent()), patterns=typed["patterns"].splitlines()[:MOST_PATTERNS],
            purpose=_known(typed["purpose"], Purpose.values), shape=_known(typed["shape"], ExampleShape.values),
            networks=[key for key in self["networks"].value() if key in NETWORK_NAMES],
            english={name: typed[f"en_{name}"] for name in ENGLISH},
            **{name: typed[name] for name in ("name", "about", "why", "watch", "alt", "drawing")},
        )  # fmt: skip


def _known(value: str, values: Sequence[str]) -> str:
    return value if value in values else ""
