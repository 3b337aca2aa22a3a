"""Start a draft from a post that another municipality shared in the gallery. Nothing is published by this.

The draft takes over the texts, with the name of the other municipality replaced (`exchange.place_rewriting`), the call
to action and, if the municipality offers it, the eService with its own address. Pictures are not copied: the people in
them agreed to be shown by the other municipality. A comment on the draft names the source and lists what to check.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from common.audit import record
from exchange.models import SharedCopy, SharedPost
from exchange.place_rewriting import Rewriter, values_for
from municipalities import place_words
from municipalities.models import Municipality
from municipalities.queries import Offered, glossary, offer
from municipalities.tenancy import scope
from posts.draft import MOST_OPTION, MOST_WORDS, CallToAction, Draft, Interactive, Text, parse
from posts.editing.domain.create import create
from posts.editing.domain.save import Content, save_draft
from posts.editing.eservices import service_notes
from posts.editing.placeholders import filled, gaps
from posts.models import Post
from posts.review.domain import comment
from serbian.glossary import Glossary

MOST_TITLE = 140


@dataclass(frozen=True)
class CopyPreview:
    """What the copy would be: `draft` without channels, `notes` what to look at, `gaps` what a person has to fill."""

    draft: Draft
    title: str
    notes: list[str]
    gaps: list[str]
    offered: Offered | None


@dataclass(frozen=True)
class Copied:
    post: Post
    copy: SharedCopy


def copy_preview(shared: SharedPost, municipality: Municipality) -> CopyPreview:
    """In the scope of the municipality that copies. Three queries at most."""
    offered = offer(shared.service) if shared.service else None
    complete = _draft(shared, municipality, offered, glossary(municipality.pk))
    draft = complete if offered and offered.may_be_promoted else replace(complete, service="")
    title = _without_place(shared, municipality, shared.title)
    return CopyPreview(draft, title[:MOST_TITLE], _notes(shared, offered), gaps(draft), offered)


@transaction.atomic
def copy(shared: SharedPost, *, municipality: Municipality, by: User, also: Sequence[int] = ()) -> Copied:
    """A draft of `by`. `also` are the ids of the room, in which the count of the shared post is written."""
    preview = copy_preview(shared, municipality)
    with scope(municipality):
        post = create(municipality, by=by)
        draft = replace(preview.draft, channels=parse(post.draft).channels)
        content = Content(draft, preview.title, shared.category, on_approval=True)
        save_draft(post, content, revision=post.revision, by=by)
        post = Post.objects.get(pk=post.pk)
        comment.comment(post, _credit(shared, preview), by=by)
        is_first = not SharedCopy.objects.filter(shared=shared).exists()
        row = SharedCopy.objects.create(municipality=municipality, shared=shared, post=post, by=by)
        record("gallery.copy", by=by, target=post, source=str(shared.municipality), title=shared.title)
    if is_first:
        # the count is the sharer's row; the scope of the room covers it
        with scope(*{*also, shared.municipality_id}):
            SharedPost.objects.filter(pk=shared.pk).update(copied=F("copied") + 1)
    return Copied(post, row)


def _draft(shared: SharedPost, municipality: Municipality, offered: Offered | None, spellings: Glossary) -> Draft:
    spoken = {
        f"{official_language.get('language')}-{official_language.get('script')}"
        for official_language in municipality.official_languages
    }
    elsewhere = Rewriter(shared.municipality)
    written = {text["tag"]: text["text"] for text in shared.texts if not text["derived"]}
    ours = {tag: text for tag, text in written.items() if tag.startswith("sr-") or tag in spoken}
    # a post in other languages only is still something to begin with
    texts = {tag: Text(elsewhere(text)) for tag, text in (ours or written).items()}
    first = f"sr-{municipality.primary_script}"
    answers: list[str] = next(iter(shared.answers.values()), [])
    link = offered.url if offered and offered.may_be_promoted else ""
    empty = Draft(
        texts=texts,
        link=link,
        call=CallToAction(shared.call_kind, elsewhere(shared.call_text)),
        service=shared.service,
        tracked=bool(link),
        interactive=Interactive(
            kind=shared.format,
            options=tuple(elsewhere(answer) for answer in answers),
            days=int(shared.poll.get("days") or 0),
            multiple=bool(shared.poll.get("multiple")),
            answer=shared.poll.get("answer"),
        ),
        glossary=spellings,
    )
    values = {**values_for(municipality), **({place_words.LINK: link} if link else {})}
    return _within_limits(filled(empty, values, first=first))


def _within_limits(draft: Draft) -> Draft:
    """A longer name may make a short line too long for a draft."""
    options = tuple(option[:MOST_OPTION] for option in draft.interactive.options)
    return replace(
        draft,
        call=replace(draft.call, words=draft.call.words[:MOST_WORDS]),
        interactive=replace(draft.interactive, options=options),
    )


def _without_place(shared: SharedPost, municipality: Municipality, text: str) -> str:
    draft = Draft(texts={"sr-Cyrl": Text(Rewriter(shared.municipality)(text))})
    return filled(draft, values_for(municipality)).texts["sr-Cyrl"].text


def _notes(shared: SharedPost, offered: Offered | None) -> list[str]:
    """What is different here, the gravest first."""
    notes = []
    if shared.service:
        if offered is None or not offered.may_be_promoted:
            notes += service_notes(Draft(service=shared.service), offered)
            notes.append(_("The eService and its link are left out until you confirm that citizens can use it here."))
        else:
            notes.append(
                _("The link leads to the eService of your municipality: %(service)s.") % {"service": offered.service}
            )
    elif shared.call_kind:
        notes.append(_("The link of the other municipality is left out. Put your own in."))
    if getattr(shared, "seen", None):
        notes.append(_("The pictures stay behind: use one of your own place."))
    notes.append(_("Days, amounts and places are still those of the other municipality. Read the text once for them."))
    return notes


def _credit(shared: SharedPost, preview: CopyPreview) -> str:
    """The first word of the conversation on the draft."""
    source = _("Copied from the gallery: “%(title)s”, %(municipality)s.") % {
        "title": shared.title, "municipality": shared.municipality
    }  # fmt: skip
    lines = [source, "", *(f"– {note}" for note in preview.notes)]
    if preview.gaps:
        lines.append("– " + _("Fill the gaps: %(gaps)s.") % {"gaps": ", ".join(preview.gaps)})
    return "\n".join(lines)
