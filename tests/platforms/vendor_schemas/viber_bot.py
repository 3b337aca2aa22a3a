"""Viber's REST Bot API, from its page. Each call is JSON, and HTTP is 200 whatever the `status` in it says."""

from __future__ import annotations

from tests.platforms.vendor_schemas.viber import HOST, MEMBER, STATUS, _is_error
from tests.platforms.vendor_schemas.written import COUNT, FILLED, TEXT, WHOLE, Call, Written, has, many, one_of

PAGE = "https://developers.viber.com/docs/api/rest-bot-api/"
VERSION = "Viber API Documentation 7.3.0, read 2026-11-30"
SHOWN_PART = "The stored copy of the page shows its beginning; the rest is as Viber's own libraries for bots have it."
FLAG = {"type": "boolean"}
# https://creators.viber.com/docs/bots-api/resources/messaging/keyboards, read 2026-11-30: six columns, one or two rows.
BUTTON = has(
    {"ActionBody": FILLED}, ActionType=one_of("reply", "open-url", "location-picker", "share-phone", "none"),
    Columns={"type": "integer", "minimum": 1, "maximum": 6}, Rows={"type": "integer", "minimum": 1, "maximum": 2},
    Text={"type": "string", "maxLength": 250},
)  # fmt: skip
KEYBOARD = has({"Type": one_of("keyboard"), "Buttons": many(BUTTON)}, DefaultHeight=FLAG)
EVENTS = one_of("delivered", "seen", "failed", "subscribed", "unsubscribed", "conversation_started", "message")

SCHEMA = Written(
    title=f"written by hand, {VERSION}",
    error=has(STATUS, **HOST),
    is_error=_is_error,
    calls=(
        Call(
            "set_webhook", "POST", "/pa/set_webhook", PAGE, VERSION,
            body=has({"url": TEXT}, auth_token=TEXT, event_types=many(EVENTS), send_name=FLAG, send_photo=FLAG),
            answer=has(STATUS, event_types=many(TEXT), **HOST),
        ),
        Call(
            "get_account_info", "POST", "/pa/get_account_info", PAGE, VERSION,
            body=has(auth_token=TEXT),
            answer=has(
                {**STATUS, "id": TEXT, "name": TEXT},
                uri=TEXT, icon=TEXT, background=TEXT, category=TEXT, subcategory=TEXT, location={"type": "object"},
                country=TEXT, webhook=TEXT, event_types=many(TEXT), subscribers_count=COUNT, members=many(MEMBER),
                **HOST,
            ),
            believed=SHOWN_PART,
        ),
        Call(
            "send_message", "POST", "/pa/send_message", PAGE, VERSION,
            body=has(
                {"receiver": FILLED, "sender": has({"name": FILLED}, avatar=TEXT), "type": one_of("text")},
                min_api_version=WHOLE, tracking_data=TEXT, text=FILLED, keyboard=KEYBOARD,
            ),
            answer=has({**STATUS, "message_token": WHOLE}, billing_status=WHOLE, **HOST),
            believed=SHOWN_PART,
        ),
    ),
)  # fmt: skip
version, operation = SCHEMA.version, SCHEMA.operation
validate, validate_answer, validate_error = SCHEMA.validate, SCHEMA.validate_answer, SCHEMA.validate_error
