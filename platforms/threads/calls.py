"""Calls to Threads, which works like the Graph API, with tokens and a few codes of its own.

https://developers.facebook.com/docs/threads/troubleshooting
"""

from datetime import timedelta

from common.http import Answer, Http
from platforms.errors import NotReached, PlatformError, Rejected
from platforms.meta import codes, containers, subcodes
from platforms.meta.calls import Calls as GraphCalls
from platforms.translation import gettext_noop

RESOURCE = 24  # "the requested resource does not exist": published too early
LINK_LIMIT = "THREADS_API__LINK_LIMIT_EXCEEDED"

UNFETCHABLE = gettext_noop(
    "Threads could not fetch the picture or the video from the portal. Ask the administrator whether the portal's "
    "public address can be reached from the internet, then send it again."
)
LINKS = gettext_noop("Threads reports that there are too many links in the text. Remove some.")
USED_UP = gettext_noop("Threads allows so many posts in 24 hours, and today's are used up.")
HELD_BACK = gettext_noop("Threads holds this account back for a time, since it posted as spam does. Open it there.")
VIDEO = gettext_noop(
    "Threads cannot play this video. Save it as MP4 with H.264 and AAC, and check its length and shape."
)
UNPLAYABLE = ("INVALID_", "FAILED_PROCESSING_")


class Calls(GraphCalls):
    blocked = timedelta(hours=6)

    def proof(self) -> dict[str, str]:
        """Threads knows no `appsecret_proof`."""
        return {}

    def problem(self, answer: Answer, *, public: bool) -> PlatformError:
        plain = super().problem(answer, public=public)
        code, subcode = plain.evidence.get("code", 0), plain.evidence.get("subcode", 0)
        if LINK_LIMIT in str(codes.error_of(answer)):
            return Rejected(LINKS, field="text", code=str(code), evidence=plain.evidence)
        if subcode in subcodes.UNFETCHED:
            return Rejected(UNFETCHABLE, field="pictures", code=str(subcode), evidence=plain.evidence)
        if code == RESOURCE:
            return NotReached(containers.PREPARING, plain.evidence)
        return subcodes.refine(plain, subcodes.SubcodeTexts(USED_UP, HELD_BACK, self.blocked), public=public)


def tokens(http: Http, server: str, *secrets: str) -> Calls:
    """Calls for tokens, which alone have no version."""
    calls = Calls(http, server, "")
    calls.base = server.rstrip("/")
    calls.secrets = tuple(secret for secret in secrets if secret)
    return calls


def of_container(text: str) -> Rejected | None:
    """The refusal for the error of a failed container. A failed download may work another time."""
    if not text.startswith(UNPLAYABLE):
        return None
    return Rejected(VIDEO, field="video", code=text[:60], evidence={"error": text[:300]})
