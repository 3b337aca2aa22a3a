"""Forms of the gallery: sharing a post, a comment, a pick of the month, taking something down with a reason."""

from django import forms
from django.utils.translation import gettext_lazy

from exchange.gallery_rules import LEAST_WHY, MOST_COMMENT, MOST_WHY
from exchange.queries.snapshot import MOST_TITLE


class ShareForm(forms.Form):
    title = forms.CharField(
        label=gettext_lazy("Title"), max_length=MOST_TITLE,
        help_text=gettext_lazy("What colleagues elsewhere look for. The working title is only a suggestion."),
    )  # fmt: skip
    why = forms.CharField(
        label=gettext_lazy("Why it worked"), min_length=LEAST_WHY, max_length=MOST_WHY,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("What you did, when, and how people responded. Two or three sentences are enough."),
    )  # fmt: skip


class CommentForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Comment"), max_length=MOST_COMMENT, widget=forms.Textarea(attrs={"rows": 3})
    )


class PickForm(forms.Form):
    programme = forms.ChoiceField(label=gettext_lazy("Programme"))
    why = forms.CharField(
        label=gettext_lazy("Why this one"), max_length=300,
        help_text=gettext_lazy("One sentence. It is shown above the post for all municipalities of the programme."),
    )  # fmt: skip


class TakeDownForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("The municipality receives exactly this text."),
    )  # fmt: skip
