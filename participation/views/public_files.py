"""What a citizen attached to the form, for those who read the inbox."""

from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from common import downloads
from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from participation.models import ContributionFile


@requires(Verb.INBOX_VIEW)
@require_safe
def attachment(request: MunicipalityRequest, consultation: int, contribution: int, attachment: int) -> HttpResponseBase:
    """As a download under the type of its content: nothing in it runs in a page of ours."""
    rows = ContributionFile.objects.filter(contribution__consultation=consultation)
    row = get_object_or_404(rows, pk=attachment, contribution=contribution)
    return downloads.stored(row.file, name=row.name, mime=row.mime)
