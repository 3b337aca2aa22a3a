"""What stands in an address and works like a password is cut out of every line of the log."""

import logging
import re

import pytest

from django.urls import reverse

from portal.logs import WithoutSecrets
from tests.architecture.test_urls import Address, addresses

# How the parts of addresses are named that let in whoever has them.
SECRET_NAMES = {"token", "secret", "code", "word", "key"}
NOT_SECRET = {
    "webhook_deleted": "the number of an erasure, which a network shows to the person; it opens only that",
    "short_link": "short links are published",
}
SECRET = "s3cret-of-many-letters"
PLAIN = {"uidb36": "a1", "name": "file.png", "number": 1}


def names(address: Address) -> set[str]:
    return {*address.kwargs, *re.findall(r"\?P<(\w+)>", address.route)}


def opens_without_sign_in(address: Address) -> bool:
    return address.permission.kind == "public" if address.permission else not address.is_ours


def written(path: str) -> str:
    record = logging.LogRecord("django.request", logging.WARNING, "", 0, "Not Found: %s", (path,), None)
    assert WithoutSecrets().filter(record)
    return record.getMessage()


SECRET_ADDRESSES = [
    address
    for address in addresses()
    if opens_without_sign_in(address) and names(address) & SECRET_NAMES and address.name not in NOT_SECRET
]


@pytest.mark.parametrize("address", SECRET_ADDRESSES, ids=lambda address: address.name)
def test_no_line_of_the_log_holds_a_secret_that_stands_in_an_address(address: Address) -> None:
    kwargs = {name: SECRET if name in SECRET_NAMES else PLAIN[name] for name in names(address)}
    path = reverse(address.name, kwargs=kwargs)
    assert SECRET in path
    assert "s3cret" not in written(path)


def test_the_search_finds_the_addresses_with_secrets() -> None:
    names = {address.name for address in SECRET_ADDRESSES}
    assert {"invitation", "inbox_answer", "feed_file", "setup_open", "account_reset_password_from_key"} <= names
