"""Forms of trainings: the training itself, a line of its agenda, a material, a participant."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.dates import short_date
from municipalities.forms import DAY
from municipalities.models import Cohort, Programme
from municipalities.queries import today
from posts.draft import storable
from trainings.models import Session, Training
from trainings.rules import USUAL_DAYS

CLOCK = forms.TimeInput(format="%H:%M", attrs={"type": "time"})


def words(label: Any, most: int, *, rows: int = 0, required: bool = False, hint: Any = "") -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput()
    return forms.CharField(label=label, max_length=most, required=required, help_text=hint, widget=widget)


class Written(forms.Form):
    """A form whose texts may hold whatever somebody pasted: what no database keeps is taken out."""

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        return {name: storable(value).strip() if isinstance(value, str) else value for name, value in values.items()}


class TrainingForm(Written):
    """A new training, or the facts of one. A cohort brings the day on which its training was planned."""

    programme = forms.ChoiceField(label=gettext_lazy("Programme"))
    name = words(gettext_lazy("Name"), 160, required=True)
    cohort = forms.ChoiceField(
        label=gettext_lazy("Cohort"), required=False,
        help_text=gettext_lazy("Its municipalities see the agenda and the materials in their workspaces."),
    )  # fmt: skip
    starts_on = forms.DateField(label=gettext_lazy("First day"), widget=DAY)
    ends_on = forms.DateField(label=gettext_lazy("Last day"), widget=DAY)
    place = words(
        gettext_lazy("Place"), 160,
        hint=gettext_lazy("Town and hall, as people look for them. It stands on the certificate."),
    )  # fmt: skip
    languages = words(
        gettext_lazy("Languages"), 200, hint=gettext_lazy("What is spoken, and who interprets, if anybody does.")
    )
    share_asked = forms.IntegerField(
        label=gettext_lazy("Share to attend, per cent"), min_value=1, max_value=100, initial=80,
        help_text=gettext_lazy("From this share of the sessions on, breaks left out, somebody gets a certificate."),
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
        told = [(key, row, f"{row.programme} · {row}" if several else str(row)) for key, row in self.cohorts.items()]
        return [
            (key, _("%(cohort)s, planned for %(day)s") % {"cohort": name, "day": short_date(row.training_on)})
            for key, row, name in told
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


class SessionForm(Written):
    day = forms.TypedChoiceField(label=gettext_lazy("Day"))
    starts = forms.TimeField(label=gettext_lazy("From"), widget=CLOCK)
    ends = forms.TimeField(label=gettext_lazy("To"), widget=CLOCK)
    title = words(gettext_lazy("Title"), 160, required=True)
    description = words(gettext_lazy("What happens"), 2000, rows=5)
    speaker = words(gettext_lazy("Who leads it"), 160)
    is_break = forms.BooleanField(
        label=gettext_lazy("A break"), required=False, help_text=gettext_lazy("Nobody's attendance is marked.")
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
