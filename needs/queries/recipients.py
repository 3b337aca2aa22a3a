"""Which supporters of a need are answered, and which are not and why. One query, however many there are."""

from collections.abc import Hashable
from dataclasses import dataclass, field

from channels.enums import ChannelState
from delivery.enums import State as Sent
from needs.models import Need, Supporter

# Nothing of the answer is on the network, and nothing will be unless a person sends it again.
UNSENT = (Sent.CANCELLED, Sent.EXPIRED, Sent.FAILED)


@dataclass
class Recipients:
    """`reached` has one supporter for each person, the newest; all others are counted by the obstacle."""

    reached: list[Supporter] = field(default_factory=list)
    unsent: list[Supporter] = field(default_factory=list)
    """Voices of those among them whose answer of the last round did not go out."""

    answered: int = 0
    under_way: int = 0
    forgotten: int = 0
    gone: int = 0
    """They deleted on the network what they wrote."""

    disconnected: dict[str, int] = field(default_factory=dict)
    """By the name of the channel."""

    by_hand: int = 0
    errors: dict[str, int] = field(default_factory=dict)
    """Of the last round: why it was not sent, and to how many."""

    @property
    def private(self) -> int:
        """How many of those who are reached wrote privately: their answers are private as well."""
        return sum(1 for supporter in self.reached if supporter.message and supporter.message.is_private)


def find_recipients(need: Need) -> Recipients:
    """People are answered once for a need, however often they wrote: `reached` holds those who can be answered now."""
    rows = Supporter.objects.filter(need=need).order_by("-received_on", "-pk")
    rows = rows.select_related("message__channel", "reply__delivery").defer("reply__text", "reply__delivery__payload")
    people: dict[Hashable, list[Supporter]] = {}
    reach = Recipients()
    for supporter in rows.defer("message__text", "message__first_text", "message__search_key", "quote", "note"):
        if supporter.message is None:
            reach.by_hand += 1
        else:
            people.setdefault(_person(supporter), []).append(supporter)
    for supporters in people.values():
        _sort(reach, supporters)
    return reach


def _person(supporter: Supporter) -> Hashable:
    """Who the supporter is: an account on a channel, or the message itself where the author is unknown."""
    assert supporter.message is not None
    return (
        supporter.message.channel_id,
        supporter.message.author_id or supporter.message_id,
        bool(supporter.message.author_id),
    )


def _sort(recipients: Recipients, supporters: list[Supporter]) -> None:
    known = [supporter for supporter in supporters if supporter.message and not supporter.message.erased_at]
    newest = next(
        (supporter for supporter in known if supporter.message and not supporter.message.remote_deleted_at), None
    )
    unsent = [supporter for supporter in supporters if supporter.reply and supporter.reply.delivery.state in UNSENT]
    if any(supporter.reply_id and supporter not in unsent for supporter in supporters):
        recipients.answered += 1
    elif any(supporter.round_id and not supporter.reply_id and not supporter.error for supporter in supporters):
        recipients.under_way += 1
    elif newest is None or newest.message is None:
        if known:
            recipients.gone += 1
        else:
            recipients.forgotten += 1
    elif newest.message.channel.state != ChannelState.CONNECTED:
        name = newest.message.channel.name
        recipients.disconnected[name] = recipients.disconnected.get(name, 0) + 1
    else:
        for error in {supporter.error for supporter in supporters if supporter.error}:
            recipients.errors[error] = recipients.errors.get(error, 0) + 1
        recipients.unsent += unsent
        recipients.reached.append(newest)
