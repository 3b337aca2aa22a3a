"""TikTok's API v2, from its pages. Every answer, an error as well, has `data` and `error`; sign-in has neither."""

from __future__ import annotations

from typing import Any

from tests.platforms.vendor_schemas.written import (
    BYTES,
    COUNT,
    FILLED,
    FLAG,
    NOTHING,
    TEXT,
    WEB,
    WHOLE,
    Call,
    Schema,
    Written,
    has,
    listed,
    many,
    one_of,
)

DOCUMENTS = "https://developers.tiktok.com/doc"
READ = "read 2026-11-29"
SHOWN_PART = (
    "The stored copy shows the beginning of the page; names further down are those of public clients "
    "(crate tiktok_rust 0.0.13, Workato's connector)."
)
AUDIENCE = one_of("PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS", "FOLLOWER_OF_CREATOR", "SELF_ONLY")
ERROR = has({"code": TEXT, "message": TEXT}, log_id=TEXT, logid=TEXT)
VIDEO_FIELDS = (
    "id", "create_time", "cover_image_url", "share_url", "video_description", "duration", "height", "width", "title",
    "embed_html", "embed_link", "like_count", "comment_count", "share_count", "view_count", "is_aigc",
)  # fmt: skip
USER_FIELDS = (
    "open_id", "union_id", "avatar_url", "avatar_url_100", "avatar_large_url", "display_name", "bio_description",
    "profile_deep_link", "is_verified", "username", "follower_count", "following_count", "likes_count", "video_count",
)  # fmt: skip
VIDEO = has(
    id=FILLED, create_time=COUNT, cover_image_url=WEB, share_url=WEB, video_description=TEXT, duration=COUNT,
    height=COUNT, width=COUNT, title=TEXT, embed_html=TEXT, embed_link=WEB, like_count=COUNT, comment_count=COUNT,
    share_count=COUNT, view_count=COUNT, is_aigc=FLAG,
)  # fmt: skip
USER = has(
    open_id=FILLED, union_id=TEXT, avatar_url=WEB, avatar_url_100=WEB, avatar_large_url=WEB, display_name=TEXT,
    bio_description=TEXT, profile_deep_link=WEB, is_verified=FLAG, username=TEXT, follower_count=COUNT,
    following_count=COUNT, likes_count=COUNT, video_count=COUNT,
)  # fmt: skip
STATES = one_of("PROCESSING_UPLOAD", "PROCESSING_DOWNLOAD", "SEND_TO_USER_INBOX", "PUBLISH_COMPLETE", "FAILED")
SHARED: dict[str, Schema] = {
    "disable_comment": FLAG, "brand_content_toggle": FLAG, "brand_organic_toggle": FLAG,
}  # fmt: skip
VIDEO_POST = has(
    {"privacy_level": AUDIENCE},
    title=TEXT, disable_duet=FLAG, disable_stitch=FLAG, is_aigc=FLAG,
    video_cover_timestamp_ms=COUNT, **SHARED,
)  # fmt: skip
PHOTO_POST = has(
    {"privacy_level": AUDIENCE},
    title=TEXT, description=TEXT, auto_add_music=FLAG,
    is_aigc=FLAG, **SHARED,
)  # fmt: skip
UPLOAD = has({"source": one_of("FILE_UPLOAD"), "video_size": COUNT, "chunk_size": COUNT, "total_chunk_count": COUNT})
PHOTOS = has(
    {"source": one_of("PULL_FROM_URL"), "photo_images": many(WEB, minItems=1, maxItems=35), "photo_cover_index": COUNT}
)
GRANT = has(
    {"access_token": FILLED, "expires_in": COUNT, "open_id": FILLED},
    refresh_expires_in=COUNT, refresh_token=FILLED, scope=TEXT, token_type=TEXT,
)  # fmt: skip
SIGN_IN_ERROR = has({"error": TEXT, "error_description": TEXT}, log_id=TEXT)
OURS = {"client_key": FILLED, "client_secret": FILLED}


def _answer(data: Schema) -> Schema:
    return has({"data": data, "error": ERROR})


def _is_error(answer: Any) -> bool:
    """Sign-in answers an error with 200 and the text of it, every other call with a code."""
    error = answer.get("error") if isinstance(answer, dict) else None
    return isinstance(error, str) or (isinstance(error, dict) and error.get("code") != "ok")


SCHEMA = Written(
    title="written by hand, TikTok API v2, pages read 2026-11-29",
    error={
        "if": {"required": ["error_description"]}, "then": SIGN_IN_ERROR,
        "else": has({"error": ERROR}, data=NOTHING),
    },
    is_error=_is_error,
    calls=(
        Call("creator_info.query", "POST", "/v2/post/publish/creator_info/query/",
            f"{DOCUMENTS}/content-posting-api-reference-query-creator-info/", READ,
            body=NOTHING,
            answer=_answer(has(
                {"creator_username": TEXT, "privacy_level_options": many(AUDIENCE)}, creator_avatar_url=WEB,
                creator_nickname=TEXT, comment_disabled=FLAG, duet_disabled=FLAG, stitch_disabled=FLAG,
                max_video_post_duration_sec=COUNT,
            )),
        ),
        Call("video.init", "POST", "/v2/post/publish/video/init/",
            f"{DOCUMENTS}/content-posting-api-reference-direct-post", READ,
            body=has({"post_info": VIDEO_POST, "source_info": UPLOAD}),
            answer=_answer(has({"publish_id": FILLED}, upload_url=WEB)), believed=SHOWN_PART,
        ),
        Call("content.init", "POST", "/v2/post/publish/content/init/",
            f"{DOCUMENTS}/content-posting-api-reference-photo-post", READ,
            body=has({"media_type": one_of("PHOTO"), "post_mode": one_of("DIRECT_POST", "MEDIA_UPLOAD"),
                "post_info": PHOTO_POST, "source_info": PHOTOS}),
            answer=_answer(has({"publish_id": FILLED})), believed=SHOWN_PART,
        ),
        Call("status.fetch", "POST", "/v2/post/publish/status/fetch/",
            f"{DOCUMENTS}/content-posting-api-reference-get-video-status", READ,
            body=has({"publish_id": FILLED}),
            answer=_answer(has({"status": STATES}, fail_reason=TEXT, publicaly_available_post_id=many(WHOLE),
                uploaded_bytes=COUNT, downloaded_bytes=COUNT)),
            believed=f"{SHOWN_PART} Some of these expect the ids as text; the connector reads both.",
        ),
        Call("upload of a part", "PUT", "/video/", f"{DOCUMENTS}/content-posting-api-media-transfer-guide", READ,
            query=has({"upload_id": FILLED, "upload_token": FILLED}), body=BYTES,
            believed="The address comes from TikTok's answer; its parameters are those of the example on the page.",
        ),
        Call("video.list", "POST", "/v2/video/list/", f"{DOCUMENTS}/tiktok-api-v2-video-list", READ,
            query=has({"fields": listed(*VIDEO_FIELDS)}),
            body=has(cursor=COUNT, max_count={"type": "integer", "minimum": 1, "maximum": 20}),
            answer=_answer(has({"videos": many(VIDEO), "cursor": COUNT, "has_more": FLAG})), believed=SHOWN_PART,
        ),
        Call("video.query", "POST", "/v2/video/query/", f"{DOCUMENTS}/tiktok-api-v2-video-query", READ,
            query=has({"fields": listed(*VIDEO_FIELDS)}),
            body=has({"filters": has({"video_ids": many(FILLED, minItems=1, maxItems=20)})}),
            answer=_answer(has({"videos": many(VIDEO)})), believed=SHOWN_PART,
        ),
        Call("user.info", "GET", "/v2/user/info/", f"{DOCUMENTS}/tiktok-api-v2-get-user-info", READ,
            query=has({"fields": listed(*USER_FIELDS)}), answer=_answer(has({"user": USER})), believed=SHOWN_PART,
        ),
        Call("token", "POST", "/v2/oauth/token/", f"{DOCUMENTS}/oauth-user-access-token-management", READ,
            body=has({**OURS, "grant_type": one_of("authorization_code", "refresh_token")}, code=FILLED,
                code_verifier=FILLED, redirect_uri=WEB, refresh_token=FILLED),
            answer=GRANT, believed=SHOWN_PART,
        ),
        Call("revoke", "POST", "/v2/oauth/revoke/", f"{DOCUMENTS}/oauth-user-access-token-management", READ,
            body=has({**OURS, "token": FILLED}), believed=SHOWN_PART,
        ),
    ),
)  # fmt: skip
version, operation = SCHEMA.version, SCHEMA.operation
validate, validate_answer, validate_error = SCHEMA.validate, SCHEMA.validate_answer, SCHEMA.validate_error
