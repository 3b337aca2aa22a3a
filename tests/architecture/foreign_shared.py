"""What somebody may see or do of another municipality, since the product shares it on purpose: with the reason."""

from __future__ import annotations

import re
from dataclasses import dataclass

PUBLIC_PAGES = (
    "needs_public", "needs_public_in", "needs_feed", "public_numbers", "public_numbers_in", "public_rules",
    "public_rules_in", "place", "place_in", "places", "places_in", "sitemap", "embed_posts", "embed_posts_in",
    "embed_asked", "embed_asked_in", "embed_numbers", "embed_numbers_in", "consultations_public",
    "consultations_public_in", "consultation_public", "consultation_public_in", "consultation_public_document",
    "consultation_receipt", "consultation_receipt_in",
    "consultation_report_newest", "consultation_report_public",
)  # fmt: skip
GALLERY = "the gallery of the programme in which both take part"
NAME = r"shows words of the other municipality: municipalities_municipality\.name_\w+"


@dataclass(frozen=True)
class Shared:
    """`addresses` are names; `roles` and `problems` (a pattern) narrow it."""

    reason: str
    addresses: frozenset[str] | None = None  # None: everywhere
    roles: frozenset[str] | None = None  # None: everybody
    problems: str = ".*"

    def covers(self, address: str, role: str, problem: str) -> bool:
        return (
            (self.addresses is None or address in self.addresses)
            and (self.roles is None or role in self.roles)
            and re.fullmatch(self.problems, problem) is not None
        )


SHARED = (
    Shared(
        "the bar and the menu of an administrator name all municipalities and the pauses of all programmes",
        roles=frozenset({"administrator"}),
        problems=rf"{NAME}|shows .* (municipalities_(programme\.name|widepause\.reason)|accounts_user\.name)",
    ),
    Shared(
        "names of municipalities are public: the list of open data, and of those that staff may enrol",
        addresses=frozenset({"open_data", "enrol"}),
        problems=NAME,
    ),
    Shared(
        "staff enrol any municipality that has a workspace, also one of another programme (docs/permissions.md)",
        addresses=frozenset({"enrol"}),
        roles=frozenset({"staff"}),
        problems=r"municipalities_enrolment: rows .* changed|common_auditevent: a row holds words .*",
    ),
    Shared(
        "administrators read who did what in the whole installation",
        addresses=frozenset({"installation_activity", "installation_activity_export"}),
        roles=frozenset({"administrator"}),
        problems="shows .*",
    ),
    Shared(
        "pages that a municipality shows to everybody",
        addresses=frozenset(PUBLIC_PAGES),
        problems="shows .*",
    ),
    Shared(
        "everybody may send a proposal to a municipality that asks, without an account",
        addresses=frozenset({"consultation_form", "consultation_form_in"}),
        problems=r"shows .*|participation_consultation: rows .* changed"
        r"|participation_contribution\w*: (a row|\w+ leads) .*",
    ),
    Shared(
        "a calendar for whoever has its link, which notes when it was read",
        addresses=frozenset({"feed_file"}),
        problems=r"shows .*|planning_feed: rows of the other municipality changed",
    ),
    Shared(
        GALLERY,
        addresses=frozenset({"gallery", "gallery_post", "gallery_comment", "gallery_copy"}),
        problems=rf"{NAME}|shows .* (exchange_shared(post|picture|comment)\.\w+|accounts_user\.name)",
    ),
    Shared(
        "a comment on what a neighbour shared stands below it, and its author is notified",
        addresses=frozenset({"gallery_comment"}),
        problems=r"exchange_sharedcomment: shared_id leads .*|notifications_notification: rows .* changed"
        r"|common_auditevent: a row holds words .*",
    ),
    Shared(
        "who copies what a neighbour shared has a draft with its words, and the neighbour's counts the copies",
        addresses=frozenset({"gallery_copy"}),
        problems=r"exchange_sharedcopy: shared_id leads .*|exchange_sharedpost: rows .* changed"
        r"|(common_auditevent|posts_\w+): a row holds words .*",
    ),
    Shared(
        "a department answers by the link in its mail, without an account",
        addresses=frozenset({"inbox_answer"}),
        problems=r"shows .*|inbox_(handover|message): rows .* changed|common_auditevent: a row holds words .*",
    ),
)


def reason_for(address: str, role: str, problem: str) -> str:
    """Why this is no mistake; "" if it is one."""
    return next((one.reason for one in SHARED if one.covers(address, role, problem)), "")
