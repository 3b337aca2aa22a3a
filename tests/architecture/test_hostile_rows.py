"""No column of any table is taken for anything but its words: on no page, in no file and no mail, whoever looks.

Every text column of the demo is filled with markup, quotation marks, formulas, the syntax of templates and of Typst,
marks of direction and new lines (`hostile_rows`). Then every address is opened, and every form is sent empty, hostile,
with NUL and with choices that it does not offer (`hostile_walk`); each answer and each mail is judged by its kind
(`hostile_answers`). With words without a space in them, pages are laid out and have to fit the window. `make test-slow`
opens an address as the ablest of the roles that it lets in, a public one also without signing in, and sends a form
once; `make test` does so at a sample of the addresses; `make test-long` does both as every role, and writes
docs/hostile-rendering.md.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from django.core.management import call_command
from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from accounts.models import User
from municipalities.enums import Role
from municipalities.models import Cohort, Membership, Municipality, Programme
from municipalities.tenancy import scope
from participation.models import Consultation, OwnGround, Question, SelfCheck
from tests.architecture import hostile_figures, hostile_rows, test_urls
from tests.architecture.hostile_walk import READS_PRIVATE, ROLES, Walk, visits
from tests.people import Cast, make_cast, person

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(
    scope="module",
    params=[
        pytest.param("ablest role", marks=pytest.mark.slow),
        pytest.param("every role", marks=pytest.mark.long),
    ],
)
def walk(
    request: pytest.FixtureRequest,
    django_db_setup: None,
    django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
    browser: Any,
) -> Iterator[Walk]:
    """The demo, filled once for this module and taken back afterwards."""
    is_thorough = request.param == "every role"
    media_root = tmp_path_factory.mktemp("media")
    with (
        django_db_blocker.unblock(),
        override_settings(DEMO=True, MEDIA_ROOT=media_root),
        transaction.atomic(),
    ):
        cast = demo_cast()
        every = visits(cast, of_every_role=is_thorough)
        consultation_rows(cast)
        page = browser.new_page()
        walk = Walk(cast, every, hostile_rows.fill(), media_root, page, is_thorough=is_thorough)
        yield walk
        page.close()
        transaction.set_rollback(True)
    if os.environ.get("HOSTILE_REPORT"):
        hostile_figures.write(walk, Path(os.environ["HOSTILE_REPORT"]))


def demo_cast() -> Cast:
    """The demo's own people in the cast's roles, and a viewer, whom it has not."""
    call_command("seed_demo", verbosity=0)
    cuprija, novi_pazar = (Municipality.objects.get(slug=slug) for slug in ("cuprija", "novi-pazar"))
    viewer = person("viewer", is_demo=True)
    Membership.objects.create(user=viewer, municipality=cuprija, role=Role.VIEWER)
    programme = Programme.objects.get()
    first = Cohort.objects.get(programme=programme)
    Cohort.objects.create(programme=programme, name="First", training_on=first.training_on)
    known = {user.email: user for user in User.objects.all()}
    return Cast(
        cuprija=cuprija,
        novi_pazar=novi_pazar,
        officer=known["officer@cuprija.example"],
        approver=known["approver@cuprija.example"],
        viewer=viewer,
        stranger=known["officer@novi-pazar.example"],
        mentor=known["mentor@dobosar.example"],
        staff=known["staff@dobosar.example"],
        trainer=known["trainer@dobosar.example"],
        administrator=known["admin@dobosar.example"],
        programme=programme,
    )


def consultation_rows(cast: Cast) -> None:
    """What the demo's consultations have not: a legal ground of their own, a document elsewhere, a checked question."""
    question, today = Question.objects.get(pk=test_urls.load_questions()), timezone.localdate()
    with scope(cast.cuprija):
        ground = OwnGround.objects.create(
            municipality=cast.cuprija, title="Statut", article="čl. 5", source="Sl. list 1/2020",
            address="https://example.org/statut", valid_from=today, by=cast.officer,
        )  # fmt: skip
        # the one that stands in addresses
        row = Consultation.objects.filter(stage="published").order_by("pk")[0]
        Consultation.objects.filter(pk=row.pk).update(ground="", own_ground=ground)
        row.documents.create(
            municipality=cast.cuprija, title="Nacrt", address="https://example.org/nacrt", by=cast.officer
        )
        SelfCheck.objects.create(
            municipality=cast.cuprija, question=question, state="partly", address="https://example.org/dokaz",
            note="Objavljeno je", by=cast.officer,
        )  # fmt: skip


def listed(sentences: list[str]) -> str:
    return "\n" + "\n".join(sentences)


# ---- the columns


def test_every_text_column_is_filled_or_listed_with_a_reason() -> None:
    names = {column.name for column in hostile_rows.columns()}
    assert len(names) > 450
    assert hostile_rows.KEPT.keys() - names == set(), "these are no columns any more"
    assert names >= hostile_rows.JOINED | hostile_rows.PATHS
    assert {column.name for column in hostile_rows.filled()} | hostile_rows.KEPT.keys() == names


def test_the_demo_has_a_row_for_every_column_that_is_filled(walk: Walk, db: None) -> None:
    empty = {name for name, count in walk.filled.items() if not count}
    assert empty - hostile_rows.NO_ROW.keys() == set(), "give these a row, or say in NO_ROW why they have none"
    assert hostile_rows.NO_ROW.keys() - empty == set(), "these have a row now"


# ---- the walk


@pytest.mark.parametrize("role", ROLES)
def test_nothing_of_a_column_is_more_than_its_words(walk: Walk, db: None, role: str) -> None:
    wrong = walk.as_role(role)
    assert not wrong, listed(wrong)


def test_the_words_of_private_conversations_were_there_to_be_judged(walk: Walk, db: None) -> None:
    walk.as_role(READS_PRIVATE)
    seen = {column.name for column in hostile_rows.columns() if column.number in walk.columns}
    assert PRIVATE - seen == set()


def test_the_words_of_consultations_were_there_to_be_judged(walk: Walk, db: None) -> None:
    for role in ("anonymous", "officer", READS_PRIVATE):
        walk.as_role(role)
    seen = {column.name for column in hostile_rows.columns() if column.number in walk.columns}
    assert OF_CONSULTATIONS - seen == set()


# Without addresses, of which every other one is a script and shown nowhere.
OF_CONSULTATIONS = {
    "participation_consultation.subject",
    "participation_consultation.title",
    "participation_consultationdocument.title",
    "participation_contribution.public_text",
    "participation_contribution.reason",
    "participation_meeting.place",
    "participation_ownground.article",
    "participation_ownground.source",
    "participation_ownground.title",
    "participation_selfcheck.note",
}

PRIVATE = {
    "inbox_conversation.author_name",
    "inbox_conversationmerge.reason",
    "inbox_externalreply.text",
    "inbox_message.first_text",
    "inbox_message.rule_effects",
    "inbox_message.subject",
    "inbox_message.text",
    "inbox_messageattachment.name",
    "inbox_officehours.own_text",
    "inbox_satisfactionquestion.word",
    "inbox_sortingrule.name",
    "inbox_sortingrule.words",
    "inbox_tag.name",
}


def test_nothing_of_a_column_is_more_than_its_words_at_a_sample(
    db: None, browser: Any, tmp_path: Path, subtests: pytest.Subtests
) -> None:
    """Without the demo: over the rows that stand in addresses."""
    with override_settings(DEMO=True, MEDIA_ROOT=tmp_path):
        cast, addresses = make_cast(), test_urls.sampled(60)
        some = [visit for visit in visits(cast, of_every_role=False) if visit.address in addresses]
        page = browser.new_page()
        walk = Walk(cast, some, hostile_rows.fill(), tmp_path, page, follows=False)
        for role in ROLES:
            with subtests.test(role):
                wrong = walk.as_role(role)
                assert not wrong, listed(wrong)
        page.close()
        with subtests.test("width"):
            hostile_rows.fill(canaries=hostile_rows.UNBROKEN)
            wide = walk.wide_pages(browser.new_page())
            assert not wide, listed(wide)
    assert len(walk.columns) > 0
    assert walk.figures["pages laid out"] > 0


def test_no_page_is_wider_than_the_window_over_words_without_a_space(walk: Walk, db: None, browser: Any) -> None:
    with transaction.atomic():
        hostile_rows.fill(canaries=hostile_rows.UNBROKEN)
        wide = walk.wide_pages(browser.new_page())
        transaction.set_rollback(True)
    assert walk.figures["pages laid out"] > 150
    assert not wide, listed(wide)


def test_the_practice_network_takes_columns_for_words(walk: Walk, db: None) -> None:
    wrong = walk.practice()
    assert not wrong, listed(wrong)


def test_every_notification_makes_mail_of_words_alone(walk: Walk, db: None) -> None:
    wrong = walk.notifications()
    assert not wrong, listed(wrong)
    assert walk.figures["mails"] > 20


def test_every_address_was_opened_by_somebody(walk: Walk, db: None) -> None:
    """What nobody could open was not looked at either."""
    for role in ROLES:
        walk.as_role(role)
    never = {address.name for address in test_urls.OURS if address.route not in walk.opened}
    expected = test_urls.NOTHING_THERE.keys() | NOT_OPENED.keys()
    assert never - expected == set()
    assert NOT_OPENED.keys() - never == set(), "these were opened"


NOT_OPENED = {
    "post_emergency": "for a post that has not gone out, by somebody on the list; tests/posts",
    "readyz": "503 while no worker runs; tests/portal",
    "webhook": "for networks that sign; tests/channels",
    "webhook_deletion": "the same",
    "webhook_departed": "the same",
}
