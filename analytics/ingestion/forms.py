"""Form that corrects how a post is counted."""

from dataclasses import asdict
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from analytics.ingestion.domain.recategorise import Counted
from municipalities.queries import services
from posts.enums import CallKind, Category, Format


class CountedForm(forms.Form):
    """How a published post is counted. `now` is how it is counted today."""

    category = forms.ChoiceField(label=_("Category"), choices=Category.choices)
    call_kind = forms.ChoiceField(
        label=_("Call to action"), required=False, choices=[("", _("None: it only informs")), *CallKind.choices]
    )
    service = forms.ChoiceField(label=_("eService that it promotes"), required=False)
    interactive = forms.ChoiceField(
        label=_("Form of participation"), required=False, choices=[("", _("It does not")), *Format.choices]
    )
    boosted = forms.BooleanField(
        label=_("Views were paid for"),
        required=False,
        help_text=_("For this channel alone. Paid posts are shown apart, because they reach more people."),
    )

    def __init__(self, typed: Any, *, now: Counted) -> None:
        super().__init__(typed, initial=asdict(now))
        catalogue = {row.key: str(row) for row in services(all_of_them=True)}
        if now.service:
            catalogue.setdefault(now.service, now.service)  # taken out of the catalogue since
        self.fields["service"].choices = [("", _("None")), *catalogue.items()]  # type: ignore[attr-defined]

    @property
    def wanted(self) -> Counted:
        return Counted(**self.cleaned_data)
