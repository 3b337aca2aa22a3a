"""The account of a probe: a channel of this installation, or one whose keys are in the environment."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.conf import settings

from channels import connector_factory
from channels.enums import ChannelState
from channels.models import Channel
from channels.probe.recording import Recording
from municipalities.tenancy import everywhere, scope
from platforms.protocols import Connector
from platforms.registry import PLATFORMS
from platforms.types import Credential, Keys

PREFIX = "PROBE_"
NAMES = ("SERVER", "TOKEN", "REFRESH_TOKEN", "ACCOUNT", "CLIENT_ID", "CLIENT_SECRET", "IDENTIFIER", "PASSWORD")


def recording() -> Recording:
    """With this installation's settings. Nothing is learnt from its answers: a probe is no traffic of a channel."""
    return Recording(allow=settings.PRIVATE_HOSTS_ALLOWED, deadline=settings.CALL_DEADLINE_SECONDS, reuse=True)


def connected(network: str) -> list[Channel]:
    """The connected channels of a network, of all municipalities."""
    with everywhere("choose the channel that is probed"):
        rows = Channel.objects.filter(platform=network, state=ChannelState.CONNECTED)
        return list(rows.select_related("municipality", "credential").order_by("municipality_id", "pk"))


@contextmanager
def opened(channel: Channel, way_out: Recording) -> Iterator[Connector]:
    """The connector of a channel, inside its municipality's scope: a session that is renewed is stored."""
    with scope(channel.municipality_id):
        yield connector_factory.opened(channel, way_out=way_out)


def of_environment(network: str, given: Mapping[str, str], way_out: Recording) -> Connector:
    """The connector of an account that no channel has. Nothing of it is stored. `given`: `NAMES` behind `PREFIX`."""
    values = {name: given.get(PREFIX + name, "") for name in NAMES}
    server = values["SERVER"] or PLATFORMS[network].default_server
    keys = Keys(values["CLIENT_ID"], values["CLIENT_SECRET"])
    bare = connector_factory.built(network, way_out, server=server, keys=keys)
    facts = bare.fetch_facts()
    if values["PASSWORD"]:
        credential = bare.exchange({"identifier": values["IDENTIFIER"], "password": values["PASSWORD"]})
    else:
        credential = Credential(values["TOKEN"], values["REFRESH_TOKEN"], None, server, values["ACCOUNT"])
    return connector_factory.built(network, way_out, server=server, keys=keys, credential=credential, facts=facts)
