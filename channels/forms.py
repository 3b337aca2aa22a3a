"""Forms of channels. Whether a server may be called is decided by `channels.rules`."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from channels import messages, rules
from channels.domain.pause import time_is_wrong
from channels.enums import Layout
from channels.models import Channel
from common.typed_date_fields import MomentField
from platforms.registry import Platform

# An address or a name that no browser should correct or remember.
PLAIN = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


class ServerForm(forms.Form):
    """For networks of many servers that ask for consent in the browser."""

    server = forms.CharField(
        label=_("Address of the server"),
        max_length=200,
        error_messages={"required": _(messages.SERVER_MISSING)},
        widget=forms.TextInput(
            attrs={
                "placeholder": "mastodon.social",
                "autocomplete": "off",
                "autocapitalize": "none",
                "spellcheck": "false",
            }
        ),
        help_text=_("The part of your handle after the second @, for example mastodon.social."),
    )


class AppPasswordForm(forms.Form):
    """For networks that let a program in with a password made for it."""

    identifier = forms.CharField(
        label=_("Handle"),
        max_length=200,
        widget=forms.TextInput(attrs=PLAIN),
        help_text=_("For example opstina.bsky.social, or the municipality's own domain."),
    )
    password = forms.CharField(
        label=_("App password"),
        max_length=200,
        strip=True,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("Four groups of four characters. Never write the account's main password here."),
    )
    server = forms.CharField(
        label=_("Address of the server"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs=PLAIN),
        help_text=_("Leave this empty unless the account lives on a server of its own."),
    )


class SiteForm(AppPasswordForm):
    """For a web site of the municipality's own."""

    field_order = ("server", "identifier", "password")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        server, identifier, password = (self.fields[name] for name in self.field_order)
        server.label, server.required = _("Address of the site"), True
        server.help_text = _("As in the browser, for example cuprija.rs or cuprija.rs/vesti.")
        server.error_messages["required"] = _(messages.SITE_MISSING)
        identifier.label = _("User name on the site")
        identifier.help_text = _("The one whose application password this is.")
        password.label = _("Application password")
        password.help_text = _("Six groups of four characters. Never write the user's own password here.")


class TokenForm(forms.Form):
    """For networks that give a bot or a channel a token, which a person copies here."""

    token = forms.CharField(
        label=_("Token"),
        max_length=300,
        strip=True,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("It is encrypted at once and never shown again."),
    )
    account = forms.CharField(
        label=_("Channel"),
        max_length=200,
        widget=forms.TextInput(attrs=PLAIN),
        help_text=_("Its name with an @ in front, or the link of the channel or of one of its posts."),
    )


class MailboxForm(forms.Form):
    """For a mailbox of the municipality."""

    identifier = forms.CharField(
        label=_("Address of the mailbox"),
        max_length=200,
        widget=forms.EmailInput(attrs=PLAIN),
        help_text=_("For example gradjani@opstina.rs. An address that only the portal reads is best."),
    )
    password = forms.CharField(
        label=_("Password of the mailbox"),
        max_length=200,
        strip=True,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("An app password, where the mail service has them. It is encrypted at once and never shown again."),
    )
    server = forms.CharField(
        label=_("Server for incoming mail (IMAP)"),
        max_length=200,
        error_messages={"required": _(messages.MAIL_SERVER_MISSING)},
        widget=forms.TextInput(attrs=PLAIN),
        help_text=_("For example mail.opstina.rs. Write :143 behind it if the server does not use port 993."),
    )
    smtp = forms.CharField(
        label=_("Server for outgoing mail (SMTP)"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs=PLAIN),
        help_text=_(
            "Leave this empty if it is the same one. Write :465 behind it if the server does not use port 587."
        ),
    )
    name = forms.CharField(
        label=_("Name of the sender"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("Citizens see it beside the address of each answer."),
    )
    servers = forms.RegexField(
        regex=r"^[A-Za-z0-9._-]+([\s,]+[A-Za-z0-9._-]+)*$",
        label=_("Name of the server that checks senders"),
        max_length=200,
        required=False,
        error_messages={"invalid": _("Write the name as it stands there, for example mx.opstina.rs.")},
        widget=forms.TextInput(attrs=PLAIN),
        help_text=_(
            "The first word after “Authentication-Results:” in the source of an e-mail that this mailbox received. "
            "Leave this empty if there is no such line: senders are not checked then."
        ),
    )


FORMS: dict[str, type[forms.Form]] = {
    "oauth": ServerForm,
    "app_password": AppPasswordForm,
    "token": TokenForm,
    "mailbox": MailboxForm,
}
"""By `Platform.connect_by`."""


def connect_form(platform: Platform, *args: Any, **more: Any) -> forms.Form:
    """The form for connecting to a network, with the fields that it needs, often none."""
    is_site = platform.connect_by == "app_password" and not platform.default_server
    form = (SiteForm if is_site else FORMS[platform.connect_by])(*args, **more)
    for name in set(form.fields) - set(platform.asks):
        del form.fields[name]
    return form


class KeysForm(forms.Form):
    """The portal's own keys at a network, entered by an administrator."""

    client_id = forms.CharField(
        label=_("Application ID"),
        max_length=200,
        widget=forms.TextInput(attrs=PLAIN),
    )
    client_secret = forms.CharField(
        label=_("Application secret"),
        max_length=300,
        strip=True,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, known: bool, **more: Any) -> None:
        super().__init__(*args, **more)
        if known:
            self.fields["client_secret"].required = False
            self.fields["client_secret"].help_text = _("Leave this empty to keep the one that is stored.")


class ArrangeForm(forms.Form):
    """Layout and languages of a channel; the order of the three selects is the order on the network."""

    layout = forms.ChoiceField(label=_("How a post in several languages or scripts appears"), widget=forms.RadioSelect)
    first = forms.ChoiceField(label=_("First language and script"))
    second = forms.ChoiceField(label=_("Second"), required=False)
    third = forms.ChoiceField(label=_("Third"), required=False)

    def __init__(self, *args: Any, channel: Channel, **more: Any) -> None:
        languages = [*channel.languages, "", "", ""]
        initial = {"layout": channel.layout, "first": languages[0], "second": languages[1], "third": languages[2]}
        more["initial"] = initial
        super().__init__(*args, **more)
        tags = rules.languages()
        self._choices("layout", Layout.choices)
        self._choices("first", tags)
        self._choices("second", [("", _("None")), *tags])
        self._choices("third", [("", _("None")), *tags])

    def _choices(self, name: str, choices: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        chosen = [cleaned[name] for name in ("first", "second", "third") if cleaned.get(name)]
        if len(set(chosen)) < len(chosen):
            raise forms.ValidationError(_("A language and script is listed twice. Choose each only once."))
        if cleaned.get("layout") == Layout.ONE and len(chosen) > 1:
            self.add_error(
                "layout", _("This layout shows one language. Set the others to “None”, or choose another layout.")
            )
        if cleaned.get("layout") in (Layout.COMBINED, Layout.SEPARATE) and len(chosen) < 2:
            self.add_error("second", _("This layout needs a second language or script. Choose one."))
        return {**cleaned, "languages": chosen}


class PauseForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        help_text=_("Visible to everyone who works here, for example: day of mourning."),
    )
    ends_at = MomentField(
        label=_("Until"),
        required=False,
        help_text=_("Leave this empty for a pause that lasts until publishing is resumed."),
    )

    def clean_ends_at(self) -> Any:
        if wrong := time_is_wrong(self.cleaned_data["ends_at"]):
            raise ValidationError(wrong)
        return self.cleaned_data["ends_at"]


class WidePauseForm(PauseForm):
    """`scopes` are (value, label): the programmes that one may pause, and everybody for an administrator."""

    scope = forms.ChoiceField(label=_("Municipalities to pause"), widget=forms.RadioSelect)

    field_order = ("scope", "reason", "ends_at")

    def __init__(self, *args: Any, scopes: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["scope"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = scopes
        if len(scopes) == 1:
            field.initial = scopes[0][0]
