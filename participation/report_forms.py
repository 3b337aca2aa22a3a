"""The form by which an edition of a report is asked for."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from participation import rules
from participation.domain.editions import EditionContent
from participation.models import Edition


class EditionForm(forms.Form):
    outcome = forms.CharField(
        label=_("What changes because of it"),
        help_text=_("In a few sentences: what the municipality will do, and from when."),
        max_length=rules.MOST_SUBJECT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    changes = forms.CharField(
        label=_("What changed since the last edition"),
        help_text=_("Everybody who downloads the report reads it."),
        max_length=rules.MOST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, newest: Edition | None, **kwargs: Any) -> None:
        if newest is not None:
            kwargs["initial"] = {"outcome": newest.outcome, "changes": "" if newest.published_at else newest.changes}
        super().__init__(*args, **kwargs)
        number = 1 if newest is None else newest.number + bool(newest.published_at)
        if number == 1:
            del self.fields["changes"]

    def content(self) -> EditionContent:
        return EditionContent(self.cleaned_data["outcome"], self.cleaned_data.get("changes", ""))
