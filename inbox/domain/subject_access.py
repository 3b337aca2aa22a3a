"""Subject access: exporting everything held about a person."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from common.audit import record
from inbox import personal_data
from inbox.personal_data import PersonalDataRow
from inbox.queries import personal_data as personal_data_queries
from municipalities.models import Municipality


@transaction.atomic
def export(municipality: Municipality, people: Sequence[personal_data_queries.Author], *, by: User) -> bytes:
    """Everything of these authors as JSON (UTF-8), with a timestamp. Records one event, without a name.

    `messages`: each with its rows, by the code of their store; `other`: rows of no message of theirs; `places`: what
    each code means, how long rows are kept, and what an erasure does there.
    """
    held = personal_data_queries.subject_data(people)
    data = {
        "municipality": str(municipality),
        "made_at": timezone.now(),
        "messages": [{**message.as_json(), **_by_place(rows)} for message, rows in held.messages],
        "other": _by_place(held.other),
        "places": [_described(store) for store in personal_data.stores()],
    }
    record(
        "message.export_author",
        by=by,
        municipality_id=municipality.pk,
        label=str(municipality),
        messages=len(held.messages),
    )
    return json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2, default=str).encode()


def _by_place(rows: Iterable[PersonalDataRow]) -> dict[str, list[dict[str, Any]]]:
    by_store = defaultdict(list)
    for row in rows:
        by_store[row.store.code].append(row.as_json())
    return by_store


def _described(store: personal_data.PersonalDataStore) -> dict[str, str]:
    return {
        "code": store.code,
        "title": str(store.title),
        "kept": store.how_long(),
        "when_erased": store.effect.value,
        "what_stays_and_why": store.stays() if store.stays else "",
    }
