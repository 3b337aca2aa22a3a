"""The comment of one side in a review."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mentoring.enums import Side

LABELS = {
    Side.MENTOR: (
        _("The mentor's view"),
        _("Changes since the training, the municipality's strengths, and points to improve."),
    ),
    Side.MUNICIPALITY: (
        _("The municipality's view"),
        _("What helped, what did not, what citizens noticed, what you continue on your own."),
    ),
}


class ReviewCommentForm(forms.Form):
    """`revision` is that of the review when the page was opened."""

    words = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 8}))
    next_steps = forms.CharField(
        label=_("Next steps in the plan"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Both sides write here. One line each: who does what until when."),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, side: Side, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["words"].label, self.fields["words"].help_text = LABELS[side]
