"""Forms of the person's own account and of invitations."""

from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common import languages

PASSWORD_HINT = _("At least twelve characters. Four unrelated words are strong and easy to remember.")


class ProfileForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["name", "language"]
        labels = {"name": _("Name"), "language": _("Language and script")}
        help_texts = {"name": _("Colleagues, mentors and the activity page show it.")}


class AcceptForm(forms.Form):
    """Name and password of an invited person."""

    name = forms.CharField(label=_("Name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=PASSWORD_HINT,
    )
    again = forms.CharField(
        label=_("Password once more"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if "password" not in values or "again" not in values:
            return values
        if values["password"] != values["again"]:
            self.add_error("again", _("The two passwords are not the same."))
            return values
        try:
            person = User(email=self.email, name=values.get("name", ""))
            password_validation.validate_password(values["password"], person)
        except forms.ValidationError as error:
            self.add_error("password", error)
        return values


class InviteForm(forms.Form):
    """Whom to invite; forms that say to what derive from it."""

    email = forms.EmailField(label=_("E-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    name = forms.CharField(label=_("Name"), max_length=120, required=False)
    language = forms.ChoiceField(label=_("Language of the invitation"), choices=languages.choices)

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).strip().lower()
