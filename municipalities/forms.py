"""Forms of workspace settings, programmes and the installation."""

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.forms import InviteForm
from municipalities import arms
from municipalities.enums import Role
from municipalities.models import Cohort, Enrolment, Municipality, Programme
from municipalities.population import LARGEST_BYTES
from serbian.sorting import sort_key

DAY = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


def by_name(rows: Any) -> list[tuple[str, str]]:
    """(id, name) in the alphabetical order of the reader's script."""
    return sorted(((str(row.pk), str(row)) for row in rows), key=lambda pair: sort_key(pair[1]))


# ---- a workspace


class ProfileForm(forms.Form):
    arms = forms.FileField(
        label=_("Coat of arms"),
        required=False,
        help_text=_("PNG, JPEG or WebP, at most 5 MB. It is made small and shown beside the name."),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
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
        found = {name: self.cleaned_data[name] for name in ("colour", "website", "office_hours")}
        if self.cleaned_data["arms"]:
            found["arms"] = self.cleaned_data["arms"]
        elif self.cleaned_data.get("remove_arms"):
            found["arms"] = ""
        return found


class RulesForm(forms.ModelForm):
    move_window_hours = forms.IntegerField(
        label=_("Hours a post may move and stay approved"),
        min_value=0,
        max_value=24 * 14,
        help_text=_("A post that is moved further asks for approval again."),
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
        help_text=_("Somebody on the emergency list publishes without approval; another approver reviews it later."),
    )

    class Meta:
        model = Municipality
        fields = [
            "approval",
            "may_approve_own",
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
            "staff_may_read_drafts": _("Otherwise they see only what was published."),
            "primary_script": _("New posts start in it."),
        }


class InviteMemberForm(InviteForm):
    role = forms.ChoiceField(
        label=_("Role"), choices=Role.choices, widget=forms.RadioSelect, initial=Role.OFFICER.value
    )


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, widget=forms.RadioSelect)


class PauseForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        help_text=_("Everybody who works here reads it, for example: day of mourning."),
    )


# ---- a programme


class CohortForm(forms.Form):
    programme = forms.ChoiceField(label=_("Programme"))
    name = forms.CharField(label=_("Name of the cohort"), max_length=120)
    training_on = forms.DateField(label=_("First day of the training"), widget=DAY)

    def __init__(self, *args: Any, programmes: list[Programme], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["programme"].choices = by_name(programmes)  # type: ignore[attr-defined]
        if len(programmes) == 1:
            self.fields["programme"].widget = forms.HiddenInput()
            self.fields["programme"].initial = str(programmes[0].pk)


class EnrolForm(forms.Form):
    cohort = forms.ChoiceField(label=_("Cohort"))
    municipality = forms.ChoiceField(label=_("Municipality"))
    starts_on = forms.DateField(label=_("From"), widget=DAY)
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
    ends_on = forms.DateField(
        label=_("Last day"),
        widget=DAY,
        required=False,
        help_text=_("Leave it empty while the municipality takes part."),
    )

    def __init__(self, *args: Any, enrolment: Enrolment, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"compares": enrolment.compares, "ends_on": enrolment.ends_on})
        super().__init__(*args, **kwargs)


class PairForm(InviteForm):
    municipality = forms.ChoiceField(label=_("Municipality"))
    starts_on = forms.DateField(label=_("From"), widget=DAY)
    ends_on = forms.DateField(
        label=_("Last day"), widget=DAY, required=False, help_text=_("The mentor's access ends with it.")
    )
    field_order = ["municipality", "email", "name", "language", "starts_on", "ends_on"]

    def __init__(self, *args: Any, municipalities: list[Municipality], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["municipality"].choices = by_name(municipalities)  # type: ignore[attr-defined]
        self.fields["email"].label = _("E-mail address of the mentor")
        self.fields["email"].help_text = _("Somebody without an account gets an invitation.")


class LastDayForm(forms.Form):
    ends_on = forms.DateField(label=_("Last day"), widget=DAY)


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
    on = forms.DateField(label=_("First day"), widget=DAY, initial=timezone.localdate)
    is_practice = forms.BooleanField(
        label=_("For practice only"),
        required=False,
        help_text=_("Its channels are on the practice network and its numbers count nowhere. This cannot be changed."),
    )


class PopulationForm(forms.Form):
    file = forms.FileField(
        label=_("Table"),
        help_text=_("CSV with the columns “municipality” and “population”, and perhaps “year”. Both scripts are read."),
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
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
