"""The form of an event on charts."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from analytics.annotations.domain.annotate import Happened
from analytics.enums import AnnotationKind
from analytics.models import MunicipalityAnnotation
from common.typed_date_fields import DayField


class AnnotationForm(forms.Form):
    kind = forms.ChoiceField(label=_("What kind of event"), choices=AnnotationKind, widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("What happened"), max_length=MunicipalityAnnotation._meta.get_field("text").max_length,
        help_text=_("In a few plain words: “Flood on the Morava”. On the chart the first letters stand, below it all."),
    )  # fmt: skip
    first = DayField(label=_("First day"))
    last = DayField(label=_("Last day"), required=False, help_text=_("Only where it lasted longer than a day."))

    def happened(self) -> Happened:
        data: dict[str, Any] = self.cleaned_data
        return Happened(data["kind"], data["first"], data["last"] or data["first"], data["text"])
