"""Texts for users: names of languages, warnings about a time, warnings about a text."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from channels.rules import languages
from common.languages import current
from municipalities.holidays import holidays
from posts.compose import Part, is_in_other_script
from posts.draft import Draft
from posts.rules import AmbiguousTime, NonexistentTime, TimeWarning, time_warnings
from serbian.scripts import mixed_script_words

# Each in its own language and script, as on the tabs of the composer.
OWN_NAMES = {
    "sr-Cyrl": "Ћирилица", "sr-Latn": "Latinica", "bs-Latn": "Bosanski", "bs-Cyrl": "Босански", "hu-Latn": "Magyar",
    "sq-Latn": "Shqip", "sk-Latn": "Slovenčina", "ro-Latn": "Română", "rue-Cyrl": "Русински", "hr-Latn": "Hrvatski",
    "bg-Cyrl": "Български", "cs-Latn": "Čeština", "mk-Cyrl": "Македонски", "cnr-Latn": "Crnogorski",
    "cnr-Cyrl": "Црногорски", "en-Latn": "English",
}  # fmt: skip


def language_name(tag: str) -> str:
    """The name in the language of the interface: "Serbian, Cyrillic"."""
    return dict(languages()).get(tag, tag)


def own_name(tag: str) -> str:
    return OWN_NAMES.get(tag) or language_name(tag)


def time_notes(local: datetime, municipality: Any) -> list[str]:
    """Warnings about a time, which may be chosen all the same. `local` is naive wall-clock time."""
    days = holidays(local.date(), local.date(), municipality.slug)
    return [_unusual(unusual) for unusual in time_warnings(local, days)]


def _unusual(why: TimeWarning) -> str:
    name = why.holiday.name(current().code) if why.holiday else ""
    sentences = {
        "early": _("This is early in the morning: few people will see it."),
        "late": _("This is late in the evening: few people will see it, and no one is there to answer."),
        "sunday": _("This is a Sunday: there may be no one to answer."),
        "holiday": _("This is a holiday: %(name)s. Offices are closed.") % {"name": name},
        "sensitive": _("This is a day of remembrance: %(name)s. A cheerful post would be out of place.")
        % {"name": name},
    }
    return sentences[why.code]


def nonexistent_time_message(resolution: NonexistentTime) -> str:
    return _(
        "This time does not exist: the clocks go forward that night. The first time after it is %(time)s."
    ) % {"time": f"{resolution.next_valid:%H:%M}"}  # fmt: skip


def ambiguous_time_message(resolution: AmbiguousTime) -> str:
    return _("%(time)s exists twice that night, because the clocks go back. Choose which one you mean.") % {
        "time": f"{resolution.local:%H:%M}"
    }


def text_notes(text: str) -> list[str]:
    """A warning about words with letters of both scripts: they look right, but search does not find them."""
    words = dict.fromkeys(mixed_script_word.word for mixed_script_word in mixed_script_words(text))
    if not words:
        return []
    shown = ", ".join(f"„{word}”" for word in list(words)[:5])
    return [
        _("Latin and Cyrillic letters are mixed in these words, so searches will not find them: %(words)s.")
        % {"words": shown}
    ]


def event_label(verb: str) -> str:
    """The description of an audit event of a post."""
    sentences = {
        "post.create": _("Started the post"),
        "post.edit": _("Wrote on it"),
        "post.duplicate": _("Created as a copy of another post"),
        "post.submit": _("Submitted it for approval"),
        "post.approve": _("Approved it"),
        "post.return": _("Returned it with a note"),
        "post.endorse": _("Read it as a mentor: it is ready"),
        "post.emergency": _("Published it in an emergency, without approval"),
        "post.review_emergency": _("Reviewed the emergency afterwards"),
        "post.remind_review": _("The approvers were reminded of the review"),
        "post.restore_version": _("Put an older version back into the draft"),
        "post.take_back": _("Took it back to change it"),
        "post.schedule": _("Scheduled it"),
        "post.publish_now": _("Published it at once"),
        "post.ask_to_publish_now": _("Requested to publish it now, though it was approved for another time"),
        "post.move": _("Changed its time"),
        "post.keep_wall_time": _("Kept its time on the clock when the rules of the time zone changed"),
        "post.unschedule": _("Took it off the schedule"),
        "post.delete": _("Deleted it"),
        "post.restore": _("Restored it"),
        "post.comment": _("Commented on it"),
        "post.reply": _("Answered in a conversation"),
        "post.suggest": _("Suggested other words"),
        "post.accept": _("Accepted suggestions"),
        "post.decline": _("Declined a suggestion"),
        "post.resolve": _("Marked a conversation as resolved"),
        "post.reopen": _("Opened a conversation again"),
    }
    return sentences.get(verb, verb)


def language_problems(part: Part, draft: Draft) -> list[tuple[str, str]]:
    """Why a channel cannot show the post in its languages, which stops it: the language and a sentence for each."""
    if not draft.has_text:
        return []
    written = [(tag, text.text) for tag, text in draft.texts.items()]
    written += [item for texts in draft.per_channel.values() for item in texts.items()]
    wrong = dict.fromkeys(tag for tag, text in written if tag in part.missing and is_in_other_script(text, tag))
    if wrong:
        return [(tag, _other_script_message(tag)) for tag in wrong]
    return [(part.missing[0], _no_text_message(part.missing))] if part.lacks_text else []


def _other_script_message(tag: str) -> str:
    return _("The text in the field for this language is in another script, as if it were Serbian: %(language)s.") % {
        "language": language_name(tag)
    }


def _no_text_message(missing: Sequence[str]) -> str:
    """The channel has none of these languages to show."""
    return _("This channel is in another language, and the post has no text in it: %(language)s.") % {
        "language": ", ".join(language_name(tag) for tag in missing)
    }
