"""The review page: the post as the networks will show it, where it stands, what people say and decide about it."""

from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from channels.models import Channel
from common.models import AuditEvent
from delivery.enums import State
from municipalities.access import requires
from municipalities.rules import Verb
from posts import queries, rules
from posts.domain.approve import approve as approve_version
from posts.domain.approve import send_back
from posts.domain.create import duplicate as make_copy
from posts.domain.delete import delete as delete_post
from posts.domain.delete import restore as restore_post
from posts.domain.refused import Refused
from posts.domain.remark import remark as add_remark
from posts.domain.remark import resolve as resolve_remark
from posts.domain.schedule import publish_now, unschedule
from posts.domain.submit import take_back
from posts.draft import Draft, parse
from posts.enums import Stage
from posts.models import Decision, Post, Publication, Remark, Version
from posts.previews import Preview, notes, of_draft, of_version
from posts.wording import event_words, own_name

WAITS = (State.WAITING, State.SCHEDULED)


@dataclass
class Reading:
    """What the review page shows. `version` None: the draft itself, nothing was frozen yet."""

    post: Post
    draft: Draft
    version: Version | None
    newest: Version | None
    versions: list[Version]
    previews: list[Preview]
    publications: list[Publication]
    decisions: list[Decision]
    remarks: list[Remark]
    notes: list[str]
    approval: Decision | None = None
    may: dict[str, bool] = field(default_factory=dict)

    @property
    def is_newest(self) -> bool:
        return self.version == self.newest

    @property
    def open_remarks(self) -> int:
        return sum(remark.resolved_at is None for remark in self.remarks)


@requires(Verb.POST_VIEW)
@require_safe
def post(request: Any, pk: int) -> HttpResponse:
    found = _found(request, pk)
    return render(request, "posts/review.html", {"reading": _reading(request, found)})


def _found(request: Any, pk: int) -> Post:
    """The post, if this person may read it. A deleted one is gone for everybody but its restorers."""
    rows = queries.visible().annotate(is_public=queries.is_public()).select_related("author")
    found: Post = get_object_or_404(rows, pk=pk)
    if not rules.may_read(request.access, is_public=found.is_public):  # type: ignore[attr-defined]
        raise Http404
    found.municipality = request.municipality
    return found


def _reading(request: Any, post: Post) -> Reading:
    reads_drafts = request.access.may(Verb.DRAFT_VIEW)
    publications = list(queries.publications(post))
    for each in publications:
        each.script = own_name(each.slot)  # type: ignore[attr-defined]
    versions = list(post.versions.select_related("created_by").order_by("-number"))
    newest = versions[0] if versions else None
    shown = _chosen(request, versions, publications, reads_drafts=reads_drafts, post=post)
    decisions = queries.decisions(post) if reads_drafts else []
    draft, seen = _seen(post, shown, publications)
    reading = Reading(
        post=post, draft=draft, version=shown, newest=newest, versions=versions if reads_drafts else [],
        previews=seen, publications=publications, decisions=decisions,
        remarks=list(queries.remarks(post)) if reads_drafts else [],
        notes=notes(draft, post.municipality.official_languages) if reads_drafts and not draft.is_empty else [],
        approval=next((each for each in decisions if each.kind == "approved"), None),
    )  # fmt: skip
    reading.may = _may(request, reading)
    return reading


def _chosen(
    request: Any, versions: list[Version], publications: list[Publication], *, reads_drafts: bool, post: Post
) -> Version | None:
    """The version asked for; else the newest, or the draft while it is being written. Outsiders see what is public."""
    if not reads_drafts:
        return next((each.version for each in publications if each.delivery.state in queries.SEEN), None)
    asked = request.GET.get("version", "")
    if asked:
        for version in versions:
            if str(version.number) == asked:
                return version
        raise Http404
    if post.stage in rules.EDITABLE or not versions:
        return None
    return versions[0]


def _seen(post: Post, version: Version | None, publications: list[Publication]) -> tuple[Draft, list[Preview]]:
    if version is None:
        draft = parse(post.draft)
        return draft, of_draft(post, draft, _channels(draft, publications), queries.media_of(draft))
    version.post = post
    draft = queries.content(version)
    return draft, of_version(version, draft, _channels(draft, publications), queries.frozen_pictures(version))


def _channels(draft: Draft, publications: list[Publication]) -> list[Channel]:
    """Also those that were disconnected since: what is published there stays on the page. No query if all are known."""
    known = {each.channel_id: each.channel for each in publications}
    if set(draft.channels) <= set(known):
        return [known[pk] for pk in draft.channels]
    return list(Channel.objects.filter(pk__in=draft.channels).order_by("platform", "pk"))


def _may(request: Any, reading: Reading) -> dict[str, bool]:
    post, access, house = reading.post, request.access, request.municipality
    states = {each.delivery.state for each in reading.publications}
    out = bool(states & set(queries.OUT))
    everything_out = out and not states - {*queries.OUT, *queries.SEEN}
    scheduling = rules.may_schedule(access, post, needs_approval=house.needs_approval)
    writers = queries.writers(post, reading.newest)
    may_decide = rules.may_decide(access, post) and reading.is_newest
    return {
        "edit": rules.may_edit(access, post),
        "take_back": rules.may_take_back(access, post, is_public=everything_out),
        "decide": may_decide,
        "approve": may_decide
        and rules.may_approve(
            access, post, by=request.user.pk, writers=list(writers), own_allowed=house.may_approve_own
        ),
        "publish": scheduling and not everything_out and post.stage == Stage.APPROVED,
        "move": rules.may_move(access, post) and not out,
        "unschedule": scheduling and bool(states & set(WAITS)) and post.stage == Stage.APPROVED,
        "delete": rules.may_delete(access, post, is_public=out or post.is_public),  # type: ignore[attr-defined]
        "duplicate": access.may(Verb.POST_EDIT),
        "comment": rules.may_comment(access) and access.may(Verb.DRAFT_VIEW),
        "activity": access.may(Verb.ACTIVITY_VIEW),
        "drafts": access.may(Verb.DRAFT_VIEW),
    }


# ---------------------------------------------------------------- decisions


@requires(Verb.POST_APPROVE)
@require_POST
def approve(request: Any, pk: int) -> HttpResponse:
    found = _found(request, pk)
    version = get_object_or_404(Version, post=found, pk=_number(request.POST.get("version")))
    note = request.POST.get("note", "")[:2000]
    if request.POST.get("decision") == "return":
        return _tried(request, found, lambda: send_back(found, version, by=request.user, note=note),
                      _("Returned. The writer has been told by e-mail."))  # fmt: skip
    return _tried(request, found, lambda: approve_version(found, version, by=request.user, note=note),
                  _approved(found))  # fmt: skip


def _approved(post: Post) -> str:
    if post.due_at:
        return _("Approved. It goes out by itself at its time.")
    return _("Approved. Choose a time for it, or publish it now.")


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 19 else 0


def _tried(request: Any, post: Post, act: Any, word: str, *, undo: str = "", to: str = "post") -> HttpResponse:
    """Do it, or say why not; either way the person sees where the post stands now."""
    try:
        act()
    except Refused as refused:
        messages.error(request, " ".join((refused.sentence, *refused.details)))
        return redirect("post", request.municipality.slug, post.pk)
    messages.success(request, word, extra_tags=f"undo:{undo}" if undo else "")
    return redirect(to, *([request.municipality.slug, post.pk] if to != "posts" else [request.municipality.slug]))


@requires(Verb.POST_EDIT)
@require_POST
def reopen(request: Any, pk: int) -> HttpResponse:
    found = _found(request, pk)
    return _tried(request, found, lambda: take_back(found, by=request.user),
                  _("It is a draft again. Nothing goes out until it is submitted and approved once more."),
                  to="post_edit")  # fmt: skip


@requires(Verb.POST_SCHEDULE)
@require_POST
def publish(request: Any, pk: int) -> HttpResponse:
    found = _found(request, pk)
    return _tried(request, found, lambda: publish_now(found, by=request.user),
                  _("It goes out in a moment. This page shows what becomes of it."))  # fmt: skip


@requires(Verb.POST_SCHEDULE)
@require_POST
def off_schedule(request: Any, pk: int) -> HttpResponse:
    found = _found(request, pk)
    return _tried(request, found, lambda: unschedule(found, by=request.user), _("It has no time any more."))


# ---------------------------------------------------------------- copies and deletion


@requires(Verb.POST_EDIT)
@require_POST
def duplicate(request: Any, pk: int) -> HttpResponse:
    copy = make_copy(_found(request, pk), by=request.user)
    messages.success(request, _("This is a copy. The original stays as it is."))
    return redirect("post_edit", request.municipality.slug, copy.pk)


@requires(Verb.POST_EDIT)
@require_POST
def delete(request: Any, pk: int) -> HttpResponse:
    found = _found(request, pk)
    undo = reverse("post_restore", args=[request.municipality.slug, found.pk])
    return _tried(request, found, lambda: delete_post(found, by=request.user), _("The post is deleted."),
                  undo=undo, to="posts")  # fmt: skip


@requires(Verb.POST_EDIT)
@require_POST
def restore(request: Any, pk: int) -> HttpResponse:
    found = get_object_or_404(Post.objects.all(), pk=pk)
    return _tried(request, found, lambda: restore_post(found, by=request.user), _("The post is back."))


# ---------------------------------------------------------------- remarks


@requires(Verb.POST_COMMENT)
@require_POST
def remark(request: Any, pk: int) -> HttpResponse:
    found = _found(request, pk)
    try:
        row = add_remark(found, request.POST.get("text", ""), by=request.user)
    except Refused as refused:
        messages.error(request, refused.sentence)
        return redirect("post", request.municipality.slug, found.pk)
    return redirect(f"{reverse('post', args=[request.municipality.slug, found.pk])}#remark-{row.pk}")


@requires(Verb.POST_COMMENT)
@require_POST
def resolve(request: Any, pk: int, remark: int) -> HttpResponse:
    found = _found(request, pk)
    row = get_object_or_404(Remark, post=found, pk=remark)
    resolve_remark(row, by=request.user)
    return redirect(f"{reverse('post', args=[request.municipality.slug, found.pk])}#remark-{row.pk}")


@requires(Verb.ACTIVITY_VIEW)
@require_safe
def activity(request: Any, pk: int) -> HttpResponse:
    """What people and the portal did with this post, newest first."""
    found = _found(request, pk)
    rows = AuditEvent.objects.filter(municipality_id=request.municipality.pk, target_type="posts.post")
    events = list(rows.filter(target_id=str(found.pk)).order_by("-id")[:100])
    for event in events:
        event.words = event_words(event.verb)  # type: ignore[attr-defined]
    return render(request, "posts/activity.html", {"post": found, "events": events})
