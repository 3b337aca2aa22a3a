"""Instagram's content publishing in the Graph API. https://developers.facebook.com/docs/instagram-platform

Shares consent, people, tokens and pages with `facebook`. Pictures and videos are really fetched from their addresses.
"""

import json
import secrets
from datetime import timedelta
from typing import Any

import regex

from tests.platforms.fakes import facebook as graph
from tests.platforms.fakes.containers import Containers, Unfetched, file_at, picture_at
from tests.platforms.fakes.core import Reply, Request
from tests.platforms.fakes.facebook import APP, SECRET, TOKEN_LIFE, error, invalid, missing

SCOPES = (
    "instagram_basic", "instagram_content_publish", "instagram_manage_comments", "instagram_manage_insights",
    "instagram_manage_messages", "pages_show_list", "pages_read_engagement", "pages_manage_metadata",
    "business_management",
)  # fmt: skip
MEDIA_FIELDS = {
    "image_url", "video_url", "media_type", "caption", "alt_text", "children", "is_carousel_item", "cover_url",
    "thumb_offset", "share_to_feed", "collaborators", "location_id", "user_tags",
}  # fmt: skip
STORY_METRICS = {
    "views", "reach", "replies", "shares", "navigation", "total_interactions", "follows", "profile_visits",
    "profile_activity",
}  # fmt: skip
STORY_LIFE = timedelta(hours=24)
METRICS = {"views", "reach", "likes", "comments", "saved", "shares", "total_interactions", "follows", "profile_visits"}
PICTURE_BYTES = 8 * 1024 * 1024
CAPTION = 2_200


class InstagramFake(graph.FacebookFake):
    platform = "instagram"
    OPTIONS = {
        "instagram_polls": 0,
        "instagram_fails": "",
        "instagram_quota": 100,
        "instagram_list_lag": 0,
        "instagram_unlinked": False,
        "instagram_anonymous": False,
        "instagram_may_delete": True,
        "instagram_few_viewers": False,
        "instagram_no_insights": False,
        "instagram_unknown_metrics": (),
        "instagram_drops_at_sign": False,
    }

    def __init__(self, world: Any) -> None:
        super().__init__(world)
        self.media: dict[str, dict[str, Any]] = {}
        self.containers = Containers(world, "instagram")

    def _routes(self) -> list[tuple[str, str, Any]]:
        own = [
            ("POST", r"/(\d+)/media", self.make),
            ("POST", r"/(\d+)/media_publish", self.publish),
            ("GET", r"/(\d+)/media", self.listed),
            ("GET", r"/(\d+)/stories", self.stories),
            ("GET", r"/(\d+)/content_publishing_limit", self.publishing_limit),
            ("POST", r"/(\d+)/comments", self.comment),
            ("GET", r"/(\d+)/comments", self.comments),
            ("POST", r"/(\d+)/replies", self.answer),
            ("GET", r"/(\d+)/replies", self.answers),
            ("POST", r"/(\d+)", self.change),
            ("DELETE", r"/(\d+)", self.delete),
            ("GET", r"/(\d+)/insights", self.insights),
            ("GET", r"/(\d+)", self.show),
        ]
        consent = ("oauth", "debug_token", "me", "subscribed_apps", "conversations", "messages", r"/\Z")
        shared = [
            route
            for route in super()._routes()
            if regex.search("|".join(consent), route[1]) and "published" not in route[1]
        ]
        return [*shared, *own]

    def _number(self) -> str:
        return "179" + self._next().rjust(14, "0")

    # who asks

    def _account(self, request: Request, ig: str, scope: str) -> dict[str, Any]:
        held = self._token(request)
        page = next((page for page in self.pages.values() if page["ig"] == ig), None)
        if page is None or (held["kind"] == "page" and held["page"] != page["id"]):
            raise missing(ig)
        self._allow(held, scope)
        return page

    def _allow(self, held: dict[str, Any], scope: str) -> None:
        if scope not in held["scopes"]:
            raise error(10, f"(#10) Application does not have permission for this action: {scope}", status=403)

    def _shown_page(self, page: dict[str, Any]) -> dict[str, Any]:
        if self.world.options["instagram_unlinked"]:
            return super()._shown_page(page)
        return super()._shown_page(page) | {"instagram_business_account": self._shown_account(page)}

    def _shown_account(self, page: dict[str, Any]) -> dict[str, Any]:
        mine = [one for one in self.media.values() if one["owner"] == page["ig"] and one["kind"] != "comment"]
        account = {"id": page["ig"], "username": page["name"], "name": page["title"], "media_count": len(mine)}
        return account | {
            "followers_count": 800,
            "follows_count": 12,
            "profile_picture_url": "https://scontent.example/a",
        }

    # the control pages

    def account(self, name: str) -> dict[str, Any]:
        super().account(name)
        page = next(page for page in self.pages.values() if page["name"] == name)
        page.setdefault("ig", f"1784{self._next()}")
        user = self._given("jelena", SCOPES, TOKEN_LIFE)["access_token"]
        token = self._page_token(page["id"], "jelena", SCOPES)
        server = f"{self.world.url}/instagram"
        credential = {"access_token": token, "refresh_token": user, "expires_at": None, "service": server}
        credential |= {"account_id": page["ig"], "scopes": list(SCOPES), "grantor": graph._person_id("jelena")}
        return {"server": server, "keys": {"client_id": APP, "client_secret": SECRET}, "credential": credential}

    def public(self, name: str) -> list[dict[str, Any]]:
        accounts = {page["ig"] for page in self.pages.values() if page["name"] == name}
        return [
            {
                "id": one["id"],
                "text": one["text"],
                "alts": [part["alt"] for part in one["parts"] if part["kind"] == "IMAGE"],
                "reply_to": one["above"],
                "at": one["at"].isoformat(),
                "video": next((part["size"] for part in one["parts"] if part["kind"] == "VIDEO"), 0),
                "cover": next((part["cover"] for part in one["parts"] if part["cover"]), 0),
                "kind": one["kind"],
                "in_feed": one.get("in_feed", True),
            }
            for one in self.media.values()
            if one["owner"] in accounts and self._is_there(one)
        ]

    def react(self, post: str, kind: str, text: str) -> str:
        if kind == "private":
            return self.messaging.write(post, text)
        media, _, comment = post.partition("_")
        if kind == "reply":
            owner = graph._person_id("marko")
            made = self._add_comment(media, owner, text, comment)
            return f"{media}_{made['id']}"
        self.media[media]["likes" if kind == "like" else "shares"] += 1
        return post

    # containers

    def make(self, request: Request, ig: str) -> dict[str, Any]:
        self._account(request, ig, "instagram_content_publish")
        form = graph._known(request, MEDIA_FIELDS)
        self._refuse_caption(form.get("caption", ""))
        if form.get("media_type") == "CAROUSEL":
            return {"id": self._carousel(ig, form)}
        item = form.get("is_carousel_item") == "true"
        if item and form.get("caption"):
            raise invalid("A part of a carousel has no caption")
        if form.get("media_type") == "STORIES":
            return {"id": self._story(ig, form)}
        part = self._clip(form, item) if "video_url" in form else self._image(form)
        inside = {"item": item, "text": form.get("caption", ""), "parts": [part], "failed": part.pop("failed", "")}
        inside["in_feed"] = form.get("share_to_feed") != "false"
        kind = "REELS" if part["kind"] == "VIDEO" and not item else part["kind"]
        return {"id": self.containers.add(self._number(), ig, kind=kind, **inside)}

    # "caption", "alt_text", "cover_url" and "user_tags" without a picture belong to other sorts of media:
    # https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media
    def _story(self, ig: str, form: dict[str, str]) -> str:
        if extra := set(form) - {"media_type", "image_url", "video_url"} - graph.COMMON:
            raise invalid(f"Not supported for stories: {sorted(extra)}")
        if ("image_url" in form) == ("video_url" in form):
            raise error(100, "Only photo or video can be accepted as media type.", 2207023)
        plain = {name: value for name, value in form.items() if name != "media_type"}
        part = (
            self._clip({**plain, "media_type": "REELS"}, item=False)
            if "video_url" in plain
            else self._image(plain, any_shape=True)
        )
        inside = {"item": False, "text": "", "parts": [part], "failed": part.pop("failed", "")}
        return self.containers.add(self._number(), ig, kind="STORY", **inside)

    def _refuse_caption(self, caption: str) -> None:
        if len(caption.encode("utf-16-le")) // 2 > CAPTION:
            raise error(36004, "The caption was too long", 2207010)
        if len(regex.findall(r"#[\p{L}\p{N}_]+", caption)) > 30:
            raise error(36004, "Too many hashtags", 2207040)

    def _image(self, form: dict[str, str], *, any_shape: bool = False) -> dict[str, Any]:
        if form.get("media_type"):
            raise error(100, "The media type is not known for a picture", 2207023)
        if not form.get("image_url"):
            raise error(100, "Only photo or video can be accepted as media type.", 2207023)
        try:
            content, mime, ratio = picture_at(form["image_url"])
        except Unfetched:
            raise error(9004, "The media could not be fetched from this URI", 2207052) from None
        except OSError:
            raise error(9004, "Only photo or video can be accepted as media type.", 2207052) from None
        if len(content) > PICTURE_BYTES:
            raise error(36000, "The image is too large", 2207004)
        if mime != "image/jpeg":
            raise error(36001, "The image format is not supported", 2207005)
        if not any_shape and not 0.8 <= round(ratio, 3) <= 1.911:
            raise error(36003, "The aspect ratio is not supported", 2207009)
        return {"kind": "IMAGE", "alt": form.get("alt_text", ""), "size": len(content), "cover": 0}

    def _clip(self, form: dict[str, str], item: bool) -> dict[str, Any]:
        if "alt_text" in form:
            raise invalid("alt_text is not supported for videos")
        if form.get("media_type") != ("VIDEO" if item else "REELS"):
            raise error(100, "The media type is not supported", 2207023)
        try:
            content, mime = file_at(form["video_url"])
            cover = len(file_at(form["cover_url"])[0]) if "cover_url" in form else 0
        except Unfetched:
            raise error(9004, "The media could not be fetched from this URI", 2207052) from None
        # The network examines a video only while it processes it.
        failed = (
            "" if b"ftyp" in content[:12] and mime == "video/mp4" else "Error: upload failed with error code 2207026"
        )
        return {"kind": "VIDEO", "alt": "", "size": len(content), "cover": cover, "failed": failed}

    def _carousel(self, ig: str, form: dict[str, str]) -> str:
        children = form.get("children", "")
        if not 2 <= len(children.split(",")) <= 10:
            raise error(-1, "A carousel takes 2 to 10 children", 2207028)
        parts = self.containers.children(children, ig, error(-1, "A child is not ready", 2207028))
        inside = {"item": False, "kind": "CAROUSEL_ALBUM", "text": form.get("caption", "")}
        return self.containers.add(self._number(), ig, parts=[part["parts"][0] for part in parts], **inside)

    def publish(self, request: Request, ig: str) -> dict[str, Any]:
        self._account(request, ig, "instagram_content_publish")
        form = graph._known(request, {"creation_id"})
        held = self.containers.held.get(form.get("creation_id", ""))
        if held is None or held["owner"] != ig or held["item"]:
            raise error(24, "The requested resource does not exist", 2207006)
        state = self.containers.state(held)
        if state == "EXPIRED":
            raise error(-2, "The media container has expired", 2207020)
        if state == "PUBLISHED":
            raise error(9007, "The media was published before", 2207006)
        if state != "FINISHED":
            raise error(9007, "The media is not ready for publishing, please wait for a moment", 2207027)
        if self._used(ig) >= self.world.options["instagram_quota"]:
            raise error(9, "The user reached the maximum number of posts", 2207042, status=403)
        number = self._number()
        more = {"parts": held["parts"], "in_feed": held.get("in_feed", True)}
        self.media[number] = self._post(number, ig, held["kind"], held["text"], **more)
        held["post"] = number
        return {"id": number}

    def _post(self, number: str, owner: str, kind: str, text: str, **more: Any) -> dict[str, Any]:
        made = {"id": number, "owner": owner, "kind": kind, "text": text, "at": self._now(), "above": None, "parts": []}
        return made | {"likes": 0, "shares": 0, "hidden": False, "code": secrets.token_urlsafe(8), "listed": 0} | more

    def _used(self, ig: str) -> int:
        since = self._now() - timedelta(days=1)
        posts = [one for one in self.media.values() if one["owner"] == ig and one["kind"] != "comment"]
        return sum(1 for one in posts if one["at"] > since)

    def publishing_limit(self, request: Request, ig: str) -> dict[str, Any]:
        self._account(request, ig, "instagram_content_publish")
        config = {"quota_total": self.world.options["instagram_quota"], "quota_duration": 86_400}
        return graph._paged([{"quota_usage": self._used(ig), "config": config}])

    # reads

    def show(self, request: Request, one: str) -> dict[str, Any]:
        held, fields = self._token(request), request.one("fields")
        page = next((page for page in self.pages.values() if page["ig"] == one), None)
        if page is not None:
            return self._shown_account(page)
        if container := self.containers.held.get(one):
            return self._shown_container(container, fields)
        media = self.media.get(one)
        if media is None or not self._is_there(media):
            raise missing(one)
        self._allow(held, "instagram_basic")
        return self._shown_comment(media, "") if media["kind"] == "comment" else self._shown(media, fields)

    def _is_there(self, media: dict[str, Any]) -> bool:
        """Nothing but a story ends by itself: it is in no list and no answer then."""
        return bool(media["kind"] != "STORY" or self._now() - media["at"] < STORY_LIFE)

    def _shown_container(self, container: dict[str, Any], fields: str) -> dict[str, Any]:
        if set(fields.split(",")) - {"id", "status", "status_code"}:
            raise invalid("Tried accessing nonexisting field on node type (MediaBuilder)")
        state = self.containers.state(container, asked=True)
        status = self.containers.error_text(container) if state == "ERROR" else state.title()
        return {"id": container["id"], "status_code": state, "status": status}

    def _shown(self, one: dict[str, Any], fields: str) -> dict[str, Any]:
        caption = one["text"].replace("@", "") if self.world.options["instagram_drops_at_sign"] else one["text"]
        below = self._below(one["id"])
        kind = one["parts"][0]["kind"] if one["kind"] in ("REELS", "STORY") else one["kind"]
        entity = {"id": one["id"], "media_type": kind, "timestamp": one["at"].strftime("%Y-%m-%dT%H:%M:%S+0000")}
        entity |= {"permalink": f"https://www.instagram.com/p/{one['code']}/", "like_count": one["likes"]}
        entity["media_product_type"] = one["kind"] if one["kind"] in ("REELS", "STORY") else "FEED"
        if one["kind"] == "STORY":
            entity["permalink"] = f"https://www.instagram.com/stories/opstina/{one['id']}"
        entity["comments_count"] = len(below) + sum(len(self._below(comment["id"])) for comment in below)
        if caption:
            entity["caption"] = caption
        if kind == "CAROUSEL_ALBUM":
            parts = [{"id": f"{one['id']}{n}", **self._shown_part(part)} for n, part in enumerate(one["parts"])]
            entity["children"] = {"data": parts}
        else:
            entity |= self._shown_part(one["parts"][0])
        if "comments" in fields and below:
            entity["comments"] = {"data": [self._shown_comment(comment, fields) for comment in reversed(below)]}
        return entity

    def _shown_part(self, part: dict[str, Any]) -> dict[str, Any]:
        return {"media_type": part["kind"]} | ({"alt_text": part["alt"]} if part["alt"] else {})

    def _below(self, number: str) -> list[dict[str, Any]]:
        return [one for one in self.media.values() if one["kind"] == "comment" and one["above"] == number]

    def listed(self, request: Request, ig: str) -> dict[str, Any]:
        self._account(request, ig, "instagram_basic")
        return self._list(request, [one for one in self._of(ig) if one["kind"] != "STORY"])

    def stories(self, request: Request, ig: str) -> dict[str, Any]:
        """https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/stories"""
        self._account(request, ig, "instagram_basic")
        return self._list(request, [one for one in self._of(ig) if one["kind"] == "STORY" and self._is_there(one)])

    def _of(self, ig: str) -> list[dict[str, Any]]:
        return [one for one in self.media.values() if one["owner"] == ig and one["kind"] != "comment"]

    def _list(self, request: Request, known: list[dict[str, Any]]) -> dict[str, Any]:
        media = []
        for one in known:
            one["listed"] += 1
            if one["listed"] > self.world.options["instagram_list_lag"]:
                media.append(one)
        newest = sorted(media, key=lambda one: one["at"], reverse=True)
        return graph._paged([self._shown(one, request.one("fields")) for one in newest], request)

    def several(self, request: Request) -> dict[str, Any]:
        return {one: self.show(request, one) for one in request.one("ids").split(",") if one}

    def insights(self, request: Request, one: str) -> dict[str, Any]:
        self._allow(self._token(request), "instagram_manage_insights")
        if one not in self.media or not self._is_there(self.media[one]):
            raise missing(one)
        known = STORY_METRICS if self.media[one]["kind"] == "STORY" else METRICS
        if self.world.options["instagram_few_viewers"]:
            raise error(10, "(#10) Not enough viewers for the media to show insights")
        asked, removed = request.one("metric").split(","), self.world.options["instagram_unknown_metrics"]
        if unknown := [name for name in asked if name not in known or name in removed]:
            raise error(100, f"(#100) metric[0] must be one of the following values: {unknown}")
        if self.world.options["instagram_no_insights"]:
            return graph._paged([])
        values = {"views": 9, "reach": 7, "shares": self.media[one]["shares"], "replies": 2}
        return graph._paged([{"name": n, "period": "lifetime", "values": [{"value": values.get(n, 0)}]} for n in asked])

    # comments

    def _add_comment(self, media: str, owner: str, text: str, above: str = "") -> dict[str, Any]:
        number = self._number()
        self.media[number] = self._post(number, owner, "comment", text, above=above or media, root=media)
        return self.media[number]

    def _shown_comment(self, one: dict[str, Any], fields: str) -> dict[str, Any]:
        name = next((page["name"] for page in self.pages.values() if page["ig"] == one["owner"]), "marko_p")
        entity = {"id": one["id"], "text": one["text"], "timestamp": one["at"].strftime("%Y-%m-%dT%H:%M:%S+0000")}
        entity |= {"hidden": one["hidden"], "like_count": 0}
        if name != "marko_p" or not self.world.options["instagram_anonymous"]:
            entity |= {"username": name, "from": {"id": one["owner"], "username": name}}
        if one["above"] != one["root"]:
            entity["parent_id"] = one["above"]
        below = self._below(one["id"])
        if "replies" in fields and below:
            entity["replies"] = {"data": [self._shown_comment(reply, "") for reply in below]}
        return entity

    def comments(self, request: Request, one: str) -> dict[str, Any]:
        self._allow(self._token(request), "instagram_manage_comments")
        if self.media.get(one, {"kind": "comment"})["kind"] == "comment":
            raise missing(one)
        entities = [self._shown_comment(comment, request.one("fields")) for comment in reversed(self._below(one))]
        return graph._paged(entities, request)

    def answers(self, request: Request, one: str) -> dict[str, Any]:
        self._allow(self._token(request), "instagram_manage_comments")
        if self.media.get(one, {"kind": ""})["kind"] != "comment":
            raise missing(one)
        return graph._paged([self._shown_comment(reply, "") for reply in self._below(one)], request)

    def comment(self, request: Request, one: str) -> dict[str, Any]:
        if self.media.get(one, {"kind": "comment"})["kind"] == "comment":
            raise missing(one)
        return self._post_comment(request, one, "")

    def answer(self, request: Request, one: str) -> dict[str, Any]:
        above = self.media.get(one, {"kind": ""})
        if above["kind"] != "comment":
            raise missing(one)
        if above["above"] != above["root"]:
            raise error(100, "(#100) Replies to replies are not possible")
        return self._post_comment(request, above["root"], one)

    def _post_comment(self, request: Request, media: str, above: str) -> dict[str, Any]:
        held = self._token(request)
        self._allow(held, "instagram_manage_comments")
        form = graph._known(request, {"message"})
        if not form.get("message") or len(form["message"]) > CAPTION:
            raise error(100, "(#100) The message is empty or too long")
        made = self._add_comment(media, self.pages[held["page"]]["ig"], form["message"], above)
        if "fields" in graph._fields(request):
            raise error(20, "The comment was made and cannot be shown", 1772107)
        return {"id": made["id"]}

    def change(self, request: Request, one: str) -> dict[str, Any]:
        self._allow(self._token(request), "instagram_manage_comments")
        comment, form = self.media.get(one), graph._known(request, {"hide", "comment_enabled"})
        if comment is None:
            raise missing(one)
        if comment["kind"] != "comment" or form.get("hide") not in ("true", "false"):
            raise invalid("hide must be a boolean")
        comment["hidden"] = form["hide"] == "true"
        return {"success": True}

    def delete(self, request: Request, one: str) -> dict[str, Any]:
        self._token(request)
        if one not in self.media or not self._is_there(self.media[one]):
            raise missing(one)
        if not self.world.options["instagram_may_delete"] and self.media[one]["kind"] != "comment":
            raise error(3, "(#3) Application does not have the capability to make this API call.")
        del self.media[one]
        return {"success": True}

    # With Facebook Login it is "Facebook Page ID or /me", and `comments` and `mentions` need pages_manage_metadata:
    # https://developers.facebook.com/documentation/instagram-platform/webhooks/setup (20 October 2026), …/fields (28
    # October 2026). The account's own id belongs to the other two logins.
    def subscribe(self, request: Request, page_id: str) -> dict[str, Any]:
        if any(page.get("ig") == page_id for page in self.pages.values()):
            raise error(100, "Unsupported post request. Object does not exist or does not support this operation", 33)
        return super().subscribe(request, page_id)

    def too_many(self, seconds: float) -> Reply:
        minutes = -(-int(seconds) // 60)
        use = {"17841": [{"type": "instagram", "call_count": 100, "estimated_time_to_regain_access": minutes}]}
        refusal = error(80002, "(#80002) There have been too many calls to this Instagram account.", 2446079)
        refusal.reply.headers |= {"X-Business-Use-Case-Usage": json.dumps(use)}
        return refusal.reply
