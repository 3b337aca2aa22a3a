"""The tables."""

from exchange.models.practice import Example, SwitchedOff

__all__ = ["Example", "SwitchedOff"]
