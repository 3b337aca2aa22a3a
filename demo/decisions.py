"""Who decides in each municipality of the demo: different rules, somebody who stands in, an emergency to look back at.

The rules come first, so that everything that is laid out afterwards goes the way of its municipality.
"""

from datetime import date, datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from accounts.models import User
from common import audit
from demo.people import PASSWORD, person
from demo.town import Town
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


def set_rules(towns: list[Town]) -> None:
    """Before anything is submitted. Opens the scope of each municipality."""
    for town in towns:
        house, slug = town.team.municipality, town.team.municipality.slug
        if slug in RULES:
            _set(house, RULES[slug], by=town.team.approver)
        if house.approval == Approval.TWO:
            Membership.objects.get_or_create(user=second(house), municipality=house, role=Role.APPROVER, ended_at=None)


def _set(house: Municipality, values: dict[str, object], *, by: User) -> None:
    """As if it had been decided long ago: what is laid out afterwards must not wait for the delay of a relaxation."""
    changed = [name for name, value in values.items() if getattr(house, name) != value]
    if changed:
        Municipality.objects.filter(pk=house.pk).update(**values)
        audit.record("municipality.edit_rules", by=by, target=house, municipality_id=house.pk, changed=changed)
        house.refresh_from_db()


def second(house: Municipality) -> User:
    """The other approver, where two have to agree."""
    email = f"approver2@{house.slug}.example"
    known = User.objects.filter(email=email).first()  # a password takes a third of a second to hash
    return known or person(email, f"{SECOND} – {house.name_cyrl}", make_password(PASSWORD))


def agree(post: Post, version: Version, town: Town) -> None:
    """Every step that the rule of the municipality asks for."""
    team = town.team
    if team.municipality.approval == Approval.MENTOR:
        endorse(post, version, by=town.people.mentor)
    if team.municipality.approval != Approval.NONE:
        approve(post, version, by=team.approver, threads=LEAVE)
    if team.municipality.approval == Approval.TWO:
        approve(post, version, by=second(team.municipality), threads=LEAVE)


def arrange(towns: list[Town], now: datetime) -> None:
    """What is out of the ordinary: somebody who stands in, an emergency. Opens the scope of each municipality."""
    for town in towns:
        with scope(town.team.municipality):
            if town.team.municipality.slug == "vrnjacka-banja":
                _stand_in(town, timezone.localdate(now))
            if town.team.municipality.slug == "cuprija":
                _emergency(town)


def _stand_in(town: Town, today: date) -> None:
    if Delegation.objects.filter(approver=town.team.approver, ended_at=None, ends_on__gte=today).exists():
        return  # people and what they may do outlive a reset
    deciders.delegate(
        town.team.municipality, approver=town.team.approver, to=town.team.officer, starts_on=today,
        ends_on=today + timedelta(days=AWAY_DAYS), by=town.team.approver,
    )  # fmt: skip


def _emergency(town: Town) -> None:
    """Published by the officer without approval; the approver finds it on Home and looks back at it."""
    team = town.team
    EmergencyRight.objects.get_or_create(
        municipality=team.municipality, user=team.officer, ended_at=None, defaults={"by": team.approver}
    )
    post = create(team.municipality, by=team.officer)
    draft = Draft(texts={"sr-Cyrl": Text(TEXT)}, channels=tuple(voice.channel.pk for voice in town.voices))
    saved = save_draft(post, Content(draft, TITLE, Category.EMERGENCY), revision=post.revision, by=team.officer)
    assert isinstance(saved, Saved)  # nobody else is at it
    Post.objects.filter(pk=post.pk).update(is_demo=True)
    emergency.publish(saved.post, reason=REASON, by=team.officer)
