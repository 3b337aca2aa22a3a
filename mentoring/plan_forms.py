"""Forms of plans: start one, its days and goal, an activity, evidence, and the library of activities."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from analytics.logframe import INDICATORS, measured_codes
from common.typed_date_fields import DayField
from mentoring import plan_rules as rules
from mentoring.domain.plan_library import ActivityContent
from mentoring.domain.plans import MOST_DESCRIPTION, MOST_GOAL, ActivitySpec
from mentoring.enums import Proof
from mentoring.models import Activity, ActivityKind, Plan
from mentoring.plan_defaults import activity_texts
from mentoring.plan_texts import whole
from posts.enums import Category
from posts.media.domain.consents import Scan, read_scan
from posts.media.domain.pictures import BadPicture

SELF = "other"


def day(label: Any, help_text: Any = "", *, required: bool = True) -> forms.DateField:
    return DayField(label=label, help_text=help_text, required=required)


def lines(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class ReasonMixin(forms.Form):
    """A plan that is agreed changes by proposals, and each has its reason."""

    def ask_reason(self) -> None:
        self.fields["reason"] = forms.CharField(
            label=_("Reason"), max_length=500, widget=lines(2),
            help_text=_("The other side reads it and decides. Until then the plan stays as it is."),
        )  # fmt: skip


class StartForm(forms.Form):
    """The days, the goal, and what is taken from the library; each gets the day by which it is usually done."""

    starts_on = day(_("First day"))
    ends_on = day(
        _("Last day"), _("Empty: three months after the first day, as the calendar has them."), required=False
    )
    goal = forms.CharField(
        label=_("Goal"), required=False, max_length=MOST_GOAL, widget=lines(2),
        help_text=_("In a sentence: what should be different for citizens in three months?"),
    )  # fmt: skip

    def __init__(self, *args: Any, kinds: list[ActivityKind], first: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["starts_on"].initial = first
        self.kinds = {kind.key: kind for kind in kinds}
        last = rules.last_day(first)
        self.usual = {kind.key: rules.usual_day(first, kind.usual_days, last) for kind in kinds}

    def rows(self) -> list[dict[str, Any]]:
        chosen = set(self.data.getlist("kinds")) if self.is_bound else set()  # type: ignore[attr-defined]
        return [
            {"kind": activity_kind, "due_on": self.usual[key], "chosen": key in chosen}
            for key, activity_kind in self.kinds.items()
        ]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("starts_on") and not values.get("ends_on"):
            values["ends_on"] = rules.last_day(values["starts_on"])
        return values

    def chosen(self) -> list[tuple[ActivityKind, date]]:
        """After `is_valid`: what was taken, with its day. What is not in the library is not there."""
        first, last = self.cleaned_data["starts_on"], self.cleaned_data["ends_on"]
        keys = self.data.getlist("kinds")  # type: ignore[attr-defined]
        return [
            (activity_kind, rules.usual_day(first, activity_kind.usual_days, last))
            for key, activity_kind in self.kinds.items()
            if key in keys
        ]


class PlanForm(ReasonMixin):
    starts_on = day(_("First day"))
    ends_on = day(_("Last day"))
    goal = forms.CharField(label=_("Goal"), required=False, max_length=MOST_GOAL, widget=lines(3))

    def __init__(self, *args: Any, plan: Plan, **kwargs: Any) -> None:
        kwargs["initial"] = {name: getattr(plan, name) for name in ("starts_on", "ends_on", "goal")}
        super().__init__(*args, **kwargs)
        if not plan.is_draft:
            self.ask_reason()


class EvidenceRequirementMixin(forms.Form):
    """What shows that an activity was done."""

    proof = forms.ChoiceField(
        label=_("Evidence of completion"), choices=Proof,
        help_text=_("An indicator of the programme needs no evidence: the portal measures it and reports when it is "
        "reached."),
    )  # fmt: skip
    wanted = forms.IntegerField(
        label=_("How many"), min_value=1, max_value=100, initial=1, help_text=_("Of posts, needs, links or files.")
    )
    code = forms.ChoiceField(label=_("Indicator"), required=False)
    threshold = forms.FloatField(label=_("Value to reach"), required=False, localize=True)

    def offer_indicators(self) -> None:
        choices = [(code, f"{code} · {INDICATORS[code].name}") for code in measured_codes() if code != "ME1"]
        self.fields["code"].choices = [("", _("None")), *choices]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("proof") == Proof.INDICATOR:
            if not values.get("code"):
                self.add_error("code", _("Choose the indicator."))
            if values.get("threshold") is None and "threshold" not in self.errors:
                self.add_error("threshold", _("Enter the value to be reached."))
        return values

    def evidence_requirement(self) -> dict[str, Any]:
        """After `is_valid`."""
        values = self.cleaned_data
        is_indicator = values["proof"] == Proof.INDICATOR
        return {
            "proof": values["proof"], "wanted": 1 if is_indicator else values["wanted"],
            "code": values["code"] if is_indicator else "", "threshold": values["threshold"] if is_indicator else None,
        }  # fmt: skip


class ActivityForm(EvidenceRequirementMixin, ReasonMixin):
    name = forms.CharField(
        label=pgettext_lazy("agreed with the mentor", "Activity"),
        max_length=140,
        help_text=_("The task, specific enough to check."),
    )
    description = forms.CharField(label=_("Details"), required=False, max_length=MOST_DESCRIPTION, widget=lines(3))
    owner = forms.ChoiceField(label=_("Who does it"), required=False)
    owner_name = forms.CharField(
        label=_("A person who is not in the portal"), required=False, max_length=120,
        help_text=_("For example the head of the department for culture."),
    )  # fmt: skip
    due_on = day(_("Due on"))

    field_order = ("name", "description", "owner", "owner_name", "due_on", "proof", "wanted", "code", "threshold")

    def __init__(
        self,
        *args: Any,
        plan: Plan,
        people: list[Any],
        activity: Activity | None = None,
        kind: ActivityKind | None = None,
        **kwargs: Any,
    ) -> None:
        self.people = {str(person.pk): person for person in people}
        self.kind = kind or (activity.kind if activity else None)
        self.activity = activity
        kwargs["initial"] = _values_of(activity) if activity else _taken(kind, plan)
        super().__init__(*args, **kwargs)
        if activity and activity.owner_id and str(activity.owner_id) not in self.people:
            self.people[str(activity.owner_id)] = activity.owner
        choices = [(pk, str(person)) for pk, person in self.people.items()]
        self.fields["owner"].choices = [("", _("Not stated yet")), *choices, (SELF, _("Another person"))]  # type: ignore[attr-defined]
        self.fields["due_on"].widget.attrs |= {"min": plan.starts_on.isoformat(), "max": plan.ends_on.isoformat()}
        self.offer_indicators()
        if not plan.is_draft:
            self.ask_reason()

    def wanted_activity(self) -> ActivitySpec:
        """After `is_valid`."""
        values = self.cleaned_data
        owner = self.people.get(values["owner"])
        english = dict(self.activity.english) if self.activity else {}
        if self.activity is None and self.kind and values["name"] == self.kind.texts["sr"]["name"]:
            translated = self.kind.texts.get("en") or {}
            english = {name: str(translated[name]) for name in ("name", "description") if translated.get(name)}
        return ActivitySpec(
            name=values["name"], description=values["description"], owner=owner,
            owner_name="" if owner else values["owner_name"], due_on=values["due_on"],
            kind=self.kind if self.kind and self.kind.pk else None, english=english, **self.evidence_requirement(),
        )  # fmt: skip


def _values_of(activity: Activity) -> dict[str, Any]:
    names = ("name", "description", "owner_name", "due_on", "proof", "wanted", "code", "threshold")
    owner = str(activity.owner_id) if activity.owner_id else SELF if activity.owner_name else ""
    values = {name: getattr(activity, name) for name in names}
    return {**values, "owner": owner, "threshold": whole(activity.threshold)}


def _taken(kind: ActivityKind | None, plan: Plan) -> dict[str, Any]:
    if kind is None:
        return {"wanted": 1}
    return {
        "name": kind.texts["sr"]["name"], "description": kind.texts["sr"].get("description", ""), "proof": kind.proof,
        "wanted": kind.wanted, "code": kind.code, "threshold": whole(kind.threshold),
        "due_on": rules.usual_day(plan.starts_on, kind.usual_days, plan.ends_on),
    }  # fmt: skip


class PlanReasonForm(ReasonMixin):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ask_reason()


NOTE = _("Note")


class EvidenceLinkForm(forms.Form):
    url = forms.URLField(label=_("Address"), max_length=500, assume_scheme="https")
    note = forms.CharField(label=NOTE, max_length=500, required=False)


class EvidenceFileForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        help_text=_("A PDF or a picture, up to 10 MB. The municipality, its mentor and the programme's staff can "
        "download it."),
    )  # fmt: skip
    note = forms.CharField(label=NOTE, max_length=500, required=False)

    def clean_file(self) -> Scan:
        """The type is detected from the content, not from the name."""
        upload = self.cleaned_data["file"]
        try:
            return read_scan(upload, size=upload.size)
        except BadPicture as bad:
            raise forms.ValidationError(str(bad)) from bad


FITS = (
    ("", _("Any post")),
    ("call", _("Posts with a call to action")),
    ("interactive", _("Posts that invite people to take part")),
    ("service", _("Posts about an eService")),
    ("closed", _("Questions whose report was published")),
)


class ActivityKindForm(EvidenceRequirementMixin):
    """An activity of the library in Serbian, and optionally in English."""

    name = forms.CharField(label=pgettext_lazy("agreed with the mentor", "Activity"), max_length=140)
    description = forms.CharField(label=_("Details"), max_length=600, required=False, widget=lines(3))
    evidence = forms.CharField(label=_("Evidence, in words"), max_length=300, required=False)
    fits = forms.ChoiceField(label=_("Posts that are suggested as evidence"), required=False)
    usual_days = forms.IntegerField(label=_("Usually due after so many days"), min_value=1, max_value=366, initial=45)
    name_en = forms.CharField(label=_("Activity in English"), max_length=140, required=False)
    description_en = forms.CharField(label=_("Details, in English"), max_length=600, required=False, widget=lines(3))
    evidence_en = forms.CharField(label=_("Evidence, in English"), max_length=300, required=False)

    field_order = ("name", "description", "evidence", "usual_days", "proof", "wanted", "fits", "code", "threshold")

    def __init__(self, *args: Any, entry: ActivityKind | None = None, **kwargs: Any) -> None:
        kwargs["initial"] = self._initial(entry)
        super().__init__(*args, **kwargs)
        categories = [(f"category:{value}", label) for value, label in Category.choices]
        self.fields["fits"].choices = [*FITS, *categories]  # type: ignore[attr-defined]
        self.offer_indicators()

    def _initial(self, kind: ActivityKind | None) -> dict[str, Any]:
        if kind is None:
            return {"usual_days": 45, "wanted": 1}
        initial: dict[str, Any] = {name: getattr(kind, name) for name in ("proof", "wanted", "code")}
        initial["threshold"] = whole(kind.threshold)
        for language, suffix in (("sr", ""), ("en", "_en")):
            texts = kind.texts.get(language) or {}
            initial |= {f"{name}{suffix}": texts.get(name, "") for name in ("name", "description", "evidence")}
        first = next(iter(kind.fits.items()), None)
        fits = "" if first is None else f"category:{first[1]}" if first[0] == "category" else first[0]
        return {**initial, "usual_days": kind.usual_days, "fits": fits}

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if (values.get("description_en") or values.get("evidence_en")) and not values.get("name_en"):
            self.add_error("name_en", _("Write the English words in full, or leave all of them empty."))
        return values

    def content(self) -> ActivityContent:
        """After `is_valid`."""
        values = self.cleaned_data
        names = ("name", "description", "evidence")
        serbian, english = (tuple(values[f"{name}{suffix}"] for name in names) for suffix in ("", "_en"))
        key, _colon, value = values["fits"].partition(":")
        fits = {key: value or True} if key else {}
        return ActivityContent(
            texts=activity_texts(serbian, english),
            usual_days=values["usual_days"],
            fits=fits,
            **self.evidence_requirement(),
        )
