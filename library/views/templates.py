"""Templates: the list, one template with its questions, and editing."""

from dataclasses import dataclass, replace
from itertools import groupby

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.errors import ActionNotAllowed
from common.web.errors import add_form_error, flash_error
from common.web.params import choice_param
from library import queries
from library.domain import templates as verbs
from library.forms import FromPostForm, TemplateForm, UseForm
from library.gaps import Gap, with_defaults
from library.models import Template
from library.views.pages import shown
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from posts.draft import SERBIAN, Draft, parse
from posts.enums import CallKind, Category, Format
from posts.labels import language_name
from posts.models import Post
from posts.queries import visible


@requires(Verb.LIBRARY_VIEW)
@require_safe
def templates(request: MunicipalityRequest) -> HttpResponse:
    query, category = request.GET.get("q", "")[:80], choice_param(request.GET, "category", Category.values)
    matches = queries.templates(query, category)
    groups = [(Category(key).label, list(rows)) for key, rows in groupby(matches, lambda template: template.category)]
    context = {"groups": groups, "words": query, "category": category, "categories": Category.choices}
    return shown(request, "library/templates.html", context)


def _template(ref: str) -> Template:
    template = queries.template(ref)
    if template is None:
        raise Http404
    return template


def _gaps(template: Template) -> list[Gap]:
    return with_defaults(parse(template.content), template.gaps)


@dataclass(frozen=True)
class TemplatePreview:
    """A draft with gaps as a page shows it."""

    draft: Draft

    @property
    def texts(self) -> list[tuple[str, str, str]]:
        """(language tag, its name, the text)"""
        return [(tag, language_name(tag), content.text) for tag, content in self.draft.texts.items() if content.text]

    @property
    def call(self) -> str:
        return str(CallKind(self.draft.call.kind).label) if self.draft.call.kind else ""

    @property
    def format(self) -> str:
        return str(Format(self.draft.interactive.kind).label) if self.draft.interactive.kind else ""


@requires(Verb.LIBRARY_VIEW)
@require_safe
def template(request: MunicipalityRequest, ref: str) -> HttpResponse:
    """Its texts, and the questions for its gaps."""
    row = _template(ref)
    return _shown(request, row, UseForm(gaps=_gaps(row)))


@requires(Verb.POST_EDIT)
@require_POST
def use(request: MunicipalityRequest, ref: str) -> HttpResponse:
    """Begin a post with it, and go to the composer."""
    template = _template(ref)
    form = UseForm(request.POST, gaps=_gaps(template))
    if not form.is_valid():
        return _shown(request, template, form)
    post = verbs.use(template, form.values(), municipality=request.municipality, by=request.user)
    return redirect("post_edit", request.municipality.slug, post.pk)


def _shown(request: MunicipalityRequest, template: Template, form: UseForm) -> HttpResponse:
    context = {"template": template, "look": TemplatePreview(parse(template.content)), "form": form}
    return shown(request, "library/template.html", context, form=form)


# ---------------------------------------------------------------- writing


def tags_of(request: MunicipalityRequest) -> list[str]:
    """The municipality's primary script, the other Serbian script, then the official languages."""
    municipality = request.municipality
    official = [f"{language.get('language')}-{language.get('script')}" for language in municipality.official_languages]
    return list(dict.fromkeys([f"sr-{municipality.primary_script}", *SERBIAN, *official]))


@requires(Verb.LIBRARY_EDIT)
@require_http_methods(["GET", "POST"])
def new(request: MunicipalityRequest) -> HttpResponse:
    return _written(request, Template())


@requires(Verb.LIBRARY_EDIT)
@require_http_methods(["GET", "POST"])
def edit(request: MunicipalityRequest, ref: str) -> HttpResponse:
    """A built-in template becomes the municipality's own copy with the first change."""
    return _written(request, _template(ref))


def _written(request: MunicipalityRequest, template: Template) -> HttpResponse:
    sent = (request.POST,) if request.method == "POST" else ()
    form = TemplateForm(*sent, template=template, tags=tags_of(request))
    if request.method == "POST" and form.is_valid():
        try:
            row = verbs.edit(template, form.content(), municipality=request.municipality, by=request.user)
        except ActionNotAllowed as refused:
            add_form_error(form, refused)
        else:
            return _saved(request, row)
    context = {"form": form, "template": template}
    return shown(request, "library/template_edit.html", context, form=form)


def _saved(request: MunicipalityRequest, row: Template) -> HttpResponse:
    """Back to the form when new gaps came up, so that their questions are seen and can be worded."""
    slug = request.municipality.slug
    if {gap["name"] for gap in row.gaps} - {request.POST.get(f"gap-{at}-name") for at in range(len(row.gaps))}:
        messages.success(
            request, _("Saved. Check the questions for the placeholders, they were generated from their names.")
        )
        return redirect(reverse("library_template_edit", args=[slug, row.ref]) + "#gaps")
    messages.success(request, _("Saved."))
    return redirect("library_template", slug, row.ref)


@requires(Verb.LIBRARY_EDIT)
@require_POST
def remove(request: MunicipalityRequest, pk: int) -> HttpResponse:
    row = verbs.remove(get_object_or_404(Template, pk=pk), by=request.user)
    slug = request.municipality.slug
    message = _("The built-in template has been restored.") if row.starter else _("The template is removed.")
    messages.success(request, message, extra_tags="undo:" + reverse("library_template_restore", args=[slug, pk]))
    return redirect("library", slug)


@requires(Verb.LIBRARY_EDIT)
@require_POST
def restore(request: MunicipalityRequest, pk: int) -> HttpResponse:
    try:
        verbs.restore(get_object_or_404(Template, pk=pk), by=request.user)
    except ActionNotAllowed as refused:
        flash_error(request, refused)
        return redirect("library", request.municipality.slug)
    messages.success(request, _("The template is back."))
    return redirect("library_template", request.municipality.slug, str(pk))


@requires(Verb.LIBRARY_EDIT)
@require_http_methods(["GET", "POST"])
def from_post(request: MunicipalityRequest, post: int) -> HttpResponse:
    """Keep a post as a template; what differs each time can then be made a gap."""
    source: Post = get_object_or_404(visible(), pk=post)
    content = verbs.of_post(source)
    form = FromPostForm(request.POST if request.method == "POST" else None, initial={"name": content.name})
    if request.method == "POST" and form.is_valid():
        try:
            named = replace(content, name=form.cleaned_data["name"])
            row = verbs.create(request.municipality, named, by=request.user)
        except ActionNotAllowed as refused:
            add_form_error(form, refused)
        else:
            messages.success(request, _("Saved as a template. Put what differs each time into {{double braces}}."))
            return redirect("library_template_edit", request.municipality.slug, row.ref)
    context = {"form": form, "post": source, "is_empty": content.draft.is_empty}
    return shown(request, "library/template_from_post.html", context, form=form)
