"""Citizens of Ćuprija who ask for the same thing on a fake network over real HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from django.utils import timezone, translation

from common.errors import ActionNotAllowed
from inbox.models import Message
from municipalities.tenancy import scope
from needs.domain import decide, supporters
from needs.domain.write import NeedContent, create
from needs.models import Need
from tests import concurrency
from tests.inbox.conftest import MunicipalityInbox, allowed, municipality, network

__all__ = ["allowed", "municipality", "network"]


def messages_with(municipality: MunicipalityInbox, *texts: str) -> list[Message]:
    """Messages with these words, each of somebody else."""
    for text in texts:
        municipality.comment(text)
    municipality.fetch()
    with scope(municipality.cast.cuprija):
        rows = [next(row for row in municipality.messages() if text in row.text) for text in texts]
        for row in rows:
            row.author_id, row.author_name = f"person-{row.pk}", f"Građanin{row.pk}"
            row.save()
    return rows


def need_of(municipality: MunicipalityInbox, title: str = "Клупе у парку", *messages: Message) -> Need:
    """A need that these messages ask for."""
    with scope(municipality.cast.cuprija):
        need = create(municipality.cast.cuprija, NeedContent(title), by=municipality.cast.officer)
        if messages:
            supporters.gather(need, messages, by=municipality.cast.officer)
        return Need.objects.get(pk=need.pk)


def done_of(municipality: MunicipalityInbox, *messages: Message) -> Need:
    """The same, and it was done today."""
    need = need_of(municipality, "Клупе у парку", *messages)
    with scope(municipality.cast.cuprija):
        return decide.done(need, "Поставили смо десет клупа.", on=timezone.localdate(), by=municipality.cast.officer)


def again(municipality: MunicipalityInbox, need: Need) -> Need:
    with scope(municipality.cast.cuprija):
        return Need.objects.get(pk=need.pk)


def at_once(municipality: MunicipalityInbox, *acts: Callable[[], Any]) -> list[Any]:
    """Run acts that begin at the same moment: what each gave, or "refused"."""
    return concurrency.at_once(*acts, refusals=ActionNotAllowed, within=lambda: scope(municipality.cast.cuprija))


@pytest.fixture
def three(municipality: MunicipalityInbox) -> list[Message]:
    return messages_with(
        municipality, "@opstina Нема клупа у парку", "@opstina Где да седнемо?", "@opstina Klupe molim"
    )


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Sentences are compared in English; requests choose the language of their reader by themselves."""
    with translation.override("en"):
        yield
