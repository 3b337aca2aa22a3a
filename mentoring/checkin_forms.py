"""Forms of check-ins: time, method and place; notes with hours; next steps."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from common.typed_date_fields import DayField
from mentoring.domain.checkins import MOST_STEPS, CheckInPlan, CheckInRecord, StepContent
from mentoring.enums import CheckInMethod, Side
from mentoring.models import CheckIn
from mentoring.models.checkins import MOST_HOURS, QUARTER
from posts.forms import MoveForm

BLANK_STEPS = 3


def clock_of(row: CheckIn) -> dict[str, Any]:
    """The time of a row as fields of `MoveForm`."""
    return {"on": row.on, "at": row.local_time.strftime("%H:%M"), "fold": str(row.fold)}


class PlanCheckInForm(MoveForm):
    """When, how, where and about what; a time that does not exist or exists twice is asked about."""

    way = forms.ChoiceField(label=_("How"), choices=CheckInMethod.choices)
    place = forms.CharField(
        label=_("Where"),
        max_length=300,
        required=False,
        help_text=_("The link of the call, a number, or a room. Visible to everyone who may see the plan."),
    )
    subject = forms.CharField(label=_("About"), max_length=200, required=False)

    field_order: tuple[str, ...] = ("on", "at", "fold", "way", "place", "subject")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(self.field_order)

    def planned(self) -> CheckInPlan:
        """After `is_valid`."""
        values = self.cleaned_data
        return CheckInPlan(values["resolved"], values["way"], values["subject"], values["place"])


class ReasonOfCheckInForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), max_length=300, help_text=_("A few words; the municipality and the mentor read them.")
    )


class MoveCheckInForm(PlanCheckInForm):
    reason = forms.CharField(
        label=_("Reason"), max_length=300, help_text=_("A few words; the municipality and the mentor read them.")
    )

    field_order: tuple[str, ...] = ("on", "at", "fold", "way", "place", "subject", "reason")


class WriteDownForm(MoveForm):
    """When it was held, how long it took with everything around it, and what was said."""

    way = forms.ChoiceField(label=_("How"), choices=CheckInMethod.choices)
    hours = forms.DecimalField(
        label=_("Hours"),
        min_value=QUARTER,
        max_value=MOST_HOURS,
        decimal_places=2,
        localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "size": 6}),
        help_text=_(
            "In quarters of an hour, with preparing and the way there: 0.25, 0.5, 1.75. The donor gets the sum."
        ),
    )
    subject = forms.CharField(label=_("About"), max_length=200, required=False)
    notes = forms.CharField(
        label=_("Notes"),
        widget=forms.Textarea(attrs={"rows": 7}),
        help_text=_("Contents and decisions. Visible to everyone who may see the plan."),
    )

    field_order: tuple[str, ...] = ("on", "at", "fold", "way", "hours", "subject", "notes")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(self.field_order)

    def record(self, steps: list[StepContent]) -> CheckInRecord:
        """After `is_valid`."""
        values = self.cleaned_data
        return CheckInRecord(
            values["resolved"], values["way"], values["hours"], values["notes"], steps, values["subject"]
        )


class StepForm(forms.Form):
    """One next step; a row without text is none, and one whose text was cleared goes."""

    pk = forms.IntegerField(required=False, widget=forms.HiddenInput)
    text = forms.CharField(label=_("Next step"), max_length=300, required=False)
    side = forms.ChoiceField(label=_("Whose"), choices=Side.choices, initial=Side.MUNICIPALITY)
    owner = forms.CharField(label=_("Name"), max_length=120, required=False)
    due_on = DayField(label=_("Until"), required=False)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not values.get("text") and (values.get("owner") or values.get("due_on")) and not values.get("pk"):
            self.add_error("text", _("Enter the task."))
        return values


StepFormSet = forms.formset_factory(StepForm, extra=0, max_num=MOST_STEPS, absolute_max=MOST_STEPS + BLANK_STEPS)


def steps_form(data: Any, row: CheckIn | None) -> Any:
    """The steps of `row`, and some rows to fill in."""
    known = list(row.steps.order_by("position", "pk")) if row else []
    initial: list[dict[str, Any]] = [
        {
            "pk": next_step.pk,
            "text": next_step.text,
            "side": next_step.side,
            "owner": next_step.owner,
            "due_on": next_step.due_on,
        }
        for next_step in known
    ]
    blank = max(1, min(BLANK_STEPS, MOST_STEPS - len(known)))
    initial += [{"side": Side.MUNICIPALITY} for _each in range(blank)] if len(known) < MOST_STEPS else []
    # a row that was left as it stood is still a step, whatever the form says of how many there were
    return StepFormSet(data, initial=initial, prefix="step", form_kwargs={"empty_permitted": False})


def steps_of(formset: Any) -> list[StepContent]:
    """After `is_valid`."""
    return [
        StepContent(values["text"], values["side"], values["owner"], values["due_on"], values["pk"])
        for values in (form.cleaned_data for form in formset)
        if values.get("text")
    ]


class HoursForm(forms.Form):
    """Which months the table of hours covers; nothing chosen: the last twelve."""

    first = DayField(
        label=_("From month"),
        required=False,
        input_formats=["%Y-%m"],
        widget=forms.DateInput(format="%Y-%m", attrs={"type": "month"}),
    )
    last = DayField(
        label=_("To month"),
        required=False,
        input_formats=["%Y-%m"],
        widget=forms.DateInput(format="%Y-%m", attrs={"type": "month"}),
    )

    def months(self, today: date) -> tuple[date, date]:
        """First days of the first and the last month, in order; what makes no sense counts as not chosen."""
        values = self.cleaned_data if self.is_valid() else {}
        this = today.replace(day=1)
        last = values.get("last") or this
        first = values.get("first") or last.replace(year=last.year - 1)
        return (last, first) if last < first else (first, last)
