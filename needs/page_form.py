"""What is asked for on the settings page of "You asked, we did"."""

from django import forms
from django.utils.translation import gettext_lazy as _


class PageForm(forms.Form):
    is_on = forms.BooleanField(
        label=_("Everybody may see what was asked and done"),
        required=False,
        help_text=_("On a page without signing in, in both scripts and English, and by RSS."),
    )
    contact = forms.CharField(
        label=_("Whom one may turn to"),
        max_length=500,
        required=False,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "Stands on the page as you write it, in the reader's script: an office, an e-mail address, a telephone "
            "number, office hours. Do not write anybody's private number."
        ),
    )
