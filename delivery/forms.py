"""The two answers that need more than a button."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.typed_date_fields import MomentField


class LinkForm(forms.Form):
    link = forms.URLField(
        label=_("Link to the post"),
        max_length=600,
        assume_scheme="https",
        help_text=_("Open the post on the network and copy the address from the top of the browser."),
    )


class TimeForm(forms.Form):
    at = MomentField(label=_("New time"))

    def clean_at(self) -> Any:
        if self.cleaned_data["at"] < timezone.now():
            raise ValidationError(_("This time has passed. Choose a later one, or send it now."))
        return self.cleaned_data["at"]
