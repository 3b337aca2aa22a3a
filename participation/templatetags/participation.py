"""Tags for pages of the inbox that show needs and contributions. The inbox itself does not know them."""

from dataclasses import dataclass
from typing import Any

from django import template
from django.db.models import Exists, Subquery
from django.db.models.functions import JSONObject

from inbox.models import Message
from municipalities.models import Municipality
from needs.models import Need
from participation.models import Consultation, Contribution
from participation.queries.suggestions import running

register = template.Library()


@dataclass(frozen=True)
class Belongs:
    """What a message belongs to: the need that it asks for, and the contribution that it is; None for neither.

    `takes_contributions`: a consultation takes contributions now.
    """

    need: Need | None
    contribution: Contribution | None
    takes_contributions: bool


@register.simple_tag
def what_belongs(message: Message) -> Belongs:
    """One query, so that the page of a message keeps to its number."""
    needs = Need.objects.filter(supporters__message=message).order_by()
    contributions = Contribution.objects.filter(message=message).order_by()
    rows: Any = Municipality.objects.filter(pk=message.municipality_id).values_list(
        Subquery(needs.values(found=JSONObject(pk="pk", title="title", stage="stage", size="size"))[:1]),
        Subquery(
            contributions.values(
                found=JSONObject(pk="pk", number="number", consultation="consultation", title="consultation__title")
            )[:1]
        ),
        Exists(running()),
    )
    need, contribution, takes_contributions = rows.get()
    return Belongs(
        Need(**need) if need else None, _contribution(contribution) if contribution else None, takes_contributions
    )


def _contribution(found: dict[str, Any]) -> Contribution:
    consultation = Consultation(pk=found["consultation"], title=found["title"])
    return Contribution(pk=found["pk"], number=found["number"], consultation=consultation)
