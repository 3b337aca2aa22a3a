"""Hiding and deleting other people's replies to our posts.

Mastodon does not offer it. The practice network does, at addresses of its own, and advertises it in its configuration
under "dobosar" (`practice/api/comments.py`); any server that advertises the same is believed.
"""

from platforms.errors import Rejected
from platforms.mastodon.calls import Calls
from platforms.protocols import Facts
from platforms.translation import gettext_noop
from platforms.types import ModerationSupport

BY_HAND = gettext_noop(
    "Mastodon and similar servers do not allow hiding or deleting what others write. Open the message there, report "
    "it to the server's administrators, and block its author so that you are not mentioned again."
)
# Who speaks there as a page has no other way in than this portal.
BY_PORTAL = gettext_noop(
    "On this server only the portal can do it, and only with comments below your own posts. Try again; if it fails "
    "once more, contact the server's administrators."
)
COMMENTS = "/api/v1/dobosar/comments"


def moderates(facts: Facts) -> ModerationSupport:
    extension = (facts.get("configuration") or {}).get("dobosar")
    actions = extension.get("comments") if isinstance(extension, dict) else None
    can = set(actions) if isinstance(actions, list) else set()
    return ModerationSupport(
        hides="hide" in can, removes="delete" in can, manual_steps=BY_PORTAL if "hide" in can else BY_HAND
    )


def set_hidden(calls: Calls, remote_id: str, *, is_hidden: bool) -> None:
    _made(calls, "POST", f"{COMMENTS}/{remote_id}/{'hide' if is_hidden else 'show'}")


def remove(calls: Calls, remote_id: str) -> None:
    """Its author, or we a moment ago, may have been quicker."""
    try:
        _made(calls, "DELETE", f"{COMMENTS}/{remote_id}")
    except Rejected as refused:
        if refused.code != "404":
            raise


def _made(calls: Calls, method: str, path: str) -> None:
    try:
        calls.private(method, path)
    except Rejected as refused:
        if refused.code == "422":
            # It does not stand below a post of ours: no later attempt changes that.
            raise Rejected(refused.message, code="unsupported", evidence=refused.evidence) from None
        raise
