"""Who is told what became of a need, and who is not and why. One query, however many asked."""

from collections.abc import Hashable
from dataclasses import dataclass, field

from channels.enums import ChannelState
from delivery.enums import State as Sent
from needs.models import Need, Voice

# Nothing of the answer is on the network, and nothing will be unless a person sends it again.
UNSENT = (Sent.CANCELLED, Sent.EXPIRED, Sent.FAILED)


@dataclass
class Reach:
    """`reached` has one voice for each person, the newest; everybody else is counted by what is in the way."""

    reached: list[Voice] = field(default_factory=list)
    unsent: list[Voice] = field(default_factory=list)
    """Voices of those among them whose answer of the last round did not go out."""

    told: int = 0
    under_way: int = 0
    forgotten: int = 0
    gone: int = 0
    """They deleted on the network what they wrote."""

    disconnected: dict[str, int] = field(default_factory=dict)
    """By the name of the channel."""

    by_hand: int = 0
    troubles: dict[str, int] = field(default_factory=dict)
    """Of the last round: why it was not sent, and to how many."""

    @property
    def private(self) -> int:
        """How many of those who are reached wrote privately: nobody else reads their answer."""
        return sum(1 for voice in self.reached if voice.message and voice.message.is_private)


def reach(need: Need) -> Reach:
    """People are told once for a need, however often they wrote: `reached` holds who may be told now."""
    rows = Voice.objects.filter(need=need).order_by("-heard_on", "-pk")
    rows = rows.select_related("message__channel", "told__delivery").defer("told__text", "told__delivery__payload")
    people: dict[Hashable, list[Voice]] = {}
    reach = Reach()
    for voice in rows.defer("message__text", "message__seen", "message__search_key", "quote", "note"):
        if voice.message is None:
            reach.by_hand += 1
        else:
            people.setdefault(_person(voice), []).append(voice)
    for voices in people.values():
        _sort(reach, voices)
    return reach


def _person(voice: Voice) -> Hashable:
    """Whose voice it is: an account on a channel, or the message itself where nobody knows any more."""
    assert voice.message is not None
    return (voice.message.channel_id, voice.message.author_id or voice.message_id, bool(voice.message.author_id))


def _sort(found: Reach, voices: list[Voice]) -> None:
    known = [voice for voice in voices if voice.message and not voice.message.forgotten_at]
    newest = next((voice for voice in known if voice.message and not voice.message.gone_at), None)
    unsent = [voice for voice in voices if voice.told and voice.told.delivery.state in UNSENT]
    if any(voice.told_id and voice not in unsent for voice in voices):
        found.told += 1
    elif any(voice.round_id and not voice.told_id and not voice.trouble for voice in voices):
        found.under_way += 1
    elif newest is None or newest.message is None:
        if known:
            found.gone += 1
        else:
            found.forgotten += 1
    elif newest.message.channel.state != ChannelState.CONNECTED:
        name = newest.message.channel.name
        found.disconnected[name] = found.disconnected.get(name, 0) + 1
    else:
        for trouble in {voice.trouble for voice in voices if voice.trouble}:
            found.troubles[trouble] = found.troubles.get(trouble, 0) + 1
        found.unsent += unsent
        found.reached.append(newest)
