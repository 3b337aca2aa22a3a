"""Form fields for a day and a time that are typed (`common.typed_dates`), the day also chosen from a calendar.

A browser's own fields show the day in the order of the computer's language, so that 08/12 is read as two days.
"""

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from common.typed_dates import parse_clock, parse_day


class DayInput(forms.DateInput):
    template_name = "ui/forms/day.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"inputmode": "decimal", "autocomplete": "off", **(attrs or {})}, format="%d.%m.%Y")


class DayField(forms.DateField):
    widget = DayInput
    default_error_messages = {"invalid": _("This is not a day. Write day, month and year: 06.12.2026.")}

    def to_python(self, value: Any) -> date | None:
        if not isinstance(value, str) or not value.strip():
            return super().to_python(value)
        try:
            return parse_day(value)
        except ValueError as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error


class ClockField(forms.TimeField):
    widget = forms.TimeInput(
        format="%H:%M", attrs={"inputmode": "decimal", "autocomplete": "off", "class": "input-clock", "maxlength": "8"}
    )
    default_error_messages = {"invalid": _("This is not a time. Write hours and minutes: 09:30.")}

    def to_python(self, value: Any) -> time | None:
        if isinstance(value, datetime) or not isinstance(value, str) or not value.strip():
            return super().to_python(value)
        try:
            return parse_clock(value)
        except ValueError as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error
