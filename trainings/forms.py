"""Forms of trainings: the training itself, a session, a material, a participant."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import languages
from common.dates import short_date
from common.file_fields import FileInput
from common.typed_date_fields import ClockField, DayField, MomentField
from municipalities.models import Cohort, Municipality, Programme
from municipalities.queries import today
from posts.draft import is_link, storable
from serbian.folding import fold
from trainings.domain.materials import Upload
from trainings.files import ACCEPTED, BadFile, checked
from trainings.models import Material, Participant, Session, Training
from trainings.rules import USUAL_DAYS


def text_field(label: Any, most: int, *, rows: int = 0, required: bool = False, hint: Any = "") -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput()
    return forms.CharField(label=label, max_length=most, required=required, help_text=hint, widget=widget)


class CleanTextForm(forms.Form):
    """A form that removes characters from pasted texts that the database cannot store."""

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        return {name: storable(value).strip() if isinstance(value, str) else value for name, value in values.items()}


class TrainingForm(CleanTextForm):
    """A new training, or the facts of one. A cohort brings the day on which its training was planned."""

    programme = forms.ChoiceField(label=gettext_lazy("Programme"))
    name = text_field(gettext_lazy("Name"), 160, required=True)
    cohort = forms.ChoiceField(
        label=gettext_lazy("Cohort"), required=False,
        help_text=gettext_lazy("Its municipalities see the agenda and the materials in their workspaces."),
    )  # fmt: skip
    starts_on = DayField(label=gettext_lazy("First day"))
    ends_on = DayField(label=gettext_lazy("Last day"))
    place = text_field(
        gettext_lazy("Place"), 160,
        hint=gettext_lazy("Town and hall, as people would search for them. It is printed on the certificate."),
    )  # fmt: skip
    languages = text_field(gettext_lazy("Languages"), 200, hint=gettext_lazy("Languages, and interpreting, if any."))
    share_asked = forms.IntegerField(
        label=gettext_lazy("Share to attend, per cent"), min_value=1, max_value=100, initial=80,
        help_text=gettext_lazy("Minimum share of the sessions, without breaks, that is required for a certificate."),
    )  # fmt: skip

    def __init__(
        self,
        *args: Any,
        programmes: Sequence[Programme],
        cohorts: Sequence[Cohort],
        training: Training | None = None,
        chosen: Cohort | None = None,
        **kwargs: Any,
    ) -> None:
        self.programmes = {str(row.pk): row for row in programmes}
        self.cohorts = {str(row.pk): row for row in cohorts}
        kwargs["initial"] = _facts(training) if training else self._begun(chosen)
        super().__init__(*args, **kwargs)
        if training or len(self.programmes) == 1:
            del self.fields["programme"]
        else:
            self.fields["programme"].choices = [(key, str(row)) for key, row in self.programmes.items()]  # type: ignore[attr-defined]
        self.fields["cohort"].choices = [("", _("None")), *self._choices()]  # type: ignore[attr-defined]

    def _begun(self, chosen: Cohort | None) -> dict[str, Any]:
        first = chosen.training_on if chosen else today() + timedelta(days=7)
        return {
            "programme": str(chosen.programme_id) if chosen else None,
            "cohort": str(chosen.pk) if chosen else "",
            "name": _("Training of the cohort %(cohort)s") % {"cohort": chosen} if chosen else "",
            "starts_on": first,
            "ends_on": first + timedelta(days=USUAL_DAYS - 1),
            "share_asked": 80,
        }

    def _choices(self) -> list[tuple[str, str]]:
        several = len({row.programme_id for row in self.cohorts.values()}) > 1
        named = [(key, row, f"{row.programme} · {row}" if several else str(row)) for key, row in self.cohorts.items()]
        return [
            (key, _("%(cohort)s, planned for %(day)s") % {"cohort": name, "day": short_date(row.training_on)})
            for key, row, name in named
        ]

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        values["cohort"] = self.cohorts.get(values.get("cohort", ""))
        return values

    def of_programme(self) -> Programme:
        only = next(iter(self.programmes.values()))
        return self.programmes.get(self.cleaned_data.get("programme", ""), only)


def _facts(training: Training) -> dict[str, Any]:
    names = ("name", "starts_on", "ends_on", "place", "languages", "share_asked")
    return {"cohort": str(training.cohort_id or ""), **{name: getattr(training, name) for name in names}}


class SessionForm(CleanTextForm):
    day = forms.TypedChoiceField(label=gettext_lazy("Day"))
    starts = ClockField(label=gettext_lazy("From"))
    ends = ClockField(label=gettext_lazy("To"))
    title = text_field(gettext_lazy("Title"), 160, required=True)
    description = text_field(gettext_lazy("What happens"), 2000, rows=5)
    speaker = text_field(gettext_lazy("Who leads it"), 160)
    is_break = forms.BooleanField(
        label=gettext_lazy("A break"), required=False, help_text=gettext_lazy("Attendance is not marked.")
    )

    def __init__(self, *args: Any, training: Training, session: Session | None, begun: Any = None, **kwargs: Any):
        names = ("starts", "ends", "title", "description", "speaker", "is_break")
        kwargs["initial"] = {name: getattr(session, name) for name in names} if session else dict(begun or {})
        if session:
            kwargs["initial"]["day"] = session.day.isoformat()
        super().__init__(*args, **kwargs)
        span = (training.ends_on - training.starts_on).days + 1
        days = [training.starts_on + timedelta(days=n) for n in range(span)]
        self.days = {day.isoformat(): day for day in days}
        self.fields["day"].choices = [(key, short_date(day)) for key, day in self.days.items()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if "day" in values:
            values["day"] = self.days[values["day"]]
        return values


class MaterialForm(CleanTextForm):
    """A file or a link. `upload` after `is_valid`: the file with what was found out about it, or None."""

    title = text_field(gettext_lazy("Title"), 160, required=True)
    file = forms.FileField(
        label=gettext_lazy("File"), required=False, widget=FileInput(attrs={"accept": ACCEPTED}),
        help_text=gettext_lazy("PDF, a picture, or a document of an office program, up to 25 MB."),
    )  # fmt: skip
    url = forms.URLField(
        label=gettext_lazy("Or a link"), max_length=500, required=False, assume_scheme="https",
        help_text=gettext_lazy("The address of a page or a film, instead of a file."),
    )  # fmt: skip
    session = forms.ChoiceField(label=gettext_lazy("Belongs to"), required=False)
    visible_from = MomentField(
        label=gettext_lazy("Shown from"), required=False,
        help_text=gettext_lazy("Empty: at once. Solutions of an exercise can wait until it is over."),
    )  # fmt: skip

    def __init__(self, *args: Any, sessions: Sequence[Session], material: Material | None, **kwargs: Any) -> None:
        if material:
            names = ("title", "url", "visible_from")
            chosen = {"session": str(material.session_id or "")}
            kwargs["initial"] = chosen | {name: getattr(material, name) for name in names}
        super().__init__(*args, **kwargs)
        self.upload: Upload | None = None
        self.has_file = bool(material and material.file)
        self.sessions = {str(row.pk): row for row in sessions if not row.is_break}
        choices = [(key, f"{short_date(row.day)}, {row.title}") for key, row in self.sessions.items()]
        self.fields["session"].choices = [("", _("The whole training")), *choices]  # type: ignore[attr-defined]
        if material and material.file:
            help_text = _("Now: %(name)s. Choose a file only to replace it.") % {"name": material.file_name}
            self.fields["file"].help_text = help_text

    def clean_url(self) -> str:
        url = str(self.cleaned_data["url"])
        if url and not is_link(url):
            raise forms.ValidationError(_("Write the address of a page, beginning with https://."))
        return url

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file:
            try:
                self.upload = Upload(file, checked(file, name=file.name, size=file.size))
            except BadFile as bad:
                raise forms.ValidationError(str(bad)) from bad
        return file

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if not self.errors and self.upload and values.get("url"):
            self.add_error("url", _("A file or a link, please, not both."))
        if not self.errors and not self.upload and not values.get("url") and not self.has_file:
            self.add_error("file", _("Choose a file, or write the address of a page."))
        values["session"] = self.sessions.get(values.get("session", ""))
        return values


# ---------------------------------------------------------------- people


class ParticipantForm(CleanTextForm):
    name = text_field(gettext_lazy("Name"), 120, required=True)
    email = forms.EmailField(
        label=gettext_lazy("E-mail address"), required=False, widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("A person with an account of this address sees the training and their certificate."),
    )  # fmt: skip
    municipality = forms.ChoiceField(label=gettext_lazy("Municipality"), required=False)
    role = text_field(gettext_lazy("Role"), 120, hint=gettext_lazy("Their position at home, in words."))
    language = forms.ChoiceField(label=gettext_lazy("Language of the certificate"), choices=languages.choices)
    printed_name = text_field(
        gettext_lazy("Name on the certificate"), 120,
        hint=gettext_lazy("Only where it is to be written otherwise than the script of the certificate gives it."),
    )  # fmt: skip

    def __init__(
        self, *args: Any, places: Sequence[Municipality], participant: Participant | None = None, **kwargs: Any
    ) -> None:
        if participant:
            names = ("name", "email", "role", "language", "printed_name")
            kwargs["initial"] = {name: getattr(participant, name) for name in names}
            kwargs["initial"]["municipality"] = str(participant.municipality_id or "")
        super().__init__(*args, **kwargs)
        known = {row.pk: row for row in places}
        if participant and participant.municipality:
            known.setdefault(participant.municipality.pk, participant.municipality)
        self.places = {str(pk): row for pk, row in known.items()}
        choices = [(key, str(row)) for key, row in self.places.items()]
        self.fields["municipality"].choices = [("", _("None")), *choices]  # type: ignore[attr-defined]

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).strip().lower()

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        values["municipality"] = self.places.get(values.get("municipality", ""))
        return values


class PastedForm(CleanTextForm):
    """A list as a spreadsheet gives it: a person to a line, cells apart by tabs or semicolons."""

    lines = text_field(
        gettext_lazy("The list"), 20_000, rows=8, required=True,
        hint=gettext_lazy("A person to a line: name; e-mail; municipality; role. Only the name has to be there."),
    )  # fmt: skip
    language = forms.ChoiceField(label=gettext_lazy("Language of the certificates"), choices=languages.choices)

    def __init__(self, *args: Any, places: Sequence[Municipality], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by_name = {fold(name): row for row in places for name in (row.name_cyrl, row.name_latn, row.name_en)}
        self.fields["lines"].widget.attrs["placeholder"] = "Ана Петровић; ana@cuprija.rs; Ћуприја; сарадница"
        self.read: list[dict[str, Any]] = []

    def clean_lines(self) -> str:
        text = str(self.cleaned_data["lines"])
        for number, line in enumerate(text.splitlines(), start=1):
            if line.strip():
                self.read.append(self._person(number, line))
        return text

    def _person(self, number: int, line: str) -> dict[str, Any]:
        cells = [" ".join(cell.split()) for cell in (line.split("\t") if "\t" in line else line.split(";"))]
        name, email, place, role = (*cells, "", "", "", "")[:4]
        values = {"number": number, "what": email or place or name}
        if not name or len(name) > 120 or len(role) > 120:
            raise forms.ValidationError(_("Line %(number)s has no name, or one that is too long.") % values)
        if email:
            try:
                validate_email(email)
            except forms.ValidationError as bad:
                raise forms.ValidationError(_("Line %(number)s: “%(what)s” is no e-mail address.") % values) from bad
        if place and fold(place) not in self.by_name:
            values["what"] = place
            raise forms.ValidationError(
                _("Line %(number)s: no municipality of this training is called “%(what)s”.") % values
            )
        return {"name": name, "email": email.lower(), "municipality": self.by_name.get(fold(place)) if place else None,
                "role": role, "printed_name": ""}  # fmt: skip

    def people(self) -> list[dict[str, Any]]:
        return [{**person, "language": self.cleaned_data["language"]} for person in self.read]


class RevokeForm(CleanTextForm):
    reason = text_field(
        gettext_lazy("Reason"), 300, required=True, hint=gettext_lazy("It stays beside the number, for the records.")
    )
