"""Anybody can check whether a certificate is genuine, and nobody learns a name from a number."""

from __future__ import annotations

from typing import Any

import pytest

from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from tests.people import Cast, sign_in
from tests.trainings.group import certificate_of, training_of
from trainings.models import Certificate

PAGE = "/certificates/in/en/"
pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture(autouse=True)
def fresh() -> None:
    cache.clear()


@pytest.fixture
def certificate(cast: Cast) -> Certificate:
    return certificate_of(training_of(cast), cast)


def asked(number: str, name: str) -> Any:
    return Client().post(PAGE, {"number": number, "name": name})


def test_number_and_name_together_prove_it(certificate: Certificate) -> None:
    text = asked(certificate.number, certificate.facts["name"]).text
    assert "This certificate is genuine" in text
    assert certificate.facts["training"] in text


def test_a_name_is_known_in_the_other_script_and_in_other_letters(certificate: Certificate) -> None:
    Certificate.objects.filter(pk=certificate.pk).update(facts={**certificate.facts, "name": "Ђорђе Шћепановић"})
    for name in ("Đorđe Šćepanović", "  ђорђе шћепановић "):
        assert "This certificate is genuine" in asked(certificate.number, name).text


def test_a_number_alone_names_nobody(certificate: Certificate) -> None:
    name = certificate.facts["name"]
    for answer in (
        Client().get(f"{PAGE}?number={certificate.number}"),
        Client().get(f"{PAGE}?number={certificate.number}&name={name}"),
        asked(certificate.number, "Somebody Else"),
        asked(certificate.number, ""),
    ):
        assert certificate.facts["training"] not in answer.text
        assert "genuine" not in answer.text
    assert "No certificate has this number and this name" in asked("1999-0001", name).text


def test_a_revoked_one_is_not_valid(cast: Cast, certificate: Certificate) -> None:
    now = timezone.now()
    Certificate.objects.filter(pk=certificate.pk).update(revoked_at=now, revoked_by=cast.trainer, reason="Secret")
    text = asked(certificate.number, certificate.facts["name"]).text
    assert "This certificate was revoked" in text
    assert "genuine" not in text
    assert "Secret" not in text


@pytest.mark.parametrize(
    ("number", "name", "sentence"),
    [
        ("12", "Ana", "Type the number as it stands on the certificate, for example 2026-0012."),
        ("<b>", "Ana", "Type the number as it stands on the certificate, for example 2026-0012."),
        ("2026-0001", "", "Type the name as it stands on the certificate."),
        ("2026-0001", "А" * 201, "This is longer than a name on a certificate."),
    ],
)
def test_bad_input_is_answered_at_its_field(number: str, name: str, sentence: str) -> None:
    answer = asked(number, name)
    assert answer.status_code == 200
    assert sentence in answer.text
    assert "<b>" not in answer.text


def test_names_cannot_be_tried_out(certificate: Certificate) -> None:
    statuses = [asked(certificate.number, f"Name {number}").status_code for number in range(31)]
    assert statuses == [200] * 30 + [429]


def test_it_is_kept_nowhere_and_runs_nothing(cast: Cast) -> None:
    client = sign_in(cast.officer)
    answer = client.post("/certificates/", {"number": "2026-0001", "name": "Ана"})
    assert (answer.headers["Cache-Control"], answer.cookies) == ("no-store", {})
    assert "script-src 'none'" in answer.headers["Content-Security-Policy"]
    assert Client().get("/certificates/in/de/").status_code == 404


def test_the_paper_says_where_it_can_be_checked(certificate: Certificate, settings: Any) -> None:
    from tests.reports import reading
    from trainings import certificate as page

    settings.PUBLIC_BASE_URL = "https://portal.example"
    assert "portal.example/certificates/" in reading.pdf(page.pdf([certificate])).text
    settings.PUBLIC_BASE_URL = "http://localhost:8000"
    assert "localhost" not in reading.pdf(page.pdf([certificate])).text
