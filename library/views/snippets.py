"""Snippets and hashtags: their two lists, and the composer's ways to insert one into a text: a dialog, and "/"."""

from dataclasses import asdict

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.errors import ActionNotAllowed
from common.web.errors import add_form_error
from library import queries
from library.domain import snippets as verbs
from library.enums import SnippetKind
from library.forms import SnippetForm
from library.models import Snippet
from library.views.pages import shown
from library.views.templates import tags_of
from municipalities.access import requires
from municipalities.queries import glossary
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from posts.draft import LANGUAGES

PER_PAGE = 40
PAGES = {SnippetKind.TEXT.value: "library_snippets", SnippetKind.HASHTAGS.value: "library_hashtags"}


@requires(Verb.LIBRARY_VIEW)
@require_safe
def snippets(request: MunicipalityRequest) -> HttpResponse:
    return _listed(request, SnippetKind.TEXT)


@requires(Verb.LIBRARY_VIEW)
@require_safe
def hashtags(request: MunicipalityRequest) -> HttpResponse:
    return _listed(request, SnippetKind.HASHTAGS)


def _listed(request: MunicipalityRequest, kind: SnippetKind) -> HttpResponse:
    query = request.GET.get("q", "")[:80]
    page = Paginator(queries.snippets_by_name(kind, query), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "words": query, "is_hashtags": kind == SnippetKind.HASHTAGS, "here": PAGES[kind]}
    return shown(request, "library/snippets.html", context)


@requires(Verb.LIBRARY_EDIT)
@require_http_methods(["GET", "POST"])
def new(request: MunicipalityRequest, kind: str) -> HttpResponse:
    return _written(request, Snippet(kind=kind if kind in SnippetKind.values else SnippetKind.TEXT))


@requires(Verb.LIBRARY_EDIT)
@require_http_methods(["GET", "POST"])
def edit(request: MunicipalityRequest, pk: int) -> HttpResponse:
    return _written(request, get_object_or_404(Snippet, pk=pk, removed_at__isnull=True))


def _written(request: MunicipalityRequest, snippet: Snippet) -> HttpResponse:
    is_hashtags = snippet.kind == SnippetKind.HASHTAGS
    options = {"tags": tags_of(request), "texts": snippet.texts, "is_hashtags": is_hashtags}
    form = SnippetForm(request.POST if request.method == "POST" else None, initial={"name": snippet.name}, **options)
    back = reverse(PAGES[snippet.kind], args=[request.municipality.slug])
    if request.method == "POST" and form.is_valid():
        written = {"name": form.cleaned_data["name"], "texts": form.cleaned_data["texts"], "by": request.user}
        try:
            if snippet.pk:
                verbs.edit(snippet, **written)
            else:
                verbs.create(request.municipality, kind=snippet.kind, **written)
        except ActionNotAllowed as refused:
            add_form_error(form, refused)
        else:
            messages.success(request, _("Saved."))
            return redirect(back)
    context = {"form": form, "snippet": snippet, "is_hashtags": is_hashtags, "back": back}
    return shown(request, "library/snippet_edit.html", context, form=form)


@requires(Verb.LIBRARY_EDIT)
@require_POST
def remove(request: MunicipalityRequest, pk: int) -> HttpResponse:
    row = verbs.remove(get_object_or_404(Snippet, pk=pk), by=request.user)
    undo = "undo:" + reverse("library_snippet_restore", args=[request.municipality.slug, pk])
    messages.success(request, _("“%(name)s” is removed.") % {"name": row.name}, extra_tags=undo)
    return redirect(PAGES[row.kind], request.municipality.slug)


@requires(Verb.LIBRARY_EDIT)
@require_POST
def restore(request: MunicipalityRequest, pk: int) -> HttpResponse:
    row = verbs.restore(get_object_or_404(Snippet, pk=pk), by=request.user)
    messages.success(request, _("“%(name)s” is back.") % {"name": row.name})
    return redirect(PAGES[row.kind], request.municipality.slug)


@requires(Verb.POST_EDIT)
@require_safe
def insert(request: MunicipalityRequest) -> HttpResponse:
    """For the composer: snippets for a text of the language `tag`. With `q`, only the list of matches."""
    tag = request.GET.get("tag", "")
    query = request.GET.get("q")
    spellings = glossary(request.municipality.pk)
    inserts = queries.inserts(tag, (query or "")[:80], spellings) if tag in LANGUAGES else []
    page = "library/_insert.html" if query is None else "library/_inserts.html"
    return render(request, page, {"inserts": inserts, "tag": tag, "words": query or ""})


@requires(Verb.POST_EDIT)
@require_safe
def suggestions(request: MunicipalityRequest) -> JsonResponse:
    """For "/" in the composer: {"suggestions": [{"name", "text"}]} for a text of the language `tag`."""
    tag = request.GET.get("tag", "")
    offered = queries.suggestions(tag, glossary(request.municipality.pk)) if tag in LANGUAGES else []
    return JsonResponse({"suggestions": [asdict(suggestion) for suggestion in offered]})
