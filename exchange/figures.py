"""The results of a shared post as text: figures of one day, with the names of their formulas."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from analytics.metrics import FORMULAS
from common.lazy_text import LazyText
from common.numbers import number, significant
from exchange.gallery_rules import EARLY

CLICKS = gettext_lazy("people who followed the short link of the post; programs are left out")
REASONS: dict[str, LazyText] = {
    "unread": gettext_lazy("The metrics of this post have not been fetched yet."),
    "not_told": gettext_lazy("The networks reported no interactions for this post."),
    "population": gettext_lazy("The population of the municipality is not entered."),
    "no_link": gettext_lazy("The post had no link whose clicks are counted."),
}


@dataclass(frozen=True)
class PostFigure:
    """One number with its formula; `value` None: `reason` says why."""

    label: LazyText
    value: float | None
    formula: LazyText
    reason: LazyText = ""
    places: int = 0


def figures(stored: Mapping[str, Any]) -> list[PostFigure]:
    """Interactions, the same per 1,000 inhabitants, clicks."""
    formula, per = FORMULAS["interactions"], FORMULAS["per_inhabitants"]
    rate = stored.get("inhabitants")
    reason = str(stored.get("reason") or "unread")
    without = reason if stored.get("interactions") is None else "population"
    return [
        PostFigure(formula.label, stored.get("interactions"), formula.text, REASONS.get(reason, "")),
        PostFigure(
            per.label, rate, per.text, REASONS.get(without, ""), places=2 if rate is not None and rate < 10 else 1
        ),
        PostFigure(_("Clicks"), stored.get("clicks"), CLICKS, REASONS["no_link"]),
    ]


def achieved(stored: Mapping[str, Any]) -> str:
    """The same in one line: "312 interactions, 14.2 per 1,000 inhabitants · 41 clicks"."""
    parts = []
    interactions, per, clicks = (stored.get(name) for name in ("interactions", "inhabitants", "clicks"))
    if interactions is not None:
        text = ngettext("%(count)s interaction", "%(count)s interactions", interactions) % {
            "count": number(interactions)
        }
        if per is not None:
            text = _("%(interactions)s, %(per)s per 1,000 inhabitants") % {
                "interactions": text, "per": significant(per)
            }  # fmt: skip
        parts.append(text)
    if clicks:
        parts.append(ngettext("%(count)s click", "%(count)s clicks", clicks) % {"count": number(clicks)})
    return " · ".join(parts)


def measured_after(stored: Mapping[str, Any]) -> str:
    """How long the post had been out when its numbers were taken."""
    days = int(stored.get("days") or 0)
    if days < 1:
        return _("on the day it was published")
    return ngettext("%(count)s day after it was published", "%(count)s days after it was published", days) % {
        "count": days
    }  # fmt: skip


def is_early(stored: Mapping[str, Any]) -> bool:
    """Whether the post had hardly been out when its numbers were taken."""
    return int(stored.get("days") or 0) < EARLY.days
