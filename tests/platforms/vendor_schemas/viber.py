"""Viber's Channels Post API, from its page. Each call is JSON, and HTTP is 200 whatever the `status` in it says."""

from __future__ import annotations

from typing import Any

from tests.platforms.vendor_schemas.written import COUNT, FILLED, TEXT, WEB, WHOLE, Call, Schema, Written, has, many

PAGE = "https://developers.viber.com/docs/tools/channels-post-api/"
VERSION = "Viber API Documentation 7.3.0, read 2026-11-29"
SHOWN_PART = (
    "The stored copy of the page shows set_webhook and the beginning of its answer; the rest is as the bots' API "
    "of the same server has it (https://developers.viber.com/docs/api/rest-bot-api/)."
)
STATUS = {"status": WHOLE, "status_message": TEXT}
HOST = {"chat_hostname": TEXT}


def _message(kind: str, required: dict[str, Schema], **optional: Schema) -> Schema:
    """One of the types of a message: with `from` and `type`, its own fields and no others."""
    return {
        "if": {"properties": {"type": {"const": kind}}},
        "then": has({"from": FILLED, "type": TEXT, **required}, **optional),
    }


MESSAGE: Schema = {
    "type": "object",
    "required": ["from", "type"],
    "properties": {"type": {"enum": ["text", "picture", "video", "url"]}},
    "allOf": [
        _message("text", {"text": FILLED}),
        _message("picture", {"text": TEXT, "media": WEB}, thumbnail=WEB),
        _message("video", {"media": WEB, "size": COUNT}, duration=COUNT, thumbnail=WEB),
        _message("url", {"media": FILLED}),
    ],
}
MEMBER = has({"id": TEXT, "role": TEXT}, name=TEXT, avatar=TEXT)


def _is_error(answer: Any) -> bool:
    return isinstance(answer, dict) and answer.get("status") != 0


SCHEMA = Written(
    title=f"written by hand, {VERSION}",
    error=has(STATUS, **HOST),
    is_error=_is_error,
    calls=(
        Call(
            "set_webhook", "POST", "/pa/set_webhook", PAGE, VERSION,
            body=has({"url": TEXT}, auth_token=TEXT, event_types=many(TEXT), send_name=TEXT, send_photo=TEXT),
            answer=has(STATUS, event_types=many(TEXT), **HOST),
        ),
        Call(
            "get_account_info", "POST", "/pa/get_account_info", PAGE, VERSION,
            body=has(auth_token=TEXT),
            answer=has(
                {**STATUS, "id": TEXT, "name": TEXT, "members": many(MEMBER)},
                uri=TEXT, icon=TEXT, background=TEXT, category=TEXT, subcategory=TEXT, location={"type": "object"},
                country=TEXT, webhook=TEXT, event_types=many(TEXT), subscribers_count=COUNT, **HOST,
            ),
            believed=SHOWN_PART,
        ),
        Call(
            "post", "POST", "/pa/post", PAGE, VERSION,
            body=MESSAGE,
            answer=has({**STATUS, "message_token": WHOLE}, **HOST),
            believed=SHOWN_PART,
        ),
    ),
)  # fmt: skip
version, operation = SCHEMA.version, SCHEMA.operation
validate, validate_answer, validate_error = SCHEMA.validate, SCHEMA.validate_answer, SCHEMA.validate_error
