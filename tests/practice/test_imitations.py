"""Pages that imitate a network: how they are made, what programs read of them, and how each kind looks and answers."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from django.db import IntegrityError, transaction
from django.test import Client

from channels.account_limits import imitation
from practice import rules
from practice.domain import door, react, vote, write
from practice.domain.write import Draft
from practice.enums import AccountKind, Visibility
from practice.errors import ApiError
from practice.imitations import IMITATIONS, SQUARES
from practice.models import Account, Status
from tests.browsing import ENDS, violations
from tests.platforms.bench import outgoing, read
from tests.practice.test_api import picture, token_for
from tests.practice.test_conformance import bench_at

KINDS = sorted(IMITATIONS)


def page_of(network: str) -> Account:
    return door.create(AccountKind.PAGE, f"Општина {network}", username=f"opstina_{network}", network=network)


@pytest.fixture
def citizen(site: Client) -> Account:
    site.post("/door", {"name": "Комшија"})
    return Account.objects.get(kind=AccountKind.CITIZEN)


@pytest.mark.parametrize("network", ["myspace", "<b>", "Facebook", "mastodon", "youtube"])
def test_there_is_no_page_of_an_unknown_kind(db: None, network: str) -> None:
    with pytest.raises(ApiError):
        page_of(network)
    assert not Account.objects.exists()


def test_a_citizen_imitates_nothing(db: None) -> None:
    with pytest.raises(ApiError):
        door.create(AccountKind.CITIZEN, "Комшија", network="x")
    citizen = door.enter("Комшија")
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.filter(pk=citizen.pk).update(network="x")


@pytest.mark.parametrize("network", KINDS)
def test_programs_read_which_network_a_page_imitates(site: Client, network: str) -> None:
    page, ordinary = page_of(network), door.create(AccountKind.PAGE, "Општина")
    own = {"authorization": f"Bearer {token_for(page)}"}
    assert site.get("/api/v1/accounts/verify_credentials", headers=own).json()["dobosar"] == {"network": network}
    assert "dobosar" not in site.get(f"/api/v1/accounts/{ordinary.pk}").json()
    described = site.get("/api/v2/instance").json()["configuration"]
    assert described["statuses"]["max_characters"] == rules.MAX_CHARACTERS
    assert described["dobosar"]["imitations"] == {
        "networks": list(IMITATIONS), "max_characters": rules.MAX_CHARACTERS_OF_IMITATION,
    }  # fmt: skip


def test_such_a_page_may_write_more_than_others(db: None) -> None:
    page, ordinary = page_of("facebook"), door.create(AccountKind.PAGE, "Општина")
    long = write.publish(page, Draft("ж" * 2000))
    write.edit(page, long.pk, Draft("ж" * rules.MAX_CHARACTERS_OF_IMITATION))
    for account, text in ((ordinary, "ж" * 501), (page, "ж" * (rules.MAX_CHARACTERS_OF_IMITATION + 1))):
        with pytest.raises(ApiError, match="character limit"):
            write.publish(account, Draft(text))


def test_polls_are_what_the_network_makes_of_them(db: None) -> None:
    asked = {"options": ["Да", "Не"], "expires_in": 3 * 86_400, "multiple": True}
    for network, days in (("threads", 1), ("x", 3)):
        poll = write.publish(page_of(network), Draft("Да ли?", poll=asked))
        assert poll.poll
        assert poll.poll["multiple"] is False
        assert round((vote.ends_at(poll.poll) - poll.created_at).total_seconds() / 86_400) == days


@pytest.mark.parametrize("network", KINDS)
def test_comments_are_taken_where_the_network_has_them(site: Client, citizen: Account, network: str) -> None:
    page, kind = page_of(network), IMITATIONS[network]
    post = write.publish(page, Draft("Сутра нема воде."))
    where = f"/@{page.username}/{post.pk}"
    answer = site.post(f"/posts/{post.pk}/comment", {"text": "Докле?"})
    shown = site.get(where).content.decode()
    assert (answer.status_code == 302) == ("Докле?" in shown) == ("Your comment" in shown) == bool(kind.comment)
    assert (f'id="share-{post.pk}"' in shown) == bool(kind.share)
    assert (f'id="like-{post.pk}"' in shown) == bool(kind.like)
    assert not kind.like or f'<span class="act-word">{kind.like}</span>' in shown
    own = write.publish(page, Draft("Први коментар странице", reply_to=post.pk))
    private = Draft(f"@{page.username} само за Вас", reply_to=own.pk, visibility=Visibility.DIRECT)
    assert write.publish(citizen, private).readers
    profile = site.get(f"/@{page.username}").content.decode()
    assert f"Nothing here reaches {kind.title}." in profile
    assert ("Write privately" in profile) == kind.private
    assert ("in public" in profile) == kind.takes_public_messages
    if kind.layout == SQUARES:
        counts = profile.partition('class="square-counts"')[2].partition("</a>")[0]
        assert ("Comments" in counts) == bool(kind.comment)


@pytest.mark.parametrize("network", ["", *KINDS])
def test_posts_that_no_program_can_delete_are_deleted_by_hand(site: Client, citizen: Account, network: str) -> None:
    page = page_of(network)
    post = write.publish(page, Draft("Сутра нема воде."))
    is_by_hand = bool(network) and IMITATIONS[network].deleted_by_hand
    shown = site.get(f"/@{page.username}/{post.pk}").content.decode()
    assert ("Delete as the page" in shown) == is_by_hand
    assert (site.post(f"/posts/{post.pk}/delete").status_code == 302) == is_by_hand
    assert Status.objects.filter(pk=post.pk).exists() != is_by_hand


def test_the_person_chooses_the_kind_of_a_new_page_when_a_program_is_allowed(site: Client) -> None:
    from tests.practice.test_api import BACK, access

    app, _secret = access.register("Tests", [BACK], ["read"])
    asked = {"response_type": "code", "client_id": app.client_id, "redirect_uri": BACK, "scope": "read"}
    form = site.get("/oauth/authorize", asked).content.decode()
    assert all(f'<option value="{network}">{kind.title}</option>' in form for network, kind in IMITATIONS.items())
    allowed = {**asked, "decision": "allow"}
    refused = site.post("/oauth/authorize", {**allowed, "new_page": "Наша", "network": "<b>"})
    assert (refused.status_code, Account.objects.count()) == (422, 0)
    site.post("/oauth/authorize", {**allowed, "new_page": "Наша", "network": "viber"})
    site.post("/oauth/authorize", {**allowed, "new_page": "Обична"})
    assert dict(Account.objects.values_list("display_name", "network")) == {"Наша": "viber", "Обична": ""}
    assert "Viber · @nasa" in site.get("/oauth/authorize", asked).content.decode()


@pytest.mark.parametrize("network", KINDS)
def test_pages_of_every_kind_cost_as_many_queries_as_others(
    site: Client, citizen: Account, network: str, django_assert_max_num_queries: Any
) -> None:
    def cost(path: str) -> int:
        with django_assert_max_num_queries(11) as made:
            assert site.get(path).status_code == 200
        return len(made)

    page = page_of(network)
    post = write.publish(page, Draft("Сутра нема воде."))
    paths = ("/", f"/@{page.username}", f"/@{page.username}/{post.pk}")
    write.publish(page, Draft("Наставак", reply_to=post.pk))
    before = [cost(path) for path in paths]
    for n in range(5):
        react.like(citizen, write.publish(page, Draft(f"Објава {n}")).pk)
        write.publish(page, Draft(f"Наставак {n}", reply_to=post.pk))
        write.publish(page_of(f"{KINDS[n]}"), Draft("Друга")) if KINDS[n] != network else None
    assert [cost(path) for path in paths] == before


@pytest.mark.django_db(transaction=True)
def test_the_portal_publishes_a_long_text_and_its_first_comment_over_http(network: str) -> None:
    bench = bench_at(network)
    Account.objects.filter(username="opstina").update(network="facebook")
    connector = bench.connector()
    assert connector.profile().imitates == "facebook"
    rules_there = imitation("mastodon", connector.facts, "facebook")
    sent = outgoing("ж" * 2000, first_comment="Више на сајту." * 60)
    assert rules_there.check(sent, rules_there.limits()) == []
    post = connector.publish(sent, read)
    connector.publish(outgoing(sent.first_comment, reply_to=post.remote_id), read)
    assert [row["text"] for row in bench.public()] == [sent.first_comment, sent.text]


@pytest.mark.django_db(transaction=True)
def test_the_portal_sends_the_title_of_a_site_and_changes_it(network: str) -> None:
    bench = bench_at(network)
    Account.objects.filter(username="opstina").update(network="wordpress")
    connector = bench.connector(facts={**bench.connector().facts, "imitates": "wordpress"})
    rules_there = imitation("mastodon", connector.facts, "wordpress")
    sent = outgoing("Почињу радови у понедељак.\nТрају десет дана.", title="Радови на мосту", first_comment="Мапа")
    assert rules_there.check(sent, rules_there.limits()) == []
    remote_id = connector.publish(sent, read).remote_id
    connector.publish(outgoing("Мапа", reply_to=remote_id), read)
    page = requests.get(f"{network}/@opstina/{remote_id}", timeout=10).text
    assert '<p class="status-title" lang="sr-Cyrl">Радови на мосту</p>' in page
    assert page.count("status-title") == 1  # a comment has none
    connector.edit(remote_id, outgoing(sent.text, title="Радови на <b>мосту</b>"))
    page = requests.get(f"{network}/@opstina/{remote_id}", timeout=10).text
    assert "Радови на &lt;b&gt;мосту&lt;/b&gt;" in page
    history = requests.get(f"{network}/api/v1/statuses/{remote_id}/history", timeout=10).json()
    assert [one["spoiler_text"] for one in history] == ["Радови на мосту", "Радови на <b>мосту</b>"]
    connector.publish(outgoing("Прва реченица\nДруга", key="b" * 32), read)
    assert Status.objects.latest("pk").title == "Прва реченица"


def test_titles_are_kept_of_sites_only_and_not_without_end(db: None) -> None:
    site_of_one, page = page_of("wordpress"), page_of("facebook")
    assert write.publish(site_of_one, Draft("Текст", title=" Наслов\nу два реда ")).title == "Наслов у два реда"
    joined = write.publish(page, Draft("Текст", title="Упозорење"))
    assert (joined.title, joined.text) == ("", "Упозорење\n\nТекст")
    with pytest.raises(ApiError, match="Title"):
        write.publish(site_of_one, Draft("Текст", title="ж" * (rules.MAX_TITLE + 1)))
    with pytest.raises(ApiError, match="blank"):
        write.publish(site_of_one, Draft("", title="Само наслов"))


def fill(page: Account, citizen: Account, network: str) -> Status:
    """A post with a picture and one without, with reactions, and a comment where there are any."""
    write.publish(page, Draft(f"Пријаве су отворене до петка. #{page.network} https://opstina.example/prijave"))
    sent = requests.post(
        f"{network}/api/v2/media",
        files={"file": picture((1600, 1000))},
        data={"description": "Радници на траси водовода"},
        headers={"authorization": f"Bearer {token_for(page)}"},
        timeout=10,
    )
    post = write.publish(page, Draft("Сутра нема воде од 8 до 14 часова.", "sr", media_ids=[int(sent.json()["id"])]))
    react.like(citizen, post.pk)
    if page.imitation.comment:
        write.publish(citizen, Draft("Докле?", reply_to=post.pk))
    return post


@pytest.mark.journey
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("width", "scheme"), ENDS)
def test_every_layout_is_readable_in_a_browser(network: str, browser: Any, width: int, scheme: str) -> None:
    """One network of each layout: its page at one width, a post of it at the other."""
    citizen = door.enter("Комшија")
    kinds = {IMITATIONS[kind].layout: kind for kind in KINDS}.values()
    posts = {kind: fill(page_of(kind), citizen, network) for kind in kinds}
    context = browser.new_context(locale="en-GB", color_scheme=scheme, viewport={"width": width, "height": 800})
    screen = context.new_page()
    addresses = [f"@opstina_{kind}" + (f"/{posts[kind].pk}" if width == 390 else "") for kind in kinds]
    for address in ["", *addresses]:
        screen.goto(f"{network}/{address}")
        assert violations(screen) == [], address
        assert screen.evaluate("document.documentElement.scrollWidth") <= width, address
    context.close()
