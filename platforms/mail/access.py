"""The access to one mailbox, as it is stored: encrypted, in the credential's token."""

import json
from dataclasses import dataclass
from urllib.parse import urlsplit

from platforms.types import Credential


@dataclass(frozen=True)
class Access:
    """`smtp` as in `platforms.mail.connections`, `name`: in whose name answers are sent."""

    address: str
    password: str
    smtp: str
    name: str

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]

    def credential(self) -> Credential:
        token = {"password": self.password, "smtp": self.smtp, "name": self.name}
        return Credential(json.dumps(token), account_id=self.address)

    @classmethod
    def of(cls, credential: Credential) -> "Access":
        """Raises `ValueError` for a token that is none of ours."""
        token = json.loads(credential.access_token)
        return cls(credential.account_id, str(token["password"]), str(token["smtp"]), str(token["name"]))


def outgoing_server(imap: str) -> str:
    """Where a server for reading usually takes mail, too."""
    return f"smtp://{urlsplit(imap).hostname}:587"
