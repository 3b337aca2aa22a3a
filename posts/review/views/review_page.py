"""The data of the review page, read with a fixed number of queries: the annotated draft, the threads, the previews, the
state of the post.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.web import SignedInRequest
from channels import pauses
from channels.models import Channel
from delivery.enums import State
from delivery.models import Delivery
from municipalities.models import Municipality
from municipalities.queries import glossary
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from posts import compose, queries, rules
from posts.draft import SERBIAN, Draft, Shown, parse
from posts.editing import thread_positions
from posts.editing.eservices import all_notes, promoted_service
from posts.editing.previews import UNKNOWN_SIDES, Preview, notes, of_draft, of_version, picture_url
from posts.enums import AmendmentKind, AmendmentState, AmendmentWay, AnchorKind, Stage
from posts.forms import TimingForm
from posts.labels import language_name, own_name
from posts.media import video_status
from posts.media.domain.pictures import freeze_picture
from posts.models import Amendment, Decision, Media, Post, Publication, Thread, Version
from posts.poll_votes import Votes, count_votes
from posts.review import annotated_text
from posts.review.annotated_text import Passage, ReviewPicture, ShownDocument, Talk, VideoPlayer
from posts.review.domain.approve import time_shown
from posts.review.views.approval_sentence import next_people
from posts.review.views.decision_box import DecisionBox, decision_box

RESOLVED = 10
"""How many resolved conversations the page shows at first."""
WAITS = (State.WAITING, State.SCHEDULED)


@dataclass
class ReviewPage:
    """The data of the review page. `version` None: the draft itself, nothing is frozen yet."""

    post: Post
    draft: Draft
    version: Version | None
    newest: Version | None
    versions: list[Version]
    previews: list[Preview]
    publications: list[Publication]
    decisions: list[Decision]
    notes: list[str]
    library: Mapping[int, Media] | None = None
    """The draft's pictures; None: a version has its own, frozen."""
    passages: list[Passage] = field(default_factory=list)
    derived: list[Passage] = field(default_factory=list)
    pictures: list[ReviewPicture] = field(default_factory=list)
    talks: list[Talk] = field(default_factory=list)
    approval: Decision | None = None
    time_shown: str = ""
    every_resolved: bool = False
    decision_box: DecisionBox = field(default_factory=lambda: DecisionBox(rules.ApprovalProgress()))
    may: dict[str, bool] = field(default_factory=dict)
    amendments: list[Amendment] = field(default_factory=list)
    votes: Votes = field(default_factory=Votes)
    when: TimingForm | None = None
    """Where this person may approve it."""
    is_paused: bool = False
    next_people: str = ""
    """The names of those who may decide next, where it waits for a decision."""

    thread_parts: dict[int, list[Delivery]] = field(default_factory=dict)
    """By the delivery of the first post of a thread."""

    @property
    def is_newest(self) -> bool:
        return self.version == self.newest

    @property
    def is_current(self) -> bool:
        """Whether comments are about what is shown: the draft, or the version that waits or was approved."""
        return self.version is None or (self.is_newest and self.post.stage not in rules.EDITABLE)

    @property
    def correction(self) -> Amendment | None:
        """The correction that is being written or decided."""
        return self._amendment(AmendmentKind.CORRECTION, AmendmentState.OPEN)

    @property
    def removal(self) -> Amendment | None:
        """The removal request that waits for an approver."""
        return self._amendment(AmendmentKind.REMOVAL, AmendmentState.OPEN)

    def _amendment(self, kind: str, state: str) -> Amendment | None:
        return next(
            (amendment for amendment in self.amendments if (amendment.kind, amendment.state) == (kind, state)), None
        )

    @property
    def amended(self) -> list[Amendment]:
        """Amendments that are being carried out or finished, newest first."""
        return [amendment for amendment in self.amendments if amendment.state != AmendmentState.OPEN]

    @property
    def ways(self) -> list[tuple[Publication, str]]:
        """The chosen way for each publication of the pending correction."""
        chosen = self.correction.ways if self.correction else {}
        pairs = [(publication, chosen.get(str(publication.pk))) for publication in self.publications]
        return [(publication, str(AmendmentWay(way).label)) for publication, way in pairs if way]

    @property
    def out(self) -> Publication | None:
        """A public publication, to compare a correction with."""
        return next(
            (row for row in self.publications if row.delivery.state == State.PUBLISHED and not row.delivery.is_over),
            None,
        )

    @property
    def open(self) -> list[Talk]:
        return [talk for talk in self.talks if talk.thread.is_open]

    @property
    def resolved(self) -> list[Talk]:
        return [talk for talk in self.talks if not talk.thread.is_open]

    @property
    def shown_resolved(self) -> list[Talk]:
        """The last ones, or all on request."""
        resolved = [(talk.thread.resolved_at, talk) for talk in self.talks if talk.thread.resolved_at]
        done = [talk for _at, talk in sorted(resolved, key=lambda pair: pair[0], reverse=True)]
        return done if self.every_resolved else done[:RESOLVED]

    @property
    def hidden_resolved(self) -> int:
        return len(self.resolved) - len(self.shown_resolved)

    @property
    def acceptable(self) -> list[Talk]:
        return [talk for talk in self.talks if talk.can_be_accepted]

    @property
    def unread(self) -> int:
        return sum(talk.is_new for talk in self.talks)


def readable_or_404(request: MunicipalityRequest, pk: int) -> Post:
    """The post, if this person may read it. A deleted one is visible only to those who may restore it."""
    post = queries.post_for_review(pk, request.user)
    if post is None or not rules.may_read(request.access, is_public=post.is_public):  # type: ignore[attr-defined]
        raise Http404
    post.municipality = request.municipality
    return post


def build_review_page(request: MunicipalityRequest, post: Post) -> ReviewPage:
    reads_drafts = request.access.may(Verb.DRAFT_VIEW)
    versions = list(post.versions.select_related("created_by").order_by("-number"))
    # only versions are published or decided
    publications = queries.shown_publications(post) if post.has_publications else []  # type: ignore[attr-defined]
    for publication in publications:
        publication.script = own_name(publication.slot)  # type: ignore[attr-defined]
    newest = versions[0] if versions else None
    version = _chosen(request, versions, publications, reads_drafts=reads_drafts, post=post)
    decisions = queries.decisions(post) if reads_drafts and versions else []
    draft, channels, library, previews = _seen(post, version, publications)
    reading = ReviewPage(
        post=post, draft=draft, version=version, newest=newest, versions=versions if reads_drafts else [],
        previews=previews, publications=publications, decisions=decisions,
        notes=_notes(draft, post) if reads_drafts and not draft.is_empty else [], library=library,
        approval=next((row for row in decisions if row.kind == "approved"), None), time_shown=time_shown(post),
    )  # fmt: skip
    reading.thread_parts = queries.thread_parts(publications)
    if any(row.delivery.payload.get("poll") for row in publications):
        reading.votes = count_votes(publications, queries.poll_results(post))
    if reads_drafts:
        if any(row.delivery.state in queries.SEEN for row in publications):
            reading.amendments = queries.amendments(post)
        _lay_out(request, reading, channels)
        suggested = {talk.thread.author_id for talk in reading.talks if talk.is_accepted}
        reading.decision_box = decision_box(request, post, newest, decisions, suggested, is_out=_is_out(publications))
    if reading.decision_box.waits and newest:
        reading.next_people = next_people(post, newest, reading.decision_box.progress)
    reading.may = _may(request, reading)
    if reading.may["approve"] and not post.is_correction:
        reading.when = TimingForm(post=post, now=timezone.now())
        reading.is_paused = is_paused_here(post.municipality)
    return reading


def is_paused_here(municipality: Municipality) -> bool:
    """Whether nothing of the municipality goes out now, on any channel."""
    return any(pause.kind != "channel" for pause in pauses.of_municipality(municipality))


def _notes(draft: Draft, post: Post) -> list[str]:
    return [*notes(draft, post.municipality.official_languages), *all_notes(draft, promoted_service(draft))]


def _chosen(
    request: HttpRequest, versions: list[Version], publications: list[Publication], *, reads_drafts: bool, post: Post
) -> Version | None:
    """The requested version; else the newest, or the draft while it is edited. Outsiders see what is public, and so
    does everybody where a newer version has led to nothing: that of a correction that was dropped or declined."""
    public = [row.version for row in publications if row.delivery.state in queries.SEEN]
    if not reads_drafts:
        return public[0] if public else None
    requested = request.GET.get("version", "")
    if requested:
        for version in versions:
            if str(version.number) == requested:
                return version
        raise Http404
    if post.stage in rules.EDITABLE or not versions:
        return None
    newest_wanted = post.stage != Stage.APPROVED or any(row.version_id == versions[0].pk for row in publications)
    return versions[0] if newest_wanted or not public else max(public, key=lambda version: version.number)


Content = tuple[Draft, list[Channel], dict[int, Media] | None, list[Preview]]


def _seen(post: Post, version: Version | None, publications: list[Publication]) -> Content:
    if version is None:
        draft = replace(parse(post.draft), glossary=glossary(post.municipality_id))
        channels, library = _channels(draft, publications), queries.media_of(draft)
        return draft, channels, library, of_draft(post, draft, channels, library)
    version.post, draft = post, queries.content(version)
    channels = _channels(draft, publications)
    return draft, channels, None, of_version(version, draft, channels, queries.frozen_files(version))


def _channels(draft: Draft, publications: list[Publication]) -> list[Channel]:
    """The draft's channels, also disconnected ones: their publications stay on the page. No query if all are known."""
    known = {publication.channel_id: publication.channel for publication in publications}
    if set(draft.channels) <= set(known):
        return [known[pk] for pk in draft.channels]
    return list(Channel.objects.filter(pk__in=draft.channels).order_by("platform", "pk"))


# ---------------------------------------------------------------- the draft and what is said about it


def _lay_out(request: SignedInRequest, reading: ReviewPage, channels: Sequence[Channel]) -> None:
    """The texts and pictures with marks. An older version has none: its text is history."""
    post = reading.post
    source = parse(post.draft) if reading.is_current else reading.draft
    texts = thread_positions.written_texts(source)
    talks = [_talk(thread, texts, request.user) for thread in queries.threads(post, reader=request.user)]
    reading.talks = annotated_text.in_order(talks, list(texts), [shown.id for shown in source.media])
    _people(reading, request.user)
    placed = [talk for talk in reading.open if not talk.is_lost] if reading.is_current else []
    by_pk = {channel.pk: channel for channel in channels}
    reading.passages = [_passage(key, text, by_pk, placed) for key, text in texts.items()]
    reading.derived = _derived(reading, channels, {tag for tag, channel in texts if channel is None})
    reading.pictures = [
        _picture(post, shown, position, file, placed) for position, (shown, file) in enumerate(_files(reading), 1)
    ]


def _talk(thread: Thread, texts: Mapping[thread_positions.Key, str], reader: Any) -> Talk:
    quoted_now = texts.get(thread.key, "")[thread.start : thread.end] if thread.place == AnchorKind.TEXT else ""
    comments = list(thread.loaded_comments)  # type: ignore[attr-defined]
    seen_at = thread.seen_at  # type: ignore[attr-defined]
    is_new = any(comment.author_id != reader.pk and (seen_at is None or comment.at > seen_at) for comment in comments)
    now = quoted_now if thread.lost_at is None and quoted_now not in ("", thread.quote) else ""
    return Talk(thread, now=now, is_new=is_new, comments=comments)


def _people(reading: ReviewPage, reader: Any) -> None:
    """The credits of each version, and current names of the people mentioned. One query if one of them has not
    commented here.
    """
    comments = [comment for talk in reading.talks for comment in talk.comments]
    known = {reader.pk: reader, **{talk.thread.author_id: talk.thread.author for talk in reading.talks}}
    known |= {comment.author_id: comment.author for comment in comments}
    wanted = {pk for comment in comments for pk in comment.mentions} | {
        pk for row in reading.versions for pk in row.suggested_by
    }
    if wanted - set(known):
        known |= User.objects.in_bulk(wanted - set(known))
    for row in reading.versions:
        row.credits = [known[pk] for pk in row.suggested_by if pk in known]  # type: ignore[attr-defined]
    names = {pk: person.name for pk, person in known.items()}
    for comment in comments:
        comment.html = annotated_text.comment_html(comment.text, names)


def _passage(key: thread_positions.Key, text: str, channels: Mapping[int, Channel], talks: Sequence[Talk]) -> Passage:
    tag, channel = key
    here = [talk for talk in talks if talk.thread.place == AnchorKind.TEXT and talk.thread.key == key]
    return Passage(tag, channels.get(channel or 0), text, language_name(tag), annotated_text.marked(text, here))


def _derived(reading: ReviewPage, channels: Sequence[Channel], tags: Collection[str]) -> list[Passage]:
    """The other Serbian script, where a channel shows it; `tags` are those that people wrote. Frozen in a version."""
    draft = reading.draft
    wanted = {tag for channel in channels for tag in compose.layout_of(draft, channel).languages} | set(draft.texts)
    texts = [
        (tag, compose.resolve_text(draft.texts, tag, draft.glossary)) for tag in SERBIAN if tag in wanted - set(tags)
    ]
    return [
        Passage(tag, None, text.text, language_name(tag), annotated_text.marked(text.text, []), is_derived=True)
        for tag, text in texts
        if text
    ]


def _files(reading: ReviewPage) -> list[tuple[Shown, Mapping[str, Any]]]:
    """Each picture, video and document with its whole file; crops get the sides of the whole picture."""
    if reading.version is None:
        library = reading.library or {}
        known = [shown for shown in reading.draft.media if shown.id in library]
        return [(shown, freeze_picture(library[shown.id], Shown(shown.id))) for shown in known]
    sent = {entry["id"]: entry for entry in reading.version.media}
    return [(shown, _whole(shown, sent[shown.id])) for shown in reading.draft.media]


def _whole(shown: Shown, sent: Mapping[str, Any]) -> Mapping[str, Any]:
    _x, _y, width, height = shown.crop.box if shown.crop else (0, 0, 1, 1)
    return {**sent, "width": round(sent["width"] / width), "height": round(sent["height"] / height)}


def _picture(post: Post, shown: Shown, position: int, file: Mapping[str, Any], talks: Sequence[Talk]) -> ReviewPicture:
    here = [talk for talk in talks if talk.thread.media_id == shown.id]
    film = _film(post.municipality.slug, shown, file) if file["mime"].startswith("video/") else None
    width, height = (file["width"], file["height"]) if file["width"] else UNKNOWN_SIDES
    return ReviewPicture(
        shown.id, picture_url(post.municipality.slug, shown.id), shown.alt, width, height, position,
        annotated_text.thousandths(shown.crop.box) if shown.crop else (), here, film, _document(post, shown, file),
    )  # fmt: skip


def _document(post: Post, shown: Shown, file: Mapping[str, Any]) -> ShownDocument | None:
    if "pages" not in file:
        return None
    url = reverse("media_document", args=[post.municipality.slug, shown.id]) if file["pages"] else ""
    return ShownDocument(url, video_status.format_pages(file["pages"]))


def _film(slug: str, shown: Shown, file: Mapping[str, Any]) -> VideoPlayer:
    spoken = file.get("captions")
    return VideoPlayer(
        reverse("media_film", args=[slug, shown.id]) if file["seconds"] else "",
        file["mime"],
        video_status.format_duration(file["seconds"]),
        spoken["tag"] if spoken else "",
        reverse("media_captions", args=[slug, shown.id]),
    )


# ---------------------------------------------------------------- what may be done


def _is_out(publications: Sequence[Publication]) -> bool:
    """Whether nothing is left to publish."""
    states = {publication.delivery.state for publication in publications}
    return bool(states & {*queries.OUT, *queries.SEEN}) and not states - {*queries.OUT, *queries.SEEN}


def _may(request: MunicipalityRequest, reading: ReviewPage) -> dict[str, bool]:
    post, access, municipality = reading.post, request.access, request.municipality
    states = {publication.delivery.state for publication in reading.publications}
    out = bool(states & set(queries.OUT))
    everything_out = out and not states - {*queries.OUT, *queries.SEEN}
    rows = [row.delivery for row in reading.publications if row.delivery.state == State.PUBLISHED]
    public = any(delivery.withdrawal_asked_at is None and not delivery.is_over for delivery in rows)
    running = {amendment.kind for amendment in reading.amendments if amendment.finished_at is None}
    scheduling = rules.may_schedule(access, post, needs_approval=municipality.needs_approval)
    box = reading.decision_box
    return {
        "edit": rules.may_edit(access, post),
        "take_back": rules.may_take_back(access, post, is_public=everything_out and not post.is_correction),
        "correct": rules.may_correct(
            access, post, is_public=public and everything_out and AmendmentKind.CORRECTION not in running
        ),
        "take_down": rules.may_take_down(access, is_public=public and AmendmentKind.REMOVAL not in running),
        "decide_removal": access.may(Verb.POST_APPROVE) and reading.removal is not None,
        "decide": box.waits and box.may_decide and reading.is_newest,
        "approve": box.waits and box.capacity is not None and reading.is_newest,
        "endorse": box.may_endorse and reading.is_newest,
        "emergency": rules.may_publish_emergency(access, post, is_public=everything_out or post.is_correction),
        "publish": scheduling and not everything_out and post.stage == Stage.APPROVED and not box.unapproved,
        "move": rules.may_move(access, post) and not out,
        "unschedule": scheduling and bool(states & set(WAITS)) and post.stage == Stage.APPROVED,
        "delete": rules.may_delete(access, post, is_public=out or post.is_public),  # type: ignore[attr-defined]
        "duplicate": access.may(Verb.POST_EDIT),
        "comment": rules.may_comment(access) and access.may(Verb.DRAFT_VIEW),
        "activity": access.may(Verb.ACTIVITY_VIEW),
        "drafts": access.may(Verb.DRAFT_VIEW),
    }
