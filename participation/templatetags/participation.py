"""Tags for pages of the inbox that show contributions. The inbox itself does not know them."""

from typing import Any

from django import template

from inbox.models import Message
from participation.models import Contribution
from participation.queries.suggestions import running

register = template.Library()


@register.simple_tag
def contribution_of(message: Message) -> Any:
    """The contribution that a message is, or None. One query."""
    rows = Contribution.objects.filter(message=message).select_related("consultation")
    return rows.only("number", "consultation__title", "municipality_id").first()


@register.simple_tag
def takes_contributions() -> bool:
    """Whether a consultation takes contributions now. One query."""
    return running().exists()
