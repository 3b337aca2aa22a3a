"""Forms of the library."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.file_fields import FileInput
from common.typed_date_fields import DayField
from library.domain.templates import TemplateContent
from library.enums import GapKind
from library.gaps import MOST as MOST_GAPS
from library.gaps import Gap, TemplateSource, with_defaults
from library.models import Template
from library.queries import Branch
from posts.draft import (
    MOST_ALT,
    MOST_OPTION,
    MOST_OPTIONS,
    MOST_PROMISE,
    MOST_RULES,
    BadDraft,
    is_link,
    parse,
    storable,
)
from posts.editing.placeholders import Value
from posts.enums import CallKind, Category, ConsentKind, Format
from posts.labels import language_name
from posts.media.domain.consents import ConsentDetails, Scan, read_scan
from posts.media.domain.pictures import BadPicture, PictureDetails
from posts.models import Folder, Media

NONE = ("", gettext_lazy("None"))
# A consent is kept as long as it may be asked for: while it is valid, and one year more.
KEEP_YEARS = 5


def _area(tag: str, rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "lang": tag})


# ---- templates


class TemplateForm(forms.Form):
    """The texts of a template. Questions for its gaps are sent as `gap-0-name`, `-label`, `-kind`, `-example`."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    about = forms.CharField(
        label=gettext_lazy("When to use it"), max_length=300, required=False,
        help_text=gettext_lazy("One sentence for colleagues who choose among the templates."),
    )  # fmt: skip
    category = forms.ChoiceField(label=gettext_lazy("Purpose"), choices=Category)
    call = forms.ChoiceField(label=gettext_lazy("Call to action"), choices=[NONE, *CallKind.choices], required=False)
    call_words = forms.CharField(label=gettext_lazy("In these words"), max_length=120, required=False)
    link = forms.CharField(
        label=gettext_lazy("Link"), max_length=1000, required=False,
        help_text=gettext_lazy("A web address, or a gap such as {{link}} that is filled in each time."),
    )  # fmt: skip
    format = forms.ChoiceField(
        label=gettext_lazy("How people take part"), choices=[NONE, *Format.choices], required=False
    )
    options = forms.CharField(
        label=gettext_lazy("Answers to choose from"), required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("One in each line."),
    )  # fmt: skip
    days = forms.IntegerField(label=gettext_lazy("Days it runs"), min_value=1, max_value=30, required=False)
    promise = forms.CharField(
        label=gettext_lazy("Use of the answers"), max_length=MOST_PROMISE, required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
    rules = forms.CharField(
        label=gettext_lazy("Rules"), max_length=MOST_RULES, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )

    def __init__(self, *args: Any, template: TemplateSource, tags: Sequence[str], **kwargs: Any) -> None:
        self.template = template
        self.stored = parse(template.content)
        self.tags = list(dict.fromkeys([*tags, *self.stored.texts]))
        kwargs["initial"] = self._initial()
        super().__init__(*args, **kwargs)
        for tag in self.tags:
            self.fields[f"text-{tag}"] = forms.CharField(
                label=language_name(tag), max_length=20_000, required=False, widget=_area(tag, 8)
            )

    def _initial(self) -> dict[str, Any]:
        row, draft = self.template, self.stored
        texts = {f"text-{tag}": draft.texts[tag].text for tag in self.tags if tag in draft.texts}
        return {
            "name": row.name, "about": row.about, "category": row.category, **texts,
            "call": draft.call.kind, "call_words": draft.call.words, "link": draft.link,
            "format": draft.interactive.kind, "options": "\n".join(draft.interactive.options),
            "days": draft.interactive.days or None, "promise": draft.interactive.promise,
            "rules": draft.interactive.rules,
        }  # fmt: skip

    @property
    def texts(self) -> list[forms.BoundField]:
        return [self[f"text-{tag}"] for tag in self.tags]

    def clean_name(self) -> str:
        return storable(self.cleaned_data["name"]).strip()

    def clean_options(self) -> list[str]:
        lines = [line.strip() for line in self.cleaned_data["options"].splitlines() if line.strip()]
        if len(lines) > MOST_OPTIONS:
            raise forms.ValidationError(_("Give at most %(most)s answers.") % {"most": MOST_OPTIONS})
        if any(len(line) > MOST_OPTION for line in lines):
            raise forms.ValidationError(_("An answer can have %(most)s characters.") % {"most": MOST_OPTION})
        return lines

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        try:
            cleaned["draft"] = parse(self._raw(cleaned))
        except BadDraft as bad:
            raise forms.ValidationError(bad.problems) from bad
        if cleaned["draft"].is_empty:
            raise forms.ValidationError(_("A template needs a text. Write one in any of the languages."))
        return cleaned

    def _raw(self, cleaned: Mapping[str, Any]) -> dict[str, Any]:
        """What the form knows of a draft, over what the template holds besides (channels, eService, …)."""
        raw = self.stored.to_json()
        other_texts = {tag: stored for tag, stored in raw["texts"].items() if tag not in self.tags}
        texts = {tag: {"text": cleaned[f"text-{tag}"]} for tag in self.tags if cleaned.get(f"text-{tag}", "").strip()}
        interactive = {
            **raw["interactive"], "kind": cleaned["format"], "options": cleaned["options"],
            "days": cleaned["days"], "promise": cleaned["promise"], "rules": cleaned["rules"],
        }  # fmt: skip
        return {
            **raw, "texts": {**other_texts, **texts}, "link": cleaned["link"], "interactive": interactive,
            "call": {"kind": cleaned["call"], "words": cleaned["call_words"]},
        }  # fmt: skip

    def content(self) -> TemplateContent:
        cleaned = self.cleaned_data
        about = storable(cleaned["about"]).strip()
        deadline = self.data.get("deadline", "")
        return TemplateContent(
            cleaned["name"], about, cleaned["category"], cleaned["draft"], self.gaps_sent(), deadline
        )

    def gaps_sent(self) -> list[dict[str, str]]:
        """The questions as they were sent, else as they are stored."""
        if not self.is_bound:
            return list(self.template.gaps)
        parts = ("name", "label", "kind", "example")
        rows = [{part: self.data.get(f"gap-{at}-{part}", "")[:200] for part in parts} for at in range(MOST_GAPS)]
        return [row for row in rows if row["name"]] or list(self.template.gaps)

    def questions(self) -> list[dict[str, str]]:
        """One question for each gap of the stored texts."""
        return with_defaults(self.stored, self.gaps_sent())

    gap_kinds = GapKind.choices


class UseForm(forms.Form):
    """One question for each gap. All may be left empty: the gap then stays in the text, marked."""

    def __init__(self, *args: Any, gaps: Sequence[Gap], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.gaps = gaps
        for at, gap in enumerate(self.gaps):
            self.fields[self.key(at, gap)] = self._field(gap)

    def key(self, at: int, gap: Gap) -> str:
        """The name of the field that asks for it."""
        return f"gap-{at}"

    def _field(self, gap: Mapping[str, str]) -> forms.Field:
        label, example = gap["label"], gap["example"]
        if gap["kind"] == GapKind.DATE:
            return DayField(label=label, required=False)
        # a hint is printed as HTML
        hint = _("For example: %(example)s") % {"example": escape(example)} if example else ""
        mode = {"inputmode": "url"} if gap["kind"] == GapKind.LINK else {}
        widget = forms.TextInput(attrs={"autocomplete": "off", **mode})
        return forms.CharField(label=label, max_length=500, required=False, help_text=hint, widget=widget)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for at, gap in enumerate(self.gaps):
            value = cleaned.get(self.key(at, gap))
            if gap["kind"] == GapKind.LINK and value and not is_link(value):
                self.add_error(
                    self.key(at, gap), _("This is not a web address. It begins with https:// and has no spaces.")
                )
        return cleaned

    def values(self) -> dict[str, Value]:
        answers = {gap["name"]: self.cleaned_data.get(self.key(at, gap)) for at, gap in enumerate(self.gaps)}
        return {name: value if isinstance(value, date) else storable(value) for name, value in answers.items() if value}


class FromPostForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=120, help_text=gettext_lazy("Colleagues find the template by it.")
    )


# ---- snippets


class SnippetForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)

    def __init__(self, *args: Any, tags: Sequence[str], texts: Mapping[str, str], is_hashtags: bool, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.tags, self.is_hashtags = list(dict.fromkeys([*tags, *texts])), is_hashtags
        for tag in self.tags:
            self.fields[f"text-{tag}"] = forms.CharField(
                label=language_name(tag), max_length=2000, required=False, initial=texts.get(tag, ""),
                widget=_area(tag, 3),
            )  # fmt: skip

    def clean_name(self) -> str:
        return storable(self.cleaned_data["name"]).strip()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        texts = {tag: self._clean(cleaned.get(f"text-{tag}") or "") for tag in self.tags}
        if not self.errors and not any(texts.values()):
            raise forms.ValidationError(_("Write the words in at least one language."))
        cleaned["texts"] = texts
        return cleaned

    def _clean(self, text: str) -> str:
        plain = storable(text).strip()
        if not self.is_hashtags:
            return plain
        # people type hashtags with commas, with and without the sign
        hashtags = [word.strip("#,;") for word in plain.replace(",", " ").split()]
        return " ".join(dict.fromkeys(f"#{word}" for word in hashtags if word))


# ---- pictures


def _folder_field(branches: Sequence[Branch], label: Any, empty: Any) -> forms.ChoiceField:
    choices = [("", empty), *((str(branch.folder.pk), branch.path) for branch in branches)]
    return forms.ChoiceField(label=label, choices=choices, required=False)


class PicturePostForm(forms.Form):
    """A picture from the camera or from the device, its description, and a template to write from."""

    camera = forms.FileField(
        label=gettext_lazy("Take a picture"), required=False,
        widget=forms.FileInput(attrs={"accept": "image/*", "capture": "environment"}),
    )  # fmt: skip
    device = forms.FileField(
        label=gettext_lazy("Choose one that is there"), required=False,
        widget=forms.FileInput(attrs={"accept": "image/*"}),
    )  # fmt: skip
    alt = forms.CharField(
        label=gettext_lazy("What does the picture show?"), max_length=MOST_ALT, required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("For those who cannot see it. One sentence is enough; you can dictate it."),
    )  # fmt: skip
    template = forms.ChoiceField(label=gettext_lazy("Begin with the text of a template"), required=False)

    def __init__(self, *args: Any, templates: Sequence[Template], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups: dict[str, list[tuple[str, str]]] = {}
        for row in templates:
            groups.setdefault(row.get_category_display(), []).append((str(row.ref), row.name))
        field = self.fields["template"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", gettext_lazy("No template")), *groups.items()]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not (cleaned.get("camera") or cleaned.get("device")):
            self.add_error("camera", _("No picture arrived. Take one, or choose one."))
        return cleaned

    def file(self) -> Any:
        return self.cleaned_data.get("camera") or self.cleaned_data.get("device")

    @property
    def filled_field(self) -> str:
        """The field whose file was sent: a problem with it stands there."""
        return "camera" if self.cleaned_data.get("camera") else "device"


class PictureForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    alt = forms.CharField(
        label=gettext_lazy("What does the picture show?"), max_length=1500, required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("For those who cannot see it. Offered whenever the picture is used."),
    )  # fmt: skip
    credit = forms.CharField(label=gettext_lazy("Author"), max_length=200, required=False)
    licence = forms.CharField(
        label=gettext_lazy("Terms of use"), max_length=300, required=False,
        help_text=gettext_lazy("For example: taken for the municipality, may be used without limits."),
    )  # fmt: skip
    shows_children = forms.BooleanField(label=gettext_lazy("Children can be recognised in it"), required=False)

    def __init__(self, *args: Any, media: Media, branches: Sequence[Branch], **kwargs: Any) -> None:
        initial = {name: getattr(media, name) for name in ("name", "alt", "credit", "licence", "shows_children")}
        kwargs["initial"] = {**initial, "folder": str(media.folder_id or "")}
        super().__init__(*args, **kwargs)
        self.fields["folder"] = _folder_field(branches, _("Folder"), _("No folder"))
        if media.is_video:
            self.fields["alt"].label = _("What does the video show?")
        if media.is_document:
            self.fields["alt"].label = _("Title of the document")
            self.fields["alt"].help_text = _("Shown above its pages.")
        self.known = {str(branch.folder.pk): branch.folder for branch in branches}

    def about(self) -> PictureDetails:
        cleaned = self.cleaned_data
        fields = {name: cleaned[name] for name in ("name", "alt", "credit", "licence", "shows_children")}
        return PictureDetails(**fields, folder=self.known.get(cleaned["folder"]))


class FolderForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)

    def __init__(self, *args: Any, branches: Sequence[Branch], folder: Folder | None = None, **kwargs: Any) -> None:
        initial = {"name": folder.name, "parent": str(folder.parent_id or "")} if folder else {}
        kwargs["initial"] = {**initial, **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        tops = [
            branch for branch in branches if branch.level == 0 and (folder is None or branch.folder.pk != folder.pk)
        ]
        self.fields["parent"] = _folder_field(tops, _("Inside"), _("No other folder"))
        self.known = {str(top.folder.pk): top.folder for top in tops}

    def parent(self) -> Folder | None:
        return self.known.get(self.cleaned_data["parent"])


class ConsentForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("How it was given"), choices=ConsentKind)
    people = forms.CharField(
        label=gettext_lazy("Person shown"), max_length=300, required=False,
        help_text=gettext_lazy("Only as much as is needed to know later whom this is about."),
    )  # fmt: skip
    given_by = forms.CharField(
        label=gettext_lazy("Person who agreed"), max_length=200, required=False,
        help_text=gettext_lazy("For a child a parent or guardian."),
    )  # fmt: skip
    given_on = DayField(label=gettext_lazy("On which day"))
    valid_until = DayField(label=gettext_lazy("Valid until"), required=False)
    keep_until = DayField(
        label=gettext_lazy("Erase the names after"),
        help_text=gettext_lazy("On the next day the names and the scan are erased automatically."),
    )  # fmt: skip
    scan = forms.FileField(
        label=gettext_lazy("Scan of the signed paper"), required=False,
        help_text=gettext_lazy("PDF or picture, at most 10 MB. Only people who keep the library can open it."),
        widget=FileInput(attrs={"accept": "application/pdf,image/jpeg,image/png,image/webp,image/heic"}),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        today = timezone.localdate()
        kwargs.setdefault("initial", {"given_on": today, "keep_until": _years_on(today, KEEP_YEARS)})
        super().__init__(*args, **kwargs)

    def clean_given_on(self) -> date:
        given_on: date = self.cleaned_data["given_on"]
        if given_on > timezone.localdate():
            raise forms.ValidationError(_("This day has not come yet."))
        return given_on

    def clean_scan(self) -> Scan | None:
        file = self.cleaned_data["scan"]
        if not file:
            return None
        try:
            return read_scan(file, size=file.size)
        except BadPicture as bad:
            raise forms.ValidationError(str(bad)) from bad

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        given, ends, keep = (cleaned.get(name) for name in ("given_on", "valid_until", "keep_until"))
        if cleaned.get("kind") in (ConsentKind.WRITTEN, ConsentKind.ORAL) and not cleaned.get("given_by", "").strip():
            self.add_error("given_by", _("Write who agreed; without a name it is no consent."))
        if given and ends and ends < given:
            self.add_error("valid_until", _("The consent would end before it was given."))
        if keep and (keep < timezone.localdate() or (ends and keep < ends)):
            self.add_error("keep_until", _("Keep the names at least as long as the consent holds."))
        return cleaned

    def details(self) -> ConsentDetails:
        cleaned = self.cleaned_data
        people, given_by = (storable(cleaned[name]).strip() for name in ("people", "given_by"))
        days = {name: cleaned[name] for name in ("given_on", "valid_until", "keep_until")}
        return ConsentDetails(kind=cleaned["kind"], people=people, given_by=given_by, **days)


def _years_on(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)
