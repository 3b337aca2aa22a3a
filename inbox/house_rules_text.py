"""The house rules of a municipality's social networks, in the active language. No clock, no database.

One list of sections serves the public page and the plain text for the network's own page, so both are always the same.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext, ngettext

from common import languages
from inbox import rules
from inbox.enums import MessageKind
from inbox.moderation_rules import ModerationReason

# municipalities/reference/services.toml
EPISARNICA = "https://euprava.gov.rs/usluga-episarnica"


@dataclass(frozen=True)
class RulesSection:
    heading: str
    lines: tuple[str, ...] = ()
    points: tuple[str, ...] = ()


def unwelcome() -> tuple[str, ...]:
    """The closed list in plain words, in its order."""
    texts: dict[str, Callable[[], str]] = {
        ModerationReason.THREAT: lambda: gettext("Threats, and calls to violence."),
        ModerationReason.HATE: lambda: gettext(
            "Hate against people for what they are: nation, faith, sex, disability."
        ),
        ModerationReason.INSULT: lambda: gettext("Insults, and false statements that damage a person's good name."),
        ModerationReason.PRIVACY: lambda: gettext(
            "Personal data of others: addresses, telephone and identity numbers, health."
        ),
        ModerationReason.SPAM: lambda: gettext("Advertising and spam."),
        ModerationReason.UNLAWFUL: lambda: gettext("Anything else that is clearly against the law."),
        ModerationReason.FALSEHOOD: lambda: gettext("Falsehoods that put people in danger during an emergency."),
        ModerationReason.FLOOD: lambda: gettext(
            "The same words over and over again, off the topic, so that others cannot talk."
        ),
    }  # fmt: skip
    return tuple(texts[reason]() for reason in ModerationReason)


def promises() -> tuple[str, ...]:
    """How soon an answer comes, computed from the inbox's own rules."""
    question, complaint, proposal = (
        _days(kind) for kind in (MessageKind.QUESTION, MessageKind.COMPLAINT, MessageKind.PROPOSAL)
    )
    return (
        gettext("A question: within %(time)s.") % {"time": question},
        gettext("A complaint: within %(time)s.") % {"time": complaint},
        gettext("A proposal: within %(time)s.") % {"time": proposal},
        gettext("News of an emergency: within %(time)s. In danger do not write to us, call 192 (police), 193 (fire "
                "brigade) or 194 (ambulance).") % {"time": _minutes(MessageKind.EMERGENCY)},
    )  # fmt: skip


def _days(kind: str) -> str:
    days = -(-rules.WORKING_MINUTES[kind] // rules.WORKING_DAY)
    return ngettext("%(count)s working day", "%(count)s working days", days) % {"count": days}


def _minutes(kind: str) -> str:
    minutes = rules.CLOCK_MINUTES[kind]
    if minutes % 60:
        return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}
    return ngettext("%(count)s hour", "%(count)s hours", minutes // 60) % {"count": minutes // 60}


def sections(municipality: Any, house_rules: Any) -> list[RulesSection]:
    """`house_rules` has contact, formal, privacy and own_text (`inbox.models.HouseRules` or the submitted form)."""
    hours = municipality.office_hours or f"{rules.OPENS:%H:%M}–{rules.CLOSES:%H:%M}"
    contact, formal, privacy, own = (
        _in_script(value)
        for value in (house_rules.contact, house_rules.formal, house_rules.privacy, house_rules.own_text)
    )
    sections = [
        RulesSection(
            gettext("When we answer"),
            (gettext("We read and answer while the offices work: %(hours)s, Monday to Friday, not on holidays.")
             % {"hours": _in_script(hours)},),
            promises(),
        ),
        RulesSection(
            gettext("Criticism is welcome"),
            (gettext("You are welcome to report what does not work and who is responsible. We do not hide criticism of "
            "the municipality or of those who lead it, however sharp it is."),),
        ),
        RulesSection(gettext("Unwelcome content"), points=unwelcome()),
        RulesSection(
            gettext("Our response"),
            (
                gettext("We hide only what is in this list. A person decides it, never a program, and writes down the "
                        "reason. We hide rather than delete; two people decide about deleting."),
                ngettext(
                    "A copy of hidden content is kept as evidence for %(count)s day, for people who object.",
                    "A copy of hidden content is kept as evidence for %(count)s days, for people who object.",
                    settings.INBOX_EVIDENCE_DAYS,
                ) % {"count": settings.INBOX_EVIDENCE_DAYS},
                gettext("We act on threats, hate and clearly unlawful content within %(time)s of reading it.")
                % {"time": _minutes(MessageKind.UNLAWFUL)},
            ),
        ),
        RulesSection(
            gettext("How to object"),
            (
                gettext("If we hid your words and you disagree, write to: %(contact)s. A person who did not hide them "
                "decides, and explains the decision to you.") % {"contact": contact},
            ) if contact else (),
        ),
        RulesSection(
            gettext("Formal requests"),
            (
                gettext("A comment is no formal request, and no deadline runs from it. Send requests, complaints by "
                        "law and requests for information to: %(formal)s.")
                % {"formal": formal or f"{gettext('ePisarnica')}, {EPISARNICA}"},
            ),
        ),
        RulesSection(
            gettext("Your personal data"),
            (
                gettext("Do not write personal data, yours or others', in comments. We keep what you write to us only "
                        "as long as the answer needs it; then words and names are erased."),
                *((gettext("Ask about your data at: %(contact)s.") % {"contact": privacy},) if privacy else ()),
            ),
        ),
        *([RulesSection(gettext("Additional rules"), tuple(own.splitlines()))] if own else []),
    ]  # fmt: skip
    return [section for section in sections if section.lines or section.points]


def plain(municipality: Any, house_rules: Any) -> str:
    """The same as text that a network's own page takes."""
    parts = [gettext("House rules of our social networks")]
    for section in sections(municipality, house_rules):
        parts.append("\n".join([section.heading.upper(), *section.lines, *(f"– {point}" for point in section.points)]))
    return "\n\n".join(parts)


def _in_script(text: str) -> str:
    """What the municipality typed, in Latin letters where the page has those. Addresses of mail and web stay."""
    return languages.stored_text(text, text)
