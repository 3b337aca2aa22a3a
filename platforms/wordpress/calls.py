"""Calls to the REST API of a WordPress site and the meaning of its answers. https://developer.wordpress.org/rest-api/"""

import base64
from typing import Any, ClassVar

from common.http import Http
from platforms import answers
from platforms.errors import NotReached
from platforms.refusals import Meaning, Refusal
from platforms.rest import Rest
from platforms.translation import gettext_noop

ENDED = gettext_noop(
    "The site no longer accepts the application password. Make a new one on the site and connect the channel again."
)
SWITCHED_OFF = gettext_noop(
    "Application passwords are switched off on this site. Ask whoever maintains the site to allow them."
)
ROLE = gettext_noop("The role of the portal's user on the site does not allow this. It needs the role of an editor.")
COMMENTS_CLOSED = gettext_noop("The site takes no comments on this post.")
BLOCKED = gettext_noop(
    "Something in front of the site blocks its REST API: a security plugin, or the hosting company's firewall. Ask "
    "whoever maintains the site to allow it for the portal."
)
TOO_LARGE = gettext_noop("The file is larger than the site takes. Make it smaller, or ask for a higher limit there.")
NOT_TAKEN = gettext_noop(
    "The site did not take the file: its type is not allowed there, it is damaged, or the site has no room for it."
)
NOT_JSON = "not_json"
CLASSES = "https://developer.wordpress.org/reference/classes"
AUTHENTICATE = "https://developer.wordpress.org/reference/functions/wp_authenticate_application_password/"
COMMENTS = f"{CLASSES}/wp_rest_comments_controller/create_item_permissions_check/"
POSTS, MEDIA = f"{CLASSES}/wp_rest_posts_controller/", f"{CLASSES}/wp_rest_attachments_controller/"
OFF = frozenset({"application_passwords_disabled", "application_passwords_disabled_for_user"})
NO_COMMENTS = frozenset({"rest_comment_closed", "rest_comment_draft_post", "rest_comment_trash_post"})
LARGE = frozenset({"rest_upload_file_too_big", "rest_upload_limited_space", "rest_upload_user_quota_exceeded"})
UPLOAD = {"unknown_error", "sideload_error", "file_error", "no_data", "image_type_not_supported"}
ACCESS = (
    Refusal(Meaning.ACCOUNT, SWITCHED_OFF, AUTHENTICATE, "2026-11-29", codes=OFF),
    # A wrong password is often answered as if none had been sent, so 401 means it whatever the code.
    Refusal(Meaning.ENDED, ENDED, AUTHENTICATE, "2026-11-29", status=401),
    Refusal(Meaning.WAIT, BLOCKED, "believed", "2026-11-29", status=403, codes=frozenset({NOT_JSON})),
    Refusal(Meaning.NOT_ALLOWED, COMMENTS_CLOSED, COMMENTS, "2026-11-29", status=403, codes=NO_COMMENTS),
    Refusal(Meaning.PERMISSION, ROLE, MEDIA, "2026-11-29", status=400, codes=frozenset({"rest_cannot_create"})),
    Refusal(Meaning.CONTENT, TOO_LARGE, MEDIA, "2026-11-29", codes=LARGE, field="pictures"),
    Refusal(Meaning.CONTENT, TOO_LARGE, "believed", "2026-11-29", status=413, field="pictures"),
    # 500 although nothing failed but the file.
    Refusal(
        Meaning.CONTENT, NOT_TAKEN, MEDIA, "2026-11-29", field="pictures",
        codes=frozenset(f"rest_upload_{name}" for name in UPLOAD),
    ),
    Refusal(Meaning.PERMISSION, ROLE, POSTS, "2026-11-29", status=403),
)  # fmt: skip


class Calls(Rest):
    """Requests as one user of one site. `root`: the address of its API. `token`: "user name:application password"."""

    table: ClassVar[tuple[Refusal, ...]] = ACCESS

    def __init__(self, http: Http, root: str, token: str) -> None:
        encoded = base64.b64encode(token.encode()).decode()
        headers = {"Authorization": f"Basic {encoded}"} if token else {}
        super().__init__(http, f"{root}wp/v2", headers, (token, encoded, token.partition(":")[2]))

    def explained(self, body: Any) -> tuple[str, str]:
        """The code is `NOT_JSON` for a page that is no answer of the API."""
        if not isinstance(body, dict):
            return NOT_JSON, ""
        return str(body.get("code") or NOT_JSON)[:100], str(body.get("message") or "")[:300]

    def listed(self, path: str, **params: Any) -> tuple[list[dict[str, Any]], int]:
        """The entities of a page, and how many there are on all pages."""
        answer = self.fetched(path, **params)
        body, total = self.settled(answer, public=False), answer.headers.get("x-wp-total", "")
        if not isinstance(body, list) or not total.isdecimal():
            raise NotReached("The server's answer could not be read.", answers.evidence(answer, self.secrets))
        return [one for one in body if isinstance(one, dict) and one.get("id")], int(total)
