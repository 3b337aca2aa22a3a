"""The comment of one side in a review."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mentoring.enums import Side

LABELS = {
    Side.MENTOR: (
        _("What the mentor says"),
        _("What has changed since the training, what the municipality does well now, what it should look at next."),
    ),
    Side.MUNICIPALITY: (
        _("What the municipality says"),
        _("What helped, what did not, what citizens noticed, what you go on with by yourselves."),
    ),
}


class ReviewCommentForm(forms.Form):
    """`revision` is that of the review when the page was opened."""

    words = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 8}))
    next_steps = forms.CharField(
        label=_("What comes next"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Both sides write here. One line each: who does what until when."),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, side: Side, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["words"].label, self.fields["words"].help_text = LABELS[side]
