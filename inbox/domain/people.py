"""Giving a person what is held of them."""

import json
from collections.abc import Sequence
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone

from common.audit import record
from inbox.queries import held
from municipalities.models import Municipality


@transaction.atomic
def export(house: Municipality, people: Sequence[held.Author], *, by: Any) -> bytes:
    """Everything of these authors as JSON (UTF-8), with the moment at which it was made. One event, without a name."""
    messages = held.everything(people)
    told = {"municipality": str(house), "made_at": timezone.now(), "messages": messages}
    record("message.export_author", by=by, municipality_id=house.pk, label=str(house), messages=len(messages))
    return json.dumps(told, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2).encode()
