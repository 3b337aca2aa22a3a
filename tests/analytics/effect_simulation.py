"""Programmes of known truth, for the effect of a training: does the interval hold it, and is an effect seen where there
is none? `make maintain WHAT=training-effect-figures` prints the table of docs/operations/numbers.md.

A programme: 6 to 145 municipalities whose levels differ hundredfold, two to four cohorts (in half of the programmes the
last is not trained within the months), months with a season and shocks that all have in common, noise that is
autocorrelated (0 to 0.8) and of different strength in each municipality, effects that differ between municipalities and
set in at once or over three months, counts, and now and then a missing month, a municipality that leaves, or one that
joins late.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from analytics.comparison.training_effect import FIRST_AFTER, LAST_AFTER, Effect, Scale, effect

SIZES = (6, 8, 12, 18, 24, 36, 60, 100, 145)
EFFECTS = (0.9, 1.1, 1.25, 1.5, 2.0)
RECOGNISED = math.log(1.25)


@dataclass(frozen=True)
class Programme:
    size: int
    cohorts: int
    values: list[list[float | None]]
    trained: list[int | None]
    truth: float  # the mean effect over trained municipalities and the months after, as a logarithm


@dataclass(frozen=True)
class Outcome:
    programme: Programme
    effect: Effect

    @property
    def is_covered(self) -> bool:
        return self.effect.low <= self.programme.truth <= self.effect.high


def programme(seed: int, *, has_effect: bool, size: int | None = None) -> Programme:
    generator = np.random.default_rng([20261130, seed])
    size = size or int(generator.choice(SIZES))
    cohorts = int(generator.integers(2, 5)) if size > 6 else int(generator.integers(2, 4))
    months = int(generator.integers(14, 31))
    first = int(generator.integers(3, 7))
    gap = int(generator.integers(2, 5))
    starts: list[int | None] = [first + gap * n for n in range(cohorts)]
    if generator.random() < 0.5:
        starts[-1] = None
    # Sizes of cohorts as they come about: not equal, and none empty.
    shares = generator.dirichlet([8.0] * cohorts)
    places = np.concatenate([np.arange(cohorts), generator.choice(cohorts, size=size - cohorts, p=shares)])
    generator.shuffle(places)
    trained = [starts[cohort] for cohort in places]

    level = generator.normal(math.log(800), 1.2, size)[:, None]
    season = 0.3 * np.sin(2 * np.pi * (np.arange(months) + generator.integers(12)) / 12)
    shocks = generator.normal(0, 0.25, months)
    correlation = float(generator.choice([0.0, 0.3, 0.6, 0.8]))
    spread = float(generator.uniform(0.1, 0.4)) * generator.uniform(0.6, 1.6, size)[:, None]
    noise = np.empty((size, months))
    noise[:, 0] = generator.normal(size=size)
    for month in range(1, months):
        fresh = generator.normal(size=size)
        noise[:, month] = correlation * noise[:, month - 1] + math.sqrt(1 - correlation**2) * fresh
    factor = math.log(float(generator.choice(EFFECTS)))
    effects = generator.normal(factor, abs(factor) * float(generator.choice([0.0, 0.3])), size)
    is_gradual = generator.random() < 0.3
    if not has_effect:
        effects = np.zeros(size)
    added = np.zeros((size, months))
    for place, start in enumerate(trained):
        for month in range(start if start is not None else months, months):
            since = month - start
            strength = (0.5 if since == 0 else 1.0) if not is_gradual else min(since / LAST_AFTER, 1.0)
            added[place, month] = effects[place] * strength
    expected = np.exp(level + season + shocks + spread * noise + added)
    counts = generator.poisson(np.minimum(expected, 1e9)).astype(float)
    missing = generator.random((size, months)) < float(generator.choice([0.0, 0.03]))
    for place in range(size):
        kind = generator.random()
        if kind < 0.03:
            missing[place, int(generator.integers(months // 2, months)) :] = True
        elif kind < 0.06:
            missing[place, : int(generator.integers(1, first + 2))] = True
    values = [[None if missing[i, t] else float(counts[i, t]) for t in range(months)] for i in range(size)]
    return Programme(size, cohorts, values, trained, _truth(added, missing, trained))


def _truth(added: np.ndarray, missing: np.ndarray, trained: list[int | None]) -> float:
    """Over the municipalities and months that can be compared, by plain loops."""
    effects = []
    months = added.shape[1]
    for place, start in enumerate(trained):
        if start is None:
            continue
        for month in range(start + FIRST_AFTER, min(start + LAST_AFTER + 1, months)):
            others = [
                other
                for other, theirs in enumerate(trained)
                if (theirs is None or theirs > month) and not missing[other, month] and not missing[other, start - 1]
            ]
            if others and not missing[place, month] and not missing[place, start - 1]:
                effects.append(added[place, month])
    return float(np.mean(effects)) if effects else math.nan


def run(count: int, *, has_effect: bool, size: int | None = None, first: int = 0) -> Iterator[Outcome]:
    """Programmes without anybody to compare with are left out: no interval is claimed for them."""
    seed, done = first, 0
    while done < count:
        one = programme(seed, has_effect=has_effect, size=size)
        seed += 1
        outcome = Outcome(one, effect(one.values, one.trained, Scale.RATIO, RECOGNISED))
        if not math.isnan(outcome.effect.p):
            done += 1
            yield outcome


def share(flags: list[bool]) -> str:
    return f"{100 * sum(flags) / len(flags):.1f} %" if flags else "–"


def table(count: int) -> str:
    with_effect = list(run(count, has_effect=True))
    without = list(run(count, has_effect=False))
    headings = (
        "Municipalities", "Programmes", "Interval holds the truth", "An effect seen where there is none", "A verdict",
        "Of these: interval holds the truth", "Of these: seen where there is none",
    )  # fmt: skip
    lines = [f"| {' | '.join(headings)} |", f"|{'---|' * len(headings)}"]
    for size in (*SIZES, None):
        true, none = ([one for one in group if size in (None, one.programme.size)] for group in (with_effect, without))
        told, told_none = ([one for one in group if one.effect.obstacle is None] for group in (true, none))
        cells = [
            str(size or "all"),
            str(len(true)),
            share([one.is_covered for one in true]),
            share([one.effect.is_recognised for one in none]),
            share([one.effect.obstacle is None for one in true]),
            share([one.is_covered for one in told]),
            share([one.effect.is_recognised for one in told_none]),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programmes", type=int, default=1000)
    print(table(parser.parse_args().programmes))
