"""Calls to the Graph API. https://developers.facebook.com/docs/graph-api/

The token is sent in the header, never in an address; `appsecret_proof` proves that the call comes from our server.
Every call names a version: one without is served by the oldest version that still exists.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from common.http import Answer, Http
from platforms import answers, signatures
from platforms.errors import NotReached, PlatformError
from platforms.meta import codes

PAGES = 20


class Calls:
    """Requests in the name of one token. `server` without the version."""

    def __init__(self, http: Http, server: str, version: str, token: str = "", secret: str = "") -> None:
        self.http = http
        self.base = f"{server.rstrip('/')}/{version}"
        self.token = token
        self.secret = secret
        self.secrets = tuple(word for word in (token, secret) if word)

    def as_(self, token: str) -> "Calls":
        """The same in the name of another token."""
        server, _, version = self.base.rpartition("/")
        return Calls(self.http, server, version, token, self.secret)

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    def proof(self) -> dict[str, str]:
        """https://developers.facebook.com/docs/graph-api/guides/secure-requests#appsecret_proof"""
        known = self.token and self.secret and "|" not in self.token
        return {"appsecret_proof": signatures.hex_digest(self.secret, self.token.encode())} if known else {}

    def get(self, path: str, **params: Any) -> dict[str, Any]:
        """The object of a read. Raises the five errors; see `codes.is_missing`. A page may have fewer objects than its
        `limit`: where the network finds them too much, half as many are asked for."""
        return self._page(path, params)

    def _page(self, path: str, params: dict[str, Any]) -> dict[str, Any]:
        """Leaves in `params` the limit with which it succeeded."""
        while True:
            try:
                return self._read(path, {**params, **self.proof()})
            except NotReached as busy:
                if not codes.asks_for_less(busy) or params.get("limit", 0) < 2:
                    raise
            params["limit"] //= 2

    def _read(self, path: str, query: Mapping[str, Any]) -> dict[str, Any]:
        answer = answers.read(lambda: self.http.get(self.base + path, params=query, headers=self.headers()))
        return self._settled(answer, public=False)

    def listed(self, path: str, pages: int = PAGES, **params: Any) -> Iterator[dict[str, Any]]:
        """The objects of a list, page after page, as the network orders them: at most `pages` of `limit` objects."""
        left, whole = float(pages), params.get("limit", 1)
        while left > 0:
            page = self._page(path, params)
            left -= params.get("limit", 1) / whole
            yield from (one for one in page.get("data") or () if isinstance(one, dict))
            paging = page.get("paging") or {}
            after = (paging.get("cursors") or {}).get("after")
            # `next` holds the token in its address: only its cursor is used.
            if not paging.get("next") or not after:
                return
            params["after"] = after

    def private(self, method: str, path: str, form: Mapping[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        """A write without a public effect: it may be repeated after any failure."""
        answer = answers.read(lambda: self._write(method, path, form, **more))
        return self._settled(answer, public=False)

    def public(self, method: str, path: str, form: Mapping[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        """The one write that others see. Without a usable answer it raises `OutcomeUnknown`."""
        answer = answers.write(lambda: self._write(method, path, form, commits=True, **more))
        return self._settled(answer, public=True)

    def _write(self, method: str, path: str, form: Mapping[str, Any] | None, **more: Any) -> Answer:
        url = path if path.startswith(("https://", "http://")) else self.base + path
        return self.http.request(method, url, data={**(form or {}), **self.proof()}, headers=self.headers(), **more)

    def _settled(self, answer: Answer, *, public: bool) -> dict[str, Any]:
        if not answer.ok:
            raise self.problem(answer, public=public)
        body = answers.body(answer, public=public, secrets=self.secrets)
        if isinstance(body, dict) and "error" not in body:
            return body
        if isinstance(body, dict):
            raise self.problem(answer, public=public)
        if body is True:
            return {"success": True}
        raise NotReached(codes.BUSY) if not public else self.problem(answer, public=True)

    def problem(self, answer: Answer, *, public: bool) -> PlatformError:
        return codes.problem(answer, public=public, secrets=self.secrets)
