"""Pictures of the municipality: folders, search, details of each, and the composer's picker."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.errors import ActionNotAllowed
from common.web.errors import flash_error
from common.web.params import choice_param, int_list_param, int_param
from library import queries
from library.forms import FolderForm, PictureForm
from library.queries import PictureFilters
from library.views.pages import shown
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from posts.composer.views.picture_rows import document_row, picture_row, video_row
from posts.draft import MOST_PICTURES, Shown
from posts.media.captions import MOST_BYTES as MOST_CAPTIONS
from posts.media.captions import BadCaptions
from posts.media.domain import folders, videos
from posts.media.domain import pictures as verbs
from posts.models import Folder, Media, Post
from posts.picture_metadata import consent_note
from posts.queries import is_public

PER_PAGE = 48
PICKED = 24
MOST_FILES = 30


def _filters(request: HttpRequest, branches: list[queries.Branch]) -> PictureFilters:
    known = {str(branch.folder.pk) for branch in branches} | {queries.NOWHERE}
    return PictureFilters(
        query=request.GET.get("q", "")[:80],
        folder=choice_param(request.GET, "folder", known),
        children=request.GET.get("children") == "on",
        archived=request.GET.get("archived") == "on",
    )


@requires(Verb.LIBRARY_VIEW)
@require_safe
def pictures(request: MunicipalityRequest) -> HttpResponse:
    branches = queries.folders()
    filters = _filters(request, branches)
    page = Paginator(queries.pictures(filters, branches), PER_PAGE).get_page(request.GET.get("page"))
    return shown(request, "library/pictures.html", {
        "page": page, "filters": filters, "branches": branches, "notes": _notes(page.object_list),
        "here": next((branch for branch in branches if str(branch.folder.pk) == filters.folder), None),
        "most": MOST_FILES,
    })  # fmt: skip


def _notes(rows: Any) -> dict[int, str]:
    """By picture, the problem with its consents, without names."""
    today = timezone.localdate()
    notes = ((media.pk, consent_note(media, today)) for media in rows)
    return {pk: note.code for pk, note in notes if note}


@requires(Verb.LIBRARY_EDIT)
@require_POST
def upload(request: MunicipalityRequest) -> HttpResponse:
    """Upload several files at once. Each that is refused gets a message with the reason; the others are stored."""
    files = request.FILES.getlist("files")
    folder = Folder.objects.filter(pk=int_param(request.POST, "folder", default=0)).select_related("parent").first()
    added, problems = 0, []
    for file in files[:MOST_FILES]:
        try:
            videos.add(
                request.municipality, file, name=file.name or "", size=file.size or 0, by=request.user, folder=folder
            )
            added += 1
        except verbs.BadPicture as bad:
            problems.append(f"{file.name}: {bad}")
    if not files:
        messages.error(request, _("No file arrived. Choose the pictures or videos again."))
    if added:
        message = ngettext("%(count)s picture is in the library.", "%(count)s pictures are in the library.", added)
        messages.success(request, message % {"count": added})
    for problem in problems[:10]:
        messages.error(request, problem)
    if len(files) > MOST_FILES:
        message = _("Only the first %(most)s were taken. Add the others after them.")
        messages.warning(request, message % {"most": MOST_FILES})
    url = reverse("library_pictures", args=[request.municipality.slug])
    return redirect(f"{url}?folder={folder.pk}" if folder else url)


# ---------------------------------------------------------------- one picture


def _media(pk: int) -> Media:
    media: Media = get_object_or_404(Media.objects.select_related("folder__parent", "uploaded_by"), pk=pk)
    return media


@requires(Verb.LIBRARY_VIEW)
@require_safe
def picture(request: MunicipalityRequest, pk: int) -> HttpResponse:
    return _shown(request, _media(pk), None)


@requires(Verb.LIBRARY_EDIT)
@require_POST
def describe(request: MunicipalityRequest, pk: int) -> HttpResponse:
    media = _media(pk)
    form = PictureForm(request.POST, media=media, branches=queries.folders())
    if not form.is_valid():
        return _shown(request, media, form)
    verbs.describe(media, form.about(), by=request.user)
    messages.success(request, _("Saved."))
    return redirect("library_picture", request.municipality.slug, pk)


def _shown(request: MunicipalityRequest, media: Media, form: PictureForm | None) -> HttpResponse:
    may_edit = request.access.may(Verb.LIBRARY_EDIT)
    used = queries.posts_with(media)
    if may_edit and form is None:
        form = PictureForm(media=media, branches=queries.folders())
    note = consent_note(media, timezone.localdate())
    public = _public(used)
    film, document = video_row(media), document_row(media)
    return shown(request, "library/picture.html", {
        "media": media, "film": film, "document": document, "picture": {"video": film}, "kind": _kind(media),
        "form": form, "used": used, "note": note, "may_edit": may_edit,
        "consents": list(media.consents.select_related("recorded_by").order_by("-pk")) if may_edit else [],
        "endangered": [post for post in used if post.pk not in public] if note else [],
    }, form=form)  # fmt: skip


def _kind(media: Media) -> str:
    """ "MP4, H264, AAC": what a network may ask about."""
    return ", ".join(
        part.upper() for part in (str(media.file.name).rsplit(".", 1)[-1], media.codec, media.sound) if part
    )


@requires(Verb.LIBRARY_VIEW)
@require_safe
def tile(request: MunicipalityRequest, pk: int) -> HttpResponse:
    """What a tile says of a video, for a page that waits until it was looked at."""
    return render(request, "library/_film.html", {"media": get_object_or_404(Media, pk=pk)})


@requires(Verb.LIBRARY_EDIT)
@require_POST
def caption(request: MunicipalityRequest, pk: int) -> HttpResponse:
    media, file = _media(pk), request.FILES.get("file")
    if "remove" in request.POST:
        videos.remove_captions(media, by=request.user)
        messages.success(request, _("The captions are removed. Versions that have them keep them."))
    elif file is None:
        messages.error(request, _("No file arrived. Choose the captions again."))
    else:
        try:
            videos.set_captions(media, file.read(MOST_CAPTIONS + 1), tag=request.POST.get("tag", ""), by=request.user)
            messages.success(request, _("The captions are added."))
        except BadCaptions as bad:
            messages.error(request, str(bad))
    return redirect("library_picture", request.municipality.slug, pk)


def _public(used: list[Post]) -> set[int]:
    rows = Post.objects.filter(pk__in=[post.pk for post in used])
    return set(rows.filter(is_public()).values_list("pk", flat=True))


@requires(Verb.LIBRARY_EDIT)
@require_POST
def archive(request: MunicipalityRequest, pk: int) -> HttpResponse:
    media = verbs.archive(_media(pk), by=request.user)
    slug = request.municipality.slug
    undo = "undo:" + reverse("library_picture_back", args=[slug, pk])
    messages.success(request, _("“%(name)s” is put away.") % {"name": media.name}, extra_tags=undo)
    return redirect("library_pictures", slug)


@requires(Verb.LIBRARY_EDIT)
@require_POST
def unarchive(request: MunicipalityRequest, pk: int) -> HttpResponse:
    media = verbs.unarchive(_media(pk), by=request.user)
    messages.success(request, _("“%(name)s” is back in the library.") % {"name": media.name})
    return redirect("library_picture", request.municipality.slug, pk)


@requires(Verb.LIBRARY_EDIT)
@require_POST
def delete(request: MunicipalityRequest, pk: int) -> HttpResponse:
    media = _media(pk)
    try:
        verbs.delete(media, by=request.user)
    except ActionNotAllowed as refused:
        flash_error(request, refused)
        return redirect("library_picture", request.municipality.slug, pk)
    messages.success(request, _("“%(name)s” is deleted.") % {"name": media.name})
    return redirect("library_pictures", request.municipality.slug)


# ---------------------------------------------------------------- folders


@requires(Verb.LIBRARY_EDIT)
@require_http_methods(["GET", "POST"])
def folder_new(request: MunicipalityRequest) -> HttpResponse:
    form = FolderForm(
        request.POST if request.method == "POST" else None,
        branches=queries.folders(),
        initial={"parent": request.GET.get("inside", "")},
    )
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["name"]
        try:
            folder = folders.create(request.municipality, name, parent=form.parent(), by=request.user)
        except ActionNotAllowed as refused:
            form.add_error("name", refused.message)
        else:
            return _in_folder(request, folder)
    return _folder_form(request, form, None)


@requires(Verb.LIBRARY_EDIT)
@require_http_methods(["GET", "POST"])
def folder(request: MunicipalityRequest, folder: int) -> HttpResponse:
    row = get_object_or_404(Folder, pk=folder)
    sent = request.POST if request.method == "POST" else None
    form = FolderForm(sent, branches=queries.folders(), folder=row)
    if request.method == "POST" and form.is_valid():
        try:
            changed = folders.change(row, name=form.cleaned_data["name"], parent=form.parent(), by=request.user)
        except ActionNotAllowed as refused:
            form.add_error("name", refused.message)
        else:
            messages.success(request, _("Saved."))
            return _in_folder(request, changed)
    return _folder_form(request, form, row)


def _folder_form(request: MunicipalityRequest, form: FolderForm, folder: Folder | None) -> HttpResponse:
    context = {"form": form, "folder": folder}
    return shown(request, "library/folder.html", context, form=form)


def _in_folder(request: MunicipalityRequest, folder: Folder) -> HttpResponse:
    return redirect(reverse("library_pictures", args=[request.municipality.slug]) + f"?folder={folder.pk}")


@requires(Verb.LIBRARY_EDIT)
@require_POST
def folder_delete(request: MunicipalityRequest, folder: int) -> HttpResponse:
    row = get_object_or_404(Folder, pk=folder)
    try:
        folders.delete(row, by=request.user)
    except ActionNotAllowed as refused:
        flash_error(request, refused)
        return _in_folder(request, row)
    messages.success(request, _("The folder “%(name)s” is deleted.") % {"name": row.name})
    return redirect("library_pictures", request.municipality.slug)


@requires(Verb.LIBRARY_EDIT)
@require_POST
def move(request: MunicipalityRequest) -> HttpResponse:
    """Put the ticked pictures into a folder."""
    slug = request.municipality.slug
    chosen = int_list_param(request.POST, "picture", least=1)
    target = request.POST.get("into", "")
    into = Folder.objects.select_related("parent").filter(pk=int_param(request.POST, "into", default=0)).first()
    if not chosen:
        messages.warning(request, _("Tick the pictures first."))
    elif into is None and target != queries.NOWHERE:
        messages.warning(request, _("Choose the folder into which the pictures go."))
    else:
        count = folders.move(chosen, into, municipality=request.municipality, by=request.user)
        message = ngettext("%(count)s picture is moved.", "%(count)s pictures are moved.", count)
        messages.success(request, message % {"count": count})
        if into:
            return _in_folder(request, into)
    return redirect("library_pictures", slug)


# ---------------------------------------------------------------- the composer's picker


@requires(Verb.POST_EDIT)
@require_safe
def pick(request: MunicipalityRequest) -> HttpResponse:
    """A page of pictures to choose from; with `part`, only the pictures, as search and folders narrow them."""
    branches = queries.folders()
    filters = _filters(request, branches)
    page = Paginator(queries.pictures(filters, branches), PICKED).get_page(request.GET.get("page"))
    template = "library/_picks.html" if request.GET.get("part") else "library/_pick.html"
    context = {"page": page, "filters": filters, "branches": branches, "notes": _notes(page.object_list)}
    return render(request, template, context)


@requires(Verb.POST_EDIT)
@require_safe
def rows(request: MunicipalityRequest) -> HttpResponse:
    """The composer's rows of the chosen pictures, each with its last description."""
    chosen = int_list_param(request.GET, "id", least=1)[:MOST_PICTURES]
    pictures = Media.objects.filter(archived_at__isnull=True).in_bulk(chosen)
    slug = request.municipality.slug
    picture_rows = [
        picture_row(slug, pictures[pk], Shown(pk, pictures[pk].alt)) for pk in dict.fromkeys(chosen) if pk in pictures
    ]
    return render(request, "library/_rows.html", {"pictures": picture_rows})
