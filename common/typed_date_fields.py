"""Form fields for a day and a time that are typed (`common.typed_dates`), the day also chosen from a calendar.

A browser's own fields show the day in the order of the computer's language, so that 08/12 is read as two days.
"""

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import from_current_timezone, to_current_timezone
from django.utils.translation import gettext_lazy as _

from common.typed_dates import parse_clock, parse_day


class DayInput(forms.DateInput):
    template_name = "ui/forms/day.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        usual = {"inputmode": "decimal", "autocomplete": "off", "placeholder": _("dd.mm.yyyy")}
        super().__init__({**usual, **(attrs or {})}, format="%d.%m.%Y")


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


class MomentInput(forms.MultiWidget):
    """A day and a time beside each other; also takes both in one value, as a browser's own field sends them."""

    template_name = "ui/forms/moment.html"
    use_fieldset = True

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        clock = {"inputmode": "decimal", "autocomplete": "off", "class": "input-clock", "maxlength": "8"}
        super().__init__((DayInput({"aria-label": _("Day")}), forms.TimeInput({**clock, "aria-label": _("Time"),
                          "placeholder": _("hh:mm")}, format="%H:%M")), attrs)  # fmt: skip

    def decompress(self, value: Any) -> list[Any]:
        if not value:
            return [None, None]
        local = to_current_timezone(value)
        return [local.date(), local.time().replace(second=0, microsecond=0)]

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        if name in data:
            day, _between, clock = data[name].strip().replace("T", " ").partition(" ")
            return [day, clock]
        return super().value_from_datadict(data, files, name)

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in data and super().value_omitted_from_data(data, files, name)


class MomentField(forms.MultiValueField):
    """A day and a time on the clock in Belgrade. The night the clocks change has an hour that exists twice, or not at
    all."""

    widget = MomentInput
    default_error_messages = {
        "day": _("Enter the day too."),
        "time": _("Enter the time too."),
        "ambiguous_timezone": _(
            "The clocks change that night, and this time exists twice or not at all. Choose another one."
        ),
    }

    def __init__(self, **more: Any) -> None:
        super().__init__((DayField(required=False), ClockField(required=False)), require_all_fields=False, **more)

    def compress(self, data_list: list[Any]) -> datetime | None:
        if not any(part is not None for part in data_list):
            return None
        day, clock = data_list
        for part, code in ((day, "day"), (clock, "time")):
            if part is None:
                raise ValidationError(self.error_messages[code], code=code)
        try:
            return from_current_timezone(datetime.combine(day, clock))
        except ValidationError as error:
            raise ValidationError(self.error_messages["ambiguous_timezone"], code="ambiguous_timezone") from error
