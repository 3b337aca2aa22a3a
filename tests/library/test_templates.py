"""Templates: built in and own, used with their gaps filled, kept from a post."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from django.urls import reverse

from common.errors import ActionNotAllowed
from library import queries
from library.domain import templates as verbs
from library.domain.templates import TemplateContent
from library.gaps import with_defaults
from library.models import Template
from library.starters import starters
from library.templatetags.library import lang
from municipalities.models import GlossaryWord
from municipalities.tenancy import scope
from posts.compose import resolve_text
from posts.draft import CallToAction, Draft, Text, parse
from posts.editing.placeholders import fill, format_day, gaps, placeholders
from posts.models import Post
from tests.people import Cast, sign_in
from tests.posts.desk import Desk

WATER = "Без воде: {{улице}}. Вода долази {{дан}}."


def template_content(desk: Desk, text: str = WATER, **fields: Any) -> TemplateContent:
    draft = Draft(texts={"sr-Cyrl": Text(text)}, channels=(desk.mastodon.pk,), **fields)
    return TemplateContent("Квар на мрежи", "Када пукне цев", "service", draft, with_defaults(draft, []))


def test_a_gap_is_found_once_and_means_the_same_in_both_scripts() -> None:
    assert placeholders("До {{ рок }} или {{rok}}, {{улица}}; {не} {{}}") == ["рок", "улица"]
    assert placeholders("{{a}} {{b}} {{a}}") == ["a", "b"]
    assert fill("До {{рок}}, do {{rok}}.", {"rok": "петка"}) == "До петка, do петка."
    assert fill("Do {{rok}}, {{drugo}}", {"рок": "петка"}, "sr-Latn") == "Do petka, {{drugo}}"


def test_a_day_reads_as_the_language_writes_it_and_never_ends_in_two_stops() -> None:
    on = date(2026, 12, 15)
    assert [format_day(on, tag) for tag in ("sr-Cyrl", "sr-Latn", "hu-Latn")] == [
        "15. децембра 2026.", "15. decembra 2026.", "15. 12. 2026.",
    ]  # fmt: skip
    assert fill("Рок је {{рок}}.", {"рок": on}, "sr-Cyrl") == "Рок је 15. децембра 2026."
    assert fill("Рок је {{рок}} године.", {"рок": on}, "sr-Cyrl") == "Рок је 15. децембра 2026. године."


def test_a_value_with_braces_or_backslashes_is_put_in_as_it_is() -> None:
    assert fill("{{a}}", {"a": r"\1 {{b}}"}) == r"\1 {{b}}"


def test_every_built_in_template_is_whole(subtests: pytest.Subtests) -> None:
    for key in list(starters()):
        with subtests.test(key=key):
            fields = starters()[key]
            draft = parse(fields["content"])
            assert draft.call.kind, "each asks people to do one thing"
            assert draft.call.words
            assert {gap["name"] for gap in fields["gaps"]} == set(gaps(draft)), (
                "each gap is asked for, and nothing else"
            )
            assert all(
                gap["label"] and gap["example"] and gap["kind"] in ("text", "date", "link") for gap in fields["gaps"]
            )
            days = {gap["name"] for gap in fields["gaps"] if gap["kind"] == "date"}
            assert not fields["deadline"] or fields["deadline"] in days
            assert all(date.fromisoformat(gap["example"]) for gap in fields["gaps"] if gap["kind"] == "date")
            cyrillic = re.sub(r"\{\{.*?\}\}", "", draft.texts["sr-Cyrl"].text)
            assert not re.search("[A-Za-z]", cyrillic), "Latin is derived, so nothing Latin stands in the Cyrillic"


def test_a_starter_is_shown_to_everybody_and_becomes_a_copy_where_it_is_changed(desk: Desk, cast: Cast) -> None:
    assert Template.objects.count() == 0
    built_in = queries.template("iskljucenje-vode")
    assert built_in is not None
    assert built_in.is_built_in
    own = verbs.edit(built_in, template_content(desk), municipality=desk.municipality, by=cast.officer)
    assert own.starter == "iskljucenje-vode"
    assert queries.template("iskljucenje-vode") == own
    assert len(queries.templates()) == len(starters())
    with scope(cast.novi_pazar):
        foreign = queries.template("iskljucenje-vode")
        assert foreign is not None
        assert foreign.is_built_in
        assert foreign.name == "Искључење воде"


def test_going_back_to_the_built_in_words_can_be_undone_once(desk: Desk, cast: Cast) -> None:
    built_in = queries.template("iskljucenje-vode")
    assert built_in is not None
    own = verbs.edit(built_in, template_content(desk), municipality=desk.municipality, by=cast.officer)
    verbs.remove(own, by=cast.officer)
    again = queries.template("iskljucenje-vode")
    assert again is not None
    assert again.is_built_in
    anew = verbs.edit(again, template_content(desk), municipality=desk.municipality, by=cast.officer)
    with pytest.raises(ActionNotAllowed, match="changed again"):
        verbs.restore(own, by=cast.officer)
    verbs.remove(anew, by=cast.officer)
    assert verbs.restore(own, by=cast.officer).removed_at is None


def test_search_finds_a_template_in_either_script(desk: Desk, cast: Cast) -> None:
    verbs.create(desk.municipality, template_content(desk), by=cast.officer)
    assert [template.name for template in queries.templates("pukne mrezi")] == ["Квар на мрежи"]
    assert queries.templates("нема овога") == []


def test_using_a_template_makes_a_draft_with_its_gaps_filled_and_its_deadline_set(desk: Desk, cast: Cast) -> None:
    written = TemplateContent(
        "Квар", "", "service",
        Draft(texts={"sr-Cyrl": Text(WATER)}, link="{{адреса}}", call=CallToAction("share", "Поделите до {{дан}}")),
        [], "дан",
    )  # fmt: skip
    template = verbs.create(desk.municipality, written, by=cast.officer)
    assert [gap["kind"] for gap in template.gaps] == ["text", "date", "link"]
    values = {"улице": "Његошева", "дан": date(2027, 1, 5), "адреса": "https://cuprija.rs/voda"}
    post = verbs.use(template, values, municipality=desk.municipality, by=cast.officer)
    draft = parse(post.draft)
    assert draft.texts["sr-Cyrl"].text == "Без воде: Његошева. Вода долази 5. јануара 2027."
    latin = resolve_text(draft.texts, "sr-Latn")
    assert latin
    assert latin.text == "Bez vode: Njegoševa. Voda dolazi 5. januara 2027."
    assert (draft.call.words, draft.call.deadline) == ("Поделите до 5. јануара 2027.", "2027-01-05")
    assert draft.address == "https://cuprija.rs/voda"
    assert (post.title, post.category, post.author) == ("Квар", "service", cast.officer)
    assert set(draft.channels) == {desk.mastodon.pk, desk.bluesky.pk}, "all that are connected, as for a new post"


def test_a_channel_that_is_gone_is_left_out_of_a_post_begun_with_a_template(desk: Desk, cast: Cast) -> None:
    template = verbs.create(desk.municipality, template_content(desk), by=cast.officer)
    desk.mastodon.state = "disconnected"
    desk.mastodon.save()
    post = verbs.use(template, {}, municipality=desk.municipality, by=cast.officer)
    assert parse(post.draft).channels == (desk.bluesky.pk,)


def test_an_answer_in_a_latin_text_follows_the_words_of_the_house(desk: Desk, cast: Cast) -> None:
    GlossaryWord.objects.create(municipality=desk.municipality, latin="Hub", cyrillic="Хаб", added_by=cast.officer)
    latin = TemplateContent("Позив", "", "service", Draft(texts={"sr-Latn": Text("Dođite u {{место}}.")}), [])
    template = verbs.create(desk.municipality, latin, by=cast.officer)
    post = verbs.use(template, {"место": "Хаб у Његошевој"}, municipality=desk.municipality, by=cast.officer)
    assert parse(post.draft).texts["sr-Latn"].text == "Dođite u Hub u Njegoševoj."


def test_what_was_left_empty_stays_to_be_seen(desk: Desk, cast: Cast) -> None:
    template = verbs.create(desk.municipality, template_content(desk), by=cast.officer)
    post = verbs.use(template, {"улице": "Његошева"}, municipality=desk.municipality, by=cast.officer)
    assert gaps(parse(post.draft)) == ["дан"]


def test_a_post_becomes_a_template_without_its_pictures_and_its_day(desk: Desk, cast: Cast) -> None:
    picture = desk.picture()
    shown = parse({"media": [{"id": picture.pk, "alt": "Фонтана"}]}).media
    post = desk.write(media=shown, call=CallToAction("attend", "Дођите", "2027-02-01"))
    client = sign_in(cast.officer)
    url = reverse("library_from_post", args=["cuprija", post.pk])
    assert b"Save as a template" in client.get(url).content
    answer = client.post(url, {"name": "Позив"})
    template = Template.objects.get()
    assert answer.url == reverse("library_template_edit", args=["cuprija", template.pk])  # type: ignore[attr-defined]
    draft = parse(template.content)
    assert (draft.media, draft.call.deadline, draft.call.words) == ((), "", "Дођите")


# ---------------------------------------------------------------- pages


def test_the_questions_lead_to_the_composer(desk: Desk, cast: Cast) -> None:
    client = sign_in(cast.officer)
    page = client.get(reverse("library_template", args=["cuprija", "iskljucenje-vode"])).content.decode()
    assert '<mark class="gap-mark">улице</mark>' in page
    assert "data-day-input" in page
    answer = client.post(
        reverse("library_template_use", args=["cuprija", "iskljucenje-vode"]),
        {"gap-0": "Његошева", "gap-1": "5.1.2027."},
    )
    post = Post.objects.get()
    assert answer.status_code == 302
    assert answer.url == reverse("post_edit", args=["cuprija", post.pk])
    assert "5. јануара 2027." in parse(post.draft).texts["sr-Cyrl"].text


def test_a_link_that_is_none_is_told_and_nothing_typed_is_lost(desk: Desk, cast: Cast) -> None:
    client = sign_in(cast.officer)
    url = reverse("library_template_use", args=["cuprija", "eusluga"])
    positions = {gap["name"]: at for at, gap in enumerate(starters()["eusluga"]["gaps"])}
    order = [
        gap["name"] for gap in with_defaults(parse(starters()["eusluga"]["content"]), starters()["eusluga"]["gaps"])
    ]
    assert set(order) == set(positions)
    answer = client.post(url, {f"gap-{order.index('адреса')}": "није адреса", f"gap-{order.index('услуга')}": "еВртић"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "not a web address" in page
    assert 'value="еВртић"' in page
    assert not Post.objects.exists()


def test_an_example_cannot_bring_markup_into_the_page(desk: Desk, cast: Cast) -> None:
    draft = Draft(texts={"sr-Cyrl": Text("{{а}} <b>х</b>")})
    gaps = [{"name": "а", "kind": "text", "label": "<i>л</i>", "example": "<script>1</script>"}]
    template = verbs.create(desk.municipality, TemplateContent("<u>и</u>", "", "service", draft, gaps), by=cast.officer)
    page = sign_in(cast.officer).get(reverse("library_template", args=["cuprija", template.ref])).content.decode()
    for hostile in ("<script>1", "<i>л", "<b>х", "<u>и"):
        assert hostile not in page
    assert "&lt;b&gt;х" in page


def test_a_template_is_written_and_its_questions_are_worded_on_the_same_page(desk: Desk, cast: Cast) -> None:
    client = sign_in(cast.officer)
    sent = {
        "name": "Квар",
        "about": "",
        "category": "service",
        "text-sr-Cyrl": WATER,
        "format": "poll",
        "options": "да\nне",
    }
    answer = client.post(reverse("library_template_new", args=["cuprija"]), sent)
    row = Template.objects.get()
    assert answer.url.endswith("#gaps")  # type: ignore[attr-defined]
    edit = reverse("library_template_edit", args=["cuprija", row.ref])
    assert "Questions for the gaps" in client.get(edit).content.decode()
    questions = {
        "gap-0-name": "улице", "gap-0-label": "Које улице?", "gap-0-kind": "text", "gap-0-example": "Његошева",
        "gap-1-name": "дан", "gap-1-label": "Када?", "gap-1-kind": "date", "gap-1-example": "", "deadline": "дан",
    }  # fmt: skip
    client.post(edit, {**sent, **questions})
    row.refresh_from_db()
    assert [gap["label"] for gap in row.gaps] == ["Које улице?", "Када?"]
    assert row.deadline == "дан"
    assert parse(row.content).interactive.options == ("да", "не")


def test_a_template_without_words_is_refused(desk: Desk, cast: Cast) -> None:
    url = reverse("library_template_new", args=["cuprija"])
    answer = sign_in(cast.officer).post(url, {"name": "Празно", "category": "service"})
    assert answer.status_code == 422
    assert "needs a text" in answer.content.decode()
    assert not Template.objects.exists()


def test_a_viewer_and_a_mentor_read_templates_but_do_not_change_or_use_them(desk: Desk, cast: Cast) -> None:
    for person in (cast.viewer, cast.mentor):
        client = sign_in(person)
        page = client.get(reverse("library_template", args=["cuprija", "anketa"])).content.decode()
        assert "Full text" in page
        assert "Use it" not in page
        assert "Change it" not in page
        assert client.post(reverse("library_template_use", args=["cuprija", "anketa"])).status_code == 403
        assert client.get(reverse("library_template_edit", args=["cuprija", "anketa"])).status_code == 403


def test_words_in_cyrillic_say_so_on_a_page_of_any_language(desk: Desk, cast: Cast) -> None:
    page = sign_in(cast.officer).get(reverse("library", args=["cuprija"])).content.decode()
    assert ' lang="sr-Cyrl">Искључење воде</a>' in page
    assert lang("Voda") == lang("2026") == ""


def test_a_template_of_another_municipality_is_not_there(desk: Desk, cast: Cast) -> None:
    row = verbs.create(desk.municipality, template_content(desk), by=cast.officer)
    client = sign_in(cast.stranger)
    assert client.get(reverse("library_template", args=["novi-pazar", row.ref])).status_code == 404
    assert client.get(reverse("library_template", args=["cuprija", row.ref])).status_code == 404
    assert client.post(reverse("library_template_remove", args=["novi-pazar", row.pk])).status_code == 404


def test_the_list_asks_the_same_number_of_questions_for_one_and_for_many(
    desk: Desk, cast: Cast, django_assert_max_num_queries: Any
) -> None:
    client = sign_in(cast.officer)
    url = reverse("library", args=["cuprija"])
    counts = []
    for count in (1, 40):
        for number in range(count):
            verbs.create(
                desk.municipality,
                TemplateContent(f"Шаблон {number}", "", "other", template_content(desk).draft, []),
                by=cast.officer,
            )
        client.get(url)
        with django_assert_max_num_queries(12) as queries_made:
            page = client.get(url).content
        counts.append(len(queries_made))
        assert len(page) < 60_000
    assert counts[0] == counts[1]
