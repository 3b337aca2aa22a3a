"""The coach's messages for the browser: one cacheable file per language of the interface."""

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
from posts.coaching.sentences import browser_messages

A_MONTH = 30 * 24 * 3600


@requires(Verb.POST_EDIT)
@require_safe
def coach_messages(request: MunicipalityRequest) -> HttpResponse:
    """Cacheable for a month: changed messages have another URL."""
    answer = HttpResponse(_encoded_messages(get_language())[0], content_type="application/json")
    patch_cache_control(answer, private=True, max_age=A_MONTH, immutable=True)
    return answer


def messages_url(slug: str) -> str:
    return f"{reverse('coach_words', args=[slug])}?{_encoded_messages(get_language())[1]}"


@lru_cache(maxsize=8)
def _encoded_messages(language: str) -> tuple[bytes, str]:
    """The messages in the active language, and their fingerprint."""
    body = json.dumps(browser_messages(), ensure_ascii=False, separators=(",", ":")).encode()
    return body, hashlib.sha256(body).hexdigest()[:12]
