"""Approval in each municipality of the demo: different rules, a deputy, an emergency that waits for its review.

The rules are set first, so that everything created afterwards follows them.
"""

from datetime import date, datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from accounts.models import User
from common import audit
from demo.municipality_context import MunicipalityContext
from demo.people import PASSWORD, person
from municipalities.domain import deciders
from municipalities.enums import Approval, Role
from municipalities.models import Delegation, EmergencyRight, Membership, Municipality
from municipalities.tenancy import scope
from posts.draft import Draft, Text
from posts.editing.domain.create import create
from posts.editing.domain.save import Content, Saved, save_draft
from posts.enums import Category
from posts.models import Post, Version
from posts.review.domain import emergency
from posts.review.domain.approve import LEAVE, approve, endorse

RULES: dict[str, dict[str, object]] = {
    "cuprija": {"decides_by_mail": True},
    "kragujevac": {"approval": Approval.TWO, "answers_need_approval": True},
    "novi-pazar": {"approval": Approval.MENTOR},
    "vlasotince": {"approval": Approval.NONE},
    "mali-zvornik": {"may_approve_own": True},
}
SECOND = "Заменица начелника"
AWAY_DAYS = 9
TITLE = "Вода није за пиће: Кнеза Милоша и околне улице"
TEXT = (
    "ХИТНО: због пуцања главне цеви вода у улицама Кнеза Милоша и Цара Лазара није за пиће до даљег.\n\n"
    "Цистерна са водом за пиће стоји испред дома здравља. Нову вест објављујемо чим буде резултата, "
    "најкасније сутра до 8 часова."
)
REASON = "Пукла је главна цев код дома здравља, дежурни инспектор је забранио употребу воде за пиће."


def set_rules(contexts: list[MunicipalityContext]) -> None:
    """Before anything is submitted. Opens the scope of each municipality."""
    for context in contexts:
        municipality, slug = context.team.municipality, context.team.municipality.slug
        if slug in RULES:
            _set(municipality, RULES[slug], by=context.team.approver)
        if municipality.approval == Approval.TWO:
            Membership.objects.get_or_create(
                user=second(municipality), municipality=municipality, role=Role.APPROVER, ended_at=None
            )


def _set(municipality: Municipality, values: dict[str, object], *, by: User) -> None:
    """As if it had been decided long ago: later steps must not wait for the delay of a relaxed rule."""
    changed = [name for name, value in values.items() if getattr(municipality, name) != value]
    if changed:
        Municipality.objects.filter(pk=municipality.pk).update(**values)
        audit.record(
            "municipality.edit_rules", by=by, target=municipality, municipality_id=municipality.pk, changed=changed
        )
        municipality.refresh_from_db()


def second(municipality: Municipality) -> User:
    """The other approver, where two have to agree."""
    email = f"approver2@{municipality.slug}.example"
    known = User.objects.filter(email=email).first()  # a password takes a third of a second to hash
    return known or person(email, f"{SECOND} – {municipality.name_cyrl}", make_password(PASSWORD))


def agree(post: Post, version: Version, context: MunicipalityContext) -> None:
    """Every step that the rule of the municipality asks for."""
    team = context.team
    if team.municipality.approval == Approval.MENTOR:
        endorse(post, version, by=context.people.mentor)
    if team.municipality.approval != Approval.NONE:
        approve(post, version, by=team.approver, threads=LEAVE)
    if team.municipality.approval == Approval.TWO:
        approve(post, version, by=second(team.municipality), threads=LEAVE)


def arrange(contexts: list[MunicipalityContext], now: datetime) -> None:
    """Special cases: a deputy, an emergency. Opens the scope of each municipality."""
    for context in contexts:
        with scope(context.team.municipality):
            if context.team.municipality.slug == "vrnjacka-banja":
                _stand_in(context, timezone.localdate(now))
            if context.team.municipality.slug == "cuprija":
                _emergency(context)


def _stand_in(context: MunicipalityContext, today: date) -> None:
    if Delegation.objects.filter(approver=context.team.approver, ended_at=None, ends_on__gte=today).exists():
        return  # people and what they may do outlive a reset
    deciders.delegate(
        context.team.municipality, approver=context.team.approver, to=context.team.officer, starts_on=today,
        ends_on=today + timedelta(days=AWAY_DAYS), by=context.team.approver,
    )  # fmt: skip


def _emergency(context: MunicipalityContext) -> None:
    """Published by the officer without approval; the approver finds it on Home and reviews it."""
    team = context.team
    EmergencyRight.objects.get_or_create(
        municipality=team.municipality, user=team.officer, ended_at=None, defaults={"by": team.approver}
    )
    post = create(team.municipality, by=team.officer)
    draft = Draft(texts={"sr-Cyrl": Text(TEXT)}, channels=tuple(voice.channel.pk for voice in context.voices))
    saved = save_draft(post, Content(draft, TITLE, Category.EMERGENCY), revision=post.revision, by=team.officer)
    assert isinstance(saved, Saved)  # no concurrent edits
    Post.objects.filter(pk=post.pk).update(is_demo=True)
    emergency.publish(saved.post, reason=REASON, by=team.officer)
