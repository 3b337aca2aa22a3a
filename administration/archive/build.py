"""Writes the whole archive. The scope of the municipality is open, and the reader's language is active."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from administration.archive import agreed, check_ins, citizens, consultations, files, municipality, numbers, posts
from administration.archive.writer import Archive
from municipalities.models import Municipality
from municipalities.queries import Access
from posts.models import Media, Post

STYLE = Path(__file__).with_name("style.css")
MISSING = "missing-files.txt"
# Where the rows of posts come into the page.
HERE = "<!-- posts -->"


def build(
    path: Path,
    place: Municipality,
    access: Access,
    *,
    heartbeat: Callable[[], None],
    advanced: Callable[[int, int], None],
) -> dict[str, int]:
    """Write the archive to `path`; returns how much of what is in it. `access`: of the person who gets it. `advanced`
    is called with the number of posts and pictures that are in it, and that of all."""
    total = Post.objects.count() + Media.objects.count()
    with Archive(path, heartbeat, lambda count: advanced(count, total)) as archive:
        counts = {"posts": posts.write(archive), "pictures": files.write(archive)}
        numbers.write(archive)
        agreed.write(archive)
        municipality.write(archive, place)
        check_ins.write(archive)
        if private := citizens.write(archive, access):
            counts["private"] = private
        consultations.write(archive, access)
        if archive.missing:
            archive.text(MISSING, (f"{name}\n" for name in archive.missing))
        archive.text("style.css", [STYLE.read_text(encoding="utf-8")])
        archive.text("index.html", _index(archive, place))
        return {**counts, "missing": len(archive.missing)}


def _index(archive: Archive, place: Municipality) -> Iterator[str]:
    """The page on which one begins to read; rows of posts follow one by one, as there may be many."""
    context: dict[str, Any] = {
        "place": place,
        "made_at": timezone.now(),
        "tables": [(name, description, archive.files.get(name)) for name, description in _tables()],
        "missing": archive.missing,
        "missing_file": MISSING,
    }
    head, _mark, foot = render_to_string("administration/archive/index.html", context).partition(HERE)
    yield head
    for post in Post.objects.select_related("author").order_by("-pk").iterator(chunk_size=200):
        row = {"post": post, "page": f"posts/{post.pk}.html"}
        yield render_to_string("administration/archive/index_row.html", row)
    yield foot


def _tables() -> list[tuple[str, str]]:
    return [
        ("publications.csv", _("what was published where, with its link")),
        ("numbers.csv", _("the latest metrics of every post and channel")),
        ("metric_snapshots.csv", _("every snapshot of those metrics")),
        ("days.csv", _("posts and interactions by day")),
        ("followers.csv", _("followers by day")),
        ("told.csv", _("the metrics each channel's network reports, first and last time")),
        ("days-of-citizens.csv", _("questions, needs and hidden comments by day, as the programme counts them")),
        ("indicators.csv", _("the programme's indicators, by month")),
        ("indicator-baselines.csv", _("baselines that were frozen")),
        ("indicator-targets.csv", _("targets that were agreed")),
        ("events.csv", _("events that were marked on the charts")),
        ("indicator-entries.csv", _("values that people entered")),
        ("calendar.csv", _("the schedule of posts")),
        ("check-ins.json", _("check-ins with the mentor, with notes and next steps")),
        ("reviews.json", _("reviews of the plans agreed with the mentor")),
        ("messages.json", _("messages from citizens, notes, answers; their files lie in attachments/: personal data")),
        ("answers-elsewhere.json", _("answers in private conversations from outside of the portal: personal data")),
        ("moderation.json", _("hidden comments, with reasons, who hid them and sealed copies: personal data")),
        ("saved-answers.json", _("saved answers to recurring questions")),
        ("needs.json", _("needs of citizens, decisions and outcomes")),
        ("consultations.json", _("consultations and hearings; their documents and reports are among the files")),
        ("contributions.json", _("contributions of citizens to them, with decisions and reasons: personal data")),
        ("self-check.json", _("the self-check by the Local Transparency Index")),
        ("shared-posts.json", _("posts shared with other municipalities, with their comments")),
        ("plans.json", _("campaigns, usual times, repeating posts, adopted kits")),
        ("agreed-plans.json", _("plans agreed with the mentor; files that show what was done lie in evidence/")),
        ("pictures.csv", _("pictures with descriptions; the files lie in media/")),
        ("consents.csv", _("people shown in pictures and their consents: personal data")),
        ("short-links.csv", _("short links and how often they were followed")),
        ("clicks.csv", _("the same by the hour")),
        ("people.csv", _("people of the municipality and their roles")),
        ("mentors.csv", _("mentors and their time")),
        ("lent-rights.csv", _("stand-ins, the emergency list, readers of private messages")),
        ("channels.csv", _("channels, without any access to them")),
        ("library.json", _("templates, snippets and folders")),
        ("municipality.json", _("profile, house rules, eServices, words")),
        ("activity.csv", _("the log of activity")),
    ]
