"""Pages of django-allauth, and every answer that is none of a view's: nothing of them is stored.

Our own addresses are asked in `test_urls.test_every_role_gets_what_the_table_says`.
"""

import pytest

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests.architecture.caching import KEPT, stored_wrongly
from tests.architecture.test_urls import Address, addresses
from tests.people import Cast, sign_in

# django-allauth's lists of keys redirect to themselves, without a template, where nobody has one.
FOREIGN = [
    address for address in addresses() if not address.is_ours and not address.kwargs and "(?P<" not in address.route
]


@pytest.mark.parametrize("address", FOREIGN, ids=lambda address: address.route)
def test_no_account_page_is_stored(cast: Cast, address: Address) -> None:
    for client in (Client(), sign_in(cast.officer)):
        assert stored_wrongly(address.name, client.get(reverse(address.name))) == []


@pytest.mark.parametrize("path", ["/m/cuprija/nothing/", "/m/novi-pazar/inbox/", "/m/cuprija/inbox", "/mailbox/"])
def test_no_refusal_or_detour_is_stored(cast: Cast, path: str) -> None:
    response = sign_in(cast.officer).get(path)
    assert response.status_code in (301, 404)
    assert stored_wrongly("refusal", response) == []


def test_every_name_in_the_list_is_an_address() -> None:
    assert set(KEPT) - {address.name for address in addresses()} == set()


@pytest.mark.parametrize(
    ("name", "headers"),
    [
        ("home", {}),
        ("home", {"Cache-Control": "private, max-age=60"}),
        ("media", {"Cache-Control": "public, max-age=60"}),
        ("media", {"Cache-Control": "private, max-age=60"}),
    ],
)
def test_the_check_complains_of_what_is_stored_wrongly(name: str, headers: dict[str, str]) -> None:
    assert stored_wrongly(name, HttpResponse(headers=headers))
