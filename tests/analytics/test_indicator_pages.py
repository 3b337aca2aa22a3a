"""The pages of indicators: who sees and who sets, and what they say."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from PIL import Image

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone, translation

from analytics.indicators.domain import definitions, manual_values, targets
from analytics.indicators.domain.manual_values import EnteredValue
from analytics.indicators.domain.targets import Wanted
from analytics.models import ManualValue, MunicipalityBaseline, MunicipalityValue, ProgrammeIndicator, Target
from municipalities.models import Cohort, Enrolment, Programme
from municipalities.tenancy import scope
from posts.media.domain.consents import PDF, Scan
from tests.analytics import factories
from tests.analytics.logframe_data import peopled, posts
from tests.analytics.test_indicators import DEFINED
from tests.people import Cast, sign_in

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def page(cast: Cast, name: str, *args: Any, by: Any = None, **query: str) -> Any:
    return sign_in(by or cast.staff).get(reverse(name, args=args), query)


def confirm(client: Any, address: str, data: dict[str, Any]) -> Any:
    """Send the form of a baseline, then confirm what is shown."""
    confirmation = client.post(address, data)
    assert confirmation.status_code == 200, words_of(confirmation)
    return client.post(address, {**data, "confirmed": confirmation.context["fingerprint"]})


def words_of(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


@pytest.fixture
def op1(cast: Cast) -> ProgrammeIndicator:
    definitions.choose(cast.programme, ["OP1"], by=cast.staff)
    return ProgrammeIndicator.objects.get(code="OP1")


@pytest.fixture
def own(cast: Cast) -> ProgrammeIndicator:
    return definitions.define(cast.programme, DEFINED, by=cast.staff)


# ---------------------------------------------------------------- who


def test_another_programmes_indicator_is_not_there(cast: Cast, op1: ProgrammeIndicator) -> None:
    other = Programme.objects.create(name="Another")
    other.staff.add(cast.mentor)
    for name in ("", "_edit", "_baseline", "_target", "_value"):
        assert page(cast, f"programme_indicator{name}", op1.pk, by=cast.mentor).status_code == 404
        assert page(cast, f"programme_indicator{name}", op1.pk, by=cast.officer).status_code == 404
    assert page(cast, "programme_indicators_choose", cast.programme.pk, by=cast.mentor).status_code == 404
    assert page(cast, "programme_indicators", by=cast.mentor).status_code == 200


def test_a_municipality_sees_its_own_and_a_stranger_nothing(cast: Cast, op1: ProgrammeIndicator) -> None:
    for person in (cast.officer, cast.viewer, cast.mentor):
        assert page(cast, "analytics_indicators", cast.cuprija.slug, by=person).status_code == 200
    assert page(cast, "analytics_indicators", cast.cuprija.slug, by=cast.stranger).status_code == 404


def test_a_municipality_that_did_not_agree_has_no_page_for_the_programme(cast: Cast, op1: ProgrammeIndicator) -> None:
    Enrolment.objects.filter(municipality=cast.cuprija).update(compares=False)
    assert page(cast, "programme_indicator_place", op1.pk, cast.cuprija.slug).status_code == 404
    assert page(cast, "programme_indicator_place", op1.pk, cast.novi_pazar.slug).status_code == 200
    assert "1 enrolled municipality did not agree" in words_of(page(cast, "programme_indicator", op1.pk))


# ---------------------------------------------------------------- what they say


def test_an_empty_programme_is_told_what_to_do(cast: Cast) -> None:
    assert "No indicator yet" in words_of(page(cast, "programme_indicators"))
    assert "has not chosen any" in words_of(page(cast, "analytics_indicators", cast.cuprija.slug, by=cast.officer))


def test_choosing_by_the_form(cast: Cast) -> None:
    client = sign_in(cast.staff)
    address = reverse("programme_indicators_choose", args=[cast.programme.pk])
    assert client.post(address, {"code": ["OC1", "ME1", "nonsense"]}).status_code == 302
    with factories.unmeasured("ME1"):
        text = words_of(page(cast, "programme_indicators"))
    assert "Interactions per 1,000 inhabitants" in text
    assert "It is measured once activities and feedback of the mentoring are kept in the portal." in text


def test_values_are_shown_before_they_are_frozen(cast: Cast) -> None:
    today = timezone.localdate()
    channel = factories.channel(peopled(cast.cuprija), cast.officer)
    training = Cohort.objects.get().training_on
    days = [training - timedelta(days=offset) for offset in range(3, 8)]
    posts(channel, dict.fromkeys(days, 2), calls=days[:1])
    definitions.choose(cast.programme, ["OP1"], by=cast.staff)
    row = ProgrammeIndicator.objects.get()
    answer = page(cast, "programme_indicator_baseline", row.pk)
    assert answer.context["days"] == (training - timedelta(days=28), training - timedelta(days=1))
    rows = {str(line["place"]): line for line in answer.context["rows"]}
    assert rows["Ćuprija"]["value"] == "20 %"
    assert rows["Novi Pazar"]["why"] == "Nothing was published in these days."
    client, address = sign_in(cast.staff), reverse("programme_indicator_baseline", args=[row.pk])
    data = {"cohort": Cohort.objects.get().pk, "first": training - timedelta(days=28),
            "last": training - timedelta(days=1), f"freeze_{cast.cuprija.pk}": "on"}  # fmt: skip
    assert confirm(client, address, data).status_code == 302
    with scope(cast.cuprija):
        assert MunicipalityBaseline.objects.get().value == 20
    again = client.post(address, data)
    assert again.status_code == 422
    assert "baseline. Explain why it changes" in words_of(again)
    assert confirm(client, address, {**data, "reason": "Moved"}).status_code == 302
    early = {"cohort": data["cohort"], "first": "2020-01-01", "last": "2020-01-28"}
    assert "No municipality has a value for these days" in words_of(client.get(address, early))
    odd = client.get(address, {"cohort": "x", "first": "yesterday", "last": today.isoformat()})
    assert odd.status_code == 422


def test_ending_a_target_asks_for_the_reason(cast: Cast, op1: ProgrammeIndicator) -> None:
    day = timezone.localdate() + timedelta(days=60)
    targets.set_target(op1, Wanted("value", 60, day, False, "Agreed"), by=cast.staff)
    address = reverse("programme_indicator_target_end", args=[op1.pk, Target.objects.get().pk])
    client = sign_in(cast.staff)
    assert client.post(address, {"reason": ""}).status_code == 422
    assert client.post(address, {"reason": "The donor changed it"}).status_code == 302
    assert client.get(address).status_code == 404
    assert "The donor changed it" in words_of(page(cast, "programme_indicator", op1.pk))


def test_an_indicator_of_ones_own_is_defined_changed_ended_and_taken_up(cast: Cast) -> None:
    client = sign_in(cast.staff)
    data = {**vars(DEFINED), "areas": ["equality"]}
    address = reverse("programme_indicator_new", args=[cast.programme.pk])
    assert client.post(address, data).status_code == 302
    assert client.post(address, data).status_code == 422  # the name is taken
    row = ProgrammeIndicator.objects.get()
    assert row.areas == ["equality"]
    client.post(reverse("programme_indicator_edit", args=[row.pk]), {**data, "name": "Women at trainings"})
    client.post(reverse("programme_indicator_end", args=[row.pk]))
    row.refresh_from_db()
    assert (str(row), row.ended_at is not None) == ("Women at trainings", True)
    assert "This indicator has ended" in words_of(client.get(reverse("programme_indicator", args=[row.pk])))
    client.post(reverse("programme_indicator_end", args=[row.pk]), {"again": "1"})
    row.refresh_from_db()
    assert row.ended_at is None


# ---------------------------------------------------------------- evidence


def upload(name: str, body: bytes) -> dict[str, Any]:
    data = {"on": timezone.localdate(), "value": "5,5", "source": "Minutes", "note": "", "place": "cuprija"}
    return {**data, "evidence": SimpleUploadedFile(name, body)}


def picture() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(file, "PNG")
    return file.getvalue()


def test_a_value_comes_with_evidence_that_only_the_right_people_get(cast: Cast, own: ProgrammeIndicator) -> None:
    client = sign_in(cast.staff)
    address = reverse("programme_indicator_value", args=[own.pk])
    with translation.override("sr"):
        cast.staff.language = "sr"
        cast.staff.save()
        assert client.post(address, upload("minutes.exe", picture())).status_code == 302
    with scope(cast.cuprija):
        row = MunicipalityValue.objects.get()
    assert row.value == 5.5
    evidence_url = reverse("analytics_evidence", args=["cuprija", own.pk, row.pk])
    for person, expected in ((cast.officer, 200), (cast.viewer, 200), (cast.stranger, 404)):
        assert sign_in(person).get(evidence_url).status_code == expected
    other = reverse("analytics_evidence", args=["novi-pazar", own.pk, row.pk])
    assert sign_in(cast.stranger).get(other).status_code == 404
    answer = client.get(reverse("programme_indicator_place_evidence", args=[own.pk, "cuprija", row.pk]))
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert sign_in(cast.officer).get(answer.request["PATH_INFO"]).status_code == 404


def test_a_file_that_is_not_what_it_says_is_refused(cast: Cast, own: ProgrammeIndicator) -> None:
    client = sign_in(cast.staff)
    address = reverse("programme_indicator_value", args=[own.pk])
    for name, body in (("minutes.pdf", b"MZ\x90\x00"), ("minutes.pdf", b"%PDF-1.7 cut"), ("x.png", b"<svg onload=x>")):
        answer = client.post(address, upload(name, body))
        assert answer.status_code == 422, name
        assert "PDF or a picture" in words_of(answer)
    assert not ManualValue.objects.exists()


def test_a_file_that_is_gone_is_not_found(cast: Cast, own: ProgrammeIndicator) -> None:
    row = manual_values.enter(
        own, EnteredValue(date(2026, 9, 1), 5, "Minutes"), by=cast.staff, evidence=Scan(b"%PDF-1.7\n%%EOF", PDF)
    )
    row.evidence.storage.delete(row.evidence.name)
    assert page(cast, "programme_indicator_evidence", own.pk, row.pk).status_code == 404
