"""The composer: one page on which a post is written, previewed for each network, and submitted or published.

Without scripts it is an ordinary form: every button saves and then acts. With scripts `save` stores the same fields
continuously, and `preview` answers each pause in typing with previews, counters and problems.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from channels.models import Channel
from common.errors import ActionNotAllowed
from common.offline import kept_offline
from common.web.errors import flash_error
from common.web.params import choice_param
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from posts import queries, rules
from posts.coaching.checks import links_of
from posts.composer.form_parser import ComposerInput, parse_form
from posts.composer.views.page import ComposerPage, build_fragments, build_page, no_time_message
from posts.composer.wanted_time import wanted_time
from posts.draft import BadDraft, Draft, Interactive, Shown, parse
from posts.editing.domain import check_links
from posts.editing.domain.corrections import prepare
from posts.editing.domain.create import blank_post, create
from posts.editing.domain.save import Conflict, Content, Saved, holds, save_draft, set_time
from posts.editing.domain.submit import submit
from posts.enums import Format, When
from posts.media.domain.pictures import BadPicture
from posts.media.domain.videos import add
from posts.models import Post
from posts.review.domain.approve import approve
from posts.review.views.approval_sentence import submission_sentence
from posts.review.views.decisions import handed_over
from posts.rules import ResolvedTime
from posts.scheduling.domain.schedule import publish_now, schedule


@requires(Verb.POST_EDIT)
@kept_offline
@require_http_methods(["GET", "POST"])
def new(request: MunicipalityRequest) -> HttpResponse:
    """An empty page, at the time and with the kind of participation that its address names. The first save creates the
    post, so that opening the page stores nothing."""
    channels = list(queries.usable_channels())
    if request.method == "POST":
        try:
            post = _begun(request)
        except ActionNotAllowed as refused:
            flash_error(request, refused)
            return redirect("post_new", request.municipality.slug)
        return _act(request, post, channels)
    post = blank_post(request.municipality, by=request.user)
    time, problem = wanted_time(request.GET, timezone.now())
    set_time(post, time, on_approval=time is None)
    typed = replace(_stored(post), time_problem=problem)
    if kind := choice_param(request.GET, "interactive", Format.values):
        draft = replace(typed.content.draft, interactive=Interactive(kind))
        typed = replace(typed, content=replace(typed.content, draft=draft))
    return render(request, "posts/composer.html", {"page": build_page(request, post, channels, typed)})


def _begun(request: MunicipalityRequest) -> Post:
    """The stored post of this page. Idempotent by the page's key. Raises `ActionNotAllowed`."""
    post = create(request.municipality, by=request.user, key=_key(request))
    post.municipality = request.municipality
    return post


def _key(request: HttpRequest) -> UUID:
    """The key that the page generated for its post."""
    try:
        return UUID(request.POST.get("key", ""))
    except ValueError:
        return uuid4()


@requires(Verb.POST_EDIT)
@kept_offline
@require_http_methods(["GET", "POST"])
def edit(request: MunicipalityRequest, pk: int) -> HttpResponse:
    post = _post(request, pk)
    if not rules.may_edit(request.access, post):
        messages.info(request, _("This post is no longer a draft. Take it back to change it."))
        return redirect("post", request.municipality.slug, post.pk)
    channels = list(queries.usable_channels())
    if request.method == "POST":
        return _act(request, post, channels)
    return render(request, "posts/composer.html", {"page": build_page(request, post, channels, _stored(post))})


def _post(request: MunicipalityRequest, pk: int) -> Post:
    rows = queries.visible().select_related("author")
    post: Post = get_object_or_404(rows, pk=pk)
    post.municipality = request.municipality
    return post


def _stored(post: Post) -> ComposerInput:
    time = None
    if post.local_time and post.due_at:
        time = ResolvedTime(post.local_time.replace(tzinfo=None), post.fold, post.due_at, post.zone)
    content = Content(parse(post.draft), post.title, post.category, time, on_approval=post.on_approval)
    return ComposerInput(content, post.revision, asks_fold=bool(post.fold))


# ---------------------------------------------------------------- with scripts


@requires(Verb.POST_EDIT)
@require_POST
def save(request: MunicipalityRequest, pk: int = 0) -> JsonResponse:
    """Autosave. Returns 200 when saved, 409 when changed by somebody else (or no longer a draft), 422 when invalid.

    A post that a button has just submitted has everything that its page sends once more: that is no refusal.
    Without `pk` it is the first save of a new post; the response has the URL of the post.
    """
    post = None
    try:
        post = _post(request, pk) if pk else _begun(request)
        typed = parse_form(request.POST, list(queries.usable_channels()))
        answer = save_draft(post, typed.content, revision=typed.revision, by=request.user)
    except BadDraft as bad:
        return JsonResponse({"problems": bad.problems}, status=422)
    except ActionNotAllowed as refused:
        if post is None or not holds(post, typed.content):
            return JsonResponse({"closed": refused.message}, status=409)
        answer = Saved(post, changed=False)
    if isinstance(answer, Conflict):
        return JsonResponse(_both(answer.stored), status=409)
    if answer.changed:
        check_links.request_checks(request.municipality, links_of(typed.content.draft))
    slug = request.municipality.slug
    places = {name: reverse(f"post_{name}", args=[slug, answer.post.pk]) for name in ("edit", "save")}
    return JsonResponse({"revision": answer.post.revision, "at": f"{timezone.localtime():%H:%M}", **places})


def _both(stored: Post) -> dict[str, Any]:
    """The stored draft, for a page with a conflicting one."""
    texts = parse(stored.draft).texts
    return {
        "revision": stored.revision,
        "at": f"{timezone.localtime(stored.updated_at):%H:%M}",
        "texts": {tag: text.text for tag, text in texts.items() if text.text},
    }


@requires(Verb.POST_EDIT)
@require_POST
def preview(request: MunicipalityRequest) -> HttpResponse:
    """The parts of the page that depend on the input; the script replaces each by its id."""
    post = Post(municipality=request.municipality, author=request.user, key=_key(request))
    post.is_correction = request.POST.get("correcting") == "on"  # only what the page shows depends on it
    channels = list(queries.usable_channels())
    try:
        typed = parse_form(request.POST, channels)
    except BadDraft as bad:
        return render(request, "posts/_bad.html", {"problems": bad.problems})
    shown = build_fragments(request, post, typed, channels)
    return render(request, "posts/_fragments.html", {"page": shown})


# ---------------------------------------------------------------- acts


@dataclass(frozen=True)
class UploadProblem:
    """Why nothing was done; the page is rendered again with the complete input."""

    sentence: str
    details: Sequence[str] = ()
    stored: Post | None = None
    is_of_fields: bool = False
    """Whether the page names the fields that it is about."""


def _act(request: MunicipalityRequest, post: Post, channels: list[Channel]) -> HttpResponse:
    """Save the input, then run the action of the button."""
    typed: ComposerInput | None = None
    saved: Saved | None = None
    try:
        typed = _with_files(request, parse_form(request.POST, channels))
        answer = save_draft(post, typed.content, revision=typed.revision, by=request.user)
        if isinstance(answer, Conflict):
            problem = UploadProblem(_changed(), stored=answer.stored)
        else:
            check_links.request_checks(request.municipality, links_of(typed.content.draft))
            saved = answer
            return _done(request, saved, typed)
    except BadDraft as bad:
        problem = UploadProblem(_("This could not be saved as it is."), bad.problems)
    except BadPicture as bad:
        problem = UploadProblem(str(bad))
    except ActionNotAllowed as refused:
        problem = UploadProblem(refused.message, refused.details, is_of_fields=bool(refused.field or refused.details))
    if typed and saved:
        # What was refused is the act: the page goes on from what it has just saved.
        typed = replace(typed, revision=saved.post.revision)
    return _again(request, post.pk, channels, typed, problem)


def _changed() -> str:
    return _("This post was changed in another tab or by another user. Nothing was overwritten.")


def _with_files(request: MunicipalityRequest, typed: ComposerInput) -> ComposerInput:
    """The input with the files of the form itself added, for browsers without scripts. Raises `BadPicture`."""
    files = request.FILES.getlist("files")
    if not files:
        return typed
    added = [
        add(request.municipality, file, name=file.name or "", size=file.size or 0, by=request.user) for file in files
    ]
    draft = typed.content.draft
    known = {shown.id for shown in draft.media}
    media = (*draft.media, *(Shown(picture.pk, picture.alt) for picture in added if picture.pk not in known))
    fresh = parse({**draft.to_json(), "media": Draft(media=media).to_json()["media"]})
    return replace(typed, content=replace(typed.content, draft=fresh))


def _done(request: MunicipalityRequest, saved: Saved, typed: ComposerInput) -> HttpResponse:
    act = request.POST.get("act", "save")
    if act == "emergency" and request.access.may(Verb.POST_EMERGENCY):
        return redirect("post_emergency", request.municipality.slug, saved.post.pk)
    if act == "repeat":
        return redirect("recurrence_new", request.municipality.slug, saved.post.pk)
    if act == "correction" and saved.post.is_correction:
        prepare(saved.post, by=request.user)
        return redirect("post_correction", request.municipality.slug, saved.post.pk)
    if act == "save" or act not in ACTS:
        messages.success(request, _("The draft is saved."))
        if typed.time_problem:
            messages.warning(request, typed.time_problem)
        return redirect("post_edit", request.municipality.slug, saved.post.pk)
    if typed.time_problem:
        raise ActionNotAllowed(typed.time_problem, "date")
    if request.POST.get("when") == When.AT and typed.content.time is None:
        raise ActionNotAllowed(no_time_message(), "date")
    if typed.deadline_problem:
        raise ActionNotAllowed(typed.deadline_problem, "call-deadline")
    post = saved.post
    post.municipality = request.municipality
    word = ACTS[act](request, post, typed.content.time)
    messages.success(request, word)
    return redirect("post", request.municipality.slug, post.pk)


def _submit(request: MunicipalityRequest, post: Post, time: ResolvedTime | None) -> str:
    if not rules.may_submit(request.access, post):
        raise PermissionDenied
    return submission_sentence(submit(post, by=request.user))


def _schedule(request: MunicipalityRequest, post: Post, time: ResolvedTime | None) -> str:
    if time is None:
        raise ActionNotAllowed(no_time_message(), "date")
    schedule(_allowed(request, post), time, by=request.user)
    return _("Scheduled. It is published automatically.")


def _publish(request: MunicipalityRequest, post: Post, time: ResolvedTime | None) -> str:
    publish_now(_allowed(request, post, now=True), by=request.user)
    return handed_over(request)


def _allowed(request: MunicipalityRequest, post: Post, *, now: bool = False) -> Post:
    """The post, ready for publishing: no approval is needed, or its writer approves it where that is allowed.

    `now`: it is published at once, so that its writer approves it for no other time.
    """
    municipality = request.municipality
    if rules.may_schedule(request.access, post, needs_approval=municipality.needs_approval):
        return post
    if not rules.decides_alone(
        request.access, approval=municipality.approval, own_allowed=municipality.may_approve_own
    ):
        raise PermissionDenied
    with transaction.atomic():  # a refused approval leaves the draft a draft
        post = submit(post, by=request.user, now=now)
        version = queries.latest_version(post)
        return approve(post, version, by=request.user) if version else post


ACTS: dict[str, Callable[[Any, Post, ResolvedTime | None], str]] = {
    "submit": _submit,
    "schedule": _schedule,
    "publish": _publish,
}


def _again(
    request: MunicipalityRequest, pk: int, channels: list[Channel], typed: ComposerInput | None, problem: UploadProblem
) -> HttpResponse:
    """The page once more, with the complete input."""
    post = _post(request, pk)
    shown: ComposerPage = build_page(request, post, channels, typed or _stored(post))
    if problem.stored and typed:
        # Saving again, after reading both, means that the user keeps their own.
        shown.revision = problem.stored.revision
    context = {"page": shown, "problem": problem, "theirs": parse(problem.stored.draft) if problem.stored else None}
    return render(request, "posts/composer.html", context, status=409 if problem.stored else 422)
