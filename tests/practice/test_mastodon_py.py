"""Mastodon.py, a client that we did not write, signs in to the running network over https and does what people do.

Every entity that it reads is held to its own types (`tests.practice.entities`).
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
import requests
from mastodon import Mastodon, MastodonAPIError, MastodonNotFoundError, MastodonUnauthorizedError
from PIL import Image

from practice.domain import door, write
from practice.enums import AccountKind
from practice.models import Account, Status
from tests.practice.authority import Authority
from tests.practice.consenting import Person
from tests.practice.entities import entities_in, gaps, required

pytestmark = pytest.mark.django_db(transaction=True)

PHONE = "mastodon-android-auth://callback"


@pytest.fixture
def page(transactional_db: None) -> Account:
    return door.create(AccountKind.PAGE, "Општина на проби", username="opstina")


@pytest.fixture
def citizen(transactional_db: None) -> Account:
    return door.enter("Комшија")


@pytest.fixture(autouse=True)
def trusted(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.root))


@pytest.fixture
def person(secure_network: str, authority: Authority) -> Person:
    return Person(secure_network, str(authority.root))


def signed_in(person: Person, username: str, scopes: list[str] | None = None) -> Mastodon:
    """With the client's own defaults: all scopes that it knows, and a code that is copied by hand."""
    chosen: dict[str, Any] = {"scopes": scopes} if scopes else {}
    client_id, secret = Mastodon.create_app("Program", api_base_url=person.address, **chosen)
    client = Mastodon(client_id, secret, api_base_url=person.address, ratelimit_method="throw")
    client.log_in(code=person.code_for(client.auth_request_url(**chosen), username), **chosen)
    return client


@pytest.fixture
def client(person: Person, page: Account) -> Mastodon:
    return signed_in(person, page.username)


@pytest.fixture
def neighbour(person: Person, citizen: Account) -> Mastodon:
    """The same person's second program, which acts for the citizen whose name was picked in the browser."""
    person.enter(citizen.display_name)
    return signed_in(person, citizen.username)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "most.png"
    Image.new("RGB", (60, 40), (200, 30, 30)).save(path)
    return path


def whole(value: Any) -> Any:
    """The value, once nothing that its type requires is missing."""
    assert gaps(value) == []
    return value


def ids(statuses: Any) -> list[int]:
    return [int(str(status.id)) for status in statuses]


# ---- signing in


def test_a_program_signs_in_by_a_copied_code_and_knows_its_account(client: Mastodon, page: Account) -> None:
    me = whole(client.account_verify_credentials())
    assert (me.username, me.acct, me.source.privacy) == ("opstina", "opstina", "public")
    assert client.app_verify_credentials().name == "Program"


def test_a_program_reads_a_page_that_imitates_a_network(client: Mastodon, page: Account) -> None:
    Account.objects.filter(pk=page.pk).update(network="viber")
    me = whole(client.account_verify_credentials())
    assert me["dobosar"]["network"] == "viber"
    posted = whole(client.status_post("ж" * 2000))
    assert whole(posted.account)["dobosar"] == me["dobosar"]
    assert whole(client.instance()).configuration.statuses.max_characters == 500


def test_a_program_on_a_telephone_gets_the_code_at_an_address_of_its_own(person: Person, page: Account) -> None:
    client_id, secret = Mastodon.create_app("Phone", redirect_uris=PHONE, api_base_url=person.address)
    client = Mastodon(client_id, secret, api_base_url=person.address)
    url = client.auth_request_url(redirect_uris=PHONE, state="s1")
    client.log_in(code=person.code_for(url, page.username), redirect_uri=PHONE)
    assert client.me().username == "opstina"
    client.revoke_access_token()
    with pytest.raises(MastodonUnauthorizedError):
        Mastodon(access_token="gone", api_base_url=person.address).me()


def test_the_network_describes_itself_in_both_versions(secure_network: str, transactional_db: None) -> None:
    client = Mastodon(api_base_url=secure_network, version_check_mode="created")
    assert client.retrieve_mastodon_version() == "4.3.0"
    assert whole(client.instance()).configuration.statuses.max_characters == 500
    assert whole(client.instance_v1()).uri == secure_network.removeprefix("https://")
    assert whole(client.instance_nodeinfo()).software.name == "dobosar-practice"
    assert (client.custom_emojis(), client.instance_rules()) == ([], [])


# ---- writing


def test_a_post_with_a_described_picture_is_written_changed_and_taken_down(client: Mastodon, picture: Path) -> None:
    uploaded = whole(client.media_post(picture, description="Мост"))
    assert len(uploaded.blurhash) == 6
    assert whole(client.media_update(uploaded, description="Мост преко Рашке")).description == "Мост преко Рашке"
    post = whole(client.status_post("Мост је отворен. #Саобраћај @opstina", media_ids=[uploaded], language="sr"))
    assert [attached.description for attached in post.media_attachments] == ["Мост преко Рашке"]
    assert [tag.name for tag in post.tags] == ["саобраћај"]
    assert [mention.acct for mention in post.mentions] == ["opstina"]
    assert whole(client.status_source(post)).text.startswith("Мост је отворен.")

    attributes = [client.generate_media_edit_attributes(uploaded.id, description="Нови мост")]
    changed = whole(client.status_update(post, "Мост је затворен.", media_attributes=attributes))
    assert changed.edited_at
    assert [attached.description for attached in changed.media_attachments] == ["Нови мост"]
    versions = whole(client.status_history(post))
    assert [version.content for version in versions][-1] == "<p>Мост је затворен.</p>"
    assert "отворен" in versions[0].content
    assert versions[0].created_at == post.created_at < versions[1].created_at

    assert client.status_delete(post).text == "Мост је затворен."
    with pytest.raises(MastodonNotFoundError):
        client.status(post)


def test_citizens_vote_once_and_the_poll_says_how(client: Mastodon, neighbour: Mastodon) -> None:
    poll = client.make_poll(["Парк", "Пијаца"], expires_in=86_400)
    post = whole(client.status_post("Шта прво?", poll=poll))
    assert (post.poll.voted, post.poll.votes_count) == (False, 0)
    voted = whole(neighbour.poll_vote(post.poll, 1))
    assert (voted.voted, voted.own_votes, [option.votes_count for option in voted.options]) == (True, [1], [0, 1])
    with pytest.raises(MastodonAPIError, match="already voted"):
        neighbour.poll_vote(post.poll, 0)
    assert whole(client.poll(post.poll)).voted is False


def test_hostile_words_arrive_as_words(client: Mastodon) -> None:
    hostile = '<script>alert(1)</script> #a<img src=x onerror=alert(1)> @opstina"onx=1'
    post = whole(client.status_post(hostile))
    assert "<script" not in post.content
    assert "<img" not in post.content
    assert [tag.name for tag in post.tags] == ["a"]
    for url in [post.tags[0].url, post.mentions[0].url]:
        assert url.startswith(client.api_base_url)


# ---- reading


def test_timelines_hold_what_belongs_into_them(client: Mastodon, neighbour: Mastodon, citizen: Account) -> None:
    mine = client.status_post("Моја објава #вода")
    theirs = neighbour.status_post("Туђа објава #водавод")
    answer = neighbour.status_reply(mine, "Докле? #Вода")
    assert ids(whole(client.timeline_home())) == ids([mine])
    assert ids(whole(client.timeline_public())) == ids(whole(client.timeline_local())) == ids([theirs, mine])
    assert ids(whole(client.timeline_hashtag("Вода"))) == ids([answer, mine])
    assert client.timeline_public(only_media=True) == []
    client.account_follow(citizen.pk)
    elsewhere = write.publish(door.enter("Неко трећи"), write.Draft("А ми?"))
    write.publish(citizen, write.Draft("Слажем се", reply_to=elsewhere.pk))
    assert ids(client.timeline_home()) == ids([answer, theirs, mine])  # not what is answered to others
    assert ids(whole(client.account_statuses(citizen.pk, exclude_replies=True))) == ids([theirs])


def test_a_list_goes_on_where_its_page_ended(client: Mastodon) -> None:
    posts = [client.status_post(f"Објава {number}") for number in range(5)]
    newest_first = ids(reversed(posts))
    first = client.timeline_public(limit=2)
    second = client.fetch_next(first)
    assert ids(first) + ids(second) == newest_first[:4]
    assert ids(client.fetch_previous(second)) == newest_first[:2]
    assert ids(client.fetch_remaining(first)) == newest_first
    assert ids(client.fetch_remaining(client.timeline_home(limit=2))) == newest_first


def test_pages_of_a_hashtag_go_on_in_both_directions(client: Mastodon) -> None:
    posts = [client.status_post(f"Број {number} #вода" if number % 2 else f"Број {number}") for number in range(8)]
    tagged = [post for post in reversed(posts) if post.tags]
    first = client.timeline_hashtag("вода", limit=2)
    assert ids(client.fetch_remaining(first)) == ids(tagged)
    assert ids(client.timeline_hashtag("вода", limit=2, min_id=tagged[-1])) == ids(tagged[1:3])


def test_search_finds_accounts_posts_and_hashtags(client: Mastodon, citizen: Account) -> None:
    post = client.status_post("Мост преко Рашке #мостови")
    everything = whole(client.search_v2("мост"))
    assert ids(everything.statuses) == ids([post])
    assert [tag.name for tag in everything.hashtags] == ["мостови"]
    people = whole(client.search_v2("комши", result_type="accounts"))
    assert [account.username for account in people.accounts] == [citizen.username]
    assert people.statuses == []
    assert ids(whole(client.search_v2(post.url, resolve=True)).statuses) == ids([post])
    assert [account.username for account in client.account_search("opst")] == ["opstina"]


def test_an_account_is_looked_up_by_name_and_by_address(client: Mastodon, page: Account) -> None:
    here = client.api_base_url.removeprefix("https://")
    for name in ("opstina", f"opstina@{here}"):
        assert int(str(whole(client.account_lookup(name)).id)) == page.pk
    for name in ("nobody", "opstina@elsewhere.example"):
        with pytest.raises(MastodonNotFoundError):
            client.account_lookup(name)


def test_a_conversation_is_read_from_its_middle(client: Mastodon, neighbour: Mastodon) -> None:
    top = client.status_post("Сутра нема воде.")
    middle = neighbour.status_reply(top, "Докле?")
    last = client.status_reply(middle, "До 15 часова.")
    context = whole(client.status_context(middle))
    assert (ids(context.ancestors), ids(context.descendants)) == (ids([top]), ids([last]))


def test_a_private_message_is_read_and_answered_by_its_people_alone(
    client: Mastodon, neighbour: Mastodon, person: Person, page: Account, citizen: Account, picture: Path
) -> None:
    media = neighbour.media_post(picture, description="Пало дрво")
    written = whole(neighbour.status_post("@opstina Пало је дрво", visibility="direct", media_ids=[media]))
    assert (written.visibility, [one.acct for one in written.mentions]) == ("direct", ["opstina"])
    (notice,) = whole(client.notifications(types=["mention"]))
    assert (notice.type, notice.status.visibility, ids([notice.status])) == ("mention", "direct", ids([written]))
    (conversation,) = whole(client.conversations())
    assert (conversation.unread, [one.username for one in conversation.accounts]) == (True, [citizen.username])
    assert ids([conversation.last_status]) == ids([written])
    assert whole(client.conversations_read(conversation)).unread is False

    answer = whole(client.status_reply(notice.status, "Хвала, екипа долази"))  # the client keeps the visibility
    assert (answer.visibility, answer.in_reply_to_id) == ("direct", written.id)
    assert ids(whole(neighbour.status_context(written)).descendants) == ids([answer])
    assert [one.unread for one in whole(neighbour.conversations())] == [True]

    person.enter("Неко трећи")
    third = signed_in(person, "neko_treci")
    for status in (written, answer):
        for ask in (
            third.status,
            third.status_context,
            third.status_favourite,
            third.status_reblog,
            third.status_source,
        ):
            with pytest.raises(MastodonNotFoundError):
                ask(status)
    with pytest.raises(MastodonAPIError, match="not allowed"):
        client.status_reblog(written)
    for timeline in (third.timeline_public(), third.account_statuses(citizen.pk), client.timeline_home()):
        assert timeline == []
    assert third.conversations() == []
    assert third.search_v2("дрво").statuses == []
    assert ids(client.account_statuses(page.pk)) == ids([answer])  # one's own list has them
    neighbour.status_delete(written)
    assert [ids([one.last_status]) for one in whole(client.conversations())] == [ids([answer])]


# ---- people and reactions


def test_following_is_seen_from_both_sides(
    client: Mastodon, neighbour: Mastodon, page: Account, citizen: Account
) -> None:
    assert whole(client.account_follow(citizen.pk)).following
    seen = whole(neighbour.account_relationships([page.pk]))[0]
    assert (seen.following, seen.followed_by) == (False, True)
    assert [one.username for one in whole(client.account_following(page.pk))] == [citizen.username]
    assert [one.username for one in whole(client.account_followers(citizen.pk))] == ["opstina"]
    assert not whole(client.account_unfollow(citizen.pk)).following
    with pytest.raises(MastodonAPIError, match="themselves"):
        client.account_follow(page.pk)


def test_reactions_are_given_listed_and_taken_back(client: Mastodon, neighbour: Mastodon, citizen: Account) -> None:
    post = client.status_post("Нови парк је отворен")
    assert whole(neighbour.status_favourite(post)).favourited
    shared = whole(neighbour.status_reblog(post))
    assert (ids([shared.reblog]), shared.account.username, shared.reblog.reblogged) == (
        ids([post]), citizen.username, True,
    )  # fmt: skip
    assert whole(neighbour.status_bookmark(post)).bookmarked
    assert ids(whole(neighbour.bookmarks())) == ids(whole(neighbour.favourites())) == ids([post])
    assert client.bookmarks() == []
    assert [one.username for one in whole(client.status_favourited_by(post))] == [citizen.username]
    assert [one.username for one in whole(client.status_reblogged_by(post))] == [citizen.username]

    notices = whole(client.notifications())
    assert [notice.type for notice in notices] == ["reblog", "favourite"]
    assert [notice.type for notice in client.notifications(exclude_types=["reblog"])] == ["favourite"]
    assert whole(client.notifications(id=notices[0].id)).type == "reblog"
    assert len(whole(client.grouped_notifications()).notification_groups) == 2

    for undo in (neighbour.status_unfavourite, neighbour.status_unreblog, neighbour.status_unbookmark):
        undone = undo(post)
    assert (undone.favourited, undone.reblogged, undone.bookmarked) == (False, False, False)
    assert neighbour.bookmarks() == []


def test_ones_own_posts_are_pinned_and_five_of_them_at_most(client: Mastodon, neighbour: Mastodon) -> None:
    posts = [client.status_post(f"Објава {number}") for number in range(6)]
    for post in posts[:5]:
        assert whole(client.status_pin(post)).pinned
    with pytest.raises(MastodonAPIError, match="maximum number"):
        client.status_pin(posts[5])
    with pytest.raises(MastodonNotFoundError):
        neighbour.status_pin(posts[5])
    assert ids(neighbour.account_statuses(client.me(), pinned=True)) == ids(reversed(posts[:5]))
    assert not client.status_unpin(posts[0]).pinned


def test_what_a_program_asks_for_at_its_start_is_answered(client: Mastodon) -> None:
    assert whole(client.preferences()).posting_default_visibility == "public"
    for ask in (
        client.announcements, client.blocks, client.conversations, client.filters_v2, client.follow_requests,
        client.followed_tags, client.lists, client.mutes, client.scheduled_statuses, client.suggestions,
        client.trending_tags,
    ):  # fmt: skip
        assert list(ask()) == []
    assert client.markers_get() == {}


# ---- limits


def test_a_program_that_may_only_read_writes_nothing(person: Person, page: Account) -> None:
    post = write.publish(page, write.Draft("Не дирај"))
    reader = signed_in(person, page.username, ["read"])
    assert ids(reader.timeline_home()) == [post.pk]
    attempts: list[Any] = [
        lambda: reader.status_post("Ипак"),
        lambda: reader.status_update(post.pk, "Ипак"),
        lambda: reader.status_delete(post.pk),
        lambda: reader.status_favourite(post.pk),
        lambda: reader.status_bookmark(post.pk),
        lambda: reader.status_pin(post.pk),
        lambda: reader.account_follow(page.pk),
        lambda: reader.poll_vote(post.pk, 0),
    ]
    for attempt in attempts:
        with pytest.raises(MastodonAPIError, match="outside the authorized scopes"):
            attempt()
    assert list(Status.objects.values_list("text", flat=True)) == ["Не дирај"]


def test_mistakes_are_told_in_the_servers_words(client: Mastodon, picture: Path) -> None:
    with pytest.raises(MastodonAPIError, match="character limit of 500 exceeded"):
        client.status_post("ж" * 501)
    with pytest.raises(MastodonAPIError, match="Text can't be blank"):
        client.status_post(" ")
    with pytest.raises(MastodonAPIError, match="not a picture"):
        client.media_post(io.BytesIO(b"GIF89a"), mime_type="image/gif")
    with pytest.raises(MastodonAPIError, match="Visibility must be public or direct"):
        client.status_post("Само нама", visibility="private")


# ---- the judge itself


def test_the_types_that_judge_require_what_mastodon_documents() -> None:
    assert {"id", "content", "tags", "mentions", "visibility"} <= required()["Status"]
    assert "edited_at" not in required()["Status"]
    assert "quotes_count" not in required()["Status"]  # of 4.5, which is not claimed
    assert sum(len(names) for names in required().values()) > 400


def test_a_missing_attribute_at_any_depth_is_named(client: Mastodon) -> None:
    post = client.status_post("Потпуно #вода")
    assert {"Status", "Account", "Tag"} <= set(entities_in(post))
    del post.tags[0]["name"]
    post.account["followers_count"] = None
    assert gaps(post) == ["Status.account > Account.followers_count", "Status.tags > Tag.name"]


def test_without_the_authority_nothing_is_trusted(secure_network: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(f"{secure_network}/robots.txt", timeout=60)
