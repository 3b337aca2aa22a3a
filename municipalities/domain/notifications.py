"""Recipients and texts of notifications about changed rules and rights. Called inside the transaction of the verb.

The notifications app is a layer above and registers here how they are sent.
"""

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Any, Protocol

from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.queries import administrators
from common.dates import date_time, short_date
from municipalities import queries, wording
from municipalities.models import Delegation, EmergencyRight, Membership, Municipality, PrivateReader, RuleChange

Right = Membership | EmergencyRight | Delegation | PrivateReader


class Topic(StrEnum):
    """Kinds of notifications, by the names that `notifications.enums.NotificationKind` has for them."""

    RULES = "rules"
    RIGHTS = "rights"


class Send(Protocol):
    """Notify `people`, each in their own language and never `by`; `url` is a path of the portal."""

    def __call__(
        self,
        topic: Topic,
        people: Iterable[User],
        *,
        municipality: Municipality | None,
        url: str,
        build_text: Callable[[], tuple[str, str]],
        by: User,
        about: str,
    ) -> Any: ...


_registered: list[Send] = []


def register(send: Send) -> None:
    _registered[:] = [send]


# ---------------------------------------------------------------- house rules


def rules_changed(municipality: Municipality, values: wording.Pairs, *, by: User, reason: str = "") -> None:
    """A rule about decisions has changed."""
    facts = {"municipality": municipality, "person": by}

    def text() -> tuple[str, str]:
        subject = _("%(municipality)s: %(person)s changed the rules about who decides") % facts
        return subject, _paragraphs(wording.text(values), _reason(reason), _("It is in force now."))

    _send_rules(municipality, text, by=by)


def relaxation_asked(change: RuleChange) -> None:
    facts = {"municipality": change.municipality, "person": change.by}

    def text() -> tuple[str, str]:
        subject = _("%(municipality)s: %(person)s requests to relax the rules about who decides") % facts
        until = _(
            "It takes effect on %(time)s. Until then another approver can stop it. If another approver agrees, it "
            "takes effect at once."
        )
        return subject, _paragraphs(
            wording.text(change.values), _reason(change.reason), until % {"time": date_time(change.effective_at)}
        )

    _send_rules(change.municipality, text, by=change.by)


def relaxation_confirmed(change: RuleChange, *, by: User) -> None:
    def ending(facts: dict[str, Any]) -> tuple[str, str]:
        return (
            _("%(municipality)s: %(person)s agreed to relax the rules about who decides") % facts,
            _("%(asker)s requested it. It is in force now.") % facts,
        )

    _relaxation_ended(change, ending, by=by)


def relaxation_applied(change: RuleChange) -> None:
    def ending(facts: dict[str, Any]) -> tuple[str, str]:
        return (
            _("%(municipality)s: the relaxed rules about who decides are in force") % facts,
            _("%(asker)s requested it, and it was not stopped.") % facts,
        )

    _relaxation_ended(change, ending, by=None)


def relaxation_stopped(change: RuleChange, *, by: User) -> None:
    def ending(facts: dict[str, Any]) -> tuple[str, str]:
        return (
            _("%(municipality)s: %(person)s stopped that the rules about who decides are relaxed") % facts,
            _("%(asker)s requested it. The rules stay as they are.") % facts,
        )

    _relaxation_ended(change, ending, by=by)


def relaxation_withdrawn(change: RuleChange) -> None:
    def ending(facts: dict[str, Any]) -> tuple[str, str]:
        return (
            _("%(municipality)s: %(asker)s withdrew the request to relax the rules about who decides") % facts,
            _("The rules stay as they are."),
        )

    _relaxation_ended(change, ending, by=change.by)


def relaxation_dropped(change: RuleChange) -> None:
    def ending(facts: dict[str, Any]) -> tuple[str, str]:
        return (
            _("%(municipality)s: the rules about who decides are not relaxed") % facts,
            _("%(asker)s requested it and may no longer change the rules. They stay as they are.") % facts,
        )

    _relaxation_ended(change, ending, by=None)


def _relaxation_ended(
    change: RuleChange, ending: Callable[[dict[str, Any]], tuple[str, str]], *, by: User | None
) -> None:
    facts = {"municipality": change.municipality, "person": by, "asker": change.by}

    def text() -> tuple[str, str]:
        subject, sentence = ending(facts)
        return subject, _paragraphs(sentence, wording.text(change.values), _reason(change.reason))

    _send_rules(change.municipality, text, by=by, besides=[change.by])


def _send_rules(
    municipality: Municipality, text: Callable[[], tuple[str, str]], *, by: User | None, besides: Iterable[User] = ()
) -> None:
    people = [*_guards(municipality, by=by), *_staff(municipality), *besides]
    url = reverse("settings_rules", args=[municipality.slug])
    _send(
        Topic.RULES,
        people,
        municipality=municipality,
        url=url,
        build_text=text,
        by=by,
        about=f"rules:{municipality.pk}",
    )


# ---------------------------------------------------------------- rights of persons


def right_given(right: Right, *, by: User | None) -> None:
    """A person may approve or publish in an emergency, now or after the delay."""
    others = [person for person in _guards(right.municipality, by=by) if person != _holder(right)]
    staff = _staff(right.municipality) if isinstance(right, Membership) or not others else []

    def text() -> tuple[str, str]:
        return _given(right, by), _paragraphs(_until(right))

    def own() -> tuple[str, str]:
        subject, facts = _own(right), {"time": date_time(right.waits_until) if right.waits_until else ""}
        waits = _("You have it from %(time)s, or as soon as another approver agrees.") % facts
        return subject, waits if right.waits_until else _("You have it from now on.")

    lender = [right.approver] if isinstance(right, Delegation) else []
    _send_right(right, [*others, *staff, *lender], text, by=by)
    _send_right(right, [_holder(right)], own, by=by)


def right_confirmed(right: Right, *, by: User) -> None:
    """A second person agreed: it holds from now on."""
    facts = {"municipality": right.municipality, "person": by, "holder": _holder(right)}

    def text() -> tuple[str, str]:
        subject = _("%(municipality)s: %(person)s agreed to a new right of %(holder)s") % facts
        return subject, _paragraphs(_given(right, right.by), _("It holds from now on."))

    _send_right(right, _concerned(right, by), text, by=by)


def right_holds(right: Right) -> None:
    """The delay has ended without objection."""
    facts = {"municipality": right.municipality, "holder": _holder(right)}

    def text() -> tuple[str, str]:
        subject = _("%(municipality)s: a new right of %(holder)s holds now") % facts
        return subject, _paragraphs(_given(right, right.by), _("It was not stopped."))

    _send_right(right, _concerned(right, None), text, by=None)


def right_stopped(right: Right, *, by: User | None) -> None:
    """It was ended before it took effect; `by` is None when the giver lost the right to give it."""
    facts = {"municipality": right.municipality, "person": by, "holder": _holder(right)}

    def text() -> tuple[str, str]:
        if by is None:
            subject = _("%(municipality)s: a new right of %(holder)s does not take effect") % facts
            return subject, _paragraphs(_given(right, right.by), _("The person who gave it may no longer give it."))
        subject = _("%(municipality)s: %(person)s stopped a new right of %(holder)s") % facts
        return subject, _given(right, right.by)

    # Who has no role left sees nothing of the municipality, but shall see what became of the right.
    former_members = [right.user] if isinstance(right, Membership) else []
    _send_right(right, [user for user in _concerned(right, by) if user not in former_members], text, by=by)
    _send(
        Topic.RIGHTS,
        former_members,
        municipality=None,
        url=reverse("notifications"),
        build_text=text,
        by=by,
        about=_about(right),
    )


def approver_ended(membership: Membership, *, by: User | None) -> None:
    """A person is no longer an approver: to the others, and to them if another person ended it."""
    facts = {"municipality": membership.municipality, "person": by, "holder": membership.user}

    def text() -> tuple[str, str]:
        subject = _("%(municipality)s: %(holder)s is no longer an approver") % facts
        return subject, _("%(person)s ended it.") % facts if by else ""

    others = [person for person in _guards(membership.municipality, by=by) if person != membership.user]
    _send_right(membership, [*others, *_staff(membership.municipality)], text, by=by)
    url, about = reverse("notifications"), _about(membership)
    _send(Topic.RIGHTS, [membership.user], municipality=None, url=url, build_text=text, by=by, about=about)


def _given(right: Right, by: User | None) -> str:
    facts = {"municipality": right.municipality, "person": by or _("The portal"), "holder": _holder(right)}
    if isinstance(right, Membership):
        return _("%(municipality)s: %(person)s made %(holder)s an approver") % facts
    if isinstance(right, EmergencyRight):
        return _("%(municipality)s: %(person)s put %(holder)s on the emergency list") % facts
    if isinstance(right, PrivateReader):
        return _("%(municipality)s: %(person)s named %(holder)s as a reader of private messages") % facts
    facts |= {"absent": right.approver, "since": short_date(right.starts_on), "until": short_date(right.ends_on)}
    return _("%(municipality)s: %(person)s let %(holder)s stand in for %(absent)s, %(since)s–%(until)s") % facts


def _own(right: Right) -> str:
    facts = {"municipality": right.municipality}
    if isinstance(right, Membership):
        return _("%(municipality)s: you are an approver") % facts
    if isinstance(right, EmergencyRight):
        return _("%(municipality)s: you are on the emergency list") % facts
    if isinstance(right, PrivateReader):
        return _("%(municipality)s: you read and answer private messages of citizens") % facts
    return _("%(municipality)s: you stand in for %(absent)s") % {**facts, "absent": right.approver}


def _until(right: Right) -> str:
    if right.waits_until is None:
        return _("It holds from now on. Another approver can end it.")
    return _(
        "It takes effect on %(time)s. Until then another approver can stop it. If another approver agrees, it "
        "takes effect at once."
    ) % {"time": date_time(right.waits_until)}


def _holder(right: Right) -> User:
    return right.delegate if isinstance(right, Delegation) else right.user


def _concerned(right: Right, by: User | None) -> list[User]:
    """The other approvers, who gave the right, who got it, and whose it is."""
    people = [*_guards(right.municipality, by=by), _holder(right)]
    people += [right.by] if right.by else []
    people += [right.approver] if isinstance(right, Delegation) else []
    return [*people, *_staff(right.municipality)] if isinstance(right, Membership) else people


def _about(right: Right) -> str:
    return f"{right._meta.label_lower}:{right.pk}"


FRAGMENTS = {
    Membership: "policy", EmergencyRight: "emergencies", Delegation: "delegates", PrivateReader: "readers",
}  # fmt: skip


def _send_right(right: Right, people: Iterable[User], text: Callable[[], tuple[str, str]], *, by: User | None) -> None:
    url = reverse("deciders", args=[right.municipality.slug]) + f"#{FRAGMENTS[type(right)]}"
    municipality = right.municipality
    _send(Topic.RIGHTS, people, municipality=municipality, url=url, build_text=text, by=by, about=_about(right))


# ---------------------------------------------------------------- people


def _guards(municipality: Municipality, *, by: User | None) -> list[User]:
    """The other approvers, or the administrators where there are none."""
    others = [person for person in queries.approvers(municipality) if person != by]
    return others or [person for person in administrators() if person != by]


def _staff(municipality: Municipality) -> list[User]:
    """The staff of the programmes in which the municipality is enrolled today."""
    return list(queries.staff_of(municipality))


def _reason(reason: str) -> str:
    return f"{_('The reason given:')}\n{reason}" if reason else ""


def _paragraphs(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)


def _send(topic: Topic, people: Iterable[User], **fields: Any) -> None:
    if not _registered:
        raise ImproperlyConfigured("Nobody registered how notices about rules and rights are sent.")
    for send in _registered:
        send(topic, people, **fields)
