"""Populations from a table: read, show what would happen, then enter it."""

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.web import SignedInRequest
from municipalities.access import keepers
from municipalities.domain import population as verbs
from municipalities.forms import PopulationForm
from municipalities.models import REAL_PLACE, Municipality
from municipalities.population import PopulationRow, Unreadable, read

SALT = "municipalities.population"
MOST_SECONDS = 60 * 60


@keepers
@require_http_methods(["GET", "POST"])
def population(request: SignedInRequest) -> HttpResponse:
    form = PopulationForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        places = {row.slug: row for row in Municipality.objects.filter(REAL_PLACE)}
        known = [(row.slug, (row.name_cyrl, row.name_latn, row.name_en)) for row in places.values()]
        try:
            rows = read(form.cleaned_data["file"], year=form.cleaned_data["year"], known=known)
        except Unreadable as error:
            form.add_error("file", str(error.message))
        else:
            return _preview(request, rows, places, form.cleaned_data["source"])
    return render(request, "municipalities/population.html", {"form": form}, status=422 if form.errors else 200)


def _preview(
    request: HttpRequest, rows: list[PopulationRow], places: dict[str, Municipality], source: str
) -> HttpResponse:
    good = [row for row in rows if not row.problems]
    figures = [(row.slug, row.population, row.year) for row in good]
    rows = sorted(rows, key=lambda row: not row.problems)
    context = {
        "rows": [(row, places.get(row.slug)) for row in rows],
        "good": len(good),
        "bad": len(rows) - len(good),
        "source": source,
        "signed": signing.dumps({"figures": figures, "source": source}, salt=SALT, compress=True),
    }
    return render(request, "municipalities/population_preview.html", context)


@keepers
@require_POST
def enter(request: SignedInRequest) -> HttpResponse:
    """Enter what the preview showed; the signed field carries it, so that nothing else can slip in."""
    try:
        agreed = signing.loads(request.POST.get("signed", ""), salt=SALT, max_age=MOST_SECONDS)
    except signing.BadSignature:
        messages.error(request, _("The preview is older than an hour. Choose the table once more."))
        return redirect("population")
    changed = verbs.enter(agreed["figures"], agreed["source"], by=request.user)
    message = ngettext(
        "The population of %(count)s municipality was entered.",
        "The population of %(count)s municipalities was entered.",
        changed,
    )
    messages.success(request, message % {"count": changed})
    return redirect("installation_municipalities" if request.user.is_administrator else "programme")
