"""Search. https://docs.joinmastodon.org/methods/search/"""

import re
from typing import Any

from practice import queries
from practice.api import entities
from practice.api.calls import api, number, origin, parameter, window
from practice.models import Account, Status
from practice.queries import searches
from practice.web import TokenRequest

LENGTH = 200
# An address of an account or a status here, which a program has looked up.
_PATH = re.compile(r"/@(?P<username>[a-z0-9_]{1,30})(?:/(?P<status>[0-9]{1,19}))?")


@api("GET", scope="read:search")
def search(request: TokenRequest) -> dict[str, Any]:
    here, me, kind = origin(request), request.token.account, parameter(request, "type")
    words = parameter(request, "q")[:LENGTH]
    if words.startswith(f"{here}/"):
        accounts, statuses, tags = *_at(words.removeprefix(here), me), []
    else:
        limit, offset = window(request).limit, number(parameter(request, "offset")) or 0
        author = number(parameter(request, "account_id"))
        accounts = searches.accounts(words, limit, offset) if kind in ("", "accounts") else []
        statuses = searches.statuses(words, me, limit, offset, author) if kind in ("", "statuses") else []
        tags = searches.hashtags(words, me, limit, offset) if kind in ("", "hashtags") else []
    return {
        "accounts": [entities.account(row, here) for row in accounts],
        "statuses": entities.statuses(statuses, here, me),
        "hashtags": [{**entities.tag(name, here), "history": []} for name in tags],
    }


def _at(path: str, viewer: Account) -> tuple[list[Account], list[Status]]:
    """What stands at an address of this network."""
    match = _PATH.fullmatch(path)
    if match is None:
        return [], []
    if match["status"] is None:
        account = queries.account(match["username"])
        return ([account] if account else []), []
    status = queries.status(number(match["status"]) or 0, viewer)
    return [], ([status] if status and status.account.username == match["username"] else [])
