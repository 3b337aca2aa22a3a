"""What the coach says in the browser: one file for each language of the interface, which a browser asks for once."""

import hashlib
import json
from functools import lru_cache

from django.http import HttpResponse
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from municipalities.access import requires
from municipalities.rules import Verb
from municipalities.web import MunicipalityRequest
from posts.coaching.sentences import spoken

A_MONTH = 30 * 24 * 3600


@requires(Verb.POST_EDIT)
@require_safe
def words(request: MunicipalityRequest) -> HttpResponse:
    """It may be kept, because other words have another address."""
    answer = HttpResponse(_said(get_language())[0], content_type="application/json")
    patch_cache_control(answer, private=True, max_age=A_MONTH, immutable=True)
    return answer


def address(slug: str) -> str:
    return f"{reverse('coach_words', args=[slug])}?{_said(get_language())[1]}"


@lru_cache(maxsize=8)
def _said(language: str) -> tuple[bytes, str]:
    """What is said in the language that is on, and its fingerprint."""
    body = json.dumps(spoken(), ensure_ascii=False, separators=(",", ":")).encode()
    return body, hashlib.sha256(body).hexdigest()[:12]
