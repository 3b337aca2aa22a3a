"""The form for what a consultation asks in a language besides Serbian."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from participation import rules, text_languages
from participation.domain.translations import TranslatedContent
from participation.models import ConsultationTranslation

FIELDS = ("title", "subject", "rules")


class TranslationForm(forms.Form):
    """Title, what is asked and the rules in the language `tag`."""

    title = forms.CharField(label=_("Title"), max_length=rules.MOST_TITLE)
    subject = forms.CharField(
        label=_("What is asked"), max_length=rules.MOST_SUBJECT, widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_("First and last day are shown with it by themselves, in numbers."),
    )  # fmt: skip
    rules = forms.CharField(
        label=_("Rules"), max_length=rules.MOST_RULES, required=False, widget=forms.Textarea(attrs={"rows": 8})
    )

    # of the text that whoever writes this has before them, which somebody may change meanwhile
    source_digest = forms.RegexField(r"[0-9a-f]{16}", required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, tag: str, source_digest: str, row: ConsultationTranslation | None) -> None:
        initial = {name: getattr(row, name) for name in FIELDS} if row else {}
        super().__init__(data, initial={**initial, "source_digest": source_digest})
        for field in self.fields.values():
            # for spelling checkers and screen readers
            field.widget.attrs["lang"] = text_languages.web_tag(tag)

    def content(self) -> TranslatedContent:
        return TranslatedContent(**self.cleaned_data)
