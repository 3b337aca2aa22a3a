"""Connecting a channel: a request starts it, a worker makes the network calls, the page polls in between.

OAuth: `start` → worker registers us at the server → the person consents there → `callback` exchanges the code (the one
call that a request makes) → worker reads the account, or the pages, of which the person picks one with `choose` →
worker makes the channel. App password or token: `sign_in` → worker signs in and reads the account.
A `ConnectAttempt` holds the state for at most ten minutes; its secrets are wiped at the end.
"""

from channels.domain.connect.answer import UnknownState, callback
from channels.domain.connect.attempts import authorize_url, expire, sign_in, start
from channels.domain.connect.choose import accounts, choose
from channels.domain.connect.work import proceed

__all__ = ["UnknownState", "accounts", "authorize_url", "callback", "choose", "expire", "proceed", "sign_in", "start"]
