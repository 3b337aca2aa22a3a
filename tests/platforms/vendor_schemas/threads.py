"""The Threads API, from Meta's reference. Requests with a body are forms."""

from __future__ import annotations

from tests.platforms.vendor_schemas.written import (
    COUNT,
    FILLED,
    FLAG,
    NUMBER,
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

DOCUMENTS = "https://developers.facebook.com/documentation/threads"
PUBLISHING = f"{DOCUMENTS}/reference/publishing"
REPLIES = f"{DOCUMENTS}/reference/reply-management"
LIMIT = f"{DOCUMENTS}/retrieve-and-manage-replies"
INSIGHTS = f"{DOCUMENTS}/insights"
TOKENS = "https://developers.facebook.com/docs/threads/get-started/long-lived-tokens"
VERSION = r"/v\d+\.\d+"
ID = rf"{VERSION}/\d+"

PAGES: dict[str, Schema] = {"limit": COUNT, "before": FILLED, "after": FILLED}
POST = (
    "id", "media_product_type", "media_type", "media_url", "permalink", "owner", "username", "text", "timestamp",
    "shortcode", "thumbnail_url", "children", "is_quote_post", "has_replies", "alt_text", "link_attachment_url",
    "root_post", "replied_to", "is_reply", "is_reply_owned_by_me", "hide_status", "reply_audience", "quoted_post",
    "reposted_post", "gif_url", "topic_tag", "is_verified", "profile_picture_url", "poll_attachment", "location_id",
    "location",
)  # fmt: skip
ALT_TEXT = "The page of the field list has no alt_text; it is on the page of the guide to posts (accessibility)."
# With the fields of the parts of a carousel behind it. https://developers.facebook.com/docs/graph-api/guides/field-expansion
PART_FIELDS: Schema = {"pattern": r"^children\{(id|media_type|alt_text|media_url)(,\w+)*\}$"}
# https://developers.facebook.com/documentation/threads/create-posts/polls, as of 2 July 2026
POLL_FIELD = r"(option_[a-d](_votes_percentage)?|total_votes|expiration_timestamp)"
POLL_FIELDS: Schema = {"pattern": rf"^poll_attachment\{{{POLL_FIELD}(,{POLL_FIELD})*\}}$"}
FIELDS: Schema = {"type": "array", "items": {"anyOf": [{"enum": list(POST)}, PART_FIELDS, POLL_FIELDS]}}
REFERENCE = has({"id": FILLED})
TIME: Schema = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4}$"}
PART = has({"id": FILLED}, media_type=TEXT, alt_text=TEXT, media_url=WEB)
KINDS = one_of(
    "TEXT_POST", "IMAGE", "VIDEO", "CAROUSEL_ALBUM", "AUDIO", "REPOST_FACADE"
)  # fmt: skip
MEDIA = has(
    {"id": FILLED},
    media_product_type=TEXT, media_type=KINDS, media_url=WEB, permalink=WEB, owner=REFERENCE, username=TEXT, text=TEXT,
    timestamp=TIME, shortcode=TEXT, thumbnail_url=WEB, children=has({"data": many(PART)}), is_quote_post=FLAG,
    has_replies=FLAG, alt_text=TEXT, link_attachment_url=WEB, root_post=REFERENCE, replied_to=REFERENCE, is_reply=FLAG,
    is_reply_owned_by_me=FLAG,
    hide_status=one_of("NOT_HUSHED", "UNHUSHED", "HIDDEN", "COVERED", "BLOCKED", "RESTRICTED"),
    reply_audience=TEXT, topic_tag=TEXT, is_verified=FLAG, profile_picture_url=WEB,
)  # fmt: skip
MEDIA["properties"]["poll_attachment"] = has(
    option_a=TEXT, option_b=TEXT, option_c=TEXT, option_d=TEXT, option_a_votes_percentage=NUMBER,
    option_b_votes_percentage=NUMBER, option_c_votes_percentage=NUMBER, option_d_votes_percentage=NUMBER,
    total_votes=COUNT, expiration_timestamp=TIME,
)  # fmt: skip
CURSORS = has({"cursors": has(before=TEXT, after=TEXT)}, next=WEB, previous=WEB)
LISTED = has({"data": many(MEDIA)}, paging=CURSORS)
QUOTA = has({"quota_total": COUNT, "quota_duration": COUNT})
VALUE = has({"value": COUNT}, end_time=TEXT)
METRIC = has(
    {"name": TEXT, "period": TEXT}, values=many(VALUE), total_value=VALUE, title=TEXT, description=TEXT, id=TEXT
)
CONTAINER = has(
    {"id": FILLED}, status=one_of("EXPIRED", "ERROR", "FINISHED", "IN_PROGRESS", "PUBLISHED"), error_message=TEXT
)
GRANT = has({"access_token": FILLED, "token_type": TEXT, "expires_in": COUNT})


def _container() -> Schema:
    """The arguments of a container, of which some depend on its kind."""
    properties = {
        "media_type": one_of("TEXT", "IMAGE", "VIDEO", "CAROUSEL"), "text": TEXT, "image_url": WEB, "video_url": WEB,
        "is_carousel_item": one_of("true", "false"), "children": {"type": "string", "pattern": r"^\d+(,\d+)+$"},
        "reply_to_id": FILLED,
        "reply_control": one_of(
            "everyone", "accounts_you_follow", "mentioned_only", "parent_post_author_only", "followers_only"
        ),
        "allowlisted_country_codes": TEXT, "alt_text": TEXT, "link_attachment": WEB,
        "quote_post_id": FILLED, "poll_attachment": TEXT, "auto_publish_text": one_of("true", "false"),
        "topic_tag": TEXT, "location_id": TEXT,
    }  # fmt: skip
    needs = {"TEXT": ["text"], "IMAGE": ["image_url"], "VIDEO": ["video_url"], "CAROUSEL": ["children"]}
    return {
        **has({"media_type": properties.pop("media_type")}, **properties),
        "allOf": [
            {"if": {"properties": {"media_type": {"const": kind}}}, "then": {"required": names}}
            for kind, names in needs.items()
        ],
    }


SCHEMA = Written(
    title="written by hand, Threads API v1.0, pages of 2026-01-30 to 2026-04-20",
    error=has(
        {
            "error": has(
                {"message": TEXT, "type": TEXT, "code": WHOLE},
                error_subcode=WHOLE, fbtrace_id=TEXT, is_transient=FLAG, error_user_title=TEXT, error_user_msg=TEXT,
            )
        }
    ),
    calls=(
        Call(
            "create container", "POST", f"{ID}/threads", PUBLISHING, "2026-04-20",
            body=_container(), answer=REFERENCE,
        ),
        Call(
            "publish container", "POST", f"{ID}/threads_publish", PUBLISHING, "2026-04-20",
            body=has({"creation_id": FILLED}), answer=REFERENCE,
        ),
        Call("me", "GET", f"{VERSION}/me", f"{DOCUMENTS}/threads-profiles", "2025-10-17",
            query=has({"fields": listed("id", "username", "name", "threads_profile_picture_url", "threads_biography",
                "is_verified")}),
            answer=has({"id": FILLED}, username=TEXT, name=TEXT, threads_profile_picture_url=WEB,
                threads_biography=TEXT, is_verified=FLAG),
            believed="The page was not stored; its fields are those of public clients (npm @codybrom/denim 2.0.0).",
        ),
        Call("publishing limit", "GET", f"{ID}/threads_publishing_limit", LIMIT, "2025-03-21",
            query=has({"fields": listed("quota_usage", "config", "reply_quota_usage", "reply_config",
                "delete_quota_usage", "delete_config", "location_search_quota_usage", "location_search_config")}),
            answer=has({"data": many(has(quota_usage=COUNT, config=QUOTA, reply_quota_usage=COUNT, reply_config=QUOTA,
                delete_quota_usage=COUNT, delete_config=QUOTA))}),
        ),
        Call("own posts", "GET", f"{ID}/(threads|replies)", f"{DOCUMENTS}/reference", "2025-10-17",
            query=has({"fields": FIELDS}, since=TEXT, until=TEXT, **PAGES), answer=LISTED, believed=ALT_TEXT,
        ),
        Call("mentions", "GET", f"{ID}/mentions", f"{DOCUMENTS}/threads-mentions", "2025-10-17",
            query=has({"fields": FIELDS}, **PAGES), answer=LISTED,
            believed="The page was not stored; it is a list of media like the others.",
        ),
        Call("conversation", "GET", f"{ID}/conversation", REPLIES, "2026-02-13",
            query=has({"fields": FIELDS}, reverse=one_of("true", "false"), **PAGES), answer=LISTED,
        ),
        Call("hide a reply", "POST", f"{ID}/manage_reply", f"{DOCUMENTS}/reply-management", "2026-02-13",
            body=has({"hide": one_of("true", "false")}), answer=has({"success": FLAG}),
        ),
        Call("insights of a post", "GET", f"{ID}/insights", INSIGHTS, "2026-01-30",
            query=has({"metric": listed("views", "likes", "replies", "reposts", "quotes", "shares")}),
            answer=has({"data": many(METRIC)}),
        ),
        Call("insights of a profile", "GET", f"{ID}/threads_insights", INSIGHTS, "2026-01-30",
            query=has({"metric": listed("views", "likes", "replies", "reposts", "quotes", "clicks", "followers_count",
                "follower_demographics")}, since=WHOLE, until=WHOLE),
            answer=has({"data": many(METRIC)}),
        ),
        Call("debug_token", "GET", f"{VERSION}/debug_token", f"{DOCUMENTS}/troubleshooting/debug-access-token",
            "2025-10-17",
            query=has({"input_token": FILLED}),
            answer=has({"data": has({"is_valid": FLAG}, type=TEXT, application=TEXT, data_access_expires_at=WHOLE,
                expires_at=WHOLE, issued_at=WHOLE, scopes=many(TEXT), user_id=TEXT)}),
            believed="The page was not stored; the fields are those of the Graph API's call of the same name.",
        ),
        Call("delete", "DELETE", ID, f"{DOCUMENTS}/posts/delete-posts", "2026",
            answer=has({"success": FLAG, "deleted_id": FILLED}),
        ),
        Call("one object", "GET", ID, PUBLISHING, "2026-04-20",
            query=has({"fields": {"type": "array", "anyOf": [FIELDS, listed("id", "status", "error_message")]}}),
            answer={"if": {"required": ["status"]}, "then": CONTAINER, "else": MEDIA}, believed=ALT_TEXT,
        ),
        Call("token of a code", "POST", "/oauth/access_token", f"{DOCUMENTS}/get-started", "2026-06-30",
            body=has({"client_id": FILLED, "client_secret": FILLED, "code": FILLED,
                "grant_type": one_of("authorization_code"), "redirect_uri": WEB}),
            answer=has({"access_token": FILLED, "user_id": WHOLE}, permissions=many(TEXT)),
        ),
        Call("long-lived token", "GET", "/access_token", TOKENS, "read 2026-11-29",
            query=has({"grant_type": one_of("th_exchange_token"), "client_secret": FILLED, "access_token": FILLED}),
            answer=GRANT,
        ),
        Call("renewed token", "GET", "/refresh_access_token", TOKENS, "read 2026-11-29",
            query=has({"grant_type": one_of("th_refresh_token"), "access_token": FILLED}), answer=GRANT,
        ),
    ),
)  # fmt: skip
version, operation = SCHEMA.version, SCHEMA.operation
validate, validate_answer, validate_error = SCHEMA.validate, SCHEMA.validate_answer, SCHEMA.validate_error
