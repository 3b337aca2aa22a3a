"""Forms of the people in charge of consultations."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.file_fields import FileInput
from common.lazy_text import LazyText
from common.typed_date_fields import ClockField, DayField
from municipalities.models import Municipality
from municipalities.queries import approvers, members, today
from municipalities.rules import PUBLISHING_ROLES
from participation import rules
from participation.default_rules import default_rules
from participation.domain.write import ConsultationContent
from participation.enums import ConsultationKind, DayCount, WayIn
from participation.grounds import for_kind
from participation.models import Consultation, OwnGround
from participation.queries import consultations as queries

OWN = "own:"
# Fields that are public once it is published, and no longer changed.
OF_DRAFTS = ("kind", "ground", "starts_on", "ends_on", "last_hour")
USUAL_WAYS = (WayIn.FORM, WayIn.COMMENT, WayIn.MESSAGE)


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


@dataclass(frozen=True)
class GroundOption:
    """A legal ground to choose: its facts as the page shows them. `checked_on` None: the municipality added it."""

    value: str
    title: str
    article: str = ""
    gazette: str = ""
    source: str = ""
    checked_on: date | None = None
    note: str = ""
    days: int = 0
    day_count: str = ""


class ConsultationForm(forms.Form):
    """What citizens are asked, on which ground, until when, and who is in charge.

    Of a consultation that is published it has no kind, ground and term.
    """

    kind = forms.ChoiceField(label=_("Kind"), choices=ConsultationKind)
    title = forms.CharField(
        label=_("Title"), max_length=rules.MOST_TITLE,
        help_text=_("As citizens will read it: “Investments in the budget for 2027”."),
    )  # fmt: skip
    subject = forms.CharField(
        label=_("What is asked"), max_length=rules.MOST_SUBJECT, required=False, widget=_area(8),
        help_text=_("What is to be decided, which figures and documents matter, and what citizens can change. The "
        "first paragraph stands in the call on social networks."),
    )  # fmt: skip
    rules = forms.CharField(
        label=_("Rules"), max_length=rules.MOST_RULES, required=False, widget=_area(10),
        help_text=_("Who may take part, what becomes of proposals, that names are not published, and what cannot be "
        "decided here."),
    )  # fmt: skip
    ground = forms.ChoiceField(
        label=_("Legal ground"), required=False, widget=forms.RadioSelect,
        error_messages={"invalid_choice": _("This legal ground does not fit this kind of consultation, or is not in "
        "force on the first day. Choose another one.")},
    )  # fmt: skip
    starts_on = DayField(label=_("First day"), required=False)
    ends_on = DayField(label=_("Last day"), required=False)
    last_hour = ClockField(label=_("Until (hour)"), required=False)
    decided_by = DayField(
        label=_("Decisions by"), required=False,
        help_text=_("Left empty: 15 working days after the last day."),
    )  # fmt: skip
    report_by = DayField(
        label=_("Report by"), required=False, help_text=_("Left empty: 30 working days after the last day.")
    )
    ways_in = forms.MultipleChoiceField(
        label=_("How citizens can take part"), choices=WayIn, required=False, widget=forms.CheckboxSelectMultiple
    )
    mail = forms.EmailField(
        label=_("E-mail address for proposals"), required=False,
        help_text=_("Only where proposals come in by e-mail. It is public."),
    )  # fmt: skip
    officer = forms.ChoiceField(label=_("Officer in charge"))
    approver = forms.ChoiceField(label=_("Approver in charge"), required=False)
    department = forms.ChoiceField(label=_("Department that is asked"), required=False)
    tag = forms.ChoiceField(
        label=_("Tag of its messages"), required=False,
        help_text=_("Messages with this tag are suggested as contributions."),
    )  # fmt: skip

    def __init__(
        self, *args: Any, municipality: Municipality, user: User, row: Consultation | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.row = row
        self._fill_people(municipality, user)
        self._fill_rows()
        self.grounds: list[GroundOption] = []
        if row is not None and row.is_published:
            for name in OF_DRAFTS:
                del self.fields[name]
        else:
            self._fill_grounds()

    def _fill_people(self, municipality: Municipality, user: User) -> None:
        writers = {one.user_id: one.user for one in members(municipality) if one.role in PUBLISHING_ROLES}
        deciders = {person.pk: person for person in approvers(municipality)}
        if self.row is not None:  # whoever left since stays until somebody else is chosen
            writers.setdefault(self.row.officer_id, self.row.officer)
            if self.row.approver is not None:
                deciders.setdefault(self.row.approver.pk, self.row.approver)
        elif user.pk in writers:
            self.initial.setdefault("officer", str(user.pk))
        if self.row is None and len(deciders) == 1:
            self.initial.setdefault("approver", str(next(iter(deciders))))
        self.people = {"officer": writers, "approver": deciders}
        self._choose("officer", list(writers.values()), none=None)
        self._choose("approver", list(deciders.values()), none=_("Any approver"))

    def _fill_rows(self) -> None:
        self.known: dict[str, list[Any]] = {
            "department": queries.departments(self.row.department_id if self.row else None),
            "tag": queries.tags(self.row.tag_id if self.row else None),
        }
        for name, rows in self.known.items():
            if rows:
                self._choose(name, rows, none=_("None"))
            else:
                del self.fields[name]

    def _choose(self, name: str, rows: Sequence[Any], *, none: LazyText | None) -> None:
        choices: list[tuple[str, LazyText]] = [] if none is None else [("", none)]
        choices += [(str(row.pk), str(row)) for row in rows]
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def _fill_grounds(self) -> None:
        """Those that fit the kind and are in force on the first day, and the one that was chosen before."""
        kind = self._sent("kind")
        day = self._first_day() or today()
        self.grounds = [
            GroundOption(
                one.key, one.title, one.article, one.gazette, one.source, one.checked_on, one.note, one.days,
                one.day_count,
            )
            for one in for_kind(kind, day)
        ]  # fmt: skip
        self.own_grounds = {f"{OWN}{one.pk}": one for one in queries.own_grounds() if _fits(one, day)}
        if self.row is not None and self.row.own_ground is not None:
            self.own_grounds.setdefault(f"{OWN}{self.row.own_ground_id}", self.row.own_ground)
        self.grounds += [
            GroundOption(
                value, one.title, one.article, one.source, one.address, None, "", one.days, one.day_count
            )
            for value, one in self.own_grounds.items()
        ]  # fmt: skip
        if self.row is None and not self.is_bound and self.grounds:
            self.initial.setdefault("ground", self.grounds[0].value)
        choices = [(one.value, one.title) for one in self.grounds]
        self.fields["ground"].choices = [*choices, ("", _("None"))]  # type: ignore[attr-defined]

    def _sent(self, name: str) -> str:
        return str(self.data.get(name, "") if self.is_bound else self.initial.get(name, ""))

    def _first_day(self) -> date | None:
        if not self.is_bound:
            return self.initial.get("starts_on")
        try:
            return DayField(required=False).clean(self._sent("starts_on"))
        except ValidationError:
            return None

    @property
    def chosen_ground(self) -> str:
        return self._sent("ground")

    @staticmethod
    def of(row: Consultation) -> dict[str, Any]:
        """What a consultation fills in."""
        values = {name: getattr(row, name) for name in (
            "kind", "title", "subject", "rules", "starts_on", "ends_on", "last_hour", "decided_by", "report_by", "mail",
            "ways_in",
        )}  # fmt: skip
        people = {name: str(getattr(row, f"{name}_id") or "") for name in ("officer", "approver", "department", "tag")}
        ground = f"{OWN}{row.own_ground_id}" if row.own_ground_id else row.ground
        return {**values, **people, "ground": ground}

    @staticmethod
    def of_kind(kind: str, municipality: Municipality) -> dict[str, Any]:
        """What a new one of this kind begins with."""
        text = default_rules(kind, municipality.primary_script)
        return {"kind": kind, "rules": text, "ways_in": list(USUAL_WAYS)}

    def content(self) -> ConsultationContent:
        """What was submitted. Days that were left empty are those that are suggested."""
        values = self.cleaned_data
        term: dict[str, Any] = {name: values.get(name) for name in OF_DRAFTS}
        if self.row is not None and self.row.is_published:
            row = self.row
            term = {name: getattr(row, name) for name in OF_DRAFTS}
            own = row.own_ground
        else:
            own = self.own_grounds.get(values["ground"])
            term["ground"] = "" if own else values["ground"]
        ends_on = term["ends_on"]
        decided_by, report_by = values["decided_by"], values["report_by"]
        if ends_on is not None:
            decided_by = decided_by or rules.add_working_days(ends_on, rules.DECIDE_WITHIN)
            report_by = report_by or max(decided_by, rules.add_working_days(ends_on, rules.REPORT_WITHIN))
        return ConsultationContent(
            **term, own_ground=own, title=values["title"], subject=values["subject"], rules=values["rules"],
            decided_by=decided_by, report_by=report_by, ways_in=values["ways_in"], mail=values["mail"],
            officer=self._person("officer"), approver=self._person("approver"),
            department=self._row("department"), tag=self._row("tag"),
        )  # fmt: skip

    def _person(self, name: str) -> Any:
        pk = self.cleaned_data[name]
        return self.people[name][int(pk)] if pk else None

    def _row(self, name: str) -> Any:
        pk = self.cleaned_data.get(name, "")
        return next((row for row in self.known[name] if str(row.pk) == pk), None)


def _fits(ground: OwnGround, day: date) -> bool:
    return ground.valid_from <= day and (ground.valid_to is None or day <= ground.valid_to)


class ExtendForm(forms.Form):
    ends_on = DayField(label=_("New last day"), help_text=_("The days of decisions and of the report move by as much."))


class CallOffForm(forms.Form):
    because = forms.CharField(
        label=_("Why"), max_length=rules.MOST_REASON, widget=_area(5),
        help_text=_("Public: citizens who took part read it."),
    )  # fmt: skip


class DocumentForm(forms.Form):
    """A file, or an address where the document can be read."""

    title = forms.CharField(
        label=_("Title"), max_length=rules.MOST_DOCUMENT_TITLE, required=False,
        help_text=_("Left empty, the name of the file stands there."),
    )  # fmt: skip
    file = forms.FileField(
        label=_("File"), required=False, allow_empty_file=True,
        widget=FileInput(attrs={"accept": ".pdf,.docx,.xlsx,.odt,.ods,.csv,.txt,.jpg,.jpeg,.png"}),
        help_text=_("PDF, Word, Excel, OpenDocument, text, CSV or a picture, up to 25 MB."),
    )  # fmt: skip
    address = forms.URLField(
        label=_("Or its web address"), max_length=600, required=False, assume_scheme="https",
        help_text=_("Where it can be read, if it is on the web already."),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        has_file, has_address = bool(values.get("file")), bool(values.get("address"))
        if not self.errors and has_file == has_address:
            self.add_error("file", _("Add a file or a web address, one of the two."))
        return values


class GroundForm(forms.Form):
    """A legal ground of the municipality's own."""

    title = forms.CharField(
        label=_("Act and what it is about"), max_length=200,
        help_text=_("“Statute of the municipality: public hearing on the budget”."),
    )  # fmt: skip
    article = forms.CharField(label=_("Article"), max_length=100)
    source = forms.CharField(label=_("Official gazette and number"), max_length=200)
    address = forms.URLField(label=_("Where it can be read"), max_length=600, required=False, assume_scheme="https")
    days = forms.IntegerField(
        label=_("Least term in days"), min_value=0, max_value=366, initial=0,
        help_text=_("0 where it sets none."),
    )  # fmt: skip
    day_count = forms.ChoiceField(
        label=_("They count as"), choices=DayCount, initial=DayCount.CALENDAR, widget=forms.RadioSelect
    )
    valid_from = DayField(label=_("Valid from"))
    valid_to = DayField(label=_("Valid to"), required=False)
