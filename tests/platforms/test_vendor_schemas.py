"""Requests that a network would not understand are seen: the schemas of the vendors against our recorded requests."""

from typing import Any

import pytest

from common.http import Http
from tests.platforms.fakes import FakeServer
from tests.platforms.fakes.core import Exchange, Reply, Request
from tests.platforms.vendor_schemas import differences, recorded, report

VIDEO = {"snippet": {"title": "Наслов", "tags": ["вести"]}, "status": {"privacyStatus": "public"}}


class Sent:
    """Requests of our client that the fake received, and what the schemas say about them."""

    def __init__(self, server: FakeServer) -> None:
        self.server = server

    def problems(self, method: str, path: str, **more: Any) -> list[str]:
        self.server.world.exchanges = exchanges = []
        Http(allow=self.server.allow).request(method, f"{self.server.url}{path}", **more)
        checked = recorded.check_all(exchanges)
        assert len(checked) == 1
        return list(checked[0].problems)


@pytest.fixture
def sent(server: FakeServer) -> Sent:
    server.reset()
    return Sent(server)


class TestYouTube:
    videos = "/youtube/youtube/v3/videos"

    def test_a_right_request_has_no_problems(self, sent: Sent) -> None:
        assert sent.problems("GET", self.videos, params={"part": "snippet,status", "id": "a", "maxResults": 50}) == []
        assert sent.problems("PUT", self.videos, params={"part": "snippet"}, json={"id": "a", **VIDEO}) == []

    def test_a_misspelt_parameter_is_seen(self, sent: Sent) -> None:
        problems = sent.problems("GET", self.videos, params={"part": "snippet", "ids": "a"})
        assert problems == ["youtube: youtube.videos.list: unknown parameter ids"]

    def test_a_missing_parameter_is_seen(self, sent: Sent) -> None:
        problems = sent.problems("GET", self.videos, params={"id": "a"})
        assert problems == ["youtube: youtube.videos.list: missing parameter part"]

    @pytest.mark.parametrize(
        ("value", "problem"), [("many", "is no integer: many"), ("51", "is outside its limits: 51")]
    )
    def test_a_value_of_a_wrong_type_is_seen(self, sent: Sent, value: str, problem: str) -> None:
        problems = sent.problems("GET", self.videos, params={"part": "id", "id": "a", "maxResults": value})
        assert problems == [f"youtube: youtube.videos.list: parameter maxResults {problem}"]

    def test_a_parameter_that_may_be_there_once_is_seen_twice(self, sent: Sent) -> None:
        problems = sent.problems("GET", f"{self.videos}?part=id&id=a&maxResults=1&maxResults=2")
        assert problems == ["youtube: youtube.videos.list: parameter maxResults is there 2 times"]

    @pytest.mark.parametrize(
        ("body", "problem"),
        [
            ({"snipet": {}}, "unknown field body.snipet"),
            ({"snippet": {"title": 7}}, "body.snippet.title is no string: int"),
            ({"snippet": {"tags": "вести"}}, "body.snippet.tags is no array: str"),
            ({"status": {"privacyStatus": "secret"}}, "body.status.privacyStatus has an unknown value: secret"),
            ({"status": {"selfDeclaredMadeForKids": 1}}, "body.status.selfDeclaredMadeForKids is no boolean: int"),
        ],
    )
    def test_a_body_that_is_not_the_schemas_is_seen(self, sent: Sent, body: Any, problem: str) -> None:
        problems = sent.problems("PUT", self.videos, params={"part": "snippet"}, json={"id": "a", **body})
        assert problems == [f"youtube: youtube.videos.update: {problem}"]

    def test_a_field_that_a_method_needs_is_missed(self, sent: Sent) -> None:
        body = {"snippet": {"videoId": "a", "language": "sr"}}
        problems = sent.problems("PUT", "/youtube/youtube/v3/captions", params={"part": "snippet"}, json=body)
        assert problems == ["youtube: youtube.captions.update: missing field body.id"]

    def test_an_unknown_call_is_seen(self, sent: Sent) -> None:
        problems = sent.problems("GET", "/youtube/youtube/v3/vidoes")
        assert problems == ["youtube: GET /youtube/v3/vidoes: the schema does not know this call"]


class TestWordPress:
    posts = "/wordpress/wp-json/wp/v2/posts"

    def test_a_right_request_has_no_problems(self, sent: Sent) -> None:
        params = {"include": "1,2", "per_page": 100, "after": "2026-11-29T12:00:00+00:00", "_fields": "id,link"}
        assert sent.problems("GET", self.posts, params=params) == []
        body = {"status": "draft", "title": "Вест", "content": "<p>Текст</p>", "categories": [1]}
        assert sent.problems("POST", self.posts, json=body) == []
        file = {"file": ("slika.png", b"bytes", "image/png")}
        media = "/wordpress/wp-json/wp/v2/media"
        assert sent.problems("POST", media, files=file, data={"alt_text": "Мост"}) == []

    @pytest.mark.parametrize(
        ("params", "problem"),
        [
            ({"includes": "1"}, "unknown argument includes"),
            ({"include": "1,a"}, "argument include is no integer: a"),
            ({"per_page": "101"}, "argument per_page is outside its limits: 101"),
            ({"order": "up"}, "argument order has an unknown value: up"),
            ({"after": "yesterday"}, "argument after is no time: yesterday"),
            ({"after": "2026-11-29T12:00:00"}, "argument after is no time: 2026-11-29T12:00:00"),
        ],
    )
    def test_a_wrong_argument_is_seen(self, sent: Sent, params: dict[str, str], problem: str) -> None:
        assert sent.problems("GET", self.posts, params=params) == [f"wordpress: GET /wp/v2/posts: {problem}"]

    @pytest.mark.parametrize(
        ("body", "problem"),
        [
            ({"staus": "draft"}, "unknown argument staus"),
            ({"status": "public"}, "argument status has an unknown value: public"),
            ({"featured_media": "5"}, "argument featured_media is no integer: str"),
            ({"featured_media": True}, "argument featured_media is no integer: bool"),
            ({"categories": ["вести"]}, "argument categories is no integer: str"),
        ],
    )
    def test_a_wrong_body_is_seen(self, sent: Sent, body: dict[str, Any], problem: str) -> None:
        known = f"wordpress: POST /wp/v2/posts/{{id}}: {problem}"
        assert sent.problems("POST", f"{self.posts}/5", json=body) == [known]

    def test_an_unknown_call_is_seen(self, sent: Sent) -> None:
        problems = sent.problems("GET", "/wordpress/wp-json/wp/v2/postss")
        assert problems == ["wordpress: GET /wp-json/wp/v2/postss: the schema does not know this call"]


class TestTelegram:
    def test_a_right_request_has_no_problems(self, sent: Sent) -> None:
        body = {"chat_id": "@opstina", "text": "Вест", "reply_parameters": {"message_id": 5}}
        assert sent.problems("POST", "/telegram/bot1/sendMessage", json=body) == []
        assert sent.problems("POST", "/telegram/bot1/getMe", json={}) == []

    def test_the_numbers_and_files_of_a_form_are_read_from_their_text(self, sent: Sent) -> None:
        form = {"chat_id": "-100", "width": "640", "supports_streaming": "true", "caption": "[вест]"}
        files = {"video": ("video.mp4", b"video"), "cover": ("cover.png", b"cover")}
        assert sent.problems("POST", "/telegram/bot1/sendVideo", data=form, files=files) == []

    def test_the_files_of_an_album_are_those_that_it_names(self, sent: Sent) -> None:
        form = {"chat_id": "1", "media": '[{"type": "photo", "media": "attach://photo0"}]'}
        names = {"photo0": ("a.png", b"a"), "photo1": ("b.png", b"b")}
        problems = sent.problems("POST", "/telegram/bot1/sendMediaGroup", data=form, files=names)
        assert problems == ["telegram: sendMediaGroup: unknown photo1"]

    @pytest.mark.parametrize(
        ("changed", "problem"),
        [
            ({"txt": "Вест"}, "unknown txt"),
            ({"reply_parameters": {"message_id": 5, "qoute": "Вест"}}, "unknown reply_parameters.qoute"),
            ({"text": 7}, "text: Input should be a valid string (int)"),
            ({"message_thread_id": "7"}, "message_thread_id: Input should be a valid integer (str)"),
        ],
    )
    def test_a_misspelt_parameter_and_a_wrong_type_are_seen(
        self, sent: Sent, changed: dict[str, Any], problem: str
    ) -> None:
        body = {"chat_id": "@opstina", "text": "Вест", **changed}
        problems = sent.problems("POST", "/telegram/bot1/sendMessage", json=body)
        assert problems == [f"telegram: sendMessage: {problem}"]

    def test_a_missing_parameter_is_seen(self, sent: Sent) -> None:
        problems = sent.problems("POST", "/telegram/bot1/sendMessage", json={"chat_id": "@opstina"})
        assert problems == ["telegram: sendMessage: text: Field required (dict)"]

    def test_a_wrong_number_in_a_form_is_seen(self, sent: Sent) -> None:
        form, files = {"chat_id": "1", "width": "wide"}, {"video": ("video.mp4", b"video")}
        (problem,) = sent.problems("POST", "/telegram/bot1/sendVideo", data=form, files=files)
        assert problem.startswith("telegram: sendVideo: width: Input should be a valid integer")

    def test_an_unknown_method_is_seen(self, sent: Sent) -> None:
        problems = sent.problems("POST", "/telegram/bot1/sendMesage", json={})
        assert problems == ["telegram: POST /bot…/sendMesage: the schema does not know this call"]


class TestBluesky:
    put = "/xrpc/com.atproto.repo.putRecord"
    post = {"$type": "app.bsky.feed.post", "text": "Вест", "createdAt": "2026-11-29T12:00:00.000Z", "langs": ["sr"]}

    def record(self, **changed: Any) -> dict[str, Any]:
        key = {"repo": "did:plc:abcdefghijklmnopqrstuvwx", "collection": "app.bsky.feed.post", "rkey": "3kabcdefghij2"}
        return {**key, "record": {**self.post, **changed}}

    def test_a_right_request_has_no_problems(self, sent: Sent) -> None:
        uris = [f"at://did:plc:abcdefghijklmnopqrstuvwx/app.bsky.feed.post/{key}" for key in ("a", "b")]
        assert sent.problems("POST", self.put, json=self.record()) == []
        assert sent.problems("GET", "/xrpc/app.bsky.feed.getPosts", params={"uris": uris}) == []
        assert sent.problems("POST", "/xrpc/com.atproto.repo.uploadBlob", data=b"a picture") == []

    @pytest.mark.parametrize(
        ("params", "problem"),
        [
            ({"actr": "opstina.test"}, "actor: Field required (dict)"),
            ({"actor": "opstina.test", "depth": "3"}, "unknown depth"),
        ],
    )
    def test_a_misspelt_parameter_is_seen(self, sent: Sent, params: dict[str, str], problem: str) -> None:
        problems = sent.problems("GET", "/xrpc/app.bsky.actor.getProfile", params=params)
        assert problems == [f"bluesky: app.bsky.actor.getProfile: {problem}"]

    def test_a_value_of_a_wrong_type_is_seen(self, sent: Sent) -> None:
        (problem,) = sent.problems("GET", "/xrpc/app.bsky.notification.listNotifications", params={"limit": "many"})
        assert problem.startswith(
            "bluesky: app.bsky.notification.listNotifications: limit: Input should be a valid int"
        )

    @pytest.mark.parametrize(
        ("changed", "problem"),
        [
            ({"lang": ["sr"]}, "unknown record.lang"),
            ({"text": 7}, "record.text: Input should be a valid string (int)"),
            ({"embed": {"$type": "app.bsky.embed.pictures"}}, "record.embed: no type that the schema knows"),
            ({"$type": "app.bsky.feed.psot"}, "unknown type of record app.bsky.feed.psot"),
        ],
    )
    def test_a_record_that_is_not_the_lexicons_is_seen(self, sent: Sent, changed: dict[str, Any], problem: str) -> None:
        problems = sent.problems("POST", self.put, json=self.record(**changed))
        assert f"bluesky: com.atproto.repo.putRecord: {problem}" in problems

    def test_a_call_with_the_wrong_method_is_seen(self, sent: Sent) -> None:
        problems = sent.problems("POST", "/xrpc/app.bsky.actor.getProfile", json={"actor": "opstina.test"})
        assert problems == ["bluesky: POST /xrpc/app.bsky.actor.getProfile: the schema does not know this call"]


class TestX:
    search = "/x/2/tweets/search/recent"

    def test_a_right_request_has_no_problems(self, sent: Sent) -> None:
        params = {"query": "to:opstina", "max_results": "100", "post.fields": "text,created_at"}
        assert sent.problems("GET", self.search, params=params) == []
        assert sent.problems("POST", "/x/2/tweets", json={"text": "Вест", "media": {"media_ids": ["1"]}}) == []
        assert sent.problems("GET", "/x/2/users/me", params={"user.fields": "name,username"}) == []

    @pytest.mark.parametrize(
        ("params", "problem"),
        [
            ({"query": "a", "max_result": "9"}, "unknown parameter max_result"),
            ({"max_results": "9"}, "missing parameter query"),
            ({"query": "a", "max_results": "many"}, "parameter max_results is no integer: many"),
            ({"query": "a", "sort_order": "newest"}, "parameter sort_order has an unknown value: newest"),
            ({"query": "a", "user.fields": "name,nmae"}, "parameter user.fields has an unknown value: nmae"),
        ],
    )
    def test_a_misspelt_parameter_and_a_wrong_value_are_seen(
        self, sent: Sent, params: dict[str, str], problem: str
    ) -> None:
        assert sent.problems("GET", self.search, params=params) == [f"x: posts.search_recent: {problem}"]

    @pytest.mark.parametrize(
        ("body", "problem"),
        [
            ({"txt": "Вест"}, "unknown txt"),
            ({"text": 7}, "text: Input should be a valid string (int)"),
            ({"text": "Вест", "reply": {"to": "1"}}, "reply.in_reply_to_tweet_id: Field required (dict)"),
        ],
    )
    def test_a_body_that_is_not_the_schemas_is_seen(self, sent: Sent, body: dict[str, Any], problem: str) -> None:
        assert sent.problems("POST", "/x/2/tweets", json=body) == [f"x: posts.create: {problem}"]

    def test_an_unknown_call_is_seen(self, sent: Sent) -> None:
        assert sent.problems("PUT", "/x/2/tweets", json={}) == ["x: PUT /2/tweets: the schema does not know this call"]


class TestFacebook:
    page, post = "/facebook/v26.0/100", "/facebook/v26.0/100_7"

    def test_a_right_request_has_no_problems(self, sent: Sent) -> None:
        form = {"message": "Вест", "attached_media": '[{"media_fbid": "5"}]', "appsecret_proof": "a"}
        fields = "id,message,shares,comments.limit(0).summary(true),attachments{media,subattachments{media}}"
        assert sent.problems("POST", f"{self.page}/feed", data=form) == []
        assert sent.problems("GET", self.post, params={"fields": fields}) == []

    @pytest.mark.parametrize(
        ("form", "problem"),
        [
            ({"mesage": "Вест"}, "unknown parameter mesage"),
            ({"published": "perhaps"}, "parameter published is no bool: perhaps"),
            ({"width": "wide"}, "parameter width is no unsigned int: wide"),
            ({"actions": "like"}, "parameter actions is no Object: like"),
            ({"post_surfaces_blacklist": "a,b"}, "parameter post_surfaces_blacklist has an unknown value: a"),
        ],
    )
    def test_a_misspelt_parameter_and_a_wrong_type_are_seen(
        self, sent: Sent, form: dict[str, str], problem: str
    ) -> None:
        assert f"facebook: POST /feed: {problem}" in sent.problems("POST", f"{self.page}/feed", data=form)

    def test_a_field_that_the_answer_cannot_have_is_seen(self, sent: Sent) -> None:
        problems = sent.problems("GET", self.post, params={"fields": "id,from{nmae},mesage.limit(1)"})
        assert problems == ["facebook: GET an object: unknown field mesage"]

    def test_an_unknown_edge_is_seen(self, sent: Sent) -> None:
        problems = sent.problems("POST", f"{self.post}/feed", data={"message": "Вест"})
        assert problems == ["facebook: POST /v26.0/100_7/feed: the schema does not know this call"]


class TestInstagram:
    media = "/instagram/v26.0/178/media"

    def test_a_right_request_has_no_problems(self, sent: Sent) -> None:
        form = {"image_url": "https://example.org/a.jpg", "caption": "Вест", "alt_text": "Мост"}
        assert sent.problems("POST", self.media, data=form) == []

    @pytest.mark.parametrize(
        ("form", "problem"),
        [
            ({"image": "https://example.org/a.jpg"}, "unknown parameter image"),
            ({"is_carousel_item": "perhaps"}, "parameter is_carousel_item is no bool: perhaps"),
            ({"trial_params": "often"}, "parameter trial_params is no map: often"),
        ],
    )
    def test_a_misspelt_parameter_and_a_wrong_type_are_seen(
        self, sent: Sent, form: dict[str, str], problem: str
    ) -> None:
        assert sent.problems("POST", self.media, data=form) == [f"instagram: POST /media: {problem}"]

    def test_a_number_that_instagram_does_not_measure_is_seen(self, sent: Sent) -> None:
        problems = sent.problems("GET", "/instagram/v26.0/178/insights", params={"metric": "views,impresions"})
        assert problems == ["instagram: GET /insights: parameter metric has an unknown value: impresions"]


class TestMastodon:
    statuses = "/api/v1/statuses"

    def test_a_right_request_has_no_problems(self, sent: Sent) -> None:
        poll = {"options": ["Парк", "Пијаца"], "expires_in": 3600}
        assert sent.problems("POST", self.statuses, json={"status": "Вест", "language": "sr", "poll": poll}) == []
        assert sent.problems("GET", f"{self.statuses}?id[]=1&id[]=2") == []
        assert sent.problems("GET", "/api/v1/notifications?types[]=mention&types[]=quote&limit=40") == []

    @pytest.mark.parametrize(
        ("body", "problem"),
        [
            ({"status": "Вест", "lang": "sr"}, "unknown parameter lang"),
            ({"language": "sr"}, "missing parameter status"),
            ({"status": 7}, "parameter status is no str: int"),
            ({"status": "Вест", "media_ids": "5"}, "parameter media_ids is no list: str"),
            ({"status": "Вест", "poll": {"option": ["Парк"]}}, "unknown parameter poll.option"),
        ],
    )
    def test_a_misspelt_parameter_and_a_wrong_type_are_seen(
        self, sent: Sent, body: dict[str, Any], problem: str
    ) -> None:
        assert sent.problems("POST", self.statuses, json=body) == [f"mastodon: status_internal: {problem}"]

    def test_a_wrong_number_in_the_address_is_seen(self, sent: Sent) -> None:
        problems = sent.problems("GET", "/api/v1/notifications", params={"limit": "many"})
        assert problems == ["mastodon: notifications: parameter limit is no int: many"]

    def test_an_unknown_call_is_seen(self, sent: Sent) -> None:
        problems = sent.problems("GET", "/api/v1/statusses/1")
        assert problems == ["mastodon: GET /api/v1/statusses/1: the schema does not know this call"]


class TestLinkedIn:
    post = {
        "author": "urn:li:organization:9", "commentary": "Вест", "visibility": "PUBLIC", "lifecycleState": "PUBLISHED",
        "distribution": {"feedDistribution": "MAIN_FEED"},
    }  # fmt: skip

    def test_a_right_request_has_no_problems(self, sent: Sent) -> None:
        ids = "List(urn%3Ali%3Ashare%3A1,urn%3Ali%3Ashare%3A2)"
        assert sent.problems("POST", "/linkedin/rest/posts", json=self.post) == []
        assert sent.problems("GET", f"/linkedin/rest/socialMetadata?ids={ids}") == []

    @pytest.mark.parametrize(
        ("changed", "problem"),
        [
            ({"comentary": "Вест"}, "unknown body.comentary"),
            ({"commentary": 7}, "body.commentary is no string: int"),
            ({"visibility": "EVERYBODY"}, "body.visibility has an unknown value: EVERYBODY"),
            ({"author": "9"}, "body.author is outside of what pattern allows"),
            ({"content": {"media": {"alt": "Мост"}}}, "unknown body.content.media.alt"),
        ],
    )
    def test_a_body_that_is_not_the_pages_is_seen(self, sent: Sent, changed: dict[str, Any], problem: str) -> None:
        problems = sent.problems("POST", "/linkedin/rest/posts", json={**self.post, **changed})
        assert f"linkedin: posts.create: {problem}" in problems

    def test_a_missing_parameter_and_an_unknown_call_are_seen(self, sent: Sent) -> None:
        problems = sent.problems("GET", "/linkedin/rest/socialMetadata", params={"id": "1"})
        assert set(problems) == {
            "linkedin: socialMetadata.batch_get: missing query.ids",
            "linkedin: socialMetadata.batch_get: unknown query.id",
        }
        problems = sent.problems("GET", "/linkedin/rest/shares")
        assert problems == ["linkedin: GET /rest/shares: the schema does not know this call"]


class TestTikTok:
    video = "/tiktok/v2/post/publish/video/init/"

    def body(self, **changed: Any) -> dict[str, Any]:
        source = {"source": "FILE_UPLOAD", "video_size": 9, "chunk_size": 9, "total_chunk_count": 1}
        return {"post_info": {"privacy_level": "SELF_ONLY", "title": "Вест", **changed}, "source_info": source}

    def test_a_right_request_has_no_problems(self, sent: Sent) -> None:
        assert sent.problems("POST", self.video, json=self.body(disable_duet=True)) == []

    @pytest.mark.parametrize(
        ("changed", "problem"),
        [
            ({"disable_duets": True}, "unknown body.post_info.disable_duets"),
            ({"disable_duet": "true"}, "body.post_info.disable_duet is no boolean: str"),
            ({"privacy_level": "PUBLIC"}, "body.post_info.privacy_level has an unknown value: PUBLIC"),
        ],
    )
    def test_a_body_that_is_not_the_pages_is_seen(self, sent: Sent, changed: dict[str, Any], problem: str) -> None:
        assert sent.problems("POST", self.video, json=self.body(**changed)) == [f"tiktok: video.init: {problem}"]

    def test_a_field_that_a_video_does_not_have_is_seen(self, sent: Sent) -> None:
        body = {"filters": {"video_ids": ["1"]}}
        problems = sent.problems("POST", "/tiktok/v2/video/query/?fields=id,likes", json=body)
        assert problems == ["tiktok: video.query: query.fields[] has an unknown value: likes"]

    def test_an_unknown_call_is_seen(self, sent: Sent) -> None:
        problems = sent.problems("GET", self.video)
        assert problems == ["tiktok: GET /v2/post/publish/video/init/: the schema does not know this call"]


class TestThreads:
    containers = "/threads/v1.0/178/threads"

    def test_a_right_request_has_no_problems(self, sent: Sent) -> None:
        assert sent.problems("POST", self.containers, data={"media_type": "TEXT", "text": "Вест"}) == []
        params = {"fields": "id,children{id,alt_text},timestamp", "limit": "5"}
        assert sent.problems("GET", self.containers, params=params) == []

    @pytest.mark.parametrize(
        ("form", "problem"),
        [
            ({"media_type": "TEXT", "txt": "Вест", "text": ""}, "unknown body.txt"),
            ({"media_type": "IMAGE", "text": "Вест"}, "missing body.image_url"),
            ({"media_type": "STORY"}, "body.media_type has an unknown value: STORY"),
            ({"text": "Вест"}, "missing body.media_type"),
        ],
    )
    def test_a_form_that_is_not_the_references_is_seen(self, sent: Sent, form: dict[str, str], problem: str) -> None:
        problems = sent.problems("POST", self.containers, data=form)
        assert f"threads: create container: {problem}" in problems

    def test_a_wrong_number_and_an_unknown_call_are_seen(self, sent: Sent) -> None:
        problems = sent.problems("GET", self.containers, params={"fields": "id", "limit": "many"})
        assert problems == ["threads: own posts: query.limit is no integer: str"]
        problems = sent.problems("POST", "/threads/v1.0/178/media", data={"media_type": "TEXT"})
        assert problems == ["threads: POST /v1.0/178/media: the schema does not know this call"]


class TestViber:
    def test_a_right_request_has_no_problems(self, sent: Sent) -> None:
        picture = {"from": "a", "type": "picture", "text": "", "media": "https://example.org/a.jpg"}
        assert sent.problems("POST", "/viber/pa/post", json=picture) == []

    @pytest.mark.parametrize(
        ("body", "problem"),
        [
            ({"from": "a", "type": "text", "txt": "Вест", "text": "Вест"}, "unknown body.txt"),
            ({"from": "a", "type": "text", "text": "Вест", "media": "https://a.rs"}, "unknown body.media"),
            ({"from": "a", "type": "video", "media": "https://a.rs/a.mp4"}, "missing body.size"),
            ({"from": "a", "type": "poll"}, "body.type has an unknown value: poll"),
            ({"type": "text", "text": "Вест"}, "missing body.from"),
        ],
    )
    def test_a_message_that_is_not_the_pages_is_seen(self, sent: Sent, body: dict[str, Any], problem: str) -> None:
        assert f"viber: post: {problem}" in sent.problems("POST", "/viber/pa/post", json=body)

    def test_an_unknown_call_is_seen(self, sent: Sent) -> None:
        problems = sent.problems("POST", "/viber/pa/send_message", json={})
        assert problems == ["viber: POST /pa/send_message: the schema does not know this call"]


def answered(network: str, method: str, path: str, answer: Any, **more: Any) -> list[str]:
    """What a schema says about an answer."""
    query = {name: [value] for name, value in more.get("query", {}).items()}
    request = Request(method, f"/{network}{path}", query, {"content-type": "application/json"}, b"{}")
    checked = recorded.check(Exchange(request, Reply(more.get("status", 200), answer)))
    assert checked is not None
    begin = f"{network}: {checked.operation}: answer: "
    return [problem.removeprefix(begin) for problem in checked.problems if problem.startswith(begin)]


class TestAnswers:
    """A stand-in that answers what the network does not is seen."""

    @pytest.mark.parametrize(
        ("changed", "problem"),
        [
            ({"titel": "Наслов"}, "unknown field answer.items[].snippet.titel"),
            ({"title": 7}, "answer.items[].snippet.title is no string: int"),
        ],
    )
    def test_of_youtube(self, changed: dict[str, Any], problem: str) -> None:
        content = {"items": [{"id": "a", "snippet": {"title": "Наслов", **changed}}]}
        assert answered("youtube", "GET", "/youtube/v3/videos", content, query={"part": "id"}) == [problem]

    def test_of_telegram(self) -> None:
        user = {"id": 1, "is_bot": True, "first_name": "Добош"}
        path = "/bot1/getMe"
        assert answered("telegram", "POST", path, {"ok": True, "result": user}) == []
        assert answered("telegram", "POST", path, {"ok": True, "result": {**user, "nickname": "d"}}) == [
            "unknown result.nickname"
        ]
        assert answered("telegram", "POST", path, {"ok": True, "result": {"id": 1, "is_bot": True}}) == [
            "result.first_name: Field required (dict)"
        ]
        assert answered("telegram", "POST", path, user) == ["the answer is no result"]

    def test_of_bluesky(self) -> None:
        path, session = "/xrpc/com.atproto.server.getSession", {"did": "did:plc:abcdefghijklmnopqrstuvwx"}
        request = Request("GET", path, {}, {}, b"")
        for more, expected in (
            ({"handle": "opstina.test"}, ()),
            ({"handle": "opstina.test", "nickname": "o"}, ("unknown answer.nickname",)),
            ({}, ("answer.handle: Field required (dict)",)),
        ):
            checked = recorded.check(Exchange(request, Reply(200, {**session, **more})))
            assert checked is not None
            assert checked.answered
            assert checked.problems == tuple(
                f"bluesky: com.atproto.server.getSession: answer: {one}" for one in expected
            )

    def test_of_x(self) -> None:
        post = {"id": "1", "text": "Вест"}
        assert answered("x", "POST", "/2/tweets", {"data": post}) == []
        assert answered("x", "POST", "/2/tweets", {"data": {**post, "link": "a"}}) == ["unknown answer.data.link"]

    def test_of_mastodon(self) -> None:
        path, status = "/api/v1/statuses/1", {"id": "1", "content": "Вест", "created_at": "2026-11-29T12:00:00.000Z"}
        for more, expected in (
            ({}, ()),
            ({"txt": "Вест"}, ("unknown answer.txt",)),
            ({"replies_count": "7"}, ("answer.replies_count is no int: str",)),
            ({"created_at": "today"}, ("answer.created_at is no time: str",)),
            ({"account": {"nick": "o"}}, ("unknown answer.account.nick",)),
            ({"media_attachments": {}}, ("answer.media_attachments is no list: dict",)),
        ):
            checked = recorded.check(Exchange(Request("GET", path, {}, {}, b""), Reply(200, {**status, **more})))
            assert checked is not None
            assert checked.problems == tuple(f"mastodon: status: answer: {one}" for one in expected)

    @pytest.mark.parametrize(
        ("network", "path", "field"), [("facebook", "/v26.0/1_2", "mesage"), ("instagram", "/v26.0/178", "captoin")]
    )
    def test_of_meta(self, network: str, path: str, field: str) -> None:
        assert answered(network, "GET", path, {"id": "1"}) == []
        assert answered(network, "GET", path, {"id": "1", field: "Вест"}) == [f"unknown field {field}"]
        assert answered(network, "GET", path, {"id": 1}) == ["field id is no string: int"]

    def test_of_a_schema_that_is_written_by_hand_with_its_errors(self) -> None:
        path, content = "/v1.0/178", {"success": True, "deleted_id": "178"}
        assert answered("threads", "DELETE", path, content) == []
        assert answered("threads", "DELETE", path, {**content, "id": "178"}) == ["unknown answer.id"]
        assert answered("threads", "DELETE", path, {"error": "no"}, status=400) == ["error.error is no object: str"]

    def test_a_network_whose_status_is_always_200_has_its_errors_in_the_answer(self) -> None:
        assert answered("viber", "POST", "/pa/post", {"status": 3, "status_message": "badData"}) == []
        assert answered("viber", "POST", "/pa/post", {"status": 0, "status_message": "ok"}) == [
            "missing answer.message_token"
        ]


@pytest.mark.parametrize("network", ["linkedin", "threads", "tiktok", "viber"])
def test_a_schema_that_is_written_by_hand_names_its_pages(network: str) -> None:
    schema = recorded.vendor(network).SCHEMA
    assert schema.calls
    for call in schema.calls:
        assert call.source.startswith("https://"), call.name
        assert any(letter.isdigit() for letter in call.page), call.name
    assert len({call.name for call in schema.calls}) == len(schema.calls)


def test_sign_in_is_outside_of_the_schemas_and_nothing_else() -> None:
    assert differences.is_outside("youtube", "POST", "/token")
    assert not differences.is_outside("youtube", "POST", "/youtube/v3/videos")


def test_the_report_counts_requests_and_their_forms() -> None:
    forms = (("one", True), ("one", False), ("other", True))
    text = report.text([("youtube", "youtube.videos.list", *form) for form in forms])
    assert f"| youtube | {recorded.vendor('youtube').version()} | 1 | 3 | 2 | 2 |" in text
    assert "| youtube | `youtube.videos.list` | 3 | 2 | 2 |" in text
    assert "| viber | `set_webhook` | [page](https://developers.viber.com/docs/tools/channels-post-api/) |" in text


def test_requests_with_other_values_have_the_same_form() -> None:
    assert recorded.shape({"a": "x", "b": [1, 2]}) == recorded.shape({"b": [3], "a": "y"})
    assert recorded.shape({"a": "x"}) != recorded.shape({"a": 1})


@pytest.mark.parametrize("network", recorded.VENDORS)
def test_a_schema_names_its_version(network: str) -> None:
    assert any(letter.isdigit() for letter in recorded.vendor(network).version())
