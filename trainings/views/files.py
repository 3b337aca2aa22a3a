"""Files leave as a download, so that nothing in them runs in our pages."""

from typing import Any

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase

from trainings.models import Material


def download(material: Material) -> HttpResponseBase:
    if not material.file:
        raise Http404
    try:
        file = default_storage.open(str(material.file.name), "rb")
    except FileNotFoundError as gone:
        raise Http404 from gone
    return guarded(FileResponse(file, as_attachment=True, filename=material.file_name, content_type=material.mime))


def pdf(body: bytes, name: str) -> HttpResponseBase:
    answer = HttpResponse(body, content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return guarded(answer)


def guarded(answer: Any) -> HttpResponseBase:
    answer["Cache-Control"] = "private, no-store"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
