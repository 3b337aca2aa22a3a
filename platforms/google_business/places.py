"""The places (Google: locations) that a person manages, in accounts of their own or of groups.

https://developers.google.com/my-business/reference/accountmanagement/rest/v1/accounts/list
https://developers.google.com/my-business/reference/businessinformation/rest/v1/accounts.locations/list
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from platforms.google_business.calls import Calls
from platforms.google_business.facts import ACCOUNTS, LOCATIONS
from platforms.google_business.texts import NOT_VERIFIED
from platforms.types import Profile

ACCOUNT = re.compile(r"accounts/[\w-]{1,100}", re.ASCII)
LOCATION = re.compile(r"locations/[\w-]{1,100}", re.ASCII)
READ = "name,title,storefrontAddress,metadata"
ACCOUNTS_PER_PAGE, LOCATIONS_PER_PAGE = 20, 100
PAGES = 5


def listed(calls: Calls, most: int) -> dict[str, tuple[str, dict[str, Any]]]:
    """By the name of the place (`locations/…`): the account (`accounts/…`) by which it is managed, and the place.

    A place that is in several accounts is taken from a group, which colleagues share, before the person's own one.
    """
    accounts = list(_accounts(calls))
    accounts.sort(key=lambda account: account.get("type") == "PERSONAL")
    places: dict[str, tuple[str, dict[str, Any]]] = {}
    for account in accounts:
        for place in _places(calls, str(account["name"])):
            places.setdefault(str(place["name"]), (str(account["name"]), place))
            if len(places) >= most:
                return places
    return places


def _accounts(calls: Calls) -> Iterator[dict[str, Any]]:
    for account in _paged(calls, ACCOUNTS, "/v1/accounts", "accounts", pageSize=ACCOUNTS_PER_PAGE):
        if ACCOUNT.fullmatch(str(account.get("name") or "")):
            yield account


def _places(calls: Calls, account: str) -> Iterator[dict[str, Any]]:
    path = f"/v1/{account}/locations"
    for place in _paged(calls, LOCATIONS, path, "locations", readMask=READ, pageSize=LOCATIONS_PER_PAGE):
        if LOCATION.fullmatch(str(place.get("name") or "")):
            yield place


def _paged(calls: Calls, host: str, path: str, field: str, **params: Any) -> Iterator[dict[str, Any]]:
    """The entries of all pages, up to `PAGES`."""
    token = ""
    for _ in range(PAGES):
        body = calls.get(host, path, **params, **({"pageToken": token} if token else {}))
        entries = body.get(field)
        yield from (one for one in entries if isinstance(one, dict)) if isinstance(entries, list) else ()
        token = str(body.get("nextPageToken") or "")
        if not token:
            return


def one(calls: Calls, location: str) -> dict[str, Any]:
    """The place itself. Raises `Rejected(code="404")`."""
    return calls.get(LOCATIONS, f"/v1/{location}", readMask=READ)


def profile(place: Mapping[str, Any]) -> Profile:
    """Its address stands where other networks have a handle: it tells places of one name apart."""
    name, title = str(place["name"]), str(place.get("title") or "")
    return Profile(remote_id=name, handle=_address(place) or title, name=title or name, url=maps(place))


def maps(place: Mapping[str, Any]) -> str:
    """The place on Google Maps, "" where it is not there."""
    metadata = place.get("metadata")
    uri = str(metadata.get("mapsUri") or "") if isinstance(metadata, Mapping) else ""
    return uri if uri.startswith("https://") else ""


def problem(place: Mapping[str, Any]) -> str:
    """Why it cannot be chosen: Google takes answers of verified places only. A missing boolean is false."""
    metadata = place.get("metadata")
    is_verified = isinstance(metadata, Mapping) and metadata.get("hasVoiceOfMerchant") is True
    return "" if is_verified else NOT_VERIFIED


def _address(place: Mapping[str, Any]) -> str:
    address = place.get("storefrontAddress")
    if not isinstance(address, Mapping):
        return ""
    lines = address.get("addressLines")
    parts = [*(str(line) for line in lines if line)] if isinstance(lines, list) else []
    return ", ".join([*parts, *([str(address["locality"])] if address.get("locality") else [])])
