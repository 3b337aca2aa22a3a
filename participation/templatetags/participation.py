"""Tags for pages of the inbox that show needs and contributions. The inbox itself does not know them."""

from typing import Any

from django import template

from inbox.models import Message

register = template.Library()


@register.simple_tag
def belongings_of(message: Message) -> Any:
    """The message with `supporter.need` and `contribution.consultation`, as far as it belongs to any. One query."""
    rows = Message.objects.filter(pk=message.pk).select_related("supporter__need", "contribution__consultation")
    return rows.only(
        "municipality_id", "supporter__need__title", "supporter__need__stage", "supporter__need__size",
        "supporter__need__municipality_id", "contribution__number", "contribution__consultation__title",
    ).first()  # fmt: skip
