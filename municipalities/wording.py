"""House rules as text: the name of each rule and its value, for pages and notifications."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from municipalities.models import Municipality

Pairs = Mapping[str, Mapping[str, Any]]
"""{"approval": {"before": "one", "after": "none"}}, as `RuleChange.values` has it."""


class RuleChange(NamedTuple):
    """One rule of a change."""

    rule: str
    before: str
    after: str


def lines(values: Pairs) -> list[RuleChange]:
    """What changes, in the language of the moment and in the order of the model."""
    fields = [field for field in Municipality._meta.concrete_fields if field.name in values]
    return [
        RuleChange(
            capfirst(str(field.verbose_name)),
            _value(field, values[field.name]["before"]),
            _value(field, values[field.name]["after"]),
        )
        for field in fields
    ]


def text(values: Pairs) -> str:
    """The same as lines of plain text."""
    return "\n".join(_("%(rule)s: %(before)s → %(after)s") % line._asdict() for line in lines(values))


def _value(field: models.Field, value: Any) -> str:
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(value)
