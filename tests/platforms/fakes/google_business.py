"""The Business Profile APIs: accounts and places by discovery documents, reviews by the pages of version 4.

https://developers.google.com/my-business/reference/rest/v4/accounts.locations.reviews
Each API has a host of its own; here all are below one address. Strict about parameters, PKCE, roles and paths; a review
has one answer, which `PUT` replaces; a place that is not verified has no reviews to read or answer.
"""

import base64
import hashlib
import json
import secrets
import urllib.parse
from datetime import datetime, timedelta
from typing import Any

from tests.platforms.fakes.core import Refusal, Reply, Request, routed

CLIENT, SECRET = "1044-recenzije.apps.googleusercontent.com", "GOCSPX-secret"  # pragma: allowlist secret
SCOPES = ("https://www.googleapis.com/auth/business.manage",)
LIFE, CODE_LIFE, RENEWAL_LIFE = timedelta(hours=1), timedelta(minutes=10), timedelta(days=180)
REPLY_BYTES, PER_PAGE = 4096, 50
FIELDS = {"name", "title", "storefrontAddress", "metadata"}
WORDS = ("", "ONE", "TWO", "THREE", "FOUR", "FIVE")
ERROR_INFO = "type.googleapis.com/google.rpc.ErrorInfo"


def error(status: int, name: str, message: str = "", reason: str = "", **metadata: str) -> Refusal:
    content: dict[str, Any] = {"code": status, "message": message or name, "status": name}
    if reason:
        content["details"] = [
            {"@type": ERROR_INFO, "reason": reason, "domain": "googleapis.com", "metadata": metadata},
        ]
    return Refusal(status, {"error": content})


class GoogleBusinessFake:
    OPTIONS = {
        "google_business_declined": False,
        # Google has not approved the project: no call a minute. Or an API is not switched on.
        "google_business_not_approved": False,
        "google_business_switched_off": False,
        "google_business_refuses_replies": False,
    }

    def __init__(self, world: Any) -> None:
        self.world = world
        self.codes: dict[str, dict[str, Any]] = {}
        self.tokens: dict[str, dict[str, Any]] = {}
        self.people: dict[str, list[str]] = {}
        """By name: the accounts that a person has, their own one first."""
        self.account_types: dict[str, str] = {}
        self.places: dict[str, dict[str, Any]] = {}
        """By name (`locations/…`): "accounts", "title", "address", "is_verified", "reviews" by id."""

    # the server

    def handle(self, request: Request) -> Reply:
        if request.path == "/o/oauth2/v2/auth":
            return self._dialog(request)
        routes = [
            ("POST", r"/token", self.token),
            ("POST", r"/revoke", self.revoke),
            ("GET", r"/v1/accounts", self.list_accounts),
            ("GET", r"/v1/(accounts/\d+)/locations", self.list_places),
            ("GET", r"/v1/(locations/\d+)", self.get_place),
            ("GET", r"/v4/(accounts/\d+)/(locations/\d+)/reviews", self.list_reviews),
            ("GET", r"/v4/(accounts/\d+)/(locations/\d+)/reviews/([\w-]+)", self.get_review),
            ("PUT", r"/v4/(accounts/\d+)/(locations/\d+)/reviews/([\w-]+)/reply", self.reply),
        ]
        answer = routed(routes, request)
        return answer if isinstance(answer, Reply) else Reply(200, answer)

    def too_many(self, seconds: float) -> Reply:
        reply = error(429, "RESOURCE_EXHAUSTED", "Quota exceeded", "RATE_LIMIT_EXCEEDED", quota_limit_value="300").reply
        reply.headers |= {"Retry-After": str(int(seconds))}
        return reply

    def kill_token(self, token: str, action: str) -> None:
        """An expired one can be renewed, a consent that was taken back cannot."""
        person = self.tokens.get(token, {}).get("person")
        for key, held in self.tokens.items():
            held["dead"] = held.get("dead") or key == token or (action == "revoke_token" and held["person"] == person)

    def _person(self, request: Request) -> str:
        held = self.tokens.get(request.token)
        if held is None or held.get("dead") or held["kind"] != "access" or held["ends"] < self._now():
            raise error(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")
        if self.world.options["google_business_switched_off"]:
            raise error(403, "PERMISSION_DENIED", "The API has not been used before.", "SERVICE_DISABLED")
        if self.world.options["google_business_not_approved"]:
            raise error(429, "RESOURCE_EXHAUSTED", "Quota exceeded", "RATE_LIMIT_EXCEEDED", quota_limit_value="0")
        if not held["scopes"]:
            raise error(403, "PERMISSION_DENIED", "Insufficient scopes.", "ACCESS_TOKEN_SCOPE_INSUFFICIENT")
        return str(held["person"])

    def _asked(self, request: Request, *known: str) -> None:
        if unknown := set(request.query) - {*known, "fields"}:
            raise error(400, "INVALID_ARGUMENT", f"Unknown name {sorted(unknown)}")

    # consent

    def _dialog(self, request: Request) -> Reply:
        """GET is the page; POST is the person's decision, `person` who they are."""
        query = {name: values[0] for name, values in request.query.items()} | (request.form() if request.body else {})
        known = query.get("client_id") == CLIENT and query.get("response_type") == "code" and query.get("state")
        if not known or query.get("code_challenge_method") != "S256" or not query.get("code_challenge"):
            return Reply(400, "<h1>Error 400: invalid_request</h1>", content_type="text/html")
        if request.method == "GET":
            return Reply(200, "<h1>Dobošar wants access to your Google Account</h1>", content_type="text/html")
        back = {"state": query["state"]}
        if query.get("decision") == "deny":
            back["error"] = "access_denied"
        else:
            code, declined = "4/0" + secrets.token_urlsafe(40), self.world.options["google_business_declined"]
            person = query.get("person") or next(iter(self.people))
            self.codes[code] = {
                "redirect_uri": query["redirect_uri"], "scopes": [] if declined else query["scope"].split(),
                "person": person, "challenge": query["code_challenge"], "ends": self._now() + CODE_LIFE,
                "renews": query.get("access_type") == "offline" and "consent" in query["prompt"],
            }  # fmt: skip
            back |= {"code": code, "scope": " ".join(self.codes[code]["scopes"])}
        return Reply(302, "", {"Location": f"{query['redirect_uri']}?{urllib.parse.urlencode(back)}"})

    def token(self, request: Request) -> dict[str, Any]:
        form = request.form() if request.kind == "application/x-www-form-urlencoded" else {}
        if form.get("client_id") != CLIENT or form.get("client_secret") != SECRET:
            raise Refusal(401, {"error": "invalid_client", "error_description": "Unauthorized"})
        if form.get("grant_type") == "refresh_token":
            held = self.tokens.get(form.get("refresh_token", ""))
            if held is None or held.get("dead") or held["kind"] != "refresh" or held["ends"] < self._now():
                raise Refusal(
                    400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
                )
            return self._given(held["person"], held["scopes"])
        known = self.codes.pop(form.get("code", ""), None)
        proof = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        fits = known and known["redirect_uri"] == form.get("redirect_uri") and known["ends"] > self._now()
        if not known or not fits or proof.decode().rstrip("=") != known["challenge"]:
            raise Refusal(400, {"error": "invalid_grant", "error_description": "Malformed auth code."})
        tokens = self._given(known["person"], known["scopes"])
        return tokens | (self._renewal(known["person"], known["scopes"]) if known["renews"] else {})

    def _given(self, person: str, scopes: Any) -> dict[str, Any]:
        access = "ya29." + secrets.token_urlsafe(48)
        self.tokens[access] = {
            "kind": "access", "person": person, "scopes": tuple(scopes), "ends": self._now() + LIFE,
        }  # fmt: skip
        return {"access_token": access, "expires_in": 3599, "token_type": "Bearer", "scope": " ".join(scopes)}

    def _renewal(self, person: str, scopes: Any) -> dict[str, Any]:
        renewal = "1//" + secrets.token_urlsafe(48)
        ends = self._now() + RENEWAL_LIFE
        self.tokens[renewal] = {"kind": "refresh", "person": person, "scopes": tuple(scopes), "ends": ends}
        return {"refresh_token": renewal}

    def revoke(self, request: Request) -> dict[str, Any]:
        held = self.tokens.get(request.form().get("token", ""))
        if held is None or held.get("dead"):
            raise Refusal(400, {"error": "invalid_token", "error_description": "Token expired or revoked"})
        for one in self.tokens.values():
            one["dead"] = one.get("dead") or one["person"] == held["person"]
        return {}

    # accounts and places

    def list_accounts(self, request: Request) -> dict[str, Any]:
        person = self._person(request)
        self._asked(request, "pageSize", "pageToken", "filter", "parentAccount")
        shown = [
            {
                "name": name, "accountName": name, "type": self.account_types[name], "role": "PRIMARY_OWNER",
                "verificationState": "UNVERIFIED", "vettedState": "NOT_VETTED",
            }
            for name in self.people[person]
        ]  # fmt: skip
        return _page(request, "accounts", shown, 20)

    def list_places(self, request: Request, account: str) -> dict[str, Any]:
        self._may(self._person(request), account)
        self._asked(request, "pageSize", "pageToken", "filter", "orderBy", "readMask")
        shown = [self._place(request, name) for name, place in self.places.items() if account in place["accounts"]]
        return _page(request, "locations", shown, 100)

    def get_place(self, request: Request, name: str) -> dict[str, Any]:
        person = self._person(request)
        self._asked(request, "readMask")
        place = self.places.get(name)
        if place is None or not set(self.people[person]) & place["accounts"]:
            raise error(404, "NOT_FOUND", "Requested entity was not found.")
        return self._place(request, name)

    def _place(self, request: Request, name: str) -> dict[str, Any]:
        wanted = set(request.one("readMask").split(","))
        if not wanted or wanted - FIELDS:
            raise error(400, "INVALID_ARGUMENT", "Invalid field mask provided")
        place = self.places[name]
        whole = {
            "name": name, "title": place["title"],
            "storefrontAddress": {
                "regionCode": "RS", "languageCode": "sr", "postalCode": "35230", "locality": "Ћуприја",
                "addressLines": [place["address"]],
            },
            "metadata": {
                "mapsUri": f"https://maps.google.com/maps?cid={name.removeprefix('locations/')}", "placeId": "ChIJ1",
                "newReviewUri": "https://search.google.com/local/writereview?placeid=ChIJ1",
                **({"hasVoiceOfMerchant": True} if place["is_verified"] else {}),
            },
        }  # fmt: skip
        return {field: content for field, content in whole.items() if field in wanted}

    def _may(self, person: str, account: str) -> None:
        if account not in self.people[person]:
            raise error(403, "PERMISSION_DENIED", "The caller does not have permission")

    # reviews

    def _reviewed(self, request: Request, account: str, location: str) -> dict[str, Any]:
        self._may(self._person(request), account)
        place = self.places.get(location)
        if place is None or account not in place["accounts"]:
            raise error(404, "NOT_FOUND", "Requested entity was not found.")
        if not place["is_verified"]:
            raise error(403, "PERMISSION_DENIED", "The location is not verified.")
        return place

    def list_reviews(self, request: Request, account: str, location: str) -> dict[str, Any]:
        place = self._reviewed(request, account, location)
        self._asked(request, "pageSize", "pageToken", "orderBy")
        if request.one("orderBy", "updateTime desc") not in ("rating", "rating desc", "updateTime desc"):
            raise error(400, "INVALID_ARGUMENT", "Invalid order")
        if int(request.one("pageSize", "50")) > PER_PAGE:
            raise error(400, "INVALID_ARGUMENT", "Page size is too large")
        newest = sorted(place["reviews"].values(), key=lambda one: one["changed_at"], reverse=True)
        shown = [self._review(account, location, one) for one in newest]
        numbers = [one["stars"] for one in newest]
        # Without reviews the answer is an empty object.
        total = {"averageRating": sum(numbers) / len(numbers), "totalReviewCount": len(numbers)} if numbers else {}
        return _page(request, "reviews", shown, PER_PAGE) | total

    def get_review(self, request: Request, account: str, location: str, number: str) -> dict[str, Any]:
        return self._review(account, location, self._existing(request, account, location, number))

    def _existing(self, request: Request, account: str, location: str, number: str) -> dict[str, Any]:
        place = self._reviewed(request, account, location)
        if number not in place["reviews"]:
            raise error(404, "NOT_FOUND", "Requested entity was not found.")
        return dict(place["reviews"][number])

    def reply(self, request: Request, account: str, location: str, number: str) -> dict[str, Any]:
        self._existing(request, account, location, number)
        try:
            body = json.loads(request.body)
        except ValueError:
            raise error(400, "INVALID_ARGUMENT", "Invalid JSON payload received.") from None
        if set(body) != {"comment"} or not body["comment"]:
            raise error(400, "INVALID_ARGUMENT", "Invalid JSON payload received.")
        if len(body["comment"].encode()) > REPLY_BYTES:
            raise error(400, "INVALID_ARGUMENT", "The reply is too long.")
        review = self.places[location]["reviews"][number]
        state = "REJECTED" if self.world.options["google_business_refuses_replies"] else "APPROVED"
        review["reply"] = {"comment": body["comment"], "updateTime": _iso(self._now()), "reviewReplyState": state}
        if state == "REJECTED":
            review["reply"]["policyViolation"] = "OFF_TOPIC"
        return dict(review["reply"])

    def _review(self, account: str, location: str, one: dict[str, Any]) -> dict[str, Any]:
        return {
            "name": f"{account}/{location}/reviews/{one['id']}", "reviewId": one["id"],
            "reviewer": {"displayName": one["by"], "isAnonymous": False, "profilePhotoUrl": "https://lh3.example/a"},
            "starRating": WORDS[one["stars"]], "createTime": _iso(one["at"]), "updateTime": _iso(one["changed_at"]),
            **({"comment": one["text"]} if one["text"] else {}),
            **({"reviewReply": one["reply"]} if one["reply"] else {}),
        }  # fmt: skip

    # For tests

    def person(self, name: str, *types: str) -> list[str]:
        """Their accounts: one of their own, and groups."""
        if name not in self.people:
            self.people[name] = [self._account(kind) for kind in ("PERSONAL", *types)]
        return self.people[name]

    def _account(self, kind: str) -> str:
        name = f"accounts/{1_000 + len(self.account_types)}"
        self.account_types[name] = kind
        return name

    def place(self, title: str, *accounts: str, address: str = "Трг 1", is_verified: bool = True) -> str:
        name = f"locations/{7_000_000 + len(self.places)}"
        self.places[name] = {
            "title": title, "address": address, "accounts": set(accounts), "is_verified": is_verified, "reviews": {},
        }  # fmt: skip
        return name

    def written(self, place: str, text: str, stars: int = 5, by: str = "Мара", ago: timedelta = timedelta()) -> str:
        """The id of a new review."""
        number, at = "AbFvOq" + secrets.token_urlsafe(40), self._now() - ago
        self.places[place]["reviews"][number] = {
            "id": number, "text": text, "stars": stars, "by": by, "at": at, "changed_at": at, "reply": None,
        }  # fmt: skip
        return number

    def changed(self, place: str, number: str, **fields: Any) -> None:
        self.places[place]["reviews"][number] |= fields | {"changed_at": self._now()}

    def replied(self, place: str, number: str, text: str | None) -> None:
        """Somebody answers in Google's own pages, or deletes the answer (None). The review itself is as it was."""
        reply = {"comment": text, "updateTime": _iso(self._now()), "reviewReplyState": "APPROVED"}
        self.places[place]["reviews"][number]["reply"] = reply if text else None

    # the control pages

    def account(self, name: str) -> dict[str, Any]:
        own = self.person(name)[0]
        place = next((key for key, one in self.places.items() if own in one["accounts"]), None)
        place = place or self.place(f"Општина {name}", own)
        tokens = self._given(name, SCOPES) | self._renewal(name, SCOPES)
        server = f"{self.world.url}/google_business"
        credential = {
            "access_token": tokens["access_token"], "refresh_token": tokens["refresh_token"], "expires_at": None,
            "service": server, "account_id": f"{own}/{place}", "scopes": list(SCOPES),
        }  # fmt: skip
        return {"server": server, "keys": {"client_id": CLIENT, "client_secret": SECRET}, "credential": credential}

    def public(self, name: str) -> list[dict[str, Any]]:
        """The place's answers."""
        return [
            {
                "id": number, "text": review["reply"]["comment"], "alts": [], "at": review["reply"]["updateTime"],
                "reply_to": f"{place}/reviews/{number}",
            }
            for place, content in self.places.items()
            if content["accounts"] & set(self.people.get(name, ()))
            for number, review in content["reviews"].items()
            if review["reply"]
        ]  # fmt: skip

    def react(self, post: str, kind: str, text: str) -> str:
        """`post`: a place."""
        return f"{post}/reviews/{self.written(post, text)}"

    def _now(self) -> datetime:
        now: datetime = self.world.clock.now()
        return now


def _page(request: Request, field: str, shown: list[dict[str, Any]], most: int) -> dict[str, Any]:
    """An empty page has no list, as Google leaves empty fields out."""
    size, begins = min(int(request.one("pageSize", str(most))), most), int(request.one("pageToken", "0"))
    page, rest = shown[begins : begins + size], shown[begins + size :]
    return ({field: page} if page else {}) | ({"nextPageToken": str(begins + size)} if rest else {})


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
