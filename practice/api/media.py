"""Pictures. They are ready at once, so 202 is never sent. https://docs.joinmastodon.org/methods/media/"""

from typing import Any

from common.uploads import body_limit, body_size
from practice import queries, rules
from practice.api import entities
from practice.api.calls import api, given, origin, text
from practice.domain import upload as pictures
from practice.errors import ApiError, Missing
from practice.web import TokenRequest


class TooLarge(ApiError):
    status = 413


# Above the picture itself there is the form around it.
MOST_BYTES = rules.IMAGE_BYTES + 64 * 1024


@api("POST", scope="write:media", rate="media")
@body_limit(MOST_BYTES, own_answer=True)
def upload(request: TokenRequest) -> dict[str, Any]:
    # Checked before its body is read.
    if body_size(request) > MOST_BYTES:
        raise TooLarge(f"File is larger than {rules.IMAGE_BYTES // 2**20} MB")
    file = request.FILES.get("file")
    if file is None:
        raise ApiError("Validation failed: File can't be blank")
    media = pictures.upload(request.token.account, file, request.POST.get("description", ""))
    return entities.media(media, origin(request))


@api("GET", "PUT", scope="write:media")
def media(request: TokenRequest, media_id: int) -> dict[str, Any]:
    if request.method == "PUT":
        changed = pictures.describe(request.token.account, media_id, text(given(request), "description"))
        return entities.media(changed, origin(request))
    media = queries.media(media_id, request.token.account)
    # An attached one belongs to its status and is asked for there.
    if media is None or media.status_id:
        raise Missing
    return entities.media(media, origin(request))
