"""Calls to a personal data server and the meaning of its answers. https://docs.bsky.app/docs/api/at-protocol-xrpc-api"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from common import untrusted_json
from common.http import Answer, Http
from platforms import answers, refusals
from platforms.errors import NeedsConsent, NotReached, OutcomeUnknown, PlatformError, Rejected
from platforms.refusals import Meaning, Refusal
from platforms.translation import gettext_noop
from platforms.types import Action, Credential, Scope

RESET = "ratelimit-reset"  # epoch seconds: https://docs.bsky.app/docs/advanced-guides/rate-limits
# An access token lives two hours; this much before its end it is renewed on our own accord.
RENEW_BEFORE = timedelta(minutes=5)
# The reference server answers a dead token with 400, not 401.
EXPIRED = frozenset({"ExpiredToken", "InvalidToken"})
XRPC = "https://github.com/bluesky-social/atproto/blob/main/packages/xrpc-server/src/errors.ts"
SESSION = "https://docs.bsky.app/docs/api/com-atproto-server-create-session"
UNAUTHENTICATED = frozenset({"AuthMissing", "AuthenticationRequired", "AuthFactorTokenRequired"})
# The app password of the session does not reach this far: observed as "Bad token scope", since September 2025 also
# "Bad token method". https://github.com/bluesky-social/social-app/pull/8954
BEYOND = ("bad token scope", "bad token method")
ACCESS = (
    Refusal(
        Meaning.PERMISSION,
        "",
        "https://github.com/bluesky-social/social-app/pull/8954",
        "2026-11-30",
        codes=EXPIRED,
        texts=BEYOND,
    ),
    Refusal(Meaning.ENDED, "", SESSION, "2026-11-29", codes=EXPIRED | UNAUTHENTICATED),
    Refusal(Meaning.ACCOUNT, "", SESSION, "2026-11-29", codes=frozenset({"AccountTakedown", "AccountDeactivated"})),
    Refusal(Meaning.ENDED, "", XRPC, "2026-11-29", status=401),
    # "Forbidden": the session is good and may not do this
    Refusal(Meaning.PERMISSION, "", XRPC, "2026-11-29", status=403),
)
# Scopes of sessions: https://github.com/bluesky-social/atproto/blob/main/packages/pds/src/auth-scope.ts
APP_PASSWORD, PRIVILEGED = "com.atproto.appPass", "com.atproto.appPassPrivileged"
SCOPES = (
    Scope(APP_PASSWORD, gettext_noop("Publish, and read what people answer.")),
    Scope(PRIVILEGED, gettext_noop("Read and answer private messages."), needed=False, actions=(Action.CONVERSE,)),
)
NOT_ACCEPTED = "The server no longer accepts our access."
REFUSALS = frozenset({400, 404, 405, 409, 410, 413, 415, 422})


class Calls:
    """Requests to the account's own server, with a session that renews itself once it has run out."""

    def __init__(
        self, http: Http, server: str, credential: Credential | None, keep: Callable[[Credential], None] | None
    ) -> None:
        self.http = http
        self.server = (credential.service if credential and credential.service else server).rstrip("/")
        self.credential = credential
        self.keep = keep

    @property
    def did(self) -> str:
        return self._credential().account_id

    def _credential(self) -> Credential:
        if self.credential is None:
            raise NeedsConsent("There is no session.")
        return self.credential

    @property
    def access_token(self) -> str:
        return self._credential().access_token

    def secrets(self) -> tuple[str, ...]:
        c = self.credential
        return (c.access_token, c.refresh_token) if c else ()

    def url(self, method: str) -> str:
        return f"{self.server}/xrpc/{method}"

    def get(self, method: str, params: Any = None, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        """The JSON object of a read. Raises the five errors; `Rejected.code` is the server's error name."""
        body = self._with_session("GET", method, public=False, params=params, headers=dict(headers or {}))
        if not isinstance(body, dict):
            raise NotReached("The server's answer could not be read.")
        return body

    def upload(self, content: bytes, mime: str) -> Any:
        """Upload a blob, which stays invisible until a record names it."""
        headers = {"Content-Type": mime}
        answer = self._with_session("POST", "com.atproto.repo.uploadBlob", public=False, data=content, headers=headers)
        if not isinstance(answer, dict) or not isinstance(answer.get("blob"), dict):
            raise NotReached("The server did not take the picture.")
        return answer["blob"]

    def upload_file(self, body: Callable[[], Any], mime: str) -> Any:
        """Upload a blob that is not read into memory. `body` opens it, once for each time that it is sent."""
        headers = {"Content-Type": mime}
        answer = self._with_session("POST", "com.atproto.repo.uploadBlob", public=False, body=body, headers=headers)
        if not isinstance(answer, dict) or not isinstance(answer.get("blob"), dict):
            raise NotReached("The server did not take the video.")
        return answer["blob"]

    def write(self, method: str, record: Any, *, commits: bool = True, headers: Mapping[str, str] | None = None) -> Any:
        """A request that others see. Without a usable answer it raises `OutcomeUnknown`. `commits` is False for a
        deletion: then `before_send` is not called."""
        return self._with_session(
            "POST", method, public=True, commits=commits, json=record, headers=dict(headers or {})
        )

    def _with_session(self, verb: str, method: str, *, public: bool, **more: Any) -> Any:
        until = self._credential().expires_at
        if until and datetime.now(UTC) > until - RENEW_BEFORE:
            self.renew()
        answer = self._send(verb, method, public, more)
        if not answer.ok and _is_expired(answer):
            # Refused before anything was done, so the same request may go out once more.
            self.renew()
            answer = self._send(verb, method, public, more)
        if answer.ok:
            return answers.body(answer, public=public, secrets=self.secrets())
        raise self.problem(answer, public=public)

    def _send(self, verb: str, method: str, public: bool, more: dict[str, Any]) -> Answer:
        headers = {"Authorization": f"Bearer {self._credential().access_token}", **more.get("headers", {})}
        send = answers.write if public else answers.read
        arguments = {**more, "headers": headers}
        if body := arguments.pop("body", None):
            arguments["data"] = body()
        return send(lambda: self.http.request(verb, self.url(method), **arguments))

    def renew(self) -> Credential:
        """A new pair of tokens; `keep` gets it at once, since the old pair is used up."""
        old = self._credential()
        headers = {"Authorization": f"Bearer {old.refresh_token}"}
        answer = answers.read(lambda: self.http.post(self.url("com.atproto.server.refreshSession"), headers=headers))
        if not answer.ok:
            if _is_expired(answer):
                raise NeedsConsent("The session has ended.", answers.evidence(answer, self.secrets()))
            raise self.problem(answer, public=False)
        fresh = session(answers.body(answer, public=False), old.service or self.server)
        self.credential = replace(fresh, service=old.service or fresh.service)
        if self.keep:
            self.keep(self.credential)
        return self.credential

    def problem(self, answer: Answer, *, public: bool) -> PlatformError:
        """The error that an unsuccessful answer stands for."""
        code, text = name(answer), message(answer)
        evidence = answers.evidence(answer, self.secrets())
        if known := refusals.first(ACCESS, status=answer.status, code=code, text=text):
            return refusals.error(known, evidence, code=code, text=text or NOT_ACCEPTED)
        if answer.status == 429:
            return answers.rate_limited(answer, RESET, self.secrets())
        if answer.status in REFUSALS:
            return Rejected(text or "The server refused this.", code=code or str(answer.status), evidence=evidence)
        if public:
            return OutcomeUnknown("The server failed and did not say whether it published.", evidence)
        return NotReached("The server does not answer properly at the moment.", evidence)


def session(answer: Any, server: str) -> Credential:
    """The credential in a createSession or refreshSession answer."""
    if not isinstance(answer, dict) or not answer.get("accessJwt") or not answer.get("did"):
        raise NotReached("The server's answer is not a session.")
    return Credential(
        access_token=str(answer["accessJwt"]),
        refresh_token=str(answer.get("refreshJwt") or ""),
        expires_at=expiry(str(answer["accessJwt"])),
        service=data_server(answer.get("didDoc")) or server,
        account_id=str(answer["did"]),
        scopes=granted(str(answer["accessJwt"])),
    )


def data_server(document: Any) -> str:
    """Where the account lives, by its DID document. https://atproto.com/specs/did#did-documents"""
    services = document.get("service") if isinstance(document, dict) else None
    for service in services if isinstance(services, list) else ():
        if isinstance(service, dict) and service.get("type") == "AtprotoPersonalDataServer":
            return str(service.get("serviceEndpoint") or "").rstrip("/")
    return ""


def expiry(token: str) -> datetime | None:
    """When a JWT runs out, unverified: only to renew in time."""
    try:
        return datetime.fromtimestamp(_claims(token)["exp"], UTC)
    except (ValueError, KeyError, TypeError, OverflowError):
        return None


def granted(token: str) -> tuple[str, ...]:
    """What the app password of a session may do, by the JWT; empty where it does not say so."""
    scope = _claims(token).get("scope")
    if scope == PRIVILEGED:
        return (APP_PASSWORD, PRIVILEGED)
    return (APP_PASSWORD,) if scope == APP_PASSWORD else ()


def _claims(token: str) -> dict[str, Any]:
    try:
        payload = token.split(".")[1]
        claims = untrusted_json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError):
        return {}
    return claims if isinstance(claims, dict) else {}


def _is_expired(answer: Answer) -> bool:
    return name(answer) in EXPIRED and not any(words in message(answer).lower() for words in BEYOND)


def _field(answer: Answer, field: str) -> str:
    try:
        body = answer.json()
    except ValueError:
        return ""
    return str(body.get(field) or "")[:300] if isinstance(body, dict) else ""


def name(answer: Answer) -> str:
    return _field(answer, "error")


def message(answer: Answer) -> str:
    return _field(answer, "message")
