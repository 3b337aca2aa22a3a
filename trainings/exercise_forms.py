"""Forms of exercises: who plays in which team, what the trainer sends, and the debrief by the rubric."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import languages
from kits.models import in_interface_script
from practice.imitations import CONVERSING, IMITATIONS
from serbian.transliteration import to_latin
from trainings import scenario_parsing
from trainings.domain.exercises import MOST_TEAMS
from trainings.forms import CleanTextForm
from trainings.models import Exercise, Mark, Participant, Team

LEVELS = {
    1: gettext_lazy("Not yet"),
    2: gettext_lazy("Partly"),
    3: gettext_lazy("Good"),
    4: gettext_lazy("Exemplary"),
}
LINES = forms.Textarea(attrs={"rows": 3})


class ExerciseForm(CleanTextForm):
    """A scenario, its time, and a team for each participant who has an account. Who has no team does not play."""

    minutes = forms.IntegerField(
        label=gettext_lazy("Minutes"), min_value=scenario_parsing.SHORTEST, max_value=scenario_parsing.LONGEST,
        help_text=gettext_lazy("You can give five more at any time, or end it earlier."),
    )  # fmt: skip

    def __init__(self, *args: Any, people: Sequence[Participant], chosen: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = [person for person in people if person.user_id]
        self.scenarios = [known for known, _raw in scenario_parsing.built_in().values()]
        self.fields["scenario"] = forms.ChoiceField(
            choices=[(scenario.key, in_interface_script(scenario.title)) for scenario in self.scenarios],
            label=_("Scenario"),
        )
        self.chosen = next((scenario for scenario in self.scenarios if scenario.key == chosen), self.scenarios[0])
        self.fields["scenario"].initial = self.chosen.key
        self.fields["minutes"].initial = self.chosen.minutes
        kinds = [(key, IMITATIONS[key].title) for key in CONVERSING]
        self.fields["network"] = forms.ChoiceField(
            choices=[("", _("Ordinary pages of the practice network")), *kinds],
            label=_("Pages of the teams"),
            required=False,
            help_text=_(
                "Posts are checked and shown as on that network. It has polls only on X and on ordinary pages."
            ),
        )
        numbers = range(1, min(MOST_TEAMS, max(len(self.people), 1)) + 1)
        choices = [("", _("does not play")), *((str(n), _("Team %(number)s") % {"number": n}) for n in numbers)]
        usual = self._by_municipality()
        for person in self.people:
            self.fields[self._name(person)] = forms.ChoiceField(
                label=person.name,
                choices=choices,
                required=False,
                initial=str(usual[person.pk]),
                widget=forms.Select(attrs={"class": "input"}),
            )

    def _name(self, person: Participant) -> str:
        return f"team-{person.pk}"

    def _by_municipality(self) -> dict[int, int]:
        """People of one municipality play together, as they work together at home."""
        places = list(dict.fromkeys(person.municipality_id for person in self.people))
        return {person.pk: places.index(person.municipality_id) % MOST_TEAMS + 1 for person in self.people}

    def rows(self) -> list[tuple[Participant, Any]]:
        return [(person, self[self._name(person)]) for person in self.people]

    def options(self) -> list[dict[str, Any]]:
        """The scenarios for the page, the chosen one marked."""
        chosen = str(self["scenario"].value())
        return [
            {"key": scenario.key, "title": in_interface_script(scenario.title),
             "practises": in_interface_script("; ".join(scenario.practises)),
             "minutes": scenario.minutes, "lines": len(scenario.lines), "chosen": scenario.key == chosen}
            for scenario in self.scenarios
        ]  # fmt: skip

    def teams(self) -> list[tuple[str, list[Any]]]:
        """(name, people) of each team that is not empty, numbered anew. After `is_valid`."""
        several: dict[int, list[Any]] = {}
        for person in self.people:
            number = self.cleaned_data[self._name(person)]
            if number:
                several.setdefault(int(number), []).append(person.user)
        return [(f"Екипа {at}", several[number]) for at, number in enumerate(sorted(several), start=1)]


class LineForm(forms.Form):
    """A citizen of the trainer's lines, to one team or to all."""

    def __init__(
        self, *args: Any, lines: Sequence[scenario_parsing.ScriptLine], teams: Sequence[Team], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["line"] = forms.ChoiceField(
            label=_("Citizen"), choices=[(line.key, self._named(line)) for line in lines]
        )
        self.fields["team"] = forms.ChoiceField(
            label=_("To whom"), required=False,
            choices=[("", _("All teams")), *((str(team.pk), team.name) for team in teams)],
        )  # fmt: skip

    def _named(self, line: scenario_parsing.ScriptLine) -> str:
        return f"{line.who} ({_('private')}): {line.text}" if line.is_private else f"{line.who}: {line.text}"


class DebriefForm(CleanTextForm):
    """The level of a team by each criterion with a note, what went well, and one thing for the next time."""

    went_well = forms.CharField(
        label=gettext_lazy("What went well"), required=False, max_length=2000, widget=LINES,
        help_text=gettext_lazy("Name the very sentence or act, so that the team does it again."),
    )  # fmt: skip
    next_time = forms.CharField(
        label=gettext_lazy("One thing to try next time"), required=False, max_length=2000, widget=LINES
    )

    def __init__(self, *args: Any, team: Team, marks: Mapping[str, Mark], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.criteria = criteria(team.exercise)
        self.fields["went_well"].initial, self.fields["next_time"].initial = team.went_well, team.next_time
        choices = [("", _("Not judged")), *((str(level), label) for level, label in LEVELS.items())]
        for criterion in self.criteria:
            mark = marks.get(criterion["key"])
            self.fields[f"level-{criterion['key']}"] = forms.ChoiceField(
                label=criterion["name"], choices=choices, required=False, initial=str(mark.level) if mark else ""
            )
            self.fields[f"note-{criterion['key']}"] = forms.CharField(
                label=_("Note: %(criterion)s") % {"criterion": criterion["name"]}, required=False, max_length=500,
                initial=mark.note if mark else "",
            )  # fmt: skip

    def rows(self) -> list[dict[str, Any]]:
        """For the page: each criterion with its options, the chosen one marked."""
        lines = []
        for criterion in self.criteria:
            bound = self[f"level-{criterion['key']}"]
            chosen = str(bound.value() or "")
            options = [
                {"value": level, "label": LEVELS[level], "text": description, "chosen": chosen == str(level)}
                for level, description in enumerate(criterion["levels"], start=1)
            ]
            lines.append({**criterion, "field": bound.html_name, "options": options, "chosen": chosen,
                          "note": self[f"note-{criterion['key']}"]})  # fmt: skip
        return lines

    def levels(self) -> dict[str, tuple[int, str]]:
        """(level, note) of each criterion that was judged. After `is_valid`."""
        values = self.cleaned_data
        return {
            criterion["key"]: (int(values[f"level-{criterion['key']}"]), values[f"note-{criterion['key']}"])
            for criterion in self.criteria
            if values[f"level-{criterion['key']}"]
        }


def criteria(exercise: Exercise) -> list[dict[str, Any]]:
    """The rubric of an exercise in the reader's language: key, name and descriptions of the four levels."""
    wanted = languages.current().text_variant
    translated = []
    for criterion in exercise.criteria:
        texts = criterion["words"]
        if wanted == languages.ENGLISH and texts.get("en"):
            wording = texts["en"]
            name, levels = wording["name"], wording["levels"]
        else:
            wording = texts["sr"]
            name, levels = wording["name"], wording["levels"]
            if wanted == languages.LATIN:
                name, levels = to_latin(name), [to_latin(text) for text in levels]
        translated.append({"key": criterion["key"], "name": name, "levels": levels})
    return translated
