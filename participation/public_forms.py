"""The form with which citizens propose something. It needs no script, and nothing in it but the words is required."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from common.errors import ActionNotAllowed
from needs.public_text import Convert
from participation.domain import attachments
from participation.domain.attachments import Attachment
from participation.domain.contribute import Voluntary
from participation.enums import AgeBand, Gender
from participation.queries import public as queries
from participation.rules import MOST_FILES, MOST_TEXT
from posts.draft import storable

UNSAID = [("", _("I do not wish to say"))]
FILES = [f"file_{number}" for number in range(1, MOST_FILES + 1)]
# Of which a browser offers the files first; what a file is, its content says.
OFFERED = "image/*,.pdf,.docx,.odt,.xlsx,.ods,.txt"


class PlaceField(forms.ModelChoiceField):
    """Settlements in the reader's script."""

    say: Convert = str

    def label_from_instance(self, obj: Any) -> str:
        return self.say(obj.name)


class ProposalForm(forms.Form):
    """`attachments` holds the checked files of a valid form, in their order."""

    text = forms.CharField(
        label=_("Your proposal"),
        widget=forms.Textarea(attrs={"rows": 9}),
        error_messages={"required": _("Write the proposal first.")},
        help_text=_("Write it in your own words, in either script, with at most 5,000 characters."),
    )
    contact = forms.EmailField(
        label=_("E-mail for the answer"),
        required=False,
        max_length=254,
        help_text=_("Only the municipality sees it, and only answers to this proposal are sent to it."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"invalid": _("This is no e-mail address. Correct it, or leave it empty.")},
    )
    settlement = PlaceField(
        label=_("Where you live"),
        queryset=None,  # chosen within the scope of a municipality
        required=False,
        error_messages={"invalid_choice": _("Choose one of the list, or nothing.")},
    )
    age_band = forms.ChoiceField(
        label=_("Your age"),
        choices=[*UNSAID, *AgeBand.choices],
        required=False,
        error_messages={"invalid_choice": _("Choose one of the answers, or none.")},
    )
    gender = forms.ChoiceField(
        label=_("You are"),
        choices=[*UNSAID, *Gender.choices],
        required=False,
        error_messages={"invalid_choice": _("Choose one of the answers, or none.")},
    )

    def __init__(self, data: Any = None, files: Any = None, *, say: Convert) -> None:
        super().__init__(data, files)
        self.attachments: Sequence[Attachment] = ()
        # A reader of the page is sent to a mistake by its address, and a screen reader to the summary.
        places = self.fields["settlement"]
        assert isinstance(places, PlaceField)
        places.say, places.empty_label, places.queryset = say, str(UNSAID[0][1]), queries.settlements()
        if not queries.settlements().exists():
            del self.fields["settlement"]
        for number, name in enumerate(FILES, 1):
            self.fields[name] = forms.FileField(
                label=_("Attachment %(number)s") % {"number": number},
                required=False,
                widget=forms.FileInput(attrs={"accept": OFFERED}),
                # an empty file gets a sentence with its name
                allow_empty_file=True,
            )

    def clean_text(self) -> str:
        words = storable(self.cleaned_data["text"]).strip()
        if not words:
            raise forms.ValidationError(_("Write the proposal first."))
        if len(words) > MOST_TEXT:
            over = len(words) - MOST_TEXT
            raise forms.ValidationError(
                ngettext(
                    "This is %(over)s character too long: it has %(count)s, and at most %(most)s are taken.",
                    "This is %(over)s characters too long: it has %(count)s, and at most %(most)s are taken.",
                    over,
                )
                % {"over": over, "count": len(words), "most": MOST_TEXT}
            )
        return words

    def clean(self) -> dict[str, Any]:
        """Files are read last, and only where all else is right: a picture takes a second."""
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        checked = []
        for name in FILES:
            file = cleaned.get(name)
            if not isinstance(file, UploadedFile):
                continue
            try:
                checked.append(attachments.check(file))
            except ActionNotAllowed as refused:
                self.add_error(name, refused.message)
        self.attachments = checked
        return cleaned

    @property
    def had_files(self) -> bool:
        return any(self.files.get(name) for name in FILES)

    def about(self) -> Voluntary:
        values = self.cleaned_data
        return Voluntary(values.get("settlement"), values["age_band"], values["gender"])
