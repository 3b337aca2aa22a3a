"""The form of a saved answer. What the words may hold is asked by `inbox.domain.saved`."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from inbox.enums import MessageKind, Topic


class SavedForm(forms.Form):
    name = forms.CharField(
        label=pgettext_lazy("of a thing", "Name"),
        max_length=80,
        help_text=_("By which colleagues find it: “Water is off”, “Opening hours”."),
    )
    text = forms.CharField(
        label=_("What everybody will read"),
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=2000,
        help_text=_("Write it in either script; the other one is derived when somebody wrote in it."),
    )
    topic = forms.ChoiceField(label=_("Topic"), choices=[("", _("Any")), *Topic.choices], required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=[("", _("Any")), *MessageKind.choices], required=False)
