"""Forms of planning."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from common.typed_date_fields import ClockField, DayField
from planning.enums import Every
from posts.draft import storable


class CampaignForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    note = forms.CharField(
        label=_("Purpose"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    starts_on = DayField(label=_("First day"), required=False)
    ends_on = DayField(label=_("Last day"), required=False)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        for name in ("name", "note"):
            values[name] = storable(values.get(name) or "").strip()
        first, last = values.get("starts_on"), values.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("The last day lies before the first one."))
        return values


class RecurrenceForm(forms.Form):
    every = forms.ChoiceField(label=_("How often"), choices=Every.choices)
    weekdays = forms.TypedMultipleChoiceField(
        label=_("On which days of the week"),
        coerce=int,
        choices=[
            (0, _("Monday")), (1, _("Tuesday")), (2, _("Wednesday")), (3, _("Thursday")), (4, _("Friday")),
            (5, _("Saturday")), (6, _("Sunday")),
        ],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one day of the week.")},
        help_text=_("A monthly post takes the day of its first date instead."),
    )  # fmt: skip
    at = ClockField(label=_("Time"))
    starts_on = DayField(label=_("First day"))
    ends_on = DayField(label=_("Last day"), help_text=_("Every repetition ends."))
    skips_holidays = forms.BooleanField(label=_("Leave out holidays"), required=False, initial=True)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        first, last = values.get("starts_on"), values.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("The last day lies before the first one."))
        if values.get("every") == Every.MONTH:
            self.errors.pop("weekdays", None)
            values["weekdays"] = []
        return values
