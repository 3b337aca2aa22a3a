"""Pages with the mistakes that the walk is there to find, one to each, beside those of the portal.

Each reads or writes in `everywhere` what its municipality's scope would have refused.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path

from municipalities.access import requires
from municipalities.models import Municipality
from municipalities.rules import Verb
from municipalities.tenancy import everywhere, scope
from portal.urls import urlpatterns as right
from posts.models import Folder, Media, Post, Thread, Version


class PostForm(forms.Form):
    """Its list is built before anybody knows for whom."""

    post: forms.ModelChoiceField[Post] = forms.ModelChoiceField(None)
    quote = forms.CharField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["post"].queryset = Post.objects.all()  # type: ignore[attr-defined]


def _done() -> HttpResponse:
    return HttpResponse("", content_type="text/plain")


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0


@requires(Verb.POST_VIEW)
def read_by_path(request: Any, pk: int) -> HttpResponse:
    with everywhere("a mistake"):
        return HttpResponse(get_object_or_404(Post, pk=pk).title, content_type="text/plain")


@requires(Verb.POST_VIEW)
def read_by_query(request: Any) -> HttpResponse:
    with everywhere("a mistake"):
        post = Post.objects.filter(pk=_number(request.GET.get("post", ""))).first()
        return HttpResponse(post.title if post else "", content_type="text/plain")


@requires(Verb.POST_VIEW)
def read_by_slug(request: Any) -> HttpResponse:
    place = get_object_or_404(Municipality, slug=request.GET.get("of", request.municipality.slug))
    with scope(place):
        names = ", ".join(post.title for post in Post.objects.all())
    return HttpResponse(names, content_type="text/plain")


@requires(Verb.POST_VIEW)
def read_into_header(request: Any, pk: int) -> HttpResponse:
    with everywhere("a mistake"):
        response = _done()
        name = get_object_or_404(Media, pk=pk).name
        response["X-File"] = name.encode("ascii", "ignore").decode().replace("\r", "").replace("\n", "")
        return response


@requires(Verb.POST_VIEW)
def update_post(request: Any) -> HttpResponse:
    with everywhere("a mistake"):
        Post.objects.filter(pk=_number(request.POST.get("post", ""))).update(format="question", title="New")
    return _done()


@requires(Verb.POST_VIEW)
def update_thread(request: Any, thread: int) -> HttpResponse:
    with everywhere("a mistake"):
        Thread.objects.filter(pk=thread).update(end=1)
    return _done()


@requires(Verb.POST_VIEW)
def adds_to_them(request: Any) -> HttpResponse:
    if place := Municipality.objects.filter(slug=request.POST.get("place", "")).first():
        with everywhere("a mistake"):
            Folder.objects.create(municipality=place, name="New", created_by=request.user)
    return _done()


@requires(Verb.POST_VIEW)
def takes_by_form(request: Any) -> HttpResponse:
    with everywhere("a mistake"):
        form = PostForm(request.POST or None)
        if form.is_valid():
            Thread.objects.create(
                municipality=request.municipality, post=form.cleaned_data["post"], author=request.user, place="text",
                tag="sr-Cyrl", start=0, end=4, quote=form.cleaned_data["quote"],
            )  # fmt: skip
    return _done()


@requires(Verb.POST_VIEW)
def takes_into_json(request: Any) -> HttpResponse:
    """Nothing checks an id inside JSON."""
    for version in Version.objects.all()[:1]:
        Version.objects.filter(pk=version.pk).update(layout={"cover": _number(request.POST.get("picture", ""))})
    return _done()


@requires(Verb.POST_VIEW)
def copies(request: Any, pk: int) -> HttpResponse:
    with everywhere("a mistake"):
        post = get_object_or_404(Post, pk=pk)
        Folder.objects.create(municipality=request.municipality, name=post.title[:60], created_by=request.user)
    return _done()


@requires(Verb.POST_VIEW)
def right_one(request: Any, pk: int) -> HttpResponse:
    """No mistake: what the scope does not show is not there."""
    post = get_object_or_404(Post, pk=pk)
    post.title = request.POST.get("title", request.GET.get("title", "")) or post.title
    post.save()
    return HttpResponse(post.title, content_type="text/plain")


urlpatterns = [
    *right,
    path("m/<slug:municipality>/mistake/path/posts/<int:pk>/", read_by_path, name="read_by_path"),
    path("m/<slug:municipality>/mistake/query/", read_by_query, name="read_by_query"),
    path("m/<slug:municipality>/mistake/slug/", read_by_slug, name="read_by_slug"),
    path("m/<slug:municipality>/mistake/header/media/<int:pk>/", read_into_header, name="read_into_header"),
    path("m/<slug:municipality>/mistake/change/", update_post, name="update_post"),
    path("m/<slug:municipality>/mistake/threads/<int:thread>/", update_thread, name="update_thread"),
    path("m/<slug:municipality>/mistake/add/", adds_to_them, name="adds_to_them"),
    path("m/<slug:municipality>/mistake/form/", takes_by_form, name="takes_by_form"),
    path("m/<slug:municipality>/mistake/json/", takes_into_json, name="takes_into_json"),
    path("m/<slug:municipality>/mistake/copy/posts/<int:pk>/", copies, name="copies"),
    path("m/<slug:municipality>/mistake/none/posts/<int:pk>/", right_one, name="right_one"),
]
