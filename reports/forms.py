"""Forms of the pages of reports."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common import languages
from common.dates import month_year
from reports import rules
from reports.enums import Every

# So many months back one may choose; older ones are reached by the address of the page alone.
MONTHS_BACK = 36


def choices(today: date, since: date | None = None) -> list[tuple[str, str]]:
    """Months up to the running one, the newest first; from `since` on, if that is known."""
    months: list[tuple[str, str]] = []
    month = rules.first_of(today)
    while len(months) < MONTHS_BACK and (not months or since is None or month >= rules.first_of(since)):
        months.append((f"{month:%Y-%m}", month_year(month)))
        month = rules.before(month)
    return months


class MonthField(forms.ChoiceField):
    """A month as its first day; one that has not begun is no choice."""

    def clean(self, value: Any) -> date | None:
        return rules.parse_month(super().clean(value) or "")


class MonthlyForm(forms.Form):
    month = MonthField(label=_("Month"))
    language = forms.ChoiceField(label=_("Language"), choices=languages.choices)

    def __init__(self, *args: Any, months: list[tuple[str, str]], language: str, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"month": months[min(1, len(months) - 1)][0], "language": language})
        super().__init__(*args, **kwargs)
        self.fields["month"].choices = months  # type: ignore[attr-defined]


class ProgrammeForm(forms.Form):
    programme = forms.ChoiceField(label=_("Programme"))
    first = MonthField(label=_("From"))
    last = MonthField(label=_("To"))
    language = forms.ChoiceField(label=_("Language"), choices=languages.choices)
    recount_because = forms.CharField(
        label=_("Count again, because"),
        max_length=300,
        required=False,
        help_text=_("Figures of months that are over stay as they were first reported. To replace them, write why: it "
        "stands in the report."),
    )  # fmt: skip

    def __init__(
        self,
        *args: Any,
        programmes: list[Any],
        months: list[tuple[str, str]],
        language: str,
        wanted: Sequence[date] = (),
        **kwargs: Any,
    ) -> None:
        """`wanted`: the months that are chosen at first; without them the last three that are over."""
        newest = f"{wanted[-1]:%Y-%m}" if wanted else months[min(1, len(months) - 1)][0]
        oldest = f"{wanted[0]:%Y-%m}" if wanted else months[min(3, len(months) - 1)][0]
        kwargs.setdefault("initial", {"first": oldest, "last": newest, "language": language})
        super().__init__(*args, **kwargs)
        named = [(str(programme.pk), str(programme)) for programme in programmes]
        self.fields["programme"].choices = named  # type: ignore[attr-defined]
        if len(named) == 1:
            self.fields["programme"].widget = forms.HiddenInput()
            self.fields["programme"].initial = named[0][0]
        for name in ("first", "last"):
            self.fields[name].choices = months  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("first") and cleaned.get("last") and cleaned["first"] > cleaned["last"]:
            self.add_error("last", _("The last month lies before the first. Choose a later one."))
        return cleaned


class ScheduleForm(forms.Form):
    day = forms.TypedChoiceField(
        label=_("Day of the month"),
        coerce=int,
        choices=[(day, f"{day}.") for day in range(1, 32)],
        help_text=_("At seven in the morning. In shorter months it is the last day. On the first days of a month the "
        "metrics of the last posts are not complete yet."),
    )  # fmt: skip
    people = forms.MultipleChoiceField(
        label=_("Recipients"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Each in their own language. Recipients can unsubscribe from the e-mail itself."),
        error_messages={"required": _("Choose at least one person, or end the schedule.")},
    )

    def __init__(self, *args: Any, members: list[User], **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"day": rules.USUAL_DAY})
        super().__init__(*args, **kwargs)
        self.members = {str(person.pk): person for person in members}
        named = [(pk, f"{person} · {person.get_language_display()}") for pk, person in self.members.items()]
        self.fields["people"].choices = named  # type: ignore[attr-defined]

    def chosen(self) -> list[User]:
        return [self.members[pk] for pk in self.cleaned_data["people"]]


class ProgrammeScheduleForm(ScheduleForm):
    every = forms.TypedChoiceField(label=_("How often"), coerce=int, choices=Every.choices, initial=Every.MONTH)
    field_order = ("every", "day", "people")


class PublicPageForm(forms.Form):
    is_on = forms.BooleanField(
        label=_("Totals of this municipality are public"),
        required=False,
        help_text=_("On a page without signing in, and as open data. Posts, comments and people are never on it."),
    )
    contact = forms.CharField(
        label=_("Whom one may ask"),
        max_length=200,
        required=False,
        strip=True,
        help_text=_("Appears on the page as entered: an office, an e-mail address, a telephone number."),
    )
