"""Administrators: people, programmes, the 145 municipalities, and populations from a table."""

from __future__ import annotations

import re
from typing import Any

import pytest

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client

from accounts.models import Invitation, User
from common.models import AuditEvent
from municipalities.domain import reference
from municipalities.models import Municipality, Programme
from municipalities.population import PopulationRow, Unreadable, read
from tests.people import Cast, municipality, person, sign_in

pytestmark = pytest.mark.usefixtures("english")

KNOWN = [("cuprija", ("Ћуприја", "Ćuprija", "Ćuprija")), ("novi-pazar", ("Нови Пазар", "Novi Pazar", "Novi Pazar"))]


# ---- people


def test_an_administrator_sees_everybody_with_their_rights(cast: Cast) -> None:
    page = sign_in(cast.administrator).get("/installation/people/").text
    for text in (
        "Officer",
        "Communications officer, Ćuprija",
        "Mentor, Novi Pazar",
        "Staff of the programme Swiss PRO",
    ):
        assert text in page


def test_people_are_found_in_either_script(cast: Cast) -> None:
    User.objects.filter(pk=cast.viewer.pk).update(name="Ђорђе Ћирић")
    page = sign_in(cast.administrator).get("/installation/people/?q=djordje ciric").text
    assert "Ђорђе Ћирић" in page
    assert "officer@test.example" not in page
    assert "No one found" in sign_in(cast.administrator).get("/installation/people/?q=zzz").text


def test_switching_off_and_making_administrators(cast: Cast) -> None:
    client = sign_in(cast.administrator)
    for act, field, value in (
        ("deactivate", "is_active", False),
        ("activate", "is_active", True),
        ("administrator", "is_administrator", True),
        ("no-administrator", "is_administrator", False),
    ):
        assert client.post(f"/installation/people/{cast.viewer.pk}/{act}/").status_code == 302
        assert getattr(User.objects.get(pk=cast.viewer.pk), field) is value
    assert client.post(f"/installation/people/{cast.viewer.pk}/anything/").status_code == 404
    refused = client.post(f"/installation/people/{cast.administrator.pk}/deactivate/", follow=True)
    assert "You cannot deactivate your own account" in refused.text


def test_an_administrator_starts_a_programme_and_invites_its_staff(cast: Cast) -> None:
    client = sign_in(cast.administrator)
    client.post("/installation/programmes/", {"name": "Digital voices"})
    programme = Programme.objects.get(name="Digital voices")
    answers = {"email": "s@test.example", "language": "en", "place": f"staff:{programme.pk}"}
    assert client.post("/installation/people/invite/", answers).status_code == 302
    invitation = Invitation.objects.get()
    assert invitation.grants == [{"kind": "programme_staff", "programme": programme.pk}]
    assert "Staff of the programme Digital voices" in client.get("/installation/people/").text
    assert client.post(f"/installation/people/invitations/{invitation.pk}/revoke/").status_code == 302
    bad = client.post("/installation/people/invite/", {**answers, "place": "staff:999"})
    assert bad.status_code == 422


# ---- municipalities


def test_the_reference_data_is_loaded_once_and_corrected_later(db: None) -> None:
    call_command("load_reference", verbosity=0, skip_checks=True)
    assert Municipality.objects.count() == 145
    row = Municipality.objects.get(slug="cuprija")
    assert row.search_key == "cuprija"
    Municipality.objects.filter(pk=row.pk).update(name_cyrl="Погрешно", website="https://own.example")
    assert reference.load() == 1
    row.refresh_from_db()
    assert (row.name_cyrl, row.website) == ("Ћуприја", "https://own.example")
    assert reference.load() == 0


def test_a_municipality_is_found_without_diacritics_in_either_script(cast: Cast) -> None:
    client = sign_in(cast.administrator)
    for asked in ("cuprija", "ЋУПР", "Ćupr"):
        page = client.get("/installation/municipalities/", {"q": asked}).text
        assert "Ćuprija</span>" in page
        assert "Novi Pazar</span>" not in page
    assert "No municipality found" in client.get("/installation/municipalities/?q=zzz").text
    assert client.get("/installation/municipalities/?show=nonsense&page=x").status_code == 200


def test_opening_a_workspace_lets_people_in(cast: Cast) -> None:
    kula = municipality("kula", "Кула", "Kula")
    Municipality.objects.filter(pk=kula.pk).update(joined_on=None)
    client = sign_in(cast.administrator)
    assert client.get("/m/kula/").status_code == 404
    answer = client.post("/installation/municipalities/kula/open/", {"on": "2026-01-15"})
    assert answer.headers["Location"] == "/m/kula/first-steps/"
    assert client.get("/m/kula/").status_code == 200
    client.post("/installation/municipalities/kula/open/", {"on": "2020-01-15", "is_practice": "on"})
    kula.refresh_from_db()
    assert (kula.joined_on.isoformat(), kula.is_practice) == ("2026-01-15", False)
    assert AuditEvent.objects.filter(verb="municipality.open_workspace").count() == 1


# ---- populations: reading


def rows(text: str | bytes, year: int | None = 2022) -> list[PopulationRow]:
    return read(text if isinstance(text, bytes) else text.encode(), year=year, known=KNOWN)


@pytest.mark.parametrize(
    "raw",
    [
        "municipality,population\nĆuprija,25325\n".encode(),
        "\ufeffOpština;Stanovništvo\r\nĆuprija;25.325\r\n".encode(),
        "Општина;Број становника\nЋуприја;25 325\n".encode("utf-16"),
        "Opština;Broj stanovnika\nĆuprija;25.325\n".encode("cp1250"),
        "naziv\tstanovništvo\nopština cuprija\t25,325\n".encode(),
        b'"name","population"\n"Cuprija","25325"\n\n\n',
    ],
    ids=["utf-8", "bom and semicolons", "utf-16", "cp1250", "tabs and words", "quotes and blank lines"],
)
def test_a_table_is_read_however_it_was_saved(raw: bytes) -> None:
    (row,) = rows(raw)
    assert (row.slug, row.population, row.year, row.problems) == ("cuprija", 25325, 2022, [])


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("Atlantida,100", "No municipality has this name"),
        (",100", "name is missing"),
        ("Ćuprija,", "population is missing"),
        ("Ćuprija,-5", "negative"),
        ("Ćuprija,=1+1", "formula"),
        ("Ćuprija,+381", "formula"),
        ("Ćuprija,@SUM(A1)", "formula"),
        ("Ćuprija,12.5", "not a whole number"),
        ("Ćuprija,a lot", "not a whole number"),
        ("Ćuprija,٣٤", "not a whole number"),
        ("Ćuprija,0", "between 1 and 3,000,000"),
        ("Ćuprija,999999999", "between 1 and 3,000,000"),
        ("Ćuprija", "population is missing"),
        ("=cmd|' /C calc'!A0,100", "No municipality has this name"),
    ],
)
def test_a_bad_row_says_what_is_wrong(line: str, words: str) -> None:
    (row,) = rows(f"municipality,population\n{line}\n")
    assert words in " ".join(str(problem) for problem in row.problems)
    assert row.line == 2


def test_a_municipality_that_stands_twice_counts_once() -> None:
    first, second = rows("municipality,population\nĆuprija,1000\nЋуприја,2000\n")
    assert first.problems == []
    assert "twice" in str(second.problems[0])


def test_the_year_comes_from_the_table_or_from_the_form() -> None:
    text = "municipality,population,year\nĆuprija,1000,2011.\nNovi Pazar,1000,\n"
    assert [row.year for row in rows(text, year=2022)] == [2011, 2022]
    assert "year is missing" in str(rows(text, year=None)[1].problems[0])
    assert "not a year" in str(rows("municipality,population,year\nĆuprija,1000,last\n")[0].problems[0])
    assert "1948" in str(rows("municipality,population,year\nĆuprija,1000,1066\n")[0].problems[0])


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "empty"),
        (b"\n \n", "empty"),
        (b"municipality,population\n", "no rows"),
        (b"a,b\n1,2\n", "must name the columns"),
        (b"PK\x03\x04\x00\x00\x00", "not a text file"),
        (b"\xff\xfe\x00", "not a text file"),
        (b"municipality,population\n" + b"x,1\n" * 1001, "more than 1,000 rows"),
        (b"x" * (1024 * 1024 + 1), "larger than 1 MB"),
        (b"municipality,population\n" + b'"' + b"a" * 200_000, "breaks the rules"),
    ],
    ids=["nothing", "blank", "heading only", "no heading", "xlsx", "half a letter", "long", "large", "open quote"],
)
def test_a_file_that_cannot_be_read_says_why(raw: bytes, words: str) -> None:
    with pytest.raises(Unreadable) as caught:
        rows(raw)
    assert words in str(caught.value.message)


# ---- populations: entering


def upload(client: Client, text: str, **fields: Any) -> Any:
    file = SimpleUploadedFile("table.csv", text.encode(), "text/csv")
    answers = {"file": file, "source": "Statistical Office, census 2022", "year": "2022", **fields}
    return client.post("/installation/municipalities/population/", answers)


def test_rows_are_shown_first_and_only_the_right_ones_entered(cast: Cast) -> None:
    client = sign_in(cast.administrator)
    page = upload(client, "municipality,population\nĆuprija,25325\nAtlantida,7\n")
    assert "1 row has a problem and is left out" in page.text
    assert Municipality.objects.get(slug="cuprija").population is None, "nothing is written by looking"
    signed = re.search(r'name="signed" value="([^"]+)"', page.text)
    assert signed is not None
    client.post("/installation/municipalities/population/enter/", {"signed": signed[1]})
    row = Municipality.objects.get(slug="cuprija")
    assert (row.population, row.population_year) == (25325, 2022)
    assert row.population_source == "Statistical Office, census 2022"
    client.post("/installation/municipalities/population/enter/", {"signed": signed[1]})
    assert AuditEvent.objects.filter(verb="municipality.enter_population").count() == 1, "twice changes nothing"


def test_a_table_needs_a_source(cast: Cast) -> None:
    page = upload(sign_in(cast.administrator), "municipality,population\nĆuprija,25325\n", source=" ")
    assert page.status_code == 422
    assert 'id="id_source_error"' in page.text


def test_a_preview_that_was_tampered_with_is_refused(cast: Cast) -> None:
    client = sign_in(cast.administrator)
    page = client.post("/installation/municipalities/population/enter/", {"signed": "made up"}, follow=True)
    assert "older than an hour" in page.text
    assert Municipality.objects.get(slug="cuprija").population is None


def test_hostile_words_of_a_table_are_shown_as_words(cast: Cast) -> None:
    page = upload(sign_in(cast.administrator), "municipality,population\n<script>x()</script>,7\n")
    assert "<script>x()" not in page.text
    assert "&lt;script&gt;" in page.text


@pytest.mark.parametrize("path", ["people/", "municipalities/", "people/invite/", "municipalities/population/"])
def test_pages_ask_a_fixed_number_of_queries(
    cast: Cast, path: str, django_assert_max_num_queries: Any, django_assert_num_queries: Any
) -> None:
    from municipalities.domain import members

    client = sign_in(cast.administrator)
    members.invite(cast.cuprija, email="first@test.example", role="viewer", by=cast.approver)
    client.get(f"/installation/{path}")
    with django_assert_max_num_queries(13) as few:
        client.get(f"/installation/{path}")
    for number in range(25):
        place = municipality(f"place-{number}", f"Место {number}", f"Mesto {number}")
        members.join(person(f"p{number}"), place, "officer", by=cast.administrator)
        members.invite(place, email=f"i{number}@test.example", role="viewer", by=cast.administrator)
    with django_assert_num_queries(len(few.captured_queries)):
        assert client.get(f"/installation/{path}").status_code == 200


def test_an_administrator_ends_a_place_in_the_staff(cast: Cast) -> None:
    boss, staff = sign_in(cast.administrator), sign_in(cast.staff)
    assert staff.get("/programme/people/").status_code == 200
    page = boss.get("/installation/people/").text
    address = f"/installation/programmes/{cast.programme.pk}/staff/{cast.staff.pk}/end/"
    assert address in page
    answer = boss.post(address, follow=True)
    assert "is no longer in the staff of Swiss PRO" in answer.text
    assert staff.get("/programme/people/").status_code == 404
    assert boss.post(address).status_code == 404
    assert AuditEvent.objects.filter(verb="programme.end_staff", actor_id=cast.administrator.pk).count() == 1
