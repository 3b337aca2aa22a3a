"""A programme over whole months: the rows of its municipalities that agreed to be compared."""

from datetime import date

from analytics.comparison.measures import MEASURES
from analytics.comparison.queries.comparison import Comparison, comparison, taking_part
from analytics.months import spanning
from municipalities.models import Programme


def compared(programme: Programme, first: date, last: date) -> Comparison:
    """From the month of `first` to that of `last`. At most six queries, whatever the number of municipalities."""
    return comparison(taking_part([programme]), spanning(first, last), MEASURES["interactions"])
