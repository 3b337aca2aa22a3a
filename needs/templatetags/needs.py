"""Tags for pages of the inbox that show needs. The inbox itself does not know them."""

from typing import Any

from django import template

from inbox.models import Message
from needs.models import Need

register = template.Library()


@register.simple_tag
def need_of(message: Message) -> Any:
    """The need that a message asks for, or None. One query."""
    return Need.objects.filter(supporters__message=message).defer("text", "search_key").first()
