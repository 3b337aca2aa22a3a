"""The sentences of audit events. Each package registers the sentences of the events it records in its `ready()`:

    audit_messages.register(self.name, MESSAGES)

A sentence has placeholders for the event's details and `%(target)s` for its target. The actor is shown beside it, so
that no sentence depends on a person's gender. tests/architecture/test_source.py checks that every recorded verb has a
sentence in the package that records it.
"""

from collections.abc import Mapping

from django.core.exceptions import ImproperlyConfigured
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MESSAGES: dict[str, Promise] = {
    "keys.rotate": _("Encrypted the stored secrets with the newest key"),
}

_messages: dict[str, Promise] = {}
_packages: dict[str, str] = {}


def register(package: str, messages: Mapping[str, Promise]) -> None:
    """Raises `ImproperlyConfigured` where another package has registered one of these verbs."""
    for verb in messages:
        if _packages.setdefault(verb, package) != package:
            raise ImproperlyConfigured(f"{package} and {_packages[verb]} both register the audit message {verb!r}.")
    _messages.update(messages)


def message(verb: str) -> Promise | None:
    """The sentence of a verb, with placeholders; None where no package has registered it."""
    return _messages.get(verb)


def packages() -> dict[str, str]:
    """The package that registered each verb."""
    return dict(_packages)
