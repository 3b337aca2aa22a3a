"""Forms of the needs board."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.file_fields import FileInput
from common.typed_date_fields import DayField
from inbox.enums import Topic
from needs import rules
from needs.domain.decide import DECISIONS
from needs.domain.supporters import BY_HAND
from needs.domain.write import MOST_TITLE, NeedContent
from needs.enums import NeedStage, PictureMoment
from needs.models import Need
from needs.queries import board
from posts.draft import MOST_ALT


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class NeedForm(forms.Form):
    """Title, text and classification of a need."""

    title = forms.CharField(
        label=_("What is needed"), max_length=MOST_TITLE,
        help_text=_("In your own words, as in everyday speech: “A bus to the hospital in the morning”."),
    )  # fmt: skip
    text = forms.CharField(
        label=_("In a few sentences"), max_length=rules.MOST_TEXT, required=False, widget=_area(4),
        help_text=_("What is missing, where, and for whom. Enter no names: others read it too."),
    )  # fmt: skip
    topic = forms.ChoiceField(label=_("Topic"), required=False)
    settlement = forms.ChoiceField(label=_("Settlement"), required=False)
    department = forms.ChoiceField(label=_("Responsible for it"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known: dict[str, list[Any]] = {
            "settlement": board.settlements(),
            "department": board.departments(self.initial.get("department") or None),
        }
        topics: Any = Topic.choices
        self.fields["topic"].choices = [("", _("Not stated")), *topics]  # type: ignore[attr-defined]
        for name, rows in self.known.items():
            choices = [("", _("Not stated")), *((str(row.pk), row.name) for row in rows)]
            self.fields[name].choices = choices  # type: ignore[attr-defined]
            if not rows:
                del self.fields[name]

    @staticmethod
    def of(need: Need) -> dict[str, Any]:
        """What a need fills in."""
        places = {"settlement": need.settlement_id or "", "department": need.department_id or ""}
        return {"title": need.title, "text": need.text, "topic": need.topic, **places}

    def content(self) -> NeedContent:
        values = self.cleaned_data
        return NeedContent(
            values["title"], values["text"], values["topic"], self._row("settlement"), self._row("department")
        )

    def _row(self, name: str) -> Any:
        pk = self.cleaned_data.get(name, "")
        return next((row for row in self.known[name] if str(row.pk) == pk), None)


class SupporterForm(forms.Form):
    """A supporter who did not write on a network."""

    source = forms.ChoiceField(
        label=_("How you learned of it"), choices=[(source.value, source.label) for source in BY_HAND]
    )
    received_on = DayField(label=_("Day"))
    note = forms.CharField(
        label=_("Note"), max_length=rules.MOST_NOTE, required=False, widget=_area(2),
        help_text=_("For you and your colleagues only."),
    )  # fmt: skip
    quote = forms.CharField(
        label=_("Words that may be quoted"), max_length=rules.MOST_QUOTE, required=False, widget=_area(2),
        help_text=_("As it was worded, without a name. It may become public."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["received_on"].initial = timezone.localdate


class FirstSupporterForm(SupporterForm):
    """The same together with a new need, where it may be left out."""

    source = forms.ChoiceField(
        label=_("How you learned of it"), required=False,
        choices=[("", _("No requests yet")), *((source.value, source.label) for source in BY_HAND)],
    )  # fmt: skip


class QuoteForm(forms.Form):
    quote = forms.CharField(
        label=_("Words that may be quoted"), max_length=rules.MOST_QUOTE, required=False, widget=_area(4),
        help_text=_("The quote is public, so it contains no names: no names, nicknames, telephone numbers or addresses "
        "of houses. Replace with “…” anything that identifies a person. Empty: no quote."),
    )  # fmt: skip


class DecideForm(forms.Form):
    stage = forms.ChoiceField(
        label=_("What was decided"),
        choices=[(decision.value, decision.label) for decision in DECISIONS],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Why"), max_length=rules.MOST_REASON, required=False, widget=_area(4),
        help_text=_("Public: the decision, its reason, and until when it will be done. It may stay empty while the "
        "need is under consideration."),
    )  # fmt: skip
    on = DayField(label=_("Decided on"), required=False)

    @staticmethod
    def of(need: Need) -> dict[str, Any]:
        stage = need.stage if need.stage in DECISIONS else NeedStage.LOOKED_AT
        return {"stage": stage, "reason": need.reason, "on": need.decided_on or timezone.localdate()}


class DoneForm(forms.Form):
    done = forms.CharField(
        label=_("What we did"), max_length=rules.MOST_DONE, widget=_area(5),
        help_text=_("For citizens: what is different now, where, and since when."),
    )  # fmt: skip
    on = DayField(label=_("Done on"))

    @staticmethod
    def of(need: Need) -> dict[str, Any]:
        return {"done": need.done, "on": need.done_on or timezone.localdate()}


class AnswerForm(forms.Form):
    text = forms.CharField(
        label=_("Text for each of them"), max_length=rules.MOST_ANSWER, widget=_area(5),
        help_text=_("It appears publicly below their message. It begins with their name where the network needs it."),
    )  # fmt: skip

    def __init__(self, *args: Any, private: int, people: int, **kwargs: Any) -> None:
        """`private` of the `people` wrote privately: nobody else reads the answer to them."""
        super().__init__(*args, **kwargs)
        if not private:
            return
        self.fields["text"].help_text = (
            _("It is sent privately, below their message, and is not visible to others. It begins with their name.")
            if private == people
            else _("It appears below their message. It is public, except answers to private messages. It begins with "
            "their name where the network needs it.")
        )  # fmt: skip


class NeedPictureForm(forms.Form):
    """A picture from the computer, or one of the library that is ticked on the page."""

    file = forms.FileField(
        label=_("Picture from your computer or phone"), required=False,
        widget=FileInput(attrs={"accept": "image/*"}),
    )  # fmt: skip
    moment = forms.ChoiceField(
        label=_("It shows"), choices=PictureMoment, widget=forms.RadioSelect, initial=PictureMoment.AFTER
    )
    alt = forms.CharField(
        label=_("What does the picture show?"), max_length=MOST_ALT, required=False, widget=_area(2),
        help_text=_("For those who cannot see it. A picture from the library includes its description."),
    )  # fmt: skip


# ---- What is asked for on the settings page of "You asked, we did".


class PageForm(forms.Form):
    is_on = forms.BooleanField(
        label=_("Requests and outcomes are public"),
        required=False,
        help_text=_("On a page without signing in, in both scripts and English, and by RSS."),
    )
    contact = forms.CharField(
        label=_("Whom one may turn to"),
        max_length=500,
        required=False,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "Appears on the page as entered, in the reader's script: an office, an e-mail address, a telephone "
            "number, office hours. Do not enter a private number."
        ),
    )
