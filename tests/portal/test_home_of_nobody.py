"""Home of somebody who has no municipality: what to do depends on who they are."""

from __future__ import annotations

import pytest

from django.urls import reverse

from municipalities.models import Municipality
from tests.people import Cast, sign_in

pytestmark = pytest.mark.usefixtures("db")


def test_an_administrator_opens_the_first_workspace(cast: Cast) -> None:
    Municipality.objects.update(joined_on=None)
    text = sign_in(cast.administrator).get("/").text
    assert "No municipality has a workspace yet" in text
    assert reverse("installation_municipalities") in text
    assert "Ask the person who invited you" not in text


def test_others_ask_whoever_invited_them(cast: Cast) -> None:
    Municipality.objects.update(joined_on=None)
    assert "Ask the person who invited you" in sign_in(cast.stranger).get("/").text
