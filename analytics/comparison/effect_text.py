"""The effect of a training in words: one sentence with effect and interval, or why it cannot be told."""

import math
from dataclasses import dataclass

from django.utils.translation import gettext as _

from analytics.comparison.charts import signed
from analytics.comparison.measures import Measure, MeasureKind
from analytics.comparison.training_effect import ENOUGH_POWER, FEWEST, Effect, Obstacle, in_per_cent
from common.numbers import number


@dataclass(frozen=True)
class EffectText:
    """`verdict`: empty where `reason` says why there is none. `behind`: empty where nothing can be compared.
    `recognised`: the effect that has to be recognised with enough power for a verdict."""

    verdict: str
    reason: str
    behind: str
    recognised: str


def effect_text(effect: Effect, measure: Measure, recognised: float) -> EffectText:
    """`recognised` on the scale of the measure."""
    behind = _behind(effect) if effect.behind.untrained else ""
    least = _shown(recognised, measure)
    if effect.obstacle is not None:
        return EffectText("", _reason(effect, effect.obstacle, measure, least), behind, least)
    named = {
        "measure": measure.label,
        "effect": _shown(effect.estimate, measure),
        "low": _shown(effect.low, measure),
        "high": _shown(effect.high, measure),
    }
    if effect.is_recognised:
        sentence = _(
            "%(measure)s: %(effect)s in the three months after the training, compared with those not yet trained. "
            "The 95 %% interval is from %(low)s to %(high)s."
        )
    else:
        sentence = _(
            "%(measure)s: no difference from those not yet trained can be recognised in the three months after the "
            "training. The estimate is %(effect)s, the 95 %% interval from %(low)s to %(high)s."
        )
    return EffectText(sentence % named, "", behind, least)


def _shown(value: float, measure: Measure) -> str:
    if math.isinf(value):
        return "−∞" if value < 0 else "∞"
    return signed(value if measure.kind == MeasureKind.SHARE else in_per_cent(value), measure)


def _reason(effect: Effect, obstacle: Obstacle, measure: Measure, recognised: str) -> str:
    if obstacle == Obstacle.TOO_FEW:
        return _too_few(effect, measure, recognised)
    reasons = {
        Obstacle.TOO_EARLY: _(
            "There is nothing to compare yet: no training has a whole month after it that is over. The month of the "
            "training itself is not counted."
        ),
        Obstacle.NO_MONTH_BEFORE: _(
            "It cannot be told: no trained municipality was measured both in the month before its training and in the "
            "months after it."
        ),
        Obstacle.ALL_TRAINED: _(
            "There is nobody to compare with: in the months after each training, all others were trained as well. What "
            "changed since may be the training, the season or the news."
        ),
        Obstacle.ZEROS: _(
            "It cannot be told: in too many months the value is 0 (%(count)s of them), and from 0 there is no change "
            "in per cent."
        )
        % {"count": number(effect.behind.zeros)},
        Obstacle.NO_VARIATION: _("It cannot be told: all values are alike, so that chance cannot be judged."),
    }
    return reasons[obstacle]


def _too_few(effect: Effect, measure: Measure, recognised: str) -> str:
    if effect.power >= ENOUGH_POWER:
        return _(
            "Too few municipalities to tell: it takes at least %(count)s that are trained and %(count)s that are not "
            "trained yet."
        ) % {"count": FEWEST}
    named = {
        "effect": recognised,
        "power": f"{number(math.floor(effect.power * 100))}\u202f%",
        "enough": f"{number(round(ENOUGH_POWER * 100))}\u202f%",
    }
    sentence = _(
        "Too few municipalities to tell: an effect of %(effect)s would be recognised with a probability of %(power)s, "
        "and a verdict takes %(enough)s."
    )
    if effect.smallest is None:
        return sentence % named
    return f"{sentence % named} " + _("An effect would have to be about %(smallest)s to be recognised so often.") % {
        "smallest": _shown(effect.smallest, measure)
    }


def _behind(effect: Effect) -> str:
    behind = effect.behind
    named = {
        "all": number(behind.municipalities),
        "trained": number(behind.trained),
        "untrained": number(behind.untrained),
        "months": number(behind.months),
    }
    text = _(
        "Compared municipalities: %(all)s. Of these trained: %(trained)s; not yet trained in a month that is compared: "
        "%(untrained)s. Months: %(months)s."
    )
    if not behind.zeros:
        return text % named
    return f"{text % named} " + _("Months left out because their value is 0: %(count)s.") % {
        "count": number(behind.zeros)
    }
