"""A personal data server and the network's index behind it, as a publishing client sees them."""

import base64
import hashlib
import io
import json
import secrets
from datetime import datetime, timedelta
from typing import Any, ClassVar

import regex
from PIL import Image

from tests.platforms.fakes.bluesky_chat import ChatFake
from tests.platforms.fakes.bluesky_video import VideoServiceFake
from tests.platforms.fakes.core import Refusal, Reply, Request

POST = "app.bsky.feed.post"
TID = regex.compile(r"[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}")
GALLERY = 20
VIDEO_BYTES = 300_000_000
CAPTIONS_BYTES = 20_000
POST_FIELDS = {"$type", "text", "createdAt", "langs", "facets", "embed", "reply", "tags", "labels"}
# Methods of the sign-in host itself; the rest belongs to the account's own server.
ENTRYWAY = {"com.atproto.server.createSession", "com.atproto.server.describeServer"}


def error(status: int, name: str, message: str = "") -> Refusal:
    return Refusal(status, {"error": name, "message": message or name})


def invalid(message: str) -> Refusal:
    return error(400, "InvalidRequest", message)


class BlueskyFake:
    # image_bytes: 1,000,000 on older servers. gallery: whether the server knows embeds of more than four pictures.
    # blob_bytes: the largest file that the account's own server takes.
    OPTIONS: ClassVar[dict[str, Any]] = {
        "image_bytes": 2_000_000, "gallery": True, "blob_bytes": VIDEO_BYTES, **VideoServiceFake.OPTIONS,
        **ChatFake.OPTIONS,
    }  # fmt: skip

    def __init__(self, world: Any) -> None:
        self.world = world
        self.service_of_videos = VideoServiceFake(world, self)
        self.chat = ChatFake(world, self)
        self.accounts: dict[str, dict[str, Any]] = {}
        self.tokens: dict[str, dict[str, Any]] = {}
        self.blobs: dict[str, dict[str, Any]] = {}
        self.records: dict[str, dict[str, Any]] = {}
        self.notes: list[dict[str, Any]] = []
        self.sign_ins: list[datetime] = []
        self.service_tokens: dict[str, dict[str, Any]] = {}

    def service(self) -> str:
        return self.world.url.replace("127.0.0.1", "localhost")

    def handle(self, request: Request) -> Reply:
        method = request.path.removeprefix("/xrpc/")
        if method.startswith("app.bsky.video."):
            return Reply(200, self.service_of_videos.answer(request, method))
        handler = self._handlers().get((request.method, method))
        if method.startswith("chat.bsky."):
            handler = self.chat.handler(request, method)
        if not handler:
            raise error(501, "MethodNotImplemented", "Method Not Implemented")
        if method not in ENTRYWAY and not request.headers["host"].startswith("localhost"):
            raise error(404, "XRPCNotSupported", "This account lives on another server")
        headers = {"RateLimit-Limit": "3000", "RateLimit-Remaining": "2999", "RateLimit-Policy": "3000;w=300"}
        return Reply(200, handler(request), headers)

    def _handlers(self) -> dict[tuple[str, str], Any]:
        return {
            ("GET", "com.atproto.server.describeServer"): self.describe,
            ("POST", "com.atproto.server.createSession"): self.create_session,
            ("POST", "com.atproto.server.refreshSession"): self.refresh_session,
            ("POST", "com.atproto.server.deleteSession"): self.delete_session,
            ("GET", "com.atproto.server.getSession"): self.get_session,
            ("GET", "com.atproto.server.getServiceAuth"): self.service_auth,
            ("POST", "com.atproto.repo.uploadBlob"): self.upload,
            ("POST", "com.atproto.repo.createRecord"): self.create_record,
            ("POST", "com.atproto.repo.putRecord"): self.put_record,
            ("POST", "com.atproto.repo.deleteRecord"): self.delete_record,
            ("GET", "com.atproto.repo.getRecord"): self.get_record,
            ("GET", "com.atproto.repo.listRecords"): self.list_records,
            ("GET", "com.atproto.identity.resolveHandle"): self.resolve,
            ("GET", "app.bsky.feed.getPosts"): self.get_posts,
            ("GET", "app.bsky.feed.getPostThread"): self.get_thread,
            ("GET", "app.bsky.actor.getProfile"): self.get_profile,
            ("GET", "app.bsky.notification.listNotifications"): self.list_notifications,
        }

    def too_many(self, seconds: float) -> Reply:
        # The reference server of dev-env 0.3 sends no Retry-After: the reset header is all there is.
        reset = int((self.world.clock.now() + timedelta(seconds=seconds)).timestamp()) + 1
        body = {"error": "RateLimitExceeded", "message": "Rate Limit Exceeded"}
        return Reply(429, body, {"RateLimit-Remaining": "0", "RateLimit-Reset": str(reset)})

    def kill_token(self, token: str, action: str) -> None:
        grant = self.tokens.get(token)
        if grant and action == "expire_token":
            grant["until"] = self.world.clock.now() - timedelta(seconds=1)
        elif grant:
            self._forget(grant["did"])

    def _forget(self, did: str) -> None:
        self.tokens = {token: grant for token, grant in self.tokens.items() if grant["did"] != did}

    # Sessions

    def describe(self, request: Request) -> dict[str, Any]:
        return {"did": "did:web:localhost", "availableUserDomains": [".test"], "inviteCodeRequired": False}

    def _account(self, handle: str) -> dict[str, Any]:
        for account in self.accounts.values():
            if account["handle"] == handle:
                return account
        did = "did:plc:" + base64.b32encode(hashlib.sha256(handle.encode()).digest()).decode().lower()[:24]
        self.accounts[did] = {
            "did": did, "handle": handle, "password": "-".join(secrets.token_hex(2) for _ in range(4)),
            "followers": 7, "displayName": handle.partition(".")[0].title(),
        }  # fmt: skip
        return self.accounts[did]

    def account(self, name: str) -> dict[str, Any]:
        """For tests: an account with an app password and a session."""
        account = self._account(f"{name}.test")
        pair = self._session(account)
        credential = {
            "access_token": pair["accessJwt"],
            "refresh_token": pair["refreshJwt"],
            "service": self.service(),
            "account_id": account["did"],
        }
        return {
            "server": self.world.url,
            "keys": {},
            "identifier": account["handle"],
            "password": account["password"],
            "credential": credential,
        }

    def _session(self, account: dict[str, Any]) -> dict[str, Any]:
        did = account["did"]
        document = {
            "id": did,
            "service": [{"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": self.service()}],
        }
        return {
            "accessJwt": self._token(did, "access", timedelta(hours=2)),
            "refreshJwt": self._token(did, "refresh", timedelta(days=90)),
            "did": did,
            "handle": account["handle"],
            "didDoc": document,
            "active": True,
        }

    def _token(self, did: str, use: str, lives: timedelta) -> str:
        until = self.world.clock.now() + lives
        # Decided when an app password is made: packages/pds/src/auth-scope.ts of bluesky-social/atproto.
        scope = "com.atproto.appPassPrivileged" if self.world.options["chat"] else "com.atproto.appPass"
        named = scope if use == "access" else f"com.atproto.{use}"
        claims = {"sub": did, "scope": named, "exp": int(until.timestamp()), "jti": secrets.token_hex(8)}
        payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
        token = f"eyJhbGciOiJIUzI1NiJ9.{payload}.{secrets.token_hex(16)}"
        self.tokens[token] = {"did": did, "use": use, "until": until, "scope": named}
        return token

    def create_session(self, request: Request) -> dict[str, Any]:
        now = self.world.clock.now()
        self.sign_ins = [at for at in self.sign_ins if now - at < timedelta(minutes=5)] + [now]
        if len(self.sign_ins) > 30:
            raise Refusal(429, self.too_many(300).body, self.too_many(300).headers)
        form = request.json()
        known = [a for a in self.accounts.values() if form.get("identifier") in (a["handle"], a["did"])]
        if not known or known[0]["password"] != form.get("password"):
            raise error(401, "AuthenticationRequired", "Invalid identifier or password")
        return self._session(known[0])

    def _grant(self, request: Request, use: str = "access") -> dict[str, Any]:
        if not request.token:
            raise error(401, "AuthMissing", "Authentication Required")
        grant = self.tokens.get(request.token)
        if not grant or grant["use"] != use:
            raise error(400, "InvalidToken", "Token could not be verified")
        if self.world.clock.now() > grant["until"]:
            raise error(400, "ExpiredToken", "Token has expired")
        return grant

    def _me(self, request: Request) -> dict[str, Any]:
        return self.accounts[self._grant(request)["did"]]

    def refresh_session(self, request: Request) -> dict[str, Any]:
        account = self.accounts[self._grant(request, "refresh")["did"]]
        del self.tokens[request.token]
        return self._session(account)

    def delete_session(self, request: Request) -> bytes:
        self._forget(self._grant(request, "refresh")["did"])
        return b""

    def get_session(self, request: Request) -> dict[str, Any]:
        me = self._me(request)
        return {"did": me["did"], "handle": me["handle"], "active": True}

    def service_auth(self, request: Request) -> dict[str, Any]:
        """A token that another service may use for one method, an hour at most."""
        me, now = self._me(request), self.world.clock.now().timestamp()
        if not request.one("aud").startswith("did:"):
            raise invalid("Error: aud must be a valid did")
        until = int(request.one("exp"))
        if not now < until <= now + 3600:
            raise error(400, "BadExpiration", "cannot request a token with an expiration more than an hour ahead")
        token = secrets.token_hex(32)
        self.service_tokens[token] = {
            "did": me["did"], "aud": request.one("aud"), "lxm": request.one("lxm"), "until": until,
        }  # fmt: skip
        return {"token": token}

    def resolve(self, request: Request) -> dict[str, Any]:
        for account in self.accounts.values():
            if account["handle"] == request.one("handle"):
                return {"did": account["did"]}
        raise invalid("Unable to resolve handle")

    # The repository

    def upload(self, request: Request) -> dict[str, Any]:
        self._me(request)
        return {"blob": self.store_blob(request.body, request.kind)}

    def store_blob(self, content: bytes, mime: str) -> dict[str, Any]:
        if len(content) > self.world.options["blob_bytes"]:
            raise error(413, "PayloadTooLarge", "request entity too large")
        blob = {"$type": "blob", "ref": {"$link": _cid("bafkrei", content)}, "mimeType": mime, "size": len(content)}
        self.blobs[blob["ref"]["$link"]] = {"blob": blob, "content": content}
        return blob

    def _asked(self, request: Request, fields: set[str]) -> tuple[dict[str, Any], dict[str, Any], str]:
        me, form = self._me(request), request.json()
        if set(form) - fields:
            raise invalid(f"Unknown fields {sorted(set(form) - fields)}")
        if form.get("repo") not in (me["did"], me["handle"]):
            raise invalid("Invalid repo")
        if not TID.fullmatch(form.get("rkey") or ""):
            raise invalid("Invalid TID string")
        return me, form, f"at://{me['did']}/{form['collection']}/{form['rkey']}"

    def create_record(self, request: Request) -> dict[str, Any]:
        me, form, uri = self._asked(request, {"repo", "collection", "rkey", "record", "validate", "swapCommit"})
        self._validate(form["record"], form["collection"])
        if uri in self.records:
            raise error(500, "InternalServerError", "Internal Server Error")
        return self._store(me, uri, form["record"])

    def put_record(self, request: Request) -> dict[str, Any]:
        fields = {"repo", "collection", "rkey", "record", "validate", "swapRecord", "swapCommit"}
        me, form, uri = self._asked(request, fields)
        self._validate(form["record"], form["collection"])
        there = self.records.get(uri)
        if there and there["cid"] == _cid("bafyrei", _canonical(form["record"])):
            # Identical bytes: a success without a commit, checked before the swap rule.
            return {"uri": uri, "cid": there["cid"], "validationStatus": "valid"}
        if "swapRecord" in form and form["swapRecord"] != (there["cid"] if there else None):
            raise error(400, "InvalidSwap", f"Record was at {there['cid'] if there else None}")
        return self._store(me, uri, form["record"])

    def _store(self, me: dict[str, Any], uri: str, record: dict[str, Any]) -> dict[str, Any]:
        cid = _cid("bafyrei", _canonical(record))
        self.records[uri] = {
            "uri": uri, "cid": cid, "value": record, "did": me["did"], "asked": 0, "at": self.world.clock.now(),
            "likes": 0, "reposts": 0, "quotes": 0,
        }  # fmt: skip
        parent = ((record.get("reply") or {}).get("parent") or {}).get("uri")
        if parent in self.records and self.records[parent]["did"] != me["did"]:
            self.notes.append({"for": self.records[parent]["did"], "reason": "reply", "uri": uri})
        return {
            "uri": uri,
            "cid": cid,
            "commit": {"cid": cid, "rev": self._revision()},
            "validationStatus": "valid",
        }

    def _revision(self) -> str:
        """A TID. https://atproto.com/specs/tid"""
        return "3" + "".join(secrets.choice("234567abcdefghijklmnopqrstuvwxyz") for _ in range(12))

    def delete_record(self, request: Request) -> dict[str, Any]:
        _, _, uri = self._asked(request, {"repo", "collection", "rkey", "swapRecord", "swapCommit"})
        self.records.pop(uri, None)
        return {}

    def get_record(self, request: Request) -> dict[str, Any]:
        uri = f"at://{request.one('repo')}/{request.one('collection')}/{request.one('rkey')}"
        if uri not in self.records:
            raise error(400, "RecordNotFound", f"Could not locate record: {uri}")
        return {key: self.records[uri][key] for key in ("uri", "cid", "value")}

    def list_records(self, request: Request) -> dict[str, Any]:
        """Newest first, by their keys. The cursor is the last key."""
        begin = f"at://{request.one('repo')}/{request.one('collection')}/"
        before, limit = request.one("cursor"), int(request.one("limit") or 50)
        if not 1 <= limit <= 100:
            raise invalid("Error: limit must be between 1 and 100")
        keys = sorted((uri.removeprefix(begin) for uri in self.records if uri.startswith(begin)), reverse=True)
        page = [key for key in keys if not before or key < before][:limit]
        listed = [{name: self.records[begin + key][name] for name in ("uri", "cid", "value")} for key in page]
        return {"records": listed} | ({"cursor": page[-1]} if page else {})

    def _validate(self, record: dict[str, Any], collection: str) -> None:
        if record.get("$type") != collection:
            raise invalid(f"Invalid $type: expected {collection}")
        if collection != POST:
            return
        if set(record) - POST_FIELDS:
            raise invalid(f"Unknown fields {sorted(set(record) - POST_FIELDS)}")
        if not isinstance(record.get("text"), str) or "createdAt" not in record:
            raise invalid('Invalid app.bsky.feed.post record: Record must have the property "createdAt"')
        if len(regex.findall(r"\X", record["text"])) > 300:
            raise invalid("Invalid app.bsky.feed.post record: Record/text must not be longer than 300 graphemes")
        if len(record["text"].encode()) > 3000:
            raise invalid("Invalid app.bsky.feed.post record: Record/text must not be longer than 3000 characters")
        self._validate_facets(record)
        self._validate_embed(record.get("embed") or {})
        for ref in (record.get("reply") or {}).values():
            if not ref.get("uri") or not ref.get("cid"):
                raise invalid("Record/reply must have the properties uri and cid")

    def _validate_facets(self, record: dict[str, Any]) -> None:
        raw, last = record["text"].encode(), 0
        for facet in record.get("facets") or ():
            start, end = facet["index"]["byteStart"], facet["index"]["byteEnd"]
            if not last <= start < end <= len(raw):
                raise invalid("Record/facets out of range or overlapping")
            try:
                raw[start:end].decode()
            except UnicodeDecodeError:
                raise invalid("Record/facets cut a character in two") from None
            last = end

    def _validate_embed(self, embed: dict[str, Any]) -> None:
        kind = embed.get("$type")
        if kind == "app.bsky.embed.images":
            self._validate_pictures(embed["images"], "image", 4, "images")
        elif kind == "app.bsky.embed.gallery" and self.world.options["gallery"]:
            self._validate_pictures(embed["items"], "image", GALLERY, "items")
            if any(one["$type"] != "app.bsky.embed.gallery#image" or not one["aspectRatio"] for one in embed["items"]):
                raise invalid("Record/embed/items must be pictures with an aspectRatio")
        elif kind == "app.bsky.embed.video":
            self._validate_video(embed)
        card = embed.get("external")
        if card and not all(isinstance(card.get(name), str) for name in ("uri", "title", "description")):
            raise invalid("Record/embed/external must have uri, title and description")
        if card and card.get("thumb"):
            self._validate_blob(card["thumb"])

    def _validate_pictures(self, pictures: list[Any], name: str, most: int, field: str) -> None:
        if len(pictures) > most:
            raise invalid(f"Record/embed/{field} must not have more than {most} elements")
        for one in pictures:
            if not isinstance(one.get("alt"), str):
                raise invalid(f'Record/embed/{field} must have the property "alt"')
            self._validate_blob(one[name])

    def _validate_video(self, embed: dict[str, Any]) -> None:
        if set(embed) - {"$type", "video", "alt", "aspectRatio", "captions", "presentation"}:
            raise invalid("Unknown fields of a video")
        self._known_blob(embed["video"], "video/mp4", VIDEO_BYTES)
        if len(regex.findall(r"\X", embed.get("alt", ""))) > 1000:
            raise invalid("Record/embed/alt must not be longer than 1000 graphemes")
        for captions in embed.get("captions", ()):
            content = self._known_blob(captions["file"], "text/vtt", CAPTIONS_BYTES)
            if not captions["lang"] or not content.startswith(b"WEBVTT\n"):
                raise invalid("Captions are in no language, or no WebVTT")

    def _known_blob(self, blob: dict[str, Any], mime: str, largest: int) -> bytes:
        known = self.blobs.get(blob.get("ref", {}).get("$link", ""))
        if not known or known["blob"] != blob:
            raise error(400, "BlobNotFound", "Could not find blob")
        if blob["mimeType"] != mime:
            raise error(400, "InvalidMimeType", f"Wrong mimetype of blob: {blob['mimeType']}")
        if blob["size"] > largest:
            raise invalid(f"This file is too large. It is {blob['size']} and the maximum size is {largest}.")
        return known["content"]

    def _validate_blob(self, blob: dict[str, Any]) -> None:
        content = self._known_blob(blob, blob["mimeType"], self.world.options["image_bytes"])
        try:
            kind = Image.open(io.BytesIO(content)).format
        except OSError:
            raise error(400, "InvalidMimeType", "Not a picture") from None
        if Image.MIME[kind] != blob["mimeType"]:
            raise error(400, "InvalidMimeType", f"Referenced Mimetype does not match {Image.MIME[kind]}")

    # The index

    def _indexed(self, uri: str) -> dict[str, Any] | None:
        record = self.records.get(uri)
        if not record:
            return None
        record["asked"] += 1
        return record if record["asked"] > self.world.options["appview_lag"] else None

    def _view(self, record: dict[str, Any]) -> dict[str, Any]:
        author = self.accounts[record["did"]]
        return {
            "uri": record["uri"],
            "cid": record["cid"],
            "author": {key: author[key] for key in ("did", "handle", "displayName")},
            "record": record["value"],
            "indexedAt": record["at"].isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "likeCount": record["likes"],
            "repostCount": record["reposts"],
            "replyCount": len(self._children(record["uri"])),
            "quoteCount": record["quotes"],
        }

    def _children(self, uri: str) -> list[dict[str, Any]]:
        of = lambda record: ((record["value"].get("reply") or {}).get("parent") or {}).get("uri")  # noqa: E731
        return [record for record in self.records.values() if of(record) == uri]

    def get_posts(self, request: Request) -> dict[str, Any]:
        self._me(request)
        uris = request.query.get("uris", [])
        if not 1 <= len(uris) <= 25:
            raise invalid("Params/uris must have between 1 and 25 elements")
        records = [self._indexed(uri) for uri in uris]
        return {"posts": [self._view(record) for record in records if record]}

    def get_thread(self, request: Request) -> dict[str, Any]:
        self._me(request)
        record = self._indexed(request.one("uri"))
        if not record:
            raise error(400, "NotFound", "Post not found")
        return {"thread": self._node(record, int(request.one("depth", "6")))}

    def _node(self, record: dict[str, Any], depth: int) -> dict[str, Any]:
        below = [self._node(child, depth - 1) for child in self._children(record["uri"])] if depth else []
        missing = {"$type": "app.bsky.feed.defs#notFoundPost", "uri": f"at://did:plc:gone/{POST}/x", "notFound": True}
        return {"$type": "app.bsky.feed.defs#threadViewPost", "post": self._view(record), "replies": [*below, missing]}

    def get_profile(self, request: Request) -> dict[str, Any]:
        self._me(request)
        account = self.accounts.get(request.one("actor"))
        if not account:
            raise invalid("Profile not found")
        own = [r for r in self.records.values() if r["did"] == account["did"] and f"/{POST}/" in r["uri"]]
        profile = {key: account[key] for key in ("did", "handle", "displayName")}
        return {**profile, "followersCount": account["followers"], "followsCount": 2, "postsCount": len(own)}

    def list_notifications(self, request: Request) -> dict[str, Any]:
        me = self._me(request)
        mine = [n for n in self.notes if n["for"] == me["did"] and n["uri"] in self.records]
        start, limit = int(request.one("cursor", "0")), int(request.one("limit", "50"))
        page = list(reversed(mine))[start : start + limit]
        more = {"cursor": str(start + limit)} if start + limit < len(mine) else {}
        return {"notifications": [self._notification(self.records[n["uri"]], n["reason"]) for n in page], **more}

    def _notification(self, record: dict[str, Any], reason: str) -> dict[str, Any]:
        view = self._view(record)
        shown = {name: view[name] for name in ("uri", "cid", "author", "record", "indexedAt")}
        return {**shown, "reason": reason, "isRead": False}

    # For tests

    def public(self, name: str) -> list[dict[str, Any]]:
        dids = [a["did"] for a in self.accounts.values() if a["handle"] == f"{name}.test"]
        return [
            {
                "platform": "bluesky",
                "id": r["uri"],
                "text": r["value"].get("text", ""),
                "alts": [one["alt"] for one in self._pictures(r["value"].get("embed") or {})],
                **self._film(r["value"].get("embed") or {}),
                "reply_to": ((r["value"].get("reply") or {}).get("parent") or {}).get("uri"),
                "language": (r["value"].get("langs") or [None])[0],
                "at": r["at"].isoformat(),
            }
            for r in self.records.values()
            if r["did"] in dids and f"/{POST}/" in r["uri"]
        ]

    def _pictures(self, embed: dict[str, Any]) -> list[dict[str, Any]]:
        """The pictures that people see: none of an embed that the index does not know."""
        return embed.get("images") or (embed.get("items") if self.world.options["gallery"] else None) or []

    def _film(self, embed: dict[str, Any]) -> dict[str, Any]:
        film = embed if embed.get("$type") == "app.bsky.embed.video" else {}
        captions = [self.blobs[one["file"]["ref"]["$link"]]["content"].decode() for one in film.get("captions", ())]
        return {
            "video": film["video"]["size"] if film else 0,
            "video_alt": film.get("alt", ""),
            "captions": captions,
        }

    def react(self, post: str, kind: str, text: str) -> str:
        record = self.records[post]
        if kind == "reply":
            here = {"uri": post, "cid": record["cid"]}
            root = (record["value"].get("reply") or {}).get("root") or here
            now = self.world.clock.now().isoformat()
            value = {"$type": POST, "text": text, "createdAt": now, "reply": {"root": root, "parent": here}}
            citizen = self._account("gradjanka.test")
            key = f"3k{secrets.token_hex(20)}".translate(str.maketrans("0189", "2345"))[:13]
            return self._store(citizen, f"at://{citizen['did']}/{POST}/{key}", value)["uri"]
        record[{"like": "likes", "repost": "reposts", "quote": "quotes"}[kind]] += 1
        return post


def _canonical(record: Any) -> bytes:
    return json.dumps(record, sort_keys=True, separators=(",", ":")).encode()


def _cid(prefix: str, content: bytes) -> str:
    return prefix + base64.b32encode(hashlib.sha256(content).digest()).decode().lower().rstrip("=")
