"""Forms of mentoring: feedback and criteria of the rubric, absences, handovers."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from common.typed_date_fields import DayField
from mentoring.enums import RubricLevel
from mentoring.models import Criterion, Feedback
from mentoring.rubric_defaults import criterion_texts

LINES = forms.Textarea(attrs={"rows": 4})


class FeedbackForm(forms.Form):
    """One choice of a level for each criterion, none of them required, and a note.

    A criterion by which the post was judged before keeps its texts of then.
    """

    note = forms.CharField(
        label=_("Note"),
        required=False,
        widget=LINES,
        help_text=_("Strengths, and one thing to try next time. The author receives it."),
    )

    def __init__(self, *args: Any, criteria: list[Criterion], given: Feedback | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scores = {score.criterion.key: score for score in given.scores.all()} if given else {}
        judged = {key: score.criterion for key, score in scores.items()}
        current = [judged.pop(criterion.key, criterion) for criterion in criteria]
        self.criteria = [*current, *judged.values()]
        for criterion in self.criteria:
            score = scores.get(criterion.key)
            choices = [("", _("Not judged")), *((str(level.value), level.label) for level, _said in criterion.levels)]
            self.fields[self._name(criterion)] = forms.ChoiceField(
                label=str(criterion), choices=choices, required=False, initial=str(score.level) if score else ""
            )
        if given:
            self.fields["note"].initial = given.note

    def _name(self, criterion: Criterion) -> str:
        return f"level-{criterion.key}"

    def rows(self) -> list[dict[str, Any]]:
        """For the page: each criterion with its options, the chosen one marked."""
        return [self._row(criterion) for criterion in self.criteria]

    def _row(self, criterion: Criterion) -> dict[str, Any]:
        bound = self[self._name(criterion)]
        chosen = str(bound.value() or "")
        options = [
            {"value": level.value, "label": level.label, "text": description, "chosen": chosen == str(level.value)}
            for level, description in criterion.levels
        ]
        return {"bound": bound, "name": bound.html_name, "label": str(criterion), "options": options,
                "chosen": chosen}  # fmt: skip

    def levels(self) -> dict[str, RubricLevel]:
        """Chosen levels by the key of their criterion. After `is_valid`."""
        chosen = {criterion.key: self.cleaned_data[self._name(criterion)] for criterion in self.criteria}
        return {key: RubricLevel(int(value)) for key, value in chosen.items() if value}


class CriterionForm(forms.Form):
    """A criterion in Serbian, and optionally in English."""

    name = forms.CharField(label=_("Name of the criterion"), max_length=60)
    level1 = forms.CharField(label=_("Level 1: not yet"), max_length=200)
    level2 = forms.CharField(label=_("Level 2: partly"), max_length=200)
    level3 = forms.CharField(label=_("Level 3: good"), max_length=200)
    level4 = forms.CharField(label=_("Level 4: exemplary"), max_length=200)
    name_en = forms.CharField(label=_("Name in English"), max_length=60, required=False)
    level1_en = forms.CharField(label=_("Level 1 in English"), max_length=200, required=False)
    level2_en = forms.CharField(label=_("Level 2 in English"), max_length=200, required=False)
    level3_en = forms.CharField(label=_("Level 3 in English"), max_length=200, required=False)
    level4_en = forms.CharField(label=_("Level 4 in English"), max_length=200, required=False)

    NUMBERS = (1, 2, 3, 4)

    def __init__(self, *args: Any, entry: Criterion | None = None, **kwargs: Any) -> None:
        kwargs["initial"] = self._initial(entry)
        super().__init__(*args, **kwargs)

    def _initial(self, criterion: Criterion | None) -> dict[str, str]:
        initial: dict[str, str] = {}
        for language, suffix in (("sr", ""), ("en", "_en")):
            texts = criterion.texts.get(language) if criterion else None
            if texts:
                initial[f"name{suffix}"] = texts["name"]
                initial |= {f"level{n}{suffix}": texts["levels"][n - 1] for n in self.NUMBERS}
        return initial

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        english = [values.get("name_en"), *(values.get(f"level{n}_en") for n in self.NUMBERS)]
        if any(english) and not all(english):
            raise forms.ValidationError(_("Write the English words in full, or leave all of them empty."))
        return values

    def content(self) -> dict[str, Any]:
        """Texts in the shape of `Criterion.texts`. After `is_valid`."""
        values = self.cleaned_data
        levels = [values[f"level{n}"] for n in self.NUMBERS]
        return criterion_texts(
            values["name"], levels, values["name_en"], [values[f"level{n}_en"] for n in self.NUMBERS]
        )


class AbsenceForm(forms.Form):
    starts_on = DayField(label=_("First day away"))
    ends_on = DayField(label=_("Last day away"))
    note = forms.CharField(
        label=_("Note to the municipalities"),
        max_length=300,
        required=False,
        help_text=_("For example a contact for the meantime. The reason remains private."),
    )


class HandoverForm(forms.Form):
    successor = forms.ChoiceField(label=_("Successor"))
    starts_on = DayField(
        label=_("First day of the successor"),
        help_text=_("The present mentor has no access from that day on; if it is today, at once."),
    )
    ends_on = DayField(label=_("Last day of the successor"), required=False)
    note = forms.CharField(
        label=_("Handover note"),
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_(
            "Agreements, strengths, points to watch. Visible to mentors of the municipality and programme staff, not "
            "to the municipality."
        ),
    )

    def __init__(self, *args: Any, people: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(person.pk): person for person in people}
        choices = [(pk, str(person)) for pk, person in self.people.items()]
        self.fields["successor"].choices = [("", _("Choose a mentor")), *choices]  # type: ignore[attr-defined]

    def clean_successor(self) -> Any:
        return self.people[self.cleaned_data["successor"]]
