"""What a Viber channel and a Viber bot have in common: a token that a person copies, and one webhook address.

https://developers.viber.com/docs/tools/channels-post-api/ and https://developers.viber.com/docs/api/rest-bot-api/
"""

import re
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from platforms import signatures
from platforms.addresses import address
from platforms.defaults import Defaults
from platforms.errors import NeedsConsent, NotReached, Rejected
from platforms.refusals import Refusal
from platforms.translation import gettext_noop
from platforms.types import Credential, FindResult, Inconclusive, Messages, Outgoing, Pending, Profile
from platforms.viber.calls import ACCESS, INVALID_TOKEN, INVALID_URL, Calls

DEFAULT_SERVER = "https://chatapi.viber.com"
TOKEN = re.compile(r"[!-~]{8,200}")

WRONG_TOKEN = gettext_noop("Viber does not know this token.")
NOT_CALLED_BACK = gettext_noop("Viber tried to call the portal at its public address and got no answer.")


class ViberAccount(Defaults):
    """One account. Errors are those of `platforms.errors`. `options` has "wait_seconds"."""

    home: ClassVar[str] = DEFAULT_SERVER
    connect_by: ClassVar[str] = "token"
    refusals: ClassVar[tuple[Refusal, ...]] = ACCESS
    measures: ClassVar[frozenset[str]] = frozenset()

    def wire(self) -> None:
        self.calls = self._calls(self.token)

    def _calls(self, token: str) -> Calls:
        return Calls(self.http, self.server, token, timedelta(seconds=self.set["wait_seconds"]))

    @classmethod
    def address(cls, typed: str) -> str:
        return address(typed) if typed.strip() else DEFAULT_SERVER

    def fetch_facts(self) -> dict[str, Any]:
        """There are no facts that change what is possible."""
        return {}

    def exchange(self, answer: Mapping[str, str]) -> Credential:
        """The token is the credential; it does not expire. The account is read, and whether it can be used."""
        token = answer["token"].strip()
        if not TOKEN.fullmatch(token):
            raise Rejected(WRONG_TOKEN, field="token", code="token_wrong")
        try:
            info = self._calls(token).private("/get_account_info", {})
        except NeedsConsent as refused:
            if refused.evidence.get("code") != INVALID_TOKEN:
                raise
            raise Rejected(WRONG_TOKEN, field="token", code="token_wrong", evidence=refused.evidence) from None
        self.check_account(info)
        return Credential(token, account_id=str(info.get("id") or ""))

    def check_account(self, info: Mapping[str, Any]) -> None:
        """Raises `NeedsConsent` for an account that cannot be used. `info` is the network's own description."""

    def profile(self) -> Profile:
        return self.described(self.info())

    def described(self, info: Mapping[str, Any]) -> Profile:
        """The profile in the network's own description."""
        name, uri = str(info.get("name") or ""), str(info.get("uri") or "")
        return Profile(
            remote_id=str(info["id"]),
            handle=f"@{uri}" if uri else name,
            name=name or uri,
            url="",
            avatar_url=str(info.get("icon") or ""),
        )

    def info(self) -> dict[str, Any]:
        """The network's own description of the account."""
        info = self.calls.private("/get_account_info", {})
        if not info.get("id"):
            raise NotReached("The server did not tell whose access this is.")
        return info

    def revoke(self, *, shared: bool = False) -> None:
        """Viber sends us nothing more, and takes no more posts. The token itself cannot be ended by a call."""
        try:
            self.calls.private("/set_webhook", {"url": ""})
        except NeedsConsent:
            return

    def find(
        self, outgoing: Outgoing, since: datetime, bound: Collection[str] = (), checkpoint: Pending | None = None
    ) -> FindResult:
        return Inconclusive("the network keeps no list that the portal may read")

    @classmethod
    def named_by(cls, link: str, server: str, account_id: str) -> str | None:
        """Nothing here has an address."""
        return None

    def withdraw(self, remote_id: str) -> None:
        raise Rejected("This server cannot delete posts for us.", code="unsupported")

    def messages(self, cursor: str | None = None) -> Messages:
        """There is no list of them."""
        return Messages((), cursor)

    def replies(self, remote_id: str) -> Messages:
        return Messages(())

    @classmethod
    def verify(cls, raw_body: bytes, headers: Mapping[str, str], secret: str) -> bool:
        signature = headers.get("x-viber-content-signature", "")
        return bool(secret) and signatures.same(signature.lower(), signatures.hex_digest(secret, raw_body))

    def webhook(self, address: str) -> dict[str, Any]:
        """The body of the call that sets the webhook's address."""
        return {"url": address}

    def subscribe(self, address: str, secret: str) -> None:
        """Viber calls `address` at once and wants a 200: it has to be public, https, with a certificate of repute."""
        try:
            self.calls.private("/set_webhook", self.webhook(address))
        except Rejected as refused:
            if refused.code != str(INVALID_URL):
                raise
            raise Rejected(NOT_CALLED_BACK, code="portal_unreachable", evidence=refused.evidence) from None


def moment(milliseconds: Any) -> datetime | None:
    """A time of an event (aware UTC); None for what is none."""
    known = isinstance(milliseconds, int) and not isinstance(milliseconds, bool) and 0 < milliseconds < 10**14
    return datetime.fromtimestamp(milliseconds / 1000, UTC) if known else None
