"""The access to one mailbox, as it is stored: encrypted, in the credential's token."""

import json
from dataclasses import dataclass
from urllib.parse import urlsplit

from platforms.types import Credential


@dataclass(frozen=True)
class Access:
    """`smtp` as in `platforms.mail.connections`, `name`: in whose name answers are sent. `servers`: names of those that
    verify senders (`platforms.mail.authentication`), separated by spaces."""

    address: str
    password: str
    smtp: str
    name: str
    servers: str = ""

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]

    @property
    def verifying_servers(self) -> frozenset[str]:
        return frozenset(self.servers.split())

    def credential(self) -> Credential:
        token = {"password": self.password, "smtp": self.smtp, "name": self.name, "servers": self.servers}
        return Credential(json.dumps(token), account_id=self.address)

    @classmethod
    def of(cls, credential: Credential) -> "Access":
        """Raises `ValueError` for a token that is none of ours."""
        token = json.loads(credential.access_token)
        return cls(
            credential.account_id,
            str(token["password"]),
            str(token["smtp"]),
            str(token["name"]),
            # Access that was stored before there were any has none.
            str(token.get("servers", "")),
        )


def outgoing_server(imap: str) -> str:
    """Where a server for reading usually takes mail, too."""
    return f"smtp://{urlsplit(imap).hostname}:587"
