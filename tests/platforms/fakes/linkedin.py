"""LinkedIn's versioned API for pages, as a publishing application sees it.

https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/posts-api

Strict about versions, Rest.li headers, encoded URNs and keys of bodies; "little text" is really truncated at an
unescaped reserved character, and the same text is refused for a while.
"""

import hashlib
import hmac
import io
import json
import re
import secrets
import urllib.parse
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from PIL import Image

from tests.platforms.fakes.core import Refusal, Reply, Request, cast_vote, routed

CLIENT, SECRET = "77linkedinclient", "client-secret"
VERSIONS = ("202512", "202607")
# Comments and social metadata need permissions of their own since 2026 ("202508 will be sunset on August 17, 2026"):
# https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/comments-api
# https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/social-metadata-api
WRITES_FEED, READS_FEED = "w_organization_social_feed", "r_organization_social_feed"
SCOPES = ("w_organization_social", "r_organization_social", "rw_organization_admin", WRITES_FEED, READS_FEED)
CHARACTERS, COMMENT_CHARACTERS = 3_000, 1_250
PART = 256 * 1024
IMAGE_PIXELS, DOCUMENT_BYTES = 36_152_320, 100_000_000
TOKEN_LIFE, REFRESH_LIFE = timedelta(days=60), timedelta(days=365)
SAME_TEXT = timedelta(hours=24)
POST_KEYS = {
    "author", "commentary", "visibility", "distribution", "content", "lifecycleState", "isReshareDisabledByAuthor",
}  # fmt: skip
DURATIONS = ("ONE_DAY", "THREE_DAYS", "SEVEN_DAYS", "FOURTEEN_DAYS")
ROLES = ("ADMINISTRATOR", "CONTENT_ADMIN", "DIRECT_SPONSORED_CONTENT_POSTER")
FRAME = re.compile(
    r"\{hashtag\|\\?[#＃]\|(?:\\.|[^}\\])*\}|@\[[^\]]*\]\(urn:li:[\w:]+\)|\\.|[^|{}@\[\]()<>#*_~\\]", re.S
)


def error(status: int, code: str, message: str, **more: Any) -> Refusal:
    headers = {"x-li-uuid": secrets.token_hex(8)}
    return Refusal(status, {"status": status, "code": code, "message": message, **more}, headers)


def invalid(code: str, message: str, status: int = 422) -> Refusal:
    inputs = [{"code": code, "description": message, "input": {"inputPath": {"fieldPath": "/commentary"}}}]
    details = {"errorDetailType": "com.linkedin.common.error.BadRequest", "errorDetails": {"inputErrors": inputs}}
    return error(status, "BAD_REQUEST", "Invalid input", **details)


def cut(little: str) -> str:
    """The text up to the first unescaped reserved character, which is all that LinkedIn keeps."""
    parts, place = [], 0
    while match := FRAME.match(little, place):
        parts.append(match.group())
        place = match.end()
    return "".join(parts)


def shown(little: str) -> str:
    text = re.sub(r"\{hashtag\|\\?[#＃]\|((?:\\.|[^}\\])*)\}", r"\\#\1", little)
    return re.sub(r"(?s)\\(.)", r"\1", text)


class LinkedInFake:
    OPTIONS = {
        "linkedin_list_lag": 0,
        "linkedin_polls": 0,
        "linkedin_role": "ADMINISTRATOR",
        "linkedin_refreshes": False,
        "linkedin_declined": (),
        "linkedin_has_no_batches": False,
        "linkedin_ghosts": False,
    }

    def __init__(self, world: Any) -> None:
        self.world = world
        self.serial = 7_300_000_000_000_000_000
        self.codes: dict[str, dict[str, Any]] = {}
        self.tokens: dict[str, dict[str, Any]] = {}
        self.pages: dict[str, dict[str, Any]] = {}
        self.files: dict[str, dict[str, Any]] = {}
        self.posts: dict[str, dict[str, Any]] = {}
        self.comments: dict[str, dict[str, Any]] = {}

    # the server

    def handle(self, request: Request) -> Reply:
        if request.path.startswith("/oauth/v2/"):
            return self._oauth(request)
        if request.path.startswith("/upload/"):
            return routed([("PUT", r"/upload/(image|video|document)/([\w-]+)/(\d+)", self.put)], request)
        if not request.path.startswith("/rest/"):
            raise error(404, "RESOURCE_NOT_FOUND", "No virtual resource found")
        self._headers(request)
        answer = routed(self._routes(), request)
        return answer if isinstance(answer, Reply) else Reply(200, answer)

    def _headers(self, request: Request) -> None:
        version = request.headers.get("linkedin-version", "")
        if not version:
            raise error(
                400, "VERSION_MISSING", "A version must be present. Please specify a version by adding the header"
            )
        if version not in VERSIONS:
            raise error(426, "NONEXISTENT_VERSION", f"Requested version {version} is not active")
        if request.headers.get("x-restli-protocol-version") != "2.0.0":
            raise error(400, "ILLEGAL_ARGUMENT", "Unsupported Rest.li protocol version")
        if "urn:" in request.path or ("%28" in request.path and "(" in request.path):
            raise error(400, "ILLEGAL_ARGUMENT", "URN is not encoded")

    def _routes(self) -> list[tuple[str, str, Any]]:
        urn = r"(urn%3Ali%3A(?:share|ugcPost)%3A\d+)"
        subject = r"(urn%3Ali%3A[\w%]+)"
        return [
            ("GET", r"/rest/organizationAcls", self.acls),
            ("GET", r"/rest/organizations/(\d+)", self.organization),
            ("GET", r"/rest/networkSizes/(urn%3Ali%3Aorganization%3A\d+)", self.size),
            ("GET", r"/rest/organizationalEntityShareStatistics", self.statistics),
            ("GET", r"/rest/socialMetadata", self.metadata),
            ("GET", rf"/rest/socialMetadata/{urn}", self.one_metadata),
            ("POST", r"/rest/(images|videos|documents)", self.media),
            ("GET", r"/rest/(images|videos|documents)/(urn%3Ali%3A(?:image|video|document)%3A[\w-]+)", self.medium),
            ("POST", r"/rest/posts", self.post),
            ("GET", r"/rest/posts", self.finder),
            ("GET", rf"/rest/posts/{urn}", self.show),
            ("POST", rf"/rest/posts/{urn}", self.change),
            ("DELETE", rf"/rest/posts/{urn}", self.delete),
            ("GET", rf"/rest/socialActions/{subject}/comments", self.below),
            ("POST", rf"/rest/socialActions/{subject}/comments", self.comment),
            ("GET", rf"/rest/socialActions/{subject}/comments/(\d+)", self.one_comment),
            ("POST", rf"/rest/socialActions/{subject}/comments/(\d+)", self.change_comment),
            ("DELETE", rf"/rest/socialActions/{subject}/comments/(\d+)", self.delete_comment),
        ]

    def too_many(self, seconds: float) -> Reply:
        """A day's quota is named in the text only; fewer `seconds` than a minute are the infrastructure's limit."""
        message = "Resource level throttle APPLICATION AND MEMBER DAY limit for calls to this resource is reached."
        body = {"status": 429, "serviceErrorCode": 101, "code": "TOO_MANY_REQUESTS", "message": message}
        return Reply(429, body, {} if seconds > 3600 else {"Retry-After": str(int(seconds))})

    def kill_token(self, token: str, action: str) -> None:
        if token in self.tokens:
            self.tokens[token]["dead"] = 65602 if action == "expire_token" else 65601

    # who asks

    def _person(self, request: Request, scope: str) -> str:
        held = self.tokens.get(request.token)
        number = 65600 if held is None else held.get("dead", 0)
        if held is not None and held["ends"] < self.world.clock.now():
            number = 65602
        if number or held is None:
            body = {"status": 401, "serviceErrorCode": number, "code": "INVALID_ACCESS_TOKEN"}
            raise Refusal(401, body | {"message": "The token used in the request is not good"})
        if scope not in held["scopes"]:
            raise error(403, "ACCESS_DENIED", "Not enough permissions to access", serviceErrorCode=100)
        return str(held["person"])

    def _page(self, request: Request, urn: str, scope: str, roles: Any = ROLES) -> dict[str, Any]:
        person = self._person(request, scope)
        page = self.pages.get(urn)
        if page is None or person not in page["people"] or self.world.options["linkedin_role"] not in roles:
            raise error(403, "ACCESS_DENIED", f"Viewer is not allowed to act for {urn}", serviceErrorCode=100)
        return page

    # consent

    def _oauth(self, request: Request) -> Reply:
        if request.path == "/oauth/v2/authorization":
            return self._dialog(request)
        form = request.form() if request.kind == "application/x-www-form-urlencoded" else {}
        if form.get("client_id") != CLIENT or form.get("client_secret") != SECRET:
            return Reply(401, {"error": "invalid_client", "error_description": "Client authentication failed"})
        if request.path == "/oauth/v2/revoke":
            self._revoke(form.get("token", ""))
            return Reply(200, "")
        if form.get("grant_type") == "refresh_token":
            held = self.tokens.get(form.get("refresh_token", ""))
            if held is None or held.get("dead") or held["ends"] < self.world.clock.now():
                return Reply(400, {"error": "invalid_request", "error_description": "The refresh token is not good"})
            return Reply(200, self._given(held["person"], held["scopes"], form["refresh_token"]))
        known = self.codes.pop(form.get("code", ""), None)
        if known is None or known["redirect_uri"] != form.get("redirect_uri"):
            message = "Unable to retrieve access token: appid/redirect uri/code verifier does not match"
            return Reply(400, {"error": "invalid_request", "error_description": message})
        return Reply(200, self._given(known["person"], known["scopes"]))

    def _dialog(self, request: Request) -> Reply:
        """GET is the page; POST is the person's decision."""
        asked = {name: values[0] for name, values in request.query.items()} | (request.form() if request.body else {})
        if asked.get("client_id") != CLIENT or asked.get("response_type") != "code" or not asked.get("state"):
            return Reply(400, "<h1>Bummer, something went wrong.</h1>", content_type="text/html")
        if request.method == "GET":
            return Reply(200, "<h1>Allow Dobošar to use LinkedIn?</h1>", content_type="text/html")
        back = {"state": asked["state"]}
        if asked.get("decision") == "deny":
            back |= {"error": "user_cancelled_authorize", "error_description": "The user cancelled the authorization"}
        else:
            code = "AQ" + secrets.token_hex(24)
            scopes = [one for one in asked["scope"].split() if one not in self.world.options["linkedin_declined"]]
            self.codes[code] = {"redirect_uri": asked["redirect_uri"], "scopes": scopes, "person": "jelena"}
            back["code"] = code
        return Reply(302, "", {"Location": f"{asked['redirect_uri']}?{urllib.parse.urlencode(back)}"})

    def _given(self, person: str, scopes: Any, renewal: str = "") -> dict[str, Any]:
        now = self.world.clock.now()
        token = "AQX" + secrets.token_hex(32)
        self.tokens[token] = {"person": person, "scopes": tuple(scopes), "ends": now + TOKEN_LIFE}
        tokens = {"access_token": token, "expires_in": int(TOKEN_LIFE.total_seconds()), "scope": ",".join(scopes)}
        if not self.world.options["linkedin_refreshes"]:
            return tokens
        if not renewal:
            renewal = "AQW" + secrets.token_hex(32)
            self.tokens[renewal] = {"person": person, "scopes": tuple(scopes), "ends": now + REFRESH_LIFE}
        left = int((self.tokens[renewal]["ends"] - now).total_seconds())
        return tokens | {"refresh_token": renewal, "refresh_token_expires_in": left}

    def _revoke(self, token: str) -> None:
        """The whole consent of the person for this application."""
        person = self.tokens.get(token, {}).get("person")
        for held in self.tokens.values():
            if held["person"] == person:
                held["dead"] = 65601

    # pages

    def acls(self, request: Request) -> dict[str, Any]:
        person = self._person(request, "rw_organization_admin")
        self._finder(request, "roleAssignee")
        role = self.world.options["linkedin_role"]
        mine = [page for page in self.pages.values() if person in page["people"]]
        roles = [
            {"role": role, "state": "APPROVED", "roleAssignee": _member(person), "organization": page["urn"]}
            for page in mine
        ]
        return _paged(roles, request)

    def organization(self, request: Request, number: str) -> dict[str, Any]:
        self._person(request, "rw_organization_admin")
        page = self.pages.get(f"urn:li:organization:{number}")
        if page is None:
            raise error(404, "RESOURCE_NOT_FOUND", "Could not find organization")
        return {"id": int(number), "localizedName": page["title"], "vanityName": page["name"]}

    def size(self, request: Request, urn: str) -> dict[str, Any]:
        self._page(request, urllib.parse.unquote(urn), "rw_organization_admin", ("ADMINISTRATOR",))
        if request.one("edgeType") != "COMPANY_FOLLOWED_BY_MEMBER":
            raise error(400, "ILLEGAL_ARGUMENT", "edgeType")
        return {"firstDegreeSize": 640}

    def _finder(self, request: Request, name: str) -> None:
        if request.one("q") != name or request.headers.get("x-restli-method") != "FINDER":
            raise error(400, "ILLEGAL_ARGUMENT", "Not a valid finder method")

    # files

    def media(self, request: Request, kind: str) -> dict[str, Any]:
        body, action = _json(request), request.one("action")
        if action == "initializeUpload":
            return self._begun(request, kind, body)
        if action == "finalizeUpload" and kind == "videos":
            return self._ended(body["finalizeUploadRequest"])
        raise error(400, "ILLEGAL_ARGUMENT", f"Unknown action {action}")

    def _begun(self, request: Request, kind: str, body: Any) -> dict[str, Any]:
        asked = body["initializeUploadRequest"]
        known = {"owner"} if kind != "videos" else {"owner", "fileSizeBytes", "uploadCaptions", "uploadThumbnail"}
        _only(asked, known)
        self._page(request, asked["owner"], "w_organization_social")
        single = kind.removesuffix("s")
        urn = f"urn:li:{single}:C4E{secrets.token_hex(8)}"
        file = {"owner": asked["owner"], "state": "WAITING_UPLOAD", "polls": self.world.options["linkedin_polls"]}
        self.files[urn] = file | {
            "content": b"",
            "parts": {},
            "size": int(asked.get("fileSizeBytes") or 0),
            "kind": single,
        }
        where = f"{self.world.url}/linkedin/upload/{single}/{urn.rpartition(':')[2]}"
        if kind != "videos":
            return {"value": {"uploadUrl": f"{where}/0", single: urn}}
        size = self.files[urn]["size"]
        parts = [
            {"uploadUrl": f"{where}/{n}", "firstByte": first, "lastByte": min(first + PART, size) - 1}
            for n, first in enumerate(range(0, size, PART))
        ]
        return {"value": {"video": urn, "uploadToken": "", "uploadInstructions": parts}}

    def put(self, request: Request, kind: str, name: str, part: str) -> Reply:
        file = self.files.get(f"urn:li:{kind}:{name}")
        if file is None:
            raise Refusal(404, "<html>not found</html>")
        if kind == "video" and {"authorization", "linkedin-version"} & set(request.headers):
            raise Refusal(400, "<html>Bad Request</html>")
        etag = hashlib.sha256(part.encode() + request.body).hexdigest()
        if kind == "video":
            file["parts"][etag] = (int(part), request.body)
            return Reply(200, "", {"ETag": f'"{etag}"'})
        file["content"] = request.body
        file["state"] = "PROCESSING"
        if kind == "document":
            # https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/documents-api
            good = request.body.startswith(b"%PDF-") and len(request.body) <= DOCUMENT_BYTES
            file["state"] = "PROCESSING" if good else "PROCESSING_FAILED"
            return Reply(201, "", {"ETag": f'"{etag}"'})
        try:
            with Image.open(io.BytesIO(request.body)) as picture:
                if picture.width * picture.height > IMAGE_PIXELS:
                    file["state"] = "PROCESSING_FAILED"
        except Exception:
            file["state"] = "PROCESSING_FAILED"
        return Reply(201, "", {"ETag": f'"{etag}"'})

    def _ended(self, body: Mapping[str, Any]) -> dict[str, Any]:
        _only(body, {"video", "uploadToken", "uploadedPartIds"})
        file = self.files[body["video"]]
        parts = [file["parts"].get(one) for one in body["uploadedPartIds"]]
        right = parts and [part and part[0] for part in parts] == list(range(len(parts)))
        file["content"] = b"".join(part[1] for part in parts) if right else b""
        file["state"] = "PROCESSING" if right and len(file["content"]) == file["size"] else "PROCESSING_FAILED"
        return {}

    def medium(self, request: Request, kind: str, urn: str) -> dict[str, Any]:
        self._person(request, "w_organization_social")
        urn = urllib.parse.unquote(urn)
        file = self.files.get(urn)
        if file is None:
            raise error(404, "RESOURCE_NOT_FOUND", f"{kind} not found")
        if file["state"] == "PROCESSING" and file["polls"] <= 0:
            file["state"] = "AVAILABLE"
        file["polls"] -= 1
        return {"id": urn, "owner": file["owner"], "status": file["state"]}

    # posts

    def post(self, request: Request) -> Reply:
        body = _json(request)
        _only(body, POST_KEYS)
        self._page(request, body.get("author", ""), "w_organization_social")
        for name in ("commentary", "visibility", "distribution", "lifecycleState"):
            if name not in body:
                raise error(422, "MISSING_FIELD", f"{name} :: field is required but not found")
        content = body.get("content") or {}
        images, video, article = self._content(content)
        votes = self._poll(content)
        if len(body["commentary"].encode("utf-16-le")) // 2 > CHARACTERS:
            raise invalid("MAX_LENGTH_EXCEEDED", f"commentary :: exceeds {CHARACTERS} characters", 400)
        little = cut(body["commentary"])
        self._refuse_twice(body["author"], little, content)
        urn = f"urn:li:{'ugcPost' if video else 'share'}:{self._next()}"
        self.posts[urn] = {
            "urn": urn, "activity": f"urn:li:activity:{self._next()}", "author": body["author"], "little": little,
            "content": content, "images": images, "video": video, "article": article, "at": self._now(),
            "changed": self._now(), "likes": 0, "shares": 0, "listed": 0, "gone": None, "views": 0, "votes": votes,
        }  # fmt: skip
        return Reply(201, "", {"x-restli-id": urn})

    def _content(self, content: dict[str, Any]) -> tuple[list[str], str, dict[str, Any]]:
        _only(content, {"media", "multiImage", "article", "poll"})
        if len(content) > 1:
            raise invalid("ILLEGAL_ARGUMENT", "content :: is a union and has one member", 400)
        media, several = content.get("media") or {}, (content.get("multiImage") or {}).get("images") or []
        article = content.get("article") or {}
        _only(media, {"id", "altText", "title"})
        _only(article, {"source", "title", "description", "thumbnail"})
        if article and not (article.get("source") and article.get("title")):
            raise error(422, "MISSING_FIELD", "article :: source and title are required")
        if "multiImage" in content and not 2 <= len(several) <= 20:
            raise invalid("INVALID_COUNT", "multiImage :: between 2 and 20 images")
        named = [one["id"] for one in several] + [one for one in (media.get("id"), article.get("thumbnail")) if one]
        for urn in named:
            state = self.files.get(urn, {}).get("state", "")
            if state in ("WAITING_UPLOAD", "PROCESSING"):
                raise invalid("MEDIA_ASSET_WAITING_UPLOAD", f"{urn} is not yet uploaded", 400)
            if state != "AVAILABLE":
                raise invalid("MEDIA_ASSET_PROCESSING_FAILED", f"{urn} cannot be used", 400)
        for one in [*several, media]:
            if len(one.get("altText") or "") > 4_086:
                raise invalid("MAX_LENGTH_EXCEEDED", "altText is too long")
        video = media.get("id", "") if ":video:" in media.get("id", "") else ""
        is_document = ":document:" in media.get("id", "")
        if is_document and not media.get("title"):
            raise error(422, "MISSING_FIELD", "media/title :: is required for a document")
        is_image = bool(media) and not video and not is_document
        images = [one["id"] for one in several] or ([media["id"]] if is_image else [])
        return images, video, article

    def _poll(self, content: dict[str, Any]) -> list[set[str]]:
        """https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/poll-post-api"""
        if "poll" not in content:
            return []
        poll = content["poll"]
        _only(poll, {"question", "options", "settings"})
        settings, options = poll.get("settings") or {}, poll.get("options") or []
        _only(settings, {"duration", "voteSelectionType", "isVoterVisibleToAuthor"})
        if not 1 <= len(poll.get("question") or "") <= 140:
            raise invalid("INVALID_LENGTH", "poll/question :: between 1 and 140 characters", 400)
        if not 2 <= len(options) <= 4:
            raise invalid("INVALID_COUNT", "poll/options :: between 2 and 4 options", 400)
        for option in options:
            _only(option, {"text"})
            if not 1 <= len(option.get("text") or "") <= 30:
                raise invalid("INVALID_LENGTH", "poll/options/text :: between 1 and 30 characters", 400)
        if settings.get("duration") not in DURATIONS or settings.get("voteSelectionType") != "SINGLE_VOTE":
            raise invalid("INVALID_ENUM", "poll/settings", 400)
        if settings.get("isVoterVisibleToAuthor") is not True:
            raise invalid("NOT_SUPPORTED", "poll/settings/isVoterVisibleToAuthor :: false is not supported", 400)
        return [set() for _ in options]

    def _refuse_twice(self, author: str, little: str, content: Any) -> None:
        for one in self.posts.values():
            ghost = self.world.options["linkedin_ghosts"] and one["gone"]
            same = one["author"] == author and one["little"] == little and one["content"] == content
            if same and (ghost or not one["gone"]) and self._now() - one["at"] < SAME_TEXT:
                raise invalid("DUPLICATE_POST", f"Content is a duplicate of {one['urn']}")

    def finder(self, request: Request) -> dict[str, Any]:
        author = request.one("author")
        self._finder(request, "author")
        self._page(request, author, "r_organization_social")
        if request.one("sortBy") not in ("LAST_MODIFIED", "CREATED"):
            raise error(400, "ILLEGAL_ARGUMENT", "sortBy")
        posts = []
        for post in self.posts.values():
            if post["author"] == author and not post["gone"]:
                post["listed"] += 1
                if post["listed"] > self.world.options["linkedin_list_lag"]:
                    posts.append(post)
        posts.sort(key=lambda post: post["changed"], reverse=True)
        return _paged([self._entity(post) for post in posts], request)

    def _entity(self, post: dict[str, Any]) -> dict[str, Any]:
        at = int(post["at"].timestamp() * 1000)
        entity = {"id": post["urn"], "author": post["author"], "commentary": post["little"], "createdAt": at}
        entity |= {"publishedAt": at, "lastModifiedAt": int(post["changed"].timestamp() * 1000)}
        entity |= {"lifecycleState": "PUBLISHED", "visibility": "PUBLIC"}
        if post["votes"]:
            return entity | {"content": {"poll": self._poll_entity(post)}}
        return entity | ({"content": post["content"]} if post["content"] else {})

    def _poll_entity(self, post: dict[str, Any]) -> dict[str, Any]:
        poll = post["content"]["poll"]
        counted = zip(poll["options"], post["votes"], strict=True)
        options = [option | {"voteCount": len(who), "isVotedByViewer": False} for option, who in counted]
        return poll | {"options": options, "uniqueVotersCount": len(set().union(*post["votes"]))}

    def _post(self, urn: str) -> dict[str, Any]:
        urn = urllib.parse.unquote(urn)
        post = next((one for one in self.posts.values() if urn in (one["urn"], one["activity"])), None)
        if post is None or post["gone"]:
            raise error(404, "NOT_FOUND", f"Post with urn: {urn} not found")
        return post

    def show(self, request: Request, urn: str) -> dict[str, Any]:
        self._person(request, "r_organization_social")
        return self._entity(self._post(urn))

    def change(self, request: Request, urn: str) -> Reply:
        post = self._post(urn)
        self._page(request, post["author"], "w_organization_social")
        if request.headers.get("x-restli-method") != "PARTIAL_UPDATE":
            raise error(400, "ILLEGAL_ARGUMENT", "X-RestLi-Method is missing")
        changes = _json(request)["patch"]["$set"]
        _only(changes, {"commentary", "contentCallToActionLabel", "contentLandingPage"})
        post["little"], post["changed"] = cut(changes["commentary"]), self._now()
        return Reply(204, "")

    def delete(self, request: Request, urn: str) -> Reply:
        self._person(request, "w_organization_social")
        post = self.posts.get(urllib.parse.unquote(urn))
        if post:
            self._page(request, post["author"], "w_organization_social")
            post["gone"] = post["gone"] or self._now()
        return Reply(204, "")

    # comments

    def _place(self, urn: str) -> tuple[dict[str, Any], str]:
        """(the post, the comment below which it is or "")."""
        urn = urllib.parse.unquote(urn)
        if not urn.startswith("urn:li:comment:"):
            return self._post(urn), ""
        comment = self.comments.get(urn)
        if comment is None:
            raise error(404, "NOT_FOUND", "Comment not found")
        return self._post(comment["post"]), urn

    def below(self, request: Request, urn: str) -> dict[str, Any]:
        self._person(request, READS_FEED)
        post, parent = self._place(urn)
        comments = [c for c in self.comments.values() if c["post"] == post["urn"] and c["parent"] == parent]
        return _paged([self._comment(one) for one in comments], request)

    def _comment(self, one: dict[str, Any]) -> dict[str, Any]:
        entity = {
            "id": one["id"],
            "$URN": one["urn"],
            "actor": one["actor"],
            "object": self.posts[one["post"]]["activity"],
        }
        entity |= {
            "message": {"attributes": [], "text": one["text"]},
            "created": {"time": int(one["at"].timestamp() * 1000)},
        }
        under = sum(1 for other in self.comments.values() if other["parent"] == one["urn"])
        entity["commentsSummary"] = {"aggregatedTotalComments": under, "selectedComments": []}
        return entity | ({"parentComment": one["parent"]} if one["parent"] else {})

    def comment(self, request: Request, urn: str) -> Reply:
        post, parent = self._place(urn)
        body = _json(request)
        _only(body, {"actor", "object", "message", "parentComment"})
        _only(body["message"], {"text", "attributes"})
        self._page(request, body["actor"], WRITES_FEED)
        if body.get("object") not in (post["urn"], post["activity"]):
            raise error(400, "ILLEGAL_ARGUMENT", "object does not match")
        parent = parent or body.get("parentComment", "")
        if parent and (parent not in self.comments or self.comments[parent]["parent"]):
            raise error(400, "ILLEGAL_ARGUMENT", "parentComment is not a comment of the first level")
        if len(body["message"]["text"]) > COMMENT_CHARACTERS:
            raise error(400, "MAX_LENGTH_EXCEEDED", "The comment is too long")
        made = self._commented(post, parent, body["actor"], body["message"]["text"])
        return Reply(201, self._comment(made), {"x-restli-id": made["id"]})

    def _commented(self, post: dict[str, Any], parent: str, actor: str, text: str) -> dict[str, Any]:
        number = str(self._next())
        urn = f"urn:li:comment:({post['activity']},{number})"
        self.comments[urn] = {"id": number, "urn": urn, "post": post["urn"], "parent": parent, "actor": actor}
        self.comments[urn] |= {"text": text, "at": self._now()}
        return self.comments[urn]

    def _known(self, urn: str, number: str) -> dict[str, Any]:
        post = self._post(urn)
        comment = self.comments.get(f"urn:li:comment:({post['activity']},{number})")
        if comment is None:
            raise error(404, "NOT_FOUND", "Comment not found")
        return comment

    def one_comment(self, request: Request, urn: str, number: str) -> dict[str, Any]:
        self._person(request, READS_FEED)
        return self._comment(self._known(urn, number))

    def change_comment(self, request: Request, urn: str, number: str) -> Reply:
        self._page(request, request.one("actor"), WRITES_FEED)
        self._known(urn, number)["text"] = _json(request)["patch"]["message"]["$set"]["text"]
        return Reply(204, "")

    def delete_comment(self, request: Request, urn: str, number: str) -> Reply:
        self._page(request, request.one("actor"), WRITES_FEED)
        del self.comments[self._known(urn, number)["urn"]]
        return Reply(204, "")

    # numbers

    def metadata(self, request: Request) -> dict[str, Any]:
        self._person(request, READS_FEED)
        if request.headers.get("x-restli-method") != "BATCH_GET":
            raise error(400, "ILLEGAL_ARGUMENT", "X-RestLi-Method is missing")
        if self.world.options["linkedin_has_no_batches"]:
            # What an integrator's documentation says of the development tier; LinkedIn's own names no limit of methods.
            message = "Not enough permissions to access: socialMetadata.BATCH_GET"
            raise error(403, "ACCESS_DENIED", message, serviceErrorCode=100)
        results, errors = {}, {}
        for urn in _list(request.one("ids")):
            post = self.posts.get(urn)
            if post is None or post["gone"]:
                errors[urn] = {"status": 404, "message": "not found"}
                continue
            results[urn] = self._metadata(post)
        return {"results": results, "errors": errors, "statuses": {}}

    def one_metadata(self, request: Request, urn: str) -> dict[str, Any]:
        self._person(request, READS_FEED)
        return self._metadata(self._post(urn))

    def _metadata(self, post: dict[str, Any]) -> dict[str, Any]:
        count = sum(1 for one in self.comments.values() if one["post"] == post["urn"])
        likes = {"LIKE": {"reactionType": "LIKE", "count": post["likes"]}} if post["likes"] else {}
        metadata = {"entity": post["activity"], "reactionSummaries": likes, "commentsState": "OPEN"}
        return metadata | {"commentSummary": {"count": count, "topLevelCount": count}}

    def statistics(self, request: Request) -> dict[str, Any]:
        self._finder(request, "organizationalEntity")
        self._page(request, request.one("organizationalEntity"), "rw_organization_admin", ("ADMINISTRATOR",))
        elements = []
        for name in ("share", "ugcPost"):
            for urn in _list(request.one(f"{name}s")):
                post = self.posts.get(urn)
                if post and not post["gone"] and (post["likes"] or post["shares"]):
                    numbers = {"shareCount": post["shares"], "likeCount": post["likes"], "impressionCount": 21}
                    numbers |= {"uniqueImpressionsCount": 14, "clickCount": 3, "engagement": 0.1}
                    elements.append({name: urn, "totalShareStatistics": numbers})
        return _paged(elements, request)

    # the control pages

    def account(self, name: str) -> dict[str, Any]:
        page = next((page for page in self.pages.values() if page["name"] == name), None)
        if page is None:
            urn = f"urn:li:organization:{900_000 + len(self.pages)}"
            page = self.pages[urn] = {"urn": urn, "name": name, "title": f"Општина {name}", "people": {"jelena"}}
        granted = [scope for scope in SCOPES if scope not in self.world.options["linkedin_declined"]]
        tokens = self._given("jelena", granted)
        server = f"{self.world.url}/linkedin"
        credential = {"access_token": tokens["access_token"], "refresh_token": tokens.get("refresh_token", "")}
        credential |= {"expires_at": None, "service": server, "account_id": page["urn"].rpartition(":")[2]}
        credential |= {"scopes": granted, "grantor": _member("jelena")}
        return {"server": server, "keys": {"client_id": CLIENT, "client_secret": SECRET}, "credential": credential}

    def public(self, name: str) -> list[dict[str, Any]]:
        """Public posts, and the page's own comments."""
        pages = {page["urn"] for page in self.pages.values() if page["name"] == name}
        posts = [
            {
                "id": post["urn"],
                "text": shown(post["little"]),
                "alts": self._alts(post),
                "reply_to": None,
                "at": post["at"].isoformat(),
                "video": len(self.files[post["video"]]["content"]) if post["video"] else 0,
                "article": post["article"],
                "document": self._document(post),
                "poll": post["content"].get("poll"),
            }
            for post in self.posts.values()
            if post["author"] in pages and not post["gone"]
        ]
        comments = [
            {"id": one["urn"], "text": one["text"], "alts": [], "reply_to": one["parent"] or one["post"]}
            | {"at": one["at"].isoformat(), "video": 0}
            for one in self.comments.values()
            if one["actor"] in pages and not self.posts[one["post"]]["gone"]
        ]
        return posts + comments

    def _document(self, post: dict[str, Any]) -> dict[str, Any] | None:
        media = post["content"].get("media") or {}
        if ":document:" not in media.get("id", ""):
            return None
        return {"title": media["title"], "size": len(self.files[media["id"]]["content"])}

    def _alts(self, post: dict[str, Any]) -> list[str]:
        if not post["images"]:
            return []
        several = (post["content"].get("multiImage") or {}).get("images") or [post["content"]["media"]]
        return [one.get("altText", "") for one in several]

    def react(self, post: str, kind: str, text: str) -> str:
        target, parent = self._place(post)
        if kind in ("like", "repost"):
            target["likes" if kind == "like" else "shares"] += 1
            return post
        if kind == "vote":
            cast_vote(target["votes"], text)
            return post
        parent = self.comments[parent]["parent"] or parent if parent else ""
        return str(self._commented(target, parent, _member("marko"), text)["urn"])

    def signed(self, body: bytes) -> dict[str, str]:
        """The headers with which an event arrives."""
        digest = hmac.new(SECRET.encode(), b"hmacsha256=" + body, hashlib.sha256).hexdigest()
        return {"X-LI-Signature": digest, "Content-Type": "application/json"}

    def _next(self) -> int:
        self.serial += 1 + secrets.randbelow(1000)
        return self.serial

    def _now(self) -> datetime:
        now: datetime = self.world.clock.now()
        return now


def _member(person: str) -> str:
    return f"urn:li:person:{person}"


def _json(request: Request) -> dict[str, Any]:
    if request.kind != "application/json":
        raise error(415, "UNSUPPORTED_MEDIA_TYPE", "application/json expected")
    body: dict[str, Any] = json.loads(request.body)
    return body


def _only(body: Mapping[str, Any], known: set[str]) -> None:
    if unknown := set(body) - known:
        raise error(422, "UNRECOGNIZED_FIELD", f"unrecognized field found but not allowed: {sorted(unknown)}")


def _list(text: str) -> list[str]:
    return [one for one in text.removeprefix("List(").removesuffix(")").split(",") if one]


def _paged(elements: list[dict[str, Any]], request: Request) -> dict[str, Any]:
    start, count = int(request.one("start", "0")), int(request.one("count", "10"))
    return {"elements": elements[start : start + count], "paging": {"start": start, "count": count, "links": []}}
