"""The wall between municipalities: raises outside a scope, shows one municipality inside, refuses foreign rows."""

import pytest

from django.db.models import Count, Exists, OuterRef

from municipalities.models import Municipality, Pause
from municipalities.tenancy import OutOfScope, everywhere, scope
from tests.people import Cast


@pytest.fixture
def pauses(cast: Cast) -> Cast:
    for municipality, by in ((cast.cuprija, cast.officer), (cast.novi_pazar, cast.stranger)):
        with scope(municipality):
            Pause.objects.create(municipality=municipality, reason="mourning", by=by)
    return cast


@pytest.mark.parametrize(
    "read",
    [
        lambda: list(Pause.objects.all()),
        lambda: Pause.objects.exists(),
        lambda: Pause.objects.exclude(reason="").exists(),
        lambda: Pause.objects.count(),
        lambda: Pause.objects.aggregate(n=Count("id")),
        lambda: Pause.objects.filter(pk=1).explain(),
        lambda: list(Municipality.objects.annotate(p=Exists(Pause.objects.filter(municipality=OuterRef("pk"))))),
        lambda: Pause.objects.filter(reason="x").update(reason="y"),
        lambda: Pause.objects.filter(reason="x").delete(),
        lambda: Pause._base_manager.count(),
    ],
)
def test_every_way_to_read_raises_outside_a_scope(pauses: Cast, read) -> None:
    with pytest.raises(OutOfScope):
        read()


def test_a_scope_shows_one_municipality_only(pauses: Cast) -> None:
    with scope(pauses.cuprija):
        assert [p.municipality_id for p in Pause.objects.all()] == [pauses.cuprija.pk]
        assert Pause.objects.aggregate(n=Count("id")) == {"n": 1}


def test_a_scope_of_several_shows_those(pauses: Cast) -> None:
    with scope(pauses.cuprija, pauses.novi_pazar):
        assert Pause.objects.count() == 2


def test_everywhere_shows_all(pauses: Cast) -> None:
    with everywhere("test"):
        assert Pause.objects.count() == 2


@pytest.mark.tenant_filter
def test_a_row_of_another_municipality_cannot_be_written(pauses: Cast) -> None:
    foreign = Pause(municipality=pauses.novi_pazar, reason="x", by=pauses.officer)
    with scope(pauses.cuprija), pytest.raises(OutOfScope):
        foreign.save()
    with scope(pauses.cuprija), pytest.raises(OutOfScope):
        Pause.objects.bulk_create([foreign])


def test_the_scope_closes_with_its_block(pauses: Cast) -> None:
    with scope(pauses.cuprija):
        pass
    with pytest.raises(OutOfScope):
        Pause.objects.count()


def test_scopes_nest_and_the_inner_one_counts(pauses: Cast) -> None:
    with everywhere("test"):
        with scope(pauses.cuprija):
            assert Pause.objects.count() == 1
        assert Pause.objects.count() == 2
