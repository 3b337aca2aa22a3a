"""The forms of the inbox."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from channels.models import Channel
from common.dates import date_time
from common.errors import ActionNotAllowed
from common.typed_date_fields import DayField
from inbox.domain import department_questions, handover
from inbox.domain.sorting_rules import RuleInput
from inbox.enums import MessageKind, OfficeTime, Readers, Topic
from inbox.models import Department, Message, SavedAnswer, Tag
from inbox.office_hours_text import MOST_OWN
from municipalities.queries import colleagues

# ---- The form with which a department is asked.


# Minutes of working hours that a department may be given; "day" means the day beside it.
TIMES = (
    ("240", _("within half a working day")),
    ("480", _("within one working day")),
    ("960", _("within two working days")),
    ("2400", _("within five working days")),
    ("day", _("until the end of a day that I choose")),
)

# The choice of `AskForm` beside them, and how long before the citizen's deadline it is.
BEFORE_DUE = "due"
TIME_TO_ANSWER = timedelta(hours=1)


class DepartmentForm(forms.Form):
    """A question to a department, and the words of the citizen that go along with it."""

    department: Any = forms.ModelChoiceField(None, label=_("Department"), empty_label=_("Choose"))
    question = forms.CharField(
        label=_("Your question"),
        help_text=_("In your own words. It is included in the e-mail: enter no name and no address of the citizen."),
        max_length=department_questions.MOST_QUESTION,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    shown = forms.CharField(
        label=_("Words of the citizen that go along"),
        help_text=_("They are shown behind the link. Personal data is taken out; take out what is not needed, too."),
        max_length=department_questions.MOST_SHOWN,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    within = forms.ChoiceField(label=_("Answer"), choices=TIMES, initial="480")
    day = DayField(label=_("Day"), required=False)

    def __init__(self, *args: Any, shown: str, **kwargs: Any) -> None:
        """`shown`: the words that are suggested."""
        super().__init__(*args, **kwargs)
        departments = Department.objects.filter(is_retired=False).exclude(email="").order_by("name", "pk")
        self.fields["department"].queryset = departments  # type: ignore[attr-defined]
        self.fields["shown"].initial = shown

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("within") == "day" and not values.get("day") and "day" not in self.errors:
            self.add_error("day", _("Choose the day."))
        return values

    def until(self) -> datetime:
        """When the answer is wanted."""
        values = self.cleaned_data
        if values["within"] == "day":
            return department_questions.closing_time(values["day"])
        return department_questions.after_working_minutes(int(values["within"]))

    @property
    def time_field(self) -> str:
        """The field in which the time was chosen."""
        return "day" if self.cleaned_data.get("within") == "day" else "within"

    def add_refusal(self, refused: ActionNotAllowed) -> None:
        """At the field of the time, where the time is what was refused."""
        field = {"until": self.time_field}.get(refused.field, refused.field)
        self.add_error(field if field in self.fields else None, refused.message)


class AskForm(DepartmentForm):
    """A question about a message. The officer chooses which parts of the message are shown with it."""

    with_contact = forms.BooleanField(label=_("Show the phone or e-mail that they wrote"), required=False)
    with_name = forms.BooleanField(label=_("Show the name under which they wrote"), required=False)
    with_private = forms.BooleanField(
        label=_("Something of this private message may go along"),
        help_text=_(
            "They wrote to the municipality alone, or for their own followers. Without this, the department gets your "
            "question and nothing of theirs."
        ),
        required=False,
    )

    field_order = ("department", "question", "shown", "with_contact", "with_name", "with_private", "within", "day")

    def __init__(self, *args: Any, message: Message, contacts: list[str], **kwargs: Any) -> None:
        super().__init__(*args, shown=handover.suggest_excerpt(message), **kwargs)
        if not message.is_private:
            del self.fields["with_private"]
        if contacts:
            self.fields["with_contact"].help_text = _("Only if the department has to reach them: %(contacts)s") % {
                "contacts": ", ".join(contacts)
            }
        else:
            del self.fields["with_contact"]
        name = message.author_name or message.author_handle
        if name:
            self.fields["with_name"].help_text = _("Only if it cannot be answered without: %(name)s") % {"name": name}
        else:
            del self.fields["with_name"]
        self.due_at = None if message.is_settled else message.due_at
        if self.due_at:
            self._limit_time(self.due_at, timezone.now())

    def _limit_time(self, due_at: datetime, now: datetime) -> None:
        """The department answers before the citizen is to be answered, as long as that time has not passed."""
        within: Any = self.fields["within"]
        if due_at <= now:
            self.due_at = None
            within.help_text = _("The citizen was to be answered by %(time)s. That time has passed.") % {
                "time": date_time(due_at)
            }
            return
        self.before_due = due_at - min(TIME_TO_ANSWER, (due_at - now) / 2)
        within.help_text = _("The citizen is to be answered by %(time)s; the department answers before that.") % {
            "time": date_time(due_at)
        }
        label = _("by %(time)s, before the citizen is to be answered") % {"time": date_time(self.before_due)}
        within.choices = [(BEFORE_DUE, label), *TIMES]
        if department_questions.after_working_minutes(int(within.initial)) >= due_at:
            within.initial = BEFORE_DUE

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if self.due_at and not self.errors and self.until() >= self.due_at:
            self.add_error(
                self.time_field,
                _("The citizen is to be answered by %(time)s. Choose an earlier time for the department.")
                % {"time": date_time(self.due_at)},
            )
        return values

    def until(self) -> datetime:
        return self.before_due if self.cleaned_data["within"] == BEFORE_DUE else super().until()


# ---- The form of the house rules.


class HouseRulesForm(forms.Form):
    is_on = forms.BooleanField(
        label=_("House rules are public"),
        required=False,
        help_text=_("On a page without signing in, with how much was hidden and why in each month. No message and no "
                    "name is ever on it."),
    )  # fmt: skip
    contact = forms.CharField(
        label=_("Where one can object"),
        max_length=300,
        required=False,
        help_text=_("An office, an e-mail address, a telephone number. Without it the page cannot be switched on."),
    )
    formal = forms.CharField(
        label=_("Where formal requests go"),
        max_length=300,
        required=False,
        help_text=_("Left empty, people are sent to ePisarnica on the eGovernment portal."),
    )
    privacy = forms.CharField(
        label=_("Contact for personal data"),
        max_length=300,
        required=False,
        help_text=_("The person for the protection of personal data, as on your website."),
    )
    own_text = forms.CharField(
        label=_("In your own words"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Added at the end. Write Serbian in your own script; the Latin page is generated from it."),
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("is_on") and not values.get("contact"):
            self.add_error(
                "contact",
                _("Enter a contact for objections: without it, authors cannot be informed about hidden messages."),
            )
        return values


# ---- The form of a saved answer. What the words may hold is asked by `inbox.domain.saved_answers`.


class SavedForm(forms.Form):
    name = forms.CharField(
        label=pgettext_lazy("of a thing", "Name"),
        max_length=80,
        help_text=_("By which colleagues find it: “Water is off”, “Opening hours”."),
    )
    text = forms.CharField(
        label=_("Public text"),
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=2000,
        help_text=_("Write it in either script; the other one is derived from it."),
    )
    topic = forms.ChoiceField(label=_("Topic"), choices=[("", _("Any")), *Topic.choices], required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=[("", _("Any")), *MessageKind.choices], required=False)


# ---- The form of the answer outside office hours.


class OfficeHoursForm(forms.Form):
    is_on = forms.BooleanField(label=_("Answer private messages outside office hours"), required=False)
    own_text = forms.CharField(
        label=_("In your own words, after the fixed ones"),
        max_length=MOST_OWN,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("In either script; the other one is derived from it. Promise nothing that you cannot keep."),
    )


# ---- The form of a sorting rule. What it may set is asked by `inbox.domain.sorting_rules`.


class SortingRuleForm(forms.Form):
    """Conditions and effects of a sorting rule. Choices are rows of the municipality in scope: six queries."""

    name = forms.CharField(
        label=pgettext_lazy("of a thing", "Name"),
        max_length=60,
        help_text=_("It is shown on the messages that the rule has changed: “Water”, “Evening reports”."),
    )
    words = forms.CharField(
        label=_("One of these words"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_(
            "With commas between them: vodovod, nema vode. Either script, and other forms of a word count as well; "
            "several words together are a phrase."
        ),
    )
    kind = forms.ChoiceField(
        label=_("It looks like"), choices=[("", _("Anything")), *MessageKind.choices], required=False,
        help_text=_("The kind that the portal suggests when the message arrives."),
    )  # fmt: skip
    channel: Any = forms.ModelChoiceField(
        None, label=_("Channel"), empty_label=pgettext_lazy("readers", "Any"), required=False
    )
    readers = forms.ChoiceField(
        label=_("Who may read it"), choices=[("", pgettext_lazy("readers", "Any")), *Readers.choices], required=False
    )
    office_time = forms.ChoiceField(
        label=_("Written"), choices=[("", _("At any time")), *OfficeTime.choices], required=False
    )
    set_assignee: Any = forms.ModelChoiceField(
        None, label=_("Assign it to"), empty_label=_("Nobody"), required=False,
        help_text=_("Whether they may still answer is checked for each message."),
    )  # fmt: skip
    set_urgent = forms.BooleanField(label=_("Mark it as urgent: it comes before the others"), required=False)
    set_tags: Any = forms.ModelMultipleChoiceField(
        None, label=_("Add the tags"), required=False, widget=forms.CheckboxSelectMultiple
    )
    set_topic = forms.ChoiceField(label=_("Topic"), choices=[("", _("Do not set")), *Topic.choices], required=False)
    set_department: Any = forms.ModelChoiceField(
        None, label=_("Department"), empty_label=_("Do not set"), required=False
    )
    set_answer: Any = forms.ModelChoiceField(
        None, label=_("Propose the saved answer"), empty_label=_("None"), required=False,
        help_text=_("It is put into the answer field. It is never sent by itself: a person reads and sends it."),
    )  # fmt: skip

    CONDITIONS = ("words", "kind", "channel", "readers", "office_time")
    EFFECTS = ("set_assignee", "set_urgent", "set_tags", "set_topic", "set_department", "set_answer")

    def __init__(self, *args: Any, municipality: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = [person.pk for person in colleagues(municipality)]
        rows: dict[str, Any] = {
            "channel": Channel.objects.order_by("name", "pk"),
            "set_assignee": User.objects.filter(pk__in=people).order_by("name", "pk"),
            "set_tags": Tag.objects.filter(is_retired=False).order_by("name", "pk"),
            "set_department": Department.objects.filter(is_retired=False).order_by("name", "pk"),
            "set_answer": SavedAnswer.objects.filter(is_retired=False).order_by("name", "pk"),
        }
        for name, choices in rows.items():
            self.fields[name].queryset = choices  # type: ignore[attr-defined]
        for name in ("set_tags", "set_department", "set_answer"):
            if not rows[name].exists():
                del self.fields[name]

    @property
    def condition_fields(self) -> list[Any]:
        return [self[name] for name in self.CONDITIONS]

    @property
    def effect_fields(self) -> list[Any]:
        return [self[name] for name in self.EFFECTS if name in self.fields]

    @property
    def wanted(self) -> RuleInput:
        """What was typed, for `inbox.domain.sorting_rules`."""
        values = {**self.cleaned_data, "set_tags": [tag.pk for tag in self.cleaned_data.get("set_tags", [])]}
        return RuleInput(**values)
