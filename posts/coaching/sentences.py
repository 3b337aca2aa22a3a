"""The sentences of the coach in the reader's language: for each code one sentence that includes the reason.

The page gets the sentences as data (`browser_messages`), so that the browser fills them in without a request.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.languages import once_per_language
from posts.coaching.points import Fix, Point

# In the order of the list; others come last.
ORDER = (
    "call", "single", "link", "link_answer", "deadline", "length", "sentences", "click_here",
    "abbreviations", "capitals", "fancy", "mixed", "emoji", "hashtags", "hashtags_in_between", "languages", "derived",
    "alt", "children", "jmbg", "phones", "landlines",
    "plates", "mails",
)  # fmt: skip
STATES = ("stops", "look", "todo", "ok")


def ordered(points: Iterable[Point]) -> list[Point]:
    """Blocking points first, then warnings, then missing things; finished ones last."""
    places = {name: place for place, name in enumerate(ORDER)}
    return sorted(points, key=lambda point: (STATES.index(point.state), places.get(point.id, len(ORDER))))


@once_per_language
def titles() -> dict[str, str]:
    """Each stands above praise and above faults, so it claims neither."""
    return {
        "call": _("Call to action"),
        "single": _("Several calls to action"),
        "link": _("Link"),
        "link_answer": _("Linked page"),
        "deadline": _("Until when"),
        "length": _("Length"),
        "sentences": _("Length of sentences"),
        "click_here": _("Link texts"),
        "abbreviations": _("Abbreviations"),
        "capitals": _("Capitals"),
        "fancy": _("Drawn letters"),
        "mixed": _("Scripts within a word"),
        "emoji": _("Emoji"),
        "hashtags": _("Hashtags"),
        "hashtags_in_between": _("Place of the hashtags"),
        "languages": _("Languages"),
        "derived": _("Derived text"),
        "alt": _("Descriptions of pictures"),
        "children": _("People in pictures"),
        "jmbg": _("Personal number"),
        "phones": _("Telephone number"),
        "landlines": _("Landline number"),
        "plates": _("Licence plate"),
        "mails": _("E-mail address"),
    }


@once_per_language
def sentences() -> dict[str, str]:
    """Sentences of the points that the browser computes itself."""
    return {
        "call.none": _("There is no call to action; posts with a single call to action get more responses."),
        "call.unfiled": _(
            "The text contains a call to action (%(words)s), but the field is empty, so it is not counted."
        ),
        "call.unsaid": _("The text does not contain it: a call works only where people read it."),
        "call.ok": _("The text contains the call to action."),
        "call.takes_part": _("People can take part, which is the purpose of the post."),
        "single.many": _("The post has several calls to action at once (%(words)s); people follow one, or none."),
        "link.none": _("This call needs a link; without one people have to search for the place."),
        "link.many": _("There are %(count)s links; with one, people need not choose."),
        "link.bad": _("This is not a web address, so it cannot be opened."),
        "link.ok": _("There is one link."),
        "deadline.none": _("No day is mentioned; people postpone what has no deadline."),
        "deadline.unsaid": _("The day you chose is not in the text, so readers do not see it."),
        "deadline.unfiled": _("The text names a last day (%(words)s); filled in, it is watched when the text changes."),
        "deadline.differs": _("The text names another day (%(words)s) than the one you chose."),
        "deadline.past": _("The day you chose is over, so it is too late to act."),
        "deadline.gone": _("The last day in the text (%(words)s) is over, so it is too late to act."),
        "deadline.ok": _("The text contains the deadline."),
        "length.over": _("It is too long for %(names)s; the network will not accept it."),
        "length.ok": _("It fits every network."),
        "sentences": _("This sentence is long; on a phone its end is read without its beginning: %(words)s"),
        "sentences.ok": _("The sentences are short enough to be read at once."),
        "click_here": _("These words do not describe the target of the link; screen reader users need them: %(words)s"),
        "click_here.ok": _("No link hides behind “click here”."),
        "abbreviations": _("These abbreviations are not generally known; explain them the first time: %(words)s"),
        "abbreviations.ok": _("No abbreviation is left unexplained."),
        "capitals": _("Capitals read as shouting, and screen readers may spell them letter by letter: %(words)s"),
        "capitals.ok": _("Nothing is shouted in capitals."),
        "fancy": _("Screen readers skip these drawn letters, and no search finds them: %(words)s"),
        "fancy.ok": _("All letters are letters."),
        "mixed": _("Latin and Cyrillic letters are mixed in these words, so searches will not find them: %(words)s"),
        "mixed.ok": _("Each word is in one script."),
        "emoji": _("Screen readers read every emoji aloud; three are enough, and none as a bullet: %(words)s"),
        "emoji.ok": _("There are not too many emoji."),
        "hashtags": _("With a capital for each word a hashtag can be read, and read aloud: %(words)s"),
        "hashtags.ok": _("The hashtags can be read."),
        "hashtags_in_between": _("Hashtags inside sentences stop the reader; put them together at the end: %(words)s"),
        "hashtags_in_between.ok": _("Hashtags do not interrupt the sentences."),
        "alt.missing": _("Picture %(number)s has no description; those who cannot see it get nothing."),
        "alt.filename": _("The description of picture %(number)s is the name of a file; describe the picture."),
        "alt.bare": _("The description of picture %(number)s only states that it is a picture; describe its content."),
        "alt.short": _("The description of picture %(number)s is very short; describe in one sentence who does what."),
        "alt.long": _("The description of picture %(number)s is long; move information for everyone to the text."),
        "alt.same": _("The description of picture %(number)s repeats the text; screen reader users hear it twice."),
        "alt.ok": _("The pictures are described."),
        "jmbg": _("This is a personal number; once published, it cannot be taken back: %(words)s"),
        "jmbg.ok": _("No personal number is in the text."),
        "phones": _("This may be a private mobile number; publish it only if it belongs to the office: %(words)s"),
        "phones.ok": _("No mobile number is in the text."),
        "landlines": _("Is it an office's number? Then add it to the library to stop this warning: %(words)s"),
        "landlines.ok": _("No landline number is in the text that is not known as an office's."),
        "plates": _("A licence plate leads to a person: %(words)s"),
        "plates.ok": _("No licence plate is in the text."),
        "mails": _("This may be a private e-mail address; an office address outlasts its people: %(words)s"),
        "mails.ok": _("No personal e-mail address is in the text."),
    }  # fmt: skip


@once_per_language
def server_sentences() -> dict[str, str]:
    """Sentences of the points that only the server can compute."""
    return {
        "link_answer.waiting": _("The link is being checked."),
        "link_answer.ok": _("The link works."),
        "link_answer.gone": _("The site answers with the error %(status)s; people would meet it, too: %(url)s"),
        "link_answer.silent": _("The site does not answer; people would wait in vain: %(url)s"),
        "link_answer.plain": _("The address begins with http, and browsers warn of such pages: %(url)s"),
        "link_answer.closed": _("The link leads inside a network or away from https: people cannot follow: %(url)s"),
        "languages.missing": _("There is no text in %(language)s, which is required by a channel or the municipality."),
        "languages.ok": _("All required languages are present."),
        "derived": _("The Cyrillic text was derived from the Latin one, which has to guess: read it first."),
        "children": "%(sentence)s",
    }  # fmt: skip


@once_per_language
def fixes() -> dict[str, str]:
    return {
        "mend": _("Put it right"),
        "show": _("Show it"),
        "set": _("Fill it in"),
        "focus": _("Go there"),
        "put": _("Put it into the text"),
        "day": _("Put the day into the text"),
        "open": _("Open it"),
    }


def sentence(point: Point) -> str:
    texts = sentences() if point.code in sentences() else server_sentences()
    return texts[point.code] % dict(point.values)


def label(fix: Fix) -> str:
    return fixes()[fix.kind]


@dataclass(frozen=True)
class CoachingHint:
    """A point as a page shows it. `by_text`: the browser computes it itself while the user types."""

    point: Point
    title: str
    sentence: str
    by_text: bool

    @property
    def fix(self) -> str:
        """The action of the button, as JSON for the script."""
        fix = self.point.fix
        return json.dumps({"kind": fix.kind, "name": fix.name, "values": dict(fix.values)}) if fix else ""

    @property
    def fix_label(self) -> str:
        return label(self.point.fix) if self.point.fix else ""


def coaching_hints(points: Iterable[Point]) -> list[CoachingHint]:
    """The points as hints, in the order of the page."""
    names, server = titles(), server_sentences()
    return [
        CoachingHint(point, names[point.id], sentence(point), by_text=point.code not in server)
        for point in ordered(points)
    ]


def count_label(count: int) -> str:
    return ngettext("%(count)s point to check", "%(count)s points to check", count)


def browser_messages() -> dict[str, Any]:
    """All messages that the browser needs; the titles in the order of the list."""
    return {
        "titles": {name: titles()[name] for name in ORDER},
        "sentences": sentences(),
        "fixes": fixes(),
        # one, few and many of Serbian; the script chooses by the plural rule of the page's language
        "count": {name: count_label(number) for name, number in (("one", 1), ("few", 2), ("other", 5))},
        "none": _("Nothing left to check."),
        "empty": _("Start writing: this list is updated as you write."),
    }
