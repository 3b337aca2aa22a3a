"""Posts with versions, conversations and decisions: a JSON file and a page each."""

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.template.loader import render_to_string

from administration.archive.writer import Archive
from mentoring.models import Feedback
from posts.models import (
    Amendment,
    AmendmentPart,
    Closing,
    Comment,
    Decision,
    PollResult,
    Post,
    Publication,
    Thread,
    Version,
)

PIECE = 50
HEADINGS = (
    "post", "title", "category", "stage", "channel", "network", "state", "due_at", "published_at", "link", "problem",
    "followed_by_number_of_attempts",
)  # fmt: skip


def place_of(ref: str | None) -> str:
    """Where a stored file lies in the archive; None is a field without a file."""
    parts = [part for part in PurePosixPath(ref or "").parts if part not in ("..", "/")]
    return "/".join(["media", *parts])


def _whole() -> QuerySet[Post]:
    """Posts with everything below them, in a fixed number of queries for each piece."""
    decisions = Decision.objects.select_related("by", "for_whom").order_by("pk")
    versions = Version.objects.select_related("created_by").order_by("number")
    threads = Thread.objects.select_related("author", "resolved_by", "channel", "suggestion__decided_by").order_by("pk")
    publications = Publication.objects.select_related("channel", "delivery", "version", "poll_result").order_by("pk")
    return Post.objects.select_related("author").prefetch_related(
        Prefetch("versions", versions.prefetch_related("variants__channel", Prefetch("decisions", decisions))),
        Prefetch("threads", threads.prefetch_related(Prefetch("comments", Comment.objects.select_related("author")))),
        Prefetch("publications", publications.prefetch_related("delivery__attempts")),
        Prefetch("feedback", Feedback.objects.select_related("mentor").prefetch_related("scores__criterion")),
        Prefetch("closing", Closing.objects.select_related("by")),
        Prefetch("amendments", _amendments()),
        "campaign_post__campaign",
    )


def _amendments() -> QuerySet[Amendment]:
    parts = AmendmentPart.objects.select_related("publication__channel").order_by("pk")
    people = Amendment.objects.select_related("version", "by", "decided_by", "for_whom").order_by("pk")
    return people.prefetch_related(Prefetch("parts", parts))


def write(archive: Archive) -> int:
    """Returns how many posts there are."""
    count = 0
    for post in _whole().order_by("pk").iterator(chunk_size=PIECE):
        data = as_data(post)
        archive.json(f"posts/{post.pk}.json", data)
        context = {"post": data, "index": "../index.html", "data": f"{post.pk}.json"}
        archive.text(f"posts/{post.pk}.html", [render_to_string("administration/archive/post.html", context)])
        archive.advance()
        count += 1
    archive.table("publications.csv", HEADINGS, _publications())
    return count


def _publications() -> Iterator[tuple[Any, ...]]:
    rows = Publication.objects.select_related("post", "channel", "delivery").order_by("pk")
    for row in rows.iterator(chunk_size=500):
        sent = row.delivery
        yield (
            row.post_id, str(row.post), row.post.category, row.post.stage, row.channel.name, row.channel.platform,
            sent.state, sent.due_at, sent.published_at, sent.permalink, sent.problem, sent.attempt_count,
        )  # fmt: skip


def as_data(post: Post) -> dict[str, Any]:
    campaign = getattr(post, "campaign_post", None)
    closing = getattr(post, "closing", None)
    return {
        "id": post.pk,
        "title": str(post),
        "category": post.category,
        "stage": post.stage,
        "format": post.format,
        "service": post.service,
        "campaign": str(campaign.campaign) if campaign else "",
        "author": str(post.author),
        "created_at": post.created_at,
        "changed_at": post.updated_at,
        "deleted_at": post.deleted_at,
        "due_at": post.due_at,
        "draft": post.draft,
        "versions": [_version(version) for version in post.versions.all()],
        "conversations": [_thread(thread) for thread in post.threads.all()],
        "publications": [_publication(publication) for publication in post.publications.all()],
        "amendments": [_amendment(amendment) for amendment in post.amendments.all()],
        "feedback": [_feedback(feedback) for feedback in post.feedback.all()],
        "closing": _closing(closing) if closing else None,
    }


def _version(version: Version) -> dict[str, Any]:
    return {
        "number": version.number,
        "created_by": str(version.created_by),
        "created_at": version.created_at,
        "category": version.category,
        "link": version.link,
        "structure": version.structure,
        "pictures": [
            {"file": place_of(shown["ref"]), "alt": shown.get("alt", "")} for shown in version.media if "ref" in shown
        ],
        "texts": [
            {
                "language": variant.language,
                "script": variant.script,
                "channel": variant.channel.name if variant.channel else "",
                "derived": variant.derived,
                "text": variant.text,
            }
            for variant in version.variants.all()
        ],
        "decisions": [
            {
                "kind": decision.kind,
                "words": decision.get_kind_display(),
                "by": str(decision.by),
                "for": str(decision.for_whom) if decision.for_whom else "",
                "at": decision.at,
                "note": decision.note,
                "due_at": decision.due_at,
                "review_due_at": decision.review_due_at,
            }
            for decision in version.decisions.all()
        ],
    }


def _thread(thread: Thread) -> dict[str, Any]:
    proposal = thread.proposal
    return {
        "place": thread.place,
        "text": thread.tag,
        "channel": thread.channel.name if thread.channel else "",
        "quote": thread.quote,
        "picture": thread.media_id,
        "box": thread.box,
        "author": str(thread.author),
        "at": thread.at,
        "resolved_at": thread.resolved_at,
        "resolved_by": str(thread.resolved_by) if thread.resolved_by else "",
        "comments": [
            {"author": str(comment.author), "at": comment.at, "text": comment.text} for comment in thread.comments.all()
        ],
        "suggestion": {
            "replacement": proposal.replacement,
            "state": proposal.state,
            "decided_by": str(proposal.decided_by) if proposal.decided_by else "",
            "decided_at": proposal.decided_at,
        }
        if proposal
        else None,
    }


def _publication(row: Publication) -> dict[str, Any]:
    sent = row.delivery
    return {
        "channel": row.channel.name,
        "handle": row.channel.handle,
        "network": row.channel.platform,
        "version": row.version.number,
        "slot": row.slot,
        "counts": row.live,
        "state": sent.state,
        "state_words": sent.get_state_display(),
        "due_at": sent.due_at,
        "published_at": sent.published_at,
        "link": sent.permalink,
        "id_on_the_network": sent.remote_id,
        "sent": sent.payload,
        "problem": sent.problem,
        "poll": _poll(row.poll_result) if hasattr(row, "poll_result") else None,
        "attempts": [
            {
                "step": attempt.step,
                "opened_at": attempt.opened_at,
                "sent_at": attempt.sent_at,
                "outcome": attempt.outcome,
            }
            for attempt in sent.attempts.all()
        ],
    }


def _amendment(row: Amendment) -> dict[str, Any]:
    """A correction of what is public, or the wish to take it down."""
    return {
        "kind": row.kind,
        "state": row.state,
        "words": row.get_state_display(),
        "reason": row.reason,
        "version": row.version.number if row.version else None,
        "by": str(row.by),
        "at": row.at,
        "emergency": row.is_emergency,
        "decided_by": str(row.decided_by) if row.decided_by else "",
        "for": str(row.for_whom) if row.for_whom else "",
        "decided_at": row.decided_at,
        "note": row.note,
        "finished_at": row.finished_at,
        "on_channels": [
            {
                "channel": part.publication.channel.name,
                "way": part.way,
                "state": part.state,
                "problem": part.problem,
                "ended_at": part.ended_at,
            }
            for part in row.parts.all()
        ],
    }


def _feedback(row: Feedback) -> dict[str, Any]:
    return {
        "mentor": str(row.mentor),
        "version": row.version,
        "note": row.note,
        "given_at": row.given_at,
        "levels": {str(score.criterion): score.level for score in row.scores.all()},
    }


def _poll(row: PollResult) -> dict[str, Any]:
    return {
        "votes": row.votes,
        "voters": row.voters,
        "ends_at": row.ends_at,
        "is_over": row.is_over,
        "counted_at": row.at,
    }


def _closing(row: Closing) -> dict[str, Any]:
    return {
        "promise": row.promise,
        "answers": row.answers,
        "answers_counted_by_networks": row.counted,
        "answers_counted_at": row.counted_at,
        "results": row.results,
        "done": row.done,
        "follow_up": row.follow_up_id,
        "by": str(row.by),
        "at": row.at,
    }
