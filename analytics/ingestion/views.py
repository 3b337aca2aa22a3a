"""Page that corrects how a published post is counted."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from analytics.enums import SubjectKind
from analytics.ingestion.domain.recategorise import counted, recategorise
from analytics.ingestion.forms import CountedForm
from analytics.models import Subject
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest


@requires(Verb.POST_EDIT)
@require_http_methods(["GET", "POST"])
def edit(request: MunicipalityRequest, pk: int) -> HttpResponse:
    """Of one post on one channel; the categories hold for all channels of the post."""
    posts = Subject.objects.exclude(kind=SubjectKind.CHANNEL)
    subject = get_object_or_404(posts.select_related("traits", "channel", "publication__post"), pk=pk)
    form = CountedForm(request.POST or None, now=counted(subject))
    if request.method == "POST" and form.is_valid():
        if recategorise(subject, form.wanted, by=request.user):
            messages.success(request, _("Corrected. The metrics of its days are updated within a minute or two."))
        else:
            messages.info(request, _("Nothing was changed: it counts as that already."))
        return redirect("analytics", request.municipality.slug)
    context = {"subject": subject, "form": form, "post": subject.publication.post if subject.publication else None}
    return render(request, "analytics/counted.html", context, status=422 if form.errors else 200)
