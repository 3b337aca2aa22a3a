"""Forms of the first set-up."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import AcceptForm
from administration.models import Installation
from common import languages


class AccountForm(AcceptForm):
    """The first account of an installation."""

    language = forms.ChoiceField(label=_("Language and script"), choices=languages.choices)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, email="", **kwargs)
        self.fields["email"] = forms.EmailField(
            label=_("E-mail address"),
            widget=forms.EmailInput(attrs={"autocomplete": "username"}),
            help_text=_("You sign in with it, and a test mail goes there in a moment."),
        )
        self.order_fields(["name", "email", "password", "again", "language"])

    def clean_email(self) -> str:
        # Password validators use the address as well.
        self.email = str(self.cleaned_data["email"]).strip().lower()
        return self.email


class FactsForm(forms.ModelForm):
    class Meta:
        model = Installation
        fields = ["name", "operator", "address", "email", "phone", "privacy_email"]
        labels = {
            "name": _("Name of the portal"),
            "operator": _("Who is responsible"),
            "address": _("Postal address"),
            "email": _("Public e-mail address"),
            "phone": _("Telephone"),
            "privacy_email": _("E-mail address for questions about personal data"),
        }
        help_texts = {
            "name": _("As people know it, for example the name of the programme."),
            "operator": _("The organisation, under its full name. It is the controller of the personal data."),
            "privacy_email": _("Only where it is another one."),
        }
        widgets = {"address": forms.Textarea(attrs={"rows": 3}), "phone": forms.TextInput(attrs={"type": "tel"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("name", "operator", "address", "email"):
            self.fields[name].required = True


class FirstProgrammeForm(forms.Form):
    name = forms.CharField(
        label=_("Name of the programme"),
        max_length=120,
        help_text=_("It trains municipalities, pairs them with mentors and sees them side by side."),
    )


class DemoResetForm(forms.Form):
    is_sure = forms.BooleanField(
        label=_("Delete everything that was done in this demo"),
        error_messages={"required": _("Tick this if the demo is to be reset.")},
    )
