"""The form with which a department is asked."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from inbox.domain import handover
from inbox.models import Department, Message

# Minutes of working hours that a department may be given; "day" means the day beside it.
TIMES = (
    ("240", _("within half a working day")),
    ("480", _("within one working day")),
    ("960", _("within two working days")),
    ("2400", _("within five working days")),
    ("day", _("until the end of a day that I choose")),
)


class AskForm(forms.Form):
    """A question to a department. What of the citizen's goes along is chosen here, and nothing goes by itself."""

    department: Any = forms.ModelChoiceField(None, label=_("Department"), empty_label=_("Choose"))
    question = forms.CharField(
        label=_("What do you want to know?"),
        help_text=_("In your own words. It stands in the mail: write no name and no address of the citizen."),
        max_length=handover.MOST_QUESTION,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    shown = forms.CharField(
        label=_("Words of the citizen that go along"),
        help_text=_("They are shown behind the link. Personal data is taken out; take out what is not needed, too."),
        max_length=handover.MOST_SHOWN,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
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
    within = forms.ChoiceField(label=_("Answer"), choices=TIMES, initial="480")
    day = forms.DateField(label=_("Day"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, message: Message, contacts: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = Department.objects.filter(is_retired=False).exclude(email="").order_by("name", "pk")
        self.fields["department"].queryset = asked  # type: ignore[attr-defined]
        self.fields["shown"].initial = handover.offered(message)
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

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if told.get("within") == "day" and not told.get("day") and "day" not in self.errors:
            self.add_error("day", _("Choose the day."))
        return told
