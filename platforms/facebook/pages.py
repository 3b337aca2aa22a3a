"""A page and what a person may do with it. https://developers.facebook.com/docs/pages-api"""

from collections.abc import Mapping
from typing import Any

from platforms.meta.login import Grant
from platforms.translation import gettext_noop
from platforms.types import Account, Credential, Profile

PROFILE = "id,name,username,link,picture{url},followers_count"
FIELDS = f"{PROFILE},access_token,tasks"
PUBLISH = frozenset({"CREATE_CONTENT", "MANAGE"})
NO_ROLE = gettext_noop("Your role on this page does not allow publishing. Ask its administrator for full control.")
NO_TOKEN = gettext_noop("Facebook gave no access to this page. Start again and choose the page there.")


def account(page: Mapping[str, Any], given: Grant, server: str) -> Account:
    """The page with a credential of its own; the person's token is kept beside it, to give the consent back with."""
    token, tasks = str(page.get("access_token") or ""), page.get("tasks")
    credential = Credential(
        access_token=token,
        refresh_token=given.token,
        service=server,
        account_id=str(page["id"]),
        scopes=given.scopes,
        consent_until=given.until,
        grantor=given.user_id,
    )
    may = not isinstance(tasks, list) or bool(PUBLISH & set(tasks))
    return Account(profile(page), credential, "" if token and may else NO_ROLE if token else NO_TOKEN)


def profile(page: Mapping[str, Any]) -> Profile:
    name, user = str(page.get("name") or ""), str(page.get("username") or "")
    followers = page.get("followers_count")
    return Profile(
        remote_id=str(page["id"]),
        handle=f"@{user}" if user else name,
        name=name,
        url=str(page.get("link") or f"https://www.facebook.com/{page['id']}"),
        avatar_url=str(((page.get("picture") or {}).get("data") or {}).get("url") or ""),
        followers=followers if isinstance(followers, int) and not isinstance(followers, bool) else None,
    )
