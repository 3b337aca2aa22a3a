"""Pictures that wait to be attached to a status."""

import secrets
from typing import Any

from django.core.files.base import ContentFile

from practice import pictures, rules, text
from practice.errors import ApiError, Missing
from practice.models import Account, Media


def upload(account: Account, file: Any, description: str = "") -> Media:
    """`file` is an uploaded file. Raises `ApiError` for no picture, a too large one, or a too long description."""
    alt = described(description)
    try:
        encoded = pictures.encode(file, file.size)
    except pictures.NoPicture as problem:
        raise ApiError(f"Validation failed: {problem}") from None
    media = Media(
        account=account,
        token=secrets.token_urlsafe(24),
        mime=encoded.mime,
        width=encoded.width,
        height=encoded.height,
        blurhash=encoded.blurhash,
        description=alt,
    )
    media.file.save(f"{media.token}.{encoded.suffix}", ContentFile(encoded.content), save=False)
    media.save()
    return media


def describe(account: Account, media_id: int, description: str) -> Media:
    media = Media.objects.filter(pk=media_id, account=account, status=None).first()
    if media is None:
        raise Missing
    media.description = described(description)
    media.save(update_fields=["description"])
    return media


def described(description: str) -> str:
    cleaned = text.cleaned(description)
    if len(cleaned) > rules.DESCRIPTION:
        raise ApiError(f"Validation failed: Description is too long (maximum is {rules.DESCRIPTION} characters)")
    return cleaned
