"""Forms of workspace settings, programmes and the installation."""

import re
from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import RegexValidator
from django.utils import timezone
from django.utils.dates import MONTHS as MONTH_NAMES
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.forms import InviteForm
from common.file_fields import FileInput
from common.typed_date_fields import DayField
from municipalities import arms
from municipalities.enums import Role, ServiceCall, ServiceCategory
from municipalities.models import Cohort, Enrolment, EService, Municipality, Programme
from municipalities.place_words import KNOWN
from municipalities.population import LARGEST_BYTES
from municipalities.rules import LONGEST_REASON, RELAXES, SHORTEST_REASON, is_relaxed
from serbian.sorting import sort_key


def by_name(rows: Any) -> list[tuple[str, str]]:
    """(id, name) in the alphabetical order of the reader's script."""
    return sorted(((str(row.pk), str(row)) for row in rows), key=lambda pair: sort_key(pair[1]))


# ---- a workspace


class ProfileForm(forms.Form):
    arms = forms.FileField(
        label=_("Coat of arms"),
        required=False,
        help_text=_("PNG, JPEG or WebP, at most 5 MB. It is resized and shown beside the name."),
        widget=FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
    )
    remove_arms = forms.BooleanField(label=_("Show the neutral shield instead"), required=False)
    colour = forms.CharField(
        label=_("Colour"),
        max_length=7,
        validators=[RegexValidator(r"^#[0-9a-fA-F]{6}\Z", _("A colour is written like #1f5a8f."))],
        widget=forms.TextInput(attrs={"type": "color"}),
        help_text=_("A small mark beside the name. Texts and buttons keep the colours of the portal."),
    )
    website = forms.URLField(label=_("Website"), required=False, assume_scheme="https")
    office_hours = forms.CharField(
        label=_("Office hours"), max_length=120, required=False, help_text=_("For example 07:00–15:00.")
    )

    def __init__(self, *args: Any, has_arms: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_arms:
            del self.fields["remove_arms"]

    def clean_arms(self) -> Any:
        upload = self.cleaned_data["arms"]
        if not upload:
            return None
        try:
            return arms.prepared(upload)
        except arms.NotAPicture:
            raise forms.ValidationError(
                _("This file is not a picture that can be read, or it is too large. Choose a PNG, JPEG or WebP.")
            ) from None

    def values(self) -> dict[str, Any]:
        """What to write; `arms` only when the picture changes."""
        profile = {name: self.cleaned_data[name] for name in ("colour", "website", "office_hours")}
        if self.cleaned_data["arms"]:
            profile["arms"] = self.cleaned_data["arms"]
        elif self.cleaned_data.get("remove_arms"):
            profile["arms"] = ""
        return profile


class ConditionalText(forms.CharField):
    """Needed in some cases only, as its help text says, so that its label does not call it optional."""

    is_conditional = True


class RulesForm(forms.ModelForm):
    move_window_hours = forms.IntegerField(
        label=_("Hours a post may move and stay approved"),
        min_value=0,
        max_value=24 * 14,
        help_text=_("A post that is moved further requires a new approval."),
    )
    not_after_minutes = forms.IntegerField(
        label=_("Minutes a post may be late"),
        min_value=5,
        max_value=24 * 60,
        help_text=_("When the network cannot be reached that long, the post waits for a person to decide."),
    )

    emergency_review_hours = forms.IntegerField(
        label=_("Hours until an emergency post is reviewed"),
        min_value=1,
        max_value=24 * 7,
        help_text=_("A person on the emergency list publishes without approval; another approver reviews it later."),
    )
    reason = ConditionalText(
        label=_("Why a rule is relaxed"),
        max_length=LONGEST_REASON,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    class Meta:
        model = Municipality
        fields = [
            "approval",
            "may_approve_own",
            "answers_need_approval",
            "decides_by_mail",
            "staff_may_read_drafts",
            "primary_script",
            "move_window_hours",
            "not_after_minutes",
            "emergency_review_hours",
        ]
        widgets = {"approval": forms.RadioSelect}
        help_texts = {
            "approval": _("Two approvers are two different persons. The mentor never publishes."),
            "may_approve_own": _("For small municipalities, where one person writes and decides."),
            "answers_need_approval": _(
                "Answers of officers then require approval. In an emergency, people on the emergency list answer at "
                "once."
            ),
            "decides_by_mail": _(
                "The mail about a post that waits then holds its texts and pictures, and a link that works once, for "
                "24 hours, and only with the approver's own sign-in."
            ),
            "staff_may_read_drafts": _("Otherwise they see only what was published."),
            "primary_script": _("New posts start in it."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hours = settings.RULE_RELAXATION_HOURS
        self.fields["reason"].help_text = ngettext(
            "Needed where fewer people have to agree, where answers no longer wait, where a mail may lead to a "
            "decision, or where more time may pass. The other approvers read it. The change waits %(hours)s hour, or "
            "until another approver agrees.",
            "Needed where fewer people have to agree, where answers no longer wait, where a mail may lead to a "
            "decision, or where more time may pass. The other approvers read it. The change waits %(hours)s hours, or "
            "until another approver agrees.",
            hours,
        ) % {"hours": hours}

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        here = [name for name in RELAXES if name in values]
        relaxed = [name for name in here if is_relaxed(name, getattr(self.instance, name), values[name])]
        reason = " ".join((values.get("reason") or "").split())
        if relaxed and len(reason) < SHORTEST_REASON and "reason" not in self.errors:
            sentence = _("Explain in %(least)s characters at least why this becomes weaker: %(rules)s.")
            rules = "; ".join(str(self.fields[name].label) for name in relaxed)
            self.add_error("reason", sentence % {"least": SHORTEST_REASON, "rules": rules})
        return values

    def rules(self) -> dict[str, Any]:
        """What to write."""
        return {name: self.cleaned_data[name] for name in self._meta.fields or ()}


class InviteMemberForm(InviteForm):
    role = forms.ChoiceField(
        label=_("Role"), choices=Role.choices, widget=forms.RadioSelect, initial=Role.OFFICER.value
    )


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, widget=forms.RadioSelect)


class DelegateForm(forms.Form):
    """A delegate of an absent approver, and the period."""

    approver = forms.ChoiceField(label=_("Absent approver"))
    to = forms.ChoiceField(label=_("Stand-in"))
    starts_on = DayField(label=_("From"))
    ends_on = DayField(label=_("Last day"))

    def __init__(self, *args: Any, approvers: list[Any], people: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["approver"].choices = by_name(approvers)  # type: ignore[attr-defined]
        self.fields["to"].choices = [("", "–"), *by_name(people)]  # type: ignore[attr-defined]


class EmergencyRightForm(forms.Form):
    user = forms.ChoiceField(label=_("Person"))

    def __init__(self, *args: Any, people: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].choices = by_name(people)  # type: ignore[attr-defined]


class PrivateReaderForm(EmergencyRightForm):
    """Who may read private messages."""


# ---- a programme


class CohortForm(forms.Form):
    programme = forms.ChoiceField(label=_("Programme"))
    name = forms.CharField(label=_("Name of the cohort"), max_length=120)
    training_on = DayField(label=_("First day of the training"))

    def __init__(self, *args: Any, programmes: list[Programme], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["programme"].choices = by_name(programmes)  # type: ignore[attr-defined]
        if len(programmes) == 1:
            self.fields["programme"].widget = forms.HiddenInput()
            self.fields["programme"].initial = str(programmes[0].pk)


class EnrolForm(forms.Form):
    cohort = forms.ChoiceField(label=_("Cohort"))
    municipality = forms.ChoiceField(label=_("Municipality"))
    starts_on = DayField(label=_("From"))
    compares = forms.BooleanField(
        label=_("The municipality agreed to be compared with the others"),
        required=False,
        help_text=_("Without it the programme sees only that the municipality takes part."),
    )

    def __init__(self, *args: Any, cohorts: list[Cohort], municipalities: list[Municipality], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cohort"].choices = [(str(row.pk), str(row)) for row in cohorts]  # type: ignore[attr-defined]
        self.fields["municipality"].choices = by_name(municipalities)  # type: ignore[attr-defined]


class EnrolmentForm(forms.Form):
    compares = EnrolForm.base_fields["compares"]
    ends_on = DayField(
        label=_("Last day"),
        required=False,
        help_text=_("Leave it empty while the municipality takes part."),
    )

    def __init__(self, *args: Any, enrolment: Enrolment, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"compares": enrolment.compares, "ends_on": enrolment.ends_on})
        super().__init__(*args, **kwargs)


class PairForm(InviteForm):
    municipality = forms.ChoiceField(label=_("Municipality"))
    starts_on = DayField(label=_("From"))
    ends_on = DayField(label=_("Last day"), required=False, help_text=_("The mentor's access ends with it."))
    field_order = ["municipality", "email", "name", "language", "starts_on", "ends_on"]

    def __init__(self, *args: Any, municipalities: list[Municipality], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["municipality"].choices = by_name(municipalities)  # type: ignore[attr-defined]
        self.fields["email"].label = _("E-mail address of the mentor")
        self.fields["email"].help_text = _("A person without an account receives an invitation.")


class TrainerForm(InviteForm):
    programme = forms.ChoiceField(label=_("Programme"))
    field_order = ["programme", "email", "name", "language"]

    def __init__(self, *args: Any, programmes: list[Programme], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.programmes = {str(row.pk): row for row in programmes}
        if len(programmes) == 1:
            del self.fields["programme"]
        else:
            self.fields["programme"].choices = by_name(programmes)  # type: ignore[attr-defined]
        self.fields["email"].label = _("E-mail address of the trainer")
        self.fields["email"].help_text = _("A person without an account receives an invitation.")

    def chosen(self) -> Programme:
        only = next(iter(self.programmes.values()))
        return self.programmes.get(self.cleaned_data.get("programme", ""), only)


class LastDayForm(forms.Form):
    ends_on = DayField(label=_("Last day"))


# ---- the installation


class InvitePersonForm(InviteForm):
    place = forms.ChoiceField(label=_("Invited as"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, programmes: list[Programme], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        staff = [(f"staff:{row.pk}", _("Staff of the programme %(name)s") % {"name": row}) for row in programmes]
        choices = [*staff, ("administrator", _("Administrator of the installation"))]
        self.fields["place"].choices = choices  # type: ignore[attr-defined]

    def grant(self) -> dict[str, Any]:
        kind, _colon, programme = self.cleaned_data["place"].partition(":")
        if kind == "administrator":
            return {"kind": kind}
        return {"kind": "programme_staff", "programme": int(programme)}


class ProgrammeForm(forms.Form):
    name = forms.CharField(label=_("Name of the programme"), max_length=120)


class OpenWorkspaceForm(forms.Form):
    on = DayField(label=_("First day"), initial=timezone.localdate)
    is_practice = forms.BooleanField(
        label=_("For practice only"),
        required=False,
        help_text=_(
            "Its channels are on the practice network and its metrics are not counted. This cannot be changed."
        ),
    )


class PopulationForm(forms.Form):
    file = forms.FileField(
        label=_("Table"),
        help_text=_("CSV with the columns “municipality” and “population”, and perhaps “year”. Both scripts are read."),
        widget=FileInput(attrs={"accept": ".csv,text/csv"}),
    )
    source = forms.CharField(
        label=_("Source"),
        max_length=200,
        help_text=_("For example: Statistical Office of Serbia, census 2022, table 1."),
    )
    year = forms.IntegerField(
        label=_("Year of the figures"),
        required=False,
        min_value=1948,
        max_value=2100,
        help_text=_("For a table without a column “year”."),
    )

    def clean_file(self) -> bytes:
        upload = self.cleaned_data["file"]
        return bytes(upload.read(LARGEST_BYTES + 1))


class SearchForm(forms.Form):
    """Filters of the list of municipalities; nonsense in the address is ignored."""

    q = forms.CharField(required=False, max_length=80)
    show = forms.ChoiceField(
        required=False,
        choices=[
            ("", _("All")),
            ("open", _("With a workspace")),
            ("closed", _("Without a workspace")),
            ("unknown", _("Population not entered")),
        ],
    )


# ---- eServices

MONTHS = tuple((str(number), name) for number, name in MONTH_NAMES.items())
GAP = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")


class ServiceForm(forms.Form):
    """A service of the national catalogue. Words are written in Serbian Cyrillic; the Latin form is derived."""

    key = forms.SlugField(
        label=_("Key"),
        max_length=40,
        validators=[
            RegexValidator(r"^(?!new\Z)[a-z0-9][a-z0-9-]*\Z", _("A key has small Latin letters, digits and hyphens."))
        ],
        help_text=_("Posts name the service by it, so it cannot be changed later."),
    )
    name_cyrl = forms.CharField(label=_("Name, Cyrillic"), max_length=120)
    name_latn = forms.CharField(label=_("Name, Latin"), max_length=120)
    name_en = forms.CharField(label=_("Name, English"), max_length=120)
    category = forms.ChoiceField(label=_("Topic of the service"), choices=ServiceCategory.choices)
    url = forms.URLField(label=_("Address"), max_length=500, assume_scheme="https")
    months = forms.MultipleChoiceField(
        label=_("Months in which a post about it fits best"),
        choices=MONTHS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None: it fits all year."),
    )
    season = forms.CharField(label=_("Season in words, Cyrillic"), max_length=300, required=False)
    season_en = forms.CharField(label=_("Season in words, English"), max_length=300, required=False)
    description = forms.CharField(label=_("Description, Cyrillic"), max_length=2000, widget=forms.Textarea)
    description_en = forms.CharField(
        label=_("Description, English"), max_length=2000, required=False, widget=forms.Textarea
    )
    angle = forms.CharField(
        label=_("Sample text for a post, Cyrillic"),
        max_length=300,
        required=False,
        help_text=_("One sentence for the officer: what matters to citizens."),
    )
    angle_en = forms.CharField(label=_("Sample text for a post, English"), max_length=300, required=False)
    is_active = forms.BooleanField(
        label=_("Offered in the composer"),
        required=False,
        help_text=_("A service that ended stays in old posts and is no longer offered for new ones."),
    )

    def __init__(self, *args: Any, service: EService | None = None, **kwargs: Any) -> None:
        initial: dict[str, Any] = {"is_active": True}
        if service:
            initial = {name: getattr(service, name) for name in self.base_fields}
            initial["months"] = [str(month) for month in service.months]
        kwargs.setdefault("initial", initial)
        super().__init__(*args, **kwargs)
        for name in ("description", "description_en"):
            self.fields[name].widget.attrs["rows"] = 3
        if service:
            del self.fields["key"]

    def values(self) -> dict[str, Any]:
        return {**self.cleaned_data, "months": sorted(int(month) for month in self.cleaned_data["months"])}


class ServiceTextForm(forms.Form):
    """One text from which a post about the service starts; without words it is left out."""

    title = forms.CharField(label=_("Title"), max_length=120, required=False)
    text = forms.CharField(
        label=_("Text, Cyrillic"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 7})
    )
    call_kind = forms.ChoiceField(
        label=_("Call to action"), required=False, choices=[("", _("None")), *ServiceCall.choices]
    )
    call_text = forms.CharField(label=_("Call in words, Cyrillic"), max_length=120, required=False)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        for name in ("text", "call_text"):
            unknown = [gap for gap in GAP.findall(values.get(name) or "") if gap not in KNOWN]
            if unknown:
                sentence = _("The portal cannot fill %(gap)s. These placeholders can be filled: %(known)s.")
                known = ", ".join(f"{{{{{known_gap}}}}}" for known_gap in KNOWN)
                self.add_error(name, sentence % {"gap": f"{{{{{unknown[0]}}}}}", "known": known})
        if (values.get("text") or "").strip() and not values.get("title"):
            self.add_error("title", _("Give the text a title, so that it can be distinguished from the others."))
        return values


ServiceTexts = forms.formset_factory(ServiceTextForm, extra=1, max_num=8, absolute_max=9)


class AvailabilityForm(forms.Form):
    is_offered = forms.TypedChoiceField(
        label=_("Can it be used here?"),
        choices=[("yes", _("Yes")), ("no", _("No, not in this municipality"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    starts_on = DayField(label=_("From"), required=False)
    ends_on = DayField(label=_("Until"), required=False, help_text=_("The last day, for example of an enrolment."))
    url = forms.URLField(
        label=_("Address here"),
        max_length=500,
        required=False,
        assume_scheme="https",
        help_text=_("Where it begins for this municipality. Empty: the address of the catalogue."),
    )
    note = forms.CharField(label=_("Note"), max_length=300, required=False)
    verified = forms.BooleanField(
        label=_("I have checked it today, and it is as described here"),
        required=False,
        help_text=_("Your name and the day are shown beside it. After some months it has to be checked again."),
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        starts, ends = values.get("starts_on"), values.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", _("The last day comes before the first one."))
        return values

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "verified"}


# ---- words of the house


class WordForm(forms.Form):
    """What is wrong with a word says `domain.glossary`; here are only the fields."""

    latin = forms.CharField(label=_("In Latin text"), max_length=60, required=False)
    cyrillic = forms.CharField(
        label=_("In Cyrillic text"),
        max_length=60,
        required=False,
        help_text=_("Leave it empty if the word stays Latin in Cyrillic text."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, tag in (("latin", "sr-Latn"), ("cyrillic", "sr-Cyrl")):
            self.fields[name].widget.attrs.update(lang=tag, autocapitalize="off", spellcheck="false")
