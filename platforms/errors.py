"""The exceptions of connectors. Each class says what the caller may do next, and there are no others.

`Rejected`: a person edits; `NotAllowed` is one: the account may not do this one thing. `NeedsConsent`: the channel is
connected again. `RateLimited`: wait until `retry_at`.
`NotReached`: nothing was sent, retry soon. `OutcomeUnknown`: it may have been done; reconcile before repeating it.
Any other exception out of `publish`, `finish` or `reply` counts as `OutcomeUnknown`.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any


class PlatformError(Exception):
    """Base of the five. `evidence` is JSON-serialisable and free of secrets: it may be stored and shown."""

    def __init__(self, message: str, evidence: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.evidence: dict[str, Any] = dict(evidence or {})


class Rejected(PlatformError):
    """The network refused this content; repeating it is useless.

    `field` is "text", "pictures", "video" or None; `code` is the network's own error name, where it has one.
    """

    def __init__(
        self, message: str, field: str | None = None, code: str | None = None, evidence: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(message, evidence)
        self.field = field
        self.code = code


class NotAllowed(Rejected):
    """The access is good and does not include this one thing. Repeating it is useless, and the channel works on."""


@contextmanager
def refusals_of(field: str) -> Iterator[None]:
    """What a network refuses here is this part of the post, where its answer names none."""
    try:
        yield
    except Rejected as refused:
        if not isinstance(refused, NotAllowed):
            refused.field = refused.field or field
        raise


class NeedsConsent(PlatformError):
    """The token is dead or lacks a permission: the account's owner has to connect the channel again.

    `is_permission`: the token itself is good. Beside publishing that is no reason to disconnect, see
    `platforms.protocols.Connects.acting`. `code` is ours, where the message is worth showing to whoever connects
    (`channels.messages.CODES`).
    """

    def __init__(
        self,
        message: str,
        evidence: Mapping[str, Any] | None = None,
        *,
        is_permission: bool = False,
        code: str | None = None,
    ) -> None:
        super().__init__(message, evidence)
        self.is_permission = is_permission
        self.code = code


class RateLimited(PlatformError):
    """The network refused before acting. `retry_at` is aware UTC.

    `by_status`: only the HTTP status says so. A gateway may have answered, so whether the server behind it acts on a
    call that left is as unknown as after `OutcomeUnknown`.
    """

    def __init__(
        self,
        message: str,
        retry_at: datetime,
        evidence: Mapping[str, Any] | None = None,
        *,
        by_status: bool = False,
    ) -> None:
        super().__init__(message, evidence)
        self.retry_at = retry_at
        self.by_status = by_status


class NotReached(PlatformError):
    """Nothing was sent (address, connection, TLS), or a read got no usable answer. Safe to retry."""


class OutcomeUnknown(PlatformError):
    """The request was sent and no usable answer came. It may have happened; never repeat it without looking."""
