"""Audit events as sentences: no code of ours is shown where its name should be."""

from __future__ import annotations

import pytest

from django.utils import translation

from common.models import AuditEvent
from common.sentences import sentence


@pytest.mark.parametrize(
    ("verb", "detail", "words"),
    [
        ("review.download", {"kind": "mid"}, "Review at half-time"),
        ("message.sort", {"kind": "praise"}, "Praise"),
        ("message.sort", {"kind": ""}, "–"),
        ("message.move", {"state": "closed"}, "Closed without an answer"),
        ("moderation.propose", {"reason": "threat", "act": "hide"}, "Threat or violence (Hide)"),
        ("moderation.decide", {"decision": "stands"}, "The decision is upheld"),
    ],
)
def test_a_code_is_shown_by_its_name(verb: str, detail: dict[str, str], words: str) -> None:
    with translation.override("en"):
        assert words in sentence(AuditEvent(verb=verb, detail=detail, target_label="x"))


def test_a_post_without_words_is_not_called_by_its_number() -> None:
    with translation.override("en"):
        assert sentence(AuditEvent(verb="post.create", target_label="#256")) == "Started to write “without a title”"


def test_a_reason_that_a_person_wrote_stays_as_it_is() -> None:
    with translation.override("en"):
        event = AuditEvent(verb="channel.pause", detail={"reason": "threat"}, target_label="Page")
        assert sentence(event) == "Paused the channel Page: threat"
