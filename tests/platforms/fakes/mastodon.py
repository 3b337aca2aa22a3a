"""Mastodon 4.5, as a publishing client sees it. https://docs.joinmastodon.org/methods/"""

import base64
import hashlib
import html
import io
import secrets
import urllib.parse
from collections import Counter
from datetime import datetime, timedelta
from typing import Any, ClassVar

import regex
from PIL import Image

from tests.platforms.fakes.core import Refusal, Reply, Request, cast_vote, routed

SCOPES = {
    "read:accounts", "read:statuses", "read:notifications", "write:statuses", "write:media",
    "read", "write", "profile",
}  # fmt: skip
STATUS_FIELDS = {
    "status", "media_ids", "in_reply_to_id", "sensitive", "spoiler_text", "visibility", "language", "scheduled_at",
    "poll", "quoted_status_id", "quote_approval_policy",
}  # fmt: skip
EDIT_FIELDS = STATUS_FIELDS | {"media_attributes"}
KEY_SECONDS = 3600
IMAGE_BYTES = 16_777_216
MIMES = ["image/jpeg", "image/png", "image/gif", "image/webp"]
FILMS = ["video/webm", "video/mp4", "video/quicktime", "video/ogg"]
VIDEO_BYTES = 103_809_024
DESCRIPTION = 1500


def error(status: int, text: str, **more: str) -> Refusal:
    return Refusal(status, {"error": text, **more})


class MastodonFake:
    # told; "hidden": not before the end; "none": a server that forgets that there was a poll
    # forced_visibility: what every status has, whatever its author asked for
    # video_polls: how often a video's state is asked for before it is ready; "failed": it cannot be processed.
    # films: the types of video that the server says it takes
    OPTIONS: ClassVar[dict[str, Any]] = {
        "poll_counts": "told", "forced_visibility": "", "video_polls": 1, "films": FILMS,
    }  # fmt: skip

    def __init__(self, world: Any) -> None:
        self.world = world
        self.serial = 110_000_000_000_000_000
        self.apps: dict[str, dict[str, Any]] = {}
        self.codes: dict[str, dict[str, Any]] = {}
        self.tokens: dict[str, dict[str, Any]] = {}
        self.accounts: dict[str, dict[str, Any]] = {}
        self.media: dict[str, dict[str, Any]] = {}
        self.statuses: dict[str, dict[str, Any]] = {}
        self.keys: dict[tuple[str, str], tuple[datetime, str]] = {}
        self.notes: list[dict[str, Any]] = []
        self.follows: set[tuple[str, str]] = set()  # (follower, followed)
        self.counts: Counter[str] = Counter()  # posts of an account, answers to a post
        self.imitates: Any = None  # what accounts of the practice network report beside Mastodon's own fields

    def next_id(self) -> str:
        self.serial += 4096 + secrets.randbelow(4096)
        return str(self.serial)

    def handle(self, request: Request) -> Reply:
        routes = [
            ("GET", r"/api/v2/instance", self.instance),
            ("GET", r"/.well-known/nodeinfo", self.nodeinfo_links),
            ("GET", r"/nodeinfo/2.0", self.nodeinfo),
            ("GET", r"/.well-known/oauth-authorization-server", self.oauth_server),
            ("POST", r"/api/v1/apps", self.register),
            ("GET", r"/oauth/authorize", self.authorize),
            ("POST", r"/oauth/authorize", self.consent),
            ("POST", r"/oauth/token", self.token),
            ("POST", r"/oauth/revoke", self.revoke),
            ("GET", r"/api/v1/accounts/verify_credentials", self.verify),
            ("GET", r"/api/v1/accounts/(\d+)/statuses", self.account_statuses),
            ("POST", r"/api/v2/media", self.upload),
            ("GET", r"/api/v1/media/(\d+)", self.media_state),
            ("POST", r"/api/v1/statuses", self.create),
            ("GET", r"/api/v1/statuses", self.several),
            ("GET", r"/api/v1/statuses/(\d+)", self.status),
            ("PUT", r"/api/v1/statuses/(\d+)", self.edit),
            ("DELETE", r"/api/v1/statuses/(\d+)", self.delete),
            ("GET", r"/api/v1/statuses/(\d+)/source", self.source),
            ("GET", r"/api/v1/statuses/(\d+)/context", self.context),
            ("GET", r"/api/v1/notifications", self.notifications),
            ("GET", r"/api/v1/conversations", self.conversations),
            ("GET", r"/api/v1/timelines/public", self.public_timeline),
            ("GET", r"/media/(\d+).png", self.media_file),
        ]
        answer = routed(routes, request)
        return answer if isinstance(answer, Reply) else Reply(200, answer, self._budget())

    def _budget(self) -> dict[str, str]:
        reset = (self.world.clock.now() + timedelta(minutes=5)).isoformat().replace("+00:00", "Z")
        return {"X-RateLimit-Limit": "300", "X-RateLimit-Remaining": "299", "X-RateLimit-Reset": reset}

    def too_many(self, seconds: float) -> Reply:
        reset = (self.world.clock.now() + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")
        return Reply(429, {"error": "Too many requests"}, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset})

    def kill_token(self, token: str, action: str) -> None:
        self.tokens.pop(token, None)

    # the server's description of itself

    def instance(self, request: Request) -> dict[str, Any]:
        return {
            "domain": urllib.parse.urlsplit(self.world.url).netloc,
            "title": "Fake",
            "version": "4.5.2" if self._is_mastodon() else "2.7.2 (compatible; Pleroma 2.6.0)",
            "api_versions": {"mastodon": 7} if self._is_mastodon() else {},
            "configuration": {
                "statuses": {
                    "max_characters": self.world.options["max_characters"],
                    "max_media_attachments": 4,
                    "characters_reserved_per_url": 23,
                },
                "media_attachments": {
                    "supported_mime_types": [*MIMES, *self.world.options["films"]],
                    "description_limit": DESCRIPTION,
                    "image_size_limit": IMAGE_BYTES,
                    "image_matrix_limit": 33_177_600,
                    "video_size_limit": VIDEO_BYTES,
                    "video_matrix_limit": 8_294_400,
                    "video_frame_rate_limit": 120,
                },
                "polls": {
                    "max_options": 4,
                    "max_characters_per_option": 50,
                    "min_expiration": 300,
                    "max_expiration": 2_629_746,
                },
            },
        }

    def _is_mastodon(self) -> bool:
        return self.world.options["software"] == "mastodon"

    def nodeinfo_links(self, request: Request) -> dict[str, Any]:
        rel = "http://nodeinfo.diaspora.software/ns/schema/2.0"
        return {"links": [{"rel": rel, "href": f"{self.world.url}/nodeinfo/2.0"}]}

    def nodeinfo(self, request: Request) -> dict[str, Any]:
        return {"version": "2.0", "software": {"name": self.world.options["software"], "version": "4.5.2"}}

    def oauth_server(self, request: Request) -> dict[str, Any]:
        if not self._is_mastodon():
            raise error(404, "Record not found")
        return {"issuer": self.world.url, "code_challenge_methods_supported": ["S256"]}

    # OAuth

    def register(self, request: Request) -> dict[str, Any]:
        form = request.form()
        if not form.get("client_name") or not form.get("redirect_uris"):
            raise error(422, "Validation failed: Name can't be blank")
        scopes = set(form.get("scopes", "read").split())
        if not scopes <= SCOPES:
            raise error(422, "Validation failed: Scopes doesn't match configured on the server.")
        app = {"client_id": secrets.token_hex(16), "client_secret": secrets.token_hex(16), "scopes": scopes}
        self.apps[app["client_id"]] = {**app, "redirect_uris": form["redirect_uris"].split()}
        return {"id": self.next_id(), "name": form["client_name"], **app, "scopes": sorted(scopes)}

    def authorize(self, request: Request) -> Reply:
        asked = {key: values[0] for key, values in request.query.items()}
        app = self.apps.get(asked.get("client_id", ""))
        if not app or asked.get("redirect_uri") not in app["redirect_uris"] or asked.get("response_type") != "code":
            return Reply(400, "<h1>invalid_client</h1>", content_type="text/html; charset=utf-8")
        hidden = "".join(
            f'<input type="hidden" name="{html.escape(k)}" value="{html.escape(v)}">' for k, v in asked.items()
        )
        page = (
            f'<!doctype html><html lang="en"><title>Authorize</title><form method="post" action="/oauth/authorize">'
            f'{hidden}<label>Account <input name="account" value="opstina"></label>'
            f'<button name="decision" value="allow">Authorize</button>'
            f'<button name="decision" value="deny">Deny</button></form></html>'
        )
        return Reply(200, page, content_type="text/html; charset=utf-8")

    def consent(self, request: Request) -> Reply:
        form = request.form()
        app = self.apps.get(form.get("client_id", ""))
        if not app or form["redirect_uri"] not in app["redirect_uris"]:
            raise error(400, "invalid_client")
        answer = {"state": form.get("state", "")}
        if form.get("decision") == "deny":
            answer |= {"error": "access_denied"}
        else:
            answer["code"] = secrets.token_hex(20)
            self.codes[answer["code"]] = form
        return Reply(302, "", {"Location": f"{form['redirect_uri']}?{urllib.parse.urlencode(answer)}"})

    def token(self, request: Request) -> dict[str, Any]:
        form = request.form()
        app = self.apps.get(form.get("client_id", ""))
        if not app or form.get("client_secret") != app["client_secret"]:
            raise error(401, "invalid_client", error_description="Client authentication failed")
        asked = self.codes.pop(form.get("code", ""), None)
        if not asked or asked["redirect_uri"] != form.get("redirect_uri") or asked["client_id"] != form["client_id"]:
            raise error(400, "invalid_grant", error_description="The provided authorization grant is invalid")
        if asked.get("code_challenge") and asked["code_challenge"] != _s256(form.get("code_verifier", "")):
            raise error(400, "invalid_grant", error_description="The code verifier does not match")
        name = asked.get("account") or "opstina"
        return self._grant(name, asked["scope"], app["client_id"])

    def _grant(self, name: str, scope: str, client: str) -> dict[str, Any]:
        token = secrets.token_hex(21)
        self.tokens[token] = {"account": self._account(name)["id"], "scopes": set(scope.split()), "client": client}
        return {"access_token": token, "token_type": "Bearer", "scope": scope, "created_at": 0}

    def revoke(self, request: Request) -> dict[str, Any]:
        form = request.form()
        app = self.apps.get(form.get("client_id", ""))
        if not app or form.get("client_secret") != app["client_secret"]:
            raise error(403, "unauthorized_client", error_description="You are not authorized to revoke this token")
        self.tokens.pop(form.get("token", ""), None)
        return {}

    def _me(self, request: Request, scope: str) -> dict[str, Any]:
        grant = self.tokens.get(request.token)
        if not grant:
            raise error(401, "The access token is invalid")
        if not {scope, scope.partition(":")[0]} & grant["scopes"]:
            raise error(403, "This action is outside the authorized scopes")
        return self.accounts[grant["account"]]

    # Accounts

    def _account(self, name: str) -> dict[str, Any]:
        for account in self.accounts.values():
            if account["username"] == name:
                return account
        account = {
            "id": self.next_id(), "username": name, "acct": name, "display_name": name.title(),
            "url": f"{self.world.url}/@{name}", "avatar": f"{self.world.url}/avatars/{name}.png",
            "followers_count": 12, "following_count": 3,
        }  # fmt: skip
        self.accounts[account["id"]] = account
        return account

    def account(self, name: str) -> dict[str, Any]:
        """For tests: an account, an application and a token with all the rights."""
        account = self._account(name)
        app = {"client_id": secrets.token_hex(8), "client_secret": secrets.token_hex(8), "redirect_uris": []}
        self.apps[app["client_id"]] = app
        scope = "read:accounts read:statuses read:notifications write:statuses write:media"
        token = self._grant(name, scope, app["client_id"])["access_token"]
        credential = {"access_token": token, "service": self.world.url, "account_id": account["id"]}
        keys = {name: app[name] for name in ("client_id", "client_secret")}
        return {"server": self.world.url, "keys": keys, "credential": credential}

    def _shown(self, account: dict[str, Any]) -> dict[str, Any]:
        shown = {**account, "statuses_count": self.counts[account["id"]]}
        return shown if self.imitates is None else {**shown, "dobosar": {"network": self.imitates}}

    def verify(self, request: Request) -> dict[str, Any]:
        return {**self._shown(self._me(request, "read:accounts")), "source": {"language": "sr"}}

    def account_statuses(self, request: Request, account_id: str) -> list[dict[str, Any]]:
        me = self._me(request, "read:statuses")
        limit = int(request.one("limit", "20"))
        own = [s for s in self.statuses.values() if s["account"] == account_id and self._may_see(s, me)]
        before = request.one("max_id")
        shown = []
        for status in sorted(own, key=lambda s: int(s["id"]), reverse=True):
            if before and int(status["id"]) >= int(before):
                continue
            status["listed"] += 1
            if status["listed"] > self.world.options["list_lag"]:
                shown.append(self._entity(status))
        return shown[: min(limit, 40)]

    # Media

    def upload(self, request: Request) -> Reply:
        me = self._me(request, "write:media")
        parts = request.multipart()
        if set(parts) - {"file", "description", "focus", "thumbnail"} or "file" not in parts:
            raise error(422, "Validation failed: File can't be blank")
        description = parts["description"].content.decode() if "description" in parts else ""
        if len(description) > DESCRIPTION:
            raise error(422, f"Validation failed: Description is too long (maximum is {DESCRIPTION} characters)")
        is_film = parts["file"].mime in FILMS
        media = {"id": self.next_id(), "owner": me["id"], "description": description, "used": False, "failed": False}
        media |= self._film(parts) if is_film else self._picture(parts["file"])
        self.media[media["id"]] = media
        return Reply(202 if media["polls"] else 200, self._media_entity(media))

    def _picture(self, part: Any) -> dict[str, Any]:
        self._check_picture(part)
        return {"type": "image", "polls": self.world.options["media_polls"]}

    def _film(self, parts: dict[str, Any]) -> dict[str, Any]:
        """Transcoded after the answer. Whether it can be is not known before."""
        if len(parts["file"].content) > VIDEO_BYTES:
            raise error(422, "Validation failed: File file size must be less than 99 MB")
        if "thumbnail" in parts:
            self._check_picture(parts["thumbnail"])
        film = {"type": "video", "size": len(parts["file"].content), "polls": self.world.options["video_polls"]}
        film["cover"] = len(parts["thumbnail"].content) if "thumbnail" in parts else 0
        if film["polls"] == "failed" or b"ftyp" not in parts["file"].content[:12]:
            return {**film, "polls": 1, "failed": True}
        return film

    def _check_picture(self, part: Any) -> None:
        if part.mime not in MIMES:
            raise error(422, "Validation failed: File content type is invalid")
        if len(part.content) > IMAGE_BYTES:
            raise error(413, "Request entity too large")
        try:
            kind = Image.open(io.BytesIO(part.content)).format
        except OSError:
            raise error(422, "Error processing thumbnail for uploaded media") from None
        if Image.MIME[kind] != part.mime:
            raise error(422, "Validation failed: File content type is invalid")

    def _media_entity(self, media: dict[str, Any]) -> dict[str, Any]:
        url = None if media["polls"] else f"{self.world.url}/media/{media['id']}.png"
        return {"id": media["id"], "type": media["type"], "url": url, "description": media["description"] or None}

    def media_state(self, request: Request, media_id: str) -> Reply:
        self._me(request, "write:media")
        media = self.media.get(media_id)
        if not media or media["used"]:
            raise error(404, "Record not found")
        if media["failed"]:
            raise error(422, "Error processing thumbnail for uploaded media")
        media["polls"] = max(0, media["polls"] - 1)
        return Reply(206 if media["polls"] else 200, self._media_entity(media))

    # Statuses

    def create(self, request: Request) -> Reply | dict[str, Any]:
        me = self._me(request, "write:statuses")
        known = self._repeated(request, me)
        if known:
            return known
        form = self._status_form(request, STATUS_FIELDS)
        text, media = str(form.get("status") or ""), self._attachments(form, me)
        if not text.strip() and not media:
            raise error(422, "Validation failed: Text can't be blank")
        limit = self.world.options["max_characters"]
        if _counted(text) + _counted(str(form.get("spoiler_text") or "")) > limit:
            raise error(422, f"Validation failed: Text character limit of {limit} exceeded")
        parent = form.get("in_reply_to_id")
        if parent:
            self._seen(str(parent), me)
        poll = self._poll(form.get("poll"), media)
        visibility = self._given(str(form.get("visibility") or "public"))
        status = self._add(me, text, media, str(parent) if parent else None, form.get("language"), visibility)
        status |= {"poll": poll, "warning": str(form.get("spoiler_text") or "")}
        key = request.headers.get("idempotency-key")
        if key:
            self.keys[me["id"], key] = (self.world.clock.now(), status["id"])
        return self._entity(status)

    def _repeated(self, request: Request, me: dict[str, Any]) -> dict[str, Any] | None:
        """The first post of a key that still lives. https://docs.joinmastodon.org/methods/statuses/#create"""
        mode = self.world.options["idempotency"]
        made = self.keys.get((me["id"], request.headers.get("idempotency-key", "")))
        if not made or mode == "ignored" or not self._is_mastodon():
            return None
        at, status_id = made
        if self.world.clock.now() - at > timedelta(seconds=KEY_SECONDS):
            return None
        if mode == "repeat_500":
            # mastodon #40399: the repeat fails although the first post is there.
            raise error(500, "Internal Server Error")
        if status_id not in self.statuses:
            raise error(404, "Record not found")
        return self._entity(self.statuses[status_id])

    def _status_form(self, request: Request, fields: set[str]) -> dict[str, Any]:
        if request.kind not in ("application/json", "application/x-www-form-urlencoded"):
            raise error(415, "Unsupported content type")
        form = request.form()
        unknown = set(form) - fields
        if unknown:
            raise error(422, f"Unknown parameters: {sorted(unknown)}")
        if form.get("visibility", "public") not in ("public", "unlisted", "private", "direct"):
            raise error(422, "Validation failed: Visibility is not included in the list")
        return form

    def _poll(self, asked: Any, media: list[Any]) -> dict[str, Any] | None:
        """https://docs.joinmastodon.org/methods/statuses/#create, form data parameters `poll[…]`"""
        if not asked:
            return None
        if media:
            raise error(422, "Cannot attach media and a poll at once")
        options, seconds = [str(option) for option in asked.get("options") or ()], int(asked.get("expires_in") or 0)
        if not 2 <= len(options) <= 4:
            raise error(422, "Validation failed: Options can't contain more than 4 items and must be at least 2")
        if len(set(options)) < len(options):
            raise error(422, "Validation failed: Options contain duplicate items")
        if any(len(option) > 50 for option in options):
            raise error(422, "Validation failed: Options can't be longer than 50 characters each")
        if not 300 <= seconds <= 2_629_746:
            raise error(422, "Validation failed: Expires at is out of range")
        ends = self.world.clock.now() + timedelta(seconds=seconds)
        return {
            "options": options, "multiple": bool(asked.get("multiple")), "ends": ends, "id": self.next_id(),
            "votes": [set() for _ in options],
        }  # fmt: skip

    def _poll_entity(self, poll: dict[str, Any] | None) -> dict[str, Any] | None:
        """https://docs.joinmastodon.org/entities/Poll/: a count is null while it is hidden, and the people unless
        several answers may be chosen."""
        if not poll or self.world.options["poll_counts"] == "none":
            return None
        is_over, cast = poll["ends"] <= self.world.clock.now(), [len(people) for people in poll["votes"]]
        is_hidden = self.world.options["poll_counts"] == "hidden" and not is_over
        return {
            "id": poll["id"],
            "expires_at": poll["ends"].isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "expired": is_over,
            "multiple": poll["multiple"],
            "votes_count": sum(cast),
            "voters_count": len(set().union(*poll["votes"])) if poll["multiple"] else None,
            "options": [
                {"title": title, "votes_count": None if is_hidden else votes}
                for title, votes in zip(poll["options"], cast, strict=True)
            ],
        }

    def _vote(self, poll: dict[str, Any], text: str) -> None:
        if poll["ends"] <= self.world.clock.now():
            raise error(422, "Validation failed: The poll has already ended")
        cast_vote(poll["votes"], text)

    def _attachments(self, form: dict[str, Any], me: dict[str, Any]) -> list[dict[str, Any]]:
        ids = [str(one) for one in form.get("media_ids") or ()]
        if len(ids) > 4:
            raise error(422, "Cannot attach more than 4 files")
        media = [self.media.get(one) for one in ids]
        if any(one is None or one["owner"] != me["id"] or one["used"] for one in media):
            raise error(422, "Validation failed: Media not found or already used")
        if len(media) > 1 and any(one["type"] == "video" for one in media if one):
            raise error(422, "Cannot attach a video to a post that already contains images")
        if any(one["polls"] for one in media if one):
            raise error(422, "Cannot attach files that have not finished processing. Try again in a moment!")
        return [one for one in media if one]

    def _given(self, visibility: str) -> str:
        """An account that accepts its followers by hand (`locked`) makes no difference here; a server may force one."""
        return str(self.world.options["forced_visibility"] or visibility)

    def _mentioned(self, status: dict[str, Any]) -> set[str]:
        """The accounts that a status mentions. https://docs.joinmastodon.org/entities/Status/#mentions"""
        named = set(regex.findall(r"(?<![\w/])@(\w+)", status["text"]))
        return {one["id"] for one in self.accounts.values() if one["username"] in named}

    def _may_see(self, status: dict[str, Any], viewer: dict[str, Any] | None) -> bool:
        """app/policies/status_policy.rb: direct is for who is named, private for followers as well."""
        if status["visibility"] in ("public", "unlisted"):
            return True
        if viewer is None:
            return False
        is_follower = status["visibility"] != "direct" and (viewer["id"], status["account"]) in self.follows
        return viewer["id"] == status["account"] or viewer["id"] in self._mentioned(status) or is_follower

    def _counted_for(self, status: dict[str, Any]) -> list[str]:
        """app/models/status.rb, increment_counter_caches: direct for nobody, private not below what it answers."""
        author = [] if status["visibility"] == "direct" else [status["account"]]
        is_answer = status["parent"] and status["visibility"] in ("public", "unlisted")
        return [*author, status["parent"]] if is_answer else author

    def _seen(self, status_id: str, viewer: dict[str, Any]) -> dict[str, Any]:
        """A status that the viewer may not see does not exist for them."""
        status = self._known(status_id)
        if not self._may_see(status, viewer):
            raise error(404, "Record not found")
        return status

    def _add(
        self, me: dict[str, Any], text: str, media: list[Any], parent: str | None, language: str | None,
        visibility: str = "public",
    ) -> Any:  # fmt: skip
        for one in media:
            one["used"] = True
        status = {
            "id": self.next_id(), "account": me["id"], "text": text, "media": media, "parent": parent, "listed": 0,
            "language": language, "at": self.world.clock.now(), "likes": 0, "reposts": 0, "quotes": 0,
            "visibility": visibility,
        }  # fmt: skip
        self.statuses[status["id"]] = status
        self.counts.update(self._counted_for(status))
        hears = self._mentioned(status)
        if parent and visibility != "direct":
            hears.add(self.statuses[parent]["account"])
        for account in sorted(hears - {me["id"]}):
            self.notes.append(
                {"id": str(len(self.notes) + 1), "type": "mention", "for": account, "status": status["id"]}
            )
        return status

    def _entity(self, status: dict[str, Any]) -> dict[str, Any]:
        account = self.accounts[status["account"]]
        parent = self.statuses.get(status["parent"] or "")
        return {
            "id": status["id"],
            "uri": f"{self.world.url}/users/{account['username']}/statuses/{status['id']}",
            "url": f"{self.world.url}/@{account['username']}/{status['id']}",
            "created_at": status["at"].isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "content": _content(status["text"]),
            "language": status["language"],
            "visibility": status["visibility"],
            "spoiler_text": status.get("warning", ""),
            "sensitive": bool(status.get("warning")),
            "account": self._shown(account),
            "media_attachments": [self._media_entity(one) for one in status["media"]],
            "poll": self._poll_entity(status.get("poll")),
            "mentions": [
                {name: self.accounts[one][name] for name in ("id", "username", "acct", "url")}
                for one in sorted(self._mentioned(status))
            ],
            "edited_at": _time(status.get("edited")),
            "in_reply_to_id": status["parent"],
            "in_reply_to_account_id": parent["account"] if parent else None,
            "replies_count": self.counts[status["id"]],
            "favourites_count": status["likes"],
            "reblogs_count": status["reposts"],
            "quotes_count": status["quotes"],
        }

    def _known(self, status_id: str) -> dict[str, Any]:
        if status_id not in self.statuses:
            raise error(404, "Record not found")
        return self.statuses[status_id]

    def status(self, request: Request, status_id: str) -> dict[str, Any]:
        return self._entity(self._seen(status_id, self._me(request, "read:statuses")))

    def several(self, request: Request) -> list[dict[str, Any]]:
        me = self._me(request, "read:statuses")
        wanted = [self.statuses[one] for one in request.query.get("id[]", []) if one in self.statuses]
        return [self._entity(one) for one in wanted if self._may_see(one, me)]

    def edit(self, request: Request, status_id: str) -> dict[str, Any]:
        """Pictures and a poll that are not named again are gone. https://docs.joinmastodon.org/methods/statuses/#edit"""
        me, form = self._me(request, "write:statuses"), self._status_form(request, EDIT_FIELDS)
        status = self._known(status_id)
        if status["account"] != me["id"] or not self._is_mastodon():
            raise error(404, "Record not found")
        text, media_ids = str(form.get("status") or ""), [str(one) for one in form.get("media_ids") or ()]
        if not text.strip() and not media_ids:
            raise error(422, "Validation failed: Text can't be blank")
        warning = str(form.get("spoiler_text") or "")
        if _counted(text) + _counted(warning) > self.world.options["max_characters"]:
            raise error(422, "Validation failed: Text character limit exceeded")
        status["warning"] = warning
        media = {one["id"]: one for one in status["media"]}
        if not set(media_ids) <= set(media):
            raise error(422, "Validation failed: Media not found or already used")
        status |= {"text": text, "media": [media[one] for one in media_ids], "edited": self.world.clock.now()}
        for attributes in form.get("media_attributes") or ():
            if len(attributes["description"]) > DESCRIPTION:
                raise error(422, "Validation failed: Description is too long")
            if attributes["id"] in media_ids:
                media[attributes["id"]]["description"] = attributes["description"]
        status["poll"] = status.get("poll") if form.get("poll") else None
        return self._entity(status)

    def delete(self, request: Request, status_id: str) -> dict[str, Any]:
        me = self._me(request, "write:statuses")
        status = self._known(status_id)
        if status["account"] != me["id"]:
            raise error(404, "Record not found")
        entity = {**self._entity(status), "text": status["text"]}
        del self.statuses[status_id]
        self.counts.subtract(self._counted_for(status))
        return entity

    def source(self, request: Request, status_id: str) -> dict[str, Any]:
        me = self._me(request, "read:statuses")
        if not self._is_mastodon():
            raise error(404, "Record not found")
        return {
            "id": status_id,
            "text": self._seen(status_id, me)["text"],
            "spoiler_text": self._known(status_id).get("warning", ""),
        }

    def context(self, request: Request, status_id: str) -> dict[str, Any]:
        me = self._me(request, "read:statuses")
        self._seen(status_id, me)
        below, descendants = {status_id}, []
        for status in self.statuses.values():
            if status["parent"] in below and self._may_see(status, me):
                below.add(status["id"])
                descendants.append(self._entity(status))
        return {"ancestors": [], "descendants": descendants}

    def notifications(self, request: Request) -> list[dict[str, Any]]:
        me = self._me(request, "read:notifications")
        kinds = request.query.get("types[]")
        after, before = int(request.one("min_id", "0")), int(request.one("max_id", "0"))
        mine = [n for n in self.notes if n["for"] == me["id"] and int(n["id"]) > after]
        if before and self._is_mastodon():
            mine = [n for n in mine if int(n["id"]) < before]
        wanted = [n for n in mine if (not kinds or n["type"] in kinds) and n["status"] in self.statuses]
        page = wanted[: int(request.one("limit", "40"))] if after else wanted[-int(request.one("limit", "40")) :]
        return [
            {"id": n["id"], "type": n["type"], "status": self._entity(self.statuses[n["status"]])}
            for n in reversed(page)
        ]

    def conversations(self, request: Request) -> list[dict[str, Any]]:
        """Of direct statuses, one for the same people, newest first, each with its last status alone.
        https://docs.joinmastodon.org/methods/conversations/#get"""
        me = self._me(request, "read:statuses")
        if not self._is_mastodon():
            raise error(404, "Record not found")
        last: dict[frozenset[str], dict[str, Any]] = {}
        for status in self.statuses.values():
            if status["visibility"] == "direct" and self._may_see(status, me):
                last[frozenset({*self._mentioned(status), status["account"]})] = status
        newest = sorted(last.items(), key=lambda one: int(one[1]["id"]), reverse=True)
        return [
            {
                "id": str(number),
                "unread": status["account"] != me["id"],
                "accounts": [self._shown(self.accounts[one]) for one in sorted(people - {me["id"]})],
                "last_status": self._entity(status),
            }
            for number, (people, status) in enumerate(newest[: int(request.one("limit", "20"))], 1)
        ]

    def media_file(self, request: Request, media_id: str) -> Reply:
        """Without signing in: who knows the address may read it."""
        if "authorization" in request.headers:
            raise error(400, "An access is sent to whoever keeps the files")
        return Reply(200, self.media[media_id]["content"], content_type="image/png")

    def public_timeline(self, request: Request) -> list[dict[str, Any]]:
        """The public timeline, without signing in. https://docs.joinmastodon.org/methods/timelines/#public"""
        shown = [one for one in self.statuses.values() if one["visibility"] == "public"]
        return [self._entity(one) for one in reversed(shown)][: int(request.one("limit", "20"))]

    # For tests

    def write(
        self, author: str, text: str, visibility: str = "direct", parent: str | None = None, picture: bytes = b""
    ) -> dict[str, Any]:
        """A status of anybody, as its entity."""
        media = {"id": self.next_id(), "type": "image", "description": "", "polls": 0, "content": picture}
        if picture:
            self.media[media["id"]] = media
        status = self._add(self._account(author), text, [media] if picture else [], parent, "sr", visibility)
        return self._entity(status)

    def rewrite(self, status_id: str, text: str) -> None:
        self.statuses[status_id] |= {"text": text, "edited": self.world.clock.now()}

    def follow(self, follower: str, followed: str) -> None:
        self.follows.add((self._account(follower)["id"], self._account(followed)["id"]))

    def public(self, name: str) -> list[dict[str, Any]]:
        mine = [a["id"] for a in self.accounts.values() if a["username"] == name]
        return [
            {
                "platform": "mastodon",
                "id": s["id"],
                "text": s["text"],
                "alts": [m["description"] for m in s["media"] if m["type"] == "image"],
                "video": next((m["size"] for m in s["media"] if m["type"] == "video"), 0),
                "video_alt": next((m["description"] for m in s["media"] if m["type"] == "video"), ""),
                "cover": next((m["cover"] for m in s["media"] if m["type"] == "video"), 0),
                "reply_to": s["parent"],
                "language": s["language"],
                "visibility": s["visibility"],
                "at": s["at"].isoformat(),
            }
            for s in self.statuses.values()
            if s["account"] in mine
        ]

    def react(self, post: str, kind: str, text: str) -> str:
        status = self._known(post)
        if kind == "reply":
            return self._add(self._account("gradjanka"), text, [], post, "sr")["id"]
        if kind == "delete":
            # Answers to it stay, and stand below nothing: app/models/status.rb
            for one in self.statuses.values():
                one["parent"] = None if one["parent"] == post else one["parent"]
            del self.statuses[post]
            return post
        if kind == "vote":
            self._vote(status["poll"], text)
            return post
        counter = {"like": "likes", "repost": "reposts", "quote": "quotes"}[kind]
        status[counter] += 1
        return post


def _time(at: datetime | None) -> str | None:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z") if at else None


def _s256(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _counted(text: str) -> int:
    """As the server counts; on purpose not the product's own code."""
    text = regex.sub(r"https?://[^\s/]+\.[^\s]+", "x" * 23, text)
    return len(regex.findall(r"\X", regex.sub(r"(@\w+)@[\w.-]+\w", r"\1", text)))


def _content(text: str) -> str:
    """HTML with links shortened the way the server does."""
    return "".join(f"<p>{_inline(paragraph)}</p>" for paragraph in regex.split(r"\n{2,}", text) if paragraph)


def _inline(text: str) -> str:
    def link(match: Any) -> str:
        url = match.group()
        scheme, rest = url.split("//", 1)
        hidden = f'<span class="invisible">{scheme}//</span>'
        tail = f'<span class="ellipsis">{rest[:30]}</span><span class="invisible">{rest[30:]}</span>'
        shown = tail if len(rest) > 30 else rest
        return f'<a href="{url}" target="_blank" rel="nofollow noopener" translate="no">{hidden}{shown}</a>'

    escaped = html.escape(text, quote=False)
    escaped = regex.sub(r"https?://[^\s<]*[^\s<.,;:!?)]", link, escaped)
    escaped = regex.sub(
        r"(?<![\w/>#])#(\w+)",
        r'<a href="/tags/\1" class="mention hashtag" rel="tag">#<span>\1</span></a>',
        escaped,
    )
    escaped = regex.sub(
        r"(?<![\w/>])@(\w+)(?:@[\w.-]+\w)?",
        r'<span class="h-card"><a href="/@\1" class="u-url mention">@<span>\1</span></a></span>',
        escaped,
    )
    return escaped.replace("\n", "<br />")
