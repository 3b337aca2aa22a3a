"""The form for preferences of mail and push messages."""

from collections.abc import Collection, Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from common.lazy_text import LazyText
from common.typed_date_fields import ClockField
from notifications.domain.choose import TIMES
from notifications.enums import MailFrequency, NotificationKind
from notifications.models import MailSchedule
from notifications.queries import MailSettings
from notifications.rules import ALWAYS

CHOOSABLE = tuple(kind for kind in NotificationKind if kind not in ALWAYS)

GROUPS: tuple[tuple[LazyText, tuple[NotificationKind, ...]], ...] = (
    (_("Words in drafts"), (NotificationKind.MENTION, NotificationKind.COMMENT, NotificationKind.SUGGESTION)),
    (
        _("Decisions"),
        (
            NotificationKind.SUBMITTED,
            NotificationKind.DECIDED,
            NotificationKind.MOVED,
            NotificationKind.EMERGENCY,
            NotificationKind.REVIEW_DUE,
            NotificationKind.MODERATION,
        ),
    ),
    (
        _("Publishing"),
        (
            NotificationKind.DELIVERY,
            NotificationKind.ELSEWHERE,
            NotificationKind.CHANNEL,
            NotificationKind.PAUSE,
            NotificationKind.PLAN,
            NotificationKind.CLOSING,
        ),
    ),
    (
        _("Citizens' messages"),
        (
            NotificationKind.URGENT,
            NotificationKind.MESSAGES,
            NotificationKind.LATE,
            NotificationKind.MINE,
            NotificationKind.ANSWER,
            NotificationKind.DEPARTMENT,
            NotificationKind.CONSULTATION,
        ),
    ),
    (
        _("Mentoring, programme and reports"),
        (
            NotificationKind.FEEDBACK,
            NotificationKind.PERFORMANCE,
            NotificationKind.AGREEMENT,
            NotificationKind.HANDOVER,
            NotificationKind.KIT,
            NotificationKind.GALLERY,
            NotificationKind.TRAINING,
            NotificationKind.REPORT,
        ),
    ),
)


class MailForm(forms.ModelForm):
    """Times of `MailSchedule`, and two choices for each kind: `how-<kind>` for mail, `push-<kind>` for devices."""

    class Meta:
        model = MailSchedule
        fields = TIMES
        field_classes = dict.fromkeys(("quiet_from", "quiet_until", "digest_at"), ClockField)
        labels = {
            "has_quiet_hours": _("Nothing in quiet hours"),
            "quiet_from": _("Quiet from"),
            "quiet_until": _("Quiet until"),
            "quiet_weekends": _("Nothing on Saturdays and Sundays"),
            "urgent_always": _("Emergency posts may reach me at any time"),
            "digest_at": _("Time of the daily summary"),
        }
        help_texts = {
            "has_quiet_hours": _("Notifications that arrive in the meantime are sent when they end."),
            "digest_at": _("One mail a day, and none when nothing is new."),
        }

    def __init__(self, data: Any = None, *, manner: MailSettings, pushed: Collection[NotificationKind] = ()) -> None:
        super().__init__(data, instance=manner.preferences)
        for kind in CHOOSABLE:
            self.fields[f"how-{kind}"] = forms.ChoiceField(
                label=kind.label, choices=MailFrequency.choices, initial=manner.frequencies[kind]
            )
            self.fields[f"push-{kind}"] = forms.BooleanField(
                label=_("On devices"), required=False, initial=kind in pushed
            )

    def groups(self) -> Iterator[tuple[LazyText, list[tuple[forms.BoundField, forms.BoundField]]]]:
        """Headings, each with the fields of its kinds: for mail, for devices."""
        for label, kinds in GROUPS:
            yield label, [(self[f"how-{kind}"], self[f"push-{kind}"]) for kind in kinds]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        start, end = values.get("quiet_from"), values.get("quiet_until")
        if values.get("has_quiet_hours") and start is not None and start == end:
            self.add_error("quiet_until", _("Quiet hours cannot end when they begin: choose another hour."))
        return values

    def frequencies(self) -> dict[NotificationKind, MailFrequency]:
        return {kind: MailFrequency(self.cleaned_data[f"how-{kind}"]) for kind in CHOOSABLE}

    def pushed(self) -> dict[NotificationKind, bool]:
        return {kind: bool(self.cleaned_data[f"push-{kind}"]) for kind in CHOOSABLE}
