"""Forms of the self-check: the file with the questions, and what a municipality says about one of them."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from common.file_fields import FileInput
from common.typed_date_fields import DayField
from municipalities.queries import today
from participation import rules
from participation.domain.transparency import SelfCheckContent, WhereRead
from participation.enums import SelfCheckState
from participation.models import SelfCheck

# Transparency Serbia began in 2015: http://lti.rs/lti/2022
FIRST_YEAR = 2015
NOBODY = "none"


class QuestionFileForm(forms.Form):
    year = forms.IntegerField(
        label=_("Year of the index"), min_value=FIRST_YEAR, max_value=2100,
        help_text=_("Questions that were entered for this year before are replaced; what municipalities said stays."),
    )  # fmt: skip
    source = forms.CharField(
        label=_("Where you read the questions"), max_length=300,
        help_text=_("Name of the document, as its publisher names it. Municipalities see it."),
    )  # fmt: skip
    address = forms.URLField(
        label=_("Its address"), required=False, max_length=600, assume_scheme="https",
    )  # fmt: skip
    read_on = DayField(label=_("Read on"))
    file = forms.FileField(
        label=_("File with the questions"),
        help_text=_("CSV or Excel, at most 300 rows and 1 MB. If one row has a problem, nothing is stored."),
        widget=FileInput(attrs={"accept": ".csv,.xlsx"}),
    )

    def clean_read_on(self) -> Any:
        day = self.cleaned_data["read_on"]
        if day > today():
            raise forms.ValidationError(_("This day has not come yet."))
        return day

    def where(self) -> WhereRead:
        values = self.cleaned_data
        return WhereRead(values["year"], values["source"], values["read_on"], values["address"])


class SelfCheckForm(forms.Form):
    state = forms.ChoiceField(
        label=_("How it is here"), choices=[*SelfCheckState.choices, (NOBODY, _("Not checked yet"))],
        widget=forms.RadioSelect,
    )  # fmt: skip
    address = forms.URLField(
        label=_("Link"), required=False, max_length=600, assume_scheme="https",
        help_text=_("The page on which everybody finds it."),
    )  # fmt: skip
    note = forms.CharField(
        label=_("Note"), required=False, max_length=rules.MOST_REASON, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What is there, what is missing, who sees to it and until when."),
    )  # fmt: skip

    @staticmethod
    def of(check: SelfCheck | None) -> dict[str, Any]:
        if check is None:
            return {"state": NOBODY}
        return {"state": check.state, "address": check.address, "note": check.note}

    def content(self) -> SelfCheckContent:
        values = self.cleaned_data
        state = "" if values["state"] == NOBODY else values["state"]
        return SelfCheckContent(state, values["address"], values["note"])
