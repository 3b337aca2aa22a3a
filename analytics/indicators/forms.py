"""Forms of the programme's indicators."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics.enums import Area, Better, Level, TargetKind, Unit
from analytics.indicators import labels
from analytics.indicators.domain.baselines import CHANGE_NEEDS_REASON, because_field
from analytics.indicators.domain.definitions import Defined
from analytics.indicators.domain.manual_values import EnteredValue
from analytics.indicators.domain.targets import Wanted
from analytics.indicators.queries.baselines import Proposal
from analytics.models import ProgrammeIndicator
from common.typed_date_fields import DayField
from municipalities.models import Cohort, Municipality
from municipalities.queries import today
from posts.media.domain.consents import Scan, read_scan
from posts.media.domain.pictures import BadPicture

WHOLE = ("programme", gettext_lazy("The programme as a whole"))


def _day(label: Any, **more: Any) -> forms.DateField:
    return DayField(label=label, **more)


def _reason(label: Any, help_text: Any, *, required: bool = True) -> forms.CharField:
    return forms.CharField(label=label, help_text=help_text, max_length=300, required=required)


class OwnForm(forms.Form):
    """An indicator of the programme's own."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=160)
    level = forms.ChoiceField(label=gettext_lazy("Level"), choices=Level)
    unit = forms.ChoiceField(label=gettext_lazy("Unit"), choices=Unit, initial=Unit.NUMBER.value)
    better = forms.ChoiceField(label=gettext_lazy("Better direction"), choices=Better, widget=forms.RadioSelect)
    method = forms.CharField(
        label=gettext_lazy("How it is measured"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000,
        help_text=gettext_lazy("So that anyone else would arrive at the same number."),
    )  # fmt: skip
    source = forms.CharField(
        label=gettext_lazy("Source"), max_length=200,
        help_text=gettext_lazy("For example: minutes of the training, a survey, a register."),
    )  # fmt: skip
    areas = forms.MultipleChoiceField(
        label=gettext_lazy("Areas of good governance"), choices=Area, required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip

    def __init__(self, *args: Any, indicator: ProgrammeIndicator | None = None, **kwargs: Any) -> None:
        initial: dict[str, Any] = {"better": Better.UP.value, "level": Level.OUTPUT.value}
        if indicator is not None:
            initial = {name: getattr(indicator, name) for name in self.base_fields}
        super().__init__(*args, **{**kwargs, "initial": initial})

    def definition(self) -> Defined:
        return Defined(**{**self.cleaned_data, "areas": tuple(self.cleaned_data["areas"])})


class NameForm(forms.Form):
    """The programme's own name for an indicator of the list."""

    name = forms.CharField(
        label=gettext_lazy("Name in this programme"), max_length=160, required=False,
        help_text=gettext_lazy("Leave it empty for the name in the list. The formula stays the same."),
    )  # fmt: skip


class WindowForm(forms.Form):
    """Cohort and days of a baseline, shown before anything is frozen."""

    cohort = forms.ChoiceField(label=gettext_lazy("Cohort"))
    first = _day(gettext_lazy("First day"))
    last = _day(gettext_lazy("Last day"))

    def __init__(self, *args: Any, cohorts: Sequence[Cohort], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named: Any = self.fields["cohort"]
        named.choices = [(str(row.pk), str(row)) for row in cohorts]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and last < first:
            self.add_error("last", _("The last day lies before the first."))
        if first and last and (last - first).days > 366:
            self.add_error("first", _("These are more than a year. Choose fewer days."))
        return cleaned


class FreezeForm(forms.Form):
    """Which of the values shown are frozen: a tick for each municipality with a value, and a field for the reason
    where the value is of too little data. Those of enough data and without a baseline are ticked at first.

    `withheld`: municipalities that did not agree to comparison. Nobody of the programme sees their values, so only
    those of enough data are frozen.
    """

    reason = _reason(
        gettext_lazy("Reason"),
        gettext_lazy("Needed where a frozen baseline changes. The old one stays in the history."),
        required=False,
    )

    def __init__(self, *args: Any, proposals: Sequence[Proposal], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.proposals = proposals
        self.shown = [row for row in proposals if row.compares and row.measured.value is not None]
        self.withheld = [row for row in proposals if not row.compares]
        for row in self.shown:
            self.fields[f"freeze_{row.place.pk}"] = forms.BooleanField(
                label=_("Freeze the value of %(place)s") % {"place": row.place}, required=False,
                initial=row.is_enough and row.frozen is None,
            )  # fmt: skip
            if not row.is_enough:
                self.fields[because_field(row.place.pk)] = forms.CharField(
                    label=_("Why the value of %(place)s is frozen with too little data") % {"place": row.place},
                    max_length=300, required=False,
                )  # fmt: skip
        if self.withheld:
            self.fields["withheld"] = forms.BooleanField(
                label=_("Freeze theirs too, where there is enough data and no baseline yet"), required=False,
                initial=True,
            )  # fmt: skip
            self.fields["withheld_again"] = forms.BooleanField(
                label=_("Replace the baselines that they have already"), required=False
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for row in self.shown:
            if row.is_enough or not cleaned.get(f"freeze_{row.place.pk}"):
                continue
            name = because_field(row.place.pk)
            if not cleaned.get(name) and not self.has_error(name):
                self.add_error(name, _("Explain why it is frozen all the same, or leave the municipality out."))
        if not self.errors and not self.chosen():
            self.add_error(None, _("Nothing is ticked. Tick the values that are to be frozen."))
        if any(row.frozen for row in self.chosen()) and not cleaned.get("reason") and not self.has_error("reason"):
            self.add_error("reason", CHANGE_NEEDS_REASON)
        return cleaned

    def chosen(self) -> list[Proposal]:
        """Those that are frozen, the withheld ones among them."""
        cleaned = self.cleaned_data
        chosen = [row for row in self.shown if cleaned.get(f"freeze_{row.place.pk}")]
        for row in self.withheld:
            is_wanted = cleaned.get("withheld_again" if row.frozen else "withheld")
            if is_wanted and row.is_enough:
                chosen.append(row)
        return chosen

    def few_because(self) -> dict[int, str]:
        """The reasons for those that are frozen with too little data, by municipality id."""
        rows = [row for row in self.chosen() if not row.is_enough]
        return {row.place.pk: self.cleaned_data[because_field(row.place.pk)] for row in rows}


class _PlaceForm(forms.Form):
    """Of the programme as a whole, or of one municipality."""

    place = forms.ChoiceField(label=gettext_lazy("For"), initial=WHOLE[0])

    def __init__(self, *args: Any, places: Sequence[Municipality], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = {row.slug: row for row in places}
        named: Any = self.fields["place"]
        named.choices = [WHOLE, *((slug, str(row)) for slug, row in self.places.items())]

    def chosen(self) -> Municipality | None:
        return self.places.get(self.cleaned_data["place"])


class EnteredBaselineForm(_PlaceForm):
    """A baseline that a person knows from elsewhere."""

    first = _day(gettext_lazy("First day"))
    last = _day(gettext_lazy("Last day"))
    value = forms.FloatField(label=gettext_lazy("Value"), localize=True, min_value=0)
    source = forms.CharField(label=gettext_lazy("Source"), max_length=300)
    reason = _reason(
        gettext_lazy("Reason"),
        gettext_lazy("Needed where a frozen baseline changes. The old one stays in the history."),
        required=False,
    )


class TargetForm(_PlaceForm):
    """A target, or a milestone on the way to it."""

    is_milestone = forms.TypedChoiceField(
        label=gettext_lazy("What"), coerce=lambda choice: choice == "milestone",
        widget=forms.RadioSelect, initial="target",
        choices=[("target", gettext_lazy("Target")), ("milestone", gettext_lazy("Milestone on the way"))],
    )  # fmt: skip
    kind = forms.ChoiceField(label=gettext_lazy("Expressed as"), choices=TargetKind, widget=forms.RadioSelect)
    value = forms.FloatField(label=gettext_lazy("Value"), localize=True)
    due_on = _day(gettext_lazy("Due on"))
    reason = _reason(gettext_lazy("Reason"), gettext_lazy("Where it was agreed, or why it changes."))
    worse_because = _reason(
        gettext_lazy("Why it is worse than the baseline"),
        gettext_lazy("Only where it is. It is marked on every page, and a decline is never shown as reached."),
        required=False,
    )

    def __init__(self, *args: Any, indicator: ProgrammeIndicator, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        usual = labels.usual(indicator)
        if usual:
            self.fields["value"].help_text = _("Usual for this indicator: %(usual)s.") % {"usual": usual}

    def wanted(self) -> Wanted:
        names = ("kind", "value", "due_on", "is_milestone", "reason", "worse_because")
        return Wanted(**{name: self.cleaned_data[name] for name in names})


class EndTargetForm(forms.Form):
    reason = _reason(gettext_lazy("Reason"), gettext_lazy("Why it no longer holds. It stays in the history."))


class ValueForm(_PlaceForm):
    """A value that a person knows, with where it comes from."""

    on = _day(gettext_lazy("On"), initial=today)
    value = forms.FloatField(label=gettext_lazy("Value"), localize=True)
    source = forms.CharField(label=gettext_lazy("Source"), max_length=300)
    note = forms.CharField(
        label=gettext_lazy("Note"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    evidence = forms.FileField(
        label=gettext_lazy("Evidence"), required=False,
        help_text=gettext_lazy("A PDF or a picture, up to 10 MB, for the programme's staff and the municipality only."),
    )  # fmt: skip

    def clean_evidence(self) -> Scan | None:
        """Told by its content, not by its name."""
        upload = self.cleaned_data["evidence"]
        if not upload:
            return None
        try:
            return read_scan(upload, size=upload.size)
        except BadPicture as bad:
            raise forms.ValidationError(str(bad)) from bad

    def entered(self) -> EnteredValue:
        return EnteredValue(**{name: self.cleaned_data[name] for name in ("on", "value", "source", "note")})
