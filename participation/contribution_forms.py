"""Forms of contributions: decisions, meetings, sheets of paper."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.typed_date_fields import ClockField, DayField
from inbox.models import Settlement
from municipalities.holidays import BELGRADE
from participation import rules
from participation.domain.contribute import Voluntary
from participation.domain.decide import Outcome
from participation.domain.minutes import MOST_NOTE, MOST_PLACE, MeetingContent
from participation.domain.paper import MOST_SHEETS, MOST_TITLE
from participation.enums import DECISIONS, AgeBand, Gender, SpeakerRole
from participation.models import Contribution, Meeting
from serbian.sorting import sort_key


def _area(rows: int, **attrs: Any) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, **attrs})


class DecideForm(forms.Form):
    """A decision with its reason."""

    decision = forms.ChoiceField(
        label=_("What was decided"),
        choices=[(decision.value, decision.label) for decision in DECISIONS],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Why"), max_length=rules.MOST_REASON, required=False, widget=_area(4),
        help_text=_("Public: who made the proposal reads it, and everybody else. Only “accepted” needs none."),
    )  # fmt: skip
    where_to = forms.CharField(
        label=_("Where to turn"), max_length=rules.MOST_WHERE, required=False,
        help_text=_("For what is not decided here: the body in charge and how it is reached."),
    )  # fmt: skip

    def outcome(self, public_text: str = "") -> Outcome:
        values = self.cleaned_data
        return Outcome(values["decision"], values["reason"], values["where_to"], public_text)


class DecideOneForm(DecideForm):
    """The same about one contribution, with its public words."""

    public_text = forms.CharField(
        label=_("What everybody reads of the proposal"), max_length=rules.MOST_TEXT, required=False, widget=_area(5),
        help_text=_("Without names, telephones and addresses: what looked like one became “…”. Read it before you "
        "save. If it is empty, nobody else reads the words."),
    )  # fmt: skip

    @staticmethod
    def of(contribution: Contribution, proposed: str) -> dict[str, Any]:
        return {
            "decision": contribution.decision if contribution.decision in DECISIONS else "",
            "reason": contribution.reason, "where_to": contribution.where_to,
            "public_text": contribution.public_text or proposed,
        }  # fmt: skip


class MeetingForm(forms.Form):
    """When and where a meeting was, and how many came."""

    place = forms.CharField(label=_("Where"), max_length=MOST_PLACE)
    day = DayField(label=_("Day"))
    hour = ClockField(label=_("Time"))
    people = forms.IntegerField(label=_("How many people came"), required=False, min_value=0)
    women = forms.IntegerField(
        label=_("Of them women"), required=False, min_value=0, help_text=_("As counted. Empty if nobody counted.")
    )
    note = forms.CharField(
        label=_("What it was about, in short"), max_length=MOST_NOTE, required=False, widget=_area(3),
        help_text=_("Enter no names of citizens."),
    )  # fmt: skip

    @staticmethod
    def of(meeting: Meeting) -> dict[str, Any]:
        at = timezone.localtime(meeting.at, BELGRADE)
        return {
            "place": meeting.place, "day": at.date(), "hour": at.time().replace(second=0, microsecond=0),
            "people": meeting.people, "women": meeting.women, "note": meeting.note,
        }  # fmt: skip

    def content(self) -> MeetingContent:
        values = self.cleaned_data
        at = datetime.combine(values["day"], values["hour"], BELGRADE)
        return MeetingContent(values["place"], at, values["people"], values["women"], values["note"])


class _Spoken(forms.Form):
    """What people stated about themselves, and need not."""

    settlement = forms.ChoiceField(label=_("Settlement"), required=False)
    age_band = forms.ChoiceField(label=_("Age"), required=False, choices=[("", _("Not stated")), *AgeBand.choices])
    gender = forms.ChoiceField(label=_("Gender"), required=False, choices=[("", _("Not stated")), *Gender.choices])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.settlements = sorted(Settlement.objects.all(), key=lambda settlement: sort_key(settlement.name))
        choices = [("", _("Not stated")), *((str(row.pk), row.name) for row in self.settlements)]
        self.fields["settlement"].choices = choices  # type: ignore[attr-defined]
        if not self.settlements:
            del self.fields["settlement"]

    def about(self) -> Voluntary:
        values = self.cleaned_data
        pk = values.get("settlement", "")
        settlement = next((row for row in self.settlements if str(row.pk) == pk), None)
        return Voluntary(settlement, values["age_band"], values["gender"])


class SpokenForm(_Spoken):
    """What somebody proposed at a meeting."""

    text = forms.CharField(label=_("What was proposed"), max_length=rules.MOST_TEXT, widget=_area(3))
    speaker = forms.ChoiceField(label=_("Spoke as"), choices=SpeakerRole.choices, initial=SpeakerRole.CITIZEN)

    field_order = ("text", "speaker", "settlement", "age_band", "gender")


class SheetForm(_Spoken):
    """One sheet of a batch on paper: the text first, so that the keyboard is enough."""

    text = forms.CharField(
        label=_("Text of the sheet"), max_length=rules.MOST_TEXT, widget=_area(5, autofocus=True),
        help_text=_("As it stands on the paper, without the name and the signature."),
    )  # fmt: skip

    field_order = ("text", "settlement", "age_band", "gender")


class BatchForm(forms.Form):
    """A batch on paper."""

    title = forms.CharField(
        label=_("Where the sheets come from"), max_length=MOST_TITLE,
        help_text=_("The box in the town hall, a local community …"),
    )  # fmt: skip
    sheets = forms.IntegerField(label=_("Number of sheets"), min_value=1, max_value=MOST_SHEETS)
    received_on = DayField(label=_("Received on"))


class SheetsForm(forms.Form):
    sheets = forms.IntegerField(label=_("Number of sheets"), min_value=1, max_value=MOST_SHEETS)


class CorrectForm(forms.Form):
    text = forms.CharField(label=_("Text of the sheet"), max_length=rules.MOST_TEXT, widget=_area(4))
