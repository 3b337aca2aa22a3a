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
from tests.inbox.conftest import Town, allowed, network, town

__all__ = ["allowed", "network", "town"]


def asked(town: Town, *texts: str) -> list[Message]:
    """Messages with these words, each of somebody else."""
    for text in texts:
        town.says(text)
    town.hear()
    with scope(town.cast.cuprija):
        rows = [next(row for row in town.messages() if text in row.text) for text in texts]
        for row in rows:
            row.author_id, row.author_name = f"person-{row.pk}", f"Građanin{row.pk}"
            row.save()
    return rows


def need_of(town: Town, title: str = "Клупе у парку", *messages: Message) -> Need:
    """A need that these messages ask for."""
    with scope(town.cast.cuprija):
        need = create(town.cast.cuprija, NeedContent(title), by=town.cast.officer)
        if messages:
            supporters.gather(need, messages, by=town.cast.officer)
        return Need.objects.get(pk=need.pk)


def done_of(town: Town, *messages: Message) -> Need:
    """The same, and it was done today."""
    need = need_of(town, "Клупе у парку", *messages)
    with scope(town.cast.cuprija):
        return decide.done(need, "Поставили смо десет клупа.", on=timezone.localdate(), by=town.cast.officer)


def again(town: Town, need: Need) -> Need:
    with scope(town.cast.cuprija):
        return Need.objects.get(pk=need.pk)


def at_once(town: Town, *acts: Callable[[], Any]) -> list[Any]:
    """Run acts that begin at the same moment: what each gave, or "refused"."""
    return concurrency.at_once(*acts, refusals=ActionNotAllowed, within=lambda: scope(town.cast.cuprija))


@pytest.fixture
def three(town: Town) -> list[Message]:
    return asked(town, "@opstina Нема клупа у парку", "@opstina Где да седнемо?", "@opstina Klupe molim")


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Sentences are compared in English; requests choose the language of their reader by themselves."""
    with translation.override("en"):
        yield
