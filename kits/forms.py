"""Forms for kits: the kit, one of its posts, and the answers that a municipality gives when it adopts it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.typed_date_fields import ClockField, DayField
from kits.domain.edit import KitPostContent
from kits.models import Kit, KitPost
from kits.queries import OFFICE_HOURS, WEBSITE, KnownAnswers
from kits.rules import LAST_DAY
from library.forms import TemplateForm, UseForm
from library.gaps import Gap
from municipalities import place_words
from municipalities.models import EService, Programme
from posts.draft import storable
from serbian.folding import fold

LABELS = {
    place_words.NAME: gettext_lazy("Name of the place"),
    place_words.PLACE: gettext_lazy("The place after “in”"),
    place_words.OF_PLACE: gettext_lazy("The municipality after “of”"),
    place_words.DEADLINE: gettext_lazy("Last day"),
    place_words.START: gettext_lazy("First day"),
    place_words.LINK: gettext_lazy("Link to the service"),
    WEBSITE: gettext_lazy("Website"),
    OFFICE_HOURS: gettext_lazy("Office hours"),
}


class KitForm(forms.Form):
    programme = forms.ChoiceField(label=gettext_lazy("Programme"))
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    purpose = forms.CharField(
        label=gettext_lazy("Purpose"), max_length=600, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("What citizens should know or do as a result. Municipalities read it first."),
    )  # fmt: skip
    service = forms.ChoiceField(
        label=gettext_lazy("eService"), required=False,
        help_text=gettext_lazy("Each municipality sees whether it is verified there, and its address fills {{линк}}."),
    )  # fmt: skip
    starts_on = DayField(
        label=gettext_lazy("First day"), required=False,
        help_text=gettext_lazy("When the campaign fits best. Each municipality chooses its own first day."),
    )  # fmt: skip
    ends_on = DayField(label=gettext_lazy("Last day"), required=False)

    def __init__(
        self, *args: Any, programmes: Sequence[Programme], services: Sequence[EService], kit: Kit | None, **kwargs: Any
    ) -> None:
        if kit:
            days = {"starts_on": kit.starts_on, "ends_on": kit.ends_on}
            kwargs["initial"] = {"name": kit.name, "purpose": kit.purpose, "service": str(kit.service_id or ""), **days}
        super().__init__(*args, **kwargs)
        for name in ("name", "purpose"):
            self.fields[name].widget.attrs["lang"] = "sr-Cyrl"
        self.services = {str(row.pk): row for row in services}
        if kit and kit.service:
            self.services.setdefault(str(kit.service_id), kit.service)
        chosen = [(key, str(eservice)) for key, eservice in self.services.items()]
        self.fields["service"].choices = [("", _("None")), *chosen]  # type: ignore[attr-defined]
        self.programmes = {str(row.pk): row for row in programmes}
        if kit or len(self.programmes) == 1:
            del self.fields["programme"]
        else:
            self.fields["programme"].choices = [(key, str(row)) for key, row in self.programmes.items()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        for name in ("name", "purpose"):
            values[name] = storable(values.get(name) or "").strip()
        first, last = values.get("starts_on"), values.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("The last day lies before the first one."))
        values["service"] = self.services.get(values.get("service", ""))
        return values

    def chosen(self) -> Programme:
        only = next(iter(self.programmes.values()))
        return self.programmes.get(self.cleaned_data.get("programme", ""), only)


class KitPostForm(TemplateForm):
    """The content of a template, with the day and time of the post."""

    about = forms.CharField(
        label=gettext_lazy("Note for the municipality"), max_length=300, required=False,
        help_text=gettext_lazy("Notes, and which picture fits. It is not part of the post."),
    )  # fmt: skip
    day = forms.IntegerField(
        label=gettext_lazy("Day of the campaign"), min_value=1, max_value=LAST_DAY, initial=1,
        help_text=gettext_lazy("1 is the first day that the municipality chooses."),
    )  # fmt: skip
    at = ClockField(label=gettext_lazy("Time"))

    def __init__(self, *args: Any, part: KitPost, **kwargs: Any) -> None:
        self.part = part
        super().__init__(*args, template=part, **kwargs)

    def _initial(self) -> dict[str, Any]:
        return {**super()._initial(), "day": self.part.day + 1, "at": self.part.at}

    def written(self) -> KitPostContent:
        return KitPostContent(self.content(), self.cleaned_data["day"] - 1, self.cleaned_data["at"])


class AdoptForm(UseForm):
    """The first day, one question for each placeholder of all posts, and the choice of posts. Known answers are
    prefilled.
    """

    starts_on = DayField(label=gettext_lazy("First day of the campaign"))
    parts = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Posts"), coerce=int, widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one post.")},
    )  # fmt: skip

    def __init__(self, *args: Any, parts: Sequence[KitPost], known: KnownAnswers, start: date, **kwargs: Any) -> None:
        self.known = known
        super().__init__(*args, **kwargs)
        self.fields["starts_on"].initial = start
        self.fields["parts"].choices = [(part.pk, str(part)) for part in parts]  # type: ignore[attr-defined]
        self.fields["parts"].initial = [part.pk for part in parts]
        for at, gap in enumerate(self.gaps):
            field = self.fields[self.key(at, gap)]
            field.initial = known.values.get(gap["name"])
            field.label = self._label(gap)
            field.help_text = self._hint(gap)

    def key(self, at: int, gap: Gap) -> str:
        """By its name: the kit may change while the page is open, and answers must not shift."""
        return f"gap-{slugify(fold(gap['name'])) or at}"

    def _label(self, gap: Gap) -> str:
        """Standard placeholders have names for writers; this returns labels for those who adopt."""
        guessed = gap["label"].lower() == gap["name"].lower()
        return str(LABELS[gap["name"]]) if guessed and gap["name"] in LABELS else gap["label"]

    def _hint(self, gap: Gap) -> str:
        if gap["name"] in self.known.profile:
            return _("From the settings of the municipality. Check whether it fits the sentence.")
        if gap["name"] in self.known.before:
            return _("As it was answered before.")
        return _("For example: %(example)s") % {"example": gap["example"]} if gap["example"] else ""

    def clean_starts_on(self) -> date:
        start: date = self.cleaned_data["starts_on"]
        if start < timezone.localdate():
            raise forms.ValidationError(_("This day has passed. Choose a later one."))
        return start

    def questions(self) -> list[forms.BoundField]:
        return [self[self.key(at, gap)] for at, gap in enumerate(self.gaps)]

    def filled(self) -> Mapping[str, Any]:
        """The values to show in the posts: valid input, else the known answers."""
        if not self.is_bound:
            return self.known.values
        self.is_valid()
        return self.values()

    def start(self) -> date:
        """The first day as entered, else the suggested one."""
        suggested: date = self.fields["starts_on"].initial
        if not self.is_bound:
            return suggested
        self.is_valid()
        return self.cleaned_data.get("starts_on") or suggested
