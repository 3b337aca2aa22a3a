"""The form of the house rules."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class HouseRulesForm(forms.Form):
    is_on = forms.BooleanField(
        label=_("Everybody may read the house rules"),
        required=False,
        help_text=_("On a page without signing in, with how much was hidden and why in each month. No message and no "
                    "name is ever on it."),
    )  # fmt: skip
    contact = forms.CharField(
        label=_("Where one can object"),
        max_length=300,
        required=False,
        help_text=_("An office, an e-mail address, a telephone number. Without it the page cannot be switched on."),
    )
    formal = forms.CharField(
        label=_("Where formal requests go"),
        max_length=300,
        required=False,
        help_text=_("Left empty, people are sent to ePisarnica on the eGovernment portal."),
    )
    privacy = forms.CharField(
        label=_("Where one asks about personal data"),
        max_length=300,
        required=False,
        help_text=_("The person for the protection of personal data, as on your website."),
    )
    own_words = forms.CharField(
        label=_("In your own words"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Added at the end. Write Serbian in your own script; the Latin page is made from it."),
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("is_on") and not values.get("contact"):
            self.add_error("contact", _("Say where one can object: without that nobody may be told what is hidden."))
        return values
