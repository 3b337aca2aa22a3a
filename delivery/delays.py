"""Why a scheduled delivery has not left although its time has come, in plain words."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from common.lazy_text import LazyText
from delivery import queries
from delivery.enums import State
from delivery.heartbeat import is_publisher_alive
from delivery.models import Delivery


def reason(delivery: Delivery, now: datetime) -> LazyText | None:
    """None where it is not delayed. In the scope of its municipality; at most one query."""
    if not delivery.is_delayed(now):
        return None
    if delivery.next_at > now:
        return delivery.delay_words
    if delivery.parent and delivery.parent.state != State.PUBLISHED:
        return _("It follows another post, which is not out yet.")
    if not is_publisher_alive():
        return _("The portal publishes nothing at the moment: its publisher does not run. Inform the administrator.")
    first = queries.first_of_channel(delivery)
    if first is not None and first.pk != delivery.pk:
        return _("Another post of this channel goes first.")
    return _("The network takes nothing at the moment, or many posts are due at once.")
