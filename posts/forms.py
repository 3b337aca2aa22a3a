"""Forms of posts: validation with explanations."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.errors import ActionNotAllowed
from common.typed_date_fields import ClockField, DayField
from posts.enums import When
from posts.models import Post
from posts.rules import AmbiguousTime, NonexistentTime, Timing, asks_when, resolve_wall_time


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


class TimingForm(MoveForm):
    """When a post goes out; a valid one has it as `timing`. The initial values are those of `post`."""

    when = forms.ChoiceField(label=_("When it goes out"), error_messages={"required": _("Choose when it goes out.")})
    field_order = ("when", "on", "at", "fold")
    # Day and hour are hidden while they are not asked for.
    use_required_attribute = False

    def __init__(self, data: Mapping[str, Any] | None = None, *, post: Post, now: datetime) -> None:
        local = post.local_time.replace(tzinfo=None) if post.local_time else None
        initial = {"when": _chosen(post, now), **({"on": local.date(), "at": local.time()} if local else {})}
        super().__init__(data, initial=initial, auto_id="timing-%s")
        self.timing = Timing()
        self.stored = (initial.get("on"), initial.get("at"), str(post.fold))
        empty = [] if initial["when"] else [("", _("Choose …"))]
        self.fields["when"].choices = [*empty, *When.choices]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        if values.get("when") != When.AT:
            for name in ("on", "at", "fold"):
                self.errors.pop(name, None)
            self.timing = Timing(on_approval=values.get("when") == When.ON_APPROVAL)
            return values
        if not values.get("fold") and (values.get("on"), values.get("at")) == self.stored[:2]:
            values["fold"] = self.stored[2]
        values = super().clean()
        self.timing = Timing(values.get("resolved"))
        return values


def _chosen(post: Post, now: datetime) -> str:
    """Empty where somebody has to choose anew."""
    if asks_when(post, now):
        return ""
    if post.on_approval:
        return When.ON_APPROVAL
    return When.AT if post.due_at else When.LATER


def chosen_timing(sent: Mapping[str, Any], post: Post) -> Timing | None:
    """What the form in which a post is approved says; None where it does not ask. Raises `ActionNotAllowed`."""
    if "when" not in sent:
        return None
    form = TimingForm(sent, post=post, now=timezone.now())
    if not form.is_valid():
        field, problems = next(iter(form.errors.items()))
        raise ActionNotAllowed(" ".join(str(problem) for problem in problems), field)
    return form.timing


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
