"""TikTok: the account's permissions, checks before sending, metrics, errors, sessions, consent and events."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from platforms import checks
from platforms.errors import NeedsConsent, NotReached, OutcomeUnknown, PlatformError, RateLimited, Rejected
from platforms.post_settings import agreement
from platforms.scopes import missing
from platforms.tiktok import calls, events, oauth, publishing
from platforms.tiktok import facts as facts_
from platforms.tiktok.connector import TikTok
from platforms.types import Credential, Found, Gone, Keys, Published, Ready
from tests.platforms.bench import Bench, photo, video
from tests.platforms.conformance import start
from tests.platforms.consent import BACK
from tests.platforms.fakes import FakeServer
from tests.platforms.tiktok import INIT, PHOTOS, PUT, asked, bench_of, the_fake, with_options

# RFC 7636, appendix B, and the same digest as TikTok writes it
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
HEX = "13d31e961a1ad8ec2f16b10c4c982e0876a878ad6df144566ee1894acb70f9c3"


@pytest.fixture
def bench(fakes: FakeServer) -> Bench:
    return bench_of(fakes)


# ---- the account's permissions


def test_the_account_is_asked_before_every_post(bench: Bench, fakes: FakeServer) -> None:
    connector = bench.connector()
    for text in ("Прва", "Друга"):
        bench.publish(connector, bench.outgoing(text))
    paths = [one["path"].rpartition("/publish/")[2] for one in fakes.ledger() if "/publish/" in one["path"]]
    inits = [place for place, path in enumerate(paths) if path == "content/init/"]
    assert all(paths[place - 1] == "creator_info/query/" for place in inits)
    assert len(inits) == 2


EVERYTHING = {"audience": "PUBLIC_TO_EVERYONE", "comments": "yes", "duets": "yes", "stitches": "yes"}
SWITCHES = ("disable_comment", "disable_duet", "disable_stitch")


def test_what_the_account_forbids_stays_forbidden(bench: Bench, fakes: FakeServer) -> None:
    bench.publish(bench.connector(), bench.outgoing("Слободно", video=video(), settings=EVERYTHING))
    fakes.options(tiktok_disabled=("comment", "duet", "stitch"))
    bench.publish(bench.connector(), bench.outgoing("Забрањено", video=video(), settings=EVERYTHING))
    free, forbidden = (post["info"] for post in bench.public())
    assert [free[name] for name in SWITCHES] == [False, False, False]
    assert [forbidden[name] for name in SWITCHES] == [True, True, True]


def test_what_the_installation_forbids_stays_forbidden(bench: Bench) -> None:
    strict = with_options(bench, comments=False, duets=False, stitches=False)
    offered = {setting.name for setting in TikTok.limits(strict).settings}
    assert offered == {"audience", "commercial", "commercial_kind", "synthetic"}
    bench.publish(bench.connector(facts=strict), bench.outgoing("Снимак", video=video(), settings=EVERYTHING))
    (post,) = bench.public()
    assert [post["info"][name] for name in SWITCHES] == [True, True, True]


@pytest.mark.parametrize("clip", [None, video()])
def test_whoever_chooses_only_the_audience_allows_and_declares_nothing(bench: Bench, clip: Any) -> None:
    more = {"video": clip} if clip else {}
    bench.publish(bench.connector(), bench.outgoing("Пост", settings={"audience": "PUBLIC_TO_EVERYONE"}, **more))
    (post,) = bench.public()
    declared = ("brand_content_toggle", "brand_organic_toggle", "is_aigc")
    assert all(post["info"].get(name, True) for name in SWITCHES)
    assert not any(post["info"].get(name, False) for name in declared)


@pytest.mark.parametrize(
    ("kind", "content", "organic"), [("own", False, True), ("branded", True, False), ("both", True, True)]
)
def test_a_declared_advertisement_is_declared_to_tiktok(bench: Bench, kind: str, content: bool, organic: bool) -> None:
    chosen = {"audience": "PUBLIC_TO_EVERYONE", "commercial": "yes", "commercial_kind": kind, "synthetic": "yes"}
    bench.publish(bench.connector(), bench.outgoing("Оглас", video=video(), settings=chosen))
    # A kind that was chosen before the switch was turned off again.
    bench.publish(bench.connector(), bench.outgoing("Вест", settings={**chosen, "commercial": "", "synthetic": ""}))
    film, photos = (post["info"] for post in bench.public())
    assert (film["brand_content_toggle"], film["brand_organic_toggle"], film["is_aigc"]) == (content, organic, True)
    assert (photos["brand_content_toggle"], photos["brand_organic_toggle"]) == (False, False)
    assert "is_aigc" not in photos


def test_an_advertisement_of_no_kind_is_not_sent(bench: Bench, fakes: FakeServer) -> None:
    chosen = {"audience": "PUBLIC_TO_EVERYONE", "commercial": "yes"}
    with pytest.raises(Rejected):
        bench.publish(bench.connector(), bench.outgoing("Оглас", settings=chosen))
    assert asked(fakes, "/init/") == 0


def test_a_post_from_before_people_were_asked_goes_out_as_it_was_approved(bench: Bench) -> None:
    bench.publish(bench.connector(), bench.outgoing("Снимак", video=video()))
    (post,) = bench.public()
    info = post["info"]
    assert (info["privacy_level"], info["disable_comment"]) == ("PUBLIC_TO_EVERYONE", False)
    assert (info["disable_duet"], info["disable_stitch"]) == (True, True)
    assert (info["brand_content_toggle"], info["brand_organic_toggle"], info["is_aigc"]) == (False, False, False)


def audience_choices(facts: Mapping[str, Any]) -> list[str]:
    (setting,) = [one for one in TikTok.limits(facts).settings if one.name == "audience"]
    assert setting.required
    assert not setting.default
    return [choice.value for choice in setting.choices]


def test_only_what_the_account_has_can_be_chosen_and_only_a_trial_is_for_nobody(
    bench: Bench, fakes: FakeServer
) -> None:
    connector = bench.connector()
    assert audience_choices(connector.fetch_facts()) == ["PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS"]
    fakes.options(tiktok_audiences=("FOLLOWER_OF_CREATOR", "SELF_ONLY"), tiktok_disabled=("duet",))
    facts = connector.fetch_facts()
    assert audience_choices(facts) == ["FOLLOWER_OF_CREATOR"]
    assert "duets" not in {setting.name for setting in TikTok.limits(facts).settings}
    assert audience_choices(with_options(bench, audience="SELF_ONLY")) == ["FOLLOWER_OF_CREATOR", "SELF_ONLY"]
    assert audience_choices({}) == ["PUBLIC_TO_EVERYONE"]


def test_a_paid_partnership_for_the_account_alone_is_refused_at_its_field(bench: Bench) -> None:
    chosen = {"audience": "SELF_ONLY", "commercial": "yes", "commercial_kind": "both"}
    limits = TikTok.limits(with_options(bench, audience="SELF_ONLY"))
    (problem,) = TikTok.check(bench.outgoing("Оглас", settings=chosen), limits)
    assert (problem.field, problem.severity) == ("settings.commercial_kind", "error")
    assert TikTok.check(bench.outgoing("Оглас", settings={**chosen, "commercial_kind": "own"}), limits) == []


@pytest.mark.parametrize("audience", ["FOLLOWER_OF_CREATOR", "MUTUAL_FOLLOW_FRIENDS"])
def test_a_post_for_some_is_published_under_its_publish_id(bench: Bench, fakes: FakeServer, audience: str) -> None:
    fakes.options(tiktok_audiences=("FOLLOWER_OF_CREATOR", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"))
    connector, sent = bench.connector(), bench.outgoing("Пратиоцима", video=video(), settings={"audience": audience})
    pending = connector.publish(sent, bench.read)
    published = connector.check_status(pending)
    (post,) = the_fake(fakes).posts.values()
    assert isinstance(published, Published)
    assert (published.remote_id, published.permalink) == (post["publish_id"], "https://www.tiktok.com/@opstina")
    assert post["info"]["privacy_level"] == audience
    found = connector.find(sent, start(), (), pending)
    assert isinstance(found, Found)
    assert found.published.remote_id == published.remote_id
    assert connector.fetch_metrics([published.remote_id]) == []


def test_an_audience_that_is_gone_is_never_replaced_by_another(bench: Bench, fakes: FakeServer) -> None:
    sent = bench.outgoing("Пријатељима", settings={"audience": "MUTUAL_FOLLOW_FRIENDS"})
    fakes.options(tiktok_audiences=("PUBLIC_TO_EVERYONE", "SELF_ONLY"))
    with pytest.raises(Rejected) as refused:
        bench.publish(bench.connector(), sent)
    assert refused.value.message == facts_.NOT_OFFERED_NOW
    assert asked(fakes, "/init/") == 0


@pytest.mark.parametrize(("kind", "words"), [("", 1), ("own", 1), ("branded", 2), ("both", 2)])
def test_what_people_agree_to_is_what_tiktok_demands(kind: str, words: int) -> None:
    chosen = {"commercial": "yes", "commercial_kind": kind}
    limits = TikTok.limits({})
    agreed = agreement(limits.agreements, limits.settings, chosen)
    assert agreed is not None
    assert len(agreed.links) == words
    # While the switch is off, the kind that was chosen before does not matter.
    unsaid = agreement(limits.agreements, limits.settings, {**chosen, "commercial": ""})
    assert unsaid is not None
    assert len(unsaid.links) == 1


@pytest.mark.parametrize("clip", [None, video()])
def test_an_application_without_an_audit_posts_nothing_and_says_so(bench: Bench, fakes: FakeServer, clip: Any) -> None:
    more = {"video": clip} if clip else {}
    fakes.options(tiktok_audiences=("SELF_ONLY",))
    with pytest.raises(Rejected) as refused:
        bench.publish(bench.connector(), bench.outgoing("Нико не види", **more))
    assert refused.value.message == facts_.UNAUDITED
    assert (asked(fakes, "/init/"), the_fake(fakes).posts) == (0, {})
    # Where TikTok refuses it only when the post is begun.
    fakes.options(tiktok_audiences=("PUBLIC_TO_EVERYONE", "SELF_ONLY"), tiktok_audited=False)
    with pytest.raises(Rejected) as refused:
        bench.publish(bench.connector(), bench.outgoing("Нико не види", **more))
    assert (refused.value.message, the_fake(fakes).posts) == (facts_.UNAUDITED, {})


def test_a_private_account_is_told_where_to_switch_that_off(bench: Bench, fakes: FakeServer) -> None:
    fakes.options(tiktok_audiences=("FOLLOWER_OF_CREATOR", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"))
    with pytest.raises(Rejected) as refused:
        bench.publish(bench.connector(), bench.outgoing("Нико не види"))
    assert refused.value.message == facts_.PRIVATE_ACCOUNT
    limits = TikTok.limits(bench.connector().fetch_facts())
    assert TikTok.check(bench.outgoing("Слика"), limits) == []
    assert limits.settings[0].hint == facts_.PRIVATE_ACCOUNT
    fakes.options(tiktok_audiences=("MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"))
    with pytest.raises(Rejected) as refused:
        bench.publish(bench.connector(), bench.outgoing("Нико не види"))
    assert refused.value.message == facts_.NO_AUDIENCE


def test_a_trial_that_only_the_account_sees_is_never_called_published(bench: Bench, fakes: FakeServer) -> None:
    fakes.options(tiktok_audiences=("SELF_ONLY",), tiktok_audited=False)
    connector = bench.connector(facts=with_options(bench, audience="SELF_ONLY"))
    sent = bench.outgoing("Проба", video=video())
    pending = connector.publish(sent, bench.read)
    with pytest.raises(Rejected) as private:
        connector.check_status(pending)
    assert (private.value.message, private.value.code) == (publishing.ONLY_SELF, "SELF_ONLY")
    assert connector.find(sent, start(), (), pending) == Ready(pending.token)
    assert len(the_fake(fakes).posts) == 1
    assert bench.texts() == []


def test_a_video_that_is_too_long_for_this_account_is_refused_before_it_is_sent(
    bench: Bench, fakes: FakeServer
) -> None:
    fakes.options(tiktok_seconds=60)
    facts = bench.connector().fetch_facts()
    assert facts["creator"]["seconds"] == 60
    long = bench.outgoing("Снимак", video=video(seconds=61.0))
    (problem,) = TikTok.check(long, TikTok.limits(facts))
    assert (problem.code, problem.params["limit"]) == ("video_too_long", "60")
    with pytest.raises(Rejected) as refused:
        bench.publish(bench.connector(), long)
    assert (refused.value.field, asked(fakes, "/init/")) == ("video", 0)


def test_facts_stay_when_the_account_cannot_be_asked(bench: Bench, fakes: FakeServer) -> None:
    known = bench.connector().fetch_facts()
    fakes.plan("html_error", "creator_info", method="POST")
    assert bench.connector(facts=known).fetch_facts() == known


# ---- checks before sending


def test_a_caption_and_a_title_are_counted_in_utf16_units(bench: Bench, fakes: FakeServer) -> None:
    limits, connector = bench.limits(), bench.connector()
    fits = "🎉" * 1_100
    assert TikTok.check(bench.outgoing(fits, video=video()), limits) == []
    bench.publish(connector, bench.outgoing(fits, video=video()))
    (problem,) = TikTok.check(bench.outgoing(fits + "!", video=video()), limits)
    assert (problem.code, problem.params) == ("text_too_long", {"count": 2_201, "limit": 2_200, "over": 1})
    with pytest.raises(Rejected):
        bench.publish(connector, bench.outgoing(fits + "!", video=video()))
    # Pictures take more, and a title besides.
    assert TikTok.check(bench.outgoing("🎉" * 2_000, title="🎉" * 45), limits) == []
    bench.publish(connector, bench.outgoing("🎉" * 2_000, title="🎉" * 45))
    for title, over in (("🎉" * 45 + "!", 1), ("ж" * 91, 1), ("🎉" * 91, 1)):
        (problem,) = TikTok.check(bench.outgoing("Слика", title=title), limits)
        assert (problem.code, problem.field) == ("title_too_long", "title")
        assert int(problem.params["over"]) >= over
    with pytest.raises(Rejected):
        bench.publish(connector, bench.outgoing("Слика", title="🎉" * 45 + "!"))


def test_a_post_needs_a_video_or_pictures_and_never_both(bench: Bench) -> None:
    limits = bench.limits()
    bare = bench.outgoing("Само текст", pictures=())
    assert [(p.code, p.message_id) for p in TikTok.check(bare, limits)] == [("needs_media", checks.NEEDS_MEDIA)]
    both = bench.outgoing("Обоје", video=video(), pictures=(photo(1),))
    assert [p.code for p in TikTok.check(both, limits)] == ["video_and_pictures"]


def test_what_tiktok_does_not_show_is_said_before(bench: Bench) -> None:
    problems = TikTok.check(
        bench.outgoing("Види https://cuprija.rs", title="Наслов", video=video(), first_comment="Линк је у опису."),
        bench.limits(),
    )
    assert {(p.code, p.severity) for p in problems} == {
        ("title_not_here", "warning"),
        ("no_links", "warning"),
        ("comment_not_here", "warning"),
    }


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"mime": "video/x-msvideo"}, "video_type"),
        ({"codec": "av1"}, "video_type"),
        ({"size": 4_000_000_001}, "video_too_large"),
        ({"seconds": 600.5}, "video_too_long"),
        ({"width": 320}, "video_too_small"),
        ({"frames": 15.0}, "video_frames"),
    ],
)
def test_a_video_that_tiktok_would_not_take_is_named(bench: Bench, more: Mapping[str, Any], code: str) -> None:
    assert [p.code for p in TikTok.check(bench.outgoing("С", video=video(**more)), bench.limits())] == [code]


def test_pictures_are_of_a_known_type_and_not_too_many(bench: Bench) -> None:
    limits = bench.limits()
    gif = replace(photo(1), mime="image/gif")
    assert [p.code for p in TikTok.check(bench.outgoing("С", pictures=(gif,)), limits)] == ["picture_type"]
    assert [p.code for p in TikTok.check(bench.outgoing("С", pictures=(photo(1),) * 36), limits)] == [
        "too_many_pictures"
    ]


# ---- unsupported features


def test_what_the_network_does_not_have_is_said(bench: Bench) -> None:
    connector = bench.connector()
    sent = bench.outgoing("Коментар", reply_to="1")
    for call in (
        lambda: connector.edit("1", sent),
        lambda: connector.withdraw("1"),
        lambda: connector.hide("1", "1"),
        lambda: connector.reply(sent, bench.read),
        lambda: connector.publish(sent, bench.read),
    ):
        with pytest.raises(Rejected) as refused:
            call()
        assert refused.value.code == "unsupported"
    limits = bench.limits()
    assert (limits.edits, limits.comment_characters, limits.threads, limits.polls) == ((), 0, False, None)


def test_links_to_posts_name_them() -> None:
    named = {
        "https://www.tiktok.com/@opstina.cuprija/video/7500000000000000001": "7500000000000000001",
        "https://www.tiktok.com/@opstina/photo/75?is_from_webapp=1&lang=sr": "75",
        "https://m.tiktok.com/@opstina/video/75/": "75",
        "https://vm.tiktok.com/ZMabc/": None,
        "https://www.tiktok.com/@opstina": None,
        "https://tiktok.com.evil.example/@opstina/video/75": None,
        "https://eviltiktok.com/@opstina/video/75": None,
    }
    assert {link: TikTok.named_by(link, oauth.API, "x") for link in named} == named


# ---- numbers


def test_a_number_that_is_hidden_is_no_reading_and_never_zero(bench: Bench, fakes: FakeServer) -> None:
    connector = bench.connector()
    post = bench.publish(connector, bench.outgoing("Објава")).remote_id
    fakes.react("tiktok", post, "like")
    fakes.options(tiktok_hides=("share_count", "follower_count"))
    (reading,) = connector.fetch_metrics([post])
    assert reading.values == {"views": 11, "likes": 1, "replies": 0}
    assert connector.fetch_account_metrics() == {"following": 12, "posts": 1}


def test_a_post_that_is_not_told_is_left_out_unless_that_is_known_to_mean_gone(bench: Bench, fakes: FakeServer) -> None:
    connector = bench.connector()
    staying, missing = (bench.publish(connector, bench.outgoing(text)).remote_id for text in ("Остаје", "Одлази"))
    next(one for one in the_fake(fakes).posts.values() if one["number"] == missing)["is_gone"] = True
    assert [one.subject_remote_id for one in connector.fetch_metrics([staying, missing])] == [staying]
    sure = bench.connector(facts=with_options(bench, missing_is_gone=True))
    assert [type(one) for one in sure.fetch_metrics([staying, missing])][1:] == [Gone]


def test_numbers_are_asked_for_twenty_at_a_time(bench: Bench, fakes: FakeServer) -> None:
    bench.connector().fetch_metrics([str(n) for n in range(1, 42)])
    assert asked(fakes, "/video/query/") == 3


def test_a_renamed_number_needs_no_new_release(bench: Bench) -> None:
    connector = bench.connector(facts=with_options(bench, post_metrics={"views": "view_count"}))
    post = bench.publish(connector, bench.outgoing("Објава")).remote_id
    (reading,) = connector.fetch_metrics([post])
    assert reading.values == {"views": 11}


def test_without_a_permission_there_are_no_numbers_and_the_channel_works(bench: Bench) -> None:
    bare = replace(bench.credential, scopes=("user.info.basic", "video.publish"))
    connector = bench.connector(credential=bare)
    post = bench.publish(connector, bench.outgoing("Објава"))
    assert post.permalink.startswith("https://www.tiktok.com/@opstina/photo/")
    assert (connector.fetch_metrics([post.remote_id]), connector.fetch_account_metrics()) == ([], {})
    profile = connector.profile()
    assert (profile.handle, profile.name, profile.followers) == ("@opstina", "Општина opstina", None)


# ---- the meaning of its errors


@pytest.mark.parametrize(
    ("status", "body", "kind", "message"),
    [
        (401, "access_token_invalid", NeedsConsent, oauth.ENDED),
        (401, "scope_not_authorized", NeedsConsent, calls.NO_RIGHT),
        (400, "scope_permission_missed", NeedsConsent, calls.NO_RIGHT),
        (403, "spam_risk_user_banned_from_posting", NeedsConsent, calls.BANNED),
        (403, "spam_risk_too_many_posts", RateLimited, calls.DAY_FULL),
        (403, "spam_risk_too_many_pending_share", RateLimited, calls.DAY_FULL),
        (403, "reached_active_user_cap", RateLimited, calls.APP_FULL),
        (429, "rate_limit_exceeded", RateLimited, ""),
        (200, "rate_limit_exceeded", RateLimited, ""),
        (403, "unaudited_client_can_only_post_to_private_accounts", Rejected, facts_.UNAUDITED),
        (403, "url_ownership_unverified", Rejected, calls.UNVERIFIED),
        (403, "privacy_level_option_mismatch", NotReached, calls.CHANGED),
        (400, "invalid_param", Rejected, "Said so"),
        (400, "invalid_params", Rejected, "Said so"),
        (200, "invalid_params", Rejected, "Said so"),
        (400, "app_version_check_failed", Rejected, "Said so"),
        (500, "internal_error", OutcomeUnknown, ""),
        (200, "internal_error", OutcomeUnknown, ""),
        (504, None, OutcomeUnknown, ""),
        (200, None, OutcomeUnknown, ""),
    ],
)
def test_every_answer_says_what_may_be_done_next(
    bench: Bench, fakes: FakeServer, status: int, body: str | None, kind: type[PlatformError], message: str
) -> None:
    content = {"data": {}, "error": {"code": body, "message": "Said so", "log_id": "2026"}} if body else "[]"
    # Twice: a session that is refused is renewed and asked for once more.
    fakes.plan("status", PHOTOS, method="POST", status=status, body=content, times=2)
    with pytest.raises(kind) as raised:
        bench.publish(bench.connector(), bench.outgoing("Не сме."))
    assert message in raised.value.message
    assert bench.texts() == []
    assert raised.value.evidence["status"] == status
    assert not body or raised.value.evidence["log_id"] == "2026"


def test_a_day_that_is_full_is_waited_for_and_a_minute_is_a_minute(bench: Bench, fakes: FakeServer) -> None:
    fakes.options(tiktok_inits_a_minute=1)
    connector = bench.connector()
    bench.publish(connector, bench.outgoing("Прва"))
    with pytest.raises(RateLimited) as minute:
        connector.publish(bench.outgoing("Друга"), bench.read)
    assert timedelta(seconds=50) < minute.value.retry_at - datetime.now(UTC) <= timedelta(seconds=60)
    body = {"data": {}, "error": {"code": "spam_risk_too_many_posts", "message": "", "log_id": ""}}
    fakes.plan("status", INIT, method="POST", status=403, body=body)
    with pytest.raises(RateLimited) as day:
        connector.publish(bench.outgoing("Трећа", video=video()), bench.read)
    assert day.value.retry_at - datetime.now(UTC) > timedelta(hours=23)
    fakes.advance(61)
    bench.publish(connector, bench.outgoing("Четврта"))
    assert bench.texts() == ["Прва", "Четврта"]


def test_an_address_that_nobody_verified_names_the_administrator(bench: Bench, fakes: FakeServer) -> None:
    fakes.options(tiktok_verified=False)
    with pytest.raises(Rejected) as refused:
        bench.publish(bench.connector(), bench.outgoing("Слика"))
    assert (refused.value.message, refused.value.field) == (calls.UNVERIFIED, "pictures")
    bench.publish(bench.connector(), bench.outgoing("Снимак", video=video()))
    assert bench.texts() == ["Снимак"]


def test_an_address_for_bytes_that_ran_out_or_is_not_known_is_begun_anew(bench: Bench, fakes: FakeServer) -> None:
    for status in (403, 404, 416):
        fakes.plan("status", PUT, method="PUT", status=status, body="")
        with pytest.raises(NotReached):
            bench.publish(bench.connector(), bench.outgoing("Снимак", video=video()))
    fakes.plan("status", PUT, method="PUT", status=400, body="")
    with pytest.raises(Rejected):
        bench.publish(bench.connector(), bench.outgoing("Снимак", video=video()))
    assert bench.texts() == []


# ---- sessions


@pytest.mark.parametrize("clip", [None, video()])
def test_a_session_that_ends_on_the_way_is_renewed_and_the_post_is_one(
    bench: Bench, fakes: FakeServer, clip: Any
) -> None:
    fakes.plan("expire_token", INIT if clip else PHOTOS, method="POST")
    bench.publish(bench.connector(), bench.outgoing("Једном.", **({"video": clip} if clip else {})))
    assert bench.texts() == ["Једном."]
    (renewed,) = bench.renewed
    assert renewed.refresh_token != bench.credential.refresh_token
    assert (renewed.account_id, renewed.grantor) == (bench.credential.account_id, bench.credential.account_id)


def test_a_missing_permission_uses_up_no_session(bench: Bench) -> None:
    bare = replace(bench.credential, scopes=())
    connector = bench.connector(credential=bare)
    assert connector.profile().handle == "@opstina"
    assert bench.renewed == []


def test_a_session_lasts_a_day_and_the_consent_a_year(bench: Bench, fakes: FakeServer) -> None:
    soon = replace(bench.credential, expires_at=datetime.now(UTC) + timedelta(minutes=2))
    fakes.advance(100 * 24 * 3600)
    bench.connector(credential=soon).profile()
    (renewed,) = bench.renewed
    assert renewed.expires_at is not None
    assert renewed.consent_until is not None
    assert timedelta(hours=23) < renewed.expires_at - datetime.now(UTC) < timedelta(hours=25)
    # Renewing a session does not renew the consent: its people are warned in time.
    assert timedelta(days=264) < renewed.consent_until - datetime.now(UTC) < timedelta(days=266)


def test_a_refresh_token_that_does_not_rotate_stays(bench: Bench, fakes: FakeServer) -> None:
    fakes.options(tiktok_rotates=False)
    fresh = bench.connector().refresh()
    assert fresh.refresh_token == bench.credential.refresh_token
    assert bench.connector(credential=fresh).profile().handle == "@opstina"


def test_a_refused_renewal_needs_consent_even_with_a_success_of_a_number(bench: Bench, fakes: FakeServer) -> None:
    bench.connector().refresh()
    with pytest.raises(NeedsConsent):
        bench.connector().refresh()
    assert [one["status"] for one in fakes.ledger() if one["path"].endswith("/oauth/token/")] == [200, 200]


def test_a_failed_renewal_is_tried_again_later(bench: Bench, fakes: FakeServer) -> None:
    fakes.plan("html_error", r"/oauth/token/$", method="POST")
    with pytest.raises(NotReached):
        bench.connector().refresh()
    fakes.plan("status", r"/oauth/token/$", method="POST", status=429, body={"error": "rate", "log_id": "1"})
    with pytest.raises(RateLimited):
        bench.connector().refresh()
    assert isinstance(bench.connector().refresh(), Credential)


def test_a_consent_that_another_channel_lives_from_is_not_given_back(bench: Bench) -> None:
    connector = bench.connector()
    connector.revoke(shared=True)
    bench.publish(connector, bench.outgoing("Још ради."))
    connector.revoke()
    connector.revoke()
    with pytest.raises(NeedsConsent):
        bench.publish(connector, bench.outgoing("Не ради више."))


# ---- consent


def consented(bench: Bench, **decided: str) -> dict[str, str]:
    """The arguments of an exchange after the person agreed on TikTok's page."""
    url = bench.connector(credential=None).authorize_url(BACK, "stanje", CHALLENGE)
    asked = dict(parse_qsl(urlsplit(url).query))
    answer = bench.http().post(url.split("?")[0], data={**asked, "decision": "allow", **decided})
    returned = dict(parse_qsl(urlsplit(answer.headers["location"]).query))
    assert returned["state"] == "stanje"
    return {"code": returned.get("code", ""), "redirect_uri": BACK, "verifier": VERIFIER}


def test_from_consent_to_a_session_with_proof_in_hexadecimal(bench: Bench) -> None:
    assert hashlib.sha256(VERIFIER.encode()).hexdigest() == HEX
    url = bench.connector(credential=None).authorize_url(BACK, "stanje", CHALLENGE)
    asked = dict(parse_qsl(urlsplit(url).query))
    assert (asked["code_challenge"], asked["code_challenge_method"]) == (HEX, "S256")
    assert asked["scope"] == "user.info.basic,video.publish,user.info.profile,user.info.stats,video.list"
    person = bench.connector(credential=None).exchange(consented(bench))
    assert missing(TikTok.scopes, person.scopes) == []
    assert (person.account_id, person.grantor) == (bench.credential.account_id, bench.credential.account_id)
    profile = bench.connector(credential=person).profile()
    assert (profile.handle, profile.followers) == ("@opstina", 320)
    bench.publish(bench.connector(credential=person), bench.outgoing("Са новим правом."))
    assert bench.texts() == ["Са новим правом."]


def test_without_the_proof_or_too_late_or_twice_nothing_is_given(bench: Bench, fakes: FakeServer) -> None:
    connector = bench.connector(credential=None)
    with pytest.raises(NeedsConsent):
        connector.exchange({**consented(bench), "verifier": "pogrešan"})
    late = consented(bench)
    fakes.advance(601)
    with pytest.raises(NeedsConsent):
        connector.exchange(late)
    used = consented(bench)
    connector.exchange(used)
    with pytest.raises(NeedsConsent):
        connector.exchange(used)


def test_the_proof_can_be_left_out_where_tiktok_wants_none(bench: Bench, fakes: FakeServer) -> None:
    fakes.options(tiktok_pkce="none")
    facts = {"options": {"pkce": "none"}}
    url = bench.connector(credential=None, facts=facts).authorize_url(BACK, "stanje", CHALLENGE)
    asked = dict(parse_qsl(urlsplit(url).query))
    assert "code_challenge" not in asked
    returned = dict(parse_qsl(urlsplit(bench.http().post(url.split("?")[0], data=asked).headers["location"]).query))
    answer = {"code": returned["code"], "redirect_uri": BACK, "verifier": VERIFIER}
    assert bench.connector(credential=None, facts=facts).exchange(answer).access_token
    plain = bench.connector(credential=None, facts={"options": {"pkce": "base64url"}})
    assert dict(parse_qsl(urlsplit(plain.authorize_url(BACK, "s", CHALLENGE)).query))["code_challenge"] == CHALLENGE


def test_what_was_declined_is_named(bench: Bench, fakes: FakeServer) -> None:
    fakes.options(tiktok_declined=("video.list", "video.publish"))
    person = bench.connector(credential=None).exchange(consented(bench))
    assert [(scope.name, scope.needed) for scope in missing(TikTok.scopes, person.scopes)] == [
        ("video.publish", True),
        ("video.list", False),
    ]


def test_the_page_of_consent_is_tiktoks_own() -> None:
    url = oauth.authorize_url(oauth.API, Keys("aw1", "secret"), BACK, "s", oauth.proof(CHALLENGE, "hex"))
    assert url.startswith("https://www.tiktok.com/v2/auth/authorize/?client_key=aw1&response_type=code&")


# ---- webhook events


def test_events_are_believed_by_their_signature_while_tiktok_repeats_them() -> None:
    raw, secret, when = (
        b'{"event":"post.publish.complete"}',
        "client-secret",
        datetime.fromtimestamp(1_633_174_587, UTC),
    )
    signed = "t=1633174587,s=09372dd4d35509938d00e08717c3af32f99309692ecd9e508237e762a9149df3"
    assert events.is_signed(raw, signed, secret, when)
    assert events.is_signed(raw, signed, secret, when + timedelta(hours=72))
    assert not events.is_signed(raw, signed, secret, when + timedelta(hours=74))
    assert not events.is_signed(raw + b" ", signed, secret, when)
    assert not events.is_signed(raw, signed, "other", when)
    for wrong in (
        "",
        "t=1633174587",
        "s=09372dd4",
        "t=,s=",
        "t=" + "9" * 400 + ",s=x",
        "t=abc,s=x",
        signed.replace("t=", "t=-"),
    ):
        assert not events.is_signed(raw, wrong, secret, when)
    assert not TikTok.verify(raw, {}, "secret")


def test_events_are_told_apart(fakes: FakeServer) -> None:
    fake = the_fake(fakes)
    kinds = {
        "authorization.removed": ("deauthorised", "_000a"),
        "post.publish.publicly_available": ("status", ""),
        "video.upload.failed": ("other", ""),
    }
    for name, expected in kinds.items():
        raw, _signature = fake.signed_event(name, "_000a", {"reason": 1})
        (event,) = TikTok.events(json.loads(raw))
        assert (event.kind, event.grantor) == expected
        assert event.account_id == "_000a"
        assert event.at is not None
        assert TikTok.events(json.loads(raw))[0].key == event.key
    assert [TikTok.events(odd) for odd in (None, [], {}, "x")] == [[], [], [], []]
