"""Forms of posts: validation with explanations."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from common.typed_date_fields import ClockField, DayField
from posts.rules import AmbiguousTime, NonexistentTime, resolve_wall_time


class MoveForm(forms.Form):
    """A wall-clock day and time in Belgrade; `cleaned_data["resolved"]` is `posts.rules.ResolvedTime`."""

    on = DayField(label=_("Day"), error_messages={"required": _("Choose a day.")})
    at = ClockField(label=_("Time"), error_messages={"required": _("Choose a time.")})
    fold = forms.ChoiceField(
        label=_("Choose one of the two times"),
        choices=[("0", _("Before the clocks go back")), ("1", _("After the clocks go back"))],
        required=False,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asks_fold = False

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not values.get("on") or not values.get("at"):
            return values
        answered = values.get("fold")
        resolution = resolve_wall_time(values["on"], values["at"], int(answered) if answered else None)
        if isinstance(resolution, NonexistentTime):
            self.add_error(
                "at",
                _("This time does not exist: the clocks go forward that night. The first time after it is %(time)s.")
                % {"time": resolution.next_valid.strftime("%H:%M")},
            )
        elif isinstance(resolution, AmbiguousTime):
            self.asks_fold = True
            self.add_error(
                "fold", _("This hour exists twice: the clocks go back that night. Choose which one you mean.")
            )
        else:
            values["resolved"] = resolution
        return values


class AmendmentReasonForm(forms.Form):
    """The reason for a change to a published post."""

    reason = forms.CharField(
        label=_("Why?"),
        min_length=5,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("A sentence is enough. It stays on record, and the approver reads it."),
        error_messages={
            "min_length": _("Give a reason in one sentence: it stays on record, and the approver reads it.")
        },
    )


class EmergencyForm(forms.Form):
    """Why a post cannot wait for approval."""

    reason = forms.CharField(
        label=_("Type of emergency"),
        min_length=10,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("A sentence is enough. It stays on record, and the approvers read it."),
        error_messages={"min_length": _("Describe the emergency in one sentence: it stays on record.")},
    )
