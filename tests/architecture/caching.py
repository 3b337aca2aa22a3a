"""What browsers may keep of an answer to somebody who may be signed in. A new one needs a reason here."""

from typing import Any

VARIES = "of one person: kept for the cookie with which it was asked for, so that nobody gets it after the sign-out"
PUBLIC = "the same for everybody, without a sign-in"
PROGRAMS = "for calendar programs, by a secret link; asked for anew each time"

KEPT = {
    "media": VARIES,
    "media_thumbnail": VARIES,
    "media_film": VARIES,
    "gallery_picture": VARIES,
    "programme_gallery_picture": VARIES,
    "good_practice_picture": VARIES,
    "programme_practice_picture": VARIES,
    "link_qr": VARIES,
    "coach_words": VARIES,
    "feed_file": PROGRAMS,
    "consultation_public": PUBLIC,
    "consultation_public_in": PUBLIC,
    "consultations_public": PUBLIC,
    "consultations_public_in": PUBLIC,
    "needs_public": PUBLIC,
    "needs_public_in": PUBLIC,
    "needs_feed": PUBLIC,
    "open_data": PUBLIC,
    "open_data_file": PUBLIC,
    "public_numbers": PUBLIC,
    "public_numbers_in": PUBLIC,
    "public_rules": PUBLIC,
    "public_rules_in": PUBLIC,
    "place": PUBLIC,
    "place_in": PUBLIC,
    "embed_posts": PUBLIC,
    "embed_posts_in": PUBLIC,
    "embed_numbers": PUBLIC,
    "embed_numbers_in": PUBLIC,
    "embed_asked": PUBLIC,
    "embed_asked_in": PUBLIC,
    "places": PUBLIC,
    "places_in": PUBLIC,
    "manifest": PUBLIC,
    "service_worker": PUBLIC,
    "consultation_report_newest": PUBLIC,
    "consultation_report_public": PUBLIC,
    "robots": PUBLIC,
    "sitemap": PUBLIC,
}


def stored_wrongly(name: str, response: Any) -> list[str]:
    """Complaints about an answer of the address `name`, none when it is as it should be."""
    directives = response.headers.get("Cache-Control", "nothing said")
    if "no-store" in directives:
        return []
    reason = KEPT.get(name)
    if reason is None:
        return [f"{name} lets browsers keep it: {directives}"]
    if reason != PUBLIC and ("private" not in directives or "public" in directives):
        return [f"{name} lets others than the browser keep it: {directives}"]
    if reason == VARIES and "Cookie" not in response.headers.get("Vary", ""):
        return [f"{name} is kept without regard to who is signed in"]
    return []
