"""Programs and their access: register, consent, exchange a code for a token, revoke. https://docs.joinmastodon.org/methods/oauth/

Secrets are sent once, in the answer; the tables hold their hash.
"""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from django.db import transaction
from django.utils import timezone

from practice import rules
from practice.errors import ApiError, BadClient, BadGrant
from practice.hashes import hashed
from practice.models import Account, App, Grant, Token

OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
"""Instead of an address: the person copies the code into the program."""
MOST_CHARACTERS = 300
# What a browser would run or show by itself, or hand to any program it likes, rather than to the one that registered.
FORBIDDEN_SCHEMES = frozenset(
    {"about", "blob", "content", "data", "file", "filesystem", "ftp", "intent", "javascript", "vbscript", "view-source"}
    | {"ws", "wss"}
)
# Quotes and separators would become parts of a header. What follows the colon tells an address from "tel:192".
_ADDRESS = re.compile(r"(?<![A-Za-z0-9+.-])[A-Za-z][A-Za-z0-9+.-]*+:/[!-~]*")
_SEPARATORS = frozenset("\"',;\\")


class Registered(NamedTuple):
    app: App
    secret: str


class Issued(NamedTuple):
    token: Token
    secret: str


def register(name: str, redirect_uris: Sequence[str], scopes: Sequence[str], website: str = "") -> Registered:
    """A new program. Raises `ApiError` for a missing name or a bad address."""
    if not name.strip() or len(name) > 60:
        raise ApiError("Validation failed: Application name can't be blank")
    if not redirect_uris or not all(_is_address(uri) for uri in redirect_uris):
        raise ApiError("Validation failed: Redirect URI must be an absolute URI.")
    if not set(scopes) <= rules.SCOPES:
        raise ApiError("Validation failed: Scopes doesn't match configured on the server.")
    secret = secrets.token_urlsafe(32)
    app = App.objects.create(
        client_id=secrets.token_urlsafe(32),
        secret_hash=hashed(secret),
        name=name.strip(),
        website=website[:200] if website.startswith(("http://", "https://")) else "",
        redirect_uris=list(redirect_uris),
        scopes=list(scopes),
    )
    return Registered(app, secret)


def _is_address(uri: str) -> bool:
    """A page, the scheme of a program on a telephone ("mastodon://joinmastodon.org/oauth"), or none."""
    if uri == OUT_OF_BAND:
        return True
    if len(uri) > MOST_CHARACTERS or not _ADDRESS.fullmatch(uri) or _SEPARATORS & set(uri):
        return False
    try:
        parts = urlsplit(uri)
    except ValueError:
        return False
    if parts.fragment or parts.scheme in FORBIDDEN_SCHEMES:
        return False
    return bool(parts.netloc) or not is_page(uri)


def is_page(uri: str) -> bool:
    """Whether a program is answered at a web page, and not by a code to copy or by another program on the device."""
    return urlsplit(uri).scheme in ("http", "https")


def consent(app: App, account: Account, redirect_uri: str, scopes: Sequence[str], challenge: str) -> str:
    """The code to take back to `app`. `challenge` is the S256 one, or empty."""
    code = secrets.token_urlsafe(32)
    Grant.objects.create(
        app=app,
        account=account,
        code_hash=hashed(code),
        redirect_uri=redirect_uri,
        scopes=list(scopes),
        challenge=challenge,
        expires_at=timezone.now() + rules.CODE_LIVES,
    )
    return code


def client(client_id: str, client_secret: str) -> App:
    app = App.objects.filter(client_id=client_id).first()
    if app is None or not hmac.compare_digest(app.secret_hash, hashed(client_secret)):
        raise BadClient("Client authentication failed due to unknown client.", error="invalid_client")
    return app


def exchange(app: App, code: str, redirect_uri: str, verifier: str) -> Issued:
    """A token for a code. Raises `BadGrant`; a code that is used twice revokes the token that it gave (RFC 6749,
    4.1.2)."""
    with transaction.atomic():
        grant = Grant.objects.select_for_update().filter(code_hash=hashed(code), app=app).first()
        if grant and grant.used_at:
            grant.tokens.all().delete()
            used = True
        else:
            used = False
            _examine(grant, redirect_uri, verifier)
            assert grant is not None  # _examine refused it otherwise
            grant.used_at = timezone.now()
            grant.save(update_fields=["used_at"])
            issued = issue(app, grant.account, grant.scopes, grant)
    if used:
        raise _bad_grant()
    return issued


def _examine(grant: Grant | None, redirect_uri: str, verifier: str) -> None:
    if grant is None or grant.redirect_uri != redirect_uri or grant.expires_at < timezone.now():
        raise _bad_grant()
    if grant.challenge and not hmac.compare_digest(grant.challenge.encode(), challenge_of(verifier).encode()):
        raise _bad_grant()


def _bad_grant() -> BadGrant:
    message = "The provided authorization grant is invalid, expired, revoked, or was issued to another client."
    return BadGrant(message, error="invalid_grant")


def challenge_of(verifier: str) -> str:
    """S256. https://www.rfc-editor.org/rfc/rfc7636#section-4.2"""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def issue(app: App, account: Account, scopes: Sequence[str], grant: Grant | None = None) -> Issued:
    secret = secrets.token_urlsafe(32)
    token = Token.objects.create(app=app, account=account, grant=grant, token_hash=hashed(secret), scopes=list(scopes))
    return Issued(token, secret)


def revoke(app: App, secret: str) -> None:
    """Whatever token it was, it is good for nothing afterwards. Another program's is left alone."""
    Token.objects.filter(app=app, token_hash=hashed(secret)).delete()
