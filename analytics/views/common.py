"""What pages of numbers share: addresses that keep what was chosen."""

from typing import Any

from django.http import HttpRequest

from analytics import periods


def address(request: HttpRequest, **changed: str) -> str:
    query = request.GET.copy()
    for key, value in changed.items():
        query[key] = value
    return f"?{query.urlencode()}"


def segments(request: HttpRequest, period: periods.Period) -> list[dict[str, Any]]:
    return [
        {"label": label, "url": address(request, days=key), "current": key == period.key}
        for key, (_days, label) in periods.CHOICES.items()
    ]
