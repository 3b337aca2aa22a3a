"""Which of a citizen's words may be quoted: nothing that leads to a person, and no more than that is taken out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from django.utils import timezone

from common.models import AuditEvent
from inbox.domain import retention
from inbox.models import Message
from municipalities.tenancy import scope
from needs import rules
from needs.domain import personal_data_stores, supporters
from needs.models import Supporter
from tests.inbox.conftest import MunicipalityInbox
from tests.needs.conftest import messages_with, need_of
from tests.people import sign_in

PETAR = rules.names("Петар Петровић", "ppetrovic@mastodon.rs")


def test_what_leads_to_the_author_is_left_out_and_the_rest_stays(subtests: pytest.Subtests) -> None:
    for text, left in [
        ("@opstina@mastodon.rs Нема клупа у парку!", "Нема клупа у парку!"),
        ("Molim klupe. Petar Petrović, 063/123-45-67", "Molim klupe."),
        ("Јавите на +381 63 123 4567 или petar@mail.rs, хвала", "Јавите на или, хвала"),
        ("ЈМБГ 0101990710003 у решењу", "ЈМБГ у решењу"),
        ("Од 05.06.2026. до 12.06.2026. нема воде", "Од 05.06.2026. до 12.06.2026. нема воде"),
        ("Кола ЋУ 123-АБ стоје на тротоару", "Кола стоје на тротоару"),
        ("Погледајте https://x.rs/slika.jpg сами", "Погледајте сами"),
        ("Аутобус 101 у 7:30 и 15:45, 2024-2026", "Аутобус 101 у 7:30 и 15:45, 2024-2026"),
        ("", ""),
    ]:
        with subtests.test(said=text, left=left):
            assert rules.suggest_quote(text, PETAR) == left
            assert list(rules.identifying_parts(left, PETAR)) == []


def test_a_long_message_is_cut_at_a_word() -> None:
    quote = rules.suggest_quote("клупа " * 200, PETAR)
    assert len(quote) <= rules.MOST_QUOTE
    assert quote.endswith("клупа…")


def test_the_municipality_s_own_name_gives_nobody_away() -> None:
    assert rules.names("Ćuprija Info", "", but=("Ћуприја",)) == {"info"}


def test_the_officer_sees_a_proposal_and_keeps_what_they_choose(municipality: MunicipalityInbox) -> None:
    (message,) = messages_with(municipality, "@opstina Нема клупа, зовите 063 123 4567")
    need = need_of(municipality, "Клупе", message)
    with scope(municipality.cast.cuprija):
        supporter = Supporter.objects.get()
    client, path = sign_in(municipality.cast.officer), f"/m/cuprija/needs/{need.pk}/voices/{supporter.pk}/quote/"
    assert "Нема клупа, зовите</textarea>" in client.get(path).text
    assert client.post(path, {"quote": "Нема клупа…"}).status_code == 302
    for who in ("mentor", "viewer", "officer"):
        assert "Нема клупа…" in sign_in(getattr(municipality.cast, who)).get(f"/m/cuprija/needs/{need.pk}/").text
    event = AuditEvent.objects.get(verb="need.quote")
    assert "клупа" not in str(event.detail)


@pytest.mark.parametrize(
    "words", ["Каже Građanin{pk}", "063 123 45 67", "пишите на a@b.rs", "@gradjanka зна", "я" * 501]
)
def test_a_quote_that_names_somebody_is_refused(municipality: MunicipalityInbox, words: str) -> None:
    (message,) = messages_with(municipality, "@opstina Нема клупа")
    need = need_of(municipality, "Клупе", message)
    with scope(municipality.cast.cuprija):
        supporter = Supporter.objects.get()
    typed = words.format(pk=message.pk)
    path = f"/m/cuprija/needs/{need.pk}/voices/{supporter.pk}/quote/"
    response = sign_in(municipality.cast.officer).post(path, {"quote": typed})
    assert response.status_code == 422
    assert typed in response.text
    with scope(municipality.cast.cuprija):
        assert Supporter.objects.get().quote == ""


@pytest.fixture
def quoted(municipality: MunicipalityInbox) -> Message:
    (message,) = messages_with(municipality, "@opstina Нема клупа у парку")
    need_of(municipality, "Клупе", message)
    with scope(municipality.cast.cuprija):
        supporter = Supporter.objects.get()
        supporters.set_quote(supporter, "Нема клупа", by=municipality.cast.officer)
        Supporter.objects.update(note="Звала и телефоном")
    return message


def test_when_its_time_is_over_the_voice_and_its_quote_stay(
    municipality: MunicipalityInbox, quoted: Message, settings: Any
) -> None:
    with scope(municipality.cast.cuprija):
        Message.objects.update(state="closed", settled_at="2020-01-01T00:00Z")
    assert retention.purge_expired() == 1
    with scope(municipality.cast.cuprija):
        supporter = Supporter.objects.select_related("need").get()
        assert (supporter.quote, supporter.note, supporter.need.size) == ("Нема клупа", "", 1)
    page = sign_in(municipality.cast.officer).get(f"/m/cuprija/needs/{supporter.need_id}/").text
    assert "The voice counts" in page
    assert "у парку" not in page


def test_a_note_about_a_caller_is_emptied_when_its_time_is_over(
    municipality: MunicipalityInbox, quoted: Message
) -> None:
    with scope(municipality.cast.cuprija):
        need = Supporter.objects.get().need
        for note in ("Звао Петар", "Звала Ана"):
            supporters.add(
                need, "phone", timezone.localdate(), note=note, quote="Молим клупе", by=municipality.cast.officer
            )
        Supporter.objects.filter(note="Звао Петар").update(at=timezone.now() - timedelta(days=366))
    assert personal_data_stores.purge_expired_notes() == 1
    with scope(municipality.cast.cuprija):
        notes = list(Supporter.objects.filter(source="phone").order_by("pk").values_list("note", "quote"))
        assert notes == [("", "Молим клупе"), ("Звала Ана", "Молим клупе")]
        assert Supporter.objects.get(source="message").note  # it goes with its message


def test_who_asks_to_be_erased_is_not_quoted_any_more(municipality: MunicipalityInbox, quoted: Message) -> None:
    with scope(municipality.cast.cuprija):
        retention.erase_authors(
            municipality.cast.cuprija, [(municipality.channel.pk, f"person-{quoted.pk}")], by=municipality.cast.approver
        )
        supporter = Supporter.objects.select_related("need").get()
        assert (supporter.quote, supporter.note, supporter.need.size) == ("", "", 1)
